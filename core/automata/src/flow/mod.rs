//! Continuous automata: Lenia, SmoothLife, Gray–Scott and any reaction with diffusion.
//!
//! | module | what it holds |
//! |---|---|
//! | [`field`] | cells: numbers on a rectangle |
//! | [`law`] | what cells gather and the formulas by which they change |
//! | [`lenia`], [`smooth_life`] | laws by name, from their own notations |
//! | [`kernel`], [`convolve`], `fourier` | sums over neighbours, direct and by transforms |
//! | [`stencil`] | Laplacians |
//! | `update`, `block`, `wave`, `wide` | formulas and inner loops at machine speed, several steps in one sweep |
//! | [`engine`], [`device`] | a law on the processor in f64, and on a device in f32 |
//! | [`recipe`], [`plan`], `declare`, `looks`, `begin` | what comes along, what may be set, what a run begins with |
//! | [`chan`], [`vti`] | files and notations of others |
//! | [`simulation`], [`edit`], `draw`, `watch`, `kept` | what the studio runs and shows |
//! | [`science`], [`scan`] | the catalogue, and the map of two constants |

mod begin;
mod block;
pub mod chan;
pub mod convolve;
mod declare;
pub mod device;
mod draw;
pub mod edit;
pub mod engine;
pub mod field;
mod formula;
mod fourier;
mod kept;
pub mod kernel;
pub mod law;
pub mod lenia;
mod looks;
mod machine;
pub mod plan;
pub mod recipe;
pub mod scan;
pub mod science;
pub mod simulation;
pub mod smooth_life;
pub mod stencil;
mod update;
pub mod vti;
mod vti_data;
mod watch;
mod wave;
mod wide;
pub(crate) mod write;
mod xml;

pub use convolve::Way;
pub use edit::Edit;
pub use engine::Engine;
pub use field::Field;
pub use law::{Law, Method};
pub use simulation::Flow;
