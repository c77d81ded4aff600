//! Larger than Life: counts of live cells in a neighbourhood of any reach up to 500.
//!
//! Three notations are read: MCell's `R5,C0,M1,S34..58,B34..45,NM`, Kellie Evans' five numbers
//! `5,34,45,34,58` (reach, births from and to, survivals from and to, the middle counted), and
//! `R2,C2,S2-3,5,B3,NN` with lists of counts (higher-range outer-totalistic, HROT).

use std::fmt;

use super::RuleError;
use super::counts::{Counts, MOST};
use super::reach::Shape;
use super::reader::Reader;

/// A Larger than Life rule.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Larger {
    /// Cells that the neighbourhood reaches from the middle, 1 to 500.
    pub reach: u16,
    /// Number of states as written; 0 and 1 mean 2. State 2 and higher are dying.
    pub colours: u16,
    /// Whether the middle cell counts itself.
    pub middle: bool,
    /// Counts with which a live cell survives.
    pub survival: Counts,
    /// Counts with which a dead cell is born.
    pub birth: Counts,
    /// The neighbourhood.
    pub shape: Shape,
    /// Whether it is written in MCell's notation.
    pub ranges: bool,
}

impl Larger {
    /// Number of states.
    pub fn states(&self) -> usize {
        usize::from(self.colours).max(2)
    }

    /// The most that a dead cell can count.
    pub fn most(&self) -> u32 {
        let terms = self.shape.terms(self.reach.into(), self.middle);
        let positive = terms.iter().filter(|term| term.weight > 0);
        let sum: i64 = positive
            .map(|t| i64::from(t.to - t.from + 1) * i64::from(t.weight))
            .sum();
        let states = self.shape.state_weights().unwrap_or_default();
        (sum * i64::from(states.iter().copied().max().unwrap_or(1))) as u32
    }

    /// What a cell becomes that counts so many.
    pub fn next(&self, state: u8, count: i64) -> u8 {
        match state {
            0 => u8::from(self.birth.has(count)),
            1 if self.survival.has(count) => 1,
            _ if usize::from(state) + 1 < self.states() => state + 1,
            _ => 0,
        }
    }

    /// The rules of even and odd generations that keep the background of the plane dead; nothing
    /// where that is not possible.
    pub fn emulated(&self) -> Option<[Self; 2]> {
        if !self.birth.has(0) {
            return Some([self.clone(), self.clone()]);
        }
        let weighted = matches!(self.shape, Shape::Weighted(..) | Shape::Gaussian);
        if self.states() > 2 || weighted || self.middle {
            return None;
        }
        let most = self.most();
        let inverted = Self {
            birth: self.birth.without(most),
            survival: self.survival.without(most),
            ..self.clone()
        };
        let negative = Self {
            birth: self.survival.mirrored(most),
            survival: self.birth.mirrored(most),
            ..self.clone()
        };
        if self.survival.has(most.into()) {
            let both = Self {
                birth: negative.birth.without(most),
                survival: negative.survival.without(most),
                ..self.clone()
            };
            return Some([both.clone(), both]);
        }
        Some([inverted, negative])
    }

    /// Reads a rule that starts with `R`.
    pub(super) fn read(reader: &mut Reader) -> Result<Self, RuleError> {
        reader.at += 1;
        let at = reader.at;
        let reach = reader.number(500, "the reach")? as u16;
        if reach == 0 {
            return reader.fail_at(at, "the reach is 1 to 500");
        }
        let comma = |reader: &mut Reader, letter: char, example: &str| {
            if reader.take(',') && reader.take(letter) {
                Ok(())
            } else {
                reader.unexpected(&format!("{letter} follows, such as ,{example}"))
            }
        };
        comma(reader, 'C', "C2")?;
        let colours = reader.number(256, "the number of states")? as u16;
        let mut middle = None;
        if reader.look(1) == Some('M') && reader.take(',') {
            reader.at += 1;
            let at = reader.at;
            middle = match reader.number(u64::MAX, "0 or 1")? {
                0 => Some(false),
                1 => Some(true),
                _ => return reader.fail_at(at, "M0 leaves the middle out, M1 counts it"),
            };
        }
        comma(reader, 'S', "S34..58")?;
        let (survival_at, survival) = (reader.at, Counts::read(reader)?);
        comma(reader, 'B', "B34..45")?;
        let (birth_at, birth) = (reader.at, Counts::read(reader)?);
        let states = u32::from(colours).max(2);
        let mut shape = Shape::Moore;
        if reader.take(',') {
            if !reader.take('N') {
                return reader.unexpected("a neighbourhood follows, such as ,NM");
            }
            shape = Shape::read(reader, reach.into(), states)?;
        }
        let single = |counts: &Counts| counts.0.len() == 1;
        let larger = Self {
            reach,
            colours,
            middle: middle.unwrap_or(false),
            ranges: middle.is_some() && single(&survival) && single(&birth),
            survival,
            birth,
            shape,
        };
        larger.check(reader, survival_at, birth_at)?;
        Ok(larger)
    }

