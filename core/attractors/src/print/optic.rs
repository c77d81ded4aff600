//! From states to places on the picture's grid of cells, many at a time.

use loom_sim::Camera;

use crate::lens::{Axes, Frame, Lens, NOWHERE};

use super::grid::Grid;

/// A lens made ready for blocks of states.
#[derive(Clone, Copy, Debug)]
pub struct Optic {
    axes: Axes,
    columns: u32,
    rows: u32,
    matrix: [[f64; 4]; 4],
    kind: Kind,
}

/// An optic as a shader takes it: world to clip space, how depth is measured, the nearest depth
/// and one over their range.
#[derive(Clone, Copy, Debug)]
pub struct OpticBlock {
    pub matrix: [[f32; 4]; 4],
    pub forward: [f32; 4],
    pub near: f32,
    pub scale: f32,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    /// Cells = factor · coordinate + shift, along x and y.
    Plane { factor: [f64; 2], shift: [f64; 2] },
    /// Rows x, y and w of the matrix to clip space, and how depth is measured: the forward
    /// direction with its shift, and the nearest and farthest depth that count.
    Space {
        rows: [[f64; 4]; 3],
        forward: [f64; 4],
        near: f64,
        far: f64,
    },
}

/// Where the members of a block stand: cells across and down from the upper left corner, and
/// depth from 0 (nearest) to 1. Points that can't be seen have NaN places.
#[derive(Clone, Debug, Default)]
pub struct Places {
    pub x: Vec<f32>,
    pub y: Vec<f32>,
    pub depth: Vec<f32>,
}

impl Places {
    pub fn new(members: usize) -> Self {
        Self {
            x: vec![0.0; members],
            y: vec![0.0; members],
            depth: vec![0.0; members],
        }
    }
}

