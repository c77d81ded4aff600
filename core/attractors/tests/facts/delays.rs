//! Delay systems: the method of steps against exact solutions, and runs in which the delay itself
//! moves.

use loom_attractors::delay::{History, Lagged, Span};
use loom_attractors::file::Measured;
use loom_attractors::integrate::Method;
use loom_attractors::settings::Build;
use loom_attractors::trajectory::{self, Plan};
use loom_attractors::{Attractors, Definition, Edit, OrbitDiagram, catalogue, own};
use loom_formula::{Clock, Rates};
use loom_sim::{
    Analysis, Gate, Input, Job, Mark, Model, Place, Science, Settings, Step, Subject, Value, View,
};

pub fn definition(equations: &str, extra: &str) -> Definition {
    let text = format!("equations = \"{equations}\"\n{extra}\n");
    Definition::parse("test.toml", &text).unwrap()
}

pub fn model_of(definition: &Definition) -> Model {
    catalogue::model_of_file("test.toml", definition)
}

pub fn subject(model: Model) -> Subject {
    Subject::State {
        model,
        capture: None,
    }
}

/// What the entries' test asks of a delay system's derivatives: with respect to the present and to
/// each value of the past.
pub fn jacobians_equal_differences(definition: &Definition) -> Result<(), String> {
    let system = &definition.system;
    let (d, m) = (definition.dimension(), system.delays().len());
    let constants = definition.values();
    let mut point: Vec<f64> = definition.initial.clone();
    point.extend((0..m).map(|k| 0.3 + 0.1 * k as f64));
    let lookup = |point: &[f64], name: &str| -> Option<f64> {
        let variables = system.variables().iter().map(String::as_str);
        let delays = system.delays().iter().map(|d| d.symbol.as_str());
        let place = variables.chain(delays).position(|known| known == name);
        let parameter = system.parameters().iter().position(|p| p == name);
        place
            .map(|i| point[i])
            .or_else(|| parameter.map(|i| constants[i]))
    };
    let rates = Rates::new(system);
    let mut run = rates.start(&constants).map_err(|e| e.to_string())?;
    let mut at = |point: &[f64]| {
        let mut out = vec![0.0; d];
        run.at(0.0, point, &mut out);
        out
    };
    let (now, then) = (system.jacobian(), system.delayed_jacobian());
    for j in 0..d + m {
        let h = 1e-4;
        let mut moved = |by: f64| {
            let mut point = point.clone();
            point[j] += by;
            at(&point)
        };
        let (far, near, back, farther) = (moved(2.0 * h), moved(h), moved(-h), moved(-2.0 * h));
        for i in 0..d {
            let slope = (8.0 * (near[i] - back[i]) - (far[i] - farther[i])) / (12.0 * h);
            let entry = if j < d { &now[i][j] } else { &then[i][j - d] };
            let exact = entry
                .eval(|name| lookup(&point, name))
                .ok_or("an unknown symbol")?;
            if (slope - exact).abs() > 1e-6 * exact.abs().max(1.0) {
                return Err(format!("∂f{i}/∂{j} is {exact}, by differences {slope}"));
            }
        }
    }
    Ok(())
}

/// What takes the place of the rule of the sum: a chaotic delay system without time in its rates
/// has an exponent 0, and as many exponents as the dimension needs.
pub fn keeps_the_rules(definition: &Definition, measured: &Measured) -> Result<(), String> {
    if measured.mean_divergence.is_some() {
        return Err("a delay system has no mean divergence".into());
    }
    if measured.spectrum.iter().sum::<f64>() >= 0.0 {
        return Err("too few exponents for the dimension".into());
    }
    if measured.spectrum[0] < 3.0 * measured.standard_error[0] {
        return Err("not chaotic".into());
    }
    let zero = measured.spectrum.iter().zip(&measured.standard_error);
    if definition.system.is_autonomous() && !zero.clone().any(|(x, e)| x.abs() <= 2.0 * e) {
        return Err(format!("no exponent is 0: {:?}", measured.spectrum));
    }
    Ok(())
}

