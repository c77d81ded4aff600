//! Cameras: an orbit around a point of space, and a window on a plane.

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
