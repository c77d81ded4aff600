//! The few operations on 64-bit words from which every function is made. A function written over
//! [`Arithmetic`] runs on f64 ([`Direct`]) or, over a program's builder, becomes the same
//! operations as a straight-line program: so all back ends agree bit for bit.

use std::ops::{Add, Div, Mul, Neg, Sub};

/// One-operand operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unary {
    /// Square root, correctly rounded.
    Sqrt,
    /// Largest integer not above.
    Floor,
    /// Nearest integer, halves to even.
    Nearest,
    /// The word moved to the left, zeros enter.
    ShiftLeft(u8),
    /// The word moved to the right, zeros enter.
    ShiftRight(u8),
}

/// Two-operand operations. Comparisons give a word of ones where they hold and 0 elsewhere, and
/// don't hold with NaN.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Binary {
    Add,
    Sub,
    Mul,
    Div,
    /// Bitwise on the words.
    And,
    Or,
    Xor,
    /// Integer addition and subtraction of the words, wrapping.
    AddBits,
    SubBits,
    Less,
    LessEqual,
    Equal,
}

impl Binary {
    /// Whether the operands may be exchanged (up to which NaN comes out).
    pub fn commutes(self) -> bool {
        matches!(
            self,
            Binary::Add
                | Binary::Mul
                | Binary::And
                | Binary::Or
                | Binary::Xor
                | Binary::AddBits
                | Binary::Equal
        )
    }

    /// Whether the result is a mask.
    pub fn compares(self) -> bool {
        matches!(self, Binary::Less | Binary::LessEqual | Binary::Equal)
    }
}

/// What a block of operations computes: those of an elementary function of one argument. Blocks of
/// one kind have the same operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Block {
    /// Sine and cosine.
    Circular,
    Exponential,
    Logarithm,
    Power,
    ArcTangent,
    HyperbolicSine,
    HyperbolicTangent,
    CubeRoot,
    ArcSine,
}

/// What an operation does to a word: the reference for every back end.
#[inline(always)]
pub fn unary(op: Unary, a: u64) -> u64 {
    let x = f64::from_bits(a);
    match op {
        Unary::Sqrt => x.sqrt().to_bits(),
        Unary::Floor => x.floor().to_bits(),
        Unary::Nearest => x.round_ties_even().to_bits(),
        Unary::ShiftLeft(by) => a << by,
        Unary::ShiftRight(by) => a >> by,
    }
}

/// What an operation does to two words: the reference for every back end.
#[inline(always)]
pub fn binary(op: Binary, a: u64, b: u64) -> u64 {
    let (x, y) = (f64::from_bits(a), f64::from_bits(b));
    let mask = |holds: bool| if holds { u64::MAX } else { 0 };
    match op {
        Binary::Add => (x + y).to_bits(),
        Binary::Sub => (x - y).to_bits(),
        Binary::Mul => (x * y).to_bits(),
        Binary::Div => (x / y).to_bits(),
        Binary::And => a & b,
        Binary::Or => a | b,
        Binary::Xor => a ^ b,
        Binary::AddBits => a.wrapping_add(b),
        Binary::SubBits => a.wrapping_sub(b),
        Binary::Less => mask(x < y),
        Binary::LessEqual => mask(x <= y),
        Binary::Equal => mask(x == y),
    }
}

/// The operand whose mask bits are set: `value` there, `otherwise` elsewhere.
#[inline(always)]
pub fn select(mask: u64, value: u64, otherwise: u64) -> u64 {
    (mask & value) | (!mask & otherwise)
}

/// Something that carries out, or writes down, operations on words.
pub trait Arithmetic {
    /// A word, or the name of one.
    type Word: Copy;

