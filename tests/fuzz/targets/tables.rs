//! Rule files, recipes of continuous automata, images of fields and apgcodes.
#![no_main]

#[path = "../readers.rs"]
#[allow(dead_code)]
mod readers;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| readers::tables(bytes));
