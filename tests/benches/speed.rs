//! Speeds of the engines: `cargo bench -p loom-tests`. Comparisons with C and with peers in one
//! run are the scripts in `tests/peers`.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use loom_automata::{LIFE, Packed, Topology};
use loom_formula::{Clock, EnsembleStepper, Scheme, Stepper, System};
use loom_sim::{Gate, Job, Model, Place, Press, Report, Step, Subject, Value, View};
use loom_webs::generate::{OrbSettings, orb, spokes_and_rings};
use loom_webs::mechanics::{Loads, Mechanics, Range, Stepping};

const LORENZ: &str = "x' = sigma*(y - x); y' = x*(rho - z) - y; z' = x*y - beta*z";
const PARAMETERS: [f64; 3] = [10.0, 28.0, 8.0 / 3.0];

fn formulas(c: &mut Criterion) {
    let system = System::parse(LORENZ).unwrap();
    let mut group = c.benchmark_group("formula");
    let stepper = Stepper::new(&system, Scheme::Rk4);
    group.throughput(Throughput::Elements(100_000));
    group.bench_function("Lorenz, RK4, one trajectory (steps)", |b| {
        let mut state = [1.0, 1.0, 1.0];
        let mut clock = Clock::new(0.005);
        b.iter(|| {
            stepper
                .run(&mut state, &mut clock, &PARAMETERS, 100_000)
                .unwrap()
        });
    });
    let ensemble = EnsembleStepper::new(&system, Scheme::Rk4);
    group.throughput(Throughput::Elements(4096 * 200));
    group.bench_function("Lorenz, RK4, 4,096 trajectories (trajectory steps)", |b| {
        let mut state: Vec<f64> = (0..3 * 4096)
            .map(|i| 1.0 + f64::from(i % 4096) * 1e-3)
            .collect();
        let mut clock = Clock::new(0.005);
        b.iter(|| {
            ensemble
                .run(&mut state, 4096, &mut clock, &PARAMETERS, 200)
                .unwrap()
        });
    });
    group.bench_function("Compile the Lorenz step", |b| {
        b.iter(|| black_box(Stepper::new(&system, Scheme::Rk4)));
    });
    group.finish();
}

/// A print's work on one thread: a map iterated and counted, and points that lie in memory.
fn histogram(c: &mut Criterion) {
    let mut group = c.benchmark_group("histogram");
    let system = System::parse("x[n+1] = 1 - 1.4*x[n]^2 + y[n]; y[n+1] = 0.3*x[n]").unwrap();
    let stepper = Stepper::new(&system, Scheme::Iterate);
    let (mut xs, mut ys) = (Vec::new(), Vec::new());
    let mut state = [0.1, 0.1];
    let mut clock = Clock::new(1.0);
    for _ in 0..1_000_000 {
        stepper.run(&mut state, &mut clock, &[], 1).unwrap();
        xs.push(state[0]);
        ys.push(state[1]);
    }
    group.throughput(Throughput::Elements(xs.len() as u64));
    group.bench_function("Hénon, 1024² cells, points in memory (points)", |b| {
        b.iter(|| {
            black_box(loom_attractors::print::histogram(
                &xs,
                &ys,
                [-1.5, 0.45, 1.5, -0.45],
                [1024; 2],
            ))
        });
    });
    let science = &strange_loom::registry();
    let science = science.get("attractors").unwrap();
    let entries = science.catalogue();
    for (name, hits) in [("Henon", 20_000_000), ("Lorenz", 20_000_000)] {
        let Some(entry) = entries.iter().find(|e| e.name == name) else {
            continue;
        };
        let model = entry.model.clone().with("particles", 1000);
        let simulation = science.build(&model, &Place::Cpu { threads: 1 }).unwrap();
        let settings = [("hits", hits), ("supersample", 1)]
            .map(|(key, value): (&str, i64)| (key.to_owned(), value.into()))
            .into();
        let mut job = Job::quiet();
        job.threads = 1;
        let press = Press::new(job);
        let view = View::new([1024, 1024]);
        group.throughput(Throughput::Elements(hits as u64));
        group.bench_function(
            format!("{name}, a print of 1024², one thread (hits)"),
            |b| {
                b.iter(|| black_box(simulation.print(&view, &settings, &press).unwrap()));
            },
        );
    }
    group.finish();
}

fn life(c: &mut Criterion) {
    let mut group = c.benchmark_group("life");
    let side = 2048u32;
    let rule = LIFE.on(Topology::Torus {
        width: side,
        height: side,
    });
    let mut packed = Packed::new(rule, 1 << 30).unwrap();
    let mut state = 1u64;
    packed.cells_mut().fill_random(0.5, || {
        state = state
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        state ^ (state >> 31)
    });
    group.throughput(Throughput::Elements(
        u64::from(side) * u64::from(side) * 100,
    ));
    group.bench_function("2048² torus, soup, one thread (cell generations)", |b| {
        b.iter(|| packed.advance(100));
    });
    group.finish();
}

