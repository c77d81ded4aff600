//! Maps of activity: how often each cell lives and changes, how old it is, and all that ever lived.

use loom_sim::analysis::{Analysis, Job, Subject};
use loom_sim::{
    Axis, ColorMap, Field, Mark, Model, Parameter, Plot, Quantity, Report, Settings, Shades,
    SimError,
};

use super::cells::{self, Cells, Frame};
use super::source::{self, Source, rounded};
use crate::world::World;

/// Maps are drawn with at most so many cells a side; larger ones as means of squares.
const DRAWN: usize = 1024;

/// "Activity map".
#[derive(Clone, Copy, Debug)]
pub struct ActivityMap;

/// What is counted of each cell of a rectangle.
struct Maps {
    frame: Frame,
    /// Generations in which it was not in state 0.
    alive: Vec<u32>,
    /// Generations in which its state changed.
    changes: Vec<u32>,
    /// The last of these, from 1 on; 0: none.
    last: Vec<u32>,
    now: Vec<u8>,
    generations: u32,
}

/// An oscillation that was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Oscillation {
    period: u32,
    /// Cells that change, and those that always live and never change.
    rotor: u64,
    stator: u64,
    /// Changes in a period.
    changes: u64,
}

/// The rectangle of a world; a row of one dimension stays in its place.
fn frame(world: &World) -> Result<Frame, SimError> {
    let (x, y, width, rows) = cells::frame(world)?;
    Ok(if world.rule().dimensions() == 1 {
        (x, 0, width, rows)
    } else {
        (x, y, width, rows)
    })
}

impl Maps {
    fn new(world: &World) -> Result<Self, SimError> {
        let frame = frame(world)?;
        let now = Cells::within(world, frame)?.data;
        Ok(Self {
            frame,
            alive: now.iter().map(|&c| u32::from(c != 0)).collect(),
            changes: vec![0; now.len()],
            last: vec![0; now.len()],
            now,
            generations: 0,
        })
    }

    /// Makes room for cells outside the rectangle, with a part of it around them.
    fn cover(&mut self, world: &World) -> Result<(), SimError> {
        let live = frame(world)?;
        let all = cells::joined(self.frame, live)?;
        if all == self.frame {
            return Ok(());
        }
        let (w, h) = world.rule().topology.sides();
        let room = |side: u32, start: i64, length: usize| {
            let around = if side > 0 || length < 2 {
                0
            } else {
                (length / 8).max(8)
            };
            (start - around as i64, length + 2 * around)
        };
        let (left, width) = room(w, all.0, all.2);
        let (top, rows) = room(h, all.1, all.3);
        // Without the room around if only that is too much.
        let wide = (left, top, width, rows);
        let wide = cells::joined(all, wide).unwrap_or(all);
        let old = self.frame;
        self.alive = moved(&self.alive, old, wide);
        self.changes = moved(&self.changes, old, wide);
        self.last = moved(&self.last, old, wide);
        self.now = moved(&self.now, old, wide);
        self.frame = wide;
        Ok(())
    }

    fn look(&mut self, world: &World) -> Result<(), SimError> {
        self.cover(world)?;
        self.generations += 1;
        let next = Cells::within(world, self.frame)?.data;
        for (at, (old, new)) in self.now.iter().zip(&next).enumerate() {
            self.alive[at] += u32::from(*new != 0);
            if old != new {
                self.changes[at] += 1;
                self.last[at] = self.generations;
            }
        }
        self.now = next;
        Ok(())
    }

    fn count(&self, is: impl Fn(usize) -> bool) -> u64 {
        (0..self.now.len()).map(|at| u64::from(is(at))).sum()
    }

    /// What has oscillated so far, if the cells are again as they were.
    fn oscillation(&self) -> Oscillation {
        Oscillation {
            period: self.generations,
            rotor: self.count(|at| self.changes[at] > 0),
            stator: self.count(|at| self.changes[at] == 0 && self.now[at] != 0),
            changes: self.changes.iter().map(|&c| u64::from(c)).sum(),
        }
    }

    /// The rectangle of what ever lived, or all of a bounded grid.
    fn shown(&self, bounded: bool) -> Frame {
        let (left, top, width, rows) = self.frame;
        if bounded {
            return self.frame;
        }
        let lived = (0..self.now.len()).filter(|at| self.alive[*at] > 0);
        let span = lived.fold(None, |span: Option<[usize; 4]>, at| {
            let (x, y) = (at % width, at / width);
            let [l, t, r, b] = span.unwrap_or([x, y, x, y]);
            Some([l.min(x), t.min(y), r.max(x), b.max(y)])
        });
        match span {
            Some([l, t, r, b]) => (left + l as i64, top + t as i64, r - l + 1, b - t + 1),
            None => (left, top, width.min(1), rows.min(1)),
        }
    }
}

