//! Rules: what a cell becomes, and the grid on which it lives.
//!
//! | notation | family |
//! |---|---|
//! | `B3/S23`, `23/3` | [`life`]: births and survivals by the number of live neighbours |
//! | `B2-a/S12`, `B2/S34H`, `B13/S012V`, `MAP…` | [`binary`]: two states on any neighbourhood |
//! | `345/2/4`, `B2/S345/C4` | [`generations`]: cells that die slowly |
//! | `R5,C0,M1,S34..58,B34..45,NM`, `5,34,45,34,58` | [`larger`]: Larger than Life |
//! | `W110`, `K3C777` | [`mod@line`]: one dimension |
//! | `M0,8,4,3,2,5,9,7,1,6,10,11,12,13,14,15` | [`block`]: Margolus' neighbourhood |
//! | `LR`, `{{{1,2,0},{0,8,0}}}` | [`turmite`]: Langton's ant and its kin |
//! | `B3/S23History`, `B3/S23Super` | [`marked`]: cells with a memory |
//! | `3D:B5/S45`, `3D4555` | [`space`]: three dimensions |
//! | `WireWorld` | [`named`]: names of well-known rules, and `.rule` files ([`table`]) |
//!
//! A suffix gives the grid ([`topology`]): `:T64,32` is a torus, nothing the unbounded plane.
//! What [`Rule`]'s `Display` writes is Golly's canonical form where Golly knows the family, and
//! is read as the same rule.

pub mod binary;
pub mod block;
pub mod counts;
pub mod generations;
mod hensel;
pub mod larger;
pub mod life;
pub mod line;
mod local;
pub mod marked;
pub mod named;
mod neighbours;
mod notation;
pub mod reach;
mod reader;
pub mod sheet;
pub mod space;
pub mod table;
#[cfg(test)]
mod tests;
pub mod topology;
pub mod turmite;

use std::fmt;
use std::sync::Arc;

use thiserror::Error;

pub use self::binary::{Binary, Hood, Outcomes};
pub use self::block::Blocks;
pub use self::generations::Generations;
pub use self::larger::Larger;
pub use self::life::LifeLike;
pub use self::line::Line;
pub use self::marked::{Marked, Memory};
pub use self::neighbours::neighbours;
pub use self::space::Space;
pub use self::table::{RuleFile, RuleFileError};
pub use self::topology::{MAX_SIDE, Topology};
pub use self::turmite::Turmite;

use self::binary::{Conditions, MIDDLE};
pub(crate) use self::notation::simplest;
use self::notation::{family, finish};
use self::reader::Reader;

/// What a cell becomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Family {
    /// Two states, the eight neighbours counted.
    Life(LifeLike),
    /// Two states, any table on a block.
    Binary(Arc<Binary>),
    /// Cells that die slowly.
    Generations(Arc<Generations>),
    /// Larger than Life.
    Larger(Arc<Larger>),
    /// One dimension.
    Line(Arc<Line>),
    /// Margolus' neighbourhood.
    Blocks(Arc<Blocks>),
    /// Machines that walk over cells.
    Turmite(Arc<Turmite>),
    /// Two states with marks.
    Marked(Arc<Marked>),
    /// Three dimensions.
    Space(Space),
    /// A `.rule` file.
    Table(Arc<RuleFile>),
}

/// A rule with its grid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// What a cell becomes.
    pub family: Family,
    /// The grid.
    pub topology: Topology,
}

/// Conway's Life on the unbounded plane.
pub const LIFE: Rule = Rule {
    family: Family::Life(LifeLike::CONWAY),
    topology: Topology::Plane,
};

/// Why a rule could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("rule {rule:?}, column {column}: {problem}")]
pub struct RuleError {
    /// The text as given.
    pub rule: String,
    /// The offending character, counted from 1.
    pub column: usize,
    /// What is wrong and what to write instead.
    pub problem: String,
}

impl Rule {
    /// A Life-like rule on a grid.
    pub const fn life_like(life: LifeLike, topology: Topology) -> Self {
        Self {
            family: Family::Life(life),
            topology,
        }
    }

    /// The rule of a `.rule` file on the unbounded plane.
    ///
    /// # Errors
    /// The first line that makes no rule.
    pub fn from_rule_file(text: &str) -> Result<Self, RuleFileError> {
        let file = RuleFile::read(text)?;
        Ok(Self {
            family: Family::Table(Arc::new(file)),
            topology: Topology::Plane,
        })
    }

    /// Reads a rule that may be the one of a `.rule` file at hand, named with or without a grid.
    ///
    /// # Errors
    /// What makes no rule, at its letter.
    pub fn read_beside(text: &str, at_hand: Option<&Self>) -> Result<Self, RuleError> {
        let mut reader = Reader::new(text);
        reader.spaces();
        if let Some(Self {
            family: Family::Table(file),
            ..
        }) = at_hand
            && reader.rest().trim() == file.name
        {
            reader.at += reader.rest().chars().count();
            return finish(&mut reader, Family::Table(Arc::clone(file)));
        }
        text.parse()
    }

    /// The same rule on another grid.
    pub fn on(self, topology: Topology) -> Self {
        Self { topology, ..self }
    }

    /// Births and survivals, if the rule is Life-like.
    pub const fn life(&self) -> Option<LifeLike> {
        match self.family {
            Family::Life(life) => Some(life),
            _ => None,
        }
    }

