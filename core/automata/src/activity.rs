//! The analysis "Population and activity": how many cells live, are born and die, generation by
//! generation. All numbers are counts, and so exact.

use std::time::Instant;

use loom_sim::analysis::{Analysis, Job, Subject};
use loom_sim::{
    Axis, Mark, Model, Number, Parameter, Place, Plot, Quantity, Report, Settings, SimError, Table,
    Uncertainty, Value,
};
use num_bigint::{BigInt, BigUint};
use num_traits::{One, ToPrimitive};

use crate::engine::{Inside, changes};
use crate::science::KEY;
use crate::start;
use crate::state::State;
use crate::world::World;

/// Population, density and activity over a number of generations.
#[derive(Clone, Copy, Debug)]
pub struct PopulationAndActivity;

/// One generation: live cells after it, births and deaths in it.
struct Row {
    generation: BigUint,
    population: BigUint,
    births: BigUint,
    deaths: BigUint,
}

impl Analysis for PopulationAndActivity {
    fn key(&self) -> &'static str {
        "population"
    }

    fn name(&self) -> &'static str {
        "Population and activity"
    }

    fn help(&self) -> &'static str {
        "Counts live cells, births and deaths in every generation from here on."
    }

    fn citation(&self) -> &'static str {
        "M. Gardner, Mathematical Games, Scientific American 223 (4), 120–123 (1970)."
    }

    fn fits(&self, model: &Model) -> bool {
        model.science == KEY && !crate::flow::science::knows(model)
    }

    fn parameters(&self, _model: &Model) -> Vec<Parameter> {
        vec![
            Parameter::integer("generations", "n", "Generations", 1000, 1, 10_000_000)
                .help("Each is counted; a large grid takes its time."),
        ]
    }

    fn run(&self, subject: &Subject, settings: &Settings, job: &Job) -> Result<Report, SimError> {
        let begun = Instant::now();
        let Subject::State { model, capture } = subject else {
            return Err(SimError::other("This counts the cells of an automaton."));
        };
        let settings = loom_sim::parameter::complete(&self.parameters(model), settings)?;
        let generations = settings
            .get("generations")
            .and_then(Value::as_integer)
            .unwrap_or(1000);
        let place = Place::Cpu {
            threads: job.threads,
        };
        let mut world = start::world(model, &start::settings(model)?, &place)?;
        if let Some(capture) = capture {
            world.restore(&capture.get::<State>()?.kept)?;
        }
        let first = Row {
            generation: world.generation().clone(),
            population: world.population()?,
            births: BigUint::default(),
            deaths: BigUint::default(),
        };
        let mut rows = vec![first];
        for n in 0..generations {
            job.check()?;
            rows.push(next(&mut world)?);
            job.progress((n + 1) as f32 / generations as f32);
            if (n + 1) % 1000 == 0 && n + 1 < generations {
                job.partial(&report(&world, &rows, &settings, begun));
            }
        }
        let mut report = report(&world, &rows, &settings, begun);
        let science = crate::science::Automata;
        report.command = loom_sim::Science::command(&science, model)
            .replace("automata run", "automata analyse")
            .replace(
                "--generations 1000",
                &format!("--generations {generations}"),
            );
        Ok(report)
    }
}

/// One generation on, counted.
fn next(world: &mut World) -> Result<Row, SimError> {
    let before = match world.inside() {
        Inside::Tree(universe) => Some(universe.clone()),
        _ => None,
    };
    world.advance(&BigUint::one(), &mut || false)?;
    let counted = match (before, world.inside()) {
        (Some(before), Inside::Tree(after)) => changes(&before, after),
        _ => world.last_changes(),
    };
    let (births, deaths) = counted.ok_or_else(|| {
        SimError::other("Two generations don't fit into the memory limit: raise it.")
    })?;
    Ok(Row {
        generation: world.generation().clone(),
        population: world.population()?,
        births,
        deaths,
    })
}

fn real(n: &BigUint) -> f64 {
    n.to_f64().unwrap_or(f64::INFINITY)
}

