//! Rules of two states on a cell and its neighbours: a table of 512 outcomes, written as counts
//! (`B2/S34H`), as Hensel's letters (`B2-a/S12`) or in full (`MAP…`).
//!
//! An outcome's place in the table is the block's nine cells as bits, the north-west cell the
//! highest and the south-east cell the lowest, as in MAP strings. Hexagons are squares without
//! their north-east and south-west neighbours.

use std::fmt;

use super::reader::Reader;
use super::{RuleError, hensel};

/// The cells that count as neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Hood {
    /// All eight.
    Moore,
    /// North, east, south and west.
    VonNeumann,
    /// All but north-east and south-west: hexagons drawn as squares.
    Hexagonal,
}

impl Hood {
    /// The block's cells that are neighbours, as bits of a place in the table.
    pub const fn mask(self) -> u16 {
        match self {
            Self::Moore => 0b1_1110_1111,
            Self::VonNeumann => 0b0_1010_1010,
            Self::Hexagonal => 0b1_1010_1011,
        }
    }

    /// Number of neighbours.
    pub const fn neighbours(self) -> u32 {
        self.mask().count_ones()
    }

    /// The letter behind a rule.
    pub(super) fn suffix(self) -> &'static str {
        match self {
            Self::Moore => "",
            Self::VonNeumann => "V",
            Self::Hexagonal => "H",
        }
    }

    /// The letter behind a rule, if one stands there.
    pub(super) fn read(reader: &mut Reader) -> Self {
        if reader.take('V') {
            Self::VonNeumann
        } else if reader.take('H') {
            Self::Hexagonal
        } else {
            Self::Moore
        }
    }
}

/// The middle cell's bit.
pub(crate) const MIDDLE: u16 = 1 << 4;

/// Outcomes of all 512 blocks, one bit each.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Outcomes(pub [u64; 8]);

impl Outcomes {
    /// Outcomes that a function gives.
    pub fn of(mut outcome: impl FnMut(u16) -> bool) -> Self {
        let mut bits = [0; 8];
        for block in 0..512 {
            bits[block as usize / 64] |= u64::from(outcome(block)) << (block % 64);
        }
        Self(bits)
    }

    /// The outcome of a block.
    pub const fn get(&self, block: u16) -> bool {
        self.0[(block >> 6 & 7) as usize] >> (block & 63) & 1 != 0
    }
}

impl fmt::Debug for Outcomes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x?}", self.0)
    }
}

/// A rule of two states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Binary {
    /// The cells that matter besides the middle one.
    pub hood: Hood,
    /// What each block becomes.
    pub outcomes: Outcomes,
    /// Whether it is written as a MAP string.
    pub map: bool,
}

impl Binary {
    /// From sets of blocks, birth and survival, as they are read.
    pub(super) fn of(hood: Hood, birth: &Conditions, survival: &Conditions) -> Self {
        let outcomes = Outcomes::of(|block| {
            let set = if block & MIDDLE == 0 { birth } else { survival };
            set.holds(hood, block)
        });
        Self {
            hood,
            outcomes,
            map: false,
        }
    }

    /// Whether empty space comes alive.
    pub const fn has_b0(&self) -> bool {
        self.outcomes.get(0)
    }

    /// The tables of even and odd generations that keep the background of the plane dead.
    pub fn emulated(&self) -> [Outcomes; 2] {
        let own = self.outcomes;
        if !self.has_b0() {
            return [own, own];
        }
        let negative = Outcomes::of(|block| own.get(!block & 511));
        if own.get(511) {
            let both = Outcomes::of(|block| !own.get(!block & 511));
            return [both, both];
        }
        [Outcomes::of(|block| !own.get(block)), negative]
    }

    /// Reads what follows `MAP`.
    pub(super) fn read_map(reader: &mut Reader) -> Result<Self, RuleError> {
        let digit = |reader: &Reader, i| reader.raw_at(i).and_then(six_bits);
        let length = (0..100).take_while(|&i| digit(reader, i).is_some()).count();
        // What follows a MAP, a slash or a word, is made of base64 digits, too.
        let ends = |at: usize| {
            let rest: String = (at..length).filter_map(|i| reader.look(i)).collect();
            let states = rest.strip_prefix('/').unwrap_or("x");
            length == at
                || (length > at && matches!(rest.as_str(), "HISTORY" | "SUPER"))
                || (length > at
                    && states.len() <= 4
                    && states
                        .chars()
                        .all(|c| c.is_ascii_digit() || c == 'C' || c == 'G'))
        };
        let sizes = [
            (86, Hood::Moore),
            (22, Hood::Hexagonal),
            (6, Hood::VonNeumann),
        ];
        let Some(&(digits, hood)) = sizes.iter().find(|size| ends(size.0)) else {
            reader.at += length;
            return reader.fail(format!(
                "a MAP has 86 base64 digits (Moore), 22 (hexagonal) or 6 (von Neumann), not {length}"
            ));
        };
        let mut bits = Vec::with_capacity(6 * digits);
        for i in 0..digits {
            let value = digit(reader, i).unwrap_or(0);
            bits.extend((0..6).rev().map(|bit| value >> bit & 1 != 0));
        }
        reader.at += digits;
        while reader.take('=') {}
        let mask = hood.mask() | MIDDLE;
        let outcomes = Outcomes::of(|block| bits[gather(block, mask) as usize]);
        Ok(Self {
            hood,
            outcomes,
            map: true,
        })
    }

