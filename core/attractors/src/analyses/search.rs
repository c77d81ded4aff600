//! A search for chaos: parameters by lot over their ranges, and the largest exponent at each
//! (Sprott 1993, Strange Attractors: Creating Patterns in Chaos, chapter 2).

use std::time::{Duration, Instant};

use loom_sim::{
    Analysis, Axis, Job, Mark, Model, Parameter, Plot, Quantity, Report, Settings, SimError,
    Subject, Table, Uncertainty, Value, Variation, seed,
};
use rayon::prelude::*;

use super::source::{self, Source};
use crate::definition::{Constant, Definition};
use crate::first_exponent::{FirstExponent, ORBITS};
use crate::settings::Build;

/// A partial report comes at most this often.
const SHOWN: Duration = Duration::from_millis(250);
/// Lots drawn between two looks at what has been found.
const BATCH: usize = 16;
/// An exponent counts as chaos from so many standard errors on.
const SURE: f64 = 4.0;

/// "Search for chaos".
#[derive(Clone, Copy, Debug, Default)]
pub struct Search;

fn declared(definition: &Definition) -> Vec<Parameter> {
    let mut list = vec![
        Parameter::integer("count", "", "How many", 18, 1, 200)
            .hard(1.0, 10_000.0)
            .help("The search ends when so many have been found."),
        Parameter::integer("tries", "", "Tries", 2000, 10, 20_000)
            .hard(1.0, 1e6)
            .help("It ends after so many in any case."),
        Parameter::real("within", "", "Part of the ranges", 1.0, 0.01, 1.0)
            .hard(1e-6, 1.0)
            .logarithmic()
            .help("1 draws from the whole range of each parameter, less from that part of it around the present value."),
        Parameter::real("least", "", "Least exponent", 0.05, 0.01, 1.0)
            .hard(0.0, 1e3)
            .logarithmic()
            .unit("1/period")
            .help("How fast neighbours must part to count: λ₁ times the natural period."),
        Parameter::integer("lot", "", "Lot", 0, 0, 1000)
            .hard(0.0, 9e15)
            .help("Another lot draws other parameters."),
    ];
    if !definition.is_map() {
        list.extend(source::manner());
    }
    list
}

impl Analysis for Search {
    fn key(&self) -> &'static str {
        "search"
    }
    fn name(&self) -> &'static str {
        "Search for chaos"
    }
    fn help(&self) -> &'static str {
        "Tries parameters by lot over their ranges and keeps those with a positive exponent."
    }
    fn citation(&self) -> &'static str {
        "J. C. Sprott (1993), Strange Attractors: Creating Patterns in Chaos, M&T Books, chapter 2."
    }
    fn fits(&self, model: &Model) -> bool {
        source::of_model(model).is_some_and(|d| d.parameters.iter().any(varies) && !d.has_delays())
    }
    fn parameters(&self, model: &Model) -> Vec<Parameter> {
        source::of_model(model).map_or_else(Vec::new, |d| declared(&d))
    }

    fn run(&self, subject: &Subject, settings: &Settings, job: &Job) -> Result<Report, SimError> {
        let begun = Instant::now();
        let source = Source::of(subject)?;
        let (definition, build) = source.instant()?;
        let settings = loom_sim::parameter::complete(&declared(definition), settings)?;
        let build = build.clone().followed_by(&settings);
        let mut hunt = Hunt::new(definition, &build, &settings)?;
        let mut report = source.report(self.key(), "Search for chaos", &settings, begun);
        report.citation = self.citation().into();
        let [measured, settling] = hunt.exponent.spans();
        report.method = format!(
            "At each lot {ORBITS} orbits of {measured} after {settling}; found is what stays finite with λ₁ above {:.4} {} and {SURE} standard errors.",
            hunt.least,
            unit(definition)
        );
        let mut shown = Instant::now();
        while hunt.found.len() < hunt.count && hunt.tried.len() < hunt.tries {
            hunt.batch(job)?;
            let done = (hunt.found.len() as f32 / hunt.count as f32)
                .max(hunt.tried.len() as f32 / hunt.tries as f32);
            job.progress(done.min(1.0));
            if shown.elapsed() >= SHOWN {
                shown = Instant::now();
                let mut partial = report.clone();
                hunt.conclude(&mut partial);
                job.partial(&partial);
            }
        }
        hunt.conclude(&mut report);
        report.seconds = begun.elapsed().as_secs_f64();
        Ok(report)
    }
}

