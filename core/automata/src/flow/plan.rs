//! From a model to a law, its constants and all that may be set.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use loom_formula::{Expr, Function};
use loom_sim::parameter::complete;
use loom_sim::{Effect, Model, Parameter, ParameterKind, Settings, SimError, Value};

use super::field::{MOST_CELLS, MOST_SPECIES};
use super::law::{Law, Method};
use super::lenia::{Lenia, Senses, Step};
use super::recipe::{self, Family, Recipe};
use super::smooth_life::{Mixing, SmoothLife, Stepping};
use super::stencil::{Border, Laplacian, Stencil};
use super::vti;

/// The attachment that holds a file opened from outside.
pub const PATTERN: &str = "pattern";
/// The kind of a reaction of one's own.
pub const REACTION: &str = "reaction";

/// Greek letters by the names that keys have.
const GREEK: [(&str, &str); 24] = [
    ("alpha", "α"),
    ("beta", "β"),
    ("gamma", "γ"),
    ("delta", "δ"),
    ("epsilon", "ε"),
    ("zeta", "ζ"),
    ("eta", "η"),
    ("theta", "θ"),
    ("kappa", "κ"),
    ("lambda", "λ"),
    ("mu", "μ"),
    ("nu", "ν"),
    ("xi", "ξ"),
    ("rho", "ρ"),
    ("sigma", "σ"),
    ("tau", "τ"),
    ("phi", "φ"),
    ("chi", "χ"),
    ("psi", "ψ"),
    ("omega", "ω"),
    ("Gamma", "Γ"),
    ("Delta", "Δ"),
    ("Phi", "Φ"),
    ("Omega", "Ω"),
];

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

/// As the field writes a key: `mu2` is μ₂, `D_u` is Dᵤ where there is such a letter.
pub(crate) fn symbol(key: &str) -> String {
    let digits = key.len() - key.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let (name, number) = key.split_at(key.len() - digits);
    let lowered = |c: char| match c {
        '0'..='9' => char::from_u32('₀' as u32 + (c as u32 - '0' as u32)).unwrap_or(c),
        'u' => 'ᵤ',
        'v' => 'ᵥ',
        'a' => 'ₐ',
        'm' => 'ₘ',
        'n' => 'ₙ',
        'x' => 'ₓ',
        other => other,
    };
    let greek = |name: &str| {
        let found = GREEK.iter().find(|(key, _)| *key == name);
        found.map_or(name.to_owned(), |(_, letter)| (*letter).to_owned())
    };
    let written = match name.split_once('_') {
        Some((head, tail)) if tail.chars().count() == 1 => {
            greek(head) + &tail.chars().map(lowered).collect::<String>()
        }
        _ => greek(name),
    };
    written + &number.chars().map(lowered).collect::<String>()
}

/// The ASCII key of a constant that a formula may write as a Greek letter.
pub(crate) fn key_of(constant: &str) -> String {
    let found = GREEK.iter().find(|(_, letter)| *letter == constant);
    found.map_or(constant.to_owned(), |(key, _)| (*key).to_owned())
}

/// A model worked out: what it is and what it starts with.
#[derive(Clone, Debug)]
pub struct Plan {
    pub recipe: Arc<Recipe>,
    pub law: Arc<Law>,
    pub settings: Settings,
    /// The constants as they start, by the names that the formulas have for them.
    pub values: BTreeMap<String, f64>,
    pub seed: u64,
}

/// Whether a model is a continuous automaton.
pub fn knows(model: &Model) -> bool {
    recipe::recipe(&model.kind).is_some()
}

/// The automaton of a model, from its file if one is attached.
fn recipe_of(model: &Model) -> Result<Arc<Recipe>, SimError> {
    let unknown = || SimError::Unknown {
        what: "automaton",
        name: model.kind.clone(),
        hint: "; `strange-loom automata list` names those that come along.".into(),
    };
    let recipe = recipe::recipe(&model.kind).ok_or_else(unknown)?;
    let Some(file) = model.attachments.get(PATTERN) else {
        return Ok(recipe);
    };
    // A window asks for the parameters often: the last files that were read are kept.
    let mut known = FILES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, recipe)) = known
        .iter()
        .find(|(bytes, _)| Arc::ptr_eq(bytes, &file.bytes))
    {
        return Ok(recipe.clone());
    }
    let read = Arc::new(vti::read(&file.name, &file.bytes, &recipe)?);
    if known.len() >= KEPT_FILES {
        known.remove(0);
    }
    known.push((file.bytes.clone(), read.clone()));
    Ok(read)
}

