//! What someone writes down of a system: its equations, the values of its parameters
//! (`sigma = 10`) and where it starts (`x(0) = 1`), in any order, a statement a line.

use loom_formula::{FormulaError, System};
use loom_sim::Fault;

use super::tidy::tidy;
use crate::definition::{MOST_VARIABLES, RESERVED};

/// A formula's fault in the words of this module.
fn fault(error: &FormulaError) -> Fault {
    let hint = error
        .nearest
        .as_ref()
        .map_or_else(String::new, |name| format!("; did you mean `{name}`?"));
    Fault::new(error.line, error.column, format!("{}{hint}", error.message))
}

/// A number as it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Given {
    pub name: String,
    pub text: String,
    pub value: f64,
}

/// The text, read.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// The equations alone, a statement a line.
    pub equations: String,
    pub system: System,
    /// Parameters in the system's order; those without a value have 1.
    pub values: Vec<Given>,
    /// Starts that were given.
    pub starts: Vec<Given>,
    /// What was understood in a way that may surprise, a sentence each.
    pub notes: Vec<String>,
}

const NOTHING: &str =
    "there is no equation yet; write one a line: `dx/dt = y`, or `x[n+1] = 4*x*(1 - x)` for a map";

/// One statement: its place among the characters.
struct Piece {
    from: usize,
    to: usize,
    line: usize,
    column: usize,
}

impl Sheet {
    /// Reads a text that was typed or pasted.
    ///
    /// # Errors
    /// The first fault, with its place.
    pub fn read(text: &str) -> Result<Self, Fault> {
        let mut characters: Vec<char> = tidy(text).chars().collect();
        if characters.len() > crate::file::MAX_BYTES {
            return Err(at(
                1,
                1,
                "the text is longer than 1 MiB; a system is equations, not data",
            ));
        }
        let mut given = Vec::new();
        let mut starts = Vec::new();
        let pieces = pieces(&characters);
        let sizes = sizes(&characters, &pieces);
        for piece in &pieces {
            let statement: String = characters[piece.from..piece.to].iter().collect();
            let Some((left, right)) = statement.split_once('=') else {
                continue;
            };
            let (left, right) = (
                left.trim().trim_start_matches('&').trim(),
                right.trim().trim_start_matches('&').trim(),
            );
            let start = left.strip_suffix("(0)");
            let name = plain_name(start.unwrap_or(left));
            let Some(name) = name else { continue };
            if start.is_none() && sizes.contains(&name) {
                continue;
            }
            match loom_formula::evaluate_constant(right) {
                Ok(value) => {
                    let list = if start.is_some() {
                        &mut starts
                    } else {
                        &mut given
                    };
                    list.push((
                        Given {
                            name,
                            text: right.to_owned(),
                            value,
                        },
                        (piece.line, piece.column),
                    ));
                    characters[piece.from..piece.to].fill(' ');
                }
                Err(error) if start.is_some() => {
                    return Err(at(
                        piece.line,
                        piece.column,
                        &format!("a start is a number: {}", error.message),
                    ));
                }
                Err(_) => {}
            }
        }
        let mut notes = Vec::new();
        let equations: String = characters.into_iter().collect();
        let (equations, system) = parsed(equations, &given, &mut notes)?;
        let system = checked(system)?;
        let values = values(&system, given, &mut notes)?;
        let starts = started(&system, starts)?;
        Ok(Self {
            equations: compact(&equations),
            system,
            values,
            starts,
            notes,
        })
    }
}

fn at(line: usize, column: usize, message: &str) -> Fault {
    Fault::new(line, column, message)
}

/// The statements of a text without comments.
fn pieces(text: &[char]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let (mut from, mut line, mut begin, mut comment) = (0, 1, 0, false);
    for i in 0..=text.len() {
        let c = text.get(i).copied().unwrap_or('\n');
        if c == '#' && !comment {
            pieces.push(Piece {
                from,
                to: i,
                line,
                column: from - begin + 1,
            });
            comment = true;
        }
        if c == '\n' || c == ';' && !comment {
            if !comment {
                pieces.push(Piece {
                    from,
                    to: i,
                    line,
                    column: from - begin + 1,
                });
            }
            from = i + 1;
        }
        if c == '\n' {
            comment = false;
            line += 1;
            begin = i + 1;
        }
    }
    pieces
}

/// A name that stands alone, in the spelling of the formula language.
fn plain_name(text: &str) -> Option<String> {
    let bare = text
        .strip_prefix('\\')
        .unwrap_or(text)
        .replace(['{', '}'], "");
    let mut letters = bare.chars();
    let first = letters.next()?;
    let good =
        (first.is_alphabetic() || first == '_') && letters.all(|c| c.is_alphanumeric() || c == '_');
    good.then_some(())?;
    // The language's own spelling of Greek letters and subscripts.
    let system = System::parse(&format!("ξ_0' = {text}")).ok()?;
    match system.parameters() {
        [one] => Some(one.clone()),
        _ => None,
    }
}

