//! Analyses are declared: form, command, CSV and figure panel follow from the declaration.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::SimError;
use crate::exchange::{Graph, Grid, Series, Tensor};
use crate::model::Model;
use crate::parameter::Parameter;
use crate::report::Report;
use crate::simulation::Capture;
use crate::value::Settings;

/// What an analysis works on: never the live run.
#[derive(Clone, Debug)]
pub enum Subject {
    /// A model at a step: its parameters as they stood, and the state (`None`: its beginning).
    State {
        model: Model,
        capture: Option<Capture>,
    },
    Series(Arc<Series>),
    Grid(Arc<Grid>),
    Graph(Arc<Graph>),
    Tensor(Arc<Tensor>),
}

pub trait Analysis: Send + Sync {
    /// ASCII key, also the subcommand: `lyapunov`.
    fn key(&self) -> &'static str;
    fn name(&self) -> &'static str;
    /// One sentence: what it tells.
    fn help(&self) -> &'static str;
    fn citation(&self) -> &'static str;
    /// Raised whenever the numbers could change; part of the cache's key.
    fn version(&self) -> u32 {
        1
    }
    /// Whether it can be run on this model.
    fn fits(&self, model: &Model) -> bool;
    fn parameters(&self, model: &Model) -> Vec<Parameter>;
    /// The same where defaults follow from other settings, such as a range from the parameter
    /// that is chosen.
    fn declared(&self, model: &Model, given: &Settings) -> Vec<Parameter> {
        let _ = given;
        self.parameters(model)
    }
    /// What the graph of its report is, if it makes one that can be handed on: "Recurrence
    /// network".
    fn graph(&self) -> Option<&'static str> {
        None
    }
    fn run(&self, subject: &Subject, settings: &Settings, job: &Job) -> Result<Report, SimError>;
}

/// A running analysis: cancelled from outside, telling how far it is, handing out what it has.
#[derive(Clone)]
pub struct Job {
    cancel: Arc<AtomicBool>,
    progress: Arc<dyn Fn(f32) + Send + Sync>,
    partial: Arc<dyn Fn(&Report) + Send + Sync>,
    pub threads: usize,
    /// A device that may show a preview, if there is one; numbers are the processor's.
    pub gpu: Option<Arc<loom_gpu::Gpu>>,
}

impl Job {
    /// Tells nobody.
    pub fn quiet() -> Self {
        Self::new(Arc::default(), |_| {}, |_| {})
    }
    pub fn new(
        cancel: Arc<AtomicBool>,
        progress: impl Fn(f32) + Send + Sync + 'static,
        partial: impl Fn(&Report) + Send + Sync + 'static,
    ) -> Self {
        Self {
            cancel,
            progress: Arc::new(progress),
            partial: Arc::new(partial),
            threads: loom_gpu::threads(),
            gpu: None,
        }
    }
    /// The same work for one that tells nothing of its own: a part of a larger job.
    pub fn silent(&self) -> Self {
        Self {
            cancel: self.cancel.clone(),
            progress: Arc::new(|_| {}),
            partial: Arc::new(|_| {}),
            threads: self.threads,
            gpu: self.gpu.clone(),
        }
    }
    /// Ends the work with [`SimError::Cancelled`] when it has been cancelled; call often.
    pub fn check(&self) -> Result<(), SimError> {
        if self.cancel.load(Ordering::Relaxed) {
            Err(SimError::Cancelled)
        } else {
            Ok(())
        }
    }
    /// From 0 to 1.
    pub fn progress(&self, fraction: f32) {
        (self.progress)(fraction);
    }
    /// A piece of this job, whose progress from 0 to 1 goes from `from` to `to` here.
    #[must_use]
    pub fn part(&self, from: f32, to: f32) -> Self {
        let whole = self.progress.clone();
        Self {
            progress: Arc::new(move |x| whole(from + (to - from) * x)),
            ..self.clone()
        }
    }
    /// The report as far as it has formed.
    pub fn partial(&self, report: &Report) {
        (self.partial)(report);
    }
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Job")
    }
}
