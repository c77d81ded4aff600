//! Looking at a universe: single cells, population, bounding box, and any rectangle at any
//! scale as densities, each computed on demand from the tree.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use num_bigint::{BigInt, BigUint};
use num_traits::{One, ToPrimitive, Zero};

use super::store::{BIG, Id, LEAF, Stop, Store};
use super::{Bounds, Universe, low};
use crate::pattern::Pattern;

impl Universe {
    /// Whether a cell is alive.
    pub fn get(&self, x: &BigInt, y: &BigInt) -> bool {
        let store = self.lock();
        let mut id = self.root.id();
        let half = BigInt::one() << (store.node(id).level - 1);
        if [x, y].iter().any(|&c| *c < -&half || *c >= half) {
            return false;
        }
        let (x, y) = (x + &half, y + &half);
        loop {
            let node = store.node(id);
            if node.level == LEAF {
                return node.cells() >> (low(&x) + 8 * low(&y)) & 1 != 0;
            }
            let bit = u64::from(node.level - 1);
            id = node.child[usize::from(x.bit(bit)) + 2 * usize::from(y.bit(bit))];
        }
    }

    /// Number of live cells.
    pub fn population(&self) -> BigUint {
        let store = self.lock();
        store.population(self.root.id(), &mut HashMap::new())
    }

