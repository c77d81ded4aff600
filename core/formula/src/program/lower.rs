//! From expressions to operations: over a program's builder to compile, over f64 to evaluate.

use super::{Builder, Mixer, Program};
use crate::elementary::arithmetic::{Arithmetic, Direct, Value};
use crate::elementary::{apply_one, apply_two, fraction, integer_power, pow_value};
use crate::expr::{Expr, Kind, Relation};
use crate::function::Function;
use crate::system::System;
use std::collections::HashMap;
use std::hash::BuildHasherDefault;

/// Integer exponents up to here are multiplied out.
const LARGEST_POWER: f64 = 64.0;
/// Half-integer exponents up to here are a product and a square root, one over it where they are
/// negative: 3/2 and −3/2 within 3 ulp.
const LARGEST_HALF_POWER: f64 = 4.5;

/// Whether a power is multiplied out.
fn is_product(power: f64) -> bool {
    power.fract() == 0.0 && power.abs() <= LARGEST_POWER
}

/// Whether a power is multiplied out with a square root.
fn has_root(power: f64) -> bool {
    (2.0 * power).fract() == 0.0 && power.abs() <= LARGEST_HALF_POWER
}

/// Whether it takes no logarithm to raise something to this power.
pub(super) fn is_simple(exponent: &Expr) -> bool {
    let number = exponent.as_number();
    number.is_some_and(|power| is_product(power) || has_root(power))
}

/// What stands for symbols.
pub(crate) trait Binding<'a, A: Arithmetic> {
    /// The value of a symbol, if it is known.
    fn symbol(&self, name: &str) -> Option<Value<'a, A>>;

    /// The value of a whole expression that has been found in another way.
    fn apart(&self, _expr: &Expr) -> Option<Value<'a, A>> {
        None
    }
}

impl<'a, A: Arithmetic + 'a, F: Fn(&str) -> Option<Value<'a, A>>> Binding<'a, A> for F {
    fn symbol(&self, name: &str) -> Option<Value<'a, A>> {
        self(name)
    }
}

/// Turns expressions into operations under one binding of the symbols; shared nodes are lowered
/// once.
pub(crate) struct Lowering<'a, A: Arithmetic, B> {
    on: &'a A,
    binding: B,
    done: HashMap<usize, A::Word, BuildHasherDefault<Mixer>>,
}

