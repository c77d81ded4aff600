//! The byte kernels of the GPU and the field are twins, cell by cell.

use std::sync::Arc;

use loom_automata::engine::Engine;
use loom_automata::field::FieldEngine;
use loom_automata::gpu::FieldOnDevice;
use loom_automata::world::{EngineChoice, Means};
use loom_automata::{Pattern, Rule, World};
use num_bigint::{BigInt, BigUint};

use super::device::gpu;

/// A soup of all states of a rule on the whole of its grid.
fn soup(rule: &Rule, seed: u64) -> Pattern {
    let (width, height) = rule.topology.size().unwrap();
    let (left, top) = loom_automata::pattern::grid_corner(rule.topology);
    let mut pattern = Pattern {
        position: Some((left, top)),
        ..Pattern::default()
    };
    let mut state = seed.wrapping_mul(2) + 1;
    let mut random = |below: u64| {
        state = state
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (state >> 33) % below
    };
    for y in 0..i64::from(height) {
        for x in 0..i64::from(width) {
            let cell = match random(4) {
                0 => 1 + random(rule.states() as u64 - 1) as u8,
                1 => 1,
                _ => 0,
            };
            pattern.push_state(x, y, 1, cell);
        }
    }
    pattern.fit();
    pattern
}

fn twins(rule: &Rule, seed: u64) -> Option<(FieldEngine, FieldOnDevice)> {
    let Some(gpu) = gpu() else {
        eprintln!("no device with compute shaders: the twin is not compared");
        return None;
    };
    let engine = FieldEngine::new(rule.clone(), &soup(rule, seed), &Means::default()).unwrap();
    let device = FieldOnDevice::new(gpu, rule.clone(), engine.field(), engine.now()).unwrap();
    let device = device.unwrap_or_else(|| panic!("{rule} has no twin"));
    Some((engine, device))
}

fn compare(text: &str, seed: u64, generations: u32) {
    let rule: Rule = text.parse().unwrap();
    let Some((mut engine, mut device)) = twins(&rule, seed) else {
        return;
    };
    let mut at = BigUint::default();
    for piece in [1, generations / 2, generations - generations / 2] {
        let steps = BigUint::from(piece);
        for (done, error) in [
            Engine::advance(&mut engine, &steps, &at, &mut || false),
            Engine::advance(&mut device, &steps, &at, &mut || false),
        ] {
            assert_eq!((done, error.is_none()), (steps.clone(), true));
        }
        at += piece;
        let cells = device.cells().unwrap();
        let pattern = engine.field().pattern();
        assert_eq!(cells.pattern(), pattern, "{rule} at {at}");
        let counts: Vec<u64> = engine.field().counts()[1..].into();
        let told = FieldOnDevice::counts(&device).unwrap();
        assert!(
            counts
                .iter()
                .zip(&told[1..])
                .all(|(&a, &b)| a == u64::from(b))
        );
    }
}

/// Rules of a family on a torus and a bounded plane of odd sizes, and one grid more.
fn family(rules: &[&str], grids: &[&str], generations: u32) {
    for (i, rule) in rules.iter().enumerate() {
        for (j, grid) in grids.iter().enumerate() {
            compare(&format!("{rule}:{grid}"), (i * 7 + j) as u64, generations);
        }
    }
}

#[test]
fn counting_rules_and_dying_cells_on_the_device_are_those_of_the_field() {
    family(
        &[
            "/2/3",
            "345/2/4",
            "B2/S34H",
            "B13/S012V",
            "02/13/5V",
            "B0123/S45",
            "23/36/255",
        ],
        &["T61,37", "P66,45"],
        9,
    );
    family(
        &["345/2/4"],
        &["T1,5", "T2,3", "P3,1", "T257,130", "P4,4", "T5,1"],
        5,
    );
}

