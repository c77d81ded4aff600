//! A step loop as straight-line AVX2 or AVX-512 code of our own: of an ensemble, or of a single
//! trajectory, for which it is made in a tenth of the time that Cranelift takes.
#![allow(unsafe_code)]
// Unsafe here: taking freshly written, then sealed (read and execute, never write and execute
// together) pages as a function pointer, and calling it. The pages live as long as the pointer.
// The code was encoded for this number of rows, chains, table entries and scratch vectors; each
// call passes a group of lanes × chains members with that many rows, a table of that many entries,
// and scratch memory of that many vectors, both aligned to 64 bytes and private to the call. Of a
// single trajectory's rows, one number apart, the code for it touches just these. It is only made
// when the processor has the instructions, it keeps to the System V convention under
// which the pointer is declared, and it ends with `vzeroupper`.

use super::encode::{Width, encode};
use super::pages::sealed;
use super::registers::{Target, allocate};
use crate::backend::{Backend, CompileError};
use crate::columns::Columns;
use crate::program::Body;
use memmap2::Mmap;

type Entry = unsafe extern "sysv64" fn(*mut f64, usize, u64, *const Line, *mut Line);

/// A cache line of eight words.
#[repr(align(64))]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line([u64; 8]);

/// What code works in, kept from call to call: counter, invariants and constants, and scratch
/// memory.
#[derive(Clone, Debug)]
pub(crate) struct Room {
    table: Vec<Line>,
    scratch: Vec<Line>,
}

#[derive(Debug)]
pub(crate) struct NativeCode {
    entry: Entry,
    width: Width,
    chains: usize,
    rows: usize,
    invariants: usize,
    constants: Vec<u64>,
    scratch: usize,
    _pages: Mmap,
}

/// Instructions of all chains together that are still interleaved: beyond, the code leaves the
/// instruction cache.
const INTERLEAVED: usize = 6_000;

impl NativeCode {
    pub fn compile(body: &Body, backend: Backend) -> Result<NativeCode, CompileError> {
        let width = width(backend)?;
        // Chains in flight hide each other's latency; more rows than registers would only spill.
        let (rows, most) = match width {
            Width::Eight => (32, 6),
            Width::Two | Width::Four => (24, 8),
        };
        let chains = (rows / body.rows.max(1)).min(INTERLEAVED / body.work().max(1));
        NativeCode::made(body, width, chains.clamp(1, most), false)
    }

    fn made(
        body: &Body,
        width: Width,
        chains: usize,
        lone: bool,
    ) -> Result<NativeCode, CompileError> {
        let eight = width == Width::Eight;
        let target = Target {
            registers: if eight { 32 } else { 16 },
            chains,
            compare_selects: eight,
            shift_from_memory: eight,
        };
        let allocated = allocate(body, target);
        let code = encode(&allocated, body, chains, width, lone)?;
        let pages = sealed(&code)?;
        // SAFETY: the pages hold a function of this type (see the head of this file).
        let entry = unsafe { std::mem::transmute::<*const u8, Entry>(pages.as_ptr()) };
        Ok(NativeCode {
            entry,
            width,
            chains,
            rows: body.rows,
            invariants: body.invariants,
            constants: allocated.constants,
            scratch: allocated.scratch,
            _pages: pages,
        })
    }

    pub fn backend(&self) -> Backend {
        match self.width {
            Width::Two | Width::Four => Backend::Avx2,
            Width::Eight => Backend::Avx512,
        }
    }

    pub fn group(&self) -> usize {
        self.width.lanes() * self.chains
    }

    /// Room for runs with these invariants.
    pub fn room(&self, invariants: &[f64]) -> Room {
        Room {
            table: self.table(0.0, invariants),
            scratch: vec![Line([0; 8]); self.scratch_lines()],
        }
    }

    /// Whether room is of the sizes that the code was made for.
    fn fits(&self, room: &Room) -> bool {
        let entries = 1 + self.invariants + self.constants.len();
        room.table.len() == entries.div_ceil(8 / self.width.lanes())
            && room.scratch.len() == self.scratch_lines()
    }

