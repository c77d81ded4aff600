//! Parts that go on alone, tiles and floods.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;

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
fn parts_of_every_family_go_on_as_the_whole_does_where_the_border_is_not_felt() {
    for rule in [
        "345/2/4",
        "345/2/4:T90",
        "B2-a/S12:P90",
        "B2/S34H:T90",
        "WireWorld",
        "LifeHistory:T90",
        "R2,C2,S2-3,5,B3:T90",
        "R5,C0,M1,S34..58,B34..45,NM",
        "R2,C3,S3-6,B4-5,NC:P90",
    ] {
        let rule: crate::rule::Rule = rule.parse().unwrap();
        let mut world =
            World::new(rule.clone(), &Pattern::default(), means(EngineChoice::Auto)).unwrap();
        let advance = |area: Area, generations: u64| Edit::Advance {
            area,
            generations,
            outside: false,
        };
        Edit::Chance {
            area: Area::new(-9, -9, 18, 18),
            density: 0.4,
            highest: (rule.states() - 1).min(5) as u8,
            symmetry: Symmetry::C1,
            seed: 2,
        }
        .apply(&mut world)
        .unwrap();
        let kept = world.keep().unwrap();
        let mut plain = World::of_kept(&kept, world.means().clone()).unwrap();
        plain.advance(&6u32.into(), &mut || false).unwrap();
        advance(Area::new(-42, -42, 84, 84), 6)
            .apply(&mut world)
            .unwrap();
        assert_eq!(cells(&world), cells(&plain), "{rule}");
        // In a tight frame many generations are as many single ones.
        world.restore(&kept).unwrap();
        let tight = Area::new(-8, -6, 13, 10);
        for _ in 0..5 {
            advance(tight.clone(), 1).apply(&mut world).unwrap();
        }
        let one_by_one = cells(&world);
        world.restore(&kept).unwrap();
        advance(tight, 5).apply(&mut world).unwrap();
        assert_eq!(cells(&world), one_by_one, "{rule}");
    }
    let mut world = World::new(
        "B03/S23".parse().unwrap(),
        &Pattern::default(),
        means(EngineChoice::Auto),
    )
    .unwrap();
    assert!(advanced(&mut world, Area::new(-4, -4, 8, 8), 2, false).is_err());
}

fn advanced(
    world: &mut World,
    area: Area,
    generations: u64,
    outside: bool,
) -> Result<(), SimError> {
    Edit::Advance {
        area,
        generations,
        outside,
    }
    .apply(world)
}

/// A world with a soup in the middle.
fn soup(rule: &str, area: Area, generation: u32) -> World {
    let pattern = Pattern {
        generation: generation.into(),
        ..Pattern::default()
    };
    let rule: crate::rule::Rule = rule.parse().unwrap();
    let highest = (rule.states() - 1).min(5) as u8;
    let mut world = World::new(rule, &pattern, means(EngineChoice::Auto)).unwrap();
    Edit::Chance {
        area,
        density: 0.4,
        highest,
        symmetry: Symmetry::C1,
        seed: 5,
    }
    .apply(&mut world)
    .unwrap();
    world
}

const CRITTERS: &str = "M15,14,13,3,11,5,6,1,7,9,10,2,12,4,8,0";

