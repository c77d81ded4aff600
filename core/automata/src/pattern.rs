//! A pattern: live cells as horizontal runs of one state, with what its file says about it.
//!
//! Cells are sparse, so that a header which promises a billion columns costs nothing. All
//! coordinates are relative to the pattern's own top left corner; `position` says where on the
//! grid that corner belongs.

use num_bigint::BigUint;

use crate::rule::{LIFE, Rule, Topology};

/// Live cells of one state side by side in one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Run {
    /// Row, counted downwards.
    pub y: i64,
    /// Column of the westernmost cell.
    pub x: i64,
    /// Number of cells, at least 1.
    pub length: u64,
    /// Their state, 1 to 255; 1 in a pattern of two states.
    pub state: u8,
}

/// Live cells and what is known about them.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Pattern {
    /// The pattern's name (`#N`).
    pub name: Option<String>,
    /// Who found or made it (`#O`).
    pub author: Option<String>,
    /// Comment lines (`#C`), without the marker.
    pub comments: Vec<String>,
    /// The rule, if the file names one.
    pub rule: Option<Rule>,
    /// Where the top left corner belongs (`#CXRLE Pos`), if the file says so.
    pub position: Option<(i64, i64)>,
    /// The generation at which the cells were written (`#CXRLE Gen`).
    pub generation: BigUint,
    /// Declared or true width and height in cells, whichever is larger.
    pub size: (u64, u64),
    /// Live cells: rows from top to bottom, each from west to east; runs of one state don't
    /// touch.
    pub runs: Vec<Run>,
}

impl Pattern {
    /// A pattern from single cells of state 1, in any order, duplicates ignored.
    pub fn from_cells(cells: impl IntoIterator<Item = (i64, i64)>) -> Self {
        Self::from_states(cells.into_iter().map(|(x, y)| (x, y, 1)))
    }

    /// A pattern from single cells (x, y, state) in any order. Of several states for one cell
    /// the last counts; cells of state 0 are dead.
    pub fn from_states(cells: impl IntoIterator<Item = (i64, i64, u8)>) -> Self {
        let mut cells: Vec<(i64, i64, u8)> = cells
            .into_iter()
            .map(|(x, y, state)| (y, x, state))
            .collect();
        // Stable, so that the last of each cell stays the last.
        cells.sort_by_key(|&(y, x, _)| (y, x));
        let mut pattern = Self::default();
        for (at, &(y, x, state)) in cells.iter().enumerate() {
            let last = cells
                .get(at + 1)
                .is_none_or(|&(below, right, _)| (below, right) != (y, x));
            if last {
                pattern.push_state(x, y, 1, state);
            }
        }
        pattern.fit();
        pattern
    }

    /// Appends live cells of state 1 to the right of or below everything before.
    pub fn push(&mut self, x: i64, y: i64, length: u64) {
        self.push_state(x, y, length, 1);
    }

    /// Appends cells of one state to the right of or below everything before, joining runs of
    /// one state that touch; cells of state 0 are left out.
    pub fn push_state(&mut self, x: i64, y: i64, length: u64, state: u8) {
        if state == 0 || length == 0 {
            return;
        }
        if let Some(last) = self.runs.last_mut()
            && last.y == y
            && last.state == state
            && last.x + last.length as i64 == x
        {
            last.length += length;
            return;
        }
        self.runs.push(Run {
            y,
            x,
            length,
            state,
        });
    }

    /// The highest state in use; 0 for an empty pattern.
    pub fn highest_state(&self) -> u8 {
        self.runs.iter().map(|run| run.state).max().unwrap_or(0)
    }

    /// Moves the cells so that their top left corner is the origin, keeping their places on the
    /// grid if the pattern has a position, and sets the size to theirs.
    pub fn fit(&mut self) {
        let Some((left, top, width, height)) = self.bounds() else {
            self.size = (0, 0);
            return;
        };
        for run in &mut self.runs {
            run.x -= left;
            run.y -= top;
        }
        if let Some((x, y)) = &mut self.position {
            *x += left;
            *y += top;
        }
        self.size = (width, height);
    }

    /// Number of live cells.
    pub fn population(&self) -> u64 {
        self.runs.iter().map(|run| run.length).sum()
    }

