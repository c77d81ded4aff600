//! Whether averages have settled: the two halves of a measurement must agree within their errors.

use crate::spectrum::Spectrum;

/// Errors by which the halves may differ.
const ERRORS: f64 = 8.0;
/// And this part of the largest exponent, where errors are as small as rounding.
const PART: f64 = 1e-3;

/// For each exponent how much its mean over the second half of the run differs from that over the
/// first, where that is more than chance; none while the run is short.
pub fn drifts(curve: &[Spectrum]) -> Vec<Option<f64>> {
    let Some(last) = curve.last() else {
        return Vec::new();
    };
    let none = vec![None; last.exponents.len()];
    let Some(half) = curve
        .iter()
        .find(|s| s.time >= 0.5 * last.time)
        .filter(|half| curve.len() >= 8 && half.time < last.time)
    else {
        return none;
    };
    let size = last.exponents.iter().fold(0.0_f64, |m, x| m.max(x.abs()));
    let rest = last.time - half.time;
    let pairs = last.exponents.iter().zip(&half.exponents);
    pairs
        .zip(&last.standard_error)
        .map(|((whole, first), error)| {
            let second = (whole * last.time - first * half.time) / rest;
            let gap = second - first;
            (gap.abs() > 2.0 * ERRORS * error + PART * size).then_some(gap)
        })
        .collect()
}
