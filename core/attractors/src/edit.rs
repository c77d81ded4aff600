//! The edits that a run takes, as the journal keeps them.

use std::collections::BTreeMap;

use loom_sim::{Input, SimError};
use serde::{Deserialize, Serialize};

/// How far a twin is nudged.
pub const NUDGE: f64 = 1e-9;

/// A change of the state from outside.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum Edit {
    /// A further orbit starts at this state.
    Orbit(Vec<f64>),
    /// One variable of the tracked orbit moves by a hair.
    Nudge { variable: String, by: f64 },
    /// Several parameters at once, as a twin takes them that was picked on a plane of two.
    Parameters(BTreeMap<String, f64>),
}

impl Edit {
    pub fn input(&self) -> Input {
        match self {
            Self::Orbit(_) => Input::edit("Start an orbit here", self),
            Self::Nudge { variable, by } => {
                Input::edit(&format!("Nudge {variable} by {by:e}"), self)
            }
            Self::Parameters(_) => Input::edit("Set parameters", self),
        }
    }

    pub fn read(name: &str, data: &serde_json::Value) -> Result<Self, SimError> {
        Self::deserialize(data).map_err(|error| SimError::Input(format!("{name} ({error})")))
    }
}
