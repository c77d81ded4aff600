//! Right-hand sides as bytes: the few vector instructions of AVX2 that they need, written here
//! directly (Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2, sections
//! 2.3.5 and 2.3.6), since a general encoder takes longer than all the rest of a compilation.
//!
//! The function follows the System V convention on every operating system: rdi the state, rsi the
//! rates, rdx the table, rcx the scratch memory, xmm0 the time.

use super::registers::{Instruction, Kind, Memory, Operand};
use crate::backend::CompileError;
use crate::elementary::arithmetic::{Binary, Unary};

/// Prefixes and opcode maps.
const P66: u8 = 1;
const F2: u8 = 3;
const M0F: u8 = 1;
const M0F38: u8 = 2;
const M0F3A: u8 = 3;

/// Base registers.
const STATE: u8 = 7;
const RATES: u8 = 6;
const TABLE: u8 = 2;
const SCRATCH: u8 = 1;

/// The operand that may be in memory.
#[derive(Clone, Copy)]
enum Place {
    Register(u8),
    At { base: u8, offset: i32 },
}

/// An instruction but for its operands.
#[derive(Clone, Copy)]
struct Code {
    prefix: u8,
    map: u8,
    opcode: u8,
}

const fn code(prefix: u8, map: u8, opcode: u8) -> Code {
    Code {
        prefix,
        map,
        opcode,
    }
}

const LOAD: Code = code(P66, M0F, 0x10);
const STORE: Code = code(P66, M0F, 0x11);
/// `vmovddup`, and `vbroadcastsd`.
const TWICE: Code = code(F2, M0F, 0x12);
const TO_ALL: Code = code(P66, M0F38, 0x19);
/// `vmovsd` to memory.
const STORE_FIRST: Code = code(F2, M0F, 0x11);
const SHIFT: Code = code(P66, M0F, 0x73);
const ROUND: Code = code(P66, M0F3A, 0x09);
const COMPARE: Code = code(P66, M0F, 0xc2);
const BLEND_BY_MASK: Code = code(P66, M0F3A, 0x4b);
const BLEND: Code = code(P66, M0F3A, 0x0d);
/// `vpermpd`: has W set.
const PERMUTE: Code = code(P66, M0F3A, 0x01);
/// `vpermilpd` by an immediate.
const PERMUTE_PAIRS: Code = code(P66, M0F3A, 0x05);

fn misplaced() -> CompileError {
    CompileError::new("an operand in the wrong place")
}

struct Writer {
    bytes: Vec<u8>,
    /// Four lanes, else two.
    wide: bool,
}

/// The code of right-hand sides; `wide` for four lanes, else two; `timed` where they read the
/// time, which then has the first place of the scratch memory.
pub(super) fn encode(
    instructions: &[Instruction],
    wide: bool,
    timed: bool,
) -> Result<Vec<u8>, CompileError> {
    let mut to = Writer {
        bytes: Vec::with_capacity(8 * instructions.len() + 64),
        wide,
    };
    if timed {
        to.spread(0, Place::Register(0));
        let place = to.place(Memory::Scratch(0))?;
        to.put(STORE, 0, 0, place);
    }
    for instruction in instructions {
        to.instruction(instruction)?;
    }
    to.bytes.extend([0xc5, 0xf8, 0x77, 0xc3]); // vzeroupper; ret
    Ok(to.bytes)
}

impl Writer {
    /// A vector instruction: `reg` and `second` are registers (`second` 0 where there is none).
    fn put(&mut self, code: Code, reg: u8, second: u8, place: Place) {
        self.put_with(code, false, reg, second, place);
    }

    fn put_with(&mut self, code: Code, w: bool, reg: u8, second: u8, place: Place) {
        let high = |register: u8| register >> 3 & 1;
        let last = match place {
            Place::Register(register) => register,
            Place::At { base, .. } => base,
        };
        let tail = (!second & 15) << 3 | u8::from(self.wide) << 2 | code.prefix;
        if code.map == M0F && !w && high(last) == 0 {
            self.bytes.extend([0xc5, (high(reg) ^ 1) << 7 | tail]);
        } else {
            let map = (high(reg) ^ 1) << 7 | 1 << 6 | (high(last) ^ 1) << 5 | code.map;
            self.bytes.extend([0xc4, map, u8::from(w) << 7 | tail]);
        }
        self.bytes.push(code.opcode);
        let middle = (reg & 7) << 3;
        match place {
            Place::Register(register) => self.bytes.push(0xc0 | middle | register & 7),
            Place::At { base, offset: 0 } => self.bytes.push(middle | base),
            Place::At { base, offset } => match i8::try_from(offset) {
                Ok(near) => self.bytes.extend([0x40 | middle | base, near as u8]),
                Err(_) => {
                    self.bytes.push(0x80 | middle | base);
                    self.bytes.extend(offset.to_le_bytes());
                }
            },
        }
    }

