//! A curve that the class draws over empty axes, and that the truth is laid over later.
//!
//! It is a function: one value for each of so many columns, so that drawing again over a part
//! corrects it.

use loom_sim::{Axis, Mark, Plot};

use crate::shell::tiles::Source;
use crate::tour::file::{Draw, DrawAxis};

/// Columns of a curve.
const COLUMNS: usize = 240;
/// What the curve is called in a plot.
pub const NAME: &str = "your guess";

#[derive(Clone, Debug, PartialEq)]
pub struct Guess {
    /// The plot over which it lies: the empty one while it is drawn.
    pub over: Source,
    /// Counts the changes.
    strokes: usize,
    pub x: Axis,
    pub y: Axis,
    columns: Vec<Option<f64>>,
    /// Where the pen was last, while it is down.
    pen: Option<[f64; 2]>,
}

fn axis(given: &DrawAxis) -> Axis {
    Axis {
        label: given.label.clone(),
        unit: given.unit.clone(),
        logarithmic: given.logarithmic,
        limits: Some([given.from, given.to]),
    }
}

fn forth(x: f64, axis: &Axis) -> f64 {
    if axis.logarithmic {
        x.max(f64::MIN_POSITIVE).log10()
    } else {
        x
    }
}

impl Guess {
    /// Empty axes.
    pub fn new(draw: &Draw) -> Self {
        Self {
            over: Source::Guess,
            strokes: 0,
            x: axis(&draw.x),
            y: axis(&draw.y),
            columns: vec![None; COLUMNS],
            pen: None,
        }
    }
    pub fn is_empty(&self) -> bool {
        self.columns.iter().all(Option::is_none)
    }
    /// A number that changes with the curve.
    pub fn strokes(&self) -> usize {
        self.strokes
    }
    pub fn clear(&mut self) {
        self.strokes += 1;
        self.columns.fill(None);
        self.pen = None;
    }
    pub fn lift(&mut self) {
        self.pen = None;
    }
    /// The same curve over another plot.
    pub fn over(mut self, source: Source) -> Self {
        self.over = source;
        self.pen = None;
        self
    }

    fn ends(axis: &Axis) -> [f64; 2] {
        axis.limits
            .map_or([0.0, 1.0], |ends| ends.map(|e| forth(e, axis)))
    }

    /// Draws on to a point, given as the axes have it (logarithms on a logarithmic one).
    pub fn draw_to(&mut self, point: [f64; 2]) {
        let [left, right] = Self::ends(&self.x);
        let [low, high] = Self::ends(&self.y);
        let place = |x: f64| {
            let part = ((x - left) / (right - left)).clamp(0.0, 1.0);
            ((part * COLUMNS as f64) as usize).min(COLUMNS - 1)
        };
        let point = [point[0].clamp(left, right), point[1].clamp(low, high)];
        if point.iter().any(|v| !v.is_finite()) {
            return;
        }
        self.strokes += 1;
        let from = self.pen.unwrap_or(point);
        let (a, b) = (place(from[0]), place(point[0]));
        for column in a.min(b)..=a.max(b) {
            let part = if a == b {
                1.0
            } else {
                (column as f64 - a as f64) / (b as f64 - a as f64)
            };
            self.columns[column] = Some(from[1] + part * (point[1] - from[1]));
        }
        self.pen = Some(point);
    }

    /// The curve in the plot's own units.
    pub fn points(&self) -> Vec<[f64; 2]> {
        let [left, right] = Self::ends(&self.x);
        let back = |v: f64, axis: &Axis| if axis.logarithmic { 10f64.powf(v) } else { v };
        self.columns
            .iter()
            .enumerate()
            .filter_map(|(column, y)| {
                let x = left + (right - left) * (column as f64 + 0.5) / COLUMNS as f64;
                Some([back(x, &self.x), back((*y)?, &self.y)])
            })
            .collect()
    }

    /// The axes with the curve alone.
    pub fn plot(&self) -> Plot {
        let mut plot = Plot {
            x: self.x.clone(),
            y: self.y.clone(),
            ..Plot::default()
        };
        self.lay(&mut plot);
        plot
    }

    /// Lays the curve over what came out, on the axes on which it was drawn.
    pub fn lay(&self, plot: &mut Plot) {
        if self.is_empty() {
            return;
        }
        plot.x.limits = self.x.limits;
        plot.y.limits = self.y.limits;
        plot.x.logarithmic = self.x.logarithmic;
        plot.y.logarithmic = self.y.logarithmic;
        plot.marks.push(Mark::Line {
            name: NAME.into(),
            points: self.points(),
        });
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn guess(logarithmic: bool) -> Guess {
        let x = DrawAxis {
            label: "t".into(),
            unit: String::new(),
            from: 0.0,
            to: 40.0,
            logarithmic: false,
        };
        let y = DrawAxis {
            label: "distance".into(),
            unit: String::new(),
            from: 1e-9,
            to: 100.0,
            logarithmic,
        };
        Guess::new(&Draw { x, y })
    }

    #[test]
    fn a_stroke_fills_every_column_that_it_crosses_and_drawing_again_corrects_it() {
        let mut guess = guess(true);
        guess.draw_to([0.0, -9.0]);
        guess.draw_to([40.0, 1.0]);
        let points = guess.points();
        assert_eq!(points.len(), COLUMNS);
        assert!((points[COLUMNS / 2][1].log10() + 4.0).abs() < 0.05);
        guess.lift();
        guess.draw_to([20.0, -2.0]);
        guess.draw_to([40.0, -2.0]);
        let points = guess.points();
        assert_eq!(points.len(), COLUMNS);
        assert!((points[COLUMNS - 1][1] - 0.01).abs() < 1e-6);
    }

    #[test]
    fn a_pen_beyond_the_axes_stays_on_them() {
        let mut guess = guess(false);
        guess.draw_to([-50.0, 1e9]);
        guess.draw_to([f64::NAN, 1.0]);
        assert_eq!(guess.points()[0][1], 100.0);
        assert_eq!(guess.points().len(), 1);
    }

    #[test]
    fn the_truth_takes_the_axes_of_the_guess() {
        let mut guess = guess(true);
        let mut plot = Plot::default();
        guess.lay(&mut plot);
        assert!(plot.marks.is_empty() && plot.x.limits.is_none());
        guess.draw_to([10.0, -5.0]);
        guess.lay(&mut plot);
        assert_eq!(plot.marks.len(), 1);
        assert_eq!(plot.y.limits, Some([1e-9, 100.0]));
    }
}
