//! Life-like rules on the unbounded plane in sparse tiles of 64 × 64 cells.
//!
//! Only tiles near live cells exist. Two generations of each are kept; a tile whose next
//! generation equals the one before the present is settled (still, or of period two), and when
//! it and its eight neighbours are settled it sleeps: what it would become is what lies there
//! already. Soups burn down to ash of that kind, so that their cost falls with their activity.
//! A background that flips (`B0`) is run by a pair of rules with a dead background
//! ([`LifeLike::emulated`]).

use std::collections::HashMap;

use num_bigint::{BigInt, BigUint};
use num_traits::ToPrimitive;
use rayon::prelude::*;

use crate::engine::{Engine, Inside, at_most};
use crate::error::LifeError;
use crate::hashlife::Bounds;
use crate::lanes::{Kernel, widest};
use crate::means::{Kept, Means};
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
        let band = if self.threads == 1 || count < 64 {
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

/// One generation of a band of tiles.
struct Step<'a> {
    now: &'a [Block],
    near: &'a [[u32; 8]],
    settled: &'a [bool],
    first: usize,
    out: &'a mut [Block],
    flags: &'a mut [bool],
    rule: LifeLike,
}

impl Kernel for Step<'_> {
    #[inline(always)]
    fn run(self) {
        let life = self.rule == LifeLike::CONWAY;
        for (i, (out, flag)) in self.out.iter_mut().zip(self.flags.iter_mut()).enumerate() {
            let tile = self.first + i;
            if tile == 0 {
                continue;
            }
            let near = &self.near[tile];
            let asleep =
                self.settled[tile] && near.iter().all(|&other| self.settled[other as usize]);
            if asleep {
                *flag = true;
                continue;
            }
            let around = |i: usize| &self.now[near[i] as usize];
            let mut rows = [0u64; 66];
            let (mut west, mut east) = ([0u64; 66], [0u64; 66]);
            rows[0] = around(1)[63];
            rows[1..65].copy_from_slice(&self.now[tile]);
            rows[65] = around(6)[0];
            let (left, right) = (around(3), around(4));
            west[1..65].copy_from_slice(left);
            east[1..65].copy_from_slice(right);
            (west[0], east[0]) = (around(0)[63], around(2)[63]);
            (west[65], east[65]) = (around(5)[0], around(7)[0]);
            let next = if life {
                step::<true>(&rows, &west, &east, self.rule)
            } else {
                step::<false>(&rows, &west, &east, self.rule)
            };
            let mut differs = 0;
            for y in 0..64 {
                differs |= next[y] ^ out[y];
            }
            *flag = differs == 0;
            *out = next;
        }
    }
}

/// A tile's next generation from its rows and those beside them, one more above and below.
#[inline(always)]
fn step<const LIFE: bool>(
    rows: &[u64; 66],
    west: &[u64; 66],
    east: &[u64; 66],
    rule: LifeLike,
) -> Block {
    // Sums of three cells in a row: ones and twos.
    let (mut one, mut two) = ([0u64; 66], [0u64; 66]);
    let (mut side_one, mut side_two) = ([0u64; 66], [0u64; 66]);
    for y in 0..66 {
        let w = rows[y] << 1 | west[y] >> 63;
        let e = rows[y] >> 1 | east[y] << 63;
        let sum = w ^ e;
        side_one[y] = sum;
        side_two[y] = w & e;
        one[y] = sum ^ rows[y];
        two[y] = (w & e) | (sum & rows[y]);
    }
    let mut next = [0u64; 64];
    for y in 0..64 {
        let (a, b, m) = (one[y], one[y + 2], side_one[y + 1]);
        let n0 = a ^ b ^ m;
        let carry = (a & b) | (m & (a ^ b));
        let (a, b, m) = (two[y], two[y + 2], side_two[y + 1]);
        let sum = a ^ b ^ m;
        let four = (a & b) | (m & (a ^ b));
        let n1 = sum ^ carry;
        let more = sum & carry;
        let n2 = four ^ more;
        let n3 = four & more;
        let own = rows[y + 1];
        next[y] = if LIFE {
            n1 & !n2 & !n3 & (n0 | own)
        } else {
            let mut born = 0;
            let mut stays = 0;
            for n in 0..9u32 {
                let flag = |bit: u32, word: u64| if n >> bit & 1 != 0 { word } else { !word };
                let is = flag(0, n0) & flag(1, n1) & flag(2, n2) & flag(3, n3);
                let wanted = |set: u16| 0u64.wrapping_sub(u64::from(set >> n & 1));
                born |= is & wanted(rule.birth);
                stays |= is & wanted(rule.survival);
            }
            (born & !own) | (stays & own)
        };
    }
    next
}

