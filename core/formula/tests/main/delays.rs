//! Delays: how they are written, what they mean to derivatives, and steps that take them in.

use loom_formula::{Backend, Clock, EnsembleStepper, Rates, Scheme, Stepper, System};
use proptest::prelude::*;

const MACKEY_GLASS: &str = "x' = beta*x(t - tau)/(1 + x(t - tau)^n) - gamma*x";

fn fault(text: &str) -> (usize, usize, String) {
    let error = System::parse(text).unwrap_err();
    (error.line, error.column, error.message)
}

#[test]
fn a_value_before_now_is_written_as_papers_and_programs_write_it() {
    let plain = System::parse(MACKEY_GLASS).unwrap();
    assert_eq!(plain.parameters(), ["beta", "tau", "n", "gamma"]);
    assert_eq!(plain.delays().len(), 1);
    assert_eq!(plain.delays()[0].symbol, "x(t - tau)");
    assert_eq!(plain.delays()[0].delay.to_string(), "tau");
    for text in [
        "dx/dt = beta*x(t-tau)/(1 + x(t - tau)^n) - gamma*x(t)",
        "\\dot x = \\frac{\\beta x(t-\\tau)}{1 + x(t-\\tau)^n} - \\gamma x(t)",
        "\\dot{x} = \\frac{\\beta x_{t-\\tau}}{1 + x_{t-\\tau}^n} - \\gamma x",
        "x' = beta*x_tau/(1 + x_tau^n) - gamma*x",
        "x' = \\beta x_\\tau/(1 + x_\\tau^n) - \\gamma x",
    ] {
        let system = System::parse(text).unwrap();
        assert_eq!(system.delays(), plain.delays(), "{text}");
        let lookup = |name: &str| match name {
            "x" => Some(0.7),
            "x(t - tau)" => Some(1.3),
            "beta" => Some(0.2),
            "gamma" => Some(0.1),
            "n" => Some(10.0),
            _ => None,
        };
        let (ours, theirs) = (
            system.rates()[0].eval(lookup),
            plain.rates()[0].eval(lookup),
        );
        assert!((ours.unwrap() - theirs.unwrap()).abs() < 1e-15, "{text}");
    }
    let unicode = System::parse("ẋ = −x(t − τ)").unwrap();
    assert_eq!(unicode.delays()[0].symbol, "x(t - τ)");
}

#[test]
fn delays_are_formulas_of_parameters_and_each_is_counted_once() {
    let system = System::parse(
        "s = 2*tau; f(u) = tanh(u)
         x' = f(y(t - s)) + x(t - tau) + x(t - tau)
         y' = -x(t - 1.5) - y(t - a - b)",
    )
    .unwrap();
    let symbols: Vec<&str> = system.delays().iter().map(|d| d.symbol.as_str()).collect();
    assert_eq!(
        symbols,
        ["y(t - 2*tau)", "x(t - tau)", "x(t - 1.5)", "y(t - (a + b))"]
    );
    let variables: Vec<usize> = system.delays().iter().map(|d| d.variable).collect();
    assert_eq!(variables, [1, 0, 0, 1]);
    assert_eq!(system.parameters(), ["tau", "a", "b"]);
    assert_eq!(
        system.delay_values(&[3.0, 1.0, 0.5]).unwrap(),
        [6.0, 3.0, 1.5, 1.5]
    );
    let message = system.delay_values(&[3.0, -1.0, 0.5]).unwrap_err();
    assert!(message.contains("y(t - (a + b)) is -0.5"), "{message}");
    let family = System::parse("u[i]' = u[i+1](t - tau) - u[i] for i in 0..3 cyclic").unwrap();
    assert_eq!(family.delays()[2].symbol, "u[0](t - tau)");
    assert_eq!(family.delays()[2].variable, 0);
}

