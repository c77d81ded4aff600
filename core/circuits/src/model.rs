//! From a model as the studio keeps it to a checked circuit: its text, its sizes, its inputs'
//! shapes, its seeds.

use std::collections::BTreeMap;

use loom_sim::{Model, Parameter, ParameterKind, Settings, SimError, Value, parameter};

use crate::check::{Checked, check};
use crate::expr::Expr;
use crate::library;
use crate::parse::{parse, parse_axes};
use crate::sizes::LARGEST;
use crate::term::{AxisSpec, Circuit};

/// The key of this science.
pub const KEY: &str = "circuits";
/// The attachment that holds a circuit's text.
pub const ATTACHMENT: &str = "circuit";
/// The kind of a model whose circuit is not the library's.
pub const CUSTOM: &str = "custom";

/// Keys that no size may have.
pub const RESERVED: [&str; 10] = [
    "text",
    "input_scale",
    "temperature",
    "weight_seed",
    "input_seed",
    "labels",
    "folded",
    "measure",
    "map",
    "values",
];

impl From<crate::error::CircuitError> for SimError {
    fn from(error: crate::error::CircuitError) -> Self {
        use crate::error::CircuitError as E;
        match error {
            E::Syntax { .. } | E::Meaning { .. } | E::Shape(_) => Self::Parse(error.to_string()),
            E::Cancelled => Self::Cancelled,
            other => Self::Other(other.to_string()),
        }
    }
}

/// The text of a model's circuit: as typed, attached, or the library's.
pub fn text(model: &Model) -> Result<String, SimError> {
    if let Some(Value::Text(typed)) = model.parameters.get("text")
        && !typed.trim().is_empty()
    {
        return Ok(typed.clone());
    }
    original(model)
}

/// The text before anything was typed into it.
fn original(model: &Model) -> Result<String, SimError> {
    if let Some(file) = model.attachments.get(ATTACHMENT) {
        return String::from_utf8(file.bytes.to_vec()).map_err(|_| {
            SimError::Parse(format!("{} is not UTF-8: save it as UTF-8.", file.name))
        });
    }
    Ok(library::text(&model.kind)?.to_owned())
}

/// A model taken apart.
#[derive(Clone, Debug)]
pub struct Loaded {
    pub checked: Checked,
    pub weight_seed: u64,
    pub input_seed: u64,
    pub input_scale: f64,
    pub temperature: f64,
}

/// The declared parameters of a model's circuit.
pub fn parameters(model: &Model) -> Result<Vec<Parameter>, SimError> {
    let source = text(model)?;
    let circuit = parse(&source)?;
    let mut list = Vec::new();
    for size in &circuit.sizes {
        let Expr::Integer(n) = size.value else {
            continue;
        };
        if RESERVED.contains(&size.name.as_str()) || size.name.starts_with("shape_") {
            return Err(SimError::Parse(format!(
                "{}: the size {} has the name of a parameter of the studio; rename it.",
                size.at, size.name
            )));
        }
        let default = n.min(LARGEST) as i64;
        let high = (4 * default).max(32);
        let mut parameter = Parameter::integer(
            &size.name,
            &size.name,
            &format!("Size {}", size.name),
            default,
            1,
            high,
        )
        .help("The number of entries along every axis of this name; all shapes follow.")
        .group("Sizes");
        if let ParameterKind::Integer { hard, .. } = &mut parameter.kind {
            *hard = Some((1, LARGEST as i64));
        }
        list.push(parameter);
    }
    let live = |key, symbol, name, help: &str| {
        Parameter::real(key, symbol, name, 1.0, 0.05, 20.0)
            .logarithmic()
            .help(help)
            .group("Run")
    };
    let mut scale = live(
        "input_scale",
        "s",
        "Input scale",
        "Multiplies every seeded input; the columns reached so far are computed again.",
    );
    if let ParameterKind::Real { hard, .. } = &mut scale.kind {
        *hard = Some((-1e6, 1e6));
    }
    list.push(scale);
    let mut temperature = live(
        "temperature",
        "T",
        "Softmax temperature",
        "Every softmax takes its input divided by T: small T picks the largest, large T averages.",
    );
    if let ParameterKind::Real { hard, .. } = &mut temperature.kind {
        *hard = Some((1e-6, 1e6));
    }
    list.push(temperature);
    for (key, name, help) in [
        ("weight_seed", "Weight seed", "Draws other learned weights."),
        ("input_seed", "Input seed", "Draws other inputs."),
    ] {
        list.push(
            Parameter::integer(key, "", name, 0, 0, 1_000_000)
                .help(help)
                .group("Run"),
        );
    }
    for input in &circuit.inputs {
        list.push(
            Parameter::text(
                &shape_key(&input.name),
                &format!("Shape of {}", input.name),
                &axes_text(&input.axes),
            )
            .effect(loom_sim::Effect::Rebuild)
            .help("The axes of this input, such as \"x k\" or \"x 17\".")
            .group("Input shapes"),
        );
    }
    list.push(
        Parameter::text("text", "Circuit", &original(model)?)
            .effect(loom_sim::Effect::Rebuild)
            .help("The circuit as text; the guide lists its words.")
            .group("Text"),
    );
    list.extend(view_parameters());
    Ok(list)
}

