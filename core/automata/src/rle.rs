//! Run length encoded pattern files, the field's common form: reading.
//!
//! `x = 3, y = 3, rule = B3/S23` is followed by runs: `3o` three live cells, `2b` two dead ones,
//! `$` the end of a row, `!` the end of the pattern. Patterns of more states write `.` for 0, `A`
//! to `X` for 1 to 24, and `pA`, `pB` … `yO` for 25 to 255. Lines that start with `#` are remarks;
//! Golly's `#CXRLE Pos=-1,-1 Gen=7` gives the place and the generation. The header's size never
//! allocates anything: what is stored grows with the text alone. Described at
//! <https://conwaylife.com/wiki/Run_Length_Encoded> and in Golly's help on file formats.

use num_bigint::BigUint;
use thiserror::Error;

use crate::pattern::Pattern;
use crate::rule::{MAX_SIDE, Rule, RuleError};

/// The most live cells that one file may hold.
pub const MAX_CELLS: u64 = 1 << 28;

/// Why a pattern could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("line {line}, column {column}: {problem}")]
pub struct RleError {
    /// Line, from 1.
    pub line: usize,
    /// Character in the line, from 1.
    pub column: usize,
    /// What is wrong and what to do.
    pub problem: String,
}

/// Reads a whole RLE file.
///
/// The header may be missing; the rule is then left open. What follows `!` is ignored.
///
/// # Errors
/// The first thing that is not RLE, with its line and column; a header or a run that reaches
/// beyond [`MAX_SIDE`]; more than [`MAX_CELLS`] live cells.
pub fn read(text: &str) -> Result<Pattern, RleError> {
    let mut reader = Reader {
        pattern: Pattern::default(),
        x: 0,
        y: 0,
        count: None,
        prefix: None,
        states: 256,
        cells: 0,
        declared: (0, 0),
        header_seen: false,
        body_seen: false,
    };
    let mut ended = false;
    for (number, line) in text.lines().enumerate() {
        if reader.line(number + 1, line)? {
            ended = true;
            break;
        }
    }
    if !ended && !reader.header_seen && !reader.body_seen {
        return Err(RleError {
            line: 1,
            column: 1,
            problem: "no pattern here; a header such as x = 3, y = 3 and cells are expected"
                .to_owned(),
        });
    }
    Ok(reader.finish())
}

/// Reads an RLE file, or failing that the first pattern in a longer text.
///
/// # Errors
/// Where the text has a header, why what follows it can't be read; otherwise the error of
/// [`read`].
pub fn read_or_find(text: &str) -> Result<Pattern, RleError> {
    read(text).or_else(|error| {
        if mentions(text) {
            find(text)
        } else {
            Err(error)
        }
    })
}

/// Finds the first RLE pattern in a longer text, such as a pasted forum post: the lines from
/// its header (with the remarks just above) to the `!`.
///
/// # Errors
/// The errors of [`read`], with lines counted in the whole text; no header anywhere.
pub fn find(text: &str) -> Result<Pattern, RleError> {
    let lines: Vec<&str> = text.lines().map(without_marks).collect();
    let mut nearest: Option<RleError> = None;
    for (header, _) in lines.iter().enumerate().filter(|(_, l)| is_header(l)) {
        let mut first = header;
        while first > 0 && lines[first - 1].trim_start().starts_with('#') {
            first -= 1;
        }
        match read(&lines[first..].join("\n")) {
            Ok(pattern) => return Ok(pattern),
            Err(mut error) => {
                error.line += first;
                nearest.get_or_insert(error);
            }
        }
    }
    Err(nearest.unwrap_or(RleError {
        line: 1,
        column: 1,
        problem: "no RLE pattern in this text; it starts with a line such as x = 3, y = 3"
            .to_owned(),
    }))
}

/// A line without what a forum or a mail puts before it: `[code]`, `[rle]`, `>`.
fn without_marks(line: &str) -> &str {
    let mut rest = line.trim_start();
    loop {
        let after = match rest.strip_prefix('[') {
            Some(tag) => tag.split_once(']').map(|(_, after)| after),
            None => rest.strip_prefix('>'),
        };
        match after {
            Some(after) => rest = after.trim_start(),
            None => return rest,
        }
    }
}

/// Whether some line of a text opens a pattern, readable or not.
pub fn mentions(text: &str) -> bool {
    text.lines().map(without_marks).any(is_header)
}

fn is_header(line: &str) -> bool {
    let line = line.trim_start();
    line.strip_prefix(['x', 'X'])
        .is_some_and(|rest| rest.trim_start().starts_with('='))
}

