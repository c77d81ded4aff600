//! Delay systems by methods that choose their steps: Tsitouras 5(4) and Dormand–Prince 8(5,3),
//! with their dense output as the past.
//!
//! The dense output is one order below the method's, which keeps the method's order (Bellen and
//! Zennaro 2003, theorem 4.2.1). Steps end where a kink of the past passes: the rate jumps where
//! the history meets the solution, and each delay later a derivative of one order more. No step is
//! longer than the shortest delay, so none needs what it is about to compute.

use loom_formula::{Expr, Rates, RatesRun};
use loom_sim::SimError;

use super::{Breaks, Dense, History, beginning};
use crate::definition::Definition;
use crate::integrate::{Method, dop853, tsit5};
use crate::settings::Build;

/// Steps that may be taken between two points that are asked for.
const MOST_STEPS: u64 = 10_000_000;
const SAFETY: f64 = 0.9;
const SHRINK: f64 = 0.2;
const GROW: f64 = 10.0;

/// What was before the first step.
#[derive(Clone, Debug)]
pub enum Before {
    Past(History),
    /// Formulas of t, variable by variable.
    Formulas(Vec<Expr>),
}

impl Before {
    /// A build's: that of a captured run, the file's formulas, or constant.
    pub fn of(definition: &Definition, build: &Build) -> Self {
        if build.past.is_none() && !definition.history.is_empty() {
            Self::Formulas(definition.history.clone())
        } else {
            Self::Past(beginning(definition, build))
        }
    }

    fn value(&self, time: f64, variable: usize) -> f64 {
        match self {
            Self::Past(past) => past.value(time, variable),
            Self::Formulas(list) => {
                let now = |name: &str| (name == "t").then_some(time);
                list[variable].eval(now).unwrap_or(f64::NAN)
            }
        }
    }
}

/// A delay system's right-hand sides with a method of order 5 or 8.
#[derive(Debug)]
pub struct Adaptive<'d> {
    definition: &'d Definition,
    rates: Rates,
    high: bool,
    tolerance: f64,
}

impl<'d> Adaptive<'d> {
    /// `tolerance`: the error allowed in each step, relative to a variable where it is above 1 and
    /// absolute where it is below.
    ///
    /// # Errors
    /// For a tolerance outside 1e-14 to 0.1, and methods other than these two.
    pub fn new(
        definition: &'d Definition,
        method: Method,
        tolerance: f64,
    ) -> Result<Self, SimError> {
        if !(1e-14..=0.1).contains(&tolerance) {
            return Err(SimError::other(format!(
                "The tolerance {tolerance} is not between 1e-14 and 0.1."
            )));
        }
        if !matches!(method, Method::Tsit5 | Method::Dop853) {
            return Err(SimError::other(format!(
                "A delay system can't be followed by {}: use rk4, tsit5 or dop853.",
                method.key()
            )));
        }
        Ok(Self {
            definition,
            rates: Rates::new(&definition.system),
            high: method == Method::Dop853,
            tolerance,
        })
    }

    /// Begins at time 0 with what was before.
    pub fn start(
        &self,
        state: &[f64],
        constants: &[f64],
        before: Before,
    ) -> Result<Orbit<'_>, SimError> {
        let system = &self.definition.system;
        let lags = system.delay_values(constants).map_err(SimError::other)?;
        let n = state.len();
        let (a, c): (&[&[f64]], &[f64]) = if self.high {
            (&dop853::A, &dop853::C)
        } else {
            (&tsit5::A, &tsit5::C)
        };
        let longest = lags.iter().copied().fold(0.0, f64::max);
        let mut orbit = Orbit {
            adaptive: self,
            rates: self.rates.start(constants).map_err(SimError::other)?,
            delays: system
                .delays()
                .iter()
                .map(|d| d.variable)
                .zip(lags.clone())
                .collect(),
            a,
            c,
            last: if self.high { 12 } else { 6 },
            time: 0.0,
            state: state.to_vec(),
            old: state.to_vec(),
            stages: vec![0.0; n * a.len()],
            work: vec![0.0; n],
            input: Vec::new(),
            before,
            dense: Dense::new(n, self.high, longest),
            breaks: Breaks::new(&lags, if self.high { 8 } else { 5 }),
            shortest: lags.iter().copied().fold(f64::INFINITY, f64::min),
            step: 0.0,
            taken: 0,
        };
        orbit.first_step();
        Ok(orbit)
    }
}

