//! Axes and legends as shapes in screen space, the same in every vector file.

use loom_sim::Ink;
use loom_sim::camera::Camera;
use loom_sim::colour::Rgba;
use loom_sim::scene::{Axes, Baseline, Font, Legend, Path, Shape, Stroke, Text};

use crate::letters;
use crate::ticks;

const SMALL: f64 = 11.5;

fn text(string: String, position: [f64; 2], align: f64, baseline: Baseline, color: Rgba) -> Shape {
    Shape::Text(Text {
        position,
        string,
        font: Font::Sans,
        size: SMALL,
        color,
        align,
        baseline,
        rotation: 0.0,
    })
}

fn line(points: &[[f64; 2]], color: Rgba) -> Shape {
    Shape::Path {
        path: Path::polyline(points),
        fill: None,
        stroke: Some(Stroke::solid(color, 1.0)),
    }
}

/// The box or frame around a scene with ticks at round numbers.
pub(crate) fn axes(axes: &Axes, camera: &Camera, size: [f64; 2]) -> Vec<Shape> {
    let dimensions = axes.extents.len();
    if !(2..=3).contains(&dimensions) {
        return Vec::new();
    }
    let corner = |bits: usize| -> [f64; 3] {
        std::array::from_fn(|i| axes.extents.get(i).map_or(0.0, |e| e[bits >> i & 1]))
    };
    let see = |p: [f64; 3]| camera.project(p, size).map(|s| s.pixel);
    let corners = 1usize << dimensions;
    let mut out = Vec::new();
    // An edge joins two corners that differ in one bit.
    let mut edges: Vec<(usize, usize, [f64; 2], [f64; 2])> = Vec::new();
    for axis in 0..dimensions {
        for from in (0..corners).filter(|c| c >> axis & 1 == 0) {
            let (Some(a), Some(b)) = (see(corner(from)), see(corner(from | 1 << axis))) else {
                continue;
            };
            out.push(line(&[a, b], axes.color));
            edges.push((axis, from, a, b));
        }
    }
    let middle: [f64; 3] = std::array::from_fn(|i| {
        axes.extents
            .get(i)
            .map_or(0.0, |e| f64::midpoint(e[0], e[1]))
    });
    let Some(centre) = see(middle) else {
        return out;
    };
    for axis in 0..dimensions {
        // The lowest edge of each horizontal axis, the leftmost of the vertical one.
        let upright = axis + 1 == dimensions;
        let rank = |a: [f64; 2], b: [f64; 2]| if upright { -(a[0] + b[0]) } else { a[1] + b[1] };
        let Some(&(_, from, a, b)) = edges
            .iter()
            .filter(|e| e.0 == axis)
            .max_by(|x, y| rank(x.2, x.3).total_cmp(&rank(y.2, y.3)))
        else {
            continue;
        };
        // Away from the box, at right angles to the edge.
        let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
        let length = (dx * dx + dy * dy).sqrt();
        if length < 24.0 {
            continue;
        }
        let mut out_of = [dy / length, -dx / length];
        let half = [f64::midpoint(a[0], b[0]), f64::midpoint(a[1], b[1])];
        if (half[0] - centre[0]) * out_of[0] + (half[1] - centre[1]) * out_of[1] < 0.0 {
            out_of = out_of.map(|v| -v);
        }
        let align = 0.5 - 0.5 * out_of[0].clamp(-1.0, 1.0);
        let whole = match camera {
            // Data is relative to the camera's whole numbers; labels are not.
            Camera::Plane(plane) if axis < 2 => plane.whole[axis] as f64,
            _ => 0.0,
        };
        let range = axes.extents[axis].map(|v| v + whole);
        let marks = ticks::ticks(range, ((length / 60.0) as usize).clamp(2, 8));
        let mut widest: f64 = 0.0;
        for (value, label) in marks.values.iter().zip(&marks.labels) {
            let mut place = corner(from);
            place[axis] = value - whole;
            let Some(at) = see(place) else { continue };
            let off = |d: f64| [at[0] + d * out_of[0], at[1] + d * out_of[1]];
            out.push(line(&[at, off(4.0)], axes.color));
            widest = widest.max(letters::width(Font::Sans, label, SMALL));
            out.push(text(
                label.clone(),
                off(12.0),
                align,
                Baseline::Middle,
                axes.text,
            ));
        }
        let name = axes.labels.get(axis).map_or("", String::as_str);
        if !name.is_empty() {
            let away = 20.0 + SMALL * out_of[1].abs() + widest * out_of[0].abs();
            let at = [half[0] + away * out_of[0], half[1] + away * out_of[1]];
            let name = format!("{name}{}", marks.factor());
            out.push(text(name, at, align, Baseline::Middle, axes.text));
        }
    }
    out
}

