//! A run: a group of simulations on one clock, its journal, its keyframes and its undo.
//!
//! All of it is synchronous and deterministic; the conductor drives it from a worker, the
//! command line and the figures drive it directly.

mod twin;

use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::clock::{Clock, Gate, Step, Stop};
use crate::error::SimError;
use crate::input::Input;
use crate::journal::{Entry, Event, Journal, Keyframe, Keyframes, Saved, SavedState};
use crate::model::Model;
use crate::parameter::{self, Effect, Parameter};
use crate::probe::ProbeSpec;
use crate::science::{Place, Science};
use crate::simulation::Simulation;
use crate::undo::{Done, UndoStack};
use crate::value::{Settings, Value};
use crate::view::View;

/// Keyframes of one run may hold this much of the host's memory.
pub(crate) const KEYFRAME_BUDGET: usize = 40 << 20;
/// Work between keyframes, at first; capture may cost at most a twentieth of it.
const KEYFRAME_WORK: Duration = Duration::from_secs(1);
/// A document carries the state itself when replaying would take longer than this.
const REPLAY_LIMIT: Duration = Duration::from_secs(2);

pub struct Run {
    pub(crate) science: Arc<dyn Science>,
    pub(crate) place: Place,
    pub(crate) journal: Journal,
    pub(crate) main: Box<dyn Simulation>,
    pub(crate) twin: Option<Box<dyn Simulation>>,
    /// Entries of the journal that the present state contains.
    pub(crate) applied: usize,
    pub(crate) keyframes: Keyframes,
    pub(crate) undo: UndoStack,
    pub(crate) probes: Vec<ProbeSpec>,
    pub(crate) parameters: Vec<Parameter>,
    /// Work since the last keyframe, and since the run's beginning.
    since_keyframe: Duration,
    pub(crate) work: Duration,
    capture_cost: Duration,
    /// The furthest step that this run has reached.
    pub(crate) reach: Step,
}

impl Run {
    /// Builds a model and stands at its beginning.
    pub fn new(science: Arc<dyn Science>, model: Model, place: Place) -> Result<Self, SimError> {
        let parameters = science.parameters(&model)?;
        parameter::complete(&parameters, &model.parameters)?;
        let main = science.build(&model, &place)?;
        let mut run = Self {
            science,
            place,
            journal: Journal::new(model),
            main,
            twin: None,
            applied: 0,
            keyframes: Keyframes::new(KEYFRAME_BUDGET),
            undo: UndoStack::default(),
            probes: Vec::new(),
            parameters,
            since_keyframe: Duration::ZERO,
            work: Duration::ZERO,
            capture_cost: Duration::ZERO,
            reach: Step::default(),
        };
        run.keep();
        Ok(run)
    }

    /// Builds a saved run and goes to where it stood.
    pub fn restore(
        science: Arc<dyn Science>,
        saved: Saved,
        place: Place,
        gate: &Gate,
    ) -> Result<Self, SimError> {
        let mut run = Self::new(science, saved.journal.model.clone(), place)?;
        if saved.applied > saved.journal.entries.len()
            || saved
                .journal
                .entries
                .windows(2)
                .any(|w| w[0].step > w[1].step)
        {
            return Err(SimError::parse(
                "The journal of this document is out of order: its entries must follow the clock.",
            ));
        }
        run.journal = saved.journal;
        if let Some(state) = &saved.state {
            run.adopt(state, saved.applied)?;
        }
        match run.go_to(&saved.step, saved.applied, gate)? {
            Stop::Cancelled | Stop::Slice => Err(SimError::Cancelled),
            Stop::Target | Stop::End => Ok(run),
        }
    }

    fn adopt(&mut self, state: &SavedState, applied: usize) -> Result<(), SimError> {
        let bytes = |text: &str| {
            STANDARD.decode(text).map_err(|e| {
                SimError::parse(format!("The saved state of this document is damaged: {e}."))
            })
        };
        let main = self.main.decode(&bytes(&state.main)?)?;
        self.main.restore(&main)?;
        self.twin = match &state.twin {
            Some(text) => {
                let mut twin = self.science.build(&self.journal.model, &self.place)?;
                let capture = twin.decode(&bytes(text)?)?;
                twin.restore(&capture)?;
                Some(twin)
            }
            None => None,
        };
        self.applied = applied;
        self.keep();
        Ok(())
    }

