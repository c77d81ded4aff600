//! Objects of Conway's Life and of other rules are what they are known to be.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;
use crate::apgcode;
use crate::catalogue::entry;
use crate::reference::Reference;
use crate::rule::LIFE;

fn fate_of(pattern: &Pattern, rule: &str) -> Fate {
    let rule = rule.parse().unwrap();
    identify(pattern, &rule, &Limits::default()).unwrap().fate
}

fn object_of(pattern: &Pattern) -> Object {
    match fate_of(pattern, "B3/S23") {
        Fate::Object(object) => object,
        fate => panic!("{fate}"),
    }
}

fn code(text: &str) -> Pattern {
    apgcode::read(text).unwrap().pattern()
}

#[test]
fn codes_identify_as_themselves() {
    for text in [
        "xs4_33",
        "xs6_696",
        "xs7_2596",
        "xs5_253",
        "xs6_356",
        "xs8_6996",
        "xs7_25ac",
        "xs4_252",
        "xs14_g88m952z121",
        "xp2_7",
        "xp2_7e",
        "xp2_318c",
        "xq4_153",
        "xq4_6frc",
        "xq4_27dee6",
        "xq4_27deee6",
        "xp15_4r4z4r4",
        "xp3_co9nas0san9oczgoldlo0oldlogz1047210127401",
        "xp8_gk2gb3z11",
        "xp14_j9d0d9j",
        "xp16_0c2w3vz33032988",
        "xp5_y2g0k413zwo0a02z32",
        "xp30_w33z8kqrqk8zzzw33",
        "xp24_xsssx4hh186z777y37",
        "xp138_w8gw259r84z79431y1go4iszx42rik8w12",
    ] {
        let object = object_of(&code(text));
        assert_eq!(object.apgcode.as_deref(), Some(text));
    }
}

#[test]
fn spaceships_have_their_speeds() {
    let speed = |key: &str| object_of(&entry(key).unwrap().pattern().unwrap()).velocity();
    assert_eq!(speed("glider").unwrap(), "c/4 diagonal");
    assert_eq!(speed("lightweight-spaceship").unwrap(), "c/2 orthogonal");
    assert_eq!(speed("copperhead").unwrap(), "c/10 orthogonal");
    assert_eq!(velocity((2, 1), 6).unwrap(), "(2,1)c/6");
    assert_eq!(velocity((-4, 0), 10).unwrap(), "2c/5 orthogonal");
    assert_eq!(velocity((0, 1), 1).unwrap(), "c orthogonal");
    assert_eq!(velocity((0, 0), 3), None);
}

#[test]
fn methuselahs_settle_when_they_are_known_to() {
    for (key, generation, population) in [
        ("r-pentomino", 1103, 116),
        ("acorn", 5206, 633),
        ("rabbits", 17331, 1744),
    ] {
        let pattern = entry(key).unwrap().pattern().unwrap();
        match fate_of(&pattern, "B3/S23") {
            Fate::Settles {
                generation: g,
                population: p,
                ..
            } => assert_eq!((g, p), (generation, population), "{key}"),
            fate => panic!("{key} {fate}"),
        }
    }
    let diehard = entry("diehard").unwrap().pattern().unwrap();
    assert_eq!(fate_of(&diehard, "B3/S23"), Fate::Dies { generation: 130 });
}

#[test]
fn guns_and_engines_grow() {
    for (key, period, gain) in [
        ("gosper-glider-gun", 30, 5),
        ("simkin-glider-gun", 120, 5),
        ("switch-engine", 144, 16),
    ] {
        let pattern = entry(key).unwrap().pattern().unwrap();
        match fate_of(&pattern, "B3/S23") {
            Fate::Grows {
                period: p, gain: g, ..
            } => assert_eq!((p, g), (period, gain), "{key}"),
            fate => panic!("{key} {fate}"),
        }
    }
}

#[test]
fn the_ash_of_the_r_pentomino_is_that_of_the_literature() {
    let pattern = entry("r-pentomino").unwrap().pattern().unwrap();
    let mut plane = Plane::of(Ready::new(local(&LIFE).unwrap()), &pattern);
    for _ in 0..1103 {
        plane.step();
    }
    let ash = Pattern::from_states(plane.cells());
    let census = census(&ash, &LIFE).unwrap();
    for (code, count) in [
        ("xs4_33", 8),
        ("xs6_696", 4),
        ("xp2_7", 4),
        ("xs5_253", 1),
        ("xs7_2596", 1),
        ("xs6_356", 1),
        ("xq4_153", 6),
    ] {
        assert_eq!(census.of(code), count, "{code}");
    }
    assert_eq!((census.total(), census.unsettled), (25, 0));
    assert_eq!(census.rows()[0], ("block", "8".to_owned()));
    assert_eq!(census.json()["objects"][0]["apgcode"], "xs4_33");
}

