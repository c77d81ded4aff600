//! Measurements by any method: the same numbers as by fixed steps, and what is said of a stiff
//! system.

use loom_attractors::analyses;
use loom_attractors::{Definition, Lyapunov, OrbitDiagram, catalogue};
use loom_sim::{Analysis, Job, Mark, Report, Settings, SimError, Subject, Value};

use crate::analyses::{system, value};
use crate::measures::made;

fn measured(
    analysis: &dyn Analysis,
    subject: &Subject,
    given: &[(&str, Value)],
) -> Result<Report, SimError> {
    let settings: Settings = given
        .iter()
        .map(|(k, v)| ((*k).to_owned(), v.clone()))
        .collect();
    analysis.run(subject, &settings, &Job::quiet())
}

fn by(method: &str, tolerance: f64, more: &[(&'static str, Value)]) -> Vec<(&'static str, Value)> {
    let mut list = vec![
        ("method", Value::from(method)),
        ("tolerance", Value::Real(tolerance)),
    ];
    list.extend(more.iter().cloned());
    list
}

fn numbers(report: &Report) -> Vec<f64> {
    let marks = report.plots.iter().flat_map(|p| &p.marks);
    let mut list = Vec::new();
    for mark in marks {
        match mark {
            Mark::Points { points, .. } | Mark::Line { points, .. } => {
                list.extend(points.iter().flatten());
            }
            Mark::Field(field) => list.extend(field.values.iter().flatten().map(|x| f64::from(*x))),
            _ => {}
        }
    }
    list
}

/// After twenty periods.
fn lyapunov(subject: &Subject, method: &str, tolerance: f64, time: f64) -> Report {
    let given = [("time", Value::Real(time)), ("transient", 20.0.into())];
    let given = by(method, tolerance, &given);
    measured(&Lyapunov, subject, &given).unwrap()
}

#[test]
fn lorenz_has_its_spectrum_by_every_kind_of_method() {
    for (method, time) in [
        ("rk4", 2000.0),
        ("tsit5", 2000.0),
        ("dop853", 1000.0),
        ("trbdf2", 50.0),
    ] {
        let report = lyapunov(&system("Lorenz"), method, 1e-7, time);
        let slack = 6.0 * (1.0_f64 / time).sqrt();
        let found = value(&report, "lambda_1");
        assert!((found - 0.9056).abs() < slack, "{method} {found}");
        let sum = value(&report, "sum");
        assert!((sum + 41.0 / 3.0).abs() < 0.02, "{method} {sum}");
        assert!(report.warnings.is_empty(), "{method} {:?}", report.warnings);
    }
}

#[test]
fn a_symplectic_spectrum_comes_in_pairs_to_the_last_digits() {
    let given = by("symplectic4", 1e-9, &[("time", 2000.0.into())]);
    let report = measured(&Lyapunov, &system("HenonHeiles"), &given).unwrap();
    let [first, last] = ["lambda_1", "lambda_4"].map(|key| value(&report, key));
    assert!(first > 0.0 && (first + last).abs() < 1e-6, "{first} {last}");
    let report = lyapunov(&system("HenonHeiles"), "gauss4", 1e-9, 300.0);
    assert!(value(&report, "sum").abs() < 1e-7);
    let error = measured(&Lyapunov, &system("Lorenz"), &by("symplectic4", 1e-9, &[]));
    assert!(error.unwrap_err().to_string().contains("not Hamiltonian"));
}

/// Its spectrum is exactly −1 and −50: only the stiff methods take steps of 0.1.
fn stiff() -> Subject {
    made("x' = -x; y' = -50*(y - cos(x))", &[1.0, 1.0], 0.1, 0.5)
}

#[test]
fn a_stiff_system_says_so_in_every_measurement_and_is_measured_by_the_stiff_method() {
    let report = lyapunov(&stiff(), "bdf", 1e-8, 200.0);
    assert!((value(&report, "lambda_1") + 1.0).abs() < 1e-3);
    assert!((value(&report, "lambda_2") / -50.0 - 1.0).abs() < 1e-2);
    assert!(report.warnings.is_empty(), "{:?}", report.warnings);
    let error = measured(&Lyapunov, &stiff(), &[]).unwrap_err().to_string();
    assert!(error.contains("--method bdf"), "{error}");
    // Van der Pol's oscillator in its relaxation.
    let text = "equations = \"x' = v; v' = mu*(1 - x^2)*v - x\"\ninitial = [2, 0]\ndt = 0.001\n\
                period = 160\n[[parameter]]\nkey = \"mu\"\nvalue = 100\nlow = 90\nhigh = 110\n";
    let definition = Definition::parse("relaxation.toml", text).unwrap();
    let subject = Subject::State {
        model: catalogue::model_of_file("relaxation.toml", &definition),
        capture: None,
    };
    let few: &[(&str, Value)] = &[
        ("columns", 4.0.into()),
        ("rows", 4.0.into()),
        ("points", 4.0.into()),
        ("transient", 2.0.into()),
        ("periods", 10.0.into()),
        ("watched", 2.0.into()),
    ];
    let list: Vec<std::sync::Arc<dyn Analysis>> = analyses::all();
    let mut said = 0;
    for analysis in list
        .iter()
        .map(|a| &**a)
        .chain([&OrbitDiagram as &dyn Analysis])
    {
        let Subject::State { model, .. } = &subject else {
            panic!("a system")
        };
        if !["scan", "basins", "bifurcation", "poincare"].contains(&analysis.key()) {
            continue;
        }
        let declared = analysis.parameters(model);
        assert!(
            declared.iter().any(|p| p.key == "method"),
            "{}",
            analysis.key()
        );
        let fits = |(key, _): &&(&str, Value)| declared.iter().any(|p| p.key == *key);
        let few: Vec<(&str, Value)> = few
            .iter()
            .filter(fits)
            .filter(|(key, _)| *key != "rows" || analysis.key() == "basins")
            .cloned()
            .collect();
        let mut given = by("dop853", 1e-6, &few);
        if analysis.key() == "poincare" {
            given.push(("level", "0".into()));
        }
        let report = measured(analysis, &subject, &given).unwrap();
        let warned = report.warnings.iter().any(|w| w.contains("--method bdf"));
        assert!(warned, "{}: {:?}", analysis.key(), report.warnings);
        assert!(report.method.contains("Dormand"), "{}", report.method);
        said += 1;
    }
    assert_eq!(said, 4);
}

#[test]
fn a_scan_and_a_diagram_are_the_same_by_any_method() {
    let scan = analyses::Scan;
    let few = [
        ("over", Value::from("rho")),
        ("from", 5.0.into()),
        ("to", 13.0.into()),
        ("columns", 4.0.into()),
        ("periods", 20.0.into()),
        ("transient", 20.0.into()),
    ];
    let plain = numbers(&measured(&scan, &system("Lorenz"), &few).unwrap());
    for method in ["tsit5", "trbdf2"] {
        let given = by(method, 1e-8, &few);
        let other = numbers(&measured(&scan, &system("Lorenz"), &given).unwrap());
        assert_eq!(plain.len(), other.len());
        for (a, b) in plain.iter().zip(&other) {
            // The starts lie elsewhere on the attractor, which is forgotten as 1/T.
            assert!((a - b).abs() < 0.03, "{method}: {a} {b}");
        }
    }
    // Cycles of Rössler's band: the same maxima.
    let few = [
        ("over", Value::from("c")),
        ("from", 2.0.into()),
        ("to", 3.0.into()),
        ("columns", 5.0.into()),
        ("points", 4.0.into()),
        ("transient", 300.0.into()),
        ("sweep", "up".into()),
    ];
    let plain = numbers(&measured(&OrbitDiagram, &system("Rossler"), &few).unwrap());
    let given = by("dop853", 1e-9, &few);
    let other = numbers(&measured(&OrbitDiagram, &system("Rossler"), &given).unwrap());
    assert_eq!(plain.len(), other.len());
    let sorted = |mut list: Vec<f64>| {
        list.sort_by(f64::total_cmp);
        list
    };
    for (a, b) in sorted(plain).iter().zip(&sorted(other)) {
        assert!((a - b).abs() < 1e-3, "{a} {b}");
    }
}

#[test]
fn basins_are_the_same_by_any_method() {
    let wells = made("x' = v; v' = x - x^3 - 0.3*v", &[0.5, 0.0], 0.02, 5.0);
    let plane = [
        ("left", Value::Real(-2.0)),
        ("right", 2.0.into()),
        ("bottom", (-2.0).into()),
        ("top", 2.0.into()),
        ("columns", 24.0.into()),
        ("rows", 24.0.into()),
    ];
    let plain = measured(&analyses::Basins, &wells, &plane).unwrap();
    let other = measured(&analyses::Basins, &wells, &by("tsit5", 1e-8, &plane)).unwrap();
    assert_eq!(value(&plain, "attractors"), 2.0);
    let (a, b) = (numbers(&plain), numbers(&other));
    let differ = a.iter().zip(&b).filter(|(x, y)| x != y).count();
    assert!(differ <= 4, "{differ} of {} cells", a.len());
}

#[test]
fn a_delay_systems_section_is_the_same_by_any_method() {
    let given = [
        ("points", Value::from(20.0)),
        ("transient", 0.0.into()),
        ("level", "0.9".into()),
    ];
    let poincare = analyses::Poincare;
    let crossings = |given: &[(&str, Value)]| -> Vec<f64> {
        let report = measured(&poincare, &system("MackeyGlass"), given).unwrap();
        let times = report.json["times"].as_array().unwrap();
        times.iter().map(|t| t.as_f64().unwrap()).collect()
    };
    let plain = crossings(&given);
    let adaptive = crossings(&by("dop853", 1e-10, &given));
    // Until chaos parts them.
    for (a, b) in plain.iter().zip(&adaptive).take(5) {
        assert!((a - b).abs() < 2e-2, "{plain:?} {adaptive:?}");
    }
    let error = measured(&poincare, &system("MackeyGlass"), &by("bdf", 1e-6, &given));
    assert!(
        error
            .unwrap_err()
            .to_string()
            .contains("rk4, tsit5 or dop853")
    );
}

#[test]
fn a_pole_that_is_stepped_over_is_named_with_time_and_variable() {
    let pole = "equations = \"y' = -y; x' = -1/x\"\ninitial = [1, 1]\ndt = 0.01\n";
    let definition = Definition::parse("pole.toml", pole).unwrap();
    let build = loom_attractors::settings::Build::new(&definition, &Settings::new()).unwrap();
    let mut plan = loom_attractors::trajectory::Plan::new(&definition, &build);
    plan.method = loom_attractors::integrate::Method::Tsit5;
    plan.tolerance = 1e-6;
    let error = loom_attractors::trajectory::compute(&definition, &build, &plan).unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("t = 0.5") || text.contains("t = 0.4999"),
        "{text}"
    );
    assert!(text.contains(" x ") || text.starts_with('x'), "{text}");
}

/// The ring of three (M. Hénon 1974, Integrals of the Toda lattice, Phys. Rev. B 9, 1921–1923) and
/// its form in the plane, of which Hénon and Heiles' potential is the beginning: a second integral
/// beside the energy, and no chaos.
#[test]
fn the_toda_lattice_keeps_its_further_integral_and_has_no_chaos() {
    let ring = |s: &[f64]| {
        let x = |i: usize| (s[i] - s[(i + 1) % 3]).exp();
        let p = &s[3..];
        p[0] * p[1] * p[2] - p[0] * x(1) - p[1] * x(2) - p[2] * x(0)
    };
    let plane = |s: &[f64]| {
        let [x, y, u, v] = [s[0], s[1], s[2], s[3]];
        let root = 3_f64.sqrt();
        8.0 * u * (u * u - 3.0 * v * v) + (u + root * v) * (2.0 * y - 2.0 * root * x).exp()
            - 2.0 * u * (-4.0 * y).exp()
            + (u - root * v) * (2.0 * y + 2.0 * root * x).exp()
    };
    let integrals: [(&str, &dyn Fn(&[f64]) -> f64); 2] = [("Toda", &ring), ("TodaPlane", &plane)];
    for (name, integral) in integrals {
        let definition = catalogue::named(name).unwrap();
        let build = loom_attractors::settings::Build::new(&definition, &Settings::new()).unwrap();
        let mut plan = loom_attractors::trajectory::Plan::new(&definition, &build);
        plan.method = loom_attractors::integrate::Method::Dop853;
        plan.tolerance = 1e-12;
        plan.interval = definition.period;
        plan.points = 500;
        let orbit = loom_attractors::trajectory::compute(&definition, &build, &plan).unwrap();
        let first = integral(orbit.row(0, 0));
        for point in 0..plan.points {
            let now = integral(orbit.row(0, point));
            assert!(
                (now / first - 1.0).abs() < 1e-8,
                "{name} {point}: {now} {first}"
            );
        }
        // Shear alone parts neighbours: λ falls as ln t / t.
        let time = 200.0 * 64.0 * definition.period;
        let report = lyapunov(&system(name), "symplectic6", 1e-9, time);
        let found = value(&report, "lambda_1");
        let shear = (200.0 * definition.period).ln() / (200.0 * definition.period);
        assert!(found.abs() < 1.5 * shear, "{name}: {found} {shear}");
    }
}
