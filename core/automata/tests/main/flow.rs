//! What continuous automata must do: conserve, decay at the exact rate, move as published, and do
//! the same on the processor and on a device.

use std::sync::Arc;

use loom_automata::Automata;
use loom_automata::flow::kernel::{Core, Kernel, Profile};
use loom_automata::flow::recipe;
use loom_automata::flow::stencil::{Border, Laplacian, Stencil};
use loom_automata::flow::{Edit, Engine, Field, Flow, Law, Method, Way, plan};
use loom_sim::conformance::{Case, check};
use loom_sim::scene::{CellContent, Layer};
use loom_sim::{
    Gate, Input, Job, Model, Place, ProbeSpec, Reading, Science, Settings, Simulation, Step,
    Subject, Value, View,
};

const ONE: Place = Place::Cpu { threads: 1 };

fn model(kind: &str) -> Model {
    Model::new("automata", kind)
}

fn sized(kind: &str, width: i64, height: i64) -> Model {
    model(kind).with("width", width).with("height", height)
}

fn run(model: &Model, place: &Place) -> Flow {
    Flow::new(plan::plan(model).unwrap(), place).unwrap()
}

fn advance(run: &mut Flow, steps: u64) {
    run.advance(&Step::from(steps), &Gate::open()).unwrap();
}

/// An engine of a law whose constants all have one value.
fn engine(law: Law, field: Field, threads: usize) -> Engine {
    Engine::new(Arc::new(law), Arc::new(field), Way::Auto, threads).unwrap()
}

#[test]
fn every_automaton_that_comes_along_can_be_read_and_runs() {
    assert_eq!(recipe::fault(), None);
    let entries: Vec<_> = Automata
        .catalogue()
        .into_iter()
        .filter(|e| loom_automata::flow::science::knows(&e.model))
        .collect();
    assert!(entries.len() >= 30, "{}", entries.len());
    for entry in entries {
        assert!(
            !entry.summary.is_empty() && !entry.citation.is_empty(),
            "{}",
            entry.name
        );
        let model = Automata.light(&entry.model);
        let mut run = run(&model, &ONE);
        let before = run.field().unwrap();
        advance(&mut run, 20);
        let after = run.field().unwrap();
        assert_ne!(*before, *after, "{}: nothing happens", entry.name);
        assert!(
            after.values().iter().all(|x| x.is_finite()),
            "{}",
            entry.name
        );
        for experiment in &entry.experiments {
            for (key, value) in &experiment.set {
                run.apply(&Input::set(key, value.clone())).unwrap();
            }
        }
        let cost = Automata.cost(&entry.model).unwrap();
        assert!(cost.host_bytes > 0 && cost.device_bytes > 0);
    }
}

#[test]
fn diffusion_keeps_the_mean_and_damps_each_wave_at_its_own_rate() {
    let (width, height) = (48usize, 36usize);
    for stencil in [Stencil::Five, Stencil::Nine] {
        for (method, dt) in [(Method::Euler, 0.2), (Method::RungeKutta, 0.4)] {
            let laplacian = Laplacian {
                stencil,
                border: Border::Torus,
                spacing: 0.8,
            };
            let law = Law::of_reaction("u' = 0*u", laplacian, method, dt).unwrap();
            let mut field = Field::new(width, height, 1).unwrap();
            let (p, q) = (
                std::f64::consts::TAU * 5.0 / width as f64,
                std::f64::consts::TAU * 3.0 / height as f64,
            );
            for y in 0..height {
                for x in 0..width {
                    field.set(0, x, y, 2.0 + (p * x as f64 + q * y as f64).cos());
                }
            }
            let start = field.clone();
            let mut engine = engine(law, field, 1);
            let steps = 50;
            for step in 0..steps {
                assert!(engine.step(step, &|_| Some(0.3)).unwrap());
            }
            let z = dt * 0.3 * stencil.eigenvalue(p, q) / (0.8 * 0.8);
            let factor = match method {
                Method::Euler => 1.0 + z,
                Method::RungeKutta => 1.0 + z + z * z / 2.0 + z.powi(3) / 6.0 + z.powi(4) / 24.0,
            };
            let factor = factor.powi(steps as i32);
            let field = engine.field();
            for y in 0..height {
                for x in 0..width {
                    let wanted = 2.0 + factor * (start.at(0, x, y) - 2.0);
                    let found = field.at(0, x, y);
                    assert!((found - wanted).abs() < 1e-12, "{stencil:?} {method:?}");
                }
            }
            let mean = field.summary(0).sum / field.cells() as f64;
            assert!((mean - 2.0).abs() < 1e-13);
        }
    }
}

