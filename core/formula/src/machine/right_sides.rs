//! The code of right-hand sides alone, for one state at a time: it reads the state where the
//! caller has it and writes the rates where the caller wants them.
#![allow(unsafe_code)]
// Unsafe here: taking freshly written, then sealed (read and execute, never write and execute
// together) pages as a function pointer, and calling it. The pages live as long as the pointer.
// The code was encoded for this number of rows and rates, table entries and scratch vectors; each
// call passes slices of just these lengths, a table of that many entries, and scratch memory of
// that many vectors, private to the call. It is only made when the processor has the instructions,
// it keeps to the System V convention under which the pointer is declared, and it ends with
// `vzeroupper`.

use super::pages::sealed;
use super::registers::{Target, choose};
use super::superword::{LANES, Source, plan};
use super::vex::encode;
use crate::backend::CompileError;
use crate::program::Body;
use memmap2::Mmap;

type Entry = unsafe extern "sysv64" fn(*const f64, *mut f64, *const Line, *mut Line, f64);

/// The widest vector.
#[repr(align(32))]
#[derive(Clone, Copy, Debug)]
struct Line(#[expect(dead_code, reason = "only the code reads it")] [u64; LANES]);

#[derive(Debug)]
pub(crate) struct RatesCode {
    entry: Entry,
    wide: bool,
    rows: usize,
    dimension: usize,
    table: Vec<[Source; LANES]>,
    scratch: usize,
    _pages: Mmap,
}

/// What the code works in, kept from call to call.
#[derive(Debug)]
pub(crate) struct RatesRoom {
    table: Vec<Line>,
    scratch: Vec<Line>,
}

impl RatesCode {
    /// With elementary functions side by side in the lanes of a register where that spares
    /// instructions.
    pub fn compile(body: &Body) -> Result<RatesCode, CompileError> {
        if !std::arch::is_x86_feature_detected!("avx2") {
            return Err(CompileError::new("the processor lacks AVX2"));
        }
        let plan = plan(body);
        let target = Target {
            registers: 16,
            chains: 1,
            compare_selects: false,
            shift_from_memory: false,
        };
        let (instructions, scratch) = choose(&plan.sequence, target, usize::from(body.counts));
        let wide = plan.lanes > 2;
        let code = encode(&instructions, wide, body.counts)?;
        let pages = sealed(&code)?;
        // SAFETY: the pages hold a function of this type (see the head of this file).
        let entry = unsafe { std::mem::transmute::<*const u8, Entry>(pages.as_ptr()) };
        Ok(RatesCode {
            entry,
            wide,
            rows: body.rows,
            dimension: body.dimension,
            table: plan.table,
            scratch,
            _pages: pages,
        })
    }

    /// Room for evaluations with these values of the prelude.
    pub fn room(&self, invariants: &[f64]) -> RatesRoom {
        let words = self.table.iter().map(|entry| {
            entry.map(|source| match source {
                Source::Constant(bits) => bits,
                Source::Invariant(number) => invariants
                    .get(number as usize)
                    .map_or(f64::NAN.to_bits(), |value| value.to_bits()),
            })
        });
        let table = if self.wide {
            words.map(Line).collect()
        } else {
            let words: Vec<_> = words.collect();
            let line = |two: &[[u64; LANES]]| {
                let [a, b] = [two[0], two.get(1).copied().unwrap_or_default()];
                Line([a[0], a[1], b[0], b[1]])
            };
            words.chunks(2).map(line).collect()
        };
        RatesRoom {
            table,
            scratch: vec![Line([0; LANES]); self.lines(self.scratch)],
        }
    }

    /// Lines for so many vectors.
    fn lines(&self, vectors: usize) -> usize {
        if self.wide {
            vectors
        } else {
            vectors.div_ceil(2)
        }
    }

    /// The rates at a state and a time, in room that this code has given. Slices of other lengths
    /// than the code's are left alone: `false`.
    #[inline]
    pub fn run(&self, room: &mut RatesRoom, time: f64, state: &[f64], rates: &mut [f64]) -> bool {
        let fits = state.len() == self.rows
            && rates.len() == self.dimension
            && room.table.len() == self.lines(self.table.len())
            && room.scratch.len() == self.lines(self.scratch);
        if fits {
            // SAFETY: slices, table and scratch memory have the sizes that the code was made for.
            unsafe {
                (self.entry)(
                    state.as_ptr(),
                    rates.as_mut_ptr(),
                    room.table.as_ptr(),
                    room.scratch.as_mut_ptr(),
                    time,
                );
            }
        }
        fits
    }
}
