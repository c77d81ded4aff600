//! Spider webs and graphs in the window.

use super::Panel;
use crate::shell::icons::Icon;

pub struct Webs;

impl Panel for Webs {
    fn key(&self) -> &'static str {
        "webs"
    }
    fn index(&self) -> usize {
        2
    }
    fn name(&self) -> &'static str {
        "Webs"
    }
    fn icon(&self) -> Icon {
        Icon::Waypoints
    }
    fn invitation(&self) -> &'static str {
        "Silk under load, and every other graph: pull, cut, measure."
    }
    fn door(&self) -> &'static str {
        "orb"
    }
    fn empty(&self) -> &'static str {
        "No web is open. Choose one from the catalogue, or drop a graph file here."
    }
    fn plays_when_dragged(&self) -> bool {
        true
    }
    fn gestures(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("Click", "Select a node or a thread"),
            ("Drag", "Pull a node; elsewhere turn the view"),
            ("Alt + click", "Twin, with that thread cut"),
        ]
    }
}
