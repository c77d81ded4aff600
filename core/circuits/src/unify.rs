//! Where sizes meet: axes found by name or size, two sizes made one or reported on their wire.

use crate::check::{ArrayId, Axis, Checker};
use crate::error::{CircuitError, ShapeError};
use crate::size::Size;
use crate::sizes::Agreement;
use crate::span::Span;
use crate::term::{AxisSpec, Circuit};

impl Checker {
    pub(crate) fn outputs(
        &mut self,
        circuit: &Circuit,
        outputs: &[ArrayId],
    ) -> Result<(), CircuitError> {
        if outputs.len() != circuit.outputs.len() {
            return Err(CircuitError::meaning(
                circuit.outputs_at,
                format!(
                    "the circuit declares {} outputs, but its term gives {}.",
                    circuit.outputs.len(),
                    outputs.len()
                ),
            ));
        }
        for (declared, id) in circuit.outputs.iter().zip(outputs) {
            if declared.len() != self.out.arrays[*id].axes.len() {
                let list: Vec<String> = declared.iter().map(AxisSpec::text).collect();
                return Err(CircuitError::meaning(
                    circuit.outputs_at,
                    format!(
                        "the circuit declares the output [{}], but its term gives {}.",
                        list.join(" "),
                        self.shown(*id)
                    ),
                ));
            }
            for (i, spec) in declared.iter().enumerate() {
                let axis = self.axis(spec)?;
                self.unify(
                    (*id, i),
                    &axis.size,
                    axis.from,
                    circuit.outputs_at,
                    "the output and its declaration",
                );
            }
        }
        Ok(())
    }

    /// Two arrays must have one shape.
    pub(crate) fn same_array(
        &mut self,
        a: ArrayId,
        b: ArrayId,
        at: Span,
        what: &str,
    ) -> Result<(), CircuitError> {
        let (n, m) = (self.out.arrays[a].axes.len(), self.out.arrays[b].axes.len());
        if n != m {
            return Err(CircuitError::meaning(
                at,
                format!(
                    "{what} {} and {}; they must be alike.",
                    self.shown(a),
                    self.shown(b)
                ),
            ));
        }
        for i in 0..n {
            let axis = self.out.arrays[a].axes[i].clone();
            let name = format!("the axes {}", axis.label());
            self.unify((b, i), &axis.size, axis.from, at, &name);
        }
        Ok(())
    }

    /// Makes the size of a wire equal to another, or reports both on that wire.
    pub(crate) fn unify(
        &mut self,
        (array, axis): (ArrayId, usize),
        other: &Size,
        other_from: Span,
        at: Span,
        what: &str,
    ) -> bool {
        let own = self.out.arrays[array].axes[axis].clone();
        match self.out.sizes.unify(&own.size, other) {
            Agreement::Always => true,
            Agreement::Now => {
                self.out.warnings.push(format!(
                    "{at}: {} and {other} are equal for the present sizes only.",
                    own.size
                ));
                true
            }
            Agreement::Never => {
                self.out.errors.push(ShapeError {
                    at,
                    what: what.to_owned(),
                    first: self.out.sizes.shown(other),
                    first_from: other_from,
                    second: self.out.sizes.shown(&own.size),
                    second_from: own.from,
                    array,
                    axis,
                });
                false
            }
        }
    }

    /// `[y k h]`
    pub(crate) fn shown(&self, array: ArrayId) -> String {
        let list: Vec<String> = self.out.arrays[array]
            .axes
            .iter()
            .map(Axis::label)
            .collect();
        format!("[{}]", list.join(" "))
    }

    /// The axis of an array that was meant, not among those already taken.
    pub(crate) fn find(
        &mut self,
        array: ArrayId,
        spec: &AxisSpec,
        taken: &[usize],
    ) -> Result<usize, CircuitError> {
        let axes = self.out.arrays[array].axes.clone();
        let size = Size::from_expr(&spec.size).map_err(|m| CircuitError::meaning(spec.at, m))?;
        let open = |i: &usize| !taken.contains(i);
        let missing = || {
            CircuitError::meaning(
                spec.at,
                format!(
                    "there is no axis {} in {} here.",
                    spec.text(),
                    self.shown(array)
                ),
            )
        };
        if let Some(name) = &spec.name {
            let found: Vec<usize> = (0..axes.len())
                .filter(open)
                .filter(|i| axes[*i].name.as_ref() == Some(name))
                .collect();
            if found.len() > 1 {
                return Err(CircuitError::meaning(
                    spec.at,
                    format!(
                        "{} has the axis {name} twice; rename one with einsum.",
                        self.shown(array)
                    ),
                ));
            }
            // An axis typed as a bare number stands where the named one was meant, so that a
            // wrong number is reported on its wire, not as a missing name.
            let position = found.first().copied().or_else(|| {
                (0..axes.len())
                    .filter(open)
                    .find(|i| axes[*i].name.is_none())
            });
            let position = position.ok_or_else(missing)?;
            self.unify(
                (array, position),
                &size,
                spec.at,
                spec.at,
                &format!("the axes {name}"),
            );
            return Ok(position);
        }
        let wanted = self.out.sizes.resolve(&size);
        let number = self.out.sizes.count(&size).ok();
        (0..axes.len())
            .filter(open)
            .find(|i| {
                let own = self.out.sizes.resolve(&axes[*i].size);
                own == wanted || (number.is_some() && self.out.sizes.count(&own).ok() == number)
            })
            .ok_or_else(missing)
    }
}
