//! What the formula language promises, as statements of fact.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod backends;
mod calculus;
mod delays;
mod elementary;
mod language;
mod running;
