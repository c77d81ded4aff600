//! The canonical squares: each kept once, with what is known of its future.
//!
//! A square of level `n` has side 2^n and is made of four squares of level `n - 1`, down to the
//! leaves. Equal squares are the same number (hash consing), so what has been computed for one
//! holds for all. R. W. Gosper, *Exploiting regularities in large cellular spaces*, Physica D 10
//! (1984) 75–80.
//!
//! A square takes 20 bytes: four numbers and its result. Its level is not kept, since whoever
//! goes down the tree knows it; populations are counted when asked for. The empty squares of
//! all levels come first, so that a number tells whether a square is empty.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Weak};

use num_bigint::BigUint;
use num_traits::ToPrimitive;

use super::MAX_LEVEL;
use super::leaf::Kind;
use super::table::{Place, Table};

/// A square's place in the store.
pub(super) type Id = u32;

/// Stands for no square.
pub(super) const NONE: Id = 0;

/// Stands in a leaf for the result that it can't have.
const LEAF: Id = Id::MAX;

/// The empty squares are numbered from 1 on, the smallest first.
const LAST_EMPTY: Id = MAX_LEVEL as Id + 1;

/// A population not counted yet, and one of 2^32 - 2 or more.
pub(super) const UNKNOWN: u32 = u32::MAX;
const LARGE: u32 = u32::MAX - 1;

/// Bytes of a result of fewer generations than a square's full step.
const PARTIAL: usize = 16;

/// The least that a store may hold.
const LEAST: usize = 1 << 18;

/// Why a computation stopped early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// The memory limit.
    Full,
    /// The caller asked for it.
    Asked,
}

/// A square and its level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Square {
    pub id: Id,
    pub level: u16,
}

/// A root that survives collection; its number changes then.
#[derive(Debug)]
pub(super) struct Root {
    id: AtomicU32,
    level: u16,
}

impl Root {
    pub(super) fn square(&self) -> Square {
        Square {
            id: self.id.load(Ordering::Acquire),
            level: self.level,
        }
    }

    pub(super) fn renumber(&self, id: Id) {
        self.id.store(id, Ordering::Release);
    }
}

/// All squares.
#[derive(Debug)]
pub(super) struct Store {
    /// North-west, north-east, south-west, south-east; in a leaf its cells.
    pub(super) quarters: Vec<[Id; 4]>,
    /// The middle square of half the side, 2^(level - 2) generations on, [`NONE`] or [`LEAF`].
    pub(super) results: Vec<Id>,
    pub(super) table: Table,
    /// Results after 2^k generations, fewer than a square's full step: (square, k).
    pub(super) partial: HashMap<(Id, u16), Id, BuildHasherDefault<Mix>>,
    /// Live cells of squares that somebody asked about.
    pub(super) counts: Vec<u32>,
    pub(super) large: HashMap<Id, BigUint>,
    /// The state that leads in squares that somebody asked about, 0 where it is not known.
    pub(super) leaders: Vec<u8>,
    pub(super) roots: Vec<Weak<Root>>,
    limit: usize,
    pub(super) kind: Kind,
}

/// A hash for keys that are small numbers.
#[derive(Default)]
pub(super) struct Mix(u64);

impl Hasher for Mix {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u32(byte.into());
        }
    }
    fn write_u16(&mut self, key: u16) {
        self.write_u32(key.into());
    }
    fn write_u32(&mut self, key: u32) {
        let mixed = (self.0 ^ u64::from(key)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ mixed >> 32;
    }
}

impl Store {
    /// A store of empty squares that will hold at most `limit` bytes (and at least a quarter of
    /// a mebibyte).
    pub(super) fn new(kind: Kind, limit: usize) -> Self {
        let mut store = Self {
            quarters: vec![[NONE; 4]],
            results: vec![NONE],
            table: Table::new(),
            partial: HashMap::default(),
            counts: Vec::new(),
            large: HashMap::new(),
            leaders: Vec::new(),
            roots: Vec::new(),
            limit: limit.max(LEAST),
            kind,
        };
        store.add(Place::of([0; 4], true), [0; 4], LEAF);
        for id in 1..LAST_EMPTY {
            // The future of nothing is nothing.
            store.add(Place::of([id; 4], false), [id; 4], id);
        }
        store
    }

