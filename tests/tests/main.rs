//! End-to-end tests of the house and the program.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod cli;
mod fuzzed;
mod house;
#[cfg(target_os = "linux")]
mod window;
#[cfg(target_os = "linux")]
mod window_tours;

use std::path::PathBuf;

/// The built program: the one that `tests/run` names, else the one beside these tests.
fn program() -> PathBuf {
    if let Some(path) = std::env::var_os("STRANGE_LOOM_BIN") {
        return path.into();
    }
    let here = std::env::current_exe().unwrap();
    // target/debug/deps/main-… stands a folder below target/debug/strange-loom.
    let folder = here.parent().and_then(|deps| deps.parent()).unwrap();
    folder.join(format!("strange-loom{}", std::env::consts::EXE_SUFFIX))
}
