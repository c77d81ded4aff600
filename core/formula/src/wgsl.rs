//! WGSL in f32 for the GPU, from the same expressions. Equal sub-expressions are computed once,
//! and constants are folded in f64 first, because WGSL refuses constant expressions that overflow.

use crate::elementary::arithmetic::Direct;
use crate::expr::{Expr, Kind};
use crate::families::{Families, Shifted, families};
use crate::function::Function;
use crate::program::Lowering;
use crate::system::System;
use std::collections::{BTreeSet, HashMap};

/// WGSL of the functions that the language adds.
const FUNCTIONS: &str = include_str!("wgsl_functions.wgsl");

/// Right-hand sides of more nodes than this are written as loops over their families, where they
/// have some.
const LONGEST: usize = 5_000;

impl System {
    /// The right-hand side as a WGSL function with the helpers that it needs, all named with the
    /// prefix `fn_name`:
    ///
    /// `fn fn_name(u: array<f32, N>, p: array<f32, P>, t: f32) -> array<f32, N>`
    ///
    /// with N variables and P parameters in this system's order (P is 1 for a system without
    /// parameters, since WGSL has no empty arrays). Systems of more than 5,000 nodes keep loops over
    /// their indexed families.
    pub fn to_wgsl(&self, fn_name: &str) -> String {
        let dimension = self.dimension();
        let places = self.places();
        let symbol = |name: &str| places.get(name).map(|place| self.input(*place));
        let head = format!(
            "fn {fn_name}(u: array<f32, {dimension}>, p: array<f32, {}>, t: f32) \
             -> array<f32, {dimension}> {{\n",
            self.parameters().len().max(1)
        );
        let size: usize = self.rates().iter().map(Expr::size).sum();
        if size > LONGEST {
            let families = families(self);
            if families.runs.len() * 4 <= dimension {
                return self.looped(&families, fn_name, &head);
            }
        }
        let mut writer = Writer::new(symbol);
        let outputs: Vec<String> = self.rates().iter().map(|rate| writer.text(rate)).collect();
        let last = format!(
            "    return array<f32, {dimension}>({});\n}}\n",
            outputs.join(", ")
        );
        let body = std::mem::take(&mut writer.lines);
        finish(&writer.helpers, fn_name, &[&head, &body, &last])
    }

    /// How WGSL names an input of the system.
    fn input(&self, place: usize) -> String {
        let dimension = self.dimension();
        if place < dimension {
            format!("u[{place}]")
        } else if place < dimension + self.parameters().len() {
            format!("p[{}]", place - dimension)
        } else {
            "t".to_owned()
        }
    }

    /// A wide system as loops over its families.
    fn looped(&self, families: &Families, fn_name: &str, head: &str) -> String {
        let dimension = self.dimension();
        let places = self.places();
        let mut helpers = BTreeSet::new();
        // Only variables may be indexed by a value that changes.
        let mut body = format!("    var x = u;\n    var rates: array<f32, {dimension}>;\n");
        for run in &families.runs {
            let mut writer = Writer::new(|name: &str| match families.shifted.get(name) {
                Some(Shifted {
                    first,
                    length,
                    offset,
                }) => Some(format!("x[{first}u + (i + {offset}u) % {length}u]")),
                None => places.get(name).map(|place| self.input(*place)),
            });
            let value = writer.text(&run.template);
            let (from, to) = (run.index, run.index + run.count);
            body.push_str(&format!("    for (var i = {from}u; i < {to}u; i++) {{\n"));
            body.push_str(&writer.lines);
            let start = run.first - run.index;
            body.push_str(&format!("    rates[{start}u + i] = {value};\n    }}\n"));
            helpers.extend(writer.helpers);
        }
        finish(&helpers, fn_name, &[head, &body, "    return rates;\n}\n"])
    }
}

