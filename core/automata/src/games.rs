//! Games for sequence models: random states and what becomes of them, by the ten thousand.
//!
//! A game is a list of states of one grid, a generation apart, from cells that live with one
//! chance each. The chances of a set's games sweep evenly from 0 to 1 (a "broad-entropy" set) or
//! are all the same; these are the sets that LifeGPT was trained on (Berkovich & Buehler, 2024,
//! 32 × 32 torus, two states a game). The other way, [`Score`] holds predicted states against the
//! true ones.

use loom_sim::seed;
use loom_sim::{Job, SimError};
use rand::Rng;
use rayon::prelude::*;

use crate::error::LifeError;
use crate::pattern::{Pattern, grid_corner};
use crate::rule::{Rule, Topology};
use crate::world::{Means, World};

/// The most bytes of one set.
pub const MOST_BYTES: u64 = 1 << 31;

/// The chance of each cell to live at the start.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Density {
    /// From 0 in the first game to 1 in the last, in even steps.
    Sweep,
    /// The same in all games.
    Fixed(f64),
}

/// What is wanted.
#[derive(Clone, Debug)]
pub struct Wish {
    /// The rule; on the unbounded plane it is put on a torus of `size`.
    pub rule: Rule,
    /// Width and height in cells.
    pub size: [u32; 2],
    /// Games.
    pub count: usize,
    /// States of a game, at least 2: the first and its successors.
    pub states: usize,
    /// How full the first states are.
    pub density: Density,
    /// Names the random numbers, with `part`.
    pub seed: u64,
    /// `train` or `test`: other random numbers for each.
    pub part: &'static str,
}

/// A set of games.
#[derive(Clone, Debug, PartialEq)]
pub struct Games {
    /// Games, states, rows, columns.
    pub shape: [usize; 4],
    /// The cells' states in that order, the last axis fastest.
    pub cells: Vec<u8>,
    /// The chance of each game's cells at the start.
    pub densities: Vec<f64>,
}

impl Wish {
    /// The rule on its grid.
    ///
    /// # Errors
    /// A grid of another size than `size`.
    pub fn rule_on_grid(&self) -> Result<Rule, LifeError> {
        let [width, height] = self.size;
        match self.rule.topology {
            Topology::Plane => Ok(self.rule.clone().on(Topology::Torus { width, height })),
            grid if grid.size() == Some((width, height)) => Ok(self.rule.clone()),
            _ => Err(LifeError::Other(format!(
                "the grid of {} is not {width} × {height} cells: give the rule without a grid, or \
                 the same size",
                self.rule
            ))),
        }
    }

    fn density(&self, game: usize) -> f64 {
        match self.density {
            Density::Fixed(chance) => chance,
            Density::Sweep if self.count < 2 => 0.5,
            Density::Sweep => game as f64 / (self.count - 1) as f64,
        }
    }

    /// Plays the games; the same for any number of threads.
    ///
    /// # Errors
    /// Too many cells, a rule that doesn't run on the grid, cancel.
    pub fn play(&self, job: &Job) -> Result<Games, SimError> {
        let [width, height] = self.size.map(|side| side as usize);
        let shape = [self.count, self.states, height, width];
        let bytes = shape
            .iter()
            .try_fold(1u64, |n, side| n.checked_mul(*side as u64));
        let bytes = bytes.filter(|n| *n <= MOST_BYTES && *n > 0 && self.states > 1);
        let Some(bytes) = bytes else {
            return Err(SimError::from(LifeError::Other(format!(
                "{} games of {} states of {width} × {height} cells can't be made: give at least one \
                 game, two states and one cell, and at most 2 GiB in all",
                self.count, self.states
            ))));
        };
        let rule = self.rule_on_grid()?;
        let area = width * height;
        let mut cells = vec![0; bytes as usize];
        let done = std::sync::atomic::AtomicUsize::new(0);
        cells
            .par_chunks_mut(area * self.states)
            .enumerate()
            .try_for_each(|(game, cells)| -> Result<(), SimError> {
                job.check()?;
                self.one(game, &rule, cells)?;
                let done = 1 + done.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                if done.is_multiple_of(256) {
                    job.progress(done as f32 / self.count as f32);
                }
                Ok(())
            })?;
        Ok(Games {
            shape,
            cells,
            densities: (0..self.count).map(|game| self.density(game)).collect(),
        })
    }

