//! The largest Lyapunov exponent over one parameter, or over two: where there is chaos, where
//! cycles, and where the orbit runs away.

use std::time::{Duration, Instant};

use loom_formula::Clock;
use loom_sim::{
    Analysis, Axis, ColorMap, Field, Job, Mark, Model, Parameter, Plot, Quantity, Report, Settings,
    Shades, SimError, Subject, Uncertainty, Value,
};
use rayon::prelude::*;

use super::source::{self, Source};
use crate::definition::{Constant, Definition};
use crate::orbit_diagram::usual_constant;
use crate::settings::Build;
use crate::spectrum::mean_and_error;
use crate::start;
use crate::stepping::BlockStepper;

/// Orbits at each value, from whose scatter the error comes.
const ORBITS: usize = 4;
/// A partial picture comes at most this often.
const SHOWN: Duration = Duration::from_millis(250);
/// No second parameter.
const NONE: &str = "none";

/// "Exponent over parameters".
#[derive(Clone, Copy, Debug, Default)]
pub struct Scan;

fn declared(definition: &Definition, given: &Settings) -> Vec<Parameter> {
    let constants = &definition.parameters;
    let Some(first) = chosen(definition, given, "over").or_else(|| usual_constant(definition))
    else {
        return Vec::new();
    };
    let choices: Vec<(&str, &str)> = constants
        .iter()
        .map(|p| (p.key.as_str(), p.symbol.as_str()))
        .collect();
    let mut others = vec![(NONE, "None: a curve")];
    others.extend(choices.iter().copied().filter(|(key, _)| *key != first.key));
    let mut list = vec![
        Parameter::choice("over", "Parameter", &first.key, &choices)
            .help("The one that changes from left to right."),
        edge("from", "From", first, first.low),
        edge("to", "To", first, first.high),
        Parameter::integer("columns", "", "Columns", 200, 2, 1000)
            .hard(2.0, 10_000.0)
            .help("Values of the parameter between the two edges."),
        Parameter::choice("against", "Second parameter", NONE, &others)
            .help("With a second one, changing upward, the exponent is shown by colour."),
    ];
    if let Some(second) = chosen(definition, given, "against") {
        list.extend([
            edge("bottom", "Bottom", second, second.low),
            edge("top", "Top", second, second.high),
            Parameter::integer("rows", "", "Rows", 60, 2, 1000)
                .hard(2.0, 10_000.0)
                .help("Values of the second parameter."),
        ]);
    }
    list.extend([
        Parameter::real("periods", "", "Measured over", 150.0, 10.0, 2000.0)
            .hard(1.0, 1e6)
            .logarithmic()
            .unit("periods")
            .help("Of each of four orbits at every value; four times as long halves the error."),
        Parameter::real("transient", "", "Thrown away first", 50.0, 0.0, 1000.0)
            .hard(0.0, 1e6)
            .unit("periods")
            .help("So that the orbits have come to the attractor, and the vectors to the direction that grows most."),
    ]);
    list
}

fn edge(key: &str, name: &str, constant: &Constant, value: f64) -> Parameter {
    let width = (constant.high - constant.low).abs().max(1e-6);
    Parameter::real(
        key,
        "",
        name,
        value,
        constant.low - width,
        constant.high + width,
    )
    .hard(-1e12, 1e12)
    .help("The parameter's value at this edge.")
}

fn chosen<'a>(definition: &'a Definition, given: &Settings, key: &str) -> Option<&'a Constant> {
    let wanted = given.get(key).and_then(Value::as_text)?;
    definition.parameters.iter().find(|p| p.key == wanted)
}

