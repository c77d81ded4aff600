//! Projects, and the pictures that carry them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use loom_figure::{extract, png_file};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(document) = extract(bytes, "x") {
        let _ = serde_json::to_string(&document);
    }
    let _ = png_file::decode(bytes, "x.png");
});
