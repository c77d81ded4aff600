//! Analyses of a run: their forms, the jobs on their own threads, and the reports.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use loom_sim::conductor::Wake;
use loom_sim::{
    Analysis, Gate, Job, Model, Place, Report, Run, Saved, Science, Settings, SimError, Subject,
    Value,
};

/// Partial results come to the window at most this often.
const BEAT: Duration = Duration::from_millis(50);

/// One analysis of one run.
#[derive(Default)]
pub struct Form {
    pub settings: Settings,
    /// The newest report; while a job runs, as far as it has formed.
    pub report: Option<Arc<Report>>,
    /// The parameters that the report was computed for.
    pub computed_for: Option<Settings>,
    pub failure: Option<String>,
    /// Settings before the present part was drawn, and those that Back has left.
    past: Vec<Settings>,
    future: Vec<Settings>,
    /// The first plot of the report is to come into view.
    reveal: bool,
    /// It comes while the report is still forming.
    early: bool,
    /// The run has begun since the inspector was last drawn.
    begun: bool,
    running: Option<Running>,
}

struct Running {
    cancel: Arc<AtomicBool>,
    shared: Arc<Mutex<Shared>>,
    started: Instant,
    parameters: Settings,
}

#[derive(Default)]
struct Shared {
    fraction: f32,
    partial: Option<Report>,
    done: Option<Result<Report, SimError>>,
}

fn locked(shared: &Mutex<Shared>) -> std::sync::MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Form {
    /// How far the job is, and how many seconds it will still take, if that can be told.
    pub fn progress(&self) -> Option<(f32, Option<f64>)> {
        let running = self.running.as_ref()?;
        let fraction = locked(&running.shared).fraction;
        let elapsed = running.started.elapsed().as_secs_f64();
        let left = (fraction > 0.02 && elapsed > 0.5)
            .then(|| elapsed * f64::from(1.0 - fraction) / f64::from(fraction));
        Some((fraction, left))
    }
    /// Takes the settings of a part of the plot; Back returns to those of the whole.
    pub fn narrow(&mut self, part: &[(&str, f64)]) {
        self.past.push(self.settings.clone());
        self.future.clear();
        for (key, value) in part {
            self.settings.insert((*key).to_owned(), Value::Real(*value));
        }
    }
    /// Whether there is a part to go back from, and one to go forward to.
    pub fn parts(&self) -> [bool; 2] {
        [!self.past.is_empty(), !self.future.is_empty()]
    }
    /// Back to the settings before the last part, or forward again.
    pub fn turn(&mut self, forward: bool) {
        let (from, to) = if forward {
            (&mut self.future, &mut self.past)
        } else {
            (&mut self.past, &mut self.future)
        };
        if let Some(settings) = from.pop() {
            to.push(std::mem::replace(&mut self.settings, settings));
        }
    }
    /// True once for each run, when there is a plot to be seen.
    pub fn has_new_plot(&mut self) -> bool {
        let ready = self.early || self.running.is_none();
        let plots = ready && self.report.as_ref().is_some_and(|r| !r.plots.is_empty());
        let fresh = plots && std::mem::take(&mut self.reveal);
        self.early &= !fresh;
        fresh
    }
    /// True once for each run, when it begins: its place in the inspector is to open.
    pub fn has_begun(&mut self) -> bool {
        std::mem::take(&mut self.begun)
    }
    /// The first plot of the next run comes into view as soon as there is a part of it.
    pub fn show_early(&mut self) {
        self.early = true;
    }
    /// The plots do not come into view by themselves.
    pub fn keep_back(&mut self) {
        self.reveal = false;
    }
    pub fn cancel(&mut self) {
        if let Some(running) = &self.running {
            running.cancel.store(true, Ordering::Relaxed);
        }
    }
    /// The parameters that have changed since the report, as "ρ = 28".
    pub fn stale(&self, model: &Model) -> Option<String> {
        let then = self.computed_for.as_ref()?;
        if self.report.is_none() || *then == model.parameters {
            return None;
        }
        let list: Vec<String> = then
            .iter()
            .filter(|(key, value)| model.parameters.get(*key) != Some(value))
            .map(|(key, value)| format!("{key} = {value}"))
            .collect();
        Some(if list.is_empty() {
            "other parameters".into()
        } else {
            list.join(", ")
        })
    }
    /// Takes over what the job has sent.
    pub fn collect(&mut self) {
        let Some(running) = &self.running else {
            return;
        };
        let mut shared = locked(&running.shared);
        if let Some(partial) = shared.partial.take() {
            self.report = Some(Arc::new(partial));
            self.computed_for = Some(running.parameters.clone());
        }
        let Some(done) = shared.done.take() else {
            return;
        };
        drop(shared);
        match done {
            Ok(report) => {
                self.report = Some(Arc::new(report));
                self.computed_for = Some(running.parameters.clone());
            }
            // What has formed until then stays.
            Err(SimError::Cancelled) => {}
            Err(error) => self.failure = Some(error.to_string()),
        }
        self.running = None;
    }

    /// Runs the analysis on the state that `saved` describes, away from the live run.
    pub fn run(
        &mut self,
        analysis: Arc<dyn Analysis>,
        science: Arc<dyn Science>,
        saved: Arc<Saved>,
        model: Model,
        gpu: Option<Arc<loom_gpu::Gpu>>,
        wake: Wake,
    ) {
        self.cancel();
        self.failure = None;
        self.reveal = true;
        self.begun = true;
        let cancel = Arc::new(AtomicBool::new(false));
        let shared = Arc::new(Mutex::new(Shared::default()));
        self.running = Some(Running {
            cancel: cancel.clone(),
            shared: shared.clone(),
            started: Instant::now(),
            parameters: model.parameters.clone(),
        });
        let settings = self.settings.clone();
        std::thread::spawn(move || {
            let mut job = job(&cancel, &shared, &wake);
            job.gpu = gpu;
            let result = subject(&science, &saved, model, &cancel)
                .and_then(|subject| analysis.run(&subject, &settings, &job));
            locked(&shared).done = Some(result);
            wake();
        });
    }
}

