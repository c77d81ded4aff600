//! Symplectic steps for H = T(p) + V(q): drifts of the places and kicks of the momenta in turn,
//! each of them exact, so that areas of phase space are kept and the energy error stays bounded.
//!
//! Coefficients: S. Blanes, P. C. Moan (2002), J. Comput. Appl. Math. 142, 313–330, table 2, the
//! compositions S6 of order 4 and S10 of order 6. Both read the same forwards and backwards, so
//! the steps are reversible.

use loom_formula::{Rates, RatesRun};
use loom_sim::SimError;

use super::hamilton;
use super::paced::{Paced, Step};
use super::{Method, checked_state, names};
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

/// A separable Hamiltonian system with the length of its steps, and tangent vectors beside it: a
/// drift or a kick of the orbit is one of every vector too, since each depends on the other side
/// alone.
#[derive(Debug)]
pub struct Split {
    rates: Rates,
    /// Index of each place and of its momentum, those of the vectors after the orbit's.
    pairs: Vec<[usize; 2]>,
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
        vectors: usize,
        constants: &[f64],
        method: Method,
        dt: f64,
    ) -> Result<Self, SimError> {
        let found = hamilton::pairs(definition, constants)?;
        if !found.separable {
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
        let d = definition.dimension();
        let wide = definition.system.variational(vectors);
        let beside = |k: usize| found.pairs.iter().map(move |[q, p]| [k * d + q, k * d + p]);
        Ok(Self {
            rates: Rates::new(&wide),
            pairs: (0..=vectors).flat_map(beside).collect(),
            parts: parts(drifts, kicks),
            dt,
            names: names(&wide),
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
    ) -> Result<Paced<'_, DriftsAndKicks<'_>>, SimError> {
        checked_state(state, self.names.len())?;
        let method = DriftsAndKicks {
            of: self,
            rates: self.rates.start(constants).map_err(SimError::other)?,
            slopes: vec![0.0; state.len()],
        };
        Ok(Paced::new(method, &self.names, self.dt, time, state))
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

/// One composed step.
#[derive(Debug)]
pub struct DriftsAndKicks<'a> {
    of: &'a Split,
    rates: RatesRun<'a>,
    slopes: Vec<f64>,
}

impl Step for DriftsAndKicks<'_> {
    /// Time goes with the places.
    fn step(&mut self, time: f64, h: f64, old: &[f64], new: &mut [f64]) -> bool {
        new.copy_from_slice(old);
        let mut now = time;
        for (number, part) in self.of.parts.iter().enumerate() {
            let side = number % 2;
            self.rates.at(now, new, &mut self.slopes);
            for pair in &self.of.pairs {
                new[pair[side]] += part * h * self.slopes[pair[side]];
            }
            if side == 0 {
                now += part * h;
            }
        }
        true
    }
    fn slopes(&self) -> &[f64] {
        &self.slopes
    }
}
