//! Between the studio and its document: what is open becomes items and a layout, and back.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use egui_tiles::{Tile, Tree};
use loom_figure::{Document, Item, ItemAnalysis, ItemView};
use loom_sim::conductor::Command;
use loom_sim::{Ink, ProbeSpec, Reading, Saved};
use serde::{Deserialize, Serialize};

use super::acts::{At, Tone};
use super::live::Live;
use super::room::{Opening, Room};
use super::studio::Studio;
use super::tiles::{Kind, Pane};
use super::tokens::Tokens;
use super::tour::Bookmark;

/// How long saving waits for a busy run before it takes what the last snapshot knows.
const PATIENCE: Duration = Duration::from_secs(5);

/// The window's part of a document: which item stands where.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Layout {
    pub rooms: BTreeMap<String, RoomLayout>,
    /// The science whose room was in front.
    pub at: Option<String>,
    /// The tour that was given, and its step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tour: Option<Bookmark>,
}

/// Where a tour stood when the document was kept.
pub fn bookmark(document: &Document) -> Option<Bookmark> {
    let layout: Layout = serde_json::from_value(document.studio.clone()?).ok()?;
    layout.tour
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RoomLayout {
    pub tree: Option<Tree<Pane>>,
    /// The run that each item was.
    pub lives: Vec<(usize, u64)>,
    pub front: u64,
    /// Probes that plots show, run by run.
    #[serde(default)]
    pub probes: Vec<Vec<ProbeSpec>>,
}

/// The probes of a run that its picture shows, or those that only its plots show.
fn probes(live: &Live, in_picture: bool) -> Vec<ProbeSpec> {
    live.snapshot
        .readings
        .iter()
        .filter(|(_, r)| matches!(r, Reading::Density(_) | Reading::Layer(_)) == in_picture)
        .map(|(spec, _)| spec.clone())
        .collect()
}

/// A run as an item, seen by the first of its views.
fn item(room: &Room, live: &Live, saved: Saved, ink: Ink, scale: f32) -> Item {
    let mut item = Item::of(saved);
    let views = room.views_of(live.id);
    if let Some(pane) = views.first()
        && let Kind::View { camera, settings } = &pane.kind
    {
        item.view = ItemView {
            camera: camera.clone(),
            ink,
            settings: settings.clone(),
            size: room.shown.get(&pane.id).copied().unwrap_or([640.0, 480.0]),
            pixels_per_point: f64::from(scale),
            selected: live.snapshot.selected.as_ref().map(|h| h.id.clone()),
            ..ItemView::default()
        };
    }
    // What a picture shows of probes is its business; what only plots show is the layout's, so
    // that rendering need not replay from the beginning for it.
    item.probes = probes(live, true);
    item.analyses = live
        .forms
        .iter()
        .filter(|(_, form)| form.report.is_some() || !form.settings.is_empty())
        .map(|(key, form)| ItemAnalysis {
            key: key.clone(),
            settings: form.settings.clone(),
            report: form
                .report
                .as_ref()
                .and_then(|r| serde_json::to_value(r.as_ref()).ok()),
        })
        .collect();
    item
}

impl Studio {
    /// Everything that is open, from the last snapshots: cheap, never waits.
    pub fn document(&self) -> Document {
        let ink = Tokens::of_theme(self.dark()).ink();
        let mut items = Vec::new();
        let mut layout = Layout::default();
        for room in &self.rooms {
            let mut lives = Vec::new();
            for live in &room.lives {
                lives.push((items.len(), live.id));
                let saved = (*live.saved()).clone();
                items.push(item(room, live, saved, ink, self.ctx.pixels_per_point()));
            }
            if !lives.is_empty() {
                layout.rooms.insert(
                    room.panel.key().to_owned(),
                    RoomLayout {
                        tree: Some(room.tree.clone()),
                        lives,
                        front: room.front,
                        probes: room.lives.iter().map(|l| probes(l, false)).collect(),
                    },
                );
            }
        }
        layout.at = self.room().map(|r| r.panel.key().to_owned());
        let mut document = Document::new(items);
        document.studio = serde_json::to_value(layout).ok();
        document
    }

    /// One run as a document of its own: the source inside its picture.
    pub fn document_of(&self, live: u64, pane: Option<u64>, ink: Ink) -> Option<Document> {
        let room = self
            .rooms
            .iter()
            .find(|r| r.lives.iter().any(|l| l.id == live))?;
        let run = room.lives.iter().find(|l| l.id == live)?;
        let mut item = item(room, run, (*run.saved()).clone(), ink, 1.0);
        let pane = pane.and_then(|id| {
            room.views_of(live)
                .into_iter()
                .find(|p| p.id == id)
                .cloned()
        });
        if let Some(Pane {
            id,
            kind: Kind::View { camera, settings },
            ..
        }) = pane
        {
            item.view.camera = camera;
            item.view.settings = settings;
            if let Some(size) = room.shown.get(&id) {
                item.view.size = *size;
            }
        }
        Some(Document::new(vec![item]))
    }

    /// Asks every run of a document made by [`Self::document`] for its full state; the answers
    /// are awaited on a worker, by [`complete`].
    pub fn full_states(&self) -> States {
        self.rooms.iter().flat_map(|r| &r.lives).map(ask).collect()
    }
    /// The same for a document of one run.
    pub fn full_state(&self, live: u64) -> States {
        self.rooms
            .iter()
            .flat_map(|r| &r.lives)
            .filter(|l| l.id == live)
            .map(ask)
            .collect()
    }

    /// Opens what a document holds, in place of what is open in its rooms.
    pub fn adopt(&mut self, document: &Document) {
        let layout: Layout = document
            .studio
            .clone()
            .and_then(|v| serde_json::from_value(v).ok())
            .unwrap_or_default();
        let mut last = None;
        for (index, item) in document.items.iter().enumerate() {
            let Some(at) = self
                .rooms
                .iter()
                .position(|r| r.science.key() == item.model().science)
            else {
                self.toasts.say(
                    Tone::Warning,
                    format!(
                        "This document holds a run of “{}”, which this program does not know.",
                        item.model().science
                    ),
                );
                continue;
            };
            let id = self.open_item(at, item);
            let key = self.rooms[at].panel.key();
            if let Some(room) = layout.rooms.get(key) {
                let old = room
                    .lives
                    .iter()
                    .find(|(i, _)| *i == index)
                    .map(|(_, l)| *l);
                if let (Some(tree), Some(old)) = (&room.tree, old) {
                    if room.lives.first().is_some_and(|(i, _)| *i == index) {
                        self.rooms[at].tree = tree.clone();
                    }
                    rename(&mut self.rooms[at].tree, old, id);
                    let place = room.lives.iter().position(|(i, _)| *i == index);
                    let list = place.and_then(|p| room.probes.get(p)).cloned();
                    if let Some(live) = self.rooms[at].live_of(id) {
                        live.attach(list.unwrap_or_default());
                    }
                    if room.front == old {
                        self.rooms[at].front = id;
                    }
                }
            }
            last = Some(at);
        }
        // Ids of tiles that came with the document must not meet ids given later.
        for room in &mut self.rooms {
            for tile in room.tree.tiles.tiles_mut() {
                if let Tile::Pane(pane) = tile {
                    self.next += 1;
                    pane.id = self.next;
                }
            }
            room.arranged = true;
        }
        let front = layout
            .at
            .and_then(|key| self.rooms.iter().position(|r| r.panel.key() == key))
            .or(last);
        if let Some(at) = front {
            self.go(At::Room(self.rooms[at].panel.index()));
        }
    }

    fn open_item(&mut self, at: usize, item: &Item) -> u64 {
        let opening = Opening {
            place: self.place.clone(),
            wake: self.wake.clone(),
            next: &mut self.next,
        };
        let room = &mut self.rooms[at];
        let entry = room.entry_of(item.model());
        // Documents open at rest, where they were saved.
        let id = room.open_at_rest(item.run.clone(), entry, opening);
        for pane in room.tree.tiles.tiles_mut() {
            if let Tile::Pane(pane) = pane
                && let (true, Kind::View { camera, settings }) = (pane.live == id, &mut pane.kind)
            {
                camera.clone_from(&item.view.camera);
                settings.clone_from(&item.view.settings);
            }
        }
        if let Some(settings) = &item.view.print {
            self.prints.insert(id, settings.clone());
        }
        if let Some(live) = room.live_of(id) {
            live.attach(item.probes.clone());
            if let Some(selected) = &item.view.selected {
                live.send(Command::Select(Some(selected.clone())));
            }
            for analysis in &item.analyses {
                let form = live.forms.entry(analysis.key.clone()).or_default();
                form.settings.clone_from(&analysis.settings);
                form.report = analysis.report().map(Arc::new);
            }
        }
        id
    }
}

/// Tiles of run `old` show run `new`.
fn rename(tree: &mut Tree<Pane>, old: u64, new: u64) {
    for tile in tree.tiles.tiles_mut() {
        if let Tile::Pane(pane) = tile
            && pane.live == old
        {
            pane.live = new;
        }
    }
}

/// Answers that runs will give, in the order of a document's items.
pub type States = Vec<std::sync::mpsc::Receiver<Result<Saved, loom_sim::SimError>>>;

fn ask(live: &Live) -> std::sync::mpsc::Receiver<Result<Saved, loom_sim::SimError>> {
    let (reply, answer) = std::sync::mpsc::channel();
    live.send(Command::Save(reply));
    answer
}

/// Puts full states into a document that was made from snapshots, so that opening it need not
/// replay everything. A run that is busy keeps what its last snapshot knew.
pub fn complete(mut document: Document, states: States) -> Result<Document, String> {
    for (item, answer) in document.items.iter_mut().zip(states) {
        if let Ok(saved) = answer.recv_timeout(PATIENCE) {
            item.run = saved.map_err(|e| e.to_string())?;
        }
    }
    Ok(document)
}
