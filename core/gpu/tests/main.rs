//! What the device, the kernels and the renderer do on a real adapter (llvmpipe will do).
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "facts/device.rs"]
mod device;

use std::sync::{Arc, LazyLock};

use loom_gpu::{Choice, Gpu};

/// One device for all tests but those that lose theirs.
pub fn gpu() -> Arc<Gpu> {
    static SHARED: LazyLock<Arc<Gpu>> = LazyLock::new(|| {
        Gpu::headless(&Choice::Best).expect("a graphics adapter (llvmpipe will do)")
    });
    Arc::clone(&SHARED)
}
