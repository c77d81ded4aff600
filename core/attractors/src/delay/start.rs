//! Where a delay system starts: the past of its first orbit, as the file gives it or constant, and
//! the pasts of a cloud's particles, each a stretch of one orbit on the attractor, moved a little.

use std::sync::Arc;

use loom_formula::Clock;
use loom_sim::SimError;

use super::{History, Lagged, Lags, Span, seen};
use crate::definition::Definition;
use crate::settings::Build;
use crate::start::{Samples, Scatter};
use crate::state::BLOCK;

/// Points along the attractor that a cloud is laid around.
const POINTS: usize = 4096;
/// Steps that may be spent on finding it.
const MOST_STEPS: f64 = 200_000.0;
/// The most that the pasts of a cloud may take.
pub const MOST_BYTES: u64 = 4 << 30;

/// An orbit from which a cloud is started, with all of its past.
#[derive(Clone, Debug)]
pub struct Record {
    pub past: History,
    /// When it was at each of the samples.
    pub times: Vec<f64>,
}

/// What was before the initial state at time 0.
pub fn beginning(definition: &Definition, build: &Build) -> History {
    if let Some(past) = &build.past
        && past.width() == definition.dimension()
    {
        return past.moved_to(0.0);
    }
    if definition.history.is_empty() {
        return History::constant(0.0, &build.initial);
    }
    let keep = Lags::of(definition, &build.constants).map_or(0.0, |lags| lags.keep);
    let count = (keep / build.dt).ceil().clamp(1.0, 1e6) as u64;
    let at = |time: f64| -> (Vec<f64>, Vec<f64>) {
        let value = |formula: &loom_formula::Expr| {
            let found = formula.eval(|name| (name == "t").then_some(time));
            found.unwrap_or(f64::NAN)
        };
        definition
            .history
            .iter()
            .map(|formula| (value(formula), value(&formula.derivative("t"))))
            .unzip()
    };
    let first = -(count as f64) * build.dt;
    let mut past = History::constant(first, &at(first).0);
    for k in (0..=count).rev() {
        let time = -(k as f64) * build.dt;
        let (values, rates) = at(time);
        past.push(time, &values, &rates);
    }
    past
}

/// What the pasts of a cloud take: values and rates at every step of what is kept.
pub fn bytes(definition: &Definition, build: &Build) -> Result<u64, SimError> {
    let keep = Lags::of(definition, &build.constants)?.keep;
    let nodes = (keep / build.dt).ceil().clamp(1.0, 1e12) as u64 + 2;
    let numbers = (build.particles * definition.dimension()) as u64;
    Ok(nodes.saturating_mul(numbers).saturating_mul(16))
}

/// Points of one orbit after so many periods, seen in all coordinates, and the orbit itself.
pub fn follow(
    definition: &Definition,
    build: &Build,
    count: usize,
    periods: f64,
) -> Result<Samples, SimError> {
    let count = count.clamp(1, POINTS);
    let lagged = Lagged::one(definition);
    let keep = lagged.lags(&build.constants)?.keep;
    let coordinates = &definition.coordinates;
    let lag = |c: &super::Coordinate| c.lag(&definition.system, &build.constants);
    let lags: Vec<f64> = coordinates.iter().map(lag).collect();
    let mut clock = Clock::new(build.dt);
    let mut point = build.initial.clone();
    let mut past = beginning(definition, build);
    let per_period = (definition.period / build.dt).max(1.0);
    let transient = (periods * per_period).min(MOST_STEPS / 2.0);
    let often = if periods > 0.0 { 20.0 } else { 200.0 };
    let stride = (per_period / often).clamp(1.0, (MOST_STEPS / count as f64).max(1.0)) as u64;
    let mut samples = Samples {
        dimension: coordinates.len(),
        values: Vec::with_capacity(count * coordinates.len()),
        record: None,
    };
    let mut times = Vec::with_capacity(count);
    let mut go = |point: &mut [f64], past: &mut History, steps: u64, keep: f64| {
        let span = Span { steps, keep };
        lagged.advance(
            point,
            past,
            &build.constants,
            &mut clock,
            span,
            &mut |_, _, _| Ok(()),
        )?;
        Ok::<bool, SimError>(point.iter().all(|x| x.is_finite()))
    };
    if go(&mut point, &mut past, transient as u64, keep)? {
        for _ in 0..count {
            let time = past.now();
            times.push(time);
            samples
                .values
                .extend(seen(coordinates, &lags, &past, time, 0, 1));
            if !go(&mut point, &mut past, stride, f64::INFINITY)? {
                past.back_to(time);
                break;
            }
        }
    }
    if times.is_empty() {
        past = History::constant(0.0, &build.initial);
        times.push(0.0);
        samples
            .values
            .extend(seen(coordinates, &lags, &past, 0.0, 0, 1));
    }
    samples.record = Some(Arc::new(Record { past, times }));
    Ok(samples)
}

/// The cloud's first state in blocks, and the past of each block.
pub fn cloud(
    definition: &Definition,
    build: &Build,
    samples: &Samples,
    seed: u64,
) -> Result<(Vec<f64>, Vec<History>), SimError> {
    let Some(record) = &samples.record else {
        return Err(SimError::other("A cloud of a delay system needs a past."));
    };
    let dimension = definition.dimension();
    let keep = Lags::of(definition, &build.constants)?.keep;
    let bytes = bytes(definition, build)?;
    if bytes > MOST_BYTES {
        return Err(SimError::TooLarge {
            needed: format!("{:.1} GiB", bytes as f64 / (1u64 << 30) as f64),
            allowed: "4 GiB".into(),
            remedy: "the past of every particle is kept; use fewer particles or a longer dt."
                .into(),
        });
    }
    let mut scatter = Scatter::new(
        samples,
        build.spread,
        seed,
        "attractors: start of the cloud",
    );
    let mut state = Vec::with_capacity(build.particles * dimension);
    let mut pasts = Vec::new();
    let count = (keep / build.dt).ceil().clamp(1.0, 1e7) as u64;
    for first in (0..build.particles).step_by(BLOCK) {
        let members = BLOCK.min(build.particles - first);
        let places: Vec<(f64, Vec<f64>)> = (0..members)
            .map(|_| {
                let (place, moved) = scatter.place();
                (record.times[place], moved)
            })
            .collect();
        let past = block(&record.past, &places, dimension, build.dt, count);
        state.extend_from_slice(past.values(past.len() - 1));
        pasts.push(past);
    }
    Ok((state, pasts))
}

/// The pasts of some members up to time 0: what the orbit did before each place, moved.
pub fn block(
    orbit: &History,
    places: &[(f64, Vec<f64>)],
    dimension: usize,
    dt: f64,
    count: u64,
) -> History {
    let members = places.len();
    let mut values = vec![0.0; dimension * members];
    let mut rates = values.clone();
    let mut past: Option<History> = None;
    for k in (0..=count).rev() {
        let time = -(k as f64) * dt;
        for (m, (at, moved)) in places.iter().enumerate() {
            for v in 0..dimension {
                values[v * members + m] = orbit.value(at + time, v) + moved[v];
                rates[v * members + m] = orbit.slope(at + time, v);
            }
        }
        match &mut past {
            None => {
                let mut first = History::constant(time, &values);
                first.push(time, &values, &rates);
                past = Some(first);
            }
            Some(past) => past.push(time, &values, &rates),
        }
    }
    past.unwrap_or_else(|| History::constant(0.0, &values))
}
