//! The parameters that a system's run declares, and their values as the simulation uses them.

use loom_sim::parameter::{self, Parameter, ParameterKind};
use loom_sim::{ColorMap, Effect, Settings, SimError, Value};

use crate::cobweb;
use crate::definition::{self, ColorBy, Constant, Definition, Style};
use crate::lens::Axes;

/// Particles of a cloud unless another number is asked for.
pub const PARTICLES: i64 = 100_000;

/// The most particles of a cloud.
pub const MOST_PARTICLES: i64 = 20_000_000;

const NUMERICS: &str = "Numerics";
const VIEW: &str = "View";

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
    list.push(
        Parameter::integer("particles", "N", "Particles", PARTICLES, 1, MOST_PARTICLES)
            .group(NUMERICS)
            .help("Orbits followed at once; they start along the attractor."),
    );
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
    list.extend(declare_view(definition));
    list
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

fn declare_view(definition: &Definition) -> Vec<Parameter> {
    let look = &definition.look;
    let variables = definition.system.variables();
    let choices: Vec<(&str, &str)> = variables.iter().map(|v| (v.as_str(), v.as_str())).collect();
    let view = |p: Parameter, help: &str| p.effect(Effect::View).group(VIEW).help(help);
    let axis = |key: &str, name: &str, index: usize, choices: &[(&str, &str)]| {
        let default = variables.get(index).map_or("", String::as_str);
        let parameter = Parameter::choice(key, name, default, choices);
        view(parameter, "The variable that is drawn along this axis.")
    };
    let mut list = vec![view(
        Parameter::choice(
            "style",
            "Style",
            look.style.key(),
            Style::fitting(definition.is_map(), variables.len()),
        ),
        "A cloud shows where all particles are, trails where single orbits went, density how often each place was visited.",
    )];
    if variables.len() > 1 {
        list.push(axis("axis_x", "Across", look.axes[0], &choices));
        list.push(axis("axis_y", "Deep or up", look.axes[1], &choices));
        if variables.len() > 2 {
            let mut with_none = choices.clone();
            with_none.push(("none", "None: a plane"));
            let third = look.axes.get(2).copied();
            let default = third.map_or("none", |i| variables[i].as_str());
            let parameter = Parameter::choice("axis_z", "Up", default, &with_none);
            list.push(view(
                parameter,
                "The third axis; with none the other two are drawn on a plane.",
            ));
        }
    }
    list.push(view(
        Parameter::choice("color", "Colour by", look.color.key(), &ColorBy::ALL),
        "Speed shows where orbits rush and where they linger.",
    ));
    list.push(view(
        Parameter::new(
            "map",
            "",
            "Colour map",
            Value::from(definition::color_map_key(look.map)),
            ParameterKind::ColorMap,
        ),
        "Equal steps in the numbers look like equal steps in the colours.",
    ));
    list.push(view(
        Parameter::real("point_size", "", "Point size", 1.2, 0.5, 8.0)
            .hard(0.1, 64.0)
            .unit("px"),
        "Width of a particle in logical pixels.",
    ));
    let trail = if cobweb::fits(definition) {
        // More stairs than this hide each other.
        60.0
    } else if definition.is_map() {
        2000.0
    } else {
        40.0 * definition.period
    };
    list.push(view(
        Parameter::real("trail", "", "Trail", trail, trail / 40.0, trail * 4.0)
            .hard(0.0, trail * 1e3)
            .unit(if definition.is_map() {
                "iterations"
            } else {
                "time units"
            }),
        "How long an orbit's trail stays; the last 16,384 steps are kept.",
    ));
    list.push(view(
        Parameter::real("exposure", "", "Exposure", 1.0, 0.01, 100.0)
            .hard(1e-6, 1e6)
            .logarithmic(),
        "Density only: higher brings out the rarely visited places.",
    ));
    list.push(view(
        Parameter::real("density_gamma", "", "Gamma", 2.2, 1.0, 4.0).hard(0.1, 10.0),
        "Density only: higher lightens the middle tones.",
    ));
    list.push(view(
        Parameter::boolean("frame", "Axes", cobweb::fits(definition)),
        "Draws the axes with their names and numbers.",
    ));
    if cobweb::fits(definition) {
        list.retain(|p| ["point_size", "trail", "frame"].contains(&p.key.as_str()));
    }
    list
}

/// What a simulation is built from.
#[derive(Clone, Debug, PartialEq)]
pub struct Build {
    /// In the system's order.
    pub constants: Vec<f64>,
    pub dt: f64,
    pub particles: usize,
    pub spread: f64,
    pub initial: Vec<f64>,
}

impl Build {
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
            particles: real("particles", PARTICLES as f64) as usize,
            spread: real("spread", definition.spread),
            initial,
        })
    }
}

/// The settings of one view.
#[derive(Clone, Debug, PartialEq)]
pub struct ViewSettings {
    pub style: Style,
    pub axes: Axes,
    pub color: ColorBy,
    pub map: ColorMap,
    pub point_size: f32,
    pub trail: f64,
    pub exposure: f32,
    pub gamma: f32,
    pub frame: bool,
}

impl ViewSettings {
    /// Settings that are missing or don't fit take their defaults: a view is drawn in any case.
    pub fn new(definition: &Definition, given: &Settings) -> Self {
        let list = declare(definition);
        let value = |key: &str| {
            let parameter = parameter::find(&list, key)?;
            let checked = given.get(key).and_then(|v| parameter.check(v).ok());
            Some(checked.unwrap_or_else(|| parameter.default.clone()))
        };
        let text = |key: &str| {
            value(key)
                .and_then(|v| v.as_text().map(str::to_owned))
                .unwrap_or_default()
        };
        let real = |key: &str| value(key).and_then(|v| v.as_real()).unwrap_or(1.0);
        let variables = definition.system.variables();
        let index = |key: &str| variables.iter().position(|v| *v == text(key));
        Self {
            style: Style::of(&text("style")).unwrap_or(definition.look.style),
            axes: Axes {
                x: index("axis_x").unwrap_or(0),
                y: index("axis_y").unwrap_or(0),
                z: index("axis_z"),
            },
            color: ColorBy::of(&text("color")).unwrap_or(ColorBy::None),
            map: definition::color_map(&text("map")).unwrap_or(ColorMap::Batlow),
            point_size: real("point_size") as f32,
            trail: real("trail"),
            exposure: real("exposure") as f32,
            gamma: real("density_gamma") as f32,
            frame: value("frame").and_then(|v| v.as_boolean()).unwrap_or(false),
        }
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
