//! Life-like rules on the unbounded plane in sparse tiles of 64 × 64 cells.
//!
//! Only tiles near live cells exist. Two generations of each are kept; a tile whose next
//! generation equals the one before the present is settled (still, or of period two), and when
//! it and its eight neighbours are settled it sleeps: what it would become is what lies there
//! already. Soups burn down to ash of that kind, so that their cost falls with their activity.
//! A background that flips (`B0`) is run by a pair of rules with a dead background
//! ([`LifeLike::emulated`]).

mod offers;
mod step;

use std::collections::HashMap;

use num_bigint::BigInt;
use num_traits::ToPrimitive;
use rayon::prelude::*;

use self::step::Step;
use crate::error::LifeError;
use crate::lanes::widest;
use crate::means::Means;
use crate::pattern::Pattern;
use crate::rule::{LifeLike, Rule, Topology};

/// The cells of a tile: a word a row, the westernmost cell in the lowest bit.
pub type Block = [u64; 64];

/// The tile that stands for all that don't exist.
const NONE: u32 = 0;

/// Bytes that a tile takes with its place and neighbours.
const TILE_BYTES: u64 = 2 * 512 + 96;

/// The furthest tile from the origin.
const FAR: i64 = 1 << 50;

/// Fewer tiles than this are stepped by one thread: waking others would take longer.
const THREADS_FROM: usize = 8192;

/// Generations between two looks for tiles that are no longer needed.
const SWEEP: u64 = 128;

/// Where the eight neighbours of a tile lie, by row from the north-west.
const AROUND: [(i64, i64); 8] = [
    (-1, -1),
    (0, -1),
    (1, -1),
    (-1, 0),
    (1, 0),
    (-1, 1),
    (0, 1),
    (1, 1),
];

/// Live cells kept by tile, in the order of rows and columns of tiles.
pub type Sheet = Vec<((i64, i64), Block)>;

/// Cells on the plane in tiles.
#[derive(Debug)]
pub struct Tiles {
    rule: Rule,
    pair: [LifeLike; 2],
    places: Vec<(i64, i64)>,
    near: Vec<[u32; 8]>,
    now: Vec<Block>,
    /// The generation before, and then the next one.
    other: Vec<Block>,
    settled: Vec<bool>,
    index: HashMap<(i64, i64), u32>,
    threads: usize,
    memory: u64,
    swept: u64,
    /// Whether `other` holds the generation before.
    stepped: bool,
}

impl Tiles {
    /// Tiles that hold a pattern.
    ///
    /// # Errors
    /// A rule that is not Life-like, or a grid; too little memory.
    pub fn new(rule: Rule, pattern: &Pattern, means: &Means) -> Result<Self, LifeError> {
        let Some(life) = rule.life().filter(|_| rule.topology == Topology::Plane) else {
            return Err(LifeError::Other(format!(
                "tiles run Life-like rules on the unbounded plane, not {rule}; choose the engine \
                 auto"
            )));
        };
        let mut tiles = Self {
            pair: life.emulated(),
            rule,
            places: Vec::new(),
            near: Vec::new(),
            now: Vec::new(),
            other: Vec::new(),
            settled: Vec::new(),
            index: HashMap::new(),
            threads: means.threads.max(1),
            memory: means.memory,
            swept: 0,
            stepped: false,
        };
        tiles.empty();
        if pattern.highest_state() > 1 {
            return Err(LifeError::Other(format!(
                "the pattern has cells in state {}, and rule {} has two states",
                pattern.highest_state(),
                tiles.rule.name()
            )));
        }
        for run in pattern.placed(Topology::Plane) {
            let (mut x, end) = (run.x, run.x + run.length as i64);
            while x < end {
                let next = (x | 63) + 1;
                let bits = end.min(next) - x;
                let word = (u64::MAX >> (64 - bits)) << (x & 63);
                let tile = tiles.tile((x >> 6, run.y >> 6))?;
                tiles.now[tile as usize][(run.y & 63) as usize] |= word;
                x = next;
            }
        }
        Ok(tiles)
    }

