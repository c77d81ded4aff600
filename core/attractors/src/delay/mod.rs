//! Delay systems: flows whose rates read values of a while ago, by the method of steps (Bellman
//! and Cooke 1963, Differential-Difference Equations; Bellen and Zennaro 2003, Numerical Methods
//! for Delay Differential Equations).
//!
//! | Part | What it does |
//! |---|---|
//! | [`History`] | what was before: values at steps with their rates, cubic between them |
//! | [`Lagged`] | fixed steps of one orbit, or of a block of them, that read and write a history |
//! | [`adaptive`] | methods that choose their steps, with their dense output as the past |
//! | [`Coordinate`] | what can be drawn: a variable now, or some time ago |
//! | [`spectrum`] | Lyapunov exponents: tangent histories, made orthogonal |
//!
//! The state of such a system is a stretch of its past, as long as its longest delay.

pub mod adaptive;
mod coordinate;
pub mod crossings;
mod dense;
pub mod ensemble;
mod history;
mod lagged;
mod motion;
pub mod python;
pub mod sampling;
pub mod spectrum;
mod start;
mod tangents;

pub use coordinate::{Coordinate, seen};
use dense::{Breaks, Dense};
pub use history::History;
pub use lagged::{Lagged, Lags, Span};
pub use motion::{first_orbit, speeds};
pub use start::{Record, beginning, bytes, cloud, follow};
