//! The web on the device: uploads, steps, and brings back what moved.
//!
//! `web.wgsl` says the same as `motion.rs` in f32. The host's [`Mechanics`] holds everything that
//! does not move and takes the moving part back after each run of steps, so that whatever
//! measures and draws reads one place.

use std::sync::Arc;

use loom_gpu::scene::Buffer;
use loom_gpu::{Batch, Binding, Bound, Gpu, GpuError, Kernel, Uniform, wgsl};

use super::{Lane, Mechanics};

/// The moving part of a web as the device holds it, exactly.
#[derive(Clone, Debug, PartialEq)]
pub struct DeviceState {
    /// Displacements from the references, m; four numbers a node.
    pub displacement: Vec<f32>,
    /// m/s; four numbers a node.
    pub velocity: Vec<f32>,
    /// Displacement of the hand from its node's reference, and its work.
    pub hand: [f32; 4],
}

#[repr(C)]
#[derive(Clone, Copy, Debug, bytemuck::Pod, bytemuck::Zeroable)]
struct Parameters {
    count: u32,
    hand_node: u32,
    phase_low: u32,
    phase_high: u32,
    wind: [f32; 3],
    gust: f32,
    step: f32,
    hand_rate: f32,
    hand_stiffness: f32,
    padding: f32,
}

/// Kernels and buffers of one web.
#[derive(Debug)]
pub struct Device {
    gpu: Arc<Gpu>,
    drift: Kernel,
    kick: Kernel,
    gather: Kernel,
    bounds: [Bound; 3],
    parameters: Uniform<Parameters>,
    displacement: Buffer<f32>,
    velocity: Buffer<f32>,
    nodes: Buffer<f32>,
    entries: Buffer<u32>,
    moving: Buffer<u32>,
    reference: Vec<Lane>,
}

/// Words of `Moving` in the shader.
const MOVING: usize = 12;

impl Device {
    /// Takes a web to the device; its present places become the references.
    pub fn new(gpu: &Arc<Gpu>, web: &Mechanics) -> Result<Self, GpuError> {
        let count = web.node_count();
        let kernel = |entry: &str| {
            let bindings = [
                Binding::Uniform,
                Binding::ReadWrite,
                Binding::ReadWrite,
                Binding::ReadWrite,
                Binding::Read,
                Binding::Read,
                Binding::Read,
                Binding::ReadWrite,
            ];
            Kernel::new(gpu, entry, wgsl!("web.wgsl"), entry, &bindings)
        };
        let (drift, kick, gather) = (kernel("drift")?, kernel("kick")?, kernel("gather")?);
        let blank = Parameters {
            count: 0,
            hand_node: u32::MAX,
            phase_low: 0,
            phase_high: 0,
            wind: [0.0; 3],
            gust: 0.0,
            step: 0.0,
            hand_rate: 0.0,
            hand_stiffness: 0.0,
            padding: 0.0,
        };
        let parameters = gpu.uniform("web parameters", &blank)?;
        let displacement = gpu.zeros("web displacements", 4 * count)?;
        let velocity = gpu.zeros("web velocities", 4 * count)?;
        let force = gpu.zeros::<f32>("web forces", 4 * count)?;
        let nodes = gpu.zeros("web nodes", 8 * count)?;
        let starts = gpu.upload("web rows", &web.incidence.starts)?;
        let entries = gpu.zeros("web threads", 8 * web.incidence.entries.len())?;
        let moving = gpu.zeros("web hand and clock", MOVING)?;
        let bind = |kernel: &Kernel| {
            kernel.bind(&[
                &parameters,
                &displacement,
                &velocity,
                &force,
                &nodes,
                &starts,
                &entries,
                &moving,
            ])
        };
        let bounds = [bind(&drift)?, bind(&kick)?, bind(&gather)?];
        let this = Self {
            gpu: Arc::clone(gpu),
            drift,
            kick,
            gather,
            bounds,
            parameters,
            displacement,
            velocity,
            nodes,
            entries,
            moving,
            reference: web.state.position.clone(),
        };
        this.upload(web, &this.state_of(web))?;
        Ok(this)
    }

