//! Pictures of any size without a window, in tiles past what one texture holds.

use std::sync::Arc;

use crate::device::Gpu;
use crate::error::GpuError;
use crate::render::{Renderer, Target, Window};
use crate::scene::Scene;

/// A picture on the host: sRGB with straight alpha, rows from the top, four bytes a pixel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Image {
    pub width: u32,
    pub height: u32,
    pub pixels: Vec<u8>,
}

impl Image {
    /// The colour of a pixel; transparent black outside.
    pub fn at(&self, x: u32, y: u32) -> [u8; 4] {
        if x >= self.width || y >= self.height {
            return [0; 4];
        }
        let start = 4 * (y as usize * self.width as usize + x as usize);
        self.pixels
            .get(start..start + 4)
            .and_then(|bytes| bytes.try_into().ok())
            .unwrap_or_default()
    }
}

/// Edge of a tile. With four samples and depth a tile of this size takes about 130 MiB.
const TILE: u32 = 2048;
/// Pixels of the largest picture: 4 GiB of bytes.
const LARGEST: u64 = 1 << 30;

/// Draws a scene into a picture of `width` × `height` physical pixels, `pixels_per_point` of
/// them a logical pixel.
///
/// # Errors
/// [`GpuError::PictureSize`] for no pixels or more than 2³⁰; what drawing may fail with.
pub fn offscreen(
    gpu: &Arc<Gpu>,
    scene: &Scene,
    width: u32,
    height: u32,
    pixels_per_point: f32,
) -> Result<Image, GpuError> {
    Renderer::new(gpu)?.picture(scene, width, height, pixels_per_point)
}

impl Renderer {
    /// What [`offscreen`] does, with a renderer that is already there.
    pub fn picture(
        &mut self,
        scene: &Scene,
        width: u32,
        height: u32,
        pixels_per_point: f32,
    ) -> Result<Image, GpuError> {
        self.tiled(scene, width, height, pixels_per_point, TILE)
    }

    /// The same with tiles of a chosen edge.
    #[doc(hidden)]
    pub fn tiled(
        &mut self,
        scene: &Scene,
        width: u32,
        height: u32,
        pixels_per_point: f32,
        tile: u32,
    ) -> Result<Image, GpuError> {
        if width == 0 || height == 0 || u64::from(width) * u64::from(height) > LARGEST {
            return Err(GpuError::PictureSize {
                width,
                height,
                limit: LARGEST.isqrt() as u32,
            });
        }
        let gpu = Arc::clone(self.gpu());
        let tile = tile.min(gpu.limits.max_texture_dimension_2d);
        let target = Target::new(&gpu, width.min(tile), height.min(tile), pixels_per_point)?;
        let row = 4 * width as usize;
        let mut pixels = vec![0; row * height as usize];
        for top in (0..height).step_by(tile as usize) {
            for left in (0..width).step_by(tile as usize) {
                let size = [
                    target.width.min(width - left),
                    target.height.min(height - top),
                ];
                let window = Window {
                    picture: [width, height],
                    corner: [left, top],
                    size: [target.width, target.height],
                    pixels_per_point,
                };
                self.draw_window(scene, &target, &window)?;
                let part = target.read(&gpu)?;
                for y in 0..size[1] as usize {
                    let from = &part[4 * target.width as usize * y..][..4 * size[0] as usize];
                    let start = (top as usize + y) * row + 4 * left as usize;
                    pixels[start..start + from.len()].copy_from_slice(from);
                }
            }
        }
        straighten(&mut pixels);
        Ok(Image {
            width,
            height,
            pixels,
        })
    }

    /// Reads back what was drawn into a target, with straight alpha.
    pub fn read(&self, target: &Target) -> Result<Image, GpuError> {
        let mut pixels = target.read(self.gpu())?;
        straighten(&mut pixels);
        Ok(Image {
            width: target.width,
            height: target.height,
            pixels,
        })
    }
}

/// Premultiplied to straight alpha.
fn straighten(pixels: &mut [u8]) {
    for pixel in pixels.chunks_exact_mut(4) {
        let alpha = u32::from(pixel[3]);
        if alpha > 0 && alpha < 255 {
            for byte in &mut pixel[..3] {
                *byte = ((u32::from(*byte) * 255 + alpha / 2) / alpha).min(255) as u8;
            }
        }
    }
}
