//! Powers and roots. `pow` follows FreeBSD's `e_pow.c` (Sun Microsystems 2004): log₂ x to about
//! 75 bits, times y, then 2 to that by a series; its special values are those of IEEE 754 (C99 annex F).

use super::arithmetic::{Arithmetic, Block, SIGN, Value};
use super::exponential::{beyond_first_order, power_of_two, scale};

/// The word without its low 32 bits: at most 21 bits of mantissa, so products of two are exact.
const UPPER: u64 = 0xffff_ffff_0000_0000;

/// log₂ of a positive finite number as an upper part of at most 21 bits and a lower part.
#[inline(always)]
fn log2_parts<A: Arithmetic>(x: Value<'_, A>) -> (Value<'_, A>, Value<'_, A>) {
    const L: [f64; 6] = [
        5.999_999_999_999_946e-1,
        4.285_714_285_785_502e-1,
        3.333_333_298_183_774_3e-1,
        2.727_281_238_085_34e-1,
        2.306_607_457_755_617_5e-1,
        2.069_750_178_003_384_2e-1,
    ];
    const TWO_THIRDS_LN2: f64 = 9.617_966_939_259_756e-1;
    const TWO_THIRDS_LN2_HIGH: f64 = 9.617_967_009_544_373e-1;
    const TWO_THIRDS_LN2_LOW: f64 = -7.028_461_650_952_758e-9;
    const LOG2_3_HALVES_HIGH: f64 = 5.849_624_872_207_642e-1;
    const LOG2_3_HALVES_LOW: f64 = 1.350_039_202_129_749e-8;
    // The largest mantissas are divided by 2; those about 3/2 are compared with 3/2.
    const ROOT_THREE_HALVES: u64 = 0x3ff3_988f_0000_0000;
    const ROOT_THREE: u64 = 0x3ffb_b67a_0000_0000;

    let tiny = x.below(f64::MIN_POSITIVE);
    let normal = tiny.choose(x * 18014398509481984.0, x);
    let bias = tiny.choose(
        x.number(4503599627371519.0 + 54.0),
        x.number(4503599627371519.0),
    );
    let exponent = normal
        .shift_right(52)
        .or_bits(4503599627370496.0_f64.to_bits())
        - bias;
    let mantissa = normal
        .and_bits(0x000f_ffff_ffff_ffff)
        .or_bits(0x3ff0_0000_0000_0000);
    let small = mantissa.less(mantissa.bits(ROOT_THREE_HALVES));
    let large = mantissa.bits(ROOT_THREE).less_equal(mantissa);
    let a = large.choose(mantissa * 0.5, mantissa);
    let n = large.choose(exponent + 1.0, exponent);
    let centred = small.or(large);
    let base = centred.choose(x.number(1.0), x.number(1.5));
    let table_high = centred.choose(x.number(0.0), x.number(LOG2_3_HALVES_HIGH));
    let table_low = centred.choose(x.number(0.0), x.number(LOG2_3_HALVES_LOW));

    let u = a - base;
    let v = 1.0 / (a + base);
    let s = u * v;
    let s_high = s.and_bits(UPPER);
    let t_high = (a + base).and_bits(UPPER);
    let t_low = a - (t_high - base);
    let s_low = v * ((u - s_high * t_high) - s_high * t_low);
    let s2 = s * s;
    let r = s2 * s2 * s2.polynomial(&L) + s_low * (s_high + s);
    let s2 = s_high * s_high;
    let t_high = (3.0 + s2 + r).and_bits(UPPER);
    let t_low = r - ((t_high - 3.0) - s2);
    let u = s_high * t_high;
    let v = s_low * t_high + t_low * s;
    let p_high = (u + v).and_bits(UPPER);
    let p_low = v - (p_high - u);
    let z_high = p_high * TWO_THIRDS_LN2_HIGH;
    let z_low = p_high * TWO_THIRDS_LN2_LOW + p_low * TWO_THIRDS_LN2 + table_low;
    let upper = (((z_high + z_low) + table_high) + n).and_bits(UPPER);
    let lower = z_low - (((upper - n) - table_high) - z_high);
    (upper, lower)
}

/// 2 to the power upper + lower, for |upper + lower| ≤ 1100.
#[inline(always)]
fn exp2_parts<'a, A: Arithmetic>(upper: Value<'a, A>, lower: Value<'a, A>) -> Value<'a, A> {
    const LN2: f64 = std::f64::consts::LN_2;
    const LN2_HIGH: f64 = 6.931_471_824_645_996e-1;
    const LN2_LOW: f64 = -1.904_654_299_957_768e-9;
    // The lower part is below 2⁻⁸ and comes late; without it |upper + lower| ≤ 0.504 is left.
    let n = upper.nearest();
    let upper = upper - n;
    let t = (lower + upper).and_bits(UPPER);
    let u = t * LN2_HIGH;
    let v = (lower - (t - upper)) * LN2 + t * LN2_LOW;
    let z = u + v;
    let w = v - (z - u);
    let rest = z + (beyond_first_order(z) + (w + z * w));
    scale(1.0 + rest, n)
}

