//! Life-like rules: two states, the eight neighbours counted.

use std::fmt;

/// For which numbers of live neighbours a dead cell is born and a live cell survives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LifeLike {
    /// Bit `n` is set if a dead cell with `n` live neighbours is born; bits 0 to 8.
    pub birth: u16,
    /// Bit `n` is set if a live cell with `n` live neighbours survives; bits 0 to 8.
    pub survival: u16,
}

impl LifeLike {
    /// Conway's Life.
    pub const CONWAY: Self = Self {
        birth: 1 << 3,
        survival: 1 << 2 | 1 << 3,
    };

    /// Births and survivals in one number: birth in bits 0 to 8, survival in bits 9 to 17.
    pub const fn bits(self) -> u32 {
        (self.birth as u32 & 0x1ff) | (self.survival as u32 & 0x1ff) << 9
    }

    /// Whether empty space comes alive (`B0`).
    pub const fn has_b0(self) -> bool {
        self.birth & 1 != 0
    }

    /// What a cell becomes, given the number of its live neighbours (0 to 8).
    pub const fn next(self, alive: bool, neighbours: u32) -> bool {
        let counts = if alive { self.survival } else { self.birth };
        counts >> neighbours & 1 != 0
    }

    /// The rules by which a plane whose background flips is run with its background dead: those
    /// of even and of odd generations. Without B0 both are the rule itself; with B0 and S8 the
    /// background stays alive, and both are the rule of the negative.
    pub const fn emulated(self) -> [Self; 2] {
        if !self.has_b0() {
            return [self, self];
        }
        // Bit n of a count is bit 8 - n of the count of the negative's live neighbours.
        let negative = Self {
            birth: reversed(self.survival),
            survival: reversed(self.birth),
        };
        if self.survival & 1 << 8 != 0 {
            let both = negative.inverted();
            return [both, both];
        }
        [self.inverted(), negative]
    }

    /// The rule whose every outcome is the other one.
    const fn inverted(self) -> Self {
        Self {
            birth: !self.birth & 0x1ff,
            survival: !self.survival & 0x1ff,
        }
    }
}

const fn reversed(counts: u16) -> u16 {
    counts.reverse_bits() >> 7
}

/// The counts of a set as digits.
pub(super) fn digits(f: &mut fmt::Formatter<'_>, counts: u16) -> fmt::Result {
    (0..9)
        .filter(|n| counts >> n & 1 != 0)
        .try_for_each(|n| write!(f, "{n}"))
}

impl fmt::Display for LifeLike {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("B")?;
        digits(f, self.birth)?;
        f.write_str("/S")?;
        digits(f, self.survival)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::rule::{Family, Rule};

    #[test]
    fn a_flipping_background_runs_as_a_pair_of_rules() {
        let life = |text: &str| match text.parse::<Rule>().unwrap().family {
            Family::Life(life) => life,
            other => panic!("{other:?}"),
        };
        // The examples of Golly's manual.
        let pair = life("B03/S23").emulated();
        assert_eq!(pair[0].to_string(), "B1245678/S0145678");
        assert_eq!(pair[1].to_string(), "B56/S58");
        let anti = life("B0123478/S01234678").emulated();
        assert_eq!(anti[0], LifeLike::CONWAY);
        assert_eq!(anti[0], anti[1]);
    }
}
