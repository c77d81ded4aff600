//! Neural circuit diagrams in the window.

use super::Panel;
use crate::shell::icons::Icon;

pub struct Circuits;

impl Panel for Circuits {
    fn key(&self) -> &'static str {
        "circuits"
    }
    fn index(&self) -> usize {
        3
    }
    fn name(&self) -> &'static str {
        "Circuits"
    }
    fn icon(&self) -> Icon {
        Icon::Workflow
    }
    fn invitation(&self) -> &'static str {
        "Networks as diagrams: every axis has its size, every wire its numbers."
    }
    fn door(&self) -> &'static str {
        "multi_head_attention"
    }
    fn empty(&self) -> &'static str {
        "No diagram is open. Choose one from the catalogue."
    }
    fn gestures(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("Click", "Select a wire or a block: shape, values, cost"),
            ("Drag", "Move the view"),
            ("Alt + click", "Twin, with that input changed"),
        ]
    }
}
