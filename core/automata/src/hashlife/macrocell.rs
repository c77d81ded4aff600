//! Macrocell files, Golly's form for what is too large for RLE: the squares of the tree, each
//! once, children before parents.
//!
//! `[M2]` is followed by remarks (`#R` rule, `#G` generation) and one line a square: a leaf as
//! eight rows of `.` and `*` ended by `$`, a larger square as its level and its four quarters by
//! line number (counted from 1; 0 is empty). The last line is the whole. The order is fixed by
//! the cells, so that equal universes give equal files.

use std::collections::HashMap;
use std::fmt::Write;

use num_bigint::BigUint;
use num_traits::Zero;
use thiserror::Error;

use super::store::{Id, LEAF, NONE, Stop, Store};
use super::{HashLifeError, MAX_LEVEL, Universe};
use crate::rule::Rule;

/// Why a macrocell file could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MacrocellError {
    /// A line that is no square.
    #[error("line {line}: {problem}")]
    Line {
        /// Counted from 1.
        line: usize,
        /// What is wrong.
        problem: String,
    },
    /// The rule or the memory.
    #[error(transparent)]
    Universe(#[from] HashLifeError),
}

/// A square of a listing: a leaf's cells, or quarters by place in the list from 1, 0 for empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Square {
    Leaf(u64),
    Node { level: u16, quarters: [u32; 4] },
}

impl Store {
    /// Every square below `root` that is not empty, children first.
    pub(super) fn listing(&self, root: Id) -> Vec<Square> {
        let mut list = Vec::new();
        let mut places: HashMap<Id, u32> = HashMap::new();
        // Each entry: a square, and how many of its quarters have been visited.
        let mut stack = vec![(root, 0)];
        while let Some((id, visited)) = stack.pop() {
            let node = self.node(id);
            if node.population == 0 || places.contains_key(&id) {
                continue;
            }
            if node.level == LEAF {
                list.push(Square::Leaf(node.cells()));
            } else if visited < 4 {
                stack.push((id, visited + 1));
                stack.push((node.child[visited], 0));
                continue;
            } else {
                let place = |child: &Id| places.get(child).copied().unwrap_or(0);
                list.push(Square::Node {
                    level: node.level,
                    quarters: [0, 1, 2, 3].map(|i: usize| place(&node.child[i])),
                });
            }
            places.insert(id, list.len() as u32);
        }
        list
    }

    /// The square that a listing describes; `level` is that of an empty one.
    pub(super) fn rebuild(&mut self, list: &[Square], level: u16) -> Result<Id, Stop> {
        let mut ids: Vec<Id> = Vec::with_capacity(list.len());
        for square in list {
            let id = match *square {
                Square::Leaf(cells) => self.leaf(cells)?,
                Square::Node { level, quarters } => {
                    let empty = self.empty(level - 1)?;
                    let child = quarters.map(|place| match place.checked_sub(1) {
                        Some(place) => ids.get(place as usize).copied().unwrap_or(empty),
                        None => empty,
                    });
                    self.join(child)?
                }
            };
            ids.push(id);
        }
        match ids.last() {
            Some(&id) if id != NONE => Ok(id),
            _ => self.empty(level.max(LEAF + 1)),
        }
    }
}

impl Universe {
    /// The universe as a macrocell file.
    pub fn macrocell(&self) -> String {
        let list = self.lock().listing(self.root.id());
        // Writing to a String cannot fail.
        let mut text = format!("[M2] (strange-loom)\n#R {}\n", self.rule());
        if !self.generation().is_zero() {
            let _ = writeln!(text, "#G {}", self.generation());
        }
        for square in list {
            match square {
                Square::Leaf(cells) => {
                    let rows = 8 - cells.leading_zeros() / 8;
                    for row in 0..rows {
                        let bits = (cells >> (8 * row) & 0xff) as u8;
                        for x in 0..8 - bits.leading_zeros() {
                            text.push(if bits >> x & 1 != 0 { '*' } else { '.' });
                        }
                        text.push('$');
                    }
                    text.push('\n');
                }
                Square::Node {
                    level,
                    quarters: [nw, ne, sw, se],
                } => {
                    let _ = writeln!(text, "{level} {nw} {ne} {sw} {se}");
                }
            }
        }
        text
    }

