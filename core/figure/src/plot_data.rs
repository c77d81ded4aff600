//! From the numbers of a plot to places on paper: colours, limits, scales, thinning, clipping.

use loom_sim::colour::{OKABE_ITO, Rgba};
use loom_sim::scene::Path;
use loom_sim::{Axis, Field, Mark, Plot};

use crate::ticks::{self, Ticks};

/// Okabe and Ito's colours in the order in which series take them: the darker ones first, no
/// yellow, which no line on white can carry.
const SERIES: [Rgba; 7] = [
    OKABE_ITO[4],
    OKABE_ITO[5],
    OKABE_ITO[2],
    OKABE_ITO[6],
    OKABE_ITO[0],
    OKABE_ITO[1],
    Rgba::hex(0x80_8690),
];

/// The colour of the series with this number.
pub fn series_color(index: usize) -> Rgba {
    SERIES[index % SERIES.len()]
}

/// The data's limits, or the ones that the axes fix; y with a margin of 5 %.
pub fn limits(plot: &Plot) -> [[f64; 2]; 2] {
    let mut x = Range::default();
    let mut y = Range::default();
    let log = [plot.x.logarithmic, plot.y.logarithmic];
    let mut zero = false;
    let mut both = |at: f64, value: f64| {
        if at.is_finite() && value.is_finite() {
            x.add(at, log[0]);
            y.add(value, log[1]);
        }
    };
    for mark in &plot.marks {
        match mark {
            Mark::Line { points, .. } | Mark::Points { points, .. } => {
                for p in points {
                    both(p[0], p[1]);
                }
            }
            Mark::Bars { points, width, .. } => {
                zero |= !log[1];
                for p in points {
                    both(p[0] - width / 2.0, p[1]);
                    both(p[0] + width / 2.0, p[1]);
                }
            }
            Mark::Band { points, .. } => {
                for p in points {
                    both(p[0], p[1]);
                    both(p[0], p[2]);
                }
            }
            Mark::Field(field) => {
                both(field.x[0], field.y[0]);
                both(field.x[1], field.y[1]);
            }
            Mark::Horizontal { .. } | Mark::Vertical { .. } => {}
        }
    }
    for mark in &plot.marks {
        match mark {
            Mark::Horizontal { y: value, .. } => y.add(*value, log[1]),
            Mark::Vertical { x: value, .. } => x.add(*value, log[0]),
            _ => {}
        }
    }
    if zero {
        y.add(0.0, false);
    }
    let floor = zero && y.low == 0.0;
    // A field fills its frame.
    let y_range = if plot.marks.iter().any(|m| matches!(m, Mark::Field(_))) {
        y.wide(log[1])
    } else {
        y.with_margin(log[1], floor)
    };
    let given = |axis: &Axis, found: [f64; 2]| match axis.limits {
        Some([a, b])
            if a.is_finite()
                && b.is_finite()
                && a != b
                && (!axis.logarithmic || a.min(b) > 0.0) =>
        {
            [a, b]
        }
        _ => found,
    };
    [given(&plot.x, x.wide(log[0])), given(&plot.y, y_range)]
}

struct Range {
    low: f64,
    high: f64,
}

impl Default for Range {
    fn default() -> Self {
        Self {
            low: f64::INFINITY,
            high: f64::NEG_INFINITY,
        }
    }
}

