//! Noise in a running cloud: every particle is pushed by random numbers of its own at each step.
//! The twin of `shake.wgsl`.
//!
//! X(t + h) = Φₕ(X(t) + ½ g ΔW) + ½ g ΔW with g at X(t), in Itô's sense: half of the push before
//! the step Φₕ that a cloud without noise takes, half after. Of all schemes that know the increment
//! ΔW alone, one that stands for ∫ W ds by its mean ½ h ΔW, as this does, has the smallest error
//! where g is constant; where the noise is weak the error is that of Φₕ and a part that falls with
//! the noise (G. N. Milstein and M. V. Tretyakov 1997, SIAM J. Sci. Comput. 18, 1067–1087). Where
//! a file's own amplitudes each depend on their own variable alone, Milstein's term
//! ½ g g′ (ΔW² − h) joins, for strong order 1. A map is pushed by g · N(0, 1) after each iteration.
//!
//! The numbers of a particle at a step are a place in its own ChaCha8 stream: they depend neither
//! on threads nor on how a run is sliced, and going back brings the same noise again.

mod chacha;
pub mod device;
#[cfg(test)]
mod tests;

use std::f64::consts::PI;
use std::sync::Arc;

use loom_formula::{Clock, EnsembleStepper, Scheme, System};
use loom_sim::SimError;

use crate::definition::Definition;
use crate::integrate::noise;
use crate::motion::Motion;
use crate::start::Samples;
use crate::stepping::{self, BlockStepper};

use chacha::LANES;

/// Streams of followed orbits begin here, beyond those of any particle.
const ORBITS: u64 = 1 << 32;

/// Box and Muller's two numbers from one in (0, 1] and an angle.
const NORMALS: &str =
    "a[n+1] = sqrt(-2*log(a[n]))*cos(b[n]); b[n+1] = sqrt(-2*log(a[n]))*sin(b[n])";

/// The noise of one system under one seed, compiled.
pub struct Shake {
    key: [u32; 8],
    amplitude: Amplitude,
    normals: EnsembleStepper,
    dimension: usize,
    map: bool,
}

/// How strong the noise is for an intensity of 1.
pub enum Amplitude {
    /// σ of each variable, whatever the state.
    Constant(Vec<f64>),
    Formulas(Box<Formulas>),
}

/// Amplitudes that the system's file gives.
pub struct Formulas {
    /// The state, then the amplitudes, then their own derivatives if Milstein's term joins.
    pub wide: System,
    pub milstein: bool,
    stepper: EnsembleStepper,
}

/// A noise and its intensity at a moment of a run.
#[derive(Clone, Copy)]
pub struct Shaking<'a> {
    pub of: &'a Shake,
    pub intensity: f64,
}

/// Steps to be made: the equations' clock, and the number of the first step in the whole run.
#[derive(Clone, Copy)]
pub struct Span {
    pub clock: Clock,
    pub step: u64,
    pub steps: u64,
}

/// The pushes of a step, and room to work them out.
#[derive(Default)]
struct Pushes {
    normals: Vec<f64>,
    wide: Vec<f64>,
    /// Before the step and after it, like a block: variable by variable.
    early: Vec<f64>,
    late: Vec<f64>,
}

impl Pushes {
    fn add(block: &mut [f64], moves: &[f64]) {
        for (x, by) in block.iter_mut().zip(moves) {
            *x += by;
        }
    }
}

