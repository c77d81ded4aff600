//! HashLife: any rule without B0 on the unbounded plane, over astronomical times.
//!
//! A [`Universe`] is a root in a store of canonical squares and a generation, both of unlimited
//! size. Clones share the store and cost nothing, so that captures and twins are clones. The
//! store keeps within its memory limit: what no universe reaches is collected when it fills up,
//! and when that is not enough the step fails with a sentence and the universe stays as it was.

mod leaf;
mod look;
mod macrocell;
mod step;
mod store;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use num_bigint::{BigInt, BigUint};
use num_traits::{One, ToPrimitive, Zero};
use thiserror::Error;

use crate::pattern::Pattern;
use crate::rule::{Rule, Topology};
pub use macrocell::MacrocellError;
use step::Stepper;
use store::{Id, LEAF, Root, Stop, Store};

/// The highest level of a root: squares of side 2^1000 are as far as a universe grows.
const MAX_LEVEL: u16 = 1000;

/// Why a universe could not be made or advanced.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum HashLifeError {
    /// A torus or bounded plane.
    #[error(
        "HashLife runs on the unbounded plane, not on {0}; choose the packed engine or leave the grid out of the rule"
    )]
    Grid(Rule),
    /// Births out of nothing.
    #[error("rule {0} turns the whole unbounded plane alive; add a grid, such as {0}:T512")]
    B0(Rule),
    /// A rule that is not Life-like.
    #[error("HashLife does not run {0}; choose the engine auto")]
    Family(Rule),
    /// The memory limit.
    #[error(
        "HashLife needs more than its {limit} MiB at generation {generation}; raise the memory \
         limit, or take smaller steps"
    )]
    Memory {
        /// The limit in MiB.
        limit: usize,
        /// Where the universe stands.
        generation: BigUint,
    },
    /// Too far in space or time.
    #[error("the universe would grow beyond 2^{limit} cells a side; advance by fewer generations")]
    TooFar {
        /// Binary logarithm of the longest side.
        limit: u16,
    },
    /// Ran out of memory while the pattern was read.
    #[error("the pattern needs more than HashLife's {limit} MiB; raise the memory limit")]
    PatternTooBig {
        /// The limit in MiB.
        limit: usize,
    },
}

/// Cells on the unbounded plane at a generation.
#[derive(Clone, Debug)]
pub struct Universe {
    store: Arc<Mutex<Store>>,
    root: Arc<Root>,
    rule: Rule,
    generation: BigUint,
    /// The generation at which the store was last collected to make a step possible.
    collected: Option<BigUint>,
}

/// A rectangle: left, top, width, height.
pub type Bounds = (BigInt, BigInt, BigUint, BigUint);

impl Universe {
    /// An empty universe whose store holds at most `limit` bytes.
    ///
    /// # Errors
    /// A rule with a grid or with B0.
    pub fn new(rule: Rule, limit: u64) -> Result<Self, HashLifeError> {
        if rule.topology != Topology::Plane {
            return Err(HashLifeError::Grid(rule));
        }
        if rule.has_b0() {
            return Err(HashLifeError::B0(rule));
        }
        if rule.life().is_none() {
            return Err(HashLifeError::Family(rule));
        }
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut store = Store::new(rule.clone(), limit);
        let full = |_| HashLifeError::PatternTooBig { limit: limit >> 20 };
        let id = store.empty(LEAF + 1).map_err(full)?;
        let root = store.hold(id);
        Ok(Self {
            store: Arc::new(Mutex::new(store)),
            root,
            rule,
            generation: BigUint::zero(),
            collected: None,
        })
    }

    /// A universe that holds a pattern, at the pattern's place and generation.
    ///
    /// # Errors
    /// Those of [`Self::new`]; not enough memory.
    pub fn from_pattern(rule: Rule, pattern: &Pattern, limit: u64) -> Result<Self, HashLifeError> {
        let mut universe = Self::new(rule, limit)?;
        universe.generation = pattern.generation.clone();
        universe.load(pattern)?;
        Ok(universe)
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
        self.collected = None;
    }

    /// Bytes that the store holds; all clones share them.
    pub fn bytes(&self) -> u64 {
        self.lock().bytes() as u64
    }

