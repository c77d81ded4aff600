//! What the probes of a continuous automaton see at every step: means, extremes, one point.

use loom_sim::{Parameter, ParameterKind, ProbeKind, ProbeSpec, Recorder, Series, SimError, Value};

use super::field::Field;
use super::law::Law;

/// Samples that a probe keeps.
const SAMPLES: usize = 8192;

/// A series that grows while a run goes on.
#[derive(Clone, Debug)]
pub(crate) struct Watch {
    kind: Kind,
    recorder: Recorder,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Mass,
    Extremes,
    /// A place from the middle of the grid.
    Point([i64; 2]),
}

impl Watch {
    pub fn kinds() -> Vec<ProbeKind> {
        let kind = |key: &str, name: &str, help: &str, parameters: Vec<Parameter>| ProbeKind {
            key: key.into(),
            name: name.into(),
            help: help.into(),
            parameters,
        };
        let place = |key: &str, name: &str| {
            let mut at = Parameter::integer(key, "", name, 0, -128, 128).unit("cells");
            if let ParameterKind::Integer { hard, .. } = &mut at.kind {
                *hard = Some((-(1 << 24), 1 << 24));
            }
            at.help("From the middle of the grid.")
        };
        vec![
            kind(
                "mass",
                "Mean and mass",
                "The mean of each species, and its sum over all cells.",
                Vec::new(),
            ),
            kind(
                "extremes",
                "Extremes",
                "The least and the greatest value of each species.",
                Vec::new(),
            ),
            kind(
                "point",
                "One point",
                "Every species at one cell, step by step.",
                vec![place("x", "Column"), place("y", "Row")],
            ),
        ]
    }

    pub fn new(probe: &ProbeSpec, law: &Law) -> Result<Self, SimError> {
        let at = |key: &str| {
            probe
                .settings
                .get(key)
                .and_then(Value::as_integer)
                .unwrap_or(0)
        };
        let kind = match probe.kind.as_str() {
            "mass" => Kind::Mass,
            "extremes" => Kind::Extremes,
            "point" => Kind::Point([at("x"), at("y")]),
            other => {
                return Err(SimError::Unknown {
                    what: "probe",
                    name: other.to_owned(),
                    hint: "; fields have the probes mass, extremes and point.".into(),
                });
            }
        };
        let columns: Vec<String> = law
            .species
            .iter()
            .flat_map(|s| match kind {
                Kind::Mass => vec![format!("Mean of {s}"), format!("Mass of {s}")],
                Kind::Extremes => vec![format!("Least {s}"), format!("Greatest {s}")],
                Kind::Point(_) => vec![s.clone()],
            })
            .collect();
        let columns: Vec<(&str, &str)> = columns.iter().map(|c| (c.as_str(), "")).collect();
        Ok(Self {
            kind,
            recorder: Recorder::new(("t", "time units"), &columns, SAMPLES),
        })
    }

    /// Whether the next sample is kept.
    pub fn wants(&self) -> bool {
        self.recorder.wants()
    }

    /// Counts a step whose sample isn't wanted.
    pub fn skip(&mut self, time: f64) {
        self.recorder.push(time, &[]);
    }

    /// Takes a sample.
    pub fn look(&mut self, field: &Field, time: f64) {
        let cells = field.cells() as f64;
        let values: Vec<f64> = (0..field.species())
            .flat_map(|s| match self.kind {
                Kind::Mass => {
                    let sum = field.summary(s).sum;
                    vec![sum / cells, sum]
                }
                Kind::Extremes => {
                    let all = field.summary(s);
                    vec![all.least, all.greatest]
                }
                Kind::Point([x, y]) => {
                    let place = |c: i64, count: usize| {
                        (c + count as i64 / 2).rem_euclid(count as i64) as usize
                    };
                    vec![field.at(s, place(x, field.width()), place(y, field.height()))]
                }
            })
            .collect();
        self.recorder.push(time, &values);
    }

    /// Forgets what came after a time.
    pub fn back_to(&mut self, time: f64) {
        self.recorder.truncate(time);
    }

    pub fn series(&self) -> Series {
        self.recorder.series().clone()
    }
}
