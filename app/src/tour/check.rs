//! Plays a tour without a window: every document is built, every name looked up, every number
//! that is said measured.

use loom_sim::{
    Gate, Job, Place, Quantity, Registry, Run, SimError, Step as Count, Subject, Uncertainty,
};

use super::file::{Fact, Step, Tour};
use super::stage::{Scope, Stage};
use crate::shell::tiles::Source;
use crate::widgets::expression;

/// Simulations beyond this are not built, bytes.
const MOST_BYTES: u64 = 2 << 30;
/// Steps after which two runs that have not parted are taken not to part.
const MOST_STEPS: u64 = 1_000_000;

/// A number that a step says, beside what was measured.
#[derive(Clone, Debug)]
pub struct Said {
    /// From 1.
    pub step: usize,
    pub says: String,
    /// The analysis that measures it.
    pub of: String,
    pub value: String,
    pub measured: f64,
    /// How far the two may lie apart.
    pub within: f64,
}

impl Said {
    /// Whether what is said is what is measured.
    pub fn holds(&self) -> bool {
        number(&self.says).is_some_and(|(said, _)| (said - self.measured).abs() <= self.within)
    }
}

/// Checks every step; the first fault is an error with its place in the file. `each` hears the
/// number of a step before it is checked.
pub fn check(
    tour: &Tour,
    registry: &Registry,
    mut each: impl FnMut(usize),
) -> Result<Vec<Said>, SimError> {
    let scope = Scope { tour, registry };
    let mut said = Vec::new();
    for (index, step) in tour.steps.iter().enumerate() {
        each(index + 1);
        let stage = scope.stage(index)?;
        built(tour, step, &stage)?;
        for fact in &step.facts {
            said.push(measured(scope, index, step, &stage, fact)?);
        }
    }
    Ok(said)
}

/// Builds the document and attaches its probes.
fn built(tour: &Tour, step: &Step, stage: &Stage) -> Result<(), SimError> {
    let wrong = |what: &dyn std::fmt::Display| {
        tour.error(
            Some(step.say.span()),
            format!("{} can't be shown: {what}", stage.title),
        )
    };
    let cost = stage.science.cost(&stage.model).map_err(|e| wrong(&e))?;
    if cost.host_bytes.saturating_add(cost.device_bytes) > MOST_BYTES {
        return Err(wrong(&"it needs more than 2 GiB of memory."));
    }
    let mut run = Run::new(stage.science.clone(), stage.model.clone(), Place::cpu())
        .map_err(|e| wrong(&e))?;
    for plot in &stage.plots {
        if let Source::Probe(probe) = plot {
            run.attach(probe.clone()).map_err(|e| wrong(&e))?;
        }
    }
    if stage.twin {
        run.add_twin(None).map_err(|e| wrong(&e))?;
    }
    run.advance(&Count::from(2u8), &Gate::open())
        .map_err(|e| wrong(&e))?;
    Ok(())
}

fn measured(
    scope: Scope<'_>,
    index: usize,
    step: &Step,
    stage: &Stage,
    fact: &Fact,
) -> Result<Said, SimError> {
    let tour = scope.tour;
    let says = fact.says.get_ref();
    let Some((_, digit)) = number(says) else {
        return Err(tour.error(Some(fact.says.span()), format!("“{says}” is not a number.")));
    };
    if !words(step).any(|text| text.contains(says.as_str())) {
        return Err(tour.error(
            Some(fact.says.span()),
            format!("the step's words don't say “{says}”."),
        ));
    }
    let (measured, error) = if fact.of.get_ref() == "twin" {
        (parting(tour, stage, fact)?, 0.0)
    } else {
        let (model, analysis, settings) = scope.fact(stage, fact)?;
        let subject = Subject::State {
            model,
            capture: None,
        };
        let report = analysis.run(&subject, &settings, &Job::quiet())?;
        let found = report.values.iter().find(|q| q.key == fact.value);
        let Some((quantity, value)) = found.and_then(|q| Some((q, q.as_real()?))) else {
            let keys: Vec<&str> = report.values.iter().map(|q| q.key.as_str()).collect();
            return Err(tour.error(
                Some(fact.of.span()),
                format!(
                    "the report has no value “{}”; its values are {}.",
                    fact.value,
                    keys.join(", ")
                ),
            ));
        };
        (value, spread(quantity))
    };
    let times = factor(tour, fact)?;
    let (measured, error) = (measured * times, error * times.abs());
    Ok(Said {
        step: index + 1,
        says: says.clone(),
        of: fact.of.get_ref().clone(),
        value: fact.value.clone(),
        measured,
        within: fact.within.unwrap_or(3.0 * error + 0.5 * digit),
    })
}

