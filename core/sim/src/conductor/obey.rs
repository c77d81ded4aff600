//! What each command does to the run.

use std::sync::atomic::Ordering;

use super::Command;
use super::snapshot::Answer;
use super::worker::{Activity, Worker};
use crate::clock::{Gate, Step};
use crate::error::SimError;
use crate::operation::Outcome;
use crate::run::Run;
use crate::value::Settings;
use crate::view::{Hit, Pointer, View};

/// Answers that are kept for a window that looks once a frame.
const ANSWERS: usize = 64;

impl Worker {
    fn say(&mut self, message: String) {
        let number = self.message.as_ref().map_or(1, |(n, _)| n + 1);
        self.message = Some((number, message));
    }

    pub(super) fn obey(&mut self, command: Command) {
        self.stale = true;
        if let Err(error) = self.try_obey(command) {
            if error == SimError::Cancelled {
                self.shared.cancel.store(false, Ordering::Relaxed);
            }
            self.say(error.to_string());
        }
    }

    fn try_obey(&mut self, command: Command) -> Result<(), SimError> {
        match command {
            Command::Play => self.start()?,
            Command::Pause => self.activity = Activity::Paused,
            Command::Toggle => match self.activity {
                Activity::Paused => self.start()?,
                Activity::Playing | Activity::Seeking { .. } => self.activity = Activity::Paused,
            },
            Command::StepForward => {
                let target = self.run.clock().step + 1u32;
                self.head_for(target, usize::MAX);
            }
            Command::StepBack => {
                let step = self.run.clock().step;
                if step > Step::default() {
                    let target = step - 1u32;
                    let applied = self.run.entries_at(&target);
                    self.head_for(target, applied);
                }
            }
            Command::Seek(target) => {
                let clock = self.run.clock();
                let target = clock
                    .end
                    .as_ref()
                    .map_or(target.clone(), |end| target.min(end.clone()));
                self.run.note_jump(clock.step, self.run.applied());
                let applied = self.run.entries_at(&target);
                self.head_for(target, applied);
            }
            Command::Speed(factor) => self.pace.set_speed(factor),
            Command::Apply(input) => {
                self.failed = None;
                self.run.apply(input)?;
                self.reselect();
            }
            Command::Pointer { view, pointer } => self.point(view, &pointer)?,
            Command::Operate {
                view,
                key,
                settings,
            } => self.operate(view, &key, &settings)?,
            Command::Select(id) => {
                self.selected = id.map(|id| Hit {
                    id,
                    ..Hit::default()
                });
                self.reselect();
            }
            Command::Restart => self.anew(Run::restart)?,
            Command::Defaults => self.anew(Run::defaults)?,
            Command::Rebuild(changes) => self.anew(|run| run.rebuild(&changes))?,
            Command::Recast(title, model) => self.anew(|run| run.recast(&title, *model))?,
            Command::Seed(seed) => self.anew(|run| run.reseed(seed))?,
            Command::Undo => self.anew(|run| run.undo(&Gate::open()).map(|_| ()))?,
            Command::Redo => self.anew(|run| run.redo(&Gate::open()).map(|_| ()))?,
            Command::Twin(input) => {
                self.run.add_twin(input)?;
                self.difference = None;
                self.record_difference();
            }
            Command::DropTwin => {
                self.run.drop_twin();
                self.difference = None;
            }
            Command::Attach(probe) => self.run.attach(probe)?,
            Command::Detach(probe) => self.run.detach(&probe),
            Command::Cancel => {
                self.shared.cancel.store(false, Ordering::Relaxed);
                self.activity = Activity::Paused;
            }
            Command::View(id, Some(view)) => {
                self.views.insert(id, *view);
            }
            Command::View(id, None) => {
                self.views.remove(&id);
                self.scenes.remove(&id);
                self.fits.remove(&id);
                self.followed.remove(&id);
            }
            Command::Rest(resting) => {
                self.resting = resting;
                self.pace.start();
            }
            Command::Save(reply) => {
                // Whoever asked may have gone; then nobody misses the answer.
                let _ = reply.send(self.run.saved());
            }
            Command::Stop => {}
        }
        Ok(())
    }