#[test]
fn a_part_of_blocks_goes_on_square_by_square_from_the_clocks_phase() {
    for (rule, generation) in [
        ("M0,8,4,3,2,5,9,7,1,6,10,11,12,13,14,15", 0),
        ("M0,8,4,3,2,5,9,7,1,6,10,11,12,13,14,15", 3),
        ("M0,8,4,3,2,5,9,7,1,6,10,11,12,13,14,15:T40,30", 1),
        (&format!("{CRITTERS}:P40,30"), 0),
        (&format!("{CRITTERS}:T40,30"), 1),
    ] {
        for outside in [false, true] {
            let mut world = soup(rule, Area::new(-8, -7, 17, 15), generation);
            let area = Area::new(-5, -3, 8, 7);
            let before = cells(&world);
            let grid = Area::of_grid(world.rule().topology);
            let crate::rule::Family::Blocks(blocks) = world.rule().family else {
                panic!("no blocks");
            };
            let wraps = world.rule().topology.wraps();
            let going = |x: i64, y: i64| inside(&area, x, y) != outside;
            let mut part = before.clone();
            part.retain(|&(x, y), _| going(x, y));
            for t in 0..5 {
                let odd = i64::from((generation + t) % 2);
                let mut next = Cells::new();
                // Every square by its north-west cell; the top row of the grids is −15.
                let start = if grid.is_some() { -15 } else { 0 };
                let rows = (-39..39).filter(|y: &i64| (y - start - odd).rem_euclid(2) == 0);
                for y in rows {
                    for x in (-39..39).filter(|x: &i64| (x - odd).rem_euclid(2) == 0) {
                        let place = |i: i64| {
                            let (x, y) = (x + i % 2, y + i / 2);
                            match &grid {
                                Some(_) if wraps => {
                                    ((x + 20).rem_euclid(40) - 20, (y + 15).rem_euclid(30) - 15)
                                }
                                _ => (x, y),
                            }
                        };
                        let square = (0..4).filter(|&i| part.contains_key(&place(i)));
                        let square: u8 = square.map(|i| 1 << i).sum();
                        for i in 0..4 {
                            let (x, y) = place(i);
                            let on_grid = grid.as_ref().is_none_or(|grid| inside(grid, x, y));
                            if blocks.0[usize::from(square)] >> i & 1 != 0 && going(x, y) && on_grid
                            {
                                next.insert((x, y), 1);
                            }
                        }
                    }
                }
                part = next;
            }
            let mut wanted = before;
            wanted.retain(|&(x, y), _| !going(x, y));
            wanted.extend(part);
            advanced(&mut world, area.clone(), 5, outside).unwrap();
            assert_eq!(cells(&world), wanted, "{rule} {generation} {outside}");
            assert_eq!(*world.generation(), generation.into());
        }
    }
}

#[test]
fn a_part_of_a_box_is_seen_alone_and_the_rest_without_it() {
    for rule in [
        "3D4555:T12,10,6",
        "3D:B4/S56/C4:P12,10,6",
        "3D:B0,5/S45V:T12,10,6",
    ] {
        for outside in [false, true] {
            // Sheets of ten rows: the selection holds parts of the third and the fourth.
            let mut world = soup(rule, Area::new(-6, -30, 12, 60), 0);
            let area = Area::new(-3, -6, 7, 11);
            let before = cells(&world);
            let rule = world.rule();
            let crate::rule::Family::Space(space) = rule.family else {
                panic!("no space");
            };
            let wraps = rule.to_string().contains(":T");
            let going = |x: i64, y: i64| inside(&area, x, y) != outside;
            let mut part = before.clone();
            part.retain(|&(x, y), _| going(x, y));
            for _ in 0..3 {
                let mut next = Cells::new();
                for (x, y) in (-30..30).flat_map(|y| (-6..6).map(move |x| (x, y))) {
                    if !going(x, y) {
                        continue;
                    }
                    let live = |d: [i64; 3]| {
                        let sides = [12, 10, 6];
                        let own = [x + 6, (y + 30) % 10, (y + 30) / 10];
                        let mut at = [0, 1, 2].map(|i| own[i] + d[i]);
                        if wraps {
                            at = [0, 1, 2].map(|i| at[i].rem_euclid(sides[i]));
                        } else if (0..3).any(|i| !(0..sides[i]).contains(&at[i])) {
                            return false;
                        }
                        part.get(&(at[0] - 6, at[2] * 10 + at[1] - 30)) == Some(&1)
                    };
                    let around = (0..27).map(|i| [i % 3 - 1, i / 3 % 3 - 1, i / 9 - 1]);
                    let counts = around.filter(|d: &[i64; 3]| {
                        let distance: i64 = d.iter().map(|c| c.abs()).sum();
                        distance == 1 || (distance > 1 && !space.faces)
                    });
                    let count = counts.filter(|&d| live(d)).count() as u32;
                    let state = space.next(part.get(&(x, y)).copied().unwrap_or(0), count);
                    if state > 0 {
                        next.insert((x, y), state);
                    }
                }
                part = next;
            }
            let mut wanted = before;
            wanted.retain(|&(x, y), _| !going(x, y));
            wanted.extend(part);
            advanced(&mut world, area.clone(), 3, outside).unwrap();
            assert_eq!(cells(&world), wanted, "{rule} {outside}");
        }
    }
}

