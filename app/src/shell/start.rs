//! The start page: four doors that are alive for ten seconds, then only under the pointer, and
//! the tours, and what was open before.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::{Color32, Rect, RichText, Role, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2};
use loom_sim::conductor::{Command, RunState, Wake};
use loom_sim::{Entry, Place, Saved, Settings};

use super::acts::{Act, At};
use super::icons::{self, Icon};
use super::live::Live;
use super::studio::Studio;
use super::tokens::{self, font, size};
use super::{files, theme, tour};
use crate::panels::{PANELS, Panel};
use crate::widgets::button;
use crate::widgets::canvas::Canvas;

/// The doors move by themselves for so long.
const ALIVE: Duration = Duration::from_secs(10);

struct Door {
    live: Live,
    canvas: Canvas,
    entry: Arc<Entry>,
    told: bool,
}

#[derive(Default)]
pub struct Start {
    doors: BTreeMap<usize, Door>,
    since: Option<Instant>,
}

impl Start {
    /// The page is left: its runs end.
    pub fn close(&mut self) {
        self.doors.clear();
        self.since = None;
    }
}

/// Shows the page.
pub fn show(studio: &mut Studio, ui: &mut Ui) {
    let mut start = std::mem::take(&mut studio.start);
    let first = start.since.is_none();
    let since = *start.since.get_or_insert_with(Instant::now);
    // The first frame shows at once; the doors are built after it.
    if first {
        ui.request_repaint();
    } else if start.doors.is_empty() {
        build(studio, &mut start);
    }
    let young = since.elapsed() < ALIVE;
    if young {
        ui.request_repaint_after(ALIVE.saturating_sub(since.elapsed()));
    }
    ScrollArea::vertical()
        .auto_shrink([false, false])
        .show(ui, |ui| {
            let width = ui.available_width().min(1180.0) - 2.0 * 32.0;
            let margin = (ui.available_width() - width) / 2.0;
            ui.add_space(28.0);
            ui.horizontal(|ui| {
                ui.add_space(margin);
                ui.vertical(|ui| {
                    ui.set_width(width);
                    ui.label(RichText::new("Strange Loom").font(font::title()));
                    ui.label(
                        RichText::new("See, measure and publish structures that weave themselves.")
                            .weak(),
                    );
                    ui.add_space(size::SECTION);
                    let columns = 2;
                    let gap = size::SECTION;
                    let room = (ui.ctx().content_rect().height() - 412.0).max(300.0);
                    let door = vec2(
                        (width - gap * (columns as f32 - 1.0)) / columns as f32,
                        (room / 2.0).clamp(150.0, 250.0),
                    );
                    ui.spacing_mut().item_spacing = vec2(gap, gap);
                    for row in PANELS.chunks(columns) {
                        ui.horizontal(|ui| {
                            for panel in row {
                                one(studio, &mut start, ui, *panel, door, young);
                            }
                        });
                    }
                    ui.spacing_mut().item_spacing = vec2(size::GAP, size::GRID);
                    ui.add_space(size::GAP);
                    tour::offer::cards(ui, &mut studio.acts);
                    ui.add_space(size::GAP);
                    recent(studio, ui);
                });
            });
        });
    if studio.at == At::Start {
        studio.start = start;
    }
}

fn build(studio: &mut Studio, start: &mut Start) {
    for room in &studio.rooms {
        let Some(entry) = room
            .entry(room.panel.door())
            .or_else(|| room.catalogue.first().cloned())
        else {
            continue;
        };
        let mut model = entry.model.clone();
        for (key, value) in room.panel.door_settings() {
            model.parameters.insert((*key).to_owned(), (*value).into());
        }
        studio.next += 1;
        let wake: Wake = studio.wake.clone();
        let live = Live::open(
            studio.next,
            room.science.clone(),
            Some(entry.clone()),
            Saved::fresh(model),
            Place::cpu(),
            wake,
        );
        let canvas = Canvas::new(&studio.easel);
        start.doors.insert(
            room.panel.index(),
            Door {
                live,
                canvas,
                entry,
                told: false,
            },
        );
    }
}

