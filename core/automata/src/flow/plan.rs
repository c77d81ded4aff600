//! From a model to a law, its constants and all that may be set.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use loom_formula::Expr;
use loom_sim::parameter::complete;
use loom_sim::{Model, Parameter, Settings, SimError, Value};

use super::declare;
use super::field::{MOST_CELLS, MOST_SPECIES};
use super::law::{Law, Method};
use super::lenia::{Lenia, Step};
use super::looks;
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

pub(crate) fn text(settings: &Settings, key: &str) -> String {
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

/// The declared parameters of a model.
///
/// # Errors
/// Formulas or kernels that can't be read.
pub fn parameters(model: &Model) -> Result<Vec<Parameter>, SimError> {
    let recipe = recipe_of(model)?;
    Ok(declared(&recipe, model)?.0)
}

fn declared(recipe: &Recipe, model: &Model) -> Result<(Vec<Parameter>, Law), SimError> {
    let shape = declare::shape(recipe);
    let mut checked = Settings::new();
    for parameter in &shape {
        let value = model
            .parameters
            .get(&parameter.key)
            .unwrap_or(&parameter.default);
        checked.insert(parameter.key.clone(), parameter.check(value)?);
    }
    let law = law(recipe, &checked)?;
    let mut list = declare::sliders(recipe, &law, &checked)?;
    list.extend(shape);
    list.extend(declare::beginning(recipe));
    list.extend(looks::looks(recipe, &law));
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
