//! Cells in space: sheets one below the other, each cell with 26 or 6 neighbours.

use super::Field;
use super::mover::Stepper;
use crate::lanes::{Kernel, widest};
use crate::rule::Space;

/// A rule in its box.
#[derive(Clone, Debug)]
pub(super) struct Sheets {
    rule: Space,
    height: usize,
    depth: usize,
    wraps: bool,
}

impl Sheets {
    pub(super) fn new(rule: Space, height: u32, depth: u32, wraps: bool) -> Self {
        Self {
            rule,
            height: height as usize,
            depth: depth as usize,
            wraps,
        }
    }

    /// The row of a sheet, across the faces where they meet.
    fn row<'a>(&self, from: &'a Field, z: isize, y: isize) -> Option<&'a [u8]> {
        let place = |c: isize, side: usize| {
            let side = side as isize;
            if self.wraps {
                Some(c.rem_euclid(side))
            } else {
                (0..side).contains(&c).then_some(c)
            }
        };
        let (z, y) = (place(z, self.depth)?, place(y, self.height)?);
        Some(from.padded(z * self.height as isize + y))
    }
}

impl Stepper for Sheets {
    fn name(&self) -> &'static str {
        "space"
    }

    fn reach(&self) -> usize {
        1
    }

    fn band(&self, from: &Field, first: usize, out: &mut [u8], _odd: bool) {
        let mut count = vec![0u8; from.width];
        for (i, out) in out.chunks_mut(from.stride).enumerate() {
            let (z, y) = ((first + i) / self.height, (first + i) % self.height);
            let (z, y) = (z as isize, y as isize);
            count.fill(0);
            for dz in -1..=1 {
                for dy in -1..=1 {
                    let Some(row) = self.row(from, z + dz, y + dy) else {
                        continue;
                    };
                    let middle = dz == 0 && dy == 0;
                    let sides = !self.rule.faces || middle;
                    let own = !middle && (!self.rule.faces || dz == 0 || dy == 0);
                    widest(Add {
                        row,
                        count: &mut count,
                        sides,
                        own,
                    });
                }
            }
            let own = &from.padded(first as isize + i as isize)[1..];
            for ((out, &own), &count) in out[1..].iter_mut().zip(own).zip(&count) {
                *out = self.rule.next(own, count.into());
            }
        }
    }
}

/// Adds the live cells of a row to the counts of the row beside it.
struct Add<'a> {
    row: &'a [u8],
    count: &'a mut [u8],
    sides: bool,
    own: bool,
}

impl Kernel for Add<'_> {
    #[inline(always)]
    fn run(self) {
        let width = self.count.len();
        let mut add = |dx: usize| {
            for (count, &cell) in self.count.iter_mut().zip(&self.row[dx..dx + width]) {
                *count = count.wrapping_add(u8::from(cell == 1));
            }
        };
        if self.sides {
            add(0);
            add(2);
        }
        if self.own {
            add(1);
        }
    }
}
