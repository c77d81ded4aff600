//! Cameras in which an attractor fills two thirds of the view.
//!
//! What fills it is where nearly all points lie, so that a few far ones don't make the rest small;
//! these still stay within the view.

use loom_sim::Camera;
use loom_sim::camera::{Orbit as OrbitCamera, Plane};

/// The part of the view that a fitted attractor fills.
const FILLED: f64 = 2.0 / 3.0;
/// The part that a box of axes fills; its numbers and names stand around it.
const BOXED: f64 = 0.8;
/// The part that the farthest points may take.
const MOST_FILLED: f64 = 0.94;
/// Points that are left out at either end, as a part of all.
const LEFT_OUT: f64 = 0.004;

/// Least and greatest coordinate along each axis.
pub fn bounds(points: &[[f64; 3]]) -> [[f64; 2]; 3] {
    let mut bounds = [[f64::INFINITY, f64::NEG_INFINITY]; 3];
    for point in points {
        for (b, x) in bounds.iter_mut().zip(point) {
            *b = [b[0].min(*x), b[1].max(*x)];
        }
    }
    bounds
}

/// The greatest width along any axis; 0 for one point, or none.
pub fn extent(points: &[[f64; 3]]) -> f64 {
    let widths = bounds(points).map(|[low, high]| high - low);
    widths.into_iter().fold(0.0, f64::max)
}

/// The stretch that is to fill [`FILLED`] of a side: middle and width.
fn stretch(mut values: Vec<f64>) -> [f64; 2] {
    values.retain(|x| x.is_finite());
    values.sort_by(f64::total_cmp);
    let (Some(least), Some(most)) = (values.first(), values.last()) else {
        return [0.0, 0.0];
    };
    let out = (LEFT_OUT * values.len() as f64) as usize;
    let (low, high) = (values[out], values[values.len() - 1 - out]);
    let middle = 0.5 * (low + high);
    // The farthest point must lie within the view as well.
    let reach = 2.0 * (most - middle).max(middle - least);
    [middle, (high - low).max(reach * FILLED / MOST_FILLED)]
}

/// A window on the plane of which the points fill two thirds.
pub fn fit_plane(points: &[[f64; 3]], size: [f64; 2]) -> Camera {
    let [x, y] = [0, 1].map(|axis| stretch(points.iter().map(|p| p[axis]).collect()));
    let scale = (FILLED * size[0] / x[1]).min(FILLED * size[1] / y[1]);
    let scale = if scale.is_finite() && scale > 0.0 {
        scale
    } else {
        size[1] / 4.0
    };
    Camera::Plane(Plane::new([x[0], y[0]], scale, true))
}

/// A camera from the given direction that sees the points fill two thirds of the view.
pub fn fit_orbit(points: &[[f64; 3]], yaw: f64, pitch: f64, size: [f64; 2]) -> Camera {
    filling(points, [yaw, pitch], size, FILLED)
}

/// The same for a box of axes around the points.
pub fn fit_box(points: &[[f64; 3]], yaw: f64, pitch: f64, size: [f64; 2]) -> Camera {
    let bounds = bounds(points);
    let corner = |k: usize| [0, 1, 2].map(|axis| bounds[axis][k >> axis & 1]);
    let corners: Vec<[f64; 3]> = (0..8).map(corner).collect();
    filling(&corners, [yaw, pitch], size, BOXED)
}

