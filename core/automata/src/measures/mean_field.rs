//! Mean field theory: the density after a generation if cells knew nothing of each other, beside
//! the density that random soups really have.

use loom_sim::analysis::{Analysis, Job, Subject};
use loom_sim::{
    Axis, Mark, Model, Parameter, Plot, Quantity, Report, Settings, SimError, Table, Uncertainty,
    seed,
};

use super::parallel;
use super::polynomial::{FixedPoint, Polynomial};
use super::rules::Map;
use super::soups::{self, Soups};
use super::source::{self, Basis};
use super::statistics::mean;
use crate::rule::Family;
use crate::world::World;

/// Coefficients of powers are listed up to this degree.
const LISTED: usize = 64;
/// Generations of the map of densities that are followed for rules of several states.
const FOLLOWED: usize = 200;

/// "Mean field theory".
#[derive(Clone, Copy, Debug)]
pub struct MeanField;

/// Densities of all states, measured and foretold, of soups with one density at the start.
struct Sample {
    start: f64,
    /// Mean and standard error of the density of each state.
    measured: Vec<(f64, f64)>,
    foretold: Vec<f64>,
}

/// Follows soups of several densities at the start.
fn samples(
    soups: &Soups,
    map: &Map,
    [points, count, generations]: [usize; 3],
    seed: u64,
    job: &Job,
) -> Result<Vec<Sample>, SimError> {
    let states = map.states();
    let all = points * count;
    let start = |point: usize| point as f64 / (points.max(2) - 1) as f64;
    let one = |world: &mut World, number: usize| -> Result<Vec<f64>, SimError> {
        let densities = soups::densities(states, start(number / count));
        let mut random = seed::stream(seed, &format!("mean field {number}"));
        soups.put(world, &soups.cells(&densities, &mut random))?;
        source::advance(world, generations as u64, job)?;
        let cells = soups.of(world)?;
        let mut counts = vec![0u64; states];
        for cell in &cells.data {
            if let Some(count) = counts.get_mut(usize::from(*cell)) {
                *count += 1;
            }
        }
        Ok(counts
            .iter()
            .map(|c| *c as f64 / cells.count() as f64)
            .collect())
    };
    let found = parallel::each(all, job, || soups.world(), one)?;
    let mut samples = Vec::new();
    for (point, found) in found.chunks(count).enumerate() {
        let measured = (0..states).map(|s| {
            let values: Vec<f64> = found.iter().map(|densities| densities[s]).collect();
            mean(&values)
        });
        let mut foretold = soups::densities(states, start(point));
        for _ in 0..generations {
            job.check()?;
            foretold = map.next(&foretold).ok_or_else(too_many)?;
        }
        samples.push(Sample {
            start: start(point),
            measured: measured.collect(),
            foretold,
        });
    }
    Ok(samples)
}

fn too_many() -> SimError {
    SimError::other(
        "This rule has too many neighbourhoods to go through at each step: mean field theory takes \
         tables of up to a million.",
    )
}

impl Analysis for MeanField {
    fn key(&self) -> &'static str {
        "mean_field"
    }

    fn name(&self) -> &'static str {
        "Mean field theory"
    }

    fn help(&self) -> &'static str {
        "The density that chance alone foretells for the next generation, beside that of real soups."
    }

    fn citation(&self) -> &'static str {
        "L. S. Schulman, P. E. Seiden (1978), Statistical mechanics of a dynamical system based on Conway's game of Life, J. Stat. Phys. 19, 293–314; H. A. Gutowitz, J. D. Victor, B. W. Knight (1987), Local structure theory for cellular automata, Physica D 28, 18–48."
    }

    fn fits(&self, model: &Model) -> bool {
        source::fits(model)
    }

    fn parameters(&self, model: &Model) -> Vec<Parameter> {
        let side = match source::rule(model).map_or(2, |rule| rule.dimensions()) {
            1 => 4096,
            2 => 128,
            _ => 24,
        };
        vec![
            source::generations(
                10,
                100_000,
                "After the first one theory is exact; how far it goes wrong later tells how cells \
                 have come to know of each other.",
            ),
            Parameter::integer("points", "", "Densities", 21, 3, 401)
                .help("Soups start from so many densities from 0 to 1."),
            Parameter::integer("soups", "", "Soups of each", 8, 2, 1000)
                .help("More soups make the errors of the measured points smaller."),
            Parameter::integer("side", "", "Side of a soup", side, 8, 1 << 24)
                .unit("cells")
                .help("Soups fill a torus of this side, a ring in one dimension, a box in three."),
        ]
    }

    fn run(&self, subject: &Subject, settings: &Settings, job: &Job) -> Result<Report, SimError> {
        let source = Basis::new(self, subject, settings)?;
        if matches!(source.rule.family, Family::Turmite(_)) {
            return Err(SimError::other(format!(
                "{} has no mean field: one machine changes one cell at a time, so that densities \
                 follow no map of their own. Follow its damage spreading instead.",
                source.rule
            )));
        }
        let soups = Soups::new(
            &source.rule,
            source.count("side") as u64,
            false,
            source.memory(),
        )?;
        let map = soups.map();
        let (points, count) = (source.count("points"), source.count("soups"));
        let generations = source.count("generations");
        let work = [points, count, generations];
        let samples = samples(&soups, &map, work, source.model.seed, job)?;
        let mut report = source.report(self);
        report.method = format!(
            "The map of densities from all neighbourhoods of {} cells, iterated; measured in {count} \
             soups of {} cells at each of {points} densities, after {generations} generations.",
            map.cells(),
            soups.count()
        );
        if map.states() < source.rule.states() {
            report.warnings.push(
                "Marks of this rule are left out: cells are alive or dead, as in its base rule."
                    .into(),
            );
        }
        let mut json = serde_json::json!({ "rule": source.rule.name() });
        if let Some(polynomial) = map.polynomial() {
            binary(&polynomial, &samples, generations, &mut report, &mut json);
        } else {
            several(&source, &map, &samples, generations, &mut report, job)?;
        }
        report.tables.push(table(&samples));
        report.json = json;
        report.json["measured"] = samples
            .iter()
            .map(|s| {
                let (values, errors): (Vec<f64>, Vec<f64>) = s.measured.iter().copied().unzip();
                serde_json::json!({
                    "start": s.start, "densities": values, "standard_errors": errors,
                    "mean_field": s.foretold,
                })
            })
            .collect();
        report.seconds = source.report(self).seconds;
        Ok(report)
    }
}

