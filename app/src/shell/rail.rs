//! The rail on the left: the four sciences, then figures.

use egui::{Align2, Role, Sense, Ui, WidgetInfo, vec2};

use super::acts::{Act, At};
use super::icons::Icon;
use super::studio::Studio;
use super::tokens::{self, font, size};
use super::{keys, theme};
use crate::panels::PANELS;
use crate::widgets::button;

/// Shows the rail.
pub fn show(studio: &mut Studio, ui: &mut Ui) {
    ui.spacing_mut().item_spacing = vec2(0.0, 2.0);
    ui.add_space(size::GAP);
    let mut wanted = None;
    for panel in PANELS {
        let open = studio.room_of(panel.index()).is_some();
        let here = studio.at == At::Room(panel.index());
        let accent = tokens::of(ui).accent(Some(panel.index()));
        let keys = keys::text(studio, ["go.1", "go.2", "go.3", "go.4"][panel.index()]);
        if item(
            ui,
            panel.icon(),
            panel.name(),
            panel.invitation(),
            &keys,
            here,
            open,
            accent,
        ) {
            wanted = Some(At::Room(panel.index()));
        }
    }
    let room = ui.available_height() - size::RAIL - size::GAP;
    ui.add_space(room.max(0.0));
    let here = studio.at == At::Figures;
    let keys = keys::text(studio, "go.5");
    let text = tokens::of(ui).text;
    if item(
        ui,
        Icon::FileImage,
        "Figures",
        "Pages for papers and talks, made of what is open.",
        &keys,
        here,
        true,
        text,
    ) {
        wanted = Some(At::Figures);
    }
    if let Some(at) = wanted {
        studio.acts.push(Act::Go(at));
    }
}

fn item(
    ui: &mut Ui,
    icon: Icon,
    name: &str,
    help: &str,
    keys: &str,
    here: bool,
    enabled: bool,
    accent: egui::Color32,
) -> bool {
    let sense = if enabled {
        Sense::click()
    } else {
        Sense::hover()
    };
    let (rect, response) = ui.allocate_exact_size(vec2(size::RAIL, size::RAIL), sense);
    response.widget_info(|| WidgetInfo::selected(Role::Tab, enabled, here, name));
    let tokens = tokens::of(ui);
    let inner = rect.shrink(6.0);
    let painter = ui.painter();
    let color = if !enabled {
        tokens.disabled
    } else if here {
        accent
    } else if response.hovered() {
        tokens.text
    } else {
        tokens.secondary
    };
    if here {
        painter.rect_filled(inner, size::CORNER, theme::mix(tokens.panel, accent, 0.14));
        let mut mark = rect;
        mark.set_width(2.0);
        painter.rect_filled(mark.shrink2(vec2(0.0, 10.0)), 1.0, accent);
    } else if response.hovered() && enabled {
        painter.rect_filled(inner, size::CORNER, tokens.raised);
    }
    if response.has_focus() {
        let stroke = egui::Stroke::new(1.0, accent);
        painter.rect_stroke(inner, size::CORNER, stroke, egui::StrokeKind::Inside);
    }
    painter.text(
        rect.center(),
        Align2::CENTER_CENTER,
        char::from(icon),
        font::icon_of(20.0),
        color,
    );
    button::tip(response, name, keys, help).clicked()
}
