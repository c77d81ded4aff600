//! The orbit (bifurcation) diagram: what remains of the orbit, over one parameter.
//!
//! The state is carried along from one value of the parameter to the next, upward and downward:
//! where the two sweeps differ, two attractors exist side by side (hysteresis). Of a flow the
//! maxima of one variable are drawn, of a map every iteration.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use loom_sim::parameter;
use loom_sim::{
    Analysis, Axis, Job, Mark, Model, Parameter, Plot, Quantity, Report, Settings, SimError,
    Subject, Value,
};
use rayon::prelude::*;

use crate::along::{self, Along};
use crate::analyses::source;
use crate::catalogue;
use crate::definition::Definition;
use crate::integrate;
use crate::science;
use crate::settings::{Build, choices};
use crate::simulation::captured;
use crate::sweep::{Steps, Walker};

/// Between two partial reports.
const STREAM: Duration = Duration::from_millis(150);
/// Points of one diagram, at most.
const MOST_POINTS: u64 = 20_000_000;

/// "Orbit diagram".
#[derive(Clone, Copy, Debug, Default)]
pub struct OrbitDiagram;

impl Analysis for OrbitDiagram {
    fn key(&self) -> &'static str {
        "bifurcation"
    }
    fn name(&self) -> &'static str {
        "Orbit diagram"
    }
    fn help(&self) -> &'static str {
        "What remains of the orbit over one parameter: one point is a cycle, two a doubled one, a smear is chaos."
    }
    fn citation(&self) -> &'static str {
        "R. M. May (1976), Simple mathematical models with very complicated dynamics, Nature 261, 459–467."
    }
    fn fits(&self, model: &Model) -> bool {
        model.science == science::KEY
            && catalogue::definition(model).is_ok_and(|d| !d.parameters.is_empty())
    }

    fn parameters(&self, model: &Model) -> Vec<Parameter> {
        self.declared(model, &Settings::new())
    }

    /// The edges follow the parameter that is chosen.
    fn declared(&self, model: &Model, given: &Settings) -> Vec<Parameter> {
        let Ok(definition) = catalogue::definition(model) else {
            return Vec::new();
        };
        if definition.parameters.is_empty() {
            return Vec::new();
        }
        let symbols = definition.symbols();
        let variables = choices(definition.system.variables(), &symbols);
        let seen = definition.look.axes.last().copied().unwrap_or(0);
        let mut list = along::declared(&definition, given);
        list.extend([
            Parameter::choice(
                "of",
                if definition.is_map() {
                    "Variable"
                } else {
                    "Maxima of"
                },
                variables
                    .get(seen)
                    .or(variables.first())
                    .map_or("", |v| v.0),
                &variables,
            )
            .help("What is drawn upward."),
            Parameter::integer("columns", "", "Columns", 600, 2, 4000)
                .help("Values of the parameter between the two edges."),
            Parameter::integer("points", "", "Points in each column", 150, 1, 2000)
                .help("How many iterations or maxima are kept at each value."),
            Parameter::integer("transient", "", "Thrown away first", 150, 0, 5000)
                .help("Iterations or maxima at each value before any is kept."),
            Parameter::choice(
                "sweep",
                "Sweep",
                "both",
                &[
                    ("both", "Both ways"),
                    ("up", "Upward"),
                    ("down", "Downward"),
                ],
            )
            .help("The state is carried along; where the two ways differ, two attractors coexist."),
            Parameter::real("bottom", "", "Lower edge", 0.0, -100.0, 100.0)
                .hard(-1e12, 1e12)
                .help("Only points above it are kept; the same as the upper edge: all are."),
            Parameter::real("top", "", "Upper edge", 0.0, -100.0, 100.0)
                .hard(-1e12, 1e12)
                .help("Only points below it are kept; the same as the lower edge: all are."),
        ]);
        if !definition.is_map() && !definition.has_delays() {
            list.extend(source::manner());
        }
        list
    }

    fn run(&self, subject: &Subject, settings: &Settings, job: &Job) -> Result<Report, SimError> {
        let Subject::State { model, capture } = subject else {
            return Err(SimError::other(
                "An orbit diagram is made of a system; choose one of the catalogue.",
            ));
        };
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
        let declared = self.declared(model, settings);
        let settings = parameter::complete(&declared, settings)?;
        let plan = Plan::new(&definition, &settings)?;
        let build = build.followed_by(&settings);
        sweep(&definition, &build, &plan, job, model, &settings)
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub along: Along,
    pub variable: usize,
    columns: usize,
    pub points: usize,
    pub transient: usize,
    ways: Vec<bool>,
    /// Only points between these are kept.
    pub window: Option<[f64; 2]>,
}

impl Plan {
    fn new(definition: &Definition, settings: &Settings) -> Result<Self, SimError> {
        let text = |key: &str| settings.get(key).and_then(Value::as_text).unwrap_or("");
        let real = |key: &str| settings.get(key).and_then(Value::as_real).unwrap_or(0.0);
        let count = |key: &str| real(key).max(0.0) as usize;
        let along = Along::new(definition, settings, ["over", "from", "to"])?
            .ok_or_else(|| SimError::other("This system has no parameter to go along."))?;
        let plan = Self {
            along,
            variable: definition
                .system
                .variables()
                .iter()
                .position(|v| v == text("of"))
                .unwrap_or(0),
            columns: count("columns").max(2),
            points: count("points").max(1),
            transient: count("transient"),
            ways: match text("sweep") {
                "up" => vec![true],
                "down" => vec![false],
                _ => vec![true, false],
            },
            window: (real("bottom") < real("top")).then(|| [real("bottom"), real("top")]),
        };
        let points = (plan.columns * plan.ways.len()) as u64 * plan.points as u64;
        if points > MOST_POINTS {
            return Err(SimError::TooLarge {
                needed: format!("{points} points"),
                allowed: format!("{MOST_POINTS}"),
                remedy: "ask for fewer columns or points.".into(),
            });
        }
        Ok(plan)
    }
    fn value(&self, column: usize) -> f64 {
        self.along.value(column, self.columns)
    }
}

