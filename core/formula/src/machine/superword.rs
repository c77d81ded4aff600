//! Superwords: where an elementary function is applied to several arguments that don't depend on
//! each other, the lanes of one register take one application each. Every lane does what a lone
//! application does, so that the results have the same bits.
//!
//! Arguments of functions of one kind are put side by side; every operation that reads one lane
//! only, constants and parameters aside, follows in that lane, and those that do the same in
//! different lanes become one. What reads several lanes takes them out. A number that doesn't
//! stand in such a pack is in the first lane, and in all lanes where it is an argument.

mod packing;

use self::packing::{Packing, uniform};
use super::registers::{Key, Kind, Memory, Sequence, Wanted};
use crate::elementary::arithmetic::Binary;
use crate::program::{Body, Id, Op};

/// Lanes of the widest register that is used.
pub(super) const LANES: usize = 4;

/// What stands in a lane of the table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Source {
    Invariant(u32),
    Constant(u64),
}

/// Right-hand sides as instructions before registers are chosen.
pub(super) struct Plan {
    pub sequence: Sequence,
    pub table: Vec<[Source; LANES]>,
    /// How many lanes count.
    pub lanes: usize,
}

/// No operation.
const NONE: u32 = u32::MAX;

/// Programs of more operations aren't packed.
const MOST: usize = 20_000;

/// Each instruction that moves a lane must spare this many others.
const WORTH: usize = 2;

/// Lists the instructions.
struct Planner<'a> {
    body: &'a Body,
    uniform: Vec<bool>,
    packing: Packing,
    /// Which operations must be in all lanes where they stand alone.
    spread: Vec<bool>,
    sequence: Sequence,
    table: Vec<[Source; LANES]>,
    /// Each operation where it stands alone, once it does.
    keys: Vec<Option<Key>>,
    pack_keys: Vec<Option<Key>>,
    /// Table entries with several numbers.
    mixed: Vec<([Id; LANES], Key)>,
}

pub(super) fn plan(body: &Body) -> Plan {
    let uniform = uniform(body);
    let packing = Packing::new(body, &uniform);
    let packed = !packing.packs.is_empty();
    let planner = Planner::new(body, uniform, packing);
    if packed
        && planner.is_worth_it()
        && let Some(plan) = planner.plan()
    {
        return plan;
    }
    lone(body)
}

/// Without packs.
fn lone(body: &Body) -> Plan {
    let none = Packing::none(body.program.ops.len());
    let planner = Planner::new(body, uniform(body), none);
    // Without packs no operation waits for a later one.
    planner.plan().unwrap_or_else(|| Plan {
        sequence: Sequence::default(),
        table: Vec::new(),
        lanes: 1,
    })
}

/// How far a node's turn has come.
#[derive(Clone, Copy, PartialEq)]
enum Turn {
    New,
    Open,
    Done,
}

impl<'a> Planner<'a> {
    fn new(body: &'a Body, uniform: Vec<bool>, packing: Packing) -> Self {
        let ops = &body.program.ops;
        let mut spread = vec![false; ops.len()];
        for pack in packing.packs.iter().filter(|pack| pack.form.is_none()) {
            for (_, member) in pack.filled() {
                spread[member as usize] = true;
            }
        }
        if !packing.packs.is_empty() {
            for place in (0..ops.len()).rev() {
                if spread[place] && packing.pack[place] == NONE {
                    ops[place].operands(|id| spread[id as usize] = true);
                }
            }
        }
        Planner {
            body,
            spread,
            sequence: Sequence::default(),
            table: Vec::new(),
            keys: vec![None; ops.len()],
            pack_keys: vec![None; packing.packs.len()],
            mixed: Vec::new(),
            uniform,
            packing,
        }
    }

