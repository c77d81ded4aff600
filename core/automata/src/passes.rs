//! Several generations in one pass over the cells.
//!
//! A band of rows flows from top to bottom through a chain of stages, one for each generation, a
//! strip of a few rows at a time. A stage makes a strip of its generation from a strip of the
//! generation before, one row behind, because the row below the last one is not known yet; what
//! it needs of the strip before it keeps as row sums. So the cells are read and written in
//! memory once for all generations of the pass, and everything between stays in the caches.
//!
//! Bands are computed apart from one another: each begins as many rows early and ends as many
//! late as the pass has generations, and its first rows are thrown away. Input and output are
//! different grids, so the result can't depend on who does what.

use crate::grid::{Grid, LINE};
use crate::simd::{self, Level};

/// Rows in a strip of a grid with so many words in a row: enough to make what is kept between
/// strips cheap, few enough that two strips of a wide grid stay in the first cache.
fn rows_of(words: usize) -> usize {
    if words > 128 { 8 } else { 16 }
}

/// Generations in a pass, at most.
pub(crate) const MOST: usize = 32;

/// Generations in a pass that suit a grid of so many cells and as many threads. One that doesn't
/// fit the caches gains by more of them; for a small one what the stages keep should stay in the
/// first cache, but threads that wait for each other less often gain more than that.
pub(crate) fn suitable(cells: usize, threads: usize) -> usize {
    match threads {
        _ if cells > 1 << 25 => MOST,
        1 => 16,
        _ => 24,
    }
}

/// What one band needs besides its input and output.
#[derive(Clone, Debug, Default)]
pub(crate) struct Strips {
    words: usize,
    /// The strips that a stage reads and writes, in turn.
    rows: [Vec<u64>; 2],
    /// What each stage keeps.
    kept: Vec<Vec<u64>>,
}

impl Strips {
    fn fit(&mut self, words: usize, generations: usize) {
        if self.words != words {
            *self = Self {
                words,
                ..Self::default()
            };
        }
        for rows in &mut self.rows {
            rows.resize(simd::strip_words(words, rows_of(words)), 0);
        }
        while self.kept.len() < generations {
            self.kept.push(vec![0; simd::kept_words(words)]);
        }
    }

    /// Computes the rows from `first` on that `output` has room for, `generations` after those
    /// of `cells`; `output` holds rows as a grid does, without the rim above.
    ///
    /// `rule` is [`crate::Rule::bits`].
    pub(crate) fn pass(
        &mut self,
        level: Level,
        rule: u32,
        cells: &Grid,
        generations: usize,
        first: usize,
        output: &mut [u64],
    ) {
        let (words, stride) = (cells.words(), cells.stride());
        let count = output.len() / stride;
        self.fit(words, generations);
        let (edges, height) = (Edges::of(cells), rows_of(words));
        // Rows are counted from the top of the grid; a stage is one row behind the one before.
        let start = first as i64 - generations as i64;
        let end = (first + count + generations) as i64;
        let mut top = start;
        while top < end {
            let rows = height.min((end - top) as usize);
            for (i, row) in self.rows[0].chunks_mut(stride).take(rows).enumerate() {
                edges.fetch(cells, top + i as i64, row);
            }
            edges.close(&mut self.rows[0], stride, top, rows);
            for stage in 0..generations {
                let [one, other] = &mut self.rows;
                let (input, made) = if stage % 2 == 0 {
                    (one, other)
                } else {
                    (other, one)
                };
                let kept = &mut self.kept[stage];
                simd::step(level, rule, input, made, kept, words, rows);
                edges.close(made, stride, top - 1 - stage as i64, rows);
            }
            let made = &self.rows[generations % 2];
            for (i, row) in made.chunks(stride).take(rows).enumerate() {
                let y = top + i as i64 - generations as i64 - first as i64;
                if (0..count as i64).contains(&y) {
                    let start = y as usize * stride + LINE;
                    output[start..][..words].copy_from_slice(&row[LINE..][..words]);
                }
            }
            top += height as i64;
        }
    }
}

/// What lies beyond the edges of a grid.
#[derive(Clone, Copy, Debug)]
struct Edges {
    words: usize,
    width: usize,
    height: i64,
    wraps: bool,
    mask: u64,
}

impl Edges {
    fn of(cells: &Grid) -> Self {
        Self {
            words: cells.words(),
            width: cells.width(),
            height: cells.height() as i64,
            wraps: cells.wraps(),
            mask: cells.last_mask(),
        }
    }

    /// Copies the cells of a row, which may lie above or below the grid, into a strip.
    fn fetch(&self, cells: &Grid, y: i64, row: &mut [u64]) {
        let to = &mut row[LINE..][..self.words];
        if self.wraps || (0..self.height).contains(&y) {
            to.copy_from_slice(cells.row(y.rem_euclid(self.height) as usize));
        }
    }

    /// Sets the cells left and right of the first `rows` rows of a strip, whose first is row
    /// `top` of the grid: on a torus those of the opposite edges, on a bounded plane dead ones,
    /// as all cells of rows above and below it.
    fn close(&self, strip: &mut [u64], stride: usize, top: i64, rows: usize) {
        let bits = self.width % 64;
        for i in 0..rows {
            // The cells with the word before the first and the word behind the last one.
            let row = &mut strip[i * stride + LINE - 1..][..self.words + 2];
            if !self.wraps {
                if (0..self.height).contains(&(top + i as i64)) {
                    row[self.words] &= self.mask;
                    row[self.words + 1] = 0;
                } else {
                    row.fill(0);
                }
            } else if bits == 0 {
                row[0] = row[self.words];
                row[self.words + 1] = row[1];
            } else {
                // The cell to the right of the last one lies in the last word.
                let last = row[self.words] & self.mask;
                row[0] = last << (64 - bits);
                row[self.words] = last | row[1] << bits;
                row[self.words + 1] = row[1] >> (64 - bits);
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::reference::Reference;
    use crate::rule::{LifeLike, Rule, Topology};

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]

        #[test]
        fn bands_and_passes_of_any_size_give_the_cells_of_the_reference(
            seed: u64, bits in 0u32..1 << 18, width in 1u32..150, height in 1u32..80,
            wraps: bool, generations in 1..=MOST, band in 1usize..80,
        ) {
            let topology = if wraps {
                Topology::Torus { width, height }
            } else {
                Topology::Bounded { width, height }
            };
            let rule = Rule::life_like(
                LifeLike {
                    birth: bits as u16 & 0x1ff,
                    survival: (bits >> 9) as u16,
                },
                topology,
            );
            let mut cells = Grid::new(topology).unwrap();
            let mut state = seed;
            cells.fill_random(0.5, || {
                state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
                let z = (state ^ state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                z ^ z >> 31
            });
            let mut reference = Reference::new(rule.clone()).unwrap();
            for y in 0..cells.height() {
                for x in 0..cells.width() {
                    reference.set(x, y, cells.get(x, y));
                }
            }
            for _ in 0..generations {
                reference.step();
            }
            for level in Level::available() {
                let mut next = Grid::new(topology).unwrap();
                let (stride, end) = (next.stride(), (next.height() + 1) * next.stride());
                let mut strips = Strips::default();
                for (i, output) in next.raw_mut()[stride..end].chunks_mut(band * stride).enumerate() {
                    strips.pass(level, rule.bits(), &cells, generations, i * band, output);
                }
                prop_assert_eq!(next.pattern(topology), reference.pattern(), "{:?}", level);
            }
        }
    }
}
