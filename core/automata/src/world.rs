//! A world: cells under a rule at a generation, on whichever engine suits the rule and its grid.
//!
//! `engine/choice.rs` says which engine a rule gets and why. Coordinates are Golly's everywhere:
//! the origin is the middle of a bounded grid.

use std::sync::Arc;

use num_bigint::{BigInt, BigUint};
use num_traits::Zero;

use crate::edit::Area;
use crate::engine::{self, Engine, Inside, Tree};
use crate::error::LifeError;
use crate::field::FieldEngine;
use crate::grid::Grid;
use crate::hashlife::Bounds;
pub use crate::means::{EngineChoice, Kept, Means};
use crate::packed::Packed;
use crate::patches::{Patches, pattern_of};
use crate::pattern::{Pattern, Run};
use crate::rule::Rule;
use crate::tiles::Tiles;

/// Single cells that an engine is given at once.
const AT_ONCE: usize = 1 << 16;

/// Cells under a rule at a generation.
#[derive(Debug)]
pub struct World {
    engine: Box<dyn Engine>,
    generation: BigUint,
    means: Means,
}

impl World {
    /// A world that holds a pattern, at the pattern's place and generation.
    ///
    /// # Errors
    /// A rule or grid that the engine doesn't run, too little memory, cells outside the grid.
    pub fn new(rule: Rule, pattern: &Pattern, means: Means) -> Result<Self, LifeError> {
        let generation = pattern.generation.clone();
        let engine = engine::made(rule, pattern, &means)?;
        Ok(Self {
            engine,
            generation,
            means,
        })
    }

    /// A world of packed cells that exist already, on the device if one is meant to be used.
    ///
    /// # Errors
    /// The device.
    pub fn of_packed(packed: Packed, generation: BigUint, means: Means) -> Result<Self, LifeError> {
        let engine = engine::of_packed(packed, &means)?;
        Ok(Self {
            engine,
            generation,
            means,
        })
    }

    /// A world of cells that were kept.
    ///
    /// # Errors
    /// Memory, the device.
    pub fn of_kept(kept: &Kept, means: Means) -> Result<Self, LifeError> {
        let generation = kept.generation().clone();
        let engine: Box<dyn Engine> = match kept {
            Kept::Cells(rule, cells, _) => {
                let mut packed = Packed::new(rule.clone(), means.memory)?;
                packed.take(Arc::clone(cells));
                return Self::of_packed(packed, generation, means);
            }
            Kept::Tree(universe) => Box::new(Tree::new(universe.clone())),
            Kept::Field {
                rule, field, now, ..
            } => engine::of_field(FieldEngine::of_kept(rule, field, *now, &means)?, &means)?,
            Kept::Tiles { rule, sheet, .. } => {
                Box::new(Tiles::of_sheet(rule.clone(), sheet, &means)?)
            }
            Kept::Patches { rule, quilt, .. } => {
                match Patches::of_quilt(rule.clone(), quilt, &means)? {
                    Some(patches) => Box::new(patches),
                    None => engine::made(rule.clone(), &pattern_of(quilt), &means)?,
                }
            }
        };
        Ok(Self {
            engine,
            generation,
            means,
        })
    }

