//! A formula as it was written: names not yet resolved, indices not yet numbers, every node with
//! its place. [`crate::elaborate`] turns it into an [`crate::Expr`].

use crate::error::Position;
use crate::expr::Relation;

#[derive(Clone, Debug)]
pub(crate) struct Syntax {
    pub form: Form,
    pub at: Position,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Factor {
    Times,
    Over,
    Modulo,
}

#[derive(Clone, Debug)]
pub(crate) enum Form {
    Number(f64),
    Name(String),
    /// `x_{n+1}`, with the subscript as it was written.
    Subscripted(String, String),
    /// `A[i, j]`
    Indexed(String, Vec<Syntax>),
    /// `x(t - tau)`: a variable, by name or with its index, at an earlier time.
    Delayed(Box<Syntax>, Box<Syntax>),
    Call(String, Vec<Syntax>),
    Negative(Box<Syntax>),
    /// Terms from left to right; true: subtracted.
    Sum(Vec<(bool, Syntax)>),
    /// Factors from left to right, the first one with `Times`.
    Product(Vec<(Factor, Syntax)>),
    Power(Box<Syntax>, Box<Syntax>),
    /// `0 < x < 1`: the first operand, then each relation with its right operand.
    Comparison(Box<Syntax>, Vec<(Relation, Syntax)>),
    And(Vec<Syntax>),
    Or(Vec<Syntax>),
    Not(Box<Syntax>),
    /// Conditions with their values, then the value otherwise.
    Piecewise(Vec<(Syntax, Syntax)>, Box<Syntax>),
    /// `sum(j in 0..N, body)`
    SumOver(Box<IndexRange>, Box<Syntax>),
    /// `[a, b, c]`: a vector, or a row of a matrix.
    List(Vec<Syntax>),
}

/// `i in 0..N`, with `cyclic` when neighbours wrap around.
#[derive(Clone, Debug)]
pub(crate) struct IndexRange {
    pub index: String,
    pub from: Syntax,
    pub to: Syntax,
    pub inclusive: bool,
    pub cyclic: bool,
    pub at: Position,
}

impl Syntax {
    pub fn new(form: Form, at: Position) -> Self {
        Syntax { form, at }
    }
}
