//! The future of a square: its middle half, 2^k generations on.
//!
//! Nine overlapping squares of half the side are advanced, and joined into four whose middles
//! are advanced again (the full step, 2^(level - 2) generations) or only cut out (fewer
//! generations). Each answer is remembered.

use super::leaf;
use super::store::{Id, LEAF, NONE, Stop, Store};

/// Asked now and then while a step is computed; true stops it.
pub(super) type Interrupt<'a> = dyn FnMut() -> bool + 'a;

/// New results between two questions to the caller, about 0.1 ms of work.
const PATIENCE: u32 = 512;

/// A computation under way.
pub(super) struct Stepper<'a, 'b> {
    pub store: &'a mut Store,
    pub interrupt: &'a mut Interrupt<'b>,
    pub since: u32,
}

impl Stepper<'_, '_> {
    /// The middle of `id`, of half its side, after 2^k generations; `k` is at most the level
    /// less 2, and the level is at least 4.
    pub(super) fn step(&mut self, id: Id, k: u16) -> Result<Id, Stop> {
        let node = *self.store.node(id);
        let full = k + 2 == node.level;
        if node.population == 0 {
            return self.store.empty(node.level - 1);
        }
        if full && node.result != NONE {
            return Ok(node.result);
        }
        if !full && let Some(&result) = self.store.partial.get(&Store::key(id, k)) {
            return Ok(result);
        }
        self.since += 1;
        if self.since >= PATIENCE {
            self.since = 0;
            if (self.interrupt)() {
                return Err(Stop::Asked);
            }
        }
        let result = if node.level == LEAF + 1 {
            let leaves = node.child.map(|leaf| self.store.node(leaf).cells());
            let cells = leaf::advance(&self.store.rule, leaves, 1 << k);
            self.store.leaf(cells)?
        } else {
            self.inner(node.child, k, full)?
        };
        if full {
            self.store.nodes[id as usize].result = result;
        } else {
            self.store.remember(id, k, result)?;
        }
        Ok(result)
    }

    fn inner(&mut self, [nw, ne, sw, se]: [Id; 4], k: u16, full: bool) -> Result<Id, Stop> {
        let [_, a1, a2, a3] = self.store.child(nw);
        let [b0, _, b2, b3] = self.store.child(ne);
        let [c0, c1, _, c3] = self.store.child(sw);
        let [d0, d1, d2, _] = self.store.child(se);
        let north = self.store.join([a1, b0, a3, b2])?;
        let west = self.store.join([a2, a3, c0, c1])?;
        let middle = self.store.join([a3, b2, c1, d0])?;
        let east = self.store.join([b2, b3, d0, d1])?;
        let south = self.store.join([c1, d0, c3, d2])?;
        let first = if full { k - 1 } else { k };
        let mut nine = [nw, north, ne, west, middle, east, sw, south, se];
        for square in &mut nine {
            *square = self.step(*square, first)?;
        }
        let [r00, r01, r02, r10, r11, r12, r20, r21, r22] = nine;
        let mut four = [
            [r00, r01, r10, r11],
            [r01, r02, r11, r12],
            [r10, r11, r20, r21],
            [r11, r12, r21, r22],
        ];
        let mut result = [NONE; 4];
        for (quarter, out) in four.iter_mut().zip(&mut result) {
            *out = if full {
                let square = self.store.join(*quarter)?;
                self.step(square, k - 1)?
            } else {
                self.store.centre_of(*quarter)?
            };
        }
        self.store.join(result)
    }
}

impl Store {
    /// The middle of the square that these four make.
    pub(super) fn centre_of(&mut self, [nw, ne, sw, se]: [Id; 4]) -> Result<Id, Stop> {
        if self.node(nw).level == LEAF {
            let leaves = [nw, ne, sw, se].map(|id| self.node(id).cells());
            return self.leaf(leaf::centre(leaves));
        }
        let child = [
            self.child(nw)[3],
            self.child(ne)[2],
            self.child(sw)[1],
            self.child(se)[0],
        ];
        self.join(child)
    }
}
