//! HashLife as an engine.

use num_bigint::{BigInt, BigUint};
use num_traits::{One, Zero};

use super::{Engine, Inside};
use crate::edit::Area;
use crate::error::LifeError;
use crate::hashlife::{Bounds, HashLifeError, Universe};
use crate::means::Kept;
use crate::pattern::{Pattern, Run};
use crate::rule::{Rule, Topology};

/// A universe that remembers the generation before.
#[derive(Debug)]
pub struct Tree {
    universe: Universe,
    /// The universe one generation ago, when the last step was a single one.
    before: Option<Universe>,
}

impl Tree {
    /// The engine of a universe.
    pub fn new(universe: Universe) -> Self {
        Self {
            universe,
            before: None,
        }
    }
}

/// Whether HashLife is the engine of choice for a rule.
pub(crate) fn runs(rule: &Rule) -> bool {
    rule.life().is_some() && !rule.has_b0() && rule.topology == Topology::Plane
}

/// Births and deaths between two universes of one family.
pub(crate) fn changes(before: &Universe, after: &Universe) -> Option<(BigUint, BigUint)> {
    let differing = before.changed(after)?;
    let (old, new) = (before.population(), after.population());
    // differing = births + deaths, new − old = births − deaths.
    let births = (&differing + &new - &old) / 2u32;
    let deaths = differing - &births;
    Some((births, deaths))
}

impl Engine for Tree {
    fn name(&self) -> &'static str {
        "hashlife"
    }

    fn rule(&self) -> Rule {
        self.universe.rule()
    }

    fn set_rule(&mut self, rule: &Rule) -> Result<bool, LifeError> {
        let own = self.universe.rule();
        let stays = match (own.life().is_some(), rule.life().is_some()) {
            (true, true) => runs(rule),
            // Between other families the tree is kept where it was asked for.
            (false, false) => rule.topology == Topology::Plane && rule.states() >= own.states(),
            _ => false,
        };
        if !stays {
            return Ok(false);
        }
        self.universe = match self.universe.with_rule(rule.clone()) {
            Err(HashLifeError::Family(_) | HashLifeError::B0(_)) => return Ok(false),
            other => other?,
        };
        self.before = None;
        Ok(true)
    }

    fn advance(
        &mut self,
        generations: &BigUint,
        start: &BigUint,
        interrupt: &mut dyn FnMut() -> bool,
    ) -> (BigUint, Option<LifeError>) {
        if self.universe.generation() != start {
            // Rules that alternate go by the parity of the run's own clock.
            self.universe.set_generation(start.clone());
        }
        let single = generations.is_one().then(|| self.universe.clone());
        let result = self.universe.advance(generations, interrupt);
        let done = self.universe.generation() - start;
        if !done.is_zero() {
            self.before = single;
        }
        (done, result.err().map(LifeError::from))
    }

    fn population(&self) -> Result<BigUint, LifeError> {
        Ok(self.universe.population())
    }

    fn counts(&self) -> Result<Vec<(u8, BigUint)>, LifeError> {
        if self.universe.rule().states() == 2 {
            return Ok(vec![(1, self.universe.population())]);
        }
        // Cells in single states are counted where they can be listed.
        let mut counts = vec![0u64; self.universe.rule().states()];
        for run in self.pattern(crate::rle::MAX_CELLS)?.runs {
            counts[usize::from(run.state)] += run.length;
        }
        let states = (1..=255).zip(counts.into_iter().skip(1));
        Ok(states.map(|(state, count)| (state, count.into())).collect())
    }

    fn bounds(&self) -> Result<Option<Bounds>, LifeError> {
        Ok(self.universe.bounds())
    }

    fn last_changes(&self) -> Option<(BigUint, BigUint)> {
        changes(self.before.as_ref()?, &self.universe)
    }

    fn get(&self, x: &BigInt, y: &BigInt) -> Result<u8, LifeError> {
        Ok(self.universe.state(x, y))
    }

    fn set(&mut self, cells: &[(BigInt, BigInt, u8)]) -> Result<(), LifeError> {
        self.before = None;
        let mut changed = self.universe.clone();
        for (x, y, state) in cells {
            changed.set_state(x, y, *state)?;
        }
        self.universe = changed;
        Ok(())
    }

    fn set_runs(&mut self, corner: &[BigInt; 2], runs: &[Run]) -> Result<bool, LifeError> {
        let cells = runs
            .iter()
            .flat_map(|run| (0..run.length as i64).map(move |dx| (run.x + dx, run.y, run.state)));
        let mut cells: Vec<(i64, i64, u8)> = cells.collect();
        self.universe.put_cells(corner, &mut cells)?;
        self.before = None;
        Ok(true)
    }

    fn erase(&mut self, area: &Area, outside: bool) -> Result<bool, LifeError> {
        let right = [area.right(), area.bottom()];
        let erased = self.universe.erase(&area.corner(), &right, outside)?;
        if erased {
            self.before = None;
        }
        Ok(erased)
    }

    fn clear(&mut self) -> Result<(), LifeError> {
        self.before = None;
        Ok(self.universe.clear()?)
    }

    fn pattern(&self, limit: u64) -> Result<Pattern, LifeError> {
        self.universe
            .pattern(limit.min(crate::rle::MAX_CELLS))
            .map_err(|cells| {
                LifeError::Other(format!(
                    "{cells} live cells are too many or too far apart for RLE; write a macrocell \
                     file (.mc) instead"
                ))
            })
    }

    fn keep(&self, generation: &BigUint) -> Result<Kept, LifeError> {
        let mut universe = self.universe.clone();
        if universe.generation() != generation {
            universe.set_generation(generation.clone());
        }
        Ok(Kept::Tree(universe))
    }

    fn restore(&mut self, kept: &Kept) -> Result<bool, LifeError> {
        let Kept::Tree(universe) = kept else {
            return Ok(false);
        };
        *self = Self::new(universe.clone());
        Ok(true)
    }

    fn difference(&self, kept: &Kept) -> Result<Option<BigUint>, LifeError> {
        Ok(match kept {
            Kept::Tree(theirs) => self.universe.difference(theirs),
            _ => None,
        })
    }

    fn inside(&self) -> Inside<'_> {
        Inside::Tree(&self.universe)
    }
}
