//! Macrocell files, Golly's form for what is too large for RLE: the squares of the tree, each
//! once, children before parents.
//!
//! `[M2]` is followed by remarks (`#R` rule, `#G` generation) and one line a square: a leaf as
//! eight rows of `.` and `*` ended by `$`, a larger square as its level and its four quarters by
//! line number (counted from 1; 0 is empty). The last line is the whole. A file of more than two
//! states has squares down to level 1, whose quarters are the states themselves, and no leaves
//! of dots. The order is fixed by the cells, so that equal universes give equal files.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::Arc;

use num_bigint::BigUint;
use num_traits::Zero;
use thiserror::Error;

use super::leaf::{gathered, of_word, spread};
use super::store::{Id, Square, Stop, Store};
use super::{HashLifeError, MAX_LEVEL, Universe};
use crate::local::Local;
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
    /// More states than the rule has.
    #[error(
        "the file has cells of state {highest}, and the rule has the states 0 to {}; choose the \
         rule that the file was made for",
        states - 1
    )]
    States {
        /// The highest state in the file.
        highest: u8,
        /// States of the rule.
        states: usize,
    },
    /// The rule or the memory.
    #[error(transparent)]
    Universe(#[from] HashLifeError),
}

/// The level of 8 × 8 cells.
const EIGHT: u16 = 3;

/// A square of a listing; quarters are given by place in the list from 1 on, 0 for empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Listed {
    /// 8 × 8 cells of two states, bit `8 y + x`.
    Bits(u64),
    /// 8 × 8 cells, a byte each, as four leaves.
    Bytes([[u32; 4]; 4]),
    Quarters {
        level: u16,
        quarters: [u32; 4],
    },
}

impl Store {
    /// Every square below `root` that is not empty, children first.
    pub(super) fn listing(&self, root: Square) -> Vec<Listed> {
        let mut list = Vec::new();
        let mut places: HashMap<Id, u32> = HashMap::new();
        // Each entry: a square, and how many of its quarters have been visited.
        let mut stack = vec![(root, 0)];
        while let Some((square, visited)) = stack.pop() {
            if self.is_empty(square.id) || places.contains_key(&square.id) {
                continue;
            }
            let quarters = self.child(square.id);
            if square.level == EIGHT {
                list.push(if self.kind.is_bits() {
                    Listed::Bits(self.kind.alive(quarters))
                } else {
                    Listed::Bytes(quarters.map(|leaf| self.child(leaf)))
                });
            } else if visited < 4 {
                stack.push((square, visited + 1));
                stack.push((self.split(square)[visited], 0));
                continue;
            } else {
                list.push(Listed::Quarters {
                    level: square.level,
                    quarters: quarters.map(|id| places.get(&id).copied().unwrap_or(0)),
                });
            }
            places.insert(square.id, list.len() as u32);
        }
        list
    }

    /// The square that a listing describes; `level` is that of an empty one. A listing of the
    /// other kind of cells is translated.
    pub(super) fn rebuild(&mut self, list: &[Listed], level: u16) -> Result<Square, Stop> {
        let mut squares: Vec<Square> = Vec::with_capacity(list.len());
        for listed in list {
            squares.push(match *listed {
                Listed::Bits(word) => self.eight(word, || spread(word))?,
                Listed::Bytes(leaves) => self.eight(gathered(leaves), || leaves)?,
                Listed::Quarters { level, quarters } => {
                    let empty = self.empty(level - 1);
                    let below = quarters.map(|place| {
                        let place = place.checked_sub(1).map(|place| place as usize);
                        let square = place.and_then(|place| squares.get(place));
                        square.map_or(empty, |square| square.id)
                    });
                    Square {
                        id: self.join(below)?,
                        level,
                    }
                }
            });
        }
        match squares.last() {
            // A lone leaf lies around the origin.
            Some(&square) if square.level == self.base() => {
                let mut quarters = [[0; 4]; 4];
                let cells = self.child(square.id);
                for (x, y) in (0..8).flat_map(|y| (0..8).map(move |x| (x, y))) {
                    let quarter = &mut quarters[usize::from(x >= 4) + 2 * usize::from(y >= 4)];
                    let state = self.kind.state(cells, x, y);
                    *quarter = self.kind.put(*quarter, (x + 4) % 8, (y + 4) % 8, state);
                }
                let mut ids = [0; 4];
                for (id, cells) in ids.iter_mut().zip(quarters) {
                    *id = self.leaf(cells)?;
                }
                Ok(Square {
                    id: self.join(ids)?,
                    level: square.level + 1,
                })
            }
            Some(&square) => Ok(square),
            None => {
                let level = level.max(self.base() + 1);
                let id = self.empty(level);
                Ok(Square { id, level })
            }
        }
    }

