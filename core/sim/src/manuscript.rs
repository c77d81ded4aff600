//! A model in the words of whoever makes it: equations, rules, diagrams that are written down.

use std::ops::Range;

use crate::analysis::Job;
use crate::error::SimError;
use crate::model::Model;

/// How models of a science are written down and read.
pub trait Manuscript: Send + Sync {
    /// "Equations".
    fn name(&self) -> &'static str;
    /// "system": what one of them is called.
    fn thing(&self) -> &'static str;
    /// One sentence: what can be written.
    fn help(&self) -> &'static str;
    /// What a new one begins as: small, and moving at once.
    fn fresh(&self) -> Result<Model, SimError>;
    /// A model's text.
    fn text(&self, model: &Model) -> Result<String, SimError>;
    /// Reads a text; what it does not say is kept from `old`. Measures what it must, so it
    /// belongs on a thread of its own.
    ///
    /// # Errors
    /// The first fault, with its place.
    fn read(&self, title: &str, text: &str, old: Option<&Model>, job: &Job)
    -> Result<Draft, Fault>;
    /// What the words of a text are, in order; what is none of these is left out.
    fn words(&self, text: &str) -> Vec<(Range<usize>, Word)>;
}

/// A text that has been read.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    pub model: Model,
    /// Its formulas in LaTeX, one a line.
    pub formulas: Vec<String>,
    /// What was understood in a way that may surprise, a sentence each.
    pub notes: Vec<String>,
    /// What it has become, in one line: "3 variables, 2 parameters".
    pub summary: String,
}

/// What a word of a text is, by which it is coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// What the text is about: a variable.
    Subject,
    Function,
    Number,
    Comment,
}

/// A fault and where it stands in the text; lines and columns (characters) from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub line: usize,
    pub column: usize,
    /// One sentence, without its full stop.
    pub message: String,
}

impl Fault {
    pub fn new(line: usize, column: usize, message: impl Into<String>) -> Self {
        Self {
            line,
            column,
            message: message.into(),
        }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let end = if self.message.ends_with(['?', '.']) {
            ""
        } else {
            "."
        };
        write!(
            f,
            "Line {}, column {}: {}{end}",
            self.line, self.column, self.message
        )
    }
}
