//! What this crate offers to the studio: models, their catalogue, analyses and files.

use std::sync::Arc;

use loom_sim::camera::Plane;
use loom_sim::operation::Operation;
use loom_sim::science::{Entry, Experiment, Place, Science};
use loom_sim::simulation::Capture;
use loom_sim::variation::Variation;
use loom_sim::view::Ink;
use loom_sim::{
    Analysis, Camera, Cost, Model, Parameter, ProbeSpec, Scene, Settings, SimError, Simulation,
    Value, View,
};

use crate::activity::PopulationAndActivity;
use crate::catalogue::{self, CATALOGUE};
use crate::draw;
use crate::engine::Inside;
use crate::error::LifeError;
use crate::files::{self, Content, Kind, Writing};
use crate::flow::science as flow;
use crate::gallery;
use crate::pictured;
use crate::rle_write;
use crate::simulation::Life;
use crate::start::{self, PATTERN, SOUP};
use crate::state::State;
use crate::stride::Stride;
use crate::world::World;

/// The name under which documents and the registry know this science.
pub const KEY: &str = "automata";

/// Cellular automata.
#[derive(Clone, Copy, Debug, Default)]
pub struct Automata;

/// Soups of the catalogue: name, title, rule, density, what to see.
const SOUPS: [(&str, &str, &str, f64, &str); 6] = [
    (
        "life-soup",
        "Life from a random soup",
        "B3/S23:T512",
        0.4,
        "Half-random cells burn down to still lifes, blinkers and gliders.",
    ),
    (
        "highlife-soup",
        "HighLife",
        "B36/S23:T512",
        0.4,
        "Like Life, but six neighbours give birth, too; now and then a replicator turns up.",
    ),
    (
        "day-and-night",
        "Day and night",
        "B3678/S34678:T512",
        0.5,
        "Live and dead cells obey the same rule, and domains of both slowly grow.",
    ),
    (
        "seeds",
        "Seeds",
        "B2/S:T512",
        0.02,
        "Every cell dies at once, yet nearly everything explodes.",
    ),
    (
        "maze",
        "Maze",
        "B3/S12345:T512",
        0.05,
        "Cells grow into corridors that fill the grid and come to rest.",
    ),
    (
        "anneal",
        "Anneal",
        "B4678/S35678:T512",
        0.5,
        "The majority wins in each neighbourhood, and borders grow smooth.",
    ),
];

/// Group and the generation at which a pattern is pictured.
pub(crate) fn group(key: &str) -> (&'static str, u32) {
    let moment = match key {
        "blinker" | "toad" | "beacon" | "pulsar" => 1,
        "pentadecathlon" => 8,
        "gosper-glider-gun" => 75,
        "simkin-glider-gun" => 130,
        "switch-engine" | "infinite-growth-square" | "infinite-growth-row" => 700,
        "r-pentomino" => 200,
        "acorn" | "rabbits" => 400,
        "diehard" => 60,
        "replicator" => 84,
        _ => 0,
    };
    let tags = catalogue::entry(key).map_or(&[][..], |entry| entry.tags);
    let group = match tags.first().copied().unwrap_or("") {
        _ if tags.contains(&"other-rules") => "Other rules",
        "still-life" => "Still lifes",
        "oscillator" => "Oscillators",
        "spaceship" => "Spaceships",
        "gun" | "puffer" | "rake" | "breeder" | "sawtooth" => "Guns and growth",
        "methuselah" if tags.contains(&"puffer") => "Guns and growth",
        "methuselah" => "Methuselahs",
        "garden-of-eden" => "Gardens of Eden",
        _ => "Machines",
    };
    (group, moment)
}

fn try_this(sentence: &str, button: &str, key: &str, value: impl Into<Value>) -> Experiment {
    Experiment {
        sentence: sentence.to_owned(),
        button: button.to_owned(),
        set: vec![(key.to_owned(), value.into())],
    }
}

