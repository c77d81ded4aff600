//! Axes as shapes on the screen, so that the window, SVG and PDF have the same ones.
//!
//! On a plane: a frame along the left and lower edge of what the extents and the view have in
//! common. In space: the three faces of the box that lie behind its content, with their grid,
//! and numbers along the outline.

use crate::camera::{Camera, Orbit, Plane};
use crate::colour::Rgba;
use crate::scene::{Axes, Baseline, Font, Path, Shape, Stroke, Text};
use crate::ticks::{Tick, label, step, ticks};

/// Type sizes of numbers and of names, logical pixels.
const NUMBERS: f64 = 11.5;
const NAMES: f64 = 13.0;
/// Length of a tick, and from its end to the number.
const TICK: f64 = 5.0;
const GAP: f64 = 4.0;

/// Axes as they are seen by `camera` in a view of `size` logical pixels.
pub fn axes_shapes(axes: &Axes, camera: &Camera, size: [f64; 2]) -> Vec<Shape> {
    let sound = axes
        .extents
        .iter()
        .all(|[low, high]| low.is_finite() && high.is_finite() && low <= high);
    match (camera, axes.extents.as_slice()) {
        _ if !sound => Vec::new(),
        (Camera::Plane(plane), [x, y, ..]) => frame(axes, *x, *y, plane, size),
        (Camera::Orbit(orbit), [x, y, rest @ ..]) => {
            let z = rest.first().copied().unwrap_or([0.0, 0.0]);
            space(axes, [*x, *y, z], orbit, size)
        }
        _ => Vec::new(),
    }
}

/// Ticks at round numbers of dimension k, with their values in world units.
fn marks(axes: &Axes, k: usize, low: f64, high: f64, about: usize) -> Vec<Tick> {
    let unit = axes.units.get(k).copied().unwrap_or(1.0);
    let mut list = ticks(low / unit, high / unit, about);
    for tick in &mut list {
        tick.value *= unit;
    }
    list
}

fn line(from: [f64; 2], to: [f64; 2], color: Rgba, width: f64) -> Shape {
    Shape::Path {
        path: Path::polyline(&[from, to]),
        fill: None,
        stroke: Some(Stroke::solid(color, width)),
    }
}

fn text(
    string: String,
    position: [f64; 2],
    size: f64,
    color: Rgba,
    align: f64,
    baseline: Baseline,
) -> Text {
    Text {
        position,
        string,
        font: Font::Sans,
        size,
        color,
        align,
        baseline,
        rotation: 0.0,
    }
}

/// Room kept for numbers at the view's left and lower edge.
const LEFT: f64 = 44.0;
const BELOW: f64 = 24.0;

/// What the frame of a plane keeps free of its content at the left and below, logical pixels.
pub fn frame_margins(axes: &Axes) -> [f64; 2] {
    let names = axes.labels.iter().any(|name| !name.is_empty());
    let room = if names { NAMES + 8.0 } else { 0.0 };
    [LEFT + room, BELOW + room]
}

fn frame(axes: &Axes, x: [f64; 2], y: [f64; 2], plane: &Plane, size: [f64; 2]) -> Vec<Shape> {
    let [beside, below] = frame_margins(axes);
    let a = plane.local_to_screen([x[0], y[0]], size);
    let b = plane.local_to_screen([x[1], y[1]], size);
    let left = a[0].max(beside);
    let right = b[0].min(size[0] - 8.0);
    let top = a[1].min(b[1]).max(8.0);
    let bottom = a[1].max(b[1]).min(size[1] - below);
    let mut shapes = Vec::new();
    if !(left < right && top < bottom) {
        return shapes;
    }
    shapes.push(line([left, bottom], [right, bottom], axes.color, 1.0));
    shapes.push(line([left, top], [left, bottom], axes.color, 1.0));
    let origin = plane.whole.map(|whole| whole as f64);
    let low = plane.to_local([left, bottom], size);
    let high = plane.to_local([right, top], size);
    let about = |pixels: f64, each: f64| ((pixels / each) as usize).clamp(2, 12);
    for tick in marks(
        axes,
        0,
        low[0] + origin[0],
        high[0] + origin[0],
        about(right - left, 80.0),
    ) {
        let [at, _] = plane.local_to_screen([tick.value - origin[0], 0.0], size);
        shapes.push(line([at, bottom], [at, bottom + TICK], axes.color, 1.0));
        let place = [at, bottom + TICK + GAP];
        shapes.push(Shape::Text(text(
            tick.label,
            place,
            NUMBERS,
            axes.text,
            0.5,
            Baseline::Top,
        )));
    }
    let mut widest = 0.0f64;
    for tick in marks(
        axes,
        1,
        low[1] + origin[1],
        high[1] + origin[1],
        about(bottom - top, 56.0),
    ) {
        let [_, at] = plane.local_to_screen([0.0, tick.value - origin[1]], size);
        shapes.push(line([left - TICK, at], [left, at], axes.color, 1.0));
        widest = widest.max(loom_text::layout(&tick.label, Font::Sans, NUMBERS).width);
        let place = [left - TICK - GAP, at];
        shapes.push(Shape::Text(text(
            tick.label,
            place,
            NUMBERS,
            axes.text,
            1.0,
            Baseline::Middle,
        )));
    }
    if let Some(name) = axes.labels.first().filter(|name| !name.is_empty()) {
        let place = [0.5 * (left + right), bottom + TICK + GAP + NUMBERS + 6.0];
        shapes.push(Shape::Text(text(
            name.clone(),
            place,
            NAMES,
            axes.text,
            0.5,
            Baseline::Top,
        )));
    }
    if let Some(name) = axes.labels.get(1).filter(|name| !name.is_empty()) {
        let place = [
            (left - TICK - GAP - widest - 8.0).max(NAMES),
            0.5 * (top + bottom),
        ];
        let upright = text(
            name.clone(),
            place,
            NAMES,
            axes.text,
            0.5,
            Baseline::Alphabetic,
        );
        shapes.push(Shape::Text(Text {
            rotation: std::f64::consts::FRAC_PI_2,
            ..upright
        }));
    }
    shapes
}

