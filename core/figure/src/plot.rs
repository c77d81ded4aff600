//! A plot as shapes: what the window shows and what a paper prints are one display list.
//!
//! Sizes are logical pixels: body text 11.5, title 13, hairlines 1. An export changes the size,
//! never the style.

mod naming;

use loom_sim::colour::Rgba;
use loom_sim::scene::{Baseline, Font, Path, Shape, Stroke, Text};
use loom_sim::{Ink, Mark, Plot};

use self::naming::legend_room;
use crate::letters;
pub use crate::plot_data::series_color;
use crate::plot_data::{self, Frame};
use crate::ticks::Ticks;

/// Label and tick size.
pub(crate) const SMALL: f64 = 11.5;
const TITLE: f64 = 13.0;
/// Width of a colour bar.
const BAR: f64 = 10.0;
/// Space between things that belong together, and between groups.
pub(crate) const GAP: f64 = 4.0;
const MARGIN: f64 = 8.0;

/// The plot in a rectangle of `size` logical pixels whose upper left corner is (0, 0).
pub fn plot_shapes(plot: &Plot, size: [f64; 2], ink: &Ink) -> Vec<Shape> {
    Sketch::new(plot, size, ink).draw()
}

pub(crate) struct Sketch<'a> {
    pub(crate) plot: &'a Plot,
    pub(crate) ink: &'a Ink,
    size: [f64; 2],
    pub(crate) frame: Frame,
    ticks: [Ticks; 2],
    /// Labels at the ends of lines, or a key above the frame.
    direct: bool,
    out: Vec<Shape>,
}

fn name_of(mark: &Mark) -> &str {
    match mark {
        Mark::Line { name, .. }
        | Mark::Points { name, .. }
        | Mark::Bars { name, .. }
        | Mark::Band { name, .. }
        | Mark::Horizontal { name, .. }
        | Mark::Vertical { name, .. } => name,
        Mark::Field(field) => &field.name,
    }
}

/// Whether the mark is one of the curves that take colours and are named by a key.
fn is_series(mark: &Mark) -> bool {
    !matches!(
        mark,
        Mark::Horizontal { .. } | Mark::Vertical { .. } | Mark::Field(_)
    )
}

impl<'a> Sketch<'a> {
    fn new(plot: &'a Plot, size: [f64; 2], ink: &'a Ink) -> Self {
        let limits = plot_data::limits(plot);
        let about = |pixels: f64, each: f64| ((pixels / each) as usize).clamp(2, 9);
        let ticks = [
            plot_data::axis_ticks(&plot.x, limits[0], about(size[0], 90.0)),
            plot_data::axis_ticks(&plot.y, limits[1], about(size[1], 55.0)),
        ];
        let width = |s: &str| letters::width(Font::Sans, s, SMALL);
        let widest = |t: &Ticks| t.labels.iter().map(|l| width(l)).fold(0.0, f64::max);
        let named: Vec<&str> = plot
            .marks
            .iter()
            .filter(|m| is_series(m))
            .map(name_of)
            .filter(|n| !n.is_empty())
            .collect();
        let lines = plot
            .marks
            .iter()
            .all(|m| !matches!(m, Mark::Points { .. } | Mark::Bars { .. }));
        // A single line is named by its axis.
        let several = named.len() > 1 || (named.len() == 1 && plot.y.label.is_empty());
        let direct = several && lines && named.len() as f64 * (SMALL + 2.0) < 0.7 * size[1];
        let key = several && !direct;
        let title = !plot.title.is_empty() || plot.preview;
        let top = MARGIN
            + if title { TITLE + GAP * 2.0 } else { 0.0 }
            + if plot.y.label.is_empty() && plot.y.unit.is_empty() {
                0.0
            } else {
                SMALL + GAP * 2.0
            }
            + if key { SMALL + GAP * 2.0 } else { 0.0 };
        let left = MARGIN + widest(&ticks[1]) + GAP;
        let fields = plot.marks.iter().filter_map(|m| match m {
            Mark::Field(field) => Some(legend_room(field)),
            _ => None,
        });
        let right = MARGIN
            + fields.fold(0.0, f64::max)
            + if direct {
                named.iter().map(|n| width(n)).fold(0.0, f64::max) + GAP
            } else {
                ticks[0].labels.last().map_or(0.0, |l| width(l) / 2.0)
            };
        let bottom = MARGIN + 2.0 * (SMALL + GAP) + GAP;
        let mut room = [
            (size[0] - left - right).max(8.0),
            (size[1] - top - bottom).max(8.0),
        ];
        if plot.square {
            let extent = limits.map(|[low, high]| high - low);
            let unit = (room[0] / extent[0]).min(room[1] / extent[1]);
            if unit.is_finite() && unit > 0.0 {
                room = extent.map(|e| (e * unit).max(8.0));
            }
        }
        let rectangle = [left, top, room[0], room[1]];
        Self {
            plot,
            ink,
            size,
            frame: Frame::new(plot, limits, rectangle),
            ticks,
            direct,
            out: Vec::new(),
        }
    }

