//! The neighbourhoods of Larger than Life: which cells within a reach count, and how much.

use std::fmt;

use super::RuleError;
use super::reader::Reader;

/// The shape of a neighbourhood, by the letter behind `N`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Shape {
    /// `M`: the square.
    Moore,
    /// `N`: the diamond.
    VonNeumann,
    /// `C`: cells nearer than reach + 1/2.
    Circular,
    /// `2`: cells not further than the reach.
    Euclidean,
    /// `+`: row and column.
    Cross,
    /// `X`: the diagonals.
    Saltire,
    /// `*`: row, column and diagonals.
    Star,
    /// `#`: the rows and columns next to the middle one.
    Hash,
    /// `B`: the squares of a chess board that differ in colour from the middle.
    Checkerboard,
    /// `D`: those of the middle's colour.
    AlignedCheckerboard,
    /// `H`: hexagons drawn as squares.
    Hexagonal,
    /// `A`: the six rows of hexagons from the middle.
    Asterisk,
    /// `3`: three of them.
    Tripod,
    /// `L`: triangles drawn as squares; turned over on every second cell.
    Triangular,
    /// `G`: weights that fall linearly along rows and columns.
    Gaussian,
    /// `@`: drawn by hexadecimal digits, a bit a cell without the middle.
    Custom(String),
    /// `W`: a weight a cell in hexadecimal digits, and perhaps one a state behind a comma.
    Weighted(String, Option<String>),
}

/// What a neighbourhood adds up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// Rows below the middle.
    pub dy: i32,
    /// The first column, relative to the middle.
    pub from: i32,
    /// The last column.
    pub to: i32,
    /// How much each of these cells counts.
    pub weight: i32,
}

/// Whether custom and weighted shapes turn over on every second cell.
fn turned(digits: &str) -> (&str, bool) {
    match digits.strip_suffix('L') {
        Some(rest) => (rest, true),
        None => (digits.strip_suffix('H').unwrap_or(digits), false),
    }
}

impl Shape {
    /// The letters of all shapes.
    pub const LETTERS: &'static str = "MNC2+X*#BDHA3LG@W";

    /// Reads what follows `N`.
    pub(super) fn read(reader: &mut Reader, reach: u32, states: u32) -> Result<Self, RuleError> {
        let shape = match reader.peek() {
            Some('M') => Self::Moore,
            Some('N') => Self::VonNeumann,
            Some('C') => Self::Circular,
            Some('2') => Self::Euclidean,
            Some('+') => Self::Cross,
            Some('X') => Self::Saltire,
            Some('*') => Self::Star,
            Some('#') => Self::Hash,
            Some('B') => Self::Checkerboard,
            Some('D') => Self::AlignedCheckerboard,
            Some('H') => Self::Hexagonal,
            Some('A') => Self::Asterisk,
            Some('3') => Self::Tripod,
            Some('L') => Self::Triangular,
            Some('G') => Self::Gaussian,
            Some('@') => {
                reader.at += 1;
                return Self::read_custom(reader, reach);
            }
            Some('W') => {
                reader.at += 1;
                return Self::read_weighted(reader, reach, states);
            }
            _ => {
                return reader.unexpected(&format!(
                    "a neighbourhood is one of {}",
                    Self::LETTERS
                        .chars()
                        .map(String::from)
                        .collect::<Vec<_>>()
                        .join(" ")
                ));
            }
        };
        let most = match shape {
            Self::Triangular => 250,
            Self::Gaussian => 50,
            _ => 500,
        };
        if reach > most {
            return reader.fail(format!("this neighbourhood reaches up to {most} cells"));
        }
        reader.at += 1;
        Ok(shape)
    }

    fn hex(reader: &mut Reader) -> String {
        let mut digits = String::new();
        while let Some(c) = reader.peek().filter(char::is_ascii_hexdigit) {
            digits.push(c);
            reader.at += 1;
        }
        digits
    }

    /// The letter of a grid of hexagons or triangles behind the digits.
    fn tiling(reader: &mut Reader, digits: &mut String) {
        for letter in ['H', 'L'] {
            if reader.take(letter) {
                digits.push(letter);
                return;
            }
        }
    }

    fn read_custom(reader: &mut Reader, reach: u32) -> Result<Self, RuleError> {
        let needed = reach as usize * (reach as usize + 1);
        let at = reader.at;
        let mut digits = Self::hex(reader);
        if digits.len() != needed {
            return reader.fail_at(
                at,
                format!(
                    "a neighbourhood of reach {reach} is drawn by {needed} hexadecimal digits, \
                     not {}",
                    digits.len()
                ),
            );
        }
        Self::tiling(reader, &mut digits);
        Ok(Self::Custom(digits))
    }

