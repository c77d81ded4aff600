//! Mutual information: how much a cell tells of another one, some way off or some time later.

use std::collections::HashMap;

use loom_sim::analysis::{Analysis, Job, Subject};
use loom_sim::{Axis, Mark, Model, Parameter, Plot, Quantity, Report, Settings, SimError, Table};

use super::cells::{self, Cells};
use super::source::{self, Source, measured};
use super::statistics::{Estimate, Tally};

/// "Mutual information".
#[derive(Clone, Copy, Debug)]
pub struct MutualInformation;

/// Information at some distances in one direction.
struct Curve {
    key: &'static str,
    name: &'static str,
    /// Distance, or generations later; information in bits.
    points: Vec<(usize, Estimate)>,
}

/// What pairs of states tell of each other, in bits, with the bias of all three entropies taken
/// off: I = H(a) + H(b) − H(a, b).
fn information(pairs: &Tally) -> Estimate {
    let joint = pairs.entropy().1;
    let first = pairs.merged(|pair| pair >> 8).entropy().1;
    let second = pairs.merged(|pair| pair & 0xff).entropy().1;
    Estimate::of(&[&first, &second, &joint], |h| h[0] + h[1] - h[2])
}

/// Pairs of each cell and the one that lies `step` further.
fn apart(cells: &Cells, step: [i64; 3], job: &Job) -> Result<Tally, SimError> {
    let mut tally = Tally::new();
    let rows = cells.height * cells.depth;
    // Counts of a row come first: they are few, and the tally is slower.
    let mut counts: HashMap<u64, u64> = HashMap::new();
    for row in 0..rows {
        if row % 16 == 0 {
            job.check()?;
        }
        let (y, z) = ((row % cells.height) as i64, (row / cells.height) as i64);
        for x in 0..cells.width {
            let here = cells.data[row * cells.width + x];
            let there = cells.at(x as i64 + step[0], y + step[1], z + step[2]);
            let Some(there) = there else { continue };
            let pair = u64::from(here) << 8 | u64::from(there);
            if rows == 1 {
                tally.add(pair, x, cells.width);
            } else {
                *counts.entry(pair).or_default() += 1;
            }
        }
        for (pair, count) in counts.drain() {
            tally.add_many(pair, row, rows, count);
        }
    }
    Ok(tally)
}

/// Pairs of each cell and the same one later.
fn later(before: &Cells, after: &Cells) -> Tally {
    let mut tally = Tally::new();
    let count = before.data.len();
    for (at, (a, b)) in before.data.iter().zip(&after.data).enumerate() {
        tally.add(u64::from(*a) << 8 | u64::from(*b), at, count);
    }
    tally
}

impl Analysis for MutualInformation {
    fn key(&self) -> &'static str {
        "mutual_information"
    }

    fn name(&self) -> &'static str {
        "Mutual information"
    }

    fn help(&self) -> &'static str {
        "How many bits a cell tells of another, by distance and by time: most at the edge of chaos."
    }

    fn citation(&self) -> &'static str {
        "C. G. Langton (1990), Computation at the edge of chaos: phase transitions and emergent computation, Physica D 42, 12–37."
    }

    fn fits(&self, model: &Model) -> bool {
        source::fits(model)
    }

    fn parameters(&self, _model: &Model) -> Vec<Parameter> {
        vec![
            Parameter::integer("farthest", "d", "Farthest distance", 16, 1, 512)
                .unit("cells")
                .help("Cells up to so far apart are compared, along rows, columns and diagonals."),
            Parameter::integer("generations", "τ", "Longest time", 16, 0, 10_000)
                .unit("generations")
                .help("Each cell now is compared with itself up to so many generations later."),
        ]
    }

    fn run(&self, subject: &Subject, settings: &Settings, job: &Job) -> Result<Report, SimError> {
        let mut source = Source::new(self, subject, settings, job)?;
        let (farthest, generations) = (source.count("farthest"), source.count("generations"));
        let cells = Cells::of(&source.world)?;
        let mut directions = vec![("along_x", "along x", [1, 0, 0])];
        if cells.dimensions() > 1 {
            directions.push(("along_y", "along y", [0, 1, 0]));
            directions.push(("diagonal", "diagonal", [1, 1, 0]));
        }
        if cells.dimensions() > 2 {
            directions.push(("along_z", "along z", [0, 0, 1]));
        }
        let all = directions.len() * farthest + generations;
        let mut done = 0;
        let mut curves = Vec::new();
        for (key, name, step) in directions {
            let mut points = Vec::new();
            for distance in 1..=farthest {
                let step = step.map(|c| c * distance as i64);
                let pairs = apart(&cells, step, job)?;
                if pairs.count() > 0 {
                    points.push((distance, information(&pairs)));
                }
                done += 1;
                job.progress(done as f32 / all as f32);
            }
            curves.push(Curve { key, name, points });
        }
        let frame = cells::frame(&source.world)?;
        let mut times = Vec::new();
        for time in 1..=generations {
            source.step(job)?;
            let now = Cells::within(&source.world, frame)?;
            times.push((time, information(&later(&cells, &now))));
            done += 1;
            job.progress(done as f32 / all as f32);
        }
        let own = information(&later(&cells, &cells));
        let mut report = source.report(self);
        report.method = format!(
            "{} cells{}; I = H(a) + H(b) − H(a, b) in bits with Miller and Madow's correction, \
             errors by the jackknife over 16 stretches.",
            cells.count(),
            if source.is_bounded() {
                ""
            } else {
                " in the rectangle that holds what lives"
            }
        );
        report.values.push(
            measured("entropy", "Entropy of a cell", own.value, own.error())
                .symbol("H")
                .unit("bits"),
        );
        let later = Curve {
            key: "in_time",
            name: "in time",
            points: times,
        };
        for curve in curves.iter().chain([&later]) {
            report.values.extend(first(curve));
            report.tables.extend(table(curve));
        }
        report.plots = plots(&curves, &later);
        report.json = json(curves.iter().chain([&later]));
        report.seconds = source.report(self).seconds;
        Ok(report)
    }
}