/// Files that were read, by their bytes.
static FILES: Mutex<Vec<(Arc<[u8]>, Arc<Recipe>)>> = Mutex::new(Vec::new());
const KEPT_FILES: usize = 4;

fn real(settings: &Settings, key: &str) -> f64 {
    settings.get(key).and_then(Value::as_real).unwrap_or(0.0)
}

fn text(settings: &Settings, key: &str) -> String {
    settings
        .get(key)
        .map(ToString::to_string)
        .unwrap_or_default()
}

/// The law of these settings.
fn law(recipe: &Recipe, settings: &Settings) -> Result<Law, SimError> {
    match recipe.family {
        Family::Reaction => {
            let laplacian = Laplacian {
                stencil: match text(settings, "stencil").as_str() {
                    "five" => Stencil::Five,
                    _ => Stencil::Nine,
                },
                border: match text(settings, "border").as_str() {
                    "closed" => Border::NoFlux,
                    _ => Border::Torus,
                },
                spacing: real(settings, "spacing"),
            };
            let method = match text(settings, "method").as_str() {
                "rk4" => Method::RungeKutta,
                _ => Method::Euler,
            };
            let equations = text(settings, "equations");
            Law::of_reaction(&equations, laplacian, method, real(settings, "dt"))
        }
        Family::Lenia => lenia(settings)?.law(),
        Family::SmoothLife => SmoothLife {
            inner: real(settings, "inner"),
            outer: real(settings, "outer"),
            stepping: Stepping::ALL
                .iter()
                .find(|(key, _, _)| *key == text(settings, "stepping"))
                .map_or(Stepping::default(), |(_, _, s)| *s),
            mixing: if text(settings, "mixing") == "intervals" {
                Mixing::Intervals
            } else {
                Mixing::Thresholds
            },
            dt: real(settings, "dt"),
        }
        .law(),
    }
}

fn lenia(settings: &Settings) -> Result<Lenia, SimError> {
    Ok(Lenia {
        radius: real(settings, "radius"),
        steps: real(settings, "steps"),
        senses: text(settings, "kernels").parse()?,
        step: if text(settings, "update") == "asymptotic" {
            Step::Asymptotic
        } else {
            Step::Clipped
        },
        formula: text(settings, "growth"),
    })
}

