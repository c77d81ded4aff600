//! Reading: accepted forms, places of faults, printing, hostile text.

use loom_formula::{Expr, Function, Relation, System, SystemKind, evaluate_constant};
use proptest::prelude::*;

fn lorenz_forms() -> [&'static str; 7] {
    [
        "dx/dt = sigma*(y - x)\ndy/dt = x*(rho - z) - y\ndz/dt = x*y - beta*z",
        "x' = sigma (y − x); y' = x (rho − z) − y; z' = x y − beta z",
        "ẋ = sigma·(y - x)\nẏ = x·(rho - z) - y\nż = x·y - beta·z",
        r"\dot{x} = \sigma (y - x) \\ \dot{y} = x (\rho - z) - y \\ \dot{z} = x y - \beta z",
        r"\dot x &= \sigma \left( y - x \right) \\ \dot y &= x (\rho - z) - y \\ \dot z &= x y - \beta z",
        r"\frac{dx}{dt} = \sigma (y-x); \frac{dy}{dt} = x(\rho-z)-y; \frac{dz}{dt} = x y-\beta z",
        "# Lorenz 1963\nd x / d t = sigma*(y - x)\nd y/dt = x*(rho - z) - y ; z′ = x*y - beta*z",
    ]
}

#[test]
fn equations_are_read_as_papers_print_them() {
    let plain = System::parse(lorenz_forms()[0]).unwrap();
    assert_eq!(plain.kind(), SystemKind::Flow);
    assert_eq!(plain.variables(), ["x", "y", "z"]);
    assert_eq!(plain.parameters(), ["sigma", "rho", "beta"]);
    assert!(plain.is_autonomous());
    for text in &lorenz_forms()[1..] {
        match System::parse(text) {
            Ok(system) => assert_eq!(system.rates(), plain.rates(), "{text}"),
            Err(error) => assert!(text.contains("d y/dt"), "{text}: {error}"),
        }
    }
}

#[test]
fn a_map_is_read_in_four_notations() {
    let forms = [
        "x[n+1] = 1 - a*x[n]^2 + y[n]; y[n+1] = b*x[n]",
        "x_{n+1} = 1 - a x_n² + y_n\ny_{n+1} = b x_n",
        "x_{n+1} = 1 - a*x_{n}**2 + y_{n}\ny_{n+1} = b*x_{n}",
        "next x = 1 - a*x^2 + y; next y = b*x",
    ];
    let henon = System::parse(forms[0]).unwrap();
    assert_eq!(henon.kind(), SystemKind::Map);
    assert_eq!(henon.parameters(), ["a", "b"]);
    for text in forms {
        assert_eq!(
            System::parse(text).unwrap().rates(),
            henon.rates(),
            "{text}"
        );
    }
}

#[test]
fn definitions_and_functions_may_come_in_any_order() {
    let chua = System::parse(
        "x' = alpha*(y - x - f(x)); y' = x - y + z; z' = -beta*y
         f(u) = m1*u + slope*(|u + 1| - |u - 1|)
         slope = (m0 - m1)/2",
    )
    .unwrap();
    assert_eq!(chua.parameters(), ["alpha", "beta", "m1", "m0"]);
    assert_eq!(
        chua.rates()[0].to_string(),
        "alpha*(y - x - (m1*x + (m0 - m1)/2*(abs(x + 1) - abs(x - 1))))"
    );
}

#[test]
fn an_indexed_family_wraps_only_where_declared() {
    let text = "dx[i]/dt = (x[i+1] - x[i-2])*x[i-1] - x[i] + F for i in 0..N cyclic\nN = 4";
    let lorenz96 = System::parse(text).unwrap();
    assert_eq!(lorenz96.variables(), ["x[0]", "x[1]", "x[2]", "x[3]"]);
    assert_eq!(lorenz96.parameters(), ["F"]);
    assert_eq!(
        lorenz96.rates()[0].to_string(),
        "(x[1] - x[2])*x[3] - x[0] + F"
    );
    assert_eq!(lorenz96.with_sizes(&[("N", 40)]).unwrap().dimension(), 40);
    let error = System::parse(&text.replace(" cyclic", "")).unwrap_err();
    assert_eq!((error.line, error.column), (1, 22));
    assert!(error.message.contains("x[-2]"), "{error}");
}

