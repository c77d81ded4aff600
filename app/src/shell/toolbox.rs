//! The tools of a view: what a drag does, as a strip of icons in the view's upper left corner.
//!
//! A science declares a view's choice under the key `tool`; one whose key is known here gets its
//! icon.

use egui::{Rect, Ui, UiBuilder, vec2};
use loom_sim::{Effect, ParameterKind, Settings, Value};

use super::acts::{Act, Acts};
use super::icons::Icon;
use super::live::Live;
use super::tokens::{self, size};
use crate::widgets::button::Tool;

/// The key of the choice.
pub const TOOL: &str = "tool";
/// The tool with which a drag moves the view.
pub const HAND: &str = "hand";

/// The icon of a tool, and what a drag does with it.
fn known(key: &str) -> (Icon, &'static str) {
    match key {
        "pencil" => (Icon::Pencil, "A drag draws cells; the right button erases."),
        "line" => (Icon::Slash, "A drag draws a straight line of cells."),
        "rectangle" => (Icon::Square, "A drag fills a rectangle with cells."),
        "flood" => (
            Icon::PaintBucket,
            "A click fills the region of cells in one state.",
        ),
        "select" => (
            Icon::SquareDashed,
            "A drag selects cells; Shift and a drag extend the selection.",
        ),
        HAND => (
            Icon::Hand,
            "A drag moves the view, as the middle button always does.",
        ),
        _ => (Icon::Wand, "What a drag does in the view."),
    }
}

/// Whether the tool in hand leaves drags to the camera.
pub fn is_hand(settings: &Settings) -> bool {
    settings.get(TOOL).and_then(Value::as_text) == Some(HAND)
}

/// Shows the strip where the run in view has tools.
pub fn show(ui: &mut Ui, rect: Rect, live: &Live, settings: &Settings, acts: &mut Acts) {
    let found = loom_sim::parameter::find(&live.snapshot.parameters, TOOL);
    let Some(parameter) = found.filter(|p| p.effect == Effect::View) else {
        return;
    };
    let ParameterKind::Choice(choices) = &parameter.kind else {
        return;
    };
    // A small view is for looking.
    if rect.width() < 260.0 || rect.height() < 200.0 {
        return;
    }
    let present = settings.get(TOOL).unwrap_or(&parameter.default).to_string();
    let room = Rect::from_min_size(
        rect.min + vec2(size::GAP, size::GAP),
        vec2(
            choices.len() as f32 * (size::CONTROL + 2.0) + 4.0,
            size::CONTROL + 4.0,
        ),
    );
    ui.scope_builder(UiBuilder::new().max_rect(room), |ui| {
        ui.painter().rect_filled(
            room,
            size::CORNER,
            tokens::of(ui).panel.gamma_multiply(0.92),
        );
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 2.0;
            ui.add_space(2.0);
            for (key, name) in choices {
                let (icon, help) = known(key);
                let tool = Tool::new(icon, name, help).selected(*key == present);
                if tool.show(ui).clicked() {
                    acts.push(Act::ViewSetting {
                        live: live.id,
                        key: TOOL.to_owned(),
                        value: Value::from(key.as_str()),
                    });
                }
            }
        });
    });
}