    /// The smallest rectangle that holds every live cell: left, top, width, height.
    pub fn bounds(&self) -> Option<(i64, i64, u64, u64)> {
        let top = self.runs.first()?.y;
        let bottom = self.runs.last()?.y;
        let left = self.runs.iter().map(|run| run.x).min()?;
        let right = self
            .runs
            .iter()
            .map(|run| run.x + run.length as i64)
            .max()?;
        Some((left, top, (right - left) as u64, (bottom - top + 1) as u64))
    }

    /// The rule of the file, or Conway's Life.
    pub fn rule_or_life(&self) -> Rule {
        self.rule.unwrap_or(LIFE)
    }

    /// Where the top left corner goes: the stated position, or else the origin of the unbounded
    /// plane, or the place that puts the pattern in the middle of a bounded grid.
    pub fn corner(&self, topology: Topology) -> (i64, i64) {
        match (self.position, topology) {
            (Some(position), _) => position,
            (None, Topology::Plane) => (0, 0),
            (None, _) => (-((self.size.0 / 2) as i64), -((self.size.1 / 2) as i64)),
        }
    }

    /// The runs in the coordinates of a grid.
    pub fn placed(&self, topology: Topology) -> impl Iterator<Item = Run> + '_ {
        let (left, top) = self.corner(topology);
        self.runs.iter().map(move |run| Run {
            y: run.y + top,
            x: run.x + left,
            ..*run
        })
    }

    /// Every live cell as (x, y), in pattern coordinates.
    pub fn cells(&self) -> impl Iterator<Item = (i64, i64)> + '_ {
        self.runs
            .iter()
            .flat_map(|run| (0..run.length as i64).map(move |dx| (run.x + dx, run.y)))
    }

    /// Every live cell as (x, y, state), in pattern coordinates.
    pub fn states(&self) -> impl Iterator<Item = (i64, i64, u8)> + '_ {
        self.runs
            .iter()
            .flat_map(|run| (0..run.length as i64).map(move |dx| (run.x + dx, run.y, run.state)))
    }
}

/// The westernmost column and northernmost row of a bounded grid: as in Golly, the origin is
/// the middle cell.
pub fn grid_corner(topology: Topology) -> (i64, i64) {
    topology
        .size()
        .map_or((0, 0), |(w, h)| (-i64::from(w / 2), -i64::from(h / 2)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_join_into_runs_from_the_top_left_corner() {
        let pattern = Pattern::from_cells([(5, 7), (4, 7), (3, 9), (4, 7)]);
        assert_eq!(pattern.size, (3, 3));
        assert_eq!(pattern.population(), 3);
        assert_eq!(
            pattern.runs,
            [
                Run {
                    y: 0,
                    x: 1,
                    length: 2,
                    state: 1
                },
                Run {
                    y: 2,
                    x: 0,
                    length: 1,
                    state: 1
                }
            ]
        );
        assert_eq!(
            pattern.cells().collect::<Vec<_>>(),
            [(1, 0), (2, 0), (0, 2)]
        );
    }

    #[test]
    fn runs_of_different_states_stay_apart_and_the_last_state_counts() {
        let pattern = Pattern::from_states([(2, 0, 1), (1, 0, 3), (0, 0, 3), (2, 0, 2), (5, 0, 0)]);
        let runs: Vec<_> = pattern
            .runs
            .iter()
            .map(|r| (r.x, r.length, r.state))
            .collect();
        assert_eq!(runs, [(0, 2, 3), (2, 1, 2)]);
        assert_eq!(pattern.highest_state(), 3);
        assert_eq!(pattern.size, (3, 1));
        let again = Pattern::from_states(pattern.states());
        assert_eq!(again, pattern);
    }

    #[test]
    fn a_pattern_without_a_position_starts_at_the_origin_or_fills_the_middle() {
        let mut pattern = Pattern::from_cells([(0, 0), (2, 2)]);
        let torus = Topology::Torus {
            width: 9,
            height: 9,
        };
        assert_eq!(pattern.corner(Topology::Plane), (0, 0));
        assert_eq!(pattern.corner(torus), (-1, -1));
        pattern.position = Some((10, 20));
        let first = pattern.placed(torus).next().map(|run| (run.x, run.y));
        assert_eq!(first, Some((10, 20)));
    }
}
