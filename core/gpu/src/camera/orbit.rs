//! The orbit camera: z is up, the eye moves on a sphere around the target.

use std::f64::consts::{FRAC_PI_2, TAU};

use super::Orbit;

/// A point as it is seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Projected {
    /// Logical pixels, y down.
    pub pixel: [f64; 2],
    /// World units along the view direction, from the eye (perspective) or from the target
    /// (parallel); smaller is nearer.
    pub depth: f64,
}

/// A line of sight; `direction` has length 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ray {
    pub origin: [f64; 3],
    pub direction: [f64; 3],
}

impl Ray {
    /// The point at `distance` along the ray.
    pub fn at(&self, distance: f64) -> [f64; 3] {
        add(self.origin, scaled(self.direction, distance))
    }
}

impl Default for Orbit {
    fn default() -> Self {
        Self {
            target: [0.0; 3],
            distance: 4.0,
            yaw: 0.6,
            pitch: 0.4,
            field_of_view: 0.6,
        }
    }
}

impl Orbit {
    /// Near plane of a perspective view as a part of the distance.
    pub(crate) const NEAR: f64 = 1e-3;
    /// Half the depth of a parallel view in view heights.
    const PARALLEL_DEPTH: f64 = 50.0;

    /// Unit vectors to the right, up, and forward of the view.
    pub fn axes(&self) -> [[f64; 3]; 3] {
        let (sy, cy) = self.yaw.sin_cos();
        let (sp, cp) = self.pitch.sin_cos();
        [
            [cy, sy, 0.0],
            [-sy * sp, cy * sp, cp],
            [-sy * cp, cy * cp, -sp],
        ]
    }

    /// Where the eye is; for a parallel view a point `distance` before the target.
    pub fn eye(&self) -> [f64; 3] {
        let [_, _, forward] = self.axes();
        add(self.target, scaled(forward, -self.distance))
    }

    /// Half the height of the view at the target, world units.
    fn half_height(&self) -> f64 {
        if self.is_parallel() {
            0.5 * self.distance
        } else {
            self.distance * self.tangent()
        }
    }

    fn is_parallel(&self) -> bool {
        self.field_of_view <= 0.0
    }

    fn tangent(&self) -> f64 {
        (0.5 * self.field_of_view).tan()
    }

    /// World units a pixel covers at the target's depth.
    pub fn unit_per_pixel(&self, size: [f64; 2]) -> f64 {
        2.0 * self.half_height() / size[1].max(1.0)
    }

    /// World to clip space, column by column. Depth is reversed: 1 at the near plane, 0 at
    /// infinity (in a parallel view, fifty view heights behind the target).
    pub fn view_projection(&self, aspect: f64) -> [[f64; 4]; 4] {
        let mut matrix = self.relative_projection(aspect);
        let [x, y, z] = self.target;
        for row in 0..4 {
            matrix[3][row] -= matrix[0][row] * x + matrix[1][row] * y + matrix[2][row] * z;
        }
        matrix
    }

    /// The same for points given relative to the target, which f32 can carry far from zero.
    pub(crate) fn relative_projection(&self, aspect: f64) -> [[f64; 4]; 4] {
        let [right, up, forward] = self.axes();
        let mut matrix = [[0.0; 4]; 4];
        if self.is_parallel() {
            let (half, depth) = (self.half_height(), Self::PARALLEL_DEPTH * self.distance);
            for axis in 0..3 {
                matrix[axis] = [
                    right[axis] / (half * aspect),
                    up[axis] / half,
                    -forward[axis] / (2.0 * depth),
                    0.0,
                ];
            }
            matrix[3] = [0.0, 0.0, 0.5, 1.0];
        } else {
            let focal = 1.0 / self.tangent();
            for axis in 0..3 {
                matrix[axis] = [
                    right[axis] * focal / aspect,
                    up[axis] * focal,
                    0.0,
                    forward[axis],
                ];
            }
            matrix[3] = [0.0, 0.0, self.distance * Self::NEAR, self.distance];
        }
        matrix
    }

