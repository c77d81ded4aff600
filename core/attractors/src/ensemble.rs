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
use crate::delay::ensemble::Past;
use crate::delay::{self, History, Lagged};
use crate::histogram::Histogram;
use crate::lens::{Drawing, NOWHERE, Tinting};
use crate::shake::{Shaking, Span};
use crate::sight::Sight;
use crate::state::{BLOCK, Timing};
use crate::stepping::{self, BlockStepper};

/// A cloud on the processor.
pub struct Ensemble {
    pub(crate) definition: Arc<Definition>,
    members: usize,
    /// In blocks of [`BLOCK`] members, each block variable by variable.
    pub(crate) state: Arc<Vec<f64>>,
    /// Of a delay system.
    pub(crate) past: Option<Past>,
    stepper: BlockStepper,
    pool: Option<ThreadPool>,
}

impl Ensemble {
    pub fn new(
        definition: Arc<Definition>,
        state: Arc<Vec<f64>>,
        pasts: Arc<Vec<History>>,
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
        let past = definition.has_delays().then(|| Past {
            lagged: Lagged::many(&definition),
            blocks: pasts,
        });
        Ok(Self {
            definition,
            members,
            state,
            past,
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
    /// Of a delay system, what was before: block by block.
    pub fn pasts(&self) -> Arc<Vec<History>> {
        self.past
            .as_ref()
            .map_or_else(Arc::default, |past| past.blocks.clone())
    }
    pub fn load(&mut self, state: Arc<Vec<f64>>, pasts: Arc<Vec<History>>) {
        self.state = state;
        if let Some(past) = &mut self.past {
            past.blocks = pasts;
        }
    }

    /// Makes `steps` steps, under noise where there is any (a delay system knows none); every
    /// step's positions fall into the histograms with `weight`.
    /// False when a particle is no longer a finite number.
    pub fn advance(
        &mut self,
        noise: Option<Shaking<'_>>,
        constants: &[f64],
        timing: &Timing,
        steps: u64,
        histograms: &mut [Histogram],
        weight: u32,
    ) -> Result<bool, SimError> {
        if self.past.is_some() {
            return self.advance_lagged(constants, timing, steps, histograms, weight);
        }
        let dimension = self.definition.dimension();
        let (stepper, state) = (&self.stepper, Arc::make_mut(&mut self.state));
        let clock = stepping::clock(timing);
        let blocks = BLOCK * dimension;
        let go = |number: usize, block: &mut [f64], ahead: u64, steps: u64| {
            let members = block.len() / dimension;
            let clock = Clock {
                step: clock.step + ahead,
                ..clock
            };
            let Some(noise) = noise else {
                return stepper.advance(block, members, constants, clock, steps);
            };
            let first = (number * BLOCK) as u64;
            let step = timing.step + ahead;
            let span = Span { clock, step, steps };
            noise.advance(stepper, block, first, constants, span)
        };
        let mut run = || {
            if histograms.is_empty() {
                let list = state.par_chunks_mut(blocks).enumerate();
                list.try_for_each(|(number, block)| go(number, block, 0, steps))?;
            } else {
                // For each block, its members' cells in every histogram.
                let row = BLOCK * histograms.len();
                let mut cells = vec![0; self.members.div_ceil(BLOCK) * row];
                for ahead in 0..steps {
                    let list = state.par_chunks_mut(blocks).zip(cells.par_chunks_mut(row));
                    list.enumerate().try_for_each(|(number, (block, cells))| {
                        let members = block.len() / dimension;
                        go(number, block, ahead, 1)?;
                        for (histogram, cells) in histograms.iter().zip(cells.chunks_mut(BLOCK)) {
                            cells.fill(NOWHERE);
                            histogram.find(block, members, cells);
                        }
                        Ok::<(), SimError>(())
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
        tinting: Tinting<'_>,
    ) -> Result<Vec<Vertex>, SimError> {
        let Drawing {
            axes,
            color,
            offset,
            budget,
            ..
        } = *drawing;
        let dimension = self.definition.dimension();
        let stride = self.members.div_ceil(budget.max(1)).max(1);
        let clock = stepping::clock(timing);
        let lags = delay::ensemble::lags_of(&self.definition, constants);
        let paint = |(number, block): (usize, &[f64])| {
            let members = block.len() / dimension;
            let seen = self
                .past
                .as_ref()
                .map(|past| past.seen(&self.definition.coordinates, &lags, number, timing.time()));
            let first = (stride - number * BLOCK % stride) % stride;
            let values = match (color, tinting.expansion) {
                (ColorBy::Speed, _) => match &self.past {
                    Some(past) => past.speeds(number, members),
                    None => self.stepper.speeds(block, members, constants, clock)?,
                },
                (ColorBy::Expansion, Some(expansion)) => {
                    expansion.of(block, members, constants, clock)?
                }
                _ => Vec::new(),
            };
            let block = seen.as_deref().unwrap_or(block);
            let places = match tinting.sight {
                None | Some(Sight::Axes) => Vec::new(),
                Some(sight) => sight.points(axes, block, members, constants, clock)?,
            };
            let number = number * BLOCK;
            let vertex = |m: usize| {
                let place = places.get(m).copied();
                let [x, y, z] = place.unwrap_or_else(|| axes.point(|v| block[v * members + m]));
                let value = match color {
                    ColorBy::Height if drawing.planar => y,
                    ColorBy::Height => z,
                    ColorBy::Coordinate(v) => block[v * members + m],
                    ColorBy::Start => tinting
                        .starts
                        .and_then(|s| s.get(number + m))
                        .map_or(0.0, |angle| f64::from(*angle)),
                    ColorBy::Speed | ColorBy::Expansion | ColorBy::Age | ColorBy::None => {
                        values.get(m).copied().unwrap_or(0.0)
                    }
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
