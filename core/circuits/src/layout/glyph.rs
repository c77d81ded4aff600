//! The small shapes of the notation: wires, cups, arrows, pentagons, chipped boxes.

use loom_sim::scene::{Path, Segment};

/// A wire from point to point: a cubic that leaves and arrives level, its control points at 0.4
/// of the way; straight where the heights differ by less than one.
pub fn wire(from: [f64; 2], to: [f64; 2]) -> Path {
    let mut path = Path {
        segments: vec![Segment::Move(from)],
    };
    extend(&mut path, to);
    path
}

/// Draws a wire on from where the path ends.
pub fn extend(path: &mut Path, to: [f64; 2]) {
    let from = end(path);
    if (from[1] - to[1]).abs() < 1.0 {
        path.segments.push(Segment::Line(to));
        return;
    }
    let reach = 0.4 * (to[0] - from[0]);
    path.segments.push(Segment::Cubic(
        [from[0] + reach, from[1]],
        [to[0] - reach, to[1]],
        to,
    ));
}

/// Where a path ends.
pub fn end(path: &Path) -> [f64; 2] {
    match path.segments.last() {
        Some(
            Segment::Move(p) | Segment::Line(p) | Segment::Quad(_, p) | Segment::Cubic(_, _, p),
        ) => *p,
        _ => [0.0, 0.0],
    }
}

/// A wire cut in its middle: the first half belongs to what comes, the second to what goes.
pub fn halves(from: [f64; 2], to: [f64; 2]) -> [Path; 2] {
    let middle = [0.5 * (from[0] + to[0]), 0.5 * (from[1] + to[1])];
    if (from[1] - to[1]).abs() < 1.0 {
        return [
            Path::polyline(&[from, middle]),
            Path::polyline(&[middle, to]),
        ];
    }
    let reach = 0.4 * (to[0] - from[0]);
    let (a, b) = ([from[0] + reach, from[1]], [to[0] - reach, to[1]]);
    let mid = |p: [f64; 2], q: [f64; 2]| [0.5 * (p[0] + q[0]), 0.5 * (p[1] + q[1])];
    // De Casteljau at one half.
    let (p, q, r) = (mid(from, a), mid(a, b), mid(b, to));
    let (s, t) = (mid(p, q), mid(q, r));
    let centre = mid(s, t);
    [
        Path {
            segments: vec![Segment::Move(from), Segment::Cubic(p, s, centre)],
        },
        Path {
            segments: vec![Segment::Move(centre), Segment::Cubic(t, r, to)],
        },
    ]
}

/// A quarter of a circle from (x, y) to the rightmost point of the cup at height `centre`.
pub fn quarter(path: &mut Path, centre: f64) {
    const K: f64 = 0.552_284_749_830_793_4;
    let [x, y] = end(path);
    let r = (centre - y).abs();
    let sign = (centre - y).signum();
    path.segments.push(Segment::Cubic(
        [x + K * r, y],
        [x + r, centre - sign * K * r],
        [x + r, centre],
    ));
}

/// A barbed arrowhead with its tip at the point, pointing right.
pub fn barb(tip: [f64; 2], length: f64) -> Path {
    let ([x, y], l) = (tip, length);
    Path::polygon(&[
        [x, y],
        [x - l, y - 0.45 * l],
        [x - 0.62 * l, y],
        [x - l, y + 0.45 * l],
    ])
}

/// A box with one corner chipped (lower left).
pub fn chipped([left, top, right, bottom]: [f64; 4]) -> Path {
    let c = 8.0;
    Path::polygon(&[
        [left, top],
        [right, top],
        [right, bottom],
        [left + c, bottom],
        [left, bottom - c],
    ])
}

/// The pentagon of an index, its apex right.
pub fn pentagon(left: f64, y: f64, width: f64) -> Path {
    let h = 9.0;
    Path::polygon(&[
        [left, y - h],
        [left + width - h, y - h],
        [left + width, y],
        [left + width - h, y + h],
        [left, y + h],
    ])
}

/// A tall parenthesis whose middle stands at `x`; `open` bulges left.
pub fn parenthesis(x: f64, top: f64, bottom: f64, open: bool) -> Path {
    let (bulge, inner) = if open {
        (-9.0, x + 5.0)
    } else {
        (9.0, x - 5.0)
    };
    let reach = 0.2 * (bottom - top);
    Path {
        segments: vec![
            Segment::Move([inner, top]),
            Segment::Cubic(
                [x + bulge, top + reach],
                [x + bulge, bottom - reach],
                [inner, bottom],
            ),
        ],
    }
}
