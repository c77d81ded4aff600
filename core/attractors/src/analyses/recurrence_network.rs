//! The recurrence plot as a graph: its points are nodes, and two are joined where the orbit was
//! near both (Donner, Zou, Donges, Marwan and Kurths 2010, New Journal of Physics 12, 033025).

use loom_sim::{Column, Graph};

use super::source::Samples;

/// Nodes in the order of time, at their places in the first three variables; `near` tells which
/// pairs are joined. The columns of the nodes are time and all variables.
pub fn graph(samples: &Samples, names: &[String], near: impl Fn(usize, usize) -> bool) -> Graph {
    let (count, d) = (samples.count(), samples.dimension);
    let mut edges = Vec::new();
    for i in 0..count {
        for j in i + 1..count {
            if near(i, j) {
                edges.push([i as u32, j as u32]);
            }
        }
    }
    let place = |point: &[f64]| [0, 1, 2].map(|v| point.get(v).copied().unwrap_or(0.0));
    // One variable alone is drawn over time.
    let positions: Vec<[f64; 3]> = if d == 1 {
        let (low, high) = samples
            .values
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), x| {
                (a.min(*x), b.max(*x))
            });
        let step = (high - low).max(f64::MIN_POSITIVE) * 3.0 / count as f64;
        let points = samples.values.iter().enumerate();
        points.map(|(i, x)| [i as f64 * step, *x, 0.0]).collect()
    } else {
        samples.values.chunks_exact(d).map(place).collect()
    };
    let mut node_columns = vec![Column {
        name: "time".into(),
        unit: String::new(),
        values: (0..count).map(|i| i as f64 * samples.interval).collect(),
    }];
    node_columns.extend(names.iter().enumerate().map(|(v, name)| Column {
        name: name.clone(),
        unit: String::new(),
        values: samples.column(v),
    }));
    Graph {
        directed: false,
        nodes: count,
        edges,
        positions: Some(positions),
        labels: None,
        node_columns,
        edge_columns: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_places_near_each_other_are_a_triangle_and_the_fourth_stands_alone() {
        let samples = Samples {
            dimension: 2,
            interval: 0.5,
            values: vec![0.0, 0.0, 0.1, 0.0, 0.0, 0.1, 9.0, 9.0],
        };
        let point = |i: usize| &samples.values[2 * i..2 * i + 2];
        let near =
            |i: usize, j: usize| (point(i)[0] - point(j)[0]).hypot(point(i)[1] - point(j)[1]) < 0.2;
        let graph = graph(&samples, &["x".into(), "y".into()], near);
        assert_eq!(graph.nodes, 4);
        assert_eq!(graph.edges, [[0, 1], [0, 2], [1, 2]]);
        assert_eq!(graph.node_columns[0].values, [0.0, 0.5, 1.0, 1.5]);
        assert_eq!(graph.positions.map(|p| p[3]), Some([9.0, 9.0, 0.0]));
    }
}
