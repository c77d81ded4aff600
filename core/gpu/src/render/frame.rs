//! One frame: parameters written, passes recorded, work submitted.

use std::sync::Arc;

use super::blocks::Draw;
use super::grids::Grid;
use super::lens::{Lens, Window};
use super::pipelines::{Depth, Key};
use super::target::{Target, texture};
use super::{Renderer, Sheet};
use crate::camera::Camera;
use crate::colour::ColorMap;
use crate::device::Gpu;
use crate::error::GpuError;
use crate::kernel::{Batch, Resource as _};
use crate::ramp::MOST_OWN;
use crate::scene::{Buffer, Data, Element, Scene};

/// Bytes from one layer's block to the next: the largest alignment that an adapter may ask for.
pub(super) const STRIDE: u64 = 256;

pub(super) fn uniforms(gpu: &Gpu, size: u64) -> wgpu::Buffer {
    gpu.device.create_buffer(&wgpu::BufferDescriptor {
        label: Some("parameters"),
        size,
        usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
        mapped_at_creation: false,
    })
}

pub(super) fn atlas_texture(gpu: &Gpu, edge: u32) -> Result<wgpu::Texture, GpuError> {
    let usage = wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST;
    texture(
        gpu,
        "glyphs",
        [edge, edge],
        wgpu::TextureFormat::R8Unorm,
        1,
        usage,
    )
}

/// All colour maps, a row each: the known ones, then those of one's own.
pub(super) fn maps(gpu: &Gpu) -> Result<wgpu::Texture, GpuError> {
    let rows = (ColorMap::ALL.len() + MOST_OWN) as u32;
    let usage = wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST;
    let texture = texture(gpu, "colour maps", [256, rows], Target::FORMAT, 1, usage)?;
    write_maps(gpu, &texture)?;
    Ok(texture)
}

/// Writes the maps as they are now.
pub(super) fn write_maps(gpu: &Gpu, texture: &wgpu::Texture) -> Result<(), GpuError> {
    let rows = ColorMap::ALL.len() + ColorMap::owned();
    let mut bytes = Vec::with_capacity(256 * 4 * rows);
    for row in 0..rows {
        for color in ColorMap::of_row(row).table().chunks_exact(3) {
            bytes.extend([color[0], color[1], color[2], 255]);
        }
    }
    write_rows(gpu, texture, &bytes, 0, [256, rows as u32], 4)
}

/// Writes whole rows of a texture from row `from` on.
fn write_rows(
    gpu: &Gpu,
    texture: &wgpu::Texture,
    bytes: &[u8],
    from: u32,
    [width, rows]: [u32; 2],
    texel: u32,
) -> Result<(), GpuError> {
    gpu.catching("a texture", || {
        let to = wgpu::TexelCopyTextureInfo {
            texture,
            mip_level: 0,
            origin: wgpu::Origin3d {
                x: 0,
                y: from,
                z: 0,
            },
            aspect: wgpu::TextureAspect::All,
        };
        let layout = wgpu::TexelCopyBufferLayout {
            offset: 0,
            bytes_per_row: Some(width * texel),
            rows_per_image: None,
        };
        gpu.queue.write_texture(
            to,
            bytes,
            layout,
            wgpu::Extent3d {
                width,
                height: rows,
                depth_or_array_layers: 1,
            },
        );
    })
}

pub(super) fn shared(
    gpu: &Gpu,
    layout: &wgpu::BindGroupLayout,
    [lens, layers]: [&wgpu::Buffer; 2],
    maps: &wgpu::Texture,
    atlas: &wgpu::Texture,
    sampler: &wgpu::Sampler,
) -> Result<wgpu::BindGroup, GpuError> {
    let atlas = atlas.create_view(&Default::default());
    let maps = maps.create_view(&Default::default());
    let one = wgpu::BufferBinding {
        buffer: layers,
        offset: 0,
        size: std::num::NonZeroU64::new(64),
    };
    let entry = |binding, resource| wgpu::BindGroupEntry { binding, resource };
    let entries = [
        entry(0, lens.as_entire_binding()),
        entry(1, wgpu::BindingResource::Buffer(one)),
        entry(2, wgpu::BindingResource::TextureView(&maps)),
        entry(3, wgpu::BindingResource::TextureView(&atlas)),
        entry(4, wgpu::BindingResource::Sampler(sampler)),
    ];
    gpu.catching("the renderer", || {
        gpu.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("shared"),
            layout,
            entries: &entries,
        })
    })
}

