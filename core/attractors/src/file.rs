//! The form of a system's file: a TOML text with the equations, the parameters and how to look.
//!
//! The built-in systems and a user's own are files of this one form. Every error names the
//! file, the line and the column, and the nearest known name for an unknown one.

use std::collections::BTreeMap;
use std::ops::Range;

use loom_sim::SimError;
use serde::Deserialize;
use toml::Spanned;

/// Longest file that is read.
pub const MAX_BYTES: usize = 1 << 20;

/// A system as it is written in its file, before its equations are read.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SystemFile {
    /// ASCII name, as the command line takes it.
    #[serde(default)]
    pub name: Option<String>,
    /// As people read it.
    #[serde(default)]
    pub title: Option<String>,
    /// One or two sentences.
    #[serde(default)]
    pub summary: String,
    /// The domain that it comes from.
    #[serde(default)]
    pub group: Option<String>,
    #[serde(default)]
    pub keywords: Vec<String>,
    #[serde(default)]
    pub citation: String,
    /// The right-hand sides in the formula language.
    pub equations: Spanned<String>,
    /// A state on or near the attractor.
    #[serde(default)]
    pub initial: Option<Spanned<Vec<FileNumber>>>,
    /// Of a delay system, what each variable was before: one formula of t a variable.
    #[serde(default)]
    pub history: Option<Spanned<Vec<String>>>,
    /// Amplitudes of the system's own noise: one formula a variable, of the state, the parameters
    /// and t, in the variable's unit per square root of time (Itô).
    #[serde(default)]
    pub noise: Option<Spanned<Vec<String>>>,
    /// Model time of one step; flows only.
    #[serde(default)]
    pub dt: Option<Spanned<FileNumber>>,
    /// Model time of one natural turn.
    #[serde(default)]
    pub period: Option<Spanned<FileNumber>>,
    /// How far from the attractor particles start, as a part of its size: less than usual where
    /// those beside it run away.
    #[serde(default)]
    pub spread: Option<Spanned<FileNumber>>,
    /// How dt and period were obtained.
    #[serde(default)]
    pub obtained: String,
    #[serde(default, rename = "parameter")]
    pub parameters: Vec<Spanned<FileParameter>>,
    #[serde(default)]
    pub view: FileView,
    #[serde(default)]
    pub measured: Option<Measured>,
    #[serde(default, rename = "experiment")]
    pub experiments: Vec<FileExperiment>,
}

/// One parameter of the equations.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileParameter {
    pub key: Spanned<String>,
    #[serde(default)]
    pub symbol: String,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub unit: String,
    pub value: Spanned<FileNumber>,
    #[serde(default)]
    pub low: Option<f64>,
    #[serde(default)]
    pub high: Option<f64>,
    #[serde(default)]
    pub logarithmic: bool,
    #[serde(default)]
    pub help: String,
}

/// How the system is best looked at.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileView {
    #[serde(default)]
    pub style: Option<Spanned<String>>,
    /// Two or three variables.
    #[serde(default)]
    pub axes: Option<Spanned<Vec<String>>>,
    /// Whether each variable is drawn to a scale of its own: where one counts in thousands and
    /// another in hundredths.
    #[serde(default)]
    pub own_scales: Option<Spanned<bool>>,
    /// Two or three formulas that stand along the axes in place of variables.
    #[serde(default)]
    pub formulas: Option<Spanned<Vec<String>>>,
    /// Radians around the third axis.
    #[serde(default)]
    pub yaw: Option<f64>,
    /// Radians above the horizon.
    #[serde(default)]
    pub pitch: Option<f64>,
    #[serde(default)]
    pub color: Option<Spanned<String>>,
    #[serde(default)]
    pub map: Option<Spanned<String>>,
    /// Variables that are angles: they are drawn from −π to π.
    #[serde(default)]
    pub wrap: Vec<Spanned<String>>,
}

/// Invariants as this program measured them at the default parameters.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Measured {
    /// Lyapunov exponents, largest first, per unit of time (per iteration for maps); of a delay
    /// system, which has endlessly many, the first few.
    pub spectrum: Vec<f64>,
    /// One standard error of each.
    pub standard_error: Vec<f64>,
    /// ⟨div f⟩ of a flow, ⟨ln |det J|⟩ of a map: what the exponents must sum to. A delay system has
    /// no such number.
    #[serde(default)]
    pub mean_divergence: Option<f64>,
    pub kaplan_yorke_dimension: f64,
    /// Model time over which it was measured, all orbits together.
    pub time: f64,
    /// Where other published values differ, and why ours is right.
    #[serde(default)]
    pub note: String,
}

/// "Try this".
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileExperiment {
    pub sentence: String,
    pub button: String,
    pub set: BTreeMap<Spanned<String>, FileNumber>,
}

