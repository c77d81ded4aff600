//! Rules whose neighbours count as alive or not: two states, or dying ones behind them.

use num_bigint::BigUint;

use super::super::polynomial::Polynomial;
use super::{EXACT, Share, binomials, chances};

/// For each number of live neighbours the share of its patterns with some property.
#[derive(Clone, Debug)]
pub(in super::super) struct Live {
    pub neighbours: usize,
    pub states: usize,
    /// A dead cell is born: so many of so many patterns.
    birth: Vec<(u64, u64)>,
    /// A live cell survives.
    survival: Vec<(u64, u64)>,
    /// Both.
    both: Vec<f64>,
    /// Pairs of a pattern and a dead neighbour that changes a birth by coming alive.
    turns_birth: Vec<f64>,
    /// The same for a survival.
    turns_survival: Vec<f64>,
}

impl Live {
    /// A rule that counts its live neighbours.
    pub fn counts(
        neighbours: usize,
        states: usize,
        birth: impl Fn(usize) -> bool,
        survival: impl Fn(usize) -> bool,
    ) -> Self {
        let n = 0..=neighbours;
        let share = |yes: bool| f64::from(u8::from(yes));
        let turns = |of: &dyn Fn(usize) -> bool| {
            (0..neighbours).map(|n| share(of(n) != of(n + 1))).collect()
        };
        Self {
            neighbours,
            states,
            birth: n.clone().map(|n| (birth(n).into(), 1)).collect(),
            survival: n.clone().map(|n| (survival(n).into(), 1)).collect(),
            both: n.map(|n| share(birth(n) && survival(n))).collect(),
            turns_birth: turns(&birth),
            turns_survival: turns(&survival),
        }
    }

    /// A rule that tells patterns apart: `next(own, pattern)`, at most 20 neighbours.
    pub fn patterns(neighbours: usize, states: usize, next: impl Fn(bool, u32) -> bool) -> Self {
        let mut counts = vec![[0u64; 4]; neighbours + 1];
        let mut turns = vec![[0u64; 3]; neighbours];
        for pattern in 0..1u32 << neighbours {
            let live = pattern.count_ones() as usize;
            let (birth, survival) = (next(false, pattern), next(true, pattern));
            let of = &mut counts[live];
            of[0] += 1;
            of[1] += u64::from(birth);
            of[2] += u64::from(survival);
            of[3] += u64::from(birth && survival);
            for place in (0..neighbours).filter(|place| pattern >> place & 1 == 0) {
                let more = pattern | 1 << place;
                let of = &mut turns[live];
                of[0] += 1;
                of[1] += u64::from(next(false, more) != birth);
                of[2] += u64::from(next(true, more) != survival);
            }
        }
        let share = |part: u64, all: u64| part as f64 / all as f64;
        Self {
            neighbours,
            states,
            birth: counts.iter().map(|c| (c[1], c[0])).collect(),
            survival: counts.iter().map(|c| (c[2], c[0])).collect(),
            both: counts.iter().map(|c| share(c[3], c[0])).collect(),
            turns_birth: turns.iter().map(|t| share(t[1], t[0])).collect(),
            turns_survival: turns.iter().map(|t| share(t[2], t[0])).collect(),
        }
    }

