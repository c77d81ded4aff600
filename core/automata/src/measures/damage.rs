//! Damage spreading: how a difference of one cell grows between twins.

use loom_sim::analysis::{Analysis, Job, Subject};
use loom_sim::{
    Axis, Mark, Model, Parameter, Plot, Quantity, Report, Settings, SimError, Table, Uncertainty,
    seed,
};

use super::parallel;
use super::soups::{self, Soups};
use super::source::{self, Basis, measured};
use super::statistics::{mean, slope};
use super::twins::{Difference, Twins};
use super::walkers;
use crate::rule::Family;

/// "Damage spreading".
#[derive(Clone, Copy, Debug)]
pub struct Damage;

/// What became of one pair: the difference in each generation from 0 on.
type Story = Vec<Difference>;

/// Follows pairs of twins that differ in the middle cell.
fn stories(
    soups: &Soups,
    [pairs, generations, before]: [usize; 3],
    density: f64,
    seed: u64,
    job: &Job,
) -> Result<Vec<Story>, SimError> {
    let densities = soups::densities(soups.rule.states(), density);
    let speed = u64::from(soups::reach(&soups.rule));
    let one = |twins: &mut Twins, number: usize| -> Result<Story, SimError> {
        let mut random = seed::stream(seed, &format!("damage {number}"));
        let middle = |_: &_| vec![soups.middle_place()];
        twins.begin(soups, &densities, before as u64, middle, &mut random, job)?;
        let mut story = vec![twins.around(soups, 0)?];
        for generation in 1..=generations {
            let healed = story.last().is_some_and(|d| d.cells == 0);
            story.push(if healed {
                // What is the same stays the same.
                Difference::default()
            } else {
                twins.step(job)?;
                twins.around(soups, speed * generation as u64)?
            });
        }
        Ok(story)
    };
    parallel::each(pairs, job, || Twins::new(soups), one)
}

/// A side of the damage: its name and how far it reaches there.
type Side = (&'static str, &'static str, fn([i64; 4]) -> i64);

/// The sides whose speeds are told.
fn sides(dimensions: u8) -> Vec<Side> {
    let mut sides: Vec<Side> = vec![("speed", "Speed of the farthest cell", |r| {
        r.into_iter().max().unwrap_or(0)
    })];
    if dimensions == 1 {
        sides.push(("speed_west", "Speed to the west", |r| r[0]));
        sides.push(("speed_east", "Speed to the east", |r| r[2]));
    }
    sides
}

/// The speed of one side: the slope over the later half of the time in which damage can't have come
/// round the grid, of each pair that lasts; mean and error.
fn speed(stories: &[Story], side: fn([i64; 4]) -> i64) -> (f64, f64) {
    let slopes = stories.iter().filter_map(|story| {
        let free = story
            .iter()
            .skip(1)
            .take_while(|d| d.reach.is_some())
            .count();
        let lasts = story.last().is_some_and(|d| d.cells > 0);
        let points: Vec<[f64; 2]> = (free / 2..=free)
            .filter_map(|t| Some([t as f64, side(story[t].reach?) as f64]))
            .collect();
        slope(&points).filter(|_| lasts)
    });
    mean(&slopes.collect::<Vec<f64>>())
}

