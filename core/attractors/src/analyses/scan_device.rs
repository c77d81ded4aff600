//! A scan on the device, in f32: `scan.wgsl` run on the equations' own WGSL, band of rows by band.
//! It is a preview; the numbers of a report come from `scan.rs`, its twin in f64.

use std::sync::Arc;
use std::time::{Duration, Instant};

use loom_gpu::{Batch, Binding, Gpu, GpuError, Kernel, Shader};
use loom_sim::{Job, SimError};

use super::scan::Grid;
use crate::device::preamble;
use crate::first_exponent::ORBITS;
use crate::spectrum::mean_and_error;

/// Orbits that lie on the device at once, at most.
const MOST: usize = 1 << 20;
/// A dispatch should take about this long.
const TARGET: Duration = Duration::from_millis(30);
/// So long a dispatch may take before the device is given up.
const PATIENCE: Duration = Duration::from_mins(1);

/// `scan.wgsl`'s Run.
#[repr(C)]
#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
struct RunBlock {
    members: u32,
    columns: u32,
    orbits: u32,
    stride: u32,
    strides: u32,
    made: u32,
    settling: u32,
    over: u32,
    against: u32,
    dt: f32,
    padding: [u32; 2],
}

fn device_error(error: GpuError) -> SimError {
    SimError::Device(error.to_string())
}

/// The exponents of all cells, none where the orbits run away. `told` hears of each band.
pub(super) fn exponents(
    grid: &Grid<'_>,
    gpu: &Arc<Gpu>,
    job: &Job,
    mut told: impl FnMut(&[Option<(f64, f64)>]),
) -> Result<Vec<Option<(f64, f64)>>, SimError> {
    let width = grid.columns.len();
    let band = (MOST / (width * ORBITS)).clamp(1, grid.rows.len());
    let kernel = kernel(grid, gpu)?;
    let mut cells = Vec::with_capacity(width * grid.rows.len());
    for rows in grid.rows.chunks(band) {
        let before = cells.len();
        let total = (width * grid.rows.len()) as f32;
        let tell = |part: f32| {
            job.progress((before as f32 + part * (width * rows.len()) as f32) / total);
        };
        cells.extend(one_band(grid, rows, gpu, &kernel, job, &tell)?);
        told(&cells);
    }
    Ok(cells)
}

fn kernel(grid: &Grid<'_>, gpu: &Arc<Gpu>) -> Result<Kernel, SimError> {
    let definition = grid.definition;
    let text = format!("{}{}", preamble(definition, 1), include_str!("scan.wgsl"));
    use Binding::{Read, ReadWrite, Uniform};
    Kernel::new(
        gpu,
        "scan",
        Shader::generated(format!("scan.wgsl for {}", definition.name), text),
        "grow",
        &[Uniform, Read, Read, Read, ReadWrite, ReadWrite],
    )
    .map_err(device_error)
}

fn one_band(
    grid: &Grid<'_>,
    rows: &[f64],
    gpu: &Arc<Gpu>,
    kernel: &Kernel,
    job: &Job,
    tell: &dyn Fn(f32),
) -> Result<Vec<Option<(f64, f64)>>, SimError> {
    let single = |list: &[f64]| list.iter().map(|x| *x as f32).collect::<Vec<f32>>();
    let cells = grid.columns.len() * rows.len();
    let members = cells * ORBITS;
    let rows_of_state = grid.exponent.starts.len() / ORBITS;
    let mut state = Vec::with_capacity(members * rows_of_state);
    for row in grid.exponent.starts.chunks_exact(ORBITS) {
        for _ in 0..cells {
            state.extend(row.iter().map(|x| *x as f32));
        }
    }
    let constants = single(&grid.build.constants);
    let constants = if constants.is_empty() {
        vec![0.0]
    } else {
        constants
    };
    let constants = gpu
        .upload("scan constants", &constants)
        .map_err(device_error)?;
    let across = single(&grid.columns);
    let across = gpu.upload("scan columns", &across).map_err(device_error)?;
    let up = gpu
        .upload("scan rows", &single(rows))
        .map_err(device_error)?;
    let state = gpu.upload("scan orbits", &state).map_err(device_error)?;
    let growth = gpu
        .zeros::<f32>("scan growth", members)
        .map_err(device_error)?;
    let mut block = RunBlock {
        members: members as u32,
        columns: grid.columns.len() as u32,
        orbits: ORBITS as u32,
        stride: grid.exponent.stride as u32,
        strides: 1,
        made: 0,
        settling: u32::try_from(grid.exponent.settling).unwrap_or(u32::MAX),
        over: grid.over as u32,
        against: grid.against.map_or(u32::MAX, |a| a as u32),
        dt: grid.build.dt as f32,
        padding: [0; 2],
    };
    let run = gpu.uniform("scan run", &block).map_err(device_error)?;
    let bound = kernel
        .bind(&[&run, &constants, &across, &up, &state, &growth])
        .map_err(device_error)?;
    let all = grid.exponent.settling + grid.exponent.measured;
    let (mut made, mut strides) = (0_u64, 1_u64);
    while made < all {
        job.check()?;
        let now = strides.min(all - made);
        block.made = made as u32;
        block.strides = now as u32;
        gpu.set(&run, &block).map_err(device_error)?;
        let begun = Instant::now();
        let mut batch = Batch::new(gpu, "scan");
        batch.dispatch(kernel, &bound, members as u64);
        batch.submit().map_err(device_error)?;
        gpu.wait("the scan", PATIENCE).map_err(device_error)?;
        made += now;
        tell(made as f32 / all as f32);
        let took = begun.elapsed();
        if took < TARGET / 2 {
            strides = (strides * 2).min(1 << 16);
        } else if took > TARGET * 2 {
            strides = (strides / 2).max(1);
        }
    }
    let sums = gpu.read(&growth).map_err(device_error)?;
    let time = grid.exponent.measured as f64 * grid.exponent.stride as f64 * grid.build.dt;
    Ok(sums
        .chunks_exact(ORBITS)
        .map(|sums| {
            let rates: Vec<f64> = sums.iter().map(|s| f64::from(*s) / time).collect();
            let whole = rates.iter().all(|r| r.is_finite());
            whole.then(|| mean_and_error(&rates))
        })
        .collect())
}
