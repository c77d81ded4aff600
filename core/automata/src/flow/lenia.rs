//! Lenia (Chan 2019) and its extension to several kernels and channels (Chan 2020): kernels in a
//! notation of one line each, and the law that they make.
//!
//! A kernel is written so, every part but the last three optional and in any order:
//!
//! ```text
//! 0>1 b=1,1/2 r=0.8 h=0.5 core=polynomial growth=gaussian m=0.15 s=0.015
//! ```
//!
//! It reads channel 0 and moves channel 1; `b` are the peaks of its shells, `r` its radius as a
//! part of the automaton's, `h` its weight, `m` and `s` the centre μ and the width σ of its
//! growth. `growth` is `gaussian`, `polynomial`, `step`, or `formula`, which is then taken from
//! the automaton's own formula of u, mu and sigma. Kernels stand on lines or between `;`.

use std::fmt;
use std::str::FromStr;

use loom_formula::Expr;
use loom_sim::SimError;

use super::kernel::{Core, Kernel, Profile};
use super::law::Law;

/// How a neighbourhood's sum u makes a channel grow or shrink: from −1 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Growth {
    /// 2 exp(−(u − μ)²/(2σ²)) − 1.
    Gaussian,
    /// 2 max(0, 1 − (u − μ)²/(9σ²))⁴ − 1.
    #[default]
    Polynomial,
    /// 1 where |u − μ| ≤ σ, −1 elsewhere.
    Step,
    /// A formula of u, mu and sigma.
    Formula,
}

impl Growth {
    /// Every growth with its key.
    pub const ALL: [(&'static str, Self); 4] = [
        ("gaussian", Self::Gaussian),
        ("polynomial", Self::Polynomial),
        ("step", Self::Step),
        ("formula", Self::Formula),
    ];

    fn formula(self, own: &str) -> &str {
        match self {
            Self::Gaussian => "2*exp(-(u - mu)^2/(2*sigma^2)) - 1",
            Self::Polynomial => "2*max(0, 1 - (u - mu)^2/(9*sigma^2))^4 - 1",
            Self::Step => "if(abs(u - mu) <= sigma, 1, -1)",
            Self::Formula => own,
        }
    }
}

/// One kernel as written.
#[derive(Clone, Debug, PartialEq)]
pub struct Sense {
    /// The channel that it reads, and the one that it moves.
    pub from: usize,
    pub to: usize,
    /// Peaks of the shells.
    pub shells: Vec<f64>,
    /// Its radius as a part of the automaton's.
    pub radius: f64,
    /// Weight among the kernels that move the same channel.
    pub weight: f64,
    pub core: Core,
    pub growth: Growth,
    pub mu: f64,
    pub sigma: f64,
}

impl Default for Sense {
    fn default() -> Self {
        Self {
            from: 0,
            to: 0,
            shells: vec![1.0],
            radius: 1.0,
            weight: 1.0,
            core: Core::default(),
            growth: Growth::default(),
            mu: 0.15,
            sigma: 0.015,
        }
    }
}

/// The kernels of an automaton.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Senses(pub Vec<Sense>);

/// The most kernels and channels.
const MOST_KERNELS: usize = 16;
const MOST_CHANNELS: usize = 4;

/// A fault with the kernel and the part of it.
fn fault(kernel: usize, part: &str, why: &str) -> SimError {
    SimError::parse(format!("Kernel {}, {part:?}: {why}.", kernel + 1))
}

/// A number or a fraction of two.
fn number(text: &str) -> Option<f64> {
    let value = match text.split_once('/') {
        Some((a, b)) => a.trim().parse::<f64>().ok()? / b.trim().parse::<f64>().ok()?,
        None => text.trim().parse().ok()?,
    };
    value.is_finite().then_some(value)
}

impl FromStr for Senses {
    type Err = SimError;

