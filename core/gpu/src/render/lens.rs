//! What the shaders know of the camera and of the piece of the picture that is drawn.

use crate::camera::{Camera, Orbit};
use crate::error::GpuError;

/// A piece of a picture: the whole picture's size, and where the piece lies in it, in physical
/// pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    pub picture: [u32; 2],
    pub corner: [u32; 2],
    pub size: [u32; 2],
    pub pixels_per_point: f32,
}

impl Window {
    /// The whole of a picture.
    pub fn whole(width: u32, height: u32, pixels_per_point: f32) -> Self {
        Self {
            picture: [width, height],
            corner: [0, 0],
            size: [width, height],
            pixels_per_point,
        }
    }

    /// The picture's size in logical pixels.
    pub fn points(&self) -> [f64; 2] {
        self.picture
            .map(|edge| f64::from(edge) / f64::from(self.pixels_per_point))
    }

    /// Edges of the viewport: powers of two, for which the shaders' arithmetic is exact.
    pub(crate) fn viewport(&self, limit: u32) -> Result<[f32; 2], GpuError> {
        let [width, height] = self.size;
        let edges = self.size.map(u32::next_power_of_two);
        if width == 0 || height == 0 || edges.iter().any(|&edge| edge > limit) {
            return Err(GpuError::PictureSize {
                width,
                height,
                limit,
            });
        }
        Ok(edges.map(|edge| edge as f32))
    }
}

/// `Lens` in common.wgsl.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
pub(crate) struct Lens {
    matrix: [[f32; 4]; 4],
    origin: [f32; 4],
    picture: [f32; 4],
    tile: [f32; 4],
    light: [f32; 4],
}

impl Lens {
    pub fn new(camera: &Camera, window: &Window, viewport: [f32; 2]) -> Self {
        let [width, height] = window.picture.map(|edge| edge as f32);
        let scale = window.pixels_per_point;
        let tile = [
            window.corner[0] as f32,
            window.corner[1] as f32,
            viewport[0],
            viewport[1],
        ];
        match camera {
            Camera::Orbit(orbit) => {
                let (matrix, origin) = relative(orbit, f64::from(width) / f64::from(height));
                let [x, y, z] = origin;
                let [lx, ly, lz] = light(orbit);
                Self {
                    matrix,
                    origin: [x, y, z, 1.0],
                    picture: [width, height, scale, 0.0],
                    tile,
                    light: [lx, ly, lz, 1.0],
                }
            }
            Camera::Plane(plane) => {
                let [x, y] = plane.part.map(|part| part as f32);
                let unit = (plane.scale * f64::from(scale)) as f32;
                Self {
                    matrix: [[0.0; 4]; 4],
                    origin: [x, y, 0.0, 0.0],
                    picture: [width, height, scale, unit],
                    tile,
                    light: [0.0, 0.0, 1.0, if plane.y_up { -1.0 } else { 1.0 }],
                }
            }
        }
    }

    /// The pixel of the picture on which a point falls, as the shaders reckon it (`see` in
    /// common.wgsl): the CPU twin for densities.
    pub fn see(&self, position: [f32; 3]) -> Option<[f32; 2]> {
        self.see_depth(position).map(|(pixel, _)| pixel)
    }

    /// The same with the reversed depth.
    pub fn see_depth(&self, position: [f32; 3]) -> Option<([f32; 2], f32)> {
        if self.is_orbit() {
            return self.see_clip(self.clip(position));
        }
        let [width, height, _, unit] = self.picture;
        let [x, y, _] = position;
        let pixel = [
            0.5 * width + (x - self.origin[0]) * unit,
            0.5 * height + (y - self.origin[1]) * unit * self.light[3],
        ];
        pixel
            .iter()
            .all(|at| at.abs() < 1e8)
            .then_some((pixel, 0.5))
    }

    /// Both ends of a segment, cut at the near plane (`line_vertex` in lines.wgsl).
    pub fn see_segment(&self, a: [f32; 3], b: [f32; 3]) -> Option<[([f32; 2], f32); 2]> {
        if !self.is_orbit() {
            return Some([self.see_depth(a)?, self.see_depth(b)?]);
        }
        let (mut a, mut b) = (self.clip(a), self.clip(b));
        let (room_a, room_b) = (a[3] - a[2], b[3] - b[2]);
        let mix = |from: [f32; 4], to: [f32; 4], t: f32| {
            std::array::from_fn(|k| from[k] + t * (to[k] - from[k]))
        };
        // Comparisons with NaN are false: such a segment is behind.
        let (before_a, before_b) = (room_a > 0.0, room_b > 0.0);
        match (before_a, before_b) {
            (false, false) => return None,
            (false, true) => a = mix(a, b, room_a / (room_a - room_b) * 1.0001),
            (true, false) => b = mix(b, a, room_b / (room_b - room_a) * 1.0001),
            (true, true) => {}
        }
        Some([self.see_clip(a)?, self.see_clip(b)?])
    }

    fn is_orbit(&self) -> bool {
        self.origin[3] > 0.5
    }

    fn clip(&self, [x, y, z]: [f32; 3]) -> [f32; 4] {
        let [ox, oy, oz, _] = self.origin;
        let (x, y, z) = (x - ox, y - oy, z - oz);
        let m = &self.matrix;
        std::array::from_fn(|i| m[0][i] * x + m[1][i] * y + m[2][i] * z + m[3][i])
    }

    fn see_clip(&self, [x, y, depth, w]: [f32; 4]) -> Option<([f32; 2], f32)> {
        let half = [0.5 * self.picture[0], 0.5 * self.picture[1]];
        if !(w > 0.0 && depth <= w && depth >= 0.0) {
            return None;
        }
        let pixel = [half[0] + half[0] * x / w, half[1] - half[1] * y / w];
        pixel
            .iter()
            .all(|at| at.abs() < 1e8)
            .then_some((pixel, depth / w))
    }
}

/// The matrix for points relative to the target rounded to f32, and that target. What the
/// rounding left is in the matrix.
fn relative(orbit: &Orbit, aspect: f64) -> ([[f32; 4]; 4], [f32; 3]) {
    let mut matrix = orbit.relative_projection(aspect);
    let origin = orbit.target.map(|x| x as f32);
    for row in 0..4 {
        for axis in 0..3 {
            matrix[3][row] += matrix[axis][row] * (f64::from(origin[axis]) - orbit.target[axis]);
        }
    }
    (matrix.map(|column| column.map(|x| x as f32)), origin)
}

/// The lamp stands to the upper left behind the eye.
fn light(orbit: &Orbit) -> [f32; 3] {
    let [right, up, forward] = orbit.axes();
    std::array::from_fn(|i| (-0.35 * right[i] + 0.45 * up[i] - 0.82 * forward[i]) as f32)
}
