//! Symmetries of the cells as they stand, and of their rule.

use loom_sim::analysis::{Analysis, Job, Subject};
use loom_sim::{Model, Parameter, Quantity, Report, Settings, SimError, Table, Uncertainty};

use super::cells::Cells;
use super::rules::{facts, relatives};
use super::source::{self, Source};
use crate::identify::Kept;
use crate::rule::{Family, Line};

/// Rows between two looks at the job.
const ROWS: usize = 64;

/// "Symmetries".
#[derive(Clone, Copy, Debug)]
pub struct Symmetry;

/// The live part of some cells.
struct Shape {
    size: [usize; 3],
    cells: Vec<u8>,
}

impl Shape {
    /// The box that holds what is not in state 0; nothing where all is.
    fn of(cells: &Cells) -> Option<Self> {
        let place = |at: usize| {
            let row = at / cells.width;
            [at % cells.width, row % cells.height, row / cells.height]
        };
        let live = (0..cells.data.len())
            .filter(|at| cells.data[*at] != 0)
            .map(place);
        let [mut low, mut high] = [[usize::MAX; 3], [0; 3]];
        let mut any = false;
        for place in live {
            any = true;
            for i in 0..3 {
                low[i] = low[i].min(place[i]);
                high[i] = high[i].max(place[i]);
            }
        }
        if !any {
            return None;
        }
        let size = [0, 1, 2].map(|i| high[i] - low[i] + 1);
        let mut list = Vec::with_capacity(size.iter().product());
        for z in low[2]..=high[2] {
            for y in low[1]..=high[1] {
                let start = (z * cells.height + y) * cells.width;
                list.extend_from_slice(&cells.data[start + low[0]..=start + high[0]]);
            }
        }
        Some(Self { size, cells: list })
    }

    fn place(&self, [x, y, z]: [usize; 3]) -> usize {
        (z * self.size[1] + y) * self.size[0] + x
    }

    /// Whether it stays as it is when its axes are exchanged and some of them turned round.
    fn keeps(&self, order: [usize; 3], turned: [bool; 3], job: &Job) -> Result<bool, SimError> {
        if (0..3).any(|i| self.size[order[i]] != self.size[i]) {
            return Ok(false);
        }
        for (row, cells) in self.cells.chunks(self.size[0]).enumerate() {
            if row % ROWS == 0 {
                job.check()?;
            }
            let same = cells.iter().enumerate().all(|(x, cell)| {
                let from = [x, row % self.size[1], row / self.size[1]];
                let to = [0, 1, 2].map(|i| {
                    let c = from[order[i]];
                    if turned[i] { self.size[i] - 1 - c } else { c }
                });
                *cell == self.cells[self.place(to)]
            });
            if !same {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// How many of the 48 turns and reflections of a cube it keeps.
    fn of_cube(&self, job: &Job) -> Result<usize, SimError> {
        const ORDERS: [[usize; 3]; 6] = [
            [0, 1, 2],
            [0, 2, 1],
            [1, 0, 2],
            [1, 2, 0],
            [2, 0, 1],
            [2, 1, 0],
        ];
        let mut kept = 0;
        for order in ORDERS {
            for n in 0..8u8 {
                let turned = [n & 1 != 0, n & 2 != 0, n & 4 != 0];
                kept += usize::from(self.keeps(order, turned, job)?);
            }
        }
        Ok(kept)
    }
}

/// The shortest shift along an axis that leaves a grid whose edges meet as it is.
fn repeats(cells: &Cells, axis: usize, job: &Job) -> Result<usize, SimError> {
    let side = if axis == 0 { cells.width } else { cells.height };
    let (width, height) = (cells.width, cells.height);
    for shift in (1..side).filter(|shift| side.is_multiple_of(*shift)) {
        let mut same = true;
        for (row, line) in cells.data.chunks(width).enumerate() {
            if row % ROWS == 0 {
                job.check()?;
            }
            let (y, sheet) = (row % height, row / height * height);
            let other = if axis == 0 { y } else { (y + shift) % height };
            let other = &cells.data[(sheet + other) * width..][..width];
            let turn = if axis == 0 { shift } else { 0 };
            same = line[..width - turn] == other[turn..] && line[width - turn..] == other[..turn];
            if !same {
                break;
            }
        }
        if same {
            return Ok(shift);
        }
    }
    Ok(side)
}

fn yes(holds: bool) -> &'static str {
    if holds { "yes" } else { "no" }
}

/// The turns and reflections of the plane: key, name, order of the axes, which are turned round.
type Turn = (&'static str, &'static str, [usize; 3], [bool; 3]);
const TURNS: [Turn; 6] = [
    ("half_turn", "Half turn", [0, 1, 2], [true, true, false]),
    (
        "quarter_turn",
        "Quarter turn",
        [1, 0, 2],
        [true, false, false],
    ),
    (
        "left_right",
        "Mirror, left and right",
        [0, 1, 2],
        [true, false, false],
    ),
    (
        "top_bottom",
        "Mirror, top and bottom",
        [0, 1, 2],
        [false, true, false],
    ),
    (
        "diagonal",
        "Mirror, falling diagonal",
        [1, 0, 2],
        [false; 3],
    ),
    (
        "counterdiagonal",
        "Mirror, rising diagonal",
        [1, 0, 2],
        [true, true, false],
    ),
];

fn of_cells(cells: &Cells, job: &Job) -> Result<(Vec<Quantity>, serde_json::Value), SimError> {
    let mut values = Vec::new();
    let mut json = serde_json::json!({});
    let mut say = |key: &str, name: &str, text: &str| {
        values.push(Quantity::text(key, name, text));
        json[key] = text.into();
    };
    match (Shape::of(cells), cells.dimensions()) {
        (None, _) => say("group", "Symmetry of the cells", "everything is dead"),
        (Some(shape), 1) => {
            let mirror = shape.keeps([0, 1, 2], [true, false, false], job)?;
            say("left_right", "Mirror, left and right", yes(mirror));
        }
        (Some(shape), 2) => {
            let mut found = [false; 6];
            for (holds, (_, _, order, turned)) in found.iter_mut().zip(TURNS) {
                *holds = shape.keeps(order, turned, job)?;
            }
            let [half, quarter, across, down, diagonal, counter] = found;
            let kept = Kept {
                half,
                quarter,
                across,
                down,
                diagonal,
                counter,
            };
            let odd = |side: usize| side % 2 == 1;
            let name = kept.name(odd(shape.size[0]), odd(shape.size[1]));
            say("group", "Symmetry of the cells", &name);
            for (holds, (key, name, ..)) in found.iter().zip(TURNS) {
                say(key, name, yes(*holds));
            }
        }
        (Some(shape), _) => {
            let kept = shape.of_cube(job)?;
            say(
                "cube",
                "Turns and reflections of the cube",
                &format!("{kept} of 48"),
            );
        }
    }
    for (axis, key, name) in [
        (0, "repeats_x", "Repeats along x every"),
        (1, "repeats_y", "Repeats along y every"),
    ] {
        job.check()?;
        if cells.meets()[axis] && cells.population() > 0 {
            let cells = repeats(cells, axis, job)? as u64;
            values.push(Quantity::exact(key, name, cells).unit("cells"));
            json[key] = cells.into();
        }
    }
    Ok((values, json))
}

impl Analysis for Symmetry {
    fn key(&self) -> &'static str {
        "symmetry"
    }

    fn name(&self) -> &'static str {
        "Symmetries"
    }

