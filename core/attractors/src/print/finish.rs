//! The last steps: many cells become one pixel, light becomes bytes, on a ground or on none.

use loom_sim::{Raster, Rgba};
use rayon::prelude::*;

use super::light::{linear_of, srgb};
use super::looks::{Lit, Pixel};
use super::recipe::{Ground, Look, Recipe};
use super::soften::gaussian;

/// Mitchell and Netravali's filter (SIGGRAPH 1988, B = C = 1/3), which neither blurs much nor
/// rings; `x` in pixels.
fn mitchell(x: f64) -> f64 {
    let x = x.abs();
    if x < 1.0 {
        ((7.0 * x - 12.0) * x * x + 16.0 / 3.0) / 6.0
    } else if x < 2.0 {
        (((-7.0 / 3.0 * x + 12.0) * x - 20.0) * x + 32.0 / 3.0) / 6.0
    } else {
        0.0
    }
}

/// Cells that the filter of one pixel takes: two pixels to either side, as many to the left as to
/// the right.
fn taps(side: usize) -> usize {
    4 * side - side % 2
}

/// Their weights, which sum to 1.
fn weights(side: usize) -> Vec<f32> {
    let n = taps(side);
    let middle = (n - 1) as f64 / 2.0;
    let raw: Vec<f64> = (0..n)
        .map(|i| mitchell((i as f64 - middle) / side as f64))
        .collect();
    let sum: f64 = raw.iter().sum();
    raw.into_iter().map(|w| (w / sum) as f32).collect()
}

/// Lights every cell and filters them down to pixels, in linear light.
pub fn shrink(lit: &Lit<'_>, size: [usize; 2], side: usize) -> Vec<Pixel> {
    let [width, height] = size;
    let (columns, rows) = (width * side, height * side);
    if side == 1 {
        return (0..columns * rows)
            .into_par_iter()
            .map(|i| lit.cell(i))
            .collect();
    }
    let weights = weights(side);
    // The first of the cells that pixel x takes.
    let first = |x: usize| (x * side) as isize - ((taps(side) - side) / 2) as isize;
    let clamp = |i: isize, n: usize| i.clamp(0, n as isize - 1) as usize;
    let mut across = vec![[0.0f32; 4]; width * rows];
    across.par_chunks_mut(width).enumerate().for_each_init(
        || vec![[0.0f32; 4]; columns],
        |cells, (y, out)| {
            for (x, cell) in cells.iter_mut().enumerate() {
                *cell = lit.cell(y * columns + x);
            }
            for (x, pixel) in out.iter_mut().enumerate() {
                for (k, weight) in weights.iter().enumerate() {
                    let cell = cells[clamp(first(x) + k as isize, columns)];
                    for c in 0..4 {
                        pixel[c] += weight * cell[c];
                    }
                }
            }
        },
    );
    let mut out = vec![[0.0f32; 4]; width * height];
    out.par_chunks_mut(width).enumerate().for_each(|(y, out)| {
        for (k, weight) in weights.iter().enumerate() {
            let row = clamp(first(y) + k as isize, rows);
            for (pixel, from) in out.iter_mut().zip(&across[row * width..][..width]) {
                for c in 0..4 {
                    pixel[c] += weight * from[c];
                }
            }
        }
        // The filter dips below zero beside what is bright.
        for pixel in out {
            *pixel = pixel.map(|c| c.max(0.0));
        }
    });
    out
}

/// Adds light around what is bright, at several widths.
pub fn glow(pixels: &mut [Pixel], width: usize, strength: f32) {
    let height = pixels.len() / width.max(1);
    let size = width.min(height) as f64;
    let part = |from: &[Pixel], channel: usize| -> Vec<f32> {
        from.iter().map(|p| (p[channel] - 0.25).max(0.0)).collect()
    };
    let bright: Vec<Vec<f32>> = (0..4).map(|c| part(pixels, c)).collect();
    for (reach, share) in [(0.003, 0.5), (0.012, 0.3), (0.04, 0.2)] {
        for (c, channel) in bright.iter().enumerate() {
            let blurred = gaussian(channel, width, (reach * size).max(0.7));
            for (pixel, light) in pixels.iter_mut().zip(blurred) {
                pixel[c] += strength * share * light;
            }
        }
    }
}

/// The ground's colour, if it has one.
pub fn ground_color(ground: Ground, view: Rgba) -> Option<Rgba> {
    match ground {
        Ground::View => Some(view),
        Ground::Dark => Some(loom_sim::Ink::dark().ground),
        Ground::Light => Some(loom_sim::Ink::light().ground),
        Ground::Black => Some(Rgba::hex(0)),
        Ground::White => Some(Rgba::hex(0xFF_FFFF)),
        Ground::Transparent => None,
    }
}

/// A number from −0.5 to 0.5 for each pixel and channel, always the same: bytes are rounded with
/// it, so that slow gradients have no steps.
fn grain(i: usize, channel: usize) -> f32 {
    let mut x = (i as u32).wrapping_mul(4).wrapping_add(channel as u32);
    x ^= x >> 16;
    x = x.wrapping_mul(0x7feb_352d);
    x ^= x >> 15;
    x = x.wrapping_mul(0x846c_a68b);
    x ^= x >> 16;
    (x >> 8) as f32 / 16_777_216.0 - 0.5
}

