//! Analyses of orbits and series against exact and published values.

use std::f64::consts::{PI, TAU};
use std::sync::Arc;

use loom_attractors::analyses::{self, welch};
use loom_attractors::{Definition, catalogue};
use loom_sim::{
    Analysis, Column, Job, Model, Report, Series, Settings, SimError, Subject, Uncertainty, Value,
    seed,
};

fn analysis(key: &str) -> Arc<dyn Analysis> {
    let found = analyses::all().into_iter().find(|a| a.key() == key);
    found.expect("a declared analysis")
}

pub fn try_run(key: &str, subject: &Subject, given: &[(&str, Value)]) -> Result<Report, SimError> {
    let settings: Settings = given
        .iter()
        .map(|(k, v)| ((*k).to_owned(), v.clone()))
        .collect();
    analysis(key).run(subject, &settings, &Job::quiet())
}

pub fn run(key: &str, subject: &Subject, given: &[(&str, Value)]) -> Report {
    try_run(key, subject, given).unwrap()
}

pub fn system(name: &str) -> Subject {
    let definition = catalogue::named(name).unwrap();
    Subject::State {
        model: catalogue::model(&definition),
        capture: None,
    }
}

fn own(equations: &str) -> Subject {
    let text =
        format!("equations = \"{equations}\"\ninitial = [1.0, 0.0]\nperiod = 6.28\ndt = 0.01\n");
    let definition = Definition::parse("mine.toml", &text).unwrap();
    Subject::State {
        model: catalogue::model_of_file("mine.toml", &definition),
        capture: None,
    }
}

pub fn series(interval: f64, columns: &[Vec<f64>]) -> Subject {
    let at = (0..columns[0].len()).map(|i| i as f64 * interval).collect();
    let columns = columns.iter().enumerate().map(|(k, values)| Column {
        name: format!("x{k}"),
        unit: String::new(),
        values: values.clone(),
    });
    Subject::Series(Arc::new(Series {
        abscissa: ("t".into(), String::new()),
        at,
        columns: columns.collect(),
    }))
}

pub fn value(report: &Report, key: &str) -> f64 {
    let found = report.values.iter().find(|q| q.key == key);
    let found = found.unwrap_or_else(|| panic!("no {key}: {:?}", report.warnings));
    found.as_real().unwrap()
}

pub fn error(report: &Report, key: &str) -> f64 {
    match report.values.iter().find(|q| q.key == key).unwrap().error {
        Uncertainty::StandardError(e) | Uncertainty::Bound(e) => e,
        _ => panic!("{key} has no error"),
    }
}

#[track_caller]
pub fn near(found: f64, expected: f64, within: f64) {
    assert!(
        (found - expected).abs() <= within,
        "{found} is not {expected} ± {within}"
    );
}

/// Grassberger and Procaccia (1983): ν of Hénon 1.21 ± 0.01 and 1.25 ± 0.02, of Lorenz
/// 2.05 ± 0.01 (not checked against the paper itself). Sprott (2003), appendix A: 1.220 ± 0.036
/// and 2.068 ± 0.086.
#[test]
fn correlation_dimensions_are_the_published_ones() {
    let henon = run("dimension", &system("Henon"), &[]);
    near(value(&henon, "correlation_dimension"), 1.22, 0.03);
    let lorenz = run("dimension", &system("Lorenz"), &[]);
    near(value(&lorenz, "correlation_dimension"), 2.05, 0.05);
    // D₀ ≥ D₁ ≥ D₂, within the errors.
    let spread = 3.0 * error(&henon, "box_dimension");
    assert!(value(&henon, "box_dimension") > value(&henon, "correlation_dimension") - spread);
}

/// Barnsley's game draws the Sierpiński triangle, all of whose dimensions are log 3 / log 2.
#[test]
fn the_sierpinski_triangle_has_its_dimension() {
    let mut random = seed::stream(7, "test: chaos game");
    let (mut x, mut y) = (0.0, 0.0);
    let (mut xs, mut ys) = (Vec::new(), Vec::new());
    for _ in 0..20_000 {
        let corner = (3.0 * seed::unit(&mut random)) as u32;
        x = f64::midpoint(x, f64::from(u8::from(corner == 1)));
        y = f64::midpoint(y, f64::from(u8::from(corner == 2)));
        xs.push(x);
        ys.push(y);
    }
    let report = run("dimension", &series(1.0, &[xs, ys]), &[]);
    let exact = 3f64.ln() / 2f64.ln();
    // Boxes that the set barely enters hold none of 20,000 points, more of them the smaller they
    // are, so that a count of boxes reads low; the sums over points do not.
    near(value(&report, "box_dimension"), exact, 0.04);
    near(value(&report, "information_dimension"), exact, 0.02);
    near(value(&report, "correlation_dimension"), exact, 0.03);
}