impl Analysis for Scan {
    fn key(&self) -> &'static str {
        "scan"
    }
    fn name(&self) -> &'static str {
        "Exponent over parameters"
    }
    fn help(&self) -> &'static str {
        "λ₁ along one parameter, or as colours over two: above zero is chaos, below a cycle."
    }
    fn citation(&self) -> &'static str {
        "G. Benettin, L. Galgani, A. Giorgilli, J.-M. Strelcyn (1980), Lyapunov characteristic exponents for smooth dynamical systems, Meccanica 15, 9–20."
    }
    fn fits(&self, model: &Model) -> bool {
        source::of_model(model).is_some_and(|d| !d.parameters.is_empty())
    }
    fn parameters(&self, model: &Model) -> Vec<Parameter> {
        // All that there can be, those of a second parameter too.
        source::of_model(model).map_or_else(Vec::new, |d| {
            let first = usual_constant(&d).map_or("", |p| p.key.as_str());
            let mut others = d.parameters.iter().map(|p| p.key.as_str());
            let second = others.find(|key| *key != first).unwrap_or(NONE);
            let given = Settings::from([("against".to_owned(), Value::from(second))]);
            declared(&d, &given)
        })
    }
    fn declared(&self, model: &Model, given: &Settings) -> Vec<Parameter> {
        source::of_model(model).map_or_else(Vec::new, |d| declared(&d, given))
    }

    fn run(&self, subject: &Subject, settings: &Settings, job: &Job) -> Result<Report, SimError> {
        let begun = Instant::now();
        let source = Source::of(subject)?;
        let (definition, build) = source.system()?;
        let settings = loom_sim::parameter::complete(&declared(definition, settings), settings)?;
        let plan = Plan::new(definition, build, &settings)?;
        let mut report = source.report(self.key(), "Largest exponent", &settings, begun);
        report.citation = self.citation().into();
        report.method = format!(
            "At every value {ORBITS} orbits of {} after {}, one tangent vector each; the error is that of the mean of the orbits.",
            plan.words(plan.measured),
            plan.words(plan.settling)
        );
        let mut cells: Vec<Option<(f64, f64)>> = vec![None; plan.columns.len() * plan.rows.len()];
        let mut shown = Instant::now();
        let width = plan.columns.len();
        // A curve in pieces, a picture row by row.
        let chunk = if plan.rows.len() > 1 {
            width
        } else {
            width.div_ceil(32)
        };
        let chunks = cells.len().div_ceil(chunk);
        for part in 0..chunks {
            let first = part * chunk;
            let last = (first + chunk).min(cells.len());
            let found: Result<Vec<_>, SimError> = (first..last)
                .into_par_iter()
                .map(|i| {
                    job.check()?;
                    plan.exponent(i % width, i / width)
                })
                .collect();
            cells[first..last].copy_from_slice(&found?);
            job.progress((part + 1) as f32 / chunks as f32);
            if shown.elapsed() >= SHOWN && part + 1 < chunks {
                shown = Instant::now();
                let mut partial = report.clone();
                partial.plots = vec![plan.plot(&cells)];
                job.partial(&partial);
            }
        }
        plan.conclude(&cells, &mut report);
        report.plots.push(plan.plot(&cells));
        report.seconds = begun.elapsed().as_secs_f64();
        Ok(report)
    }
}

/// What is to be computed, value by value.
struct Plan<'a> {
    definition: &'a Definition,
    build: &'a Build,
    over: usize,
    against: Option<usize>,
    columns: Vec<f64>,
    rows: Vec<f64>,
    edges: [[f64; 2]; 2],
    stepper: BlockStepper,
    /// Starts of the orbits, variable by variable, with a tangent vector each.
    starts: Vec<f64>,
    /// Steps between two renormalisations.
    stride: u64,
    settling: u64,
    measured: u64,
}

