//! Local expansion: how fast the flow stretches what lies beside an orbit, along the direction
//! in which it does so most.
//!
//! For a flow the largest eigenvalue of the symmetric part of the Jacobian, (J + Jᵀ)/2: the
//! greatest rate at which the distance to a neighbour can grow at this place. For a map the
//! logarithm of J's largest singular value. An orbit's average of it bounds its largest Lyapunov
//! exponent from above. `expansion.wgsl` says the same in f32.

use loom_formula::{Clock, EnsembleStepper, Scheme, System, SystemKind};
use loom_sim::SimError;

/// Systems of more variables aren't coloured this way: the device has no room for their
/// Jacobians.
pub const MOST_VARIABLES: usize = 12;

/// Rounds of Jacobi's rotations: a dozen rows are diagonal to f64 after six.
pub const ROUNDS: usize = 7;

/// Values below this are taken for it, so that a logarithm is finite.
pub const LEAST: f64 = 1e-30;

/// A system's Jacobian, compiled for many states at once.
#[derive(Debug)]
pub struct Expansion {
    stepper: EnsembleStepper,
    dimension: usize,
    map: bool,
}

/// A map from a state to the state and the entries of its Jacobian, row by row.
pub fn reading(system: &System) -> System {
    system.reading(system.jacobian().into_iter().flatten().collect())
}

impl Expansion {
    pub fn new(system: &System) -> Self {
        Self {
            stepper: EnsembleStepper::new(&reading(system), Scheme::Iterate),
            dimension: system.dimension(),
            map: system.kind() == SystemKind::Map,
        }
    }

    /// Of each member of a block, which holds the states variable by variable. Per unit of time,
    /// or per iteration.
    ///
    /// # Errors
    /// Where the equations refuse to run, which is a fault of this program.
    pub fn of(
        &self,
        block: &[f64],
        members: usize,
        constants: &[f64],
        mut clock: Clock,
    ) -> Result<Vec<f64>, SimError> {
        if members == 0 {
            return Ok(Vec::new());
        }
        let d = self.dimension;
        let mut rows = block[..d * members].to_vec();
        rows.resize((d + d * d) * members, 0.0);
        self.stepper
            .run(&mut rows, members, &mut clock, constants, 1)
            .map_err(SimError::other)?;
        let mut jacobian = vec![0.0; d * d];
        Ok((0..members)
            .map(|m| {
                for (k, entry) in jacobian.iter_mut().enumerate() {
                    *entry = rows[(d + k) * members + m];
                }
                expansion(&jacobian, d, self.map)
            })
            .collect())
    }
}

/// The largest stretching of a Jacobian of `d` rows.
pub fn expansion(jacobian: &[f64], d: usize, map: bool) -> f64 {
    let mut a = vec![0.0; d * d];
    for i in 0..d {
        for j in 0..d {
            a[i * d + j] = if map {
                (0..d)
                    .map(|k| jacobian[k * d + i] * jacobian[k * d + j])
                    .sum()
            } else {
                0.5 * (jacobian[i * d + j] + jacobian[j * d + i])
            };
        }
    }
    let largest = largest_eigenvalue(&mut a, d);
    if map {
        0.5 * largest.max(LEAST).ln()
    } else {
        largest
    }
}

/// The largest eigenvalue of a symmetric matrix, by Jacobi's rotations (Golub and Van Loan,
/// Matrix Computations, section 8.5).
fn largest_eigenvalue(a: &mut [f64], d: usize) -> f64 {
    for _ in 0..ROUNDS {
        for p in 0..d {
            for q in p + 1..d {
                let off = a[p * d + q];
                if off == 0.0 {
                    continue;
                }
                let half = 0.5 * (a[q * d + q] - a[p * d + p]) / off;
                let t = 1.0_f64.copysign(half) / (half.abs() + (half * half + 1.0).sqrt());
                let c = 1.0 / (t * t + 1.0).sqrt();
                let s = t * c;
                for k in 0..d {
                    let (x, y) = (a[k * d + p], a[k * d + q]);
                    a[k * d + p] = c * x - s * y;
                    a[k * d + q] = s * x + c * y;
                }
                for k in 0..d {
                    let (x, y) = (a[p * d + k], a[q * d + k]);
                    a[p * d + k] = c * x - s * y;
                    a[q * d + k] = s * x + c * y;
                }
            }
        }
    }
    (0..d)
        .map(|k| a[k * d + k])
        .fold(f64::NEG_INFINITY, f64::max)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_rotation_stretches_nothing_and_a_shear_half_its_strength() {
        assert!(expansion(&[0.0, -3.0, 3.0, 0.0], 2, false).abs() < 1e-15);
        assert!((expansion(&[0.0, 1.0, 0.0, 0.0], 2, false) - 0.5).abs() < 1e-15);
        // Of a map: Arnold's cat stretches by the golden ratio squared.
        let golden: f64 = 0.5 * (1.0 + 5.0_f64.sqrt());
        let cat = expansion(&[1.0, 1.0, 1.0, 2.0], 2, true);
        assert!((cat - 2.0 * golden.ln()).abs() < 1e-14);
    }

    #[test]
    fn the_largest_eigenvalue_agrees_with_another_program() {
        for d in 1..=MOST_VARIABLES {
            let entry = |i: usize, j: usize| ((i * 7 + j * 13 + 3) % 11) as f64 - 5.0;
            let jacobian: Vec<f64> = (0..d * d).map(|k| entry(k / d, k % d)).collect();
            let matrix = nalgebra::DMatrix::from_row_slice(d, d, &jacobian);
            let symmetric = (&matrix + matrix.transpose()) * 0.5;
            let exact = symmetric.symmetric_eigenvalues().max();
            assert!(
                (expansion(&jacobian, d, false) - exact).abs() < 1e-10,
                "{d}"
            );
            let exact = matrix.singular_values().max().ln();
            assert!((expansion(&jacobian, d, true) - exact).abs() < 1e-10, "{d}");
        }
    }

    #[test]
    fn at_the_origin_of_lorenz_it_is_what_algebra_gives() {
        let system =
            System::parse("x' = 10*(y - x); y' = x*(28 - z) - y; z' = x*y - 8/3*z").unwrap();
        let found = Expansion::new(&system)
            .of(&[0.0; 3], 1, &[], Clock::new(1.0))
            .unwrap();
        // (J + Jᵀ)/2 = [[−10, 19], [19, −1]] beside −8/3.
        let exact = -5.5 + (4.5_f64 * 4.5 + 19.0 * 19.0).sqrt();
        assert!((found[0] - exact).abs() < 1e-12);
    }
}
