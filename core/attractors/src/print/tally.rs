//! What a print gathers in each cell: hits, the sum of what colours them, and what lies nearest.
//!
//! All of it is kept in whole numbers, whose sums don't depend on the order in which threads add
//! them: the picture is the same, bit for bit, for any number of threads. Hits are counted in
//! u32; before a cell could overflow what it holds is carried to a 64-bit total.

use std::collections::BTreeMap;

use loom_gpu::Gpu;
use loom_gpu::scene::Buffer;
use loom_sim::SimError;
use rayon::prelude::*;

/// A count from which hits are carried to the totals, and hits between two looks.
const FULL: u64 = 1 << 31;
/// Steps of a payload's number: what colours a hit, and its depth.
pub const STEPS: u32 = 0xffff;

/// What a tally keeps besides hits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keeps {
    /// A number to be averaged.
    pub mean: bool,
    /// An angle to be averaged, on the circle.
    pub angle: bool,
    /// The nearest hit, with its own number.
    pub nearest: bool,
}

impl Keeps {
    /// Bytes for each cell.
    pub fn bytes(self) -> u64 {
        4 + 8 * u64::from(self.mean) + 16 * u64::from(self.angle) + 4 * u64::from(self.nearest)
    }
    /// Only hits are counted.
    pub fn is_plain(self) -> bool {
        !(self.mean || self.angle || self.nearest)
    }
}

#[derive(Debug)]
pub struct Tally {
    pub size: [u32; 2],
    pub keeps: Keeps,
    counts: Vec<u32>,
    sums: Vec<u64>,
    turns: Vec<[i64; 2]>,
    nearest: Vec<u32>,
    /// Hits carried over from full cells.
    carried: BTreeMap<u32, u64>,
    since: u64,
    /// All hits, those outside the picture included.
    pub thrown: u64,
    /// Cosine and sine of each angle, as whole numbers.
    circle: Vec<[i32; 2]>,
}

/// A stretch of cells that one thread fills.
struct Band<'a> {
    counts: &'a mut [u32],
    sums: &'a mut [u64],
    turns: &'a mut [[i64; 2]],
    nearest: &'a mut [u32],
}

impl Band<'_> {
    #[inline]
    fn plain(&mut self, cell: usize) {
        // NOWHERE lies beyond the last cell.
        if let Some(count) = self.counts.get_mut(cell) {
            *count = count.wrapping_add(1);
        }
    }
    #[inline]
    fn rich(&mut self, cell: usize, payload: u32, circle: &[[i32; 2]]) {
        self.plain(cell);
        if let Some(sum) = self.sums.get_mut(cell) {
            *sum += u64::from(payload & STEPS);
        }
        if let Some([c, s]) = self.turns.get_mut(cell)
            && let Some([dc, ds]) = circle.get((payload & STEPS) as usize >> 4)
        {
            *c += i64::from(*dc);
            *s += i64::from(*ds);
        }
        if let Some(nearest) = self.nearest.get_mut(cell) {
            *nearest = payload.min(*nearest);
        }
    }
}

/// Hits that one block of orbits has made, sorted by bands of cells.
#[derive(Debug, Default)]
pub struct Sorted {
    cells: Vec<Vec<u32>>,
    payloads: Vec<Vec<u32>>,
    shift: u32,
}

impl Sorted {
    #[inline]
    pub fn push(&mut self, cells: &[u32], payloads: &[u32]) {
        let bands = self.cells.len();
        if payloads.is_empty() {
            for cell in cells {
                let band = (cell >> self.shift) as usize;
                if band < bands {
                    self.cells[band].push(*cell);
                }
            }
        } else {
            for (cell, payload) in cells.iter().zip(payloads) {
                let band = (cell >> self.shift) as usize;
                if band < bands {
                    self.cells[band].push(*cell);
                    self.payloads[band].push(*payload);
                }
            }
        }
    }
    fn clear(&mut self) {
        self.cells
            .iter_mut()
            .chain(&mut self.payloads)
            .for_each(Vec::clear);
    }
}

impl Tally {
    pub fn new(size: [u32; 2], keeps: Keeps) -> Self {
        let cells = size[0] as usize * size[1] as usize;
        let some = |wanted: bool| if wanted { cells } else { 0 };
        let circle = (0..=STEPS >> 4).map(|i| {
            let (s, c) = (f64::from(i) / 4096.0 * std::f64::consts::TAU).sin_cos();
            [c, s].map(|x| (x * 32767.0).round() as i32)
        });
        Self {
            size,
            keeps,
            counts: vec![0; cells],
            sums: vec![0; some(keeps.mean)],
            turns: vec![[0; 2]; some(keeps.angle)],
            nearest: vec![u32::MAX; some(keeps.nearest)],
            carried: BTreeMap::new(),
            since: 0,
            thrown: 0,
            circle: if keeps.angle {
                circle.collect()
            } else {
                Vec::new()
            },
        }
    }

