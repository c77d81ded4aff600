//! Lyapunov exponents of many orbits at once: tangent vectors carried along by the variational
//! equations and made orthogonal again and again (Benettin, Galgani, Giorgilli and Strelcyn
//! 1980, Meccanica 15, 9–20).
//!
//! The variational equations come from the symbolic Jacobian and are advanced together with the
//! orbit, by the method that is asked for and by iteration for maps, all in f64. The orbits
//! start apart along one trajectory, so their averages are independent batches: the scatter
//! between them gives the standard errors.

use loom_formula::{Clock, elementary};
use loom_sim::SimError;
use rayon::prelude::*;

use crate::definition::Definition;
use crate::divergence::Divergence;
use crate::integrate::advice;
use crate::settings::Build;
use crate::stepping::BlockStepper;

/// Orbits in a block, the unit of one thread's work. A map's vectors are made orthogonal at
/// every iteration: many orbits share what that costs apart from the arithmetic.
const FLOW_BLOCK: usize = 32;
const MAP_BLOCK: usize = 128;

/// What to measure.
#[derive(Clone, Debug)]
pub struct Task<'a> {
    pub definition: &'a Definition,
    /// Parameters, method and step.
    pub build: &'a Build,
    /// How many exponents, largest first.
    pub exponents: usize,
    /// Steps between two orthogonalisations.
    pub stride: u64,
    /// One start for each orbit, point by point.
    pub starts: &'a [f64],
}

/// Orbits with their tangent vectors, and the growth they have had.
#[derive(Debug)]
pub struct Tangents {
    stepper: BlockStepper,
    divergence: Divergence,
    dimension: usize,
    exponents: usize,
    constants: Vec<f64>,
    stride: u64,
    clock: Clock,
    blocks: Vec<Block>,
    /// Model time of one stride.
    interval: f64,
    map: bool,
    /// Model time since growth was last set to zero.
    time: f64,
    names: Vec<String>,
    /// What to do about an orbit that runs away.
    advice: String,
}

#[derive(Debug)]
struct Block {
    members: usize,
    /// Variables and tangent vectors, row by row over the members.
    state: Vec<f64>,
    /// Sum of the logarithms, by exponent and member.
    growth: Vec<f64>,
    /// Integral of the divergence, by member; its latest value.
    divergence: Vec<f64>,
    latest: Vec<f64>,
}

/// What has been measured so far.
#[derive(Clone, Debug, PartialEq)]
pub struct Spectrum {
    pub exponents: Vec<f64>,
    pub standard_error: Vec<f64>,
    /// ⟨div f⟩ or ⟨ln |det J|⟩, computed apart from the exponents.
    pub divergence: f64,
    /// Standard error of the exponents' sum less the divergence.
    pub sum_error: f64,
    /// Model time of one orbit.
    pub time: f64,
    /// Covariances of the exponents' estimates, row by row.
    pub covariance: Vec<f64>,
}

impl Spectrum {
    /// The standard error of Σ wₖ λₖ: the exponents of one run vary together, and where their
    /// sum is fixed they all but cancel.
    pub fn error_of(&self, weights: &[f64]) -> f64 {
        let n = self.exponents.len();
        let mut variance = 0.0;
        for (i, a) in weights.iter().enumerate() {
            for (j, b) in weights.iter().enumerate() {
                variance += a * b * self.covariance[i * n + j];
            }
        }
        // Rounding may leave a little below zero.
        variance.max(0.0).sqrt()
    }
}

