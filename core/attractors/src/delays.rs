//! The delay embedding of one variable: an orbit drawn as x(t), x(t − τ), x(t − 2τ).
//!
//! One variable alone has the shape of the whole attractor in it (F. Takens 1981, Detecting
//! strange attractors in turbulence; N. H. Packard and others 1980). The followed orbits are
//! drawn so; a cloud has no past.

use std::sync::{Mutex, PoisonError};

use loom_formula::Clock;

use crate::definition::Definition;
use crate::motion::Motion;
use crate::settings::Build;
use crate::stepping::OrbitStepper;
use crate::trail::Trail;

/// Periods, and points, from which a camera is fitted.
const PERIODS: f64 = 60.0;
const POINTS: usize = 4096;

/// How one variable is embedded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Delays {
    pub variable: usize,
    /// Model time, or iterations of a map.
    pub delay: f64,
    /// Two or three values make a point.
    pub dimension: usize,
}

impl Delays {
    /// A quarter of the period of a flow, one iteration of a map.
    pub fn usual(definition: &Definition) -> f64 {
        if definition.is_map() {
            1.0
        } else {
            definition.period / 4.0
        }
    }

    /// The point that ends at a time; `None` before the trail is long enough.
    fn point(&self, trail: &Trail, time: f64) -> Option<[f64; 3]> {
        let mut point = [0.0; 3];
        for (k, x) in point.iter_mut().enumerate().take(self.dimension) {
            *x = trail.at(time - k as f64 * self.delay, self.variable)?;
        }
        Some(point)
    }

    /// The points of the samples from `first` on, and the samples' numbers.
    pub fn points(&self, trail: &Trail, first: usize) -> (Vec<usize>, Vec<[f64; 3]>) {
        (first..trail.len())
            .filter_map(|i| Some((i, self.point(trail, trail.time(i))?)))
            .unzip()
    }

    /// `x(t)`, `x(t − 0.25)`, `x(t − 0.5)`, or `x[n]`, `x[n−1]`, …
    pub fn labels(&self, variable: &str, map: bool) -> Vec<String> {
        (0..self.dimension)
            .map(|k| {
                let by = k as f64 * self.delay;
                // Four figures are enough for a name.
                let rounded = format!("{by:.3}");
                let short = rounded.trim_end_matches('0').trim_end_matches('.');
                match (k, map) {
                    (0, true) => format!("{variable}[n]"),
                    (0, false) => format!("{variable}(t)"),
                    (_, true) => format!("{variable}[n − {short}]"),
                    (_, false) => format!("{variable}(t − {short})"),
                }
            })
            .collect()
    }
}

/// Where embedded orbits have been found to lie.
#[derive(Debug, Default)]
pub struct Memory(Mutex<Option<(Delays, Vec<[f64; 3]>)>>);

impl Motion {
    /// Points of the embedded orbit as the run started, for the camera and the axes.
    pub(crate) fn embedded(&self, delays: Delays) -> Vec<[f64; 3]> {
        let mut kept = self
            .embedding
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some((_, points)) = kept.as_ref().filter(|(d, _)| *d == delays) {
            return points.clone();
        }
        let start = self.samples.point(0);
        let points = follow(&self.definition, &self.build, start, delays);
        *kept = Some((delays, points.clone()));
        points
    }
}

/// An orbit's embedding from a state on the attractor.
fn follow(definition: &Definition, build: &Build, start: &[f64], delays: Delays) -> Vec<[f64; 3]> {
    let span = if definition.is_map() {
        POINTS as f64
    } else {
        PERIODS * definition.period
    };
    let span = span + 2.0 * delays.delay;
    let steps = (span / build.dt).clamp(1.0, 200_000.0);
    // Delays fall between samples: they are taken from a trail like any other.
    let stride = (steps / crate::trail::TRAIL as f64).ceil().max(1.0) as u64;
    let stepper = OrbitStepper::new(definition);
    let mut clock = Clock::new(build.dt);
    let mut point = start.to_vec();
    let mut trail = Trail::new(point.len());
    let mut step = 0;
    while (step as f64) < steps {
        trail.push(step as f64 * build.dt, &point);
        let made = stepper.advance(&mut point, &build.constants, &mut clock, stride);
        if made.is_err() || !point.iter().all(|x| x.is_finite()) {
            break;
        }
        step += stride;
    }
    let (_, points) = delays.points(&trail, 0);
    let every = points.len().div_ceil(POINTS).max(1);
    points.into_iter().step_by(every).collect()
}
