//! Analyses of recorded numbers: an orbit of any system, or an imported series.
//!
//! | Key | What it tells |
//! |---|---|
//! | `dimension` | correlation, information and box dimension |
//! | `spectrum` | power spectrum |
//! | `zero-one` | 0–1 test for chaos |

use std::sync::Arc;

use loom_sim::Analysis;

mod dimension;
mod power_spectrum;
pub mod scaling;
mod source;
mod zero_one;

pub use dimension::Dimension;
pub use power_spectrum::{PowerSpectrum, welch};
pub use source::{Samples, orbit};
pub use zero_one::ZeroOne;

/// All of them, in the order in which they are shown; each is also a command of its key.
pub fn all() -> Vec<Arc<dyn Analysis>> {
    vec![
        Arc::new(Dimension),
        Arc::new(PowerSpectrum),
        Arc::new(ZeroOne),
    ]
}