    pub fn cells(&self) -> usize {
        self.counts.len()
    }

    /// Empty lists for so many blocks, with bands for so many threads.
    pub fn sorters(&self, blocks: usize, threads: usize) -> Vec<Sorted> {
        let wanted = self.cells().div_ceil(threads.clamp(1, 64) * 4).max(4096);
        let shift = (wanted as u64).next_power_of_two().trailing_zeros();
        let bands = self.cells().div_ceil(1 << shift);
        (0..blocks)
            .map(|_| Sorted {
                cells: vec![Vec::new(); bands],
                payloads: vec![Vec::new(); bands],
                shift,
            })
            .collect()
    }

    /// Makes room for so many hits, and notes that they were thrown.
    pub fn prepare(&mut self, hits: u64) {
        self.thrown += hits;
        if self.since + hits <= FULL {
            self.since += hits;
            return;
        }
        self.since = hits;
        for (cell, count) in self.counts.iter_mut().enumerate() {
            if u64::from(*count) >= FULL {
                *self.carried.entry(cell as u32).or_default() += u64::from(*count);
                *count = 0;
            }
        }
    }

    /// Adds hits on this thread; `payloads` is empty where only hits are kept.
    #[inline]
    pub fn add(&mut self, cells: &[u32], payloads: &[u32]) {
        let mut band = Band {
            counts: &mut self.counts,
            sums: &mut self.sums,
            turns: &mut self.turns,
            nearest: &mut self.nearest,
        };
        if payloads.is_empty() {
            for cell in cells {
                band.plain(*cell as usize);
            }
        } else {
            for (cell, payload) in cells.iter().zip(payloads) {
                band.rich(*cell as usize, *payload, &self.circle);
            }
        }
    }

    /// Adds what many blocks have sorted, a band a thread, and empties their lists.
    pub fn collect(&mut self, blocks: &mut [Sorted]) {
        let Some(shift) = blocks.first().map(|b| b.shift) else {
            return;
        };
        let step = 1usize << shift;
        let circle = &self.circle;
        let mut bands = Vec::new();
        let mut sums = self.sums.chunks_mut(step);
        let mut turns = self.turns.chunks_mut(step);
        let mut nearest = self.nearest.chunks_mut(step);
        for counts in self.counts.chunks_mut(step) {
            bands.push(Band {
                counts,
                sums: sums.next().unwrap_or_default(),
                turns: turns.next().unwrap_or_default(),
                nearest: nearest.next().unwrap_or_default(),
            });
        }
        let sorted = &*blocks;
        bands
            .into_par_iter()
            .enumerate()
            .for_each(|(number, mut band)| {
                let first = number << shift;
                for block in sorted {
                    let (cells, payloads) = (&block.cells[number], &block.payloads[number]);
                    if payloads.is_empty() {
                        for cell in cells {
                            band.plain(*cell as usize - first);
                        }
                    } else {
                        for (cell, payload) in cells.iter().zip(payloads) {
                            band.rich(*cell as usize - first, *payload, circle);
                        }
                    }
                }
            });
        blocks.iter_mut().for_each(Sorted::clear);
    }

    /// Hits in a cell, however many.
    pub fn hits(&self, cell: usize) -> u64 {
        let carried = self.carried.get(&(cell as u32)).copied();
        carried.unwrap_or(0) + self.counts.get(cell).copied().map_or(0, u64::from)
    }

    /// Takes over hits, sums of bytes and nearest hits that a device has gathered.
    pub fn take(&mut self, gpu: &Gpu, lists: [&Buffer<u32>; 3]) -> Result<(), SimError> {
        let read = |list: &Buffer<u32>| {
            gpu.read(list)
                .map_err(|error| SimError::Device(error.to_string()))
        };
        let [counts, sums, nearest] = lists;
        for (to, from) in self.counts.iter_mut().zip(read(counts)?) {
            *to = to.wrapping_add(from);
        }
        if self.keeps.mean {
            for (to, from) in self.sums.iter_mut().zip(read(sums)?) {
                // 255 there is 65,535 here.
                *to += 257 * u64::from(from);
            }
        }
        if self.keeps.nearest {
            for (to, from) in self.nearest.iter_mut().zip(read(nearest)?) {
                *to = from.min(*to);
            }
        }
        Ok(())
    }

    /// The counts as they stand, for comparison.
    pub fn counts(&self) -> &[u32] {
        &self.counts
    }

