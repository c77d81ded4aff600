//! A plot's abscissa ruled in a second unit, and curves that fade from a place on.

use loom_sim::Rgba;
use loom_sim::scene::{Baseline, Font};

use crate::letters;
use crate::plot::{GAP, SMALL, Sketch};

/// How much of a curve is left where it has faded.
const LEFT: f32 = 0.35;

impl Sketch<'_> {
    /// Lines at round multiples of the second unit with their numbers inside the upper edge; the
    /// place at which curves fade, and why.
    pub(crate) fn ruling(&mut self) {
        let [left, top, width, height] = self.frame.rectangle;
        let plot = self.plot;
        if plot.x.logarithmic {
            return;
        }
        let mut line = top + GAP;
        if let Some(ruling) = &plot.ruling {
            let ends = self.frame.ends();
            for (value, number) in ruling.marks(ends, (width / 70.0).clamp(2.0, 12.0) as usize) {
                let Some(x) = self.frame.x(value) else {
                    continue;
                };
                self.stroke(&[[x, top], [x, top + height]], self.ink.hairline, 1.0);
                let end = x + GAP + letters::width(Font::Sans, &number, SMALL);
                if end < left + width {
                    let secondary = self.ink.secondary;
                    self.text(&number, [x + GAP, line], 0.0, secondary, Baseline::Top);
                }
            }
            line += SMALL + GAP;
        }
        if let Some(fade) = &plot.fades
            && let Some(x) = self.frame.x(fade.after)
        {
            let color = if self.ink.dark {
                Rgba::hex(0xF0B45A)
            } else {
                Rgba::hex(0xB26A00)
            };
            self.stroke(&[[x, top], [x, top + height]], color, 1.0);
            let wide = letters::width(Font::Sans, &fade.words, SMALL);
            let most = (left + width - wide - GAP).max(left + GAP);
            let at = [(x + GAP).min(most), line];
            self.text(&fade.words, at, 0.0, color, Baseline::Top);
        }
    }

    /// A curve's points before and after the place at which it fades, each with what is left of
    /// it.
    pub(crate) fn faded<'b>(&self, points: &'b [[f64; 2]]) -> Vec<(&'b [[f64; 2]], f32)> {
        let cut = self.plot.fades.as_ref().map_or(points.len(), |fade| {
            points.partition_point(|p| p[0] <= fade.after)
        });
        if cut >= points.len() {
            return vec![(points, 1.0)];
        }
        vec![
            (&points[..cut], 1.0),
            (&points[cut.saturating_sub(1)..], LEFT),
        ]
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use loom_sim::scene::Shape;
    use loom_sim::{Axis, Fade, Ink, Mark, Plot, Ruling};

    use crate::plot_shapes;

    #[test]
    fn time_is_ruled_in_lyapunov_times_and_curves_fade_at_the_horizon() {
        let plot = Plot {
            x: Axis::new("t", "time units"),
            marks: vec![Mark::Line {
                name: "x".into(),
                points: (0..100).map(|i| [f64::from(i) * 0.1, 0.0]).collect(),
            }],
            ruling: Some(Ruling {
                name: "Lyapunov times".into(),
                length: 2.0,
                from: 1.0,
            }),
            fades: Some(Fade {
                after: 5.0,
                words: "Horizon".into(),
            }),
            ..Plot::default()
        };
        let shapes = plot_shapes(&plot, [500.0, 300.0], &Ink::light());
        let strokes = shapes.iter().filter(
            |s| matches!(s, Shape::Path { stroke: Some(stroke), .. } if stroke.width == 1.5),
        );
        assert_eq!(strokes.count(), 2, "before and after");
        let named = shapes
            .iter()
            .any(|s| matches!(s, Shape::Text(t) if t.string.ends_with(" Lyapunov times")));
        assert!(named);
        // Two Lyapunov times after t = 1 is t = 5, where the horizon is.
        let texts: Vec<(&str, f64)> = shapes
            .iter()
            .filter_map(|s| match s {
                Shape::Text(t) => Some((t.string.as_str(), t.position[0])),
                Shape::Path { .. } => None,
            })
            .collect();
        let horizon = texts.iter().find(|(words, _)| *words == "Horizon").unwrap();
        assert!(texts.contains(&("2", horizon.1)), "{texts:?}");
    }
}
