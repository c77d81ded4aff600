//! Entropies of a series: of its ordinal patterns, and sample entropy over time scales.

use std::collections::HashMap;
use std::time::Instant;

use loom_sim::{
    Analysis, Axis, Job, Mark, Model, Parameter, Plot, Quantity, Report, Settings, SimError,
    Subject, Uncertainty, Value,
};
use rayon::prelude::*;

use super::source::{self, Sampling, Source};
use crate::definition::Definition;

/// Coarsest time scale of the multiscale entropy.
const SCALES: usize = 20;
/// Length of the templates, and their tolerance in standard deviations (Costa 2002).
const TEMPLATE: usize = 2;
const TOLERANCE: f64 = 0.15;

/// "Entropy".
#[derive(Clone, Copy, Debug, Default)]
pub struct Entropy;

fn declared(definition: &Definition) -> Vec<Parameter> {
    let usual = Sampling {
        points: 10_000,
        per_period: 10.0,
    };
    let own = [
        Parameter::integer("order", "n", "Order of the patterns", 5, 2, 7)
            .hard(2.0, 10.0)
            .help("How many values make an ordinal pattern: n values have n! of them."),
        Parameter::integer("lag", "", "Lag within a pattern", 1, 1, 100)
            .hard(1.0, 1e5)
            .unit("points")
            .help("Between the values of a pattern."),
    ];
    source::of_variable(definition, usual, own)
}

impl Analysis for Entropy {
    fn key(&self) -> &'static str {
        "entropy"
    }
    fn name(&self) -> &'static str {
        "Entropy"
    }
    fn help(&self) -> &'static str {
        "How varied a series is: 1 if every order of values is as frequent as any other, 0 if one repeats."
    }
    fn citation(&self) -> &'static str {
        "C. Bandt, B. Pompe (2002), Permutation entropy, Phys. Rev. Lett. 88, 174102; M. Costa, A. L. Goldberger, C.-K. Peng (2002), Multiscale entropy analysis, Phys. Rev. Lett. 89, 068102."
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
        let series = samples.column(source.chosen(&settings)?);
        let count = |key: &str, usual: f64| {
            settings.get(key).and_then(Value::as_real).unwrap_or(usual) as usize
        };
        let (order, lag) = (count("order", 5.0), count("lag", 1.0));
        let Some(whole) = permutation(&series, order, lag) else {
            return Err(SimError::other(format!(
                "{} points are too few for patterns of {order} values {lag} points apart.",
                series.len()
            )));
        };
        // With few of each pattern the entropy is that of the number of points.
        let orders: usize = (2..=order).product();
        let enough = series.len() >= 5 * orders;
        let eighth = series.len() / 8;
        let parts: Vec<f64> = series
            .chunks_exact(eighth.max(1))
            .filter_map(|part| permutation(part, order, lag))
            .collect();
        let (_, error) = crate::spectrum::mean_and_error(&parts);
        let scales = (1..=SCALES)
            .into_par_iter()
            .map(|scale| job.check().map(|()| multiscale(&series, scale)))
            .collect::<Result<Vec<_>, SimError>>()?;
        let mut report = source.report(self.key(), "Entropies", &settings, begun);
        report.citation = self.citation().into();
        report.method = format!(
            "{} points; patterns of {order} values {lag} points apart, entropy over ln {order}!, error from eight parts; sample entropy with templates of {TEMPLATE} values and a tolerance of {TOLERANCE} standard deviations, on means of 1 to {SCALES} points.",
            series.len()
        );
        if enough {
            report.values.push(
                Quantity::real(
                    "permutation_entropy",
                    "Permutation entropy, from 0 to 1",
                    whole,
                    Uncertainty::StandardError(error),
                )
                .symbol("H"),
            );
        } else {
            report.warnings.push(format!(
                "{} points are too few for the {orders} patterns of {order} values, so the permutation entropy is not given: five times as many points as patterns at least, or a smaller order.",
                series.len()
            ));
        }
        if let Some(Some(first)) = scales.first() {
            let why = "of this stretch".to_owned();
            report.values.push(
                Quantity::real(
                    "sample_entropy",
                    "Sample entropy",
                    *first,
                    Uncertainty::Unknown(why),
                )
                .unit("nat"),
            );
        }
        report.plots.push(Plot {
            title: "Multiscale entropy".into(),
            x: Axis::new("Scale", "points"),
            y: Axis::new("Sample entropy", "nat"),
            marks: vec![Mark::Line {
                name: "sample entropy".into(),
                points: (1..)
                    .zip(&scales)
                    .filter_map(|(s, e)| Some([f64::from(s), (*e)?]))
                    .collect(),
            }],
            ..Plot::default()
        });
        report.plots.push(Plot {
            title: "Permutation entropy by order".into(),
            x: Axis::new("Order", ""),
            y: Axis::new("H", ""),
            marks: vec![Mark::Line {
                name: "permutation entropy".into(),
                points: (2..=7)
                    .filter_map(|n| Some([n as f64, permutation(&series, n, lag)?]))
                    .collect(),
            }],
            ..Plot::default()
        });
        report.seconds = begun.elapsed().as_secs_f64();
        Ok(report)
    }
}

/// The entropy of the orders in which values follow each other, over its greatest possible
/// value; equal values count in the order of time.
pub(super) fn permutation(series: &[f64], order: usize, lag: usize) -> Option<f64> {
    let patterns = series
        .len()
        .checked_sub((order - 1) * lag)
        .filter(|n| *n > 0)?;
    let mut counts: HashMap<u64, u32> = HashMap::new();
    let mut ranks: Vec<usize> = Vec::with_capacity(order);
    for i in 0..patterns {
        ranks.clear();
        ranks.extend(0..order);
        ranks.sort_by(|a, b| series[i + a * lag].total_cmp(&series[i + b * lag]));
        let code = ranks
            .iter()
            .fold(0_u64, |code, r| code * order as u64 + *r as u64);
        *counts.entry(code).or_default() += 1;
    }
    let entropy: f64 = counts
        .values()
        .map(|c| f64::from(*c) / patterns as f64)
        .map(|p| -p * p.ln())
        .sum();
    let most: f64 = (2..=order).map(|k| (k as f64).ln()).sum();
    Some((entropy / most).max(0.0))
}

/// Sample entropy of the means of `scale` points each; the tolerance is that of the series
/// itself. None where no template matches.
fn multiscale(series: &[f64], scale: usize) -> Option<f64> {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let middle = mean(series);
    let squares: Vec<f64> = series.iter().map(|x| (x - middle).powi(2)).collect();
    let tolerance = TOLERANCE * mean(&squares).sqrt();
    let coarse: Vec<f64> = series.chunks_exact(scale).map(mean).collect();
    sample_entropy(&coarse, TEMPLATE, tolerance)
}

/// −ln of the chance that templates which match in `m` values match in the next one too.
pub(super) fn sample_entropy(series: &[f64], m: usize, tolerance: f64) -> Option<f64> {
    let templates = series.len().checked_sub(m)?;
    let (mut short, mut long) = (0_u64, 0_u64);
    for i in 0..templates {
        for j in i + 1..templates {
            let near = |k: usize| (series[i + k] - series[j + k]).abs() <= tolerance;
            if (0..m).all(near) {
                short += 1;
                long += u64::from(near(m));
            }
        }
    }
    (long > 0).then(|| (short as f64 / long as f64).ln())
}
