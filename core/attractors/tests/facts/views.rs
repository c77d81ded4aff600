//! What views show of a run: phase planes, colours, tubes, delays, projections, the horizon.

use loom_attractors::{Attractors, catalogue};
use loom_sim::scene::{Data, Layer, Legend, LineTopology, Space, Vertex};
use loom_sim::{
    Camera, Gate, Input, Model, Place, Pointer, PointerAction, Scene, Science, Simulation, Step,
    Value, View,
};

use crate::device::gpu;

fn model(name: &str, particles: i64) -> Model {
    catalogue::model(&catalogue::named(name).unwrap()).with("particles", particles)
}

fn run(name: &str, particles: i64) -> Box<dyn Simulation> {
    let place = Place::Cpu { threads: 1 };
    Attractors.build(&model(name, particles), &place).unwrap()
}

fn advance(run: &mut dyn Simulation, steps: u32) {
    run.advance(&Step::from(steps), &Gate::open()).unwrap();
}

fn view(settings: &[(&str, &str)]) -> View {
    let mut view = View::new([800, 600]);
    for (key, value) in settings {
        view.settings.insert((*key).into(), Value::from(*value));
    }
    view
}

fn draw(run: &dyn Simulation, settings: &[(&str, &str)]) -> Scene {
    run.scene(&view(settings)).unwrap()
}

fn host(data: &Data<Vertex>) -> Vec<Vertex> {
    match data {
        Data::Host(list) => list.to_vec(),
        Data::Device(buffer) => gpu().unwrap().read(buffer).unwrap(),
    }
}

/// The vertices of the first layer that has some.
fn vertices(scene: &Scene) -> Vec<Vertex> {
    let found = scene.layers.iter().find_map(|layer| match layer {
        Layer::Points(points) => Some(host(&points.vertices)),
        Layer::Lines(lines) => Some(host(&lines.vertices)),
        Layer::Tubes(tubes) => Some(host(&tubes.vertices)),
        _ => None,
    });
    found.unwrap()
}

fn bar(scene: &Scene) -> (String, String, [f64; 2]) {
    let found = scene.legends.iter().find_map(|legend| match legend {
        Legend::Bar {
            title,
            unit,
            low,
            high,
            ..
        } => Some((title.clone(), unit.clone(), [*low, *high])),
        Legend::Keys { .. } => None,
    });
    found.unwrap()
}

fn pointer(position: [f64; 2], action: PointerAction) -> Pointer {
    Pointer {
        position,
        action,
        secondary: false,
        alt: false,
        shift: false,
        stroke: 1,
    }
}

#[test]
fn a_flow_of_two_variables_is_drawn_as_its_phase_plane() {
    for name in ["VanDerPol", "FitzHughNagumo", "Selkov", "LotkaVolterra"] {
        let mut run = run(name, 10);
        advance(&mut *run, 200);
        let scene = draw(&*run, &[]);
        let shapes = scene
            .layers
            .iter()
            .filter(|l| matches!(l, Layer::Shapes(s) if s.space == Space::World))
            .count();
        assert_eq!(
            shapes, 2,
            "{name}: field and curves below, fixed points above"
        );
        let Some(Legend::Keys { entries, .. }) = scene.legends.first() else {
            panic!("{name}: a key to the nullclines")
        };
        assert!(entries.iter().all(|(words, _)| !words.is_empty()));
        assert!(entries.len() >= 2, "{name}: {entries:?}");
    }
}

