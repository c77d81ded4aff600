//! Compute kernels: WGSL in, dispatches out.
//!
//! All bindings of a kernel lie in group 0 in the order of its list. In WGSL a one-dimensional
//! kernel finds its index so, since one dimension ends at 65,535 workgroups:
//!
//! ```wgsl
//! @compute @workgroup_size(64)
//! fn step(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
//!   let i = id.x + id.y * groups.x * 64u;
//!   if (i >= parameters.count) { return; }
//! ```

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::buffer::Uniform;
use crate::device::Gpu;
use crate::error::GpuError;
use crate::scene::{Buffer, Element};
use crate::shader::{self, Shader};

/// What stands at one `@binding` of a kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    /// `var<uniform>`
    Uniform,
    /// `var<storage, read>`
    Read,
    /// `var<storage, read_write>`
    ReadWrite,
}

/// Something that can be bound.
pub trait Resource {
    fn binding(&self) -> wgpu::BindingResource<'_>;
}
impl<T: Element> Resource for Buffer<T> {
    /// The elements and no more: the device's buffer may be longer, and `arrayLength` tells the
    /// length of what is bound.
    fn binding(&self) -> wgpu::BindingResource<'_> {
        let bytes = (self.len as u64 * size_of::<T>() as u64)
            .next_multiple_of(4)
            .min(self.raw.size());
        let size = std::num::NonZeroU64::new(bytes);
        wgpu::BindingResource::Buffer(wgpu::BufferBinding {
            buffer: &self.raw,
            offset: 0,
            size,
        })
    }
}
impl<U: bytemuck::Pod> Resource for Uniform<U> {
    fn binding(&self) -> wgpu::BindingResource<'_> {
        self.raw.as_entire_binding()
    }
}
impl Resource for wgpu::Buffer {
    fn binding(&self) -> wgpu::BindingResource<'_> {
        let size = std::num::NonZeroU64::new(self.size());
        wgpu::BindingResource::Buffer(wgpu::BufferBinding {
            buffer: self,
            offset: 0,
            size,
        })
    }
}

/// A compute shader, ready to run.
#[derive(Debug)]
pub struct Kernel {
    gpu: Arc<Gpu>,
    label: String,
    entry: String,
    shader: Shader,
    bindings: usize,
    group: wgpu::BindGroupLayout,
    layout: wgpu::PipelineLayout,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    pipeline: wgpu::ComputePipeline,
    /// Invocations of one workgroup along x, y, z.
    workgroup: [u32; 3],
    text: String,
    looked: Instant,
}

/// The resources of one kernel, bound once and dispatched often.
#[derive(Clone, Debug)]
pub struct Bound {
    group: wgpu::BindGroup,
}

