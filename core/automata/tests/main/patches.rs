//! Sparse patches on the unbounded plane are the field, cell by cell, and cost what lives.

use loom_automata::engine::Inside;
use loom_automata::world::{EngineChoice, Means};
use loom_automata::{Pattern, Rule, World};
use num_bigint::{BigInt, BigUint};

fn world(rule: &str, pattern: &Pattern, engine: EngineChoice, threads: usize) -> World {
    let means = Means {
        engine,
        threads,
        ..Means::default()
    };
    World::new(rule.parse().unwrap(), pattern, means).unwrap()
}

fn soup(rule: &str, seed: u64, side: i64) -> Pattern {
    let states = rule.parse::<Rule>().unwrap().states() as u64;
    let mut state = seed.wrapping_mul(2) + 1;
    let mut random = |below: u64| {
        state = state
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (state >> 33) % below
    };
    let mut pattern = Pattern {
        position: Some((-37, 21)),
        ..Pattern::default()
    };
    for y in 0..side {
        for x in 0..side {
            let cell = match random(5) {
                0 => 1 + random(states - 1) as u8,
                1 => 1,
                _ => 0,
            };
            pattern.push_state(x, y, 1, cell);
        }
    }
    pattern.fit();
    pattern
}

fn compare(rule: &str, side: i64, threads: usize, pieces: &[u32]) {
    let start = soup(rule, side as u64, side);
    let mut dense = world(rule, &start, EngineChoice::Bytes, 1);
    let mut sparse = world(rule, &start, EngineChoice::Tiles, threads);
    assert_eq!(sparse.engine_name(), "tiles");
    for &piece in pieces {
        for world in [&mut dense, &mut sparse] {
            world.advance(&piece.into(), &mut || false).unwrap();
        }
        assert_eq!(
            sparse.population().unwrap(),
            dense.population().unwrap(),
            "{rule}"
        );
        assert_eq!(sparse.counts().unwrap(), dense.counts().unwrap(), "{rule}");
        assert_eq!(sparse.bounds().unwrap(), dense.bounds().unwrap(), "{rule}");
        assert_eq!(sparse.last_changes(), dense.last_changes(), "{rule}");
        let all = |world: &World| world.pattern(1 << 22).unwrap();
        assert_eq!(all(&sparse), all(&dense), "{rule}");
    }
}

#[test]
fn soups_in_patches_are_those_in_a_field() {
    for rule in [
        "345/2/4",
        "/2/3",
        "23/3/8",
        "B2-a/S12",
        "B2/S34H",
        "B13/S012V",
        "B0/S01V",
        "R5,C0,M1,S34..58,B34..45,NM",
        "R2,C3,S3-6,B4-5,NC",
        "R2,C2,S4-9,B4-6,NL",
        "R1,C2,S2-9,B3,NW0810080A850A081008",
        "WireWorld",
        "B3/S23History",
        "Critters",
        "Billiard Balls",
    ] {
        compare(rule, 70, 1, &[1, 1, 2, 37]);
    }
    // The rim is nearly as wide as a patch.
    compare("R60,C2,S2000-7000,B2000-5000,NM", 150, 1, &[1, 2, 2]);
}

#[test]
fn many_patches_on_several_threads_are_those_of_one() {
    compare("345/2/4", 900, 4, &[1, 12]);
    compare("R5,C0,M1,S34..58,B34..45,NM", 800, 3, &[7]);
}

