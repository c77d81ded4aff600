//! Circuits as the studio sees them: the rules of a simulation, pointing, counting, files.

use std::sync::Arc;

use loom_circuits::Circuits;
use loom_circuits::describe::SetEntry;
use loom_sim::conformance::{Case, check};
use loom_sim::{
    Camera, Gate, Ink, Input, Job, Model, Place, Pointer, PointerAction, ProbeSpec, Science,
    Settings, SimError, Step, Stop, Subject, Value, View,
};

fn model(name: &str) -> Model {
    Model::new("circuits", name)
}

fn entry(input: &str, index: &[usize], value: f64) -> Input {
    SetEntry {
        input: input.into(),
        index: index.to_vec(),
        value,
    }
    .input()
}

fn case(model: Model, steps: u32, edit: Input) -> Case {
    Case {
        science: Arc::new(Circuits),
        model,
        place: Place::cpu(),
        steps: Step::from(steps),
        single_steps: steps,
        edit: Some(edit),
        set: Some(Input::set("temperature", 0.5)),
        probe: Some(ProbeSpec::new("rms")),
        endless: Step::from(1u32) << 80,
    }
}

#[test]
fn attention_conforms() {
    let edit = entry("Q", &[3, 5], 2.5);
    check(&case(model("scaled_dot_product_attention"), 4, edit)).unwrap();
}

#[test]
fn multi_head_attention_conforms() {
    let edit = entry("X", &[0, 100], -4.0);
    check(&case(model("multi_head_attention"), 7, edit)).unwrap();
}

#[test]
fn a_repeated_transformer_conforms() {
    let small = model("causal_transformer").with("m", 16i64).with("x", 8i64);
    check(&case(small, 32, entry("X", &[2, 3], 1.0))).unwrap();
}

#[test]
fn a_large_circuit_heeds_cancel() {
    let large = model("multi_head_attention")
        .with("m", 256i64)
        .with("x", 300i64)
        .with("y", 300i64)
        .with("h", 8i64);
    let mut case = case(large, 4, entry("X", &[2, 3], 1.0));
    case.single_steps = 1;
    check(&case).unwrap();
}

#[test]
fn playing_ends_with_the_last_column() {
    let mut run = Circuits
        .build(&model("multi_head_attention"), &Place::cpu())
        .unwrap();
    let clock = run.clock();
    assert_eq!(clock.end, Some(Step::from(7u32)));
    let stop = run.advance(&Step::from(99u32), &Gate::open()).unwrap();
    assert_eq!(stop, Stop::End);
    assert!(run.clock().at_end());
}

#[test]
fn the_command_lines_document_has_the_papers_counts() {
    for (name, parameters, macs, inputs, outputs) in [
        ("mlp", 669_706, 668_672, vec![vec![28, 28]], vec![vec![10]]),
        (
            "multi_head_attention",
            32_768,
            744_448,
            vec![vec![20, 128], vec![22, 128]],
            vec![vec![20, 128]],
        ),
    ] {
        let subject = Subject::State {
            model: model(name),
            capture: None,
        };
        let analysis = Circuits.analyses().remove(0);
        let report = analysis
            .run(&subject, &Default::default(), &Job::quiet())
            .unwrap();
        assert_eq!(report.json["parameters"], parameters);
        assert_eq!(report.json["macs"], macs);
        assert_eq!(report.json["inputs"], serde_json::json!(inputs));
        assert_eq!(report.json["outputs"], serde_json::json!(outputs));
        assert!(report.json["activation_bytes"].as_u64().unwrap() > 0);
        assert_eq!(
            report.command,
            format!("strange-loom circuits analyse {name}")
        );
        assert!(
            report.tables[0]
                .columns
                .iter()
                .all(|c| c.1.len() == report.tables[0].columns[0].1.len())
        );
    }
    let eight = model("multi_head_attention").with("h", 8i64);
    assert!(Circuits.command(&eight).ends_with("--set h=8"));
}