#[test]
fn the_pointer_over_a_fixed_point_tells_its_eigenvalues_in_a_stretched_plane() {
    // Volts against a fraction: each axis has a scale of its own.
    let run = run("MorrisLecar", 10);
    let mut view = view(&[]);
    let fit = run.fit_view(&view);
    let Camera::Plane(plane) = &fit else {
        panic!("a plane")
    };
    view.camera = Some(fit.clone());
    let size = [800.0, 600.0];
    let mut found = None;
    for y in (2..600).step_by(8) {
        for x in (2..800).step_by(8) {
            let at = [f64::from(x), f64::from(y)];
            let reply = run.pointer(&pointer(at, PointerAction::Hover), &view);
            let hit = reply.hit.unwrap();
            if hit.id == "rest" {
                found = Some((at, hit));
            }
        }
    }
    let (at, hit) = found.expect("a fixed point is seen");
    assert!(hit.label.contains("λ = "), "{}", hit.label);
    assert_eq!(hit.rows[0].0, "V");
    // Where the mark is the state is: the row's voltage lies under the pointer.
    let volts: f64 = hit.rows[0].1.replace('−', "-").parse().unwrap();
    let [x, _] = plane.to_screen([volts, 0.0], size);
    assert!((x - at[0]).abs() < 10.0);
    // A click begins an orbit at the place itself, in the state's own units.
    let reply = run.pointer(&pointer([400.0, 300.0], PointerAction::Click), &view);
    let Input::Edit { data, .. } = &reply.inputs[0] else {
        panic!("an edit")
    };
    let w = data["orbit"][1].as_f64().unwrap();
    assert!((-0.5..1.5).contains(&w), "{w}");
}

#[test]
fn nullclines_follow_a_slider() {
    let mut run = run("FitzHughNagumo", 10);
    let before = draw(&*run, &[]);
    run.apply(&Input::set("I", 0.2)).unwrap();
    let after = draw(&*run, &[]);
    let ground = |scene: &Scene| {
        scene.layers.iter().find_map(|l| match l {
            Layer::Shapes(shapes) => Some(shapes.items.clone()),
            _ => None,
        })
    };
    assert_ne!(ground(&before), ground(&after));
    assert_eq!(ground(&after), ground(&draw(&*run, &[])));
}

#[test]
fn tubes_have_one_thickness_and_follow_the_trail() {
    let mut run = run("Lorenz", 10);
    advance(&mut *run, 800);
    let scene = draw(&*run, &[("style", "tubes"), ("thickness", "1")]);
    let tubes: Vec<_> = scene
        .layers
        .iter()
        .filter_map(|l| match l {
            Layer::Tubes(tubes) => Some(tubes),
            _ => None,
        })
        .collect();
    assert_eq!(tubes.len(), 1);
    assert_eq!(
        tubes[0].topology,
        LineTopology::Strips {
            run: tubes[0].vertices.len()
        }
    );
    let line = draw(&*run, &[("style", "trails")]);
    let (tube, line) = (vertices(&scene), vertices(&line));
    // Points nearer than the tube is thick are left out; the ends stay.
    assert!(tube.len() <= line.len());
    assert_eq!(
        tube.first().unwrap().position,
        line.first().unwrap().position
    );
    assert_eq!(tube.last().unwrap().position, line.last().unwrap().position);
    // 1 % of the butterfly's largest extent across.
    assert!(
        (0.15..0.4).contains(&tubes[0].radius),
        "{}",
        tubes[0].radius
    );
}

#[test]
fn colours_have_their_numbers_names_and_units() {
    let mut run = run("Lorenz", 300);
    advance(&mut *run, 300);
    let cloud = |color: &str| draw(&*run, &[("style", "cloud"), ("color", color)]);
    for v in vertices(&cloud("y")) {
        assert_eq!(v.value, v.position[1]);
    }
    assert_eq!(bar(&cloud("y")).0, "y");
    let stretching = cloud("expansion");
    for v in vertices(&stretching) {
        let [x, y, z] = v.position.map(f64::from);
        let exact = largest([
            [-10.0, 5.0 + 0.5 * (28.0 - z), 0.5 * y],
            [5.0 + 0.5 * (28.0 - z), -1.0, 0.0],
            [0.5 * y, 0.0, -8.0 / 3.0],
        ]);
        // ∂ẏ/∂z = −x and ∂ż/∂y = x cancel in the symmetric part.
        assert!(
            (f64::from(v.value) - exact).abs() < 1e-3,
            "{x} {} {exact}",
            v.value
        );
    }
    let (title, unit, _) = bar(&stretching);
    assert_eq!(
        (title.as_str(), unit.as_str()),
        ("Local expansion", "1/time unit")
    );
    let trail = draw(&*run, &[("style", "trails"), ("color", "age")]);
    let ages: Vec<f32> = vertices(&trail).iter().map(|v| v.value).collect();
    assert!(ages.windows(2).all(|w| w[0] < w[1]), "the newest last");
    assert_eq!(ages.first(), Some(&0.0));
    assert!((f64::from(*ages.last().unwrap()) - bar(&trail).2[1]).abs() < 1e-6);
    assert_eq!(bar(&trail).1, "time units");
}

