//! Covariant Lyapunov vectors: the directions that the flow itself carries along, each with its
//! own exponent, and the angles between them.
//!
//! Ginelli's way: forward the orthonormal frames Q and the triangular R between them; backward,
//! from any triangular start, C ← R⁻¹·C with columns of length 1 turns towards the vectors, which
//! are Q·C. Orthogonal frames say nothing of angles; these do: where the smallest angle between
//! expanding and contracting directions stays away from zero, the attractor is hyperbolic.

use std::time::Instant;

use loom_sim::{
    Analysis, Axis, Job, Mark, Model, Parameter, Plot, Quantity, Report, Settings, SimError,
    Subject, Table, Uncertainty, Value,
};

use super::angles::{angle, between, histogram};
use super::source::{self, Source};
use crate::definition::Definition;
use crate::settings::Build;
use crate::spectrum::mean_and_error;
use crate::tangent::{Bundle, normalise_columns, solve};

/// Numbers kept of one run, at most: half a GiB.
const MOST: u64 = 1 << 26;
/// Parts of the orbit whose means give the errors.
const BATCHES: usize = 32;
/// Points whose vectors are written out.
const WRITTEN: usize = 1000;
/// Points drawn along the orbit.
const DRAWN: usize = 4000;
/// Two backward runs that differ by more than this (radians) have not found the vectors.
const FOUND: f64 = 1e-6;

/// "Covariant Lyapunov vectors".
#[derive(Clone, Copy, Debug, Default)]
pub struct Covariant;

fn declared(definition: &Definition) -> Vec<Parameter> {
    let dimension = definition.dimension() as i64;
    let mut list = vec![
        Parameter::integer(
            "count",
            "k",
            "Vectors",
            dimension.min(12),
            2,
            dimension.max(2),
        )
        .help("Only the first k are found; those after the first zero are the contracting ones."),
        Parameter::integer("points", "N", "Points", 10_000, 500, 100_000)
            .hard(64.0, 1e7)
            .help("Places on the orbit, one stride apart, at which the vectors are found."),
        Parameter::real(
            "transient",
            "",
            "Transient at both ends",
            300.0,
            1.0,
            2000.0,
        )
        .hard(0.0, 1e6)
        .unit("periods")
        .help("Forward so that the frames, backward so that the vectors find their directions."),
    ];
    if !definition.is_map() {
        list.extend(source::manner());
    }
    list
}

impl Analysis for Covariant {
    fn key(&self) -> &'static str {
        "covariant"
    }
    fn name(&self) -> &'static str {
        "Covariant vectors"
    }
    fn help(&self) -> &'static str {
        "The directions in which neighbours part and meet, and the angles between them: angles near zero mean that chaos is not hyperbolic."
    }
    fn citation(&self) -> &'static str {
        "F. Ginelli, P. Poggi, A. Turchi, H. Chaté, R. Livi, A. Politi (2007), Characterizing dynamics with covariant Lyapunov vectors, Phys. Rev. Lett. 99, 130601."
    }
    fn fits(&self, model: &Model) -> bool {
        source::of_several(model).is_some()
    }
    fn parameters(&self, model: &Model) -> Vec<Parameter> {
        source::form_of_several(model, declared)
    }

    fn run(&self, subject: &Subject, settings: &Settings, job: &Job) -> Result<Report, SimError> {
        let begun = Instant::now();
        let source = Source::of(subject)?;
        let (definition, build) = source.instant()?;
        if definition.dimension() < 2 {
            return Err(SimError::other(
                "Angles need two directions; this system has one variable.",
            ));
        }
        let settings = loom_sim::parameter::complete(&declared(definition), settings)?;
        let seed = match subject {
            Subject::State { model, .. } => model.seed,
            _ => 0,
        };
        let build = build.clone().followed_by(&settings);
        let found = Found::new(definition, &build, &settings, seed, job)?;
        let mut report = source.report(self.key(), "Covariant Lyapunov vectors", &settings, begun);
        report.citation = self.citation().into();
        report.method = format!(
            "{} vectors at {} places {:.6} {} apart, {}f64; {} strides of transient forward and as many backward; errors from {BATCHES} parts of the orbit.",
            found.count,
            found.points(),
            found.interval,
            source.time_unit(),
            source::by(definition, &build),
            found.transient
        );
        found.conclude(definition, &source.time_unit(), &mut report);
        report.seconds = begun.elapsed().as_secs_f64();
        Ok(report)
    }
}

