//! Events: the times and states at which a formula of one's own goes through 0.

use std::time::Instant;

use loom_formula::{Expr, Tape};
use loom_sim::{
    Analysis, Axis, Job, Mark, Model, Parameter, Plot, Quantity, Report, Settings, SimError,
    Subject, Table, Uncertainty, Value,
};

use super::source::{self, Source};
use crate::definition::Definition;
use crate::events::{self, Rule};
use crate::file;
use crate::integrate::Follower;
use crate::spectrum::mean_and_error;

/// Periods without an event after which the search is given up.
const PATIENCE: f64 = 1000.0;
/// The quantity is looked at this often in a natural period at least.
const LOOKS: f64 = 50.0;

/// "Events".
#[derive(Clone, Copy, Debug, Default)]
pub struct Events;

fn declared(definition: &Definition) -> Vec<Parameter> {
    // The start lies on the attractor, so the orbit comes back through its value.
    let variable = definition.look.axes.first().copied().unwrap_or(0);
    let name = definition.system.variables().get(variable);
    let level = definition.initial.get(variable).copied().unwrap_or(0.0);
    let usual = name.map_or_else(String::new, |v| format!("{v} = {level}"));
    let mut list = vec![
        Parameter::text("when", "When", &usual).help(
            "A formula of variables, parameters and t that is 0 at an event: z - 27, or z = 27.",
        ),
        Parameter::choice(
            "direction",
            "Direction",
            "up",
            &[("up", "Rising"), ("down", "Falling"), ("both", "Both")],
        )
        .help("Whether the formula rises through 0 or falls through it."),
        Parameter::integer("stop", "N", "Stop after", 1000, 1, 100_000)
            .hard(1.0, 1e6)
            .unit("events")
            .help("How many events end the orbit."),
        Parameter::real("until", "", "Stop at", 0.0, 0.0, 1e4 * definition.period)
            .hard(0.0, 1e12)
            .unit("time units")
            .help("Above 0 the orbit ends at this time, however many events there were."),
        Parameter::real("transient", "", "Thrown away first", 0.0, 0.0, 10_000.0)
            .hard(0.0, 1e7)
            .unit("periods")
            .help("Events before this time are left out."),
    ];
    list.extend(source::manner());
    if let Some(method) = list.iter_mut().find(|p| p.key == "method") {
        method.default = Value::from("dop853");
    }
    list
}

/// The formula, checked: `a = b` means a − b.
fn quantity(definition: &Definition, text: &str) -> Result<Tape, SimError> {
    let wrong = |expected: String| SimError::Value {
        key: "when".into(),
        value: format!("“{text}”"),
        expected,
    };
    let plain = text.replace("==", "=");
    let written = match plain.split_once('=') {
        Some((left, right)) => format!("({left}) - ({right})"),
        None => plain,
    };
    let formula = Expr::parse(&written).map_err(|e| wrong(format!("a formula ({e})")))?;
    let system = &definition.system;
    let known = || {
        let names = system.variables().iter().chain(system.parameters());
        names.map(String::as_str).chain(["t"])
    };
    for symbol in formula.symbols() {
        if !known().any(|name| name == symbol) {
            let hint = match file::nearest(&symbol, known()) {
                Some(near) => format!("did you mean {near}?"),
                None => format!("they are {}", known().collect::<Vec<_>>().join(", ")),
            };
            return Err(wrong(format!(
                "a formula of this system's names; {symbol} is none of them, {hint}"
            )));
        }
    }
    Ok(Tape::new(&system.program_of(&[formula])))
}

