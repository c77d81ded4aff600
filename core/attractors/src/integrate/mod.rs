//! How an orbit is followed in f64: methods with fixed steps, methods that choose their steps,
//! methods for stiff systems and for Hamiltonian ones, all behind one small [`Path`].
//!
//! | File | Methods |
//! |---|---|
//! | `paced` | the frame of all methods with fixed steps |
//! | `fixed` | Runge–Kutta of order 4; the iteration of maps |
//! | `pair` | how a step's error, length and polynomial follow from an embedded pair |
//! | `narrow` | a pair's steps for few variables |
//! | `explicit` | Tsitouras 5(4), Dormand–Prince 8(5,3), with a watch for stiffness |
//! | `stiff` | BDF, TR-BDF2, ESDIRK34 (crate diffsol) with the symbolic Jacobian |
//! | `symplectic` | Blanes–Moan compositions of order 4 and 6 |
//! | `gauss` | Gauss–Legendre of order 4 |
//! | `noise` | Euler–Maruyama, Milstein, Rößler's SRA1: process noise |
//! | `hamilton` | which systems are Hamiltonian, told from their equations |
//! | `compiled` | a method made ready for a system, its tangent vectors and its parameters |
//! | `stiffness` | what is said of a stiff system under an explicit method |

mod compiled;
mod dop853;
mod explicit;
mod fixed;
mod gauss;
pub mod hamilton;
mod narrow;
pub mod noise;
pub mod paced;
pub(crate) mod pair;
mod stiff;
mod stiffness;
mod symplectic;
mod tsit5;

use loom_formula::System;
use loom_sim::SimError;

pub use compiled::{Compiled, Follower};
pub use explicit::{Integrator, Orbit};
pub use fixed::Fixed;
pub use gauss::Gauss;
pub use stiff::Stiff;
pub use stiffness::{advice, stiffness, too_short};
pub use symplectic::Split;

/// How a flow is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// Runge and Kutta's classical method with a fixed step.
    Rk4,
    /// Tsitouras 5(4).
    Tsit5,
    /// Dormand and Prince 8(5,3).
    Dop853,
    /// Backward differentiation formulas of order 1 to 5.
    Bdf,
    /// Trapezoidal rule and second-order BDF in one step.
    TrBdf2,
    /// Singly diagonally implicit Runge–Kutta, order 4 with an error estimate of order 3.
    Esdirk34,
    /// A composition of drifts and kicks, order 4.
    Symplectic4,
    /// The same, order 6.
    Symplectic6,
    /// Implicit midpoints of Gauss and Legendre, two stages.
    Gauss4,
    /// Euler and Maruyama, under noise.
    Em,
    /// Rößler's SRA1, under noise.
    Sra,
    /// Milstein, under noise that depends on the state.
    Milstein,
}

impl Method {
    /// Keys and names, in the order of the variants.
    pub const ALL: [(&'static str, &'static str); 12] = [
        ("rk4", "Runge–Kutta, fixed step"),
        ("tsit5", "Tsitouras 5(4)"),
        ("dop853", "Dormand–Prince 8(5,3)"),
        ("bdf", "BDF, for stiff systems"),
        ("trbdf2", "TR-BDF2, for stiff systems"),
        ("esdirk34", "ESDIRK34, for stiff systems"),
        ("symplectic4", "Symplectic, order 4"),
        ("symplectic6", "Symplectic, order 6"),
        ("gauss4", "Gauss–Legendre, order 4"),
        ("em", "Euler–Maruyama, for noise"),
        ("sra", "SRA1, for noise"),
        ("milstein", "Milstein, for noise that depends on the state"),
    ];
    /// Those for noise come last.
    const NOISELESS: usize = 9;
    const VARIANTS: [Self; 12] = [
        Self::Rk4,
        Self::Tsit5,
        Self::Dop853,
        Self::Bdf,
        Self::TrBdf2,
        Self::Esdirk34,
        Self::Symplectic4,
        Self::Symplectic6,
        Self::Gauss4,
        Self::Em,
        Self::Sra,
        Self::Milstein,
    ];

