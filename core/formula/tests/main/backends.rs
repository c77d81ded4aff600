//! The interpreter, Cranelift, AVX2 and AVX-512 give the same bits for random formulas.

use crate::language::expressions;
use loom_formula::{
    Backend, Clock, EnsembleStepper, Expr, Function, Scheme, Stepper, System, elementary,
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
