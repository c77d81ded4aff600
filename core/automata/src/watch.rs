//! What the probes of a world see: its population, and how much of it changes.

use loom_sim::{ProbeKind, Recorder, Series, SimError};
use num_traits::{One, ToPrimitive};

use crate::engine::{Inside, changes};
use crate::world::World;

/// Samples that a probe keeps.
const SAMPLES: usize = 8192;

/// A series that grows while a world runs.
#[derive(Clone, Debug)]
pub(crate) struct Watch {
    kind: Kind,
    recorder: Recorder,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Population,
    Activity,
}

impl Watch {
    pub(crate) fn kinds() -> Vec<ProbeKind> {
        let kind = |key: &str, name: &str, help: &str| ProbeKind {
            key: key.into(),
            name: name.into(),
            help: help.into(),
            parameters: Vec::new(),
        };
        vec![
            kind(
                "population",
                "Population",
                "Live cells over the generations.",
            ),
            kind(
                "activity",
                "Births and deaths",
                "Cells that come alive and cells that die in each generation.",
            ),
        ]
    }

    pub(crate) fn new(kind: &str) -> Result<Self, SimError> {
        let abscissa = ("generation", "generations");
        let (kind, columns): (_, &[(&str, &str)]) = match kind {
            "population" => (Kind::Population, &[("Population", "cells")]),
            "activity" => (Kind::Activity, &[("Births", "cells"), ("Deaths", "cells")]),
            other => {
                return Err(SimError::Unknown {
                    what: "probe",
                    name: other.to_owned(),
                    hint: "; cells have the probes population and activity.".into(),
                });
            }
        };
        Ok(Self {
            kind,
            recorder: Recorder::new(abscissa, columns, SAMPLES),
        })
    }

    /// Takes a sample of the present generation.
    pub(crate) fn look(&mut self, world: &World) -> Result<(), SimError> {
        let at = world.generation().to_f64().unwrap_or(f64::MAX);
        if !self.recorder.wants() {
            self.recorder.push(at, &[]);
            return Ok(());
        }
        let real = |n: num_bigint::BigUint| n.to_f64().unwrap_or(f64::INFINITY);
        match self.kind {
            Kind::Population => {
                let population = real(world.population()?);
                self.recorder.push(at, &[population]);
            }
            Kind::Activity => match world.last_changes() {
                Some((births, deaths)) => {
                    self.recorder.push(at, &[real(births), real(deaths)]);
                }
                // Nothing is known before the first generation and after a leap of many; a
                // tree's next generation is cheap to see.
                None => {
                    if let Some((births, deaths)) = ahead(world) {
                        self.recorder.push(at, &[births, deaths]);
                    }
                }
            },
        }
        Ok(())
    }

    /// Forgets what came after the world's present generation.
    pub(crate) fn back_to(&mut self, world: &World) {
        let now = world.generation().to_f64().unwrap_or(f64::MAX);
        self.recorder.truncate(now);
    }

    pub(crate) fn series(&self) -> Series {
        self.recorder.series().clone()
    }
}

/// Births and deaths in the generation to come, for a tree.
fn ahead(world: &World) -> Option<(f64, f64)> {
    let Inside::Tree(universe) = world.inside() else {
        return None;
    };
    let mut next = universe.clone();
    next.advance(&One::one(), &mut || false).ok()?;
    let (births, deaths) = changes(universe, &next)?;
    Some((births.to_f64()?, deaths.to_f64()?))
}
