//! Fractal dimensions: how the part of the orbit within reach grows with the reach.
//!
//! D₂ by the correlation sum of Grassberger and Procaccia, with Theiler's window; D₀ and D₁ by
//! counting boxes. Each is the slope over the scaling region, which is drawn.

use std::time::Instant;

use loom_sim::{
    Analysis, Axis, Job, Mark, Model, Parameter, Plot, Quantity, Report, Settings, SimError,
    Subject, Uncertainty, Value,
};
use rayon::prelude::*;

use super::renyi::{self, ORDERS};
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
        let theiler = settings
            .get("theiler")
            .and_then(Value::as_real)
            .unwrap_or(10.0) as usize;
        let sum = correlation_sum(&samples, theiler, job)?;
        let boxes = renyi::curves(&samples, extent(&samples), job)?;
        let mut report = source.report(self.key(), "Fractal dimensions", &settings, begun);
        report.citation = self.citation().into();
        report.method = format!(
            "{} points; correlation sum over pairs at least {} points apart in time, boxes halved from the whole extent; each dimension is the slope over the scaling region that is drawn, its error the scatter of the local slopes there. D₀ reads a few hundredths low, for boxes that the attractor barely enters hold no point.",
            samples.count(),
            theiler + 1
        );
        let mut curves = vec![Curve {
            key: "correlation_dimension".into(),
            name: "Correlation dimension".into(),
            symbol: "D₂".into(),
            axis: "Part of the pairs that are nearer",
            sign: 1.0,
            points: sum,
        }];
        curves.extend(
            ORDERS
                .into_iter()
                .zip(boxes)
                .map(|(q, points)| Curve::of_boxes(q, points)),
        );
        let mut slopes = Plot {
            title: "Local slopes".into(),
            x: Axis::new("Distance, in extents of the attractor", "").logarithmic(),
            y: Axis::new("Slope", ""),
            ..Plot::default()
        };
        let mut generalised = Vec::new();
        for curve in &curves {
            let local = scaling::local_slopes(&curve.points, 1.0);
            slopes.marks.push(Mark::Line {
                name: curve.symbol.clone(),
                points: local.iter().map(|[x, s]| [x.exp2(), *s]).collect(),
            });
            match scaling::region(&curve.points) {
                Some(region) => {
                    let found = Uncertainty::StandardError(region.error);
                    report.values.push(
                        Quantity::real(&curve.key, &curve.name, region.slope, found)
                            .symbol(&curve.symbol),
                    );
                    report.plots.push(curve.plot(&region));
                    if let Some(q) = curve.order() {
                        generalised.push([q, region.slope, region.error]);
                    }
                }
                None => report.warnings.push(format!(
                    "{}: no range of distances over which the slope stays the same was found, so no number is given. Take more points.",
                    curve.name
                )),
            }
        }
        if generalised.len() > 2 {
            report.plots.insert(0, spectrum(&generalised));
        }
        report.plots.insert(0, slopes);
        report.seconds = begun.elapsed().as_secs_f64();
        Ok(report)
    }
}

/// One way of counting, over the distance.
struct Curve {
    key: String,
    name: String,
    symbol: String,
    axis: &'static str,
    /// Boxes become fewer as they grow: the slope is that of their inverse.
    sign: f64,
    points: Vec<[f64; 2]>,
}

impl Curve {
    fn of_boxes(q: f64, points: Vec<[f64; 2]>) -> Self {
        let (key, name, symbol, axis) = if q == 0.0 {
            (
                "box_dimension".to_owned(),
                "Box-counting dimension".to_owned(),
                "D₀".to_owned(),
                "Boxes",
            )
        } else if q == 1.0 {
            (
                "information_dimension".into(),
                "Information dimension".into(),
                "D₁".into(),
                "exp of the boxes' information",
            )
        } else {
            (
                format!("dimension_{}", q.to_string().replace('.', "_")),
                format!("Generalised dimension of order {q}, by boxes"),
                format!("D({q})"),
                "exp of the boxes' Rényi information",
            )
        };
        Self {
            key,
            name,
            symbol,
            axis,
            sign: -1.0,
            points,
        }
    }
    /// The order, of those that are counted by boxes.
    fn order(&self) -> Option<f64> {
        let own = |q: &f64| Self::of_boxes(*q, Vec::new()).key == self.key;
        ORDERS.into_iter().find(own)
    }

    fn plot(&self, region: &Region) -> Plot {
        let sign = self.sign;
        Plot {
            title: self.name.clone(),
            x: Axis::new("Distance, in extents of the attractor", "").logarithmic(),
            y: Axis::new(self.axis, "").logarithmic(),
            marks: vec![
                Mark::Points {
                    name: "measured".into(),
                    points: self
                        .points
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
}

/// D_q over q, with its errors.
fn spectrum(found: &[[f64; 3]]) -> Plot {
    Plot {
        title: "Generalised dimensions".into(),
        x: Axis::new("q", ""),
        y: Axis::new("D_q", ""),
        marks: vec![
            Mark::Line {
                name: "D_q".into(),
                points: found.iter().map(|[q, d, _]| [*q, *d]).collect(),
            },
            Mark::Band {
                name: String::new(),
                points: found.iter().map(|[q, d, e]| [*q, d - e, d + e]).collect(),
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
