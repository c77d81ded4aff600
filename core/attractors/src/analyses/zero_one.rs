//! The 0–1 test for chaos: a series drives a walk in the plane, which chaos makes diffuse.

use std::f64::consts::PI;
use std::time::Instant;

use loom_sim::{
    Analysis, Axis, Job, Mark, Model, Parameter, Plot, Quantity, Report, Settings, SimError,
    Subject, Uncertainty, Value, seed,
};
use rayon::prelude::*;

use super::source::{self, Sampling, Source};
use crate::definition::Definition;

/// Fewer points show no growth that could be told from none.
const LEAST: usize = 300;
/// Half the distance of the quartiles above which the frequencies disagree.
const WIDE: f64 = 0.25;

/// "0–1 test for chaos".
#[derive(Clone, Copy, Debug, Default)]
pub struct ZeroOne;

const USUAL: Sampling = Sampling {
    points: 5000,
    per_period: 1.3,
};

fn declared(definition: &Definition) -> Vec<Parameter> {
    let own = Parameter::integer("frequencies", "", "Frequencies", 100, 10, 500)
        .hard(5.0, 10_000.0)
        .help("So many frequencies c are drawn at random; the median of their K counts.");
    source::of_variable(definition, USUAL, [own])
}

impl Analysis for ZeroOne {
    fn key(&self) -> &'static str {
        "zero-one"
    }
    fn name(&self) -> &'static str {
        "0–1 test for chaos"
    }
    fn help(&self) -> &'static str {
        "One number from a series: near 1 it is chaotic, near 0 regular."
    }
    fn citation(&self) -> &'static str {
        "G. A. Gottwald, I. Melbourne (2009), On the implementation of the 0–1 test for chaos, SIAM J. Appl. Dyn. Syst. 8, 129–145."
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
        if series.len() < LEAST {
            return Err(SimError::other(format!(
                "The 0–1 test needs {LEAST} points at least; there are {}.",
                series.len()
            )));
        }
        let count = settings
            .get("frequencies")
            .and_then(Value::as_real)
            .unwrap_or(100.0) as usize;
        let mut random = seed::stream(0, "attractors: frequencies of the 0-1 test");
        // Away from 0 and π, where resonances spoil the test.
        let mut frequencies: Vec<f64> = (0..count)
            .map(|_| PI / 5.0 + 0.6 * PI * seed::unit(&mut random))
            .collect();
        frequencies.sort_by(f64::total_cmp);
        let ks = frequencies
            .par_iter()
            .map(|c| job.check().map(|()| growth(&series, *c)))
            .collect::<Result<Vec<f64>, _>>()?;
        let mut sorted = ks.clone();
        sorted.sort_by(f64::total_cmp);
        let quantile = |q: f64| sorted[((sorted.len() - 1) as f64 * q).round() as usize];
        let (median, spread) = (quantile(0.5), (quantile(0.75) - quantile(0.25)) / 2.0);
        let mut report = source.report(self.key(), "0–1 test", &settings, begun);
        report.citation = self.citation().into();
        report.method = format!(
            "{} points of {}; for each of {count} frequencies the correlation of the walk's mean square displacement (damped by α = 1) with time; K is the median, its error half the distance of the quartiles.",
            series.len(),
            source.symbols()[source.chosen(&settings)?]
        );
        report.values.push(
            Quantity::real(
                "k",
                "K of the 0–1 test",
                median,
                Uncertainty::StandardError(spread),
            )
            .symbol("K"),
        );
        let verdict = if spread > WIDE {
            "undecided: the frequencies disagree; take more points"
        } else if median > 0.9 {
            "chaotic"
        } else if median < 0.1 {
            "regular"
        } else {
            "undecided: take more points, or a longer time between them"
        };
        report
            .values
            .push(Quantity::text("verdict", "The series is", verdict));
        let nearest = |k: &f64| (k - median).abs();
        let typical = (0..ks.len())
            .min_by(|a, b| nearest(&ks[*a]).total_cmp(&nearest(&ks[*b])))
            .unwrap_or(0);
        report.plots = vec![
            Plot {
                title: format!("The walk at c = {:.3}", frequencies[typical]),
                x: Axis::new("p", ""),
                y: Axis::new("q", ""),
                marks: vec![Mark::Line {
                    name: String::new(),
                    points: walk(&series, frequencies[typical]),
                }],
                ..Plot::default()
            },
            Plot {
                title: "K by frequency".into(),
                x: Axis::new("c", "rad"),
                y: Axis::new("K", ""),
                marks: vec![
                    Mark::Points {
                        name: "K".into(),
                        points: frequencies.iter().zip(&ks).map(|(c, k)| [*c, *k]).collect(),
                    },
                    Mark::Horizontal {
                        name: "median".into(),
                        y: median,
                    },
                ],
                ..Plot::default()
            },
        ];
        report.seconds = begun.elapsed().as_secs_f64();
        Ok(report)
    }
}

/// The walk that the series drives at this frequency.
fn walk(series: &[f64], c: f64) -> Vec<[f64; 2]> {
    let mut at = [0.0; 2];
    series
        .iter()
        .enumerate()
        .map(|(j, x)| {
            let angle = c * (j + 1) as f64;
            at[0] += x * angle.cos();
            at[1] += x * angle.sin();
            at
        })
        .collect()
}

/// The correlation of the damped mean square displacement with time (equations 7 to 10 there).
fn growth(series: &[f64], c: f64) -> f64 {
    let points = walk(series, c);
    let longest = series.len() / 10;
    let counted = series.len() - longest;
    let mean = series.iter().sum::<f64>() / series.len() as f64;
    let oscillating = |n: f64| mean * mean * (1.0 - (n * c).cos()) / (1.0 - c.cos());
    let displacement: Vec<f64> = (1..=longest)
        .map(|n| {
            let total: f64 = (0..counted)
                .map(|j| {
                    let [a, b] = [points[j], points[j + n]];
                    (b[0] - a[0]).powi(2) + (b[1] - a[1]).powi(2)
                })
                .sum();
            total / counted as f64 - oscillating(n as f64)
        })
        .collect();
    // Damped: what oscillates with the walk itself is added back so that it hides no growth.
    let least = displacement.iter().copied().fold(f64::INFINITY, f64::min);
    let damped: Vec<f64> = displacement
        .iter()
        .map(|d| d - least.min(0.0) * 1.1)
        .collect();
    correlation(&damped)
}

/// With the numbers 1, 2, 3 …
fn correlation(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let (mt, mv) = (f64::midpoint(n, 1.0), values.iter().sum::<f64>() / n);
    let (mut tv, mut tt, mut vv) = (0.0, 0.0, 0.0);
    for (i, v) in values.iter().enumerate() {
        let t = (i + 1) as f64 - mt;
        tv += t * (v - mv);
        tt += t * t;
        vv += (v - mv) * (v - mv);
    }
    if vv > 0.0 { tv / (tt * vv).sqrt() } else { 0.0 }
}
