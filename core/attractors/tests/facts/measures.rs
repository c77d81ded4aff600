//! What tangent vectors tell: spectra of driven systems, honest errors, covariant vectors,
//! alignment indices and local rates, against exact and published values.

use std::f64::consts::{LN_2, PI, TAU};

use loom_attractors::{Definition, Lyapunov, catalogue};
use loom_sim::{Analysis, Job, Model, Number, Report, Settings, Subject, Value};

use crate::analyses::{error, near, run, system, value};

/// A system of one's own with its start, step and period.
pub fn made(equations: &str, initial: &[f64], dt: f64, period: f64) -> Subject {
    let text = format!(
        "equations = \"{equations}\"\ninitial = {initial:?}\nperiod = {period:?}\ndt = {dt:?}\n"
    );
    let definition = Definition::parse("mine.toml", &text).unwrap();
    Subject::State {
        model: catalogue::model_of_file("mine.toml", &definition),
        capture: None,
    }
}

/// Of a map time is counted, so it has neither step nor period.
pub fn map(equations: &str, initial: &[f64]) -> Subject {
    let text = format!("equations = \"{equations}\"\ninitial = {initial:?}\n");
    let definition = Definition::parse("mine.toml", &text).unwrap();
    Subject::State {
        model: catalogue::model_of_file("mine.toml", &definition),
        capture: None,
    }
}

fn lyapunov(subject: &Subject, given: &[(&str, Value)]) -> Report {
    let settings: Settings = given
        .iter()
        .map(|(k, v)| ((*k).to_owned(), v.clone()))
        .collect();
    Lyapunov.run(subject, &settings, &Job::quiet()).unwrap()
}

fn exponents(report: &Report) -> Vec<f64> {
    let list = report.json["spectrum"].as_array().unwrap();
    list.iter().map(|x| x.as_f64().unwrap()).collect()
}

fn start_at(name: &str, initial: &[f64], set: &[(&str, f64)]) -> Subject {
    let mut model: Model = catalogue::model(&catalogue::named(name).unwrap())
        .with("initial", Value::Vector(initial.to_vec()));
    for (key, x) in set {
        model = model.with(key, *x);
    }
    Subject::State {
        model,
        capture: None,
    }
}

#[test]
fn the_first_exponents_are_those_of_the_whole_spectrum() {
    let time = ("time", Value::Real(2000.0));
    let all = exponents(&lyapunov(&system("Lorenz"), std::slice::from_ref(&time)));
    for k in 1..3i64 {
        let report = lyapunov(
            &system("Lorenz"),
            &[time.clone(), ("exponents", Value::Integer(k))],
        );
        assert_eq!(exponents(&report), all[..k as usize]);
        assert!(report.values.iter().all(|q| q.key != "sum"));
        // Two of three exponents leave the sum above zero, so they tell no dimension.
        assert!(report.json["kaplan_yorke_dimension"].is_null());
    }
    // One of two that is below zero tells it.
    let resting = start_at("Lorenz", &[8.0, 8.0, 19.0], &[("rho", 20.0)]);
    let report = lyapunov(&resting, &[("exponents", Value::Integer(1)), time]);
    assert_eq!(value(&report, "kaplan_yorke_dimension"), 0.0);
}

/// Over whole periods of the drive ∫ 3 cos t dt is 0, so the exponent is −0.1 however short the
/// measurement is.
#[test]
fn a_driven_system_is_averaged_over_whole_periods() {
    for equations in [
        "x' = (-0.1 + 3*cos(t))*x",
        "x' = (-0.1 + 3*cos(f))*x; f' = 1",
    ] {
        let phases = usize::from(equations.contains('f'));
        let initial = vec![0.5; 1 + phases];
        let report = lyapunov(
            &made(equations, &initial, 0.02, TAU),
            &[
                ("time", Value::Real(64.0 * 15.0)),
                ("transient", Value::Real(2.0)),
            ],
        );
        let found = exponents(&report);
        let least = found.iter().copied().fold(f64::INFINITY, f64::min);
        near(least, -0.1, 1e-6);
        assert_eq!(found.len(), 1 + phases);
        near(report.json["forcing_period"].as_f64().unwrap(), TAU, 1e-12);
        let word = if phases == 0 {
            "no variable"
        } else {
            "exactly 0"
        };
        assert!(report.method.contains(word), "{}", report.method);
    }
}