impl Range {
    fn add(&mut self, value: f64, logarithmic: bool) {
        if value.is_finite() && (!logarithmic || value > 0.0) {
            self.low = self.low.min(value);
            self.high = self.high.max(value);
        }
    }
    /// A range with an extent, whatever was found.
    fn wide(&self, logarithmic: bool) -> [f64; 2] {
        if self.low > self.high {
            return if logarithmic { [1.0, 10.0] } else { [0.0, 1.0] };
        }
        if self.low < self.high {
            return [self.low, self.high];
        }
        if logarithmic {
            [self.low / 2.0, self.high * 2.0]
        } else {
            let half = if self.low == 0.0 {
                1.0
            } else {
                self.low.abs() * 0.1
            };
            [self.low - half, self.high + half]
        }
    }
    fn with_margin(&self, logarithmic: bool, floor: bool) -> [f64; 2] {
        let [low, high] = self.wide(logarithmic);
        let (low, high) = if logarithmic {
            let factor = (high / low).powf(0.05);
            (low / factor, high * factor)
        } else {
            let margin = (high / 2.0 - low / 2.0) * 0.1;
            (if floor { low } else { low - margin }, high + margin)
        };
        // At the ends of f64 there is no room for a margin.
        [low.max(f64::MIN / 4.0), high.min(f64::MAX / 4.0)]
    }
}

/// Round marks for an axis over these limits.
pub fn axis_ticks(axis: &Axis, limits: [f64; 2], about: usize) -> Ticks {
    if axis.logarithmic {
        ticks::log_ticks(limits, about)
    } else {
        ticks::ticks(limits, about)
    }
}

/// The frame of a plot: data limits on a rectangle (x, y, width, height) of logical pixels.
#[derive(Clone, Debug)]
pub struct Frame {
    pub rectangle: [f64; 4],
    limits: [[f64; 2]; 2],
    logarithmic: [bool; 2],
}

impl Frame {
    pub fn new(plot: &Plot, limits: [[f64; 2]; 2], rectangle: [f64; 4]) -> Self {
        Self {
            rectangle,
            limits,
            logarithmic: [plot.x.logarithmic, plot.y.logarithmic],
        }
    }

    fn unit(&self, axis: usize, value: f64) -> f64 {
        let [low, high] = self.limits[axis];
        if self.logarithmic[axis] {
            (value / low).ln() / (high / low).ln()
        } else {
            (value / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0)
        }
    }
    fn place(&self, x: f64, y: f64) -> [f64; 2] {
        let [left, top, width, height] = self.rectangle;
        [
            left + self.unit(0, x) * width,
            top + (1.0 - self.unit(1, y)) * height,
        ]
    }
    /// The first and the last abscissa.
    pub fn ends(&self) -> [f64; 2] {
        self.limits[0]
    }
    /// The pixel of a value on the x axis, if it lies in the frame.
    pub fn x(&self, value: f64) -> Option<f64> {
        let u = self.unit(0, value);
        (-1e-6..=1.0 + 1e-6)
            .contains(&u)
            .then(|| self.rectangle[0] + u * self.rectangle[2])
    }
    pub fn y(&self, value: f64) -> Option<f64> {
        let u = self.unit(1, value);
        (-1e-6..=1.0 + 1e-6)
            .contains(&u)
            .then(|| self.rectangle[1] + (1.0 - u) * self.rectangle[3])
    }

    /// Runs of finite points as polylines within the frame, thinned to the first, lowest,
    /// highest and last of each pixel column.
    pub fn polylines(&self, points: &[[f64; 2]]) -> Vec<Vec<[f64; 2]>> {
        let mut runs = Vec::new();
        let mut run = Vec::new();
        for p in points {
            let at = self.place(p[0], p[1]);
            if at.iter().all(|v| v.is_finite()) {
                run.push(at);
            } else if !run.is_empty() {
                runs.push(std::mem::take(&mut run));
            }
        }
        runs.push(run);
        runs.iter().flat_map(|run| self.clip(&thin(run))).collect()
    }