impl<'a, A: Arithmetic, B: Binding<'a, A>> Lowering<'a, A, B> {
    pub fn new(on: &'a A, binding: B) -> Self {
        Lowering {
            on,
            binding,
            done: HashMap::default(),
        }
    }

    fn number(&self, value: f64) -> Value<'a, A> {
        Value::new(self.on, self.on.constant(value.to_bits()))
    }

    /// The value of an expression, or the mask of a condition; `None` if a symbol is unknown.
    pub fn value(&mut self, expr: &Expr) -> Option<Value<'a, A>> {
        if let Some(word) = self.done.get(&expr.address()) {
            return Some(Value::new(self.on, *word));
        }
        let value = match self.binding.apart(expr) {
            Some(value) => value,
            None => self.node(expr)?,
        };
        self.done.insert(expr.address(), value.word);
        Some(value)
    }

    fn node(&mut self, expr: &Expr) -> Option<Value<'a, A>> {
        Some(match expr.kind() {
            Kind::Number(value) => self.number(*value),
            Kind::Pi => self.number(std::f64::consts::PI),
            Kind::Symbol(name) => self.binding.symbol(name)?,
            Kind::Neg(a) => -self.value(a)?,
            Kind::Sum(terms) => {
                let mut sum: Option<Value<'a, A>> = None;
                for term in terms {
                    sum = Some(match (sum, term.kind()) {
                        (None, _) => self.value(term)?,
                        (Some(sum), Kind::Neg(inner)) => sum - self.value(inner)?,
                        (Some(sum), _) => sum + self.value(term)?,
                    });
                }
                sum.unwrap_or_else(|| self.number(0.0))
            }
            Kind::Mul(a, b) => {
                let a = self.value(a)?;
                a * self.value(b)?
            }
            Kind::Div(a, b) => {
                let a = self.value(a)?;
                a / self.value(b)?
            }
            Kind::Pow(base, exponent) => self.power(base, exponent)?,
            Kind::Call(function, arguments) => self.call(*function, arguments)?,
            Kind::If(condition, a, b) => {
                let condition = self.value(condition)?;
                let a = self.value(a)?;
                condition.choose(a, self.value(b)?)
            }
            Kind::Compare(relation, a, b) => {
                let a = self.value(a)?;
                let b = self.value(b)?;
                match relation {
                    Relation::Less => a.less(b),
                    Relation::LessEqual => a.less_equal(b),
                    Relation::Greater => b.less(a),
                    Relation::GreaterEqual => b.less_equal(a),
                    Relation::Equal => a.equal(b),
                    Relation::NotEqual => a.equal(b).not(),
                }
            }
            Kind::And(a, b) => {
                let a = self.value(a)?;
                a.and(self.value(b)?)
            }
            Kind::Or(a, b) => {
                let a = self.value(a)?;
                a.or(self.value(b)?)
            }
            Kind::Not(a) => self.value(a)?.not(),
        })
    }

    fn power(&mut self, base: &Expr, exponent: &Expr) -> Option<Value<'a, A>> {
        let value = self.value(base)?;
        Some(match exponent.as_number() {
            Some(power) if is_product(power) => integer_power(value, power as i32),
            Some(power) if has_root(power) => {
                let root = value.sqrt();
                let product = match power.abs().floor() as i32 {
                    0 => root,
                    whole => integer_power(value, whole) * root,
                };
                if power < 0.0 {
                    self.number(1.0) / product
                } else {
                    product
                }
            }
            _ => pow_value(value, self.value(exponent)?),
        })
    }

    fn call(&mut self, function: Function, arguments: &[Expr]) -> Option<Value<'a, A>> {
        match arguments {
            [a, one] if function == Function::Mod && one.as_number() == Some(1.0) => {
                Some(fraction(self.value(a)?))
            }
            [a] => Some(apply_one(function, self.value(a)?)),
            [a, b] => {
                let a = self.value(a)?;
                Some(apply_two(function, a, self.value(b)?))
            }
            _ => None,
        }
    }
}

impl Expr {
    /// The value when `lookup` gives the symbols' values; `None` if it lacks one. A condition is
    /// 1 where it holds, else 0.
    pub fn eval(&self, lookup: impl Fn(&str) -> Option<f64>) -> Option<f64> {
        let direct = Direct;
        let binding = |name: &str| lookup(name).map(|x| Value::new(&direct, x.to_bits()));
        let value = Lowering::new(&direct, binding).value(self)?;
        Some(if self.is_condition() {
            f64::from(u8::from(value.word != 0))
        } else {
            f64::from_bits(value.word)
        })
    }
}

impl System {
    /// The right-hand sides as a straight-line program over variables, parameters and t.
    pub fn program(&self) -> Program {
        self.program_of(self.rates())
    }

    /// Any expressions over this system's symbols as a program with the same inputs. A symbol
    /// that the system doesn't know reads as NaN.
    pub fn program_of(&self, expressions: &[Expr]) -> Program {
        let builder = Builder::default();
        let places = self.places();
        let mut lowering = Lowering::new(&builder, |name: &str| {
            Some(match places.get(name) {
                Some(place) => builder.input(*place),
                None => builder.number(f64::NAN),
            })
        });
        let outputs = expressions
            .iter()
            .filter_map(|expr| lowering.value(expr))
            .map(|value| value.word)
            .collect();
        drop(lowering);
        let inputs = self.dimension() + self.parameters().len() + 1;
        builder.finish(inputs, outputs)
    }

    /// Which input each symbol is: variables, then parameters, then t.
    pub(crate) fn places(&self) -> HashMap<&str, usize> {
        self.variables()
            .iter()
            .chain(self.parameters())
            .map(String::as_str)
            .chain(["t"])
            .enumerate()
            .map(|(place, name)| (name, place))
            .collect()
    }
}
