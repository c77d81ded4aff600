//! A law carried out on the processor, in f64, row by row on any number of threads. The twin of
//! `device.rs`.
//!
//! Steps of reaction and diffusion by Euler's method are made several at once, see `wave.rs`.
//! Rows are whole pieces of work with an order of operations of their own, so neither the number
//! of threads nor the slicing of a run changes a bit.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use loom_formula::Clock;
use loom_sim::SimError;
use rayon::ThreadPool;
use rayon::prelude::*;

use super::block::Block;
use super::convolve::{Convolver, Way};
use super::field::Field;
use super::law::{Gather, Law, Method};
use super::stencil::Laplacian;
use super::update::{Formulas, Update};
use super::wave::{self, sweep};
use super::wide;

/// Cells on the processor.
pub struct Engine {
    law: Arc<Law>,
    field: Arc<Field>,
    /// Where the next step is written.
    next: Field,
    update: Update,
    gathering: Gathering,
    /// Constants that differ from cell to cell, row by row.
    varied: Vec<Vec<f64>>,
    /// For Runge and Kutta: rates of change, and the state at which they are taken.
    stages: Option<Stages>,
    pool: Option<ThreadPool>,
}

enum Gathering {
    Kernels {
        convolver: Box<Convolver>,
        sums: Vec<f64>,
    },
    Laplacian(Laplacian),
}

struct Stages {
    rates: Update,
    slope: Field,
    state: Field,
}

impl Engine {
    /// A field under a law.
    ///
    /// # Errors
    /// Another number of species; threads that can't be started.
    pub fn new(
        law: Arc<Law>,
        field: Arc<Field>,
        way: Way,
        threads: usize,
    ) -> Result<Self, SimError> {
        Self::varied(law, field, way, threads, Vec::new())
    }

    /// A field with constants that differ from cell to cell: names and values, row by row.
    ///
    /// # Errors
    /// Those of [`Self::new`]; another number of values than cells.
    pub fn varied(
        law: Arc<Law>,
        field: Arc<Field>,
        way: Way,
        threads: usize,
        varied: Vec<(String, Vec<f64>)>,
    ) -> Result<Self, SimError> {
        if varied
            .iter()
            .any(|(_, values)| values.len() != field.cells())
        {
            return Err(SimError::other(
                "A varied constant has one value for each cell.",
            ));
        }
        let (names, varied): (Vec<String>, Vec<Vec<f64>>) = varied.into_iter().unzip();
        let inputs: Vec<String> = law.inputs.iter().cloned().chain(names).collect();
        let (width, height, species) = (field.width(), field.height(), field.species());
        if species != law.species.len() {
            return Err(SimError::other(format!(
                "A law of {} species can't move a field of {species}.",
                law.species.len()
            )));
        }
        // A pool of its own only where the number asked for isn't rayon's.
        let pool = if threads == 0 || threads == rayon::current_num_threads() {
            None
        } else {
            let built = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            Some(built.map_err(|e| SimError::other(format!("No threads could be started: {e}.")))?)
        };
        let gathering = match &law.gather {
            Gather::Kernels(kernels) => Gathering::Kernels {
                convolver: Box::new(Convolver::new(kernels.clone(), way, width, height)?),
                sums: vec![0.0; kernels.len() * field.cells()],
            },
            Gather::Laplacian(laplacian) => Gathering::Laplacian(*laplacian),
        };
        let stages = match (&law.rates, law.method) {
            (Some(rates), Method::RungeKutta) => Some(Stages {
                rates: Update::new(rates, &inputs),
                slope: Field::new(width, height, species)?,
                state: Field::new(width, height, species)?,
            }),
            _ => None,
        };
        Ok(Self {
            next: Field::new(width, height, species)?,
            update: Update::new(&law.update, &inputs),
            law,
            field,
            gathering,
            varied,
            stages,
            pool,
        })
    }

    /// The cells now.
    pub fn field(&self) -> &Arc<Field> {
        &self.field
    }

    /// Replaces the cells by others of the same size.
    pub fn load(&mut self, field: Arc<Field>) {
        self.field = field;
    }

