//! A print's hits counted on a device, where f32 carries the system: `print.wgsl`.
//!
//! Counts are taken to the host's 64-bit totals before any could overflow.

use std::sync::Arc;

use loom_gpu::scene::Buffer;
use loom_gpu::{Batch, Binding, Gpu, Kernel, Shader};
use loom_sim::{Press, SimError};

use super::optic::Optic;
use super::recipe::{Channel, Recipe};
use super::swarm::Swarm;
use super::tally::{Keeps, Tally};
use super::{GATHERED, Subject};
use crate::device::preamble;
use crate::start::Scatter;

/// Orbits that are followed at once.
const MEMBERS: usize = 1 << 16;
/// Hits of one dispatch, at most.
const A_DISPATCH: u64 = 1 << 24;
/// Hits after which sums of bytes could overflow: 2^32 / 255.
const FULL: u64 = 1 << 24;

/// `print.wgsl`'s Press.
#[repr(C)]
#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
struct PressBlock {
    matrix: [[f32; 4]; 4],
    forward: [f32; 4],
    ranges: [f32; 4],
    axes: [u32; 4],
    size: [u32; 2],
    members: u32,
    steps: u32,
    between: u32,
    first: u32,
    counting: u32,
    nearest: u32,
    dt: f32,
    gap: [f32; 3],
    padding: [f32; 4],
}

/// Whether a device can gather by this recipe.
pub fn fits(recipe: &Recipe) -> bool {
    matches!(
        recipe.channel,
        Channel::None | Channel::Speed | Channel::Variable(_)
    )
}

fn failed(error: loom_gpu::GpuError) -> SimError {
    SimError::Device(error.to_string())
}

/// What is followed, and by which settings.
pub struct Work<'a> {
    pub gpu: &'a Arc<Gpu>,
    pub subject: &'a Subject<'a>,
    pub swarm: &'a Swarm<'a>,
    pub optic: &'a Optic,
    pub recipe: &'a Recipe,
    pub keeps: Keeps,
    pub press: &'a Press,
}

/// Follows the orbits on the device.
pub fn gather(work: &Work<'_>, tally: &mut Tally) -> Result<(), SimError> {
    let Work {
        gpu,
        subject,
        swarm,
        optic,
        recipe,
        keeps,
        press,
    } = *work;
    use Binding::{Read, ReadWrite, Uniform};
    let definition = subject.definition;
    let dimension = definition.dimension();
    let text = format!("{}{}", preamble(definition, 0), include_str!("print.wgsl"));
    let kernel = Kernel::new(
        gpu,
        "print",
        Shader::generated(format!("print.wgsl for {}", definition.name), text),
        "gather",
        &[
            Uniform, Read, Read, ReadWrite, ReadWrite, ReadWrite, ReadWrite,
        ],
    )
    .map_err(failed)?;
    let mut scatter = Scatter::new(
        subject.samples,
        subject.build.spread,
        subject.seed,
        "attractors: print on the device",
    );
    let mut starts = vec![0.0f32; MEMBERS * dimension];
    for m in 0..MEMBERS {
        for (v, x) in scatter.point().iter().enumerate() {
            starts[v * MEMBERS + m] = *x as f32;
        }
    }
    let constants: Vec<f32> = subject.build.constants.iter().map(|x| *x as f32).collect();
    let constants = if constants.is_empty() {
        vec![0.0]
    } else {
        constants
    };
    let constants = gpu.upload("constants", &constants).map_err(failed)?;
    let begin = gpu.upload("print starts", &starts).map_err(failed)?;
    let state = gpu.upload("print orbits", &starts).map_err(failed)?;
    let cells = tally.cells();
    let list = |on: bool| -> Result<Buffer<u32>, SimError> {
        gpu.zeros("print cells", if on { cells } else { 1 })
            .map_err(failed)
    };
    let (counts, sums, nearest) = (list(true)?, list(keeps.mean)?, list(keeps.nearest)?);
    let (view, dt, between) = (optic.block(), swarm.dt(), swarm.between());
    let [low, high] = subject.range(recipe.channel);
    let mut block = PressBlock {
        matrix: view.matrix,
        forward: view.forward,
        ranges: [
            view.near,
            view.scale,
            low as f32,
            (1.0 / (high - low).max(f64::MIN_POSITIVE)) as f32,
        ],
        axes: [
            subject.axes.x as u32,
            subject.axes.y as u32,
            subject.axes.z.unwrap_or(dimension) as u32,
            match recipe.channel {
                Channel::Variable(v) => v as u32,
                Channel::Speed => dimension as u32,
                _ => dimension as u32 + 1,
            },
        ],
        size: tally.size,
        members: MEMBERS as u32,
        steps: swarm.settling() as u32,
        between: between as u32,
        first: 0,
        counting: 0,
        nearest: u32::from(keeps.nearest),
        dt: dt as f32,
        gap: [0.0; 3],
        padding: [0.0; 4],
    };
    let uniform = gpu.uniform("print", &block).map_err(failed)?;
    let bound = kernel
        .bind(&[
            &uniform, &constants, &begin, &state, &counts, &sums, &nearest,
        ])
        .map_err(failed)?;
    let clear = |nearest_too: bool| -> Result<(), SimError> {
        let mut batch = Batch::new(gpu, "print");
        batch.clear(&counts);
        batch.clear(&sums);
        batch.submit().map_err(failed)?;
        if nearest_too {
            gpu.write(&nearest, 0, &vec![u32::MAX; nearest.len])
                .map_err(failed)?;
        }
        Ok(())
    };
    clear(true)?;
    // Long work is cut so that no dispatch takes longer than a device allows.
    let most = (A_DISPATCH / (MEMBERS as u64 * between as u64)).max(1) as u32;
    let run = |block: &mut PressBlock, steps: u32| -> Result<(), SimError> {
        block.steps = steps;
        gpu.set(&uniform, block).map_err(failed)?;
        let mut batch = Batch::new(gpu, "print");
        batch.dispatch(&kernel, &bound, MEMBERS as u64);
        batch.submit().map_err(failed)?;
        gpu.wait("a print", std::time::Duration::from_mins(2))
            .map_err(failed)?;
        block.first += steps;
        Ok(())
    };
    let mut left = block.steps;
    while left > 0 {
        press.job.check()?;
        let steps = left.min(256);
        run(&mut block, steps)?;
        left -= steps;
    }
    block.counting = 1;
    let a_step = MEMBERS as u64 * between as u64;
    let mut since = 0;
    while tally.thrown < recipe.hits {
        press.job.check()?;
        let wanted = (recipe.hits - tally.thrown).div_ceil(a_step);
        let steps = u32::try_from(wanted).unwrap_or(u32::MAX).min(most);
        let hits = u64::from(steps) * a_step;
        if since + hits > FULL {
            tally.take(gpu, [&counts, &sums, &nearest])?;
            clear(false)?;
            since = 0;
        }
        run(&mut block, steps)?;
        since += hits;
        tally.prepare(hits);
        let part = tally.thrown as f64 / recipe.hits as f64;
        press.job.progress(GATHERED * part.min(1.0) as f32);
    }
    tally.take(gpu, [&counts, &sums, &nearest])
}
