//! What a hand can do to cells: the data of the journal's edits.
//!
//! An edit says what is done, not which cells come of it, so that a journal stays small: "turn
//! this rectangle", "fill that one by chance from this seed". Played again on the same cells it
//! does the same.

pub mod area;
pub mod chance;
pub mod combine;
pub mod coordinate;
mod flood;
mod layer;
pub mod line;
mod masked;
mod part;
pub mod patch;
pub mod read;
mod shape;
#[cfg(test)]
mod tests;
pub mod turn;

use loom_sim::{Input, SimError, seed};
use num_bigint::BigInt;
use rand::Rng as _;
use serde::{Deserialize, Serialize};

pub use self::area::Area;
pub use self::chance::Symmetry;
pub use self::combine::Mode;
pub use self::coordinate::{Coordinate, Place};
pub use self::flood::MOST as FLOOD_MOST;
pub use self::layer::{LayerEdit, MOST as LAYERS};
pub use self::patch::Patch;
pub use self::read::MOST;
pub use self::turn::Turn;

use self::line::line;
use crate::error::LifeError;
use crate::rle;
use crate::world::World;

/// One change of cells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Edit {
    /// Makes single cells alive or dead.
    Cells {
        /// Where.
        at: Vec<Place>,
        /// Alive, or dead.
        alive: bool,
    },
    /// A straight line of cells, ends included.
    Line {
        /// One end.
        from: Place,
        /// The other end.
        to: Place,
        /// Alive, or dead.
        alive: bool,
    },
    /// A straight line of cells in one state, ends included.
    Paint {
        /// One end.
        from: Place,
        /// The other end.
        to: Place,
        /// The state.
        state: u8,
    },
    /// Turns one cell over: dead becomes state 1, every other state 0.
    Flip {
        /// Where.
        at: Place,
    },
    /// Adds the live cells of a pattern.
    Paste {
        /// The pattern as RLE.
        rle: String,
        /// Where its top left corner goes.
        at: Place,
    },
    /// Puts a pattern down.
    Put {
        /// The pattern as RLE.
        rle: String,
        /// Where its top left corner goes.
        at: Place,
        /// How it meets what lies there.
        mode: Mode,
    },
    /// Fills a rectangle by chance.
    Random {
        /// Its top left cell.
        at: Place,
        /// Columns and rows.
        size: [u32; 2],
        /// The chance of each cell to live.
        density: f64,
        /// The seed of the stream named "fill".
        seed: u64,
    },
    /// Fills a rectangle by chance, symmetrically about its middle.
    Chance {
        /// The rectangle.
        area: Area,
        /// The chance of each cell to live.
        density: f64,
        /// The highest state that live cells get.
        highest: u8,
        /// What leaves the cells as they are.
        symmetry: Symmetry,
        /// The seed of the stream named "fill".
        seed: u64,
    },
    /// Kills every cell of a rectangle, or every other one.
    Erase {
        /// The rectangle.
        area: Area,
        /// Whether the cells outside are killed, not those inside.
        outside: bool,
    },
    /// Puts every cell of a rectangle in one state.
    Fill {
        /// The rectangle.
        area: Area,
        /// The state.
        state: u8,
    },
    /// State s of n becomes n − 1 − s.
    Invert {
        /// The rectangle.
        area: Area,
    },
    /// Mirrors or turns a rectangle about its middle.
    Turn {
        /// The rectangle.
        area: Area,
        /// How.
        by: Turn,
    },
    /// Moves the cells of a rectangle.
    Move {
        /// The rectangle.
        area: Area,
        /// Columns to the east and rows to the south.
        by: Place,
        /// How they meet what lies there.
        mode: Mode,
    },
    /// Copies the cells of a rectangle, each copy as far from the one before.
    Repeat {
        /// The rectangle.
        area: Area,
        /// Columns to the east and rows to the south.
        by: Place,
        /// Number of copies.
        copies: u32,
        /// How they meet what lies there.
        mode: Mode,
    },
    /// Gives cells of one state another one.
    Replace {
        /// The rectangle, or everything.
        area: Option<Area>,
        /// The state that is replaced.
        from: u8,
        /// The state that takes its place.
        to: u8,
        /// Whether the second state becomes the first at the same time.
        swap: bool,
    },
    /// Gives a cell and all of its state that are joined to it by their edges another state.
    Flood {
        /// The cell.
        at: Place,
        /// The state that they get.
        state: u8,
    },
    /// Fills a rectangle with copies of a pattern.
    Tile {
        /// The rectangle.
        area: Area,
        /// The pattern as RLE.
        rle: String,
        /// Where a copy's top left corner lies, from the rectangle's.
        start: [i64; 2],
        /// Empty cells between one copy and the next.
        gap: u32,
    },
    /// Advances the cells of a rectangle, or all others; the clock stays.
    Advance {
        /// The rectangle.
        area: Area,
        /// Generations.
        generations: u64,
        /// Whether the cells outside go on, not those inside.
        outside: bool,
    },
    /// Makes a rectangle a torus of its own, its middle at the origin.
    Torus {
        /// The rectangle.
        area: Area,
    },
    /// A change of the stack of layers.
    Layer(LayerEdit),
    /// Kills every cell.
    Clear,
}

