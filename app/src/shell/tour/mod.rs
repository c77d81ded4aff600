//! The tour that is being given: which step, what is still to be done for it, what the class has
//! answered. One player serves the window and the presentation.

mod aim;
mod arrive;
pub mod editor;
#[cfg(test)]
mod facts;
mod guess;
pub mod offer;
pub mod panel;
pub mod question;
mod stash;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

pub use guess::Guess;
use loom_sim::SimError;
use serde::{Deserialize, Serialize};

use super::acts::Tone;
use super::studio::{Side, Studio};
use crate::tour::{Question, Scope, Stage, Step, Tour, file};
use aim::Aim;
use arrive::Pending;
use stash::Stash;

/// A tour under way.
pub struct Touring {
    pub tour: Arc<Tour>,
    /// The step in front, from 0.
    pub at: usize,
    /// What it asks for; a fault is said in its place.
    pub stage: Result<Box<Stage>, SimError>,
    /// The run that it shows.
    pub live: u64,
    /// When the tour was begun.
    pub began: Instant,
    /// The presenter's notes are shown in the window.
    pub notes: bool,
    pending: Option<Pending>,
    /// Where the tour has pointed the camera.
    aim: Option<Aim>,
    /// The user's own work, put aside.
    own: Stash,
    /// Catalogue and inspector are folded away unless asked for.
    sides: [bool; 2],
    choices: BTreeMap<usize, usize>,
    curves: BTreeMap<usize, Guess>,
}

/// Where a tour stands, as the autosave keeps it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Bookmark {
    pub file: String,
    pub text: String,
    pub step: usize,
}

impl Touring {
    pub fn step(&self) -> Option<&Step> {
        self.tour.steps.get(self.at)
    }
    pub fn count(&self) -> usize {
        self.tour.steps.len()
    }
    pub fn question(&self) -> Option<&Question> {
        self.step()?.question.as_ref().map(|q| q.get_ref())
    }
    /// The question of the step before, which this one answers.
    pub fn asked(&self) -> Option<(&Question, Option<usize>)> {
        let before = self.at.checked_sub(1)?;
        let question = self.tour.steps.get(before)?.question.as_ref()?.get_ref();
        Some((question, self.choices.get(&before).copied()))
    }
    /// The choice that has been taken of the present question, from 0.
    pub fn chosen(&self) -> Option<usize> {
        self.choices.get(&self.at).copied()
    }
    pub fn choose(&mut self, choice: usize) {
        let there = self.question().is_some_and(|q| choice < q.choices.len());
        if there {
            self.choices.insert(self.at, choice);
        }
    }
    pub fn stage(&self) -> Option<&Stage> {
        self.stage.as_deref().ok()
    }
    pub fn shows(&self, side: Side) -> bool {
        self.sides[side as usize]
    }
    pub fn reveal(&mut self, side: Side, shown: bool) {
        self.sides[side as usize] = shown;
    }
    pub fn bookmark(&self) -> Bookmark {
        Bookmark {
            file: self.tour.file.clone(),
            text: self.tour.text.to_string(),
            step: self.at,
        }
    }
}

impl Studio {
    /// Begins a tour at a step; the user's own work is put aside until it is left.
    pub fn begin_tour(&mut self, tour: Arc<Tour>, step: usize) {
        // One tour after another: the own work is put aside once.
        let own = match self.touring.take() {
            Some(touring) => touring.own,
            None => self.put_aside(),
        };
        let fault = SimError::other("The tour has not begun.");
        self.touring = Some(Touring {
            tour,
            at: 0,
            stage: Err(fault),
            live: 0,
            began: Instant::now(),
            notes: false,
            pending: None,
            aim: None,
            own,
            sides: [false; 2],
            choices: BTreeMap::new(),
            curves: BTreeMap::new(),
        });
        self.go_to_step(step, true);
    }

    /// Begins what an autosave had marked.
    pub fn resume_tour(&mut self, mark: &Bookmark) {
        match file::read(&mark.file, &mark.text) {
            Ok(tour) => self.begin_tour(Arc::new(tour), mark.step),
            Err(why) => self.toasts.say(Tone::Error, why.to_string()),
        }
    }

    /// Leaves the tour; the user's own work comes back as it was.
    pub fn leave_tour(&mut self) {
        if let Some(touring) = self.touring.take() {
            self.take_back(touring.own);
            self.toasts
                .say(Tone::Plain, "The tour is left; your own work is back.");
        }
    }

    /// The next step, or the one before.
    pub fn turn_tour(&mut self, forward: bool) {
        let Some(touring) = &self.touring else {
            return;
        };
        let (at, count) = (touring.at, touring.count());
        match (forward, at) {
            (true, at) if at + 1 < count => self.go_to_step(at + 1, false),
            (false, 1..) => self.go_to_step(at - 1, true),
            (true, _) => self.toasts.say(
                Tone::Plain,
                "This was the last step. Esc leaves the tour; your own work comes back.",
            ),
            (false, _) => {}
        }
    }

    /// Goes to a step; `afresh` builds its state anew, whatever is there.
    pub fn go_to_step(&mut self, step: usize, afresh: bool) {
        self.keep_curve();
        let registry = self.registry.clone();
        let Some(touring) = &mut self.touring else {
            return;
        };
        touring.at = step.min(touring.count().saturating_sub(1));
        let tour = touring.tour.clone();
        let scope = Scope {
            tour: &tour,
            registry: &registry,
        };
        touring.stage = scope.stage(touring.at).map(Box::new);
        self.arrive(afresh);
    }

    /// What was drawn stays with its step.
    fn keep_curve(&mut self) {
        let Some(touring) = &self.touring else {
            return;
        };
        let drawn = touring.question().is_some_and(|q| q.draw.is_some());
        let (at, live) = (touring.at, touring.live);
        let guess = self.live_of(live).and_then(|l| l.guess.clone());
        if let (true, Some(guess), Some(touring)) = (drawn, guess, &mut self.touring) {
            touring.curves.insert(at, guess);
        }
    }
}