    /// Sets the limit of the store in bytes; an overfull one is collected at the next step.
    pub fn set_limit(&mut self, limit: u64) {
        self.lock()
            .set_limit(usize::try_from(limit).unwrap_or(usize::MAX));
        self.collected = None;
    }

    /// The same generation with other births and survivals; nothing learned about the old rule
    /// serves the new one, so the store is a new one.
    ///
    /// # Errors
    /// Those of [`Self::new`]; not enough memory.
    pub fn with_rule(&self, rule: Rule) -> Result<Self, HashLifeError> {
        let limit = self.lock().limit();
        let other = Self::new(rule, limit as u64)?;
        other
            .adopt(self)
            .map_err(|_| HashLifeError::PatternTooBig { limit: limit >> 20 })
    }

    /// Replaces the cells by those of a pattern.
    fn load(&mut self, pattern: &Pattern) -> Result<(), HashLifeError> {
        let mut store = self.lock();
        let limit = store.limit();
        let full = move |_| HashLifeError::PatternTooBig { limit: limit >> 20 };
        let mut leaves: HashMap<(i64, i64), u64> = HashMap::new();
        for run in pattern.placed(Topology::Plane) {
            let (mut x, end) = (run.x, run.x + run.length as i64);
            while x < end {
                let next = (x | 7) + 1;
                let bits = end.min(next) - x;
                let cells = ((1u64 << bits) - 1) << (x & 7) << (8 * (run.y & 7));
                *leaves.entry((x >> 3, run.y >> 3)).or_default() |= cells;
                x = next;
            }
            // A leaf in the map takes about 40 bytes while the pattern is read.
            if leaves.len() * 40 > limit {
                return Err(full(Stop::Full));
            }
        }
        let mut squares: HashMap<(i64, i64), Id> = HashMap::new();
        for (at, cells) in leaves {
            let leaf = store.leaf(cells).map_err(full)?;
            squares.insert(at, leaf);
        }
        let mut level = LEAF;
        // The four squares around the origin have coordinates -1 and 0 at every level.
        let near = |(x, y): &(i64, i64)| (-1..=0).contains(x) && (-1..=0).contains(y);
        while !squares.keys().all(near) {
            let empty = store.empty(level).map_err(full)?;
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
        let empty = store.empty(level).map_err(full)?;
        let quarter = |x, y| squares.get(&(x, y)).copied().unwrap_or(empty);
        let child = [
            quarter(-1, -1),
            quarter(0, -1),
            quarter(-1, 0),
            quarter(0, 0),
        ];
        let id = store.join(child).map_err(full)?;
        let id = store.trim(id).map_err(full)?;
        let root = store.hold(id);
        drop(store);
        self.root = root;
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
        // Small steps come first, while the universe is small.
        while let Some(k) = (generations - &done).trailing_zeros() {
            let far = || HashLifeError::TooFar { limit: MAX_LEVEL };
            if interrupt() {
                break;
            }
            let k = k.to_u16().filter(|&k| k + 4 <= MAX_LEVEL).ok_or_else(far)?;
            if !self.leap(k, interrupt)? {
                break;
            }
            let step = BigUint::one() << k;
            self.generation += &step;
            done += step;
            self.collected = None;
        }
        Ok(done)
    }

    /// 2^k generations; false when interrupted.
    fn leap(&mut self, k: u16, interrupt: &mut dyn FnMut() -> bool) -> Result<bool, HashLifeError> {
        loop {
            match self.try_leap(k, interrupt)? {
                Ok(()) => return Ok(true),
                Err(Stop::Asked) => return Ok(false),
                Err(Stop::Full) => {
                    let mut store = self.lock();
                    if self.collected.as_ref() == Some(&self.generation) {
                        return Err(HashLifeError::Memory {
                            limit: store.limit() >> 20,
                            generation: self.generation.clone(),
                        });
                    }
                    store.collect();
                    drop(store);
                    self.collected = Some(self.generation.clone());
                }
            }
        }
    }

    fn try_leap(
        &mut self,
        k: u16,
        interrupt: &mut dyn FnMut() -> bool,
    ) -> Result<Result<(), Stop>, HashLifeError> {
        let mut store = self.lock();
        let root = match store.roomy(self.root.id(), k) {
            Ok(Some(root)) => root,
            Ok(None) => return Err(HashLifeError::TooFar { limit: MAX_LEVEL }),
            Err(stop) => return Ok(Err(stop)),
        };
        let mut stepper = Stepper {
            store: &mut store,
            interrupt,
            since: 0,
        };
        let result = stepper.step(root, k).and_then(|id| store.trim(id));
        match result {
            Ok(id) => {
                let root = store.hold(id);
                drop(store);
                self.root = root;
                Ok(Ok(()))
            }
            Err(stop) => Ok(Err(stop)),
        }
    }

    /// Makes one cell alive or dead.
    ///
    /// # Errors
    /// Memory; a cell further out than 2^999.
    pub fn set(&mut self, x: &BigInt, y: &BigInt, alive: bool) -> Result<(), HashLifeError> {
        let mut retried = false;
        loop {
            let mut store = self.lock();
            let mut id = self.root.id();
            let result = loop {
                let level = store.node(id).level;
                let half = BigInt::one() << (level - 1);
                if [x, y].iter().all(|&c| *c >= -&half && *c < half) {
                    let put = store.put(id, &(x + &half), &(y + &half), alive);
                    break put.and_then(|id| store.trim(id));
                }
                if level >= MAX_LEVEL {
                    return Err(HashLifeError::TooFar { limit: MAX_LEVEL });
                }
                match store.pad(id) {
                    Ok(larger) => id = larger,
                    Err(stop) => break Err(stop),
                }
            };
            match result {
                Ok(id) => {
                    let root = store.hold(id);
                    drop(store);
                    self.root = root;
                    return Ok(());
                }
                Err(_) if !retried => {
                    retried = true;
                    store.collect();
                }
                Err(_) => {
                    return Err(HashLifeError::Memory {
                        limit: store.limit() >> 20,
                        generation: self.generation.clone(),
                    });
                }
            }
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
    /// The square, padded until 2^k generations can be computed and what grows meanwhile stays
    /// inside the result; nothing when that would be too large.
    fn roomy(&mut self, mut id: Id, k: u16) -> Result<Option<Id>, Stop> {
        while self.node(id).level < k + 3 || !self.is_central(id) {
            if self.node(id).level >= MAX_LEVEL {
                return Ok(None);
            }
            id = self.pad(id)?;
        }
        Ok(Some(id))
    }

    /// Whether all live cells lie in the middle quarter (by side).
    fn is_central(&self, id: Id) -> bool {
        let node = self.node(id);
        if node.population == 0 {
            return true;
        }
        if node.level < LEAF + 3 {
            return false;
        }
        let inner: u64 = node
            .child
            .iter()
            .enumerate()
            .map(|(place, &child)| {
                let inner = self.child(self.child(child)[3 - place])[3 - place];
                self.node(inner).population
            })
            .fold(0, u64::saturating_add);
        if node.population != store::BIG {
            return inner == node.population;
        }
        node.child.iter().enumerate().all(|(place, &child)| {
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
    fn trim(&mut self, mut id: Id) -> Result<Id, Stop> {
        while self.node(id).level > LEAF + 1 {
            let child = self.child(id);
            if !(0..4).all(|place| self.only(child[place], 3 - place)) {
                break;
            }
            id = self.centre_of(child)?;
        }
        Ok(id)
    }

    /// The square with one cell changed; coordinates count from its north-west corner.
    fn put(&mut self, id: Id, x: &BigInt, y: &BigInt, alive: bool) -> Result<Id, Stop> {
        let node = *self.node(id);
        if node.level == LEAF {
            let bit = 1u64 << (low(x) & 7) << (8 * (low(y) & 7));
            let cells = node.cells();
            return self.leaf(if alive { cells | bit } else { cells & !bit });
        }
        let bit = u64::from(node.level - 1);
        let place = usize::from(x.bit(bit)) + 2 * usize::from(y.bit(bit));
        let mut child = node.child;
        child[place] = self.put(child[place], x, y, alive)?;
        self.join(child)
    }
}

/// The lowest three bits of a number that is not negative.
fn low(number: &BigInt) -> u32 {
    (0..3).fold(0, |low, bit| low | u32::from(number.bit(bit)) << bit)
}
