//! What a catalogue entry says of itself, measured: a start on the attractor, a step that is
//! exact enough, the natural period, and the Lyapunov spectrum with its errors.

use loom_formula::Clock;
use loom_sim::{Analysis as _, Job, Settings, SimError, Subject, Value};
use toml_edit::{Array, DocumentMut, Item, Table};

use crate::catalogue;
use crate::definition::Definition;
use crate::delay;
use crate::file::Measured;
use crate::lyapunov::Lyapunov;
use crate::settings::Build;
use crate::start;
use crate::stepping::{OrbitStepper, Standing};

/// Periods over which maxima are counted.
const COUNTED: f64 = 500.0;
/// Steps that the counting may take.
const MOST_STEPS: f64 = 5e6;
/// Points along the attractor at which the step is tried.
const TRIED: usize = 64;
/// The most that one period may differ from one of steps half as long, as a part of each
/// variable's standard deviation.
const ALLOWED: f64 = 1e-5;
/// How often dt may be shortened for the sake of the sum rule.
const HALVINGS: usize = 6;
/// Fewest maxima that give a period.
const FEWEST: usize = 20;

/// One entry, measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Invariants {
    /// On the attractor, to six digits; the file's own where the orbit comes to rest or a
    /// variable grows for ever.
    pub initial: Vec<f64>,
    pub dt: f64,
    pub period: f64,
    /// How dt and period were obtained, for the reader of the file.
    pub obtained: String,
    pub measured: Measured,
    /// The exponents' sum less the mean divergence.
    pub gap: f64,
}

/// Measures an entry at its default parameters; `effort` multiplies the usual time.
pub fn measure(definition: &Definition, effort: f64, job: &Job) -> Result<Invariants, SimError> {
    let mut found = definition.clone();
    let mut obtained = "One step is one iteration.".to_owned();
    if !definition.is_map() {
        let (period, counted) = period(&found, job)?;
        found.period = period;
        let exact = step(&found, job)?;
        found.dt = exact.unwrap_or(found.dt);
        let how = if exact.is_some() {
            "dt: the longest of 1, 2, 5 × 10ᵏ, at most period/50, with which a period of \
             Runge–Kutta steps differs from one of steps half as long by less than 10⁻⁵ standard \
             deviations, at 64 points."
        } else {
            "dt: set by hand, since no fixed step is exact to 10⁻⁵ over a period everywhere."
        };
        obtained = if counted {
            format!("{how} Period: mean time between maxima, median over the variables.")
        } else {
            format!("{how} Period: set by hand, since no variable has maxima in turn.")
        };
    }
    found.initial = settled(&found, job)?;
    let (mut measured, mut gap) = spectrum(&found, effort, job)?;
    // Fast contraction shows in the sum before it shows in the orbit.
    let mut halved = 0;
    while !definition.is_map() && halved < HALVINGS && !keeps_sum(&measured, gap) {
        halved += 1;
        found.dt = ladder(found.dt * 0.6);
        (measured, gap) = spectrum(&found, effort, job)?;
    }
    if halved > 0 {
        obtained = format!(
            "{obtained} dt was then made shorter until the exponents' sum was within 0.3 % of \
             the mean divergence."
        );
    }
    Ok(Invariants {
        initial: found.initial,
        dt: found.dt,
        period: found.period,
        obtained,
        measured,
        gap,
    })
}

/// Whether the exponents sum to the divergence within 0.3 % or a standard error; a delay system's
/// need not.
fn keeps_sum(measured: &Measured, gap: f64) -> bool {
    let Some(divergence) = measured.mean_divergence else {
        return true;
    };
    let error = measured
        .standard_error
        .iter()
        .map(|e| e * e)
        .sum::<f64>()
        .sqrt();
    gap.abs() <= (3e-3 * divergence.abs()).max(error)
}

fn build(definition: &Definition) -> Result<Build, SimError> {
    let mut build = Build::new(definition, &Settings::new())?;
    build.dt = definition.dt;
    build.initial.clone_from(&definition.initial);
    Ok(build)
}

