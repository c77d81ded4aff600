//! What the probes of a world see: its population and how much of it changes, its density and
//! entropy, and single cells.

use loom_sim::parameter::complete;
use loom_sim::{Parameter, ProbeKind, ProbeSpec, Recorder, Series, SimError, Value};
use num_bigint::BigInt;
use num_traits::{One, ToPrimitive};

use crate::engine::{Inside, changes};
use crate::measures::{cells, entropy};
use crate::rule::Family;
use crate::world::World;

/// Samples that a probe keeps.
const SAMPLES: usize = 8192;

/// The furthest place of a watched cell.
const FARTHEST: i64 = 1 << 40;

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
    /// Cells that are not in state 0 among all of the grid, or of the rectangle that holds them.
    Density,
    /// Entropy of the states of single cells there.
    Entropy,
    /// The state of one cell.
    Cell([i64; 2]),
}

impl Watch {
    pub(crate) fn kinds() -> Vec<ProbeKind> {
        let kind = |key: &str, name: &str, help: &str, parameters| ProbeKind {
            key: key.into(),
            name: name.into(),
            help: help.into(),
            parameters,
        };
        let place = |key: &str, name: &str, help: &str| {
            Parameter::integer(key, "", name, 0, -FARTHEST, FARTHEST)
                .unit("cells")
                .help(help)
        };
        vec![
            kind(
                "population",
                "Population",
                "Live cells over the generations.",
                Vec::new(),
            ),
            kind(
                "activity",
                "Births and deaths",
                "Cells that come alive and cells that die in each generation.",
                Vec::new(),
            ),
            kind(
                "density",
                "Density",
                "Live cells among all of the grid, or of the rectangle that holds them where it is unbounded.",
                Vec::new(),
            ),
            kind(
                "entropy",
                "Entropy of single cells",
                "Bits that the state of a cell carries if only the density of each state is known.",
                Vec::new(),
            ),
            kind(
                "cell",
                "One cell",
                "The state of one cell, generation by generation.",
                vec![
                    place(
                        "x",
                        "Column",
                        "The middle of a bounded grid is 0; east is positive.",
                    ),
                    place(
                        "y",
                        "Row",
                        "The middle of a bounded grid is 0; south is positive.",
                    ),
                ],
            ),
        ]
    }

    pub(crate) fn new(probe: &ProbeSpec) -> Result<Self, SimError> {
        let abscissa = ("generation", "generations");
        let kinds = Self::kinds();
        let declared = kinds.iter().find(|kind| kind.key == probe.kind);
        // How a plot is ruled may stand beside what the probe is told.
        let mut given = probe.settings.clone();
        given.retain(|key, _| !key.starts_with("axis_"));
        let settings = match declared {
            Some(kind) => complete(&kind.parameters, &given)?,
            None => given,
        };
        let at = |key: &str| settings.get(key).and_then(Value::as_integer).unwrap_or(0);
        let (kind, columns): (_, Vec<(&str, &str)>) = match probe.kind.as_str() {
            "population" => (Kind::Population, vec![("Population", "cells")]),
            "activity" => (
                Kind::Activity,
                vec![("Births", "cells"), ("Deaths", "cells")],
            ),
            "density" => (Kind::Density, vec![("Density", "")]),
            "entropy" => (Kind::Entropy, vec![("Entropy", "bits")]),
            "cell" => (Kind::Cell([at("x"), at("y")]), vec![("State", "")]),
            other => {
                let known: Vec<&str> = kinds.iter().map(|kind| kind.key.as_str()).collect();
                return Err(SimError::Unknown {
                    what: "probe",
                    name: other.to_owned(),
                    hint: format!("; cells have the probes {}.", known.join(", ")),
                });
            }
        };
        Ok(Self {
            kind,
            recorder: Recorder::new(abscissa, &columns, SAMPLES),
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
            Kind::Density => {
                let counts = counts(world)?;
                let all: f64 = counts.iter().sum();
                let density = 1.0 - counts.first().copied().unwrap_or(0.0) / all.max(1.0);
                self.recorder.push(at, &[density]);
            }
            Kind::Entropy => {
                let entropy = entropy::of_counts(counts(world)?);
                self.recorder.push(at, &[entropy]);
            }
            Kind::Cell([x, y]) => {
                let state = world.state(&BigInt::from(x), &BigInt::from(y))?;
                self.recorder.push(at, &[f64::from(state)]);
            }
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

/// Cells in each state from 0 on: of the present row of a rule of one dimension, of the grid, or of
/// the rectangle that holds what lives.
fn counts(world: &World) -> Result<Vec<f64>, SimError> {
    let mut counts = vec![0.0];
    if matches!(world.rule().family, Family::Line(_)) {
        let cells = cells::Cells::of(world)?;
        counts.resize(world.rule().states(), 0.0);
        for cell in &cells.data {
            counts[usize::from(*cell)] += 1.0;
        }
        return Ok(counts);
    }
    let real = |n: &num_bigint::BigUint| n.to_f64().unwrap_or(f64::INFINITY);
    let all = match world.area() {
        Some(area) => area as f64,
        None => world
            .bounds()?
            .map_or(1.0, |(_, _, w, h)| real(&w) * real(&h)),
    };
    counts.extend(world.counts()?.iter().map(|(_, count)| real(count)));
    counts[0] = (all - counts.iter().sum::<f64>()).max(0.0);
    Ok(counts)
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