#[test]
fn boundaries_of_a_chain_are_equations_of_their_own_or_conditions() {
    let chain = "N = 5; u[0]' = 0; u[i]' = u[i-1] - 2 u[i] + u[i+1] for i in 1..N-1; u[N-1]' = 0";
    let chain = System::parse(chain).unwrap();
    assert_eq!(chain.variables(), ["u[0]", "u[1]", "u[2]", "u[3]", "u[4]"]);
    let piecewise = "u[i]' = if(i == 0, 0, i == N - 1, 0, u[i-1] - 2 u[i] + u[i+1]) for i in 0..N";
    let piecewise = System::parse_with_sizes(piecewise, &[("N", 5)]).unwrap();
    assert_eq!(piecewise.rates(), chain.rates());
}

#[test]
fn sums_and_matrices_are_unrolled() {
    let hopfield = System::parse(
        "dx[i]/dt = -x[i] + sum(j in 0..3, W[i,j]*tanh(x[j])) for i in 0..3
         W = [[0, -1, 2],
              [1,  0, 0.5],
              [w,  1, 0]]",
    )
    .unwrap();
    assert_eq!(hopfield.parameters(), ["w"]);
    assert_eq!(
        hopfield.rates()[2].to_string(),
        "-x[2] + (w*tanh(x[0]) + 1*tanh(x[1]) + 0*tanh(x[2]))"
    );
    let free = System::parse("x[i]' = sum(j in 0..2, A[i,j]*x[j]) for i in 0..2").unwrap();
    assert_eq!(free.parameters(), ["A[0,0]", "A[0,1]", "A[1,0]", "A[1,1]"]);
}

#[test]
fn time_makes_a_system_non_autonomous() {
    let duffing = System::parse("x' = v; v' = x - x³ - δ v + γ cos(ω t)").unwrap();
    assert!(!duffing.is_autonomous());
    assert_eq!(duffing.parameters(), ["δ", "γ", "ω"]);
}

#[track_caller]
fn fault(text: &str, line: usize, column: usize, part: &str) {
    let error = System::parse(text).unwrap_err();
    assert_eq!(
        (error.line, error.column),
        (line, column),
        "{text}: {error}"
    );
    assert!(error.to_string().contains(part), "{text}: {error}");
}

#[test]
fn faults_are_placed_by_line_and_character() {
    fault("x' = σ·(y − x", 1, 14, "to close the bracket");
    fault("x' = y\ny' = -x +", 2, 10, "expected a value");
    fault("x' = y\n y' = sqr(x)", 2, 7, "did you mean `sqrt`?");
    fault("x' = sin", 1, 9, "expected `(`");
    fault("x' = y $ 2", 1, 8, "no meaning");
    fault("x' = 1/2x", 1, 9, "two ways");
    fault("x' = y; y[n+1] = x", 1, 9, "next value");
    fault("x' = 1\nx' = 2", 2, 1, "defined twice");
    fault("a = 3", 1, 1, "no equation");
    fault("x'' = -x", 1, 1, "second derivative");
    fault("x' = a; a = b; b = a", 1, 20, "defined by itself");
    fault("x[n+1] = x[n-1]", 1, 10, "may only use");
    fault("x' = 1e999", 1, 6, "larger than");
    fault("x[i]' = 1 for i in 0..N", 1, 23, "`N` must be an integer");
    fault("x' = atan2(1)", 1, 6, "2 arguments");
    fault("π = 3; x' = π", 1, 1, "meaning of its own");
    fault("", 1, 1, "no equation");
}

#[test]
fn unknown_parameters_are_named_with_the_nearest_known_one() {
    let lorenz = System::parse("x' = sgima*(y - x); y' = x").unwrap();
    let error = lorenz.check_parameters(&["sigma", "rho"]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "Line 1, column 6: unknown name `sgima`; did you mean `sigma`?"
    );
}

