//! The largest Lyapunov exponent over one parameter, or over two: where there is chaos, where
//! cycles, and where the orbit runs away.

use std::sync::Arc;
use std::time::{Duration, Instant};

use loom_gpu::Gpu;
use loom_sim::{
    Analysis, Axis, ColorMap, Field, Job, Mark, Model, Parameter, Plot, Quantity, Report, Settings,
    Shades, SimError, Subject, Uncertainty, Value,
};
use rayon::prelude::*;

use super::scan_device;
use super::source::{self, Source};
use crate::along::{self, Along};
use crate::definition::Definition;
use crate::first_exponent::{FirstExponent, ORBITS};
use crate::integrate::Method;
use crate::settings::Build;

/// Values of the parameters, at most.
const MOST_CELLS: u64 = 16_000_000;
/// A partial picture comes at most this often.
const SHOWN: Duration = Duration::from_millis(250);
/// No second parameter.
const NONE: &str = "none";

/// "Exponent over parameters".
#[derive(Clone, Copy, Debug, Default)]
pub struct Scan;

fn declared(definition: &Definition, given: &Settings) -> Vec<Parameter> {
    let mut list = along::declared(definition, given);
    let Some(first) = list.first().map(|p| p.default.to_string()) else {
        return Vec::new();
    };
    let first = given.get("over").map_or(first, Value::to_string);
    let mut others = vec![(NONE, "None: a curve")];
    let choices = along::choices(definition);
    others.extend(choices.into_iter().filter(|(key, _)| *key != first));
    list.extend([
        Parameter::integer("columns", "", "Columns", 200, 2, 1000)
            .hard(2.0, 10_000.0)
            .help("Values of the parameter between the two edges."),
        Parameter::choice("against", "Second parameter", NONE, &others)
            .help("With a second one, changing upward, the exponent is shown by colour."),
    ]);
    if let Some(second) = along::chosen(definition, given, "against") {
        list.extend([
            along::edge("bottom", "Bottom", second, second.low),
            along::edge("top", "Top", second, second.high),
            Parameter::integer("rows", "", "Rows", 60, 2, 1000)
                .hard(2.0, 10_000.0)
                .help("Values of the second parameter."),
        ]);
    }
    list.extend([
        Parameter::real("periods", "", "Measured over", 150.0, 10.0, 2000.0)
            .hard(0.01, 1e6)
            .logarithmic()
            .unit("periods")
            .help("Of each of four orbits at every value; four times as long halves the error."),
        Parameter::real("transient", "", "Thrown away first", 50.0, 0.0, 1000.0)
            .hard(0.0, 1e6)
            .unit("periods")
            .help("So that the orbits have come to the attractor, and the vectors to the direction that grows most."),
    ]);
    if !definition.is_map() {
        list.extend(source::manner());
    }
    list.push(
        Parameter::choice(
            "device",
            "Computed on",
            "auto",
            &[
                ("auto", "Both: a preview, then f64"),
                ("cpu", "Processor, f64"),
                ("gpu", "Graphics device, f32 preview"),
            ],
        )
        .help("The graphics device shows a picture in single precision at once; reported numbers are the processor's."),
    );
    list
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
        source::of_model(model).is_some_and(|d| !d.parameters.is_empty() && !d.has_delays())
    }
    fn parameters(&self, model: &Model) -> Vec<Parameter> {
        // All that there can be, those of a second parameter too.
        source::of_model(model).map_or_else(Vec::new, |d| {
            let first = along::usual(&d).map_or("", |p| p.key.as_str());
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
        let (definition, build) = source.instant()?;
        let settings = loom_sim::parameter::complete(&declared(definition, settings), settings)?;
        let build = build.clone().followed_by(&settings);
        let plan = Plan {
            grid: Grid::new(definition, &build, &settings)?,
            preview: false,
        };
        let [measured, settling] = plan.grid.exponent.spans();
        let by = if definition.is_map() {
            String::new()
        } else {
            format!(" ({})", build.manner().words())
        };
        let mut report = source.report(self.key(), "Largest exponent", &settings, begun);
        report.citation = self.citation().into();
        report.method = format!(
            "At every value {ORBITS} orbits of {measured} after {settling}, one tangent vector each{by}; the error is that of the mean of the orbits.",
        );
        let device = settings.get("device").and_then(Value::as_text);
        // The device takes the classical steps only.
        let device = if build.method == Method::Rk4 || definition.is_map() {
            device
        } else if device == Some("gpu") {
            return Err(SimError::other(format!(
                "The graphics device takes Runge and Kutta's steps: leave out --method {}, or choose the processor.",
                build.method.key()
            )));
        } else {
            Some("cpu")
        };
        let mut shown_first = None;
        match (device, &job.gpu) {
            (Some("gpu"), None) => {
                return Err(SimError::other(
                    "There is no graphics device to compute on: choose the processor.",
                ));
            }
            (Some("gpu"), Some(gpu)) => {
                let cells = plan.on_device(gpu, job, &report)?;
                let preview = Plan {
                    preview: true,
                    ..plan
                };
                report.method.push_str(&format!(
                    " In f32 on {}: a preview, to be computed again on the processor.",
                    gpu.name()
                ));
                preview.conclude(&cells, &mut report);
                report.plots.push(preview.plot(&cells));
                report.seconds = begun.elapsed().as_secs_f64();
                return Ok(report);
            }
            // A device that is the processor would only take its time.
            (Some("auto"), Some(gpu)) if !gpu.is_processor() => {
                match plan.on_device(gpu, job, &report) {
                    Ok(cells) => shown_first = Some(cells),
                    Err(SimError::Cancelled) => return Err(SimError::Cancelled),
                    // Without a preview the numbers are the same.
                    Err(error) => report.warnings.push(format!("No preview: {error}")),
                }
            }
            _ => {}
        }
        let width = plan.grid.columns.len();
        let rows = plan.grid.rows.len();
        // What the device has shown stands until the processor's numbers replace it.
        let mixed = shown_first.is_some();
        let mut cells = shown_first.unwrap_or_else(|| vec![None; width * rows]);
        let mut shown = Instant::now();
        // A curve in pieces, a picture row by row.
        let chunk = if rows > 1 { width } else { width.div_ceil(32) };
        let chunks = cells.len().div_ceil(chunk);
        for part in 0..chunks {
            let first = part * chunk;
            let last = (first + chunk).min(cells.len());
            let found: Result<Vec<_>, SimError> = (first..last)
                .into_par_iter()
                .map(|i| {
                    job.check()?;
                    plan.grid.exponent(i % width, i / width)
                })
                .collect();
            cells[first..last].copy_from_slice(&found?);
            job.progress((part + 1) as f32 / chunks as f32);
            if shown.elapsed() >= SHOWN && part + 1 < chunks {
                shown = Instant::now();
                let mut partial = report.clone();
                let mut plot = plan.plot(&cells);
                plot.preview = mixed;
                partial.plots = vec![plot];
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
pub(super) struct Grid<'a> {
    pub definition: &'a Definition,
    pub build: &'a Build,
    across: Along,
    upward: Option<Along>,
    /// Places of the parameters among the system's.
    pub over: usize,
    pub against: Option<usize>,
    pub columns: Vec<f64>,
    pub rows: Vec<f64>,
    pub exponent: FirstExponent,
}

/// A grid and how it is shown.
struct Plan<'a> {
    grid: Grid<'a>,
    /// Made by the device in f32.
    preview: bool,
}

impl<'a> Grid<'a> {
    fn new(
        definition: &'a Definition,
        build: &'a Build,
        settings: &Settings,
    ) -> Result<Self, SimError> {
        let real = |key: &str| settings.get(key).and_then(Value::as_real).unwrap_or(0.0);
        let across = Along::new(definition, settings, ["over", "from", "to"])?
            .ok_or_else(|| SimError::other("This system has no parameter to go along."))?;
        let upward = Along::new(definition, settings, ["against", "bottom", "top"])?;
        if upward.is_some_and(|u| u.constant == across.constant) {
            return Err(SimError::other(
                "Both parameters are the same; choose another for one of them.",
            ));
        }
        let columns = across.middles(real("columns") as usize);
        let rows = upward.map_or_else(|| vec![0.0], |u| u.middles(real("rows") as usize));
        if (columns.len() * rows.len()) as u64 > MOST_CELLS {
            return Err(SimError::TooLarge {
                needed: format!("{} values", columns.len() * rows.len()),
                allowed: format!("{MOST_CELLS}"),
                remedy: "ask for fewer columns or rows.".into(),
            });
        }
        Ok(Self {
            definition,
            build,
            over: across.constant,
            against: upward.map(|u| u.constant),
            across,
            upward,
            columns,
            rows,
            exponent: FirstExponent::new(definition, build, real("periods"), real("transient"))?,
        })
    }

    /// The exponent and its error, none where the orbits run away.
    fn exponent(&self, column: usize, row: usize) -> Result<Option<(f64, f64)>, SimError> {
        let mut constants = self.build.constants.clone();
        constants[self.over] = self.columns[column];
        if let Some(against) = self.against {
            constants[against] = self.rows[row];
        }
        self.exponent.at(&constants)
    }
}

impl Plan<'_> {
    /// The device's picture, handed out band by band; marked as what it is.
    fn on_device(
        &self,
        gpu: &Arc<Gpu>,
        job: &Job,
        report: &Report,
    ) -> Result<Vec<Option<(f64, f64)>>, SimError> {
        scan_device::exponents(&self.grid, gpu, job, |cells| {
            let mut partial = report.clone();
            let mut plot = self.plot(cells);
            plot.preview = true;
            partial.plots = vec![plot];
            job.partial(&partial);
        })
    }

    fn unit(&self) -> &'static str {
        if self.grid.definition.is_map() {
            "1/iteration"
        } else {
            "1/time unit"
        }
    }

    fn plot(&self, cells: &[Option<(f64, f64)>]) -> Plot {
        let title = "Largest exponent".to_owned();
        let grid = &self.grid;
        let x = grid.across.axis(grid.definition);
        let sets = Some(grid.across.key(grid.definition));
        let edges = ["from", "to", "bottom", "top"].map(str::to_owned);
        let Some(upward) = &grid.upward else {
            let found = grid.columns.iter().zip(cells);
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
                preview: self.preview,
                edges: ["from", "to", "", ""].map(str::to_owned).to_vec(),
                ..Plot::default()
            };
        };
        // Zero in the middle of the colours; a few extremes don't wash out the rest.
        let mut sizes: Vec<f64> = cells.iter().flatten().map(|(v, _)| v.abs()).collect();
        sizes.sort_by(f64::total_cmp);
        let most = sizes.get(sizes.len() * 97 / 100).copied().unwrap_or(1.0);
        let most = if most > 0.0 { most } else { 1.0 };
        let mut values: Vec<Option<f32>> = cells.iter().map(|c| c.map(|(v, _)| v as f32)).collect();
        values.resize(grid.columns.len() * grid.rows.len(), None);
        Plot {
            title,
            x,
            y: upward.axis(grid.definition),
            marks: vec![Mark::Field(Field {
                name: "λ₁".into(),
                x: [grid.across.from, grid.across.to],
                y: [upward.from, upward.to],
                width: grid.columns.len(),
                values,
                shades: Shades::Range {
                    unit: self.unit().into(),
                    map: ColorMap::Vik,
                    low: -most,
                    high: most,
                },
            })],
            sets,
            sets_up: Some(upward.key(grid.definition)),
            edges: edges.to_vec(),
            preview: self.preview,
            ..Plot::default()
        }
    }

    fn conclude(&self, cells: &[Option<(f64, f64)>], report: &mut Report) {
        let grid = &self.grid;
        let found: Vec<(usize, f64, f64)> = cells
            .iter()
            .enumerate()
            .filter_map(|(i, c)| c.map(|(v, e)| (i, v, e)))
            .collect();
        if let Some((i, value, error)) = found.iter().max_by(|a, b| a.1.total_cmp(&b.1)) {
            let error = if self.preview {
                Uncertainty::Unknown("f32 preview".into())
            } else {
                Uncertainty::StandardError(*error)
            };
            report.values.push(
                Quantity::real("greatest", "Greatest exponent", *value, error)
                    .symbol("λ₁")
                    .unit(self.unit()),
            );
            let at = |key: &str, along: &Along, value: f64, count: usize| {
                let half = 0.5 * (along.to - along.from) / count as f64;
                let symbol = &grid.definition.parameters[along.constant].symbol;
                let name = format!("There {symbol}");
                Quantity::real(key, &name, value, Uncertainty::Bound(half))
            };
            let width = grid.columns.len();
            let column = grid.columns[i % width];
            report.values.push(at("at", &grid.across, column, width));
            if let Some(upward) = &grid.upward {
                let row = grid.rows[i / width];
                report
                    .values
                    .push(at("at_second", upward, row, grid.rows.len()));
            }
        }
        let chaotic = found
            .iter()
            .filter(|(_, v, e)| *v > 3.0 * e && *v > 1e-3 / grid.definition.period);
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
}