/// Names that ranges end at: they are sizes, not parameters.
fn sizes(text: &[char], pieces: &[Piece]) -> Vec<String> {
    let mut found = Vec::new();
    for piece in pieces {
        let statement: String = text[piece.from..piece.to].iter().collect();
        for end in statement.split("..").skip(1) {
            let name: String = end
                .trim_start_matches('=')
                .chars()
                .skip_while(|c| *c == ' ')
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            found.push(name);
        }
    }
    found
}

/// Reads the equations; `xy` of one-letter variables is their product.
fn parsed(
    text: String,
    given: &[(Given, (usize, usize))],
    notes: &mut Vec<String>,
) -> Result<(String, System), Fault> {
    if text.chars().all(|c| c.is_whitespace() || c == ';') {
        return Err(at(1, 1, NOTHING));
    }
    let system = System::parse(&text).map_err(|e| fault(&e))?;
    let variables = system.variables();
    let letter = |c: char| {
        let name = c.to_string();
        variables.contains(&name) || given.iter().any(|(g, _)| g.name == name)
    };
    let products: Vec<String> = system
        .parameters()
        .iter()
        .filter(|name| name.chars().count() > 1 && !given.iter().any(|(g, _)| g.name == **name))
        .filter(|name| name.chars().all(letter))
        .filter(|name| name.chars().any(|c| variables.contains(&c.to_string())))
        .cloned()
        .collect();
    if products.is_empty() {
        return Ok((text, system));
    }
    let mut out = text;
    for name in &products {
        let spaced = name.chars().map(String::from).collect::<Vec<_>>().join("*");
        notes.push(format!("`{name}` is read as {spaced}."));
        out = replaced(&out, name, &format!("({spaced})"));
    }
    let system = System::parse(&out).map_err(|e| fault(&e))?;
    Ok((out, system))
}

/// The text with a whole word replaced.
fn replaced(text: &str, word: &str, by: &str) -> String {
    let part = |c: char| c.is_alphanumeric() || c == '_' || c == '\\';
    let mut out = String::new();
    let mut rest = text;
    while let Some(i) = rest.find(word) {
        let end = i + word.len();
        let alone = !rest[..i].ends_with(part) && !rest[end..].starts_with(part);
        out.push_str(&rest[..i]);
        out.push_str(if alone { by } else { word });
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

fn checked(system: System) -> Result<System, Fault> {
    let dimension = system.dimension();
    if dimension == 0 {
        return Err(at(1, 1, NOTHING));
    }
    if dimension > MOST_VARIABLES {
        return Err(at(
            1,
            1,
            &format!("a system has 1 to {MOST_VARIABLES} equations, and here are {dimension}"),
        ));
    }
    if let Some(name) = system
        .parameters()
        .iter()
        .find(|p| RESERVED.contains(&p.as_str()))
    {
        return Err(at(
            1,
            1,
            &format!("`{name}` is a setting of every run; give the parameter another name"),
        ));
    }
    Ok(system)
}

fn values(
    system: &System,
    given: Vec<(Given, (usize, usize))>,
    notes: &mut Vec<String>,
) -> Result<Vec<Given>, Fault> {
    let variables = system.variables();
    for (i, (value, (line, column))) in given.iter().enumerate() {
        if variables.contains(&value.name) {
            return Err(at(
                *line,
                *column,
                &format!(
                    "`{0}` is a variable; for its start write `{0}(0) = {1}`",
                    value.name, value.text
                ),
            ));
        }
        if given[..i].iter().any(|(g, _)| g.name == value.name) {
            return Err(at(
                *line,
                *column,
                &format!("`{}` has a value already", value.name),
            ));
        }
        if !system.parameters().contains(&value.name) {
            notes.push(format!("`{}` is not used.", value.name));
        }
    }
    let mut missing = Vec::new();
    let values = system
        .parameters()
        .iter()
        .map(|name| {
            given.iter().find(|(g, _)| g.name == *name).map_or_else(
                || {
                    missing.push(format!("`{name}`"));
                    Given {
                        name: name.clone(),
                        text: "1".into(),
                        value: 1.0,
                    }
                },
                |(g, _)| g.clone(),
            )
        })
        .collect();
    if !missing.is_empty() {
        notes.push(format!(
            "{} had no value and {} 1 now.",
            missing.join(", "),
            if missing.len() == 1 { "is" } else { "are" }
        ));
    }
    Ok(values)
}

fn started(system: &System, starts: Vec<(Given, (usize, usize))>) -> Result<Vec<Given>, Fault> {
    for (start, (line, column)) in &starts {
        if !system.variables().contains(&start.name) {
            return Err(at(
                *line,
                *column,
                &format!(
                    "`{}` is no variable; the variables are {}",
                    start.name,
                    system.variables().join(", ")
                ),
            ));
        }
    }
    Ok(starts.into_iter().map(|(start, _)| start).collect())
}

/// Statements one a line, without the blanks that others left.
fn compact(equations: &str) -> String {
    let mut out = String::new();
    for line in equations.lines() {
        let (code, comment) = line.split_at(line.find('#').unwrap_or(line.len()));
        let pieces = code.split(';').chain([comment]).map(str::trim);
        for piece in pieces.filter(|s| !s.is_empty()) {
            out.push_str(piece);
            out.push('\n');
        }
    }
    out.trim_end().to_owned()
}
