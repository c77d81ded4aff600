//! A parameter that changes along an axis, between two edges: what an orbit diagram and a scan of
//! exponents are drawn over.

use loom_sim::{Axis, Parameter, Settings, SimError, Value};

use crate::definition::{Constant, Definition};

/// The parameter that the first experiment changes, else the first.
pub fn usual(definition: &Definition) -> Option<&Constant> {
    let known = |key: &str| definition.parameters.iter().find(|p| p.key == key);
    definition
        .experiments
        .iter()
        .flat_map(|e| e.set.keys())
        .find_map(|key| known(key.get_ref()))
        .or_else(|| definition.parameters.first())
}

/// The parameter that a setting names.
pub fn chosen<'a>(definition: &'a Definition, given: &Settings, key: &str) -> Option<&'a Constant> {
    let wanted = given.get(key).and_then(Value::as_text)?;
    definition.parameters.iter().find(|p| p.key == wanted)
}

/// Key and symbol of every parameter.
pub fn choices(definition: &Definition) -> Vec<(&str, &str)> {
    let list = definition.parameters.iter();
    list.map(|p| (p.key.as_str(), p.symbol.as_str())).collect()
}

/// What declares an edge; by default the end of the parameter's range.
pub fn edge(key: &str, name: &str, constant: &Constant, value: f64) -> Parameter {
    let width = (constant.high - constant.low).abs().max(1e-6);
    let (low, high) = (constant.low - width, constant.high + width);
    Parameter::real(key, "", name, value, low, high)
        .hard(-1e12, 1e12)
        .help("The parameter's value at this edge.")
}

/// What declares the parameter across and its two edges; they follow the one that is chosen.
pub fn declared(definition: &Definition, given: &Settings) -> Vec<Parameter> {
    let Some(first) = chosen(definition, given, "over").or_else(|| usual(definition)) else {
        return Vec::new();
    };
    vec![
        Parameter::choice("over", "Parameter", &first.key, &choices(definition))
            .help("The one that changes from left to right."),
        edge("from", "From", first, first.low),
        edge("to", "To", first, first.high),
    ]
}

/// A parameter by its place in the system, and its edges.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Along {
    pub constant: usize,
    pub from: f64,
    pub to: f64,
}

impl Along {
    /// From the settings of these keys: the parameter, its lower and its upper edge. None where
    /// the first names no parameter.
    pub fn new(
        definition: &Definition,
        settings: &Settings,
        [over, from, to]: [&str; 3],
    ) -> Result<Option<Self>, SimError> {
        let real = |key: &str| settings.get(key).and_then(Value::as_real).unwrap_or(0.0);
        let Some(constant) = chosen(definition, settings, over) else {
            return Ok(None);
        };
        let place = definition
            .parameters
            .iter()
            .position(|p| p.key == constant.key);
        let this = Self {
            constant: place.unwrap_or(0),
            from: real(from),
            to: real(to),
        };
        if this.from >= this.to {
            return Err(SimError::Value {
                key: from.into(),
                value: this.from.to_string(),
                expected: format!("a number below {} ({to})", this.to),
            });
        }
        Ok(Some(this))
    }

    /// The middles of so many cells.
    pub fn middles(&self, count: usize) -> Vec<f64> {
        (0..count)
            .map(|i| self.from + (self.to - self.from) * (i as f64 + 0.5) / count as f64)
            .collect()
    }
    /// So many values, the first and the last at the edges.
    pub fn value(&self, place: usize, count: usize) -> f64 {
        self.from + (self.to - self.from) * place as f64 / (count.max(2) - 1) as f64
    }
    /// The axis of a plot over it.
    pub fn axis(&self, definition: &Definition) -> Axis {
        let constant = &definition.parameters[self.constant];
        let mut axis = Axis::new(&constant.symbol, &constant.unit);
        axis.limits = Some([self.from, self.to]);
        axis
    }
    /// The key of the parameter.
    pub fn key(&self, definition: &Definition) -> String {
        definition.parameters[self.constant].key.clone()
    }
}
