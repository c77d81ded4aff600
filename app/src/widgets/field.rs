//! A grid of numbers as a heat map, with its range and a read-out.

use egui::{Align2, Color32, ColorImage, Rect, Sense, TextureOptions, Ui, pos2, vec2};
use loom_sim::{ColorMap, Grid};

use super::colormap;
use crate::shell::tokens::{self, font, size};
use crate::shell::{theme, words};

/// A grid is drawn with at most this many cells a side.
const MOST: usize = 1024;

/// Least and greatest finite value.
pub fn range(values: &[f64]) -> (f64, f64) {
    values
        .iter()
        .filter(|v| v.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), &v| {
            (a.min(v), b.max(v))
        })
}

/// Shows the grid as large as there is room, its cells square where they can be.
pub fn show(ui: &mut Ui, id: egui::Id, grid: &Grid) {
    let room = ui.available_rect_before_wrap();
    let response = ui.allocate_rect(room, Sense::hover());
    let label = format!("Heat map: {}", grid.title);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &label));
    if grid.width == 0 || grid.height == 0 || grid.values.len() < grid.width * grid.height {
        return;
    }
    let (low, high) = range(&grid.values);
    let picture = picture(ui, id, grid, low, high);
    let strip_room = 28.0;
    let inner = Rect::from_min_max(room.min, pos2(room.right(), room.bottom() - strip_room));
    let aspect = grid.width as f32 / grid.height as f32;
    let side = vec2(
        inner.width().min(inner.height() * aspect),
        inner.height().min(inner.width() / aspect),
    );
    let rect = Rect::from_center_size(inner.center(), side);
    ui.painter().image(
        picture.id(),
        rect,
        Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0)),
        Color32::WHITE,
    );
    let tokens = tokens::of(ui);
    let strip = Rect::from_min_size(
        pos2(rect.left(), room.bottom() - 22.0),
        vec2(rect.width().min(160.0), 8.0),
    );
    colormap::strip(ui, strip, ColorMap::Batlow, false);
    let text = |at, align, words: String| {
        ui.painter()
            .text(at, align, words, font::mono_small(), tokens.secondary);
    };
    text(
        strip.left_bottom() + vec2(0.0, 2.0),
        Align2::LEFT_TOP,
        words::figures(low, 3),
    );
    text(
        strip.right_bottom() + vec2(0.0, 2.0),
        Align2::RIGHT_TOP,
        words::with_unit(&words::figures(high, 3), &grid.unit),
    );
    if let Some(at) = response.hover_pos().filter(|p| rect.contains(*p)) {
        let x = ((at.x - rect.left()) / rect.width() * grid.width as f32) as usize;
        let y = ((at.y - rect.top()) / rect.height() * grid.height as f32) as usize;
        if let Some(value) = grid.values.get(y * grid.width + x) {
            let value = words::with_unit(&words::number(*value), &grid.unit);
            text(
                pos2(room.right(), strip.top() - size::GRID),
                Align2::RIGHT_TOP,
                format!("column {x}, row {y}: {value}"),
            );
        }
    }
}

/// The texture, made anew only when the values are others.
fn picture(ui: &Ui, id: egui::Id, grid: &Grid, low: f64, high: f64) -> egui::TextureHandle {
    let stamp = grid.values.as_ptr() as usize;
    let kept: Option<(usize, egui::TextureHandle)> = ui.data(|d| d.get_temp(id));
    if let Some((last, handle)) = kept
        && last == stamp
    {
        return handle;
    }
    let (across, down) = (grid.width.div_ceil(MOST), grid.height.div_ceil(MOST));
    let (width, height) = (grid.width.div_ceil(across), grid.height.div_ceil(down));
    let span = if high > low { high - low } else { 1.0 };
    let mut pixels = Vec::with_capacity(width * height);
    for y in 0..height {
        for x in 0..width {
            let value = grid.values[(y * down) * grid.width + x * across];
            pixels.push(theme::color(
                ColorMap::Batlow.at(((value - low) / span) as f32),
            ));
        }
    }
    let image = ColorImage::new([width, height], pixels);
    let handle = ui.load_texture("grid", image, TextureOptions::NEAREST);
    ui.data_mut(|d| d.insert_temp(id, (stamp, handle.clone())));
    handle
}
