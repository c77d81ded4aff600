//! Apgcodes: the names that apgsearch gives to objects, such as `xq4_153` for the glider.
//!
//! `xs4` is a still life of 4 cells, `xp2` an oscillator of period 2, `xq4` a spaceship of
//! period 4. Behind the `_` stand the cells in extended Wechsler format: strips of five rows,
//! each column of a strip a digit `0` to `v` whose bits are its cells from the top; `w` stands
//! for two empty columns, `x` for three, `yN` for 4 + N, `z` for the next strip. Of all phases
//! and orientations the shortest text names the object, of equally long ones the first in the
//! order of their characters. Described at <https://conwaylife.com/wiki/Apgcode>.
//!
//! Cells of more than two states are written as layers, with `_` between them: the first holds
//! the cells whose state is odd, the second those whose state has the bit of 2, and so on. All
//! layers count from the corner of the whole, one without cells is `0`, and empty ones at the
//! end are left out. (A. P. Goucher's lifelib, `pattern2.h` and `bitworld.h`.)
//!
//! Codes such as `yl144_1_16_…` and `zz_LINEAR` name a class of patterns and hold no cells.

use std::fmt;

use thiserror::Error;

use crate::pattern::Pattern;

/// The longest code that is read.
const LONGEST: usize = 1 << 16;

/// The largest side, in cells, of a phase that may name an object.
pub const LARGEST: u64 = 40;

const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// What kind of object a code names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// A still life of so many cells.
    StillLife(u64),
    /// An oscillator of this period.
    Oscillator(u64),
    /// A spaceship of this period.
    Spaceship(u64),
}

impl Class {
    /// The prefix of an object too large for its cells to name it, such as `ov_p59`.
    pub fn oversized(self) -> String {
        match self {
            Self::StillLife(cells) => format!("ov_s{cells}"),
            Self::Oscillator(period) => format!("ov_p{period}"),
            Self::Spaceship(period) => format!("ov_q{period}"),
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StillLife(cells) => write!(f, "xs{cells}"),
            Self::Oscillator(period) => write!(f, "xp{period}"),
            Self::Spaceship(period) => write!(f, "xq{period}"),
        }
    }
}

/// A code that has been read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Apgcode {
    /// Kind, period or population.
    pub class: Class,
    /// Live cells as (x, y, state), row by row.
    pub cells: Vec<Cell>,
}

/// A live cell: column, row and state.
pub type Cell = (i64, i64, u8);

impl Apgcode {
    /// The cells as a pattern that names no rule.
    pub fn pattern(&self) -> Pattern {
        Pattern::from_states(self.cells.iter().copied())
    }
}

/// Why a code could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("column {column}: {problem}")]
pub struct ApgcodeError {
    /// The offending character, counted from 1.
    pub column: usize,
    /// What is wrong.
    pub problem: String,
}

fn fail<T>(at: usize, problem: impl Into<String>) -> Result<T, ApgcodeError> {
    Err(ApgcodeError {
        column: at + 1,
        problem: problem.into(),
    })
}

/// Reads a code.
///
/// # Errors
/// A text that is no code, with its first wrong character; a still life whose number isn't that
/// of its cells.
pub fn read(text: &str) -> Result<Apgcode, ApgcodeError> {
    if text.len() > LONGEST {
        return fail(LONGEST, "the code is too long");
    }
    if let Some(class) = class_alone(text) {
        return fail(
            0,
            format!(
                "this code names {class} and doesn't hold its cells; codes that do start with \
                 xs, xp or xq"
            ),
        );
    }
    let Some((prefix, body)) = text.split_once('_') else {
        return fail(text.len(), "an apgcode has the form xs4_33");
    };
    let number = prefix.get(2..).unwrap_or("");
    let count = match number.parse::<u64>() {
        Ok(count) if count > 0 && number.bytes().all(|b| b.is_ascii_digit()) => count,
        _ => {
            return fail(
                2.min(prefix.len()),
                "a number stands before the _, such as xs4",
            );
        }
    };
    let class = match &prefix[..2] {
        "xs" => Class::StillLife(count),
        "xp" => Class::Oscillator(count),
        "xq" => Class::Spaceship(count),
        _ => return fail(0, "xs, xp or xq starts an apgcode of cells"),
    };
    let mut layers = Vec::new();
    let mut at = prefix.len() + 1;
    for layer in body.split('_') {
        if layers.len() == 8 {
            return fail(at, "states go to 255, so that there are at most 8 layers");
        }
        layers.push(read_cells(layer).map_err(|error| ApgcodeError {
            column: error.column + at,
            ..error
        })?);
        at += layer.len() + 1;
    }
    let cells = merged(&layers);
    match class {
        // In a rule of more states it isn't told which of them are counted.
        Class::StillLife(count) if layers.len() == 1 && count != cells.len() as u64 => {
            let problem = format!("{count} cells are announced, {} follow", cells.len());
            fail(2, problem)
        }
        _ if cells.is_empty() => fail(prefix.len() + 1, "no cell is alive"),
        _ => Ok(Apgcode { class, cells }),
    }
}