fn follow(definition: &Definition, dt: f64, time: f64, method: Method, tolerance: f64) -> Vec<f64> {
    let mut build = Build::new(definition, &Settings::new()).unwrap();
    build.dt = dt;
    let plan = Plan {
        points: 2,
        interval: time,
        method,
        tolerance,
        ..Plan::new(definition, &build)
    };
    let rows = trajectory::compute(definition, &build, &plan).unwrap();
    rows.row(0, 1).to_vec()
}

#[test]
fn fixed_steps_are_of_fourth_order_whether_they_divide_the_delay_or_not() {
    // sin t solves x' = −x(t − π/2), which no step divides.
    let sine = definition("x' = -x(t - pi/2)", "history = [\"sin(t)\"]");
    let error = |dt: f64| (follow(&sine, dt, 8.0, Method::Rk4, 1.0)[0] - 8f64.sin()).abs();
    // Where within a step the past is read changes from one length to the next, and with it the
    // error's factor: the order is that of three halvings together.
    let order = (error(0.1) / error(0.0125)).log2() / 3.0;
    assert!((3.7..4.3).contains(&order), "order {order}");
    assert!(error(0.0125) < 1e-7);
    // Two variables and two delays: x = sin t, y = cos t.
    let two = definition(
        "x' = y(t - 2*pi); y' = -0.5*x - 0.5*y(t - pi/2)",
        "history = [\"sin(t)\", \"cos(t)\"]",
    );
    let end = follow(&two, 0.01, 20.0, Method::Rk4, 1.0);
    assert!((end[0] - 20f64.sin()).abs() < 1e-6, "{end:?}");
    assert!((end[1] - 20f64.cos()).abs() < 1e-6, "{end:?}");
}

#[test]
fn all_methods_agree_on_mackey_and_glass_before_chaos_parts_them() {
    let system = catalogue::named("MackeyGlass").unwrap();
    let exact = follow(&system, 0.1, 100.0, Method::Dop853, 1e-13)[0];
    for (dt, method, tolerance, allowed) in [
        (0.01, Method::Rk4, 1.0, 1e-8),
        (0.1, Method::Tsit5, 1e-9, 1e-7),
        (0.1, Method::Dop853, 1e-9, 1e-7),
    ] {
        let end = follow(&system, dt, 100.0, method, tolerance)[0];
        assert!((end - exact).abs() < allowed, "{method:?}: {end} {exact}");
    }
}

#[test]
fn a_step_longer_than_the_delay_is_made_in_shorter_ones() {
    let short = definition("x' = -x(t - 0.013)", "initial = [1]");
    // λ = −e^{−λτ}, the root near −1.
    let mut root = -1.0_f64;
    for _ in 0..50 {
        root = -(-root * 0.013).exp();
    }
    let from = follow(&short, 0.1, 2.0, Method::Rk4, 1.0)[0];
    let to = follow(&short, 0.1, 4.0, Method::Rk4, 1.0)[0];
    assert!((to / from - (2.0 * root).exp()).abs() < 1e-9);
}

#[test]
fn a_delay_that_is_not_above_zero_is_refused_with_its_name() {
    let text = "[[parameter]]\nkey = \"tau\"\nvalue = 1\nlow = -1\nhigh = 2\n";
    let system = definition("x' = -x(t - tau)", text);
    let model = model_of(&system).with("tau", -0.5).with("particles", 5i64);
    let message = Attractors
        .build(&model, &Place::Cpu { threads: 1 })
        .map(|_| ())
        .unwrap_err()
        .to_string();
    assert!(
        message.contains("tau") && message.contains("above 0"),
        "{message}"
    );
    let message = Definition::parse(
        "a.toml",
        "equations = \"x' = -x(t - tau)\"\n[[parameter]]\nkey = \"tau\"\nvalue = 0\n",
    )
    .unwrap_err()
    .to_string();
    assert!(message.starts_with("a.toml, line 1"), "{message}");
    for (extra, wanted) in [
        (
            "history = [\"t\", \"t\"]",
            "2 formulas and the system 1 variables",
        ),
        ("history = [\"q\"]", "`q` is not known"),
    ] {
        let text = format!("equations = \"x' = -x(t - 1)\"\n{extra}\n");
        let message = Definition::parse("a.toml", &text).unwrap_err().to_string();
        assert!(message.contains(wanted), "{message}");
    }
    let message = Definition::parse("a.toml", "equations = \"x' = -x\"\nhistory = [\"t\"]\n")
        .unwrap_err()
        .to_string();
    assert!(message.contains("only a delay system"), "{message}");
}

