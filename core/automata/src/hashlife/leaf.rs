//! Leaves of the quadtree: 8 × 8 cells in one word, and four of them advanced together.
//!
//! Bit `8 y + x` of a leaf is the cell in column `x` and row `y`. Sixteen rows of 16 cells lose
//! one valid cell at each side with every generation, so after at most four generations the
//! middle 8 × 8 are known.

use crate::adder::{Masks, next, row_sum};

/// Four leaves (north-west, north-east, south-west, south-east) as rows of 16 cells.
fn rows([nw, ne, sw, se]: [u64; 4]) -> [u16; 16] {
    std::array::from_fn(|y| {
        let (west, east) = if y < 8 { (nw, ne) } else { (sw, se) };
        let shift = 8 * (y % 8);
        (west >> shift & 0xff) as u16 | ((east >> shift & 0xff) as u16) << 8
    })
}

fn middle(rows: &[u16; 16]) -> u64 {
    (0..8).fold(0, |leaf, y| {
        leaf | u64::from(rows[y + 4] >> 4 & 0xff) << (8 * y)
    })
}

/// The middle of four leaves, now.
pub(super) fn centre(leaves: [u64; 4]) -> u64 {
    middle(&rows(leaves))
}

/// The middle of four leaves after 1, 2 or 4 generations.
pub(super) fn advance(rule: &Masks, leaves: [u64; 4], generations: u32) -> u64 {
    // Four rows of 16 cells stand in a word. What shifts across a row's border reaches cells
    // that are already unknown there.
    let rows = rows(leaves);
    let mut words: [u64; 4] = std::array::from_fn(|i| {
        (0..4).fold(0, |word, r| word | u64::from(rows[4 * i + r]) << (16 * r))
    });
    for _ in 0..generations {
        let sums = words.map(|word| row_sum(0, word, 0));
        let ones = vertical(sums.map(|sum| sum.0));
        let twos = vertical(sums.map(|sum| sum.1));
        words = std::array::from_fn(|i| {
            next(
                *rule,
                (ones[i].0, twos[i].0),
                sums[i],
                (ones[i].1, twos[i].1),
                words[i],
            )
        });
    }
    let rows: [u16; 16] = std::array::from_fn(|y| (words[y / 4] >> (16 * (y % 4))) as u16);
    middle(&rows)
}

/// For each word the rows above and the rows below its own.
fn vertical(words: [u64; 4]) -> [(u64, u64); 4] {
    std::array::from_fn(|i| {
        let before = if i > 0 { words[i - 1] } else { 0 };
        let after = if i < 3 { words[i + 1] } else { 0 };
        (words[i] << 16 | before >> 48, words[i] >> 16 | after << 48)
    })
}
