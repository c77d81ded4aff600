//! Several steps of reaction and diffusion in one sweep over the field.
//!
//! A row can make its next step as soon as the rows beside it have made the one before, so that
//! steps follow each other through the field like waves, each a few rows behind the one before
//! it. Rows between the first and the last step stand in rings of a few rows, in a core's own
//! caches, and the field is read and written once for all of them: M. Wolfe, *More iteration
//! space tiling*, Supercomputing '89, 655–664.
//!
//! Pieces of the field are independent: each computes the rows beyond its border that its own
//! steps need as well. A row is made by the same operations in the same order wherever it is
//! made, so neither the steps taken together nor the pieces change a bit.

use std::sync::atomic::{AtomicBool, Ordering};

use loom_sim::SimError;
use rayon::prelude::*;

use super::block::{Aligned, Block, NUMBERS};
use super::engine::TOGETHER;
use super::field::Field;
use super::stencil::{Border, Laplacian};
use super::update::Formulas;
use super::wide;

/// The most steps in one sweep.
const MOST: usize = 8;
/// Cells times steps of a sweep, about: more would keep a run from answering.
const WORK: usize = 6 << 20;

/// Rows that go through the formulas together, where the field is as wide as that: what a row
/// shares with those beside it is then read from the nearest cache.
const ROWS: usize = 4;

/// How many steps a sweep over a field should make.
pub(super) fn steps(field: &Field) -> usize {
    (WORK / field.cells()).clamp(2, MOST)
}

/// What the steps are.
#[derive(Clone, Copy)]
pub(super) struct Law<'a> {
    pub laplacian: &'a Laplacian,
    /// Constants that differ from cell to cell, row by row.
    pub varied: &'a [Vec<f64>],
    pub formulas: &'a Formulas<'a>,
}

/// Makes so many steps, the first of this number; false where a value is no longer a finite number.
pub(super) fn sweep(
    field: &Field,
    into: &mut Field,
    law: Law<'_>,
    step: u64,
    steps: usize,
) -> Result<bool, SimError> {
    let (width, height, species) = (field.width(), field.height(), field.species());
    let row = width * species;
    // Pieces so high that what they compute for each other is little.
    let threads = rayon::current_num_threads();
    let least = (TOGETHER / width)
        .max(1)
        .max(if steps > 1 { 16 * steps } else { 1 });
    let pieces = if threads > 1 { 4 * threads } else { 1 };
    let piece = height.div_ceil(pieces).max(least);
    let whole = AtomicBool::new(true);
    let begun = || Waves::new(law.formulas.clone());
    into.values_mut()
        .par_chunks_mut(row * piece)
        .enumerate()
        .try_for_each_init(begun, |waves, (number, out)| {
            let first = (number * piece) as isize;
            let end = first + (out.len() / row) as isize;
            waves.begin(field, law, [first, end], steps);
            if !waves.run(field, law, step, out)? {
                whole.store(false, Ordering::Relaxed);
            }
            Ok::<(), SimError>(())
        })?;
    Ok(whole.into_inner())
}

/// Rows of all species, found by their number around a ring.
struct Rows<'a> {
    values: &'a [f64],
    width: usize,
    species: usize,
    /// The number of the first row.
    first: isize,
}

impl Rows<'_> {
    fn row(&self, species: usize, y: isize) -> &[f64] {
        let row = self.width * self.species;
        let start = place(y, self.first, self.values.len() / row) * row + species * self.width;
        &self.values[start..start + self.width]
    }
}

/// Where a row stands in a ring of so many.
fn place(y: isize, first: isize, count: usize) -> usize {
    (y - first).rem_euclid(count as isize) as usize
}

/// One of the steps: the rows that it has to make, and those that are still needed.
#[derive(Default)]
struct Wave {
    first: isize,
    /// The next row to be made.
    next: isize,
    end: isize,
    /// A ring of rows, but for the last step.
    ring: Aligned,
}

/// The steps of a piece.
struct Waves<'a> {
    steps: Vec<Wave>,
    /// Rows that go through the formulas together.
    together: usize,
    block: Block,
    formulas: Formulas<'a>,
}