#[test]
fn constants_are_evaluated() {
    assert_eq!(evaluate_constant("8/3").unwrap(), 8.0 / 3.0);
    assert_eq!(evaluate_constant("2*pi").unwrap(), std::f64::consts::TAU);
    assert_eq!(evaluate_constant("−1e−3").unwrap(), -1e-3);
    assert_eq!(evaluate_constant("2^10").unwrap(), 1024.0);
    assert_eq!(evaluate_constant("-2^2").unwrap(), -4.0);
    assert_eq!(evaluate_constant("e").unwrap(), std::f64::consts::E);
    assert!(
        evaluate_constant("1/0")
            .unwrap_err()
            .message
            .contains("inf")
    );
    assert!(
        evaluate_constant("x")
            .unwrap_err()
            .message
            .contains("no value")
    );
}

#[test]
fn piecewise_values_have_three_spellings() {
    let at = |text: &str, x: f64| Expr::parse(text).unwrap().eval(|_| Some(x)).unwrap();
    for text in [
        "if(x < 0, -1, x > 1, 1, x)",
        "-1 if x < 0 else 1 if x > 1 else x",
        "piecewise(x < 0, -1, not (x <= 1), 1, x)",
    ] {
        assert_eq!(at(text, -3.0), -1.0, "{text}");
        assert_eq!(at(text, 0.25), 0.25, "{text}");
        assert_eq!(at(text, 7.0), 1.0, "{text}");
    }
    assert_eq!(at("(0 < x < 1) + 2*(x >= 1 or x == 0.5)", 0.5), 3.0);
}

#[test]
fn latex_shows_fractions_greek_and_subscripts() {
    let latex = |text: &str| Expr::parse(text).unwrap().to_latex();
    assert_eq!(latex("sigma*(y - x)"), r"\sigma \left(y - x\right)");
    assert_eq!(
        latex("(a + b)/(2*x_max)"),
        r"\frac{a + b}{2 x_{\mathrm{max}}}"
    );
    assert_eq!(latex("x1^2*10"), r"x_{1}^{2} \cdot 10");
    assert_eq!(latex("sqrt(x)/abs(y)"), r"\frac{\sqrt{x}}{\left|y\right|}");
    let lorenz96 =
        System::parse("N = 4; dx[i]/dt = (x[i+1] - x[i-2])*x[i-1] for i in 0..N cyclic").unwrap();
    assert!(
        lorenz96.to_latex().contains(
            r"\dot{x}_{i} &= \left(x_{i + 1} - x_{i - 2}\right) x_{i - 1}, \quad i = 0, \ldots, N - 1"
        ),
        "{}",
        lorenz96.to_latex()
    );
}

/// Random expressions as the parser could have made them, with numbers of all sizes.
pub fn expressions(symbols: &'static [&'static str], depth: u32) -> BoxedStrategy<Expr> {
    let sizes = prop::sample::select(&[1e-7, 3.5e20, -0.0, 0.1][..]).prop_map(Expr::number);
    grown(prop_oneof![6 => leaves(symbols), 1 => sizes].boxed(), depth)
}

/// Random expressions whose numbers are a quarter of small integers.
pub fn tame_expressions(symbols: &'static [&'static str], depth: u32) -> BoxedStrategy<Expr> {
    grown(leaves(symbols), depth)
}

fn leaves(symbols: &'static [&'static str]) -> BoxedStrategy<Expr> {
    prop_oneof![
        3 => prop::sample::select(symbols).prop_map(Expr::symbol),
        1 => (-50_i32..50).prop_map(|n| Expr::number(f64::from(n) / 4.0)),
        1 => Just(Expr::pi()),
    ]
    .boxed()
}

fn grown(leaf: BoxedStrategy<Expr>, depth: u32) -> BoxedStrategy<Expr> {
    leaf.prop_recursive(depth, 64, 4, |inner| {
        let condition = (inner.clone(), inner.clone(), 0..6_usize).prop_map(|(a, b, n)| {
            use Relation::*;
            let relation = [Less, LessEqual, Greater, GreaterEqual, Equal, NotEqual][n];
            Expr::compare(relation, a, b)
        });
        let condition = (condition.clone(), condition, 0..4).prop_map(|(a, b, form)| match form {
            0 => a.and(b),
            1 => a.or(b),
            2 => a.negated_condition(),
            _ => a,
        });
        prop_oneof![
            3 => (inner.clone(), inner.clone()).prop_map(|(a, b)| a + b),
            3 => (inner.clone(), inner.clone()).prop_map(|(a, b)| a - b),
            4 => (inner.clone(), inner.clone()).prop_map(|(a, b)| a * b),
            2 => (inner.clone(), inner.clone()).prop_map(|(a, b)| a / b),
            1 => inner.clone().prop_map(|a| -a),
            2 => (inner.clone(), -4..5_i32).prop_map(|(a, n)| a.pow(Expr::number(f64::from(n)))),
            1 => (inner.clone(), inner.clone()).prop_map(|(a, b)| a.pow(b)),
            4 => (prop::sample::select(&Function::ALL[..]), inner.clone(), inner.clone()).prop_map(
                |(function, a, b)| {
                    let mut arguments = vec![a, b];
                    arguments.truncate(function.arity());
                    Expr::call(function, arguments).unwrap()
                }
            ),
            1 => (condition, inner.clone(), inner).prop_map(|(c, a, b)| Expr::choose(c, a, b)),
        ]
    })
    .boxed()
}

