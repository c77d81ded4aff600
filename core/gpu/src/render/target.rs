//! Where a scene is drawn: a texture that the window shows or a picture is read from.

use crate::device::Gpu;
use crate::error::GpuError;

/// A texture of linear bytes that hold sRGB with premultiplied alpha (`Rgba8Unorm`), as egui
/// shows them.
#[derive(Clone, Debug)]
pub struct Target {
    pub texture: wgpu::Texture,
    pub view: wgpu::TextureView,
    /// Physical pixels.
    pub width: u32,
    pub height: u32,
    pub pixels_per_point: f32,
}

impl Target {
    pub const FORMAT: wgpu::TextureFormat = wgpu::TextureFormat::Rgba8Unorm;

    /// # Errors
    /// [`GpuError::PictureSize`] for no pixels or more than the adapter's texture limit.
    pub fn new(
        gpu: &Gpu,
        width: u32,
        height: u32,
        pixels_per_point: f32,
    ) -> Result<Self, GpuError> {
        let limit = gpu.limits.max_texture_dimension_2d;
        let sound = pixels_per_point.is_finite() && pixels_per_point > 0.0;
        if width == 0 || height == 0 || width > limit || height > limit || !sound {
            return Err(GpuError::PictureSize {
                width,
                height,
                limit,
            });
        }
        let usage = wgpu::TextureUsages::RENDER_ATTACHMENT
            | wgpu::TextureUsages::TEXTURE_BINDING
            | wgpu::TextureUsages::COPY_SRC;
        let texture = texture(gpu, "view", [width, height], Self::FORMAT, 1, usage)?;
        let view = texture.create_view(&Default::default());
        Ok(Self {
            texture,
            view,
            width,
            height,
            pixels_per_point,
        })
    }

    /// Copies the pixels to the host, alpha premultiplied.
    pub(crate) fn read(&self, gpu: &Gpu) -> Result<Vec<u8>, GpuError> {
        let row = (4 * self.width).next_multiple_of(wgpu::COPY_BYTES_PER_ROW_ALIGNMENT);
        let staging = gpu.staging(u64::from(row) * u64::from(self.height))?;
        gpu.catching("a picture", || {
            let mut encoder = gpu.device.create_command_encoder(&Default::default());
            let layout = wgpu::TexelCopyBufferLayout {
                offset: 0,
                bytes_per_row: Some(row),
                rows_per_image: None,
            };
            let to = wgpu::TexelCopyBufferInfo {
                buffer: &staging,
                layout,
            };
            encoder.copy_texture_to_buffer(self.texture.as_image_copy(), to, self.texture.size());
            gpu.queue.submit([encoder.finish()]);
        })?;
        let bytes = gpu.map(&staging)?;
        let rows = bytes.chunks_exact(row as usize);
        Ok(rows
            .flat_map(|row| &row[..4 * self.width as usize])
            .copied()
            .collect())
    }
}

pub(crate) fn texture(
    gpu: &Gpu,
    label: &str,
    [width, height]: [u32; 2],
    format: wgpu::TextureFormat,
    samples: u32,
    usage: wgpu::TextureUsages,
) -> Result<wgpu::Texture, GpuError> {
    gpu.catching(label, || {
        gpu.device.create_texture(&wgpu::TextureDescriptor {
            label: Some(label),
            size: wgpu::Extent3d {
                width,
                height,
                depth_or_array_layers: 1,
            },
            mip_level_count: 1,
            sample_count: samples,
            dimension: wgpu::TextureDimension::D2,
            format,
            usage,
            view_formats: &[],
        })
    })
}

/// What lies behind a target while it is drawn: more samples a pixel, and depth. Kept between
/// frames of one size.
#[derive(Debug, Default)]
pub(crate) struct Backing {
    size: [u32; 2],
    samples: Option<wgpu::TextureView>,
    /// Depth with one sample and with four.
    depths: [Option<wgpu::TextureView>; 2],
}

/// Samples a pixel where edges are hard.
pub(crate) const SAMPLES: u32 = 4;
pub(crate) const DEPTH: wgpu::TextureFormat = wgpu::TextureFormat::Depth32Float;

impl Backing {
    /// The views for a pass: of `SAMPLES` samples if `multi`, and of depth if `depth`.
    pub fn views(
        &mut self,
        gpu: &Gpu,
        size: [u32; 2],
        multi: bool,
        depth: bool,
    ) -> Result<(Option<wgpu::TextureView>, Option<wgpu::TextureView>), GpuError> {
        if self.size != size {
            *self = Self {
                size,
                ..Self::default()
            };
        }
        let usage = wgpu::TextureUsages::RENDER_ATTACHMENT;
        if multi && self.samples.is_none() {
            let texture = texture(gpu, "samples", size, Target::FORMAT, SAMPLES, usage)?;
            self.samples = Some(texture.create_view(&Default::default()));
        }
        let samples = if multi { SAMPLES } else { 1 };
        let slot = &mut self.depths[usize::from(multi)];
        if depth && slot.is_none() {
            let texture = texture(gpu, "depth", size, DEPTH, samples, usage)?;
            *slot = Some(texture.create_view(&Default::default()));
        }
        let depth = if depth { slot.clone() } else { None };
        Ok((if multi { self.samples.clone() } else { None }, depth))
    }
}
