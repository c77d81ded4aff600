//! Rules of weighted sums: totalistic rules of several colours, weighted Larger than Life.

use std::sync::Arc;

use loom_sim::{Job, SimError, seed};
use num_bigint::BigUint;

use super::Share;
use crate::rule::Larger;
use crate::rule::reach::Term;

/// More steps than this are too many for sums over all states: in floating point, and counted.
const MOST: usize = 1 << 24;
const COUNTED: usize = 1 << 20;
/// Random neighbourhoods where they can't all be counted.
const DRAWN: u64 = 1 << 18;

/// What a cell becomes whose neighbourhood adds up to a number.
#[derive(Clone, Debug)]
enum Outcome {
    Line(Vec<u8>),
    Larger(Arc<Larger>),
}

/// A rule of weighted sums.
#[derive(Clone, Debug)]
pub(in super::super) struct Sum {
    /// The weights of the neighbours.
    pub weights: Vec<i32>,
    /// The weight of the middle cell.
    own: i32,
    /// What each state counts.
    values: Vec<i32>,
    outcome: Outcome,
}

/// A number for each sum from `low` on.
struct Spread<T> {
    low: i64,
    of: Vec<T>,
}

impl Sum {
    /// A totalistic rule.
    pub fn line(colours: u8, reach: u8, outcomes: &[u8]) -> Self {
        Self {
            weights: vec![1; 2 * usize::from(reach)],
            own: 1,
            values: (0..i32::from(colours)).collect(),
            outcome: Outcome::Line(outcomes.to_vec()),
        }
    }

    /// Larger than Life with weights.
    pub fn larger(rule: &Larger, terms: &[Term]) -> Self {
        let (mut weights, mut own) = (Vec::new(), 0);
        for term in terms {
            for dx in term.from..=term.to {
                if (term.dy, dx) == (0, 0) {
                    own += term.weight;
                } else {
                    weights.push(term.weight);
                }
            }
        }
        let values = rule.shape.state_weights().unwrap_or_else(|| {
            let states = rule.states() as i32;
            (0..states).map(|s| i32::from(s == 1)).collect()
        });
        Self {
            weights,
            own,
            values,
            outcome: Outcome::Larger(Arc::new(rule.clone())),
        }
    }

    pub fn states(&self) -> usize {
        self.values.len()
    }

    fn becomes(&self, own: usize, around: i64) -> u8 {
        let sum = around + i64::from(self.own) * i64::from(self.values[own]);
        match &self.outcome {
            Outcome::Line(outcomes) => {
                let place = usize::try_from(sum).ok();
                place.and_then(|p| outcomes.get(p)).copied().unwrap_or(0)
            }
            Outcome::Larger(rule) => rule.next(own as u8, sum),
        }
    }

    /// Least and greatest sum of some neighbours.
    fn range(&self, weights: &[i32]) -> (i64, i64) {
        let ends = |weight: i32| {
            let products = self
                .values
                .iter()
                .map(|v| i64::from(weight) * i64::from(*v));
            let low = products.clone().min().unwrap_or(0);
            (low, products.max().unwrap_or(0))
        };
        weights
            .iter()
            .map(|w| ends(*w))
            .fold((0, 0), |(l, h), (a, b)| (l + a, h + b))
    }

    /// Steps that it takes to spread over all sums.
    fn steps(&self) -> usize {
        let (low, high) = self.range(&self.weights);
        let steps = (high - low + 1) as usize;
        steps
            .saturating_mul(self.weights.len())
            .saturating_mul(self.states())
    }

    /// How the sum of some neighbours spreads, each in state s with weight `densities[s]`.
    fn spread<T>(&self, weights: &[i32], densities: &[T], one: T) -> Spread<T>
    where
        T: Clone + Default + std::ops::AddAssign + for<'a> std::ops::Mul<&'a T, Output = T>,
    {
        let (mut low, mut of) = (0i64, vec![one]);
        for &weight in weights {
            let (l, h) = self.range(&[weight]);
            let mut next = vec![T::default(); of.len() + (h - l) as usize];
            for (at, ways) in of.iter().enumerate() {
                for (value, density) in self.values.iter().zip(densities) {
                    let place = at as i64 + i64::from(weight) * i64::from(*value) - l;
                    next[place as usize] += ways.clone() * density;
                }
            }
            (low, of) = (low + l, next);
        }
        Spread { low, of }
    }

