//! Cells of any number of states, a byte each: every family that has no faster form, on every
//! grid.
//!
//! A field is a rectangle of cells with a rim as wide as the rule looks. On a bounded grid the
//! rectangle is the grid, and the rim shows what lies across its edges; where the grid is
//! unbounded the rectangle grows with the cells and is moved after them.

mod blocks;
mod columns;
mod engine;
mod history;
mod larger;
mod lookup;
mod mover;
mod offers;
mod rows;
mod space;
mod total;
mod turmites;

pub use self::engine::FieldEngine;
pub(crate) use self::mover::{Stepper, counts, stepper};
pub(crate) use self::offers::place_on;

use crate::hashlife::Bounds;
use crate::pattern::Pattern;
use crate::rule::Topology;

/// A rectangle of cells.
#[derive(Clone, PartialEq, Eq)]
pub struct Field {
    /// Column of the westernmost cells.
    left: i64,
    /// Row of the northernmost cells.
    top: i64,
    width: usize,
    height: usize,
    rim: usize,
    /// Bytes from one row to the next.
    stride: usize,
    cells: Vec<u8>,
}

impl Field {
    /// A field of dead cells.
    pub(crate) fn new(left: i64, top: i64, width: usize, height: usize, rim: usize) -> Self {
        let stride = (width + 2 * rim).next_multiple_of(64);
        Self {
            left,
            top,
            width,
            height,
            rim,
            stride,
            cells: vec![0; stride * (height + 2 * rim)],
        }
    }

    /// Bytes that a field takes.
    pub(crate) fn bytes_for(width: u64, height: u64, rim: u64) -> u64 {
        (width + 2 * rim)
            .next_multiple_of(64)
            .saturating_mul(height + 2 * rim)
    }

    /// Bytes that it takes.
    pub fn bytes(&self) -> u64 {
        self.cells.len() as u64
    }

    /// Column and row of the top left cell.
    pub fn corner(&self) -> (i64, i64) {
        (self.left, self.top)
    }