#[inline(always)]
pub(crate) fn pow<'a, A: Arithmetic>(x: Value<'a, A>, y: Value<'a, A>) -> Value<'a, A> {
    let (zero, one) = (x.number(0.0), x.number(1.0));
    let infinity = x.number(f64::INFINITY);
    let magnitude = x.abs();

    // Exponents beyond ±2⁶⁵ overflow or vanish for every |x| except 1.
    const FAR: f64 = 36893488147419103232.0;
    let bounded = y.above(FAR).choose(x.number(FAR), y);
    let bounded = bounded.below(-FAR).choose(x.number(-FAR), bounded);
    let (log_upper, log_lower) = log2_parts(magnitude);
    let y_upper = bounded.and_bits(UPPER);
    let lower = (bounded - y_upper) * log_upper + bounded * log_lower;
    let upper = y_upper * log_upper;
    let whole = upper + lower;
    let value = exp2_parts(upper, lower);

    // All that is special is known before the value is, and is put in its place at once. The
    // sign of negative x, from a power that is an odd integer:
    let integer = y.floor().equal(y);
    let half = y * 0.5;
    let odd = integer.and(half.floor().equal(half).not());
    let sign = x.and(odd).sign_bit();
    // Powers beyond all numbers, and |x| of 0 and ∞.
    let high = whole.above(1100.0);
    let low = whole.below(-1100.0);
    let rises = zero.less(y);
    let at_zero = rises.choose(zero, infinity);
    let at_infinity = rises.choose(infinity, zero);
    let (is_zero, is_infinite) = (magnitude.is(0.0), magnitude.equal(infinity));
    let special = high.choose(infinity, zero);
    let special = is_zero.choose(at_zero, special);
    let special = is_infinite.choose(at_infinity, special).xor(sign);
    // Negative x to a power that is no integer.
    let undefined = x
        .less(zero)
        .and(integer.not())
        .and(magnitude.less(infinity));
    let undefined = undefined.or(x.is_nan().or(y.is_nan()));
    let special = undefined.choose(x.number(f64::NAN), special);
    let is_one = y.is(0.0).or(x.is(1.0));
    let special = is_one.choose(one, special);
    let is_special = high
        .or(low)
        .or(is_zero.or(is_infinite))
        .or(undefined.or(is_one));
    let value = is_special.choose(special, value.xor(sign));
    x.note(Block::Power, [value]);
    value
}

/// x to an integer power by repeated squaring; negative powers are 1 over the positive ones.
#[inline(always)]
pub(crate) fn integer_power<A: Arithmetic>(x: Value<'_, A>, power: i32) -> Value<'_, A> {
    let mut result: Option<Value<'_, A>> = None;
    let mut square = x;
    let mut rest = power.unsigned_abs();
    while rest > 0 {
        if rest & 1 == 1 {
            result = Some(match result {
                Some(result) => result * square,
                None => square,
            });
        }
        rest >>= 1;
        if rest > 0 {
            square = square * square;
        }
    }
    match result {
        None => x.number(1.0),
        Some(result) if power < 0 => 1.0 / result,
        Some(result) => result,
    }
}

/// Cube root: a cubic fit on [1, 8), one step of Halley's method, and a last step of Newton's on
/// 22 bits, whose square is exact (as in FreeBSD's `s_cbrt.c`).
#[inline(always)]
pub(crate) fn cbrt<A: Arithmetic>(x: Value<'_, A>) -> Value<'_, A> {
    /// Cube root on [1, 8) within 0.53 %.
    const FIT: [f64; 4] = [
        0.6816088432976947,
        0.3645801662499039,
        -0.04331899864474508,
        0.0023135767339070457,
    ];
    let magnitude = x.abs();
    let tiny = magnitude.below(f64::MIN_POSITIVE);
    let normal = tiny.choose(magnitude * 18014398509481984.0, magnitude);
    let exponent = normal
        .shift_right(52)
        .or_bits(4503599627370496.0_f64.to_bits())
        - 4503599627371519.0;
    let third = ((exponent + 0.5) * (1.0 / 3.0)).floor();
    let mantissa = normal * power_of_two(third * -3.0);
    let guess = mantissa.polynomial(&FIT);
    let cube = guess * guess * guess;
    let better = guess * ((cube + 2.0 * mantissa) / (2.0 * cube + mantissa));
    let root = better.and_bits(0xffff_ffff_c000_0000);
    let rest = mantissa / (root * root);
    let rest = (rest - root) / (root + rest + root);
    let root = root + root * rest;
    let shift = tiny.choose(third - 18.0, third);
    let value = (root * power_of_two(shift)).or(x.and_bits(SIGN));
    let ordinary = magnitude.above(0.0).and(magnitude.below(f64::INFINITY));
    let value = ordinary.choose(value, x);
    x.note(Block::CubeRoot, [value]);
    value
}