/// Information of the nearest pair.
fn first(curve: &Curve) -> Option<Quantity> {
    let (_, estimate) = curve.points.first()?;
    let key = format!("information_{}", curve.key);
    let name = format!("Of the next cell {}", curve.name).replace(
        "Of the next cell in time",
        "Of the same cell a generation later",
    );
    let quantity = measured(&key, &name, estimate.value, estimate.error());
    Some(quantity.symbol("I").unit("bits"))
}

fn table(curve: &Curve) -> Option<Table> {
    if curve.points.is_empty() {
        return None;
    }
    let column = |heading: &str, cell: &dyn Fn(&(usize, Estimate)) -> String| {
        (heading.to_owned(), curve.points.iter().map(cell).collect())
    };
    let heading = if curve.key == "in_time" {
        "Generations later"
    } else {
        "Distance (cells)"
    };
    Some(Table {
        title: format!("Information {}", curve.name),
        columns: vec![
            column(heading, &|p| p.0.to_string()),
            column("Information (bits)", &|p| p.1.value.to_string()),
            column("Error (bits)", &|p| p.1.error().to_string()),
        ],
    })
}

fn marks(curve: &Curve) -> Vec<Mark> {
    let at = |p: &(usize, Estimate)| p.0 as f64;
    let band = curve.points.iter().filter(|p| p.1.error().is_finite());
    vec![
        Mark::Band {
            name: format!("{} ± standard error", curve.name),
            points: band
                .map(|p| [at(p), p.1.value - p.1.error(), p.1.value + p.1.error()])
                .collect(),
        },
        Mark::Line {
            name: curve.name.into(),
            points: curve.points.iter().map(|p| [at(p), p.1.value]).collect(),
        },
    ]
}

fn plots(curves: &[Curve], later: &Curve) -> Vec<Plot> {
    let plot = |title: &str, x: Axis, marks: Vec<Mark>| Plot {
        title: title.into(),
        x,
        y: Axis::new("Mutual information", "bits"),
        marks,
        ..Plot::default()
    };
    let mut plots = vec![plot(
        "Mutual information by distance",
        Axis::new("Distance", "cells"),
        curves.iter().flat_map(marks).collect(),
    )];
    if !later.points.is_empty() {
        let x = Axis::new("Later by", "generations");
        plots.push(plot("Mutual information in time", x, marks(later)));
    }
    plots
}

fn json<'a>(curves: impl Iterator<Item = &'a Curve>) -> serde_json::Value {
    let curves = curves.map(|curve| {
        let points = curve.points.iter().map(|(at, estimate)| {
            serde_json::json!({
                "at": at, "information": estimate.value, "standard_error": estimate.error(),
            })
        });
        (curve.key.to_owned(), points.collect::<Vec<_>>().into())
    });
    serde_json::Value::Object(curves.collect())
}