#[test]
fn the_zero_one_test_tells_chaos_from_a_torus() {
    let chaos = run("zero-one", &system("Henon"), &[]);
    assert!(value(&chaos, "k") > 0.95);
    // Two frequencies that have no common multiple.
    let torus = (0..3000).map(|i| {
        let t = f64::from(i);
        t.cos() + (2f64.sqrt() * t).sin()
    });
    let regular = run("zero-one", &series(1.0, &[torus.collect()]), &[]);
    assert!(value(&regular, "k").abs() < 0.1);
}

#[test]
fn a_sine_has_its_line_and_the_spectrum_holds_the_variance() {
    let interval = 0.05;
    let wave: Vec<f64> = (0..20_000)
        .map(|i| 2.0 * (TAU * 1.37 * f64::from(i) * interval).sin())
        .collect();
    let spectrum = welch(&wave, interval, 2048, &Job::quiet()).unwrap();
    let total: f64 = spectrum.power.iter().map(|p| p * spectrum.step).sum();
    near(total, 2.0, 0.01);
    let report = run("spectrum", &series(interval, &[wave]), &[]);
    near(
        value(&report, "peak_frequency"),
        1.37,
        error(&report, "peak_frequency"),
    );
}

/// Of 8 and 16 values (Wolf; Rosenstein): Hénon's λ₁ is 0.4192, Lorenz's 0.9056, Rössler's
/// 0.0714. A series tells them to about a tenth.
#[test]
fn exponents_from_a_series_are_near_those_from_the_equations() {
    for (name, exact) in [("Henon", 0.4192), ("Lorenz", 0.9056), ("Rossler", 0.0714)] {
        let report = run("lyapunov-series", &system(name), &[]);
        near(value(&report, "lambda_1"), exact, 0.2 * exact);
    }
    let cycle = (0..4000).map(|i| (0.07 * f64::from(i)).sin()).collect();
    let report = run("lyapunov-series", &series(1.0, &[cycle]), &[]);
    assert!(report.values.iter().all(|q| q.key != "lambda_1"));
    assert!(report.warnings[0].contains("no number is given"));
}

/// On the logistic map at r = 4 a rise follows with probability 2/3: x < 3/4 under the arcsine
/// measure. Gaussian noise has the sample entropy −ln erf(r / 2).
#[test]
fn entropies_are_exact_where_they_are_known() {
    let mut x = 0.31;
    let logistic: Vec<f64> = (0..40_000)
        .map(|_| {
            x = 4.0 * x * (1.0 - x);
            x
        })
        .collect();
    let pairs = [("order", Value::Integer(2))];
    let report = run(
        "entropy",
        &series(1.0, &[logistic[..5000].to_vec()]),
        &pairs,
    );
    let p: f64 = 2.0 / 3.0;
    let exact = -(p * p.log2() + (1.0 - p) * (1.0 - p).log2());
    near(value(&report, "permutation_entropy"), exact, 0.01);

    let rising = (0..2000).map(f64::from).collect();
    let report = run("entropy", &series(1.0, &[rising]), &[]);
    assert_eq!(value(&report, "permutation_entropy"), 0.0);

    let mut random = seed::stream(3, "test: noise");
    let noise: Vec<f64> = (0..5000)
        .map(|_| {
            let (u, v) = (1.0 - seed::unit(&mut random), seed::unit(&mut random));
            (-2.0 * u.ln()).sqrt() * (TAU * v).cos()
        })
        .collect();
    let report = run("entropy", &series(1.0, &[noise]), &[]);
    near(value(&report, "permutation_entropy"), 1.0, 0.01);
    // erf(0.075) = 0.0844678…
    near(
        value(&report, "sample_entropy"),
        -0.084_467_8_f64.ln(),
        0.06,
    );
}

/// Biham and Wenzel (1989), Phys. Rev. Lett. 63, 819: the orbits of each period of Hénon's map.
#[test]
fn henon_has_as_many_periodic_orbits_as_were_counted() {
    let settings = [("period", Value::Integer(8))];
    let report = run("fixed-points", &system("Henon"), &settings);
    let list = report.json["points"].as_array().unwrap();
    let counted = |p: u64| list.iter().filter(|o| o["period"] == p).count();
    assert_eq!(
        (1..=8).map(counted).collect::<Vec<_>>(),
        [2, 1, 0, 1, 0, 2, 4, 7]
    );
}

