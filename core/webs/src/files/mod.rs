//! Webs and graphs in files: GraphML, CSV edge lists, node-link JSON.
//!
//! What a file means is settled in one place, [`records`]: columns named `x`, `y`, `z` (m),
//! `pinned`, `mass` (kg) describe nodes, `rest_length`, `radius` (m), `modulus` (Pa), `density`
//! (kg/m³) and `kind` describe threads, all others are kept as they are. A graph without `x` and
//! `y` gets a layout. Duplicate edges and self loops are refused, or repaired on request.

pub mod edges_read;
pub mod edges_write;
pub mod graphml_read;
pub mod graphml_write;
pub mod node_link;
pub mod records;
pub mod table;
#[cfg(test)]
mod tests;

use crate::error::{Result, WebError};
use crate::web::Web;

pub use edges_read::read_edges;
pub use edges_write::write_edges;
pub use graphml_read::read_graphml;
pub use graphml_write::write_graphml;
pub use node_link::{read_node_link, write_node_link};
pub use records::{Import, Options};

/// The formats that are read and written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    GraphMl,
    /// Edge list with commas, semicolons, tabs or spaces.
    Edges,
    /// Node-link JSON, as networkx has it.
    NodeLink,
}

impl Format {
    /// All formats.
    pub const ALL: [Self; 3] = [Self::GraphMl, Self::Edges, Self::NodeLink];

    /// The file ending that it is written with.
    pub fn ending(self) -> &'static str {
        match self {
            Self::GraphMl => "graphml",
            Self::Edges => "csv",
            Self::NodeLink => "json",
        }
    }

    /// The name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::GraphMl => "GraphML",
            Self::Edges => "CSV edge list",
            Self::NodeLink => "Node-link JSON",
        }
    }

    /// The format that a file of this name has, by its ending.
    pub fn of_name(name: &str) -> Option<Self> {
        let (_, ending) = name.rsplit_once('.')?;
        match ending.to_ascii_lowercase().as_str() {
            "graphml" | "xml" => Some(Self::GraphMl),
            "csv" | "tsv" | "edges" | "edgelist" => Some(Self::Edges),
            "json" => Some(Self::NodeLink),
            _ => None,
        }
    }
}

/// Reads a web from a file's bytes. The name gives the format and, without its ending, the web's
/// name.
pub fn read(name: &str, bytes: &[u8], options: &Options) -> Result<Import> {
    let format = Format::of_name(name).ok_or_else(|| {
        WebError::File(format!(
            "the ending of {name} is not one of graphml, csv, tsv, json: rename the file or name \
             its format"
        ))
    })?;
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let (line, column) = table::place(bytes, error.valid_up_to());
        let problem = "this is not UTF-8: save the file as UTF-8".to_owned();
        WebError::Read {
            line,
            column,
            problem,
        }
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut import = match format {
        Format::GraphMl => read_graphml(text, options),
        Format::Edges => read_edges(text, options),
        Format::NodeLink => read_node_link(text, options),
    }?;
    if import.web.name.is_empty() {
        let stem = name.rsplit(['/', '\\']).next().unwrap_or(name);
        import.web.name = stem
            .rsplit_once('.')
            .map_or(stem, |(stem, _)| stem)
            .to_owned();
    }
    Ok(import)
}

/// A web as a file of this format.
pub fn write(web: &Web, format: Format) -> String {
    match format {
        Format::GraphMl => write_graphml(web),
        Format::Edges => write_edges(web),
        Format::NodeLink => write_node_link(web),
    }
}

/// Zachary's karate club: 34 members, 78 friendships (J. Anthropol. Res. 33, 1977).
pub fn karate_club() -> Result<Web> {
    let text = include_str!("../../../../assets/webs/karate.csv");
    let mut web = read_edges(text, &Options::default())?.web;
    "Zachary's karate club".clone_into(&mut web.name);
    Ok(web)
}
