//! The interpreter, Cranelift, AVX2 and AVX-512 give the same bits for random formulas.

use crate::language::expressions;
use loom_formula::{
    Backend, Clock, EnsembleStepper, Expr, Function, Rates, Scheme, Stepper, System, Tape,
    elementary,
};
use proptest::prelude::*;

const ALL: [Backend; 4] = [
    Backend::Tape,
    Backend::Cranelift,
    Backend::Avx2,
    Backend::Avx512,
];

/// The backends that this machine has; without AVX-512 or AVX2 the others are still compared.
fn ensembles(system: &System, scheme: Scheme, varying: &[&str]) -> Vec<EnsembleStepper> {
    let found: Vec<EnsembleStepper> = ALL
        .into_iter()
        .filter_map(|backend| EnsembleStepper::with_backend(system, scheme, varying, backend).ok())
        .collect();
    assert_eq!(found[0].backend(), Backend::Tape);
    #[cfg(target_arch = "x86_64")]
    {
        let has = |backend| found.iter().any(|stepper| stepper.backend() == backend);
        assert!(has(Backend::Avx2) || !std::arch::is_x86_feature_detected!("avx2"));
        assert!(has(Backend::Avx512) || !std::arch::is_x86_feature_detected!("avx512dq"));
    }
    found
}

fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()
}

/// Runs a system by every back end and by single runs, and compares all results.
fn agree(system: &System, scheme: Scheme, start: &[[f64; 3]], params: &[f64], steps: u64) {
    let members = start.len();
    let rows: Vec<f64> = (0..3)
        .flat_map(|row| start.iter().map(move |member| member[row]))
        .collect();
    let clock = Clock {
        start: 0.25,
        dt: 0.125,
        step: 7,
    };
    let mut singles = vec![
        Stepper::interpreted(system, scheme),
        Stepper::with_backend(system, scheme, Backend::Cranelift).unwrap(),
    ];
    for backend in [Backend::Avx2, Backend::Avx512] {
        singles.extend(Stepper::with_backend(system, scheme, backend).ok());
    }
    let mut expected = rows.clone();
    for (number, single) in singles.iter().enumerate() {
        for member in 0..members {
            let mut state = start[member];
            single
                .run(&mut state, &mut clock.clone(), params, steps)
                .unwrap();
            for (row, value) in state.into_iter().enumerate() {
                let place = row * members + member;
                if number == 0 {
                    expected[place] = value;
                }
                assert!(
                    same(value, expected[place]),
                    "{}: {value:e} is not {:e} for member {:?}, row {row}, {:?}",
                    single.backend(),
                    expected[place],
                    start[member],
                    system.rates()
                );
            }
        }
    }
    for stepper in ensembles(system, scheme, &[]) {
        let mut state = rows.clone();
        stepper
            .run(&mut state, members, &mut clock.clone(), params, steps)
            .unwrap();
        for (place, (found, expected)) in state.iter().zip(&expected).enumerate() {
            assert!(
                same(*found, *expected),
                "{}: {found:e} is not {expected:e} for member {:?}, row {}, {:?}",
                stepper.backend(),
                start[place % members],
                place / members,
                system.rates()
            );
        }
    }
}

/// Right-hand sides alone, at each start and at some times, against the interpreter.
fn rates_agree(system: &System, start: &[[f64; 3]], params: &[f64]) {
    let tape = Tape::new(&system.program());
    let rates = Rates::new(system);
    let mut run = rates.start(params).unwrap();
    let (mut found, mut expected) = ([0.0; 3], [0.0; 3]);
    for state in start {
        for t in [0.0, 0.7, -3.25] {
            run.at(t, state, &mut found);
            tape.eval(state, params, t, &mut expected);
            for (a, b) in found.iter().zip(&expected) {
                assert!(
                    same(*a, *b),
                    "{a:e} is not {b:e} at {state:?}, t = {t}, {:?}",
                    system.rates()
                );
            }
        }
    }
}

fn values() -> impl Strategy<Value = f64> {
    prop_oneof![
        8 => -4.0..4.0_f64,
        2 => -1000.0..1000.0_f64,
        1 => prop::sample::select(&[
            0.0, -0.0, 1.0, -1.0, 0.5, 2.0, 1e300, -1e300, 1e-310, f64::INFINITY,
            f64::NEG_INFINITY, f64::NAN, 1e9, 3.0e17, 710.0, -745.5,
        ][..]),
    ]
}

