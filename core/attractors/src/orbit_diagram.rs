//! The orbit (bifurcation) diagram: what remains of the orbit, over one parameter.
//!
//! The state is carried along from one value of the parameter to the next, upward and downward:
//! where the two sweeps differ, two attractors exist side by side (hysteresis). Of a flow the
//! maxima of one variable are drawn, of a map every iteration.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use loom_formula::{Clock, Stepper};
use loom_sim::parameter;
use loom_sim::{
    Analysis, Axis, Job, Mark, Model, Parameter, Plot, Quantity, Report, Settings, SimError,
    Subject, Value,
};
use rayon::prelude::*;

use crate::catalogue;
use crate::definition::{Constant, Definition};
use crate::science;
use crate::settings::Build;
use crate::simulation::captured;
use crate::stepping;

/// Between two partial reports.
const STREAM: Duration = Duration::from_millis(150);
/// Periods after which a flow that has had no maximum is taken to be at rest.
const PATIENCE: f64 = 20.0;
/// How much longer a window is looked through than the whole, at most.
const LONGER: usize = 20;
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
        let Ok(definition) = catalogue::definition(model) else {
            return Vec::new();
        };
        let Some(constant) = usual_constant(&definition) else {
            return Vec::new();
        };
        let constants: Vec<(&str, &str)> = definition
            .parameters
            .iter()
            .map(|p| (p.key.as_str(), p.symbol.as_str()))
            .collect();
        let variables: Vec<(&str, &str)> = definition
            .system
            .variables()
            .iter()
            .map(|v| (v.as_str(), v.as_str()))
            .collect();
        let seen = definition.look.axes.last().copied().unwrap_or(0);
        let width = (constant.high - constant.low).abs().max(1e-6);
        let (low, high) = (constant.low - width, constant.high + width);
        vec![
            Parameter::choice("over", "Parameter", &constant.key, &constants)
                .help("The one that changes along the diagram."),
            Parameter::real("from", "", "From", constant.low, low, high)
                .hard(-1e12, 1e12)
                .help("The parameter's value at the left edge."),
            Parameter::real("to", "", "To", constant.high, low, high)
                .hard(-1e12, 1e12)
                .help("The parameter's value at the right edge."),
            Parameter::choice(
                "of",
                if definition.is_map() {
                    "Variable"
                } else {
                    "Maxima of"
                },
                variables.get(seen).map_or("", |v| v.0),
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
        ]
    }

    /// The edges follow the parameter that is chosen.
    fn declared(&self, model: &Model, given: &Settings) -> Vec<Parameter> {
        let mut declared = self.parameters(model);
        if let Some(key) = given.get("over").and_then(Value::as_text)
            && let Ok(definition) = catalogue::definition(model)
            && let Some(constant) = definition.parameters.iter().find(|p| p.key == key)
        {
            let width = (constant.high - constant.low).abs().max(1e-6);
            for (edge, value) in [("from", constant.low), ("to", constant.high)] {
                if let Some(place) = declared.iter().position(|p| p.key == edge) {
                    let old = &declared[place];
                    let (low, high) = (constant.low - width, constant.high + width);
                    declared[place] = Parameter::real(edge, "", &old.name, value, low, high)
                        .hard(-1e12, 1e12)
                        .help(&old.help);
                }
            }
        }
        declared
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
            }
        }
        let declared = self.declared(model, settings);
        let settings = parameter::complete(&declared, settings)?;
        let plan = Plan::new(&definition, &settings)?;
        sweep(&definition, &build, &plan, job, model, &settings)
    }
}

/// The one that the first experiment changes, else the first.
pub(crate) fn usual_constant(definition: &Definition) -> Option<&Constant> {
    definition
        .experiments
        .iter()
        .flat_map(|e| e.set.keys())
        .find_map(|key| {
            definition
                .parameters
                .iter()
                .find(|p| p.key == *key.get_ref())
        })
        .or_else(|| definition.parameters.first())
}

