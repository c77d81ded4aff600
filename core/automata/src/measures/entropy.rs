//! Entropy of blocks: how many bits a square of cells carries.

use std::collections::HashMap;

use loom_sim::analysis::{Analysis, Job, Subject};
use loom_sim::{Axis, Mark, Model, Parameter, Plot, Quantity, Report, Settings, SimError, Table};
use num_traits::ToPrimitive;

use super::cells::Cells;
use super::source::{self, Source, measured, rounded};
use super::statistics::{Estimate, Tally};

/// The most kinds of blocks that are counted.
const KINDS: usize = 1 << 20;
/// Rows between two looks at the job are at most so many cells.
const PAUSE: usize = 1 << 16;

/// "Block entropy".
#[derive(Clone, Copy, Debug)]
pub struct Entropy;

/// The entropy of blocks of one size.
#[derive(Clone, Debug)]
struct Level {
    side: usize,
    cells: usize,
    blocks: u64,
    kinds: usize,
    plain: f64,
    estimate: Estimate,
}

/// Cells of a block of this side.
fn volume(side: usize, dimensions: u8) -> usize {
    side.pow(u32::from(dimensions))
}

/// Counts the blocks of a side; each by the place of its first cell. `None` where a block's cells
/// have more states than a number holds, or where there are too many kinds to be counted.
pub(crate) fn blocks(
    cells: &Cells,
    states: usize,
    side: usize,
    job: &Job,
) -> Result<Option<Tally>, SimError> {
    let volume = volume(side, cells.dimensions());
    if (states as f64).log2() * volume as f64 > 64.0 {
        return Ok(None);
    }
    let reach = |dimension: u8| {
        if cells.dimensions() >= dimension {
            side as i64
        } else {
            1
        }
    };
    let around: Vec<[i64; 3]> = (0..reach(3))
        .flat_map(|z| (0..reach(2)).flat_map(move |y| (0..reach(1)).map(move |x| [x, y, z])))
        .collect();
    let mut tally = Tally::new();
    let rows = cells.height * cells.depth;
    let mut since = 0;
    for row in 0..rows {
        if tally.kinds() > KINDS {
            return Ok(None);
        }
        for x in 0..cells.width {
            since += volume;
            if since > PAUSE {
                job.check()?;
                since = 0;
            }
            let (y, z) = ((row % cells.height) as i64, (row / cells.height) as i64);
            let code = around.iter().try_fold(0u64, |code, [dx, dy, dz]| {
                let state = cells.at(x as i64 + dx, y + dy, z + dz)?;
                Some(code.wrapping_mul(states as u64).wrapping_add(state.into()))
            });
            if let Some(code) = code {
                // Neighbouring blocks share cells: parts are stretches of rows, or of one row.
                let (at, of) = if rows == 1 {
                    (x, cells.width)
                } else {
                    (row, rows)
                };
                tally.add(code, at, of);
            }
        }
    }
    Ok(Some(tally))
}

impl Level {
    fn new(cells: &Cells, states: usize, side: usize, job: &Job) -> Result<Option<Self>, SimError> {
        let Some(tally) = blocks(cells, states, side, job)? else {
            return Ok(None);
        };
        let (plain, estimate) = tally.entropy();
        let (blocks, kinds) = (tally.count(), tally.total().len());
        Ok((blocks > 0).then(|| Self {
            side,
            cells: volume(side, cells.dimensions()),
            blocks,
            kinds,
            plain,
            estimate,
        }))
    }

    /// Bits that a further cell adds to smaller blocks.
    fn added(&self, before: Option<&Self>) -> Estimate {
        let Some(before) = before else {
            return self.estimate.clone();
        };
        let cells = (self.cells - before.cells) as f64;
        Estimate::of(&[&self.estimate, &before.estimate], |h| {
            (h[0] - h[1]) / cells
        })
    }
}

/// The entropy of the states of single cells, in bits a cell.
pub(crate) fn of_counts(counts: impl IntoIterator<Item = f64>) -> f64 {
    let counts: Vec<f64> = counts.into_iter().filter(|c| *c > 0.0).collect();
    let all: f64 = counts.iter().sum();
    counts
        .iter()
        .map(|c| -c / all * (c / all).log2())
        .sum::<f64>()
        .max(0.0)
}

fn declared(model: &Model) -> Vec<Parameter> {
    let (usual, most) = match source::rule(model).map_or(2, |rule| rule.dimensions()) {
        1 => (8, 24),
        2 => (3, 8),
        _ => (2, 4),
    };
    vec![
        Parameter::integer("side", "n", "Side of a block", usual, 1, most)
            .unit("cells")
            .help("Larger blocks see longer order, but need far more cells to be counted fairly."),
        Parameter::integer("generations", "", "Generations", 0, 0, 100_000)
            .unit("generations")
            .help(
                "0 measures the cells as they stand; otherwise entropy is followed over so many.",
            ),
        Parameter::integer("every", "", "Generations between", 1, 1, 10_000)
            .unit("generations")
            .help("Every so many generations a sample is taken where entropy is followed."),
    ]
}

