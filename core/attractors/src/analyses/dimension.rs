//! Fractal dimensions: how the part of the orbit within reach grows with the reach.
//!
//! D₂ by the correlation sum of Grassberger and Procaccia, with Theiler's window; D₀ and D₁ by
//! counting boxes. Each is the slope over the scaling region, which is drawn.

use std::collections::HashMap;
use std::time::Instant;

use loom_sim::{
    Analysis, Axis, Job, Mark, Model, Parameter, Plot, Quantity, Report, Settings, SimError,
    Subject, Uncertainty, Value,
};
use rayon::prelude::*;

use super::scaling::{self, Region};
use super::source::{self, Samples, Sampling, Source};
use crate::definition::Definition;

/// Steps of the correlation sum in each doubling of the distance squared.
const STEPS: u32 = 2;

/// "Fractal dimension".
#[derive(Clone, Copy, Debug, Default)]
pub struct Dimension;

const USUAL: Sampling = Sampling {
    points: 30_000,
    per_period: 3.0,
};

fn declared(definition: &Definition) -> Vec<Parameter> {
    let mut list = source::sampling(definition, USUAL);
    list.push(
        Parameter::integer("theiler", "w", "Theiler window", 10, 0, 10_000)
            .hard(0.0, 1e6)
            .unit("points")
            .help("Pairs closer in time are left out: they are near because the orbit is smooth."),
    );
    list
}

impl Analysis for Dimension {
    fn key(&self) -> &'static str {
        "dimension"
    }
    fn name(&self) -> &'static str {
        "Fractal dimension"
    }
    fn help(&self) -> &'static str {
        "How the points within a distance multiply as it grows: a curve gives 1, a sheet 2, a strange attractor a broken number."
    }
    fn citation(&self) -> &'static str {
        "P. Grassberger, I. Procaccia (1983), Measuring the strangeness of strange attractors, Physica D 9, 189–208; J. Theiler (1986), Phys. Rev. A 34, 2427."
    }
    fn fits(&self, model: &Model) -> bool {
        source::of_model(model).is_some()
    }
    fn parameters(&self, model: &Model) -> Vec<Parameter> {
        source::of_model(model).map_or_else(Vec::new, |d| declared(&d))
    }

    fn run(&self, subject: &Subject, settings: &Settings, job: &Job) -> Result<Report, SimError> {
        let begun = Instant::now();
        let source = Source::of(subject)?;
        let settings = source.complete(declared, settings)?;
        let samples = source.samples(&settings, job)?;
        let theiler = settings
            .get("theiler")
            .and_then(Value::as_real)
            .unwrap_or(10.0) as usize;
        let sum = correlation_sum(&samples, theiler, job)?;
        let boxes = box_counts(&samples, job)?;
        let mut report = source.report(self.key(), "Fractal dimensions", &settings, begun);
        report.citation = self.citation().into();
        report.method = format!(
            "{} points; correlation sum over pairs at least {} points apart in time, boxes halved from the whole extent; each dimension is the slope over the scaling region that is drawn, its error the scatter of the local slopes there. D₀ reads a few hundredths low, for boxes that the attractor barely enters hold no point.",
            samples.count(),
            theiler + 1
        );
        let curves = [
            ("correlation_dimension", "Correlation dimension", "D₂", sum),
            (
                "information_dimension",
                "Information dimension",
                "D₁",
                boxes.information,
            ),
            (
                "box_dimension",
                "Box-counting dimension",
                "D₀",
                boxes.counts,
            ),
        ];
        let mut slopes = Plot {
            title: "Local slopes".into(),
            x: Axis::new("Distance, in extents of the attractor", "").logarithmic(),
            y: Axis::new("Slope", ""),
            ..Plot::default()
        };
        for (key, name, symbol, curve) in &curves {
            let local = scaling::local_slopes(curve, 1.0);
            slopes.marks.push(Mark::Line {
                name: (*symbol).into(),
                points: local.iter().map(|[x, s]| [x.exp2(), *s]).collect(),
            });
            match scaling::region(curve) {
                Some(region) => {
                    let found = Uncertainty::StandardError(region.error);
                    report
                        .values
                        .push(Quantity::real(key, name, region.slope, found).symbol(symbol));
                    report.plots.push(plot(name, symbol, curve, &region));
                }
                None => report.warnings.push(format!(
                    "{name}: no range of distances over which the slope stays the same was found, so no number is given. Take more points."
                )),
            }
        }
        report.plots.insert(0, slopes);
        report.seconds = begun.elapsed().as_secs_f64();
        Ok(report)
    }
}

fn plot(name: &str, symbol: &str, curve: &[[f64; 2]], region: &Region) -> Plot {
    let axis = if symbol == "D₂" {
        "Part of the pairs that are nearer"
    } else if symbol == "D₁" {
        "exp of the boxes' information"
    } else {
        "Boxes"
    };
    // Boxes become fewer as they grow: the slope is that of their inverse.
    let sign = if symbol == "D₂" { 1.0 } else { -1.0 };
    Plot {
        title: name.into(),
        x: Axis::new("Distance, in extents of the attractor", "").logarithmic(),
        y: Axis::new(axis, "").logarithmic(),
        marks: vec![
            Mark::Points {
                name: "measured".into(),
                points: curve
                    .iter()
                    .map(|[x, y]| [x.exp2(), (sign * y).exp2()])
                    .collect(),
            },
            Mark::Line {
                name: format!("slope {:.3} over the scaling region", region.slope),
                points: [region.from, region.to]
                    .map(|x| [x.exp2(), (sign * region.at(x)).exp2()])
                    .to_vec(),
            },
        ],
        ..Plot::default()
    }
}

