//! What a measure starts from: the world at hand, its settings, and the report's common parts.

use std::fmt::Write as _;
use std::time::Instant;

use loom_sim::analysis::{Analysis, Job, Subject};
use loom_sim::parameter::complete;
use loom_sim::{
    Model, Parameter, Place, Quantity, Report, Science, Settings, SimError, Uncertainty, Value,
};
use num_bigint::BigUint;

use crate::rule::Rule;
use crate::science::{Automata, KEY};
use crate::start;
use crate::state::State;
use crate::world::World;

/// The world that is measured.
#[derive(Debug)]
pub(super) struct Source {
    /// The model that the world came from.
    pub model: Model,
    /// Its rule with its grid.
    pub rule: Rule,
    /// The cells as they stand.
    pub world: World,
    /// The settings, checked and complete.
    pub settings: Settings,
    begun: Instant,
}

/// Whether a model is an automaton of discrete states.
pub(super) fn fits(model: &Model) -> bool {
    model.science == KEY && !crate::flow::science::knows(model)
}

/// The rule that a model names; nothing where it can't be read.
pub(super) fn rule(model: &Model) -> Option<Rule> {
    start::rule(model, &start::settings(model).ok()?).ok()
}

impl Source {
    /// Reads a subject, and completes the settings of an analysis.
    pub fn new(
        analysis: &dyn Analysis,
        subject: &Subject,
        settings: &Settings,
        job: &Job,
    ) -> Result<Self, SimError> {
        let begun = Instant::now();
        let Subject::State { model, capture } = subject else {
            return Err(SimError::other("This measures the cells of an automaton."));
        };
        let settings = complete(&analysis.declared(model, settings), settings)?;
        let place = Place::Cpu {
            threads: job.threads,
        };
        let mut world = start::world(model, &start::settings(model)?, &place)?;
        if let Some(capture) = capture {
            world.restore(&capture.get::<State>()?.kept)?;
        }
        Ok(Self {
            model: model.clone(),
            rule: world.rule(),
            world,
            settings,
            begun,
        })
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

    /// Goes on by one generation, or fails where the job is cancelled.
    pub fn step(&mut self, job: &Job) -> Result<(), SimError> {
        step(&mut self.world, job)
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