    /// Whether packs spare more instructions than moving lanes costs.
    fn is_worth_it(&self) -> bool {
        let packing = &self.packing;
        let mut spared = 0;
        let mut moves = 0;
        let mut alone = vec![false; self.keys.len()];
        for pack in &packing.packs {
            let more = pack.filled().count() - 1;
            if pack.form.is_some() {
                spared += more;
            } else {
                moves += more;
                for (_, member) in pack.filled() {
                    alone[member as usize] = true;
                }
            }
        }
        for (op, pack) in self.body.program.ops.iter().zip(&packing.pack) {
            if *pack == NONE {
                op.operands(|id| alone[id as usize] = true);
            }
        }
        for output in &self.body.program.outputs {
            alone[*output as usize] = true;
        }
        for (place, alone) in alone.into_iter().enumerate() {
            let stays = packing.lane[place] == 0 && !self.spread[place];
            moves += usize::from(alone && packing.pack[place] != NONE && !stays);
        }
        spared > WORTH * moves
    }

    /// In the order in which results need them, operands first; `None` if packs wait for each
    /// other in a circle.
    fn plan(mut self) -> Option<Plan> {
        let outputs = &self.body.program.outputs[..self.body.dimension];
        // Nodes: operations where they stand alone, then packs.
        let alone = self.keys.len();
        let mut turns = vec![Turn::New; alone + self.packing.packs.len()];
        let mut stack: Vec<usize> = outputs.iter().rev().map(|id| *id as usize).collect();
        // What is the same at every state stands in the table.
        stack.retain(|node| !self.uniform[*node]);
        while let Some(node) = stack.last().copied() {
            if turns[node] == Turn::New {
                turns[node] = Turn::Open;
                let first = stack.len();
                let mut waits = false;
                self.before(node, |before| match turns[before] {
                    Turn::New => stack.push(before),
                    Turn::Open => waits = true,
                    Turn::Done => {}
                });
                if waits {
                    return None;
                }
                stack[first..].reverse();
                continue;
            }
            stack.pop();
            if turns[node] == Turn::Open {
                turns[node] = Turn::Done;
                match node.checked_sub(alone) {
                    Some(pack) => self.write_pack(pack),
                    None => self.write_alone(node),
                }
            }
        }
        for (row, output) in outputs.iter().enumerate() {
            let key = self.key(*output);
            self.sequence.outputs.push((key, Memory::Rate(row)));
        }
        let most = self.packing.packs.iter().map(|pack| pack.filled().count());
        Some(Plan {
            lanes: most.max().unwrap_or(1),
            sequence: self.sequence,
            table: self.table,
        })
    }

    /// The nodes that a node reads.
    fn before(&self, node: usize, mut each: impl FnMut(usize)) {
        let alone = self.keys.len();
        if let Some(number) = node.checked_sub(alone) {
            let pack = &self.packing.packs[number];
            match pack.form {
                None => pack.filled().for_each(|(_, id)| each(id as usize)),
                Some(form) => form.operands(|pack| {
                    if pack != 0 {
                        each(alone + pack as usize - 1);
                    }
                }),
            }
        } else if self.packing.pack[node] != NONE {
            each(alone + self.packing.pack[node] as usize);
        } else {
            self.body.program.ops[node].operands(|id| {
                if !self.uniform[id as usize] {
                    each(id as usize);
                }
            });
        }
    }

    fn write(&mut self, kind: Kind, operands: &[Key]) -> Key {
        let to = self.sequence.value(None);
        let mut all = [0; 4];
        all[..operands.len()].copy_from_slice(operands);
        self.sequence.wanted.push(Wanted {
            kind,
            to,
            operands: all,
            count: operands.len(),
        });
        to
    }

    /// An operation, its operands given in the order of [`Op::operands`].
    fn write_op(&mut self, op: &Op, operands: [Key; 3]) -> Key {
        let [a, b, c] = operands;
        match op {
            Op::Unary(op, _) => self.write(Kind::Unary(*op), &[a]),
            // A copy.
            Op::Binary(Binary::Or | Binary::And, ..) if a == b => a,
            Op::Binary(op, ..) => self.write(Kind::Binary(*op), &[a, b]),
            // The one of three that may be in memory is the last.
            Op::Select(..) => self.write(Kind::Select, &[a, c, b]),
            Op::Constant(_) | Op::Input(_) => a,
        }
    }

    /// What an operation gives, where it stands alone.
    fn key(&mut self, id: Id) -> Key {
        if self.uniform[id as usize] {
            return self.entry([id; LANES]);
        }
        match self.keys[id as usize] {
            Some(key) => key,
            None => self.sequence.value(None),
        }
    }

