//! What an analysis of recorded numbers reads: an orbit of a system, or an imported series.

use std::sync::Arc;
use std::time::Instant;

use loom_formula::Clock;
use loom_sim::{Job, Model, Parameter, Report, Series, Settings, SimError, Subject, Value};

use crate::catalogue;
use crate::definition::Definition;
use crate::delay::sampling::Sampling as Lagging;
use crate::integrate::{Follower, Manner, Method, advice};
use crate::recorded;
use crate::science;
use crate::settings::{Build, choices};
use crate::simulation::captured;
use crate::stepping::{OrbitStepper, needs_past};

/// Steps between two looks at whether the work has been cancelled.
const CHUNK: u64 = 20_000;

/// Where an analysis takes its numbers from.
pub enum Source<'a> {
    System {
        definition: Arc<Definition>,
        build: Build,
        model: &'a Model,
    },
    Series(Arc<Series>),
}

/// Points at equal distances of time, variable by variable within each.
#[derive(Clone, Debug, PartialEq)]
pub struct Samples {
    pub dimension: usize,
    /// Time between points.
    pub interval: f64,
    pub values: Vec<f64>,
}

impl Samples {
    pub fn count(&self) -> usize {
        self.values.len() / self.dimension
    }
    pub fn column(&self, variable: usize) -> Vec<f64> {
        let column = self.values.iter().skip(variable).step_by(self.dimension);
        column.copied().collect()
    }
}

/// How an orbit is sampled unless the settings say otherwise.
#[derive(Clone, Copy, Debug)]
pub struct Sampling {
    pub points: i64,
    /// Of a flow, in each natural period.
    pub per_period: f64,
}

/// The system of a model of this science.
pub fn of_model(model: &Model) -> Option<Arc<Definition>> {
    (model.science == science::KEY)
        .then(|| catalogue::definition(model).ok())
        .flatten()
}

/// Whether an analysis of recorded numbers can be run on a model: a system, or a series.
pub fn has_numbers(model: &Model) -> bool {
    of_model(model).is_some() || recorded::of_model(model).is_some_and(|r| r.is_ok())
}

/// The declarations for a model: a system's own, or what is left of them for a series, its
/// columns being the variables.
pub fn declarations(
    model: &Model,
    declared: impl Fn(&Definition) -> Vec<Parameter>,
) -> Vec<Parameter> {
    if let Some(Ok(recording)) = recorded::of_model(model) {
        return of_recording(&recording.series, &declared);
    }
    of_model(model).map_or_else(Vec::new, |d| declared(&d))
}

fn of_recording(
    series: &Series,
    declared: impl Fn(&Definition) -> Vec<Parameter>,
) -> Vec<Parameter> {
    // The numbers are declared alike for every system; the variables are its own.
    let Ok(example) = catalogue::named("Lorenz") else {
        return Vec::new();
    };
    let names: Vec<(&str, &str)> = series
        .columns
        .iter()
        .map(|c| (c.name.as_str(), c.name.as_str()))
        .collect();
    let mut list = declared(&example);
    list.retain(|p| p.key == "of" || !OF_ORBITS.contains(&&*p.key));
    for parameter in &mut list {
        if parameter.key == "of" {
            let usual = names.first().map_or("", |(name, _)| *name);
            let help = std::mem::take(&mut parameter.help);
            *parameter = Parameter::choice("of", "Column", usual, &names).help(&help);
        }
    }
    list
}

fn long_enough(series: &Arc<Series>) -> Result<Arc<Series>, SimError> {
    if series.columns.is_empty() || series.at.len() < 16 {
        return Err(SimError::other(
            "The series is too short: 16 points at least are needed.",
        ));
    }
    Ok(series.clone())
}

