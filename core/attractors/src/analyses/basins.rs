//! Basins of attraction on a plane of starts: which attractor each start comes to, how much of
//! the plane each holds, and the dimension of the boundary between them.
//!
//! Attractors are told apart by the mean and the spread of every variable over a stretch of time
//! after the transient (as Stender and Hoffmann 2021 do).

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use loom_formula::Clock;
use loom_sim::{
    Analysis, Axis, Field, Job, Mark, Model, Parameter, Plot, Quantity, Report, Settings, Shades,
    SimError, Subject, Table, Uncertainty, Value,
};
use rayon::prelude::*;

use super::boundary;
use super::source::{self, Source};
use crate::definition::Definition;
use crate::settings::Build;
use crate::start;
use crate::stepping::BlockStepper;

/// Attractors that are told apart; starts that come to further ones are put together.
const MOST: usize = 24;
/// Two stretches belong to one attractor if their means differ by less than this part of its
/// size, and their spreads too.
const ALIKE: f64 = 0.35;
/// What counts as a point, and as the same point, in extents of the plane.
const POINT: f64 = 0.01;
/// Farther away than so many extents an orbit is taken to have run away.
const AWAY: f64 = 1e4;
/// Strides between two looks at whether all orbits have come to rest, an awkward part of a
/// period, and by how much of the plane's extent they may still move.
const RESTS: u64 = 43;
const STILL: f64 = 1e-9;
/// A partial picture comes at most this often.
const SHOWN: Duration = Duration::from_millis(300);

/// "Basins of attraction".
#[derive(Clone, Copy, Debug, Default)]
pub struct Basins;

/// Extents of the samples of systems, so that they are not taken at every look.
static EXTENTS: LazyLock<Mutex<HashMap<Arc<str>, Vec<[f64; 2]>>>> = LazyLock::new(Mutex::default);

fn extents(definition: &Definition) -> Vec<[f64; 2]> {
    let mut kept = EXTENTS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(found) = kept.get(&definition.text) {
        return found.clone();
    }
    let found = Build::new(definition, &Settings::new())
        .and_then(|build| start::sample(definition, &build, 512))
        .map_or_else(
            |_| vec![[-1.0, 1.0]; definition.dimension()],
            |samples| samples.extents(),
        );
    if kept.len() >= 64 {
        kept.clear();
    }
    kept.insert(definition.text.clone(), found.clone());
    found
}

fn declared(definition: &Definition, given: &Settings) -> Vec<Parameter> {
    let variables = definition.system.variables();
    let choices: Vec<(&str, &str)> = variables.iter().map(|v| (v.as_str(), v.as_str())).collect();
    let usual = [0, 1].map(|i| {
        definition
            .look
            .axes
            .get(i)
            .copied()
            .unwrap_or(i.min(variables.len() - 1))
    });
    let place = |key: &str, usual: usize| {
        let wanted = given.get(key).and_then(Value::as_text);
        wanted
            .and_then(|w| variables.iter().position(|v| v == w))
            .unwrap_or(usual)
    };
    let all = extents(definition);
    // Twice the attractor's extent.
    let reach = |v: usize| {
        let [low, high] = all[v];
        let half = (high - low).max(1e-3);
        let middle = f64::midpoint(low, high);
        [middle - half, middle + half]
    };
    let (x, y) = (
        reach(place("across", usual[0])),
        reach(place("up", usual[1])),
    );
    let edge = |key: &str, name: &str, value: f64, [low, high]: [f64; 2]| {
        let half = 2.0 * (high - low);
        Parameter::real(key, "", name, value, low - half, high + half)
            .hard(-1e12, 1e12)
            .help("The starts lie on a plane between these edges.")
    };
    vec![
        Parameter::choice("across", "Across", &variables[usual[0]], &choices)
            .help("The variable of the start that changes from left to right."),
        edge("left", "Left", x[0], x),
        edge("right", "Right", x[1], x),
        Parameter::choice("up", "Upward", &variables[usual[1]], &choices).help(
            "The variable of the start that changes upward; the others stay as they are now.",
        ),
        edge("bottom", "Bottom", y[0], y),
        edge("top", "Top", y[1], y),
        Parameter::integer("columns", "", "Columns", 200, 8, 1000)
            .hard(4.0, 4000.0)
            .help("Starts from left to right."),
        Parameter::integer("rows", "", "Rows", 200, 8, 1000)
            .hard(4.0, 4000.0)
            .help("Starts from bottom to top."),
        Parameter::real("transient", "", "Thrown away first", 60.0, 1.0, 1000.0)
            .hard(0.0, 1e6)
            .unit("periods")
            .help("So long an orbit has to come to its attractor."),
        Parameter::real("watched", "", "Watched for", 20.0, 1.0, 1000.0)
            .hard(1.0, 1e6)
            .unit("periods")
            .help("Over this time the means are taken by which attractors are told apart."),
    ]
}

