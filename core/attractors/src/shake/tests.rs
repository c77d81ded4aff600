//! The noise of a cloud held against processes whose every law is known.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use loom_sim::{Gate, Model, Place, Settings, Simulation, Step};

use super::*;
use crate::catalogue;
use crate::integrate::noise::Noisy;
use crate::integrate::{Method, Path as _};
use crate::settings::Build;

fn shake(name: &str) -> Shake {
    let definition = catalogue::named(name).unwrap();
    let build = Build::new(&definition, &Settings::new()).unwrap();
    let samples = crate::start::sample(&definition, &build, 100).unwrap();
    Shake::new(&definition, &samples, 3).unwrap()
}

#[test]
fn a_particles_numbers_do_not_depend_on_those_drawn_with_it() {
    let shake = shake("Lorenz96");
    assert!(shake.dimension > 2);
    let (mut many, mut one) = (Vec::new(), Vec::new());
    shake.draw(40, 100, 9, &mut many).unwrap();
    shake.draw(1, 123, 9, &mut one).unwrap();
    for v in 0..shake.dimension {
        assert_eq!(many[shake.row(40, v) + 23], one[shake.row(1, v)]);
    }
}

#[test]
fn its_numbers_are_standard_normal_and_independent_of_each_other() {
    let shake = shake("Lorenz");
    let (members, steps) = (4096, 16);
    let mut rows = vec![Vec::new(); 3];
    let mut numbers = Vec::new();
    for step in 0..steps {
        shake.draw(members, 0, step, &mut numbers).unwrap();
        for (v, row) in rows.iter_mut().enumerate() {
            row.extend_from_slice(&numbers[shake.row(members, v)..][..members]);
        }
    }
    let count = rows[0].len() as f64;
    let mean = |f: &dyn Fn(usize) -> f64| (0..rows[0].len()).map(f).sum::<f64>() / count;
    let error = 5.0 / count.sqrt();
    for row in &rows {
        assert!(mean(&|i| row[i]).abs() < error);
        // Moments of a normal number: 1, 0, 3 with variances 2, 15, 96.
        assert!((mean(&|i| row[i].powi(2)) - 1.0).abs() < 2_f64.sqrt() * error);
        assert!(mean(&|i| row[i].powi(3)).abs() < 15_f64.sqrt() * error);
        assert!((mean(&|i| row[i].powi(4)) - 3.0).abs() < 96_f64.sqrt() * error);
        // The same particle's next step, and the next particle.
        for lag in [1, members] {
            let pairs = row.iter().zip(&row[lag..]).map(|(a, b)| a * b);
            assert!((pairs.sum::<f64>() / count).abs() < error);
        }
    }
    for (a, b) in [(0, 1), (0, 2), (1, 2)] {
        assert!(mean(&|i| rows[a][i] * rows[b][i]).abs() < error);
    }
}

fn written(equations: &str, initial: &[f64], more: &str) -> Definition {
    let text = format!("equations = \"{equations}\"\ninitial = {initial:?}\n{more}\n");
    Definition::parse("test.toml", &text).unwrap()
}

/// A run of so many particles under noise, all at the initial state.
fn run(definition: &Definition, particles: i64, noise: f64, seed: u64) -> Motion {
    let mut model: Model = catalogue::model_of_file("test.toml", definition)
        .with("particles", particles)
        .with("spread", 0.0)
        .with("noise", noise);
    model.seed = seed;
    let place = Place::Cpu { threads: 1 };
    Motion::new(Arc::new(definition.clone()), &model, &place).unwrap()
}

fn values(run: &Motion, variable: usize) -> Vec<f64> {
    let (dimension, members) = (run.definition.dimension(), run.cloud.members());
    let particles = run.cloud.particles().unwrap();
    let get = |m| particles.get(dimension, members, m, variable);
    (0..members).map(get).collect()
}

fn variance(list: &[f64]) -> [f64; 2] {
    let count = list.len() as f64;
    let mean = list.iter().sum::<f64>() / count;
    [
        mean,
        list.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / count,
    ]
}

fn go(run: &mut Motion, steps: u32) {
    run.advance(&Step::from(steps), &Gate::open()).unwrap();
}

#[test]
fn a_cloud_of_ornstein_and_uhlenbecks_has_their_variance_and_their_memory() {
    // dx = −θ x dt + S σ dW; variance (S σ)²/2θ, correlation exp(−θ t).
    let more = "noise = [\"0.4\"]\ndt = 0.02";
    let process = written("x' = -2*x", &[1.0], more);
    let (theta, sigma, dt, members) = (2.0, 1.5 * 0.4, 0.02, 40_000);
    let mut cloud = run(&process, members, 1.5, 5);
    go(&mut cloud, 300);
    let before = values(&cloud, 0);
    let exact = sigma * sigma / (2.0 * theta);
    let count = members as f64;
    // The scheme's own variance is (θh/2) coth(θh/2) times the exact one: 0.013 % above.
    let [mean, found] = variance(&before);
    assert!(mean.abs() < 4.0 * (exact / count).sqrt(), "{mean}");
    assert!(
        (found / exact - 1.0).abs() < 4.0 * (2.0 / count).sqrt(),
        "{found} {exact}"
    );
    go(&mut cloud, 25);
    let after = values(&cloud, 0);
    let product = before.iter().zip(&after).map(|(a, b)| a * b).sum::<f64>() / count;
    let memory = product / exact - (-theta * 25.0 * dt).exp();
    assert!(memory.abs() < 5.0 / count.sqrt(), "{memory}");
}

