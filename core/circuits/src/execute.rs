//! Runs one operation in f64, and makes the seeded numbers that a run starts from.

use std::sync::Arc;

use loom_sim::seed;

use crate::check::{Checked, Detail, Step};
use crate::dense::{Dense, entries, gather};
use crate::einsum::einsum;
use crate::error::CircuitError;
use crate::program::Instruction;
use crate::special::{gelu, sigmoid};
use crate::term::{Function, Norm, Operation};

/// What is added to a variance before its root is taken.
pub const EPSILON: f64 = 1e-5;

/// Learned numbers of one instruction: the weight, then the bias or gain and shift.
pub type Weights = Arc<[Dense]>;

/// Numbers that are no part of the circuit but of the run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Every softmax takes its input divided by this.
    pub temperature: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { temperature: 1.0 }
    }
}

/// Standard normal entries from the stream of this purpose.
pub fn normal(
    shape: &[usize],
    scale: f64,
    seed: u64,
    purpose: &str,
) -> Result<Dense, CircuitError> {
    let n = entries(shape).ok_or_else(|| CircuitError::Run("An array is too large.".into()))?;
    let mut random = seed::stream(seed, purpose);
    let values = (0..n).map(|_| scale * seed::normal(&mut random)).collect();
    Dense::new(shape.to_vec(), values)
}

/// Shapes of what an operation learns.
pub fn weight_shapes(checked: &Checked, step: &Step) -> Result<Vec<Vec<usize>>, CircuitError> {
    let length = |size| checked.sizes.length(size).map(|n| n as usize);
    match (&step.operation, &step.detail) {
        (
            Operation::Linear { bias, from, .. },
            Detail::Contraction {
                operands, sizes, ..
            },
        ) => {
            let weight = operands[1]
                .iter()
                .map(|l| length(&sizes[*l]))
                .collect::<Result<Vec<_>, _>>()?;
            let mut list = vec![weight.clone()];
            if *bias {
                list.push(weight[from.len()..].to_vec());
            }
            Ok(list)
        }
        (
            Operation::Normalise {
                learned: true,
                kind,
                ..
            },
            Detail::Axes(axes),
        ) => {
            let input = &checked.arrays[step.inputs[0]];
            let shape = axes
                .iter()
                .map(|i| length(&input.axes[*i].size))
                .collect::<Result<Vec<_>, _>>()?;
            Ok(match kind {
                Norm::Layer => vec![shape.clone(), shape],
                Norm::Rms => vec![shape],
            })
        }
        _ => Ok(Vec::new()),
    }
}

/// The learned numbers of an instruction, from streams named by its path and its time round.
///
/// A linear map's weight is normal with the variance 1/(entries summed over), its bias normal
/// with a tenth of that deviation; gains are one and shifts zero.
pub fn weights(
    checked: &Checked,
    instruction: &Instruction,
    seed: u64,
) -> Result<Weights, CircuitError> {
    let step = &checked.steps[instruction.step];
    let shapes = weight_shapes(checked, step)?;
    let mut list = Vec::new();
    let purpose = |what: &str| format!("{what} of {}{}", step.path, instruction.round);
    for (i, shape) in shapes.iter().enumerate() {
        let array = match (&step.operation, i) {
            (Operation::Linear { from, .. }, _) => {
                let summed: usize = shapes[0][..from.len()].iter().product();
                let scale = 1.0 / (summed.max(1) as f64).sqrt();
                if i == 0 {
                    normal(shape, scale, seed, &purpose("weights"))?
                } else {
                    normal(shape, 0.1 * scale, seed, &purpose("bias"))?
                }
            }
            (_, 0) => constant(shape, 1.0)?,
            _ => constant(shape, 0.0)?,
        };
        list.push(array);
    }
    Ok(list.into())
}

fn constant(shape: &[usize], value: f64) -> Result<Dense, CircuitError> {
    let n = entries(shape).ok_or_else(|| CircuitError::Run("An array is too large.".into()))?;
    Dense::new(shape.to_vec(), vec![value; n])
}

