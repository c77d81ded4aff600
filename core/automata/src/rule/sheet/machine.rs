//! A turmite's table: for each of its states and each colour under it what it leaves, how it
//! turns and what state it goes on in.

use std::sync::Arc;

use crate::rule::turmite::Move;
use crate::rule::{Family, Rule, Turmite};

/// The table of a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Machine {
    rule: Rule,
    turmite: Arc<Turmite>,
}

impl Machine {
    /// The table of a rule; nothing where it is no turmite.
    pub fn of(rule: &Rule) -> Option<Self> {
        match &rule.family {
            Family::Turmite(turmite) => Some(Self {
                rule: rule.clone(),
                turmite: Arc::clone(turmite),
            }),
            _ => None,
        }
    }

    /// Number of the machine's own states.
    pub fn states(&self) -> u8 {
        self.turmite.own_states() as u8
    }

    /// Number of colours.
    pub fn colours(&self) -> u8 {
        self.turmite.colours
    }

    /// What the machine does in a state on a colour.
    pub fn at(&self, state: u8, colour: u8) -> Option<Move> {
        if colour >= self.colours() {
            return None;
        }
        let at = usize::from(state) * usize::from(self.colours()) + usize::from(colour);
        self.turmite.moves.get(at).copied()
    }

    /// The rule with another move there; nothing where the table has no such place, colour, turn
    /// or state.
    pub fn with(&self, state: u8, colour: u8, step: Move) -> Option<Rule> {
        self.at(state, colour)?;
        if step.colour >= self.colours() || step.state >= self.states() || step.turn > 3 {
            return None;
        }
        let mut turmite = (*self.turmite).clone();
        let at = usize::from(state) * usize::from(self.colours()) + usize::from(colour);
        *turmite.moves.get_mut(at)? = step;
        // A word says turns alone: the next colour and the only state go without saying.
        let colours = turmite.colours;
        let plain = |(colour, step): (u8, &Move)| {
            u16::from(step.colour) == (u16::from(colour) + 1) % u16::from(colours)
        };
        turmite.word = self.states() == 1
            && (2..=51).contains(&colours)
            && (0..).zip(&turmite.moves).all(plain);
        let rule = Rule {
            family: Family::Turmite(Arc::new(turmite)),
            topology: self.rule.topology,
        };
        rule.to_string().parse().ok()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn machine(rule: &str) -> Machine {
        Machine::of(&rule.parse().unwrap()).unwrap()
    }

    #[test]
    fn every_change_of_a_machine_is_the_rule_that_its_notation_gives_back() {
        for text in ["RL:T40", "LLRR", "{{{1,8,1},{1,8,1}},{{1,2,1},{0,1,0}}}"] {
            let table = machine(text);
            for state in 0..table.states() {
                for colour in 0..table.colours() {
                    let before = table.at(state, colour).unwrap();
                    for (left, turn, next) in (0..table.colours()).flat_map(|c| {
                        let states = table.states();
                        (0..4).flat_map(move |t| (0..states).map(move |s| (c, t, s)))
                    }) {
                        let step = Move {
                            colour: left,
                            turn,
                            state: next,
                        };
                        let rule = table.with(state, colour, step).unwrap();
                        assert_eq!(rule.topology, table.rule.topology);
                        let changed = Machine::of(&rule).unwrap();
                        assert_eq!(changed.at(state, colour), Some(step), "{rule}");
                        // Back again it is the first rule.
                        assert_eq!(
                            changed.with(state, colour, before),
                            Some(table.rule.clone())
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn what_a_table_does_not_have_is_refused() {
        let ant = machine("RL");
        let step = ant.at(0, 0).unwrap();
        assert_eq!(ant.with(1, 0, step), None);
        assert_eq!(ant.with(0, 2, step), None);
        assert_eq!(ant.with(0, 0, Move { colour: 2, ..step }), None);
        assert_eq!(ant.with(0, 0, Move { turn: 4, ..step }), None);
        assert_eq!(ant.with(0, 0, Move { state: 1, ..step }), None);
        // An ant that leaves its colour as it is has no word.
        let still = ant.with(0, 0, Move { colour: 0, ..step }).unwrap();
        assert_eq!(still.to_string(), "{{{0,2,0},{0,8,0}}}");
        assert!(Machine::of(&"B3/S23".parse().unwrap()).is_none());
    }
}