    fn constant(&self, bits: u64) -> Self::Word;
    fn unary(&self, op: Unary, a: Self::Word) -> Self::Word;
    fn binary(&self, op: Binary, a: Self::Word, b: Self::Word) -> Self::Word;
    fn select(&self, mask: Self::Word, value: Self::Word, otherwise: Self::Word) -> Self::Word;
    /// Takes note of operations that belong together, from an argument to results.
    #[inline(always)]
    fn note(&self, _block: Block, _argument: Self::Word, _results: &[Self::Word]) {}
    /// The three results of such a block, if note has been taken of it.
    #[inline(always)]
    fn noted(&self, _block: Block, _argument: Self::Word) -> Option<[Self::Word; 3]> {
        None
    }
}

/// Carries the operations out at once.
#[derive(Clone, Copy, Debug, Default)]
pub struct Direct;

impl Arithmetic for Direct {
    type Word = u64;

    #[inline(always)]
    fn constant(&self, bits: u64) -> u64 {
        bits
    }

    #[inline(always)]
    fn unary(&self, op: Unary, a: u64) -> u64 {
        unary(op, a)
    }

    #[inline(always)]
    fn binary(&self, op: Binary, a: u64, b: u64) -> u64 {
        binary(op, a, b)
    }

    #[inline(always)]
    fn select(&self, mask: u64, value: u64, otherwise: u64) -> u64 {
        select(mask, value, otherwise)
    }
}

/// The sign bit of an f64.
pub(crate) const SIGN: u64 = 1 << 63;

/// A word together with what computes on it, so that formulas read as formulas.
pub struct Value<'a, A: Arithmetic> {
    pub(crate) on: &'a A,
    pub(crate) word: A::Word,
}

impl<A: Arithmetic> Clone for Value<'_, A> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A: Arithmetic> Copy for Value<'_, A> {}

/// The short way to write operations in the elementary functions.
#[allow(clippy::should_implement_trait)]
impl<'a, A: Arithmetic> Value<'a, A> {
    #[inline(always)]
    pub fn new(on: &'a A, word: A::Word) -> Self {
        Value { on, word }
    }

    #[inline(always)]
    pub fn bits(self, bits: u64) -> Self {
        Value::new(self.on, self.on.constant(bits))
    }

    #[inline(always)]
    pub fn number(self, value: f64) -> Self {
        self.bits(value.to_bits())
    }

    #[inline(always)]
    pub fn unary(self, op: Unary) -> Self {
        Value::new(self.on, self.on.unary(op, self.word))
    }

    #[inline(always)]
    pub fn binary(self, op: Binary, other: Self) -> Self {
        Value::new(self.on, self.on.binary(op, self.word, other.word))
    }

    #[inline(always)]
    pub fn sqrt(self) -> Self {
        self.unary(Unary::Sqrt)
    }

    #[inline(always)]
    pub fn floor(self) -> Self {
        self.unary(Unary::Floor)
    }

    #[inline(always)]
    pub fn nearest(self) -> Self {
        self.unary(Unary::Nearest)
    }

    #[inline(always)]
    pub fn shift_left(self, by: u8) -> Self {
        self.unary(Unary::ShiftLeft(by))
    }

    #[inline(always)]
    pub fn shift_right(self, by: u8) -> Self {
        self.unary(Unary::ShiftRight(by))
    }

    #[inline(always)]
    pub fn and(self, other: Self) -> Self {
        self.binary(Binary::And, other)
    }

    #[inline(always)]
    pub fn or(self, other: Self) -> Self {
        self.binary(Binary::Or, other)
    }

    #[inline(always)]
    pub fn xor(self, other: Self) -> Self {
        self.binary(Binary::Xor, other)
    }

    #[inline(always)]
    pub fn and_bits(self, bits: u64) -> Self {
        self.and(self.bits(bits))
    }

    #[inline(always)]
    pub fn or_bits(self, bits: u64) -> Self {
        self.or(self.bits(bits))
    }

    #[inline(always)]
    pub fn add_bits(self, bits: u64) -> Self {
        self.binary(Binary::AddBits, self.bits(bits))
    }

    #[inline(always)]
    pub fn abs(self) -> Self {
        self.and_bits(!SIGN)
    }

    /// The sign bit alone.
    #[inline(always)]
    pub fn sign_bit(self) -> Self {
        self.and_bits(SIGN)
    }

