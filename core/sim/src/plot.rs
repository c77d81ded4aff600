//! A plot is data: series, axes, marks. Window, SVG, PDF and raster draw the same.

use serde::{Deserialize, Serialize};

use crate::exchange::Series;
use crate::parameter::Scale;
use loom_gpu::colour::{ColorMap, OKABE_ITO, Rgba};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Plot {
    pub title: String,
    pub x: Axis,
    pub y: Axis,
    pub marks: Vec<Mark>,
    /// Fed by f32: shown as a preview, computed again before it is exported.
    #[serde(default)]
    pub preview: bool,
    /// The parameter of the model whose values the abscissa has: a click sets it, and a part that
    /// is drawn can be computed anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sets: Option<String>,
    /// The same of the ordinate, where both axes are parameters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sets_up: Option<String>,
    /// The settings of its analysis that are the left, right, bottom and top edge: a rectangle that
    /// is drawn is computed anew between them. Empty where nothing is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub edges: Vec<String>,
    /// The states that the places of the plot stand for: a click starts an orbit there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts: Option<Starts>,
    /// A unit of the abscissa is drawn as long as one of the ordinate.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub square: bool,
    /// The abscissa is ruled in a second unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ruling: Option<Ruling>,
    /// Curves are faint from here on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fades: Option<Fade>,
}

/// A second unit of the abscissa: upright lines at round multiples of it, numbered along the top.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ruling {
    /// In the plural: "Lyapunov times".
    pub name: String,
    /// One of them in the abscissa's own unit.
    pub length: f64,
    /// Where they are counted from.
    pub from: f64,
}

/// Where curves become faint, and why, in one line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fade {
    pub after: f64,
    pub words: String,
}

impl Ruling {
    /// Round multiples between two abscissas, about `about` of them: place and number, the unit
    /// with the first one that is above 0.
    pub fn marks(&self, [low, high]: [f64; 2], about: usize) -> Vec<(f64, String)> {
        let unit = self.length;
        if !(unit > 0.0 && unit.is_finite()) {
            return Vec::new();
        }
        let ticks = loom_gpu::ticks((low - self.from) / unit, (high - self.from) / unit, about);
        let first = ticks.iter().position(|tick| tick.value > 0.0);
        ticks
            .into_iter()
            .enumerate()
            .map(|(i, tick)| {
                let words = if Some(i) == first {
                    format!("{} {}", tick.label, self.name)
                } else {
                    tick.label
                };
                (self.from + tick.value * unit, words)
            })
            .collect()
    }
}

/// A plane in the space of states, over which a plot lies: origin + x · across + y · up.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Starts {
    pub origin: Vec<f64>,
    pub across: Vec<f64>,
    pub up: Vec<f64>,
}

