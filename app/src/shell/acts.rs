//! What the interface asks for while it is being drawn; done after the frame, in order.

use std::path::PathBuf;
use std::sync::Arc;

use loom_sim::conductor::Command;
use loom_sim::{Model, Plot, ProbeSpec, Value};

use super::tiles::Source;
use crate::tour::Tour;

/// Where the window is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    Start,
    /// A science's room, by its number in the rail.
    Room(usize),
    Figures,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Good,
    Plain,
    Warning,
    Error,
}

#[derive(Debug)]
pub enum Act {
    /// A command of the table, by its id.
    Do(&'static str),
    /// An operation of the science in front, by its key.
    Operate(String),
    Go(At),
    /// A catalogue entry of a room.
    Open {
        room: usize,
        entry: String,
        beside: bool,
    },
    OpenModel {
        model: Box<Model>,
        title: String,
    },
    /// A file of any kind that is known.
    Load(PathBuf),
    /// For the conductor of a run.
    Tell(u64, Command),
    /// A run comes to the front.
    Front(u64),
    /// A parameter of a view, by the run it shows.
    ViewSetting {
        live: u64,
        key: String,
        value: Value,
    },
    Sweep {
        live: u64,
        key: String,
    },
    Range {
        live: u64,
        key: String,
        range: (f64, f64),
    },
    /// A file for a model's attachment.
    Attach {
        live: u64,
        key: String,
        endings: Vec<String>,
    },
    /// Parameters that an experiment sets.
    Try {
        live: u64,
        set: Vec<(String, Value)>,
    },
    Measure {
        live: u64,
        analysis: String,
    },
    /// A graph that an analysis has made goes to the webs.
    OpenGraph {
        graph: std::sync::Arc<loom_sim::Graph>,
        title: String,
    },
    EndMeasure {
        live: u64,
        analysis: String,
    },
    /// A plot or a table of this becomes a tile.
    Show {
        live: u64,
        source: Source,
    },
    Probe {
        live: u64,
        spec: ProbeSpec,
        on: bool,
    },
    /// Writes a plot as a picture or as numbers.
    ExportPlot {
        plot: Box<Plot>,
        ending: &'static str,
    },
    CopyPlot(Box<Plot>),
    /// Writes a text (CSV) to a file that the user names.
    SaveText {
        name: String,
        text: String,
    },
    Copy {
        what: String,
        text: String,
    },
    /// The export dialog for a view.
    ExportView {
        live: u64,
        pane: u64,
    },
    /// The state as a file of this ending.
    ExportState {
        live: u64,
        ending: &'static str,
    },
    SplitView {
        live: u64,
        pane: u64,
    },
    /// Begins a tour, or goes to a step of the one that is given.
    Tour {
        tour: Arc<Tour>,
        step: usize,
    },
    Say(Tone, String),
}

/// Acts in the order in which they were asked for.
pub type Acts = Vec<Act>;
