//! The camera under the pointer: orbit, pan, zoom about the pointer, and zoom by digits.

use loom_sim::Camera;

/// Turns an orbit camera along with a drag, pans a plane.
pub fn drag(camera: &mut Camera, pixels: [f64; 2], size: [f64; 2], pan: bool) {
    match camera {
        Camera::Orbit(orbit) if !pan => orbit.drag(pixels, size),
        _ => camera.pan(pixels, size),
    }
}

/// Zooms holding the middle of the view.
pub fn zoom(camera: &mut Camera, factor: f64, size: [f64; 2]) {
    camera.zoom(factor, [size[0] * 0.5, size[1] * 0.5], size);
}

/// Digit n magnifies 2^(n − 1) times: a plane of cells to so many pixels a cell, anything else
/// by so much from the view of the whole.
pub fn digit(camera: &mut Camera, fit: &Camera, digit: u32, size: [f64; 2]) {
    let times = f64::from(1u32 << digit.saturating_sub(1).min(16));
    let factor = match (&*camera, fit) {
        (Camera::Plane(now), Camera::Plane(_)) if !now.y_up => times / now.scale,
        (Camera::Plane(now), Camera::Plane(whole)) => times * whole.scale / now.scale,
        (Camera::Orbit(now), Camera::Orbit(whole)) => times * now.distance / whole.distance,
        _ => return,
    };
    if factor.is_finite() && factor > 0.0 {
        zoom(camera, factor, size);
    }
}

/// Whether a scene made for `made` can be drawn through `now` until a new one comes: an orbit
/// always, a plane while its exact origin is the same.
pub fn compatible(made: &Camera, now: &Camera) -> bool {
    match (made, now) {
        (Camera::Orbit(_), Camera::Orbit(_)) => true,
        (Camera::Plane(a), Camera::Plane(b)) => a.whole == b.whole && a.y_up == b.y_up,
        _ => false,
    }
}
