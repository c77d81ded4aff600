//! The 256 elementary rules as a gallery: symmetries and Wolfram's classes.
//!
//! Mirror and complement map the rules onto each other and leave 88 that differ in more than
//! left and right or dead and alive. The classes are those of S. Wolfram (Physica D 10, 1984, 1)
//! as listed for the 88 by G. J. Martínez, "A note on elementary cellular automata
//! classification", J. Cellular Automata 8 (2013) 233.

use loom_sim::Model;
use loom_sim::science::{Entry, Experiment};

use crate::rule::named::names;
use crate::science::KEY;
use crate::start::SOUP;

/// The group of the catalogue.
pub const GROUP: &str = "Elementary rules";

const UNIFORM: [u8; 8] = [0, 8, 32, 40, 128, 136, 160, 168];
const CHAOTIC: [u8; 11] = [18, 22, 30, 45, 60, 90, 105, 122, 126, 146, 150];
const COMPLEX: [u8; 4] = [41, 54, 106, 110];

/// The rule that does the same with left and right exchanged.
pub fn mirror(rule: u8) -> u8 {
    (0..8u8)
        .filter(|block| rule >> block & 1 == 1)
        .map(|block| (block & 1) << 2 | block & 2 | block >> 2)
        .fold(0, |number, block| number | 1 << block)
}

/// The rule that does the same with dead and alive exchanged.
pub fn complement(rule: u8) -> u8 {
    (0..8u8)
        .filter(|block| rule >> (7 - block) & 1 == 0)
        .fold(0, |number, block| number | 1 << block)
}

/// The least of the rules that mirror and complement make of one.
pub fn representative(rule: u8) -> u8 {
    let (mirrored, other) = (mirror(rule), complement(rule));
    rule.min(mirrored).min(other).min(complement(mirrored))
}

/// Wolfram's class from a random start: 1 uniform, 2 still or repeating, 3 chaotic, 4 complex.
pub fn class(rule: u8) -> u8 {
    let rule = representative(rule);
    if UNIFORM.contains(&rule) {
        1
    } else if CHAOTIC.contains(&rule) {
        3
    } else if COMPLEX.contains(&rule) {
        4
    } else {
        2
    }
}

/// What a class does, in a few words.
fn words(class: u8) -> &'static str {
    match class {
        1 => "every start ends in one colour",
        2 => "still or repeating stripes",
        3 => "chaotic",
        _ => "complex: structures that move and meet",
    }
}

fn entry(rule: u8) -> Entry {
    let text = format!("W{rule}");
    let named = names().iter().find(|named| named.rule == text);
    let class = class(rule);
    let mut summary = format!("Class {class}, {}.", words(class));
    let (mirrored, other) = (mirror(rule), complement(rule));
    summary.push_str(&match (mirrored == rule, other == rule) {
        (true, true) => " Its own mirror image and its own complement.".to_owned(),
        (true, false) => format!(" Its own mirror image; with dead and alive exchanged, {other}."),
        (false, true) => format!(" Its mirror image is {mirrored}; its own complement."),
        (false, false) => {
            format!(" Its mirror image is {mirrored}; with dead and alive exchanged, {other}.")
        }
    });
    if let Some(named) = named {
        summary = format!("{} {summary}", named.about);
    }
    let grid = Model::new(KEY, SOUP).with("rule", format!("{text}:T512,256"));
    let model = if representative(rule) == 184 {
        // Traffic: one car alone shows nothing.
        grid.with("density", 0.45)
    } else {
        grid.with("density", 1.0)
            .with("width", 1i64)
            .with("height", 1i64)
    };
    let random = vec![
        ("width".to_owned(), 0i64.into()),
        ("height".to_owned(), 0i64.into()),
        ("density".to_owned(), 0.5.into()),
    ];
    let one = vec![
        ("width".to_owned(), 1i64.into()),
        ("height".to_owned(), 1i64.into()),
        ("density".to_owned(), 1.0.into()),
    ];
    let experiment = |sentence: &str, button: &str, set| Experiment {
        sentence: sentence.to_owned(),
        button: button.to_owned(),
        set,
    };
    Entry {
        name: format!("rule-{rule}"),
        title: format!("Rule {rule}"),
        group: GROUP.to_owned(),
        summary,
        citation: "S. Wolfram, Rev. Mod. Phys. 55 (1983) 601.".to_owned(),
        keywords: vec![
            text,
            format!("class {class}"),
            "elementary".to_owned(),
            "one dimension".to_owned(),
        ],
        model,
        experiments: vec![
            experiment(
                "Wolfram's classes tell what becomes of a random row.",
                "Random row",
                random,
            ),
            experiment(
                "One live cell shows the rule's own pattern.",
                "One cell",
                one,
            ),
        ],
    }
}

