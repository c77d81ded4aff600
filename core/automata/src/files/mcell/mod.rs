//! MCell's files, `.mcl`: lines that start with `#` and a keyword.
//!
//! | line | what it says |
//! |---|---|
//! | `#MCell 4.00` | the form |
//! | `#GAME Generations` | the family of rules; Life where it is missing |
//! | `#RULE 345/2/4` | the rule in the family's notation, perhaps over several lines; `23/3` where it is missing |
//! | `#GOLLY WireWorld` | the rule by a name that other programs know |
//! | `#BOARD 300x200`, `#WRAP 1` | a bounded grid, its edges joined or dead |
//! | `#CCOLORS 16` | the number of states |
//! | `#SPEED 50` | milliseconds a generation, 0 for as fast as can be |
//! | `#COLORING 2`, `#PALETTE name` | looks, which are left out |
//! | `#D text` | a remark |
//! | `#L 3.A2.bC$` | cells: `.` is dead, `A` to `X` are the states 1 to 24, a small letter before them adds 24 for `a`, 48 for `b` and so on to 240 for `j`, `$` ends a row, and a number repeats |
//!
//! M. Wójtowicz, "Cellular Automata files formats",
//! <http://www.mirekw.com/ca/ca_files_formats.html>; the notations of the families are those of
//! his rules lexicon, see [`games`].

pub mod games;
#[cfg(test)]
mod tests;

use super::FileError;
use super::viewer::Viewer;
use crate::pattern::{Pattern, grid_corner};
use crate::rule::{Family, MAX_SIDE, Rule, Topology};

/// The longest rule that is read, in characters.
const LONGEST: usize = 1 << 16;

/// The longest side of a pattern, in cells.
const FAR: i64 = MAX_SIDE as i64;

/// Cells in a line of a file that is written.
const COLUMNS: usize = 70;

/// Whether a text is one of MCell's.
pub fn is_mcell(text: &str) -> bool {
    let start = text.trim_start();
    start.starts_with("#MCell") || start.starts_with("#MCLife")
}

/// What a file holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Read {
    /// The pattern, with rule, grid and remarks.
    pub pattern: Pattern,
    /// Its speed, where it gives one.
    pub viewer: Viewer,
    /// What was left out and why, a sentence each.
    pub notes: Vec<String>,
}

/// What the lines say, before they are put together.
#[derive(Default)]
struct Header {
    game: Option<(usize, String)>,
    rule: Option<(usize, String)>,
    named: Option<(usize, String)>,
    board: Option<(u32, u32)>,
    wraps: bool,
}

