//! Looking at a universe: single cells, population, bounding box, and any rectangle at any
//! scale as densities, each computed on demand from the tree.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use num_bigint::{BigInt, BigUint};
use num_traits::{One, Zero};

use super::store::{Id, Square, Store};
use super::view::View;
use super::{Bounds, HashLifeError, Universe, low};
use crate::pattern::Pattern;

impl Universe {
    /// Whether a cell is alive.
    pub fn get(&self, x: &BigInt, y: &BigInt) -> bool {
        self.state(x, y) != 0
    }

    /// The state of a cell; 1 for a live one of two states.
    pub fn state(&self, x: &BigInt, y: &BigInt) -> u8 {
        let store = self.lock();
        let mut square = self.root.square();
        let half = BigInt::one() << (square.level - 1);
        if [x, y].iter().any(|&c| *c < -&half || *c >= half) {
            return 0;
        }
        let (x, y) = (x + &half, y + &half);
        while square.level > store.base() {
            let bit = u64::from(square.level - 1);
            square = store.split(square)[usize::from(x.bit(bit)) + 2 * usize::from(y.bit(bit))];
        }
        let cells = store.child(square.id);
        store
            .kind
            .state(cells, low(&x, square.level), low(&y, square.level))
    }

    /// Number of live cells.
    pub fn population(&self) -> BigUint {
        self.lock().population(self.root.square().id)
    }

    /// The smallest rectangle that holds every live cell; nothing when there is none.
    pub fn bounds(&self) -> Option<Bounds> {
        let store = self.lock();
        let root = self.root.square();
        if store.is_empty(root.id) {
            return None;
        }
        let half = BigInt::one() << (root.level - 1);
        let last = (1u32 << store.base()) - 1;
        // West and north are found from the near side, east and south from the far one.
        let columns = 0x0101_0101_0101_0101u64;
        let left = store.edge(root, [[0, 2], [1, 3]], |cells| {
            (0..8).find(|x| cells >> x & columns != 0)
        });
        let top = store.edge(root, [[0, 1], [2, 3]], |cells| {
            (0..8).find(|y| cells >> (8 * y) & 0xff != 0)
        });
        let right = store.edge(root, [[1, 3], [0, 2]], |cells| {
            (0..=last).find(|x| cells >> (last - x) & columns != 0)
        });
        let bottom = store.edge(root, [[2, 3], [0, 1]], |cells| {
            (0..=last).find(|y| cells >> (8 * (last - y)) & 0xff != 0)
        });
        let side = BigUint::one() << root.level;
        Some((
            BigInt::from(left.clone()) - &half,
            BigInt::from(top.clone()) - &half,
            &side - left - right,
            side - top - bottom,
        ))
    }

    /// The share of live cells in every block of 2^scale × 2^scale cells of a rectangle of
    /// `width` × `height` blocks, row by row; the north-west block holds the cell (x, y), and
    /// blocks start at multiples of their side. Any live cell makes a share above 0.
    pub fn density(
        &self,
        x: &BigInt,
        y: &BigInt,
        scale: u32,
        width: usize,
        height: usize,
    ) -> Vec<f32> {
        let mut store = self.lock();
        let mut view = View::new(&mut store, scale, width, height);
        view.root(self.root.square(), &(x >> scale), &(y >> scale));
        view.shares_of_blocks
    }

    /// For the same blocks the state that leads among their live cells, 0 where none lives, with
    /// the share of live cells.
    pub fn states(
        &self,
        x: &BigInt,
        y: &BigInt,
        scale: u32,
        width: usize,
        height: usize,
    ) -> Vec<(u8, f32)> {
        let mut store = self.lock();
        let mut view = View::new(&mut store, scale, width, height);
        view.leaders = vec![0; width * height];
        view.root(self.root.square(), &(x >> scale), &(y >> scale));
        let leaders = view.leaders.into_iter();
        leaders.zip(view.shares_of_blocks).collect()
    }

    /// Which of those blocks differ from the same blocks of a universe of the same family;
    /// nothing when it has a store of its own.
    pub fn differing_blocks(
        &self,
        other: &Self,
        x: &BigInt,
        y: &BigInt,
        scale: u32,
        width: usize,
        height: usize,
    ) -> Option<Vec<bool>> {
        if !Arc::ptr_eq(&self.store, &other.store) {
            return None;
        }
        let mut store = self.lock();
        let mut prints = |universe: &Self| {
            let mut view = View::new(&mut store, scale, width, height);
            view.prints = vec![0; width * height];
            view.root(universe.root.square(), &(x >> scale), &(y >> scale));
            view.prints
        };
        let (ours, theirs) = (prints(self), prints(other));
        Some(ours.iter().zip(&theirs).map(|(a, b)| a != b).collect())
    }

