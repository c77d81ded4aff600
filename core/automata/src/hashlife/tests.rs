//! HashLife against the reference and against published populations.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use num_bigint::{BigInt, BigUint};
use proptest::prelude::*;

use super::{HashLifeError, Universe};
use crate::catalogue::entry;
use crate::local::Local;
use crate::pattern::Pattern;
use crate::rule::LIFE;

const LIMIT: u64 = 256 << 20;

fn universe(key: &str) -> Universe {
    let pattern = entry(key).unwrap().pattern().unwrap();
    Universe::from_pattern(LIFE, &pattern, LIMIT).unwrap()
}

fn run(universe: &mut Universe, generations: impl Into<BigUint>) {
    let generations = generations.into();
    let done = universe.advance(&generations, &mut || false).unwrap();
    assert_eq!(done, generations);
}

fn big(bounds: (i64, i64, u64, u64)) -> super::Bounds {
    (
        bounds.0.into(),
        bounds.1.into(),
        bounds.2.into(),
        bounds.3.into(),
    )
}

#[test]
fn a_glider_flies_a_quarter_of_the_generations_however_many_they_are() {
    let mut glider = universe("glider");
    assert_eq!(glider.bounds(), Some(big((0, 0, 3, 3))));
    run(&mut glider, 4u32);
    assert_eq!(glider.bounds(), Some(big((1, 1, 3, 3))));
    let far: BigUint = BigUint::from(4u32) << 300;
    run(&mut glider, far.clone());
    let place: BigInt = BigInt::from(far >> 2) + 1;
    assert_eq!(
        glider.bounds(),
        Some((place.clone(), place.clone(), 3u32.into(), 3u32.into()))
    );
    assert!(glider.get(&(&place + 1), &place));
    assert_eq!(glider.population(), 5u32.into());
}

#[test]
fn populations_and_clock_pass_sixty_four_bits() {
    let mut gun = universe("gosper-glider-gun");
    run(&mut gun, BigUint::from(1u32) << 80);
    // One glider of five cells every 30 generations, and the gun at the same phase as at the
    // remainder; 2^80 leaves 16 after division by 30, as 2^40 does.
    let gliders = ((BigUint::from(1u32) << 80) - (BigUint::from(1u32) << 40)) / 30u32;
    let expected = BigUint::from(183_251_938_004u64) + gliders * 5u32;
    assert_eq!(gun.population(), expected);
}

#[test]
fn cells_are_set_and_cleared_anywhere() {
    let mut universe = Universe::new(LIFE, LIMIT).unwrap();
    let far = BigInt::from(1) << 200;
    universe.set(&far, &-&far, true).unwrap();
    universe
        .set(&BigInt::from(-5), &BigInt::from(3), true)
        .unwrap();
    assert!(universe.get(&far, &-&far));
    assert_eq!(universe.population(), 2u32.into());
    universe.set(&far, &-&far, false).unwrap();
    assert_eq!(universe.bounds(), Some(big((-5, 3, 1, 1))));
    assert!(matches!(
        universe.set(&(&far << 900), &far, true),
        Err(HashLifeError::TooFar { .. })
    ));
}

#[test]
fn shares_of_live_cells_add_up_at_every_scale() {
    let mut acorn = universe("acorn");
    run(&mut acorn, 1000u32);
    let population: f64 = acorn.population().to_string().parse().unwrap();
    for scale in 0..14u32 {
        let side = 2 * (1024usize >> scale).max(1);
        let corner = -(BigInt::from(side / 2) << scale);
        let shares = acorn.density(&corner, &corner, scale, side, side);
        let sum: f64 = shares.iter().map(|&share| f64::from(share)).sum();
        let cells = sum * 4f64.powi(scale as i32);
        assert!((cells - population).abs() < 1e-3, "scale {scale}: {cells}");
    }
    let row = acorn.density(&BigInt::from(-300), &BigInt::from(7), 0, 600, 1);
    for (i, share) in row.iter().enumerate() {
        let alive = acorn.get(&BigInt::from(i as i64 - 300), &BigInt::from(7));
        assert_eq!(*share, if alive { 1.0 } else { 0.0 });
    }
}

