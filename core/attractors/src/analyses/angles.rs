//! Angles between directions and between the spaces that groups of them span.

use loom_sim::{Axis, Mark, Plot};
use nalgebra::DMatrix;

/// Bars of the histogram, of a degree and a half each.
const BARS: usize = 60;

/// Between two lines, from 0 to π/2, exact for small angles too.
pub fn angle(a: &[f64], b: &[f64]) -> f64 {
    let dot: f64 = a.iter().zip(b).map(|(x, y)| x * y).sum();
    let sign = if dot < 0.0 { -1.0 } else { 1.0 };
    let chord: f64 = a
        .iter()
        .zip(b)
        .map(|(x, y)| (x - sign * y).powi(2))
        .sum::<f64>()
        .sqrt();
    2.0 * (0.5 * chord).min(1.0).asin()
}

/// The smallest angle between the spaces of two groups of vectors.
pub fn between(columns: &[Vec<f64>], out: &[usize], inward: &[usize]) -> f64 {
    if let ([a], [b]) = (out, inward) {
        return angle(&columns[*a], &columns[*b]);
    }
    let space = |list: &[usize]| {
        let matrix = DMatrix::from_fn(columns[0].len(), list.len(), |i, j| columns[list[j]][i]);
        matrix.qr().q()
    };
    let (a, b) = (space(out), space(inward));
    // The part of one space's basis that the other lacks has the sines as singular values.
    let rest = &b - &a * (a.transpose() * &b);
    let sines = rest.singular_values();
    let least = sines.iter().copied().fold(f64::INFINITY, f64::min);
    // More directions than fit beside each other meet somewhere.
    if out.len() + inward.len() > columns[0].len() {
        return 0.0;
    }
    least.clamp(0.0, 1.0).asin()
}

/// How often which angle (degrees) was met, as a density.
pub fn histogram(what: &str, angles: &[f64]) -> Plot {
    let width = 90.0 / BARS as f64;
    let mut counts = vec![0_u64; BARS];
    for angle in angles {
        counts[((angle / width) as usize).min(BARS - 1)] += 1;
    }
    let bar = |(i, c): (usize, &u64)| {
        [
            (i as f64 + 0.5) * width,
            *c as f64 / (angles.len() as f64 * width),
        ]
    };
    let mut x = Axis::new(what, "°");
    x.limits = Some([0.0, 90.0]);
    Plot {
        title: "Angles".into(),
        x,
        y: Axis::new("Density", "1/°"),
        marks: vec![Mark::Bars {
            name: String::new(),
            points: counts.iter().enumerate().map(bar).collect(),
            width,
        }],
        ..Plot::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn angles_between_lines_and_planes() {
        assert!((angle(&[1.0, 0.0], &[-1.0, 0.0])).abs() < 1e-15);
        assert!((angle(&[1.0, 0.0], &[0.0, -1.0]).to_degrees() - 90.0).abs() < 1e-12);
        let tiny = 1e-9;
        assert!((angle(&[1.0, 0.0], &[1.0, tiny]) - tiny).abs() < 1e-15);
        // A plane, and a line that leaves it by 30 degrees.
        let half = 0.5f64;
        let columns = vec![
            vec![1.0, 0.0, 0.0],
            vec![0.0, 1.0, 0.0],
            vec![0.75f64.sqrt(), 0.0, half],
        ];
        assert!((between(&columns, &[0, 1], &[2]).to_degrees() - 30.0).abs() < 1e-10);
    }
}
