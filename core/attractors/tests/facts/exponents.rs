//! Lyapunov exponents against reference values and against the rule of the sum.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use loom_attractors::{Attractors, Lyapunov, catalogue};
use loom_sim::{Analysis, Job, Model, Report, Settings, SimError, Subject, Value};

fn model(name: &str) -> Model {
    catalogue::model(&catalogue::named(name).unwrap())
}

fn measure(model: Model, settings: &Settings) -> Report {
    let subject = Subject::State {
        model,
        capture: None,
    };
    Lyapunov.run(&subject, settings, &Job::quiet()).unwrap()
}

fn spectrum(report: &Report) -> Vec<(f64, f64)> {
    let list = |key: &str| -> Vec<f64> {
        report.json[key]
            .as_array()
            .unwrap()
            .iter()
            .map(|x| x.as_f64().unwrap())
            .collect()
    };
    list("spectrum")
        .into_iter()
        .zip(list("standard_error"))
        .collect()
}

fn value(report: &Report, key: &str) -> f64 {
    let quantity = report.values.iter().find(|q| q.key == key);
    quantity
        .unwrap_or_else(|| panic!("{key}"))
        .as_real()
        .unwrap()
}

fn gap(report: &Report) -> f64 {
    (value(report, "sum") - value(report, "mean_divergence")).abs()
}

#[test]
fn lorenz_has_the_published_spectrum_and_the_exact_sum() {
    let report = measure(model("Lorenz"), &Settings::new());
    let found = spectrum(&report);
    eprintln!("Lorenz {found:?} in {} s", report.seconds);
    assert!((found[0].0 - 0.9056).abs() < 0.005);
    assert!(found[1].0.abs() < 0.002);
    assert!((found[2].0 + 14.5723).abs() < 0.006);
    assert!(found[0].1 < 0.0025, "the error says how far to trust it");
    assert!((value(&report, "mean_divergence") + 41.0 / 3.0).abs() < 1e-12);
    assert!(gap(&report) < 1e-3);
    assert!((value(&report, "kaplan_yorke_dimension") - 2.062).abs() < 0.001);
    assert!(report.warnings.is_empty());
    assert_eq!(report.plots[0].marks.len(), 3);
    for key in [
        "spectrum",
        "standard_error",
        "mean_divergence",
        "kaplan_yorke_dimension",
        "method",
        "time",
    ] {
        assert!(!report.json[key].is_null(), "{key}");
    }
}

#[test]
fn lorenz_at_rest_has_the_eigenvalues_of_its_fixed_points() {
    let report = measure(model("Lorenz").with("rho", 20.0), &Settings::new());
    let found = spectrum(&report);
    eprintln!("Lorenz 20 {found:?}");
    assert!((found[0].0 + 0.15479).abs() < 0.001);
    assert!((found[1].0 + 0.15479).abs() < 0.001);
    assert!((found[2].0 + 13.3571).abs() < 0.002);
    assert_eq!(value(&report, "kaplan_yorke_dimension"), 0.0);
}

#[test]
fn rossler_has_the_published_spectrum() {
    let report = measure(model("Rossler"), &Settings::new());
    let found = spectrum(&report);
    eprintln!(
        "Rössler {found:?} in {} s, gap {}",
        report.seconds,
        gap(&report)
    );
    assert!((found[0].0 - 0.0714).abs() < 0.002);
    assert!(found[1].0.abs() < 0.001);
    assert!((found[2].0 + 5.394).abs() < 0.01);
    assert!(gap(&report) < 0.002);
}

#[test]
fn henon_has_the_published_spectrum_and_the_exact_sum() {
    let report = measure(model("Henon"), &Settings::new());
    let found = spectrum(&report);
    eprintln!("Hénon {found:?} in {} s", report.seconds);
    assert!((found[0].0 - 0.41922).abs() < 0.001);
    assert!((found[1].0 + 1.62319).abs() < 0.001);
    assert!((value(&report, "mean_divergence") - 0.3f64.ln()).abs() < 1e-12);
    assert!(gap(&report) < 1e-9);
    assert!((value(&report, "kaplan_yorke_dimension") - 1.2583).abs() < 0.001);
}