fn stability(point: &FixedPoint) -> &'static str {
    match point.slope.abs() {
        s if (s - 1.0).abs() < 1e-9 => "neutral",
        s if s < 1e-9 => "superstable",
        s if s < 1.0 => "stable",
        _ => "unstable",
    }
}

/// Points with their errors.
fn measured_marks(name: &str, points: &[(f64, f64, f64)]) -> Vec<Mark> {
    let band = points.iter().filter(|p| p.2.is_finite());
    vec![
        Mark::Band {
            name: format!("{name} ± standard error"),
            points: band.map(|(x, y, e)| [*x, y - e, y + e]).collect(),
        },
        Mark::Points {
            name: name.into(),
            points: points.iter().map(|(x, y, _)| [*x, *y]).collect(),
        },
    ]
}

/// What there is to say of two states: polynomial, fixed points, curve and diagonal.
fn binary(
    polynomial: &Polynomial,
    samples: &[Sample],
    generations: usize,
    report: &mut Report,
    json: &mut serde_json::Value,
) {
    let points = polynomial.fixed_points();
    report.values.push(Quantity::exact(
        "degree",
        "Degree of the polynomial",
        polynomial.degree() as u64,
    ));
    for (i, point) in points.iter().enumerate() {
        let name = format!("Fixed point {}, {}", i + 1, stability(point));
        report.values.push(
            Quantity::real(
                &format!("fixed_point_{}", i + 1),
                &name,
                point.at,
                Uncertainty::Bound(1e-9),
            )
            .symbol("p*"),
        );
    }
    if points.is_empty() {
        let what = "none: the map keeps every density";
        report
            .values
            .push(Quantity::text("fixed_points", "Fixed points", what));
    }
    report.tables.push(Table {
        title: "Fixed points".into(),
        columns: vec![
            (
                "Density".into(),
                points.iter().map(|p| p.at.to_string()).collect(),
            ),
            (
                "Slope of the map".into(),
                points.iter().map(|p| p.slope.to_string()).collect(),
            ),
            (
                "Stability".into(),
                points.iter().map(|p| stability(p).to_owned()).collect(),
            ),
        ],
    });
    json["fixed_points"] = points
        .iter()
        .map(|p| serde_json::json!({ "at": p.at, "slope": p.slope, "stability": stability(p) }))
        .collect();
    if polynomial.degree() <= LISTED {
        let (powers, denominator) = polynomial.powers();
        let over = |n: String| match denominator {
            1 => n,
            d => format!("{n}/{d}"),
        };
        let powers: Vec<String> = powers.iter().map(|a| over(a.to_string())).collect();
        let counts = polynomial.numerators().iter();
        let counts: Vec<String> = counts.map(|a| over(a.to_string())).collect();
        json["coefficients"] = powers.clone().into();
        let degree = 0..=polynomial.degree();
        report.tables.push(Table {
            title: "The polynomial f(p)".into(),
            columns: vec![
                ("Power of p".into(), degree.map(|n| n.to_string()).collect()),
                ("Coefficient".into(), powers),
                (
                    "Patterns with so many live cells that lead to life".into(),
                    counts,
                ),
            ],
        });
    }
    let lattice: Vec<f64> = (0..=400).map(|i| f64::from(i) / 400.0).collect();
    let curve = |times: usize| -> Vec<[f64; 2]> {
        let value = |p: f64| (0..times).fold(p, |p, _| polynomial.at(p));
        lattice.iter().map(|p| [*p, value(*p)]).collect()
    };
    let measured: Vec<(f64, f64, f64)> = samples
        .iter()
        .map(|s| (s.start, s.measured[1].0, s.measured[1].1))
        .collect();
    let mut marks = vec![
        Mark::Line {
            name: "f(p)".into(),
            points: curve(1),
        },
        Mark::Line {
            name: "diagonal".into(),
            points: vec![[0.0, 0.0], [1.0, 1.0]],
        },
    ];
    if (2..=FOLLOWED).contains(&generations) && polynomial.degree() <= 512 {
        marks.push(Mark::Line {
            name: format!("f(p), {generations} times"),
            points: curve(generations),
        });
    }
    marks.push(Mark::Points {
        name: "fixed points".into(),
        points: points.iter().map(|p| [p.at, p.at]).collect(),
    });
    let name = format!("measured after {generations}");
    marks.extend(measured_marks(&name, &measured));
    report.plots.push(Plot {
        title: "Density by the density before".into(),
        x: Axis::new("Density at the start", ""),
        y: Axis::new("Density afterwards", ""),
        marks,
        ..Plot::default()
    });
}

