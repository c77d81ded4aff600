//! `automata`: what all its verbs take; each verb has a file.

mod analyse;
mod convert;
mod edit;
mod known;
mod run;

use std::path::Path;

use clap::{Args, Subcommand};
use loom_automata::files::{self, Content, Opened};
use loom_automata::run::Start;
use loom_automata::start::Soup;
use loom_automata::{LifeError, Rule};
use loom_sim::{Model, Value};

use self::analyse::Analyse;
use self::convert::Convert;
use self::edit::Edit;
use self::known::{CensusOf, Identify};
use self::run::Run;
use super::{Done, Failure, games, given, output};

#[derive(Debug, Subcommand)]
pub enum Verb {
    List(List),
    Run(Run),
    Convert(Convert),
    Edit(Edit),
    Identify(Identify),
    Census(CensusOf),
    #[command(visible_alias = "analyze")]
    Analyse(Analyse),
    Pairs(games::Pairs),
    Score(games::ScoreOf),
}

impl Verb {
    pub fn run(self) -> Done {
        match self {
            Self::List(list) => super::catalogue("automata", list.json),
            Self::Run(run) => run.run(),
            Self::Convert(convert) => convert.run(),
            Self::Edit(edit) => edit.run(),
            Self::Identify(identify) => identify.run(),
            Self::Census(census) => census.run(),
            Self::Analyse(analyse) => analyse.run(),
            Self::Pairs(pairs) => pairs.run(),
            Self::Score(score) => score.run(),
        }
    }
}

/// List the patterns and soups that come along
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  strange-loom automata list --json")]
pub struct List {
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

/// `WIDTHxHEIGHT[:DENSITY]`
#[derive(Clone, Copy, Debug, PartialEq)]
struct SoupSize {
    size: [u32; 2],
    density: f64,
}

fn soup_size(text: &str) -> Result<SoupSize, String> {
    let (size, density) = match text.split_once(':') {
        Some((size, density)) => (size, given::number(density)?),
        None => (text, 0.5),
    };
    if !(0.0..=1.0).contains(&density) {
        return Err("the density goes from 0 to 1".into());
    }
    let size = given::size(size).map_err(|_| "write it as in 512x512:0.4".to_owned())?;
    Ok(SoupSize { size, density })
}

/// What a run starts from.
#[derive(Args, Clone, Debug)]
#[group(multiple = false)]
struct From {
    /// A pattern file (RLE or macrocell), a name of `automata list`, or - for standard input
    #[arg(long, value_name = "F")]
    pattern: Option<String>,
    /// Random cells; the density is 0.5 unless given
    #[arg(long, value_name = "WIDTHxHEIGHT[:DENSITY]", value_parser = soup_size)]
    soup: Option<SoupSize>,
}

fn failed(error: LifeError) -> Failure {
    loom_sim::SimError::from(error).into()
}

/// The same, with the file's name before the place.
fn unread(name: &str, error: &LifeError) -> Failure {
    let text = error.to_string();
    Failure::input(format!("{name}, {}.", text.trim_end_matches('.')))
}

/// A rule of the gallery with the start on which it shows what it does.
fn of_gallery(name: &str, seed: u64) -> Result<Option<(Start, Option<Rule>)>, Failure> {
    let registry = crate::registry();
    let listed = registry.get("automata")?.catalogue();
    let Some(entry) = listed.into_iter().find(|e| e.name == name) else {
        return Ok(None);
    };
    let model = entry.model;
    if let Some(file) = model.attachments.get("pattern") {
        let read = files::read(&file.name, &file.bytes, &files::Limits::default());
        let read = read.map_err(|e| unread(name, &e.into()))?;
        let pattern = read.pattern(&files::Limits::default());
        let pattern = pattern.map_err(|e| unread(name, &e.into()))?;
        return Ok(Some((Start::Pattern(pattern), None)));
    }
    let text = model.parameters.get("rule").map(ToString::to_string);
    let Some(Ok(rule)) = text.map(|text| text.parse::<Rule>()) else {
        return Ok(None);
    };
    let (width, height) = rule.topology.sides();
    let side = |key: &str, whole: u32| {
        let given = model.parameters.get(key).and_then(Value::as_integer);
        match given.unwrap_or(0) {
            0 if whole == 0 => 256,
            0 => whole,
            given => given.clamp(1, 1 << 20) as u32,
        }
    };
    let density = model.parameters.get("density").and_then(Value::as_real);
    let soup = Soup {
        width: side("width", width),
        height: side("height", if rule.dimensions() == 1 { 1 } else { height }),
        density: density.unwrap_or(0.5),
        seed,
    };
    Ok(Some((Start::Soup(soup), Some(rule))))
}

fn pattern(name: &str, seed: u64) -> Result<(Start, Option<Rule>), Failure> {
    let path = Path::new(name);
    if name != "-"
        && !path.is_file()
        && let Some(start) = Start::named(name)
    {
        return Ok((start, None));
    }
    if name != "-"
        && !path.is_file()
        && let Some(start) = of_gallery(name, seed)?
    {
        return Ok(start);
    }
    let read = opened(name)?;
    for note in &read.notes {
        output::warn(note);
    }
    if let Content::Macrocell { text, .. } = read.content {
        return Ok((Start::Macrocell(text), None));
    }
    let pattern = read.pattern(&files::Limits::default());
    let pattern = pattern.map_err(|e| unread(name, &e.into()))?;
    Ok((Start::Pattern(pattern), None))
}

impl From {
    /// The cells, and the rule that a name of the gallery brings.
    fn start(&self, seed: u64) -> Result<(Start, Option<Rule>), Failure> {
        match (&self.pattern, self.soup) {
            (Some(name), _) => pattern(name, seed),
            (None, Some(SoupSize { size, density })) => Ok((
                Start::Soup(Soup {
                    width: size[0],
                    height: size[1],
                    density,
                    seed,
                }),
                None,
            )),
            (None, None) => Err(Failure::input("Name a --pattern or a --soup.")),
        }
    }