    /// The pixel on which a point falls. `None` behind the near plane of a perspective view,
    /// and for points that are no numbers.
    pub fn project(&self, point: [f64; 3], size: [f64; 2]) -> Option<Projected> {
        let [right, up, forward] = self.axes();
        let from = sub(point, self.target);
        let (x, y, along) = (dot(from, right), dot(from, up), dot(from, forward));
        let (half, depth) = if self.is_parallel() {
            (self.half_height(), along)
        } else {
            let depth = along + self.distance;
            if depth.is_nan() || depth <= self.distance * Self::NEAR {
                return None;
            }
            (depth * self.tangent(), depth)
        };
        let pixels = 0.5 * size[1] / half;
        let pixel = [0.5 * size[0] + x * pixels, 0.5 * size[1] - y * pixels];
        pixel
            .iter()
            .all(|at| at.is_finite())
            .then_some(Projected { pixel, depth })
    }

    /// The line of sight through a pixel; the inverse of [`Orbit::project`].
    pub fn ray(&self, pixel: [f64; 2], size: [f64; 2]) -> Ray {
        let [right, up, forward] = self.axes();
        let unit = self.unit_per_pixel(size);
        let x = (pixel[0] - 0.5 * size[0]) * unit;
        let y = (0.5 * size[1] - pixel[1]) * unit;
        let aside = add(scaled(right, x), scaled(up, y));
        if self.is_parallel() {
            Ray {
                origin: add(self.eye(), aside),
                direction: forward,
            }
        } else {
            let through = add(scaled(forward, self.distance), aside);
            let length = dot(through, through).sqrt();
            Ray {
                origin: self.eye(),
                direction: scaled(through, 1.0 / length),
            }
        }
    }

    /// Turns by angles in radians; positive yaw turns the eye to the right around the target,
    /// positive pitch lifts it. Stops at the poles.
    pub fn rotate(&mut self, yaw: f64, pitch: f64) {
        if yaw.is_finite() && pitch.is_finite() {
            self.yaw = (self.yaw + yaw).rem_euclid(TAU);
            self.pitch = (self.pitch + pitch).clamp(-FRAC_PI_2, FRAC_PI_2);
        }
    }

    /// Turns along with a drag: half a turn across the view's height.
    pub fn drag(&mut self, pixels: [f64; 2], size: [f64; 2]) {
        let turn = 0.5 * TAU / size[1].max(1.0);
        self.rotate(-pixels[0] * turn, pixels[1] * turn);
    }

    /// Comes `factor` times nearer.
    pub fn zoom(&mut self, factor: f64) {
        let distance = self.distance / factor;
        if distance.is_finite() && distance > 1e-12 && distance < 1e15 {
            self.distance = distance;
        }
    }

    /// Moves the target so that what lies at its depth follows a drag of `pixels`.
    pub fn pan(&mut self, pixels: [f64; 2], size: [f64; 2]) {
        let [right, up, _] = self.axes();
        let unit = self.unit_per_pixel(size);
        let step = add(
            scaled(right, -pixels[0] * unit),
            scaled(up, pixels[1] * unit),
        );
        let target = add(self.target, step);
        if target.iter().all(|x| x.is_finite()) {
            self.target = target;
        }
    }

