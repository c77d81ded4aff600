//! From rows to a web: the meaning of columns, and the checks that every format shares.

use std::collections::HashMap;

use crate::columns::{Column, Values};
use crate::error::{Result, WebError};
use crate::files::table::parse_boolean;
use crate::generate::SilkTable;
use crate::layout;
use crate::web::{MAX_NODES, MAX_THREADS, Material, Node, Placement, SilkKind, Thread, Web};

/// How a file is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Merge duplicate edges into their first and drop self loops instead of refusing them.
    pub repair: bool,
}

/// A web that was read, and what had to be repaired to read it, one sentence each.
#[derive(Clone, Debug, PartialEq)]
pub struct Import {
    pub web: Web,
    pub repairs: Vec<String>,
}

/// Where a row stands: line, and column or field.
pub type Place = (usize, usize);

/// What a format's reader hands over.
#[derive(Debug, Default)]
pub struct Records {
    pub name: String,
    pub directed: bool,
    pub labels: Vec<String>,
    pub node_columns: Vec<Column>,
    pub node_places: Vec<Place>,
    pub ends: Vec<[u32; 2]>,
    pub thread_columns: Vec<Column>,
    pub thread_places: Vec<Place>,
}

/// A refusal at a place.
pub fn refuse<T>(at: Place, problem: impl Into<String>) -> Result<T> {
    Err(WebError::Read {
        line: at.0,
        column: at.1,
        problem: problem.into(),
    })
}

/// Refuses a count beyond what fits, before anything is allocated for it.
pub fn check_count(what: &str, count: u64, at: Place) -> Result<()> {
    let limit = if what == "nodes" {
        MAX_NODES
    } else {
        MAX_THREADS
    };
    if count > limit as u64 {
        return refuse(
            at,
            format!("{count} {what} are more than the {limit} that fit: take a part"),
        );
    }
    Ok(())
}

impl Records {
    /// Makes the web.
    pub fn assemble(mut self, options: &Options) -> Result<Import> {
        check_count("nodes", self.labels.len() as u64, (1, 1))?;
        check_count("edges", self.ends.len() as u64, (1, 1))?;
        let repairs = self.simplify(options)?;
        let nodes = self.nodes()?;
        let mut web = Web {
            name: std::mem::take(&mut self.name),
            directed: self.directed,
            placement: Placement::Given,
            nodes: Vec::new(),
            threads: Vec::new(),
            labels: std::mem::take(&mut self.labels),
            node_columns: Vec::new(),
            thread_columns: Vec::new(),
        };
        let placed = nodes.is_some();
        web.nodes = nodes.unwrap_or_else(|| vec![Node::free([0.0; 3]); web.labels.len()]);
        self.threads(&mut web, placed, options)?;
        self.pins_and_masses(&mut web)?;
        if !placed {
            layout::place(&mut web);
        }
        web.node_columns = self.node_columns;
        web.thread_columns = self.thread_columns;
        web.check()?;
        Ok(Import { web, repairs })
    }

    /// Refuses or repairs self loops and duplicate edges.
    fn simplify(&mut self, options: &Options) -> Result<Vec<String>> {
        let mut keep = vec![true; self.ends.len()];
        let mut seen: HashMap<[u32; 2], usize> = HashMap::with_capacity(self.ends.len());
        let (mut loops, mut merged) = (0_usize, 0_usize);
        for (row, &[a, b]) in self.ends.iter().enumerate() {
            let at = self.thread_places[row];
            if a == b {
                if !options.repair {
                    let label = &self.labels[a as usize];
                    return refuse(
                        at,
                        format!(
                            "this edge leads from node {label} to itself: remove it, or open the \
                             file with repairs"
                        ),
                    );
                }
                loops += 1;
                keep[row] = false;
                continue;
            }
            let key = if self.directed || a < b {
                [a, b]
            } else {
                [b, a]
            };
            if let Some(&first) = seen.get(&key) {
                if !options.repair {
                    let (line, _) = self.thread_places[first];
                    let [from, to] = [a, b].map(|e| &self.labels[e as usize]);
                    return refuse(
                        at,
                        format!(
                            "the edge from {from} to {to} stands in line {line} already: remove \
                             one, or open the file with repairs"
                        ),
                    );
                }
                merged += 1;
                keep[row] = false;
            } else {
                seen.insert(key, row);
            }
        }
        let mut repairs = Vec::new();
        if loops + merged > 0 {
            let rows = keep.len();
            let mut row = keep.iter();
            self.ends.retain(|_| row.next().copied().unwrap_or(false));
            let mut row = keep.iter();
            self.thread_places
                .retain(|_| row.next().copied().unwrap_or(false));
            for column in &mut self.thread_columns {
                column.values.retain_rows(&keep);
            }
            repairs.push(format!(
                "{rows} rows → {} edges: {merged} merged into their first, {loops} self loops \
                 dropped.",
                self.ends.len()
            ));
        }
        Ok(repairs)
    }

