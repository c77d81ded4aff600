//! Matrices through which many variables are seen: the principal components of the cloud, and a
//! slow turn in all dimensions at once (the grand tour).
//!
//! Both work on standardised variables, each with mean 0 and standard deviation 1, since
//! variables of different units can't be compared otherwise. K. Pearson (1901), On lines and
//! planes of closest fit; D. Asimov (1985), The grand tour, SIAM Journal on Scientific and
//! Statistical Computing 6, 128.

use std::sync::{Arc, Mutex, PoisonError};

use nalgebra::DMatrix;

use crate::motion::Motion;
use crate::picture::LOOKED_AT;
use crate::sight::Linear;

/// The principal components of a cloud.
#[derive(Clone, Debug, PartialEq)]
pub struct Principal {
    pub linear: Arc<Linear>,
    /// The part of the variance along each of the three axes.
    pub parts: [f64; 3],
}

/// Components that have been found, and the constants and the stretch of time they are for.
#[derive(Debug, Default)]
pub struct Memory(Mutex<Option<(Vec<f64>, u64, Principal)>>);

/// Mean and standard deviation of each variable; 1 where it doesn't vary.
fn standard(states: &[f64], dimension: usize) -> Vec<[f64; 2]> {
    let count = (states.len() / dimension).max(1) as f64;
    (0..dimension)
        .map(|v| {
            let column = || states.iter().skip(v).step_by(dimension);
            let mean = column().sum::<f64>() / count;
            let square = column().map(|x| (x - mean).powi(2)).sum::<f64>() / count;
            let deviation = square.sqrt();
            [mean, if deviation > 0.0 { deviation } else { 1.0 }]
        })
        .collect()
}

/// A matrix over standardised variables as one over the variables themselves.
fn linear(directions: [Vec<f64>; 3], standard: &[[f64; 2]]) -> Linear {
    let rows = directions.map(|row| {
        let weights = row.iter().zip(standard);
        weights
            .map(|(w, [_, deviation])| w / deviation)
            .collect::<Vec<f64>>()
    });
    let shift = [0, 1, 2].map(|k: usize| {
        let weights = rows[k].iter().zip(standard);
        weights.map(|(w, [mean, _])| w * mean).sum()
    });
    Linear { rows, shift }
}

/// The components of states, one after another; signs as in `before` where there is one.
pub fn components(states: &[f64], dimension: usize, before: Option<&Principal>) -> Principal {
    let standard = standard(states, dimension);
    let count = (states.len() / dimension).max(1) as f64;
    let mut matrix = DMatrix::<f64>::zeros(dimension, dimension);
    let mut unit = vec![0.0; dimension];
    for state in states.chunks_exact(dimension) {
        for (v, [mean, deviation]) in standard.iter().enumerate() {
            unit[v] = (state[v] - mean) / deviation;
        }
        for i in 0..dimension {
            for j in 0..dimension {
                matrix[(i, j)] += unit[i] * unit[j] / count;
            }
        }
    }
    let total = matrix.trace().max(f64::MIN_POSITIVE);
    let eigen = matrix.symmetric_eigen();
    let mut order: Vec<usize> = (0..dimension).collect();
    order.sort_by(|a, b| eigen.eigenvalues[*b].total_cmp(&eigen.eigenvalues[*a]));
    let mut parts = [0.0; 3];
    let directions = [0, 1, 2].map(|k| {
        let Some(&place) = order.get(k) else {
            return vec![0.0; dimension];
        };
        parts[k] = eigen.eigenvalues[place] / total;
        let column: Vec<f64> = eigen.eigenvectors.column(place).iter().copied().collect();
        // An eigenvector has no sign: as before, or its largest component is positive.
        let along = match before {
            Some(before) => {
                let old = before.linear.rows[k].iter();
                old.zip(&standard)
                    .zip(&column)
                    .map(|((w, [_, s]), x)| w * s * x)
                    .sum()
            }
            None => column
                .iter()
                .copied()
                .fold(0.0_f64, |m, x| if x.abs() > m.abs() { x } else { m }),
        };
        let sign = if along < 0.0 { -1.0 } else { 1.0 };
        column.into_iter().map(|x| sign * x).collect()
    });
    Principal {
        linear: Arc::new(linear(directions, &standard)),
        parts,
    }
}