#[test]
fn time_as_a_variable_adds_an_exponent_zero_and_nothing_else() {
    let text = |phase: &str, more: &str| {
        format!("x' = y; y' = -0.1*y + x - x^3 + 0.35*cos({phase}){more}")
    };
    let time = [("time", Value::Real(60_000.0))];
    let plain = made(&text("1.4*t", ""), &[0.5, 0.1], 0.02, 5.8);
    let phased = made(&text("f", "; f' = 1.4"), &[0.5, 0.1, 0.0], 0.02, 5.8);
    let (plain, phased) = (lyapunov(&plain, &time), lyapunov(&phased, &time));
    let (a, b) = (exponents(&plain), exponents(&phased));
    assert_eq!((a.len(), b.len()), (2, 3));
    assert!(b.iter().any(|x| x.abs() < 1e-9));
    // The catalogue's 0.12746, measured for longer.
    for report in [&plain, &phased] {
        near(
            value(report, "lambda_1"),
            0.1275,
            5.0 * error(report, "lambda_1").max(0.001),
        );
        near(value(report, "sum"), -0.1, 1e-5);
    }
    let dimension = |r: &Report| value(r, "kaplan_yorke_dimension");
    near(dimension(&phased), dimension(&plain), 0.05);
}

/// Twenty-four measurements from other seeds scatter as their stated errors say.
#[test]
fn stated_errors_are_the_spread_over_seeds() {
    for (name, time) in [("Lorenz", 3000.0), ("Henon", 200_000.0)] {
        let seeds = 24u64;
        let mut found: Vec<[f64; 4]> = Vec::new();
        for seed in 0..seeds {
            let Subject::State { mut model, .. } = system(name) else {
                panic!("a system")
            };
            model.seed = seed;
            let subject = Subject::State {
                model,
                capture: None,
            };
            let report = lyapunov(&subject, &[("time", Value::Real(time))]);
            let d = "kaplan_yorke_dimension";
            found.push([
                value(&report, "lambda_1"),
                error(&report, "lambda_1"),
                value(&report, d),
                error(&report, d),
            ]);
        }
        for k in [0, 2] {
            let n = seeds as f64;
            let mean = found.iter().map(|f| f[k]).sum::<f64>() / n;
            let squares: f64 = found.iter().map(|f| (f[k] - mean).powi(2)).sum();
            let spread = (squares / (n - 1.0)).sqrt();
            let stated = found.iter().map(|f| f[k + 1]).sum::<f64>() / n;
            let ratio = spread / stated;
            assert!((0.6..1.6).contains(&ratio), "{name}: {spread} {stated}");
        }
    }
}

fn column(report: &Report, table: &str, name: &str) -> Vec<f64> {
    let found = report.tables.iter().find(|t| t.title == table).unwrap();
    let (_, cells) = found.columns.iter().find(|(n, _)| n == name).unwrap();
    cells.iter().map(|c| c.parse().unwrap()).collect()
}

/// The matrix of Arnold's cat is symmetric: its directions are those of its eigenvectors, at
/// right angles and the same everywhere.
#[test]
fn the_covariant_vectors_of_the_cat_are_its_eigenvectors() {
    let report = run(
        "covariant",
        &system("ArnoldCat"),
        &[("points", 500.0.into())],
    );
    let golden = f64::midpoint(1.0, 5f64.sqrt());
    near(value(&report, "lambda_1"), 2.0 * golden.ln(), 1e-12);
    near(value(&report, "lambda_2"), -2.0 * golden.ln(), 1e-12);
    near(value(&report, "smallest_angle"), 90.0, 1e-6);
    let [x, y] = ["v1 x", "v1 y"].map(|name| column(&report, "Vectors", name));
    for (x, y) in x.iter().zip(&y) {
        near(y / x, golden, 1e-9);
    }
    let [x, y] = ["v2 x", "v2 y"].map(|name| column(&report, "Vectors", name));
    for (x, y) in x.iter().zip(&y) {
        near(x / y, -golden, 1e-9);
    }
}

