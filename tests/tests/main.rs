//! End-to-end tests of the house and the program.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod house;