#[derive(Clone, Debug)]
struct Plan {
    constant: usize,
    from: f64,
    to: f64,
    variable: usize,
    columns: usize,
    points: usize,
    transient: usize,
    ways: Vec<bool>,
    /// Only points between these are kept.
    window: Option<[f64; 2]>,
}

impl Plan {
    fn new(definition: &Definition, settings: &Settings) -> Result<Self, SimError> {
        let text = |key: &str| settings.get(key).and_then(Value::as_text).unwrap_or("");
        let real = |key: &str| settings.get(key).and_then(Value::as_real).unwrap_or(0.0);
        let count = |key: &str| real(key).max(0.0) as usize;
        let over = text("over");
        let plan = Self {
            constant: definition
                .parameters
                .iter()
                .position(|p| p.key == over)
                .unwrap_or(0),
            from: real("from"),
            to: real("to"),
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
        if plan.from >= plan.to {
            return Err(SimError::Value {
                key: "from".into(),
                value: plan.from.to_string(),
                expected: format!("a number below {} (to)", plan.to),
            });
        }
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
        self.from + (self.to - self.from) * column as f64 / (self.columns - 1) as f64
    }
}

/// One sweep's points, column by column in the order in which they were made.
#[derive(Debug, Default)]
struct Sweep {
    points: Vec<[f64; 2]>,
    escaped: u64,
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
    let done = AtomicU64::new(0);
    let shared: Vec<std::sync::Mutex<Sweep>> =
        plan.ways.iter().map(|_| Default::default()).collect();
    let last = std::sync::Mutex::new(Instant::now());
    let tell = || {
        let took = begun.elapsed().as_secs_f64();
        report(definition, plan, &shared, model, settings, took)
    };
    let one = |(way, out): (&bool, &std::sync::Mutex<Sweep>)| -> Result<(), SimError> {
        let stepper = Stepper::new(&definition.system, stepping::scheme(&definition.system));
        let mut walker = Walker::new(definition, build, plan, &stepper);
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
    pool.install(|| plan.ways.par_iter().zip(&shared).try_for_each(one))?;
    Ok(tell())
}

/// Follows the orbit from one value of the parameter to the next.
struct Walker<'a> {
    stepper: &'a Stepper,
    plan: &'a Plan,
    initial: &'a [f64],
    constants: Vec<f64>,
    point: Vec<f64>,
    clock: Clock,
    /// Steps without a maximum after which the flow rests; 0 for maps.
    patience: u64,
    found: Vec<[f64; 2]>,
}

impl<'a> Walker<'a> {
    fn new(
        definition: &'a Definition,
        build: &'a Build,
        plan: &'a Plan,
        stepper: &'a Stepper,
    ) -> Self {
        Self {
            stepper,
            plan,
            initial: &definition.initial,
            constants: build.constants.clone(),
            point: build.initial.clone(),
            clock: Clock::new(if definition.is_map() { 1.0 } else { build.dt }),
            patience: if definition.is_map() {
                0
            } else {
                (PATIENCE * definition.period / build.dt).max(10.0) as u64
            },
            found: Vec::with_capacity(plan.points),
        }
    }

