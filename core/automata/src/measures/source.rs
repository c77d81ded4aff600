//! What a measure starts from: the world at hand, its settings, and the report's common parts.

use std::fmt::Write as _;
use std::ops::Deref;
use std::time::Instant;

use loom_sim::analysis::{Analysis, Job, Subject};
use loom_sim::parameter::complete;
use loom_sim::{
    Model, Parameter, Place, Quantity, Report, Science, Settings, SimError, Uncertainty, Value,
};
use num_bigint::BigUint;

use super::cells::Cells;
use crate::pattern::grid_corner;
use crate::rule::{Rule, Topology};
use crate::science::{Automata, KEY};
use crate::start;
use crate::state::State;
use crate::world::{Means, World};

/// A rule that is measured, and the settings.
#[derive(Debug)]
pub(super) struct Basis {
    /// The model that the rule came from.
    pub model: Model,
    /// The rule with its grid.
    pub rule: Rule,
    /// The settings, checked and complete.
    pub settings: Settings,
    begun: Instant,
}

/// A world that is measured.
#[derive(Debug)]
pub(super) struct Source {
    basis: Basis,
    /// The cells as they stand.
    pub world: World,
}

impl Deref for Source {
    type Target = Basis;

    fn deref(&self) -> &Basis {
        &self.basis
    }
}

/// Whether a model is an automaton of discrete states.
pub(super) fn fits(model: &Model) -> bool {
    model.science == KEY && !crate::flow::science::knows(model)
}

/// The rule that a model names; nothing where it can't be read.
pub(super) fn rule(model: &Model) -> Option<Rule> {
    start::rule(model, &start::settings(model).ok()?).ok()
}

/// The model of a subject and the state in which it is taken.
fn taken(subject: &Subject) -> Result<(&Model, Option<&State>), SimError> {
    let Subject::State { model, capture } = subject else {
        return Err(SimError::other("This measures the cells of an automaton."));
    };
    let state = match capture {
        Some(capture) => Some(capture.get::<State>()?),
        None => None,
    };
    Ok((model, state))
}

/// The grid of a rule of one dimension that keeps the present row and the one before it.
fn two_rows(rule: &Rule) -> Option<Topology> {
    let (width, height) = (rule.topology.sides().0, 2);
    if rule.dimensions() != 1 {
        return None;
    }
    Some(match rule.topology {
        _ if width == 0 => Topology::Strip {
            width,
            height,
            wraps: false,
        },
        Topology::Torus { .. } | Topology::Strip { wraps: true, .. } => {
            Topology::Torus { width, height }
        }
        _ => Topology::Bounded { width, height },
    })
}

/// The present row alone on another grid: a run of any length takes no more memory.
fn without_past(world: &World, topology: Topology, memory: u64) -> Result<World, SimError> {
    let rule = world.rule().on(topology);
    let mut pattern = Cells::of(world)?.pattern();
    let (_, top) = grid_corner(topology);
    pattern.position = pattern.position.map(|(x, _)| (x, top));
    pattern.generation.clone_from(world.generation());
    let means = Means {
        threads: 1,
        memory,
        ..Means::default()
    };
    Ok(World::new(rule, &pattern, means)?)
}

impl Source {
    /// Reads a subject, and completes the settings of an analysis.
    pub fn new(
        analysis: &dyn Analysis,
        subject: &Subject,
        settings: &Settings,
        job: &Job,
    ) -> Result<Self, SimError> {
        let basis = Basis::new(analysis, subject, settings)?;
        let (model, state) = taken(subject)?;
        let place = Place::Cpu {
            threads: job.threads,
        };
        let mut world = start::world(model, &start::settings(model)?, &place)?;
        if let Some(state) = state {
            world.restore(&state.kept)?;
        }
        if let Some(topology) = two_rows(&basis.rule) {
            world = without_past(&world, topology, basis.memory())?;
        }
        Ok(Self { basis, world })
    }

    /// Goes on by one generation, or fails where the job is cancelled.
    pub fn step(&mut self, job: &Job) -> Result<(), SimError> {
        step(&mut self.world, job)
    }
}

impl Basis {
    /// Reads the rule of a subject, and completes the settings of an analysis.
    pub fn new(
        analysis: &dyn Analysis,
        subject: &Subject,
        settings: &Settings,
    ) -> Result<Self, SimError> {
        let begun = Instant::now();
        let (model, state) = taken(subject)?;
        let settings = complete(&analysis.declared(model, settings), settings)?;
        let rule = match state {
            Some(state) => state.kept.rule(),
            None => start::rule(model, &start::settings(model)?)?,
        };
        Ok(Self {
            model: model.clone(),
            rule,
            settings,
            begun,
        })
    }

