//! The frame of a method with fixed steps: where its orbit stands, how many steps it has taken,
//! and what is said when it runs away. The method itself is a [`Step`].

use loom_sim::SimError;

use super::{Path, fastest, stuck};

/// What one step of a method does.
pub trait Step {
    /// A step of length h from `old` into `new`; false where none can be made.
    fn step(&mut self, time: f64, h: f64, old: &[f64], new: &mut [f64]) -> bool;
    /// The rates that were seen last, variable by variable.
    fn slopes(&self) -> &[f64];
    /// The state so long after the beginning of the last step: a shorter step, as exact as the
    /// method. False where none can be made.
    fn within(&mut self, last: &Last<'_>, after: f64, out: &mut [f64]) -> bool {
        self.step(last.from, after, last.old, out)
    }
    /// Why no step can be made from a sound state, of which one variable changes fastest.
    fn reason(&self, time: f64, _h: f64, variable: &str) -> String {
        format!("{variable} runs away at t = {time:.6}.")
    }
}

/// The last step of a path.
pub struct Last<'a> {
    pub from: f64,
    pub h: f64,
    pub old: &'a [f64],
    pub new: &'a [f64],
}

/// An orbit under way by fixed steps.
#[derive(Debug)]
pub struct Paced<'a, S> {
    pub(super) method: S,
    names: &'a [String],
    begun: f64,
    dt: f64,
    taken: u64,
    state: Vec<f64>,
    old: Vec<f64>,
    work: Vec<f64>,
}

impl<'a, S: Step> Paced<'a, S> {
    /// At a time and a state, with steps of length `dt`.
    pub fn new(method: S, names: &'a [String], dt: f64, time: f64, state: &[f64]) -> Self {
        Self {
            method,
            names,
            begun: time,
            dt,
            taken: 0,
            state: state.to_vec(),
            old: state.to_vec(),
            work: state.to_vec(),
        }
    }

    fn after(&self, steps: u64) -> f64 {
        self.begun + steps as f64 * self.dt
    }
}

impl<S: Step> Path for Paced<'_, S> {
    fn advance(&mut self) -> Result<(), SimError> {
        let (time, h) = (self.after(self.taken), self.dt);
        let made = self.method.step(time, h, &self.state, &mut self.work);
        if !made || self.work.iter().any(|x| !x.is_finite()) {
            let seen = if made { &self.work } else { &self.state };
            let (step, end) = (self.taken + 1, self.after(self.taken + 1));
            let (method, names) = (&self.method, self.names);
            return Err(stuck(names, step, end, seen, method.slopes(), |v| {
                method.reason(time, h, names.get(v).map_or("a variable", String::as_str))
            }));
        }
        std::mem::swap(&mut self.old, &mut self.state);
        std::mem::swap(&mut self.state, &mut self.work);
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
        let from = self.before();
        if self.taken == 0 {
            out.copy_from_slice(&self.state);
            return Ok(());
        }
        let last = Last {
            from,
            h: self.dt,
            old: &self.old,
            new: &self.state,
        };
        if self.method.within(&last, (time - from).max(0.0), out) {
            Ok(())
        } else {
            let name = fastest(self.names, &self.old, self.method.slopes());
            Err(SimError::other(self.method.reason(from, self.dt, name)))
        }
    }
    fn steps(&self) -> u64 {
        self.taken
    }
    fn slack(&self) -> f64 {
        1e-9 * self.dt
    }
    fn fastest(&self) -> &str {
        fastest(self.names, &self.state, self.method.slopes())
    }
}
