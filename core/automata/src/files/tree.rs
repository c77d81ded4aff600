//! Macrocell files of any number of states, as a tree that belongs to no engine.
//!
//! `[M2]` is followed by remarks and one line a square, children before parents: for two states
//! a leaf of 8 × 8 cells as eight rows of `.` and `*` ended by `$`; otherwise, at level 1, the
//! states of 2 × 2 cells; above that a level and four quarters (nw, ne, sw, se) by line number,
//! counted from 1, 0 for empty. The last square is the whole; its middle is the origin.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;

use num_bigint::BigUint;

use super::FileError;
use crate::pattern::Pattern;
use crate::rle::Resolve;
use crate::rule::{Rule, RuleError, Topology};

/// The highest level that is read: a side of 2^4000 cells.
const MAX_LEVEL: u16 = 4000;

/// The highest level whose cells have coordinates: a side of 2^40.
const FLAT_LEVEL: u16 = 40;

/// A square of the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Square {
    /// 8 × 8 cells of two states, bit `x + 8 y`.
    Leaf(u64),
    /// The states of 2 × 2 cells: nw, ne, sw, se.
    Cells([u8; 4]),
    /// Four quarters by their place in the list from 1, 0 for empty: nw, ne, sw, se.
    Node {
        /// The side is 2^level cells.
        level: u16,
        /// nw, ne, sw, se.
        quarters: [u32; 4],
    },
}

impl Square {
    fn level(&self) -> u16 {
        match self {
            Self::Leaf(_) => 3,
            Self::Cells(_) => 1,
            Self::Node { level, .. } => *level,
        }
    }
}

/// A universe as a list of squares, children before parents; the last is the whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    /// The pattern's name (`#N`).
    pub name: Option<String>,
    /// Comment lines (`#C`).
    pub comments: Vec<String>,
    /// The rule (`#R`), if the file names one.
    pub rule: Option<Rule>,
    /// The generation (`#G`).
    pub generation: BigUint,
    /// The squares.
    pub squares: Vec<Square>,
}

/// Reads a macrocell file.
///
/// # Errors
/// A line that is no square, with its number; a square that doesn't fit its quarters.
pub fn read(text: &str, resolve: Resolve) -> Result<Tree, FileError> {
    let mut tree = Tree::default();
    let mut lines = text.lines().enumerate();
    match lines.next() {
        Some((_, first)) if first.trim_start().starts_with("[M2]") => {}
        _ => return Err(FileError::at(1, "a macrocell file starts with [M2]")),
    }
    for (number, line) in lines {
        let line = line.trim();
        if let Some(remark) = line.strip_prefix('#') {
            tree.remark(remark, number + 1, resolve)?;
        } else if !line.is_empty() {
            let square = if line.starts_with(['.', '*', '$']) {
                leaf(line, number + 1)?
            } else {
                tree.node(line, number + 1)?
            };
            tree.squares.push(square);
            if tree.squares.len() > u32::MAX as usize {
                return Err(FileError::at(number + 1, "more than 2^32 squares"));
            }
        }
    }
    Ok(tree)
}

fn leaf(line: &str, number: usize) -> Result<Square, FileError> {
    let (mut cells, mut x, mut y) = (0u64, 0, 0);
    for (at, c) in line.chars().enumerate() {
        match c {
            '$' => (x, y) = (0, y + 1),
            '.' | '*' if x < 8 && y < 8 => {
                cells |= u64::from(c == '*') << (x + 8 * y);
                x += 1;
            }
            '.' | '*' => {
                let problem = "a leaf has 8 rows of 8 cells, no more";
                return Err(FileError::in_line(number, at + 1, problem));
            }
            _ => {
                let problem = format!("{c:?} is not part of a leaf; ., * and $ are");
                return Err(FileError::in_line(number, at + 1, problem));
            }
        }
    }
    Ok(Square::Leaf(cells))
}

impl Tree {
    fn remark(&mut self, remark: &str, line: usize, resolve: Resolve) -> Result<(), FileError> {
        let mut chars = remark.chars();
        let kind = chars.next();
        let rest = chars.as_str().trim();
        match kind {
            Some('R') => {
                self.rule = Some(resolve(rest).map_err(|e: RuleError| {
                    FileError::at(line, format!("rule {rest:?}: {}", e.problem))
                })?);
            }
            Some('G') => {
                if rest.len() > 4096 {
                    return Err(FileError::at(line, "the generation has too many digits"));
                }
                self.generation = rest.parse().map_err(|_| {
                    FileError::at(
                        line,
                        format!("{rest:?} is no generation; a whole number is"),
                    )
                })?;
            }
            Some('N') => self.name = Some(rest.to_owned()),
            Some('C') if !rest.is_empty() => self.comments.push(rest.to_owned()),
            _ => {}
        }
        Ok(())
    }