/// The largest extent of the points along an axis.
fn extent(samples: &Samples) -> f64 {
    (0..samples.dimension)
        .map(|v| {
            let column = samples.values.iter().skip(v).step_by(samples.dimension);
            let (low, high) = column.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), x| {
                (a.min(*x), b.max(*x))
            });
            high - low
        })
        .fold(0.0, f64::max)
}

/// log₂ of the part of all pairs that are nearer than r, over log₂ r in extents; in steps of a
/// quarter of a doubling of r.
pub(super) fn correlation_sum(
    samples: &Samples,
    theiler: usize,
    job: &Job,
) -> Result<Vec<[f64; 2]>, SimError> {
    let (n, d) = (samples.count(), samples.dimension);
    let scale = extent(samples);
    if scale.is_nan() || scale <= 0.0 {
        return Err(SimError::other(
            "All points are the same: the orbit has come to rest, which has the dimension 0.",
        ));
    }
    // The leading bits of a number are its logarithm, in steps that double.
    let shift = 52 - STEPS.ilog2();
    let low = (2f64.powi(-80)).to_bits() >> shift;
    let bins = (80 + 8) * STEPS as usize;
    let bin =
        |square: f64| ((square.to_bits() >> shift).saturating_sub(low) as usize).min(bins - 1);
    let points: Vec<f64> = samples.values.iter().map(|x| x / scale).collect();
    let gap = theiler + 1;
    let done = std::sync::atomic::AtomicUsize::new(0);
    let rows = n.saturating_sub(gap);
    let block = 256;
    let count = |from: usize| -> Result<Vec<u64>, SimError> {
        job.check()?;
        let mut counts = vec![0_u64; bins];
        for i in from..(from + block).min(rows) {
            let a = &points[i * d..(i + 1) * d];
            let others = points[(i + gap) * d..].chunks_exact(d);
            match *a {
                [x, y] => others.for_each(|b| {
                    counts[bin((b[0] - x).powi(2) + (b[1] - y).powi(2))] += 1;
                }),
                [x, y, z] => others.for_each(|b| {
                    let square = (b[0] - x).powi(2) + (b[1] - y).powi(2) + (b[2] - z).powi(2);
                    counts[bin(square)] += 1;
                }),
                _ => others.for_each(|b| {
                    let square: f64 = a.iter().zip(b).map(|(x, y)| (x - y) * (x - y)).sum();
                    counts[bin(square)] += 1;
                }),
            }
        }
        let before = done.fetch_add(block, std::sync::atomic::Ordering::Relaxed);
        job.progress((before as f32 / rows as f32).min(1.0));
        Ok(counts)
    };
    let starts: Vec<usize> = (0..rows).step_by(block).collect();
    let counts = starts.into_par_iter().map(count).try_reduce(
        || vec![0; bins],
        |mut a, b| {
            a.iter_mut().zip(b).for_each(|(x, y)| *x += y);
            Ok(a)
        },
    )?;
    let pairs: u64 = counts.iter().sum();
    let mut total = 0;
    let mut curve = Vec::new();
    for (i, c) in counts.iter().enumerate() {
        total += c;
        // Few pairs say little, and all of them say nothing any more.
        if total < 200 || total as f64 > 0.999 * pairs as f64 {
            continue;
        }
        let edge = f64::from_bits((low + i as u64 + 1) << shift);
        curve.push([edge.log2() / 2.0, (total as f64 / pairs as f64).log2()]);
    }
    Ok(curve)
}

/// −log₂ of the number of boxes, and of exp of their information, over log₂ of their size.
pub(super) struct Boxes {
    pub counts: Vec<[f64; 2]>,
    pub information: Vec<[f64; 2]>,
}

pub(super) fn box_counts(samples: &Samples, job: &Job) -> Result<Boxes, SimError> {
    let (n, d) = (samples.count(), samples.dimension);
    let scale = extent(samples);
    let low: Vec<f64> = (0..d)
        .map(|v| {
            samples
                .values
                .iter()
                .skip(v)
                .step_by(d)
                .fold(f64::INFINITY, |a, x| a.min(*x))
        })
        .collect();
    let mut boxes = Boxes {
        counts: Vec::new(),
        information: Vec::new(),
    };
    for k in 1..24 {
        job.check()?;
        let cells = 2f64.powi(k);
        let mut filled: HashMap<Vec<u32>, u32> = HashMap::new();
        for p in samples.values.chunks_exact(d) {
            let cell = p
                .iter()
                .zip(&low)
                .map(|(x, a)| ((x - a) / scale * cells).min(cells - 0.5) as u32)
                .collect();
            *filled.entry(cell).or_default() += 1;
        }
        let count = filled.len() as f64;
        let size = -f64::from(k);
        let entropy: f64 = filled
            .values()
            .map(|c| f64::from(*c) / n as f64)
            .map(|p| -p * p.log2())
            .sum();
        boxes.information.push([size, -entropy]);
        boxes.counts.push([size, -count.log2()]);
        // Once boxes hold few points each, their number says how many points there are.
        if count > n as f64 / 8.0 {
            boxes.counts.pop();
            boxes.information.pop();
            break;
        }
    }
    boxes.counts.reverse();
    boxes.information.reverse();
    Ok(boxes)
}
