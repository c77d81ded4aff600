//! Selections that become a grid, reach beyond everything or can't be.
#![allow(clippy::unwrap_used)]

use super::*;

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

#[test]
fn cells_that_die_at_once_stay_dead_on_every_engine() {
    for mut world in two_states() {
        for n in 0..3 {
            world.set([((n * 5).into(), 0.into(), true)]).unwrap();
            for _ in 0..4 {
                world.advance(&1u32.into(), &mut || false).unwrap();
                let left = world.population().unwrap();
                assert_eq!(left, 0u32.into(), "{}", world.engine_name());
            }
        }
    }
}