impl Renderer {
    /// A buffer with these bytes.
    pub(super) fn scratch(
        &self,
        bytes: &[u8],
        usage: wgpu::BufferUsages,
    ) -> Result<wgpu::Buffer, GpuError> {
        let size = (bytes.len() as u64)
            .next_multiple_of(4)
            .max(1024)
            .next_power_of_two();
        let limit = self.gpu.limits.max_buffer_size;
        if size > limit {
            return Err(GpuError::TooLarge {
                what: "A display list".into(),
                bytes: size,
                limit,
            });
        }
        let buffer = self.gpu.catching("a display list", || {
            self.gpu.device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("display list"),
                size,
                usage: usage | wgpu::BufferUsages::COPY_DST,
                mapped_at_creation: false,
            })
        })?;
        self.gpu.write_raw(&buffer, 0, bytes)?;
        Ok(buffer)
    }

    /// The bind group of a sheet of cells or bins.
    pub(super) fn grid_group<T: Element>(
        &mut self,
        grid: &Grid,
        data: &Data<T>,
    ) -> Result<wgpu::BindGroup, GpuError> {
        let gpu = Arc::clone(&self.gpu);
        let parameters = gpu.uniform("grid", grid)?;
        let entry = |binding, resource| wgpu::BindGroupEntry { binding, resource };
        if !self.pipelines.buffers {
            let view = self.sheet(data)?;
            let entries = [
                entry(0, parameters.raw.as_entire_binding()),
                entry(1, wgpu::BindingResource::TextureView(&view)),
            ];
            let layout = &self.pipelines.cells;
            return gpu.catching("a grid", || {
                gpu.device.create_bind_group(&wgpu::BindGroupDescriptor {
                    label: Some("grid"),
                    layout,
                    entries: &entries,
                })
            });
        }
        let ready = self.uploads.ready(&gpu, data)?;
        let words: Buffer<u32> =
            Buffer::new(ready.buffer, (ready.len * size_of::<T>()).div_ceil(4));
        let peak: Buffer<u32> = gpu.zeros("peak", 1)?;
        if grid.seeks_peak()
            && let Some(kernel) = &self.peak
        {
            let bound = kernel.bind(&[&words, &peak])?;
            let mut batch = Batch::new(&gpu, "peak");
            batch.clear(&peak);
            // Few groups, each taking many counts: one atomic for all of a group's.
            batch.dispatch(kernel, &bound, (words.len as u64).min(64 * 256));
            batch.submit()?;
        }
        let layout = &self.pipelines.cells;
        let entries = [
            entry(0, parameters.raw.as_entire_binding()),
            entry(1, words.binding()),
            entry(2, peak.binding()),
        ];
        gpu.catching("a grid", || {
            gpu.device.create_bind_group(&wgpu::BindGroupDescriptor {
                label: Some("grid"),
                layout,
                entries: &entries,
            })
        })
    }

    /// Host data as a texture of words, uploaded once.
    fn sheet<T: Element>(&mut self, data: &Data<T>) -> Result<wgpu::TextureView, GpuError> {
        let Data::Host(host) = data else {
            return Err(GpuError::NoCompute {
                name: self.gpu.name().into(),
            });
        };
        let key = Arc::as_ptr(host).cast::<T>() as usize;
        if let Some(known) = self.sheets.get(&key) {
            return Ok(known.view.clone());
        }
        let width = 4096.min(self.gpu.limits.max_texture_dimension_2d);
        let mut bytes = bytemuck::cast_slice::<T, u8>(host).to_vec();
        let rows = bytes.len().div_ceil(4 * width as usize).max(1);
        if rows > self.gpu.limits.max_texture_dimension_2d as usize {
            let limit = u64::from(width) * u64::from(self.gpu.limits.max_texture_dimension_2d) * 4;
            return Err(GpuError::TooLarge {
                what: "A grid".into(),
                bytes: bytes.len() as u64,
                limit,
            });
        }
        bytes.resize(rows * 4 * width as usize, 0);
        let usage = wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST;
        let size = [width, rows as u32];
        let texture = texture(
            &self.gpu,
            "grid",
            size,
            wgpu::TextureFormat::R32Uint,
            1,
            usage,
        )?;
        write_rows(&self.gpu, &texture, &bytes, 0, size, 4)?;
        let view = texture.create_view(&Default::default());
        let owner = Arc::downgrade(host);
        let alive = Box::new(move || owner.strong_count() > 0);
        self.sheets.insert(
            key,
            Sheet {
                alive,
                view: view.clone(),
            },
        );
        Ok(view)
    }

    /// The bind group of a sheet that the processor has drawn, in the texture of this index.
    pub(super) fn sheet_group(
        &mut self,
        pixels: &[u8],
        size: [u32; 2],
        index: usize,
    ) -> Result<wgpu::BindGroup, GpuError> {
        let fits = |texture: &wgpu::Texture| [texture.width(), texture.height()] == size;
        if !self
            .sheet_textures
            .get(index)
            .is_some_and(|(texture, _)| fits(texture))
        {
            let usage = wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST;
            let texture = texture(&self.gpu, "sheet", size, Target::FORMAT, 1, usage)?;
            let view = texture.create_view(&Default::default());
            let resource = wgpu::BindingResource::TextureView(&view);
            let entries = [wgpu::BindGroupEntry {
                binding: 0,
                resource,
            }];
            let (label, layout) = (Some("sheet"), &self.pipelines.sheet);
            let descriptor = wgpu::BindGroupDescriptor {
                label,
                layout,
                entries: &entries,
            };
            let group = self
                .gpu
                .catching("a sheet", || self.gpu.device.create_bind_group(&descriptor))?;
            self.sheet_textures.truncate(index);
            self.sheet_textures.push((texture, group));
        }
        let (texture, group) = &self.sheet_textures[index];
        write_rows(&self.gpu, texture, pixels, 0, size, 4)?;
        Ok(group.clone())
    }

    /// Brings the atlas's new masks to the device.
    fn refresh_atlas(&mut self) -> Result<(), GpuError> {
        let edge = self.atlas.edge();
        if self.atlas_texture.width() != edge {
            self.atlas_texture = atlas_texture(&self.gpu, edge)?;
            self.atlas.stale = Some([0, edge]);
            self.rebind()?;
        }
        if let Some([from, to]) = self.atlas.stale.take() {
            let bytes = &self.atlas.pixels()[(from * edge) as usize..(to * edge) as usize];
            write_rows(
                &self.gpu,
                &self.atlas_texture,
                bytes,
                from,
                [edge, to - from],
                1,
            )?;
        }
        Ok(())
    }

    fn rebind(&mut self) -> Result<(), GpuError> {
        self.shared = shared(
            &self.gpu,
            &self.pipelines.shared,
            [&self.lens, &self.layers],
            &self.maps,
            &self.atlas_texture,
            &self.sampler,
        )?;
        Ok(())
    }

    pub(super) fn submit(
        &mut self,
        scene: &Scene,
        target: &Target,
        window: &Window,
        viewport: [f32; 2],
        draws: &[Draw],
    ) -> Result<(), GpuError> {
        self.refresh_atlas()?;
        let gpu = Arc::clone(&self.gpu);
        let needed = draws.len().max(1) as u64 * STRIDE;
        if self.layers.size() < needed {
            self.layers =
                gpu.catching("the layers", || uniforms(&gpu, needed.next_power_of_two()))?;
            self.rebind()?;
        }
        let mut blocks = vec![0; needed as usize];
        for (draw, slot) in draws.iter().zip(blocks.chunks_exact_mut(STRIDE as usize)) {
            slot[..64].copy_from_slice(bytemuck::bytes_of(&draw.block));
        }
        gpu.write_raw(&self.layers, 0, &blocks)?;
        let lens = Lens::new(&scene.camera, window, viewport);
        gpu.write_raw(&self.lens, 0, bytemuck::bytes_of(&lens))?;
        let multi = draws.iter().any(|draw| draw.hard);
        let deep = draws
            .iter()
            .any(|draw| matches!(draw.depth, Depth::Test | Depth::Write));
        let orbit = matches!(scene.camera, Camera::Orbit(_));
        let size = [target.width, target.height];
        let (samples, depth) = self.backing.views(&gpu, size, multi, deep)?;
        let ground = scene.background.map_or(wgpu::Color::TRANSPARENT, |color| {
            let [r, g, b, a] = color.0.map(|byte| f64::from(byte) / 255.0);
            wgpu::Color {
                r: r * a,
                g: g * a,
                b: b * a,
                a,
            }
        });
        gpu.catching("a frame", || {
            let mut encoder = gpu.device.create_command_encoder(&Default::default());
            let (view, resolve_target, store) = match &samples {
                Some(samples) => (samples, Some(&target.view), wgpu::StoreOp::Discard),
                None => (&target.view, None, wgpu::StoreOp::Store),
            };
            let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
                label: Some("scene"),
                color_attachments: &[Some(wgpu::RenderPassColorAttachment {
                    view,
                    depth_slice: None,
                    resolve_target,
                    ops: wgpu::Operations {
                        load: wgpu::LoadOp::Clear(ground),
                        store,
                    },
                })],
                depth_stencil_attachment: depth.as_ref().map(|view| {
                    wgpu::RenderPassDepthStencilAttachment {
                        view,
                        depth_ops: Some(wgpu::Operations {
                            load: wgpu::LoadOp::Clear(0.0),
                            store: wgpu::StoreOp::Discard,
                        }),
                        stencil_ops: None,
                    }
                }),
                ..Default::default()
            });
            pass.set_viewport(0.0, 0.0, viewport[0], viewport[1], 0.0, 1.0);
            for (index, draw) in draws.iter().enumerate() {
                let depth = if deep { draw.depth } else { Depth::Without };
                let key = Key {
                    kind: draw.kind,
                    depth,
                    multi,
                    additive: draw.additive,
                    orbit,
                };
                pass.set_pipeline(&self.pipelines.get(&gpu, key));
                pass.set_bind_group(0, &self.shared, &[index as u32 * STRIDE as u32]);
                if let Some(grid) = &draw.grid {
                    pass.set_bind_group(1, grid, &[]);
                }
                for (slot, (buffer, offset)) in (0..).zip(&draw.vertices) {
                    pass.set_vertex_buffer(slot, buffer.slice(*offset..));
                }
                if let Some(indices) = &draw.indices {
                    pass.set_index_buffer(indices.slice(..), wgpu::IndexFormat::Uint32);
                    pass.draw_indexed(0..draw.count, 0, 0..draw.instances);
                } else {
                    pass.draw(0..draw.count, 0..draw.instances);
                }
            }
            drop(pass);
            gpu.queue.submit([encoder.finish()]);
        })
    }
}
