//! What several commands take: a model by name or file, its parameters, seed and device.

use std::path::Path;
use std::sync::Arc;

use clap::Args;
use loom_gpu::{Choice, Gpu};
use loom_sim::parameter::{self, ParameterKind};
use loom_sim::{Attachment, Effect, Model, Parameter, Place, Science, Settings, SimError, Value};

use super::{Failure, output};

/// Parameters and seed of a model.
#[derive(Args, Clone, Debug, Default)]
pub struct Set {
    /// Change a parameter, by its key or its symbol; the value is an expression such as 8/3
    #[arg(long = "set", value_name = "SYMBOL=VALUE", allow_hyphen_values = true)]
    pub set: Vec<String>,
    /// Seed of all randomness
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
}

/// How a measurement follows its orbits.
#[derive(Args, Clone, Debug, Default)]
pub struct Followed {
    /// How orbits of a flow are followed: rk4 with a fixed step; tsit5 or dop853 with steps of their own choice; bdf, trbdf2 or esdirk34 for stiff systems; symplectic4, symplectic6 or gauss4 for Hamiltonian ones [default: rk4]
    #[arg(long, value_name = "M")]
    pub method: Option<String>,
    /// The error allowed in each step of the methods that choose their steps [default: 1e-9]
    #[arg(long, value_name = "T", value_parser = expression)]
    pub tolerance: Option<f64>,
}

impl Followed {
    /// As settings of an analysis.
    pub fn put(&self, settings: &mut Settings) {
        if let Some(method) = &self.method {
            settings.insert("method".into(), Value::from(method.as_str()));
        }
        if let Some(tolerance) = self.tolerance {
            settings.insert("tolerance".into(), Value::Real(tolerance));
        }
    }
}

/// Where a simulation runs.
#[derive(Args, Clone, Debug)]
pub struct Machine {
    /// Where to run: auto, gpu or cpu
    #[arg(long, value_enum, default_value_t = Device::Auto)]
    pub device: Device,
    /// Threads on the processor [default: all]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Device {
    /// Measure on the processor, draw with the best adapter
    Auto,
    /// Compute and draw on a graphics device
    Gpu,
    /// The processor alone
    Cpu,
}

impl Machine {
    pub fn threads(&self) -> usize {
        self.threads.map_or_else(loom_sim::threads, usize::from)
    }

    /// The device that draws, if there is one and it is wanted.
    pub fn drawing(&self) -> Result<Option<Arc<Gpu>>, Failure> {
        match self.device {
            Device::Cpu => Ok(None),
            Device::Auto => Ok(Gpu::headless(&Choice::Best).ok()),
            Device::Gpu => Gpu::headless(&Choice::Best).map(Some).map_err(Failure::job),
        }
    }

    /// The place where simulations run; `gpu` is what [`Machine::drawing`] gave.
    pub fn place(&self, gpu: Option<&Arc<Gpu>>) -> Result<Place, Failure> {
        match (self.device, gpu) {
            (Device::Gpu, Some(gpu)) if gpu.has_compute() => Ok(Place::Gpu(Arc::clone(gpu))),
            (Device::Gpu, Some(gpu)) => Err(Failure::job(format!(
                "The graphics adapter {} has no compute shaders: use --device cpu.",
                gpu.name()
            ))),
            _ => Ok(Place::Cpu {
                threads: self.threads(),
            }),
        }
    }
}

/// The value of an expression, with − and × as they are printed.
pub fn number(text: &str) -> Result<f64, String> {
    let plain: String = text
        .trim()
        .chars()
        .map(|c| match c {
            '−' => '-',
            '×' | '·' => '*',
            c => c,
        })
        .collect();
    if let Ok(x) = plain.parse::<f64>()
        && x.is_finite()
    {
        return Ok(x);
    }
    loom_formula::evaluate_constant(&plain).map_err(|e| e.to_string())
}

