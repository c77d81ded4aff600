//! The cloud of a delay system on the processor: blocks of particles, each with its past.

use std::sync::Arc;

use loom_formula::Clock;
use loom_sim::SimError;
use rayon::prelude::*;

use super::{Coordinate, History, Lagged, Span};
use crate::ensemble::Ensemble;
use crate::histogram::Histogram;
use crate::lens::NOWHERE;
use crate::state::{BLOCK, Timing};
use crate::stepping;

/// What the cloud of a delay system has beside its state.
#[derive(Debug)]
pub struct Past {
    pub lagged: Lagged,
    /// Block by block.
    pub blocks: Arc<Vec<History>>,
}

impl Past {
    /// A block as it is seen: the rows of the variables, then those of the other coordinates.
    pub fn seen(
        &self,
        coordinates: &[Coordinate],
        lags: &[f64],
        number: usize,
        time: f64,
    ) -> Vec<f64> {
        let Some(past) = self.blocks.get(number) else {
            return Vec::new();
        };
        let dimension = coordinates.iter().filter(|c| c.delay.is_none()).count();
        let members = past.width() / dimension.max(1);
        let mut rows = vec![0.0; coordinates.len() * members];
        let read = coordinates.iter().zip(lags);
        for ((c, lag), row) in read.zip(rows.chunks_exact_mut(members)) {
            past.read(time - lag, c.variable * members, row);
        }
        rows
    }

    /// The length of each member's rate of change.
    pub fn speeds(&self, number: usize, members: usize) -> Vec<f64> {
        let mut squares = vec![0.0; members];
        if let Some(past) = self.blocks.get(number) {
            for row in past.rates(past.len() - 1).chunks_exact(members) {
                for (sum, rate) in squares.iter_mut().zip(row) {
                    *sum += rate * rate;
                }
            }
        }
        squares.into_iter().map(f64::sqrt).collect()
    }
}

/// How far back each coordinate lies.
pub fn lags_of(definition: &crate::Definition, constants: &[f64]) -> Vec<f64> {
    let lag = |c: &Coordinate| c.lag(&definition.system, constants);
    definition.coordinates.iter().map(lag).collect()
}

impl Ensemble {
    /// As [`Ensemble::advance`], for a delay system.
    pub(crate) fn advance_lagged(
        &mut self,
        constants: &[f64],
        timing: &Timing,
        steps: u64,
        histograms: &mut [Histogram],
        weight: u32,
    ) -> Result<bool, SimError> {
        let definition = self.definition.clone();
        let lags = lags_of(&definition, constants);
        let dimension = definition.dimension();
        let Some(past) = &mut self.past else {
            return Err(SimError::other("The cloud has no past."));
        };
        let keep = past.lagged.lags(constants)?.keep;
        let begun = stepping::clock(timing);
        let state = Arc::make_mut(&mut self.state);
        // Each step's positions are counted, where anyone counts them.
        let chunk = if histograms.is_empty() { steps } else { 1 };
        let mut made = 0;
        while made < steps {
            let clock = Clock {
                step: begun.step + made,
                ..begun
            };
            let span = Span { steps: chunk, keep };
            let lagged = &past.lagged;
            let list = state
                .par_chunks_mut(BLOCK * dimension)
                .zip(Arc::make_mut(&mut past.blocks));
            list.try_for_each(|(block, past)| {
                lagged.advance(
                    block,
                    past,
                    constants,
                    &mut clock.clone(),
                    span,
                    &mut |_, _, _| Ok(()),
                )
            })?;
            made += chunk;
            let time = Clock {
                step: begun.step + made,
                ..begun
            }
            .time();
            let mut cells = vec![NOWHERE; BLOCK];
            for number in 0..past.blocks.len() * usize::from(!histograms.is_empty()) {
                let rows = past.seen(&definition.coordinates, &lags, number, time);
                let members = rows.len() / definition.coordinates.len();
                for histogram in histograms.iter_mut() {
                    cells.fill(NOWHERE);
                    histogram.find(&rows, members, &mut cells);
                    histogram.add(&cells, weight);
                }
            }
        }
        Ok(self.state.iter().all(|x| x.is_finite()))
    }
}