/// J(x)·v(x) lies along v(f(x)), and the mean growth along each vector is the exponent.
#[test]
fn the_map_carries_covariant_vectors_into_each_other() {
    let report = run("covariant", &system("Henon"), &[]);
    near(value(&report, "lambda_1"), 0.41922, 0.02);
    // Up to the angles at both ends the sum is exact.
    near(
        value(&report, "lambda_1") + value(&report, "lambda_2"),
        0.3f64.ln(),
        2e-3,
    );
    assert!(value(&report, "gap") < 2e-3);
    // Hénon's map has tangencies: it is not hyperbolic.
    assert!(value(&report, "smallest_angle") < 1.0);
    let x = column(&report, "Vectors", "x");
    for k in 1..=2 {
        let v = ["x", "y"].map(|name| column(&report, "Vectors", &format!("v{k} {name}")));
        for i in 0..x.len() - 1 {
            let carried = [-2.8 * x[i] * v[0][i] + v[1][i], 0.3 * v[0][i]];
            let next = [v[0][i + 1], v[1][i + 1]];
            let cross = carried[0] * next[1] - carried[1] * next[0];
            assert!(cross.abs() < 1e-9 * carried[0].hypot(carried[1]), "{cross}");
        }
    }
}

/// The direction in which a flow neither grows nor shrinks is its own.
#[test]
fn the_neutral_vector_of_lorenz_is_its_velocity_by_any_method() {
    neutral_vector_of_lorenz(&[("points", 4000.0.into())]);
    let given = [
        ("points", 1500.0.into()),
        ("transient", 100.0.into()),
        ("method", "dop853".into()),
    ];
    let report = neutral_vector_of_lorenz(&given);
    assert!(
        report.method.contains("tolerance 1e-9"),
        "{}",
        report.method
    );
}

fn neutral_vector_of_lorenz(given: &[(&str, Value)]) -> Report {
    let report = run("covariant", &system("Lorenz"), given);
    let at = ["x", "y", "z"].map(|n| column(&report, "Vectors", n));
    let v = ["v2 x", "v2 y", "v2 z"].map(|n| column(&report, "Vectors", n));
    for i in 0..at[0].len() {
        let [x, y, z] = [at[0][i], at[1][i], at[2][i]];
        let f = [10.0 * (y - x), x * (28.0 - z) - y, x * y - 8.0 / 3.0 * z];
        let size = f.iter().map(|a| a * a).sum::<f64>().sqrt();
        let dot: f64 = (0..3).map(|k| f[k] * v[k][i] / size).sum();
        assert!(dot.abs() > 1.0 - 1e-6, "{dot}");
    }
    // Expanding and contracting directions of Lorenz's attractor never touch.
    assert!(value(&report, "smallest_angle") > 2.0);
    near(value(&report, "lambda_1"), 0.906, 0.06);
    report
}

#[test]
fn equal_exponents_have_no_vectors_of_their_own() {
    let turning = made("x' = -x + y; y' = -y - x", &[1.0, 0.0], 0.01, TAU);
    let report = run("covariant", &turning, &[("points", 500.0.into())]);
    assert!(report.warnings.iter().any(|w| w.contains("may be equal")));
    assert!(report.values.iter().all(|q| q.key != "smallest_angle"));
}

