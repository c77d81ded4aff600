//! The kinds of web that a model can name, and how each becomes a [`Web`].

use loom_sim::parameter::complete;
use loom_sim::{Graph, Model, Settings, SimError};

use super::settings::{self, boolean, integer, real};
use crate::columns::{Column, Values};
use crate::files::{self, Format, Options};
use crate::generate::{OrbSettings, Silk, SilkTable, hanging_chain, orb, spokes_and_rings};
use crate::layout;
use crate::web::{MAX_NODES, MAX_THREADS, Material, Node, Placement, SilkKind, Thread, Web};

/// What a model grows or reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A garden spider's orb web; the other orbs differ in their defaults only.
    Garden,
    Fine,
    Sparse,
    Chain,
    /// Spokes and rings without a frame.
    Rings,
    Karate,
    /// A graph from a file, attached as `graph`.
    File,
    /// A web from a file: its nodes have places, and some are pinned.
    WebFile,
}

/// The attachment that a [`Kind::File`] is read from.
pub const ATTACHMENT: &str = "graph";

impl Kind {
    const ALL: [Self; 8] = [
        Self::Garden,
        Self::Fine,
        Self::Sparse,
        Self::Chain,
        Self::Rings,
        Self::Karate,
        Self::File,
        Self::WebFile,
    ];

    /// The name in models and commands.
    pub fn key(self) -> &'static str {
        match self {
            Self::Garden => "orb",
            Self::Fine => "fine-orb",
            Self::Sparse => "sparse-orb",
            Self::Chain => "chain",
            Self::Rings => "rings",
            Self::Karate => "karate",
            Self::File | Self::WebFile => "file",
        }
    }

    /// The kind that a model names.
    pub fn of(model: &Model) -> Result<Self, SimError> {
        let Some(kind) = Self::ALL.into_iter().find(|k| k.key() == model.kind) else {
            let mut known: Vec<&str> = Self::ALL.iter().map(|k| k.key()).collect();
            known.dedup();
            return Err(SimError::Unknown {
                what: "web",
                name: model.kind.clone(),
                hint: format!("; choose one of {}.", known.join(", ")),
            });
        };
        let placed = kind == Self::File
            && model.attachments.get(ATTACHMENT).is_some_and(|file| {
                // What the head of the file declares tells enough, and costs nothing.
                let head = String::from_utf8_lossy(&file.bytes[..file.bytes.len().min(4096)]);
                let x = ["attr.name=\"x\"", "source_x", "\"x\":"];
                x.iter().any(|mark| head.contains(mark)) && head.contains("pinned")
            });
        Ok(if placed { Self::WebFile } else { kind })
    }

    /// Grown from an orb web's parameters.
    pub fn is_orb(self) -> bool {
        matches!(self, Self::Garden | Self::Fine | Self::Sparse)
    }

    /// A graph whose threads stand for relations; nothing holds it.
    pub fn is_graph(self) -> bool {
        matches!(self, Self::Karate | Self::File)
    }
}

/// Generates a web by its kind's name (`orb`, `chain`, …) with settings by key, as the command
/// line does.
pub fn generate(kind: &str, given: &Settings, seed: u64) -> Result<Web, SimError> {
    let mut model = Model::new("webs", kind);
    model.parameters = given.clone();
    model.seed = seed;
    web_of(&model)
}

/// The web that a model describes, before any load.
pub fn web_of(model: &Model) -> Result<Web, SimError> {
    let kind = Kind::of(model)?;
    let values = complete(&settings::declared(kind), &model.parameters)?;
    let v = &values;
    let web = match kind {
        Kind::Garden | Kind::Fine | Kind::Sparse => orb(&orb_settings(v), model.seed),
        Kind::Chain => {
            // A necklace chain of steel wire in small: heavy, so that it shows its weight.
            let material = Material {
                modulus: 2.0e9,
                density: 7800.0,
            };
            let radius = 1e-6 * real(v, "thickness");
            let [span, length] = ["span", "length"].map(|key| 1e-2 * real(v, key));
            hanging_chain(integer(v, "links") as usize, span, length, radius, material)
        }
        Kind::Rings => spokes_and_rings(
            integer(v, "spokes") as usize,
            integer(v, "rings") as usize,
            1e-2 * real(v, "radius"),
        ),
        Kind::Karate => files::karate_club(),
        Kind::File | Kind::WebFile => {
            let file = model.attachments.get(ATTACHMENT).ok_or_else(|| {
                SimError::parse(
                    "This model has no graph attached: open a GraphML, CSV or JSON file.",
                )
            })?;
            let options = Options {
                repair: boolean(v, "repair"),
            };
            files::read(&file.name, &file.bytes, &options)
                .map(|import| import.web)
                .map_err(|e| crate::WebError::File(format!("{}: {e}", file.name)))
        }
    };
    web.map_err(SimError::parse)
}

fn orb_settings(v: &Settings) -> OrbSettings {
    let count = |key: &str| integer(v, key) as usize;
    let centimetres = |key: &str| 1e-2 * real(v, key);
    OrbSettings {
        anchors: count("anchors"),
        frame_radius: centimetres("frame_radius"),
        aspect: real(v, "aspect"),
        frame_irregularity: real(v, "frame_irregularity"),
        anchor_length: real(v, "anchor_length"),
        radials: count("radials"),
        radial_irregularity: real(v, "radial_irregularity"),
        hub_radius: centimetres("hub_radius"),
        hub_rings: count("hub_rings"),
        free_zone: centimetres("free_zone"),
        turns: count("turns"),
        spacing: 1e-3 * real(v, "spacing"),
        asymmetry: real(v, "asymmetry"),
        silk: SilkTable::default().with_radius(real(v, "thickness")),
    }
}

