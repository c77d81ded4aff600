//! A rectangle of whole cells in exact coordinates: what is selected.

use std::fmt;

use loom_sim::SimError;
use num_bigint::{BigInt, BigUint};
use num_traits::{One, Signed, ToPrimitive, Zero};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::coordinate::{self, Coordinate};
use crate::hashlife::Bounds;
use crate::pattern::grid_corner;
use crate::rule::Topology;

/// A rectangle of at least one cell.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Area {
    /// Its westernmost column.
    pub left: BigInt,
    /// Its northernmost row.
    pub top: BigInt,
    /// Columns, at least 1.
    pub width: BigInt,
    /// Rows, at least 1.
    pub height: BigInt,
}

impl Area {
    /// A rectangle of small coordinates; sides below 1 count as 1.
    pub fn new(left: i64, top: i64, width: i64, height: i64) -> Self {
        Self {
            left: left.into(),
            top: top.into(),
            width: width.max(1).into(),
            height: height.max(1).into(),
        }
    }

    /// The smallest rectangle that holds two cells.
    pub fn between(one: &[BigInt; 2], other: &[BigInt; 2]) -> Self {
        let axis = |i: usize| {
            let (low, high) = if one[i] <= other[i] {
                (&one[i], &other[i])
            } else {
                (&other[i], &one[i])
            };
            (low.clone(), high - low + 1)
        };
        let ((left, width), (top, height)) = (axis(0), axis(1));
        Self {
            left,
            top,
            width,
            height,
        }
    }

    /// A bounding box of live cells.
    pub fn of_bounds((left, top, width, height): Bounds) -> Self {
        Self {
            left,
            top,
            width: width.into(),
            height: height.into(),
        }
    }

    /// The whole of a bounded grid; nothing where either side is unbounded.
    pub fn of_grid(topology: Topology) -> Option<Self> {
        let (width, height) = topology.size()?;
        let (left, top) = grid_corner(topology);
        Some(Self::new(left, top, width.into(), height.into()))
    }

    /// Reads `left top width height`, with spaces or commas; nothing for an empty text.
    ///
    /// # Errors
    /// Other than four whole numbers; sides below 1; more than a thousand digits.
    pub fn read(text: &str) -> Result<Option<Self>, SimError> {
        let parts: Vec<&str> = text
            .split(|c: char| c.is_whitespace() || c == ',')
            .filter(|part| !part.is_empty())
            .collect();
        if parts.is_empty() {
            return Ok(None);
        }
        let numbers: Option<Vec<BigInt>> = parts.iter().map(|p| coordinate::read(p)).collect();
        match numbers.as_deref() {
            Some([left, top, width, height]) if width.is_positive() && height.is_positive() => {
                Ok(Some(Self {
                    left: left.clone(),
                    top: top.clone(),
                    width: width.clone(),
                    height: height.clone(),
                }))
            }
            _ => Err(SimError::other(
                "A selection is four whole numbers: left column, top row, width and height, such \
                 as -5 0 20 10.",
            )),
        }
    }

    /// Its top left cell.
    pub fn corner(&self) -> [BigInt; 2] {
        [self.left.clone(), self.top.clone()]
    }

    /// The column behind its last one.
    pub fn right(&self) -> BigInt {
        &self.left + &self.width
    }

    /// The row below its last one.
    pub fn bottom(&self) -> BigInt {
        &self.top + &self.height
    }

    /// Number of cells.
    pub fn cells(&self) -> BigInt {
        &self.width * &self.height
    }

    /// Columns and rows as machine numbers, if they are small enough to be worked with.
    pub fn small(&self) -> Option<(i64, i64)> {
        let side = |n: &BigInt| n.to_i64().filter(|n| *n < 1 << 61);
        Some((side(&self.width)?, side(&self.height)?))
    }

    /// Whether a cell lies in it.
    pub fn holds(&self, x: &BigInt, y: &BigInt) -> bool {
        *x >= self.left && *x < self.right() && *y >= self.top && *y < self.bottom()
    }

    /// Whether all of another rectangle lies in it.
    pub fn holds_all(&self, other: &Self) -> bool {
        self.meet(other).as_ref() == Some(other)
    }

    /// What two rectangles have in common.
    pub fn meet(&self, other: &Self) -> Option<Self> {
        let left = (&self.left).max(&other.left).clone();
        let top = (&self.top).max(&other.top).clone();
        let width = self.right().min(other.right()) - &left;
        let height = self.bottom().min(other.bottom()) - &top;
        (width.is_positive() && height.is_positive()).then_some(Self {
            left,
            top,
            width,
            height,
        })
    }

    /// The smallest rectangle that holds both.
    pub fn join(&self, other: &Self) -> Self {
        let left = (&self.left).min(&other.left).clone();
        let top = (&self.top).min(&other.top).clone();
        Self {
            width: self.right().max(other.right()) - &left,
            height: self.bottom().max(other.bottom()) - &top,
            left,
            top,
        }
    }

