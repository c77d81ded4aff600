//! The Lyapunov spectrum as an analysis: what is asked for, and how it is measured. What is told of it
//! stands in `findings.rs`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use loom_sim::parameter::{self, ParameterKind};
use loom_sim::{
    Analysis, Effect, Job, Model, Parameter, Report, Scale, Settings, SimError, Subject, Value,
};

use crate::analyses::source;
use crate::catalogue;
use crate::definition::Definition;
use crate::delay;
use crate::divergence;
use crate::findings::Findings;
use crate::forcing::{self, Drive};
use crate::integrate::{self, Manner};
use crate::science;
use crate::settings::Build;
use crate::simulation::captured;
use crate::spectrum::{Spectrum, Tangents, Task};
use crate::start::{self, Scatter};

/// Orbits whose averages are independent batches: of flows, and of maps.
const FLOW_ORBITS: usize = 64;
const MAP_ORBITS: usize = 512;
/// Steps of all orbits together, for three exponents of a system of three variables.
const STEPS: f64 = 1e7;
/// Parts of the run after which averages are taken for the curves.
const ROUNDS: u64 = 100;
/// Between two partial reports.
const STREAM: Duration = Duration::from_millis(80);

/// "Measure Lyapunov exponents".
#[derive(Clone, Copy, Debug, Default)]
pub struct Lyapunov;

impl Analysis for Lyapunov {
    fn key(&self) -> &'static str {
        "lyapunov"
    }
    fn name(&self) -> &'static str {
        "Lyapunov spectrum"
    }
    fn help(&self) -> &'static str {
        "How fast neighbouring orbits part along each direction: a positive exponent is chaos."
    }
    fn citation(&self) -> &'static str {
        "G. Benettin, L. Galgani, A. Giorgilli, J.-M. Strelcyn (1980), Lyapunov characteristic \
         exponents for smooth dynamical systems and for Hamiltonian systems, Meccanica 15, 9–30."
    }
    fn fits(&self, model: &Model) -> bool {
        model.science == science::KEY && catalogue::definition(model).is_ok()
    }

    fn parameters(&self, model: &Model) -> Vec<Parameter> {
        let Ok(definition) = catalogue::definition(model) else {
            return Vec::new();
        };
        let delayed = definition.has_delays();
        let dimension = definition.dimension() as i64;
        let (usual, most) = if delayed {
            (delay::spectrum::COUNT, delay::spectrum::MOST)
        } else {
            (dimension, dimension)
        };
        let time = usual_time(&definition, usual as usize);
        let mut list = vec![
            Parameter::real("time", "T", "Model time", time, time / 100.0, time * 100.0)
                .hard(time * 1e-4, time * 1e6)
                .logarithmic()
                .unit(if definition.is_map() {
                    "iterations"
                } else {
                    "time units"
                })
                .help("Of all orbits together: four times as long halves the errors."),
            Parameter::integer("exponents", "k", "Exponents", usual, 1, most)
                .effect(Effect::Live)
                .help(if delayed {
                    "Only the first k are measured: a delay system has endlessly many."
                } else {
                    "Only the first k are measured, in less time; all of them give the sum."
                }),
        ];
        if !definition.is_map() {
            let dt = definition.dt;
            list.push(
                Parameter::real("dt", "dt", "Time step", dt, dt / 10.0, dt * 4.0)
                    .hard(dt * 1e-6, dt * 1e3)
                    .logarithmic()
                    .help("Where the sum misses the divergence, halve it."),
            );
        }
        if !definition.is_map() && !delayed {
            list.extend(source::manner());
        }
        list.push(Parameter::new(
            "transient",
            "",
            "Transient",
            Value::Real(100.0),
            ParameterKind::Real {
                low: 0.0,
                high: 10_000.0,
                scale: Scale::Linear,
                hard: Some((0.0, 1e9)),
            },
        ));
        if let Some(transient) = list.last_mut() {
            transient.unit = "periods".into();
            transient.help =
                "Thrown away before measuring, so that the vectors have found their directions."
                    .into();
        }
        list
    }

    fn run(&self, subject: &Subject, settings: &Settings, job: &Job) -> Result<Report, SimError> {
        let Subject::State { model, capture } = subject else {
            return Err(SimError::other(
                "Lyapunov exponents are measured on a system; choose one of the catalogue.",
            ));
        };
        let definition = catalogue::definition(model)?;
        let own_step = settings.contains_key("dt");
        let mut settings = parameter::complete(&self.parameters(model), settings)?;
        let mut build = Build::new(&definition, &model.parameters)?;
        let mut shown = model.clone();
        if let Some(capture) = capture {
            let state = captured(capture)?;
            build.constants.clone_from(&state.constants);
            if let Some(orbit) = state.orbits.first() {
                build.initial.clone_from(&orbit.point);
                build.past = orbit.past.clone().map(Arc::new);
            }
            for (constant, value) in definition.parameters.iter().zip(&state.constants) {
                shown
                    .parameters
                    .insert(constant.key.clone(), Value::Real(*value));
            }
        }
        // The step of the run, unless one is asked for here.
        if !own_step && !definition.is_map() {
            settings.insert("dt".into(), Value::Real(build.dt));
        }
        let wanted = Wanted::new(&definition, &build, &settings);
        build.dt = wanted.dt;
        let build = build.followed_by(&settings);
        if definition.has_delays() {
            let wanted = delay::spectrum::Wanted {
                exponents: wanted.exponents,
                dt: wanted.dt,
                time: wanted.time,
                transient: wanted.transient,
            };
            return delay::spectrum::measure(&definition, &build, &wanted, job, &settings, &shown);
        }
        measure(&definition, &build, &wanted, job, &settings, &shown)
    }
}

