//! Systems that are driven with a period: what the period is, read from the equations.
//!
//! Time may stand in the equations itself (`cos(omega*t)`), or a variable that grows at a constant
//! rate may stand for it (`phi' = omega`, `cos(phi)`). Averages over such a system are taken over
//! whole periods (stroboscopically), so that they don't depend on where in the period a run ends.

use loom_formula::{Expr, Function, Kind};

use crate::definition::Definition;

/// Two frequencies have a common period if it holds at most so many turns of the slower one.
const TURNS: u32 = 64;
/// A period may hold so many steps; a longer one is not waited for.
const MOST_STEPS: f64 = 1e6;

/// The drive of a system.
#[derive(Clone, Debug, PartialEq)]
pub struct Drive {
    /// Model time after which the equations are the same again.
    pub period: f64,
    /// The variables that stand for time; none where the equations have `t`.
    pub phases: Vec<usize>,
}

/// How a flow is stepped so that whole strides make up a period of the drive.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Beat {
    /// The step, not longer than the one asked for.
    pub dt: f64,
    /// Strides in a period.
    pub strides: u64,
}

/// The variables that grow at a rate which nothing changes, as a phase does.
pub fn phases(definition: &Definition) -> Vec<usize> {
    if definition.is_map() {
        return Vec::new();
    }
    let variables = definition.system.variables();
    let changes = |s: &String| s == "t" || variables.contains(s);
    let rates = definition.system.rates().iter().enumerate();
    rates
        .filter(|(_, rate)| rate.as_number() != Some(0.0) && !rate.symbols().iter().any(changes))
        .map(|(place, _)| place)
        .collect()
}

/// The drive, if there is one and its period can be told at these values of the parameters.
pub fn drive(definition: &Definition, constants: &[f64]) -> Option<Drive> {
    if definition.is_map() {
        return None;
    }
    let system = &definition.system;
    let variables = system.variables();
    let value = |expr: &Expr| {
        expr.eval(|name| {
            let place = system.parameters().iter().position(|p| p == name)?;
            constants.get(place).copied()
        })
    };
    // What stands for time, and how fast it goes.
    let mut clocks: Vec<(String, f64)> = Vec::new();
    let mut phases = Vec::new();
    if !system.is_autonomous() {
        clocks.push(("t".into(), 1.0));
    }
    for place in self::phases(definition) {
        let speed = value(&system.rates()[place])?;
        if speed != 0.0 {
            clocks.push((variables[place].clone(), speed));
            phases.push(place);
        }
    }
    if clocks.is_empty() || phases.len() == variables.len() {
        return None;
    }
    let mut reader = Reader {
        clocks: &clocks,
        variables,
        value: &value,
        frequencies: Vec::new(),
    };
    let driven = (0..variables.len()).filter(|v| !phases.contains(v));
    for v in driven {
        reader.visit(&system.rates()[v])?;
    }
    let turns = common(&reader.frequencies)?;
    Some(Drive {
        period: std::f64::consts::TAU * turns.0 / turns.1,
        phases,
    })
}

impl Drive {
    /// Steps that fit the period; none if it holds too many of them.
    pub fn beat(&self, dt: f64, stride: u64) -> Option<Beat> {
        let steps = (self.period / dt * (1.0 - 1e-12)).ceil();
        if !(1.0..MOST_STEPS).contains(&steps) {
            return None;
        }
        let strides = (steps as u64).div_ceil(stride.max(1));
        Some(Beat {
            dt: self.period / (strides * stride.max(1)) as f64,
            strides,
        })
    }
}

/// What a reader of exponents must know of the time direction, in one sentence; empty for
/// autonomous systems without a drive.
pub fn convention(definition: &Definition, drive: Option<&Drive>) -> String {
    let over = drive.map_or_else(String::new, |d| {
        format!(
            " averages are taken over whole periods of the drive, {:.6};",
            d.period
        )
    });
    let names = definition.system.variables();
    let phases = phases(definition);
    if !phases.is_empty() && phases.len() < names.len() {
        let list: Vec<&str> = phases.iter().map(|v| names[*v].as_str()).collect();
        format!(
            "Driven:{over} {} stands for time as a variable: the exponent in its place is exactly 0 and not counted in D_KY, which is that of the stroboscopic section.",
            list.join(" and ")
        )
    } else if !definition.is_map() && !definition.system.is_autonomous() {
        format!(
            "Driven:{over} time is no variable here, so there is no exponent 0 for it and D_KY is that of the stroboscopic section."
        )
    } else {
        String::new()
    }
}

/// Collects the angular frequencies of an expression; none where something is not periodic.
struct Reader<'a, V> {
    clocks: &'a [(String, f64)],
    variables: &'a [String],
    value: &'a V,
    frequencies: Vec<f64>,
}

