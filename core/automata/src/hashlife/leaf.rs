//! Leaves of the tree: what the cells in them are, and how four of them are advanced together.
//!
//! Cells of two states stand 8 × 8 in a leaf of level 3, bit `8 y + x` of its first two numbers.
//! Cells of more states stand 4 × 4 in a leaf of level 2, one byte each, a row to a number. Rows
//! of four leaves lose one valid cell at each side with every generation, so after at most a
//! quarter of their side in generations the middle is known.

use std::sync::Arc;

use super::HashLifeError;
use super::wide::Wide;
use crate::adder::{Fixed, Masks, RuleTable, next, row_sum};
use crate::local::Local;
use crate::rule::{LIFE, LifeLike, Rule, Topology};

/// What cells are, and their rule.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// Conway's Life.
    Life,
    /// Another rule of two states that counts neighbours.
    Bits(Box<Masks>),
    /// Two of them, in even and odd generations.
    Pair(Box<[Masks; 2]>),
    /// Any rule of up to 256 states that looks at the eight neighbours.
    Bytes(Arc<dyn Local>),
    /// Any other rule.
    Wide(Wide),
}

impl Kind {
    /// What cells are under a rule.
    ///
    /// # Errors
    /// A rule that HashLife doesn't run.
    pub(super) fn of(rule: &Rule) -> Result<Self, HashLifeError> {
        if rule.topology != Topology::Plane {
            return Err(HashLifeError::Grid(rule.clone()));
        }
        if let Some(life) = rule.life() {
            return Ok(Self::of_life(life));
        }
        match rule.local() {
            Some(local) if !rule.has_b0() => Ok(Self::Bytes(local)),
            _ => Wide::of(rule).map(Self::Wide),
        }
    }

    fn of_life(life: LifeLike) -> Self {
        let [even, odd] = life.emulated().map(LifeLike::bits);
        if even != odd {
            Self::Pair(Box::new([even, odd].map(Masks::new)))
        } else if even == LIFE.bits() {
            Self::Life
        } else {
            Self::Bits(Box::new(Masks::new(even)))
        }
    }

    /// How many states cells have; nothing where any state but 0 is taken as alive.
    pub(super) fn states(&self) -> Option<usize> {
        match self {
            Self::Life | Self::Bits(_) | Self::Pair(_) => None,
            Self::Bytes(local) => Some(local.states()),
            Self::Wide(wide) => Some(wide.states()).filter(|&states| states > 2),
        }
    }

    /// Whether odd generations have a rule of their own.
    pub(super) fn alternates(&self) -> bool {
        match self {
            Self::Life | Self::Bits(_) | Self::Bytes(_) => false,
            Self::Pair(_) => true,
            Self::Wide(wide) => wide.alternates(),
        }
    }

    /// A cell looks at most 2^slowness cells far, so that a square of level n is known
    /// 2^(n - 2 - slowness) generations on.
    pub(super) fn slowness(&self) -> u16 {
        match self {
            Self::Wide(wide) => wide.slowness(),
            _ => 0,
        }
    }

    /// The level of squares that are advanced cell by cell.
    pub(super) fn floor(&self) -> u16 {
        // The full step of the smallest is a whole number of turns of the rules.
        (self.base() + 1).max(self.slowness() + 2 + u16::from(self.alternates()))
    }

    /// The most squares that are made when one of that level is advanced.
    pub(super) fn made(&self) -> usize {
        match self {
            Self::Wide(_) => (1 << (2 * (self.floor() - 1 - self.base()))) / 3 * 4 + 2,
            _ => 1,
        }
    }

    /// The level of leaves: their side is 2^base.
    pub(super) fn base(&self) -> u16 {
        match self {
            Self::Life | Self::Bits(_) | Self::Pair(_) => 3,
            Self::Bytes(_) => 2,
            Self::Wide(wide) => 2 + u16::from(wide.states() == 2),
        }
    }

    /// Whether a cell is one bit.
    pub(super) fn is_bits(&self) -> bool {
        self.base() == 3
    }

    pub(super) fn population(&self, cells: [u32; 4]) -> u32 {
        if self.is_bits() {
            word(cells).count_ones()
        } else {
            bytes(cells).iter().filter(|&&state| state != 0).count() as u32
        }
    }

    /// Cells that differ, or only those that live in one of the two.
    pub(super) fn differing(&self, one: [u32; 4], other: [u32; 4], alive: bool) -> u32 {
        if alive {
            return (self.alive(one) ^ self.alive(other)).count_ones();
        }
        let differing = std::array::from_fn(|i| one[i] ^ other[i]);
        self.population(differing)
    }

    /// The state of the cell in column `x` and row `y` of a leaf.
    pub(super) fn state(&self, cells: [u32; 4], x: u32, y: u32) -> u8 {
        if self.is_bits() {
            (word(cells) >> (8 * y + x) & 1) as u8
        } else {
            (cells[y as usize] >> (8 * x)) as u8
        }
    }

    /// The state that most live cells have in a square of a leaf with its corner at (x, y), the
    /// lowest of those that are equally many; 0 where none lives.
    pub(super) fn leader(&self, cells: [u32; 4], x: u32, y: u32, side: u32) -> u8 {
        let mut counts = [0u8; 256];
        for at in 0..side * side {
            let state = self.state(cells, x + at % side, y + at / side);
            counts[usize::from(state)] += 1;
        }
        let most = counts[1..].iter().copied().max().unwrap_or(0);
        if most == 0 {
            return 0;
        }
        (1..=255)
            .find(|&state| counts[usize::from(state)] == most)
            .unwrap_or(0)
    }

