//! Collection: forgetting the squares that nobody needs any more.
//!
//! What roots and computations under way reach is marked, a bit for each square, and slides
//! together; a square's new number is the count of marks below its old one, so that nothing but
//! the marks and one count for each word of them is needed besides the store itself.

use std::sync::Weak;

use super::store::{Id, NONE, Store, UNKNOWN};

/// One bit for each square.
struct Marks {
    words: Vec<u64>,
    /// Marks in the words before.
    before: Vec<Id>,
}

impl Marks {
    fn new(count: usize) -> Self {
        Self {
            words: vec![0; count.div_ceil(64)],
            before: Vec::new(),
        }
    }

    /// Sets a mark; whether there was none.
    fn set(&mut self, id: Id) -> bool {
        let (word, bit) = (&mut self.words[id as usize / 64], 1 << (id % 64));
        let new = *word & bit == 0;
        *word |= bit;
        new
    }

    fn has(&self, id: Id) -> bool {
        self.words[id as usize / 64] >> (id % 64) & 1 != 0
    }

    /// Counts the marks, so that [`Self::renumbered`] answers.
    fn finish(&mut self) -> usize {
        let mut sum = 0;
        self.before = self
            .words
            .iter()
            .map(|word| {
                let before = sum;
                sum += word.count_ones();
                before
            })
            .collect();
        sum as usize
    }

    /// The new number of a marked square.
    fn renumbered(&self, id: Id) -> Id {
        let (word, bit) = (id as usize / 64, id % 64);
        self.before[word] + (self.words[word] & ((1 << bit) - 1)).count_ones()
    }
}

impl Store {
    /// Whether a third of the limit is free after collection: enough to work in.
    pub(super) fn is_roomy(&self) -> bool {
        // A square with its share of the table.
        self.len() * 30 + self.partial.len() * 16 < self.limit() / 3 * 2
    }

    /// Forgets every square that no living root and none of `pins` reaches. Results go as well,
    /// unless `keep`; what is pinned gets its new number.
    pub(super) fn collect(&mut self, pins: &mut [Id], keep: bool) {
        self.roots.retain(|root| root.strong_count() > 0);
        let mut marks = Marks::new(self.len());
        let mut stack: Vec<Id> = (0..Self::empties() as Id).collect();
        let roots = self.roots.iter().filter_map(Weak::upgrade);
        stack.extend(roots.map(|root| root.square().id));
        stack.extend(pins.iter());
        self.mark(&mut marks, &mut stack, keep);
        if keep {
            // A partial result lives as long as the square that it belongs to.
            loop {
                let reached = |(&(id, _), &result): (&(Id, u16), &Id)| {
                    (marks.has(id) && !marks.has(result)).then_some(result)
                };
                stack.extend(self.partial.iter().filter_map(reached));
                if stack.is_empty() {
                    break;
                }
                self.mark(&mut marks, &mut stack, keep);
            }
        }
        let kept = marks.finish();
        self.slide(&marks, keep);
        self.shrink(kept);
        self.table.clear(kept);
        while self.table.room() < kept {
            self.table.grow();
        }
        self.refill();
        for pin in pins {
            *pin = marks.renumbered(*pin);
        }
        for root in self.roots.iter().filter_map(Weak::upgrade) {
            root.renumber(marks.renumbered(root.square().id));
        }
    }

    fn mark(&self, marks: &mut Marks, stack: &mut Vec<Id>, results: bool) {
        while let Some(id) = stack.pop() {
            if !marks.set(id) || self.is_empty(id) || self.is_leaf(id) {
                continue;
            }
            stack.extend(self.child(id));
            if results && self.results[id as usize] != NONE {
                stack.push(self.results[id as usize]);
            }
        }
    }

    /// Moves the marked squares to their new places. A square's quarters and result may have
    /// moved already: only their numbers are needed.
    fn slide(&mut self, marks: &Marks, keep: bool) {
        let mut to = 0;
        for id in 0..self.len() {
            if !marks.has(id as Id) {
                continue;
            }
            let leaf = self.is_leaf(id as Id);
            let result = self.results[id];
            self.quarters[to] = if leaf {
                self.quarters[id]
            } else {
                self.quarters[id].map(|quarter| marks.renumbered(quarter))
            };
            self.results[to] = if leaf || to < Self::empties() {
                result
            } else if keep && result != NONE {
                marks.renumbered(result)
            } else {
                NONE
            };
            let count = self.counts.get(id).copied().unwrap_or(UNKNOWN);
            if let Some(place) = self.counts.get_mut(to) {
                *place = count;
            }
            let leader = self.leaders.get(id).copied().unwrap_or(0);
            if let Some(place) = self.leaders.get_mut(to) {
                *place = leader;
            }
            to += 1;
        }
        let large = std::mem::take(&mut self.large);
        self.large = large
            .into_iter()
            .filter(|(id, _)| marks.has(*id))
            .map(|(id, sum)| (marks.renumbered(id), sum))
            .collect();
        let partial = std::mem::take(&mut self.partial);
        if keep {
            self.partial = partial
                .into_iter()
                .filter(|((id, _), _)| marks.has(*id))
                .map(|((id, k), result)| ((marks.renumbered(id), k), marks.renumbered(result)))
                .collect();
        }
    }

    /// Cuts off what lies behind the squares that are left, and gives back memory beyond the
    /// limit.
    fn shrink(&mut self, kept: usize) {
        self.quarters.truncate(kept);
        self.results.truncate(kept);
        self.counts.truncate(kept);
        self.leaders.truncate(kept);
        if self.bytes() > self.limit() {
            self.quarters.shrink_to_fit();
            self.results.shrink_to_fit();
            self.counts.shrink_to_fit();
            self.leaders.shrink_to_fit();
        }
    }
}
