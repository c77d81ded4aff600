//! Search, keys, and what works here.

use super::{Command, Menu};
use crate::shell::dialogs::Dialog;
use crate::shell::icons::Icon;
use crate::shell::sheet::Sheet;

pub const LIST: &[Command] = &[
    Command::new(
        "help.search",
        Menu::Help,
        0,
        "Search everything",
        "Commands, and the catalogues of all sciences.",
        |studio, _| studio.toggle_palette(),
    )
    .icon(Icon::Search)
    .keys(&["Ctrl+K", "Ctrl+Shift+P"]),
    Command::new(
        "help.keys",
        Menu::Help,
        0,
        "Keys",
        "All keys, and what the pointer does.",
        |studio, _| {
            studio.dialog = match studio.dialog {
                Some(Dialog::Keys(_)) => None,
                _ => Some(Dialog::Keys(Sheet::default())),
            };
        },
    )
    .icon(Icon::Keyboard)
    .keys(&["?", "F1"]),
    Command::new(
        "help.device",
        Menu::Help,
        1,
        "About this machine",
        "The device that draws and computes, and its limits.",
        |studio, _| studio.dialog = Some(Dialog::About),
    )
    .icon(Icon::Info),
];
