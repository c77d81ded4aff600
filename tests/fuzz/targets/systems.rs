//! Systems as the catalogue's files, as papers print them, in LaTeX, and in XPP's files.
#![no_main]

#[path = "../readers.rs"]
#[allow(dead_code)]
mod readers;

libfuzzer_sys::fuzz_target!(|text: &str| readers::systems(text));
