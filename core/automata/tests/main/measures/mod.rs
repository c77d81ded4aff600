//! Measures have the values that are known or can be told beforehand, on every family.

mod families;
mod information;
mod motion;
mod theory;

use std::sync::Arc;

use loom_automata::Automata;
use loom_sim::{
    Analysis, Job, Model, Number, Report, Science, SimError, Subject, Uncertainty, Value,
};

fn analysis(key: &str) -> Arc<dyn Analysis> {
    let mut all = Automata.analyses().into_iter();
    all.find(|a| a.key() == key).unwrap()
}

fn try_run(key: &str, model: &Model, settings: &[(&str, i64)]) -> Result<Report, SimError> {
    let settings = settings
        .iter()
        .map(|(k, v)| ((*k).to_owned(), Value::Integer(*v)));
    let subject = Subject::State {
        model: model.clone(),
        capture: None,
    };
    analysis(key).run(&subject, &settings.collect(), &Job::quiet())
}

fn run(key: &str, model: &Model, settings: &[(&str, i64)]) -> Report {
    try_run(key, model, settings).unwrap()
}

fn soup(rule: &str, size: [i64; 2], density: f64) -> Model {
    Model::new("automata", "soup")
        .with("rule", rule)
        .with("width", size[0])
        .with("height", size[1])
        .with("density", density)
}

fn pattern(rle: &str) -> Model {
    Model::new("automata", "pattern").attach("pattern", "given.rle", rle.as_bytes())
}

fn value(report: &Report, key: &str) -> f64 {
    let quantity = report.values.iter().find(|q| q.key == key);
    quantity
        .unwrap_or_else(|| panic!("no {key}"))
        .as_real()
        .unwrap()
}

fn error(report: &Report, key: &str) -> f64 {
    match report
        .values
        .iter()
        .find(|q| q.key == key)
        .map(|q| &q.error)
    {
        Some(Uncertainty::StandardError(e)) => *e,
        other => panic!("{key}: {other:?}"),
    }
}

fn text(report: &Report, key: &str) -> String {
    match report
        .values
        .iter()
        .find(|q| q.key == key)
        .map(|q| &q.value)
    {
        Some(Number::Text(text)) => text.clone(),
        other => panic!("{key}: {other:?}"),
    }
}