fn run(name: &str, particles: i64) -> Box<dyn loom_sim::Simulation> {
    let model = catalogue::model(&catalogue::named(name).unwrap()).with("particles", particles);
    Attractors
        .build(&model, &Place::Cpu { threads: 1 })
        .unwrap()
}

fn advance(run: &mut dyn loom_sim::Simulation, steps: u32) {
    run.advance(&Step::from(steps), &Gate::open()).unwrap();
}

#[test]
fn the_delay_moves_while_the_system_runs_and_the_past_is_there() {
    let mut simulation = run("MackeyGlass", 20);
    advance(&mut *simulation, 400);
    for tau in [30.0, 2.0, 58.0, 17.0] {
        simulation.apply(&Input::set("tau", tau)).unwrap();
        advance(&mut *simulation, 300);
        let x = simulation.observe()[0].as_real().unwrap();
        assert!((0.0..2.0).contains(&x), "{x}");
    }
    // What came of it is what a run of the same inputs gives again.
    let end = simulation.observe()[0].as_real().unwrap();
    let kept = simulation.capture();
    let bytes = simulation.encode(&kept).unwrap();
    advance(&mut *simulation, 50);
    let after = simulation.observe()[0].as_real().unwrap();
    let mut other = run("MackeyGlass", 20);
    let back = other.decode(&bytes).unwrap();
    other.restore(&back).unwrap();
    assert_eq!(other.observe()[0].as_real().unwrap(), end);
    advance(&mut *other, 50);
    assert_eq!(other.observe()[0].as_real().unwrap(), after);
    // A little damage is noticed, or does no harm.
    for at in (0..bytes.len()).step_by(bytes.len() / 50 + 1) {
        let mut broken = bytes.clone();
        broken[at] ^= 0x40;
        if let Ok(state) = other.decode(&broken) {
            let _ = other.restore(&state);
        }
    }
}

#[test]
fn axes_can_be_what_was_a_while_ago() {
    let simulation = {
        let mut simulation = run("MackeyGlass", 50);
        advance(&mut *simulation, 600);
        simulation
    };
    for (style, third) in [
        ("cloud", "none"),
        ("trails", "x(t - 2*tau)"),
        ("density", "none"),
    ] {
        let mut view = View::new([320, 200]);
        for (key, value) in [
            ("style", style),
            ("axis_y", "x(t - tau)"),
            ("axis_z", third),
        ] {
            view.settings.insert(key.into(), Value::from(value));
        }
        view.settings.insert("frame".into(), Value::Boolean(true));
        let scene = simulation.scene(&view).unwrap();
        assert!(scene.layers.len() >= 2, "{style}");
    }
    let declared = Attractors
        .parameters(&catalogue::model(&catalogue::named("MackeyGlass").unwrap()))
        .unwrap();
    let particles = declared.iter().find(|p| p.key == "particles").unwrap();
    assert_eq!(particles.default, Value::Integer(2000));
}

#[test]
fn an_orbit_started_by_hand_was_always_there_and_a_twin_parts_from_the_run() {
    let mut simulation = run("MackeyGlass", 3);
    advance(&mut *simulation, 100);
    simulation.apply(&Edit::Orbit(vec![1.1]).input()).unwrap();
    advance(&mut *simulation, 100);
    let mut twin = run("MackeyGlass", 3);
    twin.restore(&simulation.capture()).unwrap();
    let nudge = simulation.twin_input().unwrap();
    twin.apply(&nudge).unwrap();
    for side in [&mut simulation, &mut twin] {
        // Thirteen Lyapunov times.
        advance(&mut **side, 5_000);
    }
    let distance = simulation.difference(&twin.capture()).unwrap();
    let distance = distance.as_real().unwrap();
    assert!(distance > 1e-8 && distance.is_finite(), "{distance}");
}