    /// What runs, in words.
    pub fn words(&self) -> String {
        let formulas = self.update.backend();
        match &self.gathering {
            Gathering::Kernels { convolver, .. } if convolver.way() == Way::Direct => {
                format!("processor, direct sums, f64; formulas: {formulas}")
            }
            Gathering::Kernels { .. } => {
                format!("processor, Fourier transform, f64; formulas: {formulas}")
            }
            Gathering::Laplacian(_) => format!("processor, stencil, f64; formulas: {formulas}"),
        }
    }

    /// Makes at most `most` steps from this number on, those that are made well together, and says
    /// how many; none when a value is no longer a finite number. The cells are then those before
    /// the step.
    ///
    /// # Errors
    /// None that a run can cause.
    pub fn advance(
        &mut self,
        step: u64,
        most: u64,
        value: &(dyn Fn(&str) -> Option<f64> + Sync),
    ) -> Result<u64, SimError> {
        let several = matches!(
            (&self.gathering, &self.stages),
            (Gathering::Laplacian(_), None)
        );
        let count = most.min(wave::steps(&self.field) as u64);
        if several && count > 1 && self.steps(step, count as usize, value)? {
            return Ok(count);
        }
        Ok(u64::from(most > 0 && self.step(step, value)?))
    }

    /// Makes the step of this number. False when a value is no longer a finite number; the cells
    /// are then those before the step.
    ///
    /// # Errors
    /// None that a run can cause.
    pub fn step(
        &mut self,
        step: u64,
        value: &(dyn Fn(&str) -> Option<f64> + Sync),
    ) -> Result<bool, SimError> {
        self.steps(step, 1, value)
    }

    /// Makes so many steps: one, or several of Euler's with a Laplacian.
    fn steps(
        &mut self,
        step: u64,
        count: usize,
        value: &(dyn Fn(&str) -> Option<f64> + Sync),
    ) -> Result<bool, SimError> {
        let Self {
            law,
            field,
            next,
            update,
            gathering,
            varied,
            stages,
            pool,
        } = self;
        let work = || {
            let clock = Clock {
                start: 0.0,
                dt: law.dt,
                step,
            };
            match (gathering, stages) {
                (Gathering::Kernels { convolver, sums }, _) => {
                    convolver.sums(field, sums)?;
                    let values = update.values(law.dt, value);
                    let formulas = update.formulas(clock, &values)?;
                    converted(field, next, &formulas, (sums, varied), step)
                }
                (Gathering::Laplacian(laplacian), None) => {
                    let values = update.values(law.dt, value);
                    let law = wave::Law {
                        laplacian,
                        varied,
                        formulas: &update.formulas(clock, &values)?,
                    };
                    sweep(field, next, law, step, count)
                }
                (Gathering::Laplacian(laplacian), Some(stages)) => {
                    let values = stages.rates.values(law.dt, value);
                    runge_kutta(field, next, stages, (laplacian, varied), clock, &values)
                }
            }
        };
        let whole = match pool {
            Some(pool) => pool.install(work),
            None => work(),
        }?;
        if whole {
            let size = (self.next.width(), self.next.height(), self.next.species());
            let new = std::mem::take(&mut self.next);
            let old = std::mem::replace(&mut self.field, Arc::new(new));
            self.next = match Arc::try_unwrap(old) {
                Ok(old) => old,
                // Someone keeps the old cells.
                Err(_) => Field::new(size.0, size.1, size.2)?,
            };
        }
        Ok(whole)
    }
}

/// About how many cells go through the formulas together: what they and their neighbours hold
/// stays in a core's own caches.
pub(super) const TOGETHER: usize = 1024;