    pub fn lambda(&self) -> Share {
        let (m, states) = (self.neighbours, self.states);
        let dying = states > 2;
        if m > EXACT {
            let mean = |shares: &[(u64, u64)]| self.mean(shares, 1.0 / states as f64);
            let one = |x: f64| x / states as f64;
            let value = if dying {
                one(mean(&self.birth)) + (states - 2) as f64 / states as f64
            } else {
                one(mean(&self.birth) + mean(&self.survival))
            };
            return Share::Rounded(value, m as f64 * f64::EPSILON);
        }
        let choose = binomials(m);
        let others = BigUint::from(states - 1);
        // Patterns with n live neighbours, each other one in any of the states that don't count.
        let mut ways = BigUint::from(1u32);
        let mut weights = vec![BigUint::default(); m + 1];
        for n in (0..=m).rev() {
            weights[n] = &choose[n] * &ways;
            ways *= &others;
        }
        let sum = |shares: &[(u64, u64)]| -> BigUint {
            let terms = shares.iter().zip(&weights);
            terms
                .map(|((part, all), weight)| weight * *part / *all)
                .sum()
        };
        let all = BigUint::from(states).pow(m as u32);
        let mut alive = sum(&self.birth);
        // A live cell that doesn't survive is dying, which is not state 0; the last dying state
        // goes to 0.
        alive += if dying {
            &all * (states - 2)
        } else {
            sum(&self.survival)
        };
        Share::Exact(alive, all * states)
    }

    pub fn polynomial(&self) -> Option<Polynomial> {
        if self.states > 2 || self.neighbours > EXACT {
            return None;
        }
        let choose = binomials(self.neighbours);
        let part = |shares: &[(u64, u64)], n: usize| &choose[n] * shares[n].0 / shares[n].1;
        let numerators = (0..=self.neighbours + 1).map(|live| {
            let dead = (live <= self.neighbours).then(|| part(&self.birth, live));
            let alive = live.checked_sub(1).map(|n| part(&self.survival, n));
            dead.unwrap_or_default() + alive.unwrap_or_default()
        });
        Some(Polynomial::new(numerators.collect(), 1))
    }

    /// The mean of shares over patterns of independent neighbours, alive with chance `a`.
    fn mean(&self, shares: &[(u64, u64)], a: f64) -> f64 {
        let chances = chances(self.neighbours, a);
        let terms = chances.iter().zip(shares);
        terms
            .map(|(c, (part, all))| c * *part as f64 / *all as f64)
            .sum()
    }

    pub fn next(&self, densities: &[f64]) -> Vec<f64> {
        let a = densities[1];
        let (birth, survival) = (self.mean(&self.birth, a), self.mean(&self.survival, a));
        let mut next = vec![0.0; self.states];
        next[1] = densities[0] * birth + a * survival;
        if self.states > 2 {
            next[2] = a * (1.0 - survival);
            next[3..self.states].copy_from_slice(&densities[2..self.states - 1]);
        }
        next[0] = 1.0 - next[1..].iter().sum::<f64>();
        next
    }

    pub fn sensitivity(&self, densities: &[f64]) -> f64 {
        let (states, a) = (self.states, densities[1]);
        let others = (states - 1) as f64;
        let all = chances(self.neighbours, a);
        let both: f64 = all.iter().zip(&self.both).map(|(c, s)| c * s).sum();
        let (birth, survival) = (self.mean(&self.birth, a), self.mean(&self.survival, a));
        // The cell itself: how often two states of it lead to different ones.
        let differ = |s: usize, t: usize| {
            let (s, t) = (s.min(t), s.max(t));
            match (s, t) {
                (0, 1) if states == 2 => birth + survival - 2.0 * both,
                (0, 1) => 1.0 - both,
                (0, t) if t + 1 == states => birth,
                _ => 1.0,
            }
        };
        let own: f64 = (0..states)
            .flat_map(|s| (0..states).filter(move |t| *t != s).map(move |t| (s, t)))
            .map(|(s, t)| densities[s] / others * differ(s, t))
            .sum();
        if self.neighbours == 0 {
            return own;
        }
        // A neighbour: how often it comes alive or stops to be, and that matters.
        let rest = chances(self.neighbours - 1, a);
        let mean = |turns: &[f64]| -> f64 { rest.iter().zip(turns).map(|(c, t)| c * t).sum() };
        let flips = a + (1.0 - a) / others;
        let around = densities[0] * mean(&self.turns_birth) + a * mean(&self.turns_survival);
        own + self.neighbours as f64 * flips * around
    }
}
