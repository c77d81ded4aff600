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
    for rule in [
        "W110:T60",
        "M0,8,4,3,2,5,9,7,1,6,10,11,12,13,14,15:T60",
        "3D4555:T12",
        "B03/S23",
    ] {
        let mut world = World::new(
            rule.parse().unwrap(),
            &Pattern::default(),
            means(EngineChoice::Auto),
        )
        .unwrap();
        let edit = Edit::Advance {
            area: Area::new(-4, -4, 8, 8),
            generations: 2,
            outside: false,
        };
        assert!(edit.apply(&mut world).is_err(), "{rule}");
    }
}