    /// Tiles from cells that were kept.
    pub(crate) fn of_sheet(rule: Rule, sheet: &Sheet, means: &Means) -> Result<Self, LifeError> {
        let mut tiles = Self::new(rule, &Pattern::default(), means)?;
        tiles.take(sheet)?;
        Ok(tiles)
    }

    fn take(&mut self, sheet: &Sheet) -> Result<(), LifeError> {
        self.empty();
        for (place, block) in sheet {
            let tile = self.tile(*place)?;
            self.now[tile as usize] = *block;
        }
        Ok(())
    }

    /// No tiles but the one that stands for none.
    fn empty(&mut self) {
        self.places = vec![(i64::MAX, i64::MAX)];
        self.near = vec![[NONE; 8]];
        self.now = vec![[0; 64]];
        self.other = vec![[0; 64]];
        self.settled = vec![true];
        self.index.clear();
        self.stepped = false;
    }

    /// The tile at a place, made if there is none.
    fn tile(&mut self, place: (i64, i64)) -> Result<u32, LifeError> {
        if let Some(&tile) = self.index.get(&place) {
            return Ok(tile);
        }
        if place.0.abs() > FAR || place.1.abs() > FAR {
            return Err(LifeError::Other(
                "tiles hold cells up to 2^56 from the origin; use HashLife".to_owned(),
            ));
        }
        if self.places.len() as u64 * TILE_BYTES > self.memory {
            return Err(LifeError::Other(format!(
                "{} tiles of 64 × 64 cells fill the memory limit of {} MiB; raise it, or use \
                 HashLife",
                self.places.len(),
                self.memory >> 20
            )));
        }
        let tile = self.places.len() as u32;
        let mut near = [NONE; 8];
        for (i, (dx, dy)) in AROUND.into_iter().enumerate() {
            if let Some(&other) = self.index.get(&(place.0 + dx, place.1 + dy)) {
                near[i] = other;
                self.near[other as usize][7 - i] = tile;
            }
        }
        self.places.push(place);
        self.near.push(near);
        self.now.push([0; 64]);
        self.other.push([0; 64]);
        self.settled.push(false);
        self.index.insert(place, tile);
        Ok(tile)
    }

    /// Tiles beside live edges of tiles that are awake.
    fn spread(&mut self) -> Result<(), LifeError> {
        for tile in 1..self.places.len() {
            if self.settled[tile] {
                continue;
            }
            let block = &self.now[tile];
            let (first, last) = (block[0], block[63]);
            let sides = block.iter().fold(0, |sides, row| sides | row);
            if first | last | (sides & (1 | 1 << 63)) == 0 {
                continue;
            }
            let (west, east) = (sides & 1 != 0, sides >> 63 != 0);
            let needed = [
                first & 1 != 0,
                first != 0,
                first >> 63 != 0,
                west,
                east,
                last & 1 != 0,
                last != 0,
                last >> 63 != 0,
            ];
            for (i, (dx, dy)) in AROUND.into_iter().enumerate() {
                if needed[i] && self.near[tile][i] == NONE {
                    let (x, y) = self.places[tile];
                    self.tile((x + dx, y + dy))?;
                }
            }
        }
        Ok(())
    }

    fn step(&mut self, odd: bool) -> Result<(), LifeError> {
        self.spread()?;
        self.swept += 1;
        if self.swept >= SWEEP {
            self.sweep();
        }
        let rule = self.pair[usize::from(odd)];
        let (now, near, settled) = (&self.now, &self.near, &self.settled);
        let count = now.len();
        let band = if self.threads == 1 || count < THREADS_FROM {
            count
        } else {
            count.div_ceil(self.threads * 4)
        };
        let mut next_settled = vec![true; count];
        let work = |(i, (out, flags)): (usize, (&mut [Block], &mut [bool]))| {
            widest(Step {
                now,
                near,
                settled,
                first: i * band,
                out,
                flags,
                rule,
            });
        };
        if band == count {
            work((0, (&mut self.other, &mut next_settled)));
        } else {
            self.other
                .par_chunks_mut(band)
                .zip(next_settled.par_chunks_mut(band))
                .enumerate()
                .for_each(work);
        }
        if !self.stepped {
            // What was compared with is no generation before: cells are new or were edited.
            next_settled[1..].fill(false);
        }
        self.settled = next_settled;
        std::mem::swap(&mut self.now, &mut self.other);
        self.stepped = true;
        Ok(())
    }

