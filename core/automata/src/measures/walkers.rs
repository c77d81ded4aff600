//! Damage spreading of turmites: their own cells with one colour changed, and how many cells
//! differ later. A soup says nothing of a machine, so that the world at hand is the beginning,
//! and the twins differ in where the change lies.

use loom_sim::analysis::{Analysis, Job, Subject};
use loom_sim::{Axis, Mark, Plot, Report, Settings, SimError, Table, seed};
use num_bigint::{BigInt, BigUint};
use num_traits::ToPrimitive;

use super::parallel;
use super::source::{self, Source, measured};
use super::statistics::mean;
use crate::rule::Turmite;
use crate::world::{Kept, World};

/// Generations at which twins are compared, at most.
const POINTS: u64 = 250;

/// Changes lie within the cells and so far around them.
const AROUND: u64 = 2;

/// The generations at which twins are compared, from 0 to the last one.
fn times(generations: u64) -> Vec<u64> {
    let points = generations.min(POINTS);
    (0..=points)
        .map(|i| (u128::from(generations) * u128::from(i) / u128::from(points.max(1))) as u64)
        .collect()
}

/// Cells that differ between the world and its twin at each of the times.
fn story(
    [one, other]: &mut [World; 2],
    start: &Kept,
    change: (BigInt, BigInt, u8),
    times: &[u64],
    job: &Job,
) -> Result<Vec<u64>, SimError> {
    one.restore(start)?;
    other.restore(start)?;
    other.set_states(&[change])?;
    let mut list = Vec::with_capacity(times.len());
    let mut now = 0;
    for &time in times {
        // What is the same stays the same.
        if list.last() == Some(&0) {
            list.push(0);
            continue;
        }
        for world in [&mut *one, &mut *other] {
            source::advance(world, time - now, job)?;
        }
        now = time;
        let differing = one.difference(&other.keep()?)?.unwrap_or_default();
        list.push(differing.to_u64().unwrap_or(u64::MAX));
    }
    Ok(list)
}

/// The cell that pair `number` differs in, and its other state.
fn change(
    world: &World,
    turmite: &Turmite,
    seed: u64,
    number: usize,
) -> Result<(BigInt, BigInt, u8), SimError> {
    let mut random = seed::stream(seed, &format!("damage {number}"));
    let mut below = |n: u64| ((seed::unit(&mut random) * n as f64) as u64).min(n.max(1) - 1);
    let (left, top, width, height) = world.bounds()?.ok_or_else(|| {
        SimError::other("There is no machine whose twin could be followed: draw one first.")
    })?;
    let side = |n: &BigUint| n.to_u64().unwrap_or(1 << 20).min(1 << 20) + 2 * AROUND;
    let x = left - AROUND + below(side(&width));
    let y = top - AROUND + below(side(&height));
    let (colour, machine) = turmite.read_cell(world.state(&x, &y)?);
    let colours = u64::from(turmite.colours);
    let other = ((u64::from(colour) + 1 + below(colours - 1)) % colours) as u8;
    let state = machine.map_or(other, |(direction, state)| {
        turmite.with_machine(other, direction, state)
    });
    Ok((x, y, state))
}

