//! Local growth rates: the largest exponent over many short stretches of the orbit, and how their
//! distribution narrows as the stretches grow longer. Their mean is λ₁ whatever the length.

use std::time::Instant;

use loom_formula::Clock;
use loom_sim::{
    Analysis, Axis, Job, Mark, Model, Parameter, Plot, Quantity, Report, Settings, SimError,
    Subject, Table, Uncertainty, Value,
};

use super::scaling;
use super::source::{self, Source};
use crate::definition::Definition;
use crate::divergence;
use crate::settings::Build;
use crate::spectrum::mean_and_error;
use crate::start::{self, Scatter};
use crate::stepping::BlockStepper;

/// Orbits that are followed beside each other.
const ORBITS: usize = 64;
const BARS: usize = 60;
/// How many doublings of the stretch are looked at.
const DOUBLINGS: u32 = 6;

/// "Local growth rates".
#[derive(Clone, Copy, Debug, Default)]
pub struct LocalGrowth;

fn declared(definition: &Definition) -> Vec<Parameter> {
    let map = definition.is_map();
    let (usual, unit) = if map {
        (5.0, "iterations")
    } else {
        (1.0, "periods")
    };
    let mut list = vec![
        Parameter::real(
            "window",
            "τ",
            "Length of a stretch",
            usual,
            usual / 5.0,
            usual * 40.0,
        )
        .hard(1e-3, 1e6)
        .logarithmic()
        .unit(unit)
        .help(
            "Short stretches tell where on the attractor neighbours part, long ones all tell λ₁.",
        ),
        Parameter::integer("windows", "N", "Stretches", 20_000, 1000, 1_000_000)
            .hard(512.0, 1e7)
            .help("How many are measured, on 64 orbits together."),
        Parameter::real("transient", "", "Thrown away first", 100.0, 1.0, 10_000.0)
            .hard(0.0, 1e7)
            .unit("periods")
            .help("So that the vectors have turned to the direction that grows most."),
    ];
    if !map {
        list.extend(source::manner());
    }
    list
}

impl Analysis for LocalGrowth {
    fn key(&self) -> &'static str {
        "local-growth"
    }
    fn name(&self) -> &'static str {
        "Local growth rates"
    }
    fn help(&self) -> &'static str {
        "How the largest exponent differs from stretch to stretch of the orbit: chaos is stronger here and weaker there."
    }
    fn citation(&self) -> &'static str {
        "H. D. I. Abarbanel, R. Brown, M. B. Kennel (1991), Variation of Lyapunov exponents on a strange attractor, J. Nonlinear Sci. 1, 175–199."
    }
    fn fits(&self, model: &Model) -> bool {
        source::of_model(model).is_some_and(|d| !d.has_delays())
    }
    fn parameters(&self, model: &Model) -> Vec<Parameter> {
        source::of_model(model).map_or_else(Vec::new, |d| declared(&d))
    }

    fn run(&self, subject: &Subject, settings: &Settings, job: &Job) -> Result<Report, SimError> {
        let begun = Instant::now();
        let source = Source::of(subject)?;
        let (definition, build) = source.instant()?;
        let settings = loom_sim::parameter::complete(&declared(definition), settings)?;
        let seed = match subject {
            Subject::State { model, .. } => model.seed,
            _ => 0,
        };
        let build = build.clone().followed_by(&settings);
        let rates = Rates::new(definition, &build, &settings, seed, job)?;
        let mut report = source.report(self.key(), "Local growth rates", &settings, begun);
        report.citation = self.citation().into();
        report.method = format!(
            "{} stretches of {:.6} {} on each of {ORBITS} orbits, the growth of the tangent vector that has turned to the first direction, f64; errors from the scatter of the orbits.",
            rates.windows,
            rates.length,
            source.time_unit()
        );
        rates.conclude(definition.is_map(), &source.time_unit(), &mut report)?;
        report.seconds = begun.elapsed().as_secs_f64();
        Ok(report)
    }
}

/// ln of the growth in each stretch, orbit by orbit.
struct Rates {
    windows: usize,
    length: f64,
    growth: Vec<Vec<f64>>,
}

