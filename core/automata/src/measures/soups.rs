//! Random cells of a rule on a grid of its own, for measures that ask what usually happens.

use std::sync::Arc;

use loom_sim::{SimError, seed};
use num_bigint::BigUint;
use rand::Rng;

use super::cells::{Cells, Frame, MOST};
use super::rules::Map;
use crate::engine::Inside;
use crate::field::Field;
use crate::grid::Grid;
use crate::pattern::{Pattern, grid_corner};
use crate::rule::{Family, Rule, Topology};
use crate::world::{Kept, Means, World};

/// Cells are random, of a rule on a grid that is bounded on all sides.
#[derive(Clone, Debug)]
pub(super) struct Soups {
    /// The rule on its grid.
    pub rule: Rule,
    frame: Frame,
    memory: u64,
}

/// How far a cell looks in one generation.
pub(super) fn reach(rule: &Rule) -> u32 {
    match &rule.family {
        Family::Larger(larger) => larger.shape.width(i32::from(larger.reach)).unsigned_abs(),
        Family::Line(line) => line.reach() as u32,
        _ => 1,
    }
}

/// The density of each state of random cells of which so many are not in state 0, the others of
/// all other states alike.
pub(super) fn densities(states: usize, density: f64) -> Vec<f64> {
    let others = (states - 1).max(1) as f64;
    let mut list = vec![density / others; states];
    list[0] = 1.0 - density;
    list
}

impl Soups {
    /// Soups on a torus of this side (a ring for a rule of one dimension, a box for three); where
    /// `own`, on the rule's own grid if that is bounded.
    ///
    /// # Errors
    /// Machines that walk, of which a soup says nothing; a grid that is too large.
    pub fn new(rule: &Rule, side: u64, own: bool, memory: u64) -> Result<Self, SimError> {
        if matches!(rule.family, Family::Turmite(_)) {
            return Err(SimError::other(format!(
                "Random cells of {rule} say nothing: what a turmite does depends on where its one \
                 machine stands. Choose a rule that all cells obey."
            )));
        }
        // Squares of four need even sides, and no cell is to see itself across the torus.
        let side = side.max(u64::from(2 * reach(rule) + 2)).next_multiple_of(2);
        let torus = |width: u64, height: u64| -> Result<Topology, SimError> {
            let fits = width.checked_mul(height).is_some_and(|cells| cells <= MOST);
            if !fits {
                return Err(SimError::TooLarge {
                    needed: format!("{width} × {height} cells"),
                    allowed: "4096 × 4096".into(),
                    remedy: "take fewer generations or a smaller grid.".into(),
                });
            }
            let (width, height) = (width as u32, height as u32);
            Ok(Topology::Torus { width, height })
        };
        let sides = rule.topology.sides();
        let topology = match (rule.dimensions(), rule.topology) {
            // Two rows: the present one and the one before.
            (
                1,
                Topology::Strip {
                    width, wraps: true, ..
                }
                | Topology::Torus { width, .. },
            ) if own && width > 0 => torus(width.into(), 2)?,
            (1, Topology::Strip { width, .. } | Topology::Bounded { width, .. })
                if own && width > 0 =>
            {
                Topology::Bounded { width, height: 2 }
            }
            (1, _) => torus(side, 2)?,
            (3, Topology::Box { .. }) if own => rule.topology,
            (3, _) => {
                torus(side, side.saturating_mul(side))?;
                let side = side as u32;
                Topology::Box {
                    width: side,
                    height: side,
                    depth: side,
                    wraps: true,
                }
            }
            _ if own && sides.0 > 0 && sides.1 > 0 => {
                torus(sides.0.into(), sides.1.into())?;
                rule.topology
            }
            (_, Topology::Strip { width, height, .. }) if own => {
                let even = |given: u32| if given > 0 { given.into() } else { side };
                torus(even(width), even(height))?
            }
            _ => torus(side, side)?,
        };
        // Marks are for the eye: cells live by the rule beneath.
        let family = match &rule.family {
            Family::Marked(marked) => Family::Binary(Arc::new(marked.base)),
            family => family.clone(),
        };
        let rule = Rule { family, topology };
        let (left, top) = grid_corner(topology);
        let (width, height) = topology.sides();
        let rows = if rule.dimensions() == 1 { 1 } else { height };
        Ok(Self {
            frame: (left, top, width as usize, rows as usize),
            memory,
            rule,
        })
    }

