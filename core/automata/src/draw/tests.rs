//! Scenes show the cells of the world, on every engine and from every distance.
#![allow(clippy::unwrap_used)]
use super::*;
use crate::catalogue::entry;
use crate::world::Means;
use std::collections::BTreeSet;

fn world(rule: &str, key: &str) -> World {
    let pattern = entry(key).unwrap().pattern().unwrap();
    World::new(rule.parse().unwrap(), &pattern, Means::default()).unwrap()
}

/// Places of live cells in a scene made for one cell a block or less.
fn live(scene: &Scene) -> BTreeSet<(i64, i64)> {
    let Layer::Cells(cells) = &scene.layers[0] else {
        panic!("no cells");
    };
    assert_eq!(cells.cell, 1.0);
    let alive = |x: usize, y: usize| match &cells.content {
        CellContent::Bits {
            words,
            words_per_row,
            ..
        } => words.host().unwrap()[y * *words_per_row as usize + x / 32] >> (x % 32) & 1 != 0,
        CellContent::States { states, .. } => {
            states.host().unwrap()[y * cells.width as usize + x] != 0
        }
        CellContent::Field { .. } => panic!("a field"),
    };
    let Camera::Plane(plane) = &scene.camera else {
        panic!("no plane");
    };
    let place = |axis: usize, n: usize| {
        (f64::from(cells.origin[axis]) as i64) + plane.whole[axis] as i64 + n as i64
    };
    (0..cells.height as usize)
        .flat_map(|y| (0..cells.width as usize).map(move |x| (x, y)))
        .filter(|&(x, y)| alive(x, y))
        .map(|(x, y)| (place(0, x), place(1, y)))
        .collect()
}

#[test]
fn the_cells_in_a_view_are_those_of_the_world_on_every_engine() {
    let mut view = View::new([300, 200]);
    for (rule, corner) in [
        ("B3/S23", 0),
        ("B3/S23:T100,90", -18),
        ("B3/S23:P77,65", -18),
    ] {
        let world = world(rule, "gosper-glider-gun");
        let expected: BTreeSet<(i64, i64)> = world
            .pattern(100)
            .unwrap()
            .placed(world.rule().topology)
            .flat_map(|run| (0..run.length as i64).map(move |d| (run.x + d, run.y)))
            .collect();
        assert_eq!(expected.len(), 36);
        assert!(expected.iter().any(|cell| cell.0 == corner));
        view.camera = Some(Camera::Plane(Plane::new([3.25, 2.5], 2.0, false)));
        assert_eq!(live(&scene(&world, &view, None).unwrap()), expected);
        // A window on a part of it.
        view.camera = Some(Camera::Plane(Plane::new([10.5, 3.5], 30.0, false)));
        let part = live(&scene(&world, &view, None).unwrap());
        let inside: BTreeSet<_> = expected
            .iter()
            .copied()
            .filter(|&(x, y)| (5..16).contains(&x) && (0..7).contains(&y))
            .collect();
        assert_eq!(part, inside, "{rule}");
    }
}

#[test]
fn shading_adds_up_to_the_population_from_every_distance() {
    for rule in ["B3/S23", "B3/S23:T300,200"] {
        let world = world(rule, "acorn");
        for scale in [0.4, 0.11, 0.03, 1e-5] {
            let mut view = View::new([100, 80]);
            view.camera = Some(Camera::Plane(Plane::new([0.0, 0.0], scale, false)));
            let blocks = blocks(&world, &view, &plane(&world, &view).unwrap());
            assert!(f64::from(blocks.scale).exp2() * scale >= 1.0);
            let (shares, _) = sample(&world, blocks, None).unwrap();
            let sum: f64 = shares.iter().map(|&share| f64::from(share)).sum();
            let cells = sum * (2.0 * f64::from(blocks.scale)).exp2();
            assert!((cells - 7.0).abs() < 1e-3, "{rule} {scale}: {cells}");
        }
    }
}