/// A corner of the box: bit k of `index` chooses the end of extent k.
fn corner(extents: &[[f64; 2]; 3], index: usize) -> [f64; 3] {
    std::array::from_fn(|k| extents[k][index >> k & 1])
}

fn space(axes: &Axes, extents: [[f64; 2]; 3], orbit: &Orbit, size: [f64; 2]) -> Vec<Shape> {
    let mut shapes = Vec::new();
    let see = |point: [f64; 3]| orbit.project(point, size).map(|seen| seen.pixel);
    let corners: Vec<_> = (0..8)
        .filter_map(|index| see(corner(&extents, index)))
        .collect();
    // The eye is inside or beside the box: no outline to number.
    if corners.len() < 8 {
        return shapes;
    }
    let middle: [f64; 3] = extents.map(|[low, high]| 0.5 * (low + high));
    let eye = orbit.eye();
    let [_, _, forward] = orbit.axes();
    let parallel = orbit.field_of_view <= 0.0;
    // Whether the face at end `end` of dimension k lies behind the content.
    let behind = |k: usize, end: usize| {
        let sight = if parallel {
            forward[k]
        } else {
            extents[k][end] - eye[k]
        };
        if end == 1 { sight > 0.0 } else { sight < 0.0 }
    };
    let marks: [Vec<_>; 3] = std::array::from_fn(|k| {
        let [low, high] = extents[k];
        self::marks(axes, k, low, high, 4)
    });
    let faint = axes
        .color
        .with_alpha(f32::from(axes.color.0[3]) / 255.0 * 0.45);
    let segment = |shapes: &mut Vec<Shape>, a: [f64; 3], b: [f64; 3], color: Rgba| {
        if let (Some(a), Some(b)) = (see(a), see(b)) {
            shapes.push(line(a, b, color, 1.0));
        }
    };
    for k in 0..3 {
        for end in 0..2 {
            if !behind(k, end) {
                continue;
            }
            let (u, v) = ((k + 1) % 3, (k + 2) % 3);
            for (along, across) in [(u, v), (v, u)] {
                for mark in &marks[along] {
                    let ends = [0, 1].map(|far: usize| {
                        let mut point = [0.0; 3];
                        point[k] = extents[k][end];
                        point[along] = mark.value;
                        point[across] = extents[across][far];
                        point
                    });
                    segment(&mut shapes, ends[0], ends[1], faint);
                }
            }
        }
    }
    for edge in edges() {
        let [(k, _), (a, ea), (b, eb)] = edge;
        // Every edge of a face behind.
        if behind(a, ea) || behind(b, eb) {
            let ends = [0, 1].map(|end| corner(&extents, end << k | ea << a | eb << b));
            segment(&mut shapes, ends[0], ends[1], axes.color);
        }
    }
    let Some(heart) = see(middle) else {
        return shapes;
    };
    for k in 0..3 {
        if extents[k][0] < extents[k][1] {
            numbers(
                &mut shapes,
                axes,
                &extents,
                k,
                &behind,
                &see,
                heart,
                &marks[k],
            );
        }
    }
    shapes
}

