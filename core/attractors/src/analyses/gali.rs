//! Generalised alignment indices: the volume that k unit tangent vectors span along one orbit.
//! On a chaotic orbit they all turn to the direction that grows most and the volume falls
//! exponentially, at (λ₁ − λ₂) + … + (λ₁ − λₖ); on a regular one it stays, or falls as a power of
//! time.
//!
//! The vectors are followed as Q·T, with T triangular and its columns of length 1: the volume is
//! the product of T's diagonal, so that it is exact far below the rounding of the vectors
//! themselves.

use std::time::Instant;

use loom_sim::{
    Analysis, Axis, Job, Mark, Model, Parameter, Plot, Quantity, Report, Settings, SimError,
    Subject, Uncertainty, Value,
};

use super::scaling;
use super::source::{self, Source};
use crate::definition::Definition;
use crate::settings::Build;
use crate::spectrum::mean_and_error;
use crate::tangent::{Bundle, multiply, normalise_columns};

/// ln of the index at which a run may end: nothing new comes below 10⁻¹⁰⁰.
const ENOUGH: f64 = -230.0;
/// A fall by less than this many e-foldings (10⁻⁸) is told from no power of time.
const CLEAR: f64 = 18.4;
/// Parts of the run whose rates give the error.
const BATCHES: usize = 16;
/// Points of the curves.
const DRAWN: usize = 3000;

/// "Alignment indices (GALI, SALI)".
#[derive(Clone, Copy, Debug, Default)]
pub struct Gali;

fn declared(definition: &Definition) -> Vec<Parameter> {
    let dimension = definition.dimension() as i64;
    let usual = if definition.is_map() { 2000.0 } else { 500.0 };
    let mut list = vec![
        Parameter::integer("count", "k", "Vectors", 2, 2, dimension.max(2)).help(
            "With 2 chaos is told from order; more tell on how many dimensions a regular orbit lies.",
        ),
        Parameter::real("time", "T", "Followed for", usual, usual / 20.0, usual * 20.0)
            .hard(1.0, 1e8)
            .logarithmic()
            .unit(if definition.is_map() {
                "iterations"
            } else {
                "periods"
            })
            .help("From the tracked orbit's place, with nothing thrown away; it ends earlier below 10⁻¹⁰⁰."),
    ];
    if !definition.is_map() {
        list.extend(source::manner());
    }
    list
}

impl Analysis for Gali {
    fn key(&self) -> &'static str {
        "gali"
    }
    fn name(&self) -> &'static str {
        "Alignment indices (GALI, SALI)"
    }
    fn help(&self) -> &'static str {
        "Whether this one orbit is chaotic or regular, told by how fast its tangent vectors fall together."
    }
    fn citation(&self) -> &'static str {
        "Ch. Skokos, T. C. Bountis, Ch. Antonopoulos (2007), Geometrical properties of local dynamics in Hamiltonian systems: the Generalized Alignment Index (GALI) method, Physica D 231, 30–54."
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
                "Two tangent vectors of one variable always lie along each other.",
            ));
        }
        let settings = loom_sim::parameter::complete(&declared(definition), settings)?;
        let seed = match subject {
            Subject::State { model, .. } => model.seed,
            _ => 0,
        };
        let build = build.clone().followed_by(&settings);
        let run = Run::new(definition, &build, &settings, seed, job)?;
        let mut report = source.report(self.key(), "Alignment indices", &settings, begun);
        report.citation = self.citation().into();
        let place: Vec<String> = build.initial.iter().map(f64::to_string).collect();
        report.method = format!(
            "{} tangent vectors drawn by lot, from ({}), {}f64; looked at every {:.6} {}, followed for {:.6}.",
            run.count,
            place.join(", "),
            source::by(definition, &build),
            run.interval,
            source.time_unit(),
            run.last().0
        );
        run.conclude(&source.time_unit(), &mut report);
        report.seconds = begun.elapsed().as_secs_f64();
        Ok(report)
    }
}

/// One orbit's indices over time.
struct Run {
    count: usize,
    interval: f64,
    /// Time, ln GALI_k, ln SALI.
    curve: Vec<[f64; 3]>,
    /// ln of the growth of the frame in each stride.
    growth: Vec<f64>,
}

