//! Rules in files: `@RULE` sections, alone in a `.rule` file or behind a pattern.

use super::FileError;
use crate::rule::{Rule, RuleError};

/// A rule as a file gives it: the text from `@RULE` to the next `@RULE` or the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleText {
    /// What stands after `@RULE`.
    pub name: String,
    /// The line of the file where it starts, from 1.
    pub line: usize,
    /// The whole section.
    pub text: String,
}

/// The `@RULE` sections of a text.
pub fn sections(text: &str) -> Vec<RuleText> {
    let mut found: Vec<RuleText> = Vec::new();
    if !text.contains("@RULE") {
        return found;
    }
    for (number, line) in text.lines().enumerate() {
        if let Some(name) = line.strip_prefix("@RULE") {
            found.push(RuleText {
                name: name.trim().to_owned(),
                line: number + 1,
                text: String::new(),
            });
        }
        if let Some(rule) = found.last_mut() {
            rule.text.push_str(line);
            rule.text.push('\n');
        }
    }
    found
}

impl RuleText {
    /// Whether the section can be a rule at all.
    ///
    /// # Errors
    /// A rule without a name.
    pub fn check(&self) -> Result<(), FileError> {
        if self.name.is_empty() {
            return Err(FileError::at(
                self.line,
                "@RULE is followed by the rule's name",
            ));
        }
        Ok(())
    }
}

/// The rule that a file's header names: one of its own rules, or one in the usual notation.
///
/// # Errors
/// Those of the notation.
pub fn resolve(name: &str, _rules: &[RuleText]) -> Result<Rule, RuleError> {
    name.parse()
}
