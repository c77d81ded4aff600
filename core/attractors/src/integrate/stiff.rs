//! Stiff systems: implicit methods of the crate diffsol that choose their steps, with the
//! Jacobian from the formulas. BDF of order 1 to 5 is the usual choice; TR-BDF2 and ESDIRK34 take
//! one step at a time and damp what has died away at once.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use diffsol::{
    Closure, ConstantClosure, NalgebraLU, NalgebraMat, NalgebraVec, OdeBuilder, OdeSolverEquations,
    OdeSolverMethod, OdeSolverProblem, OdeSolverState, UnitCallable, Vector as _,
};
use loom_formula::{System, Tape, TapeScratch};
use loom_sim::SimError;

use super::hamilton::Jacobian;
use super::{Method, Path, checked_state, checked_tolerance, fastest, names, stuck};

type Matrix = NalgebraMat<f64>;
type Solver = NalgebraLU<f64>;
type Rhs = Box<dyn Fn(&[f64], &[f64], f64, &mut [f64])>;
type RhsJacobian = Box<dyn Fn(&[f64], &[f64], f64, &[f64], &mut [f64])>;
type Init = Box<dyn Fn(&[f64], f64, &mut [f64])>;
type Unit = UnitCallable<Matrix>;
type Equations = OdeSolverEquations<
    Matrix,
    Closure<Matrix, Rhs, RhsJacobian>,
    ConstantClosure<Matrix, Init>,
    Unit,
    Unit,
    Unit,
    Unit,
>;
type Problem = OdeSolverProblem<Equations>;

/// A flow's equations with an implicit method, for any parameters: evaluated by the interpreter,
/// since next to solving the linear systems that costs little.
#[derive(Debug)]
pub struct Form {
    rates: Tape,
    jacobian: Jacobian,
    method: Method,
    tolerance: f64,
    /// The shortest step, in the system's own time.
    shortest: f64,
    names: Vec<String>,
}

impl Form {
    /// `tolerance`: as for the explicit methods.
    ///
    /// # Errors
    /// For a tolerance outside 1e-14 to 0.1.
    pub fn new(
        system: &System,
        method: Method,
        tolerance: f64,
        shortest: f64,
    ) -> Result<Self, SimError> {
        Ok(Self {
            rates: Tape::new(&system.program()),
            jacobian: Jacobian::new(system),
            method,
            tolerance: checked_tolerance(tolerance)?,
            shortest,
            names: names(system),
        })
    }
}

/// The same at some parameters.
pub struct Stiff {
    problem: Problem,
    form: Arc<Form>,
    formulas: Rc<Formulas>,
    /// The state that the next orbit starts from; the problem reads it.
    begin: Rc<RefCell<Vec<f64>>>,
}

/// Right-hand sides and Jacobian.
struct Formulas {
    form: Arc<Form>,
    work: RefCell<TapeScratch>,
    constants: Vec<f64>,
    /// Where the Jacobian was evaluated last, its state then time, and its entries.
    last: RefCell<(Vec<f64>, Vec<f64>)>,
}

impl Formulas {
    fn rates(&self, state: &[f64], time: f64, out: &mut [f64]) {
        let mut work = self.work.borrow_mut();
        let rates = &self.form.rates;
        rates.eval_with(&mut work, state, &self.constants, time, out);
    }
    /// The Jacobian times a vector. The solver asks for one column after another at one place.
    fn along(&self, state: &[f64], time: f64, vector: &[f64], out: &mut [f64]) {
        let jacobian = &self.form.jacobian;
        let mut last = self.last.borrow_mut();
        let (place, entries) = &mut *last;
        let known = place.split_last().is_some_and(|(t, x)| {
            t.to_bits() == time.to_bits() && x.iter().zip(state).all(|(a, b)| a == b)
        });
        if !known {
            place.clear();
            place.extend_from_slice(state);
            place.push(time);
            entries.resize(jacobian.places().len(), 0.0);
            let tape = jacobian.tape();
            tape.eval(state, &self.constants, time, entries);
        }
        out.fill(0.0);
        for ([i, j], x) in jacobian.places().iter().zip(&*entries) {
            out[*i] += x * vector[*j];
        }
    }
}

impl Stiff {
    /// # Errors
    /// As the crate says; none is known.
    pub fn new(form: &Arc<Form>, constants: &[f64]) -> Result<Self, SimError> {
        let formulas = Rc::new(Formulas {
            form: form.clone(),
            work: RefCell::new(form.rates.scratch()),
            constants: constants.to_vec(),
            last: RefCell::default(),
        });
        let n = form.names.len();
        let begin = Rc::new(RefCell::new(vec![0.0; n]));
        let (for_rates, for_jacobian, for_init) =
            (formulas.clone(), formulas.clone(), begin.clone());
        let rhs: Rhs = Box::new(move |x, _, t, y| for_rates.rates(x, t, y));
        let jacobian: RhsJacobian = Box::new(move |x, _, t, v, y| for_jacobian.along(x, t, v, y));
        let init: Init = Box::new(move |_, _, y| y.copy_from_slice(&for_init.borrow()));
        let mut problem = OdeBuilder::<Matrix>::new()
            .rtol(form.tolerance)
            .atol([form.tolerance])
            .rhs_implicit(rhs, jacobian)
            .init(init, n)
            .build()
            .map_err(SimError::other)?;
        // The crate's own limits count over a whole run, which may be as long as one likes.
        let options = &mut problem.ode_options;
        options.max_nonlinear_solver_failures = usize::MAX;
        options.min_timestep = form.shortest;
        Ok(Self {
            problem,
            form: form.clone(),
            formulas,
            begin,
        })
    }