impl Run {
    fn new(
        definition: &Definition,
        build: &Build,
        settings: &Settings,
        seed: u64,
        job: &Job,
    ) -> Result<Self, SimError> {
        let real = |key: &str| settings.get(key).and_then(Value::as_real).unwrap_or(0.0);
        let n = real("count") as usize;
        let mut bundle = Bundle::new(definition, build, n, seed)?;
        let interval = bundle.interval();
        let time = if definition.is_map() {
            real("time")
        } else {
            real("time") * definition.period
        };
        let strides = (time / interval).ceil().clamp(BATCHES as f64, 1e9) as u64;
        let mut triangle = vec![0.0; n * n];
        let mut t = vec![0.0; n * n];
        for k in 0..n {
            t[k * n + k] = 1.0;
        }
        let mut run = Self {
            count: n,
            interval,
            curve: Vec::new(),
            growth: Vec::new(),
        };
        for turn in 1..=strides {
            if turn % 1024 == 0 {
                job.check()?;
                job.progress(turn as f32 / strides as f32);
            }
            bundle.stride(&mut triangle)?;
            t = multiply(&triangle, &t, n);
            normalise_columns(&mut t, n);
            let volume: f64 = (0..n).map(|k| t[k * n + k].ln()).sum();
            run.growth.extend((0..n).map(|k| triangle[k * n + k].ln()));
            run.curve
                .push([turn as f64 * interval, volume, smaller(t[1], t[n + 1])]);
            if run.curve.len() > 1 << 24 {
                return Err(SimError::TooLarge {
                    needed: format!("{strides} strides"),
                    allowed: format!("{}", 1 << 24),
                    remedy: "follow the orbit for a shorter time.".into(),
                });
            }
            if volume < ENOUGH {
                break;
            }
        }
        Ok(run)
    }

    /// Time and ln GALI at the end.
    fn last(&self) -> (f64, f64) {
        self.curve.last().map_or((0.0, 0.0), |p| (p[0], p[1]))
    }

    /// Means of the parts of a list of rates, with the error.
    fn batches(&self, value: impl Fn(usize, usize) -> f64) -> (f64, f64) {
        let each = self.curve.len() / BATCHES;
        let list: Vec<f64> = (0..BATCHES)
            .map(|b| value(b * each, (b + 1) * each))
            .filter(|x| x.is_finite())
            .collect();
        mean_and_error(&list)
    }

    fn conclude(&self, unit: &str, report: &mut Report) {
        let per = if unit == "iterations" {
            "1/iteration"
        } else {
            "1/time unit"
        };
        let n = self.count;
        let (end, volume) = self.last();
        let name = format!("GALI{} at the end", crate::convergence::subscript(n));
        let why = "falls by orders of magnitude: its logarithm is what counts";
        let unsure = || Uncertainty::Unknown(why.into());
        report.values.push(Quantity::real(
            "log10_gali",
            &format!("log₁₀ {name}"),
            volume / 10f64.ln(),
            unsure(),
        ));
        let sali = self.curve.last().map_or(0.0, |p| p[2]) / 10f64.ln();
        report.values.push(Quantity::real(
            "log10_sali",
            "log₁₀ SALI at the end",
            sali,
            unsure(),
        ));
        let verdict = self.verdict();
        report
            .values
            .push(Quantity::text("verdict", "This orbit is", verdict.word()));
        match verdict {
            Verdict::Chaotic => {
                let (rate, error) = self.batches(|a, b| {
                    (self.curve[a][1] - self.curve[b.min(self.curve.len() - 1)][1])
                        / ((b.min(self.curve.len() - 1) - a) as f64 * self.interval)
                });
                report.values.push(
                    Quantity::real(
                        "rate",
                        "Rate of the fall",
                        rate,
                        Uncertainty::StandardError(error),
                    )
                    .unit(per),
                );
                let (expected, error) = self.batches(|a, b| {
                    let part = &self.growth[a * n..b * n];
                    let sum = |k: usize| part.iter().skip(k).step_by(n).sum::<f64>();
                    let first = sum(0);
                    (1..n).map(|k| first - sum(k)).sum::<f64>() / ((b - a) as f64 * self.interval)
                });
                report.values.push(
                    Quantity::real(
                        "expected_rate",
                        "Σ (λ₁ − λₖ) over the same time",
                        expected,
                        Uncertainty::StandardError(error),
                    )
                    .unit(per),
                );
            }
            Verdict::Regular => {
                let (slope, error) = self.power();
                report.values.push(Quantity::real(
                    "power",
                    "Falls as t to the power",
                    slope,
                    Uncertainty::StandardError(error),
                ));
                report.warnings.push(format!(
                    "Regular over {end:.6} {unit}: an orbit at the edge of chaos may take longer to show it."
                ));
            }
            Verdict::Open => report.warnings.push(
                "The indices fall neither clearly exponentially nor clearly as a power: follow the orbit for longer.".into(),
            ),
        }
        report.plots = vec![self.plot(unit, false), self.plot(unit, true)];
    }

