//! Machine code: Cranelift for long single runs and for processors without an encoder of our own,
//! and straight-line AVX2 and AVX-512 code on x86-64, for ensembles and where a single run must
//! begin at once.

mod cranelift;
mod emit;
#[cfg(target_arch = "x86_64")]
mod encode;
#[cfg(target_arch = "x86_64")]
mod native;
#[cfg(target_arch = "x86_64")]
mod pages;
#[cfg(target_arch = "x86_64")]
mod registers;
#[cfg(target_arch = "x86_64")]
mod right_sides;
#[cfg(target_arch = "x86_64")]
mod superword;
#[cfg(target_arch = "x86_64")]
mod vex;

use crate::backend::{Backend, CompileError};
use crate::columns::Columns;
use crate::program::Body;
pub(crate) use cranelift::SingleCode;
#[cfg(target_arch = "x86_64")]
pub(crate) use native::{LoneCode, Room};
#[cfg(not(target_arch = "x86_64"))]
pub(crate) use nowhere::{LoneCode, RatesCode, RatesRoom, Room};
#[cfg(target_arch = "x86_64")]
pub(crate) use right_sides::{RatesCode, RatesRoom};

/// On processors without an encoder of our own.
#[cfg(not(target_arch = "x86_64"))]
mod nowhere {
    use super::{Backend, Body, CompileError};

    /// Is never made.
    #[derive(Debug)]
    pub(crate) enum LoneCode {}
    #[derive(Clone, Debug)]
    pub(crate) enum Room {}

    #[derive(Debug)]
    pub(crate) enum RatesCode {}
    #[derive(Debug)]
    pub(crate) enum RatesRoom {}

    impl RatesCode {
        pub fn compile(_body: &Body) -> Result<RatesCode, CompileError> {
            Err(CompileError::new("this isn't an x86-64 processor"))
        }
        pub fn room(&self, _invariants: &[f64]) -> RatesRoom {
            match *self {}
        }
        pub fn run(&self, _: &mut RatesRoom, _: f64, _: &[f64], _: &mut [f64]) -> bool {
            match *self {}
        }
    }

    impl LoneCode {
        pub fn compile(_body: &Body, _backend: Backend) -> Result<LoneCode, CompileError> {
            Err(CompileError::new("this isn't an x86-64 processor"))
        }
        pub fn backend(&self) -> Backend {
            match *self {}
        }
        pub fn room(&self, _invariants: &[f64]) -> Room {
            match *self {}
        }
        pub fn run(&self, _room: &mut Room, _carried: &mut [f64], _steps: u64) {
            match *self {}
        }
    }
}

/// The step loop of an ensemble.
#[derive(Debug)]
pub(crate) enum EnsembleCode {
    Pairs(cranelift::PairsCode),
    #[cfg(target_arch = "x86_64")]
    Native(native::NativeCode),
}

impl EnsembleCode {
    pub fn compile(body: &Body, backend: Backend) -> Result<EnsembleCode, CompileError> {
        match backend {
            #[cfg(target_arch = "x86_64")]
            Backend::Avx2 | Backend::Avx512 => {
                native::NativeCode::compile(body, backend).map(EnsembleCode::Native)
            }
            #[cfg(not(target_arch = "x86_64"))]
            Backend::Avx2 | Backend::Avx512 => {
                Err(CompileError::new("this isn't an x86-64 processor"))
            }
            Backend::Cranelift => cranelift::PairsCode::compile(body).map(EnsembleCode::Pairs),
            Backend::Tape => Err(CompileError::new("the interpreter makes no machine code")),
        }
    }

    /// Which instructions it uses.
    pub fn backend(&self) -> Backend {
        match self {
            EnsembleCode::Pairs(_) => Backend::Cranelift,
            #[cfg(target_arch = "x86_64")]
            EnsembleCode::Native(code) => code.backend(),
        }
    }

    /// Members that are advanced together.
    pub fn group(&self) -> usize {
        match self {
            EnsembleCode::Pairs(code) => code.group(),
            #[cfg(target_arch = "x86_64")]
            EnsembleCode::Native(code) => code.group(),
        }
    }

    /// What runs with these invariants work in.
    pub fn room(&self, invariants: Vec<f64>) -> EnsembleRoom {
        match self {
            EnsembleCode::Pairs(_) => EnsembleRoom::Pairs(invariants),
            #[cfg(target_arch = "x86_64")]
            EnsembleCode::Native(code) => EnsembleRoom::Native(code.room(&invariants)),
        }
    }

    /// Advances all members from step number `step` on, in room that this code has given.
    pub fn run(&self, columns: &mut Columns<'_>, room: &mut EnsembleRoom, step: u64, steps: u64) {
        match (self, room) {
            (EnsembleCode::Pairs(code), EnsembleRoom::Pairs(invariants)) => {
                code.run(columns, step, invariants, steps);
            }
            #[cfg(target_arch = "x86_64")]
            (EnsembleCode::Native(code), EnsembleRoom::Native(room)) => {
                code.run(columns, room, step, steps);
            }
            #[cfg(target_arch = "x86_64")]
            _ => {}
        }
    }
}

/// What an ensemble's code works in, kept from call to call.
#[derive(Clone, Debug)]
pub(crate) enum EnsembleRoom {
    /// The values of the prelude.
    Pairs(Vec<f64>),
    #[cfg(target_arch = "x86_64")]
    Native(Room),
}

/// Calls `run` with the start of each group of members and the distance between rows. The last
/// members, when they don't fill a group, are copied to a full one and back.
fn in_groups(columns: &mut Columns<'_>, group: usize, mut run: impl FnMut(*mut f64, usize)) {
    let (members, stride) = (columns.members(), columns.stride());
    let whole = members - members % group;
    for first in (0..whole).step_by(group) {
        run(columns.pointer(first), stride);
    }
    let rest = members - whole;
    if rest == 0 {
        return;
    }
    let rows = columns.rows();
    let mut padded = vec![0.0; rows * group];
    for row in 0..rows {
        for lane in 0..group {
            padded[row * group + lane] = columns.get(row, whole + lane.min(rest - 1));
        }
    }
    run(padded.as_mut_ptr(), group);
    for row in 0..rows {
        for lane in 0..rest {
            columns.set(row, whole + lane, padded[row * group + lane]);
        }
    }
}
