//! Recurrence plot: which moments find the orbit near where it was at which others; and its
//! quantification by the lines in it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use loom_sim::{
    Analysis, Axis, Field, Job, Mark, Model, Parameter, Plot, Quantity, Report, Settings, Shades,
    SimError, Subject, Uncertainty, Value,
};
use rayon::prelude::*;

use super::recurrence_network;
use super::source::{self, Samples, Sampling, Source};
use crate::definition::Definition;

/// Most points: a plot of them all has their square as cells.
const MOST: usize = 4000;

/// "Recurrence plot".
#[derive(Clone, Copy, Debug, Default)]
pub struct Recurrence;

fn declared(definition: &Definition) -> Vec<Parameter> {
    let usual = Sampling {
        points: 800,
        per_period: 12.0,
    };
    let mut list = source::sampling(definition, usual);
    if let Some(points) = list.iter_mut().find(|p| p.key == "points") {
        *points = Parameter::integer("points", "N", "Points", 800, 100, MOST as i64)
            .help("How many points of the orbit are taken; the plot has their square as cells.");
    }
    list.push(
        Parameter::real("rate", "RR", "Recurrence rate", 0.05, 0.005, 0.3)
            .hard(1e-4, 0.9)
            .help("The distance that counts as near is chosen so that this part of all pairs is."),
    );
    list.push(
        Parameter::integer("shortest", "", "Shortest line", 2, 2, 20)
            .hard(2.0, 1000.0)
            .unit("points")
            .help("Lines of fewer points are taken for chance."),
    );
    list
}

impl Analysis for Recurrence {
    fn key(&self) -> &'static str {
        "recurrence"
    }
    fn name(&self) -> &'static str {
        "Recurrence plot"
    }
    fn help(&self) -> &'static str {
        "A dot wherever the orbit is near an earlier place: long diagonals mean that it can be foretold."
    }
    fn citation(&self) -> &'static str {
        "N. Marwan, M. C. Romano, M. Thiel, J. Kurths (2007), Recurrence plots for the analysis of complex systems, Phys. Rep. 438, 237–329."
    }
    fn fits(&self, model: &Model) -> bool {
        source::has_numbers(model)
    }
    fn parameters(&self, model: &Model) -> Vec<Parameter> {
        source::declarations(model, declared)
    }
    fn graph(&self) -> Option<&'static str> {
        Some("Recurrence network")
    }

    fn run(&self, subject: &Subject, settings: &Settings, job: &Job) -> Result<Report, SimError> {
        let begun = Instant::now();
        let source = Source::of(subject)?;
        let settings = source.complete(declared, settings)?;
        let samples = source.samples(&settings, job)?;
        if samples.count() > MOST {
            return Err(SimError::TooLarge {
                needed: format!("{} points", samples.count()),
                allowed: format!("{MOST}"),
                remedy: "cut the series, or thin it out.".into(),
            });
        }
        let real =
            |key: &str, usual: f64| settings.get(key).and_then(Value::as_real).unwrap_or(usual);
        let shortest = real("shortest", 2.0) as usize;
        let matrix = Matrix::new(&samples, real("rate", 0.05), job)?;
        let found = Lines::of(&matrix, shortest);
        let unit = source.time_unit();
        let mut report = source.report(self.key(), "Recurrences", &settings, begun);
        report.citation = self.citation().into();
        report.method = format!(
            "{} points {:.6} {unit} apart, all variables; near means within {:.6} (Euclidean), lines of {shortest} points and more; the main diagonal is left out.",
            matrix.size, samples.interval, matrix.radius
        );
        report.values = found.quantities(&samples, &unit);
        if found.points == 0 {
            report.warnings.push(
                "No two points are near each other, so the counts say nothing: raise the recurrence rate or take more points.".into(),
            );
        }
        let graph =
            recurrence_network::graph(&samples, &source.variables(), |i, j| matrix.at(i, j));
        report.graph = Some(Arc::new(graph));
        let ends = [0.0, samples.interval * matrix.size as f64];
        report.plots.push(Plot {
            title: "Recurrence plot".into(),
            x: Axis::new("t", &unit),
            y: Axis::new("t", &unit),
            marks: vec![Mark::Field(Field {
                name: String::new(),
                x: ends,
                y: ends,
                width: matrix.size,
                values: matrix.near.iter().map(|n| n.then_some(0.0)).collect(),
                shades: Shades::Kinds(vec!["near".into()]),
            })],
            square: true,
            ..Plot::default()
        });
        report.plots.push(Plot {
            title: "Lengths of the diagonals".into(),
            x: Axis::new("Length", "points"),
            y: Axis::new("Lines", "").logarithmic(),
            marks: vec![Mark::Points {
                name: "diagonals".into(),
                points: found
                    .diagonal
                    .iter()
                    .map(|(l, c)| [*l as f64, *c as f64])
                    .collect(),
            }],
            ..Plot::default()
        });
        report.seconds = begun.elapsed().as_secs_f64();
        Ok(report)
    }
}

/// Which pairs of points are near each other.
struct Matrix {
    size: usize,
    near: Vec<bool>,
    radius: f64,
}

