//! Undo and redo. A live parameter gets its inverse now, and the run goes on; a state edit, a
//! restart or a jump goes back to just before it.

use std::time::{Duration, Instant};

use crate::clock::{Gate, Step, Stop};
use crate::error::SimError;
use crate::input::Input;
use crate::journal::{Entry, Event, Journal, Keyframe, Keyframes};
use crate::run::Run;
use crate::value::Value;

/// Changes of one parameter that follow each other this fast are one drag of its slider.
const DRAG: Duration = Duration::from_millis(700);
/// Older things can no longer be undone, so that memory stays bounded.
const DEPTH: usize = 200;
/// Runs that were left may hold this much of the host's memory, the last one aside.
const BUDGET: usize = 32 << 20;
/// Keyframes of a run that was left: its beginning and a few on the way.
const LEFT: usize = 8 << 20;

pub(crate) enum Done {
    Set {
        key: String,
        old: Value,
        new: Value,
    },
    /// An edit at `index` of the journal, and the future that it replaced.
    Edit {
        title: String,
        step: Step,
        index: usize,
        future: Vec<Entry>,
    },
    Jump {
        step: Step,
        applied: usize,
    },
    /// A new run was begun; this was the old one.
    Begin {
        title: String,
        old: Box<OldRun>,
    },
}

pub(crate) enum Undone {
    Set {
        key: String,
        old: Value,
        new: Value,
    },
    /// The entries from `index` on, and where the run stood.
    Edit {
        title: String,
        entries: Vec<Entry>,
        index: usize,
        at: Step,
        step: Step,
        future: Vec<Entry>,
    },
    Jump {
        step: Step,
        applied: usize,
    },
    Begin {
        title: String,
        new: Box<OldRun>,
    },
}

/// A run that was left, whole.
pub(crate) struct OldRun {
    pub journal: Journal,
    pub keyframes: Keyframes,
    pub frame: Keyframe,
    pub reach: Step,
}

