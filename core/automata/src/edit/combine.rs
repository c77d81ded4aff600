//! How cells that are put down meet those that lie there.

use loom_sim::SimError;
use serde::{Deserialize, Serialize};

use super::patch::Patch;
use super::read::{MOST, read};
use crate::pattern::{Pattern, Run};
use crate::world::World;

/// What becomes of a cell of state `there` on which one of state `put` is put down, `n` being
/// the rule's number of states. Golly's modes, described in its help on pasting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Live cells replace, dead ones leave what is there.
    #[default]
    Or,
    /// The whole rectangle is replaced.
    Copy,
    /// Equal states become dead; others become the exclusive or of their numbers, `n - 1` at
    /// most.
    Xor,
    /// Only cells that have the same state in both stay.
    And,
}

impl Mode {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Or, Self::Copy, Self::Xor, Self::And];

    /// The mode that a setting names.
    pub fn of_key(key: &str) -> Self {
        match key {
            "copy" => Self::Copy,
            "xor" => Self::Xor,
            "and" => Self::And,
            _ => Self::Or,
        }
    }

    /// The state that results.
    pub fn meet(self, there: u8, put: u8, states: usize) -> u8 {
        match self {
            Self::Or if put == 0 => there,
            Self::Or | Self::Copy => put,
            Self::Xor => (there ^ put).min((states - 1).min(255) as u8),
            Self::And if there == put => there,
            Self::And => 0,
        }
    }
}

/// Puts cells down, all or none.
///
/// # Errors
/// A state that the rule doesn't have; too many cells there; memory; the device.
pub fn put(world: &mut World, patch: &Patch, mode: Mode) -> Result<(), SimError> {
    if patch.population() > MOST {
        return Err(super::read::too_many(MOST));
    }
    let states = world.rule().states();
    if let Some(run) = patch
        .runs
        .iter()
        .find(|run| usize::from(run.state) >= states)
    {
        return Err(SimError::Input(format!(
            "cells of state {}; rule {} has {states} states, from 0 on",
            run.state,
            world.rule().name()
        )));
    }
    let Some(area) = patch.area().filter(|_| mode != Mode::Or) else {
        return Ok(world.set_runs(&patch.corner, &patch.runs)?);
    };
    let there = read(world, &area, MOST)?;
    // Counted from the patch's corner.
    let shift = |axis: usize| {
        let c = &there.corner[axis] - &patch.corner[axis];
        num_traits::ToPrimitive::to_i64(&c).unwrap_or(0)
    };
    let (dx, dy) = (shift(0), shift(1));
    let old = there.runs.iter().map(|run| Run {
        x: run.x + dx,
        y: run.y + dy,
        ..*run
    });
    let runs = meet(old, &patch.runs, |there, put| mode.meet(there, put, states));
    Ok(world.set_runs(&patch.corner, &runs)?)
}

/// The runs that change `old` cells into what they and the `new` ones make of each other.
fn meet(old: impl Iterator<Item = Run>, new: &[Run], outcome: impl Fn(u8, u8) -> u8) -> Vec<Run> {
    let each = |run: Run| (0..run.length as i64).map(move |dx| (run.y, run.x + dx, run.state));
    let mut old = old.flat_map(each).peekable();
    let mut new = new.iter().copied().flat_map(each).peekable();
    let mut changes = Changes::default();
    loop {
        let (there, put) = match (old.peek(), new.peek()) {
            (None, None) => return changes.0,
            (Some(_), None) => (old.next(), None),
            (None, Some(_)) => (None, new.next()),
            (Some(a), Some(b)) => match (a.0, a.1).cmp(&(b.0, b.1)) {
                std::cmp::Ordering::Less => (old.next(), None),
                std::cmp::Ordering::Greater => (None, new.next()),
                std::cmp::Ordering::Equal => (old.next(), new.next()),
            },
        };
        let Some((y, x, _)) = there.or(put) else {
            return changes.0;
        };
        let state = |cell: Option<(i64, i64, u8)>| cell.map_or(0, |cell| cell.2);
        let result = outcome(state(there), state(put));
        if result != state(there) {
            changes.push(x, y, 1, result);
        }
    }
}

/// Runs of cells in the order of their rows, dead ones among them.
#[derive(Default)]
pub(super) struct Changes(pub(super) Vec<Run>);

impl Changes {
    pub(super) fn push(&mut self, x: i64, y: i64, length: u64, state: u8) {
        if let Some(last) = self.0.last_mut()
            && last.y == y
            && last.state == state
            && last.x + last.length as i64 == x
        {
            last.length += length;
            return;
        }
        self.0.push(Run {
            y,
            x,
            length,
            state,
        });
    }
}

/// A pattern as a patch at a place, if it is not too large.
pub(super) fn patch(pattern: &Pattern, at: &super::Place) -> Result<Patch, SimError> {
    if pattern.population() > MOST {
        return Err(super::read::too_many(MOST));
    }
    let corner = [at[0].0.clone(), at[1].0.clone()];
    Ok(Patch::of_pattern(pattern, corner))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_states_meet_by_the_truth_tables() {
        let table = |mode: Mode| {
            [(0, 0), (0, 1), (1, 0), (1, 1)].map(|(there, put)| mode.meet(there, put, 2))
        };
        assert_eq!(table(Mode::Or), [0, 1, 1, 1]);
        assert_eq!(table(Mode::Copy), [0, 1, 0, 1]);
        assert_eq!(table(Mode::Xor), [0, 1, 1, 0]);
        assert_eq!(table(Mode::And), [0, 0, 0, 1]);
        // More states: 5 of 6 is the highest, and 2 ^ 5 = 7.
        assert_eq!(Mode::Xor.meet(2, 5, 6), 5);
        assert_eq!(Mode::Xor.meet(4, 4, 6), 0);
        assert_eq!(Mode::And.meet(3, 2, 6), 0);
        assert_eq!(Mode::Or.meet(3, 2, 6), 2);
    }
}