#[test]
fn nothing_flows_across_a_closed_border() {
    let laplacian = Laplacian {
        stencil: Stencil::Nine,
        border: Border::NoFlux,
        spacing: 1.0,
    };
    let law = Law::of_reaction("u' = 0*u", laplacian, Method::Euler, 0.3).unwrap();
    let mut field = Field::new(33, 20, 1).unwrap();
    field.set(0, 0, 0, 5.0);
    let mut engine = engine(law, field, 2);
    for step in 0..4000 {
        engine.step(step, &|_| Some(1.0)).unwrap();
    }
    let all = engine.field().summary(0);
    assert!((all.sum - 5.0).abs() < 1e-11);
    // In the end it is even.
    assert!(all.greatest - all.least < 1e-4);
}

#[test]
fn a_reaction_without_diffusion_is_its_ordinary_differential_equation() {
    let laplacian = Laplacian {
        stencil: Stencil::Five,
        border: Border::Torus,
        spacing: 1.0,
    };
    // Logistic growth has a closed form; Runge and Kutta's error falls by 16 as dt is halved.
    let error = |method: Method, dt: f64| {
        let law = Law::of_reaction("u' = r*u*(1 - u)", laplacian, method, dt).unwrap();
        let mut field = Field::new(3, 3, 1).unwrap();
        field.fill(0, 0.1);
        let mut engine = engine(law, field, 1);
        let steps = (2.0 / dt).round() as u64;
        for step in 0..steps {
            engine
                .step(step, &|name| Some(if name == "r" { 1.5 } else { 0.0 }))
                .unwrap();
        }
        let exact = 1.0 / (1.0 + 9.0 * (-3.0f64).exp());
        (engine.field().at(0, 1, 1) - exact).abs()
    };
    let order = |method| (error(method, 0.1) / error(method, 0.05)).log2();
    assert!((order(Method::Euler) - 1.0).abs() < 0.15);
    assert!((order(Method::RungeKutta) - 4.0).abs() < 0.3);
}

#[test]
fn time_in_a_formula_is_the_clock() {
    let laplacian = Laplacian {
        stencil: Stencil::Five,
        border: Border::Torus,
        spacing: 1.0,
    };
    for method in [Method::Euler, Method::RungeKutta] {
        let law = Law::of_reaction("u' = 3*t^2", laplacian, method, 0.25).unwrap();
        let mut engine = engine(law, Field::new(4, 4, 1).unwrap(), 1);
        for step in 0..8 {
            engine.step(step, &|_| Some(0.0)).unwrap();
        }
        let found = engine.field().at(0, 2, 2);
        // Simpson's rule is exact for a cubic; Euler's sum is known too.
        let wanted = match method {
            Method::RungeKutta => 8.0,
            Method::Euler => (0..8)
                .map(|n| 0.25 * 3.0 * (0.25 * f64::from(n)).powi(2))
                .sum(),
        };
        assert!((found - wanted).abs() < 1e-12, "{method:?} {found}");
    }
}

#[test]
fn gray_scott_is_what_a_plain_loop_makes_of_it() {
    let model = sized("gray-scott", 40, 30)
        .with("stencil", "five")
        .with("F", 0.03)
        .with("k", 0.06);
    let mut run = run(&model, &Place::Cpu { threads: 2 });
    let start = run.field().unwrap();
    let (mut u, mut v) = (start.plane(0), start.plane(1));
    let (w, h) = (40, 30);
    for _ in 0..30 {
        let (a, b) = (u.clone(), v.clone());
        for y in 0..h {
            for x in 0..w {
                let i = y * w + x;
                let lap = |f: &[f64]| {
                    let (n, s) = ((y + h - 1) % h * w + x, (y + 1) % h * w + x);
                    let (l, r) = (y * w + (x + w - 1) % w, y * w + (x + 1) % w);
                    f[n] + f[s] + f[l] + f[r] - 4.0 * f[i]
                };
                let react = a[i] * b[i] * b[i];
                u[i] = a[i] + 0.2 * lap(&a) - react + 0.03 * (1.0 - a[i]);
                v[i] = b[i] + 0.1 * lap(&b) + react - 0.09 * b[i];
            }
        }
    }
    advance(&mut run, 30);
    let field = run.field().unwrap();
    for (species, wanted) in [(0, u), (1, v)] {
        for (found, wanted) in field.plane(species).iter().zip(wanted) {
            assert!((found - wanted).abs() < 1e-13);
        }
    }
}