impl Expr {
    /// A WGSL function of the named symbols, each an `f32`, with the helpers that it needs; the
    /// arguments are `a0`, `a1`, … in the order given. Symbols that aren't named read as NaN.
    pub fn to_wgsl(&self, fn_name: &str, symbols: &[&str]) -> String {
        let mut writer = Writer::new(|name: &str| {
            symbols
                .iter()
                .position(|known| *known == name)
                .map(|place| format!("a{place}"))
        });
        let value = writer.text(self);
        let arguments: Vec<String> = (0..symbols.len()).map(|n| format!("a{n}: f32")).collect();
        let head = format!("fn {fn_name}({}) -> f32 {{\n", arguments.join(", "));
        let last = if self.is_condition() {
            format!("    return select(0.0f, 1.0f, {value});\n}}\n")
        } else {
            format!("    return {value};\n}}\n")
        };
        let body = std::mem::take(&mut writer.lines);
        finish(&writer.helpers, fn_name, &[&head, &body, &last])
    }
}

/// A value already written: its name, or its constant.
#[derive(Clone)]
struct Written {
    text: String,
    constant: Option<f64>,
}

struct Writer<F> {
    symbol: F,
    lines: String,
    names: usize,
    done: HashMap<Expr, Written>,
    helpers: BTreeSet<&'static str>,
}

impl<F: Fn(&str) -> Option<String>> Writer<F> {
    fn new(symbol: F) -> Self {
        Writer {
            symbol,
            lines: String::new(),
            names: 0,
            done: HashMap::new(),
            helpers: BTreeSet::new(),
        }
    }

    fn text(&mut self, expr: &Expr) -> String {
        self.write(expr).text
    }

    fn helper(&mut self, name: &'static str) -> String {
        self.helpers.insert(name);
        format!("LOOM_{name}")
    }

    fn literal(&mut self, value: f64) -> String {
        if value.is_nan() {
            return format!("{}()", self.helper("nan"));
        }
        if value.is_infinite() {
            let infinity = self.helper("infinity");
            let sign = if value < 0.0 { "-" } else { "" };
            return format!("({sign}{infinity}())");
        }
        let single = (value as f32).clamp(f32::MIN, f32::MAX);
        if single.is_sign_negative() {
            format!("(-{:?}f)", -single)
        } else {
            format!("{single:?}f")
        }
    }

    fn name(&mut self, text: &str) -> String {
        let name = format!("v{}", self.names);
        self.names += 1;
        self.lines.push_str(&format!("    let {name} = {text};\n"));
        name
    }

    fn write(&mut self, expr: &Expr) -> Written {
        if let Some(known) = self.done.get(expr) {
            return known.clone();
        }
        let mut constant = !matches!(expr.kind(), Kind::Symbol(_));
        expr.operands(&mut |operand| constant &= self.write(operand).constant.is_some());
        let written = if constant {
            let value = Lowering::new(&Direct, |_: &str| None)
                .value(expr)
                .map_or(f64::NAN, |value| f64::from_bits(value.word));
            if expr.is_condition() {
                let holds = value.to_bits() != 0;
                Written {
                    text: holds.to_string(),
                    constant: Some(f64::from(u8::from(holds))),
                }
            } else {
                Written {
                    text: self.literal(value),
                    constant: Some(value),
                }
            }
        } else {
            Written {
                text: self.node(expr),
                constant: None,
            }
        };
        self.done.insert(expr.clone(), written.clone());
        written
    }