impl Optic {
    /// `points`, by which the range of depths is found: some of the attractor, by variable.
    pub fn new(lens: &Lens, points: &[[f64; 3]]) -> Self {
        let [columns, rows] = lens.size;
        let m = lens.matrix();
        let half = [f64::from(columns) / 2.0, f64::from(rows) / 2.0];
        let kind = match &lens.frame {
            Frame::Camera(Camera::Orbit(orbit)) => {
                let row = |r: usize| [m[0][r], m[1][r], m[2][r], m[3][r]];
                let [_, _, f] = orbit.axes();
                let at = orbit.target;
                let forward = [
                    f[0],
                    f[1],
                    f[2],
                    -(f[0] * at[0] + f[1] * at[1] + f[2] * at[2]),
                ];
                let depths = points.iter().map(|p| {
                    forward[0] * p[0] + forward[1] * p[1] + forward[2] * p[2] + forward[3]
                });
                let (low, high) = depths.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), d| {
                    (l.min(d), h.max(d))
                });
                let room = 0.1 * (high - low).max(1e-9);
                Kind::Space {
                    rows: [row(0), row(1), row(3)],
                    forward,
                    near: low - room,
                    far: high + room,
                }
            }
            _ => Kind::Plane {
                factor: [m[0][0] * half[0], -m[1][1] * half[1]],
                shift: [half[0] + m[3][0] * half[0], half[1] - m[3][1] * half[1]],
            },
        };
        Self {
            axes: lens.axes,
            columns,
            rows,
            matrix: m,
            kind,
        }
    }

    /// The same for a shader.
    pub fn block(&self) -> OpticBlock {
        let matrix = self.matrix.map(|column| column.map(|x| x as f32));
        match self.kind {
            Kind::Plane { .. } => OpticBlock {
                matrix,
                forward: [0.0; 4],
                near: 0.0,
                scale: 1.0,
            },
            Kind::Space {
                forward, near, far, ..
            } => OpticBlock {
                matrix,
                forward: forward.map(|x| x as f32),
                near: near as f32,
                scale: (1.0 / (far - near)) as f32,
            },
        }
    }

    /// World units between the nearest depth and the farthest; 0 on a plane.
    pub fn depth_range(&self) -> f64 {
        match self.kind {
            Kind::Plane { .. } => 0.0,
            Kind::Space { near, far, .. } => far - near,
        }
    }

    /// The cells of a block on the plane at once; false where the optic is in space.
    #[inline]
    pub fn plane_cells(&self, block: &[f64], members: usize, cells: &mut [u32]) -> bool {
        let row = |v: usize| &block[v * members..(v + 1) * members];
        self.cells_of(row(self.axes.x), row(self.axes.y), cells)
    }

    /// The cells of points on the plane; false where the optic is in space.
    #[inline]
    pub fn cells_of(&self, xs: &[f64], ys: &[f64], cells: &mut [u32]) -> bool {
        let Kind::Plane { factor, shift } = self.kind else {
            return false;
        };
        let grid = Grid {
            factor,
            shift,
            columns: self.columns,
            rows: self.rows,
        };
        grid.cells(xs, ys, cells);
        true
    }

    /// Where each member of a block stands.
    pub fn place(&self, block: &[f64], members: usize, places: &mut Places) {
        let row = |v: usize| &block[v * members..(v + 1) * members];
        let (xs, ys) = (row(self.axes.x), row(self.axes.y));
        match (&self.kind, self.axes.z) {
            (Kind::Plane { factor, shift }, _) => {
                for (to, x) in places.x.iter_mut().zip(xs) {
                    *to = (x * factor[0] + shift[0]) as f32;
                }
                for (to, y) in places.y.iter_mut().zip(ys) {
                    *to = (y * factor[1] + shift[1]) as f32;
                }
            }
            (
                Kind::Space {
                    rows,
                    forward,
                    near,
                    far,
                },
                z,
            ) => {
                let (width, height) = (f64::from(self.columns), f64::from(self.rows));
                let zs = z.map(row);
                let scale = 1.0 / (far - near);
                for m in 0..members {
                    let p = [xs[m], ys[m], zs.map_or(0.0, |z| z[m])];
                    let dot = |r: &[f64; 4]| r[0] * p[0] + r[1] * p[1] + r[2] * p[2] + r[3];
                    let w = dot(&rows[2]);
                    let w = if w > 0.0 { w } else { f64::NAN };
                    places.x[m] = ((0.5 + 0.5 * dot(&rows[0]) / w) * width) as f32;
                    places.y[m] = ((0.5 - 0.5 * dot(&rows[1]) / w) * height) as f32;
                    places.depth[m] = ((dot(forward) - near) * scale) as f32;
                }
            }
        }
    }

    /// The cells of places between two moments: `part` 0 is the first, 1 the second.
    #[inline]
    #[expect(
        clippy::needless_bitwise_bool,
        reason = "branches would keep the loop from running in lanes"
    )]
    pub fn between(&self, from: &Places, to: &Places, part: f32, cells: &mut [u32]) {
        let (width, height) = (self.columns as f32, self.rows as f32);
        let ends = from.x.iter().zip(&from.y).zip(to.x.iter().zip(&to.y));
        for (cell, ((x0, y0), (x1, y1))) in cells.iter_mut().zip(ends) {
            let (u, v) = (x0 + (x1 - x0) * part, y0 + (y1 - y0) * part);
            let inside = (u >= 0.0) & (u < width) & (v >= 0.0) & (v < height);
            let index = (v as i32 as u32)
                .wrapping_mul(self.columns)
                .wrapping_add(u as i32 as u32);
            *cell = if inside { index } else { NOWHERE };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use loom_sim::camera::Orbit;

    const PLANE: Axes = Axes {
        x: 0,
        y: 1,
        z: None,
        wrap: 0,
    };

    /// Points all over and beyond the frame, its very corners included.
    fn block(members: usize, dimension: usize) -> Vec<f64> {
        (0..members * dimension)
            .map(|i| match i % members {
                0 => 0.0,
                1 => 1.0,
                2 => -1.0,
                m => 3.0 * ((m * 37 + i / members * 101) % 97) as f64 / 97.0 - 1.5,
            })
            .collect()
    }

    #[test]
    fn cells_on_the_plane_are_those_of_the_lens() {
        let lens = Lens {
            axes: PLANE,
            frame: Frame::Rectangle([-1.0, 1.0, 1.0, -1.0]),
            size: [640, 480],
        };
        let (optic, exact) = (Optic::new(&lens, &[]), lens.projector());
        let members = 500;
        let block = block(members, 2);
        let mut cells = vec![0; members];
        assert!(optic.plane_cells(&block, members, &mut cells));
        for m in 0..members {
            let point = [block[m], block[members + m], 0.0];
            assert_eq!(cells[m], exact.cell(point), "{point:?}");
        }
    }

    #[test]
    fn cells_in_space_are_those_of_the_lens_and_near_is_small() {
        let camera = Camera::Orbit(Orbit {
            distance: 6.0,
            ..Orbit::default()
        });
        let lens = Lens {
            axes: Axes {
                z: Some(2),
                ..PLANE
            },
            frame: Frame::Camera(camera),
            size: [400, 300],
        };
        let members = 300;
        let block = block(members, 3);
        let point = |m: usize| [block[m], block[members + m], block[2 * members + m]];
        let points: Vec<[f64; 3]> = (0..members).map(point).collect();
        let (optic, exact) = (Optic::new(&lens, &points), lens.projector());
        let mut places = Places::new(members);
        optic.place(&block, members, &mut places);
        let mut cells = vec![0; members];
        optic.between(&places, &places, 0.5, &mut cells);
        let wrong = (0..members)
            .filter(|m| cells[*m] != exact.cell(point(*m)))
            .count();
        // A place within a rounding of an edge may fall to either side.
        assert!(wrong <= 2, "{wrong}");
        assert!(places.depth.iter().all(|d| (0.0..=1.0).contains(d)));
    }
}
