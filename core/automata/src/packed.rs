//! The packed engine: any rule on a torus or bounded plane, 64 cells a word, SIMD and threads.
//!
//! Two grids take turns. A generation first brings the rim up to date (copies of the opposite
//! edges on a torus), then bands of rows are computed, each by one thread; a band reads the old
//! grid and writes its own rows of the new one, so the result can't depend on who does what.

use std::sync::Arc;

use rayon::prelude::*;
use thiserror::Error;

use crate::grid::{Grid, LINE};
use crate::pattern::Pattern;
use crate::rule::Rule;
use crate::simd::{self, Level};

/// Fewer cells than this are stepped by one thread: waking others would take longer.
const THREADS_FROM: usize = 1 << 19;

/// Why a packed universe could not be made.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PackedError {
    /// No torus or bounded plane.
    #[error("rule {0} has an unbounded plane; add a grid, such as {0}:T512, for the packed engine")]
    Unbounded(Rule),
    /// Two grids would not fit.
    #[error(
        "a {width} × {height} grid needs {needed} MiB, and the memory limit is {limit} MiB; \
         choose a smaller grid or raise the limit"
    )]
    TooBig {
        /// Columns.
        width: u32,
        /// Rows.
        height: u32,
        /// Memory needed, rounded up.
        needed: u64,
        /// Memory allowed.
        limit: u64,
    },
    /// A pattern that doesn't fit.
    #[error("{cells} live cells of the pattern fall outside the {grid}; choose a larger grid")]
    Outside {
        /// Live cells outside.
        cells: u64,
        /// The grid in words.
        grid: String,
    },
}

/// A universe of packed cells under one rule.
#[derive(Clone, Debug)]
pub struct Packed {
    rule: Rule,
    cells: Arc<Grid>,
    spare: Option<Box<Grid>>,
    /// Whether `spare` holds the generation before.
    stepped: bool,
    level: Level,
    threads: usize,
}

impl Packed {
    /// Memory that a universe takes, in bytes: two grids.
    pub fn bytes(rule: Rule) -> u64 {
        2 * Grid::bytes(rule.topology)
    }

    /// An empty universe.
    ///
    /// # Errors
    /// An unbounded plane; a grid that takes more than `limit` bytes.
    pub fn new(rule: Rule, limit: u64) -> Result<Self, PackedError> {
        let Some((width, height)) = rule.topology.size() else {
            return Err(PackedError::Unbounded(rule));
        };
        let needed = Self::bytes(rule.clone());
        if needed > limit {
            return Err(PackedError::TooBig {
                width,
                height,
                needed: needed.div_ceil(1 << 20),
                limit: limit >> 20,
            });
        }
        let Some(cells) = Grid::new(rule.topology) else {
            return Err(PackedError::Unbounded(rule));
        };
        Ok(Self {
            rule,
            cells: Arc::new(cells),
            spare: None,
            stepped: false,
            level: Level::best(),
            threads: rayon::current_num_threads(),
        })
    }

    /// A universe that holds a pattern; its place is that of [`Pattern::corner`].
    ///
    /// # Errors
    /// Those of [`Self::new`]; cells outside the grid.
    pub fn from_pattern(rule: Rule, pattern: &Pattern, limit: u64) -> Result<Self, PackedError> {
        let mut universe = Self::new(rule, limit)?;
        universe.place(pattern)?;
        Ok(universe)
    }

    /// Adds the live cells of a pattern.
    ///
    /// # Errors
    /// Cells outside the grid; nothing has changed then.
    pub fn place(&mut self, pattern: &Pattern) -> Result<(), PackedError> {
        let topology = self.rule.topology;
        self.cells_mut()
            .place(pattern, topology)
            .map_err(|cells| PackedError::Outside {
                cells,
                grid: match topology.size() {
                    Some((w, h)) if topology.wraps() => format!("{w} × {h} torus"),
                    Some((w, h)) => format!("{w} × {h} plane"),
                    None => "plane".to_owned(),
                },
            })
    }

    /// The rule, grid included.
    pub fn rule(&self) -> Rule {
        self.rule.clone()
    }