#[test]
fn a_view_far_out_shows_what_is_there() {
    let mut glider = universe("glider");
    run(&mut glider, BigUint::from(1u32) << 402);
    let place = BigInt::from(1) << 400;
    let cells = glider.density(&place, &place, 0, 3, 3);
    assert_eq!(cells, [0., 1., 0., 0., 0., 1., 1., 1., 1.]);
    assert!(
        glider
            .density(&BigInt::from(0), &place, 0, 3, 3)
            .iter()
            .all(|&s| s == 0.0)
    );
    let whole = glider.density(&(&place >> 1), &(&place >> 1), 500, 1, 1);
    assert!(whole[0] > 0.0);
}

#[test]
fn the_memory_limit_is_kept_and_named() {
    // A soup whose squares hardly repeat can't be held in a mebibyte.
    let mut state = 1u64;
    let cells = (0..700 * 700i64).filter(|_| {
        state = state
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        state >> 63 == 0
    });
    let soup = Pattern::from_cells(cells.map(|at| (at % 700, at / 700)));
    let mut universe = Universe::from_pattern(LIFE, &soup, LIMIT).unwrap();
    let mut free = universe.clone();
    universe.set_limit(1 << 20);
    let error = universe
        .advance(&BigUint::from(64u32), &mut || false)
        .unwrap_err();
    assert!(
        matches!(error, HashLifeError::Memory { limit: 1, .. }),
        "{error}"
    );
    // The universe is where the last finished step left it, and goes on with more memory.
    universe.set_limit(LIMIT);
    let left = BigUint::from(64u32) - universe.generation();
    run(&mut universe, left);
    run(&mut free, 64u32);
    assert_eq!(universe.difference(&free), Some(0u32.into()));
}

/// A soup of a quarter live cells, so many cells a side.
fn soup(side: i64) -> Universe {
    let mut state = 1u64;
    let cells = (0..side * side).filter(|_| {
        state = state
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        state >> 62 == 0
    });
    let soup = Pattern::from_cells(cells.map(|at| (at % side, at / side)));
    Universe::from_pattern(LIFE, &soup, LIMIT).unwrap()
}

#[test]
fn far_too_little_memory_stops_a_universe_soon_and_where_it_says() {
    let more: BigUint = (BigUint::from(1u32) << 30) - 1u32;
    let mut breeder = universe("breeder-1");
    run(&mut breeder, more.clone());
    for (name, start, limit) in [
        ("breeder", universe("breeder-1"), 1 << 18),
        ("breeder, large", breeder, 1 << 20),
        ("soup", soup(700), 1 << 20),
    ] {
        let far: BigUint = &more + start.generation();
        for sliced in [false, true] {
            let mut tight = start.clone();
            tight.set_limit(limit);
            let begun = std::time::Instant::now();
            let error = loop {
                let slice = std::time::Instant::now();
                let most = if sliced { 8 } else { 10_000 };
                let mut stop = || slice.elapsed().as_millis() >= most;
                let left = &far - tight.generation();
                if let Err(error) = tight.advance(&left, &mut stop) {
                    break error;
                }
                assert_ne!(tight.generation(), &far, "{name} has room for all");
            };
            let (took, generation) = (begun.elapsed(), tight.generation().clone());
            eprintln!("{name} in {limit} bytes stopped at {generation} after {took:?}");
            let limit = limit as usize >> 20;
            let told = HashLifeError::Memory {
                limit,
                generation: generation.clone(),
            };
            assert_eq!(error, told);
            let mut free = start.clone();
            free.set_limit(LIMIT);
            let way: BigUint = generation - start.generation();
            run(&mut free, way);
            assert_eq!(free.population(), tight.population(), "{name}");
        }
    }
}

