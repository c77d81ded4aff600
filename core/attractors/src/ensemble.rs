//! The cloud on the processor: every particle in f64, advanced in fixed blocks by any number of
//! threads. The twin of `ensemble.wgsl`.
//!
//! A block is always the same members in the same order, so neither the number of threads nor
//! the slicing of a run changes a bit.

use std::sync::Arc;

use loom_formula::Clock;
use loom_sim::SimError;
use loom_sim::scene::Vertex;
use rayon::ThreadPool;
use rayon::prelude::*;

use crate::definition::{ColorBy, Definition};
use crate::histogram::Histogram;
use crate::lens::{Drawing, NOWHERE};
use crate::state::{BLOCK, Timing};
use crate::stepping::{self, BlockStepper};

/// A cloud on the processor.
pub struct Ensemble {
    definition: Arc<Definition>,
    members: usize,
    /// In blocks of [`BLOCK`] members, each block variable by variable.
    state: Arc<Vec<f64>>,
    stepper: BlockStepper,
    pool: Option<ThreadPool>,
}

impl Ensemble {
    pub fn new(
        definition: Arc<Definition>,
        state: Arc<Vec<f64>>,
        threads: usize,
    ) -> Result<Self, SimError> {
        let members = state.len() / definition.dimension();
        // A pool of its own only where the number asked for isn't rayon's.
        let pool = if threads == 0 || threads == rayon::current_num_threads() {
            None
        } else {
            let built = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            Some(built.map_err(|e| SimError::other(format!("No threads could be started: {e}.")))?)
        };
        let stepper = BlockStepper::new(&definition.system);
        Ok(Self {
            definition,
            members,
            state,
            stepper,
            pool,
        })
    }

    pub fn members(&self) -> usize {
        self.members
    }
    pub fn state(&self) -> Arc<Vec<f64>> {
        self.state.clone()
    }
    pub fn load(&mut self, state: Arc<Vec<f64>>) {
        self.state = state;
    }

    /// Makes `steps` steps; every step's positions fall into the histograms with `weight`.
    /// False when a particle is no longer a finite number.
    pub fn advance(
        &mut self,
        constants: &[f64],
        timing: &Timing,
        steps: u64,
        histograms: &mut [Histogram],
        weight: u32,
    ) -> Result<bool, SimError> {
        let dimension = self.definition.dimension();
        let (stepper, state) = (&self.stepper, Arc::make_mut(&mut self.state));
        let clock = stepping::clock(timing);
        let blocks = BLOCK * dimension;
        let mut run = || {
            if histograms.is_empty() {
                state.par_chunks_mut(blocks).try_for_each(|block| {
                    stepper.advance(block, block.len() / dimension, constants, clock, steps)
                })?;
            } else {
                // For each block, its members' cells in every histogram.
                let row = BLOCK * histograms.len();
                let mut cells = vec![0; self.members.div_ceil(BLOCK) * row];
                for step in clock.step..clock.step + steps {
                    let clock = Clock { step, ..clock };
                    let list = state.par_chunks_mut(blocks).zip(cells.par_chunks_mut(row));
                    list.try_for_each(|(block, cells)| {
                        let members = block.len() / dimension;
                        stepper.advance(block, members, constants, clock, 1)?;
                        for (histogram, cells) in histograms.iter().zip(cells.chunks_mut(BLOCK)) {
                            cells.fill(NOWHERE);
                            histogram.find(block, members, cells);
                        }
                        Ok(())
                    })?;
                    for (number, cells) in cells.chunks(BLOCK).enumerate() {
                        let which = number % histograms.len();
                        histograms[which].add(cells, weight);
                    }
                }
            }
            Ok(state
                .par_chunks(blocks)
                .all(|block| block.iter().all(|x| x.is_finite())))
        };
        match &self.pool {
            Some(pool) => pool.install(run),
            None => run(),
        }
    }

    /// Positions for a picture with the number that colours each.
    pub fn vertices(
        &self,
        constants: &[f64],
        timing: &Timing,
        drawing: &Drawing,
    ) -> Result<Vec<Vertex>, SimError> {
        let Drawing {
            axes,
            color,
            offset,
            budget,
        } = *drawing;
        let dimension = self.definition.dimension();
        let stride = self.members.div_ceil(budget.max(1)).max(1);
        let clock = stepping::clock(timing);
        let paint = |(number, block): (usize, &[f64])| {
            let members = block.len() / dimension;
            let first = (stride - number * BLOCK % stride) % stride;
            let speeds = match color {
                ColorBy::Speed => self.stepper.speeds(block, members, constants, clock)?,
                ColorBy::Height | ColorBy::None => Vec::new(),
            };
            let vertex = |m: usize| {
                let [x, y, z] = axes.point(|v| block[v * members + m]);
                let value = match color {
                    ColorBy::Speed => speeds[m],
                    ColorBy::Height => axes.z.map_or(y, |_| z),
                    ColorBy::None => 0.0,
                };
                let (x, y) = (x - offset[0], y - offset[1]);
                Vertex::new(x as f32, y as f32, z as f32, value as f32)
            };
            Ok((first..members)
                .step_by(stride)
                .map(vertex)
                .collect::<Vec<_>>())
        };
        let run = || {
            let blocks = self.state.par_chunks(BLOCK * dimension).enumerate();
            let parts: Result<Vec<Vec<Vertex>>, SimError> = blocks.map(paint).collect();
            Ok(parts?.concat())
        };
        match &self.pool {
            Some(pool) => pool.install(run),
            None => run(),
        }
    }
}

impl std::fmt::Debug for Ensemble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Ensemble({} × {})", self.members, self.definition.name)
    }
}
