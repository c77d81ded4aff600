//! A law carried out on a device, in f32: `flow.wgsl` and the law's own formulas as WGSL.
//!
//! Kernels are summed directly. A workgroup first brings the cells that it sees into its own
//! memory, where they fit; neighbours are then gathered in the order of the processor's direct
//! sums.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytemuck::{Pod, Zeroable};
use loom_gpu::scene::{Buffer, Data};
use loom_gpu::{Batch, Binding, Bound, Gpu, GpuError, Kernel, Shader, Uniform, wgsl};
use loom_sim::SimError;

use super::field::Field;
use super::kernel;
use super::law::{Gather, Law, TIME_STEP};
use super::stencil::{Border, Stencil};

/// Cells of a workgroup's side.
const GROUP: usize = 16;
/// A workgroup's memory, in numbers.
const SHARED: usize = 4096;
/// About how long one submission may take.
const BURST: Duration = Duration::from_millis(4);
/// The most steps of one submission.
const MOST: u64 = 512;

/// `flow.wgsl`'s Run.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
struct RunBlock {
    time: f32,
    scale: f32,
    padding: [f32; 2],
}

impl RunBlock {
    fn new(law: &Law, time: f64) -> Self {
        let scale = match &law.gather {
            Gather::Laplacian(laplacian) => 1.0 / (laplacian.spacing * laplacian.spacing),
            Gather::Kernels(_) => 1.0,
        };
        Self {
            time: time as f32,
            scale: scale as f32,
            padding: [0.0; 2],
        }
    }
}

/// `show.wgsl`'s Show.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
struct ShowBlock {
    width: u32,
    height: u32,
    first: u32,
    block: u32,
    columns: u32,
    rows: u32,
    padding: [u32; 2],
}

/// Cells on a device.
#[derive(Debug)]
pub struct OnDevice {
    gpu: Arc<Gpu>,
    law: Arc<Law>,
    size: [usize; 3],
    kernel: Kernel,
    show: Kernel,
    run: Uniform<RunBlock>,
    constants: Buffer<f32>,
    buffers: [Buffer<f32>; 2],
    broken: Buffer<u32>,
    bounds: [Bound; 2],
    /// The state before a submission.
    spare: Buffer<f32>,
    /// Which buffer holds the cells now.
    now: usize,
    /// Steps of the next submission.
    burst: u64,
    read: Mutex<Option<Arc<Field>>>,
}

fn lost(error: GpuError) -> SimError {
    SimError::Device(error.to_string())
}

/// The species one after the other, as the device has them.
fn planes(field: &Field) -> Vec<f32> {
    (0..field.species())
        .flat_map(|s| (0..field.height()).flat_map(move |y| field.row(s, y)))
        .map(|x| *x as f32)
        .collect()
}

/// Neighbours of all kernels: place in a tile as bits, weight.
fn taps(law: &Law) -> Vec<f32> {
    let Gather::Kernels(kernels) = &law.gather else {
        return vec![0.0; 2];
    };
    let (reach, tile) = tile(kernels);
    let tap = |n: &kernel::Neighbour| {
        let place = (n.y + reach as i32) as usize * tile + (n.x + reach as i32) as usize;
        [f32::from_bits(place as u32), n.weight as f32]
    };
    kernels
        .iter()
        .flat_map(|k| k.neighbours().iter().flat_map(tap))
        .collect()
}

/// How far the kernels reach, and the side of what a workgroup sees.
fn tile(kernels: &[kernel::Kernel]) -> (usize, usize) {
    let reach = kernels.iter().map(kernel::Kernel::reach).max().unwrap_or(0);
    (reach, GROUP + 2 * reach)
}