struct Reader {
    pattern: Pattern,
    x: u64,
    y: u64,
    count: Option<u64>,
    /// A letter from `p` to `y` with its place; it raises the letter after it by 24 to 240.
    prefix: Option<(char, usize, usize)>,
    /// States of the header's rule, 256 as long as none is named.
    states: u16,
    cells: u64,
    declared: (u64, u64),
    header_seen: bool,
    body_seen: bool,
}

/// A letter from `p` to `y` without the one that must follow.
fn alone<T>(line: usize, column: usize, letter: char) -> Result<T, RleError> {
    let problem = format!("{letter:?} stands alone; A to X must follow it, for states 25 to 255");
    fail(line, column, problem)
}

fn fail<T>(line: usize, column: usize, problem: impl Into<String>) -> Result<T, RleError> {
    Err(RleError {
        line,
        column,
        problem: problem.into(),
    })
}

impl Reader {
    /// Reads one line; true after the `!`.
    fn line(&mut self, number: usize, line: &str) -> Result<bool, RleError> {
        let trimmed = line.trim_start();
        let indent = line.chars().count() - trimmed.chars().count();
        if let Some(remark) = trimmed.strip_prefix('#') {
            self.remark(remark);
            return Ok(false);
        }
        if !self.header_seen && !self.body_seen && is_header(line) {
            self.header_seen = true;
            self.header(number, indent, trimmed)?;
            return Ok(false);
        }
        for (at, c) in line.chars().enumerate() {
            if self.token(number, at + 1, c)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn remark(&mut self, remark: &str) {
        if let Some(fields) = remark.strip_prefix("CXRLE") {
            self.extended(fields);
            return;
        }
        let mut chars = remark.chars();
        let kind = chars.next().unwrap_or(' ');
        let rest = chars.as_str().trim();
        match kind {
            'N' if self.pattern.name.is_none() => self.pattern.name = Some(rest.to_owned()),
            'O' if self.pattern.author.is_none() => self.pattern.author = Some(rest.to_owned()),
            'N' | 'O' | 'C' | 'c' if !rest.is_empty() => {
                self.pattern.comments.push(rest.to_owned());
            }
            'r' if self.pattern.rule.is_none() => self.pattern.rule = rest.parse().ok(),
            'P' | 'R' => {
                let mut numbers = rest.split_whitespace().map(str::parse::<i64>);
                if let (Some(Ok(x)), Some(Ok(y))) = (numbers.next(), numbers.next()) {
                    self.place(x, y);
                }
            }
            _ => {}
        }
    }

    /// ` Pos=-1,-1 Gen=7`
    fn extended(&mut self, fields: &str) {
        for field in fields.split_whitespace() {
            if let Some(position) = field.strip_prefix("Pos=") {
                let mut numbers = position.split(',').map(str::parse::<i64>);
                if let (Some(Ok(x)), Some(Ok(y))) = (numbers.next(), numbers.next()) {
                    self.place(x, y);
                }
            } else if let Some(generation) = field.strip_prefix("Gen=")
                && generation.len() <= 4096
                && let Ok(generation) = generation.parse::<BigUint>()
            {
                self.pattern.generation = generation;
            }
        }
    }

    /// A place further out than 2^60 is not believed.
    fn place(&mut self, x: i64, y: i64) {
        if x.unsigned_abs().max(y.unsigned_abs()) <= 1 << 60 {
            self.pattern.position = Some((x, y));
        }
    }

    /// `x = 3, y = 3, rule = B3/S23:T64,32`; the rule takes the rest of the line, commas and all.
    fn header(&mut self, number: usize, indent: usize, header: &str) -> Result<(), RleError> {
        let mut rest = header;
        // Columns count characters, fields are found by bytes.
        let column = |part: &str| {
            let bytes = part.as_ptr() as usize - header.as_ptr() as usize;
            indent + header[..bytes].chars().count() + 1
        };
        let (mut width, mut height) = (None, None);
        while !rest.trim().is_empty() {
            rest = rest.trim_start();
            let Some((key, after)) = rest.split_once('=') else {
                return fail(number, column(rest), "a header field has the form x = 3");
            };
            let value = after.trim_start();
            match key.trim().to_ascii_lowercase().as_str() {
                name @ ("x" | "y") => {
                    let end = value.find(',').unwrap_or(value.len());
                    let side = side(value[..end].trim(), name, number, column(value))?;
                    if name == "x" {
                        width = Some(side);
                    } else {
                        height = Some(side);
                    }
                    rest = value[end..].strip_prefix(',').unwrap_or("");
                }
                "rule" => {
                    let text = value.trim_end();
                    let rule: Result<Rule, RuleError> = text.parse();
                    let at = column(value);
                    self.pattern.rule = Some(rule.map_err(|error| RleError {
                        line: number,
                        column: at + error.column - 1,
                        problem: format!("rule {text:?}: {}", error.problem),
                    })?);
                    self.states = 2;
                    rest = "";
                }
                other => {
                    return fail(
                        number,
                        column(rest),
                        format!("{other:?} is not a header field; x, y and rule are"),
                    );
                }
            }
        }
        match (width, height) {
            (Some(width), Some(height)) => self.declared = (width, height),
            _ => {
                return fail(
                    number,
                    indent + 1,
                    "the header needs both sizes, such as x = 3, y = 3",
                );
            }
        }
        Ok(())
    }

    /// One character of the body; true at the `!`.
    fn token(&mut self, line: usize, column: usize, c: char) -> Result<bool, RleError> {
        if c.is_whitespace() {
            return Ok(false);
        }
        self.body_seen = true;
        if let Some(digit) = c.to_digit(10) {
            let count = self.count.unwrap_or(0) * 10 + u64::from(digit);
            if count > u64::from(MAX_SIDE) {
                return fail(
                    line,
                    column,
                    format!("a run may hold at most {MAX_SIDE} cells"),
                );
            }
            self.count = Some(count);
            return Ok(false);
        }
        if matches!(c, 'p'..='y') {
            if let Some((first, line, column)) = self.prefix.replace((c, line, column)) {
                return alone(line, column, first);
            }
            return Ok(false);
        }
        let prefix = self.prefix.take();
        let count = match self.count.take() {
            Some(0) => return fail(line, column, "a run of 0 cells; counts start at 1"),
            count => count.unwrap_or(1),
        };
        if let Some((prefix, prefix_line, prefix_column)) = prefix {
            let state = match c {
                'A'..='X' => 24 * (prefix as u16 - 'p' as u16 + 1) + (c as u16 - 'A' as u16 + 1),
                _ => return alone(prefix_line, prefix_column, prefix),
            };
            let Ok(state) = u8::try_from(state) else {
                return fail(
                    line,
                    column,
                    format!("{prefix}{c} is state {state}; states go up to 255, which is yO"),
                );
            };
            self.live(line, column, count, state)?;
            return self.reach(line, column);
        }
        match c {
            '$' => {
                self.y += count;
                self.x = 0;
            }
            'b' | '.' => self.x += count,
            'o' => self.live(line, column, count, 1)?,
            'A'..='X' => self.live(line, column, count, c as u8 - b'A' + 1)?,
            '!' => return Ok(true),
            _ => {
                return fail(
                    line,
                    column,
                    format!("{c:?} is not RLE; b, o, A to X, $, ! and counts are"),
                );
            }
        }
        self.reach(line, column)
    }

    /// A run of live cells.
    fn live(&mut self, line: usize, column: usize, count: u64, state: u8) -> Result<(), RleError> {
        if u16::from(state) >= self.states {
            return fail(
                line,
                column,
                format!(
                    "state {state} under a rule of {} states, 0 to {}; name another rule in the \
                     header",
                    self.states,
                    self.states - 1
                ),
            );
        }
        self.cells += count;
        if self.cells > MAX_CELLS {
            return fail(
                line,
                column,
                format!("more than {MAX_CELLS} live cells; the file is too big to read"),
            );
        }
        self.pattern
            .push_state(self.x as i64, self.y as i64, count, state);
        self.x += count;
        Ok(())
    }

    /// Always false, or why the pattern has become too large.
    fn reach(&self, line: usize, column: usize) -> Result<bool, RleError> {
        if self.x.max(self.y) > u64::from(MAX_SIDE) {
            return fail(
                line,
                column,
                format!("the pattern reaches beyond {MAX_SIDE} cells, which is too far"),
            );
        }
        Ok(false)
    }

    fn finish(mut self) -> Pattern {
        let (mut width, mut height) = self.declared;
        if let Some((left, top, w, h)) = self.pattern.bounds() {
            width = width.max(left as u64 + w);
            height = height.max(top as u64 + h);
        }
        self.pattern.size = (width, height);
        self.pattern
    }
}

fn side(text: &str, name: &str, line: usize, column: usize) -> Result<u64, RleError> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return fail(
            line,
            column,
            format!("{name} needs a whole number of cells, not {text:?}"),
        );
    }
    match text.parse::<u64>() {
        Ok(side) if side <= u64::from(MAX_SIDE) => Ok(side),
        _ => fail(
            line,
            column,
            format!(
                "{name} = {text} is too big; a pattern may have at most {MAX_SIDE} cells a side"
            ),
        ),
    }
}