impl<'a> Waves<'a> {
    fn new(formulas: Formulas<'a>) -> Self {
        Self {
            steps: Vec::new(),
            together: ROWS,
            block: Block::default(),
            formulas,
        }
    }

    /// The steps to make the rows from `first` to before `end`.
    fn begin(&mut self, field: &Field, law: Law<'_>, [first, end]: [isize; 2], steps: usize) {
        let row = field.width() * field.species();
        self.together = (TOGETHER / field.width()).max(ROWS);
        self.steps.resize_with(steps, Wave::default);
        let closed = law.laplacian.border == Border::NoFlux;
        for (number, wave) in self.steps.iter_mut().enumerate() {
            // What the steps after this one look at beyond the piece.
            let beyond = (steps - 1 - number) as isize;
            (wave.first, wave.end) = (first - beyond, end + beyond);
            if closed {
                wave.first = wave.first.max(0);
                wave.end = wave.end.min(field.height() as isize);
            }
            wave.next = wave.first;
            if beyond > 0 {
                wave.ring.set_len(3 * self.together * row);
            }
        }
    }

    fn run(
        &mut self,
        field: &Field,
        law: Law<'_>,
        step: u64,
        out: &mut [f64],
    ) -> Result<bool, SimError> {
        let (width, species) = (field.width(), field.species());
        let mut odd = 0;
        let last = self.steps.len() - 1;
        while self.steps[last].next < self.steps[last].end {
            for number in 0..=last {
                let (before, from) = self.steps.split_at_mut(number);
                let wave = &mut from[0];
                let end = (wave.next + self.together as isize).min(wave.end);
                if wave.next == end {
                    continue;
                }
                let (values, first) = match before.last() {
                    Some(before) if before.next < (end + 1).min(before.end) => break,
                    Some(before) => (before.ring.values(), before.first),
                    None => (field.values(), 0),
                };
                let source = Rows {
                    values,
                    width,
                    species,
                    first,
                };
                let sink = if number == last {
                    &mut *out
                } else {
                    wave.ring.values_mut()
                };
                let strip = Strip {
                    field,
                    source,
                    law,
                    rows: [wave.next, end],
                    ends: [number == 0, number == last],
                };
                let with = (&mut self.block, &mut self.formulas);
                strip.make(with, step + number as u64, (sink, wave.first), &mut odd)?;
                wave.next = end;
            }
        }
        Ok(odd == 0)
    }
}

/// Rows that make a step together.
struct Strip<'a> {
    field: &'a Field,
    source: Rows<'a>,
    law: Law<'a>,
    rows: [isize; 2],
    /// Whether the rows come from the field, and whether they go to one.
    ends: [bool; 2],
}

