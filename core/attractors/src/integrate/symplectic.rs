//! Symplectic steps for H = T(p) + V(q): drifts of the places and kicks of the momenta in turn,
//! each of them exact, so that areas of phase space are kept and the energy error stays bounded.
//!
//! Coefficients: S. Blanes, P. C. Moan (2002), J. Comput. Appl. Math. 142, 313–330, table 2, the
//! compositions S6 of order 4 and S10 of order 6. Both read the same forwards and backwards, so
//! the steps are reversible.

use loom_formula::{Rates, RatesRun};
use loom_sim::SimError;

use super::hamilton::{self, Pairs};
use super::{Method, Path, checked_state, stuck};
use crate::definition::Definition;

/// Drifts up to the middle one, which is what is left of 1, and kicks up to the middle pair,
/// which is what is left of a half.
const S6: (&[f64], &[f64]) = (
    &[0.0792036964311957, 0.353172906049774, -0.0420650803577195],
    &[0.209515106613362, -0.143851773179818],
);
const S10: (&[f64], &[f64]) = (
    &[
        0.0502627644003922,
        0.413514300428344,
        0.0450798897943977,
        -0.188054853819569,
        0.54196067845078,
    ],
    &[
        0.148816447901042,
        -0.132385865767784,
        0.067307604692185,
        0.432666402578175,
    ],
);

/// A separable Hamiltonian system with the length of its steps.
#[derive(Debug)]
pub struct Split {
    rates: Rates,
    pairs: Pairs,
    /// Drift, kick, drift, …, drift.
    parts: Vec<f64>,
    dt: f64,
    names: Vec<String>,
}

impl Split {
    /// # Errors
    /// For systems that are not Hamiltonian, or whose H is not T(p) + V(q).
    pub fn new(
        definition: &Definition,
        constants: &[f64],
        method: Method,
        dt: f64,
    ) -> Result<Self, SimError> {
        let pairs = hamilton::pairs(definition, constants)?;
        if !pairs.separable {
            return Err(SimError::other(format!(
                "{} is Hamiltonian, but its energy is no sum T(p) + V(q), which {} needs. Use --method gauss4.",
                definition.title,
                method.key()
            )));
        }
        let (drifts, kicks) = if method == Method::Symplectic6 {
            S10
        } else {
            S6
        };
        Ok(Self {
            rates: Rates::new(&definition.system),
            pairs,
            parts: parts(drifts, kicks),
            dt,
            names: definition.system.variables().to_vec(),
        })
    }

    /// Begins at a time and a state.
    ///
    /// # Errors
    /// For a state or constants of the wrong number.
    pub fn start(
        &self,
        time: f64,
        state: &[f64],
        constants: &[f64],
    ) -> Result<SplitPath<'_>, SimError> {
        checked_state(state, self.names.len())?;
        Ok(SplitPath {
            of: self,
            rates: self.rates.start(constants).map_err(SimError::other)?,
            begun: time,
            taken: 0,
            state: state.to_vec(),
            old: state.to_vec(),
            work: state.to_vec(),
            slopes: vec![0.0; state.len()],
        })
    }
}

/// The whole palindrome of parts.
fn parts(drifts: &[f64], kicks: &[f64]) -> Vec<f64> {
    let half_kick = 0.5 - kicks.iter().sum::<f64>();
    let middle = 1.0 - 2.0 * drifts.iter().sum::<f64>();
    let mut first = Vec::new();
    for (k, drift) in drifts.iter().enumerate() {
        first.push(*drift);
        first.push(kicks.get(k).copied().unwrap_or(half_kick));
    }
    let back: Vec<f64> = first.iter().rev().copied().collect();
    first.push(middle);
    first.extend(back);
    first
}

/// A Hamiltonian flow under way.
#[derive(Debug)]
pub struct SplitPath<'a> {
    of: &'a Split,
    rates: RatesRun<'a>,
    begun: f64,
    taken: u64,
    state: Vec<f64>,
    old: Vec<f64>,
    work: Vec<f64>,
    slopes: Vec<f64>,
}

impl SplitPath<'_> {
    fn after(&self, steps: u64) -> f64 {
        self.begun + steps as f64 * self.of.dt
    }

    /// A step of length h from `old` into `work`; time goes with the places.
    fn step(&mut self, time: f64, h: f64) {
        self.work.copy_from_slice(&self.old);
        let mut now = time;
        for (number, part) in self.of.parts.iter().enumerate() {
            let side = number % 2;
            self.rates.at(now, &self.work, &mut self.slopes);
            for pair in &self.of.pairs.pairs {
                self.work[pair[side]] += part * h * self.slopes[pair[side]];
            }
            if side == 0 {
                now += part * h;
            }
        }
    }
}

impl Path for SplitPath<'_> {
    fn advance(&mut self) -> Result<(), SimError> {
        self.old.copy_from_slice(&self.state);
        let time = self.after(self.taken);
        self.step(time, self.of.dt);
        if self.work.iter().any(|x| !x.is_finite()) {
            return Err(stuck(
                &self.of.names,
                self.taken + 1,
                self.after(self.taken + 1),
                &self.work,
                &self.slopes,
                |v| format!("{} runs away at t = {time:.6}.", self.of.names[v]),
            ));
        }
        self.state.copy_from_slice(&self.work);
        self.taken += 1;
        Ok(())
    }
    fn time(&self) -> f64 {
        self.after(self.taken)
    }
    fn before(&self) -> f64 {
        self.after(self.taken.saturating_sub(1))
    }
    fn state(&self) -> &[f64] {
        &self.state
    }
    fn between(&mut self, time: f64, out: &mut [f64]) -> Result<(), SimError> {
        let before = self.before();
        self.step(before, (time - before).max(0.0));
        out.copy_from_slice(&self.work);
        Ok(())
    }
    fn steps(&self) -> u64 {
        self.taken
    }
    fn slack(&self) -> f64 {
        1e-9 * self.of.dt
    }
}