/// The largest eigenvalue of a symmetric matrix of three rows, in closed form (O. K. Smith 1961).
fn largest(m: [[f64; 3]; 3]) -> f64 {
    let q = (m[0][0] + m[1][1] + m[2][2]) / 3.0;
    let b = |i: usize, j: usize| m[i][j] - if i == j { q } else { 0.0 };
    let squares: f64 = (0..9).map(|k| b(k / 3, k % 3).powi(2)).sum();
    let p = (squares / 6.0).sqrt();
    let minor = |i: usize, j: usize, k: usize, l: usize| b(i, j) * b(k, l) - b(i, l) * b(k, j);
    let determinant =
        b(0, 0) * minor(1, 1, 2, 2) - b(0, 1) * minor(1, 0, 2, 2) + b(0, 2) * minor(1, 0, 2, 1);
    let angle = (0.5 * determinant / p.powi(3)).clamp(-1.0, 1.0).acos() / 3.0;
    q + 2.0 * p * angle.cos()
}

#[test]
fn an_initial_condition_keeps_its_hue() {
    let mut run = run("Thomas", 200);
    let settings = [("style", "cloud"), ("color", "start")];
    let before = vertices(&draw(&*run, &settings));
    advance(&mut *run, 500);
    let after = vertices(&draw(&*run, &settings));
    assert!(before.iter().zip(&after).all(|(a, b)| a.value == b.value));
    assert!(
        before
            .iter()
            .zip(&after)
            .any(|(a, b)| a.position != b.position)
    );
    assert!(before.iter().all(|v| v.value.abs() <= 180.0));
    // At the start it is the direction from the middle.
    let across = || before.iter().map(|v| v.position[0]);
    let low = across().fold(f32::INFINITY, f32::min);
    let high = across().fold(f32::NEG_INFINITY, f32::max);
    let right = before.iter().filter(|v| v.value.abs() < 30.0);
    for v in right {
        // A little to the left of the middle of these few particles.
        assert!(v.position[0] > low + 0.4 * (high - low), "{v:?}");
    }
    assert_eq!(bar(&draw(&*run, &settings)).1, "°");
}

#[test]
fn delays_of_one_variable_are_its_own_past() {
    let mut run = run("Rossler", 5);
    advance(&mut *run, 2000);
    let settings = [
        ("projection", "delays"),
        ("embedded", "x"),
        ("color", "none"),
    ];
    let mut seen = view(&settings);
    let step = run.clock().step_time;
    seen.settings
        .insert("embed_delay".into(), Value::Real(50.0 * step));
    let points = vertices(&run.scene(&seen).unwrap());
    assert!(points.len() > 1000);
    for i in 100..points.len() {
        for k in 1..3 {
            let past = points[i - 50 * k].position[0];
            assert!((points[i].position[k] - past).abs() < 1e-4, "{i} {k}");
        }
    }
    assert!(matches!(run.fit_view(&seen), Camera::Orbit(_)));
    seen.settings
        .insert("embed_dimension".into(), Value::Integer(2));
    assert!(matches!(run.fit_view(&seen), Camera::Plane(_)));
}