/// What declares how many points of an orbit are taken.
pub fn sampling(definition: &Definition, usual: Sampling) -> Vec<Parameter> {
    let mut list = vec![
        Parameter::integer("points", "N", "Points", usual.points, 100, 1_000_000)
            .hard(16.0, 1e7)
            .help("How many points of the orbit are taken; more tell finer things."),
        Parameter::real("transient", "", "Thrown away first", 100.0, 0.0, 10_000.0)
            .hard(0.0, 1e7)
            .unit("periods")
            .help("So that the orbit has come to the attractor before the first point."),
    ];
    if !definition.is_map() {
        list.insert(
            1,
            Parameter::real(
                "per_period",
                "",
                "Points in a period",
                usual.per_period,
                0.05,
                500.0,
            )
            .hard(1e-4, 1e5)
            .logarithmic()
            .help("How densely the orbit is sampled, in its natural periods."),
        );
        list.extend(manner());
    }
    list
}

/// What declares how a flow's orbit is followed.
pub fn manner() -> [Parameter; 2] {
    [
        Parameter::choice("method", "Method", Method::Rk4.key(), Method::noiseless())
            .help("How the orbit is followed: a fixed step, steps by the tolerance, for stiff or for Hamiltonian systems."),
        Parameter::real("tolerance", "", "Tolerance", 1e-9, 1e-12, 1e-3)
            .hard(1e-14, 0.1)
            .logarithmic()
            .help("The error allowed in each step, for the methods that choose their steps."),
    ]
}

/// The method and the tolerance that the settings name.
pub fn chosen_manner(settings: &Settings, dt: f64) -> Manner {
    let method = settings.get("method").and_then(Value::as_text);
    let tolerance = settings.get("tolerance").and_then(Value::as_real);
    Manner {
        method: method.and_then(Method::of).unwrap_or(Method::Rk4),
        tolerance: tolerance.unwrap_or(1e-9),
        dt,
    }
}

/// Settings that say how an orbit is sampled, which a series has been already.
const OF_ORBITS: [&str; 6] = [
    "of",
    "points",
    "per_period",
    "transient",
    "method",
    "tolerance",
];

/// What declares the variable that is read.
pub fn variable(definition: &Definition) -> Parameter {
    let names = definition.system.variables();
    let symbols = definition.symbols();
    let choices = choices(names, &symbols);
    Parameter::choice(
        "of",
        "Variable",
        names.first().map_or("", String::as_str),
        &choices,
    )
    .help("The one that is read.")
}

impl<'a> Source<'a> {
    pub fn of(subject: &'a Subject) -> Result<Self, SimError> {
        match subject {
            Subject::State { model, .. } if recorded::of_model(model).is_some() => {
                let recording = recorded::of_model(model)
                    .unwrap_or_else(|| Err(SimError::other("This model carries no series.")))?;
                Ok(Self::Series(long_enough(&recording.series)?))
            }
            Subject::State { model, capture } => {
                let definition = catalogue::definition(model)?;
                let mut build = Build::new(&definition, &model.parameters)?;
                if let Some(capture) = capture {
                    let state = captured(capture)?;
                    build.constants.clone_from(&state.constants);
                    if let Some(orbit) = state.orbits.first() {
                        build.initial.clone_from(&orbit.point);
                        build.past = orbit.past.clone().map(Arc::new);
                    }
                }
                Ok(Self::System {
                    definition,
                    build,
                    model,
                })
            }
            Subject::Series(series) => Ok(Self::Series(long_enough(series)?)),
            _ => Err(SimError::other(
                "This is measured on a system or on a time series; choose one of the catalogue.",
            )),
        }
    }
    /// A system, where no series would do.
    pub fn system(&self) -> Result<(&Arc<Definition>, &Build), SimError> {
        match self {
            Self::System {
                definition, build, ..
            } => Ok((definition, build)),
            Self::Series(_) => Err(SimError::other(
                "This is measured on equations; a time series has none.",
            )),
        }
    }
    /// A system whose state is a few numbers, where a past would not do.
    pub fn instant(&self) -> Result<(&Arc<Definition>, &Build), SimError> {
        let (definition, build) = self.system()?;
        if definition.has_delays() {
            return Err(needs_past());
        }
        Ok((definition, build))
    }
    pub fn is_map(&self) -> bool {
        matches!(self, Self::System { definition, .. } if definition.is_map())
    }
    pub fn variables(&self) -> Vec<String> {
        match self {
            Self::System { definition, .. } => definition.system.variables().to_vec(),
            Self::Series(series) => series.columns.iter().map(|c| c.name.clone()).collect(),
        }
    }
    /// The variables as they are written in plots.
    pub fn symbols(&self) -> Vec<String> {
        match self {
            Self::System { definition, .. } => definition.symbols(),
            Self::Series(_) => self.variables(),
        }
    }
    /// The unit of time of this source.
    pub fn time_unit(&self) -> String {
        match self {
            Self::System { .. } if self.is_map() => "iterations".into(),
            Self::System { .. } => "time units".into(),
            Self::Series(series) if series.abscissa.1.is_empty() => "time units".into(),
            Self::Series(series) => series.abscissa.1.clone(),
        }
    }
    /// The variable that the settings name.
    pub fn chosen(&self, settings: &Settings) -> Result<usize, SimError> {
        let names = self.variables();
        let Some(wanted) = settings.get("of").and_then(Value::as_text) else {
            return Ok(0);
        };
        names
            .iter()
            .position(|n| n == wanted)
            .ok_or_else(|| SimError::Unknown {
                what: "variable",
                name: wanted.to_owned(),
                hint: format!(": there are {}.", names.join(", ")),
            })
    }
    /// The settings, complete and checked for systems; a series has only those that are given.
    pub fn complete(
        &self,
        declared: impl Fn(&Definition) -> Vec<Parameter>,
        given: &Settings,
    ) -> Result<Settings, SimError> {
        match self {
            Self::System { definition, .. } => {
                loom_sim::parameter::complete(&declared(definition), given)
            }
            Self::Series(_) => {
                // The numbers are declared alike for every system; the variables are its own.
                let example = catalogue::named("Lorenz")?;
                let mut list = declared(&example);
                list.retain(|p| !OF_ORBITS.contains(&&*p.key));
                let mut own = given.clone();
                let variable = own.remove("of");
                for key in OF_ORBITS {
                    own.remove(key);
                }
                let mut all = loom_sim::parameter::complete(&list, &own)?;
                all.extend(variable.map(|v| ("of".to_owned(), v)));
                Ok(all)
            }
        }
    }

