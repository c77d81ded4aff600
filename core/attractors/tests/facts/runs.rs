//! What a run does: parameters act on the running state, orbits join, twins part, run-aways stop.

use loom_attractors::{Attractors, Edit, catalogue};
use loom_sim::scene::Layer;
use loom_sim::{
    Camera, Gate, Ink, Input, Model, Place, Pointer, PointerAction, ProbeSpec, Reading, Science,
    SimError, Simulation, Step, Stop, Value, View,
};

fn lorenz(particles: i64) -> Model {
    catalogue::model(&catalogue::named("Lorenz").unwrap()).with("particles", particles)
}

fn build(model: &Model) -> Box<dyn Simulation> {
    Attractors.build(model, &Place::Cpu { threads: 2 }).unwrap()
}

fn advance(run: &mut dyn Simulation, steps: u32) {
    assert_eq!(
        run.advance(&Step::from(steps), &Gate::open()).unwrap(),
        Stop::Target
    );
}

/// The cloud's vertices, coloured by speed.
fn cloud(run: &dyn Simulation) -> Vec<loom_sim::scene::Vertex> {
    let scene = run.scene(&View::new([400, 300])).unwrap();
    let Layer::Points(points) = &scene.layers[0] else {
        panic!("a cloud of points")
    };
    points.vertices.host().unwrap().to_vec()
}

#[test]
fn time_is_the_systems_own_and_follows_dt() {
    let mut run = build(&lorenz(10));
    advance(&mut *run, 100);
    assert_eq!(run.clock().time, 1.0);
    assert_eq!(run.clock().pace, 100.0);
    run.apply(&Input::set("dt", 0.005)).unwrap();
    advance(&mut *run, 100);
    assert_eq!(run.clock().time, 1.5);
    assert_eq!(run.clock().pace, 200.0);
}

#[test]
fn less_heating_brings_nearly_all_of_the_cloud_to_rest_within_forty_time_units() {
    let mut run = build(&lorenz(2000));
    advance(&mut *run, 500);
    run.apply(&Input::set("rho", 20.0)).unwrap();
    assert_eq!(run.clock().step, Step::from(500u32), "no restart");
    advance(&mut *run, 4000);
    // The mean speed on the attractor is 96.
    let at_rest = cloud(&*run).iter().filter(|v| v.value < 3.0).count();
    assert!(at_rest > 1800, "{at_rest} of 2000 rest");
    run.apply(&Input::set("rho", 28.0)).unwrap();
    advance(&mut *run, 3000);
    let at_rest = cloud(&*run).iter().filter(|v| v.value < 3.0).count();
    assert!(at_rest < 200, "{at_rest} of 2000 rest");
}

#[test]
fn in_the_window_of_order_an_orbit_closes_and_its_mirror_image_is_another_one() {
    let mut run = build(&lorenz(10).with("rho", 100.5));
    let [x, y, z] = [-1.225348, -1.087937, 18.392924];
    run.apply(&Edit::Orbit(vec![-x, -y, z]).input()).unwrap();
    advance(&mut *run, 20_000);
    let probe = ProbeSpec::new("series");
    run.attach(&probe).unwrap();
    advance(&mut *run, 1000);
    let Some(Reading::Series(series)) = run.read(&probe) else {
        panic!("a series")
    };
    let column = |i: usize| &series.columns[i].values;
    // It comes back to where it is within a few turns.
    let back = (0..900)
        .map(|i| {
            (0..3)
                .map(|v| (column(v)[i] - column(v)[1000]).powi(2))
                .sum::<f64>()
                .sqrt()
        })
        .fold(f64::INFINITY, f64::min);
    assert!(back < 2.0, "{back}");
    let mean = |i: usize| column(i).iter().sum::<f64>() / series.at.len() as f64;
    assert!(
        mean(0).abs() > 0.5,
        "a loop of its own isn't symmetric: {}",
        mean(0)
    );
    assert!(
        (mean(0) + mean(3)).abs() < 1e-6,
        "the other start shows the mirror image"
    );
}

