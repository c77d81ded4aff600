//! Rules with a memory for the eye, `B3/S23History`: Life on the lowest bit of bytes, and what
//! becomes of the marks, in vectors.
//!
//! Odd states are alive. What lives keeps its state unless it dies, or a wall (state 6) stands
//! beside it; what dies leaves a trail (2) or a mark (4), and on a mark a marked cell (3) is born.

use super::Field;
use super::mover::Stepper;
use crate::lanes::{Kernel, widest};
use crate::rule::{Hood, LifeLike};

/// Cells that are handled at once; they stay in registers.
const CHUNK: usize = 64;

/// The state of walls.
const WALL: u8 = 6;

/// A rule that counts live neighbours, with seven states.
#[derive(Clone, Debug)]
pub(super) struct History {
    hood: Hood,
    birth: Vec<u8>,
    survival: Vec<u8>,
}

impl History {
    pub(super) fn new(hood: Hood, life: LifeLike) -> Self {
        let list = |counts: u16| (0..9).filter(|n| counts >> n & 1 != 0).collect();
        Self {
            hood,
            birth: list(life.birth),
            survival: list(life.survival),
        }
    }
}

impl Stepper for History {
    fn name(&self) -> &'static str {
        "bytes"
    }

    fn reach(&self) -> usize {
        1
    }

    fn band(&self, from: &Field, first: usize, out: &mut [u8], _odd: bool) {
        for (i, out) in out.chunks_mut(from.stride).enumerate() {
            let y = (first + i) as isize;
            widest(Row {
                rows: [y - 1, y, y + 1].map(|y| from.padded(y)),
                out: &mut out[1..=from.width],
                rule: self,
            });
        }
    }
}

struct Row<'a> {
    rows: [&'a [u8]; 3],
    out: &'a mut [u8],
    rule: &'a History,
}

impl Kernel for Row<'_> {
    #[inline(always)]
    fn run(self) {
        let width = self.out.len();
        for x in (0..width).step_by(CHUNK) {
            // The last chunk overlaps the one before, where there is one.
            let start = x.min(width.saturating_sub(CHUNK));
            let length = CHUNK.min(width - start);
            let mut cells = [[0; CHUNK + 2]; 3];
            for (cells, row) in cells.iter_mut().zip(self.rows) {
                cells[..length + 2].copy_from_slice(&row[start..start + length + 2]);
            }
            let next = chunk(self.rule, &cells);
            self.out[start..start + length].copy_from_slice(&next[..length]);
        }
    }
}

/// The next states of a chunk, from its rows with one cell more at both ends.
#[inline(always)]
fn chunk(rule: &History, rows: &[[u8; CHUNK + 2]; 3]) -> [u8; CHUNK] {
    let (mut count, mut walls) = ([0u8; CHUNK], [0u8; CHUNK]);
    let mut add = |row: usize, at: usize| {
        let mut beside = [0; CHUNK];
        beside.copy_from_slice(&rows[row][at..at + CHUNK]);
        for i in 0..CHUNK {
            count[i] = count[i].wrapping_add(beside[i] & 1);
            walls[i] |= u8::from(beside[i] == WALL);
        }
    };
    add(0, 1);
    add(1, 0);
    add(1, 2);
    add(2, 1);
    if rule.hood != Hood::VonNeumann {
        add(0, 0);
        add(2, 2);
    }
    if rule.hood == Hood::Moore {
        add(0, 2);
        add(2, 0);
    }
    let mut own = [0; CHUNK];
    own.copy_from_slice(&rows[1][1..=CHUNK]);
    let (mut born, mut stays) = ([0u8; CHUNK], [0u8; CHUNK]);
    for &n in &rule.birth {
        for i in 0..CHUNK {
            born[i] |= u8::from(count[i] == n);
        }
    }
    for &n in &rule.survival {
        for i in 0..CHUNK {
            stays[i] |= u8::from(count[i] == n);
        }
    }
    std::array::from_fn(|i| {
        let dying = if own[i] == 1 { 2 } else { 4 };
        let living = if stays[i] & (1 ^ walls[i]) != 0 {
            own[i]
        } else {
            dying
        };
        let child = if own[i] == 4 { 3 } else { 1 };
        let empty = if born[i] != 0 && own[i] != WALL {
            child
        } else {
            own[i]
        };
        if own[i] & 1 != 0 { living } else { empty }
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::field::{Field, mover};
    use crate::rule::Rule;

    #[test]
    fn every_kind_of_cell_becomes_what_the_rule_of_nine_cells_says() {
        for (width, name) in [
            (1, "B3/S23History"),
            (64, "B3/S23History"),
            (70, "B36/S125History"),
            (201, "B2/S34HHistory"),
            (130, "B13/S012VHistory"),
            (90, "B8/S012345678History"),
        ] {
            let rule: Rule = name.parse().unwrap();
            let (local, stepper) = (
                rule.local().unwrap(),
                mover::stepper(&rule).unwrap().unwrap(),
            );
            let height = 40;
            let mut field = Field::new(0, 0, width, height, 1);
            let mut state = 1u64;
            for y in 0..height {
                for cell in field.row_mut(y) {
                    state = state
                        .wrapping_mul(6_364_136_223_846_793_005)
                        .wrapping_add(1_442_695_040_888_963_407);
                    // Walls are rare, live cells are not.
                    let states = [0, 0, 0, 1, 1, 1, 2, 3, 4, 5, 0, 0, 0, 1, 2, 6];
                    *cell = states[(state >> 60) as usize];
                }
            }
            let mut next = vec![0; field.stride() * height];
            stepper.band(&field, 0, &mut next, false);
            for y in 0..height as i64 {
                for x in 0..width as i64 {
                    let block = std::array::from_fn(|i| {
                        field.at(x - 1 + i as i64 % 3, y - 1 + i as i64 / 3)
                    });
                    let found = next[y as usize * field.stride() + x as usize + 1];
                    assert_eq!(found, local.next(&block), "{name} {block:?}");
                }
            }
        }
    }
}