    /// The device's form of a host state.
    pub fn state_of(&self, web: &Mechanics) -> DeviceState {
        let flat = |list: Vec<Lane>| -> Vec<f32> {
            list.into_iter().flatten().map(|c| c as f32).collect()
        };
        let away = |p: &Lane, r: &Lane| std::array::from_fn(|axis| p[axis] - r[axis]);
        let moved = web
            .state
            .position
            .iter()
            .zip(&self.reference)
            .map(|(p, r)| away(p, r));
        let mut hand = [0.0; 4];
        if let Some(held) = &web.state.hand {
            let reference = self.reference[held.node as usize];
            for axis in 0..3 {
                hand[axis] = (held.position[axis] - reference[axis]) as f32;
            }
        }
        hand[3] = web.state.hand_work as f32;
        DeviceState {
            displacement: flat(moved.collect()),
            velocity: flat(web.state.velocity.clone()),
            hand,
        }
    }

    /// Writes what the host has changed: loads, cuts, pins, the hand, and a moving part.
    pub fn upload(&self, web: &Mechanics, state: &DeviceState) -> Result<(), GpuError> {
        let step = web.phase_step();
        let phase = step.wrapping_mul(web.state.step);
        let hand = web.state.hand;
        let parameters = Parameters {
            count: web.node_count() as u32,
            hand_node: hand.map_or(u32::MAX, |h| h.node),
            phase_low: step as u32,
            phase_high: (step >> 32) as u32,
            wind: web.loads.wind.map(|w| w as f32),
            gust: web.loads.gust as f32,
            step: web.time_step as f32,
            hand_rate: web.hand_rate() as f32,
            hand_stiffness: hand.map_or(0.0, |h| h.stiffness as f32),
            padding: 0.0,
        };
        self.gpu.set(&self.parameters, &parameters)?;
        let mut nodes = Vec::with_capacity(8 * web.node_count());
        for i in 0..web.node_count() {
            let [x, y, z, _] = web.steady[i];
            nodes.extend([
                x,
                y,
                z,
                web.inverse_mass[i],
                web.drag[i],
                web.decay[i],
                0.0,
                0.0,
            ]);
        }
        let nodes: Vec<f32> = nodes.into_iter().map(|c| c as f32).collect();
        self.gpu.write(&self.nodes, 0, &nodes)?;
        let mut entries = Vec::with_capacity(8 * web.incidence.entries.len());
        for node in 0..web.node_count() {
            for &entry in web.incidence.row(node) {
                let other = crate::incidence::other_end(entry, &web.ends);
                let thread = (entry / 2) as usize;
                let (p, q) = (self.reference[node], self.reference[other as usize]);
                let along: [f64; 3] = std::array::from_fn(|axis| q[axis] - p[axis]);
                let length = crate::web::norm(along);
                let numbers = [
                    along[0],
                    along[1],
                    along[2],
                    length,
                    web.spring[thread],
                    length - web.rest[thread],
                ];
                entries.extend(numbers.map(|c| (c as f32).to_bits()));
                entries.extend([other, 0]);
            }
        }
        self.gpu.write(&self.entries, 0, &entries)?;
        let mut moving = [0_u32; MOVING];
        for axis in 0..4 {
            moving[axis] = state.hand[axis].to_bits();
        }
        if let Some(hand) = hand {
            let reference = self.reference[hand.node as usize];
            for axis in 0..3 {
                moving[4 + axis] = ((hand.target[axis] - reference[axis]) as f32).to_bits();
            }
        }
        moving[8] = phase as u32;
        moving[9] = (phase >> 32) as u32;
        self.gpu.write(&self.moving, 0, &moving)?;
        self.gpu.write(&self.displacement, 0, &state.displacement)?;
        self.gpu.write(&self.velocity, 0, &state.velocity)?;
        let mut batch = Batch::new(&self.gpu, "web forces");
        batch.dispatch(&self.gather, &self.bounds[2], web.node_count() as u64);
        batch.submit()?;
        Ok(())
    }

