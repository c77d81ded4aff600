//! Compiled steps of a system: for one orbit, for a block of the cloud, and for a device.

use loom_formula::{Clock, EnsembleStepper, Scheme, Stepper, System, SystemKind};
use loom_sim::SimError;

use crate::definition::Definition;
use crate::delay::{self, History, Lagged, Span};
use crate::integrate::{Compiled, Method};
use crate::settings::Build;
use crate::start::Samples;
use crate::state::Timing;

/// Runge and Kutta's classical step for flows, iteration for maps.
pub fn scheme(system: &System) -> Scheme {
    match system.kind() {
        SystemKind::Flow => Scheme::Rk4,
        SystemKind::Map => Scheme::Iterate,
    }
}

/// The formula's clock at a moment of a run.
pub fn clock(timing: &Timing) -> Clock {
    Clock {
        start: timing.since_time,
        dt: timing.dt,
        step: timing.step - timing.since_step,
    }
}

/// Lengths that don't fit are a fault of this program, said as an error.
fn misfit(error: loom_formula::RunError) -> SimError {
    SimError::other(error)
}

/// Where an orbit stands: its variables, and in a delay system what they were before.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    pub point: Vec<f64>,
    pub past: Option<History>,
}

impl Standing {
    /// At the build's initial state at time 0.
    pub fn new(definition: &Definition, build: &Build) -> Self {
        Self {
            past: (definition.has_delays()).then(|| delay::beginning(definition, build)),
            point: build.initial.clone(),
        }
    }

    /// At a sample of the attractor, at time 0.
    pub fn at(samples: &Samples, number: usize) -> Self {
        let Some(record) = &samples.record else {
            return Self {
                point: samples.point(number).to_vec(),
                past: None,
            };
        };
        let mut past = record.past.clone();
        past.back_to(record.times[number]);
        Self {
            point: past.values(past.len() - 1).to_vec(),
            past: Some(past.moved_to(0.0)),
        }
    }
}

/// Steps of one orbit.
#[derive(Debug)]
pub struct OrbitStepper(Steps);

#[derive(Debug)]
enum Steps {
    Plain(Box<Stepper>),
    Lagged(Box<Lagged>),
    /// By a method other than the classical one.
    By(Box<BlockStepper>),
}

impl OrbitStepper {
    pub fn new(definition: &Definition) -> Self {
        let system = &definition.system;
        Self(if definition.has_delays() {
            Steps::Lagged(Box::new(Lagged::one(definition)))
        } else {
            Steps::Plain(Box::new(Stepper::new(system, scheme(system))))
        })
    }
    /// By the build's method, where that can follow the system: a delay system takes fixed steps.
    ///
    /// # Errors
    /// For a method that doesn't fit the system.
    pub fn by(definition: &Definition, build: &Build) -> Result<Self, SimError> {
        if definition.has_delays() || build.method == Method::Rk4 {
            return Ok(Self::new(definition));
        }
        let stepper = BlockStepper::by(definition, build, 0)?;
        Ok(Self(Steps::By(Box::new(stepper))))
    }
    /// Makes `steps` steps of any system and moves the clock.
    pub fn follow(
        &self,
        standing: &mut Standing,
        constants: &[f64],
        clock: &mut Clock,
        steps: u64,
    ) -> Result<(), SimError> {
        match (&self.0, &mut standing.past) {
            (Steps::Lagged(lagged), Some(past)) => {
                let keep = lagged.lags(constants)?.keep;
                let span = Span { steps, keep };
                let point = &mut standing.point;
                lagged.advance(point, past, constants, clock, span, &mut |_, _, _| Ok(()))
            }
            _ => self.advance(&mut standing.point, constants, clock, steps),
        }
    }
    /// The steps of a delay system.
    pub fn lagged(&self) -> Option<&Lagged> {
        match &self.0 {
            Steps::Plain(_) | Steps::By(_) => None,
            Steps::Lagged(lagged) => Some(lagged),
        }
    }
    /// Makes `steps` steps of a system without delays and moves the clock.
    pub fn advance(
        &self,
        point: &mut [f64],
        constants: &[f64],
        clock: &mut Clock,
        steps: u64,
    ) -> Result<(), SimError> {
        match &self.0 {
            Steps::Plain(stepper) => stepper.run(point, clock, constants, steps).map_err(misfit),
            Steps::By(stepper) => {
                stepper.advance(point, 1, constants, *clock, steps)?;
                clock.step += steps;
                Ok(())
            }
            Steps::Lagged(_) => Err(needs_past()),
        }
    }
}