fn byte(x: f32, grain: f32) -> u8 {
    // Whole ends stay whole.
    let x = srgb(x.clamp(0.0, 1.0)) * 255.0;
    let near = x.min(255.0 - x).min(0.5) * 2.0;
    (x + grain * near).round().clamp(0.0, 255.0) as u8
}

/// Pixels as bytes over their ground.
pub fn raster(pixels: &[Pixel], size: [u32; 2], recipe: &Recipe, ground: Option<Rgba>) -> Raster {
    let under = ground.map(linear_of);
    let light = recipe.look == Look::Light;
    let mut rgba = vec![0u8; pixels.len() * 4];
    rgba.par_chunks_mut(4)
        .zip(pixels)
        .enumerate()
        .for_each(|(i, (out, pixel))| {
            let [r, g, b, alpha] = if light {
                exposed(*pixel, under)
            } else {
                laid(*pixel, under)
            };
            for (c, x) in [r, g, b].into_iter().enumerate() {
                out[c] = byte(x, grain(i, c));
            }
            out[3] = (alpha * 255.0).round() as u8;
            if out[3] == 0 {
                out[..3].fill(0);
            }
        });
    Raster {
        size,
        rgba: rgba.into(),
    }
}

/// Straight colour and alpha of premultiplied light over a ground.
fn laid([r, g, b, a]: Pixel, under: Option<[f32; 3]>) -> Pixel {
    let a = a.clamp(0.0, 1.0);
    match under {
        Some(ground) => {
            let mix = |c: f32, under: f32| c + under * (1.0 - a);
            [mix(r, ground[0]), mix(g, ground[1]), mix(b, ground[2]), 1.0]
        }
        None if a > 0.0 => [r / a, g / a, b / a, a],
        None => [0.0; 4],
    }
}

/// Added light as a film takes it, 1 − e^(−light). On a light ground, to which no light can be
/// added, the same amounts are dye that takes light away.
fn exposed([r, g, b, strength]: Pixel, under: Option<[f32; 3]>) -> Pixel {
    let film = |x: f32| 1.0 - (-x).exp();
    match under {
        Some(ground) if super::light::luminance(ground) > 0.2 => {
            let dye = |c: f32, ground: f32| {
                let part = if strength > 0.0 {
                    (c / strength).min(1.0)
                } else {
                    1.0
                };
                ground * (-1.5 * strength * (1.15 - part)).exp()
            };
            [dye(r, ground[0]), dye(g, ground[1]), dye(b, ground[2]), 1.0]
        }
        Some(ground) => {
            let add = |c: f32, ground: f32| ground + (1.0 - ground) * film(c);
            [add(r, ground[0]), add(g, ground[1]), add(b, ground[2]), 1.0]
        }
        None => {
            let [r, g, b] = [r, g, b].map(film);
            let alpha = r.max(g).max(b);
            if alpha > 0.0 {
                [r / alpha, g / alpha, b / alpha, alpha]
            } else {
                [0.0; 4]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_filter_keeps_what_is_even_and_its_weights_mirror() {
        for side in [2, 3, 4] {
            let weights = weights(side);
            let sum: f32 = weights.iter().sum();
            assert!((sum - 1.0).abs() < 1e-6);
            for (a, b) in weights.iter().zip(weights.iter().rev()) {
                assert!((a - b).abs() < 1e-6);
            }
        }
        // Mitchell's filter is 8/9 at 0 and 1/18 at 1.
        assert!((mitchell(0.0) - 8.0 / 9.0).abs() < 1e-12);
        assert!((mitchell(1.0) - 1.0 / 18.0).abs() < 1e-12);
        assert!(mitchell(2.0).abs() < 1e-12);
    }

    #[test]
    fn a_transparent_picture_laid_over_a_ground_is_the_picture_on_that_ground() {
        let ground = [0.2f32, 0.5, 0.9];
        for pixel in [[0.1f32, 0.2, 0.05, 0.3], [0.6, 0.1, 0.4, 1.0], [0.0; 4]] {
            let on = laid(pixel, Some(ground));
            let [r, g, b, a] = laid(pixel, None);
            for (c, straight) in [r, g, b].into_iter().enumerate() {
                let over = straight * a + ground[c] * (1.0 - a);
                assert!((over - on[c]).abs() < 1e-6);
            }
        }
    }

    #[test]
    fn light_only_brightens_a_dark_ground_and_only_dyes_a_light_one() {
        for pixel in [[0.0f32, 0.1, 0.2, 0.2], [3.0, 2.0, 1.0, 3.0]] {
            let dark = exposed(pixel, Some([0.01; 3]));
            let light = exposed(pixel, Some([1.0; 3]));
            for c in 0..3 {
                assert!(dark[c] >= 0.01 && dark[c] <= 1.0);
                assert!(light[c] <= 1.0 && light[c] >= 0.0);
            }
        }
        assert_eq!(exposed([0.0; 4], Some([1.0; 3])), [1.0; 4]);
    }

    #[test]
    fn rounding_is_even_handed_and_leaves_the_ends() {
        let mean: f32 = (0..10_000).map(|i| grain(i, 1)).sum::<f32>() / 1e4;
        assert!(mean.abs() < 0.01, "{mean}");
        for i in 0..100 {
            assert_eq!((byte(0.0, grain(i, 0)), byte(1.0, grain(i, 0))), (0, 255));
        }
    }
}
