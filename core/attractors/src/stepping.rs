//! Compiled steps of a system: for one orbit, for a block of the cloud, and for a device.

use loom_formula::{Clock, EnsembleStepper, Scheme, Stepper, System, SystemKind};
use loom_sim::SimError;

use crate::definition::Definition;
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

/// Steps of one orbit.
#[derive(Debug)]
pub struct OrbitStepper(Stepper);

impl OrbitStepper {
    pub fn new(definition: &Definition) -> Self {
        let system = &definition.system;
        Self(Stepper::new(system, scheme(system)))
    }
    /// Makes `steps` steps and moves the clock.
    pub fn advance(
        &self,
        point: &mut [f64],
        constants: &[f64],
        clock: &mut Clock,
        steps: u64,
    ) -> Result<(), SimError> {
        self.0.run(point, clock, constants, steps).map_err(misfit)
    }
}

/// Steps of a block of the cloud, variable by variable.
#[derive(Debug)]
pub struct BlockStepper {
    step: EnsembleStepper,
    /// The right-hand sides themselves.
    rates: EnsembleStepper,
    map: bool,
}

impl BlockStepper {
    pub fn new(system: &System) -> Self {
        Self {
            step: EnsembleStepper::new(system, scheme(system)),
            rates: EnsembleStepper::new(system, Scheme::Iterate),
            map: system.kind() == SystemKind::Map,
        }
    }

    pub fn advance(
        &self,
        block: &mut [f64],
        members: usize,
        constants: &[f64],
        mut clock: Clock,
        steps: u64,
    ) -> Result<(), SimError> {
        self.step
            .run(block, members, &mut clock, constants, steps)
            .map_err(misfit)
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
