//! Speeds of the engines: `cargo bench -p loom-tests`. Comparisons with C and with peers in one
//! run are the scripts in `tests/peers`.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use loom_automata::{LIFE, Packed, Topology};
use loom_formula::{Clock, EnsembleStepper, Scheme, Stepper, System};
use loom_sim::{Gate, Place, Step, View};
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

criterion_group! {
    name = speed;
    config = Criterion::default().sample_size(10);
    targets = formulas, life, webs, sciences
}
criterion_main!(speed);
