//! Every family against a second implementation that asks the rule cell by cell, and against
//! published values.

use loom_automata::rule::reach::Term;
use loom_automata::rule::{Family, Line};
use loom_automata::world::{EngineChoice, Means};
use loom_automata::{Pattern, Rule, Topology, World};
use num_bigint::BigUint;
use proptest::prelude::*;

/// Cells of a bounded grid, row by row.
type Cells = Vec<Vec<u8>>;

fn rule(text: &str) -> Rule {
    text.parse().unwrap()
}

fn random(seed: u64) -> impl FnMut(u32) -> u32 {
    let mut state = seed.wrapping_mul(2) + 1;
    move |below| {
        state = state
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        ((state >> 33) as u32) % below.max(1)
    }
}

fn soup(seed: u64, width: usize, height: usize, states: usize) -> Cells {
    let mut random = random(seed);
    let states = states as u32;
    let mut cell = || {
        if random(3) == 0 {
            1 + random(states - 1) as u8
        } else {
            u8::from(random(4) == 0)
        }
    };
    (0..height)
        .map(|_| (0..width).map(|_| cell()).collect())
        .collect()
}

fn corner(topology: Topology) -> (i64, i64) {
    loom_automata::pattern::grid_corner(topology)
}

fn pattern(cells: &Cells, (left, top): (i64, i64)) -> Pattern {
    let mut pattern = Pattern {
        position: Some((left, top)),
        ..Pattern::default()
    };
    for (y, row) in cells.iter().enumerate() {
        for (x, &state) in row.iter().enumerate() {
            pattern.push_state(x as i64, y as i64, 1, state);
        }
    }
    pattern.fit();
    pattern
}

fn world(rule: &Rule, cells: &Cells, engine: EngineChoice, threads: usize) -> World {
    let means = Means {
        engine,
        threads,
        ..Means::default()
    };
    World::new(rule.clone(), &pattern(cells, corner(rule.topology)), means).unwrap()
}

fn advance(world: &mut World, generations: u32) {
    let generations = BigUint::from(generations);
    assert_eq!(
        world.advance(&generations, &mut || false).unwrap(),
        generations
    );
}

fn cells(world: &World, width: usize, height: usize) -> Cells {
    let (left, top) = corner(world.rule().topology);
    (0..height as i64)
        .map(|y| {
            (0..width as i64)
                .map(|x| world.state(&(x + left).into(), &(y + top).into()).unwrap())
                .collect()
        })
        .collect()
}

/// The cell seen at a place after walking across the edges.
fn seen(cells: &Cells, topology: Topology, x: i64, y: i64) -> u8 {
    match topology.source(x, y) {
        Some((x, y)) => cells[y as usize][x as usize],
        None => 0,
    }
}

fn each(cells: &Cells, mut next: impl FnMut(i64, i64) -> u8) -> Cells {
    (0..cells.len())
        .map(|y| {
            (0..cells[0].len())
                .map(|x| next(x as i64, y as i64))
                .collect()
        })
        .collect()
}

