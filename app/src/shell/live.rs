//! An open run: its conductor, its newest snapshot, and what the window keeps about it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use loom_sim::conductor::{Answer, Command, Conductor, RunState, Snapshot, Wake};
use loom_sim::{
    Camera, Effect, Entry, Ink, Input, Model, ParameterKind, Place, ProbeSpec, Saved, Science,
    Settings, Value, View,
};

use super::analyses::Form;
use super::script::Script;
use super::tour::Guess;
use crate::widgets::number::Number;

/// A sweep goes there and back in this time at pace 1.
const SWEEP: f64 = 12.0;
/// Inputs of a sweep come at most this often.
const SWEEP_STEP: Duration = Duration::from_millis(33);

/// A parameter on its way back and forth.
#[derive(Clone, Copy, Debug)]
struct Sweep {
    /// Position in the cycle, 0 to 1; the way back begins in the middle.
    phase: f64,
    last: Instant,
}

/// What was last asked of the conductor for one view.
#[derive(Clone, Debug, PartialEq)]
struct Asked {
    camera: Option<Camera>,
    size: [u32; 2],
    pixels_per_point: f32,
    ink: Ink,
    settings: Settings,
    budget: usize,
}

pub struct Live {
    pub id: u64,
    pub title: String,
    /// The catalogue's entry, while the model is that of the entry.
    pub entry: Option<Arc<Entry>>,
    /// The entry that the run was opened with, and the kind of its model when last looked at.
    origin: Option<Arc<Entry>>,
    kind: String,
    pub science: Arc<dyn Science>,
    pub snapshot: Arc<Snapshot>,
    pub ranges: BTreeMap<String, (f64, f64)>,
    pub forms: BTreeMap<String, Form>,
    /// What is being written, where its text is shown.
    pub script: Script,
    /// Probes that this run was opened with.
    pub probes: Vec<ProbeSpec>,
    conductor: Option<Conductor>,
    sweeps: BTreeMap<String, Sweep>,
    asked: BTreeMap<u64, Asked>,
    heard: u64,
    answered: u64,
    resting: bool,
    /// Probes whose plots have been laid out, once each.
    pub laid_out: Vec<ProbeSpec>,
    /// The plot of the difference has been shown for the present twin.
    pub twin_shown: bool,
    /// When the run was last changed by the user, for undo.
    pub touched: Instant,
    /// What a class expects, drawn or being drawn over a plot.
    pub guess: Option<Guess>,
}

impl Live {
    /// Opens a saved run (or a fresh model) on its own worker.
    pub fn open(
        id: u64,
        science: Arc<dyn Science>,
        entry: Option<Arc<Entry>>,
        saved: Saved,
        place: Place,
        wake: Wake,
    ) -> Self {
        let probes = science.default_probes(&saved.journal.model);
        let mut live = Self::bare(id, science, entry, saved, place, wake);
        live.attach(probes);
        live
    }

    /// Opens a run that is only looked at: it has no probes.
    pub fn bare(
        id: u64,
        science: Arc<dyn Science>,
        entry: Option<Arc<Entry>>,
        saved: Saved,
        place: Place,
        wake: Wake,
    ) -> Self {
        let model = saved.journal.model.clone();
        let title = entry
            .as_ref()
            .map_or_else(|| model.kind.clone(), |e| e.title.clone());
        let conductor = Conductor::reopen(science.clone(), saved, place, wake);
        let snapshot = conductor.snapshot();
        Self {
            id,
            title,
            origin: entry.clone(),
            kind: model.kind,
            entry,
            science,
            snapshot,
            ranges: BTreeMap::new(),
            forms: BTreeMap::new(),
            script: Script::default(),
            probes: Vec::new(),
            conductor: Some(conductor),
            sweeps: BTreeMap::new(),
            asked: BTreeMap::new(),
            heard: 0,
            answered: 0,
            resting: false,
            laid_out: Vec::new(),
            twin_shown: false,
            touched: Instant::now(),
            guess: None,
        }
    }

