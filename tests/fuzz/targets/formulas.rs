//! Formulas and systems of equations: what is written of a formula means the same, and every
//! system that is accepted can be evaluated.
#![no_main]

#[path = "../readers.rs"]
#[allow(dead_code)]
mod readers;

libfuzzer_sys::fuzz_target!(|text: &str| readers::formulas(text));
