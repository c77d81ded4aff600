//! The first Lyapunov exponents of a delay system as a report: it has endlessly many, and they sum
//! to no mean divergence.

use std::time::{Duration, Instant};

use loom_sim::{
    Axis, Job, Mark, Model, Plot, Quantity, Report, Settings, SimError, Table, Uncertainty,
};

use super::ensemble::lags_of;
use super::tangents::Tangents;
use crate::definition::Definition;
use crate::science;
use crate::settings::Build;
use crate::spectrum::kaplan_yorke;
use crate::start::{self, Scatter};

/// Exponents unless another number is asked for, and the most.
pub const COUNT: i64 = 4;
pub const MOST: i64 = 64;
/// Orbits whose averages are independent batches.
const ORBITS: usize = 32;
/// Steps of all orbits together, times one more than the exponents.
const STEPS: f64 = 6e6;
/// Parts of the run after which averages are taken for the curves.
const ROUNDS: u64 = 100;
const STREAM: Duration = Duration::from_millis(80);

/// What Farmer's paper is called.
pub const CITATION: &str = "J. D. Farmer (1982), Chaotic attractors of an infinite-dimensional \
                            dynamical system, Physica D 4, 366–393.";

/// What is measured, and how.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub exponents: usize,
    pub dt: f64,
    /// Model time of all orbits together.
    pub time: f64,
    /// Of one orbit.
    pub transient: f64,
}

/// The total model time that gives the first exponents in a few seconds.
pub fn usual_time(definition: &Definition, exponents: usize) -> f64 {
    let time = STEPS / (exponents + 1) as f64 * definition.dt;
    time.max(50.0 * definition.period * ORBITS as f64)
}

/// As many exponents as make their sum negative, which the dimension needs; at most [`MOST`].
pub fn enough(definition: &Definition, job: &Job) -> Result<i64, SimError> {
    let mut count = COUNT;
    let build = Build::new(definition, &Settings::new())?;
    // A tangent vector is a stretch of the past: it needs many delays to turn.
    let longest = lags_of(definition, &build.constants)
        .into_iter()
        .fold(0.0, f64::max);
    let turn = definition.period.max(longest);
    loop {
        let wanted = Wanted {
            exponents: count as usize,
            dt: definition.dt,
            time: 20.0 * turn * ORBITS as f64,
            transient: 20.0 * turn,
        };
        let (tangents, _) = begin(definition, &build, &wanted, 0, job)?;
        let mut tangents = tangents;
        let strides = strides(&tangents, &wanted, wanted.time / ORBITS as f64);
        tangents.advance(strides, &|| job.check())?;
        let sum: f64 = tangents.exponents().iter().map(|e| e.0).sum();
        // A margin, so that the longer run agrees.
        if sum < -0.05 * tangents.exponents()[0].0.abs() || 2 * count > MOST {
            return Ok(count);
        }
        count *= 2;
    }
}

fn strides(tangents: &Tangents, wanted: &Wanted, time: f64) -> u64 {
    let interval = tangents.stride() as f64 * wanted.dt;
    (time / interval).ceil().max(1.0) as u64
}

/// Orbits along the attractor after the transient.
fn begin(
    definition: &Definition,
    build: &Build,
    wanted: &Wanted,
    seed: u64,
    job: &Job,
) -> Result<(Tangents, rayon::ThreadPool), SimError> {
    let samples = start::sample(definition, build, 2048)?;
    let Some(record) = samples.record.clone() else {
        return Err(SimError::other("This is measured on a delay system."));
    };
    let purpose = "attractors: Lyapunov orbits";
    let mut scatter = Scatter::new(&samples, definition.spread * 0.1, seed, purpose);
    let places: Vec<(f64, Vec<f64>)> = (0..ORBITS)
        .map(|_| {
            let (place, moved) = scatter.place();
            (record.times[place], moved)
        })
        .collect();
    job.check()?;
    let mut tangents = Tangents::new(
        definition,
        &build.constants,
        wanted.dt,
        wanted.exponents,
        &record,
        &places,
    )?;
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(job.threads.max(1))
        .build()
        .map_err(|e| SimError::other(format!("No threads could be started: {e}.")))?;
    let settling = strides(&tangents, wanted, wanted.transient);
    pool.install(|| tangents.advance(settling, &|| job.check()))?;
    tangents.start_measuring();
    Ok((tangents, pool))
}

/// Averages after some time of each orbit.
struct Averages {
    time: f64,
    exponents: Vec<(f64, f64)>,
}