impl<'a> Plan<'a> {
    fn new(
        definition: &'a Definition,
        build: &'a Build,
        settings: &Settings,
    ) -> Result<Self, SimError> {
        let real = |key: &str| settings.get(key).and_then(Value::as_real).unwrap_or(0.0);
        let place = |key: &str| {
            let constant = chosen(definition, settings, key)?;
            definition
                .parameters
                .iter()
                .position(|p| p.key == constant.key)
        };
        let over = place("over")
            .ok_or_else(|| SimError::other("This system has no parameter to go along."))?;
        let against = place("against");
        if against == Some(over) {
            return Err(SimError::other(
                "Both parameters are the same; choose another for one of them.",
            ));
        }
        let along = |from: f64, to: f64, count: usize| -> Vec<f64> {
            // The middle of each cell.
            (0..count)
                .map(|i| from + (to - from) * (i as f64 + 0.5) / count as f64)
                .collect()
        };
        let (from, to) = (real("from"), real("to"));
        let (bottom, top) = (real("bottom"), real("top"));
        if from >= to || against.is_some() && bottom >= top {
            return Err(SimError::other(
                "The edges are in the wrong order: from must be below to, and bottom below top.",
            ));
        }
        let rows = match against {
            Some(_) => along(bottom, top, real("rows") as usize),
            None => vec![0.0],
        };
        let dimension = definition.dimension();
        let samples = start::sample(definition, build, 64)?;
        let mut starts = vec![0.0; 2 * dimension * ORBITS];
        for orbit in 0..ORBITS {
            let point = samples.point(orbit * samples.len() / ORBITS);
            for (v, x) in point.iter().enumerate() {
                starts[v * ORBITS + orbit] = *x;
                // No axis is left out.
                starts[(dimension + v) * ORBITS + orbit] = 1.0 / ((v + 1) as f64);
            }
        }
        let steps = |periods: f64| {
            let time = if definition.is_map() {
                periods
            } else {
                periods * definition.period
            };
            ((time / build.dt).ceil() as u64).max(1)
        };
        let stride = if definition.is_map() { 1 } else { steps(0.1) };
        let strides = |periods: f64| steps(periods).div_ceil(stride).max(1);
        let map = if definition.is_map() { 10.0 } else { 1.0 };
        Ok(Self {
            definition,
            build,
            over,
            against,
            columns: along(from, to, real("columns") as usize),
            rows,
            edges: [[from, to], [bottom, top]],
            stepper: BlockStepper::new(&definition.system.variational(1)),
            starts,
            stride,
            settling: strides(map * real("transient")),
            measured: strides(map * real("periods")),
        })
    }

    /// The exponent and its error, none where the orbits run away.
    fn exponent(&self, column: usize, row: usize) -> Result<Option<(f64, f64)>, SimError> {
        let mut constants = self.build.constants.clone();
        constants[self.over] = self.columns[column];
        if let Some(against) = self.against {
            constants[against] = self.rows[row];
        }
        let mut block = self.starts.clone();
        let mut clock = Clock::new(self.build.dt);
        let mut growth = [0.0; ORBITS];
        let dimension = self.definition.dimension();
        for stride in 0..self.settling + self.measured {
            self.stepper
                .advance(&mut block, ORBITS, &constants, clock, self.stride)?;
            clock.step += self.stride;
            for (m, growth) in growth.iter_mut().enumerate() {
                let tangent = || (dimension..2 * dimension).map(|v| v * ORBITS + m);
                let length = tangent().map(|i| block[i] * block[i]).sum::<f64>().sqrt();
                if !length.is_finite() {
                    return Ok(None);
                }
                // A superstable cycle shrinks the vector to nothing: begin with another.
                let scale = length.max(f64::MIN_POSITIVE.sqrt());
                if stride >= self.settling {
                    *growth += scale.ln();
                }
                for i in tangent() {
                    block[i] = if length > 0.0 { block[i] / scale } else { 1.0 };
                }
            }
        }
        if block.iter().any(|x| !x.is_finite()) {
            return Ok(None);
        }
        let time = self.measured as f64 * self.stride as f64 * self.build.dt;
        let rates = growth.map(|g| g / time);
        Ok(Some(mean_and_error(&rates)))
    }

    fn words(&self, strides: u64) -> String {
        let steps = strides * self.stride;
        if self.definition.is_map() {
            format!("{steps} iterations")
        } else {
            let time = steps as f64 * self.build.dt;
            format!("{} time units", (time * 1e6).round() / 1e6)
        }
    }

