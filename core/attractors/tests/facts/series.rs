//! Series of one's own as runs, events on orbits, and benchmark sets.

use loom_attractors::analyses;
use loom_attractors::dataset::{self, Split, Wish};
use loom_attractors::settings::Build;
use loom_attractors::{Attractors, catalogue, recorded, score, trajectory};
use loom_sim::{
    Column, Job, Model, Place, ProbeSpec, Report, Science as _, Series, Settings, Step, Subject,
    Value, View,
};

fn lorenz(points: usize) -> Series {
    let system = catalogue::named("Lorenz").unwrap();
    let build = Build::new(&system, &Settings::new()).unwrap();
    let mut plan = trajectory::Plan::new(&system, &build).points_per_period(&system, 50.0);
    plan.points = points;
    plan.transient = 50.0;
    let rows = trajectory::compute(&system, &build, &plan).unwrap();
    Series {
        abscissa: ("t".into(), String::new()),
        at: rows.times.clone(),
        columns: (0..3)
            .map(|v| Column {
                name: rows.variables[v].clone(),
                unit: String::new(),
                values: (0..points).map(|i| rows.row(0, i)[v]).collect(),
            })
            .collect(),
    }
}

fn run(key: &str, model: &Model, settings: &[(&str, Value)]) -> Report {
    let analysis = analyses::all()
        .into_iter()
        .find(|a| a.key() == key)
        .unwrap();
    assert!(analysis.fits(model), "{key}");
    let subject = Subject::State {
        model: model.clone(),
        capture: None,
    };
    let settings = settings
        .iter()
        .map(|(k, v)| ((*k).to_owned(), v.clone()))
        .collect();
    analysis.run(&subject, &settings, &Job::quiet()).unwrap()
}

fn value(report: &Report, key: &str) -> f64 {
    let found = report.values.iter().find(|q| q.key == key);
    found.unwrap().as_real().unwrap()
}

#[test]
fn a_series_keeps_its_place_over_slices_captures_and_bytes() {
    let model = recorded::model("lorenz.csv", &lorenz(300));
    let open = loom_sim::Gate::open();
    let build = || {
        Attractors
            .build(&model, &Place::Cpu { threads: 2 })
            .unwrap()
    };
    let (mut once, mut often) = (build(), build());
    once.advance(&Step::from(40u32), &open).unwrap();
    for _ in 0..40 {
        often.advance(&Step::from(1u32), &open).unwrap();
    }
    assert_eq!(once.clock(), often.clock());
    let kept = once.capture();
    let bytes = once.encode(&kept).unwrap();
    once.advance(&Step::from(7u32), &open).unwrap();
    let back = once.decode(&bytes).unwrap();
    once.restore(&back).unwrap();
    assert_eq!(once.clock(), often.clock());
    assert!(once.decode(&bytes[..bytes.len() - 1]).is_err());
    assert!(once.apply(&loom_sim::Input::set("x", 1.0)).is_err());
    once.attach(&ProbeSpec::new("series")).unwrap();
    assert!(once.read(&ProbeSpec::new("series")).is_some());
    assert!(once.attach(&ProbeSpec::new("density")).is_err());
}

#[test]
fn a_series_moves_along_itself_and_is_drawn_in_both_ways() {
    let series = lorenz(500);
    let model = recorded::model("lorenz.csv", &series);
    let mut run = Attractors
        .build(&model, &Place::Cpu { threads: 1 })
        .unwrap();
    let open = loom_sim::Gate::open();
    run.advance(&Step::from(100u32), &open).unwrap();
    assert_eq!(run.clock().time, series.at[100]);
    assert_eq!(
        run.observe()[0].as_real().unwrap(),
        series.columns[0].values[100]
    );
    assert_eq!(
        run.advance(&Step::from(10_000u32), &open).unwrap(),
        loom_sim::Stop::End
    );
    assert!(run.clock().at_end());
    for (style, third) in [("path", "z"), ("path", "none"), ("delay", "z")] {
        let mut view = View::new([400, 300]);
        view.settings.insert("style".into(), style.into());
        view.settings.insert("axis_z".into(), third.into());
        let scene = run.scene(&view).unwrap();
        assert!(scene.layers.len() >= 4, "{style}");
    }
    let declared = Attractors.parameters(&model).unwrap();
    assert!(declared.iter().all(|p| !p.help.is_empty()));
}