/// One generation by the rule's own words.
fn naive(rule: &Rule, cells: &Cells, odd: bool) -> Cells {
    let topology = rule.topology;
    if let Some(local) = rule.local() {
        return each(cells, |x, y| {
            let block = std::array::from_fn(|i| {
                seen(cells, topology, x + i as i64 % 3 - 1, y + i as i64 / 3 - 1)
            });
            local.next(&block)
        });
    }
    match &rule.family {
        Family::Larger(larger) => {
            let terms = larger.shape.terms(larger.reach.into(), larger.middle);
            let weights = larger.shape.state_weights();
            each(cells, |x, y| {
                let over = larger.shape.turns() && (x + y) % 2 == 1;
                let sum = |term: &Term| -> i64 {
                    let dy = if over { -term.dy } else { term.dy };
                    (term.from..=term.to)
                        .map(|dx| {
                            let cell = seen(cells, topology, x + i64::from(dx), y + i64::from(dy));
                            let value = match &weights {
                                Some(weights) => weights[usize::from(cell)],
                                None => i32::from(cell == 1),
                            };
                            i64::from(value * term.weight)
                        })
                        .sum()
                };
                let count = terms.iter().map(sum).sum();
                larger.next(cells[y as usize][x as usize], count)
            })
        }
        Family::Blocks(blocks) => each(cells, |x, y| {
            let shift = i64::from(odd);
            let (left, top) = (
                (x - shift).div_euclid(2) * 2 + shift,
                (y - shift).div_euclid(2) * 2 + shift,
            );
            let square = (0..4).fold(0, |square, i| {
                square | usize::from(seen(cells, topology, left + i % 2, top + i / 2)) << i
            });
            blocks.0[square] >> ((x - left) + 2 * (y - top)) & 1
        }),
        Family::Space(space) => {
            let Topology::Box {
                width,
                height,
                depth,
                wraps,
            } = topology
            else {
                panic!("no box");
            };
            let sides = [width, height, depth].map(i64::from);
            let at = |place: [i64; 3]| {
                let mut c = [0; 3];
                for i in 0..3 {
                    c[i] = if wraps {
                        place[i].rem_euclid(sides[i])
                    } else {
                        place[i]
                    };
                    if !(0..sides[i]).contains(&c[i]) {
                        return 0;
                    }
                }
                cells[(c[2] * sides[1] + c[1]) as usize][c[0] as usize]
            };
            each(cells, |x, y| {
                let (z, y) = (y / sides[1], y % sides[1]);
                let mut live = 0;
                for i in 0..27i64 {
                    let d = [i % 3 - 1, i / 3 % 3 - 1, i / 9 - 1];
                    let away = d.iter().map(|c| c.abs()).sum::<i64>();
                    if away > 0 && (!space.faces || away == 1) {
                        live += u32::from(at([x + d[0], y + d[1], z + d[2]]) == 1);
                    }
                }
                space.next(at([x, y, z]), live)
            })
        }
        other => panic!("{other:?} has rows"),
    }
}

fn compare(rule: &Rule, seed: u64, generations: u32) {
    let (width, height) = rule.topology.size().unwrap();
    let (width, height) = (width as usize, height as usize);
    let mut cells_now = soup(seed, width, height, rule.states());
    let mut world = world(rule, &cells_now, EngineChoice::Bytes, 1);
    assert_eq!(
        cells(&world, width, height),
        cells_now,
        "{rule} at the start"
    );
    for generation in 0..generations {
        cells_now = naive(rule, &cells_now, generation % 2 == 1);
        advance(&mut world, 1);
        assert_eq!(
            cells(&world, width, height),
            cells_now,
            "{rule} at {}",
            generation + 1
        );
        let live: usize = cells_now.iter().flatten().filter(|&&c| c != 0).count();
        assert_eq!(world.population().unwrap(), live.into());
    }
}

const GRIDS: [&str; 12] = [
    "T30,20",
    "T3,3",
    "P30,20",
    "T30+5,20",
    "T31,20-3",
    "K30*,20",
    "K30,20*",
    "K30*+1,20",
    "K31,20*+1",
    "C30,21",
    "S17",
    "T1,5",
];

#[test]
fn local_rules_follow_their_words_on_every_grid() {
    for name in [
        "B3/S23",
        "B36/S125",
        "B2-a/S12",
        "B2/S34H",
        "B13/S012V",
        "/2/3",
        "345/2/4",
        "2-a/13c/21",
        "02/13/5V",
        "B3/S23History",
        "B2/S34HSuper",
        "WireWorld",
        "Evoloop",
        "Langtons-Loops",
        "B0123/S45",
        "B03/S23/4",
        "MAPARYXfhZofugWaH7oaIDogBZofuhogOiAaIDogIAAgAAWaH7oaIDogGiA6ICAAIAAaIDogIAAgACAAIAAAAAAAA",
    ] {
        for (i, grid) in GRIDS.into_iter().enumerate() {
            compare(&rule(&format!("{name}:{grid}")), i as u64, 4);
        }
    }
}