#[test]
fn a_store_that_fills_up_again_and_again_gives_the_same_cells() {
    let mut free = universe("rabbits");
    let mut tight = universe("rabbits");
    tight.set_limit(600 << 10);
    for generations in [1000u32, 4096, 12235] {
        run(&mut free, generations);
        run(&mut tight, generations);
        assert!(tight.bytes() <= 600 << 10);
        assert_eq!(tight.population(), free.population());
        assert_eq!(tight.macrocell(), free.macrocell());
    }
    assert_eq!(tight.population(), 1744u32.into());
}

#[test]
fn collection_keeps_what_clones_hold() {
    let mut pentomino = universe("r-pentomino");
    let start = pentomino.clone();
    run(&mut pentomino, 1103u32);
    pentomino.lock().collect(&mut [], true);
    assert_eq!(pentomino.population(), 116u32.into());
    pentomino.lock().collect(&mut [], false);
    assert_eq!(pentomino.population(), 116u32.into());
    assert_eq!(start.population(), 5u32.into());
    assert_eq!(
        start.difference(&pentomino),
        Some(difference(&start, &pentomino))
    );
    let mut again = start;
    run(&mut again, 1103u32);
    assert_eq!(again.difference(&pentomino), Some(0u32.into()));
}

fn difference(a: &Universe, b: &Universe) -> BigUint {
    let cells = |universe: &Universe| -> std::collections::BTreeSet<(i64, i64)> {
        let pattern = universe.pattern(1000).unwrap();
        pattern
            .placed(LIFE.topology)
            .map(|run| (0..run.length as i64).map(move |dx| (run.x + dx, run.y)))
            .collect::<Vec<_>>()
            .into_iter()
            .flatten()
            .collect()
    };
    cells(a).symmetric_difference(&cells(b)).count().into()
}

#[test]
fn an_interrupted_step_goes_on_where_it_stopped() {
    let mut rabbits = universe("rabbits");
    let goal = BigUint::from(17331u32);
    let mut slices = 0;
    while *rabbits.generation() < goal {
        let mut asked = 0;
        let left = &goal - rabbits.generation();
        let done = rabbits.advance(&left, &mut || {
            asked += 1;
            asked > 10
        });
        done.unwrap();
        slices += 1;
        assert!(slices < 100_000, "no progress");
    }
    assert!(slices > 1);
    assert_eq!(rabbits.population(), 1744u32.into());
}

#[test]
fn what_cannot_be_done_is_refused() {
    let rule = |text: &str| text.parse().unwrap();
    assert!(Universe::new(rule("B3/S23:T64"), LIMIT).is_err());
    assert!(Universe::new(rule("/02/3"), LIMIT).is_err());
    let mut block = universe("block");
    let far = block.advance(&(BigUint::from(1u32) << 2000), &mut || false);
    assert!(matches!(far, Err(HashLifeError::TooFar { .. })));
    let pattern = Pattern::from_cells((0..200).map(|i| (i * 1000, i * 777)));
    assert!(Universe::from_pattern(LIFE, &pattern, 0).is_ok());
}

#[test]
fn a_macrocell_file_holds_the_whole_universe() {
    let mut gun = universe("gosper-glider-gun");
    run(&mut gun, BigUint::from(1u32) << 70);
    let file = gun.macrocell();
    let back = Universe::from_macrocell(&file, None, LIMIT).unwrap();
    assert_eq!(back.generation(), gun.generation());
    assert_eq!(back.population(), gun.population());
    assert_eq!(back.bounds(), gun.bounds());
    assert_eq!(back.macrocell(), file);
    assert_eq!(gun.difference(&back), Some(0u32.into()));
    let empty = Universe::new(LIFE, LIMIT).unwrap();
    let back = Universe::from_macrocell(&empty.macrocell(), None, LIMIT).unwrap();
    assert_eq!(back.bounds(), None);
}

