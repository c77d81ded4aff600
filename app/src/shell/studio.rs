//! The studio: everything that the window holds, and what commands do to it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use egui::Context;
use loom_sim::conductor::{Command, Wake};
use loom_sim::{Clock, Place, Registry, Saved, Step};

use super::acts::{Acts, At, Tone};
use super::detail::Detail;
use super::dialogs::Dialog;
use super::export;
use super::files::Files;
use super::live::Live;
use super::palette::Palette;
use super::pictures::Pictures;
use super::present::Present;
use super::present::audience::Audience;
use super::recovery::Recovery;
use super::room::{Opening, Room};
use super::settings::{Device, Settings};
use super::sound::Sound;
use super::start::Start;
use super::toasts::Toasts;
use super::tour::Touring;
use super::works::Works;
use crate::panels::PANELS;
use crate::panels::figures::Figures;
use crate::widgets::canvas::Easel;
use crate::widgets::expression;

/// The panels beside the view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Catalogue,
    Inspector,
}

pub struct Studio {
    pub ctx: Context,
    pub settings: Settings,
    pub registry: Registry,
    pub easel: Easel,
    /// Where simulations run.
    pub place: Place,
    pub wake: Wake,
    pub rooms: Vec<Room>,
    pub at: At,
    pub pictures: Pictures,
    pub start: Start,
    pub figures: Figures,
    pub acts: Acts,
    pub toasts: Toasts,
    pub palette: Option<Palette>,
    pub dialog: Option<Dialog>,
    /// The operation that waits for what is on the clipboard.
    pub pasting: Option<String>,
    /// What each operation was last asked for.
    pub asked: BTreeMap<String, loom_sim::Settings>,
    pub presenting: Option<Present>,
    /// The sound, while it is on.
    pub sound: Option<Sound>,
    /// The tour that is being written.
    pub editor: super::tour::editor::Editor,
    /// The audience's own window.
    pub audience: Option<Audience>,
    /// A presentation is to begin or to end, on whichever screens there are.
    pub to_present: bool,
    /// The tour that is given.
    pub touring: Option<Touring>,
    pub files: Files,
    /// What the system's dialog gave, for the dialog that asked.
    pub picked: Option<PathBuf>,
    pub last_export: Option<export::Order>,
    /// Files under way.
    pub works: Works,
    /// How each run was last printed.
    pub prints: BTreeMap<u64, loom_sim::Settings>,
    pub project: Option<PathBuf>,
    pub recovery: Option<Recovery>,
    /// The last number that was given to a run or a tile.
    pub next: u64,
    /// The settings as they were last written.
    pub written: Settings,
    /// The room that the theme's accent was set for.
    pub dressed: Option<Option<usize>>,
    pub frames_per_second: f32,
    pub frame_milliseconds: f32,
    pub last_frame: Instant,
    pub detail: Detail,
    /// Something is dragged over the window.
    pub hovering_file: bool,
    /// The device has gone; said once.
    pub lost: bool,
    /// What a narrow window has folded open of catalogue and inspector.
    pub unfolded: Option<Side>,
    /// When the program was started, until the first frame is done.
    pub started: Option<Instant>,
    /// The window's title as it was last set.
    pub titled: String,
}

impl Studio {
    pub fn new(ctx: Context, easel: Easel, registry: Registry, settings: Settings) -> Self {
        let wake: Wake = {
            let ctx = ctx.clone();
            Arc::new(move || ctx.request_repaint())
        };
        let rooms = PANELS
            .into_iter()
            .filter_map(|panel| {
                let science = registry.get(panel.key()).ok()?.clone();
                let mut room = Room::new(panel, science);
                room.kept = settings
                    .layouts
                    .get(panel.key())
                    .and_then(|tree| serde_json::from_value(tree.clone()).ok());
                Some(room)
            })
            .collect();
        let place = place(settings.device, &easel);
        let on_processor = easel.gpu.is_processor();
        Self {
            pictures: Pictures::new(&easel, wake.clone()),
            files: Files::new(wake.clone()),
            recovery: Recovery::begin(settings.home.as_deref()),
            written: settings.clone(),
            ctx,
            settings,
            registry,
            easel,
            place,
            wake,
            rooms,
            at: At::Start,
            start: Start::default(),
            figures: Figures::default(),
            acts: Acts::new(),
            toasts: Toasts::default(),
            palette: None,
            dialog: None,
            pasting: None,
            asked: BTreeMap::new(),
            presenting: None,
            sound: None,
            editor: super::tour::editor::Editor::default(),
            audience: None,
            to_present: false,
            touring: None,
            picked: None,
            last_export: None,
            works: Works::default(),
            prints: BTreeMap::new(),
            project: None,
            next: 0,
            dressed: None,
            frames_per_second: 0.0,
            frame_milliseconds: 0.0,
            last_frame: Instant::now(),
            detail: Detail::new(on_processor),
            hovering_file: false,
            lost: false,
            unfolded: None,
            started: None,
            titled: String::new(),
        }
    }