/// A delay system under way.
#[derive(Debug)]
pub struct Orbit<'a> {
    adaptive: &'a Adaptive<'a>,
    rates: RatesRun<'a>,
    /// Variable and delay of each delayed value.
    delays: Vec<(usize, f64)>,
    a: &'static [&'static [f64]],
    c: &'static [f64],
    /// The stage at the step's end, which begins the next one.
    last: usize,
    time: f64,
    state: Vec<f64>,
    old: Vec<f64>,
    /// Stage by stage.
    stages: Vec<f64>,
    work: Vec<f64>,
    /// A state with its delayed values.
    input: Vec<f64>,
    before: Before,
    dense: Dense,
    breaks: Breaks,
    shortest: f64,
    /// The length that the next step tries.
    step: f64,
    taken: u64,
}

impl Orbit<'_> {
    /// The state at a time not before the last one asked for.
    ///
    /// # Errors
    /// Where the orbit runs away, or the steps become too short.
    pub fn at(&mut self, time: f64, out: &mut [f64]) -> Result<(), SimError> {
        let begun = self.taken;
        while self.time < time {
            if self.taken - begun > MOST_STEPS {
                return Err(self.stiff());
            }
            self.advance(time)?;
        }
        for (v, x) in out.iter_mut().enumerate() {
            *x = if time >= self.time {
                self.state[v]
            } else {
                self.dense.value(time, v).unwrap_or(f64::NAN)
            };
        }
        Ok(())
    }

    /// Steps that were taken, those that failed left out.
    pub fn steps(&self) -> u64 {
        self.taken
    }

    /// The rates at a time and at `work`, as one of the stages.
    fn evaluate(&mut self, time: f64, stage: usize) {
        let n = self.work.len();
        self.input.clear();
        self.input.extend_from_slice(&self.work);
        for (variable, lag) in &self.delays {
            let then = time - lag;
            let value = match self.dense.value(then, *variable) {
                Some(value) => value,
                None => self.before.value(then, *variable),
            };
            self.input.push(value);
        }
        self.rates
            .at(time, &self.input, &mut self.stages[stage * n..][..n]);
    }

    /// A first step from the sizes of the state and of its rate.
    fn first_step(&mut self) {
        let n = self.state.len();
        self.work.copy_from_slice(&self.state);
        // The rate where the solution leaves its history is that of the solution.
        self.evaluate(self.time, self.last);
        let tolerance = self.adaptive.tolerance;
        let first = &self.stages[self.last * n..][..n];
        let size = |values: &[f64]| {
            let terms = values.iter().zip(&self.state);
            let squares: f64 = terms
                .map(|(x, y)| (x / (tolerance * (1.0 + y.abs()))).powi(2))
                .sum();
            (squares / n as f64).sqrt()
        };
        let (d0, d1) = (size(&self.state), size(first));
        let guess = if d0 < 1e-5 || d1 < 1e-5 {
            1e-6
        } else {
            0.01 * d0 / d1
        };
        self.step = guess.min(0.1 * self.shortest);
    }

    fn exponent(&self) -> f64 {
        if self.adaptive.high {
            1.0 / 8.0
        } else {
            1.0 / 5.0
        }
    }

    /// One step, taken again until it is exact enough.
    fn advance(&mut self, wanted: f64) -> Result<(), SimError> {
        let n = self.state.len();
        let last = self.last;
        self.stages.copy_within(last * n..(last + 1) * n, 0);
        self.old.copy_from_slice(&self.state);
        let mut refused = false;
        loop {
            let tried = self.step.min(self.shortest);
            // A kink of the past ends the step.
            let kink = self.breaks.after(self.time);
            let (end, cut) = match kink {
                Some(kink) if kink < self.time + tried * (1.0 + 1e-9) => (kink, true),
                _ => (self.time + tried, false),
            };
            let h = end - self.time;
            if end <= self.time || (!cut && h < 16.0 * f64::EPSILON * self.time.abs()) {
                return Err(self.stiff());
            }
            for stage in 1..=last {
                self.stage(stage, h);
            }
            let error = self.error(h);
            let factor = SAFETY * error.powf(-self.exponent());
            if error < 1.0 {
                self.finish(h, end, wanted);
                let grow = if refused { 1.0 } else { GROW };
                let next = h * factor.clamp(SHRINK, grow);
                self.step = if cut { next.max(self.step) } else { next };
                return Ok(());
            }
            refused = true;
            self.step = h * if factor.is_finite() {
                factor.clamp(SHRINK, 1.0)
            } else {
                SHRINK
            };
            if self.step < f64::MIN_POSITIVE * 1e10 || !self.old.iter().all(|x| x.is_finite()) {
                return Err(self.away());
            }
        }
    }

    /// Takes the step over, and its dense output into the past.
    fn finish(&mut self, h: f64, end: f64, wanted: f64) {
        let n = self.state.len();
        // The last stage was taken at the new state.
        self.state.copy_from_slice(&self.work);
        let rows = if self.adaptive.high {
            for stage in 13..16 {
                self.stage(stage, h);
            }
            let rate = |k: usize, v: usize| self.stages[k * n + v];
            let mut rows = vec![0.0; 8 * n];
            for v in 0..n {
                let change = self.state[v] - self.old[v];
                rows[v] = self.old[v];
                rows[n + v] = change;
                rows[2 * n + v] = h * rate(0, v) - change;
                rows[3 * n + v] = 2.0 * change - h * (rate(12, v) + rate(0, v));
                for (row, weights) in dop853::D.iter().enumerate() {
                    let terms = weights.iter().enumerate();
                    let sum: f64 = terms.map(|(k, w)| w * rate(k, v)).sum();
                    rows[(4 + row) * n + v] = h * sum;
                }
            }
            rows
        } else {
            let mut rows = vec![0.0; 5 * n];
            for v in 0..n {
                rows[v] = self.old[v];
                for power in 0..4 {
                    let terms = tsit5::DENSE.iter().enumerate();
                    let sum: f64 = terms.map(|(k, c)| c[power] * self.stages[k * n + v]).sum();
                    rows[(power + 1) * n + v] = h * sum;
                }
            }
            rows
        };
        // What is asked for may lie within this step.
        self.dense.push(self.time, end, rows, wanted.min(self.time));
        self.time = end;
        self.taken += 1;
    }

    /// The rates at one stage of a step from `old`; leaves its state in `work`.
    fn stage(&mut self, stage: usize, h: f64) {
        let n = self.state.len();
        self.work.fill(0.0);
        for (k, weight) in self.a[stage].iter().enumerate() {
            if *weight != 0.0 {
                for (x, rate) in self.work.iter_mut().zip(&self.stages[k * n..][..n]) {
                    *x += weight * rate;
                }
            }
        }
        for (x, y) in self.work.iter_mut().zip(&self.old) {
            *x = y + h * *x;
        }
        self.evaluate(self.time + self.c[stage] * h, stage);
    }

    /// The estimated error in units of what is allowed.
    fn error(&self, h: f64) -> f64 {
        let n = self.state.len();
        let sum = |weights: &[f64], v: usize| -> f64 {
            let terms = weights.iter().enumerate();
            terms.map(|(k, w)| w * self.stages[k * n + v]).sum()
        };
        let (mut first, mut second) = (0.0, 0.0);
        for v in 0..n {
            let size = 1.0 + self.old[v].abs().max(self.work[v].abs());
            let scale = self.adaptive.tolerance * size;
            if self.adaptive.high {
                first += (sum(&dop853::E5, v) / scale).powi(2);
                second += (sum(&dop853::E3, v) / scale).powi(2);
            } else {
                first += (sum(&tsit5::E, v) / scale).powi(2);
            }
        }
        if first == 0.0 && second == 0.0 {
            return 1e-10;
        }
        if self.adaptive.high {
            h * first / ((first + 0.01 * second) * n as f64).sqrt()
        } else {
            h * (first / n as f64).sqrt()
        }
    }

    fn away(&self) -> SimError {
        let v = self.work.iter().position(|x| !x.is_finite()).unwrap_or(0);
        SimError::BlewUp {
            step: format!("{} (t = {:.6})", self.taken, self.time),
            variable: self.adaptive.definition.system.variables()[v].clone(),
            value: if self.work[v].is_nan() {
                "not a number"
            } else {
                "infinite"
            }
            .into(),
            remedy: "start elsewhere, or change the parameters.".into(),
        }
    }

    fn stiff(&self) -> SimError {
        SimError::other(format!(
            "At t = {:.6} no step is short enough for the tolerance {}: the system is stiff there, \
             or runs away. Use a larger tolerance, or --method rk4 with a small --dt.",
            self.time, self.adaptive.tolerance
        ))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use loom_sim::Settings;

    fn follow(
        equations: &str,
        extra: &str,
        method: Method,
        tolerance: f64,
        times: &[f64],
    ) -> Vec<f64> {
        let text = format!("equations = \"{equations}\"\ndt = 0.01\n{extra}\n");
        let definition = Definition::parse("test.toml", &text).unwrap();
        let build = Build::new(&definition, &Settings::new()).unwrap();
        let adaptive = Adaptive::new(&definition, method, tolerance).unwrap();
        let before = Before::of(&definition, &build);
        let mut orbit = adaptive
            .start(&build.initial, &build.constants, before)
            .unwrap();
        let mut out = vec![0.0; definition.dimension()];
        times
            .iter()
            .map(|t| {
                orbit.at(*t, &mut out).unwrap();
                out[0]
            })
            .collect()
    }

    /// x' = −x(t − 1) from 1: a polynomial of one degree more in each unit of time.
    fn pieces(t: f64) -> f64 {
        let mut factorial = 1.0;
        let mut sum = 1.0;
        for k in 1..=(t.ceil() as i32) {
            factorial *= f64::from(k);
            let base = t - f64::from(k - 1);
            if base > 0.0 {
                sum += (-base).powi(k) / factorial;
            }
        }
        sum
    }

    #[test]
    fn the_method_of_steps_gives_the_exact_polynomials() {
        let times: Vec<f64> = (0..=60).map(|k| f64::from(k) * 0.1).collect();
        for (method, tolerance) in [
            (Method::Tsit5, 1e-6),
            (Method::Tsit5, 1e-10),
            (Method::Dop853, 1e-12),
        ] {
            let found = follow("x' = -x(t - 1)", "initial = [1]", method, tolerance, &times);
            for (t, x) in times.iter().zip(found) {
                assert!(
                    (x - pieces(*t)).abs() < 30.0 * tolerance,
                    "{method:?} {t} {x}"
                );
            }
        }
    }

    #[test]
    fn a_history_given_as_a_formula_is_followed() {
        // x = sin t solves x' = x(t + 2π − π/2 …): cos t = sin(t + π/2) = −sin(t − π/2).
        let extra = "history = [\"sin(t)\"]";
        let times: Vec<f64> = (0..200).map(|k| f64::from(k) * 0.13).collect();
        for (method, tolerance) in [(Method::Tsit5, 1e-9), (Method::Dop853, 1e-11)] {
            let found = follow("x' = -x(t - pi/2)", extra, method, tolerance, &times);
            for (t, x) in times.iter().zip(found) {
                assert!((x - t.sin()).abs() < 1e3 * tolerance, "{method:?} {t} {x}");
            }
        }
    }
}