    /// Changes births and survivals; the grid and its cells stay.
    pub fn set_rule(&mut self, rule: Rule) {
        self.rule = rule.on(self.rule.topology);
    }

    /// Uses narrower vectors than the processor has; for comparisons.
    pub fn set_level(&mut self, level: Level) {
        self.level = level.min(Level::best());
    }

    /// Uses at most so many threads. The cells don't depend on it.
    pub fn set_threads(&mut self, threads: usize) {
        self.threads = threads.max(1);
    }

    /// The vectors in use.
    pub fn level(&self) -> Level {
        self.level
    }

    /// The cells now.
    pub fn cells(&self) -> &Grid {
        &self.cells
    }

    /// The cells now, to be kept: later generations leave them alone.
    pub fn share(&self) -> Arc<Grid> {
        Arc::clone(&self.cells)
    }

    /// Takes cells that were shared before, from a universe of the same size.
    pub fn take(&mut self, cells: Arc<Grid>) {
        self.cells = cells;
        self.stepped = false;
    }

    /// The cells, to be changed.
    pub fn cells_mut(&mut self) -> &mut Grid {
        self.stepped = false;
        Arc::make_mut(&mut self.cells)
    }

    /// One generation.
    pub fn step(&mut self) {
        self.cells_mut().update_rim();
        let mut next = self
            .spare
            .take()
            .unwrap_or_else(|| Box::new((*self.cells).clone()));
        self.fill(&mut next);
        std::mem::swap(Arc::make_mut(&mut self.cells), &mut *next);
        self.spare = Some(next);
        self.stepped = true;
    }

    /// Several generations.
    pub fn advance(&mut self, generations: u64) {
        for _ in 0..generations {
            self.step();
        }
    }

    fn fill(&self, next: &mut Grid) {
        let (rule, level) = (self.rule.bits(), self.level);
        let stride = self.cells.stride();
        let (words, height) = (self.cells.words(), self.cells.height());
        let input = self.cells.raw();
        let output = &mut next.raw_mut()[stride..(height + 1) * stride];
        let cells = self.cells.width() * height;
        if cells < THREADS_FROM || self.threads == 1 {
            simd::step(level, rule, input, output, stride, LINE, words);
            return;
        }
        let band = height.div_ceil(self.threads);
        output
            .par_chunks_mut(band * stride)
            .enumerate()
            .for_each(|(i, output)| {
                let input = &input[i * band * stride..];
                simd::step(level, rule, input, output, stride, LINE, words);
            });
    }

    /// Cells born and cells that died in the last generation; nothing before the first one and
    /// after a change by hand.
    pub fn last_changes(&self) -> Option<(u64, u64)> {
        let before = self.spare.as_ref().filter(|_| self.stepped)?;
        Some(self.cells.changes_since(before))
    }
}

impl Grid {
    /// Makes the rim tell the truth: on a torus each edge is copied to the far side of the
    /// opposite one, on a bounded plane the rim is dead.
    fn update_rim(&mut self) {
        let (width, height) = (self.width(), self.height());
        let (words, stride, wraps) = (self.words(), self.stride(), self.wraps());
        let mask = self.last_mask();
        let raw = self.raw_mut();
        for y in 0..height {
            let start = (y + 1) * stride + LINE;
            let last = raw[start + words - 1] & mask;
            raw[start + words - 1] = last;
            let (mut before, mut after) = (0, 0);
            if wraps {
                before = (last >> ((width - 1) % 64)) << 63;
                after = raw[start] & 1;
            }
            raw[start - 1] = before;
            // The cell east of the last one lies in the last word, or in the word behind it.
            if width % 64 == 0 {
                raw[start + words] = after;
            } else {
                raw[start + words - 1] |= after << (width % 64);
                raw[start + words] = 0;
            }
        }
        let row = stride + 1;
        if wraps {
            raw.copy_within(height * stride..height * stride + row, 0);
            let (first, end) = (stride, (height + 1) * stride);
            // One word of the row behind belongs to this row's rim.
            raw.copy_within(first..first + row, end);
        } else {
            raw[..stride].fill(0);
            raw[(height + 1) * stride..].fill(0);
        }
    }
}