    /// Keys and names of the methods that follow an orbit without noise.
    pub fn noiseless() -> &'static [(&'static str, &'static str)] {
        &Self::ALL[..Self::NOISELESS]
    }

    pub fn key(self) -> &'static str {
        Self::ALL[self as usize].0
    }
    pub fn name(self) -> &'static str {
        Self::ALL[self as usize].1
    }
    pub fn of(key: &str) -> Option<Self> {
        let plain = |text: &str| text.to_ascii_lowercase().replace(['-', '_'], "");
        let wanted = plain(key);
        let place = Self::ALL.iter().position(|(key, _)| *key == wanted)?;
        Self::VARIANTS.get(place).copied()
    }
    /// The keys with commas between them, for help and errors.
    pub fn keys() -> String {
        Self::ALL.map(|(key, _)| key).join(", ")
    }
    /// Whether its steps have a length that is given, instead of a tolerance.
    pub fn has_fixed_steps(self) -> bool {
        matches!(
            self,
            Self::Rk4
                | Self::Symplectic4
                | Self::Symplectic6
                | Self::Gauss4
                | Self::Em
                | Self::Sra
                | Self::Milstein
        )
    }
    /// Whether it is made for noise.
    pub fn is_noisy(self) -> bool {
        matches!(self, Self::Em | Self::Sra | Self::Milstein)
    }
    /// Whether it is made for stiff systems.
    pub fn is_stiff(self) -> bool {
        matches!(self, Self::Bdf | Self::TrBdf2 | Self::Esdirk34)
    }
    /// The paper or book that gives it.
    pub fn citation(self) -> &'static str {
        match self {
            Self::Rk4 => {
                "W. Kutta (1901), Beitrag zur näherungsweisen Integration totaler Differentialgleichungen, Z. Math. Phys. 46, 435–453."
            }
            Self::Tsit5 => {
                "Ch. Tsitouras (2011), Runge–Kutta pairs of order 5(4) satisfying only the first column simplifying assumption, Comput. Math. Appl. 62, 770–775."
            }
            Self::Dop853 => {
                "E. Hairer, S. P. Nørsett, G. Wanner (1993), Solving Ordinary Differential Equations I, Springer, section II.10."
            }
            Self::Bdf => {
                "L. F. Shampine, M. W. Reichelt (1997), The MATLAB ODE suite, SIAM J. Sci. Comput. 18, 1–22."
            }
            Self::TrBdf2 => {
                "M. E. Hosea, L. F. Shampine (1996), Analysis and implementation of TR-BDF2, Appl. Numer. Math. 20, 21–37."
            }
            Self::Esdirk34 => {
                "J. B. Jørgensen, M. R. Kristensen, P. G. Thomsen (2018), A family of ESDIRK integration methods, arXiv:1803.01613."
            }
            Self::Symplectic4 | Self::Symplectic6 => {
                "S. Blanes, P. C. Moan (2002), Practical symplectic partitioned Runge–Kutta and Runge–Kutta–Nyström methods, J. Comput. Appl. Math. 142, 313–330."
            }
            Self::Em | Self::Sra => {
                "A. Rößler (2010), Runge–Kutta methods for the strong approximation of solutions of stochastic differential equations, SIAM J. Numer. Anal. 48, 922–952."
            }
            Self::Milstein => {
                "G. N. Milstein (1975), Approximate integration of stochastic differential equations, Theory Probab. Appl. 19, 557–562."
            }
            Self::Gauss4 => {
                "E. Hairer, C. Lubich, G. Wanner (2006), Geometric Numerical Integration, second edition, Springer, section II.1.3."
            }
        }
    }
}

/// An orbit under way, step by step; between the ends of a step it can be looked at anywhere.
pub trait Path {
    /// Takes one step.
    ///
    /// # Errors
    /// Where the orbit runs away, with the time and the variable, or no step is short enough.
    fn advance(&mut self) -> Result<(), SimError>;
    /// The end of the last step.
    fn time(&self) -> f64;
    /// The beginning of the last step.
    fn before(&self) -> f64;
    /// The state at the end of the last step.
    fn state(&self) -> &[f64];
    /// The state within the last step, as exact as the method itself.
    fn between(&mut self, time: f64, out: &mut [f64]) -> Result<(), SimError>;
    /// Steps that were taken.
    fn steps(&self) -> u64;
    /// The first time at which an explicit method found the system stiff.
    fn stiff_near(&self) -> Option<f64> {
        None
    }
    /// The variable that changes fastest for its size where the path stands.
    fn fastest(&self) -> &str;
    /// By how much a time may miss a step's end and still mean it.
    fn slack(&self) -> f64 {
        0.0
    }
    /// The state at a time that is not before the beginning of the last step.
    ///
    /// # Errors
    /// As [`Path::advance`].
    fn at(&mut self, time: f64, out: &mut [f64]) -> Result<(), SimError> {
        let begun = self.steps();
        while self.time() + self.slack() < time {
            if self.steps() - begun > MOST_STEPS {
                return Err(too_many(self));
            }
            self.advance()?;
        }
        if time + self.slack() >= self.time() {
            out.copy_from_slice(self.state());
            return Ok(());
        }
        self.between(time, out)
    }
    /// The state at a time at which the path may end.
    ///
    /// # Errors
    /// As [`Path::advance`].
    fn reach(&mut self, time: f64, out: &mut [f64]) -> Result<(), SimError> {
        self.at(time, out)
    }
}

