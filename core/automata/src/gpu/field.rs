//! Cells of a byte each on a GPU: the twin of the field on every bounded grid.
//!
//! Two buffers of cells take turns on the device. The host's copy is read back only when someone
//! asks for it; the picture is made of blocks that the device looks at.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use bytemuck::{Pod, Zeroable};
use loom_gpu::scene::Buffer;
use loom_gpu::{Batch, Binding, Bound, Gpu, GpuError, Kernel, Shader, Uniform};

use super::program::{Program, Sums};
use crate::field::Field;
use crate::pattern::grid_corner;
use crate::rule::{Family, Rule};

/// The most workgroups that count cells.
const TALLIES: u64 = 512;

/// `field.wgsl`'s Run.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
struct RunBlock {
    odd: u32,
    padding: [u32; 3],
}

/// `field.wgsl`'s Look.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
struct LookBlock {
    x: u32,
    y: u32,
    width: u32,
    height: u32,
    scale: u32,
    shades: u32,
    padding: [u32; 2],
}

/// What adds up the rows before a step.
#[derive(Debug)]
struct AddUp {
    kernel: Kernel,
    size: Sums,
    bounds: [Bound; 2],
}

/// The kernels that look at cells, made when first needed.
#[derive(Debug)]
struct Lookers {
    tally: Kernel,
    show: Kernel,
    totals: Buffer<u32>,
}

/// Cells of a bounded grid on a device, a byte each.
#[derive(Debug)]
pub struct FieldOnDevice {
    gpu: Arc<Gpu>,
    rule: Rule,
    shader: Shader,
    kernel: Kernel,
    add_up: Option<AddUp>,
    /// Invocations of a step along x and y.
    size: [u32; 2],
    runs: [Uniform<RunBlock>; 2],
    data: Buffer<u32>,
    buffers: [Buffer<u32>; 2],
    /// By the buffer that holds the cells now and by the parity of the generation.
    bounds: [[Bound; 2]; 2],
    now: usize,
    /// The present row of a rule of one dimension, counted from the top.
    row: usize,
    /// The cells now, if they have been read back.
    read: Mutex<Option<Arc<Field>>>,
    lookers: OnceLock<Result<Lookers, GpuError>>,
    /// Generations that are handed over at once.
    chunk: usize,
}

impl FieldOnDevice {
    /// Puts cells on the device, `now` being the present row of a rule of one dimension. There is
    /// a twin for every family but machines, on every grid with bounds that is not too large to
    /// be counted in 32 bits; nothing where there is none.
    ///
    /// # Errors
    /// No compute shaders, no room on the device, device lost.
    pub fn new(
        gpu: &Arc<Gpu>,
        rule: Rule,
        field: &Arc<Field>,
        now: i64,
    ) -> Result<Option<Self>, GpuError> {
        use Binding::{Read, ReadWrite, Uniform as Block};
        let Some(program) = Program::of(&rule) else {
            return Ok(None);
        };
        let shader = Shader::generated("field.wgsl", program.text);
        let make = |entry: &str, bindings: &[Binding]| {
            Kernel::new(gpu, "field", shader.clone(), entry, bindings)
        };
        let mut bindings = vec![Block, Read, Read, ReadWrite];
        if program.sums.is_some() {
            bindings.push(Read);
        }
        let kernel = make("step", &bindings)?;
        let data = gpu.upload("rule", &program.data)?;
        let row = row_of(field, now);
        let words = words(field, row);
        let buffers = [
            gpu.upload("cells", &words)?,
            gpu.zeros::<u32>("cells", words.len())?,
        ];
        let block = |odd: u32| {
            let padding = [0; 3];
            gpu.uniform("generation", &RunBlock { odd, padding })
        };
        let runs = [block(0)?, block(1)?];
        let (add_up, sums) = match program.sums {
            Some(size) => {
                let kernel = make("add_up", &[Block, Read, Read, ReadWrite])?;
                let sums = gpu.zeros::<u32>("running sums", size.columns * size.rows)?;
                let bound = |now: usize| kernel.bind(&[&runs[0], &data, &buffers[now], &sums]);
                let bounds = [bound(0)?, bound(1)?];
                let add_up = AddUp {
                    kernel,
                    size,
                    bounds,
                };
                (Some(add_up), Some(sums))
            }
            None => (None, None),
        };
        let bound = |now: usize, odd: usize| {
            let (before, after) = (&buffers[now], &buffers[1 - now]);
            match &sums {
                Some(sums) => kernel.bind(&[&runs[odd], &data, before, after, sums]),
                None => kernel.bind(&[&runs[odd], &data, before, after]),
            }
        };
        let bounds = [[bound(0, 0)?, bound(0, 1)?], [bound(1, 0)?, bound(1, 1)?]];
        let (width, height) = rule.topology.size().unwrap_or_default();
        Ok(Some(Self {
            gpu: Arc::clone(gpu),
            size: [width.div_ceil(4), height.div_ceil(program.strip)],
            rule,
            shader,
            kernel,
            add_up,
            runs,
            data,
            buffers,
            bounds,
            now: 0,
            row,
            read: Mutex::new(Some(Arc::clone(field))),
            lookers: OnceLock::new(),
            chunk: 1,
        }))
    }

