//! What a circuit costs, exactly and as formulas: parameters, multiply–accumulates, operations,
//! activations, for the whole and for each block and column.
//!
//! MACs count matrix products (contractions of two operands and linear maps), as the papers
//! do. Operations count 2 a MAC and per element: softmax 8, norm 7, GELU 8, tanh, exp and
//! sigmoid 4, ReLU, scale and sum 1, views and copies 0.

use num_bigint::BigInt;

use crate::check::{Checked, Detail, Piece, product};
use crate::einsum::plan;
use crate::error::CircuitError;
use crate::size::Size;
use crate::term::{Function, Norm, Operation};

/// Symbolic costs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cost {
    pub parameters: Size,
    pub macs: Size,
    pub operations: Size,
    /// Numbers that operations write; views, copies and swaps write none.
    pub activations: Size,
}

/// The costs of one block or operation, for a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub path: String,
    /// As people call it.
    pub title: String,
    /// How deep it is nested, for indenting.
    pub depth: usize,
    pub block: bool,
    pub cost: Cost,
}

fn overflow() -> CircuitError {
    CircuitError::Size("The costs of this circuit are too large to write as a formula.".into())
}

impl Cost {
    fn plus(&self, other: &Self) -> Option<Self> {
        Some(Self {
            parameters: self.parameters.plus(&other.parameters)?,
            macs: self.macs.plus(&other.macs)?,
            operations: self.operations.plus(&other.operations)?,
            activations: self.activations.plus(&other.activations)?,
        })
    }
    fn times(&self, n: &Size) -> Option<Self> {
        Some(Self {
            parameters: self.parameters.times(n)?,
            macs: self.macs.times(n)?,
            operations: self.operations.times(n)?,
            activations: self.activations.times(n)?,
        })
    }
}

/// The exact number behind a formula.
pub fn exact(checked: &Checked, formula: &Size) -> Result<BigInt, CircuitError> {
    checked.sizes.count(formula)
}

/// The cost of one operation done once.
pub fn step_cost(checked: &Checked, index: usize) -> Result<Cost, CircuitError> {
    cost_of(checked, index).ok_or_else(overflow)
}

fn cost_of(checked: &Checked, index: usize) -> Option<Cost> {
    let step = &checked.steps[index];
    let resolve = |size: &Size| checked.sizes.resolve(size);
    let written = step
        .outputs
        .iter()
        .try_fold(Size::default(), |acc, id| acc.plus(&checked.entries(*id)?))?;
    let read = checked.entries(*step.inputs.first()?)?;
    let each = |n: u64| written.times(&Size::integer(n));
    let mut cost = Cost {
        activations: written.clone(),
        ..Cost::default()
    };
    match (&step.operation, &step.detail) {
        (
            operation @ (Operation::Einsum { .. } | Operation::Linear { .. }),
            Detail::Contraction {
                operands,
                output,
                sizes,
            },
        ) => {
            for labels in plan(operands, output) {
                let macs = product(labels.iter().map(|l| &sizes[*l]))?;
                cost.macs = cost.macs.plus(&macs)?;
            }
            cost.operations = cost.macs.times(&Size::integer(2))?;
            if operands.len() == 1 {
                // A single operand is reordered, or summed: one addition an entry.
                let summed = operands[0].iter().any(|l| !output.contains(l));
                if summed {
                    cost.operations = read;
                }
            }
            if let Operation::Linear { from, bias, .. } = operation {
                let weight = product(operands[1].iter().map(|l| &sizes[*l]))?;
                cost.parameters = weight;
                if *bias {
                    let shift = product(operands[1][from.len()..].iter().map(|l| &sizes[*l]))?;
                    cost.parameters = cost.parameters.plus(&shift)?;
                    cost.operations = cost.operations.plus(&written)?;
                }
            }
        }
        (Operation::Softmax(_), _) => cost.operations = each(8)?,
        (Operation::Normalise { learned, kind, .. }, Detail::Axes(axes)) => {
            cost.operations = each(7)?;
            if *learned {
                let input = &checked.arrays[step.inputs[0]];
                let n = product(axes.iter().map(|i| &input.axes[*i].size))?;
                cost.parameters = match kind {
                    Norm::Layer => n.times(&Size::integer(2))?,
                    Norm::Rms => n,
                };
            }
        }
        (Operation::Elementwise(function), _) => {
            cost.operations = each(match function {
                Function::Relu | Function::Scale(_) => 1,
                Function::Gelu => 8,
                Function::Tanh | Function::Exp | Function::Sigmoid => 4,
            })?;
        }
        (Operation::Add(n), _) => cost.operations = each((*n as u64).saturating_sub(1))?,
        (Operation::Mask { .. }, _) => {}
        _ => cost.activations = Size::default(),
    }
    Some(Cost {
        parameters: resolve(&cost.parameters),
        macs: resolve(&cost.macs),
        operations: resolve(&cost.operations),
        activations: resolve(&cost.activations),
    })
}

/// The cost of the whole circuit, and of each block and operation in the order of the term.
/// Activations of the whole include the inputs. A repetition counts N times.
pub fn count(checked: &Checked) -> Result<(Cost, Vec<Row>), CircuitError> {
    let mut rows = Vec::new();
    let mut total = walk(checked, &checked.root, &Size::one(), 0, &mut rows)?;
    for input in &checked.inputs {
        let entries = checked.entries(*input).ok_or_else(overflow)?;
        total.activations = total
            .activations
            .plus(&checked.sizes.resolve(&entries))
            .ok_or_else(overflow)?;
    }
    Ok((total, rows))
}

/// The cost of a piece done once.
pub fn piece(checked: &Checked, piece: &Piece) -> Result<Cost, CircuitError> {
    walk(checked, piece, &Size::one(), 0, &mut Vec::new())
}

fn walk(
    checked: &Checked,
    piece: &Piece,
    times: &Size,
    depth: usize,
    rows: &mut Vec<Row>,
) -> Result<Cost, CircuitError> {
    match piece {
        Piece::Pass(_) => Ok(Cost::default()),
        Piece::Step(index) => {
            let cost = step_cost(checked, *index)?
                .times(times)
                .ok_or_else(overflow)?;
            rows.push(Row {
                path: checked.steps[*index].path.clone(),
                title: checked.steps[*index].operation.title(),
                depth,
                block: false,
                cost: cost.clone(),
            });
            Ok(cost)
        }
        Piece::Sequence(parts) | Piece::Parallel(parts) => {
            parts.iter().try_fold(Cost::default(), |acc, part| {
                acc.plus(&walk(checked, part, times, depth, rows)?)
                    .ok_or_else(overflow)
            })
        }
        Piece::Block(index, body) => {
            let at = rows.len();
            rows.push(Row {
                path: checked.blocks[*index].path.clone(),
                title: checked.blocks[*index].name.clone(),
                depth,
                block: true,
                cost: Cost::default(),
            });
            let cost = walk(checked, body, times, depth + 1, rows)?;
            rows[at].cost = cost.clone();
            Ok(cost)
        }
        Piece::Repeat(index, body) => {
            let count = checked.sizes.resolve(&checked.repeats[*index].count);
            let times = times.times(&count).ok_or_else(overflow)?;
            walk(checked, body, &times, depth, rows)
        }
    }
}
