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
    /// The rule.
    ///
    /// # Errors
    /// The first line that makes no rule, counted in the whole file.
    pub fn rule(&self) -> Result<Rule, FileError> {
        Rule::from_rule_file(&self.text).map_err(|error| FileError {
            line: Some(self.line + error.line.max(1) - 1),
            column: None,
            problem: error.problem,
        })
    }
}

/// The rule that a file's header names: one of its own rules, or one in the usual notation.
///
/// # Errors
/// Those of the notation; what is wrong with the rule of that name in the file.
pub fn resolve(name: &str, rules: &[RuleText]) -> Result<Rule, RuleError> {
    let plain = name.split_once(':').map_or(name, |(plain, _)| plain).trim();
    let Some(own) = rules.iter().find(|rule| rule.name == plain) else {
        return name.parse();
    };
    let rule = own.rule().map_err(|error| RuleError {
        rule: name.to_owned(),
        column: 1,
        problem: error.to_string(),
    })?;
    Rule::read_beside(name, Some(&rule))
}
