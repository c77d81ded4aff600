//! Equations as the manuscript of a model, and files that hold them.

use std::ops::Range;

use loom_sim::{Draft, Fault, Job, Manuscript, Model, SimError, Word};

use super::{Sheet, compose, read_xpp, text_of};
use crate::catalogue;

/// A system without a name.
const MINE: &str = "My system";
/// What a new system begins as: the simplest chaotic flow with a quadratic nonlinearity.
const SIMPLEST: &str = "SprottJerk";

/// What systems are written in.
#[derive(Clone, Copy, Debug, Default)]
pub struct Equations;

impl Manuscript for Equations {
    fn name(&self) -> &'static str {
        "Equations"
    }
    fn thing(&self) -> &'static str {
        "system"
    }
    fn help(&self) -> &'static str {
        "One statement a line: dx/dt = …, x' = …, ẋ = … or LaTeX; x[n+1] = … for a map; a = 2 for a parameter's value, x(0) = 1 for a start."
    }
    fn fresh(&self) -> Result<Model, SimError> {
        let base = catalogue::named(SIMPLEST)?;
        let made = Sheet::read(&text_of(&base))
            .and_then(|sheet| compose(MINE, sheet, Some(&base), &Job::quiet()));
        match made {
            Ok(made) => Ok(catalogue::model_of_file(&file_name(MINE), &made.definition)),
            Err(fault) => Err(SimError::parse(fault)),
        }
    }
    fn text(&self, model: &Model) -> Result<String, SimError> {
        Ok(text_of(&*catalogue::definition(model)?))
    }
    fn read(
        &self,
        title: &str,
        text: &str,
        old: Option<&Model>,
        job: &Job,
    ) -> Result<Draft, Fault> {
        let sheet = Sheet::read(text)?;
        let base = old.and_then(|model| catalogue::definition(model).ok());
        let formulas = sheet.system.latex_lines();
        let map = sheet.is_map();
        let made = compose(title, sheet, base.as_deref(), job)?;
        let definition = made.definition;
        let count = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
        let mut summary = format!(
            "{}, {}",
            count(definition.dimension(), "variable"),
            count(definition.parameters.len(), "parameter")
        );
        if !map {
            summary.push_str(&format!(
                "; step {}, a turn in {:.3} time units",
                definition.dt, definition.period
            ));
        }
        let model = catalogue::model_of_file(&file_name(title), &definition);
        Ok(Draft {
            model,
            formulas,
            notes: made.notes,
            summary,
        })
    }
    fn words(&self, text: &str) -> Vec<(Range<usize>, Word)> {
        let variables = Sheet::read(text).map_or_else(
            |_| subjects(text),
            |sheet| sheet.system.variables().to_vec(),
        );
        words(text, &variables)
    }
}

/// The names on the left of derivatives, where the text as a whole can't be read yet.
fn subjects(text: &str) -> Vec<String> {
    text.lines()
        .flat_map(|line| line.split(';'))
        .filter_map(|line| {
            let left = line.split_once('=')?.0.trim();
            let name = left
                .strip_suffix('\'')
                .or_else(|| {
                    left.strip_prefix('d')?
                        .split_once("/d")
                        .map(|(name, _)| name)
                })
                .or_else(|| left.split_once(['[', '_']).map(|(name, _)| name))?;
            Some(name.trim().to_owned())
        })
        .collect()
}

/// The words that have a colour.
fn words(text: &str, variables: &[String]) -> Vec<(Range<usize>, Word)> {
    let mut found = Vec::new();
    let mut rest = text.char_indices().peekable();
    while let Some((start, c)) = rest.next() {
        let mut end = start + c.len_utf8();
        let mut take = |good: fn(char) -> bool| {
            while let Some((i, c)) = rest.next_if(|(_, c)| good(*c)) {
                end = i + c.len_utf8();
            }
            end
        };
        if c == '#' {
            found.push((start..take(|c| c != '\n'), Word::Comment));
        } else if c.is_ascii_digit() {
            let end = take(|c| c.is_ascii_alphanumeric() || c == '.');
            found.push((start..end, Word::Number));
        } else if c.is_alphabetic() {
            let end = take(|c| c.is_alphanumeric() || c == '_' || c == '\u{307}');
            let word = &text[start..end];
            // dx of dx/dt, x_n of a map.
            let bare = word
                .strip_prefix('d')
                .filter(|rest| !rest.is_empty())
                .unwrap_or(word)
                .trim_end_matches('\u{307}');
            let stem = word.split('_').next().unwrap_or(word);
            if [word, bare, stem]
                .iter()
                .any(|w| variables.iter().any(|v| v == w))
            {
                found.push((start..end, Word::Subject));
            } else if loom_formula::Function::from_name(word).is_some() {
                found.push((start..end, Word::Function));
            }
        }
    }
    found
}

