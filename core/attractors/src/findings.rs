//! What a measurement of Lyapunov exponents tells: every exponent with its error, the sum and what it
//! must be, the Kaplan–Yorke dimension, and the curves of convergence.

use loom_sim::{Analysis as _, Model, Quantity, Report, Settings, Table, Uncertainty};

use crate::convergence::{self, subscript};
use crate::definition::Definition;
use crate::forcing::{self, Drive};
use crate::integrate::{Manner, Method};
use crate::lyapunov::Lyapunov;
use crate::science;
use crate::settling;
use crate::spectrum::{Spectrum, kaplan_yorke_weights};

/// What was found, to be told.
pub(crate) struct Findings<'a> {
    pub definition: &'a Definition,
    /// Averages as they formed; the last one counts.
    pub curve: &'a [Spectrum],
    pub stride: u64,
    pub manner: Manner,
    /// The system is stiff for an explicit method.
    pub stiff: Option<&'a String>,
    pub orbits: usize,
    pub dimension: usize,
    /// The drive whose periods are kept whole.
    pub drive: Option<&'a Drive>,
    /// There is a drive, but its period is longer than the measurement.
    pub too_slow: bool,
}

impl Findings<'_> {
    pub fn report(&self, settings: &Settings, model: &Model, seconds: f64) -> Report {
        let mut report = Report {
            title: format!("Lyapunov spectrum of {}", self.definition.title),
            method: self.method(),
            citation: Lyapunov.citation().into(),
            settings: settings.clone(),
            seconds,
            command: science::command_line("lyapunov", model),
            ..Report::default()
        };
        let Some(last) = self.curve.last() else {
            return report;
        };
        let unit = if self.definition.is_map() {
            "1/iteration"
        } else {
            "1/time unit"
        };
        let drifts = settling::drifts(self.curve);
        for (k, (exponent, error)) in last.exponents.iter().zip(&last.standard_error).enumerate() {
            let name = format!("Exponent {}", k + 1);
            let error = match drifts.get(k).copied().flatten() {
                None => Uncertainty::StandardError(*error),
                Some(gap) => {
                    report.warnings.push(format!(
                        "{name} has not settled: its mean over the second half differs from that over the first by {gap:.2e}. Throw more away first, or measure for longer."
                    ));
                    Uncertainty::Unknown("has not settled".into())
                }
            };
            report.values.push(
                Quantity::real(&format!("lambda_{}", k + 1), &name, *exponent, error)
                    .symbol(&format!("λ{}", subscript(k + 1)))
                    .unit(unit),
            );
        }
        let total: f64 = last.exponents.iter().sum();
        let complete = last.exponents.len() == self.dimension;
        let mut dimension = serde_json::Value::Null;
        if complete {
            self.push_sum(&mut report, last, total, unit);
        }
        // What stands for time has the exponent 0 in its own place, and is not counted.
        let mut phases = forcing::phases(self.definition);
        if phases.len() == self.dimension {
            // A torus of phases alone: nothing is driven by them.
            phases.clear();
        }
        let counted: Vec<usize> = (0..last.exponents.len())
            .filter(|k| !phases.contains(k))
            .collect();
        let of = |list: &[f64]| counted.iter().map(|k| list[*k]).collect::<Vec<f64>>();
        let (found, inner) = kaplan_yorke_weights(&of(&last.exponents), &of(&last.standard_error));
        let mut weights = vec![0.0; last.exponents.len()];
        for (k, weight) in counted.iter().zip(inner) {
            weights[*k] = weight;
        }
        // The first k tell the dimension once their sum is below zero; all of them always do.
        if let Some(value) = found.or(complete.then_some(counted.len() as f64)) {
            dimension = value.into();
            report.values.push(
                Quantity::real(
                    "kaplan_yorke_dimension",
                    "Kaplan–Yorke dimension",
                    value,
                    Uncertainty::StandardError(last.error_of(&weights)),
                )
                .symbol("D_KY"),
            );
        }
        if let (Some(first), Some(error)) = (last.exponents.first(), last.standard_error.first())
            && *first > 3.0 * error
            && *first > 0.0
        {
            let time = 1.0 / first;
            let spread = Uncertainty::StandardError(time * error / first);
            let unit = if self.definition.is_map() {
                "iterations"
            } else {
                "time units"
            };
            report.values.push(
                Quantity::real("lyapunov_time", "Lyapunov time", time, spread)
                    .symbol("1/λ₁")
                    .unit(unit),
            );
        }
        let total_time = last.time * self.orbits as f64;
        report.json = serde_json::json!({
            "spectrum": last.exponents,
            "standard_error": last.standard_error,
            "mean_divergence": last.divergence,
            "kaplan_yorke_dimension": dimension,
            "method": report.method,
            "time": total_time,
            "forcing_period": self.drive.map(|d| d.period),
        });
        report.warnings.extend(self.stiff.cloned());
        if self.too_slow {
            report.warnings.push(
                "The drive's period is longer than the time of each orbit, so the averages depend on its phase: measure for longer.".into(),
            );
        }
        report.tables.push(self.table(last));
        report.plots = convergence::plots(self.curve, self.definition.is_map());
        report
    }

    fn method(&self) -> String {
        let last = self.curve.last();
        let time = last.map_or(0.0, |s| s.time);
        if self.definition.is_map() {
            format!(
                "Benettin's method: the map's symbolic Jacobian, Gram–Schmidt at every iteration, \
                 f64; {} orbits of {time:.0} iterations, errors from their scatter.",
                self.orbits
            )
        } else {
            let driven = forcing::convention(self.definition, self.drive);
            let between = if driven.is_empty() { "" } else { " " };
            let (dt, method) = (self.manner.dt, self.manner.method);
            let how = match method {
                Method::Rk4 => "fourth-order Runge–Kutta",
                other => other.name(),
            };
            let (step, between_them) = if method.has_fixed_steps() {
                (format!("dt = {dt}"), format!("{} steps", self.stride))
            } else {
                (
                    format!("tolerance {:e}", self.manner.tolerance),
                    format!("{:.4} time units", self.stride as f64 * dt),
                )
            };
            format!(
                "Benettin's method: {how} on the variational equations of the symbolic Jacobian, \
                 f64, {step}, Gram–Schmidt every {between_them}; {} orbits of {time:.1} time \
                 units, errors from their scatter.{between}{driven}",
                self.orbits
            )
        }
    }

    /// The sum, what it must be, and a warning where the two part.
    fn push_sum(&self, report: &mut Report, last: &Spectrum, total: f64, unit: &str) {
        let error = last.error_of(&vec![1.0; last.exponents.len()]);
        report.values.push(
            Quantity::real(
                "sum",
                "Sum of the exponents",
                total,
                Uncertainty::StandardError(error),
            )
            .symbol("Σλ")
            .unit(unit),
        );
        let divergence = last.divergence;
        let (name, symbol) = if self.definition.is_map() {
            ("Mean of ln |det J|", "⟨ln |det J|⟩")
        } else {
            ("Mean divergence", "⟨div f⟩")
        };
        let gap = total - divergence;
        report.values.push(
            Quantity::real(
                "mean_divergence",
                name,
                divergence,
                Uncertainty::Bound(gap.abs()),
            )
            .symbol(symbol)
            .unit(unit),
        );
        let size = last.exponents.iter().fold(0.0_f64, |m, x| m.max(x.abs()));
        if gap.abs() > 1e-3 * size.max(1e-3) + 5.0 * last.sum_error {
            report.warnings.push(format!(
                "The exponents sum to {total:.6}, but the mean divergence is {divergence:.6}: \
                 halve dt."
            ));
        }
    }

    fn table(&self, last: &Spectrum) -> Table {
        let column = |values: &[f64]| values.iter().map(f64::to_string).collect();
        Table {
            title: "Exponents".into(),
            columns: vec![
                (
                    "k".into(),
                    (1..=last.exponents.len()).map(|k| k.to_string()).collect(),
                ),
                ("exponent".into(), column(&last.exponents)),
                ("standard error".into(), column(&last.standard_error)),
            ],
        }
    }
}
