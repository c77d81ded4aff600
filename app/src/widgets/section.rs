//! A section of the inspector: a heading that folds away what is under it, and remembers.

use std::collections::BTreeMap;

use egui::{Role, Sense, Ui, WidgetInfo, vec2};

use crate::shell::icons::Icon;
use crate::shell::tokens::{self, font, size};

/// Which sections are folded open, by name.
pub type Folds = BTreeMap<String, bool>;

/// Shows a section; `key` names its state in `folds`.
pub fn section(
    ui: &mut Ui,
    folds: &mut Folds,
    key: &str,
    title: &str,
    open_at_first: bool,
    content: impl FnOnce(&mut Ui, &mut Folds),
) {
    let open = folds.get(key).copied().unwrap_or(open_at_first);
    let width = ui.available_width();
    let (rect, response) = ui.allocate_exact_size(vec2(width, 28.0), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::DisclosureTriangle, true, open, title));
    if response.clicked() {
        folds.insert(key.to_owned(), !open);
    }
    let tokens = tokens::of(ui);
    let painter = ui.painter();
    painter.hline(rect.x_range(), rect.top(), tokens::hairline(ui));
    if response.has_focus() {
        painter.rect_stroke(
            rect.shrink(1.0),
            size::CORNER,
            egui::Stroke::new(1.0, tokens::accent(ui)),
            egui::StrokeKind::Inside,
        );
    }
    let lit = if response.hovered() {
        tokens.text
    } else {
        tokens.secondary
    };
    let icon = if open {
        Icon::ChevronDown
    } else {
        Icon::ChevronRight
    };
    painter.text(
        rect.left_center() + vec2(6.0, 0.0),
        egui::Align2::CENTER_CENTER,
        char::from(icon),
        font::icon_of(size::ICON - 2.0),
        lit,
    );
    painter.text(
        rect.left_center() + vec2(18.0, 0.0),
        egui::Align2::LEFT_CENTER,
        title,
        font::medium(),
        tokens.text,
    );
    let response = response.on_hover_text(if open {
        format!("Fold “{title}” away")
    } else {
        format!("Show “{title}”")
    });
    if open != response.clicked() {
        ui.push_id(key, |ui| {
            ui.add_space(2.0);
            content(ui, folds);
            ui.add_space(size::GAP);
        });
    }
}

/// A row of the inspector: a name on the left, a value on the right; on two lines where one is
/// too short for both.
pub fn row(ui: &mut Ui, name: &str, value: &str) {
    const LINE: f32 = 20.0;
    let tokens = tokens::of(ui);
    let width = ui.available_width();
    let number = clipped(ui, value, font::mono(), tokens.text, width);
    let whole = clipped(ui, name, font::body(), tokens.secondary, f32::INFINITY);
    let two = whole.size().x + size::GAP + number.size().x > width;
    let height = if two { 2.0 * LINE - 4.0 } else { LINE };
    let (rect, response) = ui.allocate_exact_size(vec2(width, height), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{name}: {value}")));
    let label = clipped(ui, name, font::body(), tokens.secondary, width);
    let painter = ui.painter();
    painter.galley(
        rect.left_top() + vec2(0.0, (LINE - label.size().y) / 2.0),
        label,
        tokens.secondary,
    );
    let at = rect.right_bottom() - vec2(number.size().x, f32::midpoint(LINE, number.size().y));
    painter.galley(at, number, tokens.text);
    let response = response.on_hover_text(format!("{name}: {value}\nClick copies the value."));
    if response.clicked() {
        ui.copy_text(value.replace('−', "-").replace('\u{2009}', " "));
    }
}

/// One line of text that ends in … where there is no room for all of it.
pub fn clipped(
    ui: &Ui,
    text: &str,
    font: egui::FontId,
    color: egui::Color32,
    width: f32,
) -> std::sync::Arc<egui::Galley> {
    let mut job = egui::text::LayoutJob::simple_singleline(text.to_owned(), font, color);
    job.wrap.max_width = width.max(8.0);
    job.wrap.max_rows = 1;
    job.wrap.break_anywhere = true;
    ui.painter().layout_job(job)
}
