//! How fast a system is that nobody has measured: a step, a period and a start on what it comes
//! to, from an orbit whose integrator chooses its steps.

use loom_sim::{Job, Settings, SimError};

use crate::definition::Definition;
use crate::delay::adaptive::{Adaptive, Before};
use crate::integrate::{Integrator, Method, Path as _};
use crate::invariants;
use crate::settings::Build;

/// Steps of the first orbit, which say how fast the system is.
const STEPS: u64 = 3000;
/// The longest orbit that is tried, in times that the first rates suggest.
const LONGEST: f64 = 1e9;

/// What was measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Timing {
    pub dt: f64,
    pub period: f64,
    pub spread: Option<f64>,
    /// A state after the transient.
    pub start: Vec<f64>,
}

/// The number that six figures say.
fn six_figures(x: f64) -> f64 {
    format!("{x:.5e}").parse().unwrap_or(x)
}

/// Of a delay system; its start stays, since on its attractor is a past and not a state.
fn lagged(mut found: Definition, constants: &[f64], job: &Job) -> Result<Timing, SimError> {
    let delays = found.system.delay_values(constants);
    let delays = delays.map_err(SimError::other)?;
    let longest = delays.iter().copied().fold(0.0, f64::max);
    let shortest = delays.iter().copied().fold(f64::INFINITY, f64::min);
    let start = found.initial.clone();
    let adaptive = Adaptive::new(&found, Method::Tsit5, 1e-6)?;
    let build = Build::new(&found, &Settings::new())?;
    let mut orbit = adaptive.start(&start, constants, Before::of(&found, &build))?;
    let mut time = 10.0 * longest;
    loop {
        job.check()?;
        orbit.at(time, &mut start.clone())?;
        if orbit.steps() >= STEPS || time >= LONGEST {
            break;
        }
        time *= 2.0;
    }
    let step = time / orbit.steps() as f64;
    drop(orbit);
    // Of order 5: about once in twenty steps.
    let turn = (20.0 * step).max(longest);
    found.period = turn;
    found.dt = six_figures((step / 4.0).min(shortest / 4.0));
    let (period, counted) = invariants::period(&found, job)?;
    found.period = if counted { period } else { turn };
    let dt = invariants::step(&found, job)?;
    Ok(Timing {
        dt: dt.unwrap_or(found.dt),
        period: six_figures(found.period),
        spread: None,
        start: start.into_iter().map(six_figures).collect(),
    })
}

/// Follows an orbit from the system's start and measures.
///
/// # Errors
/// When the orbit runs away, naming the variable and the time, or on cancellation.
pub fn measure(definition: &Definition, job: &Job) -> Result<Timing, SimError> {
    let mut found = definition.clone();
    if definition.is_map() {
        found.initial = invariants::settled(&found, job)?;
        return Ok(Timing {
            dt: 1.0,
            period: 1.0,
            spread: None,
            start: found.initial.into_iter().map(six_figures).collect(),
        });
    }
    let constants: Vec<f64> = definition.parameters.iter().map(|p| p.value).collect();
    if definition.has_delays() {
        return lagged(found, &constants, job);
    }
    let integrator = Integrator::new(&definition.system, Method::Dop853, 1e-6)?;
    let mut orbit = integrator.start(0.0, &definition.initial, &constants)?;
    let mut point = definition.initial.clone();
    let mut time = 1e-3;
    // Twice as far each time, until the steps are many enough to know their length.
    loop {
        job.check()?;
        orbit.at(time, &mut point)?;
        if orbit.steps() >= STEPS || time >= LONGEST {
            break;
        }
        time *= 2.0;
    }
    let step = time / orbit.steps() as f64;
    found.initial.clone_from(&point);
    // An orbit of so high an order turns about once in ten of its steps.
    found.period = 10.0 * step;
    found.dt = step / 10.0;
    let (period, counted) = invariants::period(&found, job)?;
    found.period = if counted { period } else { 10.0 * step };
    let dt = invariants::step(&found, job)?;
    Ok(Timing {
        dt: dt.unwrap_or(found.dt),
        period: found.period,
        spread: None,
        start: point.into_iter().map(six_figures).collect(),
    })
}
