//! The map of two constants: one field in which the first grows to the right and the second
//! upward, so that each place shows what becomes of its own pair (as in Pearson's map of the
//! Gray–Scott model). It is a picture of all patterns at once, and a pad on which a run is moved.

use std::sync::Arc;
use std::time::{Duration, Instant};

use loom_sim::analysis::{Analysis, Job, Subject};
use loom_sim::parameter::complete;
use loom_sim::{
    Axis, ColorMap, Field as Picture, Mark, Model, Parameter, ParameterKind, Plot, Quantity,
    Report, Settings, Shades, SimError, Uncertainty, Value, variation,
};

use super::begin;
use super::convolve::Way;
use super::engine::Engine;
use super::field::Field;
use super::plan::{self, Plan};
use super::recipe::Family;

/// A partial picture comes at most this often.
const SHOWN: Duration = Duration::from_millis(400);
/// The most cells.
const MOST: i64 = 4_000_000;

/// "Map of two parameters".
#[derive(Clone, Copy, Debug, Default)]
pub struct Scan;

/// The sliders of a model that are constants of its formulas.
fn sliders(model: &Model) -> Vec<Parameter> {
    let list = plan::parameters(model).unwrap_or_default();
    variation::variable(&list).cloned().collect()
}

fn declared(model: &Model, given: &Settings) -> Vec<Parameter> {
    let sliders = sliders(model);
    let [first, second, ..] = &sliders[..] else {
        return Vec::new();
    };
    let choices: Vec<(&str, &str)> = sliders
        .iter()
        .map(|p| (p.key.as_str(), p.symbol.as_str()))
        .collect();
    let chosen = |key: &str, usual: &Parameter| {
        let named = given.get(key).map(ToString::to_string);
        let found = sliders.iter().find(|p| Some(&p.key) == named.as_ref());
        found.unwrap_or(usual).clone()
    };
    let (across, up) = (chosen("over", first), chosen("against", second));
    let edge = |key: &str, name: &str, of: &Parameter, high: bool| {
        let (low, top) = range(of);
        let at = if high { top } else { low };
        Parameter::real(key, "", name, at, low, top)
    };
    let steps = plan::plan(model).map_or(6000, |plan| {
        let recipe = &plan.recipe;
        match recipe.family {
            Family::Reaction => (3 * recipe.picture.steps).max(3000) as i64,
            Family::Lenia | Family::SmoothLife => 300,
        }
    });
    vec![
        Parameter::choice("over", "Across", &first.key, &choices)
            .help("The constant that grows to the right."),
        edge("from", "Left", &across, false),
        edge("to", "Right", &across, true),
        Parameter::choice("against", "Up", &second.key, &choices)
            .help("The constant that grows upward."),
        edge("bottom", "Bottom", &up, false),
        edge("top", "Top", &up, true),
        Parameter::integer("columns", "", "Columns", 512, 32, 2048)
            .hard(8.0, 4096.0)
            .help("Cells across: more give patterns room."),
        Parameter::integer("rows", "", "Rows", 320, 32, 2048)
            .hard(8.0, 4096.0)
            .help("Cells upward."),
        Parameter::integer("steps", "n", "Steps", steps, 100, 100_000)
            .hard(1.0, 1e7)
            .help("Patterns need time to form; the map shows them growing."),
    ]
}

fn range(parameter: &Parameter) -> (f64, f64) {
    match &parameter.kind {
        ParameterKind::Real { low, high, .. } => (*low, *high),
        _ => (0.0, 1.0),
    }
}

