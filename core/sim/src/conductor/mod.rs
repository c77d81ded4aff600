//! The conductor drives a run from a worker, so that nothing ever blocks the window.
//!
//! It takes commands, answers with snapshots, and wakes the window when there is a new one.

mod obey;
mod publish;
mod snapshot;
mod worker;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

pub use snapshot::{Answer, RunState, Snapshot};
use worker::Shared;

use crate::clock::Step;
use crate::error::SimError;
use crate::input::Input;
use crate::journal::Saved;
use crate::model::Model;
use crate::probe::ProbeSpec;
use crate::science::{Place, Science};
use crate::value::Settings;
use crate::view::{Pointer, View};

#[derive(Clone, Debug)]
pub enum Command {
    Play,
    Pause,
    Toggle,
    StepForward,
    StepBack,
    Seek(Step),
    /// A factor on the clock's pace.
    Speed(f64),
    Apply(Input),
    Pointer {
        view: u64,
        pointer: Pointer,
    },
    /// Does an operation in a view, with what was asked for.
    Operate {
        view: u64,
        key: String,
        settings: Settings,
    },
    /// Selects what a [`Hit::id`](crate::view::Hit::id) names.
    Select(Option<String>),
    Restart,
    Defaults,
    Rebuild(Settings),
    /// Begins anew with another model of the same science; the words are for undo.
    Recast(String, Box<Model>),
    Seed(u64),
    Undo,
    Redo,
    /// A twin by this input, or by the simulation's own choice.
    Twin(Option<Input>),
    DropTwin,
    Attach(ProbeSpec),
    Detach(ProbeSpec),
    /// Ends a seek, a build or a step that takes long.
    Cancel,
    View(u64, Option<Box<View>>),
    /// Nobody looks: what plays waits, and goes on when this is taken back.
    Rest(bool),
    /// Answers with the run as a document keeps it.
    Save(Sender<Result<Saved, SimError>>),
    Stop,
}

/// The handle to a run on its worker. Dropping it stops the worker.
pub struct Conductor {
    commands: Sender<Command>,
    snapshot: Arc<Mutex<Arc<Snapshot>>>,
    cancel: Arc<AtomicBool>,
    worker: Option<JoinHandle<()>>,
}

/// Tells the window that there is a new snapshot.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

impl Conductor {
    /// Builds a model on the worker and pauses at its beginning.
    pub fn open(science: Arc<dyn Science>, model: Model, place: Place, wake: Wake) -> Self {
        Self::reopen(science, Saved::fresh(model), place, wake)
    }

    /// Builds a saved run and goes to where it stood.
    pub fn reopen(science: Arc<dyn Science>, saved: Saved, place: Place, wake: Wake) -> Self {
        let (commands, inbox) = channel();
        let first = Arc::new(Snapshot::building(&saved));
        let snapshot = Arc::new(Mutex::new(first));
        let cancel = Arc::new(AtomicBool::new(false));
        let shared = Shared {
            snapshot: snapshot.clone(),
            cancel: cancel.clone(),
            wake,
        };
        let worker = std::thread::Builder::new()
            .name(format!("conductor of {}", saved.journal.model.kind))
            .spawn(move || worker::work(science, saved, place, &inbox, shared))
            .ok();
        Self {
            commands,
            snapshot,
            cancel,
            worker,
        }
    }

    pub fn send(&self, command: Command) {
        if matches!(command, Command::Cancel | Command::Stop) {
            self.cancel.store(true, Ordering::Relaxed);
        }
        // The worker only goes away with this handle.
        let _ = self.commands.send(command);
    }

    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.snapshot
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Registers what is to be seen; `None` removes the view.
    pub fn set_view(&self, id: u64, view: Option<View>) {
        self.send(Command::View(id, view.map(Box::new)));
    }

    /// Journal and step, from the last snapshot; cheap.
    pub fn saved(&self) -> Saved {
        (*self.snapshot().saved).clone()
    }

    /// The run with its state where replay would take long; waits for the worker.
    pub fn save(&self, patience: Duration) -> Result<Saved, SimError> {
        let (reply, answer) = channel();
        self.send(Command::Save(reply));
        answer
            .recv_timeout(patience)
            .map_err(|_| SimError::other("The run is busy; pause it and save again."))?
    }
}

impl Drop for Conductor {
    fn drop(&mut self) {
        self.send(Command::Stop);
        if let Some(worker) = self.worker.take() {
            // A worker that panicked has nothing left to say.
            let _ = worker.join();
        }
    }
}

impl std::fmt::Debug for Conductor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Conductor")
    }
}