#[test]
fn pseudo_objects_count_as_their_parts() {
    let count = |text: &str| census(&code(text), &LIFE).unwrap();
    // Two blocks with a free column between them.
    let bi_block = Pattern::from_cells([
        (0, 0),
        (1, 0),
        (0, 1),
        (1, 1),
        (3, 0),
        (4, 0),
        (3, 1),
        (4, 1),
    ]);
    let found = census(&bi_block, &LIFE).unwrap();
    assert_eq!((found.of("xs4_33"), found.total()), (2, 1 + 1));
    // The aircraft carrier is in two pieces that can't do without one another.
    let carrier = count("xs6_39c");
    assert_eq!((carrier.of("xs6_39c"), carrier.total()), (1, 1));
    // Pieces of a pulsar, a pentadecathlon, a queen bee shuttle with its blocks.
    for text in [
        "xp3_co9nas0san9oczgoldlo0oldlogz1047210127401",
        "xp15_4r4z4r4",
        "xp30_w33z8kqrqk8zzzw33",
    ] {
        let found = count(text);
        assert_eq!(
            (found.of(text), found.total(), found.unsettled),
            (1, 1, 0),
            "{text}"
        );
    }
}

#[test]
fn other_rules_have_their_own_objects() {
    let replicator = entry("replicator").unwrap().pattern().unwrap();
    assert!(matches!(
        fate_of(&replicator, "B36/S23"),
        Fate::Unknown { .. } | Fate::Grows { .. }
    ));
    // A domino of Seeds flies at c in both directions: two cells side by side.
    let domino = Pattern::from_cells([(0, 0), (1, 0)]);
    assert!(!matches!(fate_of(&domino, "B2/S"), Fate::Dies { .. }));
    // In 2x2 the domino lives.
    match fate_of(&domino, "B36/S125") {
        Fate::Object(object) => assert_eq!(object.apgcode.as_deref(), Some("xs2_3")),
        fate => panic!("{fate}"),
    }
    assert!(identify(&domino, &"B3/S23:T8".parse().unwrap(), &Limits::default()).is_err());
}

#[test]
fn symmetries_are_named() {
    let of = |text: &str| object_of(&code(text)).symmetry;
    assert_eq!(of("xs4_33"), "D8_4");
    assert_eq!(of("xs4_252"), "D8_1");
    assert_eq!(of("xp2_7"), "D4_+1");
    assert_eq!(of("xs6_696"), "D4_+2");
    assert_eq!(of("xs5_253"), "D2_x");
    assert_eq!(of("xs6_356"), "D4_x1");
    assert_eq!(of("xs7_178c"), "C1");
    assert_eq!(of("xs6_39c"), "C2_2");
}

proptest! {
    #[test]
    fn the_plane_agrees_with_the_reference(cells in prop::collection::vec((0usize..12, 0usize..12), 0..60),
                                           birth in 0u16..256, survival in 0u16..512) {
        // Without B0; the grid is wide enough for eight generations.
        let rule = Rule::life_like(crate::rule::LifeLike { birth: birth << 1, survival }, crate::rule::Topology::Plane);
        let grid = rule.clone().on(crate::rule::Topology::Bounded { width: 40, height: 40 });
        let mut reference = Reference::new(grid.clone()).unwrap();
        for &(x, y) in &cells {
            reference.set(x + 14, y + 14, true);
        }
        let start = reference.pattern();
        let mut plane = Plane::new(
            Ready::new(local(&rule).unwrap()),
            start.placed(grid.topology).flat_map(|run| {
                (0..run.length as i64).map(move |d| (run.x + d, run.y, 1))
            }),
        );
        for _ in 0..8 {
            reference.step();
            plane.step();
            let expected = reference.pattern();
            let found = Pattern::from_states(plane.cells());
            prop_assert_eq!(&found.runs, &expected.runs);
            prop_assert_eq!(plane.frame().map(|f| (f.0, f.1)), expected.bounds().and(expected.position));
        }
    }
}

#[test]
fn objects_of_more_than_two_states_have_codes_in_layers() {
    let brain: Rule = "/2/3".parse().unwrap();
    let ship = apgcode::read("xq1_03_3").unwrap().pattern();
    let mut all = ship.clone();
    all.rule = Some(brain.clone());
    assert_eq!(apgcode_of(&all).as_deref(), Ok("xq1_03_3"));
    // Turned and moved it is the same.
    let turned = Pattern::from_states(ship.states().map(|(x, y, s)| (40 - y, 7 + x, s)));
    let found = identify(&turned, &brain, &Limits::default()).unwrap();
    let Fate::Object(object) = found.fate else {
        panic!("no object");
    };
    assert_eq!(object.apgcode.as_deref(), Some("xq1_03_3"));
    assert_eq!(object.velocity().as_deref(), Some("c orthogonal"));
    // Three of them, far apart.
    let moved = turned.states().map(|(x, y, s)| (x + 40, y + 7, s));
    let three = ship.states().chain(moved);
    let three = three.chain(ship.states().map(|(x, y, s)| (x - 50, y + 3, s)));
    let census = census(&Pattern::from_states(three), &brain).unwrap();
    assert_eq!(census.of("xq1_03_3"), 3);
    // Marks are no layers.
    let history: Rule = "LifeHistory".parse().unwrap();
    let block = Pattern::from_states([(0, 0, 1), (1, 0, 1), (0, 1, 1), (1, 1, 1), (5, 5, 2)]);
    let found = identify(&block, &history, &Limits::default()).unwrap();
    let Fate::Object(object) = found.fate else {
        panic!("no object");
    };
    assert_eq!(object.apgcode, None);
}
