//! Straight-line programs: the form that all compiled back ends share. Operations in order, each
//! naming earlier ones; equal operations appear once, and operations on constants are carried out
//! beforehand wherever that gives the same bits.

mod blocks;
mod builder;
mod index;
mod lower;
mod once;
mod step;

use crate::elementary::arithmetic::{Binary, Unary};
pub(crate) use blocks::Blocks;
pub(crate) use builder::Builder;
pub(crate) use index::{Index, Mixer};
pub(crate) use lower::Lowering;
pub use step::Scheme;
pub(crate) use step::{Body, StepPlan};

/// The number of an operation within its program.
pub type Id = u32;

/// One operation of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// The bits of an f64, or of a mask.
    Constant(u64),
    /// The input of this number.
    Input(u32),
    Unary(Unary, Id),
    Binary(Binary, Id, Id),
    /// Mask, value where it is set, value elsewhere.
    Select(Id, Id, Id),
}

impl Op {
    /// The operations that it reads.
    #[inline]
    pub fn operands(&self, mut each: impl FnMut(Id)) {
        match *self {
            Op::Constant(_) | Op::Input(_) => {}
            Op::Unary(_, a) => each(a),
            Op::Binary(_, a, b) => {
                each(a);
                each(b);
            }
            Op::Select(a, b, c) => {
                each(a);
                each(b);
                each(c);
            }
        }
    }

    /// A number that differs between different operations as a rule.
    #[inline]
    pub(crate) fn mixed(&self) -> u64 {
        let (kind, x, y) = match *self {
            Op::Constant(bits) => (0, bits, 0),
            Op::Input(number) => (1, u64::from(number), 0),
            Op::Unary(op, a) => {
                let (code, by) = match op {
                    Unary::Sqrt => (0, 0),
                    Unary::Floor => (1, 0),
                    Unary::Nearest => (2, 0),
                    Unary::ShiftLeft(by) => (3, by),
                    Unary::ShiftRight(by) => (4, by),
                };
                (2, u64::from(a), code << 8 | u64::from(by))
            }
            Op::Binary(op, a, b) => (3 + op as u64, u64::from(a) << 32 | u64::from(b), 0),
            Op::Select(m, a, b) => (32, u64::from(m) << 32 | u64::from(a), u64::from(b)),
        };
        let mixed = (x ^ kind << 56).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mixed = (mixed ^ mixed >> 29 ^ y).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed ^ mixed >> 32
    }

    /// The same operation on renamed operands.
    #[must_use]
    pub fn renamed(&self, name: impl Fn(Id) -> Id) -> Op {
        match *self {
            Op::Constant(_) | Op::Input(_) => *self,
            Op::Unary(op, a) => Op::Unary(op, name(a)),
            Op::Binary(op, a, b) => Op::Binary(op, name(a), name(b)),
            Op::Select(a, b, c) => Op::Select(name(a), name(b), name(c)),
        }
    }
}

/// A straight-line program. For a system's right-hand side the inputs are the variables, the
/// parameters and t, in this order; the outputs are the right-hand sides.
#[derive(Clone, Debug)]
pub struct Program {
    pub(crate) ops: Vec<Op>,
    pub(crate) outputs: Vec<Id>,
    pub(crate) inputs: usize,
    /// Which operations are those of one elementary function.
    pub(crate) blocks: Blocks,
}

impl Program {
    /// The operations, constants and inputs included.
    pub fn ops(&self) -> &[Op] {
        &self.ops
    }

    /// The operations whose values are the results.
    pub fn outputs(&self) -> &[Id] {
        &self.outputs
    }

    /// How many inputs it takes.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// Without the operations that no output needs.
    pub(crate) fn pruned(mut self) -> Program {
        let mut needed = vec![false; self.ops.len()];
        for output in &self.outputs {
            needed[*output as usize] = true;
        }
        for place in (0..self.ops.len()).rev() {
            if needed[place] {
                self.ops[place].operands(|id| needed[id as usize] = true);
            }
        }
        let mut names = vec![0; self.ops.len()];
        let mut kept = Vec::new();
        for (place, op) in self.ops.iter().enumerate() {
            if needed[place] {
                names[place] = kept.len() as Id;
                kept.push(op.renamed(|id| names[id as usize]));
            }
        }
        for output in &mut self.outputs {
            *output = names[*output as usize];
        }
        self.blocks
            .rename(|id| needed[id as usize].then(|| names[id as usize]));
        self.ops = kept;
        self
    }
}
