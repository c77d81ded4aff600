//! Reads edge lists: a header with `source` and `target`, or two bare columns.
//!
//! Commas, semicolons, tabs or spaces part the fields; lines that begin with # or % are comments,
//! of which `# directed` and `# undirected` count. Columns `source_…` and `target_…` describe the
//! nodes at the two ends (`source_x`, `target_pinned`, …); the rest describes the edge. A row
//! without a target names a node without edges. Nodes stand in the order of their first mention,
//! or in numerical order if all their names are whole numbers.

use std::collections::HashMap;

use csv::{ReaderBuilder, StringRecord, Trim};

use crate::error::{Result, WebError};
use crate::files::records::{Import, Options, Place, Records, check_count, refuse};
use crate::files::table::Builder;

/// What a field of a row is about.
enum Field {
    Source,
    Target,
    /// Side and node column.
    OfNode(usize, usize),
    /// Edge column.
    OfEdge(usize),
}

/// Reads an edge list.
pub fn read_edges(text: &str, options: &Options) -> Result<Import> {
    let mut comments = text.lines().filter(|l| l.starts_with(['#', '%']));
    let directed = comments
        .clone()
        .any(|l| l.trim_start_matches(['#', '%']).trim() == "directed");
    let name = comments
        .find_map(|l| {
            l.trim_start_matches(['#', '%'])
                .trim()
                .strip_prefix("name:")
        })
        .map(|n| n.trim().to_owned())
        .unwrap_or_default();
    let first = text
        .lines()
        .find(|l| !l.starts_with(['#', '%']) && !l.trim().is_empty());
    let Some(first) = first else {
        return refuse(
            (1, 1),
            "the file has no edges: give a line for each, source,target",
        );
    };
    let delimiter = ['\t', ';', ',']
        .into_iter()
        .find(|d| first.contains(*d))
        .unwrap_or(' ') as u8;
    let percent = text.lines().any(|l| l.starts_with('%'));
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(Trim::All)
        .comment(Some(if percent { b'%' } else { b'#' }))
        .delimiter(delimiter)
        .from_reader(text.as_bytes());

    let mut list = List::new(directed, name);
    let mut fields: Option<Vec<Field>> = None;
    let mut record = StringRecord::new();
    loop {
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => {
                let line = error.position().map_or(1, |p| p.line() as usize);
                return refuse((line, 1), format!("this row can't be read ({error})"));
            }
        }
        let line = record.position().map_or(1, |p| p.line() as usize);
        if record.iter().all(str::is_empty) || record.get(0).is_some_and(|f| f.starts_with('#')) {
            continue;
        }
        // Runs of spaces part fields once.
        let cells: Vec<&str> = if delimiter == b' ' {
            record.iter().filter(|f| !f.is_empty()).collect()
        } else {
            record.iter().collect()
        };
        match &fields {
            None => {
                let header = list.header(&cells, line)?;
                let is_header = header.is_some();
                let known = match header {
                    Some(header) => header,
                    None => list.headless(cells.len()),
                };
                if !is_header {
                    list.row(&known, &cells, line)?;
                }
                fields = Some(known);
            }
            Some(known) => list.row(known, &cells, line)?,
        }
    }
    list.finish().assemble(options)
}

struct List {
    records: Records,
    numbers: HashMap<String, u32>,
    node_columns: Vec<NodeColumn>,
    edge_columns: Vec<Builder>,
}

/// A node's attribute, said once or, the same, wherever the node is named.
struct NodeColumn {
    name: String,
    cells: Vec<Option<String>>,
}

impl List {
    fn new(directed: bool, name: String) -> Self {
        Self {
            records: Records {
                name,
                directed,
                ..Records::default()
            },
            numbers: HashMap::new(),
            node_columns: Vec::new(),
            edge_columns: Vec::new(),
        }
    }

    /// The fields that a header names, or `None` if this row is no header.
    fn header(&mut self, cells: &[&str], line: usize) -> Result<Option<Vec<Field>>> {
        let lower: Vec<String> = cells.iter().map(|c| c.to_ascii_lowercase()).collect();
        let find = |names: &[&str]| lower.iter().position(|c| names.contains(&c.as_str()));
        let source = find(&["source", "from", "src", "node1"]);
        let target = find(&["target", "to", "dst", "node2"]);
        let (Some(source), Some(target)) = (source, target) else {
            if source.is_some() != target.is_some() {
                let problem = "the header names only one end of an edge: name source and target";
                return refuse((line, 1), problem);
            }
            return Ok(None);
        };
        let mut fields = Vec::with_capacity(cells.len());
        for (index, (cell, lower)) in cells.iter().zip(&lower).enumerate() {
            if lower[..].is_empty() {
                return refuse((line, index + 1), "this column has no name: give it one");
            }
            let twice = lower.strip_prefix("source_").map(|n| (0, n));
            let twice = twice.or_else(|| lower.strip_prefix("target_").map(|n| (1, n)));
            fields.push(if index == source {
                Field::Source
            } else if index == target {
                Field::Target
            } else if let Some((side, name)) = twice {
                let known = self.node_columns.iter().position(|c| c.name == name);
                let column = known.unwrap_or_else(|| {
                    let column = NodeColumn {
                        name: name.to_owned(),
                        cells: Vec::new(),
                    };
                    self.node_columns.push(column);
                    self.node_columns.len() - 1
                });
                Field::OfNode(side, column)
            } else {
                if self.edge_columns.iter().any(|c| c.name == *cell) {
                    let problem = format!("the column {cell} stands here twice: rename one");
                    return refuse((line, index + 1), problem);
                }
                self.edge_columns.push(Builder::new(cell));
                Field::OfEdge(self.edge_columns.len() - 1)
            });
        }
        Ok(Some(fields))
    }

