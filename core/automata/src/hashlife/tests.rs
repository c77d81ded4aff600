//! HashLife against the reference and against published populations.

#![allow(clippy::unwrap_used)]

use num_bigint::{BigInt, BigUint};

use super::{HashLifeError, Universe};
use crate::catalogue::entry;
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
    let mut rabbits = universe("rabbits");
    rabbits.set_limit(1 << 20);
    let error = rabbits
        .advance(&BigUint::from(20000u32), &mut || false)
        .unwrap_err();
    assert!(
        matches!(error, HashLifeError::Memory { limit: 1, .. }),
        "{error}"
    );
    assert!(rabbits.bytes() <= 1 << 20);
    // The universe is where the last finished step left it, and goes on with more memory.
    rabbits.set_limit(LIMIT);
    let left = BigUint::from(17331u32) - rabbits.generation();
    run(&mut rabbits, left);
    assert_eq!(rabbits.population(), 1744u32.into());
}

#[test]
fn collection_keeps_what_clones_hold() {
    let mut pentomino = universe("r-pentomino");
    let start = pentomino.clone();
    run(&mut pentomino, 1103u32);
    pentomino.lock().collect();
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
    assert!(Universe::new(rule("B03/S23"), LIMIT).is_err());
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
        ("[M2]\n2 0 0 0 0", 2),
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