/// Numbers of one rectangle on another that holds it.
fn moved<T: Copy + Default>(from: &[T], old: Frame, new: Frame) -> Vec<T> {
    let mut to = vec![T::default(); new.2 * new.3];
    let (dx, dy) = ((old.0 - new.0) as usize, (old.1 - new.1) as usize);
    for (y, row) in from.chunks(old.2.max(1)).enumerate() {
        let start = (y + dy) * new.2 + dx;
        to[start..start + old.2].copy_from_slice(row);
    }
    to
}

impl Analysis for ActivityMap {
    fn key(&self) -> &'static str {
        "activity_map"
    }

    fn name(&self) -> &'static str {
        "Activity map"
    }

    fn help(&self) -> &'static str {
        "How often each cell lives and changes, how old it is, and the envelope of all that lived."
    }

    fn citation(&self) -> &'static str {
        "N. Johnston, D. Greene (2022), Conway's Game of Life: Mathematics and Construction (rotor, stator, envelope)."
    }

    fn fits(&self, model: &Model) -> bool {
        source::fits(model)
    }

    fn parameters(&self, _model: &Model) -> Vec<Parameter> {
        vec![source::generations(
            100,
            1_000_000,
            "Take at least a period of an oscillator: its rotor and stator are told then.",
        )]
    }

    fn run(&self, subject: &Subject, settings: &Settings, job: &Job) -> Result<Report, SimError> {
        let mut source = Source::new(self, subject, settings, job)?;
        let generations = source.count("generations");
        let mut maps = Maps::new(&source.world)?;
        let (first, start) = (maps.frame, maps.now.clone());
        let mut oscillation = None;
        for generation in 1..=generations {
            source.step(job)?;
            maps.look(&source.world)?;
            if oscillation.is_none() && moved(&start, first, maps.frame) == maps.now {
                oscillation = Some(maps.oscillation());
            }
            job.progress(generation as f32 / generations as f32);
        }
        let bounded = source.is_bounded();
        let shown = maps.shown(bounded);
        let mut report = source.report(self);
        report.method = format!(
            "{generations} generations under {}, cell by cell on {} × {} cells.",
            source.rule, shown.2, shown.3
        );
        report.values = values(&maps, oscillation, shown);
        if shown.2.max(shown.3) > DRAWN {
            report.warnings.push(format!(
                "The maps are drawn as means of squares, {DRAWN} a side; the numbers are of all cells."
            ));
        }
        report.plots = plots(&maps, shown, source.rule.dimensions(), job)?;
        report.json = json(&maps, oscillation, shown);
        report.seconds = source.report(self).seconds;
        Ok(report)
    }
}

fn values(maps: &Maps, oscillation: Option<Oscillation>, shown: Frame) -> Vec<Quantity> {
    let exact = |key: &str, name: &str, n: u64| Quantity::exact(key, name, n).unit("cells");
    let generations = f64::from(maps.generations.max(1));
    let changes: u64 = maps.changes.iter().map(|&c| u64::from(c)).sum();
    let active = maps.count(|at| maps.changes[at] > 0);
    let heat = changes as f64 / generations;
    let area = (shown.2 * shown.3) as f64;
    let mut values = vec![
        exact(
            "envelope",
            "Envelope: cells that ever lived",
            maps.count(|at| maps.alive[at] > 0),
        ),
        Quantity::text(
            "envelope_box",
            "Its bounding box",
            &format!("{} × {} from {}, {}", shown.2, shown.3, shown.0, shown.1).replace('-', "−"),
        ),
        exact("active", "Cells that ever changed", active),
        rounded("heat", "Heat: changes in a generation", heat).unit("cells per generation"),
        rounded("activity", "Changes per cell of the box", heat / area)
            .unit("changes per cell per generation"),
    ];
    if active > 0 {
        values.push(
            rounded(
                "temperature",
                "Temperature: changes per active cell",
                heat / active as f64,
            )
            .unit("changes per cell per generation"),
        );
    }
    let still = maps.count(|at| maps.now[at] != 0 && maps.last[at] == 0);
    values.push(exact("unchanged", "Live cells that never changed", still));
    let Some(found) = oscillation else {
        return values;
    };
    values.push(Quantity::exact("period", "Period", u64::from(found.period)).unit("generations"));
    values.push(exact("rotor", "Rotor: cells that change", found.rotor));
    values.push(exact(
        "stator",
        "Stator: cells that always live",
        found.stator,
    ));
    let all = found.rotor + found.stator;
    if all > 0 {
        values.push(rounded(
            "volatility",
            "Volatility",
            found.rotor as f64 / all as f64,
        ));
    }
    values
}

