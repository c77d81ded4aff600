//! Orbit diagrams against what is known exactly.

use loom_attractors::{Definition, OrbitDiagram, catalogue};
use loom_sim::{Analysis as _, Job, Mark, Model, Report, Settings, Subject, Value};

fn logistic() -> Model {
    let text = "name = \"mine\"\nequations = \"x_{n+1} = r*x*(1 - x)\"\ninitial = [0.4]\n\
                [[parameter]]\nkey = \"r\"\nvalue = 3.7\nlow = 2.5\nhigh = 4\n";
    let definition = Definition::parse("mine.toml", text).unwrap();
    catalogue::model_of_file("mine.toml", &definition)
}

fn run(model: Model, settings: &[(&str, Value)]) -> Report {
    let settings: Settings = settings
        .iter()
        .map(|(k, v)| ((*k).to_owned(), v.clone()))
        .collect();
    let subject = Subject::State {
        model,
        capture: None,
    };
    OrbitDiagram
        .run(&subject, &settings, &Job::quiet())
        .unwrap()
}

fn points(report: &Report) -> Vec<[f64; 2]> {
    let marks = report.plots.iter().flat_map(|p| &p.marks);
    marks
        .filter_map(|m| match m {
            Mark::Points { points, .. } => Some(points.clone()),
            _ => None,
        })
        .flatten()
        .collect()
}

#[test]
fn the_logistic_map_rests_and_then_doubles() {
    let report = run(
        logistic(),
        &[
            ("from", Value::Real(2.6)),
            ("to", Value::Real(3.4)),
            ("columns", Value::Integer(41)),
            ("points", Value::Integer(8)),
            ("transient", Value::Integer(3000)),
        ],
    );
    let all = points(&report);
    assert_eq!(all.len(), 2 * 41 * 8);
    for [r, x] in all {
        // Close to a doubling orbits settle slowly.
        if (r - 3.0).abs() < 0.015 {
            continue;
        }
        let distance = if r < 3.0 {
            (x - (1.0 - 1.0 / r)).abs()
        } else {
            let root = ((r - 3.0) * (r + 1.0)).sqrt();
            let branch = |sign: f64| (x - (r + 1.0 + sign * root) / (2.0 * r)).abs();
            branch(1.0).min(branch(-1.0))
        };
        assert!(distance < 1e-6, "r = {r}: {x} is {distance} away");
    }
}

#[test]
fn a_part_that_is_drawn_is_filled_as_the_whole_is() {
    let window = [
        ("from", Value::Real(3.83)),
        ("to", Value::Real(3.86)),
        ("bottom", Value::Real(0.45)),
        ("top", Value::Real(0.55)),
        ("columns", Value::Integer(20)),
        ("points", Value::Integer(50)),
        ("sweep", Value::from("up")),
    ];
    let report = run(logistic(), &window);
    let all = points(&report);
    assert!(
        all.iter()
            .all(|[r, x]| (3.83..=3.86).contains(r) && (0.45..=0.55).contains(x))
    );
    // In the window of period three every third iteration lies in this band.
    let first: Vec<f64> = all.iter().filter(|p| p[0] < 3.8301).map(|p| p[1]).collect();
    assert_eq!(first.len(), 50);
    assert_eq!(report.plots[0].sets.as_deref(), Some("r"));
    assert_eq!(report.plots[0].y.limits, Some([0.45, 0.55]));
}

#[test]
fn a_flow_shows_its_maxima_and_its_rest() {
    let lorenz = catalogue::model(&catalogue::named("Lorenz").unwrap());
    let report = run(
        lorenz,
        &[
            ("from", Value::Real(5.0)),
            ("to", Value::Real(12.0)),
            ("columns", Value::Integer(8)),
            ("transient", Value::Integer(400)),
            ("points", Value::Integer(20)),
            ("sweep", Value::from("up")),
        ],
    );
    for [rho, z] in points(&report) {
        // At rest z = ρ − 1.
        assert!((z - (rho - 1.0)).abs() < 1e-3, "ρ = {rho}: {z}");
    }
}

#[test]
fn the_edges_follow_the_parameter_that_is_chosen() {
    let lorenz = catalogue::model(&catalogue::named("Lorenz").unwrap());
    let edge = |over: &str| {
        let given: Settings = [("over".to_owned(), Value::from(over))].into();
        let declared = OrbitDiagram.declared(&lorenz, &given);
        let from = declared.iter().find(|p| p.key == "to").unwrap();
        from.default.as_real().unwrap()
    };
    assert_eq!(edge("rho"), 200.0);
    assert_eq!(edge("sigma"), 30.0);
    let wrong = OrbitDiagram.run(
        &Subject::State {
            model: lorenz.clone(),
            capture: None,
        },
        &[
            ("from".to_owned(), Value::Real(30.0)),
            ("to".to_owned(), Value::Real(20.0)),
        ]
        .into(),
        &Job::quiet(),
    );
    assert!(wrong.unwrap_err().to_string().contains("from"));
}

#[test]
fn an_orbit_that_runs_away_leaves_its_column_empty() {
    let henon = catalogue::model(&catalogue::named("Henon").unwrap());
    let report = run(
        henon,
        &[
            ("over", Value::from("a")),
            ("from", Value::Real(1.35)),
            ("to", Value::Real(1.6)),
            ("columns", Value::Integer(6)),
        ],
    );
    assert!(report.warnings.iter().any(|w| w.contains("ran away")));
    assert!(points(&report).iter().all(|[a, _]| *a < 1.5));
}