#[test]
fn lorenz_has_its_three_fixed_points() {
    let report = run("fixed-points", &system("Lorenz"), &[]);
    assert_eq!(value(&report, "fixed_points"), 3.0);
    let list = report.json["points"].as_array().unwrap();
    let side = list[2]["orbit"][0][0].as_f64().unwrap();
    near(side, 72f64.sqrt(), 1e-12);
    assert_eq!(list[1]["kind"], "saddle");
    let largest = list[1]["eigenvalues"].as_array().unwrap();
    let top = largest
        .iter()
        .map(|z| z[0].as_f64().unwrap())
        .fold(f64::MIN, f64::max);
    // λ² + 11 λ − 270 = 0.
    near(top, f64::midpoint(-11.0, 1201f64.sqrt()), 1e-12);
}

#[test]
fn a_circle_comes_back_after_two_pi() {
    let settings = [
        ("of", Value::from("x")),
        ("level", Value::from("0")),
        ("points", Value::Integer(50)),
        ("direction", Value::from("down")),
        ("transient", Value::Real(0.0)),
    ];
    let report = run("poincare", &own("x' = -y; y' = x"), &settings);
    near(value(&report, "return_time"), TAU, 1e-8);
    let first = report.json["times"][0].as_f64().unwrap();
    near(first, PI / 2.0, 1e-8);
    for point in report.json["points"].as_array().unwrap() {
        near(point[0].as_f64().unwrap(), 0.0, 1e-12);
        near(point[1].as_f64().unwrap(), 1.0, 1e-6);
    }
}

#[test]
fn crossings_of_lorenz_lie_on_a_slanted_plane() {
    let settings = [
        ("normal", Value::from("1, 1, 2")),
        ("points", Value::Integer(200)),
        ("direction", Value::from("both")),
    ];
    let report = run("poincare", &system("Lorenz"), &settings);
    let heights: Vec<f64> = report.json["points"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| {
            (0..3)
                .map(|k| p[k].as_f64().unwrap() * [1.0, 1.0, 2.0][k])
                .sum()
        })
        .collect();
    assert_eq!(heights.len(), 200);
    for height in &heights {
        near(*height, heights[0], 1e-8);
    }
}

#[test]
fn what_can_not_be_measured_is_said() {
    let say = |key, subject, given: &[(&str, Value)]| {
        try_run(key, &subject, given).unwrap_err().to_string()
    };
    let far = [("level", Value::from("400"))];
    assert!(say("poincare", system("Lorenz"), &far).contains("did not cross z = 400"));
    let wrong = [("normal", Value::from("1, 2"))];
    assert!(say("poincare", system("Lorenz"), &wrong).contains("3 numbers"));
    assert!(say("poincare", series(1.0, &[vec![1.0; 40]]), &[]).contains("none"));
    assert!(say("dimension", series(1.0, &[vec![1.0; 40]]), &[]).contains("dimension 0"));
    assert!(say("dimension", series(1.0, &[vec![1.0; 4]]), &[]).contains("16 points"));
    let mut gap = vec![1.0; 40];
    gap[6] = f64::NAN;
    assert!(say("entropy", series(1.0, &[gap]), &[]).contains("Row 7 of column x0"));
    let of = [("of", Value::from("w"))];
    let noise = (0..400).map(|i| f64::from(i * i % 17)).collect();
    assert!(say("entropy", series(1.0, &[noise]), &of).contains("there are x0"));
}

/// Every analysis runs on a flow, a forced flow and a map with its defaults, or says why not.
#[test]
fn every_analysis_runs_on_every_kind_of_system() {
    for name in ["Lorenz", "Duffing", "Ikeda", "HyperRossler"] {
        let Subject::State { model, .. } = system(name) else {
            panic!("a system")
        };
        for analysis in analyses::all() {
            if fits(&*analysis, &model) {
                // Small, so that other tests have their share of the machine.
                let few: &[(&str, Value)] = match analysis.key() {
                    "basins" => &[("columns", Value::Real(12.0)), ("rows", Value::Real(12.0))],
                    "scan" => &[("columns", Value::Real(12.0))],
                    "ftle" => &[("columns", Value::Real(12.0)), ("rows", Value::Real(12.0))],
                    "covariant" => &[("points", Value::Real(600.0))],
                    "local-growth" => &[("windows", Value::Real(1000.0))],
                    "gali" => &[("time", Value::Real(60.0))],
                    _ => &[],
                };
                let report = run(analysis.key(), &system(name), few);
                assert!(!report.plots.is_empty(), "{name} {}", analysis.key());
                assert!(!report.values.is_empty(), "{name} {}", analysis.key());
                assert!(!report.method.is_empty() && !report.citation.is_empty());
                assert!(report.command.contains(analysis.key()));
            }
        }
    }
}

fn fits(analysis: &dyn Analysis, model: &Model) -> bool {
    analysis.fits(model)
}

