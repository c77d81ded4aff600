//! The commands of declared analyses: name, options and help follow from the declaration.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Arg, ArgAction, ArgMatches, Args as _, Command, FromArgMatches, Subcommand};
use loom_gpu::{Choice, Gpu};
use loom_sim::parameter::ParameterKind;
use loom_sim::{Analysis, Model, Parameter, Report, Settings, Subject, Value};
use loom_webs::files::{self, Format};

use super::given::{self, Set};
use super::{Done, Failure, analysis, output};

/// The flow and the map whose declarations stand for all in the help.
const EXAMPLES: [&str; 2] = ["Lorenz", "Henon"];

/// One analysis, asked for.
#[derive(Debug)]
pub struct Declared {
    key: String,
    name: String,
    /// What was given, as text.
    given: Vec<(String, String)>,
    out: Option<PathBuf>,
    graph: Option<PathBuf>,
    threads: Option<u16>,
    json: bool,
    set: Set,
}

fn parameters(analysis: &dyn Analysis) -> Vec<Parameter> {
    let mut list: Vec<Parameter> = Vec::new();
    for name in EXAMPLES {
        let Ok(definition) = loom_attractors::catalogue::named(name) else {
            continue;
        };
        let model = loom_attractors::catalogue::model(&definition);
        if analysis.fits(&model) {
            for parameter in analysis.parameters(&model) {
                if list.iter().all(|p| p.key != parameter.key) {
                    list.push(parameter);
                }
            }
        }
    }
    list
}

fn option(key: &str) -> String {
    key.replace('_', "-")
}

fn command(analysis: &Arc<dyn Analysis>) -> Command {
    let key = analysis.key();
    let mut command = Set::augment_args(Command::new(key.to_owned()))
        .about(analysis.name().to_owned())
        .long_about(format!("{}\n\n{}", analysis.name(), analysis.help()))
        .after_help(format!(
            "Examples:\n  strange-loom attractors {key} Lorenz\n  strange-loom attractors {key} mine.toml --json\n\nSource: {}",
            analysis.citation()
        ))
        .arg(
            Arg::new("name")
                .value_name("NAME")
                .required(true)
                .help("A system of the catalogue, a *.toml, *.ode or *.txt file, or a time series as *.csv (times in its first column), *.npy, *.npz or *.parquet"),
        );
    for parameter in parameters(&**analysis) {
        let kind = match parameter.kind {
            ParameterKind::Integer { .. } => "N",
            ParameterKind::Real { .. } => "X",
            ParameterKind::Choice(_) => "WHICH",
            _ => "VALUE",
        };
        // Choices of variables differ from system to system.
        let usual = match parameter.kind {
            ParameterKind::Choice(_) => String::new(),
            _ => format!(" [default: {}]", parameter.default),
        };
        let unit = if parameter.unit.is_empty() {
            String::new()
        } else {
            format!(", {}", parameter.unit)
        };
        command = command.arg(
            Arg::new(parameter.key.clone())
                .long(option(&parameter.key))
                .value_name(kind)
                .allow_hyphen_values(true)
                .help(format!(
                    "{}{unit}: {}{usual}",
                    parameter.name, parameter.help
                )),
        );
    }
    if let Some(what) = analysis.graph() {
        command = command.arg(
            Arg::new("graph")
                .long("graph")
                .value_name("F.graphml|.csv|.json")
                .value_parser(clap::value_parser!(PathBuf))
                .help(format!(
                    "Where to write the {}, as webs read it",
                    what.to_lowercase()
                )),
        );
    }
    command
        .arg(
            Arg::new("out")
                .long("out")
                .value_name("F.csv")
                .value_parser(clap::value_parser!(PathBuf))
                .help("Where to write the table, or the numbers of the plots, as CSV"),
        )
        .arg(
            Arg::new("threads")
                .long("threads")
                .value_name("N")
                .value_parser(clap::value_parser!(u16).range(1..))
                .help("Threads on the processor [default: all]"),
        )
        .arg(
            Arg::new("json")
                .long("json")
                .action(ArgAction::SetTrue)
                .help("Print one JSON document"),
        )
}

