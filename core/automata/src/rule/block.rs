//! Block rules on Margolus' neighbourhood: squares of four cells change together, and the
//! squares of odd generations are shifted by one cell both ways.
//!
//! `M0,8,4,3,2,5,9,7,1,6,10,11,12,13,14,15` lists what each square becomes, its north-west,
//! north-east, south-west and south-east cells being worth 1, 2, 4 and 8. MCell's
//! `MS,D0;8;4;…` is read as well. (T. Toffoli & N. Margolus, Cellular Automata Machines, 1987.)

use std::fmt;

use super::RuleError;
use super::reader::Reader;

/// What each of the 16 squares becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Blocks(pub [u8; 16]);

impl Blocks {
    /// Reads what follows `M`.
    pub(super) fn read(reader: &mut Reader) -> Result<Self, RuleError> {
        let mcell = reader.take_word("S,D");
        let separator = if mcell { ';' } else { ',' };
        let mut list = [0; 16];
        for (i, place) in list.iter_mut().enumerate() {
            if i > 0 && !reader.take(separator) {
                return reader.unexpected("a block rule lists 16 numbers from 0 to 15");
            }
            *place = reader.number(15, "what a square becomes, 0 to 15,")? as u8;
        }
        Ok(Self(list))
    }

    /// Whether each outcome has one origin, so that time can be turned round.
    pub fn is_reversible(&self) -> bool {
        self.0.iter().fold(0u16, |seen, &to| seen | 1 << to) == u16::MAX
    }
}

impl fmt::Display for Blocks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("M")?;
        for (i, to) in self.0.iter().enumerate() {
            let comma = if i > 0 { "," } else { "" };
            write!(f, "{comma}{to}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::rule::{Family, Rule};

    #[test]
    fn billiard_balls_are_reversible() {
        let balls = "M0,8,4,3,2,5,9,7,1,6,10,11,12,13,14,15";
        let rule: Rule = "MS,D0;8;4;3;2;5;9;7;1;6;10;11;12;13;14;15".parse().unwrap();
        assert_eq!(rule.to_string(), balls);
        let Family::Blocks(blocks) = rule.family else {
            panic!("no blocks");
        };
        assert!(blocks.is_reversible());
        let column = |text: &str| text.parse::<Rule>().unwrap_err().column;
        assert_eq!(column("M0,16"), 4);
        assert_eq!(column("M0,8"), 5);
        assert_eq!(column("M0,8;4"), 5);
    }
}
