//! Cells that go through the formulas together: what they hold, and what was gathered for them,
//! each in a row of its own.
//!
//! Rows begin at cache lines and hold whole groups of what the formulas take at once; the places
//! behind the last cell repeat it, so that nothing is computed there that no cell would compute.

use loom_sim::SimError;

use super::update::Formulas;

/// Bytes of a cache line, and numbers in it.
const LINE: usize = 64;
pub(super) const NUMBERS: usize = LINE / size_of::<f64>();

/// Numbers whose first one begins a cache line.
#[derive(Clone, Debug, Default)]
pub(super) struct Aligned {
    values: Vec<f64>,
    start: usize,
    count: usize,
}

impl Aligned {
    /// So many numbers; what they are is left open.
    pub fn set_len(&mut self, count: usize) {
        if self.values.len() < count + NUMBERS {
            self.values = vec![0.0; count + NUMBERS];
            // Zero where the address is of no use, as nothing depends on it.
            self.start = self.values.as_ptr().align_offset(LINE) % NUMBERS;
        }
        self.count = count;
    }

    pub fn values(&self) -> &[f64] {
        &self.values[self.start..self.start + self.count]
    }

    pub fn values_mut(&mut self) -> &mut [f64] {
        &mut self.values[self.start..self.start + self.count]
    }
}

/// A block of cells.
#[derive(Debug, Default)]
pub(super) struct Block {
    values: Aligned,
    rows: usize,
    members: usize,
    /// Numbers from one row to the next.
    stride: usize,
}

impl Block {
    /// Makes room for `rows` numbers at each of `members` cells, which go through the formulas in
    /// groups.
    pub fn set_size(&mut self, rows: usize, members: usize, group: usize) {
        self.rows = rows;
        self.members = members;
        self.stride = members.next_multiple_of(group);
        self.values.set_len(rows * self.stride);
    }

    /// Cells from a place on in a row.
    pub fn part(&self, row: usize, at: usize, count: usize) -> &[f64] {
        &self.values.values()[row * self.stride + at..][..count]
    }

    /// The same, to be filled.
    pub fn part_mut(&mut self, row: usize, at: usize, count: usize) -> &mut [f64] {
        &mut self.values.values_mut()[row * self.stride + at..][..count]
    }

    /// Parts of two rows, of which the first lies before the second.
    pub fn pair_mut(&mut self, rows: [usize; 2], at: usize, count: usize) -> [&mut [f64]; 2] {
        let (before, from) = self.values.values_mut().split_at_mut(rows[1] * self.stride);
        [
            &mut before[rows[0] * self.stride + at..][..count],
            &mut from[at..at + count],
        ]
    }

    /// Applies the formulas: the first rows become what the cells hold then.
    pub fn apply(&mut self, formulas: &mut Formulas<'_>, step: u64) -> Result<(), SimError> {
        let (stride, last) = (self.stride, self.members - 1);
        for row in self.values.values_mut().chunks_mut(stride) {
            let cell = row[last];
            row[last + 1..].fill(cell);
        }
        formulas.apply(self.values.values_mut(), stride, step)
    }
}
