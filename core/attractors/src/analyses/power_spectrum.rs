//! The power spectrum by Welch's method: overlapping windowed pieces, averaged.

use std::time::Instant;

use loom_sim::{
    Analysis, Axis, Job, Mark, Model, Parameter, Plot, Quantity, Report, Settings, SimError,
    Subject, Uncertainty, Value,
};
use realfft::RealFftPlanner;

use super::source::{self, Sampling, Source};
use crate::definition::Definition;

/// "Power spectrum".
#[derive(Clone, Copy, Debug, Default)]
pub struct PowerSpectrum;

const USUAL: Sampling = Sampling {
    points: 65_536,
    per_period: 20.0,
};

fn declared(definition: &Definition) -> Vec<Parameter> {
    let own = Parameter::integer("segment", "", "Points in a piece", 4096, 64, 65_536)
        .hard(16.0, 1e7)
        .help("Longer pieces tell closer frequencies apart; more pieces make a smoother curve.");
    source::of_variable(definition, USUAL, [own])
}

impl Analysis for PowerSpectrum {
    fn key(&self) -> &'static str {
        "spectrum"
    }
    fn name(&self) -> &'static str {
        "Power spectrum"
    }
    fn help(&self) -> &'static str {
        "How much of a variable's variance lies at which frequency: a cycle has lines, chaos a broad band."
    }
    fn citation(&self) -> &'static str {
        "P. D. Welch (1967), The use of fast Fourier transform for the estimation of power spectra, IEEE Trans. Audio Electroacoust. 15, 70–73."
    }
    fn fits(&self, model: &Model) -> bool {
        source::has_numbers(model)
    }
    fn parameters(&self, model: &Model) -> Vec<Parameter> {
        source::declarations(model, declared)
    }

    fn run(&self, subject: &Subject, settings: &Settings, job: &Job) -> Result<Report, SimError> {
        let begun = Instant::now();
        let source = Source::of(subject)?;
        let settings = source.complete(declared, settings)?;
        let samples = source.samples(&settings, job)?;
        let variable = source.chosen(&settings)?;
        let series = samples.column(variable);
        let wanted = settings
            .get("segment")
            .and_then(Value::as_real)
            .unwrap_or(4096.0) as usize;
        let spectrum = welch(&series, samples.interval, wanted, job)?;
        let name = &source.symbols()[variable];
        let time = source.time_unit();
        let unit = format!("1/{}", time.trim_end_matches('s'));
        let mut report = source.report(self.key(), "Power spectrum", &settings, begun);
        report.citation = self.citation().into();
        report.method = format!(
            "Welch: {} pieces of {} points of {name}, halfway overlapping, Hann window, mean removed; one-sided density, its integral the variance.",
            spectrum.pieces, spectrum.segment
        );
        let Some(peak) = (1..spectrum.power.len())
            .max_by(|a, b| spectrum.power[*a].total_cmp(&spectrum.power[*b]))
        else {
            return Err(SimError::other("The pieces are too short for a spectrum."));
        };
        let step = spectrum.step;
        // The parabola through the logarithms of the peak and its neighbours has its top here.
        let log = |k: usize| spectrum.power.get(k).map_or(0.0, |p| p.max(1e-300).ln());
        let (a, b, c) = (log(peak - 1), log(peak), log(peak + 1));
        let bend = a - 2.0 * b + c;
        let shift = if peak + 1 < spectrum.power.len() && bend < 0.0 {
            (0.5 * (a - c) / bend).clamp(-0.5, 0.5)
        } else {
            0.0
        };
        let frequency = (peak as f64 + shift) * step;
        report.values = vec![
            Quantity::real(
                "peak_frequency",
                "Strongest frequency",
                frequency,
                Uncertainty::Bound(step / 2.0),
            )
            .unit(&unit),
            Quantity::real(
                "peak_period",
                "Its period",
                1.0 / frequency,
                Uncertainty::Bound(step / 2.0 / frequency.powi(2)),
            )
            .unit(&time),
            Quantity::real(
                "flatness",
                "Spectral flatness (1: white noise, 0: lines)",
                spectrum.flatness(),
                Uncertainty::Unknown("depends on the length of the pieces".into()),
            ),
        ];
        report.plots.push(Plot {
            title: format!("Power spectrum of {name}"),
            x: Axis::new("Frequency", &unit),
            y: Axis::new(
                "Power density",
                &format!("{name}² · {}", time.trim_end_matches('s')),
            )
            .logarithmic(),
            marks: vec![Mark::Line {
                name: name.clone(),
                points: spectrum
                    .power
                    .iter()
                    .enumerate()
                    .skip(1)
                    .map(|(k, p)| [k as f64 * step, *p])
                    .collect(),
            }],
            ..Plot::default()
        });
        report.seconds = begun.elapsed().as_secs_f64();
        Ok(report)
    }
}

/// A one-sided power density at multiples of `step`.
#[derive(Clone, Debug)]
pub struct Spectrum {
    pub step: f64,
    pub power: Vec<f64>,
    pub pieces: usize,
    pub segment: usize,
}

impl Spectrum {
    /// Geometric over arithmetic mean.
    fn flatness(&self) -> f64 {
        let values = &self.power[1..];
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let logs = values.iter().map(|p| p.max(1e-300).ln()).sum::<f64>() / n;
        if mean > 0.0 { logs.exp() / mean } else { 0.0 }
    }
}

/// Welch's estimate with a Hann window; its integral is the variance.
pub fn welch(
    series: &[f64],
    interval: f64,
    wanted: usize,
    job: &Job,
) -> Result<Spectrum, SimError> {
    let segment = wanted.min(series.len()).max(4);
    let mean = series.iter().sum::<f64>() / series.len() as f64;
    let window: Vec<f64> = (0..segment)
        .map(|i| {
            let phase = std::f64::consts::TAU * i as f64 / segment as f64;
            0.5 * (1.0 - phase.cos())
        })
        .collect();
    let norm: f64 = window.iter().map(|w| w * w).sum::<f64>();
    let fft = RealFftPlanner::<f64>::new().plan_fft_forward(segment);
    let mut input = fft.make_input_vec();
    let mut output = fft.make_output_vec();
    let mut power = vec![0.0; output.len()];
    let mut pieces = 0;
    let mut from = 0;
    while from + segment <= series.len() {
        job.check()?;
        for ((slot, x), w) in input.iter_mut().zip(&series[from..]).zip(&window) {
            *slot = (x - mean) * w;
        }
        fft.process(&mut input, &mut output)
            .map_err(SimError::other)?;
        for (sum, z) in power.iter_mut().zip(&output) {
            *sum += z.norm_sqr();
        }
        pieces += 1;
        from += (segment / 2).max(1);
    }
    let scale = interval / norm / f64::from(pieces.max(1));
    let last = power.len() - 1;
    for (k, p) in power.iter_mut().enumerate() {
        let sides = if k == 0 || (k == last && segment.is_multiple_of(2)) {
            1.0
        } else {
            2.0
        };
        *p *= scale * sides;
    }
    Ok(Spectrum {
        step: 1.0 / (segment as f64 * interval),
        power,
        pieces: pieces as usize,
        segment,
    })
}
