//! From text to expressions: resolves names, puts definitions and functions in place, unrolls
//! indices and sums. Work, depth and sizes are bounded, so that a short hostile text cannot ask
//! for exponential work.

use crate::delays::Delayed;
use crate::error::{FormulaError, Position};
use crate::expr::Expr;
use crate::function::Function;
use crate::lines::{Left, Source};
use crate::syntax::{Factor, Form, Syntax};
use std::collections::{HashMap, HashSet};

/// Nodes that may be visited while a text is turned into expressions.
pub(crate) const MAX_WORK: usize = 4_000_000;
/// Depth of an expression with its definitions in place.
pub(crate) const MAX_DEPTH: usize = 500;
/// Nodes of one expression when written out.
const MAX_SIZE: usize = 1_000_000;
/// Depth of the walk over written forms, functions and definitions together.
pub(crate) const MAX_NESTING: usize = 600;

/// What a bound name stands for: an index's value, or a function's argument.
#[derive(Clone)]
pub(crate) enum Bound {
    Index(i64),
    Argument(Expr),
}

/// One variable or definition with its indices bound: which statement, and the values.
#[derive(Clone)]
pub(crate) struct Instance {
    pub statement: usize,
    pub bound: Vec<(String, Bound)>,
}

/// Ranges of an indexed family, one per index; the last entry says whether it wraps.
pub(crate) type FamilyRanges = Vec<(i64, i64, bool)>;

#[derive(Default)]
pub(crate) struct Elaborator<'a> {
    pub source: Option<&'a Source>,
    /// Sizes that replace definitions of the same name.
    pub sizes: HashMap<String, i64>,
    /// Concrete names of variables.
    pub variables: HashSet<String>,
    /// Families of variables and definitions by name.
    pub families: HashMap<String, FamilyRanges>,
    /// Concrete definitions by name.
    pub definitions: HashMap<String, Instance>,
    /// Functions by name: the statement.
    pub functions: HashMap<String, usize>,
    /// Free symbols with the place of their first appearance.
    pub free: Vec<(String, Position)>,
    /// Values of variables at earlier times, in order of appearance.
    pub delays: Vec<Delayed>,
    /// A flow: its variables have a past.
    pub flow: bool,
    /// Names with values where no free symbols are allowed.
    pub constants_only: bool,
    free_known: HashSet<String>,
    done: HashMap<String, Expr>,
    open: Vec<String>,
    pub(super) bound: Vec<(String, Bound)>,
    pub(super) work: usize,
    pub(super) nesting: usize,
}

pub(crate) type Built = Result<Expr, FormulaError>;

impl<'a> Elaborator<'a> {
    pub fn new(source: &'a Source) -> Self {
        Elaborator {
            source: Some(source),
            ..Elaborator::default()
        }
    }

    /// Binds indices outside any instance, while left-hand sides are unrolled.
    pub fn bind(&mut self, bound: Vec<(String, Bound)>) {
        self.bound = bound;
    }

    /// The right-hand side of a statement with its indices bound.
    pub fn instance(&mut self, instance: &Instance) -> Built {
        let Some(source) = self.source else {
            return Ok(Expr::number(0.0));
        };
        let outer = std::mem::replace(&mut self.bound, instance.bound.clone());
        let built = self.value(&source.statements[instance.statement].right);
        self.bound = outer;
        built
    }

    pub fn value(&mut self, syntax: &Syntax) -> Built {
        self.work += 1;
        self.nesting += 1;
        if self.work > MAX_WORK || self.nesting > MAX_NESTING {
            return Err(too_large(syntax.at));
        }
        let built = self.form(syntax)?;
        self.nesting -= 1;
        if built.depth() > MAX_DEPTH || built.size() > MAX_SIZE {
            return Err(too_large(syntax.at));
        }
        Ok(built)
    }

    fn values(&mut self, items: &[Syntax]) -> Result<Vec<Expr>, FormulaError> {
        items.iter().map(|item| self.value(item)).collect()
    }

