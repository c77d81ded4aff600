//! Twins: two worlds that differ in some cells, and how many differ later.

use loom_sim::{Job, SimError, seed};
use num_bigint::BigInt;
use rand::Rng;

use super::cells::Cells;
use super::soups::Soups;
use super::source;
use crate::world::World;

/// A world and its twin.
#[derive(Debug)]
pub(super) struct Twins {
    one: World,
    other: World,
}

/// Where two worlds differ.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Difference {
    /// Cells.
    pub cells: u64,
    /// How far it reaches west, north, east and south of the middle; negative where it has left
    /// the middle behind.
    pub reach: Option<[i64; 4]>,
}

impl Twins {
    /// Two worlds without live cells, for one pair of soups after another.
    ///
    /// # Errors
    /// A rule that can't run on the grid; memory.
    pub fn new(soups: &Soups) -> Result<Self, SimError> {
        Ok(Self {
            one: soups.world()?,
            other: soups.world()?,
        })
    }

    /// Begins with a soup for both, some generations old; then these cells of the other one (by
    /// their number in the soup) get another state each.
    ///
    /// # Errors
    /// Memory; cancel.
    pub fn begin(
        &mut self,
        soups: &Soups,
        densities: &[f64],
        before: u64,
        chosen: impl FnOnce(&Cells) -> Vec<usize>,
        random: &mut impl Rng,
        job: &Job,
    ) -> Result<(), SimError> {
        soups.put(&mut self.one, &soups.cells(densities, random))?;
        if before > 0 {
            source::advance(&mut self.one, before, job)?;
        }
        let cells = Cells::of(&self.one)?;
        let changes: Vec<(BigInt, BigInt, u8)> = chosen(&cells)
            .into_iter()
            .map(|at| {
                let (x, y) = ((at % cells.width) as i64, (at / cells.width) as i64);
                let state = soups.other(cells.data[at], random);
                ((cells.left + x).into(), (cells.top + y).into(), state)
            })
            .collect();
        self.other.restore(&self.one.keep()?)?;
        Ok(self.other.set_states(&changes)?)
    }

    /// One generation of both.
    pub fn step(&mut self, job: &Job) -> Result<(), SimError> {
        source::step(&mut self.one, job)?;
        source::step(&mut self.other, job)
    }

    /// Cells of all that differ.
    pub fn difference(&self, soups: &Soups) -> Result<u64, SimError> {
        let (one, other) = (soups.of(&self.one)?, soups.of(&self.other)?);
        let pairs = one.data.iter().zip(&other.data);
        Ok(pairs.map(|(a, b)| u64::from(a != b)).sum())
    }

    /// Cells that differ within some distance of the middle, where nothing farther off can, and how
    /// far they reach; on all of the grid, without that, once it could have come round.
    pub fn around(&self, soups: &Soups, distance: u64) -> Result<Difference, SimError> {
        let (left, top, width, rows) = soups.frame();
        let (x, y) = soups.middle();
        if soups.rule.dimensions() == 3 {
            return self.in_space(soups, distance as usize);
        }
        let line = soups.rule.dimensions() == 1;
        let d = distance as i64;
        let inside =
            |c: i64, start: i64, side: usize| c - d >= start && c + d < start + side as i64;
        let free = inside(x, left, width) && (line || inside(y, top, rows));
        if !free {
            let cells = self.difference(soups)?;
            return Ok(Difference { cells, reach: None });
        }
        let side = 2 * distance as usize + 1;
        let window = if line {
            (x - d, top, side, 1)
        } else {
            (x - d, y - d, side, side)
        };
        let one = Cells::within(&self.one, window)?;
        let other = Cells::within(&self.other, window)?;
        let mut found = Difference::default();
        for (at, (a, b)) in one.data.iter().zip(&other.data).enumerate() {
            if a == b {
                continue;
            }
            let dx = (at % side) as i64 - d;
            let dy = if line { 0 } else { (at / side) as i64 - d };
            let [w, n, e, s] = found.reach.unwrap_or([-dx, -dy, dx, dy]);
            found.reach = Some([w.max(-dx), n.max(-dy), e.max(dx), s.max(dy)]);
            found.cells += 1;
        }
        Ok(found)
    }

    /// The same in three dimensions, where the sheets above and below count as north and south.
    fn in_space(&self, soups: &Soups, distance: usize) -> Result<Difference, SimError> {
        let (one, other) = (soups.of(&self.one)?, soups.of(&self.other)?);
        let sides = [one.width, one.height, one.depth];
        let free = sides.iter().all(|side| distance <= (side - 1) / 2);
        let mut found = Difference::default();
        for (at, (a, b)) in one.data.iter().zip(&other.data).enumerate() {
            if a == b {
                continue;
            }
            found.cells += 1;
            let row = at / one.width;
            let place = [at % one.width, row % one.height, row / one.height];
            let [dx, dy, dz] = [0, 1, 2].map(|i| place[i] as i64 - (sides[i] / 2) as i64);
            let [w, n, e, s] = found.reach.unwrap_or([-dx, -dy, dx, dy]);
            let (up, down) = (dy.min(dz), dy.max(dz));
            found.reach = Some([w.max(-dx), n.max(-up), e.max(dx), s.max(down)]);
        }
        if !free {
            found.reach = None;
        }
        Ok(found)
    }
}

/// So many different places of `of`, at random.
pub(super) fn places(count: usize, of: usize, random: &mut impl Rng) -> Vec<usize> {
    let mut all: Vec<usize> = (0..of).collect();
    for i in 0..count.min(of) {
        let rest = (seed::unit(random) * (of - i) as f64) as usize;
        all.swap(i, i + rest.min(of - i - 1));
    }
    all.truncate(count);
    all
}
