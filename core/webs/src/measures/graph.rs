//! Measures of the graph: degrees, components, triangles, clustering.
//!
//! All are those of the simple undirected graph beneath: direction is not looked at, parallel
//! edges count once, weights do nothing. Counts are exact.

use crate::incidence::{Incidence, components};
use crate::web::Web;

/// Measures of a whole graph and of each of its nodes.
#[derive(Clone, Debug, PartialEq)]
pub struct GraphMeasures {
    pub nodes: usize,
    /// Edges of the simple undirected graph.
    pub edges: usize,
    pub components: usize,
    /// Nodes of the largest component.
    pub largest_component: usize,
    pub triangles: u64,
    /// Three times the triangles over the pairs of adjacent edges; 0 without such pairs.
    pub transitivity: f64,
    /// Mean of the local clustering over all nodes (Watts and Strogatz, Nature 393, 1998).
    pub average_clustering: f64,
    /// Element k: nodes of degree k.
    pub degree_histogram: Vec<usize>,
    /// Neighbours of each node.
    pub degree: Vec<usize>,
    /// Edges among a node's neighbours over their pairs; 0 below degree 2.
    pub clustering: Vec<f64>,
    /// Component of each node, numbered by first nodes.
    pub component: Vec<u32>,
}

impl GraphMeasures {
    pub fn of(web: &Web) -> Self {
        let ends: Vec<[u32; 2]> = web.threads.iter().map(|t| t.ends).collect();
        Self::of_edges(web.nodes.len(), &ends)
    }

    /// Of `nodes` nodes and the given edges; self loops are passed over.
    pub fn of_edges(nodes: usize, ends: &[[u32; 2]]) -> Self {
        let (starts, neighbours) = simple_rows(nodes, ends);
        let row = |i: usize| &neighbours[starts[i]..starts[i + 1]];
        let degree: Vec<usize> = (0..nodes).map(|i| row(i).len()).collect();
        let mut degree_histogram = vec![0; degree.iter().max().map_or(0, |m| m + 1)];
        for &d in &degree {
            degree_histogram[d] += 1;
        }

        // Each triangle is found once, from its node of lowest rank (degree, then number), where
        // lists are short: time grows as edges^1.5 at worst.
        let rank = |i: u32| (degree[i as usize], i);
        let mut at_node = vec![0_u64; nodes];
        let mut mark = vec![false; nodes];
        for u in 0..nodes {
            let higher = |v: &&u32| rank(**v) > rank(u as u32);
            for &v in row(u).iter().filter(higher) {
                mark[v as usize] = true;
            }
            for &v in row(u).iter().filter(higher) {
                for &w in row(v as usize) {
                    if mark[w as usize] && rank(w) > rank(v) {
                        at_node[u] += 1;
                        at_node[v as usize] += 1;
                        at_node[w as usize] += 1;
                    }
                }
            }
            for &v in row(u).iter().filter(higher) {
                mark[v as usize] = false;
            }
        }
        let pairs = |d: usize| (d as u64) * (d as u64).saturating_sub(1) / 2;
        let clustering: Vec<f64> = at_node
            .iter()
            .zip(&degree)
            .map(|(&t, &d)| {
                if d < 2 {
                    0.0
                } else {
                    t as f64 / pairs(d) as f64
                }
            })
            .collect();
        let corners: u64 = at_node.iter().sum();
        let wedges: u64 = degree.iter().map(|&d| pairs(d)).sum();
        let component = components(nodes, ends, |_| true);
        let count = component.iter().max().map_or(0, |&c| c as usize + 1);
        let mut sizes = vec![0_usize; count];
        for &c in &component {
            sizes[c as usize] += 1;
        }
        Self {
            nodes,
            edges: neighbours.len() / 2,
            components: count,
            largest_component: sizes.iter().max().copied().unwrap_or(0),
            triangles: corners / 3,
            transitivity: if wedges == 0 {
                0.0
            } else {
                corners as f64 / wedges as f64
            },
            average_clustering: clustering.iter().sum::<f64>() / (nodes.max(1) as f64),
            degree_histogram,
            degree,
            clustering,
            component,
        }
    }

