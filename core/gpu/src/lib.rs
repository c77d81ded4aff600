//! Device, kernels, scenes and their renderer. Knows no simulation.

pub mod camera;
pub mod colour;
pub mod device;
pub mod scene;

pub use device::Gpu;
