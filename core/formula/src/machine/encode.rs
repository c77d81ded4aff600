//! Instructions on registers as bytes of AVX2 or AVX-512 code, through the encoder of iced-x86.
//!
//! The function follows the System V convention on every operating system: rdi the first row at
//! the group's first member, rsi the bytes from row to row, rdx the number of steps (not 0), rcx
//! the table, r8 the scratch memory.

use super::registers::{Allocated, Instruction, Kind, Memory, Operand, state_slot};
use crate::backend::CompileError;
use crate::elementary::arithmetic::{Binary, Unary};
use crate::program::Body;
use iced_x86::{Code, Encoder, IcedError, Instruction as Machine, MemoryOperand, Register};

/// Which instruction set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Width {
    /// A single trajectory: two lanes of AVX2, of which the first counts.
    Two,
    /// Four lanes, AVX2.
    Four,
    /// Eight lanes, AVX-512 F and DQ.
    Eight,
}

impl Width {
    pub fn lanes(self) -> usize {
        match self {
            Width::Two => 2,
            Width::Four => 4,
            Width::Eight => 8,
        }
    }
}

impl From<IcedError> for CompileError {
    fn from(error: IcedError) -> CompileError {
        CompileError::new(error.to_string())
    }
}

fn misplaced() -> CompileError {
    CompileError::new("an operand in the wrong place")
}

/// An instruction with an operand that is a register or memory between those before and after.
macro_rules! machine {
    ($writer:ident.$with:ident($($before:expr),*; $operand:expr $(; $after:expr)?)) => {
        match $operand {
            Operand::Register(r) => Machine::$with($($before,)* $writer.register(r) $(, $after)?)?,
            Operand::Memory(m) => Machine::$with($($before,)* $writer.memory(m)? $(, $after)?)?,
            Operand::None => return Err(misplaced()),
        }
    };
}

pub(super) fn encode(
    allocated: &Allocated,
    body: &Body,
    chains: usize,
    width: Width,
    lone: bool,
) -> Result<Vec<u8>, CompileError> {
    let mut to = Writer {
        encoder: Encoder::try_with_capacity(64, 8 * allocated.instructions.len() + 256)?,
        length: 0,
        width,
        lone,
    };
    let (rax, rdx, rdi, rsi) = (Register::RAX, Register::RDX, Register::RDI, Register::RSI);
    to.add(Machine::with2(Code::Mov_r64_rm64, rax, rdi)?)?;
    for row in 0..body.rows {
        for chain in 0..chains {
            to.take(to.at(Register::RAX, chain))?;
            to.store(to.at(Register::R8, state_slot(row, chain, chains)), 0)?;
        }
        to.add(Machine::with2(Code::Add_r64_rm64, rax, rsi)?)?;
    }
    if body.counts {
        to.take(to.at(Register::RCX, 0))?;
        to.store(to.at(Register::R8, body.rows * chains), 0)?;
    }
    let head = to.length;
    for instruction in &allocated.instructions {
        to.instruction(instruction)?;
    }
    to.add(Machine::with1(Code::Dec_rm64, rdx)?)?;
    to.add(Machine::with_branch(Code::Jne_rel32_64, head)?)?;
    to.add(Machine::with2(Code::Mov_r64_rm64, rax, rdi)?)?;
    for row in 0..body.dimension {
        for chain in 0..chains {
            to.load(0, to.at(Register::R8, state_slot(row, chain, chains)))?;
            to.give(to.at(Register::RAX, chain))?;
        }
        to.add(Machine::with2(Code::Add_r64_rm64, rax, rsi)?)?;
    }
    to.add(Machine::with(Code::VEX_Vzeroupper))?;
    to.add(Machine::with(Code::Retnq))?;
    Ok(to.encoder.take_buffer())
}

struct Writer {
    encoder: Encoder,
    /// Bytes so far.
    length: u64,
    width: Width,
    /// Only the first lane is read from the caller's memory and written to it.
    lone: bool,
}

/// Rounding modes of `vroundpd` and `vrndscalepd`, exceptions suppressed.
const DOWN: u32 = 9;
const TO_NEAREST: u32 = 8;

impl Writer {
    fn at(&self, base: Register, vector: usize) -> MemoryOperand {
        let bytes = vector * self.width.lanes() * 8;
        MemoryOperand::with_base_displ(base, bytes as i64)
    }

