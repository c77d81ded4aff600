//! The menu bar, and the search field beside it.

use egui::containers::menu::MenuButton;
use egui::{Align, Button, Layout, RichText, Role, Sense, Ui, WidgetInfo, vec2};

use super::acts::{Act, At};
use super::commands::{self, Menu};
use super::icons::{self, Icon};
use super::studio::Studio;
use super::tokens::{self, font, size};
use super::{analyses, keys};
use crate::widgets::button;

/// Shows the bar.
pub fn show(studio: &mut Studio, ui: &mut Ui) {
    egui::MenuBar::new().ui(ui, |ui| {
        ui.add_space(size::GRID);
        let here = studio.at == At::Start;
        let logo = button::Tool::new(
            Icon::Infinity,
            "Start page",
            "The four doors, and recent work.",
        )
        .selected(here);
        if logo.show_sized(ui, vec2(28.0, size::CONTROL)).clicked() {
            studio.acts.push(Act::Go(At::Start));
        }
        for menu in Menu::ALL {
            MenuButton::new(menu.name()).ui(ui, |ui| {
                ui.set_min_width(220.0);
                items(studio, ui, menu);
            });
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.add_space(size::GAP);
            search(studio, ui);
        });
    });
}

fn items(studio: &mut Studio, ui: &mut Ui, menu: Menu) {
    let mut group = None;
    for command in commands::all().filter(|c| c.menu == menu) {
        if group.is_some_and(|g| g != command.group) {
            ui.separator();
        }
        group = Some(command.group);
        // Zoom by digits and moving by keys would only make the menu long.
        if command.group >= 8 {
            continue;
        }
        let enabled = (command.enabled)(studio);
        let checked = command.checked.map(|c| c(studio));
        let title = command.title(studio);
        let keys = keys::text(studio, command.id);
        let icon = match (checked, command.icon) {
            (Some(true), _) => icons::text_of(Icon::Check, 14.0),
            (_, Some(icon)) => icons::text_of(icon, 14.0),
            _ => icons::text_of(Icon::Check, 14.0).color(egui::Color32::TRANSPARENT),
        };
        let button = Button::new((icon, title.clone()))
            .shortcut_text(RichText::new(keys.clone()).font(font::mono_small()))
            .min_size(vec2(220.0, 0.0));
        let response = ui.add_enabled(enabled, button);
        if button::tip(response, &title, &keys, command.help).clicked() {
            studio.acts.push(Act::Do(command.id));
            ui.close();
        }
    }
    match menu {
        Menu::File => recent(studio, ui),
        Menu::Edit => super::operate::menu(studio, ui),
        Menu::Analyse => measure(studio, ui),
        _ => {}
    }
}

fn recent(studio: &mut Studio, ui: &mut Ui) {
    if studio.settings.recent.is_empty() {
        return;
    }
    ui.separator();
    ui.label(RichText::new("Recent").font(font::secondary()).weak());
    for path in studio.settings.recent.clone().into_iter().take(8) {
        let name = path
            .file_name()
            .map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        if ui
            .button(name)
            .on_hover_text(path.display().to_string())
            .clicked()
        {
            studio.acts.push(Act::Load(path));
            ui.close();
        }
    }
}

fn measure(studio: &mut Studio, ui: &mut Ui) {
    let Some(live) = studio.live() else {
        ui.label(RichText::new("Open something to analyse it.").weak());
        return;
    };
    let id = live.id;
    let list = analyses::fitting(&live.science, live.model());
    if list.is_empty() {
        ui.label(RichText::new("No analysis fits what is open.").weak());
    }
    for analysis in list {
        let button = button::labelled(ui, Icon::Microscope, analysis.name());
        if button::tip(button, analysis.name(), analysis.key(), analysis.help()).clicked() {
            studio.acts.push(Act::Measure {
                live: id,
                analysis: analysis.key().to_owned(),
            });
            ui.close();
        }
    }
}

/// A field-like button that opens the palette.
fn search(studio: &mut Studio, ui: &mut Ui) {
    let keys = keys::text(studio, "help.search");
    let width = (ui.available_width() - size::GAP).clamp(28.0, 240.0);
    let (rect, response) = ui.allocate_exact_size(vec2(width, size::CONTROL), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, "Search everything"));
    let tokens = tokens::of(ui);
    let painter = ui.painter();
    let stroke = if response.has_focus() {
        egui::Stroke::new(1.0, tokens::accent(ui))
    } else {
        tokens::hairline(ui)
    };
    let fill = if response.hovered() {
        tokens.raised
    } else {
        tokens.ground
    };
    painter.rect(rect, size::CORNER, fill, stroke, egui::StrokeKind::Inside);
    let middle = rect.left_center();
    painter.text(
        middle + vec2(14.0, 0.0),
        egui::Align2::CENTER_CENTER,
        char::from(Icon::Search),
        font::icon_of(13.0),
        tokens.secondary,
    );
    if width > 160.0 {
        painter.text(
            middle + vec2(28.0, 0.0),
            egui::Align2::LEFT_CENTER,
            "Search everything",
            font::body(),
            tokens.secondary,
        );
        painter.text(
            rect.right_center() - vec2(8.0, 0.0),
            egui::Align2::RIGHT_CENTER,
            &keys,
            font::mono_small(),
            tokens.secondary,
        );
    }
    let help = "Commands, and the catalogues of all sciences.";
    if button::tip(response, "Search everything", &keys, help).clicked() {
        studio.acts.push(Act::Do("help.search"));
    }
}
