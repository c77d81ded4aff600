//! Poincaré section: where the orbit goes through a plane, and the map from one time to the next.

use std::time::Instant;

use loom_sim::{
    Analysis, Axis, Job, Mark, Model, Parameter, Plot, Quantity, Report, Settings, SimError,
    Starts, Subject, Table, Uncertainty, Value,
};

use super::source::{self, Source};
use crate::definition::Definition;
use crate::delay::adaptive::{Adaptive, Before, Seen};
use crate::delay::crossings::Search;
use crate::events::{self, Rule};
use crate::integrate::{Follower, Manner, Method};
use crate::settings::Build;
use crate::spectrum::mean_and_error;

/// Periods without a crossing after which the search is given up.
const PATIENCE: f64 = 1000.0;
/// The height above the plane is looked at this often in a natural period at least.
const LOOKS: f64 = 50.0;

/// "Poincaré section".
#[derive(Clone, Copy, Debug, Default)]
pub struct Poincare;

fn declared(definition: &Definition) -> Vec<Parameter> {
    let last = definition.dimension().saturating_sub(1);
    let variable = definition.look.axes.last().map_or(0, |v| (*v).min(last));
    let mut of = source::variable(definition)
        .help("The plane stands across this variable, unless a normal is given.");
    if let Some(name) = definition.system.variables().get(variable) {
        of.default = Value::from(name.as_str());
    }
    let mut list = vec![
        of,
        Parameter::text("level", "At", "mean")
            .help("Where the plane stands along the variable: a number, or mean for the orbit's mean."),
        Parameter::text("normal", "Normal of the plane", "")
            .help("For a slanted plane: a number for each variable, with commas; empty: across the variable above."),
        Parameter::choice(
            "direction",
            "Direction",
            "up",
            &[("up", "Upward"), ("down", "Downward"), ("both", "Both")],
        )
        .help("Which crossings count; upward is along the normal."),
        Parameter::real("strobe", "T", "Strobe", 0.0, 0.0, 100.0)
            .hard(0.0, 1e9)
            .unit("time units")
            .help("Above 0 no plane is taken but the state every so often, as for systems driven with this period."),
        Parameter::integer("points", "N", "Crossings", 3000, 10, 100_000)
            .hard(2.0, 1e6)
            .help("How many crossings are kept."),
        Parameter::real("transient", "", "Thrown away first", 100.0, 0.0, 10_000.0)
            .hard(0.0, 1e7)
            .unit("periods")
            .help("So that the orbit has come to the attractor before the first crossing."),
    ];
    list.extend(source::manner());
    list
}

impl Analysis for Poincare {
    fn key(&self) -> &'static str {
        "poincare"
    }
    fn name(&self) -> &'static str {
        "Poincaré section"
    }
    fn help(&self) -> &'static str {
        "Where the orbit goes through a plane: a cycle leaves few points, a torus a ring, chaos a broken sheet."
    }
    fn citation(&self) -> &'static str {
        "M. Hénon (1982), On the numerical computation of Poincaré maps, Physica D 5, 412–414."
    }
    fn fits(&self, model: &Model) -> bool {
        source::of_model(model).is_some_and(|d| !d.is_map() && d.coordinates.len() > 1)
    }
    fn parameters(&self, model: &Model) -> Vec<Parameter> {
        source::of_model(model).map_or_else(Vec::new, |d| declared(&d))
    }

    fn run(&self, subject: &Subject, settings: &Settings, job: &Job) -> Result<Report, SimError> {
        let begun = Instant::now();
        let source = Source::of(subject)?;
        let (definition, build) = source.system()?;
        let settings = source.complete(declared, settings)?;
        if definition.is_map() {
            return Err(SimError::other(
                "A map has no Poincaré section: its points are one already.",
            ));
        }
        let real =
            |key: &str, usual: f64| settings.get(key).and_then(Value::as_real).unwrap_or(usual);
        let text = |key: &str| settings.get(key).and_then(Value::as_text).unwrap_or("");
        let points = real("points", 3000.0) as usize;
        let transient = real("transient", 100.0) * definition.period;
        let strobe = real("strobe", 0.0);
        let build = &build.clone().followed_by(&settings);
        let manner = build.manner();
        let mut plane = None;
        if strobe > 0.0 && definition.has_delays() {
            return Err(SimError::other(
                "A delay system is cut by a plane: leave the strobe at 0.",
            ));
        }
        let crossings = if strobe > 0.0 {
            let first = (transient / strobe).ceil() * strobe;
            let samples = source::orbit(definition, build, points, strobe, first, job)?;
            let rows = samples.values.chunks_exact(samples.dimension);
            rows.enumerate()
                .map(|(k, p)| (first + k as f64 * strobe, p.to_vec()))
                .collect()
        } else {
            let at = Plane::new(
                definition,
                build,
                source.chosen(&settings)?,
                text("normal"),
                text("level"),
                job,
            )?;
            let ways = match text("direction") {
                "down" => [false, true],
                "both" => [true, true],
                _ => [true, false],
            };
            let rule = Rule {
                ways,
                count: points,
                from: transient,
                until: f64::INFINITY,
                patience: PATIENCE * definition.period,
                look: definition.period / LOOKS,
            };
            let found = cross(definition, build, &at, &rule, job)?;
            plane = Some(at);
            found
        };
        let mut report = source.report(self.key(), "Poincaré section", &settings, begun);
        report.citation = self.citation().into();
        tell(
            definition,
            plane.as_ref(),
            strobe,
            &manner,
            &crossings,
            &mut report,
        );
        report.seconds = begun.elapsed().as_secs_f64();
        Ok(report)
    }
}

