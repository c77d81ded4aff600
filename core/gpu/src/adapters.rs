//! Which adapters a machine has, and which of them is taken.
//!
//! A real GPU comes before the processor's own rasteriser (llvmpipe, WARP), and Vulkan, Metal
//! and Direct3D 12 before OpenGL. `WGPU_BACKEND` limits the backends that are tried, and
//! `WGPU_ADAPTER_NAME` names the adapter (part of its name, in any case).

use crate::error::GpuError;

/// Which adapter to take.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Choice {
    /// `WGPU_ADAPTER_NAME` if it is set, else the best.
    #[default]
    Best,
    /// The first whose name contains this, in any case.
    Named(String),
    /// The processor's own rasteriser.
    Processor,
}

/// One line of `doctor`: an adapter and what it can do.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct AdapterReport {
    pub name: String,
    /// Vulkan, Metal, Direct3D 12 or OpenGL.
    pub backend: String,
    /// Discrete GPU, integrated GPU, virtual GPU, processor or other.
    pub kind: String,
    pub driver: String,
    /// False: simulations run on the CPU twins.
    pub compute: bool,
    /// The adapter is the processor itself: it only draws.
    pub processor: bool,
    /// Largest edge of a texture, pixels.
    pub max_texture: u32,
    /// Largest buffer, bytes.
    pub max_buffer: u64,
    /// Largest storage binding, bytes.
    pub max_storage: u64,
    /// Largest number of workgroups along one dimension.
    pub max_workgroups: u32,
}

impl AdapterReport {
    /// Describes `adapter`.
    pub fn of(adapter: &wgpu::Adapter) -> Self {
        let (info, limits) = (adapter.get_info(), adapter.limits());
        Self {
            backend: backend_name(info.backend).into(),
            kind: kind_name(info.device_type).into(),
            driver: format!("{} {}", info.driver, info.driver_info)
                .trim()
                .into(),
            compute: computes(adapter),
            processor: info.device_type == wgpu::DeviceType::Cpu,
            max_texture: limits.max_texture_dimension_2d,
            max_buffer: limits.max_buffer_size,
            max_storage: limits.max_storage_buffer_binding_size,
            max_workgroups: limits.max_compute_workgroups_per_dimension,
            name: info.name,
        }
    }
}

/// All adapters of this machine, the best first. Empty where there is none.
pub fn adapters() -> Vec<AdapterReport> {
    let instance = instance(backends());
    sorted(&instance, backends())
        .iter()
        .map(AdapterReport::of)
        .collect()
}

/// What to ask `adapter` for: everything that it offers in limits, so that buffers may pass
/// 128 MiB. Give this to eframe's `WgpuSetupCreateNew::device_descriptor` too.
pub fn device_descriptor(adapter: &wgpu::Adapter) -> wgpu::DeviceDescriptor<'static> {
    wgpu::DeviceDescriptor {
        label: Some("loom"),
        required_features: wgpu::Features::empty(),
        required_limits: adapter.limits(),
        ..Default::default()
    }
}

pub(crate) fn instance(backends: wgpu::Backends) -> wgpu::Instance {
    wgpu::Instance::new(wgpu::InstanceDescriptor {
        backends,
        ..wgpu::InstanceDescriptor::new_without_display_handle_from_env()
    })
}

fn backends() -> wgpu::Backends {
    wgpu::Backends::from_env().unwrap_or(wgpu::Backends::PRIMARY | wgpu::Backends::SECONDARY)
}

/// Adapters of `backends`, best first: real GPUs before virtual ones before the processor, and
/// among equals those with compute shaders.
fn sorted(instance: &wgpu::Instance, backends: wgpu::Backends) -> Vec<wgpu::Adapter> {
    let mut list = pollster::block_on(instance.enumerate_adapters(backends));
    list.sort_by_key(|adapter| {
        let info = adapter.get_info();
        let kind = match info.device_type {
            wgpu::DeviceType::DiscreteGpu => 0,
            wgpu::DeviceType::IntegratedGpu => 1,
            wgpu::DeviceType::VirtualGpu => 2,
            wgpu::DeviceType::Other => 3,
            wgpu::DeviceType::Cpu => 4,
        };
        (kind, !computes(adapter), info.backend == wgpu::Backend::Gl)
    });
    list
}