#[test]
fn larger_neighbourhoods_are_summed_rightly() {
    for shape in "MNC2+X*#BDHA3LG".chars() {
        for grid in ["T30,25", "P30,25", "T5,4"] {
            let gauss = if shape == 'G' { 4 } else { 1 };
            let text = format!(
                "R3,C2,S{}-{},{},B{}-{},N{shape}:{grid}",
                2 * gauss,
                9 * gauss,
                11 * gauss,
                3 * gauss,
                6 * gauss
            );
            if text.parse::<Rule>().is_ok() {
                compare(&rule(&text), 7, 4);
            }
        }
    }
    for text in [
        "R5,C0,M1,S34..58,B34..45,NM:T64,50",
        "R2,C5,M0,S5..9,B4..7,NM:P40,31",
        "R2,C4,S5-9,B6,7,NW1000102320030300232010001:T33",
        "R1,C3,S2,4,B3-5,NW123401323,012H:T20",
        "R1,C2,S2-9,B3,NW0810080A850A081008:T20",
        "R2,C3,S2,B3,N@891891L:T20,22",
        "R2,C2,S1,3,5,7,9,11,13,15,17,19,B2,4,6,8,10,12,14,16,18,20,NC:T24",
        "R130,C2,S100-4000,B100-3000:T33,20",
    ] {
        compare(&rule(text), 3, 3);
    }
}

#[test]
fn block_rules_take_squares_in_turn() {
    for name in [
        "Billiard Balls",
        "Critters",
        "HPP Gas",
        "M15,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15",
    ] {
        for grid in ["T20,16", "P21,15", "P20,16", "K20*,16"] {
            compare(&rule(&format!("{name}:{grid}")), 5, 5);
        }
    }
    // A reversible rule loses nothing: the gas keeps its particles.
    let gas = rule("HPP Gas:T64");
    let start = soup(3, 64, 64, 2);
    let mut world = world(&gas, &start, EngineChoice::Auto, 1);
    let before = world.population().unwrap();
    advance(&mut world, 101);
    assert_eq!(world.population().unwrap(), before);
}

#[test]
fn life_in_space_counts_26_neighbours_or_six() {
    for text in [
        "3D4555:T7",
        "3D:B6/S567:P6,5,4",
        "3D:B1,3/S0123456V:T5,4,3",
        "3D:B4/S45/C4:T6",
    ] {
        compare(&rule(text), 9, 4);
    }
}

#[test]
fn all_elementary_rules_agree_with_a_second_implementation() {
    let width = 61i64;
    let mut random = random(5);
    let first: Vec<bool> = (0..width).map(|_| random(2) == 1).collect();
    for number in 0..=255u8 {
        for wraps in [true, false] {
            let letter = if wraps { 'T' } else { 'P' };
            let rule = rule(&format!("W{number}:{letter}{width}"));
            let start = vec![first.iter().map(|&c| u8::from(c)).collect()];
            let mut world = world(&rule, &start, EngineChoice::Auto, 1);
            advance(&mut world, 30);
            let mut row = first.clone();
            let mut population = 0;
            for generation in 0..=30i64 {
                let (left, top) = corner(rule.topology);
                for x in 0..width {
                    let state = world
                        .state(&(x + left).into(), &(generation + top).into())
                        .unwrap();
                    assert_eq!(state == 1, row[x as usize], "{rule} row {generation}");
                }
                population += row.iter().filter(|&&c| c).count();
                let at = |x: i64| {
                    if wraps {
                        row[x.rem_euclid(width) as usize]
                    } else {
                        (0..width).contains(&x) && row[x as usize]
                    }
                };
                let digit =
                    |x: i64| 4 * u8::from(at(x - 1)) + 2 * u8::from(at(x)) + u8::from(at(x + 1));
                row = (0..width).map(|x| number >> digit(x) & 1 != 0).collect();
            }
            assert_eq!(world.population().unwrap(), population.into());
        }
    }
}

