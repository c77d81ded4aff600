//! Edits do the same on every engine, and the same as cell by cell.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use num_bigint::BigInt;
use proptest::prelude::*;

mod limits;
mod parts;

use super::*;
use crate::pattern::Pattern;
use crate::world::{EngineChoice, Means, World};

fn place(x: i64, y: i64) -> Place {
    [BigInt::from(x).into(), BigInt::from(y).into()]
}

fn means(engine: EngineChoice) -> Means {
    Means {
        engine,
        threads: 2,
        ..Means::default()
    }
}

/// A rule of two states on each engine.
fn two_states() -> Vec<World> {
    [
        ("B3/S23", EngineChoice::HashLife),
        ("B3/S23", EngineChoice::Tiles),
        ("B3/S23", EngineChoice::Bytes),
        ("B3/S23:T64", EngineChoice::Packed),
        ("B3/S23:P70,60", EngineChoice::Packed),
        ("B3/S23:T80,70", EngineChoice::Bytes),
    ]
    .map(|(rule, engine)| {
        World::new(rule.parse().unwrap(), &Pattern::default(), means(engine)).unwrap()
    })
    .into()
}

/// A rule of four states on a field and in a tree.
fn four_states() -> Vec<World> {
    [
        ("345/2/4", EngineChoice::HashLife),
        ("345/2/4", EngineChoice::Bytes),
        ("345/2/4:T64", EngineChoice::Bytes),
        ("345/2/4:P70,60", EngineChoice::Bytes),
    ]
    .map(|(rule, engine)| {
        World::new(rule.parse().unwrap(), &Pattern::default(), means(engine)).unwrap()
    })
    .into()
}

type Cells = BTreeMap<(i64, i64), u8>;

/// The live cells of a world.
fn cells(world: &World) -> Cells {
    let pattern = world.pattern(100_000).unwrap();
    let (left, top) = pattern.position.unwrap_or_default();
    let cells = pattern.states().map(|(x, y, s)| ((x + left, y + top), s));
    cells.collect()
}

fn through_json(edit: &Edit) -> Edit {
    let json = serde_json::to_string(edit).unwrap();
    serde_json::from_str(&json).unwrap()
}

/// Cells inside a rectangle, for the references.
fn inside(area: &Area, x: i64, y: i64) -> bool {
    area.holds(&x.into(), &y.into())
}

/// What an edit of a rectangle comes to, cell by cell.
fn expected(before: &Cells, edit: &Edit, states: u8) -> Cells {
    let mut after = before.clone();
    let at = |x: i64, y: i64| before.get(&(x, y)).copied().unwrap_or(0);
    let span = || (-40..40).flat_map(|y| (-40..40).map(move |x| (x, y)));
    match edit {
        Edit::Erase { area, outside } => after.retain(|&(x, y), _| inside(area, x, y) == *outside),
        Edit::Fill { area, state } => {
            for (x, y) in span().filter(|&(x, y)| inside(area, x, y)) {
                after.insert((x, y), *state);
            }
        }
        Edit::Invert { area } => {
            for (x, y) in span().filter(|&(x, y)| inside(area, x, y)) {
                after.insert((x, y), states - 1 - at(x, y));
            }
        }
        Edit::Replace {
            area,
            from,
            to,
            swap,
        } => {
            for (x, y) in span() {
                if area.as_ref().is_some_and(|area| !inside(area, x, y)) {
                    continue;
                }
                if at(x, y) == *from {
                    after.insert((x, y), *to);
                } else if *swap && at(x, y) == *to {
                    after.insert((x, y), *from);
                }
            }
        }
        Edit::Turn { area, by } => {
            let target = by.area(area);
            after.retain(|&(x, y), _| !inside(area, x, y));
            let (w, h) = area.small().unwrap();
            let near = |n: &BigInt| i64::try_from(n.clone()).unwrap();
            for (&(x, y), &state) in before.iter().filter(|((x, y), _)| inside(area, *x, *y)) {
                let own = [x - near(&area.left), y - near(&area.top)];
                let [x, y] = by.place(own, [w, h]);
                after.insert((x + near(&target.left), y + near(&target.top)), state);
            }
        }
        Edit::Move { area, by, mode } => {
            after.retain(|&(x, y), _| !inside(area, x, y));
            let near = |c: &Coordinate| i64::try_from(c.0.clone()).unwrap();
            let (dx, dy) = (near(&by[0]), near(&by[1]));
            let there = after.clone();
            for (x, y) in span().filter(|&(x, y)| inside(area, x, y)) {
                let to = (x + dx, y + dy);
                let old = there.get(&to).copied().unwrap_or(0);
                after.insert(to, mode.meet(old, at(x, y), states.into()));
            }
        }
        other => panic!("{other:?}"),
    }
    after.retain(|_, state| *state != 0);
    after
}

