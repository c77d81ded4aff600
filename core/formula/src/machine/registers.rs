//! From a step's operations to instructions on registers: interleaves the chains, and chooses what
//! stays in a register by Belady's rule (what is needed last leaves first), which straight-line
//! code allows since all future uses are known.

mod interleave;

use self::interleave::interleave;
use crate::elementary::arithmetic::{Binary, Unary};
use crate::program::Body;

/// What an instruction computes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    Load,
    Store,
    Unary(Unary),
    Binary(Binary),
    /// Mask, otherwise, value.
    Select,
    /// The operands of a comparison, otherwise, value: a comparison that only selects.
    CompareSelect(Binary),
    /// The first operand, but in the lanes of this mask the second one.
    Blend(u8),
    /// One lane of the operand in all lanes.
    Spread(u8),
    /// One lane of the operand in the first lane; what the others hold doesn't matter.
    First(u8),
}

/// A place in memory, in units of one vector.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Memory {
    /// Broadcast counter, invariants and constants; read only.
    Table(usize),
    /// State, counter and spilled values.
    Scratch(usize),
    /// A number of the caller's, which goes to all lanes when it is loaded.
    State(usize),
    /// A number of the caller's, which takes the first lane of what is stored.
    Rate(usize),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Operand {
    None,
    Register(u8),
    Memory(Memory),
}

/// An instruction on registers. Only the last operand may be in memory.
#[derive(Clone, Copy, Debug)]
pub(super) struct Instruction {
    pub kind: Kind,
    pub to: u8,
    pub operands: [Operand; 4],
}

/// A step of several chains with registers chosen.
pub(super) struct Allocated {
    pub instructions: Vec<Instruction>,
    /// Entries of the table: the counter, the invariants, the constants.
    pub constants: Vec<u64>,
    /// Vectors of scratch memory: rows × chains, the counter, spilled values.
    pub scratch: usize,
}

/// What the instruction set offers.
#[derive(Clone, Copy)]
pub(super) struct Target {
    pub registers: u8,
    pub chains: usize,
    /// A comparison can feed a selection without a mask in a vector register.
    pub compare_selects: bool,
    /// Shifts read memory.
    pub shift_from_memory: bool,
}

pub(super) type Key = usize;

const NEVER: u32 = u32::MAX;

/// An instruction before registers are chosen.
pub(super) struct Wanted {
    pub kind: Kind,
    pub to: Key,
    pub operands: [Key; 4],
    pub count: usize,
}

/// A value: where it is read, as a part of [`Allocator::uses`] that grows shorter, and where it is.
struct Value {
    cursor: u32,
    end: u32,
    register: Option<u8>,
    memory: Option<Memory>,
}

/// What is to be computed, in order: the place in memory of each value that has one at first, the
/// instructions, and where the results go.
#[derive(Default)]
pub(super) struct Sequence {
    pub places: Vec<Option<Memory>>,
    pub wanted: Vec<Wanted>,
    pub outputs: Vec<(Key, Memory)>,
}

impl Sequence {
    pub fn value(&mut self, memory: Option<Memory>) -> Key {
        self.places.push(memory);
        self.places.len() - 1
    }
}

struct Allocator {
    target: Target,
    values: Vec<Value>,
    /// The times at which each value is read, value by value; [`END`] for the end of the step.
    uses: Vec<u32>,
    registers: Vec<Option<Key>>,
    /// When the value of each register is next read.
    next: Vec<u32>,
    free_slots: Vec<usize>,
    scratch: usize,
    /// Slots below are the state's and the counter's.
    first_spill: usize,
    out: Vec<Instruction>,
}

/// The end of the step, where outputs are stored.
const END: u32 = NEVER - 1;

pub(super) fn allocate(body: &Body, target: Target) -> Allocated {
    let (sequence, constants) = interleave(body, target);
    let scratch = body.rows * target.chains + usize::from(body.counts);
    let (instructions, scratch) = choose(&sequence, target, scratch);
    Allocated {
        instructions,
        constants,
        scratch,
    }
}

