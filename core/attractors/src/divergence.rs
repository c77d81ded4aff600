//! What the Lyapunov exponents must sum to, computed apart from them: the mean of a flow's
//! divergence, or of a map's ln |det J|.

use loom_formula::{Clock, EnsembleStepper, Expr, Scheme, System};

use crate::stepping;

/// The sum that the exponents must have: a flow's divergence, a map's ln |det J|.
#[derive(Debug)]
pub enum Divergence {
    Constant(f64),
    /// Computed along the orbits: its stepper takes the variables from each member.
    Along(Box<EnsembleStepper>, Vec<f64>),
}

impl Divergence {
    /// From the symbolic divergence or determinant; `None` where it has no formula here.
    pub fn new(system: &System, constants: &[f64]) -> Option<Self> {
        let formula = match stepping::scheme(system) {
            Scheme::Rk4 => system.divergence().to_string(),
            Scheme::Iterate => format!("ln(abs({}))", determinant(system)?),
        };
        // The variables become parameters that each member gives.
        let names: Vec<&str> = system.variables().iter().map(String::as_str).collect();
        if names.iter().any(|n| n.contains(['[', ' '])) {
            return None;
        }
        let along = System::parse(&format!("loom_sum' = {formula}")).ok()?;
        let used = along
            .parameters()
            .iter()
            .any(|p| names.contains(&p.as_str()));
        let value = |name: &String| {
            let place = system.parameters().iter().position(|p| p == name)?;
            constants.get(place).copied()
        };
        if !used && along.is_autonomous() {
            let given: Option<Vec<f64>> = along.parameters().iter().map(value).collect();
            let mut out = [0.0];
            let mut clock = Clock::new(1.0);
            EnsembleStepper::interpreted(&along, Scheme::Iterate, &[])
                .run(&mut out, 1, &mut clock, &given?, 1)
                .ok()?;
            return out[0].is_finite().then_some(Self::Constant(out[0]));
        }
        // All variables must be rows, also those that the formula doesn't contain: they are
        // named by a term that adds nothing.
        let mention: Vec<String> = names.iter().map(|n| format!("0*({n})")).collect();
        let text = format!("loom_sum' = {formula} + {}", mention.join(" + "));
        let along = System::parse(&text).ok()?;
        let rows = names
            .iter()
            .all(|n| along.parameters().iter().any(|p| p == n));
        let given: Option<Vec<f64>> = along
            .parameters()
            .iter()
            .filter(|p| !names.contains(&p.as_str()))
            .map(value)
            .collect();
        let stepper = EnsembleStepper::with_member_parameters(&along, Scheme::Iterate, &names);
        rows.then(|| given.map(|given| Self::Along(Box::new(stepper), given)))?
    }
}

/// The Jacobian's determinant by expansion, for up to four variables.
fn determinant(system: &System) -> Option<Expr> {
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
    let jacobian = system.jacobian();
    let all: Vec<usize> = (0..jacobian.len()).collect();
    (jacobian.len() <= 4).then(|| minor(&jacobian, &all).simplify())
}
