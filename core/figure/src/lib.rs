//! The document, and every way out: PNG, SVG and PDF that carry it, CSV, NPY, NPZ and Parquet.

pub mod animation;
pub mod attachment;
pub mod carry;
pub mod data;
mod decor;
pub mod document;
mod error;
mod fields;
pub mod file;
mod flatten;
pub mod imported;
mod letters;
pub mod npy_file;
pub mod parquet_file;
mod pdf;
mod picture;
pub mod piece;
pub mod plot;
mod plot_data;
pub mod png_file;
pub mod ramp_file;
pub mod raster;
pub mod render;
mod ruled;
pub mod sha256;
mod solids;
pub mod stage;
mod svg;
pub mod ticks;

pub use carry::{could_carry, extract, into_png};
pub use document::{Document, Item, ItemAnalysis, ItemView, Rendered, SCHEMA_VERSION};
pub use error::FigureError;
pub use plot::plot_shapes;
pub use render::{Format, Options, Picture, render, render_on};
pub use ticks::{Ticks, log_ticks, ticks};
