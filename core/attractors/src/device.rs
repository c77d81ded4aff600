//! The cloud on a device: `ensemble.wgsl` and `particles.wgsl` run on the equations' own WGSL.

use std::sync::{Arc, Mutex, PoisonError};

use loom_gpu::scene::{Buffer, Data, Vertex};
use loom_gpu::{Batch, Binding, Bound, Gpu, Kernel, Shader, Uniform};
use loom_sim::SimError;

use crate::cloud::{HIT, LENSES};
use crate::definition::{ColorBy, Definition};
use crate::histogram::{Budget, HALF_FULL};
use crate::lens::{Axes, Drawing, Lens};
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

/// `particles.wgsl`'s Show.
#[repr(C)]
#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
struct ShowBlock {
    members: u32,
    stride: u32,
    color: u32,
    height: u32,
    axes: [u32; 4],
    t: f32,
    offset: [f32; 2],
    padding: f32,
}

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
    draw: Kernel,
    histograms: Vec<DeviceHistogram>,
    /// Stands in for a histogram that is off.
    nothing: Buffer<u32>,
    bound: Bound,
    /// Buffers that pictures are made in, a few for each way of looking.
    canvases: Mutex<Vec<Canvas>>,
    spare: Option<Buffer<f32>>,
}

struct DeviceHistogram {
    lens: Lens,
    counts: Buffer<u32>,
    budget: Budget,
}

/// The vertices of one way of looking; two are used in turn, so that the one being drawn stays
/// as it is while the next is made.
struct Canvas {
    drawing: Drawing,
    vertices: [Buffer<Vertex>; 2],
    turn: usize,
}

/// A copy of the states that stays on the device.
#[derive(Debug)]
pub struct Kept(Buffer<f32>);

fn device_error(error: loom_gpu::GpuError) -> SimError {
    SimError::Device(error.to_string())
}

/// The generated part of both shaders: the sizes and the equations themselves.
fn preamble(definition: &Definition) -> String {
    // WGSL has no empty arrays.
    let (dimension, constants) = (definition.dimension(), definition.parameters.len().max(1));
    format!(
        "const DIMENSION = {dimension}u;\nconst CONSTANTS = {constants}u;\nconst MAP = {};\n\
         alias State = array<f32, {dimension}>;\nalias Constants = array<f32, {constants}>;\n{}\n",
        definition.is_map(),
        definition.system.to_wgsl("rates")
    )
}

impl DeviceEnsemble {
    /// A cloud of the given states, variable by variable.
    pub fn new(gpu: &Arc<Gpu>, definition: &Definition, state: &[f32]) -> Result<Self, SimError> {
        let dimension = definition.dimension();
        let generated = preamble(definition);
        let shader = |name: &'static str, text: &str| {
            Shader::generated(
                format!("{name} for {}", definition.name),
                format!("{generated}{text}"),
            )
        };
        use Binding::{Read, ReadWrite, Uniform as Block};
        let advance = Kernel::new(
            gpu,
            "ensemble",
            shader("ensemble.wgsl", include_str!("ensemble.wgsl")),
            "advance",
            &[Block, Read, ReadWrite, ReadWrite, ReadWrite, ReadWrite],
        )
        .map_err(device_error)?;
        let draw = Kernel::new(
            gpu,
            "particles",
            shader("particles.wgsl", include_str!("particles.wgsl")),
            "draw",
            &[Block, Read, Read, ReadWrite],
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
            draw,
            histograms: Vec::new(),
            nothing: other,
            bound,
            canvases: Mutex::default(),
            spare: None,
        })
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

    /// Makes `steps` steps and waits for them; false when a particle ran away.
    pub fn advance(
        &mut self,
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
        let mut batch = Batch::new(&self.gpu, "ensemble");
        batch.clear(&self.broken);
        batch.dispatch(&self.advance, &self.bound, self.members as u64);
        batch.submit().map_err(device_error)?;
        let broken = self.gpu.read(&self.broken).map_err(device_error)?;
        Ok(broken.first() == Some(&0))
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
    ) -> Result<Data<Vertex>, SimError> {
        let Drawing {
            axes,
            color,
            offset,
            ..
        } = *drawing;
        let stride = self.members.div_ceil(drawing.budget.max(1)).max(1);
        let count = self.members.div_ceil(stride);
        let vertices = self.canvas(drawing, count)?;
        self.set_constants(constants)?;
        let block = ShowBlock {
            members: self.members as u32,
            stride: stride as u32,
            color: match color {
                ColorBy::None => 0,
                ColorBy::Speed => 1,
                ColorBy::Height => 2,
            },
            height: axes.z.unwrap_or(axes.y) as u32,
            axes: axis_numbers(axes, self.dimension),
            t: timing.time() as f32,
            offset: offset.map(|x| x as f32),
            padding: 0.0,
        };
        let show = self
            .gpu
            .uniform("particles", &block)
            .map_err(device_error)?;
        let bound = self
            .draw
            .bind(&[&show, &self.constants, &self.state, &vertices])
            .map_err(device_error)?;
        let mut batch = Batch::new(&self.gpu, "particles");
        batch.dispatch(&self.draw, &bound, count as u64);
        batch.submit().map_err(device_error)?;
        Ok(Data::Device(vertices))
    }

    fn canvas(&self, drawing: &Drawing, count: usize) -> Result<Buffer<Vertex>, SimError> {
        let mut canvases = self.canvases.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = |c: &Canvas| c.drawing == *drawing && c.vertices[0].len == count;
        if let Some(place) = canvases.iter().position(fits) {
            let mut canvas = canvases.remove(place);
            canvas.turn = 1 - canvas.turn;
            let buffer = canvas.vertices[canvas.turn].clone();
            canvases.push(canvas);
            return Ok(buffer);
        }
        let new = || self.gpu.zeros("particles", count).map_err(device_error);
        let vertices = [new()?, new()?];
        let buffer = vertices[0].clone();
        // The one that was longest out of use makes room.
        if canvases.len() >= 4 {
            canvases.remove(0);
        }
        canvases.push(Canvas {
            drawing: drawing.clone(),
            vertices,
            turn: 0,
        });
        Ok(buffer)
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
        // Two writable bindings can't share a buffer.
        let off = self.gpu.zeros("no histogram", 1).map_err(device_error)?;
        let counts = |slot: usize, off| self.histograms.get(slot).map_or(off, |h| &h.counts);
        self.bound = self
            .advance
            .bind(&[
                &self.run,
                &self.constants,
                &self.state,
                &self.broken,
                counts(0, &off),
                counts(1, &self.nothing),
            ])
            .map_err(device_error)?;
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

fn axis_numbers(axes: Axes, dimension: usize) -> [u32; 4] {
    let z = axes.z.unwrap_or(dimension);
    [axes.x as u32, axes.y as u32, z as u32, 0]
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