    /// Opposite mask.
    #[inline(always)]
    pub fn not(self) -> Self {
        self.xor(self.bits(u64::MAX))
    }

    #[inline(always)]
    pub fn less(self, other: Self) -> Self {
        self.binary(Binary::Less, other)
    }

    #[inline(always)]
    pub fn less_equal(self, other: Self) -> Self {
        self.binary(Binary::LessEqual, other)
    }

    #[inline(always)]
    pub fn equal(self, other: Self) -> Self {
        self.binary(Binary::Equal, other)
    }

    #[inline(always)]
    pub fn below(self, value: f64) -> Self {
        self.less(self.number(value))
    }

    #[inline(always)]
    pub fn above(self, value: f64) -> Self {
        self.number(value).less(self)
    }

    #[inline(always)]
    pub fn is(self, value: f64) -> Self {
        self.equal(self.number(value))
    }

    /// Takes note that `results` are those of a block of operations on this argument.
    #[inline(always)]
    pub fn note<const N: usize>(self, block: Block, results: [Self; N]) {
        self.on
            .note(block, self.word, &results.map(|result| result.word));
    }

    /// The results of a block on this argument, if note has been taken of them.
    #[inline(always)]
    pub fn noted(self, block: Block) -> Option<[Self; 3]> {
        let words = self.on.noted(block, self.word)?;
        Some(words.map(|word| Value::new(self.on, word)))
    }

    /// Mask of NaN.
    #[inline(always)]
    pub fn is_nan(self) -> Self {
        self.equal(self).not()
    }

    /// With `self` as the mask: `value` where it is set, `otherwise` elsewhere.
    #[inline(always)]
    pub fn choose(self, value: Self, otherwise: Self) -> Self {
        let word = self.on.select(self.word, value.word, otherwise.word);
        Value::new(self.on, word)
    }

    /// c₀ + c₁·x + c₂·x² + … by Estrin's scheme: neighbours are put together as c₀ + c₁·x, then
    /// neighbours of these with x² in place of x, and so on. Half of the operations wait for
    /// others that Horner's rule has in a row. At most 16 coefficients.
    #[inline(always)]
    pub fn polynomial(self, coefficients: &[f64]) -> Self {
        debug_assert!(coefficients.len() <= 16);
        let mut terms = [self; 16];
        let mut left = coefficients.len().min(16);
        for (term, coefficient) in terms.iter_mut().zip(coefficients) {
            *term = self.number(*coefficient);
        }
        let mut power = self;
        while left > 1 {
            for pair in 0..left / 2 {
                terms[pair] = terms[2 * pair] + power * terms[2 * pair + 1];
            }
            if left % 2 == 1 {
                terms[left / 2] = terms[left - 1];
            }
            left = left.div_ceil(2);
            power = power * power;
        }
        terms[0]
    }
}

macro_rules! operator {
    ($trait:ident, $method:ident, $op:expr) => {
        impl<A: Arithmetic> $trait for Value<'_, A> {
            type Output = Self;

            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                self.binary($op, other)
            }
        }

        impl<A: Arithmetic> $trait<f64> for Value<'_, A> {
            type Output = Self;

            #[inline(always)]
            fn $method(self, other: f64) -> Self {
                self.binary($op, self.number(other))
            }
        }

        impl<'a, A: Arithmetic> $trait<Value<'a, A>> for f64 {
            type Output = Value<'a, A>;

            #[inline(always)]
            fn $method(self, other: Value<'a, A>) -> Value<'a, A> {
                other.number(self).binary($op, other)
            }
        }
    };
}

operator!(Add, add, Binary::Add);
operator!(Sub, sub, Binary::Sub);
operator!(Mul, mul, Binary::Mul);
operator!(Div, div, Binary::Div);

impl<A: Arithmetic> Neg for Value<'_, A> {
    type Output = Self;

    /// Flips the sign bit, of NaN too.
    #[inline(always)]
    fn neg(self) -> Self {
        self.xor(self.bits(SIGN))
    }
}