#[test]
fn orbium_travels_with_its_published_mass() {
    let mut speeds = Vec::new();
    for engine in ["fourier", "direct"] {
        let mut run = run(&model("orbium").with("engine", engine), &ONE);
        // Its cells come from a file of 255 levels: let it settle.
        advance(&mut run, 200);
        let (mut mass, mut way, samples) = (0.0, 0.0, 300);
        let mut last = run.field().unwrap().centre(0).unwrap();
        for _ in 0..samples {
            advance(&mut run, 4);
            let field = run.field().unwrap();
            let now = field.summary(0).sum;
            // It breathes as it crosses the grid, half a cell's mass either way.
            assert!((73.0..74.4).contains(&now), "{engine}: mass {now}");
            mass += now / f64::from(samples);
            let now = field.centre(0).unwrap();
            let apart = |i: usize| {
                let d = now[i] - last[i];
                d - 128.0 * (d / 128.0).round()
            };
            way += apart(0).hypot(apart(1));
            last = now;
        }
        assert!((mass - 73.8).abs() < 0.2, "{engine}: mass {mass}");
        // 1,200 steps are 120 units of time.
        let speed = way / 120.0;
        assert!(
            (6.1..6.4).contains(&speed),
            "{engine}: {speed} cells per time unit"
        );
        speeds.push(speed);
    }
    // Roundings turn it a little; its pace stays.
    assert!((speeds[0] - speeds[1]).abs() < 0.02, "{speeds:?}");
}

#[test]
fn a_lenia_step_is_what_a_plain_loop_makes_of_it() {
    let mut run = run(&sized("orbium", 40, 36), &ONE);
    let start = run.field().unwrap();
    advance(&mut run, 1);
    let field = run.field().unwrap();
    let profile = Profile::Shells {
        radius: 13.0,
        shells: vec![1.0],
        core: Core::Polynomial,
    };
    let kernel = Kernel::new(profile, 0).unwrap();
    for y in 0..36i64 {
        for x in 0..40i64 {
            let mut sum = 0.0;
            for n in kernel.neighbours() {
                let (x, y) = (
                    (x + i64::from(n.x)).rem_euclid(40),
                    (y + i64::from(n.y)).rem_euclid(36),
                );
                sum += n.weight * start.at(0, x as usize, y as usize);
            }
            let growth = 2.0
                * (1.0 - (sum - 0.15f64).powi(2) / (9.0 * 0.015 * 0.015))
                    .max(0.0)
                    .powi(4)
                - 1.0;
            let wanted = (start.at(0, x as usize, y as usize) + 0.1 * growth).clamp(0.0, 1.0);
            let found = field.at(0, x as usize, y as usize);
            assert!((found - wanted).abs() < 1e-12, "{x}, {y}: {found} {wanted}");
        }
    }
}

#[test]
fn a_quarter_turn_before_is_a_quarter_turn_after() {
    let turned = |field: &Field| {
        let side = field.width();
        let mut turned = Field::new(side, side, field.species()).unwrap();
        for s in 0..field.species() {
            for y in 0..side {
                for x in 0..side {
                    turned.set(s, y, side - 1 - x, field.at(s, x, y));
                }
            }
        }
        turned
    };
    for kind in ["orbium", "smooth-life", "gray-scott"] {
        let plan = plan::plan(&sized(kind, 64, 64)).unwrap();
        let start = run(&sized(kind, 64, 64), &ONE).field().unwrap();
        let value = |name: &str| plan.values.get(name).copied();
        let make = |field: Field| {
            let mut engine =
                Engine::new(plan.law.clone(), Arc::new(field), Way::Direct, 1).unwrap();
            for step in 0..10 {
                engine.step(step, &value).unwrap();
            }
            (**engine.field()).clone()
        };
        let (a, b) = (turned(&make((*start).clone())), make(turned(&start)));
        for (a, b) in a.values().iter().zip(b.values()) {
            assert!((a - b).abs() < 1e-9, "{kind}");
        }
    }
}