    /// Takes a column out by its name.
    fn take(columns: &mut Vec<Column>, name: &str) -> Option<Values> {
        let index = columns.iter().position(|c| c.name == name)?;
        Some(columns.remove(index).values)
    }

    /// The number in a row; `None` where there is none, an error where there is something else.
    fn number(values: &Values, row: usize, name: &str, at: Place) -> Result<Option<f64>> {
        match values {
            Values::Number(list) => Ok(list.get(row).copied().flatten()),
            Values::Text(list) => match list.get(row).map(|t| t.trim()) {
                None | Some("") => Ok(None),
                Some(text) => match text.parse() {
                    Ok(value) => Ok(Some(value)),
                    Err(_) => refuse(at, format!("{name} = “{text}” is not a number: give one")),
                },
            },
        }
    }

    /// Placed nodes, or `None` if the file has no positions.
    fn nodes(&mut self) -> Result<Option<Vec<Node>>> {
        let has = |name: &str| self.node_columns.iter().any(|c| c.name == name);
        if !(has("x") && has("y")) {
            return Ok(None);
        }
        let axes = ["x", "y", "z"].map(|name| (name, Self::take(&mut self.node_columns, name)));
        let mut nodes = Vec::with_capacity(self.labels.len());
        for row in 0..self.labels.len() {
            let at = self.node_places[row];
            let mut position = [0.0; 3];
            for (axis, (name, values)) in axes.iter().enumerate() {
                let Some(values) = values else { continue };
                let value = Self::number(values, row, name, at)?;
                match value {
                    Some(v) if v.is_finite() => position[axis] = v,
                    Some(v) => {
                        return refuse(
                            at,
                            format!(
                                "node {} has {name} = {v}: give a finite number of metres",
                                self.labels[row]
                            ),
                        );
                    }
                    None => {
                        return refuse(
                            at,
                            format!(
                                "node {} has no {name}: give all nodes positions, or none",
                                self.labels[row]
                            ),
                        );
                    }
                }
            }
            nodes.push(Node::free(position));
        }
        Ok(Some(nodes))
    }

    fn pins_and_masses(&mut self, web: &mut Web) -> Result<()> {
        if let Some(values) = Self::take(&mut self.node_columns, "pinned") {
            for (row, node) in web.nodes.iter_mut().enumerate() {
                let text = values.text(row);
                let Some(pinned) = parse_boolean(&text) else {
                    return refuse(
                        self.node_places[row],
                        format!("pinned = “{text}” is neither true nor false: give one of them"),
                    );
                };
                node.pinned = pinned;
            }
        }
        if let Some(values) = Self::take(&mut self.node_columns, "mass") {
            for (row, node) in web.nodes.iter_mut().enumerate() {
                let at = self.node_places[row];
                let mass = Self::number(&values, row, "mass", at)?.unwrap_or(0.0);
                if !(mass.is_finite() && mass >= 0.0) {
                    let problem = format!("the mass {mass} kg has to be zero or positive");
                    return refuse(at, problem);
                }
                node.mass = mass;
            }
        }
        Ok(())
    }

