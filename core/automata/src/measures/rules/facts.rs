//! Which symmetries a rule has: what it becomes when its neighbourhood is turned, mirrored,
//! permuted or turned into its negative.

use loom_sim::{Job, SimError, seed};

use super::Table;
use crate::rule::{Family, Hood, Larger, Line, Rule};

/// Tables up to so many neighbourhoods are gone through, larger ones by chance.
const COUNTED: u64 = 1 << 20;
const DRAWN: u64 = 1 << 17;

/// Whether a rule has a property; `sampled` where no counterexample was found by chance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct Fact {
    pub key: &'static str,
    pub name: &'static str,
    pub holds: bool,
    pub sampled: bool,
}

fn fact(key: &'static str, name: &'static str, holds: bool) -> Fact {
    Fact {
        key,
        name,
        holds,
        sampled: false,
    }
}

const TURNS: (&str, &str) = ("turns", "Keeps under quarter turns");
const MIRRORS: (&str, &str) = ("mirrors", "Keeps in a mirror");
const ISOTROPIC: (&str, &str) = ("isotropic", "Isotropic");
const OUTER: (&str, &str) = ("outer_totalistic", "Outer-totalistic");
const NEGATIVE: (&str, &str) = ("self_complementary", "Self-complementary");

/// What is known of a rule.
pub(in super::super) fn facts(rule: &Rule, seed: u64, job: &Job) -> Result<Vec<Fact>, SimError> {
    Ok(match &rule.family {
        Family::Line(line) => of_line(line),
        Family::Blocks(blocks) => of_squares(&blocks.0),
        Family::Larger(larger) => of_larger(larger),
        Family::Space(space) => {
            let most = space.neighbours();
            let negative = space.states == 2
                && (0..=most).all(|n| space.next(0, n) != space.next(1, most - n));
            vec![
                fact(ISOTROPIC.0, ISOTROPIC.1, true),
                fact(OUTER.0, OUTER.1, true),
                fact(NEGATIVE.0, NEGATIVE.1, negative),
            ]
        }
        // A machine's own direction turns with the plane, and no cell is like another.
        Family::Turmite(_) => vec![fact(TURNS.0, TURNS.1, true)],
        _ => of_block(rule, seed, job)?,
    })
}

/// The neighbours that count, in a ring, and the places of a turn that keeps the lattice.
fn ring(rule: &Rule) -> (Vec<usize>, usize) {
    let hood = match &rule.family {
        Family::Binary(rule) => rule.hood,
        Family::Generations(rule) => rule.base.hood,
        Family::Marked(rule) => rule.base.hood,
        Family::Table(file) if file.is_von_neumann() => Hood::VonNeumann,
        _ => Hood::Moore,
    };
    match hood {
        Hood::Moore => (vec![1, 2, 5, 8, 7, 6, 3, 0], 2),
        Hood::VonNeumann => (vec![1, 5, 7, 3], 1),
        // Hexagons drawn as squares; a turn of a sixth.
        Hood::Hexagonal => (vec![1, 5, 8, 7, 3, 0], 1),
    }
}

