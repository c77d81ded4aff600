//! A rectangle of cells, 64 to a word, laid out for the stepping kernels.
//!
//! Bit `x % 64` of word `x / 64` in a row is the cell in column `x`; a set bit is alive. Around
//! the cells lies a rim, one row above and below and at least one word to the left and right,
//! which holds copies of the opposite edges on a torus and zeros on a bounded plane, so that
//! the kernels never ask where they are. Rows start on cache lines.

mod count;

use bytemuck::{Pod, Zeroable};

use crate::pattern::{Pattern, grid_corner};
use crate::rule::{MAX_SIDE, Topology};
use crate::simd;

/// Words in a cache line; rows are padded to whole lines.
pub(crate) const LINE: usize = 8;

/// One cache line of cells.
#[derive(Clone, Copy, PartialEq, Eq, Pod, Zeroable)]
#[repr(C, align(64))]
pub(crate) struct CacheLine([u64; LINE]);

/// Cells of a torus or bounded plane. Columns and rows count from the top left corner, 0 on.
#[derive(Clone, Debug, Default)]
pub struct Grid {
    width: usize,
    height: usize,
    wraps: bool,
    lines: Vec<CacheLine>,
}

impl std::fmt::Debug for CacheLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:x?}", self.0)
    }
}

impl Grid {
    /// An empty grid; nothing for the unbounded plane or a side of 0 or beyond [`MAX_SIDE`].
    pub fn new(topology: Topology) -> Option<Self> {
        let (width, height) = topology.size()?;
        if width == 0 || height == 0 || width > MAX_SIDE || height > MAX_SIDE {
            return None;
        }
        let mut grid = Self {
            width: width as usize,
            height: height as usize,
            wraps: topology.wraps(),
            lines: Vec::new(),
        };
        let lines = (grid.height + 2) * (grid.stride() / LINE) + 1;
        grid.lines = vec![CacheLine::zeroed(); lines];
        Some(grid)
    }

    /// Bytes that a grid takes, to be known before it is made; 0 for the unbounded plane.
    pub fn bytes(topology: Topology) -> u64 {
        topology.size().map_or(0, |(width, height)| {
            let lines = u64::from(width).div_ceil(64).div_ceil(LINE as u64) + 1;
            (u64::from(height) + 2) * lines * 64 + 64
        })
    }

