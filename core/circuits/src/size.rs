//! Symbolic sizes in normal form: sums of monomials with rational coefficients, so that
//! `k*h` and `h*k` are one size and `4*m*k*h` is what four linear maps cost.

use std::collections::BTreeMap;
use std::fmt;

use num_bigint::BigInt;

use crate::expr::Expr;

/// A fraction in lowest terms with a positive denominator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ratio {
    pub numerator: i128,
    pub denominator: i128,
}

fn gcd(a: i128, b: i128) -> i128 {
    if b == 0 { a.abs() } else { gcd(b, a % b) }
}

impl Ratio {
    pub const fn whole(n: i128) -> Self {
        Self {
            numerator: n,
            denominator: 1,
        }
    }
    /// `None` for a zero denominator.
    pub fn new(numerator: i128, denominator: i128) -> Option<Self> {
        if denominator == 0 || numerator == i128::MIN || denominator == i128::MIN {
            return None;
        }
        let g = gcd(numerator, denominator).max(1) * denominator.signum();
        Some(Self {
            numerator: numerator / g,
            denominator: denominator / g,
        })
    }
    fn add(self, other: Self) -> Option<Self> {
        let left = self.numerator.checked_mul(other.denominator)?;
        let right = other.numerator.checked_mul(self.denominator)?;
        Self::new(
            left.checked_add(right)?,
            self.denominator.checked_mul(other.denominator)?,
        )
    }
    fn times(self, other: Self) -> Option<Self> {
        Self::new(
            self.numerator.checked_mul(other.numerator)?,
            self.denominator.checked_mul(other.denominator)?,
        )
    }
}

/// Powers of symbols; an exponent is never zero, and negative for a divisor.
pub type Monomial = BTreeMap<String, i32>;

/// A size: Σ coefficient × monomial. Zero has no terms.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Size {
    terms: BTreeMap<Monomial, Ratio>,
}

/// Sums with more terms than this are refused, so that a text can't make work without bound.
const MOST_TERMS: usize = 512;

impl Size {
    pub fn integer(n: u64) -> Self {
        Self::constant(Ratio::whole(i128::from(n)))
    }
    fn constant(ratio: Ratio) -> Self {
        let mut terms = BTreeMap::new();
        if ratio.numerator != 0 {
            terms.insert(Monomial::new(), ratio);
        }
        Self { terms }
    }
    pub fn symbol(name: &str) -> Self {
        let monomial = Monomial::from([(name.to_owned(), 1)]);
        Self {
            terms: BTreeMap::from([(monomial, Ratio::whole(1))]),
        }
    }
    pub fn one() -> Self {
        Self::integer(1)
    }
    pub fn is_zero(&self) -> bool {
        self.terms.is_empty()
    }

    /// The normal form of what was typed; the error says what a size can't hold.
    pub fn from_expr(expr: &Expr) -> Result<Self, String> {
        let overflow = || format!("The size {expr} is too large to count with.");
        match expr {
            Expr::Integer(n) => Ok(Self::integer(*n)),
            Expr::Symbol(name) => Ok(Self::symbol(name)),
            Expr::Add(a, b) => Self::from_expr(a)?
                .plus(&Self::from_expr(b)?)
                .ok_or_else(overflow),
            Expr::Subtract(a, b) => Self::from_expr(a)?
                .minus(&Self::from_expr(b)?)
                .ok_or_else(overflow),
            Expr::Multiply(a, b) => Self::from_expr(a)?
                .times(&Self::from_expr(b)?)
                .ok_or_else(overflow),
            Expr::Divide(a, b) => {
                let divisor = Self::from_expr(b)?;
                Self::from_expr(a)?.over(&divisor).ok_or_else(|| {
                    format!("The size {expr} divides by {b}: divide by a product of sizes only.")
                })
            }
            Expr::Power(a, b) => match &**b {
                Expr::Integer(n) if *n <= 16 => {
                    let base = Self::from_expr(a)?;
                    (0..*n).try_fold(Self::one(), |acc, _| acc.times(&base).ok_or_else(overflow))
                }
                _ => Err(format!(
                    "The size {expr} has the exponent {b}: a size takes whole exponents up to 16."
                )),
            },
            Expr::Decimal(x) => Err(format!("{x} is no size: a size is a whole number.")),
            Expr::Negate(_) => Err(format!("The size {expr} would be negative.")),
        }
    }

