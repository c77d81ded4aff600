//! Checks a system's file: reads its equations, gives every parameter its value, and says of
//! each fault where it stands in the file.

mod look;

use std::sync::Arc;

use loom_formula::{Expr, FormulaError, System, SystemKind};
use loom_sim::SimError;

use crate::definition::{Constant, Definition, MOST_VARIABLES, RESERVED, SPREAD};
use crate::delay::Coordinate;
use crate::file::{self, FileNumber, Source, SystemFile};

pub(crate) struct Reader<'a> {
    pub source: Source<'a>,
    pub file: &'a SystemFile,
}

impl Reader<'_> {
    pub fn definition(&self) -> Result<Definition, SimError> {
        let file = self.file;
        let (system, noise) = self.noise(self.system()?)?;
        let variables = system.variables();
        let dimension = variables.len();
        if dimension == 0 || dimension > MOST_VARIABLES {
            return Err(self.source.error(
                Some(file.equations.span()),
                format!("a system has 1 to {MOST_VARIABLES} equations, and here are {dimension}."),
            ));
        }
        let map = system.kind() == SystemKind::Map;
        let parameters = self.parameters(&system)?;
        let history = self.history(&system)?;
        let initial = self.initial(&system, &history)?;
        self.delays(&system, &parameters)?;
        let dt = match &file.dt {
            None => {
                if map {
                    1.0
                } else {
                    0.01
                }
            }
            Some(dt) if map => {
                return Err(self.source.error(
                    Some(dt.span()),
                    "a map has no dt: one step is one iteration; leave it out.",
                ));
            }
            Some(dt) => self.positive(dt, "dt")?,
        };
        let spread = match &file.spread {
            None => SPREAD,
            Some(spread) => self.positive(spread, "spread")?,
        };
        let period = match &file.period {
            None if map => 1.0,
            None => 100.0 * dt,
            Some(period) => self.positive(period, "period")?,
        };
        let look = self.look(&system)?;
        let fallback = stem(self.source.name);
        let name = file.name.clone().unwrap_or(fallback);
        if name.is_empty() || name.len() > 100 || name.contains(|c: char| c.is_control()) {
            return Err(self.source.error_at(
                1,
                1,
                "give the system a name of 1 to 100 characters: name = \"Mine\".",
            ));
        }
        for experiment in &file.experiments {
            for (key, value) in &experiment.set {
                if !parameters.iter().any(|p| p.key == *key.get_ref()) {
                    return Err(self.unknown(
                        "parameter",
                        key.get_ref(),
                        Some(key.span()),
                        parameters.iter().map(|p| p.key.as_str()),
                    ));
                }
                if let Err(why) = value.value() {
                    return Err(self.source.error(Some(key.span()), why));
                }
            }
        }
        if let Some(measured) = &file.measured
            && system.delays().is_empty()
            && (measured.spectrum.len() != dimension || measured.standard_error.len() != dimension)
        {
            return Err(self.source.error_at(
                1,
                1,
                format!("measured.spectrum and measured.standard_error need {dimension} numbers."),
            ));
        }
        Ok(Definition {
            title: file.title.clone().unwrap_or_else(|| name.clone()),
            name,
            summary: file.summary.clone(),
            group: file.group.clone().unwrap_or_else(|| "My systems".into()),
            keywords: file.keywords.clone(),
            citation: file.citation.clone(),
            obtained: file.obtained.clone(),
            equations: file.equations.get_ref().trim().to_owned(),
            coordinates: Coordinate::all(&system),
            system: Arc::new(system),
            parameters,
            initial,
            history,
            noise,
            dt,
            period,
            spread,
            look,
            measured: file.measured.clone(),
            experiments: file.experiments.clone(),
            text: self.source.text.into(),
        })
    }

    /// Reads the equations; their errors get the place in the file.
    fn system(&self) -> Result<System, SimError> {
        let equations = &self.file.equations;
        let system = System::parse(equations.get_ref()).map_err(|e| self.formula(&e, ""))?;
        let known: Vec<&str> = self
            .file
            .parameters
            .iter()
            .map(|p| p.get_ref().key.get_ref().as_str())
            .collect();
        system
            .check_parameters(&known)
            .map_err(|e| self.formula(&e, "give it a value in a [[parameter]] of its own"))?;
        Ok(system)
    }

    /// An error of the equations with its place in the file.
    fn formula(&self, error: &FormulaError, remedy: &str) -> SimError {
        let span = self.file.equations.span();
        let (line, column) = self.within(span, error.line, error.column);
        let hint = match &error.nearest {
            Some(name) => format!("; did you mean `{name}`?"),
            None if remedy.is_empty() => ".".to_owned(),
            None => format!("; {remedy}."),
        };
        let message = error.message.trim_end_matches('.');
        self.source
            .error_at(line, column, format!("{message}{hint}"))
    }

    /// The file's line and column of a line and column of the string at `span`.
    fn within(&self, span: std::ops::Range<usize>, line: usize, column: usize) -> (usize, usize) {
        let raw = self.source.text.get(span.clone()).unwrap_or_default();
        let quotes = if raw.starts_with("\"\"\"") || raw.starts_with("'''") {
            3
        } else {
            1
        };
        let mut begin = quotes;
        // A line's end right after three quotes isn't part of the string.
        if quotes == 3 {
            begin += raw[3..]
                .find('\n')
                .filter(|i| raw[3..3 + i].trim().is_empty())
                .map_or(0, |i| i + 1);
        }
        let (first, offset) = self.source.place(span.start + begin);
        if line <= 1 {
            (first, offset + column - 1)
        } else {
            (first + line - 1, column)
        }
    }

    fn positive(&self, number: &toml::Spanned<FileNumber>, what: &str) -> Result<f64, SimError> {
        match number.get_ref().value() {
            Ok(x) if x > 0.0 => Ok(x),
            Ok(x) => Err(self.source.error(
                Some(number.span()),
                format!("{what} can't be {x}; give a number above 0."),
            )),
            Err(why) => Err(self.source.error(Some(number.span()), why)),
        }
    }

    fn unknown<'b>(
        &self,
        what: &str,
        name: &str,
        span: Option<std::ops::Range<usize>>,
        known: impl Iterator<Item = &'b str> + Clone,
    ) -> SimError {
        let hint = match file::nearest(name, known.clone()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known are {}.", known.collect::<Vec<_>>().join(", ")),
        };
        self.source
            .error(span, format!("there is no {what} `{name}`; {hint}"))
    }

    /// The parameters in the system's order, each with its value.
    fn parameters(&self, system: &System) -> Result<Vec<Constant>, SimError> {
        let names: Vec<&str> = system.parameters().iter().map(String::as_str).collect();
        for (index, declared) in self.file.parameters.iter().enumerate() {
            let key = &declared.get_ref().key;
            if !names.contains(&key.get_ref().as_str()) {
                let known = names.iter().copied();
                return Err(self.unknown("parameter", key.get_ref(), Some(key.span()), known));
            }
            let earlier = self.file.parameters.iter().take(index);
            if earlier
                .into_iter()
                .any(|p| p.get_ref().key.get_ref() == key.get_ref())
            {
                return Err(self.source.error(
                    Some(key.span()),
                    format!("the parameter `{}` is declared twice.", key.get_ref()),
                ));
            }
        }
        system
            .parameters()
            .iter()
            .map(|name| self.constant(name))
            .collect()
    }

    fn constant(&self, name: &str) -> Result<Constant, SimError> {
        let declared = self
            .file
            .parameters
            .iter()
            .map(toml::Spanned::get_ref)
            .find(|p| p.key.get_ref() == name);
        let Some(declared) = declared else {
            // `system` has refused names without a declaration.
            return Err(self.source.error(
                Some(self.file.equations.span()),
                format!("the parameter `{name}` has no value; give it one in a [[parameter]]."),
            ));
        };
        let place = declared.key.span();
        if RESERVED.contains(&name) {
            return Err(self.source.error(
                Some(place),
                format!("`{name}` is a setting of every run; give the parameter another name."),
            ));
        }
        let value = declared
            .value
            .get_ref()
            .value()
            .map_err(|why| self.source.error(Some(declared.value.span()), why))?;
        let reach = if value == 0.0 { 1.0 } else { value.abs() };
        let (low, high) = (
            declared.low.unwrap_or(value - reach),
            declared.high.unwrap_or(value + reach),
        );
        if !(low.is_finite() && high.is_finite() && low < high) {
            return Err(self.source.error(
                Some(place),
                format!("the range of `{name}` is empty: low must be below high."),
            ));
        }
        let or = |text: &str, other: &str| if text.is_empty() { other } else { text }.to_owned();
        Ok(Constant {
            key: name.to_owned(),
            symbol: or(&declared.symbol, name),
            name: or(&declared.name, &format!("Parameter {name}")),
            unit: declared.unit.clone(),
            value,
            low,
            high,
            logarithmic: declared.logarithmic && low > 0.0,
            help: declared.help.clone(),
        })
    }

    /// What was before time 0, a formula of t for each variable.
    fn history(&self, system: &System) -> Result<Vec<Expr>, SimError> {
        let Some(history) = &self.file.history else {
            return Ok(Vec::new());
        };
        let fault = |message: String| self.source.error(Some(history.span()), message);
        if system.delays().is_empty() {
            return Err(fault(
                "only a delay system has a history; leave it out, or write x(t - tau).".into(),
            ));
        }
        let variables = system.variables();
        if history.get_ref().len() != variables.len() {
            return Err(fault(format!(
                "history has {} formulas and the system {} variables ({}).",
                history.get_ref().len(),
                variables.len(),
                variables.join(", ")
            )));
        }
        let read = |text: &String| {
            let formula = Expr::parse(text).map_err(|e| fault(format!("{text}: {e}.")))?;
            match formula.symbols().into_iter().find(|name| name != "t") {
                Some(name) => Err(fault(format!(
                    "{text}: a history is a formula of t, and `{name}` is not known in it."
                ))),
                None => Ok(formula),
            }
        };
        history.get_ref().iter().map(read).collect()
    }

    /// The amplitudes of the noise, a formula for each variable; a parameter may stand in them
    /// alone.
    fn noise(&self, system: System) -> Result<(System, Vec<Expr>), SimError> {
        let Some(noise) = &self.file.noise else {
            return Ok((system, Vec::new()));
        };
        let fault = |message: String| self.source.error(Some(noise.span()), message);
        if !system.delays().is_empty() {
            return Err(fault(
                "a delay system is followed without noise; leave it out.".into(),
            ));
        }
        let variables = system.variables();
        if noise.get_ref().len() != variables.len() {
            return Err(fault(format!(
                "noise has {} formulas and the system {} variables ({}); 0 is none.",
                noise.get_ref().len(),
                variables.len(),
                variables.join(", ")
            )));
        }
        let declared: Vec<&str> = self
            .file
            .parameters
            .iter()
            .map(|p| p.get_ref().key.get_ref().as_str())
            .collect();
        let known = || variables.iter().map(String::as_str).chain(declared.clone());
        let mut further = Vec::new();
        let mut list = Vec::new();
        for text in noise.get_ref() {
            let formula = Expr::parse(text).map_err(|e| fault(format!("{text}: {e}.")))?;
            for name in formula.symbols() {
                if declared.contains(&name.as_str()) {
                    further.push(name);
                } else if name != "t" && !variables.contains(&name) {
                    return Err(self.unknown("symbol", &name, Some(noise.span()), known()));
                }
            }
            list.push(formula);
        }
        Ok((system.with_parameters(&further), list))
    }

    /// The delays at the parameters' values are above 0.
    fn delays(&self, system: &System, parameters: &[Constant]) -> Result<(), SimError> {
        let values: Vec<f64> = parameters.iter().map(|p| p.value).collect();
        let found = system.delay_values(&values);
        found
            .map(|_| ())
            .map_err(|why| self.source.error(Some(self.file.equations.span()), why))
    }

    fn initial(&self, system: &System, history: &[Expr]) -> Result<Vec<f64>, SimError> {
        let dimension = system.variables().len();
        if self.file.initial.is_none() && !history.is_empty() {
            let now = |name: &str| (name == "t").then_some(0.0);
            let values = history.iter().map(|h| h.eval(now).unwrap_or(f64::NAN));
            return Ok(values.collect());
        }
        let Some(initial) = &self.file.initial else {
            // Off the origin, which is a fixed point of many systems, and off the diagonal.
            return Ok((0..dimension).map(|i| 0.1 + 0.01 * i as f64).collect());
        };
        if initial.get_ref().len() != dimension {
            return Err(self.source.error(
                Some(initial.span()),
                format!(
                    "initial has {} numbers and the system {dimension} variables ({}).",
                    initial.get_ref().len(),
                    system.variables().join(", ")
                ),
            ));
        }
        initial
            .get_ref()
            .iter()
            .map(|x| {
                x.value()
                    .map_err(|why| self.source.error(Some(initial.span()), why))
            })
            .collect()
    }
}

/// `mine` of `folder/mine.toml`.
fn stem(name: &str) -> String {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    file.strip_suffix(".toml").unwrap_or(file).to_owned()
}
