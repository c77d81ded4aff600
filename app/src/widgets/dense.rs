//! Clouds of very many points in a plot, drawn as one picture at the pixels of the screen.

use std::sync::Arc;

use egui::{Color32, ColorImage, TextureHandle, TextureOptions, vec2};
use egui_plot::{PlotImage, PlotPoint, PlotUi};

/// A picture that is kept until the points or the view change.
#[derive(Clone)]
struct Kept {
    key: Key,
    texture: TextureHandle,
}

#[derive(Clone, PartialEq)]
struct Key {
    count: usize,
    ends: Option<[[f64; 2]; 2]>,
    low: [f64; 2],
    high: [f64; 2],
    size: [usize; 2],
    color: Color32,
}

/// Draws the points that lie in view; the more lie in a pixel, the stronger it is.
pub fn draw(area: &mut PlotUi<'_>, name: &str, points: &[[f64; 2]], color: Color32) {
    let (mut low, mut high) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
    for p in points {
        for k in 0..2 {
            low[k] = low[k].min(p[k]);
            high[k] = high[k].max(p[k]);
        }
    }
    let bounds = area.plot_bounds();
    if bounds.is_valid() && !area.auto_bounds().any() {
        for k in 0..2 {
            low[k] = low[k].max(bounds.min()[k]);
            high[k] = high[k].min(bounds.max()[k]);
        }
    }
    if !(0..2).all(|k| high[k] > low[k]) {
        return;
    }
    let scale = area.ctx().pixels_per_point();
    let frame = area.transform().frame().size() * scale;
    let part = |k: usize, pixels: f32| -> usize {
        let whole = if bounds.is_valid() {
            bounds.max()[k] - bounds.min()[k]
        } else {
            high[k] - low[k]
        };
        let share = ((high[k] - low[k]) / whole).clamp(0.0, 1.0);
        ((f64::from(pixels) * share).ceil() as usize).clamp(16, 4096)
    };
    let size = [part(0, frame.x), part(1, frame.y)];
    let key = Key {
        count: points.len(),
        ends: points.first().zip(points.last()).map(|(a, b)| [*a, *b]),
        low,
        high,
        size,
        color,
    };
    let id = area.response().id.with(("dense", name));
    let ctx = area.ctx().clone();
    let kept: Option<Arc<Kept>> = ctx.data(|d| d.get_temp(id));
    let texture = match kept {
        Some(kept) if kept.key == key => kept.texture.clone(),
        _ => {
            let image = picture(points, &key);
            let texture = ctx.load_texture("dense points", image, TextureOptions::NEAREST);
            let kept = Arc::new(Kept {
                key,
                texture: texture.clone(),
            });
            ctx.data_mut(|d| d.insert_temp(id, kept));
            texture
        }
    };
    let middle = PlotPoint::new(
        f64::midpoint(low[0], high[0]),
        f64::midpoint(low[1], high[1]),
    );
    let extent = vec2((high[0] - low[0]) as f32, (high[1] - low[1]) as f32);
    area.image(PlotImage::new(name, texture.id(), middle, extent).allow_hover(false));
}

/// Counts by pixel, as opacity: one point is seen, many are full.
fn picture(points: &[[f64; 2]], key: &Key) -> ColorImage {
    let [width, height] = key.size;
    let mut counts = vec![0_u32; width * height];
    let place = |x: f64, k: usize, pixels: usize| {
        let part = (x - key.low[k]) / (key.high[k] - key.low[k]);
        (0.0..=1.0)
            .contains(&part)
            .then(|| ((part * pixels as f64) as usize).min(pixels - 1))
    };
    for [x, y] in points {
        if let (Some(column), Some(row)) = (place(*x, 0, width), place(*y, 1, height)) {
            counts[(height - 1 - row) * width + column] += 1;
        }
    }
    let most = f64::from(counts.iter().copied().max().unwrap_or(1).max(1));
    let pixels = counts
        .iter()
        .map(|count| {
            if *count == 0 {
                return Color32::TRANSPARENT;
            }
            let depth = (1.0 + f64::from(*count)).ln() / (1.0 + most).ln();
            key.color.gamma_multiply((0.35 + 0.65 * depth) as f32)
        })
        .collect();
    ColorImage::new(key.size, pixels)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_fall_into_their_pixels_the_upper_ones_above() {
        let key = Key {
            count: 3,
            ends: None,
            low: [0.0, 0.0],
            high: [2.0, 2.0],
            size: [2, 2],
            color: Color32::WHITE,
        };
        let image = picture(&[[0.5, 1.5], [0.6, 1.6], [1.5, 0.5], [9.0, 9.0]], &key);
        let clear = Color32::TRANSPARENT;
        assert_ne!(image.pixels[0], clear);
        assert_eq!([image.pixels[1], image.pixels[2]], [clear; 2]);
        assert_ne!(image.pixels[3], clear);
        assert!(image.pixels[0].a() > image.pixels[3].a());
    }
}