    fn node(&self, line: &str, number: usize) -> Result<Square, FileError> {
        let fail = |problem: String| Err(FileError::at(number, problem));
        let mut numbers = [0u32; 5];
        let mut words = line.split_whitespace();
        for slot in &mut numbers {
            match words.next().map(str::parse) {
                Some(Ok(value)) => *slot = value,
                _ => {
                    return fail(
                        "a square is a level and four whole numbers, such as 4 1 0 0 2".into(),
                    );
                }
            }
        }
        if words.next().is_some() {
            return fail("a square is a level and four numbers, no more".to_owned());
        }
        let [level, quarters @ ..] = numbers;
        if level == 1 {
            let mut states = [0u8; 4];
            for (state, &quarter) in states.iter_mut().zip(&quarters) {
                *state = match u8::try_from(quarter) {
                    Ok(state) => state,
                    Err(_) => return fail(format!("state {quarter}; states go up to 255")),
                };
            }
            return Ok(Square::Cells(states));
        }
        let level = match u16::try_from(level) {
            Ok(level) if (2..=MAX_LEVEL).contains(&level) => level,
            _ => return fail(format!("level {level}; levels go from 1 to {MAX_LEVEL}")),
        };
        for &quarter in quarters.iter().filter(|&&quarter| quarter > 0) {
            match self.squares.get(quarter as usize - 1) {
                None => return fail(format!("square {quarter} has not been given before")),
                Some(square) if square.level() + 1 != level => {
                    return fail(format!(
                        "square {quarter} is of level {}, not {}",
                        square.level(),
                        level - 1
                    ));
                }
                Some(_) => {}
            }
        }
        Ok(Square::Node { level, quarters })
    }

    /// The side of the whole is 2 to the power of this; 0 for an empty tree.
    pub fn level(&self) -> u16 {
        self.squares.last().map_or(0, Square::level)
    }

    /// The highest state in use, also in squares that the whole doesn't contain.
    pub fn highest_state(&self) -> u8 {
        let highest = |square: &Square| match square {
            Square::Leaf(cells) => u8::from(*cells != 0),
            Square::Cells(states) => states.iter().copied().max().unwrap_or(0),
            Square::Node { .. } => 0,
        };
        self.squares.iter().map(highest).max().unwrap_or(0)
    }

    /// The number of live cells in each square, in the order of the list.
    fn populations(&self) -> Vec<BigUint> {
        let mut counts: Vec<BigUint> = Vec::with_capacity(self.squares.len());
        for square in &self.squares {
            let count = match square {
                Square::Leaf(cells) => cells.count_ones().into(),
                Square::Cells(states) => states.iter().filter(|&&s| s > 0).count().into(),
                Square::Node { quarters, .. } => quarters
                    .iter()
                    .filter_map(|&q| counts.get((q as usize).checked_sub(1)?))
                    .sum(),
            };
            counts.push(count);
        }
        counts
    }

    /// Number of live cells.
    pub fn population(&self) -> BigUint {
        self.populations().pop().unwrap_or_default()
    }

    /// The live cells one by one.
    ///
    /// # Errors
    /// More live cells than `limit`; a side of more than 2^40 cells.
    pub fn pattern(&self, limit: u64) -> Result<Pattern, FileError> {
        let counts = self.populations();
        let mut pattern = Pattern {
            name: self.name.clone(),
            comments: self.comments.clone(),
            rule: self.rule.clone(),
            generation: self.generation.clone(),
            ..Pattern::default()
        };
        let Some(population) = counts.last().filter(|count| count.bits() > 0) else {
            return Ok(pattern);
        };
        if *population > limit.into() {
            return Err(FileError::new(format!(
                "{population} live cells are more than the {limit} that can be listed one by \
                 one; open the file as an unbounded universe"
            )));
        }
        if self.level() > FLAT_LEVEL {
            return Err(FileError::new(format!(
                "a side of 2^{} cells is too long to list cells; open the file as an unbounded \
                 universe",
                self.level()
            )));
        }
        let half = (1i64 << self.level()) >> 1;
        let mut cells = Vec::new();
        let mut stack = vec![(self.squares.len(), -half, -half)];
        while let Some((place, x, y)) = stack.pop() {
            let Some(at) = place.checked_sub(1) else {
                continue;
            };
            if counts[at].bits() == 0 {
                continue;
            }
            match self.squares[at] {
                Square::Leaf(bits) => cells.extend(
                    (0..64)
                        .filter(|bit| bits >> bit & 1 != 0)
                        .map(|bit| (x + bit % 8, y + bit / 8, 1)),
                ),
                Square::Cells([nw, ne, sw, se]) => cells.extend([
                    (x, y, nw),
                    (x + 1, y, ne),
                    (x, y + 1, sw),
                    (x + 1, y + 1, se),
                ]),
                Square::Node { level, quarters } => {
                    let side = 1i64 << (level - 1);
                    let corners = [(x, y), (x + side, y), (x, y + side), (x + side, y + side)];
                    for (quarter, (x, y)) in quarters.into_iter().zip(corners) {
                        stack.push((quarter as usize, x, y));
                    }
                }
            }
        }
        pattern.take_placed(cells);
        Ok(pattern)
    }