/// Follows twins of a turmite's world.
///
/// # Errors
/// A world without cells; memory; cancel.
pub(super) fn damage(
    analysis: &dyn Analysis,
    turmite: &Turmite,
    subject: &Subject,
    settings: &Settings,
    job: &Job,
) -> Result<Report, SimError> {
    let source = Source::new(analysis, subject, settings, job)?;
    let (pairs, generations) = (source.count("pairs"), source.count("generations") as u64);
    let mut first = World::of_kept(&source.world.keep()?, source.world.means().clone())?;
    source::advance(&mut first, source.count("before") as u64, job)?;
    let start = first.keep()?;
    let times = times(generations);
    let means = first.means().clone();
    let begin = || -> Result<[World; 2], SimError> {
        let world = || World::of_kept(&start, means.clone());
        Ok([world()?, world()?])
    };
    let seed = source.model.seed;
    // Each thread looks at its own world for the change.
    let work = |twins: &mut [World; 2], number: usize| -> Result<Vec<u64>, SimError> {
        twins[0].restore(&start)?;
        let change = change(&twins[0], turmite, seed, number)?;
        story(twins, &start, change, &times, job)
    };
    let stories = parallel::each(pairs, job, begin, work)?;
    let at = |i: usize| -> Vec<f64> { stories.iter().map(|s| s[i] as f64).collect() };
    let curve: Vec<(f64, f64)> = (0..times.len()).map(|i| mean(&at(i))).collect();
    let share = |those: fn(&&Vec<u64>) -> bool| {
        let share = stories.iter().filter(those).count() as f64 / pairs.max(1) as f64;
        (share, (share * (1.0 - share) / pairs.max(1) as f64).sqrt())
    };
    let (healed, healed_error) = share(|s| s.last() == Some(&0));
    let (unmet, unmet_error) = share(|s| s.iter().all(|cells| *cells == 1));
    let (last, error) = curve.last().copied().unwrap_or_default();
    let mut report = source.report(analysis);
    report.method = format!(
        "{pairs} twins of the cells under {} that differ in the colour of one cell, within {AROUND} \
         cells of those that are not in state 0; cells that differ (their machines included) at {} \
         times up to generation {generations}.",
        source.rule,
        times.len()
    );
    report.values = vec![
        measured("damage", "Cells that differ at the end", last, error)
            .symbol("H")
            .unit("cells"),
        measured(
            "healed",
            "Twins that are the same again",
            healed,
            healed_error,
        ),
        measured(
            "unmet",
            "Twins whose machine never came to the cell",
            unmet,
            unmet_error,
        ),
    ];
    report.tables.push(Table {
        title: "Generations".into(),
        columns: vec![
            (
                "Generation".into(),
                times.iter().map(u64::to_string).collect(),
            ),
            (
                "Cells that differ".into(),
                curve.iter().map(|c| c.0.to_string()).collect(),
            ),
            (
                "Error".into(),
                curve.iter().map(|c| c.1.to_string()).collect(),
            ),
        ],
    });
    let points = || times.iter().zip(&curve).map(|(t, c)| (*t as f64, c.0, c.1));
    report.plots = vec![Plot {
        title: "Cells that differ".into(),
        x: Axis::new("generation", "generations"),
        y: Axis::new("Cells that differ", "cells"),
        marks: vec![
            Mark::Band {
                name: "± standard error".into(),
                points: points()
                    .filter(|p| p.2.is_finite())
                    .map(|(t, y, e)| [t, y - e, y + e])
                    .collect(),
            },
            Mark::Line {
                name: "mean".into(),
                points: points().map(|(t, y, _)| [t, y]).collect(),
            },
        ],
        ..Plot::default()
    }];
    report.json = serde_json::json!({
        "rule": source.rule.to_string(),
        "generations": times,
        "damage": curve.iter().map(|c| c.0).collect::<Vec<f64>>(),
        "standard_error": curve.iter().map(|c| c.1).collect::<Vec<f64>>(),
        "healed": healed,
        "unmet": unmet,
    });
    report.seconds = source.report(analysis).seconds;
    Ok(report)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::world::Means;
    use crate::{Pattern, Rule};

    /// A machine of Langton's ant facing north at the origin, after so many generations.
    fn ant(generations: u32) -> World {
        let rule: Rule = "RL".parse().unwrap();
        let pattern = Pattern {
            position: Some((0, 0)),
            ..Pattern::from_states([(0, 0, 2)])
        };
        let mut world = World::new(rule, &pattern, Means::default()).unwrap();
        world.advance(&generations.into(), &mut || false).unwrap();
        world
    }

    #[test]
    fn a_cell_that_the_ant_never_meets_stays_the_only_difference() {
        let world = ant(100);
        let start = world.keep().unwrap();
        let mut twins = [ant(0), ant(0)];
        let far = ((-500).into(), 300.into(), 1);
        let story = story(&mut twins, &start, far, &times(200), &Job::quiet()).unwrap();
        assert!(story.iter().all(|cells| *cells == 1));
    }

    #[test]
    fn damage_under_the_ant_is_counted_cell_by_cell() {
        let world = ant(50);
        let start = world.keep().unwrap();
        let mut twins = [ant(0), ant(0)];
        let bounds = world.bounds().unwrap().unwrap();
        let (x, y) = (bounds.0.clone(), bounds.1.clone());
        let state = world.state(&x, &y).unwrap();
        assert!(state < 2, "the machine stands elsewhere");
        let change = (x.clone(), y.clone(), 1 - state);
        let times = times(300);
        let story = story(&mut twins, &start, change, &times, &Job::quiet()).unwrap();
        // The same with two worlds and their lists of cells.
        let mut pair = [ant(0), ant(0)];
        for world in &mut pair {
            world.restore(&start).unwrap();
        }
        pair[1].set_states(&[(x, y, 1 - state)]).unwrap();
        let mut now = 0;
        for (time, counted) in times.into_iter().zip(story) {
            for world in &mut pair {
                world.advance(&(time - now).into(), &mut || false).unwrap();
            }
            now = time;
            let lists = pair.each_ref().map(|world| {
                let pattern = world.pattern(1 << 20).unwrap();
                let (left, top) = pattern.position.unwrap();
                pattern
                    .states()
                    .map(|(x, y, s)| ((x + left, y + top), s))
                    .collect::<std::collections::BTreeMap<_, _>>()
            });
            let all = lists[0].keys().chain(lists[1].keys());
            let all: std::collections::BTreeSet<_> = all.collect();
            let differing = all
                .iter()
                .filter(|at| lists[0].get(*at) != lists[1].get(*at));
            assert_eq!(differing.count() as u64, counted, "generation {time}");
        }
    }

    #[test]
    fn damage_of_an_ant_is_reported_and_its_mean_field_is_refused() {
        use loom_sim::{Model, Place, Science as _, Value};
        let text = b"x = 1, y = 1, rule = RL\nB!";
        let model = Model::new(crate::science::KEY, crate::start::PATTERN);
        let model = model.attach(crate::start::PATTERN, "ant.rle", text);
        let run = crate::Automata
            .build(&model, &Place::Cpu { threads: 1 })
            .unwrap();
        let capture = Some(run.capture());
        let subject = Subject::State { model, capture };
        let settings = Settings::from([
            ("pairs".to_owned(), Value::Integer(12)),
            ("generations".to_owned(), Value::Integer(400)),
        ]);
        let report = |threads: usize| {
            let mut job = Job::quiet();
            job.threads = threads;
            super::super::damage::Damage
                .run(&subject, &settings, &job)
                .unwrap()
        };
        let (one, several) = (report(1), report(3));
        assert_eq!(one.json, several.json);
        let curve = one.json["damage"].as_array().unwrap();
        assert_eq!(curve.len(), 251);
        // Each twin differs in one cell at the start.
        assert_eq!(curve[0].as_f64(), Some(1.0));
        assert!(curve.iter().any(|cells| cells.as_f64() > Some(2.0)));
        let mean_field = super::super::mean_field::MeanField;
        let refused = mean_field.run(&subject, &Settings::new(), &Job::quiet());
        assert!(refused.unwrap_err().to_string().contains("no mean field"));
    }

    #[test]
    fn a_change_is_another_colour_under_the_same_machine() {
        let world = ant(37);
        let crate::rule::Family::Turmite(turmite) = world.rule().family else {
            panic!("no machine");
        };
        for number in 0..200 {
            let (x, y, state) = change(&world, &turmite, 3, number).unwrap();
            let before = turmite.read_cell(world.state(&x, &y).unwrap());
            let after = turmite.read_cell(state);
            assert_ne!(before.0, after.0);
            assert_eq!(before.1, after.1);
        }
    }
}