/// All 256 as entries, by number.
pub(crate) fn entries() -> Vec<Entry> {
    (0..=255).map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn mirror_and_complement_are_involutions_that_commute() {
        for rule in 0..=255 {
            assert_eq!(mirror(mirror(rule)), rule);
            assert_eq!(complement(complement(rule)), rule);
            assert_eq!(mirror(complement(rule)), complement(mirror(rule)));
        }
        assert_eq!((mirror(30), complement(30)), (86, 135));
        assert_eq!((mirror(110), complement(110)), (124, 137));
        assert_eq!((mirror(184), complement(184)), (226, 226));
    }

    #[test]
    fn there_are_88_rules_and_each_has_one_class() {
        let all: BTreeSet<u8> = (0..=255).map(representative).collect();
        assert_eq!(all.len(), 88);
        let mut listed: Vec<u8> = [&UNIFORM[..], &CHAOTIC, &COMPLEX].concat();
        assert!(listed.iter().all(|rule| all.contains(rule)));
        listed.sort_unstable();
        listed.dedup();
        assert_eq!(listed.len(), 8 + 11 + 4);
    }

    #[test]
    fn rules_of_the_first_class_forget_every_start() {
        // A second implementation, on a ring of 61 cells from irregular rows. Lone holes in a
        // full row may live on, which is why the classes are those of random starts.
        let step = |rule: u8, row: u64| {
            let at = |i: u32| row >> (i % 61) & 1;
            (0..61u32).fold(0u64, |next, i| {
                let block = at(i + 1) << 2 | at(i) << 1 | at(i + 60);
                next | u64::from(rule >> block & 1) << i
            })
        };
        for rule in (0..=255u8).filter(|&rule| class(rule) == 1) {
            for start in [0x0123_4567_89ab_cdef_u64, 0x0f0e_1d35_aa9b_c271] {
                let mut row = start & ((1 << 61) - 1);
                for _ in 0..200 {
                    row = step(rule, row);
                }
                assert!(row == 0 || row == (1 << 61) - 1, "rule {rule}");
            }
        }
    }

    #[test]
    fn the_twin_of_a_row_differs_from_it() {
        use crate::science::Automata;
        use loom_sim::{Gate, Place, Science as _};
        let model = entry(90).model;
        let build = || Automata.build(&model, &Place::Cpu { threads: 1 });
        let (Ok(mut one), Ok(mut other)) = (build(), build()) else {
            panic!("rule 90 is built");
        };
        for simulation in [&mut one, &mut other] {
            assert!(simulation.advance(&40u32.into(), &Gate::open()).is_ok());
        }
        let input = one.twin_input();
        assert!(input.is_some_and(|input| other.apply(&input).is_ok()));
        for simulation in [&mut one, &mut other] {
            assert!(simulation.advance(&3u32.into(), &Gate::open()).is_ok());
        }
        let cells = one.difference(&other.capture()).and_then(|q| q.as_real());
        // The flipped cell, then rule 90's own triangle: 1 + 2 + 2 + 4.
        assert_eq!(cells, Some(9.0));
    }
}
