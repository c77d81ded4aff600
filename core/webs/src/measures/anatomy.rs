//! An arachnologist's numbers: silk by kind, capture area, mesh height.
//!
//! Capture area by the "Ellipse–Hub" formula of Blackledge and Gillespie (J. Zool. 2002):
//! π/4 · d_v · d_h of the spiral's outer diameters less the circle of hub and free zone. Mesh
//! height is the distance between neighbouring turns along radials. The web's plane is fitted to
//! its capture spiral; "up" is the direction in that plane nearest to z.

use nalgebra::{Matrix3, SymmetricEigen, Vector3};

use crate::incidence::Incidence;
use crate::web::{SilkKind, Web, add, cross, dot, norm, scale, sub};

/// Numbers of a web as built; lengths in metres, areas in square metres.
#[derive(Clone, Debug, PartialEq)]
pub struct Anatomy {
    /// Length of silk of each kind as it hangs, in the order of [`SilkKind::ALL`].
    pub silk_length: [f64; 6],
    /// Threads of each kind.
    pub threads: [usize; 6],
    /// Mass of all silk with its glue, kg.
    pub silk_mass: f64,
    /// Those of the capture spiral; `None` for webs without one.
    pub capture: Option<Capture>,
}

/// The capture spiral's shape.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Capture {
    /// Outer diameters of the spiral.
    pub vertical_diameter: f64,
    pub horizontal_diameter: f64,
    /// Of the hub with the free zone.
    pub inner_diameter: f64,
    /// Ellipse–Hub.
    pub area: f64,
    /// Mean distance of neighbouring turns, in the sectors above, below and beside the hub;
    /// `None` where a sector has no two turns.
    pub mesh_height: [Option<f64>; 3],
    /// (upper − lower) / (upper + lower) reach of the spiral from the hub.
    pub hub_asymmetry: f64,
}

impl Anatomy {
    /// Of the nodes' positions as they stand in the web.
    pub fn of(web: &Web) -> Self {
        let mut silk_length = [0.0; 6];
        let mut threads = [0; 6];
        let mut silk_mass = 0.0;
        for thread in &web.threads {
            silk_length[thread.kind.number()] += web.distance(thread.ends);
            threads[thread.kind.number()] += 1;
            silk_mass += thread.mass();
        }
        Self {
            silk_length,
            threads,
            silk_mass,
            capture: Capture::of(web),
        }
    }

    /// Length of all silk.
    pub fn total_length(&self) -> f64 {
        self.silk_length.iter().sum()
    }
}

impl Capture {
    fn of(web: &Web) -> Option<Self> {
        let mut on_spiral = vec![false; web.nodes.len()];
        for thread in web
            .threads
            .iter()
            .filter(|t| t.kind == SilkKind::CaptureSpiral)
        {
            for end in thread.ends {
                on_spiral[end as usize] = true;
            }
        }
        let points: Vec<[f64; 3]> = web
            .nodes
            .iter()
            .zip(&on_spiral)
            .filter(|(_, on)| **on)
            .map(|(n, _)| n.position)
            .collect();
        if points.len() < 3 {
            return None;
        }
        let (right, up) = plane(&points);
        let hub = web.nodes.get(web.load_node()?)?.position;
        let flat: Vec<[f64; 2]> = points
            .iter()
            .map(|&p| {
                let d = sub(p, hub);
                [dot(d, right), dot(d, up)]
            })
            .collect();
        let extreme = |axis: usize, pick: fn(f64, f64) -> f64, start: f64| {
            flat.iter().map(|p| p[axis]).fold(start, pick)
        };
        let horizontal_diameter = extreme(0, f64::max, f64::MIN) - extreme(0, f64::min, f64::MAX);
        let (top, bottom) = (
            extreme(1, f64::max, f64::MIN),
            extreme(1, f64::min, f64::MAX),
        );
        let vertical_diameter = top - bottom;
        let inner_diameter = 2.0
            * flat
                .iter()
                .map(|p| p[0].hypot(p[1]))
                .fold(f64::MAX, f64::min);
        let quarter = std::f64::consts::FRAC_PI_4;
        let area = quarter * (vertical_diameter * horizontal_diameter - inner_diameter.powi(2));
        let reach = top - bottom;
        Some(Self {
            vertical_diameter,
            horizontal_diameter,
            inner_diameter,
            area,
            mesh_height: mesh_height(web, &on_spiral, hub, right, up),
            hub_asymmetry: if reach > 0.0 {
                (top + bottom) / reach
            } else {
                0.0
            },
        })
    }
}

