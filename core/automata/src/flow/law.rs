//! The law of a continuous automaton: what every cell gathers from its neighbours, and the
//! formulas by which it then changes.
//!
//! Lenia, SmoothLife and reaction–diffusion differ in what is gathered (sums over kernels, or
//! Laplacians) and in the formulas, and in nothing else. The formulas are those of
//! [`loom_formula`], so that one that a user writes runs as fast as those that come along.

use loom_formula::{Expr, System, SystemKind};
use loom_sim::SimError;

use super::field::MOST_SPECIES;
use super::kernel::Kernel;
use super::stencil::Laplacian;

/// What a cell gathers.
#[derive(Clone, Debug, PartialEq)]
pub enum Gather {
    /// Weighted sums over neighbours.
    Kernels(Vec<Kernel>),
    /// The Laplacian of every species.
    Laplacian(Laplacian),
}

/// How time goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Method {
    /// One evaluation a step; error of order dt.
    #[default]
    Euler,
    /// Kutta's classical method: four evaluations a step, error of order dt⁴.
    RungeKutta,
}

/// The name of the time step in a law's formulas.
pub const TIME_STEP: &str = "time_step";

/// What is gathered and what comes of it.
#[derive(Clone, Debug)]
pub struct Law {
    /// The variables of the formulas.
    pub species: Vec<String>,
    pub gather: Gather,
    /// Names of what is gathered, in its order: one for each kernel, or for each species.
    pub inputs: Vec<String>,
    /// A map: the species after a step.
    pub update: System,
    /// A map that gives the rates of change, where there are such.
    pub rates: Option<System>,
    pub method: Method,
    /// Model time of one step.
    pub dt: f64,
}

impl Law {
    /// The constants that the formulas take besides the time step, in the order of appearance.
    pub fn constants(&self) -> Vec<String> {
        let names = self.update.parameters().iter();
        names
            .filter(|name| *name != TIME_STEP && !self.inputs.contains(name))
            .cloned()
            .collect()
    }

    /// Whether the formulas read the time.
    pub fn reads_time(&self) -> bool {
        !self.update.is_autonomous()
    }

    /// A law of kernels: one formula for each species after a step, of the species, the kernels'
    /// sums `inputs`, [`TIME_STEP`] and free constants.
    ///
    /// # Errors
    /// Formulas that can't be read, or that leave out a sum.
    pub fn of_kernels(
        kernels: Vec<Kernel>,
        inputs: Vec<String>,
        formulas: &str,
        dt: f64,
    ) -> Result<Self, SimError> {
        let update = System::parse(formulas).map_err(SimError::parse)?;
        let law = Self {
            species: update.variables().to_vec(),
            gather: Gather::Kernels(kernels),
            inputs,
            update,
            rates: None,
            method: Method::Euler,
            dt,
        };
        law.check()?;
        Ok(law)
    }

