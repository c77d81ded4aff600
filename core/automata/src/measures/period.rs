//! Period of the whole state: how long until it begins to repeat, how long a repetition takes, and
//! how far it has moved.

use loom_sim::analysis::{Analysis, Job, Subject};
use loom_sim::{Axis, Mark, Model, Parameter, Plot, Quantity, Report, Settings, SimError};
use num_bigint::BigInt;
use num_traits::ToPrimitive;

use super::cells::{Cells, MOST};
use super::source::{self, Source};
use crate::identify::{Fate, Limits, identify_while, velocity};
use crate::pattern::{Pattern, Run};
use crate::rule::{Family, Rule, Topology};
use crate::world::{Kept, Means, World};

/// Populations that are plotted.
const PLOTTED: usize = 20_000;

/// Live cells of an object that is looked up by name.
const NAMED: u64 = 1 << 12;

/// "Period".
#[derive(Clone, Copy, Debug)]
pub struct Period;

/// A state to be compared with later ones.
#[derive(Debug)]
enum Moment {
    /// On a grid that is bounded on all sides, and whether the generation counts as odd.
    Bounded(Kept, bool),
    /// Cells apart from their place, what else the rule goes by, and the place.
    Placed {
        runs: Vec<Run>,
        class: [bool; 3],
        at: (i64, i64),
    },
}

/// How a state repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cycle {
    /// Generations before the first state that comes again.
    pub transient: u64,
    /// Generations until it does.
    pub period: u64,
    /// Cells to the east and south in a period; 0 along sides that are bounded.
    pub moved: (i64, i64),
}

/// Whether the parity of the generation is part of a rule's state: squares that shift, and a
/// background that is run as its negative every second time.
fn has_parity(rule: &Rule) -> bool {
    let (w, h) = rule.topology.sides();
    let unbounded = w == 0 || h == 0;
    match &rule.family {
        Family::Blocks(_) => true,
        Family::Life(life) => unbounded && life.emulated()[0] != life.emulated()[1],
        Family::Binary(binary) => unbounded && binary.emulated()[0] != binary.emulated()[1],
        Family::Larger(larger) => {
            unbounded && larger.emulated().is_some_and(|pair| pair[0] != pair[1])
        }
        _ => false,
    }
}

/// Whether the place of cells counts modulo 2.
fn turns(rule: &Rule) -> bool {
    matches!(&rule.family, Family::Larger(larger) if larger.shape.turns())
}

impl Moment {
    fn of(world: &World) -> Result<Self, SimError> {
        let rule = world.rule();
        let (w, h) = rule.topology.sides();
        let odd = has_parity(&rule) && world.generation().bit(0);
        let line = rule.dimensions() == 1;
        if w > 0 && h > 0 && !line {
            return Ok(Self::Bounded(world.keep()?, odd));
        }
        let pattern = if line {
            Cells::of(world)?.pattern()
        } else {
            world.pattern(MOST)?
        };
        let (left, top) = pattern.position.unwrap_or_default();
        let free = (w == 0, h == 0 && !line);
        let (dx, dy) = (
            if free.0 { 0 } else { left },
            if free.1 || line { 0 } else { top },
        );
        // Only along unbounded sides is a state the same anywhere.
        let runs = pattern.runs.iter().map(|run| Run {
            x: run.x + dx,
            y: run.y + dy,
            ..*run
        });
        let (x, y) = (left & 1 == 1, top & 1 == 1);
        let class = match &rule.family {
            // Squares that begin one cell on in odd generations.
            Family::Blocks(_) => [odd, free.0 && (x != odd), free.1 && (y != odd)],
            _ if turns(&rule) => [odd, (free.0 && x) != (free.1 && y), false],
            _ => [odd, false, false],
        };
        // A step of one cell both ways and one generation leaves squares alone, unless they are run
        // as their negative every second time.
        let class = match (&rule.family, free) {
            (Family::Blocks(blocks), (true, true)) if (blocks.0[0], blocks.0[15]) != (15, 0) => {
                [false, class[1], class[2]]
            }
            _ => class,
        };
        Ok(Self::Placed {
            runs: runs.collect(),
            class,
            at: (if free.0 { left } else { 0 }, if free.1 { top } else { 0 }),
        })
    }