/// Measures, and tells.
///
/// # Errors
/// Where an orbit runs away, for a delay that isn't above 0, and on cancellation.
pub fn measure(
    definition: &Definition,
    build: &Build,
    wanted: &Wanted,
    job: &Job,
    settings: &Settings,
    model: &Model,
) -> Result<Report, SimError> {
    let begun = Instant::now();
    job.progress(0.0);
    let (mut tangents, pool) = begin(definition, build, wanted, model.seed, job)?;
    let per_round = strides(
        &tangents,
        wanted,
        wanted.time / ORBITS as f64 / ROUNDS as f64,
    );
    let stride = tangents.stride();
    let tell = |curve: &[Averages]| {
        let mut report = Report {
            title: format!("Lyapunov exponents of {}", definition.title),
            method: method(wanted, stride, curve),
            citation: CITATION.into(),
            settings: settings.clone(),
            seconds: begun.elapsed().as_secs_f64(),
            command: science::command_line("lyapunov", model),
            ..Report::default()
        };
        if let Some(last) = curve.last() {
            fill(&mut report, last);
            report.plots = vec![plot(curve)];
        }
        report
    };
    let mut curve = Vec::new();
    let mut streamed = Instant::now();
    for round in 0..ROUNDS {
        pool.install(|| tangents.advance(per_round, &|| job.check()))?;
        curve.push(Averages {
            time: tangents.time(),
            exponents: tangents.exponents(),
        });
        job.progress((round + 1) as f32 / ROUNDS as f32);
        if streamed.elapsed() >= STREAM {
            streamed = Instant::now();
            job.partial(&tell(&curve));
        }
    }
    Ok(tell(&curve))
}

fn method(wanted: &Wanted, stride: u64, curve: &[Averages]) -> String {
    let time = curve.last().map_or(0.0, |a| a.time);
    format!(
        "Benettin's method on the linearised delay equation: fourth-order Runge–Kutta by the \
         method of steps, f64, dt = {}; tangent histories over the longest delay made orthogonal \
         every {stride} steps; {ORBITS} orbits of {time:.1} time units, errors from their scatter.",
        wanted.dt
    )
}

fn fill(report: &mut Report, last: &Averages) {
    let unit = "1/time unit";
    let (exponents, errors): (Vec<f64>, Vec<f64>) = last.exponents.iter().copied().unzip();
    for (k, (exponent, error)) in last.exponents.iter().enumerate() {
        let error = Uncertainty::StandardError(*error);
        let (key, name) = (format!("lambda_{}", k + 1), format!("Exponent {}", k + 1));
        report.values.push(
            Quantity::real(&key, &name, *exponent, error)
                .symbol(&format!("λ{}", subscript(k + 1)))
                .unit(unit),
        );
    }
    let sum: f64 = exponents.iter().sum();
    let mut dimension = serde_json::Value::Null;
    if sum < 0.0 {
        let (value, error) = kaplan_yorke(&exponents, &errors);
        dimension = value.into();
        report.values.push(
            Quantity::real(
                "kaplan_yorke_dimension",
                "Kaplan–Yorke dimension",
                value,
                Uncertainty::StandardError(error),
            )
            .symbol("D_KY"),
        );
    } else {
        report.warnings.push(format!(
            "The first {} exponents sum to {sum:.4}, above 0: the Kaplan–Yorke dimension needs \
             more of them.",
            exponents.len()
        ));
    }
    if let Some((first, error)) = last.exponents.first()
        && *first > 3.0 * error
    {
        let time = 1.0 / first;
        let spread = Uncertainty::StandardError(time * error / first);
        report.values.push(
            Quantity::real("lyapunov_time", "Lyapunov time", time, spread)
                .symbol("1/λ₁")
                .unit("time units"),
        );
    }
    report.json = serde_json::json!({
        "spectrum": exponents,
        "standard_error": errors,
        "mean_divergence": serde_json::Value::Null,
        "kaplan_yorke_dimension": dimension,
        "method": report.method,
        "time": last.time * ORBITS as f64,
    });
    let column = |values: &[f64]| values.iter().map(f64::to_string).collect();
    let numbers = (1..=exponents.len()).map(|k| k.to_string()).collect();
    report.tables.push(Table {
        title: "Exponents".into(),
        columns: vec![
            ("k".into(), numbers),
            ("exponent".into(), column(&exponents)),
            ("standard error".into(), column(&errors)),
        ],
    });
}

/// All exponents as they converge.
fn plot(curve: &[Averages]) -> Plot {
    let count = curve.last().map_or(0, |a| a.exponents.len());
    let line = |k: usize| Mark::Line {
        name: format!("λ{}", subscript(k + 1)),
        points: curve.iter().map(|a| [a.time, a.exponents[k].0]).collect(),
    };
    Plot {
        title: "Convergence".into(),
        x: Axis::new("Time of each orbit", "time units"),
        y: Axis::new("Lyapunov exponents", "1/time unit"),
        marks: (0..count).map(line).collect(),
        ..Plot::default()
    }
}

/// 1 as ₁.
fn subscript(number: usize) -> String {
    let digit = |c: char| char::from_u32(0x2080 + c.to_digit(10).unwrap_or(0)).unwrap_or(c);
    number.to_string().chars().map(digit).collect()
}