#[test]
fn activation_bytes_are_those_of_the_arrays_written() {
    // Inputs 2·(20 + 22·2)·16 … counted by hand for attention: Q, K, V, scores three times, output.
    let scores = 20 * 22;
    let numbers = (20 + 22 + 22) * 16 + 3 * scores + 20 * 16;
    let subject = Subject::State {
        model: model("scaled_dot_product_attention"),
        capture: None,
    };
    let report = Circuits.analyses()[0]
        .run(&subject, &Default::default(), &Job::quiet())
        .unwrap();
    assert_eq!(report.json["activation_bytes"], 4 * numbers);
}

#[test]
fn one_k_of_17_is_red_on_its_wire_and_stops_the_run_there() {
    let wrong = model("scaled_dot_product_attention").with("shape_K", "x 17");
    let mut run = Circuits.build(&wrong, &Place::cpu()).unwrap();
    assert_eq!(run.clock().end, Some(Step::from(0u32)));
    assert_eq!(
        run.advance(&Step::from(3u32), &Gate::open()).unwrap(),
        Stop::End
    );
    let words = format!("{:?}", run.observe());
    assert!(words.contains("16") && words.contains("17"), "{words}");
    let hit = run.describe("wire:1.1").unwrap();
    assert!(hit.rows.iter().any(|(what, _)| what == "Sizes don't agree"));
    run.scene(&View::new([800, 400])).unwrap();
}

#[test]
fn sizes_that_do_not_agree_have_no_costs() {
    let text = b"circuit a(Q: [y 16], K: [x 17]) -> [y x] where y = 2, x = 3 { einsum('y k, x k -> y x') }";
    let model = Model::new("circuits", "custom").attach("circuit", "a.circuit", text);
    let subject = Subject::State {
        model,
        capture: None,
    };
    let error = Circuits.analyses()[0]
        .run(&subject, &Settings::new(), &Job::quiet())
        .unwrap_err();
    let words = error.to_string();
    assert!(words.starts_with("a.circuit, line 1"), "{words}");
    assert!(words.contains("16 comes from line 1, column 17"), "{words}");
}

#[test]
fn a_wire_can_be_read_where_it_is_drawn() {
    let mut run = Circuits
        .build(&model("scaled_dot_product_attention"), &Place::cpu())
        .unwrap();
    run.advance(&Step::from(4u32), &Gate::open()).unwrap();
    let view = View::new([900, 500]);
    let Camera::Plane(plane) = run.fit(view.points()) else {
        panic!("a circuit is seen by a plane camera");
    };
    let point = |x: f64, y: f64| plane.to_screen([x, y], view.points());
    let mut labels = Vec::new();
    for i in 0..90 {
        for j in 0..50 {
            let position = point(f64::from(i) * 5.0, f64::from(j) * 5.0);
            let pointer = Pointer {
                position,
                action: PointerAction::Click,
                secondary: false,
                alt: false,
                shift: false,
                stroke: 0,
            };
            let reply = run.pointer(&pointer, &view);
            assert!(reply.inputs.is_empty());
            if let Some(hit) = reply.hit {
                if hit.id.starts_with("wire:") {
                    let grid = hit.grid.as_ref().unwrap();
                    assert_eq!(grid.values.len(), grid.width * grid.height);
                    assert_eq!(run.describe(&hit.id).as_ref(), Some(&hit));
                }
                labels.push(hit.label);
            }
        }
    }
    assert!(
        labels.iter().any(|l| l.starts_with("Input Q")),
        "{labels:?}"
    );
    assert!(labels.iter().any(|l| l.starts_with("Softmax")));
    assert!(
        labels
            .iter()
            .any(|l| l.contains("x = 22") || l.contains("y × x = 20 × 22"))
    );
}

#[test]
fn a_twin_differs_from_the_first_column_on() {
    let science = Arc::new(Circuits);
    let mut run =
        loom_sim::run::Run::new(science, model("scaled_dot_product_attention"), Place::cpu())
            .unwrap();
    run.add_twin(None).unwrap();
    run.advance(&Step::from(4u32), &Gate::open()).unwrap();
    let twin = run.twin().unwrap().capture();
    let difference = run.simulation().difference(&twin).unwrap();
    assert!(difference.as_real().unwrap() > 1e-6);
    let mut view = View::new([600, 300]);
    let plain = run.simulation().scene(&view).unwrap();
    view.compare = Some(twin);
    let compared = run.simulation().scene(&view).unwrap();
    let shapes = |scene: &loom_sim::Scene| match &scene.layers[0] {
        loom_sim::scene::Layer::Shapes(s) => s.items.len(),
        _ => 0,
    };
    assert!(shapes(&compared) > shapes(&plain));
}