fn view_parameters() -> Vec<Parameter> {
    let view = |p: Parameter, help: &str| p.effect(loom_sim::Effect::View).help(help).group("View");
    vec![
        view(
            Parameter::choice(
                "labels",
                "Labels",
                "both",
                &[
                    ("both", "Names and sizes"),
                    ("names", "Names"),
                    ("sizes", "Sizes"),
                ],
            ),
            "What stands above each wire.",
        ),
        view(
            Parameter::boolean("folded", "Closed blocks", false),
            "Draws the outermost blocks as boxes in depth.",
        ),
        view(
            Parameter::boolean("values", "Colour wires by their values", true),
            "A wire takes its colour when its column has been computed.",
        ),
        view(
            Parameter::choice(
                "measure",
                "Measure",
                "rms",
                &[
                    ("rms", "Root mean square"),
                    ("mean_abs", "Mean absolute value"),
                ],
            ),
            "What of an array's numbers is shown as its wires' colour.",
        ),
        view(
            Parameter::new(
                "map",
                "",
                "Colour map",
                Value::from("viridis"),
                ParameterKind::ColorMap,
            ),
            "Perceptually even, so that equal steps of the measure look equal.",
        ),
    ]
}

pub fn shape_key(input: &str) -> String {
    format!("shape_{input}")
}

/// `x k`
pub fn axes_text(axes: &[AxisSpec]) -> String {
    axes.iter()
        .map(AxisSpec::text)
        .collect::<Vec<_>>()
        .join(" ")
}

/// The model's circuit, with inputs shaped as set.
pub fn circuit(model: &Model) -> Result<(Circuit, Settings), SimError> {
    let settings = parameter::complete(&parameters(model)?, &model.parameters)?;
    let mut circuit = parse(&text(model)?)?;
    for input in &mut circuit.inputs {
        if let Some(Value::Text(shape)) = settings.get(&shape_key(&input.name))
            && *shape != axes_text(&input.axes)
        {
            input.axes = parse_axes(shape).map_err(|e| SimError::Value {
                key: shape_key(&input.name),
                value: shape.clone(),
                expected: format!("axes such as \"x k\" ({e})"),
            })?;
        }
    }
    Ok((circuit, settings))
}

/// Checks the model's circuit with its sizes. Wires that don't agree are no error here.
pub fn load(model: &Model) -> Result<Loaded, SimError> {
    let (circuit, settings) = circuit(model)?;
    let mut set = BTreeMap::new();
    for size in &circuit.sizes {
        if let (Expr::Integer(_), Some(n)) = (
            &size.value,
            settings.get(&size.name).and_then(Value::as_integer),
        ) {
            set.insert(size.name.clone(), n as u64);
        }
    }
    let checked = check(&circuit, &set)?;
    let seed = |key: &str| {
        let n = settings.get(key).and_then(Value::as_integer).unwrap_or(0);
        // Zero keeps the model's own seed; other numbers draw elsewhere.
        model.seed ^ (n as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    };
    let real = |key: &str| settings.get(key).and_then(Value::as_real).unwrap_or(1.0);
    Ok(Loaded {
        weight_seed: seed("weight_seed"),
        input_seed: seed("input_seed"),
        input_scale: real("input_scale"),
        temperature: real("temperature"),
        checked,
    })
}