#[test]
fn an_orbit_started_by_hand_joins_the_series_in_its_own_column() {
    let mut run = build(&lorenz(100));
    let probe = ProbeSpec::new("series");
    run.attach(&probe).unwrap();
    advance(&mut *run, 50);
    run.apply(&Edit::Orbit(vec![1.0, 2.0, 30.0]).input())
        .unwrap();
    advance(&mut *run, 50);
    let Some(Reading::Series(series)) = run.read(&probe) else {
        panic!("a series")
    };
    assert_eq!(series.at.len(), 101);
    let names: Vec<&str> = series.columns.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["x", "y", "z", "x (2)", "y (2)", "z (2)"]);
    assert!(series.columns[3].values[50].is_nan() && series.columns[3].values[51].is_finite());
    assert_eq!(series.columns[0].values.len(), 101);
    let scene = run.scene(&View::new([400, 300])).unwrap();
    assert!(
        scene.layers.iter().any(|l| matches!(l, Layer::Lines(_))),
        "its trail is drawn"
    );
}

#[test]
fn a_twin_parts_from_a_nudge_of_a_billionth() {
    let model = lorenz(10);
    let (mut run, mut twin) = (build(&model), build(&model));
    let nudge = run.twin_input().unwrap();
    twin.restore(&run.capture()).unwrap();
    twin.apply(&nudge).unwrap();
    let distance = |a: &dyn Simulation, b: &dyn Simulation| {
        a.difference(&b.capture()).unwrap().as_real().unwrap()
    };
    assert!((distance(&*run, &*twin) - 1e-9).abs() < 1e-14);
    for sim in [&mut run, &mut twin] {
        advance(&mut **sim, 1000);
    }
    let middle = distance(&*run, &*twin);
    assert!(middle > 1e-8 && middle < 1e-2, "{middle}");
    for sim in [&mut run, &mut twin] {
        advance(&mut **sim, 3000);
    }
    assert!(distance(&*run, &*twin) > 0.1);
}

#[test]
fn a_run_away_stops_at_the_last_good_step_and_names_step_and_variable() {
    let model = catalogue::model(&catalogue::named("Henon").unwrap()).with("particles", 3000i64);
    let mut run = build(&model);
    run.attach(&ProbeSpec::new("density")).unwrap();
    advance(&mut *run, 100);
    run.apply(&Input::set("a", 1.9)).unwrap();
    let error = run
        .advance(&Step::from(10_000u32), &Gate::open())
        .unwrap_err();
    let SimError::BlewUp { step, variable, .. } = &error else {
        panic!("{error}")
    };
    assert!(
        variable.starts_with('x') || variable.starts_with('y'),
        "{variable}"
    );
    let at = run.clock().step;
    assert_eq!(*step, (at + 1u32).to_string());
    let before = run.capture();
    assert!(run.advance(&Step::from(1u32), &Gate::open()).is_err());
    assert_eq!(
        run.encode(&before).unwrap(),
        run.encode(&run.capture()).unwrap()
    );
    run.apply(&Input::set("a", 1.0)).unwrap();
}

#[test]
fn settings_that_need_a_rebuild_are_refused_by_a_running_simulation() {
    let mut run = build(&lorenz(10));
    assert!(
        run.apply(&Input::set("particles", Value::Integer(20)))
            .is_err()
    );
    assert!(run.apply(&Input::set("nonsense", 1.0)).is_err());
    assert!(run.apply(&Edit::Orbit(vec![1.0]).input()).is_err());
    assert!(run.apply(&Input::edit("Odd", &3)).is_err());
    run.apply(&Input::set("ρ", 30.0)).unwrap();
    assert_eq!(run.parameters()["rho"], Value::Real(30.0));
}

#[test]
fn a_click_starts_an_orbit_under_the_pointer_and_alt_offers_a_twin() {
    let run = build(&lorenz(2000));
    let mut view = View::new([800, 600]);
    view.camera = Some(run.fit(view.points()));
    let mut pointer = Pointer {
        position: [390.0, 310.0],
        action: PointerAction::Click,
        secondary: false,
        alt: false,
        shift: false,
        stroke: 1,
    };
    let reply = run.pointer(&pointer, &view);
    assert_eq!(reply.inputs.len(), 1);
    let Input::Edit { data, .. } = &reply.inputs[0] else {
        panic!("an edit")
    };
    let point: Vec<f64> = data["orbit"]
        .as_array()
        .unwrap()
        .iter()
        .map(|x| x.as_f64().unwrap())
        .collect();
    let Some(Camera::Orbit(camera)) = &view.camera else {
        panic!("a camera in space")
    };
    let seen = camera
        .project([point[0], point[1], point[2]], [800.0, 600.0])
        .unwrap();
    assert!((seen.pixel[0] - 390.0).abs() < 1e-6 && (seen.pixel[1] - 310.0).abs() < 1e-6);
    pointer.alt = true;
    let reply = run.pointer(&pointer, &view);
    assert!(reply.inputs.is_empty() && reply.twin.is_some());
}

