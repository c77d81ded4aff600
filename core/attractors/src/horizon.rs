//! The horizon: how long the followed orbit can be believed.
//!
//! Beside the orbit that every run has goes a second one that differs by the error of reckoning
//! alone: of a flow it takes two Runge–Kutta steps of half the length for each step, of a map it
//! starts one unit in the last place of a variable away. Where the two have parted by one part in
//! a hundred of the attractor's size, the orbit that is drawn is one of the system's, but no
//! longer the one that began at the start (E. N. Lorenz 1963, Deterministic nonperiodic flow).
//! Under noise both are pushed by the same random numbers.

use loom_sim::SimError;
use loom_sim::yardstick::{Horizon, Yardstick};

use crate::motion::Motion;
use crate::trail::Orbit;

/// Apart by so much of the attractor's size, the orbits have parted.
const PART: f64 = 0.01;

/// The second orbit.
#[derive(Clone, Debug, PartialEq)]
pub struct Shadow {
    pub point: Vec<f64>,
    /// When the two had parted. From then on it is not followed.
    pub parted: Option<f64>,
}

impl Shadow {
    /// Beside an orbit that begins at a state.
    pub fn new(start: &[f64], map: bool) -> Self {
        let mut point = start.to_vec();
        if map && let Some(x) = point.first_mut() {
            *x = x.next_up();
        }
        Self {
            point,
            parted: None,
        }
    }
    /// Beside the first of some orbits from where that is now.
    pub fn beside(orbits: &[Orbit]) -> Self {
        Self {
            point: orbits.first().map_or_else(Vec::new, |o| o.point.clone()),
            parted: None,
        }
    }
}

impl Motion {
    /// Follows the second orbit over the steps that the first has made: `path` holds the states
    /// of all followed orbits, `row` numbers a step.
    pub(crate) fn follow_shadow(
        &mut self,
        path: &[f64],
        row: usize,
        steps: u64,
    ) -> Result<(), SimError> {
        let dimension = self.definition.dimension();
        let threshold = PART * self.size;
        if self.definition.has_delays() {
            // Its state is a stretch of its past: no second orbit goes beside it.
            return Ok(());
        }
        for step in 0..steps {
            if self.shadow.parted.is_some() {
                return Ok(());
            }
            let parts = if self.definition.is_map() { 1 } else { 2 };
            let mut point = std::mem::take(&mut self.shadow.point);
            let number = self.orbits.first().map_or(0, |o| o.number);
            self.step_orbit(&mut point, number, step, parts)?;
            self.shadow.point = point;
            let ours = &path[step as usize * row..][..dimension];
            let squares = ours
                .iter()
                .zip(&self.shadow.point)
                .map(|(a, b)| (a - b).powi(2));
            let distance = squares.sum::<f64>().sqrt();
            // An orbit that ran away has parted too.
            if distance.is_nan() || distance > threshold {
                self.shadow.parted = Some(self.timing.after(step + 1));
            }
        }
        Ok(())
    }

    /// What is told of the time at which the two have parted.
    pub(crate) fn told_horizon(&self) -> Option<Horizon> {
        let time = self.shadow.parted?;
        let words = if self.definition.is_map() {
            format!(
                "Horizon: starts one rounding apart differ by 1 % of the size from n = {time} on"
            )
        } else {
            let dt = self.timing.dt;
            format!(
                "Horizon: steps of {} and {} differ by 1 % of the size from t = {} on",
                short(dt),
                short(0.5 * dt),
                short(time)
            )
        };
        Some(Horizon { time, words })
    }

    /// The Lyapunov time, as long as the parameters are those at which the catalogue's exponents
    /// were measured and the first is above twice its error.
    pub(crate) fn lyapunov_time(&self) -> Option<Yardstick> {
        let measured = self.definition.measured.as_ref()?;
        let usual = self.definition.values();
        if self.constants != usual {
            return None;
        }
        let exponent = *measured.spectrum.first()?;
        let error = measured.standard_error.first().copied().unwrap_or(0.0);
        (exponent > 2.0 * error && exponent > 0.0).then(|| Yardstick {
            name: "Lyapunov times".into(),
            length: 1.0 / exponent,
            rate: format!("λ₁ = {}", short(exponent)),
        })
    }
}

/// Three figures.
fn short(x: f64) -> String {
    let places = (2.0 - x.abs().max(1e-12).log10().floor()).clamp(0.0, 12.0) as usize;
    let text = format!("{x:.places$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}
