//! Splits a system's text into statements and reads the left-hand side of each: a rate, a next
//! value, a definition, a function. Forms are accepted as papers and other programs print them:
//! `dx/dt`, `x'`, `ẋ`, `\dot{x}`, `x[n+1]`, `x_{n+1}`, `next x`.

use crate::cursor::{KEYWORDS, Names, Parser};
use crate::error::{FormulaError, Position};
use crate::syntax::{Form, IndexRange, Syntax};
use crate::token::{Placed, Token, tokens};

#[derive(Clone, Debug)]
pub(crate) enum Left {
    /// The rate of change of a variable of a flow.
    Rate(String, Vec<Syntax>),
    /// The next value of a variable of a map.
    Next(String, Vec<Syntax>),
    /// An intermediate value.
    Definition(String, Vec<Syntax>),
    /// `f(a, b) = …`
    Function(String, Vec<String>),
}

impl Left {
    pub fn name(&self) -> &str {
        match self {
            Left::Rate(name, _)
            | Left::Next(name, _)
            | Left::Definition(name, _)
            | Left::Function(name, _) => name,
        }
    }

    pub fn indices(&self) -> &[Syntax] {
        match self {
            Left::Rate(_, indices) | Left::Next(_, indices) | Left::Definition(_, indices) => {
                indices
            }
            Left::Function(..) => &[],
        }
    }

