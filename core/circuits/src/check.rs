//! Checks a circuit's shapes by unification, and resolves names to positions.
//!
//! A size that doesn't agree is reported on the wire where it is met, with both places it came
//! from; checking goes on, so that the rest of the diagram stays usable. What makes no diagram
//! at all (an axis that isn't there, a step that takes too many arrays) is an error at once.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::{CircuitError, ShapeError};
use crate::size::Size;
use crate::sizes::Sizes;
use crate::span::Span;
use crate::term::{AxisSpec, Circuit, Node, Operation, Term};

/// Index into [`Checked::arrays`].
pub type ArrayId = usize;

/// An axis of an array: identity, size, and where the size was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// `None` for an axis known by its size only.
    pub name: Option<String>,
    pub size: Size,
    /// A sequence axis carries an overline.
    pub sequence: bool,
    pub from: Span,
}

impl Axis {
    /// Its name, or its size.
    pub fn label(&self) -> String {
        self.name.clone().unwrap_or_else(|| self.size.to_string())
    }
}

/// An array on its way from one operation to the next: a bundle of wires.
#[derive(Clone, Debug, PartialEq)]
pub struct ArrayInfo {
    pub axes: Vec<Axis>,
    /// An input's name; otherwise empty.
    pub name: String,
    /// The operation that makes it; `None` for inputs.
    pub maker: Option<usize>,
}

/// An operation with its axes found.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub operation: Operation,
    pub inputs: Vec<ArrayId>,
    pub outputs: Vec<ArrayId>,
    pub detail: Detail,
    pub at: Span,
    /// Unique in the circuit: names the weights.
    pub path: String,
    /// A size didn't agree here: it can't be run.
    pub faulty: bool,
}

/// Positions that an operation works on.
#[derive(Clone, Debug, PartialEq)]
pub enum Detail {
    /// Labels of each operand's axes and of the result's; label l has the size `sizes[l]`. A
    /// linear map's last operand is its weight.
    Contraction {
        operands: Vec<Vec<usize>>,
        output: Vec<usize>,
        sizes: Vec<Size>,
    },
    /// Positions in the input, in the order written.
    Axes(Vec<usize>),
    /// Leading axes that each operand lacks.
    Lacking(Vec<usize>),
    /// The positions replaced, consecutive, and how many take their place.
    Replace {
        start: usize,
        taken: usize,
        given: usize,
    },
    Plain,
}

/// The checked term, which keeps the structure that drawing and running follow.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// Arrays that pass untouched.
    Pass(Vec<ArrayId>),
    /// Index into [`Checked::steps`].
    Step(usize),
    Sequence(Vec<Piece>),
    Parallel(Vec<Piece>),
    /// Index into [`Checked::blocks`].
    Block(usize, Box<Piece>),
    /// Index into [`Checked::repeats`].
    Repeat(usize, Box<Piece>),
}

#[derive(Clone, Debug, PartialEq)]
pub struct BlockInfo {
    pub name: String,
    pub tint: Option<u32>,
    /// Unique, from the outermost block inwards: `Layer/Attention`.
    pub path: String,
    pub inputs: Vec<ArrayId>,
    pub outputs: Vec<ArrayId>,
    pub at: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct RepeatInfo {
    pub count: Size,
    /// As written.
    pub label: String,
    pub inputs: Vec<ArrayId>,
    pub outputs: Vec<ArrayId>,
    pub at: Span,
}

/// A circuit whose wires all have shapes.
#[derive(Clone, Debug)]
pub struct Checked {
    pub circuit: Circuit,
    pub sizes: Sizes,
    pub arrays: Vec<ArrayInfo>,
    pub steps: Vec<Step>,
    pub blocks: Vec<BlockInfo>,
    pub repeats: Vec<RepeatInfo>,
    pub root: Piece,
    pub inputs: Vec<ArrayId>,
    pub outputs: Vec<ArrayId>,
    /// Sizes that don't agree; empty for a sound circuit.
    pub errors: Vec<ShapeError>,
    /// Sizes that agree for the present values only.
    pub warnings: Vec<String>,
}

impl Checked {
    /// The first disagreement, for those who need a sound circuit.
    pub fn sound(&self) -> Result<(), CircuitError> {
        match self.errors.first() {
            Some(error) => Err(error.clone().into()),
            None => Ok(()),
        }
    }
    /// Lengths of an array's axes.
    pub fn shape(&self, array: ArrayId) -> Result<Vec<u64>, CircuitError> {
        self.arrays[array]
            .axes
            .iter()
            .map(|a| self.sizes.length(&a.size))
            .collect()
    }
    /// Number of entries, symbolically.
    pub fn entries(&self, array: ArrayId) -> Option<Size> {
        product(self.arrays[array].axes.iter().map(|a| &a.size))
    }
    /// Where the operation itself is: within which blocks.
    pub fn is_sound(&self) -> bool {
        self.errors.is_empty()
    }
}

/// The product of sizes; `None` beyond what can be counted.
pub fn product<'a>(sizes: impl IntoIterator<Item = &'a Size>) -> Option<Size> {
    sizes
        .into_iter()
        .try_fold(Size::one(), |acc, size| acc.times(size))
}

