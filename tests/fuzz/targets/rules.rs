//! Rules in every notation: what is read is written so that it is read again, and runs.
#![no_main]

use libfuzzer_sys::fuzz_target;
use loom_automata::world::{Means, World};
use loom_automata::{Pattern, Rule};

fuzz_target!(|text: &str| {
    let Ok(rule) = text.parse::<Rule>() else {
        return;
    };
    let written = rule.to_string();
    assert_eq!(written.parse::<Rule>().as_ref(), Ok(&rule), "{written}");
    let means = Means {
        memory: 4 << 20,
        ..Means::default()
    };
    let pattern = Pattern::from_cells([(0, 0), (1, 0), (0, 1)]);
    if let Ok(mut world) = World::new(rule, &pattern, means) {
        let _ = world.advance(&2u32.into(), &mut || false);
    }
});
