//! Cellular automata: rules, files and engines.
//!
//! | module | what it holds |
//! |---|---|
//! | [`rule`] | two-state outer-totalistic rules and their grids |
//! | [`pattern`], [`rle`], [`rle_write`], [`catalogue`] | patterns, their files, those that come along |
//! | [`grid`], [`packed`], [`simd`] | any rule on a torus or bounded plane, 64 cells a word |
//! | [`hashlife`] | rules without B0 on the unbounded plane, over astronomical times |
//! | [`reference`] | one byte a cell, to test the others against |
//!
//! `life.wgsl` beside the packed engine is its twin on the GPU.

mod adder;
pub mod catalogue;
pub mod grid;
pub mod hashlife;
pub mod packed;
pub mod pattern;
pub mod reference;
pub mod rle;
pub mod rle_write;
pub mod rule;
pub mod simd;

pub use grid::Grid;
pub use hashlife::{HashLifeError, Universe};
pub use packed::{Packed, PackedError};
pub use pattern::{Pattern, Run};
pub use rle::RleError;
pub use rule::{LIFE, Rule, RuleError, Topology};
