//! One generation of patches: runs of neighbours in a row become a field with a rim, which is
//! stepped as fields are.

use rayon::prelude::*;

use super::{AROUND, NONE, Patch, Patches, SIDE, SWEEP, blank, is_blank};
use crate::error::LifeError;
use crate::field::Field;

/// The most patches that are stepped together.
const LONGEST: usize = 16;

/// Fewer patches than this are stepped by one thread: waking others would take longer.
const THREADS_FROM: usize = 128;

/// A patch that is stepped.
struct Job {
    patch: u32,
    /// The generation before, and then the next one.
    cells: Box<Patch>,
    settled: bool,
}

/// Fields to step in, one for each length of a run, and rows to write to.
type Scratch = Vec<Option<(Field, Vec<u8>)>>;

impl Patches {
    /// Patches beside live cells of those that are awake.
    fn spread(&mut self) -> Result<(), LifeError> {
        let reach = self.stepper.reach();
        for patch in 1..self.places.len() {
            if self.settled[patch] || !self.near[patch].contains(&NONE) {
                continue;
            }
            let needed = edges(&self.now[patch], reach);
            for (i, (dx, dy)) in AROUND.into_iter().enumerate() {
                if needed[i] && self.near[patch][i] == NONE {
                    let (x, y) = self.places[patch];
                    self.patch((x + dx, y + dy))?;
                }
            }
        }
        Ok(())
    }

    /// One generation; `odd` is the parity of the present one.
    pub(super) fn step(&mut self, odd: bool) -> Result<(), LifeError> {
        self.spread()?;
        self.swept += 1;
        if self.swept >= SWEEP {
            self.sweep();
        }
        if self.order.is_empty() {
            self.order = (1..self.places.len() as u32).collect();
            let places = &self.places;
            self.order.sort_unstable_by_key(|&patch| {
                let (x, y) = places[patch as usize];
                (y, x)
            });
        }
        let mut jobs = Vec::new();
        let mut asleep = Vec::new();
        for &patch in &self.order {
            let at = patch as usize;
            let settled = |&near: &u32| self.settled[near as usize];
            if self.settled[at] && self.near[at].iter().all(settled) {
                asleep.push(patch);
            } else {
                jobs.push(patch);
            }
        }
        let mut jobs: Vec<Job> = jobs
            .into_iter()
            .map(|patch| Job {
                patch,
                cells: self.other[patch as usize].take().unwrap_or_else(blank),
                settled: false,
            })
            .collect();
        let runs = self.runs(&mut jobs);
        let fresh = || -> Scratch { (0..=LONGEST).map(|_| None).collect() };
        if self.threads == 1 || self.order.len() < THREADS_FROM {
            let mut scratch = fresh();
            for run in runs {
                self.step_run(run, &mut scratch, odd);
            }
        } else {
            runs.into_par_iter()
                .for_each_init(fresh, |scratch, run| self.step_run(run, scratch, odd));
        }
        // What sleeps becomes what it was.
        for patch in asleep {
            let at = patch as usize;
            let other = self.other[at].get_or_insert_with(blank);
            std::mem::swap(&mut self.now[at], other);
        }
        for job in jobs {
            let at = job.patch as usize;
            self.other[at] = Some(std::mem::replace(&mut self.now[at], job.cells));
            self.settled[at] = job.settled;
        }
        self.stepped = true;
        Ok(())
    }

    /// The jobs in runs of patches that stand side by side.
    fn runs<'a>(&self, mut jobs: &'a mut [Job]) -> Vec<&'a mut [Job]> {
        let mut runs = Vec::new();
        while let Some(first) = jobs.first() {
            let (x, y) = self.places[first.patch as usize];
            let beside =
                |(i, job): (usize, &Job)| self.places[job.patch as usize] == (x + i as i64, y);
            let length = jobs
                .iter()
                .enumerate()
                .take(LONGEST)
                .take_while(|&(i, job)| beside((i, job)))
                .count();
            let (run, rest) = jobs.split_at_mut(length);
            runs.push(run);
            jobs = rest;
        }
        runs
    }

    /// Steps patches that stand side by side.
    fn step_run(&self, run: &mut [Job], scratch: &mut Scratch, odd: bool) {
        let reach = self.stepper.reach();
        let (field, out) = scratch[run.len()].get_or_insert_with(|| {
            let field = Field::new(0, 0, SIDE * run.len(), SIDE, reach);
            let out = vec![0; field.stride() * SIDE];
            (field, out)
        });
        let (x, y) = self.places[run[0].patch as usize];
        field.move_to(x * SIDE as i64, y * SIDE as i64);
        // The three rows of patches that are seen: the places of north, here and south among the
        // eight neighbours, and which of their rows stand where.
        let bands = [
            (0, SIDE - reach..SIDE, -(reach as isize)),
            (1, 0..SIDE, 0),
            (2, 0..reach, SIDE as isize),
        ];
        for (band, rows, to) in bands {
            let near = |patch: u32, column: usize| -> &Patch {
                let place = match 3 * band + column {
                    4 => return &self.now[patch as usize],
                    place if place > 4 => place - 1,
                    place => place,
                };
                &self.now[self.near[patch as usize][place] as usize]
            };
            let west = near(run[0].patch, 0);
            let east = near(run[run.len() - 1].patch, 2);
            for (i, y) in rows.enumerate() {
                let line = field.padded_mut(to + i as isize);
                let row = y * SIDE..(y + 1) * SIDE;
                line[..reach].copy_from_slice(&west[row.end - reach..row.end]);
                let end = line.len() - reach;
                line[end..].copy_from_slice(&east[row.start..row.start + reach]);
                let middle = line[reach..end].chunks_exact_mut(SIDE);
                for (cells, job) in middle.zip(run.iter()) {
                    cells.copy_from_slice(&near(job.patch, 1)[row.clone()]);
                }
            }
        }
        self.stepper.band(field, 0, out, odd);
        let stride = field.stride();
        for (i, job) in run.iter_mut().enumerate() {
            let mut same = true;
            for (y, old) in job.cells.chunks_exact_mut(SIDE).enumerate() {
                let start = y * stride + reach + i * SIDE;
                let new = &out[start..start + SIDE];
                same &= *old == *new;
                old.copy_from_slice(new);
            }
            job.settled = same;
        }
    }
}

/// Which neighbours see live cells, being so far away.
fn edges(patch: &Patch, reach: usize) -> [bool; 8] {
    if is_blank(patch) {
        return [false; 8];
    }
    let (rows, _) = patch.as_chunks::<SIDE>();
    let columns = |rows: &[[u8; SIDE]]| {
        let mut all = [0u8; SIDE];
        for row in rows {
            for (all, cell) in all.iter_mut().zip(row) {
                *all |= cell;
            }
        }
        all
    };
    let any = |cells: &[u8]| cells.iter().any(|&cell| cell != 0);
    let ends = |cells: &[u8; SIDE]| {
        [
            any(&cells[..reach]),
            any(cells),
            any(&cells[SIDE - reach..]),
        ]
    };
    let [nw, n, ne] = ends(&columns(&rows[..reach]));
    let [w, _, e] = ends(&columns(rows));
    let [sw, s, se] = ends(&columns(&rows[SIDE - reach..]));
    [nw, n, ne, w, e, sw, s, se]
}
