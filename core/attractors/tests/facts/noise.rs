//! Process noise, held against processes whose every law is known.

use loom_attractors::integrate::noise::{self, Noisy};
use loom_attractors::integrate::{Method, Path as _};
use loom_attractors::settings::Build;
use loom_attractors::{Definition, catalogue, trajectory};
use loom_sim::{Settings, seed};

fn definition(equations: &str, initial: &[f64]) -> Definition {
    written(equations, initial, "")
}

fn written(equations: &str, initial: &[f64], more: &str) -> Definition {
    let text = format!("equations = \"{equations}\"\ninitial = {initial:?}\n{more}\n");
    Definition::parse("test.toml", &text).unwrap()
}

/// dx = −θ x dt + σ dW: Ornstein and Uhlenbeck's process, whose every law is known.
fn ornstein_uhlenbeck() -> Definition {
    definition("x' = -2*x", &[1.0])
}

#[test]
fn ornstein_and_uhlenbecks_process_has_its_variance_and_its_memory() {
    let (theta, sigma, dt) = (2.0, 0.5, 0.02);
    let process = ornstein_uhlenbeck();
    for method in [Method::Em, Method::Sra] {
        let noisy = Noisy::new(&process, vec![sigma], method, dt);
        let stream = seed::stream(7, "test");
        let mut path = noisy.start(0.0, &[0.0], &[], stream).unwrap();
        let mut values = Vec::new();
        let mut x = [0.0];
        for k in 0..200_000_u32 {
            path.at(f64::from(k) * dt, &mut x).unwrap();
            values.push(x[0]);
        }
        let values = &values[1000..];
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let product = |lag: usize| {
            let pairs = values.iter().zip(&values[lag..]);
            pairs.map(|(a, b)| (a - mean) * (b - mean)).sum::<f64>() / count
        };
        // About 8,000 independent stretches: a standard error of 1.6 % of the variance.
        let variance = sigma * sigma / (2.0 * theta);
        let bias = if method == Method::Em {
            1.0 / (1.0 - theta * dt / 2.0)
        } else {
            1.0
        };
        let found = product(0);
        assert!(
            (found / (variance * bias) - 1.0).abs() < 0.05,
            "{method:?} {found}"
        );
        for lag in [10, 25, 50] {
            let exact = (-theta * lag as f64 * dt).exp();
            let found = product(lag) / product(0);
            assert!(
                (found - exact).abs() < 0.04,
                "{method:?} {lag} {found} {exact}"
            );
        }
    }
}

#[test]
fn the_better_method_under_noise_has_strong_order_three_halves() {
    // The same Brownian path for all lengths of steps: small increments, put together. The exact
    // solution takes ∫ e^{−θ(δ−s)} dW = ΔW − θ ∫ W ds + O(θ² δ^{5/2}) over each small one.
    let (theta, sigma, time) = (2.0, 0.8, 1.0);
    let process = ornstein_uhlenbeck();
    let fine = 1024_usize;
    let h = time / fine as f64;
    let mut random = seed::stream(3, "paths");
    let steps = [8_usize, 16, 32, 64];
    let mut squares = vec![[0.0; 2]; steps.len()];
    let paths = 400;
    for _ in 0..paths {
        let increments: Vec<[f64; 2]> = (0..fine)
            .map(|_| {
                let w = h.sqrt() * noise::normal(&mut random);
                let other = h.sqrt() * noise::normal(&mut random) / 3_f64.sqrt();
                [w, 0.5 * h * (w + other)]
            })
            .collect();
        let mut exact = 1.0;
        for [w, area] in &increments {
            exact = exact * (-theta * h).exp() + sigma * (w - theta * area);
        }
        for (row, count) in squares.iter_mut().zip(steps) {
            for (sum, method) in row.iter_mut().zip([Method::Em, Method::Sra]) {
                let noisy = Noisy::new(&process, vec![sigma], method, time / count as f64);
                let stream = seed::stream(0, "unused");
                let mut path = noisy.start(0.0, &[1.0], &[], stream).unwrap();
                for part in increments.chunks(fine / count) {
                    let (mut w, mut area) = (0.0, 0.0);
                    for [dw, da] in part {
                        area += w * h + da;
                        w += dw;
                    }
                    path.step_with(&[w], &[area]).unwrap();
                }
                *sum += (path.state()[0] - exact).powi(2) / f64::from(paths);
            }
        }
    }
    let order = |which: usize| {
        let (first, last) = (squares[0][which], squares[3][which]);
        0.5 * (first / last).log2() / 3.0
    };
    assert!((order(0) - 1.0).abs() < 0.2, "{}", order(0));
    assert!(order(1) > 1.4, "{}", order(1));
}

