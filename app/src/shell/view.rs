//! A view of a run in a tile: its picture, its legends, its states, and the pointer over it.

use egui::{Align2, Color32, Rect, RichText, Ui, pos2, vec2};
use loom_sim::conductor::{Command, RunState};
use loom_sim::{Camera, Pointer, PointerAction, Settings};

use super::acts::{Act, Acts};
use super::icons::Icon;
use super::live::Live;
use super::tokens::{self, font, size};
use super::toolbox;
use crate::panels::Panel;
use crate::widgets::canvas::Canvas;
use crate::widgets::viewport::{self, Ask, Hand, Scenery};
use crate::widgets::{button, legend};

/// All that a view needs for a frame.
pub struct Frame<'a> {
    pub id: u64,
    pub live: &'a mut Live,
    pub canvas: &'a mut Canvas,
    pub hand: &'a mut Hand,
    pub camera: &'a mut Option<Camera>,
    pub settings: &'a Settings,
    pub panel: &'static dyn Panel,
    pub budget: usize,
}

/// Shows a view in all the room of `ui`.
pub fn show(ui: &mut Ui, frame: Frame<'_>, acts: &mut Acts) {
    let rect = ui.available_rect_before_wrap();
    if rect.width() < 8.0 || rect.height() < 8.0 {
        return;
    }
    let tokens = tokens::of(ui);
    let scale = ui.pixels_per_point();
    let pixels = [
        (rect.width() * scale).round().max(1.0) as u32,
        (rect.height() * scale).round().max(1.0) as u32,
    ];
    frame.live.watch(
        frame.id,
        frame.camera.as_ref(),
        pixels,
        scale,
        tokens.ink(),
        frame.settings,
        frame.budget,
    );
    let snapshot = frame.live.snapshot.clone();
    let fit = snapshot.fits.get(&frame.id);
    let followed = snapshot.followed.get(&frame.id);
    let camera = followed
        .map(|f| f.camera.clone())
        .or_else(|| frame.camera.clone())
        .or_else(|| fit.cloned());
    let mut drawing = Ok(());
    let scene = snapshot.scenes.get(&frame.id);
    if let Some(scene) = scene {
        drawing = frame.canvas.draw(scene, camera.as_ref(), pixels, scale);
    }
    if let Some(picture) = frame.canvas.picture() {
        let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
        ui.painter().image(picture, rect, whole, Color32::WHITE);
    }
    if let Some(scene) = scene {
        legend::show(ui, rect, &scene.legends);
    }

    let id = egui::Id::unique(("view", frame.id));
    let (response, asks) = viewport::interact(
        ui,
        id,
        rect,
        frame.hand,
        Scenery {
            name: &frame.live.title,
            snapshot: &snapshot,
            camera: camera.as_ref(),
            paints: snapshot.paints && !toolbox::is_hand(frame.settings),
        },
    );
    for ask in asks {
        match ask {
            Ask::Pointer(pointer) => {
                let pulls = pointer.action == PointerAction::Press;
                // What is drawn into stays where it is, whatever grows out of it.
                let draws = snapshot.paints && pointer.action != PointerAction::Hover;
                if draws && frame.camera.is_none() {
                    frame.camera.clone_from(&camera);
                }
                point(frame.live, frame.id, pointer);
                if pulls && frame.panel.plays_when_dragged() {
                    frame.live.send(Command::Play);
                }
            }
            Ask::Camera(mut camera) => {
                // The view's own camera stays behind by what it has been moved.
                if let (Some(Camera::Plane(plane)), Some(followed)) = (&mut camera, followed) {
                    plane.shift(followed.moved.map(|d| -d));
                }
                *frame.camera = camera;
            }
        }
    }
    if !snapshot.paints {
        let at = response.hover_pos();
        let live = &mut *frame.live;
        let (id, camera) = (frame.id, &mut *frame.camera);
        response.context_menu(|ui| menu(ui, live, id, camera, at.map(|p| p - rect.min), acts));
    }
    toolbox::show(ui, rect, frame.live, frame.settings, acts);
    read_out(ui, rect, &snapshot);
    state(ui, rect, frame.live, frame.panel, drawing, acts);
}

/// Sends the pointer to the run; what changes it counts as touched.
fn point(live: &mut Live, view: u64, pointer: Pointer) {
    let command = |pointer| Command::Pointer { view, pointer };
    if pointer.action == PointerAction::Hover {
        live.send(command(pointer));
    } else {
        live.touch(command(pointer));
    }
}

