//! What the engines of the crate say about the science, held against reference values and
//! against each other.
#![allow(clippy::unwrap_used)]

mod conformance;
mod device;
mod device_field;
mod engines;
mod families;
mod flow;
mod gates;
mod hostile;
mod measures;
mod patches;
mod patterns;
mod science;
mod tours;
