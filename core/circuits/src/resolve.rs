//! The shape rule of each operation: which axes it takes, and what it gives.

use std::collections::BTreeMap;

use crate::check::{ArrayId, Axis, Checker, Detail, product};
use crate::error::CircuitError;
use crate::size::Size;
use crate::span::Span;
use crate::term::{AxisSpec, Operation};

type Shapes = Vec<Vec<Axis>>;

impl Checker {
    /// Finds the axes of an operation and the axes of what it gives.
    pub(crate) fn operation(
        &mut self,
        operation: &Operation,
        inputs: &[ArrayId],
        at: Span,
    ) -> Result<(Detail, Shapes), CircuitError> {
        let own = |this: &Self, i: usize| this.out.arrays[inputs[i]].axes.clone();
        match operation {
            Operation::Einsum { operands, output } => self.einsum(operands, output, inputs, at),
            Operation::Linear { from, to, .. } => self.linear(from, to, inputs[0], at),
            Operation::Softmax(axis) => {
                let position = self.find(inputs[0], axis, &[])?;
                Ok((Detail::Axes(vec![position]), vec![own(self, 0)]))
            }
            Operation::Mask { query, key } => {
                let q = self.find(inputs[0], query, &[])?;
                let k = self.find(inputs[0], key, &[q])?;
                Ok((Detail::Axes(vec![q, k]), vec![own(self, 0)]))
            }
            Operation::Normalise { axes, .. } => {
                let mut taken = Vec::new();
                for axis in axes {
                    taken.push(self.find(inputs[0], axis, &taken)?);
                }
                Ok((Detail::Axes(taken), vec![own(self, 0)]))
            }
            Operation::Elementwise(function) => {
                if let crate::term::Function::Scale(by) = function {
                    self.out
                        .sizes
                        .factor(by)
                        .map_err(|e| CircuitError::meaning(at, e.to_string()))?;
                }
                Ok((Detail::Plain, vec![own(self, 0)]))
            }
            Operation::Add(_) => self.add(inputs, at),
            Operation::Copy(n) => Ok((Detail::Plain, vec![own(self, 0); *n])),
            Operation::Delete => Ok((Detail::Plain, Vec::new())),
            Operation::Swap => Ok((Detail::Plain, vec![own(self, 1), own(self, 0)])),
            Operation::View { from, to } => self.view(from, to, inputs[0], at),
            Operation::Index { axis, at: index } => {
                let position = self.find(inputs[0], axis, &[])?;
                let mut axes = own(self, 0);
                let length = self.out.sizes.length(&axes[position].size)?;
                if *index >= length {
                    return Err(CircuitError::meaning(
                        at,
                        format!(
                            "index {index} is outside the axis {}, whose indices run from 0 to {}.",
                            axis.text(),
                            length - 1
                        ),
                    ));
                }
                axes.remove(position);
                Ok((Detail::Axes(vec![position]), vec![axes]))
            }
        }
    }

    fn einsum(
        &mut self,
        operands: &[Vec<String>],
        output: &[String],
        inputs: &[ArrayId],
        at: Span,
    ) -> Result<(Detail, Shapes), CircuitError> {
        // Letter -> label; the first axis that a letter meets gives it size and identity.
        let mut labels: BTreeMap<String, usize> = BTreeMap::new();
        let mut axes: Vec<Axis> = Vec::new();
        let mut bound = Vec::new();
        let mut broadcast = Vec::new();
        for (number, (letters, &input)) in operands.iter().zip(inputs).enumerate() {
            let own = self.out.arrays[input].axes.clone();
            let lead = own.len().saturating_sub(letters.len());
            let passes = own[..lead].iter().all(|axis| {
                axis.name
                    .as_ref()
                    .is_some_and(|name| self.extras.contains(name))
            });
            if own.len() < letters.len() || !passes {
                return Err(CircuitError::meaning(
                    at,
                    format!(
                        "operand {} of the einsum has {} axes ({}), but the array is {}; name each axis.",
                        number + 1,
                        letters.len(),
                        letters.join(" "),
                        self.shown(input)
                    ),
                ));
            }
            let mut list = Vec::new();
            for (i, axis) in own.iter().enumerate() {
                // A passing axis is keyed so that no letter as typed can meet it.
                let key = if i < lead {
                    let name = axis.name.clone().unwrap_or_default();
                    let key = format!("each {name}");
                    if !broadcast.contains(&key) {
                        broadcast.push(key.clone());
                    }
                    key
                } else {
                    letters[i - lead].clone()
                };
                let label = if let Some(&label) = labels.get(&key) {
                    let first = axes[label].clone();
                    self.unify(
                        (input, i),
                        &first.size,
                        first.from,
                        at,
                        &format!(
                            "the axes {}",
                            letters.get(i.wrapping_sub(lead)).unwrap_or(&key)
                        ),
                    );
                    axes[label].sequence |= axis.sequence;
                    label
                } else {
                    let mut axis = axis.clone();
                    if i >= lead {
                        axis.name = Some(letters[i - lead].clone());
                    }
                    axes.push(axis);
                    labels.insert(key, axes.len() - 1);
                    axes.len() - 1
                };
                list.push(label);
            }
            bound.push(list);
        }
        let result: Vec<usize> = broadcast
            .iter()
            .chain(output)
            .filter_map(|letter| labels.get(letter).copied())
            .collect();
        let shape = result.iter().map(|l| axes[*l].clone()).collect();
        let sizes = axes.into_iter().map(|a| a.size).collect();
        Ok((
            Detail::Contraction {
                operands: bound,
                output: result,
                sizes,
            },
            vec![shape],
        ))
    }

