//! What can be drawn of a delay system: its variables, and their values some time ago, which are
//! the axes of a delay embedding.

use loom_formula::{Expr, System};

use super::History;

/// A variable now, or some time ago.
#[derive(Clone, Debug, PartialEq)]
pub struct Coordinate {
    /// `x`, `x(t - tau)`.
    pub name: String,
    /// Place of the variable in the system.
    pub variable: usize,
    /// How long ago it is read; none for the present.
    pub delay: Option<Expr>,
    /// That many times the delay.
    pub multiple: f64,
}

impl Coordinate {
    /// Those of a system: the variables, then what its rates read of the past; of one variable
    /// with one delay also twice as long ago, which makes a picture in space.
    pub fn all(system: &System) -> Vec<Self> {
        let mut list: Vec<Self> = system
            .variables()
            .iter()
            .enumerate()
            .map(|(variable, name)| Self {
                name: name.clone(),
                variable,
                delay: None,
                multiple: 0.0,
            })
            .collect();
        list.extend(system.delays().iter().map(|delayed| Self {
            name: delayed.symbol.clone(),
            variable: delayed.variable,
            delay: Some(delayed.delay.clone()),
            multiple: 1.0,
        }));
        if let ([one], [delayed]) = (system.variables(), system.delays()) {
            let twice = (Expr::number(2.0) * delayed.delay.clone()).simplify();
            list.push(Self {
                name: format!("{one}(t - {twice})"),
                variable: 0,
                delay: Some(delayed.delay.clone()),
                multiple: 2.0,
            });
        }
        list
    }

    /// How long ago it is read at these parameters; 0 for the present.
    pub fn lag(&self, system: &System, constants: &[f64]) -> f64 {
        let lookup = |name: &str| {
            let place = system.parameters().iter().position(|known| known == name)?;
            constants.get(place).copied()
        };
        let delay = self.delay.as_ref().and_then(|delay| delay.eval(lookup));
        delay.map_or(0.0, |delay| delay * self.multiple)
    }
}

/// The coordinates of one member at a time, from its history; `lags` has one for each.
pub fn seen(
    coordinates: &[Coordinate],
    lags: &[f64],
    past: &History,
    time: f64,
    member: usize,
    members: usize,
) -> Vec<f64> {
    let read = coordinates.iter().zip(lags);
    read.map(|(c, lag)| past.value(time - lag, c.variable * members + member))
        .collect()
}
