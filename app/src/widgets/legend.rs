//! Colour bars and keys over a view, in its lower right corner.

use egui::{Align2, Rect, Ui, pos2, vec2};
use loom_sim::scene::Legend;

use super::colormap;
use crate::shell::tokens::{self, font, size};
use crate::shell::{theme, words};

/// Draws the legends of a scene upwards from the lower right corner of `rect`.
pub fn show(ui: &Ui, rect: Rect, legends: &[Legend]) {
    let mut bottom = rect.bottom() - size::GAP - 4.0;
    for legend in legends {
        bottom = match legend {
            Legend::Bar {
                title,
                unit,
                map,
                low,
                high,
            } => bar(ui, rect, bottom, (title, unit), *map, (*low, *high)),
            Legend::Keys { title, entries } => keys(ui, rect, bottom, title, entries),
        } - size::SECTION;
    }
}

fn bar(
    ui: &Ui,
    rect: Rect,
    bottom: f32,
    (title, unit): (&str, &str),
    map: loom_sim::ColorMap,
    (low, high): (f64, f64),
) -> f32 {
    let tokens = tokens::of(ui);
    let width = (rect.width() * 0.3).clamp(80.0, 180.0);
    let right = rect.right() - 12.0;
    let strip = Rect::from_min_max(
        pos2(right - width, bottom - 24.0),
        pos2(right, bottom - 16.0),
    );
    colormap::strip(ui, strip, map, false);
    let painter = ui.painter_at(rect);
    let heading = if unit.is_empty() {
        title.to_owned()
    } else {
        format!("{title} ({unit})")
    };
    painter.text(
        strip.left_top() - vec2(0.0, 3.0),
        Align2::LEFT_BOTTOM,
        heading,
        font::secondary(),
        tokens.secondary,
    );
    // The same round numbers as the exported picture has.
    let below = strip.bottom() + 3.0;
    let about = (width / 44.0) as usize;
    for value in loom_figure::ticks([low, high], about).values {
        let t = ((value - low) / (high - low)) as f32;
        let x = strip.left() + t * strip.width();
        painter.vline(
            x,
            strip.bottom()..=strip.bottom() + 3.0,
            tokens::hairline(ui),
        );
        painter.text(
            pos2(x, below + 1.0),
            Align2::CENTER_TOP,
            words::figures(value, 4),
            font::mono_small(),
            tokens.secondary,
        );
    }
    strip.top() - 18.0
}

fn keys(
    ui: &Ui,
    rect: Rect,
    bottom: f32,
    title: &str,
    entries: &[(String, loom_sim::Rgba)],
) -> f32 {
    const LINE: f32 = 17.0;
    const MOST: usize = 12;
    let tokens = tokens::of(ui);
    let painter = ui.painter_at(rect);
    let shown = &entries[..entries.len().min(MOST)];
    let galleys: Vec<_> = shown
        .iter()
        .map(|(name, _)| painter.layout_no_wrap(name.clone(), font::secondary(), tokens.secondary))
        .collect();
    let heading = painter.layout_no_wrap(title.to_owned(), font::secondary(), tokens.secondary);
    let wide = galleys
        .iter()
        .map(|g| g.size().x + 16.0)
        .fold(heading.size().x, f32::max);
    let left = rect.right() - 12.0 - wide;
    let top = bottom - LINE * (shown.len() as f32 + f32::from(!title.is_empty()));
    let mut y = top;
    if !title.is_empty() {
        painter.galley(pos2(left, y), heading, tokens.secondary);
        y += LINE;
    }
    for (galley, (_, color)) in galleys.into_iter().zip(shown) {
        let swatch = Rect::from_min_size(pos2(left, y + 3.0), vec2(10.0, 10.0));
        painter.rect_filled(swatch, 2.0, theme::color(*color));
        painter.galley(pos2(left + 16.0, y), galley, tokens.secondary);
        y += LINE;
    }
    top
}
