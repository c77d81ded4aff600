//! Print-quality pictures of attractors: hundreds of millions of hits, gathered, blurred, lit.
//!
//! | Part | What it does |
//! |---|---|
//! | [`recipe`] | what can be set |
//! | `swarm` | the orbits, in fixed blocks |
//! | `optic` | from states to cells |
//! | `device` | the same on a device |
//! | `tally` | what each cell gathers, in whole numbers |
//! | `plate`, `soften` | densities, blurred where sparse, as tones |
//! | `looks`, `light` | Gas, Liquid, Light, Plasma and Solid in linear light |
//! | `finish` | cells to pixels to bytes |
//! | `key` | what the colours mean |
//! | `view` | what a run shows, printed |
//!
//! A picture depends on the system, its parameters, the camera, the settings and the seed, and on
//! nothing else: not on threads, not on how a run got where it stands.

mod device;
mod finish;
mod grid;
mod key;
mod light;
mod looks;
mod optic;
mod plate;
pub mod recipe;
mod soften;
mod swarm;
mod tally;
mod view;

use std::sync::Arc;
use std::time::{Duration, Instant};

use loom_gpu::Gpu;
use loom_sim::{Camera, Press, Raster, Rgba, SimError};
use rayon::prelude::*;

use crate::definition::Definition;
use crate::lens::Lens;
pub use crate::lens::{Axes, Frame};
use crate::settings::Build;
use crate::start::Samples;

use finish::{glow, ground_color, raster, shrink};
use light::{Shades, linear_of, suits_reversed};
use looks::Lit;
use optic::Optic;
use plate::{Plate, Source};
pub use recipe::{Channel, Ground, Look, Recipe};
use swarm::{BLOCKS, Swarm};
use tally::{Keeps, Tally};

/// The most memory that a print may take.
const MOST_BYTES: u64 = 8 << 30;
/// Pixels of a picture that is shown while it forms.
const PREVIEW: u32 = 480;
/// Time between two such pictures, once the first is there.
const OFTEN: Duration = Duration::from_millis(1500);
/// Part of the work after which only the lighting is left, for the progress.
const GATHERED: f32 = 0.9;

/// Of what a print is made.
#[derive(Debug)]
pub struct Subject<'a> {
    pub definition: &'a Definition,
    pub build: &'a Build,
    pub samples: &'a Samples,
    pub speed_range: [f64; 2],
    pub axes: Axes,
    /// What the picture covers.
    pub frame: Frame,
    pub seed: u64,
    /// The view's ground.
    pub ground: Rgba,
    /// What gathers, in place of the processor, where it can.
    pub gpu: Option<Arc<Gpu>>,
}

/// Bytes that the work takes.
fn cost(size: [u32; 2], recipe: &Recipe, keeps: Keeps) -> u64 {
    let pixels = u64::from(size[0]) * u64::from(size[1]);
    let side = u64::from(recipe.supersample);
    let filtered = if side > 1 { 16 * side } else { 0 };
    pixels * side * side * (keeps.bytes() + plate::bytes(recipe)) + pixels * (32 + filtered)
}