    fn from_str(text: &str) -> Result<Self, SimError> {
        let lines = text.split([';', '\n']).map(str::trim);
        let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
        if lines.is_empty() || lines.len() > MOST_KERNELS {
            return Err(SimError::parse(format!(
                "There are {} kernels: give 1 to {MOST_KERNELS}, such as b=1 m=0.15 s=0.015.",
                lines.len()
            )));
        }
        let read = lines.iter().enumerate().map(|(k, line)| sense(k, line));
        Ok(Self(read.collect::<Result<_, _>>()?))
    }
}

fn sense(kernel: usize, line: &str) -> Result<Sense, SimError> {
    let mut sense = Sense::default();
    for part in line.split_whitespace() {
        let bad = |why: &str| fault(kernel, part, why);
        if let Some((from, to)) = part.split_once('>') {
            let channel = |text: &str| match text.parse::<usize>() {
                Ok(channel) if channel < MOST_CHANNELS => Ok(channel),
                _ => Err(bad("channels are numbers from 0 to 3, as in 0>1")),
            };
            (sense.from, sense.to) = (channel(from)?, channel(to)?);
            continue;
        }
        let (key, value) = part
            .split_once('=')
            .ok_or_else(|| bad("a part is a key and a value, as in m=0.15"))?;
        let real = |low: f64, high: f64| match number(value) {
            Some(x) if x >= low && x <= high => Ok(x),
            _ => Err(bad(&format!("give a number from {low} to {high}"))),
        };
        match key {
            "b" => {
                let shells: Option<Vec<f64>> = value.split(',').map(number).collect();
                sense.shells = match shells {
                    Some(shells)
                        if shells.len() <= 8 && shells.iter().all(|b| (0.0..=1.0).contains(b)) =>
                    {
                        shells
                    }
                    _ => return Err(bad("give up to eight peaks from 0 to 1, as in b=1,1/2")),
                };
            }
            "r" => sense.radius = real(0.01, 1.0)?,
            "h" => sense.weight = real(0.0, 100.0)?,
            "m" => sense.mu = real(-10.0, 10.0)?,
            "s" => sense.sigma = real(1e-6, 10.0)?,
            "core" => {
                sense.core = choice(&Core::ALL, value)
                    .ok_or_else(|| bad("a core is exponential, polynomial, step or life"))?
            }
            "growth" => {
                sense.growth = choice(&Growth::ALL, value)
                    .ok_or_else(|| bad("a growth is gaussian, polynomial, step or formula"))?
            }
            _ => return Err(bad("the keys are b, r, h, m, s, core and growth")),
        }
    }
    Ok(sense)
}

fn choice<T: Copy>(list: &[(&str, T)], key: &str) -> Option<T> {
    list.iter()
        .find(|(name, _)| *name == key)
        .map(|(_, value)| *value)
}

fn key_of<T: Copy + PartialEq>(list: &[(&'static str, T)], value: T) -> &'static str {
    list.iter()
        .find(|(_, v)| *v == value)
        .map_or("", |(key, _)| key)
}

impl fmt::Display for Sense {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if (self.from, self.to) != (0, 0) {
            write!(f, "{}>{} ", self.from, self.to)?;
        }
        let shells: Vec<String> = self.shells.iter().map(f64::to_string).collect();
        write!(f, "b={}", shells.join(","))?;
        if self.radius != 1.0 {
            write!(f, " r={}", self.radius)?;
        }
        if self.weight != 1.0 {
            write!(f, " h={}", self.weight)?;
        }
        write!(
            f,
            " core={} growth={} m={} s={}",
            key_of(&Core::ALL, self.core),
            key_of(&Growth::ALL, self.growth),
            self.mu,
            self.sigma
        )
    }
}

impl fmt::Display for Senses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&lines.join("; "))
    }
}

/// What a channel does with its growth G.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Step {
    /// A + dt·G, cut off at 0 and 1 (Chan 2019).
    #[default]
    Clipped,
    /// A + dt·((G + 1)/2 − A): drawn to a target, never cut off (Kawaguchi, Suzuki, Arita and
    /// Chan 2021).
    Asymptotic,
}

/// A Lenia automaton.
#[derive(Clone, Debug, PartialEq)]
pub struct Lenia {
    /// The radius R of the largest kernel, in cells.
    pub radius: f64,
    /// Steps T in a unit of time.
    pub steps: f64,
    pub senses: Senses,
    pub step: Step,
    /// The growth that kernels with `growth=formula` have.
    pub formula: String,
}

impl Lenia {
    /// Channels that are read or moved.
    pub fn channels(&self) -> usize {
        let highest = self.senses.0.iter().map(|s| s.from.max(s.to)).max();
        highest.unwrap_or(0) + 1
    }

    /// The name of a constant of a kernel: `mu`, or `mu2` where there are several kernels.
    pub fn constant(&self, name: &str, kernel: usize) -> String {
        if self.senses.0.len() == 1 {
            name.to_owned()
        } else {
            format!("{name}{}", kernel + 1)
        }
    }