    /// Plays; a run at its end plays from the beginning, and undo returns to the end.
    fn start(&mut self) -> Result<(), SimError> {
        let clock = self.run.clock();
        if clock.at_end() && clock.step > Step::default() {
            self.run.note_jump(clock.step, self.run.applied());
            let first = Step::default();
            let applied = self.run.entries_at(&first);
            self.run.go_to(&first, applied, &Gate::open())?;
            self.reselect();
        }
        self.failed = None;
        self.pace.start();
        self.activity = Activity::Playing;
        Ok(())
    }

    fn head_for(&mut self, target: Step, applied: usize) {
        self.failed = None;
        let from = self.run.clock().step;
        self.activity = Activity::Seeking {
            target,
            applied,
            from,
        };
        self.seek();
    }

    fn anew(
        &mut self,
        change: impl FnOnce(&mut Run) -> Result<(), SimError>,
    ) -> Result<(), SimError> {
        self.failed = None;
        if matches!(self.activity, Activity::Seeking { .. }) {
            self.activity = Activity::Paused;
        }
        change(&mut self.run)?;
        self.pace.start();
        if self.run.twin().is_none() {
            self.difference = None;
        } else {
            self.record_difference();
        }
        self.reselect();
        Ok(())
    }

    /// A view with the camera that it is drawn with.
    fn seen(&self, id: u64) -> Option<View> {
        let mut view = self.views.get(&id)?.clone();
        if let Some(followed) = self.followed.get(&id) {
            view.camera = Some(followed.camera.clone());
        } else if view.camera.is_none() {
            view.camera = self.fits.get(&id).cloned();
        }
        Some(view)
    }

    /// Tells the window what changes in it; this view is drawn so at once.
    fn answer(&mut self, id: u64, outcome: Outcome) {
        if let Some(view) = self.views.get_mut(&id) {
            let changes = outcome.view.iter();
            view.settings
                .extend(changes.map(|(key, value)| (key.clone(), value.clone())));
        }
        self.answered += 1;
        if self.answers.len() >= ANSWERS {
            self.answers.remove(0);
        }
        self.answers.push(Answer {
            number: self.answered,
            view: id,
            settings: outcome.view,
            camera: outcome.camera,
            copied: outcome.copied,
            said: outcome.said,
            twin: outcome.twin.is_some(),
            opens: outcome.opens,
        });
    }

    fn operate(&mut self, id: u64, key: &str, settings: &Settings) -> Result<(), SimError> {
        let Some(view) = self.seen(id) else {
            return Ok(());
        };
        let mut outcome = self.run.simulation().operate(key, settings, &view)?;
        let inputs = std::mem::take(&mut outcome.inputs);
        if !inputs.is_empty() {
            self.failed = None;
        }
        // Several are undone together; their number lies beyond all that the pointer gives.
        let stroke = (inputs.len() > 1).then(|| (1 << 62) + self.answered);
        for input in inputs {
            let input = match stroke {
                Some(number) => input.stroke(number),
                None => input,
            };
            self.run.apply(input)?;
        }
        if let Some(input) = &outcome.twin {
            self.run.add_twin(Some(input.clone()))?;
            self.difference = None;
            self.record_difference();
        }
        self.answer(id, outcome);
        self.reselect();
        Ok(())
    }

    fn point(&mut self, id: u64, pointer: &Pointer) -> Result<(), SimError> {
        let Some(view) = self.seen(id) else {
            return Ok(());
        };
        let reply = self.run.seen_by(&view).pointer(pointer, &view);
        if reply.select {
            self.selected.clone_from(&reply.hit);
        }
        self.hit = reply.hit;
        if view.is_of_twin() && self.run.twin().is_some() {
            // A twin has no inputs of its own.
            return Ok(());
        }
        if !reply.view.is_empty() {
            let view = reply.view;
            self.answer(
                id,
                Outcome {
                    view,
                    ..Outcome::default()
                },
            );
        }
        for input in reply.inputs {
            self.run.apply(input)?;
        }
        if let Some(input) = reply.twin {
            self.run.add_twin(Some(input))?;
            self.difference = None;
            self.record_difference();
        }
        Ok(())
    }
}
