//! Patterns in every form: what is read fits the limits and survives being written.
#![no_main]

use libfuzzer_sys::fuzz_target;
use loom_automata::files::{self, Kind, Limits, Writing};

/// The length of the input chooses one, so that a form is kept while its bytes change in place.
const NAMES: [&str; 12] = [
    "x.rle", "x.mc", "x.lif", "x.cells", "x.txt", "x.mcl", "x.png", "x.gif", "x.bmp", "x.tif",
    "x.gz", "x.zip",
];

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits {
        cells: 1 << 20,
        bytes: 1 << 22,
    };
    let Ok(opened) = files::read(NAMES[bytes.len() % NAMES.len()], bytes, &limits) else {
        return;
    };
    let Ok(pattern) = opened.pattern(&limits) else {
        return;
    };
    assert!(pattern.runs.len() <= 1 << 20);
    if pattern.population() > 20_000 {
        return;
    }
    let text = files::write(Kind::Rle, &pattern, &Writing::default()).expect("RLE holds all");
    let again = files::read("x.rle", &text, &limits).expect("what was written is read");
    let again = again.pattern(&limits).expect("and is as large as before");
    assert_eq!(again.runs, pattern.runs);
});
