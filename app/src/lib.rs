//! Strange Loom: the window and the command line.

pub mod command;
pub mod registry;
pub mod shell;

pub use registry::registry;