/// A list of expressions with commas between them.
pub fn numbers(text: &str) -> Result<Vec<f64>, String> {
    text.split(',').map(number).collect()
}

/// For clap: an expression.
pub fn expression(text: &str) -> Result<f64, String> {
    number(text)
}

impl Set {
    /// Each `SYMBOL=VALUE` apart.
    pub fn pairs(&self) -> Result<Vec<(&str, &str)>, Failure> {
        self.set
            .iter()
            .map(|text| {
                text.split_once('=')
                    .map(|(k, v)| (k.trim(), v.trim()))
                    .filter(|(k, _)| !k.is_empty())
                    .ok_or_else(|| {
                        Failure::input(format!(
                            "--set {text} has no value: write it as in --set sigma=10."
                        ))
                    })
            })
            .collect()
    }

    /// Puts seed and parameters into a model. Parameters of the view are given back.
    pub fn apply(&self, science: &dyn Science, model: &mut Model) -> Result<Settings, Failure> {
        model.seed = self.seed;
        let mut view = Settings::new();
        for (name, text) in self.pairs()? {
            // A parameter may decide which others there are.
            let declared = science.parameters(model)?;
            let known = || declared.iter().map(|p| p.key.as_str()).collect::<Vec<_>>();
            let found =
                parameter::find(&declared, name).ok_or_else(|| SimError::UnknownParameter {
                    key: name.to_owned(),
                    known: known().join(", "),
                })?;
            let value = value(found, text, model)?;
            let value = found.check(&value)?;
            match found.effect {
                Effect::View => view.insert(found.key.clone(), value),
                Effect::Live | Effect::Rebuild => model.parameters.insert(found.key.clone(), value),
            };
        }
        Ok(view)
    }
}

/// Text as a value of this parameter's kind. A file is read and attached.
fn value(parameter: &Parameter, text: &str, model: &mut Model) -> Result<Value, Failure> {
    let wrong = |why: String| {
        let end = if why.ends_with(['.', '?', '!']) {
            ""
        } else {
            "."
        };
        Failure::input(format!("{} can't be {text}: {why}{end}", parameter.key))
    };
    Ok(match &parameter.kind {
        ParameterKind::Real { .. } => Value::Real(number(text).map_err(wrong)?),
        ParameterKind::Integer { .. } => match text.parse::<i64>() {
            Ok(i) => Value::Integer(i),
            Err(_) => Value::Real(number(text).map_err(wrong)?),
        },
        ParameterKind::Vector { .. } => Value::Vector(numbers(text).map_err(wrong)?),
        ParameterKind::Matrix => Value::Matrix(
            text.split(';')
                .map(numbers)
                .collect::<Result<_, _>>()
                .map_err(wrong)?,
        ),
        ParameterKind::File(_) => {
            let path = Path::new(text);
            let attachment = Attachment {
                name: file_name(path),
                bytes: output::read(path)?.into(),
            };
            model.attachments.insert(parameter.key.clone(), attachment);
            Value::Text(parameter.key.clone())
        }
        ParameterKind::Boolean
        | ParameterKind::Choice(_)
        | ParameterKind::Text
        | ParameterKind::Formula
        | ParameterKind::Expression(_)
        | ParameterKind::ColorMap => Value::Text(text.to_owned()),
    })
}

/// A setting of an analysis: the value as its declaration wants it.
pub fn setting(declared: &[Parameter], key: &str, text: &str) -> Result<Value, Failure> {
    let found = parameter::find(declared, key).ok_or_else(|| SimError::UnknownParameter {
        key: key.to_owned(),
        known: declared
            .iter()
            .map(|p| p.key.as_str())
            .collect::<Vec<_>>()
            .join(", "),
    })?;
    let value = value(found, text, &mut Model::new("", ""))?;
    Ok(found.check(&value)?)
}

/// The last part of a path, as the user knows the file.
pub fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(
        || path.display().to_string(),
        |n| n.to_string_lossy().into_owned(),
    )
}

