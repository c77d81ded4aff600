//! LaTeX of expressions and systems, from the form in which they were written.

use crate::cursor::is_greek;
use crate::delays;
use crate::display::number_in_latex;
use crate::error::Position;
use crate::expr::{Expr, Kind, Relation};
use crate::function::Function;
use crate::lines::{Left, Source, Statement};
use crate::syntax::{Factor, Form, IndexRange, Syntax};

impl Expr {
    /// The expression in LaTeX's mathematical mode.
    ///
    /// ```
    /// # use loom_formula::Expr;
    /// assert_eq!(Expr::parse("sigma*(y - x)/2")?.to_latex(), r"\frac{\sigma \left(y - x\right)}{2}");
    /// # Ok::<(), loom_formula::FormulaError>(())
    /// ```
    pub fn to_latex(&self) -> String {
        let mut text = String::new();
        write(&syntax_of(self), Place::Choice, &mut text);
        text
    }
}

/// A whole system as an `aligned` environment.
pub(crate) fn system(source: &Source) -> String {
    format!(
        "\\begin{{aligned}}\n{}\n\\end{{aligned}}",
        statements(source, " &= ").join(" \\\\\n")
    )
}

/// Each statement by itself.
pub(crate) fn lines(source: &Source) -> Vec<String> {
    statements(source, " = ")
}

fn statements(source: &Source, equals: &str) -> Vec<String> {
    let letter = source.step_letter.as_deref().unwrap_or("n");
    source
        .statements
        .iter()
        .map(|statement| statement_line(statement, letter, equals))
        .collect()
}

fn statement_line(statement: &Statement, letter: &str, equals: &str) -> String {
    let mut line = match &statement.left {
        Left::Rate(name, indices) => format!("\\dot{{{}}}{}", symbol(name), subscripts(indices)),
        Left::Next(name, indices) if indices.is_empty() => {
            format!("{{{}}}_{{{letter} + 1}}", symbol(name))
        }
        Left::Next(name, indices) => format!("{}'{}", symbol(name), subscripts(indices)),
        Left::Definition(name, indices) => format!("{}{}", symbol(name), subscripts(indices)),
        Left::Function(name, arguments) => {
            let arguments: Vec<String> = arguments.iter().map(|name| symbol(name)).collect();
            format!("{}\\left({}\\right)", symbol(name), arguments.join(", "))
        }
    };
    line.push_str(equals);
    write(&statement.right, Place::Choice, &mut line);
    for range in &statement.ranges {
        line.push_str(", \\quad ");
        line.push_str(&range_text(range));
    }
    line
}

fn range_text(range: &IndexRange) -> String {
    let mut text = format!("{} = ", symbol(&range.index));
    write(&range.from, Place::Choice, &mut text);
    text.push_str(", \\ldots, ");
    write(&range.to, Place::Sum, &mut text);
    if !range.inclusive {
        text.push_str(" - 1");
    }
    text
}

fn subscripts(indices: &[Syntax]) -> String {
    if indices.is_empty() {
        return String::new();
    }
    let indices: Vec<String> = indices
        .iter()
        .map(|index| {
            let mut text = String::new();
            write(index, Place::Choice, &mut text);
            text
        })
        .collect();
    format!("_{{{}}}", indices.join(", "))
}

/// A name as a symbol: Greek letters, subscripts from digits or after `_`, words upright.
fn symbol(name: &str) -> String {
    if let Some((family, indices)) = name.strip_suffix(']').and_then(|name| name.split_once('[')) {
        return format!("{}_{{{}}}", symbol(family), indices.replace(',', ", "));
    }
    let (stem, below) = match name.split_once('_') {
        Some((stem, below)) if !stem.is_empty() && !below.is_empty() => (stem, below.to_owned()),
        _ => {
            let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
            if stem.is_empty() {
                (name, String::new())
            } else {
                (stem, name[stem.len()..].to_owned())
            }
        }
    };
    let stem = match stem {
        "π" => "\\pi".to_owned(),
        _ if is_greek(stem) => format!("\\{stem}"),
        _ => match greek_letter(stem) {
            Some(word) => format!("\\{word}"),
            None if stem.chars().count() == 1 => stem.to_owned(),
            None => format!("\\mathrm{{{}}}", stem.replace('_', "\\_")),
        },
    };
    match below.as_str() {
        "" => stem,
        _ if is_greek(&below) => format!("{stem}_{{\\{below}}}"),
        _ if below.chars().count() == 1 || below.chars().all(|c| c.is_ascii_digit()) => {
            format!("{stem}_{{{below}}}")
        }
        _ => format!("{stem}_{{\\mathrm{{{}}}}}", below.replace('_', "\\_")),
    }
}