fn system_of(rates: &[Expr], map: bool) -> System {
    let mark = |name: &str| {
        if map {
            format!("next {name}")
        } else {
            format!("{name}'")
        }
    };
    let lines: Vec<String> = ["x", "y", "z"]
        .iter()
        .zip(rates)
        .map(|(name, rate)| format!("{} = {rate}", mark(name)))
        .collect();
    System::parse(&lines.join("\n")).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn back_ends_agree_on_random_systems(
        rates in prop::collection::vec(expressions(&["x", "y", "z", "a", "b", "t"], 5), 3),
        map in any::<bool>(),
        start in prop::collection::vec([values(), values(), values()], 1..30),
        params in [values(), values()],
        steps in 1..4_u64,
    ) {
        let system = system_of(&rates, map);
        let scheme = if map { Scheme::Iterate } else { Scheme::Rk4 };
        let given: Vec<f64> = system
            .parameters()
            .iter()
            .map(|name| if name == "a" { params[0] } else { params[1] })
            .collect();
        agree(&system, scheme, &start, &given, steps);
        rates_agree(&system, &start, &given);
    }

    /// Functions of one kind at arguments that do and don't depend on each other: what is carried
    /// out in the lanes of one register.
    #[test]
    fn functions_side_by_side_have_the_bits_of_the_interpreter(
        functions in prop::collection::vec(
            prop::sample::select(&["sin", "cos", "tan", "exp", "log", "tanh", "cosh", "atan",
                "cbrt", "asin", "sqrt"][..]),
            7,
        ),
        arguments in prop::collection::vec(
            prop::sample::select(&["x", "y", "z", "a*x", "x + y", "2*z", "y*t", "t", "x^a", "z^b",
                "y^a", "a", "f", "b*g", "f*g"][..]),
            7,
        ),
        start in prop::collection::vec([values(), values(), values()], 1..8),
        params in [values(), values()],
    ) {
        // `f` and `g` are functions themselves, so that others can be applied to them.
        let call = |k: usize| {
            let argument = arguments[k];
            let argument = if k < 2 && argument.contains(['f', 'g']) { "x" } else { argument };
            let argument = if k < 3 && argument.contains('g') { "y" } else { argument };
            format!("{}({argument})", functions[k])
        };
        let text = format!(
            "f = {}; g = {}; x' = a*{} + f*{}; y' = {} - {}*g; z' = b*{} + 0*x",
            call(0), call(2), call(1), call(3), call(4), call(5), call(6),
        );
        let system = System::parse(&text).unwrap();
        let given: Vec<f64> = system
            .parameters()
            .iter()
            .map(|name| if name == "a" { params[0] } else { params[1] })
            .collect();
        rates_agree(&system, &start, &given);
    }
}

/// Every function at special and ordinary points, against the function called directly.
#[test]
fn every_function_is_compiled_to_the_bits_of_its_own_evaluation() {
    let mut points = vec![
        0.0,
        -0.0,
        0.5,
        -0.5,
        1.0,
        -1.0,
        1.5,
        2.5,
        -2.5,
        3.0,
        1e-300,
        -1e-310,
        5e-324,
        1e300,
        -1e300,
        f64::MAX,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
        709.8,
        -745.2,
        1e5,
        -3e9,
        1e17,
        0.9999999999999999,
        1.0000000000000002,
        0.55,
        -0.4375,
        2.4375,
    ];
    points.extend((0..60).map(|n| (f64::from(n) - 30.0) * 0.37));
    for function in Function::ALL {
        let text = if function.arity() == 1 {
            format!("next x = {}(y); next y = y; next z = z", function.name())
        } else {
            format!("next x = {}(y, z); next y = z; next z = y", function.name())
        };
        let system = System::parse(&text).unwrap();
        let start: Vec<[f64; 3]> = points
            .iter()
            .enumerate()
            .map(|(n, y)| [0.0, *y, points[(n * 7 + 3) % points.len()]])
            .collect();
        agree(&system, Scheme::Iterate, &start, &[], 1);
        if function == Function::Sin {
            let mut state = [0.0, 1.25, 0.0];
            Stepper::new(&system, Scheme::Iterate)
                .run(&mut state, &mut Clock::new(1.0), &[], 1)
                .unwrap();
            assert_eq!(state[0], elementary::sin(1.25));
        }
    }
}

