//! Strange attractors: flows and maps given as formulas, set in motion as clouds of particles,
//! and measured.
//!
//! | Part | What it does |
//! |---|---|
//! | [`Attractors`] | the science: catalogue, models, analyses, files |
//! | [`definition`], [`file`](mod@file) | a system's file, read and checked |
//! | [`Motion`] | the simulation: a cloud on processor or device, orbits followed in f64 |
//! | [`lyapunov`], [`spectrum`] | Lyapunov exponents with errors, held against the divergence |
//! | [`analyses`] | dimensions, spectra and tests of an orbit or of an imported series |
//! | [`invariants`] | what a catalogue entry says of itself, measured: start, step, period, exponents |
//! | [`trajectory`], [`listing`] | what the command line needs |
//!
//! A built-in system is a file like any user's; see `assets/attractors`.

pub mod analyses;
pub mod catalogue;
mod cloud;
mod cobweb;
mod codec;
pub mod definition;
mod device;
mod divergence;
pub mod edit;
mod ensemble;
pub mod file;
mod fitting;
mod histogram;
pub mod integrate;
pub mod invariants;
mod lens;
pub mod listing;
pub mod lyapunov;
mod motion;
mod orbit_diagram;
pub mod own;
mod picture;
mod pointer;
mod probes;
pub mod python;
mod reading;
pub mod science;
pub mod score;
pub mod series_file;
pub mod settings;
mod simulation;
pub mod spectrum;
pub mod start;
mod state;
mod stepping;
mod thumbnail;
pub mod trail;
pub mod trajectory;

pub use definition::Definition;
pub use edit::Edit;
pub use lyapunov::Lyapunov;
pub use motion::Motion;
pub use orbit_diagram::OrbitDiagram;
pub use picture::orbit_color;
pub use science::Attractors;
