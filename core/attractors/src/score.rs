//! A forecast against what came: how long it holds, how far it is off, and whether it has the
//! climate of the truth once it has lost the weather.

use std::collections::HashMap;
use std::time::Instant;

use loom_sim::{Axis, Job, Mark, Model, Plot, Quantity, Report, Series, SimError, Uncertainty};

use crate::analyses::welch;
use crate::catalogue;
use crate::definition::Definition;
use crate::integrate::{Follower, Manner, Method};
use crate::recorded;
use crate::settings::Build;

/// A forecast holds until its error passes this part of the truth's spread (Pathak et al. 2018).
pub const THRESHOLD: f64 = 0.4;
/// Variables that are drawn over each other, at most.
const OVERLAYS: usize = 4;
/// Cells along each variable of the state-space divergence.
const CELLS: f64 = 30.0;
/// Added to every cell that either has visited, so that no quotient is infinite.
const SMOOTHING: f64 = 1e-5;

/// Compares a forecast with the truth, row by row; `exponent` is λ₁ for Lyapunov times.
///
/// The error at a time is ‖forecast − truth‖ over the root mean square of the truth about its
/// mean. State-space divergence: Kullback–Leibler, of visits to cells (Brenner et al. 2022);
/// spectral divergence: Hellinger's distance of the normalised power spectra, 0 to 1, mean over
/// the variables (Mikhaeil et al. 2022).
///
/// # Errors
/// When columns or times do not match, naming them, or there are too few rows.
pub fn score(
    truth: &Series,
    forecast: &Series,
    exponent: Option<f64>,
    threshold: f64,
) -> Result<Report, SimError> {
    let begun = Instant::now();
    matching(truth, forecast)?;
    let n = truth.at.len().min(forecast.at.len());
    let truths: Vec<&[f64]> = truth.columns.iter().map(|c| &c.values[..n]).collect();
    let forecasts: Vec<&[f64]> = forecast.columns.iter().map(|c| &c.values[..n]).collect();
    let mean = |x: &[f64]| x.iter().sum::<f64>() / x.len() as f64;
    let variance: f64 = truths
        .iter()
        .map(|x| {
            let m = mean(x);
            x.iter().map(|v| (v - m) * (v - m)).sum::<f64>() / n as f64
        })
        .sum();
    if variance == 0.0 {
        return Err(SimError::other(
            "The truth does not change, so there is nothing to measure an error by.",
        ));
    }
    let errors: Vec<f64> = (0..n)
        .map(|i| {
            let squares = truths
                .iter()
                .zip(&forecasts)
                .map(|(t, f)| (f[i] - t[i]).powi(2));
            (squares.sum::<f64>() / variance).sqrt()
        })
        .collect();
    let mut report = Report {
        title: "Score of a forecast".into(),
        method: format!(
            "{n} rows of {} variables; the forecast holds until its error passes {threshold} of the truth's root mean square about its mean.",
            truths.len()
        ),
        citation: "J. Pathak, B. Hunt, M. Girvan, Z. Lu, E. Ott (2018), Model-free prediction of large spatiotemporally chaotic systems from data, Phys. Rev. Lett. 120, 024102; W. Gilpin (2023), Model scale versus domain knowledge in statistical forecasting of chaotic systems, Phys. Rev. Research 5, 043252.".into(),
        ..Report::default()
    };
    let interval = if n > 1 {
        (truth.at[n - 1] - truth.at[0]) / (n - 1) as f64
    } else {
        0.0
    };
    let passed = errors.iter().position(|e| *e > threshold);
    let held = truth.at[passed.unwrap_or(n - 1)] - truth.at[0];
    let bound = Uncertainty::Bound(interval);
    report
        .values
        .push(Quantity::real("valid_time", "Valid time", held, bound).unit(&truth.abscissa.1));
    if let Some(exponent) = exponent {
        let bound = Uncertainty::Bound(interval * exponent);
        report.values.push(
            Quantity::real("valid_lyapunov_times", "Valid time", held * exponent, bound)
                .unit("Lyapunov times"),
        );
    }
    if passed.is_none() {
        report
            .warnings
            .push("The forecast holds to its end: the valid time is a lower bound.".into());
    }
    let smape = truths
        .iter()
        .zip(&forecasts)
        .flat_map(|(t, f)| t.iter().zip(*f))
        .map(|(t, f)| {
            let size = t.abs() + f.abs();
            if size > 0.0 {
                200.0 * (t - f).abs() / size
            } else {
                0.0
            }
        })
        .sum::<f64>()
        / (n * truths.len()) as f64;
    report
        .values
        .push(Quantity::real("smape", "sMAPE", smape, Uncertainty::Exact).unit("%"));
    let rms = (errors.iter().map(|e| e * e).sum::<f64>() / n as f64).sqrt();
    report.values.push(Quantity::real(
        "nrmse",
        "Root mean square error, normalised",
        rms,
        Uncertainty::Exact,
    ));
    report.values.push(Quantity::real(
        "state_space_divergence",
        "State-space divergence",
        state_space(&truths, &forecasts),
        Uncertainty::Exact,
    ));
    if n >= 64 {
        let mut sum = 0.0;
        for (t, f) in truths.iter().zip(&forecasts) {
            sum += hellinger(t, f)?;
        }
        report.values.push(Quantity::real(
            "spectral_divergence",
            "Spectral divergence",
            sum / truths.len() as f64,
            Uncertainty::Exact,
        ));
    } else {
        report
            .warnings
            .push("The spectral divergence needs 64 rows at least.".into());
    }
    report.plots.extend(overlays(
        truth,
        forecast,
        n,
        passed.map(|_| truth.at[0] + held),
    ));
    report.plots.push(Plot {
        title: "Error of the forecast".into(),
        x: Axis::new(&truth.abscissa.0, &truth.abscissa.1),
        y: Axis::new("Normalised error", "").logarithmic(),
        marks: vec![
            Mark::Line {
                name: "error".into(),
                points: truth
                    .at
                    .iter()
                    .zip(&errors)
                    .map(|(t, e)| [*t, *e])
                    .collect(),
            },
            Mark::Horizontal {
                name: "threshold".into(),
                y: threshold,
            },
        ],
        ..Plot::default()
    });
    report.seconds = begun.elapsed().as_secs_f64();
    Ok(report)
}