    /// Columns.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> usize {
        self.height
    }

    /// The cells of a row.
    pub fn row(&self, y: usize) -> &[u8] {
        &self.padded(y as isize)[self.rim..self.rim + self.width]
    }

    pub(crate) fn row_mut(&mut self, y: usize) -> &mut [u8] {
        let start = (y + self.rim) * self.stride + self.rim;
        &mut self.cells[start..start + self.width]
    }

    /// A row with the rim at both sides; rows of the rim count from `-rim`.
    fn padded(&self, y: isize) -> &[u8] {
        let start = (y + self.rim as isize) as usize * self.stride;
        &self.cells[start..start + self.width + 2 * self.rim]
    }

    /// The cell at a place of the rectangle; dead outside.
    pub fn at(&self, x: i64, y: i64) -> u8 {
        let (x, y) = (x - self.left, y - self.top);
        if (0..self.width as i64).contains(&x) && (0..self.height as i64).contains(&y) {
            self.row(y as usize)[x as usize]
        } else {
            0
        }
    }

    /// Changes the cell at a place inside the rectangle.
    pub(crate) fn put(&mut self, x: i64, y: i64, state: u8) {
        let (x, y) = (x - self.left, y - self.top);
        self.row_mut(y as usize)[x as usize] = state;
    }

    /// Puts a run of one state into a rectangle that is filled row by row, `at` being the number
    /// of its cells before the run.
    pub(crate) fn fill_run(
        &mut self,
        (x, y, width): (i64, i64, u64),
        mut at: u64,
        mut length: u64,
        state: u8,
    ) {
        let start = (x - self.left) as usize;
        while length > 0 {
            let (row, column) = (at / width, at % width);
            let now = length.min(width - column);
            if state != 0 {
                let y = (y - self.top) as usize + row as usize;
                let from = start + column as usize;
                self.row_mut(y)[from..from + now as usize].fill(state);
            }
            at += now;
            length -= now;
        }
    }

    /// The same to write to.
    pub(crate) fn padded_mut(&mut self, y: isize) -> &mut [u8] {
        let start = (y + self.rim as isize) as usize * self.stride;
        &mut self.cells[start..start + self.width + 2 * self.rim]
    }

    /// Bytes from one row to the next.
    pub(crate) fn stride(&self) -> usize {
        self.stride
    }

    /// Puts the same rows of cells elsewhere.
    pub(crate) fn move_to(&mut self, left: i64, top: i64) {
        (self.left, self.top) = (left, top);
    }

    fn rows(&self) -> impl DoubleEndedIterator<Item = &[u8]> {
        (0..self.height).map(|y| self.row(y))
    }

    /// Number of cells in each state.
    pub fn counts(&self) -> [u64; 256] {
        let mut counts = [0u64; 256];
        for row in self.rows() {
            for &cell in row {
                counts[usize::from(cell)] += 1;
            }
        }
        counts
    }

    /// Number of cells that are not in state 0.
    pub fn population(&self) -> u64 {
        self.rows().map(live).sum()
    }

    /// Left, top, width and height of what is not in state 0.
    pub fn live_box(&self) -> Option<(i64, i64, usize, usize)> {
        let alive = |row: &[u8]| row.iter().any(|&cell| cell != 0);
        let top = self.rows().position(alive)?;
        let bottom = (0..self.height).rfind(|&y| alive(self.row(y)))?;
        let (mut left, mut right) = (usize::MAX, 0);
        for y in top..=bottom {
            let row = self.row(y);
            if let Some(first) = row.iter().position(|&cell| cell != 0) {
                left = left.min(first);
            }
            if let Some(last) = row.iter().rposition(|&cell| cell != 0) {
                right = right.max(last);
            }
        }
        Some((
            self.left + left as i64,
            self.top + top as i64,
            right - left + 1,
            bottom - top + 1,
        ))
    }

    /// The same as the engines give it.
    pub(crate) fn bounds(&self) -> Option<Bounds> {
        let (x, y, width, height) = self.live_box()?;
        Some((x.into(), y.into(), width.into(), height.into()))
    }

    /// The cells on another rectangle; what lies outside it is lost.
    pub(crate) fn moved(&self, left: i64, top: i64, width: usize, height: usize) -> Self {
        let mut field = Self::new(left, top, width, height, self.rim);
        let from = self.left.max(left);
        let to = (self.left + self.width as i64).min(left + width as i64);
        if from < to {
            for y in self.top.max(top)..(self.top + self.height as i64).min(top + height as i64) {
                let old = &self.row((y - self.top) as usize)
                    [(from - self.left) as usize..(to - self.left) as usize];
                let new = field.row_mut((y - top) as usize);
                new[(from - left) as usize..(to - left) as usize].copy_from_slice(old);
            }
        }
        field
    }

    /// The cells as a pattern with its place.
    pub fn pattern(&self) -> Pattern {
        let mut pattern = Pattern {
            position: Some((self.left, self.top)),
            ..Pattern::default()
        };
        for (y, row) in self.rows().enumerate() {
            let mut x = 0;
            while x < row.len() {
                let state = row[x];
                let length = row[x..].iter().take_while(|&&cell| cell == state).count();
                pattern.push_state(x as i64, y as i64, length as u64, state);
                x += length;
            }
        }
        pattern.fit();
        pattern
    }

    /// Cells born and cells that died between `before` and this field.
    pub(crate) fn changes_since(&self, before: &Self) -> (u64, u64) {
        let (mut births, mut deaths) = (0, 0);
        if self.corner() == before.corner()
            && (self.width, self.height) == (before.width, before.height)
        {
            for (old, new) in before.rows().zip(self.rows()) {
                let (b, d) = changes(old, new);
                births += b;
                deaths += d;
            }
            return (births, deaths);
        }
        let left = self.left.min(before.left);
        let top = self.top.min(before.top);
        let right = (self.left + self.width as i64).max(before.left + before.width as i64);
        let bottom = (self.top + self.height as i64).max(before.top + before.height as i64);
        for y in top..bottom {
            for x in left..right {
                let (old, new) = (before.at(x, y) != 0, self.at(x, y) != 0);
                births += u64::from(new && !old);
                deaths += u64::from(old && !new);
            }
        }
        (births, deaths)
    }

    /// Number of cells whose states differ from another field's.
    pub(crate) fn difference(&self, other: &Self) -> u64 {
        let same = self.corner() == other.corner()
            && (self.width, self.height) == (other.width, other.height);
        if same {
            let differing =
                |(a, b): (&[u8], &[u8])| a.iter().zip(b).filter(|(a, b)| a != b).count() as u64;
            return self.rows().zip(other.rows()).map(differing).sum();
        }
        let (left, top) = (self.left.min(other.left), self.top.min(other.top));
        let right = (self.left + self.width as i64).max(other.left + other.width as i64);
        let bottom = (self.top + self.height as i64).max(other.top + other.height as i64);
        (top..bottom)
            .map(|y| {
                (left..right)
                    .filter(|&x| self.at(x, y) != other.at(x, y))
                    .count() as u64
            })
            .sum()
    }

    /// Makes the rim show what lies across the edges of the grid; nothing lives beyond the
    /// rectangle where the grid is unbounded.
    fn update_rim(&mut self, topology: Topology) {
        let (width, height, rim) = (self.width, self.height, self.rim);
        if rim == 0 {
            return;
        }
        match topology {
            Topology::Torus { .. } if width >= rim && height >= rim => {
                for y in 0..height {
                    let start = (y + rim) * self.stride;
                    let row = &mut self.cells[start..start + width + 2 * rim];
                    row.copy_within(width..width + rim, 0);
                    row.copy_within(rim..2 * rim, width + rim);
                }
                let rows = rim * self.stride;
                let all = height * self.stride;
                self.cells.copy_within(all..all + rows, 0);
                self.cells.copy_within(rows..2 * rows, all + rows);
            }
            Topology::Plane | Topology::Bounded { .. } | Topology::Strip { wraps: false, .. } => {
                self.clear_rim();
            }
            Topology::Box { wraps, .. } => {
                // Sheets find the rows beside them themselves; the rim wraps within a row.
                self.clear_rim();
                if wraps {
                    for y in 0..height {
                        let start = (y + rim) * self.stride;
                        let row = &mut self.cells[start..start + width + 2 * rim];
                        for d in 0..rim {
                            row[rim - 1 - d] = row[rim + width - 1 - d % width];
                            row[rim + width + d] = row[rim + d % width];
                        }
                    }
                }
            }
            _ => self.walk_rim(topology),
        }
    }

    fn clear_rim(&mut self) {
        let (width, height, rim) = (self.width, self.height, self.rim);
        let rows = rim * self.stride;
        self.cells[..rows].fill(0);
        let end = (height + rim) * self.stride;
        self.cells[end..].fill(0);
        for y in 0..height {
            let start = (y + rim) * self.stride;
            self.cells[start..start + rim].fill(0);
            self.cells[start + rim + width..start + self.stride].fill(0);
        }
    }

    /// The rim, cell by cell, by walking there.
    fn walk_rim(&mut self, topology: Topology) {
        let (width, height, rim) = (self.width as i64, self.height as i64, self.rim as i64);
        let ends = move |y: i64| -> [std::ops::Range<i64>; 2] {
            if (0..height).contains(&y) {
                [-rim..0, width..width + rim]
            } else {
                [-rim..width + rim, 0..0]
            }
        };
        for y in -rim..height + rim {
            for x in ends(y).into_iter().flatten() {
                let state = match topology.source(x, y) {
                    Some((x, y)) if (0..width).contains(&x) && (0..height).contains(&y) => {
                        self.row(y as usize)[x as usize]
                    }
                    _ => 0,
                };
                self.cells[(y + rim) as usize * self.stride + (x + rim) as usize] = state;
            }
        }
    }

    /// How many dead rows and columns lie between the edges and the live cells, at most `most`:
    /// west, north, east, south.
    fn margins(&self, most: usize) -> [usize; 4] {
        let alive = |row: &[u8]| row.iter().any(|&cell| cell != 0);
        let north = self.rows().take(most).position(alive).unwrap_or(most);
        let south = self.rows().rev().take(most).position(alive).unwrap_or(most);
        let (mut west, mut east) = (most.min(self.width), most.min(self.width));
        for row in self.rows() {
            if let Some(first) = row[..west].iter().position(|&cell| cell != 0) {
                west = first;
            }
            if let Some(first) = row[self.width - east..]
                .iter()
                .rev()
                .position(|&cell| cell != 0)
            {
                east = first;
            }
        }
        [west, north, east, south]
    }
}

impl std::fmt::Debug for Field {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Field({} × {} at {}, {})",
            self.width, self.height, self.left, self.top
        )
    }
}

/// Cells of a row that are not in state 0.
fn live(row: &[u8]) -> u64 {
    row.chunks(255)
        .map(|chunk| {
            let add = |sum: u8, &cell: &u8| sum.wrapping_add(u8::from(cell != 0));
            u64::from(chunk.iter().fold(0, add))
        })
        .sum()
}

/// Births and deaths between two rows.
fn changes(old: &[u8], new: &[u8]) -> (u64, u64) {
    let (mut births, mut deaths) = (0, 0);
    for (old, new) in old.chunks(255).zip(new.chunks(255)) {
        let (mut b, mut d) = (0u8, 0u8);
        for (&old, &new) in old.iter().zip(new) {
            b = b.wrapping_add(u8::from(old == 0 && new != 0));
            d = d.wrapping_add(u8::from(old != 0 && new == 0));
        }
        births += u64::from(b);
        deaths += u64::from(d);
    }
    (births, deaths)
}
