//! The elementary functions against a multiple-precision reference, and their special values.

use astro_float::{BigFloat, Consts, Radix, RoundingMode};
use loom_formula::System;
use loom_formula::elementary as e;

const P: usize = 192;
const RM: RoundingMode = RoundingMode::None;

/// A deterministic stream of words (SplitMix64), enough to spread points.
struct Stream(u64);

impl Stream {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / 9007199254740992.0
    }

    fn between(&mut self, from: f64, to: f64) -> f64 {
        from + (to - from) * self.unit()
    }

    /// Spread over magnitudes, either sign.
    fn wide(&mut self, from: f64, to: f64) -> f64 {
        let x = self.between(from.ln(), to.ln()).exp();
        if self.next() & 1 == 0 { x } else { -x }
    }
}

fn big(x: f64) -> BigFloat {
    if x.abs() > 1e200 || x == 0.0 {
        return BigFloat::from_f64(x, P);
    }
    // Subnormal numbers are taken in two exact steps.
    let scale = 2.0_f64.powi(200);
    BigFloat::from_f64(x * scale, P).div(&BigFloat::from_f64(scale, P), P, RM)
}

fn nearest(x: &BigFloat, constants: &mut Consts) -> f64 {
    x.format(Radix::Dec, RoundingMode::ToEven, constants)
        .unwrap()
        .parse()
        .unwrap()
}

/// |found − exact| in ulps of the exact value.
fn error(found: f64, exact: &BigFloat, constants: &mut Consts) -> f64 {
    let rounded = nearest(exact, constants);
    if !rounded.is_finite() || !found.is_finite() {
        return if found == rounded { 0.0 } else { f64::INFINITY };
    }
    let magnitude = rounded.abs().max(f64::MIN_POSITIVE);
    let ulp = f64::from_bits(magnitude.to_bits() + 1) - magnitude;
    let difference = big(found).sub(exact, P, RM);
    let difference = difference.div(&big(ulp), P, RM);
    nearest(&difference, constants).abs()
}

fn worst(
    name: &str,
    bound: f64,
    points: &[f64],
    ours: fn(f64) -> f64,
    reference: impl Fn(&BigFloat, &mut Consts) -> BigFloat,
) {
    let mut constants = Consts::new().unwrap();
    let mut worst = (0.0, 0.0);
    for &x in points {
        let exact = reference(&big(x), &mut constants);
        let found = error(ours(x), &exact, &mut constants);
        if found > worst.0 {
            worst = (found, x);
        }
    }
    println!("{name:6} {:.3} ulp at {:e}", worst.0, worst.1);
    assert!(worst.0 <= bound, "{name}: {} ulp at {:e}", worst.0, worst.1);
}

fn spread(seed: u64, count: usize, mut point: impl FnMut(&mut Stream) -> f64) -> Vec<f64> {
    let mut stream = Stream(seed);
    (0..count).map(|_| point(&mut stream)).collect()
}

#[test]
fn sine_cosine_and_tangent_stay_within_their_bounds() {
    let mut points = spread(1, 500, |s| s.between(-7.0, 7.0));
    points.extend(spread(2, 300, |s| s.wide(1e-12, 2e9)));
    // The doubles nearest to multiples of π/2, where reduction is hardest.
    points.extend(spread(3, 300, |s| {
        (s.between(1.0, 31.0).exp2().floor()) * std::f64::consts::FRAC_PI_2
    }));
    worst("sin", 1.0, &points, e::sin, |x, c| x.sin(P, RM, c));
    worst("cos", 1.0, &points, e::cos, |x, c| x.cos(P, RM, c));
    worst("tan", 2.0, &points, e::tan, |x, c| x.tan(P, RM, c));
}

#[test]
fn inverse_functions_stay_within_their_bounds() {
    let unit = spread(4, 500, |s| s.between(-1.0, 1.0));
    worst("asin", 1.0, &unit, e::asin, |x, c| x.asin(P, RM, c));
    worst("acos", 1.0, &unit, e::acos, |x, c| x.acos(P, RM, c));
    let mut points = spread(5, 400, |s| s.between(-4.0, 4.0));
    points.extend(spread(6, 200, |s| s.wide(1e-9, 1e9)));
    worst("atan", 1.0, &points, e::atan, |x, c| x.atan(P, RM, c));
}

