//! Packed cells as an engine, and what they share with those on a device.

use std::sync::Arc;
use std::time::{Duration, Instant};

use num_bigint::{BigInt, BigUint};
use num_traits::ToPrimitive;

use super::{Engine, Inside, at_most};
use crate::error::LifeError;
use crate::grid::Grid;
use crate::hashlife::Bounds;
use crate::means::Kept;
use crate::packed::Packed;
use crate::pattern::{Pattern, Run, grid_corner};
use crate::rule::{Rule, Topology};

/// Column and row on a bounded grid.
pub(crate) fn place_of(topology: Topology, x: &BigInt, y: &BigInt) -> Option<(usize, usize)> {
    let (left, top) = grid_corner(topology);
    let (width, height) = topology.size()?;
    let place = |c: &BigInt, corner: i64, side: u32| {
        let mut c = c - corner;
        if topology.wraps() {
            c = ((c % side) + side) % side;
        }
        c.to_usize().filter(|&c| c < side as usize)
    };
    Some((place(x, left, width)?, place(y, top, height)?))
}

/// The smallest rectangle of live cells in the grid's coordinates.
pub(super) fn bounds(grid: &Grid, topology: Topology) -> Option<Bounds> {
    let (left, top) = grid_corner(topology);
    grid.bounds().map(|(x, y, width, height)| {
        (
            BigInt::from(left) + x,
            BigInt::from(top) + y,
            width.into(),
            height.into(),
        )
    })
}

/// Changes cells of a grid.
pub(super) fn set(grid: &mut Grid, topology: Topology, cells: &[(BigInt, BigInt, u8)]) {
    for (x, y, state) in cells {
        if let Some((x, y)) = place_of(topology, x, y) {
            grid.set(x, y, *state != 0);
        }
    }
}

/// Changes runs of cells of a grid.
pub(super) fn set_runs(grid: &mut Grid, topology: Topology, corner: &[BigInt; 2], runs: &[Run]) {
    let (left, top) = grid_corner(topology);
    let (width, height) = (grid.width() as i128, grid.height() as i128);
    let wraps = topology.wraps();
    // On a torus only the place across its edges matters; elsewhere what lies far out is lost.
    let start = |c: &BigInt, corner: i64, side: i128| {
        let c = c - corner;
        let side = BigInt::from(side);
        let near = if wraps {
            ((c % &side) + &side) % &side
        } else {
            c
        };
        near.to_i128().filter(|c| c.abs() < 1 << 100)
    };
    let (Some(x0), Some(y0)) = (
        start(&corner[0], left, width),
        start(&corner[1], top, height),
    ) else {
        return;
    };
    for run in runs {
        let (mut x, mut y) = (x0 + i128::from(run.x), y0 + i128::from(run.y));
        let alive = run.state != 0;
        if wraps {
            y = y.rem_euclid(height);
            for dx in 0..i128::from(run.length).min(width) {
                grid.set((x + dx).rem_euclid(width) as usize, y as usize, alive);
            }
        } else if (0..height).contains(&y) {
            let end = (x + i128::from(run.length)).min(width);
            x = x.max(0);
            for x in x..end {
                grid.set(x as usize, y as usize, alive);
            }
        }
    }
}

/// The cells that differ from kept ones.
pub(super) fn difference(grid: &Grid, rule: &Rule, kept: &Kept) -> Option<BigUint> {
    match kept {
        Kept::Cells(other, theirs, _) if other.topology == rule.topology => {
            let (births, deaths) = grid.changes_since(theirs);
            Some((births + deaths).into())
        }
        _ => None,
    }
}

/// Whether the packed engines run a rule.
pub(crate) fn runs(rule: &Rule) -> bool {
    rule.life().is_some() && rule.topology.is_plain() && rule.topology != Topology::Plane
}

impl Engine for Packed {
    fn name(&self) -> &'static str {
        "packed"
    }

    fn rule(&self) -> Rule {
        Self::rule(self)
    }

    fn set_rule(&mut self, rule: &Rule) -> Result<bool, LifeError> {
        let same = runs(rule) && rule.topology == Self::rule(self).topology;
        if same {
            Self::set_rule(self, rule.clone());
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
        let (mut done, mut chunk) = (0u64, 1);
        while done < wanted && !interrupt() {
            // Several generations pass over the cells at once, for about 3 ms.
            let now = chunk.min(wanted - done);
            let begun = Instant::now();
            Self::advance(self, now);
            done += now;
            let took = begun.elapsed();
            if took < Duration::from_millis(2) && now == chunk {
                chunk = (chunk * 2).min(1 << 12);
            } else if took > Duration::from_millis(5) {
                chunk = (chunk / 2).max(1);
            }
        }
        (done.into(), None)
    }

    fn population(&self) -> Result<BigUint, LifeError> {
        Ok(self.cells().population().into())
    }

    fn counts(&self) -> Result<Vec<(u8, BigUint)>, LifeError> {
        Ok(vec![(1, self.cells().population().into())])
    }

    fn bounds(&self) -> Result<Option<Bounds>, LifeError> {
        Ok(bounds(self.cells(), Self::rule(self).topology))
    }

    fn last_changes(&self) -> Option<(BigUint, BigUint)> {
        Self::last_changes(self).map(|(births, deaths)| (births.into(), deaths.into()))
    }

    fn get(&self, x: &BigInt, y: &BigInt) -> Result<u8, LifeError> {
        let place = place_of(Self::rule(self).topology, x, y);
        Ok(place.map_or(0, |(x, y)| u8::from(self.cells().get(x, y))))
    }

    fn set(&mut self, cells: &[(BigInt, BigInt, u8)]) -> Result<(), LifeError> {
        let topology = Self::rule(self).topology;
        set(self.cells_mut(), topology, cells);
        Ok(())
    }

    fn set_runs(&mut self, corner: &[BigInt; 2], runs: &[Run]) -> Result<bool, LifeError> {
        let topology = Self::rule(self).topology;
        set_runs(self.cells_mut(), topology, corner, runs);
        Ok(true)
    }

    fn clear(&mut self) -> Result<(), LifeError> {
        self.cells_mut().clear();
        Ok(())
    }

    fn pattern(&self, limit: u64) -> Result<Pattern, LifeError> {
        at_most(self.cells().population(), limit)?;
        Ok(self.cells().pattern(Self::rule(self).topology))
    }

    fn keep(&self, generation: &BigUint) -> Result<Kept, LifeError> {
        let rule = Self::rule(self);
        Ok(Kept::Cells(rule, self.share(), generation.clone()))
    }

    fn restore(&mut self, kept: &Kept) -> Result<bool, LifeError> {
        let Kept::Cells(rule, cells, _) = kept else {
            return Ok(false);
        };
        if !Engine::set_rule(self, rule)? {
            return Ok(false);
        }
        self.take(Arc::clone(cells));
        Ok(true)
    }

    fn difference(&self, kept: &Kept) -> Result<Option<BigUint>, LifeError> {
        Ok(difference(self.cells(), &Self::rule(self), kept))
    }

    fn inside(&self) -> Inside<'_> {
        Inside::Packed(self)
    }
}
