//! The journal: every input, stamped with its step. State is the nearest keyframe plus replay.

use serde::{Deserialize, Serialize};

use crate::clock::Step;
use crate::input::Input;
use crate::model::Model;
use crate::simulation::Capture;

/// A run as it is saved: the model at step 0 and all that has been done to it since.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Journal {
    pub model: Model,
    /// In the order of their steps.
    #[serde(default)]
    pub entries: Vec<Entry>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    #[serde(with = "step_text")]
    pub step: Step,
    #[serde(flatten)]
    pub event: Event,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// To the simulation, and to its twin if there is one.
    Input(Input),
    /// A twin starts from the present state and differs by this input.
    Twin(Input),
    DropTwin(bool),
}

impl Event {
    pub fn title(&self) -> String {
        match self {
            Self::Input(input) => input.title(),
            Self::Twin(input) => format!("Twin: {}", input.title()),
            Self::DropTwin(_) => "Remove the twin".to_owned(),
        }
    }
}

impl Journal {
    pub fn new(model: Model) -> Self {
        Self {
            model,
            entries: Vec::new(),
        }
    }
}

/// Where a document stands in its journal, with the state itself if replaying it would take
/// long.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Saved {
    pub journal: Journal,
    #[serde(with = "step_text")]
    pub step: Step,
    /// Entries applied at `step`; those behind it lie in the future.
    pub applied: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<SavedState>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SavedState {
    /// Base64 of the simulation's own encoding.
    pub main: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub twin: Option<String>,
}

impl Saved {
    /// A model at its beginning.
    pub fn fresh(model: Model) -> Self {
        Self {
            journal: Journal::new(model),
            step: Step::default(),
            applied: 0,
            state: None,
        }
    }
}

/// The states of a group at one step.
#[derive(Clone, Debug)]
pub struct Keyframe {
    pub step: Step,
    /// Journal entries applied before it was taken.
    pub applied: usize,
    pub main: Capture,
    pub twin: Option<Capture>,
}

impl Keyframe {
    pub(crate) fn bytes(&self) -> usize {
        self.main.bytes + self.twin.as_ref().map_or(0, |c| c.bytes) + 64
    }
}

/// Keyframes on the host under a byte budget, dense near the present and thinner before it.
#[derive(Clone, Debug)]
pub struct Keyframes {
    list: Vec<Keyframe>,
    budget: usize,
}

impl Keyframes {
    pub fn new(budget: usize) -> Self {
        Self {
            list: Vec::new(),
            budget,
        }
    }
    /// Adds the newest keyframe and thins the older ones; the first always stays.
    pub fn push(&mut self, frame: Keyframe) {
        if let Some(last) = self.list.last()
            && last.step == frame.step
            && last.applied == frame.applied
        {
            return;
        }
        self.list.push(frame);
        self.shrink(self.budget);
    }
    /// Thins the keyframes to a budget from now on; the first and the last stay.
    pub fn shrink(&mut self, budget: usize) {
        self.budget = budget;
        while self.list.len() > 2 && self.bytes() > self.budget {
            self.thin();
        }
    }
    /// The latest keyframe not after this place in the journal.
    pub fn before(&self, step: &Step, applied: usize) -> Option<&Keyframe> {
        self.list
            .iter()
            .rev()
            .find(|k| k.step <= *step && k.applied <= applied)
    }
    /// Forgets the keyframes that hold entries past `applied`, after the future was rewritten.
    pub fn truncate(&mut self, applied: usize, step: &Step) {
        self.list
            .retain(|k| k.applied <= applied && (k.applied < applied || k.step <= *step));
    }
    pub fn bytes(&self) -> usize {
        self.list.iter().map(Keyframe::bytes).sum()
    }
    pub fn len(&self) -> usize {
        self.list.len()
    }
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
    /// Removes the keyframe whose loss costs least: the smallest gap relative to its age.
    fn thin(&mut self) {
        let real = |s: &Step| num_traits::ToPrimitive::to_f64(s).unwrap_or(f64::MAX);
        let now = self.list.last().map_or(0.0, |k| real(&k.step));
        let cost = |i: usize| {
            let gap = real(&self.list[i + 1].step) - real(&self.list[i - 1].step);
            gap / (now - real(&self.list[i].step) + 1.0)
        };
        let cheapest = (1..self.list.len() - 1).min_by(|&a, &b| cost(a).total_cmp(&cost(b)));
        if let Some(index) = cheapest {
            self.list.remove(index);
        }
    }
}

/// Steps as decimal text: exact in JSON, however large.
pub mod step_text {
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    use crate::clock::Step;

    /// A clock of more digits than this is not a run but an attack.
    const DIGITS: usize = 10_000;

    pub fn serialize<S: Serializer>(step: &Step, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&step.to_string())
    }
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Step, D::Error> {
        let text = String::deserialize(from)?;
        if text.is_empty() || text.len() > DIGITS || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(D::Error::custom("a step is a whole number in quotes"));
        }
        text.parse().map_err(D::Error::custom)
    }
}
