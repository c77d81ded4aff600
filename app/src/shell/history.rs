//! Undo of views and layout: a stack apart from the runs', which never touches time.

use std::sync::Arc;
use std::time::{Duration, Instant};

use egui_tiles::Tree;
use loom_sim::{Entry, Saved};

use super::tiles::Pane;

/// Changes closer together than this are one gesture (a turn of the wheel).
const GESTURE: Duration = Duration::from_millis(700);
const DEPTH: usize = 100;

/// A run that was replaced by another, as it stood.
#[derive(Clone)]
pub struct Left {
    /// The run that came in its place.
    pub by: u64,
    pub saved: Arc<Saved>,
    pub entry: Option<Arc<Entry>>,
    pub title: String,
}

/// How the centre was before a change.
#[derive(Clone)]
pub struct Past {
    pub tree: Tree<Pane>,
    pub left: Option<Left>,
    pub title: &'static str,
    at: Instant,
}

#[derive(Default)]
pub struct History {
    past: Vec<Past>,
    future: Vec<Past>,
    /// The centre as it was last at rest.
    settled: Option<Tree<Pane>>,
}

impl History {
    /// Takes the present state as the one from which changes are measured.
    pub fn settle(&mut self, tree: &Tree<Pane>) {
        self.settled = Some(tree.clone());
    }
    /// Notes a change of the tiles or a camera, once the pointer rests.
    pub fn watch(&mut self, tree: &Tree<Pane>) {
        let Some(settled) = &self.settled else {
            self.settle(tree);
            return;
        };
        if settled == tree {
            return;
        }
        let before = settled.clone();
        let same_gesture = self
            .past
            .last()
            .is_some_and(|p| p.left.is_none() && p.at.elapsed() < GESTURE);
        if same_gesture {
            if let Some(last) = self.past.last_mut() {
                last.at = Instant::now();
            }
        } else {
            self.push(Past {
                tree: before,
                left: None,
                title: "Change the view",
                at: Instant::now(),
            });
        }
        self.settle(tree);
    }
    /// Notes that a run was replaced.
    pub fn replaced(&mut self, tree: Tree<Pane>, left: Left) {
        self.push(Past {
            tree,
            left: Some(left),
            title: "Open another",
            at: Instant::now(),
        });
    }
    fn push(&mut self, past: Past) {
        self.future.clear();
        self.past.push(past);
        if self.past.len() > DEPTH {
            self.past.remove(0);
        }
    }
    /// When the last thing was done that can be undone here, and what it was.
    pub fn last(&self) -> Option<(Instant, &'static str)> {
        self.past.last().map(|p| (p.at, p.title))
    }
    pub fn next(&self) -> Option<&'static str> {
        self.future.last().map(|p| p.title)
    }
    /// Goes back; `present` is what redo returns to.
    pub fn undo(
        &mut self,
        present: Tree<Pane>,
        left: impl FnOnce(&Left) -> Option<Left>,
    ) -> Option<Past> {
        let past = self.past.pop()?;
        self.future.push(Past {
            tree: present,
            left: past.left.as_ref().and_then(left),
            title: past.title,
            at: Instant::now(),
        });
        Some(past)
    }
    /// Goes forth again.
    pub fn redo(
        &mut self,
        present: Tree<Pane>,
        left: impl FnOnce(&Left) -> Option<Left>,
    ) -> Option<Past> {
        let next = self.future.pop()?;
        self.past.push(Past {
            tree: present,
            left: next.left.as_ref().and_then(left),
            title: next.title,
            at: Instant::now(),
        });
        Some(next)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn tree(panes: &[u64]) -> Tree<Pane> {
        Tree::new_tabs(
            egui::Id::unique("t"),
            panes.iter().map(|id| Pane::view(*id, 1)).collect(),
        )
    }

    #[test]
    fn a_change_of_the_tiles_is_undone_and_done_again() {
        let mut history = History::default();
        history.settle(&tree(&[1]));
        history.watch(&tree(&[1]));
        assert!(history.last().is_none());
        history.watch(&tree(&[1, 2]));
        let back = history.undo(tree(&[1, 2]), |_| None).unwrap();
        assert!(back.tree == tree(&[1]));
        let forth = history.redo(tree(&[1]), |_| None).unwrap();
        assert!(forth.tree == tree(&[1, 2]));
        assert!(history.next().is_none());
    }

    #[test]
    fn changes_of_one_gesture_are_undone_together() {
        let mut history = History::default();
        history.settle(&tree(&[1]));
        history.watch(&tree(&[1, 2]));
        history.watch(&tree(&[1, 2, 3]));
        let back = history.undo(tree(&[1, 2, 3]), |_| None).unwrap();
        assert!(back.tree == tree(&[1]));
        assert!(history.last().is_none());
    }
}