    fn read_weighted(reader: &mut Reader, reach: u32, states: u32) -> Result<Self, RuleError> {
        let cells = (2 * reach as usize + 1).pow(2);
        let at = reader.at;
        let mut digits = Self::hex(reader);
        if digits.len() != cells && digits.len() != 2 * cells {
            return reader.fail_at(
                at,
                format!(
                    "reach {reach} has {cells} weights of one hexadecimal digit or two each, \
                     which are not {} digits",
                    digits.len()
                ),
            );
        }
        let mut of_states = None;
        if reader.peek() == Some(',') && reader.look(1).is_some_and(|c| c.is_ascii_hexdigit()) {
            reader.at += 1;
            let at = reader.at;
            let list = Self::hex(reader);
            if list.len() != states as usize {
                return reader.fail_at(
                    at,
                    format!(
                        "{states} states have {states} weights of one digit, not {}",
                        list.len()
                    ),
                );
            }
            of_states = Some(list);
        }
        Self::tiling(reader, &mut digits);
        Ok(Self::Weighted(digits, of_states))
    }

    /// Whether the shape turns over on every second cell.
    pub fn turns(&self) -> bool {
        match self {
            Self::Triangular => true,
            Self::Custom(digits) | Self::Weighted(digits, _) => turned(digits).1,
            _ => false,
        }
    }

    /// What each state counts, where it is given.
    pub fn state_weights(&self) -> Option<Vec<i32>> {
        match self {
            Self::Weighted(_, Some(list)) => Some(
                list.chars()
                    .map(|c| c.to_digit(16).unwrap_or(0) as i32)
                    .collect(),
            ),
            _ => None,
        }
    }

    /// How far sideways it looks.
    pub fn width(&self, reach: i32) -> i32 {
        match self {
            Self::Triangular => 2 * reach,
            _ => reach,
        }
    }

