//! The web: nodes in space and the threads between them, with what each thread is made of.
//!
//! Lengths are metres, masses kilograms, moduli pascals. z points up; generated orb webs stand
//! in the x–z plane. A general graph is a web as well: its threads get the default silk and its
//! nodes a computed place (see [`crate::layout`]).

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::columns::Column;
use crate::error::{Result, WebError};

/// Most nodes that a file or a generator may ask for.
pub const MAX_NODES: usize = 4_000_000;
/// Most threads that a file or a generator may ask for.
pub const MAX_THREADS: usize = 16_000_000;

/// The kinds of silk that a web is built of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SilkKind {
    /// The polygon that the radials end on.
    Frame,
    /// From the frame's corners to the world.
    Anchor,
    /// From the hub to the frame.
    Radial,
    /// The sticky spiral.
    CaptureSpiral,
    /// The rings of the hub.
    Hub,
    /// Everything else: tangles, chains, edges of a general graph.
    Tangle,
}

impl SilkKind {
    /// All kinds, in the order of their numbers.
    pub const ALL: [Self; 6] = [
        Self::Frame,
        Self::Anchor,
        Self::Radial,
        Self::CaptureSpiral,
        Self::Hub,
        Self::Tangle,
    ];

    /// 0 to 5, the index into [`SilkKind::ALL`].
    pub fn number(self) -> usize {
        self as usize
    }

    /// The name in files.
    pub fn key(self) -> &'static str {
        match self {
            Self::Frame => "frame",
            Self::Anchor => "anchor",
            Self::Radial => "radial",
            Self::CaptureSpiral => "capture_spiral",
            Self::Hub => "hub",
            Self::Tangle => "tangle",
        }
    }

    /// The name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Frame => "Frame",
            Self::Anchor => "Anchor",
            Self::Radial => "Radial",
            Self::CaptureSpiral => "Capture spiral",
            Self::Hub => "Hub",
            Self::Tangle => "Tangle",
        }
    }

    /// The kind with this name in files.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.key() == key)
    }
}

/// What a thread is made of.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Material {
    /// Young's modulus, Pa.
    pub modulus: f64,
    /// Mass by silk volume, kg/m³; for sticky silk the glue is counted in.
    pub density: f64,
}

/// Major ampullate (dragline) silk: about 10 GPa at small strain and 1,300 kg/m³ (Gosline,
/// Guerette, Ortlepp and Savage, J. Exp. Biol. 202, 1999).
pub const DRAGLINE: Material = Material {
    modulus: 10.0e9,
    density: 1300.0,
};

/// A knot of the web.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Node {
    /// Metres.
    pub position: [f64; 3],
    /// Held in place.
    pub pinned: bool,
    /// Mass on top of that of its threads, kg.
    pub mass: f64,
}

impl Node {
    /// A free node without a load.
    pub fn free(position: [f64; 3]) -> Self {
        Self {
            position,
            pinned: false,
            mass: 0.0,
        }
    }
    /// A node that is held in place.
    pub fn pinned(position: [f64; 3]) -> Self {
        Self {
            position,
            pinned: true,
            mass: 0.0,
        }
    }
}

/// A thread between two nodes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Thread {
    /// Node numbers; the order matters in a directed graph only.
    pub ends: [u32; 2],
    /// Length without tension, m.
    pub rest_length: f64,
    /// m.
    pub radius: f64,
    pub kind: SilkKind,
    pub material: Material,
}

impl Thread {
    /// Cross-section, m².
    pub fn area(&self) -> f64 {
        std::f64::consts::PI * self.radius * self.radius
    }
    /// Young's modulus times cross-section, N: the force at unit strain.
    pub fn axial_stiffness(&self) -> f64 {
        self.material.modulus * self.area()
    }
    /// Silk mass, kg.
    pub fn mass(&self) -> f64 {
        self.material.density * self.area() * self.rest_length
    }
}

/// Where the positions come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Placement {
    /// Measured or generated: they are data.
    Given,
    /// Made by a layout for a graph that has none: they are a picture.
    Layout,
}

/// A web or any other graph.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Web {
    pub name: String,
    pub directed: bool,
    pub placement: Placement,
    pub nodes: Vec<Node>,
    pub threads: Vec<Thread>,
    /// One name a node, unique; empty when nodes go by their numbers.
    pub labels: Vec<String>,
    /// Further attributes of nodes, one value a node each.
    pub node_columns: Vec<Column>,
    /// Further attributes of threads (`weight` among them), one value a thread each.
    pub thread_columns: Vec<Column>,
}

impl Web {
    /// Nothing holds it: a graph whose threads stand for relations, not silk in a frame.
    pub fn is_free(&self) -> bool {
        !self.nodes.iter().any(|n| n.pinned)
    }

