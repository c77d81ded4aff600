//! Rule files, recipes of continuous automata, images of fields and apgcodes.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use loom_automata::flow::recipe::Recipe;
use loom_automata::flow::vti;
use loom_automata::{Rule, apgcode};

static BASE: LazyLock<Recipe> = LazyLock::new(|| {
    let text = include_str!("../../../assets/automata/gray-scott.toml");
    Recipe::parse("gray-scott", text).expect("it comes along")
});

fuzz_target!(|bytes: &[u8]| {
    let _ = vti::read("x.vti", bytes, &BASE);
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let _ = Rule::from_rule_file(text);
    let _ = Recipe::parse("x", text);
    if let Ok(code) = apgcode::read(text) {
        let _ = code.pattern();
    }
});
