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

use loom_formula::{Rates, RatesRun, System};
use loom_sim::SimError;

use super::narrow::{self, Attempt};
use super::pair::{Pair, guess, size};
use super::{
    MOST_STEPS, Method, Path, checked_state, checked_tolerance, fastest, names, stuck, too_many,
};

/// A flow's right-hand sides with a method of order 5 or 8.
#[derive(Debug)]
pub struct Integrator {
    rates: Rates,
    pair: Pair,
    tolerance: f64,
    names: Vec<String>,
}

impl Integrator {
    /// `tolerance`: the error allowed in each step, relative to a variable where it is above 1
    /// and absolute where it is below.
    ///
    /// # Errors
    /// For a tolerance outside 1e-14 to 0.1, and a method with fixed steps.
    pub fn new(system: &System, method: Method, tolerance: f64) -> Result<Self, SimError> {
        checked_tolerance(tolerance)?;
        let Some(pair) = Pair::of(method) else {
            return Err(SimError::other(format!(
                "{} is none of the explicit methods that choose their steps.",
                method.key()
            )));
        };
        Ok(Self {
            rates: Rates::new(system),
            pair,
            tolerance,
            names: names(system),
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
        let mut orbit = Orbit {
            integrator: self,
            rates: self.rates.start(constants).map_err(SimError::other)?,
            pair: self.pair,
            time,
            before: time,
            state: state.to_vec(),
            old: state.to_vec(),
            stages: vec![0.0; n * self.pair.rows().len()],
            work: vec![0.0; n],
            polynomial: Vec::new(),
            step: 0.0,
            taken: 0,
            evaluations: 0,
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
    pair: Pair,
    /// The end of the last step, and its beginning.
    time: f64,
    before: f64,
    state: Vec<f64>,
    old: Vec<f64>,
    /// Stage by stage.
    stages: Vec<f64>,
    work: Vec<f64>,
    /// The solution within the last step, once it is needed.
    polynomial: Vec<f64>,
    /// The length that the next step tries.
    step: f64,
    taken: u64,
    evaluations: u64,
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
    fn fastest(&self) -> &str {
        let rates = &self.stages[self.pair.last() * self.state.len()..];
        fastest(&self.integrator.names, &self.state, rates)
    }
    /// The last step is cut to end there.
    fn reach(&mut self, time: f64, out: &mut [f64]) -> Result<(), SimError> {
        let begun = self.taken;
        loop {
            let left = time - self.time;
            if left <= 32.0 * f64::EPSILON * time.abs() {
                break;
            }
            if self.taken - begun > MOST_STEPS {
                return Err(too_many(self));
            }
            // Two equal steps rather than a long and a tiny one.
            if self.step >= left {
                self.step = left;
            } else if 2.0 * self.step > left {
                self.step = 0.5 * left;
            }
            self.one_step()?;
        }
        out.copy_from_slice(&self.state);
        Ok(())
    }
}

impl Orbit<'_> {
    /// How often the right-hand sides have been evaluated.
    pub fn evaluations(&self) -> u64 {
        self.evaluations
    }

    /// Hairer's guess of a first step, from the sizes of the state, the rate and its change.
    fn first_step(&mut self) {
        let n = self.state.len();
        let tolerance = self.integrator.tolerance;
        self.rates.at(self.time, &self.state, &mut self.stages[..n]);
        self.evaluations += 2;
        let size = |values: &[f64]| size(values, &self.state, tolerance);
        let (d0, d1) = (size(&self.state), size(&self.stages[..n]));
        let h0 = guess(d0, d1);
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
            (0.01 / largest).powf(1.0 / f64::from(self.pair.order()))
        };
        self.step = (100.0 * h0).min(h1);
        // The first stage of the first step is known now.
        let (first, rest) = self.stages.split_at_mut(n);
        rest[(self.pair.last() - 1) * n..][..n].copy_from_slice(first);
    }

    /// One step, taken again until it is exact enough.
    fn one_step(&mut self) -> Result<(), SimError> {
        let n = self.state.len();
        let last = self.pair.last();
        self.stages.copy_within(last * n..(last + 1) * n, 0);
        self.old.copy_from_slice(&self.state);
        let mut refused = false;
        loop {
            let h = self.step;
            let end = self.time + h;
            if end <= self.time || h < 16.0 * f64::EPSILON * self.time.abs() {
                return Err(self.no_step());
            }
            let error = self.attempt(h);
            if error < 1.0 {
                // The last stage was taken at the new state.
                self.state.copy_from_slice(&self.work);
                self.before = self.time;
                self.time = end;
                self.taken += 1;
                self.fresh = true;
                self.look_for_stiffness(h);
                self.step = self.pair.next(h, error, refused);
                return Ok(());
            }
            refused = true;
            self.step = self.pair.shorter(h, error);
            if self.step < f64::MIN_POSITIVE * 1e10 || !self.old.iter().all(|x| x.is_finite()) {
                return Err(self.no_step());
            }
        }
    }

    /// Takes all stages of a step, and gives the estimated error in units of what is allowed.
    fn attempt(&mut self, h: f64) -> f64 {
        let (last, tolerance) = (self.pair.last(), self.integrator.tolerance);
        let mut narrow = Attempt {
            pair: self.pair,
            rates: &mut self.rates,
            time: self.time,
            h,
            tolerance,
            old: &self.old,
            stages: &mut self.stages,
            work: &mut self.work,
            shadow: &mut self.shadow,
        };
        if let Some(error) = narrow.take() {
            self.evaluations += last as u64;
            return error;
        }
        for stage in 1..last {
            self.stage(stage, h);
        }
        self.shadow.copy_from_slice(&self.work);
        self.stage(last, h);
        let ends = [&self.old[..], &self.work[..]];
        self.pair.error(h, tolerance, ends, &self.stages)
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
        let last = self.pair.last();
        let fastest = (square(row(last), row(last - 1)) / apart).sqrt();
        // Where the negative real axis leaves the domain of stability, a little inside.
        let edge = match self.pair {
            Pair::Dop853 => 6.1,
            Pair::Tsit5 => 3.25,
        };
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
        let pair = self.pair;
        pair.place(stage, h, &self.old, &self.stages, &mut self.work);
        // Those after the last are for the interpolant of a step that was taken.
        let from = if stage > pair.last() {
            self.before
        } else {
            self.time
        };
        let time = from + pair.nodes()[stage] * h;
        self.evaluations += 1;
        self.rates
            .at(time, &self.work, &mut self.stages[stage * n..][..n]);
    }

    /// The dense output within the last step.
    fn within(&mut self, time: f64, out: &mut [f64]) {
        if time >= self.time {
            out.copy_from_slice(&self.state);
            return;
        }
        let (n, pair) = (self.state.len(), self.pair);
        let h = self.time - self.before;
        if self.fresh {
            self.interpolate(h);
            self.fresh = false;
        }
        let part = ((time - self.before) / h).clamp(0.0, 1.0);
        if narrow::values(pair, &self.polynomial, part, out).is_some() {
            return;
        }
        for (v, x) in out.iter_mut().enumerate() {
            *x = pair.value(&self.polynomial, n, v, part);
        }
    }

    /// Makes the polynomial within the last step.
    fn interpolate(&mut self, h: f64) {
        let pair = self.pair;
        let further = pair.last() + 1..pair.rows().len();
        let ends = [&self.old[..], &self.state[..]];
        self.polynomial
            .resize(pair.coefficients() * self.old.len(), 0.0);
        let done = narrow::polynomial(
            pair,
            &mut self.rates,
            [self.before, h],
            ends,
            &mut self.stages,
            &mut self.polynomial,
        );
        if done.is_some() {
            self.evaluations += further.len() as u64;
            return;
        }
        for stage in further {
            self.stage(stage, h);
        }
        let ends = [&self.old[..], &self.state[..]];
        pair.polynomial(h, ends, &self.stages, &mut self.polynomial);
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
    use crate::definition::Definition;

    fn definition(equations: &str, initial: &str) -> Definition {
        let text = format!("equations = \"{equations}\"\ninitial = [{initial}]\ndt = 0.01\n");
        Definition::parse("test.toml", &text).unwrap()
    }

    #[test]
    fn a_circle_is_followed_within_the_tolerance_between_the_steps_too() {
        let circle = definition("x' = v; v' = -x", "1, 0");
        for method in [Method::Tsit5, Method::Dop853] {
            for tolerance in [1e-4, 1e-7, 1e-10] {
                let integrator = Integrator::new(&circle.system, method, tolerance).unwrap();
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
            let integrator = Integrator::new(&forced.system, method, 1e-11).unwrap();
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
