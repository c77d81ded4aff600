//! Sine, cosine and tangent: four-part reduction by π/2 (22 + 22 + 22 + 53 bits, so that the first
//! products are exact for arguments up to 2³¹) and the polynomials of FreeBSD's msun (`k_sin.c`,
//! `k_cos.c`, Sun Microsystems 1993).

use super::arithmetic::{Arithmetic, Binary, Block, SIGN, Value};

const TWO_OVER_PI: f64 = std::f64::consts::FRAC_2_PI;
/// 1.5·2⁵²: adding it rounds to an integer whose bits stand at the low end.
const ROUNDER: f64 = 6755399441055744.0;
const HALF_PI: [f64; 4] = [
    1.570796012878418,
    3.139164164167596e-07,
    6.223371969669989e-14,
    2.0222662487959506e-21,
];

/// Both kernels at the reduced argument, and the quadrant in the low bits.
struct Reduced<'a, A: Arithmetic> {
    sine: Value<'a, A>,
    cosine: Value<'a, A>,
    quadrant: Value<'a, A>,
}

#[inline(always)]
fn reduce<A: Arithmetic>(x: Value<'_, A>) -> Reduced<'_, A> {
    // The cosine beside a sine has all this done.
    if let Some([sine, cosine, quadrant]) = x.noted(Block::Circular) {
        return Reduced {
            sine,
            cosine,
            quadrant,
        };
    }
    let quadrant = x * TWO_OVER_PI + ROUNDER;
    let n = quadrant - ROUNDER;
    let near = x - n * HALF_PI[0];
    let near = near - n * HALF_PI[1];
    // The other two parts are put together before they are needed; what head loses stands in the
    // tail (Knuth's two-sum), which the kernels ask for last.
    let (third, fourth) = (n * HALF_PI[2], n * HALF_PI[3]);
    let step = third + fourth;
    let step_lost = fourth - (step - third);
    let head = near - step;
    let back = head - near;
    let lost = (near - (head - back)) - (step + back);
    let tail = step_lost - lost;
    let (sine, cosine) = kernels(head, tail);
    // Far outside the range of the reduction nothing is left of the argument; stay bounded.
    let beyond = head.abs().above(0.8);
    let sine = beyond.choose(head.number(0.0), sine);
    let cosine = beyond.choose(head.number(1.0), cosine);
    x.note(Block::Circular, [sine, cosine, quadrant]);
    Reduced {
        sine,
        cosine,
        quadrant,
    }
}

/// sin(x − y) and cos(x − y) for |x| ≤ π/4 and y below an ulp of x. Subtracting y, and the rest of
/// the sine from x, keeps the sign of a zero.
#[inline(always)]
fn kernels<'a, A: Arithmetic>(x: Value<'a, A>, y: Value<'a, A>) -> (Value<'a, A>, Value<'a, A>) {
    const S: [f64; 6] = [
        1.666_666_666_666_663_2e-1,
        -8.333_333_333_322_49e-3,
        1.984_126_982_985_795e-4,
        -2.755_731_370_707_006_8e-6,
        2.505_076_025_340_686_3e-8,
        -1.589_690_995_211_55e-10,
    ];
    const C: [f64; 6] = [
        4.166_666_666_666_66e-2,
        -1.388_888_888_887_411e-3,
        2.480_158_728_947_673e-5,
        -2.755_731_435_139_066_3e-7,
        2.087_572_321_298_175e-9,
        -1.135_964_755_778_819_5e-11,
    ];
    let z = x * x;
    let half = 0.5 * z;
    let w = 1.0 - half;
    let sine = x - (z * x * z.polynomial(&S) + y * w);
    let cosine = w + (z * z * z.polynomial(&C) + (((1.0 - w) - half) + x * y));
    (sine, cosine)
}

/// Kernel of the quadrant with its sign: +sin, +cos, −sin, −cos.
#[inline(always)]
fn by_quadrant<'a, A: Arithmetic>(
    quadrant: Value<'a, A>,
    even: Value<'a, A>,
    odd: Value<'a, A>,
) -> Value<'a, A> {
    let odd_mask = quadrant
        .bits(0)
        .binary(Binary::SubBits, quadrant.and_bits(1));
    let sign = quadrant.shift_left(62).and_bits(SIGN);
    odd_mask.choose(odd, even).xor(sign)
}

#[inline(always)]
pub(crate) fn sin<A: Arithmetic>(x: Value<'_, A>) -> Value<'_, A> {
    let r = reduce(x);
    by_quadrant(r.quadrant, r.sine, r.cosine)
}

#[inline(always)]
pub(crate) fn cos<A: Arithmetic>(x: Value<'_, A>) -> Value<'_, A> {
    let r = reduce(x);
    by_quadrant(r.quadrant.add_bits(1), r.sine, r.cosine)
}

#[inline(always)]
pub(crate) fn tan<A: Arithmetic>(x: Value<'_, A>) -> Value<'_, A> {
    let r = reduce(x);
    by_quadrant(r.quadrant, r.sine, r.cosine)
        / by_quadrant(r.quadrant.add_bits(1), r.sine, r.cosine)
}
