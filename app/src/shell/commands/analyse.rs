//! What goes out to forecasters and what comes back from them.

use super::{Command, Menu};
use crate::shell::benchmark::Benchmark;
use crate::shell::dialogs::Dialog;
use crate::shell::icons::Icon;
use crate::shell::scoring;

pub const LIST: &[Command] = &[
    Command::new(
        "analyse.score",
        Menu::Analyse,
        0,
        "Score a prediction…",
        "Holds a forecast from a file against the run in front: overlay, valid time, sMAPE, divergences.",
        |studio, _| studio.ask_prediction(),
    )
    .icon(Icon::FolderOpen)
    .when(|studio| studio.live().is_some_and(|l| scoring::fits(l.model()))),
    Command::new(
        "analyse.benchmark",
        Menu::Analyse,
        0,
        "Export benchmark set…",
        "Writes the catalogue's systems as series for training and testing, with a manifest.",
        |studio, _| {
            let folder = studio.settings.files();
            studio.dialog = Some(Dialog::Benchmark(Benchmark::new(folder)));
        },
    )
    .icon(Icon::FileDown),
];
