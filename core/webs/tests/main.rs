//! Webs as the studio runs them: the rules of every simulation, the gallery, files and analysis.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::Arc;
use std::time::Instant;

use loom_sim::conformance::{Case, check};
use loom_sim::scene::Layer;
use loom_sim::*;
use loom_webs::Webs;
use loom_webs::science::Edit;

fn case(model: Model, place: Place, steps: u32) -> Case {
    Case {
        science: Arc::new(Webs),
        model,
        steps: Step::from(steps),
        single_steps: 17,
        edit: Some(
            Edit::Pull {
                node: 40,
                to: [0.05, 0.03, 0.02],
            }
            .input(),
        ),
        set: Some(Input::set("wind", 7.5)),
        probe: Some(ProbeSpec::new("energy")),
        endless: Step::from(u64::MAX) * Step::from(1000_u32),
        place,
    }
}

#[test]
fn a_dragged_web_keeps_every_rule_on_the_processor() {
    check(&case(
        Model::new("webs", "orb"),
        Place::Cpu { threads: 1 },
        800,
    ))
    .unwrap();
}

#[test]
fn a_dragged_chain_keeps_every_rule_on_the_processor() {
    check(&case(
        Model::new("webs", "chain"),
        Place::Cpu { threads: 1 },
        800,
    ))
    .unwrap();
}

#[test]
fn a_dragged_web_keeps_every_rule_on_the_device() {
    let Ok(gpu) = loom_gpu::Gpu::headless(&loom_gpu::Choice::Best) else {
        return;
    };
    if gpu.has_compute() {
        let model = Model::new("webs", "orb")
            .with("turns", 6_i64)
            .with("radials", 14_i64);
        check(&case(model, Place::Gpu(gpu), 120)).unwrap();
    }
}

#[test]
fn every_entry_of_the_gallery_opens_quickly_runs_and_draws() {
    let ink = Ink::dark();
    for entry in Webs.catalogue() {
        let begun = Instant::now();
        let mut run = Webs
            .build(&entry.model, &Place::Cpu { threads: 1 })
            .unwrap();
        let opened = begun.elapsed().as_secs_f64();
        // 0.3 s on a machine that does nothing else; tests run beside each other.
        assert!(opened < 1.5, "{}: {opened} s", entry.name);
        let begun = Instant::now();
        let picture = Webs.picture(&entry, &ink, [160, 120]).unwrap();
        let drawn = begun.elapsed().as_secs_f64();
        assert!(
            drawn < 0.5 && !picture.layers.is_empty(),
            "{}: {drawn} s",
            entry.name
        );
        println!("{}: open {opened:.3} s, picture {drawn:.3} s", entry.name);
        run.advance(&Step::from(200_u32), &Gate::open()).unwrap();
        let declared = Webs.parameters(&entry.model).unwrap();
        assert!((1..=3).contains(&entry.experiments.len()), "{}", entry.name);
        for experiment in &entry.experiments {
            for (key, value) in &experiment.set {
                let parameter = parameter::find(&declared, key).unwrap();
                assert_eq!(parameter.effect, Effect::Live, "{key}");
                run.apply(&Input::set(key, value.clone())).unwrap();
            }
            run.advance(&Step::from(100_u32), &Gate::open()).unwrap();
        }
        let view = View::new([640, 480]);
        let scene = run.scene(&view).unwrap();
        assert!(!scene.layers.is_empty() && !scene.legends.is_empty());
        assert!(Webs.cost(&entry.model).unwrap().host_bytes > 0);
        assert!(
            Webs.command(&entry.model)
                .starts_with("strange-loom webs generate")
        );
    }
}

#[test]
fn every_experiment_stays_finite_for_a_while() {
    for entry in Webs.catalogue() {
        for experiment in &entry.experiments {
            let mut run = Webs
                .build(&entry.model, &Place::Cpu { threads: 1 })
                .unwrap();
            for (key, value) in &experiment.set {
                run.apply(&Input::set(key, value.clone())).unwrap();
            }
            run.advance(&Step::from(4000_u32), &Gate::open()).unwrap();
        }
    }
}

#[test]
fn a_web_opens_at_rest_and_the_wind_moves_it() {
    let mut run = Webs
        .build(&Model::new("webs", "orb"), &Place::Cpu { threads: 1 })
        .unwrap();
    let value = |run: &dyn Simulation, key: &str| {
        run.observe()
            .into_iter()
            .find(|q| q.key == key)
            .unwrap()
            .as_real()
            .unwrap()
    };
    assert_eq!(value(&*run, "kinetic"), 0.0);
    assert!(value(&*run, "residual") <= 1e-9 * value(&*run, "max_tension"));
    let before = run.capture();
    run.advance(&Step::from(20_000_u32), &Gate::open()).unwrap();
    assert!(value(&*run, "kinetic") > 0.0);
    let moved = run.difference(&before).unwrap().as_real().unwrap();
    assert!(moved > 0.5, "{moved} mm after 50 ms");
}