#[test]
fn rows_on_the_unbounded_line_have_the_known_numbers_of_cells() {
    // Rule 90 from one cell: row n has 2 to the number of ones of n in base two.
    let one = vec![vec![1]];
    let mut world = world(&rule("W90"), &one, EngineChoice::Auto, 1);
    advance(&mut world, 63);
    let sum: u32 = (0..=63u32).map(|n| 1 << n.count_ones()).sum();
    assert_eq!(world.population().unwrap(), sum.into());
    // The totalistic rule of two colours with code 10 is rule 150.
    let run = |name: &str| {
        let mut world = self::world(&rule(name), &one, EngineChoice::Auto, 1);
        advance(&mut world, 63);
        world.pattern(u64::MAX).unwrap().runs
    };
    assert_eq!(run("K2C10"), run("W150"));
    // Rule 30, row by row: 1, 3, 3, 6, 4, 9, 5, 12, 7, 12, 11 (OEIS A070952).
    let mut world = self::world(&rule("W30"), &one, EngineChoice::Auto, 1);
    let mut all = 0u32;
    for cells in [1u32, 3, 3, 6, 4, 9, 5, 12, 7, 12, 11] {
        all += cells;
        assert_eq!(world.population().unwrap(), all.into());
        advance(&mut world, 1);
    }
}

#[test]
fn totalistic_colours_follow_their_code() {
    for text in ["K3C777:T40", "K3R2C123456:T40,12", "K5C98765:P40,9"] {
        let rule = rule(text);
        let Family::Line(line) = &rule.family else {
            panic!("no line");
        };
        let (reach, wraps) = (line.reach() as i64, text.contains('T'));
        let mut random = random(8);
        let mut row: Vec<u8> = (0..40)
            .map(|_| random(line.states() as u32) as u8)
            .collect();
        let mut world = world(&rule, &vec![row.clone()], EngineChoice::Auto, 1);
        let (left, top) = corner(rule.topology);
        let rows = rule
            .topology
            .size()
            .map_or(i64::MAX, |size| i64::from(size.1));
        for generation in 0..20i64 {
            let y = top + generation.min(rows - 1);
            for x in 0..40 {
                let state = world.state(&(x + left).into(), &y.into()).unwrap();
                assert_eq!(state, row[x as usize], "{rule} {generation}");
            }
            let at = |x: i64| {
                let x = if wraps { x.rem_euclid(40) } else { x };
                usize::try_from(x).map_or(0, |x| row.get(x).copied().unwrap_or(0))
            };
            row = (0..40i64)
                .map(|x| {
                    let around: Vec<u8> = (x - reach..=x + reach).map(at).collect();
                    let Line::Totalistic { outcomes, .. } = &**line else {
                        return 0;
                    };
                    outcomes[around.iter().map(|&c| usize::from(c)).sum::<usize>()]
                })
                .collect();
            advance(&mut world, 1);
        }
    }
}

#[test]
fn langtons_ant_leaves_834_black_cells_after_11000_steps() {
    for text in ["RL", "LR", "{{{1,2,0},{0,8,0}}}", "RL:T200"] {
        let rule = rule(text);
        let Family::Turmite(turmite) = &rule.family else {
            panic!("no ant");
        };
        let ant = turmite.with_machine(0, 0, 0);
        let start = Pattern {
            position: Some((0, 0)),
            ..Pattern::from_states([(0, 0, ant)])
        };
        let mut world = World::new(rule.clone(), &start, Means::default()).unwrap();
        advance(&mut world, 11000);
        let black: BigUint = world
            .counts()
            .unwrap()
            .into_iter()
            .filter(|(state, _)| turmite.read_cell(*state).0 == 1)
            .map(|(_, count)| count)
            .sum();
        assert_eq!(black, 834u32.into(), "{text}");
        assert_eq!(world.engine_name(), "turmite");
    }
}

