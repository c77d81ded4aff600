//! One frame of the window: what happens before it, its panels, what happens after it.

use std::time::Instant;

use egui::{CentralPanel, Context, Frame, Margin, Panel, ThemePreference, Ui};

use super::acts::{At, Tone};
use super::dialogs::{self, Dialog};
use super::settings::Theme;
use super::studio::{Side, Studio};
use super::tiles::Desk;
use super::tokens::{self, size};
use super::{
    catalogue, commands, inspector, keys, menus, palette, present, rail, recovery, start, status,
    theme, transport,
};

impl eframe::App for Studio {
    fn ui(&mut self, ui: &mut Ui, frame: &mut eframe::Frame) {
        let begun = Instant::now();
        let ctx = ui.ctx().clone();
        self.before(&ctx);
        self.present_where_it_fits(&ctx, frame);
        if self.presenting.is_some() {
            present::show(self, ui);
        } else {
            self.window(ui);
        }
        present::audience::show(self, &ctx);
        palette::show(self, &ctx);
        dialogs::show(self, &ctx);
        let lift = if self.room().is_some() {
            size::TRANSPORT + size::STATUS
        } else {
            0.0
        };
        let works = self.works.show(&ctx, lift);
        self.toasts.show(&ctx, lift + works);
        self.drop_hint(&ctx);
        self.after(&ctx, begun);
    }

    fn on_exit(&mut self) {
        self.works.stop_all();
        self.keep();
        if let Some(recovery) = &mut self.recovery {
            recovery.end();
        }
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        visuals.panel_fill.to_normalized_gamma_f32()
    }
}

impl Studio {
    fn before(&mut self, ctx: &Context) {
        ctx.set_theme(match self.settings.theme {
            Theme::System => ThemePreference::System,
            Theme::Dark => ThemePreference::Dark,
            Theme::Light => ThemePreference::Light,
        });
        let accent = match self.at {
            At::Room(panel) => Some(panel),
            At::Start | At::Figures => None,
        };
        if self.dressed != Some(accent) {
            theme::apply(ctx, accent);
            self.dressed = Some(accent);
        }
        self.dropped(ctx);
        self.receive(ctx);
        self.watch_device();
        for room in &mut self.rooms {
            for live in &mut room.lives {
                live.refresh(ctx);
            }
            for neighbours in room.neighbours.values_mut() {
                neighbours.refresh(ctx);
            }
            room.lay_out(&mut self.next);
            room.greet_twins(&mut self.next);
            room.close_views_of_twins();
            room.show_reports(&mut self.next);
        }
        self.sound_on();
        self.name_window(ctx);
        if self.pictures.collect(ctx.pixels_per_point()) {
            ctx.request_repaint();
        }
        for id in keys::pressed(self, ctx) {
            commands::run(self, ctx, id);
        }
        self.operate_by_keys(ctx);
        self.perform(ctx);
        self.guide();
    }

    fn after(&mut self, ctx: &Context, begun: Instant) {
        self.perform(ctx);
        let resting = !ctx.input(|i| i.pointer.any_down());
        let front = self.room_index();
        for (index, room) in self.rooms.iter_mut().enumerate() {
            // Views of rooms that are not in front are not drawn, and not asked for.
            if Some(index) != front {
                room.shown.clear();
            }
            for live in &mut room.lives {
                live.rest(Some(index) != front);
            }
            for neighbours in room.neighbours.values_mut() {
                neighbours.rest(Some(index) != front);
            }
            room.tidy(resting);
        }
        if let Some(started) = self.started.take() {
            tracing::info!("first frame after {} ms", started.elapsed().as_millis());
        }
        let cost = begun.elapsed().as_secs_f32() * 1000.0;
        self.frame_milliseconds = if self.frame_milliseconds == 0.0 {
            cost
        } else {
            0.9 * self.frame_milliseconds + 0.1 * cost
        };
        let gap = begun.duration_since(self.last_frame).as_secs_f32();
        self.last_frame = begun;
        let playing = self.live().is_some_and(super::live::Live::is_playing);
        self.frames_per_second = if !playing || gap > 0.5 || gap <= 0.0 {
            0.0
        } else if self.frames_per_second == 0.0 {
            1.0 / gap
        } else {
            0.9 * self.frames_per_second + 0.1 / gap
        };
        let behind = self.live().is_some_and(|l| l.snapshot.behind);
        self.detail.watch(self.frames_per_second, behind);
        self.autosave(ctx);
        if self.settings != self.written && resting {
            self.keep();
        }
    }