fn report(world: &World, rows: &[Row], settings: &Settings, begun: Instant) -> Report {
    let steps = rows.len() - 1;
    let changed: BigUint = rows.iter().map(|row| &row.births + &row.deaths).sum();
    let lived: BigUint = rows.iter().take(steps).map(|row| &row.population).sum();
    let (first, last) = (&rows[0], &rows[steps]);
    let exact = |key: &str, name: &str, n: &BigUint| {
        Quantity::exact(key, name, BigInt::from(n.clone())).unit("cells")
    };
    // A quotient of two exact counts is off by at most one rounding.
    let quotient = |key: &str, name: &str, value: f64| {
        Quantity::real(
            key,
            name,
            value,
            Uncertainty::Bound(value.abs() * f64::EPSILON),
        )
    };
    let mut values = vec![
        exact(
            "population_at_start",
            "Population at the start",
            &first.population,
        ),
        exact("population", "Population at the end", &last.population),
        exact(
            "births",
            "Births",
            &rows.iter().map(|row| &row.births).sum(),
        ),
        exact(
            "deaths",
            "Deaths",
            &rows.iter().map(|row| &row.deaths).sum(),
        ),
    ];
    let mut json = serde_json::json!({
        "rule": world.rule().to_string(),
        "engine": world.engine_name(),
        "generations": steps,
    });
    let per_step = |cells: f64| {
        if steps > 0 {
            real(&changed) / (cells * steps as f64)
        } else {
            0.0
        }
    };
    if let Some(area) = world.area() {
        let area = area as f64;
        let density = real(&last.population) / area;
        values.push(quotient("density", "Density at the end", density));
        if steps > 0 {
            let mean = real(&lived) / (area * steps as f64);
            values.push(quotient("mean_density", "Mean density", mean));
        }
        values.push(
            quotient("activity", "Activity", per_step(area))
                .unit("changes per cell per generation"),
        );
    } else if lived > BigUint::default() {
        let activity = real(&changed) / real(&lived);
        values.push(
            quotient("activity", "Activity", activity).unit("changes per live cell per generation"),
        );
    }
    for value in &values {
        json[&value.key] = match &value.value {
            Number::Real(x) => serde_json::json!(x),
            Number::Integer(i) => match i.to_u64() {
                Some(small) => serde_json::json!(small),
                None => serde_json::json!(i.to_string()),
            },
            Number::Text(text) => serde_json::json!(text),
        };
    }
    let column = |pick: fn(&Row) -> &BigUint| rows.iter().map(|r| pick(r).to_string()).collect();
    let line = |name: &str, rows: &[Row], pick: fn(&Row) -> &BigUint| Mark::Line {
        name: name.to_owned(),
        points: rows
            .iter()
            .map(|row| [real(&row.generation), real(pick(row))])
            .collect(),
    };
    let plot = |title: &str, label: &str, marks| Plot {
        title: title.to_owned(),
        x: Axis::new("generation", "generations"),
        y: Axis::new(label, "cells"),
        marks,
        ..Plot::default()
    };
    json["population_series"] = rows
        .iter()
        .map(|row| {
            row.population.to_u64().map_or_else(
                || serde_json::json!(row.population.to_string()),
                |small| serde_json::json!(small),
            )
        })
        .collect();
    Report {
        title: "Population and activity".to_owned(),
        method: "Every generation is made and counted; all numbers are exact.".to_owned(),
        citation: PopulationAndActivity.citation().to_owned(),
        settings: settings.clone(),
        values,
        tables: vec![Table {
            title: "Generations".to_owned(),
            columns: vec![
                ("Generation".to_owned(), column(|row| &row.generation)),
                (
                    "Population (cells)".to_owned(),
                    column(|row| &row.population),
                ),
                ("Births (cells)".to_owned(), column(|row| &row.births)),
                ("Deaths (cells)".to_owned(), column(|row| &row.deaths)),
            ],
        }],
        plots: vec![
            plot(
                "Population",
                "Population",
                vec![line("Population", rows, |row| &row.population)],
            ),
            plot(
                "Births and deaths",
                "Cells",
                vec![
                    line("Births", &rows[1..], |row| &row.births),
                    line("Deaths", &rows[1..], |row| &row.deaths),
                ],
            ),
        ],
        warnings: Vec::new(),
        seconds: begun.elapsed().as_secs_f64(),
        json,
        ..Report::default()
    }
}
