//! Single runs: one trajectory of a system, many steps in one call.

use crate::backend::{Backend, CompileError, RunError, check};
use crate::clock::Clock;
use crate::machine::{LoneCode, Room, SingleCode};
use crate::program::{Body, Scheme, StepPlan};
use crate::system::System;
use crate::tape::Tape;

/// A system's step, compiled whole, for one trajectory at a time.
///
/// Parameters and dt are read when a run starts, so a change of either needs no new compilation.
/// Results depend neither on the back end nor on how a run is cut into calls.
///
/// ```
/// use loom_formula::{Clock, Scheme, Stepper, System};
/// let lorenz = System::parse("x' = s*(y - x); y' = x*(r - z) - y; z' = x*y - b*z")?;
/// let stepper = Stepper::new(&lorenz, Scheme::Rk4);
/// let mut state = [1.0, 1.0, 1.0];
/// let mut clock = Clock::new(0.01);
/// stepper.run(&mut state, &mut clock, &[10.0, 28.0, 8.0 / 3.0], 100)?;
/// assert_eq!(clock.time(), 1.0);
/// assert!((state[0] + 9.3786).abs() < 1e-4);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Stepper {
    plan: StepPlan,
    engine: Engine,
}

#[derive(Debug)]
enum Engine {
    Tape(Tape),
    Code(SingleCode),
    /// Our own encoder's: it is made in a tenth of Cranelift's time, which grows only linearly.
    Lone(LoneCode),
}

/// Steps of more operations than this are too slow to compile with Cranelift (0.15 s for 15,000,
/// 3 s for 59,000).
const MOST_FOR_CRANELIFT: usize = 10_000;

/// Steps of more operations than this are interpreted.
pub(crate) const MOST_OPERATIONS: usize = 500_000;

impl Engine {
    fn compile(plan: &StepPlan, backend: Backend) -> Result<Engine, CompileError> {
        let work = plan.body.work();
        if work > MOST_OPERATIONS && backend != Backend::Tape {
            return Err(CompileError::new(format!("a step takes {work} operations")));
        }
        Ok(match backend {
            Backend::Tape => Engine::Tape(Tape::new(&plan.body.program)),
            Backend::Cranelift => Engine::Code(SingleCode::compile(&plan.body)?),
            Backend::Avx2 | Backend::Avx512 => {
                Engine::Lone(LoneCode::compile(&plan.body, backend)?)
            }
        })
    }
}

impl Stepper {
    /// Compiles a step: Cranelift; for steps of more than 10,000 operations our own encoder. Where
    /// no machine code can be had (executable memory refused, a processor without a code generator,
    /// a step of more than 500,000 operations) the tape runs instead; [`Stepper::backend`] tells.
    pub fn new(system: &System, scheme: Scheme) -> Stepper {
        let plan = StepPlan::new(system, scheme, &[]);
        let first = if plan.body.work() > MOST_FOR_CRANELIFT {
            Backend::Avx2
        } else {
            Backend::Cranelift
        };
        Stepper::by_first(plan, &[first])
    }

    /// Compiles a step for few steps, or for steps from anywhere: by our own encoder where there is
    /// one, which takes a tenth of the time that Cranelift does and makes code that is a little
    /// slower in a long run.
    pub fn at_once(system: &System, scheme: Scheme) -> Stepper {
        let plan = StepPlan::new(system, scheme, &[]);
        let order = [Backend::Avx2, Backend::Cranelift];
        let most = if plan.body.work() > MOST_FOR_CRANELIFT {
            1
        } else {
            2
        };
        Stepper::by_first(plan, &order[..most])
    }

    /// By the first back end that can be had, else by the tape.
    fn by_first(plan: StepPlan, order: &[Backend]) -> Stepper {
        for backend in order {
            if let Ok(engine) = Engine::compile(&plan, *backend) {
                return Stepper { plan, engine };
            }
        }
        let engine = Engine::Tape(Tape::new(&plan.body.program));
        Stepper { plan, engine }
    }

