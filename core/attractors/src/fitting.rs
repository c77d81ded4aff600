//! Cameras that show all points, filling two thirds of the view.

use loom_sim::Camera;
use loom_sim::camera::{Orbit as OrbitCamera, Plane};

/// The part of the view that a fitted attractor fills.
const FILLED: f64 = 2.0 / 3.0;

fn bounds(points: &[[f64; 3]]) -> [[f64; 2]; 3] {
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

/// A window on the plane of which the points fill two thirds.
pub fn fit_plane(points: &[[f64; 3]], size: [f64; 2]) -> Camera {
    let [x, y, _] = bounds(points);
    let width = |[low, high]: [f64; 2]| if high > low { high - low } else { 0.0 };
    let middle = |[low, high]: [f64; 2]| if high >= low { 0.5 * (low + high) } else { 0.0 };
    let scale = (FILLED * size[0] / width(x)).min(FILLED * size[1] / width(y));
    let scale = if scale.is_finite() && scale > 0.0 {
        scale
    } else {
        size[1] / 4.0
    };
    Camera::Plane(Plane::new([middle(x), middle(y)], scale, true))
}

/// A camera from the given direction that sees the points fill two thirds of the view.
pub fn fit_orbit(points: &[[f64; 3]], yaw: f64, pitch: f64, size: [f64; 2]) -> Camera {
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
    for _ in 0..6 {
        let mut seen = [[f64::INFINITY, f64::NEG_INFINITY]; 2];
        for projected in points.iter().filter_map(|p| camera.project(*p, size)) {
            for (s, x) in seen.iter_mut().zip(projected.pixel) {
                *s = [s[0].min(x), s[1].max(x)];
            }
        }
        let part = |axis: usize| (seen[axis][1] - seen[axis][0]) / size[axis];
        let filled = part(0).max(part(1));
        if !(filled.is_finite() && filled > 1e-6) {
            break;
        }
        let middle = |axis: usize| 0.5 * (seen[axis][0] + seen[axis][1]) - 0.5 * size[axis];
        let [right, up, _] = camera.axes();
        let unit = camera.unit_per_pixel(size);
        let (dx, dy) = (middle(0) * unit, -middle(1) * unit);
        for axis in 0..3 {
            camera.target[axis] += right[axis] * dx + up[axis] * dy;
        }
        camera.distance *= filled / FILLED;
    }
    Camera::Orbit(camera)
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
