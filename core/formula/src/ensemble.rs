//! Ensembles: many trajectories of one system advanced together, several in each register.

use crate::backend::{Backend, CompileError, RunError, check};
use crate::clock::Clock;
use crate::columns::Columns;
use crate::machine::{EnsembleCode, EnsembleRoom};
use crate::program::{Scheme, StepPlan};
use crate::stepper::MOST_OPERATIONS;
use crate::system::System;
use crate::tape::Tape;

/// A system's step, compiled for ensembles.
///
/// The state is a structure of arrays, rows × members: all members' first variable, then all
/// members' second one, …. Each member gets the bits that [`crate::Stepper`] would give it,
/// whatever the back end, the number of members or of threads.
///
/// ```
/// use loom_formula::{Clock, EnsembleStepper, Scheme, System};
/// let henon = System::parse("x[n+1] = 1 - a*x[n]^2 + y[n]; y[n+1] = b*x[n]")?;
/// let stepper = EnsembleStepper::new(&henon, Scheme::Iterate);
/// let mut state = vec![0.1, 0.2, 0.3, /* y: */ 0.0, 0.0, 0.0];
/// let mut clock = Clock::new(1.0);
/// stepper.run(&mut state, 3, &mut clock, &[1.4, 0.3], 1)?;
/// assert_eq!(state[..3], [1.0 - 1.4 * (0.1 * 0.1), 1.0 - 1.4 * (0.2 * 0.2), 1.0 - 1.4 * (0.3 * 0.3)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct EnsembleStepper {
    plan: StepPlan,
    engine: Engine,
}

#[derive(Debug)]
enum Engine {
    Tape(Tape),
    Code(EnsembleCode),
}

/// Members that the tape takes through a step together.
const BLOCK: usize = 32;

/// Steps of more operations than this aren't given to Cranelift, which would take a second.
const MOST_FOR_CRANELIFT: usize = 10_000;

impl EnsembleStepper {
    /// The fastest back end of this machine: AVX-512, AVX2, Cranelift's two lanes, or the tape.
    pub fn new(system: &System, scheme: Scheme) -> EnsembleStepper {
        EnsembleStepper::with_member_parameters(system, scheme, &[])
    }

    /// As [`EnsembleStepper::new`], but the named parameters are given by each member: they are
    /// rows of the state after the variables, in the order named here, and are left out of
    /// `params`. Names that aren't parameters are ignored.
    pub fn with_member_parameters(
        system: &System,
        scheme: Scheme,
        names: &[&str],
    ) -> EnsembleStepper {
        for backend in [Backend::Avx512, Backend::Avx2, Backend::Cranelift] {
            if let Ok(stepper) = EnsembleStepper::with_backend(system, scheme, names, backend) {
                return stepper;
            }
        }
        EnsembleStepper::interpreted(system, scheme, names)
    }

    /// The interpreter, without trying to compile.
    pub fn interpreted(system: &System, scheme: Scheme, names: &[&str]) -> EnsembleStepper {
        let plan = StepPlan::new(system, scheme, &places(system, names));
        let engine = Engine::Tape(Tape::new(&plan.body.program));
        EnsembleStepper { plan, engine }
    }

    /// A back end of one's choice.
    ///
    /// # Errors
    /// If this processor lacks it or no machine code can be made.
    pub fn with_backend(
        system: &System,
        scheme: Scheme,
        names: &[&str],
        backend: Backend,
    ) -> Result<EnsembleStepper, CompileError> {
        if backend == Backend::Tape {
            return Ok(EnsembleStepper::interpreted(system, scheme, names));
        }
        let plan = StepPlan::new(system, scheme, &places(system, names));
        let work = plan.body.work();
        if work > MOST_OPERATIONS || backend == Backend::Cranelift && work > MOST_FOR_CRANELIFT {
            return Err(CompileError::new(format!("a step takes {work} operations")));
        }
        let engine = Engine::Code(EnsembleCode::compile(&plan.body, backend)?);
        Ok(EnsembleStepper { plan, engine })
    }

    /// What runs.
    pub fn backend(&self) -> Backend {
        match &self.engine {
            Engine::Tape(_) => Backend::Tape,
            Engine::Code(code) => code.backend(),
        }
    }

    /// Number of variables.
    pub fn dimension(&self) -> usize {
        self.plan.body.dimension
    }

    /// Rows of the state: the variables, then the parameters given by each member, then the
    /// delayed values of each moment of a step ([`System::delayed_rows`]).
    pub fn rows(&self) -> usize {
        self.plan.body.rows
    }

    /// How many parameters a run is given.
    pub fn parameters(&self) -> usize {
        self.plan.shared_parameters()
    }

    /// Advances all members by `steps` steps and moves the clock.
    ///
    /// # Errors
    /// If `state` isn't rows × `members` long or `params` has the wrong length; nothing has
    /// changed then.
    pub fn run(
        &self,
        state: &mut [f64],
        members: usize,
        clock: &mut Clock,
        params: &[f64],
        steps: u64,
    ) -> Result<(), RunError> {
        self.run_threads(state, members, clock, params, steps, 1)
    }

