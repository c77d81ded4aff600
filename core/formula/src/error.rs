//! What is wrong with a formula, where, and which known name is nearest to an unknown one.

/// A place in a formula's text. Lines and columns count from 1; columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Position {
    pub line: usize,
    pub column: usize,
}

impl Position {
    /// The first character of a text.
    pub const START: Position = Position { line: 1, column: 1 };
}

/// A formula that cannot be read, with the place of the fault.
///
/// Its `Display` is one sentence that starts with the place:
/// ``Line 2, column 8: unknown function `sgn`; did you mean `sign`?``
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Line {line}, column {column}: {message}{}", suggestion(.nearest))]
pub struct FormulaError {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong and what to do, without the place.
    pub message: String,
    /// The known name nearest to an unknown one.
    pub nearest: Option<String>,
}

fn suggestion(nearest: &Option<String>) -> String {
    nearest
        .as_ref()
        .map(|name| format!("; did you mean `{name}`?"))
        .unwrap_or_default()
}

impl FormulaError {
    pub(crate) fn new(at: Position, message: impl Into<String>) -> Self {
        FormulaError {
            line: at.line,
            column: at.column,
            message: message.into(),
            nearest: None,
        }
    }

    pub(crate) fn with_nearest<'a>(
        mut self,
        name: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        self.nearest = nearest(name, known);
        self
    }
}

/// The known name that the fewest edits separate from `name`: at most two, or one for names of
/// three letters and fewer. Names longer than 64 characters get no suggestion.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let length = name.chars().count();
    if length > 64 {
        return None;
    }
    let limit = if length <= 3 { 1 } else { 2 };
    known
        .into_iter()
        .filter(|other| other.chars().count() <= length + 2)
        .map(|other| (edits(name, other), other))
        .filter(|(distance, other)| *distance <= limit && *distance < other.chars().count())
        .min_by_key(|(distance, other)| (*distance, other.chars().count().abs_diff(length)))
        .map(|(_, other)| other.to_owned())
}

/// Edit distance where exchanging two neighbours counts as one edit (optimal string alignment).
fn edits(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.to_lowercase().chars().collect();
    let b: Vec<char> = b.to_lowercase().chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let changed = usize::from(a[i - 1] != b[j - 1]);
            row[j] = (last[j] + 1).min(row[j - 1] + 1).min(last[j - 1] + changed);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_one_or_two_edits_away() {
        let known = ["sin", "sinh", "sign", "sqrt", "sigma"];
        assert_eq!(nearest("sgn", known).as_deref(), Some("sin"));
        assert_eq!(nearest("sgin", known).as_deref(), Some("sign"));
        assert_eq!(nearest("sqr", known).as_deref(), Some("sqrt"));
        assert_eq!(nearest("qqqq", known), None);
    }

    #[test]
    fn an_error_reads_as_a_sentence_with_its_place() {
        let error = FormulaError::new(Position { line: 2, column: 8 }, "unknown function `sqr`")
            .with_nearest("sqr", ["sqrt"]);
        assert_eq!(
            error.to_string(),
            "Line 2, column 8: unknown function `sqr`; did you mean `sqrt`?"
        );
    }
}