#[test]
fn analyses_read_a_series_as_they_read_an_orbit() {
    let model = recorded::model("lorenz.csv", &lorenz(6000));
    let embedding = run("embedding", &model, &[("of", "x".into())]);
    let lag = value(&embedding, "lag_time");
    // The first minimum of Lorenz's x lies near a sixth of a time unit, and three coordinates do.
    assert!((0.1..0.25).contains(&lag), "{lag}");
    assert_eq!(value(&embedding, "coordinates"), 3.0);
    let exponent = run("lyapunov-series", &model, &[("of", "x".into())]);
    assert!((value(&exponent, "lambda_1") - 0.9).abs() < 0.25);
    for key in ["spectrum", "zero-one", "entropy", "dimension", "recurrence"] {
        let few = recorded::model("lorenz.csv", &lorenz(3000));
        assert!(!run(key, &few, &[]).values.is_empty(), "{key}");
    }
    for key in ["poincare", "events", "fixed-points", "basins", "scan"] {
        let analysis = analyses::all()
            .into_iter()
            .find(|a| a.key() == key)
            .unwrap();
        assert!(!analysis.fits(&model), "{key}");
    }
}

#[test]
fn a_table_that_is_no_series_is_left_to_others() {
    assert!(recorded::is_series("t,x\n0,1\n1,2\n"));
    assert!(recorded::is_series("Time (s),voltage\n0,1\n"));
    assert!(recorded::is_series("0,1\n0.5,3\n1,2\n1.5,2\n"));
    assert!(recorded::is_series("3\n1\n4\n1\n5\n"));
    assert!(!recorded::is_series("source,target\n0,1\n0,2\n1,2\n"));
    assert!(!recorded::is_series("0,1\n0,2\n1,2\n2,3\n"));
    assert!(!recorded::is_series("a,b\nc,d\n"));
    // What is called a time and has a gap is refused with its place, not passed on.
    let opened = Attractors.open("a.csv", b"t,x\n0,1\n1,\n").unwrap();
    assert!(opened.unwrap_err().to_string().contains("line 3, column x"));
    assert!(
        Attractors
            .open("edges.csv", b"source,target\n0,1\n")
            .is_none()
    );
}

#[test]
fn a_prediction_by_the_system_itself_holds_for_many_lyapunov_times() {
    let mut forecast = lorenz(1500);
    let model = Model::new("attractors", "Lorenz");
    let report = score::against(&model, &forecast, None, score::THRESHOLD).unwrap();
    // A fixed step of Runge and Kutta's is off by about 1e-8 in a step.
    assert!(value(&report, "valid_lyapunov_times") > 10.0);
    assert_eq!(report.plots.len(), 4);
    // Against the series that it is, it is perfect.
    let own = recorded::model("lorenz.csv", &forecast);
    let report = score::against(&own, &forecast, Some(0.9), score::THRESHOLD).unwrap();
    assert_eq!(value(&report, "smape"), 0.0);
    forecast.columns.pop();
    let error = score::against(&model, &forecast, None, 0.4).unwrap_err();
    assert!(error.to_string().contains("x, y, z"), "{error}");
}

#[test]
fn events_lie_where_the_formula_is_zero() {
    // A circle passes x = 0 upward at 3π/2 + 2πk.
    let text = "equations = \"x' = v; v' = -w*x\"\ninitial = [1, 0]\ndt = 0.05\nperiod = 6.283\n[[parameter]]\nkey = \"w\"\nvalue = 1\n";
    let circle = loom_attractors::Definition::parse("circle.toml", text).unwrap();
    let model = catalogue::model_of_file("circle.toml", &circle);
    for (method, tolerance, allowed) in [
        ("dop853", 1e-12, 1e-9),
        ("tsit5", 1e-11, 1e-7),
        ("rk4", 1e-9, 1e-3),
        ("bdf", 1e-10, 1e-4),
        ("symplectic6", 1e-9, 1e-5),
    ] {
        let settings = [
            ("when", Value::from("x*w = 0")),
            ("method", method.into()),
            ("tolerance", tolerance.into()),
            ("stop", 10i64.into()),
        ];
        let report = run("events", &model, &settings);
        let times = report.json["times"].as_array().unwrap();
        assert_eq!(times.len(), 10);
        for (k, time) in times.iter().enumerate() {
            let exact = std::f64::consts::PI * (1.5 + 2.0 * k as f64);
            let off = (time.as_f64().unwrap() - exact).abs();
            assert!(off < allowed, "{method} {k}: {off:e}");
        }
        let states = report.json["states"].as_array().unwrap();
        let x = states[0][0].as_f64().unwrap();
        assert!(x.abs() < 1e-12, "{method}: {x:e}");
    }
    let settings = [
        ("when", Value::from("sin(t)")),
        ("direction", "both".into()),
        ("until", 20.0.into()),
    ];
    // t = 0 itself is the start; π, 2π, … 6π follow.
    assert_eq!(value(&run("events", &model, &settings), "events"), 6.0);
    let analysis = analyses::all()
        .into_iter()
        .find(|a| a.key() == "events")
        .unwrap();
    let subject = Subject::State {
        model,
        capture: None,
    };
    let wrong: Settings = [("when".to_owned(), Value::from("y - 1"))].into();
    let error = analysis.run(&subject, &wrong, &Job::quiet()).unwrap_err();
    assert!(error.to_string().contains("y is none of them"), "{error}");
}

