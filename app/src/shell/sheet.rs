//! The sheet of keys: all of them, what the pointer does, and a click to change one.

use egui::{RichText, ScrollArea, TextEdit, Ui};

use super::commands::{self, Menu};
use super::dialogs::footer;
use super::keys::{self, Shortcut};
use super::studio::Studio;
use super::tokens::{font, size};
use crate::panels::PANELS;
use crate::widgets::button;

#[derive(Clone, Debug, Default)]
pub struct Sheet {
    search: String,
    /// The command that waits for its new key.
    waiting: Option<&'static str>,
}

/// Shows the sheet; true when it is to close.
pub fn show(studio: &mut Studio, ui: &mut Ui, sheet: &mut Sheet) -> bool {
    if let (Some(id), Some(shortcut)) = (sheet.waiting, waiting(ui, sheet)) {
        sheet.waiting = None;
        // Esc leaves things as they are.
        if shortcut.key != egui::Key::Escape {
            keys::assign(studio, id, shortcut);
        }
    }
    let screen = ui.ctx().content_rect();
    ui.set_width((screen.width() - 120.0).min(780.0));
    ui.horizontal(|ui| {
        ui.label(RichText::new("Keys").font(font::heading()));
        ui.add_space(size::SECTION);
        ui.add(
            TextEdit::singleline(&mut sheet.search)
                .hint_text("Search")
                .desired_width(200.0),
        )
        .accessible_name("Search the keys");
        ui.label(
            RichText::new("Click a key to change it.")
                .font(font::secondary())
                .weak(),
        );
    });
    ui.add_space(size::GAP);
    let words = sheet.search.to_lowercase();
    let height = (screen.height() - 200.0).max(200.0);
    ScrollArea::vertical().max_height(height).show(ui, |ui| {
        ui.columns(2, |columns| {
            for (index, menu) in Menu::ALL.into_iter().enumerate() {
                let ui = &mut columns[usize::from(index >= 3)];
                let list: Vec<_> = commands::all()
                    .filter(|c| c.menu == menu && c.name.to_lowercase().contains(&words))
                    .collect();
                if list.is_empty() {
                    continue;
                }
                ui.label(RichText::new(menu.name()).font(font::medium()));
                for command in list {
                    row(studio, ui, command, sheet);
                }
                ui.add_space(size::GAP);
            }
            of_cells(studio, &mut columns[0], &words);
            if words.is_empty() {
                for panel in PANELS {
                    gestures(&mut columns[1], panel.name(), panel.gestures());
                }
            }
        });
    });
    ui.add_space(size::GAP);
    footer(ui, |ui| {
        let done = button::primary(ui, "Done", true).clicked();
        let help = "Every key as it was at first.";
        if !studio.settings.keys.is_empty() && button::words(ui, "Reset keys", help).clicked() {
            studio.settings.keys.clear();
        }
        done
    })
}

fn waiting(ui: &Ui, sheet: &Sheet) -> Option<Shortcut> {
    sheet.waiting?;
    Shortcut::captured(ui.ctx())
}

fn row(studio: &Studio, ui: &mut Ui, command: &'static commands::Command, sheet: &mut Sheet) {
    ui.horizontal(|ui| {
        ui.label(RichText::new(command.name).font(font::secondary()))
            .on_hover_text(command.help);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let waits = sheet.waiting == Some(command.id);
            let list: Vec<String> = keys::of(studio, command)
                .iter()
                .map(|k| keys::shown(k))
                .collect();
            let text = if waits {
                "press a key".to_owned()
            } else if list.is_empty() {
                "none".to_owned()
            } else {
                list.join("   ")
            };
            let text = RichText::new(text).font(font::mono_small()).weak();
            let response = ui.add(
                egui::Button::new(text)
                    .frame_when_inactive(false)
                    .selected(waits),
            );
            let response = response
                .accessible_name(format!("Key of {}", command.name))
                .on_hover_text("Click, then press the new key.");
            if response.clicked() {
                sheet.waiting = Some(command.id);
            }
        });
    });
}

/// Keys of what can be done to the run in front by name.
fn of_cells(studio: &Studio, ui: &mut Ui, words: &str) {
    let offered = studio.operations();
    let list: Vec<_> = offered
        .iter()
        .filter(|o| !o.keys.is_empty() && o.name.to_lowercase().contains(words))
        .collect();
    let Some(live) = studio.live().filter(|_| !list.is_empty()) else {
        return;
    };
    ui.label(RichText::new(live.science.name()).font(font::medium()));
    for operation in list {
        ui.horizontal(|ui| {
            ui.label(RichText::new(&operation.name).font(font::secondary()))
                .on_hover_text(&operation.help);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let keys: Vec<String> = operation.keys.iter().map(|k| keys::shown(k)).collect();
                ui.label(
                    RichText::new(keys.join("   "))
                        .font(font::mono_small())
                        .weak(),
                );
            });
        });
    }
    ui.add_space(size::GAP);
}

fn gestures(ui: &mut Ui, name: &str, list: &[(&str, &str)]) {
    ui.label(RichText::new(format!("Pointer: {name}")).font(font::medium()));
    for (gesture, what) in list {
        ui.horizontal(|ui| {
            ui.label(RichText::new(*what).font(font::secondary()));
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                ui.label(RichText::new(*gesture).font(font::mono_small()).weak());
            });
        });
    }
    ui.add_space(size::GAP);
}
