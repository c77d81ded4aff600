//! What may be set in a continuous automaton: shape, start, constants, brush and picture.

use loom_formula::Function;
use loom_sim::{Effect, Parameter, ParameterKind, Settings, SimError, Value};

use super::field::MOST_CELLS;
use super::law::Law;
use super::lenia::Senses;
use super::plan::{key_of, symbol, text};
use super::recipe::{Family, Recipe};
use super::smooth_life::Stepping;

/// Keys that every continuous automaton has, so that formulas can't use them for constants.
const RESERVED: [&str; 25] = [
    "width",
    "height",
    "spacing",
    "border",
    "stencil",
    "dt",
    "method",
    "start",
    "spots",
    "spot",
    "noise",
    "equations",
    "radius",
    "kernels",
    "update",
    "growth",
    "inner",
    "outer",
    "stepping",
    "mixing",
    "engine",
    "species",
    "map",
    "low",
    "high",
];

/// What shapes the law: built anew when it changes.
pub(crate) fn shape(recipe: &Recipe) -> Vec<Parameter> {
    let rebuild =
        |p: Parameter, group: &str, help: &str| p.effect(Effect::Rebuild).group(group).help(help);
    let number = |key: &str, symbol: &str, name: &str, default: f64, low: f64, high: f64| {
        Parameter::real(key, symbol, name, default, low, high)
    };
    let side = |key: &str, name: &str, default: u32| {
        Parameter::integer(key, "", name, default.into(), 8, 4096)
            .hard(1.0, MOST_CELLS as f64)
            .unit("cells")
    };
    let choice = |key: &str, name: &str, default: &str, list: &[(&str, &str)]| {
        Parameter::choice(key, name, default, list)
    };
    let mut list = Vec::new();
    match recipe.family {
        Family::Reaction => {
            let mut equations = Parameter::text("equations", "Reaction", &recipe.equations);
            equations.kind = ParameterKind::Formula;
            list.push(rebuild(
                equations,
                "Model",
                "The rate of change of each species by reaction alone, u' = …; unknown names \
                 become sliders, and lap_u is the Laplacian of u.",
            ));
            list.push(rebuild(
                number("spacing", "h", "Spacing", recipe.spacing, 0.05, 4.0).hard(1e-6, 1e6),
                "Grid",
                "The distance of two cells; smaller shows more of a pattern's inside.",
            ));
            list.push(rebuild(
                choice(
                    "border",
                    "Border",
                    &recipe.border,
                    &[("torus", "Torus"), ("closed", "Closed: nothing flows out")],
                ),
                "Grid",
                "What lies beyond the edge.",
            ));
            list.push(rebuild(
                choice(
                    "stencil",
                    "Laplacian",
                    &recipe.stencil,
                    &[("five", "5 points"), ("nine", "9 points")],
                ),
                "Grid",
                "Nine points spread alike in all directions; five are a little faster.",
            ));
            list.push(rebuild(
                number("dt", "dt", "Time step", recipe.dt, 1e-3, 2.0)
                    .logarithmic()
                    .hard(1e-9, 1e6),
                "Time",
                "Too long a step makes diffusion explode, and is refused with the longest that \
                 is allowed.",
            ));
            list.push(rebuild(
                choice(
                    "method",
                    "Method",
                    &recipe.method,
                    &[("euler", "Euler"), ("rk4", "Runge–Kutta, fourth order")],
                ),
                "Time",
                "Euler is the field's usual one; Runge and Kutta's is exact to dt⁴.",
            ));
        }
        Family::Lenia => {
            list.push(rebuild(
                Parameter::text("kernels", "Kernels", &recipe.kernels),
                "Model",
                "One kernel: b=1,1/2 m=0.15 s=0.015 growth=gaussian core=polynomial; several \
                 between semicolons, 0>1 from a channel to another, h its weight, r its radius.",
            ));
            list.push(rebuild(
                number("radius", "R", "Radius", recipe.radius, 2.0, 64.0)
                    .hard(1.0, 256.0)
                    .unit("cells"),
                "Model",
                "How far a cell sees.",
            ));
            list.push(rebuild(
                number("steps", "T", "Steps", (1.0 / recipe.dt).round(), 1.0, 100.0)
                    .hard(1.0, 1e6)
                    .unit("steps per time unit"),
                "Time",
                "More steps follow the same law more smoothly.",
            ));
            list.push(rebuild(
                choice(
                    "update",
                    "Update",
                    &recipe.update,
                    &[
                        ("clipped", "Growth, cut off at 0 and 1"),
                        ("asymptotic", "Asymptotic: drawn to a target"),
                    ],
                ),
                "Model",
                "Chan's Lenia grows and is cut off; asymptotic Lenia goes towards a target.",
            ));
            let growth = Parameter::new(
                "growth",
                "G",
                "Growth formula",
                Value::from(recipe.growth.as_str()),
                ParameterKind::Expression(["u", "mu", "sigma"].map(str::to_owned).to_vec()),
            );
            list.push(rebuild(
                growth,
                "Model",
                "A formula of u, mu and sigma from −1 to 1, for kernels with growth=formula.",
            ));
        }
        Family::SmoothLife => {
            list.push(rebuild(
                number("inner", "rᵢ", "Inner radius", recipe.inner, 1.0, 16.0)
                    .hard(0.5, 128.0)
                    .unit("cells"),
                "Model",
                "The radius of the disc that stands for the cell.",
            ));
            list.push(rebuild(
                number("outer", "rₐ", "Outer radius", recipe.outer, 3.0, 48.0)
                    .hard(1.0, 256.0)
                    .unit("cells"),
                "Model",
                "The radius of the ring that stands for its neighbours, usually three times as much.",
            ));
            let ways = Stepping::ALL.map(|(key, name, _)| (key, name));
            list.push(rebuild(
                choice("stepping", "Time", &recipe.stepping, &ways),
                "Time",
                "Whether a step replaces a cell or moves it a little.",
            ));
            list.push(rebuild(
                choice(
                    "mixing",
                    "Mixing",
                    &recipe.mixing,
                    &[
                        ("thresholds", "Thresholds (2011 paper)"),
                        ("intervals", "Intervals (SmoothLifeL)"),
                    ],
                ),
                "Model",
                "What lies between a dead cell and a live one.",
            ));
            list.push(rebuild(
                number("dt", "dt", "Time step", recipe.dt, 0.01, 1.0)
                    .logarithmic()
                    .hard(1e-6, 1.0),
                "Time",
                "How far a step moves a cell, where it does not replace it.",
            ));
        }
    }
    if recipe.family != Family::Reaction {
        list.push(rebuild(
            choice(
                "engine",
                "Sums",
                "auto",
                &[
                    ("auto", "Whichever is faster"),
                    ("fourier", "Fourier transform"),
                    ("direct", "Neighbour by neighbour"),
                ],
            ),
            "Engine",
            "Direct sums are slow for wide kernels and have the same bits on every machine.",
        ));
    }
    let [width, height] = recipe.size;
    list.push(rebuild(side("width", "Width", width), "Grid", "Columns."));
    list.push(rebuild(side("height", "Height", height), "Grid", "Rows."));
    list
}

