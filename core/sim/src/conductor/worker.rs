//! The worker: it waits for commands, plays, and seeks.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use loom_gpu::camera::Camera;
use loom_gpu::scene::Scene;

use super::snapshot::{Answer, RunState, Snapshot};
use super::{Command, Wake};
use crate::clock::{Gate, SLICE, Step, Stop};
use crate::error::SimError;
use crate::journal::Saved;
use crate::pace::Pace;
use crate::probe::Recorder;
use crate::run::Run;
use crate::science::{Place, Science};
use crate::view::{Followed, Hit, View};

/// Snapshots come at most this often while a run plays.
const FRAME: Duration = Duration::from_millis(16);

pub(super) struct Shared {
    pub(super) snapshot: Arc<Mutex<Arc<Snapshot>>>,
    pub(super) cancel: Arc<AtomicBool>,
    pub(super) wake: Wake,
}

pub(super) fn work(
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

pub(super) enum Activity {
    Paused,
    Playing,
    Seeking {
        target: Step,
        applied: usize,
        from: Step,
    },
}

pub(super) struct Worker {
    pub(super) run: Run,
    pub(super) shared: Shared,
    pub(super) activity: Activity,
    pub(super) failed: Option<String>,
    pub(super) pace: Pace,
    pub(super) views: BTreeMap<u64, View>,
    pub(super) scenes: BTreeMap<u64, Arc<Scene>>,
    pub(super) fits: BTreeMap<u64, Camera>,
    pub(super) followed: BTreeMap<u64, Followed>,
    pub(super) stale: bool,
    /// Until the next step is due.
    wait: Duration,
    /// Nobody looks: what plays waits.
    pub(super) resting: bool,
    pub(super) difference: Option<Recorder>,
    pub(super) hit: Option<Hit>,
    pub(super) selected: Option<Hit>,
    pub(super) message: Option<(u64, String)>,
    pub(super) answers: Vec<Answer>,
    pub(super) answered: u64,
    pub(super) saved: Arc<Saved>,
    pub(super) published: Instant,
    pub(super) revision: u64,
}

impl Worker {
    fn new(run: Run, shared: Shared) -> Self {
        let saved = Arc::new(Saved {
            journal: run.journal().clone(),
            step: run.clock().step,
            applied: run.applied(),
            state: None,
        });
        let mut pace = Pace::new(run.clock().pace);
        pace.set_speed(run.simulation().usual_speed());
        Self {
            run,
            shared,
            activity: Activity::Paused,
            failed: None,
            pace,
            views: BTreeMap::new(),
            scenes: BTreeMap::new(),
            fits: BTreeMap::new(),
            followed: BTreeMap::new(),
            stale: true,
            wait: Duration::ZERO,
            resting: false,
            difference: None,
            hit: None,
            selected: None,
            message: None,
            answers: Vec::new(),
            answered: 0,
            saved,
            published: Instant::now(),
            revision: 0,
        }
    }

    fn serve(mut self, inbox: &Receiver<Command>) {
        self.publish();
        loop {
            let idle = self.idle();
            // At rest the worker sleeps until there is something to do.
            let mut next = if idle {
                match inbox.recv() {
                    Ok(command) => Some(command),
                    Err(_) => return,
                }
            } else {
                // Nothing may be due yet: then whichever is first, the time or a command.
                match inbox.recv_timeout(std::mem::take(&mut self.wait)) {
                    Ok(command) => Some(command),
                    Err(RecvTimeoutError::Timeout) => None,
                    Err(RecvTimeoutError::Disconnected) => return,
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
                Activity::Playing if self.resting => {}
                Activity::Playing => self.play(),
                Activity::Seeking { .. } => self.seek(),
            }
            let due = self.published.elapsed() >= FRAME || self.idle();
            if self.stale && due {
                self.publish();
            }
        }
    }

    /// Nothing moves until a command comes.
    fn idle(&self) -> bool {
        match self.activity {
            Activity::Paused => true,
            Activity::Playing => self.resting,
            Activity::Seeking { .. } => false,
        }
    }

    fn gate(&self, slice: Option<Duration>) -> Gate {
        Gate::new(self.shared.cancel.clone(), slice)
    }

    fn play(&mut self) {
        let clock = self.run.clock();
        if clock.at_end() {
            self.activity = Activity::Paused;
            self.stale = true;
            return;
        }
        self.pace.set_rate(clock.pace);
        let due = self.pace.due();
        if due == Step::default() {
            self.wait = self.pace.until_next().min(FRAME);
            return;
        }
        let before = clock.step;
        let result = self.run.advance(&due, &self.gate(Some(SLICE)));
        let made = self.run.clock().step - before;
        self.pace.made(&due, &made);
        self.after_advance(result);
    }

    pub(super) fn seek(&mut self) {
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

    pub(super) fn record_difference(&mut self) {
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
}
