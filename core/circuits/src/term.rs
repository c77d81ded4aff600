//! Circuits as terms: what is composed of what, as it is written and before it is checked.
//!
//! The model follows Abbott, "Neural Circuit Diagrams" (TMLR 2024): data are tuples of arrays
//! whose axes have identity and size; operations name the axes they act on, and every other
//! axis passes by (broadcasting).

use crate::expr::Expr;
use crate::span::Span;

/// A circuit: its name, its sizes, its inputs, its outputs and its term.
#[derive(Clone, Debug, PartialEq)]
pub struct Circuit {
    pub name: String,
    /// As people read it; empty to use the name.
    pub title: String,
    pub summary: String,
    pub citation: String,
    pub inputs: Vec<Input>,
    pub outputs: Vec<Vec<AxisSpec>>,
    /// Sizes in the order they were given.
    pub sizes: Vec<SizeDefinition>,
    /// Axes of these names are sequences and carry an overline.
    pub sequences: Vec<String>,
    pub experiments: Vec<Experiment>,
    pub term: Node,
    /// Where the outputs are declared.
    pub outputs_at: Span,
}

/// A named array that enters the circuit.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    pub name: String,
    pub axes: Vec<AxisSpec>,
    pub at: Span,
}

/// `k = 16`, or derived: `p = a*b`.
#[derive(Clone, Debug, PartialEq)]
pub struct SizeDefinition {
    pub name: String,
    pub value: Expr,
    pub at: Span,
}

/// What an experiment sets: a size, or the axes of an input.
#[derive(Clone, Debug, PartialEq)]
pub enum Setting {
    Size(u64),
    Shape(Vec<AxisSpec>),
}

/// "Try this": a sentence, a button's words, and what it sets.
#[derive(Clone, Debug, PartialEq)]
pub struct Experiment {
    pub sentence: String,
    pub button: String,
    pub sets: Vec<(String, Setting)>,
}

/// One axis as written. `k` is the axis k of the size k; `k2=k` the axis k2 of the size k;
/// `784` or `n1/4` an axis without a name, found by its size.
#[derive(Clone, Debug, PartialEq)]
pub struct AxisSpec {
    pub name: Option<String>,
    pub size: Expr,
    pub at: Span,
}

impl AxisSpec {
    /// As written: `k`, `k2=k`, `n1/4`.
    pub fn text(&self) -> String {
        match (&self.name, &self.size) {
            (Some(name), Expr::Symbol(size)) if name == size => name.clone(),
            (Some(name), size) => format!("{name}={}", size.as_item()),
            (None, size) => size.as_item(),
        }
    }
}

/// A term and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    pub term: Term,
    pub at: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Term {
    /// `f; g`: first f, then g. At least two parts, none of them a composition.
    Compose(Vec<Node>),
    /// `f | g`: side by side on the members of a tuple. At least two parts, none a product.
    Product(Vec<Node>),
    /// Lets this many members pass.
    Identity(usize),
    Operation(Operation),
    /// A named, tinted part. The tint is 0xRRGGBB.
    Block {
        name: String,
        tint: Option<u32>,
        body: Box<Node>,
    },
    /// The body N times, each with weights of its own.
    Repeat {
        count: Expr,
        body: Box<Node>,
    },
    /// The body for each index of an axis that stands first in the given members (counted from
    /// one; empty: in all). Given for some members only, this is inner broadcasting.
    Each {
        axis: String,
        members: Vec<usize>,
        body: Box<Node>,
    },
}

/// One operation, with all that was written about it.
#[derive(Clone, Debug, PartialEq)]
pub enum Operation {
    /// Letters of each operand and of the result, bound to axes by position.
    Einsum {
        operands: Vec<Vec<String>>,
        output: Vec<String>,
    },
    /// Learned: contracts `from` and makes `to`, which takes the place of the first.
    Linear {
        name: String,
        bias: bool,
        from: Vec<AxisSpec>,
        to: Vec<AxisSpec>,
    },
    Softmax(AxisSpec),
    /// Causal: what a query must not see (key index above query index) becomes −∞.
    Mask {
        query: AxisSpec,
        key: AxisSpec,
    },
    Normalise {
        kind: Norm,
        /// With a learned gain (and shift, for the layer norm).
        learned: bool,
        name: String,
        axes: Vec<AxisSpec>,
    },
    Elementwise(Function),
    /// Adds this many members; one with fewer axes is repeated along the leading ones.
    Add(usize),
    Copy(usize),
    Delete,
    /// Exchanges two members.
    Swap,
    /// The same numbers in order, with other axes: flatten, split.
    View {
        from: Vec<AxisSpec>,
        to: Vec<AxisSpec>,
    },
    /// Takes one index (from zero) of an axis.
    Index {
        axis: AxisSpec,
        at: u64,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Norm {
    /// (x − mean) / √(variance + 1e-5)
    Layer,
    /// x / √(mean square + 1e-5)
    Rms,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Function {
    Relu,
    /// x Φ(x), through the error function.
    Gelu,
    Tanh,
    Sigmoid,
    Exp,
    /// Times a factor over the sizes, such as `k^(-1/2)`.
    Scale(Expr),
}

impl Function {
    /// The word in the text form.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Relu => "relu",
            Self::Gelu => "gelu",
            Self::Tanh => "tanh",
            Self::Sigmoid => "sigmoid",
            Self::Exp => "exp",
            Self::Scale(_) => "scale",
        }
    }
    /// As the drawing writes it between its arrows.
    pub fn letter(&self) -> &'static str {
        match self {
            Self::Relu => "R",
            Self::Gelu => "G",
            Self::Tanh => "tanh",
            Self::Sigmoid => "σ",
            Self::Exp => "exp",
            Self::Scale(_) => "∗",
        }
    }
}