fn filling(points: &[[f64; 3]], [yaw, pitch]: [f64; 2], size: [f64; 2], part: f64) -> Camera {
    let bounds = bounds(points);
    let mut camera = OrbitCamera {
        yaw,
        pitch,
        field_of_view: 0.6,
        ..OrbitCamera::default()
    };
    camera.fit(bounds, size[0] / size[1]);
    if extent(points) <= 0.0 {
        return Camera::Orbit(camera);
    }
    // Perspective has no closed form for the box around many points: a few corrections do.
    for _ in 0..8 {
        let seen: Vec<[f64; 2]> = points
            .iter()
            .filter_map(|p| camera.project(*p, size))
            .map(|projected| projected.pixel)
            .collect();
        let [across, down] = [0, 1].map(|axis| stretch(seen.iter().map(|p| p[axis]).collect()));
        let filled = (across[1] / size[0]).max(down[1] / size[1]);
        if !(filled.is_finite() && filled > 1e-6) {
            break;
        }
        let [right, up, _] = camera.axes();
        let unit = camera.unit_per_pixel(size);
        let dx = (across[0] - 0.5 * size[0]) * unit;
        let dy = -(down[0] - 0.5 * size[1]) * unit;
        for axis in 0..3 {
            camera.target[axis] += right[axis] * dx + up[axis] * dy;
        }
        camera.distance *= filled / part;
    }
    Camera::Orbit(camera)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn a_box_of_axes_lies_within_the_view() {
        let points = [[-20.0, -27.0, 1.0], [19.0, 26.0, 47.0], [3.0, 0.0, 20.0]];
        for size in [[1280.0, 800.0], [400.0, 900.0]] {
            let Camera::Orbit(camera) = fit_box(&points, 0.6, 0.3, size) else {
                panic!("an orbit camera");
            };
            let mut least = f64::INFINITY;
            for k in 0..8_usize {
                let corner = [0, 1, 2].map(|axis| points[k >> axis & 1][axis]);
                let [x, y] = camera.project(corner, size).unwrap().pixel;
                for (at, side) in [(x, size[0]), (y, size[1])] {
                    least = least.min(at.min(side - at) / side);
                }
            }
            assert!((0.05..0.15).contains(&least), "{least}");
        }
    }

    #[test]
    fn a_fitted_cloud_fills_two_thirds_of_the_view() {
        let points: Vec<[f64; 3]> = (0..500)
            .map(|i| {
                let a = f64::from(i) * 0.1;
                [
                    20.0 * a.sin(),
                    9.0 * a.cos() + 3.0,
                    25.0 + 20.0 * (a * 0.37).sin(),
                ]
            })
            .collect();
        for size in [[800.0, 500.0], [300.0, 900.0]] {
            for camera in [fit_orbit(&points, 0.5, 0.2, size), fit_plane(&points, size)] {
                let offset = match &camera {
                    Camera::Plane(plane) => plane.whole.map(|n| n as f64),
                    Camera::Orbit(_) => [0.0; 2],
                };
                let pixels: Vec<[f64; 2]> = points
                    .iter()
                    .map(|p| [p[0] - offset[0], p[1] - offset[1], p[2]])
                    .filter_map(|p| camera.project(p, size))
                    .map(|s| s.pixel)
                    .collect();
                let part = |axis: usize| {
                    let low = pixels.iter().map(|p| p[axis]).fold(f64::INFINITY, f64::min);
                    let high = pixels.iter().map(|p| p[axis]).fold(0.0, f64::max);
                    (high - low) / size[axis]
                };
                let filled = part(0).max(part(1));
                assert!((filled - FILLED).abs() < 0.01, "{filled} of {size:?}");
            }
        }
    }

    #[test]
    fn a_few_far_points_neither_shrink_the_rest_nor_leave_the_view() {
        let mut points: Vec<[f64; 3]> = (0..2000)
            .map(|i| {
                let a = f64::from(i) * 0.1;
                [a.sin(), a.cos(), (0.37 * a).sin()]
            })
            .collect();
        points.extend([[1.3, 0.0, 0.0], [0.0, -1.3, 0.0]]);
        let size = [600.0, 600.0];
        let Camera::Plane(plane) = fit_plane(&points, size) else {
            panic!("a plane")
        };
        // The circle's width of 2 fills two thirds of 600 pixels; the far points are 390 apart.
        assert!((plane.scale - 200.0).abs() < 2.0, "{}", plane.scale);
        points.push([4.0, 0.0, 0.0]);
        for camera in [fit_plane(&points, size), fit_orbit(&points, 0.5, 0.2, size)] {
            for point in &points {
                let seen = camera.project(*point, size).unwrap().pixel;
                assert!(seen.iter().all(|x| (0.0..600.0).contains(x)), "{seen:?}");
            }
        }
    }
}
