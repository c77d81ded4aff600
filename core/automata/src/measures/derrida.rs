//! Derrida's plot: how different twins are after a generation, by how different they were before.

use loom_sim::analysis::{Analysis, Job, Subject};
use loom_sim::{
    Axis, Mark, Model, Parameter, Plot, Quantity, Report, Settings, SimError, Table, seed,
};

use super::damage::exact_sensitivity;
use super::parallel;
use super::soups::{self, Soups};
use super::source::{self, Basis, measured};
use super::statistics::mean;
use super::twins::{Twins, places};

/// "Derrida plot".
#[derive(Clone, Copy, Debug)]
pub struct Derrida;

/// Pairs with so many different cells at the start: the differences afterwards.
struct Point {
    cells: usize,
    after: Vec<f64>,
}

/// Numbers of cells from 1 to all, about `count` of them, each half as much again at least.
fn numbers(all: usize, count: usize) -> Vec<usize> {
    let step = (all.max(2) as f64).ln() / (count.max(2) - 1) as f64;
    let mut list: Vec<usize> = (0..count)
        .map(|i| (step * i as f64).exp().round() as usize)
        .map(|n| n.clamp(1, all))
        .collect();
    list.dedup();
    list
}

fn points(
    soups: &Soups,
    numbers: &[usize],
    [pairs, generations, before]: [usize; 3],
    density: f64,
    seed: u64,
    job: &Job,
) -> Result<Vec<Point>, SimError> {
    let densities = soups::densities(soups.rule.states(), density);
    let all = numbers.len() * pairs;
    let one = |twins: &mut Twins, number: usize| -> Result<f64, SimError> {
        let count = numbers[number / pairs];
        let mut random = seed::stream(seed, &format!("derrida {number}"));
        let chosen = places(count, soups.count(), &mut random);
        let chosen = |_: &_| chosen;
        twins.begin(soups, &densities, before as u64, chosen, &mut random, job)?;
        for _ in 0..generations {
            twins.step(job)?;
        }
        Ok(twins.difference(soups)? as f64)
    };
    let after = parallel::each(all, job, || Twins::new(soups), one)?;
    let points = numbers.iter().zip(after.chunks(pairs));
    Ok(points
        .map(|(cells, after)| Point {
            cells: *cells,
            after: after.to_vec(),
        })
        .collect())
}

impl Analysis for Derrida {
    fn key(&self) -> &'static str {
        "derrida"
    }

    fn name(&self) -> &'static str {
        "Derrida plot"
    }

    fn help(&self) -> &'static str {
        "Difference after against difference before: steeper than the diagonal at 0 means chaos."
    }

    fn citation(&self) -> &'static str {
        "B. Derrida, Y. Pomeau (1986), Random networks of automata: a simple annealed approximation, Europhys. Lett. 1, 45–49; slope: I. Shmulevich, S. A. Kauffman (2004), Phys. Rev. Lett. 93, 048701."
    }

    fn fits(&self, model: &Model) -> bool {
        source::fits(model)
    }

    fn parameters(&self, model: &Model) -> Vec<Parameter> {
        let side = match source::rule(model).map_or(2, |rule| rule.dimensions()) {
            1 => 1024,
            2 => 64,
            _ => 16,
        };
        vec![
            source::generations(1, 10_000, "Differences are compared after so many."),
            Parameter::integer("points", "", "Differences", 16, 3, 200)
                .help("So many differences at the start, from one cell to all of them."),
            Parameter::integer("pairs", "N", "Pairs of each", 100, 2, 100_000)
                .help("More pairs make the errors of the points smaller."),
            source::density(),
            source::before(),
            Parameter::integer("side", "", "Side of a soup", side, 8, 1 << 22)
                .unit("cells")
                .help("Soups fill a torus of this side, a ring in one dimension, a box in three."),
        ]
    }

    fn run(&self, subject: &Subject, settings: &Settings, job: &Job) -> Result<Report, SimError> {
        let source = Basis::new(self, subject, settings)?;
        let (pairs, generations) = (source.count("pairs"), source.count("generations"));
        let (before, density) = (source.count("before"), source.real("density"));
        let side = source.count("side") as u64;
        let soups = Soups::new(&source.rule, side, false, source.memory())?;
        let numbers = numbers(soups.count(), source.count("points"));
        let work = [pairs, generations, before];
        let points = points(&soups, &numbers, work, density, source.model.seed, job)?;
        let cells = soups.count() as f64;
        let mut report = source.report(self);
        report.method = format!(
            "{pairs} pairs of soups under {} at each of {} differences, {generations} generation{}.",
            soups.rule,
            numbers.len(),
            if generations == 1 { "" } else { "s" }
        );
        let (slope, error) = mean(&points[0].after);
        report.values.push(measured(
            "slope",
            "Slope at the origin, from pairs that differ in one cell",
            slope,
            error,
        ));
        if before == 0 && generations == 1 {
            let densities = soups::densities(soups.rule.states(), density);
            match soups.map().sensitivity(&densities, job)? {
                Some(exact) => report.values.push(exact_sensitivity(exact)),
                None => report.warnings.push(
                    "This rule has too many neighbourhoods for an exact slope to compare with."
                        .into(),
                ),
            }
        }
        report.values.push(Quantity::exact(
            "cells",
            "Cells of a soup",
            soups.count() as u64,
        ));
        let rows: Vec<(f64, f64, f64)> = points
            .iter()
            .map(|point| {
                let (value, error) = mean(&point.after);
                (point.cells as f64 / cells, value / cells, error / cells)
            })
            .collect();
        let column = |heading: &str, cell: &dyn Fn(&(f64, f64, f64)) -> f64| {
            let cells = rows.iter().map(|row| cell(row).to_string()).collect();
            (heading.to_owned(), cells)
        };
        report.tables.push(Table {
            title: "Differences".into(),
            columns: vec![
                (
                    "Cells before".into(),
                    points.iter().map(|p| p.cells.to_string()).collect(),
                ),
                column("Part before", &|r| r.0),
                column("Part afterwards", &|r| r.1),
                column("Error", &|r| r.2),
            ],
        });
        let band = rows.iter().filter(|r| r.2.is_finite());
        let top = (1.0 / slope.max(1.0)).min(1.0);
        report.plots.push(Plot {
            title: "Derrida plot".into(),
            x: Axis::new("Part that differs before", ""),
            y: Axis::new("Part that differs afterwards", ""),
            marks: vec![
                Mark::Band {
                    name: "± standard error".into(),
                    points: band.map(|(x, y, e)| [*x, y - e, y + e]).collect(),
                },
                Mark::Points {
                    name: "measured".into(),
                    points: rows.iter().map(|(x, y, _)| [*x, *y]).collect(),
                },
                Mark::Line {
                    name: "diagonal".into(),
                    points: vec![[0.0, 0.0], [1.0, 1.0]],
                },
                Mark::Line {
                    name: "slope at the origin".into(),
                    points: vec![[0.0, 0.0], [top, slope * top]],
                },
            ],
            ..Plot::default()
        });
        report.json = serde_json::json!({
            "rule": soups.rule.to_string(),
            "slope": slope,
            "slope_standard_error": error,
            "points": rows,
        });
        report.seconds = source.report(self).seconds;
        Ok(report)
    }
}