impl Analysis for Scan {
    fn key(&self) -> &'static str {
        "scan"
    }
    fn name(&self) -> &'static str {
        "Map of two parameters"
    }
    fn help(&self) -> &'static str {
        "One field over which two constants change: spots here, stripes there, nothing beyond."
    }
    fn citation(&self) -> &'static str {
        "J. E. Pearson (1993), Complex patterns in a simple system, Science 261, 189–192."
    }
    fn fits(&self, model: &Model) -> bool {
        super::science::knows(model)
    }
    fn parameters(&self, model: &Model) -> Vec<Parameter> {
        declared(model, &Settings::new())
    }
    fn declared(&self, model: &Model, given: &Settings) -> Vec<Parameter> {
        declared(model, given)
    }

    fn run(&self, subject: &Subject, settings: &Settings, job: &Job) -> Result<Report, SimError> {
        let begun = Instant::now();
        let Subject::State { model, .. } = subject else {
            return Err(SimError::other(
                "This maps the constants of a continuous automaton.",
            ));
        };
        let settings = complete(&declared(model, settings), settings)?;
        let map = Map::new(model, &settings)?;
        let mut engine = map.engine(job.threads)?;
        let plan = &map.plan;
        let value = |name: &str| plan.values.get(name).copied();
        let mut report = Report {
            title: self.name().into(),
            method: format!(
                "One field of {} × {} cells over which {} and {} change evenly, {} steps of {} \
                 each. Neighbouring places mix a little, as far as the pattern reaches.",
                map.size[0], map.size[1], map.across.symbol, map.up.symbol, map.steps, plan.law.dt
            ),
            citation: self.citation().into(),
            settings: settings.clone(),
            ..Report::default()
        };
        let mut shown = Instant::now();
        let mut step = 0;
        while step < map.steps {
            job.check()?;
            let made = engine.advance(step, map.steps - step, &value)?;
            if made == 0 {
                return Err(SimError::other(format!(
                    "Somewhere on this map values run away at step {}: take a shorter time step \
                     or narrower edges.",
                    step + 1
                )));
            }
            step += made;
            if shown.elapsed() >= SHOWN && step < map.steps {
                shown = Instant::now();
                job.progress(step as f32 / map.steps as f32);
                let mut partial = report.clone();
                partial.plots = vec![map.plot(engine.field())];
                job.partial(&partial);
            }
        }
        let field = engine.field();
        let all = field.summary(map.shown);
        let name = &plan.law.species[map.shown];
        let bound = Uncertainty::Bound(f64::EPSILON * field.cells() as f64 * all.greatest.abs());
        report.values = vec![
            Quantity::real(
                "mean",
                &format!("Mean of {name}"),
                all.sum / field.cells() as f64,
                bound,
            ),
            Quantity::real(
                "least",
                &format!("Least {name}"),
                all.least,
                Uncertainty::Exact,
            ),
            Quantity::real(
                "greatest",
                &format!("Greatest {name}"),
                all.greatest,
                Uncertainty::Exact,
            ),
        ];
        report.plots.push(map.plot(field));
        report.seconds = begun.elapsed().as_secs_f64();
        report.command = super::science::command(model);
        Ok(report)
    }
}

/// A map to be made.
struct Map {
    plan: Plan,
    across: Parameter,
    up: Parameter,
    /// Left, right, bottom and top edge.
    edges: [f64; 4],
    size: [usize; 2],
    steps: u64,
    /// The species that is shown.
    shown: usize,
}

