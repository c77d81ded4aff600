//! To the rooms.

use super::{Command, Menu};
use crate::shell::acts::At;
use crate::shell::icons::Icon;

const fn room(
    id: &'static str,
    name: &'static str,
    help: &'static str,
    run: fn(&mut crate::shell::studio::Studio, &egui::Context),
    keys: &'static [&'static str],
    icon: Icon,
) -> Command {
    Command::new(id, Menu::View, 0, name, help, run)
        .keys(keys)
        .icon(icon)
}

pub const LIST: &[Command] = &[
    room(
        "go.1",
        "Attractors",
        "Flows and maps: clouds, orbits, exponents.",
        |studio, _| studio.go(At::Room(0)),
        &["Ctrl+1"],
        Icon::Tornado,
    ),
    room(
        "go.2",
        "Automata",
        "Cells and rules.",
        |studio, _| studio.go(At::Room(1)),
        &["Ctrl+2"],
        Icon::Grid3x3,
    ),
    room(
        "go.3",
        "Webs",
        "Silk under load, and other graphs.",
        |studio, _| studio.go(At::Room(2)),
        &["Ctrl+3"],
        Icon::Waypoints,
    ),
    room(
        "go.4",
        "Circuits",
        "Neural circuit diagrams.",
        |studio, _| studio.go(At::Room(3)),
        &["Ctrl+4"],
        Icon::Workflow,
    ),
    room(
        "go.5",
        "Figures",
        "Pages for papers and talks, made of what is open.",
        |studio, _| studio.go(At::Figures),
        &["Ctrl+5"],
        Icon::FileImage,
    ),
];
