//! A texture that scenes are drawn into and egui shows.

use std::sync::{Arc, Mutex, PoisonError};

use egui::TextureId;
use egui::mutex::RwLock;
use loom_gpu::{Gpu, GpuError, Renderer, Target};
use loom_sim::{Camera, Scene};

use super::steer;

/// The device and the renderer that the whole window shares.
#[derive(Clone)]
pub struct Easel {
    pub gpu: Arc<Gpu>,
    pub renderer: Arc<Mutex<Renderer>>,
    pub egui: Arc<RwLock<egui_wgpu::Renderer>>,
}

impl Easel {
    pub fn new(gpu: Arc<Gpu>, egui: Arc<RwLock<egui_wgpu::Renderer>>) -> Result<Self, GpuError> {
        let renderer = Arc::new(Mutex::new(Renderer::new(&gpu)?));
        Ok(Self {
            gpu,
            renderer,
            egui,
        })
    }
}

/// One texture, and what was last drawn into it.
pub struct Canvas {
    easel: Easel,
    shown: Option<(Target, TextureId)>,
    drawn: Option<(Arc<Scene>, Camera)>,
}

impl Canvas {
    /// Nothing is allocated until something is drawn.
    pub fn new(easel: &Easel) -> Self {
        Self {
            easel: easel.clone(),
            shown: None,
            drawn: None,
        }
    }

    /// What egui shows, once something has been drawn.
    pub fn picture(&self) -> Option<TextureId> {
        self.drawn.as_ref()?;
        self.shown.as_ref().map(|(_, id)| *id)
    }

    /// Draws a scene at `size` physical pixels unless it is there already. `camera` is the one
    /// in use, which may be newer than the one that the scene was made for.
    pub fn draw(
        &mut self,
        scene: &Arc<Scene>,
        camera: Option<&Camera>,
        size: [u32; 2],
        pixels_per_point: f32,
    ) -> Result<(), String> {
        let camera = camera
            .filter(|now| steer::compatible(&scene.camera, now))
            .unwrap_or(&scene.camera)
            .clone();
        let fits = self.shown.as_ref().is_some_and(|(t, _)| {
            [t.width, t.height] == size && t.pixels_per_point == pixels_per_point
        });
        if fits {
            if let Some((last, seen)) = &self.drawn
                && Arc::ptr_eq(last, scene)
                && *seen == camera
            {
                return Ok(());
            }
        } else {
            self.resize(size, pixels_per_point)
                .map_err(|e| e.to_string())?;
        }
        let Some((target, _)) = &self.shown else {
            return Ok(());
        };
        let mut renderer = self
            .easel
            .renderer
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let result = if camera == scene.camera {
            renderer.draw(scene, target)
        } else {
            let turned = Scene {
                camera: camera.clone(),
                ..(**scene).clone()
            };
            renderer.draw(&turned, target)
        };
        self.drawn = Some((scene.clone(), camera));
        result.map_err(|error| error.to_string())
    }

    fn resize(&mut self, [width, height]: [u32; 2], pixels_per_point: f32) -> Result<(), GpuError> {
        let gpu = &self.easel.gpu;
        let target = Target::new(gpu, width.max(1), height.max(1), pixels_per_point)?;
        let mut egui = self.easel.egui.write();
        let filter = wgpu::FilterMode::Linear;
        let id = match &self.shown {
            Some((_, id)) => {
                egui.update_egui_texture_from_wgpu_texture(&gpu.device, &target.view, filter, *id);
                *id
            }
            None => egui.register_native_texture(&gpu.device, &target.view, filter),
        };
        drop(egui);
        self.shown = Some((target, id));
        self.drawn = None;
        Ok(())
    }
}

impl Drop for Canvas {
    fn drop(&mut self) {
        if let Some((_, id)) = &self.shown {
            self.easel.egui.write().free_texture(id);
        }
    }
}
