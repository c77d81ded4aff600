//! Fixed steps: Runge and Kutta's classical method for flows, iteration for maps. Between the
//! ends of a step the state is a shorter step from its beginning, as exact as the method.

use loom_formula::{Rates, RatesRun};
use loom_sim::SimError;

use super::{Path, checked_state, stuck};
use crate::definition::Definition;

/// A system with the length of its steps.
#[derive(Debug)]
pub struct Fixed {
    rates: Rates,
    dt: f64,
    map: bool,
    names: Vec<String>,
}

impl Fixed {
    pub fn new(definition: &Definition, dt: f64) -> Self {
        Self {
            rates: Rates::new(&definition.system),
            dt,
            map: definition.is_map(),
            names: definition.system.variables().to_vec(),
        }
    }

    /// Begins at a time and a state.
    ///
    /// # Errors
    /// For a state or constants of the wrong number.
    pub fn start(
        &self,
        time: f64,
        state: &[f64],
        constants: &[f64],
    ) -> Result<FixedPath<'_>, SimError> {
        let n = self.rates.dimension();
        checked_state(state, n)?;
        Ok(FixedPath {
            of: self,
            rates: self.rates.start(constants).map_err(SimError::other)?,
            begun: time,
            taken: 0,
            state: state.to_vec(),
            old: state.to_vec(),
            stages: vec![0.0; 4 * n],
            work: vec![0.0; n],
        })
    }
}

/// A flow or a map under way.
#[derive(Debug)]
pub struct FixedPath<'a> {
    of: &'a Fixed,
    rates: RatesRun<'a>,
    begun: f64,
    taken: u64,
    state: Vec<f64>,
    old: Vec<f64>,
    stages: Vec<f64>,
    work: Vec<f64>,
}

impl FixedPath<'_> {
    fn after(&self, steps: u64) -> f64 {
        self.begun + steps as f64 * self.of.dt
    }

    /// A step of length h from `old` into `work`.
    fn step(&mut self, time: f64, h: f64) {
        let n = self.old.len();
        if self.of.map {
            self.rates.at(time, &self.old, &mut self.work);
            return;
        }
        for stage in 0..4 {
            let part = [0.0, 0.5, 0.5, 1.0][stage];
            let (done, rest) = self.stages.split_at_mut(stage * n);
            for v in 0..n {
                let slope = if stage > 0 {
                    done[(stage - 1) * n + v]
                } else {
                    0.0
                };
                self.work[v] = self.old[v] + part * h * slope;
            }
            self.rates.at(time + part * h, &self.work, &mut rest[..n]);
        }
        let k = &self.stages;
        for v in 0..n {
            let sum = k[v] + 2.0 * (k[n + v] + k[2 * n + v]) + k[3 * n + v];
            self.work[v] = self.old[v] + h / 6.0 * sum;
        }
    }
}

impl Path for FixedPath<'_> {
    fn advance(&mut self) -> Result<(), SimError> {
        self.old.copy_from_slice(&self.state);
        let time = self.after(self.taken);
        self.step(time, self.of.dt);
        if self.work.iter().any(|x| !x.is_finite()) {
            return Err(stuck(
                &self.of.names,
                self.taken + 1,
                self.after(self.taken + 1),
                &self.work,
                &self.stages[..self.work.len()],
                |v| format!("{} runs away at t = {time:.6}.", self.of.names[v]),
            ));
        }
        self.state.copy_from_slice(&self.work);
        self.taken += 1;
        Ok(())
    }
    fn time(&self) -> f64 {
        self.after(self.taken)
    }
    fn before(&self) -> f64 {
        self.after(self.taken.saturating_sub(1))
    }
    fn state(&self) -> &[f64] {
        &self.state
    }
    fn between(&mut self, time: f64, out: &mut [f64]) -> Result<(), SimError> {
        let before = self.before();
        if self.of.map || self.taken == 0 {
            out.copy_from_slice(&self.old);
            return Ok(());
        }
        self.step(before, (time - before).max(0.0));
        out.copy_from_slice(&self.work);
        Ok(())
    }
    fn steps(&self) -> u64 {
        self.taken
    }
    fn slack(&self) -> f64 {
        1e-9 * self.of.dt
    }
}
