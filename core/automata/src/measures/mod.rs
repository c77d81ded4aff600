//! What is measured of cellular automata, each as a declared analysis.
//!
//! | module | what it measures |
//! |---|---|
//! | [`entropy`] | entropy of blocks of cells |
//! | [`information`] | mutual information between cells, apart in space or in time |
//! | [`lambda`] | Langton's λ of a rule |
//! | [`mean_field`] | the density that mean field theory foretells, beside the measured one |
//! | [`damage`] | how a difference of one cell spreads |
//! | [`derrida`] | differences after one step against differences before |
//! | [`period`] | transient, period and displacement of the whole state |
//! | [`symmetry`] | the symmetries of cells and of their rule |
//! | [`space_time`] | a line of cells over the generations |
//! | [`activity_map`] | how often each cell lives and changes |
//!
//! All look at the cells as a rectangle of bytes, so that they run on every family and grid; what a
//! rule makes of a neighbourhood is told by four forms that can be counted.

pub mod activity_map;
pub(crate) mod cells;
pub mod damage;
pub mod derrida;
pub mod entropy;
pub mod information;
pub mod lambda;
pub mod mean_field;
mod parallel;
pub mod period;
mod polynomial;
mod rules;
mod soups;
mod source;
pub mod space_time;
pub(crate) mod statistics;
pub mod symmetry;
mod twins;
mod walkers;

use std::sync::Arc;

use loom_sim::Analysis;

/// Every measure, in the order in which a list shows them.
pub fn all() -> Vec<Arc<dyn Analysis>> {
    vec![
        Arc::new(period::Period),
        Arc::new(symmetry::Symmetry),
        Arc::new(space_time::SpaceTime),
        Arc::new(activity_map::ActivityMap),
        Arc::new(entropy::Entropy),
        Arc::new(information::MutualInformation),
        Arc::new(lambda::Lambda),
        Arc::new(mean_field::MeanField),
        Arc::new(damage::Damage),
        Arc::new(derrida::Derrida),
    ]
}
