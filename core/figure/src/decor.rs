//! Legends in the corner of a view, stacked upwards from the lower right as the window has them.

use loom_gpu::{legend_shapes, legend_size};
use loom_sim::Ink;
use loom_sim::scene::{Legend, Shape};

const MARGIN: f64 = 12.0;
const GAP: f64 = 16.0;
/// Title, bar, ticks and numbers of a lying colour bar.
const BAR: f64 = 50.0;

/// The legends of a scene in a view of `size` logical pixels.
pub(crate) fn legends(legends: &[Legend], size: [f64; 2], ink: &Ink) -> Vec<Shape> {
    let mut bottom = size[1] - MARGIN;
    let mut out = Vec::new();
    for legend in legends {
        let [width, height] = match legend {
            Legend::Bar { .. } => [(0.3 * size[0]).clamp(80.0, 180.0), BAR],
            Legend::Keys { .. } => legend_size(legend),
        };
        let area = [size[0] - MARGIN - width, bottom - height, width, height];
        out.extend(legend_shapes(legend, area, ink.secondary, ink.hairline));
        bottom -= height + GAP;
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use loom_sim::colour::{ColorMap, Rgba};

    use super::*;

    #[test]
    fn legends_stand_above_each_other_inside_the_view() {
        let bar = Legend::Bar {
            title: "Tension".into(),
            unit: "mN".into(),
            map: ColorMap::Batlow,
            low: 0.0,
            high: 3.1,
        };
        let keys = Legend::Keys {
            title: "Silk".into(),
            entries: vec![("Radial".into(), Rgba::hex(0))],
        };
        let shapes = legends(&[bar, keys], [800.0, 600.0], &Ink::light());
        let places: Vec<(&str, [f64; 2])> = shapes
            .iter()
            .filter_map(|s| match s {
                Shape::Text(t) => Some((t.string.as_str(), t.position)),
                Shape::Path { .. } => None,
            })
            .collect();
        let find = |what: &str| places.iter().find(|(s, _)| *s == what).unwrap().1;
        assert!(find("Silk")[1] < find("Tension (mN)")[1], "{places:?}");
        for (_, [x, y]) in places {
            assert!((0.0..=800.0).contains(&x) && (0.0..=600.0).contains(&y));
        }
    }
}
