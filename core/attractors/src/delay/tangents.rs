//! Tangent histories of a delay system: its state is a stretch of the past, so a tangent vector is
//! a function on that stretch, carried along by the linearised delay equation and made orthogonal
//! to the others again and again (J. D. Farmer 1982, Chaotic attractors of an infinite-dimensional
//! dynamical system, Physica D 4, 366–393).
//!
//! The scalar product is the sum over the steps of the longest delay. Orthogonal vectors come from
//! Cholesky's triangle of all products, which is one pass over the past.

use std::sync::Arc;

use loom_formula::{Clock, elementary};
use loom_sim::SimError;
use rayon::prelude::*;

use super::start::block as past_of;
use super::{History, Lagged, Record, Span};
use crate::definition::Definition;
use crate::spectrum::mean_and_error;

/// Orbits in a block, the unit of one thread's work.
const BLOCK: usize = 16;

/// Orbits with tangent histories, and the growth they have had.
#[derive(Debug)]
pub struct Tangents {
    lagged: Lagged,
    dimension: usize,
    count: usize,
    constants: Vec<f64>,
    longest: f64,
    clock: Clock,
    stride: u64,
    blocks: Vec<Block>,
    /// Model time since growth was last set to zero.
    time: f64,
}

#[derive(Debug)]
struct Block {
    members: usize,
    /// Variables, then vector by vector; each over the members.
    state: Vec<f64>,
    past: History,
    /// Sum of the logarithms, by exponent and member.
    growth: Vec<f64>,
}

impl Tangents {
    /// `places`: for each orbit when it is where the record was, and how far beside it.
    pub fn new(
        definition: &Definition,
        constants: &[f64],
        dt: f64,
        count: usize,
        record: &Record,
        places: &[(f64, Vec<f64>)],
    ) -> Result<Self, SimError> {
        let dimension = definition.dimension();
        let wide = Arc::new(definition.system.variational(count));
        let lagged = Lagged::of(wide);
        let longest = lagged.lags(constants)?.longest();
        let nodes = (longest / dt).ceil().max(2.0) as u64;
        // A few times between what the longest delay sees, so that no vector shrinks away.
        let stride = (nodes / 4).max(1);
        let blocks = places
            .chunks(BLOCK)
            .map(|places| {
                let base = past_of(&record.past, places, dimension, dt, nodes);
                Block::new(&base, places.len(), count, longest)
            })
            .collect();
        let mut tangents = Self {
            lagged,
            dimension,
            count,
            constants: constants.to_vec(),
            longest,
            clock: Clock::new(dt),
            stride,
            blocks,
            time: 0.0,
        };
        for block in &mut tangents.blocks {
            block.orthonormalise(dimension, count)?;
        }
        tangents.start_measuring();
        Ok(tangents)
    }

    /// Steps between two orthogonalisations.
    pub fn stride(&self) -> u64 {
        self.stride
    }

    /// Goes on by `strides` strides. An orbit that runs away is an error.
    pub fn advance(
        &mut self,
        strides: u64,
        check: &(dyn Fn() -> Result<(), SimError> + Sync),
    ) -> Result<(), SimError> {
        let (clock, stride, count) = (self.clock, self.stride, self.count);
        let span = Span {
            steps: stride,
            keep: self.longest,
        };
        let (lagged, constants, dimension) = (&self.lagged, &self.constants, self.dimension);
        self.blocks.par_iter_mut().try_for_each(|block| {
            let mut clock = clock;
            for _ in 0..strides {
                check()?;
                let (state, past) = (&mut block.state, &mut block.past);
                lagged.advance(state, past, constants, &mut clock, span, &mut |_, _, _| {
                    Ok(())
                })?;
                block.orthonormalise(dimension, count)?;
            }
            Ok::<(), SimError>(())
        })?;
        self.clock.step += strides * stride;
        self.time += (strides * stride) as f64 * self.clock.dt;
        Ok(())
    }

    /// Forgets the growth so far: the transient is over.
    pub fn start_measuring(&mut self) {
        self.time = 0.0;
        for block in &mut self.blocks {
            block.growth.fill(0.0);
        }
    }

    /// Model time of one orbit since then.
    pub fn time(&self) -> f64 {
        self.time
    }

