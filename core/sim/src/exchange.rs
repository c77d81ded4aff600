//! Plain types in which one science hands something to another.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Samples of one or more quantities over a common, increasing abscissa.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// Name and unit of the abscissa: ("t", "s").
    pub abscissa: (String, String),
    pub at: Vec<f64>,
    pub columns: Vec<Column>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Column {
    pub name: String,
    pub unit: String,
    /// As long as the abscissa.
    pub values: Vec<f64>,
}

/// Numbers on a rectangle, row by row from the top.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Grid {
    pub title: String,
    pub width: usize,
    pub height: usize,
    pub values: Arc<[f64]>,
    pub unit: String,
}

/// Nodes and edges with named columns; positions where they have any.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Graph {
    pub directed: bool,
    pub nodes: usize,
    pub edges: Vec<[u32; 2]>,
    #[serde(default)]
    pub positions: Option<Vec<[f64; 3]>>,
    #[serde(default)]
    pub labels: Option<Vec<String>>,
    #[serde(default)]
    pub node_columns: Vec<Column>,
    #[serde(default)]
    pub edge_columns: Vec<Column>,
}

/// Numbers along named axes, the last axis fastest.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tensor {
    pub axes: Vec<(String, usize)>,
    pub values: Arc<[f64]>,
}