    /// A square of 8 × 8 cells.
    fn eight(&mut self, word: u64, leaves: impl Fn() -> [[u32; 4]; 4]) -> Result<Square, Stop> {
        let id = if self.kind.is_bits() {
            self.leaf(of_word(word))?
        } else {
            let mut ids = [0; 4];
            for (id, cells) in ids.iter_mut().zip(leaves()) {
                *id = self.leaf(cells)?;
            }
            self.join(ids)?
        };
        Ok(Square { id, level: EIGHT })
    }
}

impl Universe {
    /// The universe as a macrocell file.
    pub fn macrocell(&self) -> String {
        let (list, bits) = {
            let store = self.lock();
            (store.listing(self.root.square()), store.kind.is_bits())
        };
        // Writing to a String cannot fail.
        let mut text = format!("[M2] (strange-loom)\n#R {}\n", self.rule());
        if !self.generation().is_zero() {
            let _ = writeln!(text, "#G {}", self.generation());
        }
        let mut small = Small::default();
        // With squares smaller than a leaf between them, lines and places are different numbers.
        let mut lines: Vec<u32> = Vec::new();
        for listed in list {
            match listed {
                Listed::Bits(cells) => {
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
                Listed::Bytes(leaves) => {
                    let quarters = leaves.map(|leaf| {
                        let rows = leaf.map(u32::to_le_bytes);
                        let pair = |x: usize, y: usize| {
                            let [a, b, c, d] = [(0, 0), (1, 0), (0, 1), (1, 1)]
                                .map(|(dx, dy)| rows[y + dy][x + dx]);
                            [a, b, c, d].map(u32::from)
                        };
                        let four = [pair(0, 0), pair(2, 0), pair(0, 2), pair(2, 2)];
                        let four = four.map(|states| small.line(&mut text, 1, states));
                        small.line(&mut text, 2, four)
                    });
                    lines.push(small.line(&mut text, EIGHT, quarters));
                }
                Listed::Quarters { level, quarters } => {
                    let quarters = if bits {
                        quarters
                    } else {
                        quarters
                            .map(|place| place.checked_sub(1).map_or(0, |at| lines[at as usize]))
                    };
                    lines.push(small.line(&mut text, level, quarters));
                }
            }
        }
        text
    }

    /// Reads a macrocell file; `rule` overrides the file's own.
    ///
    /// # Errors
    /// A line that is not macrocell, a state that the rule doesn't have; a rule that HashLife
    /// doesn't run; memory.
    pub fn from_macrocell(
        text: &str,
        rule: Option<Rule>,
        limit: u64,
    ) -> Result<Self, MacrocellError> {
        let file = File::read(text)?;
        let rule = rule
            .or_else(|| file.rule.clone())
            .unwrap_or(crate::rule::LIFE);
        Self::new(rule, limit)?.holding_file(&file)
    }

    /// Reads a macrocell file under any rule of up to 256 states, as [`Self::new_local`] takes
    /// it.
    ///
    /// # Errors
    /// A line that is not macrocell, a state that the rule doesn't have; memory.
    pub fn from_macrocell_local(
        text: &str,
        rule: Rule,
        local: Arc<dyn Local>,
        limit: u64,
    ) -> Result<Self, MacrocellError> {
        Self::new_local(rule, local, limit)?.holding_file(&File::read(text)?)
    }

    fn holding_file(mut self, file: &File) -> Result<Self, MacrocellError> {
        let (highest, states) = (file.highest, self.lock().kind.states());
        if let Some(states) = states.filter(|&states| usize::from(highest) >= states) {
            return Err(MacrocellError::States { highest, states });
        }
        let mut store = self.lock();
        let memory = HashLifeError::PatternTooBig {
            limit: store.limit() >> 20,
        };
        let level = store.base() + 1;
        let square = store
            .rebuild(&file.list, level)
            .and_then(|square| store.trim(square));
        let root = store.hold(square.map_err(|_| memory)?);
        drop(store);
        self.root = root;
        self.generation.clone_from(&file.generation);
        Ok(self)
    }
}

/// The lines of a file of several states: each square once.
#[derive(Default)]
struct Small {
    known: HashMap<(u16, [u32; 4]), u32>,
    count: u32,
}

impl Small {
    /// The number of a square's line, which is written if it is new; 0 for an empty one.
    fn line(&mut self, text: &mut String, level: u16, quarters: [u32; 4]) -> u32 {
        if quarters == [0; 4] {
            return 0;
        }
        if let Some(&line) = self.known.get(&(level, quarters)) {
            return line;
        }
        let [nw, ne, sw, se] = quarters;
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{level} {nw} {ne} {sw} {se}");
        self.count += 1;
        self.known.insert((level, quarters), self.count);
        self.count
    }
}

/// What a macrocell file says.
struct File {
    rule: Option<Rule>,
    generation: BigUint,
    list: Vec<Listed>,
    highest: u8,
}

/// What a line of a file stands for.
#[derive(Clone, Copy)]
enum Line {
    /// 2 × 2 states.
    Two([u8; 4]),
    /// 4 × 4 cells, as a leaf of bytes.
    Four([u32; 4]),
    /// A place in the list, counted from 1.
    Listed { level: u16, place: u32 },
}

impl Line {
    fn level(self) -> u16 {
        match self {
            Self::Two(_) => 1,
            Self::Four(_) => 2,
            Self::Listed { level, .. } => level,
        }
    }
}

impl File {
    fn read(text: &str) -> Result<Self, MacrocellError> {
        if !text.starts_with("[M2]") {
            return Err(MacrocellError::Line {
                line: 1,
                problem: "a macrocell file starts with [M2]".to_owned(),
            });
        }
        let mut file = Self {
            rule: None,
            generation: BigUint::zero(),
            list: Vec::new(),
            highest: 0,
        };
        let mut lines: Vec<Line> = Vec::new();
        for (index, line) in text.lines().enumerate().skip(1) {
            let fail = |problem: String| MacrocellError::Line {
                line: index + 1,
                problem,
            };
            if let Some(remark) = line.strip_prefix('#') {
                if let Some(text) = remark.strip_prefix("R ") {
                    let parsed: Result<Rule, _> = text.trim().parse();
                    file.rule = Some(parsed.map_err(|error| fail(error.to_string()))?);
                } else if let Some(text) = remark.strip_prefix("G ")
                    && text.len() <= 4096
                {
                    let number = text.trim().parse();
                    file.generation =
                        number.map_err(|_| fail(format!("{text:?} is not a generation")))?;
                }
            } else if !line.trim().is_empty() {
                let line = file.line(line, &lines).map_err(fail)?;
                lines.push(line);
            }
        }
        // A last square smaller than a leaf lies around the origin like any other.
        if let Some(&last) = lines.last()
            && last.level() < EIGHT
        {
            let mut cells = [[0u8; 8]; 8];
            match last {
                Line::Two([a, b, c, d]) => {
                    cells[3][3..5].copy_from_slice(&[a, b]);
                    cells[4][3..5].copy_from_slice(&[c, d]);
                }
                Line::Four(rows) => {
                    for (to, row) in cells[2..6].iter_mut().zip(rows) {
                        to[2..6].copy_from_slice(&row.to_le_bytes());
                    }
                }
                Line::Listed { .. } => {}
            }
            file.list.push(Listed::Bytes(blocks(&cells)));
        }
        Ok(file)
    }

