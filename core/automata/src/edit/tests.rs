//! Edits do the same on every engine, and the same as cell by cell.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use num_bigint::BigInt;
use proptest::prelude::*;

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

#[test]
fn tiles_repeat_the_pattern_and_stop_at_the_edges() {
    for mut world in two_states() {
        Edit::Tile {
            area: Area::new(-6, -5, 10, 9),
            rle: "x = 3, y = 2\no$bo!".to_owned(),
            start: [0, 0],
            gap: 1,
        }
        .apply(&mut world)
        .unwrap();
        let expected: Cells = (0..9)
            .flat_map(|y| (0..10).map(move |x| (x, y)))
            .filter(|&(x, y)| matches!((x % 4, y % 3), (0, 0) | (1, 1)))
            .map(|(x, y)| ((x - 6, y - 5), 1))
            .collect();
        assert_eq!(cells(&world), expected);
    }
}

#[test]
fn a_flood_fills_what_is_joined_by_edges_and_nothing_without_an_end() {
    let ring = "x = 6, y = 6\nb4o$o4bo$o4bo$o4bo$o4bo$b4o!";
    for mut world in two_states() {
        let put = |at: Place| Edit::Put {
            rle: ring.to_owned(),
            at,
            mode: Mode::Or,
        };
        put(place(-3, -3)).apply(&mut world).unwrap();
        let flood = |x, y, state| Edit::Flood {
            at: place(x, y),
            state,
        };
        flood(0, 0, 1).apply(&mut world).unwrap();
        assert_eq!(world.population().unwrap(), 32u32.into());
        flood(1, 1, 0).apply(&mut world).unwrap();
        assert_eq!(world.population().unwrap(), 0u32.into());
        // Outside there is an end on a grid only.
        put(place(-3, -3)).apply(&mut world).unwrap();
        let all = flood(9, 9, 1).apply(&mut world);
        match world.area() {
            Some(area) => assert_eq!(world.population().unwrap(), (area - 16).into()),
            None => {
                assert!(all.unwrap_err().to_string().contains("no end"));
                assert_eq!(world.population().unwrap(), 16u32.into());
            }
        }
    }
    // Across the edges of a torus: a column of a grid leaves one region, two leave two.
    let mut torus = World::new(
        "B3/S23:T20,9".parse().unwrap(),
        &Pattern::default(),
        means(EngineChoice::Auto),
    )
    .unwrap();
    for x in [-5, 3] {
        Edit::Fill {
            area: Area::new(x, -4, 1, 9),
            state: 1,
        }
        .apply(&mut torus)
        .unwrap();
    }
    Edit::Flood {
        at: place(8, 0),
        state: 1,
    }
    .apply(&mut torus)
    .unwrap();
    // Columns 4 to 9 and -10 to -6 are joined across the edge.
    assert_eq!(torus.population().unwrap(), (9u32 * (2 + 6 + 5)).into());
}

const GLIDER: &str = "x = 3, y = 3\nbo$2bo$3o!";

#[test]
fn a_lone_glider_advances_in_a_large_selection_as_it_does_alone() {
    for mut world in two_states() {
        let put = |at: Place| Edit::Put {
            rle: GLIDER.to_owned(),
            at,
            mode: Mode::Or,
        };
        put(place(-9, -9)).apply(&mut world).unwrap();
        let mut plain = World::of_kept(&world.keep().unwrap(), world.means().clone()).unwrap();
        plain.advance(&37u32.into(), &mut || false).unwrap();
        // Another one outside doesn't move.
        put(place(20, 20)).apply(&mut world).unwrap();
        let mut wanted = cells(&plain);
        wanted.extend(cells(&world).into_iter().filter(|cell| cell.0.0 >= 20));
        let generation = world.generation().clone();
        Edit::Advance {
            area: Area::new(-16, -16, 33, 33),
            generations: 37,
            outside: false,
        }
        .apply(&mut world)
        .unwrap();
        assert_eq!(cells(&world), wanted, "{}", world.engine_name());
        assert_eq!(*world.generation(), generation);
        // Seen from outside, the first one is the lone one.
        Edit::Advance {
            area: Area::new(15, 15, 15, 15),
            generations: 13,
            outside: true,
        }
        .apply(&mut world)
        .unwrap();
        plain.advance(&13u32.into(), &mut || false).unwrap();
        wanted.retain(|cell, _| cell.0 >= 20);
        wanted.extend(cells(&plain));
        assert_eq!(cells(&world), wanted, "{}", world.engine_name());
        assert_eq!(*world.generation(), generation);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10))]
    #[test]
    fn many_generations_of_a_part_are_as_many_single_ones_with_the_rest_seen_as_dead(
        list in prop::collection::vec((-12i64..12, -12i64..12), 20..120),
        left in -12i64..0, top in -12i64..0, width in 2i64..14, height in 2i64..14, n in 1u64..7,
        outside in any::<bool>(),
    ) {
        let area = Area::new(left, top, width, height);
        for mut world in two_states() {
            world.set(list.iter().map(|&(x, y)| (x.into(), y.into(), true))).unwrap();
            let before = cells(&world);
            // One cell after the other, on the plane: the grids are wide enough.
            let mut part: Cells = before.clone();
            part.retain(|&(x, y), _| inside(&area, x, y) != outside);
            for _ in 0..n {
                let mut next = Cells::new();
                for y in -20..20 {
                    for x in -20..20 {
                        if inside(&area, x, y) == outside {
                            continue;
                        }
                        let live = |dx: i64, dy: i64| part.contains_key(&(x + dx, y + dy));
                        let around = (-1..=1)
                            .flat_map(|dy| (-1..=1).map(move |dx| (dx, dy)))
                            .filter(|&(dx, dy)| (dx, dy) != (0, 0) && live(dx, dy))
                            .count();
                        if around == 3 || (around == 2 && live(0, 0)) {
                            next.insert((x, y), 1);
                        }
                    }
                }
                part = next;
            }
            let mut wanted = before.clone();
            wanted.retain(|&(x, y), _| inside(&area, x, y) == outside);
            wanted.extend(part);
            let edit = Edit::Advance { area: area.clone(), generations: n, outside };
            edit.apply(&mut world).unwrap();
            prop_assert_eq!(cells(&world), wanted, "{} {}", world.engine_name(), world.rule());
        }
    }
}

