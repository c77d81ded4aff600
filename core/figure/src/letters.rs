//! Text of a display list in its place: widths, outlines, and where the pen stands.

use loom_sim::scene::{Baseline, Font, Text};
use loom_text::Run;

/// Width of one line, in the unit of `size`.
pub fn width(font: Font, text: &str, size: f64) -> f64 {
    loom_text::set(text, font, size).width
}

/// A text laid out, and the map from its own coordinates (from the start of its baseline, y
/// down) to those of the layer: x' = a x + c y + e, y' = b x + d y + f.
pub fn place(text: &Text) -> (Run, [f64; 6]) {
    let run = loom_text::set(&text.string, text.font, text.size);
    let down = match text.baseline {
        Baseline::Alphabetic => 0.0,
        Baseline::Middle => 0.5 * run.cap_height,
        Baseline::Top => run.cap_height,
    };
    let (sin, cos) = text.rotation.sin_cos();
    let (x, y) = (-text.align * run.width, down);
    let [px, py] = text.position;
    // Counter-clockwise on the screen, where y points down.
    let map = [
        cos,
        -sin,
        sin,
        cos,
        px + cos * x + sin * y,
        py - sin * x + cos * y,
    ];
    (run, map)
}

/// A point through the map of [`place`].
pub fn moved(map: &[f64; 6], [x, y]: [f64; 2]) -> [f64; 2] {
    let [a, b, c, d, e, f] = map;
    [a * x + c * y + e, b * x + d * y + f]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use loom_sim::Rgba;

    use super::*;

    #[test]
    fn a_turned_text_reads_upwards_from_its_anchor() {
        let text = Text {
            position: [10.0, 20.0],
            string: "up".into(),
            font: Font::Sans,
            size: 10.0,
            color: Rgba::hex(0),
            align: 0.0,
            baseline: Baseline::Alphabetic,
            rotation: std::f64::consts::FRAC_PI_2,
        };
        let (run, map) = place(&text);
        let end = moved(&map, [run.width, 0.0]);
        assert!((end[0] - 10.0).abs() < 1e-9 && (end[1] - (20.0 - run.width)).abs() < 1e-9);
    }
}
