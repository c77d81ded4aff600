//! Other choices of a run's live parameters: those around the present one, and those that an
//! analysis has found.

use serde::{Deserialize, Serialize};

use crate::parameter::{Effect, Parameter, ParameterKind, Scale};
use crate::value::{Settings, Value};

/// A choice of parameters that a run can take over.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Variation {
    /// What differs from the run.
    pub set: Settings,
    /// One short line: `ρ 29.4 · σ 10`.
    pub words: String,
}

/// Places across and up.
pub const SIDE: usize = 3;

/// Parameters that can be varied while a run plays.
pub fn variable(parameters: &[Parameter]) -> impl Iterator<Item = &Parameter> {
    parameters.iter().filter(|p| is_variable(p))
}

/// Whether a parameter is a number of the model itself that acts on the running state.
pub fn is_variable(parameter: &Parameter) -> bool {
    parameter.effect == Effect::Live
        && parameter.group.is_empty()
        && matches!(parameter.kind, ParameterKind::Real { .. })
}

/// The nine choices around `values`, row by row from the upper left: `across` grows to the
/// right, `up` upward, each by `step` (a part of the parameter's range; of the ratio of its ends
/// on a logarithmic scale). Without a second parameter all nine lie along the first, with the
/// present value in the middle.
pub fn around(
    across: &Parameter,
    up: Option<&Parameter>,
    values: &Settings,
    step: f64,
) -> Vec<Variation> {
    let count = (SIDE * SIDE) as i32;
    (0..count)
        .map(|place| {
            let (column, row) = (place % SIDE as i32 - 1, 1 - place / SIDE as i32);
            let moves = match up {
                Some(up) => vec![(across, column), (up, row)],
                None => vec![(across, place - count / 2)],
            };
            let mut variation = Variation::default();
            for (parameter, by) in moves {
                let now = values
                    .get(&parameter.key)
                    .unwrap_or(&parameter.default)
                    .as_real()
                    .unwrap_or(0.0);
                variation.add(parameter, moved(parameter, now, f64::from(by) * step));
            }
            variation
        })
        .collect()
}

impl Variation {
    /// Adds a parameter's value.
    pub fn add(&mut self, parameter: &Parameter, value: f64) {
        if !self.words.is_empty() {
            self.words.push_str(" · ");
        }
        self.words
            .push_str(&format!("{} {}", parameter.symbol, short(value)));
        self.set.insert(parameter.key.clone(), Value::Real(value));
    }
}

/// A value moved by a part of its parameter's range, within its hard limits.
fn moved(parameter: &Parameter, value: f64, part: f64) -> f64 {
    let ParameterKind::Real {
        low,
        high,
        scale,
        hard,
    } = &parameter.kind
    else {
        return value;
    };
    let there = if *scale == Scale::Logarithmic && value > 0.0 && *low > 0.0 {
        value * (high / low).powf(part)
    } else {
        value + part * (high - low)
    };
    let (least, most) = hard.unwrap_or((f64::MIN, f64::MAX));
    // A value without noise in its last digits.
    round(there.clamp(least, most))
}

/// To six significant digits.
fn round(x: f64) -> f64 {
    format!("{x:.5e}").parse().unwrap_or(x)
}

/// Four significant digits at most.
fn short(x: f64) -> String {
    let rounded: f64 = format!("{x:.3e}").parse().unwrap_or(x);
    format!("{rounded}").replace('-', "−")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn rho() -> Parameter {
        Parameter::real("rho", "ρ", "Rayleigh number", 28.0, 0.0, 200.0)
    }

    #[test]
    fn nine_choices_surround_the_present_one() {
        let sigma =
            Parameter::real("sigma", "σ", "Prandtl number", 10.0, 0.1, 30.1).hard(0.0, 10.2);
        let now = Settings::from([("rho".to_owned(), Value::Real(30.0))]);
        let list = around(&rho(), Some(&sigma), &now, 0.05);
        let at = |place: usize, key: &str| list[place].set.get(key).and_then(Value::as_real);
        assert_eq!(list.len(), 9);
        assert_eq!((at(4, "rho"), at(4, "sigma")), (Some(30.0), Some(10.0)));
        assert_eq!((at(3, "rho"), at(5, "rho")), (Some(20.0), Some(40.0)));
        // Up is above, and no further than the hard limit.
        assert_eq!((at(1, "sigma"), at(7, "sigma")), (Some(10.2), Some(8.5)));
        assert_eq!(list[0].words, "ρ 20 · σ 10.2");
    }

    #[test]
    fn one_parameter_is_varied_along_a_line_and_by_ratios_where_its_scale_is_logarithmic() {
        let rate = Parameter::real("k", "k", "Rate", 1.0, 0.01, 100.0).logarithmic();
        let list = around(&rate, None, &Settings::new(), 0.25);
        let values: Vec<f64> = list.iter().map(|v| v.set["k"].as_real().unwrap()).collect();
        assert_eq!(values[4], 1.0);
        assert_eq!((values[3], values[5]), (0.1, 10.0));
    }
}
