//! Cells on a GPU: the packed engine's twin, whose shader is `life.wgsl`, and that of the field
//! ([`FieldOnDevice`]).
//!
//! Two buffers of cells take turns on the device, 32 cells a word without a rim. The host's copy
//! is read back only when someone asks for it; the picture is drawn from the device's own words.

mod field;
mod offers;
mod program;

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use bytemuck::{Pod, Zeroable};
use loom_gpu::scene::Buffer;
use loom_gpu::{Batch, Binding, Bound, Gpu, GpuError, Kernel, Uniform, wgsl};

pub use self::field::FieldOnDevice;
use crate::grid::Grid;
use crate::rule::{Rule, Topology};

/// Generations that the kernel `leap` makes at once.
const LEAP: usize = 8;

/// Columns from which on it can be used: its tiles reach a word beyond each side.
const LEAP_FROM: u32 = 64;

/// The uniform block of `life.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
struct Parameters {
    width: u32,
    height: u32,
    words: u32,
    wraps: u32,
    rule: u32,
    padding: [u32; 3],
}

/// The block `look` of `life.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
struct Look {
    x: u32,
    y: u32,
    width: u32,
    height: u32,
    scale: u32,
    inverse: u32,
    padding: [u32; 2],
}

/// The kernels that look at cells, made when first needed.
#[derive(Debug)]
struct Lookers {
    count: Kernel,
    shade: Kernel,
    rows: Buffer<u32>,
}

/// Cells of a torus or bounded plane on a device.
#[derive(Debug)]
pub struct OnDevice {
    gpu: Arc<Gpu>,
    rule: Rule,
    kernel: Kernel,
    /// Several generations at once.
    leap: Kernel,
    parameters: Uniform<Parameters>,
    buffers: [Buffer<u32>; 2],
    bounds: [Bound; 2],
    leap_bounds: [Bound; 2],
    /// Which buffer holds the cells now.
    now: usize,
    /// The cells now, if they have been read back.
    read: Mutex<Option<Arc<Grid>>>,
    lookers: OnceLock<Result<Lookers, GpuError>>,
    /// Generations that are handed over at once.
    chunk: usize,
}

impl OnDevice {
    /// Puts cells on the device. `topology` of the rule is that of the grid.
    ///
    /// # Errors
    /// No compute shaders, no room on the device, device lost.
    pub fn new(gpu: &Arc<Gpu>, rule: Rule, cells: Arc<Grid>) -> Result<Self, GpuError> {
        let bindings = [Binding::Uniform, Binding::Read, Binding::ReadWrite];
        let kernel = Kernel::new(gpu, "life", wgsl!("life.wgsl"), "step", &bindings)?;
        let leap = Kernel::new(gpu, "life", wgsl!("life.wgsl"), "leap", &bindings)?;
        let parameters = gpu.uniform("life", &parameters(&rule, &cells))?;
        let words = words32(&cells);
        let buffers = [
            gpu.upload("cells", &words)?,
            gpu.zeros::<u32>("cells", words.len())?,
        ];
        let bound = |kernel: &Kernel| {
            Ok::<_, GpuError>([
                kernel.bind(&[&parameters, &buffers[0], &buffers[1]])?,
                kernel.bind(&[&parameters, &buffers[1], &buffers[0]])?,
            ])
        };
        let (bounds, leap_bounds) = (bound(&kernel)?, bound(&leap)?);
        Ok(Self {
            gpu: Arc::clone(gpu),
            rule,
            kernel,
            leap,
            parameters,
            buffers,
            bounds,
            leap_bounds,
            now: 0,
            read: Mutex::new(Some(cells)),
            lookers: OnceLock::new(),
            chunk: 1,
        })
    }

    /// The rule, grid included.
    pub fn rule(&self) -> Rule {
        self.rule.clone()
    }

    /// The device.
    pub fn gpu(&self) -> &Arc<Gpu> {
        &self.gpu
    }

