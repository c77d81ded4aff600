//! Simplification: collects like terms and like factors, folds numbers where the result is exact,
//! drops what adds 0 or multiplies by 1.
//!
//! The result equals the original as a real function wherever the original is defined; the last
//! bit of its f64 value may differ, and `x/x` becomes 1 at 0 too. Compiled programs never
//! simplify on their own.

use crate::expr::{Expr, Kind};
use crate::function::Function;
use std::collections::HashMap;

impl Expr {
    /// The same function written more simply.
    ///
    /// ```
    /// # use loom_formula::Expr;
    /// assert_eq!(Expr::parse("x + 2*x - x*1 + 0*y")?.simplify().to_string(), "2*x");
    /// # Ok::<(), loom_formula::FormulaError>(())
    /// ```
    pub fn simplify(&self) -> Expr {
        simplify(self, &mut HashMap::new())
    }
}

/// A numeric coefficient: a fraction that is kept exact while its parts are integers.
#[derive(Clone, Copy, PartialEq)]
struct Coefficient {
    above: f64,
    below: f64,
}

/// Integers up to here stay exact under one more multiplication by a small factor.
const EXACT: f64 = 9_007_199_254_740_992.0;

impl Coefficient {
    const ONE: Coefficient = Coefficient {
        above: 1.0,
        below: 1.0,
    };

    fn whole(value: f64) -> Self {
        Coefficient {
            above: value,
            below: 1.0,
        }
    }

    fn reduced(above: f64, below: f64) -> Self {
        let whole = |value: f64| value.fract() == 0.0 && value.abs() < EXACT;
        let (mut above, mut below) = if below < 0.0 {
            (-above, -below)
        } else {
            (above, below)
        };
        if whole(above) && whole(below) && below != 0.0 {
            let (mut a, mut b) = (above.abs(), below);
            while b != 0.0 {
                (a, b) = (b, a % b);
            }
            if a > 0.0 {
                above /= a;
                below /= a;
            }
        }
        Coefficient { above, below }
    }

    fn times(self, other: Self) -> Self {
        Coefficient::reduced(self.above * other.above, self.below * other.below)
    }

    fn plus(self, other: Self) -> Self {
        if self.below == other.below {
            Coefficient::reduced(self.above + other.above, self.below)
        } else {
            Coefficient::reduced(
                self.above * other.below + other.above * self.below,
                self.below * other.below,
            )
        }
    }

    fn inverse(self) -> Self {
        Coefficient::reduced(self.below, self.above)
    }

    fn is_finite(self) -> bool {
        self.above.is_finite() && self.below.is_finite() && self.below != 0.0
    }
}

/// coefficient · ∏ baseᵉˣᵖᵒⁿᵉⁿᵗ, the exponents numbers.
struct Product {
    coefficient: Coefficient,
    factors: Vec<(Expr, f64)>,
}

fn simplify(expr: &Expr, done: &mut HashMap<usize, Expr>) -> Expr {
    if let Some(known) = done.get(&expr.address()) {
        return known.clone();
    }
    let inner = expr.map_operands(&mut |operand| simplify(operand, done));
    let found = one_level(&inner);
    done.insert(expr.address(), found.clone());
    found
}

/// Simplifies a node whose operands are already simple.
fn one_level(expr: &Expr) -> Expr {
    match expr.kind() {
        Kind::Sum(_) => collect_terms(expr),
        Kind::Neg(inner) if matches!(inner.kind(), Kind::Sum(_)) => collect_terms(expr),
        Kind::Neg(_) | Kind::Mul(..) | Kind::Div(..) | Kind::Pow(..) => {
            let mut product = Product {
                coefficient: Coefficient::ONE,
                factors: Vec::new(),
            };
            if multiply(&mut product, expr, 1.0) {
                build_product(product)
            } else {
                expr.clone()
            }
        }
        Kind::Call(function, arguments) => call(*function, arguments).unwrap_or(expr.clone()),
        Kind::If(condition, a, b) => {
            if a == b {
                return a.clone();
            }
            match condition.kind() {
                Kind::Compare(relation, x, y) => match (x.as_number(), y.as_number()) {
                    (Some(x), Some(y)) if relation.holds(x, y) => a.clone(),
                    (Some(_), Some(_)) => b.clone(),
                    _ => expr.clone(),
                },
                _ => expr.clone(),
            }
        }
        _ => expr.clone(),
    }
}

/// Multiplies `product` by `expr`^`power`. False if a number would overflow or divide by 0; the
/// caller then leaves the expression as it stands.
fn multiply(product: &mut Product, expr: &Expr, power: f64) -> bool {
    let integer = power.fract() == 0.0;
    match expr.kind() {
        Kind::Number(value) if integer && power.abs() <= 64.0 => {
            let base = if power < 0.0 {
                Coefficient::whole(*value).inverse()
            } else {
                Coefficient::whole(*value)
            };
            for _ in 0..power.abs() as u32 {
                product.coefficient = product.coefficient.times(base);
            }
            product.coefficient.is_finite()
        }
        Kind::Neg(inner) if integer => {
            if power % 2.0 != 0.0 {
                product.coefficient.above = -product.coefficient.above;
            }
            multiply(product, inner, power)
        }
        Kind::Mul(a, b) if integer => multiply(product, a, power) && multiply(product, b, power),
        Kind::Div(a, b) if integer => multiply(product, a, power) && multiply(product, b, -power),
        Kind::Pow(base, exponent) => match exponent.as_number() {
            Some(inner) if integer && inner.is_finite() => multiply(product, base, inner * power),
            _ => factor(product, expr, power),
        },
        _ => factor(product, expr, power),
    }
}

