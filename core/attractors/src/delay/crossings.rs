//! Crossings of a plane by an orbit of a delay system. Between two steps the past is a cubic in
//! every coordinate, so where it meets the plane is found on it without further steps.

use loom_formula::Clock;
use loom_sim::{Job, SimError};

use super::ensemble::lags_of;
use super::{History, Lagged, Span, beginning, seen};
use crate::definition::Definition;
use crate::settings::Build;

/// Halvings of a step: to the last bit.
const HALVINGS: usize = 60;
/// Steps between two looks at whether the work has been cancelled.
const CHUNK: u64 = 4096;

/// What is looked for.
pub struct Search<'a> {
    /// Height above the plane, of a point in all coordinates.
    pub height: &'a dyn Fn(&[f64]) -> f64,
    /// Whether crossings upward count, and downward.
    pub ways: [bool; 2],
    pub points: usize,
    pub transient: f64,
    /// Model time without a crossing after which the search is given up.
    pub patience: f64,
    /// What the plane is called.
    pub plane: String,
}

impl Search<'_> {
    /// Times and places of the crossings, in all coordinates.
    ///
    /// # Errors
    /// Where the orbit runs away or crosses no more, and on cancellation.
    pub fn find(
        &self,
        definition: &Definition,
        build: &Build,
        job: &Job,
    ) -> Result<Vec<(f64, Vec<f64>)>, SimError> {
        let lagged = Lagged::one(definition);
        let keep = lagged.lags(&build.constants)?.keep;
        let lags = lags_of(definition, &build.constants);
        let place =
            |past: &History, time: f64| seen(&definition.coordinates, &lags, past, time, 0, 1);
        let mut clock = Clock::new(build.dt);
        let mut point = build.initial.clone();
        let mut past = beginning(definition, build);
        let mut found: Vec<(f64, Vec<f64>)> = Vec::new();
        let mut before = (0.0, f64::NAN);
        let mut last = self.transient;
        while found.len() < self.points {
            job.check()?;
            job.progress(found.len() as f32 / self.points as f32);
            let span = Span { steps: CHUNK, keep };
            let constants = &build.constants;
            lagged.advance(
                &mut point,
                &mut past,
                constants,
                &mut clock,
                span,
                &mut |time, _, past| {
                    let now = (self.height)(&place(past, time));
                    let (was, height) = before;
                    before = (time, now);
                    let up = self.ways[0] && height < 0.0 && now >= 0.0;
                    let down = self.ways[1] && height > 0.0 && now <= 0.0;
                    if (up || down) && time >= self.transient && found.len() < self.points {
                        let (mut from, mut to) = (was, time);
                        for _ in 0..HALVINGS {
                            let middle = f64::midpoint(from, to);
                            let above = (self.height)(&place(past, middle)) >= 0.0;
                            if above == up {
                                to = middle;
                            } else {
                                from = middle;
                            }
                        }
                        last = to;
                        found.push((to, place(past, to)));
                    }
                    Ok(())
                },
            )?;
            if let Some(v) = point.iter().position(|x| !x.is_finite()) {
                return Err(super::sampling::away(definition, point[v], v, &clock));
            }
            if clock.time() - last > self.patience {
                return Err(SimError::other(format!(
                    "The orbit did not cross {} that way for {:.0} time units ({} crossings \
                     before): choose another level or direction.",
                    self.plane,
                    self.patience,
                    found.len()
                )));
            }
        }
        Ok(found)
    }
}
