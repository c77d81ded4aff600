//! A system's right-hand side as WGSL: `rates(x: State, t: f32) -> State`, in f32, with the
//! parameters read from the storage buffer `constants`.

use loom_formula::{Expr, Function, Kind, System};

/// The function's text.
pub fn rates(system: &System) -> String {
    use std::fmt::Write as _;
    let mut text = String::from("fn rates(x: State, t: f32) -> State {\n  var y: State;\n");
    for (place, rate) in system.rates().iter().enumerate() {
        let _ = writeln!(text, "  y[{place}] = {};", expression(rate, system));
    }
    text.push_str("  return y;\n}\n");
    text
}

fn expression(expr: &Expr, system: &System) -> String {
    let of = |e: &Expr| expression(e, system);
    match expr.kind() {
        Kind::Number(value) => number(*value),
        Kind::Pi => number(std::f64::consts::PI),
        Kind::Symbol(name) => symbol(name, system),
        Kind::Neg(a) => format!("(-{})", of(a)),
        Kind::Sum(terms) => {
            let list: Vec<String> = terms.iter().map(of).collect();
            format!("({})", list.join(" + "))
        }
        Kind::Mul(a, b) => format!("({} * {})", of(a), of(b)),
        Kind::Div(a, b) => format!("({} / {})", of(a), of(b)),
        Kind::Pow(a, b) => power(a, b, system),
        Kind::Call(function, arguments) => {
            let list: Vec<String> = arguments.iter().map(of).collect();
            call(*function, &list)
        }
        Kind::If(condition, a, b) => format!("select({}, {}, {})", of(b), of(a), of(condition)),
        Kind::Compare(relation, a, b) => format!("({} {} {})", of(a), relation.sign(), of(b)),
        Kind::And(a, b) => format!("({} && {})", of(a), of(b)),
        Kind::Or(a, b) => format!("({} || {})", of(a), of(b)),
        Kind::Not(a) => format!("(!{})", of(a)),
    }
}

/// A number as a literal of f32, within its range.
fn number(value: f64) -> String {
    let bounded = (value as f32).clamp(f32::MIN, f32::MAX);
    format!("f32({bounded:e})")
}

fn symbol(name: &str, system: &System) -> String {
    if let Some(place) = system.variables().iter().position(|v| v == name) {
        format!("x[{place}]")
    } else if let Some(place) = system.parameters().iter().position(|p| p == name) {
        format!("constants[{place}]")
    } else {
        "t".to_owned()
    }
}

/// Whole exponents are products, since `pow` takes no negative base.
fn power(base: &Expr, exponent: &Expr, system: &System) -> String {
    let (a, b) = (expression(base, system), expression(exponent, system));
    match exponent.as_number() {
        Some(n) if n.fract() == 0.0 && (1.0..=8.0).contains(&n.abs()) => {
            let product = vec![a; n.abs() as usize].join(" * ");
            if n > 0.0 {
                format!("({product})")
            } else {
                format!("(1.0 / ({product}))")
            }
        }
        _ => format!("pow({a}, {b})"),
    }
}

fn call(function: Function, arguments: &[String]) -> String {
    let list = arguments.join(", ");
    let first = arguments.first().map_or("", String::as_str);
    match function {
        Function::Log10 => format!("(log({first}) * f32(0.4342944819))"),
        Function::Cbrt => format!("(sign({first}) * pow(abs({first}), f32(0.3333333333)))"),
        Function::Heaviside => format!("step(0.0, {first})"),
        Function::Mod => {
            let by = arguments.get(1).map_or("1.0", String::as_str);
            format!("({first} - {by} * floor({first} / {by}))")
        }
        other => format!("{}({list})", other.name()),
    }
}
