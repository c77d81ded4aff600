//! The engines agree with one another, cell by cell.

use loom_automata::reference::Reference;
use loom_automata::simd::Level;
use loom_automata::{LIFE, LifeLike, Packed, Pattern, Rule, Topology, Universe};
use proptest::prelude::*;

const LIMIT: u64 = 64 << 20;

/// A soup from a small congruential generator, so that a seed says it all.
fn soup(seed: u64, width: u32, height: u32) -> Vec<(u32, u32)> {
    let mut state = seed;
    let mut cells = Vec::new();
    for y in 0..height {
        for x in 0..width {
            state = state
                .wrapping_mul(6364136223846793005)
                .wrapping_add(1442695040888963407);
            if state >> 61 < 3 {
                cells.push((x, y));
            }
        }
    }
    cells
}

fn compare_with_reference(rule: Rule, cells: &[(u32, u32)], generations: u64) {
    let mut reference = Reference::new(rule.clone()).unwrap();
    for &(x, y) in cells {
        reference.set(x as usize, y as usize, true);
    }
    let start = reference.pattern();
    for _ in 0..generations {
        reference.step();
    }
    for level in Level::available() {
        let mut packed = Packed::new(rule.clone(), LIMIT).unwrap();
        packed.place(&start).unwrap();
        packed.set_level(level);
        packed.set_pass(1 + (generations as usize * 7 + level as usize * 5) % 32);
        packed.advance(generations);
        assert_eq!(
            packed.cells().population(),
            reference.population(),
            "{rule} {level:?}"
        );
        assert_eq!(
            packed.cells().pattern(rule.topology),
            reference.pattern(),
            "{rule} {level:?}"
        );
    }
}

#[test]
fn every_width_wraps_rightly() {
    for width in [
        1, 2, 3, 5, 31, 63, 64, 65, 100, 127, 128, 129, 511, 512, 513, 520, 576,
    ] {
        for height in [1, 2, 3, 7, 70] {
            let cells = soup(u64::from(width * 1000 + height), width, height);
            for topology in [
                Topology::Torus { width, height },
                Topology::Bounded { width, height },
            ] {
                compare_with_reference(LIFE.on(topology), &cells, 5);
            }
        }
    }
}

#[test]
fn births_out_of_nothing_work_on_a_bounded_grid() {
    let rule: Rule = "B0123478/S01234678:T40,33".parse().unwrap();
    compare_with_reference(rule, &soup(7, 40, 33), 6);
    let rule: Rule = "B0/S8:P40,33".parse().unwrap();
    compare_with_reference(rule, &[], 3);
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let rule: Rule = "B36/S23:T1030,1021".parse().unwrap();
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| {
            let mut packed = Packed::new(rule.clone(), LIMIT).unwrap();
            for (x, y) in soup(3, 1030, 1021) {
                packed.cells_mut().set(x as usize, y as usize, true);
            }
            packed.advance(20);
            packed
        })
    };
    let (one, three) = (run(1), run(3));
    assert_eq!(run(2).cells(), one.cells());
    assert_eq!(one.cells(), three.cells());
    assert_eq!(one.last_changes(), three.last_changes());
}

#[test]
fn an_interruption_leaves_whole_generations_and_their_changes() {
    let rule: Rule = "B3/S23:T300,200".parse().unwrap();
    let start = || {
        let mut packed = Packed::new(rule.clone(), LIMIT).unwrap();
        for (x, y) in soup(9, 300, 200) {
            packed.cells_mut().set(x as usize, y as usize, true);
        }
        packed
    };
    let mut whole = start();
    whole.advance(100);
    for patience in 0..6 {
        let mut sliced = start();
        let mut done = 0;
        while done < 100 {
            let mut asked = 0;
            let more = sliced.advance_until(100 - done, &mut || {
                asked += 1;
                asked > patience
            });
            done += if patience == 0 {
                sliced.advance_until(1, &mut || false)
            } else {
                more
            };
            assert!(more > 0 || patience == 0);
        }
        assert_eq!(sliced.cells(), whole.cells());
        assert_eq!(sliced.last_changes(), whole.last_changes());
    }
}

#[test]
fn births_and_deaths_balance_the_population() {
    let rule: Rule = "B3/S23:T200,100".parse().unwrap();
    let mut packed = Packed::new(rule, LIMIT).unwrap();
    for (x, y) in soup(5, 200, 100) {
        packed.cells_mut().set(x as usize, y as usize, true);
    }
    assert_eq!(packed.last_changes(), None);
    for _ in 0..50 {
        let before = packed.cells().population();
        packed.step();
        let (births, deaths) = packed.last_changes().unwrap();
        assert_eq!(before + births - deaths, packed.cells().population());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn packed_cells_follow_any_rule(seed: u64, bits in 0u32..1 << 18, width in 1u32..200,
                                    height in 1u32..90, wraps: bool, generations in 1u64..40) {
        let topology = if wraps {
            Topology::Torus { width, height }
        } else {
            Topology::Bounded { width, height }
        };
        let life = LifeLike { birth: bits as u16 & 0x1ff, survival: (bits >> 9) as u16 };
        let rule = Rule::life_like(life, topology);
        compare_with_reference(rule, &soup(seed, width, height), generations);
    }

    #[test]
    fn hashlife_agrees_on_the_plane(seed: u64, generations in 0u64..70, other: bool) {
        let rule: Rule = if other { "B36/S238" } else { "B3/S23" }.parse().unwrap();
        let cells = soup(seed, 30, 24);
        let mut pattern = Pattern::from_cells(cells.iter().map(|&(x, y)| (x.into(), y.into())));
        pattern.position = Some((-9, -20));
        let mut hashlife = Universe::from_pattern(rule.clone(), &pattern, LIMIT).unwrap();
        hashlife.advance(&generations.into(), &mut || false).unwrap();
        // Nothing comes around a torus that is wide enough.
        let torus = rule.on(Topology::Torus { width: 200, height: 200 });
        let mut packed = Packed::from_pattern(torus.clone(), &pattern, LIMIT).unwrap();
        packed.advance(generations);
        let far = hashlife.pattern(10_000).unwrap();
        let near = packed.cells().pattern(torus.topology);
        prop_assert_eq!(far.runs, near.runs);
        prop_assert!(near.size == (0, 0) || far.position == near.position);
    }
}
