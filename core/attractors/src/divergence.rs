//! What the Lyapunov exponents must sum to, computed apart from them: the mean of a flow's
//! divergence, or of a map's ln |det J|.

use loom_formula::{Clock, EnsembleStepper, Expr, Function, Scheme, Stepper, System};
use loom_sim::SimError;
use nalgebra::DMatrix;

use crate::definition::Definition;
use crate::start::Samples;
use crate::stepping;

/// Up to so many variables a determinant is one formula; above, it is eliminated in numbers.
const SYMBOLIC: usize = 4;

/// The sum that the exponents must have, at any point.
#[derive(Debug)]
pub enum Divergence {
    /// The same everywhere.
    Constant(f64),
    /// Computed where the orbits stand.
    Along(Box<Reading>),
}

/// Formulas that are read off where many orbits stand.
#[derive(Debug)]
pub struct Reading {
    stepper: EnsembleStepper,
    constants: Vec<f64>,
    dimension: usize,
    quantity: Quantity,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quantity {
    /// The divergence itself.
    Divergence,
    /// The determinant.
    Determinant,
    /// The entries of the Jacobian, row by row.
    Jacobian,
}

impl Divergence {
    /// From the symbolic divergence or Jacobian.
    pub fn new(system: &System, constants: &[f64]) -> Result<Self, SimError> {
        let (quantity, formulas) = match stepping::scheme(system) {
            Scheme::Rk4 => (Quantity::Divergence, vec![system.divergence()]),
            Scheme::Iterate => {
                let jacobian = system.jacobian();
                if jacobian.len() <= SYMBOLIC {
                    (Quantity::Determinant, vec![determinant(&jacobian)])
                } else {
                    (Quantity::Jacobian, jacobian.into_iter().flatten().collect())
                }
            }
        };
        let varies = formulas
            .iter()
            .flat_map(Expr::symbols)
            .any(|symbol| symbol == "t" || system.variables().contains(&symbol));
        let reading = Reading {
            stepper: EnsembleStepper::new(&system.reading(formulas), Scheme::Iterate),
            constants: constants.to_vec(),
            dimension: system.dimension(),
            quantity,
        };
        if varies {
            return Ok(Self::Along(Box::new(reading)));
        }
        let anywhere = vec![0.0; system.dimension()];
        Ok(Self::Constant(
            reading.at(&anywhere, 1, &Clock::new(1.0))?[0],
        ))
    }
}

impl Reading {
    /// The divergence or ln |det J| at each member's point; `points` holds variable by variable
    /// over the members.
    pub fn at(&self, points: &[f64], members: usize, clock: &Clock) -> Result<Vec<f64>, SimError> {
        let mut rows = points[..self.dimension * members].to_vec();
        rows.resize(self.stepper.rows() * members, 0.0);
        self.stepper
            .run(&mut rows, members, &mut clock.clone(), &self.constants, 1)
            .map_err(SimError::other)?;
        let values = &rows[self.dimension * members..];
        Ok((0..members)
            .map(|m| match self.quantity {
                Quantity::Divergence => values[m],
                Quantity::Determinant => values[m].abs().ln(),
                Quantity::Jacobian => {
                    let d = self.dimension;
                    let entry = |i: usize, j: usize| values[(i * d + j) * members + m];
                    DMatrix::from_fn(d, d, entry).lu().determinant().abs().ln()
                }
            })
            .collect())
    }
}

/// A bound of the rates along the attractor: the largest sum of the sizes in a row of the
/// Jacobian, at 32 points.
pub fn fastest(system: &System, constants: &[f64], samples: &Samples) -> Result<f64, SimError> {
    let rows = system.jacobian().into_iter().map(|row| {
        let sizes = row
            .into_iter()
            .filter(|entry| entry.as_number() != Some(0.0));
        Expr::sum(sizes.filter_map(|entry| Expr::call(Function::Abs, vec![entry])))
    });
    let reading = system.reading(rows.collect());
    let stepper = Stepper::interpreted(&reading, Scheme::Iterate);
    let mut most = 0.0_f64;
    for k in (0..samples.len()).step_by((samples.len() / 32).max(1)) {
        let mut state = samples.point(k).to_vec();
        state.resize(reading.dimension(), 0.0);
        stepper
            .run(&mut state, &mut Clock::new(1.0), constants, 1)
            .map_err(SimError::other)?;
        most = state[system.dimension()..]
            .iter()
            .fold(most, |m, x| x.max(m));
    }
    Ok(most)
}

/// Steps between two orthogonalisations of tangent vectors: five, never longer than a twentieth of
/// a period, and short enough that no vector shrinks into the rounding of another.
pub fn stride(
    definition: &Definition,
    constants: &[f64],
    samples: &Samples,
    dt: f64,
) -> Result<u64, SimError> {
    if definition.is_map() {
        return Ok(1);
    }
    Ok(longest(definition, constants, samples, dt)?.min(5))
}

/// The most steps that keep vectors apart, in at most a twentieth of a period.
pub fn longest(
    definition: &Definition,
    constants: &[f64],
    samples: &Samples,
    dt: f64,
) -> Result<u64, SimError> {
    if definition.is_map() {
        return Ok(1);
    }
    let fastest = fastest(&definition.system, constants, samples)?;
    let longest = (definition.period / 20.0).min(10.0 / fastest.max(1e-12));
    Ok((longest / dt).max(1.0) as u64)
}

/// A small matrix's determinant, by expansion.
fn determinant(rows: &[Vec<Expr>]) -> Expr {
    fn minor(rows: &[Vec<Expr>], columns: &[usize]) -> Expr {
        let Some((row, rest)) = rows.split_first() else {
            return Expr::number(1.0);
        };
        let terms = columns.iter().enumerate().map(|(place, column)| {
            let others: Vec<usize> = columns.iter().copied().filter(|c| c != column).collect();
            let term = row[*column].clone() * minor(rest, &others);
            if place % 2 == 0 { term } else { -term }
        });
        Expr::sum(terms)
    }
    let all: Vec<usize> = (0..rows.len()).collect();
    minor(rows, &all).simplify()
}
