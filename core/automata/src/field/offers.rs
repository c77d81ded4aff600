//! A field as an engine: what every engine offers.

use std::sync::Arc;

use num_bigint::{BigInt, BigUint};
use num_traits::ToPrimitive;

use super::engine::{FAR, FieldEngine};
use super::mover::{Mover, mover};
use crate::engine::{Engine, Inside, at_most};
use crate::error::LifeError;
use crate::hashlife::Bounds;
use crate::means::Kept;
use crate::pattern::{Pattern, grid_corner};
use crate::rule::{Rule, Topology};

impl Engine for FieldEngine {
    fn name(&self) -> &'static str {
        match &self.mover {
            Mover::Rows(stepper) => stepper.name(),
            Mover::Turmite(..) => "turmite",
            Mover::Line(_) => "rows",
        }
    }

    fn rule(&self) -> Rule {
        self.rule.clone()
    }

    fn set_rule(&mut self, rule: &Rule) -> Result<bool, LifeError> {
        if rule.topology != self.rule.topology || rule.states() < self.rule.states() {
            return Ok(false);
        }
        let mover = mover(rule)?;
        let rim = match &mover {
            Mover::Rows(stepper) => stepper.reach(),
            _ => 0,
        };
        let kind = |mover: &Mover| std::mem::discriminant(mover);
        if rim != self.field.rim || kind(&mover) != kind(&self.mover) {
            return Ok(false);
        }
        self.mover = mover;
        self.rule = rule.clone();
        self.touched();
        Ok(true)
    }

    fn advance(
        &mut self,
        generations: &BigUint,
        start: &BigUint,
        interrupt: &mut dyn FnMut() -> bool,
    ) -> (BigUint, Option<LifeError>) {
        let wanted = generations.to_u64().unwrap_or(u64::MAX);
        let mut odd = start.bit(0);
        let mut done = 0;
        // A machine's step is too short to ask about each.
        let pause = if matches!(self.mover, Mover::Turmite(..)) {
            64
        } else {
            1
        };
        while done < wanted && (done % pause != 0 || !interrupt()) {
            if let Err(error) = self.step(odd) {
                return (done.into(), Some(error));
            }
            odd = !odd;
            done += 1;
        }
        (done.into(), None)
    }

    fn population(&self) -> Result<BigUint, LifeError> {
        Ok(self.field.population().into())
    }

    fn counts(&self) -> Result<Vec<(u8, BigUint)>, LifeError> {
        let counts = self.field.counts();
        let states = 1..self.rule.states().min(256);
        Ok(states
            .map(|state| (state as u8, counts[state].into()))
            .collect())
    }

    fn bounds(&self) -> Result<Option<Bounds>, LifeError> {
        Ok(self.field.bounds())
    }

    fn last_changes(&self) -> Option<(BigUint, BigUint)> {
        let changed = self.changed.or_else(|| {
            let before = self.spare.as_ref().filter(|_| self.stepped)?;
            Some(self.field.changes_since(before))
        });
        changed.map(|(births, deaths)| (births.into(), deaths.into()))
    }

    fn get(&self, x: &BigInt, y: &BigInt) -> Result<u8, LifeError> {
        let place = self.place(x, y);
        Ok(place.map_or(0, |(x, y)| self.field.at(x, y)))
    }

    fn set(&mut self, cells: &[(BigInt, BigInt, u8)]) -> Result<(), LifeError> {
        let (columns, rows) = self.grows();
        let states = self.rule.states();
        let mut inside = Vec::with_capacity(cells.len());
        for (x, y, state) in cells {
            if usize::from(*state) >= states {
                return Err(LifeError::Other(format!(
                    "rule {} has {states} states, from 0 on; there is no state {state}",
                    self.rule.name()
                )));
            }
            match self.place(x, y) {
                Some((x, y)) => inside.push((x, y, *state)),
                None if columns || rows => {
                    return Err(LifeError::Other(format!(
                        "rule {} holds cells up to 2^40 from the origin, and this one lies \
                         further out",
                        self.rule
                    )));
                }
                None => {}
            }
        }
        self.put_all(&inside)
    }

    fn clear(&mut self) -> Result<(), LifeError> {
        self.touched();
        Arc::make_mut(&mut self.field).cells.fill(0);
        Ok(())
    }

    fn pattern(&self, limit: u64) -> Result<Pattern, LifeError> {
        at_most(self.field.population(), limit)?;
        Ok(self.field.pattern())
    }

    fn keep(&self, generation: &BigUint) -> Result<Kept, LifeError> {
        Ok(Kept::Field {
            rule: self.rule.clone(),
            field: Arc::clone(&self.field),
            now: self.now,
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
        if *rule != self.rule && (rule.topology != self.rule.topology || !self.set_rule(rule)?) {
            return Ok(false);
        }
        self.take(field, *now);
        Ok(true)
    }

    fn difference(&self, kept: &Kept) -> Result<Option<BigUint>, LifeError> {
        Ok(match kept {
            Kept::Field { rule, field, .. } if rule.topology == self.rule.topology => {
                Some(self.field.difference(field).into())
            }
            _ => None,
        })
    }

    fn inside(&self) -> Inside<'_> {
        Inside::Field(self)
    }
}

impl FieldEngine {
    fn place(&self, x: &BigInt, y: &BigInt) -> Option<(i64, i64)> {
        place_on(self.rule.topology, x, y)
    }
}

/// A place in the grid's coordinates after walking across its edges; nothing outside a bounded
/// plane or too far out.
pub(crate) fn place_on(topology: Topology, x: &BigInt, y: &BigInt) -> Option<(i64, i64)> {
    let (left, top) = grid_corner(topology);
    // Far places of a torus are near ones some turns away.
    let near = |c: &BigInt, side: u32, corner: i64| {
        let c = c - corner;
        match (c.to_i64().filter(|c| c.abs() < FAR), side) {
            (Some(c), _) => Some(c),
            (None, side) if side > 0 && topology.wraps() => {
                let side = BigInt::from(side);
                (((c % &side) + &side) % &side).to_i64()
            }
            _ => None,
        }
    };
    let (w, h) = topology.sides();
    let (x, y) = topology.source(near(x, w, left)?, near(y, h, top)?)?;
    Some((x + left, y + top))
}