/// Steps that may be taken between two points that are asked for.
const MOST_STEPS: u64 = 10_000_000;

/// What a method needs besides the system.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Manner {
    pub method: Method,
    /// The error allowed in each step, relative to a variable where it is above 1 and absolute
    /// where it is below; for methods that choose their steps.
    pub tolerance: f64,
    /// The length of a fixed step.
    pub dt: f64,
}

impl Manner {
    /// The method's name with its step or its tolerance.
    pub fn words(&self) -> String {
        let name = self.method.name();
        if self.method.has_fixed_steps() {
            format!(
                "{}, dt = {}",
                name.trim_end_matches(", fixed step"),
                self.dt
            )
        } else {
            format!("{name}, tolerance {:e}", self.tolerance)
        }
    }
}

/// The tolerance, or why it can't be one.
pub(crate) fn checked_tolerance(tolerance: f64) -> Result<f64, SimError> {
    if (1e-14..=0.1).contains(&tolerance) {
        Ok(tolerance)
    } else {
        Err(SimError::other(format!(
            "The tolerance {tolerance} is not between 1e-14 and 0.1."
        )))
    }
}

/// A state of the wrong length.
fn checked_state(state: &[f64], dimension: usize) -> Result<(), SimError> {
    if state.len() == dimension {
        Ok(())
    } else {
        Err(SimError::other(format!(
            "A state of {} numbers for a system of {dimension} variables.",
            state.len()
        )))
    }
}

/// A variable this large, that grows still, runs away.
const FAR: f64 = 1e8;

/// Why no step could be taken from a state: it runs away, names time and variable, or the rates
/// there change too fast for any step.
fn stuck(
    names: &[String],
    steps: u64,
    time: f64,
    state: &[f64],
    rates: &[f64],
    otherwise: impl FnOnce(usize) -> String,
) -> SimError {
    let broken = |values: &[f64]| values.iter().position(|x| !x.is_finite());
    let fastest = place_of_fastest(state, rates);
    let v = broken(state).or_else(|| broken(rates)).unwrap_or(fastest);
    let name = names.get(v).map_or("a variable", String::as_str);
    let what = match broken(state).or_else(|| broken(rates)) {
        Some(v) if state[v].is_nan() || rates[v].is_nan() => "not a number",
        Some(_) => "infinite",
        None if state[v].abs() > FAR => "infinite",
        None => return SimError::other(otherwise(v)),
    };
    SimError::BlewUp {
        step: format!("{steps} (t = {time:.6})"),
        variable: name.to_owned(),
        value: what.into(),
        remedy: "start elsewhere, or change the parameters.".into(),
    }
}

/// Where the rate is greatest for the size of the variable.
fn place_of_fastest(state: &[f64], rates: &[f64]) -> usize {
    let speed = |v: &usize| (rates[*v] / (1.0 + state[*v].abs())).abs();
    (0..state.len())
        .max_by(|a, b| speed(a).total_cmp(&speed(b)))
        .unwrap_or(0)
}

/// Its name.
pub(crate) fn fastest<'a>(names: &'a [String], state: &[f64], rates: &[f64]) -> &'a str {
    let place = place_of_fastest(state, rates);
    names.get(place).map_or("a variable", String::as_str)
}

/// What the variables are called in errors; the numbers of a tangent vector have one name.
fn names(system: &System) -> Vec<String> {
    let own = |name: &String| {
        if name.starts_with('∂') {
            "a tangent vector".to_owned()
        } else {
            name.clone()
        }
    };
    system.variables().iter().map(own).collect()
}

fn too_many(path: &(impl Path + ?Sized)) -> SimError {
    SimError::other(format!(
        "Ten million steps did not reach the next point; they stand at t = {:.6}, where {} changes fastest: if it goes through a pole there, the orbit has no future; else ask for points closer to each other, use a larger tolerance, or --method bdf if the system is stiff.",
        path.time(),
        path.fastest()
    ))
}
