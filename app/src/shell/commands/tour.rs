//! The tour that is given: its steps, its questions, its end.

use super::{Command, Menu, has_run};
use crate::shell::acts::At;
use crate::shell::dialogs::Dialog;
use crate::shell::icons::Icon;
use crate::shell::studio::Studio;

const fn answer(
    id: &'static str,
    name: &'static str,
    keys: &'static [&'static str],
    run: fn(&mut Studio, &egui::Context),
    enabled: fn(&Studio) -> bool,
) -> Command {
    Command::new(
        id,
        Menu::Help,
        8,
        name,
        "Takes this answer to the question of a tour.",
        run,
    )
    .keys(keys)
    .when(enabled)
}

fn choose(studio: &mut Studio, choice: usize) {
    if let Some(touring) = &mut studio.touring {
        touring.choose(choice);
    }
}

/// A question with more choices than this is asked.
fn asks(studio: &Studio, choice: usize) -> bool {
    studio
        .touring
        .as_ref()
        .and_then(|t| t.question())
        .is_some_and(|q| choice < q.choices.len())
}

pub const LIST: &[Command] = &[
    Command::new(
        "tour.list",
        Menu::Help,
        0,
        "Tours",
        "Lessons step by step, for yourself or before a class; they stand on the start page.",
        |studio, _| studio.go(At::Start),
    )
    .icon(Icon::Route),
    Command::new(
        "tour.leave",
        Menu::Help,
        0,
        "Leave the tour",
        "Your own work comes back as it was.",
        |studio, ctx| {
            if studio.presenting.is_some() {
                studio.toggle_present(ctx);
            }
            studio.leave_tour();
        },
    )
    .when(|studio| studio.touring.is_some()),
    Command::new(
        "tour.write",
        Menu::Help,
        0,
        "Add a step to a tour…",
        "Makes a step of a tour of your own from what is in front, with a sentence and a question.",
        |studio, _| studio.dialog = Some(Dialog::Write),
    )
    .icon(Icon::NotebookPen)
    .when(has_run),
    answer(
        "tour.a",
        "Answer A",
        &["A"],
        |studio, _| choose(studio, 0),
        |studio| asks(studio, 0),
    ),
    answer(
        "tour.b",
        "Answer B",
        &["B"],
        |studio, _| choose(studio, 1),
        |studio| asks(studio, 1),
    ),
    answer(
        "tour.c",
        "Answer C",
        &["C"],
        |studio, _| choose(studio, 2),
        |studio| asks(studio, 2),
    ),
    answer(
        "tour.d",
        "Answer D",
        &["D"],
        |studio, _| choose(studio, 3),
        |studio| asks(studio, 3),
    ),
];