/// The mean time between maxima, and whether any variable had them.
pub(crate) fn period(definition: &Definition, job: &Job) -> Result<(f64, bool), SimError> {
    let build = build(definition)?;
    let stepper = OrbitStepper::new(definition);
    let mut clock = Clock::new(build.dt);
    let mut orbit = Standing::new(definition, &build);
    let steps = (COUNTED * definition.period / build.dt).clamp(1e4, MOST_STEPS) as u64;
    stepper.follow(&mut orbit, &build.constants, &mut clock, steps / 5)?;
    let mut maxima = vec![Maxima::default(); orbit.point.len()];
    for n in 0..steps {
        if n % 4096 == 0 {
            job.check()?;
        }
        for (maximum, x) in maxima.iter_mut().zip(&orbit.point) {
            maximum.see(n, *x);
        }
        stepper.follow(&mut orbit, &build.constants, &mut clock, 1)?;
    }
    finite(definition, &orbit.point, &clock)?;
    let mut periods: Vec<f64> = maxima
        .iter()
        .filter(|m| m.count > FEWEST)
        .map(|m| (m.last - m.first) as f64 * build.dt / (m.count - 1) as f64)
        .collect();
    periods.sort_by(f64::total_cmp);
    match periods.get(periods.len() / 2) {
        Some(period) => Ok((significant(*period, 4), true)),
        None => Ok((definition.period, false)),
    }
}

/// Maxima of one variable.
#[derive(Clone, Default, Debug)]
struct Maxima {
    before: f64,
    rising: bool,
    first: u64,
    last: u64,
    count: usize,
}

impl Maxima {
    fn see(&mut self, n: u64, x: f64) {
        if n > 0 {
            if x > self.before {
                self.rising = true;
            } else if x < self.before {
                // What only rounding moves is no maximum.
                if self.rising && n > 1 {
                    if self.count == 0 {
                        self.first = n;
                    }
                    self.last = n;
                    self.count += 1;
                }
                self.rising = false;
            }
        }
        self.before = x;
    }
}

/// The longest step that is exact enough, or none.
pub(crate) fn step(definition: &Definition, job: &Job) -> Result<Option<f64>, SimError> {
    let build = build(definition)?;
    let samples = start::sample(definition, &build, 4096)?;
    let deviations = deviations(&samples);
    let stepper = OrbitStepper::new(definition);
    let follow = |start: &Standing, dt: f64, steps: u64| -> Result<Vec<f64>, SimError> {
        let mut orbit = start.clone();
        let mut clock = Clock::new(dt);
        stepper.follow(&mut orbit, &build.constants, &mut clock, steps)?;
        Ok(orbit.point)
    };
    let mut dt = ladder(definition.period / 50.0);
    while dt > definition.period * 1e-5 {
        job.check()?;
        let steps = (definition.period / dt).ceil() as u64;
        let mut worst = 0.0_f64;
        for k in 0..TRIED {
            let start = Standing::at(&samples, k * samples.len() / TRIED);
            let long = follow(&start, dt, steps)?;
            let short = follow(&start, dt / 2.0, 2 * steps)?;
            for ((a, b), size) in long.iter().zip(&short).zip(&deviations) {
                let error = (a - b).abs() / size;
                worst = if error.is_nan() {
                    f64::INFINITY
                } else {
                    worst.max(error)
                };
            }
            if worst >= ALLOWED {
                break;
            }
        }
        if worst < ALLOWED {
            return Ok(Some(dt));
        }
        dt = ladder(dt * 0.7);
    }
    Ok(None)
}

/// The standard deviation of each variable; the size of its numbers where it rests.
fn deviations(samples: &start::Samples) -> Vec<f64> {
    let count = samples.len() as f64;
    (0..samples.dimension)
        .map(|v| {
            let column = || samples.values.iter().skip(v).step_by(samples.dimension);
            let mean = column().sum::<f64>() / count;
            let square = column().map(|x| (x - mean) * (x - mean)).sum::<f64>() / count;
            square.sqrt().max(1e-6 * mean.abs()).max(1e-9)
        })
        .collect()
}

