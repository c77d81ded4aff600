//! Tours: a lesson as a file of steps, each with a sentence to read, a document to show and what
//! to watch; and what each step asks of the studio.
//!
//! A tour is data. It names catalogue entries, settings and analyses of this program, may carry
//! a model's own text, and can reach no file and run no program.

pub mod check;
#[cfg(test)]
mod facts;
pub mod file;
pub mod library;
pub mod stage;
pub mod write;

pub use file::{Question, Step, Tour};
pub use stage::{Scope, Stage};