/// The generated part and the rest of a law's shader.
pub(crate) fn shader(law: &Law, width: usize, height: usize) -> String {
    let (species, inputs) = (law.species.len(), law.inputs.len());
    let names = law.update.parameters();
    let mut text = format!(
        "const WIDTH = {width}u;\nconst HEIGHT = {height}u;\nconst CELLS = {}u;\n\
         const SPECIES = {species}u;\nconst INPUTS = {inputs}u;\nconst CONSTANTS = {}u;\n\
         alias State = array<f32, {species}>;\nalias Constants = array<f32, {}>;\n\
         alias Gathered = array<f32, {inputs}>;\n{}\n\
         fn gathered_into(p: Constants, g: Gathered) -> Constants {{\n  var all = p;\n",
        width * height,
        names.len().max(1),
        names.len().max(1),
        law.update.to_wgsl("update"),
    );
    for (k, input) in law.inputs.iter().enumerate() {
        if let Some(place) = names.iter().position(|name| name == input) {
            let _ = writeln!(text, "  all[{place}] = g[{k}];");
        }
    }
    text.push_str("  return all;\n}\n");
    text.push_str(include_str!("flow.wgsl"));
    match &law.gather {
        Gather::Laplacian(laplacian) => {
            let _ = writeln!(
                text,
                "const NINE = {};\nconst WRAPS = {};",
                laplacian.stencil == Stencil::Nine,
                laplacian.border == Border::Torus
            );
            text.push_str(include_str!("laplacian.wgsl"));
        }
        Gather::Kernels(kernels) => text.push_str(&sums(kernels, law.species.len())),
    }
    text
}

/// The entry point of a law of kernels.
fn sums(kernels: &[kernel::Kernel], species: usize) -> String {
    let (reach, side) = tile(kernels);
    let shared = side * side <= SHARED;
    let mut text = format!("const REACH = {reach}u;\nconst SIDE = {side}u;\n");
    // A column or row of the torus from one that may lie up to REACH below 0.
    text.push_str(
        "fn around(c: u32, count: u32) -> u32 {\n  \
         return (c + count * (1u + REACH / count) - REACH) % count;\n}\n",
    );
    if shared {
        text.push_str(
            "var<workgroup> tile: array<f32, SIDE * SIDE>;\n\
             fn weigh(first: u32, count: u32, base: u32) -> f32 {\n  var sum = 0.0;\n  \
             for (var i = first; i < first + count; i++) {\n    \
             sum += taps[i].y * tile[base + bitcast<u32>(taps[i].x)];\n  }\n  return sum;\n}\n",
        );
    } else {
        text.push_str(
            "fn weigh(first: u32, count: u32, corner: vec2u, plane: u32) -> f32 {\n  \
             var sum = 0.0;\n  for (var i = first; i < first + count; i++) {\n    \
             let place = bitcast<u32>(taps[i].x);\n    \
             let x = around(corner.x + place % SIDE, WIDTH);\n    \
             let y = around(corner.y + place / SIDE, HEIGHT);\n    \
             sum += taps[i].y * now[plane + y * WIDTH + x];\n  }\n  return sum;\n}\n",
        );
    }
    text.push_str(
        "@compute @workgroup_size(16, 16)\n\
         fn step(@builtin(global_invocation_id) id: vec3u,\n  \
         @builtin(local_invocation_id) local: vec3u,\n  \
         @builtin(local_invocation_index) index: u32,\n  \
         @builtin(workgroup_id) group: vec3u) {\n  var g: Gathered;\n",
    );
    for s in 0..species {
        let mut first = 0;
        let mut calls = String::new();
        for (k, kernel) in kernels.iter().enumerate() {
            let count = kernel.neighbours().len();
            if kernel.from == s {
                let call = if shared {
                    format!("weigh({first}u, {count}u, local.y * SIDE + local.x)")
                } else {
                    format!("weigh({first}u, {count}u, id.xy, {s}u * CELLS)")
                };
                let _ = writeln!(calls, "  g[{k}] = {call};");
            }
            first += count;
        }
        if calls.is_empty() {
            continue;
        }
        if shared {
            let _ = write!(
                text,
                "  for (var i = index; i < SIDE * SIDE; i += 256u) {{\n    \
                 let x = around(group.x * 16u + i % SIDE, WIDTH);\n    \
                 let y = around(group.y * 16u + i / SIDE, HEIGHT);\n    \
                 tile[i] = now[{s}u * CELLS + y * WIDTH + x];\n  }}\n  workgroupBarrier();\n\
                 {calls}  workgroupBarrier();\n"
            );
        } else {
            text.push_str(&calls);
        }
    }
    text.push_str("  if (id.x < WIDTH && id.y < HEIGHT) { finish(id.y * WIDTH + id.x, g); }\n}\n");
    text
}