    fn write_map(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MAP")?;
        let mask = self.hood.mask() | MIDDLE;
        let length = 1u16 << mask.count_ones();
        for first in (0..length).step_by(6) {
            let value = (first..first + 6).fold(0, |value, at| {
                let bit = at < length && self.outcomes.get(scatter(at, mask));
                value << 1 | u8::from(bit)
            });
            let digit = match value {
                0..26 => b'A' + value,
                26..52 => b'a' + value - 26,
                52..62 => b'0' + value - 52,
                62 => b'+',
                _ => b'/',
            };
            write!(f, "{}", char::from(digit))?;
        }
        Ok(())
    }

    /// Births and survivals without letters B and S.
    pub(super) fn write_set(&self, f: &mut fmt::Formatter<'_>, middle: u16) -> fmt::Result {
        if self.hood == Hood::Moore {
            return hensel::write(f, |neighbours| {
                self.outcomes.get(block_of(neighbours) | middle)
            });
        }
        let mask = self.hood.mask();
        for count in 0..=self.hood.neighbours() {
            let block = (0..512u16).find(|b| b & !mask == 0 && b.count_ones() == count);
            if block.is_some_and(|block| self.outcomes.get(block | middle)) {
                write!(f, "{count}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Binary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.map {
            return self.write_map(f);
        }
        f.write_str("B")?;
        self.write_set(f, 0)?;
        f.write_str("/S")?;
        self.write_set(f, MIDDLE)?;
        f.write_str(self.hood.suffix())
    }
}

fn six_bits(c: char) -> Option<u8> {
    Some(match c {
        'A'..='Z' => c as u8 - b'A',
        'a'..='z' => c as u8 - b'a' + 26,
        '0'..='9' => c as u8 - b'0' + 52,
        '+' => 62,
        '/' => 63,
        _ => return None,
    })
}

/// The bits of a block that a mask names, pushed together.
fn gather(block: u16, mask: u16) -> u16 {
    (0..9)
        .rev()
        .filter(|bit| mask >> bit & 1 != 0)
        .fold(0, |all, bit| all << 1 | (block >> bit & 1))
}

/// The block whose masked bits are those of `index`, the others 0.
fn scatter(index: u16, mask: u16) -> u16 {
    let places = (0..9).filter(|bit| mask >> bit & 1 != 0);
    places
        .enumerate()
        .fold(0, |block, (i, bit)| block | (index >> i & 1) << bit)
}

/// A block's neighbours as bits clockwise from the north, as Hensel's letters take them.
pub(super) fn around(block: u16) -> u8 {
    const PLACES: [u16; 8] = [7, 6, 3, 0, 1, 2, 5, 8];
    PLACES
        .iter()
        .enumerate()
        .fold(0, |all, (i, &bit)| all | ((block >> bit & 1) as u8) << i)
}

/// The block with these neighbours and a dead middle.
fn block_of(neighbours: u8) -> u16 {
    const PLACES: [u16; 8] = [7, 6, 3, 0, 1, 2, 5, 8];
    PLACES.iter().enumerate().fold(0, |all, (i, &bit)| {
        all | u16::from(neighbours >> i & 1) << bit
    })
}

/// Conditions for birth or for survival, as they are read: for each count its letters.
#[derive(Clone, Debug, Default)]
pub(super) struct Conditions {
    /// For each count: whether it is named at all, its letters, whether they are exceptions,
    /// and where the digit stands.
    counts: [Option<(String, bool, usize)>; 9],
}

impl Conditions {
    /// Reads counts with letters until something else stands there.
    pub(super) fn read(reader: &mut Reader) -> Result<Self, RuleError> {
        let mut all = Self::default();
        let mut last: Option<usize> = None;
        while let Some(c) = reader.raw() {
            match c {
                '0'..='8' => {
                    let count = c as usize - '0' as usize;
                    if all.counts[count].is_none() {
                        all.counts[count] = Some((String::new(), false, reader.at));
                    }
                    last = Some(count);
                }
                '9' => {
                    return reader.fail("a cell has 8 neighbours, so counts go from 0 to 8, not 9");
                }
                '-' => match last.and_then(|count| all.counts[count].as_mut()) {
                    Some((letters, exceptions, _)) if letters.is_empty() && !*exceptions => {
                        *exceptions = true;
                    }
                    _ => return reader.fail("a minus stands between a count and its letters"),
                },
                'a' | 'c' | 'e' | 'i' | 'j' | 'k' | 'n' | 'q' | 'r' | 't' | 'w' | 'y' | 'z' => {
                    let Some(count) = last else {
                        return reader.fail(format!("{c:?} stands behind a count, such as 2{c}"));
                    };
                    if !hensel::letters(count as u32).any(|letter| letter == c) || count % 8 == 0 {
                        return reader.fail(format!(
                            "no neighbourhood of {count} is called {c:?}; {count} has {}",
                            match count % 8 {
                                0 => "no letters".to_owned(),
                                _ => hensel::letters(count as u32).collect(),
                            }
                        ));
                    }
                    if let Some((letters, ..)) = all.counts[count].as_mut() {
                        letters.push(c);
                    }
                }
                _ => break,
            }
            reader.at += 1;
        }
        Ok(all)
    }

    /// What doesn't suit a neighbourhood: letters, or counts that are too high.
    pub(super) fn check(&self, hood: Hood, reader: &Reader) -> Result<(), RuleError> {
        if hood == Hood::Moore {
            return Ok(());
        }
        for (count, named) in self.counts.iter().enumerate() {
            let Some((letters, _, at)) = named else {
                continue;
            };
            if !letters.is_empty() {
                return reader.fail_at(
                    at + 1,
                    format!(
                        "letters name neighbourhoods of eight; the neighbourhood {} has counts only",
                        hood.suffix()
                    ),
                );
            }
            if count as u32 > hood.neighbours() {
                return reader.fail_at(
                    *at,
                    format!(
                        "the neighbourhood {} has {} cells, so counts go from 0 to {}, not {count}",
                        hood.suffix(),
                        hood.neighbours(),
                        hood.neighbours()
                    ),
                );
            }
        }
        Ok(())
    }

    fn holds(&self, hood: Hood, block: u16) -> bool {
        let count = (block & hood.mask()).count_ones() as usize;
        match &self.counts[count] {
            None => false,
            Some((letters, ..)) if letters.is_empty() => true,
            Some((letters, exceptions, _)) => {
                let letter = hensel::letter(around(block));
                letter.is_some_and(|letter| letters.contains(letter)) != *exceptions
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::rule::Rule;

    fn canonical(text: &str) -> String {
        text.parse::<Rule>().unwrap().to_string()
    }

    #[test]
    fn rules_are_written_as_golly_writes_them() {
        for (text, expected) in [
            ("B2nic/S", "B2cin/S"),
            ("B2ceikn/S", "B2-a/S"),
            ("B4-qjrtwz/S", "B4aceikny/S"),
            ("B2aceikn3/S", "B23/S"),
            ("B2-3/S", "B23/S"),
            ("B2-aceikn3/S", "B3/S"),
            ("b3/s2a34", "B3/S2a34"),
            ("B2-a/S12", "B2-a/S12"),
            ("B3-cnqy4cit/S1c23-a4q5a:T9", "B3-cnqy4cit/S1c23-a4q5a:T9"),
            ("B13/S012V", "B13/S012V"),
            ("b245/s3h", "B245/S3H"),
            ("S3/B245H", "B245/S3H"),
            ("3/245H", "B245/S3H"),
        ] {
            assert_eq!(canonical(text), expected, "{text}");
        }
        let map = "MAPARYXfhZofugWaH7oaIDogBZofuhogOiAaIDogIAAgAAWaH7oaIDogGiA6ICAAIAAaIDogIAAgACAAIAAAAAAAA";
        assert_eq!(canonical(map), map);
        assert_eq!(canonical(&format!("{map}==")), map);
    }

    #[test]
    fn the_map_of_conways_life_is_conways_life() {
        let map: Rule = "MAPARYXfhZofugWaH7oaIDogBZofuhogOiAaIDogIAAgAAWaH7oaIDogGiA6ICAAIAAaIDogIAAgACAAIAAAAAAAA"
            .parse()
            .unwrap();
        let map = map.local().unwrap();
        let life = crate::LIFE.local().unwrap();
        for block in 0..512u16 {
            let cells = std::array::from_fn(|i| (block >> (8 - i) & 1) as u8);
            assert_eq!(map.next(&cells), life.next(&cells));
        }
    }

    #[test]
    fn an_error_points_at_the_letter() {
        for (text, column) in [
            ("B1a/S", 3),
            ("B5z/S", 3),
            ("B0c/S", 3),
            ("Ba3/S", 2),
            ("B3--a/S", 4),
            ("B3/S5V", 5),
            ("B3a/S2H", 3),
            ("B7/S2H", 2),
            ("MAPxyz", 7),
            ("MAP????", 4),
            ("MAPAAAAAA/1", 11),
        ] {
            assert_eq!(text.parse::<Rule>().unwrap_err().column, column, "{text}");
        }
    }
}