    fn help(&self) -> &'static str {
        "Which turns and reflections leave the cells as they are, and which leave their rule."
    }

    fn citation(&self) -> &'static str {
        "A. P. Goucher's names of symmetries, catagolue.hatsya.com/symmetries."
    }

    fn fits(&self, model: &Model) -> bool {
        source::fits(model)
    }

    fn parameters(&self, _model: &Model) -> Vec<Parameter> {
        Vec::new()
    }

    fn run(&self, subject: &Subject, settings: &Settings, job: &Job) -> Result<Report, SimError> {
        let source = Source::new(self, subject, settings, job)?;
        let cells = Cells::of(&source.world)?;
        let (values, json) = of_cells(&cells, job)?;
        job.progress(0.7);
        let facts = facts(&source.rule, source.model.seed, job)?;
        let mut report = source.report(self);
        report.method = format!(
            "Cells about the middle of the rectangle that holds them; the rule {} on its \
             neighbourhoods.",
            source.rule.name()
        );
        report.values = values;
        report.json = serde_json::json!({ "cells": json, "rule": source.rule.name() });
        for fact in &facts {
            let mut quantity = Quantity::text(
                &format!("rule_{}", fact.key),
                &format!("Rule: {}", fact.name.to_lowercase()),
                yes(fact.holds),
            );
            if fact.sampled {
                quantity.error =
                    Uncertainty::Unknown("no counterexample among random neighbourhoods".into());
            }
            report.json[format!("rule_{}", fact.key)] = fact.holds.into();
            report.values.push(quantity);
        }
        if let Family::Line(line) = &source.rule.family
            && let Line::Elementary(number) = &**line
        {
            let names = ["In a mirror", "As its negative", "Both"];
            report.tables.push(Table {
                title: "The same rule otherwise".into(),
                columns: vec![
                    ("How".into(), names.map(str::to_owned).to_vec()),
                    (
                        "Rule".into(),
                        relatives(*number).iter().map(|n| format!("W{n}")).collect(),
                    ),
                ],
            });
        }
        report.seconds = source.report(self).seconds;
        Ok(report)
    }
}