/// The total model time that gives Lorenz's largest exponent to ±0.005 and better.
fn usual_time(definition: &Definition, exponents: usize) -> f64 {
    if definition.has_delays() {
        return delay::spectrum::usual_time(definition, exponents);
    }
    let work = (definition.dimension() * (exponents + 1)) as f64 / 12.0;
    (STEPS / work.max(0.25) * definition.dt).max(10.0 * definition.period)
}

#[derive(Clone, Debug)]
struct Wanted {
    exponents: usize,
    dt: f64,
    /// Of all orbits together.
    time: f64,
    /// Model time of one orbit.
    transient: f64,
}

impl Wanted {
    fn new(definition: &Definition, build: &Build, settings: &Settings) -> Self {
        let real = |key: &str| settings.get(key).and_then(Value::as_real);
        let exponents = real("exponents").map_or(definition.dimension(), |k| k as usize);
        let transient = real("transient").unwrap_or(100.0) * definition.period;
        Self {
            exponents,
            dt: if definition.is_map() {
                1.0
            } else {
                real("dt").unwrap_or(build.dt)
            },
            time: real("time").unwrap_or_else(|| usual_time(definition, exponents)),
            transient,
        }
    }
}

fn measure(
    definition: &Arc<Definition>,
    build: &Build,
    wanted: &Wanted,
    job: &Job,
    settings: &Settings,
    model: &Model,
) -> Result<Report, SimError> {
    let begun = Instant::now();
    job.progress(0.0);
    let orbits = if definition.is_map() {
        MAP_ORBITS
    } else {
        FLOW_ORBITS
    };
    // A little beside one trajectory, so that chaos makes each orbit one of its own before the
    // transient is over.
    let samples = start::sample(definition, build, 2048)?;
    let mut scatter = Scatter::new(
        &samples,
        definition.spread * 0.1,
        model.seed,
        "attractors: Lyapunov orbits",
    );
    let starts: Vec<f64> = (0..orbits).flat_map(|_| scatter.point()).collect();
    job.check()?;
    let stiff = integrate::stiffness(definition, build)?;
    let stride = if build.method.has_fixed_steps() {
        divergence::stride(definition, &build.constants, &samples, wanted.dt)?
    } else {
        // No more often than is needed: each time the steps are chosen anew.
        divergence::longest(definition, &build.constants, &samples, wanted.dt)?
    };
    let drive = forcing::drive(definition, &build.constants);
    let beat = drive.as_ref().and_then(|d| d.beat(wanted.dt, stride));
    // A drive slower than the whole measurement can't be waited for.
    let slow = |d: &Drive| d.period > wanted.time / orbits as f64;
    let too_slow = drive.as_ref().is_some_and(slow);
    let beat = beat.filter(|_| !too_slow);
    let dt = beat.map_or(wanted.dt, |b| b.dt);
    let drive = drive.filter(|_| beat.is_some());
    let mut tangents = Tangents::new(&Task {
        definition,
        build: &Build {
            dt,
            ..build.clone()
        },
        exponents: wanted.exponents,
        stride,
        starts: &starts,
    })?;
    let interval = if definition.is_map() {
        1.0
    } else {
        dt * stride as f64
    };
    // Whole periods of the drive, where there is one.
    let whole = beat.map_or(1, |b| b.strides);
    let strides = |time: f64| {
        let count = (time / interval * (1.0 - 1e-12)).ceil().max(1.0) as u64;
        count.next_multiple_of(whole)
    };
    let check = || job.check();
    let run = |tangents: &mut Tangents, strides| tangents.advance(strides, &check);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(job.threads.max(1))
        .build()
        .map_err(|e| SimError::other(format!("No threads could be started: {e}.")))?;
    pool.install(|| run(&mut tangents, strides(wanted.transient)))?;
    tangents.start_measuring();
    let periods = strides(wanted.time / orbits as f64) / whole;
    let in_round = periods.div_ceil(ROUNDS);
    let (rounds, per_round) = (periods.div_ceil(in_round), in_round * whole);
    let tell = |curve: &[Spectrum], took: Duration| {
        let findings = Findings {
            definition,
            curve,
            stride,
            manner: Manner {
                dt,
                ..build.manner()
            },
            stiff: stiff.as_ref(),
            orbits,
            dimension: definition.dimension(),
            drive: drive.as_ref(),
            too_slow,
        };
        findings.report(settings, model, took.as_secs_f64())
    };
    let mut curve: Vec<Spectrum> = Vec::new();
    let mut streamed = Instant::now();
    for round in 0..rounds {
        pool.install(|| run(&mut tangents, per_round))?;
        curve.push(tangents.spectrum());
        job.progress((round + 1) as f32 / rounds as f32);
        if streamed.elapsed() >= STREAM {
            streamed = Instant::now();
            job.partial(&tell(&curve, begun.elapsed()));
        }
    }
    Ok(tell(&curve, begun.elapsed()))
}
