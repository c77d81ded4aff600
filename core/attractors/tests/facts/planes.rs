//! Pictures over planes of starts and of parameters: fields of finite-time exponents, basins, scans
//! and what the device shows of them.

use std::f64::consts::{PI, TAU};

use loom_attractors::catalogue;
use loom_sim::{Field, Job, Mark, Report, Settings, Subject, Uncertainty, Value};

use crate::analyses::{error, near, run, system, value};
use crate::device::gpu;
use crate::measures::{made, map};

fn field(report: &Report) -> &Field {
    let marks = report.plots.iter().flat_map(|p| &p.marks);
    let mut found = marks.filter_map(|m| match m {
        Mark::Field(field) => Some(field),
        _ => None,
    });
    found.next().expect("a field")
}

fn plane([left, right, bottom, top]: [f64; 4], n: f64) -> Vec<(&'static str, Value)> {
    vec![
        ("left", left.into()),
        ("right", right.into()),
        ("bottom", bottom.into()),
        ("top", top.into()),
        ("columns", n.into()),
        ("rows", n.into()),
    ]
}

/// A linear saddle stretches e-fold in a unit of time everywhere, forward and backward.
#[test]
fn the_field_of_a_saddle_is_one_everywhere() {
    let saddle = made("x' = x; y' = -y", &[0.5, 0.5], 0.01, 1.0);
    for method in ["rk4", "dop853", "gauss4"] {
        for direction in ["forward", "backward"] {
            let mut given = plane([-1.0, 1.0, -1.0, 1.0], 12.0);
            given.extend([
                ("time", 2.0.into()),
                ("direction", direction.into()),
                ("method", method.into()),
            ]);
            let report = run("ftle", &saddle, &given);
            for value in &field(&report).values {
                near(f64::from(value.unwrap()), 1.0, 1e-6);
            }
            assert!(error(&report, "greatest") < 1e-8, "{method} {direction}");
        }
    }
    // Far too long for f64: that is said, and no number is given.
    let mut given = plane([-1.0, 1.0, -1.0, 1.0], 8.0);
    given.push(("time", 900.0.into()));
    let report = run("ftle", &saddle, &given);
    assert!(report.warnings[0].contains("away"), "{:?}", report.warnings);
}

/// Backward by a method of its own steps, with time in the equations: the same field as by fixed
/// steps.
#[test]
fn the_field_of_a_driven_system_is_the_same_by_any_method_both_ways() {
    let driven = made(
        "x' = y; y' = -sin(x) + cos(1.3*t + 0.4)",
        &[0.5, 0.5],
        0.01,
        6.0,
    );
    for direction in ["forward", "backward"] {
        let fields = ["rk4", "dop853"].map(|method| {
            let mut given = plane([-2.0, 2.0, -2.0, 2.0], 10.0);
            given.extend([
                ("time", 8.0.into()),
                ("start_time", 1.7.into()),
                ("direction", direction.into()),
                ("method", method.into()),
            ]);
            run("ftle", &driven, &given)
        });
        let [a, b] = [0, 1].map(|k| field(&fields[k]).values.clone());
        for (x, y) in a.iter().zip(&b) {
            near(f64::from(x.unwrap()), f64::from(y.unwrap()), 1e-5);
        }
    }
}

/// The mean over starts on the attractor of the growth in a long time nears λ₁.
#[test]
fn the_mean_of_the_field_nears_the_largest_exponent() {
    let mut given = plane([-3.0, 3.0, -3.0, 3.0], 8.0);
    given.extend([
        ("time", 100.0.into()),
        ("method", "dop853".into()),
        ("tolerance", 1e-7.into()),
    ]);
    let report = run("ftle", &system("Lorenz"), &given);
    // ln of the stretching of a ball in 100 time units: λ₁ = 0.906, and what the first turn adds.
    near(value(&report, "mean"), 0.906, 0.08);
}

#[test]
fn the_field_of_the_cat_is_its_exponent() {
    let mut given = plane([0.0, 1.0, 0.0, 1.0], 16.0);
    given.push(("time", 20.0.into()));
    let report = run("ftle", &system("ArnoldCat"), &given);
    let exact = (3.0 + 5f64.sqrt()).ln() - 2f64.ln();
    near(value(&report, "greatest"), exact, 1e-9);
    near(value(&report, "mean"), exact, 1e-9);
}

/// x'' = x − x³: the loops y² = x² − x⁴/2 through the saddle are its manifolds, and the ridge.
#[test]
fn ridges_lie_on_the_manifolds_of_the_saddle() {
    let wells = made("x' = y; y' = x - x^3", &[0.5, 0.5], 0.02, 5.0);
    let mut given = plane([0.98, 1.02, 0.4, 1.0], 61.0);
    given[4].1 = 4.0.into();
    given.push(("time", 12.0.into()));
    let report = run("ftle", &wells, &given);
    near(value(&report, "at_second"), 0.5f64.sqrt(), 0.012);
}