    /// The parts of a polyline that lie in the frame (Liang and Barsky, segment by segment).
    fn clip(&self, line: &[[f64; 2]]) -> Vec<Vec<[f64; 2]>> {
        let [left, top, width, height] = self.rectangle;
        let (low, high) = ([left, top], [left + width, top + height]);
        let mut parts: Vec<Vec<[f64; 2]>> = Vec::new();
        let mut open = false;
        for pair in line.windows(2) {
            let (a, b) = (pair[0], pair[1]);
            let (mut from, mut to) = (0.0f64, 1.0f64);
            for axis in 0..2 {
                let d = b[axis] - a[axis];
                // Half a pixel of room, so that a line on the edge keeps its width.
                let (near, far) = (low[axis] - 0.5 - a[axis], high[axis] + 0.5 - a[axis]);
                if d == 0.0 {
                    if near > 0.0 || far < 0.0 {
                        to = -1.0;
                    }
                } else {
                    let (t0, t1) = (near / d, far / d);
                    from = from.max(t0.min(t1));
                    to = to.min(t0.max(t1));
                }
            }
            if from > to {
                open = false;
                continue;
            }
            let at = |t: f64| [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t];
            if !open || from > 0.0 {
                parts.push(vec![at(from)]);
            }
            if let Some(part) = parts.last_mut() {
                part.push(at(to));
            }
            open = to >= 1.0;
        }
        parts
    }

    /// The points within the frame; where thousands fall on one pixel one of them stays.
    pub fn dots(&self, points: &[[f64; 2]]) -> Vec<[f64; 2]> {
        let [left, top, width, height] = self.rectangle;
        let mut taken = std::collections::HashSet::new();
        points
            .iter()
            .map(|p| self.place(p[0], p[1]))
            .filter(|[x, y]| {
                (left..=left + width).contains(x)
                    && (top..=top + height).contains(y)
                    && (points.len() < 5000 || taken.insert(((x * 2.0) as i32, (y * 2.0) as i32)))
            })
            .collect()
    }

    /// A bar's left, top, right and bottom.
    pub fn bar(&self, x: f64, height: f64, width: f64) -> Option<[f64; 4]> {
        let base = if self.logarithmic[1] {
            self.limits[1][0].min(self.limits[1][1])
        } else {
            0.0
        };
        let a = self.place(x - width / 2.0, base);
        let b = self.place(x + width / 2.0, height);
        self.inside(a, b)
    }

    /// A field's cells of one colour after another, runs of a row as one rectangle.
    pub fn cells(&self, field: &Field) -> Vec<(Rgba, Path)> {
        let (width, height) = (field.width, field.height());
        let mut paths: Vec<(Rgba, Path)> = Vec::new();
        let mut known = std::collections::HashMap::new();
        let edge = |ends: [f64; 2], part: usize, of: usize| {
            ends[0] + (ends[1] - ends[0]) * part as f64 / of as f64
        };
        for row in 0..height {
            let colors: Vec<_> = field.values[row * width..(row + 1) * width]
                .iter()
                .map(|v| field.color(*v))
                .collect();
            let [below, above] = [row, row + 1].map(|r| edge(field.y, r, height));
            let mut from = 0;
            while from < width {
                let run = colors[from..].iter().take_while(|c| **c == colors[from]);
                let to = from + run.count();
                if let Some(color) = colors[from] {
                    let a = self.place(edge(field.x, from, width), above);
                    let b = self.place(edge(field.x, to, width), below);
                    if let Some([left, top, right, bottom]) = self.inside(a, b) {
                        let place = *known.entry(color).or_insert_with(|| {
                            paths.push((color, Path::default()));
                            paths.len() - 1
                        });
                        let cell = Path::rectangle(left, top, right - left, bottom - top);
                        paths[place].1.segments.extend(cell.segments);
                    }
                }
                from = to;
            }
        }
        paths
    }

    /// The part of a rectangle that lies in the frame: left, top, right, bottom.
    fn inside(&self, a: [f64; 2], b: [f64; 2]) -> Option<[f64; 4]> {
        let [left, top, width, height] = self.rectangle;
        if !a.iter().chain(&b).all(|v| v.is_finite()) {
            return None;
        }
        let [x0, x1] = [a[0].min(b[0]), a[0].max(b[0])].map(|v| v.clamp(left, left + width));
        let [y0, y1] = [a[1].min(b[1]), a[1].max(b[1])].map(|v| v.clamp(top, top + height));
        (x1 > x0 && y1 > y0).then_some([x0, y0, x1, y1])
    }