    /// A law of reaction and diffusion from the equations of the reaction: `u' = …` for each
    /// species. Each species spreads with a constant of its own, `D_u`. A formula may also name
    /// the Laplacians `lap_u`, `lap_v` (cross-diffusion); one that names its own species' says
    /// itself how that spreads, and there is no `D_u` then.
    ///
    /// # Errors
    /// Equations that can't be read, that are no rates of change, or that read the past.
    pub fn of_reaction(
        equations: &str,
        laplacian: Laplacian,
        method: Method,
        dt: f64,
    ) -> Result<Self, SimError> {
        let system = System::parse(equations).map_err(SimError::parse)?;
        if system.kind() != SystemKind::Flow {
            return Err(SimError::other(
                "A reaction is given by rates of change: write u' = … for each species.",
            ));
        }
        if !system.delays().is_empty() {
            return Err(SimError::other(
                "A reaction can't read the past here: leave out values at earlier times.",
            ));
        }
        let species = system.variables().to_vec();
        if species.len() > MOST_SPECIES {
            return Err(SimError::other(format!(
                "{} species are too many: at most {MOST_SPECIES} can react here.",
                species.len()
            )));
        }
        if let Some(odd) = species.iter().find(|name| name.contains('[')) {
            return Err(SimError::other(format!(
                "{odd} can't be a species: give each one an equation and a name of its own."
            )));
        }
        let named = |what: &str| {
            species
                .iter()
                .map(|s| format!("{what}_{s}"))
                .collect::<Vec<_>>()
        };
        let inputs = named("lap");
        for taken in std::iter::once(TIME_STEP) {
            if system.parameters().iter().any(|p| p == taken) {
                return Err(SimError::other(format!(
                    "{taken} is the time step here: give that constant another name."
                )));
            }
        }
        let text = |line: &dyn Fn(&str, &str) -> String| -> String {
            let lines = species.iter().zip(system.rates());
            let lines = lines.map(|(name, rate)| {
                let own = format!("lap_{name}");
                if rate.symbols().contains(&own) {
                    line(name, &rate.to_string())
                } else {
                    line(name, &format!("D_{name}*{own} + ({rate})"))
                }
            });
            lines.collect::<Vec<_>>().join("\n")
        };
        let map = |text: String| System::parse(&text).map_err(SimError::parse);
        let rates = map(text(&|name, rate| format!("next {name} = {rate}")))?;
        let update = map(text(&|name, rate| {
            format!("next {name} = {name} + {TIME_STEP}*({rate})")
        }))?;
        let law = Self {
            species,
            gather: Gather::Laplacian(laplacian),
            inputs,
            update,
            rates: Some(rates),
            method,
            dt,
        };
        law.check()?;
        Ok(law)
    }

    fn check(&self) -> Result<(), SimError> {
        if self.species.is_empty() || self.species.len() > MOST_SPECIES {
            return Err(SimError::other(format!(
                "A law has 1 to {MOST_SPECIES} species, not {}.",
                self.species.len()
            )));
        }
        let names = self.update.parameters();
        if let Some(missing) = self.inputs.iter().find(|input| !names.contains(input)) {
            return Err(SimError::other(format!(
                "The formulas leave out {missing}, which is gathered for nothing."
            )));
        }
        if !(self.dt.is_finite() && self.dt > 0.0) {
            return Err(SimError::other(format!(
                "A time step of {} leads nowhere: give a number above 0.",
                self.dt
            )));
        }
        Ok(())
    }

    /// Refuses constants with which the diffusion alone would grow without bound: the fastest
    /// wave of the grid must decay (the condition of Courant, Friedrichs and Lewy).
    ///
    /// # Errors
    /// The largest time step that can be taken.
    pub fn check_diffusion(&self, value: &dyn Fn(&str) -> Option<f64>) -> Result<(), SimError> {
        let (Gather::Laplacian(laplacian), Some(rates)) = (&self.gather, &self.rates) else {
            return Ok(());
        };
        let derivative = |i: usize, j: usize| {
            let slope: Expr = rates.rates()[i].derivative(&self.inputs[j]);
            // A diffusion that depends on the species themselves is left to the run.
            slope.eval(value)
        };
        let count = self.species.len();
        let mut matrix = vec![0.0; count * count];
        for i in 0..count {
            for j in 0..count {
                let Some(slope) = derivative(i, j) else {
                    return Ok(());
                };
                matrix[i * count + j] = slope;
            }
        }
        let stiffest = laplacian.stiffest();
        for (real, imaginary) in eigenvalues(&matrix, count) {
            let size = real.hypot(imaginary);
            if size == 0.0 {
                continue;
            }
            if real < 0.0 {
                return Err(SimError::other(format!(
                    "Diffusion with a constant of {real:.4} is backward in time and can't be \
                     followed: give constants of 0 or more."
                )));
            }
            let most = match self.method {
                Method::Euler => 2.0 * real / (stiffest * size * size),
                Method::RungeKutta if imaginary == 0.0 => 2.785 / (stiffest * size),
                Method::RungeKutta => 2.6 / (stiffest * size),
            };
            if self.dt > most * (1.0 + 1e-9) {
                return Err(SimError::other(format!(
                    "A time step of {} is too long for diffusion with a constant of {}: take at \
                     most {} (or a wider spacing, or less diffusion).",
                    short(self.dt),
                    short(size),
                    down(most)
                )));
            }
        }
        Ok(())
    }
}

