//! A system read from its file and checked: equations, parameters, start and how to look at it.

use std::sync::Arc;

use loom_formula::{System, SystemKind};
use loom_sim::{ColorMap, SimError};

use crate::file::{self, FileExperiment, Measured, Source};
use crate::reading::Reader;

/// How far from the attractor particles start unless the file says otherwise.
pub const SPREAD: f64 = 1e-3;

/// Most variables that a system may have.
pub const MOST_VARIABLES: usize = 64;

/// One system, ready to be built.
#[derive(Clone, Debug)]
pub struct Definition {
    pub name: String,
    pub title: String,
    pub summary: String,
    pub group: String,
    pub keywords: Vec<String>,
    pub citation: String,
    /// How dt and period were obtained.
    pub obtained: String,
    /// The equations as they were written.
    pub equations: String,
    pub system: Arc<System>,
    pub parameters: Vec<Constant>,
    pub initial: Vec<f64>,
    /// Model time of one step; 1 for maps.
    pub dt: f64,
    pub period: f64,
    /// How far from the attractor particles start, as a part of its size.
    pub spread: f64,
    pub look: Look,
    pub measured: Option<Measured>,
    pub experiments: Vec<FileExperiment>,
    /// The whole file.
    pub text: Arc<str>,
}

/// A parameter of the equations, in the order in which the system takes them.
#[derive(Clone, Debug, PartialEq)]
pub struct Constant {
    pub key: String,
    pub symbol: String,
    pub name: String,
    pub unit: String,
    pub value: f64,
    pub low: f64,
    pub high: f64,
    pub logarithmic: bool,
    pub help: String,
}

/// How the system is best looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    pub style: Style,
    /// Indices of the variables along x, y and, in space, z.
    pub axes: Vec<usize>,
    pub yaw: f64,
    pub pitch: f64,
    pub color: ColorBy,
    pub map: ColorMap,
}

/// What a view draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    Cloud,
    Trails,
    Density,
    /// Graph, diagonal and staircase: maps of one variable, and only these.
    Cobweb,
}

impl Style {
    pub const ALL: [(&'static str, &'static str); 4] = [
        ("cloud", "Cloud of particles"),
        ("trails", "Trails of orbits"),
        ("density", "Density of visits"),
        ("cobweb", "Cobweb"),
    ];
    /// The styles that a system can be drawn in.
    pub fn fitting(map: bool, dimension: usize) -> &'static [(&'static str, &'static str)] {
        if map && dimension == 1 {
            &Self::ALL[3..]
        } else {
            &Self::ALL[..3]
        }
    }
    pub fn key(self) -> &'static str {
        Self::ALL[self as usize].0
    }
    pub fn of(key: &str) -> Option<Self> {
        match key {
            "cloud" => Some(Self::Cloud),
            "trails" => Some(Self::Trails),
            "density" => Some(Self::Density),
            "cobweb" => Some(Self::Cobweb),
            _ => None,
        }
    }
}

/// By what particles and trails are coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColorBy {
    Speed,
    Height,
    None,
}

impl ColorBy {
    pub const ALL: [(&'static str, &'static str); 3] = [
        ("speed", "Speed"),
        ("height", "Height"),
        ("none", "One colour"),
    ];
    pub fn key(self) -> &'static str {
        Self::ALL[self as usize].0
    }
    pub fn of(key: &str) -> Option<Self> {
        match key {
            "speed" => Some(Self::Speed),
            "height" => Some(Self::Height),
            "none" => Some(Self::None),
            _ => None,
        }
    }
}

/// Colour maps by the key that files and settings use.
pub const MAPS: [(&str, ColorMap); 8] = [
    ("batlow", ColorMap::Batlow),
    ("lajolla", ColorMap::Lajolla),
    ("viridis", ColorMap::Viridis),
    ("magma", ColorMap::Magma),
    ("cividis", ColorMap::Cividis),
    ("vik", ColorMap::Vik),
    ("phase", ColorMap::Phase),
    ("gray", ColorMap::Gray),
];

/// The colour map of a key.
pub fn color_map(key: &str) -> Option<ColorMap> {
    MAPS.iter().find(|(k, _)| *k == key).map(|(_, map)| *map)
}

/// The key of a colour map.
pub fn color_map_key(map: ColorMap) -> &'static str {
    MAPS.iter()
        .find(|(_, m)| *m == map)
        .map_or("batlow", |(key, _)| key)
}

/// Parameters that every run has, so that equations can't use their names.
pub const RESERVED: [&str; 16] = [
    "dt",
    "particles",
    "spread",
    "initial",
    "style",
    "axis_x",
    "axis_y",
    "axis_z",
    "color",
    "map",
    "point_size",
    "trail",
    "exposure",
    "density_gamma",
    "frame",
    "seed",
];

/// The value of a constant formula: `8/3`, `2*pi`.
pub fn constant(text: &str) -> Result<f64, String> {
    loom_formula::evaluate_constant(text).map_err(|error| error.to_string())
}

impl Definition {
    /// Reads a file; every error names it, with line and column.
    pub fn parse(name: &str, text: &str) -> Result<Self, SimError> {
        let source = Source { name, text };
        let file = file::read(source)?;
        Reader {
            source,
            file: &file,
        }
        .definition()
    }

    pub fn dimension(&self) -> usize {
        self.initial.len()
    }
    pub fn is_map(&self) -> bool {
        self.system.kind() == SystemKind::Map
    }
    /// True for systems that are seen on a plane.
    pub fn is_planar(&self) -> bool {
        self.look.axes.len() < 3
    }
    /// Values of the parameters as declared, in the system's order.
    pub fn values(&self) -> Vec<f64> {
        self.parameters.iter().map(|p| p.value).collect()
    }
    /// `flow`, `forced` (time stands in the equations) or `map`.
    pub fn kind(&self) -> &'static str {
        match self.system.kind() {
            SystemKind::Map => "map",
            SystemKind::Flow if self.system.is_autonomous() => "flow",
            SystemKind::Flow => "forced",
        }
    }
}
