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
    /// A unit of the abscissa is drawn as long as one of the ordinate.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub square: bool,
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
            preview: false,
            sets: None,
            square: false,
        }
    }
}
