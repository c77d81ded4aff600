//! Acts: what the interface asked for in a frame, done after it.

use std::path::PathBuf;
use std::sync::Arc;

use egui::Context;
use loom_sim::conductor::Command;
use loom_sim::{Attachment, Saved};

use super::acts::{Act, Tone};
use super::dialogs::Purpose;
use super::files::{self, Content, Done};
use super::studio::Studio;
use super::{analyses, commands};

impl Studio {
    /// Does everything that was asked for.
    pub fn perform(&mut self, ctx: &Context) {
        for act in std::mem::take(&mut self.acts) {
            self.act(ctx, act);
        }
    }

    fn act(&mut self, ctx: &Context, act: Act) {
        match act {
            Act::Do(id) => commands::run(self, ctx, id),
            Act::Operate(key) => self.operate(ctx, &key),
            Act::Go(at) => self.go(at),
            Act::Open {
                room,
                entry,
                beside,
            } => self.open_entry(room, &entry, beside),
            Act::OpenModel { model, title } => self.open_model(*model, &title),
            Act::Load(path) => self.files.open(path, self.registry.clone()),
            Act::Tour { tour, step } => match &self.touring {
                Some(touring) if Arc::ptr_eq(&touring.tour, &tour) => {
                    self.go_to_step(step, step != touring.at + 1);
                }
                _ => self.begin_tour(tour, step),
            },
            Act::Tell(live, command) => {
                if let Some(live) = self.live_of(live) {
                    live.touch(command);
                }
            }
            Act::Front(live) => {
                if let Some(room) = self.room_mut() {
                    room.front = live;
                }
            }
            Act::ViewSetting { live, key, value } => {
                let moves = self
                    .live_of(live)
                    .and_then(|l| loom_sim::parameter::find(&l.snapshot.parameters, &key))
                    .is_some_and(|p| p.moves);
                for room in &mut self.rooms {
                    room.set_view_parameter(live, &key, &value, moves);
                }
            }
            Act::Sweep { live, key } => {
                if let Some(live) = self.live_of(live) {
                    live.toggle_sweep(&key);
                }
            }
            Act::Range { live, key, range } => {
                if let Some(live) = self.live_of(live) {
                    live.ranges.insert(key, range);
                }
            }
            Act::Attach { live, key, endings } => {
                self.ask_path(Purpose::Attach { live, key, endings })
            }
            Act::Try { live, set } => self.try_out(live, &set),
            Act::Measure { live, analysis } => self.measure(live, &analysis),
            Act::OpenGraph { graph, title } => self.open_graph(&graph, &title),
            Act::EndMeasure { live, analysis } => {
                if let Some(form) = self.live_of(live).and_then(|l| l.forms.get_mut(&analysis)) {
                    form.cancel();
                }
            }
            Act::Show { live, source } => {
                self.next += 1;
                let id = self.next;
                if let Some(room) = self
                    .rooms
                    .iter_mut()
                    .find(|r| r.lives.iter().any(|l| l.id == live))
                {
                    room.show(live, source, id);
                }
            }
            Act::Probe { live, spec, on } => {
                if let Some(live) = self.live_of(live) {
                    live.probes.retain(|p| *p != spec);
                    if on {
                        live.probes.push(spec.clone());
                        live.send(Command::Attach(spec));
                    } else {
                        live.send(Command::Detach(spec));
                    }
                }
            }
            Act::ExportPlot { plot, ending } => {
                if ending == "csv" {
                    let text = crate::widgets::plot_csv::csv(&plot);
                    self.ask_path(Purpose::Bytes {
                        name: format!("{}.csv", super::export::slug(&plot.title)),
                        bytes: text.into_bytes(),
                    });
                } else {
                    self.ask_path(Purpose::Plot { plot, ending });
                }
            }
            Act::CopyPlot(plot) => self.copy_plot(*plot),
            Act::SaveText { name, text } => self.ask_path(Purpose::Bytes {
                name,
                bytes: text.into_bytes(),
            }),
            Act::Copy { what, text } => {
                ctx.copy_text(text);
                self.toasts
                    .say(Tone::Good, format!("{what} is on the clipboard."));
            }
            Act::ExportView { live, pane } => self.export_view(live, pane),
            Act::ExportState { live, ending } => self.ask_path(Purpose::State { live, ending }),
            Act::SplitView { live, .. } => {
                if let Some(room) = self.room_mut() {
                    room.front = live;
                }
                self.split_view();
            }
            Act::Say(tone, words) => self.toasts.say(tone, words),
        }
    }

