//! The conductor drives a run from a worker, so that nothing ever blocks the window.
//!
//! It takes commands, answers with snapshots, and wakes the window when there is a new one.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, TryRecvError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use loom_gpu::camera::Camera;
use loom_gpu::scene::Scene;

use crate::clock::{Clock, Gate, SLICE, Step, Stop};
use crate::error::SimError;
use crate::exchange::Series;
use crate::input::Input;
use crate::journal::Saved;
use crate::model::Model;
use crate::pace::Pace;
use crate::parameter::Parameter;
use crate::probe::{ProbeKind, ProbeSpec, Reading, Recorder};
use crate::report::Quantity;
use crate::run::Run;
use crate::science::{Place, Science};
use crate::value::Settings;
use crate::view::{Hit, Pointer, View};

/// Snapshots come at most this often while a run plays.
const FRAME: Duration = Duration::from_millis(16);

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
    /// Selects what a [`Hit::id`] names.
    Select(Option<String>),
    Restart,
    Defaults,
    Rebuild(Settings),
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
    /// Answers with the run as a document keeps it.
    Save(Sender<Result<Saved, SimError>>),
    Stop,
}

#[derive(Clone, Debug, PartialEq)]
pub enum RunState {
    Building,
    Paused,
    Playing,
    /// On the way to a step: the fraction done.
    Seeking(f32),
    Ended,
    Failed(String),
}

/// What the window shows, complete and unchanging.
#[derive(Clone, Debug)]
pub struct Snapshot {
    pub state: RunState,
    pub clock: Clock,
    pub speed: f64,
    pub steps_per_second: f64,
    pub time_per_second: f64,
    /// The machine can't keep the pace asked for.
    pub behind: bool,
    /// With the live parameters as they stand.
    pub model: Model,
    pub parameters: Vec<Parameter>,
    pub values: Settings,
    pub observations: Vec<Quantity>,
    pub scenes: BTreeMap<u64, Arc<Scene>>,
    /// The camera that shows the whole, for each view.
    pub fits: BTreeMap<u64, Camera>,
    pub readings: Vec<(ProbeSpec, Reading)>,
    pub probes: Vec<ProbeKind>,
    /// The present difference to the twin.
    pub twin: Option<Quantity>,
    /// Its size over time.
    pub difference: Option<Arc<Series>>,
    pub hit: Option<Hit>,
    pub selected: Option<Hit>,
    pub paints: bool,
    pub undo: Option<String>,
    pub redo: Option<String>,
    /// A sentence for the user, with its number so that it is shown once.
    pub message: Option<(u64, String)>,
    /// The furthest step reached.
    pub reach: Step,
    pub saved: Arc<Saved>,
    pub revision: u64,
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
            .spawn(move || work(science, saved, place, &inbox, shared))
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

impl Snapshot {
    fn building(saved: &Saved) -> Self {
        Self {
            state: RunState::Building,
            clock: Clock {
                step: Step::default(),
                time: 0.0,
                unit: String::new(),
                symbol: "t".into(),
                step_time: 1.0,
                pace: 1.0,
                end: None,
            },
            speed: 1.0,
            steps_per_second: 0.0,
            time_per_second: 0.0,
            behind: false,
            model: saved.journal.model.clone(),
            parameters: Vec::new(),
            values: Settings::new(),
            observations: Vec::new(),
            scenes: BTreeMap::new(),
            fits: BTreeMap::new(),
            readings: Vec::new(),
            probes: Vec::new(),
            twin: None,
            difference: None,
            hit: None,
            selected: None,
            paints: false,
            undo: None,
            redo: None,
            message: None,
            reach: Step::default(),
            saved: Arc::new(saved.clone()),
            revision: 0,
        }
    }
}

struct Shared {
    snapshot: Arc<Mutex<Arc<Snapshot>>>,
    cancel: Arc<AtomicBool>,
    wake: Wake,
}

fn work(
    science: Arc<dyn Science>,
    saved: Saved,
    place: Place,
    inbox: &Receiver<Command>,
    shared: Shared,
) {
    let fallback = Arc::new(Snapshot::building(&saved));
    let gate = Gate::new(shared.cancel.clone(), None);
    match Run::restore(science, saved, place, &gate) {
        Ok(run) => Worker::new(run, shared).serve(inbox),
        Err(error) => {
            let failed = Snapshot {
                state: RunState::Failed(error.to_string()),
                revision: 1,
                ..(*fallback).clone()
            };
            *shared
                .snapshot
                .lock()
                .unwrap_or_else(PoisonError::into_inner) = Arc::new(failed);
            (shared.wake)();
            // Only the handle's end ends the wait: there is nothing to serve.
            while let Ok(command) = inbox.recv() {
                match command {
                    Command::Stop => break,
                    Command::Save(reply) => {
                        let _ = reply.send(Err(error.clone()));
                    }
                    _ => {}
                }
            }
        }
    }
}

enum Activity {
    Paused,
    Playing,
    Seeking {
        target: Step,
        applied: usize,
        from: Step,
    },
}

struct Worker {
    run: Run,
    shared: Shared,
    activity: Activity,
    failed: Option<String>,
    pace: Pace,
    views: BTreeMap<u64, View>,
    scenes: BTreeMap<u64, Arc<Scene>>,
    fits: BTreeMap<u64, Camera>,
    stale: bool,
    difference: Option<Recorder>,
    hit: Option<Hit>,
    selected: Option<Hit>,
    message: Option<(u64, String)>,
    saved: Arc<Saved>,
    published: Instant,
    revision: u64,
}

impl Worker {
    fn new(run: Run, shared: Shared) -> Self {
        let saved = Arc::new(Saved {
            journal: run.journal().clone(),
            step: run.clock().step,
            applied: run.applied(),
            state: None,
        });
        let pace = Pace::new(run.clock().pace);
        Self {
            run,
            shared,
            activity: Activity::Paused,
            failed: None,
            pace,
            views: BTreeMap::new(),
            scenes: BTreeMap::new(),
            fits: BTreeMap::new(),
            stale: true,
            difference: None,
            hit: None,
            selected: None,
            message: None,
            saved,
            published: Instant::now(),
            revision: 0,
        }
    }

