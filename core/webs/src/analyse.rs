//! `webs analyse`: the measures of a file as the document that the command line prints.

use serde_json::{Value, json};

use crate::error::Result;
use crate::files::{self, Options};
use crate::measures::{Anatomy, GraphMeasures, algebraic_connectivity};
use crate::web::{Placement, SilkKind, Web};

/// Measures of a file's bytes, as [`analyse`] gives them; `name` tells the format. What had to be
/// repaired to read it stands under `repairs`.
pub fn analyse_file(name: &str, bytes: &[u8], options: &Options) -> Result<Value> {
    let import = files::read(name, bytes, options)?;
    let mut document = analyse(&import.web);
    document["repairs"] = json!(import.repairs);
    Ok(document)
}

/// Measures of a web as JSON: counts, transitivity, clustering, degrees, and, where the positions
/// are data, silk and capture area. Per-node measures are lists in node order.
pub fn analyse(web: &Web) -> Value {
    let m = GraphMeasures::of(web);
    let ends: Vec<[u32; 2]> = web.threads.iter().map(|t| t.ends).collect();
    let labels: Vec<String> = (0..web.nodes.len()).map(|i| web.label(i)).collect();
    let mut document = json!({
        "name": web.name,
        "directed": web.directed,
        "nodes": m.nodes,
        "edges": web.threads.len(),
        "components": m.components,
        "largest_component": m.largest_component,
        "triangles": m.triangles,
        "transitivity": m.transitivity,
        "average_clustering": m.average_clustering,
        "mean_degree": m.mean_degree(),
        "degree_histogram": m.degree_histogram,
        "algebraic_connectivity": algebraic_connectivity(web.nodes.len(), &ends),
        "labels": labels,
        "degree": m.degree,
        "clustering": m.clustering,
        "component": m.component,
    });
    if web.placement == Placement::Given && !web.threads.is_empty() {
        document["web"] = anatomy(web);
    }
    document
}

fn anatomy(web: &Web) -> Value {
    let a = Anatomy::of(web);
    let by_kind = |values: [f64; 6]| -> Value {
        let present = SilkKind::ALL
            .into_iter()
            .filter(|k| a.threads[k.number()] > 0);
        present
            .map(|k| (k.key().to_owned(), json!(values[k.number()])))
            .collect()
    };
    let mut document = json!({
        "units": "m, kg",
        "silk_length": a.total_length(),
        "silk_length_by_kind": by_kind(a.silk_length),
        "silk_mass": a.silk_mass,
    });
    if let Some(capture) = a.capture {
        document["capture_area"] = json!(capture.area);
        document["vertical_diameter"] = json!(capture.vertical_diameter);
        document["horizontal_diameter"] = json!(capture.horizontal_diameter);
        document["hub_asymmetry"] = json!(capture.hub_asymmetry);
        let [upper, lower, lateral] = capture.mesh_height;
        document["mesh_height"] = json!({"upper": upper, "lower": lower, "lateral": lateral});
    }
    document
}
