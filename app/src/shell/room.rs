//! A science's room: its catalogue, its open runs, its tiles.

use std::collections::BTreeMap;
use std::sync::Arc;

use egui_tiles::{Tile, Tiles, Tree};
use loom_sim::conductor::{Command, Wake};
use loom_sim::{Entry, Model, Place, Saved, Science};

use super::history::{History, Left};
use super::live::Live;
use super::neighbours::Neighbours;
use super::tiles::{Kind, Pane};
use crate::panels::Panel;
use crate::widgets::canvas::Canvas;
use crate::widgets::viewport::Hand;

pub struct Room {
    pub panel: &'static dyn Panel,
    pub science: Arc<dyn Science>,
    pub catalogue: Vec<Arc<Entry>>,
    pub lives: Vec<Live>,
    /// The run that transport, inspector and keys mean.
    pub front: u64,
    pub tree: Tree<Pane>,
    pub canvases: BTreeMap<u64, Canvas>,
    pub hands: BTreeMap<u64, Hand>,
    pub neighbours: BTreeMap<u64, Neighbours>,
    /// Views of the last frame and their sizes in logical pixels.
    pub shown: BTreeMap<u64, [f64; 2]>,
    pub search: String,
    /// The entry for which the catalogue was last scrolled.
    pub in_view: Option<String>,
    pub history: History,
    /// The tiles were changed by the program: not something to undo.
    pub arranged: bool,
    /// The tiles of an earlier session, until the first run is opened.
    pub kept: Option<Tree<Pane>>,
    /// Width of the centre in the last frame.
    pub width: f32,
}

/// What opening a run needs from the studio.
pub struct Opening<'a> {
    pub place: Place,
    pub wake: Wake,
    pub next: &'a mut u64,
}

impl Opening<'_> {
    fn id(&mut self) -> u64 {
        *self.next += 1;
        *self.next
    }
}

impl Room {
    pub fn new(panel: &'static dyn Panel, science: Arc<dyn Science>) -> Self {
        let catalogue = science.catalogue().into_iter().map(Arc::new).collect();
        Self {
            panel,
            science,
            catalogue,
            lives: Vec::new(),
            front: 0,
            tree: Tree::empty(egui::Id::unique(("tiles", panel.key()))),
            canvases: BTreeMap::new(),
            hands: BTreeMap::new(),
            neighbours: BTreeMap::new(),
            shown: BTreeMap::new(),
            search: String::new(),
            in_view: None,
            history: History::default(),
            arranged: true,
            kept: None,
            width: 0.0,
        }
    }

    pub fn live(&self) -> Option<&Live> {
        self.lives
            .iter()
            .find(|l| l.id == self.front)
            .or(self.lives.first())
    }
    pub fn live_mut(&mut self) -> Option<&mut Live> {
        let id = self.live()?.id;
        self.lives.iter_mut().find(|l| l.id == id)
    }
    pub fn live_of(&mut self, id: u64) -> Option<&mut Live> {
        self.lives.iter_mut().find(|l| l.id == id)
    }
    pub fn entry(&self, name: &str) -> Option<Arc<Entry>> {
        self.catalogue
            .iter()
            .find(|e| e.name == name)
            .or_else(|| {
                self.catalogue
                    .iter()
                    .find(|e| e.name.eq_ignore_ascii_case(name))
            })
            .cloned()
    }
    /// The entry that a model came from.
    pub fn entry_of(&self, model: &Model) -> Option<Arc<Entry>> {
        self.catalogue
            .iter()
            .find(|e| e.model.kind == model.kind && e.model.attachments == model.attachments)
            .cloned()
    }
    /// Entries that the search finds, best first.
    pub fn found(&self) -> Vec<Arc<Entry>> {
        let words: Vec<String> = self
            .search
            .split_whitespace()
            .map(str::to_lowercase)
            .collect();
        let mut hits: Vec<(u32, Arc<Entry>)> = self
            .catalogue
            .iter()
            .filter_map(|e| score(e, &words).map(|s| (s, e.clone())))
            .collect();
        if !words.is_empty() {
            hits.sort_by_key(|(s, _)| *s);
        }
        hits.into_iter().map(|(_, e)| e).collect()
    }

    /// Opens a run in place of the one in front, or beside it.
    pub fn open(
        &mut self,
        saved: Saved,
        entry: Option<Arc<Entry>>,
        beside: bool,
        mut opening: Opening<'_>,
    ) -> u64 {
        let id = opening.id();
        let plays = self.panel.plays_at_once() && saved.step == loom_sim::Step::default();
        let live = Live::open(
            id,
            self.science.clone(),
            entry,
            saved,
            opening.place.clone(),
            opening.wake.clone(),
        );
        if plays {
            live.send(Command::Play);
        }
        let replaced = if beside {
            None
        } else {
            self.live().map(|l| l.id)
        };
        match replaced {
            Some(old) => self.replace(old, live),
            None => {
                let pane = Pane::view(opening.id(), id);
                self.lives.push(live);
                let kept = if self.tree.is_empty() {
                    self.kept.take()
                } else {
                    None
                };
                match kept {
                    Some(tree) => self.furnish(tree, id, opening.next),
                    None => self.add_view(pane, None),
                }
            }
        }
        self.front = id;
        self.arranged = true;
        id
    }

    /// Opens a run that stays where it was saved; beside what is open.
    pub fn open_at_rest(
        &mut self,
        saved: Saved,
        entry: Option<Arc<Entry>>,
        mut opening: Opening<'_>,
    ) -> u64 {
        let id = opening.id();
        let live = Live::open(
            id,
            self.science.clone(),
            entry,
            saved,
            opening.place.clone(),
            opening.wake.clone(),
        );
        let pane = Pane::view(opening.id(), id);
        self.lives.push(live);
        self.add_view(pane, None);
        self.front = id;
        self.arranged = true;
        id
    }

