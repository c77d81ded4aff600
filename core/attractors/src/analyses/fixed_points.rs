//! Fixed points, and of maps the orbits of low periods too: Newton's method from many starts,
//! the stability from the eigenvalues of the symbolic Jacobian.

use std::time::Instant;

use loom_formula::{Rates, RatesRun};
use loom_sim::{
    Analysis, Axis, Job, Mark, Model, Parameter, Plot, Quantity, Report, Settings, SimError,
    Subject, Table, Value, seed,
};
use nalgebra::{Complex, DMatrix, DVector};

use super::source::{self, Source};
use crate::definition::Definition;
use crate::settings::Build;
use crate::start;

/// Most steps of Newton's method from one start.
const STEPS: usize = 60;

/// "Fixed points".
#[derive(Clone, Copy, Debug, Default)]
pub struct FixedPoints;

fn declared(definition: &Definition) -> Vec<Parameter> {
    let mut list = vec![
        Parameter::integer("starts", "", "Starts", 2000, 10, 100_000)
            .hard(1.0, 1e7)
            .help("From so many places Newton's method looks for a fixed point."),
        Parameter::real("reach", "", "Reach", 2.0, 1.0, 10.0)
            .hard(0.1, 1e6)
            .unit("extents")
            .help("How far the starts lie around the middle of the attractor, in its extents."),
        Parameter::integer("period", "p", "Longest period", 6, 1, 12)
            .hard(1.0, 30.0)
            .help("Of maps: orbits that come back after so many iterations are looked for too."),
    ];
    if !definition.is_map() {
        list.pop();
    }
    list
}

impl Analysis for FixedPoints {
    fn key(&self) -> &'static str {
        "fixed-points"
    }
    fn name(&self) -> &'static str {
        "Fixed points"
    }
    fn help(&self) -> &'static str {
        "Where the system would rest, or return to after a few iterations, and whether it would stay there."
    }
    fn citation(&self) -> &'static str {
        "S. H. Strogatz (2018), Nonlinear Dynamics and Chaos, 2nd ed., chapters 5, 6 and 10."
    }
    fn fits(&self, model: &Model) -> bool {
        source::of_model(model)
            .is_some_and(|d| (d.system.is_autonomous() || d.is_map()) && !d.has_delays())
    }
    fn parameters(&self, model: &Model) -> Vec<Parameter> {
        source::of_model(model).map_or_else(Vec::new, |d| declared(&d))
    }

    fn run(&self, subject: &Subject, settings: &Settings, job: &Job) -> Result<Report, SimError> {
        let begun = Instant::now();
        let source = Source::of(subject)?;
        let (definition, build) = source.instant()?;
        let settings = source.complete(declared, settings)?;
        let real =
            |key: &str, usual: f64| settings.get(key).and_then(Value::as_real).unwrap_or(usual);
        let map = definition.is_map();
        let longest = if map { real("period", 1.0) as usize } else { 1 };
        let starts = starting_places(
            definition,
            build,
            real("starts", 2000.0) as usize,
            real("reach", 2.0),
        )?;
        let scale = starts.scale;
        let search = Search::new(definition);
        let mut newton = search.start(&build.constants)?;
        let mut found: Vec<Found> = Vec::new();
        for period in 1..=longest {
            for (number, start) in starts.points.iter().enumerate() {
                if number % 64 == 0 {
                    job.check()?;
                    let part = number as f32 / starts.points.len() as f32;
                    job.progress((period as f32 - 1.0 + part) / longest as f32);
                }
                let Some(point) = newton.find(start, period, scale) else {
                    continue;
                };
                let near = |a: &[f64]| distance(a, &point) < 1e-6 * scale;
                let known = found.iter().any(|f| f.orbit.iter().any(|p| near(p)));
                if !known {
                    found.push(newton.describe(point, period));
                }
            }
        }
        found.sort_by(|a, b| {
            let along = a.orbit[0].partial_cmp(&b.orbit[0]);
            a.orbit
                .len()
                .cmp(&b.orbit.len())
                .then(along.unwrap_or(std::cmp::Ordering::Equal))
        });
        let mut report = source.report(self.key(), "Fixed points", &settings, begun);
        report.citation = self.citation().into();
        report.method = format!(
            "Newton's method with the symbolic Jacobian from {} places; each point to {:.0e} of the attractor's extent, its kind from the eigenvalues there. Points far from the attractor may be missed.",
            starts.points.len(),
            1e-12
        );
        tell(definition, &found, &mut report);
        report.seconds = begun.elapsed().as_secs_f64();
        Ok(report)
    }
}