#[test]
fn equal_cells_give_equal_files_whatever_came_before() {
    let mut glider = universe("glider");
    let start = glider.macrocell();
    let far = BigInt::from(1) << 90;
    glider.set(&far, &far, true).unwrap();
    glider.set(&far, &far, false).unwrap();
    assert_eq!(glider.macrocell(), start);
}

#[test]
fn a_broken_macrocell_file_is_refused_with_its_line() {
    for (text, line) in [
        ("", 1),
        ("x = 3", 1),
        ("[M2]\n.*$\n4 0 9 0 0", 3),
        ("[M2]\n.*$\n5 1 0 0 0", 3),
        ("[M2]\n1 0 0 300 0", 2),
        ("[M2]\n2 0 0 3 0", 2),
        ("[M2]\n99999 0 0 0 0", 2),
        ("[M2]\n.*?", 2),
        ("[M2]\n#R B9", 2),
        ("[M2]\nhello", 2),
    ] {
        match Universe::from_macrocell(text, None, LIMIT) {
            Err(super::MacrocellError::Line { line: at, .. }) => assert_eq!(at, line, "{text:?}"),
            other => panic!("{text:?}: {other:?}"),
        }
    }
}

/// Rules of several states, each written out as its definition reads.
#[derive(Clone, Copy, Debug)]
enum Sample {
    /// Wireworld: 1 head, 2 tail, 3 conductor.
    Wireworld,
    /// Brian's Brain: 1 ready, 2 refractory.
    Brain,
    /// Three states by a hash of the block.
    Random(u64),
}

impl Local for Sample {
    fn states(&self) -> usize {
        match self {
            Self::Wireworld => 4,
            _ => 3,
        }
    }

    fn next(&self, block: &[u8; 9]) -> u8 {
        let ones = block.map(|state| u8::from(state == 1)).iter().sum::<u8>();
        match (self, block[4]) {
            (Self::Wireworld, 1) => 2,
            (Self::Wireworld, 2) => 3,
            (Self::Wireworld, 3) => 3 - 2 * u8::from(ones == 1 || ones == 2),
            (Self::Wireworld, _) => 0,
            (Self::Brain, 0) => u8::from(ones == 2),
            (Self::Brain, state) => (state + 1) % 3,
            (Self::Random(_), _) if *block == [0; 9] => 0,
            (Self::Random(seed), _) => {
                let mixed = block.iter().fold(*seed, |mixed, &state| {
                    (mixed ^ u64::from(state))
                        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
                        .rotate_left(27)
                });
                (mixed >> 40) as u8 % 3
            }
        }
    }
}