impl Matrix {
    /// The radius is the quantile of the distances at the wanted rate.
    fn new(samples: &Samples, rate: f64, job: &Job) -> Result<Self, SimError> {
        let (n, d) = (samples.count(), samples.dimension);
        let row = |i: usize| &samples.values[i * d..(i + 1) * d];
        let squares: Vec<f64> = (0..n)
            .into_par_iter()
            .flat_map_iter(|i| {
                (0..n).map(move |j| {
                    let pairs = row(i).iter().zip(row(j));
                    pairs.map(|(a, b)| (a - b) * (a - b)).sum()
                })
            })
            .collect();
        job.check()?;
        let mut pairs: Vec<f64> = (0..n)
            .flat_map(|i| squares[i * n + i + 1..(i + 1) * n].iter().copied())
            .collect();
        let place = ((pairs.len() as f64 * rate) as usize).min(pairs.len() - 1);
        let (_, limit, _) = pairs.select_nth_unstable_by(place, f64::total_cmp);
        let limit = *limit;
        if pairs.iter().all(|s| *s == 0.0) {
            return Err(SimError::other(
                "All points are the same: the orbit has come to rest, and every moment recurs.",
            ));
        }
        Ok(Self {
            size: n,
            near: squares.iter().map(|s| *s <= limit).collect(),
            radius: limit.sqrt(),
        })
    }
    fn at(&self, i: usize, j: usize) -> bool {
        self.near[i * self.size + j]
    }
}

/// How many lines of which length there are, and what they hold.
struct Lines {
    points: u64,
    pairs: u64,
    diagonal: BTreeMap<usize, u64>,
    vertical: BTreeMap<usize, u64>,
    shortest: usize,
}

impl Lines {
    fn of(matrix: &Matrix, shortest: usize) -> Self {
        let n = matrix.size;
        let mut lines = Self {
            points: 0,
            pairs: (n * (n - 1) / 2) as u64,
            diagonal: BTreeMap::new(),
            vertical: BTreeMap::new(),
            shortest,
        };
        // The plot is its own mirror image: one half tells all diagonals.
        for k in 1..n {
            let along = (0..n - k).map(|i| matrix.at(i, i + k));
            lines.points += runs(along, &mut lines.diagonal);
        }
        for i in 0..n {
            let above = (0..i).map(|j| matrix.at(i, j));
            runs(above, &mut lines.vertical);
            let below = (i + 1..n).map(|j| matrix.at(i, j));
            runs(below, &mut lines.vertical);
        }
        lines
    }

    fn quantities(&self, samples: &Samples, unit: &str) -> Vec<Quantity> {
        let total = |map: &BTreeMap<usize, u64>, from: usize| {
            let part = map.range(from..);
            part.fold((0_u64, 0_u64), |(lines, points), (length, count)| {
                (lines + count, points + count * *length as u64)
            })
        };
        let (lines, on_lines) = total(&self.diagonal, self.shortest);
        let (columns, on_columns) = total(&self.vertical, self.shortest);
        let (_, all_columns) = total(&self.vertical, 1);
        let share = |a: u64, b: u64| if b == 0 { 0.0 } else { a as f64 / b as f64 };
        let entropy: f64 = self
            .diagonal
            .range(self.shortest..)
            .map(|(_, count)| *count as f64 / lines.max(1) as f64)
            .map(|p| -p * p.ln())
            .sum();
        let longest = self.diagonal.keys().next_back().copied().unwrap_or(0);
        // Counts of this one plot: another stretch of the orbit would give others.
        let of_plot = || Uncertainty::Unknown("of this stretch".into());
        let real = |key: &str, name: &str, value: f64| Quantity::real(key, name, value, of_plot());
        let time = |points: f64| points * samples.interval;
        vec![
            real(
                "recurrence_rate",
                "Recurrence rate",
                share(self.points, self.pairs),
            )
            .symbol("RR"),
            real("determinism", "Determinism", share(on_lines, self.points)).symbol("DET"),
            real(
                "mean_diagonal",
                "Mean diagonal",
                time(share(on_lines, lines)),
            )
            .symbol("L")
            .unit(unit),
            real("longest_diagonal", "Longest diagonal", time(longest as f64))
                .symbol("Lmax")
                .unit(unit),
            real("entropy", "Entropy of the diagonals", entropy)
                .symbol("ENTR")
                .unit("nat"),
            real("laminarity", "Laminarity", share(on_columns, all_columns)).symbol("LAM"),
            real(
                "trapping_time",
                "Trapping time",
                time(share(on_columns, columns)),
            )
            .symbol("TT")
            .unit(unit),
        ]
    }
}

/// Counts the runs of a line by their length; gives how many cells they have together.
fn runs(line: impl Iterator<Item = bool>, counts: &mut BTreeMap<usize, u64>) -> u64 {
    let (mut run, mut points) = (0, 0);
    for near in line.chain([false]) {
        if near {
            run += 1;
            points += 1;
        } else if run > 0 {
            *counts.entry(run).or_default() += 1;
            run = 0;
        }
    }
    points
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_cycle_is_all_long_diagonals() {
        // Five points that repeat: every fifth diagonal is full.
        let values = (0..100).flat_map(|i| {
            let angle = std::f64::consts::TAU * f64::from(i % 5) / 5.0;
            [angle.cos(), angle.sin()]
        });
        let samples = Samples {
            dimension: 2,
            interval: 0.5,
            values: values.collect(),
        };
        let matrix = Matrix::new(&samples, 0.1, &Job::quiet()).unwrap();
        let lines = Lines::of(&matrix, 2);
        let found = lines.quantities(&samples, "s");
        let value = |key: &str| {
            found
                .iter()
                .find(|q| q.key == key)
                .unwrap()
                .as_real()
                .unwrap()
        };
        assert_eq!(value("determinism"), 1.0);
        assert_eq!(value("longest_diagonal"), 95.0 * 0.5);
        assert_eq!(value("laminarity"), 0.0);
        assert_eq!(lines.diagonal.len(), 19);
        // 19 diagonals of 95, 90, …, 5 points of 100 · 99 / 2 pairs.
        assert!((value("recurrence_rate") - 950.0 / 4950.0).abs() < 1e-12);
    }
}