    fn memory(&self, memory: Memory) -> Result<MemoryOperand, CompileError> {
        Ok(match memory {
            Memory::Table(entry) => self.at(Register::RCX, entry),
            Memory::Scratch(slot) => self.at(Register::R8, slot),
            // Only code for right-hand sides alone has them.
            Memory::State(_) | Memory::Rate(_) => return Err(misplaced()),
        })
    }

    fn register(&self, number: u8) -> Register {
        match self.width {
            Width::Two => Register::XMM0 + u32::from(number),
            Width::Four => Register::YMM0 + u32::from(number),
            Width::Eight => Register::ZMM0 + u32::from(number),
        }
    }

    fn pick(&self, four: Code, eight: Code) -> Code {
        match self.width {
            Width::Two => halved(four),
            Width::Four => four,
            Width::Eight => eight,
        }
    }

    /// From the caller's memory into register 0.
    fn take(&mut self, from: MemoryOperand) -> Result<(), CompileError> {
        if self.lone {
            let code = Code::VEX_Vmovsd_xmm_m64;
            return self.add(Machine::with2(code, Register::XMM0, from)?);
        }
        self.load(0, from)
    }

    /// From register 0 into the caller's memory.
    fn give(&mut self, to: MemoryOperand) -> Result<(), CompileError> {
        if self.lone {
            let code = Code::VEX_Vmovsd_m64_xmm;
            return self.add(Machine::with2(code, to, Register::XMM0)?);
        }
        self.store(to, 0)
    }

    fn add(&mut self, instruction: Machine) -> Result<(), CompileError> {
        self.length += self.encoder.encode(&instruction, self.length)? as u64;
        Ok(())
    }

    fn load(&mut self, to: u8, from: MemoryOperand) -> Result<(), CompileError> {
        let code = self.pick(
            Code::VEX_Vmovupd_ymm_ymmm256,
            Code::EVEX_Vmovupd_zmm_k1z_zmmm512,
        );
        self.add(Machine::with2(code, self.register(to), from)?)
    }

    fn store(&mut self, to: MemoryOperand, from: u8) -> Result<(), CompileError> {
        let code = self.pick(
            Code::VEX_Vmovupd_ymmm256_ymm,
            Code::EVEX_Vmovupd_zmmm512_k1z_zmm,
        );
        self.add(Machine::with2(code, to, self.register(from))?)
    }

    fn instruction(&mut self, i: &Instruction) -> Result<(), CompileError> {
        match (i.kind, i.operands[0]) {
            (Kind::Load, Operand::Memory(from)) => self.load(i.to, self.memory(from)?),
            (Kind::Store, Operand::Memory(to)) => self.store(self.memory(to)?, i.to),
            (Kind::Unary(op), a) => self.unary(op, i.to, a),
            (Kind::Binary(op), Operand::Register(a)) if op.compares() => {
                self.compare(op, i.to, a, i.operands[1])
            }
            (Kind::Binary(op), Operand::Register(a)) => self.binary(op, i.to, a, i.operands[1]),
            (Kind::Select, Operand::Register(mask)) => {
                self.select(mask, i.to, i.operands[1], i.operands[2])
            }
            (Kind::CompareSelect(op), Operand::Register(a)) => {
                self.compare_mask(op, a, i.operands[1])?;
                self.blend(i.to, i.operands[2], i.operands[3])
            }
            _ => Err(misplaced()),
        }
    }

    /// A three-operand instruction whose last operand is a register or memory.
    fn three(&mut self, code: Code, to: Register, a: u8, b: Operand) -> Result<(), CompileError> {
        let a = self.register(a);
        let instruction = machine!(self.with3(code, to, a; b));
        self.add(instruction)
    }