    fn try_out(&mut self, live: u64, set: &[(String, loom_sim::Value)]) {
        let mut view = Vec::new();
        if let Some(live) = self.live_of(live) {
            // What rebuilds goes together, so that the run begins anew only once.
            let mut rebuild = loom_sim::Settings::new();
            for (key, value) in set {
                match live.effect(key) {
                    loom_sim::Effect::Rebuild => {
                        rebuild.insert(key.clone(), value.clone());
                    }
                    loom_sim::Effect::View => view.push((key.clone(), value.clone())),
                    loom_sim::Effect::Live => {}
                }
            }
            if !rebuild.is_empty() {
                live.touch(Command::Rebuild(rebuild));
            }
            for (key, value) in set {
                if live.effect(key) == loom_sim::Effect::Live {
                    live.set(key, value);
                }
            }
            live.send(Command::Play);
        }
        for (key, value) in view {
            for room in &mut self.rooms {
                room.set_view_parameter(live, &key, &value, false);
            }
        }
    }

    fn measure(&mut self, live: u64, key: &str) {
        let wake = self.wake.clone();
        let gpu = Some(self.easel.gpu.clone()).filter(|gpu| gpu.has_compute());
        self.reveal(super::studio::Side::Inspector, true);
        let Some(live) = self.live_of(live) else {
            return;
        };
        let model = live.model().clone();
        let found = analyses::fitting(&live.science, &model)
            .into_iter()
            .find(|a| a.key() == key);
        let Some(analysis) = found else {
            return;
        };
        let (science, saved) = (live.science.clone(), live.saved());
        let form = live.forms.entry(key.to_owned()).or_default();
        form.run(analysis, science, saved, model, gpu, wake);
    }

    /// What an analysis found as a graph, in the room of webs and graphs.
    fn open_graph(&mut self, graph: &loom_sim::Graph, title: &str) {
        let model = super::handover::web_of(&self.registry, graph, title);
        match model {
            Ok(model) => self.open_model(model, title),
            Err(error) => self.toasts.say(Tone::Error, error.to_string()),
        }
    }

    // What workers have done.

    /// Takes over finished jobs.
    pub fn receive(&mut self, ctx: &Context) {
        while let Some(done) = self.files.take() {
            match done {
                Done::Picked(path) => self.picked = path,
                Done::Opened { path, content } => self.opened(path, content),
                Done::Attachment {
                    live,
                    key,
                    name,
                    bytes,
                } => self.attached(live, &key, name, bytes),
                Done::Written {
                    path,
                    project,
                    result,
                } => self.wrote(path, project, result),
                Done::Copied(Ok(image)) => {
                    ctx.copy_image(image);
                    self.toasts
                        .say(Tone::Good, "The picture is on the clipboard.");
                }
                Done::Copied(Err(why)) => self.toasts.say(Tone::Error, why),
                Done::Scored { live, report } => self.scored(live, report),
                Done::Preview { number, image } => self.figures.receive(ctx, number, image),
            }
        }
        self.take_answers(ctx);
        for room in &mut self.rooms {
            for live in &mut room.lives {
                if let Some(news) = live.news() {
                    self.toasts.say(Tone::Warning, news);
                }
            }
        }
    }