fn job(cancel: &Arc<AtomicBool>, shared: &Arc<Mutex<Shared>>, wake: &Wake) -> Job {
    let beat = Arc::new(Mutex::new(Instant::now()));
    let tick = {
        let wake = wake.clone();
        move || {
            let mut last = beat.lock().unwrap_or_else(PoisonError::into_inner);
            if last.elapsed() >= BEAT {
                *last = Instant::now();
                wake();
            }
        }
    };
    let (a, b, other) = (shared.clone(), shared.clone(), tick.clone());
    Job::new(
        cancel.clone(),
        move |fraction| {
            locked(&a).fraction = fraction;
            tick();
        },
        move |report| {
            locked(&b).partial = Some(report.clone());
            other();
        },
    )
}

/// The state at the present step, built again from the journal: the live run is not touched.
fn subject(
    science: &Arc<dyn Science>,
    saved: &Saved,
    model: Model,
    cancel: &Arc<AtomicBool>,
) -> Result<Subject, SimError> {
    let fresh = saved.journal.entries.is_empty() && saved.step == loom_sim::Step::default();
    if fresh {
        return Ok(Subject::State {
            model,
            capture: None,
        });
    }
    let gate = Gate::new(cancel.clone(), None);
    let run = Run::restore(science.clone(), saved.clone(), Place::cpu(), &gate)?;
    Ok(Subject::State {
        model,
        capture: Some(run.simulation().capture()),
    })
}

/// The analyses of a science that fit a model, with a form for each.
pub fn fitting(science: &Arc<dyn Science>, model: &Model) -> Vec<Arc<dyn Analysis>> {
    science
        .analyses()
        .into_iter()
        .filter(|a| a.fits(model))
        .collect()
}

/// The settings of a form: those given, the others by default.
pub fn values(analysis: &dyn Analysis, model: &Model, given: &Settings) -> Settings {
    let declared = analysis.declared(model, given);
    let mut all: BTreeMap<_, _> = declared
        .iter()
        .map(|p| (p.key.clone(), p.default.clone()))
        .collect();
    all.extend(given.clone());
    all
}
