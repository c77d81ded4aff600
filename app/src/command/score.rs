//! `attractors score TRUTH PREDICTION`: a forecast against what came.

use std::path::PathBuf;

use clap::Args;
use loom_sim::Series;

use super::{Done, Failure, analysis, given, output};

/// Score a prediction: valid time, sMAPE, state-space and spectral divergence
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  strange-loom attractors score truth.csv prediction.csv --system Lorenz\n  \
    strange-loom attractors score truth.npy prediction.npy --exponent 0.9056 --json\n  \
    strange-loom attractors score Lorenz prediction.csv"
)]
pub struct Score {
    /// What came: a *.csv file with times in its first column, *.npy, *.npz or *.parquet; or a system of the
    /// catalogue, whose trajectory from the prediction's first row is the truth
    truth: PathBuf,
    /// The prediction: the same times and columns; it may end earlier
    prediction: PathBuf,
    /// The system of the catalogue, whose measured λ₁ counts the Lyapunov times
    #[arg(long, value_name = "NAME", conflicts_with = "exponent")]
    system: Option<String>,
    /// λ₁, per unit of the times
    #[arg(long, value_name = "X", value_parser = given::expression)]
    exponent: Option<f64>,
    /// Error at which a prediction no longer holds, in parts of the truth's spread
    #[arg(long, value_name = "E", default_value_t = loom_attractors::score::THRESHOLD)]
    threshold: f64,
    /// Where to write the error over time, as CSV
    #[arg(long, value_name = "F.csv")]
    out: Option<PathBuf>,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

impl Score {
    pub fn run(self) -> Done {
        let read = |path: &PathBuf| -> Result<Series, Failure> {
            let bytes = output::read(path)?;
            let name = path.display().to_string();
            Ok(crate::series::read(&name, &bytes)?)
        };
        let prediction = read(&self.prediction)?;
        let system = self
            .truth
            .to_str()
            .filter(|name| !crate::series::knows(name));
        if let (Some(name), None) = (system, self.threshold_fault()) {
            let definition = loom_attractors::catalogue::named(name)?;
            let model = loom_attractors::catalogue::model(&definition);
            let report = loom_attractors::score::against(
                &model,
                &prediction,
                self.exponent,
                self.threshold,
            )?;
            return self.tell(&report);
        }
        let truth = read(&self.truth)?;
        let exponent = match &self.system {
            None => self.exponent,
            Some(name) => {
                let definition = loom_attractors::catalogue::named(name)?;
                let measured = definition.measured.as_ref();
                let first = measured.and_then(|m| m.spectrum.first().copied());
                Some(first.filter(|x| *x > 0.0).ok_or_else(|| {
                    Failure::input(format!(
                        "{name} has no positive measured exponent; give one with --exponent."
                    ))
                })?)
            }
        };
        if let Some(fault) = self.threshold_fault() {
            return Err(fault);
        }
        let report = loom_attractors::score::score(&truth, &prediction, exponent, self.threshold)?;
        self.tell(&report)
    }

    fn threshold_fault(&self) -> Option<Failure> {
        let sound = self.threshold.is_finite() && self.threshold > 0.0;
        (!sound).then(|| Failure::input("--threshold: give a number above 0.".to_owned()))
    }

    fn tell(&self, report: &loom_sim::Report) -> Done {
        if let Some(path) = &self.out {
            let text: String = report
                .plots
                .iter()
                .map(crate::widgets::plot_csv::csv)
                .collect();
            output::file(Some(path), text.as_bytes())?;
        }
        analysis::print(report, None, self.json)
    }
}
