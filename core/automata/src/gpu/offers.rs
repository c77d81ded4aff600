//! A field on a GPU as an engine.

use std::sync::Arc;
use std::time::{Duration, Instant};

use num_bigint::{BigInt, BigUint};
use num_traits::ToPrimitive;

use super::FieldOnDevice;
use crate::engine::{Engine, Inside, at_most};
use crate::error::LifeError;
use crate::field::{Field, place_on};
use crate::hashlife::Bounds;
use crate::means::Kept;
use crate::pattern::{Pattern, grid_corner};
use crate::rule::{Family, Rule};

/// The most generations of one submission.
const MOST: usize = 1 << 12;

impl Engine for FieldOnDevice {
    fn name(&self) -> &'static str {
        "gpu"
    }

    fn rule(&self) -> Rule {
        Self::rule(self).clone()
    }

    fn set_rule(&mut self, rule: &Rule) -> Result<bool, LifeError> {
        let own = Self::rule(self);
        if rule == own {
            return Ok(true);
        }
        if rule.topology != own.topology || rule.states() < own.states() {
            return Ok(false);
        }
        let cells = self.cells()?;
        let made = Self::new(self.gpu(), rule.clone(), &cells, self.present_row())?;
        Ok(made.map(|made| *self = made).is_some())
    }

    fn advance(
        &mut self,
        generations: &BigUint,
        start: &BigUint,
        interrupt: &mut dyn FnMut() -> bool,
    ) -> (BigUint, Option<LifeError>) {
        let wanted = generations.to_u64().unwrap_or(u64::MAX);
        let odd = start.bit(0);
        let mut done = 0u64;
        let mut chunk = self.chunk();
        while done < wanted && !interrupt() {
            let now = chunk.min(usize::try_from(wanted - done).unwrap_or(usize::MAX));
            let odd = odd != (done % 2 == 1);
            let begun = Instant::now();
            if let Err(error) = Self::advance(self, now, odd).and_then(|()| self.wait()) {
                return (done.into(), Some(error.into()));
            }
            done += now as u64;
            // Submissions of about 3 ms keep the device busy and the run responsive.
            let took = begun.elapsed();
            if took < Duration::from_millis(2) && now == chunk {
                chunk = (chunk * 2).min(MOST);
            } else if took > Duration::from_millis(5) {
                chunk = (chunk / 2).max(1);
            }
        }
        self.set_chunk(chunk);
        (done.into(), None)
    }

    fn population(&self) -> Result<BigUint, LifeError> {
        if let Some(cells) = self.cells_at_hand() {
            return Ok(cells.population().into());
        }
        let counts = Self::counts(self)?;
        let sum: u64 = counts.into_iter().map(u64::from).sum();
        Ok(sum.into())
    }

    fn counts(&self) -> Result<Vec<(u8, BigUint)>, LifeError> {
        let counts = Self::counts(self)?;
        let states = Self::rule(self).states().min(256);
        let counts = (0..=255u8).zip(counts).take(states).skip(1);
        Ok(counts.map(|(state, count)| (state, count.into())).collect())
    }

    fn bounds(&self) -> Result<Option<Bounds>, LifeError> {
        Ok(self.cells()?.bounds())
    }

    fn last_changes(&self) -> Option<(BigUint, BigUint)> {
        None
    }

    fn get(&self, x: &BigInt, y: &BigInt) -> Result<u8, LifeError> {
        let cells = self.cells()?;
        let place = place_on(Self::rule(self).topology, x, y);
        Ok(place.map_or(0, |(x, y)| cells.at(x, y)))
    }

    fn set(&mut self, cells: &[(BigInt, BigInt, u8)]) -> Result<(), LifeError> {
        let rule = Self::rule(self);
        let states = rule.states();
        if let Some((_, _, state)) = cells.iter().find(|cell| usize::from(cell.2) >= states) {
            return Err(LifeError::Other(format!(
                "rule {} has {states} states, from 0 on; there is no state {state}",
                rule.name()
            )));
        }
        let topology = rule.topology;
        let mut field = self.cells()?;
        let mut now = self.present_row();
        let line = matches!(rule.family, Family::Line(_));
        let was_empty = line && field.live_box().is_none();
        let changed = Arc::make_mut(&mut field);
        for (x, y, state) in cells {
            if let Some((x, y)) = place_on(topology, x, y) {
                changed.put(x, y, *state);
            }
        }
        // The first cells that are drawn say where the rows begin.
        if was_empty && let Some((_, top, _, height)) = field.live_box() {
            now = top + height as i64 - 1;
        }
        Ok(self.set_cells(&field, now)?)
    }

    fn clear(&mut self) -> Result<(), LifeError> {
        let topology = Self::rule(self).topology;
        let (left, top) = grid_corner(topology);
        let (width, height) = topology.size().unwrap_or_default();
        let empty = Field::new(left, top, width as usize, height as usize, 0);
        Ok(self.set_cells(&Arc::new(empty), self.present_row())?)
    }

    fn pattern(&self, limit: u64) -> Result<Pattern, LifeError> {
        let cells = self.cells()?;
        at_most(cells.population(), limit)?;
        Ok(cells.pattern())
    }

    fn keep(&self, generation: &BigUint) -> Result<Kept, LifeError> {
        let rule = Self::rule(self).clone();
        Ok(Kept::Field {
            rule,
            field: self.cells()?,
            now: self.present_row(),
            generation: generation.clone(),
        })
    }

    fn restore(&mut self, kept: &Kept) -> Result<bool, LifeError> {
        let Kept::Field {
            rule, field, now, ..
        } = kept
        else {
            return Ok(false);
        };
        if rule != Self::rule(self) {
            if rule.topology != Self::rule(self).topology {
                return Ok(false);
            }
            let Some(made) = Self::new(self.gpu(), rule.clone(), field, *now)? else {
                return Ok(false);
            };
            *self = made;
            return Ok(true);
        }
        self.set_cells(field, *now)?;
        Ok(true)
    }

    fn difference(&self, kept: &Kept) -> Result<Option<BigUint>, LifeError> {
        Ok(match kept {
            Kept::Field { rule, field, .. } if rule.topology == Self::rule(self).topology => {
                Some(self.cells()?.difference(field).into())
            }
            _ => None,
        })
    }

    fn inside(&self) -> Inside<'_> {
        Inside::FieldOnDevice(self)
    }
}