    /// As [`EnsembleStepper::run`], on up to `threads` threads. The result is the same.
    pub fn run_threads(
        &self,
        state: &mut [f64],
        members: usize,
        clock: &mut Clock,
        params: &[f64],
        steps: u64,
        threads: usize,
    ) -> Result<(), RunError> {
        check(
            "state",
            state.len(),
            members.saturating_mul(self.plan.body.rows),
        )?;
        let mut rest = Columns::new(state, members);
        let group = self.group();
        let groups = members.div_ceil(group);
        let threads = threads.clamp(1, groups.max(1));
        if threads == 1 {
            self.run_columns(&mut rest, *clock, params, steps)?;
        } else {
            check(
                "list of parameters",
                params.len(),
                self.plan.shared_parameters(),
            )?;
            let at = *clock;
            std::thread::scope(|scope| {
                for thread in 0..threads {
                    let left = threads - thread;
                    let share = rest.members().div_ceil(group).div_ceil(left) * group;
                    let (mut mine, others) = rest.split_at(share);
                    rest = others;
                    if left == 1 {
                        // The caller's own thread takes the last share.
                        let _ = self.run_columns(&mut mine, at, params, steps);
                    } else {
                        scope.spawn(move || {
                            let _ = self.run_columns(&mut mine, at, params, steps);
                        });
                    }
                }
            });
        }
        clock.step = clock.step.saturating_add(steps);
        Ok(())
    }

    /// Advances a range of members: the way to spread an ensemble over a thread pool. `clock` is
    /// where all of them stand.
    pub fn run_columns(
        &self,
        columns: &mut Columns<'_>,
        clock: Clock,
        params: &[f64],
        steps: u64,
    ) -> Result<(), RunError> {
        check("state", columns.rows(), self.plan.body.rows)?;
        self.start(clock, params)?
            .advance(columns, clock.step, steps)
    }

    /// Takes the parameters and the length of the steps, for many calls with few members each.
    ///
    /// # Errors
    /// If `params` has the wrong length.
    pub fn start(&self, clock: Clock, params: &[f64]) -> Result<EnsembleRun<'_>, RunError> {
        check(
            "list of parameters",
            params.len(),
            self.plan.shared_parameters(),
        )?;
        let invariants = self.plan.invariants(params, clock.start, clock.dt);
        Ok(EnsembleRun {
            stepper: self,
            room: match &self.engine {
                Engine::Tape(_) => Room::Tape(invariants),
                Engine::Code(code) => Room::Code(code.room(invariants)),
            },
        })
    }

    /// Members that go through a step together: shares of threads are multiples of it.
    pub fn group(&self) -> usize {
        match &self.engine {
            Engine::Tape(_) => BLOCK,
            Engine::Code(code) => code.group(),
        }
    }

    fn run_tape(
        &self,
        tape: &Tape,
        columns: &mut Columns<'_>,
        step: u64,
        invariants: &[f64],
        steps: u64,
    ) {
        let body = &self.plan.body;
        let mut work = tape.work::<BLOCK>();
        let mut next = vec![[0_u64; BLOCK]; body.carried()];
        for first in (0..columns.members()).step_by(BLOCK) {
            let count = BLOCK.min(columns.members() - first);
            for row in 0..body.rows {
                for lane in 0..BLOCK {
                    let member = first + lane.min(count - 1);
                    work.slots[row][lane] = columns.get(row, member).to_bits();
                }
            }
            if body.counts {
                work.slots[body.rows] = [(step as f64).to_bits(); BLOCK];
            }
            for (slot, value) in work.slots[body.carried()..].iter_mut().zip(invariants) {
                *slot = [value.to_bits(); BLOCK];
            }
            for _ in 0..steps {
                tape.run(&mut work);
                for (number, next) in next[..tape.outputs()].iter_mut().enumerate() {
                    *next = *tape.output(&work, number);
                }
                work.slots[..body.dimension].copy_from_slice(&next[..body.dimension]);
                if body.counts {
                    work.slots[body.rows] = next[body.dimension];
                }
            }
            for row in 0..body.dimension {
                for lane in 0..count {
                    columns.set(row, first + lane, f64::from_bits(work.slots[row][lane]));
                }
            }
        }
    }
}

/// An ensemble's step with its parameters in place, and what it works in.
#[derive(Clone, Debug)]
pub struct EnsembleRun<'a> {
    stepper: &'a EnsembleStepper,
    room: Room,
}

#[derive(Clone, Debug)]
enum Room {
    /// The values of the prelude.
    Tape(Vec<f64>),
    Code(EnsembleRoom),
}

impl EnsembleRun<'_> {
    /// Advances a range of members by `steps` steps from the one of this number on.
    ///
    /// # Errors
    /// If the columns have another number of rows than the stepper.
    pub fn advance(
        &mut self,
        columns: &mut Columns<'_>,
        step: u64,
        steps: u64,
    ) -> Result<(), RunError> {
        let stepper = self.stepper;
        check("state", columns.rows(), stepper.plan.body.rows)?;
        if steps == 0 || columns.members() == 0 {
            return Ok(());
        }
        match (&stepper.engine, &mut self.room) {
            (Engine::Tape(tape), Room::Tape(invariants)) => {
                stepper.run_tape(tape, columns, step, invariants, steps);
            }
            (Engine::Code(code), Room::Code(room)) => code.run(columns, room, step, steps),
            _ => {}
        }
        Ok(())
    }
}

/// Which parameters the names mean.
fn places(system: &System, names: &[&str]) -> Vec<usize> {
    names
        .iter()
        .filter_map(|name| system.parameters().iter().position(|known| known == name))
        .collect()
}