impl Subcommand for Declared {
    fn augment_subcommands(cmd: Command) -> Command {
        let list = loom_attractors::analyses::all();
        list.iter().fold(cmd, |cmd, a| cmd.subcommand(command(a)))
    }
    fn augment_subcommands_for_update(cmd: Command) -> Command {
        Self::augment_subcommands(cmd)
    }
    fn has_subcommand(name: &str) -> bool {
        loom_attractors::analyses::all()
            .iter()
            .any(|a| a.key() == name)
    }
}

impl FromArgMatches for Declared {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let missing = || clap::Error::new(clap::error::ErrorKind::MissingSubcommand);
        let (key, given) = matches.subcommand().ok_or_else(missing)?;
        let list = loom_attractors::analyses::all();
        let analysis = list.iter().find(|a| a.key() == key).ok_or_else(missing)?;
        let mut texts = Vec::new();
        for parameter in parameters(&**analysis) {
            if let Some(text) = given.get_one::<String>(&parameter.key) {
                texts.push((parameter.key, text.clone()));
            }
        }
        Ok(Self {
            key: key.to_owned(),
            name: given.get_one::<String>("name").cloned().unwrap_or_default(),
            given: texts,
            out: given.get_one::<PathBuf>("out").cloned(),
            graph: analysis
                .graph()
                .and_then(|_| given.get_one::<PathBuf>("graph").cloned()),
            threads: given.get_one::<u16>("threads").copied(),
            json: given.get_flag("json"),
            set: Set::from_arg_matches(given)?,
        })
    }
    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Declared {
    pub fn run(self) -> Done {
        let list = loom_attractors::analyses::all();
        let Some(analysis) = list.into_iter().find(|a| a.key() == self.key) else {
            return Err(Failure::input(format!(
                "There is no analysis {}.",
                self.key
            )));
        };
        let series = crate::series::knows(&self.name);
        let (subject, declared) = if series {
            let path = PathBuf::from(&self.name);
            let bytes = output::read(&path)?;
            let series = crate::series::read(&self.name, &bytes)?;
            (Subject::Series(Arc::new(series)), parameters(&*analysis))
        } else {
            let model = self.model()?;
            let declared = analysis.parameters(&model);
            let capture = None;
            (Subject::State { model, capture }, declared)
        };
        let mut settings = Settings::new();
        for (key, text) in &self.given {
            let parameter = declared.iter().find(|p| p.key == *key).ok_or_else(|| {
                Failure::input(format!(
                    "{} has no --{}: it is not asked for there.",
                    self.name,
                    option(key)
                ))
            })?;
            settings.insert(key.clone(), analysis::value(parameter, text)?);
        }
        let threads = self.threads.map_or_else(loom_sim::threads, usize::from);
        // Only where it is asked for: finding a device takes a moment.
        let device = settings.get("device").and_then(Value::as_text) == Some("gpu");
        let gpu = device
            .then(|| Gpu::headless(&Choice::Best).map_err(Failure::job))
            .transpose()?;
        let report = analysis::run_with(&*analysis, &subject, &settings, threads, gpu)?;
        if let Some(path) = &self.graph {
            write_graph(&report, path)?;
        }
        if let Some(path) = &self.out {
            output::file(Some(path), analysis::csv(&report).as_bytes())?;
            if !self.json {
                for warning in &report.warnings {
                    output::warn(warning);
                }
                return Ok(());
            }
        }
        analysis::print(&report, Some(self.set.seed), self.json)
    }

    fn model(&self) -> Result<Model, Failure> {
        let registry = crate::registry();
        let science = registry.get("attractors")?;
        let mut model = given::model(&**science, &self.name)?;
        self.set.apply(&**science, &mut model)?;
        Ok(model)
    }
}

/// The graph of a report as a file of the webs.
fn write_graph(report: &Report, path: &Path) -> Done {
    let format = path.to_str().and_then(Format::of_name).ok_or_else(|| {
        Failure::input(format!(
            "{} can't hold a graph: give .graphml, .csv or .json.",
            path.display()
        ))
    })?;
    let graph = report
        .graph
        .as_ref()
        .ok_or_else(|| Failure::job("This report has no graph."))?;
    let mut web = loom_webs::web_of_graph(graph)?;
    web.name.clone_from(&report.title);
    output::file(Some(path), files::write(&web, format).as_bytes())
}
