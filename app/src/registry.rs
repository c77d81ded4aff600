//! The sciences that the program knows, in the order of the rail.

use std::sync::Arc;

use loom_sim::Registry;

pub fn registry() -> Registry {
    Registry::new(vec![
        Arc::new(loom_attractors::Attractors),
        Arc::new(loom_automata::Automata),
        Arc::new(loom_webs::Webs),
        Arc::new(loom_circuits::Circuits),
    ])
}