    /// Fields of a list without a header: source, target, weight, further columns by number.
    fn headless(&mut self, count: usize) -> Vec<Field> {
        (0..count.max(2))
            .map(|index| match index {
                0 => Field::Source,
                1 => Field::Target,
                _ => {
                    let name = if index == 2 {
                        "weight".to_owned()
                    } else {
                        format!("column {}", index + 1)
                    };
                    self.edge_columns.push(Builder::new(&name));
                    Field::OfEdge(index - 2)
                }
            })
            .collect()
    }

    fn row(&mut self, fields: &[Field], cells: &[&str], line: usize) -> Result<()> {
        if cells.len() > fields.len() {
            let problem = format!(
                "this row has {} fields, the first row {}: correct it",
                cells.len(),
                fields.len()
            );
            return refuse((line, fields.len() + 1), problem);
        }
        let mut ends = [None, None];
        for (index, field) in fields.iter().enumerate() {
            let side = match field {
                Field::Source => 0,
                Field::Target => 1,
                _ => continue,
            };
            let cell = cells.get(index).copied().unwrap_or("");
            if cell.is_empty() {
                if side == 0 {
                    return refuse((line, index + 1), "this row has no source: name a node");
                }
                continue;
            }
            ends[side] = Some(self.node(cell, (line, index + 1))?);
        }
        let edge = match ends {
            [Some(a), Some(b)] => {
                check_count("edges", self.records.ends.len() as u64 + 1, (line, 1))?;
                self.records.ends.push([a, b]);
                self.records.thread_places.push((line, 1));
                Some(self.records.ends.len() - 1)
            }
            _ => None,
        };
        for (index, field) in fields.iter().enumerate() {
            let cell = cells.get(index).copied().unwrap_or("");
            if cell.is_empty() {
                continue;
            }
            match (field, edge) {
                (Field::OfEdge(column), Some(row)) => {
                    self.edge_columns[*column].set(row, cell.to_owned());
                }
                (Field::OfNode(side, column), _) => {
                    if let Some(node) = ends[*side] {
                        self.describe(node as usize, *column, cell, (line, index + 1))?;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn node(&mut self, name: &str, at: Place) -> Result<u32> {
        if let Some(&number) = self.numbers.get(name) {
            return Ok(number);
        }
        let number = self.records.labels.len();
        check_count("nodes", number as u64 + 1, at)?;
        self.numbers.insert(name.to_owned(), number as u32);
        self.records.labels.push(name.to_owned());
        self.records.node_places.push(at);
        Ok(number as u32)
    }

    fn describe(&mut self, node: usize, column: usize, cell: &str, at: Place) -> Result<()> {
        let column = &mut self.node_columns[column];
        if column.cells.len() <= node {
            column.cells.resize(node + 1, None);
        }
        match &column.cells[node] {
            Some(before) if before != cell => Err(WebError::Read {
                line: at.0,
                column: at.1,
                problem: format!(
                    "node {} has {} = {cell} here but {before} before: make them agree",
                    self.records.labels[node], column.name
                ),
            }),
            _ => {
                column.cells[node] = Some(cell.to_owned());
                Ok(())
            }
        }
    }

    fn finish(mut self) -> Records {
        let edges = self.records.ends.len();
        let nodes = self.records.labels.len();
        self.records.thread_columns = self
            .edge_columns
            .into_iter()
            .map(|b| b.finish(edges, None, None))
            .collect();
        // Nodes named by whole numbers stand in their order.
        let numbers: Option<Vec<u64>> =
            self.records.labels.iter().map(|l| l.parse().ok()).collect();
        let mut order: Vec<usize> = (0..nodes).collect();
        if let Some(numbers) = numbers {
            order.sort_by_key(|&i| numbers[i]);
        }
        let mut rank = vec![0_u32; nodes];
        for (new, &old) in order.iter().enumerate() {
            rank[old] = new as u32;
        }
        for pair in &mut self.records.ends {
            *pair = pair.map(|e| rank[e as usize]);
        }
        let labels = std::mem::take(&mut self.records.labels);
        self.records.labels = order.iter().map(|&i| labels[i].clone()).collect();
        let places = std::mem::take(&mut self.records.node_places);
        self.records.node_places = order.iter().map(|&i| places[i]).collect();
        for column in self.node_columns {
            let mut cells = column.cells;
            cells.resize(nodes, None);
            let cells = order.iter().map(|&i| cells[i].clone()).collect();
            let builder = Builder {
                name: column.name,
                cells,
            };
            self.records
                .node_columns
                .push(builder.finish(nodes, None, None));
        }
        self.records
    }
}
