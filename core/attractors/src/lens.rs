//! Through which camera states are seen: from a state's variables to a point of the scene and to
//! a cell of a histogram.

use std::f64::consts::{PI, TAU};

use loom_sim::camera::Plane;
use loom_sim::{Camera, SimError};

use crate::definition::ColorBy;
use crate::expansion::Expansion;
use crate::lanes::{self, Loop};
use crate::sight::Sight;
use crate::tint::Starts;

/// Longest side of a density histogram, in cells.
pub const MOST_CELLS: u32 = 2048;

/// Which variables are drawn along x, y and z; on a plane the third is `None`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Axes {
    pub x: usize,
    pub y: usize,
    pub z: Option<usize>,
    /// Variables that are angles and are drawn from −π to π, a bit each.
    pub wrap: u64,
}

impl Axes {
    /// The scene's point of a state, given by variable.
    pub fn point(&self, state: impl Fn(usize) -> f64) -> [f64; 3] {
        let seen = |v: usize| {
            let x = state(v);
            if self.wraps(v) { wrapped(x) } else { x }
        };
        [seen(self.x), seen(self.y), self.z.map_or(0.0, seen)]
    }
    /// Whether a variable is drawn from −π to π.
    pub fn wraps(&self, variable: usize) -> bool {
        variable < 64 && self.wrap >> variable & 1 == 1
    }
    /// Which of x, y, z are drawn so.
    pub fn wrapped(&self) -> [bool; 3] {
        [
            self.wraps(self.x),
            self.wraps(self.y),
            self.z.is_some_and(|z| self.wraps(z)),
        ]
    }
    pub fn is_planar(&self) -> bool {
        self.z.is_none()
    }
}

/// An angle between −π and π.
pub fn wrapped(angle: f64) -> f64 {
    angle - TAU * ((angle + PI) / TAU).floor()
}

/// How particles become vertices.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawing {
    pub axes: Axes,
    pub color: ColorBy,
    /// Taken away along x and y, so that a plane's coordinates stay near 0.
    pub offset: [f64; 2],
    /// Nothing is drawn along z.
    pub planar: bool,
    /// A number for each way of seeing that isn't along variables.
    pub sight: u64,
    /// The most vertices; every n-th particle is drawn beyond.
    pub budget: usize,
}

/// What a picture needs besides the states.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tinting<'a> {
    /// For [`ColorBy::Expansion`].
    pub expansion: Option<&'a Expansion>,
    /// For [`ColorBy::Start`].
    pub starts: Option<&'a Starts>,
    /// Where states are seen, if not along the axes' variables.
    pub sight: Option<&'a Sight>,
}

/// A grid of cells laid over a view, or over a rectangle of the plane.
#[derive(Clone, Debug, PartialEq)]
pub struct Lens {
    pub axes: Axes,
    pub frame: Frame,
    /// Cells.
    pub size: [u32; 2],
}

/// What the cells cover.
#[derive(Clone, Debug, PartialEq)]
pub enum Frame {
    /// The view of this camera.
    Camera(Camera),
    /// Left, top, right, bottom in world units.
    Rectangle([f64; 4]),
}

impl Lens {
    /// World to clip space (x right, y up, both −1 to 1), column by column.
    pub fn matrix(&self) -> [[f64; 4]; 4] {
        let aspect = f64::from(self.size[0]) / f64::from(self.size[1].max(1));
        match &self.frame {
            Frame::Camera(Camera::Orbit(orbit)) => orbit.view_projection(aspect),
            Frame::Camera(Camera::Plane(plane)) => {
                rectangle_matrix(seen(plane, self.size.map(f64::from)))
            }
            Frame::Rectangle(rectangle) => rectangle_matrix(*rectangle),
        }
    }

    /// The number of cells.
    pub fn cells(&self) -> usize {
        self.size[0] as usize * self.size[1] as usize
    }

    /// Made ready for many points.
    pub fn projector(&self) -> Projector {
        Projector {
            matrix: self.matrix(),
            width: f64::from(self.size[0]),
            height: f64::from(self.size[1]),
        }
    }

    /// Whether a picture taken through `self` can stand for one through `other`: the same axes
    /// and frame, cells of the same shape.
    pub fn serves(&self, other: &Self) -> bool {
        let aspect = |lens: &Self| f64::from(lens.size[0]) / f64::from(lens.size[1].max(1));
        self.axes == other.axes
            && self.frame == other.frame
            && (aspect(self) / aspect(other) - 1.0).abs() < 0.02
    }
}