#[test]
fn still_and_blinking_ash_sleeps_and_wakes() {
    // Life as a rule of three states whose third one is never reached by the pattern below: a
    // block, a blinker and a glider that meets the block after 200 generations.
    let mut pattern = Pattern {
        position: Some((0, 0)),
        ..Pattern::default()
    };
    let cells = [
        (0, 0),
        (1, 0),
        (0, 1),
        (1, 1),
        (200, 10),
        (201, 10),
        (202, 10),
    ];
    let glider = [(60, 60), (61, 60), (62, 60), (60, 61), (61, 62)];
    let mut cells: Vec<(i64, i64)> = cells.into_iter().chain(glider).collect();
    cells.sort_by_key(|&(x, y)| (y, x));
    for (x, y) in cells {
        pattern.push_state(x, y, 1, 1);
    }
    pattern.fit();
    let rule = "B3/S23History";
    let mut dense = world(rule, &pattern, EngineChoice::Bytes, 1);
    let mut sparse = world(rule, &pattern, EngineChoice::Tiles, 1);
    for piece in [1u32, 100, 101, 60, 200, 129] {
        for world in [&mut dense, &mut sparse] {
            world.advance(&piece.into(), &mut || false).unwrap();
        }
        assert_eq!(sparse.pattern(9999).unwrap(), dense.pattern(9999).unwrap());
    }
    // A touched cell wakes its neighbourhood.
    for world in [&mut dense, &mut sparse] {
        let cell = (BigInt::from(201), BigInt::from(12), 1);
        world.set_states(&[cell]).unwrap();
        world.advance(&30u32.into(), &mut || false).unwrap();
    }
    assert_eq!(sparse.pattern(9999).unwrap(), dense.pattern(9999).unwrap());
}

#[test]
fn two_ships_a_million_cells_apart_take_little_memory() {
    // A ship of Brian's brain: two live cells before two dying ones, at the speed of light.
    let ship = |x: i64, y: i64| {
        let cells = [(x, y, 1), (x + 1, y, 1), (x, y + 1, 2), (x + 1, y + 1, 2)];
        cells.map(|(x, y, state)| (BigInt::from(x), BigInt::from(y), state))
    };
    let mut world = world("/2/3", &Pattern::default(), EngineChoice::Auto, 1);
    assert_eq!(world.engine_name(), "tiles");
    world.set_states(&ship(-500_000, 7)).unwrap();
    world.set_states(&ship(500_000, 1_000_000)).unwrap();
    world.advance(&2000u32.into(), &mut || false).unwrap();
    assert_eq!(world.population().unwrap(), BigUint::from(8u32));
    let state = |x: i64, y: i64| world.state(&x.into(), &y.into()).unwrap();
    assert_eq!(state(-500_000, 7 - 2000), 1);
    assert_eq!(state(500_001, 1_000_001 - 2000), 2);
    let Inside::Patches(patches) = world.inside() else {
        panic!("no patches");
    };
    assert!(patches.bytes() < 1 << 20, "{} bytes", patches.bytes());
    // What is kept and what is written is no larger.
    let kept = world.keep().unwrap();
    assert!(kept.bytes() < 1 << 16);
    world.clear().unwrap();
    world.restore(&kept).unwrap();
    assert_eq!(world.population().unwrap(), BigUint::from(8u32));
    assert_eq!(world.generation(), &BigUint::from(2000u32));
}

#[test]
fn growth_beyond_the_memory_limit_is_an_error_that_says_so() {
    let means = Means {
        memory: 1 << 20,
        ..Means::default()
    };
    let rule = "/2/3";
    let mut world = World::new(rule.parse().unwrap(), &soup(rule, 1, 60), means).unwrap();
    let error = world.advance(&5000u32.into(), &mut || false).unwrap_err();
    assert!(
        error.to_string().contains("memory limit of 1 MiB"),
        "{error}"
    );
    // The cells stand where the last whole generation left them.
    let mut free = super::patches::world(rule, &soup(rule, 1, 60), EngineChoice::Bytes, 1);
    free.advance(world.generation(), &mut || false).unwrap();
    assert_eq!(free.population().unwrap(), world.population().unwrap());
}

#[test]
fn what_patches_do_not_run_is_refused_or_runs_elsewhere() {
    let name = |rule: &str| world(rule, &Pattern::default(), EngineChoice::Auto, 1).engine_name();
    assert_eq!(name("RL"), "turmite");
    assert_eq!(name("W30"), "rows");
    assert_eq!(name("R70,C2,S2000-7000,B2000-5000,NM"), "sums");
    assert_eq!(name("B3/S23"), "hashlife");
    assert_eq!(name("B03/S23"), "tiles");
    let means = Means {
        engine: EngineChoice::Tiles,
        ..Means::default()
    };
    let error = World::new("RL".parse().unwrap(), &Pattern::default(), means).unwrap_err();
    assert!(error.to_string().contains("engine auto"), "{error}");
}