fn of_block(rule: &Rule, seed: u64, job: &Job) -> Result<Vec<Fact>, SimError> {
    let table = Table::of(rule);
    let states = table.states;
    let (ring, step) = ring(rule);
    let count = (states as u64).checked_pow(ring.len() as u32 + 1);
    let sampled = count.is_none_or(|count| count > COUNTED);
    let all = count.filter(|_| !sampled).unwrap_or(DRAWN);
    let mut random = seed::stream(seed, "symmetries");
    // Turn, mirror, permutation, negative.
    let mut keeps = [true, true, true, states == 2];
    let put = |cells: &[u8], own: u8| {
        let mut block = [0; 9];
        block[4] = own;
        for (place, cell) in ring.iter().zip(cells) {
            block[*place] = *cell;
        }
        block
    };
    for number in 0..all {
        if number % 4096 == 0 {
            job.check()?;
        }
        let mut rest = number;
        let mut state = || {
            if sampled {
                (seed::unit(&mut random) * states as f64) as u8
            } else {
                let digit = rest % states as u64;
                rest /= states as u64;
                digit as u8
            }
        };
        let own = state();
        let cells: Vec<u8> = ring.iter().map(|_| state()).collect();
        let next = table.next_of(&put(&cells, own));
        let mut other = cells.clone();
        other.rotate_left(step);
        keeps[0] &= table.next_of(&put(&other, own)) == next;
        // The first cell of the ring stays, the others change sides.
        other.clone_from(&cells);
        other[1..].reverse();
        keeps[1] &= table.next_of(&put(&other, own)) == next;
        other.sort_unstable();
        keeps[2] &= table.next_of(&put(&other, own)) == next;
        if keeps[3] {
            let negative: Vec<u8> = cells.iter().map(|c| 1 - c.min(&1)).collect();
            keeps[3] = table.next_of(&put(&negative, 1 - own.min(1))) != next;
        }
    }
    let sure = |(key, name): (&'static str, &'static str), holds: bool| Fact {
        sampled: sampled && holds,
        ..fact(key, name, holds)
    };
    Ok(vec![
        sure(TURNS, keeps[0]),
        sure(MIRRORS, keeps[1]),
        sure(ISOTROPIC, keeps[0] && keeps[1]),
        sure(OUTER, keeps[2]),
        sure(NEGATIVE, keeps[3]),
    ])
}

fn of_line(line: &Line) -> Vec<Fact> {
    match line {
        Line::Elementary(number) => {
            let next = |place: u8| number >> place & 1;
            let mirrored = |place: u8| (place & 2) | (place & 1) << 2 | place >> 2;
            vec![
                fact(
                    MIRRORS.0,
                    MIRRORS.1,
                    (0..8).all(|p| next(p) == next(mirrored(p))),
                ),
                fact(
                    "totalistic",
                    "Totalistic",
                    (0..8u8).all(|p| {
                        (0..8u8).all(|q| p.count_ones() != q.count_ones() || next(p) == next(q))
                    }),
                ),
                fact(OUTER.0, OUTER.1, next(1) == next(4) && next(3) == next(6)),
                fact(
                    NEGATIVE.0,
                    NEGATIVE.1,
                    (0..8).all(|p| next(p) != next(7 - p)),
                ),
            ]
        }
        Line::Totalistic {
            colours, outcomes, ..
        } => {
            let most = colours - 1;
            let pairs = outcomes.iter().zip(outcomes.iter().rev());
            vec![
                fact(MIRRORS.0, MIRRORS.1, true),
                fact("totalistic", "Totalistic", true),
                fact(
                    NEGATIVE.0,
                    NEGATIVE.1,
                    pairs.into_iter().all(|(a, b)| a + b == most),
                ),
            ]
        }
    }
}

fn of_squares(squares: &[u8; 16]) -> Vec<Fact> {
    // Bits: north-west, north-east, south-west, south-east.
    let moved = |square: u8, to: [u8; 4]| {
        (0..4u8).fold(0, |all, bit| {
            all | (square >> bit & 1) << to[usize::from(bit)]
        })
    };
    let keeps = |to: [u8; 4]| {
        (0..16u8).all(|s| squares[usize::from(moved(s, to))] == moved(squares[usize::from(s)], to))
    };
    let (turns, mirrors) = (keeps([1, 3, 0, 2]), keeps([1, 0, 3, 2]));
    let square = |s: usize| squares[s] & 15;
    vec![
        fact(TURNS.0, TURNS.1, turns),
        fact(MIRRORS.0, MIRRORS.1, mirrors),
        fact(ISOTROPIC.0, ISOTROPIC.1, turns && mirrors),
        fact(
            "conserves",
            "Keeps the number of live cells",
            (0..16).all(|s| square(s).count_ones() == s.count_ones()),
        ),
        fact(
            "reversible",
            "Reversible",
            (0..16).fold(0u16, |seen, s| seen | 1 << square(s)) == u16::MAX,
        ),
        fact(
            NEGATIVE.0,
            NEGATIVE.1,
            (0..16).all(|s| square(s) == 15 - square(15 - s)),
        ),
    ]
}