/// Left, top, right, bottom of what a plane camera shows in a view of `size` pixels.
pub fn seen(plane: &Plane, size: [f64; 2]) -> [f64; 4] {
    let centre = [
        plane.whole[0] as f64 + plane.part[0],
        plane.whole[1] as f64 + plane.part[1],
    ];
    let (w, h) = (0.5 * size[0] / plane.scale, 0.5 * size[1] / plane.scale);
    let h = if plane.y_up { h } else { -h };
    [centre[0] - w, centre[1] + h, centre[0] + w, centre[1] - h]
}

fn rectangle_matrix([left, top, right, bottom]: [f64; 4]) -> [[f64; 4]; 4] {
    let (sx, sy) = (2.0 / (right - left), 2.0 / (top - bottom));
    [
        [sx, 0.0, 0.0, 0.0],
        [0.0, sy, 0.0, 0.0],
        [0.0, 0.0, 0.0, 0.0],
        [
            -(left + right) / 2.0 * sx,
            -(top + bottom) / 2.0 * sy,
            0.5,
            1.0,
        ],
    ]
}

/// The cell of points that no cell holds.
pub const NOWHERE: u32 = u32::MAX;

/// A lens's matrix and size, ready for many points.
#[derive(Clone, Copy, Debug)]
pub struct Projector {
    matrix: [[f64; 4]; 4],
    width: f64,
    height: f64,
}

impl Projector {
    /// The cell in which a point falls, row by row from the top; [`NOWHERE`] outside the frame,
    /// behind the camera, or for NaN. `ensemble.wgsl` says the same in f32.
    #[inline]
    pub fn cell(&self, point: [f64; 3]) -> u32 {
        self.find(point)
    }

    /// The cells of many points, given by coordinate.
    pub fn cells(&self, xs: &[f64], ys: &[f64], zs: &[f64], cells: &mut [u32]) {
        let projector = *self;
        lanes::widest(Cells {
            projector,
            xs,
            ys,
            zs,
            found: cells,
        });
    }

    #[inline(always)]
    #[expect(
        clippy::needless_bitwise_bool,
        reason = "branches would keep the loop from running in lanes"
    )]
    fn find(&self, [x, y, z]: [f64; 3]) -> u32 {
        let m = &self.matrix;
        let row = |r: usize| m[0][r] * x + m[1][r] * y + m[2][r] * z + m[3][r];
        let w = row(3);
        let column = (0.5 + 0.5 * row(0) / w) * self.width;
        let line = (0.5 - 0.5 * row(1) / w) * self.height;
        let inside = (w > 0.0)
            & (column >= 0.0)
            & (column < self.width)
            & (line >= 0.0)
            & (line < self.height);
        index(column, line, self.width, inside)
    }
}

/// The cell at (u, v) where it is inside the grid, else [`NOWHERE`]; without a branch and without
/// conversions that lanes don't have.
#[inline(always)]
pub fn index(u: f64, v: f64, width: f64, inside: bool) -> u32 {
    /// Adding it leaves a whole number below 2^32 in the low bits.
    const LOW: f64 = 4_503_599_627_370_496.0;
    let index = floor(v) * width + floor(u);
    let index = if inside { index } else { f64::from(NOWHERE) };
    (index + LOW).to_bits() as u32
}

/// The last cell that `u` has reached, without a rounding instruction that old processors lack:
/// numbers from 2^52 on have no fraction.
#[inline(always)]
fn floor(u: f64) -> f64 {
    const WHOLE: f64 = 4_503_599_627_370_496.0;
    let near = (u + WHOLE) - WHOLE;
    near - if near > u { 1.0 } else { 0.0 }
}

/// Points whose cells are found together.
struct Cells<'a> {
    projector: Projector,
    xs: &'a [f64],
    ys: &'a [f64],
    zs: &'a [f64],
    found: &'a mut [u32],
}

impl Loop for Cells<'_> {
    #[inline(always)]
    fn run(self) {
        let points = self.xs.iter().zip(self.ys).zip(self.zs);
        for (cell, ((x, y), z)) in self.found.iter_mut().zip(points) {
            *cell = self.projector.find([*x, *y, *z]);
        }
    }
}

/// The cells of a histogram for a view of this size: as many as pixels, within bounds.
pub fn cells_for(size: [u32; 2]) -> [u32; 2] {
    let longest = size[0].max(size[1]).max(1);
    if longest <= MOST_CELLS {
        return size.map(|n| n.max(1));
    }
    let scale = f64::from(MOST_CELLS) / f64::from(longest);
    size.map(|n| ((f64::from(n) * scale).round() as u32).max(1))
}

