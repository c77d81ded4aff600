//! Reads expressions by recursive descent: sums, products, powers, calls, conditions, sums over an
//! index. Nesting is bounded, so that no text can exhaust the stack.
//!
//! A leading minus takes the whole product (`-x*y` is −(x·y)), powers bind tighter and to the
//! right, and two factors side by side multiply: `2x`, `x(ρ − z)`.

use crate::cursor::{GREEK, KEYWORDS, Parser};
use crate::error::{FormulaError, Position};
use crate::expr::Relation;
use crate::function::Function;
use crate::syntax::{Factor, Form, IndexRange, Syntax};
use crate::token::Token;

/// Brackets within brackets that are still read.
const MAX_NESTING: usize = 100;

pub(crate) type Parsed = Result<Syntax, FormulaError>;

impl Parser<'_> {
    fn nested(&mut self, read: impl FnOnce(&mut Self) -> Parsed) -> Parsed {
        self.nesting += 1;
        if self.nesting > MAX_NESTING {
            return Err(FormulaError::new(
                self.at(),
                format!(
                    "more than {MAX_NESTING} brackets within each other; \
                     split the formula with intermediate definitions"
                ),
            ));
        }
        let read = read(self);
        self.nesting -= 1;
        read
    }

    /// A whole expression, with `a if condition else b`.
    pub fn expression(&mut self) -> Parsed {
        self.nested(|parser| {
            let at = parser.at();
            let first = parser.either()?;
            let mut arms = Vec::new();
            let mut value = first;
            while parser.accept_word("if") {
                let condition = parser.either()?;
                if !parser.accept_word("else") {
                    return Err(parser.unexpected("`else` with the value otherwise"));
                }
                arms.push((condition, value));
                value = parser.either()?;
            }
            Ok(if arms.is_empty() {
                value
            } else {
                Syntax::new(Form::Piecewise(arms, Box::new(value)), at)
            })
        })
    }

    fn either(&mut self) -> Parsed {
        let at = self.at();
        let mut any = vec![self.both()?];
        while self.accept_word("or") || self.bars == 0 && self.accept("or") {
            any.push(self.both()?);
        }
        Ok(single_or(any, Form::Or, at))
    }

    fn both(&mut self) -> Parsed {
        let at = self.at();
        let mut all = vec![self.negation()?];
        while self.accept_word("and") || self.accept("and") {
            all.push(self.negation()?);
        }
        Ok(single_or(all, Form::And, at))
    }

    fn negation(&mut self) -> Parsed {
        let at = self.at();
        if self.accept_word("not") {
            let inner = self.nested(Self::negation)?;
            return Ok(Syntax::new(Form::Not(Box::new(inner)), at));
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Parsed {
        let at = self.at();
        let first = self.sum()?;
        let mut rest = Vec::new();
        while let Token::Sign(sign) = self.token() {
            let relation = match *sign {
                "<" => Relation::Less,
                "<=" => Relation::LessEqual,
                ">" => Relation::Greater,
                ">=" => Relation::GreaterEqual,
                "==" => Relation::Equal,
                "!=" => Relation::NotEqual,
                _ => break,
            };
            self.advance();
            rest.push((relation, self.sum()?));
        }
        Ok(if rest.is_empty() {
            first
        } else {
            Syntax::new(Form::Comparison(Box::new(first), rest), at)
        })
    }

    fn sum(&mut self) -> Parsed {
        let at = self.at();
        let mut terms = vec![(false, self.signed_product()?)];
        loop {
            let subtracted = if self.accept("+") {
                false
            } else if self.accept("-") {
                true
            } else {
                break;
            };
            terms.push((subtracted, self.signed_product()?));
        }
        Ok(match terms.len() {
            1 => terms.swap_remove(0).1,
            _ => Syntax::new(Form::Sum(terms), at),
        })
    }

    fn signed_product(&mut self) -> Parsed {
        let at = self.at();
        if self.accept("-") {
            let inner = self.nested(Self::signed_product)?;
            return Ok(Syntax::new(Form::Negative(Box::new(inner)), at));
        }
        if self.accept("+") {
            return self.nested(Self::signed_product);
        }
        self.product()
    }

    fn product(&mut self) -> Parsed {
        let at = self.at();
        let mut factors = vec![(Factor::Times, self.power()?)];
        loop {
            let factor = if self.accept("*") {
                Factor::Times
            } else if self.accept("/") {
                Factor::Over
            } else if self.accept("%") || self.accept_word("mod") {
                Factor::Modulo
            } else if self.starts_factor() {
                if matches!(factors.last(), Some((Factor::Over | Factor::Modulo, _))) {
                    return Err(FormulaError::new(
                        self.at(),
                        "a product without `*` after a division can be read in two ways; \
                         write `a/(b*c)` or `a/b*c`",
                    ));
                }
                factors.push((Factor::Times, self.power()?));
                continue;
            } else {
                break;
            };
            factors.push((factor, self.signed_factor()?));
        }
        Ok(match factors.len() {
            1 => factors.swap_remove(0).1,
            _ => Syntax::new(Form::Product(factors), at),
        })
    }

    /// Whether the next token can be multiplied with the factor before it without a sign.
    fn starts_factor(&self) -> bool {
        match self.token() {
            Token::Name { name, .. } => !KEYWORDS.contains(&name.as_str()),
            Token::Sign(sign) => matches!(*sign, "(" | "{"),
            Token::Fraction => true,
            _ => false,
        }
    }

    fn signed_factor(&mut self) -> Parsed {
        let at = self.at();
        if self.accept("-") {
            let inner = self.nested(Self::signed_factor)?;
            return Ok(Syntax::new(Form::Negative(Box::new(inner)), at));
        }
        if self.accept("+") {
            return self.nested(Self::signed_factor);
        }
        self.power()
    }

    fn power(&mut self) -> Parsed {
        let base = self.postfix()?;
        if self.is_sign("^") {
            let at = self.at();
            self.advance();
            let exponent = self.nested(Self::signed_factor)?;
            return Ok(Syntax::new(
                Form::Power(Box::new(base), Box::new(exponent)),
                at,
            ));
        }
        Ok(base)
    }

    fn postfix(&mut self) -> Parsed {
        let mut base = self.primary()?;
        while let Token::Superscript(power) = self.token() {
            let at = self.at();
            let exponent = Syntax::new(Form::Number(f64::from(*power)), at);
            self.advance();
            base = Syntax::new(Form::Power(Box::new(base), Box::new(exponent)), at);
            if matches!(self.token(), Token::Superscript(_)) {
                return Err(self.unexpected("one superscript"));
            }
        }
        Ok(base)
    }

    fn primary(&mut self) -> Parsed {
        let at = self.at();
        match self.token() {
            Token::Number(value) => {
                self.advance();
                Ok(Syntax::new(Form::Number(*value), at))
            }
            Token::Name {
                name,
                subscript,
                command,
                dots,
            } => {
                if KEYWORDS.contains(&name.as_str()) && !(name == "mod" || name == "if") {
                    return Err(self.unexpected("a value"));
                }
                if *dots > 0 {
                    return Err(FormulaError::new(
                        at,
                        format!(
                            "the derivative of `{name}` stands inside an expression; \
                             define it under a name of its own"
                        ),
                    ));
                }
                self.advance();
                self.named(name, subscript.as_deref(), *command, at)
            }
            Token::Sign("(") => self.bracketed("(", ")"),
            Token::Sign("{") => self.bracketed("{", "}"),
            Token::Sign("[") => {
                self.advance();
                let items = self.list("]")?;
                Ok(Syntax::new(Form::List(items), at))
            }
            Token::Sign("|") => {
                self.advance();
                self.bars += 1;
                let inner = self.expression()?;
                self.bars -= 1;
                self.expect("|", "after the absolute value")?;
                Ok(Syntax::new(Form::Call("abs".to_owned(), vec![inner]), at))
            }
            Token::Fraction => {
                self.advance();
                let above = self.bracketed("{", "}")?;
                let below = self.bracketed("{", "}")?;
                Ok(Syntax::new(
                    Form::Product(vec![(Factor::Times, above), (Factor::Over, below)]),
                    at,
                ))
            }
            _ => Err(self.unexpected("a value")),
        }
    }

    pub(super) fn bracketed(&mut self, open: &str, close: &str) -> Parsed {
        self.expect(open, "here")?;
        let bars = std::mem::take(&mut self.bars);
        let inner = self.expression()?;
        self.bars = bars;
        self.expect(close, "to close the bracket")?;
        Ok(inner)
    }

    /// Comma-separated expressions up to `close`, which is taken.
    pub fn list(&mut self, close: &str) -> Result<Vec<Syntax>, FormulaError> {
        let bars = std::mem::take(&mut self.bars);
        let mut items = Vec::new();
        if !self.accept(close) {
            loop {
                items.push(self.expression()?);
                if self.accept(",") {
                    continue;
                }
                self.expect(close, "or `,` after the value")?;
                break;
            }
        }
        self.bars = bars;
        Ok(items)
    }

    fn named(
        &mut self,
        name: &str,
        subscript: Option<&str>,
        command: bool,
        at: Position,
    ) -> Parsed {
        if let Some(subscript) = subscript {
            return Ok(Syntax::new(
                Form::Subscripted(name.to_owned(), subscript.to_owned()),
                at,
            ));
        }
        if self.is_sign("[") {
            self.advance();
            let indices = self.list("]")?;
            if indices.is_empty() {
                return Err(FormulaError::new(at, format!("`{name}[]` lacks its index")));
            }
            let found = Syntax::new(Form::Indexed(name.to_owned(), indices), at);
            return self.at_time(name, found);
        }
        let function = matches!(name, "pow" | "if" | "sum" | "piecewise")
            || Function::from_name(name).is_some()
            || self.names.functions.contains(name);
        if !function {
            let bracket = self.is_sign("(");
            let letter = name.chars().filter(|c| c.is_alphabetic()).count() == 1;
            if bracket
                && !command
                && !letter
                && !self.names.values.contains(name)
                && !GREEK.contains(&name)
            {
                let known = Function::ALL
                    .iter()
                    .map(|function| function.name())
                    .chain(["pow", "if", "sum"])
                    .chain(self.names.functions.iter().map(String::as_str));
                return Err(FormulaError::new(
                    at,
                    format!("unknown function `{name}` (for a product write `{name}*(…)`)"),
                )
                .with_nearest(name, known));
            }
            return self.at_time(name, Syntax::new(Form::Name(name.to_owned()), at));
        }
        if !self.is_sign("(") {
            if self.names.values.contains(name) {
                return Ok(Syntax::new(Form::Name(name.to_owned()), at));
            }
            if command && Function::from_name(name).is_some() {
                return self.nested(|parser| parser.printed_call(name, at));
            }
            return Err(FormulaError::new(
                self.at(),
                format!(
                    "expected `(` after the function `{name}`, but found {}",
                    self.token()
                ),
            ));
        }
        self.advance();
        if name == "sum" {
            let bars = std::mem::take(&mut self.bars);
            let range = self.index_range()?;
            self.expect(",", "between the range of the sum and its term")?;
            let body = self.expression()?;
            self.bars = bars;
            self.expect(")", "to close the sum")?;
            return Ok(Syntax::new(
                Form::SumOver(Box::new(range), Box::new(body)),
                at,
            ));
        }
        let arguments = self.list(")")?;
        if matches!(name, "if" | "piecewise") {
            return piecewise(arguments, at);
        }
        Ok(Syntax::new(Form::Call(name.to_owned(), arguments), at))
    }

    /// What follows LaTeX's `\sin`: `\sin{x}`, `\sin 2 x`, `\sin^2 x`. The argument is all that
    /// is printed beside it, up to a sign or the next function.
    fn printed_call(&mut self, name: &str, at: Position) -> Parsed {
        let exponent = match self.token() {
            Token::Superscript(power) => {
                let exponent = Syntax::new(Form::Number(f64::from(*power)), self.at());
                self.advance();
                Some(exponent)
            }
            _ if self.accept("^") => Some(self.primary()?),
            _ => None,
        };
        let mut factors = vec![(Factor::Times, self.power()?)];
        while self.starts_factor() && !self.starts_function() {
            factors.push((Factor::Times, self.power()?));
        }
        let argument = match factors.len() {
            1 => factors.swap_remove(0).1,
            _ => Syntax::new(Form::Product(factors), at),
        };
        let call = Syntax::new(Form::Call(name.to_owned(), vec![argument]), at);
        Ok(match exponent {
            Some(exponent) => Syntax::new(Form::Power(Box::new(call), Box::new(exponent)), at),
            None => call,
        })
    }

    fn starts_function(&self) -> bool {
        matches!(self.token(), Token::Name { name, .. } if Function::from_name(name).is_some())
    }

    /// `i in 0..N`, `i in 1..=N`, with `cyclic` after it.
    pub fn index_range(&mut self) -> Result<IndexRange, FormulaError> {
        let at = self.at();
        let Token::Name {
            name,
            subscript: None,
            ..
        } = self.token()
        else {
            return Err(self.unexpected("the name of an index"));
        };
        if KEYWORDS.contains(&name.as_str())
            || !matches!(self.ahead(1), Token::Name { name, .. } if name == "in")
        {
            return Err(self.unexpected("an index with its range, such as `i in 0..N`"));
        }
        self.advance();
        self.advance();
        let from = self.nested(Self::sum)?;
        let inclusive = self.is_sign("..=");
        if !inclusive && !self.is_sign("..") {
            return Err(self.unexpected("`..` between the ends of the range"));
        }
        self.advance();
        let to = self.nested(Self::sum)?;
        let cyclic = self.accept_word("cyclic");
        Ok(IndexRange {
            index: name.clone(),
            from,
            to,
            inclusive,
            cyclic,
            at,
        })
    }
}

fn single_or(mut items: Vec<Syntax>, form: fn(Vec<Syntax>) -> Form, at: Position) -> Syntax {
    if items.len() == 1 {
        items.swap_remove(0)
    } else {
        Syntax::new(form(items), at)
    }
}

/// `if(c, a, b)` and `if(c1, a1, c2, a2, …, otherwise)`.
fn piecewise(arguments: Vec<Syntax>, at: Position) -> Parsed {
    if arguments.len() < 3 || arguments.len().is_multiple_of(2) {
        return Err(FormulaError::new(
            at,
            "`if` takes a condition, its value, and the value otherwise: `if(x > 0, a, b)`",
        ));
    }
    let mut arms = Vec::new();
    let mut arguments = arguments.into_iter();
    loop {
        match (arguments.next(), arguments.next()) {
            (Some(condition), Some(value)) => arms.push((condition, value)),
            (Some(otherwise), None) => {
                return Ok(Syntax::new(Form::Piecewise(arms, Box::new(otherwise)), at));
            }
            _ => return Err(FormulaError::new(at, "`if` lacks the value otherwise")),
        }
    }
}
