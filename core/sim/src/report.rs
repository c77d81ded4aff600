//! What an analysis reports: values with errors, tables, plots, warnings.

use std::sync::Arc;

use num_bigint::BigInt;
use serde::{Deserialize, Serialize};

use crate::exchange::Graph;
use crate::plot::Plot;
use crate::value::Settings;
use crate::variation::Variation;

/// A number that knows its name, its unit and how far it can be trusted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Quantity {
    /// ASCII key of JSON: `kaplan_yorke_dimension`.
    pub key: String,
    /// In words, sentence case.
    pub name: String,
    /// As the field writes it; may be empty.
    #[serde(default)]
    pub symbol: String,
    pub value: Number,
    #[serde(default)]
    pub unit: String,
    pub error: Uncertainty,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Number {
    Real(f64),
    /// Written in full in JSON, however large.
    Integer(#[serde(with = "integer_text")] BigInt),
    Text(String),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Uncertainty {
    /// A count or an identity.
    Exact,
    /// One standard error.
    StandardError(f64),
    /// An upper bound of the error.
    Bound(f64),
    /// No error can be stated; says why ("read from f32 for the picture").
    Unknown(String),
}

impl Quantity {
    pub fn exact(key: &str, name: &str, value: impl Into<BigInt>) -> Self {
        Self::new(key, name, Number::Integer(value.into()), Uncertainty::Exact)
    }
    pub fn real(key: &str, name: &str, value: f64, error: Uncertainty) -> Self {
        Self::new(key, name, Number::Real(value), error)
    }
    pub fn text(key: &str, name: &str, value: &str) -> Self {
        Self::new(
            key,
            name,
            Number::Text(value.to_owned()),
            Uncertainty::Exact,
        )
    }
    fn new(key: &str, name: &str, value: Number, error: Uncertainty) -> Self {
        Self {
            key: key.to_owned(),
            name: name.to_owned(),
            symbol: String::new(),
            value,
            unit: String::new(),
            error,
        }
    }
    pub fn unit(mut self, unit: &str) -> Self {
        unit.clone_into(&mut self.unit);
        self
    }
    pub fn symbol(mut self, symbol: &str) -> Self {
        symbol.clone_into(&mut self.symbol);
        self
    }
    pub fn as_real(&self) -> Option<f64> {
        match &self.value {
            Number::Real(x) => Some(*x),
            Number::Integer(i) => i.to_string().parse().ok(),
            Number::Text(_) => None,
        }
    }
}

/// Columns of equal length, shown and exported as they stand.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Table {
    pub title: String,
    /// Heading with its unit, and the cells as text with full precision.
    pub columns: Vec<(String, Vec<String>)>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    pub title: String,
    /// One sentence that names the method.
    pub method: String,
    pub citation: String,
    pub settings: Settings,
    pub values: Vec<Quantity>,
    pub tables: Vec<Table>,
    pub plots: Vec<Plot>,
    pub warnings: Vec<String>,
    /// Wall seconds that it took.
    pub seconds: f64,
    /// The `strange-loom …` line that gives the same numbers.
    pub command: String,
    /// Parameters that were found, one choice for each row of the first table: the run can take
    /// them over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Variation>,
    /// The document of the command line's `--json`, where its form is fixed.
    #[serde(default)]
    pub json: serde_json::Value,
    /// The member of that document that lists the points of all plots, if one does: it is filled
    /// in when the document is written, so that millions of points aren't held twice.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub listed: String,
    /// What was found as a graph, to be handed to another science. It is computed again where it
    /// is wanted, not kept in documents.
    #[serde(skip)]
    pub graph: Option<Arc<Graph>>,
}

mod integer_text {
    use num_bigint::BigInt;
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer, de::Error as _};

    pub fn serialize<S: Serializer>(value: &BigInt, to: S) -> Result<S::Ok, S::Error> {
        match i64::try_from(value) {
            Ok(small) => small.serialize(to),
            Err(_) => to.serialize_str(&value.to_string()),
        }
    }
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<BigInt, D::Error> {
        let value = serde_json::Value::deserialize(from)?;
        let text = match &value {
            serde_json::Value::Number(n) if n.is_i64() || n.is_u64() => n.to_string(),
            serde_json::Value::String(s) if s.bytes().all(|b| b.is_ascii_digit() || b == b'-') => {
                s.clone()
            }
            _ => return Err(D::Error::custom("not an integer")),
        };
        text.parse().map_err(D::Error::custom)
    }
}