impl Shake {
    /// For a run that starts from these points of the attractor.
    ///
    /// # Errors
    /// Where a formula of this file can't be read, which is a fault of this program.
    pub fn new(definition: &Definition, samples: &Samples, seed: u64) -> Result<Self, SimError> {
        let normals = System::parse(NORMALS).map_err(SimError::other)?;
        let amplitude = if definition.noise.is_empty() {
            Amplitude::Constant(noise::strengths_of(definition, samples, 1.0))
        } else {
            let milstein = !definition.is_map() && noise::is_diagonal(definition);
            let formulas = if milstein {
                noise::with_derivatives(definition)
            } else {
                definition.noise.clone()
            };
            let wide = definition.system.reading(formulas);
            Amplitude::Formulas(Box::new(Formulas {
                stepper: EnsembleStepper::new(&wide, Scheme::Iterate),
                wide,
                milstein,
            }))
        };
        Ok(Self {
            key: chacha::key(seed, "attractors: noise of the cloud"),
            amplitude,
            normals: EnsembleStepper::new(&normals, Scheme::Iterate),
            dimension: definition.dimension(),
            map: definition.is_map(),
        })
    }

    pub fn key(&self) -> [u32; 8] {
        self.key
    }
    pub fn amplitude(&self) -> &Amplitude {
        &self.amplitude
    }
    /// Blocks of a stream that a step takes.
    pub fn blocks(&self) -> u64 {
        self.dimension.div_ceil(16) as u64
    }

    /// Standard normal numbers for a step of the streams from `first` on: those of variable v lie
    /// from [`Shake::row`] on.
    fn draw(
        &self,
        members: usize,
        first: u64,
        step: u64,
        out: &mut Vec<f64>,
    ) -> Result<(), SimError> {
        let pairs = self.dimension.div_ceil(2);
        let width = pairs * members;
        out.resize(2 * width, 0.0);
        let (units, angles) = out.split_at_mut(width);
        let start = step.wrapping_mul(self.blocks());
        for begin in (0..members).step_by(LANES) {
            let lanes = LANES.min(members - begin);
            for block in 0..self.blocks() {
                let number = start.wrapping_add(block);
                let words = chacha::blocks(&self.key, number, first + begin as u64);
                let here = 8 * block as usize..pairs.min(8 * block as usize + 8);
                for (pair, two) in here.zip(words.chunks_exact(2)) {
                    let place = pair * members + begin;
                    for (unit, word) in units[place..place + lanes].iter_mut().zip(&two[0]) {
                        *unit = (f64::from(*word) + 0.5) * (1.0 / 4_294_967_296.0);
                    }
                    for (angle, word) in angles[place..place + lanes].iter_mut().zip(&two[1]) {
                        *angle = f64::from(*word as i32) * (PI / 2_147_483_648.0);
                    }
                }
            }
        }
        self.normals
            .run(out, width, &mut Clock::new(1.0), &[], 1)
            .map_err(SimError::other)
    }

    /// Where the normal numbers of a variable begin.
    fn row(&self, members: usize, variable: usize) -> usize {
        let pairs = self.dimension.div_ceil(2);
        ((variable % 2) * pairs + variable / 2) * members
    }
}

