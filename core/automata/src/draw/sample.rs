//! What blocks of cells hold, for fields of bytes, for tiles and for patches.

use std::collections::HashMap;

use super::Blocks;
use super::votes::Votes;
use crate::field::Field;
use crate::patches::{Patch, Patches, Quilt, SIDE};
use crate::tiles::{Block, Sheet};

/// The blocks that a range of cells falls into: of cells from `start` on, the block of each
/// block-sized piece.
fn block_of(cell: i64, first: i128, scale: u32) -> Option<usize> {
    usize::try_from((i128::from(cell) - first) >> scale).ok()
}

/// Columns and rows of a field that lie in the blocks.
fn window(field: &Field, blocks: Blocks) -> [std::ops::Range<usize>; 2] {
    let (left, top) = field.corner();
    let axis = |first: i128, count: usize, corner: i64, length: usize| {
        let end = first + ((count as i128) << blocks.scale);
        let inside = |c: i128| (c - i128::from(corner)).clamp(0, length as i128) as usize;
        inside(first)..inside(end)
    };
    [
        axis(blocks.left, blocks.width, left, field.width()),
        axis(blocks.top, blocks.height, top, field.height()),
    ]
}

/// Places in a palette of so many shades a state of what lives in the blocks.
pub(super) fn states(field: &Field, blocks: Blocks, shades: u32) -> Vec<u8> {
    let [columns, rows] = window(field, blocks);
    let (left, top) = field.corner();
    let cells = blocks.width * blocks.height;
    if blocks.scale == 0 && shades == 1 {
        let mut list = vec![0u8; cells];
        for y in rows {
            let by = block_of(top + y as i64, blocks.top, 0);
            let bx = block_of(left + columns.start as i64, blocks.left, 0);
            let row = &field.row(y)[columns.clone()];
            if let (Some(by), Some(bx)) = (by, bx) {
                let start = by * blocks.width + bx;
                list[start..start + row.len()].copy_from_slice(row);
            }
        }
        return list;
    }
    let mut votes = Votes::new(cells);
    for y in rows {
        let Some(by) = block_of(top + y as i64, blocks.top, blocks.scale) else {
            continue;
        };
        for (x, &state) in field.row(y)[columns.clone()].iter().enumerate() {
            let x = left + (columns.start + x) as i64;
            if state != 0
                && let Some(bx) = block_of(x, blocks.left, blocks.scale)
            {
                votes.add(by * blocks.width + bx, state);
            }
        }
    }
    votes.places(blocks.scale, shades)
}

/// Which blocks hold cells that differ.
pub(super) fn differing(field: &Field, blocks: Blocks, other: &Field) -> Vec<bool> {
    let mut list = vec![false; blocks.width * blocks.height];
    for each in [field, other] {
        let [columns, rows] = window(each, blocks);
        let (left, top) = each.corner();
        for y in rows {
            let y = top + y as i64;
            let Some(by) = block_of(y, blocks.top, blocks.scale) else {
                continue;
            };
            for x in columns.clone() {
                let x = left + x as i64;
                if field.at(x, y) != other.at(x, y)
                    && let Some(bx) = block_of(x, blocks.left, blocks.scale)
                {
                    list[by * blocks.width + bx] = true;
                }
            }
        }
    }
    list
}

/// Shares of live cells, and which blocks differ.
pub(super) fn shares(
    field: &Field,
    blocks: Blocks,
    other: Option<&Field>,
) -> (Vec<f32>, Vec<bool>) {
    let [columns, rows] = window(field, blocks);
    let (left, top) = field.corner();
    let mut counts = vec![0u64; blocks.width * blocks.height];
    for y in rows {
        let Some(by) = block_of(top + y as i64, blocks.top, blocks.scale) else {
            continue;
        };
        for (x, &state) in field.row(y)[columns.clone()].iter().enumerate() {
            let x = left + (columns.start + x) as i64;
            if state != 0
                && let Some(bx) = block_of(x, blocks.left, blocks.scale)
            {
                counts[by * blocks.width + bx] += 1;
            }
        }
    }
    let differing = other.map(|other| differing(field, blocks, other));
    (part(&counts, blocks), differing.unwrap_or_default())
}