/// What one run has found, place by place.
struct Found {
    dimension: usize,
    count: usize,
    interval: f64,
    transient: usize,
    start_time: f64,
    points: Vec<f64>,
    /// The vectors at each place in the frame Q: upper triangular, columns of length 1.
    inner: Vec<f64>,
    frames: Vec<f64>,
    /// ln of the growth of each vector from a place to the next.
    growth: Vec<f64>,
    /// ln of the diagonal of R: the growth of the orthogonal frame.
    forward: Vec<f64>,
    /// The largest angle between the vectors of two backward runs, radians.
    apart: f64,
}

impl Found {
    fn new(
        definition: &Definition,
        build: &Build,
        settings: &Settings,
        seed: u64,
        job: &Job,
    ) -> Result<Self, SimError> {
        let real = |key: &str| settings.get(key).and_then(Value::as_real).unwrap_or(0.0);
        let (n, d) = (real("count") as usize, definition.dimension());
        let count = real("points") as usize;
        let mut bundle = Bundle::new(definition, build, n, seed)?;
        let interval = bundle.interval();
        let periods = real("transient") * definition.period;
        let transient = (periods / interval).ceil().clamp(1.0, 1e9) as usize;
        let numbers = (count as u64).saturating_mul((d + d * n + 3 * n * n) as u64)
            + (transient as u64).saturating_mul((n * n) as u64);
        if numbers > MOST {
            return Err(SimError::TooLarge {
                needed: format!("{numbers} numbers"),
                allowed: format!("{MOST}"),
                remedy: "ask for fewer points, fewer vectors or a shorter transient.".into(),
            });
        }
        let mut triangle = vec![0.0; n * n];
        let total = (2 * transient + count) as f32;
        let tell = |done: usize| -> Result<(), SimError> {
            if done.is_multiple_of(256) {
                job.progress(0.8 * done as f32 / total);
                job.check()?;
            }
            Ok(())
        };
        for turn in 0..transient {
            tell(turn)?;
            bundle.stride(&mut triangle)?;
        }
        let start_time = bundle.clock().time();
        let mut found = Self {
            dimension: d,
            count: n,
            interval,
            transient,
            start_time,
            points: Vec::with_capacity(count * d),
            inner: vec![0.0; count * n * n],
            frames: Vec::with_capacity(count * d * n),
            growth: vec![0.0; count * n],
            forward: Vec::with_capacity(count * n),
            apart: 0.0,
        };
        // R between a place and the next.
        let mut between = Vec::with_capacity((count + transient) * n * n);
        for turn in 0..count + transient {
            tell(transient + turn)?;
            if turn < count {
                found.points.extend_from_slice(bundle.point());
                found.frames.extend_from_slice(bundle.vectors());
            }
            bundle.stride(&mut triangle)?;
            if (0..n).any(|k| triangle[k * n + k] <= 0.0) {
                return Err(SimError::other(format!(
                    "A direction shrinks to nothing at t = {:.4}: the Jacobian is singular there, and no vector leads back. Ask for fewer vectors.",
                    bundle.clock().time()
                )));
            }
            if turn < count {
                found
                    .forward
                    .extend((0..n).map(|k| triangle[k * n + k].ln()));
            }
            between.extend_from_slice(&triangle);
        }
        found.backward(&between, count, job)?;
        Ok(found)
    }

    /// From two different starts backward; the second one tells whether the first has arrived.
    fn backward(&mut self, between: &[f64], count: usize, job: &Job) -> Result<(), SimError> {
        let n = self.count;
        let size = n * n;
        let lost = || {
            SimError::other("The way back is lost in rounding: use a smaller dt or fewer vectors.")
        };
        let start = |sign: f64| -> Vec<f64> {
            let mut c = vec![0.0; size];
            for j in 0..n {
                for i in 0..=j {
                    c[i * n + j] = if i == j { 1.0 } else { 0.5 * sign };
                }
            }
            normalise_columns(&mut c, n);
            c
        };
        let (mut c, mut other) = (start(1.0), start(-1.0));
        let places = between.len() / size;
        for place in (0..places).rev() {
            if place % 1024 == 0 {
                job.progress(0.8 + 0.2 * (places - place) as f32 / places as f32);
                job.check()?;
            }
            let r = &between[place * size..][..size];
            c = solve(r, &c, n).ok_or_else(lost)?;
            let lengths = normalise_columns(&mut c, n);
            other = solve(r, &other, n).ok_or_else(lost)?;
            normalise_columns(&mut other, n);
            if place < count {
                self.inner[place * size..][..size].copy_from_slice(&c);
                // Back they grew by 1/length.
                for (g, length) in self.growth[place * n..].iter_mut().zip(&lengths) {
                    *g = -length.ln();
                }
            }
            if place + 1 == count {
                for j in 0..n {
                    self.apart = self
                        .apart
                        .max(angle(&column(&c, j, n), &column(&other, j, n)));
                }
            }
        }
        Ok(())
    }