    /// The rule in the form that can be counted.
    pub fn map(&self) -> Map {
        Map::of(&self.rule)
    }

    /// Left, top, columns and rows.
    pub fn frame(&self) -> Frame {
        self.frame
    }

    /// The row of the middle cell among all rows: that of the middle sheet in a box.
    fn middle_row(&self) -> usize {
        match self.rule.topology {
            Topology::Box { height, depth, .. } => {
                (depth / 2) as usize * height as usize + (height / 2) as usize
            }
            _ => self.frame.3 / 2,
        }
    }

    /// The cell in the middle, in the grid's coordinates.
    pub fn middle(&self) -> (i64, i64) {
        let (left, top, width, _) = self.frame;
        (left + (width / 2) as i64, top + self.middle_row() as i64)
    }

    /// The number of the middle cell among a soup's.
    pub fn middle_place(&self) -> usize {
        let width = self.frame.2;
        self.middle_row() * width + width / 2
    }

    /// Number of cells.
    pub fn count(&self) -> usize {
        self.frame.2 * self.frame.3
    }

    /// Random cells with these densities of the states.
    pub fn cells(&self, densities: &[f64], random: &mut impl Rng) -> Cells {
        let mut cells = Cells::empty(&self.rule, self.frame);
        for cell in &mut cells.data {
            let mut left = seed::unit(random);
            *cell = densities
                .iter()
                .position(|density| {
                    left -= density;
                    left < 0.0
                })
                .unwrap_or(0) as u8;
        }
        cells
    }

    /// A world without live cells, for one soup after another.
    ///
    /// # Errors
    /// A rule that can't run on the grid; memory.
    pub fn world(&self) -> Result<World, SimError> {
        let means = Means {
            threads: 1,
            memory: self.memory,
            ..Means::default()
        };
        Ok(World::new(self.rule.clone(), &Pattern::default(), means)?)
    }

    /// Puts cells into one of its worlds, at generation 0.
    ///
    /// # Errors
    /// Memory.
    pub fn put(&self, world: &mut World, cells: &Cells) -> Result<(), SimError> {
        let (left, top, width, rows) = self.frame;
        let rule = self.rule.clone();
        let generation = BigUint::default();
        let lines = cells.data.chunks(width.max(1));
        let kept = if let Inside::Packed(_) = world.inside() {
            let mut grid = Grid::new(rule.topology)
                .ok_or_else(|| SimError::other(format!("{rule} has no grid of bits.")))?;
            for (y, line) in lines.enumerate() {
                let words = line.chunks(64).map(|cells| {
                    let bits = cells.iter().enumerate();
                    bits.fold(0, |word, (i, cell)| word | u64::from(*cell != 0) << i)
                });
                grid.set_row(y, words);
            }
            Kept::Cells(rule, Arc::new(grid), generation)
        } else {
            // A rule of one dimension has a second row, which is not in the frame.
            let all = rows.max(rule.topology.sides().1 as usize);
            let mut field = Field::new(left, top, width, all, 0);
            for (y, line) in lines.enumerate() {
                let mut x = 0;
                for run in line.chunk_by(|a, b| a == b) {
                    let place = (left, top + y as i64, width as u64);
                    field.fill_run(place, x, run.len() as u64, run[0]);
                    x += run.len() as u64;
                }
            }
            Kept::Field {
                rule,
                field: Arc::new(field),
                now: top,
                generation,
            }
        };
        Ok(world.restore(&kept)?)
    }

    /// The cells of one of its worlds.
    pub fn of(&self, world: &World) -> Result<Cells, SimError> {
        Cells::within(world, self.frame)
    }

    /// Another state for a cell, each as likely.
    pub fn other(&self, state: u8, random: &mut impl Rng) -> u8 {
        let states = self.rule.states();
        let step = 1 + (seed::unit(random) * (states - 1) as f64) as usize;
        ((usize::from(state) + step.min(states - 1)) % states) as u8
    }
}