impl OnDevice {
    /// Puts a field on a device.
    ///
    /// # Errors
    /// No compute shaders, no room on the device, device lost.
    pub fn new(gpu: &Arc<Gpu>, law: Arc<Law>, field: &Arc<Field>) -> Result<Self, SimError> {
        use Binding::{Read, ReadWrite, Uniform as Block};
        let (width, height) = (field.width(), field.height());
        let text = shader(&law, width, height);
        let kernel = Kernel::new(
            gpu,
            "flow",
            Shader::generated("flow.wgsl", text),
            "step",
            &[Block, Read, Read, ReadWrite, ReadWrite, Read],
        )
        .map_err(lost)?;
        let show = Kernel::new(
            gpu,
            "show",
            wgsl!("show.wgsl"),
            "show",
            &[Block, Read, ReadWrite],
        )
        .map_err(lost)?;
        let block = RunBlock::new(&law, 0.0);
        let values = planes(field);
        let room = |label| gpu.zeros::<f32>(label, values.len());
        let count = law.update.parameters().len().max(1);
        let make = || -> Result<_, GpuError> {
            let run = gpu.uniform("flow", &block)?;
            let constants = gpu.zeros::<f32>("constants", count)?;
            let buffers = [gpu.upload("field", &values)?, room("field")?];
            let broken = gpu.zeros::<u32>("broken", 1)?;
            let taps = gpu.upload("neighbours", &taps(&law))?;
            let bound = |from: usize| {
                kernel.bind(&[
                    &run,
                    &constants,
                    &buffers[from],
                    &buffers[1 - from],
                    &broken,
                    &taps,
                ])
            };
            let bounds = [bound(0)?, bound(1)?];
            Ok((run, constants, buffers, broken, bounds, room("field kept")?))
        };
        let (run, constants, buffers, broken, bounds, spare) = make().map_err(lost)?;
        Ok(Self {
            gpu: Arc::clone(gpu),
            size: [width, height, field.species()],
            law,
            kernel,
            show,
            run,
            constants,
            buffers,
            broken,
            bounds,
            spare,
            now: 0,
            burst: 1,
            read: Mutex::new(None),
        })
    }

    /// Makes at most `most` steps in one submission and waits for them; says how many. None when
    /// a value stopped being a number: the cells are then those before that step.
    ///
    /// # Errors
    /// Device lost.
    pub fn advance(
        &mut self,
        step: u64,
        most: u64,
        value: &dyn Fn(&str) -> Option<f64>,
    ) -> Result<u64, SimError> {
        let constants: Vec<f32> = self
            .law
            .update
            .parameters()
            .iter()
            .map(|name| match name.as_str() {
                TIME_STEP => self.law.dt as f32,
                name => value(name).unwrap_or(0.0) as f32,
            })
            .collect();
        self.gpu
            .write(&self.constants, 0, &constants)
            .map_err(lost)?;
        // The time is told once a submission.
        let alone = self.law.reads_time();
        let steps = most.min(if alone { 1 } else { self.burst });
        if alone {
            let block = RunBlock::new(&self.law, step as f64 * self.law.dt);
            self.gpu.set(&self.run, &block).map_err(lost)?;
        }
        let begun = Instant::now();
        if self.submit(steps).map_err(lost)? {
            let took = begun.elapsed();
            if steps == self.burst {
                if took * 2 < BURST {
                    self.burst = (self.burst * 2).min(MOST);
                } else if took > BURST * 2 {
                    self.burst = (self.burst / 2).max(1);
                }
            }
            self.now = (self.now + steps as usize) % 2;
            *self.read.get_mut().unwrap_or_else(PoisonError::into_inner) = None;
            return Ok(steps);
        }
        // Back to before, and as far as it goes one by one.
        let mut batch = Batch::new(&self.gpu, "flow");
        batch.copy(&self.spare, &self.buffers[self.now]);
        batch.submit().map_err(lost)?;
        if steps == 1 {
            return Ok(0);
        }
        self.burst = 1;
        self.advance(step, 1, value)
    }