    /// Looks at the middle of `bounds` (a pair a dimension), its sphere filling the view's
    /// smaller side. `aspect` is width over height.
    pub fn fit(&mut self, bounds: [[f64; 2]; 3], aspect: f64) {
        let middle = bounds.map(|[low, high]| low + 0.5 * (high - low));
        let half = bounds.map(|[low, high]| 0.5 * (high - low));
        let radius = dot(half, half).sqrt();
        if !(radius.is_finite() && middle.iter().all(|x| x.is_finite())) {
            return;
        }
        let radius = if radius > 0.0 { radius } else { 1.0 };
        self.target = middle;
        let narrow = aspect.clamp(0.05, 1.0);
        self.distance = if self.is_parallel() {
            2.0 * radius / narrow
        } else {
            radius / (self.tangent() * narrow).atan().sin()
        };
    }
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}
fn add(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[0] + b[0], a[1] + b[1], a[2] + b[2]]
}
fn sub(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}
fn scaled(a: [f64; 3], by: f64) -> [f64; 3] {
    a.map(|x| x * by)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SIZE: [f64; 2] = [800.0, 500.0];

    fn any_orbit() -> impl Strategy<Value = Orbit> {
        let angles = (0.0..TAU, -1.5..1.5f64, prop_oneof![Just(0.0), 0.1..2.0f64]);
        (prop::array::uniform3(-1e3..1e3f64), 0.01..1e3f64, angles).prop_map(
            |(target, distance, (yaw, pitch, field_of_view))| Orbit {
                target,
                distance,
                yaw,
                pitch,
                field_of_view,
            },
        )
    }

    proptest! {
        #[test]
        fn a_ray_through_a_pixel_projects_back_onto_it(
            orbit in any_orbit(), x in 0.0..800.0f64, y in 0.0..500.0f64, depth in 0.1..10.0f64,
        ) {
            let ray = orbit.ray([x, y], SIZE);
            let seen = orbit.project(ray.at(depth * orbit.distance), SIZE).map(|seen| seen.pixel);
            let [sx, sy] = seen.unwrap_or([f64::NAN; 2]);
            prop_assert!((sx - x).abs() < 1e-5 && (sy - y).abs() < 1e-5, "{sx} {sy}");
        }

        #[test]
        fn the_matrix_says_the_same_as_project(orbit in any_orbit(), offset in prop::array::uniform3(-1.0..1.0f64)) {
            let point: [f64; 3] = std::array::from_fn(|i| orbit.target[i] + 0.3 * offset[i] * orbit.distance);
            let m = orbit.view_projection(SIZE[0] / SIZE[1]);
            let clip: [f64; 4] = std::array::from_fn(|row| {
                m[0][row] * point[0] + m[1][row] * point[1] + m[2][row] * point[2] + m[3][row]
            });
            let pixel = [
                (0.5 + 0.5 * clip[0] / clip[3]) * SIZE[0],
                (0.5 - 0.5 * clip[1] / clip[3]) * SIZE[1],
            ];
            let seen = orbit.project(point, SIZE).map(|seen| seen.pixel);
            let [x, y] = seen.unwrap_or([f64::NAN; 2]);
            prop_assert!((x - pixel[0]).abs() < 1e-5 && (y - pixel[1]).abs() < 1e-5);
            let z = clip[2] / clip[3];
            prop_assert!(z > 0.0 && z < 1.0);
        }

        #[test]
        fn the_target_follows_the_pointer(orbit in any_orbit(), dx in -100.0..100.0f64, dy in -100.0..100.0f64) {
            let mut moved = orbit.clone();
            moved.pan([dx, dy], SIZE);
            let seen = moved.project(orbit.target, SIZE).map(|seen| seen.pixel);
            let [x, y] = seen.unwrap_or([f64::NAN; 2]);
            prop_assert!((x - 400.0 - dx).abs() < 1e-5 && (y - 250.0 - dy).abs() < 1e-5);
        }

        #[test]
        fn a_fitted_box_lies_within_the_view(
            orbit in any_orbit(), low in prop::array::uniform3(-10.0..10.0f64), extent in prop::array::uniform3(0.0..5.0f64),
            aspect in 0.3..3.0f64,
        ) {
            let mut orbit = orbit;
            let bounds = std::array::from_fn(|i| [low[i], low[i] + extent[i]]);
            orbit.fit(bounds, aspect);
            let size = [300.0 * aspect, 300.0];
            for corner in 0..8 {
                let point = std::array::from_fn(|i| bounds[i][corner >> i & 1]);
                let seen = orbit.project(point, size).map(|seen| seen.pixel);
                let [x, y] = seen.unwrap_or([f64::NAN; 2]);
                prop_assert!(x > -0.01 && x < size[0] + 0.01 && y > -0.01 && y < 300.01, "{x} {y}");
            }
        }
    }

    #[test]
    fn yaw_0_looks_along_y_and_pitch_lifts_the_eye() {
        let orbit = Orbit {
            yaw: 0.0,
            pitch: 0.0,
            ..Orbit::default()
        };
        assert_eq!(orbit.axes()[2], [0.0, 1.0, 0.0]);
        let above = Orbit {
            pitch: 0.5,
            ..orbit
        };
        assert!(above.eye()[2] > 0.0);
    }

    #[test]
    fn nearer_points_are_larger_in_reversed_depth() {
        let orbit = Orbit {
            yaw: 0.0,
            pitch: 0.0,
            ..Orbit::default()
        };
        let m = orbit.view_projection(1.0);
        let z = |y: f64| (m[1][2] * y + m[3][2]) / (m[1][3] * y + m[3][3]);
        assert!(z(-1.0) > z(0.0) && z(0.0) > z(100.0) && z(100.0) > 0.0);
    }
}
