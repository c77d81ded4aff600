//! Undo and redo, copies, and what is selected.

use loom_sim::conductor::Command as Order;

use super::{Command, Menu, has_run};
use crate::shell::acts::{Act, Tone};
use crate::shell::icons::Icon;

pub const LIST: &[Command] = &[
    Command::new(
        "edit.undo",
        Menu::Edit,
        0,
        "Undo",
        "Takes back the last change of the run or of the view.",
        |studio, _| studio.undo(),
    )
    .icon(Icon::Undo2)
    .keys(&["Ctrl+Z"])
    .when(|studio| studio.undo_title().is_some()),
    Command::new(
        "edit.redo",
        Menu::Edit,
        0,
        "Redo",
        "Does again what was undone.",
        |studio, _| studio.redo(),
    )
    .icon(Icon::Redo2)
    .keys(&["Ctrl+Shift+Z", "Ctrl+Y"])
    .when(|studio| studio.redo_title().is_some()),
    Command::new(
        "edit.script",
        Menu::Edit,
        1,
        "Edit the equations",
        "Shows what the run is made from as a text; the run follows what is written.",
        |studio, _| studio.show_script(),
    )
    .icon(Icon::Sigma)
    .keys(&["Ctrl+Shift+E"])
    .when(|studio| {
        studio
            .live()
            .is_some_and(|l| l.science.manuscript().is_some())
    }),
    Command::new(
        "edit.copy_python",
        Menu::Edit,
        1,
        "Copy as Python",
        "A program for NumPy and SciPy that gives the same trajectory and exponents.",
        |studio, _| {
            if let Some(live) = studio.live() {
                let act = match live.science.export(live.model(), None, "py") {
                    Ok(bytes) => Act::Copy {
                        what: "The program in Python".into(),
                        text: String::from_utf8_lossy(&bytes).into_owned(),
                    },
                    Err(why) => Act::Say(Tone::Error, why.to_string()),
                };
                studio.acts.push(act);
            }
        },
    )
    .icon(Icon::FileCode)
    .when(|studio| {
        studio.live().is_some_and(|l| {
            l.science
                .exports(l.model())
                .iter()
                .any(|(ending, _)| *ending == "py")
        })
    }),
    Command::new(
        "edit.copy_command",
        Menu::Edit,
        1,
        "Copy as command",
        "The line for a terminal that gives the same without the window.",
        |studio, _| {
            if let Some(live) = studio.live() {
                let text = live.science.command(live.model());
                studio.acts.push(Act::Copy {
                    what: "The command".into(),
                    text,
                });
            }
        },
    )
    .icon(Icon::Terminal)
    .keys(&["Ctrl+Shift+C"])
    .when(has_run),
    Command::new(
        "edit.copy_picture",
        Menu::Edit,
        1,
        "Copy picture",
        "Puts the view on the clipboard as an image.",
        |studio, _| studio.copy_picture(),
    )
    .icon(Icon::Image)
    .when(has_run),
    Command::new(
        "edit.delete",
        Menu::Edit,
        2,
        "Delete selected",
        "Does the first thing that the selected node, thread or wire offers: cuts or removes it.",
        |studio, _| {
            let input = studio
                .live()
                .and_then(|l| l.snapshot.selected.as_ref())
                .and_then(|h| h.actions.first().cloned());
            if let (Some(input), Some(live)) = (input, studio.live_mut()) {
                live.touch(Order::Apply(input));
            }
        },
    )
    .icon(Icon::Trash2)
    .keys(&["Delete", "Backspace"])
    .when(|studio| {
        studio
            .live()
            .and_then(|l| l.snapshot.selected.as_ref())
            .is_some_and(|h| !h.actions.is_empty())
    }),
    Command::new(
        "edit.select_none",
        Menu::Edit,
        2,
        "Select nothing",
        "Lets go of what is selected; leaves a presentation, a tour, a dialog.",
        |studio, ctx| studio.leave(ctx),
    )
    .keys(&["Esc"])
    .when(|studio| {
        studio.presenting.is_some()
            || studio.audience.is_some()
            || studio.touring.is_some()
            || studio.live().is_some_and(|l| l.snapshot.selected.is_some())
            || studio.letting_go().is_some()
    }),
];
