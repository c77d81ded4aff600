//! Rules that look far and rules that alternate: the tree against rows of bytes that grow with
//! the cells, and bugs over astronomical times.

#![allow(clippy::unwrap_used)]

use num_bigint::{BigInt, BigUint};
use num_traits::One;
use proptest::prelude::*;

use crate::engine::Engine;
use crate::field::FieldEngine;
use crate::hashlife::{HashLifeError, Universe};
use crate::means::{EngineChoice, Means};
use crate::pattern::Pattern;
use crate::rule::Rule;
use crate::world::World;

const LIMIT: u64 = 256 << 20;

/// A soup of a half live cells of all states, its corner at a place.
fn soup(seed: u64, side: i64, states: usize, (left, top): (i64, i64)) -> Pattern {
    let mut state = seed | 1;
    let mut random = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize
    };
    let cells = (0..side * side).map(|at| {
        let alive = random() % 2 == 0;
        let state = if alive {
            1 + random() % (states - 1)
        } else {
            0
        };
        (at % side, at / side, state as u8)
    });
    let mut pattern = Pattern::from_states(cells.filter(|cell| cell.2 != 0));
    pattern.position = Some((left, top));
    pattern
}

/// Runs a rule in a tree and on rows of bytes, and compares every cell at each stop. Gives the
/// populations.
fn compare(rule: &str, start: &Pattern, stops: &[u32], limit: u64) -> Vec<u64> {
    let rule: Rule = rule.parse().unwrap();
    let mut tree = Universe::from_pattern(rule.clone(), start, limit).unwrap();
    let mut field = FieldEngine::new(rule.clone(), start, &Means::default()).unwrap();
    let (mut at, mut populations) = (BigUint::ZERO, Vec::new());
    for &stop in stops {
        let more = BigUint::from(stop) - &at;
        assert_eq!(tree.advance(&more, &mut || false), Ok(more.clone()));
        let (done, error) = field.advance(&more, &at, &mut || false);
        assert!(error.is_none() && done == more, "{rule}: {error:?}");
        at += more;
        let expected = field.pattern(1 << 24).unwrap();
        let found = tree.pattern(1 << 24).unwrap();
        assert_eq!(found.runs, expected.runs, "{rule} at {stop}");
        if !expected.runs.is_empty() {
            assert_eq!(found.position, expected.position, "{rule} at {stop}");
        }
        populations.push(expected.population());
    }
    populations
}

#[test]
fn every_neighbourhood_runs_as_on_rows_of_bytes() {
    for (rule, side) in [
        ("R5,C0,M1,S34..58,B34..45,NM", 60),
        ("R4,C0,M1,S41..81,B41..81,NM", 60),
        ("R7,C0,M1,S100..200,B75..170,NM", 60),
        ("R3,C2,S8-16,B10-14,NC", 60),
        ("R10,C2,S80-170,B85-130,NC", 80),
        ("R4,C2,S14-30,B17-22,N2", 60),
        ("R2,C0,M1,S4..8,B4..6,NN", 50),
        ("R3,C2,S3-7,B4-6,N+", 40),
        ("R3,C2,S4-9,B5-7,N*", 40),
        ("R3,C2,S4-9,B5-7,N#", 40),
        ("R3,C2,S6-14,B8-11,NB", 40),
        ("R2,C2,S5-9,B6-8,NH", 40),
        ("R2,C3,S5-10,B6-8,NL", 40),
        ("R2,C2,S14-40,B16-24,NG", 40),
        ("R2,C2,S2,3,B3,N@891891", 40),
        ("R2,C3,S2,B3,N@891891L", 40),
        ("R2,C4,S5-9,B6,7,NW1000102320030300232010001", 40),
        ("R1,C3,S2-5,B3-4,NW123401323,012H", 40),
        ("R5,C6,M1,S34..58,B34..45,NM", 60),
        ("R3,C255,S10-16,B8-12,NM", 50),
    ] {
        let states = rule.parse::<Rule>().unwrap().states();
        let start = soup(7, side, states, (-side / 2 - 5, -11));
        let populations = compare(rule, &start, &[1, 3, 7, 21, 46], LIMIT);
        assert!(populations[0] > 0, "{rule} dies at once");
    }
}

