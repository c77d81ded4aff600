//! One formula language for Strange Loom: read, differentiate, simplify, print as LaTeX and WGSL,
//! and run on the CPU as fast as a program written by hand.
//!
//! | Part | What it does |
//! |---|---|
//! | [`System`] | reads equations of flows, with delays or without, and maps; Jacobian, divergence, tangent system |
//! | [`Expr`] | one expression: evaluate, differentiate, simplify, print |
//! | [`elementary`] | functions of our own, the same bits on every machine |
//! | [`Program`], [`Tape`] | straight-line programs, and the interpreter that is the reference |
//! | [`Stepper`] | one trajectory, its whole step loop compiled |
//! | [`EnsembleStepper`] | thousands of trajectories in SIMD registers |
//!
//! All back ends agree bit for bit: there is no fused multiply-add, no reordering, and no
//! platform function in any of them.

mod backend;
mod calculus;
mod clock;
mod columns;
mod cursor;
mod delays;
mod display;
mod elaborate;
pub mod elementary;
mod ensemble;
mod error;
mod expr;
mod families;
mod function;
mod indices;
mod latex;
mod lines;
mod machine;
mod parse;
mod program;
mod rates;
mod read;
mod simplify;
mod stepper;
mod syntax;
mod system;
mod tape;
mod token;
mod wgsl;

pub use backend::{Backend, CompileError, RunError};
pub use clock::Clock;
pub use columns::Columns;
pub use delays::Delayed;
pub use ensemble::{EnsembleRun, EnsembleStepper};
pub use error::{FormulaError, Position};
pub use expr::{Expr, Kind, Relation};
pub use function::Function;
pub use program::{Id, Op, Program, Scheme};
pub use rates::{Rates, RatesRun};
pub use read::evaluate_constant;
pub use stepper::{Run, Stepper};
pub use system::{System, SystemKind};
pub use tape::{Scratch, Tape, TapeScratch};
