//! Orbits of delay systems, sampled: trajectories for files, and points for analyses.

use loom_formula::Clock;
use loom_sim::{Job, SimError};

use super::adaptive::{Adaptive, Before};
use super::{Lagged, Span, beginning};
use crate::definition::Definition;
use crate::integrate::Method;
use crate::settings::Build;

/// Steps between two looks at whether the work has been cancelled.
const CHUNK: u64 = 4096;

/// How an orbit is followed, and when it is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Sampling {
    pub method: Method,
    pub tolerance: f64,
    /// When the first point is taken: whole steps, of fixed ones.
    pub transient: f64,
    pub interval: f64,
    pub points: usize,
}

impl Sampling {
    /// The length of fixed steps: whole ones between points, none longer than `dt`.
    fn step(&self, dt: f64) -> (f64, u64) {
        let count = (self.interval / dt * (1.0 - 1e-12)).ceil().clamp(1.0, 1e12);
        (self.interval / count, count as u64)
    }

    /// The time of the first point.
    pub fn begun(&self, dt: f64) -> f64 {
        if self.method == Method::Rk4 {
            let (step, _) = self.step(dt);
            (self.transient / step).round() * step
        } else {
            self.transient
        }
    }

    /// The points of the orbit from the build's initial state, one after another.
    ///
    /// # Errors
    /// Where the orbit runs away, with variable and time; for a delay that is not above 0.
    pub fn follow(
        &self,
        definition: &Definition,
        build: &Build,
        job: &Job,
    ) -> Result<Vec<f64>, SimError> {
        if self.method == Method::Rk4 {
            self.fixed(definition, build, job)
        } else {
            self.adaptive(definition, build, job)
        }
    }

    fn adaptive(
        &self,
        definition: &Definition,
        build: &Build,
        job: &Job,
    ) -> Result<Vec<f64>, SimError> {
        let adaptive = Adaptive::new(definition, self.method, self.tolerance)?;
        let before = Before::of(definition, build);
        let mut orbit = adaptive.start(&build.initial, &build.constants, before)?;
        let dimension = definition.dimension();
        let mut values = vec![0.0; self.points * dimension];
        for (number, row) in values.chunks_exact_mut(dimension).enumerate() {
            job.check()?;
            orbit.at(self.transient + number as f64 * self.interval, row)?;
        }
        Ok(values)
    }

    fn fixed(
        &self,
        definition: &Definition,
        build: &Build,
        job: &Job,
    ) -> Result<Vec<f64>, SimError> {
        let (step, per_point) = self.step(build.dt);
        let lagged = Lagged::one(definition);
        let keep = lagged.lags(&build.constants)?.longest();
        let mut clock = Clock::new(step);
        let mut point = build.initial.clone();
        let mut past = beginning(definition, build);
        let mut go = |point: &mut Vec<f64>, steps: u64| -> Result<(), SimError> {
            let mut left = steps;
            while left > 0 {
                job.check()?;
                let span = Span {
                    steps: left.min(CHUNK),
                    keep,
                };
                let constants = &build.constants;
                lagged.advance(
                    point,
                    &mut past,
                    constants,
                    &mut clock,
                    span,
                    &mut |_, _, _| Ok(()),
                )?;
                left -= span.steps;
            }
            match point.iter().position(|x| !x.is_finite()) {
                None => Ok(()),
                Some(v) => Err(away(definition, point[v], v, &clock)),
            }
        };
        go(&mut point, (self.transient / step).round().min(1e15) as u64)?;
        let mut values = Vec::with_capacity(self.points * point.len());
        for number in 0..self.points {
            values.extend_from_slice(&point);
            if number + 1 < self.points {
                go(&mut point, per_point)?;
            }
        }
        Ok(values)
    }
}

pub(super) fn away(
    definition: &Definition,
    value: f64,
    variable: usize,
    clock: &Clock,
) -> SimError {
    SimError::BlewUp {
        step: format!("{} or before (t = {:.6})", clock.step, clock.time()),
        variable: definition.system.variables()[variable].clone(),
        value: if value.is_nan() {
            "not a number"
        } else {
            "infinite"
        }
        .into(),
        remedy: "start elsewhere, change the parameters, or use a smaller dt.".into(),
    }
}