#[test]
fn exponential_and_logarithms_stay_within_their_bounds() {
    let mut points = spread(7, 400, |s| s.between(-745.0, 709.7));
    points.extend(spread(8, 400, |s| s.wide(1e-10, 10.0)));
    worst("exp", 1.0, &points, e::exp, |x, c| x.exp(P, RM, c));
    let mut points = spread(9, 300, |s| s.wide(1e-320, 1e308).abs());
    points.extend(spread(10, 500, |s| s.between(0.3, 3.0)));
    points.extend(spread(11, 200, |s| 1.0 + s.wide(1e-15, 1e-3)));
    worst("log", 1.0, &points, e::log, |x, c| x.ln(P, RM, c));
    worst("log2", 1.0, &points, e::log2, |x, c| x.log2(P, RM, c));
    worst("log10", 1.0, &points, e::log10, |x, c| x.log10(P, RM, c));
}

#[test]
fn hyperbolic_functions_stay_within_their_bounds() {
    let mut points = spread(12, 500, |s| s.between(-3.0, 3.0));
    points.extend(spread(13, 200, |s| s.wide(1e-9, 710.0)));
    worst("sinh", 2.0, &points, e::sinh, |x, c| x.sinh(P, RM, c));
    worst("cosh", 2.0, &points, e::cosh, |x, c| x.cosh(P, RM, c));
    // The worst of 21,000.
    points.push(-5.122_239_560_738_269e-1);
    worst("tanh", 2.0, &points, e::tanh, |x, c| x.tanh(P, RM, c));
}

#[test]
fn cube_roots_stay_within_their_bound() {
    let points = spread(14, 500, |s| s.wide(1e-310, 1e300));
    worst("cbrt", 1.0, &points, e::cbrt, |x, _| x.cbrt(P, RM));
}

#[test]
fn powers_stay_within_their_bound() {
    let mut constants = Consts::new().unwrap();
    let mut stream = Stream(15);
    let mut worst = (0.0, 0.0, 0.0);
    for number in 0..1500 {
        let x = match number % 3 {
            0 => stream.between(0.01, 20.0),
            1 => stream.wide(1e-300, 1e300).abs(),
            _ => 1.0 + stream.wide(1e-9, 0.3),
        };
        let limit = (700.0 / x.ln().abs()).min(1e15);
        let y = stream.between(-limit, limit);
        let exact = big(x).pow(&big(y), P, RM, &mut constants);
        let found = error(e::pow(x, y), &exact, &mut constants);
        if found > worst.0 {
            worst = (found, x, y);
        }
    }
    println!(
        "{:x} {:x} {:x}",
        worst.1.to_bits(),
        worst.2.to_bits(),
        e::pow(worst.1, worst.2).to_bits()
    );
    println!("pow {:.3} ulp at {:e} {:e}", worst.0, worst.1, worst.2);
    assert!(worst.0 <= 1.0, "{worst:?}");
}

#[test]
fn angles_stay_within_their_bound() {
    let mut constants = Consts::new().unwrap();
    let mut stream = Stream(16);
    let mut worst = 0.0_f64;
    for _ in 0..600 {
        let (y, x) = (stream.wide(1e-6, 1e6), stream.wide(1e-6, 1e6));
        let ratio = big(y).div(&big(x), P, RM);
        let mut exact = ratio.atan(P, RM, &mut constants);
        if x < 0.0 {
            let pi = constants.pi(P, RM);
            exact = if y > 0.0 {
                exact.add(&pi, P, RM)
            } else {
                exact.sub(&pi, P, RM)
            };
        }
        worst = worst.max(error(e::atan2(y, x), &exact, &mut constants));
    }
    println!("atan2 {worst:.3} ulp");
    assert!(worst <= 2.0);
}

