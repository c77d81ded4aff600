//! An ensemble's step loop as straight-line AVX2 or AVX-512 code of our own.
#![allow(unsafe_code)]
// Unsafe here: taking freshly written, then sealed (read and execute, never write and execute
// together) pages as a function pointer, and calling it. The pages live as long as the pointer.
// The code was encoded for this number of rows, chains, table entries and scratch vectors; each
// call passes a group of lanes × chains members with that many rows, a table of that many entries,
// and scratch memory of that many vectors, both aligned to 64 bytes and private to the call. It is
// only made when the processor has the instructions, it keeps to the System V convention under
// which the pointer is declared, and it ends with `vzeroupper`.

use super::encode::{Width, encode};
use super::registers::{Target, allocate};
use crate::backend::{Backend, CompileError};
use crate::columns::Columns;
use crate::program::Body;
use memmap2::{Mmap, MmapMut};

type Entry = unsafe extern "sysv64" fn(*mut f64, usize, u64, *const Line, *mut Line);

/// A cache line of eight words.
#[repr(align(64))]
#[derive(Clone, Copy)]
struct Line(#[allow(dead_code, reason = "the machine code reads it")] [u64; 8]);

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
        let width = match backend {
            Backend::Avx512 if has_avx512() => Width::Eight,
            Backend::Avx2 if std::arch::is_x86_feature_detected!("avx2") => Width::Four,
            _ => return Err(CompileError::new(format!("the processor lacks {backend}"))),
        };
        // Chains in flight hide each other's latency; more rows than registers would only spill.
        let (rows, most) = match width {
            Width::Eight => (32, 6),
            Width::Four => (24, 8),
        };
        let chains = (rows / body.rows.max(1)).min(INTERLEAVED / body.work().max(1));
        let chains = chains.clamp(1, most);
        let eight = width == Width::Eight;
        let target = Target {
            registers: if eight { 32 } else { 16 },
            chains,
            compare_selects: eight,
            shift_from_memory: eight,
        };
        let allocated = allocate(body, target);
        let code = encode(&allocated, body, chains, width)?;
        let failed = |error: std::io::Error| {
            CompileError::new(format!("executable memory was refused: {error}"))
        };
        let mut pages = MmapMut::map_anon(code.len()).map_err(failed)?;
        pages.copy_from_slice(&code);
        let pages = pages.make_exec().map_err(failed)?;
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
            Width::Four => Backend::Avx2,
            Width::Eight => Backend::Avx512,
        }
    }

    pub fn group(&self) -> usize {
        self.width.lanes() * self.chains
    }

    pub fn run(&self, columns: &mut Columns<'_>, step: u64, invariants: &[f64], steps: u64) {
        if steps == 0 || columns.rows() != self.rows || invariants.len() != self.invariants {
            return;
        }
        let counter = step as f64;
        let entries = std::iter::once(counter.to_bits())
            .chain(invariants.iter().map(|value| value.to_bits()))
            .chain(self.constants.iter().copied());
        let table = self.vectors(entries);
        let mut scratch = vec![Line([0; 8]); (self.scratch * self.width.lanes()).div_ceil(8)];
        super::in_groups(columns, self.group(), |start, stride| {
            // SAFETY: `in_groups` passes a group of this many members with this many rows; table
            // and scratch have the sizes that the code was made for.
            unsafe {
                (self.entry)(
                    start,
                    stride * 8,
                    steps,
                    table.as_ptr(),
                    scratch.as_mut_ptr(),
                );
            }
        });
    }

    /// Each word in all lanes of a vector.
    fn vectors(&self, words: impl Iterator<Item = u64>) -> Vec<Line> {
        match self.width {
            Width::Eight => words.map(|word| Line([word; 8])).collect(),
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

fn has_avx512() -> bool {
    std::arch::is_x86_feature_detected!("avx512f")
        && std::arch::is_x86_feature_detected!("avx512dq")
}
