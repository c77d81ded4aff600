//! Scenes and the snapshot that is handed to the window.

use std::sync::{Arc, PoisonError};
use std::time::Instant;

use super::snapshot::{RunState, Snapshot};
use super::worker::{Activity, Worker};
use crate::clock::Step;
use crate::journal::Saved;
use crate::view::View;

impl Worker {
    /// The rows of what is selected belong to the present state.
    pub(super) fn reselect(&mut self) {
        if let Some(hit) = &self.selected {
            self.selected = self
                .run
                .simulation()
                .describe(&hit.id)
                .or_else(|| Some(hit.clone()));
        }
    }

    fn draw(&mut self) {
        // Side by side, each is seen as it is; else the difference lies over the run.
        let apart = self.views.values().any(View::is_of_twin);
        let twin = self.run.twin().filter(|_| !apart);
        let compare = twin.map(|twin| twin.capture());
        for (id, view) in &self.views {
            let simulation = self.run.seen_by(view);
            let fit = simulation.fit_view(view);
            let mut asked = view.clone();
            asked.camera.get_or_insert_with(|| fit.clone());
            asked.selected = self.selected.as_ref().map(|h| h.id.clone());
            asked.compare.clone_from(&compare);
            self.fits.insert(*id, fit);
            match simulation.follow(&asked) {
                Some(followed) => {
                    asked.camera = Some(followed.camera.clone());
                    self.followed.insert(*id, followed);
                }
                None => {
                    self.followed.remove(id);
                }
            }
            match simulation.scene(&asked) {
                Ok(scene) => {
                    self.scenes.insert(*id, Arc::new(scene));
                }
                Err(error) => self.failed = Some(error.to_string()),
            }
        }
    }

    pub(super) fn publish(&mut self) {
        if matches!(self.activity, Activity::Playing) {
            self.reselect();
        }
        self.draw();
        let clock = self.run.clock();
        let state = match (&self.failed, &self.activity) {
            (Some(message), _) => RunState::Failed(message.clone()),
            (None, Activity::Playing) => RunState::Playing,
            (None, Activity::Seeking { target, from, .. }) => {
                RunState::Seeking(fraction(from, &clock.step, target))
            }
            (None, Activity::Paused) if clock.at_end() => RunState::Ended,
            (None, Activity::Paused) => RunState::Paused,
        };
        if self.saved.step != clock.step
            || self.saved.applied != self.run.applied()
            || self.saved.journal.entries.len() != self.run.journal().entries.len()
            || self.saved.journal != *self.run.journal()
        {
            self.saved = Arc::new(Saved {
                journal: self.run.journal().clone(),
                step: clock.step.clone(),
                applied: self.run.applied(),
                state: None,
            });
        }
        let simulation = self.run.simulation();
        let playing = matches!(self.activity, Activity::Playing);
        let rate = if playing { self.pace.measured() } else { 0.0 };
        self.revision += 1;
        let snapshot = Snapshot {
            state,
            speed: self.pace.speed(),
            usual_speed: simulation.usual_speed(),
            steps_per_second: rate,
            time_per_second: rate * clock.step_time,
            behind: playing && self.pace.behind(),
            model: self.run.model(),
            parameters: self.run.parameters().to_vec(),
            values: self.run.values(),
            observations: simulation.observe(),
            scenes: self.scenes.clone(),
            fits: self.fits.clone(),
            followed: self.followed.clone(),
            readings: self
                .run
                .probes()
                .iter()
                .filter_map(|p| simulation.read(p).map(|r| (p.clone(), r)))
                .collect(),
            probes: simulation.probes(),
            has_twin: self.run.twin().is_some(),
            twin: self
                .run
                .twin()
                .and_then(|t| simulation.difference(&t.capture())),
            difference: self
                .difference
                .as_ref()
                .map(|d| Arc::new(d.series().clone())),
            yardstick: simulation.yardstick(),
            horizon: simulation.horizon(),
            hit: self.hit.clone(),
            selected: self.selected.clone(),
            paints: simulation.paints(),
            undo: self.run.undo_title(),
            redo: self.run.redo_title(),
            message: self.message.clone(),
            answers: self.answers.clone(),
            reach: self.run.reach().clone(),
            saved: self.saved.clone(),
            revision: self.revision,
            clock,
        };
        *self
            .shared
            .snapshot
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Arc::new(snapshot);
        self.stale = false;
        self.published = Instant::now();
        (self.shared.wake)();
    }
}

/// How much of the way from `from` to `target` lies behind `now`.
fn fraction(from: &Step, now: &Step, target: &Step) -> f32 {
    let real = |s: &Step| num_traits::ToPrimitive::to_f64(s).unwrap_or(f64::MAX);
    let (from, now, target) = (real(from), real(now), real(target));
    // Going back starts from a keyframe, whose place is not known here.
    let start = from.min(now);
    if target > start {
        ((now - start) / (target - start)).clamp(0.0, 1.0) as f32
    } else {
        0.0
    }
}