/// A model of this science: an entry of its catalogue by name, or a file.
pub fn model(science: &dyn Science, name: &str) -> Result<Model, Failure> {
    let path = Path::new(name);
    let entries = science.catalogue();
    if let Some(entry) = entries.iter().find(|e| e.name == name) {
        return Ok(entry.model.clone());
    }
    if name == "-" || path.is_file() {
        let bytes = output::read(path)?;
        return match science.open(&file_name(path), &bytes) {
            Some(model) => Ok(model?),
            None => Err(Failure::input(format!(
                "{name} is no file of {}: its ending or its beginning is not known.",
                science.name().to_lowercase()
            ))),
        };
    }
    let plain = |text: &str| -> String {
        text.chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect()
    };
    if let Some(entry) = entries
        .iter()
        .find(|e| plain(&e.name) == plain(name) || plain(&e.title) == plain(name))
    {
        return Ok(entry.model.clone());
    }
    let nearest = entries
        .iter()
        .map(|e| (distance(&plain(&e.name), &plain(name)), &e.name))
        .min();
    let hint = match nearest {
        Some((d, near)) if d <= 3 => format!("did you mean {near}?"),
        _ => format!("strange-loom {} list names them.", science.key()),
    };
    Err(Failure::input(format!(
        "There is no entry and no file called {name} in {}; {hint}",
        science.name().to_lowercase()
    )))
}

/// Levenshtein's distance between two short names.
pub fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(64).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().take(64).enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let change = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

/// `WIDTHxHEIGHT` in whole numbers above 0.
pub fn size(text: &str) -> Result<[u32; 2], String> {
    let parts: Vec<&str> = text.split(['x', 'X', '×']).collect();
    let number = |t: &str| t.trim().parse::<u32>().ok().filter(|n| *n > 0);
    match parts[..] {
        [w, h] => number(w).zip(number(h)).map(|(w, h)| [w, h]),
        _ => None,
    }
    .ok_or_else(|| "write it as in 1280x800".to_owned())
}

/// A whole number of any size: digits, or a power such as 10^30.
pub fn whole(text: &str) -> Result<num_bigint::BigUint, String> {
    let digits = |t: &str| {
        let t = t.trim().replace('_', "");
        (!t.is_empty() && t.len() <= 10_000 && t.bytes().all(|b| b.is_ascii_digit()))
            .then(|| t.parse::<num_bigint::BigUint>().ok())
            .flatten()
    };
    match text.split_once('^') {
        Some((base, power)) => digits(base)
            .zip(power.trim().parse::<u32>().ok().filter(|p| *p <= 30_000))
            .map(|(base, power)| base.pow(power)),
        None => digits(text),
    }
    .ok_or_else(|| "give a whole number such as 1000 or 10^30".to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn values_are_expressions() {
        assert_eq!(number("8/3").unwrap(), 8.0 / 3.0);
        assert_eq!(number("−1e-3").unwrap(), -1e-3);
        assert_eq!(
            numbers("1, -2,pi").unwrap(),
            [1.0, -2.0, std::f64::consts::PI]
        );
        assert!(number("1/0").is_err() && number("").is_err() && number("inf").is_err());
    }

    #[test]
    fn generations_have_any_size() {
        assert_eq!(whole("10^30").unwrap().to_string().len(), 31);
        assert_eq!(whole("1_000").unwrap(), 1000u32.into());
        assert!(whole("-1").is_err() && whole("2^999999").is_err() && whole("").is_err());
    }

    #[test]
    fn sizes_are_two_whole_numbers() {
        assert_eq!(size("640x480"), Ok([640, 480]));
        assert!(size("640").is_err() && size("0x5").is_err() && size("1x2x3").is_err());
    }

    #[test]
    fn near_names_are_near() {
        assert_eq!(distance("lorenz", "lorentz"), 1);
        assert_eq!(distance("", "abc"), 3);
    }
}