    /// Makes steps; whether all values are numbers after them.
    fn submit(&mut self, steps: u64) -> Result<bool, GpuError> {
        let size = [self.size[0] as u32, self.size[1] as u32];
        let order = [&self.bounds[self.now], &self.bounds[1 - self.now]];
        let mut batch = Batch::new(&self.gpu, "flow");
        batch.clear(&self.broken);
        batch.copy(&self.buffers[self.now], &self.spare);
        batch.repeat_plane(&self.kernel, &order, size, steps as usize);
        batch.submit()?;
        Ok(self.gpu.read(&self.broken)?.first() == Some(&0))
    }

    /// The cells now, read back if need be.
    ///
    /// # Errors
    /// Device lost.
    pub fn field(&self) -> Result<Arc<Field>, SimError> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(field) = &*read {
            return Ok(Arc::clone(field));
        }
        let values = self.gpu.read(&self.buffers[self.now]).map_err(lost)?;
        let [width, height, species] = self.size;
        let mut field = Field::new(width, height, species)?;
        for (number, row) in values.chunks_exact(width).enumerate() {
            let to = field.row_mut(number / height, number % height);
            for (to, from) in to.iter_mut().zip(row) {
                *to = f64::from(*from);
            }
        }
        let field = Arc::new(field);
        *read = Some(Arc::clone(&field));
        Ok(field)
    }

    /// The cells now, if they have been read back.
    pub fn at_hand(&self) -> Option<Arc<Field>> {
        let read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        read.clone()
    }

    /// Replaces the cells.
    ///
    /// # Errors
    /// Device lost.
    pub fn load(&mut self, field: &Field) -> Result<(), SimError> {
        self.gpu
            .write(&self.buffers[self.now], 0, &planes(field))
            .map_err(lost)?;
        // What lies there is rounded to f32.
        *self.read.get_mut().unwrap_or_else(PoisonError::into_inner) = None;
        Ok(())
    }

    /// Means of a species over blocks of cells, left on the device.
    ///
    /// # Errors
    /// Device lost, no room.
    pub fn shown(&self, species: usize, block: usize) -> Result<Data<f32>, SimError> {
        let [width, height, _] = self.size;
        let (columns, rows) = (width.div_ceil(block), height.div_ceil(block));
        let look = ShowBlock {
            width: width as u32,
            height: height as u32,
            first: (species * width * height) as u32,
            block: block as u32,
            columns: columns as u32,
            rows: rows as u32,
            padding: [0; 2],
        };
        let make = || -> Result<_, GpuError> {
            let values = self.gpu.zeros::<f32>("shown", columns * rows)?;
            let look = self.gpu.uniform("show", &look)?;
            let bound = self.show.bind(&[&look, &self.buffers[self.now], &values])?;
            let mut batch = Batch::new(&self.gpu, "show");
            batch.dispatch_plane(&self.show, &bound, [columns as u32, rows as u32]);
            batch.submit()?;
            Ok(values)
        };
        Ok(Data::Device(make().map_err(lost)?))
    }

    /// What runs, in words.
    pub fn words(&self) -> String {
        format!("{}, f32", self.gpu.name())
    }
}