/// A step of a law of kernels: parts of rows, or several short rows at once, go through the
/// formulas with the sums at their cells.
fn converted(
    field: &Field,
    into: &mut Field,
    formulas: &Formulas<'_>,
    (sums, varied): (&[f64], &[Vec<f64>]),
    step: u64,
) -> Result<bool, SimError> {
    let (width, species, cells) = (field.width(), field.species(), field.cells());
    let planes = sums.chunks(cells).chain(varied.iter().map(Vec::as_slice));
    let planes: Vec<&[f64]> = planes.collect();
    let row = width * species;
    let together = (TOGETHER / width).max(1);
    // Parts of a row, in whole groups of what the formulas take at once.
    let parts = width.div_ceil(TOGETHER);
    let part = width.div_ceil(parts).next_multiple_of(formulas.group());
    let whole = AtomicBool::new(true);
    let begun = || (Block::default(), formulas.clone());
    into.values_mut()
        .par_chunks_mut(row * together)
        .enumerate()
        .try_for_each_init(begun, |(block, formulas), (chunk, out)| {
            let (first, rows) = (chunk * together, out.len() / row);
            let mut odd = 0;
            for from in (0..width).step_by(part) {
                let count = part.min(width - from);
                block.set_size(species + planes.len(), rows * count, formulas.group());
                for j in 0..rows {
                    let y = first + j;
                    for s in 0..species {
                        let own = &field.row(s, y)[from..from + count];
                        block.part_mut(s, j * count, count).copy_from_slice(own);
                    }
                    for (k, plane) in planes.iter().enumerate() {
                        let gathered = &plane[y * width + from..][..count];
                        let to = block.part_mut(species + k, j * count, count);
                        to.copy_from_slice(gathered);
                    }
                }
                block.apply(formulas, step)?;
                for j in 0..rows {
                    for s in 0..species {
                        let to = (j * species + s) * width + from;
                        let out = &mut out[to..to + count];
                        wide::take(&mut odd, out, block.part(s, j * count, count));
                    }
                }
            }
            if odd != 0 {
                whole.store(false, Ordering::Relaxed);
            }
            Ok::<(), SimError>(())
        })?;
    Ok(whole.into_inner())
}

/// out = base + factor · slope, in rows.
fn along(out: &mut Field, base: &Field, slope: &Field, factor: f64) {
    let row = base.width() * base.species();
    out.values_mut()
        .par_chunks_mut(row)
        .zip(base.values().par_chunks(row))
        .zip(slope.values().par_chunks(row))
        .for_each(|((out, base), slope)| wide::along(out, base, slope, factor));
}

/// u + h/6 · (k₁ + 2 k₂ + 2 k₃ + k₄), gathered in `next` slope by slope.
fn runge_kutta(
    field: &Field,
    next: &mut Field,
    stages: &mut Stages,
    (laplacian, varied): (&Laplacian, &[Vec<f64>]),
    clock: Clock,
    values: &[f64],
) -> Result<bool, SimError> {
    let dt = clock.dt;
    let Stages {
        rates,
        slope,
        state,
    } = stages;
    state.values_mut().copy_from_slice(field.values());
    next.values_mut().copy_from_slice(field.values());
    // When the rates are taken, their weight, and how far the next ones lie along them.
    let plan = [
        (0.0, 1.0 / 6.0, 0.5),
        (0.5, 1.0 / 3.0, 0.5),
        (0.5, 1.0 / 3.0, 1.0),
        (1.0, 1.0 / 6.0, 0.0),
    ];
    for (when, weight, far) in plan {
        let clock = Clock {
            start: when * dt,
            ..clock
        };
        let law = wave::Law {
            laplacian,
            varied,
            formulas: &rates.formulas(clock, values)?,
        };
        sweep(state, slope, law, clock.step, 1)?;
        let row = field.width() * field.species();
        next.values_mut()
            .par_chunks_mut(row)
            .zip(slope.values().par_chunks(row))
            .for_each(|(next, slope)| {
                for (next, slope) in next.iter_mut().zip(slope) {
                    *next += dt * weight * slope;
                }
            });
        if far > 0.0 {
            along(state, field, slope, far * dt);
        }
    }
    let row = field.width() * field.species();
    Ok(next.values().par_chunks(row).all(wide::finite))
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (width, height) = (self.field.width(), self.field.height());
        write!(f, "Engine({width} × {height}, {})", self.words())
    }
}
