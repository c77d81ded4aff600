//! Changes of the stack of layers.

use serde::{Deserialize, Serialize};

use super::Mode;

/// The most layers of a run.
pub const MOST: usize = 16;

/// One change of the stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LayerEdit {
    /// Lays an empty layer over the present one.
    Add,
    /// Lays a copy of the present layer over it.
    Duplicate,
    /// Takes the present layer away.
    Delete,
    /// Goes to a layer, the lowest being 0.
    Choose(usize),
    /// Puts the cells of the present layer into the one below.
    Merge(Mode),
}

impl LayerEdit {
    /// What menus and undo call it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Add => "Add a layer",
            Self::Duplicate => "Duplicate the layer",
            Self::Delete => "Delete the layer",
            Self::Choose(_) => "Go to a layer",
            Self::Merge(_) => "Merge into the layer below",
        }
    }
}
