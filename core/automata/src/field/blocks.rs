//! Block rules: squares of four cells, shifted by one cell in odd generations.
//!
//! The squares of even generations start in even columns and rows: of the grid, counted from
//! its corner, or of the unbounded plane.

use super::Field;
use super::mover::Stepper;
use crate::rule::Blocks;

/// A rule made ready.
#[derive(Clone, Debug)]
pub(super) struct Squares {
    /// What squares become in even and odd generations.
    tables: [[u8; 16]; 2],
    /// Whether squares count from the grid's corner.
    from_corner: bool,
}

impl Squares {
    /// The rule as it is, on a grid.
    pub(super) fn on_grid(blocks: &Blocks) -> Self {
        Self {
            tables: [blocks.0; 2],
            from_corner: true,
        }
    }

    /// On the unbounded plane; a background that turns full is run as its negative. Nothing if
    /// the background takes another form.
    pub(super) fn on_plane(blocks: &Blocks) -> Option<Self> {
        let own = blocks.0;
        let negative = |n: usize| own[15 - n];
        let tables = match (own[0], own[15]) {
            (0, _) => [own; 2],
            (15, 15) => [std::array::from_fn(|n| 15 - negative(n)); 2],
            (15, 0) => [own.map(|to| 15 - to), std::array::from_fn(negative)],
            _ => return None,
        };
        Some(Self {
            tables,
            from_corner: false,
        })
    }
}

impl Stepper for Squares {
    fn name(&self) -> &'static str {
        "blocks"
    }

    fn reach(&self) -> usize {
        1
    }

    fn band(&self, from: &Field, first: usize, out: &mut [u8], odd: bool) {
        let table = &self.tables[usize::from(odd)];
        let (left, top) = if self.from_corner {
            (0, 0)
        } else {
            from.corner()
        };
        let shift = i64::from(odd);
        for (i, out) in out.chunks_mut(from.stride).enumerate() {
            let y = (first + i) as isize;
            // Whether this is the lower row of its squares.
            let low = (top + y as i64 - shift).rem_euclid(2) == 1;
            let upper = y - isize::from(low);
            let rows = [from.padded(upper), from.padded(upper + 1)];
            for x in 0..from.width {
                let east = (left + x as i64 - shift).rem_euclid(2) == 1;
                // The padded row has one cell of rim.
                let west = x + 1 - usize::from(east);
                let cell = |row: &[u8], at: usize, worth: u8| {
                    if row[at] != 0 { worth } else { 0 }
                };
                let square = cell(rows[0], west, 1)
                    | cell(rows[0], west + 1, 2)
                    | cell(rows[1], west, 4)
                    | cell(rows[1], west + 1, 8);
                let bit = u8::from(east) + 2 * u8::from(low);
                out[x + 1] = table[usize::from(square)] >> bit & 1;
            }
        }
    }
}