impl Map {
    fn new(model: &Model, settings: &Settings) -> Result<Self, SimError> {
        let real = |key: &str| settings.get(key).and_then(Value::as_real).unwrap_or(0.0);
        let sliders = sliders(model);
        let chosen = |key: &str| {
            let named = settings.get(key).map(ToString::to_string);
            let found = sliders.iter().find(|p| Some(&p.key) == named.as_ref());
            found
                .cloned()
                .ok_or_else(|| SimError::other("This model has no two constants."))
        };
        let (across, up) = (chosen("over")?, chosen("against")?);
        if across.key == up.key {
            return Err(SimError::other(
                "Both parameters are the same; choose another for one of them.",
            ));
        }
        let size = [real("columns") as i64, real("rows") as i64];
        if size[0].saturating_mul(size[1]) > MOST {
            return Err(SimError::TooLarge {
                needed: format!("{} × {} cells", size[0], size[1]),
                allowed: format!("{MOST} cells"),
                remedy: "ask for fewer columns or rows.".into(),
            });
        }
        let mut model = model.clone().with("width", size[0]).with("height", size[1]);
        let here = plan::plan(&model)?;
        if here.recipe.family == Family::Reaction {
            // The two ends of a constant don't touch.
            model = model.with("border", "closed");
            if here.recipe.image.is_some()
                || matches!(here.text("start").as_str(), "seed" | "spiral" | "spots")
            {
                model = model
                    .with("start", "spots")
                    .with("spots", size[0] * size[1] / 900);
            }
        } else {
            let radius = here.real("radius").max(here.real("outer")).max(1.0);
            let patches = (size[0] * size[1]) as f64 / (4.0 * radius * radius);
            model = model
                .with("start", "patches")
                .with("spots", patches as i64)
                .with("spot", radius);
        }
        let plan = plan::plan(&model)?;
        let view = &plan.recipe.view;
        let edges = ["from", "to", "bottom", "top"].map(real);
        for (key, low, high) in [
            (&across.key, edges[0], edges[1]),
            (&up.key, edges[2], edges[3]),
        ] {
            for end in [low, high] {
                plan.law.check_diffusion(&|name| {
                    if plan::key_of(name) == *key {
                        Some(end)
                    } else {
                        plan.values.get(name).copied()
                    }
                })?;
            }
        }
        Ok(Self {
            across,
            up,
            edges,
            size: size.map(|n| n as usize),
            steps: real("steps") as u64,
            shown: plan
                .law
                .species
                .iter()
                .position(|s| *s == view.species)
                .unwrap_or(0),
            plan,
        })
    }

    /// The field with constants that change over it; its first row is the lowest.
    fn engine(&self, threads: usize) -> Result<Engine, SimError> {
        let [columns, rows] = self.size;
        let [left, right, bottom, top] = self.edges;
        let at = |low: f64, high: f64, i: usize, count: usize| {
            low + (high - low) * (i as f64 + 0.5) / count as f64
        };
        let cells = || (0..rows).flat_map(move |y| (0..columns).map(move |x| (x, y)));
        let names = self.plan.law.constants();
        let mut varied = Vec::new();
        for (key, across) in [(&self.across.key, true), (&self.up.key, false)] {
            let name = names.iter().find(|name| plan::key_of(name) == *key);
            let name = name.ok_or_else(|| SimError::other("This model has no two constants."))?;
            let values = cells().map(|(x, y)| {
                if across {
                    at(left, right, x, columns)
                } else {
                    at(bottom, top, y, rows)
                }
            });
            varied.push((name.clone(), values.collect()));
        }
        let field = Arc::new(begin::field(&self.plan)?);
        Engine::varied(self.plan.law.clone(), field, Way::Auto, threads, varied)
    }

    fn plot(&self, field: &Field) -> Plot {
        let look = &self.plan.recipe.view;
        let [left, right, bottom, top] = self.edges;
        let values = (0..field.height()).flat_map(|y| field.row(self.shown, y));
        Plot {
            title: "Map of two parameters".into(),
            x: Axis::new(&self.across.symbol, &self.across.unit),
            y: Axis::new(&self.up.symbol, &self.up.unit),
            marks: vec![Mark::Field(Picture {
                name: self.plan.law.species[self.shown].clone(),
                x: [left, right],
                y: [bottom, top],
                width: field.width(),
                values: values.map(|v| Some(*v as f32)).collect(),
                shades: Shades::Range {
                    unit: String::new(),
                    map: ColorMap::of(&look.map).unwrap_or(ColorMap::Batlow),
                    low: look.low,
                    high: look.high,
                },
            })],
            sets: Some(self.across.key.clone()),
            sets_up: Some(self.up.key.clone()),
            edges: ["from", "to", "bottom", "top"].map(str::to_owned).to_vec(),
            ..Plot::default()
        }
    }
}