    /// Each exponent with its standard error from the scatter of the orbits.
    pub fn exponents(&self) -> Vec<(f64, f64)> {
        (0..self.count)
            .map(|k| {
                let rows = self.blocks.iter().flat_map(|block| {
                    let row = &block.growth[k * block.members..][..block.members];
                    row.iter().map(|sum| sum / self.time)
                });
                mean_and_error(&rows.collect::<Vec<f64>>())
            })
            .collect()
    }
}

impl Block {
    /// The orbits' pasts, and beside each the waves 1, cos πs, cos 2πs, … along the longest delay.
    fn new(base: &History, members: usize, count: usize, longest: f64) -> Self {
        let dimension = base.width() / members;
        let width = base.width() * (count + 1);
        let mut past: Option<History> = None;
        let mut values = vec![0.0; width];
        let mut rates = vec![0.0; width];
        for (node, time) in base.times().enumerate() {
            values[..base.width()].copy_from_slice(base.values(node));
            rates[..base.width()].copy_from_slice(base.rates(node));
            for k in 0..count {
                for v in 0..dimension {
                    // Another wave along each variable.
                    let turns = std::f64::consts::PI * (k + v) as f64 / longest;
                    let row = (dimension * (k + 1) + v) * members;
                    values[row..row + members].fill((turns * time).cos());
                    rates[row..row + members].fill(-turns * (turns * time).sin());
                }
            }
            match &mut past {
                Some(past) => past.push(time, &values, &rates),
                None => {
                    let mut first = History::constant(time, &values);
                    first.push(time, &values, &rates);
                    past = Some(first);
                }
            }
        }
        let past = past.unwrap_or_else(|| History::constant(0.0, &values));
        Self {
            members,
            state: past.values(past.len() - 1).to_vec(),
            past,
            growth: vec![0.0; count * members],
        }
    }

    /// Makes the tangent histories orthonormal and adds the logarithms of their growth.
    fn orthonormalise(&mut self, dimension: usize, count: usize) -> Result<(), SimError> {
        let members = self.members;
        let size = dimension * members;
        // All products, by pair (i ≤ j) and member.
        let mut products = vec![0.0; count * count * members];
        for node in 0..self.past.len() {
            let values = self.past.values(node);
            for j in 0..count {
                let right = &values[size * (j + 1)..][..size];
                for i in 0..=j {
                    let left = &values[size * (i + 1)..][..size];
                    let sums = &mut products[(i * count + j) * members..][..members];
                    let rows = left.chunks_exact(members).zip(right.chunks_exact(members));
                    for (a, b) in rows {
                        for ((sum, x), y) in sums.iter_mut().zip(a).zip(b) {
                            *sum += x * y;
                        }
                    }
                }
            }
        }
        // G = RᵀR, row by row, in place above the diagonal.
        let at = |i: usize, j: usize, m: usize| (i * count + j) * members + m;
        for i in 0..count {
            for m in 0..members {
                let mut square = products[at(i, i, m)];
                for k in 0..i {
                    square -= products[at(k, i, m)].powi(2);
                }
                let length = square.sqrt();
                if !(length > 0.0 && length.is_finite()) {
                    return Err(SimError::other(
                        "The tangent vectors can't be told apart any more, or the orbit ran away: \
                         measure fewer exponents, or use a smaller dt.",
                    ));
                }
                products[at(i, i, m)] = length;
                self.growth[i * members + m] += elementary::log(length);
                for j in i + 1..count {
                    let mut sum = products[at(i, j, m)];
                    for k in 0..i {
                        sum -= products[at(k, i, m)] * products[at(k, j, m)];
                    }
                    products[at(i, j, m)] = sum / length;
                }
            }
        }
        // Q = V·R⁻¹, forwards.
        self.past.change(|numbers| {
            let vectors = &mut numbers[size..];
            for j in 0..count {
                let (before, rest) = vectors.split_at_mut(j * size);
                let mine = &mut rest[..size];
                for (i, other) in before.chunks_exact(size).enumerate() {
                    let part = &products[(i * count + j) * members..][..members];
                    let rows = mine.chunks_exact_mut(members);
                    for (a, b) in rows.zip(other.chunks_exact(members)) {
                        for ((x, y), r) in a.iter_mut().zip(b).zip(part) {
                            *x -= r * y;
                        }
                    }
                }
                let lengths = &products[(j * count + j) * members..][..members];
                for row in mine.chunks_exact_mut(members) {
                    for (x, length) in row.iter_mut().zip(lengths) {
                        *x /= length;
                    }
                }
            }
        });
        let last = self.past.len() - 1;
        self.state.copy_from_slice(self.past.values(last));
        Ok(())
    }
}
