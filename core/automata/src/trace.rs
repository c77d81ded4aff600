//! What each cell has been through: for how many generations it has lived or been dead again.
//!
//! It is kept beside a run only while a view asks for it, starts when it is first asked for, and
//! sees every generation, as probes do. Nothing of the run depends on it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use num_bigint::BigUint;

use crate::error::LifeError;
use crate::world::World;

/// Cells of a tile's side.
pub(crate) const SIDE: usize = 64;
const CELLS: usize = SIDE * SIDE;
/// Tiles that are kept at most: 64 MiB.
const MOST_TILES: usize = 1 << 13;
/// Runs of live cells that are looked through in one generation at most.
const MOST_CELLS: u64 = 1 << 21;

/// Without a view that asks for so long it ends.
const PATIENCE: Duration = Duration::from_secs(2);

/// Generations: positive while a cell lives, negative since it died, 0 where nothing ever lived.
type Tile = Box<[i16; CELLS]>;

/// The ages of cells, by tile.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    tiles: HashMap<(i64, i64), Tile>,
    /// The generation that was last seen.
    at: Option<BigUint>,
    /// More cells live than can be followed.
    pub overflown: bool,
}

/// The trace of a run, and whether a view has asked for it.
#[derive(Debug, Default)]
pub(crate) struct Traced {
    asked: Mutex<Option<Instant>>,
    /// Whether it is kept without being asked for again.
    kept: AtomicBool,
    trace: Mutex<Trace>,
}

impl Traced {
    /// A view asks for it, as it does for every picture.
    pub fn ask(&self) {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        *asked = Some(Instant::now());
    }
    /// Keeps it from now on.
    pub fn keep(&self) {
        self.kept.store(true, Ordering::Relaxed);
    }
    /// Whether a view has asked for it of late; where none has, it is forgotten.
    pub fn is_wanted(&self) -> bool {
        if self.kept.load(Ordering::Relaxed) {
            return true;
        }
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = asked.is_some_and(|at| at.elapsed() < PATIENCE);
        if !wanted && asked.take().is_some() {
            self.forget();
        }
        wanted
    }
    pub fn trace(&self) -> MutexGuard<'_, Trace> {
        self.trace.lock().unwrap_or_else(PoisonError::into_inner)
    }
    /// Forgets everything: the run has jumped.
    pub fn forget(&self) {
        *self.trace() = Trace::default();
    }
}

impl Trace {
    /// Takes up the world's present generation: the next one after the last look, or the same
    /// with cells that were drawn.
    pub fn look(&mut self, world: &World) -> Result<(), LifeError> {
        let now = world.generation();
        let fresh = self.at.as_ref().is_none_or(|at| at != now);
        let pattern = match world.pattern(MOST_CELLS) {
            Ok(pattern) => pattern,
            Err(_) => {
                self.overflown = true;
                return Ok(());
            }
        };
        let (left, top) = pattern.corner(world.rule().topology);
        let mut alive: HashMap<(i64, i64), Box<[u64; SIDE]>> = HashMap::new();
        for run in &pattern.runs {
            let (mut x, y) = (run.x + left, run.y + top);
            let end = x + run.length as i64;
            let side = SIDE as i64;
            while x < end {
                let tile = (x.div_euclid(side), y.div_euclid(side));
                let from = x.rem_euclid(side) as u32;
                let stop = end.min((tile.0 + 1) * side);
                let count = (stop - x) as u32;
                let mask = (u64::MAX >> (64 - count)) << from;
                let rows = alive.entry(tile).or_insert_with(|| Box::new([0; SIDE]));
                rows[y.rem_euclid(side) as usize] |= mask;
                x = stop;
            }
        }
        let more = alive.keys().filter(|k| !self.tiles.contains_key(k)).count();
        if self.tiles.len() + more > MOST_TILES {
            self.overflown = true;
            return Ok(());
        }
        for place in alive.keys() {
            self.tiles
                .entry(*place)
                .or_insert_with(|| Box::new([0; CELLS]));
        }
        let step = i16::from(fresh);
        for (place, tile) in &mut self.tiles {
            let rows = alive.get(place);
            for (y, ages) in tile.chunks_exact_mut(SIDE).enumerate() {
                let bits = rows.map_or(0, |rows| rows[y]);
                for (x, age) in ages.iter_mut().enumerate() {
                    *age = match (bits >> x & 1 == 1, *age) {
                        (true, age) if age > 0 => age.saturating_add(step),
                        (true, _) => 1,
                        (false, 0) => 0,
                        (false, age) if age > 0 => -1,
                        (false, age) => age.saturating_sub(step),
                    };
                }
            }
        }
        self.at = Some(now.clone());
        Ok(())
    }

