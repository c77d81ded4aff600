//! Poincaré section: where the orbit goes through a plane, and the map from one time to the next.

use std::time::Instant;

use loom_formula::{Clock, Rates, Scheme, Stepper};
use loom_sim::{
    Analysis, Axis, Job, Mark, Model, Parameter, Plot, Quantity, Report, Settings, SimError,
    Subject, Table, Uncertainty, Value,
};

use super::source::{self, Source};
use crate::definition::Definition;
use crate::settings::Build;
use crate::spectrum::mean_and_error;

/// Periods without a crossing after which the search is given up.
const PATIENCE: f64 = 1000.0;

/// "Poincaré section".
#[derive(Clone, Copy, Debug, Default)]
pub struct Poincare;

fn declared(definition: &Definition) -> Vec<Parameter> {
    let variable = definition.look.axes.last().copied().unwrap_or(0);
    let mut of = source::variable(definition)
        .help("The plane stands across this variable, unless a normal is given.");
    if let Some(name) = definition.system.variables().get(variable) {
        of.default = Value::from(name.as_str());
    }
    vec![
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
    ]
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
        source::of_model(model).is_some_and(|d| !d.is_map() && d.dimension() > 1)
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
        let mut plane = None;
        let crossings = if strobe > 0.0 {
            let samples = source::orbit(definition, build, points, strobe, transient, job)?;
            let first = (transient / strobe).ceil() * strobe;
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
            let found = cross(definition, build, &at, ways, points, transient, job)?;
            plane = Some(at);
            found
        };
        let mut report = source.report(self.key(), "Poincaré section", &settings, begun);
        report.citation = self.citation().into();
        tell(definition, plane.as_ref(), strobe, &crossings, &mut report);
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
        let d = definition.dimension();
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
            let some = source::orbit(
                definition,
                build,
                4000,
                interval,
                50.0 * definition.period,
                job,
            )?;
            some.values
                .chunks_exact(d)
                .map(|p| plane.height(p))
                .sum::<f64>()
                / some.count() as f64
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
    fn words(&self, definition: &Definition) -> String {
        let terms: Vec<String> = self
            .normal
            .iter()
            .zip(definition.system.variables())
            .filter(|(n, _)| **n != 0.0)
            .map(|(n, v)| {
                if *n == 1.0 {
                    v.clone()
                } else {
                    format!("{n:.4} {v}")
                }
            })
            .collect();
        format!("{} = {:.6}", terms.join(" + "), self.offset)
    }
}

/// Times and states of crossings. Between two steps on either side of the plane the height is
/// taken as the independent variable (Hénon): one Runge–Kutta step in it ends on the plane.
fn cross(
    definition: &Definition,
    build: &Build,
    plane: &Plane,
    [up, down]: [bool; 2],
    points: usize,
    transient: f64,
    job: &Job,
) -> Result<Vec<(f64, Vec<f64>)>, SimError> {
    let stepper = Stepper::new(&definition.system, Scheme::Rk4);
    let rates = Rates::new(&definition.system);
    let mut rates = rates.start(&build.constants).map_err(SimError::other)?;
    let mut run = stepper
        .start(&build.initial, Clock::new(build.dt), &build.constants)
        .map_err(SimError::other)?;
    let d = definition.dimension();
    let mut before = build.initial.clone();
    let mut found = Vec::with_capacity(points);
    let patience = (PATIENCE * definition.period / build.dt) as u64;
    let (mut waited, mut height) = (0_u64, f64::NAN);
    while found.len() < points {
        before.copy_from_slice(run.state());
        let time = run.clock().time();
        run.advance(1);
        let now = plane.height(run.state());
        if !now.is_finite() {
            let v = run.state().iter().position(|x| !x.is_finite()).unwrap_or(0);
            return Err(SimError::BlewUp {
                step: format!("{} (t = {time:.6})", run.clock().step),
                variable: definition.system.variables()[v].clone(),
                value: "infinite or not a number".into(),
                remedy: "start elsewhere, change the parameters, or use a smaller dt.".into(),
            });
        }
        let crossed = (up && height < 0.0 && now >= 0.0) || (down && height > 0.0 && now <= 0.0);
        if crossed && time >= transient {
            let mut at = before.clone();
            let mut t = time;
            // A second step mends what is left of the first one's error.
            for _ in 0..2 {
                let step = -plane.height(&at);
                henon(&mut rates, plane, &mut at, &mut t, step, d);
            }
            if at.iter().all(|x| x.is_finite()) && (t - time).abs() <= 2.0 * build.dt {
                found.push((t, at));
                waited = 0;
            }
            if found.len() % 64 == 0 {
                job.check()?;
                job.progress(found.len() as f32 / points as f32);
            }
        }
        height = now;
        waited += u64::from(time >= transient);
        if waited % 65_536 == 1 {
            job.check()?;
        }
        if waited > patience {
            return Err(SimError::other(format!(
                "The orbit did not cross {} that way for {PATIENCE} periods ({} crossings before): choose another level or direction.",
                plane.words(definition),
                found.len()
            )));
        }
    }
    Ok(found)
}

/// One Runge–Kutta step of dx/dh = f / (n·f), dt/dh = 1 / (n·f).
fn henon(
    rates: &mut loom_formula::RatesRun<'_>,
    plane: &Plane,
    at: &mut [f64],
    t: &mut f64,
    step: f64,
    d: usize,
) {
    let mut slopes = [const { Vec::new() }; 4];
    let mut times = [0.0; 4];
    let mut place = at.to_vec();
    for stage in 0..4 {
        let part = [0.0, 0.5, 0.5, 1.0][stage];
        let mut when = *t;
        if stage > 0 {
            for v in 0..d {
                place[v] = at[v] + step * part * slopes[stage - 1][v];
            }
            when += step * part * times[stage - 1];
        }
        let mut rate = vec![0.0; d];
        rates.at(when, &place, &mut rate);
        let speed: f64 = plane.normal.iter().zip(&rate).map(|(n, f)| n * f).sum();
        for f in &mut rate {
            *f /= speed;
        }
        slopes[stage] = rate;
        times[stage] = 1.0 / speed;
    }
    let mean = |a: f64, b: f64, c: f64, d: f64| (a + 2.0 * b + 2.0 * c + d) / 6.0;
    for v in 0..d {
        at[v] += step * mean(slopes[0][v], slopes[1][v], slopes[2][v], slopes[3][v]);
    }
    *t += step * mean(times[0], times[1], times[2], times[3]);
}

fn tell(
    definition: &Definition,
    plane: Option<&Plane>,
    strobe: f64,
    crossings: &[(f64, Vec<f64>)],
    report: &mut Report,
) {
    let names = definition.system.variables();
    report.method = match plane {
        Some(plane) => format!(
            "Fourth-order Runge–Kutta in f64 to the plane {}, the last step in the height above it (Hénon).",
            plane.words(definition)
        ),
        None => format!("The state every {strobe} time units, fourth-order Runge–Kutta in f64."),
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
        x: Axis::new(&names[a], ""),
        y: Axis::new(&names[b], ""),
        marks: vec![Mark::Points {
            name: String::new(),
            points: crossings.iter().map(|(_, p)| [p[a], p[b]]).collect(),
        }],
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
        x: Axis::new(&format!("{} at a crossing", names[a]), ""),
        y: Axis::new(&format!("{} at the next", names[a]), ""),
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
        columns.push((name.clone(), column.collect()));
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
