//! The field of finite-time Lyapunov exponents over a plane of starts: ln σ / T, where σ is the
//! largest stretching of a small ball in the time T. Its ridges are the walls that transport can't
//! cross: of stretching forward the stable manifolds, backward the unstable ones.

use std::sync::Arc;
use std::time::Instant;

use loom_formula::Clock;
use loom_sim::{
    Analysis, ColorMap, Field, Job, Mark, Model, Parameter, Plot, Quantity, Report, Settings,
    Shades, SimError, Subject, Uncertainty, Value,
};
use nalgebra::{DMatrix, SymmetricEigen};
use rayon::prelude::*;

use super::plane::{self, EDGES, Pace, Plane};
use super::source::{self, Source};
use crate::definition::Definition;
use crate::integrate::Method;
use crate::settings::Build;
use crate::stepping::BlockStepper;

/// Starts that are followed together.
const BLOCK: usize = 128;
/// Starts that are computed again with half the step, from whose difference the error comes.
const CHECKED: usize = 64;
/// Vectors are scaled back before they grow beyond this.
const LONG: f64 = 1e60;

/// "Finite-time exponents".
#[derive(Clone, Copy, Debug, Default)]
pub struct FiniteTime;

fn declared(definition: &Definition, given: &Settings) -> Vec<Parameter> {
    let map = definition.is_map();
    let time = if map {
        10.0
    } else {
        significant(3.0 * definition.period)
    };
    let mut list = plane::declared(definition, given, [240, 160]);
    let unit = if map { "iterations" } else { "time units" };
    list.push(
        Parameter::real("time", "T", "Over the time", time, time / 10.0, time * 10.0)
            .hard(time * 1e-3, time * 1e3)
            .logarithmic()
            .unit(unit)
            .help("Longer draws finer ridges, until they are finer than the cells."),
    );
    if !map {
        list.push(
            Parameter::choice(
                "direction",
                "Direction",
                "forward",
                &[("forward", "Forward"), ("backward", "Backward")],
            )
            .help("Forward the ridges repel, as stable manifolds do; backward they attract."),
        );
    }
    if !map && !definition.system.is_autonomous() {
        list.push(
            Parameter::real("start_time", "t₀", "From the time", 0.0, -100.0, 100.0)
                .hard(-1e9, 1e9)
                .unit(unit)
                .help("The equations have time in them, so the ridges move with it."),
        );
    }
    if !map {
        list.extend(source::manner());
    }
    list
}

fn significant(x: f64) -> f64 {
    format!("{x:.1e}").parse().unwrap_or(x)
}

impl Analysis for FiniteTime {
    fn key(&self) -> &'static str {
        "ftle"
    }
    fn name(&self) -> &'static str {
        "Finite-time exponents"
    }
    fn help(&self) -> &'static str {
        "How much each start on a plane is stretched within a time: the ridges are the walls between what goes different ways."
    }
    fn citation(&self) -> &'static str {
        "S. C. Shadden, F. Lekien, J. E. Marsden (2005), Definition and properties of Lagrangian coherent structures from finite-time Lyapunov exponents in two-dimensional aperiodic flows, Physica D 212, 271–304."
    }
    fn fits(&self, model: &Model) -> bool {
        source::of_several(model).is_some()
    }
    fn parameters(&self, model: &Model) -> Vec<Parameter> {
        self.declared(model, &Settings::new())
    }
    fn declared(&self, model: &Model, given: &Settings) -> Vec<Parameter> {
        source::form_of_several(model, |d| declared(d, given))
    }

    fn run(&self, subject: &Subject, settings: &Settings, job: &Job) -> Result<Report, SimError> {
        let begun = Instant::now();
        let source = Source::of(subject)?;
        let (definition, build) = source.instant()?;
        if definition.dimension() < 2 {
            return Err(SimError::other(
                "The field lies on a plane of two variables; this system has one.",
            ));
        }
        let settings = loom_sim::parameter::complete(&declared(definition, settings), settings)?;
        let build = build.clone().followed_by(&settings);
        let plan = Plan::new(definition, &build, &settings)?;
        let mut report = source.report(self.key(), "Finite-time exponents", &settings, begun);
        report.citation = self.citation().into();
        report.method = plan.method(&source.time_unit());
        let cells = plan.plane.cells();
        let mut found: Vec<Option<f64>> = Vec::with_capacity(cells);
        let mut pace = Pace::new();
        for blocks in plan.plane.batches(BLOCK, 2 * job.threads) {
            let parts: Result<Vec<Vec<Option<f64>>>, SimError> = blocks
                .into_par_iter()
                .map(|cells| plan.block(cells, Care::Usual, job))
                .collect();
            found.extend(parts?.into_iter().flatten());
            job.progress(found.len() as f32 / cells as f32);
            if found.len() < cells && pace.is_due() {
                let mut partial = report.clone();
                partial.plots = vec![plan.plot(&found)];
                job.partial(&partial);
            }
        }
        plan.conclude(&found, job, &mut report)?;
        report.plots.push(plan.plot(&found));
        report.seconds = begun.elapsed().as_secs_f64();
        Ok(report)
    }
}

