//! What can go wrong, each said in one sentence: what, where, what to do.

use thiserror::Error;

#[derive(Clone, Debug, Error, PartialEq)]
pub enum SimError {
    #[error("{key} can't be {value}: give {expected}.")]
    Value {
        key: String,
        value: String,
        expected: String,
    },
    #[error("There is no parameter {key} here; the parameters are {known}.")]
    UnknownParameter { key: String, known: String },
    #[error("There is no {what} called {name}{hint}")]
    Unknown {
        what: &'static str,
        name: String,
        hint: String,
    },
    /// NaN, overflow, a run away: the run pauses at this step.
    #[error("{variable} became {value} at step {step}: {remedy}")]
    BlewUp {
        step: String,
        variable: String,
        value: String,
        remedy: String,
    },
    #[error("This needs {needed} of memory, more than the {allowed} allowed: {remedy}")]
    TooLarge {
        needed: String,
        allowed: String,
        remedy: String,
    },
    #[error("This simulation can't take the input {0}.")]
    Input(String),
    /// A file or text that could not be read; the message has its place.
    #[error("{0}")]
    Parse(String),
    #[error("{0}")]
    Device(String),
    #[error("Cancelled.")]
    Cancelled,
    #[error("{0}")]
    Other(String),
}

impl SimError {
    pub fn other(message: impl std::fmt::Display) -> Self {
        Self::Other(message.to_string())
    }
    pub fn parse(message: impl std::fmt::Display) -> Self {
        Self::Parse(message.to_string())
    }
}
