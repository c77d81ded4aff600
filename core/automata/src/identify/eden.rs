//! Whether a pattern has a parent: Gardens of Eden, found by exhaustion.
//!
//! The cells of a parent are chosen one by one, row by row. All that later cells need to know of
//! earlier ones are the last two rows and three cells; the set of all such histories that are
//! still possible is kept as bits, 64 histories a word. When the set runs empty there is no
//! parent, whatever surrounds the pattern.

use super::{Refused, local};
use crate::pattern::Pattern;
use crate::rule::Rule;

/// The longest of the shorter sides of a pattern that can be decided: 64 MiB of histories.
pub const WIDEST: usize = 11;

/// In a word of 64 histories, those whose bit `n` is set.
const SET: [u64; 6] = [
    0xaaaa_aaaa_aaaa_aaaa,
    0xcccc_cccc_cccc_cccc,
    0xf0f0_f0f0_f0f0_f0f0,
    0xff00_ff00_ff00_ff00,
    0xffff_0000_ffff_0000,
    0xffff_ffff_0000_0000,
];

/// Whether some generation leads to this rectangle of cells, dead ones included, under a rule of
/// two states. Without one, every universe that holds the rectangle is a Garden of Eden.
///
/// # Errors
/// A rule of more states; a rectangle whose shorter side is longer than [`WIDEST`].
pub fn has_parent(pattern: &Pattern, rule: &Rule) -> Result<bool, Refused> {
    let rule = local(rule)?;
    if rule.states() != 2 {
        return Err("only rules of two states are searched for parents".to_owned());
    }
    let (across, down) = (pattern.size.0 as usize, pattern.size.1 as usize);
    let turned = across > down;
    let (width, height) = if turned {
        (down, across)
    } else {
        (across, down)
    };
    if width > WIDEST || height > 10_000 {
        return Err(format!(
            "{across} × {down} cells are too many to search for a parent; the shorter side may \
             have {WIDEST}"
        ));
    }
    let mut wanted = vec![false; width * height];
    for (x, y) in pattern.cells() {
        let (x, y) = if turned { (y, x) } else { (x, y) };
        wanted[y as usize * width + x as usize] = true;
    }
    // A row of the parent reaches one cell farther to either side.
    let row = width + 2;
    let history = 2 * row + 3;
    let mut possible = vec![0u64; 1 << (history - 6)];
    possible[0] = 1;
    for k in 0..row * (height + 2) {
        let place = |back: usize| (k + history - back) % history;
        forget(&mut possible, place(0));
        let (x, y) = (k % row, k / row);
        if x < 2 || y < 2 {
            continue;
        }
        // The 3 × 3 block whose last cell has just been chosen, nw first.
        let backs = [
            2 * row + 2,
            2 * row + 1,
            2 * row,
            row + 2,
            row + 1,
            row,
            2,
            1,
            0,
        ];
        let places = backs.map(place);
        let want = u8::from(wanted[(y - 2) * width + x - 2]);
        let next = |block: [u8; 9]| {
            let block = if turned {
                [0, 3, 6, 1, 4, 7, 2, 5, 8].map(|at: usize| block[at])
            } else {
                block
            };
            rule.next(&block) == want
        };
        keep(&mut possible, &places, next);
        if possible.iter().all(|word| *word == 0) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Lets the cell at a place of the history be anything.
fn forget(possible: &mut [u64], place: usize) {
    if let Some(set) = SET.get(place) {
        let shift = 1 << place;
        for word in possible {
            *word |= (*word & set) >> shift | (*word & !set) << shift;
        }
    } else {
        let half = 1 << (place - 6);
        for pair in possible.chunks_exact_mut(2 * half) {
            let (low, high) = pair.split_at_mut(half);
            for (low, high) in low.iter_mut().zip(high) {
                let either = *low | *high;
                (*low, *high) = (either, either);
            }
        }
    }
}

/// Keeps the histories whose block gives what is wanted.
fn keep(possible: &mut [u64], places: &[usize; 9], next: impl Fn([u8; 9]) -> bool) {
    // For the cells of the block that are fixed within a word: which of its histories pass.
    let masks: Vec<u64> = (0..512u32)
        .map(|fixed| {
            (0..64).fold(0u64, |mask, bit| {
                let block = std::array::from_fn(|at| match places[at] {
                    place @ 0..6 => (bit >> place & 1) as u8,
                    _ => (fixed >> at & 1) as u8,
                });
                mask | u64::from(next(block)) << bit
            })
        })
        .collect();
    for (at, word) in possible.iter_mut().enumerate() {
        if *word == 0 {
            continue;
        }
        let fixed = places.iter().enumerate().fold(0, |fixed, (cell, &place)| {
            let bit = if place < 6 { 0 } else { at >> (place - 6) & 1 };
            fixed | bit << cell
        });
        *word &= masks[fixed];
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn small_rectangles_agree_with_trying_everything(cells in 0u32..64, wide in any::<bool>(),
                                                         birth in 0u16..256, survival in 0u16..512) {
            let (width, height) = if wide { (3, 2) } else { (2, 3) };
            let rule = Rule::life_like(crate::rule::LifeLike { birth: birth << 1, survival }, crate::rule::Topology::Plane);
            let mut pattern = Pattern::from_cells(
                (0..6).filter(|i| cells >> i & 1 != 0).map(|i| (i % width, i / width)),
            );
            // from_cells moves to the corner; put the cells back into the whole rectangle.
            pattern.runs.clear();
            for i in (0..6).filter(|i| cells >> i & 1 != 0) {
                pattern.push(i % width, i / width, 1);
            }
            pattern.size = (width as u64, height as u64);
            let columns = width + 2;
            let parent = (0u32..1 << 20).any(|parent| {
                let alive = |x: i64, y: i64| parent >> (y * columns + x) & 1;
                (0..6).all(|i| {
                    let (x, y) = (i % width, i / width);
                    let around: u32 = (0..9).map(|j| alive(x + j % 3, y + j / 3)).sum();
                    let here = alive(x + 1, y + 1);
                    rule.life().unwrap().next(here != 0, around - here) == (cells >> i & 1 != 0)
                })
            });
            prop_assert_eq!(has_parent(&pattern, &rule).unwrap(), parent);
        }
    }
}
