//! One device for everything that computes and draws.

/// A device, its queue and what is known of its adapter.
#[derive(Debug)]
pub struct Gpu {
    pub device: wgpu::Device,
    pub queue: wgpu::Queue,
    pub info: wgpu::AdapterInfo,
}