#[test]
fn smooth_life_has_gliders() {
    let mut run = run(&model("smooth-life"), &Place::cpu());
    advance(&mut run, 300);
    let before = run.field().unwrap();
    let all = before.summary(0);
    let mean = all.sum / before.cells() as f64;
    assert!(all.greatest > 0.8 && (0.001..0.4).contains(&mean), "{mean}");
    advance(&mut run, 50);
    let after = run.field().unwrap();
    let moved = before.values().iter().zip(after.values());
    let moved = moved.filter(|(a, b)| (**a - **b).abs() > 0.3).count();
    assert!(moved > 20, "{moved}");
}

#[test]
fn the_device_is_the_processors_twin() {
    let Some(gpu) = super::device::gpu() else {
        eprintln!("no device with compute shaders: the twin is not compared");
        return;
    };
    let own = "0>0 b=1 m=0.15 s=0.03; 0>1 b=1,1/2 r=0.7 m=0.2 s=0.05 growth=gaussian; 1>0 growth=step h=0.3 m=0.2 s=0.1";
    for (model, steps) in [
        (sized("gray-scott", 100, 60), 50),
        (
            sized("gray-scott", 61, 37)
                .with("stencil", "five")
                .with("border", "closed"),
            50,
        ),
        (sized("ginzburg-landau", 64, 64), 20),
        (sized("cyclic", 50, 40), 30),
        (
            sized("reaction", 40, 40)
                .with("equations", "u' = sin(t) - u; v' = u - v")
                .with("dt", 0.001),
            20,
        ),
        (sized("orbium", 70, 61), 10),
        (sized("smooth-life", 80, 64), 10),
        (sized("lenia", 64, 64).with("kernels", own), 3),
        // A tile that does not fit into a workgroup's memory, on a torus narrower than it.
        (
            sized("lenia", 40, 100)
                .with("radius", 30.0)
                .with("start", "noise"),
            3,
        ),
    ] {
        let mut here = run(&model, &ONE);
        let mut there = run(&model, &Place::Gpu(gpu.clone()));
        advance(&mut here, steps);
        advance(&mut there, steps);
        let (a, b) = (here.field().unwrap(), there.field().unwrap());
        for (a, b) in a.values().iter().zip(b.values()) {
            let far = (a - b).abs();
            // A step growth turns a rounding at its edge into a whole step.
            let most = if model.parameters.contains_key("kernels") {
                0.5
            } else {
                2e-4
            };
            assert!(far < most, "{}: {a} {b}", model.kind);
        }
        let apart: f64 = a
            .values()
            .iter()
            .zip(b.values())
            .map(|(a, b)| (a - b).abs())
            .sum();
        assert!(
            apart / (a.values().len() as f64) < 1e-4,
            "{}: {apart}",
            model.kind
        );
    }
}

#[test]
fn a_device_draws_what_the_processor_draws() {
    let Some(gpu) = super::device::gpu() else {
        return;
    };
    let model = sized("gray-scott", 90, 50);
    let (here, there) = (run(&model, &ONE), run(&model, &Place::Gpu(gpu.clone())));
    for size in [[900, 500], [45, 25]] {
        let values = |run: &Flow| {
            let scene = run.scene(&View::new(size)).unwrap();
            let Layer::Cells(cells) = &scene.layers[0] else {
                panic!("no cells");
            };
            let CellContent::Field { values, .. } = &cells.content else {
                panic!("no field");
            };
            let list = match values {
                loom_sim::scene::Data::Host(list) => list.to_vec(),
                loom_sim::scene::Data::Device(buffer) => gpu.read(buffer).unwrap(),
            };
            (cells.width, cells.height, cells.cell, list)
        };
        let (a, b) = (values(&here), values(&there));
        assert_eq!((a.0, a.1, a.2), (b.0, b.1, b.2));
        assert!(a.3.iter().zip(&b.3).all(|(a, b)| (a - b).abs() < 1e-6));
    }
}

