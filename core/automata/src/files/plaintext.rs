//! Cells drawn in plain text, two states: `.cells`, and Bell's `dblife`.
//!
//! Both start with remarks (`!Name: Glider`, `!Author: …`, `! anything`). Plaintext then draws
//! one row a line with `.` and `O` (or `*`); dblife puts counts before the letters, as in
//! `23.O15.3O`. The forms have no place for rule, position and generation: they are written as
//! remarks (`!Rule: B36/S23`) where they matter, and read from there.

use std::fmt::Write;

use super::FileError;
use crate::pattern::Pattern;
use crate::rle::MAX_CELLS;
use crate::rule::MAX_SIDE;

/// The most characters that a drawing may take when it is written.
const MOST: u64 = 1 << 28;

/// Reads plaintext or dblife.
///
/// # Errors
/// A character that is no cell, a run that reaches too far, too many cells.
pub fn read(text: &str) -> Result<Pattern, FileError> {
    let mut pattern = Pattern::default();
    let (mut y, mut cells, mut width) = (0u64, 0u64, 0u64);
    for (number, line) in text.lines().enumerate() {
        if let Some(remark) = line.strip_prefix('!') {
            remark_of(remark, number + 1, &mut pattern)?;
            continue;
        }
        let (mut x, mut count) = (0u64, None::<u64>);
        for (at, c) in line.chars().enumerate() {
            let fail = |problem: String| Err(FileError::in_line(number + 1, at + 1, problem));
            if let Some(digit) = c.to_digit(10) {
                let next = count.unwrap_or(0) * 10 + u64::from(digit);
                if next > u64::from(MAX_SIDE) {
                    return fail(format!("a run may hold at most {MAX_SIDE} cells"));
                }
                count = Some(next);
                continue;
            }
            let length = match count.take() {
                Some(0) => return fail("a run of 0 cells; counts start at 1".to_owned()),
                count => count.unwrap_or(1),
            };
            match c {
                '.' | ' ' | '_' => x += length,
                'O' | 'o' | '*' | '@' | 'X' => {
                    cells += length;
                    if cells > MAX_CELLS {
                        return fail(format!(
                            "more than {MAX_CELLS} live cells; too many to read"
                        ));
                    }
                    pattern.push(x as i64, y as i64, length);
                    x += length;
                }
                '\r' | '\t' => {}
                _ => return fail(format!("{c:?} is no cell; . is dead and O is alive")),
            }
            if x > u64::from(MAX_SIDE) {
                return fail(format!("the row reaches beyond {MAX_SIDE} cells"));
            }
        }
        if count.is_some() {
            let problem = "the line ends with a count; . or O must follow";
            return Err(FileError::in_line(
                number + 1,
                line.chars().count(),
                problem,
            ));
        }
        width = width.max(x);
        y += 1;
        if y > u64::from(MAX_SIDE) {
            return Err(FileError::at(
                number + 1,
                format!("more than {MAX_SIDE} rows"),
            ));
        }
    }
    pattern.size = (width, y);
    Ok(pattern)
}

fn remark_of(remark: &str, line: usize, pattern: &mut Pattern) -> Result<(), FileError> {
    let remark = remark.trim();
    let value = |key: &str| {
        let (name, value) = remark.split_once(':')?;
        name.trim().eq_ignore_ascii_case(key).then(|| value.trim())
    };
    if let Some(name) = value("Name") {
        pattern.name.get_or_insert_with(|| name.to_owned());
    } else if let Some(author) = value("Author") {
        pattern.author.get_or_insert_with(|| author.to_owned());
    } else if let Some(rule) = value("Rule") {
        let rule = rule.parse().map_err(|e: crate::rule::RuleError| {
            FileError::at(line, format!("rule {rule:?}: {}", e.problem))
        })?;
        pattern.rule = Some(rule);
    } else if let Some((x, y)) = value("Position").and_then(|v| v.split_once(',')) {
        let place = |text: &str| {
            text.trim()
                .parse::<i64>()
                .ok()
                .filter(|c| c.abs() < 1 << 40)
        };
        pattern.position = place(x).zip(place(y));
    } else if let Some(generation) = value("Generation").filter(|v| v.len() <= 4096) {
        if let Ok(generation) = generation.parse() {
            pattern.generation = generation;
        }
    } else if !remark.is_empty() {
        pattern.comments.push(remark.to_owned());
    }
    Ok(())
}

/// Writes plaintext, every cell a character.
///
/// # Errors
/// More than two states; an area of more than 2^28 cells.
pub fn write(pattern: &Pattern) -> Result<String, FileError> {
    two_states(pattern, "plaintext")?;
    let (width, height) = pattern.size;
    if width.saturating_mul(height) > MOST {
        return Err(FileError::new(format!(
            "{width} × {height} cells are too many to draw one by one; write .rle or .mc instead"
        )));
    }
    let mut text = remarks(pattern);
    let (mut x, mut y) = (0, 0);
    for run in &pattern.runs {
        while y < run.y {
            text.push_str(if x == 0 { ".\n" } else { "\n" });
            (x, y) = (0, y + 1);
        }
        text.extend(std::iter::repeat_n('.', (run.x - x) as usize));
        text.extend(std::iter::repeat_n('O', run.length as usize));
        x = run.x + run.length as i64;
    }
    if x > 0 {
        // The last row in full, so that the width is known when the file is read.
        let missing = width.saturating_sub(x as u64);
        text.extend(std::iter::repeat_n('.', missing as usize));
        text.push('\n');
    }
    Ok(text)
}

/// Writes dblife.
///
/// # Errors
/// More than two states; more than 2^28 rows.
pub fn write_dblife(pattern: &Pattern) -> Result<String, FileError> {
    two_states(pattern, "dblife")?;
    let mut text = remarks(pattern);
    if text.is_empty() {
        text.push_str("!\n");
    }
    let (mut x, mut y) = (0, 0);
    let token = |count: u64, letter: char, text: &mut String| match count {
        0 => {}
        1 => text.push(letter),
        _ => {
            let _ = write!(text, "{count}{letter}");
        }
    };
    for run in &pattern.runs {
        while y < run.y {
            text.push('\n');
            (x, y) = (0, y + 1);
        }
        token((run.x - x) as u64, '.', &mut text);
        token(run.length, 'O', &mut text);
        x = run.x + run.length as i64;
    }
    text.push('\n');
    Ok(text)
}

/// Refuses a pattern of more states than a form can hold.
pub(super) fn two_states(pattern: &Pattern, form: &str) -> Result<(), FileError> {
    match pattern.highest_state() {
        0 | 1 => Ok(()),
        state => Err(FileError::new(format!(
            "state {state} has no place in {form}, which knows two states; write .rle or .mc"
        ))),
    }
}

fn remarks(pattern: &Pattern) -> String {
    let mut text = String::new();
    if let Some(name) = &pattern.name {
        let _ = writeln!(text, "!Name: {}", name.trim());
    }
    if let Some(author) = &pattern.author {
        let _ = writeln!(text, "!Author: {}", author.trim());
    }
    if let Some(rule) = pattern.rule.as_ref().map(ToString::to_string)
        && rule != "B3/S23"
    {
        let _ = writeln!(text, "!Rule: {rule}");
    }
    if let Some((x, y)) = pattern.position {
        let _ = writeln!(text, "!Position: {x}, {y}");
    }
    if pattern.generation.bits() > 0 {
        let _ = writeln!(text, "!Generation: {}", pattern.generation);
    }
    for line in pattern.comments.iter().flat_map(|comment| comment.lines()) {
        let _ = writeln!(text, "!{}", line.trim());
    }
    text
}