/// Two cycles of period two with the same mean and the same spread of both variables.
#[test]
fn basins_tell_cycles_apart_that_share_mean_and_spread() {
    let cycles = map(
        "x[n+1] = -(3*x - x^3)/2; y[n+1] = -(3*y - y^3)/2",
        &[0.5, 0.6],
    );
    let report = run("basins", &cycles, &plane([-1.5, 1.5, -1.5, 1.5], 60.0));
    near(value(&report, "attractors"), 2.0, 0.0);
    near(value(&report, "basin_1"), 0.5, 0.0);
    near(value(&report, "basin_2"), 0.5, 0.0);
}

/// The disc |x| < 1 comes to rest, the rest runs away: its part of the square is π/16.
#[test]
fn the_error_of_a_basins_part_is_that_of_its_boundary() {
    let disc = map(
        "x[n+1] = x*(x^2 + y^2); y[n+1] = y*(x^2 + y^2)",
        &[0.3, 0.4],
    );
    let mut misses = Vec::new();
    for n in [40.0, 60.0, 90.0, 140.0] {
        let report = run("basins", &disc, &plane([-2.0, 2.0, -2.0, 2.0], n));
        near(value(&report, "attractors"), 1.0, 0.0);
        let stated = error(&report, "basin_1");
        assert!(stated < 1.5 / n, "{stated}");
        misses.push((value(&report, "basin_1") - PI / 16.0) / stated);
    }
    assert!(misses.iter().all(|m| m.abs() < 3.0), "{misses:?}");
    assert!(misses.iter().any(|m| m.abs() > 0.01), "{misses:?}");
}

/// The boundary between Newton's three roots is fractal by its entropy too.
#[test]
fn newtons_basins_leave_more_doubt_than_a_smooth_boundary() {
    let newton = map(
        "q = 3*(x^2 + y^2)^2; x[n+1] = 2*x/3 + (x^2 - y^2)/q; y[n+1] = 2*y/3 - 2*x*y/q",
        &[0.7, 0.4],
    );
    let fractal = run("basins", &newton, &plane([-2.0, 2.0, -2.0, 2.0], 150.0));
    near(value(&fractal, "attractors"), 3.0, 0.0);
    let wells = made("x' = x - x^3; y' = -y", &[0.5, 0.5], 0.05, 6.0);
    let smooth = run("basins", &wells, &plane([-2.0, 2.2, -2.0, 2.0], 60.0));
    assert!(value(&smooth, "boundary_entropy") < 2f64.ln());
    assert!(value(&fractal, "boundary_entropy") > value(&smooth, "boundary_entropy"));
    assert!(value(&fractal, "boundary_dimension") > 1.2);
}

#[test]
fn basins_are_the_same_on_any_number_of_threads() {
    let subject = system("MagneticPendulum");
    let settings: Settings = [("columns", 24.0), ("rows", 24.0)]
        .map(|(k, v)| (k.to_owned(), Value::Real(v)))
        .into();
    let basins = loom_attractors::analyses::all()
        .into_iter()
        .find(|a| a.key() == "basins")
        .unwrap();
    let on = |threads: usize| {
        let mut job = Job::quiet();
        job.threads = threads;
        let report = basins.run(&subject, &settings, &job).unwrap();
        field(&report).values.clone()
    };
    let one = on(1);
    assert_eq!(one, on(3));
    let kinds: std::collections::BTreeSet<u32> = one.iter().flatten().map(|v| *v as u32).collect();
    assert_eq!(kinds.len(), 3);
}

/// A driven pendulum's swing in step with the drive, whatever its phase is by then.
#[test]
fn the_phase_of_a_drive_tells_no_attractors_apart() {
    let driven = made(
        "x' = y; y' = -0.5*y - x + 0.3*cos(f); f' = 1",
        &[0.1, 0.1, 0.0],
        0.05,
        TAU,
    );
    let mut given = plane([-1.0, 1.0, -1.0, 1.0], 12.0);
    given.extend([("across", "x".into()), ("up", "y".into())]);
    let report = run("basins", &driven, &given);
    near(value(&report, "attractors"), 1.0, 0.0);
}

fn scan(subject: &Subject, device: &str, given: &[(&str, Value)]) -> Report {
    let mut settings: Settings = given
        .iter()
        .map(|(k, v)| ((*k).to_owned(), v.clone()))
        .collect();
    settings.insert("device".into(), device.into());
    let mut job = Job::quiet();
    job.gpu = gpu();
    let scan = loom_attractors::analyses::all()
        .into_iter()
        .find(|a| a.key() == "scan")
        .unwrap();
    scan.run(subject, &settings, &job).unwrap()
}

