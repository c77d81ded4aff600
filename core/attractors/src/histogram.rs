//! Counts of visits in cells: the density picture's data, and the processor's twin of the
//! histogram in `ensemble.wgsl`.
//!
//! Hits are whole numbers added atomically, so the order of the threads doesn't matter. A cell
//! can't overflow: before 2^30 further hits could have fallen into one cell, all counts are
//! halved if any has reached 2^30.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::lens::{Lens, Projector};

/// Hits between two looks at the largest count, and the count from which all are halved.
pub const HALF_FULL: u64 = 1 << 30;

/// A histogram on the processor.
#[derive(Debug)]
pub struct Histogram {
    pub lens: Lens,
    projector: Projector,
    counts: Vec<AtomicU32>,
    pub budget: Budget,
}

/// Keeps the hits that may still fall before the counts must be looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Budget {
    since: u64,
}

impl Budget {
    /// Announces `hits`; true when the counts must be looked at (and halved if large) first.
    pub fn spend(&mut self, hits: u64) -> bool {
        let look = self.since.saturating_add(hits) > HALF_FULL;
        self.since = if look { hits } else { self.since + hits };
        look
    }
    pub fn since(self) -> u64 {
        self.since
    }
    pub fn from(since: u64) -> Self {
        Self { since }
    }
}

impl Histogram {
    pub fn new(lens: Lens) -> Self {
        let counts = (0..lens.cells()).map(|_| AtomicU32::new(0)).collect();
        Self {
            projector: lens.projector(),
            lens,
            counts,
            budget: Budget::default(),
        }
    }

    /// Adds `weight` where the point falls. Safe from any number of threads.
    pub fn hit(&self, point: [f64; 3], weight: u32) {
        if let Some(cell) = self.projector.cell(point)
            && let Some(count) = self.counts.get(cell)
        {
            count.fetch_add(weight, Ordering::Relaxed);
        }
    }

    /// Makes room for that many hits.
    pub fn prepare(&mut self, hits: u64) {
        if self.budget.spend(hits)
            && self
                .counts
                .iter_mut()
                .any(|c| u64::from(*c.get_mut()) >= HALF_FULL)
        {
            for count in &mut self.counts {
                *count.get_mut() /= 2;
            }
        }
    }

    pub fn counts(&self) -> Arc<[u32]> {
        self.counts
            .iter()
            .map(|c| c.load(Ordering::Relaxed))
            .collect()
    }

    /// Takes over counts of the same lens.
    pub fn load(&mut self, counts: &[u32], budget: Budget) {
        for (count, new) in self.counts.iter_mut().zip(counts) {
            *count.get_mut() = *new;
        }
        self.budget = budget;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lens::{Axes, Frame};

    #[test]
    fn counts_are_halved_before_they_can_overflow() {
        let mut histogram = Histogram::new(Lens {
            axes: Axes {
                x: 0,
                y: 1,
                z: None,
            },
            frame: Frame::Rectangle([0.0, 1.0, 1.0, 0.0]),
            size: [1, 1],
        });
        for _ in 0..40 {
            histogram.prepare(1 << 28);
            histogram.hit([0.5, 0.5, 0.0], 1 << 28);
        }
        let count = histogram.counts()[0];
        assert!(
            u64::from(count) < 2 * HALF_FULL && count > 1 << 28,
            "{count}"
        );
    }
}
