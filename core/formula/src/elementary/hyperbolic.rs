//! Hyperbolic functions: power series near 0, exponentials elsewhere.

use super::arithmetic::{Arithmetic, Block, SIGN, Value};
use super::exponential::{exp, exp_scaled};

/// 1/3!, 1/5!, …, 1/21!
const SINH: [f64; 10] = [
    1.0 / 6.0,
    1.0 / 120.0,
    1.0 / 5040.0,
    1.0 / 362880.0,
    1.0 / 39916800.0,
    1.0 / 6227020800.0,
    1.0 / 1307674368000.0,
    1.0 / 355687428096000.0,
    1.0 / 121645100408832000.0,
    1.0 / 51090942171709440000.0,
];

/// sinh x for |x| ≤ 1.
#[inline(always)]
fn sinh_series<A: Arithmetic>(x: Value<'_, A>) -> Value<'_, A> {
    let z = x * x;
    let value = x + x * (z * z.polynomial(&SINH));
    x.note(Block::HyperbolicSine, [value]);
    value
}

#[inline(always)]
pub(crate) fn sinh<A: Arithmetic>(x: Value<'_, A>) -> Value<'_, A> {
    let magnitude = x.abs();
    let half = exp_scaled(magnitude, -1.0);
    let far = half - 0.25 / half;
    let far = far.xor(x.and_bits(SIGN));
    magnitude.above(1.0).choose(far, sinh_series(x))
}

#[inline(always)]
pub(crate) fn cosh<A: Arithmetic>(x: Value<'_, A>) -> Value<'_, A> {
    let half = exp_scaled(x.abs(), -1.0);
    half + 0.25 / half
}

#[inline(always)]
pub(crate) fn tanh<A: Arithmetic>(x: Value<'_, A>) -> Value<'_, A> {
    // cosh x − 1 = 2·sinh²(x/2), so the near branch needs one series.
    let magnitude = x.abs();
    let half = sinh_series(0.5 * x);
    let square = half * half;
    // tanh x = 2·s·√(1 + s²)/(1 + 2·s²) with s = sinh(x/2).
    let near = 2.0 * half * (1.0 + square).sqrt() / (1.0 + 2.0 * square);
    let far = 1.0 - 2.0 / (exp(2.0 * magnitude) + 1.0);
    let far = far.xor(x.and_bits(SIGN));
    magnitude.above(0.55).choose(far, near)
}