impl Analysis for Entropy {
    fn key(&self) -> &'static str {
        "entropy"
    }

    fn name(&self) -> &'static str {
        "Block entropy"
    }

    fn help(&self) -> &'static str {
        "How many bits squares of cells carry: 1 a cell for pure chance, little for order."
    }

    fn citation(&self) -> &'static str {
        "S. Wolfram (1984), Universality and complexity in cellular automata, Physica D 10, 1–35; bias: G. A. Miller (1955), in Information Theory in Psychology."
    }

    fn fits(&self, model: &Model) -> bool {
        source::fits(model)
    }

    fn parameters(&self, model: &Model) -> Vec<Parameter> {
        declared(model)
    }

    fn run(&self, subject: &Subject, settings: &Settings, job: &Job) -> Result<Report, SimError> {
        let mut source = Source::new(self, subject, settings, job)?;
        let (side, states) = (source.count("side"), source.rule.states());
        let (generations, every) = (source.count("generations"), source.count("every").max(1));
        let cells = Cells::of(&source.world)?;
        let mut levels: Vec<Level> = Vec::new();
        let part = if generations > 0 { 0.2 } else { 1.0 };
        for n in 1..=side {
            match Level::new(&cells, states, n, job)? {
                Some(level) => levels.push(level),
                None => break,
            }
            job.progress(part * n as f32 / side as f32);
        }
        let Some(last) = levels.last() else {
            return Err(SimError::other("There is no block of cells to be counted."));
        };
        let mut report = source.report(self);
        report.method = format!(
            "Blocks of {} at every place{}; entropy in bits with Miller and Madow's correction, \
             errors by the jackknife over {} stretches.",
            shape(last.side, cells.dimensions()),
            where_from(&cells, source.is_bounded()),
            last.estimate.without.len(),
        );
        if last.side < side {
            report.warnings.push(format!(
                "Blocks of {} are the largest whose kinds can be counted here, in {states} states.",
                shape(last.side, cells.dimensions())
            ));
        }
        if last.kinds as u64 * 4 > last.blocks {
            report.warnings.push(format!(
                "{} kinds among {} blocks: most were seen once or twice, so that the entropy comes \
                 out too low. Take smaller blocks or a larger grid.",
                last.kinds, last.blocks
            ));
        }
        report.values = values(&levels, &cells);
        report.tables.push(table(&levels));
        report.plots.push(plot(&levels));
        if generations > 0 {
            let before = levels.len().checked_sub(2).map(|i| levels[i].side);
            let sides = (before, last.side);
            let rest = job.part(part, 1.0);
            follow(&mut source, &mut report, sides, generations, every, &rest)?;
        }
        report.json = json(&levels);
        report.seconds = source.report(self).seconds;
        Ok(report)
    }
}

fn shape(side: usize, dimensions: u8) -> String {
    match dimensions {
        1 => format!("{side} cells"),
        2 => format!("{side} × {side} cells"),
        _ => format!("{side} × {side} × {side} cells"),
    }
}

fn where_from(cells: &Cells, bounded: bool) -> &'static str {
    match (cells.meets().contains(&true), bounded) {
        (true, true) => ", across the edges where they meet",
        (_, true) => " inside the grid",
        _ => " inside the rectangle that holds what lives",
    }
}

fn values(levels: &[Level], cells: &Cells) -> Vec<Quantity> {
    let Some((last, before)) = levels.split_last() else {
        return Vec::new();
    };
    let bits = |key: &str, name: &str, estimate: &Estimate| {
        measured(key, name, estimate.value, estimate.error())
    };
    let per_cell = Estimate::of(&[&last.estimate], |h| h[0] / last.cells as f64);
    let added = last.added(before.last());
    vec![
        rounded(
            "density",
            "Cells that are not in state 0",
            cells.population() as f64 / cells.count().max(1) as f64,
        )
        .symbol("ρ"),
        bits("block_entropy", "Entropy of a block", &last.estimate)
            .symbol("H")
            .unit("bits"),
        rounded("plain_entropy", "The same without correction", last.plain).unit("bits"),
        bits("entropy_per_cell", "Entropy per cell", &per_cell)
            .symbol("H/N")
            .unit("bits per cell"),
        bits("entropy_rate", "Entropy of a further cell", &added)
            .symbol("h")
            .unit("bits per cell"),
        Quantity::exact("kinds", "Kinds of blocks", last.kinds as u64),
        Quantity::exact("blocks", "Blocks", last.blocks),
    ]
}

fn table(levels: &[Level]) -> Table {
    let column = |name: &str, cell: &dyn Fn(usize, &Level) -> String| {
        let cells = levels.iter().enumerate().map(|(i, level)| cell(i, level));
        (name.to_owned(), cells.collect())
    };
    let added = |i: usize, level: &Level| level.added(i.checked_sub(1).map(|i| &levels[i]));
    Table {
        title: "Blocks".into(),
        columns: vec![
            column("Side (cells)", &|_, l| l.side.to_string()),
            column("Entropy (bits)", &|_, l| l.estimate.value.to_string()),
            column("Error (bits)", &|_, l| l.estimate.error().to_string()),
            column("Without correction (bits)", &|_, l| l.plain.to_string()),
            column("Per cell (bits)", &|_, l| {
                (l.estimate.value / l.cells as f64).to_string()
            }),
            column("Of a further cell (bits)", &|i, l| {
                added(i, l).value.to_string()
            }),
            column("Error of it (bits)", &|i, l| {
                added(i, l).error().to_string()
            }),
            column("Kinds", &|_, l| l.kinds.to_string()),
            column("Blocks", &|_, l| l.blocks.to_string()),
        ],
    }
}