impl Engine for Tiles {
    fn name(&self) -> &'static str {
        "tiles"
    }

    fn rule(&self) -> Rule {
        self.rule.clone()
    }

    fn set_rule(&mut self, rule: &Rule) -> Result<bool, LifeError> {
        let Some(life) = rule.life().filter(|_| rule.topology == Topology::Plane) else {
            return Ok(false);
        };
        self.pair = life.emulated();
        self.rule = rule.clone();
        self.stepped = false;
        self.settled[1..].fill(false);
        Ok(true)
    }

    fn advance(
        &mut self,
        generations: &BigUint,
        start: &BigUint,
        interrupt: &mut dyn FnMut() -> bool,
    ) -> (BigUint, Option<LifeError>) {
        let wanted = generations.to_u64().unwrap_or(u64::MAX);
        let mut odd = start.bit(0);
        let mut done = 0u64;
        while done < wanted && !interrupt() {
            if let Err(error) = self.step(odd) {
                return (done.into(), Some(error));
            }
            // With a pair of rules a settled tile settles in one rule only.
            if self.pair[0] != self.pair[1] {
                self.settled[1..].fill(false);
            }
            odd = !odd;
            done += 1;
        }
        (done.into(), None)
    }

    fn population(&self) -> Result<BigUint, LifeError> {
        Ok(self.number_alive().into())
    }

    fn counts(&self) -> Result<Vec<(u8, BigUint)>, LifeError> {
        Ok(vec![(1, self.number_alive().into())])
    }

    fn bounds(&self) -> Result<Option<Bounds>, LifeError> {
        let mut span: Option<[i64; 4]> = None;
        for ((tx, ty), block) in self.live_tiles() {
            let columns = block.iter().fold(0, |all, row| all | row);
            let alive = |row: &u64| *row != 0;
            let (Some(top), Some(bottom)) =
                (block.iter().position(alive), block.iter().rposition(alive))
            else {
                continue;
            };
            let (x, y) = (tx * 64, ty * 64);
            let own = [
                x + i64::from(columns.trailing_zeros()),
                y + top as i64,
                x + 63 - i64::from(columns.leading_zeros()),
                y + bottom as i64,
            ];
            let [l, t, r, b] = span.unwrap_or(own);
            span = Some([l.min(own[0]), t.min(own[1]), r.max(own[2]), b.max(own[3])]);
        }
        Ok(span.map(|[l, t, r, b]| {
            (
                l.into(),
                t.into(),
                ((r - l + 1) as u64).into(),
                ((b - t + 1) as u64).into(),
            )
        }))
    }

    fn last_changes(&self) -> Option<(BigUint, BigUint)> {
        if !self.stepped {
            return None;
        }
        let (mut births, mut deaths) = (0u64, 0u64);
        for (new, old) in self.now.iter().zip(&self.other) {
            for (new, old) in new.iter().zip(old) {
                births += u64::from((new & !old).count_ones());
                deaths += u64::from((old & !new).count_ones());
            }
        }
        Some((births.into(), deaths.into()))
    }

    fn get(&self, x: &BigInt, y: &BigInt) -> Result<u8, LifeError> {
        let Some((x, y)) = Self::place_of(x, y) else {
            return Ok(0);
        };
        let tile = self.index.get(&(x >> 6, y >> 6));
        Ok(tile.map_or(0, |&tile| {
            (self.now[tile as usize][(y & 63) as usize] >> (x & 63) & 1) as u8
        }))
    }

    fn set(&mut self, cells: &[(BigInt, BigInt, u8)]) -> Result<(), LifeError> {
        for (x, y, state) in cells {
            let Some((x, y)) = Self::place_of(x, y) else {
                return Err(LifeError::Other(
                    "tiles hold cells up to 2^56 from the origin; use HashLife".to_owned(),
                ));
            };
            let tile = self.tile((x >> 6, y >> 6))? as usize;
            let row = &mut self.now[tile][(y & 63) as usize];
            let bit = 1 << (x & 63);
            *row = if *state != 0 { *row | bit } else { *row & !bit };
        }
        self.settled[1..].fill(false);
        self.stepped = false;
        Ok(())
    }

    fn clear(&mut self) -> Result<(), LifeError> {
        self.empty();
        Ok(())
    }

    fn pattern(&self, limit: u64) -> Result<Pattern, LifeError> {
        at_most(self.number_alive(), limit)?;
        Ok(pattern_of(&self.sheet()))
    }

    fn keep(&self, generation: &BigUint) -> Result<Kept, LifeError> {
        Ok(Kept::Tiles {
            rule: self.rule.clone(),
            sheet: self.sheet().into(),
            generation: generation.clone(),
        })
    }

    fn restore(&mut self, kept: &Kept) -> Result<bool, LifeError> {
        let Kept::Tiles { rule, sheet, .. } = kept else {
            return Ok(false);
        };
        if !self.set_rule(rule)? {
            return Ok(false);
        }
        self.take(sheet)?;
        Ok(true)
    }

    fn difference(&self, kept: &Kept) -> Result<Option<BigUint>, LifeError> {
        let Kept::Tiles { sheet, .. } = kept else {
            return Ok(None);
        };
        let mut differing = 0u64;
        let mut theirs: HashMap<(i64, i64), &Block> =
            sheet.iter().map(|(at, block)| (*at, block)).collect();
        for (at, block) in self.live_tiles() {
            let other = theirs.remove(&at).copied().unwrap_or([0; 64]);
            let pairs = block.iter().zip(&other);
            differing += pairs
                .map(|(a, b)| u64::from((a ^ b).count_ones()))
                .sum::<u64>();
        }
        for block in theirs.values() {
            differing += block
                .iter()
                .map(|row| u64::from(row.count_ones()))
                .sum::<u64>();
        }
        Ok(Some(differing.into()))
    }

    fn inside(&self) -> Inside<'_> {
        Inside::Tiles(self)
    }
}