    fn node(&mut self, expr: &Expr) -> String {
        let text = match expr.kind() {
            Kind::Number(value) => return self.literal(*value),
            Kind::Pi => return self.literal(std::f64::consts::PI),
            Kind::Symbol(name) => {
                return match (self.symbol)(name) {
                    Some(text) => text,
                    None => self.literal(f64::NAN),
                };
            }
            Kind::Neg(a) => format!("-{}", self.text(a)),
            Kind::Sum(terms) => {
                let mut text = String::new();
                for (place, term) in terms.iter().enumerate() {
                    let (sign, inner) = match term.kind() {
                        Kind::Neg(inner) => (" - ", inner),
                        _ => (" + ", term),
                    };
                    let inner = self.text(inner);
                    match (place, sign) {
                        (0, " - ") => text.push('-'),
                        (0, _) => {}
                        _ => text.push_str(sign),
                    }
                    text.push_str(&inner);
                }
                text
            }
            Kind::Mul(a, b) => format!("{} * {}", self.text(a), self.text(b)),
            Kind::Div(a, b) => format!("{} / {}", self.text(a), self.text(b)),
            Kind::Pow(a, b) => return self.power(a, b),
            Kind::Call(function, arguments) => self.call(*function, arguments),
            Kind::If(condition, a, b) => format!(
                "select({}, {}, {})",
                self.text(b),
                self.text(a),
                self.text(condition)
            ),
            Kind::Compare(relation, a, b) => {
                format!("{} {} {}", self.text(a), relation.sign(), self.text(b))
            }
            Kind::And(a, b) => format!("{} && {}", self.text(a), self.text(b)),
            Kind::Or(a, b) => format!("{} || {}", self.text(a), self.text(b)),
            Kind::Not(a) => format!("!{}", self.text(a)),
        };
        self.name(&text)
    }

    fn power(&mut self, base: &Expr, exponent: &Expr) -> String {
        let value = self.text(base);
        match exponent.as_number() {
            Some(power) if power.fract() == 0.0 && power.abs() <= 64.0 => {
                let mut result: Option<String> = None;
                let mut square = value;
                let mut rest = power.abs() as u32;
                while rest > 0 {
                    if rest & 1 == 1 {
                        result = Some(match result {
                            Some(result) => self.name(&format!("{result} * {square}")),
                            None => square.clone(),
                        });
                    }
                    rest >>= 1;
                    if rest > 0 {
                        square = self.name(&format!("{square} * {square}"));
                    }
                }
                match result {
                    // A name of its own: dividing a literal by 0 would be refused.
                    None => self.name("1.0f"),
                    Some(result) if power < 0.0 => self.name(&format!("1.0f / {result}")),
                    Some(result) => result,
                }
            }
            Some(0.5) => self.name(&format!("sqrt({value})")),
            Some(-0.5) => self.name(&format!("inverseSqrt({value})")),
            _ => {
                let exponent = self.text(exponent);
                let pow = self.helper("pow");
                self.name(&format!("{pow}({value}, {exponent})"))
            }
        }
    }

    fn call(&mut self, function: Function, arguments: &[Expr]) -> String {
        let values: Vec<String> = arguments.iter().map(|a| self.text(a)).collect();
        let name = match function {
            Function::Exp
            | Function::Log
            | Function::Log2
            | Function::Sqrt
            | Function::Abs
            | Function::Sign
            | Function::Floor
            | Function::Ceil
            | Function::Round
            | Function::Trunc
            | Function::Min
            | Function::Max => function.name().to_owned(),
            _ => self.helper(function.name()),
        };
        format!("{name}({})", values.join(", "))
    }
}

/// The helpers and the parts of the function, with the prefix put in.
fn finish(needed: &BTreeSet<&'static str>, fn_name: &str, parts: &[&str]) -> String {
    let mut text = helpers(needed);
    for part in parts {
        text.push_str(part);
    }
    text.replace("LOOM_", &format!("{fn_name}_"))
}

/// The wanted helper functions and those that they call, in the order of the file.
fn helpers(wanted: &BTreeSet<&str>) -> String {
    let functions: Vec<(&str, &str)> = FUNCTIONS
        .split("\nfn LOOM_")
        .skip(1)
        .filter_map(|function| Some((function.split('(').next()?, function)))
        .collect();
    let mut needed = wanted.clone();
    for (name, body) in functions.iter().rev() {
        if needed.contains(name) {
            for (other, _) in &functions {
                if body.contains(&format!("LOOM_{other}(")) {
                    needed.insert(other);
                }
            }
        }
    }
    let mut text = String::new();
    for (name, body) in functions {
        if needed.contains(name) {
            text.push_str(&format!("fn LOOM_{}\n\n", body.trim_end()));
        }
    }
    text
}
