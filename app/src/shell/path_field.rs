//! Where a file goes, or comes from: a field for its path, and the system's own dialog beside it.

use std::path::{Path, PathBuf};

use egui::{Key, RichText, TextEdit, Ui};

use super::studio::Studio;
use super::tokens::{self, font};
use crate::widgets::button;

/// What is asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted<'a> {
    /// The name that the system's dialog offers for a file to be written; `None` for one to be
    /// read.
    pub name: Option<&'a str>,
    pub endings: &'a [String],
    /// The cursor goes into the field while it is nowhere else.
    pub takes_focus: bool,
}

/// What came of it in this frame.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// Enter was pressed in the field.
    pub entered: bool,
    /// Chosen in the system's dialog; it stands in the field now.
    pub picked: Option<PathBuf>,
}

/// Shows the field, and says where a file would be replaced.
pub fn show(studio: &mut Studio, ui: &mut Ui, text: &mut String, wanted: Wanted<'_>) -> Given {
    let mut given = Given::default();
    ui.horizontal(|ui| {
        let width = ui.available_width() - 96.0;
        let field = ui
            .add(
                TextEdit::singleline(text)
                    .font(font::mono())
                    .desired_width(width),
            )
            .accessible_name("Path of the file");
        given.entered = field.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
        let idle = !field.has_focus() && !given.entered && ui.memory(|m| m.focused().is_none());
        if wanted.takes_focus && idle {
            field.request_focus();
        }
        let help = "The system's file dialog. Where none is installed, type the path.";
        if button::words(ui, "Browse…", help).clicked() {
            let folder = studio.settings.folder.clone();
            studio
                .files
                .browse(wanted.name, wanted.endings, folder.as_deref());
        }
    });
    given.picked = studio.picked.take();
    if let Some(picked) = &given.picked {
        *text = picked.display().to_string();
    }
    if wanted.name.is_some() && Path::new(text.trim()).exists() {
        let color = tokens::of(ui).warning;
        ui.label(
            RichText::new("This file exists and will be replaced.")
                .font(font::secondary())
                .color(color),
        );
    }
    given
}
