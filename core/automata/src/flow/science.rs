//! What the science "automata" offers of continuous automata: catalogue, parameters, pictures.

use loom_sim::science::{Entry, Experiment};
use loom_sim::view::Ink;
use loom_sim::{
    Cost, Model, Parameter, Place, ProbeSpec, Scene, SimError, Simulation, Step, Value, View,
};

use super::kept::Kept;
use super::plan::{self, Plan};
use super::recipe::{self, Family, Recipe, Thumbnail};
use super::simulation::Flow;
use super::write;
use crate::science::KEY;

pub use super::plan::knows;

/// A value of a file.
fn value(value: &toml::Value) -> Value {
    match value {
        toml::Value::Integer(i) => Value::Real(*i as f64),
        toml::Value::Float(x) => Value::Real(*x),
        toml::Value::Boolean(b) => Value::Boolean(*b),
        toml::Value::String(s) => Value::Text(s.clone()),
        other => Value::Text(other.to_string()),
    }
}

fn experiments(recipe: &Recipe) -> Vec<Experiment> {
    let list = recipe.experiment.iter();
    list.map(|e| Experiment {
        sentence: e.sentence.clone(),
        button: e.button.clone(),
        set: e.set.iter().map(|(k, v)| (k.clone(), value(v))).collect(),
    })
    .collect()
}

/// The entries of a recipe: itself, or its presets where it has some.
fn entries_of(recipe: &Recipe) -> Vec<Entry> {
    let entry = |name: &str, title: &str, summary: &str, citation: &str, model: Model| Entry {
        name: name.to_owned(),
        title: title.to_owned(),
        group: recipe.group.clone(),
        summary: summary.to_owned(),
        citation: citation.to_owned(),
        keywords: recipe.keywords.clone(),
        model,
        experiments: experiments(recipe),
    };
    if recipe.preset.is_empty() {
        let model = Model::new(KEY, &recipe.key);
        return vec![entry(
            &recipe.key,
            &recipe.title,
            &recipe.summary,
            &recipe.citation,
            model,
        )];
    }
    let presets = recipe.preset.iter().map(|preset| {
        let mut model = Model::new(KEY, &recipe.key);
        for (key, given) in &preset.set {
            model = model.with(key, value(given));
        }
        let citation = if preset.citation.is_empty() {
            &recipe.citation
        } else {
            &preset.citation
        };
        entry(&preset.key, &preset.title, &preset.summary, citation, model)
    });
    presets.collect()
}

/// All entries of the catalogue.
pub fn catalogue() -> Vec<Entry> {
    recipe::recipes()
        .iter()
        .flat_map(|r| entries_of(r))
        .collect()
}

/// The declared parameters of a model.
///
/// # Errors
/// Formulas or kernels that can't be read.
pub fn parameters(model: &Model) -> Result<Vec<Parameter>, SimError> {
    plan::parameters(model)
}

/// What a model takes.
///
/// # Errors
/// Those of [`plan::plan`].
pub fn cost(model: &Model) -> Result<Cost, SimError> {
    let plan = plan::plan(model)?;
    let [width, height] = plan.size();
    let values = (width * height * plan.law.species.len()) as u64;
    Ok(Cost {
        host_bytes: plan.cost(),
        device_bytes: 4 * 3 * values,
    })
}

/// A run of a model.
///
/// # Errors
/// Those of [`plan::plan`] and of the place.
pub fn build(model: &Model, place: &Place) -> Result<Box<dyn Simulation>, SimError> {
    Ok(Box::new(Flow::new(plan::plan(model)?, place)?))
}

/// The probes of a fresh view.
pub fn default_probes(_model: &Model) -> Vec<ProbeSpec> {
    vec![ProbeSpec::new("mass")]
}

/// A picture of an entry: few cells, as many steps as show what becomes of them.
///
/// # Errors
/// Those of [`build`].
pub fn picture(entry: &Entry, ink: &Ink, size: [u32; 2]) -> Result<Scene, SimError> {
    let recipe = recipe::recipe(&entry.model.kind);
    let thumbnail = recipe.map_or(Thumbnail::default(), |recipe| {
        let preset = recipe.preset.iter().find(|p| p.key == entry.name);
        preset.and_then(|p| p.picture).unwrap_or(recipe.picture)
    });
    let side = i64::from(thumbnail.side);
    let model = entry.model.clone().with("width", side).with("height", side);
    let mut run = Flow::new(plan::plan(&model)?, &Place::Cpu { threads: 1 })?;
    run.advance(&Step::from(thumbnail.steps), &loom_sim::Gate::open())?;
    let mut view = View::new(size);
    view.ink = *ink;
    let mut scene = run.scene(&view)?;
    scene.legends.clear();
    Ok(scene)
}

/// A model from a file: Ready's `.vti`.
pub fn open(name: &str, bytes: &[u8]) -> Option<Result<Model, SimError>> {
    let ending = name.rsplit('.').next().unwrap_or("").to_ascii_lowercase();
    if ending != "vti" {
        return None;
    }
    let model = Model::new(KEY, plan::REACTION).attach(plan::PATTERN, name, bytes);
    // Reading it now gives the error with its place, before a run is begun.
    Some(plan::plan(&model).map(|_| model))
}

/// The field as a file; without a capture that of the beginning.
///
/// # Errors
/// An ending that fields can't be written to, and those of [`plan::plan`].
pub fn export(
    model: &Model,
    capture: Option<&loom_sim::Capture>,
    ending: &str,
) -> Result<Vec<u8>, SimError> {
    let plan = plan::plan(model)?;
    let species = plan.law.species.clone();
    let fresh;
    let capture = match capture {
        Some(capture) => capture,
        None => {
            fresh = Flow::new(plan, &Place::Cpu { threads: 1 })?.capture();
            &fresh
        }
    };
    write::write(&capture.get::<Kept>()?.field, &species, ending)
}

/// The same model, small enough that nine of it move side by side.
pub fn light(model: &Model) -> Model {
    let Ok(Plan {
        settings, recipe, ..
    }) = plan::plan(model)
    else {
        return model.clone();
    };
    // A creature needs its room; patterns show on less.
    let most = if recipe.family == Family::Reaction {
        128
    } else {
        96
    };
    let mut model = model.clone();
    for key in ["width", "height"] {
        let side = settings
            .get(key)
            .and_then(Value::as_integer)
            .unwrap_or(most);
        model = model.with(key, side.min(most));
    }
    model
}

/// The command that gives the same without the window.
pub fn command(model: &Model) -> String {
    let named = match model.attachments.get(plan::PATTERN) {
        Some(file) => quoted(&file.name),
        None => model.kind.clone(),
    };
    let mut set = String::new();
    for (key, value) in &model.parameters {
        set.push_str(&format!(" --set {}", quoted(&format!("{key}={value}"))));
    }
    let seed = if model.seed == 0 {
        String::new()
    } else {
        format!(" --seed {}", model.seed)
    };
    format!("strange-loom automata run --pattern {named}{set}{seed} --generations 1000")
}

/// A word of a command line.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-=/,".contains(c);
    if word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}
