//! A number that is dragged or typed: a slider on a linear or logarithmic scale, and a field
//! that takes expressions.

use egui::{
    EventFilter, Id, Key, Rect, Response, Role, Sense, TextEdit, Ui, WidgetInfo, pos2, vec2,
};

use super::expression;
use crate::shell::theme;
use crate::shell::tokens::{self, font, size};
use crate::shell::words;

/// A number and all that bounds it.
#[derive(Clone, Copy, Debug)]
pub struct Number<'a> {
    /// What a screen reader says.
    pub name: &'a str,
    pub value: f64,
    pub default: f64,
    pub low: f64,
    pub high: f64,
    pub logarithmic: bool,
    pub integer: bool,
    /// Typed values may leave the slider's range, but not this.
    pub hard: Option<(f64, f64)>,
}

/// What came of a field: a value, or the sentence that says why not.
pub type Typed = Option<Result<f64, String>>;

impl Number<'_> {
    fn on_log(&self) -> bool {
        self.logarithmic && self.low > 0.0 && self.high > 0.0
    }
    /// Where the value stands between low and high, from 0 to 1.
    pub fn fraction(&self) -> f64 {
        let (x, a, b) = if self.on_log() {
            let least = self.low.min(self.high) * 1e-3;
            (self.value.max(least).ln(), self.low.ln(), self.high.ln())
        } else {
            (self.value, self.low, self.high)
        };
        if a == b {
            0.0
        } else {
            ((x - a) / (b - a)).clamp(0.0, 1.0)
        }
    }
    /// The value at a fraction, rounded to a figure that one of `cuts` steps can show.
    pub fn at(&self, fraction: f64, cuts: f64) -> f64 {
        let t = fraction.clamp(0.0, 1.0);
        let raw = if self.on_log() {
            (self.low.ln() + t * (self.high / self.low).ln()).exp()
        } else {
            self.low + t * (self.high - self.low)
        };
        if self.integer {
            return raw.round();
        }
        let step = if self.on_log() {
            raw.abs() * (self.high / self.low).ln().abs() / cuts
        } else {
            (self.high - self.low).abs() / cuts
        };
        round_to_decade(raw, step)
    }
    pub fn clamp(&self, x: f64) -> f64 {
        let x = if self.integer { x.round() } else { x };
        match self.hard {
            Some((low, high)) => x.clamp(low, high),
            None => x,
        }
    }

    /// The slider. Drag moves the value, Shift is fine, double-click is the default, arrow
    /// keys step while it has the focus.
    pub fn slider(&self, ui: &mut Ui, id: Id, width: f32) -> (Response, Option<f64>) {
        let (rect, _) = ui.allocate_exact_size(vec2(width, size::CONTROL), Sense::hover());
        let response = ui.interact(rect, id, Sense::click_and_drag());
        let (name, value) = (self.name.to_owned(), self.value);
        response.widget_info(|| WidgetInfo::slider(true, value, &name));
        let track = Rect::from_min_max(
            pos2(rect.left() + 6.0, rect.center().y - 1.0),
            pos2(rect.right() - 6.0, rect.center().y + 1.0),
        );
        let changed = self
            .drag(ui, &response, track)
            .or_else(|| self.keys(ui, &response));
        self.paint(ui, &response, track);
        (response, changed)
    }

    fn drag(&self, ui: &Ui, response: &Response, track: Rect) -> Option<f64> {
        if response.double_clicked() {
            return Some(self.default);
        }
        let fine = ui.input(|i| i.modifiers.shift);
        let cuts = f64::from(track.width().max(20.0)) * if fine { 10.0 } else { 1.0 };
        let pointer = response.interact_pointer_pos();
        let place = |x: f32| f64::from((x - track.left()) / track.width());
        let memory = response.id.with("fraction");
        if response.drag_started() {
            // Grabbing the handle does not move it; pressing beside it does.
            let handle = track.left() + self.fraction() as f32 * track.width();
            let grabbed = ui
                .input(|i| i.pointer.press_origin())
                .is_some_and(|p| (p.x - handle).abs() < 8.0);
            let start = match pointer {
                Some(p) if !grabbed => place(p.x),
                _ => self.fraction(),
            };
            ui.data_mut(|d| d.insert_temp(memory, start));
        }
        if response.dragged() {
            let delta = f64::from(response.drag_delta().x / track.width());
            let before: f64 = ui
                .data(|d| d.get_temp(memory))
                .unwrap_or_else(|| self.fraction());
            let after = (before + if fine { delta * 0.1 } else { delta }).clamp(0.0, 1.0);
            ui.data_mut(|d| d.insert_temp(memory, after));
            let value = self.clamp(self.at(after, cuts));
            return (value != self.value).then_some(value);
        }
        if response.clicked() {
            let value = self.clamp(self.at(place(pointer?.x), cuts));
            return (value != self.value).then_some(value);
        }
        None
    }

    fn keys(&self, ui: &Ui, response: &Response) -> Option<f64> {
        if !response.has_focus() {
            return None;
        }
        ui.memory_mut(|m| {
            m.set_focus_lock_filter(
                response.id,
                EventFilter {
                    horizontal_arrows: true,
                    ..EventFilter::default()
                },
            );
        });
        let (steps, fine) = ui.input(|i| {
            let steps =
                i.num_presses(Key::ArrowRight) as f64 - i.num_presses(Key::ArrowLeft) as f64;
            (steps, i.modifiers.shift)
        });
        if steps == 0.0 {
            return None;
        }
        if self.integer {
            return Some(self.clamp(self.value + steps));
        }
        let cuts = if fine { 1000.0 } else { 100.0 };
        Some(self.clamp(self.at(self.fraction() + steps / cuts, cuts)))
    }

    fn paint(&self, ui: &Ui, response: &Response, track: Rect) {
        let tokens = tokens::of(ui);
        let painter = ui.painter();
        painter.rect_filled(
            track,
            1.0,
            theme::mix(tokens.raised, tokens.secondary, 0.35),
        );
        let x = track.left() + self.fraction() as f32 * track.width();
        let busy = response.dragged() || response.has_focus();
        let fill = if busy {
            tokens::accent(ui)
        } else if response.hovered() {
            tokens.text
        } else {
            tokens.secondary
        };
        // Where the default lies.
        let home = Self {
            value: self.default,
            ..*self
        }
        .fraction() as f32;
        painter.vline(
            track.left() + home * track.width(),
            track.center().y - 4.0..=track.center().y + 4.0,
            tokens::hairline(ui),
        );
        painter.circle_filled(
            pos2(x, track.center().y),
            if busy { 6.0 } else { 5.0 },
            fill,
        );
    }

    /// The field: shows the value, takes an expression; Enter or leaving it applies, Esc
    /// takes it back.
    pub fn field(&self, ui: &mut Ui, id: Id, width: f32) -> (Response, Typed) {
        let focused = ui.memory(|m| m.has_focus(id));
        let buffer = id.with("typed");
        let shown = fitting(ui, self.value, width - 2.0 * f32::from(MARGIN));
        let mut text = if focused {
            ui.data(|d| d.get_temp::<String>(buffer))
                .unwrap_or_else(|| shown.clone())
        } else {
            shown.clone()
        };
        let response = ui
            .add_sized(
                vec2(width, size::CONTROL),
                TextEdit::singleline(&mut text)
                    .id(id)
                    .font(font::mono())
                    .align(egui::Align2::RIGHT_CENTER)
                    .margin(egui::Margin::symmetric(MARGIN, 4))
                    .desired_width(width),
            )
            .accessible_name(self.name);
        if response.gained_focus() {
            // The whole number with all its digits, ready to be typed over.
            let exact = exact(self.value);
            select_all(ui, id, exact.chars().count());
            ui.data_mut(|d| d.insert_temp(buffer, exact));
            return (response, None);
        }
        let mut typed = None;
        if response.lost_focus() {
            let kept = ui.data(|d| d.get_temp::<String>(buffer));
            let cancelled = ui.input(|i| i.key_pressed(Key::Escape));
            let text = if response.changed() {
                text.clone()
            } else {
                kept.unwrap_or(text)
            };
            if !cancelled && text != exact(self.value) && text != shown {
                typed = Some(expression::evaluate(&text).map(|x| self.clamp(x)));
            }
            ui.data_mut(|d| d.remove::<String>(buffer));
        } else if focused {
            ui.data_mut(|d| d.insert_temp(buffer, text));
        }
        (response, typed)
    }
}

