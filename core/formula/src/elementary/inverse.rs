//! Inverse trigonometric functions, after FreeBSD's msun (`s_atan.c`, `e_atan2.c`, `e_asin.c`,
//! `e_acos.c`, Sun Microsystems 1993), with selections in place of branches.

use super::arithmetic::{Arithmetic, Block, SIGN, Value};

const HALF_PI_HIGH: f64 = std::f64::consts::FRAC_PI_2;
const HALF_PI_LOW: f64 = 6.123_233_995_736_766e-17;

/// atan x for x ≥ 0 (∞ included), as one of five centres c plus atan((x − c)/(1 + c·x)).
#[inline(always)]
fn atan_positive<A: Arithmetic>(x: Value<'_, A>) -> Value<'_, A> {
    const EVEN: [f64; 6] = [
        3.333_333_333_333_293e-1,
        1.428_571_427_250_346_6e-1,
        9.090_887_133_436_507e-2,
        6.661_073_137_387_531e-2,
        4.976_877_994_615_932_4e-2,
        1.628_582_011_536_578_2e-2,
    ];
    const ODD: [f64; 5] = [
        -1.999_999_999_987_648_3e-1,
        -1.111_111_040_546_235_6e-1,
        -7.691_876_205_044_83e-2,
        -5.833_570_133_790_573_5e-2,
        -3.653_157_274_421_691_6e-2,
    ];
    // From which x a centre serves, the centre, and the two parts of its arc tangent.
    const CENTRES: [(f64, f64, f64, f64); 3] = [
        (
            0.4375,
            0.5,
            4.636_476_090_008_061e-1,
            2.269_877_745_296_168_7e-17,
        ),
        (
            0.6875,
            1.0,
            std::f64::consts::FRAC_PI_4,
            3.061_616_997_868_383e-17,
        ),
        (
            1.1875,
            1.5,
            9.827_937_232_473_29e-1,
            1.390_331_103_123_099_8e-17,
        ),
    ];
    let zero = x.number(0.0);
    let (mut centre, mut high, mut low) = (zero, zero, zero);
    for (from, at, arc_high, arc_low) in CENTRES {
        let here = x.number(from).less_equal(x);
        centre = here.choose(x.number(at), centre);
        high = here.choose(x.number(arc_high), high);
        low = here.choose(x.number(arc_low), low);
    }
    let far = x.number(2.4375).less_equal(x);
    high = far.choose(x.number(HALF_PI_HIGH), high);
    low = far.choose(x.number(HALF_PI_LOW), low);
    let above = far.choose(x.number(-1.0), x - centre);
    let below = far.choose(x, 1.0 + centre * x);
    let r = above / below;
    let z = r * r;
    let w = z * z;
    let sum = z * w.polynomial(&EVEN) + w * w.polynomial(&ODD);
    let value = high - ((r * sum - low) - r);
    x.note(Block::ArcTangent, [value]);
    value
}

#[inline(always)]
pub(crate) fn atan<A: Arithmetic>(x: Value<'_, A>) -> Value<'_, A> {
    atan_positive(x.abs()).xor(x.and_bits(SIGN))
}

#[inline(always)]
pub(crate) fn atan2<'a, A: Arithmetic>(y: Value<'a, A>, x: Value<'a, A>) -> Value<'a, A> {
    const PI_LOW: f64 = 1.224_646_799_147_353_2e-16;
    let (up, along) = (y.abs(), x.abs());
    let infinite = x.number(f64::INFINITY);
    let both_infinite = up.equal(infinite).and(along.equal(infinite));
    let ratio = up.is(0.0).choose(x.number(0.0), up / along);
    let ratio = both_infinite.choose(x.number(1.0), ratio);
    let angle = atan_positive(ratio);
    let behind = std::f64::consts::PI - (angle - PI_LOW);
    // The sign bit decides, so that −0 counts as negative.
    let negative = x.number(1.0).or(x.sign_bit()).below(0.0);
    let value = negative.choose(behind, angle).xor(y.and_bits(SIGN));
    x.is_nan().or(y.is_nan()).choose(x.number(f64::NAN), value)
}

/// (asin x − x)/x as a rational function of x², for |x| ≤ ½.
#[inline(always)]
fn asin_kernel<A: Arithmetic>(z: Value<'_, A>) -> Value<'_, A> {
    const P: [f64; 6] = [
        1.666_666_666_666_666_6e-1,
        -3.255_658_186_224_009e-1,
        2.012_125_321_348_629_3e-1,
        -4.005_553_450_067_941e-2,
        7.915_349_942_898_145e-4,
        3.479_331_075_960_212e-5,
    ];
    const Q: [f64; 5] = [
        1.0,
        -2.403_394_911_734_414,
        2.020_945_760_233_505_7,
        -6.882_839_716_054_533e-1,
        7.703_815_055_590_194e-2,
    ];
    z * z.polynomial(&P) / z.polynomial(&Q)
}

/// What `asin` and `acos` share: |x| above ½ is taken to √((1 − |x|)/2).
struct Arc<'a, A: Arithmetic> {
    outer: Value<'a, A>,
    kernel: Value<'a, A>,
    root: Value<'a, A>,
    root_high: Value<'a, A>,
    root_low: Value<'a, A>,
}

#[inline(always)]
fn arc<A: Arithmetic>(x: Value<'_, A>) -> Arc<'_, A> {
    let magnitude = x.abs();
    let outer = magnitude.above(0.5);
    let z = outer.choose((1.0 - magnitude) * 0.5, x * x);
    let root = z.sqrt();
    let root_high = root.and_bits(0xffff_ffff_0000_0000);
    let sum = root + root_high;
    let low = (z - root_high * root_high) / sum;
    Arc {
        outer,
        kernel: asin_kernel(z),
        root,
        root_high,
        root_low: sum.is(0.0).choose(x.number(0.0), low),
    }
}

#[inline(always)]
pub(crate) fn asin<A: Arithmetic>(x: Value<'_, A>) -> Value<'_, A> {
    const QUARTER_PI: f64 = std::f64::consts::FRAC_PI_4;
    let a = arc(x);
    let magnitude = x.abs();
    let inner = magnitude + magnitude * a.kernel;
    let p = 2.0 * a.root * a.kernel - (HALF_PI_LOW - 2.0 * a.root_low);
    let q = QUARTER_PI - 2.0 * a.root_high;
    let outer = QUARTER_PI - (p - q);
    let value = a.outer.choose(outer, inner).xor(x.and_bits(SIGN));
    x.note(Block::ArcSine, [value]);
    value
}

#[inline(always)]
pub(crate) fn acos<A: Arithmetic>(x: Value<'_, A>) -> Value<'_, A> {
    let a = arc(x);
    let inner = HALF_PI_HIGH - (x - (HALF_PI_LOW - x * a.kernel));
    let near_one = 2.0 * (a.root_high + (a.kernel * a.root + a.root_low));
    let near_minus_one = std::f64::consts::PI - 2.0 * (a.root + (a.kernel * a.root - HALF_PI_LOW));
    let outer = x.below(0.0).choose(near_minus_one, near_one);
    let value = a.outer.choose(outer, inner);
    x.note(Block::ArcSine, [value]);
    value
}
