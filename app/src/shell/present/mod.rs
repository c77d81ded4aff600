//! Presentation mode: the picture fills the screen; one line of large text, or a tour's sentence;
//! the transport and up to three sliders come when the mouse moves. On two screens the audience
//! has a window of its own.

pub mod audience;
mod clock;
pub mod presenter;

use std::time::{Duration, Instant};

use egui::{Align2, CentralPanel, Color32, Frame, Margin, Panel, Rect, Ui, pos2, vec2};
use loom_sim::{Effect, ParameterKind, Settings};

use super::icons::Icon;
use super::studio::Studio;
use super::tiles::{Kind, Source};
use super::tokens::{self, font, size};
use super::tour::panel;
use super::{plots, transport, words};
use crate::widgets::canvas::Canvas;
use crate::widgets::viewport::{self, Ask, Hand, Scenery};

/// Everything is drawn so much larger: the smallest type is then 22 pixels high.
pub const ZOOM: f32 = 2.0;
/// Controls stay this long after the mouse has moved.
const SHOWN: Duration = Duration::from_secs(3);
/// The picture's share of the width beside plots.
const SHARE: f32 = 0.56;
/// Sliders that are offered at most.
const SLIDERS: usize = 3;

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
    if present.black {
        ui.painter().rect_filled(rect, 0.0, Color32::BLACK);
        studio.presenting = Some(present);
        return;
    }
    ui.painter().rect_filled(rect, 0.0, tokens.ground);
    // One jump of the pointer has no speed yet.
    let moves = |i: &egui::InputState| {
        let moved = |e: &egui::Event| matches!(e, egui::Event::PointerMoved(_));
        i.pointer.is_moving() || i.pointer.any_down() || i.events.iter().any(moved)
    };
    if ui.input(moves) {
        present.moved = Instant::now();
    }
    band(studio, ui);
    let sources = sources(studio);
    if !sources.is_empty() {
        let width = ui.available_width() * (1.0 - SHARE);
        let frame = Frame::new().fill(tokens.ground);
        Panel::right("presented plots")
            .exact_size(width)
            .resizable(false)
            .frame(frame)
            .show(ui, |ui| beside(studio, ui, &sources));
    }
    CentralPanel::default()
        .frame(Frame::new().inner_margin(Margin::ZERO))
        .show(ui, |ui| {
            let room = ui.max_rect();
            picture(studio, ui, room, &mut present);
            let left = SHOWN.saturating_sub(present.moved.elapsed());
            if !left.is_zero() {
                ui.request_repaint_after(left);
                controls(studio, ui, room);
            }
        });
    studio.presenting = Some(present);
}

/// The sentence of a tour under the picture, which it never covers.
fn band(studio: &mut Studio, ui: &mut Ui) {
    let Some(mut touring) = studio.touring.take() else {
        return;
    };
    let tokens = tokens::of(ui);
    let frame = Frame::new()
        .fill(tokens.panel)
        .inner_margin(Margin::symmetric(size::SECTION as i8, size::GAP as i8));
    Panel::bottom("presented tour")
        .resizable(false)
        .frame(frame)
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing = vec2(size::GAP, size::GRID);
            let mut acts = std::mem::take(&mut studio.acts);
            let live = studio.live_of(touring.live);
            panel::content(ui, &mut touring, live, &mut acts, font::heading(), false);
            studio.acts = acts;
        });
    studio.touring = Some(touring);
}

/// What stands beside the picture: the plots of a tour's step, else how a twin parts.
pub fn sources(studio: &Studio) -> Vec<Source> {
    if let Some(touring) = &studio.touring {
        let here = studio.live().is_some_and(|l| l.id == touring.live);
        if here && touring.question().is_some_and(|q| q.draw.is_some()) {
            return vec![Source::Guess];
        }
        if here && let Some(stage) = touring.stage() {
            return stage.plots.clone();
        }
    }
    let twin = studio.live().is_some_and(|l| l.snapshot.twin.is_some());
    if twin {
        vec![Source::Difference]
    } else {
        Vec::new()
    }
}

