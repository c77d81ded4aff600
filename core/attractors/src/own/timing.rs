//! How fast a system is that nobody has measured: a step, a period and a start on what it comes
//! to, from an orbit whose integrator chooses its steps.

use loom_sim::{Job, SimError};

use crate::definition::Definition;
use crate::integrate::{Integrator, Method};
use crate::invariants;

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
    let integrator = Integrator::new(definition, Method::Dop853, 1e-6)?;
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