/// Compares a forecast with the series that a model carries, or with the trajectory of its
/// system from the forecast's first row. `exponent`: λ₁; a catalogue system at its declared
/// parameters brings its own.
///
/// # Errors
/// As [`score`]; for a forecast whose columns are not the system's variables; where the
/// trajectory runs away.
pub fn against(
    model: &Model,
    forecast: &Series,
    exponent: Option<f64>,
    threshold: f64,
) -> Result<Report, SimError> {
    if let Some(recording) = recorded::of_model(model) {
        return score(&recording?.series, forecast, exponent, threshold);
    }
    let definition = catalogue::definition(model)?;
    let build = Build::new(&definition, &model.parameters)?;
    let measured = definition.measured.as_ref();
    let first = measured.and_then(|m| m.spectrum.first().copied());
    let own = first.filter(|x| *x > 0.0 && build.constants == definition.values());
    let truth = truth(&definition, &build, forecast)?;
    let mut report = score(&truth, forecast, exponent.or(own), threshold)?;
    report.title = format!("Score of a forecast of {}", definition.title);
    report.method = format!(
        "{} The truth is the system's own trajectory from the forecast's first row, Dormand–Prince 8(5,3) at a tolerance of {TRUTH:e}: it is exact for about ln(1/{TRUTH:e}) Lyapunov times.",
        report.method
    );
    Ok(report)
}

/// The tolerance of a truth that is computed.
const TRUTH: f64 = 1e-13;

