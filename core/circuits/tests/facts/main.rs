//! Facts about circuits: their text, their shapes, their costs and their numbers.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod counts;
mod drawing;
mod numbers;
mod science;
mod shapes;
mod text;
