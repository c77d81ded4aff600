//! Which wire, operation or block lies under a point of the drawing.

use loom_sim::scene::{Path, Segment};

use crate::check::ArrayId;
use crate::layout::{Drawing, Item};

/// What a point of the drawing belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    Wire { array: ArrayId, axis: usize },
    Step(usize),
    Block(usize),
}

impl Target {
    /// As views keep it: `wire:3.1`, `step:4`, `block:0`.
    pub fn id(self) -> String {
        match self {
            Self::Wire { array, axis } => format!("wire:{array}.{axis}"),
            Self::Step(index) => format!("step:{index}"),
            Self::Block(index) => format!("block:{index}"),
        }
    }
    pub fn parse(id: &str) -> Option<Self> {
        let (kind, rest) = id.split_once(':')?;
        match kind {
            "wire" => {
                let (array, axis) = rest.split_once('.')?;
                Some(Self::Wire {
                    array: array.parse().ok()?,
                    axis: axis.parse().ok()?,
                })
            }
            "step" => rest.parse().ok().map(Self::Step),
            "block" => rest.parse().ok().map(Self::Block),
            _ => None,
        }
    }
}

/// All points that a segment names.
pub fn corners(segment: &Segment) -> Vec<[f64; 2]> {
    match *segment {
        Segment::Move(p) | Segment::Line(p) => vec![p],
        Segment::Quad(a, p) => vec![a, p],
        Segment::Cubic(a, b, p) => vec![a, b, p],
        Segment::Close => Vec::new(),
    }
}

/// Moves a path.
pub fn shift(path: &mut Path, by: [f64; 2]) {
    let to = |p: &mut [f64; 2]| *p = [p[0] + by[0], p[1] + by[1]];
    for segment in &mut path.segments {
        match segment {
            Segment::Move(p) | Segment::Line(p) => to(p),
            Segment::Quad(a, p) => [a, p].into_iter().for_each(to),
            Segment::Cubic(a, b, p) => [a, b, p].into_iter().for_each(to),
            Segment::Close => {}
        }
    }
}

/// Points along a path, close enough to measure distances by.
fn flatten(path: &Path) -> Vec<[f64; 2]> {
    let mut points: Vec<[f64; 2]> = Vec::new();
    for segment in &path.segments {
        let from = points.last().copied().unwrap_or([0.0, 0.0]);
        match *segment {
            Segment::Move(p) | Segment::Line(p) => points.push(p),
            Segment::Quad(a, p) => points.extend((1..=12).map(|i| {
                let t = f64::from(i) / 12.0;
                let u = 1.0 - t;
                [0, 1].map(|k| u * u * from[k] + 2.0 * u * t * a[k] + t * t * p[k])
            })),
            Segment::Cubic(a, b, p) => points.extend((1..=16).map(|i| {
                let t = f64::from(i) / 16.0;
                let u = 1.0 - t;
                [0, 1].map(|k| {
                    u * u * u * from[k]
                        + 3.0 * u * u * t * a[k]
                        + 3.0 * u * t * t * b[k]
                        + t * t * t * p[k]
                })
            })),
            Segment::Close => {}
        }
    }
    points
}

/// Distance from a point to a path.
pub fn distance(path: &Path, [x, y]: [f64; 2]) -> f64 {
    let points = flatten(path);
    points
        .windows(2)
        .map(|w| {
            let (dx, dy) = (w[1][0] - w[0][0], w[1][1] - w[0][1]);
            let length = dx * dx + dy * dy;
            let t = if length > 0.0 {
                (((x - w[0][0]) * dx + (y - w[0][1]) * dy) / length).clamp(0.0, 1.0)
            } else {
                0.0
            };
            (x - w[0][0] - t * dx).hypot(y - w[0][1] - t * dy)
        })
        .fold(f64::INFINITY, f64::min)
}

impl Drawing {
    /// The wire within `reach`, else the operation, else the innermost block at a point.
    pub fn at(&self, point: [f64; 2], reach: f64) -> Option<Target> {
        let [x, y] = point;
        let within = |r: &[f64; 4]| (r[0]..=r[2]).contains(&x) && (r[1]..=r[3]).contains(&y);
        let small = |r: &[f64; 4]| (r[2] - r[0]) * (r[3] - r[1]);
        let nearest = self
            .items
            .iter()
            .filter_map(|item| match item {
                Item::Wire {
                    array, axis, path, ..
                } => Some((distance(path, point), *array, *axis)),
                _ => None,
            })
            .filter(|(d, ..)| *d <= reach)
            .min_by(|a, b| a.0.total_cmp(&b.0));
        let smallest = |list: &[(usize, [f64; 4])]| {
            list.iter()
                .filter(|(_, r)| within(r))
                .min_by(|a, b| small(&a.1).total_cmp(&small(&b.1)))
                .map(|(i, _)| *i)
        };
        // An einsum fills its whole column with wires; compact operations come first.
        let compact = self
            .steps
            .iter()
            .filter(|(_, r)| within(r) && small(r) < 4_000.0)
            .min_by(|a, b| small(&a.1).total_cmp(&small(&b.1)))
            .map(|(i, _)| *i);
        match (nearest, compact) {
            (Some((d, ..)), Some(step)) if d > 2.5 => Some(Target::Step(step)),
            (Some((_, array, axis)), _) => Some(Target::Wire { array, axis }),
            (None, Some(step)) => Some(Target::Step(step)),
            (None, None) => smallest(&self.steps)
                .map(Target::Step)
                .or_else(|| smallest(&self.blocks).map(Target::Block)),
        }
    }
}
