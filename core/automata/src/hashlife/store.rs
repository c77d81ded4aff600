//! The canonical nodes: squares of cells, each kept once, with what is known of their future.
//!
//! A node of level `n` is a square of side 2^n, made of four nodes of level `n - 1`; level 3 is
//! a leaf of 8 × 8 cells. Equal squares are the same node (hash consing), so what has been
//! computed for one holds for all. R. W. Gosper, *Exploiting regularities in large cellular
//! spaces*, Physica D 10 (1984) 75–80.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Weak};

use crate::adder::Masks;
use crate::rule::Rule;

/// A node's place in the store.
pub(super) type Id = u32;

/// Stands for no node.
pub(super) const NONE: Id = 0;

/// The level of a leaf.
pub(super) const LEAF: u16 = 3;

/// A population that doesn't fit 64 bits and must be added up anew.
pub(super) const BIG: u64 = u64::MAX;

/// A square of cells.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    /// North-west, north-east, south-west, south-east; in a leaf the low and high half of its
    /// cells and two zeros, which no inner node has.
    pub child: [Id; 4],
    /// Live cells, or [`BIG`].
    pub population: u64,
    /// The middle square of half the side, 2^(level - 2) generations on, or [`NONE`].
    pub result: Id,
    /// The square's side is 2^level.
    pub level: u16,
}

impl Node {
    pub(super) fn cells(&self) -> u64 {
        u64::from(self.child[0]) | u64::from(self.child[1]) << 32
    }
}

/// Why a computation stopped early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// The memory limit.
    Full,
    /// The caller asked for it.
    Asked,
}

/// A root that survives collection; its number changes then.
#[derive(Debug)]
pub(super) struct Root(AtomicU32);

impl Root {
    pub(super) fn id(&self) -> Id {
        self.0.load(Ordering::Acquire)
    }
}

/// All nodes.
#[derive(Debug)]
pub(super) struct Store {
    pub nodes: Vec<Node>,
    /// Open addressing with linear probing; [`NONE`] is a free place.
    table: Vec<Id>,
    /// The empty node of each level, from [`LEAF`] on.
    empty: Vec<Id>,
    /// Results after 2^k generations, fewer than a node's full step: (node, k).
    pub partial: HashMap<u64, Id, BuildHasherDefault<Mix>>,
    roots: Vec<Weak<Root>>,
    limit: usize,
    pub rule: Masks,
}

/// A hash for keys that are already one number.
#[derive(Default)]
pub(super) struct Mix(u64);

impl Hasher for Mix {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(u64::from(byte));
        }
    }
    fn write_u64(&mut self, key: u64) {
        let mixed = (self.0 ^ key).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ mixed >> 32;
    }
}

fn hash(child: [Id; 4]) -> usize {
    let low = u64::from(child[0]) | u64::from(child[1]) << 32;
    let high = u64::from(child[2]) | u64::from(child[3]) << 32;
    let mixed = (low ^ high.rotate_left(29).wrapping_mul(0xbf58_476d_1ce4_e5b9))
        .wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed ^ mixed >> 29) as usize
}

const FIRST_TABLE: usize = 1 << 12;