fn experiments(key: &str) -> Vec<Experiment> {
    let highlife = try_this(
        "In HighLife six neighbours give birth, too: does it still do the same?",
        "B36/S23",
        "rule",
        "B36/S23",
    );
    let torus = try_this(
        "On a torus what leaves at one side comes back at the other, and meets itself.",
        "128 × 128 torus",
        "rule",
        "B3/S23:T128",
    );
    let far = |e: i64| {
        try_this(
            "The tree leaps over whole ages: each step is now 2^e generations.",
            &format!("2^{e} a step"),
            "exponent",
            e,
        )
    };
    let fits = catalogue::entry(key)
        .and_then(|entry| entry.pattern().ok())
        .is_some_and(|pattern| pattern.size.0.max(pattern.size.1) <= 128);
    if !fits {
        return vec![far(4)];
    }
    match group(key).0 {
        "Guns and growth" => vec![far(30), torus],
        "Methuselahs" => vec![far(4), torus, highlife],
        "Spaceships" => vec![torus, far(60)],
        "Other rules" => vec![try_this(
            "Under Life's rule it is nothing special.",
            "B3/S23",
            "rule",
            "B3/S23",
        )],
        _ => vec![highlife],
    }
}

fn pattern_entry(entry: &catalogue::Entry) -> Option<Entry> {
    let pattern = entry.pattern().ok()?;
    let citation = pattern
        .author
        .map_or(String::new(), |author| format!("Found by {author}."));
    let title = pattern.name.unwrap_or_else(|| entry.key.to_owned());
    Some(Entry {
        name: entry.key.to_owned(),
        group: group(entry.key).0.to_owned(),
        summary: pattern.comments.join(" "),
        citation,
        keywords: vec![
            pattern
                .rule
                .as_ref()
                .map_or(String::new(), crate::Rule::name),
            title.to_lowercase(),
        ],
        title,
        model: Model::new(KEY, entry.key),
        experiments: experiments(entry.key),
    })
}

fn soup_entry(&(name, title, rule, density, summary): &(&str, &str, &str, f64, &str)) -> Entry {
    Entry {
        name: name.to_owned(),
        title: title.to_owned(),
        group: "Soups".to_owned(),
        summary: summary.to_owned(),
        citation: String::new(),
        keywords: vec![rule.to_owned(), "soup".to_owned(), "random".to_owned()],
        model: Model::new(KEY, SOUP)
            .with("rule", rule)
            .with("density", density),
        experiments: vec![
            try_this(
                "Start from fewer cells: when does nothing survive?",
                "Density 0.05",
                "density",
                0.05,
            ),
            try_this(
                "Watch the rule change under the living cells.",
                "Day and night",
                "rule",
                "B3678/S34678:T512",
            ),
        ],
    }
}

/// A file of a form that only [`files`] knows, taken over as RLE or, if it was packed, as the
/// macrocell file that it holds.
fn other_form(name: &str, bytes: &[u8]) -> Option<Result<Model, SimError>> {
    let (kind, packed) = Kind::of_name(name);
    let ours = match kind? {
        Kind::Rle | Kind::Macrocell => packed,
        Kind::Png | Kind::RuleFile => false,
        _ => true,
    };
    if !ours {
        return None;
    }
    let limits = files::Limits::default();
    let read = || {
        let opened = files::read(name, bytes, &limits)?;
        let (ending, text) = match &opened.content {
            Content::Macrocell { text, .. } => ("mc", text.clone()),
            _ => ("rle", rle_write::write(&opened.pattern(&limits)?)),
        };
        Ok((format!("{name}.{ending}"), text))
    };
    let attached = read().map_err(|e: files::FileError| {
        let text = e.to_string();
        SimError::Parse(format!("{name}, {}.", text.trim_end_matches('.')))
    });
    Some(attached.and_then(|(name, text)| {
        let model = Model::new(KEY, PATTERN).attach(PATTERN, &name, text.as_bytes());
        start::settings(&model).map(|_| model)
    }))
}

impl Automata {
    fn kept_world(model: &Model, capture: Option<&Capture>) -> Result<World, SimError> {
        let settings = start::settings(model)?;
        let mut world = start::world(model, &settings, &Place::cpu())?;
        if let Some(capture) = capture {
            world.restore(&capture.get::<State>()?.kept)?;
        }
        Ok(world)
    }
}