/// The cells of layers, each of which gives one bit of their states.
fn merged(layers: &[Vec<(i64, i64)>]) -> Vec<Cell> {
    let bits = layers.iter().enumerate();
    let mut cells: Vec<Cell> = bits
        .flat_map(|(bit, cells)| cells.iter().map(move |&(x, y)| (x, y, 1u8 << bit)))
        .collect();
    cells.sort_unstable_by_key(|&(x, y, bit)| (y, x, bit));
    cells.dedup_by(|next, cell| {
        let same = (next.0, next.1) == (cell.0, cell.1);
        if same {
            cell.2 |= next.2;
        }
        same
    });
    cells
}

/// What a code names that holds no cells: a class in words.
pub fn class_alone(text: &str) -> Option<&'static str> {
    let text = text.trim();
    if text.contains(char::is_whitespace) {
        return None;
    }
    let number = |rest: &str| {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        digits > 0 && matches!(rest.as_bytes().get(digits), None | Some(b'_'))
    };
    let numbered = |prefix: &str| text.strip_prefix(prefix).is_some_and(number);
    if text == "PATHOLOGICAL" {
        return Some("a pattern that apgsearch couldn't classify");
    }
    if text.strip_prefix("zz_").is_some_and(|rest| {
        !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_uppercase() || b == b'_')
    }) {
        return Some("a kind of growth that apgsearch couldn't classify");
    }
    Some(if numbered("yl") {
        "a class of patterns that grow linearly, by their periods"
    } else if numbered("ov_s") || numbered("ov_p") || numbered("ov_q") {
        "the class of objects too large for a code"
    } else if numbered("methuselah_") || numbered("methuselah") {
        "a methuselah by its lifespan"
    } else if numbered("messless_") || numbered("messless") {
        "a diehard by its lifespan"
    } else if numbered("megasized_") || numbered("megasized") {
        "a soup by the size of its ash"
    } else {
        return None;
    })
}

/// Reads cells in extended Wechsler format.
///
/// # Errors
/// A character that doesn't belong there.
pub fn read_cells(text: &str) -> Result<Vec<(i64, i64)>, ApgcodeError> {
    let (mut x, mut y) = (0i64, 0i64);
    let mut cells = Vec::new();
    let mut chars = text.chars().enumerate();
    let digit = |c: char| {
        let found = DIGITS.iter().position(|&d| char::from(d) == c);
        found.map(|value| value as i64)
    };
    while let Some((at, c)) = chars.next() {
        match c {
            'w' => x += 2,
            'x' => x += 3,
            'y' => match chars.next().and_then(|(_, next)| digit(next)) {
                Some(more) => x += 4 + more,
                None => return fail(at, "y is followed by a digit or letter"),
            },
            'z' => (x, y) = (0, y + 5),
            _ => match digit(c) {
                Some(column) => {
                    cells.extend(
                        (0..5)
                            .filter(|row| column >> row & 1 != 0)
                            .map(|r| (x, y + r)),
                    );
                    x += 1;
                }
                None => return fail(at, format!("{c:?} is no digit; 0 to 9 and a to z are")),
            },
        }
    }
    cells.sort_unstable_by_key(|&(x, y)| (y, x));
    Ok(cells)
}

