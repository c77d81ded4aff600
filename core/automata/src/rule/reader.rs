//! Reading a rule from left to right, so that an error can point at the letter.

use super::RuleError;

/// A place in a rule's text; `at` counts characters, not bytes.
#[derive(Clone, Debug)]
pub(crate) struct Reader {
    text: String,
    chars: Vec<char>,
    pub(crate) at: usize,
}

impl Reader {
    pub(crate) fn new(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            chars: text.chars().collect(),
            at: 0,
        }
    }

    /// The character here, as written.
    pub(crate) fn raw(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    /// The character `ahead` places further, as written.
    pub(crate) fn raw_at(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    /// The character here as a capital.
    pub(crate) fn peek(&self) -> Option<char> {
        self.raw().map(|c| c.to_ascii_uppercase())
    }

    /// The character `ahead` places further as a capital.
    pub(crate) fn look(&self, ahead: usize) -> Option<char> {
        self.chars
            .get(self.at + ahead)
            .map(char::to_ascii_uppercase)
    }

    /// Goes over a character if it is the one here.
    pub(crate) fn take(&mut self, c: char) -> bool {
        let there = self.peek() == Some(c);
        self.at += usize::from(there);
        there
    }

    /// Goes over a word, whatever its capitals, if it stands here.
    pub(crate) fn take_word(&mut self, word: &str) -> bool {
        let there = word
            .chars()
            .enumerate()
            .all(|(i, c)| self.look(i) == Some(c.to_ascii_uppercase()));
        if there {
            self.at += word.chars().count();
        }
        there
    }

    pub(crate) fn spaces(&mut self) {
        while self.raw().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    pub(crate) fn is_at_end(&self) -> bool {
        self.at >= self.chars.len()
    }

    /// Everything from here to the grid's colon or the end.
    pub(crate) fn rest(&self) -> String {
        self.chars[self.at.min(self.chars.len())..]
            .iter()
            .take_while(|&&c| c != ':')
            .collect()
    }

    /// A whole number in digits, at most `most`; larger ones are an error with this sentence.
    pub(crate) fn number(&mut self, most: u64, what: &str) -> Result<u64, RuleError> {
        let start = self.at;
        let mut number = 0u64;
        while let Some(digit) = self.peek().and_then(|c| c.to_digit(10)) {
            number = (number * 10 + u64::from(digit)).min(1 << 50);
            self.at += 1;
        }
        if start == self.at {
            return self.fail(format!("{what} is missing here; write it in digits"));
        }
        if number > most {
            self.at = start;
            return self.fail(format!("{what} is at most {most}"));
        }
        Ok(number)
    }

    pub(crate) fn fail<T>(&self, problem: impl Into<String>) -> Result<T, RuleError> {
        self.fail_at(self.at, problem)
    }

    pub(crate) fn fail_at<T>(&self, at: usize, problem: impl Into<String>) -> Result<T, RuleError> {
        Err(RuleError {
            rule: self.text.chars().take(200).collect(),
            column: at + 1,
            problem: problem.into(),
        })
    }

    /// Fails with what is not expected here.
    pub(crate) fn unexpected<T>(&self, instead: &str) -> Result<T, RuleError> {
        match self.raw() {
            Some(c) => self.fail(format!("{c:?} is not expected here; {instead}")),
            None => self.fail(format!("the rule ends too early; {instead}")),
        }
    }
}
