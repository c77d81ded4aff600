//! What a tile of neighbours shows, as layouts keep it.

use serde::{Deserialize, Serialize};

/// The part of a parameter's range between two neighbours.
pub(super) const STEP: f64 = 0.03;

/// What a tile of neighbours shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Around {
    /// The parameters that change to the right and upward; the first two if left out.
    #[serde(default)]
    pub(super) across: Option<String>,
    #[serde(default)]
    pub(super) up: Option<String>,
    /// Part of a parameter's range between two neighbours.
    #[serde(default = "usual_step")]
    pub(super) step: f64,
    /// What a search has found, from this one on; else what lies around.
    #[serde(default)]
    pub(super) found: Option<usize>,
    /// Where choices are listed: the first of those that are shown.
    #[serde(default)]
    pub(super) first: usize,
}

fn usual_step() -> f64 {
    STEP
}

impl Default for Around {
    fn default() -> Self {
        Self {
            across: None,
            up: None,
            step: STEP,
            found: None,
            first: 0,
        }
    }
}
