//! Exponential and logarithms: the reduction of FreeBSD's `e_exp.c` and a series without division,
//! and `e_log.c`, `k_log.h`, `e_log2.c`, `e_log10.c` (msun, Sun Microsystems 1993), without branches
//! and without table.

use super::arithmetic::{Arithmetic, Block, Value};

/// 2⁵² + 1023: a number plus this has number + 1023 in its low bits.
const EXPONENT_BIAS: f64 = 4503599627371519.0;
const LN2_HIGH: f64 = 6.931_471_803_691_238e-1;
const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
const LARGEST: f64 = f64::MAX;

/// 2ⁿ for an integer n from −1022 to 1023.
#[inline(always)]
pub(crate) fn power_of_two<A: Arithmetic>(n: Value<'_, A>) -> Value<'_, A> {
    (n + EXPONENT_BIAS).shift_left(52)
}

/// y·2ⁿ for an integer n from −2044 to 2046, in two steps so that the result may be subnormal.
#[inline(always)]
pub(crate) fn scale<'a, A: Arithmetic>(y: Value<'a, A>, n: Value<'a, A>) -> Value<'a, A> {
    let first = (n * 0.5).floor();
    y * power_of_two(first) * power_of_two(n - first)
}

/// 1/2!, 1/3!, …, 1/13!: what follows is below 5·10⁻¹⁸ for |r| ≤ ln(2)/2.
const SECOND: [f64; 12] = [
    1.0 / 2.0,
    1.0 / 6.0,
    1.0 / 24.0,
    1.0 / 120.0,
    1.0 / 720.0,
    1.0 / 5040.0,
    1.0 / 40320.0,
    1.0 / 362880.0,
    1.0 / 3628800.0,
    1.0 / 39916800.0,
    1.0 / 479001600.0,
    1.0 / 6227020800.0,
];

/// eʳ − 1 − r for |r| ≤ 0.35.
#[inline(always)]
pub(crate) fn beyond_first_order<A: Arithmetic>(r: Value<'_, A>) -> Value<'_, A> {
    r * r * r.polynomial(&SECOND)
}

/// x = n·ln 2 + r with |r| ≤ ln(2)/2, and eʳ − 1.
struct Reduced<'a, A: Arithmetic> {
    n: Value<'a, A>,
    rest: Value<'a, A>,
}

#[inline(always)]
fn reduce<A: Arithmetic>(x: Value<'_, A>) -> Reduced<'_, A> {
    let n = (x * std::f64::consts::LOG2_E).nearest();
    let high = x - n * LN2_HIGH;
    let low = n * LN2_LOW;
    let rest = high + (beyond_first_order(high - low) - low);
    Reduced { n, rest }
}

/// eˣ·2ˢ for a small integer s.
#[inline(always)]
pub(crate) fn exp_scaled<A: Arithmetic>(x: Value<'_, A>, s: f64) -> Value<'_, A> {
    let Reduced { n, rest } = reduce(x);
    let value = scale(1.0 + rest, if s == 0.0 { n } else { n + s });
    // Where nothing can be said of the rest the limits are known.
    let value = x.above(711.0).choose(x.number(f64::INFINITY), value);
    let value = x.below(-747.0).choose(x.number(0.0), value);
    x.note(Block::Exponential, [value]);
    value
}

/// eˣ − 1 for 0 ≤ x ≤ 700, within 2 ulp.
#[inline(always)]
pub(crate) fn exp_less_one<A: Arithmetic>(x: Value<'_, A>) -> Value<'_, A> {
    let Reduced { n, rest } = reduce(x);
    let power = power_of_two(n);
    power * rest + (power - 1.0)
}

#[inline(always)]
pub(crate) fn exp<A: Arithmetic>(x: Value<'_, A>) -> Value<'_, A> {
    exp_scaled(x, 0.0)
}

/// x = 2ᵏ·(1 + f) with 1 + f between √½ and √2.
struct Split<'a, A: Arithmetic> {
    k: Value<'a, A>,
    f: Value<'a, A>,
}

#[inline(always)]
fn split<A: Arithmetic>(x: Value<'_, A>) -> Split<'_, A> {
    const ONE: u64 = 0x3ff0_0000_0000_0000;
    const ROOT_HALF: u64 = 0x3fe6_a09e_0000_0000;
    let tiny = x.below(f64::MIN_POSITIVE);
    let normal = tiny.choose(x * 18014398509481984.0, x);
    let bits = normal.add_bits(ONE - ROOT_HALF);
    let k = bits
        .shift_right(52)
        .or_bits(4503599627370496.0_f64.to_bits());
    let bias = tiny.choose(x.number(EXPONENT_BIAS + 54.0), x.number(EXPONENT_BIAS));
    let mantissa = bits.and_bits(0x000f_ffff_ffff_ffff).add_bits(ROOT_HALF);
    Split {
        k: k - bias,
        f: mantissa - 1.0,
    }
}

/// The common kernel: s·(f²/2 + R(s)), so that log(1 + f) = f − f²/2 + kernel.
#[inline(always)]
fn kernel<'a, A: Arithmetic>(f: Value<'a, A>, half_square: Value<'a, A>) -> Value<'a, A> {
    const EVEN: [f64; 3] = [
        3.999_999_999_940_942e-1,
        2.222_219_843_214_978_4e-1,
        1.531_383_769_920_937_3e-1,
    ];
    const ODD: [f64; 4] = [
        6.666_666_666_666_735e-1,
        2.857_142_874_366_239e-1,
        1.818_357_216_161_805e-1,
        1.479_819_860_510_658_6e-1,
    ];
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let r = z * w.polynomial(&ODD) + w * w.polynomial(&EVEN);
    s * (half_square + r)
}

/// The value for ordinary x; −∞ at 0, NaN below, ∞ and NaN unchanged.
#[inline(always)]
fn with_limits<'a, A: Arithmetic>(x: Value<'a, A>, value: Value<'a, A>) -> Value<'a, A> {
    let zero = x.number(0.0);
    let limits = x.is(0.0).choose(x.number(f64::NEG_INFINITY), x);
    let limits = x.less(zero).choose(x.number(f64::NAN), limits);
    let ordinary = zero.less(x).and(x.less_equal(x.number(LARGEST)));
    let value = ordinary.choose(value, limits);
    x.note(Block::Logarithm, [value]);
    value
}

#[inline(always)]
pub(crate) fn log<A: Arithmetic>(x: Value<'_, A>) -> Value<'_, A> {
    let Split { k, f } = split(x);
    let half_square = 0.5 * f * f;
    let value = kernel(f, half_square) + k * LN2_LOW - half_square + f + k * LN2_HIGH;
    with_limits(x, value)
}

/// log(1 + f) as a high part of 21 bits and a low part.
#[inline(always)]
fn high_low<A: Arithmetic>(f: Value<'_, A>) -> (Value<'_, A>, Value<'_, A>) {
    let half_square = 0.5 * f * f;
    let high = (f - half_square).and_bits(0xffff_ffff_0000_0000);
    let low = (f - high) - half_square + kernel(f, half_square);
    (high, low)
}

#[inline(always)]
pub(crate) fn log2<A: Arithmetic>(x: Value<'_, A>) -> Value<'_, A> {
    const HIGH: f64 = 1.442_695_040_721_446_3;
    const LOW: f64 = 1.675_171_316_488_651_2e-10;
    let Split { k, f } = split(x);
    let (high, low) = high_low(f);
    let main = high * HIGH;
    let rest = (low + high) * LOW + low * HIGH;
    let sum = k + main;
    with_limits(x, rest + ((k - sum) + main) + sum)
}

#[inline(always)]
pub(crate) fn log10<A: Arithmetic>(x: Value<'_, A>) -> Value<'_, A> {
    const HIGH: f64 = 4.342_944_818_781_689e-1;
    const LOW: f64 = 2.508_294_671_164_527_5e-11;
    const LOG10_2_HIGH: f64 = 3.010_299_956_636_117_7e-1;
    const LOG10_2_LOW: f64 = 3.694_239_077_158_931e-13;
    let Split { k, f } = split(x);
    let (high, low) = high_low(f);
    let main = high * HIGH;
    let whole = k * LOG10_2_HIGH;
    let rest = k * LOG10_2_LOW + (low + high) * LOW + low * HIGH;
    let sum = whole + main;
    with_limits(x, rest + ((whole - sum) + main) + sum)
}