    /// Reads `5,34,45,34,58`.
    pub(super) fn read_evans(reader: &mut Reader) -> Result<Self, RuleError> {
        let mut numbers = [0; 5];
        let mut places = [0; 5];
        for (i, number) in numbers.iter_mut().enumerate() {
            if i > 0 && !reader.take(',') {
                return reader.unexpected("five numbers are needed, such as 5,34,45,34,58");
            }
            places[i] = reader.at;
            let most = if i == 0 { 500 } else { MOST };
            *number = reader.number(most, "a number of this rule")? as u32;
        }
        let [reach, birth, birth_to, survival, survival_to] = numbers;
        if reach == 0 {
            return reader.fail_at(places[0], "the reach is 1 to 500");
        }
        if birth > birth_to || survival > survival_to {
            let at = places[if birth > birth_to { 1 } else { 3 }];
            return reader.fail_at(at, "a range goes from its lower count to its higher one");
        }
        let larger = Self {
            reach: reach as u16,
            colours: 0,
            middle: true,
            survival: Counts::range(survival, survival_to),
            birth: Counts::range(birth, birth_to),
            shape: Shape::Moore,
            ranges: true,
        };
        larger.check(reader, places[3], places[1])?;
        Ok(larger)
    }

    fn check(&self, reader: &Reader, survival: usize, birth: usize) -> Result<(), RuleError> {
        let most = self.most();
        for (counts, at) in [(&self.survival, survival), (&self.birth, birth)] {
            if counts.highest().is_some_and(|highest| highest > most) {
                return reader.fail_at(
                    at,
                    format!("this neighbourhood counts up to {most}, not further"),
                );
            }
        }
        Ok(())
    }
}

impl fmt::Display for Larger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "R{},C{}", self.reach, self.colours)?;
        if let ([s], [b], true) = (&*self.survival.0, &*self.birth.0, self.ranges) {
            let middle = u8::from(self.middle);
            return write!(
                f,
                ",M{middle},S{}..{},B{}..{},N{}",
                s.0, s.1, b.0, b.1, self.shape
            );
        }
        if self.middle {
            f.write_str(",M1")?;
        }
        write!(f, ",S{},B{}", self.survival, self.birth)?;
        if self.shape != Shape::Moore {
            write!(f, ",N{}", self.shape)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::rule::Rule;

    #[test]
    fn three_notations_are_read() {
        let canonical = |text: &str| text.parse::<Rule>().unwrap().to_string();
        for (text, expected) in [
            ("r5,c0,m1,s34..58,b34..45,nm", "R5,C0,M1,S34..58,B34..45,NM"),
            ("5,34,45,34,58", "R5,C0,M1,S34..58,B34..45,NM"),
            ("1,3,3,3,4:P300,200", "R1,C0,M1,S3..4,B3..3,NM:P300,200"),
            ("R2,C2,S2-3,5,B3", "R2,C2,S2,3,5,B3"),
            (
                "R2,C4,S5-9,B6,7,NW1000102320030300232010001",
                "R2,C4,S5-9,B6,7,NW1000102320030300232010001",
            ),
            ("R2,C3,S2,B3,N@891891L", "R2,C3,S2,B3,N@891891L"),
            (
                "R1,C3,S2,B3,NW123401323,012H",
                "R1,C3,S2,B3,NW123401323,012H",
            ),
            ("R3,C2,S2,B3,N3:T60", "R3,C2,S2,B3,N3:T60"),
            ("R2,C2,S,B3,N+", "R2,C2,S,B3,N+"),
        ] {
            assert_eq!(canonical(text), expected, "{text}");
        }
    }

    #[test]
    fn an_error_points_at_the_letter() {
        let column = |text: &str| text.parse::<Rule>().unwrap_err().column;
        for (text, at) in [
            ("R0,C0,M1,S3..4,B3..3,NM", 2),
            ("R501,C0,M1,S3..4,B3..3,NM", 2),
            ("R5,C257,M1,S3..4,B3..3,NM", 5),
            ("R5,C0,M2,S3..4,B3..3,NM", 8),
            ("R5,C0,M1,S4..3,B3..3,NM", 11),
            ("R5,C0,M1,S3..400,B3..3,NM", 11),
            ("R5,C0,M1,S3..4,B3..3,NQ", 23),
            ("R5,C0,M1,S3..4,X", 16),
            ("R2,C2,S2,B3,N@89189", 15),
            ("R1,C2,S2,B3,NW12340132", 15),
            ("5,34,45,34", 11),
            ("5,46,45,34,58", 3),
        ] {
            assert_eq!(column(text), at, "{text}");
        }
    }
}
