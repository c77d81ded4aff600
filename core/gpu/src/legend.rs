//! Colour bars and keys as shapes on the screen, for the window, SVG and PDF alike.

use crate::colour::Rgba;
use crate::scene::{Baseline, Font, Legend, Path, Shape, Text};
use crate::ticks::ticks;

const TITLE: f64 = 12.0;
const NUMBERS: f64 = 11.5;
const LINE: f64 = 18.0;
const SWATCH: f64 = 10.0;
/// Width of an upright bar, height of a level one.
const THICK: f64 = 12.0;
/// Steps of colour along a bar.
const STEPS: usize = 128;

/// The room that a legend asks for, logical pixels.
pub fn legend_size(legend: &Legend) -> [f64; 2] {
    let width = |string: &str, size: f64| loom_text::layout(string, Font::Sans, size).width;
    match legend {
        Legend::Bar {
            title,
            unit,
            low,
            high,
            ..
        } => {
            let numbers = ticks(*low, *high, 5)
                .iter()
                .map(|tick| width(&tick.label, NUMBERS))
                .fold(0.0, f64::max);
            [
                (THICK + 9.0 + numbers).max(width(&heading(title, unit), TITLE)),
                180.0,
            ]
        }
        Legend::Keys { title, entries } => {
            let widest = entries
                .iter()
                .map(|(name, _)| width(name, NUMBERS))
                .fold(0.0, f64::max);
            let top = if title.is_empty() { 0.0 } else { LINE };
            [
                (SWATCH + 8.0 + widest).max(width(title, TITLE)),
                top + LINE * entries.len() as f64,
            ]
        }
    }
}

fn heading(title: &str, unit: &str) -> String {
    if unit.is_empty() {
        title.into()
    } else {
        format!("{title} ({unit})")
    }
}

/// A legend in the box `[x, y, width, height]` (logical pixels, y down): a bar stands upright
/// in a high box and lies in a wide one; keys run downward. `ink` is the colour of text, `rule`
/// that of outlines and ticks.
pub fn legend_shapes(legend: &Legend, area: [f64; 4], ink: Rgba, rule: Rgba) -> Vec<Shape> {
    match legend {
        Legend::Bar {
            title,
            unit,
            map,
            low,
            high,
        } => {
            let mut shapes = Vec::new();
            let [x, y, width, height] = area;
            let title = heading(title, unit);
            let top = if title.is_empty() { y } else { y + LINE };
            if !title.is_empty() {
                shapes.push(words(&title, [x, y], TITLE, ink, 0.0, Baseline::Top));
            }
            let upright = height >= width;
            let length = if upright {
                y + height - top - 0.5 * NUMBERS
            } else {
                width
            };
            let start = if upright { top + 0.5 * NUMBERS } else { top };
            let length = if upright {
                length - 0.5 * NUMBERS
            } else {
                length
            };
            if length <= 0.0 {
                return shapes;
            }
            for i in 0..STEPS {
                let from = i as f64 / STEPS as f64;
                let color = map.at((from + 0.5 / STEPS as f64) as f32);
                // Each step runs to the end, under those that follow: smoothed edges that only
                // touched would let the ground through.
                let rest = length * (1.0 - from);
                let path = if upright {
                    Path::rectangle(x, start + rest, THICK, -rest)
                } else {
                    Path::rectangle(x + length * from, start, rest, THICK)
                };
                shapes.push(Shape::Path {
                    path,
                    fill: Some(color),
                    stroke: None,
                });
            }
            for tick in ticks(*low, *high, (length / 36.0).clamp(2.0, 6.0) as usize) {
                let t = (tick.value - low) / (high - low);
                let (from, to, place, align, baseline) = if upright {
                    let at = start + length * (1.0 - t);
                    (
                        [x + THICK, at],
                        [x + THICK + 4.0, at],
                        [x + THICK + 8.0, at],
                        0.0,
                        Baseline::Middle,
                    )
                } else {
                    let at = x + length * t;
                    (
                        [at, start + THICK],
                        [at, start + THICK + 4.0],
                        [at, start + THICK + 8.0],
                        0.5,
                        Baseline::Top,
                    )
                };
                let stroke = Some(crate::scene::Stroke::solid(rule, 1.0));
                shapes.push(Shape::Path {
                    path: Path::polyline(&[from, to]),
                    fill: None,
                    stroke,
                });
                shapes.push(words(&tick.label, place, NUMBERS, ink, align, baseline));
            }
            shapes
        }
        Legend::Keys { title, entries } => {
            let [x, mut y, _, height] = area;
            let end = y + height;
            let mut shapes = Vec::new();
            if !title.is_empty() {
                shapes.push(words(title, [x, y], TITLE, ink, 0.0, Baseline::Top));
                y += LINE;
            }
            for (name, color) in entries {
                if y + SWATCH > end + 0.5 {
                    break;
                }
                let path = Path::rectangle(x, y, SWATCH, SWATCH);
                shapes.push(Shape::Path {
                    path,
                    fill: Some(*color),
                    stroke: None,
                });
                let place = [x + SWATCH + 8.0, y + 0.5 * SWATCH];
                shapes.push(words(name, place, NUMBERS, ink, 0.0, Baseline::Middle));
                y += LINE;
            }
            shapes
        }
    }
}

fn words(
    string: &str,
    position: [f64; 2],
    size: f64,
    color: Rgba,
    align: f64,
    baseline: Baseline,
) -> Shape {
    Shape::Text(Text {
        position,
        string: string.into(),
        font: Font::Sans,
        size,
        color,
        align,
        baseline,
        rotation: 0.0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::colour::ColorMap;

    #[test]
    fn a_bar_runs_from_its_low_end_at_the_bottom_to_its_high_end_at_the_top() {
        let legend = Legend::Bar {
            title: "speed".into(),
            unit: "m/s".into(),
            map: ColorMap::Viridis,
            low: 0.0,
            high: 1.0,
        };
        let ink = Rgba::hex(0);
        let shapes = legend_shapes(&legend, [10.0, 10.0, 60.0, 180.0], ink, ink);
        let fills: Vec<_> = shapes
            .iter()
            .filter_map(|shape| match shape {
                Shape::Path {
                    path,
                    fill: Some(color),
                    ..
                } => Some((path.segments[0], *color)),
                _ => None,
            })
            .collect();
        let y = |segment| {
            if let crate::scene::Segment::Move([_, y]) = segment {
                y
            } else {
                f64::NAN
            }
        };
        assert_eq!(fills.len(), STEPS);
        assert!(y(fills[0].0) > y(fills[STEPS - 1].0));
        assert_eq!(fills[0].1, ColorMap::Viridis.at(0.5 / STEPS as f32));
        assert!(matches!(&shapes[0], Shape::Text(text) if text.string == "speed (m/s)"));
    }

    #[test]
    fn keys_that_do_not_fit_are_left_out() {
        let entries = (0..10)
            .map(|i| (format!("key {i}"), Rgba::hex(i)))
            .collect();
        let legend = Legend::Keys {
            title: String::new(),
            entries,
        };
        let ink = Rgba::hex(0);
        assert_eq!(
            legend_shapes(&legend, [0.0, 0.0, 100.0, 54.0], ink, ink).len(),
            6
        );
        let [_, height] = legend_size(&legend);
        assert_eq!(
            legend_shapes(&legend, [0.0, 0.0, 100.0, height], ink, ink).len(),
            20
        );
    }
}