#[test]
fn sliders_beyond_the_time_step_are_refused_and_a_run_away_stops_at_the_last_good_step() {
    let mut run = run(&sized("gray-scott", 32, 32), &ONE);
    let refused = run.apply(&Input::set("D_u", 0.9)).unwrap_err().to_string();
    assert!(refused.contains("at most"), "{refused}");
    assert!(run.apply(&Input::set("nothing", 1.0)).is_err());
    assert!(run.apply(&Input::set("F", f64::NAN)).is_err());
    let equations = "u' = u^3 + 1; v' = -v";
    let model = sized("reaction", 16, 16)
        .with("equations", equations)
        .with("start", "empty");
    let mut run = Flow::new(plan::plan(&model).unwrap(), &ONE).unwrap();
    let error = run
        .advance(&Step::from(1_000_000u32), &Gate::open())
        .unwrap_err();
    assert!(error.to_string().contains("shorter time step"), "{error}");
    assert!(run.field().unwrap().values().iter().all(|x| x.is_finite()));
    let refused = plan::plan(&sized("gray-scott", 32, 32).with("dt", 3.0)).unwrap_err();
    assert!(refused.to_string().contains("at most 1.87"), "{refused}");
    for bad in [
        "u' = noise*u; v' = v",
        "u' = u",
        "",
        "u' = sin",
        "u[n+1] = u",
    ] {
        let made = plan::plan(&sized("reaction", 16, 16).with("equations", bad));
        assert_eq!(made.is_ok(), bad == "u' = u", "{bad}");
    }
}

#[test]
fn a_point_probe_sees_every_step() {
    let mut run = run(&sized("gray-scott", 48, 48).with("start", "seed"), &ONE);
    let mut probe = ProbeSpec::new("point");
    probe.settings = Settings::from([
        ("x".into(), Value::Integer(3)),
        ("y".into(), Value::Integer(-2)),
    ]);
    run.attach(&probe).unwrap();
    advance(&mut run, 25);
    let Some(Reading::Series(series)) = run.read(&probe) else {
        panic!("no series");
    };
    assert_eq!(series.at.len(), 26);
    assert_eq!(series.columns.len(), 2);
    let last = series.columns[1].values[25];
    assert_eq!(last, run.field().unwrap().at(1, 27, 22));
    assert!(run.attach(&ProbeSpec::new("population")).is_err());
}

#[test]
fn a_map_shows_all_patterns_at_once_and_moves_the_run() {
    let subject = Subject::State {
        model: model("gray-scott"),
        capture: None,
    };
    let scan = Automata
        .analyses()
        .into_iter()
        .find(|a| a.key() == "scan")
        .unwrap();
    assert!(scan.fits(&model("gray-scott")) && !scan.fits(&model("acorn")));
    let settings = Settings::from([
        ("columns".into(), Value::Integer(96)),
        ("rows".into(), Value::Integer(48)),
        ("steps".into(), Value::Integer(400)),
        ("over".into(), Value::from("F")),
        ("against".into(), Value::from("k")),
    ]);
    let report = scan.run(&subject, &settings, &Job::quiet()).unwrap();
    let plot = &report.plots[0];
    assert_eq!(plot.sets.as_deref(), Some("F"));
    assert_eq!(plot.sets_up.as_deref(), Some("k"));
    let keys: Vec<String> =
        loom_sim::variation::variable(&Automata.parameters(&model("orbium")).unwrap())
            .map(|p| p.key.clone())
            .collect();
    assert_eq!(keys, ["mu", "sigma"]);
    let keys: Vec<String> =
        loom_sim::variation::variable(&Automata.parameters(&model("gray-scott")).unwrap())
            .map(|p| p.key.clone())
            .collect();
    assert_eq!(keys, ["F", "k", "D_u", "D_v"]);
    let population = Automata
        .analyses()
        .into_iter()
        .find(|a| a.key() == "population")
        .unwrap();
    assert!(!population.fits(&model("orbium")) && population.fits(&model("acorn")));
}

#[test]
fn a_varied_constant_equal_everywhere_changes_nothing() {
    let plan = plan::plan(&sized("gray-scott", 40, 24)).unwrap();
    let start = run(&sized("gray-scott", 40, 24), &ONE).field().unwrap();
    let value = |name: &str| plan.values.get(name).copied();
    let mut plain = Engine::new(plan.law.clone(), start.clone(), Way::Auto, 1).unwrap();
    let varied = ["k", "F"].map(|name| (name.to_owned(), vec![plan.values[name]; 40 * 24]));
    let mut mapped =
        Engine::varied(plan.law.clone(), start, Way::Auto, 1, varied.to_vec()).unwrap();
    for step in 0..20 {
        plain.step(step, &value).unwrap();
        mapped.step(step, &value).unwrap();
    }
    let far = plain.field().values().iter().zip(mapped.field().values());
    assert!(far.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max) < 1e-14);
}