    fn serve(mut self, inbox: &Receiver<Command>) {
        self.publish();
        loop {
            let idle = matches!(self.activity, Activity::Paused);
            // At rest the worker sleeps until there is something to do.
            let mut next = if idle {
                match inbox.recv() {
                    Ok(command) => Some(command),
                    Err(_) => return,
                }
            } else {
                match inbox.try_recv() {
                    Ok(command) => Some(command),
                    Err(TryRecvError::Empty) => None,
                    Err(TryRecvError::Disconnected) => return,
                }
            };
            while let Some(command) = next {
                if matches!(command, Command::Stop) {
                    return;
                }
                self.obey(command);
                next = inbox.try_recv().ok();
            }
            match &self.activity {
                Activity::Paused => {}
                Activity::Playing => self.play(inbox),
                Activity::Seeking { .. } => self.seek(),
            }
            let due =
                self.published.elapsed() >= FRAME || matches!(self.activity, Activity::Paused);
            if self.stale && due {
                self.publish();
            }
        }
    }

    fn gate(&self, slice: Option<Duration>) -> Gate {
        Gate::new(self.shared.cancel.clone(), slice)
    }

    fn play(&mut self, inbox: &Receiver<Command>) {
        let clock = self.run.clock();
        if clock.at_end() {
            self.activity = Activity::Paused;
            self.stale = true;
            return;
        }
        self.pace.set_rate(clock.pace);
        let due = self.pace.due();
        if due == Step::default() {
            // Nothing is due yet: wait for the time or for a command, whichever is first.
            match inbox.recv_timeout(self.pace.until_next().min(FRAME)) {
                Ok(command) => self.obey(command),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
            }
            return;
        }
        let before = clock.step;
        let result = self.run.advance(&due, &self.gate(Some(SLICE)));
        let made = self.run.clock().step - before;
        self.pace.made(&due, &made);
        self.after_advance(result);
    }

    fn seek(&mut self) {
        let Activity::Seeking {
            target, applied, ..
        } = &self.activity
        else {
            return;
        };
        let (target, applied) = (target.clone(), *applied);
        let result = self
            .run
            .go_to(&target, applied, &self.gate(Some(SLICE * 4)));
        let arrived = matches!(result, Ok(Stop::Target | Stop::End));
        self.after_advance(result);
        if arrived {
            self.activity = Activity::Paused;
            self.stale = true;
        }
    }