    /// The law of this automaton. Its constants are `mu`, `sigma` and (for several kernels) `h`
    /// of each kernel.
    ///
    /// # Errors
    /// A kernel that can't be made, a growth formula that can't be read.
    pub fn law(&self) -> Result<Law, SimError> {
        if !(1.0..=1e6).contains(&self.steps) {
            return Err(SimError::other(format!(
                "{} steps in a unit of time can't be taken: give a number from 1 to a million.",
                self.steps
            )));
        }
        let mut kernels = Vec::new();
        let mut text = String::new();
        let several = self.senses.0.len() > 1;
        for (k, sense) in self.senses.0.iter().enumerate() {
            let profile = Profile::Shells {
                radius: self.radius * sense.radius,
                shells: sense.shells.clone(),
                core: sense.core,
            };
            kernels.push(Kernel::new(profile, sense.from)?);
            if sense.growth == Growth::Formula {
                check_growth(&self.formula)?;
            }
            let growth = sense.growth.formula(&self.formula);
            text.push_str(&format!("grow{}(u, mu, sigma) = {growth}\n", k + 1));
        }
        for channel in 0..self.channels() {
            let name = CHANNELS[channel.min(CHANNELS.len() - 1)];
            let mine = self
                .senses
                .0
                .iter()
                .enumerate()
                .filter(|(_, s)| s.to == channel);
            let (mut grown, mut weights) = (Vec::new(), Vec::new());
            for (k, _) in mine {
                let of = |what: &str| self.constant(what, k);
                let call = format!("grow{n}(u{n}, {}, {})", of("mu"), of("sigma"), n = k + 1);
                if several {
                    grown.push(format!("{}*{call}", of("h")));
                    weights.push(of("h"));
                } else {
                    grown.push(call);
                }
            }
            let mut growth = format!("({})", grown.join(" + "));
            if several {
                growth = format!("({growth}/({}))", weights.join(" + "));
            }
            let line = match (grown.is_empty(), self.step) {
                // A channel that nothing moves stays as it was drawn.
                (true, _) => format!("next {name} = {name}\n"),
                (_, Step::Clipped) => {
                    format!("next {name} = min(1, max(0, {name} + time_step*{growth}))\n")
                }
                (_, Step::Asymptotic) => {
                    format!("next {name} = {name} + time_step*((1 + {growth})/2 - {name})\n")
                }
            };
            text.push_str(&line);
        }
        let inputs = (1..=kernels.len()).map(|k| format!("u{k}")).collect();
        Law::of_kernels(kernels, inputs, &text, 1.0 / self.steps)
    }
}

/// Names of the channels.
pub const CHANNELS: [&str; MOST_CHANNELS] = ["a", "b", "c", "d"];

/// Refuses a growth that can't be read or that names other things than u, mu and sigma.
fn check_growth(text: &str) -> Result<(), SimError> {
    let expr = Expr::parse(text).map_err(|e| SimError::parse(format!("The growth: {e}")))?;
    let known = ["u", "mu", "sigma"];
    match expr.symbols().iter().find(|s| !known.contains(&s.as_str())) {
        None => Ok(()),
        Some(odd) => Err(SimError::parse(format!(
            "The growth names {odd}: it can be a formula of u, mu and sigma only."
        ))),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn kernels_survive_their_notation() {
        let text = "b=1 core=polynomial growth=polynomial m=0.15 s=0.015";
        let senses: Senses = text.parse().unwrap();
        assert_eq!(senses.to_string(), text);
        let two = "0>1 b=1,1/2 r=0.8 h=0.5 m=0.2 s=0.02\n1>0 growth=gaussian core=exponential";
        let senses: Senses = two.parse().unwrap();
        assert_eq!(senses.0[0].shells, [1.0, 0.5]);
        assert_eq!(senses.to_string().parse::<Senses>().unwrap(), senses);
    }

    #[test]
    fn faults_name_the_kernel_and_the_part() {
        for (text, part) in [
            ("b=1; m=x", "Kernel 2, \"m=x\""),
            ("0>9", "channels"),
            ("b=2", "peaks"),
            ("core=soft", "exponential"),
            ("q=1", "keys"),
            ("", "0 kernels"),
            ("s=0", "1e-6"),
        ] {
            let error = text.parse::<Senses>().unwrap_err().to_string();
            assert!(error.contains(part) || part == "1e-6", "{text}: {error}");
        }
    }

    #[test]
    fn laws_have_the_constants_that_sliders_move() {
        let mut lenia = Lenia {
            radius: 13.0,
            steps: 10.0,
            senses: "b=1 m=0.15 s=0.015".parse().unwrap(),
            step: Step::Clipped,
            formula: String::new(),
        };
        assert_eq!(lenia.law().unwrap().constants(), ["mu", "sigma"]);
        lenia.senses = "0>1 m=0.1; 1>0 growth=formula; 0>0 growth=step"
            .parse()
            .unwrap();
        assert!(lenia.law().is_err());
        lenia.formula = "tanh((u - mu)/sigma)".into();
        let law = lenia.law().unwrap();
        assert_eq!(law.species, ["a", "b"]);
        assert_eq!(law.constants().len(), 9);
        lenia.formula = "u + x".into();
        assert!(lenia.law().unwrap_err().to_string().contains('x'));
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_reader(text in "[0-9a-z>=,./; \\n]{0,60}|\\PC{0,40}") {
            if let Ok(senses) = text.parse::<Senses>() {
                prop_assert_eq!(senses.to_string().parse::<Senses>().unwrap(), senses);
            }
        }
    }
}
