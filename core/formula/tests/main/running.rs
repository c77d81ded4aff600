//! Runs: the back ends against each other, and against what is known of the systems.

use loom_formula::{Backend, Clock, EnsembleStepper, Scheme, Stepper, System};

fn lorenz() -> System {
    System::parse("x' = sigma*(y - x); y' = x*(rho - z) - y; z' = x*y - beta*z").unwrap()
}

#[test]
fn a_step_is_the_classical_runge_kutta_step() {
    let decay = System::parse("x' = -x").unwrap();
    let mut state = [1.0];
    let mut clock = Clock::new(0.1);
    Stepper::interpreted(&decay, Scheme::Rk4)
        .run(&mut state, &mut clock, &[], 1)
        .unwrap();
    let h = 0.1_f64;
    let taylor = 1.0 - h + h * h / 2.0 - h.powi(3) / 6.0 + h.powi(4) / 24.0;
    assert!((state[0] - taylor).abs() < 1e-15);
}

#[test]
fn the_order_of_the_method_is_four() {
    let forced = System::parse("x' = -x + cos(t)").unwrap();
    let stepper = Stepper::new(&forced, Scheme::Rk4);
    // x(0) = ½ solves x = (cos t + sin t)/2.
    let error = |n: u64| {
        let mut state = [0.5];
        let mut clock = Clock::new(2.0 / n as f64);
        stepper.run(&mut state, &mut clock, &[], n).unwrap();
        (state[0] - 0.5 * (2.0_f64.cos() + 2.0_f64.sin())).abs()
    };
    let ratio = error(20) / error(40);
    assert!((ratio.log2() - 4.0).abs() < 0.2, "order {}", ratio.log2());
}

#[test]
fn cutting_a_run_into_pieces_changes_nothing() {
    let system = System::parse("x' = v; v' = x - x^3 - d*v + g*cos(w*t)").unwrap();
    for stepper in [
        Stepper::new(&system, Scheme::Rk4),
        Stepper::interpreted(&system, Scheme::Rk4),
    ] {
        let params = [0.3, 0.5, 1.2];
        let (mut whole, mut cut) = ([0.1, 0.0], [0.1, 0.0]);
        let mut clock = Clock::starting_at(3.0, 0.013);
        stepper.run(&mut whole, &mut clock, &params, 1000).unwrap();
        let mut clock = Clock::starting_at(3.0, 0.013);
        for piece in [1, 99, 0, 400, 500] {
            stepper.run(&mut cut, &mut clock, &params, piece).unwrap();
        }
        assert_eq!(whole, cut);
        assert_eq!(clock.step, 1000);
    }
}

#[test]
fn wrong_lengths_are_refused() {
    let stepper = Stepper::interpreted(&lorenz(), Scheme::Rk4);
    let mut clock = Clock::new(0.01);
    let error = stepper
        .run(&mut [0.0; 2], &mut clock, &[0.0; 3], 1)
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the state has 2 values, but the system needs 3"
    );
    assert!(
        stepper
            .run(&mut [0.0; 3], &mut clock, &[0.0; 2], 1)
            .is_err()
    );
    let ensemble = EnsembleStepper::new(&lorenz(), Scheme::Rk4);
    assert!(
        ensemble
            .run(&mut [0.0; 8], 3, &mut clock, &[0.0; 3], 1)
            .is_err()
    );
}

#[test]
fn members_of_an_ensemble_are_single_runs() {
    let system = System::parse("x[n+1] = r*x[n]*(1 - x[n])").unwrap();
    let members = 45;
    let ensemble = EnsembleStepper::with_member_parameters(&system, Scheme::Iterate, &["r"]);
    assert_eq!((ensemble.rows(), ensemble.parameters()), (2, 0));
    let mut state: Vec<f64> = (0..2 * members)
        .map(|place| {
            if place < members {
                0.3
            } else {
                3.5 + 0.01 * (place - members) as f64
            }
        })
        .collect();
    ensemble
        .run(&mut state, members, &mut Clock::new(1.0), &[], 50)
        .unwrap();
    let single = Stepper::interpreted(&system, Scheme::Iterate);
    for member in 0..members {
        let mut x = [0.3];
        single
            .run(&mut x, &mut Clock::new(1.0), &[state[members + member]], 50)
            .unwrap();
        assert_eq!(x[0], state[member]);
    }
}

#[test]
fn threads_change_nothing() {
    let ensemble = EnsembleStepper::new(&lorenz(), Scheme::Rk4);
    let members = 203;
    let start: Vec<f64> = (0..3 * members).map(|n| 1.0 + 0.01 * n as f64).collect();
    let run = |threads| {
        let mut state = start.clone();
        let mut clock = Clock::new(0.005);
        ensemble
            .run_threads(
                &mut state,
                members,
                &mut clock,
                &[10.0, 28.0, 8.0 / 3.0],
                100,
                threads,
            )
            .unwrap();
        state
    };
    let alone = run(1);
    assert_eq!(alone, run(2));
    assert_eq!(alone, run(7));
    assert!(ensemble.backend() == Backend::Tape || alone[0].is_finite());
}

#[test]
fn steppers_are_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Stepper>();
    shared::<EnsembleStepper>();
    shared::<System>();
}
