//! The part of the plane that a view shows, in the state's own units.

use loom_sim::camera::Plane;

use crate::lens;

/// What is seen of the plane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    /// Low and high, across and up.
    pub sides: [[f64; 2]; 2],
    /// Logical pixels a unit, across and up.
    pub scale: [f64; 2],
}

impl Window {
    /// What a camera shows of a plane whose second axis is drawn `stretch` times as long.
    pub fn seen(plane: &Plane, size: [f64; 2], stretch: f64) -> Self {
        let [left, top, right, bottom] = lens::seen(plane, size);
        Self {
            sides: [[left, right], [bottom / stretch, top / stretch]],
            scale: [plane.scale, plane.scale * stretch],
        }
    }

    /// Width and height in logical pixels.
    pub fn pixels(&self) -> [f64; 2] {
        [0, 1].map(|k| (self.sides[k][1] - self.sides[k][0]) * self.scale[k])
    }

    /// A step of the plane in logical pixels, y up.
    pub fn in_pixels(&self, step: [f64; 2]) -> [f64; 2] {
        [0, 1].map(|k| step[k] * self.scale[k])
    }

    /// The distance of two places in logical pixels.
    pub fn distance(&self, a: [f64; 2], b: [f64; 2]) -> f64 {
        let [x, y] = self.in_pixels([a[0] - b[0], a[1] - b[1]]);
        x.hypot(y)
    }

    /// Whether a place is seen, or lies at most `beyond` times the window's size outside.
    pub fn holds(&self, place: [f64; 2], beyond: f64) -> bool {
        (0..2).all(|k| {
            let [low, high] = self.sides[k];
            let more = beyond * (high - low);
            (low - more..=high + more).contains(&place[k])
        })
    }

    /// The larger side, in units across.
    pub fn extent(&self) -> f64 {
        self.sides
            .iter()
            .map(|[low, high]| high - low)
            .fold(0.0, f64::max)
    }
}
