//! Running a declared analysis from the command line.

use std::sync::Arc;

use loom_gpu::Gpu;
use loom_sim::{
    Analysis, Job, Model, Number, Parameter, ParameterKind, Quantity, Report, Settings, SimError,
    Subject, Uncertainty, Value,
};

use super::{Done, Failure, given, output};
use crate::shell::words;

/// Rows of a table that are printed for people.
const MOST_ROWS: usize = 64;

/// Runs it on a model at its beginning, with a bar on a terminal.
pub fn run(
    analysis: &dyn Analysis,
    model: Model,
    settings: &Settings,
    threads: usize,
) -> Result<Report, Failure> {
    if !analysis.fits(&model) {
        let delays = loom_attractors::catalogue::definition(&model).is_ok_and(|d| d.has_delays());
        if delays {
            return Err(Failure::input(format!(
                "{} start from states of a few numbers, but the state of {}, a delay system, is a \
                 stretch of its past.",
                analysis.name(),
                model.kind
            )));
        }
        return Err(Failure::input(format!(
            "{} can't be measured on {}: choose another model.",
            analysis.name(),
            model.kind
        )));
    }
    let subject = Subject::State {
        model,
        capture: None,
    };
    run_with(analysis, &subject, settings, threads, None)
}

/// Runs it on any subject, with a bar on a terminal and a device if there is one to use.
pub fn run_with(
    analysis: &dyn Analysis,
    subject: &Subject,
    settings: &Settings,
    threads: usize,
    gpu: Option<Arc<Gpu>>,
) -> Result<Report, Failure> {
    watched(analysis.name(), threads, |job| {
        let mut job = job.clone();
        job.gpu = gpu;
        analysis.run(subject, settings, &job)
    })
}

/// Does some work with a bar on a terminal.
pub fn watched<T>(
    what: &str,
    threads: usize,
    work: impl FnOnce(&Job) -> Result<T, SimError>,
) -> Result<T, Failure> {
    let bar = output::bar(what);
    let shown = bar.clone();
    let mut job = Job::new(
        Arc::default(),
        move |fraction| shown.set_position((fraction * 1000.0) as u64),
        |_| {},
    );
    job.threads = threads;
    let done = work(&job);
    bar.finish_and_clear();
    Ok(done?)
}

/// A value of a declared setting's kind, from the text of an option.
pub fn value(parameter: &Parameter, text: &str) -> Result<Value, Failure> {
    let option = parameter.key.replace('_', "-");
    let wrong = |why: String| Failure::input(format!("--{option} {text}: {why}."));
    let number = || given::number(text).map_err(wrong);
    Ok(match &parameter.kind {
        ParameterKind::Real { .. } => Value::Real(number()?),
        ParameterKind::Integer { .. } => {
            let x = number()?;
            if x.fract() != 0.0 || x.abs() > 1e15 {
                return Err(wrong("give a whole number".into()));
            }
            Value::Integer(x as i64)
        }
        ParameterKind::Boolean => match text {
            "true" | "yes" | "1" => Value::Boolean(true),
            "false" | "no" | "0" => Value::Boolean(false),
            _ => return Err(wrong("give true or false".into())),
        },
        ParameterKind::Vector { .. } => Value::Vector(given::numbers(text).map_err(wrong)?),
        _ => Value::from(text),
    })
}

/// The numbers of a report as CSV: its tables, or those of its plots where it has no table or
/// where a picture of cells says more.
pub fn csv(report: &Report) -> String {
    let field = report
        .plots
        .iter()
        .flat_map(|p| &p.marks)
        .any(|m| matches!(m, loom_sim::Mark::Field(_)));
    if report.tables.is_empty() || field {
        let plots = report.plots.iter();
        return plots.map(crate::widgets::plot_csv::csv).collect();
    }
    let tables = report.tables.iter();
    tables.map(crate::widgets::table::csv).collect()
}

/// A number of many figures with the first ten of them; any other text as it is.
fn short(cell: &str) -> String {
    const FIGURES: i32 = 10;
    let Some(x) = cell.parse::<f64>().ok().filter(|x| x.is_finite()) else {
        return cell.to_owned();
    };
    let figures = cell.bytes().filter(u8::is_ascii_digit).count();
    if figures <= FIGURES as usize || !cell.contains('.') || x == 0.0 {
        return cell.to_owned();
    }
    let size = x.abs().log10().floor() as i32;
    let (text, power) = if (-4..=6).contains(&size) {
        let decimals = (FIGURES - 1 - size) as usize;
        (format!("{x:.decimals$}"), String::new())
    } else {
        let text = format!("{x:.9e}");
        let (mantissa, power) = text.split_once('e').unwrap_or((&text, "0"));
        (mantissa.to_owned(), format!("e{power}"))
    };
    let text = text.trim_end_matches('0').trim_end_matches('.');
    format!("{text}{power}")
}

