//! Values of variables at earlier times: `x(t - tau)`. Each is a symbol of its own to everything
//! that reads expressions; a step takes it as one more input, which the method of steps fills.

use crate::cursor::Parser;
use crate::elaborate::{Built, Elaborator};
use crate::error::{FormulaError, Position};
use crate::expr::Expr;
use crate::lines;
use crate::parse::Parsed;
use crate::syntax::{Form, Syntax};
use crate::system::System;
use crate::token::Token;

/// The value of a variable a while ago.
#[derive(Clone, Debug, PartialEq)]
pub struct Delayed {
    /// Place of the variable among [`System::variables`].
    pub variable: usize,
    /// How long ago, made of parameters and numbers.
    pub delay: Expr,
    /// The symbol that stands for it in the right-hand sides, such as `x(t - tau)`.
    pub symbol: String,
}

impl System {
    /// The delays' values at these parameters, in the order of [`System::delays`].
    ///
    /// # Errors
    /// A sentence that names the first delay that isn't a finite number above 0.
    pub fn delay_values(&self, params: &[f64]) -> Result<Vec<f64>, String> {
        let lookup = |name: &str| {
            let place = self.parameters().iter().position(|known| known == name)?;
            params.get(place).copied()
        };
        self.delays()
            .iter()
            .map(|delayed| {
                let value = delayed.delay.eval(lookup).unwrap_or(f64::NAN);
                if value > 0.0 && value.is_finite() {
                    Ok(value)
                } else {
                    Err(format!(
                        "The delay {} of {} is {value}; it must be above 0.",
                        delayed.delay, delayed.symbol
                    ))
                }
            })
            .collect()
    }
}

impl Parser<'_> {
    /// A variable with its time: `x(t)` is the variable itself, `x(t - tau)` its value before.
    pub(crate) fn at_time(&mut self, name: &str, found: Syntax) -> Parsed {
        let timed = self.is_sign("(")
            && matches!(self.ahead(1), Token::Name { name, subscript: None, .. } if name == "t")
            && matches!(self.ahead(2), Token::Sign(")" | "-" | "+"));
        if !timed || !self.names.variables.contains(name) {
            return Ok(found);
        }
        let at = found.at;
        let time = self.bracketed("(", ")")?;
        let terms = match time.form {
            Form::Sum(terms) => terms,
            Form::Name(_) => return Ok(found),
            _ => {
                return Err(FormulaError::new(
                    time.at,
                    format!("the time of `{name}` must be `t` or an earlier one, `t - tau`"),
                ));
            }
        };
        let terms = terms.into_iter().skip(1);
        let mut delay: Vec<(bool, Syntax)> = terms.map(|(minus, term)| (!minus, term)).collect();
        let first = delay.first().map_or(time.at, |(_, term)| term.at);
        let delay = match delay.as_slice() {
            [(false, _)] => delay.swap_remove(0).1,
            _ => Syntax::new(Form::Sum(delay), first),
        };
        Ok(Syntax::new(
            Form::Delayed(Box::new(found), Box::new(delay)),
            at,
        ))
    }
}

impl Elaborator<'_> {
    /// `x(t - tau)`, with the variable as it was written.
    pub(crate) fn delayed(&mut self, variable: &Syntax, delay: &Syntax) -> Built {
        let found = self.value(variable)?;
        let Some(name) = found
            .as_symbol()
            .filter(|name| self.variables.contains(*name))
        else {
            return Err(FormulaError::new(
                variable.at,
                "only a variable has a past; write `x(t - tau)` of a variable x",
            ));
        };
        let name = name.to_owned();
        self.value_before(&name, delay, variable.at)
    }

    /// What `x_tau` and `x_τ` mean where nothing else has that name: the variable and the delay.
    pub(crate) fn delayed_name(&self, name: &str) -> Option<(String, &'static str)> {
        let (stem, delay) = ["tau", "τ"].into_iter().find_map(|letter| {
            let stem = name.strip_suffix(letter)?.strip_suffix('_')?;
            Some((stem, letter))
        })?;
        (self.flow && self.variables.contains(stem)).then(|| (stem.to_owned(), delay))
    }

    /// `x_{t-tau}`: the delay is a text yet.
    pub(crate) fn past(&mut self, name: &str, delay: &str, at: Position) -> Built {
        let mut syntax = lines::read_expression(delay).map_err(|_| {
            FormulaError::new(
                at,
                format!("the subscript `{delay}` of `{name}` isn't known; write `{name}(t - tau)`"),
            )
        })?;
        syntax.at = at;
        self.value_before(name, &syntax, at)
    }

    fn value_before(&mut self, name: &str, delay: &Syntax, at: Position) -> Built {
        if !self.flow {
            return Err(FormulaError::new(
                at,
                format!(
                    "a map has no delays; keep the older value of `{name}` in a variable of its own"
                ),
            ));
        }
        let length = self.value(delay)?.into_value();
        let varies = length.symbols().into_iter().find(|symbol| {
            symbol == "t" || self.variables.contains(symbol) || symbol.contains("(t - ")
        });
        if let Some(symbol) = varies {
            return Err(FormulaError::new(
                delay.at,
                format!(
                    "the delay of `{name}` depends on `{symbol}`; \
                     a delay is made of parameters and numbers"
                ),
            ));
        }
        if let Some(value) = length.eval(|_| None)
            && (value <= 0.0 || !value.is_finite())
        {
            let remedy = if value == 0.0 {
                format!("write `{name}` for the present value")
            } else {
                "only values before now are known, such as `x(t - 2)`".to_owned()
            };
            return Err(FormulaError::new(
                delay.at,
                format!("the delay of `{name}` is {value}, not above 0; {remedy}"),
            ));
        }
        let bracket = matches!(
            length.kind(),
            crate::expr::Kind::Sum(_) | crate::expr::Kind::Neg(_)
        );
        let symbol = if bracket {
            format!("{name}(t - ({length}))")
        } else {
            format!("{name}(t - {length})")
        };
        let known = self.delays.iter().any(|known| known.symbol == symbol);
        if !known {
            self.delays.push(Delayed {
                variable: 0,
                delay: length,
                symbol: symbol.clone(),
            });
        }
        Ok(Expr::symbol(&symbol))
    }
}

/// The written form of a symbol: a delayed value's is `x(t - tau)`.
pub(crate) fn written(symbol: &str) -> Form {
    let parts = symbol
        .strip_suffix(')')
        .and_then(|rest| rest.split_once("(t - "));
    let read = parts.and_then(|(name, delay)| Some((name, lines::read_expression(delay).ok()?)));
    match read {
        Some((name, delay)) => {
            let variable = Syntax::new(Form::Name(name.to_owned()), Position::START);
            Form::Delayed(Box::new(variable), Box::new(delay))
        }
        None => Form::Name(symbol.to_owned()),
    }
}
