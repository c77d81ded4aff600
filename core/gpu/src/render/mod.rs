//! The renderer: immutable pipelines, data kept on the device, and per frame a list of draws.
//!
//! Each layer is prepared into draws (buffers, parameters, a pipeline's key) and the draws run
//! in one pass. Points, lines, cells, densities and text smooth their own edges; a pass takes
//! four samples a pixel only when it has solids or filled paths.

mod blocks;
mod coverage;
mod frame;
mod glyphs;
mod grids;
mod ink;
mod layers;
mod lens;
mod lists;
mod pipelines;
mod splat;
mod target;
mod uploads;

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

pub(crate) use lens::Lens;
pub use lens::Window;
pub use target::Target;

use crate::colour::ColorMap;
use crate::device::Gpu;
use crate::error::GpuError;
use crate::kernel::{Binding, Kernel};
use crate::scene::{Scene, Shape};

/// Draws scenes. One for each device and thread of drawing; keep it, for it holds what was
/// uploaded.
pub struct Renderer {
    gpu: Arc<Gpu>,
    pipelines: pipelines::Pipelines,
    uploads: uploads::Uploads,
    atlas: glyphs::Atlas,
    atlas_texture: wgpu::Texture,
    maps: wgpu::Texture,
    /// Of the maps as they were written.
    maps_generation: u64,
    sampler: wgpu::Sampler,
    lens: wgpu::Buffer,
    layers: wgpu::Buffer,
    shared: wgpu::BindGroup,
    backing: target::Backing,
    lists: HashMap<usize, DisplayList>,
    peak: Option<Kernel>,
    /// Grid data for adapters without storage buffers, by the buffer's data.
    sheets: HashMap<usize, Sheet>,
    frame: u64,
    /// The processor draws points and lines itself, into this.
    splat: bool,
    sheet: splat::Sheet,
    sheet_textures: Vec<(wgpu::Texture, wgpu::BindGroup)>,
}

/// A display list's triangles, kept while the list lives.
struct DisplayList {
    owner: Weak<[Shape]>,
    made_for: ink::Frame,
    pieces: Vec<ink::Piece>,
    placed_for: Option<(ink::Frame, u64)>,
    buffers: Option<InkBuffers>,
    drawn: u64,
}

#[derive(Clone)]
struct InkBuffers {
    vertices: wgpu::Buffer,
    indices: wgpu::Buffer,
    count: u32,
    hard: bool,
}

/// Words of a grid in a texture.
struct Sheet {
    alive: Box<dyn Fn() -> bool + Send + Sync>,
    view: wgpu::TextureView,
}

impl Renderer {
    pub fn new(gpu: &Arc<Gpu>) -> Result<Self, GpuError> {
        Self::with_storage(gpu, gpu.has_compute())
    }

    /// As on an adapter without storage buffers: grids are read from textures.
    #[doc(hidden)]
    pub fn without_storage(gpu: &Arc<Gpu>) -> Result<Self, GpuError> {
        Self::with_storage(gpu, false)
    }

    fn with_storage(gpu: &Arc<Gpu>, storage: bool) -> Result<Self, GpuError> {
        let pipelines = pipelines::Pipelines::new(gpu, storage)?;
        let atlas = glyphs::Atlas::new(gpu.limits.max_texture_dimension_2d);
        let atlas_texture = frame::atlas_texture(gpu, atlas.edge())?;
        let maps_generation = ColorMap::generation();
        let maps = frame::maps(gpu)?;
        let (sampler, lens) = gpu.catching("the renderer", || {
            let sampler = gpu.device.create_sampler(&wgpu::SamplerDescriptor {
                label: Some("smooth"),
                mag_filter: wgpu::FilterMode::Linear,
                min_filter: wgpu::FilterMode::Linear,
                ..Default::default()
            });
            (sampler, frame::uniforms(gpu, size_of::<Lens>() as u64))
        })?;
        let layers = gpu.catching("the renderer", || frame::uniforms(gpu, 16 * frame::STRIDE))?;
        let shared = frame::shared(
            gpu,
            &pipelines.shared,
            [&lens, &layers],
            &maps,
            &atlas_texture,
            &sampler,
        )?;
        let peak = if storage {
            let bindings = [Binding::Read, Binding::ReadWrite];
            Some(Kernel::new(
                gpu,
                "peak",
                crate::wgsl!("peak.wgsl"),
                "find",
                &bindings,
            )?)
        } else {
            None
        };
        Ok(Self {
            gpu: Arc::clone(gpu),
            pipelines,
            uploads: uploads::Uploads::default(),
            atlas,
            atlas_texture,
            maps,
            maps_generation,
            sampler,
            lens,
            layers,
            shared,
            backing: target::Backing::default(),
            lists: HashMap::new(),
            peak,
            sheets: HashMap::new(),
            frame: 0,
            splat: gpu.is_processor(),
            sheet: splat::Sheet::default(),
            sheet_textures: Vec::new(),
        })
    }

    pub fn gpu(&self) -> &Arc<Gpu> {
        &self.gpu
    }

    /// Draws the whole scene; returns when the device has the work, not when it is done.
    ///
    /// # Errors
    /// [`GpuError::Lost`] after the device is gone (make a new [`Gpu`] and renderer), and what
    /// a layer's data makes impossible.
    pub fn draw(&mut self, scene: &Scene, target: &Target) -> Result<(), GpuError> {
        self.draw_window(
            scene,
            target,
            &Window::whole(target.width, target.height, target.pixels_per_point),
        )
    }

    /// Draws a piece of a larger picture of the scene into the target's upper left corner.
    pub fn draw_window(
        &mut self,
        scene: &Scene,
        target: &Target,
        window: &Window,
    ) -> Result<(), GpuError> {
        // A lost device takes work in silence until it is asked.
        self.gpu.poll();
        self.gpu.check()?;
        let viewport =
            window.viewport(self.gpu.limits.max_texture_dimension_2d.next_power_of_two())?;
        self.frame += 1;
        self.uploads.begin();
        let frame = self.frame;
        self.lists
            .retain(|_, list| list.owner.strong_count() > 0 && frame - list.drawn < 240);
        self.sheets.retain(|_, sheet| (sheet.alive)());
        let generation = self.atlas.generation;
        let maps = ColorMap::generation();
        if maps != self.maps_generation {
            frame::write_maps(&self.gpu, &self.maps)?;
            self.maps_generation = maps;
        }
        let mut draws = self.prepare(scene, window)?;
        if self.atlas.generation != generation {
            // The atlas began anew under lists that were already placed.
            draws = self.prepare(scene, window)?;
        }
        self.submit(scene, target, window, viewport, &draws)
    }

    /// Draws and waits for the device: what a frame costs.
    pub fn draw_and_wait(&mut self, scene: &Scene, target: &Target) -> Result<(), GpuError> {
        self.draw(scene, target)?;
        self.gpu.wait("a frame", Duration::from_mins(1))
    }

    /// Whether the processor draws many points and lines by itself; so from the start where the
    /// adapter is the processor.
    #[doc(hidden)]
    pub fn set_splat(&mut self, splat: bool) {
        self.splat = splat;
    }

    /// Host arrays that lie on the device now.
    #[doc(hidden)]
    pub fn uploaded(&self) -> usize {
        self.uploads.len()
    }
}

/// The row of a map in the renderer's table.
fn row(map: ColorMap) -> f32 {
    map.row() as f32
}