    /// Takes the newest snapshot, moves sweeps on, collects what analyses have.
    pub fn refresh(&mut self, ctx: &egui::Context) {
        if let Some(conductor) = &self.conductor {
            self.snapshot = conductor.snapshot();
        }
        if self.snapshot.model.kind != self.kind {
            // Recast, or back again by undo.
            self.kind.clone_from(&self.snapshot.model.kind);
            self.entry = self.origin.clone().filter(|e| e.model.kind == self.kind);
            self.title = self
                .entry
                .as_ref()
                .map_or_else(|| self.kind.clone(), |e| e.title.clone());
        }
        self.sweep_on(ctx);
        for form in self.forms.values_mut() {
            form.collect();
        }
    }

    /// A run that nobody sees waits until its room is in front again.
    pub fn rest(&mut self, resting: bool) {
        if self.resting != resting {
            self.resting = resting;
            self.send(Command::Rest(resting));
        }
    }

    pub fn send(&self, command: Command) {
        if let Some(conductor) = &self.conductor {
            conductor.send(command);
        }
    }
    /// Sends what the user did, and remembers when.
    pub fn touch(&mut self, command: Command) {
        self.touched = Instant::now();
        self.send(command);
    }

    pub fn model(&self) -> &Model {
        &self.snapshot.model
    }
    pub fn saved(&self) -> Arc<Saved> {
        self.snapshot.saved.clone()
    }
    /// With the state itself where replay would take long.
    pub fn save(&self, patience: Duration) -> Result<Saved, loom_sim::SimError> {
        match &self.conductor {
            Some(conductor) => conductor.save(patience),
            None => Ok((*self.saved()).clone()),
        }
    }
    pub fn is_playing(&self) -> bool {
        self.snapshot.state == RunState::Playing
    }
    pub fn is_building(&self) -> bool {
        self.snapshot.state == RunState::Building
    }
    pub fn failure(&self) -> Option<&str> {
        match &self.snapshot.state {
            RunState::Failed(message) => Some(message),
            _ => None,
        }
    }
    /// Attaches probes that are not attached yet.
    pub fn attach(&mut self, list: Vec<ProbeSpec>) {
        for probe in list {
            if !self.probes.contains(&probe) {
                self.probes.push(probe.clone());
                self.send(Command::Attach(probe));
            }
        }
    }
    /// A sentence of the run that has not been shown yet.
    pub fn news(&mut self) -> Option<String> {
        let (number, message) = self.snapshot.message.clone()?;
        if number <= self.heard {
            return None;
        }
        self.heard = number;
        Some(message)
    }

    /// Answers that have not been taken yet, oldest first.
    pub fn answers(&mut self) -> Vec<Answer> {
        let taken = self.answered;
        let fresh = self.snapshot.answers.iter().filter(|a| a.number > taken);
        let list: Vec<Answer> = fresh.cloned().collect();
        if let Some(last) = list.last() {
            self.answered = last.number;
        }
        list
    }

    /// Sets a parameter the way its effect asks for. `None`: it belongs to the view.
    pub fn set(&mut self, key: &str, value: &Value) -> Option<()> {
        let effect = self.effect(key);
        match effect {
            Effect::Live => self.touch(Command::Apply(Input::set(key, value.clone()))),
            Effect::Rebuild => {
                let change = Settings::from([(key.to_owned(), value.clone())]);
                self.touch(Command::Rebuild(change));
            }
            Effect::View => return None,
        }
        Some(())
    }
    pub fn effect(&self, key: &str) -> Effect {
        loom_sim::parameter::find(&self.snapshot.parameters, key).map_or(Effect::Live, |p| p.effect)
    }