/// How a run may start.
fn starts(recipe: &Recipe) -> Vec<(&'static str, &'static str)> {
    let mut list = Vec::new();
    if recipe.image.is_some() {
        list.push(("file", "As in the file"));
    }
    if !recipe.cells.is_empty() {
        list.push(("creature", "The creature"));
        list.push(("swarm", "Several of it by chance"));
    }
    match recipe.family {
        Family::Reaction => list.extend([
            ("seed", "A spot in the middle"),
            ("spots", "Spots by chance"),
            ("noise", "Noise everywhere"),
            ("spiral", "A broken wave"),
        ]),
        Family::Lenia => list.extend([
            ("patches", "Patches of noise"),
            ("noise", "Noise everywhere"),
        ]),
        Family::SmoothLife => {
            list.extend([
                ("spots", "Discs by chance"),
                ("patches", "Patches of noise"),
            ]);
        }
    }
    list.push(("empty", "Nothing"));
    list
}

pub(crate) fn beginning(recipe: &Recipe) -> Vec<Parameter> {
    let group = |p: Parameter, help: &str| p.effect(Effect::Rebuild).group("Start").help(help);
    let list = starts(recipe);
    let default = if recipe.image.is_some() {
        "file"
    } else {
        recipe.start.as_str()
    };
    vec![
        group(
            Parameter::choice("start", "Start", default, &list),
            "What the run begins with.",
        ),
        group(
            Parameter::integer("spots", "", "How many", recipe.spots, 0, 1000)
                .hard(0.0, 100_000.0)
                .when("start", &["spots", "patches", "swarm"]),
            "Spots, patches or creatures, at places by chance.",
        ),
        group(
            Parameter::real("spot", "", "Size of a spot", recipe.spot, 1.0, 100.0)
                .hard(0.0, 4096.0)
                .unit("cells")
                .when("start", &["seed", "spots", "patches"]),
            "Its radius.",
        ),
        group(
            Parameter::real("noise", "", "Noise", recipe.noise, 0.0, 1.0)
                .hard(0.0, 1e6)
                .when("start", &["seed", "spots", "noise", "spiral"]),
            "Added to every species everywhere, up to this much either way.",
        ),
    ]
}

