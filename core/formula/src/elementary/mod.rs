//! Elementary functions of our own: f64 in, f64 out, without branches, without fused
//! multiply-add, without the platform's mathematical library. They give the same bits on every
//! machine and in every back end, because each is written once over [`arithmetic::Arithmetic`].
//!
//! Largest errors in units in the last place (ulp), as `tests/main.rs` checks them against a
//! multiple-precision reference:
//!
//! | Function | Bound | Where |
//! |---|---|---|
//! | `sin`, `cos` | 1 | abs(x) ≤ 2³¹; beyond, the argument's own last digits; from about 2⁵² some value in [−1, 1] |
//! | `tan` | 2 | as `sin` |
//! | `asin`, `acos`, `atan` | 1 | everywhere |
//! | `atan2` | 2 | everywhere |
//! | `exp`, `log`, `log2`, `log10`, `cbrt` | 1 | everywhere |
//! | `pow` | 1 | everywhere |
//! | `sinh`, `cosh`, `tanh` | 2 | everywhere |
//! | `sqrt`, `floor`, `ceil`, `round`, `trunc` | exact | everywhere |
//! | `modulo` | 1 ulp of x | abs(x/m) < 2²⁶ |
//!
//! In a formula, integers up to ±64 and odd halves up to ±9/2 as exponents stand for products, a
//! square root and a reciprocal, each correctly rounded: x^(3/2) and x^(−3/2) within 3.

pub mod arithmetic;
mod exponential;
mod hyperbolic;
mod inverse;
mod power;
mod steps;
mod trigonometric;

use crate::function::Function;
use arithmetic::{Arithmetic, Direct, Value};

pub(crate) use power::{integer_power, pow as pow_value};
pub(crate) use steps::fraction;

/// A function of one argument over any arithmetic; two-argument functions give their argument
/// back (see [`apply_two`]).
#[inline]
pub(crate) fn apply_one<A: Arithmetic>(function: Function, x: Value<'_, A>) -> Value<'_, A> {
    match function {
        Function::Sin => trigonometric::sin(x),
        Function::Cos => trigonometric::cos(x),
        Function::Tan => trigonometric::tan(x),
        Function::Asin => inverse::asin(x),
        Function::Acos => inverse::acos(x),
        Function::Atan => inverse::atan(x),
        Function::Sinh => hyperbolic::sinh(x),
        Function::Cosh => hyperbolic::cosh(x),
        Function::Tanh => hyperbolic::tanh(x),
        Function::Exp => exponential::exp(x),
        Function::Log => exponential::log(x),
        Function::Log2 => exponential::log2(x),
        Function::Log10 => exponential::log10(x),
        Function::Sqrt => x.sqrt(),
        Function::Cbrt => power::cbrt(x),
        Function::Abs => x.abs(),
        Function::Sign => steps::sign(x),
        Function::Floor => x.floor(),
        Function::Ceil => steps::ceil(x),
        Function::Round => x.nearest(),
        Function::Trunc => steps::trunc(x),
        Function::Heaviside => steps::heaviside(x),
        Function::Atan2 | Function::Mod | Function::Min | Function::Max => x,
    }
}

/// A function of two arguments over any arithmetic.
#[inline]
pub(crate) fn apply_two<'a, A: Arithmetic>(
    function: Function,
    a: Value<'a, A>,
    b: Value<'a, A>,
) -> Value<'a, A> {
    match function {
        Function::Atan2 => inverse::atan2(a, b),
        Function::Mod => steps::modulo(a, b),
        Function::Min => steps::min(a, b),
        Function::Max => steps::max(a, b),
        other => apply_one(other, a),
    }
}

macro_rules! of_one {
    ($($(#[$doc:meta])* $name:ident = $path:path;)*) => {$(
        $(#[$doc])*
        pub fn $name(x: f64) -> f64 {
            f64::from_bits($path(Value::new(&Direct, x.to_bits())).word)
        }
    )*};
}

macro_rules! of_two {
    ($($(#[$doc:meta])* $name:ident = $path:path;)*) => {$(
        $(#[$doc])*
        pub fn $name(a: f64, b: f64) -> f64 {
            let (a, b) = (Value::new(&Direct, a.to_bits()), Value::new(&Direct, b.to_bits()));
            f64::from_bits($path(a, b).word)
        }
    )*};
}

of_one! {
    /// Sine.
    sin = trigonometric::sin;
    /// Cosine.
    cos = trigonometric::cos;
    /// Tangent.
    tan = trigonometric::tan;
    /// Arc sine, from −π/2 to π/2; NaN outside [−1, 1].
    asin = inverse::asin;
    /// Arc cosine, from 0 to π; NaN outside [−1, 1].
    acos = inverse::acos;
    /// Arc tangent, from −π/2 to π/2.
    atan = inverse::atan;
    /// Hyperbolic sine.
    sinh = hyperbolic::sinh;
    /// Hyperbolic cosine.
    cosh = hyperbolic::cosh;
    /// Hyperbolic tangent.
    tanh = hyperbolic::tanh;
    /// eˣ.
    exp = exponential::exp;
    /// Natural logarithm; −∞ at 0, NaN below.
    log = exponential::log;
    /// Logarithm to base 2.
    log2 = exponential::log2;
    /// Logarithm to base 10.
    log10 = exponential::log10;
    /// Square root, correctly rounded.
    sqrt = Value::sqrt;
    /// Cube root, of negative numbers too.
    cbrt = power::cbrt;
    /// Absolute value.
    abs = Value::abs;
    /// −1, 0 or 1; zeros keep their sign.
    sign = steps::sign;
    /// Largest integer not above.
    floor = Value::floor;
    /// Smallest integer not below.
    ceil = steps::ceil;
    /// Nearest integer, halves to the even one.
    round = Value::nearest;
    /// The integer towards 0.
    trunc = steps::trunc;
    /// 0 below zero, 1 from zero on.
    heaviside = steps::heaviside;
}

of_two! {
    /// The angle of the point (b, a), from −π to π: `atan2(y, x)`.
    atan2 = inverse::atan2;
    /// a to the power b, with the special values of IEEE 754.
    pow = power::pow;
    /// a − b·floor(a/b): it has the sign of b.
    modulo = steps::modulo;
    /// The smaller one; NaN if either is NaN.
    min = steps::min;
    /// The larger one; NaN if either is NaN.
    max = steps::max;
}
