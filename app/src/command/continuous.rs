//! `automata run` of a continuous automaton: Lenia, SmoothLife, reaction and diffusion.

use std::path::{Path, PathBuf};

use loom_automata::flow::plan;
use loom_figure::{Document, Format, Item, Options};
use loom_sim::report::Number;
use loom_sim::{Gate, Model, Run, Settings, Step};

use crate::shell::words;

use super::given::{self, Device, Machine, Set};
use super::{Done, Failure, output};

/// What is asked of a run.
pub struct Order<'a> {
    pub set: &'a Set,
    pub steps: &'a Step,
    pub out: Option<&'a Path>,
    pub format: Option<&'a str>,
    pub json: bool,
    pub machine: &'a Machine,
}

/// The model that a name or a file means, if it is continuous.
pub fn model(name: &str) -> Result<Option<Model>, Failure> {
    let registry = crate::registry();
    let science = registry.get("automata")?;
    let kind = Model::new("automata", name);
    if plan::knows(&kind) {
        return Ok(Some(kind));
    }
    let file = PathBuf::from(name);
    let ready = file
        .extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("vti"));
    let listed = || {
        science
            .catalogue()
            .iter()
            .any(|e| e.name == name && plan::knows(&e.model))
    };
    if ready || listed() {
        return Ok(Some(given::model(&**science, name)?));
    }
    Ok(None)
}

/// Runs a model and says what came of it.
pub fn run(mut model: Model, order: &Order<'_>) -> Done {
    let registry = crate::registry();
    let science = registry.get("automata")?;
    let view = order.set.apply(&**science, &mut model)?;
    let mut numbers = None;
    let format = match (order.out, order.format) {
        (None, None) => None,
        (out, format) => {
            let ending = output::ending(out, format, "png")?;
            let format = Format::of(&ending);
            if format.is_none() {
                let known = science.exports(&model);
                let listed: Vec<String> = known.iter().map(|(e, _)| format!(".{e}")).collect();
                if !known.iter().any(|(known, _)| *known == ending) {
                    return Err(Failure::input(format!(
                        "A continuous automaton can't be written as {ending}: give .png, .svg or \
                         .pdf for a picture, {} for its numbers.",
                        listed.join(" or ")
                    )));
                }
                numbers = Some(ending);
            }
            format
        }
    };
    // A device is only woken where it is wanted.
    let wakes = format.is_some() || order.machine.device == Device::Gpu;
    let gpu = if wakes {
        order.machine.drawing()?
    } else {
        None
    };
    let place = order.machine.place(gpu.as_ref())?;
    if let Some(format) = format {
        let mut item = Item::fresh(model.clone());
        item.run.step.clone_from(order.steps);
        item.view.settings = view;
        let options = Options {
            place: place.clone(),
            gpu,
            ..Options::default()
        };
        let picture = loom_figure::render(&Document::new(vec![item]), &registry, &options)?;
        output::file(order.out, &picture.encode(format)?)?;
        if order.out.is_none_or(|p| p == Path::new("-")) {
            return Ok(());
        }
    }
    let mut run = Run::new(science.clone(), model, place)?;
    let bar = output::bar("Running");
    let started = std::time::Instant::now();
    run.advance(order.steps, &Gate::open())?;
    bar.finish_and_clear();
    let seconds = started.elapsed().as_secs_f64();
    if let Some(ending) = numbers {
        let capture = run.simulation().capture();
        let bytes = science.export(&run.model(), Some(&capture), &ending)?;
        output::file(order.out, &bytes)?;
        if order.out.is_none_or(|p| p == Path::new("-")) {
            return Ok(());
        }
    }
    let clock = run.clock();
    let quantities = run.simulation().observe();
    if order.json {
        let mut document = serde_json::Map::new();
        let values: Settings = run.values();
        document.insert("model".into(), run.model().kind.into());
        document.insert(
            "parameters".into(),
            serde_json::to_value(values).map_err(Failure::job)?,
        );
        document.insert(
            "step".into(),
            serde_json::from_str(&clock.step.to_string()).map_err(Failure::job)?,
        );
        document.insert("time".into(), clock.time.into());
        for quantity in &quantities {
            let value = serde_json::to_value(&quantity.value).map_err(Failure::job)?;
            document.insert(quantity.key.clone(), value);
        }
        document.insert("seconds".into(), seconds.into());
        document.insert("seed".into(), order.set.seed.into());
        return output::text(&serde_json::Value::Object(document).to_string());
    }
    let mut rows = vec![
        ("Steps".to_owned(), clock.step.to_string()),
        ("Time".to_owned(), format!("{} {}", clock.time, clock.unit)),
    ];
    rows.extend(
        quantities
            .iter()
            .map(|q| (q.name.clone(), words::with_unit(&told(&q.value), &q.unit))),
    );
    rows.push(("Seconds".to_owned(), format!("{seconds:.3}")));
    let rows: Vec<(&str, String)> = rows.iter().map(|(k, v)| (k.as_str(), v.clone())).collect();
    output::text(&output::pairs(&rows))
}

fn told(value: &Number) -> String {
    match value {
        Number::Real(x) => words::figures(*x, 6),
        Number::Integer(n) => n.to_string(),
        Number::Text(text) => text.clone(),
    }
}
