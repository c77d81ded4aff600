//! The portable back end, and the reference for all others: a program as a list of instructions
//! on numbered slots, carried out for one point or for a block of points at a time.

use crate::elementary::arithmetic::{Binary, Unary, binary, select, unary};
use crate::program::{Op, Program};

/// A slot is reused once its value is no longer needed.
#[derive(Clone, Copy, Debug)]
enum Code {
    Unary(Unary),
    Binary(Binary),
    Select,
}

#[derive(Clone, Copy, Debug)]
struct Instruction {
    code: Code,
    to: u32,
    a: u32,
    b: u32,
    c: u32,
}

/// A program that is interpreted. Evaluation needs no compiler and no executable memory, and
/// works on every machine.
///
/// ```
/// use loom_formula::{System, Tape};
/// let system = System::parse("x' = a*x - x^3")?;
/// let tape = Tape::new(&system.program());
/// let mut rate = [0.0];
/// tape.eval(&[2.0], &[3.0], 0.0, &mut rate);
/// assert_eq!(rate, [-2.0]);
/// # Ok::<(), loom_formula::FormulaError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Tape {
    inputs: usize,
    /// Slots after the inputs that hold constants.
    constants: Vec<u64>,
    slots: usize,
    code: Vec<Instruction>,
    outputs: Vec<u32>,
}

impl Tape {
    /// Translates a program.
    pub fn new(program: &Program) -> Tape {
        let ops = &program.ops;
        let mut last_use = vec![0_usize; ops.len()];
        for (place, op) in ops.iter().enumerate() {
            op.operands(|id| last_use[id as usize] = place);
        }
        for output in &program.outputs {
            last_use[*output as usize] = usize::MAX;
        }
        let mut constants = Vec::new();
        let mut slot = vec![0_u32; ops.len()];
        for (place, op) in ops.iter().enumerate() {
            match op {
                Op::Constant(bits) => {
                    slot[place] = (program.inputs + constants.len()) as u32;
                    constants.push(*bits);
                }
                Op::Input(number) => slot[place] = *number,
                _ => {}
            }
        }
        let first = (program.inputs + constants.len()) as u32;
        let mut slots = first;
        let mut free: Vec<u32> = Vec::new();
        let mut code = Vec::new();
        for (place, op) in ops.iter().enumerate() {
            let at = |id: u32| slot[id as usize];
            let (kind, a, b, c) = match *op {
                Op::Constant(_) | Op::Input(_) => continue,
                Op::Unary(op, a) => (Code::Unary(op), at(a), at(a), at(a)),
                Op::Binary(op, a, b) => (Code::Binary(op), at(a), at(b), at(a)),
                Op::Select(m, a, b) => (Code::Select, at(m), at(a), at(b)),
            };
            let already = free.len();
            op.operands(|id| {
                let old = slot[id as usize];
                let dead = last_use[id as usize] == place && old >= first;
                // An operand that is read twice is freed once.
                if dead && !free[already..].contains(&old) {
                    free.push(old);
                }
            });
            let to = free.pop().unwrap_or_else(|| {
                slots += 1;
                slots - 1
            });
            slot[place] = to;
            code.push(Instruction {
                code: kind,
                to,
                a,
                b,
                c,
            });
        }
        Tape {
            inputs: program.inputs,
            constants,
            slots: slots as usize,
            code,
            outputs: program
                .outputs
                .iter()
                .map(|id| slot[*id as usize])
                .collect(),
        }
    }

    /// How many values it gives.
    pub fn outputs(&self) -> usize {
        self.outputs.len()
    }

    /// Evaluates at one point: variables, parameters and time as the program's system has them.
    /// Missing inputs read as NaN, and outputs beyond `out` are dropped.
    pub fn eval(&self, state: &[f64], params: &[f64], t: f64, out: &mut [f64]) {
        let mut work = self.work::<1>();
        self.eval_with(&mut work, state, params, t, out);
    }

    /// Room for [`Tape::eval_with`], to be made once and used many times.
    pub fn scratch(&self) -> TapeScratch {
        self.work::<1>()
    }