    fn draw(mut self) -> Vec<Shape> {
        self.axes();
        self.ruling();
        self.titles();
        let mut color = 0;
        let mut labels: Vec<(f64, String, Rgba)> = Vec::new();
        let mut keys: Vec<(String, Rgba)> = Vec::new();
        let plot = self.plot;
        for mark in &plot.marks {
            let tint = match mark {
                mark if !is_series(mark) => self.ink.secondary,
                // The error of the mark before it, in the colour of that.
                Mark::Band { name, .. } if name.is_empty() && color > 0 => series_color(color - 1),
                _ => {
                    color += 1;
                    series_color(color - 1)
                }
            };
            let end = self.mark(mark, tint);
            let name = name_of(mark);
            if name.is_empty() || !is_series(mark) {
                continue;
            }
            keys.push((name.to_owned(), tint));
            if let (true, Some(y)) = (self.direct, end) {
                labels.push((y, name.to_owned(), tint));
            }
        }
        if self.direct {
            self.direct_labels(labels);
        } else if keys.len() > 1 {
            self.key(&keys);
        }
        self.out
    }

    pub(crate) fn text(
        &mut self,
        string: &str,
        at: [f64; 2],
        align: f64,
        color: Rgba,
        baseline: Baseline,
    ) {
        self.out.push(Shape::Text(Text {
            position: at,
            string: string.to_owned(),
            font: Font::Sans,
            size: SMALL,
            color,
            align,
            baseline,
            rotation: 0.0,
        }));
    }

    pub(crate) fn stroke(&mut self, points: &[[f64; 2]], color: Rgba, width: f64) {
        self.out.push(Shape::Path {
            path: Path::polyline(points),
            fill: None,
            stroke: Some(Stroke::solid(color, width)),
        });
    }

    fn axes(&mut self) {
        let [left, top, width, height] = self.frame.rectangle;
        let (right, bottom) = (left + width, top + height);
        let [tx, ty] = self.ticks.clone();
        for (value, label) in ty.values.iter().zip(&ty.labels) {
            let Some(y) = self.frame.y(*value) else {
                continue;
            };
            self.stroke(&[[left, y], [right, y]], self.ink.hairline, 1.0);
            let secondary = self.ink.secondary;
            self.text(label, [left - GAP, y], 1.0, secondary, Baseline::Middle);
        }
        for value in &ty.minor {
            if let Some(y) = self.frame.y(*value) {
                self.stroke(&[[left, y], [left + 3.0, y]], self.ink.secondary, 1.0);
            }
        }
        for (value, label) in tx.values.iter().zip(&tx.labels) {
            let Some(x) = self.frame.x(*value) else {
                continue;
            };
            self.stroke(&[[x, bottom], [x, bottom + GAP]], self.ink.secondary, 1.0);
            let secondary = self.ink.secondary;
            self.text(
                label,
                [x, bottom + 2.0 + GAP],
                0.5,
                secondary,
                Baseline::Top,
            );
        }
        for value in &tx.minor {
            if let Some(x) = self.frame.x(*value) {
                self.stroke(&[[x, bottom], [x, bottom - 3.0]], self.ink.secondary, 1.0);
            }
        }
        self.stroke(
            &[[left, top], [left, bottom], [right, bottom]],
            self.ink.secondary,
            1.0,
        );
    }