/// One sweep's points, column by column in the order in which they were made.
#[derive(Debug, Default)]
struct Sweep {
    points: Vec<[f64; 2]>,
    escaped: u64,
    /// The first value at which the system is stiff for an explicit method.
    stiff: Option<f64>,
}

/// What the sweeps of a diagram share with those who tell of it.
struct Shared {
    ways: Vec<Mutex<Sweep>>,
    /// What is said of the system before: that it is stiff.
    said: Option<String>,
    begun: Instant,
}

fn sweep(
    definition: &Definition,
    build: &Build,
    plan: &Plan,
    job: &Job,
    model: &Model,
    settings: &Settings,
) -> Result<Report, SimError> {
    let begun = Instant::now();
    job.progress(0.0);
    let steps = Steps::new(definition, build)?;
    let shared = Shared {
        ways: plan.ways.iter().map(|_| Mutex::default()).collect(),
        said: integrate::stiffness(definition, build)?,
        begun,
    };
    let done = AtomicU64::new(0);
    let last = Mutex::new(Instant::now());
    let tell = || report(definition, build, plan, &shared, model, settings);
    let one = |(way, out): (&bool, &Mutex<Sweep>)| -> Result<(), SimError> {
        let mut walker = Walker::new(definition, build, plan, &steps);
        let total = (plan.columns * plan.ways.len()) as f32;
        for number in 0..plan.columns {
            job.check()?;
            let column = if *way {
                number
            } else {
                plan.columns - 1 - number
            };
            let escaped = walker.column(plan.value(column), job)?;
            if let Ok(mut sweep) = out.lock() {
                sweep.points.append(&mut walker.found);
                sweep.escaped += u64::from(escaped);
                sweep.stiff = sweep.stiff.or(walker.stiff);
            }
            job.progress((done.fetch_add(1, Ordering::Relaxed) + 1) as f32 / total);
            if let Ok(mut at) = last.try_lock()
                && at.elapsed() >= STREAM
            {
                *at = Instant::now();
                job.partial(&tell());
            }
        }
        Ok(())
    };
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(job.threads.clamp(1, 2))
        .build()
        .map_err(|e| SimError::other(format!("No threads could be started: {e}.")))?;
    pool.install(|| plan.ways.par_iter().zip(&shared.ways).try_for_each(one))?;
    Ok(tell())
}

fn report(
    definition: &Definition,
    build: &Build,
    plan: &Plan,
    shared: &Shared,
    model: &Model,
    settings: &Settings,
) -> Report {
    let constant = &definition.parameters[plan.along.constant];
    let (from, to) = (plan.along.from, plan.along.to);
    let variable = &definition.symbols()[plan.variable];
    let mut marks = Vec::new();
    let (mut points, mut escaped, mut stiff) = (0_u64, 0, None);
    for (way, sweep) in plan.ways.iter().zip(&shared.ways) {
        let Ok(sweep) = sweep.lock() else { continue };
        points += sweep.points.len() as u64;
        escaped += sweep.escaped;
        stiff = stiff.or(sweep.stiff);
        marks.push(Mark::Points {
            name: if *way { "upward" } else { "downward" }.into(),
            points: sweep.points.clone(),
        });
    }
    let label = if definition.is_map() {
        variable.clone()
    } else {
        format!("maxima of {variable}")
    };
    let mut y = Axis::new(&label, "");
    y.limits = plan.window;
    let plot = Plot {
        title: "Orbit diagram".into(),
        x: plan.along.axis(definition),
        y,
        marks,
        sets: Some(constant.key.clone()),
        edges: ["from", "to", "bottom", "top"].map(str::to_owned).to_vec(),
        ..Plot::default()
    };
    let by = if definition.is_map() {
        String::new()
    } else {
        format!(" by {}", build.manner().words())
    };
    let mut report = Report {
        title: format!(
            "Orbit diagram of {} over {}",
            definition.title, constant.symbol
        ),
        method: format!(
            "{} values of {} from {} to {}, the state carried along{by}; at each, {} thrown away and {} kept; f64.",
            plan.columns, constant.symbol, from, to, plan.transient, plan.points
        ),
        citation: OrbitDiagram.citation().into(),
        settings: settings.clone(),
        values: vec![Quantity::exact("points", "Points", points)],
        seconds: shared.begun.elapsed().as_secs_f64(),
        command: format!(
            "{} --over {} --from {} --to {}",
            science::command_line("bifurcation", model),
            constant.key,
            from,
            to
        ),
        json: serde_json::json!({
            "parameter": constant.key,
            "variable": variable,
            "from": from,
            "to": to,
            "escaped": escaped,
        }),
        listed: "points".into(),
        plots: vec![plot],
        ..Report::default()
    };
    if points == 0 && escaped == 0 {
        report
            .warnings
            .push("No point lies in this part: go back, or draw a larger one.".into());
    }
    report.warnings.extend(shared.said.clone());
    if let (Some(value), None) = (stiff, &shared.said) {
        report.warnings.push(format!(
            "At {} = {value} and perhaps elsewhere the system is stiff: {} takes steps as short as its stability asks, not its tolerance. Use --method bdf.",
            constant.symbol,
            build.method.key()
        ));
    }
    if escaped > 0 {
        report.warnings.push(format!(
            "At {escaped} values the orbit ran away: those columns are empty from there."
        ));
    }
    report
}