impl Analysis for Basins {
    fn key(&self) -> &'static str {
        "basins"
    }
    fn name(&self) -> &'static str {
        "Basins of attraction"
    }
    fn help(&self) -> &'static str {
        "Where starts on a plane end up: a colour for each attractor, and how tangled the borders are."
    }
    fn citation(&self) -> &'static str {
        "M. Stender, N. Hoffmann (2021), bSTAB: an open-source software for computing the basin stability of multi-stable dynamical systems, Nonlinear Dynamics 107, 1451; C. Grebogi, S. W. McDonald, E. Ott, J. A. Yorke (1983), Final state sensitivity, Physics Letters A 99, 415."
    }
    fn fits(&self, model: &Model) -> bool {
        source::of_model(model).is_some_and(|d| d.dimension() >= 2)
    }
    fn parameters(&self, model: &Model) -> Vec<Parameter> {
        self.declared(model, &Settings::new())
    }
    fn declared(&self, model: &Model, given: &Settings) -> Vec<Parameter> {
        source::of_model(model)
            .filter(|d| d.dimension() >= 2)
            .map_or_else(Vec::new, |d| declared(&d, given))
    }

    fn run(&self, subject: &Subject, settings: &Settings, job: &Job) -> Result<Report, SimError> {
        let begun = Instant::now();
        let source = Source::of(subject)?;
        let (definition, build) = source.system()?;
        if definition.dimension() < 2 {
            return Err(SimError::other(
                "Basins lie on a plane of two variables; this system has one.",
            ));
        }
        let settings = loom_sim::parameter::complete(&declared(definition, settings), settings)?;
        let plan = Plan::new(definition, build, &settings)?;
        let mut report = source.report(self.key(), "Basins of attraction", &settings, begun);
        report.citation = self.citation().into();
        report.method = plan.method();
        let mut found = Found::default();
        let mut shown = Instant::now();
        // Some rows at once, so that all threads have work and the picture grows.
        let together = (2 * job.threads).max(1);
        for first in (0..plan.rows).step_by(together) {
            let rows: Result<Vec<Vec<Fate>>, SimError> = (first..(first + together).min(plan.rows))
                .into_par_iter()
                .map(|row| plan.follow(row, job))
                .collect();
            for fate in rows?.into_iter().flatten() {
                found.sort(&plan, fate);
            }
            job.progress(found.cells.len() as f32 / (plan.rows * plan.columns) as f32);
            if shown.elapsed() >= SHOWN && found.cells.len() < plan.rows * plan.columns {
                shown = Instant::now();
                let mut partial = report.clone();
                partial.plots = vec![plan.plot(&found)];
                job.partial(&partial);
            }
        }
        plan.conclude(&found, &mut report);
        report.plots.push(plan.plot(&found));
        report.seconds = begun.elapsed().as_secs_f64();
        Ok(report)
    }
}

/// Where a start ends up: mean and standard deviation of each variable; none if it runs away.
type Fate = Option<Vec<[f64; 2]>>;

#[derive(Debug)]
struct Plan<'a> {
    definition: &'a Definition,
    build: &'a Build,
    axes: [usize; 2],
    edges: [[f64; 2]; 2],
    columns: usize,
    rows: usize,
    /// The greater side of what is looked at, variable by variable.
    sizes: Vec<f64>,
    stepper: BlockStepper,
    settling: u64,
    stride: u64,
    watched: u64,
}

/// What has been told apart.
#[derive(Debug, Default)]
struct Found {
    attractors: Vec<Vec<[f64; 2]>>,
    /// Of each start the attractor's number; none: it runs away.
    cells: Vec<Option<usize>>,
}

impl<'a> Plan<'a> {
    fn new(
        definition: &'a Definition,
        build: &'a Build,
        settings: &Settings,
    ) -> Result<Self, SimError> {
        let real = |key: &str| settings.get(key).and_then(Value::as_real).unwrap_or(0.0);
        let variables = definition.system.variables();
        let axis = |key: &str| {
            let name = settings.get(key).and_then(Value::as_text).unwrap_or("");
            variables.iter().position(|v| v == name).unwrap_or(0)
        };
        let axes = [axis("across"), axis("up")];
        if axes[0] == axes[1] {
            return Err(SimError::other(
                "Both axes are the same variable; choose another for one of them.",
            ));
        }
        let edges = [[real("left"), real("right")], [real("bottom"), real("top")]];
        if edges.iter().any(|[a, b]| a >= b) {
            return Err(SimError::other(
                "The edges are in the wrong order: left must be below right, and bottom below top.",
            ));
        }
        let mut sizes: Vec<f64> = extents(definition)
            .iter()
            .map(|[low, high]| (high - low).max(1e-9))
            .collect();
        for (axis, [low, high]) in axes.iter().zip(edges) {
            sizes[*axis] = sizes[*axis].max(high - low);
        }
        let steps = |periods: f64| {
            let time = periods * definition.period;
            ((time / build.dt).ceil() as u64).max(1)
        };
        let map = definition.is_map();
        let stride = if map { 1 } else { steps(0.05) };
        Ok(Self {
            definition,
            build,
            axes,
            edges,
            columns: real("columns") as usize,
            rows: real("rows") as usize,
            sizes,
            stepper: BlockStepper::new(&definition.system),
            settling: steps(real("transient")),
            stride,
            watched: steps(real("watched")).div_ceil(stride).max(2),
        })
    }