/// Reads a file.
///
/// # Errors
/// A family without a counterpart here; a rule, a board or cells that can't be read, with their
/// line.
pub fn read(text: &str) -> Result<Read, FileError> {
    let mut header = Header::default();
    let mut pattern = Pattern::default();
    let mut viewer = Viewer::default();
    let mut notes = Vec::new();
    let mut at = (0i64, 0i64);
    for (number, line) in (1..).zip(text.lines()) {
        let Some(rest) = line.trim_end().strip_prefix('#') else {
            continue;
        };
        let (word, rest) = match rest.split_once(char::is_whitespace) {
            Some((word, rest)) => (word, rest.trim()),
            None => (rest, ""),
        };
        match word {
            "L" => cells(rest, number, &mut at, &mut pattern)?,
            "GAME" => header.game = Some((number, rest.to_owned())),
            "GOLLY" => header.named = Some((number, rest.to_owned())),
            "RULE" => {
                let (_, rule) = header.rule.get_or_insert((number, String::new()));
                if rule.len() + rest.len() > LONGEST {
                    return Err(FileError::at(number, "the rule is too long"));
                }
                rule.push_str(rest);
            }
            "BOARD" => header.board = Some(board(rest, number)?),
            "WRAP" => {
                header.wraps = match rest {
                    "1" => true,
                    "0" => false,
                    _ => return Err(FileError::at(number, "#WRAP is 1 or 0")),
                }
            }
            "SPEED" => match rest.parse::<u32>() {
                // Nothing is said of a pattern that runs as fast as it can.
                Ok(0) => {}
                Ok(pause) => viewer.speed = Some(1000.0 / f64::from(pause)),
                Err(_) => {
                    return Err(FileError::at(number, "#SPEED is milliseconds a generation"));
                }
            },
            "D" => pattern.comments.push(rest.to_owned()),
            "N" => pattern.name = Some(rest.to_owned()).filter(|name| !name.is_empty()),
            "PALETTE" | "COLORING" => {
                let note = "The file's colours are MCell's own and were left out.".to_owned();
                if !notes.contains(&note) {
                    notes.push(note);
                }
            }
            // The families that need it say the number of states in their rules.
            _ => {}
        }
    }
    let rule = rule(&header)?;
    let states = rule.states();
    let mut high = 0u64;
    for run in &mut pattern.runs {
        if usize::from(run.state) >= states {
            high += run.length;
            run.state = 1;
        }
    }
    if high > 0 {
        notes.push(format!(
            "{high} cells have states that {} doesn't know, and became state 1, as in MCell.",
            rule.name()
        ));
    }
    // Runs that became one state may touch now.
    let mut joined = Pattern::default();
    for run in &pattern.runs {
        joined.push_state(run.x, run.y, run.length, run.state);
    }
    pattern.runs = joined.runs;
    pattern.fit();
    pattern.position = place(&rule, pattern.size);
    pattern.rule = Some(rule);
    Ok(Read {
        pattern,
        viewer,
        notes,
    })
}

/// The rule with its grid.
fn rule(header: &Header) -> Result<Rule, FileError> {
    let family = match (&header.named, &header.rule) {
        (Some((line, name)), _) => {
            let rule = name.parse::<Rule>();
            rule.map_err(|e| FileError::at(*line, e.to_string()))?
                .family
        }
        (None, text) => {
            let (at, game) = match &header.game {
                Some((line, game)) => (*line, game.as_str()),
                None => (1, "Life"),
            };
            let (line, text) = match text {
                Some((line, text)) => (*line, text.as_str()),
                None if game == "Life" => (at, "23/3"),
                None => return Err(FileError::at(at, format!("the rule of {game} is missing"))),
            };
            games::read(game, text).map_err(|problem| FileError::at(line, problem))?
        }
    };
    let topology = match header.board {
        None => Topology::Plane,
        Some((width, height)) if header.wraps => Topology::Torus { width, height },
        Some((width, height)) => Topology::Bounded { width, height },
    };
    Ok(Rule { family, topology })
}

/// Where MCell puts a pattern of this size: in the middle of the board, rows at its top.
fn place(rule: &Rule, size: (u64, u64)) -> Option<(i64, i64)> {
    let (width, height) = rule.topology.size()?;
    let (left, top) = grid_corner(rule.topology);
    let free = |side: u32, cells: u64| (i64::from(side) + 1 - cells.min(1 << 40) as i64) / 2;
    let down = match rule.family {
        Family::Line(_) => 0,
        _ => free(height, size.1).max(0),
    };
    Some((left + free(width, size.0).max(0), top + down))
}

/// `300x200`.
fn board(text: &str, line: usize) -> Result<(u32, u32), FileError> {
    let side = |text: &str| {
        let side = text.trim().parse::<u32>().ok();
        side.filter(|side| (1..=MAX_SIDE).contains(side))
    };
    text.split_once(['x', 'X'])
        .and_then(|(width, height)| Some((side(width)?, side(height)?)))
        .ok_or_else(|| {
            FileError::at(
                line,
                format!("#BOARD is columns x rows up to {MAX_SIDE}, such as 300x200"),
            )
        })
}