fn plot(levels: &[Level]) -> Plot {
    let points = |value: &dyn Fn(usize, &Level) -> f64| {
        let list = levels.iter().enumerate();
        list.map(|(i, level)| [level.side as f64, value(i, level)])
            .collect()
    };
    let added = |i: usize, level: &Level| level.added(i.checked_sub(1).map(|i| &levels[i])).value;
    Plot {
        title: "Entropy by the size of blocks".into(),
        x: Axis::new("Side of a block", "cells"),
        y: Axis::new("Entropy", "bits per cell"),
        marks: vec![
            Mark::Line {
                name: "per cell".into(),
                points: points(&|_, l| l.estimate.value / l.cells as f64),
            },
            Mark::Line {
                name: "of a further cell".into(),
                points: points(&added),
            },
        ],
        ..Plot::default()
    }
}

/// Adds entropy over the generations to a report.
fn follow(
    source: &mut Source,
    report: &mut Report,
    (before, side): (Option<usize>, usize),
    generations: usize,
    every: usize,
    job: &Job,
) -> Result<(), SimError> {
    let states = source.rule.states();
    let mut rows: Vec<(f64, f64, f64, Estimate, Estimate)> = Vec::new();
    for generation in 0..=generations {
        if generation > 0 {
            source.step(job)?;
        }
        job.progress(generation as f32 / generations as f32);
        if generation % every != 0 {
            continue;
        }
        let cells = Cells::of(&source.world)?;
        let smaller = match before {
            Some(side) => Level::new(&cells, states, side, job)?,
            None => None,
        };
        let Some(level) = Level::new(&cells, states, side, job)? else {
            continue;
        };
        let mut counts: HashMap<u8, f64> = HashMap::new();
        for state in &cells.data {
            *counts.entry(*state).or_default() += 1.0;
        }
        let at = source.world.generation().to_f64().unwrap_or(f64::MAX);
        let density = cells.population() as f64 / cells.count().max(1) as f64;
        let added = level.added(smaller.as_ref());
        let volume = level.cells as f64;
        let per_cell = Estimate::of(&[&level.estimate], |h| h[0] / volume);
        rows.push((
            at,
            density,
            of_counts(counts.into_values()),
            per_cell,
            added,
        ));
    }
    let column = |name: &str, cell: &dyn Fn(&(f64, f64, f64, Estimate, Estimate)) -> f64| {
        let cells = rows.iter().map(|row| cell(row).to_string());
        (name.to_owned(), cells.collect())
    };
    report.tables.push(Table {
        title: "Generations".into(),
        columns: vec![
            column("Generation", &|r| r.0),
            column("Density", &|r| r.1),
            column("Entropy of single cells (bits)", &|r| r.2),
            column("Entropy per cell (bits)", &|r| r.3.value),
            column("Error (bits)", &|r| r.3.error()),
            column("Of a further cell (bits)", &|r| r.4.value),
            column("Error of it (bits)", &|r| r.4.error()),
        ],
    });
    let line =
        |name: &str, value: &dyn Fn(&(f64, f64, f64, Estimate, Estimate)) -> f64| Mark::Line {
            name: name.into(),
            points: rows.iter().map(|row| [row.0, value(row)]).collect(),
        };
    let band = rows.iter().filter(|row| row.3.error().is_finite());
    report.plots.push(Plot {
        title: "Entropy over the generations".into(),
        x: Axis::new("generation", "generations"),
        y: Axis::new("Entropy", "bits per cell"),
        marks: vec![
            Mark::Band {
                name: "± standard error".into(),
                points: band
                    .map(|r| [r.0, r.3.value - r.3.error(), r.3.value + r.3.error()])
                    .collect(),
            },
            line("single cells", &|r| r.2),
            line(&format!("blocks of side {side}, per cell"), &|r| r.3.value),
            line("of a further cell", &|r| r.4.value),
        ],
        ..Plot::default()
    });
    Ok(())
}

fn json(levels: &[Level]) -> serde_json::Value {
    let rows = levels.iter().enumerate().map(|(i, level)| {
        let added = level.added(i.checked_sub(1).map(|i| &levels[i]));
        serde_json::json!({
            "side": level.side,
            "cells": level.cells,
            "entropy": level.estimate.value,
            "standard_error": level.estimate.error(),
            "uncorrected": level.plain,
            "rate": added.value,
            "rate_standard_error": added.error(),
            "kinds": level.kinds,
            "blocks": level.blocks,
        })
    });
    serde_json::json!({ "levels": rows.collect::<Vec<_>>() })
}