    fn place(&self, memory: Memory) -> Result<Place, CompileError> {
        let vector = if self.wide { 32 } else { 16 };
        let (base, number, size) = match memory {
            Memory::Table(entry) => (TABLE, entry, vector),
            Memory::Scratch(slot) => (SCRATCH, slot, vector),
            Memory::State(row) => (STATE, row, 8),
            Memory::Rate(row) => (RATES, row, 8),
        };
        let offset = number.checked_mul(size).map(i32::try_from);
        match offset {
            Some(Ok(offset)) => Ok(Place::At { base, offset }),
            _ => Err(CompileError::new("more memory than an instruction reaches")),
        }
    }

    /// The operand of an instruction that reads whole vectors.
    fn operand(&self, operand: Operand) -> Result<Place, CompileError> {
        match operand {
            Operand::Register(register) => Ok(Place::Register(register)),
            Operand::Memory(memory @ (Memory::Table(_) | Memory::Scratch(_))) => self.place(memory),
            Operand::Memory(_) | Operand::None => Err(misplaced()),
        }
    }

    /// A number to all lanes.
    fn spread(&mut self, to: u8, from: Place) {
        self.put(if self.wide { TO_ALL } else { TWICE }, to, 0, from);
    }

    fn instruction(&mut self, i: &Instruction) -> Result<(), CompileError> {
        let register = |operand: Operand| match operand {
            Operand::Register(register) => Ok(register),
            _ => Err(misplaced()),
        };
        let [a, b, c, _] = i.operands;
        match i.kind {
            Kind::Load => match a {
                Operand::Memory(memory @ Memory::State(_)) => {
                    let from = self.place(memory)?;
                    self.spread(i.to, from);
                }
                _ => {
                    let from = self.operand(a)?;
                    self.put(LOAD, i.to, 0, from);
                }
            },
            Kind::Store => match a {
                Operand::Memory(memory @ Memory::Rate(_)) => {
                    let to = self.place(memory)?;
                    self.put_narrow(STORE_FIRST, i.to, to);
                }
                _ => {
                    let to = self.operand(a)?;
                    self.put(STORE, i.to, 0, to);
                }
            },
            Kind::Unary(op) => self.unary(op, i.to, a)?,
            Kind::Binary(op) => {
                let (first, place) = (register(a)?, self.operand(b)?);
                let compare = |code: u8| (COMPARE, Some(code));
                let plain = |opcode: u8| (code(P66, M0F, opcode), None);
                // Comparisons are ordered and don't signal.
                let (code, predicate) = match op {
                    Binary::Add => plain(0x58),
                    Binary::Mul => plain(0x59),
                    Binary::Sub => plain(0x5c),
                    Binary::Div => plain(0x5e),
                    Binary::And => plain(0x54),
                    Binary::Or => plain(0x56),
                    Binary::Xor => plain(0x57),
                    Binary::AddBits => plain(0xd4),
                    Binary::SubBits => plain(0xfb),
                    Binary::Less => compare(0x11),
                    Binary::LessEqual => compare(0x12),
                    Binary::Equal => compare(0x00),
                };
                self.put(code, i.to, first, place);
                self.bytes.extend(predicate);
            }
            Kind::Select => {
                let (mask, otherwise, value) = (register(a)?, register(b)?, self.operand(c)?);
                self.put(BLEND_BY_MASK, i.to, otherwise, value);
                self.bytes.push(mask << 4);
            }
            Kind::Blend(mask) => {
                let (first, second) = (register(a)?, self.operand(b)?);
                self.put(BLEND, i.to, first, second);
                self.bytes.push(mask);
            }
            Kind::Spread(lane) => match (self.wide, lane) {
                (true, _) => {
                    let from = self.operand(a)?;
                    self.put_with(PERMUTE, true, i.to, 0, from);
                    self.bytes.push(lane * 0b0101_0101);
                }
                (false, _) => {
                    let from = self.operand(a)?;
                    self.put(PERMUTE_PAIRS, i.to, 0, from);
                    self.bytes.push(lane * 0b11);
                }
            },
            Kind::First(lane) if lane < 2 => {
                let from = self.operand(a)?;
                self.put(PERMUTE_PAIRS, i.to, 0, from);
                self.bytes.push(lane);
            }
            Kind::First(lane) => {
                let from = self.operand(a)?;
                self.put_with(PERMUTE, true, i.to, 0, from);
                self.bytes.push(lane);
            }
            Kind::CompareSelect(_) => return Err(misplaced()),
        }
        Ok(())
    }

