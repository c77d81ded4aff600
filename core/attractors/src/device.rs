//! The cloud on a device: `ensemble.wgsl` and `particles.wgsl` run on the equations' own WGSL.

use std::sync::Arc;

use loom_gpu::scene::{Buffer, Data, Vertex};
use loom_gpu::{Batch, Binding, Bound, Gpu, Kernel, Shader, Uniform};
use loom_sim::SimError;

use crate::cloud::{HIT, LENSES};
use crate::definition::Definition;
use crate::histogram::{Budget, HALF_FULL};
use crate::lens::{Axes, Drawing, Lens, Tinting};
use crate::particles::{Painter, States};
use crate::shake::Shaking;
use crate::shake::device::Shaken;
use crate::state::{Counted, Timing};

/// `ensemble.wgsl`'s Run.
#[repr(C)]
#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
struct RunBlock {
    members: u32,
    steps: u32,
    weight: u32,
    first: u32,
    dt: f32,
    since: f32,
    padding: [f32; 2],
    lenses: [LensBlock; LENSES],
}

#[repr(C)]
#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
struct LensBlock {
    matrix: [[f32; 4]; 4],
    columns: u32,
    rows: u32,
    on: u32,
    padding: u32,
    axes: [u32; 4],
}

/// What `ensemble.wgsl` is bound to: run, constants, states, whether one broke, two histograms.
pub(crate) const BINDINGS: [Binding; 6] = [
    Binding::Uniform,
    Binding::Read,
    Binding::ReadWrite,
    Binding::ReadWrite,
    Binding::ReadWrite,
    Binding::ReadWrite,
];

/// A cloud on a device.
pub struct DeviceEnsemble {
    gpu: Arc<Gpu>,
    dimension: usize,
    members: usize,
    state: Buffer<f32>,
    constants: Buffer<f32>,
    broken: Buffer<u32>,
    run: Uniform<RunBlock>,
    advance: Kernel,
    /// What all of this system's kernels begin with, and its name.
    head: String,
    name: String,
    /// The kernel under noise, once there has been any.
    shaken: Option<Shaken>,
    map: bool,
    painter: Painter,
    histograms: Vec<DeviceHistogram>,
    /// Stands in for a histogram that is off.
    nothing: Buffer<u32>,
    bound: Bound,
    spare: Option<Buffer<f32>>,
}

struct DeviceHistogram {
    lens: Lens,
    counts: Buffer<u32>,
    budget: Budget,
}

/// A copy of the states that stays on the device.
#[derive(Debug)]
pub struct Kept(Buffer<f32>);

pub(crate) fn device_error(error: loom_gpu::GpuError) -> SimError {
    SimError::Device(error.to_string())
}

/// What the kernels that follow orbits begin with: the sizes, the equations with so many tangent
/// vectors, and a step.
pub(crate) fn preamble(definition: &Definition, vectors: usize) -> String {
    // WGSL has no empty arrays.
    let (dimension, constants) = (definition.dimension(), definition.parameters.len().max(1));
    let numbers = dimension * (vectors + 1);
    format!(
        "const DIMENSION = {dimension}u;\nconst NUMBERS = {numbers}u;\n\
         const CONSTANTS = {constants}u;\nconst MAP = {};\n\
         alias State = array<f32, {numbers}>;\nalias Constants = array<f32, {constants}>;\n{}\n{}",
        definition.is_map(),
        definition.system.variational(vectors).to_wgsl("rates"),
        include_str!("step.wgsl")
    )
}

/// A shader of a system: what all begin with, then its own text.
pub(crate) fn shader(system: &str, head: &str, name: &str, text: &str) -> Shader {
    Shader::generated(format!("{name} for {system}"), format!("{head}{text}"))
}

impl DeviceEnsemble {
    /// A cloud of the given states, variable by variable.
    pub fn new(gpu: &Arc<Gpu>, definition: &Definition, state: &[f32]) -> Result<Self, SimError> {
        let dimension = definition.dimension();
        let generated = preamble(definition, 0);
        let text = concat!(
            include_str!("shake/quiet.wgsl"),
            include_str!("ensemble.wgsl")
        );
        let advance = Kernel::new(
            gpu,
            "ensemble",
            shader(&definition.name, &generated, "ensemble.wgsl", text),
            "advance",
            &BINDINGS,
        )
        .map_err(device_error)?;
        let constants = gpu
            .zeros("constants", definition.parameters.len().max(1))
            .map_err(device_error)?;
        let zero: RunBlock = bytemuck::Zeroable::zeroed();
        let run = gpu.uniform("ensemble run", &zero).map_err(device_error)?;
        let state = gpu.upload("ensemble", state).map_err(device_error)?;
        let broken = gpu.zeros("ensemble broken", 1).map_err(device_error)?;
        let nothing: Buffer<u32> = gpu.zeros("no histogram", 1).map_err(device_error)?;
        let other: Buffer<u32> = gpu.zeros("no histogram", 1).map_err(device_error)?;
        let bound = advance
            .bind(&[&run, &constants, &state, &broken, &nothing, &other])
            .map_err(device_error)?;
        Ok(Self {
            gpu: gpu.clone(),
            dimension,
            members: state.len / dimension,
            state,
            constants,
            broken,
            run,
            advance,
            painter: Painter::new(gpu, definition, generated.clone())?,
            head: generated,
            name: definition.name.clone(),
            shaken: None,
            map: definition.is_map(),
            histograms: Vec::new(),
            nothing: other,
            bound,
            spare: None,
        })
    }

