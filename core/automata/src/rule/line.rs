//! Rules of one dimension: a row of cells, each generation written below the one before.
//!
//! `W110` is Wolfram's elementary rule 110. `K3C777` is the totalistic rule of 3 colours with
//! code 777: digit `n` of the code, in base 3 and counted from the lowest, is what a cell
//! becomes whose neighbourhood's colours (its own included) sum to `n`. `K3R2C777` looks two
//! cells to each side. Codes are those of S. Wolfram, A New Kind of Science (2002), chapter 3,
//! where the first one reads "code 777, k = 3, r = 1".

use std::fmt;

use super::RuleError;
use super::reader::Reader;

/// A rule on a row of cells.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Line {
    /// Two colours, three cells: bit `4w + 2c + e` of the number is what the middle becomes.
    Elementary(u8),
    /// What a sum of colours becomes.
    Totalistic {
        /// Number of colours, 2 to 36.
        colours: u8,
        /// Cells to each side that count, 1 to 10.
        reach: u8,
        /// The outcome of each sum from 0 on; `(colours - 1) * (2 * reach + 1) + 1` of them.
        outcomes: Vec<u8>,
    },
}

impl Line {
    /// Reads what follows `W`.
    pub(super) fn read_elementary(reader: &mut Reader) -> Result<Self, RuleError> {
        let number = reader.number(255, "the number of an elementary rule")?;
        Ok(Self::Elementary(number as u8))
    }

    /// Reads what follows `K`.
    pub(super) fn read_totalistic(reader: &mut Reader) -> Result<Self, RuleError> {
        let at = reader.at;
        let colours = reader.number(36, "the number of colours")? as u8;
        if colours < 2 {
            return reader.fail_at(at, "a rule has 2 to 36 colours");
        }
        let mut reach = 1;
        if reader.take('R') {
            let at = reader.at;
            reach = reader.number(10, "the number of cells to each side")? as u8;
            if reach == 0 {
                return reader.fail_at(at, "a cell looks at least one cell to each side");
            }
        }
        if !reader.take('C') {
            return reader.unexpected("write the code behind C, such as K3C777");
        }
        let start = reader.at;
        let sums = (usize::from(colours) - 1) * (2 * usize::from(reach) + 1) + 1;
        // The code's digits in base `colours`, lowest first, by long multiplication.
        let mut outcomes = vec![0u8; sums];
        while let Some(digit) = reader.peek().and_then(|c| c.to_digit(10)) {
            let mut carry = digit;
            for outcome in &mut outcomes {
                let value = u32::from(*outcome) * 10 + carry;
                *outcome = (value % u32::from(colours)) as u8;
                carry = value / u32::from(colours);
            }
            if carry > 0 {
                return reader.fail_at(
                    start,
                    format!(
                        "a code of {colours} colours and {reach} cells to each side is below \
                         {colours}^{sums}"
                    ),
                );
            }
            reader.at += 1;
        }
        if reader.at == start {
            return reader.unexpected("write the code in digits, such as K3C777");
        }
        Ok(Self::Totalistic {
            colours,
            reach,
            outcomes,
        })
    }

    /// Number of colours.
    pub fn states(&self) -> usize {
        match self {
            Self::Elementary(_) => 2,
            Self::Totalistic { colours, .. } => usize::from(*colours),
        }
    }

    /// Cells to each side that matter.
    pub fn reach(&self) -> usize {
        match self {
            Self::Elementary(_) => 1,
            Self::Totalistic { reach, .. } => usize::from(*reach),
        }
    }

    /// What the middle of a neighbourhood from west to east becomes.
    pub fn next(&self, cells: &[u8]) -> u8 {
        match self {
            Self::Elementary(number) => {
                let place = cells.iter().fold(0, |place, cell| place << 1 | cell & 1);
                number >> (place & 7) & 1
            }
            Self::Totalistic { outcomes, .. } => {
                let sum: usize = cells.iter().map(|&cell| usize::from(cell)).sum();
                outcomes.get(sum).copied().unwrap_or(0)
            }
        }
    }

    /// Whether a row of dead cells stays dead.
    pub fn is_quiet(&self) -> bool {
        match self {
            Self::Elementary(number) => number & 1 == 0,
            Self::Totalistic { outcomes, .. } => outcomes.first() == Some(&0),
        }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Elementary(number) => write!(f, "W{number}"),
            Self::Totalistic {
                colours,
                reach,
                outcomes,
            } => {
                write!(f, "K{colours}")?;
                if *reach > 1 {
                    write!(f, "R{reach}")?;
                }
                let code = outcomes
                    .iter()
                    .rev()
                    .fold(num_bigint::BigUint::default(), |code, &digit| {
                        code * *colours + digit
                    });
                write!(f, "C{code}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::rule::Rule;

    #[test]
    fn codes_are_wolframs() {
        let line = Line::read_totalistic(&mut Reader::new("3C777")).unwrap();
        // 777 is 1001210 in base 3.
        let Line::Totalistic { outcomes, .. } = &line else {
            panic!("no code");
        };
        assert_eq!(outcomes, &[0, 1, 2, 1, 0, 0, 1]);
        assert_eq!(line.next(&[1, 0, 1]), 2);
        assert_eq!(Line::Elementary(110).next(&[1, 0, 1]), 1);
        assert_eq!(Line::Elementary(110).next(&[1, 0, 0]), 0);
        assert_eq!(Line::Elementary(110).next(&[1, 1, 1]), 0);
    }

    #[test]
    fn rows_have_a_length_and_as_many_generations_as_wanted() {
        let canonical = |text: &str| text.parse::<Rule>().unwrap().to_string();
        assert_eq!(canonical("w30"), "W30");
        assert_eq!(canonical("W30:T100"), "W30:T100,0");
        assert_eq!(canonical("k3r2c777:p100,50"), "K3R2C777:P100,50");
        let column = |text: &str| text.parse::<Rule>().unwrap_err().column;
        assert_eq!(column("W256"), 2);
        assert_eq!(column("W"), 2);
        assert_eq!(column("K1C5"), 2);
        assert_eq!(column("K2C16"), 4);
        assert_eq!(column("K3R0C7"), 4);
        assert_eq!(column("W30:K9*,8"), 5);
    }
}
