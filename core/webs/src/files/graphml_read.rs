//! Reads GraphML (graphml.graphdrawing.org): one graph, its keys, nodes and edges.
//!
//! Nested graphs, hyperedges and a mix of directed and undirected edges are refused by name.
//! Entities other than the five of XML are refused, so that no file can expand.

use std::collections::HashMap;

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use crate::error::{Result, WebError};
use crate::files::records::{Import, Options, Place, Records, check_count, refuse};
use crate::files::table::{Builder, parse_number, place};

/// Reads a GraphML document.
pub fn read_graphml(text: &str, options: &Options) -> Result<Import> {
    let mut parser = Parser::new(text);
    parser.run()?;
    parser.finish()?.assemble(options)
}

/// What a `<data>` belongs to.
#[derive(Clone, Copy, PartialEq)]
enum Owner {
    Nobody,
    Graph,
    Node(usize),
    Edge(usize),
}

struct Key {
    numeric: bool,
    default: Option<String>,
    node: Option<Builder>,
    edge: Option<Builder>,
    name: String,
}

struct Parser<'a> {
    text: &'a str,
    reader: Reader<&'a [u8]>,
    /// Line and column of the last place asked for, from which the next is counted on.
    counted: (usize, usize, usize),
    open: Vec<String>,
    keys: Vec<Key>,
    key_numbers: HashMap<String, usize>,
    records: Records,
    node_numbers: HashMap<String, u32>,
    /// Ends of each edge by name, kept until all nodes are known.
    edges: Vec<[String; 2]>,
    graphs: usize,
    direction: Option<bool>,
    owner: Owner,
    /// Key of the open `<data>` or `<key>`, and the text in it.
    data: Option<usize>,
    content: String,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            reader: Reader::from_str(text),
            counted: (0, 1, 1),
            open: Vec::new(),
            keys: Vec::new(),
            key_numbers: HashMap::new(),
            records: Records::default(),
            node_numbers: HashMap::new(),
            edges: Vec::new(),
            graphs: 0,
            direction: None,
            owner: Owner::Nobody,
            data: None,
            content: String::new(),
        }
    }

    /// Place of a byte offset; offsets mostly grow, so counting goes on from the last.
    fn place(&mut self, offset: usize) -> Place {
        let bytes = self.text.as_bytes();
        let offset = offset.min(bytes.len());
        let (from, mut line, mut column) = self.counted;
        if offset < from {
            return place(bytes, offset);
        }
        for &b in &bytes[from..offset] {
            if b == b'\n' {
                line += 1;
                column = 1;
            } else if b & 0xC0 != 0x80 {
                column += 1;
            }
        }
        self.counted = (offset, line, column);
        (line, column)
    }

    fn run(&mut self) -> Result<()> {
        loop {
            let offset = self.reader.buffer_position() as usize;
            let event = match self.reader.read_event() {
                Ok(event) => event,
                Err(error) => {
                    let at = self.place(self.reader.error_position() as usize);
                    return refuse(at, format!("this is not XML ({error}): correct it here"));
                }
            };
            let at = self.place(offset);
            match event {
                Event::Start(tag) => {
                    if self.open.len() >= 32 {
                        return refuse(at, "elements are nested more than 32 deep: flatten them");
                    }
                    self.start(&tag, at)?;
                    self.open.push(tag.local_name().into_inner().to_owned());
                }
                Event::Empty(tag) => {
                    self.start(&tag, at)?;
                    let name = tag.local_name().into_inner().to_owned();
                    self.end(&name, at)?;
                }
                Event::End(tag) => {
                    self.open.pop();
                    let name = tag.local_name().into_inner().to_owned();
                    self.end(&name, at)?;
                }
                Event::Text(text) if self.takes_text() => self.content.push_str(&text),
                Event::CData(text) if self.takes_text() => self.content.push_str(&text),
                Event::GeneralRef(entity) => {
                    let known = match entity.as_ref() {
                        "lt" => Some('<'),
                        "gt" => Some('>'),
                        "amp" => Some('&'),
                        "apos" => Some('\''),
                        "quot" => Some('"'),
                        _ => entity.resolve_char_ref().ok().flatten(),
                    };
                    let Some(character) = known else {
                        return refuse(at, unknown_entity(&entity));
                    };
                    if self.takes_text() {
                        self.content.push(character);
                    }
                }
                Event::DocType(text) if text.contains('[') || text.contains("<!ENTITY") => {
                    return refuse(
                        at,
                        "this file defines XML entities, which are refused because they can grow \
                         without bound: replace them by their text",
                    );
                }
                Event::Eof => break,
                _ => {}
            }
        }
        if let Some(name) = self.open.last() {
            let name = name.clone();
            let at = self.place(self.text.len());
            return refuse(at, format!("the file ends within <{name}>: it is cut off"));
        }
        Ok(())
    }

    /// Whether text here is a value.
    fn takes_text(&self) -> bool {
        self.data.is_some()
            && matches!(
                self.open.last().map(String::as_str),
                Some("data" | "default")
            )
    }

    fn start(&mut self, tag: &BytesStart<'_>, at: Place) -> Result<()> {
        let name = tag.local_name();
        if self.open.is_empty() && name.into_inner() != "graphml" {
            return refuse(
                at,
                format!(
                    "the first element is <{}>, not <graphml>: this is no GraphML",
                    name.into_inner()
                ),
            );
        }
        match name.into_inner() {
            "key" => self.start_key(tag, at),
            "graph" => self.start_graph(tag, at),
            "node" => {
                self.within_graph("node", at)?;
                let id = required(tag, "id", "node", at)?;
                let number = self.records.labels.len();
                check_count("nodes", number as u64 + 1, at)?;
                if self
                    .node_numbers
                    .insert(id.clone(), number as u32)
                    .is_some()
                {
                    return refuse(at, format!("the node {id} stands here twice: rename one"));
                }
                self.records.labels.push(id);
                self.records.node_places.push(at);
                self.owner = Owner::Node(number);
                Ok(())
            }
            "edge" => {
                self.within_graph("edge", at)?;
                let ends = [
                    required(tag, "source", "edge", at)?,
                    required(tag, "target", "edge", at)?,
                ];
                if let Some(text) = attribute(tag, "directed", at)? {
                    let directed = text.trim() == "true";
                    if directed != self.records.directed {
                        return refuse(
                            at,
                            "directed and undirected edges are mixed here: make them all of one \
                             kind",
                        );
                    }
                }
                check_count("edges", self.edges.len() as u64 + 1, at)?;
                self.owner = Owner::Edge(self.edges.len());
                self.edges.push(ends);
                self.records.thread_places.push(at);
                Ok(())
            }
            "data" => {
                if self.owner == Owner::Nobody && self.graphs == 0 {
                    return Ok(());
                }
                let key = required(tag, "key", "data", at)?;
                let Some(&number) = self.key_numbers.get(&key) else {
                    return refuse(
                        at,
                        format!("the attribute {key} is not declared: add a <key id=\"{key}\">"),
                    );
                };
                self.data = Some(number);
                self.content.clear();
                Ok(())
            }
            "hyperedge" => refuse(at, "hyperedges are not read: split them into edges"),
            _ => Ok(()),
        }
    }

    fn within_graph(&self, what: &str, at: Place) -> Result<()> {
        if self.graphs == 0 {
            return refuse(
                at,
                format!("this {what} stands outside of a graph: move it into one"),
            );
        }
        if matches!(self.owner, Owner::Node(_) | Owner::Edge(_)) {
            return refuse(
                at,
                format!("this {what} stands within a node or edge: move it out"),
            );
        }
        Ok(())
    }

    fn start_key(&mut self, tag: &BytesStart<'_>, at: Place) -> Result<()> {
        let id = required(tag, "id", "key", at)?;
        let name = attribute(tag, "attr.name", at)?.unwrap_or_else(|| id.clone());
        let numeric = matches!(
            attribute(tag, "attr.type", at)?.as_deref(),
            Some("int" | "long" | "float" | "double")
        );
        let domain = attribute(tag, "for", at)?.unwrap_or_else(|| "all".to_owned());
        let on = |what: &str| (domain == what || domain == "all").then(|| Builder::new(&name));
        let (node, edge) = (on("node"), on("edge"));
        let number = self.keys.len();
        if number >= 4096 {
            return refuse(at, "more than 4096 attributes are declared: remove some");
        }
        if self.key_numbers.insert(id.clone(), number).is_some() {
            return refuse(
                at,
                format!("the attribute {id} is declared twice: remove one"),
            );
        }
        self.keys.push(Key {
            numeric,
            default: None,
            node,
            edge,
            name,
        });
        self.data = Some(number);
        self.content.clear();
        Ok(())
    }

    fn start_graph(&mut self, tag: &BytesStart<'_>, at: Place) -> Result<()> {
        if self.open.iter().any(|name| name == "graph") {
            return refuse(at, "graphs within graphs are not read: flatten them");
        }
        self.graphs += 1;
        if self.graphs > 1 {
            return refuse(
                at,
                "this file has a second graph: save it as a file of its own",
            );
        }
        for (name, what) in [("parse.nodes", "nodes"), ("parse.edges", "edges")] {
            if let Some(text) = attribute(tag, name, at)? {
                let Some(count) = parse_number(&text).filter(|c| *c >= 0.0) else {
                    return refuse(at, format!("{name} = “{text}” is not a count: correct it"));
                };
                check_count(what, count as u64, at)?;
            }
        }
        self.records.directed = match attribute(tag, "edgedefault", at)?.as_deref() {
            Some("directed") => true,
            Some("undirected") | None => false,
            Some(other) => {
                return refuse(
                    at,
                    format!("edgedefault = “{other}” is neither directed nor undirected: choose"),
                );
            }
        };
        self.direction = Some(self.records.directed);
        if let Some(name) = attribute(tag, "id", at)?.filter(|id| id != "G") {
            self.records.name = name;
        }
        self.owner = Owner::Graph;
        Ok(())
    }

    fn end(&mut self, name: &str, at: Place) -> Result<()> {
        match name {
            "node" | "edge" => self.owner = Owner::Graph,
            "graph" => self.owner = Owner::Nobody,
            "default" => {
                if let Some(key) = self.data {
                    let key = &mut self.keys[key];
                    if key.numeric && parse_number(&self.content).is_none() {
                        return refuse(at, not_a_number(&key.name, &self.content));
                    }
                    key.default = Some(std::mem::take(&mut self.content));
                }
            }
            "key" => self.data = None,
            "data" => {
                let Some(number) = self.data.take() else {
                    return Ok(());
                };
                let key = &mut self.keys[number];
                let content = std::mem::take(&mut self.content);
                let (builder, row) = match self.owner {
                    Owner::Node(row) => (&mut key.node, row),
                    Owner::Edge(row) => (&mut key.edge, row),
                    Owner::Graph | Owner::Nobody => {
                        if key.name == "name" {
                            self.records.name = content;
                        }
                        return Ok(());
                    }
                };
                let Some(builder) = builder else {
                    return refuse(
                        at,
                        format!(
                            "the attribute {} is not declared for this element",
                            key.name
                        ),
                    );
                };
                if key.numeric && parse_number(&content).is_none() {
                    return refuse(at, not_a_number(&key.name, &content));
                }
                if !builder.set(row, content) {
                    return refuse(at, format!("{} is given twice here: remove one", key.name));
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Records> {
        if self.graphs == 0 {
            return refuse((1, 1), "there is no <graph> in this file: is it GraphML?");
        }
        self.records.ends.reserve(self.edges.len());
        for (row, ends) in self.edges.iter().enumerate() {
            let mut numbers = [0; 2];
            for (side, end) in ends.iter().enumerate() {
                let Some(&number) = self.node_numbers.get(end) else {
                    return refuse(
                        self.records.thread_places[row],
                        format!(
                            "this edge ends at {end}, which is no node: add it or drop the edge"
                        ),
                    );
                };
                numbers[side] = number;
            }
            self.records.ends.push(numbers);
        }
        let (nodes, edges) = (self.records.labels.len(), self.edges.len());
        for key in self.keys {
            let used = |b: &Builder| !b.cells.is_empty() || key.default.is_some();
            let default = key.default.as_deref();
            let numeric = Some(key.numeric);
            if let Some(builder) = key.node.filter(used) {
                self.records
                    .node_columns
                    .push(builder.finish(nodes, default, numeric));
            }
            let used = |b: &Builder| !b.cells.is_empty() || key.default.is_some();
            if let Some(builder) = key.edge.filter(used) {
                self.records
                    .thread_columns
                    .push(builder.finish(edges, default, numeric));
            }
        }
        Ok(self.records)
    }
}

fn not_a_number(name: &str, text: &str) -> String {
    let short: String = text.trim().chars().take(40).collect();
    format!("{name} = “{short}” is not a number, as its key declares: correct it")
}

fn unknown_entity(name: &str) -> String {
    let short: String = name.chars().take(40).collect();
    format!("the entity &{short}; is not one of XML's own: replace it by its text")
}

/// An attribute's text, its references resolved.
fn attribute(tag: &BytesStart<'_>, name: &str, at: Place) -> Result<Option<String>> {
    let broken = |error: &dyn std::fmt::Display| WebError::Read {
        line: at.0,
        column: at.1,
        problem: format!("this element's attributes are broken ({error}): correct them"),
    };
    for attribute in tag.attributes() {
        let attribute = attribute.map_err(|e| broken(&e))?;
        if attribute.key.as_ref() == name {
            let value = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(|e| broken(&e))?;
            return Ok(Some(value.into_owned()));
        }
    }
    Ok(None)
}

fn required(tag: &BytesStart<'_>, name: &str, element: &str, at: Place) -> Result<String> {
    match attribute(tag, name, at)? {
        Some(value) => Ok(value),
        None => refuse(at, format!("this {element} has no {name}: give it one")),
    }
}
