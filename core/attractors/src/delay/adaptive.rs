//! Delay systems by methods that choose their steps: Tsitouras 5(4) and Dormand–Prince 8(5,3),
//! with their dense output as the past.
//!
//! The dense output is one order below the method's, which keeps the method's order (Bellen and
//! Zennaro 2003, theorem 4.2.1). Steps end where a kink of the past passes: the rate jumps where
//! the history meets the solution, and each delay later a derivative of one order more. No step is
//! longer than the shortest delay, so none needs what it is about to compute.

use loom_formula::{Expr, Rates, RatesRun};
use loom_sim::SimError;

use super::ensemble::lags_of;
use super::{Breaks, Coordinate, Dense, History, beginning};
use crate::definition::Definition;
use crate::integrate::pair::{Pair, guess, size};
use crate::integrate::{Method, Path, checked_tolerance, fastest};
use crate::settings::Build;

/// Steps that may be taken between two points that are asked for.
const MOST_STEPS: u64 = 10_000_000;

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
    pair: Pair,
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
        checked_tolerance(tolerance)?;
        let Some(pair) = Pair::of(method) else {
            return Err(SimError::other(format!(
                "A delay system can't be followed by {}: use rk4, tsit5 or dop853.",
                method.key()
            )));
        };
        Ok(Self {
            definition,
            rates: Rates::new(&definition.system),
            pair,
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
            pair: self.pair,
            time: 0.0,
            before_last: 0.0,
            state: state.to_vec(),
            old: state.to_vec(),
            stages: vec![0.0; n * self.pair.rows().len()],
            work: vec![0.0; n],
            input: Vec::new(),
            before,
            dense: Dense::new(n, self.pair, longest),
            breaks: Breaks::new(&lags, self.pair.order() as usize),
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
    pair: Pair,
    time: f64,
    /// The beginning of the last step.
    before_last: f64,
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

    /// All coordinates at a time not before the beginning of the last step.
    fn seen(&self, coordinates: &[Coordinate], lags: &[f64], time: f64, out: &mut [f64]) {
        for ((c, lag), x) in coordinates.iter().zip(lags).zip(out) {
            let then = time - lag;
            *x = match self.dense.value(then, c.variable) {
                Some(value) => value,
                None => self.before.value(then, c.variable),
            };
        }
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
        let last = self.pair.last();
        self.evaluate(self.time, last);
        let tolerance = self.adaptive.tolerance;
        let size = |values: &[f64]| size(values, &self.state, tolerance);
        let first = guess(size(&self.state), size(&self.stages[last * n..][..n]));
        self.step = first.min(0.1 * self.shortest);
    }

    /// One step, taken again until it is exact enough.
    fn advance(&mut self, wanted: f64) -> Result<(), SimError> {
        let n = self.state.len();
        let last = self.pair.last();
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
            let (old, new) = (&self.old[..], &self.work[..]);
            let tolerance = self.adaptive.tolerance;
            let error = self.pair.error(h, tolerance, [old, new], &self.stages);
            if error < 1.0 {
                self.finish(h, end, wanted);
                let next = self.pair.next(h, error, refused);
                self.step = if cut { next.max(self.step) } else { next };
                return Ok(());
            }
            refused = true;
            self.step = self.pair.shorter(h, error);
            if self.step < f64::MIN_POSITIVE * 1e10 || !self.old.iter().all(|x| x.is_finite()) {
                return Err(self.away());
            }
        }
    }

    /// Takes the step over, and its dense output into the past.
    fn finish(&mut self, h: f64, end: f64, wanted: f64) {
        // The last stage was taken at the new state.
        self.state.copy_from_slice(&self.work);
        let pair = self.pair;
        for stage in pair.last() + 1..pair.rows().len() {
            self.stage(stage, h);
        }
        let mut rows = Vec::new();
        let ends = [&self.old[..], &self.state[..]];
        pair.polynomial(h, ends, &self.stages, &mut rows);
        // What is asked for may lie within this step.
        self.dense.push(self.time, end, rows, wanted.min(self.time));
        self.before_last = self.time;
        self.time = end;
        self.taken += 1;
    }

    /// The rates at one stage of a step from `old`; leaves its state in `work`.
    fn stage(&mut self, stage: usize, h: f64) {
        let pair = self.pair;
        pair.place(stage, h, &self.old, &self.stages, &mut self.work);
        self.evaluate(self.time + pair.nodes()[stage] * h, stage);
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

/// An orbit as it is seen in all coordinates, of the present and of a while ago.
#[derive(Debug)]
pub struct Seen<'a> {
    orbit: Orbit<'a>,
    definition: &'a Definition,
    /// The delay of each coordinate, 0 for the present.
    lags: Vec<f64>,
    state: Vec<f64>,
}

impl<'a> Seen<'a> {
    pub fn new(orbit: Orbit<'a>, constants: &[f64]) -> Self {
        let definition = orbit.adaptive.definition;
        let lags = lags_of(definition, constants);
        let mut state = vec![0.0; lags.len()];
        orbit.seen(&definition.coordinates, &lags, orbit.time, &mut state);
        Self {
            orbit,
            definition,
            lags,
            state,
        }
    }
}

impl Path for Seen<'_> {
    fn advance(&mut self) -> Result<(), SimError> {
        self.orbit.advance(self.orbit.time)?;
        let (time, list) = (self.orbit.time, &self.definition.coordinates);
        self.orbit.seen(list, &self.lags, time, &mut self.state);
        Ok(())
    }
    fn time(&self) -> f64 {
        self.orbit.time
    }
    fn before(&self) -> f64 {
        self.orbit.before_last
    }
    fn state(&self) -> &[f64] {
        &self.state
    }
    fn between(&mut self, time: f64, out: &mut [f64]) -> Result<(), SimError> {
        let list = &self.definition.coordinates;
        self.orbit.seen(list, &self.lags, time, out);
        Ok(())
    }
    fn steps(&self) -> u64 {
        self.orbit.taken
    }
    fn fastest(&self) -> &str {
        let n = self.orbit.state.len();
        let rates = &self.orbit.stages[self.orbit.pair.last() * n..];
        fastest(self.definition.system.variables(), &self.orbit.state, rates)
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