    /// The rule, grid included.
    pub fn rule(&self) -> &Rule {
        &self.rule
    }

    /// The device.
    pub fn gpu(&self) -> &Arc<Gpu> {
        &self.gpu
    }

    /// Several generations, the first of them even or odd, handed to the device in one
    /// submission.
    ///
    /// # Errors
    /// Device lost.
    pub fn advance(&mut self, generations: usize, odd: bool) -> Result<(), GpuError> {
        if generations == 0 {
            return Ok(());
        }
        let mut batch = Batch::new(&self.gpu, "field");
        let bound = |i: usize| {
            let now = (self.now + i) % 2;
            let odd = (usize::from(odd) + i) % 2;
            (now, &self.bounds[now][odd])
        };
        match &self.add_up {
            None => {
                let order = [bound(0).1, bound(1).1];
                batch.repeat_plane(&self.kernel, &order, self.size, generations);
            }
            Some(add_up) => {
                for i in 0..generations {
                    let (now, step) = bound(i);
                    // A workgroup of 256 invocations makes a row.
                    let rows = [256, add_up.size.rows as u32];
                    batch.dispatch_plane(&add_up.kernel, &add_up.bounds[now], rows);
                    batch.dispatch_plane(&self.kernel, step, self.size);
                }
            }
        }
        batch.submit()?;
        self.now = (self.now + generations) % 2;
        let (_, height) = self.rule.topology.size().unwrap_or_default();
        self.row = (self.row + generations).min((height as usize).max(1) - 1);
        *self.read.get_mut().unwrap_or_else(PoisonError::into_inner) = None;
        Ok(())
    }

    /// How many generations to hand over at once, as learned by earlier runs.
    pub(super) fn chunk(&self) -> usize {
        self.chunk
    }

    pub(super) fn set_chunk(&mut self, chunk: usize) {
        self.chunk = chunk;
    }

    /// Waits until the device has done all that it was given.
    ///
    /// # Errors
    /// Device lost, or no answer within a minute.
    pub fn wait(&self) -> Result<(), GpuError> {
        self.gpu.wait("a field", Duration::from_mins(1))
    }