/// Colour bars and keys along the right edge, from the bottom and from the top.
pub(crate) fn legends(legends: &[Legend], size: [f64; 2], ink: &Ink) -> Vec<Shape> {
    const MARGIN: f64 = 16.0;
    const STRIPES: usize = 64;
    let mut out = Vec::new();
    let (mut top, mut right) = (MARGIN, size[0] - MARGIN);
    for legend in legends {
        match legend {
            Legend::Keys { title, entries } => {
                let widest = entries
                    .iter()
                    .map(|(n, _)| letters::width(Font::Sans, n, SMALL) + 14.0)
                    .chain([letters::width(Font::Sans, title, SMALL)])
                    .fold(0.0, f64::max);
                let x = size[0] - MARGIN - widest;
                if !title.is_empty() {
                    out.push(text(
                        title.clone(),
                        [x, top],
                        0.0,
                        Baseline::Top,
                        ink.secondary,
                    ));
                    top += 18.0;
                }
                for (name, color) in entries {
                    out.push(Shape::Path {
                        path: Path::rectangle(x, top + 2.0, 8.0, 8.0),
                        fill: Some(*color),
                        stroke: None,
                    });
                    let at = [x + 14.0, top];
                    out.push(text(name.clone(), at, 0.0, Baseline::Top, ink.text));
                    top += 16.0;
                }
                top += MARGIN;
            }
            Legend::Bar {
                title,
                unit,
                map,
                low,
                high,
            } => {
                let height = 120.0f64.min(size[1] / 3.0);
                let marks = ticks::ticks([*low, *high], 4);
                let heading = if unit.is_empty() {
                    format!("{title}{}", marks.factor())
                } else {
                    format!("{title} ({unit}){}", marks.factor())
                };
                let widest = marks
                    .labels
                    .iter()
                    .map(|l| letters::width(Font::Sans, l, SMALL))
                    .fold(0.0, f64::max);
                let wide = (18.0 + widest).max(letters::width(Font::Sans, &heading, SMALL));
                let (x, bottom) = (right - wide, size[1] - MARGIN);
                for i in 0..STRIPES {
                    let part = |n: usize| n as f64 / STRIPES as f64 * height;
                    // Each stripe runs under the next, so that no seam shows.
                    let tall = part(i + 1).min(part(i) + part(2)) - part(i);
                    out.push(Shape::Path {
                        path: Path::rectangle(x, bottom - part(i) - tall, 10.0, tall + 0.3),
                        fill: Some(map.at((i as f32 + 0.5) / STRIPES as f32)),
                        stroke: None,
                    });
                }
                for (value, label) in marks.values.iter().zip(&marks.labels) {
                    let y = bottom - (value - low) / (high - low) * height;
                    out.push(line(&[[x + 10.0, y], [x + 13.0, y]], ink.secondary));
                    let at = [x + 16.0, y];
                    out.push(text(
                        label.clone(),
                        at,
                        0.0,
                        Baseline::Middle,
                        ink.secondary,
                    ));
                }
                let at = [x, bottom - height - 8.0];
                out.push(text(heading, at, 0.0, Baseline::Alphabetic, ink.text));
                right = x - MARGIN;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use loom_sim::camera::Orbit;
    use loom_sim::colour::ColorMap;

    use super::*;

    fn strings(shapes: &[Shape]) -> Vec<&str> {
        shapes
            .iter()
            .filter_map(|s| match s {
                Shape::Text(t) => Some(t.string.as_str()),
                Shape::Path { .. } => None,
            })
            .collect()
    }

    #[test]
    fn a_box_in_space_names_three_axes_once() {
        let camera = Camera::Orbit(Orbit {
            target: [0.0, 0.0, 25.0],
            distance: 120.0,
            yaw: 0.6,
            pitch: 0.4,
            field_of_view: 0.6,
        });
        let shapes = axes(
            &Axes {
                extents: vec![[-20.0, 20.0], [-25.0, 25.0], [0.0, 50.0]],
                labels: ["x", "y", "z"].map(String::from).into(),
                color: Rgba::hex(0),
                text: Rgba::hex(0),
            },
            &camera,
            [800.0, 600.0],
        );
        let all = strings(&shapes);
        for name in ["x", "y", "z"] {
            assert_eq!(all.iter().filter(|s| **s == name).count(), 1);
        }
        assert!(all.contains(&"50") || all.contains(&"40"), "{all:?}");
    }

    #[test]
    fn a_colour_bar_states_its_unit_and_round_numbers() {
        let bar = Legend::Bar {
            title: "Tension".into(),
            unit: "mN".into(),
            map: ColorMap::Batlow,
            low: 0.0,
            high: 3.1,
        };
        let all = legends(&[bar], [800.0, 600.0], &Ink::light());
        let all = strings(&all);
        assert!(
            all.contains(&"Tension (mN)") && all.contains(&"3"),
            "{all:?}"
        );
    }
}