    pub fn lambda(&self, seed: u64, job: &Job) -> Result<Share, SimError> {
        let states = self.states();
        let all = BigUint::from(states).pow(self.weights.len() as u32 + 1);
        if self.steps() > COUNTED {
            return self.drawn(seed, job);
        }
        let ones = vec![BigUint::from(1u32); states];
        let spread = self.spread(&self.weights, &ones, BigUint::from(1u32));
        let mut alive = BigUint::default();
        for own in 0..states {
            job.check()?;
            for (sum, ways) in (spread.low..).zip(&spread.of) {
                if self.becomes(own, sum) != 0 {
                    alive += ways;
                }
            }
        }
        Ok(Share::Exact(alive, all))
    }

    fn drawn(&self, seed: u64, job: &Job) -> Result<Share, SimError> {
        let mut random = seed::stream(seed, "lambda");
        let states = self.states();
        let mut state = || (seed::unit(&mut random) * states as f64) as usize;
        let mut alive = 0u64;
        for draw in 0..DRAWN {
            if draw % 64 == 0 {
                job.check()?;
                job.progress(draw as f32 / DRAWN as f32);
            }
            let sum = self
                .weights
                .iter()
                .map(|w| i64::from(*w) * i64::from(self.values[state()]));
            let sum = sum.sum();
            alive += u64::from(self.becomes(state(), sum) != 0);
        }
        Ok(Share::Sampled(alive as f64 / DRAWN as f64, DRAWN))
    }

    pub fn next(&self, densities: &[f64]) -> Option<Vec<f64>> {
        if self.steps() > MOST {
            return None;
        }
        let spread = self.spread(&self.weights, densities, 1.0);
        let mut next = vec![0.0; self.states()];
        for (own, density) in densities.iter().enumerate() {
            for (sum, ways) in (spread.low..).zip(&spread.of) {
                next[usize::from(self.becomes(own, sum))] += density * ways;
            }
        }
        Some(next)
    }

    pub fn sensitivity(&self, densities: &[f64], job: &Job) -> Result<Option<f64>, SimError> {
        if self.steps() > MOST {
            return Ok(None);
        }
        let states = self.states();
        let others = (states - 1) as f64;
        let pairs =
            || (0..states).flat_map(|s| (0..states).filter(move |t| *t != s).map(move |t| (s, t)));
        let spread = self.spread(&self.weights, densities, 1.0);
        let mut sum = 0.0;
        for (s, t) in pairs() {
            job.check()?;
            let chance = densities[s] / others;
            for (at, ways) in (spread.low..).zip(&spread.of) {
                if self.becomes(s, at) != self.becomes(t, at) {
                    sum += chance * ways;
                }
            }
        }
        // Neighbours of one weight are alike.
        let mut kinds = self.weights.clone();
        kinds.sort_unstable();
        kinds.dedup();
        for weight in kinds {
            let mut rest = self.weights.clone();
            let count = rest.iter().filter(|w| **w == weight).count();
            if let Some(place) = rest.iter().position(|w| *w == weight) {
                rest.swap_remove(place);
            }
            let spread = self.spread(&rest, densities, 1.0);
            for (s, t) in pairs() {
                let chance = densities[s] / others * count as f64;
                let [from, to] = [s, t].map(|s| i64::from(weight) * i64::from(self.values[s]));
                if from == to {
                    continue;
                }
                job.check()?;
                for (own, density) in densities.iter().enumerate() {
                    for (at, ways) in (spread.low..).zip(&spread.of) {
                        if self.becomes(own, at + from) != self.becomes(own, at + to) {
                            sum += chance * density * ways;
                        }
                    }
                }
            }
        }
        Ok(Some(sum))
    }
}