    /// The interpreter, without trying to compile.
    pub fn interpreted(system: &System, scheme: Scheme) -> Stepper {
        let plan = StepPlan::new(system, scheme, &[]);
        let engine = Engine::Tape(Tape::new(&plan.body.program));
        Stepper { plan, engine }
    }

    /// A back end of one's choice.
    ///
    /// # Errors
    /// If this processor lacks it or no machine code can be made.
    pub fn with_backend(
        system: &System,
        scheme: Scheme,
        backend: Backend,
    ) -> Result<Stepper, CompileError> {
        let plan = StepPlan::new(system, scheme, &[]);
        let engine = Engine::compile(&plan, backend)?;
        Ok(Stepper { plan, engine })
    }

    /// What runs.
    pub fn backend(&self) -> Backend {
        match &self.engine {
            Engine::Tape(_) => Backend::Tape,
            Engine::Code(_) => Backend::Cranelift,
            Engine::Lone(code) => code.backend(),
        }
    }

    /// Number of variables.
    pub fn dimension(&self) -> usize {
        self.plan.body.dimension
    }

    /// Length of a run's state: the variables, and after them the delayed values of each moment
    /// of a step ([`System::delayed_rows`]).
    pub fn rows(&self) -> usize {
        self.plan.body.rows
    }

    /// Number of parameters, in the order of [`System::parameters`].
    pub fn parameters(&self) -> usize {
        self.plan.shared_parameters()
    }

    /// Makes `steps` steps from `state`, and moves the clock.
    ///
    /// # Errors
    /// If `state` or `params` has the wrong length; nothing has changed then.
    pub fn run(
        &self,
        state: &mut [f64],
        clock: &mut Clock,
        params: &[f64],
        steps: u64,
    ) -> Result<(), RunError> {
        let mut run = self.start(state, *clock, params)?;
        run.advance(steps);
        state[..self.dimension()].copy_from_slice(run.state());
        *clock = run.clock;
        Ok(())
    }

    /// Makes `samples` times `every` steps, and appends the state after each `every` to `out`:
    /// `samples` × dimension values.
    ///
    /// # Errors
    /// As [`Stepper::run`].
    pub fn record(
        &self,
        state: &mut [f64],
        clock: &mut Clock,
        params: &[f64],
        every: u64,
        samples: usize,
        out: &mut Vec<f64>,
    ) -> Result<(), RunError> {
        let mut run = self.start(state, *clock, params)?;
        for _ in 0..samples {
            run.advance(every);
            out.extend_from_slice(run.state());
        }
        state[..self.dimension()].copy_from_slice(run.state());
        *clock = run.clock;
        Ok(())
    }

    /// Prepares a run that advances by small pieces without allocating in between. `state` has
    /// [`Stepper::rows`] values.
    pub fn start(&self, state: &[f64], clock: Clock, params: &[f64]) -> Result<Run<'_>, RunError> {
        let body = &self.plan.body;
        check("state", state.len(), body.rows)?;
        check(
            "list of parameters",
            params.len(),
            self.plan.shared_parameters(),
        )?;
        let mut carried = state.to_vec();
        if body.counts {
            carried.push(clock.step as f64);
        }
        let invariants = self.plan.invariants(params, clock.start, clock.dt);
        let (tape, room) = match &self.engine {
            Engine::Tape(tape) => {
                let run = TapeRun::new(tape, body, &carried, &invariants);
                (Some(run), None)
            }
            Engine::Code(_) => (None, None),
            Engine::Lone(code) => (None, Some(code.room(&invariants))),
        };
        Ok(Run {
            stepper: self,
            clock,
            carried,
            invariants,
            tape,
            room,
        })
    }
}