    /// What is in front, in the title of the window.
    fn name_window(&mut self, ctx: &Context) {
        let project = self
            .project
            .as_deref()
            .and_then(|p| p.file_stem())
            .map(|s| s.to_string_lossy().into_owned());
        let step = self
            .touring
            .as_ref()
            .map(|t| format!("{} · {} of {}", t.tour.title, t.at + 1, t.count()));
        let run = step.or_else(|| self.live().map(|l| l.title.clone()));
        let title = match (run, project.filter(|_| self.touring.is_none())) {
            (Some(run), Some(project)) => format!("{run} · {project} · Strange Loom"),
            (Some(run), None) => format!("{run} · Strange Loom"),
            (None, Some(project)) => format!("{project} · Strange Loom"),
            (None, None) => "Strange Loom".to_owned(),
        };
        if title != self.titled {
            ctx.send_viewport_cmd(egui::ViewportCommand::Title(title.clone()));
            self.titled = title;
        }
    }

    /// Writes the settings where they have changed.
    fn keep(&mut self) {
        let rect = self.ctx.viewport_rect();
        if rect.is_finite() && rect.width() > 100.0 {
            self.settings.window = [rect.width(), rect.height()];
        }
        // The tiles of a tour are the tour's.
        let own = self.touring.is_none();
        for room in self.rooms.iter().filter(|r| own && !r.lives.is_empty()) {
            if let Ok(layout) = serde_json::to_value(&room.tree) {
                self.settings
                    .layouts
                    .insert(room.panel.key().to_owned(), layout);
            }
        }
        if let Err(error) = self.settings.save() {
            tracing::warn!("settings: {error}");
        }
        self.written = self.settings.clone();
    }

    fn autosave(&mut self, ctx: &Context) {
        let saved: Vec<_> = self
            .own_lives()
            .into_iter()
            .map(super::live::Live::saved)
            .collect();
        let step = self.touring.as_ref().map(|t| t.at as u64 + 1);
        if saved.is_empty() && step.is_none() {
            return;
        }
        let stamp = recovery::stamp(saved.iter()).wrapping_add(step.unwrap_or(0) << 40);
        let Some(due) = self.recovery.as_ref().and_then(|r| r.due(stamp)) else {
            return;
        };
        if due.is_zero() {
            let (document, states) = self.kept_document();
            if let Some(recovery) = &mut self.recovery {
                recovery.write(move || super::document::complete(document, states), stamp);
            }
        } else {
            ctx.request_repaint_after(due);
        }
    }

    /// A lost device is said once; runs go on with the processor.
    fn watch_device(&mut self) {
        if self.lost {
            return;
        }
        if let Some(why) = self.easel.gpu.lost() {
            self.lost = true;
            self.place = loom_sim::Place::cpu();
            let document = self.document();
            self.toasts.say(
                Tone::Error,
                format!("The graphics device was lost ({why}). What is open is kept: save it and start again; new runs go on with the processor."),
            );
            if let Some(recovery) = &mut self.recovery {
                recovery.write(move || Ok(document), u64::MAX);
            }
        }
    }

    /// Offers what a crash left; called once, after the first frame.
    pub fn offer_recovery(&mut self) {
        let lost = self
            .recovery
            .as_ref()
            .map_or_else(Vec::new, recovery::Recovery::lost);
        if !lost.is_empty() {
            self.dialog = Some(Dialog::Recover(lost));
        }
    }

    fn window(&mut self, ui: &mut Ui) {
        // The window is cleared to the panels' colour: on a processor every pixel painted twice
        // is time lost.
        let frame = Frame::new();
        Panel::top("menu")
            .exact_size(size::MENU)
            .frame(frame)
            .show(ui, |ui| {
                ui.horizontal_centered(|ui| menus::show(self, ui));
            });
        Panel::left("rail")
            .exact_size(size::RAIL)
            .resizable(false)
            .frame(frame)
            .show(ui, |ui| rail::show(self, ui));
        if self.audience.is_some() {
            Panel::right("presenter")
                .exact_size(present::presenter::WIDTH)
                .resizable(false)
                .frame(frame)
                .show(ui, |ui| present::presenter::show(self, ui));
        }
        if !matches!(self.at, At::Room(_)) {
            self.tour_panel(ui, frame);
        }
        match self.at {
            At::Start => {
                let ground = Frame::new().fill(tokens::of(ui).ground);
                CentralPanel::default()
                    .frame(ground)
                    .show(ui, |ui| start::show(self, ui));
            }
            At::Figures => {
                let ground = Frame::new().fill(tokens::of(ui).ground);
                CentralPanel::default()
                    .frame(ground)
                    .show(ui, |ui| crate::panels::figures::show(self, ui));
            }
            At::Room(_) => self.room_window(ui, frame),
        }
    }