impl Starts {
    /// Two variables across and upward, the others where they are in `origin`.
    pub fn of_axes(origin: &[f64], [across, up]: [usize; 2]) -> Self {
        let count = origin.len();
        let unit = |axis: usize| (0..count).map(move |v| f64::from(u8::from(v == axis)));
        let mut origin = origin.to_vec();
        for axis in [across, up] {
            if let Some(x) = origin.get_mut(axis) {
                *x = 0.0;
            }
        }
        Self {
            across: unit(across).collect(),
            up: unit(up).collect(),
            origin,
        }
    }
    /// The state at a place of the plot.
    pub fn at(&self, [x, y]: [f64; 2]) -> Vec<f64> {
        let parts = self.origin.iter().zip(&self.across).zip(&self.up);
        parts.map(|((o, a), u)| o + x * a + y * u).collect()
    }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Axis {
    pub label: String,
    #[serde(default)]
    pub unit: String,
    #[serde(default)]
    pub logarithmic: bool,
    /// Fixed limits; otherwise those of the data.
    #[serde(default)]
    pub limits: Option<[f64; 2]>,
}

impl Axis {
    pub fn new(label: &str, unit: &str) -> Self {
        Self {
            label: label.to_owned(),
            unit: unit.to_owned(),
            ..Self::default()
        }
    }
    pub fn logarithmic(mut self) -> Self {
        self.logarithmic = true;
        self
    }
    /// "Tension (mN)"; "generation" alone where that is what is counted.
    pub fn title(&self) -> String {
        let counted = self.unit.strip_suffix('s') == Some(&self.label);
        if self.unit.is_empty() || counted {
            self.label.clone()
        } else if self.label.is_empty() {
            self.unit.clone()
        } else {
            format!("{} ({})", self.label, self.unit)
        }
    }
    pub fn scale(&self) -> Scale {
        if self.logarithmic {
            Scale::Logarithmic
        } else {
            Scale::Linear
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mark {
    Line {
        name: String,
        points: Vec<[f64; 2]>,
    },
    Points {
        name: String,
        points: Vec<[f64; 2]>,
    },
    /// Middle and height of each bar, all of one width.
    Bars {
        name: String,
        points: Vec<[f64; 2]>,
        width: f64,
    },
    /// x, low, high.
    Band {
        name: String,
        points: Vec<[f64; 3]>,
    },
    Horizontal {
        name: String,
        y: f64,
    },
    Vertical {
        name: String,
        x: f64,
    },
    /// Coloured cells on a rectangle.
    Field(Field),
}

/// A value for each cell of a rectangle, as colours.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Field {
    pub name: String,
    /// Left and right edge.
    pub x: [f64; 2],
    /// Lower and upper edge.
    pub y: [f64; 2],
    /// Cells in a row.
    pub width: usize,
    /// Row by row from the bottom; an empty cell stays clear.
    pub values: Vec<Option<f32>>,
    pub shades: Shades,
}

/// What a field's values mean.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Shades {
    /// A quantity from `low` to `high` along a colour map.
    Range {
        unit: String,
        map: ColorMap,
        low: f64,
        high: f64,
    },
    /// The number of a kind among these names.
    Kinds(Vec<String>),
}

/// Colours of kinds; the eighth and later ones lie along a colour map.
const KINDS: [Rgba; 7] = [
    OKABE_ITO[4],
    OKABE_ITO[5],
    OKABE_ITO[2],
    OKABE_ITO[3],
    OKABE_ITO[6],
    OKABE_ITO[0],
    OKABE_ITO[1],
];

impl Field {
    pub fn height(&self) -> usize {
        self.values.len() / self.width.max(1)
    }
    /// The colour of a value; none for an empty cell.
    pub fn color(&self, value: Option<f32>) -> Option<Rgba> {
        let value = f64::from(value?);
        match &self.shades {
            Shades::Range { map, low, high, .. } => {
                let part = (value - low) / (high - low);
                part.is_finite()
                    .then(|| map.at(part.clamp(0.0, 1.0) as f32))
            }
            Shades::Kinds(names) => Some(kind_color(value as usize, names.len())),
        }
    }
}

/// The colour of the kind with this number.
pub fn kind_color(number: usize, of: usize) -> Rgba {
    // One alone stands for ink: it is to be seen on light and on dark.
    if of == 1 {
        return Rgba::hex(0x3A8DD0);
    }
    KINDS.get(number).copied().unwrap_or_else(|| {
        let part = (number - KINDS.len()) as f32 / of.saturating_sub(KINDS.len()).max(1) as f32;
        ColorMap::Batlow.at(part)
    })
}

impl Plot {
    /// A line for each column of a series, from where its values are finite.
    pub fn of_series(title: &str, series: &Series) -> Self {
        let unit = series.columns.first().map_or("", |c| c.unit.as_str());
        let label = if series.columns.len() == 1 {
            series.columns[0].name.as_str()
        } else {
            ""
        };
        let marks = series
            .columns
            .iter()
            .map(|c| Mark::Line {
                name: c.name.clone(),
                points: series
                    .at
                    .iter()
                    .zip(&c.values)
                    .filter(|(_, v)| v.is_finite())
                    .map(|(&t, &v)| [t, v])
                    .collect(),
            })
            .collect();
        Self {
            title: title.to_owned(),
            x: Axis::new(&series.abscissa.0, &series.abscissa.1),
            y: Axis::new(label, unit),
            marks,
            ..Self::default()
        }
    }
}