type Edge = [(usize, usize); 3];

/// The twelve edges: dimension along, and the two others with their ends.
fn edges() -> impl Iterator<Item = Edge> {
    (0..12).map(|i| {
        let k = i / 4;
        [(k, 0), ((k + 1) % 3, i & 1), ((k + 2) % 3, i >> 1 & 1)]
    })
}

/// Numbers and name of dimension k along its edge on the outline: the lowest for x and y, the
/// leftmost for z.
fn numbers(
    shapes: &mut Vec<Shape>,
    axes: &Axes,
    extents: &[[f64; 2]; 3],
    k: usize,
    behind: &dyn Fn(usize, usize) -> bool,
    see: &dyn Fn([f64; 3]) -> Option<[f64; 2]>,
    heart: [f64; 2],
    marks: &[crate::ticks::Tick],
) {
    let outline = edges()
        .filter(|&[(along, _), (a, ea), (b, eb)]| along == k && behind(a, ea) != behind(b, eb))
        .filter_map(|[_, (a, ea), (b, eb)]| {
            let from = see(corner(extents, ea << a | eb << b))?;
            let to = see(corner(extents, 1 << k | ea << a | eb << b))?;
            Some((from, to, (a, ea), (b, eb)))
        });
    let rank = |from: [f64; 2], to: [f64; 2]| {
        if k == 2 {
            -(from[0] + to[0])
        } else {
            from[1] + to[1]
        }
    };
    let Some((from, to, (a, ea), (b, eb))) =
        outline.max_by(|p, q| rank(p.0, p.1).total_cmp(&rank(q.0, q.1)))
    else {
        return;
    };
    let along = [to[0] - from[0], to[1] - from[1]];
    let length = along[0].hypot(along[1]);
    // Seen along its own direction an axis has no place for numbers.
    if length < 24.0 {
        return;
    }
    let mut out = [-along[1] / length, along[0] / length];
    let side = [
        0.5 * (from[0] + to[0]) - heart[0],
        0.5 * (from[1] + to[1]) - heart[1],
    ];
    if out[0] * side[0] + out[1] * side[1] < 0.0 {
        out = [-out[0], -out[1]];
    }
    let align = 0.5 - 0.5 * (1.6 * out[0]).clamp(-1.0, 1.0);
    let most = (length / 26.0).floor().max(1.0) as usize;
    let every = marks.len().div_ceil(most).max(1);
    let mut widest = 0.0f64;
    for mark in marks.iter().step_by(every) {
        let mut point = [0.0; 3];
        (point[k], point[a], point[b]) = (mark.value, extents[a][ea], extents[b][eb]);
        let Some([x, y]) = see(point) else { continue };
        shapes.push(line(
            [x, y],
            [x + TICK * out[0], y + TICK * out[1]],
            axes.color,
            1.0,
        ));
        let reach = TICK + GAP + 0.35 * NUMBERS * out[1].abs();
        let place = [x + reach * out[0], y + reach * out[1]];
        widest = widest.max(loom_text::layout(&mark.label, Font::Sans, NUMBERS).width);
        shapes.push(Shape::Text(text(
            mark.label.clone(),
            place,
            NUMBERS,
            axes.text,
            align,
            Baseline::Middle,
        )));
    }
    if let Some(name) = axes.labels.get(k).filter(|name| !name.is_empty()) {
        let reach = TICK + 2.0 * GAP + NUMBERS + widest * out[0].abs() + 0.4 * NAMES;
        let place = [
            0.5 * (from[0] + to[0]) + reach * out[0],
            0.5 * (from[1] + to[1]) + reach * out[1],
        ];
        shapes.push(Shape::Text(text(
            name.clone(),
            place,
            NAMES,
            axes.text,
            align,
            Baseline::Middle,
        )));
    }
}

/// A bar of round length in the lower left corner that says how long it is in `unit`.
pub fn scale_bar(plane: &Plane, size: [f64; 2], unit: &str, color: Rgba) -> Vec<Shape> {
    let Some(length) = step(100.0 / plane.scale, 1).filter(|_| size[0] > 160.0) else {
        return Vec::new();
    };
    let (x, y) = (16.0, size[1] - 16.0);
    let end = x + length * plane.scale;
    let name = format!("{}\u{2009}{unit}", label(length, length));
    vec![
        line([x, y], [end, y], color, 2.0),
        Shape::Text(text(
            name,
            [0.5 * (x + end), y - 6.0],
            NUMBERS,
            color,
            0.5,
            Baseline::Alphabetic,
        )),
    ]
}

#[cfg(test)]
mod tests;