fn factor(tour: &Tour, fact: &Fact) -> Result<f64, SimError> {
    let Some(times) = &fact.times else {
        return Ok(1.0);
    };
    match (times.get_ref().as_real(), times.get_ref().as_text()) {
        (Some(x), _) => Ok(x),
        (None, Some(text)) => {
            expression::evaluate(text).map_err(|why| tour.error(Some(times.span()), why))
        }
        (None, None) => Err(tour.error(Some(times.span()), "times is a number or a formula.")),
    }
}

fn spread(quantity: &Quantity) -> f64 {
    match quantity.error {
        Uncertainty::StandardError(e) | Uncertainty::Bound(e) => e,
        Uncertainty::Exact | Uncertainty::Unknown(_) => 0.0,
    }
}

/// All that a class or its teacher reads of a step.
fn words(step: &Step) -> impl Iterator<Item = &str> {
    let asked = step.question.as_ref().map(|q| q.get_ref());
    [step.say.get_ref().as_str(), &step.watch, &step.notes]
        .into_iter()
        .chain(asked.map(|q| q.because.as_str()))
        .chain(asked.map(|q| q.ask.get_ref().as_str()))
        .chain(
            asked
                .into_iter()
                .flat_map(|q| q.choices.iter().map(|c| c.get_ref().as_str())),
        )
}

/// The time after which a run and its twin lie `size` apart.
fn parting(tour: &Tour, stage: &Stage, fact: &Fact) -> Result<f64, SimError> {
    let size = fact
        .set
        .iter()
        .find(|(key, _)| key.get_ref() == "size")
        .and_then(|(_, value)| value.get_ref().as_real())
        .unwrap_or(1.0);
    let mut run = Run::new(stage.science.clone(), stage.model.clone(), Place::cpu())?;
    run.add_twin(None)?;
    let stride = Count::from(10u8);
    for _ in 0..MOST_STEPS / 10 {
        run.advance(&stride, &Gate::open())?;
        let apart = run
            .twin()
            .and_then(|twin| run.simulation().difference(&twin.capture()))
            .and_then(|q| q.as_real());
        if apart.is_some_and(|d| d >= size) {
            return Ok(run.clock().time);
        }
    }
    Err(tour.error(
        Some(fact.of.span()),
        format!("the twins are never {size} apart."),
    ))
}

/// A number as it is printed, and what its last digit counts: 0.906 and 0.001.
fn number(text: &str) -> Option<(f64, f64)> {
    let plain: String = text
        .chars()
        .filter(|c| !matches!(c, '\u{2009}' | '\u{a0}'))
        .collect();
    let value = expression::evaluate(&plain).ok()?;
    let decimals = plain.split_once('.').map_or(0, |(_, part)| {
        part.bytes().take_while(u8::is_ascii_digit).count()
    });
    Some((value, 10f64.powi(-(decimals as i32))))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use crate::tour::{file, library};

    #[test]
    fn the_digits_of_a_number_say_how_exact_it_is() {
        assert_eq!(number("0.906"), Some((0.906, 0.001)));
        assert_eq!(number("−14.57"), Some((-14.57, 0.01)));
        assert_eq!(number("30"), Some((30.0, 1.0)));
        assert_eq!(number("many"), None);
    }

    #[test]
    fn every_tour_can_be_played_and_every_number_in_it_is_one_that_we_measure() {
        assert_eq!(library::fault(), None);
        let registry = crate::registry();
        for tour in library::tours() {
            let said = check(&tour, &registry, |_| {}).unwrap_or_else(|e| panic!("{e}"));
            for said in said {
                assert!(said.holds(), "{}: {said:?}", tour.name);
            }
        }
    }

    #[test]
    fn a_number_that_is_not_measured_is_found_out() {
        let text = r#"
title = "Wrong"
[[step]]
say = "The exponent of the Hénon map is 0.52."
open = "attractors/Henon"
[[step.fact]]
says = "0.52"
of = "lyapunov"
value = "lambda_1"
set = { time = 100000 }
"#;
        let tour = file::read("wrong.toml", text).unwrap();
        let said = check(&tour, &crate::registry(), |_| {}).unwrap();
        assert!(!said[0].holds(), "{said:?}");
    }
}
