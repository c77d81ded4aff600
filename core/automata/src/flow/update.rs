//! A law's formulas, compiled, and applied to rows of cells.

use loom_formula::{Clock, EnsembleRun, EnsembleStepper, Scheme, System};
use loom_sim::SimError;

use super::law::TIME_STEP;

/// Formulas that take the species and what was gathered, and give the species anew.
#[derive(Debug)]
pub(crate) struct Update {
    stepper: EnsembleStepper,
    /// Constants that a run is given, in order.
    constants: Vec<String>,
}

impl Update {
    pub fn new(system: &System, inputs: &[String]) -> Self {
        let names: Vec<&str> = inputs.iter().map(String::as_str).collect();
        let constants = system.parameters().iter();
        Self {
            stepper: EnsembleStepper::with_member_parameters(system, Scheme::Iterate, &names),
            constants: constants
                .filter(|name| !inputs.contains(name))
                .cloned()
                .collect(),
        }
    }

    /// What runs: "machine code, AVX-512".
    pub fn backend(&self) -> String {
        self.stepper.backend().to_string()
    }

    /// The values of the constants in the formulas' order. A name that has no value is NaN,
    /// which the run then reports.
    pub fn values(&self, dt: f64, value: &dyn Fn(&str) -> Option<f64>) -> Vec<f64> {
        let one = |name: &String| match name.as_str() {
            TIME_STEP => dt,
            name => value(name).unwrap_or(f64::NAN),
        };
        self.constants.iter().map(one).collect()
    }

    /// The formulas with these constants in place, for a clock that starts and runs so.
    pub fn formulas(&self, clock: Clock, values: &[f64]) -> Result<Formulas<'_>, SimError> {
        let run = self.stepper.start(clock, values).map_err(SimError::other)?;
        Ok(Formulas {
            run,
            group: self.stepper.group().max(1),
        })
    }
}

/// Formulas with constants in place; each thread has its own.
#[derive(Clone, Debug)]
pub(crate) struct Formulas<'a> {
    run: EnsembleRun<'a>,
    group: usize,
}

impl Formulas<'_> {
    /// Members that go through them at once.
    pub fn group(&self) -> usize {
        self.group
    }

    /// Applies them to a block at a step: species, then what was gathered, each a row of `width`
    /// values. The species' rows are replaced.
    pub fn apply(&mut self, block: &mut [f64], width: usize, step: u64) -> Result<(), SimError> {
        let mut columns = loom_formula::Columns::new(block, width);
        self.run
            .advance(&mut columns, step, 1)
            .map_err(SimError::other)
    }
}