/// Cells of a plane, large enough that nothing reaches its edges, a byte each.
fn naive(rule: Sample, cells: &[(i64, i64, u8)], generations: usize) -> Vec<(i64, i64, u8)> {
    const SIDE: usize = 200;
    let mut plane = vec![[0u8; SIDE]; SIDE];
    for &(x, y, state) in cells {
        plane[(y + 100) as usize][(x + 100) as usize] = state;
    }
    for _ in 0..generations {
        let before = plane.clone();
        for y in 1..SIDE - 1 {
            for x in 1..SIDE - 1 {
                let block = std::array::from_fn(|i| before[y + i / 3 - 1][x + i % 3 - 1]);
                plane[y][x] = rule.next(&block);
            }
        }
    }
    let places = (0..SIDE).flat_map(|y| (0..SIDE).map(move |x| (x, y)));
    places
        .filter(|&(x, y)| plane[y][x] != 0)
        .map(|(x, y)| (x as i64 - 100, y as i64 - 100, plane[y][x]))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn any_local_rule_runs_as_on_a_plane_of_bytes(
        kind in 0u8..3, seed: u64, generations in 0usize..60,
        left in -20i64..10, top in -20i64..10, tight: bool,
    ) {
        let rule: Sample = [Sample::Wireworld, Sample::Brain, Sample::Random(seed)][kind as usize];
        let mut state = seed;
        let cells: Vec<_> = (0..400i64)
            .map(|at| {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                (left + at % 20, top + at / 20, (state >> 33) as u8 % rule.states() as u8)
            })
            .filter(|cell| cell.2 != 0)
            .collect();
        let mut pattern = Pattern::from_states(cells.iter().copied());
        let corner = (cells.iter().map(|c| c.0).min().unwrap(), cells.iter().map(|c| c.1).min().unwrap());
        pattern.position = Some(corner);
        let limit = if tight { 700 << 10 } else { LIMIT };
        let mut universe = Universe::new_local(LIFE, Arc::new(rule), limit)
            .unwrap()
            .holding(&pattern)
            .unwrap();
        run(&mut universe, generations as u32);
        let expected = naive(rule, &cells, generations);
        prop_assert_eq!(universe.population(), expected.len().into());
        for &(x, y, state) in &expected {
            prop_assert_eq!(universe.state(&x.into(), &y.into()), state);
        }
        let found = universe.pattern(100_000).unwrap();
        let expected = Pattern::from_states(expected);
        prop_assert_eq!(&found.runs, &expected.runs);
        // There and back through a file.
        let file = universe.macrocell();
        let back =
            Universe::from_macrocell_local(&file, LIFE, Arc::new(rule), LIMIT).unwrap();
        prop_assert_eq!(back.macrocell(), file);
        prop_assert_eq!(back.difference(&universe), Some(0u32.into()));
        // What is alive, under a rule of two states.
        let two = universe.with_rule(LIFE).unwrap();
        prop_assert_eq!(two.population(), universe.population());
        prop_assert_eq!(two.bounds(), universe.bounds());
        let four = two.with_local(LIFE, Arc::new(Sample::Brain)).unwrap();
        prop_assert_eq!(four.bounds(), universe.bounds());
    }

    #[test]
    fn reading_a_macrocell_file_never_panics(text in "\\[M2\\]\n([0-9 .*$#RG]{0,12}\n){0,8}") {
        let _ = Universe::from_macrocell(&text, None, LIMIT);
        let _ = Universe::from_macrocell_local(&text, LIFE, Arc::new(Sample::Brain), LIMIT);
    }
}

#[test]
fn a_wire_carries_its_electrons_over_astronomical_times() {
    // A loop of 8 conductors with one electron: its period is 8.
    let ring = [
        (0, 0),
        (1, 0),
        (2, 0),
        (3, 1),
        (2, 2),
        (1, 2),
        (0, 2),
        (-1, 1),
    ];
    let cells = ring.iter().enumerate().map(|(i, &(x, y))| {
        let state = match i {
            0 => 2,
            1 => 1,
            _ => 3,
        };
        (x, y, state)
    });
    let mut pattern = Pattern::from_states(cells);
    pattern.position = Some((-1, 0));
    let start = Universe::new_local(LIFE, Arc::new(Sample::Wireworld), LIMIT)
        .unwrap()
        .holding(&pattern)
        .unwrap();
    let mut far = start.clone();
    run(&mut far, BigUint::from(1u32) << 200);
    assert_eq!(far.difference(&start), Some(0u32.into()));
    run(&mut far, 1u32);
    assert_eq!(far.difference(&start), Some(3u32.into()));
}

#[test]
fn a_state_that_the_rule_lacks_is_refused() {
    let file = "[M2]\n#R B3/S23\n1 0 5 0 0\n";
    let result = Universe::from_macrocell_local(file, LIFE, Arc::new(Sample::Brain), LIMIT);
    assert!(matches!(
        result,
        Err(super::MacrocellError::States {
            highest: 5,
            states: 3
        })
    ));
}
