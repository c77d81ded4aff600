//! Cellular automata in the window.

mod machine;
mod sheet;
mod table;
mod transition;

use super::{Panel, SheetOf};
use crate::shell::icons::Icon;

pub struct Automata;

impl Panel for Automata {
    fn key(&self) -> &'static str {
        "automata"
    }
    fn index(&self) -> usize {
        1
    }
    fn name(&self) -> &'static str {
        "Automata"
    }
    fn icon(&self) -> Icon {
        Icon::Grid3x3
    }
    fn invitation(&self) -> &'static str {
        "Worlds of cells: draw in them while they run, count what is left."
    }
    fn door(&self) -> &'static str {
        "gosper-glider-gun"
    }
    fn empty(&self) -> &'static str {
        "No pattern is open. Choose one from the catalogue, or drop a pattern file here."
    }
    fn sheet(&self) -> Option<SheetOf> {
        Some(SheetOf {
            name: "Rule editor",
            help: "The rule as neighbourhoods and what becomes of them; a click switches one.",
            show: sheet::show,
        })
    }
    fn scale_unit(&self) -> Option<&'static str> {
        Some("cell")
    }
    fn gestures(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("Click", "Paint a cell; the right button erases"),
            (
                "Drag",
                "Paint a line of cells; the middle button moves the view",
            ),
            ("Alt + click", "Twin, with that cell flipped"),
        ]
    }
}