struct Plan<'a> {
    definition: &'a Definition,
    build: &'a Build,
    plane: Plane,
    stepper: BlockStepper,
    /// By a method that chooses its steps, the same with a tenth of the tolerance.
    finer: Option<BlockStepper>,
    /// The step, below zero where fixed ones go backward.
    dt: f64,
    steps: u64,
    start_time: f64,
    backward: bool,
}

/// How carefully starts are followed.
#[derive(Clone, Copy, PartialEq)]
enum Care {
    Usual,
    /// With half the step, or a tenth of the tolerance.
    More,
}

impl<'a> Plan<'a> {
    fn new(
        definition: &'a Definition,
        build: &'a Build,
        settings: &Settings,
    ) -> Result<Self, SimError> {
        let real = |key: &str| settings.get(key).and_then(Value::as_real).unwrap_or(0.0);
        let time = real("time");
        let steps = (time / build.dt * (1.0 - 1e-12)).ceil().clamp(1.0, 1e12);
        let backward = settings.get("direction").and_then(Value::as_text) == Some("backward");
        let length = if definition.is_map() {
            1.0
        } else {
            time / steps
        };
        let dimension = definition.dimension();
        let plane = Plane::new(definition, &build.initial, settings)?;
        let start_time = real("start_time");
        if definition.is_map() || build.method == Method::Rk4 {
            return Ok(Self {
                definition,
                build,
                plane,
                stepper: BlockStepper::new(&definition.system.variational(dimension)),
                finer: None,
                dt: if backward { -length } else { length },
                steps: steps as u64,
                start_time,
                backward,
            });
        }
        // The other methods go forward only: backward they follow the flow that goes back.
        let mut followed = definition.clone();
        if backward {
            followed.system = Arc::new(definition.system.reversed());
        }
        let build_of = |tolerance: f64, dt: f64| Build {
            dt,
            tolerance,
            ..build.clone()
        };
        let usual = build_of(build.tolerance, length);
        let more = build_of((0.1 * build.tolerance).max(1e-14), 0.5 * length);
        Ok(Self {
            definition,
            build,
            plane,
            stepper: BlockStepper::by(&followed, &usual, dimension)?,
            finer: Some(BlockStepper::by(&followed, &more, dimension)?),
            dt: length,
            steps: steps as u64,
            start_time: if backward { -start_time } else { start_time },
            backward,
        })
    }

    fn time(&self) -> f64 {
        self.steps as f64 * self.dt.abs()
    }

    fn method(&self, unit: &str) -> String {
        let direction = if self.backward { "backward" } else { "forward" };
        let others: Vec<String> = self
            .definition
            .system
            .variables()
            .iter()
            .enumerate()
            .filter(|(v, _)| !self.plane.axes.contains(v))
            .map(|(v, name)| format!("{name} = {}", self.plane.origin[v]))
            .collect();
        let others = if others.is_empty() {
            String::new()
        } else {
            format!(", {}", others.join(", "))
        };
        format!(
            "{} × {} starts{others}; the largest singular value of the gradient of the flow over {:.6} {unit} {direction}, from the variational equations in all variables, {}f64.",
            self.plane.columns,
            self.plane.rows,
            self.time(),
            source::by(self.definition, self.build)
        )
    }

    /// The exponents of some starts.
    fn block(
        &self,
        cells: std::ops::Range<usize>,
        care: Care,
        job: &Job,
    ) -> Result<Vec<Option<f64>>, SimError> {
        let (n, d) = (cells.len(), self.definition.dimension());
        let mut block = self.plane.block(cells, d * (d + 1));
        for k in 0..d {
            block[(d + k * d + k) * n..][..n].fill(1.0);
        }
        let mut grown = vec![0.0; n];
        let (stepper, parts) = match (care, &self.finer) {
            (Care::Usual, _) => (&self.stepper, 1),
            (Care::More, Some(finer)) => (finer, 1),
            (Care::More, None) => (&self.stepper, 2),
        };
        let mut clock = Clock::starting_at(self.start_time, self.dt / parts as f64);
        let mut left = self.steps * parts;
        while left > 0 {
            job.check()?;
            let steps = left.min(if self.definition.is_map() { 16 } else { 64 });
            stepper.advance(&mut block, n, &self.build.constants, clock, steps)?;
            clock.step += steps;
            left -= steps;
            self.scale_back(&mut block, &mut grown);
        }
        let time = self.time();
        let exponent = |m: usize| -> Option<f64> {
            let entry = |i: usize, k: usize| block[(d + k * d + i) * n + m];
            let gradient = DMatrix::from_fn(d, d, entry);
            if gradient.iter().any(|x| !x.is_finite())
                || (0..d).any(|v| !block[v * n + m].is_finite())
            {
                return None;
            }
            let square = SymmetricEigen::new(gradient.transpose() * &gradient);
            let largest = square.eigenvalues.max();
            let exponent = (0.5 * largest.ln() + grown[m]) / time;
            exponent.is_finite().then_some(exponent)
        };
        Ok((0..n).map(exponent).collect())
    }