impl Tangents {
    pub fn new(task: &Task<'_>) -> Result<Self, SimError> {
        let (system, build) = (&task.definition.system, task.build);
        let dimension = system.dimension();
        let exponents = task.exponents.clamp(1, dimension);
        let rows = dimension * (exponents + 1);
        let orbits = task.starts.len() / dimension;
        let map = task.definition.is_map();
        // A map's determinant is taken at every point, so its vectors are too.
        let stride = if map { 1 } else { task.stride.max(1) };
        let size = if map { MAP_BLOCK } else { FLOW_BLOCK };
        let blocks = (0..orbits)
            .step_by(size)
            .map(|first| {
                let members = size.min(orbits - first);
                let mut state = vec![0.0; rows * members];
                for m in 0..members {
                    for v in 0..dimension {
                        state[v * members + m] = task.starts[(first + m) * dimension + v];
                    }
                    for k in 0..exponents {
                        state[(dimension * (k + 1) + k) * members + m] = 1.0;
                    }
                }
                Block {
                    members,
                    state,
                    growth: vec![0.0; exponents * members],
                    divergence: vec![0.0; members],
                    latest: vec![f64::NAN; members],
                }
            })
            .collect();
        Ok(Self {
            stepper: BlockStepper::by(task.definition, build, exponents)?,
            divergence: Divergence::new(system, &build.constants)?,
            dimension,
            exponents,
            constants: build.constants.clone(),
            stride,
            map,
            clock: Clock::new(build.dt),
            blocks,
            interval: build.dt * stride as f64,
            names: system.variables().to_vec(),
            advice: advice(task.definition, &build.constants, &build.initial, build.dt),
            time: 0.0,
        })
    }

    /// Goes on by `strides` strides. An orbit that runs away is an error.
    pub fn advance(
        &mut self,
        strides: u64,
        check: &(dyn Fn() -> Result<(), SimError> + Sync),
    ) -> Result<(), SimError> {
        let work = Work {
            stepper: &self.stepper,
            divergence: &self.divergence,
            dimension: self.dimension,
            exponents: self.exponents,
            constants: &self.constants,
            stride: self.stride,
            interval: self.interval,
            map: self.map,
        };
        let clock = self.clock;
        self.blocks.par_iter_mut().try_for_each(|block| {
            let mut clock = clock;
            for turn in 0..strides {
                if turn % 64 == 0 {
                    check()?;
                }
                work.stride(block, &mut clock)?;
            }
            Ok::<(), SimError>(())
        })?;
        self.clock.step += strides * self.stride;
        self.time += strides as f64 * self.interval;
        self.finite()
    }

    fn finite(&self) -> Result<(), SimError> {
        for block in &self.blocks {
            let orbit = &block.state[..self.dimension * block.members];
            if let Some(place) = orbit.iter().position(|x| !x.is_finite()) {
                return Err(SimError::BlewUp {
                    step: format!(
                        "{} or before (t = {:.4})",
                        self.clock.step,
                        self.clock.time()
                    ),
                    variable: self.names[place / block.members].clone(),
                    value: if orbit[place].is_nan() {
                        "not a number"
                    } else {
                        "infinite"
                    }
                    .into(),
                    remedy: self.advice.clone(),
                });
            }
        }
        Ok(())
    }

    /// Forgets the growth so far: the transient is over.
    pub fn start_measuring(&mut self) {
        self.time = 0.0;
        for block in &mut self.blocks {
            block.growth.fill(0.0);
            block.divergence.fill(0.0);
        }
    }

    /// Averages and standard errors over what has been measured.
    pub fn spectrum(&self) -> Spectrum {
        let rate = |sum: &f64| sum / self.time;
        let mut sums = vec![Vec::new(); self.exponents];
        let mut gaps = Vec::new();
        let mut divergences = Vec::new();
        for block in &self.blocks {
            for (k, sum) in sums.iter_mut().enumerate() {
                let row = &block.growth[k * block.members..][..block.members];
                sum.extend(row.iter().map(rate));
            }
            for m in 0..block.members {
                let total: f64 = (0..self.exponents)
                    .map(|k| block.growth[k * block.members + m])
                    .sum();
                divergences.push(rate(&block.divergence[m]));
                gaps.push(rate(&(total - block.divergence[m])));
            }
        }
        let moments: Vec<(f64, f64)> = sums.iter().map(|s| mean_and_error(s)).collect();
        let covariance = sums
            .iter()
            .zip(&moments)
            .flat_map(|(a, (mean_a, _))| {
                sums.iter().zip(&moments).map(move |(b, (mean_b, _))| {
                    let n = a.len() as f64;
                    let products = a.iter().zip(b).map(|(x, y)| (x - mean_a) * (y - mean_b));
                    products.sum::<f64>() / (n - 1.0) / n
                })
            })
            .collect();
        let divergence = match &self.divergence {
            Divergence::Constant(value) => *value,
            Divergence::Along(_) => mean_and_error(&divergences).0,
        };
        Spectrum {
            exponents: moments.iter().map(|m| m.0).collect(),
            standard_error: moments.iter().map(|m| m.1).collect(),
            divergence,
            sum_error: mean_and_error(&gaps).1,
            time: self.time,
            covariance,
        }
    }
}