    fn room_window(&mut self, ui: &mut Ui, frame: Frame) {
        Panel::bottom("status")
            .exact_size(size::STATUS)
            .frame(frame)
            .show(ui, |ui| {
                ui.horizontal_centered(|ui| status::show(self, ui));
            });
        Panel::bottom("transport")
            .exact_size(size::TRANSPORT)
            .frame(frame)
            .show(ui, |ui| {
                ui.horizontal_centered(|ui| transport::show(self, ui, true));
            });
        self.tour_panel(ui, frame);
        let (catalogue, inspector) = (self.shows(Side::Catalogue), self.shows(Side::Inspector));
        if catalogue {
            Panel::left("catalogue")
                .exact_size(size::CATALOGUE)
                .resizable(false)
                .frame(frame)
                .show(ui, |ui| catalogue::show(self, ui));
        } else {
            Panel::left("catalogue folded")
                .exact_size(size::CONTROL + 12.0)
                .resizable(false)
                .frame(frame)
                .show(ui, |ui| catalogue::folded(self, ui));
        }
        if inspector {
            let answer = Panel::right("inspector")
                .default_size(self.settings.inspector_width)
                .size_range(248.0..=520.0)
                .frame(frame)
                .show(ui, |ui| inspector::show(self, ui));
            self.settings.inspector_width = answer.response.rect.width().round();
        } else {
            Panel::right("inspector folded")
                .exact_size(size::CONTROL + 12.0)
                .resizable(false)
                .frame(frame)
                .show(ui, |ui| inspector::folded(self, ui));
        }
        CentralPanel::default()
            .frame(Frame::new().inner_margin(Margin::ZERO))
            .show(ui, |ui| self.centre(ui));
    }

    /// The tour that is given, along the lower edge.
    fn tour_panel(&mut self, ui: &mut Ui, frame: Frame) {
        if self.touring.is_some() {
            Panel::bottom("tour")
                .resizable(false)
                .frame(frame)
                .show(ui, |ui| super::tour::panel::show(self, ui));
        }
    }

    fn centre(&mut self, ui: &mut Ui) {
        let Some(index) = self.room_index() else {
            return;
        };
        let playing = self.live().is_some_and(super::live::Live::is_playing);
        let room = &mut self.rooms[index];
        room.width = ui.available_width();
        room.shown.clear();
        if room.lives.is_empty() {
            let science = room.science.key();
            let middle = ui.available_height() * 0.5;
            ui.allocate_ui(egui::vec2(ui.available_width(), middle), |ui| {
                crate::widgets::plot::empty(ui, room.panel.empty());
            });
            ui.vertical_centered(|ui| {
                super::tour::offer::of_science(ui, science, &mut self.acts);
            });
            return;
        }
        let empty = egui_tiles::Tree::empty(room.tree.id());
        let mut tree = std::mem::replace(&mut room.tree, empty);
        let mut desk = Desk {
            lives: &mut room.lives,
            canvases: &mut room.canvases,
            hands: &mut room.hands,
            neighbours: &mut room.neighbours,
            science: &room.science,
            catalogue: &room.catalogue,
            pictures: &mut self.pictures,
            front: &mut room.front,
            easel: &self.easel,
            panel: room.panel,
            acts: &mut self.acts,
            wake: &self.wake,
            budget: self.detail.budget(playing),
            shown: &mut room.shown,
        };
        tree.ui(&mut desk, ui);
        room.tree = tree;
    }

    fn drop_hint(&self, ctx: &Context) {
        if !self.hovering_file {
            return;
        }
        let rect = ctx.content_rect();
        let tokens = tokens::Tokens::of_theme(self.dark());
        let layer = egui::LayerId::new(egui::Order::Foreground, egui::Id::unique("drop"));
        let painter = ctx.layer_painter(layer);
        painter.rect_filled(rect, 0.0, tokens.veil);
        painter.text(
            rect.center(),
            egui::Align2::CENTER_CENTER,
            "Drop to open",
            tokens::font::large(),
            tokens::DARK.text,
        );
    }
}