impl Analysis for Damage {
    fn key(&self) -> &'static str {
        "damage"
    }

    fn name(&self) -> &'static str {
        "Damage spreading"
    }

    fn help(&self) -> &'static str {
        "Flips one cell of random soups, or of a turmite's own cells, and follows the difference: it heals, stays or spreads."
    }

    fn citation(&self) -> &'static str {
        "N. H. Packard (1985), Complexity of growing patterns in cellular automata; F. Bagnoli, R. Rechtman, S. Ruffo (1992), Damage spreading and Lyapunov exponents in cellular automata, Phys. Lett. A 172, 34–38."
    }

    fn fits(&self, model: &Model) -> bool {
        source::fits(model)
    }

    fn parameters(&self, _model: &Model) -> Vec<Parameter> {
        vec![
            source::generations(100, 10_000, "The difference is followed for so long."),
            Parameter::integer("pairs", "N", "Pairs", 50, 2, 10_000)
                .help("Each pair starts from a soup of its own; more make smaller errors."),
            source::density(),
            source::before(),
        ]
    }

    fn run(&self, subject: &Subject, settings: &Settings, job: &Job) -> Result<Report, SimError> {
        let source = Basis::new(self, subject, settings)?;
        if let Family::Turmite(turmite) = &source.rule.family {
            return walkers::damage(self, turmite, subject, settings, job);
        }
        let (pairs, generations) = (source.count("pairs"), source.count("generations"));
        let (before, density) = (source.count("before"), source.real("density"));
        let needed = 2 * u64::from(soups::reach(&source.rule)) * generations as u64 + 2;
        let side = if source.rule.dimensions() == 3 {
            32
        } else {
            needed
        };
        let soups = Soups::new(&source.rule, side, true, source.memory())?;
        let work = [pairs, generations, before];
        let stories = stories(&soups, work, density, source.model.seed, job)?;
        let at = |t: usize| -> Vec<f64> { stories.iter().map(|s| s[t].cells as f64).collect() };
        let curve: Vec<(f64, f64)> = (0..=generations).map(|t| mean(&at(t))).collect();
        let mut report = source.report(self);
        report.method = format!(
            "{pairs} pairs of soups under {} that differ in one cell, {generations} generations; \
             speeds are slopes of the later half of the time before damage can come round.",
            soups.rule
        );
        let lasting = at(generations).iter().filter(|c| **c > 0.0).count();
        let healed = 1.0 - lasting as f64 / pairs as f64;
        let (last, error) = curve[generations];
        report.values = vec![
            measured("damage", "Cells that differ at the end", last, error)
                .symbol("H")
                .unit("cells"),
            measured(
                "healed",
                "Pairs that are the same again",
                healed,
                (healed * (1.0 - healed) / pairs as f64).sqrt(),
            ),
        ];
        for (key, name, side) in sides(source.rule.dimensions()) {
            let (value, error) = speed(&stories, side);
            report.values.push(if value.is_finite() {
                measured(key, name, value, error).unit("cells per generation")
            } else {
                Quantity::text(
                    key,
                    name,
                    "none: no damage that lasts was followed far enough",
                )
            });
        }
        let densities = soups::densities(soups.rule.states(), density);
        if let (1.., 0) = (generations, before) {
            let (first, error) = curve[1];
            report.values.push(
                measured(
                    "sensitivity",
                    "Cells that differ after one generation",
                    first,
                    error,
                )
                .unit("cells"),
            );
            if let Some(exact) = soups.map().sensitivity(&densities, job)? {
                report.values.push(exact_sensitivity(exact));
            }
        }
        let free = stories
            .iter()
            .all(|s| s.iter().all(|d| d.cells == 0 || d.reach.is_some()));
        if !free {
            report.warnings.push(
                "The grid is too small for damage to spread freely all the time: speeds are from \
                 the generations before it can come round."
                    .into(),
            );
        }
        report.tables.push(table(&stories, &curve));
        report.plots = plots(&stories, &curve);
        report.json = serde_json::json!({
            "rule": soups.rule.to_string(),
            "damage": curve.iter().map(|c| c.0).collect::<Vec<f64>>(),
            "standard_error": curve.iter().map(|c| c.1).collect::<Vec<f64>>(),
            "healed": healed,
        });
        report.seconds = source.report(self).seconds;
        Ok(report)
    }
}

/// The mean sensitivity as it follows from the rule.
pub(super) fn exact_sensitivity(value: f64) -> Quantity {
    Quantity::real(
        "exact_sensitivity",
        "The same from the rule's neighbourhoods",
        value,
        Uncertainty::Bound(1e-9 * value.max(1.0)),
    )
    .unit("cells")
}

/// Mean and error of how far the damage of lasting pairs reaches, by generation.
fn radii(stories: &[Story]) -> Vec<(f64, f64, f64)> {
    let generations = stories.first().map_or(0, Vec::len);
    let radius = |t: usize| {
        let far = |r: [i64; 4]| r.into_iter().max().unwrap_or(0) as f64;
        let reaches = stories.iter().filter_map(|s| s[t].reach).map(far);
        let (value, error) = mean(&reaches.collect::<Vec<f64>>());
        value.is_finite().then_some((t as f64, value, error))
    };
    (0..generations).map_while(radius).collect()
}

fn table(stories: &[Story], curve: &[(f64, f64)]) -> Table {
    let radii = radii(stories);
    let healed = |t: usize| {
        let same = stories.iter().filter(|s| s[t].cells == 0).count();
        same as f64 / stories.len().max(1) as f64
    };
    let far = |t: usize| radii.get(t).map_or(String::new(), |r| r.1.to_string());
    let all = 0..curve.len();
    Table {
        title: "Generations".into(),
        columns: vec![
            (
                "Generation".into(),
                all.clone().map(|t| t.to_string()).collect(),
            ),
            (
                "Cells that differ".into(),
                curve.iter().map(|c| c.0.to_string()).collect(),
            ),
            (
                "Error".into(),
                curve.iter().map(|c| c.1.to_string()).collect(),
            ),
            (
                "Radius of what lasts (cells)".into(),
                all.clone().map(far).collect(),
            ),
            (
                "Healed".into(),
                all.map(|t| healed(t).to_string()).collect(),
            ),
        ],
    }
}

fn plots(stories: &[Story], curve: &[(f64, f64)]) -> Vec<Plot> {
    let plot = |title: &str, label: &str, points: Vec<(f64, f64, f64)>| {
        let band = points.iter().filter(|p| p.2.is_finite());
        let band = band.map(|(t, y, e)| [*t, y - e, y + e]).collect();
        Plot {
            title: title.into(),
            x: Axis::new("generation", "generations"),
            y: Axis::new(label, "cells"),
            marks: vec![
                Mark::Band {
                    name: "± standard error".into(),
                    points: band,
                },
                Mark::Line {
                    name: "mean".into(),
                    points: points.iter().map(|(t, y, _)| [*t, *y]).collect(),
                },
            ],
            ..Plot::default()
        }
    };
    let counts = curve.iter().enumerate();
    let counts = counts
        .map(|(t, (value, error))| (t as f64, *value, *error))
        .collect();
    vec![
        plot("Cells that differ", "Cells that differ", counts),
        plot("Radius of the damage that lasts", "Radius", radii(stories)),
    ]
}