fn greek_letter(name: &str) -> Option<&'static str> {
    const LETTERS: &[(&str, &str)] = &[
        ("α", "alpha"),
        ("β", "beta"),
        ("γ", "gamma"),
        ("δ", "delta"),
        ("ε", "varepsilon"),
        ("ϵ", "epsilon"),
        ("ζ", "zeta"),
        ("η", "eta"),
        ("θ", "theta"),
        ("κ", "kappa"),
        ("λ", "lambda"),
        ("μ", "mu"),
        ("ν", "nu"),
        ("ξ", "xi"),
        ("ρ", "rho"),
        ("σ", "sigma"),
        ("τ", "tau"),
        ("φ", "varphi"),
        ("ϕ", "phi"),
        ("χ", "chi"),
        ("ψ", "psi"),
        ("ω", "omega"),
        ("Γ", "Gamma"),
        ("Δ", "Delta"),
        ("Θ", "Theta"),
        ("Λ", "Lambda"),
        ("Σ", "Sigma"),
        ("Φ", "Phi"),
        ("Ψ", "Psi"),
        ("Ω", "Omega"),
    ];
    LETTERS
        .iter()
        .find(|(letter, _)| *letter == name)
        .map(|(_, word)| *word)
}

/// What a place asks of its operand; forms that bind less tightly get brackets.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Place {
    Choice,
    Or,
    And,
    Not,
    Comparison,
    Sum,
    Product,
    Power,
    Atom,
}

fn place_of(syntax: &Syntax) -> Place {
    match &syntax.form {
        Form::Number(value) if value.is_sign_negative() => Place::Sum,
        Form::Number(value) if crate::display::number(*value).contains('e') => Place::Product,
        Form::Negative(_) | Form::Sum(_) => Place::Sum,
        Form::SumOver(..) => Place::Sum,
        Form::Product(factors) if is_fraction(factors) => Place::Power,
        Form::Product(_) => Place::Product,
        Form::Power(..) => Place::Power,
        Form::Comparison(..) => Place::Comparison,
        Form::And(_) => Place::And,
        Form::Or(_) => Place::Or,
        Form::Not(_) => Place::Not,
        _ => Place::Atom,
    }
}

fn is_fraction(factors: &[(Factor, Syntax)]) -> bool {
    matches!(factors.last(), Some((Factor::Over, _)))
}

fn write(syntax: &Syntax, place: Place, text: &mut String) {
    if place_of(syntax) < place {
        text.push_str("\\left(");
        write_form(syntax, text);
        text.push_str("\\right)");
    } else {
        write_form(syntax, text);
    }
}

fn write_list(items: &[Syntax], between: &str, place: Place, text: &mut String) {
    for (number, item) in items.iter().enumerate() {
        if number > 0 {
            text.push_str(between);
        }
        write(item, place, text);
    }
}

