//! What can be measured on a web: as a graph, and as an animal's building.

pub mod anatomy;
pub mod graph;
pub mod spectrum;

pub use anatomy::Anatomy;
pub use graph::GraphMeasures;
pub use spectrum::algebraic_connectivity;
