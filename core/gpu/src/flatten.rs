//! Paths as polylines: curves become chords within a tolerance, and dashes are cut.

use loom_text::Segment;

/// One connected piece of a path. A closed one does not repeat its first point.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Ring {
    pub points: Vec<[f64; 2]>,
    pub closed: bool,
}

/// Chords that stay within `tolerance` of the path. Pieces with a point that is no number are
/// left out.
pub(crate) fn flatten(path: &[Segment], tolerance: f64) -> Vec<Ring> {
    let mut rings = Vec::new();
    let mut ring = Ring::default();
    let end = |ring: &mut Ring, rings: &mut Vec<Ring>| {
        let done = std::mem::take(ring);
        if done.points.len() > 1 && done.points.iter().flatten().all(|x| x.is_finite()) {
            rings.push(done);
        }
    };
    for &segment in path {
        let from = ring.points.last().copied();
        match segment {
            Segment::Move(point) => {
                end(&mut ring, &mut rings);
                ring.points.push(point);
            }
            Segment::Line(point) => ring.points.push(point),
            Segment::Quad(c, point) => {
                let from = from.unwrap_or(c);
                // The chord's greatest distance is a quarter of the second difference.
                let bend = length([
                    from[0] - 2.0 * c[0] + point[0],
                    from[1] - 2.0 * c[1] + point[1],
                ]);
                let steps = steps(0.25 * bend, tolerance);
                ring.points.extend((1..=steps).map(|i| {
                    let t = i as f64 / steps as f64;
                    let s = 1.0 - t;
                    std::array::from_fn(|k| s * s * from[k] + 2.0 * s * t * c[k] + t * t * point[k])
                }));
            }
            Segment::Cubic(c, d, point) => {
                let from = from.unwrap_or(c);
                let bend = length([from[0] - 2.0 * c[0] + d[0], from[1] - 2.0 * c[1] + d[1]]).max(
                    length([c[0] - 2.0 * d[0] + point[0], c[1] - 2.0 * d[1] + point[1]]),
                );
                let steps = steps(0.75 * bend, tolerance);
                ring.points.extend((1..=steps).map(|i| {
                    let t = i as f64 / steps as f64;
                    let s = 1.0 - t;
                    std::array::from_fn(|k| {
                        s * s * s * from[k]
                            + 3.0 * s * s * t * c[k]
                            + 3.0 * s * t * t * d[k]
                            + t * t * t * point[k]
                    })
                }));
            }
            Segment::Close => {
                let first = ring.points.first().copied();
                if ring.points.len() > 1 && ring.points.last().copied() == first {
                    ring.points.pop();
                }
                ring.closed = true;
                end(&mut ring, &mut rings);
                ring.points.extend(first);
            }
        }
    }
    end(&mut ring, &mut rings);
    rings
}

fn length([x, y]: [f64; 2]) -> f64 {
    x.hypot(y)
}

/// Chords for a curve that leaves its chord by `bend`.
fn steps(bend: f64, tolerance: f64) -> usize {
    (bend / tolerance).sqrt().ceil().clamp(1.0, 200.0) as usize
}

/// At most so many dashes are cut from one ring; beyond them the line is solid.
const MOST_DASHES: f64 = 10_000.0;

/// Cuts a ring into dashes: `pattern` holds lengths of dashes and gaps in turn.
pub(crate) fn dashed(ring: &Ring, pattern: &[f64]) -> Vec<Ring> {
    let period: f64 = pattern.iter().sum();
    let mut points = ring.points.clone();
    if ring.closed {
        points.extend(ring.points.first());
    }
    let total: f64 = points
        .windows(2)
        .map(|p| length([p[1][0] - p[0][0], p[1][1] - p[0][1]]))
        .sum();
    let sound = period > 0.0 && pattern.iter().all(|part| *part >= 0.0);
    if !sound || total / period * pattern.len() as f64 > MOST_DASHES {
        return vec![ring.clone()];
    }
    let mut dashes = Vec::new();
    let mut parts = pattern.iter().copied().cycle();
    let (mut left, mut drawn) = (parts.next().unwrap_or(total), true);
    let mut dash: Vec<[f64; 2]> = points.first().copied().into_iter().collect();
    for pair in points.windows(2) {
        let (mut at, to) = (pair[0], pair[1]);
        let mut rest = length([to[0] - at[0], to[1] - at[1]]);
        while rest > left {
            let t = left / rest;
            at = std::array::from_fn(|k| at[k] + t * (to[k] - at[k]));
            rest -= left;
            if drawn {
                dash.push(at);
                dashes.push(Ring {
                    points: std::mem::take(&mut dash),
                    closed: false,
                });
            }
            drawn = !drawn;
            dash = vec![at];
            left = parts.next().unwrap_or(total);
        }
        left -= rest;
        if drawn {
            dash.push(to);
        }
    }
    if drawn && dash.len() > 1 {
        dashes.push(Ring {
            points: dash,
            closed: false,
        });
    }
    dashes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::Path;

    #[test]
    fn chords_stay_within_the_tolerance() {
        let rings = flatten(&Path::circle([0.0, 0.0], 100.0).segments, 0.1);
        assert_eq!(rings.len(), 1);
        assert!(rings[0].closed);
        let ring = &rings[0].points;
        for (a, b) in ring.iter().zip(ring.iter().cycle().skip(1)) {
            let middle = [0.5 * (a[0] + b[0]), 0.5 * (a[1] + b[1])];
            assert!(length(middle) > 99.85);
        }
    }

    #[test]
    fn dashes_and_gaps_have_their_lengths() {
        let line = Ring {
            points: vec![[0.0, 0.0], [4.0, 0.0], [10.0, 0.0]],
            closed: false,
        };
        let dashes = dashed(&line, &[3.0, 2.0]);
        let ends: Vec<_> = dashes
            .iter()
            .map(|d| (d.points[0][0], d.points[d.points.len() - 1][0]))
            .collect();
        assert_eq!(ends, [(0.0, 3.0), (5.0, 8.0)]);
    }

    #[test]
    fn a_pattern_without_length_is_a_solid_line() {
        let line = Ring {
            points: vec![[0.0, 0.0], [4.0, 0.0]],
            closed: false,
        };
        assert_eq!(dashed(&line, &[0.0, 0.0]), std::slice::from_ref(&line));
        assert_eq!(dashed(&line, &[1e-9, 1e-9]), std::slice::from_ref(&line));
    }
}
