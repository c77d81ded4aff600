//! Strange Loom: the window and the command line.

pub mod benchmark;
pub mod command;
pub mod panels;
pub mod series;
pub mod shell;
pub mod tour;
pub mod widgets;

use std::sync::Arc;

/// The sciences that this program knows.
pub fn registry() -> loom_sim::Registry {
    loom_sim::Registry::new(vec![
        Arc::new(loom_attractors::Attractors),
        Arc::new(loom_automata::Automata),
        Arc::new(loom_webs::Webs),
        Arc::new(loom_circuits::Circuits),
    ])
}