    /// One game into its cells.
    fn one(&self, game: usize, rule: &Rule, cells: &mut [u8]) -> Result<(), SimError> {
        let [width, height] = self.size.map(|side| side as usize);
        let (left, top) = grid_corner(rule.topology);
        let mut random = seed::stream(self.seed, &format!("{} game {game}", self.part));
        let chance = self.density(game);
        let others = rule.states().max(2) as u64 - 1;
        let (first, rest) = cells.split_at_mut(width * height);
        for cell in first.iter_mut() {
            let x = (random.next_u64() >> 11) as f64 / (1u64 << 53) as f64;
            if x < chance {
                *cell = 1 + if others > 1 {
                    (random.next_u64() % others) as u8
                } else {
                    0
                };
            }
        }
        let mut pattern = Pattern::default();
        let placed = first.iter().enumerate().filter(|(_, state)| **state > 0);
        pattern.take_placed(
            placed
                .map(|(i, state)| (left + (i % width) as i64, top + (i / width) as i64, *state))
                .collect(),
        );
        let means = Means {
            threads: 1,
            ..Means::default()
        };
        let mut world = World::new(rule.clone(), &pattern, means)?;
        for state in rest.chunks_exact_mut(width * height) {
            world.advance(&1u32.into(), &mut || false)?;
            for run in world.pattern(1 << 32)?.placed(rule.topology) {
                let (x, y) = ((run.x - left) as usize, (run.y - top) as usize);
                let from = y * width + x;
                if let Some(cells) = state.get_mut(from..from + run.length as usize) {
                    cells.fill(run.state);
                }
            }
        }
        Ok(())
    }
}

/// How well predicted states agree with the true ones.
#[derive(Clone, Debug, PartialEq)]
pub struct Score {
    /// Cells compared: games times rows times columns, for each generation after the first.
    pub cells: u64,
    /// The part of right cells, for each generation after the first.
    pub accuracy: Vec<f64>,
    /// Games whose every state is right so far, for each generation after the first.
    pub whole: Vec<u64>,
    /// Wrong cells of each game, all generations together.
    pub wrong: Vec<u64>,
}