    pub fn clock(&self) -> Clock {
        self.main.clock()
    }
    pub fn simulation(&self) -> &dyn Simulation {
        &*self.main
    }
    pub fn twin(&self) -> Option<&dyn Simulation> {
        self.twin.as_deref()
    }
    /// What a view shows: the run, or its twin.
    pub fn seen_by(&self, view: &View) -> &dyn Simulation {
        match self.twin() {
            Some(twin) if view.is_of_twin() => twin,
            _ => self.simulation(),
        }
    }
    pub fn journal(&self) -> &Journal {
        &self.journal
    }
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }
    pub fn reach(&self) -> &Step {
        &self.reach
    }
    /// What undo and redo would do now.
    pub fn undo_title(&self) -> Option<String> {
        self.undo.undo_title()
    }
    pub fn redo_title(&self) -> Option<String> {
        self.undo.redo_title()
    }

    /// The model with its live parameters as they stand now.
    pub fn model(&self) -> Model {
        let mut model = self.journal.model.clone();
        for (key, value) in self.main.parameters() {
            let declared = self.parameters.iter().find(|p| p.key == key);
            if declared.is_some_and(|p| p.effect == Effect::Live) {
                model.parameters.insert(key, value);
            }
        }
        model
    }

    /// All declared values as they stand, the view's excepted.
    pub fn values(&self) -> Settings {
        let mut all = parameter::complete(&self.parameters, &self.journal.model.parameters)
            .unwrap_or_default();
        all.extend(self.main.parameters());
        all
    }

    /// Journals an input at the present step and applies it; the recorded future is replaced.
    pub fn apply(&mut self, input: Input) -> Result<(), SimError> {
        let input = self.checked(input)?;
        let before = match &input {
            Input::Set { key, .. } => self.main.parameters().get(key).cloned(),
            Input::Edit { .. } => None,
        };
        self.main.apply(&input)?;
        if let Some(twin) = &mut self.twin {
            twin.apply(&input)?;
        }
        let step = self.clock().step;
        self.record(Event::Input(input.clone()), &step, before.clone());
        Ok(())
    }

    fn checked(&self, input: Input) -> Result<Input, SimError> {
        let Input::Set { key, value } = input else {
            return Ok(input);
        };
        let declared = parameter::find(&self.parameters, &key).ok_or_else(|| {
            let known: Vec<&str> = self.parameters.iter().map(|p| p.key.as_str()).collect();
            SimError::UnknownParameter {
                key: key.clone(),
                known: known.join(", "),
            }
        })?;
        let value = declared.check(&value)?;
        match declared.effect {
            Effect::Live => Ok(Input::Set {
                key: declared.key.clone(),
                value,
            }),
            Effect::Rebuild => Err(SimError::Input(format!(
                "{key}: it takes effect by building anew, so restart with it"
            ))),
            Effect::View => Err(SimError::Input(format!("{key}: it belongs to the view"))),
        }
    }

    fn record(&mut self, event: Event, step: &Step, before: Option<Value>) {
        let index = self.applied;
        let future: Vec<Entry> = self.journal.entries.drain(index..).collect();
        self.keyframes.truncate(index, step);
        let merged = self.undo.merge(&event, index, step, &self.journal.entries);
        if merged == crate::undo::Merge::Replace {
            self.journal.entries.pop();
            self.applied -= 1;
            let applied = self.applied;
            self.keyframes.truncate(applied, step);
        }
        self.journal.entries.push(Entry {
            step: step.clone(),
            event: event.clone(),
        });
        self.applied = self.journal.entries.len();
        self.reach.clone_from(step);
        if merged == crate::undo::Merge::None {
            self.undo.push(match (&event, before) {
                (Event::Input(Input::Set { key, value }), Some(old)) => Done::Set {
                    key: key.clone(),
                    old,
                    new: value.clone(),
                },
                _ => Done::Edit {
                    title: event.title(),
                    step: step.clone(),
                    index,
                    future,
                },
            });
        }
    }

    /// Advances, applying what the journal holds on the way.
    pub fn advance(&mut self, steps: &Step, gate: &Gate) -> Result<Stop, SimError> {
        let target = self.clock().step + steps;
        let stop = self.run_to(&target, usize::MAX, gate)?;
        let step = self.clock().step;
        if step > self.reach {
            self.reach = step;
        }
        Ok(stop)
    }

    fn run_to(&mut self, target: &Step, applied: usize, gate: &Gate) -> Result<Stop, SimError> {
        loop {
            let now = self.clock().step;
            while self.applied < self.journal.entries.len().min(applied)
                && self.journal.entries[self.applied].step <= now
                && (now < *target || applied != usize::MAX)
            {
                self.replay_entry()?;
            }
            if now >= *target {
                return Ok(Stop::Target);
            }
            if gate.is_cancelled() {
                return Ok(Stop::Cancelled);
            }
            let next = self.journal.entries.get(self.applied).map(|e| &e.step);
            let until = next
                .filter(|s| **s > now)
                .map_or(target, |s| s.min(target))
                .clone();
            let steps = until - &now;
            let start = Instant::now();
            let stop = self.main.advance(&steps, gate);
            let moved = self.main.clock().step - now;
            if let Some(twin) = &mut self.twin {
                // The twin goes as far as its model went; neither a slice's end nor a failure
                // may part their clocks.
                twin.advance(&moved, &Gate::open())?;
            }
            self.worked(start.elapsed());
            match stop? {
                Stop::Target => {}
                early => return Ok(early),
            }
        }
    }

    fn replay_entry(&mut self) -> Result<(), SimError> {
        let event = self.journal.entries[self.applied].event.clone();
        match &event {
            Event::Input(input) => {
                self.main.apply(input)?;
                if let Some(twin) = &mut self.twin {
                    twin.apply(input)?;
                }
            }
            Event::Twin(input) => self.twin = Some(self.make_twin(input)?),
            Event::DropTwin(_) => self.twin = None,
        }
        self.applied += 1;
        Ok(())
    }

    fn worked(&mut self, time: Duration) {
        self.work += time;
        self.since_keyframe += time;
        if self.since_keyframe >= KEYFRAME_WORK.max(self.capture_cost * 20) {
            self.keep();
        }
    }

    pub(crate) fn keep(&mut self) {
        let start = Instant::now();
        let frame = self.frame();
        self.keyframes.push(frame);
        self.capture_cost = start.elapsed().min(Duration::from_millis(1500));
        self.since_keyframe = Duration::ZERO;
    }

    pub(crate) fn frame(&self) -> Keyframe {
        Keyframe {
            step: self.clock().step,
            applied: self.applied,
            main: self.main.capture(),
            twin: self.twin.as_ref().map(|t| t.capture()),
        }
    }

    pub(crate) fn stand_at(&mut self, frame: &Keyframe) -> Result<(), SimError> {
        self.main.restore(&frame.main)?;
        self.twin = match &frame.twin {
            Some(capture) => {
                let mut twin = match self.twin.take() {
                    Some(twin) => twin,
                    None => self.science.build(&self.journal.model, &self.place)?,
                };
                twin.restore(capture)?;
                Some(twin)
            }
            None => None,
        };
        self.applied = frame.applied;
        Ok(())
    }

    /// Goes to a step, backwards by a keyframe and replay. The journal's future stays; with
    /// `applied` one says how many entries are to be applied there (those of earlier steps
    /// always are).
    ///
    /// Returns `Slice` or `Cancelled` with the state part of the way: call again to go on.
    pub fn go_to(&mut self, step: &Step, applied: usize, gate: &Gate) -> Result<Stop, SimError> {
        let now = self.clock().step;
        let earlier = self
            .journal
            .entries
            .iter()
            .filter(|e| e.step < *step)
            .count();
        let applied = applied.clamp(earlier, self.entries_at(step));
        if now > *step || self.applied > applied {
            let frame = self
                .keyframes
                .before(step, applied)
                .cloned()
                .ok_or_else(|| SimError::other("The beginning of this run is not kept."))?;
            self.stand_at(&frame)?;
        } else if let Some(frame) = self.keyframes.before(step, applied).cloned()
            && frame.step > now
        {
            self.stand_at(&frame)?;
        }
        let stop = self.run_to(step, applied, gate)?;
        let step = self.clock().step;
        if step > self.reach {
            self.reach = step;
        }
        Ok(stop)
    }

    /// All entries up to and including this step.
    pub fn entries_at(&self, step: &Step) -> usize {
        self.journal
            .entries
            .iter()
            .filter(|e| e.step <= *step)
            .count()
    }

    /// Remembers a jump of the clock, so that undo returns to where it started.
    pub fn note_jump(&mut self, from: Step, from_applied: usize) {
        self.undo.push(Done::Jump {
            step: from,
            applied: from_applied,
        });
    }

    pub fn applied(&self) -> usize {
        self.applied
    }

    pub fn attach(&mut self, probe: ProbeSpec) -> Result<(), SimError> {
        self.main.attach(&probe)?;
        if let Some(twin) = &mut self.twin {
            let _ = twin.attach(&probe);
        }
        self.probes.retain(|p| *p != probe);
        self.probes.push(probe);
        Ok(())
    }

    pub fn detach(&mut self, probe: &ProbeSpec) {
        self.main.detach(probe);
        if let Some(twin) = &mut self.twin {
            twin.detach(probe);
        }
        self.probes.retain(|p| p != probe);
    }

    pub fn probes(&self) -> &[ProbeSpec] {
        &self.probes
    }

    /// Bytes of captured states that this run and its undo keep.
    pub fn held_bytes(&self) -> usize {
        self.keyframes.bytes() + self.undo.bytes()
    }

    /// The run as a document keeps it, with its state if replaying takes more than two seconds.
    pub fn saved(&self) -> Result<Saved, SimError> {
        let state = if self.work > REPLAY_LIMIT {
            let encode =
                |s: &dyn Simulation| s.encode(&s.capture()).map(|bytes| STANDARD.encode(bytes));
            let twin = self.twin.as_deref().map(encode).transpose()?;
            Some(SavedState {
                main: encode(&*self.main)?,
                twin,
            })
        } else {
            None
        };
        Ok(Saved {
            journal: self.journal.clone(),
            step: self.clock().step,
            applied: self.applied,
            state,
        })
    }
}

impl std::fmt::Debug for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Run({} at step {})",
            self.journal.model.kind,
            self.clock().step
        )
    }
}