    /// From a tenth of the run on, thinned to equal distances of time or of its logarithm.
    fn later(&self, logarithmic: bool) -> Vec<[f64; 2]> {
        let from = self.curve.len() / 10;
        let count = self.curve.len() - from;
        let place = |i: usize| {
            let part = i as f64 / 199.0;
            if logarithmic {
                (from as f64 + 1.0) * ((self.curve.len() as f64) / (from as f64 + 1.0)).powf(part)
                    - 1.0
            } else {
                from as f64 + part * (count - 1) as f64
            }
        };
        (0..200)
            .map(|i| self.curve[(place(i) as usize).min(self.curve.len() - 1)])
            .map(|[t, volume, _]| [if logarithmic { t.ln() } else { t }, volume])
            .collect()
    }

    /// Exponent of time and its error: the scatter of the slopes over four parts.
    fn power(&self) -> (f64, f64) {
        let points = self.later(true);
        let parts: Vec<f64> = points.chunks(50).map(|p| scaling::fit(p).0).collect();
        (scaling::fit(&points).0, mean_and_error(&parts).1)
    }

    fn verdict(&self) -> Verdict {
        let (_, volume) = self.last();
        let misfit = |points: &[[f64; 2]]| {
            let (slope, base) = scaling::fit(points);
            points
                .iter()
                .map(|[x, y]| (y - base - slope * x).powi(2))
                .sum::<f64>()
        };
        // Both against the same points in time.
        let even = self.later(false);
        let logs: Vec<[f64; 2]> = even.iter().map(|[t, y]| [t.ln(), *y]).collect();
        let (straight, power) = (misfit(&even), misfit(&logs));
        if volume < ENOUGH || straight < power && volume < -CLEAR {
            Verdict::Chaotic
        } else if power < straight || volume > -CLEAR / 4.0 {
            Verdict::Regular
        } else {
            Verdict::Open
        }
    }

    fn plot(&self, unit: &str, logarithmic: bool) -> Plot {
        let symbol = if unit == "iterations" { "n" } else { "t" };
        let mut x = Axis::new(symbol, unit);
        if logarithmic {
            x = x.logarithmic();
        }
        let thin = self.curve.len().div_ceil(DRAWN);
        let line = |name: String, k: usize| Mark::Line {
            name,
            points: self
                .curve
                .iter()
                .step_by(thin)
                .filter(|p| p[k] > -700.0)
                .map(|p| [p[0], p[k].exp()])
                .collect(),
        };
        let gali = format!("GALI{}", crate::convergence::subscript(self.count));
        Plot {
            title: if logarithmic {
                "Index, both axes logarithmic"
            } else {
                "Index over time"
            }
            .into(),
            x,
            y: Axis::new("Index", "").logarithmic(),
            marks: vec![line(gali, 1), line("SALI".into(), 2)],
            ..Plot::default()
        }
    }
}

/// ln of the smaller of |u₁ − u₂| and |u₁ + u₂|, where u₁ is the first axis and u₂ has the
/// components a and b along the first and across.
fn smaller(along: f64, across: f64) -> f64 {
    let across = across.abs();
    // 1 − |a| = b² / (1 + |a|), without cancellation; a third component counts into `across`
    // only for two vectors, which is all that SALI has.
    let gap = across * across / (1.0 + along.abs());
    gap.hypot(across).ln()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Chaotic,
    Regular,
    Open,
}

impl Verdict {
    fn word(self) -> &'static str {
        match self {
            Self::Chaotic => "chaotic",
            Self::Regular => "regular",
            Self::Open => "undecided",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sali_is_the_shorter_diagonal() {
        for angle in [0.3f64, 1.2, 2.9] {
            let (a, b) = (angle.cos(), angle.sin());
            let direct = (1.0 - a).hypot(b).min((1.0 + a).hypot(b));
            assert!((smaller(a, b).exp() - direct).abs() < 1e-14);
        }
        assert!((smaller(1.0, 1e-90) / 1e-90f64.ln() - 1.0).abs() < 1e-12);
    }
}
