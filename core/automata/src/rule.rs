//! Outer-totalistic rules of two states in the Moore neighbourhood, and the grid they run on.
//!
//! A rule says for which numbers of live neighbours a dead cell is born (`B`) and a live cell
//! survives (`S`): Conway's Life is `B3/S23`. The older form `23/3` (survival first) is read as
//! well. A suffix gives the grid, in Golly's notation: `:T64,32` a torus 64 cells wide and 32
//! high, `:P64,32` a bounded plane surrounded by dead cells, one number for a square, no suffix
//! for the unbounded plane.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// The longest side of a torus or bounded plane, in cells.
pub const MAX_SIDE: u32 = 1 << 28;

/// The grid that a rule runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Topology {
    /// The unbounded plane.
    #[default]
    Plane,
    /// A torus: left meets right, top meets bottom. Sides in cells.
    Torus {
        /// Cells from west to east.
        width: u32,
        /// Cells from north to south.
        height: u32,
    },
    /// A rectangle whose outside is dead for ever. Sides in cells.
    Bounded {
        /// Cells from west to east.
        width: u32,
        /// Cells from north to south.
        height: u32,
    },
}

impl Topology {
    /// Width and height in cells; nothing for the unbounded plane.
    pub fn size(self) -> Option<(u32, u32)> {
        match self {
            Self::Plane => None,
            Self::Torus { width, height } | Self::Bounded { width, height } => {
                Some((width, height))
            }
        }
    }

    /// Whether opposite edges meet.
    pub fn wraps(self) -> bool {
        matches!(self, Self::Torus { .. })
    }
}

/// A two-state outer-totalistic Moore rule with its grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rule {
    /// Bit `n` is set if a dead cell with `n` live neighbours is born; bits 0 to 8.
    pub birth: u16,
    /// Bit `n` is set if a live cell with `n` live neighbours survives; bits 0 to 8.
    pub survival: u16,
    /// The grid.
    pub topology: Topology,
}

/// Conway's Life on the unbounded plane.
pub const LIFE: Rule = Rule {
    birth: 1 << 3,
    survival: 1 << 2 | 1 << 3,
    topology: Topology::Plane,
};

/// Why a rule could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("rule {rule:?}, column {column}: {problem}")]
pub struct RuleError {
    /// The text as given.
    pub rule: String,
    /// The offending character, counted from 1.
    pub column: usize,
    /// What is wrong and what to write instead.
    pub problem: String,
}

impl Rule {
    /// The same births and survivals on another grid.
    pub fn on(self, topology: Topology) -> Self {
        Self { topology, ..self }
    }

    /// Births and survivals in one number: birth in bits 0 to 8, survival in bits 9 to 17.
    pub const fn bits(self) -> u32 {
        (self.birth as u32 & 0x1ff) | (self.survival as u32 & 0x1ff) << 9
    }

    /// Whether births and survivals are those of Conway's Life.
    pub fn is_life(self) -> bool {
        self.bits() == LIFE.bits()
    }

    /// Whether empty space comes alive (`B0`).
    pub fn has_b0(self) -> bool {
        self.birth & 1 != 0
    }

    /// What a cell becomes, given the number of its live neighbours (0 to 8).
    pub fn next(self, alive: bool, neighbours: u32) -> bool {
        let counts = if alive { self.survival } else { self.birth };
        counts >> neighbours & 1 != 0
    }

    /// Births and survivals without the grid, as `B3/S23`.
    pub fn name(self) -> String {
        self.on(Topology::Plane).to_string()
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = |f: &mut fmt::Formatter<'_>, counts: u16| {
            (0..9)
                .filter(|n| counts >> n & 1 != 0)
                .try_for_each(|n| write!(f, "{n}"))
        };
        f.write_str("B")?;
        digits(f, self.birth)?;
        f.write_str("/S")?;
        digits(f, self.survival)?;
        let (letter, width, height) = match self.topology {
            Topology::Plane => return Ok(()),
            Topology::Torus { width, height } => ('T', width, height),
            Topology::Bounded { width, height } => ('P', width, height),
        };
        if width == height {
            write!(f, ":{letter}{width}")
        } else {
            write!(f, ":{letter}{width},{height}")
        }
    }
}

impl FromStr for Rule {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        Reader::new(text).rule()
    }
}

