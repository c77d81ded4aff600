//! Expressions as they are typed: sizes such as `n1/4` and factors such as `k^(-1/2)`.

use std::fmt;

/// An expression over sizes. A size uses +, −, ×, ÷ only; a factor anything.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    Integer(u64),
    /// A number with a fraction, in factors only.
    Decimal(f64),
    Symbol(String),
    Negate(Box<Expr>),
    Add(Box<Expr>, Box<Expr>),
    Subtract(Box<Expr>, Box<Expr>),
    Multiply(Box<Expr>, Box<Expr>),
    Divide(Box<Expr>, Box<Expr>),
    Power(Box<Expr>, Box<Expr>),
}

impl Expr {
    pub fn symbol(name: &str) -> Self {
        Self::Symbol(name.to_owned())
    }

    /// The real value, sizes looked up by `size`; `None` where a size is not known.
    pub fn value(&self, size: &dyn Fn(&str) -> Option<f64>) -> Option<f64> {
        Some(match self {
            Self::Integer(n) => *n as f64,
            Self::Decimal(x) => *x,
            Self::Symbol(name) => size(name)?,
            Self::Negate(a) => -a.value(size)?,
            Self::Add(a, b) => a.value(size)? + b.value(size)?,
            Self::Subtract(a, b) => a.value(size)? - b.value(size)?,
            Self::Multiply(a, b) => a.value(size)? * b.value(size)?,
            Self::Divide(a, b) => a.value(size)? / b.value(size)?,
            Self::Power(a, b) => power(a.value(size)?, b.value(size)?),
        })
    }

    /// Every symbol, left to right.
    pub fn symbols<'a>(&'a self, into: &mut Vec<&'a str>) {
        match self {
            Self::Integer(_) | Self::Decimal(_) => {}
            Self::Symbol(name) => into.push(name),
            Self::Negate(a) => a.symbols(into),
            Self::Add(a, b)
            | Self::Subtract(a, b)
            | Self::Multiply(a, b)
            | Self::Divide(a, b)
            | Self::Power(a, b) => {
                a.symbols(into);
                b.symbols(into);
            }
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Add(..) | Self::Subtract(..) => 1,
            Self::Multiply(..) | Self::Divide(..) => 2,
            Self::Negate(_) => 3,
            Self::Power(..) => 4,
            Self::Integer(_) | Self::Decimal(_) | Self::Symbol(_) => 5,
        }
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, least: u8) -> fmt::Result {
        let rank = self.rank();
        if rank < least {
            f.write_str("(")?;
        }
        match self {
            Self::Integer(n) => write!(f, "{n}")?,
            // A decimal keeps its point, so that it reads back as a decimal.
            Self::Decimal(x) => write!(f, "{x:?}")?,
            Self::Symbol(name) => f.write_str(name)?,
            Self::Negate(a) => {
                f.write_str("-")?;
                a.write(f, 3)?;
            }
            Self::Add(a, b) => {
                a.write(f, 1)?;
                f.write_str(" + ")?;
                b.write(f, 2)?;
            }
            Self::Subtract(a, b) => {
                a.write(f, 1)?;
                f.write_str(" - ")?;
                b.write(f, 2)?;
            }
            Self::Multiply(a, b) => {
                a.write(f, 2)?;
                f.write_str("*")?;
                b.write(f, 3)?;
            }
            Self::Divide(a, b) => {
                a.write(f, 2)?;
                f.write_str("/")?;
                b.write(f, 3)?;
            }
            Self::Power(a, b) => {
                a.write(f, 5)?;
                f.write_str("^")?;
                b.write(f, 5)?;
            }
        }
        if rank < least {
            f.write_str(")")?;
        }
        Ok(())
    }

    /// As an item of a list of axes, where + and − need parentheses.
    pub fn as_item(&self) -> String {
        struct Item<'a>(&'a Expr);
        impl fmt::Display for Item<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.write(f, 2)
            }
        }
        Item(self).to_string()
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, 0)
    }
}

/// a^b; halves through the square root, which every machine rounds the same way.
fn power(a: f64, b: f64) -> f64 {
    if b == 0.5 {
        a.sqrt()
    } else if b == -0.5 {
        1.0 / a.sqrt()
    } else if b.fract() == 0.0 && b.abs() <= 64.0 {
        let mut result = 1.0;
        for _ in 0..b.abs() as u32 {
            result *= a;
        }
        if b < 0.0 { 1.0 / result } else { result }
    } else {
        a.powf(b)
    }
}