#[test]
fn a_difference_is_marked_where_it_is() {
    for rule in ["B3/S23", "B3/S23:T64"] {
        let mut world = world(rule, "glider");
        let kept = world.keep().unwrap();
        world
            .set([(BigInt::from(5), BigInt::from(6), true)])
            .unwrap();
        for (scale, marked) in [(4.0, 1), (0.1, 1)] {
            let mut view = View::new([200, 200]);
            view.camera = Some(Camera::Plane(Plane::new([0.0, 0.0], scale, false)));
            let scene = scene(&world, &view, Some(&kept)).unwrap();
            let Layer::Cells(cells) = &scene.layers[0] else {
                panic!("no cells");
            };
            let CellContent::States { states, palette } = &cells.content else {
                panic!("no states");
            };
            assert_eq!(palette.len(), 256);
            let found = states.host().unwrap().iter().filter(|&&s| s == DIFFERENT);
            assert_eq!(found.count(), marked, "{rule} {scale}");
        }
    }
}

#[test]
fn cameras_at_the_end_of_the_plane_draw_nothing_and_break_nothing() {
    for rule in ["B3/S23", "B3/S23:T64"] {
        let world = world(rule, "glider");
        for whole in [i128::MAX, i128::MIN, 0] {
            for scale in [1e-37, 1e-9, 1e9, f64::NAN, -1.0] {
                let mut view = View::new([64, 64]);
                view.camera = Some(Camera::Plane(Plane {
                    whole: [whole, whole],
                    part: [0.5, 0.0],
                    scale,
                    y_up: false,
                }));
                assert!(scene(&world, &view, None).is_ok());
            }
        }
    }
}

#[test]
fn every_engine_shows_the_same_states_near_and_far() {
    use crate::world::EngineChoice;
    let mut state = 5u64;
    let mut pattern = crate::pattern::Pattern {
        position: Some((-20, -20)),
        ..crate::pattern::Pattern::default()
    };
    for at in 0..1600 {
        state = state
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        let cell = (state >> 61).saturating_sub(4) as u8;
        pattern.push_state(at % 40, at / 40, 1, cell);
    }
    pattern.fit();
    let worlds = [
        EngineChoice::Bytes,
        EngineChoice::Tiles,
        EngineChoice::HashLife,
    ]
    .map(|engine| {
        let means = Means {
            engine,
            ..Means::default()
        };
        World::new("345/2/4".parse().unwrap(), &pattern, means).unwrap()
    });
    let shown = |world: &World, scale: f64| {
        let mut view = View::new([64, 48]);
        view.camera = Some(Camera::Plane(Plane::new([0.0, 0.0], scale, false)));
        let scene = scene(world, &view, None).unwrap();
        let Layer::Cells(cells) = &scene.layers[0] else {
            panic!("no cells");
        };
        let CellContent::States { states, palette } = &cells.content else {
            panic!("no states");
        };
        assert_eq!(palette.len(), 256);
        (cells.cell, states.host().unwrap().to_vec())
    };
    let [field, patches, tree] = &worlds;
    let near = shown(field, 1.0);
    assert!(near.1.contains(&3));
    assert_eq!(shown(patches, 1.0), near);
    assert_eq!(shown(tree, 1.0), near);
    let far = shown(field, 0.25);
    assert_eq!(far.0, 4.0);
    // Blocks of 4 × 4 cells hold a few of each state: all three have the same shades, and the
    // same state wherever it has most of the cells.
    let shades = votes::shades(4, 2) as u8;
    assert_eq!(shown(patches, 0.25), far);
    let seen = shown(tree, 0.25).1;
    assert_eq!(seen.len(), far.1.len());
    let mut same = 0;
    for (&one, &other) in far.1.iter().zip(&seen) {
        assert_eq!(one == 0, other == 0);
        if one != 0 {
            assert_eq!((one - 1) % shades, (other - 1) % shades);
            same += usize::from(one == other);
        }
    }
    let live = seen.iter().filter(|&&place| place != 0).count();
    assert!(live == 100 && 2 * same > live, "{same} of {live}");
}
