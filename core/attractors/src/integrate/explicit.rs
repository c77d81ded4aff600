//! Explicit integrators that choose their own steps: Tsitouras 5(4) and Dormand–Prince 8(5,3),
//! with dense output, in f64.
//!
//! A step is taken again with a shorter one when its estimated error, in units of the tolerance
//! (absolute and relative alike), is above 1. Between steps the solution is a polynomial, so
//! where one looks does not change how the steps are taken.
//!
//! Stiffness is watched for as Hairer and Wanner do (Solving Ordinary Differential Equations II,
//! section IV.2): two stages at the step's end tell the largest rate |λ|, and steps that stay at
//! the edge of the method's stability are bound by it and not by the tolerance.

use loom_formula::{Rates, RatesRun};
use loom_sim::SimError;

use super::{Method, Path, checked_state, checked_tolerance, dop853, stuck, tsit5};
use crate::definition::Definition;

/// A new step is a little shorter than the estimate says, and changes by bounded factors.
const SAFETY: f64 = 0.9;
const SHRINK: f64 = 0.2;
const GROW: f64 = 10.0;

/// A flow's right-hand sides with a method of order 5 or 8.
#[derive(Debug)]
pub struct Integrator {
    rates: Rates,
    high: bool,
    tolerance: f64,
    names: Vec<String>,
}

impl Integrator {
    /// `tolerance`: the error allowed in each step, relative to a variable where it is above 1
    /// and absolute where it is below.
    ///
    /// # Errors
    /// For a tolerance outside 1e-14 to 0.1, and a method with fixed steps.
    pub fn new(definition: &Definition, method: Method, tolerance: f64) -> Result<Self, SimError> {
        checked_tolerance(tolerance)?;
        if !matches!(method, Method::Tsit5 | Method::Dop853) {
            return Err(SimError::other(format!(
                "{} is none of the explicit methods that choose their steps.",
                method.key()
            )));
        }
        Ok(Self {
            rates: Rates::new(&definition.system),
            high: method == Method::Dop853,
            tolerance,
            names: definition.system.variables().to_vec(),
        })
    }

    /// Begins at a time and a state.
    pub fn start(
        &self,
        time: f64,
        state: &[f64],
        constants: &[f64],
    ) -> Result<Orbit<'_>, SimError> {
        let n = self.rates.dimension();
        checked_state(state, n)?;
        let (a, c): (&[&[f64]], &[f64]) = if self.high {
            (&dop853::A, &dop853::C)
        } else {
            (&tsit5::A, &tsit5::C)
        };
        let mut orbit = Orbit {
            integrator: self,
            rates: self.rates.start(constants).map_err(SimError::other)?,
            a,
            c,
            last: if self.high { 12 } else { 6 },
            time,
            before: time,
            state: state.to_vec(),
            old: state.to_vec(),
            stages: vec![0.0; n * a.len()],
            work: vec![0.0; n],
            dense: Vec::new(),
            step: 0.0,
            taken: 0,
            fresh: true,
            shadow: vec![0.0; n],
            watch: Watch::default(),
        };
        orbit.first_step();
        Ok(orbit)
    }
}

/// A flow under way.
#[derive(Debug)]
pub struct Orbit<'a> {
    integrator: &'a Integrator,
    rates: RatesRun<'a>,
    a: &'static [&'static [f64]],
    c: &'static [f64],
    /// The stage at the step's end, which begins the next one.
    last: usize,
    /// The end of the last step, and its beginning.
    time: f64,
    before: f64,
    state: Vec<f64>,
    old: Vec<f64>,
    /// Stage by stage.
    stages: Vec<f64>,
    work: Vec<f64>,
    /// Coefficients of the dense output of Dormand and Prince, once they are needed.
    dense: Vec<f64>,
    /// The length that the next step tries.
    step: f64,
    taken: u64,
    fresh: bool,
    /// The state of the stage before the last, which lies at the step's end too.
    shadow: Vec<f64>,
    watch: Watch,
}

/// The count of steps at the edge of stability.
#[derive(Clone, Copy, Debug, Default)]
struct Watch {
    at_edge: u32,
    inside: u32,
    found: Option<f64>,
}