/// The system's trajectory from a forecast's first row, at the forecast's times.
fn truth(definition: &Definition, build: &Build, forecast: &Series) -> Result<Series, SimError> {
    let names = definition.system.variables();
    if forecast.columns.len() != names.len() || forecast.at.is_empty() {
        return Err(SimError::other(format!(
            "The forecast has {} columns; {} has the variables {}.",
            forecast.columns.len(),
            definition.title,
            names.join(", ")
        )));
    }
    // By name where the names are the system's, else in their order.
    let named = names
        .iter()
        .all(|name| forecast.columns.iter().any(|c| c.name == *name));
    let row = |v: usize| {
        let by_name = forecast.columns.iter().position(|c| c.name == names[v]);
        by_name.filter(|_| named).unwrap_or(v)
    };
    let start: Vec<f64> = (0..names.len())
        .map(|v| forecast.columns[row(v)].values[0])
        .collect();
    let manner = Manner {
        method: Method::Dop853,
        tolerance: TRUTH,
        dt: build.dt,
    };
    let follower = Follower::new(definition, &build.constants, &manner)?;
    let mut path = follower.start(forecast.at[0], &start)?;
    let mut truth = forecast.clone();
    let mut state = start;
    for (place, time) in forecast.at.iter().enumerate() {
        path.at(*time, &mut state)?;
        for (v, x) in state.iter().enumerate() {
            truth.columns[row(v)].values[place] = *x;
        }
    }
    Ok(truth)
}

fn matching(truth: &Series, forecast: &Series) -> Result<(), SimError> {
    if truth.columns.len() != forecast.columns.len() || truth.columns.is_empty() {
        return Err(SimError::other(format!(
            "The truth has {} variables and the forecast {}; both need the same columns.",
            truth.columns.len(),
            forecast.columns.len()
        )));
    }
    let n = truth.at.len().min(forecast.at.len());
    if n < 2 {
        return Err(SimError::other("A score needs two rows at least."));
    }
    let interval = (truth.at[n - 1] - truth.at[0]) / (n - 1) as f64;
    let apart = truth.at.iter().zip(&forecast.at);
    if let Some((row, (a, b))) = apart
        .enumerate()
        .find(|(_, (a, b))| (**a - **b).abs() > 0.01 * interval)
    {
        return Err(SimError::other(format!(
            "Row {} is at {a} in the truth and at {b} in the forecast; both need the same times.",
            row + 1
        )));
    }
    Ok(())
}

/// Truth and forecast over each other, a plot for each of the first variables, with the end of
/// the valid time.
fn overlays(truth: &Series, forecast: &Series, n: usize, end: Option<f64>) -> Vec<Plot> {
    let line = |name: &str, series: &Series, k: usize| Mark::Line {
        name: name.into(),
        points: series.at[..n]
            .iter()
            .zip(&series.columns[k].values)
            .map(|(t, x)| [*t, *x])
            .collect(),
    };
    (0..truth.columns.len().min(OVERLAYS))
        .map(|k| {
            let column = &truth.columns[k];
            let mut marks = vec![line("truth", truth, k), line("forecast", forecast, k)];
            marks.extend(end.map(|x| Mark::Vertical {
                name: "valid until".into(),
                x,
            }));
            Plot {
                title: format!("Truth and forecast of {}", column.name),
                x: Axis::new(&truth.abscissa.0, &truth.abscissa.1),
                y: Axis::new(&column.name, &column.unit),
                marks,
                ..Plot::default()
            }
        })
        .collect()
}

/// Σ p ln(p/q) over the cells that either visits; cells of equal width over the truth's extent.
fn state_space(truth: &[&[f64]], forecast: &[&[f64]]) -> f64 {
    let extents: Vec<[f64; 2]> = truth
        .iter()
        .map(|x| {
            x.iter()
                .fold([f64::INFINITY, f64::NEG_INFINITY], |[a, b], v| {
                    [a.min(*v), b.max(*v)]
                })
        })
        .collect();
    let visits = |columns: &[&[f64]]| {
        let mut cells: HashMap<Vec<i32>, f64> = HashMap::new();
        for row in 0..columns[0].len() {
            let cell = columns
                .iter()
                .zip(&extents)
                .map(|(x, [low, high])| {
                    let width = (high - low).max(f64::MIN_POSITIVE);
                    // Outside there is one more cell on each side.
                    ((x[row] - low) / width * CELLS).floor().clamp(-1.0, CELLS) as i32
                })
                .collect();
            *cells.entry(cell).or_default() += 1.0;
        }
        cells
    };
    let (p, q) = (visits(truth), visits(forecast));
    let n = truth[0].len() as f64;
    let mut cells: Vec<&Vec<i32>> = p.keys().chain(q.keys()).collect();
    cells.sort_unstable();
    cells.dedup();
    let whole = 1.0 + SMOOTHING * cells.len() as f64;
    let share = |of: &HashMap<Vec<i32>, f64>, cell: &Vec<i32>| {
        (of.get(cell).copied().unwrap_or(0.0) / n + SMOOTHING) / whole
    };
    cells
        .iter()
        .map(|cell| {
            let (a, b) = (share(&p, cell), share(&q, cell));
            a * (a / b).ln()
        })
        .sum()
}