impl Rates {
    fn new(
        definition: &Definition,
        build: &Build,
        settings: &Settings,
        seed: u64,
        job: &Job,
    ) -> Result<Self, SimError> {
        let real = |key: &str| settings.get(key).and_then(Value::as_real).unwrap_or(0.0);
        let d = definition.dimension();
        let samples = start::sample(definition, build, 2048)?;
        let mut scatter = Scatter::new(
            &samples,
            // Hardly beside the orbit: enough for chaos to part them, and they stay where they belong.
            definition.spread.min(1e-6),
            seed,
            "attractors: local growth",
        );
        let mut block = vec![0.0; 2 * d * ORBITS];
        for m in 0..ORBITS {
            for (v, x) in scatter.point().iter().enumerate() {
                block[v * ORBITS + m] = *x;
                // No axis is left out.
                block[(d + v) * ORBITS + m] = 1.0 / ((v + 1) as f64);
            }
        }
        let map = definition.is_map();
        let scale = if map { 1.0 } else { definition.period };
        let most = divergence::stride(definition, &build.constants, &samples, build.dt)?;
        let steps = |time: f64| (time / build.dt).round().clamp(1.0, 1e12) as u64;
        let in_window = steps(real("window") * scale);
        let windows = (real("windows") as usize).div_ceil(ORBITS).max(8);
        let settling = if map { 10.0 } else { 1.0 } * real("transient");
        let mut walk = Walk {
            stepper: BlockStepper::by(definition, build, 1)?,
            constants: &build.constants,
            clock: Clock::new(build.dt),
            block,
            dimension: d,
            stride: most,
        };
        let total = (settling * scale / build.dt).ceil() as u64 + in_window * windows as u64;
        let mut done = 0;
        let mut left = (settling * scale / build.dt).ceil() as u64;
        while left > 0 {
            job.check()?;
            let now = left.min(most * 64);
            walk.go(now)?;
            left -= now;
            done += now;
            job.progress(done as f32 / total as f32);
        }
        let mut growth: Vec<Vec<f64>> = (0..ORBITS).map(|_| Vec::with_capacity(windows)).collect();
        for _ in 0..windows {
            job.check()?;
            for (list, grown) in growth.iter_mut().zip(walk.go(in_window)?) {
                list.push(grown);
            }
            done += in_window;
            job.progress(done as f32 / total as f32);
        }
        Ok(Self {
            windows,
            length: in_window as f64 * build.dt,
            growth,
        })
    }

    /// Mean, its error, and the standard deviation with its error, of stretches put together in
    /// groups.
    fn of(&self, together: usize) -> [f64; 4] {
        let time = self.length * together as f64;
        let joined = |list: &Vec<f64>| -> Vec<f64> {
            list.chunks_exact(together)
                .map(|part| part.iter().sum::<f64>() / time)
                .collect()
        };
        let orbits: Vec<Vec<f64>> = self.growth.iter().map(joined).collect();
        let means: Vec<f64> = orbits
            .iter()
            .map(|o| o.iter().sum::<f64>() / o.len() as f64)
            .collect();
        let (mean, error) = mean_and_error(&means);
        let variances: Vec<f64> = orbits
            .iter()
            .map(|o| o.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / o.len() as f64)
            .collect();
        let (variance, spread) = mean_and_error(&variances);
        let deviation = variance.sqrt();
        [
            mean,
            error,
            deviation,
            0.5 * spread / deviation.max(f64::MIN_POSITIVE),
        ]
    }

