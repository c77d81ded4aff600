//! Hyperbolic functions: power series near 0, exponentials elsewhere.

use super::arithmetic::{Arithmetic, Block, SIGN, Value};
use super::exponential::{exp_less_one, exp_scaled};

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
    // tanh x = t/(t + 2) with t = exp(2x) − 1; from 22 on it is 1 but for less than half an ulp.
    let double = 2.0 * x.abs();
    let double = double.above(44.0).choose(x.number(44.0), double);
    let t = exp_less_one(double);
    let value = (t / (t + 2.0)).xor(x.and_bits(SIGN));
    x.note(Block::HyperbolicTangent, [value]);
    value
}