fn one(
    studio: &mut Studio,
    start: &mut Start,
    ui: &mut Ui,
    panel: &dyn Panel,
    room: egui::Vec2,
    young: bool,
) {
    const FOOT: f32 = 56.0;
    let known = studio.room_of(panel.index()).is_some();
    let sense = if known {
        Sense::click()
    } else {
        Sense::hover()
    };
    let (rect, response) = ui.allocate_exact_size(room, sense);
    let tokens = tokens::of(ui);
    let accent = tokens.accent(Some(panel.index()));
    let alive = young || response.hovered() || response.has_focus();
    let picture = Rect::from_min_max(rect.min, pos2(rect.right(), rect.bottom() - FOOT));
    let painter = ui.painter_at(rect);
    painter.rect_filled(rect, size::CORNER * 2, tokens.panel);
    painter.rect_filled(picture, size::CORNER * 2, tokens.ground);
    let mut title = panel.name().to_owned();
    if let Some(door) = start.doors.get_mut(&panel.index()) {
        door.live.refresh(ui.ctx());
        let scale = ui.pixels_per_point();
        let pixels =
            [picture.width(), picture.height()].map(|s| (s * scale).round().max(1.0) as u32);
        door.live.watch(
            1,
            None,
            pixels,
            scale,
            tokens.ink(),
            &Settings::new(),
            200_000,
        );
        let snapshot = door.live.snapshot.clone();
        let playing = snapshot.state == RunState::Playing;
        if alive && !playing && matches!(snapshot.state, RunState::Paused) {
            door.live.send(Command::Play);
            door.told = true;
        } else if alive && snapshot.state == RunState::Ended {
            door.live.send(Command::Restart);
        } else if !alive && playing {
            door.live.send(Command::Pause);
        }
        if let Some(scene) = snapshot.scenes.get(&1) {
            // A door that can't be drawn is a door all the same.
            let _ = door.canvas.draw(scene, None, pixels, scale);
            if let Some(id) = door.canvas.picture() {
                let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
                painter.image(id, picture, whole, Color32::WHITE);
            }
        }
        title = format!("{}: {}", panel.name(), door.entry.title);
    } else if !known {
        painter.text(
            picture.center(),
            egui::Align2::CENTER_CENTER,
            "Not in this build",
            font::secondary(),
            tokens.disabled,
        );
    }
    painter.hline(rect.x_range(), picture.bottom(), tokens::hairline(ui));
    let line = |y: f32| pos2(rect.left() + 44.0, picture.bottom() + y);
    painter.text(
        pos2(rect.left() + 24.0, picture.bottom() + FOOT / 2.0),
        egui::Align2::CENTER_CENTER,
        char::from(panel.icon()),
        font::icon_of(20.0),
        accent,
    );
    painter.text(
        line(10.0),
        egui::Align2::LEFT_TOP,
        panel.name(),
        font::heading(),
        tokens.text,
    );
    let words = crate::widgets::section::clipped(
        ui,
        panel.invitation(),
        font::secondary(),
        tokens.secondary,
        rect.width() - 60.0,
    );
    painter.galley(line(31.0), words, tokens.secondary);
    let stroke = if response.hovered() || response.has_focus() {
        egui::Stroke::new(1.5, accent)
    } else {
        tokens::hairline(ui)
    };
    painter.rect_stroke(rect, size::CORNER * 2, stroke, egui::StrokeKind::Inside);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, known, &title));
    let response = button::tip(response, &title, "", panel.invitation());
    if response.clicked() {
        match start
            .doors
            .get(&panel.index())
            .map(|d| d.entry.name.clone())
        {
            // What is open there stays; an empty room opens with what its door showed.
            Some(entry)
                if studio
                    .room_of(panel.index())
                    .is_some_and(|r| r.lives.is_empty()) =>
            {
                studio.acts.push(Act::Open {
                    room: panel.index(),
                    entry,
                    beside: false,
                });
            }
            _ => studio.acts.push(Act::Go(At::Room(panel.index()))),
        }
    }
}

fn recent(studio: &mut Studio, ui: &mut Ui) {
    ui.horizontal(|ui| {
        ui.label(RichText::new("Recent").font(font::medium()));
        ui.add_space(size::GAP);
        let response = button::labelled(ui, Icon::FolderOpen, "Open…");
        let help = "A project, a picture, a pattern, a graph, a model; or drop it on the window.";
        if button::tip(response, "Open…", "Ctrl+O", help).clicked() {
            studio.acts.push(Act::Do("file.open"));
        }
    });
    if studio.settings.recent.is_empty() {
        ui.label(
            RichText::new("Projects and pictures that you save or open will be listed here.")
                .font(font::secondary())
                .weak(),
        );
        return;
    }
    ui.horizontal_wrapped(|ui| {
        for path in studio.settings.recent.clone().iter().take(8) {
            let words = (
                icons::text_of(Icon::FileImage, 14.0).color(tokens::of(ui).secondary),
                files::file_name(path),
            );
            let button = egui::Button::new(words).fill(theme::mix(
                tokens::of(ui).panel,
                tokens::of(ui).raised,
                0.6,
            ));
            if ui
                .add(button)
                .on_hover_text(path.display().to_string())
                .clicked()
            {
                studio.acts.push(Act::Load(path.clone()));
            }
        }
    });
}
