//! Measures of well-known rules as a table: λ, mean field, sensitivity, damage, entropy.
//!
//! `cargo run --release -p loom-automata --example measures`

use loom_automata::Automata;
use loom_sim::{Job, Model, Number, Report, Science, SimError, Subject, Uncertainty, Value};

fn run(key: &str, model: &Model, settings: &[(&str, i64)]) -> Result<Report, SimError> {
    let settings = settings
        .iter()
        .map(|(k, v)| ((*k).to_owned(), Value::Integer(*v)));
    let subject = Subject::State {
        model: model.clone(),
        capture: None,
    };
    let analyses = Automata.analyses();
    let analysis = analyses.iter().find(|a| a.key() == key);
    let analysis = analysis.ok_or_else(|| SimError::other(format!("no measure {key}")))?;
    analysis.run(&subject, &settings.collect(), &Job::quiet())
}

fn main() -> Result<(), SimError> {
    for (name, rule, size) in [
        ("Life", "B3/S23:T256", [256i64, 256]),
        ("rule 30", "W30:T8192", [8192, 1]),
        ("rule 110", "W110:T8192", [8192, 1]),
        ("Brian's Brain", "/2/3:T256", [256, 256]),
    ] {
        let model = Model::new("automata", "soup")
            .with("rule", rule)
            .with("width", size[0])
            .with("height", size[1])
            .with("density", 0.5);
        let line = size[1] == 1;
        let entropy = [
            ("side", if line { 8 } else { 2 }),
            ("generations", 400),
            ("every", 400),
        ];
        let settings: [(&str, &[(&str, i64)]); 5] = [
            ("langton_lambda", &[]),
            (
                "mean_field",
                &[("generations", 1), ("points", 5), ("soups", 4)],
            ),
            (
                "derrida",
                &[
                    ("points", 3),
                    ("pairs", 1000),
                    ("side", if line { 1024 } else { 32 }),
                ],
            ),
            (
                "damage",
                &[("generations", if line { 400 } else { 60 }), ("pairs", 40)],
            ),
            ("entropy", &entropy),
        ];
        println!("{name}");
        for (key, settings) in settings {
            let report = run(key, &model, settings)?;
            for value in &report.values {
                let number = match &value.value {
                    Number::Real(x) => x.to_string(),
                    Number::Integer(i) => i.to_string(),
                    Number::Text(text) => text.clone(),
                };
                let error = match value.error {
                    Uncertainty::StandardError(e) => format!(" ± {e:.2e}"),
                    _ => String::new(),
                };
                println!("  {key:15} {:40} {number}{error} {}", value.key, value.unit);
            }
            if let Some(table) = report.tables.iter().find(|t| t.title == "Generations")
                && key == "entropy"
            {
                for (heading, cells) in &table.columns {
                    println!(
                        "  after 400       {heading:40} {}",
                        cells.last().map_or("", |c| c)
                    );
                }
            }
        }
    }
    Ok(())
}
