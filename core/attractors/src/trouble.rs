//! Where a run breaks: an orbit or a particle that is no longer a finite number, and what is said
//! of it.

use loom_sim::SimError;

use crate::delay::History;
use crate::motion::Motion;

/// Where the orbits went.
pub(crate) struct Followed {
    /// Step by step, orbit by orbit, in all coordinates.
    pub path: Vec<f64>,
    /// Of a delay system, each orbit's past.
    pub pasts: Vec<History>,
    pub trouble: Option<Trouble>,
}

/// Where a run breaks.
pub(crate) struct Trouble {
    /// Steps that can still be made.
    pub good: u64,
    pub variable: usize,
    pub value: f64,
    pub what: &'static str,
}

impl Motion {
    pub(crate) fn broken_particle(&self, good: u64) -> Result<Trouble, SimError> {
        let (dimension, members) = (self.definition.dimension(), self.cloud.members());
        let particles = self.cloud.particles()?;
        let value = |m, v| particles.get(dimension, members, m, v);
        let first = (0..members)
            .flat_map(|m| (0..dimension).map(move |v| (m, v)))
            .find(|(m, v)| !value(*m, *v).is_finite());
        let (variable, value) = first.map_or((0, f64::NAN), |(m, v)| (v, value(m, v)));
        Ok(Trouble {
            good,
            variable,
            value,
            what: "a particle of the cloud",
        })
    }

    pub(crate) fn blow_up(&self, trouble: &Trouble) -> SimError {
        let names = self.definition.system.variables();
        let step = self.timing.step + 1;
        let time = self.timing.after(1);
        let when = if self.definition.is_map() {
            step.to_string()
        } else {
            format!("{step} (t = {time:.6})")
        };
        SimError::BlewUp {
            step: when,
            variable: format!(
                "{} of {}",
                names
                    .get(trouble.variable)
                    .map_or("a variable", String::as_str),
                trouble.what
            ),
            value: if trouble.value.is_nan() {
                "not a number".into()
            } else {
                "infinite".into()
            },
            remedy: if self.noise > 0.0 {
                "lower the noise, which may throw orbits out of where they are drawn in; the run stands at the step before.".into()
            } else if self.definition.is_map() {
                "bring the parameters back; the run stands at the step before.".into()
            } else {
                "bring the parameters back or lower dt; the run stands at the step before.".into()
            },
        }
    }
}
