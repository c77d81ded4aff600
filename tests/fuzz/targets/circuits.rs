//! Circuit diagrams as text: what is read can be checked and counted, or is refused.
#![no_main]

#[path = "../readers.rs"]
#[allow(dead_code)]
mod readers;

libfuzzer_sys::fuzz_target!(|text: &str| readers::circuits(text));