/// Checks a circuit with some of its sizes set otherwise.
pub fn check(circuit: &Circuit, set: &BTreeMap<String, u64>) -> Result<Checked, CircuitError> {
    let sizes = Sizes::of(circuit, set)?;
    let mut checker = Checker {
        out: Checked {
            circuit: circuit.clone(),
            sizes,
            arrays: Vec::new(),
            steps: Vec::new(),
            blocks: Vec::new(),
            repeats: Vec::new(),
            root: Piece::Pass(Vec::new()),
            inputs: Vec::new(),
            outputs: Vec::new(),
            errors: Vec::new(),
            warnings: Vec::new(),
        },
        extras: Vec::new(),
        scope: Vec::new(),
        paths: BTreeSet::new(),
    };
    for input in &circuit.inputs {
        let axes = input
            .axes
            .iter()
            .map(|spec| checker.axis(spec))
            .collect::<Result<_, _>>()?;
        let id = checker.array(axes, None);
        checker.out.arrays[id].name.clone_from(&input.name);
        checker.out.inputs.push(id);
    }
    let (takes, _) = circuit.term.term.arity()?;
    if takes != circuit.inputs.len() {
        return Err(CircuitError::meaning(
            circuit.term.at,
            format!(
                "the term takes {takes} arrays, but the circuit has {} inputs; let the others pass with | id.",
                circuit.inputs.len()
            ),
        ));
    }
    let inputs = checker.out.inputs.clone();
    let (root, outputs) = checker.piece(&circuit.term, &inputs)?;
    checker.outputs(circuit, &outputs)?;
    let mut out = checker.out;
    out.root = root;
    out.outputs = outputs;
    // Every axis must have a length before anything is drawn or run.
    for id in 0..out.arrays.len() {
        if let Err(error) = out.shape(id) {
            let at = out.arrays[id]
                .axes
                .iter()
                .find(|a| out.sizes.length(&a.size).is_err())
                .map_or(Span::default(), |a| a.from);
            return Err(match error {
                CircuitError::Size(message) => CircuitError::Meaning { at, message },
                other => other,
            });
        }
    }
    for repeat in &out.repeats {
        out.sizes.length(&repeat.count)?;
    }
    Ok(out)
}

pub(crate) struct Checker {
    pub(crate) out: Checked,
    /// Axes over which the surrounding `each` broadcasts, outermost first.
    pub(crate) extras: Vec<String>,
    scope: Vec<String>,
    paths: BTreeSet<String>,
}

impl Checker {
    pub(crate) fn axis(&self, spec: &AxisSpec) -> Result<Axis, CircuitError> {
        let size = Size::from_expr(&spec.size).map_err(|m| CircuitError::meaning(spec.at, m))?;
        let sequence = spec
            .name
            .as_ref()
            .is_some_and(|name| self.out.circuit.sequences.contains(name));
        Ok(Axis {
            name: spec.name.clone(),
            size,
            sequence,
            from: spec.at,
        })
    }

    pub(crate) fn array(&mut self, axes: Vec<Axis>, maker: Option<usize>) -> ArrayId {
        self.out.arrays.push(ArrayInfo {
            axes,
            name: String::new(),
            maker,
        });
        self.out.arrays.len() - 1
    }

    /// A path that no other operation or block has.
    fn path(&mut self, name: &str) -> String {
        let mut path = self.scope.join("/");
        if !path.is_empty() {
            path.push('/');
        }
        // A stroke in a block's name is none between levels.
        path.push_str(&name.replace('/', "-"));
        let mut unique = path.clone();
        let mut number = 2;
        while !self.paths.insert(unique.clone()) {
            unique = format!("{path} {number}");
            number += 1;
        }
        unique
    }