    /// A web without nodes.
    pub fn empty(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            directed: false,
            placement: Placement::Given,
            nodes: Vec::new(),
            threads: Vec::new(),
            labels: Vec::new(),
            node_columns: Vec::new(),
            thread_columns: Vec::new(),
        }
    }

    /// Adds a node and returns its number.
    pub fn add_node(&mut self, node: Node) -> u32 {
        self.nodes.push(node);
        (self.nodes.len() - 1) as u32
    }

    /// Spans a thread between two placed nodes with the tension `prestress` (N) at that length.
    pub fn span(
        &mut self,
        ends: [u32; 2],
        kind: SilkKind,
        radius: f64,
        material: Material,
        prestress: f64,
    ) {
        let mut thread = Thread {
            ends,
            rest_length: 0.0,
            radius,
            kind,
            material,
        };
        let stiffness = thread.axial_stiffness();
        thread.rest_length = self.distance(ends) / (1.0 + prestress / stiffness);
        self.threads.push(thread);
    }

    /// Distance between two nodes, m.
    pub fn distance(&self, ends: [u32; 2]) -> f64 {
        let (a, b) = (
            self.nodes[ends[0] as usize].position,
            self.nodes[ends[1] as usize].position,
        );
        norm(sub(b, a))
    }

    /// The name of node `index`: its label, or its number.
    pub fn label(&self, index: usize) -> String {
        self.labels
            .get(index)
            .cloned()
            .unwrap_or_else(|| index.to_string())
    }

    /// The number of the node with this label (or this number).
    pub fn find(&self, label: &str) -> Option<usize> {
        if self.labels.is_empty() {
            label.parse().ok().filter(|&index| index < self.nodes.len())
        } else {
            self.labels.iter().position(|l| l == label)
        }
    }

    /// Lower and upper corner of the box around all nodes, m; zeros for an empty web.
    pub fn bounds(&self) -> [[f64; 3]; 2] {
        bounds(self.nodes.iter().map(|n| n.position))
    }

    /// The node that carries loads unless another is named: the free node nearest to the middle
    /// of the hub's silk, or, without a hub, to the middle of all nodes. Of equally near ones the
    /// first.
    pub fn load_node(&self) -> Option<usize> {
        let mut hub = vec![false; self.nodes.len()];
        for thread in self.threads.iter().filter(|t| t.kind == SilkKind::Hub) {
            for end in thread.ends {
                hub[end as usize] = true;
            }
        }
        let any_hub = hub.iter().any(|&h| h);
        let (mut middle, mut count) = ([0.0; 3], 0.0);
        for (node, &at_hub) in self.nodes.iter().zip(&hub) {
            if at_hub || !any_hub {
                middle = add(middle, node.position);
                count += 1.0;
            }
        }
        if count > 0.0 {
            middle = scale(middle, 1.0 / count);
        }
        let mut best: Option<(usize, f64)> = None;
        for (index, node) in self.nodes.iter().enumerate().filter(|(_, n)| !n.pinned) {
            let d = norm(sub(node.position, middle));
            if best.is_none_or(|(_, least)| d < least) {
                best = Some((index, d));
            }
        }
        best.map(|(index, _)| index)
    }

    /// Refuses a web that contradicts itself: each thread ends at two different existing nodes,
    /// all numbers are finite, lengths, radii, moduli and densities positive, labels unique and
    /// as many as nodes, columns as long as what they describe.
    pub fn check(&self) -> Result<()> {
        let count = self.nodes.len();
        if count > MAX_NODES || self.threads.len() > MAX_THREADS {
            return Err(too_large(count as f64, self.threads.len() as f64));
        }
        for (index, node) in self.nodes.iter().enumerate() {
            if !node.position.iter().all(|c| c.is_finite()) {
                return inconsistent(format!(
                    "node {} has no finite position: give x, y and z in metres",
                    self.label(index)
                ));
            }
            if !(node.mass.is_finite() && node.mass >= 0.0) {
                return inconsistent(format!(
                    "node {} has the mass {} kg: give zero or a positive number",
                    self.label(index),
                    node.mass
                ));
            }
        }
        for (index, thread) in self.threads.iter().enumerate() {
            let [a, b] = thread.ends;
            if a as usize >= count || b as usize >= count {
                return inconsistent(format!(
                    "thread {index} ends at node {}, but the web has {count} nodes: add the node \
                     or remove the thread",
                    a.max(b)
                ));
            }
            if a == b {
                return inconsistent(format!(
                    "thread {index} starts and ends at node {}: remove it",
                    self.label(a as usize)
                ));
            }
            let numbers = [
                ("rest length", thread.rest_length),
                ("radius", thread.radius),
                ("modulus", thread.material.modulus),
                ("density", thread.material.density),
            ];
            for (name, value) in numbers {
                if !(value.is_finite() && value > 0.0) {
                    return inconsistent(format!(
                        "thread {index} has the {name} {value}: give a positive number"
                    ));
                }
            }
        }
        if !self.labels.is_empty() {
            if self.labels.len() != count {
                return inconsistent(format!(
                    "{} labels for {count} nodes: give one a node or none",
                    self.labels.len()
                ));
            }
            let mut seen = HashMap::with_capacity(count);
            for (index, label) in self.labels.iter().enumerate() {
                if let Some(first) = seen.insert(label.as_str(), index) {
                    return inconsistent(format!(
                        "nodes {first} and {index} share the label “{label}”: make labels unique"
                    ));
                }
            }
        }
        let columns = self.node_columns.iter().map(|c| (c, count));
        let columns = columns.chain(self.thread_columns.iter().map(|c| (c, self.threads.len())));
        for (column, expected) in columns {
            if column.values.len() != expected {
                return inconsistent(format!(
                    "the column “{}” has {} values where {expected} are needed",
                    column.name,
                    column.values.len()
                ));
            }
        }
        Ok(())
    }
}