#[test]
fn a_density_counts_every_step_and_another_camera_starts_it_afresh() {
    let mut run = build(&lorenz(1000));
    let mut view = View::new([200, 150]);
    view.settings.insert("style".into(), Value::from("density"));
    view.ink = Ink::dark();
    let hits = |run: &dyn Simulation, view: &View| -> u64 {
        let scene = run.scene(view).unwrap();
        let Layer::Density(density) = &scene.layers[0] else {
            panic!("a density")
        };
        density
            .counts
            .host()
            .unwrap()
            .iter()
            .map(|c| u64::from(*c))
            .sum()
    };
    view.camera = Some(run.fit(view.points()));
    assert_eq!(hits(&*run, &view), 1000, "the particles as they stand");
    advance(&mut *run, 20);
    assert_eq!(hits(&*run, &view), 20_000);
    let Some(Camera::Orbit(camera)) = &mut view.camera else {
        panic!("a camera in space")
    };
    camera.yaw += 0.3;
    let before = run.capture();
    assert_eq!(hits(&*run, &view), 1000);
    assert_eq!(
        run.encode(&before).unwrap(),
        run.encode(&run.capture()).unwrap()
    );
    advance(&mut *run, 5);
    assert_eq!(hits(&*run, &view), 5000);
}

#[test]
fn an_attached_density_follows_the_view_unless_its_camera_is_fixed() {
    let mut run = build(&lorenz(500));
    let follows = ProbeSpec::new("density");
    let mut fixed = ProbeSpec::new("density");
    let camera = vec![0.0, 0.0, 25.0, 100.0, 0.3, 0.2, 0.6];
    fixed
        .settings
        .insert("camera".into(), Value::Vector(camera));
    run.attach(&follows).unwrap();
    run.attach(&fixed).unwrap();
    let size = |run: &dyn Simulation, probe: &ProbeSpec| {
        let Some(Reading::Density(density)) = run.read(probe) else {
            panic!("a density")
        };
        let counts = density.counts.host().unwrap();
        let hits: u64 = counts.iter().map(|c| u64::from(*c)).sum();
        ([density.width, density.height], hits)
    };
    advance(&mut *run, 10);
    assert_eq!(size(&*run, &follows), ([960, 720], 5000));
    let mut view = View::new([200, 150]);
    view.settings.insert("style".into(), Value::from("density"));
    run.scene(&view).unwrap();
    advance(&mut *run, 10);
    assert_eq!(size(&*run, &follows), ([200, 150], 5000));
    assert_eq!(size(&*run, &fixed).0, [960, 720]);
    assert!(size(&*run, &fixed).1 > 9000, "it has gone on counting");
    run.detach(&fixed);
    assert!(run.read(&fixed).is_none() && run.read(&follows).is_some());
}

#[test]
fn on_a_plane_small_moves_of_the_camera_keep_what_was_counted() {
    let model = catalogue::model(&catalogue::named("DeJong").unwrap()).with("particles", 500i64);
    let mut run = build(&model);
    let mut view = View::new([300, 200]);
    view.camera = Some(run.fit(view.points()));
    run.scene(&view).unwrap();
    advance(&mut *run, 100);
    let total = |run: &dyn Simulation, view: &View| -> u64 {
        let scene = run.scene(view).unwrap();
        let Layer::Density(density) = &scene.layers[0] else {
            panic!("a density")
        };
        assert!(density.rectangle.is_some());
        density
            .counts
            .host()
            .unwrap()
            .iter()
            .map(|c| u64::from(*c))
            .sum()
    };
    let counted = total(&*run, &view);
    assert!(counted > 45_000, "{counted}");
    if let Some(Camera::Plane(plane)) = &mut view.camera {
        plane.pan([5.0, 3.0]);
    }
    assert_eq!(total(&*run, &view), counted);
}