    /// Hits, sums and the nearest of squares of `side` cells together: what a smaller picture
    /// would have gathered.
    pub fn coarser(&self, side: u32) -> Coarse {
        let [width, height] = self.size;
        let [w, h] = [width.div_ceil(side), height.div_ceil(side)];
        let (side, wide) = (side as usize, width as usize);
        let rows: Vec<Vec<Pooled>> = (0..h as usize)
            .into_par_iter()
            .map(|row| {
                let mut line = vec![Pooled::default(); w as usize];
                for y in row * side..((row + 1) * side).min(height as usize) {
                    for x in 0..wide {
                        line[x / side].take(self, y * wide + x);
                    }
                }
                line
            })
            .collect();
        let all: Vec<Pooled> = rows.concat();
        Coarse {
            size: [w, h],
            cells: all,
        }
    }
}

/// A grid of pooled cells.
#[derive(Clone, Debug)]
pub struct Coarse {
    pub size: [u32; 2],
    pub cells: Vec<Pooled>,
}

/// What one cell, or several together, have gathered.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Pooled {
    pub hits: f32,
    /// Sum of the numbers, each from 0 to 1.
    pub sum: f32,
    /// Sums of cosine and sine.
    pub turn: [f32; 2],
    /// Depth and number of the nearest hit.
    pub nearest: Option<[f32; 2]>,
}

impl Pooled {
    #[inline]
    pub fn take(&mut self, tally: &Tally, cell: usize) {
        let hits = if tally.carried.is_empty() {
            u64::from(tally.counts[cell])
        } else {
            tally.hits(cell)
        };
        if hits == 0 {
            return;
        }
        self.hits += hits as f32;
        if let Some(sum) = tally.sums.get(cell) {
            self.sum += (*sum as f64 / f64::from(STEPS)) as f32;
        }
        if let Some([c, s]) = tally.turns.get(cell) {
            self.turn[0] += (*c as f64 / 32767.0) as f32;
            self.turn[1] += (*s as f64 / 32767.0) as f32;
        }
        if let Some(packed) = tally.nearest.get(cell)
            && *packed != u32::MAX
        {
            let depth = (packed >> 16) as f32 / STEPS as f32;
            let number = (packed & STEPS) as f32 / STEPS as f32;
            if self.nearest.is_none_or(|[d, _]| depth < d) {
                self.nearest = Some([depth, number]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Keeps = Keeps {
        mean: true,
        angle: true,
        nearest: true,
    };

    #[test]
    fn bands_and_threads_change_nothing() {
        let size = [200, 150];
        let (mut one, mut many) = (Tally::new(size, ALL), Tally::new(size, ALL));
        let cells: Vec<u32> = (0..90_000u32)
            .map(|i| i.wrapping_mul(2_654_435_761) % 33_000)
            .collect();
        let payloads: Vec<u32> = cells.iter().map(|c| c.wrapping_mul(40_503)).collect();
        one.add(&cells, &payloads);
        let mut sorters = many.sorters(3, 2);
        for (i, sorter) in sorters.iter_mut().enumerate() {
            let part = i * 30_000..(i + 1) * 30_000;
            sorter.push(&cells[part.clone()], &payloads[part]);
        }
        many.collect(&mut sorters);
        assert_eq!(one.counts, many.counts);
        assert_eq!(one.sums, many.sums);
        assert_eq!(one.turns, many.turns);
        assert_eq!(one.nearest, many.nearest);
    }

    #[test]
    fn more_hits_than_a_word_holds_are_all_counted() {
        let mut tally = Tally::new(
            [2, 1],
            Keeps {
                mean: false,
                angle: false,
                nearest: false,
            },
        );
        for _ in 0..5 {
            tally.prepare(1 << 31);
            // As many hits in one cell as were announced.
            tally.counts[0] += 1 << 31;
            tally.add(&[1], &[]);
        }
        assert_eq!(tally.hits(0), 5 << 31);
        assert_eq!(tally.hits(1), 5);
        assert_eq!(tally.coarser(2).cells[0].hits, (5u64 << 31) as f32);
    }

    #[test]
    fn angles_are_averaged_on_the_circle() {
        let keeps = Keeps {
            mean: false,
            angle: true,
            nearest: false,
        };
        let mut tally = Tally::new([1, 1], keeps);
        // 10° to either side of the seam.
        for degrees in [10.0, 350.0] {
            tally.add(&[0], &[(degrees / 360.0 * f64::from(STEPS)) as u32]);
        }
        let [c, s] = tally.coarser(1).cells[0].turn;
        assert!(c > 1.9 && s.abs() < 0.01, "{c} {s}");
    }
}