#[test]
fn a_selection_becomes_a_torus_and_what_lies_outside_goes() {
    for mut world in two_states() {
        for at in [place(4, 5), place(-12, -12)] {
            Edit::Put {
                rle: GLIDER.to_owned(),
                at,
                mode: Mode::Or,
            }
            .apply(&mut world)
            .unwrap();
        }
        Edit::Torus {
            area: Area::new(2, 3, 11, 8),
        }
        .apply(&mut world)
        .unwrap();
        assert_eq!(world.rule().to_string(), "B3/S23:T11,8");
        let expected: Cells = [(1, 0), (2, 1), (0, 2), (1, 2), (2, 2)]
            .map(|(x, y)| ((x + 2 - 5, y + 2 - 4), 1))
            .into();
        assert_eq!(cells(&world), expected);
    }
}

#[test]
fn what_can_not_be_done_is_said_and_changes_nothing() {
    let far: BigInt = BigInt::from(10).pow(990);
    let huge = Area {
        left: -far.clone(),
        top: BigInt::from(0),
        width: &far * 2,
        height: far.clone(),
    };
    for mut world in two_states().into_iter().chain(four_states()) {
        Edit::Put {
            rle: GLIDER.to_owned(),
            at: place(-9, -9),
            mode: Mode::Or,
        }
        .apply(&mut world)
        .unwrap();
        let before = cells(&world);
        let bounded = world.area().is_some();
        let refused = [
            Edit::Fill {
                area: Area::new(0, 0, 3, 3),
                state: 9,
            },
            Edit::Put {
                rle: "x = 1, y = 1\nF!".to_owned(),
                at: place(0, 0),
                mode: Mode::Or,
            },
            Edit::Put {
                rle: "nothing at all".to_owned(),
                at: place(0, 0),
                mode: Mode::Or,
            },
            Edit::Chance {
                area: Area::new(0, 0, 4, 4),
                density: 1.5,
                highest: 1,
                symmetry: Symmetry::C1,
                seed: 1,
            },
            Edit::Chance {
                area: Area::new(0, 0, 2, 1),
                density: 0.5,
                highest: 1,
                symmetry: Symmetry::D8,
                seed: 1,
            },
            Edit::Layer(LayerEdit::Add),
        ];
        for edit in refused {
            assert!(edit.apply(&mut world).is_err(), "{edit:?}");
            assert_eq!(cells(&world), before);
        }
        let anywhere = [
            Edit::Fill {
                area: huge.clone(),
                state: 1,
            },
            Edit::Invert { area: huge.clone() },
            Edit::Chance {
                area: huge.clone(),
                density: 0.5,
                highest: 1,
                symmetry: Symmetry::C1,
                seed: 1,
            },
            Edit::Tile {
                area: huge.clone(),
                rle: GLIDER.to_owned(),
                start: [0, 0],
                gap: 0,
            },
            Edit::Torus { area: huge.clone() },
        ];
        for edit in anywhere {
            // On a grid only the part on it is meant.
            let done = edit.apply(&mut world).is_ok();
            assert_eq!(done, bounded, "{edit:?} under {}", world.rule());
            if done {
                break;
            }
            assert_eq!(cells(&world), before);
        }
    }
}

#[test]
fn cells_of_a_selection_wider_than_the_universe_are_moved_as_far_as_it_reaches() {
    let far: BigInt = BigInt::from(10).pow(250);
    let huge = Area {
        left: -far.clone(),
        top: -far.clone(),
        width: &far * 3,
        height: &far * 3,
    };
    let mut world = World::new(
        "B3/S23".parse().unwrap(),
        &Pattern::default(),
        means(EngineChoice::Auto),
    )
    .unwrap();
    let glider = |at: Place| Edit::Put {
        rle: GLIDER.to_owned(),
        at,
        mode: Mode::Or,
    };
    glider(place(0, 0)).apply(&mut world).unwrap();
    Edit::Move {
        area: huge.clone(),
        by: [far.clone().into(), BigInt::from(-7).into()],
        mode: Mode::Or,
    }
    .apply(&mut world)
    .unwrap();
    assert!(world.get(&(&far + 1), &BigInt::from(-7)).unwrap());
    Edit::Turn {
        area: huge,
        by: Turn::LeftRight,
    }
    .apply(&mut world)
    .unwrap();
    // -far + 2 far + ... : the mirror of column far + 1 in columns -far to 2 far - 1.
    assert!(world.get(&BigInt::from(-2), &BigInt::from(-7)).unwrap());
    assert_eq!(world.population().unwrap(), 5u32.into());
    let beyond = [BigInt::from(10).pow(900).into(), BigInt::from(0).into()];
    assert!(glider(beyond).apply(&mut world).is_err());
    assert_eq!(world.population().unwrap(), 5u32.into());
}
