//! Rules of every family are read back from what they write.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use proptest::prelude::*;

use super::reach::Shape;
use super::*;

fn parse(text: &str) -> Rule {
    text.parse().unwrap()
}

fn column(text: &str) -> usize {
    text.parse::<Rule>().unwrap_err().column
}

#[test]
fn conways_life_has_many_spellings() {
    for text in [
        "B3/S23", "b3s23", "23/3", "S23/B3", " B3/S32 ", "B3_S23", "Life", "23/3/2",
    ] {
        assert_eq!(parse(text), LIFE, "{text}");
    }
    let life = LifeLike::CONWAY;
    assert!(life.next(false, 3) && life.next(true, 2) && !life.next(false, 2));
}

#[test]
fn the_suffix_gives_the_grid() {
    let torus = |width, height| Topology::Torus { width, height };
    assert_eq!(parse("B3/S23:T512").topology, torus(512, 512));
    assert_eq!(parse("B3/S23:t64,32").topology, torus(64, 32));
    assert_eq!(
        parse("B3/S23:P7,9").topology,
        Topology::Bounded {
            width: 7,
            height: 9
        }
    );
    assert_eq!(parse("B3/S23:T64,32").to_string(), "B3/S23:T64,32");
    assert_eq!(parse("23/36:P8").to_string(), "B36/S23:P8");
    assert_eq!(parse("B3/S23History:T9").to_string(), "B3/S23History:T9");
    assert_eq!(parse("b2/s34Hsuper").to_string(), "B2/S34HSuper");
}

#[test]
fn an_error_points_at_the_character() {
    for (text, at) in [
        ("B39/S23", 3),
        ("B3/S29", 6),
        ("", 1),
        ("B3", 3),
        ("B3/B3", 4),
        ("B2Ek/S23", 3),
        ("B3/S23/", 8),
        ("B3/S23x", 7),
        ("B3/S23:Q9", 8),
        ("Nonesuch", 1),
        ("?", 1),
        ("B3/S23 T9", 8),
    ] {
        assert_eq!(column(text), at, "{text}");
    }
}

fn topologies() -> impl Strategy<Value = Topology> {
    let side = 1u32..5000;
    (0..9, side.clone(), side, any::<bool>(), -90i32..90).prop_map(
        |(kind, width, height, flag, shift)| match kind {
            0 => Topology::Plane,
            1 => Topology::Torus { width, height },
            2 => Topology::Bounded { width, height },
            3 if shift % width as i32 != 0 => Topology::Shifted {
                width,
                height,
                x: shift % width as i32,
                y: 0,
            },
            4 if shift % height as i32 != 0 => Topology::Shifted {
                width,
                height,
                x: 0,
                y: shift % height as i32,
            },
            5 => Topology::Klein {
                width,
                height,
                horizontal: flag,
                shifted: (if flag { width } else { height }) % 2 == 0 && shift > 0,
            },
            6 => Topology::Cross { width, height },
            7 => Topology::Sphere { side: width },
            _ => Topology::Strip {
                width: if flag { width } else { 0 },
                height: if flag { 0 } else { height },
                wraps: shift > 0,
            },
        },
    )
}

fn binaries() -> impl Strategy<Value = Binary> {
    (any::<[u64; 8]>(), 0usize..3, any::<bool>()).prop_map(|(bits, hood, map)| {
        let hood = [Hood::Moore, Hood::VonNeumann, Hood::Hexagonal][hood];
        let random = Outcomes(bits);
        let mask = hood.mask() | MIDDLE;
        let outcomes = Outcomes::of(|block| {
            if map {
                return random.get(block & mask);
            }
            // The same for all blocks of a kind: by letter, or by count.
            let kind = match hood {
                Hood::Moore => hensel::letter(binary::around(block)).map_or(0, |c| c as u16),
                _ => 0,
            };
            let live = (block & hood.mask()).count_ones() as u16;
            random.get((kind * 31 + live * 7 + (block & MIDDLE) * 5) & 511)
        });
        Binary {
            hood,
            outcomes,
            map,
        }
    })
}