fn varies(constant: &Constant) -> bool {
    constant.high > constant.low
}

fn unit(definition: &Definition) -> &'static str {
    if definition.is_map() {
        "1/iteration"
    } else {
        "1/time unit"
    }
}

struct Hunt<'a> {
    definition: &'a Definition,
    exponent: FirstExponent,
    present: &'a [f64],
    /// Indices of the parameters that are drawn.
    drawn: Vec<usize>,
    within: f64,
    least: f64,
    count: usize,
    tries: usize,
    random: rand_chacha::ChaCha8Rng,
    /// Every lot with its exponent, none where the orbits ran away.
    tried: Vec<(Vec<f64>, Option<(f64, f64)>)>,
    /// Which of them are chaotic.
    found: Vec<usize>,
}

impl<'a> Hunt<'a> {
    fn new(
        definition: &'a Definition,
        build: &'a Build,
        settings: &Settings,
    ) -> Result<Self, SimError> {
        let real = |key: &str| settings.get(key).and_then(Value::as_real).unwrap_or(0.0);
        let lot = settings.get("lot").and_then(Value::as_integer).unwrap_or(0);
        let period = if definition.is_map() {
            1.0
        } else {
            definition.period
        };
        let drawn: Vec<usize> = (0..definition.parameters.len())
            .filter(|i| varies(&definition.parameters[*i]))
            .collect();
        if drawn.is_empty() {
            return Err(SimError::other(
                "This system has no parameter with a range to draw from.",
            ));
        }
        Ok(Self {
            definition,
            exponent: FirstExponent::new(definition, build, 100.0, 60.0)?,
            present: &build.constants,
            drawn,
            within: real("within"),
            least: real("least") / period,
            count: real("count") as usize,
            tries: real("tries") as usize,
            random: seed::stream(lot.unsigned_abs(), "attractors: search for chaos"),
            tried: Vec::new(),
            found: Vec::new(),
        })
    }

    /// Parameters by lot.
    fn lot(&mut self) -> Vec<f64> {
        let mut constants = self.present.to_vec();
        for i in &self.drawn {
            let constant = &self.definition.parameters[*i];
            let part = seed::unit(&mut self.random);
            constants[*i] = draw(constant, self.present[*i], self.within, part);
        }
        constants
    }

    fn batch(&mut self, job: &Job) -> Result<(), SimError> {
        let size = BATCH.min(self.tries - self.tried.len());
        let lots: Vec<Vec<f64>> = (0..size).map(|_| self.lot()).collect();
        let exponent = &self.exponent;
        let measured: Result<Vec<_>, SimError> = lots
            .into_par_iter()
            .map(|lot| {
                job.check()?;
                let found = exponent.at(&lot)?;
                Ok((lot, found))
            })
            .collect();
        for (lot, found) in measured? {
            let chaotic =
                found.is_some_and(|(value, error)| value > self.least && value > SURE * error);
            if chaotic && self.found.len() < self.count {
                self.found.push(self.tried.len());
            }
            self.tried.push((lot, found));
        }
        Ok(())
    }