    pub fn dark(&self) -> bool {
        self.ctx.theme() == egui::Theme::Dark
    }

    // Where we are.

    /// The number among the rooms of the one in front.
    pub fn room_index(&self) -> Option<usize> {
        match self.at {
            At::Room(panel) => self.rooms.iter().position(|r| r.panel.index() == panel),
            At::Start | At::Figures => None,
        }
    }
    pub fn room(&self) -> Option<&Room> {
        self.room_index().and_then(|i| self.rooms.get(i))
    }
    pub fn room_mut(&mut self) -> Option<&mut Room> {
        self.room_index().and_then(|i| self.rooms.get_mut(i))
    }
    /// The room of a panel, if its science is known.
    pub fn room_of(&self, panel: usize) -> Option<&Room> {
        self.rooms.iter().find(|r| r.panel.index() == panel)
    }
    pub fn live(&self) -> Option<&Live> {
        self.room()?.live()
    }
    pub fn live_mut(&mut self) -> Option<&mut Live> {
        self.room_mut()?.live_mut()
    }
    pub fn live_of(&mut self, id: u64) -> Option<&mut Live> {
        self.rooms.iter_mut().find_map(|r| r.live_of(id))
    }
    pub fn has_runs(&self) -> bool {
        self.rooms.iter().any(|r| !r.lives.is_empty())
    }

    /// Goes to a room; an empty one opens with the entry of its door.
    pub fn go(&mut self, at: At) {
        if let At::Room(panel) = at {
            let Some(room) = self.room_of(panel) else {
                let name = PANELS.get(panel).map_or("This science", |p| p.name());
                self.toasts
                    .say(Tone::Plain, format!("{name} is not in this build."));
                return;
            };
            if room.lives.is_empty() {
                let entry = room
                    .entry(room.panel.door())
                    .or_else(|| room.catalogue.first().cloned());
                if let Some(entry) = entry {
                    self.open_entry(panel, &entry.name, false);
                    return;
                }
            }
        }
        if self.at == At::Start && at != At::Start {
            self.start.close();
        }
        self.at = at;
    }

    // Opening and closing.

    pub fn open_entry(&mut self, panel: usize, name: &str, beside: bool) {
        let Some(index) = self.rooms.iter().position(|r| r.panel.index() == panel) else {
            return;
        };
        let Some(entry) = self.rooms[index].entry(name) else {
            self.toasts
                .say(Tone::Error, format!("The catalogue has no entry “{name}”."));
            return;
        };
        let saved = Saved::fresh(entry.model.clone());
        self.open_saved(index, saved, Some(entry), beside);
        self.go(At::Room(panel));
    }

    /// A new run that is written as a text, in this room or the first one that has such.
    pub fn new_written(&mut self) {
        let written = |r: &super::room::Room| r.science.manuscript().is_some();
        let here = self.room_index().filter(|i| written(&self.rooms[*i]));
        let Some(index) = here.or_else(|| self.rooms.iter().position(written)) else {
            return;
        };
        let Some(manuscript) = self.rooms[index].science.manuscript() else {
            return;
        };
        match manuscript.fresh() {
            Ok(model) => {
                let title = model.kind.clone();
                self.open_model(model, &title);
                if let Some(live) = self.rooms[index].live_mut() {
                    live.script = super::script::Script::fresh();
                }
                self.show_script();
            }
            Err(why) => self.toasts.say(Tone::Error, why.to_string()),
        }
    }

    /// Shows the text of the run in front.
    pub fn show_script(&mut self) {
        self.next += 1;
        let id = self.next;
        if let Some(room) = self.room_mut() {
            let live = room.front;
            room.show_script(live, id);
        }
    }

