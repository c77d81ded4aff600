//! Reads operations, einsum strings and expressions over sizes.

use crate::error::CircuitError;
use crate::expr::Expr;
use crate::lex::{Token, is_word_part, is_word_start};
use crate::parse::{Parser, Result};
use crate::span::Span;
use crate::term::{AxisSpec, Function, Norm, Operation};

impl Parser {
    /// A learned operation's name: `Q`, `1`, or none.
    fn name(&mut self) -> String {
        let name = match self.peek() {
            Token::Word(word) => word.clone(),
            Token::Integer(n) => n.to_string(),
            _ => return String::new(),
        };
        self.advance();
        name
    }

    /// The operation that starts with this word, which has not been taken yet.
    pub(crate) fn operation(&mut self, word: &str) -> Result<Option<Operation>> {
        let elementwise = |function| Ok(Some(Operation::Elementwise(function)));
        let start = self.next;
        self.advance();
        match word {
            "copy" => Ok(Some(Operation::Copy(self.count(2)?))),
            "add" => Ok(Some(Operation::Add(self.count(2)?))),
            "delete" => Ok(Some(Operation::Delete)),
            "swap" => Ok(Some(Operation::Swap)),
            "relu" => elementwise(Function::Relu),
            "gelu" => elementwise(Function::Gelu),
            "tanh" => elementwise(Function::Tanh),
            "sigmoid" => elementwise(Function::Sigmoid),
            "exp" => elementwise(Function::Exp),
            "scale" => {
                self.expect("(")?;
                let by = self.sum()?;
                self.expect(")")?;
                elementwise(Function::Scale(by))
            }
            "einsum" => {
                self.expect("(")?;
                let at = self.at();
                let text = self.text("the equation in quotes, such as 'y k, x k -> y x'")?;
                let operation = einsum(&text, at)?;
                self.expect(")")?;
                Ok(Some(operation))
            }
            "linear" => {
                let bias = self.accept("+");
                let name = self.name();
                let (from, to) = self.arrow()?;
                Ok(Some(Operation::Linear {
                    name,
                    bias,
                    from,
                    to,
                }))
            }
            "view" => {
                let (from, to) = self.arrow()?;
                Ok(Some(Operation::View { from, to }))
            }
            "softmax" => {
                self.expect("(")?;
                let axis = self.axis()?;
                self.expect(")")?;
                Ok(Some(Operation::Softmax(axis)))
            }
            "mask" => {
                self.expect("(")?;
                let query = self.axis()?;
                let key = self.axis()?;
                self.expect(")")?;
                Ok(Some(Operation::Mask { query, key }))
            }
            "index" => {
                self.expect("(")?;
                let axis = self.axis()?;
                let at = self.integer("an index from zero")?;
                self.expect(")")?;
                Ok(Some(Operation::Index { axis, at }))
            }
            "layer_norm" | "rms_norm" => {
                let kind = if word == "rms_norm" {
                    Norm::Rms
                } else {
                    Norm::Layer
                };
                let learned = self.accept("+");
                let name = self.name();
                self.expect("(")?;
                let axes = self.axes()?;
                if axes.is_empty() {
                    return self.fail("the axes to normalise over");
                }
                self.expect(")")?;
                Ok(Some(Operation::Normalise {
                    kind,
                    learned,
                    name,
                    axes,
                }))
            }
            _ => {
                self.next = start;
                Ok(None)
            }
        }
    }

    fn arrow(&mut self) -> Result<(Vec<AxisSpec>, Vec<AxisSpec>)> {
        self.expect("(")?;
        let from = self.axes()?;
        self.expect("->")?;
        let to = self.axes()?;
        self.expect(")")?;
        Ok((from, to))
    }

    pub(crate) fn sum(&mut self) -> Result<Expr> {
        let mut left = self.product()?;
        loop {
            if self.accept("+") {
                left = Expr::Add(Box::new(left), Box::new(self.product()?));
            } else if self.accept("-") {
                left = Expr::Subtract(Box::new(left), Box::new(self.product()?));
            } else {
                return Ok(left);
            }
        }
    }
    pub(crate) fn product(&mut self) -> Result<Expr> {
        let mut left = self.negation()?;
        loop {
            if self.accept("*") {
                left = Expr::Multiply(Box::new(left), Box::new(self.negation()?));
            } else if self.accept("/") {
                left = Expr::Divide(Box::new(left), Box::new(self.negation()?));
            } else {
                return Ok(left);
            }
        }
    }
    fn negation(&mut self) -> Result<Expr> {
        if self.accept("-") {
            self.deeper()?;
            let inner = self.negation()?;
            self.depth -= 1;
            return Ok(Expr::Negate(Box::new(inner)));
        }
        let base = self.primary()?;
        if self.accept("^") {
            let exponent = self.primary()?;
            return Ok(Expr::Power(Box::new(base), Box::new(exponent)));
        }
        Ok(base)
    }
    fn primary(&mut self) -> Result<Expr> {
        let expr = match self.peek() {
            Token::Integer(n) => Expr::Integer(*n),
            Token::Decimal(x) => Expr::Decimal(*x),
            Token::Word(name) => Expr::Symbol(name.clone()),
            Token::Mark("(") => {
                self.advance();
                self.deeper()?;
                let inner = self.sum()?;
                self.expect(")")?;
                self.depth -= 1;
                return Ok(inner);
            }
            _ => return self.fail("a number or a size's name"),
        };
        self.advance();
        Ok(expr)
    }
}

/// Reads an einsum string as typed: `y k h, x k h -> y x h`, or `ykh,xkh->yxh` where it has no
/// blanks at all. `at` is the place of its opening quote.
pub fn einsum(text: &str, at: Span) -> Result<Operation> {
    let text_of = text.replace('→', "->");
    let Some((left, right)) = text_of.split_once("->") else {
        return Err(CircuitError::meaning(
            at,
            format!(
                "the einsum '{text}' has no ->; write what comes out, such as 'y k, x k -> y x'."
            ),
        ));
    };
    let packed = !text_of.contains(char::is_whitespace);
    let letters = |side: &str| -> Result<Vec<String>> {
        let names: Vec<String> = if packed {
            side.chars().map(String::from).collect()
        } else {
            side.split_whitespace().map(str::to_owned).collect()
        };
        for name in &names {
            let word =
                name.chars().next().is_some_and(is_word_start) && name.chars().all(is_word_part);
            if !word {
                return Err(CircuitError::meaning(
                    at,
                    format!(
                        "\"{name}\" in the einsum '{text}' is no axis; separate names by blanks."
                    ),
                ));
            }
        }
        Ok(names)
    };
    let operands = left.split(',').map(letters).collect::<Result<Vec<_>>>()?;
    let output = letters(right)?;
    for (i, name) in output.iter().enumerate() {
        if output[..i].contains(name) {
            return Err(CircuitError::meaning(
                at,
                format!(
                    "the einsum '{text}' gives {name} twice; name each axis of the result once."
                ),
            ));
        }
        if !operands.iter().any(|o| o.contains(name)) {
            return Err(CircuitError::meaning(
                at,
                format!("the einsum '{text}' gives {name}, which no operand has."),
            ));
        }
    }
    Ok(Operation::Einsum { operands, output })
}
