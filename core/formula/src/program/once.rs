//! Functions of parameters alone have one value a run: they are evaluated when it begins, and
//! their operations need not be written down. A power takes a hundred.

use super::Mixer;
use super::lower::is_simple;
use crate::expr::{Expr, Kind};
use std::collections::HashMap;
use std::hash::BuildHasherDefault;

/// What an expression depends on.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub(super) enum Dependence {
    Nothing,
    Parameters,
    State,
}

/// What is known of expressions, by their addresses.
type ByAddress<T> = HashMap<usize, T, BuildHasherDefault<Mixer>>;

/// The functions that have been set apart, and what is known of their expressions.
#[derive(Debug, Default)]
pub(super) struct Once {
    pub functions: Vec<Expr>,
    places: ByAddress<usize>,
    known: ByAddress<Dependence>,
}

impl Once {
    /// What an expression depends on, if it is a function worth setting apart.
    pub fn dependence(
        &mut self,
        expr: &Expr,
        is_parameter: impl Fn(&str) -> bool + Copy,
    ) -> Option<Dependence> {
        let is_function = match expr.kind() {
            Kind::Call(..) => true,
            Kind::Pow(_, exponent) => !is_simple(exponent),
            _ => false,
        };
        is_function.then(|| self.of(expr, is_parameter))
    }

    fn of(&mut self, expr: &Expr, is_parameter: impl Fn(&str) -> bool + Copy) -> Dependence {
        if let Some(known) = self.known.get(&expr.address()) {
            return *known;
        }
        let mut found = match expr.as_symbol() {
            None => Dependence::Nothing,
            Some(name) if is_parameter(name) => Dependence::Parameters,
            Some(_) => Dependence::State,
        };
        expr.operands(&mut |operand| {
            let of = self.of(operand, is_parameter);
            if of > found {
                found = of;
            }
        });
        self.known.insert(expr.address(), found);
        found
    }

    /// The number of a function among those set apart.
    pub fn place(&mut self, function: &Expr) -> usize {
        let functions = &mut self.functions;
        *self.places.entry(function.address()).or_insert_with(|| {
            functions.push(function.clone());
            functions.len() - 1
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::program::{Scheme, StepPlan};
    use crate::{Rates, System};

    #[test]
    fn functions_of_parameters_leave_the_program() {
        let hill = System::parse("x' = x^n/(K^n + x^n) - exp(-1/K)*x + 2^0.3 + log(y); y' = 1");
        let hill = hill.unwrap();
        let plan = StepPlan::new(&hill, Scheme::Iterate, &[]);
        let alone = System::parse("x' = x^n/(K + x^n) - k*x + m + log(y); y' = 1").unwrap();
        let simple = StepPlan::new(&alone, Scheme::Iterate, &[]);
        assert_eq!(plan.body.work(), simple.body.work());
        let (n, k) = (2.5, 0.7);
        let rates = Rates::new(&hill);
        let places = ["n", "K"].map(|name| hill.parameters().iter().position(|p| p == name));
        let mut params = vec![0.0; 2];
        params[places[0].unwrap()] = n;
        params[places[1].unwrap()] = k;
        let mut found = [0.0; 2];
        rates
            .start(&params)
            .unwrap()
            .at(0.0, &[1.5, 1.1], &mut found);
        let expected = hill.rates()[0].eval(|name| match name {
            "n" => Some(n),
            "K" => Some(k),
            "x" => Some(1.5),
            "y" => Some(1.1),
            _ => None,
        });
        assert_eq!(Some(found[0]), expected);
    }
}
