//! Analyses of recorded numbers: an orbit of any system, or an imported series.
//!
//! | Key | What it tells |
//! |---|---|
//! | `dimension` | correlation, information and box dimension |
//! | `spectrum` | power spectrum |
//! | `zero-one` | 0–1 test for chaos |
//! | `lyapunov-series` | λ₁ from one variable (Rosenstein) |
//! | `entropy` | permutation entropy, multiscale sample entropy |
//! | `poincare` | Poincaré section and return map |
//! | `fixed-points` | fixed points and orbits of low periods, with their stability |
//! | `scan` | λ₁ over one parameter or two |
//! | `basins` | basins of attraction on a plane, dimension of their boundary |
//! | `recurrence` | recurrence plot and its quantification |

use std::sync::Arc;

use loom_sim::Analysis;

mod basins;
mod boundary;
mod dimension;
mod entropy;
mod fixed_points;
mod poincare;
mod power_spectrum;
mod recurrence;
pub mod scaling;
mod scan;
mod series_exponent;
mod source;
mod zero_one;

pub use basins::Basins;
pub use dimension::Dimension;
pub use entropy::Entropy;
pub use fixed_points::FixedPoints;
pub use poincare::Poincare;
pub use power_spectrum::{PowerSpectrum, welch};
pub use recurrence::Recurrence;
pub use scan::Scan;
pub use series_exponent::SeriesExponent;
pub use source::{Samples, orbit};
pub use zero_one::ZeroOne;

/// All of them, in the order in which they are shown; each is also a command of its key.
pub fn all() -> Vec<Arc<dyn Analysis>> {
    vec![
        Arc::new(Scan),
        Arc::new(Poincare),
        Arc::new(FixedPoints),
        Arc::new(Basins),
        Arc::new(Dimension),
        Arc::new(PowerSpectrum),
        Arc::new(ZeroOne),
        Arc::new(SeriesExponent),
        Arc::new(Entropy),
        Arc::new(Recurrence),
    ]
}
