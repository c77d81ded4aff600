//! Webs made from settings: orb webs, spokes and rings, chains.

pub mod form;
pub mod orb;
#[cfg(test)]
mod orb_tests;
pub mod silk;
pub mod simple;

pub use orb::{OrbSettings, orb};
pub use silk::{Silk, SilkTable};
pub use simple::{hanging_chain, spokes_and_rings};
