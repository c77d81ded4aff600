//! What a plot's colours are called: names at the ends of lines, a key, the bar of a field.

use loom_sim::colour::Rgba;
use loom_sim::plot::kind_color;
use loom_sim::scene::{Baseline, Font, Path};
use loom_sim::{Axis, Field, Shades};

use super::{BAR, GAP, MARGIN, SMALL, Sketch};
use crate::letters;
use crate::ticks;

/// The room that a field's legend takes to the right of the frame.
pub(super) fn legend_room(field: &Field) -> f64 {
    let width = |s: &str| letters::width(Font::Sans, s, SMALL);
    let words: Vec<String> = match &field.shades {
        Shades::Range { low, high, .. } => ticks::ticks([*low, *high], 5).labels,
        Shades::Kinds(names) => names.clone(),
    };
    let widest = words.iter().map(|s| width(s)).fold(0.0, f64::max);
    3.0 * MARGIN + BAR + widest
}

impl Sketch<'_> {
    /// The bar or the key of a field, to the right of the frame.
    pub(super) fn legend(&mut self, field: &Field) {
        let [left, top, width, height] = self.frame.rectangle;
        let x = left + width + 2.0 * MARGIN;
        let secondary = self.ink.secondary;
        match &field.shades {
            Shades::Range {
                map,
                low,
                high,
                unit,
            } => {
                const STEPS: usize = 128;
                let each = height / STEPS as f64;
                for step in 0..STEPS {
                    let y = top + height - (step + 1) as f64 * each;
                    // A hair of overlap, so that no ground shows between two steps.
                    let tall = if step > 0 { each + 0.3 } else { each };
                    let color = map.at(step as f32 / (STEPS - 1) as f32);
                    self.fill(Path::rectangle(x, y, BAR, tall), color);
                }
                let marks = ticks::ticks([*low, *high], 5);
                for (value, label) in marks.values.iter().zip(&marks.labels) {
                    let y = top + height * (1.0 - (value - low) / (high - low));
                    self.text(label, [x + BAR + GAP, y], 0.0, secondary, Baseline::Middle);
                }
                let title = Axis::new(&field.name, unit).title();
                let end = x + BAR + GAP;
                let at = [end, top - GAP * 2.0];
                self.text(&title, at, 0.5, self.ink.text, Baseline::Alphabetic);
            }
            Shades::Kinds(names) => {
                for (number, name) in names.iter().enumerate() {
                    let y = top + (SMALL + GAP) * number as f64;
                    if y + BAR > top + height {
                        break;
                    }
                    let color = kind_color(number, names.len());
                    self.fill(Path::rectangle(x, y, BAR, BAR), color);
                    let at = [x + BAR + GAP, y + BAR / 2.0];
                    self.text(name, at, 0.0, secondary, Baseline::Middle);
                }
            }
        }
    }

    /// Names at the right ends of their lines, moved apart where they would overlap.
    pub(super) fn direct_labels(&mut self, mut labels: Vec<(f64, String, Rgba)>) {
        let [left, top, width, height] = self.frame.rectangle;
        let line = SMALL + 2.0;
        labels.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut lowest = top - line;
        for label in &mut labels {
            label.0 = label.0.max(lowest + line);
            lowest = label.0;
        }
        // Pushed out below: back up from the bottom.
        let mut highest = top + height + line;
        for label in labels.iter_mut().rev() {
            label.0 = label.0.min(highest - line);
            highest = label.0;
        }
        for (y, name, tint) in labels {
            self.text(&name, [left + width + GAP, y], 0.0, tint, Baseline::Middle);
        }
    }

    /// A row of colours and names above the frame.
    pub(super) fn key(&mut self, keys: &[(String, Rgba)]) {
        let [left, top, ..] = self.frame.rectangle;
        let titled = !(self.plot.y.label.is_empty() && self.plot.y.unit.is_empty());
        let y = top - GAP * 2.0 - if titled { SMALL + GAP * 2.0 } else { 0.0 };
        let mut x = left;
        let text = self.ink.text;
        for (name, tint) in keys {
            let wide = SMALL + GAP + letters::width(Font::Sans, name, SMALL);
            if x + wide > self.size[0] - MARGIN {
                self.text("…", [x, y], 0.0, text, Baseline::Alphabetic);
                break;
            }
            self.fill(Path::rectangle(x, y - 8.0, 8.0, 8.0), *tint);
            self.text(name, [x + 8.0 + GAP, y], 0.0, text, Baseline::Alphabetic);
            x += wide + MARGIN;
        }
    }
}
