//! Families that look no further than the eight neighbours, as [`Local`] rules.

use std::sync::Arc;

use super::{Binary, Family, Generations, LifeLike, Marked, Rule, RuleFile, Turmite};
use crate::local::Local;

impl Rule {
    /// The rule as a function of a block; nothing for families that look further, in other
    /// dimensions or at blocks of their own.
    pub fn local(&self) -> Option<Arc<dyn Local>> {
        Some(match &self.family {
            Family::Life(rule) => Arc::new(*rule),
            Family::Binary(rule) => rule.clone(),
            Family::Generations(rule) => rule.clone(),
            Family::Marked(rule) => rule.clone(),
            Family::Table(rule) => rule.clone(),
            Family::Turmite(rule) => rule.clone(),
            Family::Larger(_) | Family::Line(_) | Family::Blocks(_) | Family::Space(_) => {
                return None;
            }
        })
    }
}

/// A block's place in a table of 512 outcomes, cells of state 1 being alive.
pub(crate) fn place(block: &[u8; 9]) -> u16 {
    block
        .iter()
        .fold(0, |place, &cell| place << 1 | u16::from(cell == 1))
}

impl Local for LifeLike {
    fn states(&self) -> usize {
        2
    }

    fn next(&self, block: &[u8; 9]) -> u8 {
        let alive = block[4] == 1;
        let live: u32 = block.iter().map(|&cell| u32::from(cell == 1)).sum();
        u8::from(Self::next(*self, alive, live - u32::from(alive)))
    }
}

impl Local for Binary {
    fn states(&self) -> usize {
        2
    }

    fn next(&self, block: &[u8; 9]) -> u8 {
        u8::from(self.outcomes.get(place(block)))
    }
}

impl Local for Generations {
    fn states(&self) -> usize {
        self.states.into()
    }

    fn next(&self, block: &[u8; 9]) -> u8 {
        Self::next(self, block[4], place(block))
    }
}

impl Local for Marked {
    fn states(&self) -> usize {
        Self::states(self)
    }

    fn next(&self, block: &[u8; 9]) -> u8 {
        Self::next(self, block)
    }
}

impl Local for RuleFile {
    fn states(&self) -> usize {
        self.states
    }

    fn next(&self, block: &[u8; 9]) -> u8 {
        Self::next(self, block)
    }
}

impl Local for Turmite {
    fn states(&self) -> usize {
        Self::states(self)
    }

    /// A machine on the cell leaves its colour; one on a neighbour may step onto it. Of several
    /// that arrive together the one going north stays, then east, south and west.
    fn next(&self, block: &[u8; 9]) -> u8 {
        let (colour, machine) = self.read_cell(block[4]);
        let left = match machine {
            Some((direction, state)) => self.act(colour, direction, state).colour,
            None => colour,
        };
        // A machine going north stands to the south now, and so on round.
        for (way, place) in [7, 3, 1, 5].into_iter().enumerate() {
            if let (colour, Some((direction, state))) = self.read_cell(block[place]) {
                let step = self.act(colour, direction, state);
                if usize::from(step.turn) == way {
                    return self.with_machine(left, step.turn, step.state);
                }
            }
        }
        left
    }
}
