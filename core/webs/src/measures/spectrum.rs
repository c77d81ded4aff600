//! The spectrum of the Laplacian: how hard a graph is to take apart.

use nalgebra::{DMatrix, SymmetricEigen};

/// Nodes up to which the dense eigenvalue problem is solved.
pub const LARGEST: usize = 600;

/// Second smallest eigenvalue of the Laplacian of the simple undirected graph (Fiedler 1973);
/// `None` for fewer than two or more than [`LARGEST`] nodes. Good to about 1e-12.
pub fn algebraic_connectivity(nodes: usize, ends: &[[u32; 2]]) -> Option<f64> {
    if !(2..=LARGEST).contains(&nodes) {
        return None;
    }
    let mut laplacian = DMatrix::<f64>::zeros(nodes, nodes);
    for &[a, b] in ends {
        let (a, b) = (a as usize, b as usize);
        if a != b && laplacian[(a, b)] == 0.0 {
            laplacian[(a, b)] = -1.0;
            laplacian[(b, a)] = -1.0;
            laplacian[(a, a)] += 1.0;
            laplacian[(b, b)] += 1.0;
        }
    }
    let mut values: Vec<f64> = SymmetricEigen::new(laplacian)
        .eigenvalues
        .iter()
        .copied()
        .collect();
    values.sort_by(f64::total_cmp);
    Some(values[1].max(0.0))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use crate::generate::spokes_and_rings;

    #[test]
    fn an_orb_of_16_spokes_and_12_rings_has_its_published_connectivity() {
        let web = spokes_and_rings(16, 12, 0.1).unwrap();
        assert_eq!((web.nodes.len(), web.threads.len()), (193, 384));
        let ends: Vec<[u32; 2]> = web.threads.iter().map(|t| t.ends).collect();
        let value = algebraic_connectivity(193, &ends).unwrap();
        assert!((value - 0.0674544).abs() < 5e-8, "{value}");
    }

    #[test]
    fn complete_graphs_paths_and_parted_graphs_have_their_exact_values() {
        let complete: Vec<[u32; 2]> = (0..5)
            .flat_map(|i| (i + 1..5).map(move |j| [i, j]))
            .collect();
        assert!((algebraic_connectivity(5, &complete).unwrap() - 5.0).abs() < 1e-12);
        let path: Vec<[u32; 2]> = (0..9).map(|i| [i, i + 1]).collect();
        let expected = 2.0 * (1.0 - (std::f64::consts::PI / 10.0).cos());
        assert!((algebraic_connectivity(10, &path).unwrap() - expected).abs() < 1e-12);
        assert!(algebraic_connectivity(4, &[[0, 1], [2, 3]]).unwrap() < 1e-12);
        assert_eq!(algebraic_connectivity(1, &[]), None);
    }
}
