//! Rules in every notation: what is read is written so that it is read again, and runs.
#![no_main]

#[path = "../readers.rs"]
#[allow(dead_code)]
mod readers;

libfuzzer_sys::fuzz_target!(|text: &str| readers::rules(text));
