//! Inputs: everything that changes a run from outside, and so everything the journal keeps.

use serde::{Deserialize, Serialize};

use crate::value::Value;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Input {
    /// A live parameter takes a value.
    Set { key: String, value: Value },
    /// An edit in the science's own terms: cells drawn, a node dragged, a thread cut.
    Edit {
        /// What the edit is called in menus and in undo: "Draw cells".
        name: String,
        data: serde_json::Value,
        /// Edits of one stroke (a drag) carry one number and are undone together.
        #[serde(default)]
        stroke: u64,
    },
}

impl Input {
    pub fn set(key: &str, value: impl Into<Value>) -> Self {
        Self::Set {
            key: key.to_owned(),
            value: value.into(),
        }
    }
    /// An edit from any serialisable description.
    pub fn edit<T: Serialize>(name: &str, data: &T) -> Self {
        Self::Edit {
            name: name.to_owned(),
            data: serde_json::to_value(data).unwrap_or(serde_json::Value::Null),
            stroke: 0,
        }
    }
    pub fn stroke(mut self, number: u64) -> Self {
        if let Self::Edit { stroke, .. } = &mut self {
            *stroke = number;
        }
        self
    }
    /// As undo and the history name it.
    pub fn title(&self) -> String {
        match self {
            Self::Set { key, value } => format!("Set {key} to {value}"),
            Self::Edit { name, .. } => name.clone(),
        }
    }
}