    pub fn is_variable(&self) -> bool {
        matches!(self, Left::Rate(..) | Left::Next(..))
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Statement {
    pub left: Left,
    pub at: Position,
    pub right: Syntax,
    pub ranges: Vec<IndexRange>,
}

/// A system's text, read but not yet resolved.
#[derive(Clone, Debug, Default)]
pub(crate) struct Source {
    pub statements: Vec<Statement>,
    /// The letter that counts steps in `x[n+1]`.
    pub step_letter: Option<String>,
}

/// A left-hand side with the number of tokens that it took, `=` included.
struct Head {
    left: Left,
    at: Position,
    letter: Option<String>,
    taken: usize,
}

pub(crate) fn read(text: &str) -> Result<Source, FormulaError> {
    let all = tokens(text)?;
    let lines: Vec<&[Placed]> = all
        .split_inclusive(|placed| matches!(placed.token, Token::Break | Token::End))
        .filter(|line| line.len() > 1)
        .collect();
    let no_names = Names::default();
    let heads = lines
        .iter()
        .map(|line| head(line, &no_names))
        .collect::<Result<Vec<_>, _>>()?;

    let mut names = Names::default();
    for head in &heads {
        let name = head.left.name().to_owned();
        match head.left {
            Left::Function(..) => names.functions.insert(name),
            Left::Rate(..) | Left::Next(..) => {
                names.variables.insert(name.clone());
                names.values.insert(name)
            }
            Left::Definition(..) => names.values.insert(name),
        };
    }
    let mut source = Source::default();
    for (line, head) in lines.into_iter().zip(heads) {
        if let Some(letter) = head.letter {
            if source
                .step_letter
                .as_ref()
                .is_some_and(|known| *known != letter)
            {
                return Err(FormulaError::new(
                    head.at,
                    "two letters count the steps; use the same one in every equation",
                ));
            }
            source.step_letter = Some(letter);
        }
        let mut parser = Parser::new(&line[head.taken..], &names);
        let right = parser.expression()?;
        let mut ranges = Vec::new();
        if parser.accept_word("for") {
            loop {
                ranges.push(parser.index_range()?);
                if !parser.accept(",") {
                    break;
                }
            }
        }
        if !parser.at_end() {
            return Err(parser.unexpected("an operator or the end of the line"));
        }
        source.statements.push(Statement {
            left: head.left,
            at: head.at,
            right,
            ranges,
        });
    }
    Ok(source)
}

/// Reads one expression and nothing after it.
pub(crate) fn read_expression(text: &str) -> Result<Syntax, FormulaError> {
    let mut all = tokens(text)?;
    all.retain(|placed| placed.token != Token::Break);
    let names = Names::default();
    let mut parser = Parser::new(&all, &names);
    let read = parser.expression()?;
    if parser.at_end() {
        Ok(read)
    } else {
        Err(parser.unexpected("an operator or the end"))
    }
}

fn head(line: &[Placed], names: &Names) -> Result<Head, FormulaError> {
    let at = line[0].at;
    let (left, letter, taken) = head_forms(line, names, at)?;
    let name = left.name();
    if KEYWORDS.contains(&name) || matches!(name, "pi" | "π" | "t" | "next") {
        return Err(FormulaError::new(
            at,
            format!("`{name}` has a meaning of its own; choose another name"),
        ));
    }
    if !matches!(
        line.get(taken).map(|placed| &placed.token),
        Some(Token::Sign("="))
    ) {
        let found = line.get(taken).or(line.last());
        return Err(FormulaError::new(
            found.map_or(at, |placed| placed.at),
            format!(
                "expected `=` after the left-hand side, but found {}",
                found.map_or(&Token::End, |placed| &placed.token)
            ),
        ));
    }
    Ok(Head {
        left,
        at,
        letter,
        taken: taken + 1,
    })
}

/// The left-hand side, the step letter if it shows one, and the number of its tokens.
fn head_forms(
    line: &[Placed],
    names: &Names,
    at: Position,
) -> Result<(Left, Option<String>, usize), FormulaError> {
    let token = |place: usize| line.get(place).map_or(&Token::End, |placed| &placed.token);
    let sign = |place: usize, sign: &str| matches!(token(place), Token::Sign(s) if *s == sign);
    let name = |place: usize| match token(place) {
        Token::Name {
            name,
            subscript: None,
            dots: 0,
            ..
        } => Some(name.as_str()),
        _ => None,
    };
    let indices = |place: usize| -> Result<(Vec<Syntax>, usize), FormulaError> {
        if !sign(place, "[") {
            return Ok((Vec::new(), place));
        }
        let close = (place..line.len())
            .find(|&end| sign(end, "]"))
            .ok_or_else(|| FormulaError::new(line[place].at, "`[` without its `]`"))?;
        let mut parser = Parser::new(&line[place + 1..=close], names);
        Ok((parser.list("]")?, close + 1))
    };

    // \frac{dx}{dt}, \dot{x}, \dot x
    if *token(0) == Token::Fraction
        && sign(1, "{")
        && sign(3, "}")
        && sign(4, "{")
        && name(5) == Some("dt")
        && sign(6, "}")
        && let Some(variable) = name(2).and_then(|name| name.strip_prefix('d'))
    {
        return Ok((Left::Rate(variable.to_owned(), Vec::new()), None, 7));
    }
    if *token(0) == Token::Dot {
        let braced = usize::from(sign(1, "{"));
        if let Some(variable) = name(1 + braced) {
            let (indices, end) = indices(2 + 2 * braced)?;
            return Ok((Left::Rate(variable.to_owned(), indices), None, end));
        }
    }
    if name(0) == Some("next")
        && let Some(variable) = name(1)
    {
        let (indices, end) = indices(2)?;
        return Ok((Left::Next(variable.to_owned(), indices), None, end));
    }
    let Token::Name {
        name: first,
        subscript,
        dots,
        ..
    } = token(0)
    else {
        return Err(FormulaError::new(
            at,
            format!(
                "expected an equation such as `dx/dt = …`, `x[n+1] = …` or `a = …`, but found {}",
                token(0)
            ),
        ));
    };
    if *dots > 1 {
        return Err(second_derivative(at, first));
    }
    if *dots == 1 {
        let (indices, end) = indices(1)?;
        return Ok((Left::Rate(first.clone(), indices), None, end));
    }
    if let Some(subscript) = subscript {
        let letter = subscript.strip_suffix("+1").filter(|l| is_step_letter(l));
        return match letter {
            Some(letter) => Ok((
                Left::Next(first.clone(), Vec::new()),
                Some(letter.to_owned()),
                1,
            )),
            None => Err(FormulaError::new(
                at,
                format!("`{first}_{{{subscript}}}` is no left-hand side; write `{first}_{{n+1}}`"),
            )),
        };
    }
    // d x / d t
    if first == "d"
        && sign(2, "/")
        && name(3) == Some("d")
        && name(4) == Some("t")
        && let Some(variable) = name(1)
    {
        return Ok((Left::Rate(variable.to_owned(), Vec::new()), None, 5));
    }
    let (after_first, end) = indices(1)?;
    if sign(end, "/")
        && name(end + 1) == Some("dt")
        && let Some(variable) = first.strip_prefix('d').filter(|rest| !rest.is_empty())
    {
        return Ok((Left::Rate(variable.to_owned(), after_first), None, end + 2));
    }
    if sign(end, "'") {
        if sign(end + 1, "'") {
            return Err(second_derivative(at, first));
        }
        let (more, end) = indices(end + 1)?;
        let indices = if more.is_empty() { after_first } else { more };
        return Ok((Left::Rate(first.clone(), indices), None, end));
    }
    let bound_later = |letter: &str| {
        (0..line.len()).any(|place| {
            name(place) == Some("for")
                && (place..line.len())
                    .any(|index| name(index) == Some(letter) && name(index + 1) == Some("in"))
        })
    };
    // x[n+1]
    if let Some(letter) = name(2)
        .filter(|letter| is_step_letter(letter) && !bound_later(letter))
        .filter(|_| sign(1, "[") && sign(5, "]"))
        .filter(|_| sign(3, "+") && *token(4) == Token::Number(1.0))
    {
        return Ok((
            Left::Next(first.clone(), Vec::new()),
            Some(letter.to_owned()),
            6,
        ));
    }
    if sign(1, "(") {
        let mut arguments = Vec::new();
        let mut place = 2;
        while let Some(argument) = name(place) {
            arguments.push(argument.to_owned());
            place += 1;
            if sign(place, ",") {
                place += 1;
            } else {
                break;
            }
        }
        if !sign(place, ")") || arguments.is_empty() {
            return Err(FormulaError::new(
                line[place.min(line.len() - 1)].at,
                "expected the names of the function's arguments, such as `f(x, y) = …`",
            ));
        }
        return Ok((Left::Function(first.clone(), arguments), None, place + 1));
    }
    Ok((Left::Definition(first.clone(), after_first), None, end))
}

fn is_step_letter(letter: &str) -> bool {
    matches!(letter, "n" | "k" | "t" | "i" | "j" | "m")
}

fn second_derivative(at: Position, name: &str) -> FormulaError {
    FormulaError::new(
        at,
        format!(
            "`{name}` has a second derivative; write it as two equations, \
             `{name}' = v` and `v' = …`"
        ),
    )
}

/// The index of a step in `x[n]`: 0 for n, 1 for n + 1, −1 for n − 1; `None` for other forms.
pub(crate) fn step_offset(index: &Syntax, letter: &str) -> Option<i64> {
    let is_letter = |syntax: &Syntax| matches!(&syntax.form, Form::Name(name) if name == letter);
    if is_letter(index) {
        return Some(0);
    }
    match &index.form {
        Form::Sum(terms) => match terms.as_slice() {
            [(false, first), (minus, second)] if is_letter(first) => match second.form {
                Form::Number(value) if value.fract() == 0.0 && value.abs() < 1e6 => {
                    Some(if *minus { -value as i64 } else { value as i64 })
                }
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}
