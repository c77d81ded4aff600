//! Rules of any states on a block, gone through neighbourhood by neighbourhood.

use std::sync::Arc;

use loom_sim::{Job, SimError, seed};
use num_bigint::BigUint;

use super::Share;
use crate::local::Local;
use crate::rule::{Family, Rule};

/// The most neighbourhoods that are all counted.
const COUNTED: u64 = 1 << 26;
/// The most that are gone through again and again.
const REPEATED: u64 = 1 << 20;
/// Random neighbourhoods where they can't all be counted.
const DRAWN: u64 = 1 << 20;
/// Neighbourhoods between two looks at the job.
const PAUSE: u64 = 1 << 14;

/// A rule of a block.
#[derive(Clone, Debug)]
pub(in super::super) struct Table {
    pub states: usize,
    /// The cells of a block that matter; the middle one is the first.
    pub places: Vec<usize>,
    rule: Option<Arc<dyn Local>>,
}

impl Table {
    pub fn of(rule: &Rule) -> Self {
        let cross = match &rule.family {
            Family::Table(file) => file.is_von_neumann(),
            Family::Turmite(_) => true,
            _ => false,
        };
        Self {
            states: rule.states(),
            places: if cross {
                vec![4, 1, 5, 7, 3]
            } else {
                vec![4, 1, 2, 5, 8, 7, 6, 3, 0]
            },
            rule: rule.local(),
        }
    }

    /// Number of neighbourhoods, if it is at most `most`.
    fn count(&self, most: u64) -> Option<u64> {
        let count = (self.states as u64).checked_pow(self.places.len() as u32)?;
        (count <= most).then_some(count)
    }

    /// The next state of the middle of a block.
    pub fn next_of(&self, block: &[u8; 9]) -> u8 {
        self.rule.as_ref().map_or(block[4], |rule| rule.next(block))
    }

    /// Calls with every neighbourhood in turn.
    fn each(&self, mut call: impl FnMut(&[u8; 9])) {
        let mut block = [0; 9];
        loop {
            call(&block);
            let more = self.places.iter().any(|&place| {
                block[place] += 1;
                let carries = usize::from(block[place]) == self.states;
                if carries {
                    block[place] = 0;
                }
                !carries
            });
            if !more {
                return;
            }
        }
    }

    pub fn lambda(&self, seed: u64, job: &Job) -> Result<Share, SimError> {
        let Some(count) = self.count(COUNTED) else {
            return self.drawn(seed, job);
        };
        let (mut alive, mut seen, mut cancelled) = (0u64, 0u64, Ok(()));
        self.each(|block| {
            if cancelled.is_ok() {
                alive += u64::from(self.next_of(block) != 0);
                seen += 1;
                if seen.is_multiple_of(PAUSE) {
                    job.progress(seen as f32 / count as f32);
                    cancelled = job.check();
                }
            }
        });
        cancelled?;
        Ok(Share::Exact(BigUint::from(alive), BigUint::from(count)))
    }

    fn drawn(&self, seed: u64, job: &Job) -> Result<Share, SimError> {
        let mut random = seed::stream(seed, "lambda");
        let mut alive = 0;
        let mut block = [0; 9];
        for draw in 0..DRAWN {
            if draw % PAUSE == 0 {
                job.check()?;
                job.progress(draw as f32 / DRAWN as f32);
            }
            for &place in &self.places {
                block[place] = (seed::unit(&mut random) * self.states as f64) as u8;
            }
            alive += u64::from(self.next_of(&block) != 0);
        }
        Ok(Share::Sampled(alive as f64 / DRAWN as f64, DRAWN))
    }

    fn chance(&self, block: &[u8; 9], densities: &[f64]) -> f64 {
        let cells = self.places.iter().map(|&place| usize::from(block[place]));
        cells
            .map(|state| densities.get(state).copied().unwrap_or(0.0))
            .product()
    }

    pub fn next(&self, densities: &[f64]) -> Option<Vec<f64>> {
        self.count(REPEATED)?;
        let mut next = vec![0.0; self.states];
        self.each(|block| {
            let chance = self.chance(block, densities);
            if chance > 0.0 {
                next[usize::from(self.next_of(block))] += chance;
            }
        });
        Some(next)
    }

    pub fn sensitivity(&self, densities: &[f64], job: &Job) -> Result<Option<f64>, SimError> {
        if self.count(REPEATED).is_none() {
            return Ok(None);
        }
        let others = (self.states - 1) as f64;
        let (mut sum, mut cancelled, mut seen) = (0.0, Ok(()), 0u64);
        self.each(|block| {
            seen += 1;
            if seen.is_multiple_of(1 << 10) && cancelled.is_ok() {
                cancelled = job.check();
            }
            let chance = self.chance(block, densities);
            if chance > 0.0 && cancelled.is_ok() {
                let now = self.next_of(block);
                for &place in &self.places {
                    let mut other = *block;
                    for state in (0..self.states as u16).map(|s| s as u8) {
                        if state != block[place] {
                            other[place] = state;
                            if self.next_of(&other) != now {
                                sum += chance / others;
                            }
                        }
                    }
                }
            }
        });
        cancelled?;
        Ok(Some(sum))
    }
}