/// Beside what stands in a field.
const MARGIN: i8 = 6;

/// The number with as many figures as the room allows, six at most.
fn fitting(ui: &Ui, x: f64, room: f32) -> String {
    let fits = |text: &String| {
        let (font, colour) = (font::mono(), egui::Color32::PLACEHOLDER);
        let galley = ui.painter().layout_no_wrap(text.clone(), font, colour);
        galley.size().x <= room
    };
    let shown = words::number(x);
    let has_power = shown.contains('×');
    // As one would type it, where there is a power of ten.
    let shorter = (1..6).rev().map(|decimals| {
        if has_power {
            format!("{x:.decimals$e}")
        } else {
            words::figures(x, decimals + 1)
        }
    });
    std::iter::once(shown)
        .chain(has_power.then(|| exact(x)))
        .chain(shorter)
        .find(fits)
        .unwrap_or_else(|| format!("{x:.0e}"))
}

/// The number as a program would read it back.
fn exact(x: f64) -> String {
    if x != 0.0 && !(1e-4..1e15).contains(&x.abs()) {
        format!("{x:e}")
    } else {
        format!("{x}")
    }
}

/// Selects all of a text field that has just been entered.
pub fn select_all(ui: &Ui, id: Id, length: usize) {
    let mut state = TextEdit::load_state(ui.ctx(), id).unwrap_or_default();
    let range = egui::text::CCursorRange::two(
        egui::text::CCursor::new(0),
        egui::text::CCursor::new(length),
    );
    state.cursor.set_char_range(Some(range));
    TextEdit::store_state(ui.ctx(), id, state);
}

