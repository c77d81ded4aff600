//! Cuts a formula's text into tokens with their places. Mathematical signs of printed papers
//! (−, ×, ·, ², ≤, π) and the commonest LaTeX commands are read as what they mean.

use crate::cursor::is_greek;
use crate::error::{FormulaError, Position};

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Token {
    Number(f64),
    /// A name; `subscript` is what stood in `_{…}` when it isn't part of the name (`n+1`).
    Name {
        name: String,
        subscript: Option<String>,
        /// Written as a LaTeX command, so a following bracket is a product.
        command: bool,
        /// Dots over the name (ẋ): its time derivative.
        dots: u32,
    },
    /// An operator, bracket or separator, in its ASCII spelling.
    Sign(&'static str),
    /// Superscript digits: an integer power.
    Superscript(u32),
    /// LaTeX's `\frac` and `\dot`.
    Fraction,
    Dot,
    /// End of a line, or `;`.
    Break,
    End,
}

#[derive(Clone, Debug)]
pub(crate) struct Placed {
    pub token: Token,
    pub at: Position,
}

/// Longest text that is read: a formula is typed or pasted, not a data file.
const MAX_CHARACTERS: usize = 1 << 20;

pub(crate) fn tokens(text: &str) -> Result<Vec<Placed>, FormulaError> {
    let mut lexer = Lexer {
        characters: text.chars().collect(),
        next: 0,
        at: Position::START,
        brackets: 0,
        found: Vec::new(),
    };
    if lexer.characters.len() > MAX_CHARACTERS {
        return Err(FormulaError::new(
            Position::START,
            format!("the formula is longer than {MAX_CHARACTERS} characters; shorten it"),
        ));
    }
    while lexer.step()? {}
    Ok(lexer.found)
}

struct Lexer {
    characters: Vec<char>,
    next: usize,
    at: Position,
    /// Depth of `[…]`, inside which a line's end is white space (matrices).
    brackets: usize,
    found: Vec<Placed>,
}

const COMBINING_DOT: char = '\u{307}';
const COMBINING_TWO_DOTS: char = '\u{308}';

/// Letters with a dot above that have a character of their own.
const DOTTED: &[(char, char)] = &[
    ('ẋ', 'x'),
    ('ẏ', 'y'),
    ('ż', 'z'),
    ('ẇ', 'w'),
    ('ṙ', 'r'),
    ('ṡ', 's'),
    ('ṗ', 'p'),
    ('ṁ', 'm'),
    ('ṅ', 'n'),
    ('ȧ', 'a'),
    ('ḃ', 'b'),
    ('ċ', 'c'),
];

fn superscript(c: char) -> Option<u32> {
    "⁰¹²³⁴⁵⁶⁷⁸⁹"
        .chars()
        .position(|digit| digit == c)
        .map(|digit| digit as u32)
}

fn starts_name(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

fn continues_name(c: char) -> bool {
    (c.is_alphanumeric() || c == '_') && superscript(c).is_none()
}

impl Lexer {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.characters.get(self.next + ahead).copied()
    }

    fn take(&mut self) {
        if self.peek(0) == Some('\n') {
            self.at.line += 1;
            self.at.column = 1;
        } else {
            self.at.column += 1;
        }
        self.next += 1;
    }

    fn push(&mut self, token: Token, at: Position) {
        self.found.push(Placed { token, at });
    }

    /// Reads one token; false at the end.
    fn step(&mut self) -> Result<bool, FormulaError> {
        let at = self.at;
        let Some(c) = self.peek(0) else {
            self.push(Token::End, at);
            return Ok(false);
        };
        if c == '\n' {
            self.take();
            if self.brackets == 0 {
                self.push(Token::Break, at);
            }
        } else if c.is_whitespace() || c == '&' && self.peek(1) != Some('&') || c == '\u{feff}' {
            self.take();
        } else if c == '#' {
            while self.peek(0).is_some_and(|c| c != '\n') {
                self.take();
            }
        } else if c.is_ascii_digit() || c == '.' && self.peek(1).is_some_and(|d| d.is_ascii_digit())
        {
            self.number(at)?;
        } else if starts_name(c) {
            self.name(at, false)?;
        } else if c == '\\' {
            self.command(at)?;
        } else if let Some(digit) = superscript(c) {
            self.superscript(at, digit)?;
        } else {
            self.sign(at, c)?;
        }
        Ok(true)
    }

    fn number(&mut self, at: Position) -> Result<(), FormulaError> {
        let mut text = String::new();
        let digits = |lexer: &mut Self, text: &mut String| {
            while let Some(c) = lexer.peek(0).filter(char::is_ascii_digit) {
                text.push(c);
                lexer.take();
            }
        };
        digits(self, &mut text);
        // Two dots are a range: `0..N`.
        if self.peek(0) == Some('.') && self.peek(1) != Some('.') {
            text.push('.');
            self.take();
            digits(self, &mut text);
        }
        if matches!(self.peek(0), Some('e' | 'E')) {
            let sign = matches!(self.peek(1), Some('+' | '-' | '−'));
            if self
                .peek(1 + usize::from(sign))
                .is_some_and(|c| c.is_ascii_digit())
            {
                text.push('e');
                self.take();
                if sign {
                    text.push(if self.peek(0) == Some('+') { '+' } else { '-' });
                    self.take();
                }
                digits(self, &mut text);
            }
        }
        let value: f64 = text
            .parse()
            .map_err(|_| FormulaError::new(at, format!("`{text}` is not a number")))?;
        if !value.is_finite() {
            return Err(FormulaError::new(
                at,
                format!("`{text}` is larger than the largest number, 1.8e308"),
            ));
        }
        self.push(Token::Number(value), at);
        Ok(())
    }

    fn name(&mut self, at: Position, command: bool) -> Result<(), FormulaError> {
        let mut name = String::new();
        let mut dots = 0;
        while let Some(c) = self.peek(0) {
            if let Some((_, plain)) = DOTTED.iter().find(|(dotted, _)| *dotted == c) {
                name.push(*plain);
                dots += 1;
            } else if c == COMBINING_DOT {
                dots += 1;
            } else if c == COMBINING_TWO_DOTS {
                dots += 2;
            } else if continues_name(c) {
                name.push(c);
            } else {
                break;
            }
            self.take();
        }
        let mut subscript = None;
        self.letter_below(&mut name);
        if name.len() > 1 && name.ends_with('_') && self.peek(0) == Some('{') {
            self.take();
            let mut inside = String::new();
            loop {
                match self.peek(0) {
                    Some('}') => break,
                    Some(c) if c != '\n' && c != '{' => {
                        if !c.is_whitespace() {
                            inside.push(c);
                        }
                        self.take();
                    }
                    _ => return Err(FormulaError::new(at, "a subscript `_{` without its `}`")),
                }
            }
            self.take();
            if !inside.is_empty() && inside.chars().all(continues_name) {
                name.push_str(&inside);
            } else {
                name.pop();
                subscript = Some(inside);
            }
        }
        self.push(
            Token::Name {
                name,
                subscript,
                command,
                dots,
            },
            at,
        );
        Ok(())
    }

    /// `x_\tau`: a Greek letter below, without braces.
    fn letter_below(&mut self, name: &mut String) {
        if name.len() < 2 || !name.ends_with('_') || self.peek(0) != Some('\\') {
            return;
        }
        let word: String = self.characters[self.next + 1..]
            .iter()
            .take_while(|c| c.is_ascii_alphabetic())
            .collect();
        if is_greek(&word) {
            name.push_str(&word);
            for _ in 0..=word.len() {
                self.take();
            }
        }
    }

    /// A LaTeX command: Greek letters and functions are names, spacing is skipped.
    fn command(&mut self, at: Position) -> Result<(), FormulaError> {
        self.take();
        match self.peek(0) {
            Some('\\') => {
                self.take();
                self.push(Token::Break, at);
                return Ok(());
            }
            Some(',' | ';' | ' ' | '!' | ':') => {
                self.take();
                return Ok(());
            }
            Some(c) if c.is_ascii_alphabetic() => {}
            _ => {
                return Err(FormulaError::new(
                    at,
                    "a backslash must start a LaTeX command such as `\\sigma`",
                ));
            }
        }
        let word: String = self.characters[self.next..]
            .iter()
            .take_while(|c| c.is_ascii_alphabetic())
            .collect();
        let token = match word.as_str() {
            "left" | "right" | "quad" | "qquad" => None,
            "cdot" | "times" => Some(Token::Sign("*")),
            "frac" | "tfrac" | "dfrac" => Some(Token::Fraction),
            "dot" => Some(Token::Dot),
            "le" | "leq" => Some(Token::Sign("<=")),
            "ge" | "geq" => Some(Token::Sign(">=")),
            _ => return self.name(at, true),
        };
        for _ in 0..word.len() {
            self.take();
        }
        if let Some(token) = token {
            self.push(token, at);
        }
        Ok(())
    }

    fn superscript(&mut self, at: Position, first: u32) -> Result<(), FormulaError> {
        let mut power = first;
        self.take();
        while let Some(digit) = self.peek(0).and_then(superscript) {
            power = power * 10 + digit;
            if power > 9999 {
                return Err(FormulaError::new(at, "a power above 9999"));
            }
            self.take();
        }
        self.push(Token::Superscript(power), at);
        Ok(())
    }

    fn sign(&mut self, at: Position, c: char) -> Result<(), FormulaError> {
        // Longest spelling first.
        const SIGNS: &[(&str, &str)] = &[
            ("..=", "..="),
            ("..", ".."),
            ("**", "^"),
            ("<=", "<="),
            (">=", ">="),
            ("==", "=="),
            ("!=", "!="),
            ("&&", "and"),
            ("||", "or"),
            ("≤", "<="),
            ("≥", ">="),
            ("≠", "!="),
            ("−", "-"),
            ("–", "-"),
            ("×", "*"),
            ("·", "*"),
            ("⋅", "*"),
            ("∙", "*"),
            ("÷", "/"),
            ("′", "'"),
            ("’", "'"),
            ("+", "+"),
            ("-", "-"),
            ("*", "*"),
            ("/", "/"),
            ("^", "^"),
            ("%", "%"),
            ("(", "("),
            (")", ")"),
            ("[", "["),
            ("]", "]"),
            ("{", "{"),
            ("}", "}"),
            (",", ","),
            ("=", "="),
            ("<", "<"),
            (">", ">"),
            ("'", "'"),
            ("|", "|"),
            (";", ";"),
        ];
        let rest: String = self.characters[self.next..].iter().take(3).collect();
        let Some((spelling, sign)) = SIGNS
            .iter()
            .find(|(spelling, _)| rest.starts_with(spelling))
        else {
            return Err(FormulaError::new(
                at,
                format!("`{}` has no meaning in a formula", c.escape_debug()),
            ));
        };
        match *sign {
            "[" => self.brackets += 1,
            "]" => self.brackets = self.brackets.saturating_sub(1),
            _ => {}
        }
        for _ in spelling.chars() {
            self.take();
        }
        let token = if *sign == ";" {
            Token::Break
        } else {
            Token::Sign(sign)
        };
        self.push(token, at);
        Ok(())
    }
}

/// A token as an error message names it.
impl std::fmt::Display for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Token::Number(value) => write!(f, "`{value}`"),
            Token::Name { name, .. } => write!(f, "`{name}`"),
            Token::Sign(sign) => write!(f, "`{sign}`"),
            Token::Superscript(power) => write!(f, "the superscript {power}"),
            Token::Fraction => write!(f, "`\\frac`"),
            Token::Dot => write!(f, "`\\dot`"),
            Token::Break | Token::End => write!(f, "the end of the line"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn columns_count_characters_not_bytes() {
        let found = tokens("σ·(y − x)").unwrap();
        let columns: Vec<usize> = found.iter().map(|placed| placed.at.column).collect();
        assert_eq!(columns, [1, 2, 3, 4, 6, 8, 9, 10]);
    }

    #[test]
    fn a_range_does_not_swallow_its_dots() {
        let found = tokens("0..N").unwrap();
        assert_eq!(found[0].token, Token::Number(0.0));
        assert_eq!(found[1].token, Token::Sign(".."));
    }
}
