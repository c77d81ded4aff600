//! Analyses of recorded numbers: an orbit of any system, or an imported series.
//!
//! | Key | What it tells |
//! |---|---|
//! | `dimension` | correlation, information and box dimension |
//! | `spectrum` | power spectrum |
//! | `zero-one` | 0–1 test for chaos |
//! | `lyapunov-series` | λ₁ from one variable (Rosenstein) |
//! | `embedding` | lag and number of coordinates of a delay embedding |
//! | `entropy` | permutation entropy, multiscale sample entropy |
//! | `poincare` | Poincaré section and return map |
//! | `events` | when a formula of one's own goes through 0 |
//! | `fixed-points` | fixed points and orbits of low periods, with their stability |
//! | `scan` | λ₁ over one parameter or two |
//! | `search` | parameters with chaos, drawn by lot |
//! | `basins` | basins of attraction on a plane, dimension and entropy of their boundary |
//! | `ftle` | finite-time exponents over a plane of starts |
//! | `covariant` | covariant Lyapunov vectors and the angles between them |
//! | `gali` | alignment indices: whether one orbit is chaotic |
//! | `local-growth` | λ₁ over short stretches, as a distribution |
//! | `recurrence` | recurrence plot and its quantification |

use std::sync::Arc;

use loom_sim::Analysis;

mod angles;
mod basin_entropy;
mod basins;
mod boundary;
mod covariant;
mod dimension;
mod embedding;
mod entropy;
mod events;
mod fates;
pub(crate) mod fixed_points;
mod ftle;
mod gali;
mod local_growth;
mod orbit;
mod plane;
mod poincare;
mod power_spectrum;
mod recurrence;
mod recurrence_network;
mod renyi;
pub mod scaling;
mod scan;
mod scan_device;
mod search;
mod series_exponent;
pub(crate) mod source;
mod zero_one;

pub use basins::Basins;
pub use covariant::Covariant;
pub use dimension::Dimension;
pub use embedding::Embedding;
pub use entropy::Entropy;
pub use events::Events;
pub use fixed_points::FixedPoints;
pub use ftle::FiniteTime;
pub use gali::Gali;
pub use local_growth::LocalGrowth;
pub use poincare::Poincare;
pub use power_spectrum::{PowerSpectrum, welch};
pub use recurrence::Recurrence;
pub use scan::Scan;
pub use search::Search;
pub use series_exponent::SeriesExponent;
pub use source::{Samples, orbit};
pub use zero_one::ZeroOne;

/// All of them, in the order in which they are shown; each is also a command of its key.
pub fn all() -> Vec<Arc<dyn Analysis>> {
    vec![
        Arc::new(Scan),
        Arc::new(Search),
        Arc::new(Poincare),
        Arc::new(Events),
        Arc::new(FixedPoints),
        Arc::new(Basins),
        Arc::new(FiniteTime),
        Arc::new(Covariant),
        Arc::new(Gali),
        Arc::new(LocalGrowth),
        Arc::new(Dimension),
        Arc::new(PowerSpectrum),
        Arc::new(ZeroOne),
        Arc::new(Embedding),
        Arc::new(SeriesExponent),
        Arc::new(Entropy),
        Arc::new(Recurrence),
    ]
}
