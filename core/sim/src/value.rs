//! Values that parameters and settings take.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A parameter's value. Files are named by an attachment's key, never by a path.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    Boolean(bool),
    Integer(i64),
    Real(f64),
    Text(String),
    Vector(Vec<f64>),
    Matrix(Vec<Vec<f64>>),
}

/// Settings by key, in alphabetical order so that documents compare equal.
pub type Settings = BTreeMap<String, Value>;

impl Value {
    /// The number in a real or an integer.
    pub fn as_real(&self) -> Option<f64> {
        match self {
            Self::Real(x) => Some(*x),
            Self::Integer(i) => Some(*i as f64),
            _ => None,
        }
    }
    /// An integer, or a real without a fraction.
    pub fn as_integer(&self) -> Option<i64> {
        match self {
            Self::Integer(i) => Some(*i),
            Self::Real(x) if x.fract() == 0.0 && x.abs() < 9e15 => Some(*x as i64),
            _ => None,
        }
    }
    pub fn as_boolean(&self) -> Option<bool> {
        if let Self::Boolean(b) = self {
            Some(*b)
        } else {
            None
        }
    }
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(s) = self {
            Some(s)
        } else {
            None
        }
    }
    pub fn as_vector(&self) -> Option<&[f64]> {
        if let Self::Vector(v) = self {
            Some(v)
        } else {
            None
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean(b) => write!(f, "{b}"),
            Self::Integer(i) => write!(f, "{i}"),
            Self::Real(x) => write!(f, "{x}"),
            Self::Text(s) => write!(f, "{s}"),
            Self::Vector(v) => {
                let list: Vec<String> = v.iter().map(f64::to_string).collect();
                write!(f, "{}", list.join(","))
            }
            Self::Matrix(rows) => {
                let list: Vec<String> = rows
                    .iter()
                    .map(|row| row.iter().map(f64::to_string).collect::<Vec<_>>().join(","))
                    .collect();
                write!(f, "{}", list.join(";"))
            }
        }
    }
}

impl From<f64> for Value {
    fn from(x: f64) -> Self {
        Self::Real(x)
    }
}
impl From<i64> for Value {
    fn from(i: i64) -> Self {
        Self::Integer(i)
    }
}
impl From<bool> for Value {
    fn from(b: bool) -> Self {
        Self::Boolean(b)
    }
}
impl From<&str> for Value {
    fn from(s: &str) -> Self {
        Self::Text(s.to_owned())
    }
}
impl From<String> for Value {
    fn from(s: String) -> Self {
        Self::Text(s)
    }
}
