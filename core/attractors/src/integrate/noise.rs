//! Process noise: dX = f(X, t) dt + g dW in Itô's sense, with an amplitude g for each variable and a
//! Brownian motion W of its own for each, by three methods.
//!
//! - `em`: Euler and Maruyama, for any g; strong order ½, and 1 where g doesn't depend on the state.
//! - `milstein`: G. N. Milstein (1975), Approximate integration of stochastic differential
//!   equations, Theory Probab. Appl. 19, 557–562; strong order 1 where each g depends on its own
//!   variable alone (diagonal noise).
//! - `sra`: Rößler's SRA1, strong order 1.5 where g doesn't depend on the state: A. Rößler (2010),
//!   SIAM J. Numer. Anal. 48, 922–952, table 6.3.
//!
//! A system whose file gives `noise` formulas has those amplitudes, times the intensity S. Any other
//! system is moved by S · s / √T, where s is the variable's standard deviation on the undisturbed
//! attractor and T the natural period: left to the noise alone, a variable would wander by S
//! standard deviations in one period. A map is moved by g · N(0, 1) after each iteration, with
//! S · s for g where the file gives none.

use loom_formula::{Expr, Rates, RatesRun, System, Tape, TapeScratch, elementary};
use loom_sim::{SimError, seed};
use rand_chacha::ChaCha8Rng;

use super::paced::{Last, Paced, Step};
use super::{Method, Path as _, checked_state, names};
use crate::definition::Definition;
use crate::settings::Build;
use crate::start::{self, Samples};

/// Points of the attractor from which the variables' sizes are taken.
const POINTS: usize = 4096;

/// An intensity, or why it can't be one.
pub fn intensity(noise: f64) -> Result<f64, SimError> {
    if noise >= 0.0 && noise.is_finite() {
        Ok(noise)
    } else {
        Err(SimError::other(format!(
            "The noise {noise} is no number from 0 up."
        )))
    }
}

/// The strength σ of each variable for an intensity S.
///
/// # Errors
/// For an intensity that is negative or not finite.
pub fn strengths(
    definition: &Definition,
    build: &Build,
    intensity: f64,
) -> Result<Vec<f64>, SimError> {
    let intensity = self::intensity(intensity)?;
    let samples = start::sample(definition, build, POINTS)?;
    Ok(strengths_of(definition, &samples, intensity))
}

/// The same from points of the attractor, of which the first 4,096 are taken.
pub fn strengths_of(definition: &Definition, samples: &Samples, intensity: f64) -> Vec<f64> {
    let count = samples.len().min(POINTS);
    let values = &samples.values[..count * samples.dimension];
    let scale = if definition.is_map() {
        intensity
    } else {
        intensity / definition.period.sqrt()
    };
    (0..definition.dimension())
        .map(|v| {
            let column = || values.iter().skip(v).step_by(samples.dimension);
            let mean = column().sum::<f64>() / count as f64;
            let square = column().map(|x| (x - mean) * (x - mean)).sum::<f64>() / count as f64;
            scale * square.sqrt()
        })
        .collect()
}

/// Whether each amplitude of the file's noise depends on its own variable alone, so that
/// Milstein's method fits.
pub fn is_diagonal(definition: &Definition) -> bool {
    others(&definition.system, &definition.noise).is_none()
}

/// The amplitudes of the file's noise, and after them the derivative of each to its own variable.
pub fn with_derivatives(definition: &Definition) -> Vec<Expr> {
    let own = definition.noise.iter().zip(definition.system.variables());
    let slopes = own.map(|(g, variable)| g.derivative(variable).simplify());
    definition.noise.iter().cloned().chain(slopes).collect()
}

/// How strong the noise is.
#[derive(Debug)]
enum Amplitude {
    /// σ for each variable, whatever the state.
    Constant(Vec<f64>),
    /// Formulas, and for Milstein's method their own derivatives after them; times a factor.
    Formulas(Box<Tape>, f64),
}

/// A system under noise, with the length of its steps.
#[derive(Debug)]
pub struct Noisy {
    rates: Rates,
    amplitude: Amplitude,
    dt: f64,
    map: bool,
    method: Method,
    names: Vec<String>,
}

