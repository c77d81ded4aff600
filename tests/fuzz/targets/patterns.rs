//! Patterns in every form: what is read fits the limits and survives being written.
#![no_main]

#[path = "../readers.rs"]
#[allow(dead_code)]
mod readers;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| readers::patterns(bytes));
