//! The future of a square: its middle half, 2^k generations on.
//!
//! Nine overlapping squares of half the side are advanced, and joined into four whose middles
//! are advanced again (the full step, 2^(level - 2) generations) or only cut out (fewer
//! generations). Each answer is remembered.
//!
//! Where even and odd generations have rules of their own, a step of more than one generation
//! begins at an even one; single generations are remembered apart for both.
//!
//! Squares that a computation under way needs stand in a list of their own, where collection
//! finds them and sets their new numbers. It happens at the start of a square's computation
//! only, where no number is held elsewhere.

use super::effort::Effort;
use super::leaf::Kind;
use super::store::{Id, NONE, Square, Stop, Store};
use super::wide::Plane;

/// Asked now and then while a step is computed; true stops it.
pub(super) type Interrupt<'a> = dyn FnMut() -> bool + 'a;

/// New results between two questions to the caller, about 0.1 ms of work.
const PATIENCE: u32 = 512;

/// Cells of a square computed one by one that take as long as one result from others.
const CELLS: usize = 256;

/// Marks the single generation from an odd one.
const ODD: u16 = 1 << 15;

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
    /// Results of steps less than full that may be remembered between them.
    steps: usize,
    /// Whether the first generation is an odd one under rules that alternate.
    odd: bool,
    /// Where squares of rules that look far are computed, once one is needed.
    plane: Option<Plane>,
}

impl<'a, 'b> Stepper<'a, 'b> {
    pub(super) fn new(
        store: &'a mut Store,
        interrupt: &'a mut Interrupt<'b>,
        effort: &'a mut Effort,
        odd: bool,
    ) -> Self {
        Self {
            odd: odd && store.kind.alternates(),
            plane: None,
            store,
            interrupt,
            since: 0,
            effort,
            pins: Vec::new(),
            margin: 0,
            steps: 0,
        }
    }

    /// The middle of `square`, of half its side, after 2^k generations; `k` is at most the level
    /// less 2 and less the rule's slowness, and 0 from an odd generation of rules that alternate;
    /// the square is not below the floor.
    pub(super) fn run(&mut self, square: Square, k: u16) -> Result<Square, Stop> {
        // A square makes nine others at most after its last part has returned.
        self.steps = 10 * usize::from(square.level) + 16;
        self.margin = self.steps + self.store.kind.made();
        self.pins.clear();
        let id = self.step(square.id, square.level, k)?;
        let level = square.level - 1;
        Ok(Square { id, level })
    }

    fn step(&mut self, id: Id, level: u16, k: u16) -> Result<Id, Stop> {
        let full = k + 2 + self.store.kind.slowness() == level;
        if self.store.is_empty(id) {
            return Ok(self.store.empty(level - 1));
        }
        if full {
            let known = self.store.results[id as usize];
            if known != NONE {
                return Ok(known);
            }
        } else if let Some(&known) = self.store.partial.get(&(id, self.key(k))) {
            return Ok(known);
        }
        self.compute(id, level, k, full)
    }

    /// What a step less than full is remembered by.
    fn key(&self, k: u16) -> u16 {
        if self.odd { k | ODD } else { k }
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
        let result = if level == self.store.kind.floor() {
            self.direct(Square { id, level }, k)?
        } else {
            self.inner(base, level, k, full)?
        };
        let id = self.pins[base];
        self.pins.truncate(base);
        if full {
            self.store.results[id as usize] = result;
        } else {
            self.store.remember(id, self.key(k), result)?;
        }
        Ok(result)
    }

    /// The future of a square on the floor, from its cells.
    fn direct(&mut self, square: Square, k: u16) -> Result<Id, Stop> {
        let Kind::Wide(wide) = &self.store.kind else {
            let leaves = self.store.child(square.id);
            let leaves = leaves.map(|leaf| self.store.child(leaf));
            let cells = self.store.kind.advance(leaves, k, self.odd);
            return self.store.leaf(cells.unwrap_or_default());
        };
        let plane = self
            .plane
            .get_or_insert_with(|| Plane::new(square.level, wide));
        let generations = 1usize << k;
        self.since += ((plane.cells() * generations) / CELLS) as u32;
        plane.lay(self.store, square);
        plane.advance(wide, generations, self.odd);
        plane.lift(self.store)
    }

    fn make_room(&mut self) -> Result<(), Stop> {
        let (margin, steps) = (self.margin, self.steps);
        let enough = |store: &mut Store| {
            store.ensure(margin)?;
            store.ensure_partial(steps)
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