/// The largest of 1, 2, 5 × 10ᵏ that is not above `x`.
fn ladder(x: f64) -> f64 {
    let power = 10f64.powf(x.log10().floor());
    let rung = [5.0, 2.0, 1.0]
        .into_iter()
        .find(|m| m * power <= x * (1.0 + 1e-9))
        .unwrap_or(1.0);
    // Through its decimal text, so that 0.002 is the number that one writes.
    format!("{rung}e{}", power.log10().round())
        .parse()
        .unwrap_or(x)
}

fn significant(x: f64, digits: usize) -> f64 {
    format!("{x:.*e}", digits - 1).parse().unwrap_or(x)
}

/// A start on the attractor.
pub(crate) fn settled(definition: &Definition, job: &Job) -> Result<Vec<f64>, SimError> {
    if definition.has_delays() {
        // On the attractor is a past, not a state.
        return Ok(definition.initial.clone());
    }
    let build = build(definition)?;
    let stepper = OrbitStepper::new(definition);
    let mut clock = Clock::new(build.dt);
    let mut point = build.initial.clone();
    let turns = if definition.is_map() { 10_000 } else { 500 };
    let steps = if definition.is_map() {
        1
    } else {
        (definition.period / build.dt).ceil() as u64
    };
    let mut extents = vec![[f64::INFINITY, f64::NEG_INFINITY]; point.len()];
    for turn in 0..turns {
        job.check()?;
        stepper.advance(&mut point, &build.constants, &mut clock, steps)?;
        if turn > turns / 2 {
            for (extent, x) in extents.iter_mut().zip(&point) {
                *extent = [extent[0].min(*x), extent[1].max(*x)];
            }
        }
    }
    finite(definition, &point, &clock)?;
    let rests = extents
        .iter()
        .all(|[low, high]| high - low < 1e-6 * high.abs().max(1e-3));
    // A phase that grows by the turn, whatever else moves.
    let grows = extents.iter().zip(&point).any(|([low, high], x)| {
        (high - low) > 100.0 && (high - x).min(x - low) < 1e-9 * high.abs()
    });
    let timed = !definition.system.is_autonomous();
    if rests || grows || timed {
        return Ok(definition.initial.clone());
    }
    Ok(point.into_iter().map(|x| significant(x, 6)).collect())
}

fn finite(definition: &Definition, point: &[f64], clock: &Clock) -> Result<(), SimError> {
    let Some(v) = point.iter().position(|x| !x.is_finite()) else {
        return Ok(());
    };
    Err(SimError::BlewUp {
        step: format!("{} or before (t = {:.4})", clock.step, clock.time()),
        variable: definition.system.variables()[v].clone(),
        value: if point[v].is_nan() {
            "not a number"
        } else {
            "infinite"
        }
        .into(),
        remedy: "start on the attractor, or use a smaller dt.".into(),
    })
}