    /// The part of it that lies on a grid.
    pub fn on_grid(&self, topology: Topology) -> Option<Self> {
        let (width, height) = topology.sides();
        let (left, top) = grid_corner(topology);
        let mut grid = self.clone();
        if width > 0 {
            (grid.left, grid.width) = (left.into(), width.into());
        }
        if height > 0 {
            (grid.top, grid.height) = (top.into(), height.into());
        }
        self.meet(&grid)
    }

    /// The same rectangle elsewhere.
    pub fn moved(&self, dx: &BigInt, dy: &BigInt) -> Self {
        Self {
            left: &self.left + dx,
            top: &self.top + dy,
            ..self.clone()
        }
    }

    /// With so many more cells on every side.
    pub fn grown(&self, by: &BigInt) -> Self {
        Self {
            left: &self.left - by,
            top: &self.top - by,
            width: &self.width + by * 2,
            height: &self.height + by * 2,
        }
    }

    /// After a quarter turn about its middle cell, either way: of two equally near middles the
    /// one that leads back after two turns.
    pub fn turned(&self) -> Self {
        let half = |n: &BigInt| -> BigInt { (n - BigInt::one()) >> 1 };
        let shift = half(&self.width) - half(&self.height);
        Self {
            left: &self.left + &shift,
            top: &self.top - &shift,
            width: self.height.clone(),
            height: self.width.clone(),
        }
    }

    /// Rows for columns, the top left cell staying where it is.
    pub fn transposed(&self) -> Self {
        Self {
            width: self.height.clone(),
            height: self.width.clone(),
            ..self.clone()
        }
    }

    /// Columns and rows, for a sentence.
    pub fn size_in_words(&self) -> String {
        format!("{} × {}", self.width, self.height)
    }

    /// Its number of cells as something that isn't negative.
    pub fn cell_count(&self) -> BigUint {
        self.cells().to_biguint().unwrap_or_else(BigUint::zero)
    }
}

impl fmt::Display for Area {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {} {} {}",
            self.left, self.top, self.width, self.height
        )
    }
}

impl Serialize for Area {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Self {
            left,
            top,
            width,
            height,
        } = self.clone();
        [left, top, width, height].map(Coordinate).serialize(to)
    }
}

impl<'de> Deserialize<'de> for Area {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let [left, top, width, height] = <[Coordinate; 4]>::deserialize(from)?.map(|c| c.0);
        if !width.is_positive() || !height.is_positive() {
            return Err(serde::de::Error::custom(
                "a rectangle has at least one cell",
            ));
        }
        Ok(Self {
            left,
            top,
            width,
            height,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn text_and_json_give_the_rectangle_back(
            left in any::<i64>(), top in any::<i64>(), width in 1i64.., height in 1i64..,
        ) {
            let mut area = Area::new(left, top, width, height);
            area.left <<= 300;
            prop_assert_eq!(Area::read(&area.to_string()).unwrap(), Some(area.clone()));
            let json = serde_json::to_string(&area).unwrap();
            prop_assert_eq!(serde_json::from_str::<Area>(&json).unwrap(), area);
        }

        #[test]
        fn two_quarter_turns_lead_back(
            left in -9i64..9, top in -9i64..9, width in 1i64..12, height in 1i64..12,
        ) {
            let area = Area::new(left, top, width, height);
            prop_assert_eq!(area.turned().turned(), area.clone());
            prop_assert_eq!(area.transposed().transposed(), area);
        }

        #[test]
        fn hostile_text_never_panics(text in "\\PC{0,40}|[-0-9 ,]{0,60}") {
            let _ = Area::read(&text);
        }
    }

    #[test]
    fn a_selection_of_a_thousand_digits_is_read_and_one_of_more_is_refused() {
        let far = "7".repeat(1000);
        let area = Area::read(&format!("-{far} 0 {far} 2")).unwrap().unwrap();
        assert_eq!(area.right(), BigInt::zero());
        assert_eq!(area.small(), None);
        assert!(Area::read(&format!("{far}777777 0 1 1")).is_err());
        assert!(Area::read("1 2 0 4").is_err());
        assert!(Area::read("1 2 3").is_err());
        assert_eq!(Area::read("  ").unwrap(), None);
    }

    #[test]
    fn a_selection_on_a_grid_is_cut_at_its_edges() {
        let torus = Topology::Torus {
            width: 10,
            height: 6,
        };
        let area = Area::new(-100, 0, 104, 50).on_grid(torus).unwrap();
        assert_eq!(area, Area::new(-5, 0, 9, 3));
        assert_eq!(Area::new(5, 0, 2, 2).on_grid(torus), None);
    }
}