    /// The age that stands for a block of 2^scale cells a side: that of its youngest live cell,
    /// or the death that is nearest.
    pub fn of_block(&self, x: i128, y: i128, scale: u32) -> i16 {
        let side = SIDE as i128;
        let edge = 1i128 << scale.min(100);
        let near = |c: i128| i64::try_from(c.div_euclid(side));
        let (Ok(x0), Ok(y0), Ok(x1), Ok(y1)) =
            (near(x), near(y), near(x + edge - 1), near(y + edge - 1))
        else {
            return 0;
        };
        let better = |best: i16, age: i16| match (best, age) {
            (_, 0) => best,
            (0, _) => age,
            (best, age) if best > 0 && age > 0 => best.min(age),
            (best, age) if best < 0 && age < 0 => best.max(age),
            (best, age) => best.max(age),
        };
        let mut best = 0;
        let mut take = |place: (i64, i64), tile: &Tile| {
            // The part of the tile that the block covers.
            let part = |start: i128, tile: i64| {
                let origin = i128::from(tile) * side;
                let from = (start - origin).clamp(0, side) as usize;
                let to = (start + edge - origin).clamp(0, side) as usize;
                from..to
            };
            for row in part(y, place.1) {
                for column in part(x, place.0) {
                    best = better(best, tile[row * SIDE + column]);
                }
            }
        };
        // Far out there are fewer tiles than places for them.
        let places = (i128::from(x1 - x0) + 1) * (i128::from(y1 - y0) + 1);
        if places > self.tiles.len() as i128 {
            for (place, tile) in &self.tiles {
                if (x0..=x1).contains(&place.0) && (y0..=y1).contains(&place.1) {
                    take(*place, tile);
                }
            }
        } else {
            for ty in y0..=y1 {
                for tx in x0..=x1 {
                    if let Some(tile) = self.tiles.get(&(tx, ty)) {
                        take((tx, ty), tile);
                    }
                }
            }
        }
        best
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::pattern::Pattern;
    use crate::rule::LIFE;
    use crate::world::Means;

    fn world(cells: &[(i64, i64)]) -> World {
        let mut pattern = Pattern::from_cells(cells.iter().copied());
        let (x, y) = cells
            .iter()
            .fold((i64::MAX, i64::MAX), |(x, y), c| (x.min(c.0), y.min(c.1)));
        pattern.position = Some((x, y));
        World::new(LIFE, &pattern, Means::default()).unwrap()
    }

    #[test]
    fn a_blinker_has_a_cell_that_ages_and_four_that_take_turns() {
        // Across a corner of four tiles.
        let mut world = world(&[(-1, 0), (0, 0), (1, 0)]);
        let mut trace = Trace::default();
        trace.look(&world).unwrap();
        for _ in 0..5 {
            world.advance(&1u32.into(), &mut || false).unwrap();
            trace.look(&world).unwrap();
        }
        assert_eq!(trace.of_block(0, 0, 0), 6);
        assert_eq!(trace.of_block(0, -1, 0), 1);
        assert_eq!(trace.of_block(-1, 0, 0), -1);
        assert_eq!(trace.of_block(5, 5, 0), 0);
        assert_eq!(trace.of_block(-2, -2, 2), 1);
        assert_eq!(trace.of_block(-1 << 60, -1 << 60, 61), 1);
    }

    #[test]
    fn what_a_glider_has_left_fades_from_its_path() {
        let mut world = world(&[(1, 0), (2, 1), (0, 2), (1, 2), (2, 2)]);
        let mut trace = Trace::default();
        trace.look(&world).unwrap();
        for _ in 0..40 {
            world.advance(&1u32.into(), &mut || false).unwrap();
            trace.look(&world).unwrap();
        }
        let ages: Vec<i16> = (0..12).map(|i| trace.of_block(i, i, 0)).collect();
        assert!(ages[2..10].iter().all(|&age| age < 0), "{ages:?}");
        assert!(ages[2] < ages[8]);
    }

    #[test]
    fn drawing_a_cell_does_not_make_the_others_older() {
        let mut world = world(&[(0, 0), (1, 0), (0, 1), (1, 1)]);
        let mut trace = Trace::default();
        trace.look(&world).unwrap();
        world.set([(9.into(), 9.into(), true)]).unwrap();
        trace.look(&world).unwrap();
        assert_eq!(trace.of_block(0, 0, 0), 1);
        assert_eq!(trace.of_block(9, 9, 0), 1);
    }
}