    pub fn plus(&self, other: &Self) -> Option<Self> {
        let mut sum = self.clone();
        for (monomial, ratio) in &other.terms {
            sum.accumulate(monomial, *ratio)?;
        }
        Some(sum)
    }
    pub fn minus(&self, other: &Self) -> Option<Self> {
        let mut sum = self.clone();
        for (monomial, ratio) in &other.terms {
            sum.accumulate(monomial, ratio.times(Ratio::whole(-1))?)?;
        }
        Some(sum)
    }
    pub fn times(&self, other: &Self) -> Option<Self> {
        let mut product = Self::default();
        for (a, x) in &self.terms {
            for (b, y) in &other.terms {
                product.accumulate(&join(a, b, 1)?, x.times(*y)?)?;
            }
        }
        Some(product)
    }
    /// Quotient by a single monomial.
    pub fn over(&self, divisor: &Self) -> Option<Self> {
        let mut terms = divisor.terms.iter();
        let (monomial, ratio) = terms.next()?;
        if terms.next().is_some() {
            return None;
        }
        let inverse = Ratio::new(ratio.denominator, ratio.numerator)?;
        let mut quotient = Self::default();
        for (a, x) in &self.terms {
            quotient.accumulate(&join(a, monomial, -1)?, x.times(inverse)?)?;
        }
        Some(quotient)
    }

    fn accumulate(&mut self, monomial: &Monomial, ratio: Ratio) -> Option<()> {
        let old = self.terms.get(monomial).copied().unwrap_or(Ratio::whole(0));
        let sum = old.add(ratio)?;
        if sum.numerator == 0 {
            self.terms.remove(monomial);
        } else {
            self.terms.insert(monomial.clone(), sum);
        }
        (self.terms.len() <= MOST_TERMS).then_some(())
    }

    /// Every symbol that occurs.
    pub fn symbols(&self) -> Vec<String> {
        let mut list: Vec<String> = self.terms.keys().flat_map(|m| m.keys().cloned()).collect();
        list.sort();
        list.dedup();
        list
    }

    /// Puts sizes in the place of symbols; `None` beyond what can be counted, or where a sum
    /// would stand below a fraction line.
    pub fn substitute(&self, with: &dyn Fn(&str) -> Option<Size>) -> Option<Self> {
        let mut result = Self::default();
        for (monomial, ratio) in &self.terms {
            let mut term = Self::constant(*ratio);
            for (name, power) in monomial {
                let factor = with(name).unwrap_or_else(|| Self::symbol(name));
                for _ in 0..power.unsigned_abs() {
                    term = if *power > 0 {
                        term.times(&factor)?
                    } else {
                        term.over(&factor)?
                    };
                }
            }
            result = result.plus(&term)?;
        }
        Some(result)
    }

    /// The symbol for which `self = 0` can be solved, with its value: it occurs once, alone,
    /// and `free` lets it be chosen.
    pub fn solve(&self, free: &dyn Fn(&str) -> bool) -> Option<(String, Self)> {
        for (monomial, ratio) in &self.terms {
            let mut powers = monomial.iter();
            let (Some((name, 1)), None) = (powers.next(), powers.next()) else {
                continue;
            };
            let elsewhere = self
                .terms
                .keys()
                .any(|other| other != monomial && other.contains_key(name));
            if !free(name) || elsewhere {
                continue;
            }
            let own = Self {
                terms: BTreeMap::from([(monomial.clone(), *ratio)]),
            };
            let rest = Self::default().minus(&self.minus(&own)?)?;
            let inverse = Ratio::new(ratio.denominator, ratio.numerator)?;
            return Some((name.clone(), rest.times(&Self::constant(inverse))?));
        }
        None
    }