/// What shapes the law: built anew when it changes.
fn shape(recipe: &Recipe) -> Vec<Parameter> {
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

fn beginning(recipe: &Recipe) -> Vec<Parameter> {
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
                .when("start", &["spots", "patches"]),
            "Spots or patches, at places by chance.",
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
fn sliders(recipe: &Recipe, law: &Law, settings: &Settings) -> Result<Vec<Parameter>, SimError> {
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

/// The brush and the picture.
fn looks(recipe: &Recipe, law: &Law) -> Vec<Parameter> {
    let view =
        |p: Parameter, group: &str, help: &str| p.effect(Effect::View).group(group).help(help);
    let species: Vec<(&str, &str)> = law
        .species
        .iter()
        .map(|s| (s.as_str(), s.as_str()))
        .collect();
    let shown = law.species.iter().any(|s| *s == recipe.view.species);
    let mut shows = species.clone();
    let mixes = law.species.len() > if recipe.family == Family::Lenia { 1 } else { 2 };
    if mixes {
        shows.push(("all", "All as colours"));
    }
    let first = law.species.first().map_or("u", String::as_str);
    let default = match recipe.view.species.as_str() {
        "all" if mixes => "all",
        named if shown => named,
        _ => law.species.last().map_or(first, String::as_str),
    };
    let painted = if default == "all" { first } else { default };
    let (low, high) = (recipe.view.low, recipe.view.high);
    let number = |key: &str, name: &str, value: f64| {
        let span = (high - low).abs().max(1e-3);
        Parameter::real(key, "", name, value, low - span, high + span)
    };
    let map = Parameter::new(
        "map",
        "",
        "Colour map",
        Value::from(recipe.view.map.as_str()),
        ParameterKind::ColorMap,
    );
    vec![
        view(
            Parameter::choice("species", "Shown", default, &shows),
            "View",
            "Which species gives the colours.",
        ),
        view(
            map,
            "View",
            "Equal steps in the numbers look like equal steps in the colours.",
        ),
        view(
            Parameter::choice(
                "scale",
                "Range",
                "fixed",
                &[
                    ("fixed", "From low to high"),
                    ("fit", "Least to greatest value"),
                ],
            ),
            "View",
            "Fixed ends keep colours comparable over time.",
        ),
        view(
            number("low", "Low end", low).when("scale", &["fixed"]),
            "View",
            "The value with the map's first colour.",
        ),
        view(
            number("high", "High end", high).when("scale", &["fixed"]),
            "View",
            "The value with the map's last colour.",
        ),
        view(
            Parameter::choice("brush_species", "Paints", painted, &species),
            "Brush",
            "Which species the brush changes.",
        ),
        view(
            Parameter::real("brush_radius", "", "Radius", recipe.spot, 0.5, 64.0)
                .hard(0.1, 1024.0)
                .unit("cells"),
            "Brush",
            "How wide the brush is.",
        ),
        view(
            number("brush_amount", "Amount", amount(recipe, law, painted)),
            "Brush",
            "The value that painted cells come to.",
        ),
    ]
}

/// What a brush paints at first: the value inside a seed.
fn amount(recipe: &Recipe, law: &Law, species: &str) -> f64 {
    let place = law.species.iter().position(|s| s == species);
    let seed = place.and_then(|s| recipe.seed.get(s)?.parse::<f64>().ok());
    seed.unwrap_or(recipe.view.high)
}

/// The declared parameters of a model.
///
/// # Errors
/// Formulas or kernels that can't be read.
pub fn parameters(model: &Model) -> Result<Vec<Parameter>, SimError> {
    let recipe = recipe_of(model)?;
    Ok(declared(&recipe, model)?.0)
}

fn declared(recipe: &Recipe, model: &Model) -> Result<(Vec<Parameter>, Law), SimError> {
    let shape = shape(recipe);
    let mut checked = Settings::new();
    for parameter in &shape {
        let value = model
            .parameters
            .get(&parameter.key)
            .unwrap_or(&parameter.default);
        checked.insert(parameter.key.clone(), parameter.check(value)?);
    }
    let law = law(recipe, &checked)?;
    let mut list = sliders(recipe, &law, &checked)?;
    list.extend(shape);
    list.extend(beginning(recipe));
    list.extend(looks(recipe, &law));
    Ok((list, law))
}

/// A model worked out.
///
/// # Errors
/// Everything that can be wrong with its settings.
pub fn plan(model: &Model) -> Result<Plan, SimError> {
    let recipe = recipe_of(model)?;
    let (list, law) = declared(&recipe, model)?;
    let settings = complete(&list, &model.parameters)?;
    let values: BTreeMap<String, f64> = law
        .constants()
        .into_iter()
        .map(|name| {
            let value = real(&settings, &key_of(&name));
            (name, value)
        })
        .collect();
    law.check_diffusion(&|name| values.get(name).copied())?;
    let (width, height) = (real(&settings, "width"), real(&settings, "height"));
    if width * height > MOST_CELLS as f64 {
        return Err(SimError::TooLarge {
            needed: format!("{width} × {height} cells"),
            allowed: format!("{MOST_CELLS} cells"),
            remedy: "choose smaller sides.".into(),
        });
    }
    Ok(Plan {
        recipe,
        law: Arc::new(law),
        settings,
        values,
        seed: model.seed,
    })
}

impl Plan {
    /// A setting as a number.
    pub fn real(&self, key: &str) -> f64 {
        real(&self.settings, key)
    }
    /// A setting as text.
    pub fn text(&self, key: &str) -> String {
        text(&self.settings, key)
    }
    /// Columns and rows.
    pub fn size(&self) -> [usize; 2] {
        ["width", "height"].map(|key| self.real(key) as usize)
    }
    /// What each species is at rest under these constants.
    pub fn rest(&self, values: &BTreeMap<String, f64>) -> Vec<f64> {
        self.evaluate(&self.recipe.rest, values)
    }
    /// What each species is inside a seed.
    pub fn seed_values(&self, values: &BTreeMap<String, f64>) -> Vec<f64> {
        self.evaluate(&self.recipe.seed, values)
    }

    fn evaluate(&self, formulas: &[String], values: &BTreeMap<String, f64>) -> Vec<f64> {
        (0..self.law.species.len())
            .map(|s| {
                let text = formulas.get(s).map_or("0", String::as_str);
                let value = Expr::parse(text).ok();
                let value = value.and_then(|e| e.eval(|name| values.get(name).copied()));
                value.filter(|x| x.is_finite()).unwrap_or(0.0)
            })
            .collect()
    }

    /// Bytes that the run takes on the host.
    pub fn cost(&self) -> u64 {
        let [width, height] = self.size();
        let cells = (width * height) as u64;
        let species = self.law.species.len().min(MOST_SPECIES) as u64;
        let gathered = self.law.inputs.len() as u64;
        // Two fields, what is gathered, and spectra of two complex numbers a cell.
        8 * cells * (4 * species + gathered) + super::fourier::Fourier::bytes(width, height)
    }
}
