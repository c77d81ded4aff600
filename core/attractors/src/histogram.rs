//! Counts of visits in cells: the density picture's data, and the processor's twin of the
//! histogram in `ensemble.wgsl`.
//!
//! The threads that advance the cloud say into which cells its particles fall, and one of them
//! adds the hits up: a locked addition for each would take ten times as long. A cell can't
//! overflow: before 2^30 further hits could have fallen into one cell, all counts are halved if
//! any has reached 2^30.

use std::sync::Arc;

use crate::lens::{Lens, Projector};

/// Hits between two looks at the largest count, and the count from which all are halved.
pub const HALF_FULL: u64 = 1 << 30;

/// A histogram on the processor.
#[derive(Debug)]
pub struct Histogram {
    pub lens: Lens,
    projector: Projector,
    counts: Vec<u32>,
    pub budget: Budget,
}

/// Keeps count of the hits: all of them, and those since the counts were last looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Budget {
    since: u64,
    total: u64,
}

impl Budget {
    /// Announces `hits`; true when the counts must be looked at (and halved if large) first.
    pub fn spend(&mut self, hits: u64) -> bool {
        let look = self.since.saturating_add(hits) > HALF_FULL;
        self.since = if look { hits } else { self.since + hits };
        self.total = self.total.saturating_add(hits);
        look
    }
    /// The counts have been halved.
    pub fn halve(&mut self) {
        self.total /= 2;
    }
    /// How many hits the counts stand for, those outside the frame included.
    pub fn total(self) -> u64 {
        self.total
    }
}

impl Histogram {
    pub fn new(lens: Lens) -> Self {
        Self {
            projector: lens.projector(),
            counts: vec![0; lens.cells()],
            lens,
            budget: Budget::default(),
        }
    }

    /// The cells into which the members of a block fall.
    pub fn find(&self, block: &[f64], members: usize, cells: &mut [u32]) {
        let axes = self.lens.axes;
        let row = |v: usize| block.get(v * members..(v + 1) * members).unwrap_or(&[]);
        let (xs, ys) = (row(axes.x), row(axes.y));
        if axes.wrap != 0 {
            // Angles that have gone round: seldom, and dear in any case.
            for (m, cell) in cells.iter_mut().enumerate().take(members) {
                let at = |v: usize| block.get(v * members + m).copied().unwrap_or(f64::NAN);
                *cell = self.projector.cell(axes.point(at));
            }
            return;
        }
        let flat;
        let zs = match axes.z {
            Some(z) => row(z),
            None => {
                flat = vec![0.0; members];
                &flat
            }
        };
        self.projector.cells(xs, ys, zs, cells);
    }

    /// Adds `weight` to each of these cells.
    pub fn add(&mut self, cells: &[u32], weight: u32) {
        for cell in cells {
            // NOWHERE lies beyond the last cell.
            if let Some(count) = self.counts.get_mut(*cell as usize) {
                *count = count.wrapping_add(weight);
            }
        }
    }

    /// Adds `weight` where one point falls.
    pub fn hit(&mut self, point: [f64; 3], weight: u32) {
        self.add(&[self.projector.cell(point)], weight);
    }

    /// Makes room for that many hits.
    pub fn prepare(&mut self, hits: u64) {
        if self.budget.spend(hits) && self.counts.iter().any(|c| u64::from(*c) >= HALF_FULL) {
            for count in &mut self.counts {
                *count /= 2;
            }
            self.budget.halve();
        }
    }

    pub fn counts(&self) -> Arc<[u32]> {
        self.counts.as_slice().into()
    }

    /// Takes over counts of the same lens.
    pub fn load(&mut self, counts: &[u32], budget: Budget) {
        let fit = counts.len().min(self.counts.len());
        self.counts[..fit].copy_from_slice(&counts[..fit]);
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
                wrap: 0,
            },
            frame: Frame::Rectangle([0.0, 1.0, 1.0, 0.0]),
            size: [1, 1],
        });
        for _ in 0..40 {
            histogram.prepare(1 << 28);
            assert!(histogram.budget.total() < 1 << 33);
            histogram.hit([0.5, 0.5, 0.0], 1 << 28);
        }
        let count = histogram.counts()[0];
        assert!(
            u64::from(count) < 2 * HALF_FULL && count > 1 << 28,
            "{count}"
        );
    }
}