    fn titles(&mut self) {
        let [left, top, width, height] = self.frame.rectangle;
        let (text, secondary) = (self.ink.text, self.ink.secondary);
        let title = if self.plot.preview {
            format!("{} (preview)", self.plot.title)
                .trim_start()
                .to_owned()
        } else {
            self.plot.title.clone()
        };
        if !title.is_empty() {
            self.out.push(Shape::Text(Text {
                position: [MARGIN, MARGIN],
                string: title,
                font: Font::SansMedium,
                size: TITLE,
                color: text,
                align: 0.0,
                baseline: Baseline::Top,
                rotation: 0.0,
            }));
        }
        let y_title = self.plot.y.title();
        if !y_title.is_empty() {
            let string = format!("{y_title}{}", self.ticks[1].factor());
            self.text(
                &string,
                [MARGIN, top - GAP * 2.0],
                0.0,
                text,
                Baseline::Alphabetic,
            );
        }
        let string = format!("{}{}", self.plot.x.title(), self.ticks[0].factor());
        let bottom = top + height;
        self.text(
            &string,
            [left + width / 2.0, bottom + SMALL + 4.0 * GAP],
            0.5,
            text,
            Baseline::Top,
        );
        if self.plot.marks.is_empty() {
            let middle = [left + width / 2.0, top + height / 2.0];
            self.text("No data yet", middle, 0.5, secondary, Baseline::Alphabetic);
        }
    }

    /// Draws a mark; gives the height at which its label belongs at the right edge.
    fn mark(&mut self, mark: &Mark, tint: Rgba) -> Option<f64> {
        let [left, top, width, height] = self.frame.rectangle;
        match mark {
            Mark::Line { points, .. } => {
                let mut end = None;
                for (points, share) in self.faded(points) {
                    let runs = self.frame.polylines(points);
                    end = runs.last().and_then(|r| r.last()).map(|p| p[1]).or(end);
                    for run in runs {
                        self.out.push(Shape::Path {
                            path: Path::polyline(&run),
                            fill: None,
                            stroke: Some(Stroke {
                                round: true,
                                ..Stroke::solid(tint.with_alpha(share), 1.5)
                            }),
                        });
                    }
                }
                end
            }
            Mark::Points { points, .. } => {
                let radius = if points.len() > 2000 { 0.75 } else { 2.0 };
                let mut path = Path::default();
                for place in self.frame.dots(points) {
                    path.segments.extend(Path::circle(place, radius).segments);
                }
                self.fill(path, tint);
                None
            }
            Mark::Bars {
                points, width: bar, ..
            } => {
                let mut path = Path::default();
                for &[x, y] in points {
                    if let Some([x0, y0, x1, y1]) = self.frame.bar(x, y, *bar) {
                        let gap = if x1 - x0 > 4.0 { 0.5 } else { 0.0 };
                        let rectangle =
                            Path::rectangle(x0 + gap, y0, (x1 - x0 - 2.0 * gap).max(0.5), y1 - y0);
                        path.segments.extend(rectangle.segments);
                    }
                }
                self.fill(path, tint);
                None
            }
            Mark::Band { points, .. } => {
                let outline = self.frame.band(points);
                let end = points
                    .last()
                    .and_then(|p| self.frame.y(f64::midpoint(p[1], p[2])));
                self.fill(Path::polygon(&outline), tint.with_alpha(0.25));
                end
            }
            Mark::Field(field) => {
                for (color, path) in self.frame.cells(field) {
                    self.fill(path, color);
                }
                self.legend(field);
                None
            }
            Mark::Horizontal { name, y } => {
                let y = self.frame.y(*y)?;
                self.dashed([[left, y], [left + width, y]], tint);
                self.text(name, [left + GAP, y - GAP], 0.0, tint, Baseline::Alphabetic);
                None
            }
            Mark::Vertical { name, x } => {
                let x = self.frame.x(*x)?;
                self.dashed([[x, top], [x, top + height]], tint);
                self.text(name, [x + GAP, top + GAP], 0.0, tint, Baseline::Top);
                None
            }
        }
    }

    fn fill(&mut self, path: Path, tint: Rgba) {
        if !path.segments.is_empty() {
            self.out.push(Shape::Path {
                path,
                fill: Some(tint),
                stroke: None,
            });
        }
    }

    fn dashed(&mut self, ends: [[f64; 2]; 2], tint: Rgba) {
        self.out.push(Shape::Path {
            path: Path::polyline(&ends),
            fill: None,
            stroke: Some(Stroke {
                dash: vec![4.0, 3.0],
                ..Stroke::solid(tint, 1.0)
            }),
        });
    }
}

#[cfg(test)]
mod tests;
