//! Tours where they are found: cards on the start page, a line beside a catalogue entry, a row in
//! an empty room.

use std::sync::Arc;

use egui::{RichText, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::panels;
use crate::shell::acts::{Act, Acts};
use crate::shell::icons::{self, Icon};
use crate::shell::tokens::{self, font, size};
use crate::tour::{Tour, library};
use crate::widgets::{button, section};

/// Height of a card.
const CARD: f32 = 76.0;

/// "12 steps, about 20 minutes".
pub fn length(tour: &Tour) -> String {
    let steps = tour.steps.len();
    let steps = if steps == 1 {
        "1 step".to_owned()
    } else {
        format!("{steps} steps")
    };
    match tour.minutes {
        Some(minutes) => format!("{steps}, about {minutes:.0} minutes"),
        None => steps,
    }
}

fn begin(tour: &Arc<Tour>, acts: &mut Acts) {
    acts.push(Act::Tour {
        tour: tour.clone(),
        step: 0,
    });
}

/// The section of the start page.
pub fn cards(ui: &mut Ui, acts: &mut Acts) {
    let tours = library::tours();
    if tours.is_empty() {
        return;
    }
    ui.label(RichText::new("Tours").font(font::medium()));
    let columns = if ui.available_width() > 700.0 { 3 } else { 2 };
    let gap = size::SECTION;
    let width = (ui.available_width() - gap * (columns as f32 - 1.0)) / columns as f32;
    for row in tours.chunks(columns) {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = gap;
            for tour in row {
                card(ui, tour, vec2(width, CARD), acts);
            }
        });
    }
}

fn card(ui: &mut Ui, tour: &Arc<Tour>, room: egui::Vec2, acts: &mut Acts) {
    let (rect, response) = ui.allocate_exact_size(room, Sense::click());
    let name = format!("Tour: {}", tour.title);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
    let tokens = tokens::of(ui);
    let painter = ui.painter_at(rect);
    painter.rect_filled(rect, size::CORNER * 2, tokens.panel);
    let stroke = if response.hovered() || response.has_focus() {
        egui::Stroke::new(1.5, tokens.text)
    } else {
        tokens::hairline(ui)
    };
    painter.rect_stroke(rect, size::CORNER * 2, stroke, egui::StrokeKind::Inside);
    let first = tour.sciences().first().and_then(|key| panels::of(key));
    let accent = tokens.accent(first.map(|p| p.index()));
    painter.text(
        pos2(rect.left() + 20.0, rect.top() + 20.0),
        egui::Align2::CENTER_CENTER,
        char::from(Icon::Route),
        font::icon_of(17.0),
        accent,
    );
    let left = rect.left() + 38.0;
    let width = rect.right() - left - 12.0;
    let title = section::clipped(ui, &tour.title, font::heading(), tokens.text, width);
    painter.galley(pos2(left, rect.top() + 10.0), title, tokens.text);
    let text = tokens.secondary;
    let summary = section::clipped(ui, &tour.summary, font::secondary(), text, width);
    painter.galley(pos2(left, rect.top() + 32.0), summary, text);
    let length = length(tour);
    painter.text(
        pos2(left, rect.top() + 51.0),
        egui::Align2::LEFT_TOP,
        &length,
        font::secondary(),
        tokens.secondary,
    );
    let help = format!("{} {length}.", tour.summary);
    if button::tip(response, &tour.title, "", &help).clicked() {
        begin(tour, acts);
    }
}

/// The tours that show a catalogue entry, as a line of links.
pub fn of_entry(ui: &mut Ui, science: &str, entry: &str, acts: &mut Acts) {
    let tours = library::tours();
    let list: Vec<_> = tours.iter().filter(|t| t.shows(science, entry)).collect();
    links(ui, "In the tour", &list, acts);
}

/// The tours of a science, for its empty room.
pub fn of_science(ui: &mut Ui, science: &str, acts: &mut Acts) {
    let tours = library::tours();
    let list: Vec<_> = tours
        .iter()
        .filter(|t| t.sciences().iter().any(|s| s == science))
        .collect();
    links(ui, "Or take a tour:", &list, acts);
}

fn links(ui: &mut Ui, words: &str, list: &[&Arc<Tour>], acts: &mut Acts) {
    if list.is_empty() {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = size::GRID;
        let color = tokens::of(ui).secondary;
        ui.label(icons::text_of(Icon::Route, 12.0).color(color));
        ui.label(RichText::new(words).font(font::secondary()).color(color));
        for (place, tour) in list.iter().enumerate() {
            if place > 0 {
                ui.label(RichText::new("·").font(font::secondary()).color(color));
            }
            let response = ui.link(RichText::new(&tour.title).font(font::secondary()));
            if button::tip(response, &tour.title, "", &tour.summary).clicked() {
                begin(tour, acts);
            }
        }
    });
}