/// A name that a file can have.
fn file_name(title: &str) -> String {
    let plain: String = title
        .chars()
        .map(|c| if c.is_alphanumeric() { c } else { '-' })
        .collect();
    let trimmed = plain.trim_matches('-').to_lowercase();
    if trimmed.is_empty() {
        "mine.toml".into()
    } else {
        format!("{trimmed}.toml")
    }
}

/// Opens a file of equations: XPP's `.ode`, or a text that has a derivative or a next value.
/// `None`: no such text.
pub fn open(name: &str, text: &str) -> Option<Result<Model, SimError>> {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let (stem, ending) = file.rsplit_once('.').unwrap_or((file, ""));
    let xpp = ending.eq_ignore_ascii_case("ode");
    let plain = ["txt", "tex", "md", ""]
        .iter()
        .any(|e| ending.eq_ignore_ascii_case(e));
    if !(xpp || plain && seems(text)) {
        return None;
    }
    let title = if stem == "clipboard" || stem.is_empty() || stem == "-" {
        MINE
    } else {
        stem
    };
    let read = || {
        let sheet = if xpp {
            read_xpp(text)?
        } else {
            Sheet::read(text)?
        };
        compose(title, sheet, None, &Job::quiet())
    };
    Some(match read() {
        Ok(made) => Ok(catalogue::model_of_file(
            &file_name(title),
            &made.definition,
        )),
        Err(fault) => Err(SimError::parse(format!("{name}: {fault}"))),
    })
}

/// Whether a text has an equation of motion: a derivative or a next value before an `=`.
fn seems(text: &str) -> bool {
    text.lines()
        .flat_map(|line| line.split([';', ',']))
        .any(|statement| {
            let Some((left, _)) = statement.split_once('=') else {
                return false;
            };
            let left: String = left
                .chars()
                .filter(|c| !c.is_whitespace() && *c != '&')
                .collect();
            let derivative = left.starts_with('d') && left.contains("/d")
                || left.ends_with('\'') && left.len() <= 24
                || left.contains("\\dot")
                || left.contains(['\u{307}', '\u{2d9}', 'ẋ', 'ẏ', 'ż'])
                || left.contains("\\frac{d");
            let next = ["n+1", "t+1", "k+1", "i+1"]
                .iter()
                .any(|n| left.contains(n));
            derivative || next
        })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn words_are_told_apart() {
        let text = "dx/dt = a*sin(x) + 2.5 # rate";
        let found = words(text, &["x".to_owned()]);
        let found: Vec<(&str, Word)> = found.iter().map(|(r, w)| (&text[r.clone()], *w)).collect();
        assert_eq!(
            found,
            [
                ("dx", Word::Subject),
                ("sin", Word::Function),
                ("x", Word::Subject),
                ("2.5", Word::Number),
                ("# rate", Word::Comment),
            ]
        );
    }

    #[test]
    fn only_equations_are_taken_for_equations() {
        assert!(seems("dx/dt = y"));
        assert!(seems("Let\n\\dot x = y"));
        assert!(seems("x_{n+1} = 4x_n(1-x_n)"));
        assert!(!seems("x = 3, y = 3, rule = B3/S23\nbo$2bo$3o!"));
        assert!(!seems("#N Gosper's gun\nO.O\n"));
        assert!(open("clipboard.txt", "x = 3, y = 3, rule = B3/S23\nbo$2bo$3o!").is_none());
        let model = open("clipboard.txt", "x'=y; y'=-x").unwrap().unwrap();
        assert_eq!(model.kind, "My system");
        let error = open("a.ode", "x'=y+\ny'=x\n").unwrap().unwrap_err();
        assert!(error.to_string().starts_with("a.ode: Line 1"), "{error}");
    }
}