#[test]
fn thomas_and_de_jong_keep_the_rule_of_the_sum() {
    let report = measure(model("Thomas"), &Settings::new());
    eprintln!("Thomas {:?} in {} s", spectrum(&report), report.seconds);
    assert!((value(&report, "mean_divergence") + 5.55).abs() < 1e-12);
    assert!(gap(&report) < 1e-3);
    assert!(spectrum(&report)[0].0 > 0.1);
    assert!(spectrum(&report)[1].0.abs() < 0.005);
    let report = measure(model("DeJong"), &Settings::new());
    eprintln!("de Jong {:?} in {} s", spectrum(&report), report.seconds);
    assert!(gap(&report) < 1e-9, "{}", gap(&report));
    assert!(spectrum(&report)[0].0 > 0.1);
}

/// The usual model time of a measurement, times `factor`.
fn usual(model: &Model, factor: f64) -> Settings {
    let declared = Lyapunov.parameters(model);
    let time = declared.iter().find(|p| p.key == "time").unwrap();
    [(
        "time".to_owned(),
        Value::Real(time.default.as_real().unwrap() * factor),
    )]
    .into()
}

/// Every built-in file says what this program finds, within the errors of both.
#[test]
fn the_catalogue_states_what_is_measured() {
    // Chaos on a strange attractor forgets where it began; other motions depend on it.
    let strange = |d: &&std::sync::Arc<loom_attractors::Definition>| {
        d.dimension() <= 4
            && d.measured.as_ref().is_some_and(|m| {
                m.mean_divergence.is_some_and(|d| d < -1e-3)
                    && m.spectrum[0] > 20.0 * m.standard_error[0]
            })
    };
    for definition in catalogue::systems().iter().filter(strange) {
        let stored = definition.measured.clone().expect(&definition.name);
        let model = catalogue::model(definition);
        let report = measure(model.clone(), &usual(&model, 0.1));
        for ((x, error), (y, stored_error)) in spectrum(&report)
            .into_iter()
            .zip(stored.spectrum.iter().zip(&stored.standard_error))
        {
            let size = stored.spectrum.iter().fold(0.0_f64, |m, x| m.max(x.abs()));
            let allowed = 6.0 * (error + stored_error) + 1e-3 * size;
            assert!((x - y).abs() < allowed, "{}: {x} and {y}", definition.name);
        }
    }
}

#[test]
fn the_same_numbers_come_from_any_number_of_threads() {
    let settings: Settings = [("time".to_owned(), Value::Real(400.0))].into();
    let subject = Subject::State {
        model: model("Lorenz"),
        capture: None,
    };
    let with = |threads: usize| {
        let mut job = Job::quiet();
        job.threads = threads;
        Lyapunov.run(&subject, &settings, &job).unwrap().json
    };
    assert_eq!(with(1), with(3));
}

#[test]
fn partial_results_stream_and_cancel_ends_the_work() {
    let cancel = Arc::new(AtomicBool::new(false));
    let seen = Arc::new(AtomicU32::new(0));
    let (flag, count) = (cancel.clone(), seen.clone());
    let job = Job::new(
        cancel,
        |_| {},
        move |report: &Report| {
            assert!(!report.values.is_empty());
            count.fetch_add(1, Ordering::Relaxed);
            flag.store(true, Ordering::Relaxed);
        },
    );
    let settings: Settings = [("time".to_owned(), Value::Real(1e6))].into();
    let subject = Subject::State {
        model: model("Lorenz"),
        capture: None,
    };
    let result = Lyapunov.run(&subject, &settings, &job);
    assert_eq!(result, Err(SimError::Cancelled));
    assert_eq!(seen.load(Ordering::Relaxed), 1);
}

#[test]
fn a_capture_is_measured_at_its_own_parameters() {
    use loom_sim::{Input, Place, Science};
    let model = model("Lorenz").with("particles", 10i64);
    let mut run = Attractors
        .build(&model, &Place::Cpu { threads: 1 })
        .unwrap();
    run.apply(&Input::set("rho", 20.0)).unwrap();
    let subject = Subject::State {
        model,
        capture: Some(run.capture()),
    };
    let settings: Settings = [("time".to_owned(), Value::Real(6400.0))].into();
    let report = Lyapunov.run(&subject, &settings, &Job::quiet()).unwrap();
    assert!(spectrum(&report)[0].0 < -0.1);
    assert!(
        report.command.contains("--set rho=20"),
        "{}",
        report.command
    );
}