/// Runs one operation. `stopped` is asked between pieces of work; when it says yes, the error
/// is [`CircuitError::Cancelled`] and nothing has changed.
pub fn run(
    checked: &Checked,
    step: &Step,
    inputs: &[&Dense],
    learned: &[Dense],
    settings: Settings,
    stopped: &dyn Fn() -> bool,
) -> Result<Vec<Dense>, CircuitError> {
    let wrong = || CircuitError::Run(format!("{} was not resolved.", step.path));
    let Some(&first) = inputs.first() else {
        return Err(wrong());
    };
    let one = |array: Dense| Ok(vec![array]);
    match (&step.operation, &step.detail) {
        (
            Operation::Einsum { .. },
            Detail::Contraction {
                operands, output, ..
            },
        ) => one(einsum(inputs, operands, output, stopped)?),
        (
            Operation::Linear { from, .. },
            Detail::Contraction {
                operands, output, ..
            },
        ) => {
            let weight = learned.first().ok_or_else(wrong)?;
            let mut result = einsum(&[first, weight], operands, output, stopped)?;
            if let Some(bias) = learned.get(1) {
                let new = &operands[1][from.len()..];
                add_along(&mut result, bias, &positions(output, new));
            }
            one(result)
        }
        (Operation::Softmax(_), Detail::Axes(axes)) => {
            let t = settings.temperature;
            one(along(first, axes, |row| softmax(row, t)))
        }
        (Operation::Mask { .. }, Detail::Axes(axes)) => one(mask(first, axes[0], axes[1])),
        (Operation::Normalise { kind, .. }, Detail::Axes(axes)) => {
            let mut result = along(first, axes, |row| normalise(row, *kind));
            if let Some(gain) = learned.first() {
                combine_along(&mut result, gain, axes, |x, g| x * g);
            }
            if let Some(shift) = learned.get(1) {
                add_along(&mut result, shift, axes);
            }
            one(result)
        }
        (Operation::Elementwise(function), _) => {
            let f: Box<dyn Fn(f64) -> f64> = match function {
                Function::Relu => Box::new(|x| x.max(0.0)),
                Function::Gelu => Box::new(gelu),
                Function::Tanh => Box::new(f64::tanh),
                Function::Sigmoid => Box::new(sigmoid),
                Function::Exp => Box::new(f64::exp),
                Function::Scale(by) => {
                    let factor = checked.sizes.factor(by)?;
                    Box::new(move |x| x * factor)
                }
            };
            one(Dense {
                shape: first.shape.clone(),
                values: first.values.iter().map(|x| f(*x)).collect(),
            })
        }
        (Operation::Add(_), Detail::Lacking(lacking)) => {
            let widest = lacking.iter().position(|l| *l == 0).ok_or_else(wrong)?;
            let mut sum = vec![0.0; inputs[widest].len()];
            for input in inputs {
                // Fewer axes: the same numbers for every index of the leading ones.
                for chunk in sum.chunks_mut(input.len().max(1)) {
                    for (s, x) in chunk.iter_mut().zip(input.values.iter()) {
                        *s += x;
                    }
                }
            }
            one(Dense::new(inputs[widest].shape.clone(), sum)?)
        }
        (Operation::Copy(n), _) => Ok(vec![first.clone(); *n]),
        (Operation::Delete, _) => Ok(Vec::new()),
        (Operation::Swap, _) => {
            let second = inputs.get(1).ok_or_else(wrong)?;
            Ok(vec![(*second).clone(), first.clone()])
        }
        (Operation::View { .. }, _) => {
            let output = step.outputs.first().ok_or_else(wrong)?;
            let shape = checked.shape(*output)?;
            one(Dense {
                shape: shape.into_iter().map(|n| n as usize).collect(),
                values: first.values.clone(),
            })
        }
        (Operation::Index { at, .. }, Detail::Axes(axes)) => {
            let strides = first.strides();
            let offset = *at as usize * strides[axes[0]];
            let rest: Vec<usize> = (0..first.shape.len()).filter(|i| *i != axes[0]).collect();
            let walk: Vec<(usize, usize)> = rest
                .iter()
                .map(|i| (first.shape[*i], strides[*i]))
                .collect();
            let shape = rest.iter().map(|i| first.shape[*i]).collect();
            one(Dense::new(shape, gather(&first.values[offset..], &walk))?)
        }
        _ => Err(wrong()),
    }
}