/// Mean length of radial pieces between two turns, above, below and beside the hub.
fn mesh_height(
    web: &Web,
    on_spiral: &[bool],
    hub: [f64; 3],
    right: [f64; 3],
    up: [f64; 3],
) -> [Option<f64>; 3] {
    let ends: Vec<[u32; 2]> = web.threads.iter().map(|t| t.ends).collect();
    let incidence = Incidence::new(web.nodes.len(), &ends);
    let mut sums = [(0.0, 0_usize); 3];
    for thread in web.threads.iter().filter(|t| t.kind == SilkKind::Radial) {
        let [a, b] = thread.ends.map(|e| e as usize);
        // Both ends lie on the spiral and no other silk is between.
        if !(on_spiral[a] && on_spiral[b]) || incidence.row(a).is_empty() {
            continue;
        }
        let middle = scale(add(web.nodes[a].position, web.nodes[b].position), 0.5);
        let d = sub(middle, hub);
        let (x, z) = (dot(d, right), dot(d, up));
        let sector = if z > x.abs() {
            0
        } else if -z > x.abs() {
            1
        } else {
            2
        };
        sums[sector].0 += web.distance(thread.ends);
        sums[sector].1 += 1;
    }
    sums.map(|(sum, n)| (n > 0).then(|| sum / n as f64))
}

/// Two directions that span the plane fitted to points: across, and up.
fn plane(points: &[[f64; 3]]) -> ([f64; 3], [f64; 3]) {
    let n = points.len() as f64;
    let mean = scale(points.iter().fold([0.0; 3], |m, &p| add(m, p)), 1.0 / n);
    let mut spread = Matrix3::zeros();
    for &p in points {
        let d = Vector3::from(sub(p, mean));
        spread += d * d.transpose();
    }
    let eigen = SymmetricEigen::new(spread);
    let least = eigen.eigenvalues.imin();
    let normal: [f64; 3] = eigen.eigenvectors.column(least).into_owned().into();
    let z = [0.0, 0.0, 1.0];
    let mut up = sub(z, scale(normal, dot(z, normal)));
    if norm(up) < 1e-6 {
        // A lying web: y serves as up.
        let y = [0.0, 1.0, 0.0];
        up = sub(y, scale(normal, dot(y, normal)));
    }
    let up = scale(up, 1.0 / norm(up));
    (cross(up, normal), up)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use crate::generate::orb::plan;
    use crate::generate::{OrbSettings, orb, spokes_and_rings};

    #[test]
    fn the_mesh_height_of_an_even_web_is_its_spacing() {
        let settings = OrbSettings::default();
        let capture = Anatomy::of(&plan(&settings, 0).unwrap()).capture.unwrap();
        for height in capture.mesh_height {
            assert!((height.unwrap() - settings.spacing).abs() < 1e-12);
        }
        assert!(capture.inner_diameter >= 2.0 * (settings.hub_radius + settings.free_zone) - 1e-9);
        assert!(
            capture.area > 0.02 && capture.area < 0.1,
            "{} m²",
            capture.area
        );
    }

    #[test]
    fn silk_of_spokes_and_rings_adds_up() {
        let (spokes, rings, radius) = (16, 4, 0.1);
        let anatomy = Anatomy::of(&spokes_and_rings(spokes, rings, radius).unwrap());
        assert!((anatomy.silk_length[SilkKind::Radial.number()] - 16.0 * radius).abs() < 1e-12);
        // Rings are polygons: 2 n r sin(π/n) each.
        let chord = 2.0 * 16.0 * (std::f64::consts::PI / 16.0).sin();
        let expected: f64 = (1..=rings)
            .map(|r| chord * radius * r as f64 / rings as f64)
            .sum();
        let measured = anatomy.silk_length[SilkKind::CaptureSpiral.number()];
        assert!((measured - expected).abs() < 1e-12);
    }

    #[test]
    fn the_measures_do_not_depend_on_how_the_web_is_turned() {
        let web = orb(&OrbSettings::default(), 4).unwrap();
        let mut turned = web.clone();
        let (c, s) = (0.6, 0.8);
        for node in &mut turned.nodes {
            let [x, y, z] = node.position;
            node.position = [c * x - s * y, s * x + c * y, z];
        }
        let (a, b) = (
            Anatomy::of(&web).capture.unwrap(),
            Anatomy::of(&turned).capture.unwrap(),
        );
        assert!((a.area - b.area).abs() < 1e-9 && (a.hub_asymmetry - b.hub_asymmetry).abs() < 1e-9);
    }
}
