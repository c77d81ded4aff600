//! `attractors dataset`: a whole benchmark set in one command.

use std::path::PathBuf;

use clap::Args;
use loom_attractors::dataset::{self, Split, Wish};
use loom_attractors::integrate::Method;
use serde_json::json;

use super::{Done, Failure, analysis, given, output};
use crate::benchmark::{Form, Order};

/// Write a benchmark set: series for training and testing of all systems or a choice, with a manifest
#[derive(Debug, Args)]
#[command(
    after_help = "The same command again takes up work that was stopped, and mends files that were damaged.\n\n\
    Examples:\n  strange-loom attractors dataset --out benchmark\n  \
    strange-loom attractors dataset Lorenz Rossler Halvorsen --out three --format parquet --noise 0.01\n  \
    strange-loom attractors dataset --kind map --out maps --points 10000 --standardize"
)]
pub struct Dataset {
    /// Systems of the catalogue [default: all]
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// Only this kind: flow, forced, delay or map; may be repeated
    #[arg(long, value_name = "KIND")]
    kind: Vec<String>,
    /// Only this domain of the catalogue, such as Biology; may be repeated
    #[arg(long, visible_alias = "group", value_name = "NAME")]
    domain: Vec<String>,
    /// The folder to write into
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Densities by name: coarse (15 points in a natural period), fine (100), or a number
    #[arg(long, value_name = "D,…", default_value = "coarse,fine")]
    granularity: String,
    /// Points of each series for training
    #[arg(long, value_name = "N", default_value_t = 1000)]
    points: usize,
    /// Points of each series for testing
    #[arg(long, value_name = "N", default_value_t = 200)]
    test_points: usize,
    /// Series in each part, each from its own start
    #[arg(long, value_name = "N", default_value_t = 1)]
    members: usize,
    /// What the test series are: from other starts, or the time after the training series
    #[arg(long, value_name = "starts|time", default_value = "starts")]
    split: String,
    /// Process noise, as of a trajectory
    #[arg(long, value_name = "S", default_value = "0", value_parser = given::expression)]
    noise: f64,
    /// Every variable by the mean and standard deviation of its training series
    #[arg(long, visible_alias = "standardise")]
    standardize: bool,
    /// How flows are followed, as of a trajectory
    #[arg(long, value_name = "M", default_value = "dop853")]
    method: String,
    /// The error allowed in each step
    #[arg(long, value_name = "T", default_value = "1e-9", value_parser = given::expression)]
    tolerance: f64,
    /// npz, parquet or csv
    #[arg(long, value_name = "KIND", default_value = "npz")]
    format: String,
    /// Seed of starts and noise
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Replace another set that lies in the folder
    #[arg(long)]
    overwrite: bool,
    /// Threads on the processor [default: all]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

/// "coarse, fine, 40" as names and points in a period.
pub fn granularities(text: &str) -> Result<Vec<(String, f64)>, String> {
    let list: Result<Vec<(String, f64)>, String> = text
        .split(',')
        .map(str::trim)
        .filter(|word| !word.is_empty())
        .map(|word| match word {
            "coarse" => Ok(("coarse".to_owned(), 15.0)),
            "fine" => Ok(("fine".to_owned(), 100.0)),
            other => match other.parse::<f64>() {
                Ok(points) if points > 0.0 && points.is_finite() => {
                    Ok((format!("{points}_per_period"), points))
                }
                _ => Err(format!(
                    "{other} is no density: give coarse, fine, or a number of points in a period."
                )),
            },
        })
        .collect();
    let list = list?;
    if list.is_empty() {
        return Err("Give a density: coarse, fine, or a number of points in a period.".into());
    }
    Ok(list)
}

impl Dataset {
    fn order(&self) -> Result<Order, Failure> {
        let unknown = |what: &str, given: &str, known: String| {
            Failure::input(format!("--{what} {given} is not known here: use {known}."))
        };
        let method = Method::of(&self.method)
            .ok_or_else(|| unknown("method", &self.method, Method::keys()))?;
        let split = Split::of(&self.split)
            .ok_or_else(|| unknown("split", &self.split, "starts or time".into()))?;
        let form = Form::of(&self.format)
            .ok_or_else(|| unknown("format", &self.format, "npz, parquet or csv".into()))?;
        Ok(Order {
            folder: self.out.clone(),
            systems: dataset::choose(&self.names, &self.kind, &self.domain)?,
            wish: Wish {
                granularities: granularities(&self.granularity).map_err(Failure::input)?,
                train: self.points,
                test: self.test_points,
                members: self.members,
                split,
                noise: self.noise,
                standardize: self.standardize,
                method,
                tolerance: self.tolerance,
                seed: self.seed,
            },
            form,
            overwrite: self.overwrite,
        })
    }

    pub fn run(self) -> Done {
        let order = self.order()?;
        let threads = self.threads.map_or_else(loom_sim::threads, usize::from);
        let summary = analysis::watched("Benchmark set", threads, |job| order.run(job))?;
        for (name, reason) in &summary.failed {
            output::warn(&format!("{name}: {reason}"));
        }
        if self.json {
            output::json(&json!({
                "folder": self.out.display().to_string(),
                "systems": summary.systems,
                "files": summary.files,
                "bytes": summary.bytes,
                "kept": summary.kept,
                "failed": summary.failed.iter().map(|(name, reason)| json!({
                    "name": name, "reason": reason,
                })).collect::<Vec<_>>(),
                "seed": self.seed,
            }))?;
        } else {
            output::text(&format!(
                "{} files of {} systems in {} ({:.1} MB, seed {}); {} were there already.",
                summary.files,
                summary.systems - summary.failed.len(),
                self.out.display(),
                summary.bytes as f64 / 1e6,
                self.seed,
                summary.kept
            ))?;
        }
        if summary.failed.is_empty() {
            Ok(())
        } else {
            Err(Failure::job(format!(
                "{} of {} systems could not be made; the reasons stand above and in the manifest.",
                summary.failed.len(),
                summary.systems
            )))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::granularities;

    #[test]
    fn densities_have_names_or_numbers() {
        let list = granularities("coarse, 40").unwrap_or_default();
        assert_eq!(
            list,
            [
                ("coarse".to_owned(), 15.0),
                ("40_per_period".to_owned(), 40.0)
            ]
        );
        assert!(granularities("dense").is_err() && granularities("").is_err());
        assert!(granularities("-3").is_err());
    }
}
