//! Mirrors and quarter turns of rectangles of cells.

use serde::{Deserialize, Serialize};

use super::area::Area;
use crate::pattern::Pattern;

/// A mirror or a quarter turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Turn {
    /// Mirrors in an upright line.
    LeftRight,
    /// Mirrors in a level line.
    TopBottom,
    /// A quarter turn to the right.
    Clockwise,
    /// A quarter turn to the left.
    Anticlockwise,
    /// Mirrors in the diagonal from the top left: rows become columns.
    Transpose,
}

impl Turn {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::LeftRight,
        Self::TopBottom,
        Self::Clockwise,
        Self::Anticlockwise,
        Self::Transpose,
    ];

    /// What menus and undo call it.
    pub fn title(self) -> &'static str {
        match self {
            Self::LeftRight => "Flip left to right",
            Self::TopBottom => "Flip top to bottom",
            Self::Clockwise => "Turn clockwise",
            Self::Anticlockwise => "Turn anticlockwise",
            Self::Transpose => "Transpose",
        }
    }

    /// Where a cell of a rectangle of this size comes to lie in the rectangle of the turned
    /// size.
    pub fn place(self, [x, y]: [i64; 2], [width, height]: [i64; 2]) -> [i64; 2] {
        match self {
            Self::LeftRight => [width - 1 - x, y],
            Self::TopBottom => [x, height - 1 - y],
            Self::Clockwise => [height - 1 - y, x],
            Self::Anticlockwise => [y, width - 1 - x],
            Self::Transpose => [y, x],
        }
    }

    /// Columns and rows afterwards.
    pub fn size(self, (width, height): (i64, i64)) -> (i64, i64) {
        match self {
            Self::LeftRight | Self::TopBottom => (width, height),
            _ => (height, width),
        }
    }

    /// Where a rectangle comes to lie.
    pub fn area(self, area: &Area) -> Area {
        match self {
            Self::LeftRight | Self::TopBottom => area.clone(),
            Self::Clockwise | Self::Anticlockwise => area.turned(),
            Self::Transpose => area.transposed(),
        }
    }

    /// A pattern, mirrored or turned in the rectangle of its size; its place stays.
    pub fn pattern(self, pattern: &Pattern) -> Pattern {
        let (width, height) = (pattern.size.0 as i64, pattern.size.1 as i64);
        let cells = pattern.states().map(|(x, y, state)| {
            let [x, y] = self.place([x, y], [width, height]);
            (x, y, state)
        });
        let mut cells: Vec<(i64, i64, u8)> = cells.collect();
        cells.sort_unstable_by_key(|&(x, y, _)| (y, x));
        let (width, height) = self.size((width, height));
        let mut turned = Pattern {
            runs: Vec::new(),
            size: (width as u64, height as u64),
            ..pattern.clone()
        };
        for (x, y, state) in cells {
            turned.push_state(x, y, 1, state);
        }
        turned
    }
}