    /// The smallest rectangle that holds every live cell; nothing when there is none.
    pub fn bounds(&self) -> Option<Bounds> {
        let store = self.lock();
        let root = self.root.id();
        if store.is_empty(root) {
            return None;
        }
        let half = BigInt::one() << (store.node(root).level - 1);
        // West and north are found from the near side, east and south from the far one.
        let left = store.edge(root, [[0, 2], [1, 3]], |cells| {
            (0..8).find(|x| cells >> x & 0x0101_0101_0101_0101 != 0)
        });
        let top = store.edge(root, [[0, 1], [2, 3]], |cells| {
            (0..8).find(|y| cells >> (8 * y) & 0xff != 0)
        });
        let right = store.edge(root, [[1, 3], [0, 2]], |cells| {
            (0..8).find(|x| cells >> (7 - x) & 0x0101_0101_0101_0101 != 0)
        });
        let bottom = store.edge(root, [[2, 3], [0, 1]], |cells| {
            (0..8).find(|y| cells >> (56 - 8 * y) & 0xff != 0)
        });
        let side = BigUint::one() << store.node(root).level;
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
        let store = self.lock();
        let mut view = View::new(&store, scale, width, height);
        view.root(self.root.id(), &(x >> scale), &(y >> scale));
        view.shares_of_blocks
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
        let store = self.lock();
        let prints = |universe: &Self| {
            let mut view = View::new(&store, scale, width, height);
            view.prints = vec![0; width * height];
            view.root(universe.root.id(), &(x >> scale), &(y >> scale));
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
        let root = self.root.id();
        let level = store.node(root).level;
        if population > BigUint::from(limit) || level > 60 {
            return Err(population);
        }
        let corner = -(1i64 << (level - 1));
        let mut leaves: Vec<(i64, i64, u64)> = Vec::new();
        store.leaves(root, corner, corner, &mut leaves);
        leaves.sort_unstable();
        // Leaves of one row of squares stand side by side; their cells go out row by row.
        for band in leaves.chunk_by(|a, b| a.0 == b.0) {
            for row in 0..8 {
                for &(y, x, cells) in band {
                    let mut bits = cells >> (8 * row) & 0xff;
                    while bits != 0 {
                        let first = bits.trailing_zeros();
                        let length = (bits >> first).trailing_ones();
                        pattern.push(x + i64::from(first), y + row, u64::from(length));
                        bits &= !(((1 << length) - 1) << first);
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
        if !Arc::ptr_eq(&self.store, &other.store) {
            let copied = self.adopt(other).ok()?;
            return self.difference(&copied);
        }
        let mut store = self.lock();
        let (mut a, mut b) = (self.root.id(), other.root.id());
        while store.node(a).level < store.node(b).level {
            a = store.pad(a).ok()?;
        }
        while store.node(b).level < store.node(a).level {
            b = store.pad(b).ok()?;
        }
        let mut counts = HashMap::new();
        Some(store.differing(a, b, &mut HashMap::new(), &mut counts))
    }

    /// A universe with another one's cells and generation in this one's store.
    pub(super) fn adopt(&self, other: &Self) -> Result<Self, Stop> {
        let (nodes, level) = {
            let store = other.lock();
            let root = other.root.id();
            (store.listing(root), store.node(root).level)
        };
        let mut store = self.lock();
        let id = store.rebuild(&nodes, level)?;
        let root = store.hold(id);
        drop(store);
        Ok(Self {
            root,
            generation: other.generation.clone(),
            collected: None,
            ..self.clone()
        })
    }
}

impl Store {
    fn population(&self, id: Id, known: &mut HashMap<Id, BigUint>) -> BigUint {
        let node = self.node(id);
        if node.population != BIG {
            return node.population.into();
        }
        if let Some(known) = known.get(&id) {
            return known.clone();
        }
        let sum: BigUint = node
            .child
            .iter()
            .map(|&child| self.population(child, known))
            .sum();
        known.insert(id, sum.clone());
        sum
    }

    /// Distance of the outermost live cell from one side of a square that is not empty. `sides`
    /// gives the two children at that side, then the other two; `outermost` does the same in a
    /// leaf. Only the squares that touch the outermost line so far are followed.
    fn edge(
        &self,
        root: Id,
        sides: [[usize; 2]; 2],
        outermost: impl Fn(u64) -> Option<u32>,
    ) -> BigUint {
        let mut front = BTreeSet::from([root]);
        let mut distance = BigUint::zero();
        let mut level = self.node(root).level;
        while level > LEAF {
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
            .filter_map(|&leaf| outermost(self.node(leaf).cells()))
            .min()
            .unwrap_or(0);
        (distance << LEAF) + rest
    }

    fn leaves(&self, id: Id, x: i64, y: i64, out: &mut Vec<(i64, i64, u64)>) {
        let node = self.node(id);
        if node.population == 0 {
            return;
        }
        if node.level == LEAF {
            out.push((y, x, node.cells()));
            return;
        }
        let half = 1i64 << (node.level - 1);
        for (place, &child) in node.child.iter().enumerate() {
            let (dx, dy) = ((place & 1) as i64, (place >> 1) as i64);
            self.leaves(child, x + dx * half, y + dy * half, out);
        }
    }

    fn differing(
        &self,
        a: Id,
        b: Id,
        known: &mut HashMap<(Id, Id), BigUint>,
        counts: &mut HashMap<Id, BigUint>,
    ) -> BigUint {
        if a == b {
            return BigUint::zero();
        }
        if self.is_empty(a) {
            return self.population(b, counts);
        }
        if self.is_empty(b) {
            return self.population(a, counts);
        }
        let (left, right) = (self.node(a), self.node(b));
        if left.level == LEAF {
            return (left.cells() ^ right.cells()).count_ones().into();
        }
        if let Some(known) = known.get(&(a, b)) {
            return known.clone();
        }
        let sum: BigUint = (0..4)
            .map(|place| self.differing(left.child[place], right.child[place], known, counts))
            .sum();
        known.insert((a, b), sum.clone());
        sum
    }
}

/// A rectangle being filled with shares of live cells.
struct View<'a> {
    store: &'a Store,
    scale: u32,
    width: i128,
    height: i128,
    known: HashMap<Id, f64>,
    shares_of_blocks: Vec<f32>,
    /// For each block a number that two universes of one store share only if the block is equal
    /// in both; filled in when it has room.
    prints: Vec<u64>,
}

impl<'a> View<'a> {
    fn new(store: &'a Store, scale: u32, width: usize, height: usize) -> Self {
        Self {
            store,
            scale,
            width: width as i128,
            height: height as i128,
            known: HashMap::new(),
            shares_of_blocks: vec![0.0; width * height],
            prints: Vec::new(),
        }
    }
}

impl View<'_> {
    /// Descends with big coordinates until the rest fits machine numbers. `left` and `top` are
    /// the view's corner in blocks.
    fn root(&mut self, root: Id, left: &BigInt, top: &BigInt) {
        let level = self.store.node(root).level;
        if u32::from(level) <= self.scale {
            // Each quarter of the universe lies within one of the four blocks at the origin.
            self.around_origin(root, left, top);
            return;
        }
        let half = BigInt::one() << (u32::from(level) - 1 - self.scale);
        let mut squares = vec![(root, -&half - left, -half - top)];
        while let Some(&(id, _, _)) = squares.first() {
            let blocks = u32::from(self.store.node(id).level) - self.scale;
            if blocks <= 120 {
                break;
            }
            let half = BigInt::one() << (blocks - 1);
            let mut next = Vec::new();
            for (id, x, y) in squares {
                for (place, &child) in self.store.child(id).iter().enumerate() {
                    let x = if place & 1 == 1 {
                        &x + &half
                    } else {
                        x.clone()
                    };
                    let y = if place & 2 == 2 {
                        &y + &half
                    } else {
                        y.clone()
                    };
                    let seen = |start: &BigInt, length: i128| {
                        *start < BigInt::from(length) && start + &half > BigInt::zero()
                    };
                    let visible = seen(&x, self.width) && seen(&y, self.height);
                    if visible && !self.store.is_empty(child) {
                        next.push((child, x, y));
                    }
                }
            }
            squares = next;
        }
        for (id, x, y) in squares {
            // A square of at most 2^120 blocks that meets the view has coordinates that fit;
            // one that is far away need not be drawn.
            if let (Some(x), Some(y)) = (x.to_i128(), y.to_i128())
                && x.unsigned_abs().max(y.unsigned_abs()) < 1 << 125
            {
                self.square(id, x, y);
            }
        }
    }

    fn around_origin(&mut self, root: Id, left: &BigInt, top: &BigInt) {
        let level = self.store.node(root).level;
        // A quarter covers 4^-(scale - level + 1) of its block.
        let part = (-2.0 * f64::from(self.scale - u32::from(level) + 1)).exp2();
        for (place, &child) in self.store.child(root).clone().iter().enumerate() {
            let x = BigInt::from((place & 1) as i32 - 1) - left;
            let y = BigInt::from((place >> 1) as i32 - 1) - top;
            if let (Some(x), Some(y)) = (x.to_i128(), y.to_i128()) {
                let share = self.share(child) * part;
                if !self.store.is_empty(child) {
                    // The quarter's level tells apart squares that differ in size alone.
                    self.block(x, y, share, u64::from(child) | u64::from(level) << 32);
                }
            }
        }
    }

    fn block(&mut self, x: i128, y: i128, share: f64, print: u64) {
        if (0..self.width).contains(&x) && (0..self.height).contains(&y) {
            let at = (y * self.width + x) as usize;
            self.shares_of_blocks[at] = (share as f32).max(f32::MIN_POSITIVE);
            if let Some(place) = self.prints.get_mut(at) {
                *place = print;
            }
        }
    }

    /// Fills in a square whose north-west corner is block (x, y) of the view.
    fn square(&mut self, id: Id, x: i128, y: i128) {
        let node = *self.store.node(id);
        let level = u32::from(node.level);
        if node.population == 0 {
            return;
        }
        if level == self.scale {
            let share = self.share(id);
            self.block(x, y, share, u64::from(id));
            return;
        }
        let blocks = 1i128 << (level - self.scale);
        if x >= self.width || y >= self.height || x + blocks <= 0 || y + blocks <= 0 {
            return;
        }
        if node.level == LEAF {
            self.leaf(node.cells(), x, y);
            return;
        }
        for (place, &child) in node.child.iter().enumerate() {
            let (dx, dy) = ((place & 1) as i128, (place >> 1) as i128);
            self.square(child, x + dx * blocks / 2, y + dy * blocks / 2);
        }
    }

    /// Blocks of 1, 2 or 4 cells a side in a leaf.
    fn leaf(&mut self, cells: u64, x: i128, y: i128) {
        let side = 1u32 << self.scale;
        let block = (0..side).fold(0u64, |block, row| block | ((1 << side) - 1) << (8 * row));
        for by in 0..8 / side {
            for bx in 0..8 / side {
                let live = cells >> (side * (8 * by + bx)) & block;
                if live != 0 {
                    let share = f64::from(live.count_ones()) / f64::from(side * side);
                    self.block(x + i128::from(bx), y + i128::from(by), share, live);
                }
            }
        }
    }

    /// The share of live cells in a square.
    fn share(&mut self, id: Id) -> f64 {
        let node = *self.store.node(id);
        if node.population != BIG {
            return node.population as f64 * (-2.0 * f64::from(node.level)).exp2();
        }
        if let Some(&share) = self.known.get(&id) {
            return share;
        }
        let share = node
            .child
            .iter()
            .map(|&child| self.share(child))
            .sum::<f64>()
            / 4.0;
        self.known.insert(id, share);
        share
    }
}
