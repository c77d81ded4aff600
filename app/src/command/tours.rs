//! `tours` and `tour`: the lessons, listed, shown, checked, and given in the window.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Subcommand};
use loom_sim::SimError;
use serde_json::{Value, json};

use super::{Done, Failure, given, output};
use crate::shell::acts::Act;
use crate::tour::check::{self, Said};
use crate::tour::{Question, Scope, Tour, file, library};

/// What is done with tours.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Print the tours that the program brings along
    #[command(
        after_help = "Examples:\n  strange-loom tours list\n  strange-loom tours list --json"
    )]
    List {
        /// Print one JSON document
        #[arg(long)]
        json: bool,
    },
    /// Print the steps of a tour: sentences, notes, questions, what is shown
    #[command(
        after_help = "Examples:\n  strange-loom tours show the-butterfly\n  strange-loom tours show mine.toml --json"
    )]
    Show {
        /// A tour's name, or its file
        name: String,
        /// Print one JSON document
        #[arg(long)]
        json: bool,
    },
    /// Play a tour without a window: build every document, measure every number that is said
    #[command(
        after_help = "Examples:\n  strange-loom tours check mine.toml\n  strange-loom tours check the-butterfly --json"
    )]
    Check {
        /// A tour's name, or its file
        name: String,
        /// Print one JSON document
        #[arg(long)]
        json: bool,
    },
}

/// Open the window on a tour
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  strange-loom tour the-butterfly\n  strange-loom tour mine.toml --step 3 --present"
)]
pub struct Open {
    /// A tour's name, or its file
    name: String,
    /// The step to begin with, from 1
    #[arg(long, value_name = "N", default_value_t = 1)]
    step: usize,
    /// Present at once: picture and sentence fill the screen
    #[arg(long)]
    present: bool,
}

impl Open {
    pub fn run(self) -> ExitCode {
        let tour = match named(&self.name) {
            Ok(tour) => tour,
            Err(failure) => return failure.tell(),
        };
        let count = tour.steps.len();
        if !(1..=count).contains(&self.step) {
            return Failure::input(format!(
                "{} has steps 1 to {count}, and --step asks for {}.",
                tour.title, self.step
            ))
            .tell();
        }
        let mut acts = vec![Act::Tour {
            tour,
            step: self.step - 1,
        }];
        if self.present {
            acts.push(Act::Do("view.present"));
        }
        crate::shell::open(acts)
    }
}

/// A built-in tour, or one from a file.
fn named(name: &str) -> Result<Arc<Tour>, Failure> {
    let path = Path::new(name);
    if name == "-" || path.is_file() {
        let bytes = output::read(path)?;
        let shown = given::file_name(path);
        let text = std::str::from_utf8(&bytes)
            .map_err(|_| Failure::input(format!("{shown} is no text: save the tour as UTF-8.")))?;
        return Ok(Arc::new(file::read(&shown, text)?));
    }
    match library::named(name) {
        Ok(tour) => Ok(tour),
        Err(unknown) => Err(library::fault().unwrap_or(unknown).into()),
    }
}

impl Verb {
    pub fn run(self) -> Done {
        match self {
            Self::List { json } => list(json),
            Self::Show { name, json } => show(&*named(&name)?, json),
            Self::Check { name, json } => checked(&*named(&name)?, json),
        }
    }
}

fn list(json: bool) -> Done {
    if let Some(fault) = library::fault() {
        output::warn(&fault.to_string());
    }
    let tours = library::tours();
    if json {
        let list = tours
            .iter()
            .map(|t| {
                json!({
                    "name": t.name,
                    "title": t.title,
                    "summary": t.summary,
                    "author": t.author,
                    "sciences": t.sciences(),
                    "steps": t.steps.len(),
                    "minutes": t.minutes,
                })
            })
            .collect();
        return output::json(&Value::Array(list));
    }
    let rows: Vec<Vec<String>> = tours
        .iter()
        .map(|t| {
            let minutes = t.minutes.map_or_else(String::new, |m| format!("{m:.0}"));
            vec![
                t.name.clone(),
                t.steps.len().to_string(),
                minutes,
                t.summary.clone(),
            ]
        })
        .collect();
    output::text(&output::table(
        &["name", "steps", "minutes", "summary"],
        &rows,
    ))
}