    /// A table's entry with these lanes.
    fn entry(&mut self, ids: [Id; LANES]) -> Key {
        let same = ids.iter().all(|id| *id == ids[0]);
        let known = if same {
            self.keys[ids[0] as usize]
        } else {
            let found = self.mixed.iter().find(|(known, _)| *known == ids);
            found.map(|(_, key)| *key)
        };
        if let Some(key) = known {
            return key;
        }
        let carried = self.body.carried() as u32;
        let place = Memory::Table(self.table.len());
        self.table
            .push(ids.map(|id| match self.body.program.ops[id as usize] {
                Op::Constant(bits) => Source::Constant(bits),
                Op::Input(number) => Source::Invariant(number.saturating_sub(carried)),
                _ => Source::Constant(f64::NAN.to_bits()),
            }));
        let key = self.sequence.value(Some(place));
        if same {
            self.keys[ids[0] as usize] = Some(key);
        } else {
            self.mixed.push((ids, key));
        }
        key
    }

    fn write_alone(&mut self, node: usize) {
        let pack = self.packing.pack[node];
        let op = self.body.program.ops[node];
        let key = if pack != NONE {
            let lane = self.packing.lane[node];
            match self.pack_keys[pack as usize] {
                Some(key) if lane == 0 && !self.spread[node] => key,
                Some(key) if self.spread[node] => self.write(Kind::Spread(lane), &[key]),
                Some(key) => self.write(Kind::First(lane), &[key]),
                None => self.sequence.value(None),
            }
        } else if let Op::Input(number) = op {
            let number = number as usize;
            let memory = if number < self.body.rows {
                Memory::State(number)
            } else {
                // Time has the first place of the scratch memory.
                Memory::Scratch(0)
            };
            self.sequence.value(Some(memory))
        } else {
            let mut operands = [0; 3];
            let mut count = 0;
            op.operands(|id| {
                operands[count] = self.key(id);
                count += 1;
            });
            self.write_op(&op, operands)
        };
        self.keys[node] = Some(key);
    }

    fn write_pack(&mut self, number: usize) {
        let members = self.packing.packs[number].members;
        let key = match self.packing.packs[number].form {
            Some(form) => {
                let mut operands = [0; 3];
                let mut count = 0;
                form.operands(|pack| {
                    operands[count] = match pack.checked_sub(1) {
                        Some(pack) => self.pack_keys[pack as usize]
                            .unwrap_or_else(|| self.sequence.value(None)),
                        None => {
                            let ids = self.uniform_operands(members, &form, count);
                            self.entry(ids)
                        }
                    };
                    count += 1;
                });
                self.write_op(&form, operands)
            }
            None => self.side_by_side(members),
        };
        self.pack_keys[number] = Some(key);
    }

    /// For each lane its operand at this place, which is the same at every state; lanes that
    /// don't count get what another one has.
    fn uniform_operands(&self, members: [Id; LANES], form: &Op, place: usize) -> [Id; LANES] {
        let turned = matches!(form, Op::Binary(op, ..) if op.commutes());
        let of = |member: Id| {
            let mut found = None;
            let mut count = 0;
            self.body.program.ops[member as usize].operands(|id| {
                let here = turned || count == place;
                if here && self.uniform[id as usize] {
                    found = Some(id);
                }
                count += 1;
            });
            found
        };
        let filled = members.map(|member| (member != NONE).then(|| of(member)).flatten());
        let any = filled.iter().flatten().next().copied().unwrap_or(0);
        filled.map(|id| id.unwrap_or(any))
    }

    /// Arguments in one register, each in its lane.
    fn side_by_side(&mut self, members: [Id; LANES]) -> Key {
        let keys = members.map(|member| (member != NONE).then(|| self.key(member)));
        let blend = |planner: &mut Self, a: Option<Key>, b: Option<Key>, mask| match (a, b) {
            (Some(a), Some(b)) => Some(planner.write(Kind::Blend(mask), &[a, b])),
            (a, b) => a.or(b),
        };
        let low = blend(self, keys[0], keys[1], 0b0010);
        let high = blend(self, keys[2], keys[3], 0b1000);
        let all = blend(self, low, high, 0b1100);
        all.unwrap_or_else(|| self.sequence.value(None))
    }
}
