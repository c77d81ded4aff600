//! Neural circuit diagrams: a typed term model of architectures, checked, counted, run and drawn.
//!
//! A circuit is read from text ([`mod@parse`]), checked by unification of symbolic sizes
//! ([`mod@check`]), counted exactly ([`count`]), unrolled into columns ([`program`]), run in f64
//! ([`execute`]) and laid out by its own structure ([`mod@layout`]).

pub mod check;
pub mod cost;
pub mod count;
pub mod dense;
pub mod describe;
pub mod einsum;
pub mod error;
pub mod execute;
pub mod expr;
pub mod layout;
mod lex;
pub mod library;
pub mod model;
pub mod parse;
mod parse_operation;
pub mod picture;
mod print;
pub mod program;
mod resolve;
pub mod run;
mod saved;
pub mod science;
pub mod simulation;
pub mod size;
pub mod sizes;
pub mod span;
pub mod special;
pub mod summary;
pub mod term;
mod unify;

pub use check::{Checked, check};
pub use error::{CircuitError, ShapeError};
pub use parse::{parse, parse_term};
pub use science::Circuits;
pub use term::Circuit;