fn families() -> impl Strategy<Value = Family> {
    let counts = || {
        prop::collection::vec((0u32..40, 0u32..4), 0..4).prop_map(|list| {
            let text: Vec<String> = list
                .iter()
                .map(|(low, length)| format!("{low}-{}", low + length))
                .collect();
            text.join(",")
        })
    };
    prop_oneof![
        (0u16..512, 0u16..512)
            .prop_map(|(birth, survival)| Family::Life(LifeLike { birth, survival })),
        binaries().prop_map(simplest),
        (binaries(), 3u16..=256)
            .prop_map(|(base, states)| Family::Generations(Arc::new(Generations { base, states }))),
        (binaries(), any::<bool>()).prop_map(|(base, history)| {
            let memory = if history {
                Memory::History
            } else {
                Memory::Super
            };
            Family::Marked(Arc::new(Marked { base, memory }))
        }),
        (4u32..9, 0u32..9, counts(), counts(), 0usize..15).prop_map(
            |(reach, colours, survival, birth, shape)| {
                let letter = Shape::LETTERS.chars().nth(shape).unwrap();
                let text = format!("R{reach},C{colours},S{survival},B{birth},N{letter}");
                text.parse::<Rule>().map_or(LIFE.family, |rule| rule.family)
            }
        ),
        any::<u8>().prop_map(|n| Family::Line(Arc::new(Line::Elementary(n)))),
        (2u64..37, 1u64..6, any::<u64>()).prop_map(|(k, r, code)| {
            let sums = ((k - 1) * (2 * r + 1) + 1).min(12) as u32;
            let code = code % k.saturating_pow(sums).max(1);
            parse(&format!("K{k}R{r}C{code}")).family
        }),
        any::<[u8; 16]>().prop_map(|list| Family::Blocks(Arc::new(Blocks(list.map(|n| n % 16))))),
        "[LRUN]{2,9}".prop_map(|word| parse(&word).family),
        (2u8..5, 1u8..4, any::<[u8; 48]>()).prop_map(|(colours, states, random)| {
            let moves = random.chunks(3).take((colours * states).into());
            let moves = moves.map(|m| turmite::Move {
                colour: m[0] % colours,
                turn: m[1] % 4,
                state: m[2] % states,
            });
            Family::Turmite(Arc::new(Turmite {
                colours,
                moves: moves.collect(),
                word: false,
            }))
        }),
    ]
}

proptest! {
    #[test]
    fn what_is_written_is_read_as_the_same_rule(family in families(), topology in topologies()) {
        let row = matches!(family, Family::Line(_));
        let plain = topology.is_plain() || matches!(topology, Topology::Strip { .. });
        prop_assume!(!row || plain);
        let rule = Rule { family, topology };
        let text = rule.to_string();
        let again: Rule = text.parse().unwrap();
        prop_assert_eq!(again, rule, "{}", text);
    }

    #[test]
    fn rules_in_space_come_back(birth in 0u32..1 << 27, survival in 0u32..1 << 27, states in 2u16..9,
                                faces: bool, width in 1u32..99, depth in 1u32..99, wraps: bool) {
        let mask = if faces { 0x7f } else { u32::MAX };
        let space = Space { birth: birth & mask, survival: survival & mask, faces, states };
        let topology = Topology::Box { width, height: 5, depth, wraps };
        let rule = Rule { family: Family::Space(space), topology };
        prop_assert_eq!(rule.to_string().parse::<Rule>().unwrap(), rule);
    }

    #[test]
    fn hostile_rules_never_panic(text in "\\PC{0,40}") {
        let _ = text.parse::<Rule>();
    }

    #[test]
    fn rules_that_are_nearly_right_never_panic(
        start in "(B3/S23|R5,C0,M1,S3|R2,C2,S,B,N|MAP|W|K3|3D:|M0,|\\{\\{\\{|5,3,|23/3/)",
        end in "[0-9a-zA-Z,/:.*@#{}+=-]{0,24}",
    ) {
        if let Ok(rule) = format!("{start}{end}").parse::<Rule>() {
            prop_assert_eq!(rule.to_string().parse::<Rule>().unwrap(), rule);
        }
    }
}