#[test]
fn columns_of_the_present_row_go_on_and_the_rows_of_the_past_stay() {
    for rule in [
        "W110",
        "W30:T40",
        "W30:T40,20",
        "W45:P41",
        "K3C777:T40",
        "K4R2C1234567:P33",
    ] {
        for outside in [false, true] {
            let mut world = soup(rule, Area::new(-14, -3, 29, 1), 0);
            world.advance(&4u32.into(), &mut || false).unwrap();
            let before = cells(&world);
            let rule = world.rule();
            let crate::rule::Family::Line(line) = &rule.family else {
                panic!("no row");
            };
            let now = *before.keys().map(|(_, y)| y).max().unwrap();
            // The rows of the selection don't matter.
            let area = Area::new(-5, -900, 12, 3);
            let going = |x: i64| (-5..7).contains(&x) != outside;
            let side = i64::from(rule.topology.sides().0);
            let (first, end) = if side > 0 {
                (-(side / 2), side - side / 2)
            } else {
                (-60, 60)
            };
            let wraps = rule.to_string().contains(":T");
            let mut part: BTreeMap<i64, u8> = before
                .iter()
                .filter(|((x, y), _)| *y == now && going(*x))
                .map(|((x, _), s)| (*x, *s))
                .collect();
            let reach = line.reach() as i64;
            for _ in 0..6 {
                let cell = |x: i64| {
                    let x = if wraps {
                        (x - first).rem_euclid(side) + first
                    } else {
                        x
                    };
                    part.get(&x).copied().unwrap_or(0)
                };
                let next: BTreeMap<i64, u8> = (first..end)
                    .filter(|&x| going(x))
                    .filter_map(|x| {
                        let around: Vec<u8> = (x - reach..=x + reach).map(cell).collect();
                        Some((x, line.next(&around))).filter(|(_, state)| *state > 0)
                    })
                    .collect();
                part = next;
            }
            let mut wanted = before;
            wanted.retain(|&(x, y), _| y != now || !going(x));
            wanted.extend(part.into_iter().map(|(x, state)| ((x, now), state)));
            advanced(&mut world, area, 6, outside).unwrap();
            assert_eq!(cells(&world), wanted, "{rule} {outside}");
        }
    }
}

#[test]
fn a_machine_walks_in_its_part_and_is_gone_over_the_border() {
    for rule in ["RL", "RL:T30"] {
        let machine = |x: i64| (BigInt::from(x), BigInt::from(0), 2u8);
        let mut world = World::new(
            rule.parse().unwrap(),
            &Pattern::default(),
            means(EngineChoice::Auto),
        )
        .unwrap();
        world.set_states(&[machine(0), machine(8)]).unwrap();
        let mut alone = World::new(
            rule.parse().unwrap(),
            &Pattern::default(),
            means(EngineChoice::Auto),
        )
        .unwrap();
        alone.set_states(&[machine(0)]).unwrap();
        alone.advance(&40u32.into(), &mut || false).unwrap();
        let mut wanted = cells(&alone);
        wanted.insert((8, 0), 2);
        advanced(&mut world, Area::new(-5, -5, 11, 11), 40, false).unwrap();
        assert_eq!(cells(&world), wanted, "{rule}");
        // In a selection of one cell the first step leads out of it.
        advanced(&mut world, Area::new(8, 0, 1, 1), 1, false).unwrap();
        assert_ne!(cells(&world).get(&(8, 0)), Some(&2));
    }
}