fn beside(studio: &mut Studio, ui: &mut Ui, sources: &[Source]) {
    let height = ui.available_height() / sources.len() as f32;
    let mut acts = std::mem::take(&mut studio.acts);
    if let Some(live) = studio.live_mut() {
        for (index, source) in sources.iter().enumerate() {
            let room = vec2(ui.available_width(), height);
            ui.allocate_ui(room, |ui| {
                ui.set_min_size(room);
                // Numbers that no tile has.
                let pane = u64::MAX - index as u64;
                if matches!(source, Source::Cells { .. }) {
                    plots::table(ui, live, source, &mut acts);
                } else {
                    plots::plot(ui, pane, live, source, &mut acts);
                }
            });
        }
    }
    studio.acts = acts;
}

fn picture(studio: &mut Studio, ui: &mut Ui, rect: Rect, present: &mut Present) {
    let scale = ui.pixels_per_point();
    let pixels = [rect.width(), rect.height()].map(|s| (s * scale).round().max(1.0) as u32);
    let tokens = tokens::of(ui);
    let easel = studio.easel.clone();
    let touring = studio.touring.is_some();
    let Some(index) = studio.room_index() else {
        return;
    };
    let room = &mut studio.rooms[index];
    let (camera, settings, id) = match room.front_view() {
        Some(pane) => match &pane.kind {
            Kind::View { camera, settings } => (camera.clone(), settings.clone(), pane.id),
            _ => return,
        },
        None => (None, Settings::new(), 0),
    };
    let canvas = room
        .canvases
        .entry(id)
        .or_insert_with(|| Canvas::new(&easel));
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
        let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
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
    let line = if touring {
        time(&snapshot)
    } else {
        format!("{}    {}", live.title, time(&snapshot))
    };
    let color = if touring {
        tokens.secondary
    } else {
        tokens.text
    };
    ui.painter().text(
        rect.left_top() + vec2(16.0, 12.0),
        Align2::LEFT_TOP,
        line,
        font::heading(),
        color,
    );
    if let Some(camera) = moved {
        studio.set_camera(camera);
    }
}

/// "t = 12.3", "generation = 1 103".
pub fn time(snapshot: &loom_sim::Snapshot) -> String {
    let clock = &snapshot.clock;
    let value = if clock.step_time == 1.0 {
        words::step(&clock.step)
    } else {
        words::fixed(clock.time, 1)
    };
    format!("{} = {value}", clock.symbol)
}

/// The sliders that are offered: a tour's, else the first three.
fn offered(studio: &Studio) -> Vec<String> {
    if let Some(stage) = studio.touring.as_ref().and_then(|t| t.stage())
        && !stage.controls.is_empty()
    {
        return stage.controls.clone();
    }
    studio.live().map_or_else(Vec::new, |live| {
        live.snapshot
            .parameters
            .iter()
            .filter(|p| p.effect == Effect::Live && matches!(p.kind, ParameterKind::Real { .. }))
            .take(SLIDERS)
            .map(|p| p.key.clone())
            .collect()
    })
}

fn controls(studio: &mut Studio, ui: &mut Ui, rect: Rect) {
    const HEIGHT: f32 = 40.0;
    const ROW: f32 = 32.0;
    let bar = Rect::from_min_max(
        pos2(rect.left() + 12.0, rect.bottom() - HEIGHT - 8.0),
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
    let list = offered(studio);
    let mut acts = std::mem::take(&mut studio.acts);
    if let Some(live) = studio.live_mut() {
        let width = 320.0_f32.min(bar.width());
        let mut y = bar.top() - 12.0 - (ROW + 8.0) * list.len() as f32;
        for key in list {
            let row = Rect::from_min_size(pos2(bar.left(), y), vec2(width, ROW));
            y += ROW + 8.0;
            ui.painter().rect_filled(
                row.expand(4.0),
                size::CORNER * 2,
                tokens.panel.gamma_multiply(0.94),
            );
            ui.scope_builder(egui::UiBuilder::new().max_rect(row), |ui| {
                ui.horizontal_centered(|ui| {
                    ui.add_space(size::GAP);
                    let slider = (width - 140.0).max(80.0);
                    panel::slider(ui, live, &key, &mut acts, [slider, 66.0]);
                });
            });
        }
    }
    studio.acts = acts;
}