#[test]
fn formulas_stand_along_the_axes() {
    let mut run = run("Lorenz", 100);
    advance(&mut *run, 50);
    let plain = vertices(&draw(&*run, &[("style", "cloud"), ("color", "none")]));
    let scene = draw(
        &*run,
        &[
            ("style", "cloud"),
            ("color", "none"),
            ("projection", "formulas"),
            ("formula_x", "x + z"),
            ("formula_y", "sqrt(x^2 + y^2)/sigma"),
            ("formula_z", "-y"),
        ],
    );
    for (a, b) in plain.iter().zip(vertices(&scene)) {
        let [x, y, z] = a.position;
        let wanted = [x + z, x.hypot(y) / 10.0, -y];
        for (w, p) in wanted.iter().zip(b.position) {
            assert!((w - p).abs() < 1e-4);
        }
    }
    let parameters = loom_attractors::settings::declare(&catalogue::named("Lorenz").unwrap());
    let formula = loom_sim::parameter::find(&parameters, "formula_x").unwrap();
    assert!(formula.check(&Value::from("x + q")).is_err());
    let error = formula.check(&Value::from("x + (")).unwrap_err();
    assert!(error.to_string().contains("column"), "{error}");
    assert!(formula.check(&Value::from("mod(t, 2*pi) + rho")).is_ok());
}

#[test]
fn principal_components_put_the_widest_direction_across() {
    let mut run = run("HyperRossler", 2000);
    advance(&mut *run, 50);
    let points = vertices(&draw(
        &*run,
        &[
            ("style", "cloud"),
            ("projection", "principal"),
            ("color", "none"),
        ],
    ));
    let variance = |k: usize| {
        let mean = points.iter().map(|v| v.position[k]).sum::<f32>() / points.len() as f32;
        let squares = points.iter().map(|v| (v.position[k] - mean).powi(2));
        squares.sum::<f32>() / points.len() as f32
    };
    let [a, b, c] = [variance(0), variance(1), variance(2)];
    assert!(a > 0.9 * b && b > 0.9 * c && c > 0.0, "{a} {b} {c}");
}

#[test]
fn the_horizon_of_lorenz_is_where_two_reckonings_part() {
    let mut lorenz = run("Lorenz", 5);
    let step = lorenz.clock().step_time;
    while lorenz.horizon().is_none() {
        advance(&mut *lorenz, 50);
        assert!(lorenz.clock().time < 60.0, "it comes");
    }
    let horizon = lorenz.horizon().unwrap();
    // An error of dt⁴ a step grows by e every 1.1 time units to 1 % of the size.
    assert!((8.0..40.0).contains(&horizon.time), "{}", horizon.time);
    assert!(
        horizon.words.contains(&format!("{step}")),
        "{}",
        horizon.words
    );
    // It belongs to the state.
    let kept = lorenz.capture();
    advance(&mut *lorenz, 100);
    lorenz.restore(&kept).unwrap();
    assert_eq!(lorenz.horizon(), Some(horizon.clone()));
    let bytes = lorenz.encode(&kept).unwrap();
    let mut again = run("Lorenz", 5);
    let back = again.decode(&bytes).unwrap();
    again.restore(&back).unwrap();
    assert_eq!(again.horizon(), Some(horizon));
    // The trail beyond is a layer of its own.
    advance(&mut *lorenz, 300);
    let lines = |fade: bool| {
        let mut view = view(&[("style", "trails")]);
        view.settings.insert("horizon".into(), Value::Boolean(fade));
        let scene = lorenz.scene(&view).unwrap();
        let lines = scene.layers.iter().filter(|l| matches!(l, Layer::Lines(_)));
        lines.count()
    };
    assert_eq!((lines(false), lines(true)), (1, 2));
}

#[test]
fn regular_motion_has_no_horizon_and_no_lyapunov_time() {
    let mut circle = run("VanDerPol", 5);
    advance(&mut *circle, 20_000);
    assert_eq!(circle.horizon(), None);
    assert_eq!(circle.yardstick(), None);
}