/// The spectrum, rounded to the place that its errors allow, and the gap in its sum.
fn spectrum(definition: &Definition, effort: f64, job: &Job) -> Result<(Measured, f64), SimError> {
    let text = rewritten(definition, None)?;
    let file = format!("{}.toml", definition.name);
    let model = catalogue::model_of_file(&file, &Definition::parse(&file, &text)?);
    let mut settings = Settings::new();
    let usual = Lyapunov
        .parameters(&model)
        .into_iter()
        .find(|p| p.key == "time")
        .and_then(|p| p.default.as_real());
    if definition.has_delays() {
        // As many as give the dimension.
        let count = delay::spectrum::enough(definition, job)?;
        settings.insert("exponents".into(), Value::Integer(count));
    }
    if let Some(time) = usual {
        settings.insert("time".into(), Value::Real(time * effort));
    }
    let subject = Subject::State {
        model,
        capture: None,
    };
    let report = Lyapunov.run(&subject, &settings, job)?;
    let list = |key: &str| -> Vec<f64> {
        let values = report.json[key].as_array();
        values.map_or_else(Vec::new, |v| {
            v.iter().filter_map(serde_json::Value::as_f64).collect()
        })
    };
    let (exponents, errors) = (list("spectrum"), list("standard_error"));
    if !definition.has_delays() && exponents.len() != definition.dimension() {
        return Err(SimError::other(format!(
            "{}: an exponent is not a number; use a smaller dt.",
            definition.name
        )));
    }
    let divergence = report.json["mean_divergence"].as_f64();
    let gap = divergence.map_or(0.0, |d| exponents.iter().sum::<f64>() - d);
    // As the analysis tells it, without what stands for time; where the exponents that were
    // measured don't reach it, their number is a lower bound.
    let dimension = report.json["kaplan_yorke_dimension"].as_f64();
    let dimension = dimension.unwrap_or(exponents.len() as f64);
    let place = |error: f64| (1.0 - error.max(1e-9).log10().floor()).clamp(2.0, 9.0) as i32;
    let round = |x: f64, error: f64| {
        let scale = 10f64.powi(place(error));
        (x * scale).round() / scale
    };
    let measured = Measured {
        spectrum: exponents
            .iter()
            .zip(&errors)
            .map(|(x, e)| round(*x, *e))
            .collect(),
        standard_error: errors.iter().map(|e| significant(e.max(1e-9), 2)).collect(),
        mean_divergence: divergence.map(|d| significant(d, 9)),
        kaplan_yorke_dimension: significant(dimension, 5),
        time: report.json["time"].as_f64().map_or(0.0, f64::round),
        note: definition
            .measured
            .as_ref()
            .map_or_else(String::new, |m| m.note.clone()),
    };
    Ok((measured, gap))
}

/// The entry's file with the measured numbers in their places; all else stays as it was written.
pub fn rewrite(definition: &Definition, found: &Invariants) -> Result<String, SimError> {
    let mut new = definition.clone();
    new.initial.clone_from(&found.initial);
    new.dt = found.dt;
    new.period = found.period;
    new.obtained.clone_from(&found.obtained);
    new.measured = Some(found.measured.clone());
    rewritten(&new, Some(&found.measured))
}

fn rewritten(definition: &Definition, measured: Option<&Measured>) -> Result<String, SimError> {
    let mut document: DocumentMut = definition
        .text
        .parse()
        .map_err(|e| SimError::other(format!("{}: {e}", definition.name)))?;
    let numbers = |list: &[f64]| Item::from(list.iter().copied().map(plain).collect::<Array>());
    document["initial"] = numbers(&definition.initial);
    if !definition.is_map() {
        document["dt"] = Item::from(plain(definition.dt));
        document["period"] = Item::from(plain(definition.period));
    }
    if !definition.obtained.is_empty() {
        document["obtained"] = Item::from(definition.obtained.as_str());
    }
    if let Some(m) = measured {
        let mut table = Table::new();
        table["spectrum"] = numbers(&m.spectrum);
        table["standard_error"] = numbers(&m.standard_error);
        if let Some(divergence) = m.mean_divergence {
            table["mean_divergence"] = Item::from(plain(divergence));
        }
        table["kaplan_yorke_dimension"] = Item::from(plain(m.kaplan_yorke_dimension));
        table["time"] = Item::from(plain(m.time));
        if !m.note.is_empty() {
            table["note"] = Item::from(m.note.as_str());
        }
        if let Some(old) = document.get("measured").and_then(Item::as_table) {
            table.set_position(old.position());
        }
        document["measured"] = Item::Table(table);
    }
    Ok(document.to_string())
}

/// A number as one writes it: whole ones without a point.
fn plain(x: f64) -> toml_edit::Value {
    if x.fract() == 0.0 && x.abs() < 1e15 {
        (x as i64).into()
    } else {
        x.into()
    }
}