/// An error that is none, or too small to show in its value.
fn tiny(error: f64) -> String {
    if error == 0.0 || !error.is_finite() {
        error.to_string()
    } else {
        format!("{error:.0e}")
    }
}

/// A quantity for people: value and error to the error's second figure. JSON has all figures.
fn value_and_error(q: &Quantity) -> (String, String) {
    let sign = match q.error {
        Uncertainty::Bound(_) => "within",
        _ => "±",
    };
    match (&q.value, &q.error) {
        (Number::Real(x), Uncertainty::StandardError(e) | Uncertainty::Bound(e))
            if *e > x.abs() * 1e-14 && e.is_finite() && x.is_finite() =>
        {
            let (x, e, power) = words::told(*x, *e);
            let ten = if power == 0 {
                String::new()
            } else {
                format!("e{power}")
            };
            (
                format!("{x}{ten}").replace('−', "-"),
                format!("{sign} {e}{ten}"),
            )
        }
        (value, error) => {
            let value = match value {
                Number::Real(x) => short(&x.to_string()),
                Number::Integer(i) => i.to_string(),
                Number::Text(s) => s.clone(),
            };
            let error = match error {
                Uncertainty::Exact => "exact".to_owned(),
                Uncertainty::StandardError(e) | Uncertainty::Bound(e) => {
                    format!("{sign} {}", tiny(*e))
                }
                Uncertainty::Unknown(why) => why.clone(),
            };
            (value, error)
        }
    }
}

/// The report as JSON or as a table, with the seed behind it if there is one; its warnings on
/// standard error.
pub fn print(report: &Report, seed: Option<u64>, json: bool) -> Done {
    for warning in &report.warnings {
        output::warn(warning);
    }
    if json {
        let mut document = loom_figure::data::report_json(report);
        if let (Some(seed), Some(map)) = (seed, document.as_object_mut()) {
            map.entry("seed").or_insert_with(|| seed.into());
        }
        return output::json(&document);
    }
    let mut text = format!("{}\n{}\n\n", report.title, report.method);
    let rows: Vec<Vec<String>> = report
        .values
        .iter()
        .map(|q| {
            let name = if q.symbol.is_empty() {
                q.name.clone()
            } else {
                format!("{} ({})", q.name, q.symbol)
            };
            let (value, error) = value_and_error(q);
            vec![name, value, q.unit.clone(), error]
        })
        .collect();
    if !rows.is_empty() {
        text.push_str(&output::table(
            &["quantity", "value", "unit", "error"],
            &rows,
        ));
    }
    if let Some(seed) = seed {
        text.push_str(&format!("Seed {seed}\n"));
    }
    for table in &report.tables {
        text.push_str(&format!("\n{}\n", table.title));
        let heads: Vec<&str> = table.columns.iter().map(|(h, _)| h.as_str()).collect();
        let longest = table
            .columns
            .iter()
            .map(|(_, c)| c.len())
            .max()
            .unwrap_or(0);
        let rows: Vec<Vec<String>> = (0..longest.min(MOST_ROWS))
            .map(|i| {
                table
                    .columns
                    .iter()
                    .map(|(_, c)| c.get(i).map_or_else(String::new, |cell| short(cell)))
                    .collect()
            })
            .collect();
        text.push_str(&output::table(&heads, &rows));
        if longest > MOST_ROWS {
            let more = longest - MOST_ROWS;
            text.push_str(&format!("{more} more rows; --out writes them all\n"));
        }
    }
    output::text(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_see_figures_that_mean_something() {
        let told = |x, error| value_and_error(&Quantity::real("a", "a", x, error));
        let standard = Uncertainty::StandardError;
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(
            told(0.905_632_1, standard(0.001_26)),
            pair("0.9056", "± 0.0013")
        );
        assert_eq!(
            told(-1.094_422e-6, standard(4.47e-8)),
            pair("-1.094e-6", "± 0.045e-6")
        );
        assert_eq!(
            told(913_723.838_5, standard(37_324.6)),
            pair("913724", "± 37325")
        );
        assert_eq!(
            told(2.0, Uncertainty::Bound(1e-30)),
            pair("2", "within 1e-30")
        );
        assert_eq!(told(2.0, standard(0.0)), pair("2", "± 0"));
        assert_eq!(short("0.0000010944225791900337"), "1.094422579e-6");
        assert_eq!(short("-0.12345678901234"), "-0.123456789");
        assert_eq!(short("18446744073709551616"), "18446744073709551616");
        assert_eq!(short("attractor 1"), "attractor 1");
    }
}
