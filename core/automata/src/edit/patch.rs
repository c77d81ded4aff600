//! The live cells of a rectangle, lifted out of their world.

use loom_sim::SimError;
use num_bigint::BigInt;
use num_traits::ToPrimitive;

use super::area::Area;
use super::turn::Turn;
use crate::pattern::{Pattern, Run};

/// Live cells as runs that count from the corner of a rectangle, rows from the top and each from
/// west to east.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patch {
    /// Where the top left cell of the rectangle lies.
    pub corner: [BigInt; 2],
    /// Columns and rows of the rectangle, below 2^61.
    pub size: (i64, i64),
    /// The live cells.
    pub runs: Vec<Run>,
}

impl Patch {
    /// Nothing, at a place.
    pub fn empty(corner: [BigInt; 2]) -> Self {
        Self {
            corner,
            size: (0, 0),
            runs: Vec::new(),
        }
    }

    /// The cells of a pattern with its top left corner at a place.
    pub fn of_pattern(pattern: &Pattern, corner: [BigInt; 2]) -> Self {
        let (width, height) = pattern.size;
        Self {
            corner,
            size: (width as i64, height as i64),
            runs: pattern.runs.clone(),
        }
    }

    /// From single cells (x, y, state) in any order, of which no two are the same.
    pub fn of_cells(corner: [BigInt; 2], size: (i64, i64), mut cells: Vec<(i64, i64, u8)>) -> Self {
        cells.sort_unstable_by_key(|&(x, y, _)| (y, x));
        let mut joined = Pattern::default();
        for (x, y, state) in cells {
            joined.push_state(x, y, 1, state);
        }
        Self {
            corner,
            size,
            runs: joined.runs,
        }
    }

    /// Its rectangle; nothing for an empty one.
    pub fn area(&self) -> Option<Area> {
        let (width, height) = self.size;
        let [left, top] = self.corner.clone();
        (width > 0 && height > 0).then(|| Area {
            left,
            top,
            width: width.into(),
            height: height.into(),
        })
    }

    /// Number of live cells.
    pub fn population(&self) -> u64 {
        self.runs.iter().map(|run| run.length).sum()
    }

    /// The smallest rectangle that holds the live cells.
    pub fn bounds(&self) -> Option<Area> {
        let pattern = Pattern {
            runs: self.runs.clone(),
            ..Pattern::default()
        };
        let (left, top, width, height) = pattern.bounds()?;
        Some(Area {
            left: &self.corner[0] + left,
            top: &self.corner[1] + top,
            width: width.into(),
            height: height.into(),
        })
    }

    /// Its single cells, row by row.
    pub fn cells(&self) -> impl Iterator<Item = (i64, i64, u8)> + '_ {
        self.runs
            .iter()
            .flat_map(|run| (0..run.length as i64).map(move |dx| (run.x + dx, run.y, run.state)))
    }

    /// The runs that kill its cells.
    pub fn graves(&self) -> Vec<Run> {
        let mut runs = Pattern::default();
        for run in &self.runs {
            // Neighbouring runs of different states are one grave.
            match runs.runs.last_mut() {
                Some(last) if last.y == run.y && last.x + last.length as i64 == run.x => {
                    last.length += run.length;
                }
                _ => runs.runs.push(Run { state: 0, ..*run }),
            }
        }
        runs.runs
    }

    /// The same cells elsewhere.
    pub fn moved(mut self, dx: &BigInt, dy: &BigInt) -> Self {
        self.corner[0] += dx;
        self.corner[1] += dy;
        self
    }

    /// The cells after a mirror or a turn of a rectangle that holds this one.
    pub fn turned(&self, turn: Turn, about: &Area) -> Self {
        let (width, height) = self.size;
        let cells = self
            .cells()
            .map(|(x, y, state)| {
                let [x, y] = turn.place([x, y], [width, height]);
                (x, y, state)
            })
            .collect();
        let target = turn.area(about);
        // Where the patch's own rectangle lies in the other one, before and after.
        let inside = [&self.corner[0] - &about.left, &self.corner[1] - &about.top];
        let free = [
            &about.width - &inside[0] - width,
            &about.height - &inside[1] - height,
        ];
        let [west, north] = inside;
        let [east, south] = free;
        let (x, y) = match turn {
            Turn::LeftRight => (east, north),
            Turn::TopBottom => (west, south),
            Turn::Clockwise => (south, west),
            Turn::Anticlockwise => (north, east),
            Turn::Transpose => (north, west),
        };
        Self::of_cells(
            [target.left + x, target.top + y],
            turn.size((width, height)),
            cells,
        )
    }

    /// The same cells in a rectangle that holds them.
    ///
    /// # Errors
    /// A rectangle wider or higher than 2^61 cells.
    pub fn framed(self, area: &Area) -> Result<Self, SimError> {
        let Some(size) = area.small() else {
            return Err(SimError::other(
                "The selection is wider than 2^61 cells: shrink it to its live cells.",
            ));
        };
        let shift =
            |axis: usize, start: &BigInt| (&self.corner[axis] - start).to_i64().unwrap_or(0);
        let (dx, dy) = (shift(0, &area.left), shift(1, &area.top));
        let runs = self.runs.iter().map(|run| Run {
            x: run.x + dx,
            y: run.y + dy,
            ..*run
        });
        Ok(Self {
            runs: runs.collect(),
            corner: area.corner(),
            size,
        })
    }

    /// As a pattern that keeps the empty margins of its rectangle.
    pub fn pattern(&self) -> Pattern {
        Pattern {
            size: (self.size.0 as u64, self.size.1 as u64),
            runs: self.runs.clone(),
            ..Pattern::default()
        }
    }
}
