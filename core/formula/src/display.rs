//! Prints an expression in the language itself, with no more brackets than it needs: reading the
//! text again gives the same expression.

use crate::expr::{Expr, Kind};
use std::fmt;

/// How tightly a form binds; an operand that binds less tightly than its place asks gets brackets.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Binding {
    Choice,
    Or,
    And,
    Not,
    Comparison,
    Sum,
    Minus,
    Product,
    Power,
    Atom,
}

fn binding(expr: &Expr) -> Binding {
    match expr.kind() {
        Kind::Number(value) if value.is_sign_negative() => Binding::Minus,
        Kind::Number(_) | Kind::Pi | Kind::Symbol(_) | Kind::Call(..) | Kind::If(..) => {
            Binding::Atom
        }
        Kind::Neg(_) => Binding::Minus,
        Kind::Sum(_) => Binding::Sum,
        Kind::Mul(..) | Kind::Div(..) => Binding::Product,
        Kind::Pow(..) => Binding::Power,
        Kind::Compare(..) => Binding::Comparison,
        Kind::And(..) => Binding::And,
        Kind::Or(..) => Binding::Or,
        Kind::Not(_) => Binding::Not,
    }
}

fn write_within(expr: &Expr, place: Binding, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if binding(expr) < place {
        write!(f, "(")?;
        write_expr(expr, f)?;
        write!(f, ")")
    } else {
        write_expr(expr, f)
    }
}

fn write_expr(expr: &Expr, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match expr.kind() {
        Kind::Number(value) => write!(f, "{}", number(*value)),
        Kind::Pi => write!(f, "pi"),
        Kind::Symbol(name) => write!(f, "{name}"),
        Kind::Neg(inner) => {
            write!(f, "-")?;
            write_within(inner, Binding::Product, f)
        }
        Kind::Sum(terms) => {
            for (place, term) in terms.iter().enumerate() {
                match term.kind() {
                    _ if place == 0 => write_within(term, Binding::Minus, f)?,
                    Kind::Neg(inner) => {
                        write!(f, " - ")?;
                        write_within(inner, Binding::Product, f)?;
                    }
                    Kind::Number(value) if value.is_sign_negative() => {
                        write!(f, " - {}", number(-value))?;
                    }
                    _ => {
                        write!(f, " + ")?;
                        write_within(term, Binding::Product, f)?;
                    }
                }
            }
            Ok(())
        }
        Kind::Mul(a, b) => {
            write_within(a, Binding::Product, f)?;
            write!(f, "*")?;
            write_within(b, Binding::Power, f)
        }
        Kind::Div(a, b) => {
            write_within(a, Binding::Product, f)?;
            write!(f, "/")?;
            write_within(b, Binding::Power, f)
        }
        Kind::Pow(a, b) => {
            write_within(a, Binding::Atom, f)?;
            write!(f, "^")?;
            write_within(b, Binding::Power, f)
        }
        Kind::Call(function, arguments) => {
            write!(f, "{}(", function.name())?;
            for (place, argument) in arguments.iter().enumerate() {
                if place > 0 {
                    write!(f, ", ")?;
                }
                write_within(argument, Binding::Choice, f)?;
            }
            write!(f, ")")
        }
        Kind::If(condition, value, otherwise) => {
            write!(f, "if(")?;
            write_within(condition, Binding::Choice, f)?;
            write!(f, ", ")?;
            write_within(value, Binding::Choice, f)?;
            write!(f, ", ")?;
            write_within(otherwise, Binding::Choice, f)?;
            write!(f, ")")
        }
        Kind::Compare(relation, a, b) => {
            write_within(a, Binding::Sum, f)?;
            write!(f, " {} ", relation.sign())?;
            write_within(b, Binding::Sum, f)
        }
        Kind::And(a, b) => {
            write_within(a, Binding::And, f)?;
            write!(f, " and ")?;
            write_within(b, Binding::Not, f)
        }
        Kind::Or(a, b) => {
            write_within(a, Binding::Or, f)?;
            write!(f, " or ")?;
            write_within(b, Binding::And, f)
        }
        Kind::Not(inner) => {
            write!(f, "not ")?;
            write_within(inner, Binding::Not, f)
        }
    }
}

/// A number in the shortest form that is read back exactly: `0.5`, `1e-12`, `28`.
pub(crate) fn number(value: f64) -> String {
    if value != 0.0 && !(1e-5..1e16).contains(&value.abs()) {
        format!("{value:e}")
    } else {
        format!("{value}")
    }
}

/// A number as it is printed in LaTeX: 2 · 10⁻⁷ with its power.
pub(crate) fn number_in_latex(value: f64) -> String {
    let plain = number(value);
    match plain.split_once('e') {
        Some(("1", exponent)) => format!("10^{{{exponent}}}"),
        Some((digits, exponent)) => format!("{digits} \\cdot 10^{{{exponent}}}"),
        None => plain,
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_expr(self, f)
    }
}
