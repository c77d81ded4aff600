//! The parameters that a system's run declares, and their values as the simulation uses them.

use std::sync::Arc;

use loom_sim::parameter::{self, Parameter, ParameterKind};
use loom_sim::{Effect, Settings, SimError, Value};

use crate::definition::{Constant, Definition};
use crate::delay::History;
use crate::integrate::{Manner, Method};
use crate::looks;
pub use crate::looks::{Projection, ViewSettings};

/// Particles of a cloud unless another number is asked for.
pub const PARTICLES: i64 = 100_000;

/// The most particles of a cloud.
pub const MOST_PARTICLES: i64 = 20_000_000;

/// Both for delay systems, where every particle has a past to be kept.
pub const LAGGED_PARTICLES: i64 = 2_000;
pub const MOST_LAGGED: i64 = 50_000;

/// The error allowed in a step unless another is asked for.
pub const TOLERANCE: f64 = 1e-9;

const NUMERICS: &str = "Numerics";

/// Every parameter of a run of this system: its own first, then the run's, then the view's.
pub fn declare(definition: &Definition) -> Vec<Parameter> {
    let mut list: Vec<Parameter> = definition.parameters.iter().map(declare_constant).collect();
    if !definition.is_map() {
        let dt = definition.dt;
        list.push(
            Parameter::real("dt", "dt", "Time step", dt, dt / 10.0, dt * 4.0)
                .hard(dt * 1e-6, dt * 1e3)
                .logarithmic()
                .group(NUMERICS)
                .help(
                    "Model time of one Runge–Kutta step: half as long is sixteen times as exact.",
                ),
        );
    }
    list.push(if definition.has_delays() {
        Parameter::integer(
            "particles",
            "N",
            "Particles",
            LAGGED_PARTICLES,
            1,
            MOST_LAGGED,
        )
        .group(NUMERICS)
        .help("Orbits followed at once, each with its past, on the processor.")
    } else {
        Parameter::integer("particles", "N", "Particles", PARTICLES, 1, MOST_PARTICLES)
            .group(NUMERICS)
            .help("Orbits followed at once; they start along the attractor.")
    });
    list.push(
        Parameter::real(
            "spread",
            "",
            "Spread at the start",
            definition.spread,
            0.0,
            0.1,
        )
        .hard(0.0, 10.0)
        .effect(Effect::Rebuild)
        .group(NUMERICS)
        .help("How far from the attractor the particles start, as a part of its size."),
    );
    if !definition.has_delays() {
        list.push(declare_noise(definition));
    }
    let initial = Value::Vector(definition.initial.clone());
    let kind = ParameterKind::Vector {
        length: Some(definition.dimension()),
    };
    list.push(
        Parameter::new("initial", "", "Initial state", initial, kind)
            .effect(Effect::Rebuild)
            .group(NUMERICS)
            .help("Where the tracked orbit starts; the cloud starts along the orbit from here."),
    );
    list.extend(looks::declare(definition));
    list
}

fn declare_noise(definition: &Definition) -> Parameter {
    let (high, help) = if definition.noise.is_empty() {
        (
            0.5,
            "In one natural period noise alone would move each variable by S of its standard deviations; measurements are of the system without it.",
        )
    } else {
        (
            2.0,
            "Times the noise that the system's file gives: 1 is as written; measurements are of the system without it.",
        )
    };
    Parameter::real("noise", "S", "Noise", 0.0, 0.0, high)
        .hard(0.0, 100.0)
        .group(NUMERICS)
        .help(help)
}

fn declare_constant(constant: &Constant) -> Parameter {
    let parameter = Parameter::real(
        &constant.key,
        &constant.symbol,
        &constant.name,
        constant.value,
        constant.low,
        constant.high,
    )
    .unit(&constant.unit)
    .help(&constant.help);
    if constant.logarithmic {
        parameter.logarithmic()
    } else {
        parameter
    }
}

/// Variables to choose from: key and symbol.
pub(crate) fn choices<'a>(
    variables: &'a [String],
    symbols: &'a [String],
) -> Vec<(&'a str, &'a str)> {
    let keys = variables.iter().map(String::as_str);
    keys.zip(symbols.iter().map(String::as_str)).collect()
}

/// What a simulation is built from.
#[derive(Clone, Debug, PartialEq)]
pub struct Build {
    /// In the system's order.
    pub constants: Vec<f64>,
    pub dt: f64,
    pub particles: usize,
    pub spread: f64,
    /// Intensity of the noise in a run, see [`crate::integrate::noise`]; no part of a measurement.
    pub noise: f64,
    pub initial: Vec<f64>,
    /// Of a delay system, what was before the initial state, where it isn't as the file says.
    pub past: Option<Arc<History>>,
    /// How a measurement follows its orbits; a run takes fixed steps.
    pub method: Method,
    /// The error allowed in each step of the methods that choose their steps.
    pub tolerance: f64,
}

impl Build {
    /// Method, tolerance and step together.
    pub fn manner(&self) -> Manner {
        Manner {
            method: self.method,
            tolerance: self.tolerance,
            dt: self.dt,
        }
    }
    /// Followed as the settings of a measurement say.
    pub fn followed_by(mut self, settings: &Settings) -> Self {
        let method = settings.get("method").and_then(Value::as_text);
        let tolerance = settings.get("tolerance").and_then(Value::as_real);
        self.method = method.and_then(Method::of).unwrap_or(self.method);
        self.tolerance = tolerance.unwrap_or(self.tolerance);
        self
    }

    /// From a model's settings, checked against the declarations.
    pub fn new(definition: &Definition, given: &Settings) -> Result<Self, SimError> {
        let all = parameter::complete(&declare(definition), given)?;
        let real = |key: &str, usual: f64| all.get(key).and_then(Value::as_real).unwrap_or(usual);
        let constants = definition
            .parameters
            .iter()
            .map(|p| real(&p.key, p.value))
            .collect();
        let initial = all
            .get("initial")
            .and_then(Value::as_vector)
            .map_or_else(|| definition.initial.clone(), <[f64]>::to_vec);
        if let Some(bad) = initial.iter().find(|x| !x.is_finite()) {
            return Err(SimError::Value {
                key: "initial".into(),
                value: bad.to_string(),
                expected: "finite numbers".into(),
            });
        }
        Ok(Self {
            constants,
            dt: if definition.is_map() {
                1.0
            } else {
                real("dt", definition.dt)
            },
            particles: real("particles", 1.0) as usize,
            spread: real("spread", definition.spread),
            noise: real("noise", 0.0),
            initial,
            past: None,
            method: Method::Rk4,
            tolerance: TOLERANCE,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use crate::definition::RESERVED;

    #[test]
    fn a_constant_of_the_equations_can_have_no_name_of_a_setting() {
        let text = "equations = \"x' = y; y' = z; z' = -x\"\n";
        let definition = Definition::parse("a.toml", text).unwrap();
        for parameter in declare(&definition) {
            assert!(
                RESERVED.contains(&parameter.key.as_str()),
                "{}",
                parameter.key
            );
        }
        // What many papers use stays free.
        assert!(!RESERVED.contains(&"gamma"));
    }
}