    /// The live cells as a pattern with its place.
    ///
    /// # Errors
    /// The number of live cells, if there are more than `limit` or they lie too far out for a
    /// file.
    pub fn pattern(&self, limit: u64) -> Result<Pattern, BigUint> {
        let population = self.population();
        let mut pattern = Pattern {
            rule: Some(self.rule()),
            generation: self.generation().clone(),
            ..Pattern::default()
        };
        let store = self.lock();
        let root = self.root.square();
        if population > BigUint::from(limit) || root.level > 60 {
            return Err(population);
        }
        let corner = -(1i64 << (root.level - 1));
        let mut leaves: Vec<(i64, i64, Id)> = Vec::new();
        store.leaves(root, corner, corner, &mut leaves);
        leaves.sort_unstable();
        // Leaves of one row of squares stand side by side; their cells go out row by row.
        let side = 1u32 << store.base();
        for band in leaves.chunk_by(|a, b| a.0 == b.0) {
            for row in 0..side {
                for &(y, x, leaf) in band {
                    let cells = store.child(leaf);
                    let mut alive = store.kind.alive(cells) >> (8 * row) & 0xff;
                    while alive != 0 {
                        let column = alive.trailing_zeros();
                        let state = store.kind.state(cells, column, row);
                        let (x, y) = (x + i64::from(column), y + i64::from(row));
                        pattern.push_state(x, y, 1, state);
                        alive &= alive - 1;
                    }
                }
            }
        }
        pattern.position = Some((0, 0));
        pattern.fit();
        Ok(pattern)
    }

    /// The number of cells that differ between two universes; nothing when memory runs out.
    pub fn difference(&self, other: &Self) -> Option<BigUint> {
        self.differing(other, false)
    }

    /// The number of cells that live in one of two universes and not in the other; nothing when
    /// memory runs out.
    pub(crate) fn changed(&self, other: &Self) -> Option<BigUint> {
        self.differing(other, true)
    }

    fn differing(&self, other: &Self, alive: bool) -> Option<BigUint> {
        if !Arc::ptr_eq(&self.store, &other.store) {
            let copied = self.clone().adopt(other).ok()?;
            return self.differing(&copied, alive);
        }
        let mut store = self.lock();
        let (mut a, mut b) = (self.root.square(), other.root.square());
        while a.level < b.level {
            a = store.pad(a).ok()?;
        }
        while b.level < a.level {
            b = store.pad(b).ok()?;
        }
        Some(store.differing(a.id, b.id, alive, &mut HashMap::new()))
    }

    /// This universe with another one's cells and generation. Where this one has two states,
    /// whatever lives there is alive here.
    pub(super) fn adopt(mut self, other: &Self) -> Result<Self, HashLifeError> {
        let (squares, level) = {
            let store = other.lock();
            let root = other.root.square();
            (store.listing(root), root.level)
        };
        let mut store = self.lock();
        let limit = store.limit() >> 20;
        let square = store
            .rebuild(&squares, level)
            .map_err(|_| HashLifeError::PatternTooBig { limit })?;
        let root = store.hold(square);
        drop(store);
        self.root = root;
        self.generation = other.generation.clone();
        Ok(self)
    }
}

impl Store {
    /// Distance of the outermost live cell from one side of a square that is not empty. `sides`
    /// gives the two children at that side, then the other two; `outermost` does the same in a
    /// leaf. Only the squares that touch the outermost line so far are followed.
    fn edge(
        &self,
        root: Square,
        sides: [[usize; 2]; 2],
        outermost: impl Fn(u64) -> Option<u32>,
    ) -> BigUint {
        let mut front = BTreeSet::from([root.id]);
        let mut distance = BigUint::zero();
        let mut level = root.level;
        while level > self.base() {
            level -= 1;
            distance <<= 1;
            let alive = |side: [usize; 2]| -> BTreeSet<Id> {
                front
                    .iter()
                    .flat_map(|&id| side.map(|place| self.child(id)[place]))
                    .filter(|&child| !self.is_empty(child))
                    .collect()
            };
            let mut next = alive(sides[0]);
            if next.is_empty() {
                distance += 1u32;
                next = alive(sides[1]);
            }
            front = next;
        }
        let rest = front
            .iter()
            .filter_map(|&leaf| outermost(self.kind.alive(self.child(leaf))))
            .min()
            .unwrap_or(0);
        (distance << self.base()) + rest
    }

    fn leaves(&self, square: Square, x: i64, y: i64, out: &mut Vec<(i64, i64, Id)>) {
        if self.is_empty(square.id) {
            return;
        }
        if square.level == self.base() {
            out.push((y, x, square.id));
            return;
        }
        let half = 1i64 << (square.level - 1);
        for (place, quarter) in self.split(square).into_iter().enumerate() {
            let (dx, dy) = ((place & 1) as i64, (place >> 1) as i64);
            self.leaves(quarter, x + dx * half, y + dy * half, out);
        }
    }

    fn differing(
        &mut self,
        a: Id,
        b: Id,
        alive: bool,
        known: &mut HashMap<(Id, Id), BigUint>,
    ) -> BigUint {
        if a == b {
            return BigUint::zero();
        }
        if self.is_empty(a) {
            return self.population(b);
        }
        if self.is_empty(b) {
            return self.population(a);
        }
        let (left, right) = (self.child(a), self.child(b));
        if self.is_leaf(a) {
            return self.kind.differing(left, right, alive).into();
        }
        if let Some(known) = known.get(&(a, b)) {
            return known.clone();
        }
        let sum: BigUint = (0..4)
            .map(|place| self.differing(left[place], right[place], alive, known))
            .sum();
        known.insert((a, b), sum.clone());
        sum
    }
}
