//! A simulation is one trait; all that runs is written against it once.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use loom_gpu::camera::Camera;
use loom_gpu::scene::{Legend, Scene};

use crate::clock::{Clock, Gate, Step, Stop};
use crate::error::SimError;
use crate::input::Input;
use crate::operation::Outcome;
use crate::print::{Press, Raster};
use crate::probe::{ProbeKind, ProbeSpec, Reading};
use crate::report::Quantity;
use crate::value::Settings;
use crate::view::{Followed, Pointer, PointerReply, View};
use crate::yardstick::{Horizon, Yardstick};

/// A model in motion.
///
/// The rules, which `conformance` checks: n steps equal n single steps; any slicing and any
/// number of threads give the same state; `restore` plus the same inputs gives the same state;
/// `advance` heeds its gate within 100 ms.
pub trait Simulation: Send {
    fn clock(&self) -> Clock;

    /// The speed at which it is played at first: 1, unless nothing could be seen of it then.
    fn usual_speed(&self) -> f64 {
        1.0
    }

    /// The live parameters as they stand.
    fn parameters(&self) -> Settings;

    /// Acts on the running state at the present step. A refused input changes nothing.
    fn apply(&mut self, input: &Input) -> Result<(), SimError>;

    /// Makes at most `steps` steps; returns at the target, on cancel, at the end of the slice,
    /// or at the model's own end. On an error the state is that of the last good step.
    fn advance(&mut self, steps: &Step, gate: &Gate) -> Result<Stop, SimError>;

    /// The numbers of the status line and the inspector, a handful, cheap.
    fn observe(&self) -> Vec<Quantity>;

    /// The camera that shows the whole, filling about two thirds of a view of this size
    /// (logical pixels).
    fn fit(&self, size: [f64; 2]) -> Camera;
    /// The camera that shows the whole of what this view draws, whose own camera is not looked
    /// at.
    fn fit_view(&self, view: &View) -> Camera {
        self.fit(view.points())
    }

    /// The camera of a view whose settings make it go along with what moves.
    fn follow(&self, _view: &View) -> Option<Followed> {
        None
    }

    fn scene(&self, view: &View) -> Result<Scene, SimError>;

    /// Keeps, from the present step on and for as long as it lives, what a view with these
    /// settings shows of the way to where it stands; whether it shows any. Pictures that are
    /// made anew ask at the beginning of the run.
    fn keep_history(&self, _settings: &Settings) -> bool {
        false
    }

    /// A picture of print quality of what this view shows, by the settings that
    /// [`Science::print_parameters`](crate::Science::print_parameters) declares. The same for any
    /// number of threads; nothing of the run changes.
    fn print(
        &self,
        _view: &View,
        _settings: &Settings,
        _press: &Press,
    ) -> Result<Raster, SimError> {
        Err(SimError::other(
            "This model has no print-quality picture: export the view instead.",
        ))
    }

    /// What the colours of a print by these settings mean, where they mean a number.
    fn print_legends(&self, _view: &View, _settings: &Settings) -> Result<Vec<Legend>, SimError> {
        Ok(Vec::new())
    }

    /// Shares the state, live parameters included; encoded only when saved.
    fn capture(&self) -> Capture;
    fn restore(&mut self, capture: &Capture) -> Result<(), SimError>;
    /// A captured state as bytes, the same on every machine.
    fn encode(&self, capture: &Capture) -> Result<Vec<u8>, SimError>;
    fn decode(&self, bytes: &[u8]) -> Result<Capture, SimError>;

    /// What can be watched at every step.
    fn probes(&self) -> Vec<ProbeKind> {
        Vec::new()
    }
    /// Attaches a probe, or resets it if it is attached already.
    fn attach(&mut self, probe: &ProbeSpec) -> Result<(), SimError> {
        Err(SimError::Unknown {
            what: "probe",
            name: probe.kind.clone(),
            hint: ".".into(),
        })
    }
    fn detach(&mut self, _probe: &ProbeSpec) {}
    /// What an attached probe has seen.
    fn read(&self, _probe: &ProbeSpec) -> Option<Reading> {
        None
    }

    /// The time in which small differences grow, where it is known for the present parameters.
    fn yardstick(&self) -> Option<Yardstick> {
        None
    }
    /// From when on the orbit that is recorded can't be believed, once that time has come.
    fn horizon(&self) -> Option<Horizon> {
        None
    }

    /// What the pointer means here. Changes nothing.
    fn pointer(&self, _pointer: &Pointer, _view: &View) -> PointerReply {
        PointerReply::default()
    }
    /// What a [`crate::Hit::id`] names, as it stands now.
    fn describe(&self, _id: &str) -> Option<crate::view::Hit> {
        None
    }
    /// Every drag in the view is the simulation's (painting), not the camera's.
    fn paints(&self) -> bool {
        false
    }

    /// What one of [`Science::operations`](crate::Science::operations) comes to in this view, with
    /// what was asked for. Changes nothing.
    fn operate(&self, key: &str, _settings: &Settings, _view: &View) -> Result<Outcome, SimError> {
        Err(SimError::Unknown {
            what: "operation",
            name: key.to_owned(),
            hint: ".".into(),
        })
    }

    /// The change by which a twin made from the menu differs (a nudge, a flipped cell, a cut
    /// thread), and the size of the difference to a state of the same model.
    fn twin_input(&self) -> Option<Input>;
    fn difference(&self, other: &Capture) -> Option<Quantity>;
}

/// A state at a step, shared in memory.
#[derive(Clone)]
pub struct Capture {
    pub step: Step,
    /// What it holds alive, for the journal's budget.
    pub bytes: usize,
    pub state: Arc<dyn Any + Send + Sync>,
}

impl Capture {
    pub fn new<T: Any + Send + Sync>(step: Step, bytes: usize, state: T) -> Self {
        Self {
            step,
            bytes,
            state: Arc::new(state),
        }
    }
    /// The state, if it is of the type that the caller knows.
    pub fn get<T: Any>(&self) -> Result<&T, SimError> {
        self.state
            .downcast_ref()
            .ok_or_else(|| SimError::Other("This state belongs to another kind of model.".into()))
    }
}

impl fmt::Debug for Capture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Capture(step {}, {} bytes)", self.step, self.bytes)
    }
}