    pub fn gpu(&self) -> &Arc<Gpu> {
        &self.gpu
    }
    pub fn members(&self) -> usize {
        self.members
    }
    pub fn read(&self) -> Result<Vec<f32>, SimError> {
        self.gpu.read(&self.state).map_err(device_error)
    }
    pub fn load(&mut self, state: &[f32]) -> Result<(), SimError> {
        self.gpu.write(&self.state, 0, state).map_err(device_error)
    }

    /// Copies the states on the device. The copy is reused by the next call.
    pub fn keep(&mut self) -> Result<Kept, SimError> {
        let spare = match self.spare.take() {
            Some(spare) => spare,
            None => self
                .gpu
                .zeros("ensemble kept", self.state.len)
                .map_err(device_error)?,
        };
        let mut batch = Batch::new(&self.gpu, "keep");
        batch.copy(&self.state, &spare);
        batch.submit().map_err(device_error)?;
        self.spare = Some(spare.clone());
        Ok(Kept(spare))
    }
    pub fn go_back(&mut self, kept: &Kept) -> Result<(), SimError> {
        let mut batch = Batch::new(&self.gpu, "go back");
        batch.copy(&kept.0, &self.state);
        batch.submit().map_err(device_error)?;
        Ok(())
    }

    /// Makes `steps` steps, under noise where there is any, and waits for them; false when a
    /// particle ran away.
    pub fn advance(
        &mut self,
        noise: Option<Shaking<'_>>,
        constants: &[f64],
        timing: &Timing,
        steps: u32,
        weight: u32,
    ) -> Result<bool, SimError> {
        if weight == HIT {
            self.make_room(u64::from(steps) * self.members as u64)?;
        }
        self.set_constants(constants)?;
        let mut block = RunBlock {
            members: self.members as u32,
            steps,
            weight,
            first: (timing.step - timing.since_step) as u32,
            dt: timing.dt as f32,
            since: timing.since_time as f32,
            padding: [0.0; 2],
            lenses: bytemuck::Zeroable::zeroed(),
        };
        for (lens, histogram) in block.lenses.iter_mut().zip(&self.histograms) {
            *lens = lens_block(&histogram.lens, self.dimension);
        }
        self.gpu.set(&self.run, &block).map_err(device_error)?;
        if let Some(noise) = noise {
            self.prepare_noise(noise, timing)?;
        }
        let shaken = noise.and(self.shaken.as_ref());
        let (kernel, bound) = match shaken.map(|s| (&s.advance, &s.bound)) {
            Some((kernel, Some(bound))) => (kernel, bound),
            _ => (&self.advance, &self.bound),
        };
        let mut batch = Batch::new(&self.gpu, "ensemble");
        batch.clear(&self.broken);
        batch.dispatch(kernel, bound, self.members as u64);
        batch.submit().map_err(device_error)?;
        let broken = self.gpu.read(&self.broken).map_err(device_error)?;
        Ok(broken.first() == Some(&0))
    }

    /// The kernel under noise, compiled when it is first asked for, bound and set.
    fn prepare_noise(&mut self, noise: Shaking<'_>, timing: &Timing) -> Result<(), SimError> {
        let mut shaken = match self.shaken.take() {
            Some(shaken) => shaken,
            None => Shaken::new(&self.gpu, &self.name, &self.head, noise.of)?,
        };
        shaken.set(&self.gpu, noise, timing, self.map)?;
        if shaken.bound.is_none() {
            let off = self.gpu.zeros("no histogram", 1).map_err(device_error)?;
            let [first, second] = self.counted_in(&off);
            let bound = shaken.advance.bind(&[
                &self.run,
                &self.constants,
                &self.state,
                &self.broken,
                first,
                second,
                &shaken.block,
                &shaken.strengths,
            ]);
            shaken.bound = Some(bound.map_err(device_error)?);
        }
        self.shaken = Some(shaken);
        Ok(())
    }