#[test]
fn a_reach_of_fifty_cells_runs_as_on_rows_of_bytes() {
    let start = soup(3, 260, 2, (-70, -200));
    for rule in [
        "R50,C0,M1,S4500..10201,B4800..10201,NM",
        "R50,C2,S3500-7800,B3700-7800,NC",
    ] {
        let populations = compare(rule, &start, &[1, 3, 11], LIMIT);
        assert!(
            populations.iter().all(|&cells| cells > 0),
            "{rule} {populations:?}"
        );
    }
}

#[test]
fn rules_that_turn_the_background_run_by_pairs_of_generations() {
    for rule in [
        "B03/S23",
        "B0123478/S01234678",
        "B02/S34H",
        "B01/S2V",
        "B03-a/S23",
        "R2,C2,S6-11,B0,7-9,NM",
        "R3,C2,S12-20,B0,14-17,NC",
        "R2,C2,S0-14,24,B0-9,18-24,NM",
        // Squares of four cells, shifted in odd generations: the billiard ball, and critters
        // under which the background flips.
        "M0,8,4,3,2,5,9,7,1,6,10,11,12,13,14,15",
        "M15,14,13,3,11,5,6,1,7,9,10,2,12,4,8,0",
    ] {
        for generations in [[1, 2, 5, 12, 37], [2, 3, 4, 20, 33]] {
            let start = soup(11, 30, 2, (-9, 4));
            compare(rule, &start, &generations, LIMIT);
        }
    }
}

#[test]
fn a_background_that_stays_alive_is_refused_with_what_to_do() {
    for rule in [
        "R2,C3,S6-11,B0,7-9,NM",
        "/02/3",
        "R1,C2,S2,B9,NW111111111,11",
    ] {
        let error = Universe::new(rule.parse().unwrap(), LIMIT).unwrap_err();
        assert!(matches!(error, HashLifeError::B0(_)), "{rule}: {error}");
        assert!(error.to_string().contains(":T512"), "{error}");
    }
    let line: Rule = "W110".parse().unwrap();
    assert!(matches!(
        Universe::new(line, LIMIT),
        Err(HashLifeError::Family(_))
    ));
}

#[test]
fn a_store_that_fills_up_gives_the_same_cells_under_rules_that_look_far() {
    let start = soup(5, 90, 2, (-40, -40));
    let free = compare("R5,C0,M1,S34..58,B34..45,NM", &start, &[64, 200], LIMIT);
    let tight = compare("R5,C0,M1,S34..58,B34..45,NM", &start, &[64, 200], 600 << 10);
    assert_eq!(free, tight);
}

/// Bugs of Bosco's rule.
const FAST: &str = "4bo$3b4o$2b7o$b9o$2o4b5o$o6b4o$o6b4o$2o4b5o$b9o$2b7o$3b4o$4bo!";
const SHORT: &str = "3b3o$b7o$2ob6o$2o2b5o$2o3b4o$2o2b5o$2ob6o$b7o$3b3o!";
const SLANTED: &str = "6bo$4b5o$3b7o$2b8o$b5ob4o$b4o3b3o$4o5b2o$b4o5bo$b5o3bo$2b5ob2o$4b4o!";

fn bug(rle: &str) -> Pattern {
    let text = format!("x = 12, y = 12, rule = R5,C0,M1,S34..58,B34..45,NM\n{rle}\n");
    crate::rle::read(&text).unwrap()
}

#[test]
fn bugs_keep_their_way_over_astronomical_times() {
    for (rle, period, way) in [
        (FAST, 6u32, [5, 0]),
        (SHORT, 12, [8, 0]),
        (SLANTED, 16, [-8, -8]),
    ] {
        let mut pattern = bug(rle);
        pattern.position = Some((3, -8));
        let rule = pattern.rule.clone().unwrap();
        let start = Universe::from_pattern(rule, &pattern, LIMIT).unwrap();
        let (x, y, width, height) = start.bounds().unwrap();
        for turns in [
            BigUint::from(1u32 << 20),
            (BigUint::one() << 250u32) + 77u32,
        ] {
            let mut far = start.clone();
            let generations = &turns * period;
            assert_eq!(far.advance(&generations, &mut || false), Ok(generations));
            let at = |start: &BigInt, way: i32| start + BigInt::from(turns.clone()) * way;
            let expected = (
                at(&x, way[0]),
                at(&y, way[1]),
                width.clone(),
                height.clone(),
            );
            assert_eq!(far.bounds(), Some(expected), "{rle} {turns}");
            assert_eq!(far.population(), start.population());
        }
    }
}

