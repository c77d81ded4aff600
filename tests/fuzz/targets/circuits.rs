//! Circuit diagrams as text: what is read can be checked and counted, or is refused.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(circuit) = loom_circuits::parse(text) {
        let _ = loom_circuits::check(&circuit, &std::collections::BTreeMap::new());
    }
    let _ = loom_circuits::parse_term(text);
    let _ = loom_circuits::parse::parse_axes(text);
});
