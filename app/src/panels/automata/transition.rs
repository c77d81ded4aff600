//! Cells as they stand in tables: a square in the colour of its state, or in stripes of several.

use egui::{Color32, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, vec2};
use loom_automata::Rule;
use loom_automata::rule::sheet;
use loom_sim::Ink;

use crate::shell::theme;
use crate::shell::tokens::{self, font};
use crate::widgets::button;

/// The side of a cell, logical pixels.
pub const SIDE: f32 = 18.0;

/// The most states that a set is drawn with.
const STRIPES: usize = 6;

/// The colours of a rule's states on the panel's ground.
pub fn colours(ui: &Ui, rule: &Rule) -> Vec<Color32> {
    let ink = if ui.visuals().dark_mode {
        Ink::dark()
    } else {
        Ink::light()
    };
    let colours = sheet::colours(rule, &ink);
    colours.into_iter().map(theme::color).collect()
}

/// A cell to be clicked, with its word on it where it is a variable.
pub fn swatch(ui: &mut Ui, states: &[u8], colours: &[Color32], word: &str) -> Response {
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(SIDE), Sense::click());
    paint(ui, rect, states, colours, word, &response);
    response
}

/// Draws a cell.
pub fn paint(
    ui: &Ui,
    rect: Rect,
    states: &[u8],
    colours: &[Color32],
    word: &str,
    response: &Response,
) {
    let tokens = tokens::of(ui);
    let painter = ui.painter();
    let of = |state: u8| colours.get(usize::from(state)).copied();
    let shown = &states[..states.len().min(STRIPES)];
    let width = rect.width() / shown.len().max(1) as f32;
    for (i, state) in shown.iter().enumerate() {
        let corner = rect.min + vec2(width * i as f32, 0.0);
        let stripe = Rect::from_min_size(corner, vec2(width, rect.height()));
        painter.rect_filled(stripe, 0.0, of(*state).unwrap_or(tokens.ground));
    }
    let edge = if response.hovered() || response.has_focus() {
        Stroke::new(1.5, tokens::accent(ui))
    } else {
        Stroke::new(1.0, tokens.hairline)
    };
    painter.rect_stroke(rect, 0.0, edge, StrokeKind::Inside);
    if !word.is_empty() {
        let short: String = word.chars().take(3).collect();
        let galley = painter.layout_no_wrap(short, font::mono_small(), tokens.text);
        let at = rect.center() - galley.size() / 2.0;
        let ground = Rect::from_min_size(at, galley.size());
        painter.rect_filled(ground, 2.0, tokens.panel);
        painter.galley(at, galley, tokens.text);
    }
}

/// Gives a cell a name for screen readers and a tooltip.
pub fn named(response: Response, name: &str, help: &str) -> Response {
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
    button::tip(response, name, "", help)
}