impl Analysis for Events {
    fn key(&self) -> &'static str {
        "events"
    }
    fn name(&self) -> &'static str {
        "Events"
    }
    fn help(&self) -> &'static str {
        "When a formula of yours goes through 0, and the state then: peaks, passages, switchings."
    }
    fn citation(&self) -> &'static str {
        "L. F. Shampine, S. Thompson (2000), Event location for ordinary differential equations, Comput. Math. Appl. 39, 43–54."
    }
    fn fits(&self, model: &Model) -> bool {
        source::of_model(model).is_some_and(|d| !d.is_map() && !d.has_delays())
    }
    fn parameters(&self, model: &Model) -> Vec<Parameter> {
        source::of_model(model).map_or_else(Vec::new, |d| declared(&d))
    }

    fn run(&self, subject: &Subject, settings: &Settings, job: &Job) -> Result<Report, SimError> {
        let begun = Instant::now();
        let source = Source::of(subject)?;
        let (definition, build) = source.instant()?;
        let settings = source.complete(declared, settings)?;
        if definition.is_map() {
            return Err(SimError::other(
                "A map jumps from state to state: nothing lies between for an event to happen.",
            ));
        }
        let real =
            |key: &str, usual: f64| settings.get(key).and_then(Value::as_real).unwrap_or(usual);
        let text = |key: &str| settings.get(key).and_then(Value::as_text).unwrap_or("");
        let tape = quantity(definition, text("when"))?;
        let mut work = tape.scratch();
        let mut of = |time: f64, state: &[f64]| {
            let mut value = [f64::NAN];
            tape.eval_with(&mut work, state, &build.constants, time, &mut value);
            value[0]
        };
        let until = real("until", 0.0);
        let rule = Rule {
            ways: match text("direction") {
                "down" => [false, true],
                "both" => [true, true],
                _ => [true, false],
            },
            count: real("stop", 1000.0) as usize,
            from: real("transient", 0.0) * definition.period,
            until: if until > 0.0 { until } else { f64::INFINITY },
            patience: PATIENCE * definition.period,
            look: definition.period / LOOKS,
        };
        let manner = build.clone().followed_by(&settings).manner();
        let follower = Follower::new(definition, &build.constants, &manner)?;
        let mut path = follower.start(0.0, &build.initial)?;
        let found = events::follow(&mut *path, &mut of, &rule, job)?;
        let mut report = source.report(self.key(), "Events", &settings, begun);
        report.citation = self.citation().into();
        report.method = format!(
            "{}, tolerance {}, f64; the formula's zeros on the dense output to the last digits of the time.",
            manner.method.name(),
            manner.tolerance
        );
        if manner.method.has_fixed_steps() {
            report.method = format!(
                "{}, step {}, f64; the formula's zeros to the last digits of the time.",
                manner.method.name(),
                manner.dt
            );
        }
        if found.gave_up {
            report.warnings.push(format!(
                "Nothing more happened for {PATIENCE} periods, so the search ended there."
            ));
        }
        if let Some(time) = path.stiff_near() {
            report.warnings.push(format!(
                "This system is stiff near t = {time:.4}: use --method bdf."
            ));
        }
        tell(definition, &found.found, &mut report);
        report.seconds = begun.elapsed().as_secs_f64();
        Ok(report)
    }
}

fn tell(definition: &Definition, found: &[(f64, Vec<f64>)], report: &mut Report) {
    let names = definition.system.variables();
    let between: Vec<f64> = found.windows(2).map(|w| w[1].0 - w[0].0).collect();
    report.values = vec![Quantity::exact("events", "Events", found.len())];
    if between.len() > 1 {
        let (mean, error) = mean_and_error(&between);
        report.values.push(
            Quantity::real(
                "interval",
                "Mean time between them",
                mean,
                Uncertainty::StandardError(error),
            )
            .unit("time units"),
        );
    }
    report.plots.push(Plot {
        title: "Time to the next event".into(),
        x: Axis::new("t", "time units"),
        y: Axis::new("Time to the next", "time units"),
        marks: vec![Mark::Points {
            name: String::new(),
            points: found
                .iter()
                .zip(&between)
                .map(|((t, _), d)| [*t, *d])
                .collect(),
        }],
        ..Plot::default()
    });
    let mut columns = vec![(
        "t".to_owned(),
        found.iter().map(|(t, _)| t.to_string()).collect::<Vec<_>>(),
    )];
    for (v, name) in names.iter().enumerate() {
        let column = found.iter().map(|(_, state)| state[v].to_string());
        columns.push((name.clone(), column.collect()));
    }
    report.tables.push(Table {
        title: "Events".into(),
        columns,
    });
    report.json = serde_json::json!({
        "variables": names,
        "events": found.len(),
        "times": found.iter().map(|(t, _)| *t).collect::<Vec<_>>(),
        "states": found.iter().map(|(_, s)| s.clone()).collect::<Vec<_>>(),
        "method": report.method,
        "warnings": report.warnings,
    });
}
