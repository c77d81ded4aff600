//! `circuits`: list, show and analyse.

use clap::{Args, Subcommand};

use super::given::{self, Set};
use super::{Done, Failure, analysis, output};

#[derive(Debug, Subcommand)]
pub enum Verb {
    List(List),
    Show(Show),
    #[command(visible_alias = "analyze")]
    Analyse(Analyse),
}

impl Verb {
    pub fn run(self) -> Done {
        match self {
            Self::List(list) => super::catalogue("circuits", list.json),
            Self::Show(show) => show.run(),
            Self::Analyse(analyse) => analyse.run(),
        }
    }
}

/// List the circuits of the library
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  strange-loom circuits list --json")]
pub struct List {
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

/// Show a circuit: its text, its sizes, its inputs and outputs
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  strange-loom circuits show multi_head_attention")]
pub struct Show {
    /// A circuit of the library, or a *.circuit file
    name: String,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

impl Show {
    fn run(self) -> Done {
        let text = source(&self.name)?;
        let wrong = |e: loom_circuits::CircuitError| refuse(&self.name, &e);
        let circuit = loom_circuits::parse(&text).map_err(wrong)?;
        if !self.json {
            return output::text(&circuit.to_string());
        }
        let checked =
            loom_circuits::check(&circuit, &std::collections::BTreeMap::new()).map_err(wrong)?;
        let shapes = |ids: &[usize]| -> Vec<serde_json::Value> {
            ids.iter()
                .map(|id| {
                    let array = &checked.arrays[*id];
                    let axes: Vec<String> = array.axes.iter().map(|a| a.label()).collect();
                    serde_json::json!({
                        "name": array.name,
                        "axes": axes,
                        "shape": checked.shape(*id).unwrap_or_default(),
                    })
                })
                .collect()
        };
        output::json(&serde_json::json!({
            "name": circuit.name,
            "title": circuit.title,
            "summary": circuit.summary,
            "citation": circuit.citation,
            "sizes": checked.sizes.given(),
            "inputs": shapes(&checked.inputs),
            "outputs": shapes(&checked.outputs),
            "errors": checked.errors.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "text": circuit.to_string(),
        }))
    }
}

/// The text of a circuit of the library or of a file.
fn source(name: &str) -> Result<String, Failure> {
    let path = std::path::Path::new(name);
    if name == "-" || path.is_file() {
        return String::from_utf8(output::read(path)?)
            .map_err(|_| Failure::input(format!("{name} is not UTF-8: save it as UTF-8.")));
    }
    loom_circuits::library::text(name)
        .map(str::to_owned)
        .map_err(Failure::input)
}

fn refuse(name: &str, error: &loom_circuits::CircuitError) -> Failure {
    let text = error.to_string();
    // The place comes first where there is one.
    if text.starts_with("line ") {
        Failure::input(format!("{name}, {text}"))
    } else {
        Failure::input(text)
    }
}

/// Count parameters, multiply–accumulates and activations, and check every shape
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  strange-loom circuits analyse multi_head_attention --set h=8\n  \
    strange-loom circuits analyse my.circuit --json"
)]
pub struct Analyse {
    /// A circuit of the library, or a *.circuit file
    name: String,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    set: Set,
}

impl Analyse {
    fn run(self) -> Done {
        let registry = crate::registry();
        let science = registry.get("circuits")?;
        let mut model = given::model(&**science, &self.name)?;
        self.set.apply(&**science, &mut model)?;
        let analysis = science
            .analyses()
            .into_iter()
            .find(|a| a.fits(&model))
            .ok_or_else(|| Failure::job("No analysis fits this circuit."))?;
        let report = analysis::run(&*analysis, model, &loom_sim::Settings::new(), 1)?;
        analysis::print(&report, None, self.json)
    }
}