fn case(model: Model, edit: Edit, set: Input) -> Case {
    Case {
        science: Arc::new(Automata),
        model,
        place: Place::cpu(),
        steps: Step::from(40u32),
        single_steps: 10,
        edit: Some(edit.input().stroke(1)),
        set: Some(set),
        probe: Some(ProbeSpec::new("mass")),
        endless: Step::from(100_000_000u32),
    }
}

fn stroke() -> Edit {
    Edit::Paint {
        from: [-20.0, 3.0],
        to: [12.5, -7.0],
        radius: 4.0,
        amount: 0.4,
        species: 0,
    }
}

#[test]
fn reaction_and_diffusion_conform() {
    check(&case(
        sized("gray-scott", 90, 70),
        stroke(),
        Input::set("F", 0.05),
    ))
    .unwrap();
    let exact = sized("barkley", 50, 64)
        .with("method", "rk4")
        .with("border", "closed");
    check(&case(exact, stroke(), Input::set("a", 0.6))).unwrap();
}

#[test]
fn lenia_and_smooth_life_conform() {
    let placed = Edit::Creature {
        name: "gyrorbium".into(),
        at: [10.0, -30.0],
        quarters: 1,
    };
    check(&case(
        sized("orbium", 96, 80),
        placed,
        Input::set("sigma", 0.016),
    ))
    .unwrap();
    check(&case(
        sized("smooth-life", 70, 70),
        stroke(),
        Input::set("b1", 0.26),
    ))
    .unwrap();
}

#[test]
fn fields_on_a_device_conform() {
    let Some(gpu) = super::device::gpu() else {
        eprintln!("no device with compute shaders: nothing to hold to the rules");
        return;
    };
    for model in [sized("gray-scott", 64, 48), sized("orbium", 64, 64)] {
        let set = if model.kind == "orbium" {
            Input::set("mu", 0.16)
        } else {
            Input::set("F", 0.05)
        };
        let mut case = case(model, stroke(), set);
        case.place = Place::Gpu(gpu.clone());
        check(&case).unwrap();
    }
}

/// A file as Ready writes it, with the numbers of two chemicals in the given form.
fn vti(rule: &str, generator: &str, arrays: &str, more: &str, root: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?>\n<VTKFile type=\"ImageData\" version=\"0.1\" byte_order=\"LittleEndian\"{root}>\n\
         <RD format_version=\"2\"><description>Two chemicals &lt;b&gt;react&lt;/b&gt;.</description>\n{rule}\n{generator}\n\
         <render_settings><active_chemical value=\"b\"/></render_settings></RD>\n\
         <ImageData WholeExtent=\"0 2 0 1 0 0\" Origin=\"0 0 0\" Spacing=\"1 1 1\"><Piece Extent=\"0 2 0 1 0 0\">\
         <PointData>{arrays}</PointData></Piece></ImageData>{more}</VTKFile>"
    )
}

const FORMULA: &str = "<rule type=\"formula\" name=\"Test\" wrap=\"0\"><param name=\"timestep\">0.5</param>\
    <param name=\"D_a\">0.2</param><param name=\"k\">0.1</param>\
    <formula number_of_chemicals=\"2\">delta_a = D_a * laplacian_a - k*a*b;\n delta_b = 0.1f*laplacian_b + k*a*b;</formula></rule>";

fn opened(text: &str) -> Result<Model, String> {
    let opened = Automata.open("pattern.vti", text.as_bytes()).unwrap();
    opened.map_err(|e| e.to_string())
}

