//! How much a view may draw, so that the picture keeps its pace: fewer particles before fewer
//! frames.

use std::time::{Duration, Instant};

/// Below this the picture is no longer fluent.
const LEAST_RATE: f32 = 27.0;
/// Above this there is room for more.
const EASY_RATE: f32 = 36.0;
/// The budget is looked at this often, so that it settles.
const PAUSE: Duration = Duration::from_millis(1500);
/// The least part of the full budget.
const LEAST: f32 = 1.0 / 16.0;

#[derive(Clone, Copy, Debug)]
pub struct Detail {
    full: usize,
    part: f32,
    looked: Instant,
}

impl Detail {
    pub fn new(on_processor: bool) -> Self {
        Self {
            full: if on_processor { 400_000 } else { 4_000_000 },
            part: 1.0,
            looked: Instant::now(),
        }
    }
    /// Vertices and cells that a view may hold; at rest there is time for all of them.
    pub fn budget(&self, playing: bool) -> usize {
        let part = if playing { self.part } else { 1.0 };
        (self.full as f32 * part) as usize
    }
    /// Heeds the frames a second of a run that plays (0: none does). A run whose steps are what
    /// is slow gains nothing from a coarser picture.
    pub fn watch(&mut self, rate: f32, behind: bool) {
        if rate <= 0.0 || self.looked.elapsed() < PAUSE {
            return;
        }
        self.looked = Instant::now();
        self.part = next(self.part, rate, behind);
    }
}

fn next(part: f32, rate: f32, behind: bool) -> f32 {
    if rate < LEAST_RATE && !behind {
        (part * 0.5).max(LEAST)
    } else if rate > EASY_RATE {
        (part * 1.25).min(1.0)
    } else {
        part
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_picture_becomes_coarser_and_a_fluent_one_finer() {
        assert_eq!(next(1.0, 10.0, false), 0.5);
        assert_eq!(next(LEAST, 5.0, false), LEAST);
        assert_eq!(next(0.5, 35.0, false), 0.5);
        assert_eq!(next(0.9, 60.0, false), 1.0);
        assert_eq!(next(1.0, 10.0, true), 1.0);
    }
}
