//! A science registers what it offers: models, simulations, analyses, files.

use std::sync::Arc;

use loom_gpu::scene::Scene;

use crate::analysis::Analysis;
use crate::error::SimError;
use crate::manuscript::Manuscript;
use crate::model::{Cost, Model};
use crate::operation::Operation;
use crate::parameter::Parameter;
use crate::probe::ProbeSpec;
use crate::simulation::Simulation;
use crate::value::Value;
use crate::variation::Variation;
use crate::view::Ink;
use crate::voice::Instrument;

/// Where a simulation runs.
#[derive(Clone, Debug)]
pub enum Place {
    Cpu { threads: usize },
    Gpu(Arc<loom_gpu::Gpu>),
}

impl Place {
    pub fn cpu() -> Self {
        Self::Cpu {
            threads: loom_gpu::threads(),
        }
    }
}

pub trait Science: Send + Sync {
    /// `attractors`, `automata`, `webs`, `circuits`.
    fn key(&self) -> &'static str;
    /// "Strange attractors".
    fn name(&self) -> &'static str;
    fn catalogue(&self) -> Vec<Entry>;
    /// All parameters of this model's kind, those of the view included.
    fn parameters(&self, model: &Model) -> Result<Vec<Parameter>, SimError>;
    /// Known before anything is allocated.
    fn cost(&self, model: &Model) -> Result<Cost, SimError>;
    fn build(&self, model: &Model, place: &Place) -> Result<Box<dyn Simulation>, SimError>;
    fn analyses(&self) -> Vec<Arc<dyn Analysis>>;
    /// What can be done to a state of this model by name, see [`Simulation::operate`].
    fn operations(&self, _model: &Model) -> Vec<Operation> {
        Vec::new()
    }
    /// The probes and plots that a fresh view opens with.
    fn default_probes(&self, model: &Model) -> Vec<ProbeSpec>;
    /// A model from a file's bytes, `None` if the file is not of this science.
    fn open(&self, name: &str, bytes: &[u8]) -> Option<Result<Model, SimError>>;
    /// A small picture of a catalogue entry, made on the processor within about 50 ms.
    fn picture(&self, entry: &Entry, ink: &Ink, size: [u32; 2]) -> Result<Scene, SimError>;
    /// What can be set in a picture of print quality; empty where there is none.
    fn print_parameters(&self, _model: &Model) -> Result<Vec<Parameter>, SimError> {
        Ok(Vec::new())
    }
    /// Files the present state can be written to: ending and name.
    fn exports(&self, _model: &Model) -> Vec<(&'static str, &'static str)> {
        Vec::new()
    }
    /// The state as a file of that ending.
    fn export(
        &self,
        _model: &Model,
        _capture: Option<&crate::simulation::Capture>,
        ending: &str,
    ) -> Result<Vec<u8>, SimError> {
        Err(SimError::Unknown {
            what: "file kind",
            name: ending.to_owned(),
            hint: ".".into(),
        })
    }
    /// What a unit of its planes is called where pictures may be made of so many pixels for each:
    /// "cell".
    fn unit_of_plane(&self, _model: &Model) -> Option<&'static str> {
        None
    }
    /// How its models are written down, if they are.
    fn manuscript(&self) -> Option<Arc<dyn Manuscript>> {
        None
    }
    /// Choices that differ from this model, as it stands now, by one condition each, where its
    /// kind has conditions rather than numbers: the rules of automata that lie next to its own.
    /// Each sets live parameters alone, so that a run can take it over as it plays. For numbers
    /// see [`variation::around`](crate::variation::around).
    fn variations(&self, _model: &Model) -> Vec<Variation> {
        Vec::new()
    }
    /// The same model, cheap enough that nine of it move side by side; its live parameters are
    /// left as they are.
    fn light(&self, model: &Model) -> Model {
        model.clone()
    }
    /// How its models sound, where their motion can be heard.
    fn instrument(&self) -> Option<Arc<dyn Instrument>> {
        None
    }
    /// A heading or a column's name with the model's variables as the field writes them: files
    /// keep the ASCII keys, people read θ₂.
    fn written(&self, _model: &Model, heading: &str) -> String {
        heading.to_owned()
    }
    /// The command that gives the same result without the window, up to view options:
    /// `strange-loom attractors trajectory Lorenz --set rho=20`.
    fn command(&self, model: &Model) -> String;
}

/// One thing of the catalogue.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Unique in its science, as the command line takes it.
    pub name: String,
    /// As people read it.
    pub title: String,
    /// The catalogue's grouping.
    pub group: String,
    /// One or two sentences.
    pub summary: String,
    pub citation: String,
    pub keywords: Vec<String>,
    pub model: Model,
    pub experiments: Vec<Experiment>,
}

/// "Try this": a sentence and the parameters that its button sets.
#[derive(Clone, Debug, PartialEq)]
pub struct Experiment {
    pub sentence: String,
    pub button: String,
    pub set: Vec<(String, Value)>,
}

/// The sciences that the program knows.
#[derive(Clone, Default)]
pub struct Registry {
    sciences: Vec<Arc<dyn Science>>,
}

impl Registry {
    pub fn new(sciences: Vec<Arc<dyn Science>>) -> Self {
        Self { sciences }
    }
    pub fn sciences(&self) -> &[Arc<dyn Science>] {
        &self.sciences
    }
    pub fn get(&self, key: &str) -> Result<&Arc<dyn Science>, SimError> {
        self.sciences
            .iter()
            .find(|s| s.key() == key)
            .ok_or_else(|| SimError::Unknown {
                what: "science",
                name: key.to_owned(),
                hint: "; this file may come from a newer version.".into(),
            })
    }
    /// The first science that knows this file.
    pub fn open(&self, name: &str, bytes: &[u8]) -> Option<Result<Model, SimError>> {
        self.sciences.iter().find_map(|s| s.open(name, bytes))
    }
}

impl std::fmt::Debug for Registry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list()
            .entries(self.sciences.iter().map(|s| s.key()))
            .finish()
    }
}