impl Operation {
    /// Members taken and given.
    pub fn arity(&self) -> (usize, usize) {
        match self {
            Self::Einsum { operands, .. } => (operands.len(), 1),
            Self::Add(n) => (*n, 1),
            Self::Copy(n) => (1, *n),
            Self::Delete => (1, 0),
            Self::Swap => (2, 2),
            _ => (1, 1),
        }
    }

    /// Its part of a path: without equations and factors, so that weights keep their names when
    /// those change.
    pub fn name(&self) -> String {
        match self {
            Self::Einsum { .. } => "Einsum".to_owned(),
            Self::Softmax(_) => "Softmax".to_owned(),
            Self::Index { .. } => "Index".to_owned(),
            Self::Elementwise(Function::Scale(_)) => "Scale".to_owned(),
            // A shift more is no other map.
            Self::Linear { name, .. } if name.is_empty() => "Linear".to_owned(),
            Self::Linear { name, .. } => format!("Linear {name}"),
            other => other.title(),
        }
    }

    /// What people call it.
    pub fn title(&self) -> String {
        let named = |what: &str, name: &str| {
            if name.is_empty() {
                what.to_owned()
            } else {
                format!("{what} {name}")
            }
        };
        match self {
            Self::Einsum { operands, output } => {
                let sides: Vec<String> = operands.iter().map(|o| o.join(" ")).collect();
                format!("Einsum {} → {}", sides.join(", "), output.join(" "))
            }
            Self::Linear { name, bias, .. } => {
                named(if *bias { "Linear with bias" } else { "Linear" }, name)
            }
            Self::Softmax(axis) => format!("Softmax over {}", axis.text()),
            Self::Mask { .. } => "Causal mask".to_owned(),
            Self::Normalise { kind, name, .. } => named(
                match kind {
                    Norm::Layer => "Layer norm",
                    Norm::Rms => "RMS norm",
                },
                name,
            ),
            Self::Elementwise(Function::Scale(by)) => format!("Scale by {by}"),
            Self::Elementwise(Function::Relu) => "ReLU".to_owned(),
            Self::Elementwise(Function::Gelu) => "GELU".to_owned(),
            Self::Elementwise(function) => function.word().to_owned(),
            Self::Add(_) => "Add".to_owned(),
            Self::Copy(_) => "Copy".to_owned(),
            Self::Delete => "Delete".to_owned(),
            Self::Swap => "Swap".to_owned(),
            Self::View { .. } => "View".to_owned(),
            Self::Index { axis, at } => format!("Index {at} of {}", axis.text()),
        }
    }
}

impl Term {
    /// Members taken and given, or what is wrong between two neighbours.
    pub fn arity(&self) -> Result<(usize, usize), crate::error::CircuitError> {
        use crate::error::CircuitError;
        match self {
            Self::Identity(n) => Ok((*n, *n)),
            Self::Operation(op) => Ok(op.arity()),
            Self::Block { body, .. } | Self::Each { body, .. } | Self::Repeat { body, .. } => {
                let (from, to) = body.term.arity()?;
                if matches!(self, Self::Repeat { .. }) && from != to {
                    return Err(CircuitError::meaning(
                        body.at,
                        format!(
                            "what is repeated takes {from} arrays and gives {to}; it must give as many as it takes."
                        ),
                    ));
                }
                Ok((from, to))
            }
            Self::Product(parts) => {
                let mut sum = (0, 0);
                for part in parts {
                    let (from, to) = part.term.arity()?;
                    sum = (sum.0 + from, sum.1 + to);
                }
                Ok(sum)
            }
            Self::Compose(parts) => {
                let mut ends: Option<(usize, usize)> = None;
                for part in parts {
                    let (from, to) = part.term.arity()?;
                    ends = Some(match ends {
                        None => (from, to),
                        Some((first, last)) if last == from => (first, to),
                        Some((_, last)) => {
                            return Err(CircuitError::meaning(
                                part.at,
                                format!(
                                    "this step takes {from} arrays, but the step before gives {last}; let the others pass with | id."
                                ),
                            ));
                        }
                    });
                }
                Ok(ends.unwrap_or((0, 0)))
            }
        }
    }
}

impl Node {
    /// Parts one after the other; nested compositions become one.
    pub fn compose(parts: Vec<Self>, at: Span) -> Self {
        Self::flat(parts, at, Term::Compose, |term| match term {
            Term::Compose(inner) => Ok(inner),
            other => Err(other),
        })
    }
    /// Parts side by side; nested products become one.
    pub fn product(parts: Vec<Self>, at: Span) -> Self {
        Self::flat(parts, at, Term::Product, |term| match term {
            Term::Product(inner) => Ok(inner),
            other => Err(other),
        })
    }
    fn flat(
        parts: Vec<Self>,
        at: Span,
        wrap: fn(Vec<Self>) -> Term,
        open: fn(Term) -> Result<Vec<Self>, Term>,
    ) -> Self {
        let mut list = Vec::new();
        for part in parts {
            match open(part.term) {
                Ok(inner) => list.extend(inner),
                Err(term) => list.push(Self { term, at: part.at }),
            }
        }
        if list.len() == 1 {
            return list.remove(0);
        }
        Self {
            term: wrap(list),
            at,
        }
    }
}