/// What all blocks share.
struct Work<'a> {
    stepper: &'a BlockStepper,
    divergence: &'a Divergence,
    dimension: usize,
    exponents: usize,
    constants: &'a [f64],
    stride: u64,
    interval: f64,
    map: bool,
}

impl Work<'_> {
    /// One stride of a block: steps, then Gram and Schmidt.
    fn stride(&self, block: &mut Block, clock: &mut Clock) -> Result<(), SimError> {
        let members = block.members;
        let before = self.divergence_of(block, clock)?;
        self.stepper.advance_all(
            &mut block.state,
            members,
            self.constants,
            *clock,
            self.stride,
        )?;
        clock.step += self.stride;
        orthonormalise(
            &mut block.state[self.dimension * members..],
            self.dimension,
            self.exponents,
            members,
            &mut block.growth,
        );
        match self.divergence {
            Divergence::Constant(value) => {
                for sum in &mut block.divergence {
                    *sum += value * self.interval;
                }
            }
            Divergence::Along(_) => {
                // A map's determinant counts at the point that is left, a flow's divergence is
                // integrated by trapezia.
                let after = if self.map {
                    before.clone()
                } else {
                    self.evaluate(block, clock)?
                };
                for ((sum, a), b) in block.divergence.iter_mut().zip(&before).zip(&after) {
                    *sum += 0.5 * (a + b) * self.interval;
                }
                if !self.map {
                    block.latest = after;
                }
            }
        }
        Ok(())
    }

    /// The divergence where the orbits stand, kept from the last stride if it is known.
    fn divergence_of(&self, block: &mut Block, clock: &Clock) -> Result<Vec<f64>, SimError> {
        match self.divergence {
            Divergence::Along(_) => {
                let kept = std::mem::replace(&mut block.latest, vec![f64::NAN; block.members]);
                if kept.iter().all(|x| !x.is_nan()) {
                    Ok(kept)
                } else {
                    self.evaluate(block, clock)
                }
            }
            Divergence::Constant(_) => Ok(Vec::new()),
        }
    }

    fn evaluate(&self, block: &Block, clock: &Clock) -> Result<Vec<f64>, SimError> {
        match self.divergence {
            Divergence::Along(reading) => reading.at(&block.state, block.members, clock),
            Divergence::Constant(_) => Ok(Vec::new()),
        }
    }
}

/// Gram and Schmidt's process in its modified form, on each member's vectors; the logarithms of
/// the lengths are added to `growth`.
///
/// `vectors`: (vectors × dimension) rows of one number for each member.
fn orthonormalise(
    vectors: &mut [f64],
    dimension: usize,
    count: usize,
    members: usize,
    growth: &mut [f64],
) {
    let size = dimension * members;
    let mut sums = vec![0.0; members];
    for k in 0..count {
        let (before, rest) = vectors.split_at_mut(k * size);
        let mine = &mut rest[..size];
        for other in before.chunks_exact(size) {
            sums.fill(0.0);
            for (a, b) in mine.chunks_exact(members).zip(other.chunks_exact(members)) {
                for ((sum, x), y) in sums.iter_mut().zip(a).zip(b) {
                    *sum += x * y;
                }
            }
            for (a, b) in mine
                .chunks_exact_mut(members)
                .zip(other.chunks_exact(members))
            {
                for ((x, y), sum) in a.iter_mut().zip(b).zip(&sums) {
                    *x -= sum * y;
                }
            }
        }
        sums.fill(0.0);
        for row in mine.chunks_exact(members) {
            for (sum, x) in sums.iter_mut().zip(row) {
                *sum += x * x;
            }
        }
        for (sum, grown) in sums.iter_mut().zip(&mut growth[k * members..][..members]) {
            let length = sum.sqrt();
            *grown += elementary::log(length);
            *sum = length;
        }
        for row in mine.chunks_exact_mut(members) {
            for (x, length) in row.iter_mut().zip(&sums) {
                *x /= length;
            }
        }
    }
}

