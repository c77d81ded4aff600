//! Where a run starts: points along the attractor, and the cloud laid around them.

use std::sync::Arc;

use loom_formula::Clock;
use loom_sim::{SimError, seed};

use crate::definition::Definition;
use crate::delay::{self, Record};
use crate::settings::Build;
use crate::state::block_index;
use crate::stepping::OrbitStepper;

/// Natural periods that are thrown away before the attractor is taken as reached.
const TRANSIENT: f64 = 30.0;
/// Points that are kept along the attractor, at most.
const POINTS: usize = 16_384;
/// Steps that may be spent on finding it.
const MOST_STEPS: f64 = 400_000.0;

/// Points along the attractor, one after another in time.
#[derive(Clone, Debug)]
pub struct Samples {
    /// Numbers of a point: the variables, and of a delay system all coordinates.
    pub dimension: usize,
    /// Point by point.
    pub values: Vec<f64>,
    /// Of a delay system, the orbit with its past.
    pub record: Option<Arc<Record>>,
}

impl Samples {
    pub fn len(&self) -> usize {
        self.values.len() / self.dimension
    }
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
    pub fn point(&self, index: usize) -> &[f64] {
        &self.values[index * self.dimension..][..self.dimension]
    }
    /// Least and greatest value of each variable.
    pub fn extents(&self) -> Vec<[f64; 2]> {
        let mut extents = vec![[f64::INFINITY, f64::NEG_INFINITY]; self.dimension];
        for point in self.values.chunks_exact(self.dimension) {
            for (extent, x) in extents.iter_mut().zip(point) {
                *extent = [extent[0].min(*x), extent[1].max(*x)];
            }
        }
        extents
    }
}

/// Follows one orbit from the initial state, drops the transient and keeps `count` points of
/// what comes then (at most 16,384). Where the orbit comes to rest its way there is kept
/// instead. An orbit that runs away ends the samples early; the initial state is always there.
pub fn sample(definition: &Definition, build: &Build, count: usize) -> Result<Samples, SimError> {
    let settled = follow(definition, build, count, TRANSIENT)?;
    let extents = settled.extents();
    let ways: Vec<f64> = extents
        .iter()
        .zip(&build.initial)
        .map(|([low, high], start)| (high - start).abs().max((start - low).abs()))
        .collect();
    // A velocity may start and end at rest: what it has moved by then is rounding.
    let longest = ways.iter().copied().fold(1e-12, f64::max);
    let rests = extents
        .iter()
        .zip(&ways)
        .all(|([low, high], way)| high - low < 1e-3 * way.max(1e-6 * longest));
    if rests && settled.len() > 1 {
        return follow(definition, build, count, 0.0);
    }
    Ok(settled)
}

/// Points of one orbit after so many periods.
fn follow(
    definition: &Definition,
    build: &Build,
    count: usize,
    periods: f64,
) -> Result<Samples, SimError> {
    if definition.has_delays() {
        return delay::follow(definition, build, count, periods);
    }
    let dimension = definition.dimension();
    let count = count.clamp(1, POINTS);
    let stepper = OrbitStepper::by(definition, build)?;
    let mut clock = Clock::new(build.dt);
    let mut point = build.initial.clone();
    let per_period = (definition.period / build.dt).max(1.0);
    let transient = if definition.is_map() {
        1000.0 * periods / TRANSIENT
    } else {
        (periods * per_period).min(MOST_STEPS / 2.0)
    };
    // About twenty points a period, so that a few hundred periods are seen; a way to rest is
    // seen closely.
    let often = if periods > 0.0 { 20.0 } else { 200.0 };
    let stride = (per_period / often).clamp(1.0, (MOST_STEPS / count as f64).max(1.0)) as u64;
    let mut go = |point: &mut [f64], by: u64| -> Result<bool, SimError> {
        stepper.advance(point, &build.constants, &mut clock, by)?;
        Ok(point.iter().all(|x| x.is_finite()))
    };
    let mut values = Vec::with_capacity(count * dimension);
    if go(&mut point, transient as u64)? {
        for _ in 0..count {
            values.extend_from_slice(&point);
            if !go(&mut point, stride)? {
                break;
            }
        }
    }
    if values.is_empty() {
        values.extend_from_slice(&build.initial);
    }
    Ok(Samples {
        dimension,
        values,
        record: None,
    })
}

/// The cloud's first state, in blocks: each particle at a point of the attractor chosen by lot,
/// moved by up to `spread` of the attractor's extent along every variable.
pub fn cloud(definition: &Definition, build: &Build, samples: &Samples, seed: u64) -> Vec<f64> {
    let dimension = definition.dimension();
    let mut state = vec![0.0; build.particles * dimension];
    let mut scatter = Scatter::new(
        samples,
        build.spread,
        seed,
        "attractors: start of the cloud",
    );
    for m in 0..build.particles {
        for (v, x) in scatter.point().iter().enumerate() {
            state[block_index(dimension, build.particles, m, v)] = *x;
        }
    }
    state
}

/// Points by lot along the attractor and a little beside it.
#[derive(Debug)]
pub struct Scatter<'a> {
    samples: &'a Samples,
    /// Largest distance along each variable.
    widths: Vec<f64>,
    random: rand_chacha::ChaCha8Rng,
}

impl<'a> Scatter<'a> {
    pub fn new(samples: &'a Samples, spread: f64, seed: u64, purpose: &str) -> Self {
        let widths = samples.extents().into_iter().map(|[low, high]| {
            let width = high - low;
            // A fixed point has no extent: spread by the size of the numbers then.
            spread
                * if width > 0.0 {
                    width
                } else {
                    high.abs().max(1.0)
                }
        });
        Self {
            widths: widths.collect(),
            samples,
            random: seed::stream(seed, purpose),
        }
    }
    pub fn point(&mut self) -> Vec<f64> {
        let (place, moved) = self.place();
        let point = self.samples.point(place).iter().zip(&moved);
        point.map(|(x, by)| x + by).collect()
    }
    /// The number of a sample, and how far beside it.
    pub fn place(&mut self) -> (usize, Vec<f64>) {
        let count = self.samples.len();
        let chosen = (seed::unit(&mut self.random) * count as f64) as usize;
        let moved = self.beside();
        (chosen.min(count - 1), moved)
    }
    /// A point beside this one.
    pub fn around(&mut self, point: &[f64]) -> Vec<f64> {
        let moved = self.beside();
        point.iter().zip(&moved).map(|(x, by)| x + by).collect()
    }
    /// How far beside, along each axis.
    fn beside(&mut self) -> Vec<f64> {
        let widths = self.widths.iter();
        widths
            .map(|width| (2.0 * seed::unit(&mut self.random) - 1.0) * width)
            .collect()
    }
}