fn question(asked: &Question) -> Value {
    let choices: Vec<&str> = asked.choices.iter().map(|c| c.get_ref().as_str()).collect();
    let axis = |a: &file::DrawAxis| json!({"label": a.label, "unit": a.unit, "from": a.from, "to": a.to, "logarithmic": a.logarithmic});
    json!({
        "ask": asked.ask.get_ref(),
        "choices": choices,
        "answer": asked.answer.as_ref().map(|a| *a.get_ref()),
        "because": asked.because,
        "draw": asked.draw.as_ref().map(|d| json!({"x": axis(&d.get_ref().x), "y": axis(&d.get_ref().y)})),
    })
}

fn show(tour: &Tour, json: bool) -> Done {
    let registry = crate::registry();
    let scope = Scope {
        tour,
        registry: &registry,
    };
    let mut steps = Vec::new();
    let mut text = format!("{}\n", tour.title);
    for line in [&tour.summary, &tour.author] {
        if !line.is_empty() {
            text.push_str(&format!("{line}\n"));
        }
    }
    for (index, step) in tour.steps.iter().enumerate() {
        let stage = scope.stage(index)?;
        if json {
            steps.push(json!({
                "title": step.title,
                "say": step.say.get_ref(),
                "watch": step.watch,
                "notes": step.notes.trim(),
                "science": stage.science.key(),
                "shows": stage.title,
                "parameters": stage.model.parameters,
                "view": stage.view,
                "time": stage.at,
                "speed": stage.speed,
                "play": stage.play && step.question.is_none(),
                "twin": stage.twin,
                "controls": stage.controls,
                "measures": stage.measures,
                "question": step.question.as_ref().map(|q| question(q.get_ref())),
            }));
            continue;
        }
        text.push_str(&format!("\n{:>2}  {}\n", index + 1, step.say.get_ref()));
        let mut line = |name: &str, words: &str| {
            let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
            if !words.is_empty() {
                text.push_str(&format!("    {name}: {words}\n"));
            }
        };
        let set: Vec<String> = stage
            .model
            .parameters
            .iter()
            .map(|(key, value)| format!("{key} = {value}"))
            .collect();
        line("shows", &format!("{} {}", stage.title, set.join(", ")));
        line("watch", &step.watch);
        line("notes", &step.notes);
        if let Some(asked) = &step.question {
            let asked = asked.get_ref();
            let choices: Vec<&str> = asked.choices.iter().map(|c| c.get_ref().as_str()).collect();
            line("asks", asked.ask.get_ref());
            line("choices", &choices.join(" / "));
            line("because", &asked.because);
        }
    }
    if !json {
        return output::text(text.trim_end());
    }
    output::json(&json!({
        "name": tour.name,
        "title": tour.title,
        "summary": tour.summary,
        "author": tour.author,
        "sciences": tour.sciences(),
        "minutes": tour.minutes,
        "steps": steps,
    }))
}

fn checked(tour: &Tour, json: bool) -> Done {
    let registry = crate::registry();
    let said = check::check(tour, &registry, |_| {})?;
    let wrong = said.iter().find(|s| !s.holds()).map(|s| {
        SimError::other(format!(
            "Step {} says {}, and {} gives {}, which is more than {} away: correct the one or the other.",
            s.step, s.says, s.of, s.measured, s.within
        ))
    });
    if json {
        let facts: Vec<Value> = said
            .iter()
            .map(|s| {
                json!({
                    "step": s.step,
                    "says": s.says,
                    "of": s.of,
                    "value": s.value,
                    "measured": s.measured,
                    "within": s.within,
                    "holds": s.holds(),
                })
            })
            .collect();
        output::json(&json!({"name": tour.name, "steps": tour.steps.len(), "facts": facts}))?;
    } else {
        let rows: Vec<Vec<String>> = said.iter().map(row).collect();
        let head = format!("{}: {} steps can be played.", tour.title, tour.steps.len());
        let columns = ["step", "says", "of", "measured", "may differ by"];
        output::text(&format!("{head}\n\n{}", output::table(&columns, &rows)))?;
    }
    match wrong {
        Some(wrong) => Err(wrong.into()),
        None => Ok(()),
    }
}

fn row(said: &Said) -> Vec<String> {
    vec![
        said.step.to_string(),
        said.says.clone(),
        format!("{} {}", said.of, said.value),
        format!("{:.6}", said.measured),
        format!("{:.2e}", said.within),
    ]
}