#[test]
fn refused_inputs_change_nothing() {
    let mut run = Circuits
        .build(&model("scaled_dot_product_attention"), &Place::cpu())
        .unwrap();
    run.advance(&Step::from(2u32), &Gate::open()).unwrap();
    let before = run.encode(&run.capture()).unwrap();
    for wrong in [
        entry("Q", &[99, 0], 1.0),
        entry("Q", &[0], 1.0),
        entry("W", &[0, 0], 1.0),
        entry("Q", &[0, 0], f64::NAN),
        Input::set("temperature", 0.0),
        Input::set("k", 3i64),
        Input::edit("Cut", &serde_json::json!({"thread": 3})),
    ] {
        assert!(run.apply(&wrong).is_err(), "{wrong:?}");
    }
    assert_eq!(run.encode(&run.capture()).unwrap(), before);
}

#[test]
fn what_blows_up_pauses_before_its_column() {
    let text = "circuit a(X: [n]) -> [n] where n = 4 { exp; exp; exp; exp; exp }";
    let model = Model::new("circuits", "custom").attach("circuit", "a.circuit", text.as_bytes());
    let mut run = Circuits.build(&model, &Place::cpu()).unwrap();
    let error = run.advance(&Step::from(5u32), &Gate::open()).unwrap_err();
    assert!(matches!(error, SimError::BlewUp { .. }), "{error}");
    assert!(run.clock().step < Step::from(5u32));
}

#[test]
fn every_entry_has_a_picture_parameters_and_working_experiments() {
    for entry in Circuits.catalogue() {
        for ink in [Ink::light(), Ink::dark()] {
            let scene = Circuits.picture(&entry, &ink, [320, 200]).unwrap();
            assert_eq!(scene.layers.len(), 1);
        }
        assert!(!entry.experiments.is_empty(), "{}", entry.name);
        for experiment in &entry.experiments {
            let mut model = entry.model.clone();
            for (key, value) in &experiment.set {
                model.parameters.insert(key.clone(), value.clone());
            }
            Circuits.build(&model, &Place::cpu()).unwrap();
        }
        assert!(Circuits.cost(&entry.model).unwrap().host_bytes > 0);
    }
}

#[test]
fn an_exported_circuit_opens_as_the_same_model() {
    let changed = model("multi_head_attention").with("h", 8i64);
    let bytes = Circuits.export(&changed, None, "circuit").unwrap();
    let opened = Circuits.open("mine.circuit", &bytes).unwrap().unwrap();
    let subject = |model| Subject::State {
        model,
        capture: None,
    };
    let count = |model| {
        Circuits.analyses()[0]
            .run(&subject(model), &Default::default(), &Job::quiet())
            .unwrap()
            .json["parameters"]
            .clone()
    };
    assert_eq!(count(opened), 65_536);
    assert_eq!(count(changed), 65_536);
}

#[test]
fn files_are_known_by_their_ending_or_their_first_word() {
    assert!(Circuits.open("glider.rle", b"x = 3, y = 3").is_none());
    assert!(
        Circuits
            .open(
                "pasted",
                b"// mine\ncircuit a(X: [n]) -> [n] where n = 3 { relu }"
            )
            .unwrap()
            .is_ok()
    );
    let error = Circuits
        .open("a.circuit", b"circuit a(X: [n]) -> [n] { sofmax(n) }")
        .unwrap()
        .unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("a.circuit, line 1, column 28"),
        "{error}"
    );
    assert!(Circuits.open("a.circuit", &[0xff, 0xfe]).unwrap().is_err());
}

#[test]
fn sizes_too_large_are_refused_before_allocation() {
    let huge = model("multi_head_attention").with("x", 1i64 << 29);
    let error = Circuits.build(&huge, &Place::cpu()).err().unwrap();
    assert!(matches!(error, SimError::TooLarge { .. }), "{error}");
    let broken = model("mlp").with("text", Value::from("circuit a("));
    assert!(matches!(
        Circuits.parameters(&broken),
        Err(SimError::Parse(_))
    ));
}
