//! Buttons: an icon with a name and a tooltip, an icon with words, a row of choices.

use egui::{Button, Color32, Response, RichText, Role, Sense, Ui, Vec2, WidgetInfo, vec2};

use crate::shell::icons::{self, Icon};
use crate::shell::tokens::{self, font, size};

/// What an icon button is and says.
#[derive(Clone, Copy, Debug)]
pub struct Tool<'a> {
    pub icon: Icon,
    pub name: &'a str,
    /// One sentence; the tooltip's second line.
    pub help: &'a str,
    /// The key that does the same, as text.
    pub keys: &'a str,
    pub enabled: bool,
    pub selected: bool,
}

impl<'a> Tool<'a> {
    pub fn new(icon: Icon, name: &'a str, help: &'a str) -> Self {
        Self {
            icon,
            name,
            help,
            keys: "",
            enabled: true,
            selected: false,
        }
    }
    pub fn keys(mut self, keys: &'a str) -> Self {
        self.keys = keys;
        self
    }
    pub fn enabled(mut self, enabled: bool) -> Self {
        self.enabled = enabled;
        self
    }
    pub fn selected(mut self, selected: bool) -> Self {
        self.selected = selected;
        self
    }
    /// A square button of a control's height.
    pub fn show(self, ui: &mut Ui) -> Response {
        self.show_sized(ui, Vec2::splat(size::CONTROL))
    }
    pub fn show_sized(self, ui: &mut Ui, room: Vec2) -> Response {
        let sense = if self.enabled {
            Sense::click()
        } else {
            Sense::hover()
        };
        let (rect, response) = ui.allocate_exact_size(room, sense);
        let name = self.name.to_owned();
        let (enabled, selected) = (self.enabled, self.selected);
        response.widget_info(|| WidgetInfo::selected(Role::Button, enabled, selected, &name));
        if ui.is_rect_visible(rect) {
            let tokens = tokens::of(ui);
            let color = if !self.enabled {
                tokens.disabled
            } else if self.selected {
                tokens::accent(ui)
            } else if response.hovered() {
                tokens.text
            } else {
                tokens.secondary
            };
            if self.enabled && (response.hovered() || response.has_focus()) {
                let visuals = ui.style().interact(&response);
                ui.painter()
                    .rect_filled(rect, size::CORNER, visuals.weak_bg_fill);
                if response.has_focus() {
                    ui.painter().rect_stroke(
                        rect,
                        size::CORNER,
                        egui::Stroke::new(1.0, tokens::accent(ui)),
                        egui::StrokeKind::Inside,
                    );
                }
            }
            let side = size::ICON.min(room.y - size::GRID);
            ui.painter().text(
                rect.center(),
                egui::Align2::CENTER_CENTER,
                char::from(self.icon),
                font::icon_of(side),
                color,
            );
        }
        tip(response, self.name, self.keys, self.help)
    }
}

/// A tooltip of a name with its keys, and a sentence that teaches one thing.
pub fn tip(response: Response, name: &str, keys: &str, help: &str) -> Response {
    if name.is_empty() && help.is_empty() {
        return response;
    }
    let show = |ui: &mut Ui| {
        ui.set_max_width(ui.spacing().tooltip_width);
        ui.horizontal(|ui| {
            ui.label(RichText::new(name).font(font::medium()));
            if !keys.is_empty() {
                ui.label(RichText::new(keys).font(font::mono_small()).weak());
            }
        });
        if !help.is_empty() {
            ui.label(RichText::new(help).font(font::secondary()).weak());
        }
    };
    response.on_hover_ui(show).on_disabled_hover_ui(show)
}

/// An icon and words, framed.
pub fn labelled(ui: &mut Ui, icon: Icon, words: &str) -> Response {
    ui.add(Button::new((icons::text(icon), words)))
}

/// Words only, framed; the tooltip is `help`.
pub fn words(ui: &mut Ui, words: &str, help: &str) -> Response {
    tip(ui.button(words), "", "", help)
}

/// The one button of a dialog that does what the dialog is for.
pub fn primary(ui: &mut Ui, words: &str, enabled: bool) -> Response {
    let accent = tokens::accent(ui);
    let text = if enabled {
        readable(accent)
    } else {
        tokens::of(ui).disabled
    };
    let button = Button::new(RichText::new(words).font(font::medium()).color(text));
    let button = if enabled { button.fill(accent) } else { button };
    ui.add_enabled(enabled, button)
}

/// Black or white, whichever stands out from `ground`.
fn readable(ground: Color32) -> Color32 {
    let [r, g, b, _] = egui::Rgba::from(ground).to_array();
    if 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 {
        tokens::DARK.ground
    } else {
        tokens::LIGHT.ground
    }
}

/// A row of choices of which one is taken; true when it changes.
pub fn choices<T: PartialEq + Clone>(
    ui: &mut Ui,
    name: &str,
    value: &mut T,
    list: &[(T, &str, &str)],
) -> bool {
    let mut changed = false;
    let response = ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing = vec2(2.0, 2.0);
        for (choice, words, help) in list {
            let taken = value == choice;
            let button = Button::selectable(taken, *words);
            if tip(ui.add(button), words, "", help).clicked() && !taken {
                *value = choice.clone();
                changed = true;
            }
        }
    });
    response
        .response
        .widget_info(|| WidgetInfo::labeled(Role::RadioGroup, true, name));
    changed
}

/// A drop-down with the arrow of our own set.
pub fn drop_down(
    id: impl egui::AsIdSalt,
    text: impl Into<egui::WidgetText>,
) -> egui::ComboBox<'static> {
    egui::ComboBox::from_id_salt(id)
        .selected_text(text.into())
        .truncate()
        .icon(|ui, rect, visuals, _open| {
            ui.painter().text(
                rect.center(),
                egui::Align2::CENTER_CENTER,
                char::from(Icon::ChevronDown),
                font::icon_of(13.0),
                visuals.fg_stroke.color,
            );
        })
}

/// A thing to be ended: a bar, words, and a button that cancels. True when cancelled.
pub fn progress(ui: &mut Ui, words: &str, fraction: f32) -> bool {
    let mut cancelled = false;
    ui.horizontal(|ui| {
        let width = (ui.available_width() - size::CONTROL - size::GAP).max(40.0);
        let (rect, response) = ui.allocate_exact_size(vec2(width, size::CONTROL), Sense::hover());
        let fraction = if fraction.is_finite() {
            fraction.clamp(0.0, 1.0)
        } else {
            0.0
        };
        response.widget_info(|| {
            let mut info = WidgetInfo::labeled(Role::ProgressIndicator, true, words);
            info.value = Some(f64::from(fraction));
            info
        });
        let tokens = tokens::of(ui);
        let painter = ui.painter();
        painter.rect_filled(rect, size::CORNER, tokens.raised);
        let mut done = rect;
        done.set_width(rect.width() * fraction);
        painter.rect_filled(done, size::CORNER, ui.visuals().selection.bg_fill);
        painter.text(
            rect.left_center() + vec2(size::GAP, 0.0),
            egui::Align2::LEFT_CENTER,
            format!(
                "{words} {:.0}{}%",
                fraction * 100.0,
                crate::shell::words::THIN
            ),
            font::secondary(),
            tokens.text,
        );
        cancelled = Tool::new(Icon::X, "Cancel", "Ends this and keeps what is there.")
            .show(ui)
            .clicked();
    });
    cancelled
}
