//! Fixed steps of a delay system, of one orbit or of a block of them: Runge and Kutta's step, whose
//! rates take what was from the history, and each new state into it.
//!
//! The compiled step gets the delayed values of its beginning, middle and end as further inputs. A
//! step longer than a delay would need what it is about to compute; it is made in shorter ones.

use std::sync::Arc;

use loom_formula::{Clock, EnsembleStepper, Rates, RatesRun, Run, Scheme, Stepper, System};
use loom_sim::SimError;

use super::History;
use crate::definition::Definition;

/// Shorter steps that one step may be made of.
const MOST_PARTS: f64 = 4096.0;

/// How far back a system looks.
#[derive(Clone, Debug, PartialEq)]
pub struct Lags {
    /// In the order of the system's delays.
    pub values: Vec<f64>,
    /// How much of the past is worth keeping: what the longest delay reads, now or with the
    /// parameters at their upper ends, and what is drawn of it.
    pub keep: f64,
}

impl Lags {
    /// How far back a system looks at these parameters.
    ///
    /// # Errors
    /// For a delay that isn't above 0.
    pub fn of(definition: &Definition, constants: &[f64]) -> Result<Self, SimError> {
        Self::with(&definition.system, constants, reach(definition))
    }

    fn with(
        system: &System,
        constants: &[f64],
        (far, drawn): (f64, f64),
    ) -> Result<Self, SimError> {
        let values = system.delay_values(constants).map_err(SimError::other)?;
        let longest = values.iter().copied().fold(0.0, f64::max);
        Ok(Self {
            values,
            keep: (longest * drawn).max(far),
        })
    }

    pub fn longest(&self) -> f64 {
        self.values.iter().copied().fold(0.0, f64::max)
    }
    pub fn shortest(&self) -> f64 {
        self.values.iter().copied().fold(f64::INFINITY, f64::min)
    }
}

/// Compiled steps of a delay system.
#[derive(Debug)]
pub struct Lagged {
    system: Arc<System>,
    engine: Engine,
    /// The longest delay with the parameters at their defaults and at their upper ends.
    far: f64,
    /// Multiples of the longest delay that can be drawn.
    drawn: f64,
}

#[derive(Debug)]
enum Engine {
    One(Box<Stepper>, Box<Rates>),
    Many(Box<EnsembleStepper>, Box<EnsembleStepper>),
}

/// How many steps, and how much of the past is kept on the way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span {
    pub steps: u64,
    /// What is older is forgotten.
    pub keep: f64,
}

/// What is told after each step: the time, the state and the past.
pub type Each<'a> = &'a mut dyn FnMut(f64, &[f64], &History) -> Result<(), SimError>;

impl Lagged {
    /// For one orbit at a time.
    pub fn one(definition: &Definition) -> Self {
        let (far, drawn) = reach(definition);
        let system = definition.system.clone();
        Self {
            engine: one(&system),
            system,
            far,
            drawn,
        }
    }

    /// For blocks of many orbits.
    pub fn many(definition: &Definition) -> Self {
        let (far, drawn) = reach(definition);
        Self {
            far,
            drawn,
            ..Self::of(definition.system.clone())
        }
    }

    /// For blocks of many orbits of a bare system.
    pub fn of(system: Arc<System>) -> Self {
        Self {
            engine: Engine::Many(
                Box::new(EnsembleStepper::new(&system, Scheme::Rk4)),
                Box::new(EnsembleStepper::new(&system, Scheme::Iterate)),
            ),
            system,
            far: 0.0,
            drawn: 1.0,
        }
    }

    /// How far back the system looks at these parameters.
    ///
    /// # Errors
    /// For a delay that isn't above 0.
    pub fn lags(&self, constants: &[f64]) -> Result<Lags, SimError> {
        Lags::with(&self.system, constants, (self.far, self.drawn))
    }

