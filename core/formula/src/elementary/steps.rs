//! Rounding, sign, remainder, minimum and maximum. All pass NaN on.

use super::arithmetic::{Arithmetic, SIGN, Value};

#[inline(always)]
pub(crate) fn ceil<A: Arithmetic>(x: Value<'_, A>) -> Value<'_, A> {
    -(-x).floor()
}

#[inline(always)]
pub(crate) fn trunc<A: Arithmetic>(x: Value<'_, A>) -> Value<'_, A> {
    x.abs().floor().or(x.and_bits(SIGN))
}

#[inline(always)]
pub(crate) fn sign<A: Arithmetic>(x: Value<'_, A>) -> Value<'_, A> {
    let one = x.number(1.0);
    let negative = x.below(0.0).choose(x.number(-1.0), x);
    x.above(0.0).choose(one, negative)
}

#[inline(always)]
pub(crate) fn heaviside<A: Arithmetic>(x: Value<'_, A>) -> Value<'_, A> {
    let zero = x.number(0.0);
    let below = x.less(zero).choose(zero, x);
    zero.less_equal(x).choose(x.number(1.0), below)
}

#[inline(always)]
pub(crate) fn min<'a, A: Arithmetic>(a: Value<'a, A>, b: Value<'a, A>) -> Value<'a, A> {
    a.less(b).or(a.is_nan()).choose(a, b)
}

#[inline(always)]
pub(crate) fn max<'a, A: Arithmetic>(a: Value<'a, A>, b: Value<'a, A>) -> Value<'a, A> {
    b.less(a).or(a.is_nan()).choose(a, b)
}

/// x − m·floor(x/m). The product is taken exactly (Dekker 1971), so that no digit of x is lost
/// while the quotient is below 2²⁶.
#[inline(always)]
pub(crate) fn modulo<'a, A: Arithmetic>(x: Value<'a, A>, m: Value<'a, A>) -> Value<'a, A> {
    /// 2²⁷ + 1
    const SPLIT: f64 = 134217729.0;
    let halves = |v: Value<'a, A>| {
        let wide = v * SPLIT;
        let high = wide - (wide - v);
        (high, v - high)
    };
    let q = (x / m).floor();
    let product = q * m;
    let ((q_high, q_low), (m_high, m_low)) = (halves(q), halves(m));
    let error = ((q_high * m_high - product) + q_high * m_low + q_low * m_high) + q_low * m_low;
    let rest = (x - product) - error;
    // The quotient may have been rounded up to the next integer, or down to it.
    let flipped = rest.xor(m.and_bits(SIGN));
    let under = flipped.below(0.0);
    let over = m.abs().less_equal(flipped);
    let rest = under.choose(rest + m, rest);
    let rest = over.choose(rest - m, rest);
    // A quotient of 0 leaves x as it is; an infinite m leaves x of its own sign.
    q.is(0.0).choose(x, rest)
}

/// The remainder by 1, below 1.
#[inline(always)]
pub(crate) fn fraction<A: Arithmetic>(x: Value<'_, A>) -> Value<'_, A> {
    let rest = x - x.floor();
    rest.below(1.0)
        .or(rest.is_nan())
        .choose(rest, x.number(0.0))
}