    fn form(&mut self, syntax: &Syntax) -> Built {
        let at = syntax.at;
        match &syntax.form {
            Form::Number(value) => Ok(Expr::number(*value)),
            Form::Name(name) => self.name(name, at),
            Form::Subscripted(name, subscript) => self.subscripted(name, subscript, at),
            Form::Indexed(name, indices) => self.indexed(name, indices, at),
            Form::Delayed(variable, delay) => self.delayed(variable, delay),
            Form::Call(name, arguments) => self.call(name, arguments, at),
            Form::Negative(inner) => Ok(-self.value(inner)?),
            Form::Sum(terms) => {
                let mut built = Vec::with_capacity(terms.len());
                for (subtracted, term) in terms {
                    let term = self.value(term)?.into_value();
                    built.push(if *subtracted { -term } else { term });
                }
                Ok(Expr::sum(built))
            }
            Form::Product(factors) => {
                let mut product: Option<Expr> = None;
                for (factor, operand) in factors {
                    let operand = self.value(operand)?;
                    let next = match (product, factor) {
                        (None, _) => operand,
                        (Some(product), Factor::Times) => product * operand,
                        (Some(product), Factor::Over) => product / operand,
                        (Some(product), Factor::Modulo) => {
                            Expr::call2(Function::Mod, product, operand)
                        }
                    };
                    if next.depth() > MAX_DEPTH {
                        return Err(too_large(at));
                    }
                    product = Some(next);
                }
                Ok(product.unwrap_or_else(|| Expr::number(1.0)))
            }
            Form::Power(base, exponent) => {
                let base = self.value(base)?;
                Ok(base.pow(self.value(exponent)?))
            }
            Form::Comparison(first, rest) => {
                let mut left = self.value(first)?;
                let mut all: Option<Expr> = None;
                for (relation, right) in rest {
                    let right = self.value(right)?;
                    let one = Expr::compare(*relation, left, right.clone());
                    all = Some(match all {
                        Some(all) => all.and(one),
                        None => one,
                    });
                    left = right;
                }
                Ok(all.unwrap_or_else(|| Expr::number(1.0)))
            }
            Form::And(items) => Ok(join(self.values(items)?, Expr::and)),
            Form::Or(items) => Ok(join(self.values(items)?, Expr::or)),
            Form::Not(inner) => Ok(self.value(inner)?.negated_condition()),
            Form::Piecewise(arms, otherwise) => self.piecewise(arms, otherwise),
            Form::SumOver(range, body) => self.sum_over(range, body),
            Form::List(_) => Err(FormulaError::new(
                at,
                "a list stands where a number is expected; give it a name and write `A[i]`",
            )),
        }
    }

    fn piecewise(&mut self, arms: &[(Syntax, Syntax)], otherwise: &Syntax) -> Built {
        let mut kept = Vec::new();
        let mut last = None;
        for (condition, value) in arms {
            let condition = self.value(condition)?.into_condition();
            // A condition on indices alone is decided here, and the other arm isn't even built,
            // so that a boundary's formula need not exist in the middle.
            let decided = self
                .has_index()
                .then(|| condition.eval(|_| None))
                .flatten()
                .map(|holds| holds != 0.0);
            match decided {
                Some(false) => {}
                Some(true) => {
                    last = Some(self.value(value)?);
                    break;
                }
                None => {
                    let value = self.value(value)?;
                    kept.push((condition, value));
                }
            }
        }
        let mut result = match last {
            Some(last) => last,
            None => self.value(otherwise)?,
        };
        while let Some((condition, value)) = kept.pop() {
            result = Expr::choose(condition, value, result);
        }
        Ok(result)
    }

    fn has_index(&self) -> bool {
        self.bound
            .iter()
            .any(|(_, bound)| matches!(bound, Bound::Index(_)))
    }

    fn name(&mut self, name: &str, at: Position) -> Built {
        if let Some((_, bound)) = self.bound.iter().rev().find(|(known, _)| known == name) {
            return Ok(match bound {
                Bound::Index(value) => Expr::number(*value as f64),
                Bound::Argument(value) => value.clone(),
            });
        }
        if self.variables.contains(name) {
            return Ok(Expr::symbol(name));
        }
        if let Some(size) = self.sizes.get(name) {
            return Ok(Expr::number(*size as f64));
        }
        if self.definitions.contains_key(name) {
            return self.definition(name, at);
        }
        if matches!(name, "pi" | "π") {
            return Ok(Expr::pi());
        }
        if name == "t" {
            return Ok(Expr::symbol("t"));
        }
        if let Some(letter) = self.source.and_then(|source| source.step_letter.as_deref()) {
            if name == letter {
                return Ok(Expr::symbol("t"));
            }
            let stem = name
                .strip_suffix(letter)
                .and_then(|stem| stem.strip_suffix('_'));
            if let Some(stem) = stem.filter(|stem| self.variables.contains(*stem)) {
                return Ok(Expr::symbol(stem));
            }
        }
        if let Some((stem, delay)) = self.delayed_name(name) {
            return self.past(&stem, delay, at);
        }
        if self.families.contains_key(name) {
            return Err(FormulaError::new(
                at,
                format!("`{name}` has an index; write `{name}[i]`"),
            ));
        }
        if self.constants_only {
            match name {
                "e" => return Ok(Expr::number(std::f64::consts::E)),
                "tau" | "τ" => return Ok(Expr::number(std::f64::consts::TAU)),
                _ => {}
            }
            let known = Function::ALL.iter().map(|function| function.name());
            return Err(FormulaError::new(
                at,
                format!("`{name}` has no value here; write numbers, `pi`, and functions of them"),
            )
            .with_nearest(name, known.chain(["pi", "e", "tau"])));
        }
        Ok(self.free_symbol(name, at))
    }