    /// The points, from the orbit or as they stand in the series.
    pub fn samples(&self, settings: &Settings, job: &Job) -> Result<Samples, SimError> {
        match self {
            Self::Series(series) => of_series(series),
            Self::System {
                definition, build, ..
            } => {
                let real = |key: &str, usual: f64| {
                    settings.get(key).and_then(Value::as_real).unwrap_or(usual)
                };
                let points = real("points", 10_000.0).max(1.0) as usize;
                let interval = if definition.is_map() {
                    1.0
                } else {
                    definition.period / real("per_period", 20.0)
                };
                let transient = real("transient", 100.0) * definition.period.max(1e-12);
                let manner = chosen_manner(settings, build.dt);
                orbit_by(definition, build, points, interval, transient, &manner, job)
            }
        }
    }

    /// A report with everything but its findings.
    pub fn report(&self, key: &str, what: &str, settings: &Settings, begun: Instant) -> Report {
        let (title, command) = match self {
            Self::System {
                definition, model, ..
            } => (
                format!("{what} of {}", definition.title),
                with_settings(science::command_line(key, model), settings),
            ),
            Self::Series(_) => (format!("{what} of a time series"), String::new()),
        };
        Report {
            title,
            settings: settings.clone(),
            seconds: begun.elapsed().as_secs_f64(),
            command,
            ..Report::default()
        }
    }
}

/// The settings of an analysis as options of its command.
fn with_settings(mut line: String, settings: &Settings) -> String {
    for (key, value) in settings {
        let word = science::quoted(&value.to_string());
        line.push_str(&format!(" --{} {word}", key.replace('_', "-")));
    }
    line
}

/// An orbit, sampled; whole Runge–Kutta steps between points, none longer than dt.
pub fn orbit(
    definition: &Definition,
    build: &Build,
    points: usize,
    interval: f64,
    transient: f64,
    job: &Job,
) -> Result<Samples, SimError> {
    let manner = chosen_manner(&Settings::new(), build.dt);
    orbit_by(definition, build, points, interval, transient, &manner, job)
}

