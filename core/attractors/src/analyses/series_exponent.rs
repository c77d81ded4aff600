//! The largest Lyapunov exponent from a series alone, after Rosenstein: neighbours in a delay
//! embedding, and how fast they part on average.

use std::time::Instant;

use loom_sim::{
    Analysis, Axis, Job, Mark, Model, Parameter, Plot, Quantity, Report, Settings, SimError,
    Subject, Uncertainty, Value,
};
use rayon::prelude::*;

use super::scaling;
use super::source::{self, Sampling, Source};
use crate::definition::Definition;

/// Parts of the series whose slopes tell the error.
const BLOCKS: usize = 8;

/// "Largest exponent from a series".
#[derive(Clone, Copy, Debug, Default)]
pub struct SeriesExponent;

fn declared(definition: &Definition) -> Vec<Parameter> {
    let usual = Sampling {
        points: 10_000,
        per_period: 20.0,
    };
    let own = [
        Parameter::integer("embedding", "m", "Embedding dimension", 0, 0, 12)
            .hard(0.0, 64.0)
            .help("How many delayed values make a point; 0: twice the dimension, less one."),
        Parameter::integer("delay", "τ", "Delay", 0, 0, 200)
            .hard(0.0, 1e6)
            .unit("points")
            .help("Between the values of a point; 0: where the autocorrelation has fallen to 1/e."),
        Parameter::integer("theiler", "w", "Theiler window", 0, 0, 2000)
            .hard(0.0, 1e6)
            .unit("points")
            .help("Neighbours are further apart in time than this; 0: the mean period."),
    ];
    source::of_variable(definition, usual, own)
}

impl Analysis for SeriesExponent {
    fn key(&self) -> &'static str {
        "lyapunov-series"
    }
    fn name(&self) -> &'static str {
        "Largest exponent from a series"
    }
    fn help(&self) -> &'static str {
        "λ₁ as it would be measured in a laboratory: from one variable, without the equations."
    }
    fn citation(&self) -> &'static str {
        "M. T. Rosenstein, J. J. Collins, C. J. De Luca (1993), A practical method for calculating largest Lyapunov exponents from small data sets, Physica D 65, 117–134."
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
        let count = |key: &str| settings.get(key).and_then(Value::as_real).unwrap_or(0.0) as usize;
        let or = |given: usize, usual: usize| if given > 0 { given } else { usual };
        let plan = Embedding {
            dimension: or(count("embedding"), 2 * samples.dimension.clamp(1, 6) - 1).max(2),
            delay: or(count("delay"), decay(&series)),
            theiler: or(count("theiler"), mean_period(&series)),
        };
        let curve = divergence(&series, &plan, source.is_map(), job)?;
        let unit = format!("1/{}", source.time_unit().trim_end_matches('s'));
        let mut report = source.report(self.key(), "Largest exponent", &settings, begun);
        report.citation = self.citation().into();
        report.method = format!(
            "{} points, {} delayed values {} points apart, neighbours more than {} points apart in time; the slope of the mean logarithm of their distance over the part that is drawn, its error from {BLOCKS} parts of the series and from the two halves of the line.",
            series.len(),
            plan.dimension,
            plan.delay,
            plan.theiler
        );
        let at = |k: usize| k as f64 * samples.interval;
        let mean: Vec<[f64; 2]> = (0..curve.mean.len())
            .map(|k| [at(k), curve.mean[k]])
            .collect();
        let mut marks = vec![Mark::Line {
            name: "mean ln distance".into(),
            points: mean.clone(),
        }];
        if let Some([from, to]) = curve.straight(plan.delay, source.is_map()) {
            let (slope, intercept) = scaling::fit(&mean[from..=to]);
            let slopes: Vec<f64> = curve
                .blocks
                .iter()
                .map(|block| {
                    let part: Vec<[f64; 2]> = (from..=to).map(|k| [at(k), block[k]]).collect();
                    scaling::fit(&part).0
                })
                .filter(|s| s.is_finite())
                .collect();
            let (_, scatter) = crate::spectrum::mean_and_error(&slopes);
            // What the choice of the straight part does: its two halves differ by so much.
            let middle = usize::midpoint(from, to);
            let halves = [&mean[from..=middle], &mean[middle..=to]].map(|p| scaling::fit(p).0);
            let error = scatter.hypot((halves[1] - halves[0]) / 2.0);
            report.values.push(
                Quantity::real(
                    "lambda_1",
                    "Largest exponent",
                    slope,
                    Uncertainty::StandardError(error),
                )
                .symbol("λ₁")
                .unit(&unit),
            );
            marks.push(Mark::Line {
                name: format!("slope {slope:.4}"),
                points: [from, to]
                    .map(|k| [at(k), intercept + slope * at(k)])
                    .to_vec(),
            });
        } else {
            report.warnings.push(
                "The distance of neighbours does not grow over any straight part: the series is regular, too short or too noisy, and no number is given.".into(),
            );
        }
        report.values.extend([
            Quantity::exact("embedding", "Embedding dimension", plan.dimension).symbol("m"),
            Quantity::exact("delay", "Delay", plan.delay)
                .symbol("τ")
                .unit("points"),
            Quantity::exact("theiler", "Theiler window", plan.theiler)
                .symbol("w")
                .unit("points"),
        ]);
        report.plots.push(Plot {
            title: "Divergence of neighbours".into(),
            x: Axis::new("Time", &source.time_unit()),
            y: Axis::new("Mean ln distance", ""),
            marks,
            ..Plot::default()
        });
        report.seconds = begun.elapsed().as_secs_f64();
        Ok(report)
    }
}