    /// An instruction on the first lane alone.
    fn put_narrow(&mut self, code: Code, reg: u8, place: Place) {
        let wide = std::mem::replace(&mut self.wide, false);
        self.put(code, reg, 0, place);
        self.wide = wide;
    }

    fn unary(&mut self, op: Unary, to: u8, a: Operand) -> Result<(), CompileError> {
        /// Rounding modes of `vroundpd`, exceptions suppressed.
        const DOWN: u8 = 9;
        const TO_NEAREST: u8 = 8;
        let place = self.operand(a)?;
        match op {
            Unary::Sqrt => self.put(code(P66, M0F, 0x51), to, 0, place),
            Unary::Floor | Unary::Nearest => {
                self.put(ROUND, to, 0, place);
                let mode = if op == Unary::Floor { DOWN } else { TO_NEAREST };
                self.bytes.push(mode);
            }
            Unary::ShiftLeft(by) | Unary::ShiftRight(by) => {
                // The register written stands where the second operand does otherwise.
                let Place::Register(_) = place else {
                    return Err(misplaced());
                };
                let kind = if matches!(op, Unary::ShiftLeft(_)) {
                    6
                } else {
                    2
                };
                self.put(SHIFT, kind, to, place);
                self.bytes.push(by);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use iced_x86::{Code as Named, Encoder, Instruction as Machine, MemoryOperand, Register};

    fn bytes(instruction: &Machine) -> Vec<u8> {
        let mut encoder = Encoder::new(64);
        encoder.encode(instruction, 0).unwrap();
        encoder.take_buffer()
    }

    fn ours(wide: bool, kind: Kind, to: u8, operands: [Operand; 4]) -> Vec<u8> {
        let mut writer = Writer {
            bytes: Vec::new(),
            wide,
        };
        writer
            .instruction(&Instruction { kind, to, operands })
            .unwrap();
        writer.bytes
    }

    fn vector(wide: bool, number: u8) -> Register {
        let first = if wide { Register::YMM0 } else { Register::XMM0 };
        first + u32::from(number)
    }

    fn pick(wide: bool, four: Named, two: Named) -> Named {
        if wide { four } else { two }
    }

    /// Registers on both sides of the extension bits, and near and far memory.
    const REGISTERS: [u8; 4] = [0, 5, 8, 15];
    const SLOTS: [usize; 3] = [0, 3, 400];

    #[test]
    fn instructions_are_those_of_a_general_encoder() {
        let r = Operand::Register;
        let none = Operand::None;
        for (wide, to, a, b) in [true, false].into_iter().flat_map(|wide| {
            REGISTERS.into_iter().flat_map(move |to| {
                REGISTERS
                    .into_iter()
                    .flat_map(move |a| REGISTERS.map(|b| (wide, to, a, b)))
            })
        }) {
            let v = |number| vector(wide, number);
            let named = pick(
                wide,
                Named::VEX_Vmulpd_ymm_ymm_ymmm256,
                Named::VEX_Vmulpd_xmm_xmm_xmmm128,
            );
            assert_eq!(
                ours(
                    wide,
                    Kind::Binary(Binary::Mul),
                    to,
                    [r(a), r(b), none, none]
                ),
                bytes(&Machine::with3(named, v(to), v(a), v(b)).unwrap())
            );
            let named = pick(
                wide,
                Named::VEX_Vcmppd_ymm_ymm_ymmm256_imm8,
                Named::VEX_Vcmppd_xmm_xmm_xmmm128_imm8,
            );
            assert_eq!(
                ours(
                    wide,
                    Kind::Binary(Binary::LessEqual),
                    to,
                    [r(a), r(b), none, none]
                ),
                bytes(&Machine::with4(named, v(to), v(a), v(b), 0x12).unwrap())
            );
            let named = pick(
                wide,
                Named::VEX_Vblendvpd_ymm_ymm_ymmm256_ymm,
                Named::VEX_Vblendvpd_xmm_xmm_xmmm128_xmm,
            );
            assert_eq!(
                ours(wide, Kind::Select, to, [r(a), r(b), r(to), none]),
                bytes(&Machine::with4(named, v(to), v(b), v(to), v(a)).unwrap())
            );
            let named = pick(
                wide,
                Named::VEX_Vblendpd_ymm_ymm_ymmm256_imm8,
                Named::VEX_Vblendpd_xmm_xmm_xmmm128_imm8,
            );
            assert_eq!(
                ours(wide, Kind::Blend(2), to, [r(a), r(b), none, none]),
                bytes(&Machine::with4(named, v(to), v(a), v(b), 2).unwrap())
            );
            let named = pick(
                wide,
                Named::VEX_Vroundpd_ymm_ymmm256_imm8,
                Named::VEX_Vroundpd_xmm_xmmm128_imm8,
            );
            assert_eq!(
                ours(
                    wide,
                    Kind::Unary(Unary::Floor),
                    to,
                    [r(a), none, none, none]
                ),
                bytes(&Machine::with3(named, v(to), v(a), 9).unwrap())
            );
            let named = pick(
                wide,
                Named::VEX_Vpsllq_ymm_ymm_imm8,
                Named::VEX_Vpsllq_xmm_xmm_imm8,
            );
            assert_eq!(
                ours(
                    wide,
                    Kind::Unary(Unary::ShiftLeft(52)),
                    to,
                    [r(a), none, none, none]
                ),
                bytes(&Machine::with3(named, v(to), v(a), 52).unwrap())
            );
            if wide {
                assert_eq!(
                    ours(true, Kind::Spread(3), to, [r(a), none, none, none]),
                    bytes(
                        &Machine::with3(Named::VEX_Vpermpd_ymm_ymmm256_imm8, v(to), v(a), 0xff)
                            .unwrap()
                    )
                );
            }
        }
    }

    #[test]
    fn memory_is_addressed_as_by_a_general_encoder() {
        let none = Operand::None;
        for (wide, to, slot) in [true, false].into_iter().flat_map(|wide| {
            REGISTERS
                .into_iter()
                .flat_map(move |to| SLOTS.map(|slot| (wide, to, slot)))
        }) {
            let size = if wide { 32 } else { 16 };
            let at = |base, bytes: usize| match bytes {
                0 => MemoryOperand::with_base(base),
                _ => MemoryOperand::with_base_displ(base, bytes as i64),
            };
            let from = |memory| [Operand::Memory(memory), none, none, none];
            let v = vector(wide, to);
            let named = pick(
                wide,
                Named::VEX_Vmovupd_ymm_ymmm256,
                Named::VEX_Vmovupd_xmm_xmmm128,
            );
            assert_eq!(
                ours(wide, Kind::Load, to, from(Memory::Table(slot))),
                bytes(&Machine::with2(named, v, at(Register::RDX, slot * size)).unwrap())
            );
            let named = pick(
                wide,
                Named::VEX_Vmovupd_ymmm256_ymm,
                Named::VEX_Vmovupd_xmmm128_xmm,
            );
            assert_eq!(
                ours(wide, Kind::Store, to, from(Memory::Scratch(slot))),
                bytes(&Machine::with2(named, at(Register::RCX, slot * size), v).unwrap())
            );
            let named = pick(
                wide,
                Named::VEX_Vbroadcastsd_ymm_m64,
                Named::VEX_Vmovddup_xmm_xmmm64,
            );
            assert_eq!(
                ours(wide, Kind::Load, to, from(Memory::State(slot))),
                bytes(&Machine::with2(named, v, at(Register::RDI, slot * 8)).unwrap())
            );
            let low = Register::XMM0 + u32::from(to);
            let named = Named::VEX_Vmovsd_m64_xmm;
            assert_eq!(
                ours(wide, Kind::Store, to, from(Memory::Rate(slot))),
                bytes(&Machine::with2(named, at(Register::RSI, slot * 8), low).unwrap())
            );
        }
    }
}