    /// The buffers in which hits are counted. Two writable bindings can't share a buffer: `off`
    /// stands in for the first, where there is none.
    fn counted_in<'a>(&'a self, off: &'a Buffer<u32>) -> [&'a Buffer<u32>; 2] {
        let counts = |slot: usize, off| self.histograms.get(slot).map_or(off, |h| &h.counts);
        [counts(0, off), counts(1, &self.nothing)]
    }

    fn set_constants(&self, constants: &[f64]) -> Result<(), SimError> {
        let values: Vec<f32> = constants.iter().map(|x| *x as f32).collect();
        self.gpu
            .write(&self.constants, 0, &values)
            .map_err(device_error)
    }

    /// Positions for a picture, made and left on the device.
    pub fn vertices(
        &self,
        constants: &[f64],
        timing: &Timing,
        drawing: &Drawing,
        tinting: Tinting<'_>,
    ) -> Result<Data<Vertex>, SimError> {
        self.set_constants(constants)?;
        let states = States {
            state: &self.state,
            constants: &self.constants,
            members: self.members,
            dimension: self.dimension,
        };
        self.painter.vertices(&states, timing, drawing, tinting)
    }

    pub fn lenses(&self) -> Vec<&Lens> {
        self.histograms.iter().map(|h| &h.lens).collect()
    }
    pub fn set_lens(&mut self, slot: usize, lens: Lens) -> Result<(), SimError> {
        let counts = self
            .gpu
            .zeros("density", lens.cells())
            .map_err(device_error)?;
        let new = DeviceHistogram {
            lens,
            counts,
            budget: Budget::default(),
        };
        if let Some(old) = self.histograms.get_mut(slot) {
            *old = new;
        } else if self.histograms.len() < LENSES {
            self.histograms.push(new);
        } else {
            return Err(SimError::other("Two density pictures are counted already."));
        }
        self.rebind()
    }
    pub fn remove_lens(&mut self, slot: usize) {
        if slot < self.histograms.len() {
            self.histograms.remove(slot);
            // Binding can only fail on a lost device, which the next step reports.
            let _ = self.rebind();
        }
    }
    fn rebind(&mut self) -> Result<(), SimError> {
        let off = self.gpu.zeros("no histogram", 1).map_err(device_error)?;
        let [first, second] = self.counted_in(&off);
        self.bound = self
            .advance
            .bind(&[
                &self.run,
                &self.constants,
                &self.state,
                &self.broken,
                first,
                second,
            ])
            .map_err(device_error)?;
        if let Some(shaken) = &mut self.shaken {
            shaken.bound = None;
        }
        Ok(())
    }
    pub fn counts(&self, slot: usize) -> Option<Data<u32>> {
        let histogram = self.histograms.get(slot)?;
        Some(Data::Device(histogram.counts.clone()))
    }
    pub fn budget(&self, slot: usize) -> Budget {
        self.histograms
            .get(slot)
            .map_or(Budget::default(), |h| h.budget)
    }
    pub fn counted(&self) -> Result<Vec<Counted>, SimError> {
        self.histograms
            .iter()
            .map(|h| {
                Ok(Counted {
                    lens: h.lens.clone(),
                    counts: self.gpu.read(&h.counts).map_err(device_error)?.into(),
                    budget: h.budget,
                })
            })
            .collect()
    }
    pub fn load_counts(
        &mut self,
        slot: usize,
        counts: &[u32],
        budget: Budget,
    ) -> Result<(), SimError> {
        if let Some(histogram) = self.histograms.get_mut(slot) {
            let fit = counts.len().min(histogram.counts.len);
            self.gpu
                .write(&histogram.counts, 0, &counts[..fit])
                .map_err(device_error)?;
            histogram.budget = budget;
        }
        Ok(())
    }

    /// Halves counts that could overflow by that many further hits.
    fn make_room(&mut self, hits: u64) -> Result<(), SimError> {
        for histogram in &mut self.histograms {
            if !histogram.budget.spend(hits) {
                continue;
            }
            let mut counts = self.gpu.read(&histogram.counts).map_err(device_error)?;
            if counts.iter().any(|c| u64::from(*c) >= HALF_FULL) {
                for count in &mut counts {
                    *count /= 2;
                }
                histogram.budget.halve();
                self.gpu
                    .write(&histogram.counts, 0, &counts)
                    .map_err(device_error)?;
            }
        }
        Ok(())
    }
}

pub(crate) fn axis_numbers(axes: Axes, dimension: usize) -> [u32; 4] {
    let z = axes.z.unwrap_or(dimension);
    let wrapped = axes.wrapped();
    let bits = (0..3).map(|k| u32::from(wrapped[k]) << k).sum();
    [axes.x as u32, axes.y as u32, z as u32, bits]
}

fn lens_block(lens: &Lens, dimension: usize) -> LensBlock {
    LensBlock {
        matrix: lens.matrix().map(|column| column.map(|x| x as f32)),
        columns: lens.size[0],
        rows: lens.size[1],
        on: 1,
        padding: 0,
        axes: axis_numbers(lens.axes, dimension),
    }
}

impl std::fmt::Debug for DeviceEnsemble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DeviceEnsemble({} particles)", self.members)
    }
}