    /// The cells now, read back if need be.
    ///
    /// # Errors
    /// Device lost.
    pub fn cells(&self) -> Result<Arc<Field>, GpuError> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(cells) = &*read {
            return Ok(Arc::clone(cells));
        }
        let words = self.gpu.read(&self.buffers[self.now])?;
        let cells = Arc::new(self.field(&words));
        *read = Some(Arc::clone(&cells));
        Ok(cells)
    }

    fn field(&self, words: &[u32]) -> Field {
        let (left, top) = grid_corner(self.rule.topology);
        let (width, height) = self.rule.topology.size().unwrap_or_default();
        let mut field = Field::new(left, top, width as usize, height as usize, 0);
        let stride = width.div_ceil(4).max(1) as usize;
        for (y, words) in words.chunks_exact(stride).take(height as usize).enumerate() {
            let bytes = words.iter().flat_map(|word| word.to_le_bytes());
            for (cell, byte) in field.row_mut(y).iter_mut().zip(bytes) {
                *cell = byte;
            }
        }
        field
    }

    /// The cells now, if they lie on the host already.
    pub fn cells_at_hand(&self) -> Option<Arc<Field>> {
        let read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        read.clone()
    }

    /// The present row of a rule of one dimension, in the grid's coordinates; the topmost one of
    /// other rules.
    pub fn present_row(&self) -> i64 {
        let (_, top) = grid_corner(self.rule.topology);
        match self.rule.family {
            Family::Line(_) => top + self.row as i64,
            _ => top,
        }
    }

    /// Replaces the cells by those of a field of the same size, and the present row of a rule of
    /// one dimension.
    ///
    /// # Errors
    /// Device lost.
    pub fn set_cells(&mut self, field: &Arc<Field>, now: i64) -> Result<(), GpuError> {
        self.row = row_of(field, now);
        let words = words(field, self.row);
        self.gpu.write(&self.buffers[self.now], 0, &words)?;
        *self.read.get_mut().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(field));
        Ok(())
    }

    fn lookers(&self) -> Result<&Lookers, GpuError> {
        use Binding::{Read, ReadWrite, Uniform as Block};
        let make = || {
            let kernel = |entry: &str, bindings: &[Binding]| {
                Kernel::new(&self.gpu, entry, self.shader.clone(), entry, bindings)
            };
            Ok(Lookers {
                tally: kernel("tally", &[Block, Read, Read, ReadWrite])?,
                show: kernel("show", &[Block, Read, Read, ReadWrite, Block])?,
                totals: self.gpu.zeros("totals", 256)?,
            })
        };
        self.lookers
            .get_or_init(make)
            .as_ref()
            .map_err(Clone::clone)
    }

    /// Number of cells in each state but 0, counted on the device.
    ///
    /// # Errors
    /// Device lost.
    pub fn counts(&self) -> Result<Vec<u32>, GpuError> {
        let lookers = self.lookers()?;
        let cells = &self.buffers[self.now];
        let bound = lookers
            .tally
            .bind(&[&self.runs[0], &self.data, cells, &lookers.totals])?;
        let (_, height) = self.rule.topology.size().unwrap_or_default();
        let mut batch = Batch::new(&self.gpu, "tally");
        batch.clear(&lookers.totals);
        batch.dispatch(&lookers.tally, &bound, TALLIES.min(height.into()) * 256);
        batch.submit()?;
        self.gpu.read(&lookers.totals)
    }

    /// Places in a palette of blocks of 2^scale cells a side, left on the device: the state that
    /// leads in a block, in one of `shades` by the square root of the share of live cells (state
    /// s has places from (s − 1) · shades + 1 on), or with no shades that square root alone, from
    /// 24 to 254. `first` counts blocks from the grid's corner.
    ///
    /// # Errors
    /// Device lost, no room.
    pub fn show(
        &self,
        first: [usize; 2],
        scale: u32,
        size: [usize; 2],
        shades: u32,
    ) -> Result<Buffer<u8>, GpuError> {
        let lookers = self.lookers()?;
        let look = LookBlock {
            x: first[0] as u32,
            y: first[1] as u32,
            width: size[0] as u32,
            height: size[1] as u32,
            scale: scale.min(29),
            shades,
            padding: [0; 2],
        };
        let count = size[0] * size[1];
        let places = self.gpu.zeros::<u8>("blocks", count)?;
        let look = self.gpu.uniform("look", &look)?;
        let cells = &self.buffers[self.now];
        let bound = lookers
            .show
            .bind(&[&self.runs[0], &self.data, cells, &places, &look])?;
        let mut batch = Batch::new(&self.gpu, "show");
        batch.dispatch(&lookers.show, &bound, count.div_ceil(4) as u64);
        batch.submit()?;
        Ok(places)
    }

    /// Bytes on the device.
    pub fn bytes(rule: &Rule) -> u64 {
        let (width, height) = rule.topology.size().unwrap_or_default();
        let cells = u64::from(width.div_ceil(4)) * 4 * u64::from(height);
        let sums = match &rule.family {
            Family::Larger(larger) => {
                let reach = u64::from(larger.reach);
                4 * (u64::from(width) + 4 * reach) * (u64::from(height) + 2 * reach)
            }
            Family::Turmite(_) => return 0,
            _ => 0,
        };
        2 * cells + sums
    }
}

/// A row of a field, counted from its top.
fn row_of(field: &Field, now: i64) -> usize {
    let last = field.height().max(1) as i64 - 1;
    (now - field.corner().1).clamp(0, last) as usize
}

/// The cells as words of four, rows without a rim, and the present row behind them.
fn words(field: &Field, row: usize) -> Vec<u32> {
    let stride = field.width().div_ceil(4);
    let mut words = Vec::with_capacity(stride * field.height() + 1);
    for y in 0..field.height() {
        let (whole, rest) = field.row(y).as_chunks::<4>();
        words.extend(whole.iter().map(|bytes| u32::from_le_bytes(*bytes)));
        if !rest.is_empty() {
            let mut last = [0; 4];
            last[..rest.len()].copy_from_slice(rest);
            words.push(u32::from_le_bytes(last));
        }
    }
    words.push(row as u32);
    words
}
