//! Cuts a circuit's text into tokens, each with its place.

use crate::error::CircuitError;
use crate::span::Span;

#[derive(Clone, Debug, PartialEq)]
pub enum Token {
    Word(String),
    Integer(u64),
    Decimal(f64),
    Text(String),
    /// `#C5BEDF`
    Colour(u32),
    /// One of `( ) [ ] { } ; : | , = + - * / ^ ->`.
    Mark(&'static str),
    End,
}

impl Token {
    /// As an error names it.
    pub fn title(&self) -> String {
        match self {
            Self::Word(word) => format!("\"{word}\""),
            Self::Integer(n) => n.to_string(),
            Self::Decimal(x) => x.to_string(),
            Self::Text(text) => format!("the text \"{text}\""),
            Self::Colour(rgb) => format!("the colour #{rgb:06X}"),
            Self::Mark(mark) => format!("\"{mark}\""),
            Self::End => "the end of the text".to_owned(),
        }
    }
}

/// Texts beyond this are no circuits.
const LONGEST: usize = 1 << 20;

/// All tokens, the last of them [`Token::End`].
pub fn tokens(text: &str) -> Result<Vec<(Token, Span)>, CircuitError> {
    if text.len() > LONGEST {
        return Err(CircuitError::meaning(
            Span::new(1, 1),
            "the text is longer than 1 MiB; cut it into several circuits.",
        ));
    }
    let mut lexer = Lexer {
        rest: text.chars().peekable(),
        at: Span::new(1, 1),
    };
    let mut list = Vec::new();
    loop {
        lexer.skip()?;
        let at = lexer.at;
        let token = lexer.token()?;
        let end = token == Token::End;
        list.push((token, at));
        if end {
            return Ok(list);
        }
    }
}

pub fn is_word_start(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}
pub fn is_word_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

struct Lexer<'a> {
    rest: std::iter::Peekable<std::str::Chars<'a>>,
    at: Span,
}

impl Lexer<'_> {
    fn next(&mut self) -> Option<char> {
        let c = self.rest.next()?;
        if c == '\n' {
            self.at = Span::new(self.at.line + 1, 1);
        } else {
            self.at.column += 1;
        }
        Some(c)
    }
    fn peek(&mut self) -> Option<char> {
        self.rest.peek().copied()
    }
    fn second(&self) -> Option<char> {
        self.rest.clone().nth(1)
    }

    /// Passes over blanks and comments: `// to the end of the line`.
    fn skip(&mut self) -> Result<(), CircuitError> {
        loop {
            match self.peek() {
                Some(c) if c.is_whitespace() => {
                    self.next();
                }
                Some('/') if self.second() == Some('/') => {
                    while self.peek().is_some_and(|c| c != '\n') {
                        self.next();
                    }
                }
                _ => return Ok(()),
            }
        }
    }

    fn token(&mut self) -> Result<Token, CircuitError> {
        let at = self.at;
        let Some(c) = self.peek() else {
            return Ok(Token::End);
        };
        if is_word_start(c) {
            return Ok(Token::Word(self.take_while(is_word_part)));
        }
        if c.is_ascii_digit() {
            return self.number(at);
        }
        self.next();
        let mark = match c {
            '"' | '\'' => return self.text(c, at),
            '#' => return self.colour(at),
            '-' if self.peek() == Some('>') => {
                self.next();
                "->"
            }
            '→' => "->",
            '(' => "(",
            ')' => ")",
            '[' => "[",
            ']' => "]",
            '{' => "{",
            '}' => "}",
            ';' => ";",
            '|' => "|",
            ',' => ",",
            ':' => ":",
            '=' => "=",
            '+' => "+",
            '-' | '−' => "-",
            '*' => "*",
            '/' => "/",
            '^' => "^",
            other => {
                return Err(CircuitError::meaning(
                    at,
                    format!("the character {other:?} means nothing here; comments start with //."),
                ));
            }
        };
        Ok(Token::Mark(mark))
    }

    fn take_while(&mut self, keep: impl Fn(char) -> bool) -> String {
        let mut text = String::new();
        while let Some(c) = self.peek().filter(|c| keep(*c)) {
            text.push(c);
            self.next();
        }
        text
    }

    fn number(&mut self, at: Span) -> Result<Token, CircuitError> {
        let mut text = self.take_while(|c| c.is_ascii_digit());
        let mut whole = true;
        if self.peek() == Some('.') && self.second().is_some_and(|c| c.is_ascii_digit()) {
            whole = false;
            self.next();
            text.push('.');
            text.push_str(&self.take_while(|c| c.is_ascii_digit()));
        }
        if let Some(e @ ('e' | 'E')) = self.peek() {
            let mut ahead = self.rest.clone();
            ahead.next();
            let sign = ahead.peek().copied().filter(|c| matches!(c, '+' | '-'));
            if sign.is_some() {
                ahead.next();
            }
            if ahead.peek().is_some_and(char::is_ascii_digit) {
                whole = false;
                self.next();
                text.push(e);
                if let Some(sign) = sign {
                    self.next();
                    text.push(sign);
                }
                text.push_str(&self.take_while(|c| c.is_ascii_digit()));
            }
        }
        let refuse = || CircuitError::meaning(at, format!("the number {text} is too large."));
        if whole {
            text.parse().map(Token::Integer).map_err(|_| refuse())
        } else {
            match text.parse::<f64>() {
                Ok(x) if x.is_finite() => Ok(Token::Decimal(x)),
                _ => Err(refuse()),
            }
        }
    }

    /// A text in double or single quotes, on one line; `\"`, `\'` and `\\` stand for themselves.
    fn text(&mut self, quote: char, at: Span) -> Result<Token, CircuitError> {
        let mut text = String::new();
        loop {
            match self.next() {
                Some(c) if c == quote => return Ok(Token::Text(text)),
                Some('\\') if matches!(self.peek(), Some('"' | '\'' | '\\')) => {
                    text.extend(self.next());
                }
                Some(c) if c != '\n' => text.push(c),
                _ => {
                    return Err(CircuitError::meaning(
                        at,
                        format!("this text has no closing {quote} on its line."),
                    ));
                }
            }
        }
    }

    fn colour(&mut self, at: Span) -> Result<Token, CircuitError> {
        let digits = self.take_while(|c| c.is_ascii_alphanumeric());
        match u32::from_str_radix(&digits, 16) {
            Ok(rgb) if digits.len() == 6 => Ok(Token::Colour(rgb)),
            _ => Err(CircuitError::meaning(
                at,
                format!("#{digits} is no colour; write six hexadecimal digits, such as #C5BEDF."),
            )),
        }
    }
}
