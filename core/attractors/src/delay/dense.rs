//! The past of a method that chooses its steps: each step's own polynomial, and the times at which
//! derivatives of the solution jump.

use std::collections::VecDeque;

use crate::integrate::pair::Pair;

/// Times that are looked out for.
const MOST: usize = 4096;

/// Where kinks of the past pass: sums of delays, counted from time 0.
#[derive(Clone, Debug)]
pub struct Breaks {
    /// Rising.
    times: Vec<f64>,
}

impl Breaks {
    /// Sums of up to `order + 1` of the delays: beyond, the derivative that jumps is of a higher
    /// order than a method of this order sees.
    pub fn new(lags: &[f64], order: usize) -> Self {
        let mut times = vec![0.0];
        let mut newest = vec![0.0];
        for _ in 0..=order {
            let mut next: Vec<f64> = newest
                .iter()
                .flat_map(|t| lags.iter().map(move |lag| t + lag))
                .collect();
            sort(&mut next);
            next.truncate(MOST);
            times.extend_from_slice(&next);
            newest = next;
        }
        sort(&mut times);
        times.truncate(MOST);
        Self { times }
    }

    /// The first break after a time.
    pub fn after(&self, time: f64) -> Option<f64> {
        let next = self.times.partition_point(|t| *t <= time * (1.0 + 1e-14));
        self.times.get(next).copied()
    }
}

/// Rising, equal ones once.
fn sort(times: &mut Vec<f64>) {
    times.sort_by(f64::total_cmp);
    times.dedup_by(|a, b| (*a - *b).abs() <= 1e-12 * a.abs());
}

/// The polynomials of the last steps.
#[derive(Clone, Debug)]
pub struct Dense {
    dimension: usize,
    pair: Pair,
    longest: f64,
    steps: VecDeque<Step>,
}

#[derive(Clone, Debug)]
struct Step {
    from: f64,
    to: f64,
    /// Coefficient by coefficient, variable by variable; the state at the beginning first.
    rows: Vec<f64>,
}

impl Dense {
    pub fn new(dimension: usize, pair: Pair, longest: f64) -> Self {
        Self {
            dimension,
            pair,
            longest,
            steps: VecDeque::new(),
        }
    }

    /// A further step; those that end before anything that is still wanted are forgotten.
    pub fn push(&mut self, from: f64, to: f64, rows: Vec<f64>, wanted: f64) {
        let since = (from - self.longest).min(wanted);
        while self.steps.front().is_some_and(|step| step.to < since) {
            self.steps.pop_front();
        }
        self.steps.push_back(Step { from, to, rows });
    }

    /// A variable at a time; none before the first step.
    pub fn value(&self, time: f64, variable: usize) -> Option<f64> {
        let next = self.steps.partition_point(|step| step.to < time);
        let step = self.steps.get(next.min(self.steps.len().checked_sub(1)?))?;
        if time < step.from {
            return None;
        }
        let x = ((time - step.from) / (step.to - step.from)).min(1.0);
        Some(self.pair.value(&step.rows, self.dimension, variable, x))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinks_pass_at_sums_of_the_delays() {
        let breaks = Breaks::new(&[1.0, 2.5], 2);
        assert_eq!(
            breaks.times,
            [0.0, 1.0, 2.0, 2.5, 3.0, 3.5, 4.5, 5.0, 6.0, 7.5]
        );
        assert_eq!(breaks.after(0.0), Some(1.0));
        assert_eq!(breaks.after(2.2), Some(2.5));
        assert_eq!(breaks.after(7.5), None);
    }
}