    /// Births and survivals of a Life-like rule in one number, see [`LifeLike::bits`]; 0 for
    /// other families.
    pub const fn bits(&self) -> u32 {
        match self.family {
            Family::Life(life) => life.bits(),
            _ => 0,
        }
    }

    /// Whether births and survivals are those of Conway's Life.
    pub fn is_life(&self) -> bool {
        self.life() == Some(LifeLike::CONWAY)
    }

    /// Whether empty space comes alive.
    pub fn has_b0(&self) -> bool {
        match &self.family {
            Family::Life(life) => life.has_b0(),
            Family::Binary(binary) => binary.has_b0(),
            Family::Generations(rule) => rule.base.has_b0(),
            Family::Larger(rule) => rule.birth.has(0),
            Family::Line(line) => !line.is_quiet(),
            Family::Blocks(blocks) => blocks.0[0] != 0,
            Family::Turmite(_) => false,
            Family::Marked(rule) => rule.base.has_b0(),
            Family::Space(space) => space.birth & 1 != 0,
            Family::Table(file) => file.next(&[0; 9]) != 0,
        }
    }

    /// Number of states of a cell.
    pub fn states(&self) -> usize {
        match &self.family {
            Family::Life(_) | Family::Binary(_) | Family::Blocks(_) => 2,
            Family::Generations(rule) => rule.states.into(),
            Family::Larger(rule) => rule.states(),
            Family::Line(line) => line.states(),
            Family::Turmite(turmite) => turmite.states(),
            Family::Marked(rule) => rule.states(),
            Family::Space(space) => space.states.into(),
            Family::Table(file) => file.states,
        }
    }

    /// Dimensions of the cells' space. In one, a grid's rows are generations.
    pub fn dimensions(&self) -> u8 {
        match &self.family {
            Family::Line(_) => 1,
            Family::Space(_) => 3,
            _ => 2,
        }
    }

    /// The family in words.
    pub fn family_name(&self) -> &'static str {
        match &self.family {
            Family::Life(_) => "Life-like",
            Family::Binary(rule) if rule.map => "two states, any table",
            Family::Binary(rule) => match rule.hood {
                Hood::Moore => "isotropic, two states",
                Hood::VonNeumann => "von Neumann, two states",
                Hood::Hexagonal => "hexagonal, two states",
            },
            Family::Generations(_) => "Generations",
            Family::Larger(_) => "Larger than Life",
            Family::Line(line) => match **line {
                Line::Elementary(_) => "elementary",
                Line::Totalistic { .. } => "totalistic, one dimension",
            },
            Family::Blocks(_) => "Margolus",
            Family::Turmite(_) => "turmite",
            Family::Marked(rule) => match rule.memory {
                Memory::History => "history",
                Memory::Super => "super",
            },
            Family::Space(_) => "three dimensions",
            Family::Table(_) => "rule table",
        }
    }

    /// What a state is called, where the family or the file has a word for it.
    pub fn state_name(&self, state: u8) -> Option<String> {
        if let Family::Table(file) = &self.family
            && let Some(Some(name)) = file.names.get(usize::from(state))
        {
            return Some(name.clone());
        }
        if let Family::Turmite(turmite) = &self.family {
            return match turmite.read_cell(state) {
                (colour, None) => Some(format!("colour {colour}")),
                (colour, Some((direction, own))) => {
                    let way = ["north", "east", "south", "west"][usize::from(direction % 4)];
                    Some(format!(
                        "machine facing {way} in state {own} on colour {colour}"
                    ))
                }
            };
        }
        match (state, &self.family) {
            (0, _) => Some("dead".to_owned()),
            (1, Family::Table(_)) => None,
            (1, _) => Some("alive".to_owned()),
            (_, Family::Generations(_) | Family::Larger(_) | Family::Space(_)) => {
                Some("dying".to_owned())
            }
            _ => None,
        }
    }

    /// The rule without the grid, as `B3/S23`.
    pub fn name(&self) -> String {
        self.clone().on(Topology::Plane).to_string()
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.family {
            Family::Life(rule) => rule.fmt(f)?,
            Family::Binary(rule) => rule.fmt(f)?,
            Family::Generations(rule) => rule.fmt(f)?,
            Family::Larger(rule) => rule.fmt(f)?,
            Family::Line(rule) => rule.fmt(f)?,
            Family::Blocks(rule) => rule.fmt(f)?,
            Family::Turmite(rule) => rule.fmt(f)?,
            Family::Marked(rule) => rule.fmt(f)?,
            Family::Space(rule) => rule.fmt(f)?,
            Family::Table(rule) => f.write_str(&rule.name)?,
        }
        match self.topology {
            // One number is the length of a row there.
            Topology::Torus { width, height } if width == height && self.dimensions() == 1 => {
                write!(f, ":T{width},{height}")
            }
            Topology::Bounded { width, height } if width == height && self.dimensions() == 1 => {
                write!(f, ":P{width},{height}")
            }
            topology => topology.fmt(f),
        }
    }
}

impl LifeLike {
    /// The rule as a table.
    pub fn table(self) -> Binary {
        let outcomes = Outcomes::of(|block| {
            let live = (block & !MIDDLE).count_ones();
            self.next(block & MIDDLE != 0, live)
        });
        Binary {
            hood: Hood::Moore,
            outcomes,
            map: false,
        }
    }
}