fn verdict(report: &Report) -> String {
    let found = report.values.iter().find(|q| q.key == "verdict").unwrap();
    match &found.value {
        Number::Text(text) => text.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn alignment_tells_chaos_from_order_in_the_standard_map() {
    let follow = |initial: &[f64]| {
        run(
            "gali",
            &start_at("StandardMap", initial, &[("K", 1.0)]),
            &[],
        )
    };
    let chaotic = follow(&[0.001, 0.008]);
    assert_eq!(verdict(&chaotic), "chaotic");
    assert!(value(&chaotic, "log10_gali") < -50.0);
    // λ₁ − λ₂ = 2 λ₁ of an area-preserving map.
    near(
        value(&chaotic, "rate"),
        value(&chaotic, "expected_rate"),
        0.05 * value(&chaotic, "rate"),
    );
    let regular = follow(&[PI, 0.01]);
    assert_eq!(verdict(&regular), "regular");
    assert!(value(&regular, "log10_gali") > -2.0);
    near(value(&regular, "power"), 0.0, 0.5);
}

#[test]
fn alignment_tells_chaos_from_order_in_henon_and_heiles_model() {
    let equations = "x' = u; y' = v; u' = -x - 2*x*y; v' = -y - x^2 + y^2";
    // Energy 1/8, as in the paper.
    let follow = |y: f64, method: &str| {
        let u = (0.25 - y * y + 2.0 / 3.0 * y * y * y).sqrt();
        let start = [0.0, y, u, 0.0];
        run(
            "gali",
            &made(equations, &start, 0.05, TAU),
            &[("time", 300.0.into()), ("method", method.into())],
        )
    };
    for method in ["rk4", "dop853", "symplectic6"] {
        let regular = follow(0.1, method);
        assert_eq!(verdict(&regular), "regular", "{method}");
        assert!(value(&regular, "log10_gali") > -2.0, "{method}");
        let chaotic = follow(-0.25, method);
        assert_eq!(verdict(&chaotic), "chaotic", "{method}");
        assert!(value(&chaotic, "log10_gali") < -12.0, "{method}");
    }
}

#[test]
fn stiff_systems_are_said_to_be_stiff_by_measures_of_tangent_vectors() {
    let stiff = made(
        "x' = y; y' = 1000*((1 - x^2)*y) - x",
        &[2.0, 0.0],
        1e-4,
        0.5,
    );
    let report = run(
        "gali",
        &stiff,
        &[("time", 2.0.into()), ("method", "dop853".into())],
    );
    assert!(
        report.warnings.iter().any(|w| w.contains("--method bdf")),
        "{:?}",
        report.warnings
    );
}

/// Of the logistic map at r = 4 ln |f'| has the mean ln 2 and the variance π²/12; over n steps
/// the deviation falls as 1/n, since the map is the tent in other coordinates.
#[test]
fn local_rates_of_the_logistic_map_are_distributed_as_they_must_be() {
    let subject = start_at("Logistic", &[0.37], &[("r", 4.0)]);
    let report = run("local-growth", &subject, &[("window", 1.0.into())]);
    near(value(&report, "mean"), LN_2, 4.0 * error(&report, "mean"));
    near(
        value(&report, "deviation"),
        PI / 12f64.sqrt(),
        4.0 * error(&report, "deviation"),
    );
    near(value(&report, "narrowing"), -1.0, 0.15);
}

#[test]
fn the_mean_of_local_rates_is_the_largest_exponent() {
    let report = run("local-growth", &system("Lorenz"), &[]);
    assert!(error(&report, "mean") < 0.02);
    near(value(&report, "mean"), 0.9056, 4.0 * error(&report, "mean"));
    // Some stretches contract, though the whole is chaotic.
    let part = value(&report, "contracting");
    assert!(part > 0.05 && part < 0.6, "{part}");
}

/// On the way to a marginal point the rate falls as ln t / t for ever: no error can be stated.
#[test]
fn an_exponent_that_still_drifts_has_no_error() {
    let slow = made("x' = -x^3; y' = -y", &[1.0, 1.0], 0.05, 1.0);
    let report = lyapunov(
        &slow,
        &[("time", Value::Real(40_000.0)), ("transient", 1.0.into())],
    );
    assert!(
        report
            .warnings
            .iter()
            .any(|w| w.contains("has not settled"))
    );
    let first = report.values.iter().find(|q| q.key == "lambda_1").unwrap();
    assert!(matches!(first.error, loom_sim::Uncertainty::Unknown(_)));
    let settled = lyapunov(&system("Lorenz"), &[("time", Value::Real(3000.0))]);
    assert!(settled.warnings.is_empty(), "{:?}", settled.warnings);
}
