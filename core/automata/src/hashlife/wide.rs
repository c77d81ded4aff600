//! Rules that look further than their eight neighbours, or whose generations alternate: squares
//! on the floor of the tree are laid out as rows of bytes and stepped by the engine that counts.
//!
//! A square of level n loses what its rule looks at each side with every generation. Its full
//! step, 2^(n - 2 - s) generations under a rule that looks at most 2^s far, leaves the middle half
//! known. Corners of squares lie at even columns and rows of the plane, so that what depends on
//! the parity of a place (blocks of four cells, shapes that turn over) is the same in the square.

use std::sync::Arc;

use super::HashLifeError;
use super::leaf::Kind;
use super::store::{Id, Square, Stop, Store};
use crate::field::{Field, Stepper, stepper};
use crate::rule::{Family, Rule};

/// A rule by what steps its rows.
#[derive(Clone, Debug)]
pub(super) struct Wide {
    stepper: Arc<dyn Stepper>,
    states: usize,
    /// Whether odd generations have a rule of their own.
    alternates: bool,
}

impl Wide {
    /// What steps a rule on the unbounded plane.
    ///
    /// # Errors
    /// A rule of one dimension or in space, and one whose background stays alive.
    pub(super) fn of(rule: &Rule) -> Result<Self, HashLifeError> {
        if rule.dimensions() != 2 {
            return Err(HashLifeError::Family(rule.clone()));
        }
        let stepper = match stepper(rule) {
            Ok(Some(stepper)) => stepper,
            Ok(None) => return Err(HashLifeError::Family(rule.clone())),
            // On the plane nothing else can be wrong with a rule.
            Err(_) => return Err(HashLifeError::B0(rule.clone())),
        };
        // Dead cells may weigh something, so the background is asked itself.
        let reach = stepper.reach();
        let empty = Field::new(0, 0, 2, 2, reach);
        for odd in [false, true] {
            let mut next = vec![0; 2 * empty.stride()];
            stepper.band(&empty, 0, &mut next, odd);
            let rows = next.chunks(empty.stride());
            if rows
                .flat_map(|row| &row[reach..reach + 2])
                .any(|&cell| cell != 0)
            {
                return Err(HashLifeError::B0(rule.clone()));
            }
        }
        Ok(Self {
            stepper: stepper.into(),
            states: rule.states(),
            alternates: rule.has_b0() || matches!(rule.family, Family::Blocks(_)),
        })
    }

    pub(super) fn states(&self) -> usize {
        self.states
    }

    pub(super) fn alternates(&self) -> bool {
        self.alternates
    }

    /// The binary logarithm of how far cells look, rounded up.
    pub(super) fn slowness(&self) -> u16 {
        let reach = self.stepper.reach().max(1);
        reach.next_power_of_two().trailing_zeros() as u16
    }
}

/// The cells of a square on the floor.
#[derive(Debug)]
pub(super) struct Plane {
    field: Field,
    /// Rows after a generation.
    next: Vec<u8>,
    side: usize,
    level: u16,
    reach: usize,
}

impl Plane {
    pub(super) fn new(level: u16, wide: &Wide) -> Self {
        let (side, reach) = (1 << level, wide.stepper.reach());
        let field = Field::new(0, 0, side, side, reach);
        Self {
            next: vec![0; field.stride() * side],
            field,
            side,
            level,
            reach,
        }
    }

    /// Cells of the square.
    pub(super) fn cells(&self) -> usize {
        self.side * self.side
    }

    /// Lays out the cells of a square.
    pub(super) fn lay(&mut self, store: &Store, square: Square) {
        for y in 0..self.side {
            self.field.row_mut(y).fill(0);
        }
        self.lay_at(store, square, 0, 0);
    }

    fn lay_at(&mut self, store: &Store, square: Square, x: usize, y: usize) {
        if store.is_empty(square.id) {
            return;
        }
        if square.level == store.base() {
            let cells = store.child(square.id);
            let side = 1 << square.level;
            for row in 0..side {
                let bytes = store.kind.row(cells, row);
                self.field.row_mut(y + row)[x..x + side].copy_from_slice(&bytes[..side]);
            }
            return;
        }
        let half = 1 << (square.level - 1);
        for (place, quarter) in store.split(square).into_iter().enumerate() {
            self.lay_at(store, quarter, x + place % 2 * half, y + place / 2 * half);
        }
    }

    /// Goes on by so many generations, at most those of the full step; what is asked for then is
    /// the middle half.
    pub(super) fn advance(&mut self, wide: &Wide, generations: usize, odd: bool) {
        let (stride, quarter) = (self.field.stride(), self.side / 4);
        for generation in 1..=generations {
            let odd = odd != (generation % 2 == 0);
            // The last generation has the middle to give, those before it what is known yet.
            let rim = if generation == generations {
                quarter
            } else {
                self.reach * generation
            };
            let rows = &mut self.next[rim * stride..(self.side - rim) * stride];
            wide.stepper.band(&self.field, rim, rows, odd);
            if generation < generations {
                for (y, row) in rows.chunks(stride).enumerate() {
                    let row = &row[self.reach..self.reach + self.side];
                    self.field.row_mut(rim + y).copy_from_slice(row);
                }
            }
        }
    }

    /// The middle half as a square.
    pub(super) fn lift(&self, store: &mut Store) -> Result<Id, Stop> {
        let quarter = self.side / 4;
        self.lift_at(store, quarter, quarter, self.level - 1)
    }

    fn lift_at(&self, store: &mut Store, x: usize, y: usize, level: u16) -> Result<Id, Stop> {
        let side = 1 << level;
        if level == store.base() {
            let start = self.reach + x;
            let mut cells = [0; 4];
            for row in 0..side {
                let at = (y + row) * self.field.stride() + start;
                store
                    .kind
                    .set_row(&mut cells, row, &self.next[at..at + side]);
            }
            return store.leaf(cells);
        }
        let half = side / 2;
        let mut quarters = [0; 4];
        for (place, quarter) in quarters.iter_mut().enumerate() {
            let (x, y) = (x + place % 2 * half, y + place / 2 * half);
            *quarter = self.lift_at(store, x, y, level - 1)?;
        }
        store.join(quarters)
    }
}

impl Kind {
    /// A row of a leaf as bytes; behind the fourth they are 0 in a leaf of bytes.
    fn row(&self, cells: [u32; 4], row: usize) -> [u8; 8] {
        if !self.is_bits() {
            return u64::from(cells[row]).to_le_bytes();
        }
        let bits = u64::from(cells[row / 4] >> (8 * (row % 4)) & 0xff);
        // Byte i keeps bit i, and what it keeps becomes 1.
        let spread = (bits * 0x0101_0101_0101_0101) & 0x8040_2010_0804_0201;
        let ones = (spread + 0x7f7f_7f7f_7f7f_7f7f) >> 7 & 0x0101_0101_0101_0101;
        ones.to_le_bytes()
    }

    /// Puts a row of bytes into an empty leaf.
    fn set_row(&self, cells: &mut [u32; 4], row: usize, bytes: &[u8]) {
        let mut eight = [0; 8];
        for (to, &byte) in eight.iter_mut().zip(bytes) {
            *to = byte;
        }
        let eight = u64::from_le_bytes(eight);
        if self.is_bits() {
            let bits = (eight & 0x0101_0101_0101_0101).wrapping_mul(0x0102_0408_1020_4080) >> 56;
            cells[row / 4] |= (bits as u32) << (8 * (row % 4));
        } else {
            cells[row] = eight as u32;
        }
    }
}

#[cfg(test)]
mod tests;