    fn method(&self) -> String {
        let time = |steps: u64| {
            if self.definition.is_map() {
                format!("{steps} iterations")
            } else {
                let time = steps as f64 * self.build.dt;
                format!("{} time units", (time * 1e6).round() / 1e6)
            }
        };
        format!(
            "{} × {} starts; after {} each is watched for {}; attractors are told apart by the mean and standard deviation of every variable, so two that share both are one here.",
            self.columns,
            self.rows,
            time(self.settling),
            time(self.watched * self.stride)
        )
    }

    /// The place of a cell's middle along an axis.
    fn place(&self, axis: usize, cell: usize) -> f64 {
        let [low, high] = self.edges[axis];
        let count = if axis == 0 { self.columns } else { self.rows };
        low + (high - low) * (cell as f64 + 0.5) / count as f64
    }

    /// Follows all starts of a row.
    fn follow(&self, row: usize, job: &Job) -> Result<Vec<Fate>, SimError> {
        let (n, d) = (self.columns, self.definition.dimension());
        let mut block = vec![0.0; n * d];
        for (v, column) in block.chunks_exact_mut(n).enumerate() {
            column.fill(self.build.initial[v]);
        }
        for cell in 0..n {
            block[self.axes[0] * n + cell] = self.place(0, cell);
            block[self.axes[1] * n + cell] = self.place(1, row);
        }
        let mut clock = Clock::new(self.build.dt);
        let mut left = self.settling;
        let mut before = block.clone();
        while left > 0 {
            job.check()?;
            let steps = left.min(RESTS * self.stride);
            self.stepper
                .advance(&mut block, n, &self.build.constants, clock, steps)?;
            clock.step += steps;
            left -= steps;
            if self.rests(&before, &block) {
                break;
            }
            before.copy_from_slice(&block);
        }
        let mut sums = vec![[0.0; 2]; n * d];
        // Deviations from a first value, so that squares don't swallow small ones.
        let origin = block.clone();
        for turn in 0..self.watched {
            if turn % 64 == 0 {
                job.check()?;
            }
            self.stepper
                .advance(&mut block, n, &self.build.constants, clock, self.stride)?;
            clock.step += self.stride;
            for ((sum, x), o) in sums.iter_mut().zip(&block).zip(&origin) {
                let x = x - o;
                sum[0] += x;
                sum[1] += x * x;
            }
        }
        let count = self.watched as f64;
        let fate = |cell: usize| -> Fate {
            (0..d)
                .map(|v| {
                    let i = v * n + cell;
                    let mean = sums[i][0] / count;
                    let spread = (sums[i][1] / count - mean * mean).max(0.0).sqrt();
                    let mean = mean + origin[i];
                    let near = mean.abs() + spread < AWAY * self.sizes[v].max(1.0);
                    near.then_some([mean, spread])
                })
                .collect()
        };
        Ok((0..n).map(fate).collect())
    }

    /// Whether all starts of a row have come to rest, or run away.
    fn rests(&self, before: &[f64], now: &[f64]) -> bool {
        let n = self.columns;
        let autonomous = self.definition.system.is_autonomous();
        autonomous
            && !self.definition.is_map()
            && before
                .chunks_exact(n)
                .zip(now.chunks_exact(n))
                .zip(&self.sizes)
                .all(|((before, now), size)| {
                    before
                        .iter()
                        .zip(now)
                        .all(|(a, b)| !b.is_finite() || (a - b).abs() <= STILL * size)
                })
    }

    fn alike(&self, a: &[[f64; 2]], b: &[[f64; 2]]) -> bool {
        // The size of the greater one in units of the plane, over all variables.
        let size = |f: &[[f64; 2]]| {
            let parts = f.iter().zip(&self.sizes);
            parts.map(|([_, s], size)| s / size).fold(0.0, f64::max)
        };
        let tolerance = (ALIKE * size(a).max(size(b))).max(POINT);
        a.iter().zip(b).zip(&self.sizes).all(|((a, b), size)| {
            (a[0] - b[0]).abs() <= tolerance * size && (a[1] - b[1]).abs() <= tolerance * size
        })
    }