    /// Changes births and survivals; the grid stays.
    ///
    /// # Errors
    /// Device lost.
    pub fn set_rule(&mut self, rule: Rule) -> Result<(), GpuError> {
        let rule = rule.on(self.rule.topology);
        let cells = self.cells()?;
        self.gpu.set(&self.parameters, &parameters(&rule, &cells))?;
        self.rule = rule;
        Ok(())
    }

    /// Several generations, handed to the device in one submission.
    ///
    /// # Errors
    /// Device lost.
    pub fn advance(&mut self, generations: usize) -> Result<(), GpuError> {
        if generations == 0 {
            return Ok(());
        }
        let (width, height) = self.rule.topology.size().unwrap_or_default();
        let words = width.div_ceil(32);
        let leaps = if width < LEAP_FROM {
            0
        } else {
            generations / LEAP
        };
        let steps = generations - leaps * LEAP;
        let mut batch = Batch::new(&self.gpu, "life");
        // A workgroup of 16 x 16 invocations makes 14 words of 32 rows.
        let size = [words.div_ceil(14) * 16, height.div_ceil(32) * 16];
        batch.repeat_plane(&self.leap, &order(&self.leap_bounds, self.now), size, leaps);
        self.now = (self.now + leaps) % 2;
        let size = [words, height];
        batch.repeat_plane(&self.kernel, &order(&self.bounds, self.now), size, steps);
        batch.submit()?;
        self.now = (self.now + steps) % 2;
        *self.read.get_mut().unwrap_or_else(PoisonError::into_inner) = None;
        Ok(())
    }

    /// How many generations to hand over at once, as learned by earlier runs.
    pub(crate) fn chunk(&self) -> usize {
        self.chunk
    }

    pub(crate) fn set_chunk(&mut self, chunk: usize) {
        self.chunk = chunk;
    }

    /// Waits until the device has done all that it was given.
    ///
    /// # Errors
    /// Device lost, or no answer within a minute.
    pub fn wait(&self) -> Result<(), GpuError> {
        self.gpu.wait("Life", std::time::Duration::from_mins(1))
    }