#[test]
fn readys_patterns_open_with_their_numbers() {
    let ascii = "<DataArray type=\"Float32\" Name=\"a\" format=\"ascii\">1 2 3 4 5 6</DataArray>\
                 <DataArray type=\"Float32\" Name=\"b\" format=\"ascii\">0 0 0 0.5 0 0</DataArray>";
    // Six single-precision numbers 1 to 6 and six zeros with their length in front, base64.
    let binary = "<DataArray type=\"Float32\" Name=\"a\" format=\"binary\">GAAAAAAAgD8AAABAAABAQAAAgEAAAKBAAADAQA==</DataArray>\
                  <DataArray type=\"Float32\" Name=\"b\" format=\"binary\">GAAAAAAAAAAAAAAAAAAAAAAAAD8AAAAAAAAAAA==</DataArray>";
    for arrays in [ascii, binary] {
        let model = opened(&vti(FORMULA, "", arrays, "", "")).unwrap();
        let mut run = run(&model, &ONE);
        let field = run.field().unwrap();
        assert_eq!((field.width(), field.height()), (3, 2));
        // Rows count upward there and downward here.
        assert_eq!(field.plane(0), [4.0, 5.0, 6.0, 1.0, 2.0, 3.0]);
        assert_eq!(field.at(1, 0, 0), 0.5);
        assert_eq!(run.parameters()["k"], Value::Real(0.1));
        assert_eq!(run.clock().step_time, 0.5);
        let mass = |f: &Field| f.summary(0).sum + f.summary(1).sum;
        let before = mass(&field);
        advance(&mut run, 10);
        assert!((mass(&run.field().unwrap()) - before).abs() < 1e-12);
    }
}

#[test]
fn readys_generators_fill_and_what_cannot_be_read_is_named() {
    let inbuilt = "<rule type=\"inbuilt\" name=\"Gray-Scott\"><param name=\"timestep\">1.0</param>\
        <param name=\"D_a\">0.08</param><param name=\"D_b\">0.04</param><param name=\"F\">0.035</param><param name=\"k\">0.06</param></rule>";
    let generator = "<initial_pattern_generator apply_when_loading=\"true\">\
        <overlay chemical=\"a\"><overwrite/><constant value=\"1\"/><everywhere/></overlay>\
        <overlay chemical=\"b\"><overwrite/><constant value=\"0.25\"/><rectangle><point3D x=\"0\" y=\"0\" z=\"0\"/><point3D x=\"0.4\" y=\"0.6\" z=\"1\"/></rectangle></overlay>\
        <overlay chemical=\"a\"><subtract/><other_chemical chemical=\"b\"/><everywhere/></overlay></initial_pattern_generator>";
    let model = opened(&vti(inbuilt, generator, "", "", "")).unwrap();
    let run = run(&model, &ONE);
    let field = run.field().unwrap();
    assert_eq!(field.plane(1), [0.0, 0.0, 0.0, 0.25, 0.0, 0.0]);
    assert_eq!(field.at(0, 0, 1), 0.75);
    let kernel = FORMULA.replace("\"formula\"", "\"kernel\"");
    let deep = vti(FORMULA, "", "", "", "").replace("0 1 0 0\" Origin", "0 1 0 5\" Origin");
    let noisy = generator.replace("constant value=\"1\"", "perlin_noise x=\"1\"");
    for (text, what) in [
        (vti(&kernel, "", "", "", ""), "OpenCL"),
        (deep, "three dimensions"),
        (vti(inbuilt, &noisy, "", "", ""), "perlin_noise"),
        (vti(FORMULA, "", "", "", ""), "no numbers"),
        (vti("", "", "", "", ""), "no rule"),
        ("<VTKFile type=\"UnstructuredGrid\"/>".into(), "meshes"),
        ("nothing".into(), "XML"),
    ] {
        let error = opened(&text).unwrap_err();
        assert!(error.contains(what), "{what}: {error}");
    }
}

proptest::proptest! {
    #[test]
    fn no_bytes_break_the_reader_of_patterns(cut in 0usize..900, at in 0usize..900, with in "\\PC{0,4}") {
        let array = "<DataArray type=\"Float32\" NumberOfComponents=\"2\" format=\"appended\" offset=\"0\"/>";
        let data = "<AppendedData encoding=\"base64\">_AQAAAACAAAAAAAAANAAAAA==eJztwQEBAAAAgJD+r+4ICgAA</AppendedData>";
        let mut text = vti(FORMULA, "", array, data, " compressor=\"vtkZLibDataCompressor\"");
        let place = |text: &str, at: usize| (0..=at.min(text.len())).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
        let at = place(&text, at);
        text.insert_str(at, &with);
        let cut = place(&text, text.len().saturating_sub(cut));
        let _ = opened(&text[..cut]);
    }
}