#[test]
fn what_is_no_delay_is_refused_where_it_stands() {
    let (line, column, message) = fault("x' = -x\ny' = x(t - 0)");
    assert_eq!((line, column), (2, 12));
    assert!(
        message.contains("write `x` for the present value"),
        "{message}"
    );
    let (_, column, message) = fault("x' = x(t + 1)");
    assert_eq!(column, 12);
    assert!(message.contains("is -1, not above 0"), "{message}");
    let (_, _, message) = fault("x' = x(t - y); y' = x");
    assert!(message.contains("depends on `y`"), "{message}");
    let (_, _, message) = fault("x' = x(t - t)");
    assert!(message.contains("depends on `t`"), "{message}");
    let (_, _, message) = fault("x' = x(t - x(t - 1))");
    assert!(message.contains("depends on `x(t - 1)`"), "{message}");
    let (_, column, message) = fault("x[n+1] = x[n] - x(t - 2)");
    assert_eq!(column, 17);
    assert!(message.contains("a map has no delays"), "{message}");
    let (_, _, message) = fault("x' = x(t - 1 > 0)");
    assert!(message.contains("the time of `x`"), "{message}");
    // Not a variable: a product, as ever.
    let forced = System::parse("x' = a*(t - tau) - x").unwrap();
    assert!(forced.delays().is_empty());
    assert!(!forced.is_autonomous());
    assert!(System::parse(MACKEY_GLASS).unwrap().is_autonomous());
}

#[test]
fn latex_shows_the_time_of_a_delayed_value() {
    let system = System::parse("x' = -mu*sin(x(t - tau)) - x(t - 2*s)^3").unwrap();
    assert_eq!(
        system.latex_lines(),
        [r"\dot{x} = -\mathrm{mu} \sin\left(x\left(t - \tau\right)\right) - x\left(t - 2 s\right)^{3}"
            .replace(r"\mathrm{mu}", r"\mu")]
    );
    assert_eq!(
        system.delayed_jacobian()[0][0].to_latex(),
        r"-\mu \cos\left(x\left(t - \tau\right)\right)"
    );
    let again = System::parse(&system.latex_lines()[0]).unwrap();
    assert_eq!(again.rates(), system.rates());
}

#[test]
fn the_past_is_a_variable_of_its_own_to_derivatives() {
    let system = System::parse("x' = y*x(t - 1)^2 - x; y' = x(t - 1) - y(t - 2)*y").unwrap();
    let text = |rows: Vec<Vec<loom_formula::Expr>>| -> Vec<Vec<String>> {
        let row = |row: Vec<loom_formula::Expr>| row.iter().map(ToString::to_string).collect();
        rows.into_iter().map(row).collect()
    };
    assert_eq!(
        text(system.jacobian()),
        [["-1", "x(t - 1)^2"], ["0", "-y(t - 2)"]]
    );
    let lookup = |name: &str| match name {
        "x" => Some(0.3),
        "y" => Some(0.7),
        "x(t - 1)" => Some(1.1),
        "y(t - 2)" => Some(-0.4),
        _ => None,
    };
    let found: Vec<f64> = system
        .delayed_jacobian()
        .iter()
        .flatten()
        .map(|entry| entry.eval(lookup).unwrap())
        .collect();
    for (found, exact) in found.iter().zip([0.7 * 2.0 * 1.1, 0.0, 1.0, -0.7]) {
        assert!((found - exact).abs() < 1e-15);
    }
    let wide = system.variational(2);
    assert_eq!(wide.dimension(), 6);
    assert_eq!(wide.delays().len(), 6);
    assert_eq!(wide.delays()[4].symbol, "∂1 x(t - 1)");
    assert_eq!(wide.delays()[4].variable, 4);
    assert_eq!(wide.delays()[5].variable, 5);
    assert!(wide.rates()[4].to_string().contains("∂1 x(t - 1)"));
}

/// One step of Mackey and Glass's equation by hand.
fn by_hand(x: f64, past: [f64; 3], [beta, _, n, gamma]: [f64; 4], h: f64) -> f64 {
    let f = |x: f64, d: f64| beta * d / (1.0 + d.powf(n)) - gamma * x;
    let k1 = f(x, past[0]);
    let k2 = f(x + h / 2.0 * k1, past[1]);
    let k3 = f(x + h / 2.0 * k2, past[1]);
    let k4 = f(x + h * k3, past[2]);
    x + h / 6.0 * (k1 + 2.0 * (k2 + k3) + k4)
}