#[test]
fn special_values_are_those_of_ieee_754() {
    let (inf, nan) = (f64::INFINITY, f64::NAN);
    assert_eq!(e::exp(-inf), 0.0);
    assert_eq!(e::exp(inf), inf);
    assert_eq!(e::exp(0.0), 1.0);
    assert_eq!(e::log(0.0), -inf);
    assert_eq!(e::log(inf), inf);
    assert_eq!(e::log(1.0), 0.0);
    assert_eq!(e::log2(1024.0), 10.0);
    assert_eq!(e::log10(1e15), 15.0);
    assert_eq!(e::atan(inf), std::f64::consts::FRAC_PI_2);
    assert_eq!(e::asin(1.0), std::f64::consts::FRAC_PI_2);
    assert_eq!(e::acos(-1.0), std::f64::consts::PI);
    assert_eq!(e::acos(1.0), 0.0);
    assert_eq!(e::atan2(0.0, -1.0), std::f64::consts::PI);
    assert_eq!(e::atan2(-0.0, -1.0), -std::f64::consts::PI);
    assert_eq!(e::atan2(1.0, 0.0), std::f64::consts::FRAC_PI_2);
    assert_eq!(e::atan2(0.0, 0.0), 0.0);
    assert_eq!(e::atan2(inf, -inf), 3.0 * std::f64::consts::FRAC_PI_4);
    assert_eq!(e::tanh(400.0), 1.0);
    assert_eq!(e::tanh(-inf), -1.0);
    assert_eq!(e::sinh(-inf), -inf);
    assert_eq!(e::cosh(-inf), inf);
    assert_eq!(e::cbrt(-27.0), -3.0);
    assert_eq!(e::cbrt(-inf), -inf);
    assert_eq!(e::sign(-0.5), -1.0);
    assert_eq!(e::heaviside(0.0), 1.0);
    assert_eq!(e::heaviside(-1e-300), 0.0);
    assert_eq!(e::round(2.5), 2.0);
    assert_eq!(e::ceil(-0.5), 0.0);
    assert_eq!(e::trunc(-2.7), -2.0);
    assert_eq!(e::modulo(-1.0, 3.0), 2.0);
    assert_eq!(e::modulo(7.0, -3.0), -2.0);
    assert_eq!(e::modulo(0.3, 1.0), 0.3);
    let functions = [
        e::sin,
        e::cos,
        e::tan,
        e::asin,
        e::acos,
        e::atan,
        e::sinh,
        e::cosh,
        e::tanh,
        e::exp,
        e::log,
        e::log2,
        e::log10,
        e::sqrt,
        e::cbrt,
        e::abs,
        e::sign,
        e::floor,
        e::ceil,
        e::round,
        e::trunc,
        e::heaviside,
    ];
    for (number, function) in functions.into_iter().enumerate() {
        assert!(function(nan).is_nan(), "function {number} of NaN");
    }
    for function in [e::atan2, e::modulo, e::min, e::max] {
        assert!(function(nan, 1.0).is_nan() && function(1.0, nan).is_nan());
    }
    for x in [
        e::sin(inf),
        e::log(-1.0),
        e::asin(1.5),
        e::acos(-2.0),
        e::sqrt(-1.0),
    ] {
        assert!(x.is_nan());
    }
    for x in [1e17, 1e100, f64::MAX] {
        assert!(e::sin(x).abs() <= 1.0 && e::cos(x).abs() <= 1.0);
    }
}

#[test]
fn special_powers_are_those_of_the_platform() {
    let values = [
        0.0,
        -0.0,
        1.0,
        -1.0,
        0.5,
        -0.5,
        2.0,
        -2.0,
        3.0,
        -3.0,
        1e300,
        -1e300,
        1e-300,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
        5e-324,
        0.9999999999999999,
    ];
    for x in values {
        for y in values {
            let (ours, theirs) = (e::pow(x, y), x.powf(y));
            let same = ours.to_bits() == theirs.to_bits()
                || ours.is_nan() && theirs.is_nan()
                || (ours - theirs).abs() <= theirs.abs() * 3e-16;
            assert!(same, "{x}^{y} = {ours}, not {theirs}");
        }
    }
}

#[test]
fn odd_functions_keep_the_sign_of_zero() {
    for function in [e::sin, e::tan, e::asin, e::atan, e::sinh, e::tanh, e::cbrt] {
        assert_eq!(function(-0.0).to_bits(), (-0.0_f64).to_bits());
        assert_eq!(function(0.0).to_bits(), 0);
    }
}

/// Forces of gravity and of magnets have such exponents: a root and two products take a tenth of
/// the time of a power.
#[test]
fn half_integer_exponents_are_roots_and_products_within_three_ulp() {
    let mut points = spread(31, 600, |s| s.between(0.01, 50.0));
    points.extend(spread(32, 200, |s| s.wide(1e-60, 1e60).abs()));
    let mut constants = Consts::new().unwrap();
    for (text, twice) in [
        ("x^1.5", 3),
        ("x^(-1.5)", -3),
        ("x^2.5", 5),
        ("x^(-0.5)", -1),
    ] {
        let system = System::parse(&format!("x' = {text}")).unwrap();
        let mut worst: f64 = 0.0;
        for &x in &points {
            let found = system.rates()[0].eval(|_| Some(x)).unwrap();
            let half = big(f64::from(twice) / 2.0);
            let exact = big(x).pow(&half, P, RM, &mut constants);
            worst = worst.max(error(found, &exact, &mut constants));
        }
        println!("{text} {worst:.3} ulp");
        assert!(worst <= 3.0, "{text}: {worst} ulp");
        let at = |x: f64| system.rates()[0].eval(|_| Some(x)).unwrap();
        for x in [0.0, f64::INFINITY] {
            assert_eq!(at(x), e::pow(x, f64::from(twice) / 2.0), "{text} at {x}");
        }
        assert!(at(-1.0).is_nan() && at(f64::NAN).is_nan());
    }
}
