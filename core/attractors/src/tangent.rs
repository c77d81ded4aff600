//! One orbit with tangent vectors beside it, by any method, made orthonormal on demand; what that takes away is
//! kept as a triangular matrix, so that the vectors as they would stand can be found again.

use loom_formula::{Clock, Stepper};
use loom_sim::{SimError, seed};

use crate::definition::Definition;
use crate::divergence;
use crate::integrate::Method;
use crate::settings::Build;
use crate::start;
use crate::stepping::{self, BlockStepper};

/// An orbit and `count` tangent vectors.
#[derive(Debug)]
pub struct Bundle {
    steps: Steps,
    constants: Vec<f64>,
    dimension: usize,
    count: usize,
    /// The point, then the vectors one after another.
    state: Vec<f64>,
    clock: Clock,
    /// Steps between two times at which the vectors are made orthonormal.
    stride: u64,
}

/// How the orbit goes on.
#[derive(Debug)]
enum Steps {
    Fixed(Box<Stepper>),
    By(Box<BlockStepper>),
}

impl Bundle {
    /// At the build's initial state and time 0, with an orthonormal frame drawn by lot from `seed`.
    ///
    /// # Errors
    /// Where the system can't be sampled, and for a method that doesn't fit it.
    pub fn new(
        definition: &Definition,
        build: &Build,
        count: usize,
        seed: u64,
    ) -> Result<Self, SimError> {
        let samples = start::sample(definition, build, 256)?;
        let stride = divergence::stride(definition, &build.constants, &samples, build.dt)?;
        let dimension = definition.dimension();
        let count = count.clamp(1, dimension);
        let steps = if definition.is_map() || build.method == Method::Rk4 {
            let wide = definition.system.variational(count);
            Steps::Fixed(Box::new(Stepper::new(&wide, stepping::scheme(&wide))))
        } else {
            Steps::By(Box::new(BlockStepper::by(definition, build, count)?))
        };
        let mut random = seed::stream(seed, "attractors: tangent vectors");
        let mut state = build.initial.clone();
        state.extend((0..count * dimension).map(|_| seed::normal(&mut random)));
        let mut bundle = Self {
            steps,
            constants: build.constants.clone(),
            dimension,
            count,
            state,
            clock: Clock::new(build.dt),
            stride,
        };
        let mut scale = vec![0.0; count * count];
        bundle.orthonormalise(&mut scale);
        Ok(bundle)
    }

    /// Model time of one stride.
    pub fn interval(&self) -> f64 {
        self.clock.dt * self.stride as f64
    }

    pub fn clock(&self) -> Clock {
        self.clock
    }
    pub fn point(&self) -> &[f64] {
        &self.state[..self.dimension]
    }
    /// All vectors, one after another.
    pub fn vectors(&self) -> &[f64] {
        &self.state[self.dimension..]
    }

    /// Goes on by a stride and makes the vectors orthonormal, see [`Bundle::orthonormalise`].
    ///
    /// # Errors
    /// Where the orbit runs away.
    pub fn stride(&mut self, scale: &mut [f64]) -> Result<(), SimError> {
        let (clock, constants) = (&mut self.clock, &self.constants);
        match &self.steps {
            Steps::Fixed(stepper) => stepper
                .run(&mut self.state, clock, constants, self.stride)
                .map_err(SimError::other)?,
            Steps::By(stepper) => {
                stepper.advance_all(&mut self.state, 1, constants, *clock, self.stride)?;
                clock.step += self.stride;
            }
        }
        self.finite()?;
        self.orthonormalise(scale);
        Ok(())
    }

    fn finite(&self) -> Result<(), SimError> {
        match self.state.iter().position(|x| !x.is_finite()) {
            None => Ok(()),
            Some(place) => Err(SimError::BlewUp {
                step: format!(
                    "{} or before (t = {:.6})",
                    self.clock.step,
                    self.clock.time()
                ),
                variable: if place < self.dimension {
                    format!("variable {}", place + 1)
                } else {
                    "a tangent vector".into()
                },
                value: if self.state[place].is_nan() {
                    "not a number"
                } else {
                    "infinite"
                }
                .into(),
                remedy: "start elsewhere, change the parameters, or use a smaller dt.".into(),
            }),
        }
    }

    /// Makes the vectors orthonormal. `scale` takes the upper triangular R, row by row, with
    /// which the vectors W were Q·R.
    fn orthonormalise(&mut self, scale: &mut [f64]) {
        let (d, n) = (self.dimension, self.count);
        scale.fill(0.0);
        for k in 0..n {
            let (before, rest) = self.state[d..].split_at_mut(k * d);
            let mine = &mut rest[..d];
            // Twice: what rounding has left of the others is taken away too.
            for _ in 0..2 {
                for (i, other) in before.chunks_exact(d).enumerate() {
                    let dot: f64 = mine.iter().zip(other).map(|(a, b)| a * b).sum();
                    scale[i * n + k] += dot;
                    for (x, y) in mine.iter_mut().zip(other) {
                        *x -= dot * y;
                    }
                }
            }
            let length = mine.iter().map(|x| x * x).sum::<f64>().sqrt();
            scale[k * n + k] = length;
            if length > 0.0 {
                for x in mine {
                    *x /= length;
                }
            }
        }
    }
}

/// R·C of two upper triangular matrices, row by row.
pub fn multiply(r: &[f64], c: &[f64], n: usize) -> Vec<f64> {
    let mut product = vec![0.0; n * n];
    for i in 0..n {
        for j in i..n {
            product[i * n + j] = (i..=j).map(|m| r[i * n + m] * c[m * n + j]).sum();
        }
    }
    product
}

/// X with R·X = C, all upper triangular; none where R is singular.
pub fn solve(r: &[f64], c: &[f64], n: usize) -> Option<Vec<f64>> {
    let mut x = vec![0.0; n * n];
    for j in 0..n {
        for i in (0..=j).rev() {
            let rest: f64 = (i + 1..=j).map(|m| r[i * n + m] * x[m * n + j]).sum();
            let value = (c[i * n + j] - rest) / r[i * n + i];
            if !value.is_finite() {
                return None;
            }
            x[i * n + j] = value;
        }
    }
    Some(x)
}

/// Gives each column of a matrix the length 1; the lengths that they had.
pub fn normalise_columns(matrix: &mut [f64], n: usize) -> Vec<f64> {
    (0..n)
        .map(|j| {
            let column = || (0..n).map(move |i| i * n + j);
            let length = column().map(|p| matrix[p] * matrix[p]).sum::<f64>().sqrt();
            if length > 0.0 {
                for p in column() {
                    matrix[p] /= length;
                }
            }
            length
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn triangles_are_multiplied_and_divided() {
        let r = [2.0, 1.0, -3.0, 0.0, 0.5, 4.0, 0.0, 0.0, -1.5];
        let c = [1.0, 2.0, 3.0, 0.0, -4.0, 5.0, 0.0, 0.0, 6.0];
        let back = solve(&r, &multiply(&r, &c, 3), 3).unwrap();
        for (a, b) in back.iter().zip(&c) {
            assert!((a - b).abs() < 1e-14);
        }
        assert_eq!(solve(&[0.0], &[1.0], 1), None);
    }
}