#[test]
fn every_style_of_every_system_makes_a_scene() {
    for entry in Attractors.catalogue() {
        let mut run = build(&entry.model.clone().with("particles", 200i64));
        advance(&mut *run, 30);
        for style in ["cloud", "trails", "tubes", "density", "phase"] {
            for color in ["speed", "height", "age", "expansion", "start", "none"] {
                let mut view = View::new([300, 200]);
                view.settings.insert("style".into(), Value::from(style));
                view.settings.insert("color".into(), Value::from(color));
                view.settings.insert("frame".into(), Value::from(true));
                let scene = run.scene(&view).unwrap();
                assert!(scene.layers.len() >= 2);
            }
        }
    }
}

#[test]
fn no_particle_of_any_entry_runs_away() {
    let open = Gate::open();
    let lost: Vec<String> = Attractors
        .catalogue()
        .iter()
        .filter_map(|entry| {
            let mut run = build(&entry.model.clone().with("particles", 2000i64));
            let error = run.advance(&Step::from(2000u32), &open).err()?;
            Some(format!("{}: {error}", entry.name))
        })
        .collect();
    assert!(lost.is_empty(), "{}", lost.join("\n"));
}

#[test]
fn the_orbits_are_exported_as_csv() {
    let mut run = build(&lorenz(10));
    advance(&mut *run, 3);
    let bytes = Attractors
        .export(&lorenz(10), Some(&run.capture()), "csv")
        .unwrap();
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.starts_with("t,x,y,z\n0,-1.225348,"), "{text}");
    assert_eq!(text.lines().count(), 5);
    assert!(Attractors.export(&lorenz(10), None, "png").is_err());
}

/// Prints how fast this build is; nothing is held to it here.
#[test]
fn speeds() {
    for name in ["Lorenz", "Henon", "DeJong"] {
        let model = catalogue::model(&catalogue::named(name).unwrap());
        for threads in [1, 2] {
            let mut run = Attractors.build(&model, &Place::Cpu { threads }).unwrap();
            advance(&mut *run, 3);
            let begun = std::time::Instant::now();
            advance(&mut *run, 50);
            let rate = 50.0 * 1e5 / begun.elapsed().as_secs_f64();
            eprintln!("{name}, {threads} threads: {rate:.3e} trajectory-steps a second");
        }
        let mut run = Attractors
            .build(&model, &Place::Cpu { threads: 2 })
            .unwrap();
        run.attach(&ProbeSpec::new("density")).unwrap();
        let begun = std::time::Instant::now();
        advance(&mut *run, 50);
        let rate = 50.0 * 1e5 / begun.elapsed().as_secs_f64();
        eprintln!("{name}, with density: {rate:.3e} trajectory-steps a second");
        let begun = std::time::Instant::now();
        run.scene(&View::new([800, 600])).unwrap();
        eprintln!("{name}, scene: {:?}", begun.elapsed());
    }
}

#[test]
fn three_methods_follow_lorenz_to_the_same_place() {
    use loom_attractors::integrate::Method;
    use loom_attractors::{catalogue, settings::Build, trajectory};
    let lorenz = catalogue::named("Lorenz").unwrap();
    let mut build = Build::new(&lorenz, &loom_sim::Settings::new()).unwrap();
    build.dt = 2e-4;
    let mut plan = trajectory::Plan::new(&lorenz, &build);
    plan.points = 101;
    plan.interval = 0.05;
    let fixed = trajectory::compute(&lorenz, &build, &plan).unwrap();
    for method in [Method::Tsit5, Method::Dop853] {
        plan.method = method;
        plan.tolerance = 1e-12;
        let own = trajectory::compute(&lorenz, &build, &plan).unwrap();
        let gap = own
            .values
            .iter()
            .zip(&fixed.values)
            .map(|(a, b)| (a - b).abs());
        let worst = gap.fold(0.0_f64, f64::max);
        assert!(worst < 1e-7, "{method:?}: {worst}");
        assert_eq!(own.times, fixed.times);
    }
}
