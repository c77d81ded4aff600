//! Presentation mode: the picture fills the screen; one line of large text; the transport and up
//! to three sliders come when the mouse moves.

use std::time::{Duration, Instant};

use egui::{Align2, Color32, RichText, Ui, pos2, vec2};
use loom_sim::{Effect, ParameterKind, Settings};

use super::icons::Icon;
use super::studio::Studio;
use super::tokens::{self, font, size};
use super::{transport, words};
use crate::widgets::number::Number;
use crate::widgets::viewport::{self, Ask, Hand, Scenery};

/// Everything is drawn so much larger: the smallest type is then 22 pixels high.
pub const ZOOM: f32 = 2.0;
/// Controls stay this long after the mouse has moved.
const SHOWN: Duration = Duration::from_secs(3);

/// The presentation that is on.
pub struct Present {
    hand: Hand,
    moved: Instant,
    /// The screen is black until the key is pressed again.
    pub black: bool,
    /// Whether the window was full screen before.
    pub was_full: bool,
    /// The window's zoom before.
    pub zoom: f32,
}

impl Present {
    pub fn new(was_full: bool, zoom: f32) -> Self {
        Self {
            hand: Hand::default(),
            moved: Instant::now(),
            black: false,
            was_full,
            zoom,
        }
    }
}

/// Shows the picture, and the controls while they are wanted.
pub fn show(studio: &mut Studio, ui: &mut Ui) {
    let Some(mut present) = studio.presenting.take() else {
        return;
    };
    let rect = ui.max_rect();
    let tokens = tokens::of(ui);
    if ui.input(|i| i.key_pressed(egui::Key::Period)) {
        present.black = !present.black;
    }
    if present.black {
        ui.painter().rect_filled(rect, 0.0, Color32::BLACK);
        studio.presenting = Some(present);
        return;
    }
    ui.painter().rect_filled(rect, 0.0, tokens.ground);
    if ui.input(|i| i.pointer.is_moving() || i.pointer.any_down()) {
        present.moved = Instant::now();
    }
    picture(studio, ui, rect, &mut present);
    let left = SHOWN.saturating_sub(present.moved.elapsed());
    if !left.is_zero() {
        ui.request_repaint_after(left);
        controls(studio, ui, rect);
    }
    studio.presenting = Some(present);
}

fn picture(studio: &mut Studio, ui: &mut Ui, rect: egui::Rect, present: &mut Present) {
    let scale = ui.pixels_per_point();
    let pixels = [rect.width(), rect.height()].map(|s| (s * scale).round().max(1.0) as u32);
    let tokens = tokens::of(ui);
    let easel = studio.easel.clone();
    let Some(index) = studio.room_index() else {
        return;
    };
    let room = &mut studio.rooms[index];
    let (camera, settings, id) = match room.front_view() {
        Some(pane) => match &pane.kind {
            super::tiles::Kind::View { camera, settings } => {
                (camera.clone(), settings.clone(), pane.id)
            }
            _ => return,
        },
        None => (None, Settings::new(), 0),
    };
    let canvas = room
        .canvases
        .entry(id)
        .or_insert_with(|| crate::widgets::canvas::Canvas::new(&easel));
    room.shown
        .insert(id, [f64::from(rect.width()), f64::from(rect.height())]);
    let front = room.front;
    let Some(live) = room.lives.iter_mut().find(|l| l.id == front) else {
        return;
    };
    live.watch(
        id,
        camera.as_ref(),
        pixels,
        scale,
        tokens.ink(),
        &settings,
        4_000_000,
    );
    let snapshot = live.snapshot.clone();
    let seen = camera.or_else(|| snapshot.fits.get(&id).cloned());
    if let Some(scene) = snapshot.scenes.get(&id) {
        // A picture that can't be drawn is said in the room, not before an audience.
        let _ = canvas.draw(scene, seen.as_ref(), pixels, scale);
    }
    if let Some(picture) = canvas.picture() {
        let whole = egui::Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
        ui.painter().image(picture, rect, whole, Color32::WHITE);
    }
    let scenery = Scenery {
        name: &live.title,
        snapshot: &snapshot,
        camera: seen.as_ref(),
        paints: snapshot.paints,
    };
    let (_, asks) = viewport::interact(
        ui,
        egui::Id::unique("presented"),
        rect,
        &mut present.hand,
        scenery,
    );
    let mut moved = None;
    for ask in asks {
        match ask {
            Ask::Pointer(pointer) => {
                live.touch(loom_sim::conductor::Command::Pointer { view: id, pointer })
            }
            Ask::Camera(camera) => moved = Some(camera),
        }
    }
    let clock = &snapshot.clock;
    let line = format!(
        "{}    {} = {}",
        live.title,
        clock.symbol,
        if clock.step_time == 1.0 {
            words::step(&clock.step)
        } else {
            words::fixed(clock.time, 1)
        }
    );
    ui.painter().text(
        rect.left_top() + vec2(16.0, 12.0),
        Align2::LEFT_TOP,
        line,
        font::heading(),
        tokens.text,
    );
    if let Some(camera) = moved {
        studio.set_camera(camera);
    }
}