impl OldRun {
    fn bytes(&self) -> usize {
        self.keyframes.bytes() + self.frame.bytes()
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Merge {
    None,
    /// A new entry, the same thing to undo.
    Join,
    /// The same entry with a new value.
    Replace,
}

#[derive(Default)]
pub(crate) struct UndoStack {
    done: Vec<Done>,
    undone: Vec<Undone>,
    last: Option<Instant>,
    stroke: u64,
}

impl UndoStack {
    pub fn push(&mut self, done: Done) {
        self.undone.clear();
        self.done.push(done);
        if self.done.len() > DEPTH {
            self.done.remove(0);
        }
        self.last = Some(Instant::now());
        self.limit(BUDGET);
    }

    /// Bytes that the runs hold to which undo and redo lead.
    pub fn bytes(&self) -> usize {
        let done = self.done.iter().map(|d| match d {
            Done::Begin { old, .. } => old.bytes(),
            _ => 0,
        });
        let undone = self.undone.iter().map(|u| match u {
            Undone::Begin { new, .. } => new.bytes(),
            _ => 0,
        });
        done.sum::<usize>() + undone.sum::<usize>()
    }

    /// The run left last keeps some keyframes; of those before it, as many are kept as the
    /// budget holds, the latest first.
    fn limit(&mut self, budget: usize) {
        if let Some(Done::Begin { old, .. }) = self.done.last_mut() {
            old.keyframes.shrink(LEFT);
        }
        while self.bytes() > budget {
            let begins = |d: &Done| matches!(d, Done::Begin { .. });
            let Some(oldest) = self.done.iter().position(begins) else {
                return;
            };
            if oldest + 1 == self.done.len() {
                return;
            }
            self.done.drain(..=oldest);
        }
    }

    /// Whether an event continues the last one: a slider's drag, a stroke of the brush.
    pub fn merge(&mut self, event: &Event, index: usize, step: &Step, entries: &[Entry]) -> Merge {
        let soon = self.last.is_some_and(|t| t.elapsed() < DRAG);
        let stroke_before = self.stroke;
        self.stroke = match event {
            Event::Input(Input::Edit { stroke, .. }) => *stroke,
            _ => 0,
        };
        let merge = match (event, self.done.last_mut()) {
            (Event::Input(Input::Set { key, value }), Some(Done::Set { key: k, new, .. }))
                if soon && key == k =>
            {
                *new = value.clone();
                let replaces = index > 0 && entries.get(index - 1).is_some_and(|e| {
                    e.step == *step
                        && matches!(&e.event, Event::Input(Input::Set { key: k, .. }) if k == key)
                });
                if replaces {
                    Merge::Replace
                } else {
                    Merge::Join
                }
            }
            (Event::Input(Input::Edit { stroke, .. }), Some(Done::Edit { .. }))
                if *stroke != 0 && *stroke == stroke_before =>
            {
                Merge::Join
            }
            _ => Merge::None,
        };
        if merge != Merge::None {
            self.undone.clear();
            self.last = Some(Instant::now());
        }
        merge
    }

    pub fn undo_title(&self) -> Option<String> {
        self.done.last().map(|d| match d {
            Done::Set { key, .. } => format!("Change {key}"),
            Done::Edit { title, .. } | Done::Begin { title, .. } => title.clone(),
            Done::Jump { .. } => "Jump".to_owned(),
        })
    }

    pub fn redo_title(&self) -> Option<String> {
        self.undone.last().map(|d| match d {
            Undone::Set { key, .. } => format!("Change {key}"),
            Undone::Edit { title, .. } | Undone::Begin { title, .. } => title.clone(),
            Undone::Jump { .. } => "Jump".to_owned(),
        })
    }
}

impl Run {
    /// Undoes the last thing done. Long replays run to their end unless the gate is cancelled.
    pub fn undo(&mut self, gate: &Gate) -> Result<bool, SimError> {
        let Some(done) = self.undo.done.pop() else {
            return Ok(false);
        };
        self.undo.last = None;
        let undone = match done {
            Done::Set { key, old, new } => {
                self.set_silently(&key, &old)?;
                Undone::Set { key, old, new }
            }
            Done::Edit {
                title,
                step,
                index,
                future,
            } => {
                let at = self.clock().step;
                let entries: Vec<Entry> = self.journal.entries.drain(index..).collect();
                self.journal.entries.extend(future.iter().cloned());
                self.keyframes.truncate(index, &step);
                self.settle(&step, index, gate)?;
                let last = self.journal.entries.last().map(|e| e.step.clone());
                self.reach = last.unwrap_or_default().max(step.clone());
                Undone::Edit {
                    title,
                    entries,
                    index,
                    at,
                    step,
                    future,
                }
            }
            Done::Jump { step, applied } => {
                let (now, here) = (self.clock().step, self.applied);
                self.settle(&step, applied, gate)?;
                Undone::Jump {
                    step: now,
                    applied: here,
                }
            }
            Done::Begin { title, old } => {
                let new = self.swap(*old)?;
                Undone::Begin {
                    title,
                    new: Box::new(new),
                }
            }
        };
        self.undo.undone.push(undone);
        Ok(true)
    }

    /// Does again what was undone last.
    pub fn redo(&mut self, gate: &Gate) -> Result<bool, SimError> {
        let Some(undone) = self.undo.undone.pop() else {
            return Ok(false);
        };
        self.undo.last = None;
        let done = match undone {
            Undone::Set { key, old, new } => {
                self.set_silently(&key, &new)?;
                Done::Set { key, old, new }
            }
            Undone::Edit {
                title,
                entries,
                index,
                at,
                step,
                future,
            } => {
                self.journal.entries.truncate(index);
                self.keyframes.truncate(index, &step);
                self.journal.entries.extend(entries);
                let applied = self.journal.entries.len();
                self.settle(&at, applied, gate)?;
                Done::Edit {
                    title,
                    step,
                    index,
                    future,
                }
            }
            Undone::Jump { step, applied } => {
                let (now, here) = (self.clock().step, self.applied);
                self.settle(&step, applied, gate)?;
                Done::Jump {
                    step: now,
                    applied: here,
                }
            }
            Undone::Begin { title, new } => {
                let old = self.swap(*new)?;
                Done::Begin {
                    title,
                    old: Box::new(old),
                }
            }
        };
        self.undo.done.push(done);
        Ok(true)
    }

    /// The inverse of a live parameter is an input like any other, but not a thing to undo.
    fn set_silently(&mut self, key: &str, value: &Value) -> Result<(), SimError> {
        let input = Input::Set {
            key: key.to_owned(),
            value: value.clone(),
        };
        self.main.apply(&input)?;
        if let Some(twin) = &mut self.twin {
            twin.apply(&input)?;
        }
        let step = self.clock().step;
        let index = self.applied;
        self.journal.entries.truncate(index);
        self.keyframes.truncate(index, &step);
        self.journal.entries.push(Entry {
            step,
            event: Event::Input(input),
        });
        self.applied = self.journal.entries.len();
        Ok(())
    }

    fn settle(&mut self, step: &Step, applied: usize, gate: &Gate) -> Result<(), SimError> {
        let patient = Gate::new(gate.cancel_flag(), None);
        match self.go_to(step, applied, &patient)? {
            Stop::Cancelled => Err(SimError::Cancelled),
            _ => Ok(()),
        }
    }
}