    pub fn open_saved(
        &mut self,
        index: usize,
        saved: Saved,
        entry: Option<Arc<loom_sim::Entry>>,
        beside: bool,
    ) -> u64 {
        let opening = Opening {
            place: self.place.clone(),
            wake: self.wake.clone(),
            next: &mut self.next,
        };
        self.rooms[index].open(saved, entry, beside, opening)
    }

    /// A model from a file, in the room of its science.
    pub fn open_model(&mut self, model: loom_sim::Model, title: &str) {
        let Some(index) = self
            .rooms
            .iter()
            .position(|r| r.science.key() == model.science)
        else {
            self.toasts.say(
                Tone::Error,
                format!(
                    "“{}” is a science that this program does not know.",
                    model.science
                ),
            );
            return;
        };
        let id = self.open_saved(index, Saved::fresh(model), None, false);
        if let Some(live) = self.rooms[index].live_of(id) {
            title.clone_into(&mut live.title);
        }
        self.go(At::Room(self.rooms[index].panel.index()));
    }

    pub fn close_run(&mut self) {
        let Some(room) = self.room_mut() else {
            return;
        };
        let Some(id) = room.live().map(|l| l.id) else {
            return;
        };
        room.close(id);
        if room.lives.is_empty() {
            self.at = At::Start;
        }
    }

    /// The entry after or before the present one.
    pub fn step_entry(&mut self, by: i64) {
        let Some(room) = self.room() else {
            return;
        };
        let count = room.catalogue.len() as i64;
        if count == 0 {
            return;
        }
        let now = room
            .live()
            .and_then(|l| l.entry.as_ref())
            .and_then(|e| room.catalogue.iter().position(|c| c.name == e.name));
        let next = now.map_or(0, |n| (n as i64 + by).rem_euclid(count));
        let name = room.catalogue[next as usize].name.clone();
        let panel = room.panel.index();
        self.open_entry(panel, &name, false);
    }

    // The run in front.

    pub fn tell(&mut self, command: Command) {
        if let Some(live) = self.live() {
            live.send(command);
        }
    }
    pub fn touch(&mut self, command: Command) {
        if let Some(live) = self.live_mut() {
            live.touch(command);
        }
    }
    pub fn speed(&mut self, factor: f64) {
        if let Some(live) = self.live() {
            live.send(Command::Speed(
                (live.snapshot.speed * factor).clamp(1e-4, 1e9),
            ));
        }
    }
    /// Seeks to what was typed: a time, or "step n".
    pub fn seek(&mut self, text: &str, clock: &Clock) -> Result<(), String> {
        let text = text.trim();
        let counted = clock.step_time == 1.0;
        let steps = text.strip_prefix("step").map(str::trim);
        let step = if let Some(number) = steps.or(counted.then_some(text)) {
            let plain: String = number
                .chars()
                .filter(|c| !c.is_whitespace() && *c != '\u{2009}')
                .collect();
            let count = match plain.parse::<Step>() {
                Ok(count) => count,
                Err(_) => whole(expression::evaluate(number)?)?,
            };
            // A pattern's file may begin at a later generation.
            let first = clock.time_at(&Step::ZERO);
            if steps.is_none() && (1.0..1e15).contains(&first) {
                let first = Step::from(first as u64);
                if count < first {
                    return Err(format!("This run begins at {} {first}.", clock.symbol));
                }
                count - first
            } else {
                count
            }
        } else {
            let time = expression::evaluate(text)?;
            clock.step_at(time).ok_or("A time is a number.")?
        };
        self.touch(Command::Seek(step));
        Ok(())
    }
}

fn whole(x: f64) -> Result<Step, String> {
    let x = x.round();
    if (0.0..1e18).contains(&x) {
        Ok(Step::from(x as u64))
    } else {
        Err("A step is a whole number from 0 on.".into())
    }
}

/// Where simulations run: a GPU that is one, unless the user decides.
pub(super) fn place(device: Device, easel: &Easel) -> Place {
    let able = easel.gpu.has_compute();
    let take = match device {
        Device::Auto => able && !easel.gpu.is_processor(),
        Device::Gpu => able,
        Device::Cpu => false,
    };
    if take {
        Place::Gpu(easel.gpu.clone())
    } else {
        Place::cpu()
    }
}