    /// The exact value, if every symbol is known and it is a whole number.
    pub fn whole(&self, size: &dyn Fn(&str) -> Option<u64>) -> Result<BigInt, String> {
        let (mut numerator, mut denominator) = (BigInt::from(0), BigInt::from(1));
        for (monomial, ratio) in &self.terms {
            let (mut n, mut d) = (
                BigInt::from(ratio.numerator),
                BigInt::from(ratio.denominator),
            );
            for (name, power) in monomial {
                let value = size(name).ok_or_else(|| {
                    format!("The size {name} has no value; give it one in the where clause.")
                })?;
                let factor = BigInt::from(value).pow(power.unsigned_abs());
                if *power > 0 {
                    n *= factor;
                } else {
                    d *= factor;
                }
            }
            numerator = numerator * &d + n * &denominator;
            denominator *= d;
        }
        let zero = BigInt::from(0);
        if denominator == zero || &numerator % &denominator != zero {
            return Err(format!("The size {self} is not a whole number here."));
        }
        Ok(numerator / denominator)
    }
}

fn join(a: &Monomial, b: &Monomial, sign: i32) -> Option<Monomial> {
    let mut product = a.clone();
    for (name, power) in b {
        let sum = product
            .get(name)
            .copied()
            .unwrap_or(0)
            .checked_add(power.checked_mul(sign)?)?;
        if sum.unsigned_abs() > 64 {
            return None;
        }
        if sum == 0 {
            product.remove(name);
        } else {
            product.insert(name.clone(), sum);
        }
    }
    Some(product)
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.terms.is_empty() {
            return f.write_str("0");
        }
        // Constants last, as formulas are read.
        let (constant, others): (Vec<_>, Vec<_>) =
            self.terms.iter().partition(|(m, _)| m.is_empty());
        for (i, (monomial, ratio)) in others.into_iter().chain(constant).enumerate() {
            let negative = ratio.numerator < 0;
            f.write_str(match (i, negative) {
                (0, false) => "",
                (0, true) => "−",
                (_, false) => " + ",
                (_, true) => " − ",
            })?;
            let mut above: Vec<String> = Vec::new();
            let mut below: Vec<String> = Vec::new();
            let lead = ratio.numerator.unsigned_abs();
            for (name, power) in monomial {
                let list = if *power > 0 { &mut above } else { &mut below };
                list.push(match power.unsigned_abs() {
                    1 => name.clone(),
                    n => format!("{name}^{n}"),
                });
            }
            if lead != 1 || above.is_empty() {
                above.insert(0, lead.to_string());
            }
            if ratio.denominator != 1 {
                below.insert(0, ratio.denominator.to_string());
            }
            f.write_str(&above.join("·"))?;
            match below.len() {
                0 => {}
                1 => write!(f, "/{}", below[0])?,
                _ => write!(f, "/({})", below.join("·"))?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn s(name: &str) -> Size {
        Size::symbol(name)
    }

    #[test]
    fn products_commute_and_quotients_cancel() {
        let kh = s("k").times(&s("h")).unwrap();
        assert_eq!(kh, s("h").times(&s("k")).unwrap());
        assert_eq!(kh.over(&s("h")).unwrap(), s("k"));
        assert_eq!(kh.minus(&kh).unwrap(), Size::default());
    }

    #[test]
    fn a_quotient_that_is_not_whole_says_so() {
        let quarter = s("n").over(&Size::integer(4)).unwrap();
        assert_eq!(quarter.whole(&|_| Some(64)).unwrap(), BigInt::from(16));
        assert!(quarter.whole(&|_| Some(10)).unwrap_err().contains("n/4"));
    }

    #[test]
    fn a_free_symbol_is_solved_for() {
        // 2 n − 64 = 0
        let equation = s("n")
            .times(&Size::integer(2))
            .unwrap()
            .minus(&Size::integer(64))
            .unwrap();
        let (name, value) = equation.solve(&|_| true).unwrap();
        assert_eq!((name.as_str(), value), ("n", Size::integer(32)));
    }
}