    /// The cells in their engine's own form.
    pub fn inside(&self) -> Inside<'_> {
        self.engine.inside()
    }

    /// The engine's name in the command line's terms.
    pub fn engine_name(&self) -> &'static str {
        self.engine.name()
    }

    /// The rule, grid included.
    pub fn rule(&self) -> Rule {
        self.engine.rule()
    }

    /// Generations since the beginning of the pattern's file.
    pub fn generation(&self) -> &BigUint {
        &self.generation
    }

    /// Sets the generation and leaves the cells alone.
    pub(crate) fn set_generation(&mut self, generation: BigUint) {
        self.generation = generation;
    }

    /// What it may use.
    pub fn means(&self) -> &Means {
        &self.means
    }

    /// Changes the rule and goes on with the cells as they are. Another grid means another
    /// engine or another size; every live cell must find room there. States that the new rule
    /// doesn't have become its last one.
    ///
    /// # Errors
    /// Those of [`Self::new`]; the world is then unchanged.
    pub fn set_rule(&mut self, rule: Rule) -> Result<(), LifeError> {
        if rule.topology == self.rule().topology && self.engine.set_rule(&rule)? {
            return Ok(());
        }
        let mut pattern = self.pattern(u64::MAX)?;
        let highest = (rule.states() - 1).min(255) as u8;
        for run in &mut pattern.runs {
            run.state = run.state.min(highest);
        }
        *self = Self::new(rule, &pattern, self.means.clone())?;
        Ok(())
    }

    /// Goes on by a number of generations or until `interrupt`, asked at least every few
    /// milliseconds, says true. Returns the generations that were completed.
    ///
    /// # Errors
    /// Memory, room, the device; the world stands at the last completed generation.
    pub fn advance(
        &mut self,
        generations: &BigUint,
        interrupt: &mut dyn FnMut() -> bool,
    ) -> Result<BigUint, LifeError> {
        let (done, error) = self
            .engine
            .advance(generations, &self.generation, interrupt);
        if !done.is_zero() {
            self.generation += &done;
        }
        match error {
            Some(error) => Err(error),
            None => Ok(done),
        }
    }

    /// Number of cells that are not in state 0.
    ///
    /// # Errors
    /// The device.
    pub fn population(&self) -> Result<BigUint, LifeError> {
        self.engine.population()
    }

    /// Number of cells in each state from 1 on.
    ///
    /// # Errors
    /// The device.
    pub fn counts(&self) -> Result<Vec<(u8, BigUint)>, LifeError> {
        self.engine.counts()
    }

    /// The packed cells; an empty grid for other engines.
    ///
    /// # Errors
    /// The device.
    pub fn grid(&self) -> Result<Arc<Grid>, LifeError> {
        Ok(match self.inside() {
            Inside::Packed(packed) => packed.share(),
            Inside::Device(device) => device.cells()?,
            _ => Arc::default(),
        })
    }

    /// The smallest rectangle that holds every cell that is not in state 0.
    ///
    /// # Errors
    /// The device.
    pub fn bounds(&self) -> Result<Option<Bounds>, LifeError> {
        self.engine.bounds()
    }

    /// Cells born and cells that died in the last generation, where that is known.
    pub fn last_changes(&self) -> Option<(BigUint, BigUint)> {
        self.engine.last_changes()
    }

    /// The state of a cell; on a grid whose edges meet, coordinates lead across them.
    ///
    /// # Errors
    /// The device.
    pub fn state(&self, x: &BigInt, y: &BigInt) -> Result<u8, LifeError> {
        self.engine.get(x, y)
    }

    /// Whether a cell is in another state than 0.
    ///
    /// # Errors
    /// The device.
    pub fn get(&self, x: &BigInt, y: &BigInt) -> Result<bool, LifeError> {
        Ok(self.engine.get(x, y)? != 0)
    }

    /// Puts cells in states, all or none of them; across edges that meet, and nowhere outside a
    /// bounded plane.
    ///
    /// # Errors
    /// A state that the rule doesn't have; memory; the device.
    pub fn set_states(&mut self, cells: &[(BigInt, BigInt, u8)]) -> Result<(), LifeError> {
        self.engine.set(cells)
    }

    /// Puts runs of cells, counted from a corner and none over another, in their states, as
    /// [`Self::set_states`] does with single cells.
    ///
    /// # Errors
    /// A state that the rule doesn't have; memory; the device.
    pub fn set_runs(&mut self, corner: &[BigInt; 2], runs: &[Run]) -> Result<(), LifeError> {
        let states = self.rule().states();
        if let Some(run) = runs.iter().find(|run| usize::from(run.state) >= states) {
            return Err(LifeError::Other(format!(
                "rule {} has {states} states, from 0 on; there is no state {}",
                self.rule().name(),
                run.state
            )));
        }
        if runs.is_empty() || self.engine.set_runs(corner, runs)? {
            return Ok(());
        }
        let kept = self.keep()?;
        let mut cells: Vec<(BigInt, BigInt, u8)> = Vec::new();
        let mut result = Ok(());
        for (at, run) in runs.iter().enumerate() {
            let y = &corner[1] + run.y;
            for dx in 0..run.length as i64 {
                cells.push((&corner[0] + (run.x + dx), y.clone(), run.state));
                let last = at + 1 == runs.len() && dx + 1 == run.length as i64;
                if result.is_ok() && (last || cells.len() >= AT_ONCE) {
                    result = self.engine.set(&cells);
                    cells.clear();
                }
            }
            if result.is_err() {
                break;
            }
        }
        if result.is_err() {
            self.restore(&kept)?;
        }
        result
    }

    /// Makes cells alive (state 1) or dead, as [`Self::set_states`].
    ///
    /// # Errors
    /// Memory, the device.
    pub fn set(
        &mut self,
        cells: impl IntoIterator<Item = (BigInt, BigInt, bool)>,
    ) -> Result<(), LifeError> {
        let cells = cells.into_iter();
        let cells: Vec<_> = cells.map(|(x, y, alive)| (x, y, u8::from(alive))).collect();
        self.engine.set(&cells)
    }

    /// Kills every cell of a rectangle, or every other one; false where its cells have to be
    /// listed for that.
    ///
    /// # Errors
    /// Memory, the device.
    pub(crate) fn erase(&mut self, area: &Area, outside: bool) -> Result<bool, LifeError> {
        self.engine.erase(area, outside)
    }

    /// Kills every cell; the generation stays.
    ///
    /// # Errors
    /// Memory, the device.
    pub fn clear(&mut self) -> Result<(), LifeError> {
        self.engine.clear()
    }

    /// The live cells as a pattern with rule, place and generation.
    ///
    /// # Errors
    /// More live cells than `limit`, or too far out for a file; the device.
    pub fn pattern(&self, limit: u64) -> Result<Pattern, LifeError> {
        let mut pattern = self.engine.pattern(limit)?;
        pattern.rule = Some(self.rule());
        pattern.generation.clone_from(&self.generation);
        Ok(pattern)
    }

    /// Keeps the present state; later generations leave it alone.
    ///
    /// # Errors
    /// The device.
    pub fn keep(&self) -> Result<Kept, LifeError> {
        self.engine.keep(&self.generation)
    }

    /// Goes back to a kept state.
    ///
    /// # Errors
    /// Memory, the device.
    pub fn restore(&mut self, kept: &Kept) -> Result<(), LifeError> {
        if self.engine.restore(kept)? {
            self.generation.clone_from(kept.generation());
            return Ok(());
        }
        *self = Self::of_kept(kept, self.means.clone())?;
        Ok(())
    }

    /// The number of cells that differ from a kept state on the same grid.
    ///
    /// # Errors
    /// The device.
    pub fn difference(&self, kept: &Kept) -> Result<Option<BigUint>, LifeError> {
        self.engine.difference(kept)
    }

    /// Number of cells of the grid; nothing on one without bounds.
    pub fn area(&self) -> Option<u64> {
        self.rule().topology.cells()
    }
}