#[test]
fn a_step_takes_the_past_at_its_beginning_middle_and_end_on_every_back_end() {
    let system = System::parse(MACKEY_GLASS).unwrap();
    let params = [0.2, 17.0, 10.0, 0.1];
    assert_eq!(system.delayed_rows(Scheme::Rk4), 3);
    let members = 37;
    let rows: Vec<f64> = (0..4 * members).map(|i| 0.4 + 0.013 * i as f64).collect();
    let tape = EnsembleStepper::interpreted(&system, Scheme::Rk4, &[]);
    assert_eq!(tape.rows(), 4);
    let mut reference = rows.clone();
    tape.run(&mut reference, members, &mut Clock::new(0.1), &params, 1)
        .unwrap();
    for m in 0..members {
        let past = [1, 2, 3].map(|row| rows[row * members + m]);
        let exact = by_hand(rows[m], past, params, 0.1);
        assert!((reference[m] - exact).abs() < 1e-13);
    }
    assert_eq!(reference[members..], rows[members..], "the past stays");
    for backend in [Backend::Cranelift, Backend::Avx2, Backend::Avx512] {
        if let Ok(stepper) = EnsembleStepper::with_backend(&system, Scheme::Rk4, &[], backend) {
            let mut state = rows.clone();
            stepper
                .run(&mut state, members, &mut Clock::new(0.1), &params, 1)
                .unwrap();
            assert_eq!(state, reference, "{backend}");
        }
    }
    for backend in [
        Backend::Tape,
        Backend::Cranelift,
        Backend::Avx2,
        Backend::Avx512,
    ] {
        let Ok(stepper) = Stepper::with_backend(&system, Scheme::Rk4, backend) else {
            continue;
        };
        for m in [0, 20] {
            let state: Vec<f64> = (0..4).map(|row| rows[row * members + m]).collect();
            let mut run = stepper.start(&state, Clock::new(0.1), &params).unwrap();
            run.step_delayed(&state[1..]);
            assert_eq!(run.state(), [reference[m]], "{backend}");
        }
    }
}

#[test]
fn time_and_the_past_go_together() {
    let system = System::parse("x' = cos(w*t) - x(t - 1)*y; y' = x(t - 1) - y(t - 3)").unwrap();
    let state = [0.3, 0.7, 0.1, -0.2, 0.15, -0.25, 0.2, -0.3, 0.5];
    let state = &state[..2 + 6];
    let params = [2.0];
    let clock = Clock::starting_at(1.0, 0.05);
    let found: Vec<Vec<f64>> = [Backend::Tape, Backend::Cranelift]
        .into_iter()
        .filter_map(|backend| Stepper::with_backend(&system, Scheme::Rk4, backend).ok())
        .map(|stepper| {
            let mut run = stepper.start(state, clock, &params).unwrap();
            run.step_delayed(&state[2..]);
            run.step_delayed(&state[2..]);
            run.state().to_vec()
        })
        .collect();
    assert!(found.windows(2).all(|two| two[0] == two[1]));
    let rates = Rates::new(&system);
    let mut run = rates.start(&params).unwrap();
    let mut out = [0.0; 2];
    run.at(1.5, &[0.3, 0.7, 0.1, -0.2], &mut out);
    assert!((out[0] - (3.0_f64.cos() - 0.1 * 0.7)).abs() < 1e-15);
    assert!((out[1] - 0.3).abs() < 1e-15);
}

#[test]
fn a_state_without_its_past_is_refused() {
    let system = System::parse(MACKEY_GLASS).unwrap();
    let stepper = Stepper::new(&system, Scheme::Rk4);
    let error = stepper
        .run(&mut [0.5], &mut Clock::new(0.1), &[0.2, 17.0, 10.0, 0.1], 1)
        .unwrap_err();
    assert_eq!((error.found, error.needed), (1, 4));
}

proptest! {
    #[test]
    fn no_text_with_delays_makes_the_reader_panic(text in "[xyt()\\-+ *0-9_τ{}\\\\a\\[\\]',]{0,60}") {
        let _ = System::parse(&format!("x' = {text}"));
        let _ = System::parse(&format!("x' = y(t - {text}); y' = x"));
        let _ = System::parse(&format!("x[n+1] = x{text}"));
    }
}
