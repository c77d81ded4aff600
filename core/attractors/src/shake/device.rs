//! The cloud's noise on a device: the kernel with `shake.wgsl` in it, made when noise is first
//! asked for, so that quiet runs carry nothing of it.

use std::fmt::Write as _;
use std::sync::Arc;

use loom_gpu::scene::Buffer;
use loom_gpu::{Binding, Bound, Gpu, Kernel, Uniform};
use loom_sim::SimError;

use crate::device::{BINDINGS, device_error, shader};
use crate::state::Timing;

use super::{Amplitude, Shake, Shaking};

/// `shake.wgsl`'s Shake.
#[repr(C)]
#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
pub struct ShakeBlock {
    key: [u32; 8],
    number: [u32; 2],
    intensity: f32,
    h: f32,
    root: f32,
    padding: [u32; 3],
}

/// The stepping kernel under noise.
pub struct Shaken {
    pub advance: Kernel,
    pub block: Uniform<ShakeBlock>,
    pub strengths: Buffer<f32>,
    /// To the cloud's buffers as they are; none while they have changed.
    pub bound: Option<Bound>,
}

impl Shaken {
    /// Compiles the kernel; `head` is what all kernels of this system begin with.
    ///
    /// # Errors
    /// Where the device refuses it.
    pub fn new(gpu: &Arc<Gpu>, name: &str, head: &str, shake: &Shake) -> Result<Self, SimError> {
        let head = format!("{head}{}", amplitudes(shake.amplitude()));
        let text = concat!(
            include_str!("chacha.wgsl"),
            include_str!("shake.wgsl"),
            include_str!("../ensemble.wgsl")
        );
        let mut bindings = BINDINGS.to_vec();
        bindings.extend([Binding::Uniform, Binding::Read]);
        let shader = shader(name, &head, "ensemble.wgsl under noise", text);
        let advance =
            Kernel::new(gpu, "ensemble", shader, "advance", &bindings).map_err(device_error)?;
        let zero: ShakeBlock = bytemuck::Zeroable::zeroed();
        let strengths: Vec<f32> = match shake.amplitude() {
            Amplitude::Constant(list) => list.iter().map(|x| *x as f32).collect(),
            // Storage is never empty.
            Amplitude::Formulas(_) => vec![0.0],
        };
        Ok(Self {
            advance,
            block: gpu.uniform("noise", &zero).map_err(device_error)?,
            strengths: gpu.upload("strengths", &strengths).map_err(device_error)?,
            bound: None,
        })
    }

    /// For the steps from this moment on.
    ///
    /// # Errors
    /// Where the device is gone.
    pub fn set(
        &self,
        gpu: &Gpu,
        noise: Shaking<'_>,
        timing: &Timing,
        map: bool,
    ) -> Result<(), SimError> {
        let number = timing.step.wrapping_mul(noise.of.blocks());
        let h = if map { 1.0 } else { timing.dt };
        let block = ShakeBlock {
            key: noise.of.key(),
            number: [number as u32, (number >> 32) as u32],
            intensity: noise.intensity as f32,
            h: h as f32,
            root: h.sqrt() as f32,
            padding: [0; 3],
        };
        gpu.set(&self.block, &block).map_err(device_error)
    }
}

/// The WGSL of the amplitudes for an intensity of 1.
fn amplitudes(of: &Amplitude) -> String {
    let mut text = String::new();
    match of {
        Amplitude::Constant(list) => {
            let rows = list.len();
            let _ = write!(
                text,
                "const ROWS = {rows}u;\nconst MILSTEIN = false;\n\
                 fn amplitudes(x: State, p: Constants, t: f32) -> array<f32, {rows}> {{\n\
                 \u{20} var g: array<f32, {rows}>;\n\
                 \u{20} for (var i = 0u; i < ROWS; i++) {{ g[i] = strengths[i]; }}\n\
                 \u{20} return g;\n}}\n"
            );
        }
        Amplitude::Formulas(formulas) => {
            let wide = formulas.wide.dimension();
            let _ = write!(
                text,
                "const ROWS = {wide}u - DIMENSION;\nconst MILSTEIN = {};\n{}\n\
                 fn amplitudes(x: State, p: Constants, t: f32) -> array<f32, ROWS> {{\n\
                 \u{20} var u: array<f32, {wide}>;\n\
                 \u{20} for (var i = 0u; i < DIMENSION; i++) {{ u[i] = x[i]; }}\n\
                 \u{20} let all = amplitudes_beside(u, p, t);\n\
                 \u{20} var g: array<f32, ROWS>;\n\
                 \u{20} for (var i = 0u; i < ROWS; i++) {{ g[i] = all[DIMENSION + i]; }}\n\
                 \u{20} return g;\n}}\n",
                formulas.milstein,
                formulas.wide.to_wgsl("amplitudes_beside")
            );
        }
    }
    text
}
