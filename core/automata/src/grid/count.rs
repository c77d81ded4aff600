//! Live cells of a grid, of rectangles of it and of square blocks.

use super::Grid;
use crate::simd;

impl Grid {
    /// Number of live cells.
    pub fn population(&self) -> u64 {
        (0..self.height).map(|y| self.row_population(y)).sum()
    }

    fn row_population(&self, y: usize) -> u64 {
        let row = self.row(y);
        let last = row[row.len() - 1] & self.last_mask();
        simd::popcount(&row[..row.len() - 1]) + u64::from(last.count_ones())
    }

    /// Live cells in the columns from `x0` up to `x1` and rows from `y0` up to `y1`, cut to the
    /// grid.
    pub fn population_in(&self, x0: usize, y0: usize, x1: usize, y1: usize) -> u64 {
        let (x1, y1) = (x1.min(self.width), y1.min(self.height));
        if x0 >= x1 || y0 >= y1 {
            return 0;
        }
        let (first, last) = (x0 / 64, (x1 - 1) / 64);
        let first_mask = u64::MAX << (x0 % 64);
        let last_mask = u64::MAX >> (63 - (x1 - 1) % 64);
        (y0..y1)
            .map(|y| {
                let row = self.row(y);
                if first == last {
                    return u64::from((row[first] & first_mask & last_mask).count_ones());
                }
                u64::from((row[first] & first_mask).count_ones())
                    + simd::popcount(&row[first + 1..last])
                    + u64::from((row[last] & last_mask).count_ones())
            })
            .sum()
    }

    /// Live cells in each of `width` × `height` blocks of 2^scale cells a side, row by row. The
    /// first is block (`x`, `y`), blocks being counted from the grid's corner; cells outside
    /// count as dead.
    pub fn block_populations(
        &self,
        [x, y]: [usize; 2],
        scale: u32,
        width: usize,
        height: usize,
    ) -> Vec<u64> {
        let mut counts = vec![0; width * height];
        if width == 0 {
            return counts;
        }
        // A block larger than any grid holds all of it, whatever its size.
        let scale = scale.min(30);
        for (by, counts) in counts.chunks_exact_mut(width).enumerate() {
            let first = (y + by) << scale;
            for row in first..self.height.min(first + (1 << scale)) {
                if scale < 6 {
                    self.add_small_blocks(row, x, scale, counts);
                } else {
                    let words = 1 << (scale - 6);
                    for (bx, count) in counts.iter_mut().enumerate() {
                        let from = (x + bx) * words;
                        let to = (from + words).min(self.words());
                        if from < to {
                            *count += simd::popcount(&self.row(row)[from..to - 1]);
                            let last = self.masked(row, to - 1);
                            *count += u64::from(last.count_ones());
                        }
                    }
                }
            }
        }
        counts
    }

    /// Adds the cells of one row to blocks narrower than a word.
    fn add_small_blocks(&self, row: usize, x: usize, scale: u32, counts: &mut [u64]) {
        let per_word = 64usize >> scale;
        let field = u64::MAX >> (64 - (1 << scale));
        let first = x / per_word;
        for i in first..self.words().min((x + counts.len()).div_ceil(per_word)) {
            let word = self.masked(row, i);
            if word == 0 {
                continue;
            }
            for j in 0..per_word {
                if let Some(block) = (i * per_word + j).checked_sub(x)
                    && let Some(count) = counts.get_mut(block)
                {
                    *count += u64::from((word >> (j << scale) & field).count_ones());
                }
            }
        }
    }
}