    pub(crate) fn free_symbol(&mut self, name: &str, at: Position) -> Expr {
        if self.free_known.insert(name.to_owned()) {
            self.free.push((name.to_owned(), at));
        }
        Expr::symbol(name)
    }

    /// A definition's value, built once; a definition that needs itself is refused.
    pub fn definition(&mut self, name: &str, at: Position) -> Built {
        if let Some(done) = self.done.get(name) {
            return Ok(done.clone());
        }
        if self.open.iter().any(|open| open == name) {
            return Err(FormulaError::new(
                at,
                format!("`{name}` is defined by itself ({})", self.open.join(" → ")),
            ));
        }
        let Some(instance) = self.definitions.get(name).cloned() else {
            return Ok(Expr::number(0.0));
        };
        self.open.push(name.to_owned());
        let built = self.instance(&instance)?.into_value();
        self.open.pop();
        self.done.insert(name.to_owned(), built.clone());
        Ok(built)
    }

    fn call(&mut self, name: &str, arguments: &[Syntax], at: Position) -> Built {
        if let Some(&statement) = self.functions.get(name) {
            return self.defined_function(name, statement, arguments, at);
        }
        let values = self.values(arguments)?;
        let wrong = |wanted: &str| {
            Err(FormulaError::new(
                at,
                format!("`{name}` takes {wanted}, not {}", arguments.len()),
            ))
        };
        if name == "pow" {
            return match <[Expr; 2]>::try_from(values) {
                Ok([base, exponent]) => Ok(base.pow(exponent)),
                Err(_) => wrong("2 arguments"),
            };
        }
        let Some(function) = Function::from_name(name) else {
            return Err(FormulaError::new(at, format!("unknown function `{name}`")));
        };
        if matches!(function, Function::Min | Function::Max) {
            if values.len() < 2 {
                return wrong("2 or more arguments");
            }
            return Ok(join(values, |a, b| Expr::call2(function, a, b)));
        }
        match Expr::call(function, values) {
            Some(call) => Ok(call),
            None => wrong(if function.arity() == 1 {
                "1 argument"
            } else {
                "2 arguments"
            }),
        }
    }

    fn defined_function(
        &mut self,
        name: &str,
        statement: usize,
        arguments: &[Syntax],
        at: Position,
    ) -> Built {
        let Some(source) = self.source else {
            return Ok(Expr::number(0.0));
        };
        let statement = &source.statements[statement];
        let Left::Function(_, names) = &statement.left else {
            return Ok(Expr::number(0.0));
        };
        if names.len() != arguments.len() {
            return Err(FormulaError::new(
                at,
                format!(
                    "`{name}` takes {} arguments, not {}",
                    names.len(),
                    arguments.len()
                ),
            ));
        }
        if self.open.iter().any(|open| open == name) {
            return Err(FormulaError::new(at, format!("`{name}` calls itself")));
        }
        let values = self.values(arguments)?;
        let bound = names
            .iter()
            .cloned()
            .zip(values.into_iter().map(|v| Bound::Argument(v.into_value())))
            .collect();
        let outer = std::mem::replace(&mut self.bound, bound);
        self.open.push(name.to_owned());
        let built = self.value(&statement.right);
        self.open.pop();
        self.bound = outer;
        built
    }
}

fn join(items: Vec<Expr>, with: impl Fn(Expr, Expr) -> Expr) -> Expr {
    items
        .into_iter()
        .reduce(with)
        .unwrap_or_else(|| Expr::number(0.0))
}

pub(crate) fn too_large(at: Position) -> FormulaError {
    FormulaError::new(
        at,
        "the formula is too large once its definitions are put in place; shorten it",
    )
}
