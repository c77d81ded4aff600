//! Rules that count the live neighbours of a cell, with any number of dying states, in vectors
//! of bytes.

use super::Field;
use super::engine::Stepper;
use crate::lanes::{Kernel, widest};
use crate::rule::{Hood, LifeLike};

/// Cells that are handled at once; they stay in registers.
const CHUNK: usize = 64;

/// Counts and states.
#[derive(Clone, Debug)]
pub(super) struct Total {
    hood: Hood,
    /// Births and survivals of even and odd generations, as lists of counts.
    births: [Vec<u8>; 2],
    survivals: [Vec<u8>; 2],
    /// The last state, from which a cell goes back to 0.
    last: u8,
}

impl Total {
    /// A rule by its counts; `pair` holds those of even and odd generations.
    pub(super) fn new(hood: Hood, pair: [LifeLike; 2], states: usize) -> Self {
        let list = |counts: u16| (0..9).filter(|n| counts >> n & 1 != 0).collect();
        Self {
            hood,
            births: pair.map(|life| list(life.birth)),
            survivals: pair.map(|life| list(life.survival)),
            last: (states - 1) as u8,
        }
    }
}

impl Stepper for Total {
    fn name(&self) -> &'static str {
        "bytes"
    }

    fn reach(&self) -> usize {
        1
    }

    fn band(&self, from: &Field, first: usize, out: &mut [u8], odd: bool) {
        let births = &self.births[usize::from(odd)];
        let survivals = &self.survivals[usize::from(odd)];
        for (i, out) in out.chunks_mut(from.stride).enumerate() {
            let y = (first + i) as isize;
            let rows = [y - 1, y, y + 1].map(|y| from.padded(y));
            widest(Row {
                rows,
                out: &mut out[1..=from.width],
                hood: self.hood,
                births,
                survivals,
                last: self.last,
            });
        }
    }
}

struct Row<'a> {
    rows: [&'a [u8]; 3],
    out: &'a mut [u8],
    hood: Hood,
    births: &'a [u8],
    survivals: &'a [u8],
    last: u8,
}

impl Kernel for Row<'_> {
    #[inline(always)]
    fn run(self) {
        let [north, here, south] = self.rows;
        let width = self.out.len();
        let mut x = 0;
        while x < width {
            // The last chunk overlaps the one before, where there is one.
            let start = if x + CHUNK > width && width >= CHUNK {
                width - CHUNK
            } else {
                x
            };
            let length = CHUNK.min(width - start);
            let mut count = [0u8; CHUNK];
            let mut own = [0u8; CHUNK];
            let mut add = |row: &[u8], dx: usize| {
                let row = &row[start + dx..start + dx + length];
                for (count, &cell) in count[..length].iter_mut().zip(row) {
                    *count = count.wrapping_add(u8::from(cell == 1));
                }
            };
            add(north, 1);
            add(here, 0);
            add(here, 2);
            add(south, 1);
            if self.hood != Hood::VonNeumann {
                add(north, 0);
                add(south, 2);
            }
            if self.hood == Hood::Moore {
                add(north, 2);
                add(south, 0);
            }
            own[..length].copy_from_slice(&here[start + 1..start + 1 + length]);
            let mut born = [0u8; CHUNK];
            for &n in self.births {
                for (born, &count) in born.iter_mut().zip(&count) {
                    *born |= u8::from(count == n);
                }
            }
            let mut stays = [0u8; CHUNK];
            for &n in self.survivals {
                for (stays, &count) in stays.iter_mut().zip(&count) {
                    *stays |= u8::from(count == n);
                }
            }
            let mut next = [0u8; CHUNK];
            for i in 0..CHUNK {
                let older = if own[i] >= self.last {
                    0
                } else {
                    own[i].wrapping_add(1)
                };
                let alive = if stays[i] != 0 { 1 } else { older };
                let rest = if own[i] == 1 { alive } else { older };
                next[i] = if own[i] == 0 { born[i] } else { rest };
            }
            self.out[start..start + length].copy_from_slice(&next[..length]);
            x += CHUNK;
        }
    }
}
