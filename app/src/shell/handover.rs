//! What one science hands to another: a graph that an analysis has made becomes a model among the
//! webs, kept as a file as if it had been opened.

use loom_sim::{Graph, Model, Registry, SimError};
use loom_webs::files::{self, Format};

/// The graph as a model of the webs.
pub fn web_of(registry: &Registry, graph: &Graph, title: &str) -> Result<Model, SimError> {
    let mut web = loom_webs::web_of_graph(graph)?;
    title.clone_into(&mut web.name);
    let text = files::write(&web, Format::GraphMl);
    let name = format!("{}.graphml", super::export::slug(title));
    let science = registry.get("webs")?;
    science.open(&name, text.as_bytes()).unwrap_or_else(|| {
        Err(SimError::other(
            "The graph can't be read back; this is a fault of the program.",
        ))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use loom_sim::Column;

    #[test]
    fn a_graph_keeps_its_places_columns_and_edges_on_its_way() {
        let graph = Graph {
            directed: false,
            nodes: 3,
            edges: vec![[0, 1], [0, 2]],
            positions: Some(vec![[0.0, 1.0, 2.0], [1.5, 0.0, 0.0], [-1.0, 0.25, 3.0]]),
            labels: None,
            node_columns: vec![Column {
                name: "time".into(),
                unit: String::new(),
                values: vec![0.0, 0.5, 1.0],
            }],
            edge_columns: Vec::new(),
        };
        let registry = crate::registry();
        let model = web_of(&registry, &graph, "Recurrences of Lorenz").unwrap();
        assert_eq!(model.science, "webs");
        let web = loom_webs::science::web_of(&model).unwrap();
        let back = loom_webs::graph_of_web(&web);
        assert_eq!(back.edges, graph.edges);
        assert_eq!(back.positions, graph.positions);
        let time = back.node_columns.iter().find(|c| c.name == "time").unwrap();
        assert_eq!(time.values, graph.node_columns[0].values);
    }
}
