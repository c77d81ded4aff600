//! The `.ode` files of XPP (Ermentrout 2002, Simulating, Analyzing, and Animating Dynamical
//! Systems): equations, parameters, starts, functions and fixed definitions. Each line becomes
//! one line, so that a fault is found where it stands in the file.

use loom_sim::Fault;

use super::Sheet;

/// Keywords whose lines say nothing about the motion, or only how XPP is to show it.
const PASSED: [&str; 9] = [
    "aux", "only", "options", "set", "export", "bdry", "bndry", "bound", "b",
];

/// Keywords and functions that change the motion and have no counterpart here.
const MISSING: [(&str, &str); 8] = [
    ("global", "events"),
    ("wiener", "noise"),
    ("markov", "Markov variables"),
    ("table", "tables"),
    ("volterra", "Volterra equations"),
    ("shift(", "shifted variables"),
    ("int{", "Volterra integrals"),
    ("0=", "algebraic equations"),
];

/// The lines of a sheet that say the same.
pub(super) fn lines(text: &str) -> Result<(String, Vec<String>), Fault> {
    let mut out = String::new();
    let mut notes = Vec::new();
    let mut joined = String::new();
    let mut ended = false;
    for (number, raw) in text.lines().enumerate() {
        let trimmed = raw.trim();
        if let Some(begun) = trimmed.strip_suffix('\\') {
            joined.push_str(begun);
            out.push('\n');
            continue;
        }
        let line = format!("{}{}", std::mem::take(&mut joined), trimmed).to_lowercase();
        if line == "done" || line == "d" {
            ended = true;
        }
        if !ended {
            out.push_str(&converted(&line, number + 1, &mut notes)?);
        }
        out.push('\n');
    }
    Ok((out, notes))
}

fn converted(line: &str, number: usize, notes: &mut Vec<String>) -> Result<String, Fault> {
    if line.is_empty() || line.starts_with(['#', '%', '"', '@']) {
        if line.starts_with("%[") {
            return Err(missing(number, "arrays (`%[…]`)"));
        }
        return Ok(String::new());
    }
    let squeezed: String = line.chars().filter(|c| !c.is_whitespace()).collect();
    for (sign, what) in MISSING {
        let found = if sign.ends_with(['(', '{']) {
            squeezed.contains(sign)
        } else {
            squeezed.starts_with(sign)
        };
        if found {
            return Err(missing(number, what));
        }
    }
    let (first, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    if !first.contains('=') {
        let keyword = |full: &str| full.starts_with(first);
        if keyword("parameters") || first == "params" || keyword("numbers") {
            return Ok(statements(pairs(rest, number)?, ""));
        }
        if keyword("initial") {
            return Ok(statements(pairs(rest, number)?, "(0)"));
        }
        if PASSED.contains(&first) {
            if first == "aux" {
                notes.push(format!(
                    "Line {number}: `aux` is left out; it is not part of the motion."
                ));
            }
            return Ok(String::new());
        }
    }
    // A derived parameter, fixed when the run starts, is a definition.
    let line = line.strip_prefix('!').unwrap_or(line);
    Ok(delays(&conditions(line), number)?
        .replace("**", "^")
        .replace("heav(", "heaviside(")
        .replace("ln(", "log("))
}

fn missing(line: usize, what: &str) -> Fault {
    Fault {
        line,
        column: 1,
        message: format!(
            "{what} of XPP can't be read yet, and without them the motion would be another"
        ),
    }
}

/// `a = 1; b = 2`, each name followed by `mark`.
fn statements(pairs: Vec<(String, String)>, mark: &str) -> String {
    let statements = pairs
        .into_iter()
        .map(|(name, value)| format!("{name}{mark} = {value}"));
    statements.collect::<Vec<_>>().join("; ")
}

/// `a=1, b = 2 c=3`
fn pairs(text: &str, line: usize) -> Result<Vec<(String, String)>, Fault> {
    let text = text.replace(" =", "=").replace("= ", "=");
    let fault = |word: &str| Fault {
        line,
        column: 1,
        message: format!("`{word}` is no name with its value; write `name=value`"),
    };
    text.split([',', ' ', '\t'])
        .filter(|word| !word.is_empty())
        .map(|word| match word.split_once('=') {
            Some((name, value)) if !name.is_empty() && !value.is_empty() => {
                Ok((name.to_owned(), value.to_owned()))
            }
            _ => Err(fault(word)),
        })
        .collect()
}

/// `delay(x, tau)` is `x(t-(tau))`.
fn delays(line: &str, number: usize) -> Result<String, Fault> {
    let fault = || Fault {
        line: number,
        column: 1,
        message: "`delay` takes a variable and a time: `delay(x, tau)`".into(),
    };
    let mut out = String::new();
    let mut rest = line;
    while let Some(start) = rest.find("delay(") {
        let part = |c: char| c.is_alphanumeric() || c == '_';
        let inside = &rest[start + 6..];
        if rest[..start].ends_with(part) {
            out.push_str(&rest[..start + 6]);
            rest = inside;
            continue;
        }
        let (mut depth, mut comma, mut close) = (0, None, None);
        for (at, c) in inside.char_indices() {
            match c {
                '(' => depth += 1,
                ')' if depth == 0 => {
                    close = Some(at);
                    break;
                }
                ')' => depth -= 1,
                ',' if depth == 0 && comma.is_none() => comma = Some(at),
                _ => {}
            }
        }
        let (Some(comma), Some(close)) = (comma, close) else {
            return Err(fault());
        };
        let variable = inside[..comma].trim();
        if variable.is_empty() || !variable.chars().all(part) {
            return Err(fault());
        }
        out.push_str(&rest[..start]);
        out.push_str(&format!(
            "{variable}(t - ({}))",
            inside[comma + 1..close].trim()
        ));
        rest = &inside[close + 1..];
    }
    out.push_str(rest);
    Ok(out)
}

/// `if(a)then(b)else(c)` is `if(a, b, c)`.
fn conditions(line: &str) -> String {
    let squeezed = |text: &str| {
        text.replace(") then", ")then")
            .replace(") else", ")else")
            .replace("then (", "then(")
            .replace("else (", "else(")
            .replace("if (", "if(")
    };
    squeezed(line)
        .replace(")then(", ", ")
        .replace(")else(", ", ")
}

/// Reads a whole file.
pub fn read(text: &str) -> Result<Sheet, Fault> {
    let (lines, notes) = lines(text)?;
    let mut sheet = Sheet::read(&lines)?;
    sheet.notes.splice(0..0, notes);
    Ok(sheet)
}