#[test]
fn rows_that_change_places_and_constants_are_carried_right() {
    let system = System::parse("next x = y; next y = z; next z = 2").unwrap();
    agree(
        &system,
        Scheme::Iterate,
        &[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]],
        &[],
        1,
    );
    agree(&system, Scheme::Iterate, &[[1.0, 2.0, 3.0]; 25], &[], 2);
    let swap = System::parse("next x = y; next y = x; next z = t").unwrap();
    agree(&swap, Scheme::Iterate, &[[1.0, 2.0, 3.0]; 9], &[], 3);
    let parameter = System::parse("next x = a; next y = a*b; next z = x").unwrap();
    agree(
        &parameter,
        Scheme::Iterate,
        &[[1.0, 2.0, 3.0]; 9],
        &[0.3, 7.0],
        3,
    );
}

#[test]
fn wide_systems_spill_and_still_agree() {
    let text = "dx[i]/dt = (x[i+1] - x[i-2])*x[i-1] - x[i] + F + sin(x[i+3]) for i in 0..N cyclic";
    let system = System::parse_with_sizes(text, &[("N", 24)]).unwrap();
    let members = 29;
    let start: Vec<f64> = (0..24 * members)
        .map(|n| 8.0 + 0.01 * (n % 37) as f64)
        .collect();
    let mut expected: Option<Vec<f64>> = None;
    for stepper in ensembles(&system, Scheme::Rk4, &[]) {
        let mut state = start.clone();
        stepper
            .run(&mut state, members, &mut Clock::new(0.01), &[8.0], 20)
            .unwrap();
        assert!(state.iter().all(|value| value.is_finite()));
        match &expected {
            Some(expected) => assert_eq!(&state, expected, "{}", stepper.backend()),
            None => expected = Some(state),
        }
    }
}

/// Lorenz (1996) with two thousand variables: too many operations for Cranelift.
#[test]
fn a_wide_single_run_is_compiled_in_good_time() {
    let text = "dx[i]/dt = (x[i+1] - x[i-2])*x[i-1] - x[i] + F*cos(t) for i in 0..N cyclic";
    let system = System::parse_with_sizes(text, &[("N", 2000)]).unwrap();
    let start = std::time::Instant::now();
    let stepper = Stepper::new(&system, Scheme::Rk4);
    assert!(start.elapsed().as_secs() < 5);
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        assert_eq!(stepper.backend(), Backend::Avx2);
    }
    let begin: Vec<f64> = (0..2000).map(|n| 8.0 + 0.01 * f64::from(n % 37)).collect();
    let run = |stepper: &Stepper| {
        let mut state = begin.clone();
        let mut clock = Clock::new(0.01);
        stepper.run(&mut state, &mut clock, &[8.0], 3).unwrap();
        stepper.run(&mut state, &mut clock, &[8.0], 2).unwrap();
        state
    };
    assert_eq!(
        run(&stepper),
        run(&Stepper::interpreted(&system, Scheme::Rk4))
    );
}

#[test]
fn wide_systems_keep_loops_on_the_gpu() {
    let text = "dx[i]/dt = (x[i+1] - x[i-2])*x[i-1] - x[i] + F*sin(t) for i in 0..N cyclic";
    let wgsl = System::parse_with_sizes(text, &[("N", 1000)])
        .unwrap()
        .to_wgsl("rhs");
    assert!(wgsl.contains("for (var i = 0u; i < 1000u; i++)"), "{wgsl}");
    assert!(wgsl.len() < 3000);
    naga_accepts(&wgsl).unwrap();
}

fn naga_accepts(text: &str) -> Result<(), String> {
    let module = naga::front::wgsl::parse_str(text)
        .map_err(|error| format!("{}\n{text}", error.emit_to_string(text)))?;
    naga::valid::Validator::new(
        naga::valid::ValidationFlags::all(),
        naga::valid::Capabilities::empty(),
    )
    .validate(&module)
    .map(|_| ())
    .map_err(|error| format!("{error:?}\n{text}"))
}

