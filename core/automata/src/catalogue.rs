//! The patterns that come with the program: files of `assets/patterns`, compiled in, each with a
//! line of text, tags and a fact that the tests check.

mod entries;

use crate::pattern::{Pattern, Run};
use crate::rle::{self, RleError};

pub use entries::CATALOGUE;

/// What is known of a pattern, to be seen when it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    /// Nothing changes.
    Still,
    /// It returns after so many generations.
    Period(u64),
    /// It returns elsewhere.
    Flies {
        /// Generations.
        period: u64,
        /// Cells to the east.
        dx: i64,
        /// Cells to the south.
        dy: i64,
    },
    /// Nothing is left at this generation, and something the generation before.
    Dies(u64),
    /// Cells at a generation.
    Population {
        /// The generation.
        generation: u64,
        /// Live cells.
        cells: u64,
    },
    /// Cells of one state at a generation.
    States {
        /// The generation.
        generation: u64,
        /// The state.
        state: u8,
        /// Cells in that state.
        cells: u64,
    },
    /// So many cells more every so many generations, from a generation on.
    Grows {
        /// From here on.
        from: u64,
        /// Generations.
        period: u64,
        /// Cells.
        gain: u64,
    },
    /// No generation before can have led here.
    GardenOfEden,
}

/// A pattern of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The name of its file without the ending.
    pub key: &'static str,
    /// What it is, the most telling first: `oscillator`, `shuttle`.
    pub tags: &'static [&'static str],
    /// What the tests check.
    pub fact: Fact,
    /// The file's text.
    pub rle: &'static str,
}

impl Entry {
    /// The pattern in the file.
    ///
    /// # Errors
    /// None for the files that the tests have read.
    pub fn pattern(&self) -> Result<Pattern, RleError> {
        rle::read(self.rle)
    }

    /// Its name in full.
    pub fn name(&self) -> &'static str {
        self.remark("#N ").unwrap_or(self.key)
    }

    /// A line about it.
    pub fn text(&self) -> &'static str {
        self.remark("#C ").unwrap_or("")
    }

    /// Its rule as the file has it.
    pub fn rule(&self) -> &'static str {
        let header = self.rle.lines().find(|line| line.starts_with("x = "));
        header
            .and_then(|line| line.split_once("rule = "))
            .map_or("B3/S23", |(_, rule)| rule.trim())
    }

    fn remark(&self, mark: &str) -> Option<&'static str> {
        self.rle.lines().find_map(|line| line.strip_prefix(mark))
    }
}

/// The pattern with this key.
pub fn entry(key: &str) -> Option<&'static Entry> {
    CATALOGUE.iter().find(|entry| entry.key == key)
}

/// The patterns that all of these words fit, those whose names they begin first. Words are
/// looked for in key, name, tags, rule and text, whatever their case; `p15` finds the period.
pub fn search(words: &str) -> Vec<&'static Entry> {
    let words: Vec<String> = words.split_whitespace().map(str::to_lowercase).collect();
    let mut found: Vec<(u32, &'static Entry)> = CATALOGUE
        .iter()
        .filter_map(|entry| {
            let name = entry.name().to_lowercase();
            let period = match entry.fact {
                Fact::Period(period) | Fact::Flies { period, .. } => format!("p{period}"),
                _ => String::new(),
            };
            let text = entry.text().to_lowercase();
            let rule = entry.rule().to_lowercase();
            let mut rank = 0;
            for word in &words {
                let begins = |text: &str| {
                    text.split(|c: char| !c.is_alphanumeric())
                        .any(|part| part.starts_with(word.as_str()))
                };
                rank += if name.starts_with(word.as_str()) || entry.key == word || period == *word {
                    0
                } else if begins(&name) || begins(entry.key) {
                    1
                } else if entry.tags.iter().any(|tag| tag.starts_with(word.as_str()))
                    || rule.starts_with(word.as_str())
                {
                    2
                } else if begins(&text) {
                    3
                } else {
                    return None;
                };
            }
            Some((rank, entry))
        })
        .collect();
    found.sort_by_key(|&(rank, _)| rank);
    found.into_iter().map(|(_, entry)| entry).collect()
}

/// A pattern small enough for a thumbnail: at most `most` cells wide and high, each standing for
/// a square of as many cells as needed. A square takes its highest state.
pub fn thumbnail(pattern: &Pattern, most: u64) -> Pattern {
    let mut small = pattern.clone();
    small.fit();
    let factor = small.size.0.max(small.size.1).div_ceil(most.max(1)) as i64;
    if factor <= 1 {
        return small;
    }
    let mut cells = Vec::new();
    for &Run {
        y,
        x,
        length,
        state,
    } in &small.runs
    {
        let (from, to) = (x / factor, (x + length as i64 - 1) / factor);
        cells.extend((from..=to).map(|x| (x, y / factor, state)));
    }
    cells.sort_unstable();
    let shrunk = Pattern::from_states(cells);
    small.size = shrunk.size;
    small.runs = shrunk.runs;
    small.position = None;
    small
}
