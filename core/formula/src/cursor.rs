//! Where the parser stands in the tokens, and what it knows about names.

use crate::error::{FormulaError, Position};
use crate::token::{Placed, Token};
use std::collections::HashSet;

/// Words that are never names of variables.
pub(crate) const KEYWORDS: &[&str] = &[
    "if",
    "else",
    "and",
    "or",
    "not",
    "mod",
    "for",
    "in",
    "cyclic",
    "otherwise",
];

pub(crate) const GREEK: &[&str] = &[
    "alpha",
    "beta",
    "gamma",
    "delta",
    "epsilon",
    "varepsilon",
    "zeta",
    "eta",
    "theta",
    "iota",
    "kappa",
    "lambda",
    "mu",
    "nu",
    "xi",
    "pi",
    "rho",
    "sigma",
    "tau",
    "upsilon",
    "phi",
    "varphi",
    "chi",
    "psi",
    "omega",
    "Gamma",
    "Delta",
    "Theta",
    "Lambda",
    "Xi",
    "Pi",
    "Sigma",
    "Phi",
    "Psi",
    "Omega",
];

pub(crate) fn is_greek(name: &str) -> bool {
    GREEK.contains(&name)
}

/// What the parser knows about names before it reads an expression.
#[derive(Default)]
pub(crate) struct Names {
    /// Functions that the text itself defines.
    pub functions: HashSet<String>,
    /// Variables and definitions: `x(ρ − z)` is a product.
    pub values: HashSet<String>,
    /// Variables alone: `x(t − τ)` is one of them at an earlier time.
    pub variables: HashSet<String>,
}

pub(crate) struct Parser<'a> {
    tokens: &'a [Placed],
    next: usize,
    pub(super) nesting: usize,
    pub(super) names: &'a Names,
    /// Inside |…| a bar closes.
    pub(super) bars: usize,
}

impl<'a> Parser<'a> {
    /// `tokens` must end with [`Token::End`] or [`Token::Break`], as a line of the lexer does.
    pub fn new(tokens: &'a [Placed], names: &'a Names) -> Self {
        Parser {
            tokens,
            next: 0,
            nesting: 0,
            names,
            bars: 0,
        }
    }

    pub fn token(&self) -> &'a Token {
        self.tokens
            .get(self.next)
            .map_or(&Token::End, |placed| &placed.token)
    }

    pub fn ahead(&self, by: usize) -> &'a Token {
        self.tokens
            .get(self.next + by)
            .map_or(&Token::End, |placed| &placed.token)
    }

    pub fn at(&self) -> Position {
        self.tokens
            .get(self.next)
            .or(self.tokens.last())
            .map_or(Position::START, |placed| placed.at)
    }

    pub fn advance(&mut self) {
        self.next += 1;
    }

    pub fn at_end(&self) -> bool {
        matches!(self.token(), Token::End | Token::Break)
    }

    pub fn is_sign(&self, sign: &str) -> bool {
        matches!(self.token(), Token::Sign(found) if *found == sign)
    }

    pub fn accept(&mut self, sign: &str) -> bool {
        let found = self.is_sign(sign);
        if found {
            self.advance();
        }
        found
    }

    pub fn is_word(&self, word: &str) -> bool {
        matches!(self.token(), Token::Name { name, .. } if name == word)
    }

    pub fn accept_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        if found {
            self.advance();
        }
        found
    }

    pub fn expect(&mut self, sign: &str, after: &str) -> Result<(), FormulaError> {
        if self.accept(sign) {
            Ok(())
        } else {
            Err(self.unexpected(&format!("`{sign}` {after}")))
        }
    }

    pub fn unexpected(&self, wanted: &str) -> FormulaError {
        FormulaError::new(
            self.at(),
            format!("expected {wanted}, but found {}", self.token()),
        )
    }
}