impl Shaking<'_> {
    /// Steps of a block under noise; the members' streams are those from `first` on.
    ///
    /// # Errors
    /// Where the equations refuse to run, which is a fault of this program.
    pub fn advance(
        &self,
        stepper: &BlockStepper,
        block: &mut [f64],
        first: u64,
        constants: &[f64],
        span: Span,
    ) -> Result<(), SimError> {
        let members = block.len() / self.of.dimension;
        let mut pushes = Pushes::default();
        for ahead in 0..span.steps {
            let clock = Clock {
                step: span.clock.step + ahead,
                ..span.clock
            };
            self.prepare(
                block,
                first,
                constants,
                clock,
                span.step + ahead,
                &mut pushes,
            )?;
            Pushes::add(block, &pushes.early);
            stepper.advance(block, members, constants, clock, 1)?;
            Pushes::add(block, &pushes.late);
        }
        Ok(())
    }

    /// Works out the pushes of step number `step` from where it begins.
    fn prepare(
        &self,
        block: &[f64],
        first: u64,
        constants: &[f64],
        mut clock: Clock,
        step: u64,
        pushes: &mut Pushes,
    ) -> Result<(), SimError> {
        let (of, s) = (self.of, self.intensity);
        let members = block.len() / of.dimension;
        if members == 0 {
            return Ok(());
        }
        let Pushes {
            normals,
            wide,
            early,
            late,
        } = pushes;
        let h = if of.map { 1.0 } else { clock.dt };
        let root = h.sqrt();
        of.draw(members, first, step, normals)?;
        if let Amplitude::Formulas(formulas) = &of.amplitude {
            wide.resize(formulas.wide.dimension() * members, 0.0);
            wide[..block.len()].copy_from_slice(block);
            formulas
                .stepper
                .run(wide, members, &mut clock, constants, 1)
                .map_err(SimError::other)?;
        }
        early.resize(block.len(), 0.0);
        late.resize(block.len(), 0.0);
        let share = if of.map { 0.0 } else { 0.5 };
        let rows = early.chunks_exact_mut(members);
        for (v, (early, late)) in rows.zip(late.chunks_exact_mut(members)).enumerate() {
            let normals = &normals[of.row(members, v)..][..members];
            let from = |k: usize| &wide[(of.dimension + k) * members..][..members];
            match &of.amplitude {
                Amplitude::Constant(strengths) => {
                    for (late, normal) in late.iter_mut().zip(normals) {
                        *late = s * strengths[v] * (root * normal);
                    }
                }
                Amplitude::Formulas(_) => {
                    for ((late, normal), g) in late.iter_mut().zip(normals).zip(from(v)) {
                        *late = s * g * (root * normal);
                    }
                }
            }
            for (early, late) in early.iter_mut().zip(late.iter_mut()) {
                *early = share * *late;
                *late -= *early;
            }
            if let Amplitude::Formulas(formulas) = &of.amplitude
                && formulas.milstein
            {
                let amplitudes = from(v).iter().zip(from(of.dimension + v));
                for ((late, normal), (g, slope)) in late.iter_mut().zip(normals).zip(amplitudes) {
                    let w = root * normal;
                    *late += 0.5 * (s * g) * (s * slope) * (w * w - h);
                }
            }
        }
        Ok(())
    }
}

/// A noise of this intensity, unless that is 0.
pub fn shaking(of: Option<&Shake>, intensity: f64) -> Option<Shaking<'_>> {
    let of = of.filter(|_| intensity > 0.0)?;
    Some(Shaking { of, intensity })
}

impl Motion {
    /// Noise of this intensity from here on.
    pub(crate) fn set_noise(&mut self, intensity: f64) -> Result<(), SimError> {
        let intensity = noise::intensity(intensity)?;
        if intensity > 0.0 && self.shake.is_none() && !self.definition.has_delays() {
            let shake = Shake::new(&self.definition, &self.samples, self.seed)?;
            self.shake = Some(Arc::new(shake));
        }
        self.noise = intensity;
        Ok(())
    }

    /// The noise at this moment, if there is any.
    pub(crate) fn shaking(&self) -> Option<Shaking<'_>> {
        shaking(self.shake.as_deref(), self.noise)
    }

    /// One step of a followed orbit, `ahead` steps from now, in so many parts, with the noise of
    /// that orbit.
    pub(crate) fn step_orbit(
        &self,
        point: &mut [f64],
        number: u32,
        ahead: u64,
        parts: u64,
    ) -> Result<(), SimError> {
        let now = self.ahead(ahead);
        let clock = stepping::clock(&now);
        let mut pushes = Pushes::default();
        if let Some(shaking) = self.shaking() {
            let stream = ORBITS + u64::from(number);
            shaking.prepare(point, stream, &self.constants, clock, now.step, &mut pushes)?;
        }
        Pushes::add(point, &pushes.early);
        let mut fine = Clock {
            dt: clock.dt / parts as f64,
            step: clock.step * parts,
            ..clock
        };
        self.stepper
            .advance(point, &self.constants, &mut fine, parts)?;
        Pushes::add(point, &pushes.late);
        Ok(())
    }
}
