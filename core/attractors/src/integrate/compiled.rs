//! A method compiled for a system: shared by threads, bound to parameters, and then the start of
//! any number of orbits, with tangent vectors beside them where they are asked for.

use std::sync::Arc;

use loom_sim::SimError;

use super::{Fixed, Gauss, Integrator, Manner, Method, Path, Split, Stiff, stiff};
use crate::definition::Definition;
use crate::stepping::needs_past;

/// A method that is ready for any parameters.
#[derive(Debug)]
pub struct Compiled {
    engine: Engine<Arc<stiff::Form>>,
    /// Numbers of a state, the vectors' too.
    rows: usize,
}

/// A method at some parameters: starts any number of orbits.
#[derive(Debug)]
pub struct Follower {
    engine: Engine<Box<Stiff>>,
    constants: Vec<f64>,
}

/// What follows; a stiff method has its parameters built in once it is bound to them.
#[derive(Debug)]
enum Engine<S> {
    Fixed(Arc<Fixed>),
    Explicit(Arc<Integrator>),
    Split(Arc<Split>),
    Gauss(Arc<Gauss>),
    Stiff(S),
}

impl Compiled {
    /// For a system with so many tangent vectors w beside the orbit, w' = J·w. Maps are iterated,
    /// whatever the method.
    ///
    /// # Errors
    /// For a tolerance or a step that can't be, a method for noise, a delay system, and a
    /// symplectic method on a system that is not Hamiltonian at these constants.
    pub fn new(
        definition: &Definition,
        vectors: usize,
        constants: &[f64],
        manner: &Manner,
    ) -> Result<Self, SimError> {
        if definition.has_delays() {
            return Err(needs_past());
        }
        let method = manner.method;
        if method.is_noisy() {
            return Err(SimError::other(format!(
                "{} is made for noise: give --noise with it, or another method.",
                method.key()
            )));
        }
        let wide = || definition.system.variational(vectors);
        let engine = if definition.is_map() {
            Engine::Fixed(Arc::new(Fixed::new(&wide(), 1.0)))
        } else if method.has_fixed_steps() {
            let dt = manner.dt;
            if !(dt > 0.0 && dt.is_finite()) {
                return Err(SimError::other(format!(
                    "The step {dt} is no number above 0."
                )));
            }
            match method {
                Method::Symplectic4 | Method::Symplectic6 => Engine::Split(Arc::new(Split::new(
                    definition, vectors, constants, method, dt,
                )?)),
                Method::Gauss4 => {
                    Engine::Gauss(Arc::new(Gauss::new(definition, vectors, constants, dt)?))
                }
                _ => Engine::Fixed(Arc::new(Fixed::new(&wide(), dt))),
            }
        } else if method.is_stiff() {
            let shortest = 1e-16 * definition.period;
            let form = stiff::Form::new(&wide(), method, manner.tolerance, shortest)?;
            Engine::Stiff(Arc::new(form))
        } else {
            Engine::Explicit(Arc::new(Integrator::new(
                &wide(),
                method,
                manner.tolerance,
            )?))
        };
        Ok(Self {
            engine,
            rows: definition.dimension() * (vectors + 1),
        })
    }

    /// Numbers of a state, the vectors' too.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// At these parameters.
    pub fn with(&self, constants: &[f64]) -> Result<Follower, SimError> {
        let engine = match &self.engine {
            Engine::Fixed(fixed) => Engine::Fixed(fixed.clone()),
            Engine::Explicit(integrator) => Engine::Explicit(integrator.clone()),
            Engine::Split(split) => Engine::Split(split.clone()),
            Engine::Gauss(gauss) => Engine::Gauss(gauss.clone()),
            Engine::Stiff(form) => Engine::Stiff(Box::new(Stiff::new(form, constants)?)),
        };
        Ok(Follower {
            engine,
            constants: constants.to_vec(),
        })
    }
}

impl Follower {
    /// Compiles what the method needs. Maps are iterated, whatever the method.
    ///
    /// # Errors
    /// As [`Compiled::new`].
    pub fn new(
        definition: &Definition,
        constants: &[f64],
        manner: &Manner,
    ) -> Result<Self, SimError> {
        Compiled::new(definition, 0, constants, manner)?.with(constants)
    }

    /// Begins at a time and a state.
    pub fn start(&self, time: f64, state: &[f64]) -> Result<Box<dyn Path + '_>, SimError> {
        let constants = &self.constants;
        Ok(match &self.engine {
            Engine::Fixed(fixed) => Box::new(fixed.start(time, state, constants)?),
            Engine::Explicit(integrator) => Box::new(integrator.start(time, state, constants)?),
            Engine::Split(split) => Box::new(split.start(time, state, constants)?),
            Engine::Gauss(gauss) => Box::new(gauss.start(time, state, constants)?),
            Engine::Stiff(stiff) => stiff.start(time, state)?,
        })
    }
}