fn controls(studio: &mut Studio, ui: &mut Ui, rect: egui::Rect) {
    let height = 40.0;
    let bar = egui::Rect::from_min_max(
        pos2(rect.left() + 12.0, rect.bottom() - height - 8.0),
        pos2(rect.right() - 12.0, rect.bottom() - 8.0),
    );
    let tokens = tokens::of(ui);
    ui.painter()
        .rect_filled(bar, size::CORNER * 2, tokens.panel.gamma_multiply(0.94));
    ui.scope_builder(
        egui::UiBuilder::new().max_rect(bar.shrink2(vec2(8.0, 4.0))),
        |ui| {
            ui.horizontal_centered(|ui| {
                if crate::widgets::button::Tool::new(Icon::X, "Leave", "Back to the window.")
                    .keys("Esc")
                    .show(ui)
                    .clicked()
                {
                    studio.acts.push(super::acts::Act::Do("view.present"));
                }
                transport::show(studio, ui, false);
            });
        },
    );
    let Some(live) = studio.live_mut() else {
        return;
    };
    let snapshot = live.snapshot.clone();
    let list: Vec<_> = snapshot
        .parameters
        .iter()
        .filter(|p| p.effect == Effect::Live && matches!(p.kind, ParameterKind::Real { .. }))
        .take(3)
        .collect();
    let mut y = bar.top() - 12.0 - 40.0 * list.len() as f32;
    for parameter in list {
        let ParameterKind::Real {
            low,
            high,
            scale,
            hard,
        } = &parameter.kind
        else {
            continue;
        };
        let value = snapshot
            .values
            .get(&parameter.key)
            .and_then(loom_sim::Value::as_real)
            .unwrap_or(*low);
        let number = Number {
            name: &parameter.name,
            value,
            default: parameter.default.as_real().unwrap_or(*low),
            low: *low,
            high: *high,
            logarithmic: *scale == loom_sim::Scale::Logarithmic,
            integer: false,
            hard: *hard,
        };
        let row =
            egui::Rect::from_min_size(pos2(bar.left(), y), vec2(300.0_f32.min(bar.width()), 32.0));
        y += 40.0;
        ui.painter().rect_filled(
            row.expand(4.0),
            size::CORNER * 2,
            tokens.panel.gamma_multiply(0.94),
        );
        ui.scope_builder(egui::UiBuilder::new().max_rect(row), |ui| {
            ui.horizontal_centered(|ui| {
                ui.add_space(size::GAP);
                ui.label(RichText::new(&parameter.symbol).font(font::heading()));
                let (_, changed) =
                    number.slider(ui, egui::Id::unique(("presented", &parameter.key)), 170.0);
                ui.label(RichText::new(words::figures(value, 4)).font(font::heading()));
                if let Some(x) = changed {
                    // A slider of a live parameter always has an effect of its own.
                    let _ = live.set(&parameter.key, &loom_sim::Value::Real(x));
                }
            });
        });
    }
}