/// normal · x = offset.
struct Plane {
    normal: Vec<f64>,
    offset: f64,
}

impl Plane {
    fn new(
        definition: &Definition,
        build: &Build,
        variable: usize,
        normal: &str,
        level: &str,
        job: &Job,
    ) -> Result<Self, SimError> {
        // Of a delay system the plane may stand across what was some time ago.
        let d = definition.coordinates.len();
        let wrong = |key: &str, value: &str, expected: String| SimError::Value {
            key: key.into(),
            value: format!("“{value}”"),
            expected,
        };
        let mut direction = vec![0.0; d];
        if normal.trim().is_empty() {
            direction[variable] = 1.0;
        } else {
            direction = normal
                .split(',')
                .map(|x| crate::definition::constant(x.trim()))
                .collect::<Result<_, _>>()
                .map_err(|_| wrong("normal", normal, format!("{d} numbers with commas between")))?;
            let size = direction.iter().map(|x| x * x).sum::<f64>().sqrt();
            if direction.len() != d || !(size > 0.0 && size.is_finite()) {
                return Err(wrong(
                    "normal",
                    normal,
                    format!("{d} numbers that are not all 0"),
                ));
            }
            for x in &mut direction {
                *x /= size;
            }
        }
        let mut plane = Self {
            normal: direction,
            offset: 0.0,
        };
        plane.offset = if level.trim() == "mean" || level.trim().is_empty() {
            let interval = definition.period / 20.0;
            let transient = 50.0 * definition.period;
            let some = source::orbit(definition, build, 4000, interval, transient, job)?;
            // What a variable was some time ago has the same mean.
            let count = some.count() as f64;
            let seen = definition.coordinates.iter().zip(&plane.normal);
            seen.map(|(c, n)| n * some.column(c.variable).iter().sum::<f64>() / count)
                .sum()
        } else {
            crate::definition::constant(level)
                .ok()
                .filter(|x| x.is_finite())
                .ok_or_else(|| wrong("level", level, "a number, or mean".into()))?
        };
        Ok(plane)
    }
    fn height(&self, point: &[f64]) -> f64 {
        self.normal
            .iter()
            .zip(point)
            .map(|(n, x)| n * x)
            .sum::<f64>()
            - self.offset
    }
    /// The states of the plane over two variables: the one that is steepest across it makes up
    /// for them, the others have their mean.
    fn starts(&self, crossings: &[(f64, Vec<f64>)], [a, b]: [usize; 2]) -> Starts {
        let d = self.normal.len();
        let count = crossings.len().max(1) as f64;
        let mean = |v: usize| crossings.iter().map(|(_, p)| p[v]).sum::<f64>() / count;
        let means: Vec<f64> = (0..d).map(mean).collect();
        let mut starts = Starts::of_axes(&means, [a, b]);
        let others = (0..d).filter(|v| *v != a && *v != b);
        let steepest =
            others.max_by(|v, w| self.normal[*v].abs().total_cmp(&self.normal[*w].abs()));
        if let Some(k) = steepest.filter(|k| self.normal[*k] != 0.0) {
            let n = &self.normal;
            starts.origin[k] = 0.0;
            starts.origin[k] = -self.height(&starts.origin) / n[k];
            starts.across[k] = -n[a] / n[k];
            starts.up[k] = -n[b] / n[k];
        }
        starts
    }
    fn words(&self, definition: &Definition) -> String {
        let terms: Vec<String> = self
            .normal
            .iter()
            .zip(definition.coordinate_symbols())
            .filter(|(n, _)| **n != 0.0)
            .map(|(n, v)| if *n == 1.0 { v } else { format!("{n:.4} {v}") })
            .collect();
        format!("{} = {:.6}", terms.join(" + "), self.offset)
    }
}

