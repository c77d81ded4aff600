//! Densities: histograms of what a camera sees, in u32 counts.
//!
//! [`count`] is the CPU twin of `density.wgsl`; both reckon in f32 and in the same order, so
//! that they differ at most where a point lies within a rounding of a bin's edge. Counts end at
//! 2³² − 1 on the CPU; on the device they would wrap after 4.3 billion hits in one bin.

use std::sync::Arc;

use crate::buffer::Uniform;
use crate::camera::Camera;
use crate::device::Gpu;
use crate::error::GpuError;
use crate::kernel::{Batch, Binding, Bound, Kernel};
use crate::render::{Lens, Window};
use crate::scene::{Buffer, Tone, Vertex};

/// Adds what `camera` sees of `vertices` to `counts` (`width` × `height`, rows from the top).
/// Scene data seen by a plane camera are relative to its `whole`.
pub fn count(vertices: &[Vertex], camera: &Camera, width: u32, height: u32, counts: &mut [u32]) {
    let lens = lens(camera, width, height);
    let size = [width as f32, height as f32];
    for vertex in vertices {
        let Some([x, y]) = lens.see(vertex.position) else {
            continue;
        };
        if x >= 0.0 && y >= 0.0 && x < size[0] && y < size[1] {
            let bin = y as usize * width as usize + x as usize;
            if let Some(hits) = counts.get_mut(bin) {
                *hits = hits.saturating_add(1);
            }
        }
    }
}

fn lens(camera: &Camera, width: u32, height: u32) -> Lens {
    Lens::new(
        camera,
        &Window::whole(width, height, 1.0),
        [width as f32, height as f32],
    )
}

impl Tone {
    /// The place on the colour map of a bin with `hits`, 0 to 1, when the fullest bin has
    /// `most`: the formula of [`Tone`].
    pub fn at(&self, hits: u32, most: u32) -> f64 {
        let most = f64::from(if self.peak > 0 { self.peak } else { most }.max(1));
        let exposure = f64::from(self.exposure);
        let full = (1.0 + most * exposure).ln();
        let part = (1.0 + f64::from(hits) * exposure).ln() / full;
        part.clamp(0.0, 1.0).powf(1.0 / f64::from(self.gamma))
    }
}

#[repr(C)]
#[derive(Clone, Copy, Debug, bytemuck::Pod, bytemuck::Zeroable)]
struct Parameters {
    lens: Lens,
    size: [u32; 2],
    count: u32,
    padding: u32,
}

/// Counts on the device, fed by probes with vertices that never leave it.
pub struct DensityKernel {
    gpu: Arc<Gpu>,
    kernel: Kernel,
    parameters: Uniform<Parameters>,
    counts: Buffer<u32>,
    size: [u32; 2],
    /// The last vertices that were bound.
    bound: Option<(wgpu::Buffer, Bound)>,
}

impl DensityKernel {
    /// An empty histogram of `width` × `height` bins.
    ///
    /// # Errors
    /// [`GpuError::NoCompute`]; [`GpuError::TooLarge`] when the bins do not fit in a buffer.
    pub fn new(gpu: &Arc<Gpu>, width: u32, height: u32) -> Result<Self, GpuError> {
        let bindings = [Binding::Uniform, Binding::Read, Binding::ReadWrite];
        let kernel = Kernel::new(
            gpu,
            "density",
            crate::wgsl!("density.wgsl"),
            "accumulate",
            &bindings,
        )?;
        let counts = gpu.zeros("The histogram", width as usize * height as usize)?;
        let parameters = gpu.uniform("density", &bytemuck::Zeroable::zeroed())?;
        Ok(Self {
            gpu: Arc::clone(gpu),
            kernel,
            parameters,
            counts,
            size: [width, height],
            bound: None,
        })
    }

    /// The bins, rows from the top: the `counts` of a [`Density`](crate::scene::Density).
    pub fn counts(&self) -> &Buffer<u32> {
        &self.counts
    }

    /// Width and height in bins.
    pub fn size(&self) -> [u32; 2] {
        self.size
    }

    /// Changes the number of bins, which empties them.
    pub fn resize(&mut self, width: u32, height: u32) -> Result<(), GpuError> {
        if self.size == [width, height] {
            return self.clear();
        }
        self.counts = self
            .gpu
            .zeros("The histogram", width as usize * height as usize)?;
        self.size = [width, height];
        self.bound = None;
        Ok(())
    }

    /// Empties all bins.
    pub fn clear(&self) -> Result<(), GpuError> {
        let mut batch = Batch::new(&self.gpu, "density");
        batch.clear(&self.counts);
        batch.submit()?;
        Ok(())
    }

    /// Adds what `camera` sees of `vertices`. A change of camera wants a [`clear`](Self::clear)
    /// first.
    pub fn accumulate(
        &mut self,
        vertices: &Buffer<Vertex>,
        camera: &Camera,
    ) -> Result<(), GpuError> {
        let mut batch = Batch::new(&self.gpu, "density");
        self.record(&mut batch, vertices, camera)?;
        batch.submit()?;
        Ok(())
    }

    /// The same within a batch of the caller: the camera must not change between two records of
    /// one batch, since its parameters are written before the batch runs.
    pub fn record(
        &mut self,
        batch: &mut Batch,
        vertices: &Buffer<Vertex>,
        camera: &Camera,
    ) -> Result<(), GpuError> {
        let [width, height] = self.size;
        let parameters = Parameters {
            lens: lens(camera, width, height),
            size: self.size,
            count: vertices.len.min(u32::MAX as usize) as u32,
            padding: 0,
        };
        self.gpu.set(&self.parameters, &parameters)?;
        let known = self
            .bound
            .as_ref()
            .filter(|(raw, _)| *raw == vertices.raw)
            .map(|(_, bound)| bound.clone());
        let bound = match known {
            Some(bound) => bound,
            None => self
                .kernel
                .bind(&[&self.parameters, vertices, &self.counts])?,
        };
        batch.dispatch(&self.kernel, &bound, vertices.len as u64);
        self.bound = Some((vertices.raw.clone(), bound));
        Ok(())
    }

    /// Copies the counts to the host.
    pub fn read(&self) -> Result<Vec<u32>, GpuError> {
        self.gpu.read(&self.counts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::camera::Plane;

    #[test]
    fn points_fall_into_their_bins() {
        let camera = Camera::Plane(Plane::new([0.0, 0.0], 1.0, true));
        let mut counts = vec![0; 16];
        let vertices = [
            [0.5, 0.5],
            [0.5, 0.5],
            [-1.5, 1.5],
            [9.0, 0.0],
            [f32::NAN, 0.0],
        ];
        count(
            &vertices.map(|[x, y]| Vertex::new(x, y, 0.0, 0.0)),
            &camera,
            4,
            4,
            &mut counts,
        );
        let mut wanted = vec![0; 16];
        wanted[4 + 2] = 2;
        wanted[0] = 1;
        assert_eq!(counts, wanted);
    }

    #[test]
    fn the_tone_runs_from_0_to_1_and_gamma_lifts_the_middle() {
        let tone = Tone {
            exposure: 0.5,
            gamma: 1.0,
            ..Tone::default()
        };
        assert_eq!((tone.at(0, 100), tone.at(100, 100)), (0.0, 1.0));
        let middle = tone.at(10, 100);
        assert!((middle - 6f64.ln() / 51f64.ln()).abs() < 1e-12);
        let lifted = Tone { gamma: 2.0, ..tone };
        assert!((lifted.at(10, 100) - middle.sqrt()).abs() < 1e-12);
    }
}