    /// Begins or ends a sweep of a parameter.
    pub fn toggle_sweep(&mut self, key: &str) {
        if self.sweeps.remove(key).is_some() {
            return;
        }
        let Some(number) = self.number(key) else {
            return;
        };
        self.sweeps.insert(
            key.to_owned(),
            Sweep {
                phase: number.fraction() * 0.5,
                last: Instant::now(),
            },
        );
    }
    pub fn is_sweeping(&self, key: &str) -> bool {
        self.sweeps.contains_key(key)
    }
    pub fn stop_sweep(&mut self, key: &str) {
        self.sweeps.remove(key);
    }

    fn number(&self, key: &str) -> Option<Number<'_>> {
        let parameter = loom_sim::parameter::find(&self.snapshot.parameters, key)?;
        let (low, high, logarithmic, integer) = match &parameter.kind {
            ParameterKind::Real {
                low, high, scale, ..
            } => (*low, *high, *scale == loom_sim::Scale::Logarithmic, false),
            ParameterKind::Integer { low, high, .. } => (*low as f64, *high as f64, false, true),
            _ => return None,
        };
        let (low, high) = self.ranges.get(key).copied().unwrap_or((low, high));
        Some(Number {
            name: &parameter.name,
            value: self.snapshot.values.get(key)?.as_real()?,
            default: parameter.default.as_real()?,
            low,
            high,
            logarithmic,
            integer,
            hard: None,
        })
    }

    fn sweep_on(&mut self, ctx: &egui::Context) {
        if self.sweeps.is_empty() {
            return;
        }
        ctx.request_repaint_after(SWEEP_STEP);
        let mut due = Vec::new();
        for (key, sweep) in &mut self.sweeps {
            let elapsed = sweep.last.elapsed();
            if elapsed >= SWEEP_STEP {
                sweep.last = Instant::now();
                // A window that slept does not leap.
                sweep.phase += elapsed.as_secs_f64().min(0.2) / SWEEP;
                sweep.phase -= sweep.phase.floor();
                due.push((key.clone(), 1.0 - (2.0 * sweep.phase - 1.0).abs()));
            }
        }
        for (key, fraction) in due {
            let Some(number) = self.number(&key) else {
                continue;
            };
            let x = number.at(fraction, 400.0);
            let value = if number.integer {
                Value::Integer(x as i64)
            } else {
                Value::Real(x)
            };
            self.send(Command::Apply(Input::set(&key, value)));
        }
    }

    /// Asks for a view unless the same was asked for already.
    pub fn watch(
        &mut self,
        view: u64,
        camera: Option<&Camera>,
        size: [u32; 2],
        pixels_per_point: f32,
        ink: Ink,
        settings: &Settings,
        budget: usize,
    ) {
        let asked = Asked {
            camera: camera.cloned(),
            size,
            pixels_per_point,
            ink,
            settings: settings.clone(),
            budget,
        };
        if self.asked.get(&view) == Some(&asked) {
            return;
        }
        let mut wanted = View::new(size);
        wanted.camera = asked.camera.clone();
        wanted.pixels_per_point = pixels_per_point;
        wanted.ink = ink;
        wanted.settings = asked.settings.clone();
        wanted.budget = budget;
        if let Some(conductor) = &self.conductor {
            conductor.set_view(view, Some(wanted));
        }
        self.asked.insert(view, asked);
    }
    /// A view is no longer shown.
    pub fn unwatch(&mut self, view: u64) {
        if self.asked.remove(&view).is_some()
            && let Some(conductor) = &self.conductor
        {
            conductor.set_view(view, None);
        }
    }
    /// Width and height of a view in physical pixels, as last shown.
    pub fn size_of(&self, view: u64) -> Option<[u32; 2]> {
        self.asked.get(&view).map(|asked| asked.size)
    }
    pub fn watched(&self) -> Vec<u64> {
        self.asked.keys().copied().collect()
    }
}

impl Drop for Live {
    /// Ending a worker can wait for a slice or a build: never on the window's thread.
    fn drop(&mut self) {
        for form in self.forms.values_mut() {
            form.cancel();
        }
        if let Some(conductor) = self.conductor.take() {
            conductor.send(Command::Cancel);
            std::thread::spawn(move || drop(conductor));
        }
    }
}
