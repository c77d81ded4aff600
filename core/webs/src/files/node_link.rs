//! Node-link JSON, as networkx writes and reads it: `nodes` with an `id`, `links` (or `edges`)
//! with `source` and `target`, everything else as attributes.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use crate::columns::{Column, Values};
use crate::error::{Result, WebError};
use crate::files::records::{Import, Options, Records, check_count, own_columns, refuse};
use crate::files::table::Builder;
use crate::web::Web;

/// Reads a node-link document. Places in errors are lines and columns where the text isn't JSON,
/// and name the node or edge by its number elsewhere.
pub fn read_node_link(text: &str, options: &Options) -> Result<Import> {
    let document: Value = serde_json::from_str(text).map_err(|error| WebError::Read {
        line: error.line(),
        column: error.column(),
        problem: format!("this is not JSON ({error}): correct it here"),
    })?;
    let list = |names: &[&str]| {
        names
            .iter()
            .find_map(|name| document.get(name))
            .and_then(Value::as_array)
    };
    let (Some(nodes), Some(links)) = (list(&["nodes"]), list(&["links", "edges"])) else {
        return refuse(
            (1, 1),
            "the document has no lists “nodes” and “links”: is it a graph?",
        );
    };
    check_count("nodes", nodes.len() as u64, (1, 1))?;
    check_count("edges", links.len() as u64, (1, 1))?;
    let mut records = Records {
        directed: document
            .get("directed")
            .and_then(Value::as_bool)
            .unwrap_or(false),
        name: document
            .pointer("/graph/name")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned(),
        node_places: vec![(1, 1); nodes.len()],
        thread_places: vec![(1, 1); links.len()],
        ..Records::default()
    };
    let mut numbers = HashMap::with_capacity(nodes.len());
    let mut columns = Columns::default();
    for (row, node) in nodes.iter().enumerate() {
        let Some(node) = node.as_object() else {
            return refuse(
                (1, 1),
                format!("node {row} is not an object: give it an id"),
            );
        };
        let Some(id) = node.get("id").and_then(name) else {
            return refuse(
                (1, 1),
                format!("node {row} has no id: give it a text or a number"),
            );
        };
        if numbers.insert(id.clone(), row as u32).is_some() {
            return refuse(
                (1, 1),
                format!("the node {id} stands here twice: rename one"),
            );
        }
        records.labels.push(id);
        columns.row(row, node, &["id"]);
    }
    records.node_columns = columns.finish(nodes.len());
    let mut columns = Columns::default();
    for (row, link) in links.iter().enumerate() {
        let Some(link) = link.as_object() else {
            return refuse(
                (1, 1),
                format!("edge {row} is not an object: give it its ends"),
            );
        };
        let mut ends = [0; 2];
        for (side, key) in ["source", "target"].into_iter().enumerate() {
            let Some(id) = link.get(key).and_then(name) else {
                return refuse((1, 1), format!("edge {row} has no {key}: name a node"));
            };
            let Some(&number) = numbers.get(&id) else {
                let problem = format!("edge {row} ends at {id}, which is no node: add it");
                return refuse((1, 1), problem);
            };
            ends[side] = number;
        }
        records.ends.push(ends);
        columns.row(row, link, &["source", "target", "key"]);
    }
    records.thread_columns = columns.finish(links.len());
    records.assemble(options)
}

/// A node's name: a text, or a number as its text.
fn name(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[derive(Default)]
struct Columns {
    builders: Vec<Builder>,
    numbers: HashMap<String, usize>,
}

impl Columns {
    fn row(&mut self, row: usize, object: &Map<String, Value>, skip: &[&str]) {
        for (key, value) in object
            .iter()
            .filter(|(key, _)| !skip.contains(&key.as_str()))
        {
            let text = match value {
                Value::Null => continue,
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            let number = *self.numbers.entry(key.clone()).or_insert_with(|| {
                self.builders.push(Builder::new(key));
                self.builders.len() - 1
            });
            self.builders[number].set(row, text);
        }
    }

    fn finish(self, rows: usize) -> Vec<Column> {
        self.builders
            .into_iter()
            .map(|b| b.finish(rows, None, None))
            .collect()
    }
}

/// The web as node-link JSON, which [`read_node_link`] reads back the same.
pub fn write_node_link(web: &Web) -> String {
    let (mut nodes, mut threads) = own_columns(web);
    nodes.extend(web.node_columns.iter().cloned());
    threads.extend(web.thread_columns.iter().cloned());
    let attributes = |object: &mut Map<String, Value>, columns: &[Column], row: usize| {
        for column in columns {
            let value = match &column.values {
                Values::Number(list) => match list.get(row).copied().flatten() {
                    Some(value) => json!(value),
                    None => continue,
                },
                Values::Text(list) => match list.get(row) {
                    Some(text) if !text.is_empty() => match (column.name.as_str(), text.as_str()) {
                        ("pinned", "true") => json!(true),
                        ("pinned", "false") => json!(false),
                        _ => json!(text),
                    },
                    _ => continue,
                },
            };
            object.insert(column.name.clone(), value);
        }
    };
    let node_list: Vec<Value> = (0..web.nodes.len())
        .map(|row| {
            let mut object = Map::new();
            object.insert("id".into(), json!(web.label(row)));
            attributes(&mut object, &nodes, row);
            Value::Object(object)
        })
        .collect();
    let links: Vec<Value> = web
        .threads
        .iter()
        .enumerate()
        .map(|(row, thread)| {
            let mut object = Map::new();
            object.insert("source".into(), json!(web.label(thread.ends[0] as usize)));
            object.insert("target".into(), json!(web.label(thread.ends[1] as usize)));
            attributes(&mut object, &threads, row);
            Value::Object(object)
        })
        .collect();
    let document = json!({
        "directed": web.directed,
        "multigraph": false,
        "graph": { "name": web.name },
        "nodes": node_list,
        "links": links,
    });
    document.to_string() + "\n"
}