    fn conclude(&self, map: bool, unit: &str, report: &mut Report) -> Result<(), SimError> {
        let per = if map { "1/iteration" } else { "1/time unit" };
        let all: Vec<f64> = self
            .growth
            .iter()
            .flatten()
            .map(|g| g / self.length)
            .collect();
        if let Some(bad) = all.iter().find(|x| !x.is_finite()) {
            return Err(SimError::other(format!(
                "A stretch has the rate {bad}: a tangent vector shrinks to nothing, as on a superstable cycle, so there is no distribution to give."
            )));
        }
        let [mean, error, deviation, spread] = self.of(1);
        let real = |key: &str, name: &str, value: f64, error: f64| {
            Quantity::real(key, name, value, Uncertainty::StandardError(error)).unit(per)
        };
        report.values = vec![
            real("mean", "Mean of the rates", mean, error).symbol("λ₁"),
            real("deviation", "Standard deviation", deviation, spread),
        ];
        let contracting = all.iter().filter(|x| **x < 0.0).count() as f64 / all.len() as f64;
        let parts: Vec<f64> = self
            .growth
            .iter()
            .map(|o| o.iter().filter(|x| **x < 0.0).count() as f64 / o.len() as f64)
            .collect();
        report.values.push(Quantity::real(
            "contracting",
            "Part of the stretches that contract",
            contracting,
            Uncertainty::StandardError(mean_and_error(&parts).1),
        ));
        report.plots.push(histogram(&all, mean, per));
        let mut rows = Vec::new();
        for k in 0..=DOUBLINGS {
            let together = 1usize << k;
            if self.windows / together < 4 {
                break;
            }
            rows.push((self.length * together as f64, self.of(together)));
        }
        let points: Vec<[f64; 2]> = rows.iter().map(|(t, r)| [*t, r[2]]).collect();
        let logs: Vec<[f64; 2]> = points
            .iter()
            .filter(|p| p[1] > 0.0)
            .map(|p| [p[0].ln(), p[1].ln()])
            .collect();
        if logs.len() > 3 {
            let (slope, _) = scaling::fit(&logs);
            let middle = logs.len() / 2;
            let halves = [&logs[..=middle], &logs[middle..]];
            let apart = halves.map(|h| scaling::fit(h).0);
            report.values.push(Quantity::real(
                "narrowing",
                "Deviation falls as τ to the power",
                slope,
                Uncertainty::Bound((apart[0] - apart[1]).abs().max(1e-3)),
            ));
        }
        report.plots.push(Plot {
            title: "Deviation over the length".into(),
            x: Axis::new("τ", unit).logarithmic(),
            y: Axis::new("Standard deviation", per).logarithmic(),
            marks: vec![Mark::Points {
                name: String::new(),
                points,
            }],
            ..Plot::default()
        });
        let column = |i: usize| rows.iter().map(|(_, r)| r[i].to_string()).collect();
        report.tables.push(Table {
            title: "Rates over the length".into(),
            columns: vec![
                (
                    format!("length ({unit})"),
                    rows.iter().map(|(t, _)| t.to_string()).collect(),
                ),
                ("mean".into(), column(0)),
                ("standard error".into(), column(1)),
                ("deviation".into(), column(2)),
                ("its standard error".into(), column(3)),
            ],
        });
        Ok(())
    }
}

/// Orbits with one tangent vector each.
struct Walk<'a> {
    stepper: BlockStepper,
    constants: &'a [f64],
    clock: Clock,
    block: Vec<f64>,
    dimension: usize,
    /// Steps between two looks at the vectors' lengths.
    stride: u64,
}

impl Walk<'_> {
    /// Goes on, and gives ln of each vector's growth.
    fn go(&mut self, steps: u64) -> Result<[f64; ORBITS], SimError> {
        let mut grown = [0.0; ORBITS];
        let mut left = steps;
        while left > 0 {
            let now = left.min(self.stride.max(1));
            self.stepper
                .advance(&mut self.block, ORBITS, self.constants, self.clock, now)?;
            self.clock.step += now;
            left -= now;
            let (points, vectors) = self.block.split_at_mut(self.dimension * ORBITS);
            if points.iter().any(|x| !x.is_finite()) {
                return Err(SimError::BlewUp {
                    step: format!("{} (t = {:.6})", self.clock.step, self.clock.time()),
                    variable: "an orbit".into(),
                    value: "infinite".into(),
                    remedy: "start on the attractor, or use a smaller dt.".into(),
                });
            }
            for (m, grown) in grown.iter_mut().enumerate() {
                let along = || (0..self.dimension).map(|v| v * ORBITS + m);
                let length = along().map(|i| vectors[i] * vectors[i]).sum::<f64>().sqrt();
                *grown += length.ln();
                for i in along() {
                    vectors[i] = if length > 0.0 {
                        vectors[i] / length
                    } else {
                        1.0
                    };
                }
            }
        }
        Ok(grown)
    }
}

fn histogram(rates: &[f64], mean: f64, per: &str) -> Plot {
    let mut sorted = rates.to_vec();
    sorted.sort_by(f64::total_cmp);
    // A few far ones would leave the others a single bar.
    let at = |part: f64| sorted[((sorted.len() - 1) as f64 * part) as usize];
    let (low, high) = (at(0.001), at(0.999));
    let width = ((high - low) / BARS as f64).max(1e-12 * mean.abs().max(1e-12));
    let mut counts = vec![0_u64; BARS];
    for x in rates {
        let place = ((x - low) / width).floor();
        if (0.0..BARS as f64).contains(&place) {
            counts[place as usize] += 1;
        }
    }
    let bar = |(i, c): (usize, &u64)| {
        [
            low + (i as f64 + 0.5) * width,
            *c as f64 / (rates.len() as f64 * width),
        ]
    };
    Plot {
        title: "Rates of the stretches".into(),
        x: Axis::new("Growth rate", per),
        y: Axis::new("Density", ""),
        marks: vec![
            Mark::Bars {
                name: String::new(),
                points: counts.iter().enumerate().map(bar).collect(),
                width,
            },
            Mark::Vertical {
                name: "λ₁".into(),
                x: mean,
            },
        ],
        ..Plot::default()
    }
}