#[test]
fn a_noisy_trajectory_depends_on_the_seed_and_on_nothing_else() {
    let lorenz = catalogue::named("Lorenz").unwrap();
    let build = Build::new(&lorenz, &Settings::new()).unwrap();
    let mut plan = trajectory::Plan::new(&lorenz, &build);
    plan.noise = 0.05;
    plan.points = 300;
    plan.members = 2;
    let once = trajectory::compute(&lorenz, &build, &plan).unwrap();
    assert_eq!(once, trajectory::compute(&lorenz, &build, &plan).unwrap());
    plan.seed = 1;
    assert_ne!(once, trajectory::compute(&lorenz, &build, &plan).unwrap());
    plan.method = Method::Dop853;
    let error = trajectory::compute(&lorenz, &build, &plan)
        .unwrap_err()
        .to_string();
    assert!(error.contains("--method em"), "{error}");
}

#[test]
fn the_unit_of_noise_is_the_spread_of_a_variable_in_one_period() {
    // A variable with no forces of its own beside a circle: only noise moves it.
    let circle = definition("x' = v; v' = -x", &[1.0, 0.0]);
    let build = Build::new(&circle, &Settings::new()).unwrap();
    let strengths = noise::strengths(&circle, &build, 0.1).unwrap();
    let expected = 0.1 * 0.5_f64.sqrt() / circle.period.sqrt();
    for sigma in strengths {
        assert!((sigma / expected - 1.0).abs() < 0.05, "{sigma} {expected}");
    }
}

/// dX = μ X dt + σ X dW (Itô): X(t) = X(0) exp((μ − σ²/2) t + σ W(t)).
fn geometric() -> Definition {
    let parameters = "noise = [\"sigma*x\"]\ndt = 0.01\n\
                      [[parameter]]\nkey = \"mu\"\nvalue = 0.3\n\
                      [[parameter]]\nkey = \"sigma\"\nvalue = 0.5\n";
    written("x' = mu*x", &[1.0], parameters)
}

#[test]
fn geometric_brownian_motion_has_its_mean_and_its_variance() {
    let process = geometric();
    assert_eq!(process.system.parameters(), ["mu", "sigma"]);
    let (mu, sigma, paths) = (0.3_f64, 0.5_f64, 20_000_u32);
    let constants = process.values();
    for method in [Method::Em, Method::Milstein] {
        let dt = 1.0 / 64.0;
        let noisy = Noisy::own(&process, 1.0, method, dt).unwrap();
        let ends: Vec<f64> = (0..paths)
            .map(|k| {
                let stream = seed::stream(u64::from(k), "paths");
                let mut path = noisy.start(0.0, &[1.0], &constants, stream).unwrap();
                let mut x = [0.0];
                path.at(1.0, &mut x).unwrap();
                x[0]
            })
            .collect();
        let count = f64::from(paths);
        let mean = ends.iter().sum::<f64>() / count;
        let variance = ends.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (count - 1.0);
        let exact = [mu.exp(), (2.0 * mu).exp() * ((sigma * sigma).exp() - 1.0)];
        // The scheme's own mean is (1 + μ h)^(1/h): 0.1 % below; one standard error is 0.4 %.
        assert!((mean / exact[0] - 1.0).abs() < 0.015, "{method:?} {mean}");
        assert!(
            (variance / exact[1] - 1.0).abs() < 0.08,
            "{method:?} {variance} {}",
            exact[1]
        );
    }
}