/// √(1 − Σ √(F G)) of two normalised power spectra.
fn hellinger(truth: &[f64], forecast: &[f64]) -> Result<f64, SimError> {
    let segment = (truth.len() / 4).clamp(32, 4096);
    let normalised = |x: &[f64]| -> Result<Vec<f64>, SimError> {
        let power = welch(x, 1.0, segment, &Job::quiet())?.power;
        let sum: f64 = power.iter().sum();
        Ok(power
            .iter()
            .map(|p| if sum > 0.0 { p / sum } else { 0.0 })
            .collect())
    };
    let (f, g) = (normalised(truth)?, normalised(forecast)?);
    let overlap: f64 = f.iter().zip(&g).map(|(a, b)| (a * b).sqrt()).sum();
    Ok((1.0 - overlap).max(0.0).sqrt())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use loom_sim::Column;

    fn series(step: f64, of: impl Fn(f64) -> f64) -> Series {
        let at: Vec<f64> = (0..1000).map(|i| step * f64::from(i)).collect();
        let values = at.iter().map(|t| of(*t)).collect();
        Series {
            abscissa: ("t".into(), String::new()),
            at,
            columns: vec![Column {
                name: "x".into(),
                unit: String::new(),
                values,
            }],
        }
    }

    fn value(report: &Report, key: &str) -> f64 {
        let found = report.values.iter().find(|q| q.key == key);
        found.unwrap().as_real().unwrap()
    }

    #[test]
    fn a_perfect_forecast_has_no_error_and_holds_to_its_end() {
        let wave = series(0.1, f64::sin);
        let report = score(&wave, &wave, Some(0.5), THRESHOLD).unwrap();
        for key in ["smape", "nrmse", "state_space_divergence"] {
            assert!(value(&report, key).abs() < 1e-12, "{key}");
        }
        assert!(value(&report, "spectral_divergence") < 1e-6);
        assert!((value(&report, "valid_time") - 99.9).abs() < 1e-9);
        assert!((value(&report, "valid_lyapunov_times") - 49.95).abs() < 1e-9);
        assert_eq!(report.warnings.len(), 1);
    }

    #[test]
    fn an_error_that_grows_passes_the_threshold_when_it_should() {
        // e^{0.1 t} · 10⁻³ over the root mean square of a sine, √½, passes 0.4 at 56.448…
        let truth = series(0.1, f64::sin);
        let off = series(0.1, |t| t.sin() + 1e-3 * (0.1 * t).exp());
        let report = score(&truth, &off, None, THRESHOLD).unwrap();
        let exact = 10.0 * (400.0 * 0.5f64.sqrt()).ln();
        assert!((value(&report, "valid_time") - exact).abs() < 0.4);
    }

    #[test]
    fn another_frequency_is_another_spectrum() {
        let truth = series(0.1, f64::sin);
        let other = series(0.1, |t| (3.0 * t).sin());
        let report = score(&truth, &other, None, THRESHOLD).unwrap();
        assert!(value(&report, "spectral_divergence") > 0.8);
        // A sine visits the same places at any pace.
        assert!(value(&report, "state_space_divergence") < 0.1);
    }

    #[test]
    fn what_does_not_match_is_named() {
        let (a, b) = (series(0.1, f64::sin), series(0.2, f64::sin));
        let error = score(&a, &b, None, THRESHOLD).unwrap_err().to_string();
        assert!(error.contains("Row 2 is at 0.1"), "{error}");
        let mut wide = a.clone();
        wide.columns.push(wide.columns[0].clone());
        assert!(score(&a, &wide, None, THRESHOLD).is_err());
    }
}
