//! Which operations of a program are carried out together, and in which lane each stands.

use super::{LANES, MOST, NONE};
use crate::program::{Body, Id, Index, Op};
use std::cell::Cell;

/// Operations that are carried out together.
pub(super) struct Pack {
    /// With packs in the place of operands (their number + 1; 0 for what is the same at every
    /// state); `None` for arguments that are put side by side.
    pub(super) form: Option<Op>,
    /// Which of several packs of the same form it is.
    pub(super) again: u32,
    pub(super) members: [Id; LANES],
}

impl Pack {
    pub(super) fn filled(&self) -> impl Iterator<Item = (usize, Id)> + '_ {
        let members = self.members.iter().copied().enumerate();
        members.filter(|(_, member)| *member != NONE)
    }
}

/// Which operations stand in which pack and lane.
pub(super) struct Packing {
    pub(super) packs: Vec<Pack>,
    /// For each operation: its pack, or `NONE`.
    pub(super) pack: Vec<u32>,
    pub(super) lane: Vec<u8>,
    /// For each operation: the pack where it is an argument, or `NONE`, and the lane.
    pub(super) argument: Vec<u32>,
    pub(super) argument_lane: Vec<u8>,
}

/// Whether each operation is the same at every state.
pub(super) fn uniform(body: &Body) -> Vec<bool> {
    let is = |op: &Op| match op {
        Op::Constant(_) => true,
        Op::Input(number) => *number as usize >= body.carried(),
        _ => false,
    };
    body.program.ops.iter().map(is).collect()
}

/// Arguments of blocks of one kind, two to four together. None depends on what another one's block
/// gives: all have as many blocks before them.
pub(super) fn groups(body: &Body) -> Vec<[Id; LANES]> {
    let ops = &body.program.ops;
    let blocks = &body.program.blocks.list;
    if blocks.len() < 2 || ops.len() > MOST {
        return Vec::new();
    }
    let mut result_of = vec![NONE; ops.len()];
    for noted in blocks {
        for result in noted.results.iter().flatten() {
            result_of[*result as usize] = noted.argument;
        }
    }
    let mut levels = vec![0_u32; ops.len()];
    for (place, op) in ops.iter().enumerate() {
        let mut level = 0;
        op.operands(|id| level = level.max(levels[id as usize]));
        if let Some(before) = levels.get(result_of[place] as usize) {
            level = level.max(before + 1);
        }
        levels[place] = level;
    }
    let mut found: Vec<_> = blocks
        .iter()
        .map(|noted| (noted.block, levels[noted.argument as usize], noted.argument))
        .collect();
    found.sort_unstable();
    found.dedup();
    let mut groups = Vec::new();
    for alike in found.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
        let size = alike.len().div_ceil(alike.len().div_ceil(LANES));
        for some in alike.chunks(size).filter(|some| some.len() > 1) {
            let mut group = [NONE; LANES];
            for (to, (.., argument)) in group.iter_mut().zip(some) {
                *to = *argument;
            }
            groups.push(group);
        }
    }
    groups
}

impl Packing {
    /// Every one of so many operations by itself.
    pub(super) fn none(ops: usize) -> Packing {
        Packing {
            packs: Vec::new(),
            pack: vec![NONE; ops],
            lane: vec![0; ops],
            argument: vec![NONE; ops],
            argument_lane: vec![0; ops],
        }
    }

    pub(super) fn new(body: &Body, uniform: &[bool]) -> Packing {
        let ops = &body.program.ops;
        let mut packing = Packing::none(ops.len());
        for members in groups(body) {
            let number = packing.packs.len() as u32;
            for (lane, member) in members.iter().enumerate() {
                if let Some(place) = packing.argument.get_mut(*member as usize)
                    && *place == NONE
                {
                    *place = number;
                    packing.argument_lane[*member as usize] = lane as u8;
                }
            }
            packing.packs.push(Pack {
                form: None,
                again: 0,
                members,
            });
        }
        if packing.packs.is_empty() {
            return packing;
        }
        let mut index = Index::default();
        for (place, op) in ops.iter().enumerate() {
            if matches!(op, Op::Constant(_) | Op::Input(_)) {
                continue;
            }
            let found = packing
                .follow(op, uniform, true)
                .or_else(|| packing.follow(op, uniform, false));
            if let Some((form, lane)) = found {
                packing.join(&mut index, place as Id, form, lane);
            }
        }
        packing
    }

    /// The lane from which all operands come, and the operation with packs in their places. An
    /// operand that is an argument and stands in a pack as well is taken as the former first, or
    /// last.
    pub(super) fn follow(&self, op: &Op, uniform: &[bool], first: bool) -> Option<(Op, u8)> {
        let (lane, fails) = (Cell::new(None), Cell::new(false));
        let form = op.renamed(|id| {
            let place = id as usize;
            if uniform[place] {
                return 0;
            }
            let argument = (self.argument[place], self.argument_lane[place]);
            let member = (self.pack[place], self.lane[place]);
            let as_argument = argument.0 != NONE && (first || member.0 == NONE);
            let (pack, of) = if as_argument { argument } else { member };
            if pack == NONE || lane.get().is_some_and(|lane| lane != of) {
                fails.set(true);
                return 0;
            }
            lane.set(Some(of));
            pack + 1
        });
        let form = match form {
            Op::Binary(op, a, b) if op.commutes() && b < a => Op::Binary(op, b, a),
            other => other,
        };
        lane.get().filter(|_| !fails.get()).map(|lane| (form, lane))
    }

    /// Puts an operation into the first pack of its form where its lane is free.
    pub(super) fn join(&mut self, index: &mut Index, id: Id, form: Op, lane: u8) {
        let hash = |form: &Op, again: u32| {
            form.mixed() ^ u64::from(again).wrapping_mul(0x9e37_79b9_7f4a_7c15)
        };
        for again in 0.. {
            let packs = &self.packs;
            let next = packs.len() as u32;
            let of = |number: u32| &packs[number as usize];
            let found = index.find_or_put(
                hash(&form, again),
                next,
                |number| of(number).form == Some(form) && of(number).again == again,
                |number| {
                    let pack = of(number);
                    pack.form.map_or(0, |form| hash(&form, pack.again))
                },
            );
            let number = found.unwrap_or_else(|| {
                self.packs.push(Pack {
                    form: Some(form),
                    again,
                    members: [NONE; LANES],
                });
                next
            });
            let member = &mut self.packs[number as usize].members[usize::from(lane)];
            if *member == NONE {
                *member = id;
                self.pack[id as usize] = number;
                self.lane[id as usize] = lane;
                return;
            }
        }
    }
}