fn menu(
    ui: &mut Ui,
    live: &mut Live,
    view: u64,
    camera: &mut Option<Camera>,
    at: Option<egui::Vec2>,
    acts: &mut Acts,
) {
    // The place where the menu was opened, kept while it is open.
    let memory = egui::Id::unique(("menu of view", view));
    if let Some(at) = at {
        ui.data_mut(|d| *d.get_temp_mut_or_insert_with(memory, || at));
    }
    let place: Option<egui::Vec2> = ui.data(|d| d.get_temp(memory));
    let close = |ui: &mut Ui| {
        ui.data_mut(|d| d.remove::<egui::Vec2>(memory));
        ui.close();
    };
    let hit = live.snapshot.selected.clone().or(live.snapshot.hit.clone());
    if let Some(hit) = hit.filter(|h| !h.actions.is_empty()) {
        for input in &hit.actions {
            if ui.button(input.title()).clicked() {
                live.touch(Command::Apply(input.clone()));
                close(ui);
            }
        }
        ui.separator();
    }
    if button::labelled(ui, Icon::Maximize, "Fit").clicked() {
        *camera = None;
        close(ui);
    }
    if let Some(place) = place
        && button::labelled(ui, Icon::GitFork, "Twin from here").clicked()
    {
        let pointer = Pointer {
            position: [f64::from(place.x), f64::from(place.y)],
            action: PointerAction::Click,
            secondary: false,
            alt: true,
            shift: false,
            stroke: 0,
        };
        point(live, view, pointer);
        close(ui);
    }
    if button::labelled(ui, Icon::Columns2, "Split the view").clicked() {
        acts.push(Act::SplitView {
            live: live.id,
            pane: view,
        });
        close(ui);
    }
    ui.separator();
    if button::labelled(ui, Icon::Copy, "Copy picture").clicked() {
        acts.push(Act::Front(live.id));
        acts.push(Act::Do("edit.copy_picture"));
        close(ui);
    }
    if button::labelled(ui, Icon::FileImage, "Export…").clicked() {
        acts.push(Act::ExportView {
            live: live.id,
            pane: view,
        });
        close(ui);
    }
}

/// What lies under the pointer, in the lower left corner.
fn read_out(ui: &Ui, rect: Rect, snapshot: &loom_sim::Snapshot) {
    let Some(hit) = snapshot.hit.as_ref().filter(|h| !h.label.is_empty()) else {
        return;
    };
    if !ui.rect_contains_pointer(rect) {
        return;
    }
    let tokens = tokens::of(ui);
    let painter = ui.painter_at(rect);
    let galley = painter.layout_no_wrap(hit.label.clone(), font::secondary(), tokens.text);
    let at = rect.left_bottom() + vec2(size::GAP, -size::GAP - galley.size().y);
    let back = Rect::from_min_size(at, galley.size()).expand2(vec2(6.0, 3.0));
    painter.rect_filled(back, size::CORNER, tokens.panel.gamma_multiply(0.92));
    painter.galley(at, galley, tokens.text);
}

/// Building, seeking, failed: said in place, with what to do.
fn state(
    ui: &mut Ui,
    rect: Rect,
    live: &mut Live,
    panel: &dyn Panel,
    drawing: Result<(), String>,
    acts: &mut Acts,
) {
    let failure = match (&live.snapshot.state, drawing) {
        (RunState::Failed(message), _) => Some(message.clone()),
        (_, Err(message)) => Some(message),
        _ => None,
    };
    if let Some(message) = failure {
        card(ui, rect, |ui| {
            ui.horizontal(|ui| {
                let color = tokens::of(ui).error;
                ui.label(super::icons::text(Icon::CircleAlert).color(color));
                ui.label(RichText::new("This run has stopped").font(font::medium()));
            });
            ui.label(&message);
            ui.horizontal(|ui| {
                for (words, id) in [
                    ("Restart", "simulate.restart"),
                    ("Step back", "simulate.back"),
                    ("Defaults", "simulate.defaults"),
                ] {
                    if ui.button(words).clicked() {
                        acts.push(Act::Front(live.id));
                        acts.push(Act::Do(id));
                    }
                }
            });
        });
        return;
    }
    match live.snapshot.state {
        RunState::Building => {
            let words = format!("Building {}", live.title);
            card(ui, rect, |ui| {
                ui.horizontal(|ui| {
                    ui.spinner();
                    ui.label(words);
                    if ui.button("Cancel").clicked() {
                        live.send(Command::Cancel);
                    }
                });
            });
        }
        RunState::Seeking(fraction) => {
            card(ui, rect, |ui| {
                if button::progress(ui, "Going there", fraction) {
                    live.send(Command::Cancel);
                }
            });
        }
        _ if !live.snapshot.scenes.is_empty() || live.is_building() => {}
        _ => {
            ui.painter_at(rect).text(
                rect.center(),
                Align2::CENTER_CENTER,
                panel.empty(),
                font::body(),
                tokens::of(ui).secondary,
            );
        }
    }
}

/// A small card in the middle of the lower third.
fn card(ui: &mut Ui, rect: Rect, content: impl FnOnce(&mut Ui)) {
    let width = (rect.width() - 2.0 * size::SECTION).clamp(120.0, 380.0);
    let top = rect.top() + rect.height() * 0.6;
    let room = Rect::from_min_size(
        pos2(rect.center().x - width / 2.0, top),
        vec2(width, rect.bottom() - top),
    );
    ui.scope_builder(egui::UiBuilder::new().max_rect(room), |ui| {
        egui::Frame::popup(ui.style()).show(ui, |ui| {
            ui.set_width(width - 2.0 * size::SECTION);
            content(ui);
        });
    });
}