    /// How far the cells of this moment have moved to those of a world; nothing where they are not
    /// the same.
    fn returns(&self, world: &World) -> Result<Option<(i64, i64)>, SimError> {
        match self {
            Self::Bounded(kept, odd) => {
                let same = has_parity(&world.rule()) && world.generation().bit(0);
                if same != *odd {
                    return Ok(None);
                }
                let differing = world.difference(kept)?;
                Ok((differing == Some(0u32.into())).then_some((0, 0)))
            }
            Self::Placed { runs, class, at } => {
                if !runs.is_empty() && world.rule().dimensions() > 1 {
                    // A count is cheaper than a list of all cells.
                    let population: u64 = runs.iter().map(|run| run.length).sum();
                    if world.population()? != population.into() {
                        return Ok(None);
                    }
                }
                let Self::Placed {
                    runs: theirs,
                    class: their_class,
                    at: now,
                } = Self::of(world)?
                else {
                    return Ok(None);
                };
                let same = *runs == theirs
                    && class[0] == their_class[0]
                    && (runs.is_empty() || class[1..] == their_class[1..]);
                let moved = if runs.is_empty() {
                    (0, 0)
                } else {
                    (now.0 - at.0, now.1 - at.1)
                };
                Ok(same.then_some(moved))
            }
        }
    }
}

/// Finds the cycle that a world runs into, at most so many generations on (R. P. Brent 1980, An
/// improved Monte Carlo factorization algorithm, BIT 20): states are compared cell by cell, and one
/// is kept at a time. Gives the populations on the way, as many as `seen` has room for.
pub(crate) fn cycle(
    world: &mut World,
    most: u64,
    seen: &mut Vec<f64>,
    job: &Job,
) -> Result<Option<Cycle>, SimError> {
    let start = world.keep()?;
    let population = |world: &World| -> Result<f64, SimError> {
        if world.rule().dimensions() == 1 {
            return Ok(Cells::of(world)?.population() as f64);
        }
        Ok(world.population()?.to_f64().unwrap_or(f64::INFINITY))
    };
    let search = job.part(0.0, 0.7);
    let mut tortoise = Moment::of(world)?;
    seen.push(population(world)?);
    let (mut power, mut period, mut steps) = (1u64, 0u64, 0u64);
    let moved = loop {
        if steps >= most {
            return Ok(None);
        }
        if period == power {
            tortoise = Moment::of(world)?;
            power *= 2;
            period = 0;
        }
        source::step(world, job)?;
        (steps, period) = (steps + 1, period + 1);
        if seen.len() < PLOTTED {
            seen.push(population(world)?);
        }
        if steps.is_multiple_of(64) {
            search.progress(steps as f32 / most as f32);
        }
        if let Some(moved) = tortoise.returns(world)? {
            break moved;
        }
    };
    // From the start again, one a period ahead of the other, until they meet.
    let means = || Means {
        threads: 1,
        ..Means::default()
    };
    let mut behind = World::of_kept(&start, means())?;
    let mut ahead = World::of_kept(&start, means())?;
    source::advance(&mut ahead, period, job)?;
    let meet = job.part(0.7, 1.0);
    let mut transient = 0;
    while Moment::of(&behind)?.returns(&ahead)?.is_none() {
        source::step(&mut behind, job)?;
        source::step(&mut ahead, job)?;
        transient += 1;
        if transient % 64 == 0 {
            meet.progress(transient as f32 / steps as f32);
        }
    }
    Ok(Some(Cycle {
        transient,
        period,
        moved,
    }))
}