impl Score {
    /// Compares states of the shape (games, states, rows, columns); the first state of a game is
    /// where the prediction began, and is not judged.
    ///
    /// # Errors
    /// Shapes that differ, or with fewer than two states.
    pub fn of(truth: &Games, prediction: &Games) -> Result<Self, LifeError> {
        let [games, states, height, width] = truth.shape;
        if truth.shape != prediction.shape {
            return Err(LifeError::Other(format!(
                "the true states have the shape {:?} (games, states, rows, columns), the predicted \
                 ones {:?}",
                truth.shape, prediction.shape
            )));
        }
        if states < 2 || games == 0 {
            return Err(LifeError::Other(
                "there is nothing to compare: a game has its first state and at least one more"
                    .into(),
            ));
        }
        let area = width * height;
        let mut score = Self {
            cells: (games * area) as u64,
            accuracy: vec![0.0; states - 1],
            whole: vec![0; states - 1],
            wrong: vec![0; games],
        };
        let mut wrong_at = vec![0u64; states - 1];
        let each = truth.cells.chunks_exact(area * states);
        for (game, (truth, told)) in each
            .zip(prediction.cells.chunks_exact(area * states))
            .enumerate()
        {
            for (n, wrong_at) in wrong_at.iter_mut().enumerate() {
                let part = (n + 1) * area..(n + 2) * area;
                let pairs = truth[part.clone()].iter().zip(&told[part]);
                let wrong = pairs.filter(|(a, b)| a != b).count() as u64;
                *wrong_at += wrong;
                score.wrong[game] += wrong;
                score.whole[n] += u64::from(score.wrong[game] == 0);
            }
        }
        for (accuracy, wrong) in score.accuracy.iter_mut().zip(wrong_at) {
            *accuracy = 1.0 - wrong as f64 / score.cells as f64;
        }
        Ok(score)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn wish(rule: &str, density: Density) -> Wish {
        Wish {
            rule: rule.parse().unwrap(),
            size: [19, 12],
            count: 21,
            states: 4,
            density,
            seed: 7,
            part: "train",
        }
    }

    /// Life on a torus, cell by cell.
    fn life(cells: &[u8], width: usize, height: usize) -> Vec<u8> {
        let at = |x: usize, y: usize| cells[y % height * width + x % width];
        let mut next = Vec::new();
        for y in 0..height {
            for x in 0..width {
                let mut live = 0;
                for (dx, dy) in [
                    (0, 0),
                    (1, 0),
                    (2, 0),
                    (0, 1),
                    (2, 1),
                    (0, 2),
                    (1, 2),
                    (2, 2),
                ] {
                    live += at(x + dx + width - 1, y + dy + height - 1);
                }
                next.push(u8::from(live == 3 || (live == 2 && at(x, y) == 1)));
            }
        }
        next
    }

    #[test]
    fn every_state_follows_from_the_one_before() {
        let games = wish("B3/S23", Density::Sweep).play(&Job::quiet()).unwrap();
        assert_eq!(games.shape, [21, 4, 12, 19]);
        let area = 12 * 19;
        for game in games.cells.chunks_exact(4 * area) {
            for (now, next) in game.chunks_exact(area).zip(game[area..].chunks_exact(area)) {
                assert_eq!(life(now, 19, 12), next);
            }
        }
        let first = |game: usize| &games.cells[game * 4 * area..][..area];
        assert!(first(0).iter().all(|&cell| cell == 0));
        assert!(first(20).iter().all(|&cell| cell == 1));
        assert_eq!(games.densities[10], 0.5);
    }

    #[test]
    fn parts_and_seeds_differ_and_the_same_wish_gives_the_same_games() {
        let half = wish("B3/S23", Density::Fixed(0.5));
        let play = |wish: &Wish| wish.play(&Job::quiet()).unwrap().cells;
        assert_eq!(play(&half), play(&half));
        let other = Wish {
            part: "test",
            ..half.clone()
        };
        assert_ne!(play(&half), play(&other));
        let brain = play(&wish("/2/3", Density::Fixed(0.5)));
        assert_eq!(brain.iter().max(), Some(&2));
    }

    #[test]
    fn a_prediction_is_judged_cell_by_cell_and_by_its_generation() {
        let truth = wish("B3/S23", Density::Fixed(0.5))
            .play(&Job::quiet())
            .unwrap();
        let perfect = Score::of(&truth, &truth).unwrap();
        assert_eq!((perfect.accuracy[2], perfect.whole[2]), (1.0, 21));
        let mut told = truth.clone();
        let area = 12 * 19;
        told.cells[5 * 4 * area + 2 * area + 3] ^= 1;
        let score = Score::of(&truth, &told).unwrap();
        assert_eq!(score.accuracy[0], 1.0);
        assert!((score.accuracy[1] - (1.0 - 1.0 / (21.0 * area as f64))).abs() < 1e-12);
        assert_eq!(score.whole, [21, 20, 20]);
        assert_eq!(score.wrong[5], 1);
        told.shape[0] = 20;
        assert!(Score::of(&truth, &told).is_err());
    }

    #[test]
    fn what_can_not_be_made_is_refused_before_memory_is_taken() {
        let huge = Wish {
            count: usize::MAX,
            ..wish("B3/S23", Density::Sweep)
        };
        assert!(huge.play(&Job::quiet()).is_err());
        let other = wish("B3/S23:T64", Density::Sweep);
        assert!(
            other
                .play(&Job::quiet())
                .unwrap_err()
                .to_string()
                .contains("19 × 12")
        );
    }
}