impl Kernel {
    /// Compiles `entry` of `shader`.
    ///
    /// # Errors
    /// [`GpuError::NoCompute`]; [`GpuError::Shader`] with line and column;
    /// [`GpuError::Refused`] when the bindings are not those of the shader.
    pub fn new(
        gpu: &Arc<Gpu>,
        label: &str,
        shader: Shader,
        entry: &str,
        bindings: &[Binding],
    ) -> Result<Self, GpuError> {
        if !gpu.has_compute() {
            return Err(GpuError::NoCompute {
                name: gpu.name().into(),
            });
        }
        let entries: Vec<_> = (0..)
            .zip(bindings)
            .map(|(binding, &kind)| slot(binding, kind))
            .collect();
        let (group, layout) = gpu.catching(label, || {
            let group = gpu
                .device
                .create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
                    label: Some(label),
                    entries: &entries,
                });
            let layout = gpu
                .device
                .create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
                    label: Some(label),
                    bind_group_layouts: &[Some(&group)],
                    immediate_size: 0,
                });
            (group, layout)
        })?;
        let text = shader.text.clone().into_owned();
        let (pipeline, workgroup) = compile(gpu, label, &shader.name, &text, entry, &layout)?;
        Ok(Self {
            gpu: Arc::clone(gpu),
            label: label.into(),
            entry: entry.into(),
            shader,
            bindings: bindings.len(),
            group,
            layout,
            state: Mutex::new(State {
                pipeline,
                workgroup,
                text,
                looked: Instant::now(),
            }),
        })
    }

    /// Binds one resource for each entry of the binding list.
    pub fn bind(&self, resources: &[&dyn Resource]) -> Result<Bound, GpuError> {
        if resources.len() != self.bindings {
            let reason = format!(
                "{} resources for {} bindings",
                resources.len(),
                self.bindings
            );
            return Err(GpuError::Refused {
                what: self.label.clone(),
                reason,
            });
        }
        let entries: Vec<_> = (0..)
            .zip(resources)
            .map(|(binding, resource)| wgpu::BindGroupEntry {
                binding,
                resource: resource.binding(),
            })
            .collect();
        let group = self.gpu.catching(&self.label, || {
            self.gpu
                .device
                .create_bind_group(&wgpu::BindGroupDescriptor {
                    label: Some(&self.label),
                    layout: &self.group,
                    entries: &entries,
                })
        })?;
        Ok(Bound { group })
    }

    /// The pipeline, compiled anew if its file has changed (debug builds, looked at twice a
    /// second). A broken file is reported and the last good pipeline kept.
    fn pipeline(&self) -> (wgpu::ComputePipeline, [u32; 3]) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if self.shader.path.is_some() && state.looked.elapsed() > Duration::from_millis(500) {
            state.looked = Instant::now();
            if let Some(text) = self.shader.current().filter(|text| *text != state.text) {
                match compile(
                    &self.gpu,
                    &self.label,
                    &self.shader.name,
                    &text,
                    &self.entry,
                    &self.layout,
                ) {
                    Ok((pipeline, workgroup)) => {
                        (state.pipeline, state.workgroup) = (pipeline, workgroup)
                    }
                    Err(error) => tracing::error!("{error}"),
                }
                state.text = text;
            }
        }
        (state.pipeline.clone(), state.workgroup)
    }
}

fn slot(binding: u32, kind: Binding) -> wgpu::BindGroupLayoutEntry {
    let ty = match kind {
        Binding::Uniform => wgpu::BufferBindingType::Uniform,
        Binding::Read => wgpu::BufferBindingType::Storage { read_only: true },
        Binding::ReadWrite => wgpu::BufferBindingType::Storage { read_only: false },
    };
    wgpu::BindGroupLayoutEntry {
        binding,
        visibility: wgpu::ShaderStages::COMPUTE,
        ty: wgpu::BindingType::Buffer {
            ty,
            has_dynamic_offset: false,
            min_binding_size: None,
        },
        count: None,
    }
}

fn compile(
    gpu: &Gpu,
    label: &str,
    name: &str,
    text: &str,
    entry: &str,
    layout: &wgpu::PipelineLayout,
) -> Result<(wgpu::ComputePipeline, [u32; 3]), GpuError> {
    let module = shader::validate(name, text)?;
    let Some(point) = module.entry_points.iter().find(|point| point.name == entry) else {
        let message = format!("there is no entry point “{entry}”");
        return Err(GpuError::Shader {
            name: name.into(),
            line: 1,
            column: 1,
            message,
        });
    };
    let workgroup = point.workgroup_size;
    let pipeline = gpu.catching(label, || {
        let module = gpu
            .device
            .create_shader_module(wgpu::ShaderModuleDescriptor {
                label: Some(label),
                source: wgpu::ShaderSource::Wgsl(text.into()),
            });
        gpu.device
            .create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                label: Some(label),
                layout: Some(layout),
                module: &module,
                entry_point: Some(entry),
                compilation_options: Default::default(),
                cache: None,
            })
    })?;
    Ok((pipeline, workgroup))
}

/// Dispatches gathered into one submission; they run in order, each seeing what those before it
/// wrote.
#[derive(Debug)]
pub struct Batch {
    gpu: Arc<Gpu>,
    encoder: wgpu::CommandEncoder,
}

impl Batch {
    pub fn new(gpu: &Arc<Gpu>, label: &str) -> Self {
        let descriptor = wgpu::CommandEncoderDescriptor { label: Some(label) };
        Self {
            gpu: Arc::clone(gpu),
            encoder: gpu.device.create_command_encoder(&descriptor),
        }
    }

