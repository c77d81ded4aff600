//! Facts about strange attractors, and the rules that every simulation keeps.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod analyses;
mod catalogue;
mod conformance;
mod device;
mod diagrams;
mod entries;
mod exponents;
mod own;
mod runs;
