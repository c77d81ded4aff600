//! Why a file could not be read or written.

use std::fmt;

use thiserror::Error;

use crate::rle::RleError;

/// Why a file could not be read or written, with the place where a text has one.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub struct FileError {
    /// Line, from 1.
    pub line: Option<usize>,
    /// Character in the line, from 1.
    pub column: Option<usize>,
    /// What is wrong and what to do.
    pub problem: String,
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.line, self.column) {
            (Some(line), Some(column)) => write!(f, "line {line}, column {column}: ")?,
            (Some(line), None) => write!(f, "line {line}: ")?,
            _ => {}
        }
        f.write_str(&self.problem)
    }
}

impl FileError {
    /// An error that has no place in a text.
    pub fn new(problem: impl Into<String>) -> Self {
        Self {
            line: None,
            column: None,
            problem: problem.into(),
        }
    }

    /// An error in a line, counted from 1.
    pub fn at(line: usize, problem: impl Into<String>) -> Self {
        Self {
            line: Some(line),
            column: None,
            problem: problem.into(),
        }
    }

    /// An error at a character; both count from 1.
    pub fn in_line(line: usize, column: usize, problem: impl Into<String>) -> Self {
        Self {
            line: Some(line),
            column: Some(column),
            problem: problem.into(),
        }
    }
}

impl From<RleError> for FileError {
    fn from(error: RleError) -> Self {
        Self::in_line(error.line, error.column, error.problem)
    }
}