    fn unary(&mut self, op: Unary, to: u8, a: Operand) -> Result<(), CompileError> {
        let to = self.register(to);
        let (code, immediate) = match op {
            Unary::Sqrt => {
                let code = self.pick(
                    Code::VEX_Vsqrtpd_ymm_ymmm256,
                    Code::EVEX_Vsqrtpd_zmm_k1z_zmmm512b64_er,
                );
                let instruction = machine!(self.with2(code, to; a));
                return self.add(instruction);
            }
            Unary::Floor | Unary::Nearest => (
                self.pick(
                    Code::VEX_Vroundpd_ymm_ymmm256_imm8,
                    Code::EVEX_Vrndscalepd_zmm_k1z_zmmm512b64_imm8_sae,
                ),
                if op == Unary::Floor { DOWN } else { TO_NEAREST },
            ),
            Unary::ShiftLeft(by) => (
                self.pick(
                    Code::VEX_Vpsllq_ymm_ymm_imm8,
                    Code::EVEX_Vpsllq_zmm_k1z_zmmm512b64_imm8,
                ),
                u32::from(by),
            ),
            Unary::ShiftRight(by) => (
                self.pick(
                    Code::VEX_Vpsrlq_ymm_ymm_imm8,
                    Code::EVEX_Vpsrlq_zmm_k1z_zmmm512b64_imm8,
                ),
                u32::from(by),
            ),
        };
        let instruction = machine!(self.with3(code, to; a; immediate));
        self.add(instruction)
    }

    fn binary(&mut self, op: Binary, to: u8, a: u8, b: Operand) -> Result<(), CompileError> {
        let (four, eight) = match op {
            Binary::Add => (
                Code::VEX_Vaddpd_ymm_ymm_ymmm256,
                Code::EVEX_Vaddpd_zmm_k1z_zmm_zmmm512b64_er,
            ),
            Binary::Sub => (
                Code::VEX_Vsubpd_ymm_ymm_ymmm256,
                Code::EVEX_Vsubpd_zmm_k1z_zmm_zmmm512b64_er,
            ),
            Binary::Mul => (
                Code::VEX_Vmulpd_ymm_ymm_ymmm256,
                Code::EVEX_Vmulpd_zmm_k1z_zmm_zmmm512b64_er,
            ),
            Binary::Div => (
                Code::VEX_Vdivpd_ymm_ymm_ymmm256,
                Code::EVEX_Vdivpd_zmm_k1z_zmm_zmmm512b64_er,
            ),
            Binary::And => (
                Code::VEX_Vandpd_ymm_ymm_ymmm256,
                Code::EVEX_Vpandq_zmm_k1z_zmm_zmmm512b64,
            ),
            Binary::Or => (
                Code::VEX_Vorpd_ymm_ymm_ymmm256,
                Code::EVEX_Vporq_zmm_k1z_zmm_zmmm512b64,
            ),
            Binary::Xor => (
                Code::VEX_Vxorpd_ymm_ymm_ymmm256,
                Code::EVEX_Vpxorq_zmm_k1z_zmm_zmmm512b64,
            ),
            Binary::AddBits => (
                Code::VEX_Vpaddq_ymm_ymm_ymmm256,
                Code::EVEX_Vpaddq_zmm_k1z_zmm_zmmm512b64,
            ),
            Binary::SubBits => (
                Code::VEX_Vpsubq_ymm_ymm_ymmm256,
                Code::EVEX_Vpsubq_zmm_k1z_zmm_zmmm512b64,
            ),
            Binary::Less | Binary::LessEqual | Binary::Equal => {
                return self.compare(op, to, a, b);
            }
        };
        self.three(self.pick(four, eight), self.register(to), a, b)
    }

    /// Ordered, non-signalling predicates.
    fn predicate(op: Binary) -> u32 {
        match op {
            Binary::Less => 0x11,
            Binary::LessEqual => 0x12,
            _ => 0x00,
        }
    }

    fn compare(&mut self, op: Binary, to: u8, a: u8, b: Operand) -> Result<(), CompileError> {
        if self.width == Width::Eight {
            self.compare_mask(op, a, b)?;
            let to = self.register(to);
            return self.add(Machine::with2(
                Code::EVEX_Vpmovm2q_zmm_kr,
                to,
                Register::K1,
            )?);
        }
        let (to, a) = (self.register(to), self.register(a));
        let four = Code::VEX_Vcmppd_ymm_ymm_ymmm256_imm8;
        let code = self.pick(four, four);
        let predicate = Self::predicate(op);
        let instruction = machine!(self.with4(code, to, a; b; predicate));
        self.add(instruction)
    }

    /// A comparison into the mask register k1 (eight lanes).
    fn compare_mask(&mut self, op: Binary, a: u8, b: Operand) -> Result<(), CompileError> {
        let code = Code::EVEX_Vcmppd_kr_k1_zmm_zmmm512b64_imm8_sae;
        let (to, a, predicate) = (Register::K1, self.register(a), Self::predicate(op));
        let instruction = machine!(self.with4(code, to, a; b; predicate));
        self.add(instruction)
    }

