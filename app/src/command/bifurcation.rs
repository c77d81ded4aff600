//! `attractors bifurcation`: the orbit diagram over one parameter.

use std::path::PathBuf;

use clap::Args;
use loom_sim::{Analysis as _, Mark, Settings, Value};

use super::given::{self, Followed, Set};
use super::{Done, Failure, analysis, output};

/// Draw the orbit (bifurcation) diagram over a parameter
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    strange-loom attractors bifurcation Logistic --over r --from 2.8 --to 4 --out logistic.csv\n  \
    strange-loom attractors bifurcation Lorenz --over rho --from 90 --to 110 --json")]
pub struct Bifurcation {
    /// A system of the catalogue, or a *.toml, *.ode or *.txt file
    name: String,
    /// The parameter along the diagram
    #[arg(long, value_name = "KEY")]
    over: Option<String>,
    /// Its value at the left edge
    #[arg(long, value_name = "X", value_parser = given::expression, allow_hyphen_values = true)]
    from: Option<f64>,
    /// Its value at the right edge
    #[arg(long, value_name = "X", value_parser = given::expression, allow_hyphen_values = true)]
    to: Option<f64>,
    /// The variable that is drawn upward; of a flow its maxima
    #[arg(long, value_name = "VARIABLE")]
    of: Option<String>,
    /// Values of the parameter
    #[arg(long, value_name = "N")]
    columns: Option<i64>,
    /// Iterations or maxima kept at each value
    #[arg(long, value_name = "N")]
    points: Option<i64>,
    /// Iterations or maxima thrown away first at each value
    #[arg(long, value_name = "N")]
    transient: Option<i64>,
    /// up, down or both: the state is carried along
    #[arg(long, value_name = "WAY")]
    sweep: Option<String>,
    #[command(flatten)]
    followed: Followed,
    /// Where to write the points as CSV: sweep, parameter, value
    #[arg(long, value_name = "F.csv")]
    out: Option<PathBuf>,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    set: Set,
}

impl Bifurcation {
    pub fn run(self) -> Done {
        let registry = crate::registry();
        let science = registry.get("attractors")?;
        let mut model = given::model(&**science, &self.name)?;
        self.set.apply(&**science, &mut model)?;
        let diagram = loom_attractors::OrbitDiagram;
        if !diagram.fits(&model) {
            return Err(Failure::input(format!(
                "{} has no parameter that could change along a diagram.",
                self.name
            )));
        }
        let mut settings = Settings::new();
        let texts = [("over", self.over), ("of", self.of), ("sweep", self.sweep)];
        for (key, value) in texts {
            if let Some(text) = value {
                settings.insert(key.into(), Value::from(text.as_str()));
            }
        }
        for (key, value) in [("from", self.from), ("to", self.to)] {
            if let Some(x) = value {
                settings.insert(key.into(), Value::Real(x));
            }
        }
        let counts = [
            ("columns", self.columns),
            ("points", self.points),
            ("transient", self.transient),
        ];
        for (key, value) in counts {
            if let Some(n) = value {
                settings.insert(key.into(), Value::Integer(n));
            }
        }
        self.followed.put(&mut settings);
        let threads = loom_sim::threads();
        let report = analysis::run(&diagram, model, &settings, threads)?;
        if let Some(path) = &self.out {
            let mut text = String::from("sweep,parameter,value\n");
            for mark in report.plots.iter().flat_map(|p| &p.marks) {
                if let Mark::Points { name, points } = mark {
                    for [x, y] in points {
                        text.push_str(&format!("{name},{x},{y}\n"));
                    }
                }
            }
            output::file(Some(path), text.as_bytes())?;
            if !self.json {
                for warning in &report.warnings {
                    output::warn(warning);
                }
                return Ok(());
            }
        }
        analysis::print(&report, Some(self.set.seed), self.json)
    }
}
