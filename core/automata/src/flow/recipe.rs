//! The continuous automata that come along: files of `assets/automata`, compiled in. Debug builds
//! read the folder instead while it is there, so that an edited file counts at the next start.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use include_dir::{Dir, include_dir};
use loom_sim::SimError;
use serde::Deserialize;

static FILES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../assets/automata");

/// What an automaton is one of.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    Lenia,
    SmoothLife,
    Reaction,
}

/// An automaton with all that it starts with. Every model may set what is declared from this.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// The file's name without its ending: the kind of a model.
    #[serde(skip)]
    pub key: String,
    pub family: Family,
    pub title: String,
    pub group: String,
    pub summary: String,
    #[serde(default)]
    pub citation: String,
    #[serde(default)]
    pub keywords: Vec<String>,
    /// Columns and rows.
    pub size: [u32; 2],
    /// Steps a second at 1×.
    #[serde(default = "usual_pace")]
    pub pace: f64,
    /// Model time of one step (of Lenia 1/T).
    pub dt: f64,

    /// A reaction's rates of change.
    #[serde(default)]
    pub equations: String,
    /// Its diffusion constants, one a species.
    #[serde(default)]
    pub diffusion: Vec<f64>,
    #[serde(default = "one")]
    pub spacing: f64,
    #[serde(default = "nine")]
    pub stencil: String,
    #[serde(default = "torus")]
    pub border: String,
    #[serde(default = "euler")]
    pub method: String,

    /// Lenia's radius, kernels in the notation of [`crate::flow::lenia`], update and own growth.
    #[serde(default)]
    pub radius: f64,
    #[serde(default)]
    pub kernels: String,
    #[serde(default = "clipped")]
    pub update: String,
    #[serde(default)]
    pub growth: String,
    /// A creature: cells of each channel.
    #[serde(default)]
    pub cells: Vec<String>,

    /// SmoothLife's radii and ways.
    #[serde(default)]
    pub inner: f64,
    #[serde(default)]
    pub outer: f64,
    #[serde(default)]
    pub stepping: String,
    #[serde(default)]
    pub mixing: String,

    /// What cells are before anything is drawn, and inside what is: formulas of the constants,
    /// one a species.
    #[serde(default)]
    pub rest: Vec<String>,
    #[serde(default)]
    pub seed: Vec<String>,
    #[serde(default)]
    pub start: String,
    #[serde(default = "some_spots")]
    pub spots: i64,
    /// The radius of a spot, in cells.
    #[serde(default = "spot_size")]
    pub spot: f64,
    #[serde(default)]
    pub noise: f64,

    #[serde(default)]
    pub parameter: Vec<Slider>,
    #[serde(default)]
    pub preset: Vec<Preset>,
    #[serde(default)]
    pub experiment: Vec<TryThis>,
    pub view: Look,
    #[serde(default)]
    pub picture: Thumbnail,
    /// Cells from a file, in place of a start.
    #[serde(skip)]
    pub image: Option<Arc<super::field::Field>>,
}

/// A constant's slider.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slider {
    pub key: String,
    pub name: String,
    pub value: f64,
    pub low: f64,
    pub high: f64,
    #[serde(default)]
    pub help: String,
}

/// A named choice of settings: an entry of the catalogue of its own.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preset {
    pub key: String,
    pub title: String,
    pub summary: String,
    #[serde(default)]
    pub citation: String,
    pub set: BTreeMap<String, toml::Value>,
    #[serde(default)]
    pub picture: Option<Thumbnail>,
}

/// "Try this".
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TryThis {
    pub sentence: String,
    pub button: String,
    pub set: BTreeMap<String, toml::Value>,
}

/// What a fresh view shows.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Look {
    /// The species that is shown; `all` mixes three as light.
    pub species: String,
    pub map: String,
    /// Values at the ends of the colour map.
    pub low: f64,
    pub high: f64,
}

/// How the catalogue's picture is made: cells a side and steps.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thumbnail {
    pub side: u32,
    pub steps: u64,
}

impl Default for Thumbnail {
    fn default() -> Self {
        Self {
            side: 64,
            steps: 40,
        }
    }
}

fn usual_pace() -> f64 {
    30.0
}
fn one() -> f64 {
    1.0
}
fn nine() -> String {
    "nine".into()
}
fn torus() -> String {
    "torus".into()
}
fn euler() -> String {
    "euler".into()
}
fn clipped() -> String {
    "clipped".into()
}
fn some_spots() -> i64 {
    12
}
fn spot_size() -> f64 {
    6.0
}

impl Recipe {
    /// Reads a file of the catalogue.
    ///
    /// # Errors
    /// The file's name and what is wrong with it, with line and column.
    pub fn parse(name: &str, text: &str) -> Result<Self, SimError> {
        let fault = |why: String| SimError::parse(format!("{name}: {why}"));
        let mut recipe: Self = toml::from_str(text).map_err(|e| fault(e.to_string()))?;
        recipe.key = name.trim_end_matches(".toml").to_owned();
        Ok(recipe)
    }
}

static RECIPES: LazyLock<Vec<Result<Arc<Recipe>, SimError>>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/automata");
    let mut list = Vec::new();
    for file in FILES.files() {
        let (Some(name), Some(text)) = (file.path().to_str(), file.contents_utf8()) else {
            continue;
        };
        if !name.ends_with(".toml") {
            continue;
        }
        let edited = cfg!(debug_assertions).then(|| std::fs::read_to_string(folder.join(name)));
        let text = edited
            .and_then(Result::ok)
            .unwrap_or_else(|| text.to_owned());
        list.push(Recipe::parse(name, &text).map(Arc::new));
    }
    list.sort_by_key(|r| {
        r.as_ref()
            .map_or((9, String::new()), |r| (place(r), r.key.clone()))
    });
    list
});

/// Order of the catalogue: reactions, then Lenia's creatures, then SmoothLife; the best known
/// first.
fn place(recipe: &Recipe) -> u8 {
    match (recipe.key.as_str(), recipe.family) {
        ("gray-scott", _) => 0,
        ("reaction", _) => 2,
        (_, Family::Reaction) => 1,
        ("orbium", _) => 3,
        ("lenia", _) => 5,
        (_, Family::Lenia) => 4,
        (_, Family::SmoothLife) => 6,
    }
}

/// The automata that come along and could be read; a test holds all of them to it.
pub fn recipes() -> Vec<Arc<Recipe>> {
    RECIPES
        .iter()
        .filter_map(|r| r.as_ref().ok().cloned())
        .collect()
}

/// The first error of a file that comes along, if there is one.
pub fn fault() -> Option<SimError> {
    RECIPES.iter().find_map(|r| r.as_ref().err().cloned())
}

/// The automaton of a kind.
pub fn recipe(key: &str) -> Option<Arc<Recipe>> {
    RECIPES
        .iter()
        .filter_map(|r| r.as_ref().ok())
        .find(|r| r.key == key)
        .cloned()
}