    /// One line; `lines` are those before it.
    fn line(&mut self, line: &str, lines: &[Line]) -> Result<Line, String> {
        if line.starts_with(['.', '*', '$']) {
            let cells = dots(line)?;
            self.highest = self.highest.max(u8::from(cells != 0));
            return Ok(self.list(EIGHT, Listed::Bits(cells)));
        }
        let (level, quarters) = numbers(line)?;
        if level == 1 {
            let states = quarters.map(u8::try_from);
            if states.iter().any(Result::is_err) {
                return Err("the quarters of level 1 are states, from 0 to 255".to_owned());
            }
            let states = states.map(|state| state.unwrap_or(0));
            self.highest = self.highest.max(states.into_iter().max().unwrap_or(0));
            return Ok(Line::Two(states));
        }
        let mut below = [None; 4];
        for (below, place) in below.iter_mut().zip(quarters) {
            let Some(at) = place.checked_sub(1) else {
                continue;
            };
            *below = lines.get(at as usize).copied();
            if below.map(Line::level) != Some(level - 1) {
                return Err(format!(
                    "quarter {place} is not an earlier square of level {}",
                    level - 1
                ));
            }
        }
        let two = |line: Option<Line>| match line {
            Some(Line::Two(states)) => states,
            _ => [0; 4],
        };
        let four = |line: Option<Line>| match line {
            Some(Line::Four(rows)) => rows,
            _ => [0; 4],
        };
        Ok(match level {
            2 => {
                let [nw, ne, sw, se] = below.map(two);
                let row = |w: [u8; 4], e: [u8; 4], y: usize| {
                    u32::from_le_bytes([w[y], w[y + 1], e[y], e[y + 1]])
                };
                Line::Four([
                    row(nw, ne, 0),
                    row(nw, ne, 2),
                    row(sw, se, 0),
                    row(sw, se, 2),
                ])
            }
            EIGHT => self.list(EIGHT, Listed::Bytes(below.map(four))),
            level => {
                let quarters = below.map(|line| match line {
                    Some(Line::Listed { place, .. }) => place,
                    _ => 0,
                });
                self.list(level, Listed::Quarters { level, quarters })
            }
        })
    }

