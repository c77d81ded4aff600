//! The stack of layers.

use loom_sim::SimError;
use loom_sim::operation::Outcome;

use super::{Desk, edited};
use crate::edit::{Edit, LayerEdit};

pub(super) fn operate(desk: &Desk, key: &str) -> Result<Outcome, SimError> {
    let (active, count) = desk.life.layers();
    let edit = match key {
        "add_layer" => LayerEdit::Add,
        "duplicate_layer" => LayerEdit::Duplicate,
        _ if count == 1 => {
            return Err(SimError::other("There is only one layer: add another one."));
        }
        "delete_layer" => LayerEdit::Delete,
        "next_layer" => LayerEdit::Choose((active + 1) % count),
        "previous_layer" => LayerEdit::Choose((active + count - 1) % count),
        _ if active == 0 => {
            return Err(SimError::other(
                "There is no layer below this one to merge it into.",
            ));
        }
        _ => LayerEdit::Merge(desk.mode()),
    };
    Ok(edited(&Edit::Layer(edit), None))
}