    /// The leaf with one cell changed.
    pub(super) fn put(&self, mut cells: [u32; 4], x: u32, y: u32, state: u8) -> [u32; 4] {
        if self.is_bits() {
            let bit = 1 << (8 * y + x);
            let word = word(cells);
            return of_word(if state == 0 { word & !bit } else { word | bit });
        }
        let row = &mut cells[y as usize];
        *row = *row & !(0xff << (8 * x)) | u32::from(state) << (8 * x);
        cells
    }

    /// The live cells of a leaf, bit `8 y + x` for column `x` and row `y`.
    pub(super) fn alive(&self, cells: [u32; 4]) -> u64 {
        if self.is_bits() {
            return word(cells);
        }
        bytes(cells)
            .iter()
            .enumerate()
            .filter(|&(_, &state)| state != 0)
            .fold(0, |alive, (at, _)| alive | 1 << (8 * (at / 4) + at % 4))
    }

    /// The middle of four leaves, now.
    pub(super) fn centre(&self, leaves: [[u32; 4]; 4]) -> [u32; 4] {
        if self.is_bits() {
            return of_word(middle(&rows(leaves.map(word))));
        }
        let [nw, ne, sw, se] = leaves;
        let across = |west: u32, east: u32| west >> 16 | east << 16;
        [
            across(nw[2], ne[2]),
            across(nw[3], ne[3]),
            across(sw[0], se[0]),
            across(sw[1], se[1]),
        ]
    }

    /// The middle of four leaves after 2^k generations, of which the first is an `odd` one: 1, 2
    /// or 4 of bits, 1 or 2 of bytes. Nothing for squares that are advanced as a whole.
    pub(super) fn advance(&self, leaves: [[u32; 4]; 4], k: u16, odd: bool) -> Option<[u32; 4]> {
        let words = || leaves.map(word);
        Some(match self {
            Self::Life => of_word(bits(|_| Fixed::<{ LIFE.bits() }>, words(), 1 << k)),
            Self::Bits(masks) => of_word(bits(|_| **masks, words(), 1 << k)),
            Self::Pair(pair) => {
                let rule = |generation: u32| pair[(usize::from(odd) + generation as usize) % 2];
                of_word(bits(rule, words(), 1 << k))
            }
            Self::Bytes(local) => states(&**local, leaves, 1 << k),
            Self::Wide(_) => return None,
        })
    }
}

/// The cells of a leaf of bits.
pub(super) fn word(cells: [u32; 4]) -> u64 {
    u64::from(cells[0]) | u64::from(cells[1]) << 32
}

pub(super) fn of_word(word: u64) -> [u32; 4] {
    [word as u32, (word >> 32) as u32, 0, 0]
}

/// 8 × 8 cells of two states as four leaves of bytes.
pub(super) fn spread(word: u64) -> [[u32; 4]; 4] {
    std::array::from_fn(|place| {
        std::array::from_fn(|y| {
            let at = 8 * (4 * (place / 2) + y) + 4 * (place % 2);
            (0..4).fold(0, |row, x| row | ((word >> (at + x) & 1) as u32) << (8 * x))
        })
    })
}

/// What is alive in four leaves of bytes.
pub(super) fn gathered(leaves: [[u32; 4]; 4]) -> u64 {
    let mut word = 0;
    for (place, leaf) in leaves.into_iter().enumerate() {
        for (at, state) in bytes(leaf).into_iter().enumerate() {
            let (x, y) = (4 * (place % 2) + at % 4, 4 * (place / 2) + at / 4);
            word |= u64::from(state != 0) << (8 * y + x);
        }
    }
    word
}

/// The cells of a leaf of bytes, row by row.
fn bytes(cells: [u32; 4]) -> [u8; 16] {
    std::array::from_fn(|at| (cells[at / 4] >> (8 * (at % 4))) as u8)
}

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

fn bits<R: RuleTable>(rule: impl Fn(u32) -> R, leaves: [u64; 4], generations: u32) -> u64 {
    // Four rows of 16 cells stand in a word. What shifts across a row's border reaches cells
    // that are already unknown there.
    let rows = rows(leaves);
    let mut words: [u64; 4] = std::array::from_fn(|i| {
        (0..4).fold(0, |word, r| word | u64::from(rows[4 * i + r]) << (16 * r))
    });
    for generation in 0..generations {
        let rule = rule(generation);
        let sums = words.map(|word| row_sum(0, word, 0));
        let ones = vertical(sums.map(|sum| sum.0));
        let twos = vertical(sums.map(|sum| sum.1));
        words = std::array::from_fn(|i| {
            next(
                rule,
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

/// The middle of 8 × 8 cells of any states.
fn states(rule: &dyn Local, [nw, ne, sw, se]: [[u32; 4]; 4], generations: usize) -> [u32; 4] {
    let mut cells = [[0u8; 8]; 8];
    for (y, row) in cells.iter_mut().enumerate() {
        let (west, east) = if y < 4 { (nw, ne) } else { (sw, se) };
        row[..4].copy_from_slice(&west[y % 4].to_le_bytes());
        row[4..].copy_from_slice(&east[y % 4].to_le_bytes());
    }
    for generation in 1..=generations {
        let before = cells;
        // The middle 4 × 4 is all that the last generation has to give.
        let rim = if generation == generations { 2 } else { 1 };
        for y in rim..8 - rim {
            for x in rim..8 - rim {
                let block = std::array::from_fn(|i| before[y - 1 + i / 3][x - 1 + i % 3]);
                cells[y][x] = rule.next(&block);
            }
        }
    }
    std::array::from_fn(|y| u32::from_le_bytes(std::array::from_fn(|x| cells[y + 2][x + 2])))
}
