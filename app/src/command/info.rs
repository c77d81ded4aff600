//! `info`: what is in a file.

use std::path::PathBuf;

use clap::Args;
use loom_figure::{Document, FigureError, could_carry, extract, png_file};
use loom_sim::{Model, Number, Place, Registry};
use serde_json::{Map, Value, json};

use super::{Done, Failure, given, output};

/// Models beyond this are described without being built.
const BUILD_LIMIT: u64 = 1 << 30;

/// Say what is in a figure, picture, pattern, graph or model
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  strange-loom info figure.png\n  strange-loom info glider.rle --json"
)]
pub struct Info {
    /// The file; - is standard input
    file: PathBuf,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

impl Info {
    pub fn run(self) -> Done {
        let bytes = output::read(&self.file)?;
        let name = given::file_name(&self.file);
        let registry = crate::registry();
        let mut about = Map::new();
        about.insert("file".into(), name.clone().into());
        about.insert("bytes".into(), bytes.len().into());
        if could_carry(&bytes) {
            about.insert("carrier".into(), carrier(&bytes).into());
            if bytes.starts_with(b"\x89PNG")
                && let Ok(pixels) = png_file::decode(&bytes, &name)
            {
                about.insert("size".into(), json!([pixels.width, pixels.height]));
            }
            match extract(&bytes, &name) {
                Ok(document) => {
                    about.insert("kind".into(), "figure".into());
                    about.insert("document".into(), describe(&document));
                }
                Err(FigureError::NoDocument { .. }) => {
                    about.insert("kind".into(), "picture".into());
                    about.insert("document".into(), Value::Null);
                }
                Err(error) => return Err(error.into()),
            }
        } else {
            let (kind, model) = open(&registry, &name, &bytes)?;
            about.insert("kind".into(), kind.into());
            about.insert("model".into(), describe_model(&model));
            about.extend(contents(&registry, &model)?);
        }
        let about = Value::Object(about);
        if self.json {
            output::json(&about)
        } else {
            output::text(&lines(&about, 0))
        }
    }
}

fn carrier(bytes: &[u8]) -> &'static str {
    match bytes.iter().find(|b| !b.is_ascii_whitespace()) {
        Some(0x89) => "png",
        Some(b'<') => "svg",
        Some(b'{' | 0xef) => "loom",
        _ => "pdf",
    }
}

/// The model in a file, and what people call such a file.
fn open(registry: &Registry, name: &str, bytes: &[u8]) -> Result<(&'static str, Model), Failure> {
    for science in registry.sciences() {
        if let Some(model) = science.open(name, bytes) {
            let kind = match science.key() {
                "automata" => "pattern",
                "webs" => "graph",
                "circuits" => "circuit",
                _ => "model",
            };
            return Ok((kind, model?));
        }
    }
    Err(Failure::input(format!(
        "{name} is no figure, picture, pattern, graph or model that is known here."
    )))
}

fn describe(document: &Document) -> Value {
    let items: Vec<Value> = document
        .items
        .iter()
        .map(|item| {
            let mut about = describe_model(item.model());
            about["step"] = output::integer(&item.run.step);
            about["inputs"] = item.run.journal.entries.len().into();
            about["view"] = json!({
                "size": item.view.size,
                "pixels_per_point": item.view.pixels_per_point,
                "dark": item.view.ink.dark,
                "settings": item.view.settings,
            });
            let probes: Vec<&str> = item.probes.iter().map(|p| p.kind.as_str()).collect();
            about["probes"] = json!(probes);
            let analyses: Vec<&str> = item.analyses.iter().map(|a| a.key.as_str()).collect();
            about["analyses"] = json!(analyses);
            about
        })
        .collect();
    json!({
        "schema_version": document.schema_version,
        "program": document.program,
        "title": document.title,
        "items": items,
        "rendered": document.rendered,
        "studio": document.studio.is_some(),
    })
}

fn describe_model(model: &Model) -> Value {
    let attachments: Vec<Value> = model
        .attachments
        .iter()
        .map(|(key, a)| json!({"key": key, "name": a.name, "bytes": a.bytes.len()}))
        .collect();
    json!({
        "science": model.science,
        "kind": model.kind,
        "parameters": model.parameters,
        "seed": model.seed,
        "attachments": attachments,
    })
}

/// What the science sees in a model at its beginning.
fn contents(registry: &Registry, model: &Model) -> Result<Map<String, Value>, Failure> {
    let science = registry.get(&model.science)?;
    let mut out = Map::new();
    let cost = science.cost(model)?;
    out.insert("host_bytes".into(), cost.host_bytes.into());
    if cost.host_bytes > BUILD_LIMIT.max(4 << 30) {
        return Ok(out);
    }
    let simulation = science.build(model, &Place::cpu())?;
    for quantity in simulation.observe() {
        let value = match &quantity.value {
            Number::Real(x) => json!(x),
            Number::Integer(i) => output::integer(i),
            Number::Text(s) => json!(s),
        };
        out.insert(quantity.key, value);
    }
    Ok(out)
}

/// A JSON value as indented lines for people.
fn lines(value: &Value, depth: usize) -> String {
    let indent = "  ".repeat(depth);
    match value {
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| {
                let key = key.replace('_', " ");
                match value {
                    Value::Object(m) if m.is_empty() => String::new(),
                    Value::Array(a) if a.is_empty() => String::new(),
                    Value::Object(_) => format!("{indent}{key}\n{}", lines(value, depth + 1)),
                    Value::Array(a) if a.iter().any(Value::is_object) => {
                        format!("{indent}{key}\n{}", lines(value, depth + 1))
                    }
                    other => format!("{indent}{key}: {}\n", scalar(other)),
                }
            })
            .collect(),
        Value::Array(list) => {
            let mut out = String::new();
            for (i, value) in list.iter().enumerate() {
                out.push_str(&format!("{indent}{}\n{}", i + 1, lines(value, depth + 1)));
            }
            out
        }
        other => format!("{indent}{}\n", scalar(other)),
    }
}

fn scalar(value: &Value) -> String {
    match value {
        Value::Null => "none".into(),
        Value::Bool(true) => "yes".into(),
        Value::Bool(false) => "no".into(),
        Value::String(s) => s.trim_start_matches('\u{e000}').to_owned(),
        Value::Array(a) => a.iter().map(scalar).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}