    /// Makes steps from where the clock stands. `state` is variable by variable over the members,
    /// as the history has it.
    pub fn advance(
        &self,
        state: &mut [f64],
        past: &mut History,
        constants: &[f64],
        clock: &mut Clock,
        span: Span,
        each: Each<'_>,
    ) -> Result<(), SimError> {
        let Span { steps, keep } = span;
        let members = state.len() / self.system.dimension();
        let lags = self.lags(constants)?;
        let parts = (clock.dt / lags.shortest() * (1.0 - 1e-9)).ceil().max(1.0);
        if parts > MOST_PARTS {
            return Err(SimError::other(format!(
                "The shortest delay, {}, is less than a {MOST_PARTS}th of the step {}: lower dt.",
                lags.shortest(),
                clock.dt
            )));
        }
        let parts = parts as u64;
        let mut walk = Walk {
            system: &self.system,
            lags: &lags.values,
            members,
            begun: vec![0.0; self.system.delays().len() * members],
            delayed: vec![0.0; 3 * self.system.delays().len() * members],
            rate: vec![0.0; state.len()],
        };
        let begin = *clock;
        let mut going = self.going(constants, begin, state)?;
        walk.look(past, begin.time());
        going.rates(begin.time(), state, &walk.begun, &mut walk.rate)?;
        let node = past.len() - 1;
        if past.values(node) != state || past.rates(node) != walk.rate {
            past.push(begin.time(), state, &walk.rate);
        }
        for number in 0..steps {
            let from = Clock {
                step: begin.step + number,
                ..begin
            };
            let to = Clock {
                step: from.step + 1,
                ..begin
            };
            if parts == 1 {
                walk.step(past, state, &mut going, from, to.time(), keep)?;
            } else {
                let inner = Clock::starting_at(from.time(), begin.dt / parts as f64);
                let mut going = self.going(constants, inner, state)?;
                for part in 0..parts {
                    let now = Clock {
                        step: part,
                        ..inner
                    };
                    let next = Clock {
                        step: part + 1,
                        ..inner
                    };
                    let end = if part + 1 == parts {
                        to.time()
                    } else {
                        next.time()
                    };
                    walk.step(past, state, &mut going, now, end, keep)?;
                }
            }
            each(to.time(), state, past)?;
        }
        clock.step = begin.step + steps;
        Ok(())
    }

    fn going<'a>(
        &'a self,
        constants: &'a [f64],
        clock: Clock,
        state: &[f64],
    ) -> Result<Going<'a>, SimError> {
        Ok(match &self.engine {
            Engine::One(step, rates) => {
                let mut rows = state.to_vec();
                rows.resize(step.rows(), 0.0);
                Going::One {
                    run: Box::new(
                        step.start(&rows, clock, constants)
                            .map_err(SimError::other)?,
                    ),
                    rates: Box::new(rates.start(constants).map_err(SimError::other)?),
                    rows: Vec::new(),
                }
            }
            Engine::Many(step, rates) => Going::Many {
                step,
                rates,
                constants,
                rows: Vec::new(),
            },
        })
    }
}

fn one(system: &System) -> Engine {
    Engine::One(
        Box::new(Stepper::new(system, Scheme::Rk4)),
        Box::new(Rates::new(system)),
    )
}

/// The longest delay that the parameters' ranges allow, and how much of it can be drawn.
fn reach(definition: &Definition) -> (f64, f64) {
    let drawn = definition
        .coordinates
        .iter()
        .map(|c| c.multiple)
        .fold(1.0, f64::max);
    let longest = |values: Vec<f64>| {
        let found = definition.system.delay_values(&values).unwrap_or_default();
        found.into_iter().fold(0.0, f64::max)
    };
    let usual = longest(definition.values());
    let most = longest(definition.parameters.iter().map(|p| p.high).collect());
    // A range of a parameter that isn't meant for the delay may make it absurd.
    ((usual.max(most.min(8.0 * usual))) * drawn, drawn)
}