    /// Reads a macrocell file of two states; `rule` overrides the file's own.
    ///
    /// # Errors
    /// A line that is not macrocell; a rule that HashLife doesn't run; memory.
    pub fn from_macrocell(
        text: &str,
        rule: Option<Rule>,
        limit: u64,
    ) -> Result<Self, MacrocellError> {
        if !text.starts_with("[M2]") {
            return Err(MacrocellError::Line {
                line: 1,
                problem: "a macrocell file starts with [M2]".to_owned(),
            });
        }
        let mut generation = BigUint::zero();
        let mut stated = None;
        let mut list: Vec<Square> = Vec::new();
        let mut levels: Vec<u16> = Vec::new();
        for (index, line) in text.lines().enumerate().skip(1) {
            let fail = |problem: String| MacrocellError::Line {
                line: index + 1,
                problem,
            };
            if let Some(remark) = line.strip_prefix('#') {
                if let Some(text) = remark.strip_prefix("R ") {
                    let parsed: Result<Rule, _> = text.trim().parse();
                    stated = Some(parsed.map_err(|error| fail(error.to_string()))?);
                } else if let Some(text) = remark.strip_prefix("G ")
                    && text.len() <= 4096
                {
                    let number = text.trim().parse();
                    generation =
                        number.map_err(|_| fail(format!("{text:?} is not a generation")))?;
                }
                continue;
            }
            if line.trim().is_empty() {
                continue;
            }
            let square = square(line, &levels).map_err(fail)?;
            levels.push(match square {
                Square::Leaf(_) => LEAF,
                Square::Node { level, .. } => level,
            });
            list.push(square);
        }
        // A lone leaf is the north-west quarter of nothing: it stands around the origin.
        let rule = rule.or(stated).unwrap_or(crate::rule::LIFE);
        let mut universe = Self::new(rule, limit)?;
        let mut store = universe.lock();
        let memory = HashLifeError::PatternTooBig {
            limit: store.limit() >> 20,
        };
        let id = store.rebuild(&list, LEAF + 1).and_then(|id| {
            let id = if store.node(id).level == LEAF {
                let empty = store.empty(LEAF)?;
                store.join([id, empty, empty, empty])?
            } else {
                id
            };
            store.trim(id)
        });
        let root = store.hold(id.map_err(|_| memory)?);
        drop(store);
        universe.root = root;
        universe.generation = generation;
        Ok(universe)
    }
}

/// One line of a file; `levels` are those of the lines before.
fn square(line: &str, levels: &[u16]) -> Result<Square, String> {
    if line.starts_with(['.', '*', '$']) {
        let (mut cells, mut x, mut y) = (0u64, 0, 0);
        for c in line.trim_end().chars() {
            match c {
                '$' => (x, y) = (0, y + 1),
                '.' => x += 1,
                '*' if x < 8 && y < 8 => {
                    cells |= 1 << (8 * y + x);
                    x += 1;
                }
                _ => return Err("a leaf has 8 rows of at most 8 cells, . or *".to_owned()),
            }
        }
        return Ok(Square::Leaf(cells));
    }
    let numbers: Result<Vec<u32>, _> = line.split_whitespace().map(str::parse).collect();
    let [level, quarters @ ..] = &numbers.unwrap_or_default()[..] else {
        return Err("a level and four line numbers are expected".to_owned());
    };
    let quarters: [u32; 4] = quarters
        .try_into()
        .map_err(|_| "a level and four line numbers are expected".to_owned())?;
    if *level <= u32::from(LEAF) || *level > u32::from(MAX_LEVEL) {
        return Err(format!(
            "level {level} is not supported; levels go from 4 to {MAX_LEVEL}, with leaves of 8 × 8"
        ));
    }
    for place in quarters {
        let below = match place.checked_sub(1) {
            None => continue,
            Some(place) => levels.get(place as usize),
        };
        if below.copied().map(u32::from) != Some(level - 1) {
            return Err(format!(
                "quarter {place} is not an earlier square of level {}",
                level - 1
            ));
        }
    }
    Ok(Square::Node {
        level: *level as u16,
        quarters,
    })
}
