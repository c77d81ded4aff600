//! Curves of convergence of Lyapunov exponents.

use loom_sim::{Axis, Mark, Plot};

use crate::spectrum::Spectrum;

/// All exponents as they converge, and the largest one with its band of errors.
pub fn plots(curve: &[Spectrum], map: bool) -> Vec<Plot> {
    let (label, unit) = if map {
        ("Iterations of each orbit", "")
    } else {
        ("Time of each orbit", "time units")
    };
    let count = curve.last().map_or(0, |s| s.exponents.len());
    let line = |k: usize| Mark::Line {
        name: format!("λ{}", subscript(k + 1)),
        points: curve.iter().map(|s| [s.time, s.exponents[k]]).collect(),
    };
    let band = |k: usize| Mark::Band {
        name: "± standard error".into(),
        points: curve
            .iter()
            .map(|s| (s.time, s.exponents[k], s.standard_error[k]))
            .filter(|(_, _, error)| error.is_finite())
            .map(|(t, x, error)| [t, x - error, x + error])
            .collect(),
    };
    let y_unit = if map { "1/iteration" } else { "1/time unit" };
    let all = Plot {
        title: "Convergence".into(),
        x: Axis::new(label, unit),
        y: Axis::new("Lyapunov exponents", y_unit),
        marks: (0..count).map(line).collect(),
        ..Plot::default()
    };
    let first = Plot {
        title: "Largest exponent".into(),
        x: Axis::new(label, unit),
        y: Axis::new("λ₁", y_unit),
        marks: vec![band(0), line(0)],
        ..Plot::default()
    };
    vec![all, first]
}

/// 1 as ₁.
pub fn subscript(number: usize) -> String {
    let digit = |c: char| char::from_u32(0x2080 + c.to_digit(10).unwrap_or(0)).unwrap_or(c);
    number.to_string().chars().map(digit).collect()
}
