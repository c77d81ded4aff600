//! `webs`: generate and analyse.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use loom_webs::files;
use serde_json::{Map, Value};

use super::given::{self, Set};
use super::{Done, Failure, output};

#[derive(Debug, Subcommand)]
pub enum Verb {
    List(List),
    Generate(Generate),
    #[command(visible_alias = "analyze")]
    Analyse(Analyse),
}

impl Verb {
    pub fn run(self) -> Done {
        match self {
            Self::List(list) => list.run(),
            Self::Generate(generate) => generate.run(),
            Self::Analyse(analyse) => analyse.run(),
        }
    }
}

/// List the webs and graphs that come along, and the generators
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  strange-loom webs list --json")]
pub struct List {
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

impl List {
    fn run(self) -> Done {
        super::catalogue("webs", self.json)
    }
}

/// Grow a web and write it to a file
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  strange-loom webs generate orb --out web.graphml\n  \
    strange-loom webs generate orb --set radials=32 --seed 7 --format csv --out -"
)]
pub struct Generate {
    /// orb, or another generator that `webs list` names
    generator: String,
    /// Where to write; - is standard output
    #[arg(long, value_name = "F.graphml|.csv|.json")]
    out: PathBuf,
    /// graphml, csv or json, whatever the ending
    #[arg(long, value_name = "KIND")]
    format: Option<String>,
    #[command(flatten)]
    set: Set,
}

impl Generate {
    fn run(self) -> Done {
        let ending = output::ending(Some(&self.out), self.format.as_deref(), "graphml")?;
        let registry = crate::registry();
        let science = registry.get("webs")?;
        let mut model = given::model(&**science, &self.generator)?;
        self.set.apply(&**science, &mut model)?;
        let bytes = science.export(&model, None, &ending)?;
        output::file(Some(&self.out), &bytes)
    }
}

/// Measure a web or graph: counts, components, clustering, degrees, silk
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  strange-loom webs analyse web.graphml\n  \
    strange-loom webs analyse karate.csv --measure transitivity --measure degree --json")]
pub struct Analyse {
    /// GraphML, CSV edge list or node-link JSON; - is standard input
    file: PathBuf,
    /// Only these measures, by their names in the JSON document; repeatable
    #[arg(long = "measure", value_name = "M")]
    measures: Vec<String>,
    /// graphml, csv or json, whatever the ending
    #[arg(long, value_name = "KIND")]
    format: Option<String>,
    /// Leave out repeated edges and loops instead of refusing them
    #[arg(long)]
    repair: bool,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

impl Analyse {
    fn run(self) -> Done {
        let bytes = output::read(&self.file)?;
        let shown = given::file_name(&self.file);
        let name = match &self.format {
            Some(format) => format!("{shown}.{format}"),
            None => shown.clone(),
        };
        let options = files::Options {
            repair: self.repair,
        };
        let import = files::read(&name, &bytes, &options).map_err(|e| {
            Failure::input(format!(
                "{}, {}.",
                shown,
                e.to_string().trim_end_matches('.')
            ))
        })?;
        for warning in &import.repairs {
            output::warn(warning);
        }
        let document = self.chosen(loom_webs::analyse(&import.web))?;
        if self.json {
            output::json(&document)
        } else {
            output::text(&lines(&document))
        }
    }

    /// The measures that were asked for, counts always first.
    fn chosen(&self, document: Value) -> Result<Value, Failure> {
        let Value::Object(all) = document else {
            return Ok(document);
        };
        if self.measures.is_empty() {
            return Ok(Value::Object(all));
        }
        let mut out = Map::new();
        for key in ["nodes", "edges"] {
            if let Some(value) = all.get(key) {
                out.insert(key.into(), value.clone());
            }
        }
        for key in &self.measures {
            let key = key.replace('-', "_");
            let Some(value) = all.get(&key) else {
                let known: Vec<&str> = all.keys().map(String::as_str).collect();
                return Err(Failure::input(format!(
                    "There is no measure {key}; the measures are {}.",
                    known.join(", ")
                )));
            };
            out.insert(key, value.clone());
        }
        Ok(Value::Object(out))
    }
}

/// Single numbers as pairs; of long lists the beginning.
fn lines(document: &Value) -> String {
    const SHOWN: usize = 12;
    fn add(rows: &mut Vec<(String, String)>, prefix: &str, value: &Value) {
        let Value::Object(map) = value else { return };
        for (key, value) in map {
            let name = format!("{prefix}{}", key.replace('_', " "));
            match value {
                Value::Object(_) => add(rows, &format!("{name}: "), value),
                Value::Array(list) => {
                    let mut text: Vec<String> = list.iter().take(SHOWN).map(scalar).collect();
                    if list.len() > SHOWN {
                        text.push(format!("… ({} in all)", list.len()));
                    }
                    rows.push((name, text.join(", ")));
                }
                other => rows.push((name, scalar(other))),
            }
        }
    }
    let mut rows = Vec::new();
    add(&mut rows, "", document);
    let rows: Vec<(&str, String)> = rows.iter().map(|(n, v)| (n.as_str(), v.clone())).collect();
    output::pairs(&rows)
}

fn scalar(value: &Value) -> String {
    match value {
        Value::String(s) => s.clone(),
        Value::Null => "none".into(),
        other => other.to_string(),
    }
}