fn part(counts: &[u64], blocks: Blocks) -> Vec<f32> {
    let cells = (-2.0 * blocks.scale as f32).exp2();
    counts.iter().map(|&count| count as f32 * cells).collect()
}

/// Calls `each` with the block of every set bit of a tile.
fn each_cell(place: (i64, i64), block: &Block, blocks: Blocks, mut each: impl FnMut(usize)) {
    for (y, &row) in block.iter().enumerate() {
        let by = block_of(place.1 * 64 + y as i64, blocks.top, blocks.scale);
        let Some(by) = by.filter(|&by| by < blocks.height) else {
            continue;
        };
        let mut word = row;
        while word != 0 {
            let x = place.0 * 64 + i64::from(word.trailing_zeros());
            word &= word - 1;
            if let Some(bx) = block_of(x, blocks.left, blocks.scale)
                && bx < blocks.width
            {
                each(by * blocks.width + bx);
            }
        }
    }
}

/// The same for tiles.
pub(super) fn of_tiles(
    sheet: &Sheet,
    blocks: Blocks,
    other: Option<&Sheet>,
) -> (Vec<f32>, Vec<bool>) {
    let mut counts = vec![0u64; blocks.width * blocks.height];
    for (place, block) in sheet {
        each_cell(*place, block, blocks, |at| counts[at] += 1);
    }
    let Some(other) = other else {
        return (part(&counts, blocks), Vec::new());
    };
    let mut differing = vec![false; counts.len()];
    let mut theirs: HashMap<(i64, i64), Block> = other.iter().copied().collect();
    for (place, block) in sheet {
        let other = theirs.remove(place).unwrap_or([0; 64]);
        let changed = std::array::from_fn(|y| block[y] ^ other[y]);
        each_cell(*place, &changed, blocks, |at| differing[at] = true);
    }
    for (place, block) in theirs {
        each_cell(place, &block, blocks, |at| differing[at] = true);
    }
    (part(&counts, blocks), differing)
}

/// Calls `each` with the number and the block of every cell of a patch that is seen.
fn each_seen(place: (i64, i64), blocks: Blocks, mut each: impl FnMut(usize, usize)) {
    let side = SIDE as i64;
    let seen = |start: i64, first: i128, count: usize| {
        let first_seen = (i128::from(start + side - 1) - first) >> blocks.scale >= 0;
        first_seen && (i128::from(start) - first) >> blocks.scale < count as i128
    };
    let (left, top) = (place.0 * side, place.1 * side);
    if !seen(left, blocks.left, blocks.width) || !seen(top, blocks.top, blocks.height) {
        return;
    }
    for y in 0..SIDE {
        let by = block_of(top + y as i64, blocks.top, blocks.scale);
        let Some(by) = by.filter(|&by| by < blocks.height) else {
            continue;
        };
        for x in 0..SIDE {
            let bx = block_of(left + x as i64, blocks.left, blocks.scale);
            if let Some(bx) = bx.filter(|&bx| bx < blocks.width) {
                each(y * SIDE + x, by * blocks.width + bx);
            }
        }
    }
}

/// The votes of the cells of patches, and which blocks differ.
pub(super) fn of_patches(
    patches: &Patches,
    blocks: Blocks,
    other: Option<&Quilt>,
) -> (Votes, Vec<bool>) {
    let count = blocks.width * blocks.height;
    let mut votes = Votes::new(count);
    for (place, patch) in patches.live_patches() {
        each_seen(place, blocks, |cell, block| votes.add(block, patch[cell]));
    }
    let Some(other) = other else {
        return (votes, Vec::new());
    };
    let mut differing = vec![false; count];
    let mut theirs: HashMap<(i64, i64), &Patch> =
        other.iter().map(|(at, patch)| (*at, &**patch)).collect();
    for (place, patch) in patches.live_patches() {
        let other = theirs.remove(&place);
        each_seen(place, blocks, |cell, block| {
            differing[block] |= patch[cell] != other.map_or(0, |other| other[cell]);
        });
    }
    for (place, patch) in theirs {
        each_seen(place, blocks, |cell, block| {
            differing[block] |= patch[cell] != 0
        });
    }
    (votes, differing)
}