/// Chooses registers; gives the instructions, and the vectors of scratch memory with those below
/// `scratch`, which aren't for spills.
pub(super) fn choose(
    sequence: &Sequence,
    target: Target,
    scratch: usize,
) -> (Vec<Instruction>, usize) {
    let (values, uses) = list_uses(sequence);
    let mut allocator = Allocator {
        target,
        values,
        uses,
        registers: vec![None; usize::from(target.registers)],
        next: vec![NEVER; usize::from(target.registers)],
        free_slots: Vec::new(),
        scratch,
        first_spill: scratch,
        out: Vec::with_capacity(sequence.wanted.len() * 2),
    };
    for (time, instruction) in sequence.wanted.iter().enumerate() {
        allocator.place(instruction, time as u32);
    }
    allocator.store_outputs(&sequence.outputs);
    (allocator.out, allocator.scratch)
}

/// When each value is read.
fn list_uses(sequence: &Sequence) -> (Vec<Value>, Vec<u32>) {
    let reads = || {
        let wanted = sequence.wanted.iter().enumerate();
        wanted
            .flat_map(|(time, w)| w.operands[..w.count].iter().map(move |k| (*k, time as u32)))
            .chain(sequence.outputs.iter().map(|(key, _)| (*key, END)))
    };
    let mut counts = vec![0_u32; sequence.places.len()];
    for (key, _) in reads() {
        counts[key] += 1;
    }
    let mut first = 0;
    let mut values = Vec::with_capacity(counts.len());
    for (count, memory) in counts.iter().zip(&sequence.places) {
        values.push(Value {
            cursor: first,
            end: first,
            register: None,
            memory: *memory,
        });
        first += count;
    }
    let mut uses = vec![0; first as usize];
    for (key, time) in reads() {
        let value = &mut values[key];
        uses[value.end as usize] = time;
        value.end += 1;
    }
    (values, uses)
}

/// Where the state's rows and the counter lie in scratch memory.
pub(super) fn state_slot(row: usize, chain: usize, chains: usize) -> usize {
    row * chains + chain
}

/// A memory operand is folded into an instruction if its value isn't needed again so soon.
const SOON: u32 = 12;

impl Allocator {
    /// Passes over the times before this one at which a value was read.
    fn pass(&mut self, key: Key, time: u32) {
        let value = &mut self.values[key];
        while value.cursor < value.end && self.uses[value.cursor as usize] < time {
            value.cursor += 1;
        }
    }

    /// When a value is next read after this time.
    fn next_after(&self, key: Key, time: u32) -> u32 {
        let value = &self.values[key];
        self.uses[value.cursor as usize..value.end as usize]
            .iter()
            .copied()
            .find(|found| *found > time)
            .unwrap_or(NEVER)
    }

    /// A free register; if there is none, the value needed last leaves its own.
    fn take_register(&mut self, pinned: &[Key]) -> u8 {
        if let Some(free) = self.registers.iter().position(Option::is_none) {
            return free as u8;
        }
        let (mut best, mut farthest) = (0, 0);
        for register in 0..self.registers.len() {
            let Some(key) = self.registers[register] else {
                continue;
            };
            if pinned.contains(&key) {
                continue;
            }
            let next = self.next[register];
            // A value that has a place in memory leaves without a store.
            let distance = if self.values[key].memory.is_some() {
                next
            } else {
                next.saturating_sub(2)
            };
            if distance >= farthest {
                (best, farthest) = (register, distance);
            }
        }
        if let Some(key) = self.registers[best].take() {
            self.values[key].register = None;
            if self.values[key].memory.is_none() && self.next[best] != NEVER {
                let slot = self.free_slots.pop().unwrap_or_else(|| {
                    self.scratch += 1;
                    self.scratch - 1
                });
                let memory = Memory::Scratch(slot);
                self.values[key].memory = Some(memory);
                self.out.push(Instruction {
                    kind: Kind::Store,
                    to: best as u8,
                    operands: [
                        Operand::Memory(memory),
                        Operand::None,
                        Operand::None,
                        Operand::None,
                    ],
                });
            }
        }
        best as u8
    }

    fn load(&mut self, key: Key, time: u32, pinned: &[Key]) {
        if self.values[key].register.is_some() {
            return;
        }
        let Some(memory) = self.values[key].memory else {
            return;
        };
        let register = self.take_register(pinned);
        self.out.push(Instruction {
            kind: Kind::Load,
            to: register,
            operands: [
                Operand::Memory(memory),
                Operand::None,
                Operand::None,
                Operand::None,
            ],
        });
        self.registers[usize::from(register)] = Some(key);
        self.next[usize::from(register)] = time;
        self.values[key].register = Some(register);
    }