#[test]
fn exponents_along_a_parameter_are_those_at_its_values() {
    // ln 2 at r = 4, and below zero on the cycle of two.
    let at = |from: f64, to: f64| {
        let report = run(
            "scan",
            &system("Logistic"),
            &[
                ("from", from.into()),
                ("to", to.into()),
                ("columns", 2.0.into()),
                ("periods", 2000.0.into()),
            ],
        );
        value(&report, "greatest")
    };
    near(at(4.0 - 2e-9, 4.0), 2f64.ln(), 5e-3);
    // λ of the cycle of two: ½ ln |4 + 2r − r²|.
    let r = 3.2f64;
    near(
        at(r - 1e-9, r + 1e-9),
        0.5 * (4.0 + 2.0 * r - r * r).abs().ln(),
        1e-6,
    );
    let report = run(
        "scan",
        &system("Lorenz"),
        &[
            ("from", 27.999.into()),
            ("to", 28.001.into()),
            ("columns", 8.0.into()),
        ],
    );
    near(value(&report, "greatest"), 0.9056, 0.05);
}

#[test]
fn a_scan_over_two_parameters_fills_its_field() {
    let settings = [
        ("over", "a".into()),
        ("against", "b".into()),
        ("columns", 12.0.into()),
        ("rows", 8.0.into()),
        ("periods", 10.0.into()),
    ];
    let report = run("scan", &system("Henon"), &settings);
    let loom_sim::Mark::Field(field) = &report.plots[0].marks[0] else {
        panic!("two parameters make a field");
    };
    assert_eq!((field.width, field.height()), (12, 8));
    assert!(field.values.iter().any(Option::is_some));
}

/// A system of one's own as a subject.
pub fn written(name: &str, text: &str) -> Subject {
    let sheet = loom_attractors::own::Sheet::read(text).unwrap();
    let made = loom_attractors::own::compose(name, sheet, None, &Job::quiet()).unwrap();
    Subject::State {
        model: catalogue::model_of_file("own.toml", &made.definition),
        capture: None,
    }
}

#[test]
fn two_wells_share_the_plane_along_a_line() {
    let wells = written("Wells", "x' = x - x^3\ny' = -y\nx(0) = 0.5\ny(0) = 0.5");
    let settings = [
        ("left", (-2.0).into()),
        ("right", 2.0.into()),
        ("bottom", (-2.0).into()),
        ("top", 2.0.into()),
        ("columns", 64.0.into()),
        ("rows", 64.0.into()),
    ];
    let report = run("basins", &wells, &settings);
    near(value(&report, "attractors"), 2.0, 0.0);
    near(value(&report, "basin_1"), 0.5, 0.0);
    near(value(&report, "boundary_dimension"), 1.0, 0.02);
}

#[test]
fn newtons_method_finds_its_three_roots() {
    // z ← z − (z³ − 1)/(3z²), against the same in complex numbers of our own.
    let newton = written(
        "Newton",
        "q = 3*(x^2 + y^2)^2\nx[n+1] = 2*x/3 + (x^2 - y^2)/q\ny[n+1] = 2*y/3 - 2*x*y/q\nx(0) = 0.7\ny(0) = 0.4",
    );
    let n = 200;
    let settings = [
        ("left", (-2.0).into()),
        ("right", 2.0.into()),
        ("bottom", (-2.0).into()),
        ("top", 2.0.into()),
        ("columns", f64::from(n).into()),
        ("rows", f64::from(n).into()),
        ("transient", 200.0.into()),
        ("watched", 10.0.into()),
    ];
    let report = run("basins", &newton, &settings);
    near(value(&report, "attractors"), 3.0, 0.0);
    let loom_sim::Mark::Field(field) = &report.plots[0].marks[0] else {
        panic!("basins make a field");
    };
    let root = |column: i32, row: i32| {
        let place = |i: i32| -2.0 + 4.0 * (f64::from(i) + 0.5) / f64::from(n);
        let (mut x, mut y) = (place(column), place(row));
        for _ in 0..200 {
            let (a, b) = (x * x - y * y, 2.0 * x * y);
            let q = 3.0 * (a * a + b * b);
            (x, y) = (2.0 * x / 3.0 + a / q, 2.0 * y / 3.0 - b / q);
        }
        ((y.atan2(x) / (TAU / 3.0)).round() as i32).rem_euclid(3)
    };
    // Which number each root has been given.
    let mut numbers = [None; 3];
    for row in 0..n {
        for column in 0..n {
            let kind = field.values[(row * n + column) as usize];
            let known = numbers[root(column, row) as usize].get_or_insert(kind);
            assert_eq!(*known, kind, "{column}, {row}");
        }
    }
    let dimension = value(&report, "boundary_dimension");
    assert!((1.3..1.6).contains(&dimension), "{dimension}");
}