    fn unit(&self) -> &'static str {
        if self.definition.is_map() {
            "1/iteration"
        } else {
            "1/time unit"
        }
    }

    fn axis(&self, constant: usize, edges: [f64; 2]) -> Axis {
        let constant = &self.definition.parameters[constant];
        let mut axis = Axis::new(&constant.symbol, &constant.unit);
        axis.limits = Some(edges);
        axis
    }

    fn plot(&self, cells: &[Option<(f64, f64)>]) -> Plot {
        let title = "Largest exponent".to_owned();
        let x = self.axis(self.over, self.edges[0]);
        let sets = Some(self.definition.parameters[self.over].key.clone());
        let Some(against) = self.against else {
            let found = self.columns.iter().zip(cells);
            let found: Vec<(f64, f64, f64)> = found
                .filter_map(|(x, cell)| cell.map(|(value, error)| (*x, value, error)))
                .collect();
            return Plot {
                title,
                x,
                y: Axis::new("λ₁", self.unit()),
                marks: vec![
                    Mark::Line {
                        name: "λ₁".into(),
                        points: found.iter().map(|(x, v, _)| [*x, *v]).collect(),
                    },
                    Mark::Band {
                        name: String::new(),
                        points: found.iter().map(|(x, v, e)| [*x, v - e, v + e]).collect(),
                    },
                    Mark::Horizontal {
                        name: String::new(),
                        y: 0.0,
                    },
                ],
                sets,
                ..Plot::default()
            };
        };
        // Zero in the middle of the colours; a few extremes don't wash out the rest.
        let mut sizes: Vec<f64> = cells.iter().flatten().map(|(v, _)| v.abs()).collect();
        sizes.sort_by(f64::total_cmp);
        let most = sizes.get(sizes.len() * 97 / 100).copied().unwrap_or(1.0);
        let most = if most > 0.0 { most } else { 1.0 };
        Plot {
            title,
            x,
            y: self.axis(against, self.edges[1]),
            marks: vec![Mark::Field(Field {
                name: "λ₁".into(),
                x: self.edges[0],
                y: self.edges[1],
                width: self.columns.len(),
                values: cells.iter().map(|c| c.map(|(v, _)| v as f32)).collect(),
                shades: Shades::Range {
                    unit: self.unit().into(),
                    map: ColorMap::Vik,
                    low: -most,
                    high: most,
                },
            })],
            sets,
            ..Plot::default()
        }
    }

    fn conclude(&self, cells: &[Option<(f64, f64)>], report: &mut Report) {
        let found: Vec<(usize, f64, f64)> = cells
            .iter()
            .enumerate()
            .filter_map(|(i, c)| c.map(|(v, e)| (i, v, e)))
            .collect();
        if let Some((i, value, error)) = found.iter().max_by(|a, b| a.1.total_cmp(&b.1)) {
            let error = Uncertainty::StandardError(*error);
            report.values.push(
                Quantity::real("greatest", "Greatest exponent", *value, error)
                    .symbol("λ₁")
                    .unit(self.unit()),
            );
            let at = |key: &str, constant: usize, value: f64, edges: [f64; 2], count: usize| {
                let half = 0.5 * (edges[1] - edges[0]) / count as f64;
                let symbol = &self.definition.parameters[constant].symbol;
                Quantity::real(
                    key,
                    &format!("There {symbol}"),
                    value,
                    Uncertainty::Bound(half),
                )
            };
            let width = self.columns.len();
            let column = self.columns[i % width];
            report
                .values
                .push(at("at", self.over, column, self.edges[0], width));
            if let Some(against) = self.against {
                let row = self.rows[i / width];
                report.values.push(at(
                    "at_second",
                    against,
                    row,
                    self.edges[1],
                    self.rows.len(),
                ));
            }
        }
        let chaotic = found
            .iter()
            .filter(|(_, v, e)| *v > 3.0 * e && *v > 1e-3 / self.time());
        let part = chaotic.count() as f64 / cells.len() as f64;
        let one = Uncertainty::Bound(1.0 / cells.len() as f64);
        report
            .values
            .push(Quantity::real("chaotic", "Part with chaos", part, one));
        let away = cells.len() - found.len();
        if away > 0 {
            report.warnings.push(format!(
                "At {away} of {} values the orbits run away; these are left empty.",
                cells.len()
            ));
        }
    }

    /// The natural time scale.
    fn time(&self) -> f64 {
        self.definition.period
    }
}