/// The adapter that `choice` means. OpenGL is only started when nothing better is there: it
/// loads a second driver stack.
pub(crate) fn choose(choice: &Choice) -> Result<wgpu::Adapter, GpuError> {
    let named = match choice {
        Choice::Best => std::env::var("WGPU_ADAPTER_NAME")
            .ok()
            .filter(|name| !name.is_empty()),
        Choice::Named(name) => Some(name.clone()),
        Choice::Processor => None,
    };
    let fits = |adapter: &wgpu::Adapter| match (&named, choice) {
        (Some(name), _) => adapter
            .get_info()
            .name
            .to_lowercase()
            .contains(&name.to_lowercase()),
        (None, Choice::Processor) => adapter.get_info().device_type == wgpu::DeviceType::Cpu,
        (None, _) => true,
    };
    let all = backends();
    let mut found = Vec::new();
    for group in [
        all & wgpu::Backends::PRIMARY,
        all & wgpu::Backends::SECONDARY,
    ] {
        if group.is_empty() {
            continue;
        }
        for adapter in sorted(&instance(group), group) {
            if fits(&adapter) {
                return Ok(adapter);
            }
            found.push(adapter.get_info().name);
        }
    }
    if found.is_empty() {
        let tried: Vec<_> = [
            (wgpu::Backends::VULKAN, wgpu::Backend::Vulkan),
            (wgpu::Backends::METAL, wgpu::Backend::Metal),
            (wgpu::Backends::DX12, wgpu::Backend::Dx12),
            (wgpu::Backends::GL, wgpu::Backend::Gl),
        ]
        .into_iter()
        .filter(|(bit, _)| (all & wgpu::Instance::enabled_backend_features()).contains(*bit))
        .map(|(_, backend)| backend_name(backend))
        .collect();
        let tried = if tried.is_empty() {
            "no backend".into()
        } else {
            tried.join(", ")
        };
        return Err(GpuError::NoAdapter { tried });
    }
    let wanted = named.unwrap_or_else(|| "the processor’s rasteriser".into());
    Err(GpuError::NoSuchAdapter {
        wanted,
        found: found.join(", "),
    })
}

/// Compute shaders and storage buffers for the fragment stage, which come together.
pub(crate) fn computes(adapter: &wgpu::Adapter) -> bool {
    let flags = adapter.get_downlevel_capabilities().flags;
    let limits = adapter.limits();
    flags.contains(wgpu::DownlevelFlags::COMPUTE_SHADERS | wgpu::DownlevelFlags::FRAGMENT_STORAGE)
        && limits.max_compute_workgroups_per_dimension > 0
        && limits.max_storage_buffers_per_shader_stage >= 4
}

pub(crate) fn backend_name(backend: wgpu::Backend) -> &'static str {
    match backend {
        wgpu::Backend::Vulkan => "Vulkan",
        wgpu::Backend::Metal => "Metal",
        wgpu::Backend::Dx12 => "Direct3D 12",
        wgpu::Backend::Gl => "OpenGL",
        wgpu::Backend::BrowserWebGpu => "WebGPU",
        wgpu::Backend::Noop => "none",
    }
}

fn kind_name(kind: wgpu::DeviceType) -> &'static str {
    match kind {
        wgpu::DeviceType::DiscreteGpu => "discrete GPU",
        wgpu::DeviceType::IntegratedGpu => "integrated GPU",
        wgpu::DeviceType::VirtualGpu => "virtual GPU",
        wgpu::DeviceType::Cpu => "processor",
        wgpu::DeviceType::Other => "other",
    }
}