    fn opened(&mut self, path: PathBuf, content: Result<Content, String>) {
        // What a user opens is work of the user's own, and stays when the tour is gone.
        if matches!(content, Ok(Content::Document(..) | Content::Model(_))) {
            self.leave_tour();
        }
        match content {
            Ok(Content::Tour(tour)) => {
                self.begin_tour(Arc::new(*tour), 0);
            }
            Ok(Content::Document(document, warnings)) => {
                self.adopt(&document);
                for warning in warnings {
                    self.toasts.say(Tone::Warning, warning);
                }
                let project = path.extension().is_some_and(|e| e == "loom");
                if project {
                    self.project = Some(path.clone());
                }
            }
            Ok(Content::Model(model)) => {
                // What was pasted has no file's name.
                let title = path
                    .file_stem()
                    .filter(|stem| *stem != "clipboard")
                    .map_or_else(|| model.kind.clone(), |s| s.to_string_lossy().into_owned());
                self.open_model(*model, &title);
            }
            Err(why) => {
                self.toasts.say(Tone::Error, why);
                return;
            }
        }
        if path.is_absolute() || path.exists() {
            self.settings.remember(&path);
        }
    }

    fn attached(&mut self, live: u64, key: &str, name: String, bytes: Result<Vec<u8>, String>) {
        let bytes = match bytes {
            Ok(bytes) => bytes,
            Err(why) => {
                self.toasts.say(Tone::Error, why);
                return;
            }
        };
        let Some(index) = self
            .rooms
            .iter()
            .position(|r| r.lives.iter().any(|l| l.id == live))
        else {
            return;
        };
        let Some(run) = self.rooms[index].live_of(live) else {
            return;
        };
        // Another file is another model: the run begins anew with it.
        let mut model = run.model().clone();
        let (title, entry) = (run.title.clone(), run.entry.clone());
        model.attachments.insert(
            key.to_owned(),
            Attachment {
                name,
                bytes: bytes.into(),
            },
        );
        self.rooms[index].front = live;
        let id = self.open_saved(index, Saved::fresh(model), entry, false);
        if let Some(run) = self.rooms[index].live_of(id) {
            run.title = title;
        }
    }

    fn wrote(&mut self, path: PathBuf, project: bool, result: Result<Vec<String>, String>) {
        match result {
            Ok(warnings) => {
                let name = files::file_name(&path);
                self.toasts.say(Tone::Good, format!("{name} is saved."));
                for warning in warnings {
                    self.toasts.say(Tone::Warning, warning);
                }
                if project {
                    self.project = Some(path.clone());
                }
                self.settings.remember(&path);
            }
            Err(why) if why == loom_sim::SimError::Cancelled.to_string() => {
                let name = files::file_name(&path);
                self.toasts.say(
                    Tone::Plain,
                    format!("{name} was stopped; no file was written."),
                );
            }
            Err(why) => self.toasts.say(Tone::Error, why),
        }
    }

    /// Files dropped on the window.
    pub fn dropped(&mut self, ctx: &Context) {
        let (files, hovering) =
            ctx.input(|i| (i.raw.dropped_files.clone(), !i.raw.hovered_files.is_empty()));
        self.hovering_file = hovering;
        for file in files {
            self.acts.push(Act::Load(file.path().to_path_buf()));
        }
        // A pasted forum post or formula is opened like a file.
        if ctx.text_edit_focused() || self.dialog.is_some() || self.palette.is_some() {
            return;
        }
        let pasted = ctx.input(|i| {
            i.events.iter().find_map(|e| match e {
                egui::Event::Paste(text) => Some(text.clone()),
                _ => None,
            })
        });
        if let Some(text) = pasted.filter(|t| !t.trim().is_empty()) {
            if self.paste_into_run(&text) {
                return;
            }
            let bytes = std::sync::Arc::from(text.into_bytes());
            self.files
                .open_bytes("clipboard.txt".into(), bytes, self.registry.clone());
        }
    }
}