impl Edit {
    /// What menus and undo call it.
    pub fn title(&self) -> &'static str {
        match self {
            Self::Cells { alive: true, .. } | Self::Line { alive: true, .. } => "Draw cells",
            Self::Paint { state, .. } if *state > 0 => "Draw cells",
            Self::Cells { .. } | Self::Line { .. } | Self::Paint { .. } => "Erase cells",
            Self::Flip { .. } => "Flip a cell",
            Self::Paste { .. } | Self::Put { .. } => "Paste a pattern",
            Self::Random { .. } | Self::Chance { .. } => "Fill at random",
            Self::Erase { outside: false, .. } => "Clear inside",
            Self::Erase { outside: true, .. } => "Clear outside",
            Self::Fill { .. } => "Fill",
            Self::Invert { .. } => "Invert",
            Self::Turn { by, .. } => by.title(),
            Self::Move { .. } => "Move cells",
            Self::Repeat { .. } => "Duplicate cells",
            Self::Replace { .. } => "Change states",
            Self::Flood { .. } => "Flood",
            Self::Tile { .. } => "Tile",
            Self::Advance { outside: false, .. } => "Advance inside",
            Self::Advance { outside: true, .. } => "Advance outside",
            Self::Torus { .. } => "Make a torus",
            Self::Layer(edit) => edit.title(),
            Self::Clear => "Clear",
        }
    }

    /// The edit as an input of the journal.
    pub fn input(&self) -> Input {
        Input::edit(self.title(), self)
    }

    /// Changes the world's cells, all or none.
    ///
    /// # Errors
    /// Too many cells at once, a pattern that can't be read, memory; an edit of layers, which is
    /// none of one world.
    pub fn apply(&self, world: &mut World) -> Result<(), SimError> {
        let several = match self {
            Self::Cells { .. }
            | Self::Line { .. }
            | Self::Paint { .. }
            | Self::Flip { .. }
            | Self::Paste { .. }
            | Self::Random { .. }
            | Self::Clear
            | Self::Layer(_) => return self.single(world),
            several => several,
        };
        let kept = world.keep()?;
        let result = several.rectangle(world);
        if result.is_err() {
            world.restore(&kept)?;
        }
        result
    }

    /// What is done by one change of single cells.
    fn single(&self, world: &mut World) -> Result<(), SimError> {
        let cells: Vec<(BigInt, BigInt, u8)> = match self {
            Self::Cells { at, alive } => {
                within(at.len() as i64)?;
                at.iter()
                    .map(|[x, y]| (x.0.clone(), y.0.clone(), u8::from(*alive)))
                    .collect()
            }
            Self::Line { from, to, alive } => line(from, to)?
                .into_iter()
                .map(|(x, y)| (x, y, u8::from(*alive)))
                .collect(),
            Self::Paint { from, to, state } => line(from, to)?
                .into_iter()
                .map(|(x, y)| (x, y, *state))
                .collect(),
            Self::Flip { at: [x, y] } => {
                let alive = world.get(&x.0, &y.0)?;
                vec![(x.0.clone(), y.0.clone(), u8::from(!alive))]
            }
            Self::Paste { rle, at } => {
                let pattern = rle::read_or_find(rle).map_err(LifeError::from)?;
                return combine::put(world, &combine::patch(&pattern, at)?, Mode::Or);
            }
            Self::Random {
                at: [x, y],
                size: [width, height],
                density,
                seed,
            } => {
                within(i64::from(*width).saturating_mul(i64::from(*height)))?;
                share(*density)?;
                let threshold = (density * 4294967296.0).round() as u64;
                let mut random = seed::stream(*seed, "fill");
                let mut cells = Vec::with_capacity(*width as usize * *height as usize);
                for dy in 0..*height {
                    for dx in 0..*width {
                        let alive = u64::from(random.next_u32()) < threshold;
                        cells.push((&x.0 + dx, &y.0 + dy, u8::from(alive)));
                    }
                }
                cells
            }
            Self::Clear => return Ok(world.clear()?),
            _ => {
                return Err(SimError::other(
                    "Layers are those of a run, not of one universe.",
                ));
            }
        };
        Ok(world.set_states(&cells)?)
    }
}

/// The most single cells that a list or a line may hold.
const LISTED: i64 = 1 << 22;

fn within(cells: i64) -> Result<(), SimError> {
    if cells > LISTED {
        return Err(SimError::Input(format!(
            "{cells} cells at once; at most {LISTED} can be changed by one edit"
        )));
    }
    Ok(())
}

/// Whether a density is one.
fn share(density: f64) -> Result<(), SimError> {
    if (0.0..=1.0).contains(&density) {
        return Ok(());
    }
    Err(SimError::Input(format!(
        "a density of {density}; it lies between 0 and 1"
    )))
}
