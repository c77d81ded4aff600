//! Sheets of rules that add up or list what they see: Larger than Life, one and three
//! dimensions, Margolus.

use std::sync::Arc;

use super::{Choice, Number, Part, Picture, Switch, states, two};
use crate::rule::counts::Counts;
use crate::rule::reach::Shape;
use crate::rule::{Blocks, Family, Larger, Line, Space};

/// Counts up to here are switches, beyond they are limits.
const FEW: u32 = 128;

/// The neighbourhoods that have a letter alone.
const SHAPES: [(Shape, &str); 15] = [
    (Shape::Moore, "Square"),
    (Shape::VonNeumann, "Diamond"),
    (Shape::Circular, "Circle"),
    (Shape::Euclidean, "Disc"),
    (Shape::Cross, "Cross"),
    (Shape::Saltire, "Saltire"),
    (Shape::Star, "Star"),
    (Shape::Hash, "Hash"),
    (Shape::Checkerboard, "Chess board"),
    (Shape::AlignedCheckerboard, "Aligned chess board"),
    (Shape::Hexagonal, "Hexagon"),
    (Shape::Asterisk, "Asterisk"),
    (Shape::Tripod, "Tripod"),
    (Shape::Triangular, "Triangle"),
    (Shape::Gaussian, "Pyramid"),
];

/// The most that a cell can count, alive itself or not.
fn most(rule: &Larger) -> u32 {
    rule.most()
}

/// Whether the counts are switches.
fn listed(rule: &Larger) -> bool {
    !rule.ranges && most(rule) <= FEW
}

fn counts(name: &'static str, most: u32, has: impl Fn(u32) -> bool) -> Part {
    let switches = (0..=most).map(|n| two(n.to_string(), Picture::None, has(n)));
    Part {
        name,
        switches: switches.collect(),
    }
}

pub(super) fn parts(rule: &Larger) -> Vec<Part> {
    if !listed(rule) {
        return Vec::new();
    }
    let most = most(rule);
    vec![
        counts("Birth", most, |n| rule.birth.has(n.into())),
        counts("Survival", most, |n| rule.survival.has(n.into())),
    ]
}

/// A set of counts with one of them in it or not.
fn counts_with(counts: &Counts, most: u32, count: u32, on: bool) -> Counts {
    let mut list: Vec<(u32, u32)> = Vec::new();
    for n in 0..=most {
        let there = if n == count { on } else { counts.has(n.into()) };
        match list.last_mut() {
            _ if !there => {}
            Some(last) if last.1 + 1 == n => last.1 = n,
            _ => list.push((n, n)),
        }
    }
    Counts(list)
}

pub(super) fn larger_with(rule: &Larger, index: usize, on: bool) -> Option<Family> {
    if !listed(rule) {
        return None;
    }
    let most = most(rule);
    let index = u32::try_from(index).ok()?;
    let mut changed = rule.clone();
    if index <= most {
        changed.birth = counts_with(&rule.birth, most, index, on);
    } else {
        changed.survival = counts_with(&rule.survival, most, index - most - 1, on);
    }
    Some(Family::Larger(Arc::new(changed)))
}

/// Reach, states, whether the middle counts, then the limits of every range.
pub(super) fn numbers(rule: &Larger) -> Vec<Number> {
    let number = |name: &str, value, low, high| Number {
        name: name.to_owned(),
        value,
        low,
        high,
    };
    let mut list = vec![
        number("Reach", rule.reach.into(), 1, 500),
        states(rule.states() as u32, 2),
        number("Middle counts", rule.middle.into(), 0, 1),
    ];
    if listed(rule) {
        return list;
    }
    for (name, counts) in [("Birth", &rule.birth), ("Survival", &rule.survival)] {
        for &(low, high) in &counts.0 {
            list.push(number(&format!("{name} from"), low, 0, high));
            list.push(number(&format!("{name} to"), high, low, most(rule)));
        }
    }
    list
}

/// Counts cut at the highest that there is.
fn within(counts: &Counts, most: u32) -> Counts {
    let ranges = counts.0.iter().filter(|range| range.0 <= most);
    Counts(ranges.map(|&(low, high)| (low, high.min(most))).collect())
}

/// A rule whose counts fit its neighbourhood.
fn fitting(mut rule: Larger) -> Family {
    let most = most(&rule);
    rule.birth = within(&rule.birth, most);
    rule.survival = within(&rule.survival, most);
    Family::Larger(Arc::new(rule))
}