    fn piece(
        &mut self,
        node: &Node,
        inputs: &[ArrayId],
    ) -> Result<(Piece, Vec<ArrayId>), CircuitError> {
        match &node.term {
            Term::Identity(_) => Ok((Piece::Pass(inputs.to_vec()), inputs.to_vec())),
            Term::Compose(parts) => {
                let mut pieces = Vec::new();
                let mut now = inputs.to_vec();
                for part in parts {
                    let (piece, next) = self.piece(part, &now)?;
                    pieces.push(piece);
                    now = next;
                }
                Ok((Piece::Sequence(pieces), now))
            }
            Term::Product(parts) => {
                let mut pieces = Vec::new();
                let mut outputs = Vec::new();
                let mut rest = inputs;
                for part in parts {
                    let (takes, _) = part.term.arity()?;
                    let Some((own, others)) = rest.split_at_checked(takes) else {
                        return Err(CircuitError::meaning(
                            part.at,
                            format!("this takes {takes} arrays, but {} are left.", rest.len()),
                        ));
                    };
                    rest = others;
                    let (piece, out) = self.piece(part, own)?;
                    pieces.push(piece);
                    outputs.extend(out);
                }
                Ok((Piece::Parallel(pieces), outputs))
            }
            Term::Block { name, tint, body } => {
                let path = self.path(name);
                let index = self.out.blocks.len();
                self.out.blocks.push(BlockInfo {
                    name: name.clone(),
                    tint: *tint,
                    path: path.clone(),
                    inputs: inputs.to_vec(),
                    outputs: Vec::new(),
                    at: node.at,
                });
                let last = path.rsplit('/').next().unwrap_or(name).to_owned();
                self.scope.push(last);
                let (piece, outputs) = self.piece(body, inputs)?;
                self.scope.pop();
                self.out.blocks[index].outputs.clone_from(&outputs);
                Ok((Piece::Block(index, Box::new(piece)), outputs))
            }
            Term::Repeat { count, body } => {
                let size = Size::from_expr(count).map_err(|m| CircuitError::meaning(node.at, m))?;
                let index = self.out.repeats.len();
                self.out.repeats.push(RepeatInfo {
                    count: size,
                    label: count.to_string(),
                    inputs: inputs.to_vec(),
                    outputs: Vec::new(),
                    at: node.at,
                });
                let (piece, outputs) = self.piece(body, inputs)?;
                for (from, to) in inputs.iter().zip(&outputs) {
                    self.same_array(*from, *to, node.at, "what is repeated takes and gives")?;
                }
                self.out.repeats[index].outputs.clone_from(&outputs);
                Ok((Piece::Repeat(index, Box::new(piece)), outputs))
            }
            Term::Each {
                axis,
                members,
                body,
            } => {
                for (i, id) in inputs.iter().enumerate() {
                    if !members.is_empty() && !members.contains(&(i + 1)) {
                        continue;
                    }
                    let depth = self.extras.len();
                    let first = self.out.arrays[*id].axes.iter().take(depth + 1);
                    if !first.clone().any(|a| a.name.as_ref() == Some(axis)) {
                        return Err(CircuitError::meaning(
                            node.at,
                            format!(
                                "each({axis}) needs {axis} to stand first in array {}, which is {}.",
                                i + 1,
                                self.shown(*id)
                            ),
                        ));
                    }
                }
                if let Some(wrong) = members.iter().find(|m| **m == 0 || **m > inputs.len()) {
                    return Err(CircuitError::meaning(
                        node.at,
                        format!(
                            "there is no array {wrong} here; there are {}.",
                            inputs.len()
                        ),
                    ));
                }
                self.extras.push(axis.clone());
                let result = self.piece(body, inputs);
                self.extras.pop();
                result
            }
            Term::Operation(operation) => {
                let index = self.out.steps.len();
                let path = self.path(&operation.name());
                self.out.steps.push(Step {
                    operation: operation.clone(),
                    inputs: inputs.to_vec(),
                    outputs: Vec::new(),
                    detail: Detail::Plain,
                    at: node.at,
                    path,
                    faulty: false,
                });
                let errors = self.out.errors.len();
                let (detail, shapes) = self.operation(operation, inputs, node.at)?;
                let outputs: Vec<ArrayId> = shapes
                    .into_iter()
                    .map(|axes| self.array(axes, Some(index)))
                    .collect();
                let step = &mut self.out.steps[index];
                step.detail = detail;
                step.outputs.clone_from(&outputs);
                step.faulty = self.out.errors.len() > errors;
                Ok((Piece::Step(index), outputs))
            }
        }
    }
}
