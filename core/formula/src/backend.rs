//! The back ends that can run a step, and the errors of a run.

/// What carries out a run. All give the same bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Backend {
    /// The interpreter; runs everywhere.
    Tape,
    /// Machine code from Cranelift: scalar for single runs, two lanes for ensembles.
    Cranelift,
    /// Machine code of our own, four lanes (x86-64 with AVX2).
    Avx2,
    /// Machine code of our own, eight lanes (x86-64 with AVX-512 F and DQ).
    Avx512,
}

impl std::fmt::Display for Backend {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Backend::Tape => "interpreter",
            Backend::Cranelift => "machine code",
            Backend::Avx2 => "machine code, AVX2",
            Backend::Avx512 => "machine code, AVX-512",
        })
    }
}

/// A run that was asked for with lengths that don't fit the system.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the {what} has {found} values, but the system needs {needed}")]
pub struct RunError {
    /// `state` or `list of parameters`.
    pub what: &'static str,
    pub found: usize,
    pub needed: usize,
}

pub(crate) fn check(what: &'static str, found: usize, needed: usize) -> Result<(), RunError> {
    if found == needed {
        Ok(())
    } else {
        Err(RunError {
            what,
            found,
            needed,
        })
    }
}

/// Machine code that could not be made; the tape then runs in its place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no machine code for this system ({reason}); the interpreter runs it instead")]
pub struct CompileError {
    pub reason: String,
}

impl CompileError {
    pub(crate) fn new(reason: impl Into<String>) -> Self {
        CompileError {
            reason: reason.into(),
        }
    }
}