impl Subject<'_> {
    fn keeps(&self, recipe: &Recipe) -> Keeps {
        Keeps {
            mean: !matches!(recipe.channel, Channel::None | Channel::Direction),
            angle: recipe.channel == Channel::Direction,
            nearest: recipe.look == Look::Solid && !self.axes.is_planar(),
        }
    }

    /// The lens of the whole grid of cells.
    fn lens(&self, size: [u32; 2], side: u32) -> Lens {
        Lens {
            axes: self.axes,
            frame: self.frame.clone(),
            size: size.map(|n| n * side),
        }
    }

    fn points(&self) -> Vec<[f64; 3]> {
        (0..self.samples.len())
            .map(|i| self.axes.point(|v| self.samples.point(i)[v]))
            .filter(|p| p.iter().all(|x| x.is_finite()))
            .collect()
    }

    /// Numbers that become the ends of the map: those between which nearly all of the attractor
    /// lies.
    fn range(&self, channel: Channel) -> [f64; 2] {
        match channel {
            Channel::None | Channel::Age | Channel::Direction => [0.0, 1.0],
            Channel::Speed => self.speed_range,
            Channel::Variable(v) => {
                let mut values: Vec<f64> = (0..self.samples.len())
                    .map(|i| self.samples.point(i)[v])
                    .filter(|x| x.is_finite())
                    .collect();
                values.sort_by(f64::total_cmp);
                let at = |part: f64| values.get((part * values.len() as f64) as usize).copied();
                match (at(0.005), at(0.995)) {
                    (Some(low), Some(high)) if high > low => [low, high],
                    (Some(low), _) => [low, low + 1.0],
                    _ => [0.0, 1.0],
                }
            }
        }
    }

    /// The print, `size` in pixels.
    ///
    /// # Errors
    /// When it would take too much memory, on cancel, or where the system can't be drawn so.
    pub fn print(
        &self,
        size: [u32; 2],
        recipe: &Recipe,
        press: &Press,
    ) -> Result<Raster, SimError> {
        if self.definition.has_delays() {
            return Err(SimError::other(
                "A delay system can't be printed in this quality yet: save the view as a picture.",
            ));
        }
        if self.axes.is_planar() && self.axes.x == self.axes.y {
            return Err(SimError::other(
                "A density needs two different axes: a system of one variable is drawn as a \
                 cobweb or an orbit diagram.",
            ));
        }
        let keeps = self.keeps(recipe);
        let needed = cost(size, recipe, keeps);
        if needed > MOST_BYTES {
            return Err(SimError::TooLarge {
                needed: format!("{:.1} GiB", needed as f64 / f64::from(1 << 30)),
                allowed: "8 GiB".into(),
                remedy: "give a smaller size or less supersampling.".into(),
            });
        }
        let threads = press.job.threads.max(1);
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .map_err(|e| SimError::other(format!("No threads could be started: {e}.")))?;
        pool.install(|| {
            let (tally, depth) = self.gather(size, recipe, keeps, press)?;
            press.job.check()?;
            let raster = self.develop(&tally, depth, size, recipe, press)?;
            press.job.progress(1.0);
            Ok(raster)
        })
    }

    /// Follows the orbits; gives what fell into the cells, and the length of the depths in cells.
    fn gather(
        &self,
        size: [u32; 2],
        recipe: &Recipe,
        keeps: Keeps,
        press: &Press,
    ) -> Result<(Tally, f64), SimError> {
        let lens = self.lens(size, recipe.supersample);
        let optic = Optic::new(&lens, &self.points());
        let depth = match &self.frame {
            Frame::Camera(Camera::Orbit(orbit)) => {
                optic.depth_range() / orbit.unit_per_pixel(lens.size.map(f64::from))
            }
            _ => 0.0,
        };
        let swarm = Swarm::new(
            self.definition,
            self.build,
            self.samples,
            optic,
            recipe.channel,
            self.range(recipe.channel),
            !keeps.is_plain(),
        )?;
        if let Some(gpu) = self.gpu.as_ref().filter(|_| device::fits(recipe)) {
            let mut tally = Tally::new(lens.size, keeps);
            device::gather(
                &device::Work {
                    gpu,
                    subject: self,
                    swarm: &swarm,
                    optic: &optic,
                    recipe,
                    keeps,
                    press,
                },
                &mut tally,
            )?;
            return Ok((tally, depth));
        }
        let spread = self.build.spread;
        let mut blocks: Vec<_> = (0..BLOCKS)
            .map(|number| swarm.block(self.samples, spread, self.seed, number))
            .collect();
        let mut tally = Tally::new(lens.size, keeps);
        let threads = rayon::current_num_threads();
        let mut sorters = tally.sorters(if threads > 1 { BLOCKS } else { 0 }, threads);
        let mut shown = Instant::now();
        let mut show_at = recipe.hits.min(2_000_000);
        while tally.thrown < recipe.hits {
            press.job.check()?;
            let left = (recipe.hits - tally.thrown).div_ceil(swarm.hits());
            let active = usize::try_from(left).unwrap_or(BLOCKS).min(BLOCKS);
            tally.prepare(swarm.hits() * active as u64);
            if sorters.is_empty() {
                for block in &mut blocks[..active] {
                    swarm.turn(block, |cells, payloads| tally.add(cells, payloads))?;
                }
            } else {
                blocks[..active]
                    .par_iter_mut()
                    .zip(&mut sorters)
                    .try_for_each(|(block, sorted)| {
                        swarm.turn(block, |cells, payloads| sorted.push(cells, payloads))
                    })?;
                tally.collect(&mut sorters);
            }
            let part = tally.thrown as f64 / recipe.hits as f64;
            press.job.progress(GATHERED * part.min(1.0) as f32);
            if press.is_watched() && tally.thrown >= show_at && tally.thrown < recipe.hits {
                let first = show_at <= 2_000_000;
                if first || shown.elapsed() > OFTEN {
                    shown = Instant::now();
                    show_at = tally.thrown + tally.thrown / 4;
                    press.show(self.preview(&tally, depth, recipe));
                }
            }
        }
        Ok((tally, depth))
    }

    /// A small picture of what has been gathered so far.
    fn preview(&self, tally: &Tally, depth: f64, recipe: &Recipe) -> Raster {
        let [width, height] = tally.size;
        let side = width.max(height).div_ceil(PREVIEW).max(1);
        let coarse = tally.coarser(side);
        let small = Recipe {
            supersample: 1,
            blur: recipe.blur * f64::from(recipe.supersample) / f64::from(side),
            ..recipe.clone()
        };
        let plate = Plate::new(
            &Source::Coarse(&coarse.cells),
            coarse.size[0] as usize,
            1,
            tally.thrown,
            &small,
        );
        self.expose(&plate, depth / f64::from(side), coarse.size, &small)
    }

    fn develop(
        &self,
        tally: &Tally,
        depth: f64,
        size: [u32; 2],
        recipe: &Recipe,
        press: &Press,
    ) -> Result<Raster, SimError> {
        let side = recipe.supersample as usize;
        let width = tally.size[0] as usize;
        let plate = Plate::new(&Source::Fine(tally), width, side, tally.thrown, recipe);
        press.job.check()?;
        press.job.progress(GATHERED + 0.04);
        Ok(self.expose(&plate, depth, size, recipe))
    }

    fn expose(&self, plate: &Plate, depth: f64, size: [u32; 2], recipe: &Recipe) -> Raster {
        let ground = ground_color(recipe.ground, self.ground);
        // On nothing, the map runs as it does on the view's ground.
        let behind = linear_of(ground.unwrap_or(self.ground));
        let reversed = recipe.reversed.unwrap_or_else(|| {
            recipe.channel == Channel::None && suits_reversed(recipe.map, behind)
        });
        let shades = Shades::new(recipe.map, reversed);
        let lit = Lit::new(plate, recipe, shades, depth as f32);
        let mut pixels = shrink(&lit, size.map(|n| n as usize), plate.side);
        if recipe.look == Look::Light && recipe.glow > 0.0 {
            glow(&mut pixels, size[0] as usize, recipe.glow as f32);
        }
        raster(&pixels, size, recipe, ground)
    }
}