    /// Makes steps and waits for them.
    pub fn run(&self, nodes: usize, steps: u32) -> Result<(), GpuError> {
        let mut batch = Batch::new(&self.gpu, "web steps");
        for _ in 0..steps {
            batch.dispatch(&self.drift, &self.bounds[0], nodes as u64);
            batch.dispatch(&self.kick, &self.bounds[1], nodes as u64);
        }
        batch.submit()?;
        self.gpu
            .wait("web steps", std::time::Duration::from_secs(30))
    }

    /// Brings back what moved.
    pub fn download(&self) -> Result<DeviceState, GpuError> {
        let moving = self.gpu.read(&self.moving)?;
        let mut hand = [0.0; 4];
        for (number, bits) in hand.iter_mut().zip(&moving) {
            *number = f32::from_bits(*bits);
        }
        Ok(DeviceState {
            displacement: self.gpu.read(&self.displacement)?,
            velocity: self.gpu.read(&self.velocity)?,
            hand,
        })
    }

    /// Gives the host the moving part.
    pub fn mirror(&self, state: &DeviceState, web: &mut Mechanics) {
        let lanes = state
            .displacement
            .chunks_exact(4)
            .zip(state.velocity.chunks_exact(4));
        for (i, (u, v)) in lanes.enumerate().take(web.node_count()) {
            for axis in 0..3 {
                web.state.position[i][axis] = self.reference[i][axis] + f64::from(u[axis]);
                web.state.velocity[i][axis] = f64::from(v[axis]);
            }
        }
        if let Some(hand) = &mut web.state.hand {
            let reference = self.reference[hand.node as usize];
            for axis in 0..3 {
                hand.position[axis] = reference[axis] + f64::from(state.hand[axis]);
            }
        }
        web.state.hand_work = f64::from(state.hand[3]);
        web.gather();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use crate::generate::{OrbSettings, orb};
    use crate::mechanics::{Loads, Range, Stepping};

    #[test]
    fn the_shader_is_valid() {
        loom_gpu::validate("web.wgsl", include_str!("web.wgsl")).unwrap();
    }

    #[test]
    fn the_device_follows_the_processor() {
        let Ok(gpu) = Gpu::headless(&loom_gpu::Choice::Best) else {
            return;
        };
        if !gpu.has_compute() {
            return;
        }
        let web = orb(
            &OrbSettings {
                turns: 8,
                radials: 16,
                ..OrbSettings::default()
            },
            0,
        )
        .unwrap();
        let loads = Loads {
            wind: [0.5, 3.0, 0.0],
            gust: 1.0,
            gust_frequency: 100.0,
            carried: 1e-5,
            ..Loads::default()
        };
        let range = Range::default();
        let mut host = Mechanics::new(&web, loads, Stepping::Scaled(4e-6), range).unwrap();
        host.settle().unwrap();
        let device = Device::new(&gpu, &host).unwrap();
        host.grab(30);
        host.pull_to(crate::web::add(host.position(30), [0.0, 0.004, 0.002]));
        let mut twin = host.clone();
        let start = host.state().position.clone();
        device.upload(&twin, &device.state_of(&twin)).unwrap();
        let steps = 500;
        device.run(twin.node_count(), steps).unwrap();
        device.mirror(&device.download().unwrap(), &mut twin);
        for _ in 0..steps {
            host.step().unwrap();
        }
        let (mut moved, mut apart) = (0.0_f64, 0.0_f64);
        for i in 0..host.node_count() {
            for axis in 0..3 {
                let p = host.state().position[i][axis];
                moved = moved.max((p - start[i][axis]).abs());
                apart = apart.max((p - twin.state().position[i][axis]).abs());
            }
        }
        assert!(moved > 1e-4, "the hand moved the web: {moved:.2e} m");
        assert!(apart < 2e-4 * moved, "{apart:.2e} m of {moved:.2e} m");
        let work = (host.state().hand_work, twin.state().hand_work);
        assert!((work.0 - work.1).abs() < 1e-3 * work.0.abs(), "{work:?}");
    }
}