impl<V: Fn(&Expr) -> Option<f64>> Reader<'_, V> {
    fn is_timed(&self, expr: &Expr) -> bool {
        let symbols = expr.symbols();
        self.clocks.iter().any(|(name, _)| symbols.contains(name))
    }

    /// How fast an expression grows if it is linear in all that stands for time.
    fn speed(&self, expr: &Expr) -> Option<f64> {
        let mut total = 0.0;
        for (name, speed) in self.clocks {
            let slope = expr.derivative(name).simplify();
            let changes = |s: &String| s == "t" || self.variables.contains(s);
            if slope.symbols().iter().any(changes) {
                return None;
            }
            total += (self.value)(&slope)? * speed;
        }
        Some(total)
    }

    fn visit(&mut self, expr: &Expr) -> Option<()> {
        if !self.is_timed(expr) {
            return Some(());
        }
        match expr.kind() {
            Kind::Call(Function::Sin | Function::Cos | Function::Tan, arguments) => {
                match self.speed(&arguments[0]) {
                    Some(speed) => self.frequencies.push(speed.abs()),
                    None => self.visit(&arguments[0])?,
                }
            }
            Kind::Call(Function::Mod, arguments) if !self.is_timed(&arguments[1]) => {
                match (self.speed(&arguments[0]), (self.value)(&arguments[1])) {
                    (Some(speed), Some(length)) => self
                        .frequencies
                        .push((std::f64::consts::TAU * speed / length).abs()),
                    _ => self.visit(&arguments[0])?,
                }
            }
            // Bare time: what it does never comes again.
            Kind::Symbol(_) => return None,
            Kind::Number(_) | Kind::Pi => {}
            Kind::Neg(a) | Kind::Not(a) => self.visit(a)?,
            Kind::Sum(items) | Kind::Call(_, items) => {
                for item in items {
                    self.visit(item)?;
                }
            }
            Kind::Mul(a, b)
            | Kind::Div(a, b)
            | Kind::Pow(a, b)
            | Kind::Compare(_, a, b)
            | Kind::And(a, b)
            | Kind::Or(a, b) => {
                self.visit(a)?;
                self.visit(b)?;
            }
            Kind::If(a, b, c) => {
                self.visit(a)?;
                self.visit(b)?;
                self.visit(c)?;
            }
        }
        Some(())
    }
}

/// The common period as turns of the slowest frequency, and that frequency.
fn common(frequencies: &[f64]) -> Option<(f64, f64)> {
    let moving = || frequencies.iter().copied().filter(|f| *f > 0.0);
    let slowest = moving().fold(f64::INFINITY, f64::min);
    if !slowest.is_finite() {
        return None;
    }
    (1..=TURNS).map(f64::from).find_map(|turns| {
        let whole = moving().all(|f| {
            let count = turns * f / slowest;
            (count - count.round()).abs() < 1e-9 * count
        });
        whole.then_some((turns, slowest))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::f64::consts::{PI, TAU};

    fn period(equations: &str, constants: &[f64]) -> Option<Drive> {
        let mut parameters = String::new();
        for key in ["w", "q"].iter().take(constants.len()) {
            parameters += "[[parameter]]\nvalue = 1\nlow = 0\nhigh = 2\nkey = ";
            parameters += &format!("\"{key}\"\n");
        }
        let dimension = equations.matches('\'').count();
        let text = format!(
            "equations = \"{equations}\"\ninitial = {:?}\nperiod = 6.0\ndt = 0.01\n{parameters}",
            vec![0.1; dimension]
        );
        drive(&Definition::parse("driven.toml", &text).unwrap(), constants)
    }

    #[test]
    fn the_period_is_read_from_time_and_from_a_phase() {
        let found = period("x' = y; y' = -x + cos(w*t)", &[1.4]).unwrap();
        assert!((found.period - TAU / 1.4).abs() < 1e-12 && found.phases.is_empty());
        let found = period("x' = y; y' = -x + cos(2*f + 1); f' = w", &[1.4]).unwrap();
        assert!((found.period - PI / 1.4).abs() < 1e-12);
        assert_eq!(found.phases, [2]);
        // Frequencies 2 and 3 meet after a turn of their difference.
        let found = period("x' = y; y' = sin(2*t)*x + cos(3*t)", &[]).unwrap();
        assert!((found.period - TAU).abs() < 1e-12);
    }

    #[test]
    fn what_has_no_period_is_given_none() {
        assert_eq!(period("x' = y; y' = -x", &[]), None);
        assert_eq!(period("x' = y; y' = -x + t", &[]), None);
        assert_eq!(
            period("x' = y; y' = cos(t) + cos(w*t)", &[2f64.sqrt()]),
            None
        );
        // Two phases and nothing that they drive.
        assert_eq!(period("x' = w; y' = q", &[1.0, 2.0]), None);
    }

    #[test]
    fn steps_fit_the_period() {
        let drive = Drive {
            period: TAU,
            phases: Vec::new(),
        };
        let beat = drive.beat(0.05, 5).unwrap();
        assert!(beat.dt <= 0.05);
        assert!((beat.dt * (beat.strides * 5) as f64 - TAU).abs() < 1e-12);
        assert_eq!(drive.beat(1e-9, 5), None);
    }
}