#[test]
fn tables_of_512_outcomes_on_the_device_are_those_of_the_field() {
    let map =
        "MAPARYXfhZofugWaH7oaIDogBZofuhogOiAaIDogIAAgAAWaH7oaIDogGiA6ICAAIAAaIDogIAAgACAAIAAAAAAAA";
    family(
        &["B2-a/S12", "B2n3/S23-q", "2-a/13c/21", "B36e/S1c25", map],
        &["T61,37", "P66,45"],
        9,
    );
}

#[test]
fn every_grid_has_its_edges_on_the_device() {
    for grid in [
        "T30+5,20",
        "T31,20-3",
        "K30*,20",
        "K30,20*",
        "K30*+1,20",
        "K31,20*+1",
        "C30,21",
        "S17",
    ] {
        compare(&format!("B3/S23:{grid}"), 3, 7);
        compare(&format!("B2-a/S12:{grid}"), 4, 5);
        compare(&format!("R3,C2,S5-14,B7-12,NC:{grid}"), 5, 4);
    }
}

#[test]
fn running_sums_on_the_device_are_those_of_the_field() {
    for shape in "MNC2+X*#BDHA3LG".chars() {
        let gauss = if shape == 'G' { 4 } else { 1 };
        let (s, t, b, c) = (2 * gauss, 11 * gauss, 3 * gauss, 6 * gauss);
        let text = format!("R3,C3,S{s}-{t},B{b}-{c},N{shape}");
        if text.parse::<Rule>().is_ok() {
            family(&[&text], &["T61,37", "P46,31"], 4);
        }
    }
    for text in [
        "R5,C0,M1,S34..58,B34..45,NM:T130,77",
        "R2,C5,M0,S5..9,B4..7,NM:P41,31",
        "R2,C4,S5-9,B6,7,NW1000102320030300232010001:T33",
        "R1,C3,S2,4,B3-5,NW123401323,012H:T21",
        "R1,C2,S2-9,B3,NW0810080A850A081008:T22,19",
        "R2,C3,S2,B3,N@891891L:T20,22",
        "R2,C2,S1,3,5,7,9,11,13,15,17,19,B2,4,6,8,10,12,14,16,18,20,NC:T27",
        "R40,C2,S1000-4000,B1000-3000:T33,20",
        "R9,C2,S80-170,B80-140,NM:P1100,9",
    ] {
        compare(text, 3, 3);
    }
}

#[test]
fn rule_files_and_marks_on_the_device_are_those_of_the_field() {
    family(
        &[
            "WireWorld",
            "Langtons-Loops",
            "Evoloop",
            "B3/S23History",
            "B2/S34HSuper",
            "B3/S23Super",
        ],
        &["T61,37", "P30,21"],
        6,
    );
}

/// A rule file on a torus.
fn of_file(text: &str, seed: u64) {
    let rule = Rule::from_rule_file(text).unwrap();
    let rule = rule.on("B3/S23:T41,29".parse::<Rule>().unwrap().topology);
    let Some((mut engine, mut device)) = twins(&rule, seed) else {
        return;
    };
    let (steps, start) = (BigUint::from(5u32), BigUint::default());
    let _ = Engine::advance(&mut engine, &steps, &start, &mut || false);
    let _ = Engine::advance(&mut device, &steps, &start, &mut || false);
    assert_eq!(device.cells().unwrap().pattern(), engine.field().pattern());
}