/// About how many nodes and threads a model has, found without building it.
pub fn size(model: &Model) -> Result<(u64, u64), SimError> {
    let kind = Kind::of(model)?;
    let values = complete(&settings::declared(kind), &model.parameters)?;
    let count = |key: &str| integer(&values, key).max(0) as u64;
    let (nodes, threads) = match kind {
        Kind::Garden | Kind::Fine | Kind::Sparse => {
            let nodes = count("radials") * (count("turns") + count("hub_rings") + 1);
            (nodes, 2 * nodes)
        }
        Kind::Chain => (count("links") + 1, count("links")),
        Kind::Rings => {
            let nodes = count("spokes") * count("rings");
            (nodes + 1, 2 * nodes)
        }
        Kind::Karate => (34, 78),
        Kind::File | Kind::WebFile => {
            // No format needs fewer than four bytes an edge.
            let bytes = model
                .attachments
                .get(ATTACHMENT)
                .map_or(0, |file| file.bytes.len());
            (bytes as u64 / 4, bytes as u64 / 4)
        }
    };
    Ok((nodes.min(MAX_NODES as u64), threads.min(MAX_THREADS as u64)))
}

/// A model from a file, `None` if it doesn't look like a graph.
pub fn open(name: &str, bytes: &[u8]) -> Option<Result<Model, SimError>> {
    let format = Format::of_name(name)?;
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(4096)]).to_ascii_lowercase();
    let head = start
        .lines()
        .find(|l| !l.starts_with(['#', '%']) && !l.trim().is_empty());
    let head = head.unwrap_or_default();
    let named = |a: &str, b: &str| head.contains(a) && head.contains(b);
    let looks = match format {
        Format::GraphMl => start.contains("<graphml"),
        Format::NodeLink => start.contains("\"nodes\"") || start.contains("\"links\""),
        Format::Edges => {
            named("source", "target") || named("from", "to") || named("node1", "node2")
        }
    };
    let checked = files::read(name, bytes, &Options::default());
    // A table of numbers without a header may be anything: it is a graph if two or three columns
    // of it make one.
    let columns = head
        .split([',', ';', '\t', ' '])
        .filter(|c| !c.is_empty())
        .count();
    let bare = format == Format::Edges && (2..=3).contains(&columns);
    let graph = looks || (bare && checked.is_ok());
    if !graph {
        return None;
    }
    let model = Model::new("webs", Kind::File.key()).attach(ATTACHMENT, name, bytes);
    Some(
        checked
            .map(|_| model)
            .map_err(|e| SimError::parse(format!("{name}: {e}"))),
    )
}

/// The command line that gives this web.
pub fn command(model: &Model) -> String {
    let mut line = match model.attachments.get(ATTACHMENT) {
        Some(file) => format!("strange-loom webs analyse {}", quoted(&file.name)),
        None => format!("strange-loom webs generate {}", model.kind),
    };
    for (key, value) in &model.parameters {
        line += &format!(" --set {key}={value}");
    }
    if model.seed != 0 {
        line += &format!(" --seed {}", model.seed);
    }
    if model.attachments.is_empty() {
        line += &format!(" --out {}.graphml", model.kind);
    }
    line
}

fn quoted(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
    if name.chars().all(plain) {
        name.to_owned()
    } else {
        format!("'{}'", name.replace('\'', r"'\''"))
    }
}

/// A graph handed over by another science.
pub fn from_graph(graph: &Graph) -> Result<Web, SimError> {
    let silk = *SilkTable::default().get(SilkKind::Tangle);
    let mut web = Web::empty("Graph");
    web.directed = graph.directed;
    let positions = graph.positions.as_ref();
    if graph.nodes > MAX_NODES || positions.is_some_and(|p| p.len() != graph.nodes) {
        return Err(SimError::other(
            "This graph's positions don't match its nodes, or it has too many nodes.",
        ));
    }
    web.nodes = (0..graph.nodes)
        .map(|i| Node::free(positions.map_or([0.0; 3], |p| p[i])))
        .collect();
    web.labels = graph.labels.clone().unwrap_or_default();
    for &ends in &graph.edges {
        if ends.iter().any(|&e| e as usize >= graph.nodes) {
            return Err(SimError::other(
                "An edge of this graph ends at a node that it lacks.",
            ));
        }
        let rest_length = web.distance(ends).max(1e-6);
        let Silk {
            radius, material, ..
        } = silk;
        let kind = SilkKind::Tangle;
        web.threads.push(Thread {
            ends,
            rest_length,
            radius,
            kind,
            material,
        });
    }
    let columns = |list: &[loom_sim::Column]| {
        let column = |c: &loom_sim::Column| Column {
            name: c.name.clone(),
            values: Values::Number(
                c.values
                    .iter()
                    .map(|v| v.is_finite().then_some(*v))
                    .collect(),
            ),
        };
        list.iter().map(column).collect()
    };
    web.node_columns = columns(&graph.node_columns);
    web.thread_columns = columns(&graph.edge_columns);
    if positions.is_none() {
        layout::place(&mut web);
    } else {
        web.placement = Placement::Given;
    }
    web.check().map_err(SimError::other)?;
    Ok(web)
}