impl Science for Automata {
    fn key(&self) -> &'static str {
        KEY
    }

    fn name(&self) -> &'static str {
        "Cellular automata"
    }

    fn catalogue(&self) -> Vec<Entry> {
        let patterns = CATALOGUE.iter().filter_map(pattern_entry);
        let mut entries: Vec<Entry> = patterns.chain(SOUPS.iter().map(soup_entry)).collect();
        let taken: Vec<String> = entries.iter().map(|entry| entry.name.clone()).collect();
        entries.extend(gallery::entries(&taken));
        entries.extend(flow::catalogue());
        entries.extend(crate::elementary::entries());
        entries
    }

    fn parameters(&self, model: &Model) -> Result<Vec<Parameter>, SimError> {
        if flow::knows(model) {
            return flow::parameters(model);
        }
        start::parameters(model)
    }

    fn cost(&self, model: &Model) -> Result<Cost, SimError> {
        if flow::knows(model) {
            return flow::cost(model);
        }
        let (host_bytes, device_bytes) = start::cost(model)?;
        Ok(Cost {
            host_bytes,
            device_bytes,
        })
    }

    fn build(&self, model: &Model, place: &Place) -> Result<Box<dyn Simulation>, SimError> {
        if flow::knows(model) {
            return flow::build(model, place);
        }
        let settings = start::settings(model)?;
        let world = start::world(model, &settings, place)?;
        let integer = |key: &str| settings.get(key).and_then(Value::as_integer).unwrap_or(0);
        let memory = (integer("memory").max(0) as u64) << 20;
        let stride = Stride::new(integer("base"), integer("exponent")).ok_or_else(|| {
            SimError::Input(format!(
                "a step of {}^{} generations; it goes to 2^{}",
                integer("base"),
                integer("exponent"),
                Stride::MOST
            ))
        })?;
        Ok(Box::new(Life::new(world, stride, memory)))
    }

    fn analyses(&self) -> Vec<Arc<dyn Analysis>> {
        let mut list: Vec<Arc<dyn Analysis>> = vec![
            Arc::new(PopulationAndActivity),
            Arc::new(crate::objects::Identify),
            Arc::new(crate::objects::Census),
            Arc::new(crate::flow::scan::Scan),
        ];
        list.extend(crate::measures::all());
        list
    }

    fn operations(&self, model: &Model) -> Vec<Operation> {
        if flow::knows(model) {
            return Vec::new();
        }
        crate::operations::all()
    }

    fn default_probes(&self, model: &Model) -> Vec<ProbeSpec> {
        if flow::knows(model) {
            return flow::default_probes(model);
        }
        vec![ProbeSpec::new("population")]
    }

    fn open(&self, name: &str, bytes: &[u8]) -> Option<Result<Model, SimError>> {
        if let Some(model) = flow::open(name, bytes) {
            return Some(model);
        }
        let ending = name.rsplit('.').next().unwrap_or("").to_ascii_lowercase();
        let text = String::from_utf8_lossy(&bytes[..bytes.len().min(1 << 16)]);
        let known = matches!(ending.as_str(), "rle" | "mc")
            || text.starts_with("[M2]")
            || (ending == "txt" && crate::rle::mentions(&text));
        if !known {
            return other_form(name, bytes);
        }
        let model = Model::new(KEY, PATTERN).attach(PATTERN, name, bytes);
        // Reading it now gives the error with its place, before a run is begun.
        Some(start::settings(&model).map(|_| model))
    }

    fn picture(&self, entry: &Entry, ink: &Ink, size: [u32; 2]) -> Result<Scene, SimError> {
        if flow::knows(&entry.model) {
            return flow::picture(entry, ink, size);
        }
        let world = pictured::world(&entry.model)?;
        let mut view = View::new(size);
        view.ink = *ink;
        if world.rule().dimensions() == 1
            && let Some((width, height)) = world.rule().topology.size()
        {
            // Rows fill the picture from side to side, from the first one down.
            let scale = f64::from(size[0]) / f64::from(width);
            let down = f64::from(size[1]) / scale / 2.0 - f64::from(height / 2);
            view.camera = Some(Camera::Plane(Plane::new([0.0, down], scale, false)));
        }
        view.settings = Settings::from([("grid_lines".to_owned(), Value::Boolean(false))]);
        draw::scene(&world, &view, None)
    }

    fn exports(&self, model: &Model) -> Vec<(&'static str, &'static str)> {
        if flow::knows(model) {
            return crate::flow::write::EXPORTS.to_vec();
        }
        EXPORTS.to_vec()
    }

    fn export(
        &self,
        model: &Model,
        capture: Option<&Capture>,
        ending: &str,
    ) -> Result<Vec<u8>, SimError> {
        if flow::knows(model) {
            return flow::export(model, capture, ending);
        }
        let world = Self::kept_world(model, capture)?;
        Ok(file(&world, ending)?)
    }

    fn unit_of_plane(&self, _model: &Model) -> Option<&'static str> {
        Some("cell")
    }

    fn variations(&self, model: &Model) -> Vec<Variation> {
        if flow::knows(model) {
            return Vec::new();
        }
        crate::variations::variations(model)
    }

    fn light(&self, model: &Model) -> Model {
        if flow::knows(model) {
            return flow::light(model);
        }
        model.clone()
    }

    fn command(&self, model: &Model) -> String {
        if flow::knows(model) {
            return flow::command(model);
        }
        let settings = start::settings(model).unwrap_or_default();
        let value = |key: &str| settings.get(key).map_or(String::new(), ToString::to_string);
        let start = if model.kind == SOUP {
            let rule: Option<crate::Rule> = value("rule").parse().ok();
            let (width, height) = rule.map_or((0, 0), |r| r.topology.sides());
            let side_or = |side: u32| if side == 0 { 256 } else { side };
            let (width, height) = (side_or(width), side_or(height));
            let side = |key: &str, whole: u32| match value(key).as_str() {
                "0" | "" => whole.to_string(),
                side => side.to_owned(),
            };
            let (width, height) = (side("width", width), side("height", height));
            let density = value("density");
            format!("--soup {width}x{height}:{density} --seed {}", model.seed)
        } else {
            let file = model.attachments.get(PATTERN);
            let name = file.map_or(model.kind.as_str(), |file| file.name.as_str());
            if name.contains(|c: char| c.is_whitespace() || c == '\'') {
                format!("--pattern '{}'", name.replace('\'', "'\\''"))
            } else {
                format!("--pattern {name}")
            }
        };
        format!(
            "strange-loom automata run {start} --rule {} --generations 1000",
            value("rule")
        )
    }
}

