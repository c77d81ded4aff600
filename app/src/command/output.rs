//! Standard output and files: one JSON document or a table, files whole or not at all.

use std::io::{IsTerminal as _, Write as _};
use std::path::Path;

use loom_figure::file;
use serde_json::Value;

use super::{Done, Failure};

/// Marks text that is an integer too large for JSON's own numbers.
const INTEGER: char = '\u{e000}';

/// An integer of any size, printed in full as a JSON number by [`json`].
pub fn integer(number: impl std::fmt::Display) -> Value {
    let text = number.to_string();
    match text.parse::<i64>() {
        Ok(small) => small.into(),
        Err(_) => match text.parse::<u64>() {
            Ok(large) => large.into(),
            Err(_) => Value::String(format!("{INTEGER}{text}")),
        },
    }
}

/// Prints one JSON document.
pub fn json(document: &Value) -> Done {
    let mut text = String::new();
    pretty(document, 0, &mut text);
    text.push('\n');
    write(with_integers(&text).as_bytes())
}

/// Members on lines of their own; lists of plain values on one.
fn pretty(value: &Value, depth: usize, out: &mut String) {
    let line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.push_str(&"  ".repeat(depth));
    };
    let nested = |v: &Value| v.is_object() || v.is_array();
    match value {
        Value::Object(map) if !map.is_empty() => {
            out.push('{');
            for (i, (key, value)) in map.iter().enumerate() {
                out.push_str(if i > 0 { "," } else { "" });
                line(out, depth + 1);
                out.push_str(&Value::from(key.as_str()).to_string());
                out.push_str(": ");
                pretty(value, depth + 1, out);
            }
            line(out, depth);
            out.push('}');
        }
        Value::Array(list) if list.iter().any(nested) => {
            out.push('[');
            for (i, value) in list.iter().enumerate() {
                out.push_str(if i > 0 { "," } else { "" });
                line(out, depth + 1);
                pretty(value, depth + 1, out);
            }
            line(out, depth);
            out.push(']');
        }
        Value::Array(list) => {
            let list: Vec<String> = list.iter().map(Value::to_string).collect();
            out.push_str(&format!("[{}]", list.join(", ")));
        }
        other => out.push_str(&other.to_string()),
    }
}

fn with_integers(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let open = format!("\"{INTEGER}");
    while let Some(at) = rest.find(&open) {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        let body = &after[open.len()..];
        let end = body.find('"').unwrap_or(body.len());
        let digits = &body[..end];
        let whole = digits.strip_prefix('-').unwrap_or(digits);
        if !whole.is_empty() && whole.bytes().all(|b| b.is_ascii_digit()) {
            out.push_str(digits);
            rest = body.get(end + 1..).unwrap_or("");
        } else {
            out.push_str(&open);
            rest = body;
        }
    }
    out.push_str(rest);
    out
}

/// Prints text as it stands, with a line end if it lacks one.
pub fn text(text: &str) -> Done {
    let end = if text.ends_with('\n') { "" } else { "\n" };
    write(format!("{text}{end}").as_bytes())
}

fn write(bytes: &[u8]) -> Done {
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Err(Failure::Quiet),
        Err(error) => Err(Failure::job(format!(
            "Standard output can't be written: {error}."
        ))),
    }
}

/// Columns of text, the first row being their heads; numbers stand to the right.
pub fn table(heads: &[&str], rows: &[Vec<String>]) -> String {
    let count = heads.len();
    let cell = |row: &[String], i: usize| row.get(i).cloned().unwrap_or_default();
    let width: Vec<usize> = (0..count)
        .map(|i| {
            rows.iter()
                .map(|r| cell(r, i).chars().count())
                .chain([heads[i].chars().count()])
                .max()
                .unwrap_or(0)
        })
        .collect();
    let numeric = |text: &str| {
        let text = text.trim_start_matches(['-', '−']);
        text.starts_with(|c: char| c.is_ascii_digit())
    };
    let right: Vec<bool> = (0..count)
        .map(|i| !rows.is_empty() && rows.iter().all(|r| numeric(&cell(r, i))))
        .collect();
    let mut out = String::new();
    let mut line = |cells: Vec<String>| {
        let mut text = String::new();
        for (i, content) in cells.iter().enumerate() {
            let gap = " ".repeat(width[i] - content.chars().count());
            if right[i] {
                text.push_str(&gap);
                text.push_str(content);
            } else {
                text.push_str(content);
                text.push_str(&gap);
            }
            text.push_str("  ");
        }
        out.push_str(text.trim_end());
        out.push('\n');
    };
    line(heads.iter().map(|h| (*h).to_owned()).collect());
    for row in rows {
        line((0..count).map(|i| cell(row, i)).collect());
    }
    out
}