fn inconsistent<T>(sentence: String) -> Result<T> {
    Err(WebError::Inconsistent(sentence))
}

/// The refusal of a web beyond [`MAX_NODES`] or [`MAX_THREADS`].
pub(crate) fn too_large(nodes: f64, threads: f64) -> WebError {
    WebError::Inconsistent(format!(
        "{nodes} nodes and {threads} threads are more than the {MAX_NODES} and {MAX_THREADS} that \
         fit: take a part of the graph"
    ))
}

/// Lower and upper corner of the box around points; zeros when there are none.
pub fn bounds(points: impl Iterator<Item = [f64; 3]>) -> [[f64; 3]; 2] {
    let mut corners: Option<[[f64; 3]; 2]> = None;
    for p in points {
        let [low, high] = corners.get_or_insert([p, p]);
        for axis in 0..3 {
            low[axis] = low[axis].min(p[axis]);
            high[axis] = high[axis].max(p[axis]);
        }
    }
    corners.unwrap_or([[0.0; 3]; 2])
}

pub(crate) fn add(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[0] + b[0], a[1] + b[1], a[2] + b[2]]
}
pub(crate) fn sub(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}
pub(crate) fn scale(a: [f64; 3], s: f64) -> [f64; 3] {
    [a[0] * s, a[1] * s, a[2] * s]
}
pub(crate) fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}
pub(crate) fn norm(a: [f64; 3]) -> f64 {
    dot(a, a).sqrt()
}
pub(crate) fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    ]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn a_thread_spanned_with_prestress_carries_it_at_that_length() {
        let mut web = Web::empty("pair");
        let a = web.add_node(Node::pinned([0.0; 3]));
        let b = web.add_node(Node::free([0.0, 0.0, 0.1]));
        web.span([a, b], SilkKind::Radial, 1.0e-6, DRAGLINE, 1.0e-4);
        let thread = web.threads[0];
        let strain = 0.1 / thread.rest_length - 1.0;
        assert!((thread.axial_stiffness() * strain - 1.0e-4).abs() < 1e-15);
    }

    #[test]
    fn a_contradictory_web_is_refused_in_one_sentence() {
        let mut web = Web::empty("broken");
        let a = web.add_node(Node::free([0.0; 3]));
        let b = web.add_node(Node::free([1.0, 0.0, 0.0]));
        web.span([a, b], SilkKind::Tangle, 1e-6, DRAGLINE, 0.0);
        assert!(web.check().is_ok());
        let mut dangling = web.clone();
        dangling.threads[0].ends[1] = 7;
        assert!(
            dangling
                .check()
                .unwrap_err()
                .to_string()
                .contains("ends at node 7")
        );
        let mut nan = web.clone();
        nan.nodes[1].position[2] = f64::NAN;
        assert!(
            nan.check()
                .unwrap_err()
                .to_string()
                .contains("no finite position")
        );
        let mut negative = web.clone();
        negative.threads[0].rest_length = -1.0;
        assert!(
            negative
                .check()
                .unwrap_err()
                .to_string()
                .contains("rest length")
        );
        let mut labels = web;
        labels.labels = vec!["a".into(), "a".into()];
        assert!(
            labels
                .check()
                .unwrap_err()
                .to_string()
                .contains("share the label")
        );
    }

    #[test]
    fn every_kind_is_found_by_its_key() {
        for kind in SilkKind::ALL {
            assert_eq!(SilkKind::from_key(kind.key()), Some(kind));
            assert_eq!(SilkKind::ALL[kind.number()], kind);
        }
    }
}
