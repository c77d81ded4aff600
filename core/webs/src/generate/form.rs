//! Form finding: the shape in which threads of chosen tensions pull each other straight.
//!
//! The force density method (Schek, Comput. Methods Appl. Mech. Eng. 3, 1974): with q = T / L of
//! each thread given, balance at the free nodes, Σ q (x_j − x_i) = 0, is linear in the places.
//! The result is a web in balance, every thread taut, before any load acts.

use crate::incidence::{Incidence, other_end};
use crate::web::{Web, scale};

/// Moves the free nodes of `web` into balance for the force densities that `tension` (N by
/// thread) has at the lengths drawn, and sets the rest lengths that give those tensions there.
/// Threads without tension take the length at which they come to lie.
pub fn tighten(web: &mut Web, tension: &[f64]) {
    let ends: Vec<[u32; 2]> = web.threads.iter().map(|t| t.ends).collect();
    let density: Vec<f64> = ends
        .iter()
        .zip(tension)
        .map(|(&e, t)| t / web.distance(e).max(1e-12))
        .collect();
    let incidence = Incidence::new(web.nodes.len(), &ends);
    for axis in 0..3 {
        let solved = balance(web, &ends, &incidence, &density, axis);
        for (node, x) in web.nodes.iter_mut().zip(solved) {
            node.position[axis] = x;
        }
    }
    for (index, q) in density.iter().enumerate() {
        let length = web.distance(ends[index]).max(1e-9);
        let stiffness = web.threads[index].axial_stiffness();
        web.threads[index].rest_length = length / (1.0 + q * length / stiffness);
    }
}

/// Solves the balance along one axis by conjugate gradients, preconditioned by the diagonal.
fn balance(
    web: &Web,
    ends: &[[u32; 2]],
    incidence: &Incidence,
    density: &[f64],
    axis: usize,
) -> Vec<f64> {
    let n = web.nodes.len();
    let mut x: Vec<f64> = web.nodes.iter().map(|node| node.position[axis]).collect();
    let diagonal: Vec<f64> = (0..n)
        .map(|i| {
            incidence
                .row(i)
                .iter()
                .map(|&e| density[(e / 2) as usize])
                .sum()
        })
        .collect();
    let free: Vec<bool> = (0..n)
        .map(|i| !web.nodes[i].pinned && diagonal[i] > 0.0)
        .collect();
    let pull = |x: &[f64], out: &mut [f64]| {
        for i in 0..n {
            out[i] = 0.0;
            if free[i] {
                for &entry in incidence.row(i) {
                    let far = x[other_end(entry, ends) as usize];
                    out[i] += density[(entry / 2) as usize] * (far - x[i]);
                }
            }
        }
    };
    let mut residual = vec![0.0; n];
    pull(&x, &mut residual);
    let precondition = |r: &[f64]| -> Vec<f64> {
        r.iter()
            .zip(&diagonal)
            .map(|(r, d)| if *d > 0.0 { r / d } else { 0.0 })
            .collect()
    };
    let dot = |a: &[f64], b: &[f64]| -> f64 { a.iter().zip(b).map(|(p, q)| p * q).sum() };
    let mut z = precondition(&residual);
    let mut p = z.clone();
    let mut rz = dot(&residual, &z);
    let goal = 1e-30 * rz;
    let mut ap = vec![0.0; n];
    for _ in 0..10 * n {
        if rz <= goal {
            break;
        }
        pull(&p, &mut ap);
        let curvature = -dot(&p, &ap);
        if curvature <= 0.0 {
            break;
        }
        let alpha = rz / curvature;
        for i in 0..n {
            x[i] += alpha * p[i];
            residual[i] += alpha * ap[i];
        }
        z = precondition(&residual);
        let next = dot(&residual, &z);
        let beta = next / rz;
        rz = next;
        for i in 0..n {
            p[i] = z[i] + beta * p[i];
        }
    }
    x
}

/// Largest unbalanced force at a free node for the tensions that the web was built with, N.
pub fn imbalance(web: &Web) -> f64 {
    let mut force = vec![[0.0; 3]; web.nodes.len()];
    for thread in &web.threads {
        let [a, b] = thread.ends.map(|e| e as usize);
        let d = crate::web::sub(web.nodes[b].position, web.nodes[a].position);
        let length = crate::web::norm(d);
        let tension = thread.axial_stiffness() * (length / thread.rest_length - 1.0).max(0.0);
        let pull = scale(d, tension / length.max(1e-300));
        for axis in 0..3 {
            force[a][axis] += pull[axis];
            force[b][axis] -= pull[axis];
        }
    }
    let free = web
        .nodes
        .iter()
        .zip(&force)
        .filter(|(node, _)| !node.pinned);
    free.map(|(_, f)| crate::web::norm(*f)).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::{DRAGLINE, Node, SilkKind};

    #[test]
    fn a_knot_between_three_equal_densities_comes_to_their_centroid() {
        let mut web = Web::empty("star");
        let corners = [[0.0, 0.0, 0.0], [0.3, 0.0, 0.0], [0.0, 0.0, 0.6]];
        let pins: Vec<u32> = corners
            .iter()
            .map(|&c| web.add_node(Node::pinned(c)))
            .collect();
        let knot = web.add_node(Node::free([0.02, 0.0, 0.5]));
        for pin in pins {
            web.span([pin, knot], SilkKind::Radial, 1e-6, DRAGLINE, 0.0);
        }
        let tension: Vec<f64> = web
            .threads
            .iter()
            .map(|t| 1e-3 * web.distance(t.ends))
            .collect();
        tighten(&mut web, &tension);
        let [x, _, z] = web.nodes[3].position;
        assert!((x - 0.1).abs() < 1e-15 && (z - 0.2).abs() < 1e-15);
        assert!(imbalance(&web) < 1e-15);
    }
}
