//! What the device, the kernels and the renderer do on a real adapter (llvmpipe will do).
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "facts/device.rs"]
mod device;
#[path = "facts/dots.rs"]
mod dots;
#[path = "facts/drawing.rs"]
mod drawing;
#[path = "facts/frames.rs"]
mod frames;
#[path = "facts/histograms.rs"]
mod histograms;
#[path = "facts/lists.rs"]
mod lists;
#[path = "facts/sheets.rs"]
mod sheets;
#[path = "facts/solids.rs"]
mod solids;

use std::sync::{Arc, LazyLock};

use loom_gpu::{Choice, Gpu, Image};

/// One device for all tests but those that lose theirs.
pub fn gpu() -> Arc<Gpu> {
    static SHARED: LazyLock<Arc<Gpu>> = LazyLock::new(|| {
        Gpu::headless(&Choice::Best).expect("a graphics adapter (llvmpipe will do)")
    });
    Arc::clone(&SHARED)
}

/// Writes a picture beside the build's results, to be looked at.
pub fn save(name: &str, image: &Image) {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("pictures");
    std::fs::create_dir_all(&folder).expect("a folder for pictures");
    let file = std::fs::File::create(folder.join(format!("{name}.png"))).expect("a picture's file");
    let mut encoder = png::Encoder::new(file, image.width, image.height);
    encoder.set_color(png::ColorType::Rgba);
    let mut writer = encoder.write_header().expect("a header");
    writer.write_image_data(&image.pixels).expect("pixels");
}
