//! Process noise: dX = f(X, t) dt + σ dW with a strength σ for each variable, by two methods.
//!
//! - `em`: Euler and Maruyama; with noise that does not depend on the state its strong order is 1.
//! - `sra`: Rößler's SRA1, strong order 1.5: A. Rößler (2010), Runge–Kutta methods for the strong
//!   approximation of solutions of stochastic differential equations, SIAM J. Numer. Anal. 48,
//!   922–952, table 6.3.
//!
//! The intensity S that users give has no unit: σ = S · s / √T, where s is the variable's
//! standard deviation on the undisturbed attractor and T the natural period. Left to the noise
//! alone, a variable would wander by S standard deviations in one period. A map is moved by
//! S · s · N(0, 1) after each iteration.

use loom_formula::{Rates, RatesRun, elementary};
use loom_sim::{SimError, seed};
use rand_chacha::ChaCha8Rng;

use super::{Method, Path, checked_state, stuck};
use crate::definition::Definition;
use crate::settings::Build;
use crate::start;

/// Points of the attractor from which the variables' sizes are taken.
const POINTS: usize = 4096;

/// The strength σ of each variable for an intensity S.
///
/// # Errors
/// For an intensity that is negative or not finite.
pub fn strengths(
    definition: &Definition,
    build: &Build,
    intensity: f64,
) -> Result<Vec<f64>, SimError> {
    if !(intensity >= 0.0 && intensity.is_finite()) {
        return Err(SimError::other(format!(
            "The noise {intensity} is no number from 0 up."
        )));
    }
    let samples = start::sample(definition, build, POINTS)?;
    let count = samples.len() as f64;
    let scale = if definition.is_map() {
        intensity
    } else {
        intensity / definition.period.sqrt()
    };
    Ok((0..definition.dimension())
        .map(|v| {
            let column = || samples.values.iter().skip(v).step_by(samples.dimension);
            let mean = column().sum::<f64>() / count;
            let square = column().map(|x| (x - mean) * (x - mean)).sum::<f64>() / count;
            scale * square.sqrt()
        })
        .collect())
}

/// A system under noise, with the length of its steps.
#[derive(Debug)]
pub struct Noisy {
    rates: Rates,
    strengths: Vec<f64>,
    dt: f64,
    map: bool,
    better: bool,
    names: Vec<String>,
}

impl Noisy {
    /// `strengths`: σ for each variable, in its unit per square root of time (per iteration for
    /// maps). Every method but `em` is taken as `sra`.
    pub fn new(definition: &Definition, strengths: Vec<f64>, method: Method, dt: f64) -> Self {
        Self {
            rates: Rates::new(&definition.system),
            strengths,
            dt: if definition.is_map() { 1.0 } else { dt },
            map: definition.is_map(),
            better: method != Method::Em,
            names: definition.system.variables().to_vec(),
        }
    }

    /// Begins at a time and a state; the stream gives the noise.
    ///
    /// # Errors
    /// For a state or constants of the wrong number.
    pub fn start(
        &self,
        time: f64,
        state: &[f64],
        constants: &[f64],
        random: ChaCha8Rng,
    ) -> Result<NoisyPath<'_>, SimError> {
        let n = self.names.len();
        checked_state(state, n)?;
        Ok(NoisyPath {
            of: self,
            rates: self.rates.start(constants).map_err(SimError::other)?,
            random,
            begun: time,
            taken: 0,
            state: state.to_vec(),
            old: state.to_vec(),
            work: vec![0.0; n],
            stages: vec![0.0; 2 * n],
            wiener: vec![0.0; n],
            area: vec![0.0; n],
        })
    }
}

/// A standard normal number (Box and Muller), the same bits on every machine.
pub fn normal(random: &mut ChaCha8Rng) -> f64 {
    let radius = elementary::sqrt(-2.0 * elementary::log(1.0 - seed::unit(random)));
    radius * elementary::cos(std::f64::consts::TAU * seed::unit(random))
}

/// A noisy orbit under way.
#[derive(Debug)]
pub struct NoisyPath<'a> {
    of: &'a Noisy,
    rates: RatesRun<'a>,
    random: ChaCha8Rng,
    begun: f64,
    taken: u64,
    state: Vec<f64>,
    old: Vec<f64>,
    work: Vec<f64>,
    stages: Vec<f64>,
    /// ΔW of the step, and ∫ W ds over it.
    wiener: Vec<f64>,
    area: Vec<f64>,
}

impl NoisyPath<'_> {
    fn after(&self, steps: u64) -> f64 {
        self.begun + steps as f64 * self.of.dt
    }

    /// One step with given increments: ΔW and ∫₀ʰ W ds for each variable.
    ///
    /// # Errors
    /// Where the orbit runs away, with time and variable.
    pub fn step_with(&mut self, wiener: &[f64], area: &[f64]) -> Result<(), SimError> {
        let (n, h) = (self.state.len(), self.of.dt);
        let time = self.after(self.taken);
        self.old.copy_from_slice(&self.state);
        let (first, second) = self.stages.split_at_mut(n);
        let sigma = &self.of.strengths;
        self.rates.at(time, &self.old, first);
        if self.of.map {
            for v in 0..n {
                self.work[v] = first[v] + sigma[v] * wiener[v];
            }
        } else if self.of.better {
            for v in 0..n {
                self.work[v] = self.old[v] + 0.75 * h * first[v] + 1.5 * sigma[v] * area[v] / h;
            }
            self.rates.at(time + 0.75 * h, &self.work, second);
            for v in 0..n {
                let drift = h * (first[v] + 2.0 * second[v]) / 3.0;
                self.work[v] = self.old[v] + drift + sigma[v] * wiener[v];
            }
        } else {
            for v in 0..n {
                self.work[v] = self.old[v] + h * first[v] + sigma[v] * wiener[v];
            }
        }
        if self.work.iter().any(|x| !x.is_finite()) {
            let names = &self.of.names;
            let (step, end) = (self.taken + 1, self.after(self.taken + 1));
            return Err(stuck(
                names,
                step,
                end,
                &self.work,
                &self.stages[..n],
                |v| format!("{} runs away at t = {time:.6}.", names[v]),
            ));
        }
        self.state.copy_from_slice(&self.work);
        self.taken += 1;
        Ok(())
    }
}

impl Path for NoisyPath<'_> {
    fn advance(&mut self) -> Result<(), SimError> {
        let h = self.of.dt;
        let mut wiener = std::mem::take(&mut self.wiener);
        let mut area = std::mem::take(&mut self.area);
        for (w, a) in wiener.iter_mut().zip(&mut area) {
            // ∫ W ds has variance h³/3 and covariance h²/2 with ΔW.
            *w = h.sqrt() * normal(&mut self.random);
            *a = 0.5 * h * (*w + h.sqrt() * normal(&mut self.random) / 3_f64.sqrt());
        }
        let done = self.step_with(&wiener, &area);
        self.wiener = wiener;
        self.area = area;
        done
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
    /// On the chord: between the ends of a step a noisy orbit is not known better.
    fn between(&mut self, time: f64, out: &mut [f64]) -> Result<(), SimError> {
        let part = ((time - self.before()) / self.of.dt).clamp(0.0, 1.0);
        for ((x, a), b) in out.iter_mut().zip(&self.old).zip(&self.state) {
            *x = a + part * (b - a);
        }
        Ok(())
    }
    fn steps(&self) -> u64 {
        self.taken
    }
    fn slack(&self) -> f64 {
        1e-9 * self.of.dt
    }
}
