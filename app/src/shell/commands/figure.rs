//! Ways out of the window.

use super::{Command, Menu, has_run};
use crate::shell::acts::At;
use crate::shell::icons::Icon;

pub const LIST: &[Command] = &[
    Command::new(
        "figure.export",
        Menu::Figure,
        0,
        "Export the view…",
        "Writes the picture as PNG, SVG or PDF; it carries the project and can be opened again.",
        |studio, _| studio.export_front(),
    )
    .icon(Icon::FileImage)
    .keys(&["E"])
    .when(has_run),
    Command::new(
        "figure.print",
        Menu::Figure,
        0,
        "Print-quality picture…",
        "Counts hundreds of millions of visits and lights them: Gas, Liquid, Light, Plasma, Solid.",
        |studio, _| studio.print_front(),
    )
    .icon(Icon::Image)
    .when(|studio| {
        studio.live().is_some_and(|l| {
            l.science
                .print_parameters(l.model())
                .is_ok_and(|list| !list.is_empty())
        })
    }),
    Command::new(
        "figure.again",
        Menu::Figure,
        0,
        "Export again",
        "The same file, size and kind as last time.",
        |studio, _| studio.export_again(),
    )
    .keys(&["Ctrl+E"])
    .when(|studio| studio.last_export.is_some() && has_run(studio)),
    Command::new(
        "figure.pages",
        Menu::Figure,
        1,
        "Figures",
        "Previews of everything that is open, as a page would print it.",
        |studio, _| studio.go(At::Figures),
    )
    .icon(Icon::Images),
];