#[test]
fn parameters_of_members_are_left_as_they_are() {
    let system = System::parse("x' = r*x - x^3 + s").unwrap();
    for stepper in ensembles(&system, Scheme::Rk4, &["r"]) {
        let members = 11;
        let mut state: Vec<f64> = (0..22)
            .map(|n| {
                if n < members {
                    0.1
                } else {
                    f64::from(n as u8) * 0.1
                }
            })
            .collect();
        let before = state[members..].to_vec();
        stepper
            .run(&mut state, members, &mut Clock::new(0.05), &[0.01], 2000)
            .unwrap();
        assert_eq!(state[members..], before);
        for member in 0..members {
            let (x, r) = (state[member], state[members + member]);
            assert!(
                (r * x - x * x * x + 0.01).abs() < 1e-9,
                "{}",
                stepper.backend()
            );
        }
    }
}

proptest! {
    #[test]
    fn wgsl_is_accepted_by_naga(rates in prop::collection::vec(expressions(&["x", "y", "z", "a", "t"], 6), 3)) {
        let text = system_of(&rates, false).to_wgsl("rhs");
        naga_accepts(&text).map_err(TestCaseError::fail)?;
    }
}

#[test]
fn wgsl_divides_what_is_always_one_by_nothing() {
    let x = Expr::symbol("x");
    let rates = [
        x.clone().pow(Expr::number(0.0)) / Expr::number(-0.0),
        x.clone() / Expr::number(0.0),
        (x.clone().pow(Expr::number(0.0)) / Expr::number(-0.0)).pow(Expr::number(0.0)),
    ];
    naga_accepts(&system_of(&rates, false).to_wgsl("rhs")).unwrap();
}

#[test]
fn wgsl_names_its_helpers_after_the_function() {
    let text = System::parse("x' = sin(y)^2 + c; y' = -x")
        .unwrap()
        .to_wgsl("thomas");
    assert!(
        text.contains("fn thomas(u: array<f32, 2>, p: array<f32, 1>, t: f32) -> array<f32, 2>")
    );
    assert!(
        text.contains("fn thomas_sin(") && text.contains("thomas_sin(u[1])"),
        "{text}"
    );
    assert!(!text.contains("atan") && !text.contains("LOOM"));
    let expr = Expr::parse("atan2(y, x)")
        .unwrap()
        .to_wgsl("angle", &["y", "x"]);
    assert!(expr.contains("fn angle(a0: f32, a1: f32) -> f32"));
}

/// Twelve independent sines and cosines, nested ones, rates that are constant, a state's own, a
/// parameter, and time.
#[test]
fn packed_right_sides_have_the_bits_of_the_interpreter() {
    let systems = [
        "x' = a*sin(z) + b*cos(y); y' = b*sin(x) + a*cos(z); z' = b*sin(y) + a*cos(x)",
        "x' = sin(sin(sin(x)) + cos(y)) + sin(z); y' = cos(sin(y) + cos(z)); z' = 1",
        "x' = exp(x) + exp(-y) + exp(a*z); y' = exp(exp(-x^2)) - exp(b*y); z' = a",
        "x' = z^a/(1 + z^a)*y^b/(1 + y^b); y' = x^a + z^b; z' = t + x^(1/3)",
        "x' = y; y' = z; z' = tanh(x) + tanh(y) + cosh(z) + sinh(x - y) + tanh(2*z)",
        "x' = sin(x) + sin(2*x) + sin(3*x) + sin(4*x) + sin(5*x); y' = cos(t) + cos(2*t); z' = t",
        "x' = atan2(y, x) + atan(z); y' = log(x^2 + 1) + log(y^2 + 2)*log(z^2); z' = 0",
    ];
    let start = [
        [0.3, -0.7, 1.9],
        [-2.5, 3.1, 0.0],
        [1e9, -0.0, 45.0],
        [f64::NAN, f64::INFINITY, -700.0],
    ];
    for text in systems {
        let system = System::parse(text).unwrap();
        let params: Vec<f64> = (0..system.parameters().len())
            .map(|k| 1.7 - 0.4 * k as f64)
            .collect();
        rates_agree(&system, &start, &params);
    }
}