/// A world as a file of one of the kinds that [`Science::exports`] lists.
///
/// # Errors
/// Another ending; more cells than a file may list; cells that the kind can't hold.
pub fn file(world: &World, ending: &str) -> Result<Vec<u8>, LifeError> {
    if let ("mc", Inside::Tree(universe)) = (ending, world.inside()) {
        return Ok(universe.macrocell().into_bytes());
    }
    let listed = EXPORTS.iter().any(|(known, _)| *known == ending);
    let kind = Kind::of_name(&format!("x.{ending}")).0;
    let Some(kind) = kind.filter(|_| listed) else {
        let known: Vec<String> = EXPORTS.iter().map(|(e, _)| format!(".{e}")).collect();
        return Err(LifeError::Other(format!(
            "cells can't be written as .{ending}; choose one of {}",
            known.join(", ")
        )));
    };
    let pattern = world.pattern(crate::rle::MAX_CELLS)?;
    files::write(kind, &pattern, &Writing::default()).map_err(|e| LifeError::Other(e.to_string()))
}

/// What cells can be written to: ending and name.
pub const EXPORTS: [(&str, &str); 7] = [
    ("rle", "Run length encoded pattern"),
    ("mc", "Macrocell"),
    ("cells", "Plaintext"),
    ("l6", "Life 1.06"),
    ("lif", "Life 1.05"),
    ("mcl", "MCell"),
    ("png", "Picture, one pixel a cell"),
];
