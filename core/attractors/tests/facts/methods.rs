//! The methods that follow an orbit, held against published values, exact laws and each other.

use loom_attractors::Definition;
use loom_attractors::integrate::{Follower, Manner, Method, hamilton};
use loom_attractors::settings::Build;
use loom_attractors::{catalogue, trajectory};
use loom_sim::Settings;

fn definition(equations: &str, initial: &[f64]) -> Definition {
    let text = format!("equations = \"{equations}\"\ninitial = {initial:?}\ndt = 0.01\n");
    Definition::parse("test.toml", &text).unwrap()
}

fn manner(method: Method, tolerance: f64, dt: f64) -> Manner {
    Manner {
        method,
        tolerance,
        dt,
    }
}

/// The state at a time.
fn at(definition: &Definition, manner: Manner, time: f64) -> Vec<f64> {
    let constants = definition.values();
    let follower = Follower::new(definition, &constants, &manner).unwrap();
    let mut path = follower.start(0.0, &definition.initial).unwrap();
    let mut state = vec![0.0; definition.dimension()];
    path.at(time, &mut state).unwrap();
    state
}

fn gap(a: &[f64], b: &[f64]) -> f64 {
    let each = a.iter().zip(b).map(|(x, y)| (x - y).abs());
    each.fold(0.0, f64::max)
}

const ROBERTSON: &str = "x' = -0.04*x + 1e4*y*z; y' = 0.04*x - 1e4*y*z - 3e7*y^2; z' = 3e7*y^2";
const HENON_HEILES: &str = "x' = u; y' = v; u' = -x - 2*x*y; v' = -y - x^2 + y^2";
const STIFF: [Method; 3] = [Method::Bdf, Method::TrBdf2, Method::Esdirk34];

#[test]
fn robertsons_reaction_ends_where_the_test_set_says() {
    // W. H. Enright, T. E. Hull, B. Lindberg (1975); values of the Test Set for IVP Solvers.
    let reaction = definition(ROBERTSON, &[1.0, 0.0, 0.0]);
    let end = at(&reaction, manner(Method::Bdf, 1e-14, 0.0), 1e11);
    assert!(
        (end[0] / 0.2083340149701255e-7 - 1.0).abs() < 1e-4,
        "{end:?}"
    );
    assert!(
        (end[1] / 0.8333360770334713e-13 - 1.0).abs() < 1e-4,
        "{end:?}"
    );
    assert!((end[2] - 0.999999979166505).abs() < 1e-9, "{end:?}");
    for method in STIFF {
        let middle = at(&reaction, manner(method, 1e-9, 0.0), 40.0);
        assert!(
            (middle[0] - 0.7158270688).abs() < 1e-6,
            "{method:?} {middle:?}"
        );
        assert!(
            (middle[1] - 9.185534765e-6).abs() < 1e-9,
            "{method:?} {middle:?}"
        );
        // Substance is neither made nor lost.
        assert!((middle.iter().sum::<f64>() - 1.0).abs() < 1e-7);
    }
}

#[test]
fn van_der_pols_relaxation_is_followed_for_two_thousand_time_units() {
    // Test Set for IVP Solvers, vdpol.f of 2006: εx″ = (1 − x²)x′ − x with ε = 10⁻⁶ from (2, 0),
    // its solution at s = 2. That ε is μ = 1000 in the stretched time s = t/μ.
    let oscillator = definition("x' = v; v' = 1000*(1 - x^2)*v - x", &[2.0, 0.0]);
    let end = at(&oscillator, manner(Method::Bdf, 1e-10, 0.0), 2000.0);
    assert!((end[0] - 1.706167732170483).abs() < 1e-6, "{end:?}");
    // dx/ds = μ dx/dt.
    assert!(
        (1000.0 * end[1] + 0.8928097010247975).abs() < 1e-6,
        "{end:?}"
    );
}

#[test]
fn stiff_methods_agree_with_dormand_and_prince_where_nothing_is_stiff() {
    for name in ["Lorenz", "Rossler", "Chua"] {
        let system = catalogue::named(name).unwrap();
        let time = 2.0 * system.period;
        let exact = at(&system, manner(Method::Dop853, 1e-13, 0.0), time);
        for (method, tolerance) in [(Method::Bdf, 1e-11), (Method::Esdirk34, 1e-9)] {
            let own = at(&system, manner(method, tolerance, 0.0), time);
            assert!(
                gap(&own, &exact) < 1e-4,
                "{name} {method:?}: {own:?} {exact:?}"
            );
        }
    }
}

#[test]
fn a_stiff_methods_dense_output_is_as_exact_as_its_steps() {
    let decay = definition("x' = cos(t) - 50*(x - sin(t))", &[0.0]);
    for method in STIFF {
        let constants = decay.values();
        let follower = Follower::new(&decay, &constants, &manner(method, 1e-8, 0.0)).unwrap();
        let mut path = follower.start(0.0, &[0.0]).unwrap();
        let mut x = [0.0];
        for k in 0..1000 {
            let t = f64::from(k) * 0.013;
            path.at(t, &mut x).unwrap();
            assert!((x[0] - t.sin()).abs() < 1e-5, "{method:?} {t} {x:?}");
        }
    }
}