    /// Mean number of neighbours.
    pub fn mean_degree(&self) -> f64 {
        2.0 * self.edges as f64 / (self.nodes.max(1) as f64)
    }
}

/// Sorted neighbour lists without repeats and loops.
fn simple_rows(nodes: usize, ends: &[[u32; 2]]) -> (Vec<usize>, Vec<u32>) {
    let incidence = Incidence::new(nodes, ends);
    let mut starts = Vec::with_capacity(nodes + 1);
    let mut list: Vec<u32> = Vec::with_capacity(incidence.entries.len());
    let mut row = Vec::new();
    starts.push(0);
    for node in 0..nodes {
        row.clear();
        row.extend(
            incidence
                .neighbours(node, ends)
                .filter(|&v| v as usize != node),
        );
        row.sort_unstable();
        row.dedup();
        list.extend_from_slice(&row);
        starts.push(list.len());
    }
    (starts, list)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use proptest::prelude::*;

    use super::*;
    use crate::files::karate_club;

    #[test]
    fn the_karate_club_has_its_published_values() {
        let web = karate_club().unwrap();
        let m = GraphMeasures::of(&web);
        assert_eq!(
            (m.nodes, m.edges, m.components, m.triangles),
            (34, 78, 1, 45)
        );
        assert!((m.transitivity - 0.255682).abs() < 5e-7);
        assert!((m.average_clustering - 0.570638).abs() < 5e-7);
        assert_eq!(
            m.degree_histogram,
            [0, 1, 11, 6, 6, 3, 2, 0, 0, 1, 1, 0, 1, 0, 0, 0, 1, 1]
        );
        assert_eq!((m.degree[0], m.degree[33]), (16, 17));
    }

    #[test]
    fn a_complete_graph_is_fully_clustered_and_a_path_not_at_all() {
        let complete: Vec<[u32; 2]> = (0..6)
            .flat_map(|i| (i + 1..6).map(move |j| [i, j]))
            .collect();
        let m = GraphMeasures::of_edges(6, &complete);
        assert_eq!(
            (m.triangles, m.transitivity, m.average_clustering),
            (20, 1.0, 1.0)
        );
        let path = GraphMeasures::of_edges(4, &[[0, 1], [1, 2], [2, 3]]);
        assert_eq!((path.triangles, path.transitivity), (0, 0.0));
        assert_eq!(path.degree_histogram, [0, 2, 2]);
    }

    #[test]
    fn parallel_edges_count_once_and_direction_does_nothing() {
        let m = GraphMeasures::of_edges(3, &[[0, 1], [1, 0], [0, 1], [1, 2], [2, 0]]);
        assert_eq!((m.edges, m.triangles), (3, 1));
    }

    #[test]
    fn an_empty_graph_has_measures() {
        let m = GraphMeasures::of_edges(0, &[]);
        assert_eq!((m.nodes, m.components, m.transitivity), (0, 0, 0.0));
    }

    proptest! {
        #[test]
        fn triangles_agree_with_counting_all_triples(
            edges in prop::collection::vec((0_u32..12, 0_u32..12), 0..50)
        ) {
            let ends: Vec<[u32; 2]> =
                edges.iter().filter(|(a, b)| a != b).map(|&(a, b)| [a, b]).collect();
            let m = GraphMeasures::of_edges(12, &ends);
            let mut near = [[false; 12]; 12];
            for &[a, b] in &ends {
                near[a as usize][b as usize] = true;
                near[b as usize][a as usize] = true;
            }
            let mut count = 0;
            for a in 0..12 {
                for b in a + 1..12 {
                    for c in b + 1..12 {
                        count += u64::from(near[a][b] && near[b][c] && near[a][c]);
                    }
                }
            }
            prop_assert_eq!(m.triangles, count);
            prop_assert_eq!(m.degree.iter().sum::<usize>(), 2 * m.edges);
        }
    }
}