    /// The tree of a pattern, at its place on its rule's grid.
    ///
    /// # Errors
    /// Cells that are farther than 2^39 from the origin.
    pub fn of(pattern: &Pattern) -> Result<Self, FileError> {
        let topology = pattern
            .rule
            .as_ref()
            .map_or(Topology::Plane, |rule| rule.topology);
        let two = pattern.highest_state() <= 1;
        let leaf: u16 = if two { 3 } else { 1 };
        let far = pattern
            .placed(topology)
            .flat_map(|run| [run.x, run.x + run.length as i64 - 1, run.y])
            .map(|c| if c < 0 { -(c + 1) } else { c })
            .max()
            .unwrap_or(0);
        let level = (65 - far.leading_zeros() as u16).max(leaf + 1);
        if level > FLAT_LEVEL {
            return Err(FileError::new(format!(
                "cells {far} away from the origin are too far out for a macrocell file"
            )));
        }
        let half = (1i64 << level) >> 1;
        // The squares of one level by row and column.
        let mut below: BTreeMap<(i64, i64), Square> = BTreeMap::new();
        for run in pattern.placed(topology) {
            for x in run.x..run.x + run.length as i64 {
                let (x, y) = (x + half, run.y + half);
                let place = (y >> leaf, x >> leaf);
                let empty = if two {
                    Square::Leaf(0)
                } else {
                    Square::Cells([0; 4])
                };
                match below.entry(place).or_insert(empty) {
                    Square::Leaf(cells) => *cells |= 1 << ((x & 7) + 8 * (y & 7)),
                    Square::Cells(states) => {
                        states[((x & 1) + 2 * (y & 1)) as usize] = run.state;
                    }
                    Square::Node { .. } => {}
                }
            }
        }
        let mut tree = Self {
            name: pattern.name.clone(),
            comments: pattern.comments.clone(),
            rule: pattern.rule.clone(),
            generation: pattern.generation.clone(),
            squares: Vec::new(),
        };
        let mut places: HashMap<Square, u32> = HashMap::new();
        for above in leaf + 1..=level + 1 {
            let mut quarters: BTreeMap<(i64, i64), [u32; 4]> = BTreeMap::new();
            for (&(y, x), square) in &below {
                let next = tree.squares.len() as u32 + 1;
                let place = *places.entry(*square).or_insert(next);
                if place == next {
                    tree.squares.push(*square);
                }
                let quarter = ((x & 1) + 2 * (y & 1)) as usize;
                quarters.entry((y >> 1, x >> 1)).or_default()[quarter] = place;
            }
            below = quarters
                .into_iter()
                .map(|(place, quarters)| {
                    (
                        place,
                        Square::Node {
                            level: above,
                            quarters,
                        },
                    )
                })
                .collect();
        }
        Ok(tree)
    }

    /// The tree as a macrocell file.
    pub fn write(&self) -> String {
        // Writing to a String cannot fail.
        let mut text = "[M2] (strange-loom)\n".to_owned();
        if let Some(name) = &self.name {
            let _ = writeln!(text, "#N {}", name.trim());
        }
        for line in self.comments.iter().flat_map(|comment| comment.lines()) {
            let _ = writeln!(text, "#C {}", line.trim());
        }
        if let Some(rule) = &self.rule {
            let _ = writeln!(text, "#R {rule}");
        }
        if self.generation.bits() > 0 {
            let _ = writeln!(text, "#G {}", self.generation);
        }
        for square in &self.squares {
            match square {
                Square::Leaf(cells) => {
                    for row in 0..(8 - cells.leading_zeros() / 8).max(1) {
                        let bits = (cells >> (8 * row) & 0xff) as u8;
                        for x in 0..8 - bits.leading_zeros() {
                            text.push(if bits >> x & 1 != 0 { '*' } else { '.' });
                        }
                        text.push('$');
                    }
                    text.push('\n');
                }
                Square::Cells([nw, ne, sw, se]) => {
                    let _ = writeln!(text, "1 {nw} {ne} {sw} {se}");
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
}
