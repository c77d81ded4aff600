//! Writes operations down instead of carrying them out: the [`Arithmetic`] of programs.
//!
//! Rewrites are only those that give the same bits for every input (which NaN comes out aside):
//! folding of constants by the reference operations, x·1, x/1, x − 0, x + (−y), division by a
//! power of two as multiplication by its reciprocal, sharing of equal operations.

use super::{Blocks, Id, Index, Op, Program};
use crate::elementary::arithmetic::{
    Arithmetic, Binary, Block, SIGN, Unary, Value, binary, select, unary,
};
use std::cell::RefCell;

#[derive(Default)]
pub(crate) struct Builder {
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    ops: Vec<Op>,
    known: Index,
    blocks: Blocks,
}

const ONE: u64 = 0x3ff0_0000_0000_0000;
const MINUS_ZERO: u64 = SIGN;

impl State {
    fn push(&mut self, op: Op) -> Id {
        let (ops, next) = (&self.ops, self.ops.len() as Id);
        let found = self.known.find_or_put(
            op.mixed(),
            next,
            |id| ops[id as usize] == op,
            |id| ops[id as usize].mixed(),
        );
        found.unwrap_or_else(|| {
            self.ops.push(op);
            next
        })
    }

    fn constant(&self, id: Id) -> Option<u64> {
        match self.ops[id as usize] {
            Op::Constant(bits) => Some(bits),
            _ => None,
        }
    }

    /// y if this operation is −y.
    fn negated(&self, id: Id) -> Option<Id> {
        match self.ops[id as usize] {
            Op::Binary(Binary::Xor, a, b) if self.constant(b) == Some(SIGN) => Some(a),
            Op::Binary(Binary::Xor, a, b) if self.constant(a) == Some(SIGN) => Some(b),
            _ => None,
        }
    }

    fn binary(&mut self, op: Binary, a: Id, b: Id) -> Id {
        let (left, right) = (self.constant(a), self.constant(b));
        if let (Some(x), Some(y)) = (left, right) {
            return self.push(Op::Constant(binary(op, x, y)));
        }
        match (op, left, right) {
            (Binary::Mul | Binary::Div, _, Some(ONE))
            | (Binary::Sub | Binary::Or | Binary::Xor | Binary::AddBits, _, Some(0))
            | (Binary::Add, _, Some(MINUS_ZERO))
            | (Binary::And, _, Some(u64::MAX)) => return a,
            (Binary::Mul, Some(ONE), _)
            | (Binary::Or | Binary::Xor | Binary::AddBits, Some(0), _)
            | (Binary::Add, Some(MINUS_ZERO), _)
            | (Binary::And, Some(u64::MAX), _) => return b,
            (Binary::And, _, Some(0)) => return b,
            (Binary::And, Some(0), _) => return a,
            (Binary::Div, _, Some(bits)) => {
                if let Some(reciprocal) = exact_reciprocal(bits) {
                    let reciprocal = self.push(Op::Constant(reciprocal));
                    return self.binary(Binary::Mul, a, reciprocal);
                }
            }
            (Binary::Add, ..) => {
                if let Some(y) = self.negated(b) {
                    return self.binary(Binary::Sub, a, y);
                }
                if let Some(x) = self.negated(a) {
                    return self.binary(Binary::Sub, b, x);
                }
            }
            (Binary::Sub, ..) => {
                if let Some(y) = self.negated(b) {
                    return self.binary(Binary::Add, a, y);
                }
            }
            (Binary::Xor, ..) => {
                // Two sign changes cancel.
                let pairs = [(a, right), (b, left)];
                for (inner, other) in pairs {
                    if other == Some(SIGN)
                        && let Some(inner) = self.negated(inner)
                    {
                        return inner;
                    }
                }
            }
            _ => {}
        }
        let (a, b) = if op.commutes() && b < a {
            (b, a)
        } else {
            (a, b)
        };
        self.push(Op::Binary(op, a, b))
    }
}

/// The reciprocal of ±2ⁿ where it is exact and normal, so that dividing and multiplying agree.
fn exact_reciprocal(bits: u64) -> Option<u64> {
    let mantissa = bits & 0x000f_ffff_ffff_ffff;
    let exponent = bits >> 52 & 0x7ff;
    (mantissa == 0 && (2..=2044).contains(&exponent)).then(|| bits & SIGN | (2046 - exponent) << 52)
}

impl Arithmetic for Builder {
    type Word = Id;

    fn constant(&self, bits: u64) -> Id {
        self.state.borrow_mut().push(Op::Constant(bits))
    }

    fn unary(&self, op: Unary, a: Id) -> Id {
        let mut state = self.state.borrow_mut();
        match state.constant(a) {
            Some(x) => state.push(Op::Constant(unary(op, x))),
            None => state.push(Op::Unary(op, a)),
        }
    }

    fn binary(&self, op: Binary, a: Id, b: Id) -> Id {
        self.state.borrow_mut().binary(op, a, b)
    }

    fn select(&self, mask: Id, value: Id, otherwise: Id) -> Id {
        let mut state = self.state.borrow_mut();
        if value == otherwise {
            return value;
        }
        match state.constant(mask) {
            Some(0) => otherwise,
            Some(u64::MAX) => value,
            Some(mask) => match (state.constant(value), state.constant(otherwise)) {
                (Some(value), Some(otherwise)) => {
                    state.push(Op::Constant(select(mask, value, otherwise)))
                }
                _ => {
                    let mask = state.push(Op::Constant(mask));
                    state.push(Op::Select(mask, value, otherwise))
                }
            },
            None => state.push(Op::Select(mask, value, otherwise)),
        }
    }

    fn note(&self, block: Block, argument: Id, results: &[Id]) {
        self.state
            .borrow_mut()
            .blocks
            .note(block, argument, results);
    }

    fn noted(&self, block: Block, argument: Id) -> Option<[Id; 3]> {
        self.state.borrow().blocks.results(block, argument)
    }
}

impl Builder {
    pub fn input(&self, number: usize) -> Value<'_, Builder> {
        let id = self.state.borrow_mut().push(Op::Input(number as u32));
        Value::new(self, id)
    }

    pub fn number(&self, value: f64) -> Value<'_, Builder> {
        Value::new(self, self.constant(value.to_bits()))
    }

    /// The program of these outputs.
    pub fn finish(self, inputs: usize, outputs: Vec<Id>) -> Program {
        self.written(inputs, outputs).pruned()
    }

    /// As [`Builder::finish`], with the operations that no output needs.
    pub fn written(self, inputs: usize, outputs: Vec<Id>) -> Program {
        let state = self.state.into_inner();
        Program {
            ops: state.ops,
            outputs,
            inputs,
            blocks: state.blocks,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_operations_are_shared_and_constants_folded() {
        let builder = Builder::default();
        let (x, y) = (builder.input(0), builder.input(1));
        let a = x * y + builder.number(2.0) * 3.0;
        let b = y * x + 6.0;
        assert_eq!(a.word, b.word);
    }

    #[test]
    fn division_by_a_power_of_two_multiplies() {
        assert_eq!(
            exact_reciprocal(8.0_f64.to_bits()),
            Some(0.125_f64.to_bits())
        );
        assert_eq!(exact_reciprocal(3.0_f64.to_bits()), None);
        assert_eq!(
            exact_reciprocal((-0.5_f64).to_bits()),
            Some((-2.0_f64).to_bits())
        );
    }
}
