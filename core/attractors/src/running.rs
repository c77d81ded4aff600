//! What the running state spans: the numbers between which colours run once the parameters have
//! changed.
//!
//! They are read off where the tracked orbit has been in the last twenty periods. For the part
//! of that window before the run began, the attractor of the start stands in, so that a range
//! follows a change within some periods and never jumps from one picture to the next. All of it
//! is part of the state: the same moment has the same colours, in the window and in an export.

use crate::motion::Motion;
use crate::trail::Trail;

/// How far back is looked: periods, or steps where they take longer.
const PERIODS: f64 = 20.0;
const STEPS: f64 = 1000.0;

/// The most samples that are looked at.
const LOOKED_AT: usize = 2048;

/// A range is never narrower than this part of the start's, so that a cloud at rest has one
/// colour instead of its rounding errors in all of them.
const NARROWEST: f64 = 0.02;

/// A number and the part of the window that it stands for.
type Weighed = (f64, f64);

impl Motion {
    /// The speeds between which 98 % of the window lie.
    pub(crate) fn running_speeds(&self) -> [f64; 2] {
        let start = span(&self.start_speeds, [0.01, 0.99]);
        if self.constants == self.start_constants {
            return start;
        }
        let dimension = self.definition.dimension();
        let speed = |trail: &Trail, i: usize| {
            let step = |v: usize| trail.coordinate(i, v) - trail.coordinate(i - 1, v);
            let squares: f64 = (0..dimension).map(|v| step(v).powi(2)).sum();
            squares.sqrt() / (trail.time(i) - trail.time(i - 1))
        };
        let found = between(self.window(speed, &self.start_speeds), [0.01, 0.99]);
        let [low, high] = found.unwrap_or(start);
        let high = high.max(NARROWEST * start[1]);
        [if low < high { low } else { 0.0 }, high]
    }

    /// The values of a variable between which 99 % of the window lie; all of the attractor's as
    /// long as the parameters are those of the start.
    pub(crate) fn running_extent(&self, variable: usize) -> [f64; 2] {
        let start = self.samples.extents()[variable];
        if self.constants == self.start_constants {
            return start;
        }
        let column: Vec<f64> = (0..self.samples.len())
            .map(|i| self.samples.point(i)[variable])
            .collect();
        let window = self.window(|trail, i| trail.coordinate(i, variable), &column);
        let [low, high] = between(window, [0.005, 0.995]).unwrap_or(start);
        let lacking = NARROWEST * (start[1] - start[0]) - (high - low);
        let wider = lacking.max(0.0) / 2.0;
        [low - wider, high + wider]
    }

    /// Numbers along the window, `start` for what lies before the run.
    fn window(&self, value: impl Fn(&Trail, usize) -> f64, start: &[f64]) -> Vec<Weighed> {
        let Some(trail) = self.orbits.first().map(|orbit| &orbit.trail) else {
            return Vec::new();
        };
        let length = (PERIODS * self.definition.period).max(STEPS * self.timing.dt);
        let now = self.timing.time();
        // A difference needs the sample before it.
        let first = trail.since(now - length).max(1);
        let seen = trail.len().saturating_sub(first);
        let part = if seen == 0 {
            0.0
        } else {
            ((now - trail.time(first - 1)) / length).clamp(0.0, 1.0)
        };
        let mut window = Vec::new();
        add(&mut window, seen, part, |i| value(trail, first + i));
        add(&mut window, start.len(), 1.0 - part, |i| start[i]);
        window
    }
}

/// Adds every n-th of `count` numbers, which together stand for `part` of the window.
fn add(window: &mut Vec<Weighed>, count: usize, part: f64, value: impl Fn(usize) -> f64) {
    if count == 0 || part <= 0.0 {
        return;
    }
    let stride = count.div_ceil(LOOKED_AT);
    let weight = part / count.div_ceil(stride) as f64;
    let values = (0..count).step_by(stride).map(value);
    window.extend(values.filter(|x| x.is_finite()).map(|x| (x, weight)));
}

/// The values below which the given parts of the weight lie.
fn between(mut window: Vec<Weighed>, parts: [f64; 2]) -> Option<[f64; 2]> {
    window.sort_by(|a, b| a.0.total_cmp(&b.0));
    let all: f64 = window.iter().map(|w| w.1).sum();
    let ends = parts.map(|part| {
        let mut below = 0.0;
        let found = window.iter().find(|(_, weight)| {
            below += weight;
            below >= part * all
        });
        found.or(window.last()).map(|w| w.0)
    });
    match ends {
        [Some(low), Some(high)] => Some([low, high]),
        _ => None,
    }
}

/// The same of sorted numbers that weigh alike; 0 to 1 where there are none apart.
pub(crate) fn span(sorted: &[f64], parts: [f64; 2]) -> [f64; 2] {
    let at = |part: f64| sorted.get((part * sorted.len() as f64) as usize).copied();
    let (low, high) = (at(parts[0]).unwrap_or(0.0), at(parts[1]).unwrap_or(1.0));
    if high > low {
        [low, high]
    } else {
        [0.0, high.max(1.0)]
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn parts_of_a_window_count_by_their_weight() {
        let mut window = Vec::new();
        add(&mut window, 100, 0.5, |i| i as f64);
        add(&mut window, 50_000, 0.5, |_| 1000.0);
        let [low, high] = between(window, [0.25, 0.75]).unwrap();
        assert!((low - 49.5).abs() <= 1.0, "{low}");
        assert_eq!(high, 1000.0);
        assert_eq!(between(Vec::new(), [0.0, 1.0]), None);
    }

    #[test]
    fn a_start_at_rest_has_a_range_all_the_same() {
        assert_eq!(span(&[0.0; 8], [0.01, 0.99]), [0.0, 1.0]);
        assert_eq!(span(&[], [0.01, 0.99]), [0.0, 1.0]);
    }
}