/// Times and states of crossings, by the method that the settings name.
fn cross(
    definition: &Definition,
    build: &Build,
    plane: &Plane,
    rule: &Rule,
    job: &Job,
) -> Result<Vec<(f64, Vec<f64>)>, SimError> {
    let manner = &build.manner();
    if definition.has_delays() && manner.method == Method::Rk4 {
        let search = Search {
            height: &|point| plane.height(point),
            ways: rule.ways,
            points: rule.count,
            transient: rule.from,
            patience: rule.patience,
            plane: plane.words(definition),
        };
        return search.find(definition, build, job);
    }
    let mut height = |_: f64, state: &[f64]| plane.height(state);
    let constants = &build.constants;
    let events = if definition.has_delays() {
        let adaptive = Adaptive::new(definition, manner.method, manner.tolerance)?;
        let before = Before::of(definition, build);
        let mut path = Seen::new(
            adaptive.start(&build.initial, constants, before)?,
            constants,
        );
        events::follow(&mut path, &mut height, rule, job)?
    } else {
        let follower = Follower::new(definition, constants, manner)?;
        let mut path = follower.start(0.0, &build.initial)?;
        events::follow(&mut *path, &mut height, rule, job)?
    };
    if events.gave_up {
        return Err(SimError::other(format!(
            "The orbit did not cross {} that way for {PATIENCE} periods ({} crossings before): choose another level or direction.",
            plane.words(definition),
            events.found.len()
        )));
    }
    Ok(events.found)
}

fn tell(
    definition: &Definition,
    plane: Option<&Plane>,
    strobe: f64,
    manner: &Manner,
    crossings: &[(f64, Vec<f64>)],
    report: &mut Report,
) {
    let names: Vec<&String> = definition.coordinates.iter().map(|c| &c.name).collect();
    let symbols = definition.coordinate_symbols();
    let (how, fixed) = (manner.words(), manner.method == Method::Rk4);
    report.method = match plane {
        Some(plane) if definition.has_delays() && fixed => format!(
            "Fourth-order Runge–Kutta by the method of steps in f64; where the cubic past meets the plane {}.",
            plane.words(definition)
        ),
        Some(plane) => format!(
            "{how} in f64 to the plane {}, found on the dense output to the last digits of the time.",
            plane.words(definition)
        ),
        None => format!("The state every {strobe} time units, {how} in f64."),
    };
    let between: Vec<f64> = crossings.windows(2).map(|w| w[1].0 - w[0].0).collect();
    let (mean, error) = mean_and_error(&between);
    report.values = vec![
        Quantity::exact("crossings", "Crossings", crossings.len()),
        Quantity::real(
            "return_time",
            "Mean time between them",
            mean,
            Uncertainty::StandardError(error),
        )
        .unit("time units"),
    ];
    // The two variables that lie most within the plane.
    let mut order: Vec<usize> = (0..names.len()).collect();
    if let Some(plane) = plane {
        order.sort_by(|a, b| plane.normal[*a].abs().total_cmp(&plane.normal[*b].abs()));
    }
    let (a, b) = (order[0], order[1]);
    report.plots.push(Plot {
        title: "Poincaré section".into(),
        x: Axis::new(&symbols[a], ""),
        y: Axis::new(&symbols[b], ""),
        marks: vec![Mark::Points {
            name: String::new(),
            points: crossings.iter().map(|(_, p)| [p[a], p[b]]).collect(),
        }],
        // Of a delay system no point of the plane is a state to start at.
        starts: plane
            .filter(|_| !definition.has_delays())
            .map(|plane| plane.starts(crossings, [a, b])),
        ..Plot::default()
    });
    let returns: Vec<[f64; 2]> = crossings
        .windows(2)
        .map(|w| [w[0].1[a], w[1].1[a]])
        .collect();
    let ends = returns
        .iter()
        .flatten()
        .fold([f64::INFINITY, f64::NEG_INFINITY], |[l, h], x| {
            [l.min(*x), h.max(*x)]
        });
    report.plots.push(Plot {
        title: "Return map".into(),
        x: Axis::new(&format!("{} at a crossing", symbols[a]), ""),
        y: Axis::new(&format!("{} at the next", symbols[a]), ""),
        marks: vec![
            Mark::Points {
                name: "crossings".into(),
                points: returns,
            },
            Mark::Line {
                name: "unchanged".into(),
                points: vec![[ends[0]; 2], [ends[1]; 2]],
            },
        ],
        ..Plot::default()
    });
    let mut columns = vec![(
        "t".to_owned(),
        crossings.iter().map(|(t, _)| t.to_string()).collect(),
    )];
    for (v, name) in names.iter().enumerate() {
        let column = crossings.iter().map(|(_, p)| p[v].to_string());
        columns.push(((*name).clone(), column.collect()));
    }
    report.tables.push(Table {
        title: "Crossings".into(),
        columns,
    });
    report.json = serde_json::json!({
        "variables": names,
        "crossings": crossings.len(),
        "return_time": mean,
        "return_time_standard_error": error,
        "times": crossings.iter().map(|(t, _)| *t).collect::<Vec<_>>(),
        "points": crossings.iter().map(|(_, p)| p.clone()).collect::<Vec<_>>(),
        "method": report.method,
    });
}