/// Mean, and its standard error from the scatter of independent values.
pub fn mean_and_error(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    if values.len() < 2 {
        return (mean, f64::INFINITY);
    }
    let squares: f64 = values.iter().map(|x| (x - mean) * (x - mean)).sum();
    (mean, (squares / (n - 1.0) / n).sqrt())
}

/// The Kaplan–Yorke dimension of a spectrum (largest exponent first), with its standard error
/// from those of the exponents: D = j + (λ₁ + … + λⱼ)/|λⱼ₊₁| for the largest j whose sum isn't
/// negative. Exponents that are zero within two standard errors count as zero.
pub fn kaplan_yorke(exponents: &[f64], errors: &[f64]) -> (f64, f64) {
    let (dimension, weights) = kaplan_yorke_weights(exponents, errors);
    let squares = weights.iter().zip(errors).map(|(w, e)| (w * e).powi(2));
    (
        dimension.unwrap_or(exponents.len() as f64),
        squares.sum::<f64>().sqrt(),
    )
}

/// The dimension, and how it changes with each exponent: with the covariances this gives its
/// error. None where the sum stays above zero to the last exponent that is known.
pub fn kaplan_yorke_weights(exponents: &[f64], errors: &[f64]) -> (Option<f64>, Vec<f64>) {
    let mut weights = vec![0.0; exponents.len()];
    let mut sum = 0.0;
    for (j, (exponent, error)) in exponents.iter().zip(errors).enumerate() {
        let zero = error.is_finite() && exponent.abs() <= 2.0 * error;
        let counted = if zero { 0.0 } else { *exponent };
        if sum + counted < 0.0 {
            let size = exponent.abs();
            weights[..j].fill(1.0 / size);
            // The exponent is negative: sum / −λ.
            weights[j] = sum / (size * size);
            return (Some(j as f64 + sum / size), weights);
        }
        sum += counted;
    }
    (None, weights)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_become_orthonormal_and_their_volume_is_kept_in_the_growth() {
        // Two vectors in the plane, two members side by side.
        let mut vectors = vec![3.0, 1.0, 0.0, 1.0, 1.0, 2.0, 2.0, 5.0];
        let mut growth = vec![0.0; 4];
        orthonormalise(&mut vectors, 2, 2, 2, &mut growth);
        for m in 0..2 {
            let at = |v: usize, i: usize| vectors[(v * 2 + i) * 2 + m];
            let dot = at(0, 0) * at(1, 0) + at(0, 1) * at(1, 1);
            assert!(dot.abs() < 1e-15);
        }
        // Areas 3·2 − 0·1 and 1·5 − 1·2.
        assert!((growth[0] + growth[2] - 6f64.ln()).abs() < 1e-14);
        assert!((growth[1] + growth[3] - 3f64.ln()).abs() < 1e-14);
    }

    #[test]
    fn the_dimension_of_lorenz_follows_from_its_exponents() {
        let (dimension, _) = kaplan_yorke(&[0.9056, 0.0, -14.5723], &[0.0; 3]);
        assert!((dimension - 2.0621).abs() < 1e-4);
        let (dimension, _) = kaplan_yorke(&[-0.15, -0.15, -13.0], &[1e-4; 3]);
        assert_eq!(dimension, 0.0);
    }
}
