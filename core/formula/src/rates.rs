//! The right-hand sides alone, at any time and state: what integrators with steps of their own
//! choice call.

use crate::backend::RunError;
use crate::clock::Clock;
use crate::program::Scheme;
use crate::stepper::{Run, Stepper};
use crate::system::System;

/// A system's right-hand sides, compiled.
///
/// ```
/// use loom_formula::{Rates, System};
/// let forced = System::parse("x' = v; v' = -k*x + cos(t)")?;
/// let rates = Rates::new(&forced);
/// let mut run = rates.start(&[2.0])?;
/// let mut rate = [0.0; 2];
/// run.at(0.0, &[3.0, 1.0], &mut rate);
/// assert_eq!(rate, [1.0, -5.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Rates {
    stepper: Stepper,
}

impl Rates {
    /// Compiles them; where no machine code can be had they are interpreted.
    pub fn new(system: &System) -> Rates {
        let stepper = Stepper::at_once(system, Scheme::Iterate);
        Rates { stepper }
    }

    /// Number of variables.
    pub fn dimension(&self) -> usize {
        self.stepper.dimension()
    }

    /// Takes the parameters, in the order of [`System::parameters`].
    ///
    /// # Errors
    /// If `params` has the wrong length.
    pub fn start(&self, params: &[f64]) -> Result<RatesRun<'_>, RunError> {
        // With steps of length 1 from 0 the number of the step is the time.
        let nowhere = vec![0.0; self.stepper.rows()];
        let run = self.stepper.start(&nowhere, Clock::new(1.0), params)?;
        Ok(RatesRun { run })
    }
}

/// Right-hand sides with parameters in place.
#[derive(Debug)]
pub struct RatesRun<'a> {
    run: Run<'a>,
}

impl RatesRun<'_> {
    /// The rates at a time and a state, one value for each variable in both; a system with delays
    /// takes the values of [`System::delays`] after those of the state.
    pub fn at(&mut self, time: f64, state: &[f64], rates: &mut [f64]) {
        self.run.place(state, time);
        self.run.advance(1);
        rates.copy_from_slice(self.run.state());
    }
}