#[test]
fn a_lyapunov_time_holds_for_the_measured_parameters_only() {
    let mut lorenz = run("Lorenz", 5);
    let yardstick = lorenz.yardstick().unwrap();
    assert!((1.0 / yardstick.length - 0.906).abs() < 0.01);
    assert!(
        yardstick.rate.starts_with("λ₁ = 0.90"),
        "{}",
        yardstick.rate
    );
    lorenz.apply(&Input::set("rho", 40.0)).unwrap();
    assert_eq!(lorenz.yardstick(), None);
}

#[test]
fn a_logistic_map_loses_its_start_after_some_fifty_iterations() {
    let mut map = run("Logistic", 1);
    map.apply(&Input::set("r", 4.0)).unwrap();
    advance(&mut *map, 200);
    // 2⁻⁵² doubles about every iteration.
    let time = map.horizon().unwrap().time;
    assert!((35.0..75.0).contains(&time), "{time}");
}

#[test]
fn angles_that_have_gone_round_are_drawn_between_minus_pi_and_pi() {
    let mut map = run("Chirikov", 500);
    advance(&mut *map, 2000);
    let pi = std::f32::consts::PI;
    let scene = draw(&*map, &[("style", "cloud")]);
    let Camera::Plane(plane) = &scene.camera else {
        panic!("a plane")
    };
    // Vertices are relative to the camera's whole numbers.
    let whole = plane.whole.map(|n| n as f32);
    for vertex in vertices(&scene) {
        for (x, off) in vertex.position.iter().zip(whole) {
            assert!((x + off).abs() <= pi * 1.0001, "{x} + {off}");
        }
    }
    let mut open = view(&[("style", "cloud")]);
    open.settings.insert("wrap".into(), Value::Boolean(false));
    let wide = vertices(&map.scene(&open).unwrap());
    assert!(wide.iter().any(|v| v.position[0].abs() > pi));
}

#[test]
fn colours_and_projections_on_the_device_agree_with_the_processor() {
    let Some(gpu) = gpu() else { return };
    let formulas = [
        ("projection", "formulas"),
        ("formula_x", "x*y + rho"),
        ("formula_y", "sin(z)"),
        ("formula_z", "x - t"),
    ];
    let cases: [(&str, &[(&str, &str)]); 8] = [
        ("Lorenz", &[("color", "expansion")]),
        ("Henon", &[("color", "expansion")]),
        ("HyperRossler", &[("color", "expansion")]),
        ("Lorenz", &[("color", "start")]),
        ("Lorenz", &[("color", "z")]),
        ("Lorenz", &formulas),
        (
            "HyperRossler",
            &[("projection", "principal"), ("color", "height")],
        ),
        (
            "HyperRossler",
            &[("projection", "tour"), ("color", "height")],
        ),
    ];
    for (name, settings) in cases {
        let mut lists = Vec::new();
        for place in [Place::Cpu { threads: 2 }, Place::Gpu(gpu.clone())] {
            let mut run = Attractors.build(&model(name, 700), &place).unwrap();
            advance(&mut *run, 3);
            let mut all = vec![("style", "cloud")];
            all.extend_from_slice(settings);
            lists.push(vertices(&draw(&*run, &all)));
        }
        let size = |value: &dyn Fn(&Vertex) -> f32| {
            lists[0]
                .iter()
                .map(value)
                .fold(1e-6f32, |m, x| m.max(x.abs()))
        };
        let (values, places) = (
            size(&|v| v.value),
            size(&|v| v.position.iter().fold(0f32, |m, x| m.max(x.abs()))),
        );
        for (a, b) in lists[0].iter().zip(&lists[1]) {
            assert!(
                (a.value - b.value).abs() < 2e-4 * values,
                "{name} {settings:?}"
            );
            for (x, y) in a.position.iter().zip(&b.position) {
                assert!(
                    (x - y).abs() < 1e-4 * places,
                    "{name} {settings:?}: {x} {y}"
                );
            }
        }
    }
}