impl Analysis for Period {
    fn key(&self) -> &'static str {
        "period"
    }

    fn name(&self) -> &'static str {
        "Period"
    }

    fn help(&self) -> &'static str {
        "How long until the whole state repeats, how often, and how fast it moves meanwhile."
    }

    fn citation(&self) -> &'static str {
        "R. P. Brent (1980), An improved Monte Carlo factorization algorithm, BIT 20, 176–184."
    }

    fn fits(&self, model: &Model) -> bool {
        source::fits(model)
    }

    fn parameters(&self, _model: &Model) -> Vec<Parameter> {
        vec![source::generations(
            10_000,
            100_000_000,
            "A period is looked for among so many; large grids can take longer than anyone waits.",
        )]
    }

    fn run(&self, subject: &Subject, settings: &Settings, job: &Job) -> Result<Report, SimError> {
        let mut source = Source::new(self, subject, settings, job)?;
        let most = source.integer("generations").max(1) as u64;
        let from = source.world.generation().clone();
        let small = match source.rule.topology {
            Topology::Plane if source.rule.dimensions() == 2 => {
                let few = source.world.population()? <= NAMED.into();
                few.then(|| source.world.pattern(NAMED)).transpose()?
            }
            _ => None,
        };
        let mut seen = Vec::new();
        let found = cycle(&mut source.world, most, &mut seen, job)?;
        let mut report = source.report(self);
        report.method = format!(
            "Followed under {} for at most {most} generations; states are compared cell by cell{}.",
            source.rule,
            if source.is_bounded() {
                ""
            } else {
                ", wherever they lie"
            }
        );
        report.json = serde_json::json!({
            "rule": source.rule.to_string(),
            "generation": from.to_string(),
            "period": found.map(|c| c.period),
            "transient": found.map(|c| c.transient),
            "displacement": found.map(|c| [c.moved.0, c.moved.1]),
            "velocity": found.and_then(|c| velocity(c.moved, c.period)),
        });
        match found {
            None => {
                let what = format!("not within {most} generations");
                report
                    .values
                    .push(Quantity::text("period", "Period", &what));
            }
            Some(cycle) => {
                report.values = values(&cycle, &seen);
                if let Some(pattern) = small {
                    name(&pattern, &source.rule, cycle, &mut report, job)?;
                }
            }
        }
        let first = from.to_f64().unwrap_or(f64::MAX);
        let points = seen.iter().enumerate().map(|(i, n)| [first + i as f64, *n]);
        let mut marks = vec![Mark::Line {
            name: "Population".into(),
            points: points.collect(),
        }];
        if let Some(cycle) = found {
            let at = |name: &str, generation: u64| Mark::Vertical {
                name: name.into(),
                x: first + generation as f64,
            };
            marks.push(at("the cycle begins", cycle.transient));
            marks.push(at("one period later", cycle.transient + cycle.period));
        }
        report.plots.push(Plot {
            title: "Population up to the return".into(),
            x: Axis::new("generation", "generations"),
            y: Axis::new("Population", "cells"),
            marks,
            ..Plot::default()
        });
        report.seconds = source.report(self).seconds;
        Ok(report)
    }
}

/// Adds the apgcode and the name of a small object to a report.
fn name(
    pattern: &Pattern,
    rule: &Rule,
    cycle: Cycle,
    report: &mut Report,
    job: &Job,
) -> Result<(), SimError> {
    let limits = Limits {
        generations: cycle
            .transient
            .saturating_add(2 * cycle.period.min(1 << 20)),
        work: 1 << 22,
    };
    // A rule whose objects have no codes has none to tell.
    let Ok(found) = identify_while(pattern, rule, &limits, &mut |_| job.check().is_ok()) else {
        return Ok(());
    };
    let found = found.ok_or(SimError::Cancelled)?;
    if let Fate::Object(object) | Fate::Becomes { object, .. } = found.fate {
        if let Some(code) = &object.apgcode {
            report
                .values
                .push(Quantity::text("apgcode", "Apgcode", code));
            report.json["apgcode"] = code.as_str().into();
        }
        if let Some(name) = object.name {
            report.values.push(Quantity::text("name", "Name", name));
            report.json["name"] = name.into();
        }
    }
    Ok(())
}

fn values(cycle: &Cycle, seen: &[f64]) -> Vec<Quantity> {
    let exact = |key: &str, name: &str, n: i64| Quantity::exact(key, name, BigInt::from(n));
    let (dx, dy) = cycle.moved;
    let empty = seen.get(cycle.transient as usize) == Some(&0.0);
    let kind = match (empty, cycle.period, cycle.moved) {
        (true, 1, _) => "everything is dead",
        (_, 1, (0, 0)) => "at rest",
        (_, _, (0, 0)) => "oscillating",
        _ => "moving",
    };
    let mut values = vec![
        Quantity::text("kind", "In the end", kind),
        exact("period", "Period", cycle.period as i64)
            .symbol("p")
            .unit("generations"),
        exact("transient", "Transient", cycle.transient as i64).unit("generations"),
    ];
    if let Some(velocity) = velocity(cycle.moved, cycle.period) {
        values.push(Quantity::text("velocity", "Velocity", &velocity));
        values.push(exact("dx", "To the east in a period", dx).unit("cells"));
        values.push(exact("dy", "To the south in a period", dy).unit("cells"));
    }
    let (from, to) = (cycle.transient, cycle.transient + cycle.period);
    if let Some(phases) = seen.get(from as usize..to as usize) {
        let least = phases.iter().copied().fold(f64::INFINITY, f64::min);
        let most = phases.iter().copied().fold(0.0, f64::max);
        values.push(exact("least", "Least population in a period", least as i64).unit("cells"));
        values.push(exact("most", "Greatest population in a period", most as i64).unit("cells"));
    }
    values
}
