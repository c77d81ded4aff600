//! Device, kernels, scenes and their renderer. Knows no simulation.
//!
//! [`Gpu`] is one device, shared by the window, the kernels and offscreen pictures. A
//! [`Kernel`] is a compute shader beside its CPU twin. A [`scene::Scene`] describes what a view
//! shows; it is data, and several ways lead out of it.

mod adapters;
mod buffer;
pub mod camera;
pub mod colour;
mod device;
mod error;
mod kernel;
pub mod scene;
mod shader;

pub use adapters::{AdapterReport, Choice, adapters, device_descriptor};
pub use buffer::Uniform;
pub use device::Gpu;
pub use error::GpuError;
pub use kernel::{Batch, Binding, Bound, Kernel, Resource};
pub use shader::{Shader, validate};
pub use wgpu;