/// The planes of a tour turn as the inverse roots of these numbers, so that it never comes back.
const PACES: [f64; 8] = [1.0, 2.0, 3.0, 5.0, 7.0, 11.0, 13.0, 17.0];

/// The first three axes after a turn by `angle` (radians) in every plane that one of them spans
/// with another one.
pub fn tour(states: &[f64], dimension: usize, angle: f64) -> Linear {
    let standard = standard(states, dimension);
    let mut rows = [0, 1, 2].map(|k| {
        let mut row = vec![0.0; dimension];
        if let Some(x) = row.get_mut(k) {
            *x = 1.0;
        }
        row
    });
    let mut number = 0;
    for i in 0..dimension.min(3) {
        // In three dimensions there are no others: the three turn among themselves.
        let first = if dimension > 3 { 3 } else { i + 1 };
        for j in first..dimension {
            let (sin, cos) = (angle / PACES[number % PACES.len()].sqrt()).sin_cos();
            number += 1;
            for row in &mut rows {
                let (a, b) = (row[i], row[j]);
                (row[i], row[j]) = (cos * a - sin * b, sin * a + cos * b);
            }
        }
    }
    linear(rows, &standard)
}

/// The farthest standardised state from the middle.
pub fn reach(states: &[f64], dimension: usize) -> f64 {
    let standard = standard(states, dimension);
    let far = states.chunks_exact(dimension).map(|state| {
        let squares = state
            .iter()
            .zip(&standard)
            .map(|(x, [m, s])| ((x - m) / s).powi(2));
        squares.sum::<f64>().sqrt()
    });
    far.fold(0.0, f64::max)
}

impl Motion {
    /// The components of the attractor as the run started, and once parameters have changed those
    /// of the running cloud, found anew every period.
    pub(crate) fn principal(&self) -> Principal {
        let dimension = self.definition.dimension();
        let changed = self.constants != self.start_constants;
        let turn = (self.timing.time() / self.definition.period.max(f64::MIN_POSITIVE)) as u64;
        let bucket = if changed { turn + 1 } else { 0 };
        let mut kept = self
            .components
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some((constants, at, found)) = kept.as_ref()
            && *at == bucket
            && *constants == self.constants
        {
            return found.clone();
        }
        let before = kept.as_ref().map(|(_, _, found)| found);
        let running = changed
            .then(|| self.cloud.some(dimension, LOOKED_AT).ok())
            .flatten();
        let found = match running {
            Some(states) if states.iter().all(|x| x.is_finite()) => {
                components(&states, dimension, before)
            }
            _ => components(&self.samples.values, dimension, before),
        };
        *kept = Some((self.constants.clone(), bucket, found.clone()));
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A long thin ellipse in the plane of the first two of four variables.
    fn states() -> Vec<f64> {
        (0..400)
            .flat_map(|i| {
                let a = f64::from(i) * 0.157;
                let (u, v) = (a.cos(), 0.2 * (2.0 * a).sin());
                [u + v, u - v, 0.3 * (3.0 * a).cos(), 7.0]
            })
            .collect()
    }

    #[test]
    fn the_first_component_lies_along_the_ellipse() {
        let found = components(&states(), 4, None);
        let row = &found.linear.rows[0];
        assert!((row[0] / row[1] - 1.0).abs() < 0.05, "{row:?}");
        assert!(row[2].abs() < 0.05 * row[0] && row[3].abs() < 0.05 * row[0]);
        assert!(found.parts[0] > found.parts[1] && found.parts[1] > found.parts[2]);
        // What doesn't vary has no part.
        assert!((found.parts.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        let again = components(&states(), 4, Some(&found));
        assert_eq!(again, found);
    }

    #[test]
    fn a_tour_turns_without_stretching() {
        for angle in [0.0, 1.0, 25.0] {
            let seen = tour(&states(), 4, angle);
            let standard = standard(&states(), 4);
            let row = |k: usize| {
                let weights = seen.rows[k].iter().zip(&standard);
                weights.map(|(w, [_, s])| w * s).collect::<Vec<f64>>()
            };
            for i in 0..3 {
                for j in 0..3 {
                    let (a, b) = (row(i), row(j));
                    let product: f64 = a.iter().zip(&b).map(|(x, y)| x * y).sum();
                    let exact = if i == j { 1.0 } else { 0.0 };
                    assert!((product - exact).abs() < 1e-9, "{angle}: {i} {j} {product}");
                }
            }
        }
    }
}