fn tell(definition: &Definition, found: &[Found], report: &mut Report) {
    let map = definition.is_map();
    let of_period = |p: usize| found.iter().filter(|f| f.orbit.len() == p).count();
    report.values.push(Quantity::exact(
        "fixed_points",
        "Fixed points",
        of_period(1),
    ));
    let longest = found.iter().map(|f| f.orbit.len()).max().unwrap_or(1);
    for period in 2..=longest {
        report.values.push(Quantity::exact(
            &format!("orbits_of_period_{period}"),
            &format!("Orbits of period {period}"),
            of_period(period),
        ));
    }
    for f in found.iter().filter(|f| f.orbit.len() == 1).take(12) {
        let place: Vec<String> = f.orbit[0].iter().map(|x| format!("{x:.6}")).collect();
        report.values.push(Quantity::text(
            "at",
            &format!("({})", place.join(", ")),
            f.kind(map),
        ));
    }
    if found.is_empty() {
        report.warnings.push(
            "No fixed point was found: there may be none, or it lies farther away. Raise the reach or the starts.".into(),
        );
    }
    let mut columns: Vec<(String, Vec<String>)> = vec![("period".into(), Vec::new())];
    columns.extend(
        definition
            .system
            .variables()
            .iter()
            .map(|v| (v.clone(), Vec::new())),
    );
    columns.push(("kind".into(), Vec::new()));
    columns.push(("eigenvalues".into(), Vec::new()));
    for f in found {
        for point in &f.orbit {
            columns[0].1.push(f.orbit.len().to_string());
            for (v, x) in point.iter().enumerate() {
                columns[1 + v].1.push(x.to_string());
            }
            let list: Vec<String> = f.eigenvalues.iter().map(complex).collect();
            let place = columns.len() - 2;
            columns[place].1.push(f.kind(map).into());
            columns[place + 1].1.push(list.join(", "));
        }
    }
    report.tables.push(Table {
        title: "Fixed points".into(),
        columns,
    });
    report.json = serde_json::json!({
        "points": found.iter().map(|f| serde_json::json!({
            "period": f.orbit.len(),
            "orbit": f.orbit,
            "kind": f.kind(map),
            "eigenvalues": f.eigenvalues.iter().map(|z| [z.re, z.im]).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "method": report.method,
    });
    report.plots.push(Plot {
        title: "Eigenvalues".into(),
        x: Axis::new("Real part", ""),
        y: Axis::new("Imaginary part", ""),
        marks: found
            .iter()
            .filter(|f| f.orbit.len() == 1)
            .enumerate()
            .take(7)
            .map(|(k, f)| Mark::Points {
                name: format!("point {}", k + 1),
                points: f.eigenvalues.iter().map(|z| [z.re, z.im]).collect(),
            })
            .collect(),
        ..Plot::default()
    });
}

fn complex(z: &Complex<f64>) -> String {
    if z.im == 0.0 {
        z.re.to_string()
    } else {
        let sign = if z.im < 0.0 { '-' } else { '+' };
        format!("{}{sign}{}i", z.re, z.im.abs())
    }
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter()
        .zip(b)
        .map(|(x, y)| (x - y).powi(2))
        .sum::<f64>()
        .sqrt()
}

struct Starts {
    points: Vec<Vec<f64>>,
    /// The largest extent of the attractor.
    scale: f64,
}

/// Half of them along the orbit, half in the box around it.
fn starting_places(
    definition: &Definition,
    build: &Build,
    count: usize,
    reach: f64,
) -> Result<Starts, SimError> {
    let samples = start::sample(definition, build, 2048)?;
    let extents = samples.extents();
    let scale = extents.iter().map(|[a, b]| b - a).fold(1e-9, f64::max);
    let mut random = seed::stream(0, "attractors: starts of Newton's method");
    let mut points: Vec<Vec<f64>> = vec![vec![0.0; definition.dimension()]];
    points.extend((0..count / 2).map(|i| samples.point(i * samples.len() / (count / 2)).to_vec()));
    while points.len() < count.max(1) {
        let place = |[a, b]: &[f64; 2]| {
            let half = reach * (b - a).max(0.05 * scale) / 2.0;
            f64::midpoint(*a, *b) + (2.0 * seed::unit(&mut random) - 1.0) * half
        };
        points.push(extents.iter().map(place).collect());
    }
    Ok(Starts { points, scale })
}

/// Rates and Jacobian, compiled.
#[derive(Debug)]
pub(crate) struct Search {
    rates: Rates,
    dimension: usize,
    map: bool,
}

/// A search with parameters in place.
pub(crate) struct Newton<'a> {
    run: RatesRun<'a>,
    dimension: usize,
    map: bool,
    wide: Vec<f64>,
    out: Vec<f64>,
}

/// A fixed point, or the points of a periodic orbit.
pub(crate) struct Found {
    orbit: Vec<Vec<f64>>,
    pub eigenvalues: Vec<Complex<f64>>,
}

impl Search {
    pub fn new(definition: &Definition) -> Self {
        let system = &definition.system;
        let mut formulas = system.rates().to_vec();
        formulas.extend(system.jacobian().into_iter().flatten());
        Self {
            rates: Rates::new(&system.reading(formulas)),
            dimension: system.dimension(),
            map: definition.is_map(),
        }
    }
    pub fn start(&self, constants: &[f64]) -> Result<Newton<'_>, SimError> {
        let all = self.rates.dimension();
        Ok(Newton {
            run: self.rates.start(constants).map_err(SimError::other)?,
            dimension: self.dimension,
            map: self.map,
            wide: vec![0.0; all],
            out: vec![0.0; all],
        })
    }
}

impl Newton<'_> {
    /// The right-hand side and its Jacobian at a point.
    pub fn at(&mut self, point: &[f64]) -> (DVector<f64>, DMatrix<f64>) {
        let d = self.dimension;
        self.wide[..d].copy_from_slice(point);
        self.run.at(0.0, &self.wide, &mut self.out);
        (
            DVector::from_column_slice(&self.out[d..2 * d]),
            DMatrix::from_row_slice(d, d, &self.out[2 * d..]),
        )
    }
    /// What must vanish, and its Jacobian: the rate, or how far `period` iterations lead.
    fn residual(&mut self, point: &[f64], period: usize) -> (DVector<f64>, DMatrix<f64>) {
        if !self.map {
            return self.at(point);
        }
        let d = self.dimension;
        let mut place = DVector::from_column_slice(point);
        let mut product = DMatrix::identity(d, d);
        for _ in 0..period {
            let (next, jacobian) = self.at(place.as_slice());
            product = jacobian * product;
            place = next;
        }
        (
            place - DVector::from_column_slice(point),
            product - DMatrix::identity(d, d),
        )
    }
    /// Newton's method, with steps halved until the residual falls.
    pub fn find(&mut self, start: &[f64], period: usize, scale: f64) -> Option<Vec<f64>> {
        let mut point = DVector::from_column_slice(start);
        let (mut residual, mut jacobian) = self.residual(point.as_slice(), period);
        for _ in 0..STEPS {
            let step = jacobian.clone().lu().solve(&residual)?;
            if !step.iter().all(|x| x.is_finite()) {
                return None;
            }
            let before = residual.norm();
            let mut part = 1.0;
            loop {
                let next = &point - &step * part;
                let (r, j) = self.residual(next.as_slice(), period);
                let better = r.norm() < before || before == 0.0;
                if better || part < 1e-3 {
                    if !r.norm().is_finite() {
                        return None;
                    }
                    (point, residual, jacobian) = (next, r, j);
                    break;
                }
                part *= 0.5;
            }
            if step.norm() < 1e-12 * scale {
                let lost = point.norm() > 1e6 * scale;
                return (!lost).then(|| point.as_slice().to_vec());
            }
        }
        None
    }
    pub fn describe(&mut self, point: Vec<f64>, period: usize) -> Found {
        let d = self.dimension;
        let mut orbit = vec![point];
        let mut product = DMatrix::identity(d, d);
        for k in 0..period {
            let (next, jacobian) = self.at(&orbit[k].clone());
            product = jacobian * product;
            if k + 1 < period {
                orbit.push(next.as_slice().to_vec());
            }
        }
        Found {
            orbit,
            eigenvalues: product.complex_eigenvalues().iter().copied().collect(),
        }
    }
}

impl Found {
    pub fn kind(&self, map: bool) -> &'static str {
        let growth = |z: &Complex<f64>| if map { z.norm().ln() } else { z.re };
        let size = self
            .eigenvalues
            .iter()
            .map(|z| z.norm())
            .fold(1e-300, f64::max);
        let still = 1e-9 * if map { 1.0 } else { size };
        let rates: Vec<f64> = self.eigenvalues.iter().map(growth).collect();
        let turning = self.eigenvalues.iter().any(|z| z.im.abs() > 1e-9 * size);
        let (up, down) = (
            rates.iter().any(|r| *r > still),
            rates.iter().any(|r| *r < -still),
        );
        let neutral = rates.iter().any(|r| r.abs() <= still);
        match (up, down, neutral, turning) {
            (true, true, _, false) => "saddle",
            (true, true, _, true) => "saddle focus",
            (true, false, _, false) => "unstable node",
            (true, false, _, true) => "unstable focus",
            (false, true, false, false) => "stable node",
            (false, true, false, true) => "stable focus",
            (false, true, true, _) => "stable or neutral: one direction keeps its size",
            (false, false, _, true) => "centre",
            (false, false, _, false) => "neutral",
        }
    }
}