impl Strip<'_> {
    fn make(
        &self,
        (block, formulas): (&mut Block, &mut Formulas<'_>),
        step: u64,
        (sink, first): (&mut [f64], isize),
        odd: &mut u64,
    ) -> Result<(), SimError> {
        let Law {
            laplacian, varied, ..
        } = self.law;
        let (width, height, species) = (
            self.field.width(),
            self.field.height() as isize,
            self.field.species(),
        );
        let closed = laplacian.border == Border::NoFlux;
        let count_of_rows = sink.len() / (width * species);
        let lines = self.rows[0]..self.rows[1];
        let together = lines.clone().count();
        // Parts of rows that begin where cache lines do, if rows do.
        let parts = (width * together).div_ceil(TOGETHER);
        let part = width.div_ceil(parts).next_multiple_of(NUMBERS);
        for from in (0..width).step_by(part) {
            let count = part.min(width - from);
            let rows = 2 * species + varied.len();
            block.set_size(rows, together * count, formulas.group());
            for (line, y) in lines.clone().enumerate() {
                let at = line * count;
                let (above, below) = if closed {
                    ((y - 1).max(0), (y + 1).min(height - 1))
                } else {
                    (y - 1, y + 1)
                };
                for s in 0..species {
                    if self.ends[0] {
                        let later = y + together as isize + 1;
                        wide::fetch(&self.source.row(s, later)[from..from + count]);
                    }
                    let three = [above, y, below].map(|y| self.source.row(s, y));
                    let [own, sum] = block.pair_mut([s, species + s], at, count);
                    laplacian.row(three, from, own, sum);
                }
                for (k, plane) in varied.iter().enumerate() {
                    let start = y.rem_euclid(height) as usize * width + from;
                    let to = block.part_mut(2 * species + k, at, count);
                    to.copy_from_slice(&plane[start..start + count]);
                }
            }
            block.apply(formulas, step)?;
            for (line, y) in lines.clone().enumerate() {
                let row = place(y, first, count_of_rows) * species;
                for s in 0..species {
                    let later = (row + together * species + s) * width + from;
                    if let Some(later) = sink.get(later..later + count).filter(|_| self.ends[1]) {
                        wide::fetch(later);
                    }
                    let out = &mut sink[(row + s) * width + from..][..count];
                    wide::take(odd, out, block.part(s, line * count, count));
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Arc;

    use super::*;
    use crate::flow::law::{self, Method};
    use crate::flow::stencil::Stencil;
    use crate::flow::{Engine, Way};

    #[test]
    fn steps_made_in_one_sweep_are_those_made_one_by_one_to_the_bit() {
        let equations = "u' = -u*v^2 + F*(1 - u) + 0.01*sin(t)\nv' = u*v^2 - (F + k)*v";
        let value = |name: &str| Some(if name.starts_with('D') { 0.3 } else { 0.05 });
        for (width, height) in [(1, 1), (3, 2), (37, 20), (70, 9), (300, 130), (1100, 40)] {
            for border in [Border::Torus, Border::NoFlux] {
                for stencil in [Stencil::Five, Stencil::Nine] {
                    let laplacian = Laplacian {
                        stencil,
                        border,
                        spacing: 1.0,
                    };
                    let law = law::Law::of_reaction(equations, laplacian, Method::Euler, 0.2);
                    let law = Arc::new(law.unwrap());
                    let mut field = Field::new(width, height, 2).unwrap();
                    for (i, value) in field.values_mut().iter_mut().enumerate() {
                        *value = ((i * 7919) % 1000) as f64 / 1000.0;
                    }
                    let field = Arc::new(field);
                    let engine = |threads| {
                        Engine::new(law.clone(), field.clone(), Way::Auto, threads).unwrap()
                    };
                    let mut single = engine(1);
                    for step in 0..19 {
                        assert!(single.step(step, &value).unwrap());
                    }
                    for threads in [1, 3] {
                        let mut several = engine(threads);
                        let (mut step, mut calls) = (0, 0);
                        while step < 19 {
                            step += several.advance(step, 19 - step, &value).unwrap();
                            calls += 1;
                        }
                        assert!(step == 19 && calls < 10);
                        let same = several.field().values() == single.field().values();
                        assert!(same, "{width} × {height}, {laplacian:?}, {threads} threads");
                    }
                }
            }
        }
    }

    #[test]
    fn a_sweep_that_blows_up_stops_before_the_step_that_does() {
        let laplacian = Laplacian {
            stencil: Stencil::Five,
            border: Border::Torus,
            spacing: 1.0,
        };
        // u doubles its exponent with every step, and passes 2^1024 at the tenth.
        let law = law::Law::of_reaction("u' = u^2 - u", laplacian, Method::Euler, 1.0).unwrap();
        let mut field = Field::new(40, 40, 1).unwrap();
        field.fill(0, 4.0);
        let mut engine = Engine::new(Arc::new(law), Arc::new(field), Way::Auto, 1).unwrap();
        let value = |_: &str| Some(0.0);
        let (mut step, mut made) = (0, 1);
        while made > 0 {
            made = engine.advance(step, 100, &value).unwrap();
            step += made;
        }
        assert_eq!(step, 8);
        assert_eq!(engine.field().at(0, 3, 3), 2f64.powi(512));
    }
}
