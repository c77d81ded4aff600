//! What is written on a wire: its axis's name as mathematics, its size, or both.

use crate::check::{Axis, Checked};
use crate::layout::Labels;

/// Em size of names on wires.
pub const NAME: f64 = 13.0;
/// Em size of the small sizes beside them.
pub const SIZE: f64 = 8.5;

/// A label in two parts: in mathematics, and small beside it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Label {
    pub name: String,
    pub size: String,
}

impl Label {
    pub fn of(checked: &Checked, axis: &Axis, labels: Labels) -> Self {
        let number = checked.sizes.shown(&axis.size);
        let label = axis.label();
        // An axis without a name, or one set to a bare number, shows that number once.
        if labels == Labels::Sizes || label == number {
            return Self {
                name: number,
                size: String::new(),
            };
        }
        let name = notation(&label);
        Self {
            name: if axis.sequence {
                format!("\\bar {{{name}}}")
            } else {
                name
            },
            size: if labels == Labels::Both {
                number
            } else {
                String::new()
            },
        }
    }

    pub fn width(&self) -> f64 {
        let name = loom_text::set(&self.name, loom_text::Font::Maths, NAME).width;
        if self.size.is_empty() {
            name
        } else {
            name + 2.0 + loom_text::set(&self.size, loom_text::Font::Sans, SIZE).width
        }
    }
}

/// A name as the maths setter takes it: `n_b` keeps its index, `k2` gets one, Greek names
/// become letters.
pub fn notation(name: &str) -> String {
    let greek = [
        "alpha", "beta", "gamma", "delta", "epsilon", "theta", "kappa", "lambda", "mu", "nu",
        "rho", "sigma", "tau", "phi", "psi", "omega",
    ];
    let (stem, index) = match name.split_once('_') {
        Some((stem, index)) if !stem.is_empty() => (stem, index),
        _ => {
            let cut = name
                .char_indices()
                .rev()
                .take_while(|(_, c)| c.is_ascii_digit())
                .last()
                .map_or(name.len(), |(i, _)| i);
            if cut == 0 {
                (name, "")
            } else {
                name.split_at(cut)
            }
        }
    };
    let stem = if greek.contains(&stem) {
        format!("\\{stem}")
    } else {
        stem.to_owned()
    };
    if index.is_empty() {
        stem
    } else {
        format!("{stem}_{{{index}}}")
    }
}

/// A factor as mathematics: `k^(-1/2)` becomes k to the power −1/2.
pub fn formula(expr: &crate::expr::Expr) -> String {
    use crate::expr::Expr;
    match expr {
        Expr::Power(base, exponent) => {
            let base = match &**base {
                Expr::Integer(_) | Expr::Decimal(_) | Expr::Symbol(_) => formula(base),
                other => format!("({})", formula(other)),
            };
            format!("{base}^{{{}}}", formula(exponent))
        }
        Expr::Symbol(name) => notation(name),
        Expr::Integer(n) => n.to_string(),
        Expr::Decimal(x) => x.to_string(),
        Expr::Negate(a) => format!("-{}", bracketed(a)),
        Expr::Add(a, b) => format!("{}+{}", formula(a), formula(b)),
        Expr::Subtract(a, b) => format!("{}-{}", formula(a), bracketed(b)),
        Expr::Multiply(a, b) => format!("{}\\cdot {}", bracketed(a), bracketed(b)),
        Expr::Divide(a, b) => match &**a {
            Expr::Negate(inner) => format!("-{}/{}", bracketed(inner), bracketed(b)),
            _ => format!("{}/{}", bracketed(a), bracketed(b)),
        },
    }
}

fn bracketed(expr: &crate::expr::Expr) -> String {
    use crate::expr::Expr;
    if matches!(
        expr,
        Expr::Add(..) | Expr::Subtract(..) | Expr::Negate(_) | Expr::Divide(..)
    ) {
        format!("({})", formula(expr))
    } else {
        formula(expr)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_mathematics() {
        assert_eq!(notation("n_b"), "n_{b}");
        assert_eq!(notation("k2"), "k_{2}");
        assert_eq!(notation("lambda"), "\\lambda");
        assert_eq!(notation("784"), "784");
    }
}
