//! `automata analyse`: any of the declared measures of a pattern or soup.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use loom_automata::Rule;
use loom_sim::{Analysis, Gate, Model, Place, Run, Science, Settings, Step, Subject};

use super::super::given::{self, Set};
use super::super::{Done, Failure, analysis, output};
use super::{From, rule};

/// Measure a run: density and activity, entropy, Langton's λ, damage spreading, period …
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  strange-loom automata analyse --pattern pulsar --json\n  \
    strange-loom automata analyse --measure list --pattern pulsar\n  \
    strange-loom automata analyse --soup 256x256:0.4 --measure entropy --after 1000\n  \
    strange-loom automata analyse --soup 400x1 --rule W110:T400 --measure space_time --out rows.csv"
)]
pub struct Analyse {
    #[command(flatten)]
    from: From,
    /// Births and survivals; :T512 a torus, :P512 a bounded plane, nothing the unbounded plane
    #[arg(long, value_name = "R", value_parser = rule)]
    rule: Option<Rule>,
    /// What to measure; `list` names all that fit
    #[arg(long, value_name = "M", default_value = "population")]
    measure: String,
    /// Generations to run first
    #[arg(long, value_name = "N", default_value = "0", value_parser = given::whole)]
    after: Step,
    /// A setting of the measure, such as generations=1000, or a parameter; repeatable
    #[command(flatten)]
    set: Set,
    /// Memory that cells may take
    #[arg(long, value_name = "MIB", default_value_t = 1024, value_parser = clap::value_parser!(u64).range(1..=1 << 20))]
    memory: u64,
    /// Threads on the processor [default: all]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// Where to write the table, or the numbers of the plots, as CSV
    #[arg(long, value_name = "F.csv")]
    out: Option<PathBuf>,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

/// The measure of this name; words may be joined by - or _.
fn found(science: &dyn Science, model: &Model, name: &str) -> Result<Arc<dyn Analysis>, Failure> {
    let fitting: Vec<Arc<dyn Analysis>> = science
        .analyses()
        .into_iter()
        .filter(|a| a.fits(model))
        .collect();
    let key = name.replace('-', "_");
    // The first counts and activity; it has gone by two names.
    let wanted = |a: &&Arc<dyn Analysis>| a.key() == key;
    if let Some(analysis) = fitting.iter().find(wanted) {
        return Ok(Arc::clone(analysis));
    }
    if matches!(key.as_str(), "population" | "activity" | "density")
        && let Some(first) = fitting.first()
    {
        return Ok(Arc::clone(first));
    }
    let names: Vec<&str> = fitting.iter().map(|a| a.key()).collect();
    Err(Failure::input(format!(
        "There is no measure {name} of {}; there are {}.",
        model.kind,
        names.join(", ")
    )))
}

impl Analyse {
    pub fn run(self) -> Done {
        let registry = crate::registry();
        let science = registry.get("automata")?;
        let mut model = self.from.model(self.rule, self.set.seed, self.memory)?;
        if self.measure == "list" {
            let list = science.analyses();
            let rows: Vec<Vec<String>> = list
                .iter()
                .filter(|a| a.fits(&model))
                .map(|a| vec![a.key().to_owned(), a.name().to_owned(), a.help().to_owned()])
                .collect();
            return output::text(&output::table(&["measure", "name", "what it tells"], &rows));
        }
        let analysis = found(&**science, &model, &self.measure)?;
        let declared = analysis.parameters(&model);
        let mut settings = Settings::new();
        let mut changes = Set {
            seed: self.set.seed,
            ..Set::default()
        };
        for (given, (key, text)) in self.set.set.iter().zip(self.set.pairs()?) {
            let known = declared.iter().find(|p| p.key == key || p.symbol == key);
            match known {
                Some(parameter) => {
                    settings.insert(parameter.key.clone(), analysis::value(parameter, text)?);
                }
                None => changes.set.push(given.clone()),
            }
        }
        changes.apply(&**science, &mut model)?;
        let threads = self.threads.map_or_else(loom_sim::threads, usize::from);
        let mut capture = None;
        if self.after > Step::default() {
            let place = Place::Cpu { threads };
            let mut run = Run::new(science.clone(), model.clone(), place)?;
            run.advance(&self.after, &Gate::open())?;
            capture = Some(run.simulation().capture());
        }
        let subject = Subject::State { model, capture };
        let report = analysis::run_with(&*analysis, &subject, &settings, threads, None)?;
        let seed = self.from.soup.map(|_| self.set.seed);
        if let Some(path) = &self.out {
            output::file(Some(path), analysis::csv(&report).as_bytes())?;
            if !self.json {
                for warning in &report.warnings {
                    output::warn(warning);
                }
                return Ok(());
            }
        }
        analysis::print(&report, seed, self.json)
    }
}
