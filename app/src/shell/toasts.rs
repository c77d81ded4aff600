//! Short messages in the lower right corner: they go by themselves, wait under the pointer, and
//! are read out by screen readers.

use std::time::{Duration, Instant};

use egui::{Align2, Area, Context, Id, Order, RichText, Role, WidgetInfo, vec2};

use super::acts::Tone;
use super::icons::{self, Icon};
use super::tokens::{self, font, size};
use crate::widgets::button::Tool;

const WIDTH: f32 = 340.0;
/// More than this many push the oldest out.
const MOST: usize = 4;

struct Toast {
    number: u64,
    tone: Tone,
    text: String,
    born: Instant,
}

#[derive(Default)]
pub struct Toasts {
    list: Vec<Toast>,
    count: u64,
}

impl Toasts {
    pub fn say(&mut self, tone: Tone, text: impl Into<String>) {
        let text = text.into();
        self.list.retain(|t| t.text != text);
        self.count += 1;
        self.list.push(Toast {
            number: self.count,
            tone,
            text,
            born: Instant::now(),
        });
        if self.list.len() > MOST {
            self.list.remove(0);
        }
    }

    /// Shows what is there; `lift` keeps the bars at the bottom free.
    pub fn show(&mut self, ctx: &Context, lift: f32) {
        let now = Instant::now();
        self.list.retain(|t| now.duration_since(t.born) < life(t));
        let mut offset = lift + size::SECTION;
        let mut closed = None;
        for toast in self.list.iter_mut().rev() {
            let answer = Area::new(Id::unique(("toast", toast.number)))
                .order(Order::Foreground)
                .anchor(Align2::RIGHT_BOTTOM, vec2(-size::SECTION, -offset))
                .show(ctx, |ui| card(ui, toast));
            if answer.inner {
                closed = Some(toast.number);
            }
            if answer.response.contains_pointer() {
                toast.born = now;
            }
            offset += answer.response.rect.height() + size::GAP;
        }
        if let Some(number) = closed {
            self.list.retain(|t| t.number != number);
        }
        if let Some(next) = self
            .list
            .iter()
            .map(|t| life(t).saturating_sub(now.duration_since(t.born)))
            .min()
        {
            ctx.request_repaint_after(next + Duration::from_millis(10));
        }
    }
}

fn life(toast: &Toast) -> Duration {
    Duration::from_secs(match toast.tone {
        Tone::Error | Tone::Warning => 12,
        Tone::Good | Tone::Plain => 5,
    })
}

/// True when it is closed by hand.
fn card(ui: &mut egui::Ui, toast: &Toast) -> bool {
    let tokens = tokens::of(ui);
    let (icon, color) = match toast.tone {
        Tone::Good => (Icon::Check, tokens.good),
        Tone::Plain => (Icon::Info, tokens.secondary),
        Tone::Warning => (Icon::TriangleAlert, tokens.warning),
        Tone::Error => (Icon::CircleAlert, tokens.error),
    };
    let mut closed = false;
    egui::Frame::popup(ui.style())
        .inner_margin(egui::Margin::symmetric(12, 8))
        .show(ui, |ui| {
            ui.set_max_width(WIDTH);
            ui.horizontal_top(|ui| {
                ui.label(icons::text(icon).color(color));
                ui.vertical(|ui| {
                    ui.set_max_width(WIDTH - 72.0);
                    let response = ui.label(RichText::new(&toast.text).font(font::body()));
                    response.widget_info(|| WidgetInfo::labeled(Role::Alert, true, &toast.text));
                });
                closed = Tool::new(Icon::X, "Dismiss", "").show(ui).clicked();
            });
        });
    closed
}