    /// What is added up for a cell; for shapes that turn over, on cells of even column + row.
    /// `middle` says whether the middle cell counts; weights say so themselves.
    pub fn terms(&self, reach: i32, middle: bool) -> Vec<Term> {
        let r = reach;
        let mut terms = Vec::new();
        let mut span = |dy: i32, from: i32, to: i32, weight: i32| {
            if from > to || weight == 0 {
                return;
            }
            let term = |from, to| Term {
                dy,
                from,
                to,
                weight,
            };
            let explicit = matches!(self, Self::Weighted(..) | Self::Gaussian);
            if dy == 0 && !middle && !explicit && from <= 0 && to >= 0 {
                if from < 0 {
                    terms.push(term(from, -1));
                }
                if to > 0 {
                    terms.push(term(1, to));
                }
            } else {
                terms.push(term(from, to));
            }
        };
        let disc = |dy: i32, square: i32| {
            (0..=r)
                .rev()
                .find(|dx| dx * dx + dy * dy <= square)
                .unwrap_or(-1)
        };
        for dy in -r..=r {
            let d = dy.abs();
            match self {
                Self::Moore => span(dy, -r, r, 1),
                Self::VonNeumann => span(dy, d - r, r - d, 1),
                Self::Circular => {
                    let half = disc(dy, r * r + r);
                    span(dy, -half, half, 1);
                }
                Self::Euclidean => {
                    let half = disc(dy, r * r);
                    span(dy, -half, half, 1);
                }
                Self::Cross if dy == 0 => span(0, -r, r, 1),
                Self::Cross => span(dy, 0, 0, 1),
                Self::Saltire | Self::Star if dy == 0 => {
                    let half = if *self == Self::Star { r } else { 0 };
                    span(0, -half, half, 1);
                }
                Self::Saltire | Self::Star => {
                    span(dy, -d, -d, 1);
                    if *self == Self::Star {
                        span(dy, 0, 0, 1);
                    }
                    span(dy, d, d, 1);
                }
                Self::Hash if d == 1 => span(dy, -r, r, 1),
                Self::Hash => {
                    span(dy, -1, -1, 1);
                    if dy == 0 {
                        span(0, 0, 0, 1);
                    }
                    span(dy, 1, 1, 1);
                }
                Self::Checkerboard | Self::AlignedCheckerboard => {
                    let odd = i32::from(*self == Self::Checkerboard);
                    for dx in (-r..=r).filter(|dx| (dx + dy).rem_euclid(2) == odd) {
                        span(dy, dx, dx, 1);
                    }
                    if odd == 1 && dy == 0 {
                        span(0, 0, 0, 1);
                    }
                }
                Self::Hexagonal => span(dy, (dy - r).max(-r), (r + dy).min(r), 1),
                Self::Asterisk if dy == 0 => span(0, -r, r, 1),
                Self::Asterisk => {
                    span(dy, 0, 0, 1);
                    span(dy, dy, dy, 1);
                }
                Self::Tripod if dy == 0 => span(0, -r, 0, 1),
                Self::Tripod if dy < 0 => span(dy, 0, 0, 1),
                Self::Tripod => span(dy, dy, dy, 1),
                Self::Triangular => {
                    let half = if dy < 0 { 2 * r + 1 + dy } else { 2 * r - dy };
                    span(dy, -half, half, 1);
                }
                Self::Gaussian => {
                    for dx in -r..=r {
                        span(dy, dx, dx, (r + 1 - d) * (r + 1 - dx.abs()));
                    }
                }
                Self::Custom(digits) => {
                    let digits = turned(digits).0.as_bytes();
                    let width = 2 * r + 1;
                    for dx in -r..=r {
                        let place = ((dy + r) * width + dx + r) as usize;
                        let centre = (r * width + r) as usize;
                        let set = match place.cmp(&centre) {
                            std::cmp::Ordering::Equal => true,
                            order => {
                                let bit = place - usize::from(order == std::cmp::Ordering::Greater);
                                let digit = digits.get(bit / 4).copied().unwrap_or(b'0');
                                let value = char::from(digit).to_digit(16).unwrap_or(0);
                                value >> (3 - bit % 4) & 1 != 0
                            }
                        };
                        if set {
                            span(dy, dx, dx, 1);
                        }
                    }
                }
                Self::Weighted(digits, _) => {
                    let digits = turned(digits).0.as_bytes();
                    let width = 2 * r as usize + 1;
                    let long = digits.len() > width * width;
                    let value = |at: usize| {
                        let digit = digits.get(at).copied().unwrap_or(b'0');
                        char::from(digit).to_digit(16).unwrap_or(0) as i32
                    };
                    for dx in -r..=r {
                        let place = (dy + r) as usize * width + (dx + r) as usize;
                        let (value, sign) = if long {
                            (value(2 * place) << 4 | value(2 * place + 1), 128)
                        } else {
                            (value(place), 8)
                        };
                        let size = value & (sign - 1);
                        span(dy, dx, dx, if value & sign != 0 { -size } else { size });
                    }
                }
            }
        }
        terms
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Moore => f.write_str("M"),
            Self::VonNeumann => f.write_str("N"),
            Self::Circular => f.write_str("C"),
            Self::Euclidean => f.write_str("2"),
            Self::Cross => f.write_str("+"),
            Self::Saltire => f.write_str("X"),
            Self::Star => f.write_str("*"),
            Self::Hash => f.write_str("#"),
            Self::Checkerboard => f.write_str("B"),
            Self::AlignedCheckerboard => f.write_str("D"),
            Self::Hexagonal => f.write_str("H"),
            Self::Asterisk => f.write_str("A"),
            Self::Tripod => f.write_str("3"),
            Self::Triangular => f.write_str("L"),
            Self::Gaussian => f.write_str("G"),
            Self::Custom(digits) => write!(f, "@{digits}"),
            Self::Weighted(digits, None) => write!(f, "W{digits}"),
            Self::Weighted(digits, Some(states)) => {
                let (plain, tiling) = match digits.chars().last() {
                    Some('L' | 'H') => digits.split_at(digits.len() - 1),
                    _ => (digits.as_str(), ""),
                };
                write!(f, "W{plain},{states}{tiling}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn size(shape: &Shape, reach: i32) -> i32 {
        let terms = shape.terms(reach, false);
        terms.iter().map(|t| (t.to - t.from + 1) * t.weight).sum()
    }

    #[test]
    fn neighbourhoods_have_the_sizes_that_golly_gives() {
        for r in 1..6 {
            let square = (2 * r + 1) * (2 * r + 1);
            for (shape, cells) in [
                (Shape::Moore, square - 1),
                (Shape::VonNeumann, 2 * r * (r + 1)),
                (Shape::Cross, 4 * r),
                (Shape::Saltire, 4 * r),
                (Shape::Star, 8 * r),
                (Shape::Hash, 8 * r),
                (Shape::Checkerboard, (square - 1) / 2),
                (Shape::AlignedCheckerboard, (square - 1) / 2),
                (Shape::Hexagonal, square - r * (r + 1) - 1),
                (Shape::Asterisk, 6 * r),
                (Shape::Tripod, 3 * r),
                (Shape::Triangular, (4 * r + 1) * (2 * r + 1) - 2 * r * r - 1),
                (Shape::Gaussian, (r + 1) * (r + 1) * (r + 1) * (r + 1)),
            ] {
                assert_eq!(size(&shape, r), cells, "{shape} {r}");
            }
        }
        assert_eq!(size(&Shape::Circular, 3), 36);
        assert_eq!(size(&Shape::Euclidean, 2), 12);
    }

    #[test]
    fn digits_draw_the_example_of_the_manual() {
        // 10001 00100 01c10 00100 10001
        let cells: Vec<(i32, i32)> = Shape::Custom("891891".to_owned())
            .terms(2, false)
            .iter()
            .map(|t| (t.from, t.dy))
            .collect();
        assert_eq!(
            cells,
            [
                (-2, -2),
                (2, -2),
                (0, -1),
                (-1, 0),
                (1, 0),
                (0, 1),
                (-2, 2),
                (2, 2)
            ]
        );
        let weights: Vec<i32> = Shape::Weighted("0810080A850A081008".to_owned(), None)
            .terms(1, false)
            .iter()
            .map(|t| t.weight)
            .collect();
        assert_eq!(weights, [8, 16, 8, 10, -5, 10, 8, 16, 8]);
    }
}