    /// The cells now, read back if need be.
    ///
    /// # Errors
    /// Device lost.
    pub fn cells(&self) -> Result<Arc<Grid>, GpuError> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(cells) = &*read {
            return Ok(Arc::clone(cells));
        }
        let words = self.gpu.read(&self.buffers[self.now])?;
        let cells = Arc::new(grid(self.rule.topology, &words));
        *read = Some(Arc::clone(&cells));
        Ok(cells)
    }

    fn lookers(&self) -> Result<&Lookers, GpuError> {
        let make = || {
            use Binding::{Read, ReadWrite, Uniform};
            let kernel = |entry: &str, bindings: &[Binding]| {
                Kernel::new(&self.gpu, entry, wgsl!("life.wgsl"), entry, bindings)
            };
            let height = self.rule.topology.size().map_or(1, |size| size.1);
            Ok(Lookers {
                count: kernel("count", &[Uniform, Read, ReadWrite])?,
                shade: kernel("shade", &[Uniform, Read, ReadWrite, Uniform])?,
                rows: self.gpu.zeros("row counts", height as usize)?,
            })
        };
        self.lookers
            .get_or_init(make)
            .as_ref()
            .map_err(Clone::clone)
    }

    /// Number of live cells, counted on the device.
    ///
    /// # Errors
    /// Device lost.
    pub fn population(&self) -> Result<u64, GpuError> {
        let lookers = self.lookers()?;
        let cells = &self.buffers[self.now];
        let bound = lookers
            .count
            .bind(&[&self.parameters, cells, &lookers.rows])?;
        let mut batch = Batch::new(&self.gpu, "count");
        batch.dispatch(&lookers.count, &bound, lookers.rows.len as u64);
        batch.submit()?;
        let rows = self.gpu.read(&lookers.rows)?;
        Ok(rows.iter().map(|&row| u64::from(row)).sum())
    }

    /// The square root of the share of live cells in blocks of 2^scale cells a side, from 0 to
    /// 1 or from 1 to 0, left on the device. `first` counts blocks from the grid's corner.
    ///
    /// # Errors
    /// Device lost, no room.
    pub fn shade(
        &self,
        first: [usize; 2],
        scale: u32,
        size: [usize; 2],
        inverse: bool,
    ) -> Result<Buffer<f32>, GpuError> {
        let lookers = self.lookers()?;
        let look = Look {
            x: first[0] as u32,
            y: first[1] as u32,
            width: size[0] as u32,
            height: size[1] as u32,
            scale: scale.min(29),
            inverse: inverse.into(),
            padding: [0; 2],
        };
        let values = self.gpu.zeros::<f32>("shades", size[0] * size[1])?;
        let look = self.gpu.uniform("look", &look)?;
        let cells = &self.buffers[self.now];
        let bound = lookers
            .shade
            .bind(&[&self.parameters, cells, &values, &look])?;
        let mut batch = Batch::new(&self.gpu, "shade");
        let size = [size[0] as u32, size[1] as u32];
        batch.dispatch_plane(&lookers.shade, &bound, size);
        batch.submit()?;
        Ok(values)
    }

    /// The cells now, if they lie on the host already.
    pub fn cells_at_hand(&self) -> Option<Arc<Grid>> {
        let read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        read.clone()
    }

    /// Replaces the cells by those of a grid of the same size.
    ///
    /// # Errors
    /// Device lost.
    pub fn set_cells(&mut self, cells: Arc<Grid>) -> Result<(), GpuError> {
        self.gpu
            .write(&self.buffers[self.now], 0, &words32(&cells))?;
        *self.read.get_mut().unwrap_or_else(PoisonError::into_inner) = Some(cells);
        Ok(())
    }

    /// The words on the device, 32 cells each, rows of [`Self::words_per_row`].
    pub fn words(&self) -> &Buffer<u32> {
        &self.buffers[self.now]
    }

    /// 32-bit words in a row.
    pub fn words_per_row(&self) -> u32 {
        self.rule
            .topology
            .size()
            .map_or(1, |(width, _)| width.div_ceil(32))
    }

    /// Bytes on the device: two buffers.
    pub fn bytes(topology: Topology) -> u64 {
        topology.size().map_or(0, |(width, height)| {
            2 * 4 * u64::from(width.div_ceil(32)) * u64::from(height)
        })
    }
}

/// The bounds of two buffers that take turns, the one to begin with first.
fn order(bounds: &[Bound; 2], now: usize) -> [&Bound; 2] {
    [&bounds[now], &bounds[1 - now]]
}

fn parameters(rule: &Rule, cells: &Grid) -> Parameters {
    Parameters {
        width: cells.width() as u32,
        height: cells.height() as u32,
        words: (cells.width() as u32).div_ceil(32),
        wraps: u32::from(cells.wraps()),
        rule: rule.bits(),
        padding: [0; 3],
    }
}

/// The cells as words of 32, rows without a rim.
pub(crate) fn words32(cells: &Grid) -> Vec<u32> {
    let row = cells.width().div_ceil(32);
    let mut words = Vec::with_capacity(row * cells.height());
    for y in 0..cells.height() {
        let halves = cells
            .row_words(y)
            .flat_map(|word| [word as u32, (word >> 32) as u32]);
        words.extend(halves.take(row));
    }
    words
}

fn grid(topology: Topology, words: &[u32]) -> Grid {
    // The buffer was made for this topology, which has a size.
    let Some(mut grid) = Grid::new(topology) else {
        return Grid::default();
    };
    let row = grid.width().div_ceil(32);
    for (y, words) in words.chunks_exact(row).take(grid.height()).enumerate() {
        grid.set_row(
            y,
            words.chunks(2).map(|pair| {
                u64::from(pair[0]) | pair.get(1).map_or(0, |&high| u64::from(high) << 32)
            }),
        );
    }
    grid
}
