//! Cameras: an orbit around a point of space, and a window on a plane.
//!
//! Pixels are logical, from the view's upper left corner, y down; `size` is the view's width
//! and height in them.

mod orbit;
mod plane;

pub use orbit::{Projected, Ray};
pub use plane::Spot;

use serde::{Deserialize, Serialize};

/// How a scene is seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Camera {
    Orbit(Orbit),
    Plane(Plane),
}

/// Looks at `target` from `distance` away. z is up; angles in radians.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Orbit {
    pub target: [f64; 3],
    pub distance: f64,
    /// Around z, 0 looks along +y.
    pub yaw: f64,
    /// Above the horizon, −π/2 … π/2.
    pub pitch: f64,
    /// Vertical field of view; 0 is parallel projection with `distance` as the view's height.
    pub field_of_view: f64,
}

/// A window on a plane: the point `whole + part` lies in the middle of the view.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plane {
    /// The exact part of the centre, so that views far from the origin stay sharp.
    pub whole: [i128; 2],
    /// Added to it, each in [0, 1).
    pub part: [f64; 2],
    /// Logical pixels a world unit.
    pub scale: f64,
    /// World y points up on the screen (plots, maps) or down (cells, diagrams).
    pub y_up: bool,
}

impl Camera {
    /// Where a point of a scene's data falls: pixel and depth (0 on a plane). Scene data seen by
    /// a plane camera are relative to its `whole`. `None` behind an orbit camera.
    pub fn project(&self, point: [f64; 3], size: [f64; 2]) -> Option<Projected> {
        match self {
            Self::Orbit(orbit) => orbit.project(point, size),
            Self::Plane(plane) => {
                let pixel = plane.local_to_screen([point[0], point[1]], size);
                Some(Projected { pixel, depth: 0.0 })
            }
        }
    }

    /// Brings the picture `factor` times nearer, holding what lies under `pixel`.
    pub fn zoom(&mut self, factor: f64, pixel: [f64; 2], size: [f64; 2]) {
        match self {
            Self::Orbit(orbit) => orbit.zoom(factor),
            Self::Plane(plane) => plane.zoom(factor, pixel, size),
        }
    }

    /// Moves the picture along with a drag of `pixels`.
    pub fn pan(&mut self, pixels: [f64; 2], size: [f64; 2]) {
        match self {
            Self::Orbit(orbit) => orbit.pan(pixels, size),
            Self::Plane(plane) => plane.pan(pixels),
        }
    }
}