/// Sliders of the constants, in the order of the file, then of the formulas.
pub(crate) fn sliders(
    recipe: &Recipe,
    law: &Law,
    settings: &Settings,
) -> Result<Vec<Parameter>, SimError> {
    let mut list: Vec<Parameter> = Vec::new();
    let constants: Vec<(String, String)> = law
        .constants()
        .into_iter()
        .map(|name| (key_of(&name), name))
        .collect();
    for slider in &recipe.parameter {
        if constants.iter().any(|(key, _)| *key == slider.key) {
            list.push(
                Parameter::real(
                    &slider.key,
                    &symbol(&slider.key),
                    &slider.name,
                    slider.value,
                    slider.low,
                    slider.high,
                )
                .help(&slider.help),
            );
        }
    }
    let senses: Senses = match recipe.family {
        Family::Lenia => text(settings, "kernels").parse()?,
        _ => Senses::default(),
    };
    let several = senses.0.len() > 1;
    for (k, sense) in senses.0.iter().enumerate() {
        let key = |name: &str| {
            if several {
                format!("{name}{}", k + 1)
            } else {
                name.to_owned()
            }
        };
        let mut add = |name: &str,
                       words: &str,
                       value: f64,
                       low: f64,
                       high: f64,
                       hard: (f64, f64),
                       help: &str| {
            let key = key(name);
            if constants.iter().any(|(k, _)| *k == key) {
                list.push(
                    Parameter::real(&key, &symbol(&key), words, value, low, high)
                        .hard(hard.0, hard.1)
                        .help(help),
                );
            }
        };
        add(
            "mu",
            "Growth centre",
            sense.mu,
            0.0,
            0.5,
            (-10.0, 10.0),
            "The share of full neighbours at which a cell grows most.",
        );
        add(
            "sigma",
            "Growth width",
            sense.sigma,
            0.001,
            0.1,
            (1e-6, 10.0),
            "How far from the centre cells still grow.",
        );
        add(
            "h",
            "Weight",
            sense.weight,
            0.0,
            1.0,
            (0.0, 100.0),
            "How much this kernel counts among those of its channel.",
        );
    }
    for (s, name) in law.species.iter().enumerate() {
        let key = format!("D_{name}");
        if constants.iter().any(|(k, _)| *k == key) && !list.iter().any(|p| p.key == key) {
            let value = recipe.diffusion.get(s).copied().unwrap_or(1.0);
            let high = if value > 0.0 { 2.0 * value } else { 1.0 };
            list.push(
                Parameter::real(
                    &key,
                    &symbol(&key),
                    &format!("Diffusion of {name}"),
                    value,
                    0.0,
                    high,
                )
                .hard(0.0, 1e9)
                .help("How fast this species spreads; too fast for the time step is refused."),
            );
        }
    }
    for (key, name) in &constants {
        if list.iter().any(|p| p.key == *key) {
            continue;
        }
        let usable = key.is_ascii() && Function::from_name(key).is_none();
        if !usable || RESERVED.contains(&key.as_str()) || key.starts_with("brush_") {
            return Err(SimError::other(format!(
                "{name} can't be a constant of a formula here: give it another name."
            )));
        }
        list.push(
            Parameter::real(key, &symbol(key), &symbol(key), 1.0, 0.0, 2.0)
                .help("A constant of the formulas."),
        );
    }
    // Scientists think of the reaction first.
    list.sort_by_key(|p| p.key.starts_with("D_"));
    Ok(list)
}