proptest! {
    #[test]
    fn printing_and_reading_give_the_same_expression(expr in expressions(&["x", "σ", "x_1", "A[2,3]"], 6)) {
        let text = expr.to_string();
        let read = Expr::parse(&text).map_err(|e| TestCaseError::fail(format!("{text}: {e}")))?;
        prop_assert_eq!(read.to_string(), text);
        prop_assert_eq!(read, expr);
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,60}") {
        let _ = System::parse(&text);
        let _ = Expr::parse(&text);
    }

    #[test]
    fn no_jumble_of_tokens_panics(words in prop::collection::vec(prop::sample::select(&[
        "x", "y", "'", "=", "+", "-", "*", "/", "^", "(", ")", "[", "]", "{", "}", ",", ";", "\n",
        "if", "else", "for", "i", "in", "0", "..", "N", "cyclic", "sum", "sin", "1", "2.5", "and",
        "not", "<", "|", "x_{n+1}", "x_n", "[n+1]", "d", "dx/dt", "next", "\\frac", "\\dot", "²",
        "mod", "N = 3", "f(x) = ", "t",
    ][..]), 0..40)) {
        let text = words.join(" ");
        if let Ok(system) = System::parse(&text) {
            let _ = system.to_latex();
            let _ = system.divergence();
        }
    }
}

#[test]
fn deep_and_explosive_texts_are_refused() {
    let deep = format!("x' = {}x{}", "(".repeat(5000), ")".repeat(5000));
    assert!(
        System::parse(&deep)
            .unwrap_err()
            .message
            .contains("brackets")
    );
    let minus = format!("x' = {}x", "-".repeat(100_000));
    assert!(System::parse(&minus).is_err());
    let power = format!("x' = {}2", "2^".repeat(100_000));
    assert!(System::parse(&power).is_err());
    let product = format!("x' = x{}", "*x".repeat(100_000));
    assert!(System::parse(&product).is_err());
    let mut doubling = "a0 = x + 1\n".to_owned();
    for n in 1..60 {
        doubling.push_str(&format!("a{n} = a{} * a{}\n", n - 1, n - 1));
    }
    doubling.push_str("x' = a59");
    assert!(
        System::parse(&doubling)
            .unwrap_err()
            .message
            .contains("too large")
    );
    let mut calls = "f0(u) = u + 1\n".to_owned();
    for n in 1..60 {
        calls.push_str(&format!("f{n}(u) = f{}(u) * f{}(u)\n", n - 1, n - 1));
    }
    calls.push_str("x' = f59(x)");
    assert!(
        System::parse(&calls)
            .unwrap_err()
            .message
            .contains("too large")
    );
    assert!(System::parse("x[i]' = 1 for i in 0..999999999999").is_err());
    assert!(System::parse("x[i,j]' = 1 for i in 0..99999, j in 0..99999").is_err());
    let long = format!("x' = x{}", " + x".repeat(20_000));
    assert_eq!(System::parse(&long).unwrap().dimension(), 1);
}

#[test]
fn an_index_that_could_not_be_written_is_refused() {
    let written = Expr::parse("e[3 * 5]").unwrap().to_string();
    assert_eq!(Expr::parse(&written).unwrap().to_string(), written);
    for text in ["e[3333333333 * 3333333330]", "e[1e15]", "e[-9e17 - 9e17]"] {
        let error = Expr::parse(text).unwrap_err();
        assert!(error.message.contains("too large"), "{text}: {error}");
    }
}