    /// The outline of a band: along its upper edge and back along the lower.
    pub fn band(&self, points: &[[f64; 3]]) -> Vec<[f64; 2]> {
        let [left, top, width, height] = self.rectangle;
        let kept = |column: usize| {
            points
                .iter()
                .filter(|p| p.iter().all(|v| v.is_finite()))
                .map(|p| self.place(p[0], p[column]))
                .filter(|q| q.iter().all(|v| v.is_finite()))
                .map(|[x, y]| [x.clamp(left, left + width), y.clamp(top, top + height)])
                .collect::<Vec<_>>()
        };
        let mut outline = thin(&kept(2));
        let mut back = thin(&kept(1));
        back.reverse();
        outline.append(&mut back);
        outline
    }
}

/// Keeps the first, lowest, highest and last point of each pixel column of a line that runs
/// from left to right; other lines, and short ones, stay as they are.
fn thin(line: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let (Some(first), Some(last)) = (line.first(), line.last()) else {
        return Vec::new();
    };
    let columns = (last[0] - first[0]).abs();
    let ordered = line.windows(2).all(|w| w[0][0] <= w[1][0]);
    if !ordered || (line.len() as f64) < 4.0 * columns + 16.0 {
        return line.to_vec();
    }
    let mut out = Vec::new();
    let mut start = 0;
    while start < line.len() {
        let column = line[start][0].floor();
        let end = start + line[start..].partition_point(|p| p[0].floor() == column);
        let part = &line[start..end];
        let (mut low, mut high) = (0, 0);
        for (i, p) in part.iter().enumerate() {
            if p[1] < part[low][1] {
                low = i;
            }
            if p[1] > part[high][1] {
                high = i;
            }
        }
        let mut keep = [0, low, high, part.len() - 1];
        keep.sort_unstable();
        for (i, index) in keep.iter().enumerate() {
            if i == 0 || keep[i - 1] != *index {
                out.push(part[*index]);
            }
        }
        start = end;
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn frame() -> Frame {
        Frame::new(
            &Plot::default(),
            [[0.0, 10.0], [-1.0, 1.0]],
            [0.0, 0.0, 100.0, 50.0],
        )
    }

    #[test]
    fn thinning_keeps_every_extreme_of_a_column() {
        let mut points: Vec<[f64; 2]> = (0..100_000).map(|i| [f64::from(i) * 1e-4, 0.0]).collect();
        points[54_321][1] = 0.9;
        let lines = frame().polylines(&points);
        let top = lines[0].iter().map(|p| p[1]).fold(f64::MAX, f64::min);
        assert!((top - 2.5).abs() < 1e-9, "{top}");
        assert!(lines[0].len() < 500);
    }

    #[test]
    fn a_line_that_leaves_the_frame_is_cut_and_comes_back() {
        let lines = frame().polylines(&[[0.0, 0.0], [5.0, 5.0], [10.0, 0.0]]);
        assert_eq!(lines.len(), 2);
        assert!(lines.iter().flatten().all(|p| p[1] >= -0.5));
    }

    #[test]
    fn what_is_no_number_breaks_the_line() {
        let lines = frame().polylines(&[
            [0.0, 0.0],
            [1.0, 0.0],
            [2.0, f64::NAN],
            [3.0, 0.0],
            [4.0, 0.0],
        ]);
        assert_eq!(lines.len(), 2);
    }

    #[test]
    fn limits_of_bars_start_at_zero() {
        let plot = Plot {
            marks: vec![Mark::Bars {
                name: String::new(),
                points: vec![[1.0, 4.0], [2.0, 8.0]],
                width: 1.0,
            }],
            ..Plot::default()
        };
        let [x, y] = limits(&plot);
        assert_eq!(x, [0.5, 2.5]);
        assert_eq!(y[0], 0.0);
        assert!(y[1] > 8.0);
    }
}
