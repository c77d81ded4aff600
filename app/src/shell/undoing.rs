//! Undo and redo of whichever was done last, in the run or in the view.

use loom_sim::conductor::Command;

use super::history::Left;
use super::room::Opening;
use super::studio::Studio;

impl Studio {
    fn run_is_later(&self) -> Option<bool> {
        let room = self.room()?;
        let live = room.live();
        let run = live
            .filter(|l| l.snapshot.undo.is_some())
            .map(|l| l.touched);
        let layout = room.history.last().map(|(at, _)| at);
        match (run, layout) {
            (Some(run), Some(layout)) => Some(run >= layout),
            (Some(_), None) => Some(true),
            (None, Some(_)) => Some(false),
            (None, None) => None,
        }
    }
    pub fn undo_title(&self) -> Option<String> {
        if self.run_is_later()? {
            self.live()?.snapshot.undo.clone()
        } else {
            self.room()?
                .history
                .last()
                .map(|(_, title)| title.to_owned())
        }
    }
    pub fn redo_title(&self) -> Option<String> {
        let room = self.room()?;
        match room.history.next() {
            Some(title) => Some(title.to_owned()),
            None => room.live()?.snapshot.redo.clone(),
        }
    }
    pub fn undo(&mut self) {
        match self.run_is_later() {
            Some(true) => self.tell(Command::Undo),
            Some(false) => self.travel(false),
            None => {}
        }
    }
    pub fn redo(&mut self) {
        let layout = self.room().is_some_and(|r| r.history.next().is_some());
        if layout {
            self.travel(true);
        } else {
            self.tell(Command::Redo);
        }
    }
    fn travel(&mut self, forth: bool) {
        let (place, wake) = (self.place.clone(), self.wake.clone());
        let Some(index) = self.room_index() else {
            return;
        };
        let room = &mut self.rooms[index];
        let present = room.tree.clone();
        // A run that was replaced comes back, and the one that is there now can come again.
        let now = room
            .live()
            .map(|l| (l.saved(), l.entry.clone(), l.title.clone()));
        let counterpart = |left: &Left| {
            now.clone().map(|(saved, entry, title)| Left {
                by: left.by,
                saved,
                entry,
                title,
            })
        };
        let past = if forth {
            room.history.redo(present, counterpart)
        } else {
            room.history.undo(present, counterpart)
        };
        let Some(past) = past else {
            return;
        };
        if let Some(left) = past.left {
            let opening = Opening {
                place,
                wake,
                next: &mut self.next,
            };
            room.bring_back(left, opening);
        } else {
            room.tree = past.tree;
        }
        room.arranged = true;
    }
}