struct Embedding {
    dimension: usize,
    delay: usize,
    theiler: usize,
}

/// Where the autocorrelation has fallen to 1/e.
fn decay(series: &[f64]) -> usize {
    let n = series.len();
    let mean = series.iter().sum::<f64>() / n as f64;
    let product = |k: usize| -> f64 {
        let pairs = series.iter().zip(&series[k..]);
        pairs.map(|(a, b)| (a - mean) * (b - mean)).sum::<f64>() / (n - k) as f64
    };
    let whole = product(0);
    (1..n / 4)
        .find(|k| product(*k) < whole / std::f64::consts::E)
        .unwrap_or(1)
}

/// Points between crossings of the mean upward.
fn mean_period(series: &[f64]) -> usize {
    let mean = series.iter().sum::<f64>() / series.len() as f64;
    let upward = series
        .windows(2)
        .filter(|w| w[0] < mean && w[1] >= mean)
        .count();
    (series.len() / upward.max(1)).clamp(1, series.len() / 10)
}

/// The mean logarithm of the neighbours' distance after each number of points: of the whole
/// series, and of its parts.
struct Curve {
    mean: Vec<f64>,
    blocks: Vec<Vec<f64>>,
}

fn divergence(series: &[f64], plan: &Embedding, map: bool, job: &Job) -> Result<Curve, SimError> {
    let window = (plan.dimension - 1) * plan.delay;
    let horizon = if map {
        30
    } else {
        8 * plan.theiler.max(plan.delay)
    }
    .min(series.len() / 4);
    let Some(points) = series
        .len()
        .checked_sub(window + horizon)
        .filter(|p| *p > 200)
    else {
        return Err(SimError::other(format!(
            "The series has {} points; with {} values {} points apart, too few remain. Take more points, or a smaller embedding.",
            series.len(),
            plan.dimension,
            plan.delay
        )));
    };
    let value = |i: usize, k: usize| series[i + k * plan.delay];
    let square = |i: usize, j: usize, below: f64| {
        let mut sum = 0.0;
        for k in 0..plan.dimension {
            let d = value(i, k) - value(j, k);
            sum += d * d;
            if sum >= below {
                return f64::INFINITY;
            }
        }
        sum
    };
    let neighbour = |i: usize| -> Option<usize> {
        let mut best = (f64::INFINITY, None);
        for j in 0..points {
            if i.abs_diff(j) > plan.theiler {
                let s = square(i, j, best.0);
                if s < best.0 && s > 0.0 {
                    best = (s, Some(j));
                }
            }
        }
        best.1
    };
    let found = (0..points)
        .into_par_iter()
        .map(|i| {
            if i % 64 == 0 {
                job.check()?;
            }
            Ok(neighbour(i))
        })
        .collect::<Result<Vec<_>, SimError>>()?;
    let mean_of = |range: std::ops::Range<usize>| -> Vec<f64> {
        (0..horizon)
            .map(|k| {
                let logs = range.clone().filter_map(|i| {
                    let s = square(i + k, found[i]? + k, f64::INFINITY);
                    (s > 0.0).then(|| 0.5 * s.ln())
                });
                let (total, count) = logs.fold((0.0, 0_u32), |(t, c), x| (t + x, c + 1));
                total / f64::from(count)
            })
            .collect()
    };
    let block = points / BLOCKS;
    Ok(Curve {
        mean: mean_of(0..points),
        blocks: (0..BLOCKS)
            .into_par_iter()
            .map(|b| mean_of(b * block..(b + 1) * block))
            .collect(),
    })
}

impl Curve {
    /// First and last point of the straight rise: from where the neighbours have turned into the
    /// growing direction to where six tenths of the whole rise are done.
    fn straight(&self, delay: usize, map: bool) -> Option<[usize; 2]> {
        let first = if map { 0 } else { delay };
        let start = *self.mean.get(first)?;
        let top = self.mean.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        // Less than a doubling is no growth that could be told from a wobble.
        if top.is_nan() || top - start <= 1.0 {
            return None;
        }
        let last = self
            .mean
            .iter()
            .position(|y| *y > start + 0.6 * (top - start))?;
        (last >= first + 3).then_some([first, last])
    }
}