#[test]
fn trees_and_transitions_too_large_for_a_full_table_run_on_the_device() {
    // Twenty states in Moore's neighbourhood: north-west and middle cells decide.
    let mut table =
        "@RULE Many\n@TABLE\nn_states:20\nneighborhood:Moore\nsymmetries:rotate4\n".to_owned();
    let all = |name: &str| {
        let list: Vec<String> = (0..20).map(|n| n.to_string()).collect();
        format!("var {name}={{{}}}\n", list.join(","))
    };
    for name in ["a", "b", "c", "d", "e", "f", "g"] {
        table += &all(name);
    }
    for state in 0..20 {
        table += &format!(
            "{state},{},a,b,c,d,e,f,g,{}\n",
            (state + 1) % 20,
            (state + 1) % 20
        );
    }
    of_file(&table, 1);
    // A tree of nine levels: the sum of two of the cells.
    let states = 20;
    let mut tree = format!("@RULE Sum\n@TREE\nnum_states={states}\nnum_neighbors=8\n");
    let line = |depth: usize, children: &mut dyn Iterator<Item = usize>| {
        let numbers: Vec<String> = children.map(|n| n.to_string()).collect();
        format!("{depth} {}\n", numbers.join(" "))
    };
    // Node n of depth 1 gives n plus the middle cell.
    for n in 0..states {
        tree += &line(1, &mut (0..states).map(|c| (n + c) % states));
    }
    let mut first = 0;
    // The levels between hand their number on, save the one that looks at the north-west cell.
    for depth in 2..9 {
        for n in 0..states {
            tree += &line(depth, &mut (0..states).map(|_| first + n));
        }
        first += states;
    }
    tree += &line(9, &mut (0..states).map(|c| first + c));
    of_file(&tree, 2);
}

#[test]
fn squares_and_space_on_the_device_are_those_of_the_field() {
    family(
        &[
            "Critters",
            "Billiard Balls",
            "M15,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15",
        ],
        &["T62,36", "P21,15", "K20*,16"],
        7,
    );
    for text in [
        "3D4555:T11",
        "3D:B6/S567:P6,5,4",
        "3D:B1,3/S0123456V:T5,4,3",
        "3D:B4/S45/C4:T6",
    ] {
        compare(text, 9, 5);
    }
}

#[test]
fn rows_on_the_device_are_those_of_the_field() {
    for text in [
        "W30:T61,37",
        "W110:P66,9",
        "K3C777:T90,50",
        "K5R3C1234567:P41,12",
        "W45:T5,3",
        "W90:T1,1",
    ] {
        // The soup fills the grid: the present row is the lowest one.
        compare(text, 2, 45);
        let rule: Rule = text.parse().unwrap();
        let Some(gpu) = gpu() else {
            return;
        };
        let world = |engine: EngineChoice| {
            let means = Means {
                engine,
                gpu: Some(Arc::clone(gpu)),
                ..Means::default()
            };
            World::new(rule.clone(), &Pattern::default(), means).unwrap()
        };
        // A single cell, from which rows go down and then up.
        let (mut near, mut far) = (world(EngineChoice::Bytes), world(EngineChoice::Gpu));
        for world in [&mut near, &mut far] {
            let (_, top) = loom_automata::pattern::grid_corner(rule.topology);
            world
                .set_states(&[(BigInt::from(0), BigInt::from(top), 1)])
                .unwrap();
        }
        for piece in [1u32, 3, 40] {
            for world in [&mut near, &mut far] {
                world.advance(&piece.into(), &mut || false).unwrap();
            }
            let kept = far.keep().unwrap();
            assert_eq!(near.difference(&kept).unwrap(), Some(0u32.into()), "{rule}");
            near.restore(&kept).unwrap();
        }
    }
}