fn of_larger(larger: &Larger) -> Vec<Fact> {
    let reach = i32::from(larger.reach);
    let terms = larger.shape.terms(reach, larger.middle);
    let mut weights = std::collections::HashMap::new();
    for term in &terms {
        for dx in term.from..=term.to {
            *weights.entry((dx, term.dy)).or_insert(0) += term.weight;
        }
    }
    weights.retain(|_, weight| *weight != 0);
    let keeps = |to: &dyn Fn(i32, i32) -> (i32, i32)| {
        !larger.shape.turns()
            && weights
                .iter()
                .all(|((x, y), weight)| weights.get(&to(*x, *y)) == Some(weight))
    };
    let (turns, mirrors) = (keeps(&|x, y| (-y, x)), keeps(&|x, y| (-x, y)));
    let alike = !larger.shape.turns()
        && weights
            .iter()
            .all(|(place, weight)| *place == (0, 0) || *weight == 1);
    let mut facts = vec![
        fact(TURNS.0, TURNS.1, turns),
        fact(MIRRORS.0, MIRRORS.1, mirrors),
        fact(ISOTROPIC.0, ISOTROPIC.1, turns && mirrors),
        fact(OUTER.0, OUTER.1, alike),
    ];
    if alike && larger.shape.state_weights().is_none() {
        let own = weights.get(&(0, 0)).copied().unwrap_or(0);
        let all = weights.len() as i64 - i64::from(own != 0);
        let negative = larger.states() == 2
            && (0..=all).all(|n| {
                let alive = larger.survival.has(all - n + i64::from(own));
                larger.birth.has(n) != alive
            });
        facts.push(fact(NEGATIVE.0, NEGATIVE.1, negative));
    }
    facts
}

/// The elementary rules that are this one in a mirror, as its negative, and both.
pub(in super::super) fn relatives(number: u8) -> [u8; 3] {
    let mirrored = |place: u8| (place & 2) | (place & 1) << 2 | place >> 2;
    let of = |next: &dyn Fn(u8) -> u8| (0..8).fold(0, |all, place| all | next(place) << place);
    let mirror = |rule: u8| of(&|place| rule >> mirrored(place) & 1);
    let negative = |rule: u8| of(&|place| 1 - (rule >> (7 - place) & 1));
    [mirror(number), negative(number), negative(mirror(number))]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn holds(rule: &str, key: &str) -> bool {
        let rule: Rule = rule.parse().unwrap();
        let facts = facts(&rule, 0, &Job::quiet()).unwrap();
        facts.iter().find(|f| f.key == key).unwrap().holds
    }

    #[test]
    fn rules_keep_what_they_are_known_to_keep() {
        for (rule, outer, isotropic, negative) in [
            ("B3/S23", true, true, false),
            ("B3678/S34678", true, true, true),
            ("B2-a/S12", false, true, false),
            ("B13/S02V", true, true, false),
            ("B2/S34H", true, true, false),
            ("WireWorld", true, true, false),
            ("/2/3", true, true, false),
            ("R5,C0,M1,S34..58,B34..45,NM", true, true, false),
            ("R2,C2,S2,B3,N3", true, false, false),
            ("3D:B5/S45:T9", true, true, false),
        ] {
            assert_eq!(holds(rule, "outer_totalistic"), outer, "{rule}");
            assert_eq!(holds(rule, "isotropic"), isotropic, "{rule}");
            assert_eq!(holds(rule, "self_complementary"), negative, "{rule}");
        }
        let balls = "M0,8,4,3,2,5,9,7,1,6,10,11,12,13,14,15";
        assert!(holds(balls, "reversible") && holds(balls, "conserves"));
        assert!(holds(balls, "isotropic"));
        let critters = "M15,14,13,3,11,5,6,1,7,9,10,2,12,4,8,0";
        assert!(holds(critters, "reversible") && !holds(critters, "conserves"));
    }

    #[test]
    fn rule_110_is_124_in_a_mirror_and_137_as_its_negative() {
        assert_eq!(relatives(110), [124, 137, 193]);
        assert_eq!(relatives(30), [86, 135, 149]);
        assert!(holds("W90", "mirrors") && !holds("W30", "mirrors"));
        // The majority, and rule 150 that adds all three.
        assert!(holds("W232", "self_complementary") && holds("W150", "totalistic"));
        assert!(holds("W150", "self_complementary"));
    }
}
