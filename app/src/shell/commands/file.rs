//! Files: open, save, what was open before, and the end.

use super::{Command, Menu, has_run};
use crate::shell::acts::At;
use crate::shell::dialogs::{Dialog, Purpose};
use crate::shell::icons::Icon;

pub const LIST: &[Command] = &[
    Command::new(
        "file.start",
        Menu::File,
        0,
        "Start page",
        "The four doors, and recent work.",
        |studio, _| studio.go(At::Start),
    )
    .icon(Icon::House),
    Command::new(
        "file.new",
        Menu::File,
        1,
        "New system",
        "Opens a small system with its equations to be written over: pasted or typed.",
        |studio, _| studio.new_written(),
    )
    .icon(Icon::FilePlus)
    .keys(&["Ctrl+N"]),
    Command::new(
        "file.open",
        Menu::File,
        1,
        "Open…",
        "A project, a picture that carries one, a pattern, a graph, a model. Files can also be dropped on the window.",
        |studio, _| studio.ask_path(Purpose::Open),
    )
    .icon(Icon::FolderOpen)
    .keys(&["Ctrl+O"]),
    Command::new(
        "file.save",
        Menu::File,
        2,
        "Save project",
        "Keeps every open run with its whole history, and the layout of the window.",
        |studio, _| studio.save_project(),
    )
    .icon(Icon::Save)
    .keys(&["Ctrl+S"])
    .when(|studio| studio.has_runs()),
    Command::new(
        "file.save_as",
        Menu::File,
        2,
        "Save project as…",
        "Saves under another name.",
        |studio, _| studio.ask_path(Purpose::Save),
    )
    .keys(&["Ctrl+Shift+S"])
    .when(|studio| studio.has_runs()),
    Command::new(
        "file.close",
        Menu::File,
        3,
        "Close run",
        "Closes the run in front; undo brings it back.",
        |studio, _| studio.close_run(),
    )
    .keys(&["Ctrl+W"])
    .when(has_run),
    Command::new(
        "file.preferences",
        Menu::File,
        4,
        "Preferences…",
        "Theme, device and keys.",
        |studio, _| studio.dialog = Some(Dialog::Preferences),
    )
    .icon(Icon::Settings)
    .keys(&["Ctrl+,"]),
    Command::new(
        "file.quit",
        Menu::File,
        5,
        "Quit",
        "Ends the studio; what is open can be restored.",
        |_, ctx| ctx.send_viewport_cmd(egui::ViewportCommand::Close),
    )
    .keys(&["Ctrl+Q"]),
];