/// A rectangle's numbers as a field, coarser where there are too many.
fn field(
    name: &str,
    maps: &Maps,
    shown: Frame,
    unit: &str,
    value: &dyn Fn(usize) -> Option<f64>,
    job: &Job,
) -> Result<Field, SimError> {
    let (left, top, width, rows) = shown;
    let step = width.max(rows).div_ceil(DRAWN).max(1);
    let (columns, lines) = (width.div_ceil(step), rows.div_ceil(step));
    let at = |x: usize, y: usize| {
        let (x, y) = (
            x as i64 + left - maps.frame.0,
            y as i64 + top - maps.frame.1,
        );
        y as usize * maps.frame.2 + x as usize
    };
    let mut values = Vec::with_capacity(columns * lines);
    // Rows from the bottom: the grid's go downwards.
    for line in (0..lines).rev() {
        job.check()?;
        for column in 0..columns {
            let (mut sum, mut count) = (0.0, 0u32);
            for y in line * step..((line + 1) * step).min(rows) {
                for x in column * step..((column + 1) * step).min(width) {
                    if let Some(value) = value(at(x, y)) {
                        sum += value;
                        count += 1;
                    }
                }
            }
            values.push((count > 0).then(|| (sum / f64::from(count)) as f32));
        }
    }
    let high = values.iter().flatten().copied().fold(0.0f32, f32::max);
    let (x, y) = (left as f64 - 0.5, top as f64 - 0.5);
    Ok(Field {
        name: name.into(),
        x: [x, x + (columns * step) as f64],
        // The ordinate grows upward, against the grid's rows.
        y: [-(y + (lines * step) as f64), -y],
        width: columns,
        values,
        shades: Shades::Range {
            unit: unit.into(),
            map: ColorMap::Batlow,
            low: 0.0,
            high: f64::from(high).max(f64::MIN_POSITIVE),
        },
    })
}

fn plots(maps: &Maps, shown: Frame, dimensions: u8, job: &Job) -> Result<Vec<Plot>, SimError> {
    let generations = f64::from(maps.generations.max(1));
    let lived = |at: usize| maps.alive[at] > 0;
    // The states of the start count too.
    let alive = |at: usize| lived(at).then(|| f64::from(maps.alive[at]) / (generations + 1.0));
    let changes = |at: usize| lived(at).then(|| f64::from(maps.changes[at]) / generations);
    let age = |at: usize| (maps.now[at] != 0).then(|| f64::from(maps.generations - maps.last[at]));
    let envelope = |at: usize| lived(at).then_some(1.0);
    type Value<'a> = &'a dyn Fn(usize) -> Option<f64>;
    let all: [(&str, &str, &str, Value); 4] = [
        ("How often alive", "part of the time", "", &alive),
        ("Changes", "changes per generation", "", &changes),
        (
            "Age of live cells",
            "since the last change",
            "generations",
            &age,
        ),
        ("Envelope", "ever alive", "", &envelope),
    ];
    let plot = |(title, name, unit, value): &(&str, &str, &str, Value)| -> Result<Plot, SimError> {
        let mut field = field(name, maps, shown, unit, value, job)?;
        if *title == "Envelope" {
            field.shades = Shades::Kinds(vec!["ever alive".into()]);
            field.values.iter_mut().flatten().for_each(|v| *v = 0.0);
        }
        let (y, mark) = if dimensions == 1 {
            let values = field.values.iter().enumerate();
            let step = (field.x[1] - field.x[0]) / field.width.max(1) as f64;
            let place = |i: usize| field.x[0] + (i as f64 + 0.5) * step;
            let points = values.map(|(i, v)| [place(i), f64::from(v.unwrap_or(0.0))]);
            let points = points.collect();
            let name = (*name).to_owned();
            (
                Axis::new(name.as_str(), unit),
                Mark::Line {
                    name: name.clone(),
                    points,
                },
            )
        } else {
            (Axis::new("−y", "cells"), Mark::Field(field))
        };
        Ok(Plot {
            title: (*title).into(),
            x: Axis::new("x", "cells"),
            y,
            marks: vec![mark],
            square: dimensions > 1,
            ..Plot::default()
        })
    };
    // In one dimension an envelope is a mere stretch.
    let count = if dimensions == 1 { 3 } else { 4 };
    all[..count].iter().map(plot).collect()
}

fn json(maps: &Maps, oscillation: Option<Oscillation>, shown: Frame) -> serde_json::Value {
    let changes: u64 = maps.changes.iter().map(|&c| u64::from(c)).sum();
    serde_json::json!({
        "generations": maps.generations,
        "box": [shown.0, shown.1, shown.2, shown.3],
        "envelope": maps.count(|at| maps.alive[at] > 0),
        "active": maps.count(|at| maps.changes[at] > 0),
        "changes": changes,
        "heat": changes as f64 / f64::from(maps.generations.max(1)),
        "period": oscillation.map(|o| o.period),
        "rotor": oscillation.map(|o| o.rotor),
        "stator": oscillation.map(|o| o.stator),
    })
}
