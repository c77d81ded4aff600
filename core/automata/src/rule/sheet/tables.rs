//! Sheets of rules that are a table of two states, or extend one.
//!
//! Neighbourhoods fall into classes that are always switched together: those of one count, of
//! one of Hensel's letters, or each alone.

use std::sync::Arc;

use super::{Number, Part, Picture, states, two};
use crate::rule::binary::{Binary, Hood, MIDDLE, Outcomes, around};
use crate::rule::{Family, Generations, Marked, hensel, simplest};

/// Neighbourhoods that are switched together.
pub(super) struct Class {
    label: String,
    picture: Picture,
    /// The blocks with a dead middle, without the cells that don't matter.
    blocks: Vec<u16>,
}

/// The classes of a table.
pub(super) struct Classes {
    list: Vec<Class>,
    /// Whether they are Hensel's.
    pub letters: bool,
}

/// The table that a rule is or extends.
fn base(family: &Family) -> Option<Binary> {
    match family {
        Family::Life(life) => Some(life.table()),
        Family::Binary(rule) => Some(**rule),
        Family::Generations(rule) => Some(rule.base),
        Family::Marked(rule) => Some(rule.base),
        _ => None,
    }
}

/// A rule of the same family with another table.
fn extended(family: &Family, base: Binary) -> Option<Family> {
    Some(match family {
        Family::Life(_) | Family::Binary(_) => simplest(base),
        Family::Generations(rule) => {
            let states = rule.states;
            Family::Generations(Arc::new(Generations { base, states }))
        }
        Family::Marked(rule) => {
            let memory = rule.memory;
            Family::Marked(Arc::new(Marked { base, memory }))
        }
        _ => return None,
    })
}

/// Blocks with a dead middle of which only the cells of a neighbourhood are set.
fn blocks(hood: Hood) -> impl Iterator<Item = u16> {
    (0..512u16).filter(move |block| block & !hood.mask() == 0)
}

/// Whether only the number of live neighbours matters.
fn counts_only(base: &Binary) -> bool {
    let mut first = [[None; 2]; 9];
    blocks(base.hood).all(|block| {
        [block, block | MIDDLE].into_iter().all(|block| {
            let count = (block & base.hood.mask()).count_ones() as usize;
            let alive = usize::from(block & MIDDLE != 0);
            let outcome = base.outcomes.get(block);
            *first[count][alive].get_or_insert(outcome) == outcome
        })
    })
}

/// Nine cells of a block; those outside the neighbourhood don't matter.
fn picture(hood: Hood, block: u16) -> Picture {
    Picture::Block(std::array::from_fn(|i| {
        let bit = 1u16 << (8 - i);
        (hood.mask() & bit != 0).then_some(u8::from(block & bit != 0))
    }))
}

/// The table of a rule and how its neighbourhoods fall into classes.
pub(super) fn classes(family: &Family, letters: bool) -> Option<(Binary, Classes)> {
    let base = base(family)?;
    let hood = base.hood;
    let by_count = counts_only(&base);
    let class = |label: String, picture, blocks| Class {
        label,
        picture,
        blocks,
    };
    let list: Vec<Class> = if base.map {
        blocks(hood)
            .enumerate()
            .map(|(at, block)| class(at.to_string(), picture(hood, block), vec![block]))
            .collect()
    } else if hood != Hood::Moore || (by_count && !letters) {
        (0..=hood.neighbours())
            .map(|count| {
                let those = blocks(hood).filter(|block| block.count_ones() == count);
                class(count.to_string(), Picture::None, those.collect())
            })
            .collect()
    } else {
        let kinds = (0..=8u32).flat_map(|count| {
            let letters: Vec<Option<char>> = match count {
                0 | 8 => vec![None],
                _ => hensel::letters(count).map(Some).collect(),
            };
            letters.into_iter().map(move |letter| (count, letter))
        });
        kinds
            .map(|(count, letter)| {
                let those: Vec<u16> = blocks(hood)
                    .filter(|&block| {
                        block.count_ones() == count && hensel::letter(around(block)) == letter
                    })
                    .collect();
                let label = format!("{count}{}", letter.map_or(String::new(), String::from));
                let first = those.iter().copied().max().unwrap_or(0);
                class(label, picture(hood, first), those)
            })
            .collect()
    };
    let letters = !base.map && hood == Hood::Moore && (letters || !by_count);
    Some((base, Classes { list, letters }))
}

/// Births and survivals.
pub(super) fn parts(base: &Binary, classes: &Classes) -> Vec<Part> {
    let part = |name: &'static str, middle: u16| {
        let switches = classes.list.iter().map(|class| {
            let mut picture = class.picture.clone();
            if let Picture::Block(cells) = &mut picture {
                cells[4] = Some(u8::from(middle != 0));
            }
            let on = class.blocks.first();
            let on = on.is_some_and(|block| base.outcomes.get(block | middle));
            two(class.label.clone(), picture, on)
        });
        Part {
            name,
            switches: switches.collect(),
        }
    };
    vec![part("Birth", 0), part("Survival", MIDDLE)]
}

/// The number of states, where it can be changed.
pub(super) fn numbers(family: &Family) -> Vec<Number> {
    match family {
        Family::Generations(rule) => vec![states(rule.states.into(), 2)],
        Family::Life(_) | Family::Binary(_) => vec![states(2, 2)],
        _ => Vec::new(),
    }
}

/// A rule with one class on or off.
pub(super) fn with(family: &Family, letters: bool, index: usize, on: bool) -> Option<Family> {
    let (base, classes) = classes(family, letters)?;
    let count = classes.list.len();
    let (class, middle) = if index < count {
        (classes.list.get(index)?, 0)
    } else {
        (classes.list.get(index - count)?, MIDDLE)
    };
    let mask = base.hood.mask();
    // Cells that don't matter are looked through.
    let outcomes = Outcomes::of(|block| {
        let own = block & MIDDLE == middle && class.blocks.contains(&(block & mask));
        if own { on } else { base.outcomes.get(block) }
    });
    extended(family, Binary { outcomes, ..base })
}

/// A rule with another number of states.
pub(super) fn with_states(family: &Family, states: u32) -> Option<Family> {
    let base = base(family)?;
    if states == 2 {
        return Some(simplest(base));
    }
    let states = u16::try_from(states).ok()?;
    Some(Family::Generations(Arc::new(Generations { base, states })))
}
