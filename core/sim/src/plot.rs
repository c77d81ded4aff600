//! A plot is data: series, axes, marks. Window, SVG, PDF and raster draw the same.

use serde::{Deserialize, Serialize};

use crate::exchange::Series;
use crate::parameter::Scale;

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
        }
    }
}