#[test]
fn explicit_methods_say_where_a_system_is_stiff_and_only_there() {
    let stiff = |system: &Definition, method, tolerance, time| {
        let constants = system.values();
        let follower = Follower::new(system, &constants, &manner(method, tolerance, 0.0)).unwrap();
        let mut path = follower.start(0.0, &system.initial).unwrap();
        let mut state = vec![0.0; system.dimension()];
        path.at(time, &mut state).unwrap();
        path.stiff_near()
    };
    let oscillator = definition("x' = v; v' = 100*(1 - x^2)*v - x", &[2.0, 0.0]);
    let reaction = definition(ROBERTSON, &[1.0, 0.0, 0.0]);
    for method in [Method::Tsit5, Method::Dop853] {
        assert!(
            stiff(&oscillator, method, 1e-6, 200.0).is_some(),
            "{method:?}"
        );
        assert!(stiff(&reaction, method, 1e-9, 10.0).is_some(), "{method:?}");
        for name in ["Lorenz", "Rossler", "Halvorsen"] {
            let system = catalogue::named(name).unwrap();
            for tolerance in [1e-6, 1e-9, 1e-12] {
                let found = stiff(&system, method, tolerance, 100.0 * system.period);
                assert_eq!(found, None, "{name} {method:?} {tolerance}");
            }
        }
    }
    let build = Build::new(&reaction, &Settings::new()).unwrap();
    let mut plan = trajectory::Plan::new(&reaction, &build);
    plan.method = Method::Dop853;
    plan.interval = 0.01;
    let warnings = trajectory::compute(&reaction, &build, &plan)
        .unwrap()
        .warnings;
    assert!(warnings[0].contains("stiff near t = "), "{warnings:?}");
    assert!(warnings[0].contains("--method bdf"), "{warnings:?}");
}

#[test]
fn a_fixed_step_too_long_for_the_rates_is_named_as_such() {
    let reaction = definition(ROBERTSON, &[1.0, 1e-5, 0.0]);
    let build = Build::new(&reaction, &Settings::new()).unwrap();
    let plan = trajectory::Plan::new(&reaction, &build);
    let error = trajectory::compute(&reaction, &build, &plan)
        .unwrap_err()
        .to_string();
    assert!(error.contains("--method bdf"), "{error}");
}

#[test]
fn hamiltonian_systems_are_told_from_their_equations() {
    let pairs = |equations: &str, initial: &[f64]| {
        let system = definition(equations, initial);
        hamilton::pairs(&system, &system.values()).map(|p| (p.pairs, p.separable))
    };
    let start = [0.1, 0.2, 0.3, 0.4];
    assert_eq!(
        pairs(HENON_HEILES, &start).unwrap(),
        (vec![[0, 2], [1, 3]], true)
    );
    // Place and momentum side by side, masses in the equations, and the other way round.
    let side_by_side = "x' = p/2; p' = -x - y; y' = q/3; q' = -x - y^3";
    assert_eq!(
        pairs(side_by_side, &start).unwrap(),
        (vec![[0, 1], [2, 3]], true)
    );
    let separable = |equations: &str| pairs(equations, &[0.1, 1.0]).unwrap().1;
    assert!(separable("p' = -sin(q); q' = p"));
    assert!(separable("q' = p; p' = -sin(q) + cos(t)"));
    // H = (1 + q²)(1 + p²)/2 is no sum.
    assert!(!separable("q' = (1 + q^2)*p; p' = -q*(1 + p^2)"));
    for (equations, initial) in [
        ("q' = p; p' = -q - 0.1*p", &[0.1, 1.0][..]),
        ("x' = y; y' = x - x^3; z' = -z", &[0.1, 1.0, 1.0]),
        // The forces have no potential.
        ("x' = u; y' = v; u' = -x - y; v' = -y + x", &start),
    ] {
        let error = pairs(equations, initial).unwrap_err().to_string();
        assert!(error.contains("not Hamiltonian"), "{error}");
    }
    for name in ["Lorenz", "Henon"] {
        let system = catalogue::named(name).unwrap();
        assert!(hamilton::pairs(&system, &system.values()).is_err());
    }
}

#[test]
fn symplectic_methods_have_the_order_that_they_say() {
    let system = definition(HENON_HEILES, &[0.0, 0.1, 0.49, 0.0]);
    let exact = at(&system, manner(Method::Dop853, 1e-14, 0.0), 8.0);
    for (method, order, dt) in [
        (Method::Rk4, 4.0, 0.1),
        (Method::Symplectic4, 4.0, 0.4),
        (Method::Symplectic6, 6.0, 0.5),
        (Method::Gauss4, 4.0, 0.1),
    ] {
        let error = |dt: f64| gap(&at(&system, manner(method, 0.0, dt), 8.0), &exact);
        let slope = (error(dt) / error(dt / 2.0)).log2();
        assert!((slope - order).abs() < 0.4, "{method:?}: {slope}");
    }
}