/// A number, or a constant formula in quotes: `"8/3"`.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum FileNumber {
    Integer(i64),
    Real(f64),
    Formula(String),
}

impl FileNumber {
    /// Its value, or a sentence that says why it has none.
    pub fn value(&self) -> Result<f64, String> {
        match self {
            Self::Integer(i) => Ok(*i as f64),
            Self::Real(x) if x.is_finite() => Ok(*x),
            Self::Real(x) => Err(format!("{x} isn't a finite number; give one.")),
            Self::Formula(text) => crate::definition::constant(text),
        }
    }
}

/// A file's name and text, by which errors say where they are.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    pub name: &'a str,
    pub text: &'a str,
}

impl Source<'_> {
    /// Line and column (characters), both from 1, of a byte of the text.
    pub fn place(&self, byte: usize) -> (usize, usize) {
        let mut end = byte.min(self.text.len());
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        let before = &self.text[..end];
        let line = before.bytes().filter(|b| *b == b'\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |i| i + 1);
        (line, before[start..].chars().count() + 1)
    }

    /// An error at a span of the text.
    pub fn error(&self, span: Option<Range<usize>>, message: impl std::fmt::Display) -> SimError {
        let (line, column) = self.place(span.map_or(0, |s| s.start));
        self.error_at(line, column, message)
    }

    /// An error at a line and column.
    pub fn error_at(
        &self,
        line: usize,
        column: usize,
        message: impl std::fmt::Display,
    ) -> SimError {
        SimError::parse(format!(
            "{}, line {line}, column {column}: {message}",
            self.name
        ))
    }
}

/// Reads the TOML form; nothing is said yet about the equations.
pub fn read(source: Source<'_>) -> Result<SystemFile, SimError> {
    if source.text.len() > MAX_BYTES {
        return Err(source.error(
            None,
            "the file is longer than 1 MiB; a system's file holds equations, not data.",
        ));
    }
    toml(source)
}

/// Reads a TOML text of any form; a fault is said with its place, an unknown field with the
/// nearest known one.
pub fn toml<T: serde::de::DeserializeOwned>(source: Source<'_>) -> Result<T, SimError> {
    toml::from_str(source.text).map_err(|error| {
        let message = error.message().trim_end_matches('.');
        let hint = unknown_field(message)
            .and_then(|(name, known)| nearest(&name, known.iter().map(String::as_str)))
            .map(|name| format!("; did you mean `{name}`?"))
            .unwrap_or_else(|| ".".to_owned());
        source.error(error.span(), format!("{message}{hint}"))
    })
}

/// The name and the known names in serde's "unknown field `a`, expected one of `b`, `c`".
fn unknown_field(message: &str) -> Option<(String, Vec<String>)> {
    let rest = message.strip_prefix("unknown field `")?;
    let (name, rest) = rest.split_once('`')?;
    let known = rest.split('`').skip(1).step_by(2);
    Some((name.to_owned(), known.map(str::to_owned).collect()))
}

/// The known name that the fewest edits separate from `name`, if they are few for its length.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let length = name.chars().count();
    if length > 64 {
        return None;
    }
    known
        .into_iter()
        .map(|other| (edits(name, other), other))
        .filter(|(distance, _)| *distance <= 1 + length / 4)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, other)| other.to_owned())
}

/// Levenshtein's distance, upper and lower case alike.
fn edits(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.to_lowercase().chars().collect();
    let b: Vec<char> = b.to_lowercase().chars().take(65).collect();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let changed = last[j] + usize::from(x != y);
            row.push(changed.min(last[j + 1] + 1).min(row[j] + 1));
        }
        last = row;
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn error(text: &str) -> String {
        read(Source {
            name: "mine.toml",
            text,
        })
        .expect_err("the file is wrong")
        .to_string()
    }

    #[test]
    fn an_unknown_field_is_named_with_its_place_and_the_nearest_one() {
        let message = error("equations = \"x' = -x\"\nperoid = 3\n");
        assert!(
            message.starts_with("mine.toml, line 2, column 1: unknown field `peroid`"),
            "{message}"
        );
        assert!(message.ends_with("did you mean `period`?"), "{message}");
    }

    #[test]
    fn broken_toml_is_an_error_with_its_place() {
        let message = error("equations = \"x' = -x\"\ndt = = 3\n");
        assert!(
            message.starts_with("mine.toml, line 2, column"),
            "{message}"
        );
    }

    #[test]
    fn columns_count_characters() {
        let source = Source {
            name: "a",
            text: "é = 1\nσσ = 2",
        };
        assert_eq!(source.place(2), (1, 2));
        assert_eq!(source.place(source.text.len()), (2, 7));
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in "\\PC{0,200}") {
            let _ = read(Source { name: "any", text: &text });
        }
    }
}
