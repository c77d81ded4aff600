//! Packed cells on a GPU as an engine.

use std::sync::Arc;
use std::time::{Duration, Instant};

use num_bigint::{BigInt, BigUint};
use num_traits::ToPrimitive;

use super::packed::{bounds, difference, place_of, runs, set, set_runs};
use super::{Engine, Inside, at_most};
use crate::error::LifeError;
use crate::gpu::OnDevice;
use crate::hashlife::Bounds;
use crate::means::Kept;
use crate::pattern::{Pattern, Run};
use crate::rule::Rule;

impl Engine for OnDevice {
    fn name(&self) -> &'static str {
        "gpu"
    }

    fn rule(&self) -> Rule {
        Self::rule(self)
    }

    fn set_rule(&mut self, rule: &Rule) -> Result<bool, LifeError> {
        let same = runs(rule) && rule.topology == Self::rule(self).topology;
        if same {
            Self::set_rule(self, rule.clone())?;
        }
        Ok(same)
    }

    fn advance(
        &mut self,
        generations: &BigUint,
        _start: &BigUint,
        interrupt: &mut dyn FnMut() -> bool,
    ) -> (BigUint, Option<LifeError>) {
        let wanted = generations.to_u64().unwrap_or(u64::MAX);
        let mut done = 0u64;
        let mut chunk = self.chunk();
        while done < wanted && !interrupt() {
            let now = chunk.min(usize::try_from(wanted - done).unwrap_or(usize::MAX));
            let start = Instant::now();
            if let Err(error) = Self::advance(self, now).and_then(|()| self.wait()) {
                return (done.into(), Some(error.into()));
            }
            done += now as u64;
            // Submissions of about 3 ms keep the device busy and the run responsive.
            let took = start.elapsed();
            if took < Duration::from_millis(2) && now == chunk {
                chunk = (chunk * 2).min(1 << 14);
            } else if took > Duration::from_millis(5) {
                chunk = (chunk / 2).max(1);
            }
        }
        self.set_chunk(chunk);
        (done.into(), None)
    }

    fn population(&self) -> Result<BigUint, LifeError> {
        Ok(match self.cells_at_hand() {
            Some(cells) => cells.population().into(),
            None => Self::population(self)?.into(),
        })
    }

    fn counts(&self) -> Result<Vec<(u8, BigUint)>, LifeError> {
        Ok(vec![(1, Engine::population(self)?)])
    }

    fn bounds(&self) -> Result<Option<Bounds>, LifeError> {
        Ok(bounds(&*self.cells()?, Self::rule(self).topology))
    }

    fn last_changes(&self) -> Option<(BigUint, BigUint)> {
        None
    }

    fn get(&self, x: &BigInt, y: &BigInt) -> Result<u8, LifeError> {
        let cells = self.cells()?;
        let place = place_of(Self::rule(self).topology, x, y);
        Ok(place.map_or(0, |(x, y)| u8::from(cells.get(x, y))))
    }

    fn set(&mut self, cells: &[(BigInt, BigInt, u8)]) -> Result<(), LifeError> {
        let mut grid = (*self.cells()?).clone();
        set(&mut grid, Self::rule(self).topology, cells);
        Ok(self.set_cells(Arc::new(grid))?)
    }

    fn set_runs(&mut self, corner: &[BigInt; 2], runs: &[Run]) -> Result<bool, LifeError> {
        let mut grid = (*self.cells()?).clone();
        set_runs(&mut grid, Self::rule(self).topology, corner, runs);
        self.set_cells(Arc::new(grid))?;
        Ok(true)
    }

    fn clear(&mut self) -> Result<(), LifeError> {
        let mut grid = (*self.cells()?).clone();
        grid.clear();
        Ok(self.set_cells(Arc::new(grid))?)
    }

    fn pattern(&self, limit: u64) -> Result<Pattern, LifeError> {
        let cells = self.cells()?;
        at_most(cells.population(), limit)?;
        Ok(cells.pattern(Self::rule(self).topology))
    }

    fn keep(&self, generation: &BigUint) -> Result<Kept, LifeError> {
        let rule = Self::rule(self);
        Ok(Kept::Cells(rule, self.cells()?, generation.clone()))
    }

    fn restore(&mut self, kept: &Kept) -> Result<bool, LifeError> {
        let Kept::Cells(rule, cells, _) = kept else {
            return Ok(false);
        };
        if !Engine::set_rule(self, rule)? {
            return Ok(false);
        }
        self.set_cells(Arc::clone(cells))?;
        Ok(true)
    }

    fn difference(&self, kept: &Kept) -> Result<Option<BigUint>, LifeError> {
        Ok(difference(&*self.cells()?, &Self::rule(self), kept))
    }

    fn inside(&self) -> Inside<'_> {
        Inside::Device(self)
    }
}
