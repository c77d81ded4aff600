//! Webs as a science of the studio: catalogue, parameters, simulation, analysis, files.

mod analysis;
mod catalogue;
mod codec;
mod edit;
mod kinds;
mod picture;
mod pointer;
mod probes;
mod settings;
mod simulation;
#[cfg(test)]
mod simulation_tests;

use std::sync::Arc;

use loom_sim::{
    Analysis, Capture, Cost, Entry, Graph, Ink, Model, Parameter, Place, ProbeSpec, Scene, Science,
    SimError, Simulation,
};

use crate::files::{self, Format};
use crate::mechanics::{Mechanics, Stepping};
use crate::web::{Placement, Web};

pub use edit::Edit;
pub use kinds::{Kind, generate, web_of};
pub use simulation::WebSimulation;

/// The science `webs`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Webs;

impl Science for Webs {
    fn key(&self) -> &'static str {
        "webs"
    }

    fn name(&self) -> &'static str {
        "Spider webs and graphs"
    }

    fn catalogue(&self) -> Vec<Entry> {
        catalogue::entries()
    }

    fn parameters(&self, model: &Model) -> Result<Vec<Parameter>, SimError> {
        Ok(settings::declared(Kind::of(model)?))
    }

    fn cost(&self, model: &Model) -> Result<Cost, SimError> {
        let (nodes, threads) = kinds::size(model)?;
        // State, keyframes' share and scene of each node and thread.
        let host_bytes = 700 * nodes + 500 * threads;
        let device_bytes = 96 * nodes + 64 * threads;
        Ok(Cost {
            host_bytes,
            device_bytes,
        })
    }

    fn build(&self, model: &Model, place: &Place) -> Result<Box<dyn Simulation>, SimError> {
        Ok(Box::new(WebSimulation::new(model, place)?))
    }

    fn analyses(&self) -> Vec<Arc<dyn Analysis>> {
        vec![Arc::new(analysis::Tensions)]
    }

    fn default_probes(&self, _model: &Model) -> Vec<ProbeSpec> {
        vec![ProbeSpec::new(probes::ENERGY)]
    }

    fn open(&self, name: &str, bytes: &[u8]) -> Option<Result<Model, SimError>> {
        kinds::open(name, bytes)
    }

    fn picture(&self, entry: &Entry, ink: &Ink, size: [u32; 2]) -> Result<Scene, SimError> {
        let web = web_of(&entry.model)?;
        picture::of_web(&web, ink, size)
    }

    fn exports(&self, _model: &Model) -> Vec<(&'static str, &'static str)> {
        Format::ALL
            .into_iter()
            .map(|f| (f.ending(), f.name()))
            .collect()
    }

    fn export(
        &self,
        model: &Model,
        capture: Option<&Capture>,
        ending: &str,
    ) -> Result<Vec<u8>, SimError> {
        let format = Format::ALL.into_iter().find(|f| f.ending() == ending);
        let format = format.ok_or_else(|| SimError::Unknown {
            what: "file kind",
            name: ending.to_owned(),
            hint: "; a web is written as graphml, csv or json.".into(),
        })?;
        let mut web = web_of(model)?;
        if let Some(capture) = capture {
            codec::place_nodes(&mut web, capture)?;
        }
        Ok(files::write(&web, format).into_bytes())
    }

    fn command(&self, model: &Model) -> String {
        kinds::command(model)
    }
}

/// The mechanics of a model at its beginning: settled where something holds it, as drawn
/// otherwise; the second value says why it isn't settled.
pub(crate) fn mechanics_of(
    model: &Model,
    web: &Web,
) -> Result<(Mechanics, Option<String>), SimError> {
    let kind = Kind::of(model)?;
    let values = loom_sim::parameter::complete(&settings::declared(kind), &model.parameters)?;
    let loads = settings::loads(&values);
    let step = settings::real(&values, "time_step") / 1e6;
    let stepping = match (step > 0.0, settings::boolean(&values, "mass_scaling")) {
        (false, _) => Stepping::Largest,
        (true, true) => Stepping::Scaled(step),
        (true, false) => Stepping::Exactly(step),
    };
    let mut mechanics =
        Mechanics::new(web, loads, stepping, settings::RANGE).map_err(SimError::other)?;
    let drawn = mechanics.state().clone();
    let unsettled = match mechanics.settle() {
        Ok(_) => None,
        Err(error) => {
            mechanics.set_state(&drawn);
            Some(error.to_string())
        }
    };
    Ok((mechanics, unsettled))
}

/// A graph of another science as a web, laid out if it has no positions.
pub fn web_of_graph(graph: &Graph) -> Result<Web, SimError> {
    kinds::from_graph(graph)
}

/// A web as the plain graph that other sciences understand.
pub fn graph_of_web(web: &Web) -> Graph {
    let positions = web.nodes.iter().map(|n| n.position).collect();
    let numbers = |columns: &[crate::Column]| {
        columns
            .iter()
            .filter_map(|c| match &c.values {
                crate::Values::Number(list) => Some(loom_sim::Column {
                    name: c.name.clone(),
                    unit: String::new(),
                    values: list.iter().map(|v| v.unwrap_or(f64::NAN)).collect(),
                }),
                crate::Values::Text(_) => None,
            })
            .collect()
    };
    Graph {
        directed: web.directed,
        nodes: web.nodes.len(),
        edges: web.threads.iter().map(|t| t.ends).collect(),
        positions: (web.placement == Placement::Given).then_some(positions),
        labels: (!web.labels.is_empty()).then(|| web.labels.clone()),
        node_columns: numbers(&web.node_columns),
        edge_columns: numbers(&web.thread_columns),
    }
}
