//! What the science offers: catalogue, pictures, files, analyses, pointer.

use loom_automata::Automata;
use loom_sim::camera::Plane;
use loom_sim::view::{Ink, Pointer, PointerAction};
use loom_sim::{Camera, Input, Job, Model, Number, Place, Science, Settings, Subject, Value, View};

#[test]
fn every_entry_builds_is_pictured_and_offers_something_to_try() {
    for entry in Automata.catalogue() {
        let parameters = Automata.parameters(&entry.model).unwrap();
        assert!(
            !entry.summary.is_empty() && !entry.experiments.is_empty(),
            "{}",
            entry.name
        );
        for experiment in &entry.experiments {
            for (key, value) in &experiment.set {
                let parameter = loom_sim::parameter::find(&parameters, key).unwrap();
                parameter.check(value).unwrap();
                if parameter.effect == loom_sim::Effect::Live {
                    let mut life = Automata.build(&entry.model, &Place::cpu()).unwrap();
                    let set = Input::Set {
                        key: key.clone(),
                        value: value.clone(),
                    };
                    life.apply(&set).unwrap();
                }
            }
        }
        for ink in [Ink::light(), Ink::dark()] {
            let scene = Automata.picture(&entry, &ink, [160, 120]).unwrap();
            assert!(!scene.layers.is_empty(), "{}", entry.name);
        }
    }
}

#[test]
fn a_file_opens_as_a_model_or_says_where_it_is_wrong() {
    let open = |name: &str, text: &str| Automata.open(name, text.as_bytes());
    let model = open("glider.rle", "x = 3, y = 3, rule = B3/S23:T20\nbo$2bo$3o!")
        .unwrap()
        .unwrap();
    let life = Automata.build(&model, &Place::cpu()).unwrap();
    assert_eq!(life.parameters()["rule"], Value::from("B3/S23:T20"));
    let error = open("glider.rle", "x = 3, y = 3\nbo$2b?")
        .unwrap()
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "glider.rle, line 2, column 6: '?' is not RLE; b, o, A to X, $, ! and counts are."
    );
    assert!(open("notes.txt", "nothing here").is_none());
    assert!(open("post.txt", "see:\nx = 1, y = 1\no!").unwrap().is_ok());
    assert!(open("graph.csv", "a,b").is_none());
    let drawn = open("glider.cells", "!Name: Glider\n.O.\n..O\nOOO\n")
        .unwrap()
        .unwrap();
    let life = Automata.build(&drawn, &Place::cpu()).unwrap();
    assert_eq!(life.parameters()["rule"], Value::from("B3/S23"));
    let error = open("glider.lif", "#Life 1.05\n#P 0 0\n.?")
        .unwrap()
        .unwrap_err();
    assert!(error.to_string().contains("line 3, column 2"), "{error}");
    let text = Automata.export(&model, None, "rle").unwrap();
    assert!(String::from_utf8(text).unwrap().ends_with("bo$2bo$3o!\n"));
    assert!(
        Automata
            .command(&model)
            .contains("--pattern glider.rle --rule B3/S23:T20")
    );
}

#[test]
fn population_and_activity_are_counted_exactly() {
    let run = |model: Model, generations: i64| {
        let analysis = &Automata.analyses()[0];
        let subject = Subject::State {
            model,
            capture: None,
        };
        let settings = Settings::from([("generations".to_owned(), generations.into())]);
        analysis.run(&subject, &settings, &Job::quiet()).unwrap()
    };
    let value = |report: &loom_sim::Report, key: &str| {
        report
            .values
            .iter()
            .find(|v| v.key == key)
            .map(|v| v.value.clone())
    };
    let report = run(Model::new("automata", "r-pentomino"), 1103);
    assert_eq!(
        value(&report, "population"),
        Some(Number::Integer(116.into()))
    );
    assert_eq!(report.plots.len(), 2);
    // A blinker turns over four of its cells in every generation.
    for rule in ["B3/S23", "B3/S23:T10"] {
        let report = run(Model::new("automata", "blinker").with("rule", rule), 10);
        assert_eq!(value(&report, "births"), Some(Number::Integer(20.into())));
        assert_eq!(value(&report, "deaths"), Some(Number::Integer(20.into())));
        let expected = if rule.ends_with("T10") {
            4.0 / 100.0
        } else {
            4.0 / 3.0
        };
        assert_eq!(value(&report, "activity"), Some(Number::Real(expected)));
    }
}

fn pointer(x: f64, y: f64, action: PointerAction) -> Pointer {
    Pointer {
        position: [x, y],
        action,
        secondary: false,
        alt: false,
        shift: false,
        stroke: 5,
    }
}

#[test]
fn the_mouse_draws_lines_and_alt_makes_a_twin() {
    let model = Model::new("automata", "block");
    let mut life = Automata.build(&model, &Place::cpu()).unwrap();
    let mut view = View::new([400, 300]);
    view.camera = Some(Camera::Plane(Plane::new([0.0, 0.0], 10.0, false)));
    let mut inputs = Vec::new();
    for (x, y, action) in [
        (251.0, 205.0, PointerAction::Press),
        (301.0, 205.0, PointerAction::Drag),
        (301.0, 206.0, PointerAction::Drag),
        (301.0, 255.0, PointerAction::Drag),
        (301.0, 255.0, PointerAction::Release),
    ] {
        inputs.extend(life.pointer(&pointer(x, y, action), &view).inputs);
    }
    assert_eq!(inputs.len(), 3);
    for input in &inputs {
        life.apply(input).unwrap();
    }
    let population = |life: &dyn loom_sim::Simulation| {
        life.observe()
            .into_iter()
            .find(|q| q.key == "population")
            .unwrap()
            .value
    };
    assert_eq!(population(&*life), Number::Integer((4 + 6 + 5).into()));
    let mut alt = pointer(205.0, 155.0, PointerAction::Click);
    alt.alt = true;
    let reply = life.pointer(&alt, &view);
    assert!(reply.inputs.is_empty());
    assert_eq!(reply.hit.unwrap().label, "Cell 0, 0 · alive");
    life.apply(&reply.twin.unwrap()).unwrap();
    assert_eq!(population(&*life), Number::Integer(14.into()));
    // Too far away to aim at a cell.
    view.camera = Some(Camera::Plane(Plane::new([0.0, 0.0], 0.1, false)));
    assert!(
        life.pointer(&pointer(1.0, 1.0, PointerAction::Click), &view)
            .inputs
            .is_empty()
    );
}
