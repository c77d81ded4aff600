//! A parameter is declared once; editor, command line, document, caption and sweep read it.

use crate::error::SimError;
use crate::value::{Settings, Value};

/// What a user may set.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// ASCII: formulas, `--set`, JSON.
    pub key: String,
    /// As the field writes it: `σ`.
    pub symbol: String,
    /// The name in words, sentence case.
    pub name: String,
    /// Empty for a pure number.
    pub unit: String,
    pub default: Value,
    pub kind: ParameterKind,
    pub effect: Effect,
    /// One line that teaches one thing; the tooltip.
    pub help: String,
    /// The inspector's section; empty for the first.
    pub group: String,
    /// Settings and the values of which each must have one for this parameter to have a meaning;
    /// otherwise the inspector leaves it out.
    pub when: Vec<(String, Vec<String>)>,
    /// Of a view: what it draws lies elsewhere after a change, and the camera fits it anew.
    pub moves: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ParameterKind {
    /// A slider from `low` to `high`; values beyond are allowed within `hard`, if given.
    Real {
        low: f64,
        high: f64,
        scale: Scale,
        hard: Option<(f64, f64)>,
    },
    Integer {
        low: i64,
        high: i64,
        hard: Option<(i64, i64)>,
    },
    Boolean,
    /// Key and label of each choice.
    Choice(Vec<(String, String)>),
    Text,
    Formula,
    /// A formula of these names on one line, or nothing.
    Expression(Vec<String>),
    Vector {
        length: Option<usize>,
    },
    Matrix,
    /// The key of an attachment, and the file endings that fit.
    File(Vec<String>),
    ColorMap,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    Linear,
    Logarithmic,
}

/// What a change does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Acts on the running state.
    Live,
    /// Builds the simulation anew from its beginning (said before it is done).
    Rebuild,
    /// Touches the picture only; never journalled.
    View,
}

impl Parameter {
    /// A live real parameter on a linear scale.
    pub fn real(key: &str, symbol: &str, name: &str, default: f64, low: f64, high: f64) -> Self {
        Self::new(
            key,
            symbol,
            name,
            Value::Real(default),
            ParameterKind::Real {
                low,
                high,
                scale: Scale::Linear,
                hard: None,
            },
        )
    }
    /// A rebuilding integer parameter, whose range is hard.
    pub fn integer(key: &str, symbol: &str, name: &str, default: i64, low: i64, high: i64) -> Self {
        let mut this = Self::new(
            key,
            symbol,
            name,
            Value::Integer(default),
            ParameterKind::Integer {
                low,
                high,
                hard: Some((low, high)),
            },
        );
        this.effect = Effect::Rebuild;
        this
    }
    pub fn boolean(key: &str, name: &str, default: bool) -> Self {
        Self::new(
            key,
            "",
            name,
            Value::Boolean(default),
            ParameterKind::Boolean,
        )
    }
    pub fn choice(key: &str, name: &str, default: &str, choices: &[(&str, &str)]) -> Self {
        let list = choices
            .iter()
            .map(|(k, l)| ((*k).to_owned(), (*l).to_owned()))
            .collect();
        Self::new(
            key,
            "",
            name,
            Value::from(default),
            ParameterKind::Choice(list),
        )
    }
    pub fn text(key: &str, name: &str, default: &str) -> Self {
        Self::new(key, "", name, Value::from(default), ParameterKind::Text)
    }
    pub fn new(key: &str, symbol: &str, name: &str, default: Value, kind: ParameterKind) -> Self {
        Self {
            key: key.to_owned(),
            symbol: if symbol.is_empty() {
                key.to_owned()
            } else {
                symbol.to_owned()
            },
            name: name.to_owned(),
            unit: String::new(),
            default,
            kind,
            effect: Effect::Live,
            help: String::new(),
            group: String::new(),
            when: Vec::new(),
            moves: false,
        }
    }
    pub fn unit(mut self, unit: &str) -> Self {
        unit.clone_into(&mut self.unit);
        self
    }
    pub fn help(mut self, help: &str) -> Self {
        help.clone_into(&mut self.help);
        self
    }
    pub fn group(mut self, group: &str) -> Self {
        group.clone_into(&mut self.group);
        self
    }
    /// It has a meaning only while the setting `key` has one of these values.
    pub fn when(mut self, key: &str, values: &[&str]) -> Self {
        let values = values.iter().map(|v| (*v).to_owned()).collect();
        self.when.push((key.to_owned(), values));
        self
    }
    /// What is drawn lies elsewhere after a change.
    pub fn moves(mut self) -> Self {
        self.moves = true;
        self
    }
    /// Whether it has a meaning while the other settings have the values that `value` gives.
    pub fn is_meant(&self, value: impl Fn(&str) -> Option<Value>) -> bool {
        self.when
            .iter()
            .all(|(key, wanted)| value(key).is_none_or(|v| wanted.contains(&v.to_string())))
    }
    pub fn effect(mut self, effect: Effect) -> Self {
        self.effect = effect;
        self
    }
    /// Sets a logarithmic scale on a real parameter.
    pub fn logarithmic(mut self) -> Self {
        if let ParameterKind::Real { scale, .. } = &mut self.kind {
            *scale = Scale::Logarithmic;
        }
        self
    }
    /// Values outside these limits are refused.
    pub fn hard(mut self, from: f64, to: f64) -> Self {
        match &mut self.kind {
            ParameterKind::Real { hard, .. } => *hard = Some((from, to)),
            ParameterKind::Integer { hard, .. } => *hard = Some((from as i64, to as i64)),
            _ => {}
        }
        self
    }

