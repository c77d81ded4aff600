//! The notation in which Lenia's creatures are handed on (B. W.-C. Chan's `animals.json`): run
//! lengths of cell values from 0 to 255, `.` for 0, `A` to `X` for 1 to 24, `pA` to `yO` beyond,
//! `$` between rows, `!` at the end.

use loom_sim::SimError;

/// Values on a rectangle, row by row, from 0 to 1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cells {
    pub width: usize,
    pub height: usize,
    pub values: Vec<f64>,
}

/// The longest side of a creature.
const MOST: usize = 2048;

/// Reads cells.
///
/// # Errors
/// A letter that means nothing, with its place; a creature beyond 2048 cells a side.
pub fn read(text: &str) -> Result<Cells, SimError> {
    let mut rows: Vec<Vec<f64>> = vec![Vec::new()];
    let mut count = String::new();
    let mut prefix: Option<char> = None;
    let fault = |place: usize, why: &str| {
        SimError::parse(format!("Cells, character {}: {why}.", place + 1))
    };
    for (place, letter) in text.chars().enumerate() {
        if letter.is_whitespace() {
            continue;
        }
        if prefix.is_none() && letter.is_ascii_digit() {
            count.push(letter);
            continue;
        }
        let times: usize = if count.is_empty() {
            1
        } else {
            count.parse().unwrap_or(usize::MAX)
        };
        if times > MOST {
            return Err(fault(place, "a run is longer than 2048 cells"));
        }
        let value = match (prefix.take(), letter) {
            (None, '!') => break,
            (None, '$') => {
                for _ in 0..times {
                    rows.push(Vec::new());
                }
                if rows.len() > MOST {
                    return Err(fault(place, "there are more than 2048 rows"));
                }
                count.clear();
                continue;
            }
            (None, '.' | 'b') => 0,
            (None, 'o') => 255,
            (None, 'A'..='X') => letter as u32 - 'A' as u32 + 1,
            (None, 'p'..='y') => {
                prefix = Some(letter);
                continue;
            }
            (Some(first), 'A'..='X') => {
                (first as u32 - 'p' as u32) * 24 + (letter as u32 - 'A' as u32) + 25
            }
            _ => return Err(fault(place, &format!("{letter:?} is no value of a cell"))),
        };
        if value > 255 {
            return Err(fault(place, "values end at yO, which is 255"));
        }
        count.clear();
        if let Some(row) = rows.last_mut() {
            row.extend(std::iter::repeat_n(f64::from(value) / 255.0, times));
            if row.len() > MOST {
                return Err(fault(place, "a row is longer than 2048 cells"));
            }
        }
    }
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    let mut values = Vec::with_capacity(width * rows.len());
    for row in &mut rows {
        row.resize(width, 0.0);
        values.append(row);
    }
    Ok(Cells {
        width,
        height: rows.len(),
        values,
    })
}

impl Cells {
    /// A quarter turn to the left, so many times.
    #[must_use]
    pub fn turned(&self, quarters: u32) -> Self {
        let mut cells = self.clone();
        for _ in 0..quarters % 4 {
            let (width, height) = (cells.height, cells.width);
            let at = |x: usize, y: usize| cells.values[x * cells.width + (cells.width - 1 - y)];
            let values = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
            cells = Self {
                width,
                height,
                values: values.map(|(x, y)| at(x, y)).collect(),
            };
        }
        cells
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn letters_are_the_values_that_chan_gives_them() {
        let cells = read("2.AX$pAyO3o!").unwrap();
        assert_eq!((cells.width, cells.height), (5, 2));
        let bytes: Vec<f64> = cells.values.iter().map(|v| v * 255.0).collect();
        assert_eq!(bytes, [0., 0., 1., 24., 0., 25., 255., 255., 255., 255.]);
    }

    #[test]
    fn four_quarter_turns_are_none() {
        let cells = read("A.B$C!").unwrap();
        let turned = cells.turned(1);
        assert_eq!((turned.width, turned.height), (2, 3));
        assert_eq!(turned.values[0], cells.values[2]);
        assert_eq!(cells.turned(4), cells);
        assert_eq!(cells.turned(3).turned(1), cells);
    }

    #[test]
    fn faults_have_a_place() {
        for (text, place) in [
            ("..?", "character 3"),
            ("pp", "character 2"),
            ("yP", "character 2"),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains(place), "{text}: {error}");
        }
        assert!(read("99999999999999999999A").is_err());
        assert!(read("2000$2000$").is_err());
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_reader(text in "[0-9.bo$!A-Xp-y ]{0,80}|\\PC{0,30}") {
            let _ = read(&text);
        }
    }
}