    fn threads(&mut self, web: &mut Web, placed: bool, options: &Options) -> Result<()> {
        let kinds = Self::take(&mut self.thread_columns, "kind");
        let names = ["radius", "modulus", "density"];
        let given = names.map(|name| (name, Self::take(&mut self.thread_columns, name)));
        // Without positions a rest length is an attribute like any other.
        let rests = if placed {
            Self::take(&mut self.thread_columns, "rest_length")
        } else {
            None
        };
        let table = SilkTable::default();
        let mut foreign: Option<Vec<String>> = None;
        for (row, &ends) in self.ends.iter().enumerate() {
            let at = self.thread_places[row];
            let text = kinds.as_ref().map(|k| k.text(row)).unwrap_or_default();
            let kind = SilkKind::from_key(&text);
            if kind.is_none() && !text.is_empty() {
                // Another program's "kind" of edge is kept as it is.
                foreign.get_or_insert_with(|| vec![String::new(); row]);
            }
            if let Some(list) = &mut foreign {
                list.push(text);
            }
            let kind = kind.unwrap_or(SilkKind::Tangle);
            let silk = table.get(kind);
            let mut numbers = [silk.radius, silk.material.modulus, silk.material.density];
            for (number, (name, values)) in numbers.iter_mut().zip(&given) {
                if let Some(value) = values
                    .as_ref()
                    .map_or(Ok(None), |v| Self::number(v, row, name, at))?
                {
                    *number = positive(value, name, at)?;
                }
            }
            let mut rest_length = match &rests {
                Some(values) => Self::number(values, row, "rest_length", at)?,
                None => None,
            };
            if let Some(rest) = rest_length {
                positive(rest, "rest_length", at)?;
            } else if placed {
                let distance = web.distance(ends);
                if distance == 0.0 && !options.repair {
                    return refuse(
                        at,
                        "both ends of this edge lie at one place: give its rest_length, or move \
                         a node",
                    );
                }
                rest_length = Some(distance.max(1e-6));
            }
            let [radius, modulus, density] = numbers;
            web.threads.push(Thread {
                ends,
                rest_length: rest_length.unwrap_or(1.0),
                radius,
                kind,
                material: Material { modulus, density },
            });
        }
        if let Some(list) = foreign {
            self.thread_columns.push(Column {
                name: "kind".into(),
                values: Values::Text(list),
            });
            for thread in &mut web.threads {
                thread.kind = SilkKind::Tangle;
            }
        }
        Ok(())
    }
}

fn positive(value: f64, name: &str, at: Place) -> Result<f64> {
    if value.is_finite() && value > 0.0 {
        Ok(value)
    } else {
        refuse(at, format!("{name} = {value} has to be a positive number"))
    }
}

/// The columns that a file of this web has beyond those that it keeps as they are: for nodes,
/// then for threads. A graph's layout and its default silk are not written.
pub fn own_columns(web: &Web) -> (Vec<Column>, Vec<Column>) {
    let mut nodes = Vec::new();
    let mut threads = Vec::new();
    let numbers = |name: &str, values: Vec<f64>| Column {
        name: name.to_owned(),
        values: Values::Number(values.into_iter().map(Some).collect()),
    };
    let given = web.placement == Placement::Given;
    if given {
        for (axis, name) in ["x", "y", "z"].into_iter().enumerate() {
            nodes.push(numbers(
                name,
                web.nodes.iter().map(|n| n.position[axis]).collect(),
            ));
        }
    }
    if web.nodes.iter().any(|n| n.pinned) {
        let values = web.nodes.iter().map(|n| n.pinned.to_string()).collect();
        nodes.push(Column {
            name: "pinned".into(),
            values: Values::Text(values),
        });
    }
    if web.nodes.iter().any(|n| n.mass != 0.0) {
        nodes.push(numbers("mass", web.nodes.iter().map(|n| n.mass).collect()));
    }
    let plain = *SilkTable::default().get(SilkKind::Tangle);
    let all_plain = web.threads.iter().all(|t| {
        t.kind == SilkKind::Tangle && t.radius == plain.radius && t.material == plain.material
    });
    if given {
        threads.push(numbers(
            "rest_length",
            web.threads.iter().map(|t| t.rest_length).collect(),
        ));
    }
    if !all_plain {
        let kinds = web
            .threads
            .iter()
            .map(|t| t.kind.key().to_owned())
            .collect();
        if !web.thread_columns.iter().any(|c| c.name == "kind") {
            threads.push(Column {
                name: "kind".into(),
                values: Values::Text(kinds),
            });
        }
        threads.push(numbers(
            "radius",
            web.threads.iter().map(|t| t.radius).collect(),
        ));
        let modulus = web.threads.iter().map(|t| t.material.modulus).collect();
        threads.push(numbers("modulus", modulus));
        let density = web.threads.iter().map(|t| t.material.density).collect();
        threads.push(numbers("density", density));
    }
    (nodes, threads)
}