    /// The value as this parameter's kind, or a sentence that says what would fit.
    pub fn check(&self, value: &Value) -> Result<Value, SimError> {
        let refuse = |expected: String| SimError::Value {
            key: self.key.clone(),
            value: value.to_string(),
            expected,
        };
        match &self.kind {
            ParameterKind::Real { hard, .. } => {
                let x = value.as_real().ok_or_else(|| refuse("a number".into()))?;
                if !x.is_finite() {
                    return Err(refuse("a finite number".into()));
                }
                match hard {
                    Some((from, to)) if x < *from || x > *to => {
                        Err(refuse(format!("a number from {from} to {to}")))
                    }
                    _ => Ok(Value::Real(x)),
                }
            }
            ParameterKind::Integer { hard, .. } => {
                let i = value
                    .as_integer()
                    .ok_or_else(|| refuse("a whole number".into()))?;
                match hard {
                    Some((from, to)) if i < *from || i > *to => {
                        Err(refuse(format!("a whole number from {from} to {to}")))
                    }
                    _ => Ok(Value::Integer(i)),
                }
            }
            ParameterKind::Boolean => value
                .as_boolean()
                .or_else(|| match value.as_text() {
                    Some("true" | "yes" | "on") => Some(true),
                    Some("false" | "no" | "off") => Some(false),
                    _ => value.as_integer().map(|i| i != 0),
                })
                .map(Value::Boolean)
                .ok_or_else(|| refuse("true or false".into())),
            ParameterKind::Choice(list) => {
                let key = value.to_string();
                if list.iter().any(|(k, _)| *k == key) {
                    Ok(Value::Text(key))
                } else {
                    let keys: Vec<&str> = list.iter().map(|(k, _)| k.as_str()).collect();
                    Err(refuse(format!("one of {}", keys.join(", "))))
                }
            }
            ParameterKind::Expression(names) => {
                let text = value.to_string();
                match fault(&text, names) {
                    None => Ok(Value::Text(text)),
                    Some(why) => Err(refuse(why)),
                }
            }
            ParameterKind::Text
            | ParameterKind::Formula
            | ParameterKind::File(_)
            | ParameterKind::ColorMap => Ok(Value::Text(value.to_string())),
            ParameterKind::Vector { length } => {
                let v = match value {
                    Value::Vector(v) => v.clone(),
                    other => vec![
                        other
                            .as_real()
                            .ok_or_else(|| refuse("a list of numbers".into()))?,
                    ],
                };
                match length {
                    Some(n) if *n != v.len() => Err(refuse(format!("{n} numbers"))),
                    _ => Ok(Value::Vector(v)),
                }
            }
            ParameterKind::Matrix => match value {
                Value::Matrix(_) => Ok(value.clone()),
                _ => Err(refuse("a matrix of numbers".into())),
            },
        }
    }
}

/// What is wrong with a formula of some names, with its place; nothing is not wrong.
fn fault(text: &str, names: &[String]) -> Option<String> {
    if text.trim().is_empty() {
        return None;
    }
    match loom_formula::Expr::parse(text) {
        Err(error) => Some(format!(
            "a formula; column {}: {}",
            error.column,
            error.message.trim_end_matches('.')
        )),
        Ok(expr) => {
            let unknown = expr.symbols().into_iter().find(|s| !names.contains(s))?;
            Some(format!(
                "a formula of {}; `{unknown}` is not known here",
                names.join(", ")
            ))
        }
    }
}

/// Finds a parameter by its key or its symbol.
pub fn find<'a>(list: &'a [Parameter], name: &str) -> Option<&'a Parameter> {
    list.iter()
        .find(|p| p.key == name)
        .or_else(|| list.iter().find(|p| p.symbol == name))
}

/// Every declared value: the given ones checked, the others by default. A name that is not
/// declared is an error that lists the names that are.
pub fn complete(list: &[Parameter], given: &Settings) -> Result<Settings, SimError> {
    let mut all: Settings = list
        .iter()
        .map(|p| (p.key.clone(), p.default.clone()))
        .collect();
    for (name, value) in given {
        let parameter = find(list, name).ok_or_else(|| SimError::UnknownParameter {
            key: name.clone(),
            known: list
                .iter()
                .map(|p| p.key.clone())
                .collect::<Vec<_>>()
                .join(", "),
        })?;
        all.insert(parameter.key.clone(), parameter.check(value)?);
    }
    Ok(all)
}
