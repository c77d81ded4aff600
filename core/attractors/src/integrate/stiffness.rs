//! What is said of a stiff system under an explicit method, and of a step too long for its rates:
//! one wording and one test, whatever is measured.

use loom_formula::Clock;
use loom_sim::SimError;

use super::{Compiled, Method};
use crate::definition::Definition;
use crate::divergence;
use crate::settings::Build;
use crate::start::Samples;
use crate::stepping::OrbitStepper;

/// Where the negative real axis leaves the stability domain of the classical method.
const EDGE: f64 = 2.785;
/// Natural periods over which an orbit is tried, and the most steps for it.
const TRIED: f64 = 20.0;
const MOST_STEPS: u64 = 50_000;

/// An explicit method that takes steps as short as its stability asks.
pub fn too_short(method: Method, time: f64) -> String {
    format!(
        "This system is stiff near t = {time:.4}: {} takes steps as short as its stability asks, not its tolerance. Use --method bdf.",
        method.key()
    )
}

/// The fastest rate at a state, where it is too fast for a fixed step of this length.
fn too_fast(definition: &Definition, constants: &[f64], state: &[f64], dt: f64) -> Option<f64> {
    let samples = Samples {
        dimension: definition.dimension(),
        values: state.to_vec(),
        record: None,
    };
    let fastest = divergence::fastest(&definition.system, constants, &samples).ok()?;
    (!definition.is_map() && fastest * dt > EDGE).then_some(fastest)
}

/// What to do about an orbit that ran away with a fixed step: where the step is too long for the
/// fastest rate at the start, that is said.
pub fn advice(definition: &Definition, constants: &[f64], start: &[f64], dt: f64) -> String {
    match too_fast(definition, constants, start, dt) {
        Some(fastest) => format!(
            "its rates reach {fastest:.3} there, too fast for steps of {dt}. Use a smaller --dt, or --method bdf if it is stiff."
        ),
        None => "start elsewhere, change the parameters, or use a smaller dt.".into(),
    }
}

/// What a measurement by an explicit method says of a stiff system: an orbit is followed for some
/// periods from the build's initial state. None for maps, for delay systems and for the methods
/// that are made for stiff or for Hamiltonian systems.
///
/// # Errors
/// For a method that doesn't fit the system.
pub fn stiffness(definition: &Definition, build: &Build) -> Result<Option<String>, SimError> {
    if definition.is_map() || definition.has_delays() {
        return Ok(None);
    }
    let end = TRIED * definition.period;
    match build.method {
        Method::Rk4 => {
            let mut state = build.initial.clone();
            let mut clock = Clock::new(build.dt);
            let steps = (end / build.dt).ceil().min(MOST_STEPS as f64) as u64;
            OrbitStepper::new(definition).advance(
                &mut state,
                &build.constants,
                &mut clock,
                steps,
            )?;
            if state.iter().all(|x| x.is_finite()) {
                return Ok(None);
            }
            let found = too_fast(definition, &build.constants, &build.initial, build.dt);
            Ok(found.map(|fastest| {
                format!(
                    "From here the orbit runs away with steps of {}: its rates reach {fastest:.3}. Use a smaller --dt, or --method bdf if the system is stiff.",
                    build.dt
                )
            }))
        }
        Method::Tsit5 | Method::Dop853 => {
            let compiled = Compiled::new(definition, 0, &build.constants, &build.manner())?;
            let follower = compiled.with(&build.constants)?;
            let mut path = follower.start(0.0, &build.initial)?;
            while path.time() < end && path.steps() < MOST_STEPS && path.stiff_near().is_none() {
                if path.advance().is_err() {
                    break;
                }
            }
            let found = path.stiff_near();
            Ok(found.map(|time| too_short(build.method, time)))
        }
        _ => Ok(None),
    }
}