    /// Gives a dead value's register back.
    fn release_register(&mut self, key: Key) {
        if let Some(register) = self.values[key].register.take() {
            self.registers[usize::from(register)] = None;
        }
    }

    /// Gives a dead value's spill slot back.
    fn release_slot(&mut self, key: Key) {
        if let Some(Memory::Scratch(slot)) = self.values[key].memory
            && slot >= self.first_spill
        {
            self.free_slots.push(slot);
            self.values[key].memory = None;
        }
    }

    fn place(&mut self, wanted: &Wanted, time: u32) {
        let mut order = wanted.operands;
        let count = wanted.count;
        let in_register = |allocator: &Self, key: Key| allocator.values[key].register.is_some();
        let commutes = matches!(wanted.kind, Kind::Binary(op) if op.commutes());
        if commutes && !in_register(self, order[0]) && in_register(self, order[1]) {
            order.swap(0, 1);
        }
        let last = order[count.saturating_sub(1)];
        let folds = match wanted.kind {
            // A single number fills a vector only when it is loaded.
            _ if matches!(self.values[last].memory, Some(Memory::State(_))) => false,
            Kind::Unary(Unary::ShiftLeft(_) | Unary::ShiftRight(_)) => {
                self.target.shift_from_memory
            }
            Kind::First(_) => false,
            _ => count > 0,
        };
        for key in &order[..count] {
            self.pass(*key, time);
        }
        let fold = folds
            && !in_register(self, last)
            && !order[..count - 1].contains(&last)
            && self.next_after(last, time) > time.saturating_add(SOON);
        let pinned = &order[..count];
        for (place, key) in pinned.iter().enumerate() {
            if !(fold && place == count - 1) {
                self.load(*key, time, pinned);
            }
        }
        let mut operands = [Operand::None; 4];
        for (place, key) in pinned.iter().enumerate() {
            operands[place] = match (self.values[*key].register, self.values[*key].memory) {
                (Some(register), _) => Operand::Register(register),
                (None, Some(memory)) => Operand::Memory(memory),
                (None, None) => Operand::None,
            };
        }
        // A dead operand's register may take the result: operands are read before it is written.
        // Its slot may not yet serve a spill, which is stored before the instruction reads.
        let mut dead = [false; 4];
        for (place, dead) in dead.iter_mut().enumerate().take(count) {
            let key = order[place];
            let next = self.next_after(key, time);
            if let Some(register) = self.values[key].register {
                self.next[usize::from(register)] = next;
            }
            *dead = next == NEVER && !order[..place].contains(&key);
            if *dead {
                self.release_register(key);
            }
        }
        let to = self.take_register(&[]);
        for (key, _) in order.iter().zip(dead).filter(|(_, dead)| *dead) {
            self.release_slot(*key);
        }
        self.registers[usize::from(to)] = Some(wanted.to);
        self.next[usize::from(to)] = self.next_after(wanted.to, time);
        self.values[wanted.to].register = Some(to);
        self.out.push(Instruction {
            kind: wanted.kind,
            to,
            operands,
        });
    }

    /// Writes the outputs to their places. No output is itself a row (such values were copied), so the
    /// order doesn't matter; those in registers go first, then registers serve the others.
    fn store_outputs(&mut self, outputs: &[(Key, Memory)]) {
        let store = |register: u8, place: Memory| Instruction {
            kind: Kind::Store,
            to: register,
            operands: [
                Operand::Memory(place),
                Operand::None,
                Operand::None,
                Operand::None,
            ],
        };
        for (key, slot) in outputs {
            if let Some(register) = self.values[*key].register {
                self.out.push(store(register, *slot));
            }
        }
        for (key, slot) in outputs {
            if let (None, Some(memory)) = (self.values[*key].register, self.values[*key].memory) {
                self.out.push(Instruction {
                    kind: Kind::Load,
                    to: 0,
                    operands: [
                        Operand::Memory(memory),
                        Operand::None,
                        Operand::None,
                        Operand::None,
                    ],
                });
                self.out.push(store(0, *slot));
            }
        }
    }
}