/// Four significant digits.
fn short(x: f64) -> String {
    let rounded: f64 = format!("{x:.3e}").parse().unwrap_or(x);
    rounded.to_string()
}

/// Three significant digits, never more than the number.
fn down(x: f64) -> String {
    let unit = 10f64.powi(x.log10().floor() as i32 - 2);
    short((x / unit).floor() * unit)
}

/// The eigenvalues of a matrix of one or two rows; of a larger one its diagonal if nothing else
/// is there, or else the bound that Gershgorin's discs give.
fn eigenvalues(matrix: &[f64], count: usize) -> Vec<(f64, f64)> {
    if let ([a, b, c, d], 2) = (matrix, count) {
        let (mean, product) = (0.5 * (a + d), b * c);
        let inside = 0.25 * (a - d) * (a - d) + product;
        let root = inside.abs().sqrt();
        return if inside >= 0.0 {
            vec![(mean + root, 0.0), (mean - root, 0.0)]
        } else {
            vec![(mean, root), (mean, -root)]
        };
    }
    (0..count)
        .map(|i| {
            let row = &matrix[i * count..(i + 1) * count];
            let others: f64 = row.iter().map(|x| x.abs()).sum::<f64>() - row[i].abs();
            (row[i] + others * row[i].signum(), 0.0)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::flow::stencil::{Border, Stencil};

    fn laplacian() -> Laplacian {
        Laplacian {
            stencil: Stencil::Five,
            border: Border::Torus,
            spacing: 1.0,
        }
    }

    fn reaction(equations: &str, dt: f64) -> Result<Law, SimError> {
        Law::of_reaction(equations, laplacian(), Method::Euler, dt)
    }

    #[test]
    fn constants_are_found_in_the_formulas() {
        let law = reaction("u' = -u*v^2 + F*(1 - u)\nv' = u*v^2 - (F + k)*v", 1.0).unwrap();
        assert_eq!(law.species, ["u", "v"]);
        assert_eq!(law.constants(), ["D_u", "F", "D_v", "k"]);
        assert!(!law.reads_time());
    }

    #[test]
    fn what_is_no_reaction_is_refused() {
        assert!(reaction("next u = u", 1.0).is_err());
        assert!(reaction("u' = u(t - 1)", 1.0).is_err());
        assert!(reaction("u' = u*", 1.0).is_err());
        assert!(reaction("u' = time_step*u", 1.0).is_err());
        assert!(reaction("u' = u", 0.0).is_err());
        assert!(reaction("du[i]/dt = u[i-1] for i in 0..5 cyclic", 0.1).is_err());
    }

    #[test]
    fn a_step_beyond_the_limit_is_refused_with_the_limit() {
        let law = reaction("u' = 0*u\nv' = 0*v", 1.0).unwrap();
        let with = |u: f64, v: f64| {
            law.check_diffusion(&move |name| match name {
                "D_u" => Some(u),
                "D_v" => Some(v),
                _ => None,
            })
        };
        assert!(with(0.25, 0.1).is_ok());
        let refused = with(0.1, 0.5).unwrap_err().to_string();
        assert!(refused.contains("at most 0.5"), "{refused}");
        assert!(with(-0.1, 0.1).is_err());
    }

    #[test]
    fn dispersion_counts_as_diffusion_does() {
        // Λ = 8: |1 − 8 dt (1 + iα)| ≤ 1 means dt ≤ 2/(8 (1 + α²)).
        let equations = "u' = -alpha*lap_v\nv' = alpha*lap_u";
        for (dt, fits) in [(0.049, true), (0.051, false)] {
            let law = reaction(equations, dt).unwrap();
            let checked = law.check_diffusion(&|name| match name {
                "alpha" => Some(2.0),
                "D_u" | "D_v" => Some(1.0),
                _ => None,
            });
            assert_eq!(checked.is_ok(), fits, "{checked:?}");
        }
    }
}
