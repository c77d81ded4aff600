//! The direction field: an arrow of one length at every node of a net that stays with the plane
//! when it is moved.

use loom_sim::SimError;

use super::flow::Moment;
use super::window::Window;

/// Logical pixels between arrows, and the part of that which an arrow is long.
pub const SPACING: f64 = 30.0;
const LENGTH: f64 = 0.56;
/// The most arrows.
const MOST: f64 = 20_000.0;

/// Where an arrow has its middle, and its way in logical pixels (y up).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Arrow {
    pub middle: [f64; 2],
    pub way: [f64; 2],
}

/// The arrows of a window; none where the rate is zero or no number.
///
/// # Errors
/// Where the equations refuse to run.
pub fn find(window: &Window, moment: &Moment<'_>) -> Result<Vec<Arrow>, SimError> {
    let steps = window.scale.map(|s| SPACING / s);
    let ends = [0, 1].map(|k| {
        let [low, high] = window.sides[k];
        [(low / steps[k]).ceil(), (high / steps[k]).floor()]
    });
    let counts = ends.map(|[first, last]| (last - first + 1.0).max(0.0));
    let many = counts[0] * counts[1];
    // Far from zero the net's numbers have no places left.
    if !(many.is_finite() && many <= MOST) {
        return Ok(Vec::new());
    }
    let columns = counts[0] as usize;
    let places: Vec<[f64; 2]> = (0..many as usize)
        .map(|i| {
            [
                (ends[0][0] + (i % columns) as f64) * steps[0],
                (ends[1][0] + (i / columns) as f64) * steps[1],
            ]
        })
        .collect();
    let rates = moment.rates(&places)?;
    Ok(places
        .into_iter()
        .zip(rates)
        .filter_map(|(middle, rate)| {
            let [x, y] = window.in_pixels(rate);
            let speed = x.hypot(y);
            let long = LENGTH * SPACING / speed;
            (speed > 0.0 && long.is_finite() && long > 0.0).then_some(Arrow {
                middle,
                way: [x * long, y * long],
            })
        })
        .collect())
}