fn factor(product: &mut Product, base: &Expr, power: f64) -> bool {
    if !power.is_finite() {
        return false;
    }
    let integer = power.fract() == 0.0;
    let known = product
        .factors
        .iter_mut()
        .find(|(known, exponent)| integer && exponent.fract() == 0.0 && known == base);
    match known {
        Some((_, exponent)) => *exponent += power,
        None => product.factors.push((base.clone(), power)),
    }
    true
}

fn build_product(product: Product) -> Expr {
    let Coefficient { above, below } = product.coefficient;
    if above == 0.0 {
        return Expr::number(0.0);
    }
    let (mut numerator, mut denominator) = (None, None);
    let join = |side: &mut Option<Expr>, factor: Expr| {
        *side = Some(match side.take() {
            Some(before) => before * factor,
            None => factor,
        });
    };
    if above.abs() != 1.0 {
        join(&mut numerator, Expr::number(above.abs()));
    }
    if below != 1.0 {
        join(&mut denominator, Expr::number(below));
    }
    for (base, exponent) in product.factors {
        let raised = |exponent: f64| {
            if exponent == 1.0 {
                base.clone()
            } else {
                base.clone().pow(Expr::number(exponent))
            }
        };
        if exponent > 0.0 {
            join(&mut numerator, raised(exponent));
        } else if exponent < 0.0 {
            join(&mut denominator, raised(-exponent));
        }
    }
    let numerator = numerator.unwrap_or_else(|| Expr::number(1.0));
    let whole = match denominator {
        Some(denominator) => numerator / denominator,
        None => numerator,
    };
    if above < 0.0 { -whole } else { whole }
}

/// Adds `expr` times `factor` to the list of terms: a coefficient with what it multiplies.
fn add_terms(terms: &mut Vec<(Expr, Coefficient)>, expr: &Expr, sign: f64) {
    match expr.kind() {
        Kind::Sum(inner) => inner.iter().for_each(|term| add_terms(terms, term, sign)),
        Kind::Neg(inner) => add_terms(terms, inner, -sign),
        _ => {
            let mut product = Product {
                coefficient: Coefficient::whole(sign),
                factors: Vec::new(),
            };
            let (base, coefficient) = if multiply(&mut product, expr, 1.0) {
                let coefficient = product.coefficient;
                product.coefficient = Coefficient::ONE;
                (build_product(product), coefficient)
            } else {
                (expr.clone(), Coefficient::whole(sign))
            };
            match terms.iter_mut().find(|(known, _)| *known == base) {
                Some((_, known)) => *known = known.plus(coefficient),
                None => terms.push((base, coefficient)),
            }
        }
    }
}

/// Sums longer than this are left as they are: collecting compares every pair of terms.
const LONGEST_SUM: usize = 300;

fn collect_terms(expr: &Expr) -> Expr {
    if let Kind::Sum(terms) = expr.kind()
        && terms.len() > LONGEST_SUM
    {
        return expr.clone();
    }
    let mut terms = Vec::new();
    add_terms(&mut terms, expr, 1.0);
    if terms
        .iter()
        .any(|(_, coefficient)| !coefficient.is_finite())
    {
        return expr.clone();
    }
    Expr::sum(
        terms
            .into_iter()
            .filter(|(_, coefficient)| coefficient.above != 0.0)
            .map(|(base, coefficient)| {
                let mut product = Product {
                    coefficient,
                    factors: Vec::new(),
                };
                if multiply(&mut product, &base, 1.0) {
                    build_product(product)
                } else {
                    base
                }
            }),
    )
}

/// Functions at points where the value is exact, and the symmetry of odd and even ones.
fn call(function: Function, arguments: &[Expr]) -> Option<Expr> {
    if let [a] = arguments {
        if let Kind::Neg(inner) = a.kind() {
            return match function {
                Function::Sin
                | Function::Tan
                | Function::Asin
                | Function::Atan
                | Function::Sinh
                | Function::Tanh
                | Function::Cbrt
                | Function::Sign => Some(-Expr::call1(function, inner.clone())),
                Function::Cos | Function::Cosh | Function::Abs => {
                    Some(Expr::call1(function, inner.clone()))
                }
                _ => None,
            };
        }
        let value = a.as_number()?;
        let exact = match function {
            Function::Abs => Some(value.abs()),
            Function::Floor => Some(value.floor()),
            Function::Ceil => Some(value.ceil()),
            Function::Round => Some(value.round_ties_even()),
            Function::Trunc => Some(value.trunc()),
            Function::Sqrt => {
                let root = value.sqrt();
                (root.fract() == 0.0 && root * root == value).then_some(root)
            }
            _ if value == 0.0 => match function {
                Function::Cos | Function::Cosh | Function::Exp | Function::Heaviside => Some(1.0),
                Function::Acos | Function::Log | Function::Log2 | Function::Log10 => None,
                _ => Some(0.0),
            },
            Function::Log | Function::Log2 | Function::Log10 if value == 1.0 => Some(0.0),
            _ => None,
        };
        return exact.filter(|value| value.is_finite()).map(Expr::number);
    }
    let [a, b] = arguments else { return None };
    match (function, a.as_number(), b.as_number()) {
        (Function::Min, Some(a), Some(b)) => Some(Expr::number(a.min(b))),
        (Function::Max, Some(a), Some(b)) => Some(Expr::number(a.max(b))),
        (Function::Min | Function::Max, ..) if a == b => Some(a.clone()),
        _ => None,
    }
}
