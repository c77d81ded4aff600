//! Facts about strange attractors, and the rules that every simulation keeps.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod analyses;
mod catalogue;
mod conformance;
mod delay_exponents;
mod delays;
mod device;
mod diagrams;
mod entries;
mod exponents;
mod followed;
mod measures;
mod methods;
mod noise;
mod own;
mod planes;
mod prints;
mod published;
mod runs;
mod search;
mod series;
mod views;
mod written;
