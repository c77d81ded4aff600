//! What a search for chaos finds, against what is known of where chaos can be.

use loom_attractors::analyses::Search;
use loom_attractors::{Definition, catalogue};
use loom_sim::{Analysis as _, Job, Model, Report, Settings, Subject, Value};

fn search(model: Model, given: &[(&str, i64)]) -> Report {
    let settings: Settings = given
        .iter()
        .map(|(key, x)| ((*key).to_owned(), Value::Integer(*x)))
        .collect();
    let subject = Subject::State {
        model,
        capture: None,
    };
    Search.run(&subject, &settings, &Job::quiet()).unwrap()
}

fn named(name: &str) -> Model {
    catalogue::model(&catalogue::named(name).unwrap())
}

#[test]
fn the_logistic_map_has_chaos_only_beyond_the_accumulation_of_its_doublings() {
    let report = search(named("Logistic"), &[("count", 12)]);
    let found: Vec<f64> = report
        .choices
        .iter()
        .map(|c| c.set["r"].as_real().unwrap())
        .collect();
    assert_eq!(found.len(), 12);
    // Feigenbaum's point, where infinitely many doublings have gone by.
    assert!(
        found.iter().all(|r| *r > 3.5699456 && *r <= 4.0),
        "{found:?}"
    );
    assert_eq!(report.tables[0].columns[0].1.len(), 12);
}

#[test]
fn the_same_lot_finds_the_same_and_another_finds_others() {
    let find = |lot: i64| search(named("Henon"), &[("count", 3), ("lot", lot)]).choices;
    assert_eq!(find(5), find(5));
    assert_ne!(find(5), find(6));
}

#[test]
fn a_flow_in_the_plane_has_no_chaos_and_the_report_says_so() {
    // Poincaré and Bendixson: an autonomous flow of two variables comes to rest or to a cycle.
    let text = "equations = \"x' = y; y' = mu*(1 - x^2)*y - x\"\ninitial = [1.0, 0.0]\nperiod = 6.7\ndt = 0.02\n\n[[parameter]]\nkey = \"mu\"\nvalue = 1\nlow = 0.1\nhigh = 3\n";
    let definition = Definition::parse("cycle.toml", text).unwrap();
    let model = catalogue::model_of_file("cycle.toml", &definition);
    let report = search(model, &[("tries", 48)]);
    assert!(report.choices.is_empty());
    assert!(report.warnings[0].contains("No chaos in 48 tries"));
}