fn webs(c: &mut Criterion) {
    let mut group = c.benchmark_group("webs");
    let grown = [
        ("garden web", orb(&OrbSettings::default(), 0).unwrap()),
        ("100,000 threads", spokes_and_rings(250, 200, 0.2).unwrap()),
    ];
    for (name, web) in grown {
        let mut run =
            Mechanics::new(&web, Loads::default(), Stepping::Largest, Range::default()).unwrap();
        group.throughput(Throughput::Elements(web.threads.len() as u64 * 10));
        group.bench_function(format!("{name}, ten steps (thread updates)"), |b| {
            b.iter(|| {
                for _ in 0..10 {
                    run.step().unwrap();
                }
            });
        });
    }
    group.finish();
}

/// Each science through the trait, as the window runs it.
fn sciences(c: &mut Criterion) {
    let mut group = c.benchmark_group("science");
    for science in strange_loom::registry().sciences() {
        let entry = science.catalogue().remove(0);
        let mut simulation = science.build(&entry.model, &Place::cpu()).unwrap();
        let fresh = simulation.capture();
        group.bench_function(format!("{}: four steps", entry.title), |b| {
            b.iter_batched(
                || (),
                |()| {
                    simulation.restore(&fresh).unwrap();
                    simulation
                        .advance(&Step::from(4u32), &Gate::open())
                        .unwrap()
                },
                BatchSize::PerIteration,
            );
        });
        let view = View::new([900, 600]);
        group.bench_function(format!("{}: scene", entry.title), |b| {
            b.iter(|| black_box(simulation.scene(&view).unwrap()));
        });
    }
    group.finish();
}

/// An analysis of a system at its beginning, as the command line runs it.
fn analyse(key: &str, model: &Model, given: &[(&str, Value)]) -> Report {
    let science = loom_attractors::Attractors;
    let analyses = loom_sim::Science::analyses(&science);
    let analysis = analyses.into_iter().find(|a| a.key() == key).unwrap();
    let settings = given
        .iter()
        .map(|(k, v)| ((*k).to_owned(), v.clone()))
        .collect();
    let subject = Subject::State {
        model: model.clone(),
        capture: None,
    };
    analysis.run(&subject, &settings, &Job::quiet()).unwrap()
}

fn system(name: &str) -> Model {
    let definition = loom_attractors::catalogue::named(name).unwrap();
    loom_attractors::catalogue::model(&definition)
}

/// Newton's method for z³ = 1.
fn newton() -> Model {
    let text = "equations = \"\"\"\nq = 3*(x^2 + y^2)^2\n\
                x[n+1] = 2*x/3 + (x^2 - y^2)/q\ny[n+1] = 2*y/3 - 2*x*y/q\n\"\"\"\n\
                initial = [0.7, 0.4]\n";
    let definition = loom_attractors::Definition::parse("newton.toml", text).unwrap();
    loom_attractors::catalogue::model_of_file("newton.toml", &definition)
}

fn measures(c: &mut Criterion) {
    let mut group = c.benchmark_group("measures");
    // Longer than by default, whose standard error of λ₁ is below 0.0025.
    let time = [("time", Value::Real(200_000.0))];
    group.bench_function("Lorenz, three exponents to ±0.002", |b| {
        b.iter(|| black_box(analyse("lyapunov", &system("Lorenz"), &time)));
    });
    let diagram = [
        ("columns", Value::Integer(2000)),
        ("points", Value::Integer(1000)),
        ("sweep", Value::from("up")),
    ];
    group.bench_function(
        "Logistic map, orbit diagram of 2,000 × 1,000 points",
        |b| {
            b.iter(|| black_box(analyse("bifurcation", &system("Logistic"), &diagram)));
        },
    );
    let square = [
        ("left", Value::Real(-2.0)),
        ("right", Value::Real(2.0)),
        ("bottom", Value::Real(-2.0)),
        ("top", Value::Real(2.0)),
        ("columns", Value::Integer(1000)),
        ("rows", Value::Integer(1000)),
    ];
    group.bench_function("Newton's map, basins of 1,000 × 1,000 starts", |b| {
        b.iter(|| black_box(analyse("basins", &newton(), &square)));
    });
    group.finish();
}

criterion_group! {
    name = speed;
    config = Criterion::default().sample_size(10);
    targets = formulas, histogram, life, webs, sciences, measures
}
criterion_main!(speed);