    fn points(&self) -> usize {
        self.points.len() / self.dimension
    }
    fn inner_at(&self, place: usize) -> &[f64] {
        let size = self.count * self.count;
        &self.inner[place * size..][..size]
    }
    /// Vector `k` at a place, in the system's coordinates.
    fn vector(&self, place: usize, k: usize) -> Vec<f64> {
        let (n, d) = (self.count, self.dimension);
        let frame = &self.frames[place * n * d..][..n * d];
        let c = self.inner_at(place);
        (0..d)
            .map(|v| (0..=k).map(|i| frame[i * d + v] * c[i * n + k]).sum())
            .collect()
    }

    /// Mean growth rates with errors, from one of the two lists.
    fn rates(&self, list: &[f64]) -> Vec<(f64, f64)> {
        let (n, points) = (self.count, self.points());
        let each = points / BATCHES;
        (0..n)
            .map(|k| {
                let batch = |b: usize| {
                    let part = (b * each..(b + 1) * each).map(|i| list[i * n + k]);
                    part.sum::<f64>() / (each as f64 * self.interval)
                };
                let batches: Vec<f64> = (0..BATCHES).map(batch).collect();
                let (mean, error) = mean_and_error(&batches);
                // A stretch that does not vary still has the rounding of its sums.
                (mean, error.max(1e-14 * mean.abs()))
            })
            .collect()
    }

    fn conclude(&self, definition: &Definition, unit: &str, report: &mut Report) {
        let rate_unit = if definition.is_map() {
            "1/iteration"
        } else {
            "1/time unit"
        };
        let rates = self.rates(&self.growth);
        let forward = self.rates(&self.forward);
        for (k, (rate, error)) in rates.iter().enumerate() {
            report.values.push(
                Quantity::real(
                    &format!("lambda_{}", k + 1),
                    &format!("Exponent along vector {}", k + 1),
                    *rate,
                    Uncertainty::StandardError(*error),
                )
                .symbol(&format!("λ{}", crate::convergence::subscript(k + 1)))
                .unit(rate_unit),
            );
        }
        let gap = rates.iter().zip(&forward).map(|(a, b)| (a.0 - b.0).abs());
        report.values.push(
            Quantity::real(
                "gap",
                "Largest difference to the orthogonal frame's",
                gap.fold(0.0, f64::max),
                Uncertainty::Unknown("a check of the method".into()),
            )
            .unit(rate_unit),
        );
        report.values.push(
            Quantity::real(
                "convergence",
                "Angle between two backward runs",
                self.apart.to_degrees(),
                Uncertainty::Unknown("a check of the method".into()),
            )
            .unit("°"),
        );
        if self.apart > FOUND {
            report.warnings.push(format!(
                "Two backward runs end {:.2e}° apart, so the vectors are not found to that angle: two exponents may be equal, or the transient is too short. The angles are not given.",
                self.apart.to_degrees()
            ));
            return;
        }
        self.angles(&rates, unit, report);
        report.tables.insert(0, self.table(definition));
    }

