//! Where something stands in a text, so that an error can point at it.

use std::fmt;

/// A place in a circuit's text, both counted from one. Line 0 means that the piece was not
/// read from a text (it was built by a program, or a slider).
///
/// Places are no part of a term's meaning: two terms that differ only in them are equal.
#[derive(Clone, Copy, Debug, Default)]
pub struct Span {
    pub line: u32,
    pub column: u32,
}

impl Span {
    pub const fn new(line: u32, column: u32) -> Self {
        Self { line, column }
    }
    pub fn is_known(self) -> bool {
        self.line > 0
    }
}

impl PartialEq for Span {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}
impl Eq for Span {}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_known() {
            write!(f, "line {}, column {}", self.line, self.column)
        } else {
            f.write_str("the sizes as set")
        }
    }
}