#[test]
fn milstein_is_of_strong_order_one_and_euler_of_one_half() {
    let process = geometric();
    let constants = process.values();
    let (mu, sigma, fine) = (0.3_f64, 0.5_f64, 1024_usize);
    let h = 1.0 / fine as f64;
    let mut random = seed::stream(5, "paths");
    let steps = [16_usize, 32, 64, 128];
    let mut errors = vec![[0.0; 2]; steps.len()];
    let paths = 600;
    for _ in 0..paths {
        let increments: Vec<f64> = (0..fine)
            .map(|_| h.sqrt() * noise::normal(&mut random))
            .collect();
        let w: f64 = increments.iter().sum();
        let exact = (mu - 0.5 * sigma * sigma + sigma * w).exp();
        for (row, count) in errors.iter_mut().zip(steps) {
            for (sum, method) in row.iter_mut().zip([Method::Em, Method::Milstein]) {
                let noisy = Noisy::own(&process, 1.0, method, 1.0 / count as f64).unwrap();
                let stream = seed::stream(0, "unused");
                let mut path = noisy.start(0.0, &[1.0], &constants, stream).unwrap();
                for part in increments.chunks(fine / count) {
                    path.step_with(&[part.iter().sum()], &[0.0]).unwrap();
                }
                *sum += (path.state()[0] - exact).abs() / f64::from(paths);
            }
        }
    }
    let order = |which: usize| (errors[0][which] / errors[3][which]).log2() / 3.0;
    assert!((order(0) - 0.5).abs() < 0.12, "{}", order(0));
    assert!((order(1) - 1.0).abs() < 0.12, "{}", order(1));
}

#[test]
fn a_systems_own_noise_is_followed_when_it_is_asked_for() {
    let process = geometric();
    let build = Build::new(&process, &Settings::new()).unwrap();
    let mut plan = trajectory::Plan::new(&process, &build);
    plan.points = 50;
    // Without noise the drift alone.
    let quiet = trajectory::compute(&process, &build, &plan).unwrap();
    assert!((quiet.row(0, 49)[0] - (0.3 * 0.49_f64).exp()).abs() < 1e-9);
    plan.noise = 1.0;
    let once = trajectory::compute(&process, &build, &plan).unwrap();
    assert_eq!(once, trajectory::compute(&process, &build, &plan).unwrap());
    plan.method = Method::Milstein;
    assert_eq!(once, trajectory::compute(&process, &build, &plan).unwrap());
    plan.method = Method::Em;
    assert_ne!(once, trajectory::compute(&process, &build, &plan).unwrap());
    plan.method = Method::Sra;
    let error = trajectory::compute(&process, &build, &plan).unwrap_err();
    assert!(error.to_string().contains("--method milstein"), "{error}");
}

#[test]
fn amplitudes_that_cannot_be_are_refused_with_their_place() {
    let mixed = written("x' = -x; y' = -y", &[1.0, 1.0], "noise = [\"y\", \"0.1\"]");
    let error = Noisy::own(&mixed, 1.0, Method::Milstein, 0.01).unwrap_err();
    assert!(
        error.to_string().contains("that of x depends on y"),
        "{error}"
    );
    assert!(Noisy::own(&mixed, 1.0, Method::Em, 0.01).is_ok());
    for (noise, why) in [
        ("[\"x\"]", "noise has 1 formulas and the system 2 variables"),
        (
            "[\"xx*2\", \"0\"]",
            "there is no symbol `xx`; did you mean `x`?",
        ),
        ("[\"2*\", \"0\"]", "2*: "),
    ] {
        let text = format!("equations = \"x' = -x; y' = -y\"\nnoise = {noise}\n");
        let error = Definition::parse("mine.toml", &text)
            .unwrap_err()
            .to_string();
        assert!(error.starts_with("mine.toml, line 2"), "{error}");
        assert!(error.contains(why), "{error}");
    }
}
