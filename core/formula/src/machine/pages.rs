//! Memory for code: pages that are written, then sealed to be read and run, never both at once.

use crate::backend::CompileError;
use memmap2::{Mmap, MmapMut};

/// Pages that hold this code, ready to be run.
pub(super) fn sealed(code: &[u8]) -> Result<Mmap, CompileError> {
    let failed = |error: std::io::Error| {
        CompileError::new(format!("executable memory was refused: {error}"))
    };
    let mut pages = MmapMut::map_anon(code.len()).map_err(failed)?;
    pages.copy_from_slice(code);
    pages.make_exec().map_err(failed)
}
