//! Runge and Kutta's classical method for flows with a fixed step, iteration for maps.

use loom_formula::{Rates, RatesRun, System, SystemKind};
use loom_sim::SimError;

use super::paced::{Last, Paced, Step};
use super::{checked_state, names};

/// A system with the length of its steps.
#[derive(Debug)]
pub struct Fixed {
    rates: Rates,
    dt: f64,
    map: bool,
    names: Vec<String>,
}

impl Fixed {
    pub fn new(system: &System, dt: f64) -> Self {
        Self {
            rates: Rates::new(system),
            dt,
            map: system.kind() == SystemKind::Map,
            names: names(system),
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
    ) -> Result<Paced<'_, Classic<'_>>, SimError> {
        let n = self.rates.dimension();
        checked_state(state, n)?;
        let method = Classic {
            rates: self.rates.start(constants).map_err(SimError::other)?,
            map: self.map,
            stages: vec![0.0; 4 * n],
            work: vec![0.0; n],
        };
        Ok(Paced::new(method, &self.names, self.dt, time, state))
    }
}

/// The classical step, or an iteration.
#[derive(Debug)]
pub struct Classic<'a> {
    rates: RatesRun<'a>,
    map: bool,
    stages: Vec<f64>,
    work: Vec<f64>,
}

impl Step for Classic<'_> {
    fn step(&mut self, time: f64, h: f64, old: &[f64], new: &mut [f64]) -> bool {
        let n = old.len();
        if self.map {
            self.rates.at(time, old, new);
            return true;
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
                self.work[v] = old[v] + part * h * slope;
            }
            self.rates.at(time + part * h, &self.work, &mut rest[..n]);
        }
        let k = &self.stages;
        for v in 0..n {
            let sum = k[v] + 2.0 * (k[n + v] + k[2 * n + v]) + k[3 * n + v];
            new[v] = old[v] + h / 6.0 * sum;
        }
        true
    }
    fn slopes(&self) -> &[f64] {
        &self.stages[..self.work.len()]
    }
    /// Between two iterations a map stays where it was.
    fn within(&mut self, last: &Last<'_>, after: f64, out: &mut [f64]) -> bool {
        if self.map {
            out.copy_from_slice(last.old);
            return true;
        }
        self.step(last.from, after, last.old, out)
    }
}