#[test]
fn a_world_takes_the_tree_where_it_is_asked_for() {
    let means = Means {
        engine: EngineChoice::HashLife,
        ..Means::default()
    };
    let mut world = World::new(bug(FAST).rule.unwrap(), &bug(FAST), means).unwrap();
    assert_eq!(world.engine_name(), "hashlife");
    let far: BigUint = BigUint::from(6u32) << 70u32;
    assert_eq!(world.advance(&far, &mut || false).unwrap(), far);
    // A cell far from the bug is written, read, and dies of loneliness.
    let lone = [BigInt::from(-400), BigInt::from(17)];
    world
        .set_states(&[(lone[0].clone(), lone[1].clone(), 1)])
        .unwrap();
    assert_eq!(world.population().unwrap(), 67u32.into());
    assert_eq!(world.state(&lone[0], &lone[1]).unwrap(), 1);
    world.advance(&BigUint::one(), &mut || false).unwrap();
    assert_eq!(world.state(&lone[0], &lone[1]).unwrap(), 0);
    // Another rule of the family stays in the tree; a rule of six states is run by it as well.
    world
        .set_rule("R5,C6,M1,S34..58,B34..45,NM".parse().unwrap())
        .unwrap();
    assert_eq!(world.engine_name(), "hashlife");
    let wrong = (BigInt::from(0), BigInt::from(0), 6);
    assert!(world.set_states(&[wrong]).is_err());
}

#[test]
fn a_macrocell_file_holds_cells_of_rules_that_look_far() {
    for rule in ["R5,C0,M1,S34..58,B34..45,NM", "R5,C6,M1,S34..58,B34..45,NM"] {
        let rule: Rule = rule.parse().unwrap();
        let start = soup(2, 70, rule.states(), (-31, -40));
        let mut universe = Universe::from_pattern(rule.clone(), &start, LIMIT).unwrap();
        universe
            .advance(&BigUint::from(3u32), &mut || false)
            .unwrap();
        let file = universe.macrocell();
        let back = Universe::from_macrocell(&file, None, LIMIT).unwrap();
        assert_eq!(back.rule(), rule);
        assert_eq!(back.macrocell(), file);
        assert_eq!(back.difference(&universe), Some(BigUint::ZERO));
        let fewer = Universe::from_macrocell(&file, Some("345/2/3".parse().unwrap()), LIMIT);
        assert_eq!(fewer.is_err(), rule.states() > 3);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_rule_of_reach_four_runs_as_on_rows_of_bytes(
        reach in 1i32..=4, states in 2usize..6, shape in 0usize..14, middle: bool, nothing: bool,
        seed: u64, low in 0.2f64..0.4, wide in 0.1f64..0.4, more in 0.0f64..0.3,
        left in -40i64..40, top in -40i64..40, first in 0u32..5, second in 1u32..30, tight: bool,
    ) {
        let letter = ["M", "N", "C", "2", "+", "X", "*", "#", "B", "D", "H", "A", "3", "L"][shape];
        let written = |survival: &str, birth: &str| {
            format!("R{reach},C{states},M{},S{survival},B{birth},N{letter}", u8::from(middle))
        };
        // The highest count is told by the rule with no counts.
        let plain: Rule = written("", "").parse().unwrap();
        let crate::rule::Family::Larger(plain) = plain.family else { panic!() };
        let most = f64::from(plain.most());
        let at = |share: f64| (share * most).round().max(1.0) as u32;
        let (birth, last) = (at(low), at(low + wide * 0.6));
        let survival = format!("{}-{}", at(low * 0.8), at(low + wide + more).min(plain.most()));
        // Births out of nothing run where the background comes back.
        let zero = if nothing && states == 2 && !middle { "0," } else { "" };
        let rule = written(&survival, &format!("{zero}{birth}-{}", last.min(plain.most())));
        let start = soup(seed, 24, states, (left, top));
        let limit = if tight { 700 << 10 } else { LIMIT };
        compare(&rule, &start, &[first, first + 1, first + second, first + second + 7], limit);
    }
}
