//! `attractors measure`: the invariants table of the catalogue, made anew.

use std::path::PathBuf;

use clap::Args;
use loom_attractors::Definition;
use loom_attractors::catalogue;
use loom_attractors::invariants::{self, Invariants};
use loom_sim::Job;
use serde_json::{Value, json};

use super::{Done, Failure, given, output};

/// Measure step, period, start and Lyapunov exponents of catalogue entries
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  strange-loom attractors measure Lorenz\n  \
    strange-loom attractors measure --all --json > invariants.json\n  \
    strange-loom attractors measure mine.toml --write .")]
pub struct Measure {
    /// Systems of the catalogue, or *.toml files
    #[arg(value_name = "NAME", required_unless_present = "all")]
    names: Vec<String>,
    /// The whole catalogue
    #[arg(long, conflicts_with = "names")]
    all: bool,
    /// Times the usual model time: four times halves the errors
    #[arg(long, value_name = "X", default_value = "1", value_parser = given::expression)]
    effort: f64,
    /// A folder for the files of the systems, with the measured numbers in them
    #[arg(long, value_name = "FOLDER")]
    write: Option<PathBuf>,
    /// Threads on the processor [default: all]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

impl Measure {
    pub fn run(self) -> Done {
        if !(self.effort > 0.0 && self.effort.is_finite()) {
            return Err(Failure::input("--effort is a number above 0."));
        }
        let registry = crate::registry();
        let science = registry.get("attractors")?;
        let mut systems = Vec::new();
        if self.all {
            systems = catalogue::systems();
        }
        for name in &self.names {
            let model = given::model(&**science, name)?;
            systems.push(catalogue::definition(&model)?);
        }
        let mut job = Job::quiet();
        if let Some(threads) = self.threads {
            job.threads = usize::from(threads);
        }
        let bar = output::bar("Measuring");
        let mut found = Vec::new();
        let mut failed = 0;
        for (number, definition) in systems.iter().enumerate() {
            bar.set_position((number * 1000 / systems.len()) as u64);
            bar.set_message(definition.title.clone());
            match invariants::measure(definition, self.effort, &job) {
                Ok(invariants) => {
                    if let Some(folder) = &self.write {
                        let name = format!("{}.toml", definition.name.to_lowercase());
                        let text = invariants::rewrite(definition, &invariants)?;
                        output::file(Some(&folder.join(name)), text.as_bytes())?;
                    }
                    found.push((definition, invariants));
                }
                Err(error) => {
                    failed += 1;
                    bar.suspend(|| output::warn(&format!("{}: {error}", definition.name)));
                }
            }
        }
        bar.finish_and_clear();
        if self.json {
            let list = found.iter().map(|(d, i)| document(d, i)).collect();
            output::json(&Value::Array(list))?;
        } else {
            output::text(&table(&found))?;
        }
        if failed > 0 {
            return Err(Failure::job(format!(
                "{failed} of {} systems could not be measured; the reasons stand above.",
                systems.len()
            )));
        }
        Ok(())
    }
}

fn document(definition: &Definition, found: &Invariants) -> Value {
    json!({
        "name": definition.name,
        "initial": found.initial,
        "dt": found.dt,
        "period": found.period,
        "obtained": found.obtained,
        "spectrum": found.measured.spectrum,
        "standard_error": found.measured.standard_error,
        "mean_divergence": found.measured.mean_divergence,
        "sum_less_divergence": found.gap,
        "kaplan_yorke_dimension": found.measured.kaplan_yorke_dimension,
        "time": found.measured.time,
    })
}

fn table(found: &[(&std::sync::Arc<Definition>, Invariants)]) -> String {
    let rows: Vec<Vec<String>> = found
        .iter()
        .map(|(definition, i)| {
            let m = &i.measured;
            let mut exponents: Vec<String> = m
                .spectrum
                .iter()
                .zip(&m.standard_error)
                .take(4)
                .map(|(x, e)| format!("{x} ± {e}"))
                .collect();
            if m.spectrum.len() > 4 {
                exponents.push("…".into());
            }
            vec![
                definition.name.clone(),
                i.dt.to_string(),
                i.period.to_string(),
                m.kaplan_yorke_dimension.to_string(),
                format!("{:.1e}", i.gap),
                exponents.join(",  "),
            ]
        })
        .collect();
    let heads = [
        "Name",
        "dt",
        "Period",
        "D_KY",
        "Σλ − sum rule",
        "Lyapunov exponents",
    ];
    output::table(&heads, &rows)
}
