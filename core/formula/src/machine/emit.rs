//! One operation of a program as Cranelift instructions, for one lane or two. A word is held as a
//! float, as an integer, or (one lane) as a condition, and is converted where it is read.

use crate::elementary::arithmetic::{Binary, SIGN, Unary};
use crate::program::Op;
use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::immediates::Ieee64;
use cranelift_codegen::ir::{
    ConstantData, Endianness, InstBuilder, MemFlagsData, Type, Value, types,
};
use cranelift_frontend::FunctionBuilder;

/// The forms in which a word is at hand.
#[derive(Clone, Copy, Default)]
pub(super) struct Held {
    constant: Option<u64>,
    float: Option<Value>,
    integer: Option<Value>,
    condition: Option<Value>,
}

impl Held {
    pub fn float(value: Value) -> Held {
        Held {
            float: Some(value),
            ..Held::default()
        }
    }

    fn integer(value: Value) -> Held {
        Held {
            integer: Some(value),
            ..Held::default()
        }
    }

    fn condition(value: Value) -> Held {
        Held {
            condition: Some(value),
            ..Held::default()
        }
    }
}

/// Whether bitwise operations on scalar floats have instructions (`andpd` and its like).
const FLOAT_LOGIC: bool = cfg!(target_arch = "x86_64");

/// Writes operations for `lanes` (1 or 2) copies of a program at once.
pub(super) struct Emitter<'a, 'b> {
    pub to: &'a mut FunctionBuilder<'b>,
    pub lanes: usize,
}

impl Emitter<'_, '_> {
    pub fn float_type(&self) -> Type {
        if self.lanes == 1 {
            types::F64
        } else {
            types::F64X2
        }
    }

    fn integer_type(&self) -> Type {
        if self.lanes == 1 {
            types::I64
        } else {
            types::I64X2
        }
    }

    fn constant(&mut self, bits: u64, ty: Type) -> Value {
        if self.lanes == 2 {
            let bytes: Vec<u8> = [bits.to_le_bytes(); 2].concat();
            let constant = self.to.func.dfg.constants.insert(ConstantData::from(bytes));
            self.to.ins().vconst(ty, constant)
        } else if ty == types::F64 {
            self.to.ins().f64const(Ieee64::with_bits(bits))
        } else {
            self.to.ins().iconst(types::I64, bits as i64)
        }
    }

    fn cast(&mut self, value: Value, ty: Type) -> Value {
        let flags = MemFlagsData::new().with_endianness(Endianness::Little);
        self.to.ins().bitcast(ty, flags, value)
    }

    /// The word as a float.
    pub fn as_float(&mut self, held: &mut Held) -> Value {
        if let Some(value) = held.float {
            return value;
        }
        let ty = self.float_type();
        let value = match held.constant {
            Some(bits) => self.constant(bits, ty),
            None => {
                let integer = self.as_integer(held);
                self.cast(integer, ty)
            }
        };
        held.float = Some(value);
        value
    }

    fn as_integer(&mut self, held: &mut Held) -> Value {
        if let Some(value) = held.integer {
            return value;
        }
        let ty = self.integer_type();
        let value = match (held.constant, held.float, held.condition) {
            (Some(bits), ..) => self.constant(bits, ty),
            (None, Some(float), _) => self.cast(float, ty),
            (None, None, Some(condition)) => self.to.ins().bmask(ty, condition),
            (None, None, None) => self.constant(0, ty),
        };
        held.integer = Some(value);
        value
    }

    /// A mask as a condition (one lane only).
    fn as_condition(&mut self, held: &mut Held) -> Value {
        if let Some(value) = held.condition {
            return value;
        }
        let value = match held.constant {
            Some(bits) => self.to.ins().iconst(types::I8, i64::from(bits != 0)),
            None => {
                let integer = self.as_integer(held);
                let zero = self.to.ins().iconst(types::I64, 0);
                self.to.ins().icmp(IntCC::NotEqual, integer, zero)
            }
        };
        held.condition = Some(value);
        value
    }

    /// Writes one operation; `held` has what the operations before it left.
    pub fn op(&mut self, op: &Op, held: &mut [Held]) -> Held {
        match *op {
            Op::Constant(bits) => Held {
                constant: Some(bits),
                ..Held::default()
            },
            // Inputs are set by the caller.
            Op::Input(_) => Held::default(),
            Op::Unary(op, a) => self.unary(op, &mut held[a as usize]),
            Op::Binary(op, a, b) if a == b && matches!(op, Binary::Or | Binary::And) => {
                held[a as usize]
            }
            Op::Binary(op, a, b) => {
                let (mut x, mut y) = (held[a as usize], held[b as usize]);
                let result = self.binary(op, &mut x, &mut y);
                held[a as usize] = x;
                if a != b {
                    held[b as usize] = y;
                }
                result
            }
            Op::Select(mask, a, b) => {
                let (mut m, mut x, mut y) =
                    (held[mask as usize], held[a as usize], held[b as usize]);
                let result = self.select(&mut m, &mut x, &mut y);
                held[b as usize] = y;
                held[a as usize] = x;
                held[mask as usize] = m;
                result
            }
        }
    }