#[test]
fn histories_of_blocks_and_of_single_orbits_are_the_same() {
    let system = catalogue::named("MackeyGlass").unwrap();
    let constants = system.values();
    let (one, many) = (Lagged::one(&system), Lagged::many(&system));
    let span = Span {
        steps: 700,
        keep: 20.0,
    };
    let starts = [0.5, 0.9, 1.2];
    let mut block = starts.to_vec();
    let mut past = History::constant(0.0, &block);
    many.advance(
        &mut block,
        &mut past,
        &constants,
        &mut Clock::new(0.1),
        span,
        &mut |_, _, _| Ok(()),
    )
    .unwrap();
    for (start, end) in starts.iter().zip(&block) {
        let mut point = [*start];
        let mut past = History::constant(0.0, &point);
        one.advance(
            &mut point,
            &mut past,
            &constants,
            &mut Clock::new(0.1),
            span,
            &mut |_, _, _| Ok(()),
        )
        .unwrap();
        assert_eq!(point[0], *end);
    }
}

#[test]
fn a_pasted_delay_equation_becomes_a_system() {
    let text = "x' = beta*x(t-tau)/(1+x(t-tau)^n) - gamma*x\nbeta = 0.2\ngamma = 0.1\nn = 10\ntau = 17\nx(0) = 0.9";
    let sheet = own::Sheet::read(text).unwrap();
    let made = own::compose("mine", sheet, None, &Job::quiet()).unwrap();
    let system = made.definition;
    assert_eq!(system.kind(), "delay");
    assert_eq!(system.initial, [0.9]);
    assert!((20.0..100.0).contains(&system.period), "{}", system.period);
    assert!(system.dt < 2.0);
    let again = own::Sheet::read(&own::text_of(&system)).unwrap();
    assert_eq!(again.system.delays(), system.system.delays());
    let fault = own::Sheet::read("x' = -x(t - y)\ny' = x").unwrap_err();
    assert_eq!((fault.line, fault.column), (1, 13));
    let xpp = "dx/dt = -gamma*x + beta*f(delay(x,tau))\nf(x) = x/(1+x^n)\npar tau=17, beta=0.2,gamma=0.1\np n=10\ninit x=0.9\ndone\n";
    let sheet = own::read_xpp(xpp).unwrap();
    assert_eq!(sheet.system.delays()[0].symbol, "x(t - tau)");
}

#[test]
fn the_programs_of_delay_systems_are_written_with_their_past() {
    let model = catalogue::model(&catalogue::named("MackeyGlass").unwrap());
    let program = loom_attractors::python::program(&model).unwrap();
    assert!(
        program.contains("beta*past[0]/(1 + past[0]**n) - gamma*x"),
        "{program}"
    );
    assert!(program.contains("lags = [tau]"), "{program}");
}

#[test]
fn an_orbit_diagram_carries_the_past_along() {
    let model = catalogue::model(&catalogue::named("MackeyGlass").unwrap());
    let settings: Settings = [
        ("over".to_owned(), Value::from("tau")),
        ("from".to_owned(), Value::Real(3.0)),
        ("to".to_owned(), Value::Real(15.0)),
        ("columns".to_owned(), Value::Integer(5)),
        ("points".to_owned(), Value::Integer(30)),
        ("transient".to_owned(), Value::Integer(40)),
        ("sweep".to_owned(), Value::from("up")),
    ]
    .into();
    let report = OrbitDiagram
        .run(&subject(model), &settings, &Job::quiet())
        .unwrap();
    let Mark::Points { points, .. } = &report.plots[0].marks[0] else {
        panic!("{:?}", report.plots[0].marks);
    };
    let spread = |tau: f64| {
        let ys = points.iter().filter(|p| p[0] == tau).map(|p| p[1]);
        ys.clone().fold(f64::MIN, f64::max) - ys.fold(f64::MAX, f64::min)
    };
    // Rest at x = 1, one loop, and its doubled period.
    assert!(
        points
            .iter()
            .any(|p| p[0] == 3.0 && (p[1] - 1.0).abs() < 1e-3)
    );
    assert!(spread(9.0) < 1e-2, "{}", spread(9.0));
    assert!(spread(15.0) > 1e-2, "{}", spread(15.0));
}