#[test]
fn the_energy_probe_adds_up_and_forgets_what_a_step_back_undoes() {
    let probe = ProbeSpec::new("energy");
    let model = Model::new("webs", "rings")
        .with("push", 1.0)
        .with("air", 0.0)
        .with("damping", 0.0);
    let mut run = Webs.build(&model, &Place::Cpu { threads: 1 }).unwrap();
    run.attach(&probe).unwrap();
    run.apply(&Input::set("push", 0.0)).unwrap();
    let start = run.capture();
    run.advance(&Step::from(4000_u32), &Gate::open()).unwrap();
    let Some(Reading::Series(series)) = run.read(&probe) else {
        panic!("no series")
    };
    assert_eq!(series.at.len(), 101);
    // Undamped: the sum stays while its parts change.
    let sum = &series.columns[3].values;
    let kinetic = series.columns[0].values.iter().copied().fold(0.0, f64::max);
    let spread =
        sum.iter().copied().fold(f64::MIN, f64::max) - sum.iter().copied().fold(f64::MAX, f64::min);
    assert!(
        kinetic > 0.0 && spread < 0.01 * kinetic,
        "{spread} of {kinetic} µJ"
    );
    run.restore(&start).unwrap();
    let Some(Reading::Series(series)) = run.read(&probe) else {
        panic!("no series")
    };
    assert_eq!(series.at.len(), 1);
}

#[test]
fn cutting_a_radial_makes_a_twin_that_differs() {
    let model = Model::new("webs", "sparse-orb");
    let mut run = Run::new(Arc::new(Webs), model, Place::Cpu { threads: 1 }).unwrap();
    run.add_twin(None).unwrap();
    run.advance(&Step::from(4000_u32), &Gate::open()).unwrap();
    let twin = run.twin().unwrap().capture();
    let apart = run.simulation().difference(&twin).unwrap();
    assert_eq!(apart.unit, "mm");
    assert!(apart.as_real().unwrap() > 0.1, "{apart:?}");
    let mut view = View::new([640, 480]);
    let alone = run.simulation().scene(&view).unwrap().layers.len();
    view.compare = Some(twin);
    assert!(run.simulation().scene(&view).unwrap().layers.len() > alone);
}

#[test]
fn an_edit_that_means_nothing_is_refused_and_changes_nothing() {
    let mut run = Webs
        .build(&Model::new("webs", "orb"), &Place::Cpu { threads: 1 })
        .unwrap();
    let before = run.encode(&run.capture()).unwrap();
    for edit in [
        Edit::Cut { thread: 1_000_000 },
        Edit::Grab { node: 1_000_000 },
        Edit::Pull {
            node: 3,
            to: [f64::INFINITY, 0.0, 0.0],
        },
    ] {
        assert!(run.apply(&edit.input()).is_err());
    }
    assert!(run.apply(&Input::edit("Nonsense", &"x")).is_err());
    assert!(run.apply(&Input::set("radials", 4_i64)).is_err());
    assert!(run.apply(&Input::set("stiffness", 1e9)).is_err());
    assert_eq!(run.encode(&run.capture()).unwrap(), before);
}

#[test]
fn an_unstable_step_is_refused_with_the_largest_stable_one() {
    let model = Model::new("webs", "orb")
        .with("time_step", 40.0)
        .with("mass_scaling", false);
    let Err(error) = Webs.build(&model, &Place::Cpu { threads: 1 }) else {
        panic!("built")
    };
    assert!(error.to_string().contains("largest stable one"), "{error}");
}

