//! Symbolic derivatives.
//!
//! At points where a function jumps or has a kink the derivative is that of one side: `abs`
//! gives `sign`, the step functions give 0, `min` and `max` follow the operand that they return.

use crate::expr::{Expr, Kind, Relation};
use crate::function::Function;
use std::collections::HashMap;

impl Expr {
    /// The expression with −t in place of t; `known` holds what has been turned already.
    pub(crate) fn turned(&self, known: &mut HashMap<usize, Expr>) -> Expr {
        if let Some(turned) = known.get(&self.address()) {
            return turned.clone();
        }
        let turned = if self.as_symbol() == Some("t") {
            -self.clone()
        } else {
            self.map_operands(&mut |operand| operand.turned(known))
        };
        known.insert(self.address(), turned.clone());
        turned
    }

    /// The derivative with respect to a symbol, simplified.
    ///
    /// ```
    /// # use loom_formula::Expr;
    /// let slope = Expr::parse("x*(rho - z) - y")?.derivative("x");
    /// assert_eq!(slope.to_string(), "rho - z");
    /// # Ok::<(), loom_formula::FormulaError>(())
    /// ```
    pub fn derivative(&self, name: &str) -> Expr {
        let mut done = HashMap::new();
        derive(self, name, &mut done).simplify()
    }
}

fn zero() -> Expr {
    Expr::number(0.0)
}

fn one() -> Expr {
    Expr::number(1.0)
}

fn is_number(expr: &Expr, value: f64) -> bool {
    expr.as_number() == Some(value)
}

fn times(a: Expr, b: Expr) -> Expr {
    if is_number(&a, 0.0) || is_number(&b, 0.0) {
        zero()
    } else if is_number(&a, 1.0) {
        b
    } else if is_number(&b, 1.0) {
        a
    } else {
        a * b
    }
}

fn over(a: Expr, b: Expr) -> Expr {
    if is_number(&a, 0.0) { zero() } else { a / b }
}

fn plus(terms: impl IntoIterator<Item = Expr>) -> Expr {
    Expr::sum(terms.into_iter().filter(|term| !is_number(term, 0.0)))
}

fn derive(expr: &Expr, name: &str, done: &mut HashMap<usize, Expr>) -> Expr {
    if let Some(known) = done.get(&expr.address()) {
        return known.clone();
    }
    let found = rule(expr, name, done);
    done.insert(expr.address(), found.clone());
    found
}

fn rule(expr: &Expr, name: &str, done: &mut HashMap<usize, Expr>) -> Expr {
    match expr.kind() {
        Kind::Number(_)
        | Kind::Pi
        | Kind::Compare(..)
        | Kind::And(..)
        | Kind::Or(..)
        | Kind::Not(_) => zero(),
        Kind::Symbol(symbol) => {
            if &**symbol == name {
                one()
            } else {
                zero()
            }
        }
        Kind::Neg(a) => -derive(a, name, done),
        Kind::Sum(terms) => {
            let terms: Vec<Expr> = terms.iter().map(|term| derive(term, name, done)).collect();
            plus(terms)
        }
        Kind::Mul(a, b) => {
            let (da, db) = (derive(a, name, done), derive(b, name, done));
            plus([times(da, b.clone()), times(a.clone(), db)])
        }
        Kind::Div(a, b) => {
            let (da, db) = (derive(a, name, done), derive(b, name, done));
            let second = over(times(a.clone(), db), times(b.clone(), b.clone()));
            plus([over(da, b.clone()), -second])
        }
        Kind::Pow(a, b) => {
            let (da, db) = (derive(a, name, done), derive(b, name, done));
            let by_base = if is_number(&da, 0.0) {
                zero()
            } else {
                let lowered = match b.as_number() {
                    Some(power) => a.clone().pow(Expr::number(power - 1.0)),
                    None => a.clone().pow(b.clone() - one()),
                };
                times(times(b.clone(), lowered), da)
            };
            let by_exponent = if is_number(&db, 0.0) {
                zero()
            } else {
                times(
                    times(expr.clone(), Expr::call1(Function::Log, a.clone())),
                    db,
                )
            };
            plus([by_base, by_exponent])
        }
        Kind::If(condition, a, b) => {
            let (da, db) = (derive(a, name, done), derive(b, name, done));
            if da == db {
                da
            } else {
                Expr::choose(condition.clone(), da, db)
            }
        }
        Kind::Call(function, arguments) => {
            let slopes: Vec<Expr> = arguments.iter().map(|a| derive(a, name, done)).collect();
            if slopes.iter().all(|slope| is_number(slope, 0.0)) {
                return zero();
            }
            match (arguments.as_slice(), slopes.as_slice()) {
                ([u], [du]) => times(of_one(*function, u, expr), du.clone()),
                ([a, b], [da, db]) => of_two(*function, (a, b), (da, db)),
                _ => zero(),
            }
        }
    }
}

/// f′(u); `whole` is f(u) itself.
fn of_one(function: Function, u: &Expr, whole: &Expr) -> Expr {
    let call = |function| Expr::call1(function, u.clone());
    let square = |expr: Expr| expr.pow(Expr::number(2.0));
    let constant = Expr::number;
    match function {
        Function::Sin => call(Function::Cos),
        Function::Cos => -call(Function::Sin),
        Function::Tan => one() + square(whole.clone()),
        Function::Asin => one() / Expr::call1(Function::Sqrt, one() - square(u.clone())),
        Function::Acos => -(one() / Expr::call1(Function::Sqrt, one() - square(u.clone()))),
        Function::Atan => one() / (one() + square(u.clone())),
        Function::Sinh => call(Function::Cosh),
        Function::Cosh => call(Function::Sinh),
        Function::Tanh => one() - square(whole.clone()),
        Function::Exp => whole.clone(),
        Function::Log => one() / u.clone(),
        Function::Log2 => one() / (u.clone() * Expr::call1(Function::Log, constant(2.0))),
        Function::Log10 => one() / (u.clone() * Expr::call1(Function::Log, constant(10.0))),
        Function::Sqrt => one() / (constant(2.0) * whole.clone()),
        Function::Cbrt => one() / (constant(3.0) * square(whole.clone())),
        Function::Abs => call(Function::Sign),
        _ => zero(),
    }
}

fn of_two(function: Function, (a, b): (&Expr, &Expr), (da, db): (&Expr, &Expr)) -> Expr {
    match function {
        Function::Atan2 => {
            let two = Expr::number(2.0);
            let square = a.clone().pow(two.clone()) + b.clone().pow(two);
            let above = plus([times(b.clone(), da.clone()), -times(a.clone(), db.clone())]);
            over(above, square)
        }
        Function::Mod => {
            let whole = Expr::call1(Function::Floor, a.clone() / b.clone());
            plus([da.clone(), -times(whole, db.clone())])
        }
        Function::Min | Function::Max => {
            let relation = if function == Function::Min {
                Relation::LessEqual
            } else {
                Relation::GreaterEqual
            };
            let first = Expr::compare(relation, a.clone(), b.clone());
            Expr::choose(first, da.clone(), db.clone())
        }
        _ => zero(),
    }
}
