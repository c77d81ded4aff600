//! Coloured cells in a plot, drawn as one picture, with their colour bar or key beside it.

use std::sync::Arc;

use egui::{Align2, ColorImage, Rect, TextureHandle, TextureOptions, Ui, pos2, vec2};
use egui_plot::{PlotImage, PlotPoint, PlotUi};
use loom_sim::plot::kind_color;
use loom_sim::{Field, Shades};

use crate::shell::tokens::{self, font};
use crate::shell::{theme, words};

/// Width of a colour bar.
const BAR: f32 = 10.0;

/// A picture that is kept until the field changes.
struct Kept {
    field: Field,
    /// Cells across and up that share a pixel.
    shared: [usize; 2],
    texture: TextureHandle,
}

/// Draws the cells; `log` says which axes are logarithmic.
pub fn draw(area: &mut PlotUi<'_>, field: &Field, log: [bool; 2]) {
    let (width, height) = (field.width, field.height());
    if width == 0 || height == 0 {
        return;
    }
    let id = area.response().id.with(("field", &field.name));
    let ctx = area.ctx().clone();
    let ends = |ends: [f64; 2], log: bool| ends.map(|x| if log { x.log10() } else { x });
    let ([x0, x1], [y0, y1]) = (ends(field.x, log[0]), ends(field.y, log[1]));
    let pixels = area
        .transform()
        .dpos_dvalue()
        .map(|d| d.abs() * f64::from(ctx.pixels_per_point()));
    let shared = [
        width as f64 / ((x1 - x0).abs() * pixels[0]),
        height as f64 / ((y1 - y0).abs() * pixels[1]),
    ]
    .map(|cells| cells.clamp(1.0, 64.0) as usize);
    let kept: Option<Arc<Kept>> = ctx.data(|d| d.get_temp(id));
    let texture = match kept {
        Some(kept) if kept.shared == shared && kept.field == *field => kept.texture.clone(),
        _ => {
            let image = averaged(&picture(field), shared);
            // What little is left to shrink is smoothed; few cells keep their edges.
            let options = TextureOptions {
                minification: egui::TextureFilter::Linear,
                ..TextureOptions::NEAREST
            };
            let texture = ctx.load_texture("field", image, options);
            let kept = Arc::new(Kept {
                field: field.clone(),
                shared,
                texture: texture.clone(),
            });
            ctx.data_mut(|d| d.insert_temp(id, kept));
            texture
        }
    };
    let middle = PlotPoint::new(f64::midpoint(x0, x1), f64::midpoint(y0, y1));
    let extent = vec2((x1 - x0) as f32, (y1 - y0) as f32);
    area.image(PlotImage::new(&field.name, texture.id(), middle, extent).allow_hover(false));
}

fn picture(field: &Field) -> ColorImage {
    let (width, height) = (field.width, field.height());
    let rows = (0..height).rev();
    let pixels = rows
        .flat_map(|row| &field.values[row * width..(row + 1) * width])
        .map(|value| {
            field
                .color(*value)
                .map_or(egui::Color32::TRANSPARENT, theme::color)
        })
        .collect();
    ColorImage::new([width, height], pixels)
}

/// The mean colour of every `shared` cells, so that thin lines among more cells than pixels grow
/// faint and do not vanish.
fn averaged(image: &ColorImage, shared: [usize; 2]) -> ColorImage {
    if shared == [1, 1] {
        return image.clone();
    }
    let [width, height] = image.size;
    let size = [width.div_ceil(shared[0]), height.div_ceil(shared[1])];
    let mut sums = vec![[0u32; 5]; size[0] * size[1]];
    for (i, pixel) in image.pixels.iter().enumerate() {
        let (x, y) = (i % width / shared[0], i / width / shared[1]);
        let sum = &mut sums[y * size[0] + x];
        for (total, part) in sum.iter_mut().zip(pixel.to_array()) {
            *total += u32::from(part);
        }
        sum[4] += 1;
    }
    let pixels = sums
        .into_iter()
        .map(|[r, g, b, a, n]| {
            let [r, g, b, a] = [r, g, b, a].map(|x| (x / n.max(1)) as u8);
            egui::Color32::from_rgba_premultiplied(r, g, b, a)
        })
        .collect();
    ColorImage::new(size, pixels)
}

