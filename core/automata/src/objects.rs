//! The analyses "Identify" and "Census": what the cells of a run are, and what they consist of.

use std::time::Instant;

use loom_sim::analysis::{Analysis, Job, Subject};
use loom_sim::{
    Model, Parameter, Place, Quantity, Report, Science, Settings, SimError, Table, Value,
};
use num_bigint::BigInt;

use crate::identify::{self, Limits};
use crate::pattern::Pattern;
use crate::rule::Rule;
use crate::science::{Automata, KEY};
use crate::start;
use crate::state::State;

/// At most so many runs of cells are taken up.
const MOST: u64 = 1 << 22;

/// What a pattern is: kind, period, speed, apgcode, name.
#[derive(Clone, Copy, Debug)]
pub struct Identify;

/// The objects that ash consists of.
#[derive(Clone, Copy, Debug)]
pub struct Census;

fn fits(model: &Model) -> bool {
    model.science == KEY && !crate::flow::science::knows(model)
}

/// The cells of a run as they stand, and their rule.
fn cells(subject: &Subject, job: &Job) -> Result<(Pattern, Rule), SimError> {
    let Subject::State { model, capture } = subject else {
        return Err(SimError::other("This looks at the cells of an automaton."));
    };
    let place = Place::Cpu {
        threads: job.threads,
    };
    let mut world = start::world(model, &start::settings(model)?, &place)?;
    if let Some(capture) = capture {
        world.restore(&capture.get::<State>()?.kept)?;
    }
    let rule = world.rule().clone();
    Ok((world.pattern(MOST)?, rule))
}

/// The command line for the start of a run.
fn command(subject: &Subject, verb: &str) -> String {
    let Subject::State { model, .. } = subject else {
        return String::new();
    };
    let run = Automata.command(model);
    let named = run.split(" --pattern ").nth(1);
    let name = named.and_then(|rest| rest.split_whitespace().next());
    name.map_or(run.clone(), |name| {
        format!("strange-loom automata {verb} {name}")
    })
}

/// Tells a job how much is done and asks it whether to go on.
pub fn watched(job: &Job) -> impl FnMut(f32) -> bool + '_ {
    let mut told = 0.0;
    move |done: f32| {
        if done > told + 0.005 {
            told = done;
            job.progress(done);
        }
        job.check().is_ok()
    }
}

impl Analysis for Identify {
    fn key(&self) -> &'static str {
        "identify"
    }

    fn name(&self) -> &'static str {
        "Identify"
    }

    fn help(&self) -> &'static str {
        "Says what the cells are: still life, oscillator, spaceship with its speed, or what becomes of them."
    }

    fn citation(&self) -> &'static str {
        "A. P. Goucher's apgcodes, in the notation of H. Wechsler; catagolue.hatsya.com."
    }

    fn fits(&self, model: &Model) -> bool {
        fits(model)
    }

    fn parameters(&self, _model: &Model) -> Vec<Parameter> {
        vec![
            Parameter::integer("generations", "n", "Generations", 10_000, 1, 10_000_000)
                .help("The cells are followed for at most so long."),
        ]
    }

    fn run(&self, subject: &Subject, settings: &Settings, job: &Job) -> Result<Report, SimError> {
        let begun = Instant::now();
        let (pattern, rule) = cells(subject, job)?;
        let generations = settings
            .get("generations")
            .and_then(Value::as_integer)
            .unwrap_or(10_000);
        let limits = Limits {
            generations: generations.max(1) as u64,
            ..Limits::default()
        };
        let mut go_on = watched(job);
        let found = identify::identify_while(&pattern, &rule, &limits, &mut go_on);
        let found = found.map_err(SimError::other)?.ok_or(SimError::Cancelled)?;
        let key = |name: &str| name.to_lowercase().replace(' ', "_");
        Ok(Report {
            title: self.name().into(),
            method: format!(
                "Followed under {rule} for at most {generations} generations; a return is compared \
                 cell by cell."
            ),
            citation: self.citation().into(),
            values: found
                .rows()
                .iter()
                .map(|(name, text)| Quantity::text(&key(name), name, text))
                .collect(),
            seconds: begun.elapsed().as_secs_f64(),
            command: command(subject, "identify"),
            json: found.json(),
            ..Report::default()
        })
    }
}

