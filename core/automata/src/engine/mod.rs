//! What an engine is: cells under a rule that go on by generations, whatever form they have.

mod choice;
mod device;
mod packed;
mod tree;

pub(crate) use self::choice::{made, of_field, of_packed};
pub(crate) use self::packed::runs as packed_runs;
pub use self::tree::Tree;
pub(crate) use self::tree::changes;
pub(crate) use self::tree::runs as tree_runs;

use num_bigint::{BigInt, BigUint};

use crate::edit::Area;
use crate::error::LifeError;
use crate::field::FieldEngine;
use crate::gpu::{FieldOnDevice, OnDevice};
use crate::hashlife::{Bounds, Universe};
use crate::means::Kept;
use crate::packed::Packed;
use crate::patches::Patches;
use crate::pattern::{Pattern, Run};
use crate::rule::Rule;
use crate::tiles::Tiles;

/// Cells under a rule.
pub trait Engine: std::fmt::Debug + Send {
    /// The engine's name in the command line's terms.
    fn name(&self) -> &'static str;

    /// The rule, grid included.
    fn rule(&self) -> Rule;

    /// Goes on under another rule on the same grid; false where another engine is needed.
    ///
    /// # Errors
    /// A rule that can't run on the grid; memory; the device.
    fn set_rule(&mut self, rule: &Rule) -> Result<bool, LifeError>;

    /// Goes on by a number of generations, `start` being the present one, or until `interrupt`,
    /// asked at least every few milliseconds, says true. Gives the generations that were
    /// completed, at which the cells stand also after an error.
    fn advance(
        &mut self,
        generations: &BigUint,
        start: &BigUint,
        interrupt: &mut dyn FnMut() -> bool,
    ) -> (BigUint, Option<LifeError>);

    /// Number of cells that are not in state 0.
    ///
    /// # Errors
    /// The device.
    fn population(&self) -> Result<BigUint, LifeError>;

    /// Number of cells in each state from 1 on.
    ///
    /// # Errors
    /// The device.
    fn counts(&self) -> Result<Vec<(u8, BigUint)>, LifeError>;

    /// The smallest rectangle that holds every cell that is not in state 0.
    ///
    /// # Errors
    /// The device.
    fn bounds(&self) -> Result<Option<Bounds>, LifeError>;

    /// Cells that left state 0 and cells that went back to it in the last generation, where that
    /// is known.
    fn last_changes(&self) -> Option<(BigUint, BigUint)>;

    /// The state of a cell; across the edges of the grid where they meet.
    ///
    /// # Errors
    /// The device.
    fn get(&self, x: &BigInt, y: &BigInt) -> Result<u8, LifeError>;

    /// Changes cells, all or none of them; outside a bounded plane nothing happens.
    ///
    /// # Errors
    /// A state that the rule doesn't have; memory; the device.
    fn set(&mut self, cells: &[(BigInt, BigInt, u8)]) -> Result<(), LifeError>;

    /// Puts runs of cells, counted from a corner and none over another, in their states; false
    /// where [`Self::set`] has to do it cell by cell.
    ///
    /// # Errors
    /// Those of [`Self::set`].
    fn set_runs(&mut self, _corner: &[BigInt; 2], _runs: &[Run]) -> Result<bool, LifeError> {
        Ok(false)
    }

    /// Puts every cell of a rectangle, or every other one, in state 0; false where that has to
    /// be done by [`Self::set_runs`].
    ///
    /// # Errors
    /// Those of [`Self::set`].
    fn erase(&mut self, _area: &Area, _outside: bool) -> Result<bool, LifeError> {
        Ok(false)
    }

    /// Puts every cell in state 0.
    ///
    /// # Errors
    /// Memory; the device.
    fn clear(&mut self) -> Result<(), LifeError>;

    /// The cells as a pattern with its place.
    ///
    /// # Errors
    /// More live cells than `limit`, or too far out for a file; the device.
    fn pattern(&self, limit: u64) -> Result<Pattern, LifeError>;

    /// Keeps the cells; later generations leave them alone.
    ///
    /// # Errors
    /// The device.
    fn keep(&self, generation: &BigUint) -> Result<Kept, LifeError>;

    /// Goes back to cells that were kept; false where they are another engine's.
    ///
    /// # Errors
    /// Memory; the device.
    fn restore(&mut self, kept: &Kept) -> Result<bool, LifeError>;

    /// The number of cells that differ from a kept state on the same grid.
    ///
    /// # Errors
    /// The device.
    fn difference(&self, kept: &Kept) -> Result<Option<BigUint>, LifeError>;

    /// The cells in their own form, for drawing and files.
    fn inside(&self) -> Inside<'_>;
}

/// Cells in the form that an engine has.
#[derive(Debug)]
pub enum Inside<'a> {
    /// A bit a cell on the processor.
    Packed(&'a Packed),
    /// A bit a cell on a GPU.
    Device(&'a OnDevice),
    /// HashLife's tree.
    Tree(&'a Universe),
    /// A byte a cell.
    Field(&'a FieldEngine),
    /// A byte a cell on a GPU.
    FieldOnDevice(&'a FieldOnDevice),
    /// Sparse tiles of bits.
    Tiles(&'a Tiles),
    /// Sparse patches of bytes.
    Patches(&'a Patches),
}

/// Fails where a pattern would have too many cells.
pub(crate) fn at_most(cells: u64, limit: u64) -> Result<(), LifeError> {
    if cells > limit {
        return Err(LifeError::Other(format!(
            "{cells} live cells are too many for a pattern file, which holds up to {limit}"
        )));
    }
    Ok(())
}
