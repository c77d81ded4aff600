//! Strange attractors: flows and maps given as formulas, set in motion as clouds of particles,
//! and measured.
//!
//! | Part | What it does |
//! |---|---|
//! | [`Attractors`] | the science: catalogue, models, analyses, files |
//! | [`definition`], [`file`](mod@file) | a system's file, read and checked |
//! | [`delay`] | delay systems: histories, the method of steps, their exponents |
//! | [`Motion`] | the simulation: a cloud on processor or device, orbits followed in f64 |
//! | [`recorded`] | a time series of one's own, played and drawn |
//! | [`lyapunov`], [`spectrum`] | Lyapunov exponents with errors, held against the divergence |
//! | [`analyses`] | dimensions, spectra and tests of an orbit or of an imported series |
//! | [`invariants`] | what a catalogue entry says of itself, measured: start, step, period, exponents |
//! | [`integrate`] | the methods that follow an orbit |
//! | [`print`](mod@print) | pictures of print quality |
//! | [`trajectory`], [`dataset`], [`listing`] | what the command line needs |
//!
//! A built-in system is a file like any user's; see `assets/attractors`.

mod along;
pub mod analyses;
pub mod catalogue;
mod cloud;
mod cobweb;
mod codec;
mod convergence;
pub mod dataset;
pub mod definition;
pub mod delay;
mod delays;
mod device;
mod divergence;
pub mod edit;
mod ensemble;
pub mod events;
mod expansion;
pub mod file;
mod findings;
pub mod first_exponent;
mod fitting;
pub mod forcing;
mod histogram;
mod horizon;
pub mod integrate;
pub mod invariants;
pub mod lags;
mod lanes;
mod lens;
pub mod listing;
mod looks;
pub mod lyapunov;
mod motion;
mod orbit_diagram;
pub mod own;
mod particles;
mod phase;
mod picture;
mod pointer;
mod principal;
pub mod print;
mod probes;
pub mod python;
mod reading;
pub mod recorded;
mod recorded_view;
mod running;
pub mod science;
pub mod score;
pub mod series_file;
pub mod settings;
mod settling;
mod shake;
mod sight;
mod simulation;
pub mod spectrum;
mod speeds;
pub mod start;
mod state;
mod stepping;
mod strands;
mod sweep;
pub mod symbol;
mod tangent;
mod thumbnail;
mod tint;
pub mod trail;
pub mod trajectory;
mod trouble;
pub mod voice;
mod watchable;

pub use definition::Definition;
pub use edit::Edit;
pub use lyapunov::Lyapunov;
pub use motion::Motion;
pub use orbit_diagram::OrbitDiagram;
pub use science::Attractors;
pub use strands::orbit_color;
