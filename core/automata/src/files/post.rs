//! Patterns in longer texts: a pasted forum post, a mail, a list of several patterns.
//!
//! RLE is found by its header, with the remarks just above it, whatever `[code]` or `>` stands
//! before; apgcodes by their form; pictures drawn with `.` and `O` or `*` inside `[code]`.

use super::plaintext;
use crate::apgcode;
use crate::pattern::Pattern;
use crate::rle::{Resolve, RleError, is_header, read, read_lines};

/// The most patterns that are taken from one text.
pub const MOST: usize = 1000;

/// A pattern of a text, or why it couldn't be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The line of the text where it starts, from 1.
    pub line: usize,
    /// The pattern; errors count lines in the whole text.
    pub pattern: Result<Pattern, RleError>,
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
            // Not RLE at all: a drawing or an apgcode may be there all the same.
            all(text, &str::parse)
                .into_iter()
                .find_map(|found| found.pattern.ok())
                .ok_or(error)
        }
    })
}

/// Finds the first RLE pattern in a longer text: the lines from its header (with the remarks
/// just above) to the `!`.
///
/// # Errors
/// The errors of [`read`], with lines counted in the whole text; no header anywhere.
pub fn find(text: &str) -> Result<Pattern, RleError> {
    let mut nearest: Option<RleError> = None;
    for found in headed(&marked_lines(text), &str::parse) {
        match found.pattern {
            Ok(pattern) => return Ok(pattern),
            Err(error) => {
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

/// Every pattern of a text in the order of their lines: RLE with a header; if there is none,
/// drawings; and apgcodes that stand as words of their own outside of RLE.
pub fn all(text: &str, resolve: Resolve) -> Vec<Found> {
    let lines = marked_lines(text);
    let mut found = headed(&lines, resolve);
    if found.is_empty() {
        found = drawings(&lines);
    }
    let mut taken = vec![false; lines.len()];
    for one in &found {
        let end = lines[one.line - 1..]
            .iter()
            .position(|line| line.contains('!') && !line.starts_with(['#', '!']))
            .map_or(lines.len(), |length| one.line + length);
        taken[one.line - 1..end].fill(true);
    }
    for (at, line) in lines.iter().enumerate().filter(|(at, _)| !taken[*at]) {
        for word in line.split(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
            if found.len() < MOST
                && let Ok(code) = apgcode::read(word)
            {
                found.push(Found {
                    line: at + 1,
                    pattern: Ok(code.pattern()),
                });
            }
        }
    }
    found.sort_by_key(|one| one.line);
    found
}

/// The patterns that have a header. Lines that belong to one pattern don't open another.
fn headed(lines: &[&str], resolve: Resolve) -> Vec<Found> {
    let mut found = Vec::new();
    let mut next = 0;
    while let Some(header) = (next..lines.len()).find(|&at| is_header(lines[at])) {
        let mut first = header;
        while first > next && lines[first - 1].trim_start().starts_with('#') {
            first -= 1;
        }
        // As far as the next header or the end of the quotation.
        let end = (header + 1..lines.len())
            .find(|&at| is_header(lines[at]))
            .unwrap_or(lines.len());
        let read = read_lines(&lines[first..end], resolve);
        next = match &read {
            Ok((_, used)) => first + used.max(&1),
            Err(_) => header + 1,
        };
        found.push(Found {
            line: first + 1,
            pattern: read.map(|(pattern, _)| pattern).map_err(|mut error| {
                error.line += first;
                error
            }),
        });
        if found.len() >= MOST {
            break;
        }
    }
    found
}

/// Blocks of at least two lines that hold nothing but drawn cells, some of them alive.
fn drawings(lines: &[&str]) -> Vec<Found> {
    let drawn = |line: &str| {
        let line = line.trim_end();
        !line.is_empty() && line.chars().all(|c| matches!(c, '.' | 'O' | 'o' | '*'))
    };
    let mut found = Vec::new();
    let mut at = 0;
    while at < lines.len() && found.len() < MOST {
        let length = lines[at..].iter().take_while(|line| drawn(line)).count();
        if length >= 2
            && let Ok(pattern) = plaintext::read(&lines[at..at + length].join("\n"))
            && !pattern.runs.is_empty()
        {
            found.push(Found {
                line: at + 1,
                pattern: Ok(pattern),
            });
        }
        at += length.max(1);
    }
    found
}

/// The lines without what a forum or a mail puts before them.
fn marked_lines(text: &str) -> Vec<&str> {
    text.lines().map(without_marks).collect()
}

/// A line without what a forum or a mail puts before it: `[code]`, `[rle]`, `>`; a closing mark
/// at its end goes as well.
fn without_marks(line: &str) -> &str {
    let mut rest = line.trim_start();
    loop {
        let after = match rest.strip_prefix('[') {
            // `[[ ZOOM 4 ]]` speaks to a viewer and is no mark.
            Some(tag) if tag.starts_with('[') => None,
            Some(tag) => tag.split_once(']').map(|(_, after)| after),
            None => rest.strip_prefix('>'),
        };
        match after {
            Some(after) => rest = after.trim_start(),
            None => break,
        }
    }
    match rest.rfind("[/") {
        Some(at) if rest.trim_end().ends_with(']') => &rest[..at],
        _ => rest,
    }
}

/// Whether some line of a text opens a pattern, readable or not.
pub fn mentions(text: &str) -> bool {
    text.lines().map(without_marks).any(is_header)
}
