//! Generations: live cells that don't survive grow old through further states, in which they
//! neither count as neighbours nor give room to a birth.
//!
//! Written survival first as in MCell and Golly, `345/2/4` for Star Wars, or as `B2/S345/C4`;
//! letters, `V` and `H` and MAP strings work as in rules of two states.

use std::fmt;

use super::RuleError;
use super::binary::{Binary, MIDDLE};
use super::reader::Reader;

/// A rule of 3 to 256 states: 0 dead, 1 alive, from 2 on dying.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Generations {
    /// Who is born and who survives, by the live cells around.
    pub base: Binary,
    /// Number of states, 3 to 256.
    pub states: u16,
}

impl Generations {
    /// The number of states behind the last slash; 2 makes a rule of two states, which is no
    /// Generations rule.
    pub(super) fn read_states(reader: &mut Reader) -> Result<u16, RuleError> {
        let _ = reader.take('C') || reader.take('G');
        let at = reader.at;
        let states = reader.number(256, "the number of states")?;
        if states < 2 {
            return reader.fail_at(at, "a rule has 2 to 256 states");
        }
        Ok(states as u16)
    }

    /// What a cell becomes, given the place of the live cells of its block in the table.
    pub fn next(&self, state: u8, block: u16) -> u8 {
        match state {
            0 => u8::from(self.base.outcomes.get(block & !MIDDLE)),
            1 if self.base.outcomes.get(block | MIDDLE) => 1,
            _ if u16::from(state) + 1 < self.states => state + 1,
            _ => 0,
        }
    }
}

impl fmt::Display for Generations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.base.map {
            return write!(f, "{}/{}", self.base, self.states);
        }
        self.base.write_set(f, MIDDLE)?;
        f.write_str("/")?;
        self.base.write_set(f, 0)?;
        write!(f, "/{}{}", self.states, self.base.hood.suffix())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::rule::Rule;

    #[test]
    fn both_notations_say_the_same() {
        let canonical = |text: &str| text.parse::<Rule>().unwrap().to_string();
        for (text, expected) in [
            ("345/2/4", "345/2/4"),
            ("B2/S345/C4", "345/2/4"),
            ("b2/s345/4", "345/2/4"),
            ("B2/S345/G4:T9", "345/2/4:T9"),
            ("/2/3", "/2/3"),
            ("B2/S/3", "/2/3"),
            ("2-a/13c/21", "2-a/13c/21"),
            ("B13/S02/5V", "02/13/5V"),
            ("23/3/2", "B3/S23"),
        ] {
            assert_eq!(canonical(text), expected, "{text}");
        }
        let column = |text: &str| text.parse::<Rule>().unwrap_err().column;
        assert_eq!(column("345/2/1"), 7);
        assert_eq!(column("345/2/257"), 7);
        assert_eq!(column("345/2/"), 7);
        assert_eq!(column("345/2x/4"), 6);
    }
}