    fn unary(&mut self, op: Unary, a: &mut Held) -> Held {
        match op {
            Unary::Sqrt | Unary::Floor | Unary::Nearest => {
                let a = self.as_float(a);
                Held::float(match op {
                    Unary::Sqrt => self.to.ins().sqrt(a),
                    Unary::Floor => self.to.ins().floor(a),
                    _ => self.to.ins().nearest(a),
                })
            }
            Unary::ShiftLeft(by) => {
                let a = self.as_integer(a);
                let by = self.to.ins().iconst(types::I32, i64::from(by));
                Held::integer(self.to.ins().ishl(a, by))
            }
            Unary::ShiftRight(by) => {
                let a = self.as_integer(a);
                let by = self.to.ins().iconst(types::I32, i64::from(by));
                Held::integer(self.to.ins().ushr(a, by))
            }
        }
    }

    fn binary(&mut self, op: Binary, a: &mut Held, b: &mut Held) -> Held {
        match op {
            Binary::Add | Binary::Sub | Binary::Mul | Binary::Div => {
                let (x, y) = (self.as_float(a), self.as_float(b));
                Held::float(match op {
                    Binary::Add => self.to.ins().fadd(x, y),
                    Binary::Sub => self.to.ins().fsub(x, y),
                    Binary::Mul => self.to.ins().fmul(x, y),
                    _ => self.to.ins().fdiv(x, y),
                })
            }
            Binary::Less | Binary::LessEqual | Binary::Equal => {
                let (x, y) = (self.as_float(a), self.as_float(b));
                let code = match op {
                    Binary::Less => FloatCC::LessThan,
                    Binary::LessEqual => FloatCC::LessThanOrEqual,
                    _ => FloatCC::Equal,
                };
                let found = self.to.ins().fcmp(code, x, y);
                if self.lanes == 1 {
                    Held::condition(found)
                } else {
                    Held::integer(found)
                }
            }
            Binary::AddBits | Binary::SubBits => {
                let (x, y) = (self.as_integer(a), self.as_integer(b));
                Held::integer(match op {
                    Binary::AddBits => self.to.ins().iadd(x, y),
                    _ => self.to.ins().isub(x, y),
                })
            }
            Binary::And | Binary::Or | Binary::Xor => self.logic(op, a, b),
        }
    }

    fn logic(&mut self, op: Binary, a: &mut Held, b: &mut Held) -> Held {
        // A change or removal of sign on a float.
        for (value, other) in [(*a, *b), (*b, *a)] {
            if let (Some(float), Some(bits)) = (value.float, other.constant) {
                if op == Binary::Xor && bits == SIGN {
                    return Held::float(self.to.ins().fneg(float));
                }
                if op == Binary::And && bits == !SIGN {
                    return Held::float(self.to.ins().fabs(float));
                }
            }
        }
        let mask =
            |held: &Held| held.condition.is_some() || matches!(held.constant, Some(0 | u64::MAX));
        let conditions = mask(a) && mask(b);
        let (x, y) = if conditions {
            (self.as_condition(a), self.as_condition(b))
        } else if FLOAT_LOGIC && self.lanes == 1 && (a.float.is_some() || b.float.is_some()) {
            (self.as_float(a), self.as_float(b))
        } else {
            (self.as_integer(a), self.as_integer(b))
        };
        let value = match op {
            Binary::And => self.to.ins().band(x, y),
            Binary::Or => self.to.ins().bor(x, y),
            _ => self.to.ins().bxor(x, y),
        };
        if conditions {
            Held::condition(value)
        } else if self.to.func.dfg.value_type(value) == types::F64 {
            Held::float(value)
        } else {
            Held::integer(value)
        }
    }

    fn select(&mut self, mask: &mut Held, a: &mut Held, b: &mut Held) -> Held {
        if self.lanes == 2 {
            let mask = self.as_integer(mask);
            let (x, y) = (self.as_integer(a), self.as_integer(b));
            return Held::integer(self.to.ins().bitselect(mask, x, y));
        }
        let mask = self.as_condition(mask);
        if a.integer.is_some() && b.integer.is_some() && a.float.is_none() && b.float.is_none() {
            let (x, y) = (self.as_integer(a), self.as_integer(b));
            return Held::integer(self.to.ins().select(mask, x, y));
        }
        let (x, y) = (self.as_float(a), self.as_float(b));
        Held::float(self.to.ins().select(mask, x, y))
    }
}
