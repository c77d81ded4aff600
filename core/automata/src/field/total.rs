//! Rules that count the live neighbours of a cell, with any number of dying states, in vectors
//! of bytes.

use super::Field;
use super::mover::Stepper;
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
        let width = self.out.len();
        let mut x = 0;
        while x < width {
            // The last chunk overlaps the one before, where there is one.
            let start = x.min(width.saturating_sub(CHUNK));
            let length = CHUNK.min(width - start);
            let next = if length == CHUNK {
                let rows = self.rows.map(|row| &row[start..start + CHUNK + 2]);
                self.chunk(rows)
            } else {
                let mut wide = [[0; CHUNK + 2]; 3];
                for (wide, row) in wide.iter_mut().zip(self.rows) {
                    wide[..length + 2].copy_from_slice(&row[..length + 2]);
                }
                self.chunk([&wide[0], &wide[1], &wide[2]])
            };
            self.out[start..start + length].copy_from_slice(&next[..length]);
            x += CHUNK;
        }
    }
}

impl Row<'_> {
    /// The next states of a chunk, from its rows with one cell more at both ends.
    #[inline(always)]
    fn chunk(&self, [north, here, south]: [&[u8]; 3]) -> [u8; CHUNK] {
        let mut count = [0u8; CHUNK];
        add(&mut count, north, 1);
        add(&mut count, here, 0);
        add(&mut count, here, 2);
        add(&mut count, south, 1);
        if self.hood != Hood::VonNeumann {
            add(&mut count, north, 0);
            add(&mut count, south, 2);
        }
        if self.hood == Hood::Moore {
            add(&mut count, north, 2);
            add(&mut count, south, 0);
        }
        let mut own = [0u8; CHUNK];
        own.copy_from_slice(&here[1..=CHUNK]);
        let (mut born, mut stays) = ([0u8; CHUNK], [0u8; CHUNK]);
        for &n in self.births {
            for i in 0..CHUNK {
                born[i] |= u8::from(count[i] == n);
            }
        }
        for &n in self.survivals {
            for i in 0..CHUNK {
                stays[i] |= u8::from(count[i] == n);
            }
        }
        let last = self.last;
        std::array::from_fn(|i| {
            let older = if own[i] >= last {
                0
            } else {
                own[i].wrapping_add(1)
            };
            let alive = if stays[i] != 0 { 1 } else { older };
            let rest = if own[i] == 1 { alive } else { older };
            if own[i] == 0 { born[i] } else { rest }
        })
    }
}

/// Adds the live cells from a place of a row on.
#[inline(always)]
fn add(count: &mut [u8; CHUNK], row: &[u8], from: usize) {
    let mut cells = [0; CHUNK];
    cells.copy_from_slice(&row[from..from + CHUNK]);
    for i in 0..CHUNK {
        count[i] = count[i].wrapping_add(u8::from(cells[i] == 1));
    }
}