    fn list(&mut self, level: u16, listed: Listed) -> Line {
        self.list.push(listed);
        Line::Listed {
            level,
            place: self.list.len() as u32,
        }
    }
}

/// 8 × 8 cells as four leaves of bytes.
fn blocks(cells: &[[u8; 8]; 8]) -> [[u32; 4]; 4] {
    std::array::from_fn(|place| {
        std::array::from_fn(|y| {
            let row = &cells[4 * (place / 2) + y];
            u32::from_le_bytes(std::array::from_fn(|x| row[4 * (place % 2) + x]))
        })
    })
}

/// A leaf written as rows of dots and stars.
fn dots(line: &str) -> Result<u64, String> {
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
    Ok(cells)
}

/// A level and four numbers.
fn numbers(line: &str) -> Result<(u16, [u32; 4]), String> {
    let numbers: Result<Vec<u32>, _> = line.split_whitespace().map(str::parse).collect();
    let [level, quarters @ ..] = &numbers.unwrap_or_default()[..] else {
        return Err("a level and four line numbers are expected".to_owned());
    };
    let quarters: [u32; 4] = quarters
        .try_into()
        .map_err(|_| "a level and four line numbers are expected".to_owned())?;
    if !(1..=u32::from(MAX_LEVEL)).contains(level) {
        return Err(format!(
            "level {level} is not supported; levels go from 1 to {MAX_LEVEL}"
        ));
    }
    Ok((*level as u16, quarters))
}