    /// Forgets tiles that hold nothing in either generation.
    fn sweep(&mut self) {
        self.swept = 0;
        let empty = |block: &Block| block.iter().all(|&row| row == 0);
        let keep: Vec<bool> = (0..self.places.len())
            .map(|i| i == 0 || !(empty(&self.now[i]) && empty(&self.other[i])))
            .collect();
        let gone = keep.iter().filter(|&&keep| !keep).count();
        if gone * 4 < self.places.len() {
            return;
        }
        let mut moved = vec![NONE; keep.len()];
        let mut next = 0u32;
        for (i, &keep) in keep.iter().enumerate() {
            if keep {
                moved[i] = next;
                next += 1;
            }
        }
        let mut flags = keep.iter();
        let mut kept = || flags.next().copied().unwrap_or(false);
        self.places.retain(|_| kept());
        let mut flags = keep.iter();
        self.now.retain(|_| flags.next().copied().unwrap_or(false));
        let mut flags = keep.iter();
        self.other
            .retain(|_| flags.next().copied().unwrap_or(false));
        let mut flags = keep.iter();
        self.settled
            .retain(|_| flags.next().copied().unwrap_or(false));
        let mut flags = keep.iter();
        self.near.retain(|_| flags.next().copied().unwrap_or(false));
        for near in &mut self.near {
            for tile in near {
                *tile = moved[*tile as usize];
            }
        }
        self.index = (1..)
            .zip(self.places.iter().skip(1))
            .map(|(i, &p)| (p, i))
            .collect();
    }

    /// Every tile that holds live cells.
    pub fn live_tiles(&self) -> impl Iterator<Item = ((i64, i64), &Block)> {
        let tiles = self.places.iter().copied().zip(&self.now).skip(1);
        tiles.filter(|(_, block)| block.iter().any(|&row| row != 0))
    }

    /// The live cells by tile.
    pub(crate) fn sheet(&self) -> Sheet {
        let mut sheet: Sheet = self.live_tiles().map(|(at, block)| (at, *block)).collect();
        sheet.sort_unstable_by_key(|((x, y), _)| (*y, *x));
        sheet
    }

    fn number_alive(&self) -> u64 {
        let alive =
            |block: &Block| -> u64 { block.iter().map(|row| u64::from(row.count_ones())).sum() };
        self.now.iter().map(alive).sum()
    }

    fn place_of(x: &BigInt, y: &BigInt) -> Option<(i64, i64)> {
        Some((x.to_i64()?, y.to_i64()?))
    }
}

/// The live cells of a sheet as a pattern.
pub(crate) fn pattern_of(sheet: &Sheet) -> Pattern {
    let mut pattern = Pattern {
        position: Some((0, 0)),
        ..Pattern::default()
    };
    for tiles in sheet.chunk_by(|a, b| a.0.1 == b.0.1) {
        for y in 0..64 {
            for ((tx, ty), block) in tiles {
                let mut word = block[y];
                while word != 0 {
                    let first = word.trailing_zeros();
                    let length = (word >> first).trailing_ones();
                    pattern.push(
                        tx * 64 + i64::from(first),
                        ty * 64 + y as i64,
                        u64::from(length),
                    );
                    let end = first + length;
                    word = if end == 64 { 0 } else { word >> end << end };
                }
            }
        }
    }
    pattern.fit();
    pattern
}
