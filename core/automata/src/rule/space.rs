//! Life in three dimensions: cells with 26 neighbours, or with the 6 that share a face.
//!
//! `3D:B5/S4,5` lists births and survivals; counts stand as single digits (`S567`) or, when one
//! has two digits, behind commas and as ranges (`S9,10`, `B13-26`). A `V` behind it counts faces
//! only, `/C4` adds dying states. Bays' four numbers (C. Bays, Complex Systems 1, 1987) are read
//! as well: `3D4555` is survival from 4 to 5 and birth from 5 to 5.

use std::fmt;

use super::RuleError;
use super::counts::Counts;
use super::generations::Generations;
use super::reader::Reader;

/// A rule of cells in space.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Space {
    /// Bit `n` is set if a dead cell with `n` live neighbours is born.
    pub birth: u32,
    /// Bit `n` is set if a live cell with `n` live neighbours survives.
    pub survival: u32,
    /// Whether only the six neighbours count that share a face.
    pub faces: bool,
    /// Number of states, 2 to 256; from 2 on they are dying.
    pub states: u16,
}

impl Space {
    /// Number of neighbours.
    pub fn neighbours(self) -> u32 {
        if self.faces { 6 } else { 26 }
    }

    /// What a cell becomes with so many live neighbours.
    pub fn next(self, state: u8, live: u32) -> u8 {
        match state {
            0 => (self.birth >> live & 1) as u8,
            1 if self.survival >> live & 1 != 0 => 1,
            _ if u16::from(state) + 1 < self.states => state + 1,
            _ => 0,
        }
    }

    /// Reads what follows `3D`.
    pub(super) fn read(reader: &mut Reader) -> Result<Self, RuleError> {
        let digit = |reader: &Reader, i| reader.look(i).and_then(|c| c.to_digit(10));
        let bays: Vec<u32> = (0..4).map_while(|i| digit(reader, i)).collect();
        if let [low, high, from, to] = bays[..] {
            if low > high || from > to {
                return reader.fail("Bays' four numbers go from low to high twice, such as 4555");
            }
            reader.at += 4;
            return Ok(Self {
                birth: range(from, to),
                survival: range(low, high),
                faces: false,
                states: 2,
            });
        }
        if !reader.take(':') || !reader.take('B') {
            return reader.unexpected("a rule in space is 3D:B5/S4,5 or 3D4555");
        }
        let birth_at = reader.at;
        let birth = read(reader)?;
        if !reader.take('/') || !reader.take('S') {
            return reader.unexpected("survivals follow, such as /S4,5");
        }
        let survival_at = reader.at;
        let survival = read(reader)?;
        let mut states = 2;
        if reader.take('/') {
            states = Generations::read_states(reader)?;
        }
        let faces = reader.take('V');
        let rule = Self {
            birth,
            survival,
            faces,
            states,
        };
        for (counts, at) in [(birth, birth_at), (survival, survival_at)] {
            if counts >> rule.neighbours() > 1 {
                return reader.fail_at(
                    at,
                    format!("a cell here has {} neighbours, no more", rule.neighbours()),
                );
            }
        }
        Ok(rule)
    }
}

fn range(low: u32, high: u32) -> u32 {
    (low..=high).fold(0, |bits, n| bits | 1 << n)
}

/// Counts as single digits, or with commas and ranges.
fn read(reader: &mut Reader) -> Result<u32, RuleError> {
    let ahead = (0..).map_while(|i| {
        reader
            .look(i)
            .filter(|c| c.is_ascii_digit() || matches!(c, ',' | '-' | '.'))
    });
    let mut bits = 0;
    if ahead.into_iter().all(|c| c.is_ascii_digit()) {
        while let Some(count) = reader.peek().and_then(|c| c.to_digit(10)) {
            bits |= 1 << count;
            reader.at += 1;
        }
        return Ok(bits);
    }
    let at = reader.at;
    for (low, high) in Counts::read(reader)?.0 {
        if high > 26 {
            return reader.fail_at(at, "a cell has at most 26 neighbours");
        }
        bits |= range(low, high);
    }
    Ok(bits)
}

fn write(f: &mut fmt::Formatter<'_>, bits: u32) -> fmt::Result {
    let list = || (0..27u32).filter(|n| bits >> n & 1 != 0);
    if bits < 1 << 10 {
        return list().try_for_each(|n| write!(f, "{n}"));
    }
    if bits.is_power_of_two() {
        let only = bits.trailing_zeros();
        return write!(f, "{only}-{only}");
    }
    for (i, n) in list().enumerate() {
        let comma = if i > 0 { "," } else { "" };
        write!(f, "{comma}{n}")?;
    }
    Ok(())
}

impl fmt::Display for Space {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("3D:B")?;
        write(f, self.birth)?;
        f.write_str("/S")?;
        write(f, self.survival)?;
        if self.states > 2 {
            write!(f, "/C{}", self.states)?;
        }
        f.write_str(if self.faces { "V" } else { "" })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::rule::Rule;

    #[test]
    fn both_notations_are_read() {
        let canonical = |text: &str| text.parse::<Rule>().unwrap().to_string();
        for (text, expected) in [
            ("3D4555:T30", "3D:B5/S45:T30"),
            ("3d:b5/s4,5:T30", "3D:B5/S45:T30"),
            ("3D:B6/S567:P30,20,10", "3D:B6/S567:P30,20,10"),
            (
                "3D:B13-26/S12,13:T8",
                "3D:B13,14,15,16,17,18,19,20,21,22,23,24,25,26/S12,13:T8",
            ),
            ("3D:B10-10/S/C4:T8", "3D:B10-10/S/C4:T8"),
            ("3D:B1/S0123456V:T8", "3D:B1/S0123456V:T8"),
        ] {
            assert_eq!(canonical(text), expected, "{text}");
        }
        let column = |text: &str| text.parse::<Rule>().unwrap_err().column;
        assert_eq!(column("3D5455:T9"), 3);
        assert_eq!(column("3D:B27,28/S:T9"), 5);
        assert_eq!(column("3D:B7/SV:T9"), 5);
        assert_eq!(column("3D:B6/S567"), 11);
        assert_eq!(column("3D:B6/S567:K9"), 12);
    }
}