impl Noisy {
    /// `strengths`: σ for each variable, in its unit per square root of time (per iteration for
    /// maps). Every method but `em` is taken as `sra`: Milstein's term is 0.
    pub fn new(definition: &Definition, strengths: Vec<f64>, method: Method, dt: f64) -> Self {
        Self {
            rates: Rates::new(&definition.system),
            amplitude: Amplitude::Constant(strengths),
            dt: if definition.is_map() { 1.0 } else { dt },
            map: definition.is_map(),
            method: if method == Method::Em {
                method
            } else {
                Method::Sra
            },
            names: names(&definition.system),
        }
    }

    /// Under the noise that the system's file gives, times a factor. `em`, `milstein` and `sra` are
    /// taken as asked for, any other method as the better of the first two that fits.
    ///
    /// # Errors
    /// For `sra` where an amplitude depends on the state, and for `milstein` where one depends on
    /// another variable than its own.
    pub fn own(
        definition: &Definition,
        factor: f64,
        method: Method,
        dt: f64,
    ) -> Result<Self, SimError> {
        let system = &definition.system;
        let others = others(system, &definition.noise);
        let method = match (method, &others) {
            (Method::Sra, _) if depends(system, &definition.noise) => {
                return Err(SimError::other(format!(
                    "sra is made for noise that doesn't depend on the state, and that of {} does: use --method milstein or --method em.",
                    definition.title
                )));
            }
            (Method::Milstein, Some((own, other))) => {
                return Err(SimError::other(format!(
                    "milstein needs each amplitude to depend on its own variable alone, and that of {own} depends on {other}: use --method em."
                )));
            }
            // Amplitudes that change in time would take its order away.
            (Method::Sra, _) if !symbols(&definition.noise).any(|s| s == "t") => Method::Sra,
            (Method::Em, _) | (_, Some(_)) => Method::Em,
            _ => Method::Milstein,
        };
        let formulas = if method == Method::Milstein {
            with_derivatives(definition)
        } else {
            definition.noise.clone()
        };
        let tape = Tape::new(&system.program_of(&formulas));
        Ok(Self {
            rates: Rates::new(system),
            amplitude: Amplitude::Formulas(Box::new(tape), factor),
            dt: if definition.is_map() { 1.0 } else { dt },
            map: definition.is_map(),
            method,
            names: names(system),
        })
    }

    /// Begins at a time and a state; the stream gives the noise.
    ///
    /// # Errors
    /// For a state or constants of the wrong number.
    pub fn start(
        &self,
        time: f64,
        state: &[f64],
        constants: &[f64],
        random: ChaCha8Rng,
    ) -> Result<NoisyPath<'_>, SimError> {
        let n = self.names.len();
        checked_state(state, n)?;
        let (strengths, scratch) = match &self.amplitude {
            Amplitude::Constant(strengths) => (strengths.clone(), None),
            Amplitude::Formulas(tape, _) => (vec![0.0; 2 * n], Some(tape.scratch())),
        };
        let method = Shaken {
            of: self,
            rates: self.rates.start(constants).map_err(SimError::other)?,
            constants: constants.to_vec(),
            random,
            given: false,
            strengths,
            scratch,
            work: vec![0.0; n],
            stages: vec![0.0; 2 * n],
            wiener: vec![0.0; n],
            area: vec![0.0; n],
        };
        Ok(Paced::new(method, &self.names, self.dt, time, state))
    }
}

fn symbols(noise: &[Expr]) -> impl Iterator<Item = String> {
    noise.iter().flat_map(Expr::symbols)
}

/// Whether an amplitude depends on the state at all.
fn depends(system: &System, noise: &[Expr]) -> bool {
    symbols(noise).any(|s| system.variables().contains(&s))
}

/// The first variable whose amplitude depends on another one, and that other.
fn others(system: &System, noise: &[Expr]) -> Option<(String, String)> {
    let variables = system.variables();
    noise.iter().zip(variables).find_map(|(g, own)| {
        let other = g.symbols().into_iter();
        let other = other.filter(|s| s != own).find(|s| variables.contains(s))?;
        Some((own.clone(), other))
    })
}

/// A standard normal number (Box and Muller), the same bits on every machine.
pub fn normal(random: &mut ChaCha8Rng) -> f64 {
    let radius = elementary::sqrt(-2.0 * elementary::log(1.0 - seed::unit(random)));
    radius * elementary::cos(std::f64::consts::TAU * seed::unit(random))
}

