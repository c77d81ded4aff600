//! What each science brings to the window besides what its declarations say: its icon, its
//! door on the start page, and how its views behave.

pub mod attractors;
pub mod automata;
pub mod circuits;
pub mod figures;
pub mod webs;

use crate::shell::acts::Acts;
use crate::shell::icons::Icon;
use crate::shell::live::Live;

/// A tile of a science's own, in which its model is drawn to be changed.
#[derive(Clone, Copy)]
pub struct SheetOf {
    /// As menus and its tab have it.
    pub name: &'static str,
    /// One sentence that teaches one thing.
    pub help: &'static str,
    /// Draws it for a run.
    pub show: fn(&mut egui::Ui, &Live, &mut Acts),
}

/// A science as the window knows it.
pub trait Panel: Sync {
    /// The key of its science.
    fn key(&self) -> &'static str;
    /// Its place in the rail, from 0; also the number of its accent.
    fn index(&self) -> usize;
    /// In the rail's tooltip and on the start page.
    fn name(&self) -> &'static str;
    fn icon(&self) -> Icon;
    /// One sentence under its door.
    fn invitation(&self) -> &'static str;
    /// The catalogue entry that its door shows; the first one if there is none of that name.
    fn door(&self) -> &'static str;
    /// Parameters that keep its door light.
    fn door_settings(&self) -> &'static [(&'static str, i64)] {
        &[]
    }
    /// What an empty room says.
    fn empty(&self) -> &'static str;
    /// A run plays as soon as it is opened.
    fn plays_at_once(&self) -> bool {
        false
    }
    /// Dragging something sets a held run going, so that it answers.
    fn plays_when_dragged(&self) -> bool {
        false
    }
    /// A tile of its own, in which its model is drawn to be changed.
    fn sheet(&self) -> Option<SheetOf> {
        None
    }
    /// What the status line counts the scale of a plane view in: pixels a cell.
    fn scale_unit(&self) -> Option<&'static str> {
        None
    }
    /// What click, drag and Alt + click do in its view, for the sheet of keys.
    fn gestures(&self) -> &'static [(&'static str, &'static str)];
}

/// All panels, in the order of the rail.
pub const PANELS: [&dyn Panel; 4] = [
    &attractors::Attractors,
    &automata::Automata,
    &webs::Webs,
    &circuits::Circuits,
];

/// The panel of a science.
pub fn of(key: &str) -> Option<&'static dyn Panel> {
    PANELS.into_iter().find(|p| p.key() == key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rail_holds_the_four_sciences_in_order() {
        let keys: Vec<&str> = PANELS.iter().map(|p| p.key()).collect();
        assert_eq!(keys, ["attractors", "automata", "webs", "circuits"]);
        assert!(PANELS.iter().enumerate().all(|(i, p)| p.index() == i));
    }
}
