//! Rules on blocks of nine cells by looking the outcome up.

use std::sync::Arc;

use super::Field;
use super::mover::Stepper;
use crate::local::Local;
use crate::rule::Outcomes;

/// The most entries of a full table.
const MOST: usize = 1 << 21;

/// Two states, or live cells among dying ones: 512 outcomes of the live cells of a block.
#[derive(Clone, Debug)]
pub(super) struct Live {
    /// Outcomes in even and odd generations.
    tables: [Box<[u8; 512]>; 2],
    last: u8,
}

impl Live {
    pub(super) fn new(pair: [Outcomes; 2], states: usize) -> Self {
        let table = |outcomes: Outcomes| {
            Box::new(std::array::from_fn(|place| {
                u8::from(outcomes.get(place as u16))
            }))
        };
        Self {
            tables: pair.map(table),
            last: (states - 1) as u8,
        }
    }
}

impl Stepper for Live {
    fn name(&self) -> &'static str {
        "table"
    }

    fn reach(&self) -> usize {
        1
    }

    fn band(&self, from: &Field, first: usize, out: &mut [u8], odd: bool) {
        let table = &self.tables[usize::from(odd)];
        // A column of three cells lands in the lowest bit of each group of three.
        let column = |rows: &[&[u8]; 3], x: usize| {
            usize::from(rows[0][x] == 1) << 6
                | usize::from(rows[1][x] == 1) << 3
                | usize::from(rows[2][x] == 1)
        };
        for (i, out) in out.chunks_mut(from.stride).enumerate() {
            let y = (first + i) as isize;
            let rows = [y - 1, y, y + 1].map(|y| from.padded(y));
            let mut place = column(&rows, 0) << 1 | column(&rows, 1);
            for x in 0..from.width {
                place = (place & 0o333) << 1 | column(&rows, x + 2);
                let own = rows[1][x + 1];
                let outcome = table[place];
                out[x + 1] = match own {
                    0 => outcome,
                    1 if outcome != 0 => 1,
                    _ if own >= self.last => 0,
                    _ => own + 1,
                };
            }
        }
    }
}

/// Any rule: a full table where it is small enough, else the rule itself behind a memory of
/// blocks seen before.
#[derive(Clone, Debug)]
pub(super) struct General {
    rule: Arc<dyn Local>,
    states: usize,
    table: Table,
}

#[derive(Clone, Debug)]
enum Table {
    /// All blocks, column by column from the west, each from north to south.
    Full(Vec<u8>),
    /// North, west, middle, east, south.
    Cross(Vec<u8>),
    None,
}

impl General {
    pub(super) fn new(rule: Arc<dyn Local>, cross: bool) -> Self {
        let states = rule.states();
        let entries = |cells: u32| states.checked_pow(cells).filter(|&n| n <= MOST);
        let digits = |mut place: usize, cells: &mut [u8]| {
            for cell in cells.iter_mut().rev() {
                *cell = (place % states) as u8;
                place /= states;
            }
        };
        let table = match (entries(9), entries(5).filter(|_| cross)) {
            (_, Some(entries)) => Table::Cross(
                (0..entries)
                    .map(|place| {
                        let mut c = [0; 5];
                        digits(place, &mut c);
                        rule.next(&[0, c[0], 0, c[1], c[2], c[3], 0, c[4], 0])
                    })
                    .collect(),
            ),
            (Some(entries), _) => Table::Full(
                (0..entries)
                    .map(|place| {
                        let mut c = [0; 9];
                        digits(place, &mut c);
                        rule.next(&[c[0], c[3], c[6], c[1], c[4], c[7], c[2], c[5], c[8]])
                    })
                    .collect(),
            ),
            _ => Table::None,
        };
        Self {
            rule,
            states,
            table,
        }
    }
}

impl Stepper for General {
    fn name(&self) -> &'static str {
        "table"
    }

    fn reach(&self) -> usize {
        1
    }

    fn band(&self, from: &Field, first: usize, out: &mut [u8], _odd: bool) {
        let mut memory = Memory::new(&*self.rule);
        let s = self.states;
        for (i, out) in out.chunks_mut(from.stride).enumerate() {
            let y = (first + i) as isize;
            let [north, here, south] = [y - 1, y, y + 1].map(|y| from.padded(y));
            let out = &mut out[1..=from.width];
            match &self.table {
                Table::Full(table) => {
                    let column = |x: usize| {
                        (usize::from(north[x]) * s + usize::from(here[x])) * s
                            + usize::from(south[x])
                    };
                    let cube = s * s * s;
                    let (mut west, mut middle) = (column(0), column(1));
                    for (x, out) in out.iter_mut().enumerate() {
                        let east = column(x + 2);
                        *out = table[(west * cube + middle) * cube + east];
                        (west, middle) = (middle, east);
                    }
                }
                Table::Cross(table) => {
                    for (x, out) in out.iter_mut().enumerate() {
                        let cells = [
                            north[x + 1],
                            here[x],
                            here[x + 1],
                            here[x + 2],
                            south[x + 1],
                        ];
                        let place = cells
                            .iter()
                            .fold(0, |place, &cell| place * s + usize::from(cell));
                        *out = table[place];
                    }
                }
                Table::None => {
                    for (x, out) in out.iter_mut().enumerate() {
                        let mut block = [0; 9];
                        block[..3].copy_from_slice(&north[x..x + 3]);
                        block[3..6].copy_from_slice(&here[x..x + 3]);
                        block[6..].copy_from_slice(&south[x..x + 3]);
                        *out = memory.next(&block);
                    }
                }
            }
        }
    }
}

/// Outcomes of blocks that were asked for before.
struct Memory<'a> {
    rule: &'a dyn Local,
    known: Vec<([u8; 9], u8)>,
    quiet: bool,
}

impl<'a> Memory<'a> {
    fn new(rule: &'a dyn Local) -> Self {
        let empty = rule.next(&[0; 9]);
        Self {
            rule,
            known: vec![([0; 9], empty); 1 << 12],
            quiet: empty == 0,
        }
    }

    fn next(&mut self, block: &[u8; 9]) -> u8 {
        if self.quiet && *block == [0; 9] {
            return 0;
        }
        let mut hash = u64::from(block[8]);
        for &cell in &block[..8] {
            hash = hash << 7 ^ hash >> 57 ^ u64::from(cell);
        }
        hash = hash.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 52;
        let entry = &mut self.known[hash as usize];
        if entry.0 != *block {
            *entry = (*block, self.rule.next(block));
        }
        entry.1
    }
}