    /// How an attractor is called: a point by its place.
    fn name(&self, number: usize, attractor: &[[f64; 2]]) -> String {
        let rests = attractor
            .iter()
            .zip(&self.sizes)
            .all(|([_, spread], size)| *spread < POINT * size);
        if rests {
            let place = self
                .axes
                .map(|axis| format!("{:.3}", attractor[axis][0] + 0.0));
            format!("({})", place.join(", "))
        } else {
            format!("attractor {}", number + 1)
        }
    }

    fn plot(&self, found: &Found) -> Plot {
        let variables = self.definition.system.variables();
        let mut names: Vec<String> = found
            .attractors
            .iter()
            .enumerate()
            .map(|(i, a)| self.name(i, a))
            .collect();
        let away = names.len();
        if found.cells.contains(&None) {
            names.push("runs away".into());
        }
        let mut values: Vec<Option<f32>> = found
            .cells
            .iter()
            .map(|cell| Some(cell.unwrap_or(away) as f32))
            .collect();
        values.resize(self.columns * self.rows, None);
        let axis = |i: usize| {
            let mut axis = Axis::new(&variables[self.axes[i]], "");
            axis.limits = Some(self.edges[i]);
            axis
        };
        Plot {
            title: "Basins of attraction".into(),
            x: axis(0),
            y: axis(1),
            marks: vec![Mark::Field(Field {
                name: String::new(),
                x: self.edges[0],
                y: self.edges[1],
                width: self.columns,
                values,
                shades: Shades::Kinds(names),
            })],
            ..Plot::default()
        }
    }

    fn conclude(&self, found: &Found, report: &mut Report) {
        let count = found.cells.len() as f64;
        report.values.push(Quantity::exact(
            "attractors",
            "Attractors",
            found.attractors.len(),
        ));
        let part = |kind: Option<usize>| {
            let p = found.cells.iter().filter(|c| **c == kind).count() as f64 / count;
            // Cells are no random sample: what the boundary's cells could change is less.
            (p, (p * (1.0 - p) / count).sqrt())
        };
        let variables = self.definition.system.variables();
        let mut columns = vec![
            ("attractor".to_owned(), Vec::new()),
            ("part of starts".to_owned(), Vec::new()),
        ];
        for variable in variables {
            columns.push((format!("mean {variable}"), Vec::new()));
            columns.push((format!("deviation {variable}"), Vec::new()));
        }
        let named = found.attractors.iter().enumerate();
        let named = named.map(|(i, a)| (self.name(i, a), Some(i), a.clone()));
        let away = found.cells.contains(&None).then(|| {
            (
                "runs away".to_owned(),
                None,
                vec![[f64::NAN; 2]; variables.len()],
            )
        });
        for (number, (name, kind, means)) in named.chain(away).enumerate() {
            let (p, error) = part(kind);
            let key = format!("basin_{}", number + 1);
            let error = Uncertainty::StandardError(error);
            report
                .values
                .push(Quantity::real(&key, &format!("Basin of {name}"), p, error));
            columns[0].1.push(name);
            columns[1].1.push(p.to_string());
            for (column, x) in columns[2..].iter_mut().zip(means.iter().flatten()) {
                column.1.push(if x.is_finite() {
                    x.to_string()
                } else {
                    String::new()
                });
            }
        }
        report.tables.push(Table {
            title: "Attractors".into(),
            columns,
        });
        if found.attractors.len() >= MOST {
            report.warnings.push(format!(
                "More than {MOST} attractors were told apart, and further starts are counted with the last: watch them for longer, or throw more away first."
            ));
        }
        match boundary::dimension(&found.cells, self.columns) {
            Some((dimension, error)) => report.values.push(
                Quantity::real(
                    "boundary_dimension",
                    "Dimension of the boundary",
                    dimension,
                    Uncertainty::StandardError(error),
                )
                .symbol("D"),
            ),
            None if found.attractors.len() > 1 => report
                .warnings
                .push("The boundary has too few cells for its dimension; take more starts.".into()),
            None => {}
        }
    }
}

impl Found {
    /// Puts a start to the attractor that it comes to, a new one if none is alike.
    fn sort(&mut self, plan: &Plan<'_>, fate: Fate) {
        let cell = fate.map(|fate| {
            let known = self.attractors.iter().position(|a| plan.alike(a, &fate));
            known.unwrap_or_else(|| {
                if self.attractors.len() < MOST {
                    self.attractors.push(fate);
                }
                self.attractors.len() - 1
            })
        });
        self.cells.push(cell);
    }
}