/// Rounds to the decade below `step`, so that dragging gives numbers worth reading.
fn round_to_decade(x: f64, step: f64) -> f64 {
    if step <= 0.0 || !step.is_finite() {
        return x;
    }
    let power = step.log10().floor() as i32;
    // Multiplying by a whole power of ten keeps 0.1 what it is.
    if power < 0 {
        let scale = 10f64.powi(-power);
        (x * scale).round() / scale
    } else {
        let scale = 10f64.powi(power);
        (x / scale).round() * scale
    }
}

/// An accessible stand-in where a number is shown but can't be changed.
pub fn fixed(ui: &mut Ui, name: &str, value: &str) {
    let response = ui.label(egui::RichText::new(value).font(font::mono()));
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{name}: {value}")));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rho() -> Number<'static> {
        Number {
            name: "ρ",
            value: 28.0,
            default: 28.0,
            low: 0.0,
            high: 100.0,
            logarithmic: false,
            integer: false,
            hard: None,
        }
    }

    #[test]
    fn dragging_gives_round_numbers() {
        assert_eq!(rho().at(0.2, 137.0), 20.0);
        assert_eq!(rho().at(0.283_217, 137.0), 28.3);
        assert_eq!(round_to_decade(0.299_999_7, 0.05), 0.3);
    }

    #[test]
    fn a_logarithmic_slider_has_its_middle_at_the_geometric_mean() {
        let number = Number {
            low: 0.01,
            high: 100.0,
            value: 1.0,
            logarithmic: true,
            ..rho()
        };
        assert!((number.fraction() - 0.5).abs() < 1e-12);
        assert!((number.at(0.5, 100.0) - 1.0).abs() < 0.05);
    }

    #[test]
    fn hard_bounds_hold_for_typed_values() {
        let number = Number {
            hard: Some((0.0, 40.0)),
            ..rho()
        };
        assert_eq!(number.clamp(100.0), 40.0);
        assert_eq!(rho().clamp(1e6), 1e6);
    }
}