    /// Whether the cells fill a grid, rather than lying on a plane or row without end.
    pub fn is_bounded(&self) -> bool {
        match self.rule.dimensions() {
            1 => self.rule.topology.sides().0 > 0,
            _ => self.rule.topology.cells().is_some(),
        }
    }

    /// A whole number among the settings.
    pub fn integer(&self, key: &str) -> i64 {
        self.settings
            .get(key)
            .and_then(Value::as_integer)
            .unwrap_or(0)
    }

    /// A whole number that counts something.
    pub fn count(&self, key: &str) -> usize {
        self.integer(key).max(0) as usize
    }

    /// A real number among the settings.
    pub fn real(&self, key: &str) -> f64 {
        self.settings
            .get(key)
            .and_then(Value::as_real)
            .unwrap_or(0.0)
    }

    /// A choice among the settings.
    pub fn text(&self, key: &str) -> String {
        self.settings
            .get(key)
            .map_or(String::new(), ToString::to_string)
    }

    /// Memory that a world may take, in bytes.
    pub fn memory(&self) -> u64 {
        let settings = start::settings(&self.model).unwrap_or_default();
        start::means(&settings, &Place::Cpu { threads: 1 }).memory
    }

    /// The report with what all reports have.
    pub fn report(&self, analysis: &dyn Analysis) -> Report {
        Report {
            title: analysis.name().into(),
            citation: analysis.citation().into(),
            settings: self.settings.clone(),
            seconds: self.begun.elapsed().as_secs_f64(),
            command: self.command(analysis),
            ..Report::default()
        }
    }

    /// The command line that measures the same from the beginning of the run.
    fn command(&self, analysis: &dyn Analysis) -> String {
        let run = Automata.command(&self.model);
        let run = run.replace("automata run", "automata analyse");
        let mut line = run
            .strip_suffix(" --generations 1000")
            .unwrap_or(&run)
            .to_owned();
        // Writing to a String cannot fail.
        let _ = write!(line, " --measure {}", analysis.key());
        let usual = analysis.declared(&self.model, &self.settings);
        for (key, value) in &self.settings {
            let same = usual.iter().any(|p| p.key == *key && p.default == *value);
            if !same {
                let _ = write!(line, " --set {key}={value}");
            }
        }
        if self.model.seed != 0 && !line.contains(" --seed ") {
            let _ = write!(line, " --seed {}", self.model.seed);
        }
        line
    }
}

/// One generation of a world, or the error that the job has been cancelled.
pub(super) fn step(world: &mut World, job: &Job) -> Result<(), SimError> {
    advance(world, 1, job)
}

/// So many generations of a world, or the error that the job has been cancelled.
pub(super) fn advance(world: &mut World, generations: u64, job: &Job) -> Result<(), SimError> {
    job.check()?;
    let wanted = BigUint::from(generations);
    let done = world.advance(&wanted, &mut || job.check().is_err())?;
    if done < wanted {
        job.check()?;
        return Err(SimError::other("The run stopped before its time."));
    }
    Ok(())
}

/// The parameter that says how many generations are run.
pub(super) fn generations(default: i64, most: i64, help: &str) -> Parameter {
    Parameter::integer("generations", "n", "Generations", default, 1, most)
        .unit("generations")
        .help(help)
}

/// The parameter that says how many cells of a soup live.
pub(super) fn density() -> Parameter {
    Parameter::real("density", "ρ", "Density", 0.5, 0.0, 1.0)
        .hard(0.0, 1.0)
        .help("The chance of a cell not to be in state 0 at the start.")
}

/// The parameter that says for how long soups run before cells are changed.
pub(super) fn before() -> Parameter {
    Parameter::integer("before", "", "Generations before", 0, 0, 100_000)
        .unit("generations")
        .help("Soups run so long before cells are changed, to come to their usual state.")
}

/// A real number with its standard error; none can be stated where that is not a number.
pub(super) fn measured(key: &str, name: &str, value: f64, error: f64) -> Quantity {
    let error = if error.is_finite() {
        Uncertainty::StandardError(error)
    } else {
        Uncertainty::Unknown("too few samples for an error".into())
    };
    Quantity::real(key, name, value, error)
}

/// A real number that comes from whole ones by one rounding.
pub(super) fn rounded(key: &str, name: &str, value: f64) -> Quantity {
    let bound = value.abs() * f64::EPSILON;
    Quantity::real(key, name, value, Uncertainty::Bound(bound))
}