/// Over few steps the device's exponents are the processor's within single precision.
#[test]
fn a_short_scan_on_the_device_agrees_cell_by_cell() {
    if gpu().is_none() {
        return;
    }
    for (name, over, against) in [("Lorenz", "rho", "sigma"), ("Henon", "a", "b")] {
        let given = [
            ("over", over.into()),
            ("against", against.into()),
            ("columns", 9.0.into()),
            ("rows", 7.0.into()),
            ("periods", 0.5.into()),
            ("transient", 0.0.into()),
        ];
        let host = scan(&system(name), "cpu", &given);
        let device = scan(&system(name), "gpu", &given);
        assert!(device.plots[0].preview && !host.plots[0].preview);
        assert!(device.method.contains("preview"));
        for (a, b) in field(&host).values.iter().zip(&field(&device).values) {
            match (a, b) {
                (Some(a), Some(b)) => {
                    assert!((a - b).abs() < 2e-3 * a.abs().max(1.0), "{name}: {a} {b}");
                }
                (None, None) => {}
                other => panic!("{name}: {other:?}"),
            }
        }
    }
}

/// Over long runs chaos parts single orbits; what stays is their mean.
#[test]
fn a_long_scan_on_the_device_has_the_processors_statistics() {
    if gpu().is_none() {
        return;
    }
    let given = [
        ("over", "a".into()),
        ("from", 1.0.into()),
        ("to", 1.4.into()),
        ("against", "b".into()),
        ("bottom", 0.1.into()),
        ("top", 0.3.into()),
        ("columns", 16.0.into()),
        ("rows", 12.0.into()),
    ];
    let host = scan(&system("Henon"), "cpu", &given);
    let device = scan(&system("Henon"), "gpu", &given);
    let pairs = field(&host).values.iter().zip(&field(&device).values);
    let gaps: Vec<f32> = pairs
        .filter_map(|(a, b)| Some((a.as_ref()? - b.as_ref()?).abs()))
        .collect();
    assert!(gaps.len() > 150);
    let mean = gaps.iter().sum::<f32>() / gaps.len() as f32;
    assert!(mean < 0.02, "{mean}");
}

#[test]
fn a_click_into_a_scan_of_two_parameters_sets_both() {
    let given = [
        ("over", "a".into()),
        ("against", "b".into()),
        ("columns", 4.0.into()),
        ("rows", 4.0.into()),
        ("periods", 10.0.into()),
    ];
    let report = run("scan", &system("Henon"), &given);
    let plot = &report.plots[0];
    assert_eq!(plot.sets.as_deref(), Some("a"));
    assert_eq!(plot.sets_up.as_deref(), Some("b"));
    assert_eq!(plot.edges, ["from", "to", "bottom", "top"]);
    // As one edit, the way a twin takes them.
    use loom_sim::{Input, Place, Science};
    let model = catalogue::model(&catalogue::named("Henon").unwrap()).with("particles", 16i64);
    let mut henon = loom_attractors::Attractors
        .build(&model, &Place::cpu())
        .unwrap();
    let both = serde_json::json!({ "parameters": { "a": 1.2, "b": 0.25 } });
    henon.apply(&Input::edit("Set parameters", &both)).unwrap();
    assert_eq!(henon.parameters()["a"], Value::Real(1.2));
    assert_eq!(henon.parameters()["b"], Value::Real(0.25));
}

#[test]
fn a_click_into_a_section_starts_on_its_plane() {
    let report = run(
        "poincare",
        &system("Lorenz"),
        &[("normal", "1, -2, 1".into()), ("points", 60.0.into())],
    );
    let starts = report.plots[0].starts.as_ref().unwrap();
    // The crossings lie on it themselves.
    let points = report.json["points"].as_array().unwrap();
    let place = |p: &serde_json::Value| -> Vec<f64> {
        let list = p.as_array().unwrap();
        list.iter().map(|x| x.as_f64().unwrap()).collect()
    };
    let Mark::Points { points: drawn, .. } = &report.plots[0].marks[0] else {
        panic!("points")
    };
    for (point, drawn) in points.iter().zip(drawn) {
        for (a, b) in place(point).iter().zip(starts.at(*drawn)) {
            near(*a, b, 1e-6);
        }
    }
}

#[test]
fn recurrences_are_handed_on_as_a_graph() {
    let report = run("recurrence", &system("Lorenz"), &[("points", 300.0.into())]);
    let graph = report.graph.unwrap();
    assert_eq!(graph.nodes, 300);
    // As many edges as pairs that are near.
    let rate = report
        .values
        .iter()
        .find(|q| q.key == "recurrence_rate")
        .and_then(loom_sim::Quantity::as_real)
        .unwrap();
    near(graph.edges.len() as f64, rate * 300.0 * 299.0 / 2.0, 0.5);
    let names: Vec<&str> = graph.node_columns.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["time", "x", "y", "z"]);
}

/// What does not converge is given no number.
#[test]
fn what_has_not_converged_is_said_and_not_given() {
    // A cycle has no fractal dimension but 1, a short run no scaling region.
    let circle = made("x' = y; y' = -x", &[1.0, 0.0], 0.01, 6.1);
    let report = run("dimension", &circle, &[("points", 3000.0.into())]);
    for q in &report.values {
        let Uncertainty::StandardError(error) = q.error else {
            panic!("{} has no error", q.name)
        };
        near(q.as_real().unwrap(), 1.0, (3.0 * error).min(0.25));
    }
    let report = run("dimension", &system("Lorenz"), &[("points", 100.0.into())]);
    assert!(report.values.is_empty() && !report.warnings.is_empty());
}
