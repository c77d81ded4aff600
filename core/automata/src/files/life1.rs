//! Life 1.05 and 1.06, forms of the 1990s.
//!
//! 1.05 holds blocks of drawn rows, each after `#P x y`, the place of its top left corner;
//! `#D` starts a remark, `#N` says Conway's Life and `#R 23/36` names another rule. 1.06 lists
//! the live cells, `x y` on a line each.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::FileError;
use super::plaintext::two_states;
use crate::pattern::{Pattern, Run};
use crate::rle::MAX_CELLS;
use crate::rule::{LIFE, MAX_SIDE, RuleError, Topology};

/// Coordinates may not be larger than this, whatever their sign.
const FAR: i64 = MAX_SIDE as i64;

/// Side of the squares in which 1.05 is written, so that no row is longer than 80 characters.
const SQUARE: i64 = 80;

/// Whether a text is one of the two.
pub fn is_life1(text: &str) -> bool {
    text.trim_start().starts_with("#Life 1.0")
}

/// Reads either form.
///
/// # Errors
/// A line that belongs to neither, with its place; cells too far out; too many cells.
pub fn read(text: &str) -> Result<Pattern, FileError> {
    let listed = text.trim_start().starts_with("#Life 1.06");
    let mut pattern = Pattern::default();
    let mut cells: Vec<(i64, i64, u8)> = Vec::new();
    // The corner of the block that is being drawn, and the row in it.
    let mut block: Option<(i64, i64)> = None;
    let mut row = 0;
    for (number, line) in text.lines().enumerate() {
        let line = line.trim_end();
        if let Some(remark) = line.strip_prefix('#') {
            if let Some(corner) = remark.strip_prefix('P') {
                block = Some(pair(corner, number + 1)?);
                row = 0;
            } else {
                remark_of(remark, number + 1, &mut pattern)?;
            }
            continue;
        }
        if line.is_empty() && block.is_none() {
            continue;
        }
        if listed {
            let (x, y) = pair(line, number + 1)?;
            cells.push((x, y, 1));
        } else {
            let (left, top) = block.unwrap_or((0, 0));
            block = Some((left, top));
            for (at, c) in line.chars().enumerate() {
                match c {
                    '.' => {}
                    '*' => cells.push((left + at as i64, top + row, 1)),
                    _ => {
                        let problem = format!("{c:?} is no cell; . is dead and * is alive");
                        return Err(FileError::in_line(number + 1, at + 1, problem));
                    }
                }
            }
            row += 1;
        }
        if cells.len() as u64 > MAX_CELLS {
            let problem = format!("more than {MAX_CELLS} live cells; too many to read");
            return Err(FileError::at(number + 1, problem));
        }
    }
    pattern.take_placed(cells);
    Ok(pattern)
}

fn pair(text: &str, line: usize) -> Result<(i64, i64), FileError> {
    let mut numbers = text.split_whitespace().map(|word| {
        word.parse::<i64>()
            .ok()
            .filter(|c| c.abs() <= FAR)
            .ok_or_else(|| {
                let problem = format!("{word:?} is no coordinate from -{FAR} to {FAR}");
                FileError::at(line, problem)
            })
    });
    match (numbers.next(), numbers.next(), numbers.next()) {
        // A block without a place starts at the origin.
        (None, _, _) => Ok((0, 0)),
        (Some(x), Some(y), None) => Ok((x?, y?)),
        _ => Err(FileError::at(
            line,
            "two coordinates are expected, such as -3 4",
        )),
    }
}

fn remark_of(remark: &str, line: usize, pattern: &mut Pattern) -> Result<(), FileError> {
    let mut chars = remark.chars();
    let kind = chars.next();
    let rest = chars.as_str().trim();
    match kind {
        Some('N') if rest.is_empty() => pattern.rule = Some(LIFE),
        Some('R') => {
            pattern.rule = Some(rest.parse().map_err(|e: RuleError| {
                FileError::at(line, format!("rule {rest:?}: {}", e.problem))
            })?);
        }
        Some('D' | 'C') => {
            if let Some(name) = rest.strip_prefix("Name: ") {
                pattern.name = Some(name.to_owned());
            } else if let Some(author) = rest.strip_prefix("Author: ") {
                pattern.author = Some(author.to_owned());
            } else if let Some(generation) = rest.strip_prefix("Generation: ") {
                pattern.generation = generation
                    .parse()
                    .ok()
                    .filter(|_| generation.len() <= 4096)
                    .unwrap_or_default();
            } else if !rest.is_empty() {
                pattern.comments.push(rest.to_owned());
            }
        }
        _ => {}
    }
    Ok(())
}

fn head(version: &str, pattern: &Pattern) -> String {
    let mut text = format!("#Life {version}\n");
    if let Some(name) = &pattern.name {
        let _ = writeln!(text, "#D Name: {}", name.trim());
    }
    if let Some(author) = &pattern.author {
        let _ = writeln!(text, "#D Author: {}", author.trim());
    }
    if pattern.generation.bits() > 0 {
        let _ = writeln!(text, "#D Generation: {}", pattern.generation);
    }
    for line in pattern.comments.iter().flat_map(|comment| comment.lines()) {
        let _ = writeln!(text, "#D {}", line.trim());
    }
    if let Some(rule) = &pattern.rule {
        match rule.to_string().as_str() {
            "B3/S23" => text.push_str("#N\n"),
            rule => {
                let _ = writeln!(text, "#R {rule}");
            }
        }
    }
    text
}

/// Writes Life 1.05, in blocks of at most 80 × 80 cells.
///
/// # Errors
/// More than two states.
pub fn write_105(pattern: &Pattern) -> Result<String, FileError> {
    two_states(pattern, "Life 1.05")?;
    let mut blocks: BTreeMap<(i64, i64), Vec<Run>> = BTreeMap::new();
    for run in pattern.placed(Topology::Plane) {
        let (mut x, end) = (run.x, run.x + run.length as i64);
        while x < end {
            let column = x.div_euclid(SQUARE);
            let stop = end.min((column + 1) * SQUARE);
            let length = (stop - x) as u64;
            let part = Run { x, length, ..run };
            let block = blocks.entry((run.y.div_euclid(SQUARE), column));
            block.or_default().push(part);
            x = stop;
        }
    }
    let mut text = head("1.05", pattern);
    for runs in blocks.values() {
        let left = runs.iter().map(|run| run.x).min().unwrap_or(0);
        let top = runs.first().map_or(0, |run| run.y);
        let _ = writeln!(text, "#P {left} {top}");
        let (mut x, mut y) = (left, top);
        for run in runs {
            while y < run.y {
                text.push_str(if x == left { ".\n" } else { "\n" });
                (x, y) = (left, y + 1);
            }
            text.extend(std::iter::repeat_n('.', (run.x - x) as usize));
            text.extend(std::iter::repeat_n('*', run.length as usize));
            x = run.x + run.length as i64;
        }
        text.push('\n');
    }
    Ok(text)
}

/// Writes Life 1.06.
///
/// # Errors
/// More than two states.
pub fn write_106(pattern: &Pattern) -> Result<String, FileError> {
    two_states(pattern, "Life 1.06")?;
    let mut text = head("1.06", pattern);
    for run in pattern.placed(Topology::Plane) {
        for x in run.x..run.x + run.length as i64 {
            let _ = writeln!(text, "{x} {}", run.y);
        }
    }
    Ok(text)
}