    /// Columns.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> usize {
        self.height
    }

    /// Whether opposite edges meet.
    pub fn wraps(&self) -> bool {
        self.wraps
    }

    /// Words that hold the cells of a row.
    pub fn words(&self) -> usize {
        self.width.div_ceil(64)
    }

    /// Words from the start of one row to the start of the next: a line whose last word is the
    /// left rim, then the cells. The right rim is the padding, or the next row's first line.
    pub(crate) fn stride(&self) -> usize {
        LINE + self.words().next_multiple_of(LINE)
    }

    /// All words, rim included; row `y` of the cells starts at `(y + 1) * stride + LINE`.
    pub(crate) fn raw(&self) -> &[u64] {
        bytemuck::cast_slice(&self.lines)
    }

    pub(crate) fn raw_mut(&mut self) -> &mut [u64] {
        bytemuck::cast_slice_mut(&mut self.lines)
    }

    fn start(&self, y: usize) -> usize {
        (y + 1) * self.stride() + LINE
    }

    /// The words of row `y`. Bits beyond the width mean nothing in the last one: on a torus the
    /// rim may stand there.
    pub(crate) fn row(&self, y: usize) -> &[u64] {
        &self.raw()[self.start(y)..][..self.words()]
    }

    /// The valid bits of the last word of a row.
    pub fn last_mask(&self) -> u64 {
        match self.width % 64 {
            0 => u64::MAX,
            bits => (1 << bits) - 1,
        }
    }

    /// The words of row `y` with every bit beyond the width clear.
    pub fn row_words(&self, y: usize) -> impl Iterator<Item = u64> + '_ {
        let last = self.words() - 1;
        let mask = self.last_mask();
        self.row(y)
            .iter()
            .enumerate()
            .map(move |(i, &word)| if i == last { word & mask } else { word })
    }

    /// Replaces the words of row `y`; what is missing is dead, bits beyond the width are cut.
    pub fn set_row(&mut self, y: usize, row: impl IntoIterator<Item = u64>) {
        if y >= self.height {
            return;
        }
        let (start, words, mask) = (self.start(y), self.words(), self.last_mask());
        let mut row = row.into_iter();
        for (i, word) in self.raw_mut()[start..][..words].iter_mut().enumerate() {
            let new = row.next().unwrap_or(0);
            *word = if i == words - 1 { new & mask } else { new };
        }
    }

    /// Whether the cell in column `x` and row `y` is alive; dead outside the grid.
    pub fn get(&self, x: usize, y: usize) -> bool {
        x < self.width && y < self.height && self.row(y)[x / 64] >> (x % 64) & 1 != 0
    }

    /// Makes a cell alive or dead; nothing happens outside the grid.
    pub fn set(&mut self, x: usize, y: usize, alive: bool) {
        if x < self.width && y < self.height {
            let at = self.start(y) + x / 64;
            let bit = 1 << (x % 64);
            let word = &mut self.raw_mut()[at];
            *word = if alive { *word | bit } else { *word & !bit };
        }
    }

    /// Kills every cell.
    pub fn clear(&mut self) {
        self.lines.fill(CacheLine::zeroed());
    }

    /// Replaces every cell by chance: each is alive with probability `density`, to within 2^-32.
    /// `random` gives independent uniform words. The result depends on the words alone.
    pub fn fill_random(&mut self, density: f64, mut random: impl FnMut() -> u64) {
        let threshold = (density.clamp(0.0, 1.0) * 4294967296.0).round() as u64;
        let (words, mask) = (self.words(), self.last_mask());
        for y in 0..self.height {
            let start = self.start(y);
            for (i, word) in self.raw_mut()[start..][..words].iter_mut().enumerate() {
                *word = bernoulli(threshold, &mut random);
                if i == words - 1 {
                    *word &= mask;
                }
            }
        }
    }

    /// Adds the live cells of a pattern. On a torus what overhangs comes in on the other side.
    ///
    /// # Errors
    /// The number of live cells that fall outside a bounded plane, or that overlap themselves
    /// because the pattern is larger than the torus; the grid is then unchanged.
    pub fn place(&mut self, pattern: &Pattern, topology: Topology) -> Result<(), u64> {
        let (left, top) = grid_corner(topology);
        let (width, height) = (self.width as i64, self.height as i64);
        let larger = pattern
            .bounds()
            .is_some_and(|(_, _, w, h)| w > width as u64 || h > height as u64);
        let (mut outside, mut inside) = (0, Vec::new());
        for run in pattern.placed(topology) {
            let (x, y) = (run.x - left, run.y - top);
            if self.wraps && !larger {
                inside.push((x.rem_euclid(width), y.rem_euclid(height), run.length));
            } else if y >= 0 && y < height && x >= 0 && x + run.length as i64 <= width {
                inside.push((x, y, run.length));
            } else {
                outside += run.length;
            }
        }
        if outside > 0 {
            return Err(outside);
        }
        for (x, y, length) in inside {
            for dx in 0..length as i64 {
                self.set(((x + dx) % width) as usize, y as usize, true);
            }
        }
        Ok(())
    }

    /// The live cells as a pattern in Golly's coordinates, with its position.
    pub fn pattern(&self, topology: Topology) -> Pattern {
        let mut pattern = Pattern {
            position: Some(grid_corner(topology)),
            ..Pattern::default()
        };
        for y in 0..self.height {
            for (i, mut word) in self.row_words(y).enumerate() {
                while word != 0 {
                    let first = word.trailing_zeros();
                    let length = (word >> first).trailing_ones();
                    let x = i as u64 * 64 + u64::from(first);
                    pattern.push(x as i64, y as i64, u64::from(length));
                    let end = first + length;
                    word = if end == 64 { 0 } else { word >> end << end };
                }
            }
        }
        pattern.fit();
        pattern
    }

    /// A word of a row without bits beyond the width.
    fn masked(&self, y: usize, i: usize) -> u64 {
        let row = self.row(y);
        if i + 1 == row.len() {
            row[i] & self.last_mask()
        } else {
            row[i]
        }
    }

    /// 32 cells of row `y` from column `x` on, the first in the lowest bit; dead outside.
    pub fn bits_at(&self, x: usize, y: usize) -> u32 {
        if y >= self.height || x >= self.width {
            return 0;
        }
        let (i, shift) = (x / 64, x % 64);
        let low = self.masked(y, i) >> shift;
        let high = if shift > 32 && i + 1 < self.words() {
            self.masked(y, i + 1) << (64 - shift)
        } else {
            0
        };
        (low | high) as u32
    }

    /// The cells that are alive in one of two grids of the same size but not in both.
    pub fn differing(&self, other: &Self) -> Self {
        let mut differing = self.clone();
        for y in 0..self.height.min(other.height) {
            let row: Vec<u64> = self
                .row_words(y)
                .zip(other.row_words(y))
                .map(|(a, b)| a ^ b)
                .collect();
            differing.set_row(y, row);
        }
        differing
    }

    /// Cells born and cells that died between `before`, a grid of the same size, and this one.
    pub fn changes_since(&self, before: &Self) -> (u64, u64) {
        let mut total = (0, 0);
        for y in 0..self.height.min(before.height) {
            let (old, new) = (before.row(y), self.row(y));
            let inner = old.len().min(new.len()) - 1;
            let (mut births, mut deaths) = simd::changes(&old[..inner], &new[..inner]);
            let (old, new) = (old[inner] & self.last_mask(), new[inner] & self.last_mask());
            births += u64::from((new & !old).count_ones());
            deaths += u64::from((old & !new).count_ones());
            total = (total.0 + births, total.1 + deaths);
        }
        total
    }

    /// The smallest rectangle that holds every live cell: left, top, width, height in columns
    /// and rows of this grid.
    pub fn bounds(&self) -> Option<(usize, usize, usize, usize)> {
        let alive = |y: &usize| self.row_words(*y).any(|word| word != 0);
        let top = (0..self.height).find(alive)?;
        let bottom = (0..self.height).rev().find(alive)?;
        let mut columns = vec![0u64; self.words()];
        for y in top..=bottom {
            for (all, word) in columns.iter_mut().zip(self.row_words(y)) {
                *all |= word;
            }
        }
        let first = columns.iter().position(|&word| word != 0)?;
        let last = columns.iter().rposition(|&word| word != 0)?;
        let left = first * 64 + columns[first].trailing_zeros() as usize;
        let right = last * 64 + 63 - columns[last].leading_zeros() as usize;
        Some((left, top, right - left + 1, bottom - top + 1))
    }
}