/// A run in progress: its state, its clock, and the values that depend on parameters and dt.
#[derive(Debug)]
pub struct Run<'a> {
    stepper: &'a Stepper,
    clock: Clock,
    /// State, then the number of the step where the system depends on time.
    carried: Vec<f64>,
    invariants: Vec<f64>,
    tape: Option<TapeRun<'a>>,
    room: Option<Room>,
}

impl Run<'_> {
    /// Makes `steps` steps.
    pub fn advance(&mut self, steps: u64) {
        match &self.stepper.engine {
            Engine::Code(code) => code.run(&mut self.carried, &self.invariants, steps),
            Engine::Lone(code) => {
                if let Some(room) = &mut self.room {
                    code.run(room, &mut self.carried, steps);
                }
            }
            Engine::Tape(_) => {
                if let Some(tape) = &mut self.tape {
                    for _ in 0..steps {
                        tape.step();
                    }
                    tape.read(&mut self.carried);
                }
            }
        }
        self.clock.step = self.clock.step.saturating_add(steps);
    }

    /// Makes one step of a system with delays; `delayed` has the delayed values of each moment of
    /// the step ([`System::delayed_rows`]).
    pub fn step_delayed(&mut self, delayed: &[f64]) {
        let dimension = self.stepper.plan.body.dimension;
        self.carried[dimension..][..delayed.len()].copy_from_slice(delayed);
        if let Some(tape) = &mut self.tape {
            tape.write(&self.carried);
        }
        self.advance(1);
    }

    /// Goes to another state (with its delayed values, where there are any) and, where time
    /// matters, to another number of the step, which need not be whole.
    pub(crate) fn place(&mut self, state: &[f64], step: f64) {
        let rows = self.stepper.plan.body.rows;
        self.carried[..state.len()].copy_from_slice(state);
        // A past that isn't given is no number.
        self.carried[state.len()..rows].fill(f64::NAN);
        if let Some(counter) = self.carried.get_mut(rows) {
            *counter = step;
        }
        if let Some(tape) = &mut self.tape {
            tape.write(&self.carried);
        }
    }

    /// The present values of the variables.
    pub fn state(&self) -> &[f64] {
        &self.carried[..self.stepper.plan.body.dimension]
    }

    /// The present time.
    pub fn clock(&self) -> Clock {
        self.clock
    }
}

#[derive(Debug)]
struct TapeRun<'a> {
    tape: &'a Tape,
    work: crate::tape::TapeScratch,
    /// Variables, and then the number of the step if there is one.
    next: Vec<u64>,
    dimension: usize,
    rows: usize,
}

impl<'a> TapeRun<'a> {
    fn new(tape: &'a Tape, body: &Body, carried: &[f64], invariants: &[f64]) -> Self {
        let mut work = tape.work::<1>();
        for (slot, value) in work.slots.iter_mut().zip(carried.iter().chain(invariants)) {
            slot[0] = value.to_bits();
        }
        TapeRun {
            tape,
            work,
            next: vec![0; body.dimension + usize::from(body.counts)],
            dimension: body.dimension,
            rows: body.rows,
        }
    }

    fn step(&mut self) {
        self.tape.run(&mut self.work);
        for (number, next) in self.next.iter_mut().enumerate() {
            *next = self.tape.output(&self.work, number)[0];
        }
        let (variables, counter) = self.next.split_at(self.dimension);
        for (slot, next) in self.work.slots.iter_mut().zip(variables) {
            slot[0] = *next;
        }
        if let [next] = counter {
            self.work.slots[self.rows][0] = *next;
        }
    }

    fn write(&mut self, carried: &[f64]) {
        for (slot, value) in self.work.slots.iter_mut().zip(carried) {
            slot[0] = value.to_bits();
        }
    }

    fn read(&self, carried: &mut [f64]) {
        for (value, slot) in carried.iter_mut().zip(&self.work.slots) {
            *value = f64::from_bits(slot[0]);
        }
    }
}
