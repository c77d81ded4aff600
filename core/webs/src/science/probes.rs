//! What can be watched while a web moves: energies, tensions, the load's way.

use std::sync::Arc;

use loom_sim::{Parameter, ProbeKind, ProbeSpec, Reading, Recorder, SimError};

use super::settings::integer;
use crate::mechanics::Mechanics;

/// Key of the probe of energies.
pub const ENERGY: &str = "energy";
/// Key of the probe of tensions.
const TENSION: &str = "tension";
/// Key of the probe of the load node's way.
const SWING: &str = "swing";

/// The probes that every web offers.
pub fn kinds() -> Vec<ProbeKind> {
    let every = Parameter::integer("every", "", "Steps between samples", 40, 1, 100_000)
        .help("Each sample costs about as much as a step.");
    let kind = |key: &str, name: &str, help: &str| ProbeKind {
        key: key.into(),
        name: name.into(),
        help: help.into(),
        parameters: vec![every.clone()],
    };
    vec![
        kind(
            ENERGY,
            "Energy",
            "Kinetic, elastic and gravitational energy, counted from the beginning.",
        ),
        kind(
            TENSION,
            "Tension",
            "The largest tension of a thread, and the mean over the taut ones.",
        ),
        kind(
            SWING,
            "Swing of the hub",
            "The way of the node that carries the load from where it began.",
        ),
    ]
}

/// An attached probe.
#[derive(Clone, Debug)]
pub struct Watch {
    pub spec: ProbeSpec,
    every: u64,
    recorder: Recorder,
}

/// What the energies and the way are counted from.
#[derive(Clone, Copy, Debug, Default)]
pub struct Origin {
    pub elastic: f64,
    pub gravitational: f64,
    pub place: [f64; 3],
}

impl Origin {
    /// The present state.
    pub fn of(web: &Mechanics) -> Self {
        let e = web.energies();
        let place = web.load_node().map_or([0.0; 3], |node| web.position(node));
        Self {
            elastic: e.elastic,
            gravitational: e.gravitational,
            place,
        }
    }
}

impl Watch {
    pub fn new(spec: &ProbeSpec) -> Result<Self, SimError> {
        let kind = kinds().into_iter().find(|k| k.key == spec.kind);
        let kind = kind.ok_or_else(|| SimError::Unknown {
            what: "probe",
            name: spec.kind.clone(),
            hint: "; a web has energy, tension and swing.".into(),
        })?;
        let values = loom_sim::parameter::complete(&kind.parameters, &spec.settings)?;
        let columns: &[(&str, &str)] = match spec.kind.as_str() {
            ENERGY => &[
                ("Kinetic", "µJ"),
                ("Elastic", "µJ"),
                ("Gravitational", "µJ"),
                ("Sum", "µJ"),
            ],
            TENSION => &[("Largest", "mN"), ("Mean", "mN")],
            _ => &[("x", "mm"), ("y", "mm"), ("z", "mm")],
        };
        let every = integer(&values, "every").max(1) as u64;
        Ok(Self {
            spec: spec.clone(),
            every,
            recorder: Recorder::new(("t", "ms"), columns, 8192),
        })
    }

    /// Sees the state after a step.
    pub fn see(&mut self, web: &Mechanics, origin: &Origin) {
        if !web.state().step.is_multiple_of(self.every) {
            return;
        }
        let time = 1e3 * web.time();
        if !self.recorder.wants() {
            self.recorder.push(time, &[0.0; 4]);
            return;
        }
        match self.spec.kind.as_str() {
            ENERGY => {
                let e = web.energies();
                let parts = [
                    e.kinetic,
                    e.elastic - origin.elastic,
                    e.gravitational - origin.gravitational,
                ];
                let [kinetic, elastic, gravitational] = parts.map(|j| 1e6 * j);
                let sum = kinetic + elastic + gravitational;
                self.recorder
                    .push(time, &[kinetic, elastic, gravitational, sum]);
            }
            TENSION => {
                let (mut most, mut sum, mut taut) = (0.0_f64, 0.0, 0_usize);
                for tension in web.tensions() {
                    most = most.max(tension);
                    sum += tension;
                    taut += usize::from(tension > 0.0);
                }
                self.recorder
                    .push(time, &[1e3 * most, 1e3 * sum / taut.max(1) as f64]);
            }
            _ => {
                let place = web.load_node().map_or(origin.place, |n| web.position(n));
                let way = crate::web::sub(place, origin.place);
                self.recorder.push(time, &way.map(|c| 1e3 * c));
            }
        }
    }

    /// Steps until the next sample after a step.
    pub fn due(&self, step: u64) -> u64 {
        self.every - step % self.every
    }

    /// Forgets what came after a time in ms.
    pub fn truncate(&mut self, time: f64) {
        self.recorder.truncate(time);
    }

    pub fn read(&self) -> Reading {
        Reading::Series(Arc::new(self.recorder.series().clone()))
    }
}
