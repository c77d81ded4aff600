//! The phase line of a flow of one variable: its rate against the variable, fixed points on the
//! axis, and between them the way the flow goes.

use loom_sim::SimError;

use super::arrows::Arrow;
use super::flow::Moment;
use super::nullclines::Curve;
use super::rests::{self, Stability};
use super::window::Window;
use super::{Home, Parts, Portrait, grown};

/// Points of the graph across the view.
const POINTS: usize = 1025;
/// A rise of so much of the window's height between two points is a jump, and left open.
const JUMP: f64 = 0.25;
/// Logical pixels between two arrows on the axis, and the length of one.
const SPACING: f64 = 56.0;
const LENGTH: f64 = 14.0;

/// The content of a window; the first axis is the variable, the second its rate.
pub fn portrait(
    window: Window,
    parts: Parts,
    moment: &mut Moment<'_>,
) -> Result<Portrait, SimError> {
    let points = graph(window.sides[0], moment)?;
    let mut portrait = Portrait {
        window,
        arrows: Vec::new(),
        nullclines: [Vec::new(), Vec::new()],
        rests: Vec::new(),
        manifolds: Vec::new(),
        graph: pieces(&window, &points),
    };
    let zeros: Vec<[f64; 2]> = points
        .windows(2)
        .filter(|p| p.iter().all(|q| q[1].is_finite()))
        .filter(|p| (p[0][1] >= 0.0) != (p[1][1] >= 0.0))
        .map(|p| [f64::midpoint(p[0][0], p[1][0]), 0.0])
        .collect();
    if moment.is_autonomous() {
        portrait.rests = rests::find(&window, &zeros, moment);
        for rest in &mut portrait.rests {
            let near = 1.5 / window.scale[0];
            let [before, after] = [-near, near].map(|d| moment.rate([rest.place[0] + d, 0.0])[0]);
            (rest.stability, rest.kind) = match (before > 0.0, after > 0.0) {
                (true, false) => (Stability::Stable, "stable"),
                (false, true) => (Stability::Unstable, "unstable"),
                (left, _) => (Stability::Half { left }, "half-stable"),
            };
        }
    }
    if parts.arrows {
        portrait.arrows = arrows(&window, &portrait.rests, moment)?;
    }
    Ok(portrait)
}

fn graph([left, right]: [f64; 2], moment: &Moment<'_>) -> Result<Vec<[f64; 2]>, SimError> {
    let places: Vec<[f64; 2]> = (0..POINTS)
        .map(|i| [left + (right - left) * i as f64 / (POINTS - 1) as f64, 0.0])
        .collect();
    let rates = moment.rates(&places)?;
    Ok(places
        .iter()
        .zip(rates)
        .map(|(place, rate)| [place[0], rate[0]])
        .collect())
}

/// The graph where it is seen, cut at jumps.
fn pieces(window: &Window, points: &[[f64; 2]]) -> Vec<Curve> {
    let [low, high] = grown(window.sides[1], 1.0);
    let height = (window.sides[1][1] - window.sides[1][0]).abs();
    let mut curves: Vec<Curve> = Vec::new();
    let mut open: Curve = Vec::new();
    for pair in points.windows(2) {
        let there = pair.iter().all(|p| (low..=high).contains(&p[1]));
        if there && (pair[1][1] - pair[0][1]).abs() < JUMP * height {
            if open.is_empty() {
                open.push(pair[0]);
            }
            open.push(pair[1]);
        } else if !open.is_empty() {
            curves.push(std::mem::take(&mut open));
        }
    }
    if !open.is_empty() {
        curves.push(open);
    }
    curves
}

/// Arrows on the axis, clear of the fixed points.
fn arrows(
    window: &Window,
    rests: &[rests::Rest],
    moment: &Moment<'_>,
) -> Result<Vec<Arrow>, SimError> {
    let [left, right] = window.sides[0];
    let mut ends: Vec<f64> = rests.iter().map(|r| r.place[0]).collect();
    ends.retain(|x| (left..=right).contains(x));
    ends.insert(0, left);
    ends.push(right);
    let mut places = Vec::new();
    for pair in ends.windows(2) {
        let room = (pair[1] - pair[0]) * window.scale[0];
        if !(room > 2.0 * LENGTH && room.is_finite()) {
            continue;
        }
        let count = (room / SPACING).floor().clamp(1.0, 200.0);
        places.extend((0..count as usize).map(|i| {
            let part = (0.5 + i as f64) / count;
            [pair[0] + part * (pair[1] - pair[0]), 0.0]
        }));
    }
    let rates = moment.rates(&places)?;
    Ok(places
        .into_iter()
        .zip(rates)
        .filter(|(_, rate)| rate[0].is_finite() && rate[0] != 0.0)
        .map(|(middle, rate)| Arrow {
            middle,
            way: [LENGTH.copysign(rate[0]), 0.0],
        })
        .collect())
}

/// What is shown at first: the way of the orbit, the fixed points about it, and the rates there.
pub fn home(x: [f64; 2], moment: &mut Moment<'_>) -> Home {
    let mut x = x;
    let around = Window {
        sides: [grown(x, 1.0), [-1.0, 1.0]],
        scale: [400.0 / (x[1] - x[0]), 400.0],
    };
    let points = graph(around.sides[0], moment).unwrap_or_default();
    if moment.is_autonomous() {
        let zeros: Vec<[f64; 2]> = points
            .windows(2)
            .filter(|p| (p[0][1] >= 0.0) != (p[1][1] >= 0.0))
            .map(|p| [p[0][0], 0.0])
            .collect();
        for rest in rests::find(&around, &zeros, moment) {
            if around.holds([rest.place[0], 0.0], 0.0) {
                x = [x[0].min(rest.place[0]), x[1].max(rest.place[0])];
            }
        }
    }
    let [left, right] = grown(x, 0.12);
    let rates = points
        .iter()
        .filter(|p| (left..=right).contains(&p[0]) && p[1].is_finite())
        .map(|p| p[1]);
    // The axis itself is always seen.
    let up = rates.fold([0.0_f64; 2], |[low, high], r| [low.min(r), high.max(r)]);
    let up = if up[1] > up[0] { up } else { [-1.0, 1.0] };
    Home {
        sides: [x, up],
        stretch: (x[1] - x[0]) / (up[1] - up[0]) / super::SHAPE,
    }
}
