//! What can be wrong with a circuit, each said in one sentence with its place.

use thiserror::Error;

use crate::span::Span;

#[derive(Clone, Debug, Error, PartialEq)]
pub enum CircuitError {
    /// The text can't be read.
    #[error("{at}: expected {expected}, found {found}.")]
    Syntax {
        at: Span,
        expected: String,
        found: String,
    },
    /// The text reads, but says something that makes no circuit.
    #[error("{at}: {message}")]
    Meaning { at: Span, message: String },
    /// Two sizes that must be one.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    #[error("{0}")]
    Size(String),
    #[error("{name} is none of the circuit's sizes; they are {known}.")]
    UnknownSize { name: String, known: String },
    #[error("There is no circuit called {name}; the library has {known}.")]
    UnknownCircuit { name: String, known: String },
    #[error("The run was cancelled.")]
    Cancelled,
    #[error("{0}")]
    Run(String),
}

impl CircuitError {
    pub fn meaning(at: Span, message: impl Into<String>) -> Self {
        Self::Meaning {
            at,
            message: message.into(),
        }
    }
}

/// Two axes meet on a wire and have different sizes.
#[derive(Clone, Debug, Error, PartialEq)]
#[error(
    "{at}: {what} must agree, but {first} comes from {first_from} and {second} from {second_from}; give both one size."
)]
pub struct ShapeError {
    /// The operation at which they meet.
    pub at: Span,
    /// "the two axes k", "both views".
    pub what: String,
    /// The first size as shown: "16", or "k = 16".
    pub first: String,
    pub first_from: Span,
    pub second: String,
    pub second_from: Span,
    /// The wire on which the second size arrives: array and axis of the checked circuit.
    pub array: usize,
    pub axis: usize,
}

impl ShapeError {
    /// The short form that stands on the wire: "16 from here, 17 from there".
    pub fn on_the_wire(&self) -> String {
        let (a, b) = (self.first_from, self.second_from);
        if a.is_known() && b.is_known() && (a.line, a.column) != (b.line, b.column) {
            format!(
                "{} from {}:{}, {} from {}:{}",
                self.first, a.line, a.column, self.second, b.line, b.column
            )
        } else {
            format!("{} from here, {} from there", self.first, self.second)
        }
    }
}