    /// One value of the parameter; true where the orbit runs away.
    fn column(&mut self, value: f64, job: &Job) -> Result<bool, SimError> {
        self.constants[self.plan.constant] = value;
        let mut run = self
            .stepper
            .start(&self.point, self.clock, &self.constants)
            .map_err(SimError::other)?;
        let v = self.plan.variable;
        // A narrow window is looked through for longer, so that it is as full as the whole.
        let [bottom, top] = self
            .plan
            .window
            .unwrap_or([f64::NEG_INFINITY, f64::INFINITY]);
        let longer = if self.plan.window.is_some() {
            LONGER
        } else {
            1
        };
        let wanted = self.plan.transient + self.plan.points * longer;
        let mut kept_here = 0;
        let (mut seen, mut waited, mut turn) = (0, 0_u64, 0_u64);
        let (mut a, mut b) = (f64::NAN, run.state()[v]);
        while seen < wanted {
            run.advance(1);
            let c = run.state()[v];
            turn += 1;
            if turn % 65_536 == 0 {
                job.check()?;
            }
            let kept = if self.patience == 0 {
                Some(c)
            } else if b > a && b >= c {
                // The parabola through three values has its top here.
                let bend = a - 2.0 * b + c;
                Some(if bend < 0.0 {
                    b - (c - a).powi(2) / (8.0 * bend)
                } else {
                    b
                })
            } else {
                None
            };
            if !c.is_finite() || c.abs() > 1e12 {
                self.point = self.initial.to_vec();
                self.clock.step = 0;
                return Ok(true);
            }
            if let Some(x) = kept {
                if seen >= self.plan.transient && (bottom..=top).contains(&x) {
                    self.found.push([value, x]);
                    kept_here += 1;
                    if kept_here == self.plan.points {
                        break;
                    }
                }
                seen += 1;
                waited = 0;
            } else {
                waited += 1;
                if self.patience > 0 && waited > self.patience {
                    // At rest: one point tells it.
                    if (bottom..=top).contains(&c) {
                        self.found.push([value, c]);
                    }
                    break;
                }
            }
            (a, b) = (b, c);
        }
        self.point.copy_from_slice(run.state());
        self.clock = run.clock();
        // A state that has fallen onto a fixed point would stay there for ever: a nudge lets it
        // leave an unstable one.
        for (x, start) in self.point.iter_mut().zip(self.initial) {
            *x += 1e-9 * start.abs().max(1e-3);
        }
        Ok(false)
    }
}

fn report(
    definition: &Definition,
    plan: &Plan,
    shared: &[std::sync::Mutex<Sweep>],
    model: &Model,
    settings: &Settings,
    seconds: f64,
) -> Report {
    let constant = &definition.parameters[plan.constant];
    let variable = &definition.system.variables()[plan.variable];
    let mut marks = Vec::new();
    let (mut points, mut escaped) = (0_u64, 0);
    for (way, sweep) in plan.ways.iter().zip(shared) {
        let Ok(sweep) = sweep.lock() else { continue };
        points += sweep.points.len() as u64;
        escaped += sweep.escaped;
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
    let mut x = Axis::new(&constant.symbol, &constant.unit);
    x.limits = Some([plan.from, plan.to]);
    let mut y = Axis::new(&label, "");
    y.limits = plan.window;
    let plot = Plot {
        title: "Orbit diagram".into(),
        x,
        y,
        marks,
        sets: Some(constant.key.clone()),
        ..Plot::default()
    };
    let rows: Vec<[f64; 2]> = plot.marks.iter().flat_map(points_of).copied().collect();
    let mut report = Report {
        title: format!(
            "Orbit diagram of {} over {}",
            definition.title, constant.symbol
        ),
        method: format!(
            "{} values of {} from {} to {}, the state carried along; at each, {} thrown away and {} kept; f64.",
            plan.columns, constant.symbol, plan.from, plan.to, plan.transient, plan.points
        ),
        citation: OrbitDiagram.citation().into(),
        settings: settings.clone(),
        values: vec![Quantity::exact("points", "Points", points)],
        seconds,
        command: format!(
            "{} --over {} --from {} --to {}",
            science::command_line("bifurcation", model),
            constant.key,
            plan.from,
            plan.to
        ),
        json: serde_json::json!({
            "parameter": constant.key,
            "variable": variable,
            "from": plan.from,
            "to": plan.to,
            "points": rows,
            "escaped": escaped,
        }),
        plots: vec![plot],
        ..Report::default()
    };
    if points == 0 && escaped == 0 {
        report
            .warnings
            .push("No point lies in this part: go back, or draw a larger one.".into());
    }
    if escaped > 0 {
        report.warnings.push(format!(
            "At {escaped} values the orbit ran away: those columns are empty from there."
        ));
    }
    report
}

fn points_of(mark: &Mark) -> &[[f64; 2]] {
    match mark {
        Mark::Points { points, .. } => points,
        _ => &[],
    }
}