fn positions(all: &[usize], some: &[usize]) -> Vec<usize> {
    some.iter()
        .filter_map(|l| all.iter().position(|o| o == l))
        .collect()
}

/// Applies a function to every row along the given axes taken together.
fn along(array: &Dense, axes: &[usize], f: impl Fn(&mut [f64])) -> Dense {
    let strides = array.strides();
    let others: Vec<usize> = (0..array.shape.len())
        .filter(|i| !axes.contains(i))
        .collect();
    let walk: Vec<(usize, usize)> = others
        .iter()
        .chain(axes)
        .map(|i| (array.shape[*i], strides[*i]))
        .collect();
    let mut rows = gather(&array.values, &walk);
    let inner: usize = axes.iter().map(|i| array.shape[*i]).product();
    for row in rows.chunks_mut(inner.max(1)) {
        f(row);
    }
    // Back to the order of the axes: the gather's own strides, permuted.
    let shape: Vec<usize> = walk.iter().map(|w| w.0).collect();
    let steps = crate::dense::strides(&shape);
    let back: Vec<(usize, usize)> = (0..array.shape.len())
        .map(|i| {
            let at = others.iter().chain(axes).position(|a| *a == i).unwrap_or(0);
            (array.shape[i], steps[at])
        })
        .collect();
    Dense {
        shape: array.shape.clone(),
        values: gather(&rows, &back).into(),
    }
}

fn combine_along(array: &mut Dense, other: &Dense, axes: &[usize], f: impl Fn(f64, f64) -> f64) {
    let steps = other.strides();
    let walk: Vec<(usize, usize)> = (0..array.shape.len())
        .map(|i| {
            let step = axes.iter().position(|a| *a == i).map_or(0, |k| steps[k]);
            (array.shape[i], step)
        })
        .collect();
    let spread = gather(&other.values, &walk);
    array.values = array
        .values
        .iter()
        .zip(&spread)
        .map(|(x, y)| f(*x, *y))
        .collect();
}

fn add_along(array: &mut Dense, other: &Dense, axes: &[usize]) {
    combine_along(array, other, axes, |x, y| x + y);
}

/// e^(x/t) over its sum; the largest is taken off first, so that nothing overflows. A row that
/// is −∞ throughout becomes zero.
fn softmax(row: &mut [f64], temperature: f64) {
    let top = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if top == f64::NEG_INFINITY {
        row.fill(0.0);
        return;
    }
    let mut sum = 0.0;
    for x in row.iter_mut() {
        *x = ((*x - top) / temperature).exp();
        sum += *x;
    }
    for x in row {
        *x /= sum;
    }
}

fn normalise(row: &mut [f64], kind: Norm) {
    let n = row.len().max(1) as f64;
    let mean = match kind {
        Norm::Layer => row.iter().sum::<f64>() / n,
        Norm::Rms => 0.0,
    };
    let variance = row.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n;
    let scale = 1.0 / (variance + EPSILON).sqrt();
    for x in row {
        *x = (*x - mean) * scale;
    }
}

/// −∞ wherever the key's index is above the query's.
fn mask(array: &Dense, query: usize, key: usize) -> Dense {
    let strides = array.strides();
    let values = array
        .values
        .iter()
        .enumerate()
        .map(|(flat, x)| {
            let index = |axis: usize| flat / strides[axis] % array.shape[axis];
            if index(key) > index(query) {
                f64::NEG_INFINITY
            } else {
                *x
            }
        })
        .collect();
    Dense {
        shape: array.shape.clone(),
        values,
    }
}