/// What is looked up during a call.
struct Walk<'a> {
    system: &'a System,
    lags: &'a [f64],
    members: usize,
    /// Delayed values where the next step begins.
    begun: Vec<f64>,
    /// Those of a step's beginning, middle and end.
    delayed: Vec<f64>,
    rate: Vec<f64>,
}

impl Walk<'_> {
    /// The delayed values at a time, into `begun`.
    fn look(&mut self, past: &History, time: f64) {
        let rows = self.begun.chunks_exact_mut(self.members);
        look(self.system, self.lags, past, time, rows);
    }

    fn step(
        &mut self,
        past: &mut History,
        state: &mut [f64],
        going: &mut Going<'_>,
        clock: Clock,
        to: f64,
        keep: f64,
    ) -> Result<(), SimError> {
        let from = clock.time();
        let size = self.begun.len();
        let (begin, rest) = self.delayed.split_at_mut(size);
        let (middle, end) = rest.split_at_mut(size);
        begin.copy_from_slice(&self.begun);
        for (part, time) in [(middle, 0.5 * (from + to)), (&mut *end, to)] {
            let rows = part.chunks_exact_mut(self.members);
            look(self.system, self.lags, past, time, rows);
        }
        self.begun.copy_from_slice(end);
        going.step(clock, state, &self.delayed)?;
        going.rates(to, state, &self.begun, &mut self.rate)?;
        past.advance(to, state, &self.rate, keep);
        Ok(())
    }
}

fn look<'a>(
    system: &System,
    lags: &[f64],
    past: &History,
    time: f64,
    rows: impl Iterator<Item = &'a mut [f64]>,
) {
    for ((delayed, lag), row) in system.delays().iter().zip(lags).zip(rows) {
        let first = delayed.variable * row.len();
        past.read(time - lag, first, row);
    }
}

/// A run under way.
enum Going<'a> {
    One {
        run: Box<Run<'a>>,
        rates: Box<RatesRun<'a>>,
        rows: Vec<f64>,
    },
    Many {
        step: &'a EnsembleStepper,
        rates: &'a EnsembleStepper,
        constants: &'a [f64],
        rows: Vec<f64>,
    },
}

impl Going<'_> {
    fn step(&mut self, clock: Clock, state: &mut [f64], delayed: &[f64]) -> Result<(), SimError> {
        match self {
            Self::One { run, .. } => {
                run.step_delayed(delayed);
                state.copy_from_slice(run.state());
            }
            Self::Many {
                step,
                constants,
                rows,
                ..
            } => {
                let members = state.len() / step.dimension();
                rows.clear();
                rows.extend_from_slice(state);
                rows.extend_from_slice(delayed);
                step.run(rows, members, &mut clock.clone(), constants, 1)
                    .map_err(SimError::other)?;
                state.copy_from_slice(&rows[..state.len()]);
            }
        }
        Ok(())
    }

    fn rates(
        &mut self,
        time: f64,
        state: &[f64],
        delayed: &[f64],
        out: &mut [f64],
    ) -> Result<(), SimError> {
        match self {
            Self::One { rates, rows, .. } => {
                rows.clear();
                rows.extend_from_slice(state);
                rows.extend_from_slice(delayed);
                rates.at(time, rows, out);
            }
            Self::Many {
                rates,
                constants,
                rows,
                ..
            } => {
                let members = state.len() / rates.dimension();
                rows.clear();
                rows.extend_from_slice(state);
                rows.extend_from_slice(delayed);
                let mut clock = Clock::starting_at(time, 1.0);
                rates
                    .run(rows, members, &mut clock, constants, 1)
                    .map_err(SimError::other)?;
                out.copy_from_slice(&rows[..state.len()]);
            }
        }
        Ok(())
    }
}

impl std::fmt::Debug for Going<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Going")
    }
}
