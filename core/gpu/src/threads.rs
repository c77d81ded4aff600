//! How many threads the machine runs at once.

use std::sync::OnceLock;

/// Threads that run at once here, at least 1; asked once, since the system reads files to answer.
pub fn threads() -> usize {
    static THREADS: OnceLock<usize> = OnceLock::new();
    *THREADS.get_or_init(|| std::thread::available_parallelism().map_or(1, usize::from))
}
