//! What an analysis of recorded numbers reads: an orbit of a system, or an imported series.

use std::sync::Arc;
use std::time::Instant;

use loom_sim::{Job, Model, Parameter, Report, Series, Settings, SimError, Subject, Value};

pub use super::orbit::{Samples, Sampling, manner, orbit, sampling};
use crate::catalogue;
use crate::definition::Definition;
use crate::integrate;
use crate::recorded;
use crate::science;
use crate::settings::{Build, choices};
use crate::simulation::captured;
use crate::stepping::needs_past;

/// Where an analysis takes its numbers from.
pub enum Source<'a> {
    System {
        definition: Arc<Definition>,
        build: Build,
        model: &'a Model,
    },
    Series(Arc<Series>),
}

/// The system of a model of this science.
pub fn of_model(model: &Model) -> Option<Arc<Definition>> {
    (model.science == science::KEY)
        .then(|| catalogue::definition(model).ok())
        .flatten()
}

/// The system of a model whose state is a point of two variables at least.
pub fn of_several(model: &Model) -> Option<Arc<Definition>> {
    of_model(model).filter(|d| d.dimension() >= 2 && !d.has_delays())
}

/// What an analysis of such a system declares; nothing for a model that it doesn't fit.
pub fn form_of_several(
    model: &Model,
    declared: impl Fn(&Definition) -> Vec<Parameter>,
) -> Vec<Parameter> {
    of_several(model).map_or_else(Vec::new, |d| declared(&d))
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

/// Settings that say how an orbit is sampled, which a series has been already.
const OF_ORBITS: [&str; 6] = [
    "of",
    "points",
    "per_period",
    "transient",
    "method",
    "tolerance",
];

/// What an analysis of one variable declares: which one, how it is sampled, and its own.
pub fn of_variable(
    definition: &Definition,
    usual: Sampling,
    own: impl IntoIterator<Item = Parameter>,
) -> Vec<Parameter> {
    let mut list = vec![variable(definition)];
    list.extend(sampling(definition, usual));
    list.extend(own);
    list
}

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
                let build = build.clone().followed_by(settings);
                orbit(definition, &build, points, interval, transient, job)
            }
        }
    }

    /// A report with everything but its findings; a stiff system under an explicit method is said
    /// to be one.
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
        let stiff = match self {
            Self::System {
                definition, build, ..
            } => {
                let build = build.clone().followed_by(settings);
                // A method that doesn't fit is an error of the measurement itself.
                integrate::stiffness(definition, &build).ok().flatten()
            }
            Self::Series(_) => None,
        };
        Report {
            title,
            settings: settings.clone(),
            seconds: begun.elapsed().as_secs_f64(),
            command,
            warnings: stiff.into_iter().collect(),
            ..Report::default()
        }
    }
}

/// How a flow was followed, to stand in a description; nothing for a map.
pub fn by(definition: &Definition, build: &Build) -> String {
    if definition.is_map() {
        String::new()
    } else {
        format!("{}, ", build.manner().words())
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