    /// The same as a model, for analyses and pictures.
    fn model(&self, rule: Option<Rule>, seed: u64, memory: u64) -> Result<Model, Failure> {
        let registry = crate::registry();
        let science = registry.get("automata")?;
        let mut model = match (&self.pattern, self.soup) {
            (Some(name), _) => given::model(&**science, name)?,
            (None, Some(soup)) => Model::new("automata", "soup")
                .with("width", i64::from(soup.size[0]))
                .with("height", i64::from(soup.size[1]))
                .with("density", soup.density)
                .with("rule", "B3/S23"),
            (None, None) => return Err(Failure::input("Name a --pattern or a --soup.")),
        };
        if let Some(rule) = rule {
            model = model.with("rule", rule.to_string());
        }
        model.seed = seed;
        let declared = science.parameters(&model)?;
        if declared.iter().any(|p| p.key == "memory") {
            model = model.with("memory", Value::Integer(memory as i64));
        }
        Ok(model)
    }
}

/// A rule with its grid, from the argument's text.
pub fn rule(text: &str) -> Result<Rule, String> {
    text.parse::<Rule>().map_err(|e| e.to_string())
}

/// A file of any form, a pattern of the catalogue or an apgcode.
fn opened(name: &str) -> Result<Opened, Failure> {
    let path = Path::new(name);
    let limits = files::Limits::default();
    let given = match loom_automata::catalogue::entry(name) {
        _ if name == "-" || path.is_file() => None,
        Some(entry) => Some(entry.rle),
        None => loom_automata::apgcode::read(name).is_ok().then_some(name),
    };
    let read = match given {
        Some(text) => files::read_text("", text, &limits),
        None => files::read(name, &output::read(path)?, &limits),
    };
    read.map_err(|e| unread(name, &e.into()))
}

/// A reason as a sentence.
fn refused(reason: String) -> Failure {
    failed(LifeError::Other(reason))
}