/// What a print has counted, for benchmarks and for the twin on the device: cells and hits.
///
/// # Errors
/// As [`Subject::print`].
pub fn count(
    subject: &Subject<'_>,
    size: [u32; 2],
    recipe: &Recipe,
    press: &Press,
) -> Result<(Vec<u32>, u64), SimError> {
    let keeps = subject.keeps(recipe);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(press.job.threads.max(1))
        .build()
        .map_err(|e| SimError::other(format!("No threads could be started: {e}.")))?;
    let (tally, _) = pool.install(|| subject.gather(size, recipe, keeps, press))?;
    Ok((tally.counts().to_vec(), tally.thrown))
}

/// Counts points of the plane into cells, row by row from the top, on this thread. `rectangle` is
/// left, top, right, bottom; points outside and what is no number are left out.
pub fn histogram(xs: &[f64], ys: &[f64], rectangle: [f64; 4], size: [u32; 2]) -> Vec<u32> {
    /// Points at a time: they and their cells stay in the nearest cache.
    const TOGETHER: usize = 1024;
    let lens = Lens {
        axes: Axes {
            x: 0,
            y: 1,
            z: None,
            wrap: 0,
        },
        frame: Frame::Rectangle(rectangle),
        size,
    };
    let optic = Optic::new(&lens, &[]);
    let plain = Keeps {
        mean: false,
        angle: false,
        nearest: false,
    };
    let mut tally = Tally::new(size, plain);
    let mut cells = vec![0; TOGETHER];
    for (xs, ys) in xs.chunks(TOGETHER).zip(ys.chunks(TOGETHER)) {
        let n = xs.len().min(ys.len());
        optic.cells_of(&xs[..n], &ys[..n], &mut cells[..n]);
        tally.prepare(n as u64);
        tally.add(&cells[..n], &[]);
    }
    tally.counts().to_vec()
}
