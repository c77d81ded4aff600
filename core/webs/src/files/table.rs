//! Columns while they are being read, and places in a text.

use crate::columns::{Column, Values};

/// Line and character column, both from 1, of a byte offset.
pub fn place(text: &[u8], offset: usize) -> (usize, usize) {
    let before = &text[..offset.min(text.len())];
    let line = before.split(|&b| b == b'\n').count();
    let start = before
        .iter()
        .rposition(|&b| b == b'\n')
        .map_or(0, |i| i + 1);
    // Count characters, not continuation bytes.
    let column = 1 + before[start..]
        .iter()
        .filter(|&&b| b & 0xC0 != 0x80)
        .count();
    (line, column)
}

/// A number as files have it: shortest form that reads back the same.
pub fn number(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 || (1e-5..1e16).contains(&size) {
        format!("{value}")
    } else {
        format!("{value:e}")
    }
}

/// The number in a text, if it is one; `inf` and `NaN` are numbers here and refused by meaning.
pub fn parse_number(text: &str) -> Option<f64> {
    text.trim().parse().ok()
}

/// Truth as files write it.
pub fn parse_boolean(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" => Some(true),
        "false" | "no" | "0" | "" => Some(false),
        _ => None,
    }
}

/// One attribute while rows come in.
#[derive(Debug)]
pub struct Builder {
    pub name: String,
    pub cells: Vec<Option<String>>,
}

impl Builder {
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            cells: Vec::new(),
        }
    }

    /// Sets the cell of a row not before the last one set; `false` if it is set already.
    pub fn set(&mut self, row: usize, text: String) -> bool {
        if row < self.cells.len() {
            return false;
        }
        self.cells.resize(row, None);
        self.cells.push(Some(text));
        true
    }

    /// The finished column: numbers if all cells that say something are numbers.
    pub fn finish(mut self, rows: usize, default: Option<&str>, numeric: Option<bool>) -> Column {
        self.cells.resize(rows, None);
        if let Some(default) = default {
            for cell in self.cells.iter_mut().filter(|c| c.is_none()) {
                *cell = Some(default.to_owned());
            }
        }
        let numeric = numeric.unwrap_or_else(|| {
            let mut said = self
                .cells
                .iter()
                .flatten()
                .filter(|c| !c.trim().is_empty())
                .peekable();
            said.peek().is_some() && said.all(|c| parse_number(c).is_some())
        });
        let values = if numeric {
            let number = |cell: Option<String>| cell.and_then(|c| parse_number(&c));
            Values::Number(self.cells.into_iter().map(number).collect())
        } else {
            Values::Text(
                self.cells
                    .into_iter()
                    .map(Option::unwrap_or_default)
                    .collect(),
            )
        };
        Column {
            name: self.name,
            values,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_lines_and_characters() {
        let text = "ab\ncδe\nf";
        assert_eq!(place(text.as_bytes(), 0), (1, 1));
        assert_eq!(place(text.as_bytes(), 6), (2, 3));
        assert_eq!(place(text.as_bytes(), 99), (3, 2));
    }

    #[test]
    fn numbers_read_back_the_same() {
        for value in [0.0, -1.5, 1e-9, 1.0 / 3.0, 6.02e23, f64::MIN_POSITIVE] {
            assert_eq!(parse_number(&number(value)), Some(value));
        }
    }
}
