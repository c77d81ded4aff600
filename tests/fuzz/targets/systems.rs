//! Systems as the catalogue's files, as papers print them, in LaTeX, and in XPP's files.
#![no_main]

use libfuzzer_sys::fuzz_target;
use loom_attractors::{Definition, own};

fuzz_target!(|text: &str| {
    let _ = Definition::parse("x.toml", text);
    let _ = own::Sheet::read(text);
    let _ = own::read_xpp(text);
    for name in ["x.toml", "x.ode", "x.txt"] {
        let _ = own::open(name, text);
    }
});
