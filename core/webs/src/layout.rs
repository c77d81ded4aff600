//! Places for the nodes of a graph that has none: a circle to start from, then forces.
//!
//! Fruchterman and Reingold's forces (Softw. Pract. Exper. 21, 1991) with a cooling step bound;
//! the start is a circle in node order, so that the result depends on the graph alone. Beyond
//! 2,000 nodes, where the quadratic sum would keep the reader waiting, the circle stays.

use std::f64::consts::TAU;

use crate::web::{Placement, Web};

/// Radius of a laid-out graph, m: the size of a small web.
pub const RADIUS: f64 = 0.15;
const LARGEST: usize = 2_000;

/// Gives every node a place in the x–z plane and makes each thread as long as it is drawn.
pub fn place(web: &mut Web) {
    let ends: Vec<[u32; 2]> = web.threads.iter().map(|t| t.ends).collect();
    let places = planar(web.nodes.len(), &ends);
    for (node, [x, z]) in web.nodes.iter_mut().zip(places) {
        node.position = [x, 0.0, z];
    }
    for index in 0..web.threads.len() {
        let length = web.distance(web.threads[index].ends);
        web.threads[index].rest_length = length.max(1e-6);
    }
    web.placement = Placement::Layout;
}

/// Places of `nodes` nodes within a disc of [`RADIUS`].
pub fn planar(nodes: usize, ends: &[[u32; 2]]) -> Vec<[f64; 2]> {
    let mut places: Vec<[f64; 2]> = (0..nodes)
        .map(|i| {
            let angle = TAU * i as f64 / nodes as f64;
            // Slightly spiral: mirror-symmetric starts would keep forces from unfolding.
            let r = 1.0 + 0.1 * i as f64 / nodes as f64;
            [r * angle.cos(), r * angle.sin()]
        })
        .collect();
    if nodes > 2 && nodes <= LARGEST {
        settle(&mut places, ends);
    }
    normalise(&mut places);
    places
}

fn settle(places: &mut [[f64; 2]], ends: &[[u32; 2]]) {
    let n = places.len();
    let ideal = (std::f64::consts::PI / n as f64).sqrt();
    let rounds = (40_000_000 / (n * n)).clamp(20, 400);
    let mut push = vec![[0.0_f64; 2]; n];
    for round in 0..rounds {
        push.fill([0.0; 2]);
        for i in 0..n {
            for j in i + 1..n {
                let d = [places[i][0] - places[j][0], places[i][1] - places[j][1]];
                let square = (d[0] * d[0] + d[1] * d[1]).max(1e-9);
                let f = ideal * ideal / square;
                for axis in 0..2 {
                    push[i][axis] += f * d[axis];
                    push[j][axis] -= f * d[axis];
                }
            }
        }
        for &[a, b] in ends {
            let (a, b) = (a as usize, b as usize);
            let d = [places[a][0] - places[b][0], places[a][1] - places[b][1]];
            let f = d[0].hypot(d[1]) / ideal;
            for axis in 0..2 {
                push[a][axis] -= f * d[axis];
                push[b][axis] += f * d[axis];
            }
        }
        let bound = 0.1 * (1.0 - round as f64 / rounds as f64);
        for (place, f) in places.iter_mut().zip(&push) {
            // A weak pull to the middle keeps components together.
            let f = [f[0] - 0.2 * ideal * place[0], f[1] - 0.2 * ideal * place[1]];
            let size = f[0].hypot(f[1]).max(1e-12);
            let step = size.min(bound) / size;
            place[0] += step * f[0];
            place[1] += step * f[1];
        }
    }
}

fn normalise(places: &mut [[f64; 2]]) {
    let n = places.len().max(1) as f64;
    let middle = places
        .iter()
        .fold([0.0; 2], |m, p| [m[0] + p[0] / n, m[1] + p[1] / n]);
    let reach = places
        .iter()
        .map(|p| (p[0] - middle[0]).hypot(p[1] - middle[1]))
        .fold(1e-12, f64::max);
    for p in places.iter_mut() {
        *p = [
            (p[0] - middle[0]) * RADIUS / reach,
            (p[1] - middle[1]) * RADIUS / reach,
        ];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layout_is_the_same_each_time_and_fits_its_disc() {
        let ends = [[0, 1], [1, 2], [2, 3], [3, 0], [4, 5]];
        let places = planar(6, &ends);
        assert_eq!(places, planar(6, &ends));
        for p in &places {
            assert!(p[0].hypot(p[1]) <= RADIUS * 1.0001);
        }
    }

    #[test]
    fn a_path_unfolds() {
        let ends: Vec<[u32; 2]> = (0..9).map(|i| [i, i + 1]).collect();
        let p = planar(10, &ends);
        let far = (p[0][0] - p[9][0]).hypot(p[0][1] - p[9][1]);
        let near = (p[0][0] - p[1][0]).hypot(p[0][1] - p[1][1]);
        assert!(far > 3.0 * near);
    }

    #[test]
    fn graphs_of_no_and_one_node_have_places() {
        assert!(planar(0, &[]).is_empty());
        assert!(planar(1, &[])[0].iter().all(|c| c.is_finite()));
    }
}