    /// A run that was replaced comes back in place of the one in front.
    pub fn bring_back(&mut self, left: Left, mut opening: Opening<'_>) {
        let id = opening.id();
        let mut live = Live::open(
            id,
            self.science.clone(),
            left.entry,
            (*left.saved).clone(),
            opening.place.clone(),
            opening.wake.clone(),
        );
        live.title = left.title;
        match self.live().map(|l| l.id) {
            Some(old) => self.swap(old, live),
            None => {
                let pane = Pane::view(opening.id(), id);
                self.lives.push(live);
                self.add_view(pane, None);
            }
        }
        self.front = id;
        self.arranged = true;
    }

    /// Closes a run and its tiles.
    pub fn close(&mut self, live: u64) {
        let before = self.tree.clone();
        if let Some(at) = self.lives.iter().position(|l| l.id == live) {
            let gone = self.lives.remove(at);
            self.history.replaced(
                before,
                Left {
                    by: 0,
                    saved: gone.saved(),
                    entry: gone.entry.clone(),
                    title: gone.title.clone(),
                },
            );
        }
        self.remove_tiles(|p| p.live == live);
        self.front = self.lives.last().map_or(0, |l| l.id);
        self.arranged = true;
    }

    fn replace(&mut self, old: u64, new: Live) {
        let before = self.tree.clone();
        let by = new.id;
        if let Some(left) = self.lives.iter().find(|l| l.id == old) {
            self.history.replaced(
                before,
                Left {
                    by,
                    saved: left.saved(),
                    entry: left.entry.clone(),
                    title: left.title.clone(),
                },
            );
        }
        self.swap(old, new);
    }

    /// The tiles of a run show another one; its plots go.
    fn swap(&mut self, old: u64, new: Live) {
        let id = new.id;
        if let Some(at) = self.lives.iter().position(|l| l.id == old) {
            self.lives[at] = new;
        }
        self.remove_tiles(|p| {
            let stays = p.is_view() && !p.is_of_twin() || p.is_gallery();
            p.live == old && !stays
        });
        for tile in self.tree.tiles.tiles_mut() {
            if let Tile::Pane(pane) = tile
                && pane.live == old
            {
                pane.live = id;
                if let Kind::View { camera, settings } = &mut pane.kind {
                    *camera = None;
                    settings.clear();
                }
            }
        }
    }

    /// Forgets what belongs to tiles that are gone, and notes changes for undo.
    pub fn tidy(&mut self, resting: bool) {
        let present: Vec<(u64, u64)> = panes(&self.tree.tiles).map(|p| (p.id, p.live)).collect();
        self.canvases
            .retain(|id, _| present.iter().any(|(p, _)| p == id));
        self.hands
            .retain(|id, _| present.iter().any(|(p, _)| p == id));
        self.neighbours
            .retain(|id, _| present.iter().any(|(p, _)| p == id));
        for live in &mut self.lives {
            for view in live.watched() {
                if !self.shown.contains_key(&view) {
                    live.unwatch(view);
                }
            }
        }
        self.lives
            .retain(|l| present.iter().any(|(_, live)| *live == l.id));
        if self.arranged {
            self.history.settle(&self.tree);
            self.arranged = false;
        } else if resting {
            self.history.watch(&self.tree);
        }
    }
}

pub(super) fn panes(tiles: &Tiles<Pane>) -> impl Iterator<Item = &Pane> {
    tiles.tiles().filter_map(|t| match t {
        Tile::Pane(pane) => Some(pane),
        Tile::Container(_) => None,
    })
}

/// How well an entry answers the words of a search, lower is better; `None` if a word is
/// nowhere in it.
pub fn score(entry: &Entry, words: &[String]) -> Option<u32> {
    let title = entry.title.to_lowercase();
    let name = entry.name.to_lowercase();
    let mut total = 0;
    for word in words {
        total += if title.starts_with(word.as_str()) || name.starts_with(word.as_str()) {
            0
        } else if title.contains(word.as_str()) || name.contains(word.as_str()) {
            1
        } else if entry
            .keywords
            .iter()
            .any(|k| k.to_lowercase().contains(word.as_str()))
            || entry.group.to_lowercase().contains(word.as_str())
        {
            2
        } else if entry.summary.to_lowercase().contains(word.as_str()) {
            3
        } else {
            return None;
        };
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str, title: &str, summary: &str) -> Entry {
        Entry {
            name: name.into(),
            title: title.into(),
            group: "Flows".into(),
            summary: summary.into(),
            citation: String::new(),
            keywords: vec!["butterfly".into()],
            model: Model::new("attractors", name),
            experiments: Vec::new(),
        }
    }

    #[test]
    fn a_search_prefers_names_to_summaries() {
        let words = |s: &str| vec![s.to_owned()];
        let thomas = entry(
            "Thomas",
            "Thomas",
            "Cyclically symmetric, like Lorenz in no way.",
        );
        let lorenz = entry("Lorenz", "Lorenz", "Convection.");
        assert_eq!(score(&thomas, &words("thomas")), Some(0));
        assert_eq!(score(&lorenz, &words("thomas")), None);
        assert!(score(&lorenz, &words("lorenz")) < score(&thomas, &words("lorenz")));
        assert_eq!(score(&lorenz, &words("butterfly")), Some(2));
        assert_eq!(score(&lorenz, &[]), Some(0));
    }
}
