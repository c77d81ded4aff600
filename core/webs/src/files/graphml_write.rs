//! Writes GraphML with one key for each attribute.

use std::fmt::Write as _;

use crate::columns::{Column, Values};
use crate::files::records::own_columns;
use crate::files::table::number;
use crate::web::Web;

/// The web as a GraphML document, which [`super::read_graphml`] reads back the same.
pub fn write_graphml(web: &Web) -> String {
    let (mut nodes, mut threads) = own_columns(web);
    nodes.extend(web.node_columns.iter().cloned());
    threads.extend(web.thread_columns.iter().cloned());
    let mut out = String::with_capacity(64 * (web.nodes.len() + web.threads.len()) + 1024);
    out.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    out.push_str("<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n");
    out.push_str("  <key id=\"name\" for=\"graph\" attr.name=\"name\" attr.type=\"string\"/>\n");
    for (domain, columns) in [("node", &nodes), ("edge", &threads)] {
        for (index, column) in columns.iter().enumerate() {
            let kind = match &column.values {
                Values::Number(_) => "double",
                Values::Text(_) if column.name == "pinned" => "boolean",
                Values::Text(_) => "string",
            };
            let name = escape(&column.name);
            let letter = &domain[..1];
            let _ = writeln!(
                out,
                "  <key id=\"{letter}{index}\" for=\"{domain}\" attr.name=\"{name}\" attr.type=\"{kind}\"/>"
            );
        }
    }
    let direction = if web.directed {
        "directed"
    } else {
        "undirected"
    };
    let _ = writeln!(out, "  <graph id=\"G\" edgedefault=\"{direction}\">");
    if !web.name.is_empty() {
        let _ = writeln!(out, "    <data key=\"name\">{}</data>", escape(&web.name));
    }
    for row in 0..web.nodes.len() {
        let _ = write!(out, "    <node id=\"{}\"", escape(&web.label(row)));
        data(&mut out, 'n', &nodes, row, "node");
    }
    for (row, thread) in web.threads.iter().enumerate() {
        let [a, b] = thread.ends.map(|e| escape(&web.label(e as usize)));
        let _ = write!(out, "    <edge source=\"{a}\" target=\"{b}\"");
        data(&mut out, 'e', &threads, row, "edge");
    }
    out.push_str("  </graph>\n</graphml>\n");
    out
}

/// The rest of an element whose tag is still open: its data, if it has any.
fn data(out: &mut String, letter: char, columns: &[Column], row: usize, element: &str) {
    let mut open = false;
    for (index, column) in columns.iter().enumerate() {
        let text = match &column.values {
            Values::Number(list) => match list.get(row).copied().flatten() {
                Some(value) => number(value),
                None => continue,
            },
            Values::Text(list) => match list.get(row) {
                Some(text) if !text.is_empty() => escape(text),
                _ => continue,
            },
        };
        if !open {
            out.push('>');
            open = true;
        }
        let _ = write!(out, "<data key=\"{letter}{index}\">{text}</data>");
    }
    if open {
        let _ = writeln!(out, "</{element}>");
    } else {
        out.push_str("/>\n");
    }
}

/// Text that reads back the same in elements and attributes. Characters that XML can't hold
/// become U+FFFD.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            '\t' => out.push_str("&#9;"),
            c if (c as u32) < 0x20 || c == '\u{fffe}' || c == '\u{ffff}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