    fn linear(
        &mut self,
        from: &[AxisSpec],
        to: &[AxisSpec],
        input: ArrayId,
        at: Span,
    ) -> Result<(Detail, Shapes), CircuitError> {
        if from.is_empty() {
            return Err(CircuitError::meaning(
                at,
                "a linear map needs at least one axis to take, such as linear(m -> k h).",
            ));
        }
        let mut taken = Vec::new();
        for spec in from {
            taken.push(self.find(input, spec, &taken)?);
        }
        let own = self.out.arrays[input].axes.clone();
        let made = to
            .iter()
            .map(|spec| self.axis(spec))
            .collect::<Result<Vec<_>, _>>()?;
        let mut sizes: Vec<Size> = own.iter().map(|a| a.size.clone()).collect();
        // The weight is sized by what was written, which was just made equal to the wires.
        for (spec, position) in from.iter().zip(&taken) {
            if let Ok(size) = Size::from_expr(&spec.size) {
                sizes[*position] = size;
            }
        }
        let first_new = sizes.len();
        sizes.extend(made.iter().map(|a| a.size.clone()));
        let new: Vec<usize> = (first_new..sizes.len()).collect();
        let mut weight = taken.clone();
        weight.extend(&new);
        let (mut output, mut shape) = (Vec::new(), Vec::new());
        for (i, axis) in own.iter().enumerate() {
            if i == taken[0] {
                output.extend(&new);
                shape.extend(made.iter().cloned());
            }
            if !taken.contains(&i) {
                output.push(i);
                shape.push(axis.clone());
            }
        }
        Ok((
            Detail::Contraction {
                operands: vec![(0..own.len()).collect(), weight],
                output,
                sizes,
            },
            vec![shape],
        ))
    }

    fn add(&mut self, inputs: &[ArrayId], at: Span) -> Result<(Detail, Shapes), CircuitError> {
        let ranks: Vec<usize> = inputs
            .iter()
            .map(|i| self.out.arrays[*i].axes.len())
            .collect();
        let most = ranks.iter().copied().max().unwrap_or(0);
        let widest = ranks.iter().position(|r| *r == most).unwrap_or(0);
        let shape = self.out.arrays[inputs[widest]].axes.clone();
        let lacking: Vec<usize> = ranks.iter().map(|r| most - r).collect();
        for (&input, lack) in inputs.iter().zip(&lacking) {
            for (i, axis) in shape.iter().enumerate().skip(*lack) {
                self.unify(
                    (input, i - lack),
                    &axis.size,
                    axis.from,
                    at,
                    &format!("the axes {}", axis.label()),
                );
            }
        }
        Ok((Detail::Lacking(lacking), vec![shape]))
    }

    fn view(
        &mut self,
        from: &[AxisSpec],
        to: &[AxisSpec],
        input: ArrayId,
        at: Span,
    ) -> Result<(Detail, Shapes), CircuitError> {
        let mut taken = Vec::new();
        for spec in from {
            taken.push(self.find(input, spec, &taken)?);
        }
        let start = taken.first().copied().unwrap_or(0);
        if taken.iter().enumerate().any(|(i, t)| *t != start + i) {
            return Err(CircuitError::meaning(
                at,
                format!(
                    "a view joins axes that stand side by side in order, but {} has them otherwise; reorder them with einsum first.",
                    self.shown(input)
                ),
            ));
        }
        let own = self.out.arrays[input].axes.clone();
        let made = to
            .iter()
            .map(|spec| self.axis(spec))
            .collect::<Result<Vec<_>, _>>()?;
        let too_large = || CircuitError::meaning(at, "this view is too large to count.");
        let before = product(taken.iter().map(|i| &own[*i].size)).ok_or_else(too_large)?;
        let after = product(made.iter().map(|a| &a.size)).ok_or_else(too_large)?;
        match (taken.first(), made.first()) {
            (Some(&first), _) if taken.len() == 1 => {
                let made_from = made.first().map_or(at, |a| a.from);
                self.unify(
                    (input, first),
                    &after,
                    made_from,
                    at,
                    "both sides of the view",
                );
            }
            (first, new) => {
                // The whole group meets the new axes, so the sizes shown are products.
                if self.out.sizes.unify(&before, &after) == crate::sizes::Agreement::Never {
                    let array = input;
                    self.out.errors.push(crate::error::ShapeError {
                        at,
                        what: "both sides of the view".to_owned(),
                        first: self.out.sizes.shown(&before),
                        first_from: first.map_or(at, |i| own[*i].from),
                        second: self.out.sizes.shown(&after),
                        second_from: new.map_or(at, |a| a.from),
                        array,
                        axis: first.copied().unwrap_or(0),
                    });
                }
            }
        }
        let mut shape = own;
        shape.splice(start..start + taken.len(), made.iter().cloned());
        Ok((
            Detail::Replace {
                start,
                taken: taken.len(),
                given: made.len(),
            },
            vec![shape],
        ))
    }
}