impl Analysis for Census {
    fn key(&self) -> &'static str {
        "census"
    }

    fn name(&self) -> &'static str {
        "Census"
    }

    fn help(&self) -> &'static str {
        "Counts the objects that the cells consist of, by kind: blocks, beehives, gliders …"
    }

    fn citation(&self) -> &'static str {
        "A. P. Goucher's apgcodes, in the notation of H. Wechsler; catagolue.hatsya.com."
    }

    fn fits(&self, model: &Model) -> bool {
        fits(model)
    }

    fn parameters(&self, _model: &Model) -> Vec<Parameter> {
        Vec::new()
    }

    fn run(&self, subject: &Subject, _settings: &Settings, job: &Job) -> Result<Report, SimError> {
        let begun = Instant::now();
        let (pattern, rule) = cells(subject, job)?;
        let census = identify::census_while(&pattern, &rule, &mut watched(job));
        let census = census
            .map_err(SimError::other)?
            .ok_or(SimError::Cancelled)?;
        let exact = |key: &str, name: &str, n: u64| Quantity::exact(key, name, BigInt::from(n));
        let column = |heading: &str, text: &dyn Fn(&identify::census::Count) -> String| {
            let cells = census.objects.iter().map(text).collect();
            (heading.to_owned(), cells)
        };
        let name = |count: &identify::census::Count| count.object.name.unwrap_or("").to_owned();
        let code =
            |count: &identify::census::Count| count.object.apgcode.clone().unwrap_or_default();
        let speed = |count: &identify::census::Count| count.object.velocity().unwrap_or_default();
        let mut warnings = Vec::new();
        if census.unsettled > 0 {
            warnings.push(format!(
                "{} cells have not settled: run further for a census of all.",
                census.unsettled
            ));
        }
        Ok(Report {
            title: self.name().into(),
            method: format!(
                "Islands of cells under {rule} are run apart, and joined where they act on one \
                 another."
            ),
            citation: self.citation().into(),
            values: vec![
                exact("objects", "Objects", census.total()),
                exact("kinds", "Kinds", census.objects.len() as u64),
            ],
            tables: vec![Table {
                title: "Objects".into(),
                columns: vec![
                    column("Name", &name),
                    column("Count", &|count| count.count.to_string()),
                    column("Apgcode", &code),
                    column("Velocity", &speed),
                ],
            }],
            warnings,
            seconds: begun.elapsed().as_secs_f64(),
            command: command(subject, "census"),
            json: census.json(),
            ..Report::default()
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    fn report(analysis: &dyn Analysis, name: &str, steps: u32) -> Report {
        let model = Automata
            .catalogue()
            .into_iter()
            .find(|entry| entry.name == name)
            .unwrap()
            .model;
        let mut run = Automata.build(&model, &Place::Cpu { threads: 1 }).unwrap();
        run.advance(&steps.into(), &loom_sim::Gate::open()).unwrap();
        let capture = Some(run.capture());
        let subject = Subject::State { model, capture };
        analysis
            .run(&subject, &Settings::new(), &Job::quiet())
            .unwrap()
    }

    #[test]
    fn a_census_tells_how_far_it_is_and_can_be_cancelled() {
        let model = Automata
            .catalogue()
            .into_iter()
            .find(|entry| entry.name == "r-pentomino")
            .unwrap()
            .model;
        let mut run = Automata.build(&model, &Place::Cpu { threads: 1 }).unwrap();
        run.advance(&1103u32.into(), &loom_sim::Gate::open())
            .unwrap();
        let capture = Some(run.capture());
        let subject = Subject::State { model, capture };
        let heard = Arc::new(std::sync::Mutex::new(Vec::new()));
        let (told, stop) = (Arc::clone(&heard), Arc::new(AtomicBool::new(false)));
        let end = Arc::clone(&stop);
        let job = Job::new(
            Arc::clone(&stop),
            move |done| {
                told.lock().unwrap().push(done);
                // The rest is not wanted.
                end.store(done > 0.3, Ordering::Relaxed);
            },
            |_| {},
        );
        let ended = Census.run(&subject, &Settings::new(), &job);
        assert!(matches!(ended, Err(SimError::Cancelled)));
        let heard = heard.lock().unwrap();
        assert!(heard.len() > 3 && heard.is_sorted());
        assert!(heard.iter().rev().skip(1).all(|done| *done <= 0.3));
    }

    #[test]
    fn a_glider_under_way_is_named_with_its_speed() {
        let found = report(&Identify, "glider", 7);
        assert_eq!(found.json["apgcode"], "xq4_153");
        assert!(format!("{:?}", found.values).contains("c/4 diagonal"));
        assert_eq!(found.command, "strange-loom automata identify glider");
    }

    #[test]
    fn the_ash_of_the_r_pentomino_is_counted() {
        let ash = report(&Census, "r-pentomino", 1103);
        let [table] = &ash.tables[..] else {
            panic!("one table")
        };
        let count = |name: &str| {
            let row = table.columns[0].1.iter().position(|n| n == name).unwrap();
            table.columns[1].1[row].clone()
        };
        assert_eq!(count("block"), "8");
        assert_eq!(count("glider"), "6");
        assert!(ash.warnings.is_empty());
    }
}
