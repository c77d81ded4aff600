//! What a step of several chains computes, in the order in which it is written: chains take turns, so
//! that one computes while another waits.

use super::{Key, Kind, Memory, Sequence, Target, Wanted, state_slot};
use crate::program::{Body, Op};

/// Operations of one chain before the next chain has its turn (measured with the Lorenz system).
const STRETCH: usize = 16;

/// Numbers the values of all chains and lists what is to be computed, in the order in which it is
/// to be written, and the constants. Values that are the same for all members (time) are computed
/// once.
pub(super) fn interleave(body: &Body, target: Target) -> (Sequence, Vec<u64>) {
    let ops = &body.program.ops;
    let chains = target.chains;
    let mut sequence = Sequence::default();
    let mut constants = Vec::new();
    // Comparisons that are read by selections alone need no mask of their own.
    let mut needs_mask = vec![!target.compare_selects; ops.len()];
    for op in ops {
        let mask = match *op {
            Op::Select(mask, ..) => Some(mask),
            _ => None,
        };
        op.operands(|id| needs_mask[id as usize] |= Some(id) != mask);
        if let Op::Select(_, a, b) = *op {
            needs_mask[a as usize] = true;
            needs_mask[b as usize] = true;
        }
    }
    for output in &body.program.outputs {
        needs_mask[*output as usize] = true;
    }
    let mut uniform = vec![false; ops.len()];
    let mut keys: Vec<Key> = vec![0; ops.len() * chains];
    let mut wanted: Vec<(usize, usize, Wanted)> = Vec::new();
    for (place, op) in ops.iter().enumerate() {
        let mut same = match *op {
            Op::Constant(_) => true,
            Op::Input(number) => number as usize >= body.rows,
            _ => true,
        };
        op.operands(|id| same &= uniform[id as usize]);
        uniform[place] = same;
        let set_all = |keys: &mut Vec<Key>, key: Key| {
            keys[place * chains..(place + 1) * chains].fill(key);
        };
        match *op {
            Op::Constant(bits) => {
                let entry = 1 + body.invariants + constants.len();
                constants.push(bits);
                let key = sequence.value(Some(Memory::Table(entry)));
                set_all(&mut keys, key);
            }
            Op::Input(number) => {
                let number = number as usize;
                if let Some(invariant) = number.checked_sub(body.carried()) {
                    let key = sequence.value(Some(Memory::Table(1 + invariant)));
                    set_all(&mut keys, key);
                } else if number >= body.rows {
                    let key = sequence.value(Some(Memory::Scratch(body.rows * chains)));
                    set_all(&mut keys, key);
                } else {
                    for chain in 0..chains {
                        let slot = state_slot(number, chain, chains);
                        keys[place * chains + chain] = sequence.value(Some(Memory::Scratch(slot)));
                    }
                }
            }
            Op::Binary(binary, ..) if binary.compares() && !needs_mask[place] => {}
            _ => {
                let copies = if same { 1 } else { chains };
                for chain in 0..copies {
                    let to = sequence.value(None);
                    if same {
                        set_all(&mut keys, to);
                    } else {
                        keys[place * chains + chain] = to;
                    }
                    let key = |id: u32| keys[id as usize * chains + chain];
                    wanted.push((place, chain, want(op, ops, to, &needs_mask, key)));
                }
            }
        }
    }
    // Short stretches of each chain in turn: the processor overlaps them, and few values of each
    // are alive at once. What is the same for all members comes first in its stretch.
    wanted.sort_by_key(|(place, chain, _)| (place / STRETCH, *chain, *place));
    sequence.wanted = wanted.into_iter().map(|(_, _, wanted)| wanted).collect();
    for (row, output) in body.program.outputs.iter().enumerate() {
        let counter = row >= body.dimension;
        for chain in 0..if counter { 1 } else { chains } {
            let slot = if counter {
                body.rows * chains
            } else {
                state_slot(row, chain, chains)
            };
            let key = keys[*output as usize * chains + chain];
            sequence.outputs.push((key, Memory::Scratch(slot)));
        }
    }
    (sequence, constants)
}

fn want(op: &Op, ops: &[Op], to: Key, needs_mask: &[bool], key: impl Fn(u32) -> Key) -> Wanted {
    let (kind, operands, count) = match *op {
        Op::Unary(unary, a) => (Kind::Unary(unary), [key(a), 0, 0, 0], 1),
        Op::Binary(binary, a, b) => (Kind::Binary(binary), [key(a), key(b), 0, 0], 2),
        Op::Select(mask, a, b) => match ops[mask as usize] {
            Op::Binary(compare, x, y) if compare.compares() && !needs_mask[mask as usize] => (
                Kind::CompareSelect(compare),
                [key(x), key(y), key(b), key(a)],
                4,
            ),
            _ => (Kind::Select, [key(mask), key(b), key(a), 0], 3),
        },
        Op::Constant(_) | Op::Input(_) => (Kind::Load, [0; 4], 0),
    };
    Wanted {
        kind,
        to,
        operands,
        count,
    }
}