    /// At least `count` invocations in a line, spread over two dimensions where one is too
    /// short (see the module's head for the index).
    pub fn dispatch(&mut self, kernel: &Kernel, bound: &Bound, count: u64) {
        self.repeat(kernel, &[bound], count, 1);
    }

    /// `times` dispatches of `count` invocations each, going round through `bounds` (two of
    /// them make a ping-pong). Cheaper than as many calls of [`Batch::dispatch`].
    pub fn repeat(&mut self, kernel: &Kernel, bounds: &[&Bound], count: u64, times: usize) {
        let (pipeline, [width, height, depth]) = kernel.pipeline();
        let per_group = u64::from(width) * u64::from(height) * u64::from(depth);
        let groups = spread(
            count.div_ceil(per_group.max(1)),
            self.gpu.limits.max_compute_workgroups_per_dimension,
        );
        self.run(&pipeline, bounds, groups, times);
    }

    /// At least `size` invocations on a plane.
    pub fn dispatch_plane(&mut self, kernel: &Kernel, bound: &Bound, size: [u32; 2]) {
        self.repeat_plane(kernel, &[bound], size, 1);
    }

    /// `times` dispatches on a plane, going round through `bounds`.
    pub fn repeat_plane(
        &mut self,
        kernel: &Kernel,
        bounds: &[&Bound],
        size: [u32; 2],
        times: usize,
    ) {
        let (pipeline, workgroup) = kernel.pipeline();
        let groups = [
            size[0].div_ceil(workgroup[0].max(1)),
            size[1].div_ceil(workgroup[1].max(1)),
        ];
        self.run(&pipeline, bounds, groups, times);
    }

    fn run(
        &mut self,
        pipeline: &wgpu::ComputePipeline,
        bounds: &[&Bound],
        groups: [u32; 2],
        times: usize,
    ) {
        if bounds.is_empty() || groups.contains(&0) {
            return;
        }
        let mut pass = self.encoder.begin_compute_pass(&Default::default());
        pass.set_pipeline(pipeline);
        for bound in bounds.iter().cycle().take(times) {
            pass.set_bind_group(0, &bound.group, &[]);
            pass.dispatch_workgroups(groups[0], groups[1], 1);
        }
    }

    /// Copies all of `from` to the start of `to`.
    pub fn copy<T: Element>(&mut self, from: &Buffer<T>, to: &Buffer<T>) {
        let bytes = (from.len.min(to.len) * size_of::<T>()) as u64;
        if bytes > 0 {
            self.encoder
                .copy_buffer_to_buffer(&from.raw, 0, &to.raw, 0, bytes.next_multiple_of(4));
        }
    }

    /// Sets all bits of a buffer to zero.
    pub fn clear<T: Element>(&mut self, buffer: &Buffer<T>) {
        self.encoder.clear_buffer(&buffer.raw, 0, None);
    }

    /// For calls that this type does not have.
    pub fn encoder(&mut self) -> &mut wgpu::CommandEncoder {
        &mut self.encoder
    }

    /// Hands the work to the device; returns at once.
    pub fn submit(self) -> Result<wgpu::SubmissionIndex, GpuError> {
        let Self { gpu, encoder } = self;
        gpu.catching("a batch", || gpu.queue.submit([encoder.finish()]))
    }
}

/// `groups` workgroups as a rectangle no wider or higher than `most`, with little waste.
fn spread(groups: u64, most: u32) -> [u32; 2] {
    let most = u64::from(most.max(1));
    if groups <= most {
        return [groups as u32, 1];
    }
    let rows = groups.div_ceil(most);
    [groups.div_ceil(rows) as u32, rows.min(most) as u32]
}

#[cfg(test)]
mod tests {
    use super::spread;

    #[test]
    fn a_long_line_of_workgroups_folds_without_loss() {
        for groups in [0, 1, 65_535, 65_536, 1_000_000, 4_000_000_000] {
            let [x, y] = spread(groups, 65_535);
            assert!(u64::from(x) * u64::from(y) >= groups);
            assert!(x <= 65_535 && y <= 65_535);
            assert!(
                u64::from(x) * u64::from(y) <= groups + u64::from(y),
                "little waste"
            );
        }
    }
}