    fn conclude(&self, report: &mut Report) {
        let tried = self.tried.len().max(1) as f64;
        let part = self.found.len() as f64 / tried;
        report.values = vec![
            Quantity::exact("found", "Found", self.found.len() as u64),
            Quantity::exact("tried", "Tried", self.tried.len() as u64),
            Quantity::real(
                "part",
                "Part with chaos",
                part,
                Uncertainty::StandardError((part * (1.0 - part) / tried).sqrt()),
            ),
        ];
        if self.found.is_empty() && self.tried.len() >= self.tries {
            report.warnings.push(format!(
                "No chaos in {} tries. Ask for more tries, a smaller least exponent, or wider ranges.",
                self.tried.len()
            ));
        }
        let rows: Vec<(&Vec<f64>, (f64, f64))> = self
            .found
            .iter()
            .filter_map(|i| Some((&self.tried[*i].0, self.tried[*i].1?)))
            .collect();
        let column = |value: &dyn Fn(&(&Vec<f64>, (f64, f64))) -> f64| {
            rows.iter().map(|row| value(row).to_string()).collect()
        };
        let mut columns = vec![
            (
                format!("λ₁ ({})", unit(self.definition)),
                column(&|row| row.1.0),
            ),
            ("standard error".to_owned(), column(&|row| row.1.1)),
        ];
        for i in &self.drawn {
            let symbol = self.definition.parameters[*i].symbol.clone();
            columns.push((symbol, column(&|row| row.0[*i])));
        }
        report.tables = vec![Table {
            title: "Parameters with chaos".into(),
            columns,
        }];
        report.choices = rows
            .iter()
            .map(|(lot, (value, _))| self.choice(lot, *value))
            .collect();
        report.plots = vec![self.plot()];
    }

    fn choice(&self, lot: &[f64], exponent: f64) -> Variation {
        Variation {
            set: self
                .drawn
                .iter()
                .map(|i| {
                    let key = self.definition.parameters[*i].key.clone();
                    (key, Value::Real(lot[*i]))
                })
                .collect(),
            words: format!("λ₁ {exponent:.3}"),
        }
    }

    fn plot(&self) -> Plot {
        let first = self.drawn[0];
        let constant = &self.definition.parameters[first];
        let points = |chaotic: bool| {
            self.tried
                .iter()
                .enumerate()
                .filter(|(i, _)| self.found.contains(i) == chaotic)
                .filter_map(|(_, (lot, found))| found.map(|(value, _)| [lot[first], value]))
                .collect()
        };
        Plot {
            title: "Exponents tried".into(),
            x: Axis::new(&constant.symbol, &constant.unit),
            y: Axis::new("λ₁", unit(self.definition)),
            marks: vec![
                Mark::Points {
                    name: "found".into(),
                    points: points(true),
                },
                Mark::Points {
                    name: "others".into(),
                    points: points(false),
                },
                Mark::Horizontal {
                    name: String::new(),
                    y: 0.0,
                },
            ],
            ..Plot::default()
        }
    }
}

/// A value from that part of a parameter's range that lies around the present one.
fn draw(constant: &Constant, present: f64, within: f64, part: f64) -> f64 {
    let (low, high) = (constant.low, constant.high);
    let logarithmic = constant.logarithmic && low > 0.0;
    let (of, back): (fn(f64) -> f64, fn(f64) -> f64) = if logarithmic {
        (f64::ln, f64::exp)
    } else {
        (|x| x, |x| x)
    };
    let (a, b) = (of(low), of(high));
    let middle = of(present.clamp(low, high));
    let width = (b - a) * within;
    // A part at the edge of the range keeps its width.
    let from = (middle - width / 2.0).clamp(a, (b - width).max(a));
    // Six digits say what was drawn in full.
    let x = back(from + width * part);
    format!("{x:.5e}").parse().unwrap_or(x)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_part_of_a_range_lies_around_the_present_value() {
        let constant = Constant {
            key: "r".into(),
            symbol: "r".into(),
            name: String::new(),
            unit: String::new(),
            value: 1.0,
            low: 0.0,
            high: 10.0,
            logarithmic: false,
            help: String::new(),
        };
        assert_eq!(draw(&constant, 5.0, 0.2, 0.0), 4.0);
        assert_eq!(draw(&constant, 5.0, 0.2, 1.0), 6.0);
        assert_eq!(draw(&constant, 10.0, 0.2, 0.0), 8.0);
        assert_eq!(draw(&constant, -3.0, 1.0, 0.25), 2.5);
        let scale = Constant {
            low: 0.01,
            high: 100.0,
            logarithmic: true,
            ..constant
        };
        assert_eq!(draw(&scale, 1.0, 0.5, 1.0), 10.0);
    }
}
