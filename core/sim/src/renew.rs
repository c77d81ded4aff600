//! A run begun anew: restarted, rebuilt, given another seed or its defaults, and undone.

use std::time::Duration;

use crate::error::SimError;
use crate::input::Input;
use crate::journal::{Event, Journal, Keyframes};
use crate::model::Model;
use crate::parameter::{self, Effect};
use crate::run::{KEYFRAME_BUDGET, Run};
use crate::undo::{Done, OldRun};
use crate::value::Settings;

impl Run {
    /// To this run's beginning, with the parameters as they stand now: a new run, from which
    /// undo returns to the old one.
    pub fn restart(&mut self) -> Result<(), SimError> {
        let model = self.model();
        // A twin that differs by a parameter differs from the beginning; one that differs by a
        // change of some later state is gone with that state.
        let mut twins = self.journal.entries[..self.applied].iter().rev();
        let other = twins.find_map(|entry| match &entry.event {
            Event::Twin(input) => Some(input.clone()),
            _ => None,
        });
        let other = other.filter(|input| self.twin.is_some() && matches!(input, Input::Set { .. }));
        self.begin("Restart", model)?;
        if let Some(input) = other {
            self.add_twin(Some(input))?;
        }
        Ok(())
    }

    /// Builds the model anew with these values.
    pub fn rebuild(&mut self, changes: &Settings) -> Result<(), SimError> {
        let mut model = self.model();
        for (name, value) in changes {
            let declared = parameter::find(&self.parameters, name).ok_or_else(|| {
                let known: Vec<&str> = self.parameters.iter().map(|p| p.key.as_str()).collect();
                SimError::UnknownParameter {
                    key: name.clone(),
                    known: known.join(", "),
                }
            })?;
            model
                .parameters
                .insert(declared.key.clone(), declared.check(value)?);
        }
        self.begin("Build anew", model)
    }

    /// Begins anew with another model of the same science.
    pub fn recast(&mut self, title: &str, model: Model) -> Result<(), SimError> {
        self.begin(title, model)
    }

    /// A run with another seed.
    pub fn reseed(&mut self, seed: u64) -> Result<(), SimError> {
        let mut model = self.model();
        model.seed = seed;
        self.begin("Change the seed", model)
    }

    pub(crate) fn begin(&mut self, title: &str, model: Model) -> Result<(), SimError> {
        let parameters = self.science.parameters(&model)?;
        parameter::complete(&parameters, &model.parameters)?;
        let mut main = self.science.build(&model, &self.place)?;
        for probe in &self.probes {
            let _ = main.attach(probe);
        }
        let frame = self.frame();
        let budget = Keyframes::new(KEYFRAME_BUDGET);
        let old = OldRun {
            journal: std::mem::replace(&mut self.journal, Journal::new(model)),
            keyframes: std::mem::replace(&mut self.keyframes, budget),
            frame,
            reach: std::mem::take(&mut self.reach),
        };
        self.undo.push(Done::Begin {
            title: title.to_owned(),
            old: Box::new(old),
        });
        self.main = main;
        self.twin = None;
        self.parameters = parameters;
        self.applied = 0;
        self.work = Duration::ZERO;
        self.keep();
        Ok(())
    }

    /// Brings another run's journal and state back; returns the present one.
    pub(crate) fn swap(&mut self, old: OldRun) -> Result<OldRun, SimError> {
        let parameters = self.science.parameters(&old.journal.model)?;
        let mut main = self.science.build(&old.journal.model, &self.place)?;
        for probe in &self.probes {
            let _ = main.attach(probe);
        }
        main.restore(&old.frame.main)?;
        let frame = self.frame();
        let present = OldRun {
            journal: std::mem::replace(&mut self.journal, old.journal),
            keyframes: std::mem::replace(&mut self.keyframes, old.keyframes),
            frame,
            reach: std::mem::replace(&mut self.reach, old.reach),
        };
        self.keyframes.shrink(KEYFRAME_BUDGET);
        self.main = main;
        self.twin = None;
        self.parameters = parameters;
        self.stand_at(&old.frame)?;
        Ok(present)
    }

    /// Every parameter as declared: live ones now, the others by building anew if they differ.
    pub fn defaults(&mut self) -> Result<(), SimError> {
        let values = self.values();
        let mut rebuild = Settings::new();
        let mut live = Vec::new();
        for p in &self.parameters {
            if values.get(&p.key).is_some_and(|v| *v != p.default) {
                match p.effect {
                    Effect::Live => live.push((p.key.clone(), p.default.clone())),
                    Effect::Rebuild => {
                        rebuild.insert(p.key.clone(), p.default.clone());
                    }
                    Effect::View => {}
                }
            }
        }
        if !rebuild.is_empty() {
            rebuild.extend(live);
            return self.rebuild(&rebuild);
        }
        for (key, value) in live {
            self.apply(Input::Set { key, value })?;
        }
        Ok(())
    }
}
