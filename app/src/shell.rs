//! The window.

use std::path::PathBuf;
use std::process::ExitCode;

/// Opens the window, on a file if one is named.
pub fn open(_file: Option<PathBuf>) -> ExitCode {
    eprintln!("strange-loom: This build has no window: strange-loom --help lists the commands.");
    ExitCode::FAILURE
}