fn write_form(syntax: &Syntax, text: &mut String) {
    match &syntax.form {
        Form::Number(value) => text.push_str(&number_in_latex(*value)),
        Form::Name(name) => {
            let name = if name == "pi" { "π" } else { name };
            text.push_str(&symbol(name));
        }
        Form::Subscripted(name, below) => {
            text.push_str(&format!("{}_{{{below}}}", symbol(name)));
        }
        Form::Indexed(name, indices) => {
            text.push_str(&symbol(name));
            text.push_str(&subscripts(indices));
        }
        Form::Delayed(variable, delay) => {
            write(variable, Place::Atom, text);
            text.push_str("\\left(t - ");
            write(delay, Place::Product, text);
            text.push_str("\\right)");
        }
        Form::Call(name, arguments) => write_call(name, arguments, text),
        Form::Negative(inner) => {
            text.push('-');
            write(inner, Place::Product, text);
        }
        Form::Sum(terms) => {
            for (number, (subtracted, term)) in terms.iter().enumerate() {
                match (number, subtracted) {
                    (0, true) => text.push('-'),
                    (0, false) => {}
                    (_, true) => text.push_str(" - "),
                    (_, false) => text.push_str(" + "),
                }
                let place = if number == 0 && !subtracted {
                    Place::Sum
                } else {
                    Place::Product
                };
                write(term, place, text);
            }
        }
        Form::Product(factors) => write_product(factors, text),
        Form::Power(base, exponent) => {
            let base_place = match &base.form {
                Form::Product(_) | Form::Power(..) => Place::Atom,
                _ => Place::Power,
            };
            if base_place == Place::Atom {
                text.push_str("\\left(");
                write_form(base, text);
                text.push_str("\\right)");
            } else {
                write(base, base_place, text);
            }
            text.push_str("^{");
            write(exponent, Place::Choice, text);
            text.push('}');
        }
        Form::Comparison(first, rest) => {
            write(first, Place::Sum, text);
            for (relation, right) in rest {
                text.push_str(match relation {
                    Relation::Less => " < ",
                    Relation::LessEqual => " \\le ",
                    Relation::Greater => " > ",
                    Relation::GreaterEqual => " \\ge ",
                    Relation::Equal => " = ",
                    Relation::NotEqual => " \\ne ",
                });
                write(right, Place::Sum, text);
            }
        }
        Form::And(items) => write_list(items, " \\land ", Place::Not, text),
        Form::Or(items) => write_list(items, " \\lor ", Place::And, text),
        Form::Not(inner) => {
            text.push_str("\\lnot ");
            write(inner, Place::Atom, text);
        }
        Form::Piecewise(arms, otherwise) => {
            text.push_str("\\begin{cases} ");
            for (condition, value) in arms {
                write(value, Place::Choice, text);
                text.push_str(" & ");
                write(condition, Place::Choice, text);
                text.push_str(" \\\\ ");
            }
            write(otherwise, Place::Choice, text);
            text.push_str(" & \\text{otherwise} \\end{cases}");
        }
        Form::SumOver(range, body) => {
            text.push_str(&format!("\\sum_{{{} = ", symbol(&range.index)));
            write(&range.from, Place::Choice, text);
            text.push_str("}^{");
            write(&range.to, Place::Sum, text);
            if !range.inclusive {
                text.push_str(" - 1");
            }
            text.push_str("} ");
            write(body, Place::Product, text);
        }
        Form::List(items) => {
            let rows = items.iter().any(|item| matches!(item.form, Form::List(_)));
            text.push_str("\\begin{pmatrix} ");
            for (number, item) in items.iter().enumerate() {
                if number > 0 {
                    text.push_str(if rows { " \\\\ " } else { " & " });
                }
                match &item.form {
                    Form::List(row) => write_list(row, " & ", Place::Choice, text),
                    _ => write(item, Place::Choice, text),
                }
            }
            text.push_str(" \\end{pmatrix}");
        }
    }
}

fn write_product(factors: &[(Factor, Syntax)], text: &mut String) {
    // The last division spans everything before it: a·b/c is one fraction.
    let division = factors
        .iter()
        .rposition(|(factor, _)| *factor != Factor::Times);
    let rest = match division {
        Some(division) => {
            let (before, after) = factors.split_at(division);
            let (factor, operand) = &after[0];
            if *factor == Factor::Over {
                text.push_str("\\frac{");
                write_product(before, text);
                text.push_str("}{");
                write(operand, Place::Choice, text);
                text.push('}');
            } else {
                write_product(before, text);
                text.push_str(" \\bmod ");
                write(operand, Place::Power, text);
            }
            if after.len() > 1 {
                text.push(' ');
            }
            &after[1..]
        }
        None => factors,
    };
    for (number, (_, factor)) in rest.iter().enumerate() {
        let mut one = String::new();
        let alone = factors.len() == 1;
        write(
            factor,
            if alone { Place::Choice } else { Place::Product },
            &mut one,
        );
        if number > 0 {
            let digit = one.starts_with(|c: char| c.is_ascii_digit());
            text.push_str(if digit { " \\cdot " } else { " " });
        }
        text.push_str(&one);
    }
}

