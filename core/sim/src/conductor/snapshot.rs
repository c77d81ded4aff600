//! What the window shows of a run: complete and unchanging.

use std::collections::BTreeMap;
use std::sync::Arc;

use loom_gpu::camera::Camera;
use loom_gpu::scene::Scene;

use crate::clock::{Clock, Step};
use crate::exchange::Series;
use crate::journal::Saved;
use crate::model::Model;
use crate::parameter::Parameter;
use crate::probe::{ProbeKind, ProbeSpec, Reading};
use crate::report::Quantity;
use crate::value::Settings;
use crate::view::{Followed, Hit};
use crate::yardstick::{Horizon, Yardstick};

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

/// What an operation or the pointer changes in the window, not in the run.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Counted up, so that each is taken once.
    pub number: u64,
    pub view: u64,
    pub settings: Settings,
    pub camera: Option<Camera>,
    pub copied: Option<String>,
    pub said: Option<String>,
    /// A twin has begun that is to be seen beside.
    pub twin: bool,
    pub opens: Option<(String, Box<Model>)>,
}

/// What the window shows, complete and unchanging.
#[derive(Clone, Debug)]
pub struct Snapshot {
    pub state: RunState,
    pub clock: Clock,
    pub speed: f64,
    /// The speed with which it began.
    pub usual_speed: f64,
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
    /// The cameras of views that follow what moves.
    pub followed: BTreeMap<u64, Followed>,
    pub readings: Vec<(ProbeSpec, Reading)>,
    pub probes: Vec<ProbeKind>,
    /// There is a twin.
    pub has_twin: bool,
    /// The present difference to the twin, where one can be stated.
    pub twin: Option<Quantity>,
    /// Its size over time.
    pub difference: Option<Arc<Series>>,
    /// What rules the run's time, and how far its orbit can be believed.
    pub yardstick: Option<Yardstick>,
    pub horizon: Option<Horizon>,
    pub hit: Option<Hit>,
    pub selected: Option<Hit>,
    pub paints: bool,
    pub undo: Option<String>,
    pub redo: Option<String>,
    /// A sentence for the user, with its number so that it is shown once.
    pub message: Option<(u64, String)>,
    /// The last answers of operations and the pointer, oldest first.
    pub answers: Vec<Answer>,
    /// The furthest step reached.
    pub reach: Step,
    pub saved: Arc<Saved>,
    pub revision: u64,
}

impl Snapshot {
    pub(super) fn building(saved: &Saved) -> Self {
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
            usual_speed: 1.0,
            steps_per_second: 0.0,
            time_per_second: 0.0,
            behind: false,
            model: saved.journal.model.clone(),
            parameters: Vec::new(),
            values: Settings::new(),
            observations: Vec::new(),
            scenes: BTreeMap::new(),
            fits: BTreeMap::new(),
            followed: BTreeMap::new(),
            readings: Vec::new(),
            probes: Vec::new(),
            has_twin: false,
            twin: None,
            difference: None,
            yardstick: None,
            horizon: None,
            hit: None,
            selected: None,
            paints: false,
            undo: None,
            redo: None,
            message: None,
            answers: Vec::new(),
            reach: Step::default(),
            saved: Arc::new(saved.clone()),
            revision: 0,
        }
    }
}
