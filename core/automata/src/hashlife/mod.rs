//! HashLife: any rule of up to 256 states that looks a bounded way, over astronomical times.
//!
//! A square of side 2^n gives its middle half after 2^(n - 2 - s) generations where a cell looks
//! at most 2^s far. Squares from that size on down, which are too small to be split, are computed
//! from their cells: as words of bits under Life-like rules, by blocks of nine under rules that
//! look one cell far ([`crate::local`]), and in rows by the engine that counts under all others.
//! Under a rule with births out of nothing whose background comes back, two rules run in turn
//! that leave the background empty, and steps of more than one generation begin at even ones.
//!
//! A [`Universe`] is a root in a store of canonical squares and a generation, both of unlimited
//! size. Clones share the store and cost nothing, so that captures and twins are clones. The
//! store keeps within its memory limit: what nobody needs is collected when it fills up, a step
//! that still finds no room is halved, and when not even one generation fits the universe stops
//! where it stands and says so.

mod collect;
mod effort;
mod error;
mod leaf;
mod look;
mod macrocell;
mod region;
mod step;
mod store;
mod table;
#[cfg(test)]
mod tests;
mod view;
mod wide;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use num_bigint::{BigInt, BigUint};
use num_traits::{One, ToPrimitive, Zero};

use crate::local::Local;
use crate::pattern::Pattern;
use crate::rule::{Rule, Topology};
use effort::Effort;
pub use error::HashLifeError;
use error::TOO_FAR;
use leaf::Kind;
pub use macrocell::MacrocellError;
use step::Stepper;
use store::{Id, Root, Square, Stop, Store};

/// The highest level of a root: squares of side 2^1000 are as far as a universe grows.
const MAX_LEVEL: u16 = 1000;

/// Cells on the unbounded plane at a generation.
#[derive(Clone, Debug)]
pub struct Universe {
    store: Arc<Mutex<Store>>,
    root: Arc<Root>,
    rule: Rule,
    generation: BigUint,
    /// What was spent on collecting the store.
    effort: Effort,
}

/// A rectangle: left, top, width, height.
pub type Bounds = (BigInt, BigInt, BigUint, BigUint);

impl Universe {
    /// An empty universe whose store holds at most `limit` bytes.
    ///
    /// # Errors
    /// A rule with a grid, of one dimension or in space; births out of nothing under which the
    /// background does not come back.
    pub fn new(rule: Rule, limit: u64) -> Result<Self, HashLifeError> {
        let kind = Kind::of(&rule)?;
        Ok(Self::of_kind(rule, kind, limit))
    }

    /// An empty universe of any rule of up to 256 states whose store holds at most `limit`
    /// bytes; `rule` is the notation of what `local` says.
    ///
    /// # Errors
    /// A rule with a grid, or one that turns empty cells alive.
    pub fn new_local(rule: Rule, local: Arc<dyn Local>, limit: u64) -> Result<Self, HashLifeError> {
        if rule.topology != Topology::Plane {
            return Err(HashLifeError::Grid(rule));
        }
        if local.next(&[0; 9]) != 0 {
            return Err(HashLifeError::B0(rule));
        }
        Ok(Self::of_kind(rule, Kind::Bytes(local), limit))
    }

