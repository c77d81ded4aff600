//! The packed engine: any rule on a torus or bounded plane, 64 cells a word, SIMD and threads.
//!
//! Two grids take turns: bands of rows are computed, each by one thread, in passes of several
//! generations that read the old grid and write the new one.

use std::sync::Arc;

use rayon::prelude::*;
use thiserror::Error;

use crate::grid::Grid;
use crate::passes::{MOST, Strips, suitable};
use crate::pattern::Pattern;
use crate::rule::Rule;
use crate::simd::Level;

/// Fewer cells than this are stepped by one thread: waking others would take longer.
const THREADS_FROM: usize = 1 << 19;

/// Generations times cells that are done before anybody is asked whether to go on: some
/// milliseconds of work.
const AT_ONCE: usize = 1 << 31;

/// A pass has at most one generation for so many rows of the grid: bands overlap by a row for
/// each generation.
const PART: usize = 8;

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
    spare: Option<Arc<Grid>>,
    /// Whether `spare` holds the generation before.
    stepped: bool,
    level: Level,
    threads: usize,
    pass: Option<usize>,
    strips: Vec<Strips>,
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
            pass: None,
            strips: Vec::new(),
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

    /// Advances by at most so many generations in a pass over the cells. The cells don't depend
    /// on it.
    pub fn set_pass(&mut self, generations: usize) {
        self.pass = Some(generations.clamp(1, MOST));
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
        self.advance(1);
    }

    /// Several generations.
    pub fn advance(&mut self, generations: u64) {
        let pass = self.most();
        self.run(generations, pass, &mut || false);
    }

    /// Several generations, or fewer if `interrupt`, asked every few milliseconds, says true.
    /// Returns those that were completed.
    pub fn advance_until(&mut self, generations: u64, interrupt: &mut dyn FnMut() -> bool) -> u64 {
        let area = self.cells.width() * self.cells.height();
        let pass = self.most().min(AT_ONCE / area).max(1);
        self.run(generations, pass, interrupt)
    }

    /// Generations in a pass, at most.
    fn most(&self) -> usize {
        let suitable = suitable(self.cells.width() * self.cells.height(), self.in_use());
        let most = self.pass.unwrap_or(suitable);
        most.min(self.cells.height().div_ceil(PART)).max(1)
    }

    fn run(&mut self, generations: u64, pass: usize, interrupt: &mut dyn FnMut() -> bool) -> u64 {
        let mut done = 0;
        // The last generation has a pass to itself, so that the one before it is at hand.
        while done + 1 < generations && !interrupt() {
            let left = usize::try_from(generations - done - 1).unwrap_or(usize::MAX);
            let pass = left.min(pass);
            let area = self.cells.width() * self.cells.height();
            let passes = (left / pass).clamp(1, (AT_ONCE / (pass * area)).max(1));
            self.passes(pass, passes);
            done += (pass * passes) as u64;
        }
        if done > 0 || generations == 1 && !interrupt() {
            self.go(1);
            self.stepped = true;
            done += 1;
        }
        done
    }

    /// Several passes of so many generations. Where several threads share each of them, the one
    /// that leads is of their pool: it begins at once, and the others are still awake from the
    /// pass before.
    fn passes(&mut self, generations: usize, passes: usize) {
        if self.in_use() == 1 {
            for _ in 0..passes {
                self.go(generations);
            }
        } else {
            rayon::scope(|_| {
                for _ in 0..passes {
                    self.go(generations);
                }
            });
        }
    }

    /// The threads that share a pass.
    fn in_use(&self) -> usize {
        let (width, height) = (self.cells.width(), self.cells.height());
        if width * height < THREADS_FROM {
            1
        } else {
            self.threads.min(height)
        }
    }

    /// Goes on by several generations in one pass.
    fn go(&mut self, generations: usize) {
        // A spare grid that somebody else holds as well stays as it is.
        let spare = self
            .spare
            .take()
            .filter(|spare| Arc::strong_count(spare) == 1);
        let mut spare = spare.unwrap_or_else(|| Arc::new((*self.cells).clone()));
        let next = Arc::make_mut(&mut spare);
        let (rule, level) = (self.rule.bits(), self.level);
        let cells = &*self.cells;
        let (stride, height) = (cells.stride(), cells.height());
        let output = &mut next.raw_mut()[stride..(height + 1) * stride];
        let threads = self.in_use();
        let band = height.div_ceil(threads);
        self.strips.resize_with(threads, Strips::default);
        if let [strips] = &mut self.strips[..] {
            strips.pass(level, rule, cells, generations, 0, output);
        } else {
            output
                .par_chunks_mut(band * stride)
                .zip(&mut self.strips)
                .enumerate()
                .for_each(|(i, (output, strips))| {
                    strips.pass(level, rule, cells, generations, i * band, output);
                });
        }
        self.spare = Some(std::mem::replace(&mut self.cells, spare));
        self.stepped = false;
    }

    /// Cells born and cells that died in the last generation; nothing before the first one and
    /// after a change by hand.
    pub fn last_changes(&self) -> Option<(u64, u64)> {
        let before = self.spare.as_ref().filter(|_| self.stepped)?;
        Some(self.cells.changes_since(before))
    }
}