#[test]
fn a_cloud_under_noise_that_grows_with_it_keeps_to_geometric_brownian_motion() {
    let more = "noise = [\"0.5*x\"]\ndt = 0.015625";
    let process = written("x' = 0.3*x", &[1.0], more);
    let mut cloud = run(&process, 40_000, 1.0, 2);
    let from = values(&cloud, 0);
    go(&mut cloud, 64);
    let ratios: Vec<f64> = from
        .iter()
        .zip(values(&cloud, 0))
        .map(|(a, b)| b / a)
        .collect();
    let [mean, found] = variance(&ratios);
    let exact = [0.3_f64.exp(), 0.6_f64.exp() * (0.25_f64.exp() - 1.0)];
    assert!((mean / exact[0] - 1.0).abs() < 0.012, "{mean} {exact:?}");
    assert!((found / exact[1] - 1.0).abs() < 0.06, "{found} {exact:?}");
}

#[test]
fn the_step_under_noise_is_of_strong_order_one() {
    // Against SRA1 of strong order 3/2 on the same Brownian paths, for a pendulum under noise.
    let process = written(
        "x' = v; v' = -sin(x)",
        &[1.0, 0.0],
        "noise = [\"0\", \"0.5\"]",
    );
    let fine = 512_usize;
    let h = 1.0 / fine as f64;
    let mut random = loom_sim::seed::stream(4, "paths");
    let errors: Vec<f64> = [16_usize, 64]
        .iter()
        .map(|count| {
            let mut sum = 0.0;
            for _ in 0..300 {
                let noisy = Noisy::own(&process, 1.0, Method::Sra, h).unwrap();
                let stream = loom_sim::seed::stream(0, "unused");
                let mut exact = noisy.start(0.0, &[1.0, 0.0], &[], stream).unwrap();
                let stepper = BlockStepper::new(&process.system);
                let mut point = [1.0, 0.0];
                let coarse = 1.0 / *count as f64;
                for part in 0..*count {
                    let mut w = 0.0;
                    for _ in 0..fine / count {
                        let dw = h.sqrt() * noise::normal(&mut random);
                        let other = h.sqrt() * noise::normal(&mut random) / 3_f64.sqrt();
                        exact
                            .step_with(&[0.0, dw], &[0.0, 0.5 * h * (dw + other)])
                            .unwrap();
                        w += dw;
                    }
                    let half = [0.0, 0.25 * w];
                    let clock = Clock {
                        step: part as u64,
                        ..Clock::new(coarse)
                    };
                    Pushes::add(&mut point, &half);
                    stepper.advance(&mut point, 1, &[], clock, 1).unwrap();
                    Pushes::add(&mut point, &half);
                }
                let off = (0..2).map(|v| (point[v] - exact.state()[v]).powi(2));
                sum += off.sum::<f64>() / 300.0;
            }
            sum.sqrt()
        })
        .collect();
    // What is left of ∫ W ds once ΔW is known has variance h³/12: over a unit of time σ h/√12.
    for (error, count) in errors.iter().zip([16.0, 64.0]) {
        let known = 0.5 / (count * 12_f64.sqrt());
        assert!(
            (error / known - 1.0).abs() < 0.15,
            "{count}: {error} {known}"
        );
    }
}

#[test]
fn the_noise_of_a_particle_depends_on_the_seed_and_its_number_alone() {
    let lorenz = catalogue::named("Lorenz").unwrap();
    let place = Place::Cpu { threads: 2 };
    let cloud = |particles: i64, seed: u64| {
        let mut model = catalogue::model(&lorenz);
        model = model.with("particles", particles).with("noise", 0.1);
        model.seed = seed;
        let mut motion = Motion::new(lorenz.clone(), &model, &place).unwrap();
        go(&mut motion, 30);
        values(&motion, 0)
    };
    let (few, many) = (cloud(1500, 1), cloud(3000, 1));
    assert_eq!(few[..1000], many[..1000]);
    assert_ne!(few, cloud(1500, 2));
}

#[test]
fn noise_can_be_turned_on_and_off_in_a_run_and_orbits_feel_it_too() {
    let lorenz = catalogue::named("Lorenz").unwrap();
    let model = catalogue::model(&lorenz).with("particles", 200i64);
    let place = Place::Cpu { threads: 1 };
    let mut noisy = Motion::new(lorenz.clone(), &model, &place).unwrap();
    let mut quiet = Motion::new(lorenz, &model, &place).unwrap();
    assert!(noisy.observe().iter().all(|q| q.key != "noise"));
    noisy.apply(&loom_sim::Input::set("noise", 0.1)).unwrap();
    assert!(noisy.observe().iter().any(|q| q.key == "noise"));
    go(&mut noisy, 5);
    go(&mut quiet, 5);
    assert_ne!(values(&noisy, 0), values(&quiet, 0));
    assert_ne!(noisy.orbits[0].point, quiet.orbits[0].point);
    assert_eq!(noisy.parameters()["noise"], loom_sim::Value::Real(0.1));
    // Off again, a step is the one without noise.
    noisy.apply(&loom_sim::Input::set("noise", 0.0)).unwrap();
    let state = noisy.state().unwrap();
    let mut calm = state.clone();
    calm.noise = 0.0;
    quiet.go_to(&calm).unwrap();
    go(&mut noisy, 5);
    go(&mut quiet, 5);
    assert_eq!(values(&noisy, 0), values(&quiet, 0));
}