/// A noisy orbit under way.
pub type NoisyPath<'a> = Paced<'a, Shaken<'a>>;

/// One step under noise.
#[derive(Debug)]
pub struct Shaken<'a> {
    of: &'a Noisy,
    rates: RatesRun<'a>,
    constants: Vec<f64>,
    random: ChaCha8Rng,
    /// The increments of the next step are known.
    given: bool,
    /// The amplitudes at the beginning of the step, and their derivatives.
    strengths: Vec<f64>,
    scratch: Option<TapeScratch>,
    work: Vec<f64>,
    stages: Vec<f64>,
    /// ΔW of the step, and ∫ W ds over it.
    wiener: Vec<f64>,
    area: Vec<f64>,
}

impl NoisyPath<'_> {
    /// One step with given increments: ΔW and ∫₀ʰ W ds for each variable.
    ///
    /// # Errors
    /// Where the orbit runs away, with time and variable.
    pub fn step_with(&mut self, wiener: &[f64], area: &[f64]) -> Result<(), SimError> {
        self.method.wiener.copy_from_slice(wiener);
        self.method.area.copy_from_slice(area);
        self.method.given = true;
        self.advance()
    }
}

impl Shaken<'_> {
    fn draw(&mut self, h: f64) {
        for (w, a) in self.wiener.iter_mut().zip(&mut self.area) {
            // ∫ W ds has variance h³/3 and covariance h²/2 with ΔW.
            *w = h.sqrt() * normal(&mut self.random);
            *a = 0.5 * h * (*w + h.sqrt() * normal(&mut self.random) / 3_f64.sqrt());
        }
    }

    /// The amplitudes where the step begins.
    fn measure(&mut self, time: f64, state: &[f64]) {
        if let (Amplitude::Formulas(tape, factor), Some(scratch)) =
            (&self.of.amplitude, &mut self.scratch)
        {
            let count = if self.of.method == Method::Milstein {
                2 * state.len()
            } else {
                state.len()
            };
            let out = &mut self.strengths[..count];
            tape.eval_with(scratch, state, &self.constants, time, out);
            for x in out.iter_mut() {
                *x *= factor;
            }
        }
    }
}

impl Step for Shaken<'_> {
    fn step(&mut self, time: f64, h: f64, old: &[f64], new: &mut [f64]) -> bool {
        if !std::mem::take(&mut self.given) {
            self.draw(h);
        }
        self.measure(time, old);
        let n = old.len();
        let (first, second) = self.stages.split_at_mut(n);
        let (sigma, wiener) = (&self.strengths, &self.wiener);
        self.rates.at(time, old, first);
        if self.of.map {
            for v in 0..n {
                new[v] = first[v] + sigma[v] * wiener[v];
            }
            return true;
        }
        match self.of.method {
            Method::Sra => {
                for v in 0..n {
                    let moved = 1.5 * sigma[v] * self.area[v] / h;
                    self.work[v] = old[v] + 0.75 * h * first[v] + moved;
                }
                self.rates.at(time + 0.75 * h, &self.work, second);
                for v in 0..n {
                    let drift = h * (first[v] + 2.0 * second[v]) / 3.0;
                    new[v] = old[v] + drift + sigma[v] * wiener[v];
                }
            }
            Method::Milstein => {
                for v in 0..n {
                    let w = wiener[v];
                    let bent = 0.5 * sigma[v] * sigma[n + v] * (w * w - h);
                    new[v] = old[v] + h * first[v] + sigma[v] * w + bent;
                }
            }
            _ => {
                for v in 0..n {
                    new[v] = old[v] + h * first[v] + sigma[v] * wiener[v];
                }
            }
        }
        true
    }
    fn slopes(&self) -> &[f64] {
        &self.stages[..self.work.len()]
    }
    /// On the chord: between the ends of a step a noisy orbit is not known better.
    fn within(&mut self, last: &Last<'_>, after: f64, out: &mut [f64]) -> bool {
        let part = (after / last.h).clamp(0.0, 1.0);
        for ((x, a), b) in out.iter_mut().zip(last.old).zip(last.new) {
            *x = a + part * (b - a);
        }
        true
    }
}
