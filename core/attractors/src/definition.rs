//! A system read from its file and checked: equations, parameters, start and how to look at it.

use std::sync::Arc;

use loom_formula::{Expr, System, SystemKind};
use loom_sim::{ColorMap, SimError};

use crate::delay::Coordinate;
use crate::expansion;
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
    /// Of a delay system, what each variable was at times t before 0; constant where empty.
    pub history: Vec<Expr>,
    /// Amplitude g of the noise on each variable, dX = f dt + g dW in Itô's sense; none where empty.
    pub noise: Vec<Expr>,
    /// What can be drawn: the variables, and of a delay system their values some time ago.
    pub coordinates: Vec<Coordinate>,
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
    /// Indices of the coordinates along x, y and, in space, z.
    pub axes: Vec<usize>,
    /// Whether each of them has a scale of its own.
    pub own_scales: bool,
    /// Two or three formulas to be seen in place of variables, or none.
    pub formulas: Vec<String>,
    pub yaw: f64,
    pub pitch: f64,
    pub color: ColorBy,
    pub map: ColorMap,
    /// Variables that are angles, a bit each.
    pub wrap: u64,
}

/// What a view draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    Cloud,
    Trails,
    /// Trails with thickness, in light.
    Tubes,
    Density,
    /// Direction field, nullclines and fixed points: flows of one or two variables.
    Phase,
    /// Graph, diagonal and staircase: maps of one variable, and only these.
    Cobweb,
}

impl Style {
    pub const ALL: [(&'static str, &'static str); 6] = [
        ("cloud", "Points: a cloud of particles"),
        ("trails", "Trails of orbits"),
        ("tubes", "Tubes: trails in light"),
        ("density", "Density of visits"),
        ("phase", "Phase plane"),
        ("cobweb", "Cobweb"),
    ];
    /// How many dimensions a system has room in: its variables, and three where values of a while
    /// ago belong to its state, since no phase plane holds that.
    pub fn dimension(system: &System) -> usize {
        let variables = system.variables().len();
        if system.delays().is_empty() {
            variables
        } else {
            variables.max(3)
        }
    }
    /// The styles that a system can be drawn in.
    pub fn fitting(map: bool, dimension: usize) -> Vec<(&'static str, &'static str)> {
        let styles: &[Self] = match (map, dimension) {
            (true, 1) => &[Self::Cobweb],
            (false, 1) => return vec![(Self::Phase.key(), "Phase line")],
            (false, 2) => &[Self::Phase, Self::Cloud, Self::Trails, Self::Density],
            (true, _) => &[Self::Cloud, Self::Trails, Self::Density],
            (false, _) => &[Self::Cloud, Self::Trails, Self::Tubes, Self::Density],
        };
        styles.iter().map(|s| Self::ALL[*s as usize]).collect()
    }
    /// What a file that says nothing is drawn in.
    pub fn usual(kind: SystemKind, dimension: usize, autonomous: bool) -> Self {
        match (kind, dimension) {
            (SystemKind::Map, 1) => Self::Cobweb,
            (SystemKind::Map, _) => Self::Density,
            (SystemKind::Flow, 1) => Self::Phase,
            (SystemKind::Flow, 2) if autonomous => Self::Phase,
            (SystemKind::Flow, _) => Self::Cloud,
        }
    }
    pub fn key(self) -> &'static str {
        Self::ALL[self as usize].0
    }
    pub fn of(key: &str) -> Option<Self> {
        [
            Self::Cloud,
            Self::Trails,
            Self::Tubes,
            Self::Density,
            Self::Phase,
            Self::Cobweb,
        ]
        .into_iter()
        .find(|style| style.key() == key)
    }
}

/// By what particles and trails are coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColorBy {
    Speed,
    /// Time along a trail, from where it begins to be drawn.
    Age,
    /// The variable drawn upward.
    Height,
    /// Any variable, by its index.
    Coordinate(usize),
    /// The largest local rate of stretching.
    Expansion,
    /// Where it started.
    Start,
    None,
}

impl ColorBy {
    const FIXED: [(Self, &'static str, &'static str); 6] = [
        (Self::Speed, "speed", "Speed"),
        (Self::Age, "age", "Age"),
        (Self::Height, "height", "Height"),
        (Self::Expansion, "expansion", "Local expansion"),
        (Self::Start, "start", "Initial condition"),
        (Self::None, "none", "One colour"),
    ];
    /// Keys and labels for a system of these variables, which are choices of their own.
    pub fn choices(variables: &[String]) -> Vec<(String, String)> {
        let mut list: Vec<(String, String)> = Self::FIXED
            .iter()
            .filter(|(color, ..)| {
                *color != Self::Expansion || variables.len() <= expansion::MOST_VARIABLES
            })
            .map(|(_, key, label)| ((*key).to_owned(), (*label).to_owned()))
            .collect();
        let free = |name: &&String| !Self::FIXED.iter().any(|(_, key, _)| key == name);
        list.extend(
            variables
                .iter()
                .filter(free)
                .map(|v| (v.clone(), format!("Variable {v}"))),
        );
        list
    }
    /// Those of a system: of one with delays without the two that belong to states of a few numbers.
    pub fn fitting(system: &System) -> Vec<(String, String)> {
        let variables = system.variables();
        let mut list = Self::choices(variables);
        if !system.delays().is_empty() {
            let others = [Self::Expansion, Self::Start].map(|color| color.key(variables));
            list.retain(|(key, _)| !others.contains(&key.as_str()));
        }
        list
    }
    pub fn key(self, variables: &[String]) -> &str {
        match self {
            Self::Coordinate(v) => variables.get(v).map_or("none", String::as_str),
            other => Self::FIXED
                .iter()
                .find(|(color, ..)| *color == other)
                .map_or("none", |(_, key, _)| key),
        }
    }
    pub fn of(key: &str, variables: &[String]) -> Option<Self> {
        let fixed = Self::FIXED.iter().find(|(_, name, _)| *name == key);
        fixed.map(|(color, ..)| *color).or_else(|| {
            let variable = variables.iter().position(|v| v == key)?;
            Some(Self::Coordinate(variable))
        })
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

/// The colour map of a key, or of a line that carries its own colours.
pub fn color_map(key: &str) -> Option<ColorMap> {
    ColorMap::of(key)
}

/// The key of a colour map.
pub fn color_map_key(map: ColorMap) -> &'static str {
    MAPS.iter()
        .find(|(_, m)| *m == map)
        .map_or("batlow", |(key, _)| key)
}

/// Parameters that every run has, so that equations can't use their names.
pub const RESERVED: [&str; 32] = [
    "dt",
    "particles",
    "noise",
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
    "density_look",
    "frame",
    "projection",
    "formula_x",
    "formula_y",
    "formula_z",
    "turn",
    "embedded",
    "embed_delay",
    "embed_dimension",
    "horizon",
    "wrap",
    "arrows",
    "thickness",
    "nullclines",
    "manifolds",
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
    /// Whether the rates read values of a while ago.
    pub fn has_delays(&self) -> bool {
        !self.system.delays().is_empty()
    }
    /// `flow`, `forced` (time stands in the equations), `delay` or `map`.
    pub fn kind(&self) -> &'static str {
        match self.system.kind() {
            SystemKind::Map => "map",
            SystemKind::Flow if self.has_delays() => "delay",
            SystemKind::Flow if self.system.is_autonomous() => "flow",
            SystemKind::Flow => "forced",
        }
    }
}