    /// Angles of all pairs, and between what expands and what contracts.
    fn angles(&self, rates: &[(f64, f64)], unit: &str, report: &mut Report) {
        let n = self.count;
        let pairs: Vec<(usize, usize)> = (0..n)
            .flat_map(|i| (i + 1..n).map(move |j| (i, j)))
            .collect();
        let mut sums = vec![[f64::INFINITY, 0.0]; pairs.len()];
        let mut smallest = Vec::with_capacity(self.points());
        let clear = |k: &usize, sign: f64| {
            rates[*k].0 * sign > 3.0 * rates[*k].1.max(1e-3 * rates[0].0.abs())
        };
        let out: Vec<usize> = (0..n).filter(|k| clear(k, 1.0)).collect();
        let inward: Vec<usize> = (0..n).filter(|k| clear(k, -1.0)).collect();
        let split = !out.is_empty() && !inward.is_empty();
        for place in 0..self.points() {
            let c = self.inner_at(place);
            let columns: Vec<Vec<f64>> = (0..n).map(|j| column(c, j, n)).collect();
            let mut least = f64::INFINITY;
            for ((i, j), sum) in pairs.iter().zip(&mut sums) {
                let angle = angle(&columns[*i], &columns[*j]).to_degrees();
                least = least.min(angle);
                sum[0] = sum[0].min(angle);
                sum[1] += angle;
            }
            smallest.push(if split {
                between(&columns, &out, &inward).to_degrees()
            } else {
                least
            });
        }
        let what = if split {
            "Angle between expanding and contracting directions"
        } else {
            "Smallest angle between two vectors"
        };
        let least = smallest.iter().copied().fold(f64::INFINITY, f64::min);
        let batches: Vec<f64> = smallest
            .chunks(smallest.len().div_ceil(BATCHES))
            .map(|part| part.iter().sum::<f64>() / part.len() as f64)
            .collect();
        let (mean, error) = mean_and_error(&batches);
        let seen =
            Uncertainty::Unknown("of the places seen; a longer orbit may come closer".into());
        report.values.push(
            Quantity::real("smallest_angle", &format!("{what}, least"), least, seen).unit("°"),
        );
        report.values.push(
            Quantity::real(
                "mean_angle",
                &format!("{what}, mean"),
                mean,
                Uncertainty::StandardError(error),
            )
            .unit("°"),
        );
        report.plots.push(histogram(what, &smallest));
        let thin = self.points().div_ceil(DRAWN);
        let time = |place: usize| self.start_time + place as f64 * self.interval;
        report.plots.push(Plot {
            title: "Angle along the orbit".into(),
            x: Axis::new(if unit == "iterations" { "n" } else { "t" }, unit),
            y: Axis::new(what, "°"),
            marks: vec![Mark::Line {
                name: String::new(),
                points: smallest
                    .iter()
                    .enumerate()
                    .step_by(thin)
                    .map(|(i, a)| [time(i), *a])
                    .collect(),
            }],
            ..Plot::default()
        });
        let count = self.points() as f64;
        let text =
            |f: &dyn Fn(usize) -> String| -> Vec<String> { (0..pairs.len()).map(f).collect() };
        report.tables.push(Table {
            title: "Angles of the pairs".into(),
            columns: vec![
                (
                    "vectors".into(),
                    text(&|p| format!("{} and {}", pairs[p].0 + 1, pairs[p].1 + 1)),
                ),
                ("least (°)".into(), text(&|p| sums[p][0].to_string())),
                (
                    "mean (°)".into(),
                    text(&|p| (sums[p][1] / count).to_string()),
                ),
            ],
        });
    }

    /// Places and vectors, one stride apart.
    fn table(&self, definition: &Definition) -> Table {
        let rows = self.points().min(WRITTEN);
        let names = definition.system.variables();
        let mut columns: Vec<(String, Vec<String>)> = vec![(
            "t".into(),
            (0..rows)
                .map(|i| (self.start_time + i as f64 * self.interval).to_string())
                .collect(),
        )];
        for (v, name) in names.iter().enumerate() {
            let values = (0..rows).map(|i| self.points[i * self.dimension + v].to_string());
            columns.push((name.clone(), values.collect()));
        }
        for k in 0..self.count {
            let vectors: Vec<Vec<f64>> = (0..rows).map(|i| self.vector(i, k)).collect();
            for (v, name) in names.iter().enumerate() {
                let values = vectors.iter().map(|x| x[v].to_string()).collect();
                columns.push((format!("v{} {name}", k + 1), values));
            }
        }
        Table {
            title: "Vectors".into(),
            columns,
        }
    }
}

fn column(matrix: &[f64], j: usize, n: usize) -> Vec<f64> {
    (0..n).map(|i| matrix[i * n + j]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tangent::multiply;

    #[test]
    fn what_is_carried_forward_leads_back() {
        let r = [1.5, 0.3, 0.0, 0.4];
        let mut c = vec![1.0, 0.6, 0.0, 0.8];
        let mut next = multiply(&r, &c, 2);
        normalise_columns(&mut next, 2);
        let mut back = solve(&r, &next, 2).unwrap_or_default();
        normalise_columns(&mut back, 2);
        normalise_columns(&mut c, 2);
        for (a, b) in back.iter().zip(&c) {
            assert!((a - b).abs() < 1e-14);
        }
    }
}
