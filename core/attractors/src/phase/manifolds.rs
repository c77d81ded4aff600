//! The stable and unstable manifolds of saddles, followed by arc length on the picture.

use std::collections::HashMap;

use super::flow::Moment;
use super::rests::{Rest, Stability};
use super::window::Window;

/// Logical pixels from the saddle at which a branch begins, and between two points of it.
const FIRST: f64 = 0.3;
const STEP: f64 = 3.0;
/// Points of a branch, at most.
const MOST: usize = 3000;
/// A branch ends once it has gone so far (logical pixels) beside where it went before, which is
/// looked up in squares of this side: it winds onto a cycle or into a focus.
const AGAIN: f64 = 90.0;
const SQUARE: f64 = 4.0;
/// Saddles whose manifolds are drawn.
const SADDLES: usize = 16;

/// Both branches of one manifold of a saddle.
#[derive(Clone, Debug, PartialEq)]
pub struct Manifold {
    pub stable: bool,
    pub branches: [Vec<[f64; 2]>; 2],
}

/// The manifolds of all saddles that are seen.
pub fn find(window: &Window, rests: &[Rest], moment: &mut Moment<'_>) -> Vec<Manifold> {
    let saddles = rests
        .iter()
        .filter(|r| r.stability == Stability::Saddle && r.eigenvalues.len() == 2)
        .take(SADDLES);
    let mut list = Vec::new();
    for saddle in saddles {
        for eigenvalue in saddle.eigenvalues.iter().map(|z| z.re) {
            let stable = eigenvalue < 0.0;
            let way = saddle.direction(eigenvalue);
            let [x, y] = window.in_pixels(way);
            let length = x.hypot(y);
            if !(length > 0.0 && length.is_finite()) {
                continue;
            }
            let branches = [1.0, -1.0].map(|sign| {
                let first = [0, 1].map(|k| saddle.place[k] + sign * FIRST / length * way[k]);
                let mut branch = vec![saddle.place];
                branch.extend(follow(window, first, stable, rests, saddle, moment));
                branch
            });
            list.push(Manifold { stable, branches });
        }
    }
    list
}

/// Runge and Kutta's steps of equal length on the picture, forward or backward in time, until
/// the curve leaves the surroundings of the window or comes to a fixed point.
fn follow(
    window: &Window,
    first: [f64; 2],
    backward: bool,
    rests: &[Rest],
    from: &Rest,
    moment: &mut Moment<'_>,
) -> Vec<[f64; 2]> {
    let sign = if backward { -1.0 } else { 1.0 };
    let mut way = |place: [f64; 2]| -> Option<[f64; 2]> {
        let rate = moment.rate(place);
        let [x, y] = window.in_pixels(rate);
        let speed = x.hypot(y);
        (speed > 0.0 && speed.is_finite()).then(|| rate.map(|r| sign * r / speed))
    };
    let moved = |p: [f64; 2], d: [f64; 2], by: f64| [p[0] + by * d[0], p[1] + by * d[1]];
    let mut step = |p: [f64; 2], h: f64| -> Option<[f64; 2]> {
        let a = way(p)?;
        let b = way(moved(p, a, 0.5 * h))?;
        let c = way(moved(p, b, 0.5 * h))?;
        let d = way(moved(p, c, h))?;
        Some([0, 1].map(|k| p[k] + h / 6.0 * (a[k] + 2.0 * b[k] + 2.0 * c[k] + d[k])))
    };
    let mut points = vec![first];
    let mut here = first;
    let mut visited: HashMap<[i64; 2], usize> = HashMap::new();
    let mut again = 0.0;
    for number in 0..MOST {
        // Halves until two halves agree with the whole: sharp corners are turned finely.
        let mut h = STEP;
        let next = loop {
            let whole = step(here, h);
            let halves = step(here, 0.5 * h).and_then(|p| step(p, 0.5 * h));
            match (whole, halves) {
                (Some(whole), Some(halves)) if window.distance(whole, halves) < 1e-3 => {
                    break Some(halves);
                }
                _ if h < STEP / 256.0 => break halves,
                _ => h *= 0.5,
            }
        };
        let Some(next) = next.filter(|p| window.holds(*p, 0.25)) else {
            break;
        };
        here = next;
        points.push(here);
        let square = window.in_pixels(here).map(|x| (x / SQUARE).floor() as i64);
        let before = visited.entry(square).or_insert(number);
        if number - *before > 20 {
            again += STEP;
            if again > AGAIN {
                break;
            }
        } else {
            again = 0.0;
        }
        let near = |rest: &&Rest| window.distance(rest.place, here) < 1.2 * STEP;
        if let Some(end) = rests.iter().find(near)
            && (end != from || number > 20)
        {
            points.push(end.place);
            break;
        }
    }
    points
}