#[test]
fn machines_in_place_do_what_the_rule_of_cells_says() {
    for name in [
        "RL",
        "LLRR",
        "LRUN",
        "{{{1,8,1},{1,8,1}},{{1,2,1},{0,1,0}}}",
    ] {
        for grid in ["T20,15", "P20,15", "K20*,15"] {
            let rule = rule(&format!("{name}:{grid}"));
            compare(&rule, 11, 12);
        }
    }
}

#[test]
fn langtons_loop_has_171_cells_after_a_generation_of_151_steps() {
    let picture = [
        " 22222222      ",
        "2170140142     ",
        "2022222202     ",
        "272    212     ",
        "212    212     ",
        "202    212     ",
        "272    212     ",
        "21222222122222 ",
        "207107107111112",
        " 2222222222222 ",
    ];
    let cells: Cells = picture
        .iter()
        .map(|row| row.bytes().map(|c| c.saturating_sub(b'0')).collect())
        .collect();
    let mut world = world(&rule("Langtons-Loops"), &cells, EngineChoice::Auto, 1);
    assert_eq!(world.population().unwrap(), 86u32.into());
    advance(&mut world, 151);
    assert_eq!(world.population().unwrap(), 171u32.into());
}

#[test]
fn a_background_that_flips_is_the_negative_in_odd_generations() {
    // Wide grids are planes for a few generations; the true cells of a torus are the negative
    // of those of the emulated plane where the background is alive.
    for text in [
        "B03/S23",
        "B0123478/S01234678",
        "B02/S1-k3H",
        "B01-a24/S1c25",
        "B0/S4V",
    ] {
        let Ok(plane) = text.parse::<Rule>() else {
            continue;
        };
        let torus = plane.clone().on(Topology::Torus {
            width: 60,
            height: 60,
        });
        let small = soup(4, 10, 10, 2);
        let always = plane.local().unwrap().next(&[1; 9]) == 1;
        let mut start = vec![vec![u8::from(always); 60]; 60];
        for (y, row) in small.iter().enumerate() {
            for (x, &cell) in row.iter().enumerate() {
                start[y + 25][x + 25] = if always { 1 - cell } else { cell };
            }
        }
        let mut engines = vec![EngineChoice::Auto, EngineChoice::Bytes];
        if plane.life().is_some() {
            engines.push(EngineChoice::Tiles);
        }
        for engine in engines {
            let means = Means {
                engine,
                ..Means::default()
            };
            let at = pattern(&small, (-5, -5));
            let mut emulated = World::new(plane.clone(), &at, means).unwrap();
            let mut truth = world(&torus, &start, EngineChoice::Bytes, 1);
            for generation in 1..12u32 {
                advance(&mut emulated, 1);
                advance(&mut truth, 1);
                let flipped = always || generation % 2 == 1;
                for y in -18..18i64 {
                    for x in -18..18i64 {
                        let shown = emulated.get(&x.into(), &y.into()).unwrap();
                        let real = truth.get(&x.into(), &y.into()).unwrap();
                        assert_eq!(
                            shown,
                            real != flipped,
                            "{text} {engine:?} {generation} {x},{y}"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn threads_change_nothing() {
    for text in [
        "/2/3:T400,300",
        "R5,C0,M1,S34..58,B34..45,NM:T300",
        "Critters:T300",
        "3D4555:T40",
        "WireWorld:T300",
    ] {
        let rule = rule(text);
        let (width, height) = rule.topology.size().unwrap();
        let start = soup(2, width as usize, height as usize, rule.states());
        let run = |threads| {
            let mut world = world(&rule, &start, EngineChoice::Auto, threads);
            advance(&mut world, 5);
            world.pattern(u64::MAX).unwrap()
        };
        assert_eq!(run(1), run(3), "{text}");
    }
}

#[test]
fn unbounded_fields_grow_and_follow_their_cells() {
    // A glider of Life goes on for ever in bytes as in the tree.
    let glider = loom_automata::catalogue::entry("glider")
        .unwrap()
        .pattern()
        .unwrap();
    for engine in [EngineChoice::Bytes, EngineChoice::Tiles] {
        let means = Means {
            engine,
            ..Means::default()
        };
        let mut world = World::new(loom_automata::LIFE, &glider, means).unwrap();
        advance(&mut world, 4000);
        let (x, y, ..) = world.bounds().unwrap().unwrap();
        assert_eq!((x, y), (1000.into(), 1000.into()), "{engine:?}");
        assert_eq!(world.population().unwrap(), 5u32.into());
    }
    // Tubes and strips: a glider on a tube comes back every 4 · 20 generations.
    let mut world = World::new(rule("B3/S23:T20,0"), &glider, Means::default()).unwrap();
    let start = world.bounds().unwrap().unwrap();
    advance(&mut world, 80);
    let end = world.bounds().unwrap().unwrap();
    assert_eq!((end.0, end.1 - start.1), (start.0, 20.into()));
}

#[test]
fn hashlife_runs_every_local_rule_as_bytes_do() {
    for name in [
        "/2/3",
        "345/2/4",
        "B2-a/S12",
        "B2/S34H",
        "B13/S012V",
        "WireWorld",
        "LifeHistory",
        "Langtons-Loops",
        "RL",
    ] {
        let rule = rule(name);
        let start = pattern(&soup(6, 20, 18, rule.states()), (-11, -7));
        let run = |engine| {
            let means = Means {
                engine,
                ..Means::default()
            };
            let mut world = World::new(rule.clone(), &start, means).unwrap();
            advance(&mut world, 29);
            let kept = world.keep().unwrap();
            advance(&mut world, 3);
            world.restore(&kept).unwrap();
            let pattern = world.pattern(u64::MAX).unwrap();
            (
                pattern.runs,
                pattern.position,
                world.counts().unwrap(),
                world.population().unwrap(),
            )
        };
        assert_eq!(
            run(EngineChoice::HashLife),
            run(EngineChoice::Bytes),
            "{name}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn tiles_are_the_packed_cells_of_a_wide_torus(seed: u64, bits in 0u32..1 << 18, generations in 0u32..60) {
        let life = loom_automata::LifeLike { birth: bits as u16 & 0x1f8, survival: (bits >> 9) as u16 };
        let plane = Rule::life_like(life, Topology::Plane);
        let start = soup(seed, 70, 66, 2);
        let at = pattern(&start, (-40, -30));
        let torus = plane.clone().on(Topology::Torus { width: 256, height: 256 });
        let mut packed = World::new(torus, &at, Means::default()).unwrap();
        for threads in [1, 3] {
            let means = Means { engine: EngineChoice::Tiles, threads, ..Means::default() };
            let mut tiles = World::new(plane.clone(), &at, means).unwrap();
            advance(&mut tiles, generations);
            if threads == 1 {
                advance(&mut packed, generations);
            }
            prop_assert_eq!(tiles.pattern(u64::MAX).unwrap().runs, packed.pattern(u64::MAX).unwrap().runs);
            prop_assert_eq!(tiles.bounds().unwrap(), packed.bounds().unwrap());
        }
    }

    #[test]
    fn bytes_agree_with_packed_cells(seed: u64, bits in 0u32..1 << 18, width in 1u32..140, height in 1u32..40, wraps: bool) {
        let topology = if wraps { Topology::Torus { width, height } } else { Topology::Bounded { width, height } };
        let life = loom_automata::LifeLike { birth: bits as u16 & 0x1ff, survival: (bits >> 9) as u16 };
        let rule = Rule::life_like(life, topology);
        let start = soup(seed, width as usize, height as usize, 2);
        let mut packed = world(&rule, &start, EngineChoice::Packed, 1);
        let mut bytes = world(&rule, &start, EngineChoice::Bytes, 2);
        for _ in 0..4 {
            advance(&mut packed, 1);
            advance(&mut bytes, 1);
            prop_assert_eq!(packed.last_changes(), bytes.last_changes());
        }
        prop_assert_eq!(packed.pattern(u64::MAX).unwrap().runs, bytes.pattern(u64::MAX).unwrap().runs);
    }
}
