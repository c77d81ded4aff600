//! A plot's abscissa ruled in a second unit, and curves that fade from a place on.

use std::borrow::Cow;

use egui::{Ui, pos2, vec2};
use egui_plot::{PlotUi, VLine};
use loom_sim::{Mark, Plot};

use crate::shell::theme;
use crate::shell::tokens::{Tokens, font};

/// How much of a curve's colour is left where it has faded.
const LEFT: f32 = 0.35;

/// Upright lines at round multiples of the second unit, and where curves fade.
pub fn lines(area: &mut PlotUi<'_>, plot: &Plot, ends: [f64; 2], about: usize, tokens: &Tokens) {
    if plot.x.logarithmic {
        return;
    }
    for (x, _) in plot.ruling.iter().flat_map(|r| r.marks(ends, about)) {
        area.vline(
            VLine::new("", x)
                .color(theme::mix(tokens.ground, tokens.hairline, 0.9))
                .width(1.0)
                .allow_hover(false),
        );
    }
    if let Some(fade) = &plot.fades {
        area.vline(
            VLine::new("", fade.after)
                .color(tokens.warning)
                .width(1.0)
                .allow_hover(false),
        );
    }
}

/// A mark in its parts, each with the share of its colour that it keeps.
pub fn faded<'a>(mark: &'a Mark, plot: &Plot) -> Vec<(Cow<'a, Mark>, f32)> {
    let (Some(fade), Mark::Line { name, points }) = (&plot.fades, mark) else {
        return vec![(Cow::Borrowed(mark), 1.0)];
    };
    let cut = points.partition_point(|p| p[0] <= fade.after);
    if cut >= points.len() {
        return vec![(Cow::Borrowed(mark), 1.0)];
    }
    let part = |points: &[[f64; 2]]| {
        Cow::Owned(Mark::Line {
            name: name.clone(),
            points: points.to_vec(),
        })
    };
    vec![
        (part(&points[..cut]), 1.0),
        (part(&points[cut.saturating_sub(1)..]), LEFT),
    ]
}

/// The numbers of the second unit along the top, its name, and the words of the fading.
pub fn words<R>(
    ui: &Ui,
    plot: &Plot,
    shown: &egui_plot::PlotResponse<R>,
    about: usize,
    tokens: &Tokens,
) {
    if plot.x.logarithmic {
        return;
    }
    let frame = *shown.transform.frame();
    let bounds = shown.transform.bounds();
    let painter = ui.painter_at(frame);
    let mut line = frame.top() + 2.0;
    if let Some(ruling) = &plot.ruling {
        let ends = [bounds.min()[0], bounds.max()[0]];
        let (mut height, mut free) = (0.0f32, frame.left());
        for (x, words) in ruling.marks(ends, about) {
            let left = shown.transform.position_from_point_x(x) + 3.0;
            let galley = painter.layout_no_wrap(words, font::secondary(), tokens.secondary);
            height = height.max(galley.size().y);
            if left >= free && left + galley.size().x < frame.right() {
                free = left + galley.size().x + 6.0;
                painter.galley(pos2(left, line), galley, tokens.secondary);
            }
        }
        line += height + 2.0;
    }
    if let Some(fade) = &plot.fades {
        let at = shown.transform.position_from_point_x(fade.after);
        if at > frame.right() {
            return;
        }
        let galley = painter.layout_no_wrap(fade.words.clone(), font::secondary(), tokens.warning);
        let wide = galley.size().x + 8.0;
        // To the right of the line where there is room, else where it fits.
        let left = (at + 4.0).clamp(
            frame.left() + 4.0,
            (frame.right() - wide).max(frame.left() + 4.0),
        );
        let rect = egui::Rect::from_min_size(pos2(left, line), galley.size());
        painter.rect_filled(
            rect.expand2(vec2(2.0, 1.0)),
            0.0,
            tokens.ground.gamma_multiply(0.85),
        );
        painter.galley(rect.min, galley, tokens.warning);
    }
}