/// The cells, in any order, in extended Wechsler format as they lie: relative to the top left
/// corner of their bounding box. The empty text if there are none.
pub fn write_cells(cells: &[(i64, i64)]) -> String {
    let (Some(left), Some(top)) = (
        cells.iter().map(|cell| cell.0).min(),
        cells.iter().map(|cell| cell.1).min(),
    ) else {
        return String::new();
    };
    write_from(cells, (left, top))
}

/// The cells in layers, as [`write_cells`] writes one. The empty text if there are none.
pub fn write_layers(cells: &[Cell]) -> String {
    let (Some(left), Some(top)) = (
        cells.iter().map(|cell| cell.0).min(),
        cells.iter().map(|cell| cell.1).min(),
    ) else {
        return String::new();
    };
    let all = cells.iter().fold(0, |all, cell| all | cell.2);
    let layers = (0..8 - all.leading_zeros()).map(|bit| {
        let those = cells.iter().filter(|cell| cell.2 >> bit & 1 != 0);
        let layer: Vec<_> = those.map(|&(x, y, _)| (x, y)).collect();
        match write_from(&layer, (left, top)) {
            empty if empty.is_empty() => "0".to_owned(),
            text => text,
        }
    });
    layers.collect::<Vec<String>>().join("_")
}

fn write_from(cells: &[(i64, i64)], (left, top): (i64, i64)) -> String {
    // One entry for every strip and column that isn't empty.
    let mut columns: Vec<(i64, i64, u8)> = cells
        .iter()
        .map(|&(x, y)| ((y - top) / 5, x - left, 1u8 << ((y - top) % 5)))
        .collect();
    columns.sort_unstable();
    let mut text = String::new();
    let (mut strip, mut x) = (0, 0);
    let mut at = 0;
    while at < columns.len() {
        let (row, column, _) = columns[at];
        let mut bits = 0;
        while let Some(&(_, _, bit)) = columns.get(at).filter(|c| (c.0, c.1) == (row, column)) {
            bits |= bit;
            at += 1;
        }
        while strip < row {
            text.push('z');
            (strip, x) = (strip + 1, 0);
        }
        skip(column - x, &mut text);
        text.push(char::from(DIGITS[usize::from(bits)]));
        x = column + 1;
    }
    text
}

/// So many empty columns.
fn skip(mut columns: i64, text: &mut String) {
    while columns > 0 {
        match columns {
            1 => text.push('0'),
            2 => text.push('w'),
            3 => text.push('x'),
            _ => {
                let more = columns.min(39);
                text.push('y');
                text.push(char::from(DIGITS[(more - 4) as usize]));
                columns -= more;
                continue;
            }
        }
        return;
    }
}

/// The eight orientations of cells.
pub fn orientations(cells: &[Cell]) -> impl Iterator<Item = Vec<Cell>> + '_ {
    (0..8).map(move |turn| {
        let place = |&(x, y, state): &Cell| {
            let (x, y) = if turn & 4 != 0 { (y, x) } else { (x, y) };
            let x = if turn & 1 != 0 { -x } else { x };
            let y = if turn & 2 != 0 { -y } else { y };
            (x, y, state)
        };
        cells.iter().map(place).collect()
    })
}

/// The text that stands for one phase: the least of its orientations.
pub fn least(cells: &[Cell]) -> String {
    orientations(cells)
        .map(|cells| write_layers(&cells))
        .min_by(|a, b| order(a, b))
        .unwrap_or_default()
}

/// Shorter texts first, then in the order of their characters.
pub fn order(a: &str, b: &str) -> std::cmp::Ordering {
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

/// The code of an object, given all of its phases; none if no phase is within 40 × 40 cells.
pub fn canonical<'a>(class: Class, phases: impl IntoIterator<Item = &'a [Cell]>) -> Option<String> {
    let within = |cells: &[Cell]| {
        let span = |pick: fn(&Cell) -> i64| {
            let (low, high) = (cells.iter().map(pick).min(), cells.iter().map(pick).max());
            low.zip(high)
                .is_some_and(|(low, high)| (high - low) < LARGEST as i64)
        };
        span(|cell| cell.0) && span(|cell| cell.1)
    };
    let body = phases
        .into_iter()
        .filter(|cells| within(cells))
        .map(least)
        .min_by(|a, b| order(a, b))?;
    Some(format!("{class}_{body}"))
}

#[cfg(test)]
mod tests;
