//! Attributes of nodes and threads beyond those that the mechanics needs, kept from file to file.

use serde::{Deserialize, Serialize};

/// A named attribute with one value for each node, or for each thread.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Column {
    pub name: String,
    pub values: Values,
}

/// The values of a column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Values {
    /// `None` where a file says nothing.
    Number(Vec<Option<f64>>),
    /// Empty where a file says nothing.
    Text(Vec<String>),
}

impl Values {
    pub fn len(&self) -> usize {
        match self {
            Self::Number(values) => values.len(),
            Self::Text(values) => values.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value as it stands in a file; empty where there is none.
    pub fn text(&self, index: usize) -> String {
        match self {
            Self::Number(values) => match values.get(index) {
                Some(Some(value)) => value.to_string(),
                _ => String::new(),
            },
            Self::Text(values) => values.get(index).cloned().unwrap_or_default(),
        }
    }

    /// Keeps the rows for which `keep` is true.
    pub fn retain_rows(&mut self, keep: &[bool]) {
        let mut row = 0;
        let mut next = || {
            row += 1;
            keep.get(row - 1).copied().unwrap_or(false)
        };
        match self {
            Self::Number(values) => values.retain(|_| next()),
            Self::Text(values) => values.retain(|_| next()),
        }
    }
}