/// The same by any method.
pub fn orbit_by(
    definition: &Definition,
    build: &Build,
    points: usize,
    interval: f64,
    transient: f64,
    manner: &Manner,
    job: &Job,
) -> Result<Samples, SimError> {
    let dimension = definition.dimension();
    if (points as u64).saturating_mul(dimension as u64) > 1 << 27 {
        return Err(SimError::TooLarge {
            needed: format!("{} numbers", points as u64 * dimension as u64),
            allowed: "1 GiB".into(),
            remedy: "ask for fewer points.".into(),
        });
    }
    if definition.has_delays() {
        let sampling = Lagging {
            method: manner.method,
            tolerance: manner.tolerance,
            transient,
            interval,
            points,
        };
        return Ok(Samples {
            dimension,
            interval,
            values: sampling.follow(definition, build, job)?,
        });
    }
    let map = definition.is_map();
    let per_point = if map {
        1
    } else {
        (interval / build.dt * (1.0 - 1e-12))
            .ceil()
            .clamp(1.0, 1e12) as u64
    };
    let step = if map {
        1.0
    } else {
        interval / per_point as f64
    };
    if !map && manner.method != Method::Rk4 {
        let manner = Manner {
            dt: step,
            ..*manner
        };
        let follower = Follower::new(definition, &build.constants, &manner)?;
        let mut path = follower.start(0.0, &build.initial)?;
        let begun = if manner.method.has_fixed_steps() {
            (transient / step).round() * step
        } else {
            transient
        };
        let mut values = vec![0.0; points * dimension];
        for (number, row) in values.chunks_exact_mut(dimension).enumerate() {
            job.check()?;
            path.at(begun + number as f64 * interval, row)?;
        }
        return Ok(Samples {
            dimension,
            interval,
            values,
        });
    }
    let stepper = OrbitStepper::new(definition);
    let mut clock = Clock::new(step);
    let mut point = build.initial.clone();
    let mut go = |point: &mut Vec<f64>, steps: u64| -> Result<(), SimError> {
        let mut left = steps;
        while left > 0 {
            job.check()?;
            let now = left.min(CHUNK);
            stepper.advance(point, &build.constants, &mut clock, now)?;
            left -= now;
        }
        match point.iter().position(|x| !x.is_finite()) {
            None => Ok(()),
            Some(v) => Err(SimError::BlewUp {
                step: format!("{} (t = {:.6})", clock.step, clock.time()),
                variable: definition.system.variables()[v].clone(),
                value: if point[v].is_nan() {
                    "not a number"
                } else {
                    "infinite"
                }
                .into(),
                remedy: advice(definition, &build.constants, &build.initial, step),
            }),
        }
    };
    go(&mut point, (transient / step).round().min(1e15) as u64)?;
    let mut values = Vec::with_capacity(points * dimension);
    for number in 0..points {
        values.extend_from_slice(&point);
        if number + 1 < points {
            go(&mut point, per_point)?;
        }
    }
    Ok(Samples {
        dimension,
        interval,
        values,
    })
}

/// The numbers of a series whose points lie at equal distances.
fn of_series(series: &Series) -> Result<Samples, SimError> {
    let count = series.at.len();
    let dimension = series.columns.len();
    let mut values = Vec::with_capacity(count * dimension);
    for row in 0..count {
        for column in &series.columns {
            let x = column.values.get(row).copied().unwrap_or(f64::NAN);
            if !x.is_finite() {
                return Err(SimError::other(format!(
                    "Row {} of column {} is no number: fill the gap or cut the series there.",
                    row + 1,
                    column.name
                )));
            }
            values.push(x);
        }
    }
    let interval = (series.at[count - 1] - series.at[0]) / (count - 1) as f64;
    let uneven = series
        .at
        .windows(2)
        .position(|w| (w[1] - w[0] - interval).abs() > 0.01 * interval);
    if let Some(row) = uneven {
        return Err(SimError::other(format!(
            "The times are not equally spaced: from row {} to {} they go from {} to {}. Resample the series first.",
            row + 1,
            row + 2,
            series.at[row],
            series.at[row + 1]
        )));
    }
    Ok(Samples {
        dimension,
        interval,
        values,
    })
}
