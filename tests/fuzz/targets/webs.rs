//! Graphs in every form.
#![no_main]

use libfuzzer_sys::fuzz_target;
use loom_webs::files::{self, Options};

fuzz_target!(|bytes: &[u8]| {
    for name in ["x.graphml", "x.csv", "x.json"] {
        let _ = files::read(name, bytes, &Options::default());
    }
});
