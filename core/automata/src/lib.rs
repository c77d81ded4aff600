//! Cellular automata: rules, files, engines, and the science that the studio shows.
//!
//! | module | what it holds |
//! |---|---|
//! | [`rule`] | rules of every family in the notations in use, and their grids |
//! | [`mod@local`] | a rule as a function of a 3 × 3 block |
//! | [`pattern`], [`rle`], [`rle_write`], [`catalogue`] | patterns, their common form, those that come along |
//! | [`files`], [`apgcode`] | every other form of file, and the codes of objects |
//! | [`identify`] | what a pattern is, and of what ash consists |
//! | [`engine`] | what an engine is, and which form cells may have |
//! | [`field`] | every rule on every grid, a byte a cell |
//! | [`tiles`] | Life-like rules on the unbounded plane, sparse tiles of bits |
//! | [`patches`] | every other rule on the unbounded plane, sparse patches of bytes |
//! | [`grid`], [`packed`], [`simd`] | Life-like rules on a torus or bounded plane, 64 cells a word |
//! | [`gpu`] | the same on a GPU: `life.wgsl` is the packed engine's twin |
//! | [`hashlife`] | rules of two dimensions on the unbounded plane, over astronomical times |
//! | [`mod@reference`] | one byte a cell, to test the others against |
//! | [`world`] | cells, rule and generation on whichever engine suits |
//! | [`elementary`] | the 256 rules of one dimension, their symmetries and classes |
//! | [`science`], [`simulation`], [`edit`] | what the studio runs and draws |
//! | [`activity`], [`objects`] | what it measures: counts by generation, what the cells are |
//! | [`metapixel`] | cells as squares of Life in which the rule is written |
//! | [`measures`] | entropy, mean field, damage, period and more, as declared analyses |
//! | [`run`] | what the command line runs |
//! | [`games`] | states and their successors, for sequence models |

pub mod activity;
mod adder;
pub mod apgcode;
pub mod catalogue;
mod draw;
pub mod edit;
pub mod elementary;
pub mod engine;
pub mod error;
pub mod field;
pub mod files;
pub mod flow;
mod follow;
mod gallery;
pub mod games;
pub mod gpu;
pub mod grid;
mod hand;
pub mod hashlife;
pub mod identify;
mod lanes;
mod layers;
pub mod local;
mod means;
pub mod measures;
pub mod metapixel;
pub mod objects;
mod operations;
pub mod packed;
mod passes;
pub mod patches;
pub mod pattern;
mod pictured;
pub mod reference;
pub mod rle;
pub mod rle_write;
pub mod rule;
pub mod run;
pub mod science;
pub mod simd;
pub mod simulation;
pub mod start;
mod state;
pub mod stride;
pub mod tiles;
mod trace;
mod variations;
mod watch;
pub mod world;

pub use activity::PopulationAndActivity;
pub use error::LifeError;
pub use grid::Grid;
pub use hashlife::{HashLifeError, Universe};
pub use local::Local;
pub use packed::{Packed, PackedError};
pub use pattern::{Pattern, Run};
pub use rle::RleError;
pub use rule::{Family, LIFE, LifeLike, Rule, RuleError, RuleFileError, Topology};
pub use run::{Outcome, Start};
pub use science::Automata;
pub use simulation::Life;
pub use start::Soup;
pub use world::{EngineChoice, Means, World};