    fn of_kind(rule: Rule, kind: Kind, limit: u64) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut store = Store::new(kind, limit);
        let level = store.base() + 1;
        let id = store.empty(level);
        let root = store.hold(Square { id, level });
        Self {
            store: Arc::new(Mutex::new(store)),
            root,
            rule,
            generation: BigUint::zero(),
            effort: Effort::new(),
        }
    }

    /// A universe that holds a pattern, at the pattern's place and generation.
    ///
    /// # Errors
    /// Those of [`Self::new`]; not enough memory.
    pub fn from_pattern(rule: Rule, pattern: &Pattern, limit: u64) -> Result<Self, HashLifeError> {
        Self::new(rule, limit)?.holding(pattern)
    }

    /// This universe with other cells: those of a pattern, at its place and generation. In a
    /// universe of two states any state but 0 is alive.
    ///
    /// # Errors
    /// Not enough memory; a state that the rule doesn't have.
    pub fn holding(mut self, pattern: &Pattern) -> Result<Self, HashLifeError> {
        self.has_state(pattern.highest_state())?;
        self.generation = pattern.generation.clone();
        self.load(pattern)?;
        Ok(self)
    }

    /// Whether cells can take a state, which they can't if the rule has fewer.
    fn has_state(&self, state: u8) -> Result<(), HashLifeError> {
        match self.lock().kind.states() {
            Some(states) if usize::from(state) >= states => Err(HashLifeError::State {
                rule: self.rule(),
                states,
                state,
            }),
            _ => Ok(()),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The rule.
    pub fn rule(&self) -> Rule {
        self.rule.clone()
    }

    /// Generations since the beginning.
    pub fn generation(&self) -> &BigUint {
        &self.generation
    }

    /// Sets the generation and leaves the cells alone.
    pub fn set_generation(&mut self, generation: BigUint) {
        self.generation = generation;
    }

    /// Bytes that the store holds; all clones share them.
    pub fn bytes(&self) -> u64 {
        self.lock().bytes() as u64
    }

    /// Sets the limit of the store in bytes; an overfull one is collected at the next step.
    pub fn set_limit(&mut self, limit: u64) {
        self.lock()
            .set_limit(usize::try_from(limit).unwrap_or(usize::MAX));
        self.effort = Effort::new();
    }

    /// The same generation with other births and survivals; nothing learned about the old rule
    /// serves the new one, so the store is a new one.
    ///
    /// # Errors
    /// Those of [`Self::new`]; not enough memory.
    pub fn with_rule(&self, rule: Rule) -> Result<Self, HashLifeError> {
        let limit = self.lock().limit();
        Self::new(rule, limit as u64)?.adopt(self)
    }

    /// The same with another rule of up to 256 states, as [`Self::new_local`] takes it.
    ///
    /// # Errors
    /// Those of [`Self::new_local`]; not enough memory.
    pub fn with_local(&self, rule: Rule, local: Arc<dyn Local>) -> Result<Self, HashLifeError> {
        let limit = self.lock().limit();
        Self::new_local(rule, local, limit as u64)?.adopt(self)
    }

    /// Replaces the cells by those of a pattern.
    fn load(&mut self, pattern: &Pattern) -> Result<(), HashLifeError> {
        let mut store = self.lock();
        let limit = store.limit();
        let full = move |_| HashLifeError::PatternTooBig { limit: limit >> 20 };
        let (base, kind) = (store.base(), store.kind.clone());
        let side = 1i64 << base;
        let mut leaves: HashMap<(i64, i64), [u32; 4]> = HashMap::new();
        for run in pattern.placed(Topology::Plane) {
            let (mut x, end) = (run.x, run.x + run.length as i64);
            while x < end {
                let next = end.min((x | (side - 1)) + 1);
                let cells = leaves.entry((x >> base, run.y >> base)).or_default();
                for x in x..next {
                    let (x, y) = ((x & (side - 1)) as u32, (run.y & (side - 1)) as u32);
                    *cells = kind.put(*cells, x, y, run.state);
                }
                x = next;
                // A leaf in the map takes about 48 bytes while the pattern is read.
                if leaves.len() * 48 > limit {
                    return Err(full(Stop::Full));
                }
            }
        }
        let mut squares: HashMap<(i64, i64), Id> = HashMap::new();
        for (at, cells) in leaves {
            let leaf = store.leaf(cells).map_err(full)?;
            squares.insert(at, leaf);
        }
        let mut level = base;
        // The four squares around the origin have coordinates -1 and 0 at every level.
        let near = |(x, y): &(i64, i64)| (-1..=0).contains(x) && (-1..=0).contains(y);
        while !squares.keys().all(near) {
            let empty = store.empty(level);
            let mut groups: HashMap<(i64, i64), [Id; 4]> = HashMap::new();
            for ((x, y), id) in squares {
                let place = (x & 1) as usize + 2 * (y & 1) as usize;
                groups.entry((x >> 1, y >> 1)).or_insert([empty; 4])[place] = id;
            }
            squares = HashMap::with_capacity(groups.len());
            for (at, child) in groups {
                squares.insert(at, store.join(child).map_err(full)?);
            }
            level += 1;
        }
        let empty = store.empty(level);
        let quarter = |x, y| squares.get(&(x, y)).copied().unwrap_or(empty);
        let child = [
            quarter(-1, -1),
            quarter(0, -1),
            quarter(-1, 0),
            quarter(0, 0),
        ];
        let id = store.join(child).map_err(full)?;
        let level = level + 1;
        let square = store.trim(Square { id, level }).map_err(full)?;
        let root = store.hold(square);
        drop(store);
        self.root = root;
        self.effort = Effort::new();
        Ok(())
    }

    /// Goes on by a number of generations, or until `interrupt` (asked every fraction of a
    /// millisecond) says true. Work done before an interruption is remembered: asking again
    /// goes on from there. Returns the generations that were completed.
    ///
    /// # Errors
    /// Memory or room; the universe stands at the last completed generation.
    pub fn advance(
        &mut self,
        generations: &BigUint,
        interrupt: &mut dyn FnMut() -> bool,
    ) -> Result<BigUint, HashLifeError> {
        let mut done = BigUint::zero();
        let (slow, alternates) = {
            let kind = &self.lock().kind;
            (kind.slowness(), kind.alternates())
        };
        loop {
            let mut left = generations - &done;
            // Two rules in turn: longer steps begin with the first.
            let single = alternates && (self.generation.bit(0) || left.is_one());
            if alternates && !single {
                left.set_bit(0, false);
            }
            // Small steps come first, while the universe is small.
            let Some(k) = left.trailing_zeros() else {
                break;
            };
            if interrupt() {
                break;
            }
            let k = if single { 0 } else { k };
            let k = k.min(self.effort.most().into()).to_u16();
            let fits = |k: &u16| k + slow + 4 <= MAX_LEVEL;
            let k = k.filter(fits).ok_or(TOO_FAR)?;
            let goes_on = match self.leap(k, interrupt) {
                Ok(result) => {
                    result?;
                    let step = BigUint::one() << k;
                    self.generation += &step;
                    done += step;
                    self.effort.done(k)
                }
                Err(Stop::Asked) => break,
                Err(Stop::Full) => self.effort.failed(k),
            };
            if !goes_on {
                return Err(HashLifeError::Memory {
                    limit: self.lock().limit() >> 20,
                    generation: self.generation.clone(),
                });
            }
        }
        Ok(done)
    }

    /// 2^k generations.
    fn leap(
        &mut self,
        k: u16,
        interrupt: &mut dyn FnMut() -> bool,
    ) -> Result<Result<(), HashLifeError>, Stop> {
        let Self {
            store,
            root: from,
            effort,
            generation,
            ..
        } = self;
        let odd = generation.bit(0);
        let mut store = store.lock().unwrap_or_else(PoisonError::into_inner);
        let result = (|| {
            let Some(root) = store.collecting(|store| store.roomy(from.square(), k))? else {
                return Ok(None);
            };
            let square = Stepper::new(&mut store, interrupt, effort, odd).run(root, k)?;
            store.trim(square).map(Some)
        })();
        match result {
            Ok(Some(square)) => {
                *from = store.hold(square);
                Ok(Ok(()))
            }
            Ok(None) => Ok(Err(TOO_FAR)),
            Err(stop) => Err(stop),
        }
    }

    /// Makes one cell alive or dead: state 1 or 0.
    ///
    /// # Errors
    /// Memory; a cell further out than 2^999.
    pub fn set(&mut self, x: &BigInt, y: &BigInt, alive: bool) -> Result<(), HashLifeError> {
        self.set_state(x, y, alive.into())
    }

    /// Gives one cell a state. In a universe of two states any state but 0 is alive.
    ///
    /// # Errors
    /// Memory; a cell further out than 2^999; a state that the rule doesn't have.
    pub fn set_state(&mut self, x: &BigInt, y: &BigInt, state: u8) -> Result<(), HashLifeError> {
        self.has_state(state)?;
        self.write(&[x, y], |store, square, half| {
            store.put(square, &(x + half), &(y + half), state)
        })
    }

    /// Changes the tree in a square that reaches these coordinates: `change` gives the node that
    /// takes the square's place, half of whose side it is told.
    fn write(
        &mut self,
        reached: &[&BigInt],
        mut change: impl FnMut(&mut Store, Square, &BigInt) -> Result<Id, Stop>,
    ) -> Result<(), HashLifeError> {
        let mut store = self.lock();
        let result = store.collecting(|store| {
            let mut square = self.root.square();
            loop {
                let half = BigInt::one() << (square.level - 1);
                if reached.iter().all(|&c| *c >= -&half && *c < half) {
                    let id = change(store, square, &half)?;
                    return store.trim(Square { id, ..square }).map(Some);
                }
                if square.level >= MAX_LEVEL {
                    return Ok(None);
                }
                square = store.pad(square)?;
            }
        });
        match result {
            Ok(Some(square)) => {
                let root = store.hold(square);
                drop(store);
                self.root = root;
                Ok(())
            }
            Ok(None) => Err(TOO_FAR),
            Err(_) => Err(HashLifeError::Memory {
                limit: store.limit() >> 20,
                generation: self.generation.clone(),
            }),
        }
    }

    /// Kills every cell; the generation stays.
    ///
    /// # Errors
    /// Memory.
    pub fn clear(&mut self) -> Result<(), HashLifeError> {
        self.load(&Pattern::default())
    }
}

impl Store {
    /// Tries something once more after a collection if the store is full. What it starts from
    /// must be read from a root each time.
    fn collecting<T>(
        &mut self,
        mut attempt: impl FnMut(&mut Self) -> Result<T, Stop>,
    ) -> Result<T, Stop> {
        match attempt(self) {
            Err(Stop::Full) => {
                self.collect(&mut [], false);
                attempt(self)
            }
            other => other,
        }
    }

    /// The square, padded until 2^k generations can be computed and what grows meanwhile stays
    /// inside the result; nothing when that would be too large.
    fn roomy(&mut self, mut square: Square, k: u16) -> Result<Option<Square>, Stop> {
        let least = (k + self.kind.slowness() + 3)
            .max(self.base() + 3)
            .max(self.kind.floor());
        while square.level < least || !self.is_central(square.id) {
            if square.level >= MAX_LEVEL {
                return Ok(None);
            }
            square = self.pad(square)?;
        }
        Ok(Some(square))
    }

    /// Whether all live cells lie in the middle quarter (by side) of a square three levels above
    /// the leaves at least.
    fn is_central(&self, id: Id) -> bool {
        self.child(id).iter().enumerate().all(|(place, &child)| {
            self.only(child, 3 - place) && self.only(self.child(child)[3 - place], 3 - place)
        })
    }

    /// Whether all live cells of a square lie in one of its quarters.
    fn only(&self, id: Id, place: usize) -> bool {
        self.child(id)
            .iter()
            .enumerate()
            .all(|(other, &child)| other == place || self.is_empty(child))
    }

    /// The smallest central square that holds all live cells.
    fn trim(&mut self, mut square: Square) -> Result<Square, Stop> {
        while square.level > self.base() + 1 {
            let child = self.child(square.id);
            if !(0..4).all(|place| self.only(child[place], 3 - place)) {
                break;
            }
            square = Square {
                id: self.centre_of(child)?,
                level: square.level - 1,
            };
        }
        Ok(square)
    }

    /// The square with one cell changed; coordinates count from its north-west corner.
    fn put(&mut self, square: Square, x: &BigInt, y: &BigInt, state: u8) -> Result<Id, Stop> {
        if square.level == self.base() {
            let cells = self.child(square.id);
            let (x, y) = (low(x, square.level), low(y, square.level));
            let cells = self.kind.put(cells, x, y, state);
            return self.leaf(cells);
        }
        let bit = u64::from(square.level - 1);
        let place = usize::from(x.bit(bit)) + 2 * usize::from(y.bit(bit));
        let mut child = self.child(square.id);
        child[place] = self.put(self.split(square)[place], x, y, state)?;
        self.join(child)
    }
}

/// The lowest bits of a number that is not negative.
fn low(number: &BigInt, bits: u16) -> u32 {
    (0..bits).fold(0, |low, bit| low | u32::from(number.bit(bit.into())) << bit)
}