fn write_call(name: &str, arguments: &[Syntax], text: &mut String) {
    let enclosed = |open: &str, close: &str, text: &mut String| {
        text.push_str(open);
        write_list(arguments, ", ", Place::Choice, text);
        text.push_str(close);
    };
    match Function::from_name(name) {
        Some(Function::Sqrt) => enclosed("\\sqrt{", "}", text),
        Some(Function::Cbrt) => enclosed("\\sqrt[3]{", "}", text),
        Some(Function::Abs) => enclosed("\\left|", "\\right|", text),
        Some(Function::Floor) => enclosed("\\left\\lfloor ", "\\right\\rfloor", text),
        Some(Function::Ceil) => enclosed("\\left\\lceil ", "\\right\\rceil", text),
        Some(function) => {
            let head = match function {
                Function::Asin => "\\arcsin",
                Function::Acos => "\\arccos",
                Function::Atan => "\\arctan",
                Function::Log => "\\ln",
                Function::Log2 => "\\log_{2}",
                Function::Log10 => "\\log_{10}",
                Function::Sign => "\\operatorname{sgn}",
                Function::Heaviside => "\\Theta",
                Function::Sin
                | Function::Cos
                | Function::Tan
                | Function::Sinh
                | Function::Cosh
                | Function::Tanh
                | Function::Exp
                | Function::Min
                | Function::Max => {
                    text.push('\\');
                    function.name()
                }
                other => {
                    text.push_str(&format!("\\operatorname{{{}}}", other.name()));
                    ""
                }
            };
            text.push_str(head);
            enclosed("\\left(", "\\right)", text);
        }
        None if name == "pow" && arguments.len() == 2 => {
            write(&arguments[0], Place::Atom, text);
            text.push_str("^{");
            write(&arguments[1], Place::Choice, text);
            text.push('}');
        }
        None => {
            text.push_str(&symbol(name));
            enclosed("\\left(", "\\right)", text);
        }
    }
}

/// The written form of an expression.
fn syntax_of(expr: &Expr) -> Syntax {
    let at = Position::START;
    let form = match expr.kind() {
        Kind::Number(value) => Form::Number(*value),
        Kind::Pi => Form::Name("pi".to_owned()),
        Kind::Symbol(name) => delays::written(name),
        Kind::Neg(inner) => Form::Negative(Box::new(syntax_of(inner))),
        Kind::Sum(terms) => Form::Sum(
            terms
                .iter()
                .enumerate()
                .map(|(place, term)| match term.kind() {
                    Kind::Neg(inner) => (true, syntax_of(inner)),
                    Kind::Number(value) if place > 0 && value.is_sign_negative() => {
                        (true, Syntax::new(Form::Number(-value), at))
                    }
                    _ => (false, syntax_of(term)),
                })
                .collect(),
        ),
        Kind::Mul(a, b) => {
            let mut factors = match syntax_of(a) {
                Syntax {
                    form: Form::Product(factors),
                    ..
                } => factors,
                other => vec![(Factor::Times, other)],
            };
            factors.push((Factor::Times, syntax_of(b)));
            Form::Product(factors)
        }
        Kind::Div(a, b) => Form::Product(vec![
            (Factor::Times, syntax_of(a)),
            (Factor::Over, syntax_of(b)),
        ]),
        Kind::Pow(a, b) => Form::Power(Box::new(syntax_of(a)), Box::new(syntax_of(b))),
        Kind::Call(function, arguments) => Form::Call(
            function.name().to_owned(),
            arguments.iter().map(syntax_of).collect(),
        ),
        Kind::If(condition, a, b) => Form::Piecewise(
            vec![(syntax_of(condition), syntax_of(a))],
            Box::new(syntax_of(b)),
        ),
        Kind::Compare(relation, a, b) => {
            Form::Comparison(Box::new(syntax_of(a)), vec![(*relation, syntax_of(b))])
        }
        Kind::And(a, b) => Form::And(vec![syntax_of(a), syntax_of(b)]),
        Kind::Or(a, b) => Form::Or(vec![syntax_of(a), syntax_of(b)]),
        Kind::Not(inner) => Form::Not(Box::new(syntax_of(inner))),
    };
    Syntax::new(form, at)
}
