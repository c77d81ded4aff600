//! Tiles as an engine: what every engine offers.

use std::collections::HashMap;

use num_bigint::{BigInt, BigUint};
use num_traits::ToPrimitive;

use super::{Block, Tiles, pattern_of};
use crate::engine::{Engine, Inside, at_most};
use crate::error::LifeError;
use crate::hashlife::Bounds;
use crate::means::Kept;
use crate::pattern::Pattern;
use crate::rule::{Rule, Topology};

impl Engine for Tiles {
    fn name(&self) -> &'static str {
        "tiles"
    }

    fn rule(&self) -> Rule {
        self.rule.clone()
    }

    fn set_rule(&mut self, rule: &Rule) -> Result<bool, LifeError> {
        let Some(life) = rule.life().filter(|_| rule.topology == Topology::Plane) else {
            return Ok(false);
        };
        self.pair = life.emulated();
        self.rule = rule.clone();
        self.stepped = false;
        self.settled[1..].fill(false);
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
            // With a pair of rules a settled tile settles in one rule only.
            if self.pair[0] != self.pair[1] {
                self.settled[1..].fill(false);
            }
            odd = !odd;
            done += 1;
        }
        (done.into(), None)
    }

    fn population(&self) -> Result<BigUint, LifeError> {
        Ok(self.number_alive().into())
    }

    fn counts(&self) -> Result<Vec<(u8, BigUint)>, LifeError> {
        Ok(vec![(1, self.number_alive().into())])
    }

    fn bounds(&self) -> Result<Option<Bounds>, LifeError> {
        let mut span: Option<[i64; 4]> = None;
        for ((tx, ty), block) in self.live_tiles() {
            let columns = block.iter().fold(0, |all, row| all | row);
            let alive = |row: &u64| *row != 0;
            let (Some(top), Some(bottom)) =
                (block.iter().position(alive), block.iter().rposition(alive))
            else {
                continue;
            };
            let (x, y) = (tx * 64, ty * 64);
            let own = [
                x + i64::from(columns.trailing_zeros()),
                y + top as i64,
                x + 63 - i64::from(columns.leading_zeros()),
                y + bottom as i64,
            ];
            let [l, t, r, b] = span.unwrap_or(own);
            span = Some([l.min(own[0]), t.min(own[1]), r.max(own[2]), b.max(own[3])]);
        }
        Ok(span.map(|[l, t, r, b]| {
            (
                l.into(),
                t.into(),
                ((r - l + 1) as u64).into(),
                ((b - t + 1) as u64).into(),
            )
        }))
    }

    fn last_changes(&self) -> Option<(BigUint, BigUint)> {
        if !self.stepped {
            return None;
        }
        let (mut births, mut deaths) = (0u64, 0u64);
        for (new, old) in self.now.iter().zip(&self.other) {
            for (new, old) in new.iter().zip(old) {
                births += u64::from((new & !old).count_ones());
                deaths += u64::from((old & !new).count_ones());
            }
        }
        Some((births.into(), deaths.into()))
    }

    fn get(&self, x: &BigInt, y: &BigInt) -> Result<u8, LifeError> {
        let Some((x, y)) = Self::place_of(x, y) else {
            return Ok(0);
        };
        let tile = self.index.get(&(x >> 6, y >> 6));
        Ok(tile.map_or(0, |&tile| {
            (self.now[tile as usize][(y & 63) as usize] >> (x & 63) & 1) as u8
        }))
    }

    fn set(&mut self, cells: &[(BigInt, BigInt, u8)]) -> Result<(), LifeError> {
        for (x, y, state) in cells {
            let Some((x, y)) = Self::place_of(x, y) else {
                return Err(LifeError::Other(
                    "tiles hold cells up to 2^56 from the origin; use HashLife".to_owned(),
                ));
            };
            let tile = self.tile((x >> 6, y >> 6))? as usize;
            let row = &mut self.now[tile][(y & 63) as usize];
            let bit = 1 << (x & 63);
            *row = if *state != 0 { *row | bit } else { *row & !bit };
        }
        self.settled[1..].fill(false);
        self.stepped = false;
        Ok(())
    }

    fn clear(&mut self) -> Result<(), LifeError> {
        self.empty();
        Ok(())
    }

    fn pattern(&self, limit: u64) -> Result<Pattern, LifeError> {
        at_most(self.number_alive(), limit)?;
        Ok(pattern_of(&self.sheet()))
    }

    fn keep(&self, generation: &BigUint) -> Result<Kept, LifeError> {
        Ok(Kept::Tiles {
            rule: self.rule.clone(),
            sheet: self.sheet().into(),
            generation: generation.clone(),
        })
    }

    fn restore(&mut self, kept: &Kept) -> Result<bool, LifeError> {
        let Kept::Tiles { rule, sheet, .. } = kept else {
            return Ok(false);
        };
        if !self.set_rule(rule)? {
            return Ok(false);
        }
        self.take(sheet)?;
        Ok(true)
    }

    fn difference(&self, kept: &Kept) -> Result<Option<BigUint>, LifeError> {
        let Kept::Tiles { sheet, .. } = kept else {
            return Ok(None);
        };
        let mut differing = 0u64;
        let mut theirs: HashMap<(i64, i64), &Block> =
            sheet.iter().map(|(at, block)| (*at, block)).collect();
        for (at, block) in self.live_tiles() {
            let other = theirs.remove(&at).copied().unwrap_or([0; 64]);
            let pairs = block.iter().zip(&other);
            differing += pairs
                .map(|(a, b)| u64::from((a ^ b).count_ones()))
                .sum::<u64>();
        }
        for block in theirs.values() {
            differing += block
                .iter()
                .map(|row| u64::from(row.count_ones()))
                .sum::<u64>();
        }
        Ok(Some(differing.into()))
    }

    fn inside(&self) -> Inside<'_> {
        Inside::Tiles(self)
    }
}