    /// The level of leaves.
    pub(super) fn base(&self) -> u16 {
        self.kind.base()
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> usize {
        self.quarters.capacity() * size_of::<[Id; 4]>()
            + self.results.capacity() * size_of::<Id>()
            + self.table.bytes()
            + self.counts.capacity() * size_of::<u32>()
            + self.leaders.capacity()
            + self.partial.capacity() * PARTIAL
    }

    pub(super) fn limit(&self) -> usize {
        self.limit
    }

    pub(super) fn set_limit(&mut self, limit: usize) {
        self.limit = limit.max(LEAST);
    }

    /// Squares held.
    pub(super) fn len(&self) -> usize {
        self.quarters.len()
    }

    pub(super) fn child(&self, id: Id) -> [Id; 4] {
        self.quarters[id as usize]
    }

    /// The four quarters of a square that is no leaf.
    pub(super) fn split(&self, square: Square) -> [Square; 4] {
        self.child(square.id).map(|id| Square {
            id,
            level: square.level - 1,
        })
    }

    pub(super) fn is_leaf(&self, id: Id) -> bool {
        self.results[id as usize] == LEAF
    }

    /// Whether no cell of a square is alive.
    #[expect(clippy::unused_self, reason = "the numbers are this store's")]
    pub(super) fn is_empty(&self, id: Id) -> bool {
        id <= LAST_EMPTY
    }

    /// The empty square of a level.
    pub(super) fn empty(&self, level: u16) -> Id {
        Id::from(level - self.base()) + 1
    }

    /// How many numbers of empty squares there are, [`NONE`] among them.
    pub(super) fn empties() -> usize {
        LAST_EMPTY as usize + 1
    }

    /// A root that stays valid through collections as long as the handle lives.
    pub(super) fn hold(&mut self, square: Square) -> Arc<Root> {
        if self.roots.len() >= 64 && self.roots.len().is_power_of_two() {
            self.roots.retain(|root| root.strong_count() > 0);
        }
        let root = Arc::new(Root {
            id: AtomicU32::new(square.id),
            level: square.level,
        });
        self.roots.push(Arc::downgrade(&root));
        root
    }

    /// The leaf with these cells.
    pub(super) fn leaf(&mut self, cells: [u32; 4]) -> Result<Id, Stop> {
        self.find(Place::of(cells, true), cells, LEAF)
    }

    /// The square with these four quarters, which are of one level.
    pub(super) fn join(&mut self, quarters: [Id; 4]) -> Result<Id, Stop> {
        self.find(Place::of(quarters, false), quarters, NONE)
    }

    /// Several squares at once. The visits to memory of one don't wait for those of another.
    #[inline]
    pub(super) fn join_all<const N: usize>(
        &mut self,
        squares: [[Id; 4]; N],
    ) -> Result<[Id; N], Stop> {
        let places = squares.map(|quarters| Place::of(quarters, false));
        let mut ids = places.map(|place| self.table.guess(place));
        let found: [[Id; 4]; N] = std::array::from_fn(|i| self.child(ids[i]));
        for (i, id) in ids.iter_mut().enumerate() {
            if found[i] != squares[i] {
                *id = self.find(places[i], squares[i], NONE)?;
            }
        }
        Ok(ids)
    }

    fn find(&mut self, place: Place, quarters: [Id; 4], result: Id) -> Result<Id, Stop> {
        let is = |id: Id| self.quarters[id as usize] == quarters;
        if let Some(id) = self.table.find(place, is) {
            return Ok(id);
        }
        if self.quarters.len() == self.quarters.capacity() || self.table.room() == 0 {
            self.ensure(1)?;
        }
        Ok(self.add(place, quarters, result))
    }

    fn add(&mut self, place: Place, quarters: [Id; 4], result: Id) -> Id {
        let id = self.quarters.len() as Id;
        self.quarters.push(quarters);
        self.results.push(result);
        self.table.insert(place, id);
        id
    }

    /// Makes room for so many more squares within the limit.
    pub(super) fn ensure(&mut self, more: usize) -> Result<(), Stop> {
        while self.table.room() < more {
            if self.bytes() - self.table.bytes() + self.table.bytes_grown() > self.limit {
                return Err(Stop::Full);
            }
            self.table.grow();
            self.refill();
        }
        let count = self.quarters.len();
        let spare = self.quarters.capacity().min(self.results.capacity()) - count;
        if spare < more {
            // Counted populations and leading states grow with the squares.
            let each = 20
                + if self.counts.is_empty() { 0 } else { 4 }
                + usize::from(!self.leaders.is_empty());
            let left = self.limit.saturating_sub(self.bytes()) / each;
            let grow = left
                .min((count / 4).max(1 << 12))
                .min(LEAF as usize - 1 - count);
            if spare + grow < more {
                return Err(Stop::Full);
            }
            self.quarters.reserve_exact(spare + grow);
            self.results.reserve_exact(spare + grow);
        }
        Ok(())
    }

    /// Enters every square into the table.
    pub(super) fn refill(&mut self) {
        for (id, &quarters) in self.quarters.iter().enumerate().skip(1) {
            let place = Place::of(quarters, self.results[id] == LEAF);
            self.table.insert(place, id as Id);
        }
    }

    /// Remembers a result of fewer generations than the full step.
    pub(super) fn remember(&mut self, id: Id, k: u16, result: Id) -> Result<(), Stop> {
        self.ensure_partial(1)?;
        self.partial.insert((id, k), result);
        Ok(())
    }

    /// Makes room for so many more such results.
    pub(super) fn ensure_partial(&mut self, more: usize) -> Result<(), Stop> {
        let (count, capacity) = (self.partial.len(), self.partial.capacity());
        if capacity - count < more {
            // A hash map grows to twice its size.
            if self.bytes() + (2 * capacity).max(64 + more) * PARTIAL > self.limit {
                return Err(Stop::Full);
            }
            self.partial.reserve(more);
        }
        Ok(())
    }

    /// A square of twice the side with this one in the middle.
    pub(super) fn pad(&mut self, square: Square) -> Result<Square, Stop> {
        let [nw, ne, sw, se] = self.child(square.id);
        let e = self.empty(square.level - 1);
        let quarters =
            self.join_all([[e, e, e, nw], [e, e, ne, e], [e, sw, e, e], [se, e, e, e]])?;
        Ok(Square {
            id: self.join(quarters)?,
            level: square.level + 1,
        })
    }

    /// Live cells of a square, if fewer than 2^32 - 2.
    pub(super) fn count(&mut self, id: Id) -> Option<u32> {
        if self.counts.len() < self.quarters.len() {
            self.counts
                .reserve_exact(self.quarters.len() - self.counts.len());
            self.counts.resize(self.quarters.len(), UNKNOWN);
        }
        let known = self.counts[id as usize];
        if known != UNKNOWN {
            return (known != LARGE).then_some(known);
        }
        let count = if self.is_empty(id) {
            Some(0)
        } else if self.is_leaf(id) {
            Some(self.kind.population(self.child(id)))
        } else {
            let mut sum = Some(0u32);
            for quarter in self.child(id) {
                // All four are counted, so that what is large is known to be so from below.
                let part = self.count(quarter);
                sum = sum.zip(part).and_then(|(sum, part)| sum.checked_add(part));
            }
            sum.filter(|&sum| sum < LARGE)
        };
        self.counts[id as usize] = count.unwrap_or(LARGE);
        count
    }

    /// The state that leads among the live cells of a square, 0 where none lives: in a leaf the
    /// one that most cells have, and above the one that leads where most cells live.
    pub(super) fn leader(&mut self, id: Id) -> u8 {
        if self.is_empty(id) {
            return 0;
        }
        if self.leaders.len() < self.quarters.len() {
            let more = self.quarters.len() - self.leaders.len();
            self.leaders.reserve_exact(more);
            self.leaders.resize(self.quarters.len(), 0);
        }
        let known = self.leaders[id as usize];
        if known != 0 {
            return known;
        }
        let quarters = self.child(id);
        let leader = if self.is_leaf(id) {
            self.kind.leader(quarters, 0, 0, 1 << self.base())
        } else {
            let mut votes = [(0u8, 0.0f64); 4];
            for quarter in quarters {
                let state = self.leader(quarter);
                let cells = match self.count(quarter) {
                    Some(count) => f64::from(count),
                    None => self.population(quarter).to_f64().unwrap_or(f64::MAX),
                };
                let place = votes.iter().position(|&(s, _)| s == state || s == 0);
                if let Some(place) = place.filter(|_| state != 0) {
                    votes[place] = (state, votes[place].1 + cells);
                }
            }
            let first = votes[0];
            let most =
                |best: (u8, f64), vote: &(u8, f64)| if vote.1 > best.1 { *vote } else { best };
            votes.iter().fold(first, most).0
        };
        self.leaders[id as usize] = leader;
        leader
    }

    /// Live cells of a square.
    pub(super) fn population(&mut self, id: Id) -> BigUint {
        if let Some(count) = self.count(id) {
            return count.into();
        }
        if let Some(known) = self.large.get(&id) {
            return known.clone();
        }
        let quarters = self.child(id);
        let sum: BigUint = quarters
            .map(|quarter| self.population(quarter))
            .iter()
            .sum();
        self.large.insert(id, sum.clone());
        sum
    }
}
