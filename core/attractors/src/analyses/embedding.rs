//! Embedding: the lag and the number of coordinates in which one variable stands for the whole.

use std::time::Instant;

use loom_sim::{
    Analysis, Axis, Job, Mark, Model, Parameter, Plot, Quantity, Report, Settings, SimError,
    Subject, Uncertainty, Value,
};

use super::source::{self, Sampling, Source};
use crate::definition::Definition;
use crate::lags;

/// "Embedding".
#[derive(Clone, Copy, Debug, Default)]
pub struct Embedding;

fn declared(definition: &Definition) -> Vec<Parameter> {
    let usual = Sampling {
        points: 8000,
        per_period: 50.0,
    };
    let own = [
        Parameter::integer("longest", "", "Longest lag", 100, 1, 2000)
            .hard(1.0, 1e5)
            .unit("points")
            .help("The mutual information is looked at up to this lag."),
        Parameter::integer("lag", "τ", "Lag", 0, 0, 2000)
            .hard(0.0, 1e5)
            .unit("points")
            .help("Between the coordinates; 0: the first minimum of the mutual information."),
        Parameter::integer("most", "", "Most coordinates", 8, 1, 12)
            .hard(1.0, 20.0)
            .help("False neighbours are counted for up to so many coordinates."),
    ];
    source::of_variable(definition, usual, own)
}

impl Analysis for Embedding {
    fn key(&self) -> &'static str {
        "embedding"
    }
    fn name(&self) -> &'static str {
        "Embedding"
    }
    fn help(&self) -> &'static str {
        "How late and how often one variable must be taken for its delayed values to stand for the whole state."
    }
    fn citation(&self) -> &'static str {
        "A. M. Fraser, H. L. Swinney (1986), Independent coordinates for strange attractors from mutual information, Phys. Rev. A 33, 1134–1140; M. B. Kennel, R. Brown, H. D. I. Abarbanel (1992), Determining embedding dimension for phase-space reconstruction using a geometrical construction, Phys. Rev. A 45, 3403–3411."
    }
    fn fits(&self, model: &Model) -> bool {
        source::has_numbers(model)
    }
    fn parameters(&self, model: &Model) -> Vec<Parameter> {
        source::declarations(model, declared)
    }

    fn run(&self, subject: &Subject, settings: &Settings, job: &Job) -> Result<Report, SimError> {
        let begun = Instant::now();
        let source = Source::of(subject)?;
        let settings = source.complete(declared, settings)?;
        let samples = source.samples(&settings, job)?;
        let values = samples.column(source.chosen(&settings)?);
        let count = |key: &str, usual: f64| {
            settings.get(key).and_then(Value::as_real).unwrap_or(usual) as usize
        };
        job.progress(0.1);
        let longest = count("longest", 100.0).min(values.len() / 4);
        let information = lags::mutual_information(&values, longest);
        let minimum = lags::first_minimum(&information);
        let lag = match count("lag", 0.0) {
            0 => minimum,
            given => given,
        };
        job.check()?;
        job.progress(0.3);
        let shares = lags::false_neighbours(&values, lag, count("most", 8.0));
        let enough = lags::enough(&shares);
        let mut report = source.report(self.key(), "Embedding", &settings, begun);
        report.citation = self.citation().into();
        report.method = format!(
            "{} points; average mutual information over classes of equally many values, its first minimum; false nearest neighbours by both of Kennel's tests (15 times the distance, 2 standard deviations), fewer than {} % being hardly any.",
            values.len(),
            100.0 * lags::HARDLY_ANY
        );
        let time = lag as f64 * samples.interval;
        report.values = vec![
            Quantity::real("lag", "Lag", lag as f64, Uncertainty::Bound(1.0))
                .symbol("τ")
                .unit("points"),
            Quantity::real(
                "lag_time",
                "Lag",
                time,
                Uncertainty::Bound(samples.interval),
            )
            .unit(&source.time_unit()),
            Quantity::exact("coordinates", "Coordinates", enough).symbol("m"),
        ];
        if shares.last().is_none_or(|s| !s.is_finite()) {
            report.warnings.push(
                "The series is too short for its lag: fewer coordinates were tried than asked for."
                    .into(),
            );
        } else if shares.iter().all(|s| *s >= lags::HARDLY_ANY) {
            report.warnings.push(
                "No number of coordinates is free of false neighbours: the series is noisy, or needs more of them."
                    .into(),
            );
        }
        let curve = information.iter().enumerate();
        report.plots = vec![
            Plot {
                title: "Mutual information".into(),
                x: Axis::new("Lag", "points"),
                y: Axis::new("Average mutual information", "bits"),
                marks: vec![
                    Mark::Line {
                        name: "information".into(),
                        points: curve.map(|(k, i)| [k as f64, *i]).collect(),
                    },
                    Mark::Vertical {
                        name: "lag".into(),
                        x: lag as f64,
                    },
                ],
                ..Plot::default()
            },
            Plot {
                title: "False nearest neighbours".into(),
                x: Axis::new("Coordinates", ""),
                y: Axis::new("Share of false neighbours", ""),
                marks: vec![
                    Mark::Line {
                        name: "false neighbours".into(),
                        points: shares
                            .iter()
                            .enumerate()
                            .map(|(k, s)| [k as f64 + 1.0, *s])
                            .collect(),
                    },
                    Mark::Horizontal {
                        name: "hardly any".into(),
                        y: lags::HARDLY_ANY,
                    },
                ],
                ..Plot::default()
            },
        ];
        report.json = serde_json::json!({
            "lag": lag,
            "lag_time": time,
            "coordinates": enough,
            "false_neighbours": shares,
            "mutual_information": information,
            "method": report.method,
            "warnings": report.warnings,
        });
        report.seconds = begun.elapsed().as_secs_f64();
        Ok(report)
    }
}