    fn after_advance(&mut self, result: Result<Stop, SimError>) {
        self.stale = true;
        match result {
            Ok(Stop::End) => self.activity = Activity::Paused,
            Ok(Stop::Cancelled) | Err(SimError::Cancelled) => {
                self.shared.cancel.store(false, Ordering::Relaxed);
                self.activity = Activity::Paused;
            }
            Ok(_) => {}
            Err(error) => {
                self.failed = Some(error.to_string());
                self.activity = Activity::Paused;
            }
        }
        self.record_difference();
    }

    fn record_difference(&mut self) {
        let Some(twin) = self.run.twin() else {
            self.difference = None;
            return;
        };
        let Some(size) = self.run.simulation().difference(&twin.capture()) else {
            return;
        };
        let clock = self.run.clock();
        let recorder = self.difference.get_or_insert_with(|| {
            Recorder::new(
                (&clock.symbol, &clock.unit),
                &[(&size.name, &size.unit)],
                8192,
            )
        });
        let value = size.as_real().unwrap_or(f64::NAN);
        if recorder
            .series()
            .at
            .last()
            .is_some_and(|t| *t >= clock.time)
        {
            recorder.truncate(clock.time - clock.step_time * 0.5);
        }
        recorder.push(clock.time, &[value]);
    }

    fn say(&mut self, message: String) {
        let number = self.message.as_ref().map_or(1, |(n, _)| n + 1);
        self.message = Some((number, message));
    }

    fn obey(&mut self, command: Command) {
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
            Command::Play => self.start(),
            Command::Pause => self.activity = Activity::Paused,
            Command::Toggle => match self.activity {
                Activity::Paused => self.start(),
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
            }
            Command::Save(reply) => {
                // Whoever asked may have gone; then nobody misses the answer.
                let _ = reply.send(self.run.saved());
            }
            Command::Stop => {}
        }
        Ok(())
    }

    fn start(&mut self) {
        if self.run.clock().at_end() {
            self.say("This run is at its end: restart it to play it again.".into());
            return;
        }
        self.failed = None;
        self.pace.start();
        self.activity = Activity::Playing;
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

    fn point(&mut self, id: u64, pointer: &Pointer) -> Result<(), SimError> {
        let Some(view) = self.views.get(&id) else {
            return Ok(());
        };
        let mut view = view.clone();
        if view.camera.is_none() {
            view.camera = self.fits.get(&id).cloned();
        }
        let reply = self.run.simulation().pointer(pointer, &view);
        if reply.select {
            self.selected.clone_from(&reply.hit);
        }
        self.hit = reply.hit;
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

    /// The rows of what is selected belong to the present state.
    fn reselect(&mut self) {
        if let Some(hit) = &self.selected {
            self.selected = self
                .run
                .simulation()
                .describe(&hit.id)
                .or_else(|| Some(hit.clone()));
        }
    }

    fn draw(&mut self) {
        let compare = self.run.twin().map(|twin| twin.capture());
        for (id, view) in &self.views {
            let fit = self.run.simulation().fit(view.points());
            let mut asked = view.clone();
            asked.camera.get_or_insert_with(|| fit.clone());
            asked.selected = self.selected.as_ref().map(|h| h.id.clone());
            asked.compare.clone_from(&compare);
            self.fits.insert(*id, fit);
            match self.run.simulation().scene(&asked) {
                Ok(scene) => {
                    self.scenes.insert(*id, Arc::new(scene));
                }
                Err(error) => self.failed = Some(error.to_string()),
            }
        }
    }

    fn publish(&mut self) {
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
            steps_per_second: rate,
            time_per_second: rate * clock.step_time,
            behind: playing && self.pace.behind(),
            model: self.run.model(),
            parameters: self.run.parameters().to_vec(),
            values: self.run.values(),
            observations: simulation.observe(),
            scenes: self.scenes.clone(),
            fits: self.fits.clone(),
            readings: self
                .run
                .probes()
                .iter()
                .filter_map(|p| simulation.read(p).map(|r| (p.clone(), r)))
                .collect(),
            probes: simulation.probes(),
            twin: self
                .run
                .twin()
                .and_then(|t| simulation.difference(&t.capture())),
            difference: self
                .difference
                .as_ref()
                .map(|d| Arc::new(d.series().clone())),
            hit: self.hit.clone(),
            selected: self.selected.clone(),
            paints: simulation.paints(),
            undo: self.run.undo_title(),
            redo: self.run.redo_title(),
            message: self.message.clone(),
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
