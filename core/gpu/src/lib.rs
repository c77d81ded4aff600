//! Device, kernels, scenes and their renderer. Knows no simulation.
//!
//! [`Gpu`] is one device, shared by the window, the kernels and offscreen pictures. A
//! [`Kernel`] is a compute shader beside its CPU twin. A [`scene::Scene`] describes what a view
//! shows; it is data. Three ways lead out of it: a [`Renderer`] draws it into a [`Target`] for
//! the window, [`offscreen`] into a picture of any size, and vector formats draw the shapes,
//! with [`axes_shapes`] and [`legend_shapes`] for what the renderer draws by itself.

mod adapters;
mod axes;
mod buffer;
pub mod camera;
pub mod colour;
pub mod density;
mod device;
mod error;
mod flatten;
mod kernel;
mod legend;
pub mod look;
mod offscreen;
mod pick;
pub mod ramp;
mod render;
pub mod scene;
mod shader;
mod threads;
mod ticks;

pub use adapters::{AdapterReport, Choice, adapters, device_descriptor};
pub use axes::{axes_shapes, frame_margins, scale_bar};
pub use buffer::Uniform;
pub use density::DensityKernel;
pub use device::Gpu;
pub use error::GpuError;
pub use kernel::{Batch, Binding, Bound, Kernel, Resource};
pub use legend::{legend_shapes, legend_size};
pub use offscreen::{Image, offscreen};
pub use pick::{Hit, cell_at, pick};
pub use render::{Renderer, Target, Window};
pub use shader::{Shader, validate};
pub use threads::threads;
pub use ticks::{Tick, label, step, ticks};
pub use wgpu;
