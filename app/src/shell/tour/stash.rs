//! The user's own work while a tour is given: put aside as it stands, and taken back untouched.

use std::collections::BTreeMap;

use egui_tiles::Tree;
use loom_figure::Document;

use super::Bookmark;
use crate::shell::acts::At;
use crate::shell::document::States;
use crate::shell::history::History;
use crate::shell::live::Live;
use crate::shell::room::Room;
use crate::shell::studio::Studio;
use crate::shell::tiles::Pane;
use crate::widgets::canvas::Canvas;
use crate::widgets::viewport::Hand;

/// What a room holds of its user.
struct Shelf {
    lives: Vec<Live>,
    front: u64,
    tree: Tree<Pane>,
    canvases: BTreeMap<u64, Canvas>,
    hands: BTreeMap<u64, Hand>,
    history: History,
    search: String,
    kept: Option<Tree<Pane>>,
}

impl Shelf {
    fn empty(room: &Room) -> Self {
        Self {
            lives: Vec::new(),
            front: 0,
            tree: Tree::empty(room.tree.id()),
            canvases: BTreeMap::new(),
            hands: BTreeMap::new(),
            history: History::default(),
            search: String::new(),
            kept: None,
        }
    }
    fn swap(&mut self, room: &mut Room) {
        use std::mem::swap;
        swap(&mut self.lives, &mut room.lives);
        swap(&mut self.front, &mut room.front);
        swap(&mut self.tree, &mut room.tree);
        swap(&mut self.canvases, &mut room.canvases);
        swap(&mut self.hands, &mut room.hands);
        swap(&mut self.history, &mut room.history);
        swap(&mut self.search, &mut room.search);
        swap(&mut self.kept, &mut room.kept);
        room.shown.clear();
        // The tiles were changed by the program: not something to undo.
        room.arranged = true;
    }
}

/// Everything that was open when the tour began.
pub(super) struct Stash {
    shelves: Vec<Shelf>,
    at: At,
}

impl Studio {
    pub(super) fn put_aside(&mut self) -> Stash {
        let shelves = self
            .rooms
            .iter_mut()
            .map(|room| {
                let mut shelf = Shelf::empty(room);
                shelf.swap(room);
                for live in &mut shelf.lives {
                    live.rest(true);
                }
                shelf
            })
            .collect();
        Stash {
            shelves,
            at: self.at,
        }
    }

    pub(super) fn take_back(&mut self, mut stash: Stash) {
        for (shelf, room) in stash.shelves.iter_mut().zip(&mut self.rooms) {
            shelf.swap(room);
        }
        self.at = stash.at;
    }

    /// What autosave keeps: the user's own work, and where a tour stands.
    pub fn kept_document(&mut self) -> (Document, States) {
        let Some(mut touring) = self.touring.take() else {
            return (self.document(), self.full_states());
        };
        let at = self.at;
        self.swap_own(&mut touring.own);
        self.at = touring.own.at;
        let mut kept = (self.document(), self.full_states());
        self.at = at;
        self.swap_own(&mut touring.own);
        mark(&mut kept.0, &touring.bookmark());
        self.touring = Some(touring);
        kept
    }

    fn swap_own(&mut self, stash: &mut Stash) {
        for (shelf, room) in stash.shelves.iter_mut().zip(&mut self.rooms) {
            let shown = std::mem::take(&mut room.shown);
            shelf.swap(room);
            room.shown = shown;
        }
    }

    /// The user's own runs, wherever they are.
    pub fn own_lives(&self) -> Vec<&Live> {
        match &self.touring {
            Some(touring) => touring.own.shelves.iter().flat_map(|s| &s.lives).collect(),
            None => self.rooms.iter().flat_map(|r| &r.lives).collect(),
        }
    }
}

/// Puts the place of a tour into a document's layout.
fn mark(document: &mut Document, bookmark: &Bookmark) {
    if let (Some(serde_json::Value::Object(layout)), Ok(mark)) =
        (&mut document.studio, serde_json::to_value(bookmark))
    {
        layout.insert("tour".into(), mark);
    }
}