    /// As [`Tape::eval`], without allocating.
    pub fn eval_with(
        &self,
        work: &mut TapeScratch,
        state: &[f64],
        params: &[f64],
        t: f64,
        out: &mut [f64],
    ) {
        let inputs = state.iter().chain(params).chain(std::iter::once(&t));
        self.load(work, inputs);
        self.run(work);
        self.store(work, out);
    }

    /// Evaluates on a plain list of inputs.
    pub(crate) fn eval_inputs(&self, inputs: &[f64], out: &mut [f64]) {
        let mut work = self.work::<1>();
        self.load(&mut work, inputs.iter());
        self.run(&mut work);
        self.store(&work, out);
    }

    fn load<'a>(&self, work: &mut TapeScratch, inputs: impl Iterator<Item = &'a f64>) {
        for (slot, value) in work.slots[..self.inputs].iter_mut().zip(inputs) {
            slot[0] = value.to_bits();
        }
    }

    fn store(&self, work: &TapeScratch, out: &mut [f64]) {
        for (value, slot) in out.iter_mut().zip(&self.outputs) {
            *value = f64::from_bits(work.slots[*slot as usize][0]);
        }
    }

    pub(crate) fn work<const L: usize>(&self) -> Scratch<L> {
        let mut slots = vec![[f64::NAN.to_bits(); L]; self.slots];
        for (slot, bits) in slots[self.inputs..].iter_mut().zip(&self.constants) {
            *slot = [*bits; L];
        }
        Scratch { slots }
    }

    /// The output of this number after [`Tape::run`].
    pub(crate) fn output<'a, const L: usize>(
        &self,
        work: &'a Scratch<L>,
        number: usize,
    ) -> &'a [u64; L] {
        &work.slots[self.outputs[number] as usize]
    }

    /// Carries all instructions out for a block of `L` points.
    pub(crate) fn run<const L: usize>(&self, work: &mut Scratch<L>) {
        let slots = &mut work.slots;
        macro_rules! each {
            ($instruction:ident, $op:expr, $f:ident) => {{
                let (a, b) = (
                    slots[$instruction.a as usize],
                    slots[$instruction.b as usize],
                );
                let to = &mut slots[$instruction.to as usize];
                for lane in 0..L {
                    to[lane] = $f($op, a[lane], b[lane]);
                }
            }};
        }
        for instruction in &self.code {
            // One loop per operation, so that the compiler can make each a loop over lanes.
            match instruction.code {
                Code::Binary(Binary::Add) => each!(instruction, Binary::Add, binary),
                Code::Binary(Binary::Sub) => each!(instruction, Binary::Sub, binary),
                Code::Binary(Binary::Mul) => each!(instruction, Binary::Mul, binary),
                Code::Binary(Binary::Div) => each!(instruction, Binary::Div, binary),
                Code::Binary(Binary::And) => each!(instruction, Binary::And, binary),
                Code::Binary(Binary::Or) => each!(instruction, Binary::Or, binary),
                Code::Binary(Binary::Xor) => each!(instruction, Binary::Xor, binary),
                Code::Binary(Binary::AddBits) => each!(instruction, Binary::AddBits, binary),
                Code::Binary(Binary::SubBits) => each!(instruction, Binary::SubBits, binary),
                Code::Binary(Binary::Less) => each!(instruction, Binary::Less, binary),
                Code::Binary(Binary::LessEqual) => each!(instruction, Binary::LessEqual, binary),
                Code::Binary(Binary::Equal) => each!(instruction, Binary::Equal, binary),
                Code::Unary(op) => {
                    let a = slots[instruction.a as usize];
                    let to = &mut slots[instruction.to as usize];
                    for lane in 0..L {
                        to[lane] = unary(op, a[lane]);
                    }
                }
                Code::Select => {
                    let mask = slots[instruction.a as usize];
                    let a = slots[instruction.b as usize];
                    let b = slots[instruction.c as usize];
                    let to = &mut slots[instruction.to as usize];
                    for lane in 0..L {
                        to[lane] = select(mask[lane], a[lane], b[lane]);
                    }
                }
            }
        }
    }
}

/// The slots of a tape for blocks of `L` points.
#[derive(Clone, Debug)]
pub struct Scratch<const L: usize> {
    pub(crate) slots: Vec<[u64; L]>,
}

/// Room to evaluate a tape at one point.
pub type TapeScratch = Scratch<1>;
