//! What a world may use, and what is kept of one.

use std::sync::Arc;

use loom_gpu::Gpu;
use num_bigint::BigUint;

use crate::error::LifeError;
use crate::field::Field;
use crate::grid::Grid;
use crate::hashlife::Universe;
use crate::patches::Quilt;
use crate::rule::Rule;
use crate::tiles::Sheet;

/// Which engine is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum EngineChoice {
    /// The one that suits the rule and its grid.
    #[default]
    Auto,
    /// 64 cells a word; Life-like rules on a torus or bounded plane.
    Packed,
    /// Needs the unbounded plane.
    HashLife,
    /// The twin on a GPU of the engine that suits a bounded grid.
    Gpu,
    /// Sparse tiles; rules of two dimensions on the unbounded plane.
    Tiles,
    /// A byte a cell; every rule on every grid.
    Bytes,
}

impl std::str::FromStr for EngineChoice {
    type Err = LifeError;

    fn from_str(text: &str) -> Result<Self, LifeError> {
        match text {
            "auto" => Ok(Self::Auto),
            "packed" => Ok(Self::Packed),
            "hashlife" => Ok(Self::HashLife),
            "gpu" => Ok(Self::Gpu),
            "tiles" => Ok(Self::Tiles),
            "bytes" => Ok(Self::Bytes),
            other => Err(LifeError::Other(format!(
                "there is no engine {other:?}; the engines are auto, packed, hashlife, tiles, \
                 bytes and gpu"
            ))),
        }
    }
}

/// What a world may use.
#[derive(Clone, Debug)]
pub struct Means {
    /// The engine.
    pub engine: EngineChoice,
    /// The device for [`EngineChoice::Gpu`], and for `Auto` where it is given.
    pub gpu: Option<Arc<Gpu>>,
    /// Threads of the engines that use several.
    pub threads: usize,
    /// Memory that cells and nodes may take, in bytes.
    pub memory: u64,
}

impl Default for Means {
    fn default() -> Self {
        Self {
            engine: EngineChoice::Auto,
            gpu: None,
            threads: loom_gpu::threads(),
            memory: 1 << 30,
        }
    }
}

/// A world's cells, kept; shares memory with the world as long as it can.
#[derive(Clone, Debug)]
pub enum Kept {
    /// Packed cells.
    Cells(Rule, Arc<Grid>, BigUint),
    /// A tree.
    Tree(Universe),
    /// A byte a cell.
    Field {
        /// The rule, grid included.
        rule: Rule,
        /// The cells.
        field: Arc<Field>,
        /// The present row of a rule of one dimension.
        now: i64,
        /// The generation.
        generation: BigUint,
    },
    /// Sparse tiles.
    Tiles {
        /// The rule.
        rule: Rule,
        /// The live cells.
        sheet: Arc<Sheet>,
        /// The generation.
        generation: BigUint,
    },
    /// Sparse patches of bytes.
    Patches {
        /// The rule.
        rule: Rule,
        /// The live cells.
        quilt: Arc<Quilt>,
        /// The generation.
        generation: BigUint,
    },
}

impl Kept {
    /// The rule, grid included.
    pub fn rule(&self) -> Rule {
        match self {
            Self::Cells(rule, ..)
            | Self::Field { rule, .. }
            | Self::Tiles { rule, .. }
            | Self::Patches { rule, .. } => rule.clone(),
            Self::Tree(universe) => universe.rule(),
        }
    }

    /// The generation.
    pub fn generation(&self) -> &BigUint {
        match self {
            Self::Cells(_, _, generation)
            | Self::Field { generation, .. }
            | Self::Tiles { generation, .. }
            | Self::Patches { generation, .. } => generation,
            Self::Tree(universe) => universe.generation(),
        }
    }

    /// Bytes that it holds alive, about.
    pub fn bytes(&self) -> u64 {
        match self {
            Self::Cells(rule, ..) => Grid::bytes(rule.topology),
            // What a kept tree shares with the present one can't be known cheaply; an eighth
            // of all keeps the number of keyframes small when the store is large.
            Self::Tree(universe) => (universe.bytes() / 8).max(1 << 16),
            Self::Field { field, .. } => field.bytes(),
            Self::Tiles { sheet, .. } => sheet.len() as u64 * 528,
            Self::Patches { quilt, .. } => quilt.len() as u64 * 4128,
        }
    }
}