/// A line of cells, from where the last one ended.
fn cells(
    text: &str,
    line: usize,
    (x, y): &mut (i64, i64),
    pattern: &mut Pattern,
) -> Result<(), FileError> {
    let fail = |at: usize, problem: String| Err(FileError::in_line(line, at + 4, problem));
    let mut count: Option<i64> = None;
    let mut high: Option<u16> = None;
    for (at, c) in text.chars().enumerate() {
        if let (Some(digit), None) = (c.to_digit(10), high) {
            let number = count.unwrap_or(0) * 10 + i64::from(digit);
            if number > FAR {
                return fail(at, format!("{number} is too large a number of cells"));
            }
            count = Some(number);
            continue;
        }
        let repeat = count.unwrap_or(1).max(1);
        match (c, high) {
            ('.', None) => *x += repeat,
            ('$', None) => (*x, *y) = (0, *y + repeat),
            ('a'..='j', None) => {
                high = Some(24 * (c as u16 - 'a' as u16 + 1));
                continue;
            }
            ('A'..='X', _) => {
                let state = high.unwrap_or(0) + (c as u16 - 'A' as u16 + 1);
                let Ok(state) = u8::try_from(state) else {
                    return fail(at, format!("state {state}; 255 is the last one"));
                };
                pattern.push_state(*x, *y, repeat as u64, state);
                *x += repeat;
            }
            (c, None) if c.is_whitespace() => {}
            (c, _) => {
                return fail(
                    at,
                    format!("{c:?} is none of . $ A to X and a to j before them"),
                );
            }
        }
        (count, high) = (None, None);
        if *x > FAR || *y > FAR {
            return fail(at, "the pattern is too large".to_owned());
        }
    }
    match high {
        Some(_) => fail(
            text.chars().count(),
            "A to X follows a small letter".to_owned(),
        ),
        None => Ok(()),
    }
}

/// Writes a pattern.
///
/// # Errors
/// A rule or a grid that MCell doesn't have.
pub fn write(pattern: &Pattern) -> Result<String, FileError> {
    let rule = pattern.rule_or_life();
    let (game, notation) = games::write(&rule).map_err(FileError::new)?;
    let mut text = format!("#MCell 4.00\n#GAME {game}\n#RULE {notation}\n");
    match rule.topology {
        Topology::Plane => {}
        Topology::Torus { width, height } => {
            text.push_str(&format!("#BOARD {width}x{height}\n#WRAP 1\n"));
        }
        Topology::Bounded { width, height } => {
            text.push_str(&format!("#BOARD {width}x{height}\n#WRAP 0\n"));
        }
        _ => {
            return Err(FileError::new(
                "MCell's boards are rectangles and tori; write .rle, which holds every grid",
            ));
        }
    }
    text.push_str(&format!("#CCOLORS {}\n", rule.states()));
    for remark in pattern.name.iter().chain(&pattern.comments) {
        text.push_str(&format!("#D {remark}\n"));
    }
    let mut line = String::new();
    let mut put = |count: u64, letters: &str| {
        let token = match count {
            0 => return,
            1 => letters.to_owned(),
            _ => format!("{count}{letters}"),
        };
        if line.len() + token.len() > COLUMNS {
            text.push_str(&format!("#L {line}\n"));
            line.clear();
        }
        line.push_str(&token);
    };
    let (mut x, mut y) = (0, 0);
    for run in &pattern.runs {
        if run.y > y {
            put((run.y - y) as u64, "$");
            (x, y) = (0, run.y);
        }
        put((run.x - x) as u64, ".");
        let (high, low) = ((run.state - 1) / 24, (run.state - 1) % 24);
        let mut letters = String::new();
        if high > 0 {
            letters.push(char::from(b'a' + high - 1));
        }
        letters.push(char::from(b'A' + low));
        put(run.length, &letters);
        x = run.x + run.length as i64;
    }
    text.push_str(&format!("#L {line}\n"));
    Ok(text)
}
