//! A checked circuit unrolled into instructions, column by column: what playing it runs.

use std::collections::BTreeMap;

use crate::check::{ArrayId, Checked, Piece};
use crate::dense::entries;
use crate::error::CircuitError;

/// Index of an array's value in a run. A repeated array has one for each time round.
pub type Slot = usize;

#[derive(Clone, Debug, PartialEq)]
pub struct Instruction {
    /// Index into the circuit's steps.
    pub step: usize,
    pub inputs: Vec<Slot>,
    pub outputs: Vec<Slot>,
    /// From 1; column 0 are the inputs.
    pub column: usize,
    /// Which time round of each surrounding repetition: ` [2]`; empty outside. Part of the
    /// weights' name, so that repetitions share none.
    pub round: String,
}

/// A circuit unrolled.
#[derive(Clone, Debug, PartialEq)]
pub struct Program {
    /// In the order of their columns.
    pub instructions: Vec<Instruction>,
    /// First instruction of each column, and one past the last: column c (from 1) has
    /// `starts[c - 1] .. starts[c]`.
    pub starts: Vec<usize>,
    /// The shape of each slot.
    pub shapes: Vec<Vec<usize>>,
    /// What each column lights: the arrays of the drawing and the slots whose values they show.
    pub lights: Vec<Vec<(ArrayId, Slot)>>,
    pub inputs: Vec<Slot>,
    pub outputs: Vec<Slot>,
    /// The last column that can be run: all of them in a sound circuit.
    pub end: usize,
}

/// A program longer than this is refused: a repetition too many.
const LONGEST: usize = 100_000;

impl Program {
    /// Unrolls a circuit. One with a faulty step ends before the first of them.
    pub fn of(checked: &Checked) -> Result<Self, CircuitError> {
        let mut builder = Builder {
            checked,
            instructions: Vec::new(),
            shapes: Vec::new(),
            slots: BTreeMap::new(),
            lights: Vec::new(),
        };
        let inputs = checked
            .inputs
            .iter()
            .map(|id| builder.slot(*id, 0))
            .collect::<Result<Vec<_>, _>>()?;
        let columns = builder.walk(&checked.root, 0, "")?;
        let outputs = checked
            .outputs
            .iter()
            .filter_map(|id| builder.slots.get(id).copied())
            .collect();
        let mut instructions = builder.instructions;
        instructions.sort_by_key(|i| i.column);
        let starts = (1..=columns + 1)
            .map(|c| instructions.partition_point(|i| i.column < c))
            .collect();
        let end = instructions
            .iter()
            .find(|i| checked.steps[i.step].faulty)
            .map_or(columns, |i| i.column - 1);
        let mut lights = builder.lights;
        lights.resize(columns + 1, Vec::new());
        Ok(Self {
            instructions,
            starts,
            shapes: builder.shapes,
            lights,
            inputs,
            outputs,
            end,
        })
    }

    pub fn columns(&self) -> usize {
        self.starts.len() - 1
    }

    /// Bytes of all arrays of a run, in f64.
    pub fn bytes(&self) -> u64 {
        self.shapes
            .iter()
            .map(|s| entries(s).map_or(u64::MAX, |n| n as u64).saturating_mul(8))
            .fold(0, u64::saturating_add)
    }
}

struct Builder<'a> {
    checked: &'a Checked,
    instructions: Vec<Instruction>,
    shapes: Vec<Vec<usize>>,
    slots: BTreeMap<ArrayId, Slot>,
    lights: Vec<Vec<(ArrayId, Slot)>>,
}

impl Builder<'_> {
    fn light(&mut self, column: usize, array: ArrayId, slot: Slot) {
        if self.lights.len() <= column {
            self.lights.resize(column + 1, Vec::new());
        }
        self.lights[column].push((array, slot));
    }

    fn slot(&mut self, array: ArrayId, column: usize) -> Result<Slot, CircuitError> {
        let shape = self
            .checked
            .shape(array)?
            .into_iter()
            .map(|n| n as usize)
            .collect();
        self.shapes.push(shape);
        let slot = self.shapes.len() - 1;
        self.slots.insert(array, slot);
        self.light(column, array, slot);
        Ok(slot)
    }

    /// Unrolls a piece that starts after `column`; returns the column it ends in.
    fn walk(&mut self, piece: &Piece, column: usize, round: &str) -> Result<usize, CircuitError> {
        match piece {
            Piece::Pass(_) => Ok(column),
            Piece::Step(index) => {
                if self.instructions.len() >= LONGEST {
                    return Err(CircuitError::Run(format!(
                        "This circuit unrolls into more than {LONGEST} operations; repeat less."
                    )));
                }
                let step = &self.checked.steps[*index];
                let inputs = step
                    .inputs
                    .iter()
                    .filter_map(|id| self.slots.get(id).copied())
                    .collect();
                let outputs = step
                    .outputs
                    .iter()
                    .map(|id| self.slot(*id, column + 1))
                    .collect::<Result<_, _>>()?;
                self.instructions.push(Instruction {
                    step: *index,
                    inputs,
                    outputs,
                    column: column + 1,
                    round: round.to_owned(),
                });
                Ok(column + 1)
            }
            Piece::Sequence(parts) => parts
                .iter()
                .try_fold(column, |now, part| self.walk(part, now, round)),
            Piece::Parallel(parts) => {
                let mut last = column;
                for part in parts {
                    last = last.max(self.walk(part, column, round)?);
                }
                Ok(last)
            }
            Piece::Block(_, body) => self.walk(body, column, round),
            Piece::Repeat(index, body) => {
                let repeat = &self.checked.repeats[*index];
                let count = self.checked.sizes.length(&repeat.count)?;
                let mut now = column;
                for i in 0..count {
                    if i > 0 {
                        for (from, to) in repeat.inputs.iter().zip(&repeat.outputs) {
                            if let Some(&slot) = self.slots.get(to) {
                                self.slots.insert(*from, slot);
                                self.light(now, *from, slot);
                            }
                        }
                    }
                    let end = self.walk(body, now, &format!("{round} [{}]", i + 1))?;
                    if end == now {
                        // A body without operations changes nothing, however often it is repeated.
                        break;
                    }
                    now = end;
                }
                Ok(now)
            }
        }
    }
}