#[test]
fn energy_does_not_drift_over_a_million_steps() {
    let energy = |s: &[f64]| {
        let [x, y, u, v] = [s[0], s[1], s[2], s[3]];
        0.5 * (u * u + v * v + x * x + y * y) + x * x * y - y * y * y / 3.0
    };
    let system = definition(HENON_HEILES, &[0.0, 0.1, 0.49, 0.0]);
    let constants = system.values();
    for (method, dt, steps) in [
        (Method::Symplectic4, 0.2, 1_000_000_u64),
        (Method::Symplectic6, 0.25, 1_000_000),
        (Method::Gauss4, 0.1, 100_000),
    ] {
        let follower = Follower::new(&system, &constants, &manner(method, 0.0, dt)).unwrap();
        let mut path = follower.start(0.0, &system.initial).unwrap();
        let start = energy(path.state());
        // The mean of the error over the first tenth and over the last: a drift would part them.
        let mut means = [0.0; 2];
        let mut worst = 0.0_f64;
        for step in 0..steps {
            path.advance().unwrap();
            let off = energy(path.state()) - start;
            worst = worst.max(off.abs());
            if step < steps / 10 {
                means[0] += off;
            } else if step >= steps - steps / 10 {
                means[1] += off;
            }
        }
        let drift = (means[1] - means[0]).abs() / (steps / 10) as f64;
        assert!(worst < 2e-5, "{method:?}: {worst:e}");
        assert!(drift < 0.1 * worst, "{method:?}: {drift:e} of {worst:e}");
    }
}

#[test]
fn a_symplectic_orbit_comes_back_when_its_momenta_are_turned() {
    let system = definition(HENON_HEILES, &[0.0, 0.1, 0.4, 0.1]);
    let constants = system.values();
    for method in [Method::Symplectic4, Method::Symplectic6, Method::Gauss4] {
        let follower = Follower::new(&system, &constants, &manner(method, 0.0, 0.2)).unwrap();
        let go = |from: &[f64]| {
            let mut path = follower.start(0.0, from).unwrap();
            for _ in 0..1000 {
                path.advance().unwrap();
            }
            let s = path.state();
            vec![s[0], s[1], -s[2], -s[3]]
        };
        let back = go(&go(&system.initial));
        assert!(gap(&back, &system.initial) < 1e-10, "{method:?}: {back:?}");
    }
}

#[test]
fn gauss_keeps_an_energy_that_is_no_sum() {
    let system = definition("q' = (1 + q^2)*p; p' = -q*(1 + p^2)", &[0.3, 1.0]);
    let energy = |s: &[f64]| (1.0 + s[0] * s[0]) * (1.0 + s[1] * s[1]);
    let constants = system.values();
    let follower = Follower::new(&system, &constants, &manner(Method::Gauss4, 0.0, 0.05)).unwrap();
    let mut path = follower.start(0.0, &system.initial).unwrap();
    let start = energy(path.state());
    for _ in 0..20_000 {
        path.advance().unwrap();
        assert!((energy(path.state()) - start).abs() < 1e-4);
    }
    let split = Follower::new(&system, &constants, &manner(Method::Symplectic4, 0.0, 0.05));
    let error = split.unwrap_err().to_string();
    assert!(error.contains("gauss4"), "{error}");
}

#[test]
fn every_method_names_time_and_variable_when_an_orbit_runs_away() {
    let square = definition("y' = -y; x' = x^2", &[1.0, 1.0]);
    let force = definition("q' = p; p' = 6*q^2", &[1.0, 2.0]);
    let root = definition("y' = -y; x' = -1/sqrt(x)", &[1.0, 1.0]);
    for (key, _) in Method::noiseless() {
        let method = Method::of(key).unwrap();
        let symplectic = matches!(
            method,
            Method::Symplectic4 | Method::Symplectic6 | Method::Gauss4
        );
        let system = if symplectic { &force } else { &square };
        let message = |system: &Definition, dt: f64| {
            let constants = system.values();
            let follower = Follower::new(system, &constants, &manner(method, 1e-6, dt)).unwrap();
            let mut path = follower.start(0.0, &system.initial).unwrap();
            let mut state = vec![0.0; 2];
            path.at(3.0, &mut state).unwrap_err().to_string()
        };
        let text = message(system, 0.01);
        assert!(text.contains("t = "), "{key}: {text}");
        let named = if symplectic {
            text.starts_with("q became") || text.starts_with("p became") || text.contains("gauss4")
        } else {
            text.starts_with("x became") || text.contains(" x ")
        };
        assert!(named, "{key}: {text}");
        if !method.has_fixed_steps() {
            let text = message(&root, 0.01);
            assert!(text.contains("t = 0.666"), "{key}: {text}");
            assert!(
                text.contains(" x ") || text.starts_with('x'),
                "{key}: {text}"
            );
        }
    }
}
