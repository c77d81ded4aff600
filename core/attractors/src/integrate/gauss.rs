//! The two-stage method of Gauss and Legendre, order 4: symplectic for every Hamiltonian, and
//! exact for all quadratic quantities that a flow keeps. Hairer, Lubich, Wanner (2006), Geometric
//! Numerical Integration, sections II.1.3 and VIII.6.
//!
//! The stages are found by iteration, and where that does not settle by Newton's method with the
//! symbolic Jacobian, both to the last digits: what is left over would be a drift of the energy.

use loom_formula::{Rates, RatesRun};
use loom_sim::SimError;
use nalgebra::{DMatrix, DVector};

use super::hamilton::{self, Jacobian};
use super::paced::{Paced, Step};
use super::{checked_state, names};
use crate::definition::Definition;

const ROOT: f64 = 0.288_675_134_594_812_9; // √3/6
const A: [[f64; 2]; 2] = [[0.25, 0.25 - ROOT], [0.25 + ROOT, 0.25]];
const C: [f64; 2] = [0.5 - ROOT, 0.5 + ROOT];

/// Iterations before Newton's method takes over, and its own.
const MOST_SWEEPS: usize = 60;
const MOST_NEWTON: usize = 12;
/// Changes of the stages below this, relative to the state, are rounding.
const ROUNDING: f64 = 4.0 * f64::EPSILON;

/// A Hamiltonian system with the length of its steps, and tangent vectors beside it.
#[derive(Debug)]
pub struct Gauss {
    rates: Rates,
    jacobian: Jacobian,
    dt: f64,
    names: Vec<String>,
}

impl Gauss {
    /// # Errors
    /// For systems that are not Hamiltonian.
    pub fn new(
        definition: &Definition,
        vectors: usize,
        constants: &[f64],
        dt: f64,
    ) -> Result<Self, SimError> {
        hamilton::pairs(definition, constants)?;
        let wide = definition.system.variational(vectors);
        Ok(Self {
            rates: Rates::new(&wide),
            jacobian: Jacobian::new(&wide),
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
    ) -> Result<Paced<'_, TwoStages<'_>>, SimError> {
        let n = self.names.len();
        checked_state(state, n)?;
        let method = TwoStages {
            of: self,
            rates: self.rates.start(constants).map_err(SimError::other)?,
            constants: constants.to_vec(),
            work: state.to_vec(),
            stages: vec![0.0; 2 * n],
            next: vec![0.0; 2 * n],
        };
        Ok(Paced::new(method, &self.names, self.dt, time, state))
    }
}

/// One implicit step.
#[derive(Debug)]
pub struct TwoStages<'a> {
    of: &'a Gauss,
    rates: RatesRun<'a>,
    constants: Vec<f64>,
    work: Vec<f64>,
    stages: Vec<f64>,
    next: Vec<f64>,
}

impl TwoStages<'_> {
    /// The rates at the two places that the stages name, into `next`; the largest change.
    fn sweep(&mut self, time: f64, h: f64, old: &[f64]) -> f64 {
        let n = old.len();
        for (i, row) in A.iter().enumerate() {
            for v in 0..n {
                let sum = row[0] * self.stages[v] + row[1] * self.stages[n + v];
                self.work[v] = old[v] + h * sum;
            }
            let stage = &mut self.next[i * n..(i + 1) * n];
            self.rates.at(time + C[i] * h, &self.work, stage);
        }
        let mut most = 0.0_f64;
        for v in 0..2 * n {
            let size = old[v % n].abs().max(1e-300) + h.abs() * self.next[v].abs();
            let change = (h * (self.next[v] - self.stages[v]) / size).abs();
            most = if change.is_nan() {
                f64::INFINITY
            } else {
                most.max(change)
            };
        }
        most
    }

    /// Newton's method with the Jacobian at the step's beginning.
    fn newton(&mut self, time: f64, h: f64, old: &[f64]) -> bool {
        let n = old.len();
        let of = self.of;
        let mut entries = vec![0.0; of.jacobian.places().len()];
        of.jacobian
            .tape()
            .eval(old, &self.constants, time, &mut entries);
        let mut matrix = DMatrix::<f64>::identity(2 * n, 2 * n);
        for ([i, j], x) in of.jacobian.places().iter().zip(&entries) {
            for (r, row) in A.iter().enumerate() {
                for (c, a) in row.iter().enumerate() {
                    matrix[(r * n + i, c * n + j)] -= h * a * x;
                }
            }
        }
        let lu = matrix.lu();
        let (first, second) = self.stages.split_at_mut(n);
        self.rates.at(time, old, first);
        second.copy_from_slice(first);
        let mut before = f64::INFINITY;
        for _ in 0..MOST_NEWTON {
            let change = self.sweep(time, h, old);
            let left = DVector::from_iterator(
                2 * n,
                self.next.iter().zip(&self.stages).map(|(a, b)| a - b),
            );
            let Some(step) = lu.solve(&left) else {
                return false;
            };
            for (stage, d) in self.stages.iter_mut().zip(step.iter()) {
                *stage += d;
            }
            if change <= ROUNDING || (change < 1e-12 && change >= before) {
                return true;
            }
            before = change;
        }
        false
    }
}

impl Step for TwoStages<'_> {
    fn step(&mut self, time: f64, h: f64, old: &[f64], new: &mut [f64]) -> bool {
        let n = old.len();
        // The rates at the beginning are a first guess of both.
        let (first, second) = self.stages.split_at_mut(n);
        self.rates.at(time, old, first);
        second.copy_from_slice(first);
        let mut before = f64::INFINITY;
        let mut found = false;
        for sweep in 0..MOST_SWEEPS {
            let change = self.sweep(time, h, old);
            self.stages.copy_from_slice(&self.next);
            // At the end the changes stop falling: that is rounding.
            if change <= ROUNDING || (change < 1e-13 && change >= before) {
                found = true;
                break;
            }
            if !change.is_finite() || (sweep > 8 && change > before) {
                break;
            }
            before = change;
        }
        if !found && !self.newton(time, h, old) {
            return false;
        }
        for v in 0..n {
            let sum = self.stages[v] + self.stages[n + v];
            new[v] = old[v] + 0.5 * h * sum;
        }
        true
    }
    fn slopes(&self) -> &[f64] {
        &self.next[..self.work.len()]
    }
    fn reason(&self, time: f64, h: f64, variable: &str) -> String {
        format!(
            "At t = {time:.6} the step {h} is too long for gauss4 to find its stages ({variable} changes fastest): use a smaller --dt."
        )
    }
}