/// The value of the cell at a place, in words.
pub fn readout(field: &Field, at: [f64; 2]) -> Option<String> {
    let part = |ends: [f64; 2], value: f64, cells: usize| {
        let part = (value - ends[0]) / (ends[1] - ends[0]);
        ((0.0..1.0).contains(&part)).then_some((part * cells as f64) as usize)
    };
    let column = part(field.x, at[0], field.width)?;
    let row = part(field.y, at[1], field.height())?;
    let value = (*field.values.get(row * field.width + column)?)?;
    Some(match &field.shades {
        Shades::Range { unit, .. } => {
            let number = words::with_unit(&words::figures(f64::from(value), 4), unit);
            format!("{} {number}", field.name)
        }
        Shades::Kinds(names) => names.get(value as usize)?.clone(),
    })
}

/// How wide the legend stands beside the plot.
pub fn legend_width(ui: &Ui, field: &Field) -> f32 {
    let labels: Vec<String> = match &field.shades {
        Shades::Range { low, high, .. } => loom_figure::ticks([*low, *high], 5).labels,
        Shades::Kinds(names) => names.clone(),
    };
    let width = |text: &String| {
        let color = egui::Color32::WHITE;
        let galley = ui
            .painter()
            .layout_no_wrap(text.clone(), font::secondary(), color);
        galley.size().x
    };
    labels.iter().map(width).fold(0.0, f32::max) + BAR + 20.0
}

/// The colour bar of a quantity, or the key of kinds, in `rect`.
pub fn legend(ui: &Ui, rect: Rect, field: &Field) {
    let tokens = tokens::of(ui);
    // The title may reach to the left, above the cells.
    let painter = ui.painter_at(rect.expand2(vec2(160.0, 8.0)));
    let left = rect.left() + 8.0;
    match &field.shades {
        Shades::Range {
            map,
            low,
            high,
            unit,
        } => {
            let title = words::with_unit(&field.name, unit);
            let at = pos2(rect.right(), rect.top() + 2.0);
            painter.text(
                at,
                Align2::RIGHT_TOP,
                title,
                font::secondary(),
                tokens.secondary,
            );
            let bar = Rect::from_min_max(
                pos2(left, rect.top() + 20.0),
                pos2(left + BAR, rect.bottom() - 8.0),
            );
            let steps = bar.height().max(1.0) as usize;
            for step in 0..steps {
                let color = map.at(1.0 - step as f32 / steps as f32);
                let y = bar.top() + step as f32;
                let row = Rect::from_min_size(pos2(left, y), vec2(BAR, 1.5));
                painter.rect_filled(row, 0.0, theme::color(color));
            }
            let ticks = loom_figure::ticks([*low, *high], 5);
            for (value, label) in ticks.values.iter().zip(ticks.labels) {
                let part = ((value - low) / (high - low)) as f32;
                painter.text(
                    pos2(bar.right() + 5.0, bar.bottom() - part * bar.height()),
                    Align2::LEFT_CENTER,
                    label,
                    font::mono_small(),
                    tokens.secondary,
                );
            }
        }
        Shades::Kinds(names) => {
            for (number, name) in names.iter().enumerate() {
                let top = rect.top() + 6.0 + 17.0 * number as f32;
                let swatch = Rect::from_min_size(pos2(left, top), vec2(BAR, BAR));
                let color = theme::color(kind_color(number, names.len()));
                painter.rect_filled(swatch, 2.0, color);
                painter.text(
                    pos2(swatch.right() + 6.0, swatch.center().y),
                    Align2::LEFT_CENTER,
                    name,
                    font::secondary(),
                    tokens.secondary,
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_read_where_it_lies_and_the_lowest_row_is_at_the_bottom() {
        let field = Field {
            name: "λ₁".into(),
            x: [0.0, 2.0],
            y: [0.0, 2.0],
            width: 2,
            values: vec![Some(0.0), Some(1.0), None, Some(3.0)],
            shades: Shades::Kinds(vec!["a".into(), "b".into(), "c".into(), "d".into()]),
        };
        assert_eq!(readout(&field, [1.5, 0.5]).as_deref(), Some("b"));
        assert_eq!(readout(&field, [0.5, 1.5]), None);
        assert_eq!(readout(&field, [2.5, 1.5]), None);
        let image = picture(&field);
        assert_eq!(image.pixels[0], egui::Color32::TRANSPARENT);
        assert_eq!(image.pixels[3], theme::color(kind_color(1, 4)));
    }
}