impl PartialEq for Grid {
    fn eq(&self, other: &Self) -> bool {
        self.width == other.width
            && self.height == other.height
            && self.wraps == other.wraps
            && (0..self.height).all(|y| self.row_words(y).eq(other.row_words(y)))
    }
}

impl Eq for Grid {}

/// 64 independent bits, each set with probability `threshold` / 2^32: the binary digits of the
/// probability, from the lowest, choose between AND and OR with a fresh uniform word.
fn bernoulli(threshold: u64, random: &mut impl FnMut() -> u64) -> u64 {
    if threshold >> 32 != 0 {
        return u64::MAX;
    }
    if threshold == 0 {
        return 0;
    }
    let lowest = threshold.trailing_zeros();
    (lowest..32).fold(0, |bits, digit| {
        if threshold >> digit & 1 != 0 {
            bits | random()
        } else {
            bits & random()
        }
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn torus(width: u32, height: u32) -> Topology {
        Topology::Torus { width, height }
    }

    #[test]
    fn cells_are_counted_wherever_they_lie() {
        let mut grid = Grid::new(torus(130, 5)).unwrap();
        for (x, y) in [(0, 0), (63, 1), (64, 1), (129, 4), (200, 3)] {
            grid.set(x, y, true);
        }
        assert_eq!(grid.population(), 4);
        assert_eq!(grid.population_in(63, 1, 65, 2), 2);
        assert_eq!(grid.population_in(64, 0, 130, 5), 2);
        assert_eq!(grid.bounds(), Some((0, 0, 130, 5)));
        assert_eq!(grid.bits_at(40, 1), 3 << 23);
        assert_eq!(grid.bits_at(128, 4), 2);
        assert_eq!(grid.block_populations([1, 0], 6, 2, 1), [1, 1]);
        grid.set(0, 0, false);
        grid.set(129, 4, false);
        assert_eq!(grid.bounds(), Some((63, 1, 2, 1)));
    }

    #[test]
    fn a_pattern_comes_back_from_where_it_was_placed() {
        let topology = torus(100, 31);
        let mut pattern = Pattern::from_cells([(0, 0), (1, 0), (2, 1), (80, 1)]);
        pattern.position = Some((-45, 3));
        let mut grid = Grid::new(topology).unwrap();
        grid.place(&pattern, topology).unwrap();
        assert_eq!(grid.pattern(topology), pattern);
        let plane = Topology::Bounded {
            width: 50,
            height: 31,
        };
        let mut grid = Grid::new(plane).unwrap();
        assert_eq!(grid.place(&pattern, plane), Err(4));
        assert_eq!(grid.population(), 0);
    }

    #[test]
    fn blocks_of_any_size_are_counted_like_rectangles() {
        let mut grid = Grid::new(torus(300, 77)).unwrap();
        let mut state = 3u64;
        grid.fill_random(0.4, || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1);
            state ^ state >> 29
        });
        for scale in 0..12 {
            let side = 1 << scale;
            for [x, y] in [[0, 0], [1, 0], [5, 3]] {
                let blocks = grid.block_populations([x, y], scale, 9, 4);
                for (i, &count) in blocks.iter().enumerate() {
                    let (x, y) = ((x + i % 9) * side, (y + i / 9) * side);
                    assert_eq!(count, grid.population_in(x, y, x + side, y + side));
                }
            }
        }
    }

    #[test]
    fn a_soup_has_its_density() {
        let mut grid = Grid::new(torus(1000, 1000)).unwrap();
        let mut state = 1u64;
        let mut random = || {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^ (z >> 31)
        };
        for density in [0.0, 0.1, 0.5, 0.7, 1.0] {
            grid.fill_random(density, &mut random);
            let share = grid.population() as f64 / 1e6;
            assert!((share - density).abs() < 2.5e-3, "{share} for {density}");
        }
    }
}
