//! Patches as an engine: what every engine offers.

use std::collections::HashMap;

use num_bigint::{BigInt, BigUint};
use num_traits::ToPrimitive;

use super::{Patch, Patches, SIDE, cell_of, pattern_of, place_of, stepper_of};
use crate::engine::{Engine, Inside, at_most};
use crate::error::LifeError;
use crate::hashlife::Bounds;
use crate::means::Kept;
use crate::pattern::Pattern;
use crate::rule::Rule;

impl Engine for Patches {
    fn name(&self) -> &'static str {
        "tiles"
    }

    fn rule(&self) -> Rule {
        self.rule.clone()
    }

    fn set_rule(&mut self, rule: &Rule) -> Result<bool, LifeError> {
        if rule.states() < self.rule.states() || rule.life().is_some() {
            return Ok(false);
        }
        let Some(stepper) = stepper_of(rule)? else {
            return Ok(false);
        };
        self.stepper = stepper;
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
        let mut done = 0u64;
        while done < wanted && !interrupt() {
            if let Err(error) = self.step(odd) {
                return (done.into(), Some(error));
            }
            odd = !odd;
            done += 1;
        }
        (done.into(), None)
    }

    fn population(&self) -> Result<BigUint, LifeError> {
        let live = |patch: &Patch| patch.iter().filter(|&&cell| cell != 0).count() as u64;
        let sum: u64 = self.now.iter().map(|patch| live(patch)).sum();
        Ok(sum.into())
    }

    fn counts(&self) -> Result<Vec<(u8, BigUint)>, LifeError> {
        let counts = (0..=255u8).zip(self.histogram());
        let counts = counts.take(self.rule.states().min(256)).skip(1);
        Ok(counts.map(|(state, count)| (state, count.into())).collect())
    }

    fn bounds(&self) -> Result<Option<Bounds>, LifeError> {
        let mut span: Option<[i64; 4]> = None;
        let side = SIDE as i64;
        for ((px, py), patch) in self.live_patches() {
            for (at, _) in patch.iter().enumerate().filter(|cell| *cell.1 != 0) {
                let x = px * side + (at % SIDE) as i64;
                let y = py * side + (at / SIDE) as i64;
                let [l, t, r, b] = span.unwrap_or([x, y, x, y]);
                span = Some([l.min(x), t.min(y), r.max(x), b.max(y)]);
            }
        }
        Ok(span.map(|[l, t, r, b]| {
            let length = |from: i64, to: i64| BigUint::from((to - from + 1) as u64);
            (l.into(), t.into(), length(l, r), length(t, b))
        }))
    }

    fn last_changes(&self) -> Option<(BigUint, BigUint)> {
        if !self.stepped {
            return None;
        }
        let (mut births, mut deaths) = (0u64, 0u64);
        for (new, old) in self.now.iter().zip(&self.other) {
            let Some(old) = old else {
                births += new.iter().filter(|&&cell| cell != 0).count() as u64;
                continue;
            };
            for (&new, &old) in new.iter().zip(old.iter()) {
                births += u64::from(old == 0 && new != 0);
                deaths += u64::from(old != 0 && new == 0);
            }
        }
        Some((births.into(), deaths.into()))
    }

    fn get(&self, x: &BigInt, y: &BigInt) -> Result<u8, LifeError> {
        let (Some(x), Some(y)) = (x.to_i64(), y.to_i64()) else {
            return Ok(0);
        };
        let patch = self.index.get(&place_of(x, y));
        Ok(patch.map_or(0, |&patch| self.now[patch as usize][cell_of(x, y)]))
    }

    fn set(&mut self, cells: &[(BigInt, BigInt, u8)]) -> Result<(), LifeError> {
        let states = self.rule.states();
        let mut places = Vec::with_capacity(cells.len());
        for (x, y, state) in cells {
            if usize::from(*state) >= states {
                return Err(LifeError::Other(format!(
                    "rule {} has {states} states, from 0 on; there is no state {state}",
                    self.rule.name()
                )));
            }
            let (Some(x), Some(y)) = (x.to_i64(), y.to_i64()) else {
                return Err(LifeError::Other(format!(
                    "rule {} holds cells up to 2^56 from the origin, and this one lies further \
                     out",
                    self.rule
                )));
            };
            // All patches are made before a cell is changed.
            places.push((self.patch(place_of(x, y))? as usize, cell_of(x, y), *state));
        }
        for (patch, cell, state) in places {
            self.now[patch][cell] = state;
        }
        self.touched();
        Ok(())
    }

    fn clear(&mut self) -> Result<(), LifeError> {
        self.empty();
        Ok(())
    }

    fn pattern(&self, limit: u64) -> Result<Pattern, LifeError> {
        let live: u64 = self.histogram()[1..].iter().sum();
        at_most(live, limit)?;
        Ok(pattern_of(&self.quilt()))
    }

    fn keep(&self, generation: &BigUint) -> Result<Kept, LifeError> {
        Ok(Kept::Patches {
            rule: self.rule.clone(),
            quilt: self.quilt().into(),
            generation: generation.clone(),
        })
    }

    fn restore(&mut self, kept: &Kept) -> Result<bool, LifeError> {
        let Kept::Patches { rule, quilt, .. } = kept else {
            return Ok(false);
        };
        if *rule != self.rule {
            let Some(stepper) = stepper_of(rule)? else {
                return Ok(false);
            };
            self.stepper = stepper;
            self.rule = rule.clone();
        }
        self.take(quilt)?;
        Ok(true)
    }

    fn difference(&self, kept: &Kept) -> Result<Option<BigUint>, LifeError> {
        let Kept::Patches { quilt, .. } = kept else {
            return Ok(None);
        };
        let mut differing = 0u64;
        let mut theirs: HashMap<(i64, i64), &Patch> =
            quilt.iter().map(|(at, patch)| (*at, &**patch)).collect();
        for (at, patch) in self.live_patches() {
            let own = patch.iter();
            differing += match theirs.remove(&at) {
                Some(other) => own.zip(other).filter(|(a, b)| a != b).count(),
                None => own.filter(|&&cell| cell != 0).count(),
            } as u64;
        }
        for patch in theirs.values() {
            differing += patch.iter().filter(|&&cell| cell != 0).count() as u64;
        }
        Ok(Some(differing.into()))
    }

    fn inside(&self) -> Inside<'_> {
        Inside::Patches(self)
    }
}

impl Patches {
    /// Nothing that was known of the last generation holds any more.
    fn touched(&mut self) {
        self.settled[1..].fill(false);
        self.stepped = false;
    }
}