    /// `value` where k1 is set, `otherwise` elsewhere (eight lanes).
    fn blend(&mut self, to: u8, otherwise: Operand, value: Operand) -> Result<(), CompileError> {
        let (Operand::Register(otherwise), to) = (otherwise, self.register(to)) else {
            return Err(misplaced());
        };
        let code = Code::EVEX_Vblendmpd_zmm_k1z_zmm_zmmm512b64;
        let otherwise = self.register(otherwise);
        let mut instruction = machine!(self.with3(code, to, otherwise; value));
        instruction.set_op_mask(Register::K1);
        self.add(instruction)
    }

    fn select(
        &mut self,
        mask: u8,
        to: u8,
        otherwise: Operand,
        value: Operand,
    ) -> Result<(), CompileError> {
        let mask = self.register(mask);
        if self.width == Width::Eight {
            self.add(Machine::with2(
                Code::EVEX_Vpmovq2m_kr_zmm,
                Register::K1,
                mask,
            )?)?;
            return self.blend(to, otherwise, value);
        }
        let (Operand::Register(otherwise), to) = (otherwise, self.register(to)) else {
            return Err(misplaced());
        };
        let four = Code::VEX_Vblendvpd_ymm_ymm_ymmm256_ymm;
        let code = self.pick(four, four);
        let otherwise = self.register(otherwise);
        let instruction = match value {
            Operand::Register(value) => {
                Machine::with4(code, to, otherwise, self.register(value), mask)?
            }
            Operand::Memory(value) => {
                Machine::with4(code, to, otherwise, self.memory(value)?, mask)?
            }
            Operand::None => return Err(misplaced()),
        };
        self.add(instruction)
    }
}

/// The instruction of four lanes for two.
fn halved(four: Code) -> Code {
    match four {
        Code::VEX_Vmovupd_ymm_ymmm256 => Code::VEX_Vmovupd_xmm_xmmm128,
        Code::VEX_Vmovupd_ymmm256_ymm => Code::VEX_Vmovupd_xmmm128_xmm,
        Code::VEX_Vsqrtpd_ymm_ymmm256 => Code::VEX_Vsqrtpd_xmm_xmmm128,
        Code::VEX_Vroundpd_ymm_ymmm256_imm8 => Code::VEX_Vroundpd_xmm_xmmm128_imm8,
        Code::VEX_Vpsllq_ymm_ymm_imm8 => Code::VEX_Vpsllq_xmm_xmm_imm8,
        Code::VEX_Vpsrlq_ymm_ymm_imm8 => Code::VEX_Vpsrlq_xmm_xmm_imm8,
        Code::VEX_Vaddpd_ymm_ymm_ymmm256 => Code::VEX_Vaddpd_xmm_xmm_xmmm128,
        Code::VEX_Vsubpd_ymm_ymm_ymmm256 => Code::VEX_Vsubpd_xmm_xmm_xmmm128,
        Code::VEX_Vmulpd_ymm_ymm_ymmm256 => Code::VEX_Vmulpd_xmm_xmm_xmmm128,
        Code::VEX_Vdivpd_ymm_ymm_ymmm256 => Code::VEX_Vdivpd_xmm_xmm_xmmm128,
        Code::VEX_Vandpd_ymm_ymm_ymmm256 => Code::VEX_Vandpd_xmm_xmm_xmmm128,
        Code::VEX_Vorpd_ymm_ymm_ymmm256 => Code::VEX_Vorpd_xmm_xmm_xmmm128,
        Code::VEX_Vxorpd_ymm_ymm_ymmm256 => Code::VEX_Vxorpd_xmm_xmm_xmmm128,
        Code::VEX_Vpaddq_ymm_ymm_ymmm256 => Code::VEX_Vpaddq_xmm_xmm_xmmm128,
        Code::VEX_Vpsubq_ymm_ymm_ymmm256 => Code::VEX_Vpsubq_xmm_xmm_xmmm128,
        Code::VEX_Vcmppd_ymm_ymm_ymmm256_imm8 => Code::VEX_Vcmppd_xmm_xmm_xmmm128_imm8,
        Code::VEX_Vblendvpd_ymm_ymm_ymmm256_ymm => Code::VEX_Vblendvpd_xmm_xmm_xmmm128_xmm,
        // None else is written; registers of the wrong width would be refused.
        other => other,
    }
}