impl Store {
    /// An empty store that will hold at most `limit` bytes (and at least a few kilobytes).
    pub(super) fn new(rule: Rule, limit: usize) -> Self {
        let nothing = Node {
            child: [NONE; 4],
            population: 0,
            result: NONE,
            level: 0,
        };
        Self {
            nodes: vec![nothing],
            table: vec![NONE; FIRST_TABLE],
            empty: Vec::new(),
            partial: HashMap::default(),
            roots: Vec::new(),
            limit: limit.max(1 << 18),
            rule: Masks::new(rule.bits()),
        }
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> usize {
        self.nodes.capacity() * size_of::<Node>()
            + self.table.len() * size_of::<Id>()
            + self.partial.capacity() * 20
    }

    pub(super) fn limit(&self) -> usize {
        self.limit
    }

    pub(super) fn set_limit(&mut self, limit: usize) {
        self.limit = limit.max(1 << 18);
    }

    pub(super) fn node(&self, id: Id) -> &Node {
        &self.nodes[id as usize]
    }

    pub(super) fn child(&self, id: Id) -> [Id; 4] {
        self.node(id).child
    }

    pub(super) fn is_empty(&self, id: Id) -> bool {
        self.node(id).population == 0
    }

    /// A root that stays valid through collections as long as the handle lives.
    pub(super) fn hold(&mut self, id: Id) -> Arc<Root> {
        if self.roots.len() >= 64 && self.roots.len().is_power_of_two() {
            self.roots.retain(|root| root.strong_count() > 0);
        }
        let root = Arc::new(Root(AtomicU32::new(id)));
        self.roots.push(Arc::downgrade(&root));
        root
    }

    /// The leaf with these cells.
    pub(super) fn leaf(&mut self, cells: u64) -> Result<Id, Stop> {
        let child = [cells as u32, (cells >> 32) as u32, NONE, NONE];
        self.find(child, u64::from(cells.count_ones()), LEAF)
    }

    /// The node with these four children, which are of one level.
    pub(super) fn join(&mut self, child: [Id; 4]) -> Result<Id, Stop> {
        let population = child.iter().fold(0u64, |sum, &id| {
            sum.saturating_add(self.node(id).population)
        });
        let level = self.node(child[0]).level + 1;
        self.find(child, population, level)
    }

    fn find(&mut self, child: [Id; 4], population: u64, level: u16) -> Result<Id, Stop> {
        let mask = self.table.len() - 1;
        let mut at = hash(child) & mask;
        loop {
            let id = self.table[at];
            if id == NONE {
                break;
            }
            if self.nodes[id as usize].child == child {
                return Ok(id);
            }
            at = (at + 1) & mask;
        }
        if 3 * self.nodes.len() >= 2 * self.table.len() {
            self.grow_table()?;
            let mask = self.table.len() - 1;
            at = hash(child) & mask;
            while self.table[at] != NONE {
                at = (at + 1) & mask;
            }
        }
        self.make_room()?;
        let id = self.nodes.len() as Id;
        self.nodes.push(Node {
            child,
            population,
            result: NONE,
            level,
        });
        self.table[at] = id;
        Ok(id)
    }

    fn grow_table(&mut self) -> Result<(), Stop> {
        let size = self.table.len() * 2;
        if self.bytes() + self.table.len() * size_of::<Id>() > self.limit {
            return Err(Stop::Full);
        }
        self.table = Vec::new();
        self.table.resize(size, NONE);
        for (id, node) in self.nodes.iter().enumerate().skip(1) {
            let mut at = hash(node.child) & (size - 1);
            while self.table[at] != NONE {
                at = (at + 1) & (size - 1);
            }
            self.table[at] = id as Id;
        }
        Ok(())
    }

    fn make_room(&mut self) -> Result<(), Stop> {
        let count = self.nodes.len();
        if count < self.nodes.capacity() {
            return Ok(());
        }
        let left = self.limit.saturating_sub(self.bytes()) / size_of::<Node>();
        let more = left.min(count.max(1024)).min(Id::MAX as usize - count);
        if more == 0 {
            return Err(Stop::Full);
        }
        self.nodes.reserve_exact(more);
        Ok(())
    }

    /// Remembers a result of fewer generations than the full step.
    pub(super) fn remember(&mut self, id: Id, k: u16, result: Id) -> Result<(), Stop> {
        if self.partial.len() == self.partial.capacity()
            && self.bytes() + self.partial.capacity().max(64) * 20 > self.limit
        {
            return Err(Stop::Full);
        }
        self.partial.insert(Self::key(id, k), result);
        Ok(())
    }

    pub(super) fn key(id: Id, k: u16) -> u64 {
        u64::from(k) << 32 | u64::from(id)
    }

    /// The empty square of a level.
    pub(super) fn empty(&mut self, level: u16) -> Result<Id, Stop> {
        while self.empty.len() <= usize::from(level - LEAF) {
            let id = match self.empty.last() {
                None => self.leaf(0)?,
                Some(&smaller) => self.join([smaller; 4])?,
            };
            self.empty.push(id);
        }
        Ok(self.empty[usize::from(level - LEAF)])
    }

    /// A square of twice the side with this one in the middle.
    pub(super) fn pad(&mut self, id: Id) -> Result<Id, Stop> {
        let [nw, ne, sw, se] = self.child(id);
        let e = self.empty(self.node(id).level - 1)?;
        let child = [
            self.join([e, e, e, nw])?,
            self.join([e, e, ne, e])?,
            self.join([e, sw, e, e])?,
            self.join([se, e, e, e])?,
        ];
        self.join(child)
    }

    /// Forgets every node that no living root reaches, and all results.
    pub(super) fn collect(&mut self) {
        self.roots.retain(|root| root.strong_count() > 0);
        let old = std::mem::take(&mut self.nodes);
        // What is kept fits where it was, so nothing here can meet the limit.
        let mut reached = vec![false; old.len()];
        let mut stack: Vec<Id> = self
            .roots
            .iter()
            .filter_map(Weak::upgrade)
            .map(|root| root.id())
            .collect();
        while let Some(id) = stack.pop() {
            if id == NONE || std::mem::replace(&mut reached[id as usize], true) {
                continue;
            }
            let node = &old[id as usize];
            if node.level > LEAF {
                stack.extend(node.child);
            }
        }
        // Children always stand before their parents, so one pass in order renumbers all.
        let mut renumbered = vec![NONE; old.len()];
        let kept = reached.iter().filter(|&&kept| kept).count();
        let mut nodes = Vec::with_capacity(kept + 1);
        nodes.push(old[0]);
        for (id, node) in old.iter().enumerate().filter(|(id, _)| reached[*id]) {
            let mut node = *node;
            node.result = NONE;
            if node.level > LEAF {
                node.child = node.child.map(|child| renumbered[child as usize]);
            }
            renumbered[id] = nodes.len() as Id;
            nodes.push(node);
        }
        drop(old);
        self.nodes = nodes;
        self.partial = HashMap::default();
        self.empty.clear();
        let size = (self.nodes.len() * 2).next_power_of_two().max(FIRST_TABLE);
        self.table = vec![NONE; size];
        for (id, node) in self.nodes.iter().enumerate().skip(1) {
            let mut at = hash(node.child) & (size - 1);
            while self.table[at] != NONE {
                at = (at + 1) & (size - 1);
            }
            self.table[at] = id as Id;
        }
        for root in self.roots.iter().filter_map(Weak::upgrade) {
            let id = renumbered[root.id() as usize];
            root.0.store(id, Ordering::Release);
        }
    }
}