    /// Begins at a time and a state.
    ///
    /// # Errors
    /// For a state of the wrong length, or where the rates are not finite.
    pub fn start(&self, time: f64, state: &[f64]) -> Result<Box<dyn Path + '_>, SimError> {
        checked_state(state, self.form.names.len())?;
        let mut rates = vec![0.0; state.len()];
        self.formulas.rates(state, time, &mut rates);
        if rates.iter().chain(state).any(|x| !x.is_finite()) {
            return Err(stuck(&self.form.names, 0, time, state, &rates, |_| {
                String::new()
            }));
        }
        self.begin.borrow_mut().copy_from_slice(state);
        let problem = &self.problem;
        Ok(match self.form.method {
            Method::TrBdf2 => {
                let begin = self.begun(time, 2)?;
                let solver = problem.tr_bdf2_solver::<Solver>(begin);
                self.path(solver.map_err(SimError::other)?, time, state)
            }
            Method::Esdirk34 => {
                let begin = self.begun(time, 3)?;
                let solver = problem.esdirk34_solver::<Solver>(begin);
                self.path(solver.map_err(SimError::other)?, time, state)
            }
            _ => {
                let begin = self.begun(time, 1)?;
                let solver = problem.bdf_solver::<Solver>(begin);
                self.path(solver.map_err(SimError::other)?, time, state)
            }
        })
    }

    fn begun<S: OdeSolverState<NalgebraVec<f64>>>(
        &self,
        time: f64,
        order: usize,
    ) -> Result<S, SimError> {
        let problem = &self.problem;
        let mut begin = S::new_without_initialise(problem).map_err(SimError::other)?;
        *begin.as_mut().t = time;
        let mut rates = vec![0.0; self.form.names.len()];
        self.formulas.rates(&self.begin.borrow(), time, &mut rates);
        for (v, rate) in rates.iter().enumerate() {
            begin.as_mut().dy.set_index(v, *rate);
        }
        begin.set_step_size(problem.h0, &problem.atol, problem.rtol, &problem.eqn, order);
        Ok(begin)
    }

    fn path<'a, S: OdeSolverMethod<'a, Equations> + 'a>(
        &'a self,
        solver: S,
        time: f64,
        state: &[f64],
    ) -> Box<dyn Path + 'a> {
        Box::new(StiffPath {
            of: self,
            solver,
            time,
            before: time,
            taken: 0,
            state: state.to_vec(),
        })
    }
}

impl std::fmt::Debug for Stiff {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Stiff({})", self.form.method.key())
    }
}

/// A stiff flow under way.
struct StiffPath<'a, S> {
    of: &'a Stiff,
    solver: S,
    time: f64,
    before: f64,
    taken: u64,
    state: Vec<f64>,
}

impl<'a, S: OdeSolverMethod<'a, Equations>> Path for StiffPath<'a, S> {
    fn advance(&mut self) -> Result<(), SimError> {
        let moved = self.solver.step();
        let now = self.solver.state();
        let next = now.y.clone_as_vec();
        if moved.is_ok() && next.iter().all(|x| x.is_finite()) && now.t > self.time {
            self.before = self.time;
            self.time = now.t;
            self.state = next;
            self.taken += 1;
            return Ok(());
        }
        let mut rates = vec![0.0; self.state.len()];
        self.of.formulas.rates(&self.state, self.time, &mut rates);
        Err(stuck(
            &self.of.form.names,
            self.taken,
            self.time,
            &self.state,
            &rates,
            |v| {
                format!(
                    "At t = {:.6} {} finds no step that is short enough for the tolerance {}: {} changes at a rate of {:.3e}. The equations divide by something near 0 there, or run away; else use a larger tolerance.",
                    self.time,
                    self.of.form.method.key(),
                    self.of.form.tolerance,
                    self.of.form.names[v],
                    rates[v]
                )
            },
        ))
    }
    fn time(&self) -> f64 {
        self.time
    }
    fn before(&self) -> f64 {
        self.before
    }
    fn state(&self) -> &[f64] {
        &self.state
    }
    fn between(&mut self, time: f64, out: &mut [f64]) -> Result<(), SimError> {
        let found = self.solver.interpolate(time).map_err(SimError::other)?;
        for (v, x) in out.iter_mut().enumerate() {
            *x = found.get_index(v);
        }
        Ok(())
    }
    fn steps(&self) -> u64 {
        self.taken
    }
    fn fastest(&self) -> &str {
        let mut rates = vec![0.0; self.state.len()];
        self.of.formulas.rates(&self.state, self.time, &mut rates);
        fastest(&self.of.form.names, &self.state, &rates)
    }
}