/// Names and values, one a line.
pub fn pairs(rows: &[(&str, String)]) -> String {
    let width = rows
        .iter()
        .map(|(n, _)| n.chars().count())
        .max()
        .unwrap_or(0);
    let mut out = String::new();
    for (name, value) in rows {
        let gap = " ".repeat(width - name.chars().count());
        let value = value.replace('\n', &format!("\n{}", " ".repeat(width + 2)));
        out.push_str(&format!("{name}{gap}  {value}\n"));
    }
    out
}

/// Writes a result to a file, or to standard output for `-` and where no file is named.
pub fn file(out: Option<&Path>, bytes: &[u8]) -> Done {
    match out {
        Some(path) if path != Path::new("-") => Ok(file::write_whole(path, bytes)?),
        _ => write(bytes),
    }
}

/// The kind of a file: `--format`, else its ending. Standard output needs `--format`, or takes
/// `usual`.
pub fn ending(out: Option<&Path>, format: Option<&str>, usual: &str) -> Result<String, Failure> {
    if let Some(format) = format {
        return Ok(format.trim_start_matches('.').to_ascii_lowercase());
    }
    let Some(path) = out.filter(|p| *p != Path::new("-")) else {
        return Ok(usual.to_owned());
    };
    path.extension()
        .and_then(|e| e.to_str())
        .map(str::to_ascii_lowercase)
        .ok_or_else(|| {
            Failure::input(format!(
                "{} has no ending that names its kind: add one, such as .{usual}, or give --format.",
                path.display()
            ))
        })
}

/// The bytes of a file, or of standard input for `-`.
pub fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    if path == Path::new("-") {
        use std::io::Read as _;
        let mut bytes = Vec::new();
        std::io::stdin()
            .lock()
            .take(file::READ_LIMIT + 1)
            .read_to_end(&mut bytes)
            .map_err(|e| Failure::input(format!("Standard input can't be read: {e}.")))?;
        if bytes.len() as u64 > file::READ_LIMIT {
            return Err(Failure::input(
                "Standard input holds more than 1 GiB: give a smaller file.",
            ));
        }
        return Ok(bytes);
    }
    Ok(file::read(path, file::READ_LIMIT)?)
}

/// A warning on standard error.
pub fn warn(message: &str) {
    eprintln!("strange-loom: {message}");
}

/// A bar on a terminal, nothing when piped.
pub fn bar(what: &str) -> indicatif::ProgressBar {
    if !std::io::stderr().is_terminal() {
        return indicatif::ProgressBar::hidden();
    }
    let bar = indicatif::ProgressBar::new(1000);
    let style =
        indicatif::ProgressStyle::with_template("{msg} {wide_bar} {percent} % · {eta} left");
    if let Ok(style) = style {
        bar.set_style(style);
    }
    bar.set_message(what.to_owned());
    bar
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use serde_json::json;

    use super::*;

    #[test]
    fn integers_are_printed_in_full_however_large() {
        let large = "123456789012345678901234567890";
        let document = json!({
            "small": integer(7),
            "negative": integer("-99999999999999999999999"),
            "large": integer(large),
            "text": "\u{e000}no number",
        });
        let text = with_integers(&document.to_string());
        assert!(text.contains(&format!("\"large\":{large}")), "{text}");
        assert!(
            text.contains("\"negative\":-99999999999999999999999"),
            "{text}"
        );
        assert!(text.contains("\"small\":7"), "{text}");
        assert!(text.contains("no number\""), "{text}");
    }

    #[test]
    fn pretty_json_says_the_same_as_compact_json() {
        let document = json!({"a": [], "b": {}, "c": [1.5, null], "d": [[1], {"e\"": "f"}]});
        let mut text = String::new();
        pretty(&document, 0, &mut text);
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), document);
        assert!(text.contains("\"c\": [1.5, null]"), "{text}");
    }

    #[test]
    fn a_table_lines_up_and_ends_no_line_in_blanks() {
        let rows = [
            vec!["Lorenz".into(), "3".into()],
            vec!["Hénon".into(), "12".into()],
        ];
        assert_eq!(
            table(&["name", "d"], &rows),
            "name     d\nLorenz   3\nHénon   12\n"
        );
    }

    #[test]
    fn a_file_without_an_ending_needs_a_format() {
        assert_eq!(
            ending(Some(Path::new("a.PNG")), None, "csv").unwrap(),
            "png"
        );
        assert_eq!(ending(Some(Path::new("-")), None, "csv").unwrap(), "csv");
        assert_eq!(
            ending(Some(Path::new("a")), Some("npy"), "csv").unwrap(),
            "npy"
        );
        assert!(ending(Some(Path::new("a")), None, "csv").is_err());
    }
}
