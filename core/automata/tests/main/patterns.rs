//! The catalogue's patterns do what is known of them.

use loom_automata::catalogue::{CATALOGUE, entry};
use loom_automata::{LIFE, Pattern, Universe, rle_write};
use num_bigint::BigUint;

const LIMIT: u64 = 256 << 20;

fn universe(key: &str) -> Universe {
    let pattern = entry(key).unwrap().pattern().unwrap();
    Universe::from_pattern(pattern.rule_or_life(), &pattern, LIMIT).unwrap()
}

fn advance(universe: &mut Universe, generations: BigUint) {
    universe.advance(&generations, &mut || false).unwrap();
}

fn population(key: &str, generation: u64) -> BigUint {
    let mut universe = universe(key);
    advance(&mut universe, generation.into());
    universe.population()
}

/// The cells after some generations, and how far their corner has moved.
fn moved(key: &str, generations: u32) -> (bool, (i64, i64)) {
    let mut universe = universe(key);
    let before = universe.pattern(10_000).unwrap();
    advance(&mut universe, generations.into());
    let after = universe.pattern(10_000).unwrap();
    let (x, y) = after.position.unwrap();
    (before.runs == after.runs, (x, y))
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
fn still_lifes_stay_and_oscillators_return() {
    for (key, period) in [
        ("block", 1),
        ("beehive", 1),
        ("blinker", 2),
        ("toad", 2),
        ("beacon", 2),
        ("pulsar", 3),
        ("pentadecathlon", 15),
    ] {
        assert_eq!(moved(key, period), (true, (0, 0)), "{key}");
        assert!((1..period).all(|early| !moved(key, early).0), "{key}");
    }
}

#[test]
fn spaceships_move_as_fast_as_they_should() {
    for (key, period, distance) in [
        ("glider", 4, (1, 1)),
        ("lightweight-spaceship", 4, (-2, 0)),
        ("middleweight-spaceship", 4, (-2, 0)),
        ("heavyweight-spaceship", 4, (-2, 0)),
        ("copperhead", 10, (0, -1)),
    ] {
        assert_eq!(moved(key, period), (true, distance), "{key}");
    }
}

#[test]
fn guns_and_engines_grow_at_a_constant_rate() {
    // (cells gained, in so many generations) once all has settled.
    for (key, settled, period, gained) in [
        ("gosper-glider-gun", 300u64, 30u64, 5u64),
        ("simkin-glider-gun", 1200, 120, 5),
        ("switch-engine", 9600, 288, 32),
        ("infinite-growth-square", 9600, 288, 32),
        ("infinite-growth-row", 9600, 288, 64),
    ] {
        let growth = population(key, settled + period) - population(key, settled);
        assert_eq!(growth, gained.into(), "{key}");
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
fn every_file_has_a_name_a_description_and_honest_sizes() {
    for entry in CATALOGUE {
        let pattern = entry.pattern().unwrap();
        assert!(pattern.name.is_some(), "{}", entry.key);
        assert!(
            pattern.comments.iter().any(|line| line.ends_with('.')),
            "{}",
            entry.key
        );
        let mut tight: Pattern = pattern.clone();
        tight.fit();
        assert_eq!(tight.size, pattern.size, "{}", entry.key);
        assert_eq!(rle_write::write(&pattern), entry.rle, "{}", entry.key);
        assert_eq!(pattern.rule_or_life().is_life(), entry.key != "replicator");
    }
    assert!(LIFE.is_life());
}