pub(super) fn larger_number(rule: &Larger, index: usize, value: u32) -> Option<Family> {
    let mut changed = rule.clone();
    match index {
        0 => changed.reach = u16::try_from(value).ok()?,
        // Two states keep the way in which they are written.
        1 if value == rule.states() as u32 => {}
        1 => changed.colours = u16::try_from(value).ok()?,
        2 => changed.middle = value != 0,
        _ if listed(rule) => return None,
        _ => {
            let (range, end) = ((index - 3) / 2, (index - 3) % 2);
            let births = rule.birth.0.len();
            let counts = if range < births {
                changed.birth.0.get_mut(range)?
            } else {
                changed.survival.0.get_mut(range - births)?
            };
            if end == 0 {
                counts.0 = value;
            } else {
                counts.1 = value;
            }
            if counts.0 > counts.1 {
                return None;
            }
        }
    }
    Some(fitting(changed))
}

pub(super) fn shapes(rule: &Larger) -> Choice {
    Choice {
        name: "Neighbourhood",
        chosen: SHAPES.iter().position(|(shape, _)| *shape == rule.shape),
        of: SHAPES.iter().map(|(_, name)| *name).collect(),
    }
}

pub(super) fn with_shape(rule: &Larger, place: usize) -> Option<Family> {
    let (shape, _) = SHAPES.get(place)?;
    let most = match shape {
        Shape::Triangular => 250,
        Shape::Gaussian => 50,
        _ => 500,
    };
    if rule.reach > most {
        return None;
    }
    let mut changed = rule.clone();
    changed.shape = shape.clone();
    Some(fitting(changed))
}

/// What each configuration or sum becomes.
pub(super) fn line(line: &Line) -> Vec<Part> {
    let switches = match line {
        Line::Elementary(number) => (0..8u8)
            .rev()
            .map(|place| {
                let cells = [place >> 2 & 1, place >> 1 & 1, place & 1];
                let label = cells.iter().map(u8::to_string).collect();
                two(label, Picture::Row(cells.into()), number >> place & 1 != 0)
            })
            .collect(),
        Line::Totalistic {
            colours, outcomes, ..
        } => outcomes
            .iter()
            .enumerate()
            .rev()
            .map(|(sum, &value)| Switch {
                label: sum.to_string(),
                picture: Picture::None,
                value,
                values: *colours,
            })
            .collect(),
    };
    vec![Part {
        name: "Outcome",
        switches,
    }]
}

pub(super) fn line_with(line: &Line, index: usize, value: u8) -> Option<Family> {
    let mut changed = line.clone();
    match &mut changed {
        Line::Elementary(number) => {
            let bit = 1u8 << 7usize.checked_sub(index)?;
            *number = if value != 0 {
                *number | bit
            } else {
                *number & !bit
            };
        }
        Line::Totalistic { outcomes, .. } => {
            let sum = outcomes.len().checked_sub(index + 1)?;
            outcomes[sum] = value;
        }
    }
    Some(Family::Line(Arc::new(changed)))
}

/// What each square becomes.
pub(super) fn blocks(blocks: &Blocks) -> Vec<Part> {
    let switches = blocks.0.iter().enumerate().map(|(square, &value)| Switch {
        label: square.to_string(),
        picture: Picture::Square(std::array::from_fn(|i| (square >> i & 1) as u8)),
        value,
        values: 16,
    });
    vec![Part {
        name: "Becomes",
        switches: switches.collect(),
    }]
}

pub(super) fn blocks_with(blocks: &Blocks, index: usize, value: u8) -> Option<Family> {
    let mut changed = *blocks;
    *changed.0.get_mut(index)? = value;
    Some(Family::Blocks(Arc::new(changed)))
}

pub(super) fn space(rule: &Space) -> Vec<Part> {
    let most = rule.neighbours();
    vec![
        counts("Birth", most, |n| rule.birth >> n & 1 != 0),
        counts("Survival", most, |n| rule.survival >> n & 1 != 0),
    ]
}

pub(super) fn space_with(rule: &Space, index: usize, on: bool) -> Option<Family> {
    let most = rule.neighbours();
    let index = u32::try_from(index).ok()?;
    let mut changed = *rule;
    let (bits, count) = if index <= most {
        (&mut changed.birth, index)
    } else {
        (&mut changed.survival, index - most - 1)
    };
    *bits = *bits & !(1 << count) | u32::from(on) << count;
    Some(Family::Space(changed))
}
