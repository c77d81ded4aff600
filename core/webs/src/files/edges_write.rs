//! Writes a web as an edge list that loses nothing: nodes are described beside their edges.

use crate::columns::{Column, Values};
use crate::files::records::own_columns;
use crate::files::table::number;
use crate::web::Web;

/// The web as CSV, which [`super::read_edges`] reads back the same.
pub fn write_edges(web: &Web) -> String {
    let (mut nodes, mut threads) = own_columns(web);
    nodes.extend(web.node_columns.iter().cloned());
    threads.extend(web.thread_columns.iter().cloned());
    let mut out = String::new();
    if !web.name.is_empty() {
        out.push_str(&format!(
            "# name: {}\n",
            web.name.replace(['\n', '\r'], " ")
        ));
    }
    out.push_str(if web.directed {
        "# directed\n"
    } else {
        "# undirected\n"
    });
    let mut row: Vec<String> = vec!["source".into(), "target".into()];
    row.extend(threads.iter().map(|c| c.name.clone()));
    for side in ["source", "target"] {
        row.extend(nodes.iter().map(|c| format!("{side}_{}", c.name)));
    }
    line(&mut out, &row);
    let mut described = vec![false; web.nodes.len()];
    for (index, thread) in web.threads.iter().enumerate() {
        row.clear();
        row.extend(thread.ends.map(|e| web.label(e as usize)));
        row.extend(threads.iter().map(|c| cell(c, index)));
        for end in thread.ends {
            // A node is described where it is first named.
            let first = !std::mem::replace(&mut described[end as usize], true);
            let of = |c: &Column| {
                if first {
                    cell(c, end as usize)
                } else {
                    String::new()
                }
            };
            row.extend(nodes.iter().map(of));
        }
        line(&mut out, &row);
    }
    for index in (0..web.nodes.len()).filter(|&i| !described[i]) {
        row.clear();
        row.extend([web.label(index), String::new()]);
        row.extend(threads.iter().map(|_| String::new()));
        row.extend(nodes.iter().map(|c| cell(c, index)));
        row.extend(nodes.iter().map(|_| String::new()));
        line(&mut out, &row);
    }
    out
}

fn cell(column: &Column, row: usize) -> String {
    match &column.values {
        Values::Number(list) => list
            .get(row)
            .copied()
            .flatten()
            .map(number)
            .unwrap_or_default(),
        Values::Text(list) => list.get(row).cloned().unwrap_or_default(),
    }
}

fn line(out: &mut String, cells: &[String]) {
    for (index, cell) in cells.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        let quoted = cell.contains([',', ';', '\t', '"', '\n', '\r', '#', '%'])
            || cell.starts_with(' ')
            || cell.ends_with(' ');
        if quoted {
            out.push('"');
            out.push_str(&cell.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(cell);
        }
    }
    out.push('\n');
}