/// Reads one rule from left to right; `at` indexes `chars`, so that columns count characters.
struct Reader<'a> {
    text: &'a str,
    chars: Vec<char>,
    at: usize,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            chars: text.chars().collect(),
            at: 0,
        }
    }

    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).map(char::to_ascii_uppercase)
    }

    fn spaces(&mut self) {
        while self.chars.get(self.at).is_some_and(|c| c.is_whitespace()) {
            self.at += 1;
        }
    }

    fn fail<T>(&self, problem: impl Into<String>) -> Result<T, RuleError> {
        Err(RuleError {
            rule: self.text.to_owned(),
            column: self.at + 1,
            problem: problem.into(),
        })
    }

    fn rule(mut self) -> Result<Rule, RuleError> {
        self.spaces();
        let (birth, survival) = match self.peek() {
            Some('B' | 'S') => self.lettered()?,
            Some('0'..='9' | '/') => self.survival_first()?,
            None => return self.fail("the rule is empty; write one such as B3/S23"),
            Some(c) => {
                return self.fail(format!(
                    "{c:?} cannot start a rule; write births and survivals, such as B3/S23"
                ));
            }
        };
        self.spaces();
        let topology = match self.peek() {
            None => Topology::Plane,
            Some(':') => {
                self.at += 1;
                self.topology()?
            }
            Some(c @ ('V' | 'H')) => {
                return self.fail(format!(
                    "neighbourhood {c} is not supported; only the Moore neighbourhood is, with no letter"
                ));
            }
            Some('/') => {
                return self.fail(
                    "rules with a third part (Generations) are not supported; use two states, such as B3/S23",
                );
            }
            Some(c) => {
                return self.fail(format!(
                    "{c:?} is not expected here; a grid such as :T512 may follow"
                ));
            }
        };
        self.spaces();
        if let Some(c) = self.peek() {
            return self.fail(format!("{c:?} is not expected after the rule"));
        }
        Ok(Rule {
            birth,
            survival,
            topology,
        })
    }

    /// `B3/S23`, `B3S23`, `S23/B3`.
    fn lettered(&mut self) -> Result<(u16, u16), RuleError> {
        let (mut birth, mut survival) = (None, None);
        while let Some(letter @ ('B' | 'S')) = self.peek() {
            let part = if letter == 'B' {
                &mut birth
            } else {
                &mut survival
            };
            if part.is_some() {
                return self.fail(format!("{letter} stands twice; give each part once"));
            }
            self.at += 1;
            *part = Some(self.counts()?);
            let next = self.chars.get(self.at + 1).map(char::to_ascii_uppercase);
            if matches!(self.peek(), Some('/' | '_')) && matches!(next, Some('B' | 'S')) {
                self.at += 1;
            }
        }
        match (birth, survival) {
            (Some(birth), Some(survival)) => Ok((birth, survival)),
            (None, _) => self.fail("the births are missing; write B and their counts, such as B3"),
            (_, None) => {
                self.fail("the survivals are missing; write S and their counts, such as S23")
            }
        }
    }

    /// `23/3`.
    fn survival_first(&mut self) -> Result<(u16, u16), RuleError> {
        let survival = self.counts()?;
        if self.peek() != Some('/') {
            return self.fail("a / is missing between survivals and births, such as 23/3");
        }
        self.at += 1;
        let birth = self.counts()?;
        Ok((birth, survival))
    }

    fn counts(&mut self) -> Result<u16, RuleError> {
        let mut counts = 0;
        while let Some(c) = self.peek() {
            match c {
                '0'..='8' => counts |= 1 << (c as u8 - b'0'),
                '9' => {
                    return self.fail("a cell has 8 neighbours, so counts go from 0 to 8, not 9");
                }
                '-' | 'A'..='Z' if !matches!(c, 'B' | 'S' | 'V' | 'H') => {
                    return self.fail(format!(
                        "{c:?} belongs to a non-totalistic rule, which is not supported; use counts only"
                    ));
                }
                _ => break,
            }
            self.at += 1;
        }
        Ok(counts)
    }

    fn topology(&mut self) -> Result<Topology, RuleError> {
        let letter = match self.peek() {
            Some(c @ ('T' | 'P')) => c,
            Some(c @ ('K' | 'C' | 'S')) => {
                return self.fail(format!(
                    "grid {c} is not supported; use T for a torus or P for a bounded plane"
                ));
            }
            _ => return self.fail("a grid starts with T (torus) or P (bounded plane), then sizes"),
        };
        self.at += 1;
        let width = self.side()?;
        let height = if self.peek() == Some(',') {
            self.at += 1;
            self.side()?
        } else {
            width
        };
        if matches!(self.peek(), Some('+' | '-')) {
            return self.fail("a torus with a shift is not supported; leave the shift out");
        }
        Ok(match letter {
            'T' => Topology::Torus { width, height },
            _ => Topology::Bounded { width, height },
        })
    }

    fn side(&mut self) -> Result<u32, RuleError> {
        self.spaces();
        let start = self.at;
        let mut side = 0u64;
        while let Some(digit) = self.peek().and_then(|c| c.to_digit(10)) {
            side = (side * 10 + u64::from(digit)).min(1 << 40);
            self.at += 1;
        }
        let end = self.at;
        self.at = start;
        let side = match u32::try_from(side) {
            _ if end == start => return self.fail("a size in cells is missing, such as T512"),
            Ok(0) => {
                return self
                    .fail("size 0 (unbounded that way) is not supported; give a number of cells");
            }
            Ok(side) if side <= MAX_SIDE => side,
            _ => return self.fail(format!("a side may have at most {MAX_SIDE} cells")),
        };
        self.at = end;
        Ok(side)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn parse(text: &str) -> Rule {
        text.parse().unwrap()
    }

    fn column(text: &str) -> usize {
        text.parse::<Rule>().unwrap_err().column
    }

    #[test]
    fn conways_life_has_many_spellings() {
        for text in ["B3/S23", "b3s23", "23/3", "S23/B3", " B3/S32 ", "B3_S23"] {
            assert_eq!(parse(text), LIFE, "{text}");
        }
        assert!(LIFE.next(false, 3) && LIFE.next(true, 2) && !LIFE.next(false, 2));
    }

    #[test]
    fn the_suffix_gives_the_grid() {
        let torus = |width, height| Topology::Torus { width, height };
        assert_eq!(parse("B3/S23:T512").topology, torus(512, 512));
        assert_eq!(parse("B3/S23:t64,32").topology, torus(64, 32));
        assert_eq!(
            parse("B3/S23:P7,9").topology,
            Topology::Bounded {
                width: 7,
                height: 9
            }
        );
        assert_eq!(parse("B3/S23:T64,32").to_string(), "B3/S23:T64,32");
        assert_eq!(parse("23/36:P8").to_string(), "B36/S23:P8");
    }

    #[test]
    fn an_error_points_at_the_character() {
        assert_eq!(column("B39/S23"), 3);
        assert_eq!(column("B3/S29"), 6);
        assert_eq!(column(""), 1);
        assert_eq!(column("B3"), 3);
        assert_eq!(column("B3/B3"), 4);
        assert_eq!(column("B2ek/S23"), 3);
        assert_eq!(column("B3/S23/4"), 7);
        assert_eq!(column("B3/S23V"), 7);
        assert_eq!(column("B3/S23:K9"), 8);
        assert_eq!(column("B3/S23:T"), 9);
        assert_eq!(column("B3/S23:T0"), 9);
        assert_eq!(column("B3/S23:T9,99999999999"), 11);
        assert_eq!(column("23/3:T9x"), 8);
    }

    proptest! {
        #[test]
        fn every_rule_reads_back_as_written(birth in 0u16..512, survival in 0u16..512,
                                            width in 1u32..900, height in 1u32..900, kind in 0..3) {
            let topology = match kind {
                0 => Topology::Plane,
                1 => Topology::Torus { width, height },
                _ => Topology::Bounded { width, height },
            };
            let rule = Rule { birth, survival, topology };
            prop_assert_eq!(parse(&rule.to_string()), rule);
        }

        #[test]
        fn hostile_text_gives_an_error_inside_the_text(text in "[BbSs0-9/:TPK,+ -]{0,20}|\\PC{0,20}") {
            if let Err(error) = text.parse::<Rule>() {
                prop_assert!(error.column <= text.chars().count() + 1);
            }
        }
    }
}
