//! The axes of a plot: linear and logarithmic values, ticks, and their words.

use egui::RichText;
use egui_plot::{AxisHints, GridMark};

use crate::shell::tokens::{Tokens, font};
use crate::shell::words;

/// A value as an axis has it.
pub fn forth(x: f64, log: bool) -> f64 {
    if log {
        x.max(f64::MIN_POSITIVE).log10()
    } else {
        x
    }
}
pub fn back(x: f64, log: bool) -> f64 {
    if log { 10f64.powf(x) } else { x }
}

/// How many ticks stand well on so many pixels.
pub fn about(pixels: f32, each: f32) -> usize {
    (pixels / each).clamp(2.0, 12.0) as usize
}

pub fn axis<'a>(hints: AxisHints<'a>, axis: &loom_sim::Axis, tokens: &Tokens) -> AxisHints<'a> {
    let log = axis.logarithmic;
    let title = RichText::new(axis.title())
        .font(font::secondary())
        .color(tokens.secondary);
    hints
        .label(title)
        .formatter(move |mark, range| tick(mark, range, log))
        .tick_label_color(tokens.secondary)
        .tick_label_font(font::mono_small())
}

/// What stands at a tick, with as many decimals as the step asks for.
pub fn tick(mark: GridMark, range: &std::ops::RangeInclusive<f64>, log: bool) -> String {
    if log {
        return words::power_of_ten(mark.value.round() as i32);
    }
    // Ticks near zero are zero; rounding noise is not a number anyone asked for.
    let span = (range.end() - range.start()).abs();
    if mark.value.abs() < span * 1e-9 {
        return "0".into();
    }
    words::figures(mark.value, 6)
}

/// Round numbers, or whole decades, as a paper would print them.
pub fn marks(input: egui_plot::GridInput, about: usize, log: bool) -> Vec<GridMark> {
    let (low, high) = input.bounds;
    if !(low.is_finite() && high.is_finite()) || high <= low {
        return Vec::new();
    }
    if log {
        let stride = ((high - low) / about as f64).ceil().max(1.0);
        let first = (low / stride).floor() as i64;
        let last = (high / stride).ceil() as i64;
        return (first..=last.min(first + 64))
            .map(|k| GridMark {
                value: k as f64 * stride,
                step_size: stride,
            })
            .collect();
    }
    let values = loom_figure::ticks([low, high], about).values;
    let step = values
        .windows(2)
        .map(|w| w[1] - w[0])
        .next()
        .unwrap_or(high - low);
    values
        .into_iter()
        .map(|value| GridMark {
            value,
            step_size: step,
        })
        .collect()
}
