//! The catalogue's patterns do what is known of them.

use loom_automata::catalogue::{CATALOGUE, Entry, Fact, entry, search, thumbnail};
use loom_automata::identify::has_parent;
use loom_automata::world::{EngineChoice, Means, World};
use loom_automata::{LIFE, Pattern, rle_write};
use num_bigint::BigUint;

const LIMIT: u64 = 256 << 20;

fn universe(entry: &Entry) -> World {
    let pattern = entry.pattern().unwrap();
    let rule = pattern.rule_or_life();
    let engine = match rule.life() {
        Some(_) => EngineChoice::HashLife,
        None => EngineChoice::Auto,
    };
    let means = Means {
        engine,
        memory: LIMIT,
        ..Means::default()
    };
    World::new(rule, &pattern, means).unwrap()
}

fn advance(world: &mut World, generations: impl Into<BigUint>) {
    world.advance(&generations.into(), &mut || false).unwrap();
}

fn population(key: &str, generation: u64) -> BigUint {
    let mut universe = universe(entry(key).unwrap());
    advance(&mut universe, generation);
    universe.population().unwrap()
}

#[test]
fn every_entry_does_what_is_said_of_it() {
    for entry in CATALOGUE {
        let key = entry.key;
        let mut universe = universe(entry);
        let before = universe.pattern(100_000).unwrap();
        let moved = |universe: &World| {
            let after = universe.pattern(100_000).unwrap();
            (
                before.runs == after.runs,
                after.position.unwrap_or_default(),
            )
        };
        match entry.fact {
            Fact::Still => {
                advance(&mut universe, 1u32);
                assert_eq!(moved(&universe), (true, (0, 0)), "{key}");
            }
            Fact::Period(period) => {
                // No proper divisor of the period does.
                for early in (1..period).filter(|early| period % early == 0) {
                    let mut universe = self::universe(entry);
                    advance(&mut universe, early);
                    assert!(!moved(&universe).0, "{key} after {early}");
                }
                advance(&mut universe, period);
                assert_eq!(moved(&universe), (true, (0, 0)), "{key}");
            }
            Fact::Flies { period, dx, dy } => {
                advance(&mut universe, period);
                assert_eq!(moved(&universe), (true, (dx, dy)), "{key}");
            }
            Fact::Dies(generation) => {
                advance(&mut universe, generation - 1);
                assert_ne!(universe.population().unwrap(), 0u32.into(), "{key}");
                advance(&mut universe, 1u32);
                assert_eq!(universe.population().unwrap(), 0u32.into(), "{key}");
            }
            Fact::Population { generation, cells } => {
                advance(&mut universe, generation);
                assert_eq!(universe.population().unwrap(), cells.into(), "{key}");
            }
            Fact::States {
                generation,
                state,
                cells,
            } => {
                advance(&mut universe, generation);
                let after = universe.pattern(100_000).unwrap();
                let found = after.states().filter(|cell| cell.2 == state).count();
                assert_eq!(found as u64, cells, "{key}");
            }
            Fact::Grows { from, period, gain } => {
                advance(&mut universe, from);
                for _ in 0..3 {
                    let cells = universe.population().unwrap();
                    advance(&mut universe, period);
                    assert_eq!(universe.population().unwrap(), cells + gain, "{key}");
                }
            }
            Fact::GardenOfEden => {
                let pattern = entry.pattern().unwrap();
                assert!(
                    !has_parent(&pattern, &pattern.rule_or_life()).unwrap(),
                    "{key}"
                );
            }
        }
    }
}

#[test]
fn populations_are_those_of_the_literature() {
    for (key, generation, expected) in [
        ("r-pentomino", 1103, 116u64),
        ("acorn", 5206, 633),
        ("diehard", 129, 2),
        ("diehard", 130, 0),
        ("rabbits", 17331, 1744),
        ("gosper-glider-gun", 300, 86),
        ("gosper-glider-gun", 30000, 5036),
        ("gosper-glider-gun", 1 << 40, 183_251_938_004),
        ("simkin-glider-gun", 0, 36),
    ] {
        assert_eq!(
            population(key, generation),
            expected.into(),
            "{key} at {generation}"
        );
    }
}

#[test]
fn the_replicator_makes_two_of_itself_in_twelve_generations() {
    assert_eq!(
        population("replicator", 12),
        2u32 * population("replicator", 0)
    );
    assert_eq!(
        population("replicator", 12 * 7),
        8u32 * population("replicator", 0)
    );
}

#[test]
fn every_file_has_a_name_a_description_tags_and_honest_sizes() {
    assert!(CATALOGUE.len() >= 150, "{}", CATALOGUE.len());
    let mut keys: Vec<_> = CATALOGUE.iter().map(|entry| entry.key).collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), CATALOGUE.len());
    for entry in CATALOGUE {
        let pattern = entry.pattern().unwrap();
        assert_eq!(pattern.name.as_deref(), Some(entry.name()), "{}", entry.key);
        assert!(entry.text().ends_with('.'), "{}", entry.key);
        assert!(!entry.tags.is_empty(), "{}", entry.key);
        let mut tight: Pattern = pattern.clone();
        tight.fit();
        if entry.fact != Fact::GardenOfEden {
            assert_eq!(tight.size, pattern.size, "{}", entry.key);
        }
        assert_eq!(rle_write::write(&pattern), entry.rle, "{}", entry.key);
        let small = thumbnail(&pattern, 40);
        assert!(small.size.0 <= 40 && small.size.1 <= 40, "{}", entry.key);
        assert!(small.population() > 0, "{}", entry.key);
    }
    assert!(LIFE.is_life());
}

#[test]
fn words_find_their_patterns() {
    let first = |words: &str| search(words).first().map(|entry| entry.key);
    assert_eq!(first("gosper"), Some("gosper-glider-gun"));
    assert_eq!(first("p15"), Some("pentadecathlon"));
    assert_eq!(
        first("GLIDER gun").map(|key| key.contains("gun")),
        Some(true)
    );
    assert!(search("oscillator").len() > 40);
    assert!(search("spaceship").len() > 25);
    assert!(
        search("b36/s23")
            .iter()
            .any(|entry| entry.key == "replicator")
    );
    assert!(search("no such thing").is_empty());
    assert_eq!(search("").len(), CATALOGUE.len());
}
