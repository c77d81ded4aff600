//! How large an attractor is and how fast its points move: what a view's scales are taken from.

use loom_sim::SimError;

use crate::definition::Definition;
use crate::delay;
use crate::running;
use crate::start::Samples;
use crate::state::Timing;
use crate::stepping::{self, BlockStepper};

/// The diagonal of the box around the attractor.
pub(crate) fn size(samples: &Samples) -> f64 {
    let squares = samples
        .extents()
        .into_iter()
        .map(|[low, high]| (high - low).powi(2));
    let size = squares.sum::<f64>().sqrt();
    if size > 0.0 { size } else { 1.0 }
}

/// The speeds at the attractor's points, sorted.
pub(crate) fn speeds(
    definition: &Definition,
    samples: &Samples,
    constants: &[f64],
) -> Result<Vec<f64>, SimError> {
    let mut speeds = match &samples.record {
        Some(record) => delay::speeds(record),
        None => speeds_along(definition, samples, constants)?,
    };
    speeds.retain(|s| s.is_finite());
    speeds.sort_by(f64::total_cmp);
    Ok(speeds)
}

/// The speeds between which 98 % of the attractor's points lie.
pub(crate) fn speed_range(
    definition: &Definition,
    samples: &Samples,
    constants: &[f64],
) -> Result<[f64; 2], SimError> {
    let sorted = speeds(definition, samples, constants)?;
    Ok(running::span(&sorted, [0.01, 0.99]))
}

fn speeds_along(
    definition: &Definition,
    samples: &Samples,
    constants: &[f64],
) -> Result<Vec<f64>, SimError> {
    let (members, dimension) = (samples.len(), definition.dimension());
    let mut block = vec![0.0; members * dimension];
    for m in 0..members {
        for (v, x) in samples.point(m).iter().enumerate() {
            block[v * members + m] = *x;
        }
    }
    let clock = stepping::clock(&Timing::new(definition.dt));
    BlockStepper::new(&definition.system).speeds(&block, members, constants, clock)
}