/// A camera as the numbers of a probe's setting: seven for an orbit (target, distance, yaw,
/// pitch, field of view), four for a rectangle of the plane (left, top, right, bottom).
pub fn frame_of(numbers: &[f64]) -> Result<Frame, SimError> {
    let refuse = || SimError::Value {
        key: "camera".into(),
        value: format!("{numbers:?}"),
        expected: "seven finite numbers for an orbit camera (target x, y, z, distance, yaw, \
                   pitch, field of view) or four for a rectangle (left, top, right, bottom)"
            .into(),
    };
    if !numbers.iter().all(|x| x.is_finite()) {
        return Err(refuse());
    }
    match *numbers {
        [x, y, z, distance, yaw, pitch, field_of_view] if distance > 0.0 => {
            Ok(Frame::Camera(Camera::Orbit(loom_sim::camera::Orbit {
                target: [x, y, z],
                distance,
                yaw,
                pitch,
                field_of_view,
            })))
        }
        [left, top, right, bottom] if right > left && top > bottom => {
            Ok(Frame::Rectangle([left, top, right, bottom]))
        }
        _ => Err(refuse()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLANE: Axes = Axes {
        x: 0,
        y: 1,
        z: None,
        wrap: 0,
    };

    #[test]
    fn a_rectangle_has_its_cells_row_by_row_from_the_top() {
        let lens = Lens {
            axes: PLANE,
            frame: Frame::Rectangle([-1.0, 2.0, 3.0, 0.0]),
            size: [4, 2],
        };
        let at = |x, y| lens.projector().cell([x, y, 0.0]);
        assert_eq!(at(-0.5, 1.5), 0);
        assert_eq!(at(2.5, 1.5), 3);
        assert_eq!(at(-0.5, 0.5), 4);
        assert_eq!(at(3.5, 0.5), NOWHERE);
        assert_eq!(at(f64::NAN, 0.5), NOWHERE);
    }

    #[test]
    fn the_cell_is_the_pixel_on_which_the_camera_sees_the_point() {
        let camera = Camera::Orbit(loom_sim::camera::Orbit {
            target: [1.0, 2.0, 3.0],
            distance: 50.0,
            yaw: 0.4,
            pitch: 0.3,
            field_of_view: 0.6,
        });
        let lens = Lens {
            axes: Axes {
                x: 0,
                y: 1,
                z: Some(2),
                wrap: 0,
            },
            frame: Frame::Camera(camera.clone()),
            size: [320, 200],
        };
        for point in [[1.0, 2.0, 3.0], [4.0, -1.0, 5.5], [-3.0, 6.0, 0.1]] {
            let cell = camera.project(point, [320.0, 200.0]).map(|seen| {
                let [x, y] = seen.pixel;
                y as u32 * 320 + x as u32
            });
            assert_eq!(Some(lens.projector().cell(point)), cell);
        }
    }

    #[test]
    fn many_points_fall_into_the_cells_of_each() {
        let camera = Camera::Orbit(loom_sim::camera::Orbit {
            distance: 4.0,
            ..loom_sim::camera::Orbit::default()
        });
        for frame in [
            Frame::Camera(camera),
            Frame::Rectangle([-1.0, 1.2, 1.5, -1.0]),
        ] {
            let lens = Lens {
                axes: PLANE,
                frame,
                size: [61, 37],
            };
            let projector = lens.projector();
            let number = |k: usize| match k % 53 {
                0 => f64::NAN,
                1 => f64::NEG_INFINITY,
                _ => ((k * 7919) % 10_007) as f64 / 2000.0 - 2.5,
            };
            let rows: Vec<Vec<f64>> = [1, 5, 11]
                .map(|by| (0..4001).map(|k| number(k * by + by)).collect())
                .to_vec();
            let mut cells = vec![0; 4001];
            projector.cells(&rows[0], &rows[1], &rows[2], &mut cells);
            let mut inside = 0;
            for (m, cell) in cells.iter().enumerate() {
                let [x, y, z] = [0, 1, 2].map(|v| rows[v][m]);
                assert_eq!(*cell, projector.cell([x, y, z]));
                inside += usize::from(*cell != NOWHERE);
            }
            assert!(inside > 200, "{inside}");
        }
    }

    #[test]
    fn angles_are_drawn_from_minus_pi_to_pi() {
        let axes = Axes { wrap: 2, ..PLANE };
        let [x, y, _] = axes.point(|_| 7.0);
        assert_eq!(x, 7.0);
        assert!((y - (7.0 - TAU)).abs() < 1e-15);
        assert_eq!(wrapped(-PI), -PI);
        assert!((wrapped(PI) + PI).abs() < 1e-15);
    }

    #[test]
    fn a_camera_of_wrong_length_is_refused() {
        assert!(frame_of(&[1.0, 2.0]).is_err());
        assert!(frame_of(&[0.0, 1.0, -1.0, 0.0]).is_err());
        assert!(frame_of(&[0.0, 0.0, 0.0, 5.0, 0.0, 0.0, 0.6]).is_ok());
    }
}