fn edits(area: &Area, states: u8) -> Vec<Edit> {
    let area = area.clone();
    let mut list = vec![
        Edit::Erase {
            area: area.clone(),
            outside: false,
        },
        Edit::Erase {
            area: area.clone(),
            outside: true,
        },
        Edit::Fill {
            area: area.clone(),
            state: states - 1,
        },
        Edit::Fill {
            area: area.clone(),
            state: 0,
        },
        Edit::Invert { area: area.clone() },
        Edit::Replace {
            area: Some(area.clone()),
            from: 0,
            to: 1,
            swap: true,
        },
        Edit::Replace {
            area: None,
            from: 1,
            to: states - 1,
            swap: false,
        },
    ];
    list.extend(Turn::ALL.map(|by| Edit::Turn {
        area: area.clone(),
        by,
    }));
    list.extend(Mode::ALL.map(|mode| Edit::Move {
        area: area.clone(),
        by: place(3, -2),
        mode,
    }));
    list
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn every_edit_of_a_rectangle_does_on_every_engine_what_it_does_cell_by_cell(
        list in prop::collection::vec((-14i64..14, -14i64..14, 1u8..4), 1..80),
        left in -15i64..10, top in -15i64..10, width in 1i64..9, height in 1i64..9,
    ) {
        let area = Area::new(left, top, width, height);
        for (worlds, states) in [(two_states(), 2u8), (four_states(), 4)] {
            for mut world in worlds {
                let cells_of = |list: &[(i64, i64, u8)]| -> Vec<_> {
                    list.iter().map(|&(x, y, s)| (x.into(), y.into(), s.min(states - 1))).collect()
                };
                world.set_states(&cells_of(&list)).unwrap();
                let (kept, before) = (world.keep().unwrap(), cells(&world));
                for edit in edits(&area, states) {
                    through_json(&edit).apply(&mut world).unwrap();
                    prop_assert_eq!(
                        cells(&world), expected(&before, &edit, states),
                        "{:?} under {} on {}", edit, world.rule(), world.engine_name()
                    );
                    world.restore(&kept).unwrap();
                }
            }
        }
    }

    #[test]
    fn mirrors_undo_themselves_and_four_turns_lead_back(
        list in prop::collection::vec((-9i64..9, -9i64..9), 1..60),
        width in 1i64..20, height in 1i64..20,
    ) {
        let area = Area::new(-9, -9, width, height);
        for mut world in two_states() {
            // Only the selection holds cells: what is turned meets nothing.
            let list = list.iter().filter(|&&(x, y)| inside(&area, x, y));
            world.set(list.map(|&(x, y)| (x.into(), y.into(), true))).unwrap();
            let before = cells(&world);
            let mut run = |turns: &[Turn]| {
                let mut area = area.clone();
                for &by in turns {
                    Edit::Turn { area: area.clone(), by }.apply(&mut world).unwrap();
                    area = by.area(&area);
                }
                (area, cells(&world))
            };
            for turn in [Turn::LeftRight, Turn::TopBottom, Turn::Transpose] {
                prop_assert_eq!(run(&[turn; 2]), (area.clone(), before.clone()));
            }
            prop_assert_eq!(run(&[Turn::Clockwise; 4]), (area.clone(), before.clone()));
            prop_assert_eq!(run(&[Turn::Anticlockwise; 4]), (area.clone(), before.clone()));
            let both = [Turn::Clockwise, Turn::Anticlockwise];
            prop_assert_eq!(run(&both), (area.clone(), before.clone()));
            // A transposition and a level mirror are a quarter turn of a square.
            if width == height {
                let turned = run(&[Turn::Transpose, Turn::LeftRight]);
                prop_assert_eq!(run(&[Turn::Anticlockwise]).1, before.clone());
                prop_assert_eq!(run(&[Turn::Clockwise]), turned);
            }
        }
    }
}

#[test]
fn edits_do_the_same_on_every_engine() {
    let edits = [
        Edit::Line {
            from: place(-5, -3),
            to: place(6, 4),
            alive: true,
        },
        Edit::Paste {
            rle: "x = 3, y = 3\nbo$2bo$3o!".to_owned(),
            at: place(-8, 2),
        },
        Edit::Random {
            at: place(0, 0),
            size: [5, 6],
            density: 0.4,
            seed: 9,
        },
        Edit::Cells {
            at: vec![place(0, 0), place(1, 1)],
            alive: false,
        },
        Edit::Flip { at: place(3, 3) },
        Edit::Chance {
            area: Area::new(-12, -9, 9, 7),
            density: 0.6,
            highest: 1,
            symmetry: Symmetry::D4Plus,
            seed: 3,
        },
        Edit::Tile {
            area: Area::new(4, -10, 11, 9),
            rle: "x = 3, y = 3\nbo$2bo$3o!".to_owned(),
            start: [1, -1],
            gap: 1,
        },
        Edit::Repeat {
            area: Area::new(-8, 2, 3, 3),
            by: place(1, 4),
            copies: 3,
            mode: Mode::Xor,
        },
        Edit::Put {
            rle: "x = 5, y = 4\n2o$bo!".to_owned(),
            at: place(-7, 1),
            mode: Mode::Copy,
        },
        Edit::Flood {
            at: place(0, 0),
            state: 1,
        },
        Edit::Advance {
            area: Area::new(-9, -9, 14, 13),
            generations: 5,
            outside: false,
        },
        Edit::Advance {
            area: Area::new(-3, -3, 5, 6),
            generations: 4,
            outside: true,
        },
    ];
    let mut results = Vec::new();
    for mut world in two_states() {
        let mut seen = Vec::new();
        for edit in &edits {
            // Dead cells have an end on grids only, and then another one on each.
            if matches!(edit, Edit::Flood { .. }) && !world.get(&0.into(), &0.into()).unwrap() {
                continue;
            }
            through_json(edit).apply(&mut world).unwrap();
            seen.push(cells(&world));
        }
        results.push(seen);
    }
    assert!(results[0].iter().all(|cells| !cells.is_empty()));
    assert!(results.windows(2).all(|pair| pair[0] == pair[1]));
}

const GLIDER: &str = "x = 3, y = 3\nbo$2bo$3o!";
