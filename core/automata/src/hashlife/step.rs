//! The future of a square: its middle half, 2^k generations on.
//!
//! Nine overlapping squares of half the side are advanced, and joined into four whose middles
//! are advanced again (the full step, 2^(level - 2) generations) or only cut out (fewer
//! generations). Each answer is remembered.
//!
//! Squares that a computation under way needs stand in a list of their own, where collection
//! finds them and sets their new numbers. It happens at the start of a square's computation
//! only, where no number is held elsewhere.

use super::effort::Effort;
use super::store::{Id, NONE, Square, Stop, Store};

/// Asked now and then while a step is computed; true stops it.
pub(super) type Interrupt<'a> = dyn FnMut() -> bool + 'a;

/// New results between two questions to the caller, about 0.1 ms of work.
const PATIENCE: u32 = 512;

/// Squares of half the side under way, and their owner.
const PINS: usize = 10;

/// A computation under way.
pub(super) struct Stepper<'a, 'b> {
    store: &'a mut Store,
    interrupt: &'a mut Interrupt<'b>,
    since: u32,
    effort: &'a mut Effort,
    /// Squares in use.
    pins: Vec<Id>,
    /// Squares that may be made between two places where the store can be collected.
    margin: usize,
}

impl<'a, 'b> Stepper<'a, 'b> {
    pub(super) fn new(
        store: &'a mut Store,
        interrupt: &'a mut Interrupt<'b>,
        effort: &'a mut Effort,
    ) -> Self {
        Self {
            store,
            interrupt,
            since: 0,
            effort,
            pins: Vec::new(),
            margin: 0,
        }
    }

    /// The middle of `square`, of half its side, after 2^k generations; `k` is at most the level
    /// less 2, and the square is larger than a leaf.
    pub(super) fn run(&mut self, square: Square, k: u16) -> Result<Square, Stop> {
        // A square makes nine others at most after its last part has returned.
        self.margin = 10 * usize::from(square.level) + 16;
        self.pins.clear();
        let id = self.step(square.id, square.level, k)?;
        let level = square.level - 1;
        Ok(Square { id, level })
    }

    fn step(&mut self, id: Id, level: u16, k: u16) -> Result<Id, Stop> {
        let full = k + 2 == level;
        if self.store.is_empty(id) {
            return Ok(self.store.empty(level - 1));
        }
        if full {
            let known = self.store.results[id as usize];
            if known != NONE {
                return Ok(known);
            }
        } else if let Some(&known) = self.store.partial.get(&(id, k)) {
            return Ok(known);
        }
        self.compute(id, level, k, full)
    }

    fn compute(&mut self, id: Id, level: u16, k: u16, full: bool) -> Result<Id, Stop> {
        self.since += 1;
        if self.since >= PATIENCE {
            self.since = 0;
            if (self.interrupt)() {
                return Err(Stop::Asked);
            }
        }
        let base = self.pins.len();
        self.pins.push(id);
        self.make_room()?;
        let id = self.pins[base];
        let result = if level == self.store.base() + 1 {
            let leaves = self.store.child(id).map(|leaf| self.store.child(leaf));
            let cells = self.store.kind.advance(leaves, k);
            self.store.leaf(cells)?
        } else {
            self.inner(base, level, k, full)?
        };
        let id = self.pins[base];
        self.pins.truncate(base);
        if full {
            self.store.results[id as usize] = result;
        } else {
            self.store.remember(id, k, result)?;
        }
        Ok(result)
    }

    fn make_room(&mut self) -> Result<(), Stop> {
        let margin = self.margin;
        let enough = |store: &mut Store| {
            store.ensure(margin)?;
            store.ensure_partial(margin)
        };
        if enough(self.store).is_ok() {
            return Ok(());
        }
        if !self.effort.collect() {
            return Err(Stop::Full);
        }
        // Results are kept if that leaves room to work in.
        for keep in [true, false] {
            self.store.collect(&mut self.pins, keep);
            if self.store.is_roomy() && enough(self.store).is_ok() {
                return Ok(());
            }
        }
        Err(Stop::Full)
    }

    fn inner(&mut self, base: usize, level: u16, k: u16, full: bool) -> Result<Id, Stop> {
        let [nw, ne, sw, se] = self.store.child(self.pins[base]);
        let [_, a1, a2, a3] = self.store.child(nw);
        let [b0, _, b2, b3] = self.store.child(ne);
        let [c0, c1, _, c3] = self.store.child(sw);
        let [d0, d1, d2, _] = self.store.child(se);
        let [north, west, middle, east, south] = self.store.join_all([
            [a1, b0, a3, b2],
            [a2, a3, c0, c1],
            [a3, b2, c1, d0],
            [b2, b3, d0, d1],
            [c1, d0, c3, d2],
        ])?;
        self.pins
            .extend([nw, north, ne, west, middle, east, sw, south, se]);
        debug_assert_eq!(self.pins.len(), base + PINS);
        let first = if full { k - 1 } else { k };
        for at in base + 1..base + PINS {
            let result = self.step(self.pins[at], level - 1, first)?;
            self.pins[at] = result;
        }
        let nine: [Id; 9] = std::array::from_fn(|i| self.pins[base + 1 + i]);
        let [r00, r01, r02, r10, r11, r12, r20, r21, r22] = nine;
        let four = [
            [r00, r01, r10, r11],
            [r01, r02, r11, r12],
            [r10, r11, r20, r21],
            [r11, r12, r21, r22],
        ];
        let result = if full {
            let squares = self.store.join_all(four)?;
            self.pins[base + 1..base + 5].copy_from_slice(&squares);
            self.pins.truncate(base + 5);
            for at in base + 1..base + 5 {
                let result = self.step(self.pins[at], level - 1, k - 1)?;
                self.pins[at] = result;
            }
            std::array::from_fn(|i| self.pins[base + 1 + i])
        } else {
            let mut result = [NONE; 4];
            for (quarters, out) in four.into_iter().zip(&mut result) {
                *out = self.store.centre_of(quarters)?;
            }
            result
        };
        self.store.join(result)
    }
}

impl Store {
    /// The middle of the square that these four make.
    pub(super) fn centre_of(&mut self, [nw, ne, sw, se]: [Id; 4]) -> Result<Id, Stop> {
        if self.is_leaf(nw) {
            let leaves = [nw, ne, sw, se].map(|id| self.child(id));
            return self.leaf(self.kind.centre(leaves));
        }
        let quarters = [
            self.child(nw)[3],
            self.child(ne)[2],
            self.child(sw)[1],
            self.child(se)[0],
        ];
        self.join(quarters)
    }
}
