//! The largest exponent at many values of the parameters: a few orbits with one tangent vector
//! each, from starts that are found once.

use loom_formula::Clock;
use loom_sim::SimError;

use crate::definition::Definition;
use crate::settings::Build;
use crate::spectrum::mean_and_error;
use crate::start;
use crate::stepping::BlockStepper;

/// Orbits at each value, from whose scatter the error comes.
pub const ORBITS: usize = 4;

/// Compiled steps and starts, ready for any parameters.
#[derive(Debug)]
pub struct FirstExponent {
    stepper: BlockStepper,
    dimension: usize,
    map: bool,
    dt: f64,
    /// Starts of the orbits, variable by variable, with a tangent vector each.
    pub starts: Vec<f64>,
    /// Steps between two renormalisations.
    pub stride: u64,
    /// Renormalisations that are thrown away, and that count.
    pub settling: u64,
    pub measured: u64,
}

impl FirstExponent {
    /// Measures over so many natural periods of a flow (ten iterations of a map count as one),
    /// after so many that are thrown away.
    pub fn new(
        definition: &Definition,
        build: &Build,
        periods: f64,
        transient: f64,
    ) -> Result<Self, SimError> {
        let dimension = definition.dimension();
        let samples = start::sample(definition, build, 64)?;
        let mut starts = vec![0.0; 2 * dimension * ORBITS];
        for orbit in 0..ORBITS {
            let point = samples.point(orbit * samples.len() / ORBITS);
            for (v, x) in point.iter().enumerate() {
                starts[v * ORBITS + orbit] = *x;
                // No axis is left out.
                starts[(dimension + v) * ORBITS + orbit] = 1.0 / ((v + 1) as f64);
            }
        }
        let map = definition.is_map();
        let steps = |periods: f64| {
            let time = if map {
                10.0 * periods
            } else {
                periods * definition.period
            };
            ((time / build.dt).ceil() as u64).max(1)
        };
        let stride = if map { 1 } else { steps(0.1) };
        Ok(Self {
            stepper: BlockStepper::by(definition, build, 1)?,
            dimension,
            map,
            dt: build.dt,
            starts,
            stride,
            settling: steps(transient).div_ceil(stride).max(1),
            measured: steps(periods).div_ceil(stride).max(1),
        })
    }

    /// The exponent and its standard error at these constants; none where the orbits run away.
    pub fn at(&self, constants: &[f64]) -> Result<Option<(f64, f64)>, SimError> {
        let mut block = self.starts.clone();
        let mut clock = Clock::new(self.dt);
        let mut growth = [0.0; ORBITS];
        let dimension = self.dimension;
        for stride in 0..self.settling + self.measured {
            self.stepper
                .advance(&mut block, ORBITS, constants, clock, self.stride)?;
            clock.step += self.stride;
            for (m, growth) in growth.iter_mut().enumerate() {
                let tangent = || (dimension..2 * dimension).map(|v| v * ORBITS + m);
                let length = tangent().map(|i| block[i] * block[i]).sum::<f64>().sqrt();
                if !length.is_finite() {
                    return Ok(None);
                }
                // A superstable cycle shrinks the vector to nothing: begin with another.
                let scale = length.max(f64::MIN_POSITIVE.sqrt());
                if stride >= self.settling {
                    *growth += scale.ln();
                }
                for i in tangent() {
                    block[i] = if length > 0.0 { block[i] / scale } else { 1.0 };
                }
            }
        }
        if block.iter().any(|x| !x.is_finite()) {
            return Ok(None);
        }
        let time = self.measured as f64 * self.stride as f64 * self.dt;
        Ok(Some(mean_and_error(&growth.map(|g| g / time))))
    }

    /// How long each orbit is measured and what is thrown away before, in words.
    pub fn spans(&self) -> [String; 2] {
        [self.measured, self.settling].map(|strides| {
            let steps = strides * self.stride;
            if self.map {
                format!("{steps} iterations")
            } else {
                let time = steps as f64 * self.dt;
                format!("{} time units", (time * 1e6).round() / 1e6)
            }
        })
    }
}
