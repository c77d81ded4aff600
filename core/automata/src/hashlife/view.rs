//! Any rectangle of a universe at any scale: the share of live cells in each of its blocks, and
//! what else is drawn of them.

use std::collections::HashMap;

use num_bigint::BigInt;
use num_traits::{One, ToPrimitive, Zero};

use super::store::{Id, Square, Store};

/// A rectangle being filled with shares of live cells.
pub(super) struct View<'a> {
    store: &'a mut Store,
    scale: u32,
    width: i128,
    height: i128,
    known: HashMap<Id, f64>,
    pub(super) shares_of_blocks: Vec<f32>,
    /// For each block a number that two universes of one store share only if the block is equal
    /// in both; filled in when it has room.
    pub(super) prints: Vec<u64>,
    /// For each block the state that leads; filled in when it has room.
    pub(super) leaders: Vec<u8>,
}

impl<'a> View<'a> {
    pub(super) fn new(store: &'a mut Store, scale: u32, width: usize, height: usize) -> Self {
        Self {
            store,
            scale,
            width: width as i128,
            height: height as i128,
            known: HashMap::new(),
            shares_of_blocks: vec![0.0; width * height],
            prints: Vec::new(),
            leaders: Vec::new(),
        }
    }
}

impl View<'_> {
    /// Descends with big coordinates until the rest fits machine numbers. `left` and `top` are
    /// the view's corner in blocks.
    pub(super) fn root(&mut self, root: Square, left: &BigInt, top: &BigInt) {
        let level = root.level;
        if u32::from(level) <= self.scale {
            // Each quarter of the universe lies within one of the four blocks at the origin.
            self.around_origin(root, left, top);
            return;
        }
        let half = BigInt::one() << (u32::from(level) - 1 - self.scale);
        let mut squares = vec![(root, -&half - left, -half - top)];
        while let Some(&(square, _, _)) = squares.first() {
            let blocks = u32::from(square.level) - self.scale;
            if blocks <= 120 {
                break;
            }
            let half = BigInt::one() << (blocks - 1);
            let mut next = Vec::new();
            for (square, x, y) in squares {
                for (place, child) in self.store.split(square).into_iter().enumerate() {
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
                    if visible && !self.store.is_empty(child.id) {
                        next.push((child, x, y));
                    }
                }
            }
            squares = next;
        }
        for (square, x, y) in squares {
            // A square of at most 2^120 blocks that meets the view has coordinates that fit;
            // one that is far away need not be drawn.
            if let (Some(x), Some(y)) = (x.to_i128(), y.to_i128())
                && x.unsigned_abs().max(y.unsigned_abs()) < 1 << 125
            {
                self.square(square, x, y);
            }
        }
    }

    fn around_origin(&mut self, root: Square, left: &BigInt, top: &BigInt) {
        let level = root.level;
        // A quarter covers 4^-(scale - level + 1) of its block.
        let part = (-2.0 * f64::from(self.scale - u32::from(level) + 1)).exp2();
        for (place, child) in self.store.split(root).into_iter().enumerate() {
            let x = BigInt::from((place & 1) as i32 - 1) - left;
            let y = BigInt::from((place >> 1) as i32 - 1) - top;
            if let (Some(x), Some(y)) = (x.to_i128(), y.to_i128()) {
                let share = self.share(child) * part;
                if !self.store.is_empty(child.id) {
                    // The quarter's level tells apart squares that differ in size alone.
                    let leader = self.leader(child.id);
                    let print = u64::from(child.id) | u64::from(level) << 32;
                    self.block(x, y, share, print, leader);
                }
            }
        }
    }

    /// The state that leads in a square, if that is asked for.
    fn leader(&mut self, id: Id) -> u8 {
        if self.leaders.is_empty() {
            0
        } else {
            self.store.leader(id)
        }
    }

    fn block(&mut self, x: i128, y: i128, share: f64, print: u64, leader: u8) {
        if (0..self.width).contains(&x) && (0..self.height).contains(&y) {
            let at = (y * self.width + x) as usize;
            self.shares_of_blocks[at] = (share as f32).max(f32::MIN_POSITIVE);
            if let Some(place) = self.prints.get_mut(at) {
                *place = print;
            }
            if let Some(place) = self.leaders.get_mut(at) {
                *place = leader;
            }
        }
    }

    /// Fills in a square whose north-west corner is block (x, y) of the view.
    fn square(&mut self, square: Square, x: i128, y: i128) {
        let level = u32::from(square.level);
        if self.store.is_empty(square.id) {
            return;
        }
        if level == self.scale {
            let share = self.share(square);
            let leader = self.leader(square.id);
            self.block(x, y, share, u64::from(square.id), leader);
            return;
        }
        let blocks = 1i128 << (level - self.scale);
        if x >= self.width || y >= self.height || x + blocks <= 0 || y + blocks <= 0 {
            return;
        }
        if square.level == self.store.base() {
            self.leaf(square, x, y);
            return;
        }
        for (place, quarter) in self.store.split(square).into_iter().enumerate() {
            let (dx, dy) = ((place & 1) as i128, (place >> 1) as i128);
            self.square(quarter, x + dx * blocks / 2, y + dy * blocks / 2);
        }
    }

    /// Blocks of 1, 2 or 4 cells a side in a leaf, smaller than the leaf.
    fn leaf(&mut self, leaf: Square, x: i128, y: i128) {
        let side = 1u32 << self.scale;
        let cells = self.store.child(leaf.id);
        let alive = self.store.kind.alive(cells);
        let block = (0..side).fold(0u64, |block, row| block | ((1 << side) - 1) << (8 * row));
        let blocks = (1 << leaf.level) / side;
        for by in 0..blocks {
            for bx in 0..blocks {
                let live = alive >> (side * (8 * by + bx)) & block;
                if live != 0 {
                    let share = f64::from(live.count_ones()) / f64::from(side * side);
                    // What tells a block of states from another is more than what is alive.
                    let print = (0..side * side).fold(0u64, |print, at| {
                        let (x, y) = (bx * side + at % side, by * side + at / side);
                        let state = self.store.kind.state(cells, x, y);
                        (print ^ u64::from(state))
                            .wrapping_mul(0x0100_0000_01b3)
                            .rotate_left(5)
                    });
                    let print = if self.store.kind.is_bits() {
                        live
                    } else {
                        print
                    };
                    let leader = if self.leaders.is_empty() {
                        0
                    } else {
                        self.store.kind.leader(cells, bx * side, by * side, side)
                    };
                    let (x, y) = (x + i128::from(bx), y + i128::from(by));
                    self.block(x, y, share, print, leader);
                }
            }
        }
    }

    /// The share of live cells in a square.
    fn share(&mut self, square: Square) -> f64 {
        if let Some(count) = self.store.count(square.id) {
            return f64::from(count) * (-2.0 * f64::from(square.level)).exp2();
        }
        if let Some(&share) = self.known.get(&square.id) {
            return share;
        }
        let quarters = self.store.split(square);
        let share = quarters
            .map(|quarter| self.share(quarter))
            .iter()
            .sum::<f64>()
            / 4.0;
        self.known.insert(square.id, share);
        share
    }
}
