//! The right-hand sides alone, at any time and state: what integrators with steps of their own
//! choice call.

use crate::backend::{RunError, check};
use crate::clock::Clock;
use crate::machine::{RatesCode, RatesRoom};
use crate::program::{Scheme, StepPlan};
use crate::stepper::{MOST_OPERATIONS, Run, Stepper};
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
    engine: Engine,
}

#[derive(Debug)]
enum Engine {
    /// Code of our own for this purpose.
    Own(Box<Own>),
    /// A step that gives the rates as the next state.
    Step(Box<Stepper>),
}

#[derive(Debug)]
struct Own {
    plan: StepPlan,
    code: RatesCode,
}

impl Rates {
    /// Compiles them; where no machine code can be had they are interpreted.
    pub fn new(system: &System) -> Rates {
        let plan = StepPlan::new(system, Scheme::Iterate, &[]);
        if plan.body.work() <= MOST_OPERATIONS
            && let Ok(code) = RatesCode::compile(&plan.body)
        {
            let engine = Engine::Own(Box::new(Own { plan, code }));
            return Rates { engine };
        }
        let stepper = Stepper::at_once(system, Scheme::Iterate);
        Rates {
            engine: Engine::Step(Box::new(stepper)),
        }
    }

    /// Number of variables.
    pub fn dimension(&self) -> usize {
        match &self.engine {
            Engine::Own(own) => own.plan.body.dimension,
            Engine::Step(stepper) => stepper.dimension(),
        }
    }

    /// Takes the parameters, in the order of [`System::parameters`].
    ///
    /// # Errors
    /// If `params` has the wrong length.
    pub fn start(&self, params: &[f64]) -> Result<RatesRun<'_>, RunError> {
        // With steps of length 1 from 0 the number of the step is the time.
        let run = match &self.engine {
            Engine::Own(own) => {
                let needed = own.plan.shared_parameters();
                check("list of parameters", params.len(), needed)?;
                let invariants = own.plan.invariants(params, 0.0, 1.0);
                let body = &own.plan.body;
                Running::Own(OwnRun {
                    code: &own.code,
                    room: own.code.room(&invariants),
                    state: vec![f64::NAN; body.rows],
                    rates: vec![f64::NAN; body.dimension],
                })
            }
            Engine::Step(stepper) => {
                let nowhere = vec![0.0; stepper.rows()];
                Running::Step(stepper.start(&nowhere, Clock::new(1.0), params)?)
            }
        };
        Ok(RatesRun { run })
    }
}

/// Right-hand sides with parameters in place.
#[derive(Debug)]
pub struct RatesRun<'a> {
    run: Running<'a>,
}

#[derive(Debug)]
enum Running<'a> {
    Own(OwnRun<'a>),
    Step(Run<'a>),
}

#[derive(Debug)]
struct OwnRun<'a> {
    code: &'a RatesCode,
    room: RatesRoom,
    /// For states and rates of another length than the system's.
    state: Vec<f64>,
    rates: Vec<f64>,
}

impl OwnRun<'_> {
    /// What isn't given is no number, and what there is no place for is dropped.
    #[cold]
    fn at_odds(&mut self, time: f64, state: &[f64], rates: &mut [f64]) {
        self.state.fill(f64::NAN);
        for (to, from) in self.state.iter_mut().zip(state) {
            *to = *from;
        }
        self.code
            .run(&mut self.room, time, &self.state, &mut self.rates);
        for (to, from) in rates.iter_mut().zip(&self.rates) {
            *to = *from;
        }
    }
}

impl RatesRun<'_> {
    /// The rates at a time and a state, one value for each variable in both; a system with delays
    /// takes the values of [`System::delays`] after those of the state. A past that isn't given is
    /// no number.
    #[inline]
    pub fn at(&mut self, time: f64, state: &[f64], rates: &mut [f64]) {
        match &mut self.run {
            Running::Own(own) => {
                if !own.code.run(&mut own.room, time, state, rates) {
                    own.at_odds(time, state, rates);
                }
            }
            Running::Step(run) => {
                run.place(state, time);
                run.advance(1);
                rates.copy_from_slice(run.state());
            }
        }
    }
}