/// What reads only the present can't follow a delay system.
pub fn needs_past() -> SimError {
    SimError::other(
        "This needs a state of a few numbers; a delay system's state is a stretch of its past.",
    )
}

/// Steps of a block of orbits, variable by variable: of the cloud, or of a measurement with
/// tangent vectors beside each.
#[derive(Debug)]
pub struct BlockStepper {
    step: BlockSteps,
    /// The right-hand sides themselves.
    rates: EnsembleStepper,
    map: bool,
}

#[derive(Debug)]
enum BlockSteps {
    Fixed(Box<EnsembleStepper>),
    /// Orbit after orbit, from the beginning of the steps to their end.
    By(Compiled),
}

impl BlockStepper {
    /// By fixed steps.
    pub fn new(system: &System) -> Self {
        Self {
            step: BlockSteps::Fixed(Box::new(EnsembleStepper::new(system, scheme(system)))),
            rates: EnsembleStepper::new(system, Scheme::Iterate),
            map: system.kind() == SystemKind::Map,
        }
    }

    /// By the build's method, with so many tangent vectors.
    ///
    /// # Errors
    /// For a method that doesn't fit the system.
    pub fn by(definition: &Definition, build: &Build, vectors: usize) -> Result<Self, SimError> {
        let wide = definition.system.variational(vectors);
        if definition.is_map() || build.method == Method::Rk4 {
            return Ok(Self::new(&wide));
        }
        let compiled = Compiled::new(definition, vectors, &build.constants, &build.manner())?;
        Ok(Self {
            step: BlockSteps::By(compiled),
            rates: EnsembleStepper::new(&wide, Scheme::Iterate),
            map: false,
        })
    }

    /// Makes `steps` steps; an orbit that runs away is no number from there.
    pub fn advance(
        &self,
        block: &mut [f64],
        members: usize,
        constants: &[f64],
        clock: Clock,
        steps: u64,
    ) -> Result<(), SimError> {
        self.go(block, members, constants, clock, steps).map(|_| ())
    }

    /// The same, where an orbit that runs away is an error.
    pub fn advance_all(
        &self,
        block: &mut [f64],
        members: usize,
        constants: &[f64],
        clock: Clock,
        steps: u64,
    ) -> Result<(), SimError> {
        self.go(block, members, constants, clock, steps)?
            .map_or(Ok(()), Err)
    }

    /// The first reason why an orbit could not be followed, by a method that tells one.
    fn go(
        &self,
        block: &mut [f64],
        members: usize,
        constants: &[f64],
        mut clock: Clock,
        steps: u64,
    ) -> Result<Option<SimError>, SimError> {
        let compiled = match &self.step {
            BlockSteps::Fixed(stepper) => {
                stepper
                    .run(block, members, &mut clock, constants, steps)
                    .map_err(misfit)?;
                return Ok(None);
            }
            BlockSteps::By(compiled) => compiled,
        };
        if steps == 0 {
            return Ok(None);
        }
        let follower = compiled.with(constants)?;
        let begin = clock.time();
        clock.step += steps;
        let mut state = vec![0.0; compiled.rows()];
        let mut trouble = None;
        for m in 0..members {
            let place = |v: usize| v * members + m;
            for (v, x) in state.iter_mut().enumerate() {
                *x = block[place(v)];
            }
            let reached = if state.iter().all(|x| x.is_finite()) {
                let from = state.clone();
                follower
                    .start(begin, &from)
                    .and_then(|mut path| path.reach(clock.time(), &mut state))
            } else {
                Ok(())
            };
            if let Err(error) = reached {
                state.fill(f64::NAN);
                trouble.get_or_insert(error);
            }
            for (v, x) in state.iter().enumerate() {
                block[place(v)] = *x;
            }
        }
        Ok(trouble)
    }

    /// The length of each member's rate of change; of its leap, for maps.
    pub fn speeds(
        &self,
        block: &[f64],
        members: usize,
        constants: &[f64],
        mut clock: Clock,
    ) -> Result<Vec<f64>, SimError> {
        let mut rates = block.to_vec();
        self.rates
            .run(&mut rates, members, &mut clock, constants, 1)
            .map_err(misfit)?;
        let mut squares = vec![0.0; members];
        for (row, at) in rates.chunks_exact(members).zip(block.chunks_exact(members)) {
            for ((sum, rate), x) in squares.iter_mut().zip(row).zip(at) {
                let d = if self.map { rate - x } else { *rate };
                *sum += d * d;
            }
        }
        Ok(squares.into_iter().map(f64::sqrt).collect())
    }
}