/// What there is to say of several states: how densities go on.
fn several(
    source: &Basis,
    map: &Map,
    samples: &[Sample],
    generations: usize,
    report: &mut Report,
    job: &Job,
) -> Result<(), SimError> {
    let states = map.states();
    let shown = states.min(12);
    let mut orbit = vec![soups::densities(states, 0.5)];
    for _ in 0..FOLLOWED {
        job.check()?;
        let next = orbit.last().and_then(|densities| map.next(densities));
        orbit.push(next.ok_or_else(too_many)?);
    }
    let name = |s: usize| match source.rule.state_name(s as u8) {
        Some(name) => format!("state {s}, {name}"),
        None => format!("state {s}"),
    };
    for s in 0..shown {
        let end = orbit.last().map_or(0.0, |densities| densities[s]);
        let before = orbit[orbit.len() - 2][s];
        let error = if (end - before).abs() < 1e-9 {
            Uncertainty::Bound(1e-9)
        } else {
            Uncertainty::Unknown(format!("still changing after {FOLLOWED} steps"))
        };
        let heading = format!("Foretold density of {}", name(s));
        let key = format!("density_{s}");
        report
            .values
            .push(Quantity::real(&key, &heading, end, error));
    }
    report.plots.push(Plot {
        title: "Densities as the map goes on".into(),
        x: Axis::new("Steps of the map", ""),
        y: Axis::new("Density", ""),
        marks: (0..shown)
            .map(|s| Mark::Line {
                name: name(s),
                points: orbit
                    .iter()
                    .enumerate()
                    .map(|(t, d)| [t as f64, d[s]])
                    .collect(),
            })
            .collect(),
        ..Plot::default()
    });
    let line = samples.iter().map(|s| [s.start, 1.0 - s.foretold[0]]);
    let measured: Vec<(f64, f64, f64)> = samples
        .iter()
        .map(|s| (s.start, 1.0 - s.measured[0].0, s.measured[0].1))
        .collect();
    let mut marks = vec![
        Mark::Line {
            name: format!("foretold after {generations}"),
            points: line.collect(),
        },
        Mark::Line {
            name: "diagonal".into(),
            points: vec![[0.0, 0.0], [1.0, 1.0]],
        },
    ];
    marks.extend(measured_marks("measured", &measured));
    report.plots.push(Plot {
        title: "Cells that are not in state 0".into(),
        x: Axis::new("Density at the start", ""),
        y: Axis::new("Density afterwards", ""),
        marks,
        ..Plot::default()
    });
    Ok(())
}

fn table(samples: &[Sample]) -> Table {
    let column = |heading: String, cell: &dyn Fn(&Sample) -> f64| {
        let cells = samples.iter().map(|s| cell(s).to_string()).collect();
        (heading, cells)
    };
    let states = samples.first().map_or(0, |s| s.measured.len()).min(12);
    let mut columns = vec![column("Density at the start".into(), &|s| s.start)];
    for state in 1..states {
        columns.push(column(format!("State {state}, measured"), &|s| {
            s.measured[state].0
        }));
        columns.push(column(format!("State {state}, error"), &|s| {
            s.measured[state].1
        }));
        columns.push(column(format!("State {state}, foretold"), &|s| {
            s.foretold[state]
        }));
    }
    Table {
        title: "Measured and foretold densities".into(),
        columns,
    }
}