#[test]
fn the_analysis_states_tensions_balance_and_degrees() {
    let analysis = &Webs.analyses()[0];
    let model = Model::new("webs", "orb");
    let subject = Subject::State {
        model: model.clone(),
        capture: None,
    };
    let report = analysis
        .run(&subject, &Settings::new(), &Job::quiet())
        .unwrap();
    let value = |key: &str| {
        report
            .values
            .iter()
            .find(|q| q.key == key)
            .unwrap()
            .as_real()
            .unwrap()
    };
    assert!(
        value("residual") <= 1e-9 * value("applied"),
        "{}",
        value("residual")
    );
    assert!(report.warnings.is_empty());
    assert_eq!(report.plots.len(), 2);
    assert_eq!(
        report.json["nodes"].as_u64().unwrap() as f64,
        value("nodes")
    );
    assert_eq!(
        report.tables[1].columns[0].1.len(),
        6,
        "six anchors hold it"
    );
    // In motion the balance is not claimed.
    let mut run = Webs.build(&model, &Place::Cpu { threads: 1 }).unwrap();
    run.advance(&Step::from(5000_u32), &Gate::open()).unwrap();
    let subject = Subject::State {
        model,
        capture: Some(run.capture()),
    };
    let moving = analysis
        .run(&subject, &Settings::new(), &Job::quiet())
        .unwrap();
    assert!(moving.warnings[0].contains("in motion"));
    let settle = Settings::from([("settle".into(), true.into())]);
    let rest = analysis.run(&subject, &settle, &Job::quiet()).unwrap();
    assert!(rest.warnings.is_empty());
}

#[test]
fn a_karate_club_given_as_a_plain_graph_has_its_measures() {
    let web = loom_webs::files::karate_club().unwrap();
    let graph = loom_webs::graph_of_web(&web);
    assert!(graph.positions.is_none());
    let subject = Subject::Graph(Arc::new(graph));
    let report = Webs.analyses()[0]
        .run(&subject, &Settings::new(), &Job::quiet())
        .unwrap();
    let transitivity = report.json["transitivity"].as_f64().unwrap();
    assert!((transitivity - 0.255682).abs() < 5e-7);
    assert_eq!(report.json["edges"], 78);
}

#[test]
fn files_open_as_models_and_the_present_state_is_written() {
    let text = include_str!("../../../assets/webs/karate.csv");
    let model = Webs.open("karate.csv", text.as_bytes()).unwrap().unwrap();
    assert_eq!(model.kind, "file");
    let run = Webs.build(&model, &Place::Cpu { threads: 1 }).unwrap();
    assert!(
        run.describe("node:33")
            .unwrap()
            .label
            .contains("17 threads")
    );
    // Not a graph: left to others.
    assert!(Webs.open("series.csv", b"t,x,y,z\n0,1,2,3\n").is_none());
    assert!(Webs.open("a.json", b"{\"schema\":1}").is_none());
    assert!(Webs.open("pattern.rle", b"x = 3").is_none());
    let broken = Webs.open("b.graphml", b"<graphml><graph>\n<edge/></graph></graphml>");
    let sentence = broken.unwrap().unwrap_err().to_string();
    assert_eq!(
        sentence,
        "b.graphml: line 2, column 1: this edge has no source: give it one"
    );

    let model = Model::new("webs", "orb").with("turns", 5_i64);
    let mut run = Webs.build(&model, &Place::Cpu { threads: 1 }).unwrap();
    run.apply(&Edit::Cut { thread: 9 }.input()).unwrap();
    let capture = run.capture();
    let bytes = Webs.export(&model, Some(&capture), "graphml").unwrap();
    let whole = loom_webs::generate_by_name("orb", &model.parameters, 0).unwrap();
    let back = Webs.open("cut.graphml", &bytes).unwrap().unwrap();
    // It is a web again, held by its anchors: it settles and hangs under gravity.
    let again = Webs.build(&back, &Place::Cpu { threads: 1 }).unwrap();
    assert!(again.observe().iter().all(|q| q.key != "unsettled"));
    assert!(again.parameters()["gravity"].as_real().unwrap() > 9.0);
    let report = Webs.analyses()[0]
        .run(
            &Subject::State {
                model: back,
                capture: None,
            },
            &Settings::new(),
            &Job::quiet(),
        )
        .unwrap();
    assert_eq!(report.json["edges"], whole.threads.len() - 1);
}

#[test]
fn tubes_labels_and_every_colouring_are_drawn() {
    let run = Webs
        .build(&Model::new("webs", "karate"), &Place::Cpu { threads: 1 })
        .unwrap();
    for color in ["tension", "strain", "kind", "degree"] {
        let mut view = View::new([640, 480]);
        view.settings.insert("color".into(), color.into());
        view.settings.insert("style".into(), "tubes".into());
        view.settings.insert("labels".into(), true.into());
        view.settings.insert("nodes".into(), true.into());
        let scene = run.scene(&view).unwrap();
        assert!(scene.layers.iter().any(|l| matches!(l, Layer::Tubes(_))));
        assert!(scene.layers.iter().any(|l| matches!(l, Layer::Shapes(_))));
        assert_eq!(scene.legends.len(), 1);
    }
}