fn wish() -> Wish {
    Wish {
        granularities: vec![("coarse".into(), 15.0)],
        train: 60,
        test: 20,
        ..Wish::default()
    }
}

#[test]
fn a_set_does_not_depend_on_the_number_of_threads() {
    let names = ["Lorenz", "Henon", "Duffing"].map(String::from);
    let systems = dataset::choose(&names, &[], &[]).unwrap();
    let made = |threads: usize| {
        let mut job = Job::quiet();
        job.threads = threads;
        let list = std::sync::Mutex::new(std::collections::BTreeMap::new());
        let keep = |definition: &loom_attractors::Definition, made: Result<Vec<_>, _>| {
            let made: Vec<dataset::Made> = made?;
            let text: Vec<String> = made
                .iter()
                .map(|m| format!("{}{}", m.facts, m.trajectory.to_csv()))
                .collect();
            list.lock().unwrap().insert(definition.name.clone(), text);
            Ok(())
        };
        dataset::make_all(&systems, &wish(), &job, &keep).unwrap();
        list.into_inner().unwrap()
    };
    let one = made(1);
    assert_eq!(one.len(), 3);
    assert_eq!(one, made(4));
}

#[test]
fn test_series_start_elsewhere_or_go_on_where_training_ends() {
    let lorenz = catalogue::named("Lorenz").unwrap();
    let mut wish = Wish {
        split: Split::Time,
        ..wish()
    };
    let made = dataset::make(&lorenz, &wish, &Job::quiet()).unwrap();
    let (train, test) = (&made[0].trajectory, &made[1].trajectory);
    let gap = test.times[0] - train.times[59];
    assert!((gap - lorenz.period / 15.0).abs() < 1e-9);
    // One orbit: the step across is no longer than others.
    let leap = |a: &[f64], b: &[f64]| -> f64 {
        a.iter()
            .zip(b)
            .map(|(x, y)| (x - y).powi(2))
            .sum::<f64>()
            .sqrt()
    };
    let longest = (1..60)
        .map(|i| leap(train.row(0, i - 1), train.row(0, i)))
        .fold(0.0, f64::max);
    assert!(leap(train.row(0, 59), test.row(0, 0)) <= 1.5 * longest);
    wish.split = Split::Starts;
    wish.members = 2;
    wish.standardize = true;
    let made = dataset::make(&lorenz, &wish, &Job::quiet()).unwrap();
    let train = &made[0].trajectory;
    assert_eq!(train.values.len(), 2 * 60 * 3);
    for [mean, deviation] in train.scaling() {
        assert!(mean.abs() < 1e-12 && (deviation - 1.0).abs() < 1e-12);
    }
    // The test part is scaled by the training part, so it is not itself standard.
    assert!(
        made[1]
            .trajectory
            .scaling()
            .iter()
            .any(|[mean, _]| mean.abs() > 1e-6)
    );
    assert_eq!(made[0].facts["mean"], made[1].facts["mean"]);
}

#[test]
fn a_choice_of_systems_names_what_there_is_not() {
    let maps = dataset::choose(&[], &["map".into()], &[]).unwrap();
    assert!(maps.len() > 5 && maps.iter().all(|d| d.is_map()));
    let error = |kinds: &[String], groups: &[String]| {
        dataset::choose(&[], kinds, groups).unwrap_err().to_string()
    };
    assert!(error(&["maps".into()], &[]).contains("flow"));
    assert!(error(&[], &["Alchemy".into()]).contains("Alchemy"));
    assert!(dataset::choose(&["Lorentz".into()], &[], &[]).is_err());
}