    /// Advances all members from step number `step` on, in room that this code has given.
    pub fn run(&self, columns: &mut Columns<'_>, room: &mut Room, step: u64, steps: u64) {
        if steps == 0 || columns.rows() != self.rows || !self.fits(room) {
            return;
        }
        room.table[0].0[..self.width.lanes()].fill((step as f64).to_bits());
        super::in_groups(columns, self.group(), |start, stride| {
            // SAFETY: `in_groups` passes a group of this many members with this many rows; table
            // and scratch have the sizes that the code was made for.
            unsafe {
                (self.entry)(
                    start,
                    stride * 8,
                    steps,
                    room.table.as_ptr(),
                    room.scratch.as_mut_ptr(),
                );
            }
        });
    }

    fn table(&self, counter: f64, invariants: &[f64]) -> Vec<Line> {
        let entries = std::iter::once(counter.to_bits())
            .chain(invariants.iter().map(|value| value.to_bits()))
            .chain(self.constants.iter().copied());
        self.vectors(entries)
    }

    fn scratch_lines(&self) -> usize {
        (self.scratch * self.width.lanes()).div_ceil(8)
    }

    /// Each word in all lanes of a vector.
    fn vectors(&self, words: impl Iterator<Item = u64>) -> Vec<Line> {
        match self.width {
            Width::Eight => words.map(|word| Line([word; 8])).collect(),
            Width::Two => {
                let words: Vec<u64> = words.collect();
                let line = |four: &[u64]| {
                    let at = |k: usize| four.get(k).copied().unwrap_or(0);
                    Line(std::array::from_fn(|k| at(k / 2)))
                };
                words.chunks(4).map(line).collect()
            }
            Width::Four => {
                let words: Vec<u64> = words.collect();
                words
                    .chunks(2)
                    .map(|pair| {
                        let (a, b) = (pair[0], pair.get(1).copied().unwrap_or(0));
                        Line([a, a, a, a, b, b, b, b])
                    })
                    .collect()
            }
        }
    }
}

/// A single trajectory's step loop: one chain, of which the first lane counts.
#[derive(Debug)]
pub(crate) struct LoneCode {
    code: NativeCode,
    counts: bool,
}

impl LoneCode {
    pub fn compile(body: &Body, backend: Backend) -> Result<LoneCode, CompileError> {
        let width = match width(backend)? {
            Width::Four => Width::Two,
            other => other,
        };
        Ok(LoneCode {
            code: NativeCode::made(body, width, 1, true)?,
            counts: body.counts,
        })
    }

    pub fn backend(&self) -> Backend {
        self.code.backend()
    }

    /// Room for runs with these invariants.
    pub fn room(&self, invariants: &[f64]) -> Room {
        self.code.room(invariants)
    }

    /// Makes `steps` steps of `carried`, the rows and then the number of the step, in room that
    /// this code has given.
    pub fn run(&self, room: &mut Room, carried: &mut [f64], steps: u64) {
        let (code, lanes) = (&self.code, self.code.width.lanes());
        let fits = code.fits(room) && carried.len() == code.rows + usize::from(self.counts);
        if steps == 0 || !fits {
            return;
        }
        if let Some(counter) = carried.get(code.rows) {
            room.table[0].0[0] = counter.to_bits();
        }
        // SAFETY: rows, table and scratch have the sizes that the code was made for, checked above.
        unsafe {
            (code.entry)(
                carried.as_mut_ptr(),
                8,
                steps,
                room.table.as_ptr(),
                room.scratch.as_mut_ptr(),
            );
        }
        if let Some(counter) = carried.get_mut(code.rows) {
            // Its vector lies behind those of the rows.
            let place = code.rows * lanes;
            *counter = f64::from_bits(room.scratch[place / 8].0[place % 8]);
        }
    }
}

fn width(backend: Backend) -> Result<Width, CompileError> {
    match backend {
        Backend::Avx512 if has_avx512() => Ok(Width::Eight),
        Backend::Avx2 if std::arch::is_x86_feature_detected!("avx2") => Ok(Width::Four),
        _ => Err(CompileError::new(format!("the processor lacks {backend}"))),
    }
}

fn has_avx512() -> bool {
    std::arch::is_x86_feature_detected!("avx512f")
        && std::arch::is_x86_feature_detected!("avx512dq")
}