/// Every so many steps the watch looks, and at each once it has seen something.
const WATCH_EVERY: u64 = 1000;
/// So many steps at the edge make a stiff system; so many inside in a row forget them.
const AT_EDGE: u32 = 15;
const INSIDE: u32 = 6;

impl Path for Orbit<'_> {
    fn advance(&mut self) -> Result<(), SimError> {
        self.one_step()
    }
    fn time(&self) -> f64 {
        self.time
    }
    fn before(&self) -> f64 {
        self.before
    }
    fn state(&self) -> &[f64] {
        &self.state
    }
    fn between(&mut self, time: f64, out: &mut [f64]) -> Result<(), SimError> {
        self.within(time, out);
        Ok(())
    }
    fn steps(&self) -> u64 {
        self.taken
    }
    fn stiff_near(&self) -> Option<f64> {
        self.watch.found
    }
}

impl Orbit<'_> {
    /// Hairer's guess of a first step, from the sizes of the state, the rate and its change.
    fn first_step(&mut self) {
        let n = self.state.len();
        let tolerance = self.integrator.tolerance;
        self.rates.at(self.time, &self.state, &mut self.stages[..n]);
        let scale: Vec<f64> = self
            .state
            .iter()
            .map(|x| tolerance * (1.0 + x.abs()))
            .collect();
        let size = |values: &[f64]| {
            let squares: f64 = values
                .iter()
                .zip(&scale)
                .map(|(x, s)| (x / s).powi(2))
                .sum();
            (squares / n as f64).sqrt()
        };
        let (d0, d1) = (size(&self.state), size(&self.stages[..n]));
        let h0 = if d0 < 1e-5 || d1 < 1e-5 {
            1e-6
        } else {
            0.01 * d0 / d1
        };
        for ((x, y), f) in self.work.iter_mut().zip(&self.state).zip(&self.stages) {
            *x = y + h0 * f;
        }
        let mut rate = vec![0.0; n];
        self.rates.at(self.time + h0, &self.work, &mut rate);
        for (r, f) in rate.iter_mut().zip(&self.stages) {
            *r -= f;
        }
        let d2 = size(&rate) / h0;
        let largest = d1.max(d2);
        let h1 = if largest <= 1e-15 || largest.is_nan() {
            (h0 * 1e-3).max(1e-6)
        } else {
            (0.01 / largest).powf(self.exponent())
        };
        self.step = (100.0 * h0).min(h1);
        // The first stage of the first step is known now.
        let (first, rest) = self.stages.split_at_mut(n);
        rest[(self.last - 1) * n..][..n].copy_from_slice(first);
    }

    fn exponent(&self) -> f64 {
        if self.integrator.high {
            1.0 / 8.0
        } else {
            1.0 / 5.0
        }
    }

    /// One step, taken again until it is exact enough.
    fn one_step(&mut self) -> Result<(), SimError> {
        let n = self.state.len();
        let last = self.last;
        self.stages.copy_within(last * n..(last + 1) * n, 0);
        self.old.copy_from_slice(&self.state);
        let mut refused = false;
        loop {
            let h = self.step;
            let end = self.time + h;
            if end <= self.time || h < 16.0 * f64::EPSILON * self.time.abs() {
                return Err(self.no_step());
            }
            for stage in 1..last {
                self.stage(stage, h);
            }
            self.shadow.copy_from_slice(&self.work);
            self.stage(last, h);
            let error = self.error(h);
            let factor = SAFETY * error.powf(-self.exponent());
            if error < 1.0 {
                // The last stage was taken at the new state.
                self.state.copy_from_slice(&self.work);
                self.before = self.time;
                self.time = end;
                self.taken += 1;
                self.fresh = true;
                self.look_for_stiffness(h);
                let grow = if refused { 1.0 } else { GROW };
                self.step = h * factor.clamp(SHRINK, grow);
                return Ok(());
            }
            refused = true;
            self.step = h * if factor.is_finite() {
                factor.clamp(SHRINK, 1.0)
            } else {
                SHRINK
            };
            if self.step < f64::MIN_POSITIVE * 1e10 || !self.old.iter().all(|x| x.is_finite()) {
                return Err(self.no_step());
            }
        }
    }

    /// Hairer's test: |λ| from the rates at two states at the step's end.
    fn look_for_stiffness(&mut self, h: f64) {
        if self.watch.found.is_some()
            || !(self.taken.is_multiple_of(WATCH_EVERY) || self.watch.at_edge > 0)
        {
            return;
        }
        let n = self.state.len();
        let row = |k: usize| &self.stages[k * n..][..n];
        let square =
            |a: &[f64], b: &[f64]| -> f64 { a.iter().zip(b).map(|(x, y)| (x - y) * (x - y)).sum() };
        let apart = square(&self.state, &self.shadow);
        if apart <= 0.0 {
            return;
        }
        let fastest = (square(row(self.last), row(self.last - 1)) / apart).sqrt();
        // Where the negative real axis leaves the domain of stability, a little inside.
        let edge = if self.integrator.high { 6.1 } else { 3.25 };
        let watch = &mut self.watch;
        if h * fastest > edge {
            watch.inside = 0;
            watch.at_edge += 1;
            if watch.at_edge >= AT_EDGE {
                watch.found = Some(self.time);
            }
        } else if watch.at_edge > 0 {
            watch.inside += 1;
            if watch.inside >= INSIDE {
                watch.at_edge = 0;
                watch.inside = 0;
            }
        }
    }

    /// The rates at one stage; leaves its state in `work`.
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
        // The first step's beginning: the last step has moved `time` only when it was taken.
        let from = if stage > self.last {
            self.before
        } else {
            self.time
        };
        let time = from + self.c[stage] * h;
        self.rates
            .at(time, &self.work, &mut self.stages[stage * n..][..n]);
    }

    /// The estimated error in units of what is allowed.
    fn error(&self, h: f64) -> f64 {
        let n = self.state.len();
        let tolerance = self.integrator.tolerance;
        let sum = |weights: &[f64], v: usize| -> f64 {
            weights
                .iter()
                .enumerate()
                .map(|(k, w)| w * self.stages[k * n + v])
                .sum()
        };
        let (mut fifth, mut third) = (0.0, 0.0);
        for v in 0..n {
            let scale = tolerance * (1.0 + self.old[v].abs().max(self.work[v].abs()));
            if self.integrator.high {
                fifth += (sum(&dop853::E5, v) / scale).powi(2);
                third += (sum(&dop853::E3, v) / scale).powi(2);
            } else {
                fifth += (sum(&tsit5::E, v) / scale).powi(2);
            }
        }
        if fifth == 0.0 && third == 0.0 {
            return 1e-10;
        }
        if self.integrator.high {
            h * fifth / ((fifth + 0.01 * third) * n as f64).sqrt()
        } else {
            h * (fifth / n as f64).sqrt()
        }
    }

    /// The dense output within the last step.
    fn within(&mut self, time: f64, out: &mut [f64]) {
        if time >= self.time {
            out.copy_from_slice(&self.state);
            return;
        }
        let n = self.state.len();
        let h = self.time - self.before;
        let theta = ((time - self.before) / h).clamp(0.0, 1.0);
        if !self.integrator.high {
            let mut weights = [0.0; 7];
            for (weight, c) in weights.iter_mut().zip(&tsit5::DENSE) {
                *weight = theta * (c[0] + theta * (c[1] + theta * (c[2] + theta * c[3])));
            }
            for (v, x) in out.iter_mut().enumerate() {
                let sum: f64 = (0..7).map(|k| weights[k] * self.stages[k * n + v]).sum();
                *x = self.old[v] + h * sum;
            }
            return;
        }
        if self.fresh {
            self.interpolate(h);
        }
        for (v, x) in out.iter_mut().enumerate() {
            let mut sum = 0.0;
            for k in (0..7).rev() {
                sum += self.dense[k * n + v];
                sum *= if k % 2 == 0 { theta } else { 1.0 - theta };
            }
            *x = self.old[v] + sum;
        }
    }

    /// Three more stages, and from all of them the polynomial of order 7.
    fn interpolate(&mut self, h: f64) {
        let n = self.state.len();
        for stage in 13..16 {
            self.stage(stage, h);
        }
        self.dense.resize(7 * n, 0.0);
        for v in 0..n {
            let rate = |k: usize| self.stages[k * n + v];
            let change = self.state[v] - self.old[v];
            self.dense[v] = change;
            self.dense[n + v] = h * rate(0) - change;
            self.dense[2 * n + v] = 2.0 * change - h * (rate(12) + rate(0));
            for (row, weights) in dop853::D.iter().enumerate() {
                let sum: f64 = weights.iter().enumerate().map(|(k, w)| w * rate(k)).sum();
                self.dense[(3 + row) * n + v] = h * sum;
            }
        }
        self.fresh = false;
    }

    fn no_step(&self) -> SimError {
        let n = self.state.len();
        let names = &self.integrator.names;
        // Where the state itself is sound, the stage that broke off says what went wrong.
        let broken = self.work.iter().any(|x| !x.is_finite());
        let state = if broken { &self.work } else { &self.old };
        let rates = &self.stages[..n];
        stuck(names, self.taken, self.time, state, rates, |v| {
            format!(
                "At t = {:.6} no step is short enough: {} changes at a rate of {:.3e}. The equations divide by something near 0 there, or run away; if they are stiff, use --method bdf.",
                self.time, names[v], rates[v]
            )
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn definition(equations: &str, initial: &str) -> Definition {
        let text = format!("equations = \"{equations}\"\ninitial = [{initial}]\ndt = 0.01\n");
        Definition::parse("test.toml", &text).unwrap()
    }

    #[test]
    fn the_tables_keep_the_conditions_of_their_orders() {
        for (a, c) in [(&tsit5::A[..], &tsit5::C[..]), (&dop853::A, &dop853::C)] {
            for (row, at) in a.iter().zip(c) {
                assert!((row.iter().sum::<f64>() - at).abs() < 1e-14, "{at}");
            }
        }
        for (weights, c, order) in [
            (tsit5::A[6], &tsit5::C[..], 5),
            (dop853::A[12], &dop853::C[..], 8),
        ] {
            for k in 1..=order {
                let sum: f64 = weights.iter().zip(c).map(|(b, c)| b * c.powi(k - 1)).sum();
                assert!((sum - 1.0 / f64::from(k)).abs() < 1e-13, "order {k}: {sum}");
            }
        }
        // The error's weights see nothing of a constant rate, and the dense output ends where the
        // step does.
        for weights in [&tsit5::E[..], &dop853::E5, &dop853::E3] {
            assert!(weights.iter().sum::<f64>().abs() < 1e-14);
        }
        for (k, c) in tsit5::DENSE.iter().enumerate() {
            let end = tsit5::A[6].get(k).copied().unwrap_or(0.0);
            assert!((c.iter().sum::<f64>() - end).abs() < 1e-13);
        }
    }

    #[test]
    fn a_circle_is_followed_within_the_tolerance_between_the_steps_too() {
        let circle = definition("x' = v; v' = -x", "1, 0");
        for method in [Method::Tsit5, Method::Dop853] {
            for tolerance in [1e-4, 1e-7, 1e-10] {
                let integrator = Integrator::new(&circle, method, tolerance).unwrap();
                let mut orbit = integrator.start(0.0, &[1.0, 0.0], &[]).unwrap();
                let mut point = [0.0; 2];
                let mut worst = 0.0_f64;
                for k in 0..2000 {
                    let time = f64::from(k) * 0.01;
                    orbit.at(time, &mut point).unwrap();
                    worst = worst.max((point[0] - time.cos()).abs());
                }
                assert!(worst < 100.0 * tolerance, "{method:?} {tolerance}: {worst}");
                assert!(worst > 1e-15);
            }
        }
    }

    #[test]
    fn time_is_taken_where_the_stages_lie() {
        let forced = definition("x' = cos(t)*exp(-t) - x", "0");
        for method in [Method::Tsit5, Method::Dop853] {
            let integrator = Integrator::new(&forced, method, 1e-11).unwrap();
            let mut orbit = integrator.start(0.0, &[0.0], &[]).unwrap();
            let mut x = [0.0];
            for k in 0..300 {
                let t = f64::from(k) * 0.02;
                orbit.at(t, &mut x).unwrap();
                assert!((x[0] - t.sin() * (-t).exp()).abs() < 1e-9, "{method:?} {t}");
            }
        }
    }
}
