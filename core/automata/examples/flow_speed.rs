//! How fast continuous automata run: steps a second, best of several rounds, one thread and all.
//!
//! `flow_speed` prints `name steps-per-second` for Lenia on 512 × 512 cells with a radius of 13 by
//! Fourier transforms and by direct sums, and for Gray–Scott on 1024 × 1024 cells;
//! `flow_speed gray-scott STEPS` prints `sum seconds` for `tests/peers/flow/run`;
//! `flow_speed gpu` prints the device's rates.

use std::sync::Arc;
use std::time::Instant;

use loom_automata::Automata;
use loom_automata::flow::{Engine, Way};
use loom_automata::flow::{Field, plan};
use loom_gpu::{Choice, Gpu};
use loom_sim::{Gate, Model, Place, Science, Step};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => all(),
        ["gray-scott", steps] => gray_scott(steps.parse()?),
        ["gpu"] => device(),
        _ => Err("usage: flow_speed [gray-scott STEPS | gpu]".into()),
    }
}

fn lenia() -> Model {
    Model::new("automata", "lenia")
        .with("width", 512i64)
        .with("height", 512i64)
}

fn reaction() -> Model {
    Model::new("automata", "gray-scott")
        .with("width", 1024i64)
        .with("height", 1024i64)
        .with("stencil", "five")
}

/// So many steps, as a run in the studio makes them.
fn run(
    engine: &mut Engine,
    steps: u64,
    value: &(dyn Fn(&str) -> Option<f64> + Sync),
) -> Outcome<()> {
    let mut step = 0;
    while step < steps {
        match engine.advance(step, steps - step, value)? {
            0 => return Err("a value is no longer a finite number".into()),
            made => step += made,
        }
    }
    Ok(())
}

/// Steps a second of the best of three rounds.
fn rate(model: &Model, way: Way, threads: usize, steps: u64) -> Outcome<f64> {
    let plan = plan::plan(model)?;
    let field = Field::new(plan.size()[0], plan.size()[1], plan.law.species.len())?;
    let mut engine = Engine::new(plan.law.clone(), Arc::new(field), way, threads)?;
    let value = |name: &str| plan.values.get(name).copied();
    let mut best = f64::INFINITY;
    for _ in 0..3 {
        let begun = Instant::now();
        run(&mut engine, steps, &value)?;
        best = best.min(begun.elapsed().as_secs_f64());
    }
    Ok(steps as f64 / best)
}

fn all() -> Outcome<()> {
    let threads = loom_gpu::threads();
    for count in [1, threads] {
        println!(
            "lenia-fourier-{count} {:.1}",
            rate(&lenia(), Way::Fourier, count, 20)?
        );
        println!(
            "lenia-direct-{count} {:.1}",
            rate(&lenia(), Way::Direct, count, 5)?
        );
        println!(
            "gray-scott-{count} {:.1}",
            rate(&reaction(), Way::Auto, count, 50)?
        );
    }
    Ok(())
}

/// The peer's start: all fed, and a square of V in the middle.
fn gray_scott(steps: u64) -> Outcome<()> {
    let plan = plan::plan(&reaction().with("F", 0.037).with("k", 0.06))?;
    let mut field = Field::new(1024, 1024, 2)?;
    field.fill(0, 1.0);
    for y in 448..576 {
        for x in 448..576 {
            field.set(0, x, y, 0.5);
            field.set(1, x, y, 0.25);
        }
    }
    let mut engine = Engine::new(plan.law.clone(), Arc::new(field), Way::Auto, 1)?;
    let value = |name: &str| plan.values.get(name).copied();
    let begun = Instant::now();
    run(&mut engine, steps, &value)?;
    let seconds = begun.elapsed().as_secs_f64();
    println!("{:.6} {seconds}", engine.field().summary(1).sum);
    Ok(())
}

fn device() -> Outcome<()> {
    let gpu = Gpu::headless(&Choice::Best)?;
    println!("# {}", gpu.name());
    for (name, model) in [("lenia", lenia()), ("gray-scott", reaction())] {
        let mut run = Automata.build(&model, &Place::Gpu(gpu.clone()))?;
        // The first submissions find out how many steps fit into one.
        run.advance(&Step::from(64u32), &Gate::open())?;
        let steps = 256u32;
        let begun = Instant::now();
        run.advance(&Step::from(steps), &Gate::open())?;
        println!(
            "{name}-device {:.1}",
            f64::from(steps) / begun.elapsed().as_secs_f64()
        );
    }
    Ok(())
}