    /// Keeps gradients within the range of f64: all vectors of a start by one factor.
    fn scale_back(&self, block: &mut [f64], grown: &mut [f64]) {
        let (n, d) = (grown.len(), self.definition.dimension());
        let vectors = &mut block[d * n..];
        for (m, grown) in grown.iter_mut().enumerate() {
            let most = vectors
                .iter()
                .skip(m)
                .step_by(n)
                .fold(0.0_f64, |a, x| a.max(x.abs()));
            if most.is_finite() && most > LONG {
                *grown += most.ln();
                vectors
                    .iter_mut()
                    .skip(m)
                    .step_by(n)
                    .for_each(|x| *x /= most);
            }
        }
    }

    fn plot(&self, found: &[Option<f64>]) -> Plot {
        let mut sorted: Vec<f64> = found.iter().flatten().copied().collect();
        sorted.sort_by(f64::total_cmp);
        let at = |part: f64| {
            let place = (sorted.len() as f64 * part) as usize;
            sorted
                .get(place.min(sorted.len().saturating_sub(1)))
                .copied()
        };
        let (low, high) = (at(0.002).unwrap_or(0.0), at(0.998).unwrap_or(1.0));
        let flat = high - low < 1e-9 * high.abs().max(1e-9);
        let [x, y] = self.plane.plot_axes(self.definition);
        let mut values: Vec<Option<f32>> = found.iter().map(|v| v.map(|v| v as f32)).collect();
        values.resize(self.plane.cells(), None);
        Plot {
            title: "Finite-time exponents".into(),
            x,
            y,
            marks: vec![Mark::Field(Field {
                name: "FTLE".into(),
                x: self.plane.edges[0],
                y: self.plane.edges[1],
                width: self.plane.columns,
                values,
                shades: Shades::Range {
                    unit: self.unit().into(),
                    map: ColorMap::Lajolla,
                    low: if flat { low - 0.5 } else { low },
                    high: if flat { low + 0.5 } else { high },
                },
            })],
            edges: EDGES.map(str::to_owned).to_vec(),
            starts: Some(self.plane.starts()),
            ..Plot::default()
        }
    }

    fn unit(&self) -> &'static str {
        if self.definition.is_map() {
            "1/iteration"
        } else {
            "1/time unit"
        }
    }

    fn conclude(
        &self,
        found: &[Option<f64>],
        job: &Job,
        report: &mut Report,
    ) -> Result<(), SimError> {
        let whole: Vec<(usize, f64)> = found
            .iter()
            .enumerate()
            .filter_map(|(i, v)| v.map(|v| (i, v)))
            .collect();
        let error = self.error(&whole, job)?;
        let away = found.len() - whole.len();
        if let Some((cell, most)) = whole.iter().max_by(|a, b| a.1.total_cmp(&b.1)) {
            let mean = whole.iter().map(|(_, v)| v).sum::<f64>() / whole.len() as f64;
            let real = |key: &str, name: &str, value: f64| {
                Quantity::real(key, name, value, error.clone()).unit(self.unit())
            };
            report
                .values
                .push(real("greatest", "Greatest exponent", *most));
            for (axis, key) in self.plane.axes.iter().zip(["at", "at_second"]) {
                let name = &self.definition.system.variables()[*axis];
                let [low, high] = self.plane.edges[usize::from(key != "at")];
                let count = if key == "at" {
                    self.plane.columns
                } else {
                    self.plane.rows
                };
                let half = Uncertainty::Bound(0.5 * (high - low) / count as f64);
                let place = self.plane.start(*cell, *axis);
                report
                    .values
                    .push(Quantity::real(key, &format!("There {name}"), place, half));
            }
            report
                .values
                .push(real("mean", "Mean over the plane", mean));
        } else {
            report
                .warnings
                .push("Every start runs away within the time, so there is no field.".into());
        }
        if away > 0 && away < found.len() {
            report.warnings.push(format!(
                "{away} of {} starts run away within the time; these cells are left empty.",
                found.len()
            ));
        }
        Ok(())
    }

    /// The largest difference that half the step or a tenth of the tolerance makes; a map has
    /// neither.
    fn error(&self, whole: &[(usize, f64)], job: &Job) -> Result<Uncertainty, SimError> {
        if self.definition.is_map() {
            return Ok(Uncertainty::Bound(1e-12));
        }
        let mut worst = 0.0_f64;
        for (cell, value) in whole.iter().step_by(whole.len().div_ceil(CHECKED).max(1)) {
            let again = self.block(*cell..*cell + 1, Care::More, job)?;
            if let Some(other) = again[0] {
                worst = worst.max((other - value).abs());
            }
        }
        // Halving takes fifteen sixteenths of a fourth-order error away; three quarters at least are
        // taken away by the others.
        let part = if self.finer.is_some() {
            4.0 / 3.0
        } else {
            16.0 / 15.0
        };
        Ok(Uncertainty::Bound(worst * part))
    }
}