#[test]
fn a_world_on_the_device_keeps_edits_and_shows_what_the_field_does() {
    let Some(gpu) = gpu() else {
        return;
    };
    let rule: Rule = "345/2/4:T131,67".parse().unwrap();
    let world = |engine: EngineChoice| {
        let means = Means {
            engine,
            gpu: Some(Arc::clone(gpu)),
            ..Means::default()
        };
        World::new(rule.clone(), &soup(&rule, 8), means).unwrap()
    };
    let (mut near, mut far) = (world(EngineChoice::Bytes), world(EngineChoice::Gpu));
    assert_eq!((near.engine_name(), far.engine_name()), ("bytes", "gpu"));
    let kept = far.keep().unwrap();
    for world in [&mut near, &mut far] {
        let cells = [
            (BigInt::from(-70), BigInt::from(3), 2),
            (BigInt::from(4), BigInt::from(9), 1),
        ];
        world.set_states(&cells).unwrap();
        world.advance(&BigUint::from(11u32), &mut || false).unwrap();
        assert!(
            world
                .set_states(&[(BigInt::from(0), BigInt::from(0), 4)])
                .is_err()
        );
    }
    assert_eq!(
        near.pattern(1 << 20).unwrap(),
        far.pattern(1 << 20).unwrap()
    );
    assert_eq!(near.counts().unwrap(), far.counts().unwrap());
    assert_eq!(near.population().unwrap(), far.population().unwrap());
    assert_eq!(near.bounds().unwrap(), far.bounds().unwrap());
    // What one engine has kept the other takes.
    near.restore(&far.keep().unwrap()).unwrap();
    assert_eq!(
        near.difference(&far.keep().unwrap()).unwrap(),
        Some(0u32.into())
    );
    far.restore(&kept).unwrap();
    assert_eq!(far.generation(), &BigUint::default());
    far.set_rule("345/2/5:T131,67".parse().unwrap()).unwrap();
    assert_eq!(far.engine_name(), "gpu");
    far.clear().unwrap();
    assert_eq!(far.population().unwrap(), BigUint::default());
}

#[test]
fn blocks_on_the_device_show_the_state_that_leads_and_how_much_lives() {
    for text in ["345/2/6:T61,37", "B3/S23:K61*,37"] {
        let rule: Rule = text.parse().unwrap();
        let Some((engine, device)) = twins(&rule, 5) else {
            return;
        };
        let field = engine.field();
        for scale in 0..7u32 {
            let shades = if rule.states() > 2 { 9 } else { 0 };
            let shown = device.show([1, 0], scale, [13, 5], shades).unwrap();
            let shown: Vec<u8> = device.gpu().read(&shown).unwrap();
            for (number, &place) in shown.iter().enumerate() {
                let side = 1usize << scale;
                let (left, top) = ((1 + number % 13) * side, number / 13 * side);
                let mut counts = [0u32; 6];
                for y in top..(top + side).min(37) {
                    for x in left..(left + side).min(61) {
                        counts[usize::from(field.row(y)[x])] += 1;
                    }
                }
                let live: u32 = counts[1..].iter().sum();
                let share = (f64::from(live) / (side * side) as f64).sqrt();
                if live == 0 {
                    assert_eq!(place, 0);
                } else if shades == 0 {
                    let level = (share * 254.0).round().clamp(24.0, 254.0);
                    assert!((f64::from(place) - level).abs() <= 1.0, "{place} {level}");
                } else {
                    let (state, shade) = ((place - 1) / 9 + 1, (place - 1) % 9 + 1);
                    let count = counts[usize::from(state)];
                    assert!(count > 0, "{rule} {scale}: state {state} of {counts:?}");
                    // Whoever has more than half of the votes leads.
                    let majority = (1..6).find(|&s| 2 * counts[s] > live);
                    assert!(majority.is_none_or(|s| s == usize::from(state)));
                    let expected = (share * 9.0).ceil().clamp(1.0, 9.0);
                    assert!((f64::from(shade) - expected).abs() <= 1.0);
                }
            }
        }
    }
}

#[test]
fn a_small_field_stays_on_the_processor_unless_a_gpu_is_asked_for() {
    let Some(gpu) = gpu() else {
        return;
    };
    let means = Means {
        gpu: Some(Arc::clone(gpu)),
        ..Means::default()
    };
    let name = |rule: &str| {
        let rule = rule.parse().unwrap();
        let world = World::new(rule, &Pattern::default(), means.clone()).unwrap();
        world.engine_name()
    };
    assert_eq!(name("/2/3:T64"), "bytes");
    assert_eq!(name("/2/3:T256"), "gpu");
    assert_eq!(name("RL:T256"), "turmite");
    assert_eq!(name("/2/3"), "tiles");
}
